/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a pipeline and prints what its oaktcpsrc puts out, one JSON object a
 * line: times, geometry, and the detections that are on each buffer.
 *
 *   oakprint -n 10 'oaktcpsrc host=10.12.101.188 ! fakesink'
 *
 * It shows how an application reads detections: in a pad probe, from the
 * region of interest metas. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>
#include <gst/video/video.h>

static gboolean with_hash = FALSE;
static gint n_wanted = 0;

typedef struct
{
  GMainLoop *loop;
  GstBin *pipeline;
  gint n_seen;                  /* atomic; written by the streaming thread */
  gint status;
} Run;

static gdouble
get_double (const GstStructure * structure, const gchar * name)
{
  gdouble value = 0;

  if (structure != NULL)
    gst_structure_get_double (structure, name, &value);
  return value;
}

/* Names of labels may have any character in them. */
static gchar *
quote (const gchar * text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      g_string_append_printf (quoted, "\\%c", *text);
    else if ((guchar) * text < 0x20)
      g_string_append_printf (quoted, "\\u%04x", *text);
    else
      g_string_append_c (quoted, *text);
  }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

static void
print_detection (GstVideoRegionOfInterestMeta * roi, gboolean first)
{
  GstStructure *param =
      gst_video_region_of_interest_meta_get_param (roi, "detection");
  gchar *type = quote (g_quark_to_string (roi->roi_type));
  gint label_id = -1;

  if (param != NULL)
    gst_structure_get_int (param, "label_id", &label_id);

  printf ("%s{\"id\":%d,\"parent_id\":%d,\"type\":%s,\"x\":%u,\"y\":%u,"
      "\"w\":%u,\"h\":%u,\"confidence\":%.17g,\"label_id\":%d,"
      "\"x_min\":%.17g,\"y_min\":%.17g,\"x_max\":%.17g,\"y_max\":%.17g}",
      first ? "" : ",", roi->id, roi->parent_id, type, roi->x, roi->y, roi->w,
      roi->h, get_double (param, "confidence"), label_id,
      get_double (param, "x_min"), get_double (param, "y_min"),
      get_double (param, "x_max"), get_double (param, "y_max"));
  g_free (type);
}

static void
print_detections (GstBuffer * buffer)
{
  gpointer state = NULL;
  gboolean first = TRUE;
  GstMeta *meta;

  printf (",\"detections\":[");
  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    print_detection ((GstVideoRegionOfInterestMeta *) meta, first);
    first = FALSE;
  }
  printf ("]");
}

/* The picture as planes without padding, in the order of the components. */
static void
print_hash (GstBuffer * buffer, const GstVideoInfo * info)
{
  static const guint components[] = { GST_VIDEO_COMP_B, GST_VIDEO_COMP_G,
    GST_VIDEO_COMP_R
  };
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gint width = GST_VIDEO_INFO_WIDTH (info);
  guint8 *row = g_malloc (width);
  GstVideoFrame frame;
  guint c;
  gint x, y;

  if (!gst_video_frame_map (&frame, info, buffer, GST_MAP_READ))
    g_error ("Could not map a buffer");

  for (c = 0; c < G_N_ELEMENTS (components); c++) {
    gint stride = GST_VIDEO_FRAME_COMP_STRIDE (&frame, components[c]);
    gint step = GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, components[c]);
    const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (&frame, components[c]);

    for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
      for (x = 0; x < width; x++)
        row[x] = data[(gsize) y * stride + (gsize) x * step];
      g_checksum_update (checksum, row, width);
    }
  }

  gst_video_frame_unmap (&frame);
  printf (",\"sha256\":\"%s\"", g_checksum_get_string (checksum));
  g_checksum_free (checksum);
  g_free (row);
}

static void
print_device_time (GstBuffer * buffer)
{
  GstCaps *reference = gst_caps_new_empty_simple ("timestamp/x-oak-stream");
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buffer, reference);

  if (meta != NULL)
    printf (",\"device_time\":%" G_GUINT64_FORMAT, meta->timestamp);
  gst_caps_unref (reference);
}

static void
print_picture (GstPad * pad, GstBuffer * buffer)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;

  if (caps != NULL && gst_video_info_from_caps (&info, caps)) {
    printf (",\"format\":\"%s\",\"width\":%d,\"height\":%d",
        GST_VIDEO_INFO_NAME (&info), GST_VIDEO_INFO_WIDTH (&info),
        GST_VIDEO_INFO_HEIGHT (&info));
    if (with_hash)
      print_hash (buffer, &info);
  }
  if (caps != NULL)
    gst_caps_unref (caps);
}

static void
print_buffer (GstPad * pad, GstBuffer * buffer)
{
  printf ("{\"offset\":%" G_GUINT64_FORMAT ",\"pts\":%" G_GUINT64_FORMAT
      ",\"discont\":%s", GST_BUFFER_OFFSET (buffer), GST_BUFFER_PTS (buffer),
      GST_BUFFER_IS_DISCONT (buffer) ? "true" : "false");
  print_device_time (buffer);
  print_picture (pad, buffer);
  print_detections (buffer);
  printf ("}\n");
  fflush (stdout);
}

static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Run *run = user_data;
  gint n = g_atomic_int_add (&run->n_seen, 1) + 1;

  if (n_wanted == 0 || n <= n_wanted)
    print_buffer (pad, GST_PAD_PROBE_INFO_BUFFER (info));
  if (n == n_wanted)
    g_main_loop_quit (run->loop);
  return GST_PAD_PROBE_OK;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Run *run = user_data;
  GError *error = NULL;
  gchar *debug = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, &debug);
      fprintf (stderr, "%s: %s (%s)\n", GST_OBJECT_NAME (message->src),
          error->message, debug != NULL ? debug : "");
      g_error_free (error);
      g_free (debug);
      run->status = EXIT_FAILURE;
      g_main_loop_quit (run->loop);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (run->loop);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (run->pipeline);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static GstElement *
find_source (GstBin * pipeline)
{
  GstIterator *sources = gst_bin_iterate_sources (pipeline);
  GValue item = G_VALUE_INIT;
  GstElement *found = NULL;

  while (!found && gst_iterator_next (sources, &item) == GST_ITERATOR_OK) {
    GstElement *element = g_value_get_object (&item);
    GstElementFactory *factory = gst_element_get_factory (element);

    if (g_str_equal (GST_OBJECT_NAME (factory), "oaktcpsrc"))
      found = gst_object_ref (element);
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (sources);
  return found;
}

static guint64
get_count (GstStructure * stats, const gchar * name)
{
  guint64 count = 0;

  if (stats != NULL)
    gst_structure_get_uint64 (stats, name, &count);
  return count;
}

static void
print_stats (GstElement * source, GstElement * sink)
{
  static const gchar *counters[] = { "frames", "bytes", "detections",
    "detections-left-out", "frames-without-image", "dropped", "discarded"
  };
  GstStructure *stats = NULL;
  guint i;

  g_object_get (source, "stats", &stats, NULL);
  printf ("{\"stats\":{");
  for (i = 0; i < G_N_ELEMENTS (counters); i++)
    printf ("%s\"%s\":%" G_GUINT64_FORMAT, i > 0 ? "," : "", counters[i],
        get_count (stats, counters[i]));
  printf ("}");
  g_clear_pointer (&stats, gst_structure_free);

  if (sink != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (sink),
          "stats") != NULL) {
    g_object_get (sink, "stats", &stats, NULL);
    printf (",\"sink\":{\"rendered\":%" G_GUINT64_FORMAT ",\"dropped\":%"
        G_GUINT64_FORMAT "}", get_count (stats, "rendered"),
        get_count (stats, "dropped"));
    g_clear_pointer (&stats, gst_structure_free);
  }
  printf ("}\n");
}

static gint
run_pipeline (GstElement * pipeline, GstElement * source)
{
  Run run = { NULL, GST_BIN (pipeline), 0, EXIT_SUCCESS };
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (source, "src");
  GstBus *bus = gst_element_get_bus (pipeline);
  guint watch = gst_bus_add_watch (bus, on_message, &run);

  run.loop = g_main_loop_new (NULL, FALSE);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &run, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (run.loop);
  print_stats (source, sink);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  g_source_remove (watch);
  g_main_loop_unref (run.loop);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_clear_object (&sink);
  return run.status;
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    {"hash", 0, 0, G_OPTION_ARG_NONE, &with_hash,
        "Print the SHA-256 of each picture's B, G and R planes", NULL},
    {"number", 'n', 0, G_OPTION_ARG_INT, &n_wanted,
        "Stop after so many buffers (0 = never)", "N"},
    {NULL}
  };
  GOptionContext *options = g_option_context_new ("'PIPELINE'");
  GstElement *pipeline, *source;
  GError *error = NULL;
  gint status = EXIT_FAILURE;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, &argc, &argv, &error) || argc != 2) {
    fprintf (stderr, "%s\n", error != NULL ? error->message :
        "A pipeline is needed, as one argument; see --help");
    return EXIT_FAILURE;
  }
  g_option_context_free (options);

  pipeline = gst_parse_launch (argv[1], &error);
  if (error != NULL) {
    fprintf (stderr, "%s\n", error->message);
    return EXIT_FAILURE;
  }
  source = GST_IS_BIN (pipeline) ? find_source (GST_BIN (pipeline)) : NULL;
  if (source == NULL) {
    fprintf (stderr, "There is no oaktcpsrc in this pipeline\n");
  } else {
    status = run_pipeline (pipeline, source);
    gst_object_unref (source);
  }
  gst_object_unref (pipeline);
  return status;
}
