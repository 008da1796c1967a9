/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include "oakrig.h"
#include "oaktestpictures.h"

#define BOX "1;87.3;0.2500;0.5000;0.7500;0.6250"

/*** the element ***/

/* *INDENT-OFF* */
static const gchar *payloads[] = {
  "auto", "bgr-planar", "rgb-planar", "bgr", "rgb", "gray8", "gray16-le",
  "nv12", "i420", "jpeg", "h264", "h265",
};

static const struct
{
  const gchar *caps;
  gboolean taken;
} templates[] = {
  {"video/x-raw,format={BGR,BGRP,RGB,RGBP,GRAY8,GRAY16_LE,NV12,I420},"
      "width=1,height=1,framerate=0/1", TRUE},
  {"image/jpeg,width=32767,height=32767,framerate=30/1", TRUE},
  {"video/x-h264,stream-format=byte-stream,alignment=au,width=8,height=8",
      TRUE},
  {"video/x-h265,stream-format=byte-stream,alignment=au,width=8,height=8",
      TRUE},
  {"video/x-raw,format=YV12,width=8,height=8,framerate=0/1", FALSE},
  {"video/x-h264,stream-format=avc,alignment=au", FALSE},
  {"video/x-h264,stream-format=byte-stream,alignment=nal", FALSE},
  {"video/x-h265,stream-format=hvc1,alignment=au", FALSE},
  {"image/png", FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_payload_is_an_enum_and_auto_by_default)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (src), "payload");
  gint value = -1;
  guint i;

  fail_unless (spec != NULL && G_IS_PARAM_SPEC_ENUM (spec));
  fail_unless (spec->flags & GST_PARAM_MUTABLE_READY);
  fail_unless ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE);
  g_object_get (src, "payload", &value, NULL);
  for (i = 0; i < G_N_ELEMENTS (payloads); i++) {
    GEnumValue *entry =
        g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (spec)->enum_class,
        payloads[i]);

    fail_unless (entry != NULL, "no payload %s", payloads[i]);
    fail_unless_equals_int (entry->value == value, i == 0);
    gst_util_set_object_arg (G_OBJECT (src), "payload", payloads[i]);
    g_object_get (src, "payload", &value, NULL);
    fail_unless_equals_int (value, entry->value);
    g_object_set (src, "payload", 0, NULL);
    g_object_get (src, "payload", &value, NULL);
  }
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_pad_template_has_what_cameras_send)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  g_autoptr (GstCaps) caps = gst_caps_from_string (templates[__i__].caps);
  g_autoptr (GstCaps) all = gst_pad_template_get_caps
      (gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (src), "src"));

  fail_unless_equals_int (gst_caps_is_subset (caps, all),
      templates[__i__].taken);
  gst_check_teardown_element (src);
}

GST_END_TEST;

/*** raw pictures ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *payload, *format;
} raws[] = {
  {"auto", "BGR"},
  {"auto", "BGRP"},
  {"bgr-planar", "BGR"},
  {"bgr-planar", "BGRP"},
  {"rgb-planar", "RGB"},
  {"rgb-planar", "RGBP"},
  {"bgr", "BGR"},
  {"rgb", "RGB"},
  {"gray8", "GRAY8"},
  {"gray16-le", "GRAY16_LE"},
  {"nv12", "NV12"},
  {"i420", "I420"},
};

static const guint sizes[][2] =
    { {8, 4}, {1, 1}, {5, 3}, {7, 4}, {6, 2}, {10, 6}, {321, 7}, {322, 14},
      {64, 48} };
/* *INDENT-ON* */

/* How many bytes a row of a plane has, and how many rows there are. */
static void
measure_plane (const gchar * format, guint plane, guint width, guint height,
    guint * row, guint * n_rows)
{
  *row = width;
  *n_rows = height;
  if (g_str_equal (format, "BGR") || g_str_equal (format, "RGB"))
    *row = 3 * width;
  else if (g_str_equal (format, "GRAY16_LE"))
    *row = 2 * width;
  else if (g_str_equal (format, "NV12") && plane == 1)
    *n_rows = height / 2;
  else if (g_str_equal (format, "I420") && plane > 0) {
    *row = width / 2;
    *n_rows = height / 2;
  }
}

static guint
count_planes (const gchar * format)
{
  if (g_str_equal (format, "NV12"))
    return 2;
  return g_str_equal (format, "I420") || strlen (format) == 4 ? 3 : 1;
}

/* Of one picture, as it is on the wire: no row is padded there. */
static gsize
measure (const gchar * format, guint width, guint height)
{
  gsize size = 0;
  guint plane, row, n_rows;

  for (plane = 0; plane < count_planes (format); plane++) {
    measure_plane (format, plane, width, height, &row, &n_rows);
    size += (gsize) row *n_rows;
  }
  return size;
}

static GBytes *
draw (gsize size, guint seed)
{
  guint8 *bytes = g_malloc (size);
  gsize i;

  /* The first two are those of no encoded picture. */
  for (i = 0; i < size; i++)
    bytes[i] = 0x11 + seed * 101 + i * 7 + (i >> 5) * 13;
  if (size > 0 && (bytes[0] == 0 || bytes[0] == 0xff))
    bytes[0] = 0x11;
  return g_bytes_new_take (bytes, size);
}

/* Planes on the wire, pixels of three bytes here. */
static void
assert_packed (GstVideoFrame * frame, const guint8 * wire)
{
  guint width = GST_VIDEO_FRAME_WIDTH (frame);
  guint height = GST_VIDEO_FRAME_HEIGHT (frame);
  const guint8 *row = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  guint x, y, plane;

  for (y = 0; y < height; y++) {
    for (x = 0; x < width; x++)
      for (plane = 0; plane < 3; plane++)
        if (row[3 * x + plane] != wire[(plane * height + y) * width + x])
          fail ("pixel %u,%u of plane %u", x, y, plane);
    row += GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  }
}

static void
assert_planes (GstVideoFrame * frame, const gchar * format, const guint8 * wire)
{
  guint plane, y, row, n_rows;

  fail_unless_equals_int (GST_VIDEO_FRAME_N_PLANES (frame),
      count_planes (format));
  for (plane = 0; plane < count_planes (format); plane++) {
    const guint8 *here = GST_VIDEO_FRAME_PLANE_DATA (frame, plane);

    measure_plane (format, plane, GST_VIDEO_FRAME_WIDTH (frame),
        GST_VIDEO_FRAME_HEIGHT (frame), &row, &n_rows);
    for (y = 0; y < n_rows; y++) {
      fail_unless (memcmp (here, wire, row) == 0, "row %u of plane %u of %s", y,
          plane, format);
      wire += row;
      here += GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
    }
  }
}

/* @line is of raws[]. */
static void
assert_raw (GstSample * sample, guint line, guint width, guint height,
    guint seed)
{
  const gchar *format = raws[line].format;
  const gchar *payload = raws[line].payload;
  gboolean pack = strlen (format) == 3 && (g_str_equal (payload, "auto")
      || g_str_has_suffix (payload, "-planar"));
  g_autoptr (GBytes) wire = draw (measure (format, width, height), seed);
  GstVideoFrame frame;
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless_equals_string (GST_VIDEO_INFO_NAME (&info), format);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), height);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_N (&info), 0);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_D (&info), 1);
  fail_unless (gst_video_frame_map (&frame, &info,
          gst_sample_get_buffer (sample), GST_MAP_READ));
  if (pack)
    assert_packed (&frame, g_bytes_get_data (wire, NULL));
  else
    assert_planes (&frame, format, g_bytes_get_data (wire, NULL));
  gst_video_frame_unmap (&frame);
}

static gboolean
fits (const gchar * format, guint width, guint height)
{
  gboolean halves = g_str_equal (format, "NV12")
      || g_str_equal (format, "I420");

  return !halves || ((width | height) & 1) == 0;
}

static Rig *
rig_new_raw (guint line, guint width, guint height)
{
  g_autofree gchar *caps =
      g_strdup_printf ("video/x-raw,format=%s", raws[line].format);
  Rig *rig = rig_new ();

  rig_set (rig, "payload", raws[line].payload);
  g_object_set (rig->src, "width", width, "height", height, NULL);
  rig_want (rig, caps);
  return rig;
}

/* The first frame is kept as it came; the later ones are received where they
 * belong. */
static void
check_raw (guint line, OakTestFraming framing, guint width, guint height,
    gboolean pool)
{
  gsize size = measure (raws[line].format, width, height);
  Rig *rig = rig_new_raw (line, width, height);
  guint i;

  if (pool)
    rig_offer_pool (rig, 0);
  rig_play (rig);
  for (i = 0; i < 4; i++) {
    GstSample *sample;

    rig_say_image (rig, framing, "12.5", draw (size, i), i == 2 ? BOX : NULL);
    sample = rig_pull (rig);
    assert_raw (sample, line, width, height, i);
    fail_unless_equals_uint64 (device_time_of (sample), 12500000000);
    fail_if (is_delta (sample));
    gst_sample_unref (sample);
  }
  rig_free (rig);
}

GST_START_TEST (test_every_byte_is_where_it_belongs)
{
  guint line = __i__ / 2, i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (fits (raws[line].format, sizes[i][0], sizes[i][1]))
      check_raw (line, __i__ % 2, sizes[i][0], sizes[i][1], FALSE);
}

GST_END_TEST;

GST_START_TEST (test_padded_rows_of_downstream_are_respected)
{
  check_raw (__i__, OAK_TEST_IMG, 6, 4, TRUE);
  check_raw (__i__, OAK_TEST_ABCDE, 322, 14, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_rgb_planar_is_what_downstream_names_first)
{
  static const gchar *wanted[] = { "video/x-raw", "RGB",
    "video/x-raw,format=RGBP;video/x-raw,format=RGB", "RGBP",
    "video/x-raw,format=BGRP;video/x-raw,format=RGBP", "RGBP",
    "video/x-raw,format=RGB;video/x-raw,format=RGBP", "RGB"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wanted); i += 2) {
    guint line = g_str_equal (wanted[i + 1], "RGB") ? 4 : 5;
    Rig *rig = rig_new_raw (line, 5, 3);
    GstSample *sample;

    rig_want (rig, wanted[i]);
    rig_play (rig);
    rig_say_image (rig, OAK_TEST_IMG, "1.0", draw (45, 1), NULL);
    sample = rig_pull (rig);
    assert_raw (sample, line, 5, 3, 1);
    gst_sample_unref (sample);
    rig_free (rig);
  }
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar *impossible[][2] = {
  {"bgr", "video/x-raw,format=BGRP"},
  {"bgr", "video/x-raw,format=RGB"},
  {"rgb-planar", "video/x-raw,format=BGRP"},
  {"gray8", "video/x-raw,format=BGR"},
  {"nv12", "video/x-raw,format=I420"},
  {"gray8", "image/jpeg"},
};
/* *INDENT-ON* */

GST_START_TEST (test_other_formats_are_a_negotiation_error)
{
  Rig *rig = rig_new ();
  gsize size = g_str_equal (impossible[__i__][0], "gray8") ? 32 :
      g_str_equal (impossible[__i__][0], "nv12") ? 48 : 96;

  rig_set (rig, "payload", impossible[__i__][0]);
  rig_want (rig, impossible[__i__][1]);
  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", draw (size, 1), NULL);
  rig_expect_error (rig, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  gsize size;
  guint width, height;          /* properties */
  const gchar *fits;
} misfits[] = {
  {1280 * 800, 0, 0, "payload=gray8 width=1280 height=800"},
  {1280 * 800, 1280, 800, "payload=gray8 width=1280 height=800"},
  {640 * 400 * 2, 0, 0, "payload=gray16-le width=640 height=400"},
  {640 * 400 * 3 / 2, 0, 0, "payload=nv12 width=640 height=400"},
  {640 * 400 * 3 / 2, 0, 0, "payload=i420 width=640 height=400"},
  {1920 * 1080 * 3 / 2, 0, 0, "payload=nv12 width=1920 height=1080"},
};
/* *INDENT-ON* */

GST_START_TEST (test_size_of_another_layout_is_named_with_what_to_set)
{
  Rig *rig = rig_new ();
  g_autofree gchar *text = NULL;

  g_object_set (rig->src, "width", misfits[__i__].width, "height",
      misfits[__i__].height, NULL);
  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", draw (misfits[__i__].size, 1), NULL);
  text = rig_take_full_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  fail_unless (strstr (text, misfits[__i__].fits) != NULL, "%s", text);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_size_against_the_payload_is_an_error)
{
  static const gsize wrong[] = { 33, 31, 96, 48, 64 };
  Rig *rig = rig_new ();

  rig_set (rig, "payload", "gray8");
  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", draw (wrong[__i__], 1), NULL);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_size_of_a_named_payload_is_found_out)
{
  static const struct
  {
    guint line, width, height;
  } found[] = {
    {8, 1280, 800}, {9, 640, 400}, {10, 1920, 1080}, {11, 640, 480},
    {7, 300, 300}
  };
  guint line = found[__i__].line;
  gsize size = measure (raws[line].format, found[__i__].width,
      found[__i__].height);
  Rig *rig = rig_new_raw (line, 0, 0);
  GstSample *sample;

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", draw (size, 1), NULL);
  sample = rig_pull (rig);
  assert_raw (sample, line, found[__i__].width, found[__i__].height, 1);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *head;            /* the rest is as dark as it begins */
  guint width, height;          /* properties */
} dark[] = {
  {"000001", 8, 4},
  {"00000001", 8, 4},
  {"ffd8ff", 8, 4},
  {"ffd8ffe0", 8, 4},
  {"000001", 0, 0},
  {"00000100", 0, 0},
  {"ffd8ff", 0, 0},
  {"ffd8ffff", 0, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_picture_that_begins_like_an_encoded_one_stays_raw)
{
  guint width = dark[__i__].width ? dark[__i__].width : 300;
  guint height = dark[__i__].height ? dark[__i__].height : 300;
  g_autofree guint8 *image = g_malloc0 (3 * width * height);
  g_autoptr (GBytes) head = oak_test_hex (dark[__i__].head);
  g_autoptr (GBytes) whole = NULL;
  Rig *rig = rig_new ();
  guint i;

  memcpy (image, g_bytes_get_data (head, NULL), g_bytes_get_size (head));
  whole = g_bytes_new (image, 3 * width * height);
  g_object_set (rig->src, "width", dark[__i__].width, "height",
      dark[__i__].height, NULL);
  rig_want (rig, "video/x-raw,format=BGRP,width=[1,max]");
  rig_play (rig);
  for (i = 0; i < 3; i++) {
    rig_say_image (rig, OAK_TEST_IMG, "1.0", g_bytes_ref (whole), NULL);
    gst_sample_unref (rig_pull (rig));
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_fixed_columns_need_no_space_between)
{
  Rig *rig = rig_new_raw (8, 8, 4);
  GstSample *sample;

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, "ABCDE 1234567890.123456732      ");
  oak_test_camera_say (rig->camera, "01234567890123456789012345678901", 32);
  sample = rig_pull (rig);
  fail_unless_equals_uint64 (device_time_of (sample),
      G_GUINT64_CONSTANT (1234567890123456700));
  fail_unless (gst_buffer_memcmp (gst_sample_get_buffer (sample), 0,
          "01234567890123456789012345678901", 32) == 0);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

#define TABLE(tc,test,table) \
    tcase_add_loop_test (tc, test, 0, G_N_ELEMENTS (table))

static TCase *
add_tcase (Suite * s, const gchar * name)
{
  TCase *tc = tcase_create (name);

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  return tc;
}

static void
add_raw (Suite * s)
{
  TCase *tc = add_tcase (s, "raw");

  tcase_add_test (tc, test_payload_is_an_enum_and_auto_by_default);
  TABLE (tc, test_pad_template_has_what_cameras_send, templates);
  tcase_add_loop_test (tc, test_every_byte_is_where_it_belongs, 0,
      2 * G_N_ELEMENTS (raws));
  TABLE (tc, test_padded_rows_of_downstream_are_respected, raws);
  tcase_add_test (tc, test_rgb_planar_is_what_downstream_names_first);
  TABLE (tc, test_other_formats_are_a_negotiation_error, impossible);
  TABLE (tc, test_size_of_another_layout_is_named_with_what_to_set, misfits);
  tcase_add_loop_test (tc, test_size_against_the_payload_is_an_error, 0, 5);
  tcase_add_loop_test (tc, test_size_of_a_named_payload_is_found_out, 0, 5);
  TABLE (tc, test_picture_that_begins_like_an_encoded_one_stays_raw, dark);
  tcase_add_test (tc, test_fixed_columns_need_no_space_between);
}

static Suite *
oakpayloads_suite (void)
{
  Suite *s = suite_create ("oakpayloads");

  add_raw (s);
  return s;
}

GST_CHECK_MAIN (oakpayloads);
