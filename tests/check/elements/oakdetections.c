/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#endif
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

/* Of a frame on which nothing says that it was analysed. */
static void
assert_no_metas (GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta (buffer, &state)) != NULL)
    fail_unless (meta->info->api == GST_VIDEO_META_API_TYPE
        || meta->info->api == GST_REFERENCE_TIMESTAMP_META_API_TYPE,
        "a %s", g_type_name (meta->info->type));
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
  assert_no_metas (sample);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/*** memory that is used again ***/

/* What has come is let go, so that its buffers return to their pool. */
static void
forget (Rig * rig)
{
  g_mutex_lock (&rig->lock);
  g_ptr_array_set_size (rig->came, 0);
  rig->next = 0;
  g_mutex_unlock (&rig->lock);
}

#define N_FRAMES 8

GST_START_TEST (test_buffer_used_again_has_no_old_meta)
{
  g_autoptr (GHashTable) analysed = g_hash_table_new (NULL, NULL);
  Rig *rig = rig_new_for_detections ();
  guint i, n_again = 0;
  GstSample *sample;

  rig_offer_pool (rig, 0);
  rig_play (rig);
  for (i = 0; i < N_FRAMES; i++) {
    sample = pull (rig, i % 2 == 0 ? TWO : NULL);
    g_hash_table_add (analysed, gst_sample_get_buffer (sample));
    fail_unless_equals_int (count_rois (sample), i % 2 == 0 ? 2 : 0);
    assert_custom (sample, i % 2 == 0 ? 2 : 0);
    gst_sample_unref (sample);
    forget (rig);
  }
  for (i = 0; i < N_FRAMES; i++) {
    sample = pull_abcde (rig);
    n_again += g_hash_table_contains (analysed, gst_sample_get_buffer (sample));
    assert_no_metas (sample);
    gst_sample_unref (sample);
    forget (rig);
  }
  fail_unless (n_again > 0, "no buffer was used again");
  rig_free (rig);
}

GST_END_TEST;

/*** the lowest confidence ***/

GST_START_TEST (test_less_than_the_lowest_confidence_is_left_out)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_set (rig, "min-confidence", "0.873");
  rig_play (rig);
  sample = pull (rig, TWO "|5;87.2;0.1000;0.1000;0.3000;0.4000|"
      "6;99.0;1.1000;0.1000;1.3000;0.4000");
  fail_unless_equals_int (count_rois (sample), 1);
  fail_unless_equals_string (label_of (sample, 0), "dog");
  assert_custom (sample, 1);
  fail_unless_equals_uint64 (rig_stat (rig, "detections"), 1);
  fail_unless_equals_uint64 (rig_stat (rig,
          "detections-below-min-confidence"), 2);
  fail_unless_equals_uint64 (rig_stat (rig, "detections-left-out"), 1);
  gst_sample_unref (sample);
  rig_set (rig, "min-confidence", "0.5");
  sample = pull (rig, TWO);
  fail_unless_equals_int (count_rois (sample), 2);
  gst_sample_unref (sample);
  rig_set (rig, "min-confidence", "1");
  sample = pull (rig, TWO);
  fail_unless_equals_int (count_rois (sample), 0);
  assert_custom (sample, 0);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/*** messages ***/

static guint64
uint64_of (const GstStructure * structure, const gchar * name)
{
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (structure, name, &value), "no %s",
      name);
  return value;
}

static void
assert_uint (const GstStructure * structure, const gchar * name, guint expected)
{
  guint value = G_MAXUINT;

  fail_unless (gst_structure_get_uint (structure, name, &value), "no %s", name);
  fail_unless_equals_int (value, expected);
}

static void
assert_double (const GstStructure * structure, const gchar * name,
    gdouble expected)
{
  gdouble value = -1.0;

  fail_unless (gst_structure_get_double (structure, name, &value), "no %s",
      name);
  fail_unless (fabs (value - expected) < 1e-9, "%s: %f", name, value);
}

static void
assert_int (const GstStructure * structure, const gchar * name, gint expected)
{
  gint value = -1;

  fail_unless (gst_structure_get_int (structure, name, &value), "no %s", name);
  fail_unless_equals_int (value, expected);
}

static const GstStructure *
detection_at (const GstStructure * message, guint i, guint n)
{
  const GValue *list = gst_structure_get_value (message, "detections");

  fail_unless (list != NULL && GST_VALUE_HOLDS_LIST (list));
  fail_unless_equals_int (gst_value_list_get_size (list), n);
  return i < n ?
      gst_value_get_structure (gst_value_list_get_value (list, i)) : NULL;
}

static void
assert_times (const GstStructure * message, GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);

  fail_unless_equals_int (gst_structure_n_fields (message), 8);
  fail_unless_equals_uint64 (uint64_of (message, "timestamp"),
      GST_BUFFER_PTS (buffer));
  fail_unless_equals_uint64 (uint64_of (message, "stream-time"),
      GST_BUFFER_PTS (buffer));
  fail_unless_equals_uint64 (uint64_of (message, "running-time"),
      GST_BUFFER_PTS (buffer));
  fail_unless_equals_uint64 (uint64_of (message, "duration"),
      GST_BUFFER_DURATION (buffer));
  fail_unless_equals_uint64 (uint64_of (message, "device-time"), GST_SECOND);
  assert_uint (message, "width", SIDE);
  assert_uint (message, "height", SIDE);
}

GST_START_TEST (test_message_has_what_is_on_the_buffer)
{
  Rig *rig = rig_new_for_detections ();
  g_autoptr (GstStructure) message = NULL;
  const GstStructure *dog;
  GstSample *sample;

  rig_set (rig, "post-detections", "true");
  rig_set (rig, "framerate", "25/1");
  rig_play (rig);
  sample = pull (rig, TWO);
  message = rig_wait_element (rig, "oak-detections");
  assert_times (message, sample);
  fail_unless_equals_uint64 (uint64_of (message, "duration"), GST_SECOND / 25);
  dog = detection_at (message, 0, 2);
  fail_unless_equals_string (gst_structure_get_name (dog), "detection");
  fail_unless_equals_int (gst_structure_n_fields (dog), 12);
  assert_int (dog, "id", 0);
  fail_unless_equals_string (gst_structure_get_string (dog, "label"), "dog");
  assert_int (dog, "label-id", 16);
  assert_double (dog, "confidence", 0.873);
  assert_uint (dog, "x", 32);
  assert_uint (dog, "y", 16);
  assert_uint (dog, "w", 16);
  assert_uint (dog, "h", 16);
  assert_double (dog, "x-min", 0.5);
  assert_double (dog, "y-min", 0.25);
  assert_double (dog, "x-max", 0.75);
  assert_double (dog, "y-max", 0.5);
  assert_int (detection_at (message, 1, 2), "id", 1);
  assert_int (detection_at (message, 1, 2), "label-id", 1);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_message_follows_the_lowest_confidence)
{
  Rig *rig = rig_new_for_detections ();
  g_autoptr (GstStructure) one = NULL, none = NULL;

  rig_set (rig, "post-detections", "true");
  rig_set (rig, "min-confidence", "0.6");
  rig_play (rig);
  gst_sample_unref (pull (rig, TWO));
  one = rig_wait_element (rig, "oak-detections");
  assert_int (detection_at (one, 0, 1), "label-id", 16);
  gst_sample_unref (pull (rig, NULL));
  none = rig_wait_element (rig, "oak-detections");
  detection_at (none, 0, 0);
  rig_free (rig);
}

GST_END_TEST;

static guint
count_messages (Rig * rig)
{
  guint n = 0;
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ELEMENT))) {
    n += gst_message_has_name (message, "oak-detections");
    gst_message_unref (message);
  }
  return n;
}

GST_START_TEST (test_message_comes_for_analysed_frames_if_wanted)
{
  Rig *rig = rig_new_for_detections ();

  rig_play (rig);
  gst_sample_unref (pull (rig, TWO));
  fail_unless_equals_int (count_messages (rig), 0);
  rig_set (rig, "post-detections", "true");
  gst_sample_unref (pull (rig, NULL));
  fail_unless_equals_int (count_messages (rig), 1);
  gst_sample_unref (pull_abcde (rig));
  fail_unless_equals_int (count_messages (rig), 0);
  rig_set (rig, "post-detections", "false");
  gst_sample_unref (pull (rig, TWO));
  fail_unless_equals_int (count_messages (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

/* Then the base class stamps the buffer, later. */
GST_START_TEST (test_message_does_not_guess_a_timestamp)
{
  Rig *rig = rig_new_for_detections ();
  g_autoptr (GstStructure) message = NULL;

  rig_set (rig, "post-detections", "true");
  g_object_set (rig->src, "do-timestamp", TRUE, NULL);
  rig_play (rig);
  gst_sample_unref (pull (rig, TWO));
  message = rig_wait_element (rig, "oak-detections");
  fail_unless_equals_uint64 (uint64_of (message, "timestamp"),
      GST_CLOCK_TIME_NONE);
  rig_free (rig);
}

GST_END_TEST;

/*** labels that change ***/

static gchar *
write_labels (const gchar * text)
{
  gchar *path = NULL;
  gint fd = g_file_open_tmp ("oak-labels-XXXXXX", &path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
expect_label (Rig * rig, const gchar * label)
{
  GstSample *sample = pull (rig, "0;50.0;0.2500;0.2500;0.7500;0.7500");

  fail_unless_equals_string (label_of (sample, 0), label);
  gst_sample_unref (sample);
}

GST_START_TEST (test_labels_change_between_frames)
{
  g_autofree gchar *path = write_labels ("face\n");
  Rig *rig = rig_new_for_detections ();
  g_autofree gchar *labels = NULL;

  rig_play (rig);
  expect_label (rig, "person");
  g_object_set (rig->src, "labels", path, NULL);
  g_object_get (rig->src, "labels", &labels, NULL);
  fail_unless_equals_string (labels, path);
  expect_label (rig, "face");
  g_object_set (rig->src, "labels", "none", NULL);
  g_object_set (rig->src, "labels", "coco", NULL);
  expect_label (rig, "person");
  g_object_set (rig->src, "labels", NULL, NULL);
  expect_label (rig, "label-0");
  g_remove (path);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_labels_that_cannot_be_used_are_a_warning)
{
  static const gchar *paths[] = { "/nonexistent/oak-labels.txt", NULL, NULL };
  static const gint codes[] = { GST_RESOURCE_ERROR_NOT_FOUND,
    GST_RESOURCE_ERROR_SETTINGS, GST_RESOURCE_ERROR_SETTINGS
  };
  g_autofree gchar *path = write_labels ("\xff\n");
  Rig *rig = rig_new_for_detections ();
  guint i;

  paths[1] = path;
  paths[2] = g_get_tmp_dir ();
  rig_play (rig);
  expect_label (rig, "person");
  for (i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autofree gchar *text = NULL;

    g_object_set (rig->src, "labels", paths[i], NULL);
    text = rig_take_warning (rig, GST_RESOURCE_ERROR, codes[i]);
    fail_unless (strstr (text, paths[i]) != NULL, "%s", text);
    fail_unless (strstr (text, "stay") != NULL, "%s", text);
    expect_label (rig, "person");
  }
  g_object_set (rig->src, "labels", "none", NULL);
  expect_label (rig, "label-0");
  g_remove (path);
  rig_free (rig);
}

GST_END_TEST;

/* Nothing is opened where the start will do it. */
GST_START_TEST (test_labels_that_cannot_be_used_in_ready_fail_the_start)
{
  Rig *rig = rig_new_for_detections ();
  g_autofree gchar *text = NULL;
  GstMessage *message;

  rig_play (rig);
  expect_label (rig, "person");
  rig_set_state (rig, GST_STATE_READY);
  g_object_set (rig->src, "labels", "/nonexistent/oak-labels.txt", NULL);
  message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_WARNING);
  fail_unless (message == NULL);
  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  text = rig_take_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  fail_unless (strstr (text, "stay") == NULL, "%s", text);
  rig_free (rig);
}

GST_END_TEST;

#define N_CHANGES 200

static gpointer
change_labels (gpointer src)
{
  guint i;

  for (i = 0; i < N_CHANGES; i++)
    g_object_set (src, "labels", i % 2 ? "coco" : "none", NULL);
  return NULL;
}

/* Whoever is last counts, and no table is used that is gone. */
GST_START_TEST (test_labels_change_from_threads)
{
  Rig *rig = rig_new_for_detections ();
  GThread *threads[2];
  guint i;

  rig_play (rig);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("labels", change_labels, rig->src);
  for (i = 0; i < 20; i++)
    gst_sample_unref (pull (rig, TWO));
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  expect_label (rig, "person");
  rig_free (rig);
}

GST_END_TEST;

/*** the analytics meta ***/

#ifdef HAVE_ANALYTICS
static GstAnalyticsRelationMeta *
relations_of (GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);

  fail_unless (gst_buffer_get_n_meta (buffer,
          GST_ANALYTICS_RELATION_META_API_TYPE) <= 1);
  return gst_buffer_get_analytics_relation_meta (buffer);
}

static void
assert_od_is_roi (GstSample * sample, guint id, gdouble expected)
{
  GstVideoRegionOfInterestMeta *roi = roi_of (sample, id);
  GstAnalyticsODMtd od;
  gint x, y, w, h;
  gfloat confidence;

  fail_unless (gst_analytics_relation_meta_get_od_mtd (relations_of (sample),
          id, &od));
  fail_unless_equals_int (od.id, roi->id);
  fail_unless (gst_analytics_od_mtd_get_obj_type (&od) == roi->roi_type);
  fail_unless (gst_analytics_od_mtd_get_location (&od, &x, &y, &w, &h,
          &confidence));
  fail_unless_equals_int (x, roi->x);
  fail_unless_equals_int (y, roi->y);
  fail_unless_equals_int (w, roi->w);
  fail_unless_equals_int (h, roi->h);
  fail_unless (fabs (confidence - expected) < 1e-6);
}

GST_START_TEST (test_analytics_meta_has_each_region)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_play (rig);
  sample = pull (rig, TWO);
  fail_unless (relations_of (sample) != NULL);
  fail_unless_equals_int (gst_analytics_relation_get_length (relations_of
          (sample)), 2);
  assert_od_is_roi (sample, 0, 0.873);
  assert_od_is_roi (sample, 1, 0.5);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_analytics_meta_is_empty_where_nothing_was_found)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_play (rig);
  sample = pull (rig, NULL);
  fail_unless (relations_of (sample) != NULL);
  fail_unless_equals_int (gst_analytics_relation_get_length (relations_of
          (sample)), 0);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_analytics_meta_is_switched_off)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;
  guint i;

  rig_offer_pool (rig, 0);
  rig_play (rig);
  for (i = 0; i < N_FRAMES; i++) {
    gst_sample_unref (pull (rig, TWO));
    forget (rig);
  }
  rig_set (rig, "analytics-meta", "false");
  for (i = 0; i < N_FRAMES; i++) {
    sample = pull (rig, TWO);
    fail_unless (relations_of (sample) == NULL);
    assert_custom (sample, 2);
    gst_sample_unref (sample);
    forget (rig);
  }
  rig_free (rig);
}

GST_END_TEST;

typedef GstFlowReturn (*Alloc) (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params);

static Alloc alloc_of_pool;

static GstFlowReturn
alloc_with_relations (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  GstFlowReturn ret = alloc_of_pool (pool, buffer, params);

  if (ret == GST_FLOW_OK)
    gst_buffer_add_analytics_relation_meta (*buffer);
  return ret;
}

/* It is locked then: nobody may remove it. */
GST_START_TEST (test_analytics_meta_of_the_pool_itself_is_used)
{
  GstBufferPoolClass *klass = g_type_class_ref (GST_TYPE_VIDEO_BUFFER_POOL);
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;
  guint i;

  alloc_of_pool = klass->alloc_buffer;
  klass->alloc_buffer = alloc_with_relations;
  rig_offer_pool (rig, 0);
  rig_play (rig);
  for (i = 0; i < N_FRAMES; i++) {
    sample = pull (rig, i % 2 == 0 ? TWO : NULL);
    fail_unless (relations_of (sample) != NULL);
    fail_unless_equals_int (gst_analytics_relation_get_length (relations_of
            (sample)), i % 2 == 0 ? 2 : 0);
    if (i % 2 == 0)
      assert_od_is_roi (sample, 0, 0.873);
    gst_sample_unref (sample);
    forget (rig);
  }
  rig_free (rig);
  klass->alloc_buffer = alloc_of_pool;
  g_type_class_unref (klass);
}

GST_END_TEST;

/* Memory for each pair: what a camera sends must not take all there is. */
GST_START_TEST (test_analytics_meta_has_the_thousand_surest)
{
  Rig *rig = rig_new_for_detections ();
  g_autoptr (GString) text =
      g_string_new ("1;40.0;0.1000;0.2000;0.3000;0.4000");
  GstSample *sample;
  guint i;

  for (i = 1; i < 8000; i++)
    g_string_append_printf (text, "|%u;50.0;0.1000;0.2000;0.3000;0.4000",
        i % 80);
  rig_play (rig);
  sample = pull (rig, text->str);
  fail_unless_equals_int (count_rois (sample), 8000);
  assert_custom (sample, 8000);
  fail_unless_equals_int (gst_analytics_relation_get_length (relations_of
          (sample)), 1000);
  assert_od_is_roi (sample, 999, 0.5);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;
#endif

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
  tcase_add_test (tc, test_buffer_used_again_has_no_old_meta);

  tc = tcase_create ("confidence");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_less_than_the_lowest_confidence_is_left_out);

  tc = tcase_create ("messages");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_message_has_what_is_on_the_buffer);
  tcase_add_test (tc, test_message_follows_the_lowest_confidence);
  tcase_add_test (tc, test_message_comes_for_analysed_frames_if_wanted);
  tcase_add_test (tc, test_message_does_not_guess_a_timestamp);

  tc = tcase_create ("labels");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_labels_change_between_frames);
  tcase_add_test (tc, test_labels_that_cannot_be_used_are_a_warning);
  tcase_add_test (tc, test_labels_that_cannot_be_used_in_ready_fail_the_start);
  tcase_add_test (tc, test_labels_change_from_threads);

#ifdef HAVE_ANALYTICS
  tc = tcase_create ("analytics");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_analytics_meta_has_each_region);
  tcase_add_test (tc, test_analytics_meta_is_empty_where_nothing_was_found);
  tcase_add_test (tc, test_analytics_meta_is_switched_off);
  tcase_add_test (tc, test_analytics_meta_of_the_pool_itself_is_used);
  tcase_add_test (tc, test_analytics_meta_has_the_thousand_surest);
#endif
  return s;
}

GST_CHECK_MAIN (oakdetections);
