/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a frame stands in running time, and whether it is still wanted. Is told
 * when the element plays, and what time it is; reads no pipeline clock. */

#pragma once

#include "gstoakframe.h"
#include "gstoakpolicy.h"
#include "oakclockmap.h"
#include "oaklateness.h"

/* A frame in running time. */
typedef struct
{
  GstClockTime pts;
  GstClockTime arrival;         /* when its header's first byte came */
  gboolean jumped;              /* the time between it and the last frame does
                                 * not tell how far apart they were taken */
  gboolean doubtful;            /* the device's clock may stand still */
} GstOakPlace;

/* What is known of the device's clock and of the way from there. */
typedef struct
{
  /* these are 0 where PTS is the arrival */
  guint64 clock_jumps;
  gdouble drift;                /* parts per million; above 0: it is fast */
  GstClockTime jitter;
  /* of the last frames with a picture */
  GstClockTimeDiff lateness_median;
  GstClockTimeDiff lateness_99; /* that 99 % do not exceed */
} GstOakMeasures;

typedef struct
{
  GMutex lock;
  /* under the lock */
  GstClockTime playing_since;   /* clock time; NONE = there is no clock */
  gint64 playing_seen;          /* the same in monotonic time, us */
  guint n_plays;                /* since the reset */
  gboolean clock_changed;
  gboolean time_reset;          /* running time begins anew */
  OakLateness lateness;         /* of frames with a picture */
  guint64 clock_jumps;          /* since the reset */
  gdouble drift;                /* as the next, of the last frame */
  GstClockTime jitter;

  /* set by reset(), then the streaming thread's only */
  GstOakTimestampMode mode;
  OakClockMap map;
  guint connection;             /* that the map has learnt of */
  gint64 first_seen;            /* monotonic us, without a clock; 0 = none */
  GstClockTime last_pts;
} GstOakTimeline;

void          gst_oak_timeline_init           (GstOakTimeline * self);
void          gst_oak_timeline_clear          (GstOakTimeline * self);
void          gst_oak_timeline_reset           (GstOakTimeline * self,
                                               GstOakTimestampMode mode);

void          gst_oak_timeline_play           (GstOakTimeline * self,
                                               GstClockTime     now);
void          gst_oak_timeline_change_clock   (GstOakTimeline * self);
void          gst_oak_timeline_reset_time     (GstOakTimeline * self);

gboolean      gst_oak_timeline_is_stale       (GstOakTimeline * self,
                                               const GstOakFrame * frame);
void          gst_oak_timeline_place          (GstOakTimeline * self,
                                               const GstOakFrame * frame,
                                               GstClockTime     base_time,
                                               GstOakPlace    * place);
void          gst_oak_timeline_note_lateness  (GstOakTimeline * self,
                                               GstClockTimeDiff lateness);

void          gst_oak_timeline_measure        (GstOakTimeline * self,
                                               GstOakMeasures * measures);
