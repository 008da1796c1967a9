/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into oaktcpsink comes out of oaktcpsrc: pictures, device times and
 * boxes, whatever they are. */

#include <math.h>
#include <string.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include "oakline.h"

/* However late it is, what went in comes out. */
#define PATIENT "drop-on-latency=false"

#define N_SIZES 26              /* of each raw layout */
#define N_FRAMES 4              /* of each size */
#define SIDE_MAX 120
#define N_REGIONS_MAX 8
#define EDGE_STEPS 10000        /* the wire's decimals */
#define CONFIDENCE_STEPS 1000

/* Bytes of the header leave room for so much, to the nanosecond. */
#define DEVICE_TIME_MAX (90000 * GST_SECOND)

/*** regions ***/

/* As it comes out. */
typedef struct
{
  const gchar *type;
  gint label_id;
  gdouble confidence;
  gdouble x_min, y_min, x_max, y_max;   /* unless it went in as pixels */
  gboolean pixels;
  gint left, top, right, bottom;
} Region;

static const struct
{
  const gchar *type;
  gint id;
} classes[] = {
  {"person", 0}, {"car", 2}, {"dog", 16}, {"toothbrush", 79},
  {"label-80", 80}, {"label-999", 999}, {"object", 1000},
};

static gint
compare_confidence (gconstpointer a, gconstpointer b)
{
  const Region *first = a, *second = b;

  return (first->confidence < second->confidence)
      - (first->confidence > second->confidence);
}

/* Less than half a step, so that it is rounded away. */
static gdouble
blur (GRand * rand, guint step, guint n_steps)
{
  gdouble blurred = (step + g_rand_double_range (rand, -0.4, 0.4)) / n_steps;

  return CLAMP (blurred, 0.0, 1.0);
}

static void
pick_steps (GRand * rand, guint n, guint * low, guint * high)
{
  guint a = g_rand_int_range (rand, 0, n);
  guint b = g_rand_int_range (rand, 0, n);

  *low = MIN (a, b);
  *high = MAX (a, b) + 1;
}

static void
add_confidence (GstVideoRegionOfInterestMeta * roi, GRand * rand,
    const gchar * name, Region * region)
{
  guint step = g_rand_int_range (rand, 0, CONFIDENCE_STEPS + 1);

  region->confidence = step / 10.0 / 100.0;
  gst_video_region_of_interest_meta_add_param (roi, gst_structure_new (name,
          "confidence", G_TYPE_DOUBLE, blur (rand, step, CONFIDENCE_STEPS),
          NULL));
}

/* A region whose edges are relative, as oaktcpsrc makes them; its box is not
 * looked at. */
static void
add_relative (GstBuffer * buffer, GRand * rand, gint width, gint height,
    Region * region)
{
  guint left, top, right, bottom;
  GstVideoRegionOfInterestMeta *roi;
  GstStructure *param;

  pick_steps (rand, EDGE_STEPS, &left, &right);
  pick_steps (rand, EDGE_STEPS, &top, &bottom);
  region->x_min = left / (gdouble) EDGE_STEPS;
  region->y_min = top / (gdouble) EDGE_STEPS;
  region->x_max = right / (gdouble) EDGE_STEPS;
  region->y_max = bottom / (gdouble) EDGE_STEPS;
  region->left = floor (region->x_min * width);
  region->top = floor (region->y_min * height);
  region->right = MIN ((gint) ceil (region->x_max * width), width - 1);
  region->bottom = MIN ((gint) ceil (region->y_max * height), height - 1);

  roi = gst_buffer_add_video_region_of_interest_meta (buffer, region->type,
      0, 0, 1, 1);
  add_confidence (roi, rand, "detection", region);
  param = gst_video_region_of_interest_meta_get_param (roi, "detection");
  gst_structure_set (param, "label_id", G_TYPE_INT, region->label_id,
      "label", G_TYPE_STRING, region->type,
      "x_min", G_TYPE_DOUBLE, blur (rand, left, EDGE_STEPS),
      "y_min", G_TYPE_DOUBLE, blur (rand, top, EDGE_STEPS),
      "x_max", G_TYPE_DOUBLE, blur (rand, right, EDGE_STEPS),
      "y_max", G_TYPE_DOUBLE, blur (rand, bottom, EDGE_STEPS), NULL);
}

/* A region as converters and foreign elements have it: a box and a type. */
static void
add_pixels (GstBuffer * buffer, GRand * rand, gint width, gint height,
    Region * region)
{
  GstVideoRegionOfInterestMeta *roi;
  guint left, top, right, bottom;

  pick_steps (rand, width - 1, &left, &right);
  pick_steps (rand, height - 1, &top, &bottom);
  region->pixels = TRUE;
  region->left = left;
  region->top = top;
  region->right = right;
  region->bottom = bottom;
  region->confidence = 1.0;

  roi = gst_buffer_add_video_region_of_interest_meta (buffer, region->type,
      left, top, right - left, bottom - top);
  if (g_rand_boolean (rand))
    add_confidence (roi, rand, "classification", region);
}

/* Returns: (transfer full): what is to come out, in that order */
static GArray *
add_regions (GstBuffer * buffer, GRand * rand, gint width, gint height)
{
  GArray *regions = g_array_new (FALSE, FALSE, sizeof (Region));
  guint n = g_rand_int_range (rand, 0, N_REGIONS_MAX + 1);

  while (n-- > 0) {
    guint k = g_rand_int_range (rand, 0, G_N_ELEMENTS (classes));
    Region region = { classes[k].type, classes[k].id, };

    if (width > 1 && height > 1 && g_rand_boolean (rand))
      add_pixels (buffer, rand, width, height, &region);
    else
      add_relative (buffer, rand, width, height, &region);
    if (region.left < region.right && region.top < region.bottom)
      g_array_append_val (regions, region);
  }
  g_array_sort (regions, compare_confidence);
  return regions;
}

static gdouble
number_of (const GstStructure * param, const gchar * name)
{
  gdouble number = NAN;

  fail_unless (gst_structure_get_double (param, name, &number), "no %s", name);
  return number;
}

static void
assert_edges (const GstStructure * param, const Region * region)
{
  if (region->pixels)
    return;
  fail_unless_equals_float (number_of (param, "x_min"), region->x_min);
  fail_unless_equals_float (number_of (param, "y_min"), region->y_min);
  fail_unless_equals_float (number_of (param, "x_max"), region->x_max);
  fail_unless_equals_float (number_of (param, "y_max"), region->y_max);
}

static void
assert_region (const GstVideoRegionOfInterestMeta * roi, const Region * region)
{
  GstStructure *param = gst_video_region_of_interest_meta_get_param
      ((GstVideoRegionOfInterestMeta *) roi, "detection");
  gint label_id = -1;

  fail_unless_equals_string (g_quark_to_string (roi->roi_type), region->type);
  fail_unless_equals_int (roi->x, region->left);
  fail_unless_equals_int (roi->y, region->top);
  fail_unless_equals_int (roi->x + roi->w, region->right);
  fail_unless_equals_int (roi->y + roi->h, region->bottom);
  fail_unless (param != NULL, "no parameters");
  fail_unless (gst_structure_get_int (param, "label_id", &label_id));
  fail_unless_equals_int (label_id, region->label_id);
  fail_unless_equals_float (number_of (param, "confidence"),
      region->confidence);
  assert_edges (param, region);
}

static void
assert_regions (GstSample * sample, GArray * regions)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstVideoRegionOfInterestMeta *roi;
  gpointer state = NULL;
  guint n = 0;

  while ((roi = (GstVideoRegionOfInterestMeta *)
          gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    fail_unless (roi->id >= 0 && (guint) roi->id < regions->len,
        "region %d of %u", roi->id, regions->len);
    assert_region (roi, &g_array_index (regions, Region, roi->id));
    n++;
  }
  fail_unless_equals_int (n, regions->len);
}

/*** device times ***/

/* The first is 0 now and then; they grow, as the camera's do. */
static guint64
first_time (GRand * rand)
{
  if (g_rand_int_range (rand, 0, 8) == 0)
    return 0;
  return g_rand_double_range (rand, 0, DEVICE_TIME_MAX);
}

static guint64
next_time (GRand * rand, guint64 time)
{
  return time + g_rand_int_range (rand, 1, 50 * GST_MSECOND);
}

/*** raw pictures ***/

typedef struct
{
  const gchar *payload;
  const gchar *into[5];         /* formats that the sink takes for it */
  const gchar *out_of[3];       /* and the source makes of it */
  gboolean even;                /* the sides are */
} Layout;

static const Layout layouts[] = {
  {"auto", {"BGRP", "BGR", "RGBP", "RGB"}, {"BGR", "BGRP"}},
  {"bgr-planar", {"BGR", "RGB", "BGRP", "RGBP"}, {"BGRP", "BGR"}},
  {"rgb-planar", {"RGBP", "RGB", "BGR", "BGRP"}, {"RGB", "RGBP"}},
  {"bgr", {"BGR", "RGB", "BGRP", "RGBP"}, {"BGR"}},
  {"rgb", {"RGB", "RGBP", "BGR", "BGRP"}, {"RGB"}},
  {"gray8", {"GRAY8"}, {"GRAY8"}},
  {"gray16-le", {"GRAY16_LE"}, {"GRAY16_LE"}},
  {"nv12", {"NV12"}, {"NV12"}, TRUE},
  {"i420", {"I420"}, {"I420"}, TRUE},
};

typedef struct
{
  const Layout *layout;
  GstVideoFormat into, out_of;
  gint width, height;
  gboolean img;                 /* the framing has detections */
} RawCase;

static guint8
sample_at (guint seed, guint component, guint x, guint y, guint byte)
{
  guint32 mixed = (seed * 31 + component) * 0x9e3779b1u + x * 0x85ebca6bu
      + y * 0xc2b2ae35u + byte * 0x27d4eb2fu;

  mixed ^= mixed >> 15;
  return (mixed * 0x2c1b3c6du) >> 24;
}

/* Calls @visit for each byte of a picture, by what it means. */
static void
visit_samples (GstVideoFrame * frame, guint seed,
    void (*visit) (guint8 * byte, guint8 wanted))
{
  gint x, y;
  guint c, b;

  for (c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (frame); c++) {
    guint n_bytes = (GST_VIDEO_FRAME_COMP_DEPTH (frame, c) + 7) / 8;

    for (y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (frame, c); y++) {
      guint8 *row = (guint8 *) GST_VIDEO_FRAME_COMP_DATA (frame, c)
          + y * GST_VIDEO_FRAME_COMP_STRIDE (frame, c);

      for (x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (frame, c); x++)
        for (b = 0; b < n_bytes; b++)
          visit (row + x * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c) + b,
              sample_at (seed, c, x, y, b));
    }
  }
}

static void
write_byte (guint8 * byte, guint8 wanted)
{
  *byte = wanted;
}

static void
compare_byte (guint8 * byte, guint8 wanted)
{
  if (*byte != wanted)
    fail ("a sample is %u and not %u", *byte, wanted);
}

/* One time in two with the padding that some decoder might want. */
static GstBuffer *
make_picture (const RawCase * raw, GRand * rand, guint seed)
{
  GstVideoAlignment padding;
  GstVideoFrame frame;
  GstVideoInfo info;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, raw->into, raw->width, raw->height);
  if (g_rand_boolean (rand)) {
    gst_video_alignment_reset (&padding);
    padding.padding_left = 2 * g_rand_int_range (rand, 0, 8);
    padding.padding_right = 2 * g_rand_int_range (rand, 0, 8);
    padding.padding_top = 2 * g_rand_int_range (rand, 0, 4);
    padding.padding_bottom = 2 * g_rand_int_range (rand, 0, 4);
    fail_unless (gst_video_info_align (&info, &padding));
  }

  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 0x5a, info.size);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      raw->into, raw->width, raw->height, GST_VIDEO_INFO_N_PLANES (&info),
      info.offset, info.stride);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  visit_samples (&frame, seed, write_byte);
  gst_video_frame_unmap (&frame);
  return buffer;
}

static void
assert_picture (GstSample * sample, const RawCase * raw, guint seed)
{
  GstVideoFrame frame;
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless_equals_string
      (gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&info)),
      gst_video_format_to_string (raw->out_of));
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), raw->width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), raw->height);
  fail_unless (gst_video_frame_map (&frame, &info,
          gst_sample_get_buffer (sample), GST_MAP_READ));
  visit_samples (&frame, seed, compare_byte);
  gst_video_frame_unmap (&frame);
}

static GstVideoFormat
pick_format (GRand * rand, const gchar * const *formats)
{
  guint n = g_strv_length ((gchar **) formats);

  return gst_video_format_from_string (formats[g_rand_int_range (rand, 0, n)]);
}

static gint
pick_side (GRand * rand, gboolean even)
{
  gint side = g_rand_int_range (rand, 1, SIDE_MAX + 1);

  return even ? (side + 1) & ~1 : side;
}

static void
pick_raw_case (GRand * rand, const Layout * layout, RawCase * raw)
{
  raw->layout = layout;
  raw->into = pick_format (rand, layout->into);
  raw->out_of = pick_format (rand, layout->out_of);
  raw->width = pick_side (rand, layout->even);
  raw->height = pick_side (rand, layout->even);
  raw->img = g_rand_int_range (rand, 0, 3) != 0;
}

static OakLine *
connect_raw (const RawCase * raw, GRand * rand)
{
  static const gchar *const framings[] = { "img", "auto" };
  g_autofree gchar *sink = NULL, *src = NULL, *behind = NULL;
  guint k = g_rand_int_range (rand, 0, 3);
  OakLine *line;

  sink = g_strdup_printf ("payload=%s framing=%s", raw->layout->payload,
      raw->img ? framings[k % 2] : "abcde");
  /* One side is enough. */
  src = g_strdup_printf (PATIENT " payload=%s width=%d height=%d",
      raw->layout->payload, k == 0 ? 0 : raw->width, k == 1 ? 0 : raw->height);
  behind = g_strdup_printf ("video/x-raw,format=%s !",
      gst_video_format_to_string (raw->out_of));
  line = line_new (sink, src, behind);
  line_connect (line);
  return line;
}

static void
send_raw (OakLine * line, const RawCase * raw, GRand * rand)
{
  g_autoptr (GstCaps) caps = NULL;
  guint64 time = first_time (rand);
  GstVideoInfo info;
  guint i;

  gst_video_info_set_format (&info, raw->into, raw->width, raw->height);
  caps = gst_video_info_to_caps (&info);
  for (i = 0; i < N_FRAMES; i++, time = next_time (rand, time)) {
    guint seed = g_rand_int (rand);
    GstBuffer *buffer = make_picture (raw, rand, seed);
    g_autoptr (GArray) regions =
        add_regions (buffer, rand, raw->width, raw->height);
    g_autoptr (GstSample) sample = NULL;

    stamp_device_time (buffer, time);
    line_push (line, caps, buffer);
    sample = line_pull (line);
    assert_picture (sample, raw, seed);
    fail_unless_equals_uint64 (device_time_of (sample), time);
    if (!raw->img)
      g_array_set_size (regions, 0);
    assert_regions (sample, regions);
  }
}

GST_START_TEST (test_raw_pictures_come_out_as_they_went_in)
{
  GRand *rand = g_rand_new_with_seed (4711 + __i__);
  guint i;

  for (i = 0; i < N_SIZES; i++) {
    RawCase raw;
    OakLine *line;

    pick_raw_case (rand, &layouts[__i__], &raw);
    GST_INFO ("%s, %s to %s, %dx%d, %s", raw.layout->payload,
        gst_video_format_to_string (raw.into),
        gst_video_format_to_string (raw.out_of), raw.width, raw.height,
        raw.img ? "img" : "abcde");
    line = connect_raw (&raw, rand);
    send_raw (line, &raw, rand);
    line_free (line);
  }
  g_rand_free (rand);
}

GST_END_TEST;

GST_START_TEST (test_a_picture_of_the_usual_size_needs_no_property)
{
  RawCase raw = { &layouts[0], GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_BGR,
    640, 352, TRUE
  };
  GRand *rand = g_rand_new_with_seed (7);
  OakLine *line = line_new ("", PATIENT, "");

  line_connect (line);
  send_raw (line, &raw, rand);
  line_free (line);
  g_rand_free (rand);
}

GST_END_TEST;

/*** the property detections ***/

/* Also in the wrong order: it is the source that sorts. */
#define FIXED "16;50.0;0.0000;0.2500;0.5000;0.7500|0;87.5;0.1;0.1;0.5;0.9"

GST_START_TEST (test_fixed_detections_reach_pictures_that_have_none)
{
  const Region first = { "person", 0, 0.875, 0.1, 0.1, 0.5, 0.9, FALSE,
    1, 2, 8, 18
  };
  const Region second = { "dog", 16, 0.5, 0.0, 0.25, 0.5, 0.75, FALSE,
    0, 5, 8, 15
  };
  RawCase raw = { &layouts[1], GST_VIDEO_FORMAT_BGR, GST_VIDEO_FORMAT_BGR,
    16, 20, TRUE
  };
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw,format=BGR,"
      "width=16,height=20,framerate=0/1");
  g_autoptr (GArray) regions = g_array_new (FALSE, FALSE, sizeof (Region));
  GRand *rand = g_rand_new_with_seed (9);
  OakLine *line =
      line_new ("detections=\"" FIXED "\"", PATIENT " width=16", "");
  guint i;

  g_array_append_val (regions, first);
  g_array_append_val (regions, second);
  line_connect (line);
  for (i = 0; i < 3; i++) {
    GstBuffer *buffer = make_picture (&raw, rand, i);
    g_autoptr (GArray) own = NULL;
    g_autoptr (GstSample) sample = NULL;

    /* A picture that has some keeps them. */
    while (i == 1 && (own == NULL || own->len == 0)) {
      g_clear_pointer (&own, g_array_unref);
      own = add_regions (buffer, rand, 16, 20);
    }
    line_push (line, caps, buffer);
    sample = line_pull (line);
    assert_regions (sample, own ? own : regions);
  }
  line_free (line);
  g_rand_free (rand);
}

GST_END_TEST;

/*** encoded pictures ***/

typedef struct
{
  const gchar *needs;
  const gchar *encoder;         /* behind the format it is to get */
  const gchar *payload;
  gint side_min;
  gboolean even;
} Encoding;

#define X264 "x264enc speed-preset=ultrafast key-int-max=4"
#define X265 "x265enc speed-preset=ultrafast key-int-max=4 log-level=none " \
    "option-string=repeat-headers=1:ctu=16:pools=none:frame-threads=1"

/* *INDENT-OFF* */
static const Encoding encodings[] = {
  {"jpegenc", "I420 ! jpegenc", "jpeg", 1, FALSE},
  {"jpegenc", "GRAY8 ! jpegenc", "jpeg", 1, FALSE},
  {"x264enc", "I420 ! " X264 " tune=zerolatency", "h264",
      16, TRUE},
  {"x264enc", "I420 ! " X264 " bframes=2 aud=true", "h264",
      16, TRUE},
  {"x265enc h265parse", "I420 ! " X265
      " tune=zerolatency", "h265", 32, TRUE},
  {"x265enc h265parse", "I420 ! x265enc "
      "speed-preset=ultrafast log-level=none key-int-max=4 tune=zerolatency "
      "! h265parse config-interval=-1 ! video/x-h265,stream-format=byte-stream,"
      "alignment=au", "h265", 64, TRUE},
};
/* *INDENT-ON* */

static gint
pick_coded_side (GRand * rand, const Encoding * encoding)
{
  gint side = g_rand_int_range (rand, encoding->side_min, 2 * SIDE_MAX);

  return encoding->even ? (side + 1) & ~1 : side;
}

static GPtrArray *
encode_size (const Encoding * encoding, gint width, gint height)
{
  g_autofree gchar *text = g_strdup_printf ("videotestsrc num-buffers=8 "
      "pattern=ball ! video/x-raw,width=%d,height=%d,format=%s", width, height,
      encoding->encoder);

  return encode_film (text);
}

static void
assert_coded (GstSample * sample, GstSample * sent, gint width, gint height)
{
  const GstStructure *caps =
      gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  const GstStructure *sent_caps =
      gst_caps_get_structure (gst_sample_get_caps (sent), 0);
  GstBuffer *buffer = gst_sample_get_buffer (sent);
  gint got_width = 0, got_height = 0;

  fail_unless_equals_string (gst_structure_get_name (caps),
      gst_structure_get_name (sent_caps));
  gst_structure_get_int (caps, "width", &got_width);
  gst_structure_get_int (caps, "height", &got_height);
  fail_unless_equals_int (got_width, width);
  fail_unless_equals_int (got_height, height);
  fail_unless_equals_int (GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer
          (sample), GST_BUFFER_FLAG_DELTA_UNIT) != 0,
      GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) != 0);
  assert_same_bytes (sample, buffer);
}

/* Sends @film; with @img, regions of the size @width x @height. */
static void
send_film (OakLine * line, GPtrArray * film, GRand * rand, gint width,
    gint height, gboolean img)
{
  guint64 time = first_time (rand);
  guint i;

  for (i = 0; i < film->len; i++, time = next_time (rand, time)) {
    GstSample *sent = g_ptr_array_index (film, i);
    GstBuffer *buffer = gst_buffer_copy (gst_sample_get_buffer (sent));
    g_autoptr (GArray) regions = add_regions (buffer, rand, width, height);
    g_autoptr (GstSample) sample = NULL;

    stamp_device_time (buffer, time);
    line_push (line, gst_sample_get_caps (sent), buffer);
    sample = line_pull (line);
    assert_coded (sample, sent, width, height);
    fail_unless_equals_uint64 (device_time_of (sample), time);
    if (!img)
      g_array_set_size (regions, 0);
    assert_regions (sample, regions);
  }
}

GST_START_TEST (test_encoded_pictures_come_out_as_they_went_in)
{
  static const gchar *const framings[] = { "auto", "img", "abcde" };
  const Encoding *encoding = &encodings[__i__];
  GRand *rand = g_rand_new_with_seed (815 + __i__);
  guint i;

  for (i = 0; i < 2 * G_N_ELEMENTS (framings)
      && have_elements (encoding->needs); i++) {
    const gchar *framing = framings[i / 2];
    const gchar *payload = i % 2 ? encoding->payload : "auto";
    g_autofree gchar *sink = g_strdup_printf ("framing=%s payload=%s", framing,
        payload);
    g_autofree gchar *src = g_strdup_printf (PATIENT " payload=%s",
        payload);
    gint width = pick_coded_side (rand, encoding);
    gint height = pick_coded_side (rand, encoding);
    g_autoptr (GPtrArray) film = encode_size (encoding, width, height);
    OakLine *line = line_new (sink, src, "");

    GST_INFO ("%s, %dx%d, %s", encoding->encoder, width, height, framing);
    line_connect (line);
    send_film (line, film, rand, width, height, g_str_equal (framing, "img"));
    line_free (line);
  }
  g_rand_free (rand);
}

GST_END_TEST;

/*** through a decoder ***/

/* *INDENT-OFF* */
static const struct
{
  guint encoding;
  const gchar *needs;
  const gchar *decoder;
} decoders[] = {
  {0, "jpegdec", "jpegdec !"},
  {0, "jpegparse jpegdec", "jpegparse ! jpegdec !"},
  {2, "avdec_h264", "avdec_h264 max-threads=1 !"},
  {2, "h264parse avdec_h264", "h264parse ! avdec_h264 max-threads=1 !"},
  {4, "h265parse avdec_h265", "h265parse ! avdec_h265 max-threads=1 !"},
};
/* *INDENT-ON* */

/* Decoded pictures are those that decoding without us gives. */
static GPtrArray *
decode_film (GPtrArray * film, const gchar * decoder)
{
  GstHarness *h;
  g_autofree gchar *text = g_strdup (decoder);
  GPtrArray *pictures =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  GstBuffer *buffer;
  guint i;

  *strrchr (text, '!') = '\0';
  h = gst_harness_new_parse (text);
  gst_harness_set_src_caps (h,
      gst_caps_ref (gst_sample_get_caps (g_ptr_array_index (film, 0))));
  for (i = 0; i < film->len; i++)
    gst_harness_push (h, gst_buffer_copy
        (gst_sample_get_buffer (g_ptr_array_index (film, i))));
  gst_harness_push_event (h, gst_event_new_eos ());
  while ((buffer = gst_harness_try_pull (h)))
    g_ptr_array_add (pictures, buffer);
  gst_harness_teardown (h);
  return pictures;
}

static gchar *
checksum_of (GstBuffer * buffer, GstCaps * caps)
{
  GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);
  GstVideoFrame frame;
  GstVideoInfo info;
  gchar *text;
  guint c;
  gint y;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (&frame); c++)
    for (y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c); y++)
      g_checksum_update (sum, (guint8 *) GST_VIDEO_FRAME_COMP_DATA (&frame, c)
          + y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c),
          GST_VIDEO_FRAME_COMP_WIDTH (&frame, c)
          * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, c));
  gst_video_frame_unmap (&frame);
  text = g_strdup (g_checksum_get_string (sum));
  g_checksum_free (sum);
  return text;
}

static void
assert_decoded (GstSample * sample, GstBuffer * expected, GArray * regions)
{
  GstCaps *caps = gst_sample_get_caps (sample);
  g_autofree gchar *got = checksum_of (gst_sample_get_buffer (sample), caps);
  g_autofree gchar *wanted = checksum_of (expected, caps);

  fail_unless_equals_string (got, wanted);
  assert_regions (sample, regions);
}

GST_START_TEST (test_regions_survive_a_decoder)
{
  const Encoding *encoding = &encodings[decoders[__i__].encoding];
  GRand *rand = g_rand_new_with_seed (42 + __i__);
  g_autoptr (GPtrArray) film = NULL, pictures = NULL, sent = NULL;
  OakLine *line;
  guint i;

  if (!have_elements (encoding->needs)
      || !have_elements (decoders[__i__].needs))
    goto free_rand;

  film = encode_size (encoding, 174, 98);
  pictures = decode_film (film, decoders[__i__].decoder);
  sent = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  fail_unless_equals_int (pictures->len, film->len);
  line = line_new ("framing=img", PATIENT, decoders[__i__].decoder);
  line_pace (line);
  line_connect (line);

  for (i = 0; i < film->len; i++) {
    GstBuffer *buffer = gst_buffer_copy
        (gst_sample_get_buffer (g_ptr_array_index (film, i)));

    g_ptr_array_add (sent, add_regions (buffer, rand, 174, 98));
    line_push (line, gst_sample_get_caps (g_ptr_array_index (film, i)), buffer);
  }
  line_end (line);
  for (i = 0; i < film->len; i++) {
    g_autoptr (GstSample) sample = line_pull (line);

    assert_decoded (sample, g_ptr_array_index (pictures, i),
        g_ptr_array_index (sent, i));
  }
  line_free (line);

free_rand:
  g_rand_free (rand);
}

GST_END_TEST;

static Suite *
oakroundtrip_suite (void)
{
  Suite *s = suite_create ("oakroundtrip");
  TCase *tc = tcase_create ("pictures");

  tcase_set_timeout (tc, 120);
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_raw_pictures_come_out_as_they_went_in, 0,
      G_N_ELEMENTS (layouts));
  tcase_add_test (tc, test_a_picture_of_the_usual_size_needs_no_property);
  tcase_add_test (tc, test_fixed_detections_reach_pictures_that_have_none);
  tcase_add_loop_test (tc, test_encoded_pictures_come_out_as_they_went_in, 0,
      G_N_ELEMENTS (encodings));
  tcase_add_loop_test (tc, test_regions_survive_a_decoder, 0,
      G_N_ELEMENTS (decoders));
  return s;
}

GST_CHECK_MAIN (oakroundtrip);
