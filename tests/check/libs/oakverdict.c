/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakverdict.h"

#include <gst/check/gstcheck.h>

/* *INDENT-OFF* */
static const struct
{
  gint64 width, height;
  gboolean valid;
} sizes[] = {
  {1, 1, TRUE}, {640, 352, TRUE}, {32767, 32767, TRUE}, {1, 32767, TRUE},
  {0, 0, FALSE}, {0, 1, FALSE}, {1, 0, FALSE}, {-1, 1, FALSE},
  {1, -1, FALSE}, {32768, 1, FALSE}, {1, 32768, FALSE},
  {G_GINT64_CONSTANT (0x100000001), 1, FALSE},
  {G_MAXINT64, G_MAXINT64, FALSE}, {G_MININT64, G_MININT64, FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_size_has_limits)
{
  GError *error = NULL;

  fail_unless_equals_int (oak_verdict_expect_size (sizes[__i__].width,
          sizes[__i__].height, &error), sizes[__i__].valid);
  fail_unless_equals_int (oak_verdict_expect_size (sizes[__i__].width,
          sizes[__i__].height, NULL), sizes[__i__].valid);
  if (sizes[__i__].valid)
    fail_unless (error == NULL);
  else
    fail_unless (g_error_matches (error, OAK_PICTURE_ERROR,
            OAK_PICTURE_ERROR_FIELD));
  g_clear_error (&error);
}

GST_END_TEST;

GST_START_TEST (test_failure_tells_expected_and_got)
{
  GError *error = NULL;

  fail_if (oak_verdict_fail (&error, OAK_PICTURE_ERROR_KIND, "a tree", 7));
  fail_unless (g_error_matches (error, OAK_PICTURE_ERROR,
          OAK_PICTURE_ERROR_KIND));
  fail_unless_equals_string (error->message, "expected a tree, got 0x07");
  g_clear_error (&error);

  fail_if (oak_verdict_fail_cut (&error, "a tree", 12));
  fail_unless (g_error_matches (error, OAK_PICTURE_ERROR,
          OAK_PICTURE_ERROR_CUT));
  fail_unless_equals_string (error->message,
      "expected a tree, got the end after 12 bytes");
  g_clear_error (&error);

  fail_if (oak_verdict_fail (NULL, OAK_PICTURE_ERROR_KIND, "a tree", 7));
  fail_if (oak_verdict_fail_cut (NULL, "a tree", 12));
}

GST_END_TEST;

static Suite *
oakverdict_suite (void)
{
  Suite *s = suite_create ("oakverdict");
  TCase *tc = tcase_create ("verdict");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_size_has_limits, 0, G_N_ELEMENTS (sizes));
  tcase_add_test (tc, test_failure_tells_expected_and_got);

  return s;
}

GST_CHECK_MAIN (oakverdict);
