/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element oakonvifpay: XML documents → RTP packets. */

#pragma once

#include <gst/gst.h>
#include <gst/rtp/gstrtpbasepayload.h>

#define GST_TYPE_OAK_ONVIF_PAY (gst_oak_onvif_pay_get_type ())
G_DECLARE_FINAL_TYPE (GstOakOnvifPay, gst_oak_onvif_pay, GST, OAK_ONVIF_PAY,
    GstRTPBasePayload)

GST_ELEMENT_REGISTER_DECLARE (oakonvifpay);
