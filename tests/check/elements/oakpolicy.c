/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of the stream when the camera goes, or becomes another. */

#include <gst/check/gstcheck.h>

#include "oakrig.h"

/*** how it ends ***/

static void
expect_eos (Rig * rig)
{
  GstMessage *message =
      rig_poll_message (rig, GST_MESSAGE_EOS | GST_MESSAGE_ERROR,
      OAK_TEST_LIMIT / G_TIME_SPAN_MILLISECOND);

  fail_unless (message != NULL, "no end of the stream");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
}

GST_START_TEST (test_eos_after_a_picture_is_no_error_but_says_why)
{
  Rig *rig = rig_new ();

  rig_set (rig, "on-disconnect", "eos");
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  oak_test_camera_close (rig->camera);
  g_free (rig_take_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
  expect_eos (rig);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_eos_before_any_picture_is_an_error)
{
  Rig *rig = rig_new ();

  rig_set (rig, "on-disconnect", "eos");
  rig_play (rig);
  oak_test_camera_close (rig->camera);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_eos_when_a_size_becomes_nonsense)
{
  Rig *rig = rig_new_without_size ();

  rig_set (rig, "on-disconnect", "eos");
  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  rig_say_size (rig, "1.1", 11, 13, 2);
  expect_picture (rig, "BGR", 300, 300, 1);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX));
  expect_eos (rig);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_server_may_end_with_the_camera_too)
{
  Rig *rig = rig_new_server ();

  rig_set (rig, "on-disconnect", __i__ == 0 ? "eos" : "error");
  rig_play (rig);
  rig_call (rig, "127.0.0.1");
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  oak_test_camera_close (rig->camera);
  if (__i__ == 0)
    expect_eos (rig);
  else
    g_free (rig_take_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
  rig_free (rig);
}

GST_END_TEST;

/*** a camera that becomes another ***/

/* A new size, then the old one again. */
static void
say_sizes (Rig * rig)
{
  rig_say_size (rig, "1.1", 416, 416, 2);
  rig_say_size (rig, "1.2", 416, 416, 3);
  rig_say_size (rig, "1.3", 300, 300, 4);
  rig_say_size (rig, "1.4", 300, 300, 5);
}

static void
expect_the_old_size_alone (Rig * rig)
{
  GstSample *sample = rig_pull (rig);

  assert_picture (sample, "BGR", 300, 300, 4);
  fail_unless (is_discont (sample));
  gst_sample_unref (sample);
  expect_picture (rig, "BGR", 300, 300, 5);
  fail_unless_equals_uint64 (rig_stat (rig, "unusable"), 2);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 1);
  g_free (rig_take_warning (rig, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION));
  fail_unless (gst_bus_pop_filtered (rig->bus,
          GST_MESSAGE_WARNING | GST_MESSAGE_ERROR) == NULL, "told twice");
  rig_free (rig);
}

GST_START_TEST (test_size_that_downstream_does_not_take_is_left_out)
{
  Rig *rig = rig_new_without_size ();

  rig_want (rig, "video/x-raw,width=300,height=300");
  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  say_sizes (rig);
  expect_picture (rig, "BGR", 300, 300, 1);
  expect_the_old_size_alone (rig);
}

GST_END_TEST;

static GstPadProbeReturn
refuse_caps (GstPad * pad, GstPadProbeInfo * probe, gpointer unused)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (probe);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ACCEPT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_query_set_accept_caps_result (query, FALSE);
  return GST_PAD_PROBE_HANDLED;
}

/* Some say what they take only when they are asked about it. */
GST_START_TEST (test_downstream_is_asked_before_caps_change)
{
  Rig *rig = rig_new_without_size ();
  gulong probe;

  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  expect_picture (rig, "BGR", 300, 300, 1);
  probe = gst_pad_add_probe (rig->pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      refuse_caps, NULL, NULL);
  rig_say_size (rig, "1.1", 416, 416, 2);
  rig_say_size (rig, "1.2", 416, 416, 3);
  rig_wait_stat (rig, "unusable", 2);
  gst_pad_remove_probe (rig->pad, probe);
  rig_say_size (rig, "1.3", 300, 300, 4);
  rig_say_size (rig, "1.4", 300, 300, 5);
  expect_the_old_size_alone (rig);
}

GST_END_TEST;

static Suite *
oakpolicy_suite (void)
{
  Suite *s = suite_create ("oakpolicy");
  TCase *tc = tcase_create ("end");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_eos_after_a_picture_is_no_error_but_says_why);
  tcase_add_test (tc, test_eos_before_any_picture_is_an_error);
  tcase_add_test (tc, test_eos_when_a_size_becomes_nonsense);
  tcase_add_loop_test (tc, test_server_may_end_with_the_camera_too, 0, 2);

  tc = tcase_create ("change");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_size_that_downstream_does_not_take_is_left_out);
  tcase_add_test (tc, test_downstream_is_asked_before_caps_change);
  return s;
}

GST_CHECK_MAIN (oakpolicy);
