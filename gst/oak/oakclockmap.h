/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Device time becomes pipeline clock time. Arithmetic only: reads no clock. */

#pragma once

#include <glib.h>

#define OAK_CLOCK_MAP_SPANS 64

/* A device time that the camera did not tell. */
#define OAK_CLOCK_MAP_UNKNOWN G_MAXUINT64

/* The frame of a span of time that was least delayed. */
typedef struct
{
  gdouble at;                   /* device time, ns since the anchor */
  gdouble delay;                /* arrival less device time, ns over the anchor's */
} OakClockMapPoint;

typedef struct
{
  gboolean anchored;
  guint64 anchor_device;        /* ns */
  gint64 anchor_offset;         /* arrival less device time there, ns */

  guint64 last_device;          /* ns */
  gdouble last_delay;           /* ns over the anchor's */
  guint64 last_placed;          /* ns */
  gdouble offset;               /* in use, ns over anchor_offset */

  OakClockMapPoint points[OAK_CLOCK_MAP_SPANS]; /* oldest first */
  guint n_points;
  gdouble span;                 /* time for each of them, ns */
  gdouble span_start;           /* of the newest point, ns since the anchor */

  gdouble line_at;              /* a point of the line below all the others */
  gdouble line_delay;
  gdouble line_slope;           /* drift, ns per ns */

  gboolean lost;                /* the last frame had no device time */
  gboolean repeated;            /* it had that of the one before */
  gboolean frozen;              /* which has been so for long */
  gboolean late;                /* it came much too late */
  guint64 late_since;           /* arrival of the first of such, ns */
  gboolean excused;             /* it was not the camera's fault */
  guint64 excused_since;        /* arrival of one that caught up, ns; 0 = none */
  gdouble excused_delay;        /* of that, ns over the anchor's */
  guint64 n_jumps;              /* steps of the clock, since the reset */

  OakClockMapPoint drift_from;  /* offsets that were in use; at 0 = none yet */
  OakClockMapPoint drift_next;
  gdouble jitter;               /* ns */
} OakClockMap;

void      oak_clock_map_reset   (OakClockMap * map);

guint64   oak_clock_map_place   (OakClockMap * map,
                                 guint64       device_time,
                                 guint64       arrival,
                                 gboolean    * jumped);

void      oak_clock_map_excuse  (OakClockMap * map);

gdouble   oak_clock_map_get_drift  (const OakClockMap * map);
guint64   oak_clock_map_get_jitter (const OakClockMap * map);
