/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Regions become boxes, labels and mosaics in a picture. */

#pragma once

#include <gst/video/video.h>

#include "gstoakstyle.h"
#include "oaklettering.h"

gint  gst_oak_drawing_font_size (guint               height);

void  gst_oak_drawing_draw      (const GstOakStyle * style,
                                 OakLettering      * lettering,
                                 GArray            * regions,
                                 GstVideoFrame     * frame);
