/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>
#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include "oaktestcamera.h"

#define WIDTH 16
#define HEIGHT 8
#define DETECTIONS "16;87.3;0.2500;0.2500;0.7500;0.7500|" \
    "0;99.0;0.0000;0.0000;0.5000;0.5000"

typedef struct
{
  GMutex lock;
  guint n_buffers;              /* with lock */
  guint n_regions;              /* with lock */
  guint n_params;               /* with lock */
} Sink;

static void
sink_clear (Sink * sink)
{
  g_mutex_clear (&sink->lock);
}

static void
note_handoff (GstElement * element, GstBuffer * buffer, GstPad * pad,
    gpointer user_data)
{
  Sink *sink = user_data;
  GstVideoRegionOfInterestMeta *roi;
  gpointer state = NULL;

  g_mutex_lock (&sink->lock);
  sink->n_buffers++;
  while ((roi = (GstVideoRegionOfInterestMeta *)
          gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    sink->n_regions++;
    if (gst_video_region_of_interest_meta_get_param (roi, "detection"))
      sink->n_params++;
  }
  g_mutex_unlock (&sink->lock);
}

/* The element named @name tells @sink what came to it. */
static void
watch_sink (GstElement * pipeline, const gchar * name, Sink * sink)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);

  fail_unless (element != NULL);
  g_mutex_init (&sink->lock);
  g_object_set (element, "signal-handoffs", TRUE, NULL);
  g_signal_connect (element, "handoff", G_CALLBACK (note_handoff), sink);
  gst_object_unref (element);
}

/* No frame is late because the machine is slow. */
static GstElement *
launch (OakTestCamera * camera, const gchar * rest)
{
  g_autofree gchar *text = g_strdup_printf ("oaktcpsrc port=%u width=%d "
      "height=%d drop-on-latency=false %s", oak_test_camera_get_port (camera),
      WIDTH, HEIGHT, rest);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  fail_unless (error == NULL, "%s", error ? error->message : "");
  return pipeline;
}

static void
say_frames (OakTestCamera * camera, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    g_autofree gchar *device_time = g_strdup_printf ("100.%03u", 10 * i);
    OakTestFrame frame = { device_time, WIDTH, HEIGHT, i, DETECTIONS };

    oak_test_camera_say_frame (camera, &frame);
  }
}

/* Plays @n frames, all that the pipeline takes, until it says EOS. */
static void
play_to_the_end (GstElement * pipeline, OakTestCamera * camera, guint n)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  fail_if (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  say_frames (camera, n);
  message = gst_bus_timed_pop_filtered (bus, OAK_TEST_LIMIT * GST_USECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no end");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *rest;
  gboolean params;              /* FALSE: a conversion takes them off */
} lines[] = {
  {"num-buffers=5 ! fakesink name=sink", TRUE},
  {"num-buffers=5 ! fakesink name=sink sync=true", TRUE},
  {"num-buffers=5 ! queue ! fakesink name=sink", TRUE},
  {"num-buffers=5 ! video/x-raw,format=BGRP ! queue ! fakesink name=sink",
      TRUE},
  {"num-buffers=5 framerate=30/1 ! video/x-raw,framerate=30/1 "
      "! fakesink name=sink", TRUE},
  {"num-buffers=5 ! videoconvert ! video/x-raw,format=I420 "
      "! fakesink name=sink", FALSE},
  {"num-buffers=5 ! videoconvert ! videoscale "
      "! video/x-raw,format=RGB,width=32,height=16 ! fakesink name=sink sync=true",
      FALSE},
  {"num-buffers=5 ! videoscale "
      "! video/x-raw,width=32,pixel-aspect-ratio=1/1 ! fakesink name=sink",
      FALSE},
  {"num-buffers=5 ! tee name=t ! queue ! fakesink name=sink "
      "t. ! queue ! videoconvert ! video/x-raw,format=I420 ! fakesink", TRUE},
};
/* *INDENT-ON* */

GST_START_TEST (test_five_frames_with_their_regions_and_the_end)
{
  OakTestCamera *camera = oak_test_camera_new ();
  GstElement *pipeline = launch (camera, lines[__i__].rest);
  Sink sink = { 0, };

  watch_sink (pipeline, "sink", &sink);
  play_to_the_end (pipeline, camera, 5);
  fail_unless_equals_int (sink.n_buffers, 5);
  fail_unless_equals_int (sink.n_regions, 10);
  fail_unless_equals_int (sink.n_params, lines[__i__].params ? 10 : 0);
  sink_clear (&sink);
  oak_test_camera_free (camera);
}

GST_END_TEST;

GST_START_TEST (test_both_branches_of_a_tee_get_all)
{
  OakTestCamera *camera = oak_test_camera_new ();
  GstElement *pipeline = launch (camera, "num-buffers=5 ! tee name=t "
      "! queue ! fakesink name=one t. ! queue ! fakesink name=two");
  Sink one = { 0, }, two = { 0, };

  watch_sink (pipeline, "one", &one);
  watch_sink (pipeline, "two", &two);
  play_to_the_end (pipeline, camera, 5);
  fail_unless_equals_int (one.n_buffers, 5);
  fail_unless_equals_int (two.n_buffers, 5);
  fail_unless_equals_int (two.n_regions, 10);
  sink_clear (&one);
  sink_clear (&two);
  oak_test_camera_free (camera);
}

GST_END_TEST;

GST_START_TEST (test_eos_event_ends_a_pipeline_that_plays)
{
  OakTestCamera *camera = oak_test_camera_new ();
  GstElement *pipeline =
      launch (camera, "! videoconvert ! fakesink name=sink sync=true");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  say_frames (camera, 3);
  oak_test_camera_wait (camera);
  fail_unless (gst_element_send_event (pipeline, gst_event_new_eos ()));
  message = gst_bus_timed_pop_filtered (bus,
      oak_test_patience () * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no end");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  oak_test_camera_free (camera);
}

GST_END_TEST;

/*** to a sink ***/

static guint64
stat_of (GstElement * element, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no %s", name);
  return value;
}

/* One that @sink serves. */
static GSocketConnection *
connect_reader (GstElement * sink)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *reader;
  guint port = 0;

  g_object_get (sink, "current-port", &port, NULL);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, OAK_TEST_LIMIT / G_TIME_SPAN_SECOND);
  reader = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL,
      NULL);
  fail_unless (reader != NULL);
  while (stat_of (sink, "connections") == 0) {
    fail_unless (g_get_monotonic_time () < limit, "it is not served");
    g_thread_yield ();
  }
  return reader;
}

static void
expect_bytes (GSocketConnection * reader, const gchar * text, gsize pad)
{
  gsize size = MAX (strlen (text), pad);
  g_autofree gchar *wanted = g_strdup_printf ("%-*s", (gint) size, text);
  g_autofree gchar *got = g_malloc0 (size + 1);

  fail_unless (g_input_stream_read_all (g_io_stream_get_input_stream
          (G_IO_STREAM (reader)), got, size, NULL, NULL, NULL));
  fail_unless_equals_string (got, wanted);
}

static void
skip_picture (GSocketConnection * reader)
{
  gchar picture[3 * WIDTH * HEIGHT];

  fail_unless (g_input_stream_read_all (g_io_stream_get_input_stream
          (G_IO_STREAM (reader)), picture, sizeof (picture), NULL, NULL, NULL));
}

/* *INDENT-OFF* */
static const gchar *ways[] = {
  "labels=none",
  "labels=none ! videoconvert",
  "labels=none ! videoconvert ! video/x-raw,format=RGB",
  "labels=none ! videoconvert ! video/x-raw,format=I420 ! videoconvert ! queue",
  "labels=none analytics-meta=false ! videoconvert ! video/x-raw,format=RGB",
};
/* *INDENT-ON* */

/* The names are not even the same. The frame of which nothing is known gets
 * what the sink is told to send. */
GST_START_TEST (test_detections_pass_converters_to_a_sink)
{
  OakTestCamera *camera = oak_test_camera_new ();
  g_autofree gchar *rest = g_strdup_printf ("%s ! oaktcpsink name=sink port=0 "
      "framing=img detections=9;9;0;0;0.5;0.5", ways[__i__]);
  OakTestFrame frame = { "1.0", WIDTH, HEIGHT, 1, DETECTIONS };
  OakTestFrame without = { "2.0", WIDTH, HEIGHT, 2, NULL };
  g_autoptr (GstElement) pipeline = launch (camera, rest);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline),
      "sink");
  g_autoptr (GSocketConnection) reader = NULL;
  g_autoptr (GBytes) picture = NULL;

  fail_if (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  reader = connect_reader (sink);
  oak_test_camera_say_frame (camera, &frame);
  expect_bytes (reader, "IMG 1.0 384 70", 32);
  expect_bytes (reader, "0;99.0;0.0000;0.0000;0.5000;0.5000|"
      "16;87.3;0.2500;0.2500;0.7500;0.7500", 0);
  skip_picture (reader);
  oak_test_camera_say_frame (camera, &without);
  expect_bytes (reader, "IMG 2.0 384 0", 32);
  skip_picture (reader);
  picture = g_bytes_new_take (g_malloc0 (3 * WIDTH * HEIGHT),
      3 * WIDTH * HEIGHT);
  oak_test_camera_say_image (camera, OAK_TEST_ABCDE, "3.0", picture, NULL);
  expect_bytes (reader, "IMG 3.0 384 33", 32);
  expect_bytes (reader, "9;9.0;0.0000;0.0000;0.5000;0.5000", 0);
  g_io_stream_close (G_IO_STREAM (reader), NULL, NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  oak_test_camera_free (camera);
}

GST_END_TEST;

static Suite *
oaktcp_suite (void)
{
  Suite *s = suite_create ("oaktcp");
  TCase *tc = tcase_create ("pipelines");

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_five_frames_with_their_regions_and_the_end, 0,
      G_N_ELEMENTS (lines));
  tcase_add_test (tc, test_both_branches_of_a_tee_get_all);
  tcase_add_test (tc, test_eos_event_ends_a_pipeline_that_plays);
  tcase_add_loop_test (tc, test_detections_pass_converters_to_a_sink, 0,
      G_N_ELEMENTS (ways));
  return s;
}

GST_CHECK_MAIN (oaktcp);
