/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oakonvifpay
 * @title: oakonvifpay
 * @short_description: puts ONVIF metadata into RTP packets
 * @see_also: oakonvifmeta, oakonvifdepay
 *
 * Puts ONVIF metadata documents into RTP packets: the encoding
 * `VND.ONVIF.METADATA` with a clock of 90 kHz, as the ONVIF Streaming
 * Specification has it. A document may take several packets; the last has the
 * marker bit.
 *
 * |[
 * gst-launch-1.0 oaktcpsrc host=10.12.101.188 ! oakonvifmeta ! oakonvifpay ! \
 *     udpsink host=127.0.0.1 port=5004
 * ]|
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakonvifpay.h"

#include <gst/rtp/gstrtpbuffer.h>

struct _GstOakOnvifPay
{
  GstRTPBasePayload parent;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-onvif-metadata"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp, media=(string)application, "
        "payload=(int)[ 0, 127 ], clock-rate=(int)90000, "
        "encoding-name=(string)VND.ONVIF.METADATA"));

G_DEFINE_TYPE (GstOakOnvifPay, gst_oak_onvif_pay, GST_TYPE_RTP_BASE_PAYLOAD);
GST_ELEMENT_REGISTER_DEFINE (oakonvifpay, "oakonvifpay", GST_RANK_PRIMARY,
    GST_TYPE_OAK_ONVIF_PAY);

static gboolean
gst_oak_onvif_pay_set_caps (GstRTPBasePayload * pay, GstCaps * caps)
{
  gst_rtp_base_payload_set_options (pay, "application", TRUE,
      "VND.ONVIF.METADATA", 90000);
  return gst_rtp_base_payload_set_outcaps (pay, NULL);
}

static GstBuffer *
make_packet (GstRTPBasePayload * pay, GstBuffer * document, gsize offset,
    gsize size)
{
  GstBuffer *packet =
      gst_rtp_base_payload_allocate_output_buffer (pay, 0, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  GST_BUFFER_PTS (packet) = GST_BUFFER_PTS (document);
  if (offset + size == gst_buffer_get_size (document)) {
    gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp);
    gst_rtp_buffer_set_marker (&rtp, TRUE);
    gst_rtp_buffer_unmap (&rtp);
    GST_BUFFER_FLAG_SET (packet, GST_BUFFER_FLAG_MARKER);
  }
  return gst_buffer_append (packet, gst_buffer_copy_region (document,
          GST_BUFFER_COPY_MEMORY, offset, size));
}

static GstFlowReturn
gst_oak_onvif_pay_handle_buffer (GstRTPBasePayload * pay, GstBuffer * document)
{
  const gsize size = gst_buffer_get_size (document);
  const guint most =
      gst_rtp_buffer_calc_payload_len (GST_RTP_BASE_PAYLOAD_MTU (pay), 0, 0);
  GstBufferList *packets = gst_buffer_list_new ();
  gsize offset, length;

  for (offset = 0; offset < size; offset += length) {
    length = MIN (size - offset, most);
    gst_buffer_list_add (packets, make_packet (pay, document, offset, length));
  }
  gst_buffer_unref (document);
  return gst_rtp_base_payload_push_list (pay, packets);
}

static void
gst_oak_onvif_pay_class_init (GstOakOnvifPayClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRTPBasePayloadClass *pay_class = GST_RTP_BASE_PAYLOAD_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "ONVIF metadata payloader", "Codec/Payloader/Network/RTP",
      "Puts ONVIF metadata documents into RTP packets", "gst-oak");
  pay_class->set_caps = gst_oak_onvif_pay_set_caps;
  pay_class->handle_buffer = gst_oak_onvif_pay_handle_buffer;
}

static void
gst_oak_onvif_pay_init (GstOakOnvifPay * self)
{
}
