/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakregion.h"

#include <math.h>

/* A tenth of a percent on the wire and the same number from a user may differ
 * in their last bit. */
#define ROUNDING 1e-9

static gint
compare_confidence (gconstpointer a, gconstpointer b)
{
  const OakDetection *first = a, *second = b;

  return (first->confidence < second->confidence)
      - (first->confidence > second->confidence);
}

/* A box that touches the right or bottom edge of the frame is dropped by
 * videocrop and compositor from 1.28 on, so one pixel is left free there. */
static gboolean
find_box (OakRegion * region, gint width, gint height)
{
  const OakDetection *detection = &region->detection;
  gint left = floor (detection->x_min * width);
  gint top = floor (detection->y_min * height);
  gint right = ceil (detection->x_max * width);
  gint bottom = ceil (detection->y_max * height);

  right = MIN (right, width - 1);
  bottom = MIN (bottom, height - 1);
  if (left >= right || top >= bottom)
    return FALSE;

  region->x = left;
  region->y = top;
  region->w = right - left;
  region->h = bottom - top;
  return TRUE;
}

static void
clamp_edges (OakDetection * detection)
{
  detection->x_min = CLAMP (detection->x_min, 0.0, 1.0);
  detection->y_min = CLAMP (detection->y_min, 0.0, 1.0);
  detection->x_max = CLAMP (detection->x_max, 0.0, 1.0);
  detection->y_max = CLAMP (detection->y_max, 0.0, 1.0);
}

/**
 * oak_regions_find:
 * @detections: (element-type OakDetection): what was found in a picture; they
 *     are sorted here, most confident first, as encoders cut the list's end
 * @labels: names of the classes
 * @width: of the picture, in pixels
 * @height: of the picture, in pixels
 * @min_confidence: 0..1; what is below is left out
 * @regions: (element-type OakRegion): where those are added that have an area
 *     in the picture; their labels are good as long as @labels
 *
 * Does not wait.
 *
 * Returns: how many detections are below @min_confidence
 */
guint
oak_regions_find (GArray * detections, OakLabels * labels, guint width,
    guint height, gdouble min_confidence, GArray * regions)
{
  guint i;

  /* Stable: equals stay in the order of the wire. */
  g_array_sort (detections, compare_confidence);

  for (i = 0; i < detections->len; i++) {
    OakRegion region = { g_array_index (detections, OakDetection, i), };

    if (region.detection.confidence < min_confidence - ROUNDING)
      break;
    clamp_edges (&region.detection);
    if (!find_box (&region, width, height))
      continue;
    region.label = oak_labels_name (labels, region.detection.label_id);
    g_array_append_val (regions, region);
  }
  return detections->len - i;
}
