/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which end of the connection an element is. */

#pragma once

#include <gst/gst.h>

typedef enum
{
  GST_OAK_MODE_CLIENT,          /* we connect */
  GST_OAK_MODE_SERVER,          /* we are connected to */
} GstOakMode;

#define GST_TYPE_OAK_MODE (gst_oak_mode_get_type ())

GType     gst_oak_mode_get_type   (void);
