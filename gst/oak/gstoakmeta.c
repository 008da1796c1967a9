/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakmeta.h"

#include <gst/video/video.h>
#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#endif
#include <math.h>

/* The edges have four decimals on the wire. */
#define EDGE_STEPS 10000

/* On a buffer whose frame was analysed. It has no tags: converters and
 * encoders keep it, when they drop the parameters of the regions. */
#define CUSTOM_META "OakDetectionsMeta"

typedef enum
{
  NAME_DETECTION,
  NAME_X_MIN,
  NAME_Y_MIN,
  NAME_X_MAX,
  NAME_Y_MAX,
  NAME_CONFIDENCE,
  NAME_LABEL_ID,
  NAME_LABEL,
  N_NAMES
} Name;

static const gchar *const names[N_NAMES] = {
  "detection", "x_min", "y_min", "x_max", "y_max", "confidence", "label_id",
  "label"
};

/* Before 1.26 each use of a name looks it up, which is a third of what the
 * parameters of a region cost. From then on there is no such thing. */
#if GST_CHECK_VERSION (1, 26, 0)
#define NAME(name) names[name]
#define new_structure gst_structure_new
#else
static GQuark quarks[N_NAMES];
#define NAME(name) quarks[name]
#define new_structure gst_structure_new_id
#endif

static void
look_up_names (void)
{
#if !GST_CHECK_VERSION (1, 26, 0)
  guint i;

  for (i = 0; i < N_NAMES; i++)
    quarks[i] = g_quark_from_static_string (names[i]);
#endif
}

/**
 * gst_oak_meta_register:
 *
 * Before anything else here; once in a process is enough.
 */
void
gst_oak_meta_register (void)
{
  static const gchar *no_tags[] = { NULL };

  look_up_names ();
  /* Another plugin or an application may read it, and know it already. */
  if (gst_meta_get_info (CUSTOM_META) == NULL)
    gst_meta_register_custom (CUSTOM_META, no_tags, NULL, NULL, NULL);
}

static GstStructure *
describe_region (const OakRegion * region)
{
  const OakDetection *detection = &region->detection;

  return new_structure (NAME (NAME_DETECTION),
      NAME (NAME_X_MIN), G_TYPE_DOUBLE, detection->x_min,
      NAME (NAME_Y_MIN), G_TYPE_DOUBLE, detection->y_min,
      NAME (NAME_X_MAX), G_TYPE_DOUBLE, detection->x_max,
      NAME (NAME_Y_MAX), G_TYPE_DOUBLE, detection->y_max,
      NAME (NAME_CONFIDENCE), G_TYPE_DOUBLE, detection->confidence,
      NAME (NAME_LABEL_ID), G_TYPE_INT, detection->label_id,
      NAME (NAME_LABEL), G_TYPE_STRING, region->label, NULL);
}

static void
add_roi (GstBuffer * buffer, const OakRegion * region, gint id)
{
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_add_video_region_of_interest_meta (buffer, region->label,
      region->x, region->y, region->w, region->h);

  roi->id = id;
  roi->parent_id = -1;
  gst_video_region_of_interest_meta_add_param (roi, describe_region (region));
}

static void
add_custom (GstBuffer * buffer, const GArray * regions)
{
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer, CUSTOM_META);
  GstStructure *structure = gst_custom_meta_get_structure (meta);
  GValue confidences = G_VALUE_INIT, label_ids = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&confidences, regions->len);
  gst_value_array_init (&label_ids, regions->len);
  for (i = 0; i < regions->len; i++) {
    const OakRegion *region = &g_array_index (regions, OakRegion, i);
    GValue confidence = G_VALUE_INIT, label_id = G_VALUE_INIT;

    g_value_init (&confidence, G_TYPE_DOUBLE);
    g_value_set_double (&confidence, region->detection.confidence);
    gst_value_array_append_and_take_value (&confidences, &confidence);
    g_value_init (&label_id, G_TYPE_INT);
    g_value_set_int (&label_id, region->detection.label_id);
    gst_value_array_append_and_take_value (&label_ids, &label_id);
  }

  gst_structure_set (structure, "n", G_TYPE_UINT, regions->len, NULL);
  gst_structure_take_value (structure, "confidence", &confidences);
  gst_structure_take_value (structure, "label-id", &label_ids);
}

#ifdef HAVE_ANALYTICS

/* A relation meta has a byte for each pair, and each copy of it has, too. */
#define RELATED_MAX 1000

/* What GStreamer makes room for where nobody says. */
#define RELATED_MIN 5

/* What an OD mtd takes, or a bit more, in bytes. */
#define RELATED_SIZE 64

/* One that a pool has put there itself cannot be removed. */
static gboolean
remove_relation (GstBuffer * buffer, GstMeta ** meta, gpointer user_data)
{
  if ((*meta)->info->api != GST_ANALYTICS_RELATION_META_API_TYPE)
    return TRUE;
  if (GST_META_FLAG_IS_SET (*meta, GST_META_FLAG_LOCKED))
    (*meta)->info->clear_func (buffer, *meta);
  else
    *meta = NULL;
  return TRUE;
}

static void
remove_relations (GstBuffer * buffer)
{
  gst_buffer_foreach_meta (buffer, remove_relation, NULL);
}

/* On a pooled buffer it would stay, empty, and say of a later frame that
 * nothing was found there. If the pool itself has put one there, that is what
 * comes back, and it has to stay. */
static GstAnalyticsRelationMeta *
add_relations (GstBuffer * buffer, guint n)
{
  const guint room = MAX (n, RELATED_MIN);
  GstAnalyticsRelationMetaInitParams params = { room, room * RELATED_SIZE };
  GstAnalyticsRelationMeta *relations =
      gst_buffer_add_analytics_relation_meta_full (buffer, &params);

  if (!GST_META_FLAG_IS_SET ((GstMeta *) relations, GST_META_FLAG_LOCKED))
    GST_META_FLAG_UNSET ((GstMeta *) relations, GST_META_FLAG_POOLED);
  return relations;
}

static void
add_analytics (GstBuffer * buffer, const GArray * regions)
{
  guint n = MIN (regions->len, RELATED_MAX);
  GstAnalyticsRelationMeta *relations = add_relations (buffer, n);
  guint i;

  for (i = 0; i < n; i++) {
    const OakRegion *region = &g_array_index (regions, OakRegion, i);
    GstAnalyticsODMtd od;

    gst_analytics_relation_meta_add_od_mtd (relations,
        g_quark_from_string (region->label), region->x, region->y, region->w,
        region->h, region->detection.confidence, &od);
  }
}

#else

static void
remove_relations (GstBuffer * buffer)
{
}

static void
add_analytics (GstBuffer * buffer, const GArray * regions)
{
}

#endif

/**
 * gst_oak_meta_add_regions:
 * @buffer: a writable buffer
 * @regions: (element-type OakRegion): what was found in its picture; none is
 *     an answer, too
 * @analytics: whether to add a #GstAnalyticsRelationMeta, if they are there
 *
 * One #GstVideoRegionOfInterestMeta each, with ids from 0, and a
 * #GstCustomMeta for all of them. See docs/detections.md for what is on
 * them.
 */
void
gst_oak_meta_add_regions (GstBuffer * buffer, const GArray * regions,
    gboolean analytics)
{
  guint i;

  remove_relations (buffer);
  for (i = 0; i < regions->len; i++)
    add_roi (buffer, &g_array_index (regions, OakRegion, i), i);
  add_custom (buffer, regions);
  if (analytics)
    add_analytics (buffer, regions);
}

/**
 * gst_oak_meta_add_no_regions:
 * @buffer: a writable buffer
 *
 * For a picture in which nobody has looked. Where other elements use a pool
 * with us, a relation meta of theirs may have stayed on its buffers, and would
 * say that somebody has.
 */
void
gst_oak_meta_add_no_regions (GstBuffer * buffer)
{
  remove_relations (buffer);
}

/* The step inside the box next to its edge, so that who floors the left one
 * and rounds the right one up gets the same pixels again. That is so up to
 * EDGE_STEPS pixels. The multiplication is the reader's, with its error: of a
 * number that is a double, though the processor may divide more precisely. */
static gdouble
find_left_step (guint pixel, guint side)
{
  guint64 step = gst_util_uint64_scale_ceil (pixel, EDGE_STEPS, side);
  gdouble edge = step / (gdouble) EDGE_STEPS;

  return floor (edge * side) < pixel ? (step + 1) / (gdouble) EDGE_STEPS : edge;
}

static gdouble
find_right_step (guint pixel, guint side)
{
  guint64 step = gst_util_uint64_scale (pixel, EDGE_STEPS, side);
  gdouble edge = step / (gdouble) EDGE_STEPS;

  return step > 0 && ceil (edge * side) > pixel
      ? (step - 1) / (gdouble) EDGE_STEPS : edge;
}

/* In pixels; the right and bottom edges are outside. */
typedef struct
{
  gint64 left, top, right, bottom;
} Box;

/* Returns FALSE if the box has no area in the picture. */
static gboolean
read_box (Box box, guint width, guint height, OakDetection * detection)
{
  box.left = MAX (box.left, 0);
  box.top = MAX (box.top, 0);
  box.right = MIN (box.right, width);
  box.bottom = MIN (box.bottom, height);
  if (box.left >= box.right || box.top >= box.bottom)
    return FALSE;

  detection->x_min = find_left_step (box.left, width);
  detection->y_min = find_left_step (box.top, height);
  detection->x_max = MAX (find_right_step (box.right, width),
      detection->x_min + 1.0 / EDGE_STEPS);
  detection->y_max = MAX (find_right_step (box.bottom, height),
      detection->y_min + 1.0 / EDGE_STEPS);
  return TRUE;
}

/* As gst_oak_meta_add_regions() has written them. Outputs are untouched
 * where that is not so. */
static gboolean
read_edges (const GstStructure * param, OakDetection * detection)
{
  OakDetection read;

  if (!gst_structure_get (param, "x_min", G_TYPE_DOUBLE, &read.x_min,
          "y_min", G_TYPE_DOUBLE, &read.y_min,
          "x_max", G_TYPE_DOUBLE, &read.x_max,
          "y_max", G_TYPE_DOUBLE, &read.y_max, NULL))
    return FALSE;
  /* Also FALSE for what is not a number. */
  if (!(read.x_min >= 0.0 && read.x_min < read.x_max && read.x_max <= 1.0
          && read.y_min >= 0.0 && read.y_min < read.y_max && read.y_max <= 1.0))
    return FALSE;

  detection->x_min = read.x_min;
  detection->y_min = read.y_min;
  detection->x_max = read.x_max;
  detection->y_max = read.y_max;
  return TRUE;
}

/* What a buffer tells of its regions besides their own metas. */
typedef struct
{
  const GstStructure *custom;   /* NULL = nothing, as the next */
#ifdef HAVE_ANALYTICS
  GstAnalyticsRelationMeta *relations;
#endif
} Account;

static const GValue *
find_entry (const Account * account, const gchar * name, guint id, GType type)
{
  const GValue *array, *entry;

  if (account->custom == NULL)
    return NULL;
  array = gst_structure_get_value (account->custom, name);
  if (array == NULL || !GST_VALUE_HOLDS_ARRAY (array)
      || id >= gst_value_array_get_size (array))
    return NULL;

  entry = gst_value_array_get_value (array, id);
  return G_VALUE_HOLDS (entry, type) ? entry : NULL;
}

/* Not a number is no confidence, too. Outputs are untouched then. */
static gboolean
take_confidence (gdouble confidence, OakDetection * detection)
{
  if (!(confidence >= 0.0 && confidence <= 1.0))
    return FALSE;
  detection->confidence = confidence;
  return TRUE;
}

static gboolean
read_custom_confidence (const Account * account, gint id,
    OakDetection * detection)
{
  const GValue *entry = find_entry (account, "confidence", id, G_TYPE_DOUBLE);

  return entry != NULL
      && take_confidence (g_value_get_double (entry), detection);
}

static gboolean
read_custom_label_id (const Account * account, gint id,
    OakDetection * detection)
{
  const GValue *entry = find_entry (account, "label-id", id, G_TYPE_INT);

  if (entry == NULL || g_value_get_int (entry) < 0)
    return FALSE;
  detection->label_id = g_value_get_int (entry);
  return TRUE;
}

static gint
find_label_id (GQuark type, OakLabels * labels)
{
  const gchar *name = g_quark_to_string (type);

  return oak_labels_find_id (labels, name != NULL ? name : "");
}

#ifdef HAVE_ANALYTICS

/* Others may count their regions, or their detections, in their own way: only
 * if it is called the same, it is the same. */
static gboolean
read_od_confidence (const Account * account,
    const GstVideoRegionOfInterestMeta * roi, OakDetection * detection)
{
  GstAnalyticsODMtd od;
  gfloat confidence;

  return account->relations != NULL && roi->id >= 0
      && (gsize) roi->id <
      gst_analytics_relation_get_length (account->relations)
      && gst_analytics_relation_meta_get_od_mtd (account->relations, roi->id,
      &od)
      && gst_analytics_od_mtd_get_obj_type (&od) == roi->roi_type
      && gst_analytics_od_mtd_get_confidence_lvl (&od, &confidence)
      && take_confidence (confidence, detection);
}

static gboolean
read_od (const Account * account, const GstAnalyticsODMtd * od,
    OakLabels * labels, guint width, guint height, OakDetection * detection)
{
  gint x, y, w, h;
  gfloat confidence;
  Box box;

  if (!gst_analytics_od_mtd_get_location (od, &x, &y, &w, &h, &confidence))
    return FALSE;

  box.left = x;
  box.top = y;
  box.right = (gint64) x + w;
  box.bottom = (gint64) y + h;
  if (!take_confidence (confidence, detection))
    detection->confidence = 1.0;
  if (!read_custom_label_id (account, od->id, detection))
    detection->label_id = find_label_id (gst_analytics_od_mtd_get_obj_type (od),
        labels);
  return read_box (box, width, height, detection);
}

static void
read_ods (const Account * account, OakLabels * labels, guint width,
    guint height, GArray * detections)
{
  gpointer state = NULL;
  GstAnalyticsODMtd od;

  while (account->relations != NULL && detections->len < OAK_DETECTIONS_MAX
      && gst_analytics_relation_meta_iterate (account->relations, &state,
          gst_analytics_od_mtd_get_mtd_type (), &od)) {
    OakDetection detection;

    if (read_od (account, &od, labels, width, height, &detection))
      g_array_append_val (detections, detection);
  }
}

/* An empty one tells nothing: behind converters it is often what has stayed of
 * an earlier frame on a pooled buffer. */
static gboolean
open_relations (Account * account, GstBuffer * buffer)
{
  account->relations = gst_buffer_get_analytics_relation_meta (buffer);
  return account->relations != NULL
      && gst_analytics_relation_get_length (account->relations) > 0;
}

#else

static gboolean
read_od_confidence (const Account * account,
    const GstVideoRegionOfInterestMeta * roi, OakDetection * detection)
{
  return FALSE;
}

static void
read_ods (const Account * account, OakLabels * labels, guint width,
    guint height, GArray * detections)
{
}

static gboolean
open_relations (Account * account, GstBuffer * buffer)
{
  return FALSE;
}

#endif

/* Returns FALSE if there is none. */
static gboolean
open_account (Account * account, GstBuffer * buffer)
{
  GstCustomMeta *custom = gst_buffer_get_custom_meta (buffer, CUSTOM_META);
  gboolean any = open_relations (account, buffer);

  account->custom =
      custom != NULL ? gst_custom_meta_get_structure (custom) : NULL;
  return any || custom != NULL;
}

static gboolean
read_param_confidence (const GstVideoRegionOfInterestMeta * roi,
    OakDetection * detection)
{
  GList *p;

  for (p = roi->params; p != NULL; p = p->next) {
    gdouble confidence;

    if (gst_structure_get_double (p->data, "confidence", &confidence)
        && take_confidence (confidence, detection))
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_param_label_id (const GstStructure * param, OakDetection * detection)
{
  gint label_id;

  if (param == NULL || !gst_structure_get_int (param, "label_id", &label_id)
      || label_id < 0)
    return FALSE;
  detection->label_id = label_id;
  return TRUE;
}

static gboolean
read_roi (GstVideoRegionOfInterestMeta * roi, const Account * account,
    OakLabels * labels, guint width, guint height, OakDetection * detection)
{
  const GstStructure *param =
      gst_video_region_of_interest_meta_get_param (roi, "detection");
  const Box box = { roi->x, roi->y, (gint64) roi->x + roi->w,
    (gint64) roi->y + roi->h
  };
  /* Who does not number regions leaves both numbers at 0. */
  gboolean ours = roi->parent_id == -1 && roi->id >= 0;

  if (!read_param_confidence (roi, detection)
      && !(ours && read_custom_confidence (account, roi->id, detection))
      && !read_od_confidence (account, roi, detection))
    detection->confidence = 1.0;
  if (!read_param_label_id (param, detection)
      && !(ours && read_custom_label_id (account, roi->id, detection)))
    detection->label_id = find_label_id (roi->roi_type, labels);

  return (param != NULL && read_edges (param, detection))
      || read_box (box, width, height, detection);
}

/* Returns FALSE if there is no region, with an area or without. */
static gboolean
read_rois (GstBuffer * buffer, const Account * account, OakLabels * labels,
    guint width, guint height, GArray * detections)
{
  gpointer state = NULL;
  gboolean any = FALSE;
  GstMeta *meta;

  while (detections->len < OAK_DETECTIONS_MAX
      && (meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    OakDetection detection;

    any = TRUE;
    if (read_roi ((GstVideoRegionOfInterestMeta *) meta, account, labels, width,
            height, &detection))
      g_array_append_val (detections, detection);
  }
  return any;
}

/**
 * gst_oak_meta_read_detections:
 * @buffer: a buffer
 * @labels: names of the classes; a name that is not in it becomes a class as
 *     oak_labels_find_id() says
 * @width: of the picture, in pixels; 0 = not known
 * @height: of the picture, in pixels; 0 = not known
 * @detections: (element-type OakDetection): empty; where they are added, in the
 *     order of the metas
 *
 * The opposite of gst_oak_meta_add_regions(): class and edges are those of
 * the parameters `detection`. Metas that lack them, as converters drop them,
 * count by their box, which survives the wire to the pixel in pictures of up to
 * 10000 pixels a side, their class in the custom meta, else their type. The
 * confidence is the first one between 0 and 1 that any parameter has, else the
 * one in the custom meta, else that of the same object in the relation meta; it
 * is 1 without. Where there is no region, the objects of a relation meta count.
 * What has no area in the picture is left out, and what is one too many for the
 * wire.
 *
 * Returns: %FALSE if nothing on the buffer tells that somebody has looked for
 *     objects in it
 */
gboolean
gst_oak_meta_read_detections (GstBuffer * buffer, OakLabels * labels,
    guint width, guint height, GArray * detections)
{
  Account account;
  gboolean any = open_account (&account, buffer);

  if (read_rois (buffer, &account, labels, width, height, detections))
    return TRUE;
  read_ods (&account, labels, width, height, detections);
  return any;
}

static GstStaticCaps device_time_caps =
GST_STATIC_CAPS ("timestamp/x-oak-stream");
static GstStaticCaps wall_time_caps = GST_STATIC_CAPS ("timestamp/x-unix");

/**
 * gst_oak_meta_add_device_time:
 * @buffer: a writable buffer
 * @device_time: when the camera says the frame was taken, ns since it booted
 */
void
gst_oak_meta_add_device_time (GstBuffer * buffer, guint64 device_time)
{
  GstCaps *reference = gst_static_caps_get (&device_time_caps);

  gst_buffer_add_reference_timestamp_meta (buffer, reference, device_time,
      GST_CLOCK_TIME_NONE);
  gst_caps_unref (reference);
}

/**
 * gst_oak_meta_add_wall_time:
 * @buffer: a writable buffer
 * @wall_time: when the frame was taken by this machine's clock, ns since 1970
 *
 * As rtponviftimestamp and others read it.
 */
void
gst_oak_meta_add_wall_time (GstBuffer * buffer, GstClockTime wall_time)
{
  GstCaps *reference = gst_static_caps_get (&wall_time_caps);

  gst_buffer_add_reference_timestamp_meta (buffer, reference, wall_time,
      GST_CLOCK_TIME_NONE);
  gst_caps_unref (reference);
}

/**
 * gst_oak_meta_read_device_time:
 * @buffer: a buffer
 * @device_time: (out): when a camera says the frame was taken, ns since it
 *     booted; untouched on failure
 *
 * Returns: %FALSE if the buffer does not say, or nonsense
 */
gboolean
gst_oak_meta_read_device_time (GstBuffer * buffer, guint64 * device_time)
{
  GstCaps *reference = gst_static_caps_get (&device_time_caps);
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buffer, reference);

  gst_caps_unref (reference);
  if (meta == NULL || meta->timestamp > G_MAXINT64)
    return FALSE;
  *device_time = meta->timestamp;
  return TRUE;
}
