/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One path of the server: what its media is made of, for what a camera sends. */

#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include "oakserverfile.h"

#define GST_TYPE_OAK_MOUNT (gst_oak_mount_get_type ())
G_DECLARE_FINAL_TYPE (GstOakMount, gst_oak_mount, GST, OAK_MOUNT,
    GstRTSPMediaFactory)

/* In the default main context: clients of that mount should come again. */
typedef void (*GstOakMountFunc) (GstOakMount * self, gpointer data);

GstOakMount *gst_oak_mount_new    (const OakCameraSettings * settings,
                                   GstOakMountFunc           is_over,
                                   gpointer                  data,
                                   GError                 ** error);
const OakCameraSettings *gst_oak_mount_get_settings (GstOakMount * self);
gboolean  gst_oak_mount_prepare   (GstOakMount * self);
void      gst_oak_mount_close     (GstOakMount * self);
