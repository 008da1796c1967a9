/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames between the receiving and the streaming thread, bounded by time: what
 * is over is dropped, oldest first, or else waited for. Every function may be
 * called by any thread; only gst_oak_queue_take() waits, and where nothing may
 * be dropped gst_oak_queue_push(). */

#pragma once

#include "gstoakframe.h"

typedef struct
{
  guint64 dropped;              /* frames left out because it was full */
  guint64 discarded;            /* frames that came when none was wanted */
  gdouble frame_rate;           /* of what comes, in the last two seconds */
} GstOakQueueCounters;

typedef struct _GstOakQueue GstOakQueue;

GstOakQueue *   gst_oak_queue_new           (void);
void            gst_oak_queue_free          (GstOakQueue * self);
void            gst_oak_queue_clear         (GstOakQueue * self);
void            gst_oak_queue_reset         (GstOakQueue * self);

void            gst_oak_queue_push          (GstOakQueue * self,
                                             GstOakFrame * frame);
void            gst_oak_queue_end           (GstOakQueue * self,
                                             GError      * error);
GstFlowReturn   gst_oak_queue_take          (GstOakQueue * self,
                                             GstOakFrame ** frame,
                                             GError     ** error);

void            gst_oak_queue_set_latency   (GstOakQueue * self,
                                             GstClockTime  latency);
void            gst_oak_queue_set_dropping  (GstOakQueue * self,
                                             gboolean      dropping);
void            gst_oak_queue_set_playing   (GstOakQueue * self,
                                             gboolean      playing);
void            gst_oak_queue_set_flushing  (GstOakQueue * self,
                                             gboolean      flushing);
void            gst_oak_queue_close         (GstOakQueue * self);
void            gst_oak_queue_set_finished  (GstOakQueue * self,
                                             gboolean      finished);

void            gst_oak_queue_get_counters  (GstOakQueue * self,
                                             GstOakQueueCounters * counters);
GstClockTime    gst_oak_queue_get_interval  (GstOakQueue * self);
