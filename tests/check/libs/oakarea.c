/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakarea.h"

#include <gst/check/gstcheck.h>

static const OakArea picture = { 0, 0, 640, 480 };

/* *INDENT-OFF* */
static const struct
{
  gint64 x, y, width, height;
  OakArea seen;                 /* all zero: nothing */
} boxes[] = {
  {10, 20, 30, 40, {10, 20, 40, 60}},
  /* the whole picture, and its corners */
  {0, 0, 640, 480, {0, 0, 640, 480}},
  {0, 0, 1, 1, {0, 0, 1, 1}},
  {639, 479, 1, 1, {639, 479, 640, 480}},
  /* across each edge */
  {-5, 20, 10, 10, {0, 20, 5, 30}},
  {20, -5, 10, 10, {20, 0, 30, 5}},
  {635, 20, 10, 10, {635, 20, 640, 30}},
  {20, 475, 10, 10, {20, 475, 30, 480}},
  {-10, -10, 1000, 1000, {0, 0, 640, 480}},
  /* outside, also by the width of an edge */
  {-10, 20, 10, 10, {0, 0, 0, 0}},
  {20, -10, 10, 10, {0, 0, 0, 0}},
  {640, 20, 10, 10, {0, 0, 0, 0}},
  {20, 480, 10, 10, {0, 0, 0, 0}},
  /* no area, and less */
  {10, 20, 0, 40, {0, 0, 0, 0}},
  {10, 20, 30, 0, {0, 0, 0, 0}},
  {10, 20, -30, 40, {0, 0, 0, 0}},
  {10, 20, 30, -40, {0, 0, 0, 0}},
  /* what metas can hold at most */
  {G_MININT32, G_MININT32, G_MAXUINT32, G_MAXUINT32, {0, 0, 640, 480}},
  {G_MININT32, 20, G_MAXINT32, 10, {0, 0, 0, 0}},
  {G_MAXINT32, G_MAXINT32, G_MAXUINT32, G_MAXUINT32, {0, 0, 0, 0}},
  {0, 0, G_MAXUINT32, G_MAXUINT32, {0, 0, 640, 480}},
  {G_MAXUINT32, G_MAXUINT32, G_MAXUINT32, G_MAXUINT32, {0, 0, 0, 0}},
};
/* *INDENT-ON* */

static void
expect (const OakArea * got, const OakArea * wanted)
{
  fail_unless_equals_int (got->left, wanted->left);
  fail_unless_equals_int (got->top, wanted->top);
  fail_unless_equals_int (got->right, wanted->right);
  fail_unless_equals_int (got->bottom, wanted->bottom);
}

GST_START_TEST (test_what_is_seen_of_a_box)
{
  OakArea box = oak_area_of_box (boxes[__i__].x, boxes[__i__].y,
      boxes[__i__].width, boxes[__i__].height);
  OakArea seen = oak_area_intersect (&box, &picture);
  gboolean nothing = oak_area_is_empty (&boxes[__i__].seen);

  fail_unless_equals_int (oak_area_is_empty (&seen), nothing);
  if (!nothing)
    expect (&seen, &boxes[__i__].seen);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  OakArea box;
  gint width, height;           /* of the label */
  gint left, top;
} labels[] = {
  /* above, at the left edge */
  {{100, 100, 200, 200}, 60, 20, 100, 80},
  {{100, 20, 200, 200}, 60, 20, 100, 0},
  /* no room above: inside, below the line */
  {{100, 19, 200, 200}, 60, 20, 100, 22},
  {{100, 0, 200, 200}, 60, 20, 100, 3},
  /* the box begins outside */
  {{-50, 100, 200, 200}, 60, 20, 0, 80},
  {{100, -50, 200, 200}, 60, 20, 100, 0},
  /* no room at the right, or below */
  {{600, 100, 640, 200}, 60, 20, 580, 80},
  {{100, 0, 200, 10}, 60, 20, 100, 3},
  {{100, 470, 200, 480}, 60, 20, 100, 450},
  {{100, 0, 200, 480}, 60, 479, 100, 1},
  /* no room at all: what it begins with is seen */
  {{100, 100, 200, 200}, 700, 20, 0, 80},
  {{100, 100, 200, 200}, 60, 500, 100, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_a_label_has_its_place)
{
  OakArea area = oak_area_place_label (&labels[__i__].box, 3,
      labels[__i__].width, labels[__i__].height, &picture);

  fail_unless_equals_int (area.left, labels[__i__].left);
  fail_unless_equals_int (area.top, labels[__i__].top);
  fail_unless_equals_int (area.right - area.left, labels[__i__].width);
  fail_unless_equals_int (area.bottom - area.top, labels[__i__].height);
}

GST_END_TEST;

GST_START_TEST (test_what_is_smaller_than_its_margins_is_empty)
{
  const OakArea area = { 10, 10, 20, 14 };
  const OakArea inside = { 11, 11, 19, 13 };
  OakArea shrunk = oak_area_shrink (&area, 1);

  expect (&shrunk, &inside);
  shrunk = oak_area_shrink (&area, 2);
  fail_unless (oak_area_is_empty (&shrunk));
  shrunk = oak_area_shrink (&area, 30);
  fail_unless (oak_area_is_empty (&shrunk));
}

GST_END_TEST;

static Suite *
oakarea_suite (void)
{
  Suite *s = suite_create ("oakarea");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_what_is_seen_of_a_box, 0, G_N_ELEMENTS (boxes));
  tcase_add_loop_test (tc, test_a_label_has_its_place, 0,
      G_N_ELEMENTS (labels));
  tcase_add_test (tc, test_what_is_smaller_than_its_margins_is_empty);
  return s;
}

GST_CHECK_MAIN (oakarea);
