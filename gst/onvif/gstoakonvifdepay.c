/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oakonvifdepay
 * @title: oakonvifdepay
 * @short_description: takes ONVIF metadata out of RTP packets
 * @see_also: oakonvifpay
 *
 * Takes ONVIF metadata documents out of RTP packets (`VND.ONVIF.METADATA`). A
 * document that lacks a packet is left out, and so is one that is larger than
 * 1 MiB.
 *
 * <!-- run by: tests/interop/rtsp.py -->
 * |[
 * gst-launch-1.0 rtspsrc location=rtsp://127.0.0.1:8554/camera ! \
 *     application/x-rtp,media=application ! oakonvifdepay ! fakesink dump=true
 * ]|
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakonvifdepay.h"

#include <gst/base/gstadapter.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

#define DOCUMENT_MAX (1 << 20)  /* bytes; ours have some 100 000 at most */

GST_DEBUG_CATEGORY_STATIC (gst_oak_onvif_depay_debug);
#define GST_CAT_DEFAULT gst_oak_onvif_depay_debug

struct _GstOakOnvifDepay
{
  GstRTPBaseDepayload parent;

  GstAdapter *document;         /* what has come of it */
  gboolean broken;              /* the rest of it is not wanted */
  gboolean begun;               /* there was a packet before */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp, media=(string)application, "
        "clock-rate=(int)90000, encoding-name=(string)VND.ONVIF.METADATA"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-onvif-metadata, parsed=(boolean)true"));

G_DEFINE_TYPE (GstOakOnvifDepay, gst_oak_onvif_depay,
    GST_TYPE_RTP_BASE_DEPAYLOAD);
GST_ELEMENT_REGISTER_DEFINE (oakonvifdepay, "oakonvifdepay", GST_RANK_PRIMARY,
    GST_TYPE_OAK_ONVIF_DEPAY);

static void
gst_oak_onvif_depay_forget (GstOakOnvifDepay * self, gboolean broken)
{
  gst_adapter_clear (self->document);
  self->broken = broken;
}

static gboolean
gst_oak_onvif_depay_set_caps (GstRTPBaseDepayload * depay, GstCaps * caps)
{
  GstCaps *out = gst_static_pad_template_get_caps (&src_template);
  gboolean set;

  depay->clock_rate = 90000;
  set = gst_pad_set_caps (GST_RTP_BASE_DEPAYLOAD_SRCPAD (depay), out);
  gst_caps_unref (out);
  return set;
}

/* Behind a gap nobody knows whether a packet is the first of its document. */
static gboolean
is_beginning (GstRTPBuffer * rtp)
{
  const gchar *text = gst_rtp_buffer_get_payload (rtp);
  const gsize size = gst_rtp_buffer_get_payload_len (rtp);

  return size > strlen ("<?xml") && (strncmp (text, "<?xml", 5) == 0
      || (text[0] == '<'
          && g_strstr_len (text, MIN (size, 64), "MetadataStream") != NULL));
}

static GstBuffer *
gst_oak_onvif_depay_take (GstRTPBaseDepayload * depay, GstRTPBuffer * rtp)
{
  GstOakOnvifDepay *self = GST_OAK_ONVIF_DEPAY (depay);
  const gboolean last = gst_rtp_buffer_get_marker (rtp);
  gsize size;

  if (!self->begun || GST_BUFFER_IS_DISCONT (rtp->buffer)) {
    GST_INFO_OBJECT (self, "a gap, leaving out what is not whole");
    gst_oak_onvif_depay_forget (self, !is_beginning (rtp));
  }
  self->begun = TRUE;
  if (!self->broken)
    gst_adapter_push (self->document, gst_rtp_buffer_get_payload_buffer (rtp));
  size = gst_adapter_available (self->document);
  if (size > DOCUMENT_MAX) {
    GST_WARNING_OBJECT (self, "expected a document of at most %d bytes, got "
        "more, leaving it out", DOCUMENT_MAX);
    gst_oak_onvif_depay_forget (self, TRUE);
  }
  if (!last)
    return NULL;

  self->broken = FALSE;
  size = gst_adapter_available (self->document);
  return size > 0 ? gst_adapter_take_buffer (self->document, size) : NULL;
}

static GstStateChangeReturn
gst_oak_onvif_depay_change_state (GstElement * element,
    GstStateChange transition)
{
  GstStateChangeReturn ret =
      GST_ELEMENT_CLASS (gst_oak_onvif_depay_parent_class)->change_state
      (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    gst_oak_onvif_depay_forget (GST_OAK_ONVIF_DEPAY (element), FALSE);
    GST_OAK_ONVIF_DEPAY (element)->begun = FALSE;
  }
  return ret;
}

static void
gst_oak_onvif_depay_finalize (GObject * object)
{
  g_object_unref (GST_OAK_ONVIF_DEPAY (object)->document);
  G_OBJECT_CLASS (gst_oak_onvif_depay_parent_class)->finalize (object);
}

static void
gst_oak_onvif_depay_class_init (GstOakOnvifDepayClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRTPBaseDepayloadClass *depay_class = GST_RTP_BASE_DEPAYLOAD_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_oak_onvif_depay_debug, "oakonvifdepay", 0,
      "ONVIF metadata out of RTP");
  G_OBJECT_CLASS (klass)->finalize = gst_oak_onvif_depay_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "ONVIF metadata depayloader", "Codec/Depayloader/Network/RTP",
      "Takes ONVIF metadata documents out of RTP packets", "gst-oak");
  element_class->change_state = gst_oak_onvif_depay_change_state;
  depay_class->set_caps = gst_oak_onvif_depay_set_caps;
  depay_class->process_rtp_packet = gst_oak_onvif_depay_take;
}

static void
gst_oak_onvif_depay_init (GstOakOnvifDepay * self)
{
  self->document = gst_adapter_new ();
}
