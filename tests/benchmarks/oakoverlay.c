/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What oakoverlay costs a frame of 1920x1080 BGR, beside one memcpy() of the
 * frame in the same run: medians of several rounds, one kind after the other in
 * each. */

#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>
#include <gst/video/video.h>

#define WIDTH 1920
#define HEIGHT 1080
#define SIZE (3 * WIDTH * HEIGHT)
#define CAPS "video/x-raw,format=BGR,width=1920,height=1080,framerate=30/1"
#define N_ROUNDS 15
#define N_FRAMES 100

typedef enum
{
  MEMCPY,
  NO_OVERLAY,                   /* what the pads cost */
  NO_BOX,
  BOXES,
  LABELS,
  N_KINDS
} Kind;

static const struct
{
  const gchar *name;
  guint n_boxes;
  gboolean labels;
} kinds[] = {
  {"memcpy of the frame", 0, FALSE},
  {"two pads and a buffer", 0, FALSE},
  {"overlay, 0 boxes", 0, FALSE},
  {"overlay, 5 boxes", 5, FALSE},
  {"overlay, 5 boxes, 5 labels", 5, TRUE},
};

typedef struct
{
  GstElement *overlay;
  GstPad *src, *sink;
} Bench;

/* It comes back: who else has it would make the overlay copy it. */
static GstBuffer *frame;

static GstFlowReturn
take (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  frame = buffer;
  return GST_FLOW_OK;
}

static void
begin_stream (GstPad * pad)
{
  GstSegment segment;
  GstCaps *caps = gst_caps_from_string (CAPS);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_stream_start ("benchmark"));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

static void
open_bench (Bench * bench, gboolean with_overlay)
{
  bench->overlay = NULL;
  bench->src = gst_pad_new ("src", GST_PAD_SRC);
  bench->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_chain_function (bench->sink, take);
  if (with_overlay) {
    GstPad *sink, *src;

    bench->overlay = gst_element_factory_make ("oakoverlay", NULL);
    if (bench->overlay == NULL) {
      g_printerr ("There is no oakoverlay.\n");
      exit (77);
    }
    sink = gst_element_get_static_pad (bench->overlay, "sink");
    src = gst_element_get_static_pad (bench->overlay, "src");
    gst_pad_link (bench->src, sink);
    gst_pad_link (src, bench->sink);
    gst_object_unref (sink);
    gst_object_unref (src);
    gst_element_set_state (bench->overlay, GST_STATE_PLAYING);
  } else {
    gst_pad_link (bench->src, bench->sink);
  }
  gst_pad_set_active (bench->sink, TRUE);
  gst_pad_set_active (bench->src, TRUE);
  begin_stream (bench->src);
}

static void
close_bench (Bench * bench)
{
  gst_pad_set_active (bench->src, FALSE);
  gst_pad_set_active (bench->sink, FALSE);
  if (bench->overlay != NULL)
    gst_element_set_state (bench->overlay, GST_STATE_NULL);
  gst_clear_object (&bench->overlay);
  gst_object_unref (bench->src);
  gst_object_unref (bench->sink);
}

static gboolean
remove_meta (GstBuffer * buffer, GstMeta ** meta, gpointer unused)
{
  *meta = NULL;
  return TRUE;
}

/* The confidence is another one in each frame. */
static void
prepare_frame (guint n_boxes, guint n)
{
  guint i;

  gst_buffer_foreach_meta (frame, remove_meta, NULL);
  GST_BUFFER_PTS (frame) = n * 33 * GST_MSECOND;
  for (i = 0; i < n_boxes; i++) {
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta (frame, "person",
        20 + 340 * i, 100 + 60 * i, 300, 500);

    roi->id = i;
    gst_video_region_of_interest_meta_add_param (roi,
        gst_structure_new ("detection", "confidence", G_TYPE_DOUBLE,
            (n * 7 + i * 13) % 100 / 100.0, NULL));
  }
}

/* Returns us a frame. */
static gdouble
run (Bench * bench, Kind kind)
{
  GstClockTime start, sum = 0;
  guint i;

  if (bench->overlay != NULL)
    g_object_set (bench->overlay, "draw-labels", kinds[kind].labels, NULL);
  for (i = 0; i < N_FRAMES; i++) {
    prepare_frame (kinds[kind].n_boxes, i);
    start = gst_util_get_timestamp ();
    gst_pad_push (bench->src, g_steal_pointer (&frame));
    sum += gst_util_get_timestamp () - start;
  }
  return sum / 1000.0 / N_FRAMES;
}

static gdouble
run_memcpy (guint8 * to, const guint8 * from)
{
  gint64 start = g_get_monotonic_time ();
  guint i;

  for (i = 0; i < N_FRAMES; i++)
    memcpy (to, from, SIZE);
  return (gdouble) (g_get_monotonic_time () - start) / N_FRAMES;
}

static int
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static void
print (gdouble results[N_KINDS][N_ROUNDS])
{
  gdouble floor, median;
  guint k;

  for (k = 0; k < N_KINDS; k++)
    qsort (results[k], N_ROUNDS, sizeof (gdouble), compare);
  floor = results[MEMCPY][N_ROUNDS / 2];
  g_print ("1920x1080 BGR, median of %d rounds of %d frames\n", N_ROUNDS,
      N_FRAMES);
  for (k = 0; k < N_KINDS; k++) {
    median = results[k][N_ROUNDS / 2];
    g_print ("%-28s %9.2f us a frame   %6.3f of memcpy%s\n", kinds[k].name,
        median, median / floor, results[k][N_ROUNDS - 1] > 2 * results[k][0] ?
        "   (rounds disagree)" : "");
  }
}

int
main (int argc, char **argv)
{
  static gdouble results[N_KINDS][N_ROUNDS];
  Bench with, without;
  guint8 *from, *to;
  guint r;

  gst_init (&argc, &argv);
  open_bench (&with, TRUE);
  open_bench (&without, FALSE);
  from = g_malloc0 (SIZE);
  to = g_malloc0 (SIZE);
  frame = gst_buffer_new_allocate (NULL, SIZE, NULL);
  gst_buffer_memset (frame, 0, 100, SIZE);

  /* The first round warms up. */
  for (r = 0; r <= N_ROUNDS; r++) {
    guint at = r == N_ROUNDS ? 0 : r;

    results[MEMCPY][at] = run_memcpy (to, from);
    results[NO_OVERLAY][at] = run (&without, NO_OVERLAY);
    results[NO_BOX][at] = run (&with, NO_BOX);
    results[BOXES][at] = run (&with, BOXES);
    results[LABELS][at] = run (&with, LABELS);
  }
  print (results);

  gst_buffer_unref (frame);
  g_free (from);
  g_free (to);
  close_bench (&with);
  close_bench (&without);
  return 0;
}
