/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>

#include "oakfuzz.h"
#include "oakregion.h"

#define WIDTH 640
#define HEIGHT 352

static void
check_detection (const OakDetection * detection)
{
  HOLDS (detection->label_id >= 0);
  HOLDS (detection->confidence >= 0.0 && detection->confidence <= 1.0);
  HOLDS (isfinite (detection->x_min) && isfinite (detection->y_min));
  HOLDS (isfinite (detection->x_max) && isfinite (detection->y_max));
  HOLDS (detection->x_min < detection->x_max);
  HOLDS (detection->y_min < detection->y_max);
}

static void
check_regions (GArray * detections)
{
  static OakLabels *labels = NULL;
  GArray *regions = g_array_new (FALSE, FALSE, sizeof (OakRegion));
  guint left_out, i;

  if (labels == NULL)
    labels = oak_labels_new_coco ();
  left_out = oak_regions_find (detections, labels, WIDTH, HEIGHT, 0.5, regions);

  HOLDS (left_out + regions->len <= detections->len);
  for (i = 0; i < regions->len; i++) {
    const OakRegion *region = &g_array_index (regions, OakRegion, i);

    HOLDS (region->w > 0 && region->x + region->w < WIDTH);
    HOLDS (region->h > 0 && region->y + region->h < HEIGHT);
    HOLDS (g_utf8_validate (region->label, -1, NULL));
  }
  g_array_unref (regions);
}

/* What we write can be read, and is as much; of a box that is thinner than four
 * decimals nothing may be left. */
static void
check_written (GArray * detections)
{
  GArray *again = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  GString *text = g_string_new (NULL);
  guint left_out;

  oak_detections_write (detections, text);
  left_out = oak_detections_parse (text->str, text->len, again);
  HOLDS (left_out + again->len == detections->len);
  g_string_free (text, TRUE);
  g_array_unref (again);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  const gchar *text = (const gchar *) data;
  GArray *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  guint left_out = oak_detections_parse (text, size, detections);
  gchar *bad = oak_detections_find_bad (text, size);
  guint i;

  HOLDS (detections->len <= OAK_DETECTIONS_MAX);
  HOLDS (bad == NULL || left_out > 0);
  for (i = 0; i < detections->len; i++)
    check_detection (&g_array_index (detections, OakDetection, i));
  oak_detections_are_whole (text, size);
  if (size > 0)
    oak_detections_may_be_cut (text, size);
  check_written (detections);
  check_regions (detections);

  g_free (bad);
  g_array_unref (detections);
  return 0;
}
