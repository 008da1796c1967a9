/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>
#include <gst/check/gstcheck.h>
#include "oakrig.h"
#include "oaktestpictures.h"

#define BOX "1;87.3;0.2500;0.5000;0.7500;0.6250"

static void
assert_caps (GstSample * sample, const gchar * text)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (text);
  g_autofree gchar *came = gst_caps_to_string (gst_sample_get_caps (sample));

  fail_unless (gst_caps_is_equal (gst_sample_get_caps (sample), expected),
      "%s instead of %s", came, text);
}

/*** what comes out ***/

#define STREAM "stream-format=(string)byte-stream,alignment=(string)au," \
    "width=(int)320,height=(int)240"

typedef enum
{
  JPEG,
  H264,
  H265,
  N_KINDS
} Kind;

/* *INDENT-OFF* */
static const struct
{
  const gchar *payload, *caps;
} kinds[] = {
  {"jpeg", "image/jpeg,width=(int)320,height=(int)240"},
  {"h264", "video/x-h264," STREAM},
  {"h265", "video/x-h265," STREAM},
};
/* *INDENT-ON* */

static GBytes *
draw_coded (Kind kind, gboolean keyframe, guint seed)
{
  switch (kind) {
    case H264:
      return oak_test_h264 (keyframe, seed);
    case H265:
      return oak_test_h265 (keyframe, seed);
    default:
      return oak_test_jpeg (OAK_TEST_CODED_WIDTH, OAK_TEST_CODED_HEIGHT, seed);
  }
}

static GBytes *
draw_large (Kind kind, guint seed)
{
  switch (kind) {
    case H264:
      return oak_test_h264_large (seed);
    case H265:
      return oak_test_h265_large (seed);
    default:
      return oak_test_jpeg (640, 480, seed);
  }
}

/* @named: FALSE: the source has to find out what it is */
static Rig *
rig_new_coded (Kind kind, gboolean named)
{
  Rig *rig = rig_new_without_size ();

  if (named)
    rig_set (rig, "payload", kinds[kind].payload);
  return rig;
}

/* By kind, framing, and whether it is named. */
GST_START_TEST (test_coded_picture_comes_as_it_is)
{
  Kind kind = __i__ % N_KINDS;
  OakTestFraming framing = __i__ / N_KINDS % 2;
  Rig *rig = rig_new_coded (kind, __i__ / N_KINDS / 2);
  g_autofree gchar *caps =
      g_strdup_printf ("%s,framerate=(fraction)0/1", kinds[kind].caps);
  guint i;

  rig_play (rig);
  for (i = 0; i < 5; i++) {
    g_autoptr (GBytes) image = draw_coded (kind, i % 3 == 0, i);
    GstSample *sample;

    rig_say_image (rig, framing, "1234.567891", g_bytes_ref (image), NULL);
    sample = rig_pull (rig);
    assert_bytes (sample, image);
    assert_caps (sample, caps);
    fail_unless_equals_int (is_delta (sample), kind != JPEG && i % 3 != 0);
    fail_unless_equals_int (is_discont (sample), i == 0);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (gst_sample_get_buffer
            (sample)), i);
    fail_unless_equals_uint64 (device_time_of (sample), 1234567891000);
    gst_sample_unref (sample);
  }
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 5);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_frame_rate_is_announced_for_coded_pictures_too)
{
  Rig *rig = rig_new_coded (__i__, FALSE);
  g_autofree gchar *caps =
      g_strdup_printf ("%s,framerate=(fraction)30/1", kinds[__i__].caps);
  GstSample *sample;

  rig_set (rig, "framerate", "30/1");
  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", draw_coded (__i__, TRUE, 1), NULL);
  sample = rig_pull (rig);
  assert_caps (sample, caps);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

static const gsize pieces[] = { 1, 7, 31, 33 };

GST_START_TEST (test_pieces_of_coded_pictures_do_not_matter)
{
  Rig *rig = rig_new_coded (JPEG, FALSE);
  guint i;

  oak_test_camera_cut (rig->camera, pieces[__i__]);
  rig_play (rig);
  for (i = 0; i < 5; i++)
    rig_say_image (rig, i % 2 ? OAK_TEST_IMG : OAK_TEST_ABCDE, "1.0",
        draw_coded (JPEG, TRUE, i), BOX);
  for (i = 0; i < 5; i++) {
    GstSample *sample = rig_pull (rig);
    g_autoptr (GBytes) image = draw_coded (JPEG, TRUE, i);

    assert_bytes (sample, image);
    fail_unless_equals_int (count_rois (sample), i % 2);
    gst_sample_unref (sample);
  }
  rig_free (rig);
}

GST_END_TEST;

/* What encoders make is known, too. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *elements, *line;
  Kind kind;
} encoders[] = {
  {"jpegenc", "jpegenc", JPEG},
  {"x264enc", "x264enc tune=zerolatency key-int-max=5", H264},
  {"x264enc", "x264enc tune=zerolatency speed-preset=ultrafast aud=false "
      "key-int-max=5", H264},
  {"openh264enc", "openh264enc gop-size=5", H264},
  {"x265enc", "x265enc tune=zerolatency speed-preset=ultrafast "
      "key-int-max=5", H265},
};
/* *INDENT-ON* */

static GPtrArray *
encode (guint line, guint n, const gchar * caps)
{
  g_autofree gchar *text = g_strdup_printf ("videotestsrc num-buffers=%u "
      "pattern=ball ! video/x-raw,format=I420,%s ! %s", n, caps,
      encoders[line].line);

  return oak_test_encode (text);
}

GST_START_TEST (test_encoders_pictures_are_known)
{
  g_autoptr (GPtrArray) pictures = NULL;
  Rig *rig;
  guint i;

  if (!oak_test_has_elements (encoders[__i__].elements))
    return;
  pictures = encode (__i__, 12, "width=320,height=240,framerate=30/1");
  fail_unless_equals_int (pictures->len, 12);
  rig = rig_new_coded (encoders[__i__].kind, FALSE);
  rig_play (rig);
  for (i = 0; i < pictures->len; i++) {
    GBytes *image = g_ptr_array_index (pictures, i);
    g_autofree gchar *caps = g_strdup_printf ("%s,framerate=(fraction)0/1",
        kinds[encoders[__i__].kind].caps);
    GstSample *sample;

    rig_say_image (rig, OAK_TEST_ABCDE, "1.0", g_bytes_ref (image), NULL);
    sample = rig_pull (rig);
    assert_bytes (sample, image);
    assert_caps (sample, caps);
    if (encoders[__i__].kind == JPEG || i == 0)
      fail_if (is_delta (sample));
    gst_sample_unref (sample);
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_new_size_in_mid_stream_is_announced)
{
  Rig *rig = rig_new_coded (__i__, FALSE);
  gint width = 0;
  guint i;

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", draw_coded (__i__, TRUE, 0), BOX);
  rig_say_image (rig, OAK_TEST_IMG, "1.1", draw_large (__i__, 1), BOX);
  rig_say_image (rig, OAK_TEST_IMG, "1.2", __i__ == JPEG ? draw_large (JPEG,
          2) : draw_coded (__i__, FALSE, 2), BOX);
  rig_say_image (rig, OAK_TEST_IMG, "1.3", draw_coded (__i__, TRUE, 3), BOX);
  for (i = 0; i < 4; i++) {
    GstSample *sample = rig_pull (rig);
    gboolean is_large = i == 1 || i == 2;

    fail_unless (gst_structure_get_int (gst_caps_get_structure
            (gst_sample_get_caps (sample), 0), "width", &width));
    fail_unless_equals_int (width, is_large ? 640 : 320);
    fail_unless_equals_int (roi_of (sample, 0)->x, width / 4);
    gst_sample_unref (sample);
  }
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 3);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_keyframe_without_a_size_keeps_the_last)
{
  Rig *rig = rig_new_coded (H264, FALSE);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", oak_test_h264 (TRUE, 1), NULL);
  rig_say_image (rig, OAK_TEST_IMG, "1.1", oak_test_h264_bare (2), NULL);
  expect_bytes (rig, oak_test_h264 (TRUE, 1));
  expect_bytes (rig, oak_test_h264_bare (2));
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_payload_may_change_in_mid_stream)
{
  Rig *rig = rig_new_coded (JPEG, FALSE);

  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  rig_say_image (rig, OAK_TEST_IMG, "1.1", draw_coded (__i__, TRUE, 2), NULL);
  rig_say_size (rig, "1.2", 300, 300, 3);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.3", draw_coded (__i__, TRUE, 4), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.4", draw_coded ((__i__ + 1) % N_KINDS,
          TRUE, 5), NULL);
  expect_picture (rig, "BGR", 300, 300, 1);
  expect_bytes (rig, draw_coded (__i__, TRUE, 2));
  expect_picture (rig, "BGR", 300, 300, 3);
  expect_bytes (rig, draw_coded (__i__, TRUE, 4));
  expect_bytes (rig, draw_coded ((__i__ + 1) % N_KINDS, TRUE, 5));
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 5);
  rig_free (rig);
}

GST_END_TEST;

/*** what is no picture ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *payload;
  const gchar *hex;
} broken[] = {
  /* a JPEG without its end, its head alone, and what is none */
  {"jpeg", "ffd8ffc000110800f001400301220002110103110100ffda000c"},
  {"jpeg", "ffd8ffc0001108"},
  {"jpeg", "ffd8"},
  {"jpeg", "ff"},
  {"jpeg", "000000010910"},
  {"jpeg", "89504e470d0a1a0a"},
  /* an access unit that ends before its slice, and what is none */
  {"h264", "0000016742001eda0507e4"},
  {"h264", "000001"},
  {"h264", "00"},
  {"h264", "ff0000000165b800040000053f"},
  {"h264", "ffd8ffe000104a46494600010100000100010000"},
  {"h265", "00000142010101600000030090000003000003005aa00a080f16"},
  {"h265", "000000012801"},
  {"h265", "0128010000012801ac3b16281804"},
  {"h265", "ffd8ffe000104a46494600010100000100010000"},
};
/* *INDENT-ON* */

static Kind
kind_of (const gchar * payload)
{
  Kind kind = JPEG;

  while (!g_str_equal (kinds[kind].payload, payload))
    kind++;
  return kind;
}

GST_START_TEST (test_broken_picture_is_a_framing_error)
{
  Rig *rig = rig_new_coded (kind_of (broken[__i__].payload), TRUE);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", oak_test_hex (broken[__i__].hex),
      NULL);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

/* The source knows by then what the camera sends, and that its frames are in
 * step: one that is torn does not end the stream. */
GST_START_TEST (test_broken_picture_after_a_good_one_is_left_out)
{
  Kind kind = kind_of (broken[__i__].payload);
  g_autoptr (GBytes) second = draw_coded (kind, TRUE, 2);
  Rig *rig = rig_new_coded (kind, FALSE);
  GstSample *sample;

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", draw_coded (kind, TRUE, 1), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.1", oak_test_hex (broken[__i__].hex),
      NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.2", oak_test_hex (broken[__i__].hex),
      NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.3", g_bytes_ref (second), NULL);
  expect_bytes (rig, draw_coded (kind, TRUE, 1));
  sample = rig_pull (rig);
  assert_bytes (sample, second);
  fail_unless (is_discont (sample));
  gst_sample_unref (sample);
  fail_unless_equals_uint64 (rig_stat (rig, "unusable"), 2);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX));
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_WARNING) == NULL,
      "told twice");
  rig_free (rig);
}

GST_END_TEST;

/* Its head says what it is, so it is not taken for a raw picture. */
GST_START_TEST (test_cut_jpeg_is_a_framing_error_without_being_named)
{
  g_autoptr (GBytes) whole = oak_test_jpeg (320, 240, 1);
  Rig *rig = rig_new_coded (JPEG, FALSE);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", g_bytes_new_from_bytes (whole, 0,
          g_bytes_get_size (whole) - 10), NULL);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

/*** delta frames ***/

GST_START_TEST (test_delta_frames_before_a_keyframe_are_dropped)
{
  Kind kind = H264 + __i__;
  Rig *rig = rig_new_coded (kind, FALSE);
  GstSample *sample;

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", draw_coded (kind, FALSE, 1), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.1", draw_coded (kind, FALSE, 2), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.2", draw_coded (kind, TRUE, 3), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.3", draw_coded (kind, FALSE, 4), NULL);
  sample = rig_pull (rig);
  fail_unless (is_discont (sample));
  fail_if (is_delta (sample));
  fail_unless_equals_uint64 (device_time_of (sample), 1200 * GST_MSECOND);
  gst_sample_unref (sample);
  expect_bytes (rig, draw_coded (kind, FALSE, 4));
  fail_unless_equals_uint64 (rig_stat (rig, "delta-frames-dropped"), 2);
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 2);
  rig_free (rig);
}

GST_END_TEST;

/* Nobody can tell where its boxes are. */
GST_START_TEST (test_first_keyframe_without_a_size_is_no_beginning)
{
  Rig *rig = rig_new_coded (H264, TRUE);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_IMG, "1.0", oak_test_h264_bare (1), BOX);
  rig_say_image (rig, OAK_TEST_IMG, "1.1", oak_test_h264 (FALSE, 2), BOX);
  rig_say_image (rig, OAK_TEST_IMG, "1.2", oak_test_h264 (TRUE, 3), BOX);
  expect_bytes (rig, oak_test_h264 (TRUE, 3));
  fail_unless_equals_int (rig_count_frames (rig), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_stats_of_delta_frames_begin_at_zero)
{
  Rig *rig = rig_new ();

  fail_unless_equals_uint64 (rig_stat (rig, "delta-frames-dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_after_a_pause_a_keyframe_comes_first)
{
  Kind kind = H264 + __i__;
  Rig *rig = rig_new_coded (kind, FALSE);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", draw_coded (kind, TRUE, 1), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.1", draw_coded (kind, FALSE, 2), NULL);
  rig_skip (rig, 2);
  rig_set_state (rig, GST_STATE_PAUSED);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.2", draw_coded (kind, FALSE, 3), NULL);
  rig_wait_heard (rig);
  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.3", draw_coded (kind, FALSE, 4), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.4", draw_coded (kind, TRUE, 5), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.5", draw_coded (kind, FALSE, 6), NULL);
  expect_bytes (rig, draw_coded (kind, TRUE, 5));
  expect_bytes (rig, draw_coded (kind, FALSE, 6));
  fail_unless_equals_uint64 (rig_stat (rig, "discarded"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "delta-frames-dropped"), 1);
  rig_free (rig);
}

GST_END_TEST;

#define MANY 1500
#define KEY_INTERVAL 50
#define STEP (100 * GST_USECOND)

static void
say_numbered (Rig * rig, Kind kind, guint i)
{
  g_autofree gchar *device_time = g_strdup_printf ("0.%04u", i);

  rig_say_image (rig, OAK_TEST_ABCDE, device_time,
      draw_coded (kind, i % KEY_INTERVAL == 0, i), NULL);
}

/* Returns how many are missing before the last one, which is a keyframe. */
static guint
skip_to_the_last (Rig * rig)
{
  guint64 expected = 0, number = 0, n_lost = 0;

  while (number < MANY) {
    GstSample *sample = rig_pull (rig);

    number = device_time_of (sample) / STEP;
    fail_unless (number >= expected);
    if (number > expected) {
      fail_if (is_delta (sample), "a gap, then delta frame %u", (guint) number);
      fail_unless (is_discont (sample));
    }
    fail_unless_equals_int (is_delta (sample), number % KEY_INTERVAL != 0);
    n_lost += number - expected;
    expected = number + 1;
    gst_sample_unref (sample);
  }
  return n_lost;
}

/* A keyframe ends it: it comes when all others have left the queue. */
GST_START_TEST (test_after_dropped_frames_a_keyframe_comes_first)
{
  Kind kind = H264 + __i__;
  Rig *rig = rig_new_coded (kind, FALSE);
  guint i, n_lost;

  rig_block (rig);
  rig_play (rig);
  for (i = 0; i < MANY; i++)
    say_numbered (rig, kind, i);
  rig_wait_blocked (rig);
  rig_wait_heard (rig);
  rig_unblock (rig);
  say_numbered (rig, kind, MANY);
  n_lost = skip_to_the_last (rig);
  fail_unless (n_lost > 0, "nothing was dropped");
  fail_unless_equals_uint64 (rig_stat (rig, "dropped")
      + rig_stat (rig, "delta-frames-dropped"), n_lost);
  rig_free (rig);
}

GST_END_TEST;

/*** detections ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  guint x, y, w, h;             /* of a picture of 64 x 64 */
} boxes[] = {
  {"0;50.0;0.2500;0.5000;0.7500;0.6250", 16, 32, 32, 8},
  {"0;50.0;0.2510;0.5010;0.7510;0.6260", 16, 32, 33, 9},
  {"0;50.0;-0.0500;-0.1000;0.5000;0.2500", 0, 0, 32, 16},
  {"0;50.0;0.0000;0.0000;1.0000;1.0000", 0, 0, 63, 63},
};
/* *INDENT-ON* */

GST_START_TEST (test_detections_ride_on_coded_pictures)
{
  guint kind = __i__;
  Rig *rig = rig_new_coded (kind, FALSE);
  GstVideoRegionOfInterestMeta *roi;
  GstStructure *param;
  GstSample *sample;
  guint i;

  rig_play (rig);
  for (i = 0; i < 3; i++) {
    rig_say_image (rig, OAK_TEST_IMG, "1.0", draw_coded (kind, i == 0, i),
        BOX "|16;99.0;0.0000;0.0000;0.5000;0.5000");
    sample = rig_pull (rig);
    fail_unless_equals_int (count_rois (sample), 2);
    fail_unless_equals_string (label_of (sample, 0), "dog");
    roi = roi_of (sample, 1);
    fail_unless_equals_int (roi->x, 80);
    fail_unless_equals_int (roi->y, 120);
    fail_unless_equals_int (roi->w, 160);
    fail_unless_equals_int (roi->h, 30);
    param = gst_video_region_of_interest_meta_get_param (roi, "detection");
    fail_unless (param != NULL && gst_structure_has_field (param, "label_id"));
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "detections"), 6);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_pictures_alone_have_times_and_no_detections)
{
  Rig *rig = rig_new_coded (__i__, FALSE);
  GstSample *sample;

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "5e-05", draw_coded (__i__, TRUE, 1),
      NULL);
  sample = rig_pull (rig);
  fail_unless_equals_int (count_rois (sample), 0);
  fail_unless_equals_uint64 (device_time_of (sample), 50000);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  guint encoder;                /* of encoders[] */
  const gchar *decoder;
} decoders[] = {
  {0, "jpegdec"},
  {1, "avdec_h264"},
  {1, "h264parse ! avdec_h264"},
  {4, "avdec_h265"},
};
/* *INDENT-ON* */

static void
assert_box (GstSample * sample)
{
  guint64 line = device_time_of (sample) / STEP % G_N_ELEMENTS (boxes);
  GstVideoRegionOfInterestMeta *roi;

  fail_unless_equals_int (count_rois (sample), 1);
  roi = roi_of (sample, 0);
  fail_unless_equals_string (label_of (sample, 0), "person");
  fail_unless_equals_int (roi->x, boxes[line].x);
  fail_unless_equals_int (roi->y, boxes[line].y);
  fail_unless_equals_int (roi->w, boxes[line].w);
  fail_unless_equals_int (roi->h, boxes[line].h);
}

/* A decoder may keep some for itself. */
GST_START_TEST (test_detections_survive_decoding)
{
  const gchar *decoder = decoders[__i__].decoder;
  g_autofree gchar *needed = g_strdup_printf ("%s %s%s",
      encoders[decoders[__i__].encoder].elements,
      strchr (decoder, '!') ? "h264parse avdec_h264" : decoder, "");
  g_autoptr (GPtrArray) pictures = NULL;
  Rig *rig;
  guint i;

  if (!oak_test_has_elements (needed))
    return;
  pictures = encode (decoders[__i__].encoder, 60,
      "width=64,height=64,framerate=30/1");
  rig = rig_new_without_size ();
  rig_insert (rig, decoder);
  rig_play (rig);
  for (i = 0; i < pictures->len; i++) {
    g_autofree gchar *device_time = g_strdup_printf ("1.%04u", i);

    rig_say_image (rig, OAK_TEST_IMG, device_time,
        g_bytes_ref (g_ptr_array_index (pictures, i)),
        boxes[i % G_N_ELEMENTS (boxes)].text);
  }
  for (i = 0; i < 20; i++) {
    GstSample *sample = rig_pull (rig);

    assert_box (sample);
    gst_sample_unref (sample);
  }
  rig_free (rig);
}

GST_END_TEST;

/*** frames without a picture ***/

static void
expect_no_image (Rig * rig, guint64 device_time)
{
  g_autoptr (GstStructure) s = rig_wait_element (rig, "oak-no-image");
  guint64 time = 0;
  guint n = 1;

  fail_unless (gst_structure_get (s, "device-time", G_TYPE_UINT64, &time,
          "n-detections", G_TYPE_UINT, &n, NULL));
  fail_unless_equals_uint64 (time, device_time);
  fail_unless_equals_int (n, 0);
  fail_unless_equals_uint64 (rig_stat (rig, "frames-without-image"), 1);
}

GST_START_TEST (test_no_bytes_are_no_image_in_either_framing)
{
  OakTestFraming framing = __i__;
  Rig *rig = rig_new_coded (JPEG, FALSE);
  GstEvent *gap;

  rig_play (rig);
  rig_say_image (rig, framing, "1.0", draw_coded (JPEG, TRUE, 1), NULL);
  rig_say_image (rig, framing, "1.25", g_bytes_new (NULL, 0), NULL);
  rig_say_image (rig, framing, "1.5", draw_coded (JPEG, TRUE, 2), NULL);
  expect_bytes (rig, draw_coded (JPEG, TRUE, 1));
  expect_bytes (rig, draw_coded (JPEG, TRUE, 2));
  expect_no_image (rig, 1250 * GST_MSECOND);
  gap = rig_wait_event (rig, GST_EVENT_GAP, OAK_TEST_LIMIT);
  fail_unless (gap != NULL, "no gap");
  gst_event_unref (gap);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_image_may_be_the_first_before_a_jpeg)
{
  Rig *rig = rig_new_coded (JPEG, __i__);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.25", g_bytes_new (NULL, 0), NULL);
  expect_no_image (rig, 1250 * GST_MSECOND);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.5", draw_coded (JPEG, TRUE, 2), NULL);
  expect_bytes (rig, draw_coded (JPEG, TRUE, 2));
  rig_free (rig);
}

GST_END_TEST;

/* It is no gap for those who decode. */
GST_START_TEST (test_no_image_between_does_not_drop_delta_frames)
{
  Rig *rig = rig_new_coded (H264, FALSE);

  rig_play (rig);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", oak_test_h264 (TRUE, 1), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.1", g_bytes_new (NULL, 0), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.2", oak_test_h264 (FALSE, 2), NULL);
  expect_bytes (rig, oak_test_h264 (TRUE, 1));
  expect_bytes (rig, oak_test_h264 (FALSE, 2));
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
add_coded (Suite * s)
{
  TCase *tc = add_tcase (s, "coded");

  tcase_add_loop_test (tc, test_coded_picture_comes_as_it_is, 0, 4 * N_KINDS);
  tcase_add_loop_test (tc, test_frame_rate_is_announced_for_coded_pictures_too,
      0, N_KINDS);
  TABLE (tc, test_pieces_of_coded_pictures_do_not_matter, pieces);
  TABLE (tc, test_encoders_pictures_are_known, encoders);
  tcase_add_loop_test (tc, test_new_size_in_mid_stream_is_announced, 0,
      N_KINDS);
  tcase_add_test (tc, test_keyframe_without_a_size_keeps_the_last);
  tcase_add_loop_test (tc, test_payload_may_change_in_mid_stream, 0, N_KINDS);
  TABLE (tc, test_broken_picture_is_a_framing_error, broken);
  TABLE (tc, test_broken_picture_after_a_good_one_is_left_out, broken);
  tcase_add_test (tc, test_cut_jpeg_is_a_framing_error_without_being_named);
}

static void
add_deltas (Suite * s)
{
  TCase *tc = add_tcase (s, "deltas");

  tcase_add_loop_test (tc, test_delta_frames_before_a_keyframe_are_dropped, 0,
      2);
  tcase_add_test (tc, test_first_keyframe_without_a_size_is_no_beginning);
  tcase_add_test (tc, test_stats_of_delta_frames_begin_at_zero);
  tcase_add_loop_test (tc, test_after_a_pause_a_keyframe_comes_first, 0, 2);
  tcase_add_loop_test (tc, test_after_dropped_frames_a_keyframe_comes_first, 0,
      2);
}

static void
add_metas (Suite * s)
{
  TCase *tc = add_tcase (s, "metas");

  tcase_add_loop_test (tc, test_detections_ride_on_coded_pictures, 0, N_KINDS);
  tcase_add_loop_test (tc, test_pictures_alone_have_times_and_no_detections, 0,
      N_KINDS);
  TABLE (tc, test_detections_survive_decoding, decoders);
  tcase_add_loop_test (tc, test_no_bytes_are_no_image_in_either_framing, 0, 2);
  tcase_add_loop_test (tc, test_no_image_may_be_the_first_before_a_jpeg, 0, 2);
  tcase_add_test (tc, test_no_image_between_does_not_drop_delta_frames);
}

static Suite *
oakcoded_suite (void)
{
  Suite *s = suite_create ("oakcoded");

  add_coded (s);
  add_deltas (s);
  add_metas (s);
  return s;
}

GST_CHECK_MAIN (oakcoded);
