/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user can set on oakoverlay: its properties, their documentation and
 * their values, and what these mean for a region. Its owner locks. */

#pragma once

#include <gst/gst.h>

#include "gstoakregions.h"
#include "oakcolors.h"
#include "oaknames.h"

typedef enum
{
  GST_OAK_STYLE_LINE_WIDTH = 1,
  GST_OAK_STYLE_DRAW_LABELS,
  GST_OAK_STYLE_SHOW_CONFIDENCE,
  GST_OAK_STYLE_MIN_CONFIDENCE,
  GST_OAK_STYLE_INCLUDE_LABELS,
  GST_OAK_STYLE_EXCLUDE_LABELS,
  GST_OAK_STYLE_BLUR_LABELS,
  GST_OAK_STYLE_COLOR,
  GST_OAK_STYLE_CLASS_COLORS,
  GST_OAK_STYLE_LABEL_BACKGROUND,
  GST_OAK_STYLE_FONT_DESC,
  GST_OAK_STYLE_HOLD_TIME,
  GST_OAK_STYLE_N_PROPS
} GstOakStyleProp;

/* A list, as the user wrote it, and what it says. */
typedef struct
{
  gchar *text;
  OakNames *names;
} GstOakStyleList;

typedef struct
{
  guint line_width;             /* pixels; 0 = by the picture's height */
  gboolean draw_labels;
  gboolean show_confidence;
  gdouble min_confidence;       /* 0..1 */
  GstOakStyleList include, exclude, blur;
  guint32 color;                /* 0xAARRGGBB; 0 = by class */
  gchar *class_colors;
  OakColors *colors;
  gboolean label_background;
  gchar *font_desc;
  GstClockTime hold_time;
} GstOakStyle;

void      gst_oak_style_install     (GObjectClass       * klass);

void      gst_oak_style_clear       (GstOakStyle        * self);

gboolean  gst_oak_style_set         (GstOakStyle        * self,
                                     GstOakStyleProp      id,
                                     const GValue       * value,
                                     gchar             ** bad);

gboolean  gst_oak_style_get         (const GstOakStyle  * self,
                                     GstOakStyleProp      id,
                                     GValue             * value);

gboolean  gst_oak_style_draws       (const GstOakStyle  * self,
                                     const GstOakRegion * region);

gboolean  gst_oak_style_hides       (const GstOakStyle  * self,
                                     const GstOakRegion * region);

guint32   gst_oak_style_find_color  (const GstOakStyle  * self,
                                     const GstOakRegion * region);
