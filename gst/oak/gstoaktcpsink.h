/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element oaktcpsink: pipeline → whoever reads it, as a camera. */

#pragma once

#include <gst/base/gstbasesink.h>

#define GST_TYPE_OAK_TCP_SINK (gst_oak_tcp_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstOakTcpSink, gst_oak_tcp_sink, GST, OAK_TCP_SINK,
    GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (oaktcpsink);
