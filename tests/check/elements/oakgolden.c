/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What oakoverlay draws, compared with pictures that a person has looked at:
 * tests/data/overlay. With OAK_GOLDEN_WRITE they are written, not compared. */

#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#define WIDTH 192
#define HEIGHT 144
#define STEP 6
#define RGB_CAPS "video/x-raw,format=RGB,framerate=1/1," \
    "width=" G_STRINGIFY (WIDTH) ",height=" G_STRINGIFY (HEIGHT)
#define TO_RGB "capsfilter caps=\"" RGB_CAPS "\""
#define FONT "font-desc=\"DejaVu Sans Bold 12px\" line-width=2"
#define FILE_OF_FONT "DejaVuSans-Bold"

/* Versions of the font libraries put letters a little otherwise. */
#define MEAN_MAX 2.0
#define FAR_OFF 64
#define FAR_OFF_MAX 0.02

/* *INDENT-OFF* */
static const struct
{
  const gchar *format, *properties, *file;
} cases[] = {
  {"BGR", FONT, "rgb"},
  {"RGB", FONT, "rgb"},
  {"BGRx", FONT, "rgb"},
  {"RGBx", FONT, "rgb"},
  {"BGRA", FONT, "rgb"},
  {"RGBA", FONT, "rgb"},
  {"xRGB", FONT, "rgb"},
  {"xBGR", FONT, "rgb"},
  {"ARGB", FONT, "rgb"},
  {"ABGR", FONT, "rgb"},
  {"I420", FONT, "yuv"},
  {"YV12", FONT, "yuv"},
  {"NV12", FONT, "yuv"},
  {"GRAY8", FONT, "gray"},
  {"BGR", FONT " label-background=false color=0xc0ffffff", "rim"},
  {"BGR", FONT " blur-labels=dog exclude-labels=dog "
      "class-colors=\"cat=#ff0000\" show-confidence=false", "hidden"},
};

static const struct
{
  const gchar *label;
  guint x, y, w, h;
  gint label_id;
  gdouble confidence;
} regions[] = {
  {"cat", 20, 40, 60, 50, 0, 0.875},
  {"dog", 100, 60, 50, 60, 1, 0.5},
  {"<&>", 95, 0, 40, 30, 2, 1.0},
  {"кот", 150, 100, 42, 44, 3, 0.994},
  {"edge", (guint) -20, 110, 61, 60, 4, 0.0},
};
/* *INDENT-ON* */

static gboolean
has_font (void)
{
  gchar *output = NULL;
  gboolean has = g_spawn_command_line_sync ("fc-match -f %{file} "
      "'DejaVu Sans:bold'", &output, NULL, NULL, NULL)
      && strstr (output, FILE_OF_FONT) != NULL;

  g_free (output);
  return has;
}

/* Colours that come slowly, so that converters agree on them, and in steps, so
 * that files are small. */
static GstBuffer *
make_ground (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 3 * WIDTH * HEIGHT, NULL);
  GstMapInfo map;
  guint x, y;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (y = 0; y < HEIGHT; y++) {
    for (x = 0; x < WIDTH; x++) {
      guint8 *pixel = map.data + 3 * (y * WIDTH + x);

      pixel[0] = 255 * (x / STEP * STEP) / WIDTH;
      pixel[1] = 255 * (y / STEP * STEP) / HEIGHT;
      pixel[2] = 255 - pixel[0];
    }
  }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = 0;
  return buffer;
}

/* One buffer in, one out. */
static GstBuffer *
convert (const gchar * line, const gchar * caps, GstBuffer * buffer)
{
  GstHarness *h = gst_harness_new_parse (line);

  gst_harness_set_src_caps_str (h, caps);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  buffer = gst_harness_pull (h);
  fail_unless (buffer != NULL);
  gst_harness_teardown (h);
  return buffer;
}

static void
add_regions (GstBuffer * buffer)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (regions); i++) {
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta (buffer, regions[i].label,
        regions[i].x, regions[i].y, regions[i].w, regions[i].h);

    roi->id = i;
    gst_video_region_of_interest_meta_add_param (roi,
        gst_structure_new ("detection",
            "confidence", G_TYPE_DOUBLE, regions[i].confidence,
            "label_id", G_TYPE_INT, regions[i].label_id, NULL));
  }
}

/* GStreamer converts each YUV format in a way of its own: from and to RGB they
 * all go through the same one. */
static GstBuffer *
draw (guint i)
{
  const gchar *via = g_str_equal (cases[i].file, "yuv") ?
      "capsfilter caps=video/x-raw,format=I420 ! videoconvert !" : "";
  gchar *caps = g_strdup_printf ("video/x-raw,format=%s,framerate=1/1,width=%u,"
      "height=%u", cases[i].format, WIDTH, HEIGHT);
  gchar *in = g_strdup_printf ("videoconvert dither=none ! %s "
      "capsfilter caps=\"%s\"", via, caps);
  gchar *over = g_strdup_printf ("oakoverlay %s ! videoconvert dither=none ! "
      "%s " TO_RGB, cases[i].properties, via);
  GstBuffer *buffer = convert (in, RGB_CAPS, make_ground ());

  add_regions (buffer);
  buffer = convert (over, caps, buffer);
  g_free (over);
  g_free (in);
  g_free (caps);
  return buffer;
}

static void
write_file (const gchar * directory, const gchar * name, GstBuffer * drawn)
{
  gchar *path = g_strdup_printf ("%s/%s.png", directory, name);
  GstBuffer *png = convert ("pngenc compression-level=9 snapshot=false",
      RGB_CAPS, gst_buffer_ref (drawn));
  GstMapInfo map;

  fail_unless (gst_buffer_map (png, &map, GST_MAP_READ));
  fail_unless (g_file_set_contents (path, (gchar *) map.data, map.size, NULL));
  gst_buffer_unmap (png, &map);
  gst_buffer_unref (png);
  g_free (path);
}

static GstBuffer *
read_file (const gchar * name)
{
  gchar *path = g_strdup_printf (OAK_GOLDEN_DIR "/%s.png", name), *contents;
  gsize size;

  fail_unless (g_file_get_contents (path, &contents, &size, NULL));
  g_free (path);
  return convert ("pngdec ! videoconvert ! " TO_RGB, "image/png,"
      "framerate=1/1", gst_buffer_new_wrapped (contents, size));
}

static void
compare (GstBuffer * drawn, GstBuffer * wanted)
{
  guint64 sum = 0, n_far = 0;
  GstMapInfo a, b;
  gsize i;

  fail_unless (gst_buffer_map (drawn, &a, GST_MAP_READ));
  fail_unless (gst_buffer_map (wanted, &b, GST_MAP_READ));
  fail_unless_equals_int (a.size, b.size);
  for (i = 0; i < a.size; i++) {
    guint difference = ABS (a.data[i] - b.data[i]);

    sum += difference;
    n_far += difference > FAR_OFF;
  }
  fail_unless (sum <= MEAN_MAX * a.size, "the mean difference is %.2f",
      (gdouble) sum / a.size);
  fail_unless (n_far <= FAR_OFF_MAX * a.size, "%.2f %% are far off",
      100.0 * n_far / a.size);
  gst_buffer_unmap (drawn, &a);
  gst_buffer_unmap (wanted, &b);
}

static gboolean
may_compare (void)
{
  if (has_font () && gst_registry_check_feature_version (gst_registry_get (),
          "pngdec", 1, 0, 0))
    return TRUE;
  g_print ("DejaVu Sans or pngdec is not there: skipped.\n");
  return FALSE;
}

GST_START_TEST (test_it_looks_as_it_should)
{
  const gchar *directory = g_getenv ("OAK_GOLDEN_WRITE");
  GstBuffer *drawn, *wanted;

  if (!may_compare ())
    return;
  drawn = draw (__i__);
  if (directory != NULL) {
    write_file (directory, cases[__i__].file, drawn);
  } else {
    wanted = read_file (cases[__i__].file);
    compare (drawn, wanted);
    gst_buffer_unref (wanted);
  }
  gst_buffer_unref (drawn);
}

GST_END_TEST;

/* A picture that is empty would not do. */
GST_START_TEST (test_what_is_compared_differs)
{
  GstBuffer *wanted, *ground;
  GstMapInfo a, b;
  guint64 sum = 0;
  gsize i;

  if (g_getenv ("OAK_GOLDEN_WRITE") != NULL || !may_compare ())
    return;
  wanted = read_file (cases[__i__].file);
  ground = make_ground ();
  fail_unless (gst_buffer_map (wanted, &a, GST_MAP_READ));
  fail_unless (gst_buffer_map (ground, &b, GST_MAP_READ));
  for (i = 0; i < a.size; i++)
    sum += ABS (a.data[i] - b.data[i]);
  fail_unless (sum > 4 * MEAN_MAX * a.size);
  gst_buffer_unmap (wanted, &a);
  gst_buffer_unmap (ground, &b);
  gst_buffer_unref (wanted);
  gst_buffer_unref (ground);
}

GST_END_TEST;

static Suite *
oakgolden_suite (void)
{
  Suite *s = suite_create ("oakgolden");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_it_looks_as_it_should, 0, G_N_ELEMENTS (cases));
  tcase_add_loop_test (tc, test_what_is_compared_differs, 0,
      G_N_ELEMENTS (cases));
  return s;
}

GST_CHECK_MAIN (oakgolden);
