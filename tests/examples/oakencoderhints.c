/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tells an encoder to spend more bits on what a camera has found: runs a
 * pipeline, and adds hints to the regions on each picture that comes to the
 * element that is called "encoder".
 *
 *   oakencoderhints --delta-qp=-8 --label=person \
 *       'oaktcpsrc host=10.12.101.188 ! videoconvert !
 *        msdkh264enc name=encoder ! h264parse ! mp4mux !
 *        filesink location=film.mp4'
 *
 * It must be there and not in the source: videoconvert drops parameters of
 * regions. Vaapi and msdk encoders read these. */

#include <stdio.h>
#include <stdlib.h>

#include <gst/gst.h>
#include <gst/video/video.h>

/* The range that both kinds of encoders have. */
#define DELTA_QP_MAX 10

static const gchar *const hints[] = { "roi/vaapi", "roi/msdk" };

static gint delta_qp = -5;
static gchar *label = NULL;
static gboolean verbose = FALSE;

static void
add_hints (GstVideoRegionOfInterestMeta * roi)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (hints); i++)
    gst_video_region_of_interest_meta_add_param (roi,
        gst_structure_new (hints[i], "delta-qp", G_TYPE_INT, delta_qp, NULL));
}

/* What the encoder gets. */
static void
print_region (GstBuffer * buffer, GstVideoRegionOfInterestMeta * roi)
{
  GList *p;

  printf ("%" G_GUINT64_FORMAT " %s %u,%u %ux%u", GST_BUFFER_PTS (buffer),
      g_quark_to_string (roi->roi_type), roi->x, roi->y, roi->w, roi->h);
  for (p = roi->params; p != NULL; p = p->next) {
    gchar *text = gst_structure_to_string (p->data);

    printf (" %s", text);
    g_free (text);
  }
  printf ("\n");
}

static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer =
      gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  gpointer state = NULL;
  GstMeta *meta;

  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *) meta;

    if (label == NULL
        || g_strcmp0 (g_quark_to_string (roi->roi_type), label) == 0)
      add_hints (roi);
    if (verbose)
      print_region (buffer, roi);
  }
  return GST_PAD_PROBE_OK;
}

/* Until EOS or an error. */
static gint
run_pipeline (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  gint status = EXIT_SUCCESS;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error = NULL;

    gst_message_parse_error (message, &error, NULL);
    fprintf (stderr, "%s\n", error->message);
    g_error_free (error);
    status = EXIT_FAILURE;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_message_unref (message);
  gst_object_unref (bus);
  return status;
}

static gint
watch_encoder (GstElement * pipeline)
{
  GstElement *encoder = GST_IS_BIN (pipeline) ?
      gst_bin_get_by_name (GST_BIN (pipeline), "encoder") : NULL;
  GstPad *pad = encoder != NULL ?
      gst_element_get_static_pad (encoder, "sink") : NULL;
  gint status = EXIT_FAILURE;

  if (pad == NULL) {
    fprintf (stderr, "No element of the pipeline is called \"encoder\"\n");
  } else {
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, NULL, NULL);
    status = run_pipeline (pipeline);
  }
  gst_clear_object (&pad);
  gst_clear_object (&encoder);
  return status;
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
    {"delta-qp", 'q', 0, G_OPTION_ARG_INT, &delta_qp,
          "Quantiser of regions beside the rest: less is better (-10 to 10)",
        "N"},
    {"label", 'l', 0, G_OPTION_ARG_STRING, &label,
        "Only regions of this class", "NAME"},
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose,
        "Print the regions that come to the encoder", NULL},
    {NULL}
  };
  GOptionContext *options = g_option_context_new ("'PIPELINE'");
  GstElement *pipeline;
  GError *error = NULL;
  gint status;

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, gst_init_get_option_group ());
  if (!g_option_context_parse (options, &argc, &argv, &error) || argc != 2
      || ABS (delta_qp) > DELTA_QP_MAX) {
    fprintf (stderr, "%s\n", error != NULL ? error->message :
        "A pipeline is needed, as one argument; see --help");
    return EXIT_FAILURE;
  }
  g_option_context_free (options);

  pipeline = gst_parse_launch_full (argv[1], NULL, GST_PARSE_FLAG_FATAL_ERRORS,
      &error);
  if (pipeline == NULL) {
    fprintf (stderr, "%s\n", error->message);
    return EXIT_FAILURE;
  }
  status = watch_encoder (pipeline);
  gst_object_unref (pipeline);
  return status;
}
