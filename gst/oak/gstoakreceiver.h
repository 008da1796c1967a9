/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving thread: camera → queue of whole frames. Knows the order in
 * which bytes are asked for and when they came; no caps, no PTS, no messages. */

#pragma once

#include "gstoaklink.h"
#include "gstoakqueue.h"

#define GST_OAK_RECEIVER_ERROR (gst_oak_receiver_error_quark ())

/* What does not concern the bytes is a #GstOakLinkError. */
typedef enum
{
  GST_OAK_RECEIVER_ERROR_LOST,          /* closed between frames, or reset */
  GST_OAK_RECEIVER_ERROR_TORN,          /* closed inside a frame */
  GST_OAK_RECEIVER_ERROR_STRANGER,      /* the first bytes are not a header */
  GST_OAK_RECEIVER_ERROR_FRAMING,       /* no good header where one must be */
  GST_OAK_RECEIVER_ERROR_OUTGROWN,      /* a header longer than its field */
  GST_OAK_RECEIVER_ERROR_LIMIT,         /* a size over the limit */
} GstOakReceiverError;

typedef struct
{
  guint64 bad_detections;       /* left out, because they did not parse */
  guint64 framing_errors;       /* times that no header stood where one must */
  guint64 torn;                 /* frames before such a place */
  guint64 resyncs;              /* times that the next frame was found then */
  guint64 bytes_skipped;        /* before it */
} GstOakReceiverCounters;

/* Something went wrong, and the receiver goes on. Called by its thread; must
 * not wait. */
typedef void (*GstOakReceiverWarn) (gpointer user_data, const GError * error);

typedef struct _GstOakReceiver GstOakReceiver;

GQuark            gst_oak_receiver_error_quark  (void);

GstOakReceiver *  gst_oak_receiver_new          (GstOakLink     * link,
                                                 GstOakQueue    * queue,
                                                 GstOakReceiverWarn warn,
                                                 gpointer         user_data);
void              gst_oak_receiver_free         (GstOakReceiver * self);

void              gst_oak_receiver_start        (GstOakReceiver * self,
                                                 const GstOakPeer * peer,
                                                 gboolean         verify);
void              gst_oak_receiver_stop         (GstOakReceiver * self);

void              gst_oak_receiver_set_clock    (GstOakReceiver * self,
                                                 GstClock       * clock);
void              gst_oak_receiver_set_layout   (GstOakReceiver * self,
                                                 GstOakLayout   * layout);

void              gst_oak_receiver_get_counters (GstOakReceiver * self,
                                                 GstOakReceiverCounters * counters);
