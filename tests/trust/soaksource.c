/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipelines that soak.py looks at, in a process of their own. Each argument is
 * one, with an oaktcpsrc "camera". Obeys lines:
 *
 *   look   gives back what malloc() keeps; prints a line of `stats` for each
 *          pipeline, of the messages since (errors, warnings), and of the heap
 *   stop   sets them to NULL, prints the ms that each took; ends */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>

typedef struct
{
  GstElement *pipeline, *camera;
  guint n_errors, n_warnings;
} Line;

static void
open_line (Line * line, const gchar * description)
{
  GError *error = NULL;

  line->pipeline = gst_parse_launch (description, &error);
  if (error != NULL) {
    fprintf (stderr, "%s\n", error->message);
    exit (1);
  }
  line->camera = gst_bin_get_by_name (GST_BIN (line->pipeline), "camera");
  gst_element_set_state (line->pipeline, GST_STATE_PLAYING);
}

/* A bus that nobody empties would be a leak of the test's own. */
static void
read_bus (Line * line)
{
  GstBus *bus = gst_element_get_bus (line->pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
        || GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
      line->n_errors++;
    else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
      line->n_warnings++;
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

/* What is allocated, in KiB; 0 = nobody knows. */
static guint
heap (void)
{
#if defined (__GLIBC__) && __GLIBC_PREREQ (2, 33)
  struct mallinfo2 info = mallinfo2 ();

  return (info.uordblks + info.hblkhd) / 1024;
#else
  return 0;
#endif
}

static void
look (Line * line)
{
  GstStructure *stats;
  gchar *text;

  read_bus (line);
  g_object_get (line->camera, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  printf ("errors=%u warnings=%u heap=%u %s\n", line->n_errors,
      line->n_warnings, heap (), text);
  g_free (text);
  gst_structure_free (stats);
}

static void
close_line (Line * line)
{
  gint64 start = g_get_monotonic_time ();

  gst_element_set_state (line->pipeline, GST_STATE_NULL);
  printf ("stopped %.1f\n", (g_get_monotonic_time () - start) / 1000.0);
  gst_object_unref (line->camera);
  gst_object_unref (line->pipeline);
}

int
main (int argc, char **argv)
{
  gchar command[16];
  Line *lines;
  gint i, n;

  /* So that the resident memory tells what is held, and not how malloc() has
   * arranged it: pictures have pages of their own. */
  mallopt (M_MMAP_THRESHOLD, 32 * 1024);
  mallopt (M_ARENA_MAX, 1);
  gst_init (&argc, &argv);
  n = argc - 1;
  lines = g_new0 (Line, n);
  for (i = 0; i < n; i++)
    open_line (&lines[i], argv[i + 1]);

  while (fgets (command, sizeof (command), stdin) != NULL
      && strcmp (command, "stop\n") != 0) {
    malloc_trim (0);
    for (i = 0; i < n; i++)
      look (&lines[i]);
    fflush (stdout);
  }
  for (i = 0; i < n; i++)
    close_line (&lines[i]);
  g_free (lines);
  return 0;
}
