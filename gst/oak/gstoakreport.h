/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the application is told: messages that name the camera, no more of them
 * than a bus can bear. */

#pragma once

#include <gst/gst.h>

/* Messages of one kind in the present second. */
typedef struct
{
  gint64 since;                 /* monotonic us */
  guint n;
} GstOakPace;

typedef struct
{
  GstElement *element;          /* (transfer none): whose messages they are */

  GMutex lock;
  /* under the lock */
  gchar *place;                 /* of the camera: host and port */
  /* warnings */
  GstOakPace losses;            /* of connections that end, and the like */
  GstOakPace nuisances;         /* of what anybody can cause without a byte */
} GstOakReport;

gboolean  gst_oak_pace_allows         (GstOakPace     * pace,
                                       guint            per_second);

void      gst_oak_report_init         (GstOakReport   * self,
                                       GstElement     * element);
void      gst_oak_report_clear        (GstOakReport   * self);

void      gst_oak_report_set_place    (GstOakReport   * self,
                                       const gchar    * host,
                                       guint            port);

void      gst_oak_report_post         (GstOakReport   * self,
                                       GstMessageType   type,
                                       GQuark           domain,
                                       gint             code,
                                       const gchar    * text,
                                       const gchar    * debug);

void      gst_oak_report_post_failure (GstOakReport   * self,
                                       GstMessageType   type,
                                       const GError   * error);
