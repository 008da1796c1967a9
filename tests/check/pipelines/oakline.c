/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/check/gstcheck.h>
#include "oakline.h"

#define DEVICE_TIME_CAPS "timestamp/x-oak-stream"

/*** encoders and films ***/

/**
 * have_elements:
 *
 * Says so if one of @names, separated by spaces, is not installed.
 *
 * Returns: whether all of them are
 */
gboolean
have_elements (const gchar * names)
{
  g_auto (GStrv) name = g_strsplit (names, " ", -1);
  guint i;

  for (i = 0; name[i]; i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (name[i]);

    if (factory == NULL) {
      g_printerr ("%s is not installed: left out\n", name[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static GstElement *
parse (const gchar * text)
{
  GError *error = NULL;
  GstElement *element = gst_parse_launch_full (text, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);

  fail_unless (error == NULL, "%s: %s", text, error ? error->message : "");
  return element;
}

/**
 * line_describe_error:
 *
 * Returns: (transfer full): what is wrong with a pipeline; %NULL = nothing
 */
gchar *
line_describe_error (GstBus * bus)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus,
      GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  if (message == NULL)
    return NULL;
  gst_message_parse_error (message, &error, &debug);
  return g_strdup_printf ("%s (%s)", error->message, debug);
}

static GstSample *
pull (GstElement * out)
{
  GstSample *sample = NULL;

  g_signal_emit_by_name (out, "try-pull-sample",
      (guint64) OAK_LINE_LIMIT * GST_USECOND, &sample);
  return sample;
}

/**
 * encode_film:
 * @text: a pipeline that ends, without its sink
 *
 * Returns: (transfer full): what comes out of it, as #GstSample
 */
GPtrArray *
encode_film (const gchar * text)
{
  g_autofree gchar *whole = g_strdup_printf ("%s ! appsink name=out "
      "sync=false", text);
  GPtrArray *samples =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_sample_unref);
  g_autoptr (GstElement) pipeline = parse (whole);
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gboolean ended;
  GstSample *sample;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = pull (out)))
    g_ptr_array_add (samples, sample);
  g_object_get (out, "eos", &ended, NULL);
  if (!ended || samples->len == 0) {
    g_autofree gchar *error = line_describe_error (bus);

    fail ("%s: %s", text, error ? error : "nothing came");
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return samples;
}

/*** both ends ***/

static void
note_added (GstElement * sink, const gchar * client, gpointer user_data)
{
  OakLine *line = user_data;

  g_mutex_lock (&line->lock);
  line->n_connected++;
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->lock);
}

static OakLine *
start_line (void)
{
  OakLine *line = g_new0 (OakLine, 1);

  g_mutex_init (&line->lock);
  g_cond_init (&line->changed);
  line->camera_bus = gst_bus_new ();
  return line;
}

static void
take_host (OakLine * line, GstElement * host)
{
  line->host = host;
  line->bus = gst_element_get_bus (line->host);
}

static void
make_host (OakLine * line, const gchar * src, const gchar * behind)
{
  g_autofree gchar *text = g_strdup_printf ("oaktcpsrc name=src %s ! %s "
      "appsink name=out sync=false", src, behind);

  take_host (line, parse (text));
  line->src = gst_bin_get_by_name (GST_BIN (line->host), "src");
  line->out = gst_bin_get_by_name (GST_BIN (line->host), "out");
}

static void
take_sink (OakLine * line, GstElement * sink)
{
  line->sink = sink;
  g_signal_connect (sink, "client-added", G_CALLBACK (note_added), line);
}

/* As soon as it has its element, a harness plays. */
static void
start_sink (OakLine * line, const gchar * sink)
{
  g_autofree gchar *text = g_strdup_printf ("oaktcpsink sync=false %s", sink);

  take_sink (line, gst_object_ref_sink (parse (text)));
  gst_element_set_bus (line->sink, line->camera_bus);
  line->camera = gst_harness_new_with_element (line->sink, "sink", NULL);
}

static void
take_film (OakLine * line, const gchar * film)
{
  line->film = parse (film);
  gst_element_set_bus (line->film, line->camera_bus);
  take_sink (line, gst_bin_get_by_name (GST_BIN (line->film), "sink"));
}

static guint
port_of (OakLine * line)
{
  guint port = 0;

  g_object_get (line->sink, "current-port", &port, NULL);
  fail_unless (port > 0, "no port");
  return port;
}

/**
 * line_new:
 * @sink: the properties of oaktcpsink, which serves
 * @src: those of oaktcpsrc
 * @behind: what is behind it, each with a "!", or nothing
 *
 * Returns: (transfer full): a camera to push buffers into, and a host that has
 *   not connected yet
 */
OakLine *
line_new (const gchar * sink, const gchar * src, const gchar * behind)
{
  g_autofree gchar *served = g_strdup_printf ("port=0 %s", sink);
  OakLine *line = start_line ();

  make_host (line, src, behind);
  start_sink (line, served);
  g_object_set (line->src, "port", port_of (line), NULL);
  return line;
}

/**
 * line_new_film:
 * @film: a pipeline with an oaktcpsink that is called sink
 *
 * Returns: (transfer full): a camera that neither serves nor plays yet, and a
 *   host
 */
OakLine *
line_new_film (const gchar * film, const gchar * src, const gchar * behind)
{
  OakLine *line = start_line ();

  make_host (line, src, behind);
  take_film (line, film);
  return line;
}

static void
play_film (OakLine * line)
{
  fail_if (gst_element_set_state (line->film, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
}

/* A player's sink is not in it before it plays. */
static GstElement *
find_out (GstElement * host)
{
  GstElement *out = gst_bin_get_by_name (GST_BIN (host), "out");

  if (out == NULL)
    g_object_get (host, "video-sink", &out, NULL);
  return out;
}

/**
 * line_new_player:
 * @film: as for line_new_film(), or %NULL for a camera to push buffers into
 * @player: a pipeline with an appsink that is called out, or a playbin with it
 *   as its video sink, and with URI where the camera's is to be
 * @keys: of the URI
 *
 * Returns: (transfer full): a camera that plays and a player that does not yet
 */
OakLine *
line_new_player (const gchar * film, const gchar * player, const gchar * keys)
{
  g_autofree gchar *uri = NULL, *text = NULL;
  g_auto (GStrv) parts = g_strsplit (player, "URI", -1);
  OakLine *line = start_line ();

  if (film) {
    take_film (line, film);
    play_film (line);
  } else {
    start_sink (line, "port=0 framing=img");
  }
  uri = g_strdup_printf ("oak://127.0.0.1:%u%s", port_of (line), keys);
  text = g_strjoinv (uri, parts);
  take_host (line, parse (text));
  line->out = find_out (line->host);
  return line;
}

/**
 * line_new_calling:
 *
 * Returns: (transfer full): a host that waits for a camera to call, and none
 *   yet
 */
OakLine *
line_new_calling (const gchar * src, const gchar * behind)
{
  g_autofree gchar *served = g_strdup_printf ("mode=server port=0 "
      "bind-address=127.0.0.1 %s", src);
  OakLine *line = start_line ();

  make_host (line, served, behind);
  fail_if (gst_element_set_state (line->host, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  return line;
}

/**
 * line_hang_up:
 *
 * The camera goes away.
 */
void
line_hang_up (OakLine * line)
{
  if (line->film)
    gst_element_set_state (line->film, GST_STATE_NULL);
  g_clear_pointer (&line->camera, gst_harness_teardown);
  gst_clear_object (&line->film);
  gst_clear_object (&line->sink);
}

/**
 * line_free:
 *
 * Nobody may have an error left that no test has asked for.
 */
void
line_free (OakLine * line)
{
  g_autoptr (GstMessage) camera_error = NULL;
  g_autoptr (GstMessage) host_error = NULL;

  gst_element_set_state (line->host, GST_STATE_NULL);
  line_hang_up (line);
  camera_error = gst_bus_pop_filtered (line->camera_bus, GST_MESSAGE_ERROR);
  fail_unless (camera_error == NULL, "the camera has an error");
  host_error = gst_bus_pop_filtered (line->bus, GST_MESSAGE_ERROR);
  fail_unless (host_error == NULL, "the host has an error");

  gst_object_unref (line->bus);
  gst_object_unref (line->camera_bus);
  gst_object_unref (line->out);
  gst_clear_object (&line->src);
  gst_object_unref (line->host);
  g_cond_clear (&line->changed);
  g_mutex_clear (&line->lock);
  g_free (line);
}

static void
wait_connected (OakLine * line, guint n)
{
  gint64 end = g_get_monotonic_time () + OAK_LINE_LIMIT;
  gboolean in_time = TRUE;

  g_mutex_lock (&line->lock);
  while (line->n_connected < n && in_time)
    in_time = g_cond_wait_until (&line->changed, &line->lock, end);
  g_mutex_unlock (&line->lock);
  fail_unless (in_time, "no connection");
}

/**
 * line_connect:
 *
 * The host connects to the camera that serves, and both play.
 */
void
line_connect (OakLine * line)
{
  guint n = line->n_connected;

  if (line->film)
    play_film (line);
  if (line->film && line->src)
    g_object_set (line->src, "port", port_of (line), NULL);
  fail_if (gst_element_set_state (line->host, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  wait_connected (line, n + 1);
}

/**
 * line_call:
 * @sink: the properties of a new oaktcpsink, which calls the host
 */
void
line_call (OakLine * line, const gchar * sink)
{
  g_autofree gchar *calls = NULL;
  guint n = line->n_connected;
  guint port = 0;

  g_object_get (line->src, "current-port", &port, NULL);
  calls = g_strdup_printf ("mode=client port=%u %s", port, sink);
  start_sink (line, calls);
  wait_connected (line, n + 1);
}

/*** what goes through ***/

static GstPadProbeReturn
note_came (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  OakLine *line = user_data;

  g_mutex_lock (&line->lock);
  line->n_came++;
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->lock);
  return GST_PAD_PROBE_OK;
}

/* Who waits in vain goes on: the test misses the buffer soon enough. */
static GstPadProbeReturn
wait_for_the_one_before (GstPad * pad, GstPadProbeInfo * info,
    gpointer user_data)
{
  OakLine *line = user_data;
  gint64 end = g_get_monotonic_time () + OAK_LINE_LIMIT;

  g_mutex_lock (&line->lock);
  while ((line->n_came < line->n_sent || line->n_connected == 0)
      && g_cond_wait_until (&line->changed, &line->lock, end));
  line->n_sent++;
  g_mutex_unlock (&line->lock);
  return GST_PAD_PROBE_OK;
}

/**
 * line_pace:
 *
 * From now on a buffer waits before the sink until there is a host, and the one
 * before it has left the source: a film is not too fast for anybody, however
 * slow the machine is.
 */
void
line_pace (OakLine * line)
{
  g_autoptr (GstPad) from = gst_element_get_static_pad (line->sink, "sink");
  g_autoptr (GstPad) to = gst_element_get_static_pad (line->src, "src");

  gst_pad_add_probe (to, GST_PAD_PROBE_TYPE_BUFFER, note_came, line, NULL);
  gst_pad_add_probe (from, GST_PAD_PROBE_TYPE_BUFFER, wait_for_the_one_before,
      line, NULL);
}

static GstPadProbeReturn
note_sent (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  OakLine *line = user_data;

  g_mutex_lock (&line->lock);
  line->n_shown++;
  g_cond_broadcast (&line->changed);
  g_mutex_unlock (&line->lock);
  return GST_PAD_PROBE_OK;
}

/**
 * line_play_film:
 *
 * Returns when @n_shown buffers have come to the sink, though nobody sees them.
 */
void
line_play_film (OakLine * line, guint n_shown)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (line->sink, "sink");
  gint64 end = g_get_monotonic_time () + OAK_LINE_LIMIT;
  gboolean in_time = TRUE;

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_sent, line, NULL);
  play_film (line);
  g_mutex_lock (&line->lock);
  while (line->n_shown < n_shown && in_time)
    in_time = g_cond_wait_until (&line->changed, &line->lock, end);
  g_mutex_unlock (&line->lock);
  fail_unless (in_time, "only %u buffers", line->n_shown);
}

/**
 * line_end:
 *
 * When all that the camera was given, paced, has left the source, the host
 * gets the end of the stream: its decoders give all they have.
 */
void
line_end (OakLine * line)
{
  gint64 end = g_get_monotonic_time () + OAK_LINE_LIMIT;
  gboolean in_time = TRUE;

  g_mutex_lock (&line->lock);
  while (line->n_came < line->n_sent && in_time)
    in_time = g_cond_wait_until (&line->changed, &line->lock, end);
  g_mutex_unlock (&line->lock);
  fail_unless (in_time, "%u of %u came", line->n_came, line->n_sent);
  fail_unless (gst_element_send_event (line->host, gst_event_new_eos ()));
}

/**
 * line_push:
 * @buffer: (transfer full): what the camera sees
 *
 * When this returns, the sink has got it.
 */
void
line_push (OakLine * line, GstCaps * caps, GstBuffer * buffer)
{
  g_autoptr (GstCaps) before = gst_pad_get_current_caps (line->camera->srcpad);

  if (before == NULL || !gst_caps_is_equal (before, caps))
    gst_harness_set_src_caps (line->camera, gst_caps_ref (caps));
  fail_unless_equals_int (gst_harness_push (line->camera, buffer), GST_FLOW_OK);
}

/**
 * line_pull:
 *
 * Returns: (transfer full): the next that came out
 */
GstSample *
line_pull (OakLine * line)
{
  GstSample *sample = pull (line->out);

  if (sample == NULL) {
    g_autofree gchar *error = line_describe_error (line->bus);

    fail ("%s", error ? error : "nothing came");
  }
  return sample;
}

/**
 * line_wait_message:
 *
 * Returns: (transfer full): the next of @types
 */
GstMessage *
line_wait_message (GstBus * bus, GstMessageType types)
{
  GstMessage *message = gst_bus_timed_pop_filtered (bus,
      OAK_LINE_LIMIT * GST_USECOND, types);

  fail_unless (message != NULL, "no message");
  return message;
}

/**
 * line_stat:
 *
 * Returns: a counter of a source or a sink
 */
guint64
line_stat (GstElement * element, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no %s", name);
  return value;
}

void
stamp_device_time (GstBuffer * buffer, guint64 device_time)
{
  g_autoptr (GstCaps) reference = gst_caps_from_string (DEVICE_TIME_CAPS);

  gst_buffer_add_reference_timestamp_meta (buffer, reference, device_time,
      GST_CLOCK_TIME_NONE);
}

guint64
device_time_of (GstSample * sample)
{
  g_autoptr (GstCaps) reference = gst_caps_from_string (DEVICE_TIME_CAPS);
  GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta
      (gst_sample_get_buffer (sample), reference);

  fail_unless (meta != NULL, "no device time");
  return meta->timestamp;
}

void
assert_same_bytes (GstSample * sample, GstBuffer * expected)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (expected, &map, GST_MAP_READ));
  gst_check_buffer_data (gst_sample_get_buffer (sample), map.data, map.size);
  gst_buffer_unmap (expected, &map);
}
