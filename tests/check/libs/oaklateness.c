/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaklateness.h"

#include <gst/check/gstcheck.h>

/* *INDENT-OFF* */
static const struct
{
  gint64 values[6];
  guint n;
  gdouble part;
  gint64 found;
} cases[] = {
  {{0}, 0, 0.5, 0},
  {{-7}, 1, 0, -7},
  {{-7}, 1, 0.5, -7},
  {{-7}, 1, 0.99, -7},
  {{-7}, 1, 1, -7},
  {{5, 3}, 2, 0.5, 3},
  {{5, 3}, 2, 0.51, 5},
  {{5, 3, 4}, 3, 0.5, 4},
  {{3, 1, 2, 5, 4}, 5, 0, 1},
  {{3, 1, 2, 5, 4}, 5, 0.5, 3},
  {{3, 1, 2, 5, 4}, 5, 0.8, 4},
  {{3, 1, 2, 5, 4}, 5, 0.99, 5},
  {{3, 1, 2, 5, 4}, 5, 1, 5},
  {{3, 1, 2, 5, 4}, 5, 7, 5},
  {{3, 1, 2, 5, 4}, 5, -7, 1},
  {{2, 2, 2, 2, 9, 2}, 6, 0.8, 2},
  {{G_MAXINT64, G_MININT64, 0}, 3, 0.5, 0},
  {{G_MAXINT64, G_MININT64, 0}, 3, 1, G_MAXINT64},
};
/* *INDENT-ON* */

GST_START_TEST (test_part_of_the_frames_is_no_later)
{
  OakLateness lateness;
  guint i;

  oak_lateness_reset (&lateness);
  for (i = 0; i < cases[__i__].n; i++)
    oak_lateness_note (&lateness, cases[__i__].values[i]);
  fail_unless_equals_int64 (oak_lateness_find (&lateness, cases[__i__].part),
      cases[__i__].found);
}

GST_END_TEST;

GST_START_TEST (test_old_frames_are_forgotten)
{
  OakLateness lateness;
  gint64 i;

  oak_lateness_reset (&lateness);
  for (i = 0; i < 5000; i++)
    oak_lateness_note (&lateness, i);
  fail_unless_equals_int64 (oak_lateness_find (&lateness, 0), 5000 - 1024);
  fail_unless_equals_int64 (oak_lateness_find (&lateness, 0.5), 5000 - 513);
  fail_unless_equals_int64 (oak_lateness_find (&lateness, 1), 4999);
  oak_lateness_reset (&lateness);
  fail_unless_equals_int64 (oak_lateness_find (&lateness, 1), 0);
}

GST_END_TEST;

static Suite *
oaklateness_suite (void)
{
  Suite *s = suite_create ("oaklateness");
  TCase *tc = tcase_create ("lateness");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_part_of_the_frames_is_no_later, 0,
      G_N_ELEMENTS (cases));
  tcase_add_test (tc, test_old_frames_are_forgotten);

  return s;
}

GST_CHECK_MAIN (oaklateness);
