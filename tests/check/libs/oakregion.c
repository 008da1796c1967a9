/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakregion.h"

#include <gst/check/gstcheck.h>

static void
add (GArray * detections, gint label_id, gdouble confidence, gdouble x_min,
    gdouble y_min, gdouble x_max, gdouble y_max)
{
  OakDetection detection = { label_id, confidence, x_min, y_min, x_max, y_max };

  g_array_append_val (detections, detection);
}

/* Takes what was added; the labels are those of no table. */
static GArray *
find (GArray * detections, gdouble min_confidence, guint n_below)
{
  GArray *regions = g_array_new (FALSE, FALSE, sizeof (OakRegion));
  OakLabels *labels = oak_labels_new_coco ();
  guint i;

  fail_unless_equals_int (oak_regions_find (detections, labels, 100, 50,
          min_confidence, regions), n_below);
  for (i = 0; i < regions->len; i++) {
    OakRegion *region = &g_array_index (regions, OakRegion, i);

    fail_unless_equals_string (region->label, oak_labels_name (labels,
            region->detection.label_id));
    region->label = NULL;
  }
  oak_labels_free (labels);
  g_array_unref (detections);
  return regions;
}

static GArray *
none (void)
{
  return g_array_new (FALSE, FALSE, sizeof (OakDetection));
}

/* *INDENT-OFF* */
static const struct
{
  gdouble x_min, y_min, x_max, y_max;
  guint x, y, w, h;             /* w = 0: has no area */
} boxes[] = {
  {0.1, 0.1, 0.2, 0.2, 10, 5, 10, 5},
  {0.105, 0.11, 0.195, 0.19, 10, 5, 10, 5},
  {0.0, 0.0, 1.0, 1.0, 0, 0, 99, 49},
  {-5.0, -1e300, 5.0, 1e300, 0, 0, 99, 49},
  {0.98, 0.0, 1.0, 1.0, 98, 0, 1, 49},
  {0.99, 0.0, 1.0, 1.0, 0, 0, 0, 0},
  {0.0, 0.98, 1.0, 1.0, 0, 0, 0, 0},
  {1.0, 0.0, 1.5, 1.0, 0, 0, 0, 0},
  {-0.5, 0.0, 0.0, 1.0, 0, 0, 0, 0},
  {0.5, 0.5, 0.5, 0.6, 0, 0, 0, 0},
  {0.6, 0.5, 0.5, 0.6, 0, 0, 0, 0},
  {0.501, 0.502, 0.502, 0.503, 50, 25, 1, 1},
};
/* *INDENT-ON* */

GST_START_TEST (test_box_is_in_pixels_within_the_picture)
{
  GArray *detections = none ();
  GArray *regions;
  OakRegion *region;

  add (detections, 0, 1.0, boxes[__i__].x_min, boxes[__i__].y_min,
      boxes[__i__].x_max, boxes[__i__].y_max);
  regions = find (detections, 0.0, 0);
  fail_unless_equals_int (regions->len, boxes[__i__].w > 0);
  if (regions->len > 0) {
    region = &g_array_index (regions, OakRegion, 0);
    fail_unless_equals_int (region->x, boxes[__i__].x);
    fail_unless_equals_int (region->y, boxes[__i__].y);
    fail_unless_equals_int (region->w, boxes[__i__].w);
    fail_unless_equals_int (region->h, boxes[__i__].h);
    fail_unless (region->detection.x_min >= 0.0);
    fail_unless (region->detection.y_max <= 1.0);
  }
  g_array_unref (regions);
}

GST_END_TEST;

GST_START_TEST (test_surest_is_first_and_equals_stay_in_order)
{
  static const gint order[] = { 4, 1, 3, 5, 2, 6 };
  static const gdouble confidences[] = { 0.7, 0.5, 0.7, 0.999, 0.7, 0.5 };
  GArray *detections = none ();
  GArray *regions;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (confidences); i++)
    add (detections, i + 1, confidences[i], 0.1, 0.1, 0.3, 0.3);
  regions = find (detections, 0.0, 0);
  fail_unless_equals_int (regions->len, G_N_ELEMENTS (order));
  for (i = 0; i < G_N_ELEMENTS (order); i++)
    fail_unless_equals_int (g_array_index (regions, OakRegion,
            i).detection.label_id, order[i]);
  g_array_unref (regions);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  gdouble min_confidence;
  guint n_regions, n_below;     /* of 0 %, 87.3 %, 50 % and 100 %, and one of
                                 * 60 % outside */
} limits[] = {
  {0.0, 4, 0},
  {0.1, 3, 1},
  {0.5, 3, 1},
  {0.5001, 2, 2},
  {0.6, 2, 2},
  {0.61, 2, 3},
  {0.873, 2, 3},
  {0.8731, 1, 4},
  {1.0, 1, 4},
};
/* *INDENT-ON* */

GST_START_TEST (test_limit_itself_is_in)
{
  GArray *detections = none ();
  GArray *regions;

  add (detections, 1, 0.0, 0.1, 0.1, 0.3, 0.3);
  add (detections, 2, 87.3 / 100.0, 0.1, 0.1, 0.3, 0.3);
  add (detections, 3, 0.5, 0.1, 0.1, 0.3, 0.3);
  add (detections, 4, 1.0, 0.1, 0.1, 0.3, 0.3);
  add (detections, 5, 0.6, 1.1, 1.1, 1.3, 1.3);
  regions = find (detections, limits[__i__].min_confidence,
      limits[__i__].n_below);
  fail_unless_equals_int (regions->len, limits[__i__].n_regions);
  g_array_unref (regions);
}

GST_END_TEST;

static Suite *
oakregion_suite (void)
{
  Suite *s = suite_create ("oakregion");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_box_is_in_pixels_within_the_picture, 0,
      G_N_ELEMENTS (boxes));
  tcase_add_test (tc, test_surest_is_first_and_equals_stay_in_order);
  tcase_add_loop_test (tc, test_limit_itself_is_in, 0, G_N_ELEMENTS (limits));
  return s;
}

GST_CHECK_MAIN (oakregion);
