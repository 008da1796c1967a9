/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaklabel.h"

#include <gst/check/gstcheck.h>

static OakLabels *
parse (const gchar * text, gsize size, GError ** error)
{
  gchar *exact = g_memdup2 (text, size);
  OakLabels *labels = oak_labels_new_parse (exact, size, error);

  g_free (exact);
  return labels;
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  const gchar *names[4];        /* of classes 0 to 3 */
} files[] = {
  {"", {"label-0", "label-1", "label-2", "label-3"}},
  {"cat", {"cat", "label-1", "label-2", "label-3"}},
  {"cat\ndog\n", {"cat", "dog", "label-2", "label-3"}},
  {"cat\r\ndog\r\n", {"cat", "dog", "label-2", "label-3"}},
  {"\n\ncow", {"label-0", "label-1", "cow", "label-3"}},
  {"traffic light\n<&\"'>\n", {"traffic light", "<&\"'>", "label-2", "label-3"}},
  {"Fußgänger\n犬\n", {"Fußgänger", "犬", "label-2", "label-3"}},
};
/* *INDENT-ON* */

GST_START_TEST (test_names)
{
  OakLabels *labels = parse (files[__i__].text, strlen (files[__i__].text),
      NULL);
  gint id;

  fail_unless (labels != NULL);
  for (id = 0; id < 4; id++)
    fail_unless_equals_string (oak_labels_name (labels, id),
        files[__i__].names[id]);
  oak_labels_free (labels);
}

GST_END_TEST;

GST_START_TEST (test_any_number_has_a_name)
{
  OakLabels *labels = oak_labels_new_coco ();

  fail_unless_equals_string (oak_labels_name (labels, 0), "person");
  fail_unless_equals_string (oak_labels_name (labels, 62), "tvmonitor");
  fail_unless_equals_string (oak_labels_name (labels, 79), "toothbrush");
  fail_unless_equals_string (oak_labels_name (labels, 80), "label-80");
  fail_unless_equals_string (oak_labels_name (labels, 999), "label-999");
  fail_unless_equals_string (oak_labels_name (labels, 1000), "object");
  fail_unless_equals_string (oak_labels_name (labels, G_MAXINT), "object");
  fail_unless_equals_string (oak_labels_name (labels, -1), "object");
  fail_unless_equals_string (oak_labels_name (labels, G_MININT), "object");
  oak_labels_free (labels);

  labels = oak_labels_new ();
  fail_unless_equals_string (oak_labels_name (labels, 0), "label-0");
  oak_labels_free (labels);
  oak_labels_free (NULL);
}

GST_END_TEST;

static void
assert_refused (const gchar * text, gsize size, gint code)
{
  GError *error = NULL;

  fail_unless (parse (text, size, &error) == NULL);
  fail_unless (g_error_matches (error, OAK_LABEL_ERROR, code));
  fail_unless (strstr (error->message, "expected") != NULL);
  g_error_free (error);
}

GST_START_TEST (test_what_is_no_text_is_refused)
{
  assert_refused ("cat\xff", 4, OAK_LABEL_ERROR_ENCODING);
  assert_refused ("ca\0t", 4, OAK_LABEL_ERROR_ENCODING);
  assert_refused ("\xc3", 1, OAK_LABEL_ERROR_ENCODING);
}

GST_END_TEST;

GST_START_TEST (test_bounds)
{
  GString *text = g_string_new (NULL);
  OakLabels *labels;
  gint i;

  for (i = 0; i < OAK_LABELS_MAX; i++)
    g_string_append_printf (text, "%063d\n", i);
  fail_unless_equals_int (OAK_LABEL_LENGTH_MAX, 63);
  labels = parse (text->str, text->len, NULL);
  fail_unless (labels != NULL);
  fail_unless (g_str_has_suffix (oak_labels_name (labels, 999), "0999"));
  oak_labels_free (labels);
  fail_unless (text->len <= OAK_LABELS_SIZE_MAX);

  g_string_append (text, "more");
  assert_refused (text->str, text->len, OAK_LABEL_ERROR_LIMIT);

  g_string_printf (text, "%064d", 1);
  assert_refused (text->str, text->len, OAK_LABEL_ERROR_LIMIT);
  g_string_free (text, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_ids_are_found_by_name)
{
  /* The table has a name that looks like that of another class. */
  const gchar *text = "cat\n\nlabel-7\n12\n";
  OakLabels *labels = parse (text, strlen (text), NULL);
  gint id;

  fail_unless (labels != NULL);
  fail_unless_equals_int (oak_labels_find_id (labels, "cat"), 0);
  fail_unless_equals_int (oak_labels_find_id (labels, "label-7"), 2);
  fail_unless_equals_int (oak_labels_find_id (labels, "12"), 3);
  fail_unless_equals_int (oak_labels_find_id (labels, "7"), 7);
  fail_unless_equals_int (oak_labels_find_id (labels, "5000"), 5000);
  fail_unless_equals_int (oak_labels_find_id (labels, "label-1"), 1);
  fail_unless_equals_int (oak_labels_find_id (labels, "label-"), 1000);
  fail_unless_equals_int (oak_labels_find_id (labels, "label--1"), 1000);
  fail_unless_equals_int (oak_labels_find_id (labels, "-1"), 1000);
  fail_unless_equals_int (oak_labels_find_id (labels, "99999999999"), 1000);
  fail_unless_equals_int (oak_labels_find_id (labels, "dog"), 1000);
  fail_unless_equals_int (oak_labels_find_id (labels, ""), 1000);
  oak_labels_free (labels);

  labels = oak_labels_new_coco ();
  for (id = 0; id <= OAK_LABELS_MAX; id++)
    fail_unless_equals_int (oak_labels_find_id (labels,
            oak_labels_name (labels, id)), id);
  oak_labels_free (labels);
}

GST_END_TEST;

static Suite *
oaklabel_suite (void)
{
  Suite *s = suite_create ("oaklabel");
  TCase *tc = tcase_create ("table");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_names, 0, G_N_ELEMENTS (files));
  tcase_add_test (tc, test_any_number_has_a_name);
  tcase_add_test (tc, test_what_is_no_text_is_refused);
  tcase_add_test (tc, test_bounds);
  tcase_add_test (tc, test_ids_are_found_by_name);

  return s;
}

GST_CHECK_MAIN (oaklabel);
