/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One detection and its text. No labels, no pixels, no GStreamer. */

#pragma once

#include <glib.h>

/* No network finds more in a picture; what is beyond is left out. */
#define OAK_DETECTIONS_MAX 10000

typedef struct
{
  gint label_id;                /* the model's class, 0 and more */
  gdouble confidence;           /* 0..1 */
  gdouble x_min, y_min;         /* relative to the frame; may be outside 0..1 */
  gdouble x_max, y_max;
} OakDetection;

gboolean  oak_detection_parse        (const gchar  * text,
                                      gsize          size,
                                      OakDetection * detection);

guint     oak_detections_parse       (const gchar  * text,
                                      gsize          size,
                                      GArray       * detections);

gchar *   oak_detections_find_bad    (const gchar  * text,
                                      gsize          size);

gboolean  oak_detections_are_whole   (const gchar  * text,
                                      gsize          size);

gboolean  oak_detections_may_be_cut  (const gchar  * text,
                                      gsize          size);

void      oak_detections_write       (GArray       * detections,
                                      GString      * text);
