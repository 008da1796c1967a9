/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaknames.h"

#include <gst/check/gstcheck.h>

/* *INDENT-OFF* */
static const struct
{
  const gchar *text, *name;
  gboolean none, have;
} lists[] = {
  {NULL, "person", TRUE, FALSE},
  {"", "person", TRUE, FALSE},
  {"", "", TRUE, FALSE},
  {" , ,", "", TRUE, FALSE},
  {"person", "person", FALSE, TRUE},
  {"person", "perso", FALSE, FALSE},
  {"person", "Person", FALSE, FALSE},
  {"car, traffic light ,dog", "traffic light", FALSE, TRUE},
  {"car, traffic light ,dog", "car", FALSE, TRUE},
  {"car, traffic light ,dog", "dog", FALSE, TRUE},
  {"*", "dog", FALSE, TRUE},
  {"*", "", FALSE, TRUE},
  {"car,*", "dog", FALSE, TRUE},
  {"c*", "car", FALSE, FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_names)
{
  OakNames *names = oak_names_new_parse (lists[__i__].text);

  fail_unless_equals_int (oak_names_are_none (names), lists[__i__].none);
  fail_unless_equals_int (oak_names_have (names, lists[__i__].name),
      lists[__i__].have);
  oak_names_free (names);
}

GST_END_TEST;

static Suite *
oaknames_suite (void)
{
  Suite *s = suite_create ("oaknames");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_names, 0, G_N_ELEMENTS (lists));
  return s;
}

GST_CHECK_MAIN (oaknames);
