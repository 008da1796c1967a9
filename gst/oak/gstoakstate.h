/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a source has come on its way to the camera, in a word. */

#pragma once

#include <gst/gst.h>

typedef enum
{
  GST_OAK_STATE_IDLE,
  GST_OAK_STATE_RESOLVING,
  GST_OAK_STATE_CONNECTING,
  GST_OAK_STATE_WAITING,
  GST_OAK_STATE_STREAMING,
  GST_OAK_STATE_BACKING_OFF,
  GST_OAK_STATE_LISTENING,
} GstOakState;

#define GST_TYPE_OAK_STATE (gst_oak_state_get_type ())

GType     gst_oak_state_get_type  (void);
