/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GStreamer's players play what a camera sends when they are given its URI. */

#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include "oakline.h"

#define WIDTH 128
#define HEIGHT 96
#define N_PICTURES 15

/* While it waits for a picture that has been sent, a test sends the next. */
#define NEXT_PICTURE (20 * GST_MSECOND)

typedef struct
{
  const gchar *needs;
  const gchar *encoder;
  const gchar *keys;            /* of the URI */
} Payload;

/* Bytes do not tell the sides of raw pictures that no camera is known for. */
/* *INDENT-OFF* */
static const Payload payloads[] = {
  {"", "videoconvert", "?width=128"},
  {"jpegenc jpegdec", "jpegenc", ""},
  {"x264enc avdec_h264", "x264enc tune=zerolatency speed-preset=ultrafast "
      "key-int-max=10", ""},
  {"x265enc h265parse avdec_h265", "x265enc tune=zerolatency "
      "speed-preset=ultrafast log-level=none key-int-max=10 "
      "! h265parse config-interval=-1 ! video/x-h265,"
      "stream-format=byte-stream,alignment=au", ""},
  {"jpegenc jpegdec", "jpegenc", "?payload=jpeg&framerate=50/1&latency=20"},
};

/* As gst-play-1.0 does it, and as one types it; in time. */
static const gchar *const players[] = {
  "uridecodebin uri=URI ! appsink name=out",
  "uridecodebin3 uri=URI ! appsink name=out",
  "playbin uri=URI video-sink=\"appsink name=out\"",
  "playbin3 uri=URI video-sink=\"appsink name=out\"",
  "oaktcpsrc uri=URI ! decodebin ! appsink name=out",
  "oaktcpsrc uri=URI ! decodebin3 ! appsink name=out",
};

/* Those whose pads may change what they are. */
static const gchar *const new_players[] = {
  "uridecodebin3 uri=URI ! appsink name=out",
  "playbin3 uri=URI video-sink=\"appsink name=out\"",
  "oaktcpsrc uri=URI ! decodebin3 ! appsink name=out",
};
/* *INDENT-ON* */

static void
assert_size (GstSample * sample, gint width, gint height)
{
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless (GST_VIDEO_INFO_FORMAT (&info) != GST_VIDEO_FORMAT_ENCODED);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), height);
}

/* playbin3 has its sink in NULL until it knows what there is. */
static void
wait_started (OakLine * line)
{
  g_autoptr (GstMessage) message = line_wait_message (line->bus,
      GST_MESSAGE_STREAM_START | GST_MESSAGE_ERROR);

  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_STREAM_START);
}

static void
stop (OakLine * line)
{
  g_autoptr (GstMessage) message = NULL;

  fail_unless_equals_int (gst_element_set_state (line->host, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  message = gst_bus_pop_filtered (line->bus, GST_MESSAGE_ERROR);
  fail_unless (message == NULL, "an error when it stops");
}

GST_START_TEST (test_player_shows_what_a_camera_sends)
{
  const Payload *payload = &payloads[__i__ / G_N_ELEMENTS (players)];
  const gchar *player = players[__i__ % G_N_ELEMENTS (players)];
  g_autofree gchar *film = NULL;
  OakLine *line;
  guint i;

  if (*payload->needs && !have_elements (payload->needs))
    return;
  GST_INFO ("%s: %s", payload->encoder, player);
  film = g_strdup_printf ("videotestsrc is-live=true pattern=ball "
      "! video/x-raw,format=I420,width=%d,height=%d,framerate=50/1 ! %s "
      "! oaktcpsink name=sink port=0", WIDTH, HEIGHT, payload->encoder);
  line = line_new_player (film, player, payload->keys);
  line_connect (line);
  wait_started (line);
  for (i = 0; i < N_PICTURES; i++) {
    g_autoptr (GstSample) sample = line_pull (line);

    assert_size (sample, WIDTH, HEIGHT);
  }
  stop (line);
  line_free (line);
}

GST_END_TEST;

/*** in mid-stream ***/

/* Sends pictures until @n came out that have these sides. */
static void
send_until_seen (OakLine * line, GstSample * picture, gint width, gint height,
    guint * n_sent, guint n)
{
  gint64 end = g_get_monotonic_time () + OAK_LINE_LIMIT;

  while (n > 0) {
    GstBuffer *buffer = gst_buffer_copy (gst_sample_get_buffer (picture));
    g_autoptr (GstSample) sample = NULL;
    gint shown = 0;

    stamp_device_time (buffer, (*n_sent)++ * NEXT_PICTURE);
    line_push (line, gst_sample_get_caps (picture), buffer);
    g_signal_emit_by_name (line->out, "try-pull-sample",
        (guint64) NEXT_PICTURE, &sample);
    if (sample == NULL) {
      g_autofree gchar *error = line_describe_error (line->bus);

      fail_unless (error == NULL, "%s", error);
      fail_unless (g_get_monotonic_time () < end, "nothing came");
      continue;
    }
    /* Those from before the change may still come. */
    gst_structure_get_int (gst_caps_get_structure (gst_sample_get_caps
            (sample), 0), "width", &shown);
    if (shown != width)
      continue;
    assert_size (sample, width, height);
    n--;
  }
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *needs;
  const gchar *first, *then;    /* other sides, so that a test can tell them */
} changes[] = {
  {"jpegenc jpegdec", "format=BGR", "format=I420 ! jpegenc"},
  {"jpegenc jpegdec", "format=I420 ! jpegenc", "format=BGR"},
  {"x264enc avdec_h264", "format=BGR", "format=I420 ! x264enc "
      "tune=zerolatency speed-preset=ultrafast"},
};
/* *INDENT-ON* */

static GPtrArray *
make_picture (const gchar * encoder, gint width, gint height)
{
  g_autofree gchar *text = g_strdup_printf ("videotestsrc num-buffers=1 "
      "! video/x-raw,width=%d,height=%d,%s", width, height, encoder);

  return encode_film (text);
}

/* The parser that urisourcebin of a newer GStreamer puts behind the source for
 * an encoded stream refuses what is none. decodebin3 alone takes it. */
static gboolean
can_become_raw (const gchar * player)
{
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  if (minor <= 22 || g_str_has_prefix (player, "oaktcpsrc"))
    return TRUE;
  g_printerr ("urisourcebin of GStreamer %u.%u stays with encoded pictures: "
      "skipped.\n", major, minor);
  return FALSE;
}

GST_START_TEST (test_new_player_follows_a_change_of_payload)
{
  const gchar *player = new_players[__i__ % G_N_ELEMENTS (new_players)];
  guint change = __i__ / G_N_ELEMENTS (new_players);
  g_autoptr (GPtrArray) first = NULL, then = NULL;
  guint n_sent = 0;
  OakLine *line;

  if (!have_elements (changes[change].needs))
    return;
  if (g_str_equal (changes[change].then, "format=BGR")
      && !can_become_raw (player))
    return;
  GST_INFO ("%s, then %s: %s", changes[change].first, changes[change].then,
      player);
  /* The sides of the raw ones are those of a known camera. */
  first = make_picture (changes[change].first, 320, 180);
  then = make_picture (changes[change].then, 640, 352);
  line = line_new_player (NULL, player, "?latency=20");
  line_connect (line);
  send_until_seen (line, g_ptr_array_index (first, 0), 320, 180, &n_sent, 5);
  send_until_seen (line, g_ptr_array_index (then, 0), 640, 352, &n_sent, 5);
  stop (line);
  line_free (line);
}

GST_END_TEST;

static Suite *
oakplayback_suite (void)
{
  Suite *s = suite_create ("oakplayback");
  TCase *tc = tcase_create ("players");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_player_shows_what_a_camera_sends, 0,
      G_N_ELEMENTS (payloads) * G_N_ELEMENTS (players));
  tcase_add_loop_test (tc, test_new_player_follows_a_change_of_payload, 0,
      G_N_ELEMENTS (changes) * G_N_ELEMENTS (new_players));
  return s;
}

GST_CHECK_MAIN (oakplayback);
