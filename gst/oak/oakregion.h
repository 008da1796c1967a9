/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found in a picture, as it is told: named, in its pixels, the most
 * confident first. No GStreamer. */

#pragma once

#include "oakdetection.h"
#include "oaklabel.h"

typedef struct
{
  OakDetection detection;       /* edges within 0..1 */
  const gchar *label;           /* the table's */
  guint x, y, w, h;             /* in pixels, within the picture */
} OakRegion;

guint     oak_regions_find    (GArray    * detections,
                               OakLabels * labels,
                               guint       width,
                               guint       height,
                               gdouble     min_confidence,
                               GArray    * regions);
