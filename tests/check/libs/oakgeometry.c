/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakgeometry.h"

#include <gst/check/gstcheck.h>

/* *INDENT-OFF* */
static const OakGeometry promised[] = {
  {300, 300}, {416, 416}, {512, 288}, {512, 320}, {640, 352}, {640, 360},
  {640, 384}, {640, 400}, {640, 480}, {640, 640}, {1280, 720}, {1280, 800},
  {1920, 1080},
};

static const struct
{
  OakGeometry known;
  gsize size;
  OakDepth depth;
  gboolean valid;
  OakGeometry whole;
} cases[] = {
  {{640, 352}, 675840, 24, TRUE, {640, 352}},
  {{640, 0}, 675840, 24, TRUE, {640, 352}},
  {{0, 352}, 675840, 24, TRUE, {640, 352}},
  {{1, 0}, 3, 24, TRUE, {1, 1}},
  {{0, 32767}, 98301, 24, TRUE, {1, 32767}},
  {{321, 243}, 234009, 24, TRUE, {321, 243}},
  {{640, 352}, 675841, 24, FALSE, {0, 0}},
  {{640, 352}, 675839, 24, FALSE, {0, 0}},
  {{640, 353}, 675840, 24, FALSE, {0, 0}},
  {{641, 0}, 675840, 24, FALSE, {0, 0}},
  {{0, 353}, 675840, 24, FALSE, {0, 0}},
  {{640, 0}, 0, 24, FALSE, {0, 0}},
  {{640, 0}, 1, 24, FALSE, {0, 0}},
  {{1, 0}, 3 * 32768, 24, FALSE, {0, 0}},
  {{32767, 0}, 3 * 32766, 24, FALSE, {0, 0}},
  {{0, 0}, 675840, 24, FALSE, {0, 0}},
  /* the other layouts */
  {{1280, 0}, 1024000, 8, TRUE, {1280, 800}},
  {{0, 800}, 2048000, 16, TRUE, {1280, 800}},
  {{1920, 1080}, 3110400, 12, TRUE, {1920, 1080}},
  {{0, 1080}, 3110400, 12, TRUE, {1920, 1080}},
  {{2, 0}, 6, 12, TRUE, {2, 2}},
  {{2, 2}, 5, 12, FALSE, {0, 0}},
  /* 4:2:0 has two rows and two columns to a colour */
  {{3, 0}, 9, 12, FALSE, {0, 0}},
  {{3, 2}, 9, 12, FALSE, {0, 0}},
  {{2, 3}, 9, 12, FALSE, {0, 0}},
  {{0, 2}, 9, 12, FALSE, {0, 0}},
  {{3, 3}, 0, 12, FALSE, {0, 0}},
  {{32767, 0}, 0, 24, FALSE, {0, 0}},
};
/* *INDENT-ON* */

GST_START_TEST (test_complete)
{
  OakGeometry geometry = cases[__i__].known;
  gboolean valid = oak_geometry_complete (&geometry, cases[__i__].size,
      cases[__i__].depth);

  fail_unless_equals_int (valid, cases[__i__].valid);
  fail_unless_equals_int (geometry.width, valid ? cases[__i__].whole.width :
      cases[__i__].known.width);
  fail_unless_equals_int (geometry.height, valid ? cases[__i__].whole.height :
      cases[__i__].known.height);
}

GST_END_TEST;

GST_START_TEST (test_guess_knows_common_pictures)
{
  OakGeometry geometry = { 7, 7 };

  fail_unless (oak_geometry_guess (&geometry,
          oak_geometry_size (promised[__i__], OAK_DEPTH_24), OAK_DEPTH_24));
  fail_unless_equals_int (geometry.width, promised[__i__].width);
  fail_unless_equals_int (geometry.height, promised[__i__].height);
}

GST_END_TEST;

/* Were there two of one size, fewer sizes than rows would be known. */
GST_START_TEST (test_guess_is_never_ambiguous)
{
  guint pixels, n = 0;

  for (pixels = 0; pixels < 17 * 1000 * 1000; pixels++) {
    OakGeometry geometry;

    if (!oak_geometry_guess (&geometry, 3 * pixels, OAK_DEPTH_24))
      continue;
    n++;
    fail_unless_equals_uint64 (oak_geometry_size (geometry, OAK_DEPTH_24),
        3 * pixels);
    fail_if (oak_geometry_guess (&geometry, 3 * pixels + 1, OAK_DEPTH_24));
    fail_unless (oak_geometry_guess (&geometry, pixels, OAK_DEPTH_8));
    fail_unless (oak_geometry_guess (&geometry, 2 * pixels, OAK_DEPTH_16));
    fail_unless (oak_geometry_guess (&geometry, pixels * 3 / 2, OAK_DEPTH_12));
  }
  fail_unless_equals_int (n, OAK_GEOMETRY_N_COMMON);
}

GST_END_TEST;

static Suite *
oakgeometry_suite (void)
{
  Suite *s = suite_create ("oakgeometry");
  TCase *tc = tcase_create ("sizes");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_complete, 0, G_N_ELEMENTS (cases));
  tcase_add_loop_test (tc, test_guess_knows_common_pictures, 0,
      G_N_ELEMENTS (promised));
  tcase_add_test (tc, test_guess_is_never_ambiguous);

  return s;
}

GST_CHECK_MAIN (oakgeometry);
