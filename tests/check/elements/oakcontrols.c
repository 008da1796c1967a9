/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include "oakrig.h"

/* What "at once" means for a state change. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

/* Messages are so far apart that no two are in one recv(), in microseconds;
 * and what is left of it on a busy machine. */
#define APART (100 * G_TIME_SPAN_MILLISECOND)
#define SLACK (60 * G_TIME_SPAN_MILLISECOND)

#define HERE "127.0.0.1"

/* The camera hears. Frames do not come any more, which is no failure here. */
static void
play_and_listen (Rig * rig)
{
  g_object_set (rig->src, "stall-timeout", 0, "first-byte-timeout", 0, NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  oak_test_camera_listen_to_end (rig->camera);
}

static Rig *
rig_new_listening (void)
{
  Rig *rig = rig_new ();

  play_and_listen (rig);
  return rig;
}

/* Message @i, which is not always the last one. */
static void
assert_heard (Rig * rig, guint i, const gchar * expected)
{
  g_autofree gchar *whole = g_strdup_printf ("%-32s", expected);

  oak_test_camera_wait_heard (rig->camera, i + 1);
  fail_unless_equals_string (oak_test_camera_get_heard (rig->camera, i, NULL),
      whole);
}

/* Hangs up, so that nothing more can come. */
static void
assert_heard_no_more (Rig * rig, guint n)
{
  rig_set_state (rig, GST_STATE_NULL);
  oak_test_camera_wait (rig->camera);
  fail_unless_equals_int (oak_test_camera_count_heard (rig->camera), n);
}

/* A wait with a limit, for messages that must not come. */
static void
let_pass (Rig * rig)
{
  rig_let_pass (rig, 3 * APART * GST_USECOND);
}

/*** the element ***/

GST_START_TEST (test_controls_leave_the_camera_alone_by_default)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  GObjectClass *klass = G_OBJECT_GET_CLASS (src);
  GParamSpec *focus = g_object_class_find_property (klass, "focus");
  GParamSpec *autofocus = g_object_class_find_property (klass, "autofocus");
  GParamFlags flags = G_PARAM_READWRITE | GST_PARAM_CONTROLLABLE
      | GST_PARAM_MUTABLE_PLAYING;
  gboolean on = TRUE;
  gint position = 0;

  fail_unless (focus != NULL && G_IS_PARAM_SPEC_INT (focus));
  fail_unless (autofocus != NULL && G_IS_PARAM_SPEC_BOOLEAN (autofocus));
  fail_unless_equals_int (G_PARAM_SPEC_INT (focus)->minimum, -1);
  fail_unless_equals_int (G_PARAM_SPEC_INT (focus)->maximum, 255);
  fail_unless ((focus->flags & flags) == flags);
  fail_unless ((autofocus->flags & flags) == flags);
  g_object_get (src, "focus", &position, "autofocus", &on, NULL);
  fail_unless_equals_int (position, -1);
  fail_unless (!on);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_a_position_ends_autofocus)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  gboolean on = FALSE;
  gint position = 0;

  g_object_set (src, "autofocus", TRUE, NULL);
  g_object_get (src, "autofocus", &on, NULL);
  fail_unless (on);
  g_object_set (src, "focus", 120, NULL);
  g_object_get (src, "focus", &position, "autofocus", &on, NULL);
  fail_unless_equals_int (position, 120);
  fail_unless (!on);
  gst_check_teardown_element (src);
}

GST_END_TEST;

/*** messages ***/

/* *INDENT-OFF* */
static const struct
{
  gint position;
  const gchar *message;         /* then spaces, 32 bytes in all */
} positions[] = {
  {0, "0  ,"},
  {7, "7  ,"},
  {42, "42 ,"},
  {120, "120,"},
  {255, "255,"},
};
/* *INDENT-ON* */

GST_START_TEST (test_focus_is_a_message_of_32_bytes)
{
  Rig *rig = rig_new_listening ();

  g_object_set (rig->src, "focus", positions[__i__].position, NULL);
  assert_heard (rig, 0, positions[__i__].message);
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_autofocus_is_a_message_of_32_bytes)
{
  Rig *rig = rig_new_listening ();

  g_object_set (rig->src, "autofocus", TRUE, NULL);
  assert_heard (rig, 0, "AUT,");
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_nothing_is_sent_by_default)
{
  Rig *rig = rig_new_listening ();

  let_pass (rig);
  assert_heard_no_more (rig, 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_leaving_alone_sends_nothing)
{
  Rig *rig = rig_new_listening ();

  g_object_set (rig->src, "focus", -1, "autofocus", FALSE, NULL);
  let_pass (rig);
  assert_heard_no_more (rig, 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_last_one_set_counts)
{
  Rig *rig = rig_new_listening ();

  g_object_set (rig->src, "focus", 10, NULL);
  assert_heard (rig, 0, "10 ,");
  g_object_set (rig->src, "autofocus", TRUE, NULL);
  assert_heard (rig, 1, "AUT,");
  g_object_set (rig->src, "focus", 20, NULL);
  assert_heard (rig, 2, "20 ,");
  g_object_set (rig->src, "autofocus", TRUE, NULL);
  assert_heard (rig, 3, "AUT,");
  /* where it was before */
  g_object_set (rig->src, "autofocus", FALSE, NULL);
  assert_heard (rig, 4, "20 ,");
  assert_heard_no_more (rig, 5);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_autofocus_off_without_a_position_sends_nothing)
{
  Rig *rig = rig_new_listening ();

  g_object_set (rig->src, "autofocus", TRUE, NULL);
  assert_heard (rig, 0, "AUT,");
  g_object_set (rig->src, "autofocus", FALSE, NULL);
  let_pass (rig);
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_controls_work_in_a_pause)
{
  Rig *rig = rig_new_listening ();

  rig_set_state (rig, GST_STATE_PAUSED);
  g_object_set (rig->src, "focus", 33, NULL);
  assert_heard (rig, 0, "33 ,");
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/*** bursts ***/

#define BURST 100

/* Its length tells that none came too early, each alone may be heard late. */
static void
assert_apart (Rig * rig)
{
  guint n = oak_test_camera_count_heard (rig->camera), i;
  gint64 first, last;

  oak_test_camera_get_heard (rig->camera, 0, &first);
  oak_test_camera_get_heard (rig->camera, n - 1, &last);
  fail_unless (last - first >= (n - 1) * APART - SLACK,
      "%u messages in %d ms", n, (gint) ((last - first) / 1000));
  for (i = 0; i < n; i++)
    fail_unless_equals_int (strlen (oak_test_camera_get_heard (rig->camera, i,
                NULL)), 32);
}

static void
wait_for_the_last (Rig * rig, const gchar * expected)
{
  g_autofree gchar *whole = g_strdup_printf ("%-32s", expected);
  guint n = 1;

  oak_test_camera_wait_heard (rig->camera, n);
  while (!g_str_equal (oak_test_camera_get_heard (rig->camera, n - 1, NULL),
          whole))
    oak_test_camera_wait_heard (rig->camera, ++n);
}

GST_START_TEST (test_burst_ends_with_the_last_one)
{
  Rig *rig = rig_new_listening ();
  guint i, n;

  for (i = 0; i < BURST; i++)
    g_object_set (rig->src, "focus", 100 + i, NULL);
  wait_for_the_last (rig, "199,");
  let_pass (rig);
  n = oak_test_camera_count_heard (rig->camera);
  fail_unless (n >= 1 && n < BURST, "%u messages", n);
  assert_apart (rig);
  wait_for_the_last (rig, "199,");
  assert_heard_no_more (rig, n);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_burst_of_both_kinds_ends_with_the_last_one)
{
  Rig *rig = rig_new_listening ();
  guint i, n;

  for (i = 0; i < BURST; i++) {
    g_object_set (rig->src, "focus", i, NULL);
    g_object_set (rig->src, "autofocus", TRUE, NULL);
  }
  let_pass (rig);
  n = oak_test_camera_count_heard (rig->camera);
  fail_unless (n >= 1 && n < BURST, "%u messages", n);
  assert_heard (rig, n - 1, "AUT,");
  assert_apart (rig);
  rig_free (rig);
}

GST_END_TEST;

static gpointer
turn_the_lens (gpointer user_data)
{
  Rig *rig = user_data;
  guint i;

  for (i = 0; i < 1000; i++)
    g_object_set (rig->src, "focus", i % 256, NULL);
  return NULL;
}

GST_START_TEST (test_any_thread_may_set_controls)
{
  Rig *rig = rig_new_listening ();
  GThread *threads[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("lens", turn_the_lens, rig);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_object_set (rig->src, "focus", 77, NULL);
  wait_for_the_last (rig, "77 ,");
  assert_apart (rig);
  rig_free (rig);
}

GST_END_TEST;

/* It sends frames, and leaves unread what it is told. */
GST_START_TEST (test_camera_that_never_reads_blocks_nobody)
{
  Rig *rig = rig_new ();
  gint64 start;
  guint i;

  rig_play (rig);
  rig_say (rig, "1.0", 0);
  expect_said (rig, 0);
  for (i = 1; i < 10; i++) {
    guint k;

    start = g_get_monotonic_time ();
    for (k = 0; k < 2000; k++)
      g_object_set (rig->src, "focus", k % 256, "autofocus", k % 2, NULL);
    fail_unless (g_get_monotonic_time () - start < 4 * AT_ONCE,
        "set_property waits");
    rig_say (rig, "1.0", i);
    expect_said (rig, i);
  }
  start = g_get_monotonic_time ();
  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "NULL is slow");
  rig_free (rig);
}

GST_END_TEST;

/*** connections ***/

GST_START_TEST (test_what_is_set_before_is_sent_when_connected)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "focus", 55, NULL);
  play_and_listen (rig);
  assert_heard (rig, 0, "55 ,");
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/* Also before the camera has said a word. */
GST_START_TEST (test_silent_camera_is_told_too)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "autofocus", TRUE, "first-byte-timeout", 0, NULL);
  rig_play (rig);
  oak_test_camera_listen_to_end (rig->camera);
  assert_heard (rig, 0, "AUT,");
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_restart_sends_it_again)
{
  Rig *rig = rig_new_listening ();

  g_object_set (rig->src, "focus", 66, NULL);
  assert_heard (rig, 0, "66 ,");
  rig_set_state (rig, GST_STATE_READY);
  oak_test_camera_wait (rig->camera);
  play_and_listen (rig);
  assert_heard (rig, 1, "66 ,");
  assert_heard_no_more (rig, 2);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_next_camera_is_told_the_last_one_set)
{
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "focus", 1, "stall-timeout", 0,
      "first-byte-timeout", 0, NULL);
  rig_play (rig);
  rig_call (rig, HERE);
  oak_test_camera_hear (rig->camera, 1);
  assert_heard (rig, 0, "1  ,");
  oak_test_camera_close (rig->camera);
  rig_call_again (rig, HERE);
  oak_test_camera_hear (rig->camera, 1);
  assert_heard (rig, 1, "1  ,");
  g_object_set (rig->src, "autofocus", TRUE, NULL);
  oak_test_camera_hear (rig->camera, 1);
  assert_heard (rig, 2, "AUT,");
  oak_test_camera_close (rig->camera);
  rig_call_again (rig, HERE);
  oak_test_camera_listen_to_end (rig->camera);
  assert_heard (rig, 3, "AUT,");
  assert_heard_no_more (rig, 4);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_what_is_set_while_nobody_is_there_is_sent_later)
{
  Rig *rig = rig_new_server ();
  guint i;

  rig_play (rig);
  for (i = 0; i < BURST; i++)
    g_object_set (rig->src, "focus", i, NULL);
  rig_call (rig, HERE);
  oak_test_camera_listen_to_end (rig->camera);
  assert_heard (rig, 0, "99 ,");
  assert_heard_no_more (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_stranger_is_told_nothing)
{
  Rig *rig = rig_new_server ();

  rig_set (rig, "allow-from", "127.0.0.2");
  g_object_set (rig->src, "focus", 5, NULL);
  rig_play (rig);
  rig_call (rig, HERE);
  oak_test_camera_listen_to_end (rig->camera);
  oak_test_camera_wait (rig->camera);
  fail_unless_equals_int (oak_test_camera_count_heard (rig->camera), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_frames_come_while_the_lens_turns)
{
  Rig *rig = rig_new ();
  guint i;

  rig_play (rig);
  for (i = 0; i < 100; i++) {
    g_object_set (rig->src, "focus", i, NULL);
    rig_say (rig, "1.0", i);
    expect_said (rig, i);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 100);
  rig_free (rig);
}

GST_END_TEST;

/*** the end ***/

GST_START_TEST (test_after_null_nothing_is_sent)
{
  Rig *rig = rig_new_listening ();

  rig_set_state (rig, GST_STATE_NULL);
  g_object_set (rig->src, "focus", 9, NULL);
  assert_heard_no_more (rig, 0);
  rig_free (rig);
}

GST_END_TEST;

/* Not even to wait until it may be sent. */
GST_START_TEST (test_null_returns_at_once_in_a_burst)
{
  Rig *rig = rig_new_listening ();
  gint64 start;

  g_object_set (rig->src, "focus", 1, NULL);
  g_object_set (rig->src, "focus", 2, NULL);
  g_object_set (rig->src, "focus", 3, NULL);
  start = g_get_monotonic_time ();
  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE);
  oak_test_camera_wait (rig->camera);
  rig_free (rig);
}

GST_END_TEST;

/*** controllers ***/

static GstControlSource *
bind (Rig * rig, const gchar * property)
{
  GstControlSource *source = gst_interpolation_control_source_new ();

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_NONE, NULL);
  fail_unless (gst_object_add_control_binding (GST_OBJECT (rig->src),
          gst_direct_control_binding_new_absolute (GST_OBJECT (rig->src),
              property, source)));
  return source;
}

/* At a time of the pipeline's clock, which stands still. */
static void
say_at (Rig * rig, GstClock * clock, GstClockTime time,
    const gchar * device_time, guint seed)
{
  gst_test_clock_set_time (GST_TEST_CLOCK (clock), time);
  rig_say (rig, device_time, seed);
  expect_said (rig, seed);
}

GST_START_TEST (test_controller_turns_the_lens)
{
  Rig *rig = rig_new ();
  GstClock *clock = gst_test_clock_new ();
  GstControlSource *source;

  g_object_set (rig->src, "stall-timeout", 0, NULL);
  source = bind (rig, "focus");
  gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source),
      0, 40);
  gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source),
      5 * GST_SECOND, 80);
  gst_pipeline_use_clock (GST_PIPELINE (rig->pipeline), clock);
  rig_play (rig);
  say_at (rig, clock, GST_SECOND, "1.0", 1);
  say_at (rig, clock, 2 * GST_SECOND, "2.0", 2);
  oak_test_camera_hear (rig->camera, 1);
  assert_heard (rig, 0, "40 ,");
  say_at (rig, clock, 10 * GST_SECOND, "10.0", 3);
  say_at (rig, clock, 11 * GST_SECOND, "11.0", 4);
  oak_test_camera_hear (rig->camera, 1);
  assert_heard (rig, 1, "80 ,");
  /* the same again is nothing new */
  say_at (rig, clock, 12 * GST_SECOND, "12.0", 5);
  oak_test_camera_listen_to_end (rig->camera);
  let_pass (rig);
  assert_heard_no_more (rig, 2);
  gst_object_unref (source);
  rig_free (rig);
  gst_object_unref (clock);
}

GST_END_TEST;

GST_START_TEST (test_controller_switches_autofocus)
{
  Rig *rig = rig_new ();
  GstControlSource *source = bind (rig, "autofocus");

  g_object_set (rig->src, "stall-timeout", 0, NULL);
  gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source),
      0, 1);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  rig_skip (rig, 2);
  oak_test_camera_listen_to_end (rig->camera);
  assert_heard (rig, 0, "AUT,");
  assert_heard_no_more (rig, 1);
  gst_object_unref (source);
  rig_free (rig);
}

GST_END_TEST;

#define TABLE(tc,test,table) \
    tcase_add_loop_test (tc, test, 0, G_N_ELEMENTS (table))

static Suite *
oakcontrols_suite (void)
{
  Suite *s = suite_create ("oakcontrols");
  TCase *tc = tcase_create ("controls");

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_controls_leave_the_camera_alone_by_default);
  tcase_add_test (tc, test_a_position_ends_autofocus);
  TABLE (tc, test_focus_is_a_message_of_32_bytes, positions);
  tcase_add_test (tc, test_autofocus_is_a_message_of_32_bytes);
  tcase_add_test (tc, test_nothing_is_sent_by_default);
  tcase_add_test (tc, test_leaving_alone_sends_nothing);
  tcase_add_test (tc, test_last_one_set_counts);
  tcase_add_test (tc, test_autofocus_off_without_a_position_sends_nothing);
  tcase_add_test (tc, test_controls_work_in_a_pause);
  tcase_add_test (tc, test_burst_ends_with_the_last_one);
  tcase_add_test (tc, test_burst_of_both_kinds_ends_with_the_last_one);
  tcase_add_test (tc, test_any_thread_may_set_controls);
  tcase_add_test (tc, test_camera_that_never_reads_blocks_nobody);
  tcase_add_test (tc, test_what_is_set_before_is_sent_when_connected);
  tcase_add_test (tc, test_silent_camera_is_told_too);
  tcase_add_test (tc, test_restart_sends_it_again);
  tcase_add_test (tc, test_next_camera_is_told_the_last_one_set);
  tcase_add_test (tc, test_what_is_set_while_nobody_is_there_is_sent_later);
  tcase_add_test (tc, test_stranger_is_told_nothing);
  tcase_add_test (tc, test_frames_come_while_the_lens_turns);
  tcase_add_test (tc, test_after_null_nothing_is_sent);
  tcase_add_test (tc, test_null_returns_at_once_in_a_burst);
  tcase_add_test (tc, test_controller_turns_the_lens);
  tcase_add_test (tc, test_controller_switches_autofocus);
  return s;
}

GST_CHECK_MAIN (oakcontrols);
