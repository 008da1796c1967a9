/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A camera's pictures into one media: and others, where it is away. */

#pragma once

#include <gst/gst.h>

#include "gstoakcamera.h"

typedef struct _GstOakFeed GstOakFeed;

/* In the default main context: the media is of no use any more. */
typedef void (*GstOakFeedFunc) (gpointer data);

GstOakFeed *gst_oak_feed_new    (GstOakCamera    * camera,
                                 GstElement      * appsrc,
                                 GstSample       * no_signal,
                                 GstOakFeedFunc    is_over,
                                 gpointer          data,
                                 GDestroyNotify    notify);
void      gst_oak_feed_close    (GstOakFeed * self);

GstSample * gst_oak_feed_draw_no_signal (const gchar  * name,
                                         gint           width,
                                         gint           height);
