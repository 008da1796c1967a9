/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/video/gstvideometa.h>
#include <gst/video/video.h>
#include "oakrig.h"

/* A side of a power of two makes every box an exact number. */
#define SIDE 64

#define CUSTOM_META "OakDetectionsMeta"

/* The second is the surest: its id is 0. */
#define TWO "1;50.0;0.2500;0.2500;0.7500;0.7500|" \
    "16;87.3;0.5000;0.2500;0.7500;0.5000"

static Rig *
rig_new_for_detections (void)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "width", SIDE, "height", SIDE, NULL);
  return rig;
}

/* @detections may be NULL: none. */
static GstSample *
pull (Rig * rig, const gchar * detections)
{
  OakTestFrame frame = { "1.0", SIDE, SIDE, 1, detections };

  oak_test_camera_say_frame (rig->camera, &frame);
  return rig_pull (rig);
}

/* A frame of a camera without a network. */
static GstSample *
pull_abcde (Rig * rig)
{
  gsize size = 3 * SIDE * SIDE;

  rig_say_image (rig, OAK_TEST_ABCDE, "2.0", g_bytes_new_take (g_malloc0 (size),
          size), NULL);
  return rig_pull (rig);
}

static const GstStructure *
custom_of (GstSample * sample)
{
  GstCustomMeta *meta =
      gst_buffer_get_custom_meta (gst_sample_get_buffer (sample), CUSTOM_META);

  return meta != NULL ? gst_custom_meta_get_structure (meta) : NULL;
}

static const GValue *
array_of (const GstStructure * structure, const gchar * name, guint n)
{
  const GValue *array = gst_structure_get_value (structure, name);

  fail_unless (array != NULL, "no field %s", name);
  fail_unless (GST_VALUE_HOLDS_ARRAY (array), "%s is no array", name);
  fail_unless_equals_int (gst_value_array_get_size (array), n);
  return array;
}

static gdouble
double_at (const GValue * array, guint i)
{
  const GValue *value = gst_value_array_get_value (array, i);

  fail_unless (G_VALUE_HOLDS_DOUBLE (value));
  return g_value_get_double (value);
}

static gint
int_at (const GValue * array, guint i)
{
  const GValue *value = gst_value_array_get_value (array, i);

  fail_unless (G_VALUE_HOLDS_INT (value));
  return g_value_get_int (value);
}

/* The fields and no others, with the types that are documented. */
static const GstStructure *
assert_custom (GstSample * sample, guint n)
{
  const GstStructure *structure = custom_of (sample);
  guint said = G_MAXUINT;

  fail_unless (structure != NULL, "no custom meta");
  fail_unless_equals_string (gst_structure_get_name (structure), CUSTOM_META);
  fail_unless_equals_int (gst_structure_n_fields (structure), 3);
  fail_unless (gst_structure_get_uint (structure, "n", &said));
  fail_unless_equals_int (said, n);
  array_of (structure, "confidence", n);
  array_of (structure, "label-id", n);
  return structure;
}

/*** the custom meta ***/

GST_START_TEST (test_custom_meta_has_confidences_and_classes_by_id)
{
  Rig *rig = rig_new_for_detections ();
  const GstStructure *structure;
  const GValue *array;
  GstSample *sample;

  rig_play (rig);
  sample = pull (rig, TWO);
  structure = assert_custom (sample, 2);
  array = array_of (structure, "confidence", 2);
  fail_unless (fabs (double_at (array, 0) - 0.873) < 1e-9);
  fail_unless (double_at (array, 1) == 0.5);
  array = array_of (structure, "label-id", 2);
  fail_unless_equals_int (int_at (array, 0), 16);
  fail_unless_equals_int (int_at (array, 1), 1);
  fail_unless_equals_string (label_of (sample, 0), "dog");
  fail_unless_equals_string (label_of (sample, 1), "bicycle");
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_custom_meta_has_no_tags)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  const GstMetaInfo *info = gst_meta_get_info (CUSTOM_META);
  const gchar *const *tags;

  fail_unless (info != NULL);
  tags = gst_meta_api_type_get_tags (info->api);
  fail_unless (tags == NULL || tags[0] == NULL);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_nothing_found_is_told)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_play (rig);
  sample = pull (rig, NULL);
  fail_unless_equals_int (count_rois (sample), 0);
  assert_custom (sample, 0);
  gst_sample_unref (sample);
  sample = pull (rig, "1;50.0;1.2500;0.2500;1.7500;0.7500");
  fail_unless_equals_int (count_rois (sample), 0);
  assert_custom (sample, 0);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_frame_of_no_network_has_no_meta)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_play (rig);
  sample = pull_abcde (rig);
  fail_unless_equals_int (count_rois (sample), 0);
  fail_unless (custom_of (sample) == NULL);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

static Suite *
oakdetections_suite (void)
{
  Suite *s = suite_create ("oakdetections");
  TCase *tc = tcase_create ("custom");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_custom_meta_has_confidences_and_classes_by_id);
  tcase_add_test (tc, test_custom_meta_has_no_tags);
  tcase_add_test (tc, test_nothing_found_is_told);
  tcase_add_test (tc, test_frame_of_no_network_has_no_meta);
  return s;
}

GST_CHECK_MAIN (oakdetections);
