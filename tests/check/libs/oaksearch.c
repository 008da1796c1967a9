/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaksearch.h"

#include <gst/check/gstcheck.h>

#define LIMIT 300

/* Frames of few bytes. */
#define FOUR "IMG 1.5 4 0                     "
#define NONE "IMG 1.6 0 0                     "
#define TEXT "IMG 1.7 2 3                     "
#define SECOND "ABCDE 1.5               4       "
#define LARGE "IMG 1.5 500 0                   "
#define WIDE "IMG 1.5 64 0                    "

/* *INDENT-OFF* */
static const struct
{
  const gchar *bytes;           /* what has come */
  gssize at;                    /* where a frame begins; -1 = not known */
} cases[] = {
  /* a header, and another where its frame ends */
  {FOUR "1234" FOUR, 0},
  {"x" FOUR "1234" FOUR, 1},
  {"garbage, and more" FOUR "1234" NONE, 17},
  {"xx" SECOND "1234" SECOND, 2},
  {"xx" FOUR "1234" SECOND, 2},
  {"xx" TEXT "abcde" FOUR, 2},
  {"xx" NONE NONE, 2},
  /* not yet */
  {"", -1}, {"x", -1}, {"IM", -1}, {"xxIMG 1.5 4", -1},
  {"xx" FOUR, -1}, {"xx" FOUR "123", -1}, {"xx" FOUR "1234", -1},
  {"xx" FOUR "1234IM", -1}, {"xx" FOUR "1234IMG 1.5 4", -1},
  /* tags that begin none */
  {"IMIMG IIMG AABCABCDE ABCD " FOUR "1234" FOUR, 26},
  {"IMG IMG IMG " FOUR "1234" FOUR, 12},
  {"IIII" FOUR "1234" FOUR, 4},
  /* a text that looks like a header */
  {FOUR "123456" FOUR "1234" FOUR, 38},
  {FOUR "123" FOUR "1234" FOUR, 35},
  /* in another's frame */
  {WIDE "12345678" FOUR "1234" FOUR "56", 40},
  /* whose frame would end behind all that is searched */
  {LARGE FOUR "1234" FOUR, 32},
  /* where the last one is torn as well */
  {"xx" FOUR "12" FOUR "12" FOUR "1234" FOUR, 70},
};
/* *INDENT-ON* */

GST_START_TEST (test_search)
{
  gsize size = strlen (cases[__i__].bytes);
  guint8 *data = g_memdup2 (cases[__i__].bytes, size);
  OakSearch search = { 0, };
  gboolean found = oak_search_go_on (&search, data, size, LIMIT);

  fail_unless_equals_int (found, cases[__i__].at >= 0);
  if (found)
    fail_unless_equals_uint64 (search.at, cases[__i__].at);
  g_free (data);
}

GST_END_TEST;

/* However the bytes come, the same is found, and as soon as it can be. */
GST_START_TEST (test_search_byte_by_byte)
{
  const gchar *bytes = cases[__i__].bytes;
  gsize size = strlen (bytes), come;
  OakSearch search = { 0, };
  gboolean found = FALSE;

  for (come = 0; come <= size && !found; come++) {
    guint8 *data = g_memdup2 (bytes, come);

    found = oak_search_go_on (&search, data, come, LIMIT);
    g_free (data);
  }
  fail_unless_equals_int (found, cases[__i__].at >= 0);
  if (found)
    fail_unless_equals_uint64 (search.at, cases[__i__].at);
}

GST_END_TEST;

/* Exactly what fits is found, and not a byte more is asked for. */
GST_START_TEST (test_search_keeps_within_its_limit)
{
  const gchar *bytes = "xx" FOUR "1234" FOUR;
  gsize size = strlen (bytes);
  OakSearch search = { 0, }, short_search = { 0, };

  fail_unless (oak_search_go_on (&search, (const guint8 *) bytes, size, size));
  fail_if (oak_search_go_on (&short_search, (const guint8 *) bytes, size - 1,
          size - 1));
  /* nothing that it would wait for could still come */
  fail_unless (short_search.at > 2);
}

GST_END_TEST;

GST_START_TEST (test_search_in_noise_ends)
{
  GRand *random = g_rand_new_with_seed (20240303);
  gsize size = 8 * 1024 * 1024, i;
  guint8 *data = g_malloc (size);
  OakSearch search = { 0, };

  for (i = 0; i < size; i++)
    data[i] = "IMG ABCDE0159.  "[g_rand_int_range (random, 0, 16)];
  for (i = 0; i <= size; i += 65536)
    fail_if (oak_search_go_on (&search, data, i, size));
  fail_unless (search.at > size - 64);
  g_free (data);
  g_rand_free (random);
}

GST_END_TEST;

static Suite *
oaksearch_suite (void)
{
  Suite *s = suite_create ("oaksearch");
  TCase *tc = tcase_create ("search");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_search, 0, G_N_ELEMENTS (cases));
  tcase_add_loop_test (tc, test_search_byte_by_byte, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, test_search_keeps_within_its_limit);
  tcase_add_test (tc, test_search_in_noise_ends);
  return s;
}

GST_CHECK_MAIN (oaksearch);
