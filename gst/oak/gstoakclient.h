/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One that reads the stream: what it is being sent, what waits for it, what it
 * says. Never waits itself; when to go on is the caller's business. */

#pragma once

#include "gstoakparcel.h"
#include "oakconnection.h"
#include "oakcontrol.h"

/* How long a client may take nothing while a frame is there for it. */
#define GST_OAK_CLIENT_PATIENCE 10      /* s */

/* What has been sent by one call. */
typedef struct
{
  gsize bytes;
  guint frames;                 /* that are now whole; at most 1 */
  guint detections;             /* in them */
} GstOakClientProgress;

/* @control is what the client says, or NULL where it says something else, as
 * @error tells. */
typedef void (*GstOakClientHear) (const OakControl * control,
    const GError * error, gpointer user_data);

typedef struct _GstOakClient GstOakClient;

GstOakClient *  gst_oak_client_new        (OakConnection * connection);

void            gst_oak_client_free       (GstOakClient  * self);

GSource *       gst_oak_client_watch      (GstOakClient  * self,
                                           GIOCondition    condition);

guint           gst_oak_client_offer      (GstOakClient  * self,
                                           GstOakParcel  * parcel);

gboolean        gst_oak_client_wants_keyframe (GstOakClient * self);

gboolean        gst_oak_client_has_work   (GstOakClient  * self);

gboolean        gst_oak_client_send       (GstOakClient  * self,
                                           GstOakClientProgress * progress,
                                           GError       ** error);

gboolean        gst_oak_client_is_stalled (GstOakClient  * self);

gboolean        gst_oak_client_receive    (GstOakClient  * self,
                                           GstOakClientHear hear,
                                           gpointer        user_data,
                                           GError       ** error);
