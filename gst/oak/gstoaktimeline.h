/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a frame stands in running time, and whether it is still wanted. Is told
 * when the element plays; reads no pipeline clock. */

#pragma once

#include "gstoakframe.h"
#include "oakclockmap.h"

typedef struct
{
  GMutex lock;
  /* under the lock */
  GstClockTime playing_since;   /* clock time; NONE = there is no clock */
  gint64 playing_seen;          /* the same in monotonic time, us */
  guint n_plays;                /* since the reset */
  gboolean clock_changed;
  gboolean time_reset;          /* running time begins anew */

  /* streaming thread only */
  OakClockMap map;
  guint connection;             /* that the map has learnt of */
  gint64 first_seen;            /* monotonic us, without a clock; 0 = none */
  GstClockTime last_pts;
} GstOakTimeline;

void          gst_oak_timeline_init           (GstOakTimeline * self);
void          gst_oak_timeline_clear          (GstOakTimeline * self);
void          gst_oak_timeline_reset          (GstOakTimeline * self);

void          gst_oak_timeline_play           (GstOakTimeline * self,
                                               GstClockTime     now);
void          gst_oak_timeline_change_clock   (GstOakTimeline * self);
void          gst_oak_timeline_reset_time     (GstOakTimeline * self);

gboolean      gst_oak_timeline_is_stale       (GstOakTimeline * self,
                                               const GstOakFrame * frame);
GstClockTime  gst_oak_timeline_place          (GstOakTimeline * self,
                                               const GstOakFrame * frame,
                                               GstClockTime     base_time,
                                               gboolean       * jumped);
