/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/check/gstcheck.h>
#include "oaktestcamera.h"
#include "oaktestpictures.h"

/* All bytes are in hexadecimal. */
#define SOI "ffd8"
#define APP0 "ffe000104a46494600010100000100010000"
#define SOS "ffda000c03010002110311003f00"
#define EOI "ffd9"

/* 320x240; the slices are the encoders' (OpenH264, x265) first bytes. */
#define H264_SPS "0000016742001eda0507e4"
#define H264_LARGE_SPS "0000016742001eda0280f640"
#define H264_PPS "0000000168ce3c80"
#define H264_IDR "0000000165b800040000053f"
#define H264_DELTA "00000001419a216c41affeda"
#define H265_SPS "00000142010101600000030090000003000003005aa00a080f16"
#define H265_LARGE_SPS \
  "00000142010101600000030090000003000003005aa0050201e160"
#define H265_IDR "000000012801ac3b16281804"
#define H265_DELTA "000000010201d0097881f8b1"

static void
append_hex (GByteArray * bytes, const gchar * hex)
{
  for (; hex[0]; hex += 2) {
    guint8 byte = g_ascii_xdigit_value (hex[0]) << 4
        | g_ascii_xdigit_value (hex[1]);

    g_byte_array_append (bytes, &byte, 1);
  }
}

/* No marker and no start code, and another one for each @seed. */
static void
append_coded (GByteArray * bytes, guint seed)
{
  guint i;

  for (i = 0; i < 40; i++) {
    guint8 byte = 0x20 + (seed * 31 + i * 7) % 0x80;

    g_byte_array_append (bytes, &byte, 1);
  }
}

/**
 * oak_test_hex:
 * @hex: any number of bytes, in hexadecimal
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
oak_test_hex (const gchar * hex)
{
  GByteArray *bytes = g_byte_array_new ();

  append_hex (bytes, hex);
  return g_byte_array_free_to_bytes (bytes);
}

/**
 * oak_test_jpeg:
 *
 * Returns: (transfer full): what says that it is a JPEG of this size in pixels.
 *   There is nothing in it to decode.
 */
GBytes *
oak_test_jpeg (guint width, guint height, guint seed)
{
  g_autofree gchar *frame_header = g_strdup_printf ("ffc0001108%04x%04x03"
      "012200021101031101", height, width);
  GByteArray *bytes = g_byte_array_new ();

  append_hex (bytes, SOI APP0);
  append_hex (bytes, frame_header);
  append_hex (bytes, SOS);
  append_coded (bytes, seed);
  append_hex (bytes, EOI);
  return g_byte_array_free_to_bytes (bytes);
}

static GBytes *
write_unit (const gchar * head, guint seed)
{
  GByteArray *bytes = g_byte_array_new ();

  append_hex (bytes, head);
  append_coded (bytes, seed);
  return g_byte_array_free_to_bytes (bytes);
}

/**
 * oak_test_h264:
 * @keyframe: FALSE: it says no size
 *
 * Returns: (transfer full): an access unit that nobody can decode
 */
GBytes *
oak_test_h264 (gboolean keyframe, guint seed)
{
  return write_unit (keyframe ? H264_SPS H264_PPS H264_IDR : H264_DELTA, seed);
}

/**
 * oak_test_h264_large:
 *
 * Returns: (transfer full): a keyframe of twice the width and height
 */
GBytes *
oak_test_h264_large (guint seed)
{
  return write_unit (H264_LARGE_SPS H264_PPS H264_IDR, seed);
}

/**
 * oak_test_h264_bare:
 *
 * Returns: (transfer full): a keyframe that says no size
 */
GBytes *
oak_test_h264_bare (guint seed)
{
  return write_unit (H264_IDR, seed);
}

/**
 * oak_test_h265:
 *
 * As oak_test_h264().
 */
GBytes *
oak_test_h265 (gboolean keyframe, guint seed)
{
  return write_unit (keyframe ? H265_SPS H265_IDR : H265_DELTA, seed);
}

/**
 * oak_test_h265_large:
 *
 * As oak_test_h264_large().
 */
GBytes *
oak_test_h265_large (guint seed)
{
  return write_unit (H265_LARGE_SPS H265_IDR, seed);
}

/**
 * oak_test_has_elements:
 * @names: of elements, separated by spaces
 *
 * Returns: whether all are here. If not it says so: a test is left out then.
 */
gboolean
oak_test_has_elements (const gchar * names)
{
  g_auto (GStrv) each = g_strsplit (names, " ", -1);
  guint i;

  for (i = 0; each[i]; i++) {
    GstElementFactory *factory = gst_element_factory_find (each[i]);

    if (!factory) {
      g_printerr ("No element %s here: skipped.\n", each[i]);
      return FALSE;
    }
    gst_object_unref (factory);
  }
  return TRUE;
}

static void
keep_buffer (GstElement * element, GstBuffer * buffer, GstPad * pad,
    gpointer user_data)
{
  gpointer content;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, -1, &content, &size);
  g_ptr_array_add (user_data, g_bytes_new_take (content, size));
}

/**
 * oak_test_encode:
 * @description: of a pipeline that ends by itself, without its sink
 *
 * Returns: (transfer full) (element-type GBytes): what each buffer has; fails
 *   if it does not end within %OAK_TEST_LIMIT
 */
GPtrArray *
oak_test_encode (const gchar * description)
{
  g_autofree gchar *text = g_strdup_printf
      ("%s ! fakesink name=end sync=false signal-handoffs=true", description);
  GPtrArray *pictures =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) end = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  fail_unless (error == NULL, "%s", error ? error->message : "");
  end = gst_bin_get_by_name (GST_BIN (pipeline), "end");
  g_signal_connect (end, "handoff", G_CALLBACK (keep_buffer), pictures);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, OAK_TEST_LIMIT * GST_USECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS,
      "nothing was encoded by %s", description);
  return pictures;
}
