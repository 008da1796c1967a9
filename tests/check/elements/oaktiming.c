/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time: what PTS says, what a latency is, what becomes of late frames. */

#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>

#include "oakrig.h"
#include "oaktestpictures.h"

/* When the pipeline begins to play, by its clock. */
static GstClockTime start = 5 * GST_SECOND;

/* A pipeline with a clock that stands still unless it is told. */
static Rig *
rig_new_with_clock (void)
{
  Rig *rig = rig_new ();
  GstClock *clock = gst_test_clock_new_with_start_time (start);

  gst_pipeline_use_clock (GST_PIPELINE (rig->pipeline), clock);
  gst_object_unref (clock);
  g_object_set (rig->src, "latency", 100, NULL);
  return rig;
}

/* @time: in running time */
static void
set_time (Rig * rig, GstClockTime time)
{
  g_autoptr (GstClock) clock =
      gst_pipeline_get_clock (GST_PIPELINE (rig->pipeline));

  gst_test_clock_set_time (GST_TEST_CLOCK (clock), start + time);
}

/* A frame that arrives at this time. @device_time: in ms */
static void
say_at (Rig * rig, GstClockTime time, guint device_time, guint seed)
{
  g_autofree gchar *text = g_strdup_printf ("%u.%03u", device_time / 1000,
      device_time % 1000);

  set_time (rig, time);
  rig_say (rig, text, seed);
  rig_wait_heard (rig);
}

static GstClockTime
pts_of (GstSample * sample)
{
  return GST_BUFFER_PTS (gst_sample_get_buffer (sample));
}

static gboolean
is_resync (GstSample * sample)
{
  return GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample),
      GST_BUFFER_FLAG_RESYNC);
}

static void
assert_pts (GstSample * sample, GstClockTime expected)
{
  fail_unless (pts_of (sample) == expected, "PTS %" GST_TIME_FORMAT
      " instead of %" GST_TIME_FORMAT, GST_TIME_ARGS (pts_of (sample)),
      GST_TIME_ARGS (expected));
}

/* A frame that is said now, and its PTS. */
static GstClockTime
pull_at (Rig * rig, GstClockTime time, guint device_time)
{
  GstSample *sample;
  GstClockTime pts;

  say_at (rig, time, device_time, 1);
  sample = rig_pull (rig);
  pts = pts_of (sample);
  gst_sample_unref (sample);
  return pts;
}

static gint64
signed_stat (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  gint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_int64 (stats, name, &value));
  return value;
}

static gdouble
double_stat (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  gdouble value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_double (stats, name, &value));
  return value;
}

/*** what PTS is ***/

GST_START_TEST (test_arrival_is_pts_where_it_is_asked_for)
{
  static const guint device_times[] = { 1000, 1900, 5, 99000, 99000, 99010 };
  Rig *rig = rig_new_with_clock ();
  guint i;

  rig_set (rig, "timestamp-mode", "arrival");
  rig_play (rig);
  for (i = 0; i < G_N_ELEMENTS (device_times); i++) {
    GstSample *sample;

    say_at (rig, (i + 1) * 40 * GST_MSECOND, device_times[i], i);
    sample = rig_pull (rig);
    assert_pts (sample, (i + 1) * 40 * GST_MSECOND);
    fail_unless_equals_int (is_discont (sample), i == 0);
    fail_unless_equals_int (is_resync (sample), i == 0);
    fail_unless_equals_uint64 (device_time_of (sample),
        device_times[i] * GST_MSECOND);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "clock-jumps"), 0);
  rig_free (rig);
}

GST_END_TEST;

/* The base class stamps what we leave unstamped; by what we think of the
 * camera's clock nothing is dropped then. */
GST_START_TEST (test_do_timestamp_is_honoured)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  g_object_set (rig->src, "do-timestamp", TRUE, NULL);
  rig_play (rig);
  for (i = 0; i < 10; i++) {
    GstClockTime pts = pull_at (rig, (i + 1) * GST_SECOND, 1000 + i * 10);

    fail_unless_equals_uint64 (pts, (i + 1) * GST_SECOND);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_do_timestamp_does_not_show_the_past)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  g_object_set (rig->src, "do-timestamp", TRUE, NULL);
  rig_block (rig);
  rig_play (rig);
  for (i = 0; i < 5; i++)
    say_at (rig, i * 33 * GST_MSECOND, 1000 + i * 33, i);
  rig_wait_blocked (rig);
  say_at (rig, 10 * GST_SECOND, 11000, 9);
  rig_unblock (rig);
  expect_said (rig, 0);
  expect_said (rig, 9);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 4);
  rig_free (rig);
}

GST_END_TEST;

/*** the time of day ***/

static GstReferenceTimestampMeta *
wall_time_of (GstSample * sample)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("timestamp/x-unix");

  return gst_buffer_get_reference_timestamp_meta (gst_sample_get_buffer
      (sample), caps);
}

/* A frame that took @way. */
static void
check_wall_time (Rig * rig, guint i, GstClockTime way)
{
  GstClockTime before = g_get_real_time () * GST_USECOND;
  GstReferenceTimestampMeta *meta;
  GstClockTime after;
  GstSample *sample;

  say_at (rig, i * 100 * GST_MSECOND + way, 1000 + i * 100, i);
  sample = rig_pull (rig);
  after = g_get_real_time () * GST_USECOND;
  assert_pts (sample, i * 100 * GST_MSECOND);
  meta = wall_time_of (sample);
  fail_unless (meta != NULL);
  fail_unless (meta->timestamp >= before - way
      && meta->timestamp <= after - way, "%" GST_TIME_FORMAT,
      GST_TIME_ARGS (meta->timestamp));
  gst_sample_unref (sample);
}

GST_START_TEST (test_wall_time_is_that_of_the_camera)
{
  Rig *rig = rig_new_with_clock ();
  GstSample *sample;

  rig_play (rig);
  say_at (rig, 0, 1000, 0);
  sample = rig_pull (rig);
  fail_unless (wall_time_of (sample) == NULL);
  gst_sample_unref (sample);

  /* also while it plays */
  g_object_set (rig->src, "wall-clock-meta", TRUE, NULL);
  check_wall_time (rig, 1, 0);
  check_wall_time (rig, 2, 75 * GST_MSECOND);
  check_wall_time (rig, 3, 0);
  g_object_set (rig->src, "wall-clock-meta", FALSE, NULL);
  say_at (rig, 400 * GST_MSECOND, 1400, 4);
  sample = rig_pull (rig);
  fail_unless (wall_time_of (sample) == NULL);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/*** a device's clock that steps ***/

typedef struct
{
  const gchar *device_time;     /* s */
  guint arrival;                /* ms of running time */
  gboolean jumped;
  guint pts;                    /* ms */
} Frame;

/* *INDENT-OFF* */
static const struct
{
  guint n_jumps;
  Frame frames[8];              /* the last one has a NULL */
} steps[] = {
  /* a reboot: back to zero */
  {1, {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
       {"0.000", 166, TRUE, 166}, {"0.033", 199, FALSE, 199}}},
  /* back a little */
  {1, {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
       {"500.032", 166, TRUE, 166}, {"500.065", 199, FALSE, 199}}},
  /* forward by more than a second, by an hour, and absurdly far */
  {1, {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
       {"501.100", 166, TRUE, 166}, {"501.133", 199, FALSE, 199}}},
  {1, {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
       {"4100.000", 166, TRUE, 166}, {"4100.033", 199, FALSE, 199}}},
  {2, {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
       {"999999999.000", 166, TRUE, 166}, {"500.099", 199, TRUE, 199},
       {"500.132", 232, FALSE, 232}}},
  /* a frozen clock: known after a second, counted once */
  {1, {{"500.000", 100, TRUE, 100}, {"500.000", 600, FALSE, 100},
       {"500.000", 1200, TRUE, 1200}, {"500.000", 1700, FALSE, 1700},
       {"500.033", 1733, FALSE, 1733}}},
  /* a late frame is no step */
  {0, {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
       {"500.066", 9000, FALSE, 166}, {"508.900", 9000, FALSE, 9000}}},
  /* a clock that stood still where nobody saw it is */
  {1, {{"500.000", 100, TRUE, 100}, {"501.000", 4000, FALSE, 1100},
       {"510.000", 13000, FALSE, 10100}, {"511.000", 14000, TRUE, 14000},
       {"511.033", 14033, FALSE, 14033}}},
};
/* *INDENT-ON* */

/* *INDENT-OFF* */
/* A time that is none: the frame is shown where it arrives, each run of them
 * is one jump. */
static const Frame without_time[][8] = {
  {{"500.000", 100, TRUE, 100}, {"500.033", 133, FALSE, 133},
   {"nan", 150, TRUE, 150}, {"nan", 199, FALSE, 199},
   {"nan", 900, FALSE, 900}, {"500.833", 910, TRUE, 910},
   {"500.866", 943, FALSE, 943}},
  {{"500.000", 100, TRUE, 100}, {"-1.0", 150, TRUE, 150},
   {"500.100", 170, TRUE, 170}},
  {{"inf", 100, TRUE, 100}, {"-inf", 150, FALSE, 150},
   {"nan", 170, FALSE, 170}, {"500.000", 199, TRUE, 199}},
};
/* *INDENT-ON* */

static void
say_device_time (Rig * rig, const Frame * frame, guint seed)
{
  set_time (rig, frame->arrival * GST_MSECOND);
  rig_say (rig, frame->device_time, seed);
}

static void
check_steps (const Frame * frames, guint n_jumps)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  /* Late frames are of interest here. */
  g_object_set (rig->src, "drop-on-latency", FALSE, NULL);
  rig_play (rig);
  for (i = 0; frames[i].device_time; i++) {
    GstSample *sample;

    say_device_time (rig, &frames[i], i);
    sample = rig_pull (rig);
    assert_pts (sample, frames[i].pts * GST_MSECOND);
    fail_unless (is_discont (sample) == frames[i].jumped, "frame %u", i);
    fail_unless (is_resync (sample) == frames[i].jumped, "frame %u", i);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "clock-jumps"), n_jumps);
  rig_free (rig);
}

GST_START_TEST (test_step_of_the_clock)
{
  check_steps (steps[__i__].frames, steps[__i__].n_jumps);
}

GST_END_TEST;

GST_START_TEST (test_time_that_is_none)
{
  check_steps (without_time[__i__], 1);
}

GST_END_TEST;

GST_START_TEST (test_frame_without_a_time_says_none)
{
  g_autoptr (GstCaps) caps =
      gst_caps_new_empty_simple ("timestamp/x-oak-stream");
  Rig *rig = rig_new_with_clock ();
  GstSample *sample;

  rig_play (rig);
  rig_say (rig, "nan", 1);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 1);
  fail_unless (gst_buffer_get_reference_timestamp_meta (gst_sample_get_buffer
          (sample), caps) == NULL);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/* The way and the clock may both be another one's. */
GST_START_TEST (test_new_connection_is_no_step)
{
  Rig *rig = rig_new_server ();
  GstSample *sample;

  rig_play (rig);
  rig_call (rig, "127.0.0.1");
  rig_say (rig, "500.0", 1);
  expect_said (rig, 1);
  oak_test_camera_close (rig->camera);
  rig_call_again (rig, "127.0.0.1");
  rig_say (rig, "1.0", 2);
  sample = rig_pull (rig);
  fail_unless (is_discont (sample));
  fail_unless (is_resync (sample));
  gst_sample_unref (sample);
  fail_unless_equals_uint64 (rig_stat (rig, "clock-jumps"), 0);
  rig_free (rig);
}

GST_END_TEST;

/*** latency ***/

/* *INDENT-OFF* */
static const struct
{
  guint latency;                /* ms */
  const gchar *framerate, *verify;
  guint expected;               /* ms */
} latencies[] = {
  {100, "0/1", "false", 100},
  {0, "0/1", "false", 0},
  {250, "50/1", "false", 270},
  {0, "50/1", "false", 20},
  {100, "50/1", "true", 140},
  {100, "1/2", "false", 2100},
};
/* *INDENT-ON* */

static GstClockTime
ask_latency (Rig * rig)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  fail_unless (gst_pad_query (rig->pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless (max == GST_CLOCK_TIME_NONE || max >= min);
  return min;
}

GST_START_TEST (test_latency_is_the_property_and_a_frame)
{
  Rig *rig = rig_new_with_clock ();
  GstClockTime expected = latencies[__i__].expected * GST_MSECOND;

  g_object_set (rig->src, "latency", latencies[__i__].latency, NULL);
  rig_set (rig, "framerate", latencies[__i__].framerate);
  rig_set (rig, "verify-frames", latencies[__i__].verify);
  rig_play (rig);
  fail_unless_equals_uint64 (ask_latency (rig), expected);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.02", 2);
  expect_said (rig, 1);
  fail_unless_equals_uint64 (ask_latency (rig), expected);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_frame_rate_of_downstream_counts)
{
  Rig *rig = rig_new_with_clock ();

  rig_want (rig, "video/x-raw,framerate=25/1");
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_LATENCY));
  fail_unless_equals_uint64 (ask_latency (rig), 140 * GST_MSECOND);
  rig_free (rig);
}

GST_END_TEST;

/* Nobody says how long the wait for the next header takes. */
GST_START_TEST (test_verifying_is_measured)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  g_object_set (rig->src, "verify-frames", TRUE, NULL);
  rig_play (rig);
  say_at (rig, 0, 1000, 0);
  for (i = 1; i < 20; i++) {
    say_at (rig, i * 40 * GST_MSECOND, 1000 + i * 40, i);
    expect_said (rig, i - 1);
  }
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_LATENCY));
  fail_unless (ask_latency (rig) >= 140 * GST_MSECOND);
  fail_unless (ask_latency (rig) <= 200 * GST_MSECOND);
  rig_free (rig);
}

GST_END_TEST;

/* A camera may say any times, and as fast as the network has it. */
GST_START_TEST (test_times_that_leap_do_not_flood_the_bus)
{
  Rig *rig = rig_new ();
  gint64 start = g_get_monotonic_time ();
  guint64 time = 1, n = 0, seconds;
  GstMessage *message;
  guint i;

  rig_set (rig, "verify-frames", "true");
  rig_set (rig, "drop-on-latency", "false");
  rig_set (rig, "stall-timeout", "5000");
  rig_set (rig, "latency", "200");
  rig_play (rig);
  for (i = 0; i < 900; i++) {
    gchar *word = g_strdup_printf ("%" G_GUINT64_FORMAT ".%06u", time, i);

    rig_say_header (rig, word, 0, 0);
    time += i % 9 < 4 ? 60 : 0;
    g_free (word);
  }
  rig_wait_stat (rig, "frames-without-image", 899);
  while ((message = rig_poll_message (rig, GST_MESSAGE_LATENCY, 0)) != NULL) {
    gst_message_unref (message);
    n++;
  }
  seconds = (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND;
  fail_unless (n <= 5 * (seconds + 2), "%" G_GUINT64_FORMAT " in %"
      G_GUINT64_FORMAT " s", n, seconds);
  fail_unless (ask_latency (rig) < 7 * GST_SECOND, "%" G_GUINT64_FORMAT,
      ask_latency (rig));
  rig_free (rig);
}

GST_END_TEST;

/*** late frames ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *framerate;
  guint latency, pipeline, lateness;    /* ms */
  gboolean dropped;
} limits[] = {
  {"10/1", 100, 0, 290, FALSE},
  {"10/1", 100, 0, 310, TRUE},
  /* the pipeline's latency is larger */
  {"10/1", 100, 500, 590, FALSE},
  {"10/1", 100, 500, 610, TRUE},
  /* or smaller */
  {"10/1", 100, 20, 290, FALSE},
  {"10/1", 100, 20, 310, TRUE},
  /* the frame is as long as they are apart */
  {"0/1", 100, 0, 190, FALSE},
  {"0/1", 100, 0, 210, TRUE},
  {"0/1", 0, 0, 90, FALSE},
  {"0/1", 0, 0, 110, TRUE},
};
/* *INDENT-ON* */

GST_START_TEST (test_late_is_what_comes_after_the_latency_and_a_frame)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  g_object_set (rig->src, "latency", limits[__i__].latency, NULL);
  rig_set (rig, "framerate", limits[__i__].framerate);
  rig_play (rig);
  for (i = 0; i < 3; i++)
    pull_at (rig, i * 100 * GST_MSECOND, 1000 + i * 100);
  gst_element_send_event (rig->pipeline,
      gst_event_new_latency (limits[__i__].pipeline * GST_MSECOND));

  say_at (rig, (300 + limits[__i__].lateness) * GST_MSECOND, 1300, 3);
  if (limits[__i__].dropped)
    rig_wait_stat (rig, "dropped-late", 1);
  else
    expect_said (rig, 3);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), limits[__i__].dropped);
  rig_free (rig);
}

GST_END_TEST;

static void
check_qos (Rig * rig, GstClockTime timestamp, guint64 n_dropped)
{
  GstMessage *message = rig_wait_message (rig, GST_MESSAGE_QOS);
  guint64 running_time, stream_time, time, processed, dropped;
  gboolean live;
  gint64 jitter;
  GstFormat format;

  gst_message_parse_qos (message, &live, &running_time, &stream_time, &time,
      NULL);
  gst_message_parse_qos_values (message, &jitter, NULL, NULL);
  gst_message_parse_qos_stats (message, &format, &processed, &dropped);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (rig->src));
  fail_unless (live);
  fail_unless_equals_uint64 (time, timestamp);
  fail_unless_equals_uint64 (running_time, timestamp);
  fail_unless_equals_uint64 (stream_time, timestamp);
  fail_unless_equals_int64 (jitter, 2 * GST_SECOND - timestamp);
  fail_unless_equals_int (format, GST_FORMAT_BUFFERS);
  fail_unless_equals_uint64 (processed, 1);
  fail_unless_equals_uint64 (dropped, n_dropped);
  gst_message_unref (message);
}

/* Downstream stalls for two seconds. */
static Rig *
rig_new_after_a_stall (gboolean drop)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  /* Frames may not lie there for longer than that, and there time is real;
   * those here are to be late by the pipeline's clock. */
  g_object_set (rig->src, "drop-on-latency", drop, "latency",
      (guint) MIN (100 * oak_test_patience (), 1500), NULL);
  rig_block (rig);
  rig_play (rig);
  for (i = 0; i < 4; i++)
    say_at (rig, i * 40 * GST_MSECOND, 1000 + i * 40, i);
  rig_wait_blocked (rig);
  say_at (rig, 2 * GST_SECOND, 3000, 4);
  rig_unblock (rig);
  return rig;
}

GST_START_TEST (test_after_a_stall_the_picture_is_live)
{
  Rig *rig = rig_new_after_a_stall (TRUE);
  GstSample *sample;
  guint i;

  expect_said (rig, 0);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 4);
  assert_pts (sample, 2 * GST_SECOND);
  fail_unless (is_discont (sample));
  fail_if (is_resync (sample));
  gst_sample_unref (sample);
  for (i = 1; i < 4; i++)
    check_qos (rig, i * 40 * GST_MSECOND, i);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped-late"), 3);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped-full"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 3);
  fail_unless_equals_uint64 (pull_at (rig, 2040 * GST_MSECOND, 3040),
      2040 * GST_MSECOND);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 3);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_after_a_stall_everything_comes_that_nobody_drops)
{
  Rig *rig = rig_new_after_a_stall (FALSE);
  guint i;

  for (i = 0; i < 5; i++) {
    GstSample *sample = rig_pull (rig);

    assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, i);
    assert_pts (sample, i < 4 ? i * 40 * GST_MSECOND : 2 * GST_SECOND);
    fail_unless_equals_int (is_discont (sample), i == 0);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_without_a_late_picture_gaps_go_on)
{
  Rig *rig = rig_new_with_clock ();
  gboolean told;

  rig_play (rig);
  pull_at (rig, 0, 1000);
  set_time (rig, GST_SECOND);
  rig_say_header (rig, "1.04", 0, 0);
  do {
    g_autoptr (GstMessage) message =
        rig_wait_message (rig, GST_MESSAGE_ELEMENT);

    told = gst_message_has_name (message, "oak-no-image");
  } while (!told);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

/* Of a group of pictures, what follows a late one is nothing without it. */
GST_START_TEST (test_after_a_late_picture_comes_a_keyframe)
{
  static const struct
  {
    guint time, device_time;    /* ms */
    gboolean keyframe, shown;
  } pictures[] = {
    {0, 1000, TRUE, TRUE}, {40, 1040, FALSE, TRUE}, {900, 1080, FALSE, FALSE},
    {940, 1940, FALSE, FALSE}, {980, 1980, FALSE, FALSE},
    {1020, 2020, TRUE, TRUE}, {1060, 2060, FALSE, TRUE}
  };
  Rig *rig = rig_new_with_clock ();
  guint i;

  g_object_set (rig->src, "width", 0, "height", 0, NULL);
  rig_set (rig, "payload", "h264");
  rig_play (rig);
  for (i = 0; i < G_N_ELEMENTS (pictures); i++) {
    g_autofree gchar *device_time =
        g_strdup_printf ("%.3f", pictures[i].device_time / 1000.0);
    GBytes *image = oak_test_h264 (pictures[i].keyframe, i);

    set_time (rig, pictures[i].time * GST_MSECOND);
    rig_say_image (rig, OAK_TEST_IMG, device_time, g_bytes_ref (image), NULL);
    if (pictures[i].shown)
      expect_bytes (rig, image);
    else
      g_bytes_unref (image);
    if (i == 2)
      rig_wait_stat (rig, "dropped-late", 1);
    if (i == 3 || i == 4)
      rig_wait_stat (rig, "delta-frames-dropped", i - 2);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_late_frames_do_not_flood_the_bus)
{
  Rig *rig = rig_new_with_clock ();
  gint64 since = g_get_monotonic_time ();
  guint i, n = 0, limit;

  rig_play (rig);
  pull_at (rig, 0, 1000);
  for (i = 1; i <= 500; i++)
    say_at (rig, 2 * GST_SECOND, 1000 + i, i);
  rig_wait_stat (rig, "dropped", 500);
  limit = 200 * (2 + (g_get_monotonic_time () - since) / G_TIME_SPAN_SECOND);
  while (TRUE) {
    g_autoptr (GstMessage) message = rig_poll_message (rig, GST_MESSAGE_QOS, 0);

    if (!message)
      break;
    n++;
  }
  fail_unless (n > 0 && n <= limit, "%u messages", n);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_nothing_is_late_without_a_clock)
{
  Rig *rig = rig_new ();
  guint i;

  gst_pipeline_use_clock (GST_PIPELINE (rig->pipeline), NULL);
  g_object_set (rig->src, "latency", 0, "wall-clock-meta", TRUE, NULL);
  rig_set (rig, "framerate", "1000/1");
  rig_play (rig);
  for (i = 0; i < 5; i++) {
    GstSample *sample;

    rig_let_pass (rig, 20 * GST_MSECOND);
    rig_say (rig, "1.0", i);
    sample = rig_pull (rig);
    fail_unless (wall_time_of (sample) == NULL);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

/*** what nobody may drop is waited for ***/

#define MANY 1500
#define QUEUED 512

static void
say_many (Rig * rig)
{
  guint i;

  for (i = 0; i < MANY; i++) {
    g_autofree gchar *device_time = g_strdup_printf ("1.%04u", i);

    rig_say (rig, device_time, i);
  }
}

/* Downstream takes nothing, and the receiver waits for room. */
static Rig *
rig_new_full (void)
{
  Rig *rig = rig_new_with_clock ();

  g_object_set (rig->src, "drop-on-latency", FALSE, NULL);
  rig_block (rig);
  rig_play (rig);
  say_many (rig);
  rig_wait_blocked (rig);
  oak_test_camera_wait (rig->camera);
  rig_wait_stat (rig, "bytes", (QUEUED + 1) * (32 + 96));
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  return rig;
}

GST_START_TEST (test_what_is_received_comes_out_however_long_that_takes)
{
  Rig *rig = rig_new_full ();
  guint i;

  rig_let_pass (rig, 50 * GST_MSECOND);
  fail_unless (rig_stat (rig, "bytes") < oak_test_camera_get_said
      (rig->camera), "more was received than there is room for");
  set_time (rig, 100 * GST_SECOND);
  rig_unblock (rig);
  for (i = 0; i < MANY; i++) {
    GstSample *sample = rig_pull (rig);

    fail_unless_equals_uint64 (device_time_of (sample),
        GST_SECOND + i * 100 * GST_USECOND);
    fail_unless_equals_int (is_discont (sample), i == 0);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "discarded"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "clock-jumps"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_wait_for_room_ends_when_frames_may_be_dropped)
{
  Rig *rig = rig_new_full ();

  g_object_set (rig->src, "drop-on-latency", TRUE, NULL);
  rig_wait_heard (rig);
  fail_unless (rig_stat (rig, "dropped-full") >= MANY - QUEUED - 1);
  rig_unblock (rig);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_QOS));
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_wait_for_room_ends_with_a_pause)
{
  Rig *rig = rig_new_full ();
  GstSample *sample;

  rig_set_state (rig, GST_STATE_PAUSED);
  rig_wait_heard (rig);
  rig_unblock (rig);
  rig_play (rig);
  rig_skip (rig, 1);
  rig_wait_stat (rig, "discarded", MANY - 1);
  say_at (rig, 60 * GST_SECOND, 60000, 7);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 7);
  fail_unless (is_discont (sample));
  gst_sample_unref (sample);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_wait_for_room_ends_with_the_stream)
{
  Rig *rig = rig_new_full ();

  gst_element_send_event (rig->src, gst_event_new_eos ());
  rig_wait_heard (rig);
  rig_unblock (rig);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_EOS));
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_wait_for_room_ends_with_a_flush)
{
  Rig *rig = rig_new_full ();

  gst_element_send_event (rig->src, gst_event_new_flush_start ());
  rig_wait_heard (rig);
  gst_element_send_event (rig->src, gst_event_new_flush_stop (FALSE));
  rig_unblock (rig);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_wait_for_room_ends_when_it_stops)
{
  Rig *rig = rig_new_full ();

  rig_set_state (rig, GST_STATE_NULL);
  rig_free (rig);
}

GST_END_TEST;

/*** pauses ***/

/* By drop-on-latency. Frames in the queue are as old as they are, whatever the
 * pipeline's clock says: none must be too old on a busy machine. */
GST_START_TEST (test_what_came_before_a_pause_is_not_shown_after_it)
{
  Rig *rig = rig_new_with_clock ();
  GstSample *sample;
  guint i;

  g_object_set (rig->src, "drop-on-latency", __i__, "latency", 10000, NULL);
  rig_block (rig);
  rig_play (rig);
  for (i = 0; i < 4; i++)
    say_at (rig, i * 40 * GST_MSECOND, 1000 + i * 40, i);
  rig_wait_blocked (rig);
  rig_set_state (rig, GST_STATE_PAUSED);
  say_at (rig, GST_SECOND, 2000, 4);
  rig_wait_stat (rig, "discarded", 1);
  set_time (rig, 30 * GST_SECOND);
  rig_unblock (rig);
  rig_play (rig);
  expect_said (rig, 0);
  say_at (rig, 30 * GST_SECOND + 40 * GST_MSECOND, 31040, 5);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 5);
  fail_unless (is_discont (sample));
  fail_if (is_resync (sample));
  gst_sample_unref (sample);
  fail_unless_equals_uint64 (rig_stat (rig, "discarded"), 4);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

/*** what is measured ***/

GST_START_TEST (test_lateness_is_that_of_frames_that_leave_the_queue)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  rig_play (rig);
  fail_unless_equals_int64 (signed_stat (rig, "lateness-median"), 0);
  for (i = 0; i < 100; i++)
    pull_at (rig, (i * 100 + (i == 70 ? 90 : i % 10 == 5 ? 60 : 0)) *
        GST_MSECOND, 1000 + i * 100);
  fail_unless_equals_int64 (signed_stat (rig, "lateness-median"), 0);
  fail_unless_equals_int64 (signed_stat (rig, "lateness-99"), 60 * GST_MSECOND);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_camera_is_measured)
{
  Rig *rig = rig_new_with_clock ();
  guint i;

  rig_play (rig);
  fail_unless (double_stat (rig, "frame-rate") == 0);
  fail_unless (double_stat (rig, "drift-ppm") == 0);
  /* 100 ppm fast: a millisecond in ten seconds; every other is 8 ms late. */
  for (i = 0; i < 200; i++)
    pull_at (rig, i * 500 * GST_MSECOND + i % 2 * 8 * GST_MSECOND
        - i * 50 * GST_USECOND, 1000 + i * 500);
  fail_unless (double_stat (rig, "drift-ppm") > 95
      && double_stat (rig, "drift-ppm") < 105, "drift %f",
      double_stat (rig, "drift-ppm"));
  fail_unless (rig_stat (rig, "jitter") > 7 * GST_MSECOND
      && rig_stat (rig, "jitter") < 9 * GST_MSECOND);
  fail_unless (double_stat (rig, "frame-rate") > 0);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

static TCase *
add_tcase (Suite * s, const gchar * name)
{
  TCase *tc = tcase_create (name);

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  return tc;
}

static void
add_late (Suite * s)
{
  TCase *tc = add_tcase (s, "late");

  tcase_add_loop_test (tc,
      test_late_is_what_comes_after_the_latency_and_a_frame, 0,
      G_N_ELEMENTS (limits));
  tcase_add_test (tc, test_after_a_stall_the_picture_is_live);
  tcase_add_test (tc, test_after_a_stall_everything_comes_that_nobody_drops);
  tcase_add_test (tc, test_without_a_late_picture_gaps_go_on);
  tcase_add_test (tc, test_after_a_late_picture_comes_a_keyframe);
  tcase_add_test (tc, test_late_frames_do_not_flood_the_bus);
  tcase_add_test (tc, test_nothing_is_late_without_a_clock);
}

static void
add_room (Suite * s)
{
  TCase *tc = add_tcase (s, "room");

  tcase_add_test (tc, test_what_is_received_comes_out_however_long_that_takes);
  tcase_add_test (tc, test_wait_for_room_ends_when_frames_may_be_dropped);
  tcase_add_test (tc, test_wait_for_room_ends_with_a_pause);
  tcase_add_test (tc, test_wait_for_room_ends_with_the_stream);
  tcase_add_test (tc, test_wait_for_room_ends_with_a_flush);
  tcase_add_test (tc, test_wait_for_room_ends_when_it_stops);
}

static Suite *
oaktiming_suite (void)
{
  const gchar *other_start = g_getenv ("OAK_CLOCK_START");
  Suite *s = suite_create ("oaktiming");
  TCase *tc = add_tcase (s, "pts");

  if (other_start != NULL)
    start = g_ascii_strtoull (other_start, NULL, 10);

  tcase_add_test (tc, test_arrival_is_pts_where_it_is_asked_for);
  tcase_add_test (tc, test_do_timestamp_is_honoured);
  tcase_add_test (tc, test_do_timestamp_does_not_show_the_past);
  tcase_add_test (tc, test_wall_time_is_that_of_the_camera);
  tcase_add_loop_test (tc, test_step_of_the_clock, 0, G_N_ELEMENTS (steps));
  tcase_add_loop_test (tc, test_time_that_is_none, 0,
      G_N_ELEMENTS (without_time));
  tcase_add_test (tc, test_frame_without_a_time_says_none);
  tcase_add_test (tc, test_new_connection_is_no_step);

  tc = add_tcase (s, "latency");
  tcase_add_loop_test (tc, test_latency_is_the_property_and_a_frame, 0,
      G_N_ELEMENTS (latencies));
  tcase_add_test (tc, test_frame_rate_of_downstream_counts);
  tcase_add_test (tc, test_verifying_is_measured);
  tcase_add_test (tc, test_times_that_leap_do_not_flood_the_bus);

  add_late (s);
  add_room (s);

  tc = add_tcase (s, "pause");
  tcase_add_loop_test (tc, test_what_came_before_a_pause_is_not_shown_after_it,
      0, 2);

  tc = add_tcase (s, "measures");
  tcase_add_test (tc, test_lateness_is_that_of_frames_that_leave_the_queue);
  tcase_add_test (tc, test_camera_is_measured);

  return s;
}

GST_CHECK_MAIN (oaktiming);
