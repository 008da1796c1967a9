/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oaktcpsrc
 * @title: oaktcpsrc
 * @short_description: receives pictures and detections of a standalone OAK
 *
 * Receives from a Luxonis OAK PoE camera that runs on its own ("standalone
 * mode") and whose Script node sends its stream over TCP. Outputs the pictures
 * and attaches what the camera's neural network found as one
 * #GstVideoRegionOfInterestMeta each.
 *
 * Most cameras serve, and the element connects to them. Others connect: with
 * #GstOakTcpSrc:mode=server the element waits for them. It then outlives their
 * connections: one that ends or is not a camera's is reported by a WARNING, and
 * the next one goes on where it ended, PTS never going back. Only
 * #GstOakTcpSrc:allow-from may connect. Another connection is turned away
 * while one is served, unless it comes from the same address and the older one
 * has been silent for a second: then the camera has rebooted.
 *
 * The element is live. A thread of its own connects and receives, so that no
 * state change waits for the network and a slow sink does not disturb the
 * timestamps. PTS is the time at which the camera took the picture, mapped
 * from its clock to the pipeline's; the camera's own time is on each buffer as
 * a #GstReferenceTimestampMeta with the caps `timestamp/x-oak-stream`. What
 * arrives in a pause is discarded; what arrived within 100 ms before the first
 * change to PLAYING is shown.
 *
 * ## Payloads
 *
 * JPEG, H.264 and H.265 are known by themselves and go out as `image/jpeg`,
 * `video/x-h264` and `video/x-h265` (byte-stream, one access unit each), with
 * width and height. They may change in mid-stream. A stream of access units
 * begins, and after a gap begins again, with a keyframe; pictures before it are
 * dropped and counted.
 *
 * All else is taken for planar BGR, unless #GstOakTcpSrc:payload says
 * otherwise, and goes out as `video/x-raw`. The wire says how many bytes a raw
 * picture has, not its width and height. They are, in this order:
 * #GstOakTcpSrc:width and #GstOakTcpSrc:height (one is enough); a width and
 * height that downstream's caps fix; those of the common picture of that many
 * bytes (said with an INFO message).
 *
 * Planar pictures become what downstream asks for: `BGR`, `RGB`, or a format
 * of four bytes a pixel, of which the fourth is 255. Where it takes several,
 * the order is that of the template. `BGRP` is what the camera sends: when
 * downstream asks for it, no pixel is touched after it was received.
 *
 * ## Metas
 *
 * The #GstVideoRegionOfInterestMeta are sorted by confidence, the highest
 * first. `roi_type` is the name of the class (see #GstOakTcpSrc:labels), `id`
 * counts from 0, `parent_id` is -1. A parameter structure `detection` has
 * `x_min`, `y_min`, `x_max`, `y_max` (double, relative to the picture, 0 to 1),
 * `confidence` (double, 0 to 1), `label_id` (int) and `label` (string).
 * Converters such as videoconvert keep the meta and its box but drop the
 * parameters. On encoded pictures boxes are in pixels of the coded picture, and
 * decoders pass them on.
 *
 * A frame of the framing `IMG` has been analysed, even if nothing was found.
 * That is told by a #GstCustomMeta `OakDetectionsMeta`, which converters keep.
 * Its structure has `n` (uint), the number of regions, and the arrays
 * (%GST_TYPE_ARRAY) `confidence` (of double, 0 to 1) and `label-id` (of int),
 * in which the index is the region's `id`. Built with
 * gstreamer-analytics-1.0, there is a #GstAnalyticsRelationMeta, too (see
 * #GstOakTcpSrc:analytics-meta), with one object detection for each region, of
 * the same id. A frame of the framing `ABCDE` has none of these.
 *
 * ## Messages
 *
 * * ERROR: the text names host and port and what to do about it, the debug
 *   part what was expected and what came. The stream ends with it. An error
 *   that happens in PAUSED is posted in PLAYING.
 * * WARNING: the camera is lost, and looked for again: told once for each
 *   loss, and for the tries that follow where they fail by something else; in
 *   server mode also that a connection was turned away; a focus message did
 *   not reach the camera. The stream goes on.
 * * INFO: a picture size was found by its number of bytes (STREAM, FORMAT); the
 *   camera is back (RESOURCE, READ).
 * * PROGRESS with the code `connect`: from the first try to the first frame,
 *   and again from each loss. It begins while playing alone.
 * * ELEMENT `oak-connected`: a connection has given its first frame, with the
 *   fields `host` (string) and `port` (guint, in server mode both are ours),
 *   `address` (string, the camera's, numeric), `attempt` (guint, tries since
 *   the last loss, from 1) and `connection` (guint, its number). At most 100 a
 *   second of this and the next.
 * * ELEMENT `oak-disconnected`: a connection has ended, or could not be made,
 *   with the fields `host` and `port`, `reason` (string: resolve, connect,
 *   silent, stalled, lost, torn, stranger, framing, outgrown, limit, content
 *   or superseded), `message` (string, what was expected and what came),
 *   `attempt` (guint, failures in a row without a frame) and `next-retry`
 *   (gint64, ms until the next try; -1: none, or the camera will call).
 * * ELEMENT `oak-no-image`: the camera sent a frame without a picture, with
 *   the fields `device-time` (guint64, ns; G_MAXUINT64 if not known), `pts`
 *   (guint64, ns), `n-detections` (guint) and `count` (guint64, such frames
 *   since the start). A GAP event goes downstream. At most 200 of them a
 *   second.
 * * ELEMENT `oak-detections`, with #GstOakTcpSrc:post-detections: a picture
 *   that was analysed goes out, with the fields `timestamp` (guint64, ns, PTS;
 *   G_MAXUINT64 if not known, as with `do-timestamp`), `stream-time`,
 *   `running-time` (guint64, ns), `duration` (guint64, ns; G_MAXUINT64 if not
 *   known), `device-time` (guint64, ns; G_MAXUINT64 if not known), `width`,
 *   `height` (guint, of the picture) and `detections` (%GST_TYPE_LIST of
 *   #GstStructure, maybe empty, the most confident first). Each is named
 *   `detection`, with `id` (int, of the region on the buffer), `label`
 *   (string), `label-id` (int), `confidence` (double, 0 to 1), `x`, `y`, `w`,
 *   `h` (guint, in pixels) and `x-min`, `y-min`, `x-max`, `y-max` (double,
 *   relative to the picture, 0 to 1).
 * * QOS: a frame was late and is not shown, or those before it found the
 *   queue full (see #GstOakTcpSrc:drop-on-latency). At most 200 of them a
 *   second; the counters in them leave none out.
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
 * |[
 * gst-play-1.0 --use-playbin3 oak://10.12.101.188
 * ]| Play any of its streams.
 * |[
 * gst-launch-1.0 oaktcpsrc mode=server allow-from=10.12.101.0/24 ! \
 *     decodebin3 ! videoconvert ! autovideosink
 * ]| Wait for a camera that connects.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaktcpsrc.h"

#include <glib/gi18n-lib.h>
#include <gst/video/video.h>

#include "gstoakfailure.h"
#include "gstoaklabels.h"
#include "gstoaklink.h"
#include "gstoakmeta.h"
#include "gstoakoutlet.h"
#include "gstoakreceiver.h"
#include "gstoakreport.h"
#include "gstoaksettings.h"
#include "gstoakstate.h"
#include "gstoaktimeline.h"
#include "gstoakuri.h"
#include "oakregion.h"

GST_DEBUG_CATEGORY_STATIC (gst_oak_tcp_src_debug);
#define GST_CAT_DEFAULT gst_oak_tcp_src_debug

/* Messages a second on frames without an image, and gaps. */
#define NO_IMAGE_RATE_MAX 200

/* LATENCY messages a second: each has the whole pipeline asked anew. */
#define LATENCY_RATE_MAX 4

/* What create() does with a frame that is left out. */
#define FLOW_SKIP GST_FLOW_CUSTOM_SUCCESS

struct _GstOakTcpSrc
{
  GstPushSrc parent;

  /* any thread; they have locks of their own */
  GstOakLink *link;
  GstOakQueue *queue;
  GstOakReceiver *receiver;
  GstOakTimeline timeline;
  GstOakReport report;

  /* under the state lock */
  gboolean pausing;

  /* under the object lock */
  GstOakSettings settings;
  guint n_label_changes;        /* since the beginning */
  gboolean labels_open;         /* from PAUSED on a change opens a file */
  OakLabels *new_labels;        /* for the next frame on; NULL = as before */
  guint current_port;           /* that is listened on; 0 = none */
  GstClockTime frame_duration;  /* 0 = not known */
  GstClockTime held_for;        /* if that is not known: how long a frame waits
                                 * for the next header, as was answered */
  GstClockTime pipeline_latency;
  guint64 n_frames;
  guint64 n_detections;
  guint64 n_detections_below;   /* the lowest confidence */
  guint64 n_detections_left_out;
  guint64 n_without_image;
  guint64 n_discarded;
  guint64 n_delta_dropped;
  guint64 n_unusable;
  guint64 n_late;

  /* set by start(), then the streaming thread's only */
  gboolean listening;           /* in server mode */
  GstOakOnDisconnect on_disconnect;
  OakLabels *label_table;       /* kept till the next start */
  GArray *regions;              /* of OakRegion, in the present picture */
  GstOakOutlet outlet;
  guint broken_connection;      /* nothing of it is wanted any more */
  gboolean told_geometry;
  gboolean told_unusable;       /* since the last picture that went out */
  GstOakPace no_image;
  GstOakPace latencies;         /* messages */
  gboolean discont;
  gboolean resync;              /* time has jumped before the next picture */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("{ BGR, RGB, BGRx, RGBx, xBGR, "
            "xRGB, BGRA, RGBA, ABGR, ARGB, BGRP, RGBP, GRAY8, GRAY16_LE, "
            "NV12, I420 }") "; image/jpeg; "
        "video/x-h264, stream-format=byte-stream, alignment=au; "
        "video/x-h265, stream-format=byte-stream, alignment=au"));

static void gst_oak_tcp_src_uri_handler_init (gpointer iface, gpointer unused);

#define gst_oak_tcp_src_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstOakTcpSrc, gst_oak_tcp_src, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER,
        gst_oak_tcp_src_uri_handler_init));
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (oaktcpsrc, "oaktcpsrc", GST_RANK_NONE,
    GST_TYPE_OAK_TCP_SRC, GST_DEBUG_CATEGORY_INIT (gst_oak_tcp_src_debug,
        "oaktcpsrc", 0, "OAK camera source"));

/* The camera comes and goes */

static void
gst_oak_tcp_src_note_state (gpointer user_data, GstOakState state)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (user_data);

  GST_DEBUG_OBJECT (self, "connection-state %d", state);
  gst_oak_report_set_state (&self->report, state);
  gst_oak_settings_notify (G_OBJECT (self), GST_OAK_PROP_CONNECTION_STATE);
}

static void
gst_oak_tcp_src_note_arrival (gpointer user_data,
    const GstOakLinkArrival * arrival)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (user_data);

  GST_INFO_OBJECT (self, "connection %u, to %s", arrival->connection,
      arrival->address);
  gst_oak_report_post_arrival (&self->report, arrival);
}

static void
gst_oak_tcp_src_note_loss (gpointer user_data, const GstOakLinkLoss * loss)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (user_data);

  GST_DEBUG_OBJECT (self, "failure %u: %s", loss->attempt, loss->why->message);
  gst_oak_report_post_loss (&self->report, loss);
}

/* Errors */

/* The stream goes on after these. Any thread. */
static void
gst_oak_tcp_src_warn (gpointer user_data, const GError * error)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (user_data);

  gst_oak_report_post_failure (&self->report, GST_MESSAGE_WARNING, error);
}

static const GstOakLinkCallbacks link_callbacks = {
  gst_oak_tcp_src_note_state,
  gst_oak_tcp_src_note_arrival,
  gst_oak_tcp_src_note_loss,
  gst_oak_tcp_src_warn
};

/* How the end of the stream is told: the user may want no error, once there
 * was a picture. */
static GstMessageType
gst_oak_tcp_src_end_type (GstOakTcpSrc * self)
{
  return self->on_disconnect == GST_OAK_ON_DISCONNECT_EOS
      && self->n_frames > 0 ? GST_MESSAGE_WARNING : GST_MESSAGE_ERROR;
}

/* EOS and not ERROR is returned, as the base class would post a second, empty
 * error; downstream gets the same EOS event either way. @error is (transfer
 * full). */
static GstFlowReturn
gst_oak_tcp_src_fail (GstOakTcpSrc * self, GError * error)
{
  GstFlowReturn ret = GST_FLOW_FLUSHING;

  if (gst_oak_failure_find (error) != NULL) {
    gst_oak_report_post_failure (&self->report,
        gst_oak_tcp_src_end_type (self), error);
    ret = GST_FLOW_EOS;
  }
  g_error_free (error);
  return ret;
}

/* One that nobody can use is left out, and the connection kept. Returns
 * whether the user has to be told: once, until a good one comes. */
static gboolean
gst_oak_tcp_src_leave_out (GstOakTcpSrc * self)
{
  gboolean tell = !self->told_unusable;

  self->told_unusable = TRUE;
  self->discont = TRUE;
  self->outlet.gap = TRUE;
  GST_OBJECT_LOCK (self);
  self->n_unusable++;
  GST_OBJECT_UNLOCK (self);
  return tell;
}

/* At the start the size is not known yet; behind good pictures it is none. */
static gchar *
gst_oak_tcp_src_describe_size (GstOakTcpSrc * self, guint size)
{
  const gchar *name = gst_oak_payload_name (self->outlet.content.payload ==
      GST_OAK_PAYLOAD_AUTO ? GST_OAK_PAYLOAD_BGR_PLANAR :
      self->outlet.content.payload);
  gchar *fits = gst_oak_payload_list_fits (size);
  gchar *text;

  if (self->outlet.layout != NULL)
    text = g_strdup_printf (_("The stream is out of step: a picture of %u "
            "bytes is announced, which is the size of no %s picture that is "
            "known or set. If the camera did change to it, set the properties "
            "\"width\" and \"height\"."), size, name);
  else if (fits[0] != '\0')
    text = g_strdup_printf (_("The camera sends pictures of %u bytes, which is "
            "not the size of a %s picture that is known or set. Set or correct "
            "the properties \"width\" and \"height\" (one of them is enough) "
            "or \"payload\". It would fit: %s."), size, name, fits);
  else
    text = g_strdup_printf (_("The camera sends pictures of %u bytes, which is "
            "not the size of a %s picture that is known or set. Set or correct "
            "the properties \"width\" and \"height\" (one of them is enough) "
            "or \"payload\"."), size, name);
  g_free (fits);
  return text;
}

/* A camera that could not send all of a picture goes on with the next. */
static gboolean
gst_oak_tcp_src_is_torn (GstOakTcpSrc * self, const GstOakFrame * frame,
    const GError * error)
{
  return self->outlet.content.connection == frame->connection
      && g_error_matches (error, GST_OAK_CONTENT_ERROR,
      GST_OAK_CONTENT_ERROR_PICTURE);
}

static void
gst_oak_tcp_src_tell_content (GstOakTcpSrc * self, GstMessageType type,
    const GstOakFrame * frame, const GError * error)
{
  gchar *text;

  if (gst_oak_failure_find (error) != NULL) {
    gst_oak_report_post_failure (&self->report, type, error);
    return;
  }

  text = gst_oak_tcp_src_describe_size (self, frame->image_size);
  gst_oak_report_post (&self->report, type, GST_STREAM_ERROR,
      self->outlet.layout != NULL ? GST_STREAM_ERROR_DEMUX :
      GST_STREAM_ERROR_FORMAT, text, error->message);
  g_free (text);
}

/* A frame is not what it must be. That ends the connection: the next one may
 * do better. */
static GstFlowReturn
gst_oak_tcp_src_give_up (GstOakTcpSrc * self, const GstOakFrame * frame,
    const GError * error)
{
  if (self->on_disconnect != GST_OAK_ON_DISCONNECT_RECONNECT) {
    gst_oak_tcp_src_tell_content (self, gst_oak_tcp_src_end_type (self), frame,
        error);
    return GST_FLOW_EOS;
  }

  /* First: who hangs up has told why. */
  gst_oak_tcp_src_tell_content (self, GST_MESSAGE_WARNING, frame, error);
  self->broken_connection = frame->connection;
  gst_oak_link_hang_up (self->link, frame->connection);
  return FLOW_SKIP;
}

/* @error is (transfer full). */
static GstFlowReturn
gst_oak_tcp_src_fail_content (GstOakTcpSrc * self, const GstOakFrame * frame,
    GError * error)
{
  GstFlowReturn ret = FLOW_SKIP;

  if (!gst_oak_tcp_src_is_torn (self, frame, error))
    ret = gst_oak_tcp_src_give_up (self, frame, error);
  else if (gst_oak_tcp_src_leave_out (self))
    gst_oak_tcp_src_tell_content (self, GST_MESSAGE_WARNING, frame, error);
  g_error_free (error);
  return ret;
}

/* Before the first picture the pipeline is wrong; afterwards the camera has
 * become another, and may become the old one again. */
static GstFlowReturn
gst_oak_tcp_src_fail_negotiation (GstOakTcpSrc * self)
{
  gboolean encoded = self->outlet.content.traits->caps != NULL;
  gboolean at_start = self->n_frames == 0;
  const gchar *sentence = at_start ?
      N_("The camera sends %ux%u pictures of %s, which what follows does not "
      "take. Put \"%s\" behind oaktcpsrc.") :
      N_("The camera now sends %ux%u pictures of %s, which what follows does "
      "not take. They are left out until it sends what it sent before. Put "
      "\"%s\" behind oaktcpsrc to take both.");
  GstCaps *peer;
  gchar *text, *debug, *full;

  if (!at_start && !gst_oak_tcp_src_leave_out (self))
    return FLOW_SKIP;

  peer = gst_pad_peer_query_caps (GST_BASE_SRC_PAD (self), NULL);
  debug = gst_caps_to_string (peer);
  full = g_strdup_printf ("expected a format for %s pictures of that size, got "
      "caps %s from downstream",
      gst_oak_payload_name (self->outlet.content.traits->payload), debug);
  text = g_strdup_printf (_(sentence), self->outlet.content.geometry.width,
      self->outlet.content.geometry.height,
      gst_oak_payload_name (self->outlet.content.traits->payload),
      encoded ? "decodebin3 ! videoconvert" : "videoconvert ! videoscale");
  gst_oak_report_post (&self->report,
      at_start ? GST_MESSAGE_ERROR : GST_MESSAGE_WARNING, GST_CORE_ERROR,
      GST_CORE_ERROR_NEGOTIATION, text, full);

  g_free (text);
  g_free (full);
  g_free (debug);
  gst_caps_unref (peer);
  return at_start ? GST_FLOW_EOS : FLOW_SKIP;
}

/* Latency */

/* Call with the object lock. */
static GstClockTime
gst_oak_tcp_src_min_latency (GstOakTcpSrc * self)
{
  GstClockTime duration = self->frame_duration;
  GstClockTime latency = self->settings.latency * GST_MSECOND + duration;

  if (self->settings.verify_frames)
    latency += duration > 0 ? duration : self->held_for;
  return latency;
}

/* Call with the object lock. */
static GstClockTime
gst_oak_tcp_src_latency (GstOakTcpSrc * self)
{
  return MAX (self->pipeline_latency, gst_oak_tcp_src_min_latency (self));
}

static void
gst_oak_tcp_src_update_queue (GstOakTcpSrc * self)
{
  /* Told with the lock: of two threads, the last to set is the last to tell. */
  GST_OBJECT_LOCK (self);
  gst_oak_queue_set_latency (self->queue, gst_oak_tcp_src_latency (self));
  gst_oak_queue_set_dropping (self->queue, self->settings.drop_on_latency);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_src_post_latency (GstOakTcpSrc * self)
{
  gst_oak_tcp_src_update_queue (self);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_latency (GST_OBJECT (self)));
}

/* A frame that is verified waits for the next one. How long that takes has to
 * be measured, if nobody says, and is answered anew when it changes much. */
static void
gst_oak_tcp_src_update_held (GstOakTcpSrc * self)
{
  GstClockTime interval = gst_oak_queue_get_interval (self->queue);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  /* By its own times: a camera may say anything. A silence ends it. */
  if (self->settings.stall_timeout > 0)
    interval = MIN (interval,
        self->settings.stall_timeout * (GstClockTime) GST_MSECOND);
  changed = self->settings.verify_frames && self->frame_duration == 0
      && (interval > self->held_for || interval < self->held_for / 2)
      && gst_oak_pace_allows (&self->latencies, LATENCY_RATE_MAX);
  if (changed)
    self->held_for = interval + interval / 4;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    gst_oak_tcp_src_post_latency (self);
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

/* Caps and memory */

static void
gst_oak_tcp_src_set_frame_duration (GstOakTcpSrc * self, GstClockTime duration)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->frame_duration != duration;
  self->frame_duration = duration;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    gst_oak_tcp_src_post_latency (self);
}

static gboolean
gst_oak_tcp_src_negotiate (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);

  gst_oak_outlet_negotiate (&self->outlet);
  gst_oak_tcp_src_set_frame_duration (self, self->outlet.frame_duration);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_decide_allocation (GstBaseSrc * base, GstQuery * query)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);

  if (!gst_oak_outlet_choose_pool (&self->outlet, query))
    return TRUE;

  self->outlet.failed =
      !GST_BASE_SRC_CLASS (parent_class)->decide_allocation (base, query);
  return !self->outlet.failed;
}

static void
gst_oak_tcp_src_tell_geometry (GstOakTcpSrc * self, guint size)
{
  const OakGeometry *geometry = &self->outlet.content.geometry;

  if (self->told_geometry || !self->outlet.content.guessed)
    return;
  self->told_geometry = TRUE;

  GST_ELEMENT_INFO (self, STREAM, FORMAT,
      (_("Pictures of %u bytes are taken for %ux%u. Set the properties "
              "\"width\" and \"height\" if they are not."), size,
          geometry->width, geometry->height),
      ("%u bytes a picture are taken for %ux%u; set width and height if they "
          "are not", size, geometry->width, geometry->height));
}

static GstFlowReturn
gst_oak_tcp_src_skip_delta (GstOakTcpSrc * self)
{
  GST_OBJECT_LOCK (self);
  self->n_delta_dropped++;
  GST_OBJECT_UNLOCK (self);
  self->discont = TRUE;
  return FLOW_SKIP;
}

/* Makes caps and memory fit the picture of @frame. */
static GstFlowReturn
gst_oak_tcp_src_prepare (GstOakTcpSrc * self, const GstOakFrame * frame)
{
  GError *error = NULL;
  GstOakOutletVerdict verdict =
      gst_oak_outlet_prepare (&self->outlet, frame, &error);

  if (verdict != GST_OAK_OUTLET_BROKEN)
    gst_oak_tcp_src_tell_geometry (self, frame->image_size);

  switch (verdict) {
    case GST_OAK_OUTLET_DELTA:
      return gst_oak_tcp_src_skip_delta (self);
    case GST_OAK_OUTLET_BROKEN:
      return gst_oak_tcp_src_fail_content (self, frame, error);
    case GST_OAK_OUTLET_REFUSED:
      return gst_oak_tcp_src_fail_negotiation (self);
    case GST_OAK_OUTLET_FAILED:
      return GST_FLOW_EOS;
    case GST_OAK_OUTLET_FLUSHING:
      return GST_FLOW_FLUSHING;
    default:
      gst_oak_receiver_set_layout (self->receiver, self->outlet.layout);
      return GST_FLOW_OK;
  }
}

/* A picture that was received before its layout was known, or that found the
 * pool empty, is copied to where it belongs. An encoded one has none. */
static GstFlowReturn
gst_oak_tcp_src_place_picture (GstOakTcpSrc * self, GstOakFrame * frame)
{
  GstOakLayout *layout = self->outlet.layout;

  if (layout == NULL || gst_oak_frame_move (frame, layout))
    return GST_FLOW_OK;

  gst_oak_report_post (&self->report, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, _("Could not write to the memory that "
          "downstream provides."), "expected a mapped buffer, got none");
  return GST_FLOW_EOS;
}

/* Output */

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

  if (!gst_oak_outlet_has_caps (&self->outlet))
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

static void
gst_oak_tcp_src_skip_image (GstOakTcpSrc * self, const GstOakFrame * frame,
    GstClockTime pts)
{
  guint64 count;

  GST_OBJECT_LOCK (self);
  count = ++self->n_without_image;
  GST_OBJECT_UNLOCK (self);

  /* A camera can send headers without end: as many as no bus can bear. */
  if (!gst_oak_pace_allows (&self->no_image, NO_IMAGE_RATE_MAX))
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
    GstClockTime pts)
{
  if (!gst_base_src_get_do_timestamp (GST_BASE_SRC (self)))
    GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;

  if (self->resync)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_RESYNC);
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->resync = FALSE;
  self->discont = FALSE;
  if (!self->outlet.content.keyframe)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);

  GST_OBJECT_LOCK (self);
  GST_BUFFER_DURATION (buffer) = self->frame_duration > 0 ?
      self->frame_duration : GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET (buffer) = self->n_frames++;
  GST_BUFFER_OFFSET_END (buffer) = self->n_frames;
  GST_OBJECT_UNLOCK (self);
}

/* Between frames: what one of them has been given stays with it. */
static void
gst_oak_tcp_src_take_labels (GstOakTcpSrc * self)
{
  OakLabels *old = NULL;

  GST_OBJECT_LOCK (self);
  if (self->new_labels != NULL) {
    old = self->label_table;
    self->label_table = g_steal_pointer (&self->new_labels);
  }
  GST_OBJECT_UNLOCK (self);
  oak_labels_free (old);
}

static void
gst_oak_tcp_src_find_regions (GstOakTcpSrc * self, GstOakFrame * frame)
{
  const OakGeometry *geometry = &self->outlet.content.geometry;
  gdouble min_confidence;
  guint n_below;

  GST_OBJECT_LOCK (self);
  min_confidence = self->settings.min_confidence;
  GST_OBJECT_UNLOCK (self);

  g_array_set_size (self->regions, 0);
  n_below = oak_regions_find (frame->detections, self->label_table,
      geometry->width, geometry->height, min_confidence, self->regions);

  GST_OBJECT_LOCK (self);
  self->n_detections += self->regions->len;
  self->n_detections_below += n_below;
  self->n_detections_left_out +=
      frame->detections->len - n_below - self->regions->len;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_src_add_regions (GstOakTcpSrc * self, GstBuffer * buffer,
    GstOakFrame * frame)
{
  gboolean analytics;

  if (!frame->analysed) {
    gst_oak_meta_add_no_regions (buffer);
    return;
  }

  GST_OBJECT_LOCK (self);
  analytics = self->settings.analytics_meta;
  GST_OBJECT_UNLOCK (self);

  gst_oak_tcp_src_take_labels (self);
  gst_oak_tcp_src_find_regions (self, frame);
  gst_oak_meta_add_regions (buffer, self->regions, analytics);
}

static void
gst_oak_tcp_src_post_regions (GstOakTcpSrc * self, GstBuffer * buffer,
    const GstOakFrame * frame)
{
  const GstOakFindings findings = {
    GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer), frame->device_time,
    self->outlet.content.geometry.width, self->outlet.content.geometry.height,
    self->regions
  };
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = self->settings.post_detections;
  GST_OBJECT_UNLOCK (self);

  if (wanted && frame->analysed)
    gst_oak_report_post_findings (&self->report, &findings);
}

static void
gst_oak_tcp_src_add_metas (GstOakTcpSrc * self, GstBuffer * buffer,
    GstOakFrame * frame)
{
  gst_oak_tcp_src_add_regions (self, buffer, frame);
  if (GST_CLOCK_TIME_IS_VALID (frame->device_time))
    gst_oak_meta_add_device_time (buffer, frame->device_time);
}

/* The two clocks are read together: this one may be set at any time. */
static void
gst_oak_tcp_src_add_wall_time (GstOakTcpSrc * self, GstBuffer * buffer,
    GstClockTime pts)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  GstClockTime wall_now = g_get_real_time () * GST_USECOND;
  gboolean wanted;

  GST_OBJECT_LOCK (self);
  wanted = self->settings.wall_clock_meta;
  GST_OBJECT_UNLOCK (self);

  if (wanted && GST_CLOCK_TIME_IS_VALID (now))
    gst_oak_meta_add_wall_time (buffer, wall_now - GST_CLOCK_DIFF (pts, now));
}

/* The timeline is told of every frame, also of one that is dropped: it learns
 * of the clock by it. */
static void
gst_oak_tcp_src_place (GstOakTcpSrc * self, const GstOakFrame * frame,
    GstOakPlace * place)
{
  gst_oak_timeline_place (&self->timeline, frame,
      gst_element_get_base_time (GST_ELEMENT (self)), place);
  GST_LOG_OBJECT (self, "device time %" GST_TIME_FORMAT ", arrived at %"
      GST_TIME_FORMAT ", PTS %" GST_TIME_FORMAT,
      GST_TIME_ARGS (frame->device_time), GST_TIME_ARGS (place->arrival),
      GST_TIME_ARGS (place->pts));

  self->discont |= frame->discont || place->jumped;
  self->resync |= place->jumped;
  self->outlet.gap |= frame->discont;
  gst_oak_tcp_src_update_held (self);
}

/* How long a frame may have been on its way until now. The caps may announce
 * more frames than there are. */
static GstClockTimeDiff
gst_oak_tcp_src_find_limit (GstOakTcpSrc * self)
{
  GstClockTime interval = gst_oak_queue_get_interval (self->queue);
  GstClockTimeDiff limit = G_MAXINT64;

  GST_OBJECT_LOCK (self);
  if (self->settings.drop_on_latency)
    limit = gst_oak_tcp_src_latency (self) + MAX (self->frame_duration,
        interval);
  GST_OBJECT_UNLOCK (self);
  return limit;
}

/* Where PTS is not ours, what we think of the camera's clock does not count.
 * Nor does it while that may stand still. Without a clock nothing is late. */
static GstClockTimeDiff
gst_oak_tcp_src_find_lateness (GstOakTcpSrc * self, const GstOakPlace * place)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));
  gboolean by_arrival = place->doubtful
      || gst_base_src_get_do_timestamp (GST_BASE_SRC (self));

  if (!GST_CLOCK_TIME_IS_VALID (now))
    return 0;
  return GST_CLOCK_DIFF (by_arrival ? place->arrival : place->pts, now);
}

static void
gst_oak_tcp_src_tell_dropped (GstOakTcpSrc * self, const GstOakPlace * place,
    GstClockTimeDiff lateness)
{
  GstOakQueueCounters queue;
  GstOakLateFrame late;

  gst_oak_queue_get_counters (self->queue, &queue);

  GST_OBJECT_LOCK (self);
  late.n_dropped = self->n_late + queue.dropped;
  late.n_shown = self->n_frames;
  late.duration = self->frame_duration;
  GST_OBJECT_UNLOCK (self);

  late.pts = place->pts;
  late.lateness = lateness;
  gst_oak_report_post_late (&self->report, &late);
}

static void
gst_oak_tcp_src_drop_late (GstOakTcpSrc * self, const GstOakPlace * place,
    GstClockTimeDiff lateness)
{
  GST_DEBUG_OBJECT (self, "frame of %" GST_TIME_FORMAT " is late by %"
      GST_STIME_FORMAT ", dropping", GST_TIME_ARGS (place->pts),
      GST_STIME_ARGS (lateness));
  self->discont = TRUE;
  self->outlet.gap = TRUE;

  GST_OBJECT_LOCK (self);
  self->n_late++;
  GST_OBJECT_UNLOCK (self);
  gst_oak_tcp_src_tell_dropped (self, place, lateness);
}

static void
gst_oak_tcp_src_note_lateness (GstOakTcpSrc * self, GstClockTime pts)
{
  GstClockTime now = gst_element_get_current_running_time (GST_ELEMENT (self));

  if (GST_CLOCK_TIME_IS_VALID (now))
    gst_oak_timeline_note_lateness (&self->timeline, GST_CLOCK_DIFF (pts, now));
}

static GstFlowReturn
gst_oak_tcp_src_show (GstOakTcpSrc * self, GstOakFrame * frame,
    const GstOakPlace * place, GstBuffer ** buffer)
{
  GstFlowReturn ret = gst_oak_tcp_src_prepare (self, frame);

  if (ret == GST_FLOW_OK)
    ret = gst_oak_tcp_src_place_picture (self, frame);
  if (ret != GST_FLOW_OK)
    return ret == FLOW_SKIP ? GST_FLOW_OK : ret;

  gst_oak_tcp_src_stamp (self, frame->image, place->pts);
  gst_oak_tcp_src_add_metas (self, frame->image, frame);
  gst_oak_tcp_src_add_wall_time (self, frame->image, place->pts);
  gst_oak_tcp_src_post_regions (self, frame->image, frame);
  *buffer = g_steal_pointer (&frame->image);
  self->told_unusable = FALSE;
  return GST_FLOW_OK;
}

/* @buffer stays as it is where the frame has no image, or is left out. */
static GstFlowReturn
gst_oak_tcp_src_output (GstOakTcpSrc * self, GstOakFrame * frame,
    GstBuffer ** buffer)
{
  GstClockTimeDiff lateness;
  GstOakPlace place;

  gst_oak_tcp_src_place (self, frame, &place);
  gst_object_sync_values (GST_OBJECT (self), place.pts);
  lateness = gst_oak_tcp_src_find_lateness (self, &place);
  if (frame->n_dropped > 0) {
    GST_WARNING_OBJECT (self, "downstream is too slow, dropped %u frames",
        frame->n_dropped);
    gst_oak_tcp_src_tell_dropped (self, &place, lateness);
  }

  /* Also of what is dropped: a user sets the latency by it. */
  if (frame->image != NULL)
    gst_oak_tcp_src_note_lateness (self, place.pts);

  if (frame->image == NULL) {
    gst_oak_tcp_src_skip_image (self, frame, place.pts);
  } else if (lateness > gst_oak_tcp_src_find_limit (self)) {
    gst_oak_tcp_src_drop_late (self, &place, lateness);
  } else {
    return gst_oak_tcp_src_show (self, frame, &place, buffer);
  }
  return GST_FLOW_OK;
}

static void
gst_oak_tcp_src_discard (GstOakTcpSrc * self)
{
  self->discont = TRUE;
  self->outlet.gap = TRUE;
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
      if (frame->connection == self->broken_connection
          || gst_oak_timeline_is_stale (&self->timeline, frame))
        gst_oak_tcp_src_discard (self);
      else
        ret = gst_oak_tcp_src_output (self, frame, buffer);
      gst_oak_frame_free (frame);
    }
  }
  return ret;
}

/* States */

/* The file is read without the lock: @change tells whether the property is
 * still the same then. */
static OakLabels *
gst_oak_tcp_src_read_labels (GstOakTcpSrc * self, GstMessageType type,
    guint * change)
{
  OakLabels *table;
  gchar *labels;

  GST_OBJECT_LOCK (self);
  *change = self->n_label_changes;
  labels = g_strdup (self->settings.labels);
  GST_OBJECT_UNLOCK (self);

  table = gst_oak_labels_open (GST_ELEMENT (self), type, labels);
  g_free (labels);
  return table;
}

static gboolean
gst_oak_tcp_src_open_labels (GstOakTcpSrc * self)
{
  gboolean current = FALSE;

  while (!current) {
    guint change;

    oak_labels_free (self->label_table);
    self->label_table =
        gst_oak_tcp_src_read_labels (self, GST_MESSAGE_ERROR, &change);
    if (self->label_table == NULL)
      return FALSE;

    GST_OBJECT_LOCK (self);
    current = change == self->n_label_changes;
    self->labels_open = current;
    GST_OBJECT_UNLOCK (self);
  }
  return TRUE;
}

static void
gst_oak_tcp_src_close_labels (GstOakTcpSrc * self)
{
  GST_OBJECT_LOCK (self);
  self->labels_open = FALSE;
  g_clear_pointer (&self->new_labels, oak_labels_free);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_src_take_settings (GstOakTcpSrc * self, GstOakPeer * peer,
    gboolean * verify)
{
  OakGeometry wanted;
  GstOakPayload payload;
  GstOakTimestampMode timestamp_mode;
  gint fps_n, fps_d;

  GST_OBJECT_LOCK (self);
  self->listening = self->current_port != 0;
  self->on_disconnect = self->settings.on_disconnect;
  peer->host = g_strdup (self->settings.host);
  peer->port = self->settings.port;
  peer->connect_timeout = self->settings.connect_timeout;
  peer->first_byte_timeout = self->settings.first_byte_timeout;
  peer->stall_timeout = self->settings.stall_timeout;
  peer->buffer_size = self->settings.buffer_size;
  peer->reconnect = self->on_disconnect == GST_OAK_ON_DISCONNECT_RECONNECT;
  peer->reconnect_delay = self->settings.reconnect_delay;
  peer->reconnect_delay_max = self->settings.reconnect_delay_max;
  peer->reconnect_attempts = self->settings.reconnect_attempts;
  *verify = self->settings.verify_frames;
  wanted.width = self->settings.width;
  wanted.height = self->settings.height;
  payload = self->settings.payload;
  timestamp_mode = self->settings.timestamp_mode;
  fps_n = self->settings.fps_n;
  fps_d = self->settings.fps_d;
  self->held_for = 0;
  self->pipeline_latency = 0;
  self->n_frames = 0;
  self->n_detections = 0;
  self->n_detections_below = 0;
  self->n_detections_left_out = 0;
  self->n_without_image = 0;
  self->n_discarded = 0;
  self->n_delta_dropped = 0;
  self->n_unusable = 0;
  self->n_late = 0;
  GST_OBJECT_UNLOCK (self);

  gst_oak_outlet_open (&self->outlet, GST_BASE_SRC (self), payload, wanted,
      fps_n, fps_d);
  GST_OBJECT_LOCK (self);
  self->frame_duration = self->outlet.frame_duration;
  GST_OBJECT_UNLOCK (self);
  self->told_geometry = FALSE;
  self->told_unusable = FALSE;
  self->no_image.since = 0;
  self->latencies.since = 0;
  self->broken_connection = 0;
  self->discont = TRUE;
  self->resync = FALSE;
  gst_oak_timeline_reset (&self->timeline, timestamp_mode);
}

/* Runs inside a state change: only reads settings, and lets the thread go. */
static gboolean
gst_oak_tcp_src_start (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);
  GstOakPeer peer;
  gboolean verify;

  gst_oak_tcp_src_take_settings (self, &peer, &verify);
  gst_oak_tcp_src_update_queue (self);

  if (!self->listening)
    GST_INFO_OBJECT (self, "connecting to %s, port %u", peer.host, peer.port);
  gst_oak_report_reset (&self->report);
  gst_oak_queue_reset (self->queue);
  gst_oak_receiver_start (self->receiver, &peer, verify);
  g_free (peer.host);
  return TRUE;
}

static gboolean
gst_oak_tcp_src_stop (GstBaseSrc * base)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (base);

  /* The receiver may be waiting for room. */
  gst_oak_queue_close (self->queue);
  gst_oak_receiver_stop (self->receiver);
  gst_oak_queue_clear (self->queue);
  gst_oak_outlet_close (&self->outlet);
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
  gst_oak_link_set_playing (self->link, TRUE);
  gst_oak_report_set_playing (&self->report, TRUE);
  gst_oak_queue_set_playing (self->queue, TRUE);
}

static void
gst_oak_tcp_src_end_playing (GstOakTcpSrc * self)
{
  gst_oak_queue_set_playing (self->queue, FALSE);
  gst_oak_link_set_playing (self->link, FALSE);
  gst_oak_report_set_playing (&self->report, FALSE);
}

static void
gst_oak_tcp_src_set_current_port (GstOakTcpSrc * self, guint port)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->current_port != port;
  self->current_port = port;
  GST_OBJECT_UNLOCK (self);

  if (changed)
    gst_oak_settings_notify (G_OBJECT (self), GST_OAK_PROP_CURRENT_PORT);
}

static gboolean
gst_oak_tcp_src_listen (GstOakTcpSrc * self)
{
  GError *error = NULL;
  gchar *bind_address, *allow_from;
  guint port;

  GST_OBJECT_LOCK (self);
  bind_address = g_strdup (self->settings.bind_address);
  allow_from = g_strdup (self->settings.allow_from);
  port = self->settings.port;
  GST_OBJECT_UNLOCK (self);

  gst_oak_report_set_place (&self->report, bind_address, port, TRUE);
  gst_oak_link_listen (self->link, bind_address, port, allow_from, &error);
  port = gst_oak_link_get_port (self->link);
  if (port != 0) {
    GST_INFO_OBJECT (self, "listening on %s, port %u", bind_address, port);
    gst_oak_report_set_place (&self->report, bind_address, port, TRUE);
    gst_oak_tcp_src_set_current_port (self, port);
  }

  g_free (allow_from);
  g_free (bind_address);
  if (error != NULL)
    gst_oak_tcp_src_fail (self, error);
  return port != 0;
}

/* What can be wrong with the settings, is told before anything begins. */
static gboolean
gst_oak_tcp_src_check_settings (GstOakTcpSrc * self, GstOakMode * mode)
{
  gchar *fault, *debug = NULL;

  GST_OBJECT_LOCK (self);
  *mode = self->settings.mode;
  gst_oak_report_set_place (&self->report, self->settings.host,
      self->settings.port, FALSE);
  fault = gst_oak_settings_find_fault (&self->settings, &debug);
  GST_OBJECT_UNLOCK (self);

  if (fault == NULL)
    return TRUE;
  GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", fault), ("%s", debug));
  g_free (debug);
  g_free (fault);
  return FALSE;
}

static gboolean
gst_oak_tcp_src_open (GstOakTcpSrc * self)
{
  GstOakMode mode;

  if (!gst_oak_tcp_src_check_settings (self, &mode)
      || !gst_oak_tcp_src_open_labels (self))
    return FALSE;
  if (mode == GST_OAK_MODE_CLIENT || gst_oak_tcp_src_listen (self))
    return TRUE;

  gst_oak_tcp_src_close_labels (self);
  return FALSE;
}

static void
gst_oak_tcp_src_close (GstOakTcpSrc * self)
{
  gst_oak_tcp_src_close_labels (self);
  gst_oak_link_unlisten (self->link);
  gst_oak_tcp_src_set_current_port (self, 0);
}

static GstStateChangeReturn
gst_oak_tcp_src_change_state (GstElement * element, GstStateChange transition)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      /* Not in start(): the base class would post a second error. */
      if (!gst_oak_tcp_src_open (self))
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

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    gst_oak_tcp_src_close (self);
  return ret;
}

/* Properties */

static GstStructure *
gst_oak_tcp_src_get_stats (GstOakTcpSrc * self)
{
  GstOakLinkCounters link;
  GstOakQueueCounters queue;
  GstOakReceiverCounters receiver;
  gchar *last_error = gst_oak_report_get_last_error (&self->report);
  gchar *address = gst_oak_link_get_address (self->link);
  GstOakMeasures measures;
  GstStructure *stats;

  gst_oak_link_get_counters (self->link, &link);
  gst_oak_queue_get_counters (self->queue, &queue);
  gst_oak_receiver_get_counters (self->receiver, &receiver);
  gst_oak_timeline_measure (&self->timeline, &measures);

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new ("application/x-oak-stats",
      "frames", G_TYPE_UINT64, self->n_frames,
      "bytes", G_TYPE_UINT64, link.bytes,
      "detections", G_TYPE_UINT64, self->n_detections,
      "detections-below-min-confidence", G_TYPE_UINT64,
      self->n_detections_below,
      "detections-left-out", G_TYPE_UINT64,
      self->n_detections_left_out + receiver.bad_detections,
      "frames-without-image", G_TYPE_UINT64, self->n_without_image,
      "dropped", G_TYPE_UINT64, queue.dropped + self->n_late,
      "dropped-full", G_TYPE_UINT64, queue.dropped,
      "dropped-late", G_TYPE_UINT64, self->n_late,
      "discarded", G_TYPE_UINT64, self->n_discarded + queue.discarded,
      "delta-frames-dropped", G_TYPE_UINT64, self->n_delta_dropped,
      "unusable", G_TYPE_UINT64, self->n_unusable,
      "torn", G_TYPE_UINT64, receiver.torn,
      "framing-errors", G_TYPE_UINT64, receiver.framing_errors,
      "resyncs", G_TYPE_UINT64, receiver.resyncs,
      "bytes-skipped", G_TYPE_UINT64, receiver.bytes_skipped,
      "connections", G_TYPE_UINT64, link.connections,
      "connections-refused", G_TYPE_UINT64, link.refused,
      "connection-attempts", G_TYPE_UINT64, link.attempts,
      "reconnects", G_TYPE_UINT64, link.reconnects,
      "connected-since", G_TYPE_UINT64, link.connected_since,
      "peer-address", G_TYPE_STRING, address,
      "bytes-queued", G_TYPE_UINT64, link.bytes_queued,
      "last-error", G_TYPE_STRING, last_error,
      "frame-rate", G_TYPE_DOUBLE, queue.frame_rate,
      "clock-jumps", G_TYPE_UINT64, measures.clock_jumps,
      "drift-ppm", G_TYPE_DOUBLE, measures.drift,
      "jitter", G_TYPE_UINT64, measures.jitter,
      "lateness-median", G_TYPE_INT64, measures.lateness_median,
      "lateness-99", G_TYPE_INT64, measures.lateness_99, NULL);
  GST_OBJECT_UNLOCK (self);

  g_free (address);
  g_free (last_error);

  return stats;
}

/* What was set last counts: a position, continuous autofocus, or nothing. */
static void
gst_oak_tcp_src_tell_focus (GstOakTcpSrc * self)
{
  OakControl control = { OAK_CONTROL_AUTOFOCUS, 0 };
  gboolean any = TRUE;

  /* Told with the lock: of two threads, the last to set is the last to send. */
  GST_OBJECT_LOCK (self);
  if (!self->settings.autofocus) {
    any = self->settings.focus >= 0;
    control.kind = OAK_CONTROL_FOCUS;
    control.position = MAX (self->settings.focus, 0);
  }
  gst_oak_link_set_control (self->link, any ? &control : NULL);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_src_set_focus (GstOakTcpSrc * self, gint focus)
{
  gboolean was_automatic;

  GST_OBJECT_LOCK (self);
  was_automatic = self->settings.autofocus;
  self->settings.focus = focus;
  self->settings.autofocus = was_automatic && focus < 0;
  GST_OBJECT_UNLOCK (self);

  gst_oak_tcp_src_tell_focus (self);
  if (was_automatic && focus >= 0)
    gst_oak_settings_notify (G_OBJECT (self), GST_OAK_PROP_AUTOFOCUS);
}

static void
gst_oak_tcp_src_set_autofocus (GstOakTcpSrc * self, gboolean autofocus)
{
  GST_OBJECT_LOCK (self);
  self->settings.autofocus = autofocus;
  GST_OBJECT_UNLOCK (self);

  gst_oak_tcp_src_tell_focus (self);
}

/* A setter has no way to fail. While we run, what is wrong with a file is told
 * by a warning, and the stream goes on. */
static void
gst_oak_tcp_src_set_labels (GstOakTcpSrc * self, const GValue * value)
{
  OakLabels *table;
  gboolean is_open;
  guint change;

  GST_OBJECT_LOCK (self);
  gst_oak_settings_set (&self->settings, GST_OAK_PROP_LABELS, value);
  self->n_label_changes++;
  is_open = self->labels_open;
  GST_OBJECT_UNLOCK (self);
  if (!is_open)
    return;

  table = gst_oak_tcp_src_read_labels (self, GST_MESSAGE_WARNING, &change);
  if (table == NULL)
    return;

  /* Who has set it since then reads it himself. */
  GST_OBJECT_LOCK (self);
  if (self->labels_open && change == self->n_label_changes) {
    OakLabels *older = self->new_labels;

    self->new_labels = table;
    table = older;
  }
  GST_OBJECT_UNLOCK (self);
  oak_labels_free (table);
}

/* A setter has no way to fail: a bad URI fails when the element is to run. */
static void
gst_oak_tcp_src_set_uri_property (GstOakTcpSrc * self, const gchar * uri)
{
  GError *error = NULL;

  if (uri != NULL && !gst_uri_handler_set_uri (GST_URI_HANDLER (self), uri,
          &error))
    GST_WARNING_OBJECT (self, "%s", error->message);
  if (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE))
    g_clear_error (&error);

  GST_OBJECT_LOCK (self);
  g_clear_error (&self->settings.bad_uri);
  self->settings.bad_uri = error;
  GST_OBJECT_UNLOCK (self);
}

/* Those whose setting does more than to keep a value. */
static gboolean
gst_oak_tcp_src_set_active_property (GstOakTcpSrc * self, guint id,
    const GValue * value)
{
  switch (id) {
    case GST_OAK_PROP_URI:
      gst_oak_tcp_src_set_uri_property (self, g_value_get_string (value));
      return TRUE;
    case GST_OAK_PROP_LABELS:
      gst_oak_tcp_src_set_labels (self, value);
      return TRUE;
    case GST_OAK_PROP_FOCUS:
      gst_oak_tcp_src_set_focus (self, g_value_get_int (value));
      return TRUE;
    case GST_OAK_PROP_AUTOFOCUS:
      gst_oak_tcp_src_set_autofocus (self, g_value_get_boolean (value));
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_oak_tcp_src_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (object);

  gboolean known;

  if (gst_oak_tcp_src_set_active_property (self, id, value))
    return;

  GST_OBJECT_LOCK (self);
  known = gst_oak_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);

  if (id == GST_OAK_PROP_LATENCY)
    gst_oak_tcp_src_post_latency (self);
  if (id == GST_OAK_PROP_DROP_ON_LATENCY)
    gst_oak_tcp_src_update_queue (self);
}

static void
gst_oak_tcp_src_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (object);
  gboolean known = TRUE;

  switch (id) {
    case GST_OAK_PROP_STATS:
      g_value_take_boxed (value, gst_oak_tcp_src_get_stats (self));
      return;
    case GST_OAK_PROP_URI:
      g_value_take_string (value, gst_oak_uri_compose (object));
      return;
    case GST_OAK_PROP_CONNECTION_STATE:
      g_value_set_enum (value, gst_oak_link_get_state (self->link));
      return;
    default:
      break;
  }

  GST_OBJECT_LOCK (self);
  if (id == GST_OAK_PROP_CURRENT_PORT)
    g_value_set_uint (value, self->current_port);
  else
    known = gst_oak_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static GstURIType
gst_oak_tcp_src_uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
gst_oak_tcp_src_uri_get_protocols (GType type)
{
  static const gchar *const protocols[] = { "oak", "oak+listen", NULL };

  return protocols;
}

static gchar *
gst_oak_tcp_src_uri_get_uri (GstURIHandler * handler)
{
  return gst_oak_uri_compose (G_OBJECT (handler));
}

static gboolean
gst_oak_tcp_src_uri_set_uri (GstURIHandler * handler, const gchar * uri,
    GError ** error)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (handler);
  GstState state;

  GST_OBJECT_LOCK (self);
  state = GST_STATE (self);
  GST_OBJECT_UNLOCK (self);
  if (state > GST_STATE_READY) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "%s", _("The URI cannot be changed in PAUSED and PLAYING."));
    return FALSE;
  }
  if (!gst_oak_uri_apply (G_OBJECT (self), uri, error))
    return FALSE;

  GST_OBJECT_LOCK (self);
  g_clear_error (&self->settings.bad_uri);
  GST_OBJECT_UNLOCK (self);
  gst_oak_settings_notify (G_OBJECT (self), GST_OAK_PROP_URI);
  return TRUE;
}

static void
gst_oak_tcp_src_uri_handler_init (gpointer iface, gpointer unused)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = gst_oak_tcp_src_uri_get_type;
  handler->get_protocols = gst_oak_tcp_src_uri_get_protocols;
  handler->get_uri = gst_oak_tcp_src_uri_get_uri;
  handler->set_uri = gst_oak_tcp_src_uri_set_uri;
}

static void
gst_oak_tcp_src_finalize (GObject * object)
{
  GstOakTcpSrc *self = GST_OAK_TCP_SRC (object);

  gst_oak_receiver_free (self->receiver);
  gst_oak_link_free (self->link);
  gst_oak_queue_free (self->queue);
  gst_oak_timeline_clear (&self->timeline);
  oak_labels_free (self->new_labels);
  oak_labels_free (self->label_table);
  g_array_unref (self->regions);
  gst_oak_settings_clear (&self->settings);
  gst_oak_report_clear (&self->report);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_oak_tcp_src_init (GstOakTcpSrc * self)
{
  GstBaseSrc *base = GST_BASE_SRC (self);

  gst_base_src_set_live (base, TRUE);
  gst_base_src_set_format (base, GST_FORMAT_TIME);
  gst_oak_timeline_init (&self->timeline);
  gst_oak_report_init (&self->report, GST_ELEMENT (self));
  self->regions = g_array_new (FALSE, FALSE, sizeof (OakRegion));
  self->queue = gst_oak_queue_new ();
  self->link = gst_oak_link_new (&link_callbacks, self);
  self->receiver = gst_oak_receiver_new (self->link, self->queue,
      gst_oak_tcp_src_warn, self);
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
  gst_oak_settings_install (object_class);

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
