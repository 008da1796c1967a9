/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the metas of a frame cost: microseconds, and beside a copy of a picture
 * in the same run, as no two machines are the same. */

#include "gstoakmeta.h"

#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1920
#define HEIGHT 1080
#define PICTURE_SIZE (3 * WIDTH * HEIGHT)

/* Medians are of so many. */
#define N_ROUNDS 31

/* As many frames as may be on their way at once. */
#define N_BUFFERS 8
#define N_BATCHES 50

typedef struct
{
  gdouble regions, metas, end;  /* us a frame */
} Cost;

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble first = *(const gdouble *) a, second = *(const gdouble *) b;

  return (first > second) - (first < second);
}

static gdouble
find_median (gdouble * times)
{
  qsort (times, N_ROUNDS, sizeof (*times), compare);
  return times[N_ROUNDS / 2];
}

static gdouble
measure_copy (void)
{
  guint8 *from = g_malloc0 (PICTURE_SIZE);
  guint8 *to = g_malloc0 (PICTURE_SIZE);
  gdouble times[N_ROUNDS];
  guint i;

  for (i = 0; i < N_ROUNDS; i++) {
    gint64 start = g_get_monotonic_time ();

    from[i] = i;
    memcpy (to, from, PICTURE_SIZE);
    times[i] = g_get_monotonic_time () - start;
    g_assert_cmpint (to[i], ==, i);
  }
  g_free (to);
  g_free (from);
  return find_median (times);
}

static void
fill_detections (GArray * detections, guint n)
{
  guint i;

  g_array_set_size (detections, 0);
  for (i = 0; i < n; i++) {
    OakDetection detection = { i % 80, (i * 37 % 100) / 100.0, 0.25, 0.25,
      0.3 + 0.001 * (i % 100), 0.5
    };

    g_array_append_val (detections, detection);
  }
}

static void
measure_batch (GArray * detections, GArray * regions, OakLabels * labels,
    gboolean analytics, Cost * cost)
{
  GstBuffer *buffers[N_BUFFERS];
  gint64 start;
  guint i;

  for (i = 0; i < N_BUFFERS; i++)
    buffers[i] = gst_buffer_new ();

  start = g_get_monotonic_time ();
  for (i = 0; i < N_BUFFERS; i++) {
    g_array_set_size (regions, 0);
    oak_regions_find (detections, labels, WIDTH, HEIGHT, 0.0, regions);
  }
  cost->regions += g_get_monotonic_time () - start;

  start = g_get_monotonic_time ();
  for (i = 0; i < N_BUFFERS; i++)
    gst_oak_meta_add_regions (buffers[i], regions, analytics);
  cost->metas += g_get_monotonic_time () - start;

  start = g_get_monotonic_time ();
  for (i = 0; i < N_BUFFERS; i++)
    gst_buffer_unref (buffers[i]);
  cost->end += g_get_monotonic_time () - start;
}

static void
measure_metas (guint n, gboolean analytics, Cost * cost)
{
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  GArray *regions = g_array_new (FALSE, FALSE, sizeof (OakRegion));
  OakLabels *labels = oak_labels_new_coco ();
  gdouble found[N_ROUNDS], added[N_ROUNDS], ended[N_ROUNDS];
  guint i, k;

  for (i = 0; i < N_ROUNDS; i++) {
    Cost sum = { 0, };

    for (k = 0; k < N_BATCHES; k++) {
      fill_detections (detections, n);
      measure_batch (detections, regions, labels, analytics, &sum);
    }
    found[i] = sum.regions / (N_BUFFERS * N_BATCHES);
    added[i] = sum.metas / (N_BUFFERS * N_BATCHES);
    ended[i] = sum.end / (N_BUFFERS * N_BATCHES);
  }
  cost->regions = find_median (found);
  cost->metas = find_median (added);
  cost->end = find_median (ended);
  oak_labels_free (labels);
  g_array_unref (regions);
  g_array_unref (detections);
}

static void
print_cost (guint n, gboolean analytics, gdouble copy)
{
  gdouble adding;
  Cost cost;

  measure_metas (n, analytics, &cost);
  adding = cost.regions + cost.metas;
  g_print ("%3u detections%s: %.2f us a frame (%.2f to sort, %.2f to add), "
      "%.4f of a copy; %.2f us to free\n", n,
      analytics ? "" : ", no analytics meta", adding, cost.regions, cost.metas,
      adding / copy, cost.end);
}

int
main (int argc, char **argv)
{
  static const guint counts[] = { 0, 1, 5, 20, 100 };
  gdouble copy;
  guint i;

  gst_init (&argc, &argv);
  gst_oak_meta_register ();

  copy = measure_copy ();
  g_print ("a copy of a picture of %dx%d: %.0f us\n", WIDTH, HEIGHT, copy);
  for (i = 0; i < G_N_ELEMENTS (counts); i++)
    print_cost (counts[i], TRUE, copy);
  print_cost (20, FALSE, copy);
  return 0;
}
