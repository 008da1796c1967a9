/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RTSP server: mounts that come and go, who may see them, who sees them. */

#pragma once

#include <gst/gst.h>

#include "oakserverfile.h"

typedef struct _GstOakServer GstOakServer;

GstOakServer *gst_oak_server_new      (OakServerSettings  * settings,
                                       GError            ** error);
void      gst_oak_server_free         (GstOakServer * self);
void      gst_oak_server_apply        (GstOakServer      * self,
                                       OakServerSettings * settings);
