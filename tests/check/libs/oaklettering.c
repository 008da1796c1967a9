/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaklettering.h"

#include <string.h>

#include <gst/check/gstcheck.h>

static OakLettering *
open_lettering (gboolean with_halo)
{
  OakLettering *lettering = oak_lettering_new ();

  oak_lettering_set_font (lettering, "Sans", 20, with_halo);
  oak_lettering_begin (lettering);
  return lettering;
}

static guint
sum (const OakMask * mask)
{
  guint total = 0;
  gint x, y;

  for (y = 0; y < mask->height; y++)
    for (x = 0; x < mask->width; x++)
      total += mask->data[y * mask->stride + x];
  return total;
}

static gboolean
equals (const OakMask * a, const OakMask * b)
{
  gint y;

  if (a->width != b->width || a->height != b->height)
    return FALSE;
  for (y = 0; y < a->height; y++)
    if (memcmp (a->data + y * a->stride, b->data + y * b->stride, a->width))
      return FALSE;
  return TRUE;
}

GST_START_TEST (test_words_are_kept)
{
  OakLettering *lettering = open_lettering (FALSE);
  const OakWord *person = oak_lettering_write (lettering, "person");
  const OakWord *car = oak_lettering_write (lettering, "car");

  fail_unless (person != car);
  fail_unless (person == oak_lettering_write (lettering, "person"));
  fail_unless (sum (&person->letters) > sum (&car->letters));
  fail_unless (car->letters.width < person->letters.width);
  fail_unless (car->baseline > 0);
  fail_unless (car->baseline < car->letters.height);
  fail_unless (car->halo.data == NULL);
  oak_lettering_free (lettering);
}

GST_END_TEST;

GST_START_TEST (test_a_font_has_its_size)
{
  OakLettering *lettering = open_lettering (FALSE);
  gint height = oak_lettering_write (lettering, "person")->letters.height;

  oak_lettering_set_font (lettering, "Sans", 40, FALSE);
  fail_unless (oak_lettering_write (lettering, "person")->letters.height
      > 3 * height / 2);
  /* A size in the description counts more: 15 points are 20 pixels. */
  oak_lettering_set_font (lettering, "Sans 15", 40, FALSE);
  fail_unless_equals_int (oak_lettering_write (lettering,
          "person")->letters.height, height);
  oak_lettering_set_font (lettering, "Sans 20px", 40, FALSE);
  fail_unless_equals_int (oak_lettering_write (lettering,
          "person")->letters.height, height);
  oak_lettering_free (lettering);
}

GST_END_TEST;

GST_START_TEST (test_a_halo_is_around_the_letters)
{
  OakLettering *lettering = open_lettering (TRUE);
  const OakWord *word = oak_lettering_write (lettering, "person");

  fail_unless (word->halo.data != NULL);
  fail_unless_equals_int (word->halo.width, word->letters.width);
  fail_unless_equals_int (word->halo.height, word->letters.height);
  fail_unless (sum (&word->halo) > sum (&word->letters));
  oak_lettering_free (lettering);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar *const texts[] = {
  "<&", "<b>bold</b>", "&amp;", "", " ", "a\nb", "\t", "\xff\xfe", "caf\xe9",
  "人", "кот", "كلب", "क्षि", "🐶", "e\xcc\x81\xcc\x81\xcc\x81",
};
/* *INDENT-ON* */

/* What is markup elsewhere is text here, and bytes that are no text are none
 * that Pango minds. */
GST_START_TEST (test_any_bytes_are_a_word)
{
  OakLettering *lettering = open_lettering (TRUE);
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    const OakWord *word = oak_lettering_write (lettering, texts[i]);

    fail_unless (word->letters.width > 0 && word->letters.height > 0);
    for (k = 0; k < i; k++)
      fail_unless (word != oak_lettering_write (lettering, texts[k]));
  }
  fail_if (equals (&oak_lettering_write (lettering, "<b>bold</b>")->letters,
          &oak_lettering_write (lettering, "bold")->letters));
  fail_if (equals (&oak_lettering_write (lettering, "&amp;")->letters,
          &oak_lettering_write (lettering, "&")->letters));
  oak_lettering_free (lettering);
}

GST_END_TEST;

GST_START_TEST (test_words_and_fonts_have_a_limit)
{
  OakLettering *lettering = open_lettering (FALSE);
  gchar *text = g_strnfill (100000, 'W');
  const OakWord *word = oak_lettering_write (lettering, text);

  fail_unless (word->letters.width < 64 * 40);
  oak_lettering_set_font (lettering, "Sans 100000", 20, TRUE);
  word = oak_lettering_write (lettering, text);
  fail_unless (word->letters.width <= 8192 + 2 * 40);
  fail_unless (word->letters.height <= 1600 + 2 * 40);
  oak_lettering_set_font (lettering, "", 0, TRUE);
  fail_unless (oak_lettering_write (lettering, text)->letters.width > 0);
  g_free (text);
  oak_lettering_free (lettering);
}

GST_END_TEST;

/* Many words of an unknown class each; memory is for sanitizers to see. */
GST_START_TEST (test_words_that_are_too_many_are_forgotten)
{
  OakLettering *lettering = open_lettering (FALSE);
  gsize bytes = 0;
  guint i;

  oak_lettering_set_font (lettering, "Sans 200px", 20, FALSE);
  for (i = 0; bytes < 40 << 20; i++) {
    gchar *text = g_strdup_printf ("a class of number %u", i);
    const OakWord *name, *percent;

    oak_lettering_begin (lettering);
    name = oak_lettering_write (lettering, text);
    percent = oak_lettering_write (lettering, "50%");
    fail_unless (sum (&name->letters) > sum (&percent->letters));
    bytes += (gsize) name->letters.stride * name->letters.height;
    g_free (text);
  }
  oak_lettering_free (lettering);
}

GST_END_TEST;

static Suite *
oaklettering_suite (void)
{
  Suite *s = suite_create ("oaklettering");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_words_are_kept);
  tcase_add_test (tc, test_a_font_has_its_size);
  tcase_add_test (tc, test_a_halo_is_around_the_letters);
  tcase_add_test (tc, test_any_bytes_are_a_word);
  tcase_add_test (tc, test_words_and_fonts_have_a_limit);
  tcase_add_test (tc, test_words_that_are_too_many_are_forgotten);
  return s;
}

GST_CHECK_MAIN (oaklettering);
