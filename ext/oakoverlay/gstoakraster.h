/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw video as a canvas: where its planes lie, and what a colour is in them. */

#pragma once

#include <gst/video/video.h>

#include "oakcanvas.h"

#define GST_OAK_RASTER_FORMATS "{ BGR, RGB, BGRx, RGBx, BGRA, RGBA, xRGB, " \
    "xBGR, ARGB, ABGR, I420, NV12, YV12, GRAY8 }"

void  gst_oak_raster_open (const GstVideoFrame * frame,
                           OakCanvas           * canvas);

void  gst_oak_raster_mix  (const GstVideoInfo  * info,
                           guint32               color,
                           OakInk              * ink);
