/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakbackoff.h"

#include <gst/check/gstcheck.h>

/* As near to 1 as chance comes. */
#define MOST 0.999999

/* *INDENT-OFF* */
static const struct
{
  guint attempt, delay, delay_max;
  gdouble jitter;
  guint expected;
} cases[] = {
  /* the defaults */
  {0, 1000, 30000, 0.0, 1000},
  {1, 1000, 30000, 0.0, 2000},
  {2, 1000, 30000, 0.0, 4000},
  {3, 1000, 30000, 0.0, 8000},
  {4, 1000, 30000, 0.0, 16000},
  {5, 1000, 30000, 0.0, 24000},
  {6, 1000, 30000, 0.0, 24000},
  /* chance adds up to a quarter, never over the longest */
  {0, 1000, 30000, 0.5, 1125},
  {0, 1000, 30000, MOST, 1249},
  {4, 1000, 30000, MOST, 19999},
  {5, 1000, 30000, MOST, 29999},
  {5, 1000, 30000, 0.5, 27000},
  /* for ever */
  {31, 1000, 30000, 0.0, 24000},
  {32, 1000, 30000, 0.0, 24000},
  {64, 1000, 30000, 0.0, 24000},
  {G_MAXUINT, 1000, 30000, 0.0, 24000},
  {G_MAXUINT, 1, 3600000, MOST, 3599999},
  /* no wait overflows */
  {1, G_MAXUINT, G_MAXUINT, MOST, G_MAXUINT},
  {G_MAXUINT, 1, G_MAXUINT, 0.0, G_MAXUINT / 5 * 4},
  /* the first never comes too soon, the longest holds */
  {0, 1000, 1000, 0.0, 1000},
  {3, 1000, 1000, MOST, 1000},
  {0, 1000, 1100, 0.0, 1000},
  {0, 1000, 1100, MOST, 1100},
  {5, 1000, 1100, 0.0, 1000},
  {0, 1000, 100, 0.0, 100},
  {5, 1000, 100, MOST, 100},
  {0, 3600000, 3600000, MOST, 3600000},
  /* small ones */
  {0, 1, 1, MOST, 1},
  {9, 1, 1, MOST, 1},
  {0, 20, 100, 0.0, 20},
  {1, 20, 100, 0.0, 40},
  {2, 20, 100, 0.0, 80},
  {3, 20, 100, 0.0, 80},
  {3, 20, 100, MOST, 99},
  {7, 0, 100, MOST, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_delay)
{
  fail_unless_equals_int (oak_backoff_delay (cases[__i__].attempt,
          cases[__i__].delay, cases[__i__].delay_max, cases[__i__].jitter),
      cases[__i__].expected);
}

GST_END_TEST;

GST_START_TEST (test_delay_grows_till_it_is_at_its_longest)
{
  guint delay, attempt;

  for (delay = 1; delay < 5000; delay += 7) {
    guint last = 0;

    for (attempt = 0; attempt < 40; attempt++) {
      guint now = oak_backoff_delay (attempt, delay, 30000, 0.0);

      fail_unless (now >= last && now >= delay && now <= 30000);
      fail_unless (now == delay || now == 2 * last || now == 24000);
      last = now;
    }
  }
}

GST_END_TEST;

static Suite *
oakbackoff_suite (void)
{
  Suite *s = suite_create ("oakbackoff");
  TCase *tc = tcase_create ("delay");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_delay, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, test_delay_grows_till_it_is_at_its_longest);
  return s;
}

GST_CHECK_MAIN (oakbackoff);
