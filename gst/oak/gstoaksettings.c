/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaksettings.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "gstoakstate.h"

#define DEFAULT_MODE GST_OAK_MODE_CLIENT
#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT 5000
#define DEFAULT_BIND_ADDRESS "0.0.0.0"
#define DEFAULT_ALLOW_FROM "127.0.0.0/8,::1"
#define DEFAULT_PAYLOAD GST_OAK_PAYLOAD_AUTO
#define DEFAULT_LABELS "coco"
#define DEFAULT_CONNECT_TIMEOUT 5000
#define DEFAULT_FIRST_BYTE_TIMEOUT 10000
#define DEFAULT_STALL_TIMEOUT 5000
#define DEFAULT_BUFFER_SIZE 0
#define DEFAULT_ON_DISCONNECT GST_OAK_ON_DISCONNECT_RECONNECT
#define DEFAULT_RECONNECT_DELAY 1000
#define DEFAULT_RECONNECT_DELAY_MAX 30000
#define DEFAULT_TIMESTAMP_MODE GST_OAK_TIMESTAMP_MODE_DEVICE
#define DEFAULT_LATENCY 100

#define RECONNECT_DELAY_LIMIT 3600000

/* For ever. */
#define DEFAULT_RECONNECT_ATTEMPTS -1

/* The lens stays where the camera has it. */
#define DEFAULT_FOCUS -1
#define FOCUS_MAX 255

static GParamSpec *properties[GST_OAK_N_PROPS];

/**
 * gst_oak_settings_install:
 * @klass: of the element
 */
void
gst_oak_settings_install (GObjectClass * klass)
{
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags controllable = playing | GST_PARAM_CONTROLLABLE;

  /**
   * GstOakTcpSrc:uri:
   *
   * `oak://host[:port][?key=value&...]` connects to the camera;
   * `oak+listen://[bind-address][:port][?key=value&...]` waits for it. The
   * port is 5000 where the URI has none. The keys are `payload`, `width`,
   * `height`, `framerate`, `connect-timeout`, `first-byte-timeout`,
   * `stall-timeout`, `buffer-size`, `on-disconnect`, `reconnect-delay`,
   * `reconnect-delay-max`, `reconnect-attempts`, `verify-frames`,
   * `timestamp-mode`, `wall-clock-meta`, `latency`, `drop-on-latency`,
   * `min-confidence`, `analytics-meta`, `post-detections`, `focus`,
   * `autofocus` and `allow-from`, with the values of the properties
   * of these names; no other property is changed.
   * Reading it gives the URI of the present properties.
   *
   * A bad URI is refused as a whole: by #GstURIHandler with a #GError that
   * names what is wrong, by this property with an error (RESOURCE, SETTINGS)
   * on the way to PAUSED. In PAUSED and above nothing is changed.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_URI] = g_param_spec_string ("uri", "URI",
      "oak://host:port or oak+listen://address:port", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstOakTcpSrc:mode:
   *
   * Who connects: in `client` mode we do, and the camera serves; in `server`
   * mode the camera does. Then the source listens from PAUSED on, and goes on
   * listening when a connection ends.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_MODE] = g_param_spec_enum ("mode", "Mode",
      "Whether to connect to the camera or to wait for it", GST_TYPE_OAK_MODE,
      DEFAULT_MODE, ready);

  /**
   * GstOakTcpSrc:host:
   *
   * Name or address (IPv4 or IPv6) of the camera, in client mode, without a
   * port and without brackets (else an error: RESOURCE, SETTINGS). A name that
   * does not resolve is a failure (RESOURCE, NOT_FOUND); what follows from one,
   * #GstOakTcpSrc:on-disconnect says.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_HOST] = g_param_spec_string ("host", "Host",
      "Name or address of the camera", DEFAULT_HOST, ready);

  /**
   * GstOakTcpSrc:port:
   *
   * TCP port on which the camera's program serves; in server mode, the one to
   * listen on, where 0 is any free one (see #GstOakTcpSrc:current-port). In
   * client mode 0 is an error (RESOURCE, SETTINGS).
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_PORT] = g_param_spec_uint ("port", "Port",
      "TCP port on which the camera serves, or to listen on (0 = any)", 0,
      G_MAXUINT16, DEFAULT_PORT, ready);

  /**
   * GstOakTcpSrc:bind-address:
   *
   * Numeric address (IPv4 or IPv6) to listen on in server mode: `0.0.0.0` is
   * every IPv4 address of this machine, `::` every address. Another word, or
   * an address that this machine does not have, is an error (RESOURCE,
   * SETTINGS or OPEN_READ) on the way to PAUSED.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_BIND_ADDRESS] = g_param_spec_string ("bind-address",
      "Bind address", "Numeric address to listen on in server mode",
      DEFAULT_BIND_ADDRESS, ready);

  /**
   * GstOakTcpSrc:current-port:
   *
   * The port that is listened on, from PAUSED on in server mode; 0 otherwise.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_CURRENT_PORT] = g_param_spec_uint ("current-port",
      "Current port", "Port that is listened on (0 = none)", 0, G_MAXUINT16, 0,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstOakTcpSrc:allow-from:
   *
   * Who may connect in server mode: addresses and networks such as
   * `192.168.1.0/24`, separated by commas or spaces; an empty list lets nobody
   * in. Others are closed at once, counted (`connections-refused`), and
   * reported by a WARNING at most once a second. A word that is neither is an
   * error (RESOURCE, SETTINGS) on the way to PAUSED. The default lets in this
   * machine alone.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_ALLOW_FROM] = g_param_spec_string ("allow-from",
      "Allow from", "Addresses and networks that may connect in server mode",
      DEFAULT_ALLOW_FROM, ready);

  /**
   * GstOakTcpSrc:payload:
   *
   * What the camera's images are. `auto` knows encoded pictures by themselves
   * and takes everything else for planar BGR; another raw layout has to be
   * named, as the wire does not tell. What is found out may change in
   * mid-stream, to access units with a keyframe that has its parameter sets. A
   * picture that does not begin and end as it must is left out, with a warning
   * (STREAM, DEMUX); the first of a connection is a failure by which that is
   * closed.
   *
   * An encoded stream that begins with frames without a picture, as when
   * nothing but detections is sent at first, should have its payload named:
   * `auto` announces raw pictures then.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_PAYLOAD] = g_param_spec_enum ("payload", "Payload",
      "What the camera's images are", GST_TYPE_OAK_PAYLOAD, DEFAULT_PAYLOAD,
      ready);

  /**
   * GstOakTcpSrc:width:
   *
   * Width of the pictures in pixels, 0 = find out. Given without
   * #GstOakTcpSrc:height, the height follows from the number of bytes. A
   * picture that does not have this width is a failure (STREAM, FORMAT, behind
   * good pictures DEMUX) by which the connection is closed.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_WIDTH] = g_param_spec_uint ("width", "Width",
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
  properties[GST_OAK_PROP_HEIGHT] = g_param_spec_uint ("height", "Height",
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
  properties[GST_OAK_PROP_FRAMERATE] = gst_param_spec_fraction ("framerate",
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
   * In PAUSED and above a change reads the file at once, and counts from the
   * next picture on. A file that cannot be used is told by a WARNING of the
   * same codes then, and the names stay as they were.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_LABELS] = g_param_spec_string ("labels", "Labels",
      "Names of the detected classes: coco, none, or a file with a name a line",
      DEFAULT_LABELS, playing);

  /**
   * GstOakTcpSrc:min-confidence:
   *
   * What is detected with less confidence than this (0 to 1) is left out, and
   * counted (`detections-below-min-confidence`).
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_MIN_CONFIDENCE] =
      g_param_spec_double ("min-confidence", "Lowest confidence",
      "Leave out what is detected with less confidence than this", 0.0, 1.0,
      0.0, controllable);

  /**
   * GstOakTcpSrc:analytics-meta:
   *
   * Whether analysed pictures get a #GstAnalyticsRelationMeta, too, in which
   * objectdetectionoverlay and others look for detections. The releases 2025.0
   * and 2025.1 of DL Streamer fail with it. Without effect where the plugin was
   * built without gstreamer-analytics-1.0, which comes with GStreamer 1.24.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_ANALYTICS_META] =
      g_param_spec_boolean ("analytics-meta", "Analytics meta",
      "Attach detections as an analytics meta as well", TRUE, playing);

  /**
   * GstOakTcpSrc:post-detections:
   *
   * Whether an element message `oak-detections` is posted for each analysed
   * picture, for applications that do not touch buffers. It tells what is on
   * the buffer, just before that goes out.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_POST_DETECTIONS] =
      g_param_spec_boolean ("post-detections", "Post detections",
      "Post a message for each analysed picture", FALSE, playing);

  /**
   * GstOakTcpSrc:connect-timeout:
   *
   * How long resolving the name and connecting may take together, in
   * milliseconds; 0 = as long as the system takes. Time in PAUSED does not
   * count. Then the try has failed (RESOURCE, OPEN_READ).
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_CONNECT_TIMEOUT] =
      g_param_spec_uint ("connect-timeout", "Connect timeout",
      "Time to connect in ms (0 = no limit)", 0, G_MAXUINT,
      DEFAULT_CONNECT_TIMEOUT, ready);

  /**
   * GstOakTcpSrc:first-byte-timeout:
   *
   * How long the camera may be silent after it has accepted the connection,
   * in milliseconds; 0 = for ever. A camera that serves another client
   * accepts and says nothing. Time in PAUSED does not count. Then the
   * connection is closed (RESOURCE, BUSY).
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_FIRST_BYTE_TIMEOUT] = g_param_spec_uint
      ("first-byte-timeout", "First byte timeout",
      "Time from connection to the first byte in ms (0 = no limit)",
      0, G_MAXUINT, DEFAULT_FIRST_BYTE_TIMEOUT, ready);

  /**
   * GstOakTcpSrc:stall-timeout:
   *
   * How long the camera may be silent in mid-stream, in milliseconds; 0 = for
   * ever. Time in PAUSED does not count. Then the connection is closed
   * (RESOURCE, READ).
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_STALL_TIMEOUT] = g_param_spec_uint ("stall-timeout",
      "Stall timeout", "Longest silence in mid-stream in ms (0 = no limit)",
      0, G_MAXUINT, DEFAULT_STALL_TIMEOUT, ready);

  /**
   * GstOakTcpSrc:buffer-size:
   *
   * How much the system keeps of what has come and is not yet received
   * (`SO_RCVBUF`), in bytes; 0 = as much as it thinks fit, which follows the
   * network and is better unless memory is short. Systems have a limit of their
   * own (`net.core.rmem_max`), and some keep twice as much. Counts from the
   * next connection.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_BUFFER_SIZE] = g_param_spec_uint ("buffer-size",
      "Buffer size", "Receive buffer of the system in bytes (0 = its own "
      "choice)", 0, G_MAXINT, DEFAULT_BUFFER_SIZE, ready);

  /**
   * GstOakTcpSrc:on-disconnect:
   *
   * What happens when the camera cannot be reached, says what no camera says,
   * or goes. With `reconnect` the source tries again, and nothing that the
   * network does ends the stream: PTS goes on in running time, the first
   * buffer afterwards has DISCONT and RESYNC, and each loss is told by a
   * WARNING. With `error` the first failure is an error; with `eos` it ends
   * the stream without one, if a picture has come before. In server mode
   * `reconnect` means to wait for the next connection.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_ON_DISCONNECT] =
      g_param_spec_enum ("on-disconnect", "On disconnect",
      "What happens when the connection fails or ends",
      GST_TYPE_OAK_ON_DISCONNECT, DEFAULT_ON_DISCONNECT, ready);

  /**
   * GstOakTcpSrc:reconnect-delay:
   *
   * How long to wait before the first retry, in milliseconds. Each further one
   * waits twice as long as the one before, up to
   * #GstOakTcpSrc:reconnect-delay-max; up to a quarter is added by chance, so
   * that sources that lost their cameras together do not call them together.
   * The first whole frame that comes begins anew. Time in PAUSED counts.
   * Cameras in server mode are waited for without any delay.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_RECONNECT_DELAY] =
      g_param_spec_uint ("reconnect-delay", "Reconnect delay",
      "Time to wait before the first retry in ms", 1, RECONNECT_DELAY_LIMIT,
      DEFAULT_RECONNECT_DELAY, ready);

  /**
   * GstOakTcpSrc:reconnect-delay-max:
   *
   * The longest wait before a retry, in milliseconds; the chance addition
   * included. One smaller than #GstOakTcpSrc:reconnect-delay holds.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_RECONNECT_DELAY_MAX] =
      g_param_spec_uint ("reconnect-delay-max", "Longest reconnect delay",
      "Longest time to wait before a retry in ms", 1, RECONNECT_DELAY_LIMIT,
      DEFAULT_RECONNECT_DELAY_MAX, ready);

  /**
   * GstOakTcpSrc:reconnect-attempts:
   *
   * How many retries in a row may bring no whole frame; -1 = any number. When
   * the last has failed, too, what it failed by is the error. In server mode
   * without effect.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_RECONNECT_ATTEMPTS] =
      g_param_spec_int ("reconnect-attempts", "Reconnect attempts",
      "Retries in a row that may fail (-1 = any number)", -1, G_MAXINT,
      DEFAULT_RECONNECT_ATTEMPTS, ready);

  /**
   * GstOakTcpSrc:verify-frames:
   *
   * Whether a frame is held until the next header shows that it was whole. A
   * camera program that could not send all of a picture goes on with the next
   * header: without this, such a torn raw picture goes out, and is only
   * counted (`torn`). It costs a frame's duration of latency, which is
   * answered to latency queries.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_VERIFY_FRAMES] =
      g_param_spec_boolean ("verify-frames", "Verify frames",
      "Hold each frame until the next header shows that it was whole", FALSE,
      ready);

  /**
   * GstOakTcpSrc:timestamp-mode:
   *
   * What PTS is made of: `device` maps the camera's clock to the pipeline's
   * (see docs/timestamps.md), `arrival` is the time at which the first byte of
   * the frame was read, with all the network's jitter. With `do-timestamp`
   * PTS is the time at which the source gives the buffer out, and this is
   * without effect.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_TIMESTAMP_MODE] =
      g_param_spec_enum ("timestamp-mode", "Timestamp mode",
      "What PTS is made of", GST_TYPE_OAK_TIMESTAMP_MODE,
      DEFAULT_TIMESTAMP_MODE, ready);

  /**
   * GstOakTcpSrc:wall-clock-meta:
   *
   * Whether buffers get a second #GstReferenceTimestampMeta, with the caps
   * `timestamp/x-unix`: when the picture was taken, by this machine's clock,
   * in nanoseconds since 1970. rtponviftimestamp and the like read it.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_WALL_CLOCK_META] =
      g_param_spec_boolean ("wall-clock-meta", "Wall clock meta",
      "Attach the time of day at which the picture was taken", FALSE, playing);

  /**
   * GstOakTcpSrc:latency:
   *
   * Time that a picture may take from the camera to here, in milliseconds. It
   * is what the element answers to a latency query, plus a frame's duration
   * where the frame rate is known; sinks that synchronise wait as long. Too
   * little makes them drop late pictures: `lateness-99` in
   * #GstOakTcpSrc:stats says how much would do.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_LATENCY] = g_param_spec_uint ("latency", "Latency",
      "Time a picture may take from the camera to here in ms",
      0, G_MAXINT, DEFAULT_LATENCY, playing);

  /**
   * GstOakTcpSrc:drop-on-latency:
   *
   * Whether frames that are too late are dropped, the oldest first, until the
   * stream is fresh again: after downstream has stalled, what follows is live.
   * A frame is late when it is older than the pipeline's latency (or ours, if
   * that is more) and a frame's duration. Each is counted (`dropped`), and
   * told by a QOS message. An inter-coded stream goes on with a keyframe.
   * With %FALSE every frame goes out that is received while playing, however
   * late; when 512 frames or 256 MiB wait, no more are received until there
   * is room.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_DROP_ON_LATENCY] =
      g_param_spec_boolean ("drop-on-latency", "Drop on latency",
      "Drop frames that are too late", TRUE, playing);

  /**
   * GstOakTcpSrc:focus:
   *
   * Position of the camera's lens, 0 (far) to 255 (near); -1 leaves it where
   * it is. What was set last of this and #GstOakTcpSrc:autofocus counts: it is
   * sent at once, and again on every connection. Messages are a tenth of a
   * second apart; of several set in between the last one is sent. Camera
   * programs that read no such messages ignore them. A message that cannot be
   * sent is reported by a WARNING (RESOURCE, WRITE).
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_FOCUS] = g_param_spec_int ("focus", "Focus",
      "Position of the camera's lens (-1 = leave alone)", DEFAULT_FOCUS,
      FOCUS_MAX, DEFAULT_FOCUS, controllable);

  /**
   * GstOakTcpSrc:autofocus:
   *
   * Whether the camera is told to focus continuously by itself. Setting
   * #GstOakTcpSrc:focus to a position ends it; setting it to %FALSE sends
   * that position again, if there is one.
   *
   * Older camera programs do not know this message: it ends their thread for
   * controls, and the lens stays where it is until the next connection.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_AUTOFOCUS] =
      g_param_spec_boolean ("autofocus", "Autofocus",
      "Tell the camera to focus continuously", FALSE, controllable);

  /**
   * GstOakTcpSrc:connection-state:
   *
   * How far the source is on its way to the camera. `notify` comes from the
   * receiving thread, or from the one that changes the element's state:
   * handlers must not wait.
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_CONNECTION_STATE] =
      g_param_spec_enum ("connection-state", "Connection state",
      "How far the source is on its way to the camera", GST_TYPE_OAK_STATE,
      GST_OAK_STATE_IDLE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstOakTcpSrc:stats:
   *
   * What has happened since the last change to PAUSED from below, in a
   * structure `application/x-oak-stats`. Any thread may read it at any time;
   * that never waits. docs/operations.md says what to do about each. Guint64,
   * where nothing else is said:
   *
   * * `frames`: pictures given to the source pad
   * * `bytes`: received from the camera
   * * `detections`: attached to pictures
   * * `detections-below-min-confidence`: left out (see
   *   #GstOakTcpSrc:min-confidence)
   * * `detections-left-out`: did not parse, or have no area in the picture
   * * `frames-without-image`: frames that had no picture
   * * `dropped`: frames left out because downstream was too slow, or the
   *   network: `dropped-full` for want of room in the queue, and
   *   `dropped-late` (see #GstOakTcpSrc:drop-on-latency)
   * * `discarded`: frames that arrived in a pause, too long before the first
   *   play, or on a connection that was already given up
   * * `delta-frames-dropped`: pictures of an inter-coded stream that came
   *   after a gap and before the next keyframe
   * * `unusable`: pictures that were broken, or of a kind or size that
   *   downstream does not take
   * * `framing-errors`: times that no header stood where one must
   * * `torn`: frames before such a place, which were probably not whole
   * * `resyncs`: times that the next frame was found then
   * * `bytes-skipped`: before such a frame
   * * `connections`: made or accepted
   * * `connections-refused`: closed at once in server mode
   * * `connection-attempts`: tries to connect, good and bad; in server mode
   *   the same as `connections`
   * * `reconnects`: connections after the first that gave a whole frame
   * * `connected-since`: nanoseconds since 1970; 0 = not connected
   * * `peer-address` (string): the camera's, numeric; empty = not connected
   * * `bytes-queued`: have come to the socket and are not yet received
   * * `last-error` (string): what the last failure told the user, translated;
   *   empty = there was none
   * * `frame-rate` (double): frames per second that come, over the last two
   *   seconds or so; 0 = none
   * * `clock-jumps`: times that the camera's clock stepped, stood still or was
   *   not known, the beginnings of connections left out
   * * `drift-ppm` (double): how much faster the camera's clock runs than the
   *   pipeline's, in millionths; rough in the first 70 s of a connection, and
   *   0 where PTS is the arrival
   * * `jitter`: mean difference of the transit of neighbouring frames, as in
   *   RFC 3550, in nanoseconds
   * * `lateness-median`, `lateness-99` (gint64): how long after its PTS a
   *   frame goes out, or is dropped, in nanoseconds: median and 99th
   *   percentile of the last 1024. #GstOakTcpSrc:latency should be more than
   *   the latter
   *
   * Since: 0.1
   */
  properties[GST_OAK_PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "What has happened since the start", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (klass, GST_OAK_N_PROPS, properties);
}

static void
set_string (gchar ** field, const GValue * value, const gchar * fallback)
{
  g_free (*field);
  *field = g_value_dup_string (value);
  if (*field == NULL)
    *field = g_strdup (fallback);
}

/**
 * gst_oak_settings_set:
 * @self: settings
 * @id: a property
 * @value: of its type
 *
 * Returns: %FALSE if @id is none that is kept here
 */
gboolean
gst_oak_settings_set (GstOakSettings * self, GstOakProp id,
    const GValue * value)
{
  switch (id) {
    case GST_OAK_PROP_MODE:
      self->mode = g_value_get_enum (value);
      break;
    case GST_OAK_PROP_HOST:
      set_string (&self->host, value, DEFAULT_HOST);
      break;
    case GST_OAK_PROP_PORT:
      self->port = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_BIND_ADDRESS:
      set_string (&self->bind_address, value, DEFAULT_BIND_ADDRESS);
      break;
    case GST_OAK_PROP_ALLOW_FROM:
      set_string (&self->allow_from, value, "");
      break;
    case GST_OAK_PROP_PAYLOAD:
      self->payload = g_value_get_enum (value);
      break;
    case GST_OAK_PROP_WIDTH:
      self->width = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_HEIGHT:
      self->height = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_FRAMERATE:
      self->fps_n = gst_value_get_fraction_numerator (value);
      self->fps_d = gst_value_get_fraction_denominator (value);
      break;
    case GST_OAK_PROP_LABELS:
      g_free (self->labels);
      self->labels = g_value_dup_string (value);
      break;
    case GST_OAK_PROP_MIN_CONFIDENCE:
      self->min_confidence = g_value_get_double (value);
      break;
    case GST_OAK_PROP_ANALYTICS_META:
      self->analytics_meta = g_value_get_boolean (value);
      break;
    case GST_OAK_PROP_POST_DETECTIONS:
      self->post_detections = g_value_get_boolean (value);
      break;
    case GST_OAK_PROP_CONNECT_TIMEOUT:
      self->connect_timeout = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_FIRST_BYTE_TIMEOUT:
      self->first_byte_timeout = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_STALL_TIMEOUT:
      self->stall_timeout = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_BUFFER_SIZE:
      self->buffer_size = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_ON_DISCONNECT:
      self->on_disconnect = g_value_get_enum (value);
      break;
    case GST_OAK_PROP_RECONNECT_DELAY:
      self->reconnect_delay = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_RECONNECT_DELAY_MAX:
      self->reconnect_delay_max = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_RECONNECT_ATTEMPTS:
      self->reconnect_attempts = g_value_get_int (value);
      break;
    case GST_OAK_PROP_VERIFY_FRAMES:
      self->verify_frames = g_value_get_boolean (value);
      break;
    case GST_OAK_PROP_TIMESTAMP_MODE:
      self->timestamp_mode = g_value_get_enum (value);
      break;
    case GST_OAK_PROP_WALL_CLOCK_META:
      self->wall_clock_meta = g_value_get_boolean (value);
      break;
    case GST_OAK_PROP_LATENCY:
      self->latency = g_value_get_uint (value);
      break;
    case GST_OAK_PROP_DROP_ON_LATENCY:
      self->drop_on_latency = g_value_get_boolean (value);
      break;
    case GST_OAK_PROP_FOCUS:
      self->focus = g_value_get_int (value);
      break;
    case GST_OAK_PROP_AUTOFOCUS:
      self->autofocus = g_value_get_boolean (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_oak_settings_get:
 * @self: settings
 * @id: a property
 * @value: (inout): of its type
 *
 * Returns: %FALSE if @id is none that is kept here
 */
gboolean
gst_oak_settings_get (const GstOakSettings * self, GstOakProp id,
    GValue * value)
{
  switch (id) {
    case GST_OAK_PROP_MODE:
      g_value_set_enum (value, self->mode);
      break;
    case GST_OAK_PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case GST_OAK_PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case GST_OAK_PROP_BIND_ADDRESS:
      g_value_set_string (value, self->bind_address);
      break;
    case GST_OAK_PROP_ALLOW_FROM:
      g_value_set_string (value, self->allow_from);
      break;
    case GST_OAK_PROP_PAYLOAD:
      g_value_set_enum (value, self->payload);
      break;
    case GST_OAK_PROP_WIDTH:
      g_value_set_uint (value, self->width);
      break;
    case GST_OAK_PROP_HEIGHT:
      g_value_set_uint (value, self->height);
      break;
    case GST_OAK_PROP_FRAMERATE:
      gst_value_set_fraction (value, self->fps_n, self->fps_d);
      break;
    case GST_OAK_PROP_LABELS:
      g_value_set_string (value, self->labels);
      break;
    case GST_OAK_PROP_MIN_CONFIDENCE:
      g_value_set_double (value, self->min_confidence);
      break;
    case GST_OAK_PROP_ANALYTICS_META:
      g_value_set_boolean (value, self->analytics_meta);
      break;
    case GST_OAK_PROP_POST_DETECTIONS:
      g_value_set_boolean (value, self->post_detections);
      break;
    case GST_OAK_PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, self->connect_timeout);
      break;
    case GST_OAK_PROP_FIRST_BYTE_TIMEOUT:
      g_value_set_uint (value, self->first_byte_timeout);
      break;
    case GST_OAK_PROP_STALL_TIMEOUT:
      g_value_set_uint (value, self->stall_timeout);
      break;
    case GST_OAK_PROP_BUFFER_SIZE:
      g_value_set_uint (value, self->buffer_size);
      break;
    case GST_OAK_PROP_ON_DISCONNECT:
      g_value_set_enum (value, self->on_disconnect);
      break;
    case GST_OAK_PROP_RECONNECT_DELAY:
      g_value_set_uint (value, self->reconnect_delay);
      break;
    case GST_OAK_PROP_RECONNECT_DELAY_MAX:
      g_value_set_uint (value, self->reconnect_delay_max);
      break;
    case GST_OAK_PROP_RECONNECT_ATTEMPTS:
      g_value_set_int (value, self->reconnect_attempts);
      break;
    case GST_OAK_PROP_VERIFY_FRAMES:
      g_value_set_boolean (value, self->verify_frames);
      break;
    case GST_OAK_PROP_TIMESTAMP_MODE:
      g_value_set_enum (value, self->timestamp_mode);
      break;
    case GST_OAK_PROP_WALL_CLOCK_META:
      g_value_set_boolean (value, self->wall_clock_meta);
      break;
    case GST_OAK_PROP_LATENCY:
      g_value_set_uint (value, self->latency);
      break;
    case GST_OAK_PROP_DROP_ON_LATENCY:
      g_value_set_boolean (value, self->drop_on_latency);
      break;
    case GST_OAK_PROP_FOCUS:
      g_value_set_int (value, self->focus);
      break;
    case GST_OAK_PROP_AUTOFOCUS:
      g_value_set_boolean (value, self->autofocus);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_oak_settings_clear:
 * @self: settings that nobody uses any more
 */
void
gst_oak_settings_clear (GstOakSettings * self)
{
  g_clear_error (&self->bad_uri);
  g_free (self->host);
  g_free (self->bind_address);
  g_free (self->allow_from);
  g_free (self->labels);
}

/* An IPv6 address has two colons or more, and a name none. */
static gboolean
has_port (const gchar * host)
{
  const gchar *colon = strchr (host, ':');

  return host[0] == '[' || (colon != NULL && strchr (colon + 1, ':') == NULL);
}

/**
 * gst_oak_settings_find_fault:
 * @self: settings
 * @debug: (out) (transfer full): what was expected and what is there; untouched
 *     where there is no fault
 *
 * Returns: (transfer full) (nullable): what is wrong with the settings before
 *     anything is tried, translated, with the remedy; %NULL if nothing is
 */
gchar *
gst_oak_settings_find_fault (const GstOakSettings * self, gchar ** debug)
{
  if (self->bad_uri != NULL) {
    *debug = g_strdup ("expected a URI, got a bad one");
    return g_strdup (self->bad_uri->message);
  }
  if (self->mode != GST_OAK_MODE_CLIENT)
    return NULL;
  if (self->port == 0) {
    *debug = g_strdup ("expected a port, got 0");
    return g_strdup (_("The camera cannot serve on port 0. Set the property "
            "\"port\"; it may be 0 only with \"mode=server\"."));
  }
  if (has_port (self->host)) {
    *debug = g_strdup ("expected a name or an address, got one with a port or "
        "brackets");
    return g_strdup_printf (_("The property \"host\" is \"%s\". Give it the "
            "camera's name or address alone, without brackets, and the port to "
            "the property \"port\"."), self->host);
  }
  return NULL;
}

/**
 * gst_oak_settings_notify:
 * @object: the element
 * @id: a property that has changed by itself
 *
 * Hold no lock: handlers run at once.
 */
void
gst_oak_settings_notify (GObject * object, GstOakProp id)
{
  g_object_notify_by_pspec (object, properties[id]);
}
