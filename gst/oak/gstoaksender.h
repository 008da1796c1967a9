/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending thread: frames → whoever reads the stream. Listens or connects,
 * writes, and reads what clients say. Knows no caps, no PTS, no messages. */

#pragma once

#include "gstoakclient.h"
#include "gstoakmode.h"

typedef struct
{
  GstOakMode mode;
  gchar *host;                  /* client: where to connect */
  gchar *bind_address;          /* server: numeric */
  guint16 port;                 /* 0 = any, server alone */
} GstOakSenderSettings;

/* The sending thread calls them. They must not wait, nor stop the sender. */
typedef struct
{
  /* @client is its address and port. */
  void (*added) (const gchar * client, gpointer user_data);
  /* @error tells why, as %G_IO_ERROR_CONNECTION_CLOSED if it left, as
   * %G_IO_ERROR_TIMED_OUT if it took nothing any more; NULL: we stop. */
  void (*removed) (const gchar * client, const GError * error,
      gpointer user_data);
  /* There is no connection to @client. Said once, and not after removed():
   * attempts go on. */
  void (*unreachable) (const gchar * client, const GError * error,
      gpointer user_data);
  /* As in #GstOakClientHear. */
  void (*heard) (const gchar * client, const OakControl * control,
      const GError * error, gpointer user_data);
} GstOakSenderCallbacks;

typedef struct
{
  guint64 frames;               /* sent whole, to each client */
  guint64 bytes;                /* sent */
  guint64 dropped;              /* frames left out, for each client */
  guint64 detections;           /* sent, as the frames */
  guint64 clients;              /* connected now */
  guint64 connections;          /* that there have been */
  guint64 controls;             /* messages received */
} GstOakSenderCounters;

typedef struct _GstOakSender GstOakSender;

GstOakSender *  gst_oak_sender_new          (const GstOakSenderCallbacks * callbacks,
                                             gpointer       user_data);

void            gst_oak_sender_free         (GstOakSender * self);

gboolean        gst_oak_sender_start        (GstOakSender * self,
                                             GstOakSenderSettings * settings,
                                             GError      ** error);

void            gst_oak_sender_stop         (GstOakSender * self);

guint           gst_oak_sender_port         (GstOakSender * self);

void            gst_oak_sender_set_max_clients (GstOakSender * self,
                                             guint          max_clients);

guint           gst_oak_sender_n_clients  (GstOakSender * self);

gboolean        gst_oak_sender_wants_keyframe (GstOakSender * self);

void            gst_oak_sender_send         (GstOakSender * self,
                                             GstOakParcel * parcel);

void            gst_oak_sender_skip         (GstOakSender * self);

void            gst_oak_sender_get_counters (GstOakSender * self,
                                             GstOakSenderCounters * counters);
