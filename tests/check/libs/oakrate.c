/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakrate.h"

#include <gst/check/gstcheck.h>
#include <math.h>

#define S G_TIME_SPAN_SECOND

/* *INDENT-OFF* */
/* So many frames, so far apart, and the time since the last one. */
static const struct
{
  guint n;
  gint64 interval, since;       /* us */
  gdouble rate;
} cases[] = {
  {0, 0, 0, 0},
  {1, S, 0, 0},
  {2, S, 0, 1},
  {2, 0, 0, 0},
  {2, S / 30, 0, 30},
  {1000, S / 30, 0, 30},
  {1000, S / 30, S, 30},
  {1000, S / 30, 2 * S, 30},
  {1000, S / 30, 2 * S + 1, 0},
  {1000, S / 1000, 0, 1000},
  /* slower than the window */
  {10, 5 * S, 0, 0.2},
  {10, 5 * S, 9 * S, 0.2},
  {10, 5 * S, 11 * S, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_rate)
{
  gint64 now = 1000 * S;
  OakRate rate;
  guint i;

  oak_rate_reset (&rate);
  for (i = 0; i < cases[__i__].n; i++) {
    now += cases[__i__].interval;
    oak_rate_note (&rate, now);
  }
  fail_unless (fabs (oak_rate_get (&rate, now + cases[__i__].since)
          - cases[__i__].rate) < 0.001, "%f instead of %f",
      oak_rate_get (&rate, now + cases[__i__].since), cases[__i__].rate);
}

GST_END_TEST;

GST_START_TEST (test_change_is_told_after_two_seconds)
{
  gint64 now = 1000 * S;
  OakRate rate;
  guint i;

  oak_rate_reset (&rate);
  for (i = 0; i < 60; i++)
    oak_rate_note (&rate, now += S / 60);
  for (i = 0; i < 20; i++)
    oak_rate_note (&rate, now += S / 10);
  fail_unless (fabs (oak_rate_get (&rate, now) - 10) < 0.001);
}

GST_END_TEST;

GST_START_TEST (test_silence_is_no_part_of_the_rate_after_it)
{
  OakRate rate;

  oak_rate_reset (&rate);
  oak_rate_note (&rate, 10 * S);
  oak_rate_note (&rate, 99 * S);
  oak_rate_note (&rate, 99 * S + S / 4);
  fail_unless (fabs (oak_rate_get (&rate, 99 * S + S / 4) - 4) < 0.001);
}

GST_END_TEST;

GST_START_TEST (test_frame_two_seconds_ago_counts)
{
  OakRate rate;

  oak_rate_reset (&rate);
  oak_rate_note (&rate, 10 * S);
  oak_rate_note (&rate, 11 * S);
  oak_rate_note (&rate, 11 * S + S / 2);
  oak_rate_note (&rate, 12 * S);
  fail_unless (fabs (oak_rate_get (&rate, 12 * S) - 1.5) < 0.001);
}

GST_END_TEST;

static Suite *
oakrate_suite (void)
{
  Suite *s = suite_create ("oakrate");
  TCase *tc = tcase_create ("rate");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_rate, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, test_change_is_told_after_two_seconds);
  tcase_add_test (tc, test_frame_two_seconds_ago_counts);
  tcase_add_test (tc, test_silence_is_no_part_of_the_rate_after_it);

  return s;
}

GST_CHECK_MAIN (oakrate);
