/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving thread: camera → queue of whole frames. Knows the order in
 * which bytes are asked for and when they came; no caps, no PTS, no messages. */

#pragma once

#include "gstoakqueue.h"

#define GST_OAK_RECEIVER_ERROR (gst_oak_receiver_error_quark ())

typedef enum
{
  GST_OAK_RECEIVER_ERROR_RESOLVE,       /* the name has no address */
  GST_OAK_RECEIVER_ERROR_CONNECT,       /* refused, unreachable, no answer */
  GST_OAK_RECEIVER_ERROR_SILENT,        /* accepted, and not a byte came */
  GST_OAK_RECEIVER_ERROR_LOST,          /* closed between frames, or reset */
  GST_OAK_RECEIVER_ERROR_TORN,          /* closed inside a frame */
  GST_OAK_RECEIVER_ERROR_STALLED,       /* nothing more comes */
  GST_OAK_RECEIVER_ERROR_STRANGER,      /* the first bytes are not a header */
  GST_OAK_RECEIVER_ERROR_FRAMING,       /* no good header where one must be */
  GST_OAK_RECEIVER_ERROR_OUTGROWN,      /* a header longer than its field */
  GST_OAK_RECEIVER_ERROR_LIMIT,         /* a size over the limit */
} GstOakReceiverError;

/* Where to receive from. Durations in ms, 0 = wait for ever; they count only
 * while playing. */
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
  guint64 bad_detections;       /* left out because they did not parse */
} GstOakReceiverCounters;

typedef struct _GstOakReceiver GstOakReceiver;

GQuark            gst_oak_receiver_error_quark  (void);

GstOakReceiver *  gst_oak_receiver_new          (GstOakQueue    * queue);
void              gst_oak_receiver_free         (GstOakReceiver * self);

void              gst_oak_receiver_start        (GstOakReceiver * self,
                                                 GstOakPeer     * peer);
void              gst_oak_receiver_stop         (GstOakReceiver * self);

void              gst_oak_receiver_set_clock    (GstOakReceiver * self,
                                                 GstClock       * clock);
void              gst_oak_receiver_set_playing  (GstOakReceiver * self,
                                                 gboolean         playing);
void              gst_oak_receiver_set_layout   (GstOakReceiver * self,
                                                 GstOakLayout   * layout);

void              gst_oak_receiver_get_counters (GstOakReceiver * self,
                                                 GstOakReceiverCounters * counters);
