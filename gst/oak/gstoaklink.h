/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the camera: calls it or waits for its call, again after a loss,
 * receives in time, and in between sends what it is told to. Knows no frame,
 * and posts nothing. */

#pragma once

#include <gst/gst.h>

#include "gstoakstate.h"
#include "oakcontrol.h"

#define GST_OAK_LINK_ERROR (gst_oak_link_error_quark ())

typedef enum
{
  GST_OAK_LINK_ERROR_RESOLVE,           /* the name has no address */
  GST_OAK_LINK_ERROR_CONNECT,           /* refused, unreachable, no answer */
  GST_OAK_LINK_ERROR_SILENT,            /* accepted, and not a byte came */
  GST_OAK_LINK_ERROR_STALLED,           /* nothing more comes */
  GST_OAK_LINK_ERROR_CLOSED,            /* by the other end, or broken */
  GST_OAK_LINK_ERROR_HUNG_UP,           /* by us: what comes is of no use */
  /* of listening */
  GST_OAK_LINK_ERROR_DOOR,              /* wrong bind address or allow list */
  GST_OAK_LINK_ERROR_LISTEN,            /* the port cannot be listened on */
  /* warnings alone */
  GST_OAK_LINK_ERROR_STRAY,             /* somebody who may not come in */
  GST_OAK_LINK_ERROR_BUSY,              /* a second camera */
  GST_OAK_LINK_ERROR_SUPERSEDED,        /* the camera has connected anew */
  GST_OAK_LINK_ERROR_CONTROL,           /* a message to the camera is lost */
} GstOakLinkError;

/* Whom to call. Timeouts in ms, 0 = wait for ever; they count only while
 * playing. Who listens uses none of connect_timeout and of the delays and
 * attempts. */
typedef struct
{
  gchar *host;
  guint16 port;
  guint connect_timeout;
  guint first_byte_timeout;
  guint stall_timeout;
  guint buffer_size;            /* of the system, in bytes; 0 = its choice */
  gboolean reconnect;           /* after a failure, or wait for the next */
  guint reconnect_delay;        /* ms, the first; counts always */
  guint reconnect_delay_max;    /* ms */
  gint reconnect_attempts;      /* in a row without a frame; -1 = for ever */
} GstOakPeer;

typedef struct
{
  guint64 bytes;                /* received */
  guint64 connections;          /* made or accepted */
  guint64 refused;              /* closed at once */
  guint64 attempts;             /* to connect; accepted ones count */
  guint64 reconnects;           /* connections that gave a frame, but the first */
  guint64 connected_since;      /* ns since 1970; 0 = not connected */
  guint64 bytes_queued;         /* have come and are not yet received */
} GstOakLinkCounters;

/* A connection has given its first frame. */
typedef struct
{
  guint connection;             /* its number */
  const gchar *address;         /* the camera's, numeric */
  guint attempt;                /* tries since the last loss, from 1 */
  gint64 away;                  /* us since it was lost, or since the first
                                 * failure; -1 = there was none */
} GstOakLinkArrival;

/* A connection has ended, or could not be made. */
typedef struct
{
  const GError *why;
  guint attempt;                /* failures in a row, from 1 */
  gint64 next_retry;            /* in ms; -1 = none, or the camera will call */
  gboolean over;                /* there will be no other */
  gboolean told;                /* who hung up has said why */
} GstOakLinkLoss;

/* What the link tells its user, who holds no lock of it meanwhile and must not
 * wait. */
typedef struct
{
  /* By the receiving thread. */
  void (*changed) (gpointer user_data, GstOakState state);
  void (*connected) (gpointer user_data, const GstOakLinkArrival * arrival);
  void (*disconnected) (gpointer user_data, const GstOakLinkLoss * loss);
  /* Something else went wrong, and it goes on. By any thread of the link. */
  void (*warned) (gpointer user_data, const GError * error);
} GstOakLinkCallbacks;

typedef struct _GstOakLink GstOakLink;

GQuark        gst_oak_link_error_quark  (void);

GstOakLink *  gst_oak_link_new          (const GstOakLinkCallbacks * callbacks,
                                         gpointer           user_data);
void          gst_oak_link_free         (GstOakLink       * self);

gboolean      gst_oak_link_listen       (GstOakLink       * self,
                                         const gchar      * bind_address,
                                         guint16            port,
                                         const gchar      * allow_from,
                                         GError          ** error);
void          gst_oak_link_unlisten     (GstOakLink       * self);
guint         gst_oak_link_get_port     (GstOakLink       * self);

void          gst_oak_link_open         (GstOakLink       * self,
                                         const GstOakPeer * peer);
void          gst_oak_link_cancel       (GstOakLink       * self);
void          gst_oak_link_close        (GstOakLink       * self);

gboolean      gst_oak_link_connect      (GstOakLink       * self,
                                         guint            * connection,
                                         GError          ** error);
gssize        gst_oak_link_receive      (GstOakLink       * self,
                                         guint8           * data,
                                         gsize              size,
                                         gsize              at_least,
                                         GError          ** error);
gboolean      gst_oak_link_may_go_on    (GstOakLink       * self,
                                         GError          ** error);
void          gst_oak_link_note_frame   (GstOakLink       * self);
gboolean      gst_oak_link_recover      (GstOakLink       * self,
                                         const GError     * why);

void          gst_oak_link_set_playing  (GstOakLink       * self,
                                         gboolean           playing);
void          gst_oak_link_set_control  (GstOakLink       * self,
                                         const OakControl * control);
void          gst_oak_link_hang_up      (GstOakLink       * self,
                                         guint              connection);
void          gst_oak_link_get_counters (GstOakLink       * self,
                                         GstOakLinkCounters * counters);
gchar *       gst_oak_link_get_address  (GstOakLink       * self);
GstOakState   gst_oak_link_get_state    (GstOakLink       * self);
