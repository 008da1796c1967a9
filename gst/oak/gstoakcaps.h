/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What downstream wants of the pictures, asked over a pad: caps, geometry,
 * memory. Keeps nothing. */

#pragma once

#include <gst/video/video.h>

#include "gstoakpayload.h"

GstCaps *   gst_oak_caps_choose         (GstPad             * pad,
                                         const GstOakPayloadTraits * traits,
                                         OakGeometry          geometry,
                                         gint                 fps_n,
                                         gint                 fps_d);

gboolean    gst_oak_caps_find_geometry  (GstPad             * pad,
                                         const GstOakPayloadTraits * traits,
                                         gsize                size,
                                         OakGeometry        * geometry);

void        gst_oak_caps_choose_pool    (GstQuery           * query,
                                         GstCaps            * caps,
                                         const GstVideoInfo * info);
