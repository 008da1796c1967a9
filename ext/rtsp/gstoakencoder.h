/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which encoder is there, and how it is told what to do. */

#pragma once

#include <gst/gst.h>

gchar *   gst_oak_encoder_describe  (const gchar  * name,
                                     guint          bitrate,
                                     guint          keyframe_interval,
                                     GError      ** error);
gchar *   gst_oak_encoder_list      (void);
