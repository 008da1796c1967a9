/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element oakonvifdepay: RTP packets → XML documents. */

#pragma once

#include <gst/gst.h>
#include <gst/rtp/gstrtpbasedepayload.h>

#define GST_TYPE_OAK_ONVIF_DEPAY (gst_oak_onvif_depay_get_type ())
G_DECLARE_FINAL_TYPE (GstOakOnvifDepay, gst_oak_onvif_depay, GST, OAK_ONVIF_DEPAY,
    GstRTPBaseDepayload)

GST_ELEMENT_REGISTER_DECLARE (oakonvifdepay);
