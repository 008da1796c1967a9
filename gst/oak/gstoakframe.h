/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame on its way from the receiver to the element, and how its picture
 * lies in memory. No sockets, no caps. */

#pragma once

#include <gst/video/video.h>

#include "oakdetection.h"

/* How a picture lies in memory that goes downstream. Never changes. */
typedef struct _GstOakLayout GstOakLayout;

struct _GstOakLayout
{
  gatomicrefcount ref_count;
  GstVideoInfo wire;            /* as the camera sends it: no padding */
  GstVideoInfo info;            /* of what goes downstream; buffers may say
                                 * otherwise of strides, by their GstVideoMeta */
  GstBufferPool *pool;
};

typedef struct
{
  guint connection;             /* that it came by; they count from 1 */
  GstClockTime device_time;     /* since the camera booted; NONE: not known */
  /* when the header's first byte came */
  GstClockTime arrival;         /* pipeline clock (absolute); NONE: no clock */
  gint64 seen;                  /* monotonic time, us */
  gboolean analysed;            /* its framing has detections, if only none */
  GArray *detections;           /* of OakDetection, in the order of the wire */
  GstBuffer *image;             /* NULL: the camera sent none */
  gsize image_size;             /* bytes on the wire */
  GstOakLayout *layout;         /* of the image; NULL: as on the wire */
  gboolean discont;             /* frames before it are missing */
  guint n_dropped;              /* of them, because the queue was full */
  gboolean waited;              /* for room in the queue, while nobody noted
                                 * the arrival of the next ones */
} GstOakFrame;

GstOakLayout *    gst_oak_layout_new      (const GstVideoInfo * wire,
                                           const GstVideoInfo * info,
                                           GstBufferPool      * pool);
GstOakLayout *    gst_oak_layout_ref      (GstOakLayout       * self);
void              gst_oak_layout_unref    (GstOakLayout       * self);

GstOakFrame *     gst_oak_frame_new       (void);
void              gst_oak_frame_free      (GstOakFrame        * frame);

gboolean          gst_oak_frame_move      (GstOakFrame        * frame,
                                           GstOakLayout       * layout);
