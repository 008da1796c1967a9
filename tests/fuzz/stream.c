/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The whole source: a camera says these bytes, cut into pieces, with pauses,
 * and goes, or comes once more. The first two bytes say how the source is set;
 * then each piece has a byte for its length and one for the pause before it. */

#include <gio/gio.h>
#include <gst/video/video.h>

#include "oakfuzz.h"

/* Nothing takes longer where the peer has gone, in us. */
#define PATIENCE (5 * G_TIME_SPAN_SECOND)

#define N_PAYLOADS 12

typedef struct
{
  const guint8 *data;
  gsize size;
  gboolean comes_again;         /* and says the other half */
  GMutex lock;
  GSocketListener *listener;
} Camera;

/* What has come out. */
typedef struct
{
  GstVideoInfo info;
  gboolean raw;
  GstClockTime pts;
  guint64 n_buffers;
} Seen;

static void
say (GSocketConnection * connection, const guint8 * data, gsize size)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  while (size > 2) {
    gsize length = MIN ((gsize) 1 + data[0] * (1 + data[0] / 16), size - 2);

    if (data[1] > 250)
      g_usleep (data[1] - 250);
    if (!g_output_stream_write_all (out, data + 2, length, NULL, NULL, NULL))
      return;
    data += 2 + length;
    size -= 2 + length;
  }
}

static void
serve (Camera * camera, const guint8 * data, gsize size)
{
  GSocketConnection *connection =
      g_socket_listener_accept (camera->listener, NULL, NULL, NULL);

  if (connection != NULL) {
    say (connection, data, size);
    g_object_unref (connection);
  }
}

static void
close_door (Camera * camera)
{
  g_mutex_lock (&camera->lock);
  g_socket_listener_close (camera->listener);
  g_mutex_unlock (&camera->lock);
}

static gpointer
run_camera (gpointer user_data)
{
  Camera *camera = user_data;
  gsize first = camera->comes_again ? camera->size / 2 : camera->size;

  serve (camera, camera->data, first);
  if (camera->comes_again)
    serve (camera, camera->data + first, camera->size - first);
  close_door (camera);
  return NULL;
}

static GstPadProbeReturn
look (GstPad * pad, GstPadProbeInfo * probe, gpointer user_data)
{
  Seen *seen = user_data;

  if (GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);

    HOLDS (!seen->raw || gst_buffer_get_size (buffer)
        == GST_VIDEO_INFO_SIZE (&seen->info));
    HOLDS (GST_BUFFER_PTS_IS_VALID (buffer));
    HOLDS (seen->pts == GST_CLOCK_TIME_NONE
        || GST_BUFFER_PTS (buffer) >= seen->pts);
    seen->pts = GST_BUFFER_PTS (buffer);
    seen->n_buffers++;
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (probe))
      == GST_EVENT_CAPS) {
    GstCaps *caps;

    gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (probe), &caps);
    seen->raw = gst_structure_has_name (gst_caps_get_structure (caps, 0),
        "video/x-raw");
    HOLDS (!seen->raw || gst_video_info_from_caps (&seen->info, caps));
  }
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_pipeline (guint8 how, guint8 payload, guint16 port, Seen * seen)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *src = gst_element_factory_make ("oaktcpsrc", "camera");
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *pad;

  HOLDS (src != NULL && sink != NULL);
  g_object_set (src, "host", "127.0.0.1", "port", port,
      "payload", payload % N_PAYLOADS, "verify-frames", (how & 1) != 0,
      "drop-on-latency", (how & 2) != 0, "post-detections", (how & 4) != 0,
      "timestamp-mode", (how & 8) != 0, "wall-clock-meta", (how & 16) != 0,
      "on-disconnect", (how & 128) != 0 ? 0 : (how & 32) != 0 ? 1 : 2,
      "reconnect-delay", 1, "reconnect-delay-max", 1, "reconnect-attempts", 3,
      NULL);
  if (how & 64)
    g_object_set (src, "width", 8, "height", 4, NULL);
  g_object_set (sink, "sync", FALSE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), src, sink, NULL);
  HOLDS (gst_element_link (src, sink));

  pad = gst_element_get_static_pad (src, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, look, seen, NULL);
  gst_object_unref (pad);
  return pipeline;
}

static void
wait_for_the_end (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus,
      PATIENCE * GST_USECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);

  HOLDS (message != NULL);
  gst_message_unref (message);
  gst_object_unref (bus);
}

/* Each picture that went out is counted. */
static void
check_stats (GstElement * pipeline, const Seen * seen)
{
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "camera");
  GstStructure *stats;
  guint64 frames;

  g_object_get (src, "stats", &stats, NULL);
  HOLDS (gst_structure_get_uint64 (stats, "frames", &frames));
  HOLDS (frames == seen->n_buffers);
  gst_structure_free (stats);
  gst_object_unref (src);
}

static void
stop (GstElement * pipeline)
{
  gint64 start = g_get_monotonic_time ();

  gst_element_set_state (pipeline, GST_STATE_NULL);
  HOLDS (g_get_monotonic_time () - start < PATIENCE);
  gst_object_unref (pipeline);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  Seen seen = {.pts = GST_CLOCK_TIME_NONE };
  Camera camera = {.data = data + 2,.size = size - 2 };
  GstElement *pipeline;
  GThread *thread;
  guint16 port;

  if (size < 5)
    return 0;
  g_mutex_init (&camera.lock);
  camera.comes_again = (data[0] & 128) != 0;
  camera.listener = g_socket_listener_new ();
  port = g_socket_listener_add_any_inet_port (camera.listener, NULL, NULL);
  HOLDS (port != 0);
  pipeline = make_pipeline (data[0], data[1], port, &seen);
  thread = g_thread_new ("camera", run_camera, &camera);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_for_the_end (pipeline);
  check_stats (pipeline, &seen);
  stop (pipeline);

  close_door (&camera);
  g_thread_join (thread);
  g_mutex_clear (&camera.lock);
  g_object_unref (camera.listener);
  return 0;
}
