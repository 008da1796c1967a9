/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found in a picture, by the metas on its buffer, whoever has put them
 * there. */

#pragma once

#include <gst/gst.h>

#include "oakarea.h"

typedef struct
{
  OakArea box;                  /* may be outside of the picture */
  const gchar *label;           /* never freed; "" = none */
  gint id;
  gint label_id;                /* -1 = not known */
  gdouble confidence;           /* 0..1; -1 = not known */
} GstOakRegion;

gboolean  gst_oak_regions_read (GstBuffer * buffer,
                                GArray    * regions);
