/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakdetection.h"

#include <gst/check/gstcheck.h>
#include <locale.h>

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  gboolean valid;
  OakDetection detection;
} cases[] = {
  /* what cameras send */
  {"0;87.3;0.1000;0.2000;0.3000;0.4000", TRUE, {0, 0.873, 0.1, 0.2, 0.3, 0.4}},
  {"79;100.0;0.0000;0.0000;1.0000;1.0000", TRUE, {79, 1.0, 0, 0, 1, 1}},
  {"2;0.0;-0.0012;0.5000;0.2500;1.0031", TRUE, {2, 0.0, -0.0012, 0.5, 0.25, 1.0031}},
  {"2;50.0;-0.0000;0.5000;0.2500;1.0000", TRUE, {2, 0.5, -0.0, 0.5, 0.25, 1.0}},
  /* what other programs may print */
  {"2147483647;50;0;0;1;1", TRUE, {G_MAXINT, 0.5, 0, 0, 1, 1}},
  {"1;50;1e-3;0;1;1", TRUE, {1, 0.5, 1e-3, 0, 1, 1}},
  {"1;50;-1e9;0;1e300;1", TRUE, {1, 0.5, -1e9, 0, 1e300, 1}},
  /* more digits than a double takes as they are */
  {"1;50;0;0;9.007199254740995;1", TRUE, {1, 0.5, 0, 0, 9.007199254740995, 1}},
  /* the longest number, and one longer */
  {"1;50;0.100000000000000000000000000000;0;1;1", TRUE, {1, 0.5, 0.1, 0, 1, 1}},
  {"1;50;0.1000000000000000000000000000000;0;1;1", FALSE, {0}},
  /* what is none */
  {"", FALSE, {0}},
  {";;;;;", FALSE, {0}},
  {";87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;0.1;0.2;0.3", FALSE, {0}},
  {"0;87.3;0.1;0.2;0.3;0.4;0.5", FALSE, {0}},
  {"0;87.3;0.1;0.2;0.3;0.4;", FALSE, {0}},
  {"person;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0.0;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"-1;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"+1;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {" 1;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"2147483648;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"99999999999999999999999;87.3;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;nan;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;inf;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;nan;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;0.1;-inf;0.3;0.4", FALSE, {0}},
  {"0;87.3;0x1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;0,1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3; 0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;0.1 ;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;--0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;1e;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;0.1;0.2;1e999;0.4", FALSE, {0}},
  {"0;;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;-;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;.;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;00000000000000000000000000000000000000000;0.2;0.3;0.4", FALSE, {0}},
  {"0;87.3;0.1;0.2;00000000000000000000000000000000000000001;0.4", FALSE, {0}},
  {"0;-0.1;0.1;0.2;0.3;0.4", FALSE, {0}},
  {"0;100.1;0.1;0.2;0.3;0.4", FALSE, {0}},
  /* boxes without an inside */
  {"0;87.3;0.3;0.2;0.1;0.4", FALSE, {0}},
  {"0;87.3;0.1;0.4;0.3;0.2", FALSE, {0}},
  {"0;87.3;0.1;0.2;0.1;0.4", FALSE, {0}},
  {"0;87.3;0.1;0.2;0.3;0.2", FALSE, {0}},
};
/* *INDENT-ON* */

static gboolean
is_equal (const OakDetection * a, const OakDetection * b)
{
  return a->label_id == b->label_id && a->confidence == b->confidence
      && a->x_min == b->x_min && a->y_min == b->y_min && a->x_max == b->x_max
      && a->y_max == b->y_max;
}

GST_START_TEST (test_detection_parse)
{
  const OakDetection untouched = { 7, 7, 7, 7, 7, 7 };
  OakDetection detection = untouched;
  gsize size = strlen (cases[__i__].text);
  /* not terminated, so that a sanitizer sees a step too far */
  gchar *text = g_memdup2 (cases[__i__].text, size);
  gboolean valid = oak_detection_parse (text, size, &detection);

  fail_unless_equals_int (valid, cases[__i__].valid);
  if (valid)
    fail_unless (is_equal (&detection, &cases[__i__].detection));
  else
    fail_unless (is_equal (&detection, &untouched));
  g_free (text);
}

GST_END_TEST;

#define GOOD "0;87.3;0.1000;0.2000;0.3000;0.4000"
#define OTHER "15;9.0;-0.1000;0.2000;0.3000;1.4000"

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  guint n_good, n_bad;
  gboolean whole;               /* as a camera prints it, to the last byte */
  gboolean may_be_cut;
} lists[] = {
  {"", 0, 0, TRUE, FALSE},
  {GOOD, 1, 0, TRUE, FALSE},
  {GOOD "|" GOOD, 2, 0, TRUE, FALSE},
  {OTHER "|" GOOD, 2, 0, TRUE, TRUE},
  {GOOD "|", 1, 1, FALSE, FALSE},
  {"|" GOOD, 1, 1, FALSE, FALSE},
  {"|", 0, 2, FALSE, FALSE},
  {GOOD "||" GOOD, 2, 1, FALSE, FALSE},
  {GOOD "|rubbish|" OTHER, 2, 1, FALSE, FALSE},
  {"rubbish", 0, 1, FALSE, FALSE},
  /* a size that lost its last digit leaves that before and a stump behind */
  {"5" GOOD "|0;8", 1, 1, FALSE, TRUE},
  {"5" GOOD "|0;87.3;0.1000;0.2000;0.3000;0.4", 2, 0, FALSE, TRUE},
  {"5" GOOD "|0;87.3;0.1000;0.2000;0.3000;0.", 1, 1, FALSE, TRUE},
  {"5" GOOD, 1, 0, TRUE, TRUE},
  /* right numbers, but not printed by a camera */
  {"0;87;0.1000;0.2000;0.3000;0.4000", 1, 0, FALSE, FALSE},
  {"0;87.3;0.100;0.2000;0.3000;0.4000", 1, 0, FALSE, FALSE},
  {"0;87.3;0.10000;0.2000;0.3000;0.4000", 1, 0, FALSE, FALSE},
  {"0;87.3;1e-3;0.2000;0.3000;0.4000", 1, 0, FALSE, FALSE},
  {"0;87.3;0e1000;0.2000;0.3000;0.4000", 1, 0, FALSE, FALSE},
  {"0;.3;0.1000;0.2000;0.3000;0.4000", 1, 0, FALSE, FALSE},
  {";87.3;0.1000;0.2000;0.3000;0.4000", 0, 1, FALSE, FALSE},
  {"0:87.3;0.1000;0.2000;0.3000;0.4000", 0, 1, FALSE, FALSE},
  {GOOD ":", 0, 1, FALSE, FALSE},
  {"0;87.3;0.1000;0.2000;0.3000", 0, 1, FALSE, FALSE},
  {"5", 0, 1, FALSE, FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_detections)
{
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  gsize size = strlen (lists[__i__].text);
  gchar *text = g_memdup2 (lists[__i__].text, size);

  fail_unless_equals_int (oak_detections_parse (text, size, detections),
      lists[__i__].n_bad);
  fail_unless_equals_int (detections->len, lists[__i__].n_good);
  fail_unless_equals_int (oak_detections_are_whole (text, size),
      lists[__i__].whole);
  fail_unless_equals_int (oak_detections_may_be_cut (text, size),
      lists[__i__].may_be_cut);
  g_free (text);
  g_array_unref (detections);
}

GST_END_TEST;

GST_START_TEST (test_detections_keep_their_order_and_what_was_there)
{
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));

  oak_detections_parse (GOOD, strlen (GOOD), detections);
  oak_detections_parse (OTHER "|" GOOD, strlen (OTHER "|" GOOD), detections);
  fail_unless_equals_int (detections->len, 3);
  fail_unless_equals_int (g_array_index (detections, OakDetection,
          0).label_id, 0);
  fail_unless_equals_int (g_array_index (detections, OakDetection,
          1).label_id, 15);
  fail_unless_equals_int (g_array_index (detections, OakDetection,
          2).label_id, 0);
  g_array_unref (detections);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  guint n;
  OakDetection detections[3];
  const gchar *text;
} written[] = {
  {0, {{0}}, ""},
  {1, {{0, 0.873, 0.1, 0.2, 0.3, 0.4}}, "0;87.3;0.1000;0.2000;0.3000;0.4000"},
  {1, {{79, 1.0, 0, 0, 1, 1}}, "79;100.0;0.0000;0.0000;1.0000;1.0000"},
  {1, {{2, 0.0, -0.0012, 0.5, 0.25, 1.0031}},
    "2;0.0;-0.0012;0.5000;0.2500;1.0031"},
  {1, {{G_MAXINT, 0.0904, 0.12344, 0.12346, 0.99996, 1e9}},
    "2147483647;9.0;0.1234;0.1235;1.0000;1000000000.0000"},
  {3, {{0, 0.873, 0.1, 0.2, 0.3, 0.4}, {15, 0.09, -0.1, 0.2, 0.3, 1.4},
      {0, 0.873, 0.1, 0.2, 0.3, 0.4}}, GOOD "|" OTHER "|" GOOD},
};
/* *INDENT-ON* */

GST_START_TEST (test_detections_write)
{
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  GString *text = g_string_new ("before ");
  const gchar *locale;

  g_array_append_vals (detections, written[__i__].detections, written[__i__].n);
  oak_detections_write (detections, text);
  fail_unless (g_str_has_prefix (text->str, "before "));
  fail_unless_equals_string (text->str + 7, written[__i__].text);

  /* Where the point is a comma; machines without such a locale learn less. */
  locale = setlocale (LC_NUMERIC, "de_DE.UTF-8");
  g_string_truncate (text, 0);
  oak_detections_write (detections, text);
  fail_unless_equals_string (text->str, written[__i__].text);
  if (locale != NULL)
    setlocale (LC_NUMERIC, "C");

  g_string_free (text, TRUE);
  g_array_unref (detections);
}

GST_END_TEST;

GST_START_TEST (test_largest_number_is_written_whole)
{
  const OakDetection detection = { 0, 1, -G_MAXDOUBLE, 0, G_MAXDOUBLE, 1 };
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  GString *text = g_string_new (NULL);

  g_array_append_val (detections, detection);
  oak_detections_write (detections, text);
  fail_unless (g_str_has_prefix (text->str, "0;100.0;-1797693134862315"));
  fail_unless (g_str_has_suffix (text->str, "8368.0000;1.0000"));
  fail_unless (oak_detections_are_whole (text->str, text->len));
  g_string_free (text, TRUE);
  g_array_unref (detections);
}

GST_END_TEST;

GST_START_TEST (test_first_bad_detection_is_found)
{
  static const gchar *table[][2] = {
    {"", NULL},
    {"0;87.5;0.1;0.1;0.5;0.9", NULL},
    {"0;87.5;0.1;0.1;0.5;0.9|1;1;0;0;1;1", NULL},
    {"person;87.5;0.1;0.1;0.5;0.9", "person;87.5;0.1;0.1;0.5;0.9"},
    {"1;1;0;0;1;1|1;101;0;0;1;1|x", "1;101;0;0;1;1"},
    {"1;1;0;0;1;1|", ""},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    gchar *bad = oak_detections_find_bad (table[i][0], strlen (table[i][0]));

    fail_unless_equals_string (bad, table[i][1]);
    g_free (bad);
  }
}

GST_END_TEST;

static gdouble
random_edge (GRand * random)
{
  return g_rand_int_range (random, -100, 10101) / 10000.0;
}

GST_START_TEST (test_detections_that_are_written_parse)
{
  GRand *random = g_rand_new_with_seed (20240303);
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  GArray *parsed = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < OAK_DETECTIONS_MAX; i++) {
    OakDetection detection = { g_rand_int_range (random, 0, G_MAXINT),
      g_rand_int_range (random, 0, 1001) / 1000.0, random_edge (random),
      random_edge (random), 0, 0
    };

    detection.x_max = detection.x_min + g_rand_int_range (random, 1, 9999)
        / 10000.0;
    detection.y_max = detection.y_min + 0.0001;
    g_array_append_val (detections, detection);
  }

  oak_detections_write (detections, text);
  fail_unless (oak_detections_are_whole (text->str, text->len));
  fail_unless_equals_int (oak_detections_parse (text->str, text->len, parsed),
      0);
  fail_unless_equals_int (parsed->len, detections->len);
  /* there is no room for one more */
  fail_unless_equals_int (oak_detections_parse (GOOD, strlen (GOOD), parsed),
      1);
  fail_unless_equals_int (parsed->len, detections->len);
  for (i = 0; i < parsed->len; i++) {
    OakDetection *a = &g_array_index (detections, OakDetection, i);
    OakDetection *b = &g_array_index (parsed, OakDetection, i);

    fail_unless_equals_int (b->label_id, a->label_id);
    fail_unless_equals_float (b->confidence, a->confidence);
    fail_unless_equals_float (b->x_min, a->x_min);
    fail_unless_equals_float (b->y_min, a->y_min);
    fail_unless_equals_float (b->x_max, a->x_max);
    fail_unless_equals_float (b->y_max, a->y_max);
  }

  g_string_free (text, TRUE);
  g_array_unref (parsed);
  g_array_unref (detections);
  g_rand_free (random);
}

GST_END_TEST;

static Suite *
oakdetection_suite (void)
{
  Suite *s = suite_create ("oakdetection");
  TCase *tc = tcase_create ("text");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_detection_parse, 0, G_N_ELEMENTS (cases));
  tcase_add_loop_test (tc, test_detections, 0, G_N_ELEMENTS (lists));
  tcase_add_test (tc, test_detections_keep_their_order_and_what_was_there);
  tcase_add_test (tc, test_first_bad_detection_is_found);
  tcase_add_loop_test (tc, test_detections_write, 0, G_N_ELEMENTS (written));
  tcase_add_test (tc, test_largest_number_is_written_whole);
  tcase_add_test (tc, test_detections_that_are_written_parse);

  return s;
}

GST_CHECK_MAIN (oakdetection);
