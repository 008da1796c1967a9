/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oaktcpsink
 * @title: oaktcpsink
 * @short_description: serves a pipeline as a standalone OAK camera would
 *
 * Sends what it is given over TCP as a Luxonis OAK PoE camera does that runs
 * on its own ("standalone mode"): to oaktcpsrc, or to any program that was
 * written for such a camera. So a camera can be simulated with any video.
 *
 * A thread of its own accepts clients (or connects, see #GstOakTcpSink:mode),
 * writes, and reads what clients say, from READY to READY, also in PAUSED. It
 * never blocks the pipeline. Frames are dropped while nobody is connected.
 * Each client has the frame that it is being sent and one newer that waits for
 * its turn, as the camera's queue has one place; a frame that comes then takes
 * the place of the waiting one. A frame that has begun is always finished,
 * unless the client goes. A client that takes no byte of a frame for 10 s is
 * disconnected (a WARNING message), as is one that vanished without a word.
 *
 * Like the camera, the element serves one client at a time, or
 * #GstOakTcpSink:max-clients. Another one is connected to by the system, and
 * gets no byte until a place is free.
 *
 * ## What is sent
 *
 * * Raw pictures, as planes B, G, R whether they come as `BGR`, `RGB`, `BGRP`
 *   or `RGBP`. Another layout is asked for with #GstOakTcpSink:payload, and
 *   must then be named at the other end, too. `BGRP` goes out without a copy.
 * * JPEG, H.264 and H.265 as they come. Of the latter two a client gets
 *   nothing before a keyframe, which is asked for upstream
 *   (#GstForceKeyUnit, at most once a second), and after a frame was dropped
 *   for it, nothing before the next one. Each keyframe must have its
 *   parameter sets in front of it, or clients that come later cannot decode it
 *   (a WARNING message). x264enc and openh264enc see to that; behind x265enc
 *   put `h265parse config-interval=-1`, behind demuxers that or
 *   `h264parse config-interval=-1`. Cameras do not reorder pictures: encode
 *   without B-frames (`tune=zerolatency` of x264enc and x265enc).
 * * Device times: those of a #GstReferenceTimestampMeta with the caps
 *   `timestamp/x-oak-stream`, which oaktcpsrc attaches, else the running time
 *   of the PTS. Without PTS they go on by the buffer's duration, or by the
 *   clock.
 * * Detections, with the framing `IMG`: one for each
 *   #GstVideoRegionOfInterestMeta. Those of oaktcpsrc go out as they came. Of
 *   others the box counts, the type by #GstOakTcpSink:labels, and the first
 *   `confidence` (double, 0 to 1) in any parameter structure; without one it is
 *   100 %. What converters drop of oaktcpsrc's is taken from its #GstCustomMeta
 *   `OakDetectionsMeta`. Without regions, the objects of a
 *   #GstAnalyticsRelationMeta count, if the plugin was built with it. A buffer
 *   that has none of these metas gets #GstOakTcpSink:detections.
 *
 * ## Messages
 *
 * * ELEMENT `oak-control`: a client has sent a control message, with the
 *   fields `client` (string, address and port), `kind` (string, `focus` or
 *   `autofocus`) and `position` (int, of the lens, 0 to 255; -1 for
 *   `autofocus`). Also in PAUSED. At most 100 a second and client: what comes
 *   faster is read later.
 * * WARNING: pictures come reordered (B-frames), or keyframes without their
 *   parameter sets, once each; a client sent something that is no control
 *   message (at most one a second), or was disconnected because it took
 *   nothing; as a client, that the connection is lost or cannot be made, once
 *   until there is one again.
 * * ERROR: in the change to PAUSED, if a property cannot be used or the port
 *   not be listened on; later, if a picture does not fit the wire.
 *
 * ## Example launch lines
 * <!-- together -->
 * |[
 * gst-launch-1.0 videotestsrc ! video/x-raw,width=640,height=352 ! \
 *     videoconvert ! oaktcpsink
 * gst-launch-1.0 oaktcpsrc ! videoconvert ! autovideosink
 * ]| A camera, and who watches it.
 * |[
 * gst-launch-1.0 filesrc location=film.mp4 ! decodebin ! videoconvert ! \
 *     videoscale ! video/x-raw,width=640,height=352 ! \
 *     oaktcpsink detections="0;87.5;0.1;0.1;0.5;0.9"
 * ]| Any video, with a person that is always at the same place.
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! videoconvert ! \
 *     x264enc tune=zerolatency ! oaktcpsink port=9876
 * ]| A camera that sends H.264.
 * |[
 * gst-launch-1.0 -m videotestsrc is-live=true ! jpegenc ! \
 *     oaktcpsink mode=client host=10.12.101.1
 * ]| A camera that connects to its host, and prints the controls that it gets.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaktcpsink.h"

#include <glib/gi18n-lib.h>
#include <gst/video/video.h>
#include <string.h>

#include "gstoaklabels.h"
#include "gstoakmeta.h"
#include "gstoaksender.h"
#include "gstoakwriter.h"

GST_DEBUG_CATEGORY_STATIC (gst_oak_tcp_sink_debug);
#define GST_CAT_DEFAULT gst_oak_tcp_sink_debug

#define DEFAULT_MODE GST_OAK_MODE_SERVER
#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT 5000
#define DEFAULT_BIND_ADDRESS "127.0.0.1"
#define DEFAULT_FRAMING GST_OAK_FRAMING_AUTO
#define DEFAULT_PAYLOAD GST_OAK_PAYLOAD_AUTO
#define DEFAULT_LABELS "coco"
#define DEFAULT_MAX_CLIENTS 1
#define MAX_CLIENTS_MAX 64

/* How often a keyframe is asked for, and nonsense complained of. */
#define KEYFRAME_INTERVAL GST_SECOND
#define COMPLAINT_INTERVAL G_TIME_SPAN_SECOND

enum
{
  PROP_MODE = 1,
  PROP_HOST,
  PROP_PORT,
  PROP_BIND_ADDRESS,
  PROP_CURRENT_PORT,
  PROP_FRAMING,
  PROP_PAYLOAD,
  PROP_LABELS,
  PROP_DETECTIONS,
  PROP_MAX_CLIENTS,
  PROP_STATS,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

enum
{
  SIGNAL_CLIENT_ADDED,
  SIGNAL_CLIENT_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

struct _GstOakTcpSink
{
  GstBaseSink parent;

  GstOakSender *sender;         /* any thread; it has locks of its own */

  /* properties, under the object lock */
  GstOakMode mode;
  gchar *host;
  guint port;
  gchar *bind_address;
  GstOakFraming framing;
  GstOakPayload payload;
  gchar *labels;
  gchar *detections;
  guint max_clients;

  /* under the object lock */
  guint current_port;
  gboolean is_open;
  GstOakPayload open_payload;   /* the property, as it was when we opened */

  /* under the state lock */
  gboolean is_server;           /* also the sending thread's while it lives */

  /* made and freed by state changes, else the streaming thread's */
  GstOakWriter *writer;
  guint64 last_time;            /* ns; of the frame before */
  GstClockTime last_duration;   /* ns; 0 = not known */
  gint64 asked_at;              /* for a keyframe, monotonic us; 0 = not yet */
  guint n_asked;
  guint n_promised;             /* clients that upstream's pool has room for */
  gboolean told_sides;
  gboolean told_order;

  /* the sending thread's */
  gint64 complained_at;         /* monotonic us; 0 = not yet */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE
        ("{ BGRP, BGR, RGBP, RGB, GRAY8, GRAY16_LE, NV12, I420 }")
        "; image/jpeg"
        "; video/x-h264, stream-format=(string)byte-stream, "
        "alignment=(string)au"
        "; video/x-h265, stream-format=(string)byte-stream, "
        "alignment=(string)au"));

#define gst_oak_tcp_sink_parent_class parent_class
G_DEFINE_TYPE (GstOakTcpSink, gst_oak_tcp_sink, GST_TYPE_BASE_SINK);
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (oaktcpsink, "oaktcpsink",
    GST_RANK_NONE, GST_TYPE_OAK_TCP_SINK,
    GST_DEBUG_CATEGORY_INIT (gst_oak_tcp_sink_debug, "oaktcpsink", 0,
        "OAK camera sink"));

/* What happens in the sending thread */

static void
gst_oak_tcp_sink_note_added (const gchar * client, gpointer user_data)
{
  GstOakTcpSink *self = user_data;

  GST_INFO_OBJECT (self, "%s is connected", client);
  g_signal_emit (self, signals[SIGNAL_CLIENT_ADDED], 0, client);
}

static void
gst_oak_tcp_sink_warn_of_loss (GstOakTcpSink * self, const gchar * client,
    const GError * error)
{
  if (!self->is_server)
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE,
        (_("%s: The connection to the host is lost. It will be made again."),
            client), ("%s", error->message));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE,
        (_("%s: The client gives no sign of life. It was disconnected."),
            client), ("%s", error->message));
}

static void
gst_oak_tcp_sink_note_removed (const gchar * client, const GError * error,
    gpointer user_data)
{
  GstOakTcpSink *self = user_data;

  GST_INFO_OBJECT (self, "%s is disconnected: %s", client,
      error != NULL ? error->message : "we stop");
  if (error != NULL)
    gst_oak_tcp_sink_warn_of_loss (self, client, error);
  g_signal_emit (self, signals[SIGNAL_CLIENT_REMOVED], 0, client);
}

static void
gst_oak_tcp_sink_note_unreachable (const gchar * client, const GError * error,
    gpointer user_data)
{
  GstOakTcpSink *self = user_data;

  GST_ELEMENT_WARNING (self, RESOURCE, OPEN_WRITE,
      (_("%s: There is no connection to the host. It is tried again each "
              "second."), client), ("%s", error->message));
}

static void
gst_oak_tcp_sink_complain (GstOakTcpSink * self, const gchar * client,
    const GError * error)
{
  gint64 now = g_get_monotonic_time ();

  GST_DEBUG_OBJECT (self, "%s: %s, skipping", client, error->message);
  if (self->complained_at != 0
      && now - self->complained_at < COMPLAINT_INTERVAL)
    return;
  self->complained_at = now;
  GST_ELEMENT_WARNING (self, RESOURCE, READ,
      (_("%s: The client sends something that is no control message."),
          client), ("%s", error->message));
}

static void
gst_oak_tcp_sink_note_heard (const gchar * client, const OakControl * control,
    const GError * error, gpointer user_data)
{
  GstOakTcpSink *self = user_data;
  gboolean focus;

  if (control == NULL) {
    gst_oak_tcp_sink_complain (self, client, error);
    return;
  }

  focus = control->kind == OAK_CONTROL_FOCUS;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("oak-control",
              "client", G_TYPE_STRING, client,
              "kind", G_TYPE_STRING, focus ? "focus" : "autofocus",
              "position", G_TYPE_INT, focus ? (gint) control->position : -1,
              NULL)));
}

static const GstOakSenderCallbacks callbacks = {
  gst_oak_tcp_sink_note_added,
  gst_oak_tcp_sink_note_removed,
  gst_oak_tcp_sink_note_unreachable,
  gst_oak_tcp_sink_note_heard,
};

/* Caps */

static GstCaps *
gst_oak_tcp_sink_get_caps (GstBaseSink * base, GstCaps * filter)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (base);
  GstOakPayload payload;
  GstCaps *caps, *filtered;

  /* What the writer knows nothing of must not come. */
  GST_OBJECT_LOCK (self);
  payload = self->is_open ? self->open_payload : self->payload;
  GST_OBJECT_UNLOCK (self);

  caps = gst_oak_writer_find_caps (payload);
  if (filter == NULL)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

static gboolean
gst_oak_tcp_sink_set_caps (GstBaseSink * base, GstCaps * caps)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (base);
  GError *error = NULL;

  GST_DEBUG_OBJECT (self, "caps %" GST_PTR_FORMAT, caps);
  self->told_sides = FALSE;
  self->told_order = FALSE;
  if (gst_oak_writer_set_caps (self->writer, caps, &error)) {
    /* Behind a seek, pictures that are shown need those before them. */
    gst_base_sink_set_drop_out_of_segment (base,
        !gst_oak_writer_is_inter_coded (self->writer));
    return TRUE;
  }

  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      (_("No camera sends pictures of such a size.")), ("%s", error->message));
  g_error_free (error);
  return FALSE;
}

static gboolean
gst_oak_tcp_sink_propose_allocation (GstBaseSink * base, GstQuery * query)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (base);
  GstVideoInfo info;
  GstCaps *caps;
  guint n;

  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_meta (query,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE, NULL);

  self->n_promised = G_MAXUINT;
  gst_query_parse_allocation (query, &caps, NULL);
  if (caps == NULL || !gst_video_info_from_caps (&info, caps)
      || GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_ENCODED)
    return TRUE;

  /* Each client may keep another frame, and all of them the newest: a pool
   * with fewer would let them block the pipeline. */
  GST_OBJECT_LOCK (self);
  n = self->max_clients;
  GST_OBJECT_UNLOCK (self);
  self->n_promised = n;
  gst_query_add_allocation_pool (query, NULL, info.size, n + 1, 0);
  return TRUE;
}

/* Frames */

static GstClockTime
gst_oak_tcp_sink_read_clock (GstOakTcpSink * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime base_time = gst_element_get_base_time (GST_ELEMENT (self));
  GstClockTime now;

  if (clock == NULL)
    return 0;
  now = gst_clock_get_time (clock);
  gst_object_unref (clock);
  return now > base_time ? now - base_time : 0;
}

/* A picture that is not shown itself, but needed by those that are, has the
 * time of the one before. */
static guint64
gst_oak_tcp_sink_convert_pts (GstOakTcpSink * self, GstClockTime pts)
{
  const GstSegment *segment = &GST_BASE_SINK (self)->segment;
  guint64 time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, pts);

  return GST_CLOCK_TIME_IS_VALID (time) ? time : self->last_time;
}

static guint64
gst_oak_tcp_sink_guess_time (GstOakTcpSink * self)
{
  if (self->last_duration > 0)
    return self->last_time + self->last_duration;
  return MAX (gst_oak_tcp_sink_read_clock (self), self->last_time);
}

/* A source takes a camera's clock that goes back for one that has rebooted. */
static void
gst_oak_tcp_sink_tell_order (GstOakTcpSink * self, GstBuffer * buffer,
    guint64 time)
{
  if (self->told_order || time >= self->last_time
      || GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT)
      || !gst_oak_writer_is_inter_coded (self->writer))
    return;
  self->told_order = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      (_("Pictures come in another order than they are shown in, which no "
              "camera does, and will not be shown in time. Encode without "
              "B-frames, as \"x264enc tune=zerolatency\" does.")),
      ("expected a time of %" GST_TIME_FORMAT " and more, got %"
          GST_TIME_FORMAT, GST_TIME_ARGS (self->last_time),
          GST_TIME_ARGS (time)));
}

static guint64
gst_oak_tcp_sink_find_time (GstOakTcpSink * self, GstBuffer * buffer)
{
  const GstSegment *segment = &GST_BASE_SINK (self)->segment;
  guint64 time;

  if (!gst_oak_meta_read_device_time (buffer, &time)) {
    if (GST_BUFFER_PTS_IS_VALID (buffer) && segment->format == GST_FORMAT_TIME)
      time = gst_oak_tcp_sink_convert_pts (self, GST_BUFFER_PTS (buffer));
    else
      time = gst_oak_tcp_sink_guess_time (self);
  }

  gst_oak_tcp_sink_tell_order (self, buffer, time);
  self->last_time = time;
  self->last_duration = GST_BUFFER_DURATION_IS_VALID (buffer) ?
      GST_BUFFER_DURATION (buffer) : 0;
  return time;
}

/* From the streaming thread, as QoS events come: upstream may do with it what
 * it pleases. */
static void
gst_oak_tcp_sink_ask_for_keyframe (GstOakTcpSink * self, GstBuffer * buffer)
{
  gint64 now = g_get_monotonic_time ();

  if (!gst_oak_writer_is_inter_coded (self->writer)
      || !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)
      || !gst_oak_sender_wants_keyframe (self->sender))
    return;
  if (self->asked_at != 0
      && (now - self->asked_at) * GST_USECOND < KEYFRAME_INTERVAL)
    return;

  self->asked_at = now;
  GST_DEBUG_OBJECT (self, "asking for a keyframe");
  gst_pad_push_event (GST_BASE_SINK_PAD (self),
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          self->n_asked++));
}

static void
gst_oak_tcp_sink_tell_sides (GstOakTcpSink * self, const GstOakParcel * parcel)
{
  if (self->told_sides || !gst_oak_writer_lacks_sides (self->writer, parcel))
    return;
  self->told_sides = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      (_("Keyframes come without parameter sets, so that clients cannot "
              "decode them. Put \"h264parse config-interval=-1\" (or "
              "\"h265parse\") before oaktcpsink.")),
      ("expected parameter sets in front of a keyframe, got none"));
}

/* Who came when there may be more of them than upstream was told keeps nothing
 * of its pool. */
static GstOakParcel *
gst_oak_tcp_sink_write (GstOakTcpSink * self, GstBuffer * buffer,
    guint64 time, guint n_clients, GError ** error)
{
  GstBuffer *kept = NULL;
  GstOakParcel *parcel;

  if (n_clients > self->n_promised)
    kept = gst_buffer_copy_deep (buffer);
  if (kept == NULL)
    kept = gst_buffer_ref (buffer);
  parcel = gst_oak_writer_write (self->writer, kept, time, error);
  gst_buffer_unref (kept);
  return parcel;
}

static GstFlowReturn
gst_oak_tcp_sink_render (GstBaseSink * base, GstBuffer * buffer)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (base);
  GstOakParcel *parcel;
  GError *error = NULL;
  guint64 time;
  guint n_clients;

  /* What drives the pipeline says so on the bus. */
  if (!gst_oak_writer_has_caps (self->writer))
    return GST_FLOW_NOT_NEGOTIATED;

  time = gst_oak_tcp_sink_find_time (self, buffer);
  n_clients = gst_oak_sender_n_clients (self->sender);
  if (n_clients == 0) {
    gst_oak_sender_skip (self->sender);
    return GST_FLOW_OK;
  }

  gst_oak_tcp_sink_ask_for_keyframe (self, buffer);
  parcel = gst_oak_tcp_sink_write (self, buffer, time, n_clients, &error);
  if (parcel == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        (_("A picture cannot be sent as a camera sends it.")),
        ("%s", error->message));
    g_error_free (error);
    return GST_FLOW_ERROR;
  }

  GST_LOG_OBJECT (self, "device time %" GST_TIME_FORMAT ", %" G_GSIZE_FORMAT
      " bytes, %u detections", GST_TIME_ARGS (time),
      gst_oak_parcel_size (parcel), parcel->n_detections);
  gst_oak_tcp_sink_tell_sides (self, parcel);
  gst_oak_sender_send (self->sender, parcel);
  return GST_FLOW_OK;
}

/* A flush is over: the streaming thread has not gone on yet. */
static gboolean
gst_oak_tcp_sink_event (GstBaseSink * base, GstEvent * event)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (base);
  gboolean reset_time;

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    gst_event_parse_flush_stop (event, &reset_time);
    if (reset_time) {
      self->last_time = 0;
      self->last_duration = 0;
    }
  }
  return GST_BASE_SINK_CLASS (parent_class)->event (base, event);
}

/* States */

static gboolean
gst_oak_tcp_sink_read_detections (GstOakTcpSink * self, const gchar * text,
    GArray ** detections)
{
  gchar *bad;

  *detections = NULL;
  if (text == NULL)
    return TRUE;

  bad = oak_detections_find_bad (text, strlen (text));
  if (bad != NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        (_("The property \"detections\" has \"%s\", which is no detection: it "
                "takes label;confidence;xmin;ymin;xmax;ymax, joined by |."),
            bad), ("expected a class from 0, a percentage, and edges from 0 "
            "to 1, got \"%s\"", bad));
    g_free (bad);
    return FALSE;
  }

  *detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  oak_detections_parse (text, strlen (text), *detections);
  return TRUE;
}

static gboolean
gst_oak_tcp_sink_open_writer (GstOakTcpSink * self)
{
  GstOakWriterSettings settings = { 0, };
  gchar *labels, *detections;
  GArray *fixed;

  GST_OBJECT_LOCK (self);
  settings.framing = self->framing;
  settings.payload = self->open_payload = self->payload;
  self->is_open = TRUE;
  labels = g_strdup (self->labels);
  detections = g_strdup (self->detections);
  GST_OBJECT_UNLOCK (self);

  if (gst_oak_tcp_sink_read_detections (self, detections, &fixed)) {
    settings.detections = fixed;
    settings.labels = gst_oak_labels_open (GST_ELEMENT (self),
        GST_MESSAGE_ERROR, labels);
    if (settings.labels != NULL)
      self->writer = gst_oak_writer_new (&settings);
    else
      g_clear_pointer (&fixed, g_array_unref);
  }

  g_free (detections);
  g_free (labels);
  return self->writer != NULL;
}

static gboolean
gst_oak_tcp_sink_fail_listening (GstOakTcpSink * self, const gchar * address,
    guint port, const GError * error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        (_("The property \"bind-address\" is \"%s\", which is no numeric "
                "address."), address), ("%s", error->message));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    GST_ELEMENT_ERROR (self, RESOURCE, BUSY,
        (_("Port %u of %s is in use. Set the property \"port\" to another "
                "one, or to 0 for any."), port, address),
        ("%s", error->message));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE,
        (_("Cannot listen on port %u of %s."), port, address),
        ("%s", error->message));
  return FALSE;
}

static void
gst_oak_tcp_sink_set_current_port (GstOakTcpSink * self, guint port)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->current_port != port;
  self->current_port = port;
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT_PORT]);
}

static gboolean
gst_oak_tcp_sink_open_sender (GstOakTcpSink * self)
{
  GstOakSenderSettings settings;
  GError *error = NULL;
  gchar *address;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  settings.mode = self->mode;
  settings.host = g_strdup (self->host);
  settings.bind_address = g_strdup (self->bind_address);
  settings.port = self->port;
  GST_OBJECT_UNLOCK (self);

  if (settings.mode == GST_OAK_MODE_CLIENT && settings.port == 0) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        (_("The property \"port\" must not be 0 for a client.")), (NULL));
    g_free (settings.host);
    g_free (settings.bind_address);
    return FALSE;
  }

  address = g_strdup (settings.bind_address);
  self->is_server = settings.mode == GST_OAK_MODE_SERVER;
  self->complained_at = 0;
  ok = gst_oak_sender_start (self->sender, &settings, &error);
  if (ok)
    gst_oak_tcp_sink_set_current_port (self,
        gst_oak_sender_port (self->sender));
  else
    gst_oak_tcp_sink_fail_listening (self, address, settings.port, error);
  g_clear_error (&error);
  g_free (address);
  return ok;
}

static void
gst_oak_tcp_sink_close_writer (GstOakTcpSink * self)
{
  GST_OBJECT_LOCK (self);
  self->is_open = FALSE;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&self->writer, gst_oak_writer_free);
}

/* Not in start(): the base class would post a second error. */
static gboolean
gst_oak_tcp_sink_open (GstOakTcpSink * self)
{
  self->last_time = 0;
  self->last_duration = 0;
  self->asked_at = 0;
  self->n_asked = 0;
  self->n_promised = G_MAXUINT;
  self->told_sides = FALSE;
  self->told_order = FALSE;

  if (gst_oak_tcp_sink_open_writer (self)
      && gst_oak_tcp_sink_open_sender (self))
    return TRUE;
  gst_oak_tcp_sink_close_writer (self);
  return FALSE;
}

static void
gst_oak_tcp_sink_close (GstOakTcpSink * self)
{
  gst_oak_sender_stop (self->sender);
  gst_oak_tcp_sink_close_writer (self);
  gst_oak_tcp_sink_set_current_port (self, 0);
}

static GstStateChangeReturn
gst_oak_tcp_sink_change_state (GstElement * element, GstStateChange transition)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && !gst_oak_tcp_sink_open (self))
    return GST_STATE_CHANGE_FAILURE;

  ret = GST_ELEMENT_CLASS (parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    gst_oak_tcp_sink_close (self);
  return ret;
}

/* Properties */

static GstStructure *
gst_oak_tcp_sink_get_stats (GstOakTcpSink * self)
{
  GstOakSenderCounters counters;

  gst_oak_sender_get_counters (self->sender, &counters);
  return gst_structure_new ("application/x-oak-stats",
      "frames", G_TYPE_UINT64, counters.frames,
      "bytes", G_TYPE_UINT64, counters.bytes,
      "dropped", G_TYPE_UINT64, counters.dropped,
      "detections", G_TYPE_UINT64, counters.detections,
      "clients", G_TYPE_UINT64, counters.clients,
      "connections", G_TYPE_UINT64, counters.connections,
      "controls", G_TYPE_UINT64, counters.controls, NULL);
}

static void
take_string (gchar ** string, const GValue * value, const gchar * otherwise)
{
  g_free (*string);
  *string = g_value_dup_string (value);
  if (*string == NULL)
    *string = g_strdup (otherwise);
}

static void
gst_oak_tcp_sink_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_MODE:
      self->mode = g_value_get_enum (value);
      break;
    case PROP_HOST:
      take_string (&self->host, value, DEFAULT_HOST);
      break;
    case PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case PROP_BIND_ADDRESS:
      take_string (&self->bind_address, value, DEFAULT_BIND_ADDRESS);
      break;
    case PROP_FRAMING:
      self->framing = g_value_get_enum (value);
      break;
    case PROP_PAYLOAD:
      self->payload = g_value_get_enum (value);
      break;
    case PROP_LABELS:
      take_string (&self->labels, value, NULL);
      break;
    case PROP_DETECTIONS:
      take_string (&self->detections, value, NULL);
      break;
    case PROP_MAX_CLIENTS:
      self->max_clients = g_value_get_uint (value);
      gst_oak_sender_set_max_clients (self->sender, self->max_clients);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_MODE:
      g_value_set_enum (value, self->mode);
      break;
    case PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_BIND_ADDRESS:
      g_value_set_string (value, self->bind_address);
      break;
    case PROP_CURRENT_PORT:
      g_value_set_uint (value, self->current_port);
      break;
    case PROP_FRAMING:
      g_value_set_enum (value, self->framing);
      break;
    case PROP_PAYLOAD:
      g_value_set_enum (value, self->payload);
      break;
    case PROP_LABELS:
      g_value_set_string (value, self->labels);
      break;
    case PROP_DETECTIONS:
      g_value_set_string (value, self->detections);
      break;
    case PROP_MAX_CLIENTS:
      g_value_set_uint (value, self->max_clients);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, gst_oak_tcp_sink_get_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_oak_tcp_sink_install_signals (GObjectClass * klass)
{
  /**
   * GstOakTcpSink::client-added:
   * @sink: the element
   * @client: its address and port
   *
   * Somebody is connected and gets the next frame. Emitted by the sending
   * thread: the handler must not change the element's state.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CLIENT_ADDED] = g_signal_new ("client-added",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * GstOakTcpSink::client-removed:
   * @sink: the element
   * @client: its address and port
   *
   * Somebody is not connected any more. As #GstOakTcpSink::client-added.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CLIENT_REMOVED] = g_signal_new ("client-removed",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gst_oak_tcp_sink_install_properties (GObjectClass * klass)
{
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  /**
   * GstOakTcpSink:mode:
   *
   * Whether hosts connect to us (`server`), as they do to most cameras, or we
   * to a host (`client`). A client connects when it goes to PAUSED, and anew a
   * second after the connection was lost or could not be made.
   *
   * Since: 0.1
   */
  properties[PROP_MODE] = g_param_spec_enum ("mode", "Mode",
      "Which end of the connection this is", GST_TYPE_OAK_MODE, DEFAULT_MODE,
      ready);

  /**
   * GstOakTcpSink:host:
   *
   * As a client: name or address (IPv4 or IPv6) of the host.
   *
   * Since: 0.1
   */
  properties[PROP_HOST] = g_param_spec_string ("host", "Host",
      "As a client: name or address of the host", DEFAULT_HOST, ready);

  /**
   * GstOakTcpSink:port:
   *
   * TCP port. As a server: to listen on; 0 = any free one, see
   * #GstOakTcpSink:current-port. A port that is in use is an error (RESOURCE,
   * BUSY). As a client: to connect to; 0 is an error (RESOURCE, SETTINGS).
   *
   * Since: 0.1
   */
  properties[PROP_PORT] = g_param_spec_uint ("port", "Port",
      "TCP port to listen on (0 = any) or to connect to", 0, G_MAXUINT16,
      DEFAULT_PORT, ready);

  /**
   * GstOakTcpSink:bind-address:
   *
   * As a server: numeric address (IPv4 or IPv6) to listen on. The default is
   * reached from the same machine alone; `0.0.0.0` from everywhere. Anything
   * else is an error (RESOURCE, SETTINGS, or OPEN_WRITE if it is not ours).
   *
   * Since: 0.1
   */
  properties[PROP_BIND_ADDRESS] = g_param_spec_string ("bind-address",
      "Bind address", "As a server: numeric address to listen on",
      DEFAULT_BIND_ADDRESS, ready);

  /**
   * GstOakTcpSink:current-port:
   *
   * The port that is listened on, in PAUSED and PLAYING; else 0, and always 0
   * for a client. Notifies.
   *
   * Since: 0.1
   */
  properties[PROP_CURRENT_PORT] = g_param_spec_uint ("current-port",
      "Current port", "The port that is listened on (0 = none)", 0,
      G_MAXUINT16, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstOakTcpSink:framing:
   *
   * How frames are cut: `img`, `abcde` (which has no place for detections), or
   * `auto`, which is `img` for raw pictures and `abcde` for encoded ones, as
   * cameras have it.
   *
   * Since: 0.1
   */
  properties[PROP_FRAMING] = g_param_spec_enum ("framing", "Framing",
      "How frames are cut", GST_TYPE_OAK_FRAMING, DEFAULT_FRAMING, ready);

  /**
   * GstOakTcpSink:payload:
   *
   * What images on the wire are. `auto` is what a host can tell by itself:
   * planar BGR, JPEG, H.264 and H.265. Another one restricts what the pad
   * takes to what can become it: the colours `BGR`, `RGB`, `BGRP` and `RGBP`
   * become each other, the rest is taken as it is. 4:2:0 pictures have even
   * sides, and raw ones at most 64 MiB; another one is an error (STREAM,
   * FORMAT).
   *
   * Since: 0.1
   */
  properties[PROP_PAYLOAD] = g_param_spec_enum ("payload", "Payload",
      "What images on the wire are", GST_TYPE_OAK_PAYLOAD, DEFAULT_PAYLOAD,
      ready);

  /**
   * GstOakTcpSink:labels:
   *
   * Names of the classes, to find the class of a region by its type: `coco`,
   * `none`, or the path of a text file, as in #GstOakTcpSrc:labels. A type
   * that is not among them is taken for a number, alone or as in `label-7`;
   * any other becomes 1000, which oaktcpsrc calls `object`. Regions with the
   * parameters of oaktcpsrc have their class there. With a file that cannot
   * be used the state change to PAUSED fails (RESOURCE, NOT_FOUND, OPEN_READ
   * or SETTINGS).
   *
   * Since: 0.1
   */
  properties[PROP_LABELS] = g_param_spec_string ("labels", "Labels",
      "Names of the detected classes: coco, none, or a file with a name a line",
      DEFAULT_LABELS, ready);

  /**
   * GstOakTcpSink:detections:
   *
   * What is sent with each picture of which no meta tells that somebody has
   * looked for objects in it, in the wire's syntax:
   * `label;confidence;xmin;ymin;xmax;ymax`, joined by `|`. The label is a
   * class, the confidence a percentage, the edges are relative to the picture
   * (0 to 1). Text that is none is an error (RESOURCE, SETTINGS) in
   * the state change to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_DETECTIONS] = g_param_spec_string ("detections",
      "Detections", "What to send with pictures that have none, as in "
      "0;87.5;0.1;0.1;0.5;0.9", NULL, ready);

  /**
   * GstOakTcpSink:max-clients:
   *
   * How many clients a server serves at a time. Who is one too many waits in
   * the system's backlog, without a byte, until another one leaves. Those who
   * are served stay when it is lowered.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CLIENTS] = g_param_spec_uint ("max-clients",
      "Maximum of clients", "How many clients a server serves at a time", 1,
      MAX_CLIENTS_MAX, DEFAULT_MAX_CLIENTS, playing);

  /**
   * GstOakTcpSink:stats:
   *
   * Counters since the last change to PAUSED from below, in a structure
   * `application/x-oak-stats`; all are guint64:
   *
   * * `frames`: sent whole, counted for each client
   * * `bytes`: sent
   * * `dropped`: frames that a client did not get as it was too slow or waits
   *   for a keyframe, counted for each client, and frames that came while
   *   nobody was connected
   * * `detections`: sent, counted as the frames
   * * `clients`: connected now
   * * `connections`: clients that were accepted, or connections made
   * * `controls`: control messages received
   *
   * Since: 0.1
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters since the start", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (klass, N_PROPERTIES, properties);
}

static void
gst_oak_tcp_sink_finalize (GObject * object)
{
  GstOakTcpSink *self = GST_OAK_TCP_SINK (object);

  gst_oak_sender_free (self->sender);
  g_free (self->detections);
  g_free (self->labels);
  g_free (self->bind_address);
  g_free (self->host);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_oak_tcp_sink_init (GstOakTcpSink * self)
{
  self->sender = gst_oak_sender_new (&callbacks, self);
}

static void
gst_oak_tcp_sink_class_init (GstOakTcpSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);

  object_class->set_property = gst_oak_tcp_sink_set_property;
  object_class->get_property = gst_oak_tcp_sink_get_property;
  object_class->finalize = gst_oak_tcp_sink_finalize;
  gst_oak_tcp_sink_install_properties (object_class);
  gst_oak_tcp_sink_install_signals (object_class);

  element_class->change_state = gst_oak_tcp_sink_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "OAK camera TCP sink", "Sink/Video/Network",
      "Serves a pipeline as a standalone Luxonis OAK PoE camera would",
      "The gst-oak developers");
  gst_type_mark_as_plugin_api (GST_TYPE_OAK_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_OAK_FRAMING, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_OAK_PAYLOAD, 0);

  base_class->get_caps = gst_oak_tcp_sink_get_caps;
  base_class->set_caps = gst_oak_tcp_sink_set_caps;
  base_class->propose_allocation = gst_oak_tcp_sink_propose_allocation;
  base_class->event = gst_oak_tcp_sink_event;
  base_class->render = gst_oak_tcp_sink_render;
}
