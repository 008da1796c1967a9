/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user wants to happen: when the camera goes, and with time. */

#pragma once

#include <gst/gst.h>

typedef enum
{
  GST_OAK_ON_DISCONNECT_RECONNECT,
  GST_OAK_ON_DISCONNECT_ERROR,
  GST_OAK_ON_DISCONNECT_EOS,
} GstOakOnDisconnect;

typedef enum
{
  GST_OAK_TIMESTAMP_MODE_DEVICE,
  GST_OAK_TIMESTAMP_MODE_ARRIVAL,
} GstOakTimestampMode;

#define GST_TYPE_OAK_ON_DISCONNECT (gst_oak_on_disconnect_get_type ())
#define GST_TYPE_OAK_TIMESTAMP_MODE (gst_oak_timestamp_mode_get_type ())

GType     gst_oak_on_disconnect_get_type    (void);
GType     gst_oak_timestamp_mode_get_type   (void);
