/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element oakonvifmeta: a picture's detections → an XML document. */

#pragma once

#include <gst/gst.h>

#define GST_TYPE_OAK_ONVIF_META (gst_oak_onvif_meta_get_type ())
G_DECLARE_FINAL_TYPE (GstOakOnvifMeta, gst_oak_onvif_meta, GST, OAK_ONVIF_META,
    GstElement)

GST_ELEMENT_REGISTER_DECLARE (oakonvifmeta);
