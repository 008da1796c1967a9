/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is told: messages that name the camera, no more of them
 * than a bus can bear. */

#pragma once

#include <gst/gst.h>

#include "gstoaklink.h"
#include "oakregion.h"

/* Messages of one kind in the present second. */
typedef struct
{
  gint64 since;                 /* monotonic us */
  guint n;
} GstOakPace;

/* One that is not shown, or that is the first after such. */
typedef struct
{
  GstClockTime pts;             /* in running time */
  GstClockTime duration;        /* 0 = not known */
  GstClockTimeDiff lateness;
  /* frames since the start */
  guint64 n_shown;
  guint64 n_dropped;
} GstOakLateFrame;

/* What was found in a picture that goes out. */
typedef struct
{
  GstClockTime pts;             /* NONE = not known yet, as the next */
  GstClockTime duration;
  guint64 device_time;
  guint width, height;          /* of the picture, in pixels */
  const GArray *regions;        /* of OakRegion; its place is the id */
} GstOakFindings;

typedef struct
{
  GstElement *element;          /* (transfer none): whose messages they are */

  GMutex lock;
  /* under the lock */
  gchar *host;                  /* the camera's, or ours */
  guint port;
  gchar *place;                 /* both, as they are told */
  gboolean listening;           /* the camera connects to us */
  gchar *last_error;            /* what was wrong last; NULL = nothing */
  const gchar *told;            /* the loss told last, since the last frame */
  GstOakPace losses;            /* warnings of connections that end */
  GstOakPace nuisances;         /* and of what anybody can cause without a byte */
  GstOakPace recoveries;        /* INFO */
  GstOakPace comings;           /* element messages */
  GstOakPace steps;             /* PROGRESS */
  GstOakPace late;              /* QOS, of frames */
  gboolean playing;
  GstOakState state;
  gboolean in_progress;         /* its beginning is told, and no end */
  GQueue outbox;                /* of PROGRESS, to stay in order */
  gboolean posting;             /* a thread empties it */
} GstOakReport;

gboolean  gst_oak_pace_allows         (GstOakPace     * pace,
                                       guint            per_second);

void      gst_oak_report_init         (GstOakReport   * self,
                                       GstElement     * element);
void      gst_oak_report_clear        (GstOakReport   * self);
void      gst_oak_report_reset        (GstOakReport   * self);

void      gst_oak_report_set_place    (GstOakReport   * self,
                                       const gchar    * host,
                                       guint            port,
                                       gboolean         listening);
void      gst_oak_report_set_playing  (GstOakReport   * self,
                                       gboolean         playing);
void      gst_oak_report_set_state    (GstOakReport   * self,
                                       GstOakState      state);

void      gst_oak_report_post         (GstOakReport   * self,
                                       GstMessageType   type,
                                       GQuark           domain,
                                       gint             code,
                                       const gchar    * text,
                                       const gchar    * debug);
void      gst_oak_report_post_failure (GstOakReport   * self,
                                       GstMessageType   type,
                                       const GError   * error);
void      gst_oak_report_post_arrival (GstOakReport   * self,
                                       const GstOakLinkArrival * arrival);
void      gst_oak_report_post_loss    (GstOakReport   * self,
                                       const GstOakLinkLoss * loss);
void      gst_oak_report_post_late    (GstOakReport   * self,
                                       const GstOakLateFrame * frame);
void      gst_oak_report_post_findings (GstOakReport  * self,
                                       const GstOakFindings * findings);

gchar *   gst_oak_report_get_last_error (GstOakReport * self);
