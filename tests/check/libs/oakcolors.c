/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcolors.h"

#include <gst/check/gstcheck.h>

GST_START_TEST (test_a_class_keeps_its_color)
{
  guint32 person = oak_color_of_class ("person", 0);
  guint32 car = oak_color_of_class ("car", 2);

  fail_unless (person != car);
  fail_unless (person == oak_color_of_class ("anything", 0));
  /* Without a number, the name counts. */
  fail_unless (oak_color_of_class ("face", -1)
      == oak_color_of_class ("face", -1));
  fail_unless (oak_color_of_class ("", -1) >> 24 == 0xff);
  fail_unless (oak_color_of_class ("far", G_MAXINT) >> 24 == 0xff);
}

GST_END_TEST;

GST_START_TEST (test_letters_stand_out)
{
  fail_unless (oak_color_contrast (0xffffffff) == 0xff000000);
  fail_unless (oak_color_contrast (0xff000000) == 0xffffffff);
  fail_unless (oak_color_contrast (0xffffff00) == 0xff000000);
  fail_unless (oak_color_contrast (0xff0000ff) == 0xffffffff);
  /* Whatever the opacity. */
  fail_unless (oak_color_contrast (0x10ffffff) == 0xff000000);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  const gchar *bad;             /* NULL: it is good, and */
  const gchar *name;            /* has this, */
  guint32 color;                /* of this colour; 0: has it not */
} lists[] = {
  {"", NULL, "person", 0},
  {" , ,", NULL, "", 0},
  {"person=#ff0000", NULL, "person", 0xffff0000},
  {"person=#ff0000", NULL, "car", 0},
  {"person=#80FF00aa", NULL, "person", 0x80ff00aa},
  {"person=#000000", NULL, "person", 0xff000000},
  {"a=#111111,b=#222222", NULL, "b", 0xff222222},
  {" traffic light = #00ff00 , b=#222222", NULL, "traffic light", 0xff00ff00},
  {"a=b=#111111", NULL, "a=b", 0xff111111},
  {"a=#111111,a=#222222", NULL, "a", 0xff222222},
  {"<b>&=#111111", NULL, "<b>&", 0xff111111},
  {"person", "person", NULL, 0},
  {"=#ff0000", "=#ff0000", NULL, 0},
  {" =#ff0000", "=#ff0000", NULL, 0},
  {"person=ff0000", "person=ff0000", NULL, 0},
  {"person=#ff000", "person=#ff000", NULL, 0},
  {"person=#ff00000", "person=#ff00000", NULL, 0},
  {"person=#ff000000ff", "person=#ff000000ff", NULL, 0},
  {"person=#gg0000", "person=#gg0000", NULL, 0},
  {"person=#ff00gg", "person=#ff00gg", NULL, 0},
  {"person=#-ff000", "person=#-ff000", NULL, 0},
  {"person=#+ff000", "person=#+ff000", NULL, 0},
  {"person=#0xff00", "person=#0xff00", NULL, 0},
  {"person=# ff000", "person=# ff000", NULL, 0},
  {"a=#111111, b=red", "b=red", NULL, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_colors_of_classes)
{
  gchar *bad = NULL;
  OakColors *colors = oak_colors_new_parse (lists[__i__].text, &bad);
  guint32 color = 0;

  fail_unless_equals_string (bad, lists[__i__].bad);
  fail_unless_equals_int (colors == NULL, bad != NULL);
  if (colors != NULL) {
    gboolean found = oak_colors_find (colors, lists[__i__].name, &color);

    fail_unless_equals_int (found, lists[__i__].color != 0);
    fail_unless_equals_int_hex (color, lists[__i__].color);
  }
  oak_colors_free (colors);
  g_free (bad);
}

GST_END_TEST;

GST_START_TEST (test_a_list_has_a_limit)
{
  GString *text = g_string_new (NULL);
  gchar *bad = NULL;
  guint i;

  for (i = 0; i <= OAK_COLORS_MAX; i++)
    g_string_append_printf (text, "%u=#123456,", i);
  fail_unless (oak_colors_new_parse (text->str, &bad) == NULL);
  fail_unless_equals_string (bad, "1000=#123456");
  fail_if (oak_colors_find (NULL, "person", NULL));
  g_free (bad);
  g_string_free (text, TRUE);
}

GST_END_TEST;

static Suite *
oakcolors_suite (void)
{
  Suite *s = suite_create ("oakcolors");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_a_class_keeps_its_color);
  tcase_add_test (tc, test_letters_stand_out);
  tcase_add_loop_test (tc, test_colors_of_classes, 0, G_N_ELEMENTS (lists));
  tcase_add_test (tc, test_a_list_has_a_limit);
  return s;
}

GST_CHECK_MAIN (oakcolors);
