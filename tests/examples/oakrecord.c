/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records a camera, a file after the other, and beside each file another one
 * that tells what was found in its frames: a line of JSON for each frame.
 *
 *   oakrecord --location=front-%Y%m%dT%H%M%SZ.mp4 --seconds=60 \
 *       'oaktcpsrc host=10.12.101.188 framerate=30/1 drop-on-latency=false !
 *        videoconvert ! video/x-raw,format=I420 !
 *        x264enc tune=zerolatency key-int-max=60 ! h264parse'
 *
 * A line is written as its frame goes into the muxer, from the metas on it: so
 * there is one for each frame of the file, in the same order, whatever was
 * dropped before. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <gst/video/video.h>

static gchar *location = NULL;
static gint seconds = 60;

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  gint status;
  gboolean ending;
  gint any_frame;               /* atomic */

  /* Of the thread that feeds the muxer; afterwards of main(). */
  gchar *path, *sidecar_path;
  FILE *sidecar;
  GstClockTime start;           /* running time of the file's first frame */
} Recorder;

/* *INDENT-OFF* */
static const struct
{
  const gchar *suffix;
  const gchar *muxer;
} containers[] = {
  {".mp4", "mp4mux"},
  /* Else it writes the running time, and no file but the first begins at 0. */
  {".mkv", "matroskamux offset-to-zero=true"},
};
/* *INDENT-ON* */

/*** one line ***/

/* A name of a class may have any character in it. */
static void
append_quoted (GString * line, const gchar * text)
{
  gchar *valid = g_utf8_make_valid (text, -1);
  const gchar *c;

  g_string_append_c (line, '"');
  for (c = valid; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      g_string_append_printf (line, "\\%c", *c);
    else if ((guchar) * c < 0x20)
      g_string_append_printf (line, "\\u%04x", *c);
    else
      g_string_append_c (line, *c);
  }
  g_string_append_c (line, '"');
  g_free (valid);
}

/* Not by %f, which writes a comma where the locale has one. */
static void
append_confidence (GString * line, gdouble confidence)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (line, g_ascii_formatd (text, sizeof (text), "%.4f",
          confidence));
}

/* What converters leave of a detection: confidence and class are beside the
 * region, in an array whose index is the region's id. */
static const GValue *
find_value (const GstStructure * all, const gchar * name, gint id)
{
  const GValue *values = gst_structure_get_value (all, name);

  if (values == NULL || id < 0
      || (guint) id >= gst_value_array_get_size (values))
    return NULL;
  return gst_value_array_get_value (values, id);
}

static void
append_detection (GString * line, const GstVideoRegionOfInterestMeta * roi,
    const GstStructure * all)
{
  const GValue *confidence = find_value (all, "confidence", roi->id);
  const GValue *label_id = find_value (all, "label-id", roi->id);

  g_string_append (line, "{\"label\":");
  append_quoted (line, g_quark_to_string (roi->roi_type));
  g_string_append_printf (line, ",\"label_id\":%d,\"confidence\":",
      label_id != NULL ? g_value_get_int (label_id) : -1);
  append_confidence (line,
      confidence != NULL ? g_value_get_double (confidence) : 0.0);
  g_string_append_printf (line, ",\"box\":[%u,%u,%u,%u]}", roi->x, roi->y,
      roi->w, roi->h);
}

/* null, if nobody has looked at this picture. */
static void
append_detections (GString * line, GstBuffer * buffer)
{
  GstCustomMeta *found =
      gst_buffer_get_custom_meta (buffer, "OakDetectionsMeta");
  const gchar *between = "";
  gpointer state = NULL;
  GstMeta *meta;

  if (found == NULL) {
    g_string_append (line, "null");
    return;
  }
  g_string_append_c (line, '[');
  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    const GstVideoRegionOfInterestMeta *roi =
        (const GstVideoRegionOfInterestMeta *) meta;

    /* Other elements' regions have numbers of their own. */
    if (roi->parent_id != -1)
      continue;
    g_string_append (line, between);
    append_detection (line, roi, gst_custom_meta_get_structure (found));
    between = ",";
  }
  g_string_append_c (line, ']');
}

/* When the picture was taken, by this machine's clock; or NULL. */
static GDateTime *
get_time (GstBuffer * buffer)
{
  static GstStaticCaps unix_time = GST_STATIC_CAPS ("timestamp/x-unix");
  GstCaps *caps = gst_static_caps_get (&unix_time);
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buffer, caps);
  GDateTime *second, *time = NULL;

  gst_caps_unref (caps);
  if (meta != NULL) {
    second = g_date_time_new_from_unix_utc (meta->timestamp / GST_SECOND);
    time = g_date_time_add (second, meta->timestamp % GST_SECOND / GST_USECOND);
    g_date_time_unref (second);
  }
  return time;
}

static void
append_time (GString * line, GstBuffer * buffer)
{
  GDateTime *time = get_time (buffer);
  gchar *text;

  if (time == NULL) {
    g_string_append (line, "null");
    return;
  }
  text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  g_string_append_printf (line, "\"%s.%06dZ\"", text,
      g_date_time_get_microsecond (time));
  g_free (text);
  g_date_time_unref (time);
}

static GstClockTime
get_running_time (GstPad * pad, GstBuffer * buffer)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  GstClockTime time = GST_BUFFER_PTS (buffer);
  const GstSegment *segment;

  if (event != NULL) {
    gst_event_parse_segment (event, &segment);
    time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
    gst_event_unref (event);
  }
  return time;
}

static GstPadProbeReturn
on_frame (GstPad * pad, GstPadProbeInfo * probe, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  GstClockTime time = get_running_time (pad, buffer);
  Recorder *self = user_data;
  GString *line;

  if (self->sidecar == NULL)
    return GST_PAD_PROBE_OK;
  if (self->start == GST_CLOCK_TIME_NONE)
    self->start = time;
  g_atomic_int_set (&self->any_frame, TRUE);

  line = g_string_new (NULL);
  g_string_append_printf (line, "{\"pts\":%" G_GUINT64_FORMAT ",\"time\":",
      time - self->start);
  append_time (line, buffer);
  g_string_append (line, ",\"detections\":");
  append_detections (line, buffer);
  g_string_append (line, "}\n");
  if (fwrite (line->str, line->len, 1, self->sidecar) != 1
      || fflush (self->sidecar) != 0)
    GST_ELEMENT_ERROR (self->pipeline, RESOURCE, WRITE,
        ("What was found cannot be written: %s", g_strerror (errno)), (NULL));
  g_string_free (line, TRUE);
  return GST_PAD_PROBE_OK;
}

/*** files ***/

static gchar *
name_sidecar (const gchar * path)
{
  return g_strdup_printf ("%.*s.jsonl", (gint) (strrchr (path, '.') - path),
      path);
}

static gboolean
is_taken (const gchar * path)
{
  gchar *sidecar = name_sidecar (path);
  gboolean taken = g_file_test (path, G_FILE_TEST_EXISTS)
      || g_file_test (sidecar, G_FILE_TEST_EXISTS);

  g_free (sidecar);
  return taken;
}

/* Nothing is overwritten, even if a clock was set back. */
static gchar *
choose_path (GDateTime * time)
{
  gchar *wanted = g_date_time_format (time, location);
  const gchar *suffix = strrchr (wanted, '.');
  gchar *path = g_strdup (wanted);
  guint i;

  for (i = 1; is_taken (path); i++) {
    g_free (path);
    path = g_strdup_printf ("%.*s-%u%s", (gint) (suffix - wanted), wanted, i,
        suffix);
  }
  g_free (wanted);
  return path;
}

static void
close_sidecar (Recorder * self)
{
  g_clear_pointer (&self->sidecar, fclose);
  g_clear_pointer (&self->sidecar_path, g_free);
  g_clear_pointer (&self->path, g_free);
}

/* @path: (transfer full): of the file it is for */
static void
open_sidecar (Recorder * self, gchar * path)
{
  close_sidecar (self);
  self->path = path;
  self->sidecar_path = name_sidecar (path);
  self->start = GST_CLOCK_TIME_NONE;
  self->sidecar = g_fopen (self->sidecar_path, "we");
  if (self->sidecar == NULL)
    GST_ELEMENT_ERROR (self->pipeline, RESOURCE, OPEN_WRITE,
        ("%s cannot be written: %s", self->sidecar_path, g_strerror (errno)),
        (NULL));
}

/* Called before the first frame of a file goes into the muxer, and after the
 * last one of the file before it. */
static gchar *
on_format_location (GstElement * splitmuxsink, guint number, GstSample * first,
    gpointer user_data)
{
  GstBuffer *buffer = first != NULL ? gst_sample_get_buffer (first) : NULL;
  GDateTime *time = buffer != NULL ? get_time (buffer) : NULL;
  Recorder *self = user_data;

  if (time == NULL)
    time = g_date_time_new_now_utc ();
  open_sidecar (self, choose_path (time));
  g_date_time_unref (time);
  return g_strdup (self->path);
}

/* If not one frame came, splitmuxsink writes a file all the same. */
static void
remove_empty (Recorder * self)
{
  if (self->path != NULL && !g_atomic_int_get (&self->any_frame)) {
    g_unlink (self->path);
    g_unlink (self->sidecar_path);
  }
}

/*** the pipeline ***/

static void
on_muxer_pad (GstElement * muxer, GstPad * pad, gpointer user_data)
{
  if (GST_PAD_IS_SINK (pad))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, user_data,
        NULL);
}

static gboolean
is_format (const gchar * text)
{
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *formatted = g_date_time_format (now, text);
  gboolean is_one = formatted != NULL;

  g_free (formatted);
  g_date_time_unref (now);
  return is_one;
}

static GstElement *
make_muxer (GError ** error)
{
  guint i;

  if (!is_format (location)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s has a %% with no date or time behind it", location);
    return NULL;
  }
  for (i = 0; i < G_N_ELEMENTS (containers); i++) {
    if (g_str_has_suffix (location, containers[i].suffix))
      return gst_parse_launch (containers[i].muxer, error);
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "%s ends neither in .mp4 nor in .mkv", location);
  return NULL;
}

/* Only a camera's source knows when a picture was taken. */
static void
ask_for_time (const GValue * item, gpointer unused)
{
  GObject *source = g_value_get_object (item);

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (source),
          "wall-clock-meta") != NULL)
    g_object_set (source, "wall-clock-meta", TRUE, NULL);
}

static void
ask_sources_for_time (Recorder * self)
{
  GstIterator *sources = gst_bin_iterate_sources (GST_BIN (self->pipeline));

  gst_iterator_foreach (sources, ask_for_time, NULL);
  gst_iterator_free (sources);
}

/* It takes its muxer before it is linked: then it asks for a pad of it. */
static gboolean
append_recorder (Recorder * self, GstElement * muxer)
{
  GstElement *last = gst_bin_get_by_name (GST_BIN (self->pipeline), "last");
  GstElement *sink = gst_element_factory_make ("splitmuxsink", NULL);
  gboolean linked;

  g_signal_connect (muxer, "pad-added", G_CALLBACK (on_muxer_pad), self);
  g_signal_connect (sink, "format-location-full",
      G_CALLBACK (on_format_location), self);
  g_object_set (sink, "muxer", muxer, "max-size-time", seconds * GST_SECOND,
      "send-keyframe-requests", TRUE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  linked = gst_element_link_pads (last, "src", sink, "video");
  gst_object_unref (last);
  return linked;
}

static gboolean
make_pipeline (Recorder * self, const gchar * description, GError ** error)
{
  GstElement *muxer = make_muxer (error);
  gchar *text;

  if (muxer == NULL)
    return FALSE;
  /* A queue, so that the encoder need not wait for the disk. */
  text = g_strdup_printf ("%s ! queue name=last", description);
  self->pipeline = gst_parse_launch_full (text, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_free (text);
  if (self->pipeline == NULL) {
    gst_object_unref (muxer);
    return FALSE;
  }
  ask_sources_for_time (self);
  if (append_recorder (self, muxer))
    return TRUE;
  g_set_error (error, GST_PARSE_ERROR, GST_PARSE_ERROR_LINK,
      "This pipeline does not end in a video stream that a file can have");
  return FALSE;
}

/*** its run ***/

static void
on_error (Recorder * self, GstMessage * message)
{
  GError *error = NULL;

  gst_message_parse_error (message, &error, NULL);
  fprintf (stderr, "%s\n", error->message);
  g_error_free (error);
  self->status = EXIT_FAILURE;
  g_main_loop_quit (self->loop);
}

/* A file that is whole. */
static void
print_closed (Recorder * self, GstMessage * message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (gst_structure_has_name (structure, "splitmuxsink-fragment-closed")
      && g_atomic_int_get (&self->any_frame)) {
    printf ("%s\n", gst_structure_get_string (structure, "location"));
    fflush (stdout);
  }
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Recorder *self = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      on_error (self, message);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (self->loop);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (self->pipeline));
      break;
    case GST_MESSAGE_ELEMENT:
      print_closed (self, message);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* EOS lets the muxer end its file; who cannot wait asks again. */
static gboolean
on_signal (gpointer user_data)
{
  Recorder *self = user_data;

  if (self->ending)
    g_main_loop_quit (self->loop);
  else
    gst_element_send_event (self->pipeline, gst_event_new_eos ());
  self->ending = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
run (Recorder * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  guint watch = gst_bus_add_watch (bus, on_message, self);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, self);
  guint terminate = g_unix_signal_add (SIGTERM, on_signal, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (self->loop);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);

  g_source_remove (terminate);
  g_source_remove (interrupt);
  g_source_remove (watch);
  g_main_loop_unref (self->loop);
  gst_object_unref (bus);
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    {"location", 'l', 0, G_OPTION_ARG_FILENAME, &location,
        "Name of the files, .mp4 or .mkv; %Y, %m, %d, %H, %M, %S are the "
          "time in UTC at which the first picture was taken "
          "(default: oak-%Y%m%dT%H%M%SZ.mp4)", "NAME"},
    {"seconds", 's', 0, G_OPTION_ARG_INT, &seconds,
        "How long a file becomes (default: 60; 0 = without end)", "SECONDS"},
    {NULL}
  };
  GOptionContext *options = g_option_context_new ("'PIPELINE'");
  Recorder self = { NULL, NULL, EXIT_SUCCESS };
  GError *error = NULL;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, &argc, &argv, &error) || argc != 2
      || seconds < 0) {
    fprintf (stderr, "%s\n", error != NULL ? error->message :
        "A pipeline is needed, as one argument; see --help");
    return EXIT_FAILURE;
  }
  g_option_context_free (options);
  if (location == NULL)
    location = g_strdup ("oak-%Y%m%dT%H%M%SZ.mp4");

  if (!make_pipeline (&self, argv[1], &error)) {
    fprintf (stderr, "%s\n", error->message);
    return EXIT_FAILURE;
  }
  run (&self);
  remove_empty (&self);
  close_sidecar (&self);
  gst_object_unref (self.pipeline);
  g_free (location);
  return self.status;
}
