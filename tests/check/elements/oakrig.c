/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include "oakrig.h"

/*** the pipeline ***/

static void
note (Rig * rig, gpointer object)
{
  g_mutex_lock (&rig->lock);
  g_ptr_array_add (rig->came, object);
  g_cond_broadcast (&rig->changed);
  g_mutex_unlock (&rig->lock);
}

static GstPadProbeReturn
note_buffer_or_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;
  GstEvent *event;
  GstCaps *caps;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    note (rig, gst_sample_new (GST_PAD_PROBE_INFO_BUFFER (info), rig->caps,
            NULL, NULL));
  } else {
    event = GST_PAD_PROBE_INFO_EVENT (info);
    if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&rig->caps, caps);
    }
    note (rig, gst_event_ref (event));
  }
  return GST_PAD_PROBE_OK;
}

/* Ends the wait for a frame that cannot come any more. */
static GstBusSyncReply
note_failure (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Rig *rig = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_mutex_lock (&rig->lock);
    if (!rig->failure)
      rig->failure = g_strdup (error->message);
    g_cond_broadcast (&rig->changed);
    g_mutex_unlock (&rig->lock);
  }
  return GST_BUS_PASS;
}

static void
watch_pad (Rig * rig, GstElement * element, const gchar * name)
{
  rig->pad = gst_element_get_static_pad (element, name);
  rig->watch = gst_pad_add_probe (rig->pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      note_buffer_or_event, rig, NULL);
}

/**
 * rig_new_for_port:
 *
 * Returns: (transfer full): a pipeline whose source will look there for its
 *   camera; small pictures are expected, the first failure is the last, and
 *   no frame is late because the machine is slow
 */
Rig *
rig_new_for_port (guint port)
{
  Rig *rig = g_new0 (Rig, 1);

  g_mutex_init (&rig->lock);
  g_cond_init (&rig->changed);
  rig->came =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_mini_object_unref);
  rig->pipeline = gst_pipeline_new (NULL);
  rig->bus = gst_element_get_bus (rig->pipeline);
  gst_bus_set_sync_handler (rig->bus, note_failure, rig, NULL);
  rig->src = gst_element_factory_make ("oaktcpsrc", "src");
  fail_unless (rig->src != NULL, "the plugin was not found");
  rig->filter = gst_element_factory_make ("capsfilter", NULL);
  rig->sink = gst_element_factory_make ("fakesink", NULL);
  g_object_set (rig->src, "port", port, "width", RIG_WIDTH, "height",
      RIG_HEIGHT, NULL);
  rig_set (rig, "on-disconnect", "error");
  rig_set (rig, "latency", "10000");
  g_object_set (rig->sink, "async", FALSE, "sync", FALSE, NULL);
  gst_bin_add_many (GST_BIN (rig->pipeline), rig->src, rig->filter, rig->sink,
      NULL);
  fail_unless (gst_element_link_many (rig->src, rig->filter, rig->sink, NULL));
  watch_pad (rig, rig->src, "src");
  return rig;
}

/**
 * rig_new:
 *
 * Returns: (transfer full): a pipeline, and a camera for it that listens
 */
Rig *
rig_new (void)
{
  OakTestCamera *camera = oak_test_camera_new ();
  Rig *rig = rig_new_for_port (oak_test_camera_get_port (camera));

  rig->camera = camera;
  return rig;
}

/**
 * rig_new_server:
 *
 * Returns: (transfer full): a pipeline whose source listens on any free port,
 *   and a camera for it that connects when it is told to
 */
Rig *
rig_new_server (void)
{
  Rig *rig = rig_new_for_port (5000);

  rig->camera = oak_test_camera_new_caller ();
  rig_set (rig, "mode", "server");
  rig_set (rig, "on-disconnect", "reconnect");
  rig_set (rig, "port", "0");
  return rig;
}

/**
 * rig_new_without_size:
 *
 * As rig_new(), but leaves the size to be found out.
 */
Rig *
rig_new_without_size (void)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "width", 0, "height", 0, NULL);
  return rig;
}

/**
 * rig_insert:
 * @description: of elements, as for gst-launch
 *
 * Puts elements between the source and the sink. What comes to the sink counts
 * from now on, not what leaves the source.
 */
void
rig_insert (Rig * rig, const gchar * description)
{
  GError *error = NULL;
  GstElement *bin = gst_parse_bin_from_description (description, TRUE, &error);

  fail_unless (error == NULL, "%s", error ? error->message : "");
  gst_element_unlink (rig->filter, rig->sink);
  gst_bin_add (GST_BIN (rig->pipeline), bin);
  fail_unless (gst_element_link_many (rig->filter, bin, rig->sink, NULL));
  gst_pad_remove_probe (rig->pad, rig->watch);
  gst_object_unref (rig->pad);
  watch_pad (rig, rig->sink, "sink");
}

/**
 * rig_get_port:
 *
 * Returns: the port on which the source listens, 0 if it does not
 */
guint
rig_get_port (Rig * rig)
{
  guint port = 0;

  g_object_get (rig->src, "current-port", &port, NULL);
  return port;
}

/**
 * rig_call:
 * @from: one of this machine's addresses
 *
 * Tells the camera to connect to the source.
 */
void
rig_call (Rig * rig, const gchar * from)
{
  oak_test_camera_call (rig->camera, from, rig_get_port (rig));
}

/**
 * rig_call_again:
 * @from: one of this machine's addresses
 *
 * As rig_call(), until the source has let the camera in: it may not know yet
 * that the connection before has ended.
 */
void
rig_call_again (Rig * rig, const gchar * from)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  guint64 n = rig_stat (rig, "connections");

  while (rig_stat (rig, "connections") == n) {
    guint64 refused = rig_stat (rig, "connections-refused");

    rig_call (rig, from);
    while (rig_stat (rig, "connections") == n
        && rig_stat (rig, "connections-refused") == refused) {
      fail_unless (g_get_monotonic_time () < limit, "the camera is not let in");
      g_thread_yield ();
    }
  }
}

/**
 * rig_free:
 *
 * Stops the pipeline, then all that was given to the rig.
 */
void
rig_free (Rig * rig)
{
  gst_element_set_state (rig->pipeline, GST_STATE_NULL);
  gst_bus_set_sync_handler (rig->bus, NULL, NULL, NULL);
  if (rig->camera)
    oak_test_camera_free (rig->camera);
  if (rig->deaf)
    oak_test_deaf_port_free (rig->deaf);
  if (rig->resolver)
    oak_test_resolver_free (rig->resolver);
  gst_object_unref (rig->pad);
  gst_object_unref (rig->bus);
  gst_object_unref (rig->pipeline);
  gst_clear_object (&rig->pool);
  gst_clear_caps (&rig->caps);
  g_ptr_array_unref (rig->came);
  g_mutex_clear (&rig->lock);
  g_cond_clear (&rig->changed);
  g_free (rig->failure);
  g_free (rig);
}

/**
 * rig_want:
 *
 * Tells downstream to take nothing but @caps.
 */
void
rig_want (Rig * rig, const gchar * caps)
{
  gst_util_set_object_arg (G_OBJECT (rig->filter), "caps", caps);
}

/**
 * rig_set:
 * @value: as for gst-launch
 *
 * Sets a property of the source, which must have it.
 */
void
rig_set (Rig * rig, const gchar * property, const gchar * value)
{
  fail_unless (g_object_class_find_property (G_OBJECT_GET_CLASS (rig->src),
          property) != NULL, "no property %s", property);
  gst_util_set_object_arg (G_OBJECT (rig->src), property, value);
}

/**
 * rig_set_state:
 *
 * Changes the state; fails if the pipeline does.
 */
void
rig_set_state (Rig * rig, GstState state)
{
  fail_if (gst_element_set_state (rig->pipeline, state)
      == GST_STATE_CHANGE_FAILURE);
}

/**
 * rig_play:
 *
 * Lets it play. Does not wait.
 */
void
rig_play (Rig * rig)
{
  rig_set_state (rig, GST_STATE_PLAYING);
}

/**
 * rig_say:
 *
 * Tells the camera to say a small picture with the number @seed.
 */
void
rig_say (Rig * rig, const gchar * device_time, guint seed)
{
  OakTestFrame frame = { device_time, RIG_WIDTH, RIG_HEIGHT, seed, NULL };

  oak_test_camera_say_frame (rig->camera, &frame);
}

/**
 * rig_say_size:
 *
 * As rig_say(), of any size in pixels.
 */
void
rig_say_size (Rig * rig, const gchar * device_time, guint width, guint height,
    guint seed)
{
  OakTestFrame frame = { device_time, width, height, seed, NULL };

  oak_test_camera_say_frame (rig->camera, &frame);
}

/**
 * rig_say_image:
 * @image: (transfer full): any bytes
 * @detections: (nullable): their text; without effect in the framing ABCDE
 *
 * Tells the camera to say a frame.
 */
void
rig_say_image (Rig * rig, OakTestFraming framing, const gchar * device_time,
    GBytes * image, const gchar * detections)
{
  oak_test_camera_say_image (rig->camera, framing, device_time, image,
      detections);
  g_bytes_unref (image);
}

/**
 * rig_say_header:
 *
 * Tells the camera to say a header alone. Sizes are in bytes.
 */
void
rig_say_header (Rig * rig, const gchar * device_time, guint64 image_size,
    guint64 detections_size)
{
  g_autofree gchar *header =
      oak_test_header (device_time, image_size, detections_size);

  oak_test_camera_say_text (rig->camera, header);
}

static GstSample *
next_sample (Rig * rig)
{
  gpointer object = NULL;

  while (rig->next < rig->came->len && !object) {
    object = g_ptr_array_index (rig->came, rig->next++);
    if (!GST_IS_SAMPLE (object))
      object = NULL;
  }
  return object ? gst_sample_ref (object) : NULL;
}

/**
 * rig_pull:
 *
 * Waits for the next frame that leaves the source; fails after
 * %OAK_TEST_LIMIT, or at the first error.
 *
 * Returns: (transfer full): the frame and its caps
 */
GstSample *
rig_pull (Rig * rig)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  gboolean in_time = TRUE;
  GstSample *sample;

  g_mutex_lock (&rig->lock);
  while (!(sample = next_sample (rig)) && in_time && !rig->failure)
    in_time = g_cond_wait_until (&rig->changed, &rig->lock, limit);
  g_mutex_unlock (&rig->lock);
  fail_unless (sample != NULL, "no frame came: %s",
      rig->failure ? rig->failure : "silence");
  return sample;
}

/**
 * rig_skip:
 *
 * As rig_pull(), for frames that nobody looks at.
 */
void
rig_skip (Rig * rig, guint n_frames)
{
  while (n_frames-- > 0)
    gst_sample_unref (rig_pull (rig));
}

static GstEvent *
find_event (Rig * rig, GstEventType type)
{
  guint i;

  for (i = 0; i < rig->came->len; i++) {
    gpointer object = g_ptr_array_index (rig->came, i);

    if (GST_IS_EVENT (object) && GST_EVENT_TYPE (object) == type)
      return gst_event_ref (object);
  }
  return NULL;
}

/**
 * rig_wait_event:
 *
 * Waits until an event of this type has left the source.
 *
 * Returns: (transfer full) (nullable): the first; %NULL if there was none
 *   within @limit microseconds
 */
GstEvent *
rig_wait_event (Rig * rig, GstEventType type, gint64 limit)
{
  gint64 end = g_get_monotonic_time () + limit;
  gboolean in_time = TRUE;
  GstEvent *event;

  g_mutex_lock (&rig->lock);
  while (!(event = find_event (rig, type)) && in_time)
    in_time = g_cond_wait_until (&rig->changed, &rig->lock, end);
  g_mutex_unlock (&rig->lock);
  return event;
}

/**
 * rig_count:
 *
 * Returns: how many events of this type have left the source
 */
guint
rig_count (Rig * rig, GstEventType type)
{
  guint i, n = 0;

  g_mutex_lock (&rig->lock);
  for (i = 0; i < rig->came->len; i++) {
    gpointer object = g_ptr_array_index (rig->came, i);

    if (GST_IS_EVENT (object) && GST_EVENT_TYPE (object) == type)
      n++;
  }
  g_mutex_unlock (&rig->lock);
  return n;
}

/**
 * rig_count_frames:
 *
 * Returns: how many frames have left the source
 */
guint
rig_count_frames (Rig * rig)
{
  guint i, n = 0;

  g_mutex_lock (&rig->lock);
  for (i = 0; i < rig->came->len; i++)
    n += GST_IS_SAMPLE (g_ptr_array_index (rig->came, i));
  g_mutex_unlock (&rig->lock);
  return n;
}

/**
 * rig_stat:
 *
 * Returns: a number of the source's property "stats"; fails if it is not there
 */
guint64
rig_stat (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (stats != NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value),
      "stats lack %s", name);
  return value;
}

/**
 * rig_wait_stat:
 *
 * Waits until a number of "stats" is @value or more.
 */
void
rig_wait_stat (Rig * rig, const gchar * name, guint64 value)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;

  while (rig_stat (rig, name) < value) {
    fail_unless (g_get_monotonic_time () < limit, "%s: %" G_GUINT64_FORMAT
        " instead of %" G_GUINT64_FORMAT, name, rig_stat (rig, name), value);
    g_thread_yield ();
  }
}

/**
 * rig_wait_heard:
 *
 * Waits until all that the camera was told to say has been received.
 */
void
rig_wait_heard (Rig * rig)
{
  oak_test_camera_wait (rig->camera);
  rig_wait_stat (rig, "bytes", oak_test_camera_get_said (rig->camera));
}

/**
 * rig_wait_message:
 *
 * Waits for a message, leaves out all others; fails after %OAK_TEST_LIMIT.
 *
 * Returns: (transfer full): the message
 */
GstMessage *
rig_wait_message (Rig * rig, GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered (rig->bus,
      OAK_TEST_LIMIT * GST_USECOND, type);

  fail_unless (message != NULL, "no message %s",
      gst_message_type_get_name (type));
  return message;
}

/**
 * rig_wait_element:
 * @name: of an element message's structure
 *
 * Waits for such a message, leaves out all others; fails after
 * %OAK_TEST_LIMIT.
 *
 * Returns: (transfer full): what it says
 */
GstStructure *
rig_wait_element (Rig * rig, const gchar * name)
{
  for (;;) {
    g_autoptr (GstMessage) message =
        rig_wait_message (rig, GST_MESSAGE_ELEMENT);

    if (gst_message_has_name (message, name))
      return gst_structure_copy (gst_message_get_structure (message));
  }
}

/**
 * rig_poll_message:
 *
 * Waits no longer than @milliseconds.
 *
 * Returns: (transfer full) (nullable): a message of this type, or %NULL
 */
GstMessage *
rig_poll_message (Rig * rig, GstMessageType type, guint milliseconds)
{
  return gst_bus_timed_pop_filtered (rig->bus, milliseconds * GST_MSECOND,
      type);
}

/**
 * rig_take_error:
 *
 * Waits for an error, which must be the only one.
 *
 * Returns: (transfer full): all it says
 */
gchar *
rig_take_error (Rig * rig, GQuark domain, gint code)
{
  g_autoptr (GstMessage) message = rig_wait_message (rig, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  GstMessage *second;

  gst_message_parse_error (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code),
      "%s %d instead of %s %d: %s (%s)", g_quark_to_string (error->domain),
      error->code, g_quark_to_string (domain), code, error->message, debug);
  gst_element_set_state (rig->pipeline, GST_STATE_READY);
  second = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ERROR);
  fail_unless (second == NULL, "a second error");
  return g_strdup_printf ("%s\n%s", error->message, debug ? debug : "");
}

/**
 * rig_take_full_error:
 *
 * Waits for the error that tells where the camera is, what was expected there
 * and what came.
 *
 * Returns: (transfer full): all it says
 */
gchar *
rig_take_full_error (Rig * rig, GQuark domain, gint code)
{
  gchar *text = rig_take_error (rig, domain, code);
  g_autofree gchar *host = NULL;
  g_autofree gchar *place = NULL;
  gint port;

  g_object_get (rig->src, "host", &host, "port", &port, NULL);
  place = g_strdup_printf ("%s:%d", host, port);
  fail_unless (strstr (text, place) != NULL
      && strstr (text, place) < strchr (text, '\n'), "where? %s", text);
  fail_unless (strstr (strchr (text, '\n'), "xpected") != NULL, "%s", text);
  fail_unless (strstr (strchr (text, '\n'), "got") != NULL, "%s", text);
  return text;
}

/**
 * rig_take_warning:
 *
 * Waits for a warning; fails if an error comes first.
 *
 * Returns: (transfer full): all it says
 */
gchar *
rig_take_warning (Rig * rig, GQuark domain, gint code)
{
  g_autoptr (GstMessage) message = rig_wait_message (rig,
      GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, &debug);
    fail ("an error: %s (%s)", error->message, debug);
  }
  gst_message_parse_warning (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code),
      "%s %d instead of %s %d: %s (%s)", g_quark_to_string (error->domain),
      error->code, g_quark_to_string (domain), code, error->message, debug);
  return g_strdup_printf ("%s\n%s", error->message, debug ? debug : "");
}

/**
 * rig_expect_error:
 *
 * As rig_take_full_error(), when its text does not matter.
 */
void
rig_expect_error (Rig * rig, GQuark domain, gint code)
{
  g_free (rig_take_full_error (rig, domain, code));
}

static GstPadProbeReturn
note_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Rig *rig = user_data;

  g_mutex_lock (&rig->lock);
  rig->blocked = TRUE;
  g_cond_broadcast (&rig->changed);
  g_mutex_unlock (&rig->lock);
  return GST_PAD_PROBE_OK;
}

/**
 * rig_block:
 *
 * The next buffer does not get past the source's pad.
 */
void
rig_block (Rig * rig)
{
  rig->block = gst_pad_add_probe (rig->pad,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, note_blocked, rig,
      NULL);
}

/**
 * rig_wait_blocked:
 *
 * Waits until a buffer has come to the blocked pad.
 */
void
rig_wait_blocked (Rig * rig)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  gboolean in_time = TRUE;

  g_mutex_lock (&rig->lock);
  while (!rig->blocked && in_time)
    in_time = g_cond_wait_until (&rig->changed, &rig->lock, limit);
  g_mutex_unlock (&rig->lock);
  fail_unless (in_time, "no buffer came to the blocked pad");
}

/**
 * rig_forget:
 *
 * Gives back the frames that have come.
 */
void
rig_forget (Rig * rig)
{
  g_mutex_lock (&rig->lock);
  g_ptr_array_set_size (rig->came, 0);
  rig->next = 0;
  g_mutex_unlock (&rig->lock);
}

/**
 * rig_unblock:
 *
 * Lets it pass, and all that follow.
 */
void
rig_unblock (Rig * rig)
{
  gst_pad_remove_probe (rig->pad, rig->block);
  rig->block = 0;
}

/*** what a frame must be like ***/

/* @plane: on the wire, which begins with B; GStreamer's components begin with
 * R. */
static guint8
pixel_of (GstVideoFrame * frame, guint plane, guint x, guint y)
{
  guint component = 2 - plane;
  const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (frame, component);

  return data[y * GST_VIDEO_FRAME_COMP_STRIDE (frame, component)
      + x * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, component)];
}

/* The fourth byte of a pixel, if there is one: it is opaque. */
static void
assert_opaque (GstVideoFrame * frame)
{
  const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  guint fourth = 6, i, x, y;

  if (GST_VIDEO_FRAME_COMP_PSTRIDE (frame, 0) != 4)
    return;
  for (i = 0; i < 3; i++)
    fourth -= GST_VIDEO_FRAME_COMP_POFFSET (frame, i);
  for (y = 0; y < (guint) GST_VIDEO_FRAME_HEIGHT (frame); y++)
    for (x = 0; x < (guint) GST_VIDEO_FRAME_WIDTH (frame); x++)
      if (data[y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0) + 4 * x + fourth]
          != 255)
        fail ("pixel %u,%u is not opaque", x, y);
}

static void
assert_pixels (GstVideoFrame * frame, guint seed)
{
  guint plane, x, y;

  for (plane = 0; plane < 3; plane++)
    for (y = 0; y < (guint) GST_VIDEO_FRAME_HEIGHT (frame); y++)
      for (x = 0; x < (guint) GST_VIDEO_FRAME_WIDTH (frame); x++)
        if (pixel_of (frame, plane, x, y) != oak_test_pixel (seed, plane, x, y))
          fail ("pixel %u,%u of plane %u of picture %u", x, y, plane, seed);
  assert_opaque (frame);
}

/**
 * assert_picture:
 *
 * Fails unless the frame has this format, this size in pixels, and every pixel
 * of the picture with the number @seed.
 */
void
assert_picture (GstSample * sample, const gchar * format, guint width,
    guint height, guint seed)
{
  GstVideoInfo info;
  GstVideoFrame frame;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless_equals_string (GST_VIDEO_INFO_NAME (&info), format);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), height);
  fail_unless (gst_video_frame_map (&frame, &info,
          gst_sample_get_buffer (sample), GST_MAP_READ));
  assert_pixels (&frame, seed);
  gst_video_frame_unmap (&frame);
}

/**
 * expect_picture:
 *
 * Waits for the next frame, which must be as assert_picture() wants it.
 */
void
expect_picture (Rig * rig, const gchar * format, guint width, guint height,
    guint seed)
{
  GstSample *sample = rig_pull (rig);

  assert_picture (sample, format, width, height, seed);
  gst_sample_unref (sample);
}

/**
 * expect_said:
 *
 * Waits for the small BGR picture that rig_say() says.
 */
void
expect_said (Rig * rig, guint seed)
{
  expect_picture (rig, "BGR", RIG_WIDTH, RIG_HEIGHT, seed);
}

/**
 * assert_bytes:
 *
 * Fails unless the frame has just these bytes.
 */
void
assert_bytes (GstSample * sample, GBytes * expected)
{
  gsize size;
  gconstpointer content = g_bytes_get_data (expected, &size);
  GstBuffer *buffer = gst_sample_get_buffer (sample);

  fail_unless_equals_int (gst_buffer_get_size (buffer), size);
  fail_unless (gst_buffer_memcmp (buffer, 0, content, size) == 0,
      "other bytes than the camera's");
}

/**
 * expect_bytes:
 * @expected: (transfer full): any bytes
 *
 * Waits for the next frame, which must have just these.
 */
void
expect_bytes (Rig * rig, GBytes * expected)
{
  GstSample *sample = rig_pull (rig);

  assert_bytes (sample, expected);
  gst_sample_unref (sample);
  g_bytes_unref (expected);
}

/**
 * device_time_of:
 *
 * Returns: the reference timestamp, in ns; fails if there is none
 */
guint64
device_time_of (GstSample * sample)
{
  g_autoptr (GstCaps) caps =
      gst_caps_new_empty_simple ("timestamp/x-oak-stream");
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (gst_sample_get_buffer (sample),
      caps);

  fail_unless (meta != NULL, "no reference timestamp");
  return meta->timestamp;
}

/**
 * is_discont:
 *
 * Returns: whether something is missing before it
 */
gboolean
is_discont (GstSample * sample)
{
  return GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample),
      GST_BUFFER_FLAG_DISCONT);
}

/**
 * is_delta:
 *
 * Returns: whether it cannot be decoded without those before it
 */
gboolean
is_delta (GstSample * sample)
{
  return GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample),
      GST_BUFFER_FLAG_DELTA_UNIT);
}

/**
 * count_rois:
 *
 * Returns: how many detections it has
 */
guint
count_rois (GstSample * sample)
{
  return gst_buffer_get_n_meta (gst_sample_get_buffer (sample),
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
}

/**
 * roi_of:
 *
 * Returns: (transfer none): the detection with this id; fails if there is none
 */
GstVideoRegionOfInterestMeta *
roi_of (GstSample * sample, gint id)
{
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_get_video_region_of_interest_meta_id (gst_sample_get_buffer
      (sample), id);

  fail_unless (roi != NULL, "no region %d", id);
  return roi;
}

/**
 * label_of:
 *
 * Returns: (transfer none): its class' name
 */
const gchar *
label_of (GstSample * sample, gint id)
{
  return g_quark_to_string (roi_of (sample, id)->roi_type);
}

/*** memory that downstream offers ***/

static GstPadQueryFunction query_of_sink;

static gboolean
answer_allocation (GstPad * pad, GstObject * parent, GstQuery * query)
{
  Rig *rig = g_object_get_data (G_OBJECT (pad), "rig");
  GstVideoAlignment alignment;
  GstStructure *config;
  GstVideoInfo info;
  GstCaps *caps;
  guint max = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (pad), "max"));
  guint size;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return query_of_sink (pad, parent, query);
  gst_query_parse_allocation (query, &caps, NULL);
  if (!caps || !gst_video_info_from_caps (&info, caps))
    return FALSE;
  gst_video_alignment_reset (&alignment);
  alignment.padding_left = 16;
  alignment.padding_right = 5;
  alignment.padding_bottom = 3;
  gst_clear_object (&rig->pool);
  rig->pool = gst_video_buffer_pool_new ();
  config = gst_buffer_pool_get_config (rig->pool);
  gst_buffer_pool_config_set_params (config, caps, info.size, 2, max);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &alignment);
  fail_unless (gst_buffer_pool_set_config (rig->pool, config));
  config = gst_buffer_pool_get_config (rig->pool);
  gst_buffer_pool_config_get_params (config, NULL, &size, NULL, NULL);
  gst_structure_free (config);
  gst_query_add_allocation_pool (query, rig->pool, size, 2, max);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

/**
 * rig_offer_pool:
 *
 * The sink offers a pool with padded rows, of @max buffers (0 = any number).
 */
void
rig_offer_pool (Rig * rig, guint max)
{
  GstPad *pad = gst_element_get_static_pad (rig->sink, "sink");

  g_object_set_data (G_OBJECT (pad), "rig", rig);
  g_object_set_data (G_OBJECT (pad), "max", GUINT_TO_POINTER (max));
  query_of_sink = GST_PAD_QUERYFUNC (pad);
  gst_pad_set_query_function (pad, answer_allocation);
  gst_object_unref (pad);
}

/**
 * rig_let_pass:
 *
 * A wait with a limit, for a message that must not come. @time is in ns.
 */
void
rig_let_pass (Rig * rig, GstClockTime time)
{
  fail_unless (gst_bus_timed_pop_filtered (rig->bus, time,
          GST_MESSAGE_ERROR | GST_MESSAGE_EOS) == NULL);
}
