/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oaktcpsrc
 * @title: oaktcpsrc
 * @short_description: receives pictures and detections of a standalone OAK
 *
 * Connects to a Luxonis OAK PoE camera that runs on its own ("standalone
 * mode") and whose Script node serves its stream over TCP. Outputs the
 * pictures as `video/x-raw` and attaches what the camera's neural network
 * found as one #GstVideoRegionOfInterestMeta each.
 *
 * The element is live. A thread of its own connects and receives, so that no
 * state change waits for the network and a slow sink does not disturb the
 * timestamps. PTS is the time at which the camera took the picture, mapped
 * from its clock to the pipeline's; the camera's own time is on each buffer as
 * a #GstReferenceTimestampMeta with the caps `timestamp/x-oak-stream`. What
 * arrives in a pause is discarded; what arrived within 100 ms before the first
 * change to PLAYING is shown.
 *
 * The wire says how many bytes a picture has, not its width and height. They
 * are, in this order: #GstOakTcpSrc:width and #GstOakTcpSrc:height (one is
 * enough); a width and height that downstream's caps fix; those of the common
 * picture of that many bytes (said with an INFO message).
 *
 * `BGR` is what most elements take. `BGRP` is what the camera sends: when
 * downstream asks for it, no pixel is touched after it was received.
 *
 * ## Region of interest metas
 *
 * The metas are sorted by confidence, the highest first. `roi_type` is the
 * name of the class (see #GstOakTcpSrc:labels), `id` counts from 0,
 * `parent_id` is -1. A parameter structure `detection` has `x_min`, `y_min`,
 * `x_max`, `y_max` (double, relative to the picture, 0 to 1), `confidence`
 * (double, 0 to 1), `label_id` (int) and `label` (string). Converters such as
 * videoconvert keep the meta and its box but drop the parameters.
 *
 * ## Messages
 *
 * * ERROR: the text names host and port and what to do about it, the debug
 *   part what was expected and what came. The stream ends with it. An error
 *   that happens in PAUSED is posted in PLAYING.
 * * INFO: a picture size was found by its number of bytes.
 * * ELEMENT `oak-no-image`: the camera sent a frame without a picture, with
 *   the fields `device-time` (guint64, ns), `pts` (guint64, ns),
 *   `n-detections` (guint) and `count` (guint64, such frames since the start).
 *   A GAP event goes downstream. At most 200 of them a second.
 * * LATENCY: the latency has changed.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 oaktcpsrc host=10.12.101.188 ! videoconvert ! autovideosink
 * ]| Watch a camera.
 * |[
 * gst-launch-1.0 -e oaktcpsrc host=10.12.101.188 framerate=30/1 ! \
 *     videoconvert ! x264enc tune=zerolatency ! mp4mux ! \
 *     filesink location=camera.mp4
 * ]| Record it.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaktcpsrc.h"

#include <glib/gi18n-lib.h>
#include <gst/video/video.h>

#include "gstoakcaps.h"
#include "gstoakfailure.h"
#include "gstoaklabels.h"
#include "gstoakmeta.h"
#include "gstoakreceiver.h"
#include "gstoaktimeline.h"
#include "oakgeometry.h"

GST_DEBUG_CATEGORY_STATIC (gst_oak_tcp_src_debug);
#define GST_CAT_DEFAULT gst_oak_tcp_src_debug

#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT 5000
#define DEFAULT_LABELS "coco"
#define DEFAULT_CONNECT_TIMEOUT 5000
#define DEFAULT_FIRST_BYTE_TIMEOUT 10000
#define DEFAULT_STALL_TIMEOUT 5000
#define DEFAULT_LATENCY 100

/* Messages a second on frames without an image, and gaps. */
#define NO_IMAGE_RATE_MAX 200

enum
{
  PROP_HOST = 1,
  PROP_PORT,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_FRAMERATE,
  PROP_LABELS,
  PROP_CONNECT_TIMEOUT,
  PROP_FIRST_BYTE_TIMEOUT,
  PROP_STALL_TIMEOUT,
  PROP_LATENCY,
  PROP_STATS,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

struct _GstOakTcpSrc
{
  GstPushSrc parent;

  /* any thread; they have locks of their own */
  GstOakQueue *queue;
  GstOakReceiver *receiver;
  GstOakTimeline timeline;

  /* under the state lock */
  gboolean pausing;

  /* properties, under the object lock */
  gchar *host;
  guint port;
  guint width, height;
  gint fps_n, fps_d;
  gchar *labels;
  guint connect_timeout;        /* ms, as the next two */
  guint first_byte_timeout;
  guint stall_timeout;
  guint latency;                /* ms */

  /* under the object lock */
  GstClockTime frame_duration;  /* 0 = not known */
  GstClockTime pipeline_latency;
  guint64 n_frames;
  guint64 n_detections;
  guint64 n_detections_left_out;
  guint64 n_without_image;
  guint64 n_discarded;

  /* set by start(), then the streaming thread's only */
  GstOakPeer peer;              /* for messages; its host is ours */
  OakLabels *label_table;       /* kept till the next start */
  OakGeometry wanted;           /* by properties; 0 = find out */
  OakGeometry geometry;         /* of the last picture; 0 = none yet */
  gboolean told_geometry;
  gint64 telling_since;         /* of n_told, monotonic us */
  guint n_told;                 /* messages on frames without an image */
  gboolean negotiated;
  gboolean refused;             /* the base class has posted why */
  GstOakLayout *layout;         /* of what goes out */
  gboolean layout_is_old;
  gboolean discont;
};

/* What the vendor's program sends. */
static const OakGeometry usual_geometry = { 640, 352 };

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("{ BGR, BGRP }")));

#define gst_oak_tcp_src_parent_class parent_class
G_DEFINE_TYPE (GstOakTcpSrc, gst_oak_tcp_src, GST_TYPE_PUSH_SRC);
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (oaktcpsrc, "oaktcpsrc", GST_RANK_NONE,
    GST_TYPE_OAK_TCP_SRC, GST_DEBUG_CATEGORY_INIT (gst_oak_tcp_src_debug,
        "oaktcpsrc", 0, "OAK camera source"));

/* Errors */

/* The one place where a failure becomes what the application sees. EOS and
 * not ERROR is returned, as the base class would post a second, empty error;
 * downstream gets the same EOS event either way. */
static GstFlowReturn
gst_oak_tcp_src_post_error (GstOakTcpSrc * self, GQuark domain, gint code,
    const gchar * text, const gchar * debug)
{
  gboolean is_ipv6 = strchr (self->peer.host, ':') != NULL;
  gchar *full = g_strdup_printf ("%s%s%s:%u: %s", is_ipv6 ? "[" : "",
      self->peer.host, is_ipv6 ? "]" : "", self->peer.port, text);

  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR, domain,
      code, full, g_strdup (debug), __FILE__, GST_FUNCTION, __LINE__);
  return GST_FLOW_EOS;
}

/* @error is (transfer full). */
static GstFlowReturn
gst_oak_tcp_src_fail (GstOakTcpSrc * self, GError * error)
{
  const GstOakFailure *failure = gst_oak_failure_find (error);
  GstFlowReturn ret = GST_FLOW_FLUSHING;

  if (failure != NULL)
    ret = gst_oak_tcp_src_post_error (self, failure->domain (), failure->code,
        _(failure->text), error->message);
  g_error_free (error);
  return ret;
}

/* At the start the size is not known yet; behind good pictures it is none. */
static GstFlowReturn
gst_oak_tcp_src_fail_geometry (GstOakTcpSrc * self, guint size)
{
  gboolean in_stream = self->layout != NULL;
  const gchar *sentence = in_stream ?
      N_("The stream is out of step: a picture of %u bytes is announced, which "
      "is the size of no picture that is known or set. If the camera did "
      "change to it, set the properties \"width\" and \"height\".") :
      N_("The camera sends pictures of %u bytes, which is not the size of a "
      "planar BGR picture that is known or set. Set or correct the "
      "properties \"width\" and \"height\" (one of them is enough).");
  gchar *text = g_strdup_printf (_(sentence), size);
  gchar *debug = g_strdup_printf ("expected 3 bytes a pixel of %ux%u (0 = find "
      "out), got %u bytes", self->wanted.width, self->wanted.height, size);
  GstFlowReturn ret = gst_oak_tcp_src_post_error (self, GST_STREAM_ERROR,
      in_stream ? GST_STREAM_ERROR_DEMUX : GST_STREAM_ERROR_FORMAT, text,
      debug);

  g_free (debug);
  g_free (text);
  return ret;
}

static GstFlowReturn
gst_oak_tcp_src_fail_negotiation (GstOakTcpSrc * self)
{
  GstCaps *peer = gst_pad_peer_query_caps (GST_BASE_SRC_PAD (self), NULL);
  gchar *text = g_strdup_printf (_("The camera sends %ux%u pictures, which "
          "what follows does not take. Put \"videoconvert ! videoscale\" "
          "behind oaktcpsrc."), self->geometry.width, self->geometry.height);
  gchar *debug = gst_caps_to_string (peer);
  gchar *full = g_strdup_printf ("expected BGR or BGRP of that size, got caps "
      "%s from downstream", debug);
  GstFlowReturn ret = gst_oak_tcp_src_post_error (self, GST_CORE_ERROR,
      GST_CORE_ERROR_NEGOTIATION, text, full);

  g_free (full);
  g_free (debug);
  g_free (text);
  gst_caps_unref (peer);
  return ret;
}

/* Latency */

/* Call with the object lock. */
static GstClockTime
gst_oak_tcp_src_min_latency (GstOakTcpSrc * self)
{
  return self->latency * GST_MSECOND + self->frame_duration;
}

static void
gst_oak_tcp_src_update_queue (GstOakTcpSrc * self)
{
  GstClockTime latency;

  GST_OBJECT_LOCK (self);
  latency = MAX (self->pipeline_latency, gst_oak_tcp_src_min_latency (self));
  GST_OBJECT_UNLOCK (self);

  gst_oak_queue_set_latency (self->queue, latency);
}

static void
gst_oak_tcp_src_post_latency (GstOakTcpSrc * self)
{
  gst_oak_tcp_src_update_queue (self);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

static gboolean
gst_oak_tcp_src_query (GstBaseSrc * base, GstQuery * query)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);
  GstClockTime min;

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (parent_class)->query (base, query);

  GST_OBJECT_LOCK (self);
  min = gst_oak_tcp_src_min_latency (self);
  GST_OBJECT_UNLOCK (self);

  /* The queue grows with the pipeline's latency, so there is no maximum. */
  GST_DEBUG_OBJECT (self, "latency is %" GST_TIME_FORMAT, GST_TIME_ARGS (min));
  gst_query_set_latency (query, TRUE, min, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_event (GstBaseSrc * base, GstEvent * event)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);

  if (GST_EVENT_TYPE (event) == GST_EVENT_LATENCY) {
    GST_OBJECT_LOCK (self);
    gst_event_parse_latency (event, &self->pipeline_latency);
    GST_OBJECT_UNLOCK (self);
    gst_oak_tcp_src_update_queue (self);
  }
  return GST_BASE_SRC_CLASS (parent_class)->event (base, event);
}

/* Caps */

static gboolean
gst_oak_tcp_src_push_caps (GstOakTcpSrc * self, const GstVideoInfo * info)
{
  GstCaps *caps = gst_video_info_to_caps (info);
  gboolean ok = gst_base_src_set_caps (GST_BASE_SRC (self), caps);

  GST_DEBUG_OBJECT (self, "caps %" GST_PTR_FORMAT, caps);
  gst_caps_unref (caps);
  return ok;
}

static void
gst_oak_tcp_src_set_frame_duration (GstOakTcpSrc * self,
    const GstVideoInfo * info)
{
  GstClockTime duration = 0;
  gboolean changed;

  if (info->fps_n > 0)
    duration = gst_util_uint64_scale (GST_SECOND, info->fps_d, info->fps_n);

  GST_OBJECT_LOCK (self);
  changed = self->frame_duration != duration;
  self->frame_duration = duration;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    gst_oak_tcp_src_post_latency (self);
}

/* Before the first picture there is nothing to negotiate. What fails here is
 * posted with the picture it concerns: the base class would say less. */
static gboolean
gst_oak_tcp_src_negotiate (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);
  GstVideoInfo info;
  GstCaps *caps;
  gint fps_n, fps_d;

  self->negotiated = FALSE;
  if (self->geometry.width == 0)
    return TRUE;

  GST_OBJECT_LOCK (self);
  fps_n = self->fps_n;
  fps_d = self->fps_d;
  GST_OBJECT_UNLOCK (self);
  caps = gst_oak_caps_choose (GST_BASE_SRC_PAD (base), self->geometry, fps_n,
      fps_d);
  if (caps == NULL)
    return TRUE;

  if (gst_video_info_from_caps (&info, caps)
      && gst_oak_tcp_src_push_caps (self, &info)) {
    self->negotiated = TRUE;
    gst_oak_tcp_src_set_frame_duration (self, &info);
  }
  gst_caps_unref (caps);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_decide_allocation (GstBaseSrc * base, GstQuery * query)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);
  GstVideoInfo info;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  if (caps == NULL || !gst_video_info_from_caps (&info, caps))
    return TRUE;

  gst_oak_caps_choose_pool (query, caps, &info);
  self->layout_is_old = TRUE;
  self->refused =
      !GST_BASE_SRC_CLASS (parent_class)->decide_allocation (base, query);
  return !self->refused;
}

static void
gst_oak_tcp_src_renew_layout (GstOakTcpSrc * self)
{
  GstBufferPool *pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  GstCaps *caps = gst_pad_get_current_caps (GST_BASE_SRC_PAD (self));
  GstVideoInfo info;

  gst_video_info_from_caps (&info, caps);
  gst_oak_layout_unref (self->layout);
  self->layout =
      gst_oak_layout_new (&info, oak_geometry_size (self->geometry,
          OAK_DEPTH_24), pool);
  gst_oak_receiver_set_layout (self->receiver, self->layout);
  self->layout_is_old = FALSE;

  gst_caps_unref (caps);
  if (pool != NULL)
    gst_object_unref (pool);
}

/* Geometry */

static void
gst_oak_tcp_src_tell_geometry (GstOakTcpSrc * self, guint size)
{
  if (self->told_geometry)
    return;
  self->told_geometry = TRUE;

  GST_ELEMENT_INFO (self, STREAM, FORMAT,
      (_("Pictures of %u bytes are taken for %ux%u. Set the properties "
              "\"width\" and \"height\" if they are not."), size,
          self->geometry.width, self->geometry.height),
      ("%u bytes a picture are taken for %ux%u; set width and height if they "
          "are not", size, self->geometry.width, self->geometry.height));
}

static gboolean
gst_oak_tcp_src_find_geometry (GstOakTcpSrc * self, gsize size)
{
  OakGeometry found = self->wanted;
  GstPad *pad = GST_BASE_SRC_PAD (self);
  gboolean guessed = FALSE;

  if (self->wanted.width != 0 || self->wanted.height != 0) {
    if (!oak_geometry_complete (&found, size, OAK_DEPTH_24))
      return FALSE;
  } else if (!gst_oak_caps_find_geometry (pad, size, &found)) {
    guessed = oak_geometry_guess (&found, size, OAK_DEPTH_24);
    if (!guessed)
      return FALSE;
  }

  self->geometry = found;
  if (guessed)
    gst_oak_tcp_src_tell_geometry (self, size);
  return TRUE;
}

static GstFlowReturn
gst_oak_tcp_src_renegotiate (GstOakTcpSrc * self)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);
  gboolean ok;

  self->refused = FALSE;
  ok = gst_base_src_negotiate (GST_BASE_SRC (self)) && self->negotiated;

  if (GST_PAD_IS_FLUSHING (pad)) {
    gst_pad_mark_reconfigure (pad);
    return GST_FLOW_FLUSHING;
  }
  if (self->refused)
    return GST_FLOW_EOS;
  return ok ? GST_FLOW_OK : gst_oak_tcp_src_fail_negotiation (self);
}

/* Makes caps and memory fit a picture of @size bytes on the wire. */
static GstFlowReturn
gst_oak_tcp_src_prepare (GstOakTcpSrc * self, gsize size)
{
  GstFlowReturn ret = GST_FLOW_OK;

  if (oak_geometry_size (self->geometry, OAK_DEPTH_24) != size) {
    if (!gst_oak_tcp_src_find_geometry (self, size))
      return gst_oak_tcp_src_fail_geometry (self, size);
    self->negotiated = FALSE;
  }

  if (!self->negotiated)
    ret = gst_oak_tcp_src_renegotiate (self);
  if (ret == GST_FLOW_OK && self->layout_is_old)
    gst_oak_tcp_src_renew_layout (self);
  return ret;
}

/* A picture that was received before its layout was known, or that found the
 * pool empty, is copied to where it belongs. */
static GstFlowReturn
gst_oak_tcp_src_place_picture (GstOakTcpSrc * self, GstOakFrame * frame)
{
  if (gst_oak_frame_move (frame, self->layout, self->geometry))
    return GST_FLOW_OK;

  return gst_oak_tcp_src_post_error (self, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, _("Could not write to the memory that "
          "downstream provides."), "expected a mapped buffer, got none");
}

/* Output */

/* A camera program may send nothing but detections. Gaps need caps before
 * them: those of the usual picture will do till there is one. */
static gboolean
gst_oak_tcp_src_has_caps (GstOakTcpSrc * self)
{
  const OakGeometry none = { 0, 0 };

  if (self->geometry.width == 0) {
    self->geometry = self->wanted.width == 0 && self->wanted.height == 0 ?
        usual_geometry : self->wanted;
    if (self->geometry.width != 0 && self->geometry.height != 0)
      gst_base_src_negotiate (GST_BASE_SRC (self));
    if (!self->negotiated)
      self->geometry = none;
  }
  return self->negotiated;
}

static gboolean
gst_oak_tcp_src_has_segment (GstOakTcpSrc * self)
{
  GstEvent *event = gst_pad_get_sticky_event (GST_BASE_SRC_PAD (self),
      GST_EVENT_SEGMENT, 0);

  if (event == NULL)
    return FALSE;
  gst_event_unref (event);
  return TRUE;
}

/* The base class sends the segment with the first buffer: too late here. */
static void
gst_oak_tcp_src_push_gap (GstOakTcpSrc * self, GstClockTime pts)
{
  GstPad *pad = GST_BASE_SRC_PAD (self);
  GstClockTime duration;

  if (!gst_oak_tcp_src_has_caps (self))
    return;
  if (!gst_oak_tcp_src_has_segment (self))
    gst_pad_push_event (pad, gst_event_new_segment (&GST_BASE_SRC
            (self)->segment));

  GST_OBJECT_LOCK (self);
  duration = self->frame_duration;
  GST_OBJECT_UNLOCK (self);
  gst_pad_push_event (pad, gst_event_new_gap (pts,
          duration > 0 ? duration : GST_CLOCK_TIME_NONE));
}

/* A camera can send headers without end: as many as no bus can bear. */
static gboolean
gst_oak_tcp_src_may_tell (GstOakTcpSrc * self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->telling_since > G_TIME_SPAN_SECOND) {
    self->telling_since = now;
    self->n_told = 0;
  }
  return self->n_told++ < NO_IMAGE_RATE_MAX;
}

static void
gst_oak_tcp_src_skip_image (GstOakTcpSrc * self, const GstOakFrame * frame,
    GstClockTime pts)
{
  guint64 count;

  GST_OBJECT_LOCK (self);
  count = ++self->n_without_image;
  GST_OBJECT_UNLOCK (self);

  if (!gst_oak_tcp_src_may_tell (self))
    return;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("oak-no-image",
              "device-time", G_TYPE_UINT64, frame->device_time,
              "pts", G_TYPE_UINT64, pts,
              "n-detections", G_TYPE_UINT, frame->detections->len,
              "count", G_TYPE_UINT64, count, NULL)));
  gst_oak_tcp_src_push_gap (self, pts);
}

static void
gst_oak_tcp_src_stamp (GstOakTcpSrc * self, GstBuffer * buffer,
    GstClockTime pts, gboolean jumped)
{
  if (!gst_base_src_get_do_timestamp (GST_BASE_SRC (self)))
    GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;

  if (jumped)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_RESYNC);
  if (jumped || self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;

  GST_OBJECT_LOCK (self);
  GST_BUFFER_DURATION (buffer) = self->frame_duration > 0 ?
      self->frame_duration : GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = self->n_frames++;
  GST_BUFFER_OFFSET_END (buffer) = self->n_frames;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_src_add_metas (GstOakTcpSrc * self, GstBuffer * buffer,
    GstOakFrame * frame)
{
  guint n = gst_oak_meta_add_detections (buffer, frame->detections,
      self->label_table, self->geometry.width, self->geometry.height);

  gst_oak_meta_add_device_time (buffer, frame->device_time);

  GST_OBJECT_LOCK (self);
  self->n_detections += n;
  self->n_detections_left_out += frame->detections->len - n;
  GST_OBJECT_UNLOCK (self);
}

/* @buffer stays as it is where the frame has no image. */
static GstFlowReturn
gst_oak_tcp_src_output (GstOakTcpSrc * self, GstOakFrame * frame,
    GstBuffer ** buffer)
{
  GstFlowReturn ret;
  GstClockTime pts;
  gboolean jumped;

  if (frame->n_dropped > 0)
    GST_WARNING_OBJECT (self, "downstream is too slow, dropped %u frames",
        frame->n_dropped);

  pts = gst_oak_timeline_place (&self->timeline, frame,
      gst_element_get_base_time (GST_ELEMENT (self)), &jumped);
  GST_LOG_OBJECT (self, "device time %" GST_TIME_FORMAT ", arrived at %"
      GST_TIME_FORMAT ", PTS %" GST_TIME_FORMAT,
      GST_TIME_ARGS (frame->device_time), GST_TIME_ARGS (frame->arrival),
      GST_TIME_ARGS (pts));
  self->discont |= frame->discont || jumped;
  if (frame->image == NULL) {
    gst_oak_tcp_src_skip_image (self, frame, pts);
    return GST_FLOW_OK;
  }

  ret = gst_oak_tcp_src_prepare (self, frame->image_size);
  if (ret == GST_FLOW_OK)
    ret = gst_oak_tcp_src_place_picture (self, frame);
  if (ret != GST_FLOW_OK)
    return ret;

  gst_oak_tcp_src_stamp (self, frame->image, pts, jumped);
  gst_oak_tcp_src_add_metas (self, frame->image, frame);
  *buffer = g_steal_pointer (&frame->image);
  return GST_FLOW_OK;
}

static void
gst_oak_tcp_src_discard (GstOakTcpSrc * self)
{
  self->discont = TRUE;
  GST_OBJECT_LOCK (self);
  self->n_discarded++;
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
gst_oak_tcp_src_create (GstPushSrc * push, GstBuffer ** buffer)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (push);
  GstFlowReturn ret = GST_FLOW_OK;

  for (*buffer = NULL; *buffer == NULL && ret == GST_FLOW_OK;) {
    GstOakFrame *frame = NULL;
    GError *error = NULL;

    ret = gst_oak_queue_take (self->queue, &frame, &error);
    if (ret == GST_FLOW_ERROR) {
      ret = gst_oak_tcp_src_fail (self, error);
    } else if (ret == GST_FLOW_OK) {
      if (gst_oak_timeline_is_stale (&self->timeline, frame))
        gst_oak_tcp_src_discard (self);
      else
        ret = gst_oak_tcp_src_output (self, frame, buffer);
      gst_oak_frame_free (frame);
    }
  }
  return ret;
}

/* States */

static gboolean
gst_oak_tcp_src_open_labels (GstOakTcpSrc * self)
{
  gchar *labels;

  GST_OBJECT_LOCK (self);
  labels = g_strdup (self->labels);
  GST_OBJECT_UNLOCK (self);

  oak_labels_free (self->label_table);
  self->label_table = gst_oak_labels_open (GST_ELEMENT (self), labels);
  g_free (labels);
  return self->label_table != NULL;
}

static void
gst_oak_tcp_src_take_settings (GstOakTcpSrc * self, GstOakPeer * peer)
{
  OakGeometry none = { 0, 0 };

  GST_OBJECT_LOCK (self);
  peer->host = g_strdup (self->host);
  peer->port = self->port;
  peer->connect_timeout = self->connect_timeout;
  peer->first_byte_timeout = self->first_byte_timeout;
  peer->stall_timeout = self->stall_timeout;
  self->wanted.width = self->width;
  self->wanted.height = self->height;
  self->frame_duration = 0;
  self->pipeline_latency = 0;
  self->n_frames = 0;
  self->n_detections = 0;
  self->n_detections_left_out = 0;
  self->n_without_image = 0;
  self->n_discarded = 0;
  GST_OBJECT_UNLOCK (self);

  self->geometry = none;
  self->told_geometry = FALSE;
  self->telling_since = 0;
  self->n_told = 0;
  self->negotiated = FALSE;
  self->discont = TRUE;
  gst_oak_timeline_reset (&self->timeline);
}

/* Runs inside a state change: only reads settings, and lets the thread go. */
static gboolean
gst_oak_tcp_src_start (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);
  GstOakPeer peer;

  gst_oak_tcp_src_take_settings (self, &peer);
  gst_oak_tcp_src_update_queue (self);
  self->peer = peer;
  self->peer.host = g_strdup (peer.host);

  GST_INFO_OBJECT (self, "connecting to %s, port %u", peer.host, peer.port);
  gst_oak_queue_reset (self->queue);
  gst_oak_receiver_start (self->receiver, &peer);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_stop (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);

  gst_oak_receiver_stop (self->receiver);
  gst_oak_queue_clear (self->queue);
  g_clear_pointer (&self->layout, gst_oak_layout_unref);
  g_clear_pointer (&self->peer.host, g_free);
  return TRUE;
}

/* From 1.24 on this is called for a pause, too. The queue gives nothing then,
 * and to leave create() would not be safe: if we play again before the base
 * class has seen the pause, it takes FLUSHING for the end of the stream. */
static gboolean
gst_oak_tcp_src_unlock (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);

  if (!self->pausing)
    gst_oak_queue_set_flushing (self->queue, TRUE);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_unlock_stop (GstBaseSrc * base)
{
  gst_oak_queue_set_flushing (GST_OAK_TCP_SRC (base)->queue, FALSE);
  return TRUE;
}

static void
gst_oak_tcp_src_note_flush_stop (GstOakTcpSrc * self, GstEvent * event)
{
  gboolean reset_time;

  gst_event_parse_flush_stop (event, &reset_time);
  if (reset_time)
    gst_oak_timeline_reset_time (&self->timeline);
  gst_oak_queue_set_finished (self->queue, FALSE);
}

static gboolean
gst_oak_tcp_src_send_event (GstElement * element, GstEvent * event)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    gst_oak_tcp_src_note_flush_stop (self, event);
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (parent_class)->send_event (element, event);

  /* The base class would wait for the streaming thread, which may be blocked
   * downstream for as long as it pleases. */
  GST_DEBUG_OBJECT (self, "EOS was asked for");
  gst_oak_queue_set_finished (self->queue, TRUE);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_set_clock (GstElement * element, GstClock * clock)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (element);

  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = clock != GST_ELEMENT_CLOCK (element);
  GST_OBJECT_UNLOCK (self);
  if (changed)
    gst_oak_timeline_change_clock (&self->timeline);

  gst_oak_receiver_set_clock (self->receiver, clock);
  return GST_ELEMENT_CLASS (parent_class)->set_clock (element, clock);
}

static void
gst_oak_tcp_src_begin_playing (GstOakTcpSrc * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime now = GST_CLOCK_TIME_NONE;

  if (clock != NULL) {
    now = gst_clock_get_time (clock);
    gst_object_unref (clock);
  }

  gst_oak_timeline_play (&self->timeline, now);
  gst_oak_receiver_set_playing (self->receiver, TRUE);
  gst_oak_queue_set_playing (self->queue, TRUE);
}

static void
gst_oak_tcp_src_end_playing (GstOakTcpSrc * self)
{
  gst_oak_queue_set_playing (self->queue, FALSE);
  gst_oak_receiver_set_playing (self->receiver, FALSE);
}

static GstStateChangeReturn
gst_oak_tcp_src_change_state (GstElement * element, GstStateChange transition)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      /* Not in start(): the base class would post a second error. */
      if (!gst_oak_tcp_src_open_labels (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      gst_oak_tcp_src_begin_playing (self);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      gst_oak_tcp_src_end_playing (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      /* From 1.24 on the base class puts off unlock_stop() after a pause, and
       * may then take back the unlock() that ends the streaming thread. */
      gst_oak_queue_close (self->queue);
      break;
    default:
      break;
  }

  self->pausing = transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED;
  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);
  self->pausing = FALSE;
  return ret;
}

/* Properties */

static GstStructure *
gst_oak_tcp_src_get_stats (GstOakTcpSrc * self)
{
  GstOakReceiverCounters counters;
  GstOakQueueCounters queue;
  GstStructure *stats;

  gst_oak_receiver_get_counters (self->receiver, &counters);
  gst_oak_queue_get_counters (self->queue, &queue);

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new ("application/x-oak-stats",
      "frames", G_TYPE_UINT64, self->n_frames,
      "bytes", G_TYPE_UINT64, counters.bytes,
      "detections", G_TYPE_UINT64, self->n_detections,
      "detections-left-out", G_TYPE_UINT64,
      self->n_detections_left_out + counters.bad_detections,
      "frames-without-image", G_TYPE_UINT64, self->n_without_image,
      "dropped", G_TYPE_UINT64, queue.dropped,
      "discarded", G_TYPE_UINT64, self->n_discarded + queue.discarded, NULL);
  GST_OBJECT_UNLOCK (self);

  return stats;
}

static void
gst_oak_tcp_src_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_HOST:
      g_free (self->host);
      self->host = g_value_dup_string (value);
      if (self->host == NULL)
        self->host = g_strdup (DEFAULT_HOST);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_WIDTH:
      self->width = g_value_get_uint (value);
      break;
    case PROP_HEIGHT:
      self->height = g_value_get_uint (value);
      break;
    case PROP_FRAMERATE:
      self->fps_n = gst_value_get_fraction_numerator (value);
      self->fps_d = gst_value_get_fraction_denominator (value);
      break;
    case PROP_LABELS:
      g_free (self->labels);
      self->labels = g_value_dup_string (value);
      break;
    case PROP_CONNECT_TIMEOUT:
      self->connect_timeout = g_value_get_uint (value);
      break;
    case PROP_FIRST_BYTE_TIMEOUT:
      self->first_byte_timeout = g_value_get_uint (value);
      break;
    case PROP_STALL_TIMEOUT:
      self->stall_timeout = g_value_get_uint (value);
      break;
    case PROP_LATENCY:
      self->latency = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);

  if (id == PROP_LATENCY)
    gst_oak_tcp_src_post_latency (self);
}

static void
gst_oak_tcp_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_oak_tcp_src_get_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_WIDTH:
      g_value_set_uint (value, self->width);
      break;
    case PROP_HEIGHT:
      g_value_set_uint (value, self->height);
      break;
    case PROP_FRAMERATE:
      gst_value_set_fraction (value, self->fps_n, self->fps_d);
      break;
    case PROP_LABELS:
      g_value_set_string (value, self->labels);
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, self->connect_timeout);
      break;
    case PROP_FIRST_BYTE_TIMEOUT:
      g_value_set_uint (value, self->first_byte_timeout);
      break;
    case PROP_STALL_TIMEOUT:
      g_value_set_uint (value, self->stall_timeout);
      break;
    case PROP_LATENCY:
      g_value_set_uint (value, self->latency);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_src_install_properties (GObjectClass * klass)
{
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  /**
   * GstOakTcpSrc:host:
   *
   * Name or address (IPv4 or IPv6) of the camera. A name that does not
   * resolve is an error (RESOURCE, NOT_FOUND).
   *
   * Since: 0.1
   */
  properties[PROP_HOST] = g_param_spec_string ("host", "Host",
      "Name or address of the camera", DEFAULT_HOST, ready);

  /**
   * GstOakTcpSrc:port:
   *
   * TCP port on which the camera's program serves.
   *
   * Since: 0.1
   */
  properties[PROP_PORT] = g_param_spec_uint ("port", "Port",
      "TCP port on which the camera serves", 1, G_MAXUINT16, DEFAULT_PORT,
      ready);

  /**
   * GstOakTcpSrc:width:
   *
   * Width of the pictures in pixels, 0 = find out. Given without
   * #GstOakTcpSrc:height, the height follows from the number of bytes. A
   * picture that does not have this width is an error (STREAM, FORMAT, behind
   * good pictures DEMUX).
   *
   * Since: 0.1
   */
  properties[PROP_WIDTH] = g_param_spec_uint ("width", "Width",
      "Width of the pictures in pixels (0 = find out)", 0, OAK_SIDE_MAX, 0,
      ready);

  /**
   * GstOakTcpSrc:height:
   *
   * Height of the pictures in pixels, 0 = find out; as
   * #GstOakTcpSrc:width.
   *
   * Since: 0.1
   */
  properties[PROP_HEIGHT] = g_param_spec_uint ("height", "Height",
      "Height of the pictures in pixels (0 = find out)", 0, OAK_SIDE_MAX, 0,
      ready);

  /**
   * GstOakTcpSrc:framerate:
   *
   * Frame rate that is announced in the caps, in frames per second; 0/1 =
   * variable. It does not change how fast the camera sends nor the
   * timestamps. A frame rate that downstream's caps fix is announced instead.
   *
   * Since: 0.1
   */
  properties[PROP_FRAMERATE] = gst_param_spec_fraction ("framerate",
      "Frame rate", "Frame rate to announce in caps (0/1 = variable)",
      0, 1, G_MAXINT, 1, 0, 1, ready);

  /**
   * GstOakTcpSrc:labels:
   *
   * Names of the classes that the camera detects: `coco` for the 80 classes
   * of the COCO models, `none` for no names, or the path of a text file in
   * UTF-8 with a name a line, at most 1000 of at most 63 bytes; the first is
   * that of class 0. A class without a name becomes `label-<id>`, one over
   * 999 `object`. With a file that cannot be used the state change to PAUSED
   * fails (RESOURCE, NOT_FOUND, OPEN_READ or SETTINGS).
   *
   * Since: 0.1
   */
  properties[PROP_LABELS] = g_param_spec_string ("labels", "Labels",
      "Names of the detected classes: coco, none, or a file with a name a line",
      DEFAULT_LABELS, ready);

  /**
   * GstOakTcpSrc:connect-timeout:
   *
   * How long resolving the name and connecting may take together, in
   * milliseconds; 0 = as long as the system takes. Time in PAUSED does not
   * count. Then an error (RESOURCE, OPEN_READ).
   *
   * Since: 0.1
   */
  properties[PROP_CONNECT_TIMEOUT] = g_param_spec_uint ("connect-timeout",
      "Connect timeout", "Time to connect in ms (0 = no limit)",
      0, G_MAXUINT, DEFAULT_CONNECT_TIMEOUT, ready);

  /**
   * GstOakTcpSrc:first-byte-timeout:
   *
   * How long the camera may be silent after it has accepted the connection,
   * in milliseconds; 0 = for ever. A camera that serves another client
   * accepts and says nothing. Time in PAUSED does not count. Then an error
   * (RESOURCE, BUSY).
   *
   * Since: 0.1
   */
  properties[PROP_FIRST_BYTE_TIMEOUT] = g_param_spec_uint
      ("first-byte-timeout", "First byte timeout",
      "Time from connection to the first byte in ms (0 = no limit)",
      0, G_MAXUINT, DEFAULT_FIRST_BYTE_TIMEOUT, ready);

  /**
   * GstOakTcpSrc:stall-timeout:
   *
   * How long the camera may be silent in mid-stream, in milliseconds; 0 = for
   * ever. Time in PAUSED does not count. Then an error (RESOURCE, READ).
   *
   * Since: 0.1
   */
  properties[PROP_STALL_TIMEOUT] = g_param_spec_uint ("stall-timeout",
      "Stall timeout", "Longest silence in mid-stream in ms (0 = no limit)",
      0, G_MAXUINT, DEFAULT_STALL_TIMEOUT, ready);

  /**
   * GstOakTcpSrc:latency:
   *
   * Time that a picture may take from the camera to here, in milliseconds. It
   * is what the element answers to a latency query, plus a frame's duration
   * where the frame rate is known; sinks that synchronise wait as long. Too
   * little makes them drop late pictures.
   *
   * Since: 0.1
   */
  properties[PROP_LATENCY] = g_param_spec_uint ("latency", "Latency",
      "Time a picture may take from the camera to here in ms",
      0, G_MAXINT, DEFAULT_LATENCY, playing);

  /**
   * GstOakTcpSrc:stats:
   *
   * Counters since the last change to PAUSED from below, in a structure
   * `application/x-oak-stats`; all are guint64:
   *
   * * `frames`: pictures given to the source pad
   * * `bytes`: received from the camera
   * * `detections`: attached to pictures
   * * `detections-left-out`: did not parse, or have no area in the picture
   * * `frames-without-image`: frames that had no picture
   * * `dropped`: frames left out because downstream was too slow
   * * `discarded`: frames that arrived in a pause, or too long before the
   *   first play
   *
   * Since: 0.1
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters since the start", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (klass, N_PROPERTIES, properties);
}

static void
gst_oak_tcp_src_finalize (GObject * object)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (object);

  gst_oak_receiver_free (self->receiver);
  gst_oak_queue_free (self->queue);
  gst_oak_timeline_clear (&self->timeline);
  oak_labels_free (self->label_table);
  g_free (self->labels);
  g_free (self->host);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_oak_tcp_src_init (GstOakTcpSrc * self)
{
  GstBaseSrc *base = GST_BASE_SRC (self);

  gst_base_src_set_live (base, TRUE);
  gst_base_src_set_format (base, GST_FORMAT_TIME);
  gst_oak_timeline_init (&self->timeline);
  self->queue = gst_oak_queue_new ();
  self->receiver = gst_oak_receiver_new (self->queue);
}

static void
gst_oak_tcp_src_class_init (GstOakTcpSrcClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_class = GST_PUSH_SRC_CLASS (klass);

  object_class->set_property = gst_oak_tcp_src_set_property;
  object_class->get_property = gst_oak_tcp_src_get_property;
  object_class->finalize = gst_oak_tcp_src_finalize;
  gst_oak_tcp_src_install_properties (object_class);

  element_class->send_event = gst_oak_tcp_src_send_event;
  element_class->set_clock = gst_oak_tcp_src_set_clock;
  element_class->change_state = gst_oak_tcp_src_change_state;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "OAK camera TCP source", "Source/Video/Network",
      "Receives pictures and detections of a standalone Luxonis OAK PoE camera",
      "The gst-oak developers");

  base_class->start = gst_oak_tcp_src_start;
  base_class->stop = gst_oak_tcp_src_stop;
  base_class->unlock = gst_oak_tcp_src_unlock;
  base_class->unlock_stop = gst_oak_tcp_src_unlock_stop;
  base_class->query = gst_oak_tcp_src_query;
  base_class->event = gst_oak_tcp_src_event;
  base_class->negotiate = gst_oak_tcp_src_negotiate;
  base_class->decide_allocation = gst_oak_tcp_src_decide_allocation;

  push_class->create = gst_oak_tcp_src_create;
}
