/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the camera: calls it or waits for its call, receives in time, and
 * in between sends what it is told to. Knows no frame, and posts nothing. */

#pragma once

#include <gst/gst.h>

#include "oakcontrol.h"

#define GST_OAK_LINK_ERROR (gst_oak_link_error_quark ())

typedef enum
{
  GST_OAK_LINK_ERROR_RESOLVE,           /* the name has no address */
  GST_OAK_LINK_ERROR_CONNECT,           /* refused, unreachable, no answer */
  GST_OAK_LINK_ERROR_SILENT,            /* accepted, and not a byte came */
  GST_OAK_LINK_ERROR_STALLED,           /* nothing more comes */
  GST_OAK_LINK_ERROR_CLOSED,            /* by the other end, or broken */
  /* of listening */
  GST_OAK_LINK_ERROR_DOOR,              /* wrong bind address or allow list */
  GST_OAK_LINK_ERROR_LISTEN,            /* the port cannot be listened on */
  /* warnings alone */
  GST_OAK_LINK_ERROR_STRAY,             /* somebody who may not come in */
  GST_OAK_LINK_ERROR_BUSY,              /* a second camera */
  GST_OAK_LINK_ERROR_SUPERSEDED,        /* the camera has connected anew */
  GST_OAK_LINK_ERROR_CONTROL,           /* a message to the camera is lost */
} GstOakLinkError;

/* Whom to call. Durations in ms, 0 = wait for ever; they count only while
 * playing. Who listens uses the last two alone. */
typedef struct
{
  gchar *host;
  guint16 port;
  guint connect_timeout;
  guint first_byte_timeout;
  guint stall_timeout;
} GstOakPeer;

typedef struct
{
  guint64 bytes;                /* received */
  guint64 connections;          /* made or accepted */
  guint64 refused;              /* closed at once */
} GstOakLinkCounters;

/* Something went wrong, and it goes on. Called by threads of the link and of
 * its user; must not wait. */
typedef void (*GstOakLinkWarn) (gpointer user_data, const GError * error);

typedef struct _GstOakLink GstOakLink;

GQuark        gst_oak_link_error_quark  (void);

GstOakLink *  gst_oak_link_new          (GstOakLinkWarn     warn,
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
                                         GError          ** error);
gboolean      gst_oak_link_disconnect   (GstOakLink       * self,
                                         const GError     * why);

void          gst_oak_link_set_playing  (GstOakLink       * self,
                                         gboolean           playing);
void          gst_oak_link_set_control  (GstOakLink       * self,
                                         const OakControl * control);
void          gst_oak_link_hang_up      (GstOakLink       * self,
                                         guint              connection);
void          gst_oak_link_get_counters (GstOakLink       * self,
                                         GstOakLinkCounters * counters);
