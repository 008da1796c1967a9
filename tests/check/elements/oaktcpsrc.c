/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>
#include <gst/video/video.h>
#include "oakrig.h"

/* What "at once" means for a state change and for EOS. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

#define WIDTH RIG_WIDTH
#define HEIGHT RIG_HEIGHT

#define ONE_DETECTION "1;87.3;0.2500;0.2500;0.7500;0.7500"

/*** the element ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *name;
  gint64 minimum, maximum, standard;
} numbers[] = {
  {"port", 0, 65535, 5000},
  {"width", 0, 32767, 0},
  {"height", 0, 32767, 0},
  {"connect-timeout", 0, -1, 5000},
  {"first-byte-timeout", 0, -1, 10000},
  {"stall-timeout", 0, -1, 5000},
  {"buffer-size", 0, G_MAXINT, 0},
  {"reconnect-delay", 1, 3600000, 1000},
  {"reconnect-delay-max", 1, 3600000, 30000},
  {"latency", 0, -1, 100},
};
/* *INDENT-ON* */

static void
range_of (GParamSpec * spec, gint64 * minimum, gint64 * maximum,
    gint64 * standard)
{
  if (G_IS_PARAM_SPEC_INT (spec)) {
    *minimum = G_PARAM_SPEC_INT (spec)->minimum;
    *maximum = G_PARAM_SPEC_INT (spec)->maximum;
    *standard = G_PARAM_SPEC_INT (spec)->default_value;
  } else {
    fail_unless (G_IS_PARAM_SPEC_UINT (spec), "%s is no number", spec->name);
    *minimum = G_PARAM_SPEC_UINT (spec)->minimum;
    *maximum = G_PARAM_SPEC_UINT (spec)->maximum;
    *standard = G_PARAM_SPEC_UINT (spec)->default_value;
  }
}

GST_START_TEST (test_number_has_its_range_and_default)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (src),
      numbers[__i__].name);
  gint64 minimum, maximum, standard;
  gint value;

  fail_unless (spec != NULL);
  range_of (spec, &minimum, &maximum, &standard);
  fail_unless_equals_int64 (minimum, numbers[__i__].minimum);
  if (numbers[__i__].maximum >= 0)
    fail_unless_equals_int64 (maximum, numbers[__i__].maximum);
  fail_unless_equals_int64 (standard, numbers[__i__].standard);
  g_object_get (src, spec->name, &value, NULL);
  fail_unless_equals_int64 (value, standard);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_number_comes_back)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  gint value = 0;

  g_object_set (src, numbers[__i__].name, 321, NULL);
  g_object_get (src, numbers[__i__].name, &value, NULL);
  fail_unless_equals_int (value, 321);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_words_have_their_defaults_and_come_back)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  g_autofree gchar *host = NULL, *labels = NULL, *host_set = NULL,
      *labels_set = NULL;
  gint n, d;

  g_object_get (src, "host", &host, "labels", &labels, NULL);
  fail_unless_equals_string (host, "127.0.0.1");
  fail_unless_equals_string (labels, "coco");
  g_object_set (src, "host", "::1", "labels", "none", NULL);
  g_object_get (src, "host", &host_set, "labels", &labels_set, NULL);
  fail_unless_equals_string (host_set, "::1");
  fail_unless_equals_string (labels_set, "none");
  gst_util_set_object_arg (G_OBJECT (src), "framerate", "30000/1001");
  {
    g_auto (GValue) value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_FRACTION);
    g_object_get_property (G_OBJECT (src), "framerate", &value);
    n = gst_value_get_fraction_numerator (&value);
    d = gst_value_get_fraction_denominator (&value);
  }
  fail_unless_equals_int (n, 30000);
  fail_unless_equals_int (d, 1001);
  gst_check_teardown_element (src);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *name, *standard, *other;
} choices[] = {
  {"on-disconnect", "reconnect", "eos"},
  {"timestamp-mode", "device", "arrival"},
  {"verify-frames", "FALSE", "TRUE"},
  {"wall-clock-meta", "FALSE", "TRUE"},
  {"drop-on-latency", "TRUE", "FALSE"},
  {"min-confidence", "0", "0.25"},
  {"analytics-meta", "TRUE", "FALSE"},
  {"post-detections", "FALSE", "TRUE"},
  {"reconnect-attempts", "-1", "7"},
};
/* *INDENT-ON* */

static void
assert_value (GstElement * src, const gchar * name, const gchar * expected)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (src),
      name);
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) wanted = G_VALUE_INIT;

  fail_unless (spec != NULL, "no property %s", name);
  g_value_init (&value, spec->value_type);
  g_value_init (&wanted, spec->value_type);
  fail_unless (gst_value_deserialize (&wanted, expected), "%s", expected);
  g_object_get_property (G_OBJECT (src), name, &value);
  fail_unless_equals_int (gst_value_compare (&value, &wanted), GST_VALUE_EQUAL);
}

GST_START_TEST (test_choice_has_its_default_and_comes_back)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");

  assert_value (src, choices[__i__].name, choices[__i__].standard);
  gst_util_set_object_arg (G_OBJECT (src), choices[__i__].name,
      choices[__i__].other);
  assert_value (src, choices[__i__].name, choices[__i__].other);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_framerate_is_variable_by_default)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_FRACTION);
  g_object_get_property (G_OBJECT (src), "framerate", &value);
  fail_unless_equals_int (gst_value_get_fraction_numerator (&value), 0);
  fail_unless_equals_int (gst_value_get_fraction_denominator (&value), 1);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_properties_say_what_they_are_and_when_they_change)
{
  static const gchar *names[] = { "host", "port", "width", "height",
    "framerate", "connect-timeout", "first-byte-timeout",
    "stall-timeout", "buffer-size", "on-disconnect", "reconnect-delay",
    "reconnect-delay-max",
    "reconnect-attempts", "verify-frames", "timestamp-mode"
  };
  static const gchar *playing[] = { "latency", "drop-on-latency",
    "wall-clock-meta", "focus", "autofocus", "labels", "min-confidence",
    "analytics-meta", "post-detections"
  };
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  GObjectClass *klass = G_OBJECT_GET_CLASS (src);
  GParamSpec *spec;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    spec = g_object_class_find_property (klass, names[i]);
    fail_unless (spec != NULL, "no property %s", names[i]);
    fail_unless (g_param_spec_get_blurb (spec) != NULL);
    fail_unless (strlen (g_param_spec_get_blurb (spec)) > 10);
    fail_unless (spec->flags & GST_PARAM_MUTABLE_READY, "%s", names[i]);
    fail_unless ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE);
  }
  for (i = 0; i < G_N_ELEMENTS (playing); i++) {
    spec = g_object_class_find_property (klass, playing[i]);
    fail_unless (spec != NULL, "no property %s", playing[i]);
    fail_unless (spec->flags & GST_PARAM_MUTABLE_PLAYING, "%s", playing[i]);
  }
  spec = g_object_class_find_property (klass, "stats");
  fail_unless (spec->value_type == GST_TYPE_STRUCTURE);
  fail_unless ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READABLE);
  spec = g_object_class_find_property (klass, "connection-state");
  fail_unless (G_IS_PARAM_SPEC_ENUM (spec));
  fail_unless ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READABLE);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_factory_is_a_network_source_without_rank)
{
  GstElementFactory *factory = gst_element_factory_find ("oaktcpsrc");
  const gchar *klass;

  fail_unless (factory != NULL);
  klass = gst_element_factory_get_metadata (factory,
      GST_ELEMENT_METADATA_KLASS);
  fail_unless_equals_string (klass, "Source/Video/Network");
  fail_unless_equals_int (gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE
          (factory)), GST_RANK_NONE);
  fail_unless (gst_element_factory_get_metadata (factory,
          GST_ELEMENT_METADATA_DESCRIPTION) != NULL);
  gst_object_unref (factory);
}

GST_END_TEST;

static gboolean
template_takes (GstElement * src, const gchar * text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  GstPadTemplate *template = gst_element_class_get_pad_template
      (GST_ELEMENT_GET_CLASS (src), "src");
  g_autoptr (GstCaps) all = gst_pad_template_get_caps (template);

  return gst_caps_is_subset (caps, all);
}

GST_START_TEST (test_pad_template_has_every_payload)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");

  fail_unless (template_takes (src,
          "video/x-raw,format=BGR,width=1,height=1,framerate=0/1"));
  fail_unless (template_takes (src,
          "video/x-raw,format=BGRP,width=32767,height=32767,framerate=60/1"));
  fail_unless (template_takes (src,
          "video/x-raw,format=I420,width=8,height=4,framerate=0/1"));
  fail_unless (template_takes (src, "image/jpeg,width=8,height=4"));
  fail_unless (template_takes (src,
          "video/x-h264,stream-format=byte-stream,alignment=au"));
  fail_unless (template_takes (src,
          "video/x-h265,stream-format=byte-stream,alignment=au"));
  fail_if (template_takes (src, "video/x-h264,stream-format=avc"));
  fail_if (template_takes (src,
          "video/x-raw,format=YUY2,width=8,height=4,framerate=0/1"));
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_stats_begin_at_zero)
{
  static const gchar *names[] = { "frames", "bytes", "detections",
    "detections-below-min-confidence", "detections-left-out",
    "frames-without-image", "dropped", "discarded",
    "delta-frames-dropped", "connections", "connections-refused"
  };
  Rig *rig = rig_new ();
  g_autoptr (GstStructure) stats = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    fail_unless_equals_uint64 (rig_stat (rig, names[i]), 0);
  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless_equals_string (gst_structure_get_name (stats),
      "application/x-oak-stats");
  rig_free (rig);
}

GST_END_TEST;

/*** frames ***/

GST_START_TEST (test_one_frame_has_every_pixel)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1234.567891", 7);
  expect_said (rig, 7);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_caps_are_exact)
{
  Rig *rig = rig_new ();
  GstSample *sample;
  GstStructure *s;
  gint n = -1, d = -1, par_n = 1, par_d = 1;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  sample = rig_pull (rig);
  s = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  fail_unless_equals_string (gst_structure_get_name (s), "video/x-raw");
  fail_unless_equals_string (gst_structure_get_string (s, "format"), "BGR");
  fail_unless (gst_structure_get_fraction (s, "framerate", &n, &d));
  fail_unless_equals_int (n, 0);
  fail_unless_equals_int (d, 1);
  gst_structure_get_fraction (s, "pixel-aspect-ratio", &par_n, &par_d);
  fail_unless_equals_int (par_n, 1);
  fail_unless_equals_int (par_d, 1);
  if (gst_structure_has_field (s, "interlace-mode"))
    fail_unless_equals_string (gst_structure_get_string (s, "interlace-mode"),
        "progressive");
  fail_unless (gst_caps_is_fixed (gst_sample_get_caps (sample)));
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_only_the_first_is_discont_and_offsets_count)
{
  Rig *rig = rig_new ();
  guint i;

  rig_play (rig);
  for (i = 0; i < 5; i++) {
    g_autofree gchar *device_time = g_strdup_printf ("1.%u", i);
    GstSample *sample;

    rig_say (rig, device_time, i);
    sample = rig_pull (rig);
    assert_picture (sample, "BGR", WIDTH, HEIGHT, i);
    fail_unless_equals_int (is_discont (sample), i == 0);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (gst_sample_get_buffer
            (sample)), i);
    fail_unless (!GST_BUFFER_DURATION_IS_VALID (gst_sample_get_buffer
            (sample)));
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 5);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  guint64 ns;
} device_times[] = {
  {"1234.567891", G_GUINT64_CONSTANT (1234567891000)},
  {"1234.5", G_GUINT64_CONSTANT (1234500000000)},
  {"0.0", 0},
  {"5e-05", 50000},
  {"1e-06", 1000},
  {"123456.0", G_GUINT64_CONSTANT (123456000000000)},
  {"0.000123", 123000},
  {"9007199.254740993", G_GUINT64_CONSTANT (9007199254740993)},
  {"1.2345678919", 1234567891},
};
/* *INDENT-ON* */

GST_START_TEST (test_device_time_is_exact)
{
  Rig *rig = rig_new ();
  GstSample *sample;

  rig_play (rig);
  rig_say (rig, device_times[__i__].text, 1);
  sample = rig_pull (rig);
  fail_unless_equals_uint64 (device_time_of (sample), device_times[__i__].ns);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_stream_start_caps_segment_then_frames)
{
  static const GstEventType order[] =
      { GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT };
  Rig *rig = rig_new ();
  const GstSegment *segment;
  guint i;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  rig_skip (rig, 2);
  for (i = 0; i < G_N_ELEMENTS (order); i++) {
    gpointer event = g_ptr_array_index (rig->came, i);

    fail_unless (GST_IS_EVENT (event));
    fail_unless_equals_int (GST_EVENT_TYPE (event), order[i]);
    fail_unless_equals_int (rig_count (rig, order[i]), 1);
  }
  gst_event_parse_segment (g_ptr_array_index (rig->came, 2), &segment);
  fail_unless_equals_int (segment->format, GST_FORMAT_TIME);
  fail_unless (GST_IS_SAMPLE (g_ptr_array_index (rig->came, 3)));
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *wanted, *format;
} formats[] = {
  {"video/x-raw", "BGR"},
  {"video/x-raw,format=BGR", "BGR"},
  {"video/x-raw,format=BGRP", "BGRP"},
  {"video/x-raw,format=BGRP;video/x-raw,format=BGR", "BGRP"},
  {"video/x-raw,format=BGR;video/x-raw,format=BGRP", "BGR"},
  {"video/x-raw,format={BGR,BGRP}", "BGR"},
  {"video/x-raw,format={BGRP,BGR}", "BGR"},
  {"video/x-raw,format=I420;video/x-raw,format=BGR", "BGR"},
  {"video/x-raw,format=I420;video/x-raw,format=BGRP;video/x-raw", "BGRP"},
  {"video/x-raw,format={I420,BGRP}", "BGRP"},
  {"video/x-raw,format={ARGB,BGRP,RGBx,BGRx}", "BGRx"},
  {"video/x-raw,format=RGB", "RGB"},
  {"video/x-raw,format=BGRx", "BGRx"},
  {"video/x-raw,format=RGBx", "RGBx"},
  {"video/x-raw,format=xBGR", "xBGR"},
  {"video/x-raw,format=xRGB", "xRGB"},
  {"video/x-raw,format=BGRA", "BGRA"},
  {"video/x-raw,format=RGBA", "RGBA"},
  {"video/x-raw,format=ABGR", "ABGR"},
  {"video/x-raw,format=ARGB", "ARGB"},
};
/* *INDENT-ON* */

GST_START_TEST (test_format_is_the_first_that_downstream_names)
{
  Rig *rig = rig_new ();

  rig_want (rig, formats[__i__].wanted);
  rig_play (rig);
  rig_say (rig, "1.0", 3);
  expect_picture (rig, formats[__i__].format, WIDTH, HEIGHT, 3);
  /* Now it is known where they go. */
  rig_say (rig, "1.1", 4);
  expect_picture (rig, formats[__i__].format, WIDTH, HEIGHT, 4);
  rig_free (rig);
}

GST_END_TEST;

static const guint odd_sizes[][2] =
    { {1, 1}, {5, 3}, {7, 4}, {10, 2}, {321, 7}, {13, 31} };

static void
check_size (const gchar * format, guint width, guint height)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "width", width, "height", height, NULL);
  rig_want (rig, format);
  rig_play (rig);
  rig_say_size (rig, "1.0", width, height, 1);
  rig_say_size (rig, "1.1", width, height, 2);
  expect_picture (rig, strchr (format, '=') + 1, width, height, 1);
  expect_picture (rig, strchr (format, '=') + 1, width, height, 2);
  rig_free (rig);
}

GST_START_TEST (test_odd_size_in_bgr)
{
  check_size ("video/x-raw,format=BGR", odd_sizes[__i__][0],
      odd_sizes[__i__][1]);
}

GST_END_TEST;

GST_START_TEST (test_odd_size_in_bgrp)
{
  check_size ("video/x-raw,format=BGRP", odd_sizes[__i__][0],
      odd_sizes[__i__][1]);
}

GST_END_TEST;

static const gsize pieces[] = { 1, 7, 31, 32, 33, 1000 };

GST_START_TEST (test_pieces_do_not_matter)
{
  Rig *rig = rig_new ();
  guint i;

  oak_test_camera_cut (rig->camera, pieces[__i__]);
  rig_play (rig);
  for (i = 0; i < 10; i++) {
    OakTestFrame frame = { "1.5", WIDTH, HEIGHT, i, NULL };

    if (i % 3)
      frame.detections = ONE_DETECTION "|" ONE_DETECTION;
    oak_test_camera_say_frame (rig->camera, &frame);
  }
  for (i = 0; i < 10; i++) {
    GstSample *sample = rig_pull (rig);

    assert_picture (sample, "BGR", WIDTH, HEIGHT, i);
    fail_unless_equals_int (count_rois (sample), i % 3 ? 2 : 0);
    gst_sample_unref (sample);
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_without_a_clock_the_first_pts_is_zero)
{
  OakTestCamera *camera = oak_test_camera_new ();
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  static GstStaticPadTemplate any = GST_STATIC_PAD_TEMPLATE ("sink",
      GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  GstPad *sink = gst_check_setup_sink_pad (src, &any);
  OakTestFrame frame = { "1.0", WIDTH, HEIGHT, 1, NULL };
  gboolean in_time = TRUE;
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;

  oak_test_camera_say_frame (camera, &frame);
  g_object_set (src, "port", oak_test_camera_get_port (camera), "width", WIDTH,
      "height", HEIGHT, NULL);
  gst_pad_set_active (sink, TRUE);
  fail_if (gst_element_set_state (src, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  g_mutex_lock (&check_mutex);
  while (!buffers && in_time)
    in_time = g_cond_wait_until (&check_cond, &check_mutex, limit);
  g_mutex_unlock (&check_mutex);
  fail_unless (buffers != NULL, "nothing came");
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffers->data), 0);
  gst_element_set_state (src, GST_STATE_NULL);
  gst_check_drop_buffers ();
  gst_pad_set_active (sink, FALSE);
  gst_check_teardown_sink_pad (src);
  gst_check_teardown_element (src);
  oak_test_camera_free (camera);
}

GST_END_TEST;

GST_START_TEST (test_host_may_be_a_name)
{
  OakTestResolver *resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_FINDS);
  Rig *rig = rig_new ();

  g_object_set (rig->src, "host", "camera.invalid", NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  oak_test_resolver_wait_asked (resolver);
  rig_free (rig);
  oak_test_resolver_free (resolver);
}

GST_END_TEST;

GST_START_TEST (test_num_buffers_ends_the_stream)
{
  Rig *rig = rig_new ();
  guint i;

  g_object_set (rig->src, "num-buffers", 3, NULL);
  rig_play (rig);
  for (i = 0; i < 10; i++)
    rig_say (rig, "1.0", i);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_EOS));
  fail_unless_equals_int (rig_count_frames (rig), 3);
  rig_free (rig);
}

GST_END_TEST;

/*** memory that downstream offers ***/

static const gchar *some_formats[] = { "BGR", "BGRP", "RGB", "BGRx", "xRGB" };

GST_START_TEST (test_pool_of_downstream_is_used_with_its_strides)
{
  Rig *rig = rig_new ();
  g_autofree gchar *caps =
      g_strdup_printf ("video/x-raw,format=%s", some_formats[__i__]);
  GstSample *sample;
  GstVideoMeta *meta;
  guint i;

  g_object_set (rig->src, "width", 5, "height", 3, NULL);
  rig_want (rig, caps);
  rig_offer_pool (rig, 0);
  rig_play (rig);
  for (i = 0; i < 4; i++) {
    rig_say_size (rig, "1.0", 5, 3, i);
    sample = rig_pull (rig);
    assert_picture (sample, some_formats[__i__], 5, 3, i);
    if (i == 3) {
      meta = gst_buffer_get_video_meta (gst_sample_get_buffer (sample));
      fail_unless (meta != NULL);
      fail_unless (meta->stride[0] >= 5 + 16 + 5);
      fail_unless (gst_sample_get_buffer (sample)->pool == rig->pool);
    }
    gst_sample_unref (sample);
  }
  rig_free (rig);
}

GST_END_TEST;

/* The rig keeps all buffers, so that a pool of two is empty after two. They
 * come so fast that the source may have the two in its queue behind one that
 * has to be copied: that is tried often. */
GST_START_TEST (test_empty_pool_does_not_end_the_stream)
{
  Rig *rig = rig_new ();
  guint i;

  rig_offer_pool (rig, 2);
  rig_play (rig);
  for (i = 0; i < 6; i++)
    rig_say (rig, "1.0", i);
  expect_said (rig, 0);
  rig_wait_stat (rig, "frames", 2);
  oak_test_camera_wait (rig->camera);
  rig_forget (rig);
  rig_say (rig, "2.0", 9);
  rig_skip (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

static GstBuffer *
say_and_pull (Rig * rig, guint i, GstSample ** sample)
{
  rig_say (rig, "1.0", i);
  *sample = rig_pull (rig);
  return gst_sample_get_buffer (*sample);
}

/* Some pictures are on their way at once, and then never more: their memory is
 * that of all that follow. */
GST_START_TEST (test_steady_stream_allocates_no_pictures)
{
  Rig *rig = rig_new ();
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  GstSample *samples[8];
  guint i;

  g_object_set (rig->src, "drop-on-latency", FALSE, NULL);
  rig_want (rig, __i__ == 0 ? "video/x-raw,format=BGR" :
      "video/x-raw,format=BGRP");
  rig_play (rig);
  for (i = 0; i < G_N_ELEMENTS (samples); i++)
    g_hash_table_add (seen, say_and_pull (rig, i, &samples[i]));
  fail_unless_equals_int (g_hash_table_size (seen), G_N_ELEMENTS (samples));
  for (i = 0; i < G_N_ELEMENTS (samples); i++)
    gst_sample_unref (samples[i]);
  rig_forget (rig);

  for (i = 0; i < 100; i++) {
    GstBuffer *buffer = say_and_pull (rig, i, &samples[0]);

    fail_unless (buffer->pool != NULL);
    fail_unless (g_hash_table_contains (seen, buffer), "picture %u", i);
    gst_sample_unref (samples[0]);
    rig_forget (rig);
  }
  g_hash_table_unref (seen);
  rig_free (rig);
}

GST_END_TEST;

/* The system is to wake us for more than it has room for. */
GST_START_TEST (test_pictures_may_be_larger_than_the_buffer)
{
  Rig *rig = rig_new ();
  guint i;

  g_object_set (rig->src, "buffer-size", 65536, "width", 640, "height", 352,
      "drop-on-latency", FALSE, NULL);
  rig_play (rig);
  for (i = 0; i < 3; i++) {
    rig_say_size (rig, "1.0", 640, 352, i);
    expect_picture (rig, "BGR", 640, 352, i);
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_null_returns_while_the_pool_is_empty)
{
  Rig *rig = rig_new ();
  gint64 start;
  guint i;

  rig_offer_pool (rig, 2);
  rig_play (rig);
  for (i = 0; i < 6; i++)
    rig_say (rig, "1.0", i);
  rig_wait_stat (rig, "frames", 2);
  oak_test_camera_wait (rig->camera);
  start = g_get_monotonic_time ();
  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE);
  rig_free (rig);
}

GST_END_TEST;

/*** framerate ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *property, *wanted;
  gint n, d;
} framerates[] = {
  {"0/1", "video/x-raw", 0, 1},
  {"30/1", "video/x-raw", 30, 1},
  {"30000/1001", "video/x-raw", 30000, 1001},
  {"0/1", "video/x-raw,framerate=15/1", 15, 1},
  {"30/1", "video/x-raw,framerate=15/1", 15, 1},
  {"0/1", "video/x-raw,framerate=[0/1,60/1]", 0, 1},
  {"25/1", "video/x-raw,framerate=[0/1,60/1]", 25, 1},
};
/* *INDENT-ON* */

GST_START_TEST (test_framerate_is_announced_and_gives_durations)
{
  Rig *rig = rig_new ();
  GstClockTime duration = GST_CLOCK_TIME_NONE;
  gint n = framerates[__i__].n, d = framerates[__i__].d;
  GstSample *sample;
  GstVideoInfo info;

  gst_util_set_object_arg (G_OBJECT (rig->src), "framerate",
      framerates[__i__].property);
  rig_want (rig, framerates[__i__].wanted);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  sample = rig_pull (rig);
  gst_video_info_from_caps (&info, gst_sample_get_caps (sample));
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_N (&info), n);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_D (&info), d);
  if (n > 0)
    duration = gst_util_uint64_scale_int (GST_SECOND, d, n);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (gst_sample_get_buffer
          (sample)), duration);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/*** geometry ***/

/* *INDENT-OFF* */
static const struct
{
  guint width, height;          /* properties */
  const gchar *wanted;          /* by downstream */
  guint came_width, came_height;
} geometries[] = {
  {8, 4, "video/x-raw", 8, 4},
  {16, 0, "video/x-raw", 16, 2},
  {0, 16, "video/x-raw", 2, 16},
  {0, 0, "video/x-raw,width=12,height=4", 12, 4},
  {0, 0, "video/x-raw,width=4,height=12", 4, 12},
  {12, 4, "video/x-raw,width=12,height=4", 12, 4},
  {300, 0, "video/x-raw", 300, 300},
  {150, 600, "video/x-raw", 150, 600},
  /* what is fixed where we cannot serve says nothing */
  {0, 0, "image/jpeg,width=150,height=600;video/x-raw,width=300,height=300",
      300, 300},
  {0, 0, "video/x-raw(memory:GLMemory),width=150,height=600;"
      "video/x-raw,width=300,height=300", 300, 300},
};
/* *INDENT-ON* */

GST_START_TEST (test_size_is_known_from_properties_or_downstream)
{
  Rig *rig = rig_new ();
  guint width = geometries[__i__].came_width;
  guint height = geometries[__i__].came_height;

  g_object_set (rig->src, "width", geometries[__i__].width, "height",
      geometries[__i__].height, NULL);
  rig_want (rig, geometries[__i__].wanted);
  rig_play (rig);
  rig_say_size (rig, "1.0", width, height, 1);
  expect_picture (rig, "BGR", width, height, 1);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_INFO) == NULL);
  rig_free (rig);
}

GST_END_TEST;

static const guint common_sizes[][2] =
    { {640, 352}, {300, 300}, {416, 416}, {512, 288}, {640, 480}, {1280, 720},
{1920, 1080}
};

GST_START_TEST (test_common_size_is_guessed_and_announced_once)
{
  Rig *rig = rig_new_without_size ();
  guint width = common_sizes[__i__][0], height = common_sizes[__i__][1];
  GstMessage *message;

  rig_play (rig);
  rig_say_size (rig, "1.0", width, height, 1);
  expect_picture (rig, "BGR", width, height, 1);
  rig_say_size (rig, "1.1", width, height, 2);
  expect_picture (rig, "BGR", width, height, 2);
  message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_INFO);
  fail_unless (message != NULL, "nothing was announced");
  gst_message_unref (message);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_INFO) == NULL);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_unknown_size_is_named_with_what_to_set)
{
  Rig *rig = rig_new_without_size ();
  g_autofree gchar *text = NULL;

  rig_play (rig);
  rig_say_size (rig, "1.0", 11, 13, 1);
  text = rig_take_full_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  fail_unless (strstr (text, "429") != NULL, "%s", text);
  fail_unless (strstr (text, "width") != NULL, "%s", text);
  fail_unless (strstr (text, "height") != NULL, "%s", text);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

static const guint contradictions[][2] =
    { {8, 5}, {9, 4}, {7, 0}, {0, 5}, {33, 0}, {640, 352} };

GST_START_TEST (test_size_against_the_properties_is_an_error)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "width", contradictions[__i__][0], "height",
      contradictions[__i__][1], NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_limit_forbids_the_largest_image)
{
  Rig *rig = rig_new ();
  g_autofree guint8 *image = g_malloc0 (67108864);

  rig_play (rig);
  rig_say_header (rig, "1.0", 67108864, 0);
  oak_test_camera_say (rig->camera, image, 67108864);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar *impossible[] = {
  "video/x-raw,format=I420",
  "video/x-raw,format=BGR,width=[16,100]",
  "video/x-raw,format=BGR,width=16,height=4",
  "video/x-h264",
  /* what the camera's pictures are not */
  "video/x-raw,format=BGR,interlace-mode=interleaved",
  "video/x-raw,format=BGR,multiview-mode=side-by-side",
  "video/x-raw,format=BGR,pixel-aspect-ratio=4/3",
  "video/x-raw,format=BGR,colorimetry=bt709",
};
/* *INDENT-ON* */

GST_START_TEST (test_caps_nobody_can_give_are_a_negotiation_error)
{
  Rig *rig = rig_new ();

  rig_want (rig, impossible[__i__]);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_expect_error (rig, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_switched_size_is_renegotiated)
{
  Rig *rig = rig_new_without_size ();
  GstMessage *message;
  guint n_told = 0;

  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  rig_say_size (rig, "1.1", 416, 416, 2);
  rig_say_size (rig, "1.2", 416, 416, 3);
  rig_say_size (rig, "1.3", 300, 300, 4);
  expect_picture (rig, "BGR", 300, 300, 1);
  expect_picture (rig, "BGR", 416, 416, 2);
  expect_picture (rig, "BGR", 416, 416, 3);
  expect_picture (rig, "BGR", 300, 300, 4);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 3);
  while ((message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_INFO))) {
    gst_message_unref (message);
    n_told++;
  }
  fail_unless (n_told == 1 || n_told == 2, "told %u times", n_told);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_nonsense_size_after_a_frame_is_a_framing_error)
{
  Rig *rig = rig_new_without_size ();

  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  rig_say_size (rig, "1.1", 11, 13, 2);
  expect_picture (rig, "BGR", 300, 300, 1);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  fail_unless_equals_int (rig_count_frames (rig), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_known_size_does_not_beat_the_properties)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say_size (rig, "1.1", 300, 300, 2);
  expect_said (rig, 1);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX);
  rig_free (rig);
}

GST_END_TEST;

/*** detections ***/

/* A side of a power of two makes every box an exact number. */
#define SIDE 64

static GstSample *
pull_with_detections (Rig * rig, const gchar * detections)
{
  OakTestFrame frame = { "1.0", SIDE, SIDE, 1, detections };
  GstSample *sample;

  oak_test_camera_say_frame (rig->camera, &frame);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", SIDE, SIDE, 1);
  return sample;
}

static Rig *
rig_new_for_detections (void)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "width", SIDE, "height", SIDE, NULL);
  return rig;
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;            /* of one detection */
  guint x, y, w, h;
  gdouble x_min, y_min, x_max, y_max;
} boxes[] = {
  {"0;50.0;0.2500;0.5000;0.7500;0.6250", 16, 32, 32, 8, .25, .5, .75, .625},
  {"0;50.0;0.2510;0.5010;0.7510;0.6260", 16, 32, 33, 9, .251, .501, .751, .626},
  {"0;50.0;-0.0500;-0.1000;0.5000;0.2500", 0, 0, 32, 16, 0, 0, .5, .25},
  {"0;50.0;0.5000;0.5000;1.0300;1.2000", 32, 32, 31, 31, .5, .5, 1, 1},
  {"0;50.0;0.0000;0.0000;1.0000;1.0000", 0, 0, 63, 63, 0, 0, 1, 1},
  {"0;50.0;0.5000;0.5000;0.5001;0.5001", 32, 32, 1, 1, .5, .5, .5001, .5001},
  {"0;50.0;-99999999999.0000;0.0000;99999999999.0000;0.5000", 0, 0, 63, 32,
      0, 0, 1, .5},
};
/* *INDENT-ON* */

GST_START_TEST (test_box_is_in_pixels_and_within_the_picture)
{
  Rig *rig = rig_new_for_detections ();
  GstVideoRegionOfInterestMeta *roi;
  gdouble x_min, y_min, x_max, y_max;
  GstStructure *param;
  GstSample *sample;

  rig_play (rig);
  sample = pull_with_detections (rig, boxes[__i__].text);
  fail_unless_equals_int (count_rois (sample), 1);
  roi = roi_of (sample, 0);
  fail_unless_equals_int (roi->x, boxes[__i__].x);
  fail_unless_equals_int (roi->y, boxes[__i__].y);
  fail_unless_equals_int (roi->w, boxes[__i__].w);
  fail_unless_equals_int (roi->h, boxes[__i__].h);
  param = gst_video_region_of_interest_meta_get_param (roi, "detection");
  fail_unless (param != NULL);
  fail_unless (gst_structure_get (param, "x_min", G_TYPE_DOUBLE, &x_min,
          "y_min", G_TYPE_DOUBLE, &y_min, "x_max", G_TYPE_DOUBLE, &x_max,
          "y_max", G_TYPE_DOUBLE, &y_max, NULL));
  fail_unless (fabs (x_min - boxes[__i__].x_min) < 1e-9);
  fail_unless (fabs (y_min - boxes[__i__].y_min) < 1e-9);
  fail_unless (fabs (x_max - boxes[__i__].x_max) < 1e-9);
  fail_unless (fabs (y_max - boxes[__i__].y_max) < 1e-9);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_param_has_the_types_that_others_read)
{
  Rig *rig = rig_new_for_detections ();
  g_autofree gchar *label = NULL;
  GstVideoRegionOfInterestMeta *roi;
  GstStructure *param;
  GstSample *sample;
  gdouble confidence;
  gint label_id;

  rig_play (rig);
  sample = pull_with_detections (rig, "16;87.3;0.1000;0.2000;0.3000;0.4000");
  roi = roi_of (sample, 0);
  param = gst_video_region_of_interest_meta_get_param (roi, "detection");
  fail_unless (gst_structure_get (param, "confidence", G_TYPE_DOUBLE,
          &confidence, "label_id", G_TYPE_INT, &label_id, "label",
          G_TYPE_STRING, &label, NULL));
  fail_unless (fabs (confidence - 0.873) < 1e-9);
  fail_unless_equals_int (label_id, 16);
  fail_unless_equals_string (label, "dog");
  fail_unless_equals_string (g_quark_to_string (roi->roi_type), "dog");
  fail_unless_equals_int (roi->parent_id, -1);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_surest_is_first_and_equals_stay_in_order)
{
  static const gint order[] = { 4, 1, 3, 5, 2, 6 };
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;
  guint i;

  g_object_set (rig->src, "labels", "none", NULL);
  rig_play (rig);
  sample = pull_with_detections (rig, "1;70.0;0.1000;0.1000;0.3000;0.4000|"
      "2;50.0;0.1000;0.1000;0.3000;0.4000|3;70.0;0.1000;0.1000;0.3000;0.4000|"
      "4;99.9;0.1000;0.1000;0.3000;0.4000|5;70.0;0.1000;0.1000;0.3000;0.4000|"
      "6;50.0;0.1000;0.1000;0.3000;0.4000");
  fail_unless_equals_int (count_rois (sample), G_N_ELEMENTS (order));
  for (i = 0; i < G_N_ELEMENTS (order); i++) {
    g_autofree gchar *label = g_strdup_printf ("label-%d", order[i]);

    fail_unless_equals_string (label_of (sample, i), label);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "detections"), 6);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

#define GOOD "1;87.3;0.1000;0.2000;0.3000;0.4000"

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  guint left_out;
} poor_detections[] = {
  {GOOD "|1;nan;0.1000;0.2000;0.3000;0.4000", 1},
  {GOOD "|1;87.3;nan;0.2000;0.3000;0.4000", 1},
  {"1;87.3;0.1000;0.2000;inf;0.4000|" GOOD, 1},
  {"1;87.3;0.1000;-inf;0.3000;0.4000|" GOOD, 1},
  {"1;inf;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"1;87.3;0.1000;0.2000;0.3000|" GOOD, 1},
  {"1;87.3;0.1000;0.2000;0.3000;0.4000;0.5000|" GOOD, 1},
  {"|" GOOD, 1},
  {GOOD "|", 1},
  {"||" GOOD, 2},
  {"1;87.3;0.3000;0.2000;0.1000;0.4000|" GOOD, 1},
  {"1;87.3;0.1000;0.4000;0.3000;0.2000|" GOOD, 1},
  {"1;87.3;0.5000;0.2000;0.5000;0.4000|" GOOD, 1},
  {"1;87.3;1.1000;0.2000;1.3000;0.4000|" GOOD, 1},
  {"1;87.3;-0.4000;0.2000;-0.1000;0.4000|" GOOD, 1},
  {"1;;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"1;much;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"cat;87.3;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"1.5;87.3;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {";87.3;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"1;87,3;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"99999999999999999999;87.3;0.1000;0.2000;0.3000;0.4000|" GOOD, 1},
  {"\xff\xfe\x01 1;87.3|" GOOD, 1},
  {"never mind|" GOOD "|;;;;;", 2},
};
/* *INDENT-ON* */

GST_START_TEST (test_poor_detection_is_left_out_and_the_others_stay)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_play (rig);
  sample = pull_with_detections (rig, poor_detections[__i__].text);
  fail_unless_equals_int (count_rois (sample), 1);
  fail_unless_equals_string (label_of (sample, 0), "bicycle");
  gst_sample_unref (sample);
  fail_unless_equals_uint64 (rig_stat (rig, "detections"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "detections-left-out"),
      poor_detections[__i__].left_out);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_frame_after_detections_is_whole)
{
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  rig_play (rig);
  gst_sample_unref (pull_with_detections (rig, GOOD "|" GOOD));
  sample = pull_with_detections (rig, NULL);
  fail_unless_equals_int (count_rois (sample), 0);
  gst_sample_unref (sample);
  sample = pull_with_detections (rig, GOOD);
  fail_unless_equals_int (count_rois (sample), 1);
  gst_sample_unref (sample);
  fail_unless_equals_uint64 (rig_stat (rig, "detections"), 3);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_eight_thousand_detections_fit)
{
  Rig *rig = rig_new_for_detections ();
  g_autoptr (GString) text = g_string_new (GOOD);
  GstSample *sample;
  guint i;

  for (i = 1; i < 8000; i++)
    g_string_append_printf (text, "|%u;50.0;0.1000;0.2000;0.3000;0.4000",
        i % 80);
  rig_play (rig);
  sample = pull_with_detections (rig, text->str);
  fail_unless_equals_int (count_rois (sample), 8000);
  fail_unless_equals_string (label_of (sample, 0), "bicycle");
  fail_unless_equals_uint64 (rig_stat (rig, "detections"), 8000);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

/*** labels ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *labels;
  gint id;
  const gchar *name;
} names[] = {
  {"coco", 0, "person"},
  {"coco", 1, "bicycle"},
  {"coco", 9, "traffic light"},
  {"coco", 58, "pottedplant"},
  {"coco", 79, "toothbrush"},
  {"coco", 80, "label-80"},
  {"coco", 999, "label-999"},
  {"coco", 1000, "object"},
  {"coco", 2147483647, "object"},
  {"none", 0, "label-0"},
  {"none", 79, "label-79"},
  {"none", 999, "label-999"},
  {"none", 1000, "object"},
};
/* *INDENT-ON* */

static void
check_label (const gchar * labels, gint id, const gchar * name)
{
  Rig *rig = rig_new_for_detections ();
  g_autofree gchar *text =
      g_strdup_printf ("%d;87.3;0.1000;0.2000;0.3000;0.4000", id);
  GstStructure *param;
  GstSample *sample;
  gint label_id = -1;

  g_object_set (rig->src, "labels", labels, NULL);
  rig_play (rig);
  sample = pull_with_detections (rig, text);
  fail_unless_equals_string (label_of (sample, 0), name);
  param = gst_video_region_of_interest_meta_get_param (roi_of (sample, 0),
      "detection");
  fail_unless (gst_structure_get_int (param, "label_id", &label_id));
  fail_unless_equals_int (label_id, id);
  fail_unless_equals_string (gst_structure_get_string (param, "label"), name);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_START_TEST (test_label_has_its_name)
{
  check_label (names[__i__].labels, names[__i__].id, names[__i__].name);
}

GST_END_TEST;

static gchar *
write_labels (const gchar * text, gssize size)
{
  gchar *path = NULL;
  gint fd = g_file_open_tmp ("oak-labels-XXXXXX", &path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (path, text, size, NULL));
  return path;
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  gint id;
  const gchar *name;
} files[] = {
  {"face\nmask\nnarrow street\n", 0, "face"},
  {"face\nmask\nnarrow street\n", 2, "narrow street"},
  {"face\nmask", 1, "mask"},
  {"face\nmask\n", 2, "label-2"},
  {"face\n\nmask\n", 1, "label-1"},
  {"face\n\nmask\n", 2, "mask"},
  {"caf\xc3\xa9\n<b>&amp;\n", 0, "caf\xc3\xa9"},
  {"caf\xc3\xa9\n<b>&amp;\n", 1, "<b>&amp;"},
  {"face\nmask\n", 1000, "object"},
  {"face\r\nmask\r\n", 0, "face"},
  {"123456789012345678901234567890123456789012345678901234567890123\n", 0,
      "123456789012345678901234567890123456789012345678901234567890123"},
};
/* *INDENT-ON* */

GST_START_TEST (test_label_file_has_one_name_a_line)
{
  g_autofree gchar *path = write_labels (files[__i__].text, -1);

  check_label (path, files[__i__].id, files[__i__].name);
  g_unlink (path);
}

GST_END_TEST;

static gchar *
lines (guint n)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (text, "name %u\n", i);
  return g_string_free (text, FALSE);
}

GST_START_TEST (test_a_thousand_labels_are_allowed)
{
  g_autofree gchar *text = lines (1000);
  g_autofree gchar *path = write_labels (text, -1);

  check_label (path, 999, "name 999");
  g_unlink (path);
}

GST_END_TEST;

static void
check_labels_are_refused (const gchar * path, GQuark domain, gint code)
{
  Rig *rig = rig_new ();
  g_autofree gchar *text = NULL;

  g_object_set (rig->src, "labels", path, NULL);
  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  text = rig_take_error (rig, domain, code);
  fail_unless (strstr (text, path) != NULL, "which file? %s", text);
  rig_free (rig);
}

GST_START_TEST (test_too_many_labels_are_refused)
{
  g_autofree gchar *text = lines (1001);
  g_autofree gchar *path = write_labels (text, -1);

  check_labels_are_refused (path, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS);
  g_unlink (path);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  gssize size;
} bad_files[] = {
  {"face\n\xff\xfe\n", -1},
  {"caf\xe9\n", -1},
  {"face\0mask\n", 10},
  {"1234567890123456789012345678901234567890123456789012345678901234\n", -1},
};
/* *INDENT-ON* */

GST_START_TEST (test_bad_label_file_is_refused)
{
  g_autofree gchar *path =
      write_labels (bad_files[__i__].text, bad_files[__i__].size);

  check_labels_are_refused (path, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS);
  g_unlink (path);
}

GST_END_TEST;

GST_START_TEST (test_missing_label_file_is_not_found)
{
  check_labels_are_refused ("/nonexistent/oak-labels.txt", GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_FOUND);
}

GST_END_TEST;

GST_START_TEST (test_directory_is_no_label_file)
{
  check_labels_are_refused (g_get_tmp_dir (), GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS);
}

GST_END_TEST;

/* Root may read everything, but nothing is inside a file. */
GST_START_TEST (test_unreadable_label_file_cannot_be_opened)
{
  g_autofree gchar *file = write_labels ("face\n", -1);
  g_autofree gchar *path = g_build_filename (file, "labels", NULL);

  check_labels_are_refused (path, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_OPEN_READ);
  g_unlink (file);
}

GST_END_TEST;

GST_START_TEST (test_empty_label_file_knows_no_name)
{
  g_autofree gchar *path = write_labels ("", 0);

  check_label (path, 0, "label-0");
  g_unlink (path);
}

GST_END_TEST;

GST_START_TEST (test_label_file_is_read_again_at_the_next_start)
{
  g_autofree gchar *path = write_labels ("old\n", -1);
  Rig *rig = rig_new_for_detections ();
  GstSample *sample;

  g_object_set (rig->src, "labels", path, NULL);
  rig_play (rig);
  sample = pull_with_detections (rig, "0;87.3;0.1000;0.2000;0.3000;0.4000");
  fail_unless_equals_string (label_of (sample, 0), "old");
  gst_sample_unref (sample);
  rig_set_state (rig, GST_STATE_NULL);
  oak_test_camera_close (rig->camera);
  fail_unless (g_file_set_contents (path, "new\n", -1, NULL));
  rig_play (rig);
  sample = pull_with_detections (rig, "0;87.3;0.1000;0.2000;0.3000;0.4000");
  fail_unless_equals_string (label_of (sample, 0), "new");
  gst_sample_unref (sample);
  rig_free (rig);
  g_unlink (path);
}

GST_END_TEST;

/*** headers ***/

static void
say_image (Rig * rig, guint seed)
{
  OakTestFrame frame = { "0.0", WIDTH, HEIGHT, seed, NULL };
  GByteArray *bytes = oak_test_frame_write (&frame);

  oak_test_camera_say (rig->camera, bytes->data + 32, bytes->len - 32);
  g_byte_array_unref (bytes);
}

/* *INDENT-OFF* */
static const struct
{
  const gchar *header;          /* 32 bytes */
  const gchar *detections;
} good_headers[] = {
  {"IMG 1.5 96 0                    ", ""},
  {"IMG   1.5   96   0              ", ""},
  {"IMG 1234567890.123456789012 96 0", ""},
  {"IMG 1234567890.12345678901 96 0 ", ""},
  {"IMG 1234567890.12345678901 96 34", GOOD},
  {"IMG 1234567890.1234567890 96 34 ", GOOD},
};
/* *INDENT-ON* */

GST_START_TEST (test_good_header_is_taken_at_once)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, good_headers[__i__].header);
  oak_test_camera_say_text (rig->camera, good_headers[__i__].detections);
  say_image (rig, 5);
  expect_said (rig, 5);
  rig_say (rig, "1234567891.5", 6);
  expect_said (rig, 6);
  rig_free (rig);
}

GST_END_TEST;

/* These 35 bytes could also be a cut digit and 34 bytes of a longer text. Only
 * what follows tells. */
#define DOUBTFUL_HEADER "IMG 1234567890.12345678901 96 35"
#define DOUBTFUL_DETECTION "11;87.3;0.1000;0.2000;0.3000;0.4000"

GST_START_TEST (test_doubtful_header_is_good_when_a_header_follows)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, DOUBTFUL_HEADER DOUBTFUL_DETECTION);
  say_image (rig, 5);
  rig_say (rig, "1234567891.5", 6);
  expect_said (rig, 5);
  expect_said (rig, 6);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_doubtful_header_is_good_when_the_camera_leaves)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, DOUBTFUL_HEADER DOUBTFUL_DETECTION);
  say_image (rig, 5);
  oak_test_camera_close (rig->camera);
  expect_said (rig, 5);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

/* It is told at once; the next header is looked for till the camera goes. */
static gchar *
expect_out_of_step (Rig * rig, gint code)
{
  oak_test_camera_close (rig->camera);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, code));
  return rig_take_full_error (rig, GST_STREAM_ERROR, code);
}

/* What ljust(32) lets through: each field is once the one that is cut. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *header;          /* more than 32 bytes */
  const gchar *detections;
} long_headers[] = {
  {"IMG 12345678901234567890.1234567890123 96 0", ""},
  {"IMG 1234567890.12345678901234567 96 0", ""},
  {"IMG 1234567890.12345678901234 96 0", ""},
  {"IMG 1234567890.1234567890123 96 0", ""},
  {"IMG 1234567890.1234567890123 96 34", GOOD},
  {"IMG 1234567890.123456789012 96 34", GOOD},
  {"IMG 1234567890.12345678901 96 349", GOOD "|" GOOD "|" GOOD "|" GOOD "|"
      GOOD "|" GOOD "|" GOOD "|" GOOD "|" GOOD "|" GOOD},
  /* seen as 35 bytes that begin with the cut 1: a good detection */
  {"IMG 1234567890.12345678901 96 351", GOOD "|" GOOD "|" GOOD "|" GOOD "|"
      GOOD "|" GOOD "|" GOOD "|" GOOD "|1" GOOD "|1" GOOD},
  {"IMG 1234567890.123456789012 96 349", GOOD "|" GOOD "|" GOOD "|" GOOD "|"
      GOOD "|" GOOD "|" GOOD "|" GOOD "|" GOOD "|" GOOD},
};
/* *INDENT-ON* */

GST_START_TEST (test_header_that_has_outgrown_is_said_so)
{
  Rig *rig = rig_new ();
  g_autofree gchar *text = NULL;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say_text (rig->camera, long_headers[__i__].header);
  oak_test_camera_say_text (rig->camera, long_headers[__i__].detections);
  say_image (rig, 2);
  rig_say (rig, "1.2", 3);
  expect_said (rig, 1);
  text = expect_out_of_step (rig, GST_STREAM_ERROR_DEMUX);
  fail_unless (strstr (text, "32") != NULL, "%s", text);
  fail_unless_equals_int (rig_count_frames (rig), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_unpadded_header_with_poor_detections_has_outgrown)
{
  Rig *rig = rig_new ();
  g_autofree gchar *text = NULL;

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, "IMG 1234567890.12345678901 96 34");
  oak_test_camera_say_text (rig->camera, "1;87.3;0.1000;0.2000;0.3000;never!");
  say_image (rig, 1);
  text = expect_out_of_step (rig, GST_STREAM_ERROR_DEMUX);
  fail_unless (strstr (text, "32") != NULL, "%s", text);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

/*** failures ***/

static const gchar *strangers[] = { "HTTP/1.1 400 Bad Request\r\n\r\n",
  "SSH-2.0-OpenSSH_9.2p1\r\n", "\x8f\x12\xe5\x70\xff\x01", "220 mail ESMTP\r\n",
  "H", "IX", "IMX", "IMG\t", "img 1.0 96 0", " IMG 1.0 96 0", "\n",
  "ABCD 12.5 48213                 "
};

GST_START_TEST (test_stranger_is_known_at_the_first_wrong_byte)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, strangers[__i__]);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR,
          GST_STREAM_ERROR_WRONG_TYPE));
  oak_test_camera_close (rig->camera);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar *bad_headers[] = {
  "HTTP/1.1 400 Bad Request\r\n\r\n    ",
  "img 1.5 96 0                    ",
  "IMGS 1.5 96 0                   ",
  "IMG                             ",
  "IMG 1.5                         ",
  "IMG 1.5 96                      ",
  "IMG 1.5 96 0 7                  ",
  "IMG +1.0 96 0                   ",
  "IMG 1,5 96 0                    ",
  "IMG 0x10 96 0                   ",
  "IMG 1.5.5 96 0                  ",
  "IMG none 96 0                   ",
  "IMG 1.5 -1 0                    ",
  "IMG 1.5 +96 0                   ",
  "IMG 1.5 0x60 0                  ",
  "IMG 1.5 1e3 0                   ",
  "IMG 1.5 96.0 0                  ",
  "IMG 1.5 96 -1                   ",
  "IMG 1.5 96 +5                   ",
  "IMG 1.5 96 0x10                 ",
  "IMG 1.5 96 1e3                  ",
  "IMG 1.5 96 none                 ",
  "IMG\t1.5\t96\t0                    ",
  "IMG 1.5 96 0\n                   ",
  "IMG 1.5 67108865 0              ",
  "IMG 1.5 96 1048577              ",
  "IMG 1.5 99999999999999999999 0  ",
  "IMG 1.5 96 99999999999999999999 ",
  "IMG 1.5 18446744073709551712 0  ",
  "IMG 1.5 96 18446744073709551616 ",
  "                                ",
};
/* *INDENT-ON* */

GST_START_TEST (test_bad_header_after_a_frame_is_an_error)
{
  Rig *rig = rig_new ();

  fail_unless_equals_int (strlen (bad_headers[__i__]), 32);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  oak_test_camera_say_text (rig->camera, bad_headers[__i__]);
  expect_said (rig, 1);
  expect_said (rig, 2);
  g_free (expect_out_of_step (rig, GST_STREAM_ERROR_DEMUX));
  fail_unless_equals_int (rig_count_frames (rig), 2);
  rig_free (rig);
}

GST_END_TEST;

static const gchar *too_large[] = { "IMG 1.5 67108865 0              ",
  "IMG 1.5 96 1048577              ", "IMG 1.5 99999999999999999999 0  ",
};

GST_START_TEST (test_size_over_the_limit_is_an_error_at_the_first_header)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, too_large[__i__]);
  g_free (expect_out_of_step (rig, GST_STREAM_ERROR_DEMUX));
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_nul_in_a_header_is_an_error)
{
  Rig *rig = rig_new ();
  gchar header[32] = "IMG 1.5 96 0";

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say (rig->camera, header, sizeof (header));
  expect_said (rig, 1);
  g_free (expect_out_of_step (rig, GST_STREAM_ERROR_DEMUX));
  rig_free (rig);
}

GST_END_TEST;

/* What is said after one good frame before the camera hangs up. */
static const gchar *torn[] = { "I", "IMG 1.5 96",
  "IMG 1.5 96 34                   ",
  "IMG 1.5 96 34                   1;87.3",
  "IMG 1.5 96 0                    ", "IMG 1.5 96 0                    12345"
};

GST_START_TEST (test_hang_up_inside_a_frame_is_an_error)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say_text (rig->camera, torn[__i__]);
  oak_test_camera_close (rig->camera);
  expect_said (rig, 1);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  fail_unless_equals_int (rig_count_frames (rig), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_hang_up_inside_the_first_frame_is_an_error)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, torn[__i__]);
  oak_test_camera_close (rig->camera);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  fail_unless_equals_int (rig_count_frames (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_reset_inside_a_frame_is_an_error)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say_text (rig->camera, torn[__i__]);
  expect_said (rig, 1);
  rig_wait_heard (rig);
  oak_test_camera_reset (rig->camera);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_hang_up_between_frames_is_an_error)
{
  Rig *rig = rig_new ();
  guint i;

  rig_play (rig);
  for (i = 0; i < 5; i++)
    rig_say (rig, "1.0", i);
  oak_test_camera_close (rig->camera);
  for (i = 0; i < 5; i++)
    expect_said (rig, i);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_hang_up_before_any_byte_is_an_error)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_close (rig->camera);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

/* The kernel may tell of the reset when it should tell of the connection. */
GST_START_TEST (test_reset_before_any_byte_is_an_error)
{
  Rig *rig = rig_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  rig_play (rig);
  oak_test_camera_reset (rig->camera);
  message = rig_wait_message (rig, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (error->domain == GST_RESOURCE_ERROR);
  fail_unless (error->code == GST_RESOURCE_ERROR_READ
      || error->code == GST_RESOURCE_ERROR_OPEN_READ, "%s", error->message);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_hang_up_before_playing_is_an_error_too)
{
  Rig *rig = rig_new ();

  rig_set_state (rig, GST_STATE_PAUSED);
  rig_say (rig, "1.0", 1);
  oak_test_camera_close (rig->camera);
  oak_test_camera_wait (rig->camera);
  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_refused_connection_is_an_error)
{
  Rig *rig = rig_new_for_port (oak_test_closed_port ());

  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_unknown_name_is_an_error)
{
  Rig *rig = rig_new_for_port (5000);

  rig->resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_LACKS);
  g_object_set (rig->src, "host", "nonexistent.invalid", NULL);
  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
  rig_free (rig);
}

GST_END_TEST;

static const gchar *const hosts_with_too_much[] = {
  "192.168.1.20:5000", "camera.invalid:5000", "192.168.1.20:", "[::1]",
  "[::1]:5000",
};

GST_START_TEST (test_host_with_a_port_is_refused)
{
  const gchar *host = hosts_with_too_much[__i__];
  Rig *rig = rig_new_for_port (5000);
  g_autofree gchar *text = NULL;

  g_object_set (rig->src, "host", host, NULL);
  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  text = rig_take_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  fail_unless (strstr (text, host) != NULL, "which host? %s", text);
  fail_unless (strstr (text, "\"port\"") != NULL, "what to do? %s", text);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_ipv6_address_is_no_host_with_a_port)
{
  Rig *rig = rig_new_for_port (oak_test_closed_port ());

  g_object_set (rig->src, "host", "::1", NULL);
  fail_unless (gst_element_set_state (rig->pipeline,
          GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_after_an_error_the_element_starts_again)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_say_text (rig->camera, "HTTP/1.1 200 OK");
  oak_test_camera_close (rig->camera);
  rig_expect_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE);
  rig_set_state (rig, GST_STATE_NULL);
  g_mutex_lock (&rig->lock);
  g_clear_pointer (&rig->failure, g_free);
  g_mutex_unlock (&rig->lock);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/*** frames without a picture ***/

static void
check_no_image (Rig * rig, guint64 device_time, guint n_detections)
{
  g_autoptr (GstStructure) s = rig_wait_element (rig, "oak-no-image");
  GstEvent *gap = rig_wait_event (rig, GST_EVENT_GAP, OAK_TEST_LIMIT);
  guint64 device_time_said, pts_said;
  GstClockTime pts;
  guint n;

  fail_unless (gap != NULL, "no gap");
  gst_event_parse_gap (gap, &pts, NULL);
  fail_unless (GST_CLOCK_TIME_IS_VALID (pts));
  gst_event_unref (gap);
  fail_unless (gst_structure_get (s, "device-time", G_TYPE_UINT64,
          &device_time_said, "pts", G_TYPE_UINT64, &pts_said, "n-detections",
          G_TYPE_UINT, &n, NULL));
  fail_unless_equals_uint64 (device_time_said, device_time);
  fail_unless_equals_uint64 (pts_said, pts);
  fail_unless_equals_int (n, n_detections);
  fail_unless_equals_uint64 (rig_stat (rig, "frames-without-image"), 1);
}

static void
say_no_image (Rig * rig, const gchar * device_time)
{
  rig_say_header (rig, device_time, 0, strlen (GOOD "|" GOOD));
  oak_test_camera_say_text (rig->camera, GOOD "|" GOOD);
}

GST_START_TEST (test_frame_without_image_is_a_gap)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  say_no_image (rig, "1.25");
  rig_say (rig, "1.5", 2);
  expect_said (rig, 1);
  expect_said (rig, 2);
  check_no_image (rig, 1250000000, 2);
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 2);
  rig_free (rig);
}

GST_END_TEST;

/* What is sticky comes in its order, and before the first gap. */
static void
check_gap_is_first (Rig * rig, guint side)
{
  guint i;

  rig_play (rig);
  say_no_image (rig, "0.5");
  check_no_image (rig, 500000000, 2);
  rig_say_size (rig, "1.0", side, side, 3);
  expect_picture (rig, "BGR", side, side, 3);
  for (i = 0; i < rig->came->len; i++) {
    gpointer object = g_ptr_array_index (rig->came, i);

    if (GST_IS_EVENT (object) && GST_EVENT_TYPE (object) == GST_EVENT_SEGMENT)
      break;
    fail_if (GST_IS_EVENT (object) && GST_EVENT_TYPE (object) == GST_EVENT_GAP,
        "a gap before the segment");
  }
  rig_free (rig);
}

GST_START_TEST (test_gap_may_be_the_first)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "width", 16, "height", 16, NULL);
  check_gap_is_first (rig, 16);
}

GST_END_TEST;

GST_START_TEST (test_gap_may_be_the_first_before_the_size_is_known)
{
  check_gap_is_first (rig_new_without_size (), 300);
}

GST_END_TEST;

/* As many as a bus can bear; all are counted. */
GST_START_TEST (test_headers_without_end_do_not_flood_the_bus)
{
  Rig *rig = rig_new ();
  GstMessage *message;
  guint i, n = 0;

  rig_play (rig);
  for (i = 0; i < 450; i++)
    rig_say_header (rig, "2.0", 0, 0);
  rig_wait_stat (rig, "frames-without-image", 450);
  while ((message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ELEMENT))) {
    n += gst_message_has_name (message, "oak-no-image");
    gst_message_unref (message);
  }
  fail_unless (n >= 200 && n < 450, "%u messages", n);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_gap_without_detections)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say_header (rig, "2.0", 0, 0);
  check_no_image (rig, 2000000000, 0);
  rig_say (rig, "2.5", 2);
  expect_said (rig, 2);
  rig_free (rig);
}

GST_END_TEST;

/*** timeouts ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *said;            /* then silence */
  const gchar *timeout;
  gint code;
} silences[] = {
  {"", "first-byte-timeout", GST_RESOURCE_ERROR_BUSY},
  {"I", "stall-timeout", GST_RESOURCE_ERROR_READ},
  {"IMG 1.5 96 0", "stall-timeout", GST_RESOURCE_ERROR_READ},
  {"IMG 1.5 96 34                   ", "stall-timeout",
      GST_RESOURCE_ERROR_READ},
  {"IMG 1.5 96 34                   1;87.3", "stall-timeout",
      GST_RESOURCE_ERROR_READ},
  {"IMG 1.5 96 0                    ", "stall-timeout",
      GST_RESOURCE_ERROR_READ},
  {"IMG 1.5 96 0                    12345", "stall-timeout",
      GST_RESOURCE_ERROR_READ},
  {"IMG 1.5 0 0                     ", "stall-timeout",
      GST_RESOURCE_ERROR_READ},
};
/* *INDENT-ON* */

GST_START_TEST (test_silence_is_an_error_in_its_time)
{
  Rig *rig = rig_new ();
  gint64 start;

  g_object_set (rig->src, silences[__i__].timeout, 150, NULL);
  start = g_get_monotonic_time ();
  rig_play (rig);
  oak_test_camera_accept (rig->camera);
  oak_test_camera_say_text (rig->camera, silences[__i__].said);
  rig_expect_error (rig, GST_RESOURCE_ERROR, silences[__i__].code);
  fail_unless (g_get_monotonic_time () - start >= 145000, "too early");
  fail_unless (g_get_monotonic_time () - start < 2000000, "too late");
  rig_free (rig);
}

GST_END_TEST;

/* A header without a pad, and a label that could hide a lost digit: nothing
 * follows, so nothing was left over. */
GST_START_TEST (test_silence_after_a_doubtful_frame_is_no_outgrown_header)
{
  Rig *rig = rig_new_for_detections ();
  OakTestFrame frame = { "1234567890.123456789", SIDE, SIDE, 1,
    "15;87.3;0.1000;0.2000;0.3000;0.4000"
  };

  fail_unless_equals_int (strlen ("IMG 1234567890.123456789 12288 35"), 33);
  frame.device_time = "1234567890.12345678";
  g_object_set (rig->src, "stall-timeout", 150, NULL);
  rig_play (rig);
  oak_test_camera_say_frame (rig->camera, &frame);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_flush_that_resets_time_lets_it_begin_anew)
{
  Rig *rig = rig_new ();
  GstSample *sample;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "11.0", 2);
  rig_skip (rig, 1);
  sample = rig_pull (rig);
  gst_sample_unref (sample);
  rig_say (rig, "11.5", 3);
  sample = rig_pull (rig);
  fail_unless (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) <
      5 * GST_SECOND);
  gst_sample_unref (sample);

  gst_element_send_event (rig->src, gst_event_new_flush_start ());
  gst_element_send_event (rig->src, gst_event_new_flush_stop (TRUE));
  gst_element_set_base_time (rig->src,
      gst_element_get_base_time (rig->src) + 2 * GST_SECOND);
  rig_say (rig, "11.6", 4);
  sample = rig_pull (rig);
  fail_unless (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) <
      500 * GST_MSECOND);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_silence_between_frames_is_an_error)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "stall-timeout", 100, NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  expect_said (rig, 1);
  expect_said (rig, 2);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_zero_waits_for_ever)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, silences[__i__].timeout, 0, NULL);
  rig_play (rig);
  oak_test_camera_accept (rig->camera);
  oak_test_camera_say_text (rig->camera, silences[__i__].said);
  fail_unless (rig_poll_message (rig, GST_MESSAGE_ERROR, 200) == NULL);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_every_byte_gives_the_camera_new_time)
{
  static const gchar *said[] = { "IMG", " 1.", "5 96 0        ",
    "              ", "1", "2"
  };
  Rig *rig = rig_new ();
  guint i;

  g_object_set (rig->src, "stall-timeout", 300, NULL);
  rig_play (rig);
  for (i = 0; i < G_N_ELEMENTS (said); i++) {
    oak_test_camera_say_text (rig->camera, said[i]);
    fail_unless (rig_poll_message (rig, GST_MESSAGE_ERROR, 120) == NULL);
  }
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_connection_that_is_never_made_is_an_error)
{
  OakTestDeafPort *deaf = oak_test_deaf_port_new ();
  Rig *rig = rig_new_for_port (oak_test_deaf_port_get (deaf));
  gint64 start;

  rig->deaf = deaf;
  g_object_set (rig->src, "connect-timeout", 150, NULL);
  start = g_get_monotonic_time ();
  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  fail_unless (g_get_monotonic_time () - start >= 145000, "too early");
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_resolver_that_waits_is_an_error_in_its_time)
{
  Rig *rig = rig_new_for_port (5000);
  g_autoptr (GstMessage) message = NULL;

  rig->resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_WAITS);
  g_object_set (rig->src, "host", "camera.invalid", "connect-timeout", 150,
      NULL);
  rig_play (rig);
  message = rig_poll_message (rig, GST_MESSAGE_ERROR, 3000);
  fail_unless (message != NULL);
  rig_free (rig);
}

GST_END_TEST;

/* In milliseconds. */
#define PAUSED_TIMEOUT (300 * (guint) MAX (oak_test_patience () / 4, 1))

/* A pause in which the timeout nearly passes twice; most of it must be left
 * afterwards. */
static void
check_pause_does_not_count (Rig * rig, gint code)
{
  gint64 start;

  rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (rig_poll_message (rig, GST_MESSAGE_ERROR,
          2 * PAUSED_TIMEOUT - 50) == NULL, "an error in the pause");
  start = g_get_monotonic_time ();
  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, code);
  fail_unless (g_get_monotonic_time () - start >= PAUSED_TIMEOUT * 500,
      "too early");
  rig_free (rig);
}

GST_START_TEST (test_stall_in_a_pause_does_not_count)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "stall-timeout", PAUSED_TIMEOUT, NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  oak_test_camera_say_text (rig->camera, silences[__i__].said);
  expect_said (rig, 1);
  rig_wait_heard (rig);
  check_pause_does_not_count (rig, GST_RESOURCE_ERROR_READ);
}

GST_END_TEST;

GST_START_TEST (test_silence_before_playing_does_not_count)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "first-byte-timeout", PAUSED_TIMEOUT, NULL);
  check_pause_does_not_count (rig, GST_RESOURCE_ERROR_BUSY);
}

GST_END_TEST;

GST_START_TEST (test_connecting_in_a_pause_does_not_count)
{
  OakTestDeafPort *deaf = oak_test_deaf_port_new ();
  Rig *rig = rig_new_for_port (oak_test_deaf_port_get (deaf));

  rig->deaf = deaf;
  g_object_set (rig->src, "connect-timeout", PAUSED_TIMEOUT, NULL);
  check_pause_does_not_count (rig, GST_RESOURCE_ERROR_OPEN_READ);
}

GST_END_TEST;

/*** the end, in every phase ***/

typedef enum
{
  PHASE_RESOLVING,
  PHASE_CONNECTING,
  PHASE_BACKING_OFF,
  PHASE_FIRST_BYTE,
  PHASE_HEADER,
  PHASE_DETECTIONS,
  PHASE_IMAGE,
  PHASE_BETWEEN,
  PHASE_SEARCHING,
  PHASE_BLOCKED,
  PHASE_BLOCKED_AND_FULL,
  PHASE_SINK_WAITS,
  PHASE_PAUSED,
  PHASE_PAUSED_INSIDE,
  N_PHASES
} Phase;

static Rig *
rig_new_resolving (void)
{
  Rig *rig = rig_new_for_port (5000);

  rig->resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_WAITS);
  g_object_set (rig->src, "host", "camera.invalid", NULL);
  rig_play (rig);
  oak_test_resolver_wait_asked (rig->resolver);
  return rig;
}

static Rig *
rig_new_connecting (void)
{
  OakTestDeafPort *deaf = oak_test_deaf_port_new ();
  Rig *rig = rig_new_for_port (oak_test_deaf_port_get (deaf));

  rig->deaf = deaf;
  rig_play (rig);
  return rig;
}

static Rig *
rig_new_inside (const gchar * said)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  oak_test_camera_accept (rig->camera);
  oak_test_camera_say_text (rig->camera, said);
  rig_wait_heard (rig);
  return rig;
}

/* A port that nobody serves, and much patience. */
static Rig *
rig_new_backing_off (void)
{
  Rig *rig = rig_new_for_port (oak_test_closed_port ());

  rig_set (rig, "on-disconnect", "reconnect");
  g_object_set (rig->src, "reconnect-delay", 3600000, NULL);
  rig_play (rig);
  gst_structure_free (rig_wait_element (rig, "oak-disconnected"));
  return rig;
}

static Rig *
rig_new_blocked (guint n_frames)
{
  Rig *rig = rig_new ();

  rig_block (rig);
  rig_play (rig);
  while (n_frames-- > 0)
    rig_say (rig, "1.0", 1);
  rig_wait_blocked (rig);
  rig_wait_heard (rig);
  return rig;
}

static Rig *
rig_new_with_waiting_sink (void)
{
  Rig *rig = rig_new ();

  g_object_set (rig->sink, "sync", TRUE, "ts-offset", 3600 * GST_SECOND, NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  expect_said (rig, 1);
  rig_wait_heard (rig);
  return rig;
}

static Rig *
rig_new_in_phase (Phase phase)
{
  Rig *rig;

  switch (phase) {
    case PHASE_RESOLVING:
      return rig_new_resolving ();
    case PHASE_CONNECTING:
      return rig_new_connecting ();
    case PHASE_FIRST_BYTE:
      return rig_new_inside ("");
    case PHASE_HEADER:
      return rig_new_inside ("IMG 12.5 9");
    case PHASE_DETECTIONS:
      return rig_new_inside ("IMG 12.5 96 34                  1;87.3;0.1");
    case PHASE_IMAGE:
      return rig_new_inside ("IMG 12.5 96 0                   123456789");
    case PHASE_BETWEEN:
      rig = rig_new_inside ("");
      rig_say (rig, "1.0", 1);
      expect_said (rig, 1);
      return rig;
    case PHASE_SEARCHING:
      return rig_new_inside ("no header");
    case PHASE_BACKING_OFF:
      return rig_new_backing_off ();
    case PHASE_BLOCKED:
      return rig_new_blocked (1);
    case PHASE_BLOCKED_AND_FULL:
      return rig_new_blocked (1500);
    case PHASE_SINK_WAITS:
      return rig_new_with_waiting_sink ();
    case PHASE_PAUSED:
      rig = rig_new_inside ("");
      rig_set_state (rig, GST_STATE_PAUSED);
      return rig;
    default:
      rig = rig_new_inside ("IMG 12.5 96 0                   123456789");
      rig_set_state (rig, GST_STATE_PAUSED);
      return rig;
  }
}

GST_START_TEST (test_null_returns_at_once)
{
  Rig *rig = rig_new_in_phase (__i__);
  gint64 start = g_get_monotonic_time ();

  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "phase %d", __i__);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_null_hangs_up)
{
  Rig *rig = rig_new_in_phase (__i__);

  rig_set_state (rig, GST_STATE_NULL);
  oak_test_camera_listen_to_end (rig->camera);
  oak_test_camera_wait (rig->camera);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_ready_and_back_returns_at_once)
{
  Rig *rig = rig_new_in_phase (__i__);
  gint64 start = g_get_monotonic_time ();

  rig_set_state (rig, GST_STATE_PAUSED);
  rig_set_state (rig, GST_STATE_READY);
  rig_set_state (rig, GST_STATE_PAUSED);
  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < 2 * AT_ONCE, "phase %d",
      __i__);
  rig_free (rig);
}

GST_END_TEST;

/* Some of these stop it in the moment in which it has connected. */
GST_START_TEST (test_start_and_stop_five_hundred_times)
{
  Rig *rig = rig_new ();
  guint i, n;

  for (i = 0; i < 500; i++) {
    oak_test_camera_close (rig->camera);
    rig_set_state (rig, GST_STATE_PAUSED);
    for (n = i % 25; n > 0; n--)
      g_thread_yield ();
    rig_set_state (rig, GST_STATE_READY);
  }
  rig_free (rig);
}

GST_END_TEST;

static void
expect_eos_at_once (Rig * rig)
{
  GstMessage *message = rig_poll_message (rig,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR, AT_ONCE / G_TIME_SPAN_MILLISECOND);

  fail_unless (message != NULL, "no end of the stream");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  gst_message_unref (message);
}

GST_START_TEST (test_eos_comes_out_at_once)
{
  Rig *rig = rig_new_in_phase (__i__);
  gint64 start = g_get_monotonic_time ();

  fail_unless (gst_element_send_event (rig->pipeline, gst_event_new_eos ()));
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "it blocks");
  switch (__i__) {
    case PHASE_BLOCKED:
    case PHASE_BLOCKED_AND_FULL:
      rig_unblock (rig);
      expect_eos_at_once (rig);
      break;
    case PHASE_SINK_WAITS:
      break;
    case PHASE_PAUSED:
    case PHASE_PAUSED_INSIDE:
      /* A live source pushes nothing, and a sink posts nothing, before they
       * play. */
      rig_play (rig);
      expect_eos_at_once (rig);
      break;
    default:
      expect_eos_at_once (rig);
  }
  start = g_get_monotonic_time ();
  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "NULL is slow");
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_hang_up_after_eos_is_no_error)
{
  Rig *rig = rig_new_in_phase (PHASE_IMAGE);

  gst_element_send_event (rig->pipeline, gst_event_new_eos ());
  expect_eos_at_once (rig);
  oak_test_camera_close (rig->camera);
  fail_unless (rig_poll_message (rig, GST_MESSAGE_ERROR, 100) == NULL);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_after_eos_the_element_starts_again)
{
  Rig *rig = rig_new_in_phase (PHASE_IMAGE);

  gst_element_send_event (rig->pipeline, gst_event_new_eos ());
  expect_eos_at_once (rig);
  rig_set_state (rig, GST_STATE_READY);
  oak_test_camera_close (rig->camera);
  rig_play (rig);
  rig_say (rig, "1.0", 5);
  expect_said (rig, 5);
  rig_free (rig);
}

GST_END_TEST;

/*** pauses and restarts ***/

GST_START_TEST (test_what_comes_just_before_the_first_play_is_shown)
{
  Rig *rig = rig_new ();
  GstSample *sample;
  guint i;

  rig_set_state (rig, GST_STATE_PAUSED);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.033", 2);
  rig_wait_heard (rig);
  rig_play (rig);
  rig_say (rig, "1.066", 3);
  for (i = 1; i <= 3; i++) {
    sample = rig_pull (rig);
    assert_picture (sample, "BGR", WIDTH, HEIGHT, i);
    fail_unless_equals_int (is_discont (sample), i == 1);
    fail_unless (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) <
        i * 33 * GST_MSECOND);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "discarded"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_what_comes_long_before_playing_is_discarded)
{
  Rig *rig = rig_new ();
  GstSample *sample;

  rig_set_state (rig, GST_STATE_PAUSED);
  rig_say (rig, "1.0", 1);
  rig_say (rig, "1.1", 2);
  rig_wait_heard (rig);
  rig_let_pass (rig, 150 * GST_MSECOND);
  rig_play (rig);
  rig_say (rig, "1.2", 3);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", WIDTH, HEIGHT, 3);
  fail_unless (is_discont (sample));
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (gst_sample_get_buffer
          (sample)), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "discarded"), 2);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_pauses_keep_the_connection_and_the_place)
{
  Rig *rig = rig_new ();
  GstClockTime before = 0;
  guint i;

  rig_play (rig);
  for (i = 0; i < 50; i++) {
    g_autofree gchar *shown = g_strdup_printf ("%u.25", i);
    g_autofree gchar *missed = g_strdup_printf ("%u.75", i);
    GstSample *sample;

    rig_say (rig, shown, 2 * i);
    sample = rig_pull (rig);
    assert_picture (sample, "BGR", WIDTH, HEIGHT, 2 * i);
    fail_unless (is_discont (sample), "after pause %u", i);
    fail_unless (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) >= before);
    before = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
    rig_set_state (rig, GST_STATE_PAUSED);
    rig_say (rig, missed, 2 * i + 1);
    rig_wait_heard (rig);
    rig_play (rig);
  }
  rig_wait_stat (rig, "discarded", 50);
  fail_unless_equals_int (rig_count_frames (rig), 50);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_SEGMENT), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  rig_free (rig);
}

GST_END_TEST;

/* Some of them end before the streaming thread has seen that they began. */
GST_START_TEST (test_short_pauses_do_not_end_the_stream)
{
  Rig *rig = rig_new ();
  GstSample *sample;
  guint i;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  for (i = 0; i < 500; i++) {
    rig_set_state (rig, GST_STATE_PAUSED);
    rig_play (rig);
  }
  rig_say (rig, "2.0", 2);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", WIDTH, HEIGHT, 2);
  gst_sample_unref (sample);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_pause_does_not_tear_a_frame)
{
  Rig *rig = rig_new ();
  OakTestFrame frame = { "1.0", WIDTH, HEIGHT, 1, GOOD };
  GByteArray *bytes = oak_test_frame_write (&frame);
  guint cut;

  rig_play (rig);
  for (cut = 5; cut < bytes->len; cut += 10) {
    oak_test_camera_say (rig->camera, bytes->data, cut);
    rig_wait_heard (rig);
    rig_set_state (rig, GST_STATE_PAUSED);
    oak_test_camera_say (rig->camera, bytes->data + cut, bytes->len - cut);
    rig_wait_heard (rig);
    rig_play (rig);
  }
  rig_say (rig, "2.0", 9);
  while (TRUE) {
    GstSample *sample = rig_pull (rig);
    guint64 device_time = device_time_of (sample);

    assert_picture (sample, "BGR", WIDTH, HEIGHT,
        device_time == GST_SECOND ? 1 : 9);
    gst_sample_unref (sample);
    if (device_time != GST_SECOND)
      break;
  }
  g_byte_array_unref (bytes);
  rig_free (rig);
}

GST_END_TEST;

static guint
count_threads (void)
{
  GDir *tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (tasks && g_dir_read_name (tasks))
    n++;
  if (tasks)
    g_dir_close (tasks);
  return n;
}

GST_START_TEST (test_restarts_connect_anew_and_leave_nothing)
{
  Rig *rig = rig_new ();
  guint i, n_threads = 0;

  for (i = 0; i < 12; i++) {
    GstSample *sample;

    rig_play (rig);
    rig_say (rig, "1.0", i);
    sample = rig_pull (rig);
    assert_picture (sample, "BGR", WIDTH, HEIGHT, i);
    fail_unless (is_discont (sample));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (gst_sample_get_buffer
            (sample)), 0);
    gst_sample_unref (sample);
    rig_set_state (rig, GST_STATE_NULL);
    oak_test_camera_listen_to_end (rig->camera);
    oak_test_camera_wait (rig->camera);
    if (i == 1)
      n_threads = count_threads ();
  }
  fail_unless (count_threads () <= n_threads + 2, "%u threads, then %u",
      n_threads, count_threads ());
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_restart_takes_new_properties)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_set_state (rig, GST_STATE_NULL);
  oak_test_camera_close (rig->camera);
  g_object_set (rig->src, "width", 4, "height", 8, NULL);
  rig_play (rig);
  rig_say_size (rig, "1.0", 4, 8, 2);
  expect_picture (rig, "BGR", 4, 8, 2);
  rig_free (rig);
}

GST_END_TEST;

/*** latency, stats, the queue ***/

static gpointer
read_stats (gpointer user_data)
{
  Rig *rig = user_data;
  guint64 frames = 0;

  while (frames < 300) {
    g_autoptr (GstStructure) stats = NULL;
    guint64 before = frames;

    g_object_get (rig->src, "stats", &stats, NULL);
    if (!gst_structure_get_uint64 (stats, "frames", &frames)
        || frames < before)
      return g_strdup ("stats go back");
    g_thread_yield ();
  }
  return NULL;
}

GST_START_TEST (test_stats_can_be_read_while_frames_come)
{
  Rig *rig = rig_new ();
  GThread *thread = g_thread_new ("stats", read_stats, rig);
  g_autofree gchar *fault = NULL;
  guint i;

  rig_play (rig);
  for (i = 0; i < 300; i++) {
    rig_say (rig, "1.0", i);
    expect_said (rig, i);
  }
  fault = g_thread_join (thread);
  fail_unless (fault == NULL, "%s", fault);
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), 300);
  fail_unless_equals_uint64 (rig_stat (rig, "bytes"), 300 * (32 + 96));
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

static void
check_latency (Rig * rig, GstClockTime least)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min, max;
  gboolean live;

  fail_unless (gst_pad_query (rig->pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_unless (live);
  fail_unless (min >= least, "%" GST_TIME_FORMAT, GST_TIME_ARGS (min));
  fail_unless (min <= least + GST_SECOND, "%" GST_TIME_FORMAT,
      GST_TIME_ARGS (min));
  fail_unless (max == GST_CLOCK_TIME_NONE || max >= min);
  gst_query_unref (query);
}

GST_START_TEST (test_latency_is_the_property_also_before_the_first_frame)
{
  Rig *rig = rig_new ();

  g_object_set (rig->src, "latency", 250, NULL);
  rig_play (rig);
  check_latency (rig, 250 * GST_MSECOND);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  check_latency (rig, 250 * GST_MSECOND);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_new_latency_is_announced_while_playing)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  gst_bus_set_flushing (rig->bus, TRUE);
  gst_bus_set_flushing (rig->bus, FALSE);
  g_object_set (rig->src, "latency", 400, NULL);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_LATENCY));
  check_latency (rig, 400 * GST_MSECOND);
  rig_free (rig);
}

GST_END_TEST;

#define MANY 1500

/* Frames are so close on the device's clock that it does not run away from
 * ours; they come as fast as they can. */
#define STEP (100 * GST_USECOND)

static void
say_many (Rig * rig)
{
  guint i;

  for (i = 0; i < MANY; i++) {
    g_autofree gchar *device_time = g_strdup_printf ("0.%04u", i);

    rig_say (rig, device_time, i);
  }
}

GST_START_TEST (test_queue_is_bounded_and_the_newest_stay)
{
  Rig *rig = rig_new ();
  guint64 expected = 0, number = 0, n_lost = 0;

  rig_block (rig);
  rig_play (rig);
  say_many (rig);
  rig_wait_blocked (rig);
  rig_wait_heard (rig);
  fail_unless (rig_stat (rig, "dropped") > 0);
  rig_unblock (rig);
  while (number < MANY - 1) {
    GstSample *sample = rig_pull (rig);

    number = device_time_of (sample) / STEP;
    assert_picture (sample, "BGR", WIDTH, HEIGHT, number);
    fail_unless (number >= expected);
    fail_unless_equals_int (is_discont (sample), number == 0
        || number > expected);
    n_lost += number - expected;
    expected = number + 1;
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), n_lost);
  fail_unless_equals_uint64 (rig_stat (rig, "frames"), MANY - n_lost);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_what_comes_in_a_pause_is_not_said_to_be_dropped)
{
  Rig *rig = rig_new ();

  rig_play (rig);
  rig_say (rig, "0.0", 1);
  expect_said (rig, 1);
  rig_set_state (rig, GST_STATE_PAUSED);
  say_many (rig);
  rig_wait_heard (rig);
  rig_play (rig);
  rig_say (rig, "1.0", 2);
  expect_said (rig, 2);
  fail_unless_equals_uint64 (rig_stat (rig, "discarded"), MANY);
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_nothing_is_dropped_when_downstream_keeps_up)
{
  Rig *rig = rig_new ();
  guint i;

  rig_play (rig);
  for (i = 0; i < 200; i++) {
    rig_say (rig, "1.0", i);
    expect_said (rig, i);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "dropped"), 0);
  rig_free (rig);
}

GST_END_TEST;

/*** timestamps ***/

/* A pipeline with a clock that stands still; it plays since @start. */
static Rig *
rig_new_with_clock (GstClock ** clock, GstClockTime start)
{
  Rig *rig = rig_new ();

  *clock = gst_test_clock_new_with_start_time (start);
  gst_pipeline_use_clock (GST_PIPELINE (rig->pipeline), *clock);
  rig_play (rig);
  return rig;
}

/* Says a frame at a time of the clock. Returns its PTS. */
static GstClockTime
pts_at (Rig * rig, GstClock * clock, GstClockTime time,
    const gchar * device_time, gboolean * discont)
{
  GstSample *sample;
  GstClockTime pts;

  gst_test_clock_set_time (GST_TEST_CLOCK (clock), time);
  rig_say (rig, device_time, 1);
  sample = rig_pull (rig);
  pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  if (discont)
    *discont = is_discont (sample);
  gst_sample_unref (sample);
  return pts;
}

static void
assert_near (GstClockTime pts, GstClockTime expected)
{
  fail_unless (GST_CLOCK_TIME_IS_VALID (pts));
  fail_unless (ABS (GST_CLOCK_DIFF (pts, expected)) < (gint64) (5 *
          GST_MSECOND), "%" GST_TIME_FORMAT " instead of %" GST_TIME_FORMAT,
      GST_TIME_ARGS (pts), GST_TIME_ARGS (expected));
}

GST_START_TEST (test_first_pts_is_its_arrival_and_later_ones_follow_the_device)
{
  GstClock *clock;
  Rig *rig = rig_new_with_clock (&clock, 5 * GST_SECOND);
  GstClockTime pts, at = 6 * GST_SECOND;

  pts = pts_at (rig, clock, at, "100.0", NULL);
  fail_unless_equals_uint64 (pts, GST_SECOND);
  pts = pts_at (rig, clock, at + 33 * GST_MSECOND, "100.033", NULL);
  assert_near (pts, 1033 * GST_MSECOND);
  /* a tenth of a second late, and in time again */
  pts = pts_at (rig, clock, at + 166 * GST_MSECOND, "100.066", NULL);
  assert_near (pts, 1066 * GST_MSECOND);
  pts = pts_at (rig, clock, at + 170 * GST_MSECOND, "100.1", NULL);
  assert_near (pts, 1100 * GST_MSECOND);
  pts = pts_at (rig, clock, at + 200 * GST_MSECOND, "100.2", NULL);
  assert_near (pts, 1200 * GST_MSECOND);
  rig_free (rig);
  gst_object_unref (clock);
}

GST_END_TEST;

GST_START_TEST (test_rebooted_device_does_not_turn_back_time)
{
  GstClock *clock;
  Rig *rig = rig_new_with_clock (&clock, 5 * GST_SECOND);
  GstClockTime before, pts;
  gboolean discont;

  pts_at (rig, clock, 6 * GST_SECOND, "5000.0", NULL);
  before = pts_at (rig, clock, 7 * GST_SECOND, "5001.0", &discont);
  fail_if (discont);
  pts = pts_at (rig, clock, 8 * GST_SECOND, "0.5", &discont);
  fail_unless (pts >= before);
  fail_unless (pts <= 3 * GST_SECOND);
  fail_unless (discont);
  before = pts;
  pts = pts_at (rig, clock, 8 * GST_SECOND + 33 * GST_MSECOND, "0.533",
      &discont);
  fail_unless (pts > before);
  assert_near (pts, before + 33 * GST_MSECOND);
  fail_if (discont);
  rig_free (rig);
  gst_object_unref (clock);
}

GST_END_TEST;

GST_START_TEST (test_pts_never_goes_back)
{
  static const gchar *times[] = { "10.0", "10.033", "10.033", "10.02", "10.1",
    "9.0", "0.0", "1000.0", "1000.033"
  };
  GstClock *clock;
  Rig *rig = rig_new_with_clock (&clock, 0);
  GstClockTime before = 0, pts, at;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (times); i++) {
    at = GST_SECOND + i * 33 * GST_MSECOND;
    pts = pts_at (rig, clock, at, times[i], NULL);
    fail_unless (pts >= before, "frame %u", i);
    before = pts;
  }
  rig_free (rig);
  gst_object_unref (clock);
}

GST_END_TEST;

GST_START_TEST (test_harness_plays_it_by_a_test_clock)
{
  OakTestCamera *camera = oak_test_camera_new ();
  GstHarness *h = gst_harness_new ("oaktcpsrc");
  OakTestFrame frame = { "1.5", WIDTH, HEIGHT, 1, NULL };
  GstBuffer *buffer;

  gst_harness_use_testclock (h);
  gst_harness_set (h, "oaktcpsrc", "port", oak_test_camera_get_port (camera),
      "width", WIDTH, "height", HEIGHT, NULL);
  gst_harness_set_sink_caps_str (h, "video/x-raw,format=BGRP");
  gst_harness_play (h);
  gst_harness_set_time (h, 2 * GST_SECOND);
  oak_test_camera_say_frame (camera, &frame);
  buffer = gst_harness_pull (h);
  fail_unless (buffer != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), 2 * GST_SECOND);
  gst_buffer_unref (buffer);
  gst_harness_teardown (h);
  oak_test_camera_free (camera);
}

GST_END_TEST;

#define TABLE(tc,test,table) \
    tcase_add_loop_test (tc, test, 0, G_N_ELEMENTS (table))

static TCase *
add_tcase (Suite * s, const gchar * name)
{
  TCase *tc = tcase_create (name);

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  return tc;
}

static void
add_element (Suite * s)
{
  TCase *tc = add_tcase (s, "element");

  TABLE (tc, test_number_has_its_range_and_default, numbers);
  TABLE (tc, test_number_comes_back, numbers);
  tcase_add_test (tc, test_words_have_their_defaults_and_come_back);
  tcase_add_loop_test (tc, test_choice_has_its_default_and_comes_back, 0,
      G_N_ELEMENTS (choices));
  tcase_add_test (tc, test_framerate_is_variable_by_default);
  tcase_add_test (tc, test_properties_say_what_they_are_and_when_they_change);
  tcase_add_test (tc, test_factory_is_a_network_source_without_rank);
  tcase_add_test (tc, test_pad_template_has_every_payload);
  tcase_add_test (tc, test_stats_begin_at_zero);
}

static void
add_frames (Suite * s)
{
  TCase *tc = add_tcase (s, "frames");

  tcase_add_test (tc, test_one_frame_has_every_pixel);
  tcase_add_test (tc, test_caps_are_exact);
  tcase_add_test (tc, test_only_the_first_is_discont_and_offsets_count);
  TABLE (tc, test_device_time_is_exact, device_times);
  tcase_add_test (tc, test_stream_start_caps_segment_then_frames);
  TABLE (tc, test_format_is_the_first_that_downstream_names, formats);
  TABLE (tc, test_odd_size_in_bgr, odd_sizes);
  TABLE (tc, test_odd_size_in_bgrp, odd_sizes);
  TABLE (tc, test_pieces_do_not_matter, pieces);
  tcase_add_test (tc, test_without_a_clock_the_first_pts_is_zero);
  tcase_add_test (tc, test_host_may_be_a_name);
  tcase_add_test (tc, test_num_buffers_ends_the_stream);
  TABLE (tc, test_pool_of_downstream_is_used_with_its_strides, some_formats);
  tcase_add_loop_test (tc, test_empty_pool_does_not_end_the_stream, 0, 30);
  tcase_add_loop_test (tc, test_steady_stream_allocates_no_pictures, 0, 2);
  tcase_add_test (tc, test_pictures_may_be_larger_than_the_buffer);
  tcase_add_test (tc, test_null_returns_while_the_pool_is_empty);
}

static void
add_geometry (Suite * s)
{
  TCase *tc = add_tcase (s, "geometry");

  TABLE (tc, test_framerate_is_announced_and_gives_durations, framerates);
  TABLE (tc, test_size_is_known_from_properties_or_downstream, geometries);
  TABLE (tc, test_common_size_is_guessed_and_announced_once, common_sizes);
  tcase_add_test (tc, test_unknown_size_is_named_with_what_to_set);
  TABLE (tc, test_size_against_the_properties_is_an_error, contradictions);
  tcase_add_test (tc, test_no_limit_forbids_the_largest_image);
  TABLE (tc, test_caps_nobody_can_give_are_a_negotiation_error, impossible);
  tcase_add_test (tc, test_switched_size_is_renegotiated);
  tcase_add_test (tc, test_nonsense_size_after_a_frame_is_a_framing_error);
  tcase_add_test (tc, test_known_size_does_not_beat_the_properties);
}

static void
add_detections (Suite * s)
{
  TCase *tc = add_tcase (s, "detections");

  TABLE (tc, test_box_is_in_pixels_and_within_the_picture, boxes);
  tcase_add_test (tc, test_param_has_the_types_that_others_read);
  tcase_add_test (tc, test_surest_is_first_and_equals_stay_in_order);
  TABLE (tc, test_poor_detection_is_left_out_and_the_others_stay,
      poor_detections);
  tcase_add_test (tc, test_frame_after_detections_is_whole);
  tcase_add_test (tc, test_eight_thousand_detections_fit);
  TABLE (tc, test_label_has_its_name, names);
  TABLE (tc, test_label_file_has_one_name_a_line, files);
  tcase_add_test (tc, test_a_thousand_labels_are_allowed);
  tcase_add_test (tc, test_too_many_labels_are_refused);
  TABLE (tc, test_bad_label_file_is_refused, bad_files);
  tcase_add_test (tc, test_missing_label_file_is_not_found);
  tcase_add_test (tc, test_directory_is_no_label_file);
  tcase_add_test (tc, test_unreadable_label_file_cannot_be_opened);
  tcase_add_test (tc, test_empty_label_file_knows_no_name);
  tcase_add_test (tc, test_label_file_is_read_again_at_the_next_start);
}

static void
add_failures (Suite * s)
{
  TCase *tc = add_tcase (s, "failures");

  TABLE (tc, test_good_header_is_taken_at_once, good_headers);
  tcase_add_test (tc, test_doubtful_header_is_good_when_a_header_follows);
  tcase_add_test (tc, test_doubtful_header_is_good_when_the_camera_leaves);
  TABLE (tc, test_header_that_has_outgrown_is_said_so, long_headers);
  tcase_add_test (tc, test_unpadded_header_with_poor_detections_has_outgrown);
  TABLE (tc, test_stranger_is_known_at_the_first_wrong_byte, strangers);
  TABLE (tc, test_bad_header_after_a_frame_is_an_error, bad_headers);
  TABLE (tc, test_size_over_the_limit_is_an_error_at_the_first_header,
      too_large);
  tcase_add_test (tc, test_nul_in_a_header_is_an_error);
  TABLE (tc, test_hang_up_inside_a_frame_is_an_error, torn);
  TABLE (tc, test_hang_up_inside_the_first_frame_is_an_error, torn);
  TABLE (tc, test_reset_inside_a_frame_is_an_error, torn);
  tcase_add_test (tc, test_hang_up_between_frames_is_an_error);
  tcase_add_test (tc, test_hang_up_before_any_byte_is_an_error);
  tcase_add_test (tc, test_reset_before_any_byte_is_an_error);
  tcase_add_test (tc, test_hang_up_before_playing_is_an_error_too);
  tcase_add_test (tc, test_refused_connection_is_an_error);
  tcase_add_test (tc, test_unknown_name_is_an_error);
  tcase_add_loop_test (tc, test_host_with_a_port_is_refused, 0,
      G_N_ELEMENTS (hosts_with_too_much));
  tcase_add_test (tc, test_ipv6_address_is_no_host_with_a_port);
  tcase_add_test (tc, test_after_an_error_the_element_starts_again);
  tcase_add_test (tc, test_frame_without_image_is_a_gap);
  tcase_add_test (tc, test_gap_may_be_the_first);
  tcase_add_test (tc, test_gap_may_be_the_first_before_the_size_is_known);
  tcase_add_test (tc, test_gap_without_detections);
  tcase_add_test (tc, test_headers_without_end_do_not_flood_the_bus);
}

static void
add_timeouts (Suite * s)
{
  TCase *tc = add_tcase (s, "timeouts");

  TABLE (tc, test_silence_is_an_error_in_its_time, silences);
  tcase_add_test (tc, test_silence_between_frames_is_an_error);
  tcase_add_test (tc,
      test_silence_after_a_doubtful_frame_is_no_outgrown_header);
  tcase_add_test (tc, test_flush_that_resets_time_lets_it_begin_anew);
  TABLE (tc, test_zero_waits_for_ever, silences);
  tcase_add_test (tc, test_every_byte_gives_the_camera_new_time);
  tcase_add_test (tc, test_connection_that_is_never_made_is_an_error);
  tcase_add_test (tc, test_resolver_that_waits_is_an_error_in_its_time);
  TABLE (tc, test_stall_in_a_pause_does_not_count, silences);
  tcase_add_test (tc, test_silence_before_playing_does_not_count);
  tcase_add_test (tc, test_connecting_in_a_pause_does_not_count);
}

static void
add_ends (Suite * s)
{
  TCase *tc = add_tcase (s, "ends");

  tcase_add_loop_test (tc, test_null_returns_at_once, 0, N_PHASES);
  tcase_add_loop_test (tc, test_null_hangs_up, PHASE_FIRST_BYTE, N_PHASES);
  tcase_add_loop_test (tc, test_ready_and_back_returns_at_once, 0, N_PHASES);
  tcase_add_test (tc, test_start_and_stop_five_hundred_times);
  tcase_add_loop_test (tc, test_eos_comes_out_at_once, 0, N_PHASES);
  tcase_add_test (tc, test_hang_up_after_eos_is_no_error);
  tcase_add_test (tc, test_after_eos_the_element_starts_again);
  tcase_add_test (tc, test_what_comes_just_before_the_first_play_is_shown);
  tcase_add_test (tc, test_what_comes_long_before_playing_is_discarded);
  tcase_add_test (tc, test_pauses_keep_the_connection_and_the_place);
  tcase_add_test (tc, test_short_pauses_do_not_end_the_stream);
  tcase_add_test (tc, test_pause_does_not_tear_a_frame);
  tcase_add_test (tc, test_restarts_connect_anew_and_leave_nothing);
  tcase_add_test (tc, test_restart_takes_new_properties);
}

static void
add_time (Suite * s)
{
  TCase *tc = add_tcase (s, "time");

  tcase_add_test (tc, test_stats_can_be_read_while_frames_come);
  tcase_add_test (tc, test_latency_is_the_property_also_before_the_first_frame);
  tcase_add_test (tc, test_new_latency_is_announced_while_playing);
  tcase_add_test (tc, test_queue_is_bounded_and_the_newest_stay);
  tcase_add_test (tc, test_what_comes_in_a_pause_is_not_said_to_be_dropped);
  tcase_add_test (tc, test_nothing_is_dropped_when_downstream_keeps_up);
  tcase_add_test (tc,
      test_first_pts_is_its_arrival_and_later_ones_follow_the_device);
  tcase_add_test (tc, test_rebooted_device_does_not_turn_back_time);
  tcase_add_test (tc, test_pts_never_goes_back);
  tcase_add_test (tc, test_harness_plays_it_by_a_test_clock);
}

static Suite *
oaktcpsrc_suite (void)
{
  Suite *s = suite_create ("oaktcpsrc");

  add_element (s);
  add_frames (s);
  add_geometry (s);
  add_detections (s);
  add_failures (s);
  add_timeouts (s);
  add_ends (s);
  add_time (s);
  return s;
}

GST_CHECK_MAIN (oaktcpsrc);
