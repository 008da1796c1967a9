/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element oaktcpsrc: queue → pipeline; caps, PTS, messages. */

#pragma once

#include <gst/base/gstpushsrc.h>

#define GST_TYPE_OAK_TCP_SRC (gst_oak_tcp_src_get_type ())
G_DECLARE_FINAL_TYPE (GstOakTcpSrc, gst_oak_tcp_src, GST, OAK_TCP_SRC,
    GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (oaktcpsrc);
