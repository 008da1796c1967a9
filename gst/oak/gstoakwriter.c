/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakwriter.h"

#include <string.h>

#include "gstoakmeta.h"
#include "oakpixels.h"
#include "oakwire.h"

#define N_COLOURS 3

/* What can become each other; what needs no work first. */
static const GstVideoFormat colours[] = {
  GST_VIDEO_FORMAT_BGRP, GST_VIDEO_FORMAT_BGR, GST_VIDEO_FORMAT_RGBP,
  GST_VIDEO_FORMAT_RGB
};

struct _GstOakWriter
{
  GstOakWriterSettings settings;

  /* by the caps; traits are NULL without */
  const GstOakPayloadTraits *traits;
  OakFraming framing;
  gint width, height;           /* 0 = not known */
  GstVideoInfo info;            /* raw: of buffers */
  GstVideoInfo wire;            /* raw: of the image on the wire */

  GArray *detections;           /* of the buffer at hand */
};

/**
 * GstOakFraming:
 * @GST_OAK_FRAMING_AUTO: IMG for raw pictures, ABCDE for encoded ones
 * @GST_OAK_FRAMING_IMG: pictures and detections
 * @GST_OAK_FRAMING_ABCDE: pictures alone
 *
 * Since: 0.1
 */
GType
gst_oak_framing_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_OAK_FRAMING_AUTO, "IMG for raw pictures, ABCDE for encoded ones",
        "auto"},
    {GST_OAK_FRAMING_IMG, "IMG: pictures and detections", "img"},
    {GST_OAK_FRAMING_ABCDE, "ABCDE: pictures alone", "abcde"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstOakFraming", values));

  return type;
}

/* Caps */

static gboolean
is_colour (const GstOakPayloadTraits * traits)
{
  return traits->depth == OAK_DEPTH_24;
}

static GstCaps *
find_caps_of (const GstOakPayloadTraits * traits)
{
  if (traits->caps != NULL)
    return gst_caps_from_string (traits->caps);
  if (is_colour (traits))
    return gst_video_make_raw_caps (colours, G_N_ELEMENTS (colours));
  return gst_video_make_raw_caps (&traits->format, 1);
}

/**
 * gst_oak_writer_find_caps:
 * @payload: what the user wants
 *
 * AUTO is what a host can tell by itself. A layout that the host must be told
 * must be told here, too: otherwise a converter, asked for the layout it likes
 * best, would pass on the decoder's.
 *
 * Returns: (transfer full): of buffers that can become such a payload
 */
GstCaps *
gst_oak_writer_find_caps (GstOakPayload payload)
{
  static const GstOakPayload told[] = {
    GST_OAK_PAYLOAD_BGR_PLANAR, GST_OAK_PAYLOAD_JPEG, GST_OAK_PAYLOAD_H264,
    GST_OAK_PAYLOAD_H265
  };
  GstCaps *caps;
  guint i;

  if (payload != GST_OAK_PAYLOAD_AUTO)
    return find_caps_of (gst_oak_payload_find (payload));

  caps = gst_caps_new_empty ();
  for (i = 0; i < G_N_ELEMENTS (told); i++)
    gst_caps_append (caps, find_caps_of (gst_oak_payload_find (told[i])));
  return caps;
}

static const GstOakPayloadTraits *
find_encoded (const GstStructure * structure)
{
  if (gst_structure_has_name (structure, "image/jpeg"))
    return gst_oak_payload_find (GST_OAK_PAYLOAD_JPEG);
  if (gst_structure_has_name (structure, "video/x-h264"))
    return gst_oak_payload_find (GST_OAK_PAYLOAD_H264);
  if (gst_structure_has_name (structure, "video/x-h265"))
    return gst_oak_payload_find (GST_OAK_PAYLOAD_H265);
  return NULL;
}

/**
 * gst_oak_writer_new:
 * @settings: (transfer full): what the user wants; what it refers to is taken
 *     over
 *
 * Returns: (transfer full): a writer without caps
 */
GstOakWriter *
gst_oak_writer_new (GstOakWriterSettings * settings)
{
  GstOakWriter *self = g_new0 (GstOakWriter, 1);

  self->settings = *settings;
  self->detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  return self;
}

/**
 * gst_oak_writer_free:
 * @self: (nullable) (transfer full): a writer
 */
void
gst_oak_writer_free (GstOakWriter * self)
{
  if (self == NULL)
    return;
  oak_labels_free (self->settings.labels);
  if (self->settings.detections != NULL)
    g_array_unref (self->settings.detections);
  g_array_unref (self->detections);
  g_free (self);
}

static gboolean
set_raw (GstOakWriter * self, GstCaps * caps, GError ** error)
{
  GstOakPayload payload = self->settings.payload;
  const GstOakPayloadTraits *traits;
  OakGeometry geometry;
  GstVideoInfo info;
  gsize size;

  if (payload == GST_OAK_PAYLOAD_AUTO)
    payload = GST_OAK_PAYLOAD_BGR_PLANAR;
  traits = gst_oak_payload_find (payload);

  if (!gst_video_info_from_caps (&info, caps)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "expected caps of raw video, got others");
    return FALSE;
  }
  geometry.width = GST_VIDEO_INFO_WIDTH (&info);
  geometry.height = GST_VIDEO_INFO_HEIGHT (&info);
  size = oak_geometry_size (geometry, traits->depth);
  if (size == 0 || size > OAK_IMAGE_SIZE_MAX) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "expected a picture of %s sides and at most %d bytes, got %ux%u",
        traits->depth == OAK_DEPTH_12 ? "even" : "any", OAK_IMAGE_SIZE_MAX,
        geometry.width, geometry.height);
    return FALSE;
  }

  self->traits = traits;
  self->info = info;
  gst_oak_payload_lay_out (traits, geometry, &self->wire);
  self->width = geometry.width;
  self->height = geometry.height;
  return TRUE;
}

/**
 * gst_oak_writer_set_caps:
 * @self: a writer
 * @caps: of the next buffers, from gst_oak_writer_find_caps()
 * @error: return location for %GST_STREAM_ERROR_FORMAT that tells expected and
 *     got
 *
 * Returns: %FALSE if there can be no such picture on the wire; then the writer
 *     is as it was
 */
gboolean
gst_oak_writer_set_caps (GstOakWriter * self, GstCaps * caps, GError ** error)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const GstOakPayloadTraits *encoded = find_encoded (structure);
  GstOakFraming framing = self->settings.framing;

  if (encoded == NULL) {
    if (!set_raw (self, caps, error))
      return FALSE;
  } else {
    self->traits = encoded;
    if (!gst_structure_get_int (structure, "width", &self->width)
        || !gst_structure_get_int (structure, "height", &self->height))
      self->width = self->height = 0;
  }

  self->framing = framing == GST_OAK_FRAMING_ABCDE
      || (framing == GST_OAK_FRAMING_AUTO && encoded != NULL) ?
      OAK_FRAMING_ABCDE : OAK_FRAMING_IMG;
  return TRUE;
}

/**
 * gst_oak_writer_has_caps:
 * @self: a writer
 *
 * Returns: %TRUE if it can write buffers
 */
gboolean
gst_oak_writer_has_caps (GstOakWriter * self)
{
  return self->traits != NULL;
}

/**
 * gst_oak_writer_is_inter_coded:
 * @self: a writer
 *
 * Returns: %TRUE if pictures need those before them
 */
gboolean
gst_oak_writer_is_inter_coded (GstOakWriter * self)
{
  return self->traits != NULL && self->traits->inter_coded;
}

/**
 * gst_oak_writer_lacks_sides:
 * @self: a writer
 * @parcel: of the last buffer
 *
 * Returns: %TRUE if a host that begins with @parcel cannot decode it, as it
 *     has no parameter sets
 */
gboolean
gst_oak_writer_lacks_sides (GstOakWriter * self, const GstOakParcel * parcel)
{
  OakPicture picture;

  return self->traits->inter_coded && !parcel->delta
      && oak_picture_parse (self->traits->kind, parcel->pixels,
      parcel->image_size, &picture, NULL) && picture.width == 0;
}

/* Images */

/* Which colour comes first, second and third, as bytes or as planes. */
static void
find_order (const GstVideoInfo * info, guint * order)
{
  gboolean planar = GST_VIDEO_INFO_N_PLANES (info) == N_COLOURS;
  guint c;

  for (c = 0; c < N_COLOURS; c++)
    order[planar ? GST_VIDEO_INFO_COMP_PLANE (info, c) :
        GST_VIDEO_INFO_COMP_POFFSET (info, c)] = c;
}

/* The rows of a picture that begin where the colours of one pixel are. */
typedef struct
{
  guint8 *colour[N_COLOURS];    /* R, G, B */
  guint order[N_COLOURS];       /* of the colours */
  gboolean planar;
} Row;

static void
swap_pixels (const Row * to, const Row * from, gsize n_pixels)
{
  gsize i;
  guint c;

  for (i = 0; i < n_pixels; i++) {
    for (c = 0; c < N_COLOURS; c++)
      to->colour[c][N_COLOURS * i] = from->colour[c][N_COLOURS * i];
  }
}

static void
write_row (const Row * to, const Row * from, gsize n_pixels)
{
  const guint *order = from->planar ? to->order : from->order;
  guint c;

  if (to->planar && from->planar) {
    for (c = 0; c < N_COLOURS; c++)
      memcpy (to->colour[c], from->colour[c], n_pixels);
  } else if (to->planar) {
    oak_pixels_unpack_3 (to->colour[order[0]], to->colour[order[1]],
        to->colour[order[2]], from->colour[order[0]], n_pixels);
  } else if (from->planar) {
    const guint8 *planes[] = { from->colour[order[0]],
      from->colour[order[1]], from->colour[order[2]]
    };

    oak_pixels_find (NULL)->pack_3 (to->colour[order[0]], planes, n_pixels);
  } else if (memcmp (to->order, from->order, sizeof (to->order)) == 0) {
    memcpy (to->colour[order[0]], from->colour[order[0]], N_COLOURS * n_pixels);
  } else {
    swap_pixels (to, from, n_pixels);
  }
}

static void
find_row (Row * row, const GstVideoInfo * info)
{
  row->planar = GST_VIDEO_INFO_N_PLANES (info) == N_COLOURS;
  find_order (info, row->order);
}

/* Where row @y of the picture begins that lies in @wire without padding. */
static guint8 *
find_wire (const GstVideoInfo * wire, guint8 * data, guint component, guint y)
{
  return data + GST_VIDEO_INFO_COMP_OFFSET (wire, component)
      + (gsize) GST_VIDEO_INFO_COMP_STRIDE (wire, component) * y;
}

static void
write_colours (const GstVideoInfo * wire, guint8 * data,
    const GstVideoFrame * frame)
{
  Row to, from;
  gint y;
  guint c;

  find_row (&to, wire);
  find_row (&from, &frame->info);
  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (wire); y++) {
    for (c = 0; c < N_COLOURS; c++) {
      to.colour[c] = find_wire (wire, data, c, y);
      from.colour[c] = (guint8 *) GST_VIDEO_FRAME_COMP_DATA (frame, c)
          + (gssize) GST_VIDEO_FRAME_COMP_STRIDE (frame, c) * y;
    }
    write_row (&to, &from, GST_VIDEO_INFO_WIDTH (wire));
  }
}

/* The same format: only the padding falls off. */
static void
write_planes (const GstVideoInfo * wire, guint8 * data,
    const GstVideoFrame * frame)
{
  guint i;

  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (wire); i++) {
    gint components[GST_VIDEO_MAX_COMPONENTS];
    gsize size = GST_VIDEO_INFO_PLANE_STRIDE (wire, i);
    guint8 *to = data + GST_VIDEO_INFO_PLANE_OFFSET (wire, i);
    const guint8 *from = GST_VIDEO_FRAME_PLANE_DATA (frame, i);
    gint y;

    gst_video_format_info_component (wire->finfo, i, components);
    for (y = 0; y < GST_VIDEO_INFO_COMP_HEIGHT (wire, components[0]); y++) {
      memcpy (to + size * y, from, size);
      from += GST_VIDEO_FRAME_PLANE_STRIDE (frame, i);
    }
  }
}

/* Whether a buffer already has the picture as it is on the wire. */
static gboolean
is_tight (GstOakWriter * self, GstBuffer * buffer, gsize * start)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  const gsize *offset = meta != NULL ? meta->offset : self->info.offset;
  const gint *stride = meta != NULL ? meta->stride : self->info.stride;
  guint i;

  if (GST_VIDEO_INFO_FORMAT (&self->info)
      != GST_VIDEO_INFO_FORMAT (&self->wire))
    return FALSE;
  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (&self->wire); i++) {
    if (stride[i] != self->wire.stride[i]
        || offset[i] != offset[0] + self->wire.offset[i])
      return FALSE;
  }

  *start = offset[0];
  return TRUE;
}

static GstBuffer *
lay_out (GstOakWriter * self, GstBuffer * buffer)
{
  GstVideoFrame frame;
  GstBuffer *image;
  GstMapInfo map;

  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READ))
    return NULL;

  image = gst_buffer_new_allocate (NULL, self->wire.size, NULL);
  gst_buffer_map (image, &map, GST_MAP_WRITE);
  if (is_colour (self->traits))
    write_colours (&self->wire, map.data, &frame);
  else
    write_planes (&self->wire, map.data, &frame);
  gst_buffer_unmap (image, &map);

  gst_video_frame_unmap (&frame);
  return image;
}

/* No byte is copied that lies where it must already. */
static GstOakParcel *
write_image (GstOakWriter * self, GstBuffer * buffer)
{
  GstOakParcel *parcel;
  gsize start = 0;
  GstBuffer *image;

  if (self->traits->caps != NULL)
    return gst_oak_parcel_new (gst_buffer_ref (buffer));

  if (is_tight (self, buffer, &start))
    image = gst_buffer_ref (buffer);
  else
    image = lay_out (self, buffer);
  if (image == NULL)
    return NULL;

  parcel = gst_oak_parcel_new (image);
  if (parcel == NULL)
    return NULL;
  if (parcel->map.size < start + self->wire.size) {
    gst_oak_parcel_unref (parcel);
    return NULL;
  }
  parcel->pixels = parcel->map.data + start;
  parcel->image_size = self->wire.size;
  return parcel;
}

/* Detections */

static void
write_detections (GstOakWriter * self, GstBuffer * buffer,
    GstOakParcel * parcel)
{
  GArray *detections = self->detections;

  if (self->framing != OAK_FRAMING_IMG)
    return;

  g_array_set_size (detections, 0);
  if (!gst_oak_meta_read_detections (buffer, self->settings.labels, self->width,
          self->height, detections) && self->settings.detections != NULL)
    detections = self->settings.detections;

  oak_detections_write (detections, parcel->text);
  parcel->n_detections = detections->len;
}

/**
 * gst_oak_writer_write:
 * @self: a writer that has caps
 * @buffer: (transfer none): a picture of these caps
 * @device_time: when the camera took it, ns
 * @error: return location for %GST_STREAM_ERROR_FORMAT, or an #OakWireError if
 *     it has too many bytes
 *
 * The frame keeps @buffer where its memory can be sent as it is.
 *
 * Returns: (transfer full) (nullable): the frame; %NULL on failure
 */
GstOakParcel *
gst_oak_writer_write (GstOakWriter * self, GstBuffer * buffer,
    guint64 device_time, GError ** error)
{
  GstOakParcel *parcel = write_image (self, buffer);
  OakHeader header = { self->framing, 0, };

  if (parcel == NULL) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "expected a picture of its caps, got a buffer of %" G_GSIZE_FORMAT
        " bytes", gst_buffer_get_size (buffer));
    return NULL;
  }

  parcel->delta = self->traits->inter_coded
      && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  write_detections (self, buffer, parcel);
  header.device_time = device_time;
  header.image_size = parcel->image_size;
  header.detections_size = parcel->text->len;
  if (!oak_header_write (&header, parcel->header, error)) {
    gst_oak_parcel_unref (parcel);
    return NULL;
  }
  return parcel;
}
