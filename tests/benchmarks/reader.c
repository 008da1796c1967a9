/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What pipelines cost: CPU time of the whole process, all threads, for each
 * buffer that comes to the elements called "sink". Prints the same as floor;
 * the frames of all pipelines count.
 *
 *   reader SKIP FRAMES PIPELINE… */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <gst/gst.h>

typedef struct
{
  GstClockTime device_time, came;
} Stamp;

static gint skip, wanted;       /* of all pipelines */
static gint n = 0;              /* atomic: that came */
static gint64 cpu = 0;
static GstClockTime start, end;
static Stamp *stamps;
static GstCaps *reference;
static GMainLoop *loop;
static gint status = 1;

static struct rusage
usage (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage;
}

static gint64
cpu_time (void)
{
  struct rusage used = usage ();

  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * G_USEC_PER_SEC
      + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static void
stamp (GstBuffer * buffer, Stamp * stamp)
{
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buffer, reference);

  stamp->came = gst_util_get_timestamp ();
  stamp->device_time = meta != NULL ? meta->timestamp : 0;
}

static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * probe, gpointer user_data)
{
  gint i = g_atomic_int_add (&n, 1) - skip;

  if (i == 0) {
    cpu = cpu_time ();
    start = gst_util_get_timestamp ();
  }
  if (i >= 0 && i < wanted)
    stamp (GST_PAD_PROBE_INFO_BUFFER (probe), &stamps[i]);
  if (i == wanted - 1) {
    cpu = cpu_time () - cpu;
    end = gst_util_get_timestamp ();
    status = 0;
    g_main_loop_quit (loop);
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fprintf (stderr, "%s\n", error->message);
    g_error_free (error);
    g_main_loop_quit (loop);
  }
  return TRUE;
}

static GstElement *
open_pipeline (const gchar * description)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);
  GstElement *sink;
  GstPad *pad;
  GstBus *bus;

  if (error != NULL) {
    fprintf (stderr, "%s\n", error->message);
    exit (1);
  }
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, NULL, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, NULL);
  gst_object_unref (bus);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
close_pipeline (gpointer pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  GPtrArray *pipelines = g_ptr_array_new_with_free_func (close_pipeline);
  gint i;

  gst_init (&argc, &argv);
  if (argc < 4)
    return 2;
  skip = atoi (argv[1]) * (argc - 3);
  wanted = atoi (argv[2]) * (argc - 3);
  stamps = g_new0 (Stamp, wanted);
  reference = gst_caps_new_empty_simple ("timestamp/x-oak-stream");
  loop = g_main_loop_new (NULL, FALSE);

  for (i = 3; i < argc; i++)
    g_ptr_array_add (pipelines, open_pipeline (argv[i]));
  g_main_loop_run (loop);
  if (status == 0) {
    printf ("FRAMES %d CPU %" G_GINT64_FORMAT " SECONDS %.6f MEMORY %ld\n",
        wanted - 1, cpu, (end - start) / (gdouble) GST_SECOND,
        usage ().ru_maxrss);
    for (i = 0; i < wanted; i++)
      printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n",
          stamps[i].device_time, stamps[i].came);
  }

  g_ptr_array_unref (pipelines);
  g_main_loop_unref (loop);
  gst_caps_unref (reference);
  g_free (stamps);
  return status;
}
