/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/video/video.h>

#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#endif

#define WIDTH 64
#define HEIGHT 48
#define GROUND 40
#define CAPS_OF(width, height) "video/x-raw,format=GRAY8,framerate=30/1," \
    "width=" G_STRINGIFY (width) ",height=" G_STRINGIFY (height)
#define CAPS CAPS_OF (WIDTH, HEIGHT)

/* GRAY8 of this width has no padding: a byte is a pixel. */
static GstHarness *
open_overlay (const gchar * properties)
{
  gchar *line = g_strdup_printf ("oakoverlay %s", properties);
  GstHarness *h = gst_harness_new_parse (line);

  gst_harness_set_src_caps_str (h, CAPS);
  g_free (line);
  return h;
}

/* The harness has it in a bin, and keeps it. */
static GstElement *
overlay_of (GstHarness * h)
{
  GstElement *element = gst_harness_find_element (h, "oakoverlay");

  gst_object_unref (element);
  return element;
}

static GstBuffer *
make_frame (guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, WIDTH * HEIGHT, NULL);

  gst_buffer_memset (buffer, 0, GROUND, -1);
  GST_BUFFER_PTS (buffer) = n * 100 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 100 * GST_MSECOND;
  return buffer;
}

static GstVideoRegionOfInterestMeta *
add_roi (GstBuffer * buffer, const gchar * label, guint x, guint y, guint w,
    guint h)
{
  return gst_buffer_add_video_region_of_interest_meta (buffer, label, x, y, w,
      h);
}

static void
add_confidence (GstVideoRegionOfInterestMeta * roi, gdouble confidence)
{
  gst_video_region_of_interest_meta_add_param (roi,
      gst_structure_new ("detection", "confidence", G_TYPE_DOUBLE, confidence,
          NULL));
}

/* As oaktcpsrc attaches it. */
static GstStructure *
add_detections (GstBuffer * buffer, const gchar * fields)
{
  static const gchar *tags[] = { NULL };
  GstStructure *parsed = gst_structure_from_string (fields, NULL);
  GstStructure *structure;
  guint i;

  if (gst_meta_get_info ("OakDetectionsMeta") == NULL)
    gst_meta_register_custom ("OakDetectionsMeta", tags, NULL, NULL, NULL);
  structure = gst_custom_meta_get_structure (gst_buffer_add_custom_meta
      (buffer, "OakDetectionsMeta"));
  for (i = 0; i < (guint) gst_structure_n_fields (parsed); i++) {
    const gchar *name = gst_structure_nth_field_name (parsed, i);

    gst_structure_set_value (structure, name, gst_structure_get_value (parsed,
            name));
  }
  gst_structure_free (parsed);
  return structure;
}

/* What is written in a frame: how many pixels, and the area they are in. */
typedef struct
{
  guint n;
  gint left, top, right, bottom;
} Drawn;

static Drawn
look_at (GstBuffer * buffer)
{
  Drawn drawn = { 0, WIDTH, HEIGHT, 0, 0 };
  GstMapInfo map;
  gint x, y;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, WIDTH * HEIGHT);
  for (y = 0; y < HEIGHT; y++) {
    for (x = 0; x < WIDTH; x++) {
      if (map.data[y * WIDTH + x] == GROUND)
        continue;
      drawn.n++;
      drawn.left = MIN (drawn.left, x);
      drawn.top = MIN (drawn.top, y);
      drawn.right = MAX (drawn.right, x + 1);
      drawn.bottom = MAX (drawn.bottom, y + 1);
    }
  }
  gst_buffer_unmap (buffer, &map);
  return drawn;
}

static Drawn
draw (GstHarness * h, GstBuffer * buffer)
{
  GstBuffer *output = gst_harness_push_and_pull (h, buffer);
  Drawn drawn;

  fail_unless (output != NULL);
  drawn = look_at (output);
  gst_buffer_unref (output);
  return drawn;
}

/* Whether a frame gets a box. */
static void
expect_box (GstHarness * h, GstBuffer * buffer, gboolean wanted)
{
  fail_unless_equals_int (draw (h, buffer).n > 0, wanted);
}

/* Boxes */

/* *INDENT-OFF* */
static const struct
{
  guint x, y, w, h;
  guint n;                      /* pixels of a box with lines of 2 pixels */
} boxes[] = {
  {10, 10, 20, 10, 104},
  {0, 0, WIDTH, HEIGHT, 432},
  {0, 0, 1, 1, 1},
  {WIDTH - 1, HEIGHT - 1, 1, 1, 1},
  {20, 20, 3, 3, 9},
  /* across edges */
  {54, 10, 20, 10, 52},
  {10, 43, 20, 10, 52},
  {(guint) -10, 10, 20, 10, 52},
  {10, (guint) -5, 20, 10, 52},
  {(guint) -100, (guint) -100, 1000, 1000, 0},
  {G_MAXINT, 0, 20, 20, 0},
  {0, 0, G_MAXUINT, G_MAXUINT, 220},
  {G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT, 111},
  /* outside */
  {WIDTH, 10, 20, 10, 0},
  {10, HEIGHT, 20, 10, 0},
  {(guint) -20, 10, 20, 10, 0},
  {10, (guint) -10, 20, 10, 0},
  /* no area */
  {10, 10, 0, 10, 0},
  {10, 10, 20, 0, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_boxes_are_clipped)
{
  GstHarness *h = open_overlay ("draw-labels=false line-width=2");
  GstBuffer *buffer = make_frame (0);

  add_roi (buffer, "face", boxes[__i__].x, boxes[__i__].y, boxes[__i__].w,
      boxes[__i__].h);
  fail_unless_equals_int (draw (h, buffer).n, boxes[__i__].n);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* With labels, too: they may go anywhere that is inside. */
GST_START_TEST (test_labels_are_clipped)
{
  GstHarness *h = open_overlay ("font-desc=\"Sans 30px\"");
  GstBuffer *buffer = make_frame (0);
  GstVideoRegionOfInterestMeta *roi = add_roi (buffer,
      "a label that is longer than the picture", boxes[__i__].x,
      boxes[__i__].y, boxes[__i__].w, boxes[__i__].h);
  Drawn drawn;

  add_confidence (roi, 0.5);
  drawn = draw (h, buffer);
  fail_unless (drawn.n >= boxes[__i__].n);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_a_box_is_where_its_region_is)
{
  GstHarness *h = open_overlay ("draw-labels=false line-width=1");
  GstBuffer *buffer = make_frame (0);
  Drawn drawn;

  add_roi (buffer, "face", 10, 12, 20, 14);
  drawn = draw (h, buffer);
  fail_unless_equals_int (drawn.left, 10);
  fail_unless_equals_int (drawn.top, 12);
  fail_unless_equals_int (drawn.right, 30);
  fail_unless_equals_int (drawn.bottom, 26);
  fail_unless_equals_int (drawn.n, 2 * 20 + 2 * 12);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Memory of others has rows of other lengths, and begins elsewhere. */
GST_START_TEST (test_padded_memory)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 100 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 80 };
  GstHarness *h = open_overlay ("line-width=1 draw-labels=false");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100 + 80 * HEIGHT, NULL);
  GstMapInfo map;
  guint i, n = 0, n_outside = 0;

  gst_buffer_memset (buffer, 0, GROUND, -1);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, WIDTH, HEIGHT, 1, offsets, strides);
  add_roi (buffer, "cat", 0, 0, WIDTH, HEIGHT);
  buffer = gst_harness_push_and_pull (h, buffer);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (i = 0; i < map.size; i++) {
    if (map.data[i] == GROUND)
      continue;
    n++;
    n_outside += i < 100 || (i - 100) % 80 >= WIDTH;
  }
  fail_unless_equals_int (n, 2 * WIDTH + 2 * (HEIGHT - 2));
  fail_unless_equals_int (n_outside, 0);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_eight_thousand_boxes)
{
  GstHarness *h = open_overlay ("blur-labels=hidden");
  GstBuffer *buffer = make_frame (0);
  guint i;

  for (i = 0; i < 8000; i++) {
    gchar *label = g_strdup_printf ("class %u", i % 300);

    add_roi (buffer, i % 2 ? label : "hidden", i % WIDTH, i % HEIGHT, 50, 50);
    g_free (label);
  }
  fail_unless (draw (h, buffer).n > 0);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* A picture that is large, and everything on top of each other. */
GST_START_TEST (test_much_to_hide_takes_no_longer)
{
  GstHarness *h = gst_harness_new_parse ("oakoverlay blur-labels=*");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 1920 * 1080, NULL);
  guint i;

  gst_harness_set_src_caps_str (h, CAPS_OF (1920, 1080));
  gst_buffer_memset (buffer, 0, GROUND, -1);
  for (i = 0; i < 8000; i++)
    add_roi (buffer, "person", i % 10, i % 10, 1900, 1060);
  buffer = gst_harness_push_and_pull (h, buffer);
  fail_unless (buffer != NULL);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Frames with nothing to draw */

static guint n_mapped;

static gpointer
count_map (GstMemory * memory, gsize size, GstMapFlags flags)
{
  n_mapped++;
  return NULL;
}

static void
unmap_nothing (GstMemory * memory)
{
}

static void
free_nothing (GstAllocator * allocator, GstMemory * memory)
{
  g_free (memory);
}

typedef GstAllocator Unmappable;
typedef GstAllocatorClass UnmappableClass;

static GType unmappable_get_type (void);
G_DEFINE_TYPE (Unmappable, unmappable, GST_TYPE_ALLOCATOR);

static void
unmappable_class_init (UnmappableClass * klass)
{
  klass->free = free_nothing;
}

static void
unmappable_init (Unmappable * self)
{
  self->mem_type = "unmappable";
  self->mem_map = count_map;
  self->mem_unmap = unmap_nothing;
}

static GstBuffer *
make_unmappable (void)
{
  GstAllocator *allocator = g_object_new (unmappable_get_type (), NULL);
  GstMemory *memory = g_new0 (GstMemory, 1);
  GstBuffer *buffer = gst_buffer_new ();

  gst_object_ref_sink (allocator);
  gst_memory_init (memory, 0, allocator, NULL, WIDTH * HEIGHT, 0, 0,
      WIDTH * HEIGHT);
  gst_object_unref (allocator);
  gst_buffer_append_memory (buffer, memory);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

/* Somebody else has the buffer, too, and nobody may look into it. */
GST_START_TEST (test_nothing_to_draw_is_passed_through)
{
  GstHarness *h = open_overlay ("exclude-labels=cat min-confidence=0.5 "
      "blur-labels=dog");
  GstBuffer *buffer = make_unmappable (), *output;

  add_roi (buffer, "cat", 10, 10, 20, 20);
  add_roi (buffer, "dog", 10, 10, 0, 20);
  add_confidence (add_roi (buffer, "person", 10, 10, 20, 20), 0.4);
  n_mapped = 0;
  output = gst_harness_push_and_pull (h, gst_buffer_ref (buffer));
  fail_unless (output == buffer);
  fail_unless_equals_int (n_mapped, 0);
  gst_buffer_unref (output);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_a_picture_that_cannot_be_written_is_an_error)
{
  GstHarness *h = open_overlay ("");
  GstBus *bus = gst_bus_new ();
  GstBuffer *buffer = make_unmappable ();
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_bus (overlay_of (h), bus);
  add_roi (buffer, "cat", 10, 10, 20, 20);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_ERROR);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_WRITE));
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_bus (overlay_of (h), NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_who_shares_the_picture_sees_it_clean)
{
  GstHarness *h = open_overlay ("");
  GstBuffer *buffer = make_frame (0), *output;

  add_roi (buffer, "cat", 10, 10, 20, 20);
  output = gst_harness_push_and_pull (h, gst_buffer_ref (buffer));
  fail_unless (output != buffer);
  fail_unless_equals_int (look_at (buffer).n, 0);
  fail_unless (look_at (output).n > 0);
  /* The metas are on both. */
  fail_unless (gst_buffer_get_video_region_of_interest_meta_id (output, 0)
      != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (output), GST_BUFFER_PTS (buffer));
  gst_buffer_unref (output);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_one_that_is_shared_with_nobody_is_not_copied)
{
  GstHarness *h = open_overlay ("");
  GstBuffer *buffer = make_frame (0), *output;

  add_roi (buffer, "cat", 10, 10, 20, 20);
  output = gst_harness_push_and_pull (h, buffer);
  fail_unless (output == buffer);
  gst_buffer_unref (output);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Confidence */

/* *INDENT-OFF* */
static const struct
{
  gdouble param;                /* less than -1: none */
  const gchar *kept;            /* what oaktcpsrc attaches, or NULL */
  gint id;
  gboolean drawn;               /* with 0.5 asked for */
} confidences[] = {
  {0.6, NULL, 0, TRUE},
  {0.5, NULL, 0, TRUE},
  {0.4, NULL, 0, FALSE},
  /* not known */
  {-2, NULL, 0, TRUE},
  {NAN, NULL, 0, TRUE},
  {INFINITY, NULL, 0, TRUE},
  {-0.5, NULL, 0, TRUE},
  {1.5, NULL, 0, TRUE},
  /* by id */
  {-2, "d,confidence=<0.9,0.1>", 0, TRUE},
  {-2, "d,confidence=<0.9,0.1>", 1, FALSE},
  {-2, "d,confidence=<0.9,0.1>", 2, TRUE},
  {-2, "d,confidence=<0.9,0.1>", -1, TRUE},
  {-2, "d,confidence=<0.1,0.9>", G_MAXINT, TRUE},
  {NAN, "d,confidence=<0.1,0.9>", 0, FALSE},
  /* the parameter comes first */
  {0.6, "d,confidence=<0.1>", 0, TRUE},
  {0.4, "d,confidence=<0.9>", 0, FALSE},
  /* of other types */
  {-2, "d,confidence=0.1", 0, TRUE},
  {-2, "d,confidence=<(int)0>", 0, TRUE},
  {-2, "d,confidence={0.1}", 0, TRUE},
  {-2, "d,confidence=<>", 0, TRUE},
  {-2, "d,n=(uint)1", 0, TRUE},
  {-2, "d,label-id=<(double)1>", 0, TRUE},
};
/* *INDENT-ON* */

GST_START_TEST (test_where_confidence_comes_from)
{
  GstHarness *h = open_overlay ("min-confidence=0.5");
  GstBuffer *buffer = make_frame (0);
  GstVideoRegionOfInterestMeta *roi = add_roi (buffer, "cat", 10, 10, 20, 20);

  roi->id = confidences[__i__].id;
  roi->parent_id = -1;
  if (!(confidences[__i__].param < -1))
    add_confidence (roi, confidences[__i__].param);
  if (confidences[__i__].kept != NULL)
    add_detections (buffer, confidences[__i__].kept);
  expect_box (h, buffer, confidences[__i__].drawn);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_confidences_that_were_floats)
{
  GstHarness *h = open_overlay ("min-confidence=0.7");
  GstBuffer *buffer = make_frame (0);

  add_confidence (add_roi (buffer, "cat", 10, 10, 20, 20), 0.7f);
  expect_box (h, buffer, TRUE);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* facedetect leaves both numbers of its regions at 0. */
GST_START_TEST (test_regions_of_others_keep_out_of_what_is_kept)
{
  GstHarness *h = open_overlay ("min-confidence=0.5 show-confidence=true "
      "font-desc=\"Sans 12px\"");
  GstBuffer *buffer = make_frame (0);
  guint n;

  add_roi (buffer, "face", 10, 20, 20, 20);
  n = draw (h, buffer).n;
  fail_unless (n > 0);

  buffer = make_frame (1);
  add_roi (buffer, "face", 10, 20, 20, 20);
  add_detections (buffer, "d,confidence=<0.9>");
  fail_unless_equals_int (draw (h, buffer).n, n);

  buffer = make_frame (2);
  add_roi (buffer, "face", 10, 20, 20, 20);
  add_detections (buffer, "d,confidence=<0.1>");
  fail_unless_equals_int (draw (h, buffer).n, n);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* The label says it. */
GST_START_TEST (test_labels_tell_the_confidence)
{
  GstHarness *h = open_overlay ("font-desc=\"Sans 12px\"");
  GstBuffer *buffer = make_frame (0);
  Drawn without, with;

  add_roi (buffer, "cat", 0, 20, 10, 10);
  without = draw (h, buffer);
  buffer = make_frame (1);
  add_confidence (add_roi (buffer, "cat", 0, 20, 10, 10), 0.5);
  with = draw (h, buffer);
  fail_unless (with.right > without.right);

  g_object_set (overlay_of (h), "show-confidence", FALSE, NULL);
  buffer = make_frame (2);
  add_confidence (add_roi (buffer, "cat", 0, 20, 10, 10), 0.5);
  fail_unless_equals_int (draw (h, buffer).n, without.n);

  g_object_set (overlay_of (h), "draw-labels", FALSE, NULL);
  buffer = make_frame (3);
  add_confidence (add_roi (buffer, "cat", 0, 20, 10, 10), 0.5);
  fail_unless (draw (h, buffer).n < without.n);
  gst_harness_teardown (h);
}

GST_END_TEST;

#ifdef HAVE_ANALYTICS
static GstAnalyticsRelationMeta *
add_od (GstBuffer * buffer, const gchar * label, gint x, gint y, gint w, gint h,
    gfloat confidence)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_add_analytics_relation_meta (buffer);
  GstAnalyticsODMtd od;

  fail_unless (gst_analytics_relation_meta_add_od_mtd (meta,
          g_quark_from_string (label), x, y, w, h, confidence, &od));
  return meta;
}

GST_START_TEST (test_relation_metas_alone)
{
  GstHarness *h = open_overlay ("draw-labels=false line-width=1 "
      "min-confidence=0.5");
  GstBuffer *buffer = make_frame (0);
  Drawn drawn;

  add_od (buffer, "cat", 10, 12, 20, 14, 0.9);
  add_od (buffer, "dog", 1, 1, 30, 30, 0.4);
  add_od (buffer, "dog", 1, 1, -30, 30, 0.9);
  drawn = draw (h, buffer);
  fail_unless_equals_int (drawn.left, 10);
  fail_unless_equals_int (drawn.top, 12);
  fail_unless_equals_int (drawn.n, 2 * 20 + 2 * 12);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* A twin gives its confidence, and is not drawn again. */
GST_START_TEST (test_both_kinds_of_metas)
{
  GstHarness *h = open_overlay ("draw-labels=false line-width=1 "
      "min-confidence=0.5");
  GstBuffer *buffer = make_frame (0);

  add_roi (buffer, "cat", 10, 12, 20, 14);
  add_od (buffer, "cat", 12, 10, 20, 14, 0.9);
  fail_unless_equals_int (draw (h, buffer).n, 2 * 20 + 2 * 12);

  buffer = make_frame (1);
  add_roi (buffer, "cat", 10, 12, 20, 14);
  add_od (buffer, "cat", 12, 10, 20, 14, 0.4);
  expect_box (h, buffer, FALSE);

  /* Two producers. */
  buffer = make_frame (2);
  add_roi (buffer, "cat", 10, 12, 20, 14);
  add_od (buffer, "dog", 1, 1, 5, 5, 0.9);
  fail_unless_equals_int (draw (h, buffer).n, 2 * 20 + 2 * 12 + 16);

  /* That both count from 0 makes no twins. */
  buffer = make_frame (3);
  add_roi (buffer, "cat", 10, 12, 20, 14);
  add_od (buffer, "cat", 1, 1, 5, 5, 0.9);
  fail_unless_equals_int (draw (h, buffer).n, 2 * 20 + 2 * 12 + 16);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Converters' pools keep it, empty, for pictures that nobody has looked at. */
GST_START_TEST (test_an_empty_relation_meta_tells_nothing)
{
  GstHarness *h = open_overlay ("hold-time=250000000");
  GstBuffer *buffer = make_frame (0);

  add_od (buffer, "cat", 10, 12, 20, 14, 0.9);
  expect_box (h, buffer, TRUE);
  buffer = make_frame (1);
  gst_buffer_add_analytics_relation_meta (buffer);
  expect_box (h, buffer, TRUE);
  buffer = make_frame (3);
  gst_buffer_add_analytics_relation_meta (buffer);
  expect_box (h, buffer, FALSE);
  gst_harness_teardown (h);
}

GST_END_TEST;
#endif

/* Properties */

/* *INDENT-OFF* */
static const struct
{
  const gchar *properties;
  const gchar *label;
  gboolean drawn;
} filters[] = {
  {"", "cat", TRUE},
  {"include-labels=cat", "cat", TRUE},
  {"include-labels=cat", "dog", FALSE},
  {"include-labels=\"dog, traffic light\"", "traffic light", TRUE},
  {"include-labels=*", "dog", TRUE},
  {"exclude-labels=cat", "cat", FALSE},
  {"exclude-labels=cat", "dog", TRUE},
  {"exclude-labels=*", "dog", FALSE},
  {"include-labels=cat exclude-labels=cat", "cat", FALSE},
  {"class-colors=\"cat=#00ffffff\" draw-labels=false", "cat", FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_filters)
{
  GstHarness *h = open_overlay (filters[__i__].properties);
  GstBuffer *buffer = make_frame (0);

  add_roi (buffer, filters[__i__].label, 10, 20, 20, 20);
  expect_box (h, buffer, filters[__i__].drawn);
  gst_harness_teardown (h);
}

GST_END_TEST;

static guint8
color_of_box (GstHarness * h, const gchar * label)
{
  GstBuffer *buffer = make_frame (0);
  guint8 pixel;

  add_roi (buffer, label, 10, 20, 20, 20);
  buffer = gst_harness_push_and_pull (h, buffer);
  gst_buffer_extract (buffer, 39 * WIDTH + 20, &pixel, 1);
  gst_buffer_unref (buffer);
  return pixel;
}

/* All in the middle of the stream. */
GST_START_TEST (test_colors)
{
  GstHarness *h = open_overlay ("draw-labels=false");
  guint8 cat, dog;
  gchar *text;

  fail_unless (color_of_box (h, "cat") != GROUND);
  g_object_set (overlay_of (h), "color", 0xffffffff, NULL);
  fail_unless (color_of_box (h, "cat") > 220);
  g_object_set (overlay_of (h), "color", 0xff000000, NULL);
  fail_unless (color_of_box (h, "cat") < 20);

  g_object_set (overlay_of (h), "class-colors", "cat=#ffffff", NULL);
  cat = color_of_box (h, "cat");
  dog = color_of_box (h, "dog");
  fail_unless (cat > 220 && dog < 20);

  /* Half of what was there shines through. */
  g_object_set (overlay_of (h), "class-colors", "cat=#80ffffff", NULL);
  fail_unless (ABS (color_of_box (h, "cat") - (cat + GROUND) / 2) <= 2);

  g_object_set (overlay_of (h), "class-colors", NULL, NULL);
  fail_unless (color_of_box (h, "cat") < 20);
  g_object_get (overlay_of (h), "class-colors", &text, NULL);
  fail_unless (text == NULL);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_colors_that_cannot_be_read_are_a_warning)
{
  GstHarness *h = open_overlay ("class-colors=\"cat=#ffffff\" "
      "draw-labels=false");
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error = NULL;
  gchar *text;

  gst_element_set_bus (overlay_of (h), bus);
  g_object_set (overlay_of (h), "class-colors", "dog=#000000, cat=red", NULL);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_SETTINGS));
  fail_unless (strstr (error->message, "class-colors") != NULL);
  fail_unless (strstr (error->message, "cat=red") != NULL);
  g_error_free (error);
  gst_message_unref (message);

  g_object_get (overlay_of (h), "class-colors", &text, NULL);
  fail_unless_equals_string (text, "cat=#ffffff");
  fail_unless (color_of_box (h, "cat") > 220);
  g_free (text);
  gst_element_set_bus (overlay_of (h), NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* As from a command line: there is no bus yet. */
GST_START_TEST (test_colors_that_are_wrong_at_the_start_are_a_warning)
{
  GstElement *pipeline = gst_parse_launch ("videotestsrc num-buffers=1 ! "
      "oakoverlay class-colors=\"cat=red\" ! fakesink", NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
      GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "cat=red") != NULL);
  g_error_free (error);
  gst_message_unref (message);

  /* Once is enough. */
  gst_element_set_state (pipeline, GST_STATE_READY);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_lines_are_as_wide_as_the_picture_is_high)
{
  static const struct
  {
    const gchar *caps;
    guint width, height, line;
  } sizes[] = {
    {CAPS_OF (128, 96), 128, 96, 1},
    {CAPS_OF (300, 300), 300, 300, 2},
    {CAPS_OF (1920, 1080), 1920, 1080, 4},
    {CAPS_OF (3840, 2160), 3840, 2160, 8},
  };
  guint i, y, n;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstHarness *h = gst_harness_new_parse ("oakoverlay draw-labels=false");
    GstBuffer *buffer = gst_buffer_new_allocate (NULL,
        sizes[i].width * sizes[i].height, NULL);
    GstMapInfo map;

    gst_harness_set_src_caps_str (h, sizes[i].caps);
    gst_buffer_memset (buffer, 0, GROUND, -1);
    add_roi (buffer, "cat", 0, 10, 60, 60);
    buffer = gst_harness_push_and_pull (h, buffer);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (y = 0, n = 0; y < 40; y++)
      n += map.data[y * sizes[i].width + 30] != GROUND;
    fail_unless_equals_int (n, sizes[i].line);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
    gst_harness_teardown (h);
  }
}

GST_END_TEST;

GST_START_TEST (test_properties_are_controlled_by_stream_time)
{
  GstHarness *h = open_overlay ("");
  GstControlSource *source = gst_interpolation_control_source_new ();
  GstTimedValueControlSource *values = GST_TIMED_VALUE_CONTROL_SOURCE (source);
  guint i;

  gst_timed_value_control_source_set (values, 0, 0.9);
  gst_timed_value_control_source_set (values, 100 * GST_MSECOND, 0.1);
  fail_unless (gst_object_add_control_binding (GST_OBJECT (overlay_of (h)),
          gst_direct_control_binding_new (GST_OBJECT (overlay_of (h)),
              "min-confidence", source)));
  gst_object_unref (source);

  for (i = 0; i < 2; i++) {
    GstBuffer *buffer = make_frame (i);

    add_confidence (add_roi (buffer, "cat", 10, 10, 20, 20), 0.5);
    expect_box (h, buffer, i == 1);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Hold */

GST_START_TEST (test_boxes_are_held)
{
  GstHarness *h = open_overlay ("hold-time=250000000");
  GstBuffer *buffer = make_frame (0);

  add_roi (buffer, "cat", 10, 10, 20, 20);
  expect_box (h, buffer, TRUE);
  expect_box (h, make_frame (1), TRUE);
  expect_box (h, make_frame (2), TRUE);
  expect_box (h, make_frame (3), FALSE);
  /* Gone is gone. */
  expect_box (h, make_frame (2), FALSE);

  /* One in which nothing was found. */
  buffer = make_frame (4);
  add_roi (buffer, "cat", 10, 10, 20, 20);
  expect_box (h, buffer, TRUE);
  buffer = make_frame (5);
  add_detections (buffer, "d,n=(uint)0");
  expect_box (h, buffer, FALSE);
  expect_box (h, make_frame (6), FALSE);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_nothing_is_held_without_being_asked)
{
  GstHarness *h = open_overlay ("");
  GstBuffer *buffer = make_frame (0);

  add_roi (buffer, "cat", 10, 10, 20, 20);
  expect_box (h, buffer, TRUE);
  /* Not even at the same time. */
  expect_box (h, make_frame (0), FALSE);
  expect_box (h, make_frame (1), FALSE);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_a_flush_ends_the_hold)
{
  GstHarness *h = open_overlay ("hold-time=1000000000");
  GstBuffer *buffer = make_frame (1);
  GstSegment segment;

  add_roi (buffer, "cat", 10, 10, 20, 20);
  expect_box (h, buffer, TRUE);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  expect_box (h, make_frame (2), FALSE);

  /* Another size. */
  buffer = make_frame (3);
  add_roi (buffer, "cat", 10, 10, 20, 20);
  expect_box (h, buffer, TRUE);
  gst_harness_set_src_caps_str (h, CAPS_OF (48, 64));
  expect_box (h, make_frame (4), FALSE);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_frames_without_time_are_drawn)
{
  GstHarness *h = open_overlay ("hold-time=18446744073709551615");
  GstBuffer *buffer = make_frame (0);

  add_roi (buffer, "cat", 10, 10, 20, 20);
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  expect_box (h, buffer, TRUE);
  buffer = make_frame (0);
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  expect_box (h, buffer, FALSE);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* appsrc counts bytes, unless it is told not to. */
GST_START_TEST (test_a_segment_in_bytes)
{
  GstHarness *h = open_overlay ("");
  GstBuffer *buffer = make_frame (0);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  add_roi (buffer, "cat", 10, 10, 20, 20);
  expect_box (h, buffer, TRUE);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Mosaic */

/* Whatever is asked of boxes, and also while it is held. */
GST_START_TEST (test_what_is_to_be_hidden_is_hidden)
{
  GstHarness *h = open_overlay ("blur-labels=person exclude-labels=* "
      "min-confidence=1 hold-time=250000000");
  GstMapInfo map;
  guint i, x, y;

  for (i = 0; i < 2; i++) {
    GstBuffer *buffer = make_frame (i);
    guint n = 0;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
    for (y = 0; y < HEIGHT; y++)
      for (x = 0; x < WIDTH; x++)
        map.data[y * WIDTH + x] = (x + y) % 2 ? 0 : 200;
    gst_buffer_unmap (buffer, &map);
    if (i == 0)
      add_confidence (add_roi (buffer, "person", 8, 8, 40, 32), 0.1);
    else
      fail_unless (gst_buffer_get_video_region_of_interest_meta_id (buffer, 0)
          == NULL);

    buffer = gst_harness_push_and_pull (h, buffer);
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    for (y = 0; y < HEIGHT; y++)
      for (x = 0; x < WIDTH; x++)
        n += map.data[y * WIDTH + x] == 100;
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
    fail_unless_equals_int (n, 40 * 32);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
oakoverlay_suite (void)
{
  Suite *s = suite_create ("oakoverlay");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_boxes_are_clipped, 0, G_N_ELEMENTS (boxes));
  tcase_add_loop_test (tc, test_labels_are_clipped, 0, G_N_ELEMENTS (boxes));
  tcase_add_test (tc, test_a_box_is_where_its_region_is);
  tcase_add_test (tc, test_padded_memory);
  tcase_add_test (tc, test_eight_thousand_boxes);
  tcase_add_test (tc, test_much_to_hide_takes_no_longer);
  tcase_add_test (tc, test_nothing_to_draw_is_passed_through);
  tcase_add_test (tc, test_a_picture_that_cannot_be_written_is_an_error);
  tcase_add_test (tc, test_who_shares_the_picture_sees_it_clean);
  tcase_add_test (tc, test_one_that_is_shared_with_nobody_is_not_copied);
  tcase_add_loop_test (tc, test_where_confidence_comes_from, 0,
      G_N_ELEMENTS (confidences));
  tcase_add_test (tc, test_confidences_that_were_floats);
  tcase_add_test (tc, test_regions_of_others_keep_out_of_what_is_kept);
  tcase_add_test (tc, test_labels_tell_the_confidence);
#ifdef HAVE_ANALYTICS
  tcase_add_test (tc, test_relation_metas_alone);
  tcase_add_test (tc, test_both_kinds_of_metas);
  tcase_add_test (tc, test_an_empty_relation_meta_tells_nothing);
#endif
  tcase_add_loop_test (tc, test_filters, 0, G_N_ELEMENTS (filters));
  tcase_add_test (tc, test_colors);
  tcase_add_test (tc, test_colors_that_cannot_be_read_are_a_warning);
  tcase_add_test (tc, test_colors_that_are_wrong_at_the_start_are_a_warning);
  tcase_add_test (tc, test_lines_are_as_wide_as_the_picture_is_high);
  tcase_add_test (tc, test_properties_are_controlled_by_stream_time);
  tcase_add_test (tc, test_boxes_are_held);
  tcase_add_test (tc, test_nothing_is_held_without_being_asked);
  tcase_add_test (tc, test_a_flush_ends_the_hold);
  tcase_add_test (tc, test_frames_without_time_are_drawn);
  tcase_add_test (tc, test_a_segment_in_bytes);
  tcase_add_test (tc, test_what_is_to_be_hidden_is_hidden);
  return s;
}

GST_CHECK_MAIN (oakoverlay);
