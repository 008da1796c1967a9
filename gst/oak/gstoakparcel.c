/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakparcel.h"

/**
 * gst_oak_parcel_new:
 * @image: (transfer full): what can be read of it is the image
 *
 * Returns: (transfer full) (nullable): a parcel whose header and detections
 *     are still to be written; %NULL if @image cannot be read
 */
GstOakParcel *
gst_oak_parcel_new (GstBuffer * image)
{
  GstOakParcel *self = g_new0 (GstOakParcel, 1);

  if (!gst_buffer_map (image, &self->map, GST_MAP_READ)) {
    gst_buffer_unref (image);
    g_free (self);
    return NULL;
  }

  g_atomic_ref_count_init (&self->ref_count);
  self->text = g_string_new (NULL);
  self->image = image;
  self->pixels = self->map.data;
  self->image_size = self->map.size;
  return self;
}

/**
 * gst_oak_parcel_ref:
 * @self: a parcel
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
GstOakParcel *
gst_oak_parcel_ref (GstOakParcel * self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * gst_oak_parcel_unref:
 * @self: (nullable) (transfer full): a parcel
 *
 * Any thread.
 */
void
gst_oak_parcel_unref (GstOakParcel * self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  gst_buffer_unmap (self->image, &self->map);
  gst_buffer_unref (self->image);
  g_string_free (self->text, TRUE);
  g_free (self);
}

/**
 * gst_oak_parcel_size:
 * @self: a parcel
 *
 * Returns: its bytes on the wire, all parts together
 */
gsize
gst_oak_parcel_size (const GstOakParcel * self)
{
  return OAK_HEADER_SIZE + self->text->len + self->image_size;
}
