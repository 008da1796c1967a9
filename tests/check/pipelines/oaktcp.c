/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/check/gstcheck.h>
#include <gst/video/gstvideometa.h>
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

static GstElement *
launch (OakTestCamera * camera, const gchar * rest)
{
  g_autofree gchar *text = g_strdup_printf ("oaktcpsrc port=%u width=%d "
      "height=%d %s", oak_test_camera_get_port (camera), WIDTH, HEIGHT, rest);
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
  message = gst_bus_timed_pop_filtered (bus, GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "no end");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
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
  return s;
}

GST_CHECK_MAIN (oaktcp);
