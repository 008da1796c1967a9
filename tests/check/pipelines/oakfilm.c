/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams whose pictures need each other, cameras that call, and films from
 * files, from oaktcpsink to oaktcpsrc. */

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include <glib/gstdio.h>
#include "oakline.h"

#define GOP 5
#define FRAME_TIME (33 * GST_MSECOND)

typedef struct
{
  const gchar *needs;
  const gchar *encoder;         /* no keyframe but when asked, and each 5th */
  const gchar *headers;         /* gives each keyframe its parameter sets */
} Codec;

/* *INDENT-OFF* */
static const Codec codecs[] = {
  {"x264enc", "x264enc tune=zerolatency speed-preset=ultrafast "
      "option-string=scenecut=0", ""},
  {"x265enc h265parse", "x265enc tune=zerolatency speed-preset=ultrafast "
      "log-level=none option-string=scenecut=0:pools=none:frame-threads=1",
      "! h265parse config-interval=-1 ! video/x-h265,"
      "stream-format=byte-stream,alignment=au"},
};
/* *INDENT-ON* */

static GPtrArray *
encode (const Codec * codec, guint n_frames)
{
  g_autofree gchar *text = g_strdup_printf ("videotestsrc num-buffers=%u "
      "pattern=ball ! video/x-raw,format=I420,width=64,height=64 ! %s "
      "key-int-max=%d %s", n_frames, codec->encoder, GOP, codec->headers);

  return encode_film (text);
}

static gboolean
is_delta (GstSample * sample)
{
  return GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample),
      GST_BUFFER_FLAG_DELTA_UNIT);
}

static gboolean
is_discont (GstSample * sample)
{
  return GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample),
      GST_BUFFER_FLAG_DISCONT);
}

/* Pushes the picture after the (@n - 1)th of an endless film. Its device time
 * tells which it is. */
static void
push_nth (OakLine * line, GPtrArray * film, guint n)
{
  GstSample *sample = g_ptr_array_index (film, n % film->len);
  GstBuffer *buffer = gst_buffer_copy (gst_sample_get_buffer (sample));

  stamp_device_time (buffer, n * FRAME_TIME);
  line_push (line, gst_sample_get_caps (sample), buffer);
}

/* Returns: which picture came, and that it is that one */
static guint
pull_nth (OakLine * line, GPtrArray * film, GstSample ** sample)
{
  guint n;

  *sample = line_pull (line);
  n = device_time_of (*sample) / FRAME_TIME;
  assert_same_bytes (*sample, gst_sample_get_buffer (g_ptr_array_index (film,
              n % film->len)));
  return n;
}

/*** in mid-stream ***/

static guint
count_keyframes_asked (OakLine * line)
{
  GstEvent *event;
  guint n = 0;

  while ((event = gst_harness_try_pull_upstream_event (line->camera))) {
    gboolean all_headers = FALSE;

    if (gst_video_event_is_force_key_unit (event)) {
      fail_unless (gst_video_event_parse_upstream_force_key_unit (event, NULL,
              &all_headers, NULL));
      fail_unless (all_headers);
      n++;
    }
    gst_event_unref (event);
  }
  return n;
}

GST_START_TEST (test_late_host_begins_with_a_keyframe_that_is_asked_for)
{
  g_autoptr (GPtrArray) film = NULL;
  GstSample *sample;
  OakLine *line;
  guint i;

  if (!have_elements (codecs[__i__].needs))
    return;
  film = encode (&codecs[__i__], 2 * GOP);
  line = line_new ("", "", "");
  for (i = 0; i < 2; i++)
    push_nth (line, film, i);
  fail_unless_equals_int (count_keyframes_asked (line), 0);
  line_connect (line);
  for (; i < GOP; i++)
    push_nth (line, film, i);
  fail_unless_equals_int (count_keyframes_asked (line), 1);
  fail_unless_equals_uint64 (line_stat (line->sink, "dropped"), GOP);

  for (; i < 2 * GOP; i++) {
    push_nth (line, film, i);
    fail_unless_equals_int (pull_nth (line, film, &sample), i);
    fail_unless_equals_int (is_delta (sample), i > GOP);
    fail_unless_equals_int (is_discont (sample), i == GOP);
    gst_sample_unref (sample);
  }
  fail_unless_equals_int (count_keyframes_asked (line), 0);
  fail_unless_equals_uint64 (line_stat (line->src, "delta-frames-dropped"), 0);
  line_free (line);
}

GST_END_TEST;

GST_START_TEST (test_encoder_gives_a_late_host_its_keyframe)
{
  const Codec *codec = &codecs[__i__];
  g_autofree gchar *film = NULL;
  OakLine *line;
  guint i;

  if (!have_elements (codec->needs))
    return;
  film = g_strdup_printf ("videotestsrc is-live=true ! video/x-raw,"
      "format=I420,width=64,height=64,framerate=50/1 ! %s "
      "key-int-max=100000 %s ! oaktcpsink name=sink port=0", codec->encoder,
      codec->headers);
  line = line_new_film (film, "", "");
  line_play_film (line, 10);
  line_connect (line);
  for (i = 0; i < 10; i++) {
    g_autoptr (GstSample) sample = line_pull (line);

    fail_unless_equals_int (is_delta (sample), i > 0);
  }
  fail_unless_equals_uint64 (line_stat (line->src, "delta-frames-dropped"), 0);
  line_free (line);
}

GST_END_TEST;

/*** gaps ***/

static GstPadProbeReturn
stay_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  return GST_PAD_PROBE_OK;
}

/* Pushes until the source has to leave frames out. */
static guint
push_until_dropped (OakLine * line, GPtrArray * film, guint n)
{
  gint64 end = g_get_monotonic_time () + OAK_LINE_LIMIT;

  while (line_stat (line->src, "dropped") == 0) {
    fail_unless (g_get_monotonic_time () < end, "never dropped any");
    push_nth (line, film, n++);
  }
  return n;
}

/* Pulls to the @last one. Each but keyframes must follow the one before it. */
static guint
pull_whole_groups (OakLine * line, GPtrArray * film, guint last)
{
  guint n_pulled = 0, expected = 0, n;

  do {
    g_autoptr (GstSample) sample = NULL;

    n = pull_nth (line, film, &sample);
    fail_unless_equals_int (is_delta (sample), n % GOP != 0);
    fail_unless (n == expected || !is_delta (sample),
        "picture %u where %u was expected", n, expected);
    expected = n + 1;
    n_pulled++;
  } while (n < last);
  return n_pulled;
}

GST_START_TEST (test_no_picture_comes_without_those_that_it_needs)
{
  g_autoptr (GPtrArray) film = NULL;
  g_autoptr (GstPad) pad = NULL;
  guint64 n_dropped;
  guint n_pushed, n_pulled, end;
  gulong block;
  OakLine *line;

  if (!have_elements (codecs[__i__].needs))
    return;
  film = encode (&codecs[__i__], 2 * GOP);
  line = line_new ("", "", "");
  line_connect (line);
  pad = gst_element_get_static_pad (line->src, "src");
  block = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK
      | GST_PAD_PROBE_TYPE_BUFFER, stay_blocked, NULL, NULL);
  n_pushed = push_until_dropped (line, film, 0);
  gst_pad_remove_probe (pad, block);

  /* To the next keyframe but three: no delta frame may be lost for good. */
  for (end = (n_pushed / GOP + 3) * GOP; n_pushed <= end; n_pushed++)
    push_nth (line, film, n_pushed);
  n_pulled = pull_whole_groups (line, film, end);
  n_dropped = line_stat (line->sink, "dropped")
      + line_stat (line->src, "dropped")
      + line_stat (line->src, "delta-frames-dropped");
  fail_unless_equals_uint64 (n_pushed, n_pulled + n_dropped);
  line_free (line);
}

GST_END_TEST;

/*** cameras that call ***/

static GstClockTime
pull_after_call (OakLine * line, GPtrArray * film, guint n, GstClockTime before)
{
  g_autoptr (GstSample) sample = NULL;
  GstClockTime pts;

  fail_unless_equals_int (pull_nth (line, film, &sample), n);
  pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  fail_unless (GST_CLOCK_TIME_IS_VALID (pts) && pts >= before);
  fail_unless_equals_int (is_discont (sample), n % GOP == 0);
  fail_unless_equals_int (is_delta (sample), n % GOP != 0);
  return pts;
}

/* Each time it begins anew, with the delta frames of the stream it was in. */
GST_START_TEST (test_host_goes_on_with_a_camera_that_was_restarted)
{
  g_autoptr (GPtrArray) film = NULL;
  GstClockTime pts = 0;
  OakLine *line;
  guint round, i;

  if (!have_elements (codecs[__i__].needs))
    return;
  film = encode (&codecs[__i__], GOP);
  line = line_new_calling ("", "");
  for (round = 0; round < 3; round++) {
    g_autoptr (GstMessage) message = NULL;

    line_call (line, "");
    for (i = 1; i < 3; i++)
      push_nth (line, film, i);
    for (i = 0; i < GOP; i++) {
      push_nth (line, film, i);
      pts = pull_after_call (line, film, i, pts);
    }
    line_hang_up (line);
    message = line_wait_message (line->bus,
        GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
    fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_WARNING);
    fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (line->src));
  }
  fail_unless_equals_uint64 (line_stat (line->src, "connections"), 3);
  line_free (line);
}

GST_END_TEST;

/*** films from files ***/

#define H264 "h264parse config-interval=-1 " \
    "! video/x-h264,stream-format=byte-stream,alignment=au"
#define H265 "h265parse config-interval=-1 " \
    "! video/x-h265,stream-format=byte-stream,alignment=au"
#define DECODED "videoconvert ! video/x-raw,format=BGR"

/* *INDENT-OFF* */
static const struct
{
  const gchar *needs;
  const gchar *encoder;         /* of the file */
  const gchar *reader;          /* what the camera sends of it */
  const gchar *src;
} files[] = {
  {"x264enc mp4mux qtdemux h264parse", "x264enc ! mp4mux", "qtdemux ! " H264,
      ""},
  {"x264enc mp4mux qtdemux h264parse", "x264enc tune=zerolatency ! mp4mux",
      "qtdemux ! " H264, ""},
  {"x265enc mp4mux qtdemux h265parse", "x265enc log-level=none ! h265parse "
      "! mp4mux", "qtdemux ! " H265, ""},
  {"jpegenc qtmux qtdemux", "jpegenc ! qtmux", "qtdemux ! image/jpeg", ""},
  {"x264enc mp4mux qtdemux h264parse avdec_h264", "x264enc ! mp4mux",
      "decodebin ! " DECODED, "width=128"},
  {"jpegenc qtmux qtdemux jpegdec", "jpegenc ! qtmux", "decodebin ! " DECODED,
      "height=96"},
};
/* *INDENT-ON* */

static void
write_film (const gchar * encoder, const gchar * path)
{
  g_autofree gchar *text = g_strdup_printf ("videotestsrc num-buffers=30 "
      "pattern=ball ! video/x-raw,format=I420,width=128,height=96,"
      "framerate=30/1 ! %s ! filesink location=%s", encoder, path);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = line_wait_message (bus, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static void
assert_films_equal (OakLine * line, GPtrArray * film)
{
  guint i;

  for (i = 0; i < film->len; i++) {
    GstSample *expected = g_ptr_array_index (film, i);
    g_autoptr (GstSample) sample = line_pull (line);

    assert_same_bytes (sample, gst_sample_get_buffer (expected));
    fail_unless_equals_int (is_delta (sample), is_delta (expected));
  }
}

GST_START_TEST (test_film_of_a_file_comes_whole)
{
  g_autofree gchar *folder = NULL, *path = NULL, *read = NULL, *sent = NULL;
  g_autoptr (GPtrArray) film = NULL;
  OakLine *line;

  if (!have_elements (files[__i__].needs))
    return;
  folder = g_dir_make_tmp ("oakfilm-XXXXXX", NULL);
  fail_unless (folder != NULL);
  path = g_build_filename (folder, "film.mov", NULL);
  write_film (files[__i__].encoder, path);

  read = g_strdup_printf ("filesrc location=%s ! %s", path,
      files[__i__].reader);
  film = encode_film (read);
  fail_unless_equals_int (film->len, 30);
  sent = g_strdup_printf ("%s ! oaktcpsink name=sink port=0 sync=false", read);
  line = line_new_film (sent, files[__i__].src, "");
  line_pace (line);
  line_connect (line);
  assert_films_equal (line, film);
  line_free (line);

  g_unlink (path);
  g_rmdir (folder);
}

GST_END_TEST;

static Suite *
oakfilm_suite (void)
{
  Suite *s = suite_create ("oakfilm");
  TCase *tc = tcase_create ("films");

  tcase_set_timeout (tc, 120);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc,
      test_late_host_begins_with_a_keyframe_that_is_asked_for, 0,
      G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, test_encoder_gives_a_late_host_its_keyframe, 0,
      G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, test_no_picture_comes_without_those_that_it_needs,
      0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, test_host_goes_on_with_a_camera_that_was_restarted,
      0, G_N_ELEMENTS (codecs));
  tcase_add_loop_test (tc, test_film_of_a_file_comes_whole, 0,
      G_N_ELEMENTS (files));
  return s;
}

GST_CHECK_MAIN (oakfilm);
