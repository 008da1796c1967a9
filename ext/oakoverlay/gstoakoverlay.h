/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element oakoverlay: draws what the metas on a picture say. */

#pragma once

#include <gst/base/gstbasetransform.h>

#define GST_TYPE_OAK_OVERLAY (gst_oak_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstOakOverlay, gst_oak_overlay, GST, OAK_OVERLAY,
    GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE (oakoverlay);
