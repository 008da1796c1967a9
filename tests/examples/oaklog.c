/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes what a camera finds, one JSON object a picture, and touches no buffer:
 * it listens to the messages that oaktcpsrc posts.
 *
 *   oaklog 'oaktcpsrc host=10.12.101.188 post-detections=true ! fakesink'
 *
 * PTS is in ns, as in a file that the same pipeline records; "time" is the
 * time of day at which the message came here. */

#include <stdio.h>
#include <stdlib.h>

#include <gst/gst.h>

/* Names of labels may have any character in them. */
static void
print_quoted (const gchar * text)
{
  putchar ('"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\')
      printf ("\\%c", *text);
    else if ((guchar) * text < 0x20)
      printf ("\\u%04x", *text);
    else
      putchar (*text);
  }
  putchar ('"');
}

static void
print_detection (const GstStructure * found)
{
  guint x, y, w, h;
  gdouble confidence;
  gint permille;

  if (!gst_structure_get (found, "confidence", G_TYPE_DOUBLE, &confidence,
          "x", G_TYPE_UINT, &x, "y", G_TYPE_UINT, &y,
          "w", G_TYPE_UINT, &w, "h", G_TYPE_UINT, &h, NULL))
    return;
  permille = confidence * 1000.0 + 0.5;
  printf ("{\"label\":");
  print_quoted (gst_structure_get_string (found, "label"));
  /* Not by %f, which writes a comma where the locale has one. */
  printf (",\"percent\":%d.%d,\"x\":%u,\"y\":%u,\"w\":%u,\"h\":%u}",
      permille / 10, permille % 10, x, y, w, h);
}

static void
print_picture (const GstStructure * message)
{
  const GValue *found = gst_structure_get_value (message, "detections");
  GDateTime *now = g_date_time_new_now_utc ();
  gchar *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  guint64 pts = GST_CLOCK_TIME_NONE;
  guint i;

  gst_structure_get_uint64 (message, "timestamp", &pts);
  printf ("{\"time\":\"%s.%03dZ\",\"pts\":%" G_GUINT64_FORMAT
      ",\"detections\":[", time, g_date_time_get_microsecond (now) / 1000, pts);
  for (i = 0; i < gst_value_list_get_size (found); i++) {
    if (i > 0)
      putchar (',');
    print_detection (gst_value_get_structure (gst_value_list_get_value (found,
                i)));
  }
  printf ("]}\n");
  fflush (stdout);
  g_free (time);
  g_date_time_unref (now);
}

static gint
print_error (GstMessage * message)
{
  GError *error = NULL;

  gst_message_parse_error (message, &error, NULL);
  fprintf (stderr, "%s\n", error->message);
  g_error_free (error);
  return EXIT_FAILURE;
}

/* Until EOS or an error. */
static gint
listen (GstBus * bus)
{
  gint status = EXIT_SUCCESS;
  gboolean ended = FALSE;

  while (!ended) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
        GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

    ended = GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      status = print_error (message);
    else if (gst_message_has_name (message, "oak-detections"))
      print_picture (gst_message_get_structure (message));
    gst_message_unref (message);
  }
  return status;
}

int
main (int argc, char **argv)
{
  GstElement *pipeline;
  GError *error = NULL;
  GstBus *bus;
  gint status;

  gst_init (&argc, &argv);
  if (argc != 2) {
    fprintf (stderr, "usage: %s 'PIPELINE'\n", argv[0]);
    return EXIT_FAILURE;
  }
  pipeline = gst_parse_launch_full (argv[1], NULL, GST_PARSE_FLAG_FATAL_ERRORS,
      &error);
  if (pipeline == NULL) {
    fprintf (stderr, "%s\n", error->message);
    return EXIT_FAILURE;
  }

  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  status = listen (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return status;
}
