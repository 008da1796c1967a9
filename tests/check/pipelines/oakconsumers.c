/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What other elements leave of the metas that oaktcpsrc attaches: not what we
 * do, but what docs/detections.md says of GStreamer, version by version. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#endif

#include "oakline.h"

/* The second one touches the right and bottom edge. */
#define DETECTIONS "0;90;0.25;0.25;0.5;0.75|2;60;0.5;0.5;1;1"
#define CAPS "video/x-raw,format=BGR,width=320,height=240,framerate=30/1"
#define SIZE (3 * 320 * 240)

typedef struct
{
  guint x, y, w, h;
} Box;

typedef enum
{
  NO_REGIONS,
  REGIONS,                      /* type, id and box */
  ALL,                          /* and parameters */
} Left;

/* *INDENT-OFF* */
static const struct
{
  const gchar *elements;        /* behind oaktcpsrc */
  const gchar *needed;
  guint minor;                  /* of the GStreamer from which on this holds */
  Left left;
  gboolean custom;              /* the custom meta is left */
  gboolean tolerant;            /* boxes may be a pixel off */
  Box boxes[2];
} cases[] = {
  {"", "", 22, ALL, TRUE, FALSE, {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"queue !", "queue", 22, ALL, TRUE, FALSE,
      {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"tee name=t t. ! queue ! fakesink async=false sync=false t. ! queue !",
      "tee", 22, ALL, TRUE, FALSE,
      {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"videoconvert ! video/x-raw,format=BGR !", "videoconvert", 22, ALL, TRUE,
      FALSE, {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"videoconvert ! video/x-raw,format=I420 !", "videoconvert", 22, REGIONS,
      TRUE, FALSE, {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"videoscale ! video/x-raw,width=160,height=120 !", "videoscale", 22, REGIONS,
      TRUE, TRUE, {{40, 30, 40, 60}, {80, 60, 79, 59}}},
  {"videocrop left=16 top=8 !", "videocrop", 22, NO_REGIONS, TRUE},
  {"videocrop left=16 top=8 !", "videocrop", 28, REGIONS, TRUE, TRUE,
      {{64, 52, 80, 120}, {144, 112, 159, 119}}},
  {"videoflip video-direction=horiz !", "videoflip", 22, NO_REGIONS, TRUE},
  {"videoflip video-direction=horiz !", "videoflip", 28, REGIONS, TRUE, TRUE,
      {{160, 60, 80, 120}, {1, 120, 159, 119}}},
  {"videoconvert ! x264enc tune=zerolatency ! avdec_h264 !",
      "videoconvert x264enc avdec_h264", 22, REGIONS, TRUE, FALSE,
      {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"videoconvert ! jpegenc ! jpegdec !", "videoconvert jpegenc jpegdec", 22,
      ALL, TRUE, FALSE, {{80, 60, 80, 120}, {160, 120, 159, 119}}},
  {"compositor !", "compositor", 22, NO_REGIONS, FALSE},
  {"compositor !", "compositor", 28, REGIONS, FALSE, TRUE,
      {{80, 60, 80, 120}, {160, 120, 159, 119}}},
};
/* *INDENT-ON* */

/* Whether no other line is of the same elements and a version that is nearer
 * to this one. */
static gboolean
holds_here (guint i)
{
  guint major, minor, micro, nano, k;

  gst_version (&major, &minor, &micro, &nano);
  if (cases[i].minor > minor)
    return FALSE;
  for (k = 0; k < G_N_ELEMENTS (cases); k++)
    if (g_str_equal (cases[k].elements, cases[i].elements)
        && cases[k].minor > cases[i].minor && cases[k].minor <= minor)
      return FALSE;
  return TRUE;
}

static gboolean
is_near (guint a, guint b, gboolean tolerant)
{
  return a == b || (tolerant && (a + 1 == b || a == b + 1));
}

static void
check_region (GstBuffer * buffer, guint i, guint id)
{
  static const gchar *const types[] = { "person", "car" };
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_get_video_region_of_interest_meta_id (buffer, id);
  const Box *box = &cases[i].boxes[id];

  fail_unless (roi != NULL, "%s: region %u is gone", cases[i].elements, id);
  fail_unless_equals_string (g_quark_to_string (roi->roi_type), types[id]);
  fail_unless_equals_int (roi->parent_id, -1);
  fail_unless (is_near (roi->x, box->x, cases[i].tolerant)
      && is_near (roi->y, box->y, cases[i].tolerant)
      && is_near (roi->w, box->w, cases[i].tolerant)
      && is_near (roi->h, box->h, cases[i].tolerant),
      "%s: region %u is %u,%u %ux%u", cases[i].elements, id, roi->x, roi->y,
      roi->w, roi->h);
  fail_unless_equals_int (roi->params != NULL, cases[i].left == ALL);
}

static void
check_custom (GstBuffer * buffer, gboolean wanted)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer,
      "OakDetectionsMeta");
  const GValue *values;

  fail_unless_equals_int (meta != NULL, wanted);
  if (!wanted)
    return;
  values = gst_structure_get_value (gst_custom_meta_get_structure (meta),
      "confidence");
  fail_unless_equals_int (gst_value_array_get_size (values), 2);
  fail_unless (ABS (g_value_get_double (gst_value_array_get_value (values,
                  1)) - 0.6) < 1e-9);
}

#ifdef HAVE_ANALYTICS
/* They go with the regions, and keep their confidence. */
static void
check_analytics (GstBuffer * buffer, guint i)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_get_analytics_relation_meta (buffer);
  GstAnalyticsODMtd od;
  gint x, y, w, h;
  gfloat confidence;

  fail_unless_equals_int (meta != NULL, cases[i].left != NO_REGIONS);
  if (meta == NULL)
    return;
  fail_unless_equals_int (gst_analytics_relation_get_length (meta), 2);
  fail_unless (gst_analytics_relation_meta_get_od_mtd (meta, 1, &od));
  fail_unless (gst_analytics_od_mtd_get_location (&od, &x, &y, &w, &h,
          &confidence));
  fail_unless (ABS (confidence - 0.6) < 1e-6);
  fail_unless (is_near (x, cases[i].boxes[1].x, cases[i].tolerant));
  fail_unless (is_near (w, cases[i].boxes[1].w, cases[i].tolerant));
}
#else
static void
check_analytics (GstBuffer * buffer, guint i)
{
}
#endif

static guint
count_regions (GstBuffer * buffer)
{
  return gst_buffer_get_n_meta (buffer,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
}

static GstSample *
pull_any (OakLine * line)
{
  GstSample *sample = NULL;

  g_signal_emit_by_name (line->out, "try-pull-sample",
      (guint64) OAK_LINE_LIMIT * GST_USECOND, &sample);
  return sample;
}

/* An element that mixes may give something before the picture has come: the
 * buffer with the most regions is meant. */
static GstSample *
pull_picture (OakLine * line)
{
  GstSample *best = NULL, *sample;

  while ((sample = pull_any (line))) {
    if (best == NULL || count_regions (gst_sample_get_buffer (sample)) >
        count_regions (gst_sample_get_buffer (best))) {
      g_clear_pointer (&best, gst_sample_unref);
      best = sample;
    } else {
      gst_sample_unref (sample);
    }
  }
  fail_unless (best != NULL, "nothing came");
  return best;
}

static OakLine *
open_line (const gchar * elements)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS);
  GstBuffer *picture = gst_buffer_new_allocate (NULL, SIZE, NULL);
  OakLine *line = line_new ("framing=img detections=\"" DETECTIONS "\"",
      "num-buffers=1 width=320 framerate=30/1 drop-on-latency=false", elements);

  line_connect (line);
  gst_buffer_memset (picture, 0, 0, SIZE);
  line_push (line, caps, picture);
  return line;
}

GST_START_TEST (test_what_is_left)
{
  g_autoptr (GstSample) sample = NULL;
  GstBuffer *buffer;
  OakLine *line;
  guint i;

  if (!holds_here (__i__) || !have_elements (cases[__i__].needed))
    return;
  line = open_line (cases[__i__].elements);
  sample = pull_picture (line);
  buffer = gst_sample_get_buffer (sample);

  fail_unless_equals_int (count_regions (buffer),
      cases[__i__].left == NO_REGIONS ? 0 : 2);
  for (i = 0; i < 2 && cases[__i__].left != NO_REGIONS; i++)
    check_region (buffer, __i__, i);
  check_custom (buffer, cases[__i__].custom);
  check_analytics (buffer, __i__);
  line_free (line);
}

GST_END_TEST;

static gboolean
is_black (GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstMapInfo map;
  gboolean black = TRUE;
  gsize i;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, SIZE);
  for (i = 0; i < map.size; i++)
    black &= map.data[i] == 0;
  gst_buffer_unmap (buffer, &map);
  return black;
}

static void
push_picture (OakLine * line, gboolean with_region)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS);
  GstBuffer *picture = gst_buffer_new_allocate (NULL, SIZE, NULL);

  gst_buffer_memset (picture, 0, 0, SIZE);
  if (with_region)
    gst_buffer_add_video_region_of_interest_meta (picture, "person", 80, 60,
        80, 120);
  line_push (line, caps, picture);
}

/* An overlay of GStreamer's own draws what is there, and nothing that was. */
static void
check_overlay (const gchar * elements)
{
  OakLine *line = line_new ("framing=img", "width=320 framerate=30/1 "
      "drop-on-latency=false", elements);
  guint i;

  line_connect (line);
  for (i = 0; i < 4; i++) {
    g_autoptr (GstSample) sample = NULL;

    push_picture (line, i % 2 == 0);
    sample = line_pull (line);
    fail_unless_equals_int (is_black (sample), i % 2 == 1);
  }
  line_free (line);
}

GST_START_TEST (test_objectdetectionoverlay)
{
#ifdef HAVE_ANALYTICS
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  if (minor >= 26 && have_elements ("objectdetectionoverlay")) {
    check_overlay ("objectdetectionoverlay !");
    return;
  }
#endif
  g_print ("objectdetectionoverlay of 1.26 or newer is not here: skipped.\n");
}

GST_END_TEST;

/* And ours does as well, behind what drops the parameters. */
GST_START_TEST (test_oakoverlay)
{
  if (have_elements ("oakoverlay"))
    check_overlay ("videoconvert ! video/x-raw,format=RGB ! oakoverlay ! "
        "videoconvert ! video/x-raw,format=BGR !");
}

GST_END_TEST;

static Suite *
oakconsumers_suite (void)
{
  Suite *s = suite_create ("oakconsumers");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 60);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_what_is_left, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, test_objectdetectionoverlay);
  tcase_add_test (tc, test_oakoverlay);
  return s;
}

GST_CHECK_MAIN (oakconsumers);
