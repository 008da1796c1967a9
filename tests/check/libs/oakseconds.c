/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakseconds.h"

#include <gst/check/gstcheck.h>

/* *INDENT-OFF* */
static const struct
{
  const gchar *word;
  gboolean valid;
  guint64 ns;
} words[] = {
  {"0.0", TRUE, 0},
  {"0", TRUE, 0},
  {"12.5", TRUE, 12500000000},
  {"1234.567891", TRUE, 1234567891000},
  {"5e-05", TRUE, 50000},
  {"1.5e-05", TRUE, 15000},
  {"1e-10", TRUE, 0},
  {"1e+09", TRUE, 1000000000000000000},
  {"0e999", TRUE, 0},
  {"0.1234567899999", TRUE, 123456789},
  {"9223372036.854775807", TRUE, G_MAXINT64},
  {"-0.0", TRUE, 0},
  /* numbers that are no time */
  {"9223372036.854775808", TRUE, OAK_SECONDS_NONE},
  {"18446744073.709551616", TRUE, OAK_SECONDS_NONE},
  {"1e999", TRUE, OAK_SECONDS_NONE},
  {"99999999999999999999999999999999", TRUE, OAK_SECONDS_NONE},
  {"-1", TRUE, OAK_SECONDS_NONE}, {"-12.5", TRUE, OAK_SECONDS_NONE},
  {"-5e-05", TRUE, OAK_SECONDS_NONE}, {"-1e999", TRUE, OAK_SECONDS_NONE},
  {"nan", TRUE, OAK_SECONDS_NONE}, {"-nan", TRUE, OAK_SECONDS_NONE},
  {"inf", TRUE, OAK_SECONDS_NONE}, {"-inf", TRUE, OAK_SECONDS_NONE},
  /* no numbers */
  {"1e1000", FALSE, 0},
  {"", FALSE, 0}, {".", FALSE, 0}, {".5", FALSE, 0}, {"5.", FALSE, 0},
  {"-", FALSE, 0}, {"--1", FALSE, 0}, {"+1", FALSE, 0}, {"1e", FALSE, 0}, {"1e+", FALSE, 0},
  {"1E5", FALSE, 0}, {"1,5", FALSE, 0}, {" 1", FALSE, 0}, {"1 ", FALSE, 0},
  {"NaN", FALSE, 0}, {"nanx", FALSE, 0}, {"na", FALSE, 0},
  {"infinity", FALSE, 0}, {"1inf", FALSE, 0}, {"0x10", FALSE, 0},
  /* 32 bytes and one more */
  {"0.000000000000000000000000000001", TRUE, 0},
  {"0.0000000000000000000000000000001", FALSE, 0},
};

static const struct
{
  guint64 ns;
  gsize columns;
  const gchar *text;
} prints[] = {
  /* what print (ns / 1e9) says in Python */
  {0, 18, "0.0"},
  {1, 18, "1e-09"},
  {10, 18, "1e-08"},
  {15000, 18, "1.5e-05"},
  {50000, 18, "5e-05"},
  {12345, 10, "1.2345e-05"},
  {99999, 18, "9.9999e-05"},
  {100000, 18, "0.0001"},
  {100001, 18, "0.000100001"},
  {500000000, 18, "0.5"},
  {1000000000, 18, "1.0"},
  {12500000000, 18, "12.5"},
  {1234567891000, 18, "1234.567891"},
  {123456000000000, 18, "123456.0"},
  /* what it does not: a double ends before */
  {G_GUINT64_CONSTANT (123456789123456789), 19, "123456789.123456789"},
  {G_MAXINT64, 20, "9223372036.854775807"},
  /* decimals that do not fit fall off, with the zeros before them */
  {G_GUINT64_CONSTANT (123456789123456789), 18, "123456789.12345678"},
  {G_MAXINT64, 18, "9223372036.8547758"},
  {G_MAXINT64, 12, "9223372036.8"},
  {1100000001, 10, "1.1"},
  {1999999999, 10, "1.99999999"},
  {99999999999999999, 10, "99999999.9"},
  {99999999000000000, 10, "99999999.0"},
  /* and so does the point */
  {999999999999999999, 10, "999999999"},
  {999999999000000000, 11, "999999999.0"},
  {1000000000000000000, 10, "1000000000"},
  {1000000000000000000, 11, "1000000000"},
  {1000000000000000000, 12, "1000000000.0"},
  {G_MAXINT64, 10, "9223372036"},
};
/* *INDENT-ON* */

GST_START_TEST (test_parse)
{
  gsize length = strlen (words[__i__].word);
  /* not terminated, so that a sanitizer sees a step too far */
  gchar *word = g_memdup2 (words[__i__].word, length);
  guint64 ns = 7;

  fail_unless_equals_int (oak_seconds_parse (word, length, &ns),
      words[__i__].valid);
  fail_unless_equals_uint64 (ns, words[__i__].valid ? words[__i__].ns : 7);
  g_free (word);
}

GST_END_TEST;

GST_START_TEST (test_write)
{
  GString *text = g_string_new ("1.00");

  oak_seconds_write (prints[__i__].ns, prints[__i__].columns, text);
  /* behind what was there, which stays */
  fail_unless (g_str_has_prefix (text->str, "1.00"));
  fail_unless_equals_string (text->str + 4, prints[__i__].text);
  g_string_free (text, TRUE);
}

GST_END_TEST;

/* As many nanoseconds as any number of digits has. */
static guint64
random_time (GRand * random)
{
  guint64 ns = (guint64) g_rand_int (random) << 32 | g_rand_int (random);

  return ns >> g_rand_int_range (random, 1, 64);
}

GST_START_TEST (test_what_is_written_parses)
{
  GRand *random = g_rand_new_with_seed (20240301);
  guint n;

  for (n = 0; n < 20000; n++) {
    gsize columns = g_rand_int_range (random, OAK_SECONDS_COLUMNS_MIN, 24);
    guint64 ns = random_time (random), lost = 1, back;
    GString *text = g_string_new (NULL);
    gsize decimals;

    oak_seconds_write (ns, columns, text);
    fail_unless (text->len <= columns);
    fail_unless (oak_seconds_parse (text->str, text->len, &back), text->str);

    /* as many decimals as find room behind the point */
    decimals = columns - MIN (columns, strcspn (text->str, ".") + 1);
    for (; decimals < 9 && ns >= 100000; decimals++)
      lost *= 10;
    fail_if (back > ns || ns - back >= lost, "%s: %" G_GUINT64_FORMAT,
        text->str, ns);
    if (columns >= 20)
      fail_unless_equals_uint64 (back, ns);
    g_string_free (text, TRUE);
  }
  g_rand_free (random);
}

GST_END_TEST;

static Suite *
oakseconds_suite (void)
{
  Suite *s = suite_create ("oakseconds");
  TCase *tc = tcase_create ("text");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_parse, 0, G_N_ELEMENTS (words));
  tcase_add_loop_test (tc, test_write, 0, G_N_ELEMENTS (prints));
  tcase_add_test (tc, test_what_is_written_parses);

  return s;
}

GST_CHECK_MAIN (oakseconds);
