/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream that is out of step: what is between frames that is none, and
 * frames that are not what their headers say. */

#include <gst/check/gstcheck.h>

#include "oakrig.h"
#include "oaktestpictures.h"

/* A frame of the rig: a header and a small picture. */
#define FRAME_SIZE (32 + RIG_WIDTH * RIG_HEIGHT * 3)

static void
expect_stats (Rig * rig, guint errors, guint torn, guint resyncs,
    guint64 skipped)
{
  fail_unless_equals_uint64 (rig_stat (rig, "framing-errors"), errors);
  fail_unless_equals_uint64 (rig_stat (rig, "torn"), torn);
  fail_unless_equals_uint64 (rig_stat (rig, "resyncs"), resyncs);
  fail_unless_equals_uint64 (rig_stat (rig, "bytes-skipped"), skipped);
}

static void
expect_told (Rig * rig, gint code)
{
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, code));
  fail_unless (gst_bus_pop_filtered (rig->bus,
          GST_MESSAGE_ERROR | GST_MESSAGE_WARNING) == NULL, "told twice");
}

/* The first after a gap. */
static void
expect_discont (Rig * rig, guint seed)
{
  GstSample *sample = rig_pull (rig);

  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, seed);
  fail_unless (is_discont (sample));
  gst_sample_unref (sample);
}

/* *INDENT-OFF* */
static const gchar *garbage[] = {
  "?", "I", "IM", "IMG", "ABCDE", "IMG ABCDE IMG ", "HTTP/1.1 200 OK\r\n\r\n",
  "IMG nonsense", "IMG 1.5 96 x", "\n\n\n\n",
  "IMG 1.5 67108865 0              ",
  /* headers, and none behind what would be their frames */
  "?IMG 1.5 7 0                     ",
  "?IMG 1.5 64 0                    ",
  "?IMG 1.5 96 0                    123",
};
/* *INDENT-ON* */

GST_START_TEST (test_garbage_between_frames_is_skipped)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  oak_test_camera_say_text (rig->camera, garbage[__i__]);
  rig_say (rig, "1.2", 3);
  rig_say (rig, "1.3", 4);
  rig_say (rig, "1.4", 5);
  expect_said (rig, 1);
  expect_said (rig, 2);
  expect_discont (rig, 3);
  expect_said (rig, 4);
  expect_said (rig, 5);
  fail_unless_equals_uint64 (rig_stat (rig, "resyncs"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "bytes-skipped"),
      strlen (garbage[__i__]));
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_garbage_before_the_first_frame_is_skipped)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, "Welcome to the camera!\r\n");
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  expect_said (rig, 1);
  expect_said (rig, 2);
  expect_stats (rig, 1, 0, 1, 24);
  expect_told (rig, GST_STREAM_ERROR_WRONG_TYPE);
  rig_free (rig);
}

GST_END_TEST;

/* A camera that could not send all of a picture goes on with the next. */
static void
say_torn (Rig * rig, const gchar * device_time, gsize size)
{
  OakTestFrame frame = { device_time, RIG_WIDTH, RIG_HEIGHT, 99, NULL };
  GByteArray *bytes = oak_test_frame_write (&frame);

  oak_test_camera_say (rig->camera, bytes->data, size);
  g_byte_array_unref (bytes);
}

/* Its picture has the beginning of the next frame in it. */
GST_START_TEST (test_torn_frame_is_counted_and_the_next_but_one_comes)
{
  Rig *rig = rig_new ();
  gsize size = 33 + 9 * __i__;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  say_torn (rig, "1.1", size);
  rig_say (rig, "1.2", 3);
  rig_say (rig, "1.3", 4);
  rig_say (rig, "1.4", 5);
  rig_say (rig, "1.5", 6);
  expect_said (rig, 1);
  gst_sample_unref (rig_pull (rig));
  expect_discont (rig, 4);
  expect_said (rig, 5);
  expect_said (rig, 6);
  expect_stats (rig, 1, 1, 1, size);
  expect_told (rig, GST_STREAM_ERROR_DEMUX);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_verified_frames_are_never_torn)
{
  Rig *rig = rig_new ();

  rig_set (rig, "verify-frames", "true");
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  say_torn (rig, "1.1", 33 + 9 * __i__);
  rig_say (rig, "1.2", 3);
  rig_say (rig, "1.3", 4);
  rig_say (rig, "1.4", 5);
  oak_test_camera_close (rig->camera);
  expect_said (rig, 1);
  expect_discont (rig, 4);
  expect_said (rig, 5);
  fail_unless_equals_uint64 (rig_stat (rig, "torn"), 1);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX));
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  fail_unless_equals_int (rig_count_frames (rig), 3);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_verified_frame_waits_for_the_next_header)
{
  Rig *rig = rig_new ();

  rig_set (rig, "verify-frames", "true");
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_wait_heard (rig);
  rig_wait_stat (rig, "bytes", FRAME_SIZE);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  oak_test_camera_say_text (rig->camera, "IMG 1.1 96 0                    ");
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/* One that is to be verified is none before a header follows. */
GST_START_TEST (test_frames_that_prove_false_do_not_end_the_failures)
{
  Rig *rig = rig_new ();
  guint i;

  rig_set (rig, "verify-frames", "true");
  rig_set (rig, "on-disconnect", "reconnect");
  g_object_set (rig->src, "reconnect-delay", 20, "reconnect-delay-max", 20,
      "reconnect-attempts", 1, NULL);
  rig_play (rig);
  for (i = 0; i < 2; i++) {
    rig_say (rig, "1.0", 1);
    oak_test_camera_say_text (rig->camera, "false");
    oak_test_camera_close (rig->camera);
  }
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

/* A stall says nothing against what came before it. */
GST_START_TEST (test_verified_frame_is_shown_when_no_more_comes)
{
  Rig *rig = rig_new ();

  rig_set (rig, "verify-frames", "true");
  g_object_set (rig->src, "stall-timeout", 100, NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

/* What comes before a frame, so seldom that the next ones are found. */
static void
say_damage (Rig * rig, GRand * random, guint i)
{
  if (i % 5 != 0)
    return;
  if (g_rand_boolean (random))
    say_torn (rig, "1.0", g_rand_int_range (random, 1, FRAME_SIZE));
  else
    oak_test_camera_say_text (rig->camera, garbage[i / 5 %
            G_N_ELEMENTS (garbage)]);
}

GST_START_TEST (test_verified_pictures_are_right_whatever_is_missing)
{
  Rig *rig = rig_new ();
  GRand *random = g_rand_new_with_seed (__i__);
  guint i, seed = 0;

  oak_test_camera_cut (rig->camera, 7 + 50 * __i__);
  rig_set (rig, "verify-frames", "true");
  rig_play (rig);
  for (i = 1; i < 250; i++) {
    g_autofree gchar *time = g_strdup_printf ("%u.5", i);

    say_damage (rig, random, i);
    rig_say (rig, time, i);
  }
  /* The last one waits. */
  while (seed < 248) {
    GstSample *sample = rig_pull (rig);
    guint said = device_time_of (sample) / GST_SECOND;

    fail_unless (said > seed && said <= seed + 4, "%u behind %u", said, seed);
    seed = said;
    assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, seed);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  g_rand_free (random);
  rig_free (rig);
}

GST_END_TEST;

static void
say_coded (Rig * rig, const gchar * device_time, gboolean keyframe, guint seed)
{
  rig_say_image (rig, OAK_TEST_ABCDE, device_time, oak_test_h264 (keyframe,
          seed), NULL);
}

GST_START_TEST (test_what_lacks_skipped_frames_is_not_shown)
{
  Rig *rig = rig_new_without_size ();

  rig_set (rig, "verify-frames", "true");
  rig_play (rig);
  say_coded (rig, "1.0", TRUE, 1);
  say_coded (rig, "1.1", FALSE, 2);
  oak_test_camera_say_text (rig->camera, "between");
  say_coded (rig, "1.2", FALSE, 3);
  say_coded (rig, "1.3", FALSE, 4);
  say_coded (rig, "1.4", TRUE, 5);
  say_coded (rig, "1.5", FALSE, 6);
  say_coded (rig, "1.6", FALSE, 7);
  expect_bytes (rig, oak_test_h264 (TRUE, 1));
  expect_bytes (rig, oak_test_h264 (TRUE, 5));
  expect_bytes (rig, oak_test_h264 (FALSE, 6));
  fail_unless_equals_uint64 (rig_stat (rig, "delta-frames-dropped"), 2);
  rig_free (rig);
}

GST_END_TEST;

/* Pieces, so that it is found with some bytes of later frames, and without. */
GST_START_TEST (test_pieces_do_not_matter_out_of_step)
{
  Rig *rig = rig_new ();
  guint i;

  oak_test_camera_cut (rig->camera, 1 + 13 * __i__);
  rig_play (rig);
  rig_say (rig, "1.0", 0);
  for (i = 1; i < 30; i++) {
    g_autofree gchar *time = g_strdup_printf ("%u.5", i);
    g_autofree gchar *later = g_strdup_printf ("%u.7", i);

    oak_test_camera_say_text (rig->camera, &"garbage"[i % 7]);
    rig_say (rig, time, 2 * i);
    rig_say (rig, later, 2 * i + 1);
  }
  expect_said (rig, 0);
  for (i = 1; i < 29; i++) {
    expect_discont (rig, 2 * i);
    expect_said (rig, 2 * i + 1);
  }
  rig_wait_stat (rig, "framing-errors", 29);
  fail_unless_equals_uint64 (rig_stat (rig, "torn"), 29);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  rig_free (rig);
}

GST_END_TEST;

/* Two frames and a header. */
GST_START_TEST (test_search_ends_after_two_frames)
{
  Rig *rig = rig_new ();
  gsize limit = 2 * FRAME_SIZE + 32;
  g_autofree gchar *nonsense = g_strnfill (limit, 'x');
  g_autofree gchar *text = NULL;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say_text (rig->camera, nonsense);
  expect_said (rig, 1);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX));
  text = rig_take_full_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  fail_unless (strstr (text, "'xxxx") != NULL, "%s", text);
  expect_stats (rig, 1, 1, 0, 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_search_ends_after_8_mib_at_the_start)
{
  Rig *rig = rig_new ();
  gsize limit = 8 * 1024 * 1024;
  g_autofree gchar *nonsense = g_strnfill (limit, 'I');

  rig_play (rig);
  oak_test_camera_say (rig->camera, nonsense, limit);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_stall_out_of_step_is_told_by_its_cause)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "stall-timeout", 100, NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say_text (rig->camera, "out of step");
  expect_said (rig, 1);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar *no_times[] = { "nan", "inf", "-inf", "-1.5", "1e300",
  "99999999999.5"
};
/* *INDENT-ON* */

GST_START_TEST (test_frame_without_a_time_is_shown)
{
  Rig *rig = rig_new ();
  GstSample *sample;
  GstBuffer *buffer;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, no_times[__i__], 2);
  rig_say (rig, "1.2", 3);
  expect_said (rig, 1);
  sample = rig_pull (rig);
  buffer = gst_sample_get_buffer (sample);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 2);
  fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless (gst_buffer_get_reference_timestamp_meta (buffer, NULL) == NULL);
  gst_sample_unref (sample);
  expect_said (rig, 3);
  expect_stats (rig, 0, 0, 0, 0);
  rig_free (rig);
}

GST_END_TEST;

/* A doubtful header, its frame, and what may be the next one's first letter:
 * who looks for more of it on a connection that is lost, waits for nothing. */
#define DOUBTFUL "IMG 1234567890.12345678901 96 35" \
    "11;87.3;0.1000;0.2000;0.3000;0.4000"

GST_START_TEST (test_nothing_is_looked_for_on_a_lost_connection)
{
  Rig *rig = rig_new ();
  g_autofree gchar *image = g_strnfill (RIG_WIDTH * RIG_HEIGHT * 3, '5');

  g_object_set (rig->src, "stall-timeout", 100, NULL);
  rig_play (rig);
  oak_test_camera_say_text (rig->camera, DOUBTFUL);
  oak_test_camera_say_text (rig->camera, image);
  oak_test_camera_say_text (rig->camera, "I");
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  expect_stats (rig, 0, 0, 0, 0);
  rig_free (rig);
}

GST_END_TEST;

/*** what hostile cameras say ***/

/* What "at once" means for a state change. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

/* A frame that seems to fill all that is searched, and has nothing but gaps in
 * it: each ends what seems to be found there. */
static GString *
write_trap (gsize size)
{
  static const gchar *gap = "IMG 1.5 0 0                     "
      "IMG 1.6 0 0                     x";
  GString *trap = g_string_new ("?");
  g_autofree gchar *header = oak_test_header ("1.0", size, 0);

  g_string_append (trap, header);
  while (trap->len < 1 + 32 + size)
    g_string_append (trap, gap);
  g_string_truncate (trap, 1 + 32 + size);
  return g_string_append_c (trap, '?');
}

GST_START_TEST (test_stop_is_not_held_up_by_what_was_skipped)
{
  Rig *rig = rig_new ();
  GString *trap = write_trap (8 * 1024 * 1024 - 100);
  gint64 start;

  rig_play (rig);
  oak_test_camera_say (rig->camera, trap->str, trap->len);
  rig_wait_stat (rig, "resyncs", 3);
  start = g_get_monotonic_time ();
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE);
  g_string_free (trap, TRUE);
  rig_free (rig);
}

GST_END_TEST;

/* It costs no more than the bytes are worth. */
GST_START_TEST (test_what_was_skipped_is_moved_about_seldom)
{
  Rig *rig = rig_new ();
  gsize size = 4 * 1024 * 1024;
  GString *trap = write_trap (size);

  rig_play (rig);
  oak_test_camera_say (rig->camera, trap->str, trap->len);
  rig_wait_stat (rig, "resyncs", size / 65 - 1);
  g_string_free (trap, TRUE);
  rig_free (rig);
}

GST_END_TEST;

#define TABLE(tc,test,table) \
    tcase_add_loop_test (tc, test, 0, G_N_ELEMENTS (table))

static Suite *
oakresync_suite (void)
{
  Suite *s = suite_create ("oakresync");
  TCase *tc = tcase_create ("resync");

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  TABLE (tc, test_garbage_between_frames_is_skipped, garbage);
  tcase_add_test (tc, test_garbage_before_the_first_frame_is_skipped);
  tcase_add_loop_test (tc,
      test_torn_frame_is_counted_and_the_next_but_one_comes, 0, 10);
  tcase_add_loop_test (tc, test_verified_frames_are_never_torn, 0, 10);
  tcase_add_test (tc, test_verified_frame_waits_for_the_next_header);
  tcase_add_test (tc, test_frames_that_prove_false_do_not_end_the_failures);
  tcase_add_test (tc, test_verified_frame_is_shown_when_no_more_comes);
  tcase_add_loop_test (tc,
      test_verified_pictures_are_right_whatever_is_missing, 0, 10);
  tcase_add_test (tc, test_what_lacks_skipped_frames_is_not_shown);
  tcase_add_loop_test (tc, test_pieces_do_not_matter_out_of_step, 0, 12);
  tcase_add_test (tc, test_search_ends_after_two_frames);
  tcase_add_test (tc, test_search_ends_after_8_mib_at_the_start);
  tcase_add_test (tc, test_stall_out_of_step_is_told_by_its_cause);
  TABLE (tc, test_frame_without_a_time_is_shown, no_times);
  tcase_add_test (tc, test_nothing_is_looked_for_on_a_lost_connection);
  tcase_add_test (tc, test_stop_is_not_held_up_by_what_was_skipped);
  tcase_add_test (tc, test_what_was_skipped_is_moved_about_seldom);
  return s;
}

GST_CHECK_MAIN (oakresync);
