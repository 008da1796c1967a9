/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakpayload.h"

#define ENCODED GST_VIDEO_FORMAT_UNKNOWN, 0, NULL
#define STREAM ", stream-format=(string)byte-stream, alignment=(string)au"

/* Planes are packed as they come; what is packed already stays as it is. */
static const gchar *const of_bgr_planar[] = {
  "BGR", "RGB", "BGRx", "RGBx", "xBGR", "xRGB", "BGRA", "RGBA", "ABGR", "ARGB",
  "BGRP", NULL
};

static const gchar *const of_rgb_planar[] = {
  "RGB", "BGR", "RGBx", "BGRx", "xRGB", "xBGR", "RGBA", "BGRA", "ARGB", "ABGR",
  "RGBP", NULL
};

static const gchar *const of_bgr[] = { "BGR", NULL };
static const gchar *const of_rgb[] = { "RGB", NULL };
static const gchar *const of_gray8[] = { "GRAY8", NULL };
static const gchar *const of_gray16_le[] = { "GRAY16_LE", NULL };
static const gchar *const of_nv12[] = { "NV12", NULL };
static const gchar *const of_i420[] = { "I420", NULL };

/* *INDENT-OFF* */
static const GstOakPayloadTraits table[] = {
  {GST_OAK_PAYLOAD_BGR_PLANAR, GST_VIDEO_FORMAT_BGRP, OAK_DEPTH_24,
      of_bgr_planar},
  {GST_OAK_PAYLOAD_RGB_PLANAR, GST_VIDEO_FORMAT_RGBP, OAK_DEPTH_24,
      of_rgb_planar},
  {GST_OAK_PAYLOAD_BGR, GST_VIDEO_FORMAT_BGR, OAK_DEPTH_24, of_bgr},
  {GST_OAK_PAYLOAD_RGB, GST_VIDEO_FORMAT_RGB, OAK_DEPTH_24, of_rgb},
  {GST_OAK_PAYLOAD_GRAY8, GST_VIDEO_FORMAT_GRAY8, OAK_DEPTH_8, of_gray8},
  {GST_OAK_PAYLOAD_GRAY16_LE, GST_VIDEO_FORMAT_GRAY16_LE, OAK_DEPTH_16,
      of_gray16_le},
  {GST_OAK_PAYLOAD_NV12, GST_VIDEO_FORMAT_NV12, OAK_DEPTH_12, of_nv12},
  {GST_OAK_PAYLOAD_I420, GST_VIDEO_FORMAT_I420, OAK_DEPTH_12, of_i420},
  {GST_OAK_PAYLOAD_JPEG, ENCODED, OAK_PICTURE_JPEG, FALSE, "image/jpeg"},
  {GST_OAK_PAYLOAD_H264, ENCODED, OAK_PICTURE_H264, TRUE,
      "video/x-h264" STREAM},
  {GST_OAK_PAYLOAD_H265, ENCODED, OAK_PICTURE_H265, TRUE,
      "video/x-h265" STREAM},
};
/* *INDENT-ON* */

/**
 * GstOakPayload:
 * @GST_OAK_PAYLOAD_AUTO: encoded pictures by their first bytes, else planar
 *     BGR
 * @GST_OAK_PAYLOAD_BGR_PLANAR: planes B, G, R
 * @GST_OAK_PAYLOAD_RGB_PLANAR: planes R, G, B
 * @GST_OAK_PAYLOAD_BGR: interleaved B, G, R
 * @GST_OAK_PAYLOAD_RGB: interleaved R, G, B
 * @GST_OAK_PAYLOAD_GRAY8: one byte a pixel, as mono cameras send it
 * @GST_OAK_PAYLOAD_GRAY16_LE: two bytes a pixel, the low one first, as for
 *     depth
 * @GST_OAK_PAYLOAD_NV12: a plane of Y, one of interleaved U and V
 * @GST_OAK_PAYLOAD_I420: planes Y, U, V
 * @GST_OAK_PAYLOAD_JPEG: one JPEG each
 * @GST_OAK_PAYLOAD_H264: one H.264 access unit each, byte-stream
 * @GST_OAK_PAYLOAD_H265: one H.265 access unit each, byte-stream
 *
 * Since: 0.1
 */
GType
gst_oak_payload_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_OAK_PAYLOAD_AUTO, "Encoded by the first bytes, else planar BGR",
        "auto"},
    {GST_OAK_PAYLOAD_BGR_PLANAR, "Planes B, G, R", "bgr-planar"},
    {GST_OAK_PAYLOAD_RGB_PLANAR, "Planes R, G, B", "rgb-planar"},
    {GST_OAK_PAYLOAD_BGR, "Interleaved B, G, R", "bgr"},
    {GST_OAK_PAYLOAD_RGB, "Interleaved R, G, B", "rgb"},
    {GST_OAK_PAYLOAD_GRAY8, "Gray, 8 bits a pixel", "gray8"},
    {GST_OAK_PAYLOAD_GRAY16_LE, "Gray, 16 bits a pixel, low byte first",
        "gray16-le"},
    {GST_OAK_PAYLOAD_NV12, "NV12 (4:2:0)", "nv12"},
    {GST_OAK_PAYLOAD_I420, "I420 (4:2:0)", "i420"},
    {GST_OAK_PAYLOAD_JPEG, "JPEG", "jpeg"},
    {GST_OAK_PAYLOAD_H264, "H.264 access units, byte-stream", "h264"},
    {GST_OAK_PAYLOAD_H265, "H.265 access units, byte-stream", "h265"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstOakPayload", values));

  return type;
}

/**
 * gst_oak_payload_find:
 * @payload: any but AUTO
 *
 * Returns: (transfer none): what is known of it; %NULL for AUTO
 */
const GstOakPayloadTraits *
gst_oak_payload_find (GstOakPayload payload)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    if (table[i].payload == payload)
      return &table[i];
  }
  return NULL;
}

/**
 * gst_oak_payload_find_kind:
 * @kind: of an encoded picture
 *
 * Returns: (transfer none): the payload that is made of such pictures
 */
const GstOakPayloadTraits *
gst_oak_payload_find_kind (OakPictureKind kind)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    if (table[i].caps != NULL && table[i].kind == kind)
      return &table[i];
  }
  return NULL;
}

/**
 * gst_oak_payload_name:
 * @payload: any
 *
 * Returns: (transfer none): as users type it
 */
const gchar *
gst_oak_payload_name (GstOakPayload payload)
{
  GEnumClass *klass = g_type_class_ref (GST_TYPE_OAK_PAYLOAD);
  const gchar *name = g_enum_get_value (klass, payload)->value_nick;

  g_type_class_unref (klass);
  return name;
}

/**
 * gst_oak_payload_lay_out:
 * @traits: of a raw payload
 * @geometry: of the picture; it fits @traits
 * @info: (out): how it lies on the wire: planes one after the other, rows
 *     without padding
 */
void
gst_oak_payload_lay_out (const GstOakPayloadTraits * traits,
    OakGeometry geometry, GstVideoInfo * info)
{
  gsize offset = 0;
  guint i;

  gst_video_info_set_format (info, traits->format, geometry.width,
      geometry.height);
  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    gint components[GST_VIDEO_MAX_COMPONENTS];
    gint first;

    gst_video_format_info_component (info->finfo, i, components);
    first = components[0];
    info->stride[i] = GST_VIDEO_INFO_COMP_WIDTH (info, first)
        * GST_VIDEO_INFO_COMP_PSTRIDE (info, first);
    info->offset[i] = offset;
    offset += (gsize) info->stride[i]
        * GST_VIDEO_INFO_COMP_HEIGHT (info, first);
  }
  info->size = offset;
}

static void
append_fit (GString * list, const GstOakPayloadTraits * traits, gsize size)
{
  OakGeometry geometry;

  if (traits->caps != NULL || !oak_geometry_guess (&geometry, size,
          traits->depth))
    return;
  g_string_append_printf (list, "%spayload=%s width=%u height=%u",
      list->len > 0 ? ", " : "", gst_oak_payload_name (traits->payload),
      geometry.width, geometry.height);
}

/**
 * gst_oak_payload_list_fits:
 * @size: bytes of a picture on the wire
 *
 * Returns: (transfer full): the raw payloads and common geometries that have
 *     @size bytes, as properties to set; empty if there are none
 */
gchar *
gst_oak_payload_list_fits (gsize size)
{
  GString *list = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++)
    append_fit (list, &table[i], size);
  return g_string_free (list, FALSE);
}
