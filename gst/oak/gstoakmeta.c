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

/**
 * gst_oak_meta_register:
 *
 * Before anything else here; once in a process is enough.
 */
void
gst_oak_meta_register (void)
{
  static const gchar *no_tags[] = { NULL };

  /* Another plugin or an application may read it, and know it already. */
  if (gst_meta_get_info (CUSTOM_META) == NULL)
    gst_meta_register_custom (CUSTOM_META, no_tags, NULL, NULL, NULL);
}

static void
add_roi (GstBuffer * buffer, const OakRegion * region, gint id)
{
  const OakDetection *detection = &region->detection;
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_add_video_region_of_interest_meta (buffer, region->label,
      region->x, region->y, region->w, region->h);

  roi->id = id;
  roi->parent_id = -1;
  gst_video_region_of_interest_meta_add_param (roi,
      gst_structure_new ("detection",
          "x_min", G_TYPE_DOUBLE, detection->x_min,
          "y_min", G_TYPE_DOUBLE, detection->y_min,
          "x_max", G_TYPE_DOUBLE, detection->x_max,
          "y_max", G_TYPE_DOUBLE, detection->y_max,
          "confidence", G_TYPE_DOUBLE, detection->confidence,
          "label_id", G_TYPE_INT, detection->label_id,
          "label", G_TYPE_STRING, region->label, NULL));
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

static void
remove_relations (GstBuffer * buffer)
{
  GstMeta *meta;

  while ((meta = gst_buffer_get_meta (buffer,
              GST_ANALYTICS_RELATION_META_API_TYPE)) != NULL)
    gst_buffer_remove_meta (buffer, meta);
}

/* On a pooled buffer it would stay, empty, and say of a later frame that
 * nothing was found there. */
static GstAnalyticsRelationMeta *
add_relations (GstBuffer * buffer, guint n)
{
  const guint room = MAX (n, RELATED_MIN);
  GstAnalyticsRelationMetaInitParams params = { room, room * RELATED_SIZE };
  GstAnalyticsRelationMeta *relations =
      gst_buffer_add_analytics_relation_meta_full (buffer, &params);

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
 * #GstCustomMeta for all of them. See docs/protocol.md for what is on them.
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
 * EDGE_STEPS pixels. The multiplication is the reader's, with its error. */
static gdouble
find_left_step (guint pixel, guint side)
{
  guint64 step = gst_util_uint64_scale_ceil (pixel, EDGE_STEPS, side);

  if (floor (step / (gdouble) EDGE_STEPS * side) < pixel)
    step++;
  return step / (gdouble) EDGE_STEPS;
}

static gdouble
find_right_step (guint pixel, guint side)
{
  guint64 step = gst_util_uint64_scale (pixel, EDGE_STEPS, side);

  if (step > 0 && ceil (step / (gdouble) EDGE_STEPS * side) > pixel)
    step--;
  return step / (gdouble) EDGE_STEPS;
}

/* Returns FALSE if the box has no area in the picture. */
static gboolean
read_box (const GstVideoRegionOfInterestMeta * roi, guint width, guint height,
    OakDetection * detection)
{
  guint64 right = MIN ((guint64) roi->x + roi->w, width);
  guint64 bottom = MIN ((guint64) roi->y + roi->h, height);

  if (roi->x >= right || roi->y >= bottom)
    return FALSE;

  detection->x_min = find_left_step (roi->x, width);
  detection->y_min = find_left_step (roi->y, height);
  detection->x_max = MAX (find_right_step (right, width),
      detection->x_min + 1.0 / EDGE_STEPS);
  detection->y_max = MAX (find_right_step (bottom, height),
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

static void
read_confidence (const GstVideoRegionOfInterestMeta * roi,
    OakDetection * detection)
{
  GList *p;

  detection->confidence = 1.0;
  for (p = roi->params; p != NULL; p = p->next) {
    gdouble confidence;

    if (gst_structure_get_double (p->data, "confidence", &confidence)
        && confidence >= 0.0 && confidence <= 1.0) {
      detection->confidence = confidence;
      return;
    }
  }
}

static gboolean
read_roi (GstVideoRegionOfInterestMeta * roi, OakLabels * labels,
    guint width, guint height, OakDetection * detection)
{
  const GstStructure *param =
      gst_video_region_of_interest_meta_get_param (roi, "detection");

  const gchar *type = g_quark_to_string (roi->roi_type);

  read_confidence (roi, detection);
  if (param == NULL
      || !gst_structure_get_int (param, "label_id", &detection->label_id)
      || detection->label_id < 0)
    detection->label_id = oak_labels_find_id (labels, type != NULL ? type : "");

  return (param != NULL && read_edges (param, detection))
      || read_box (roi, width, height, detection);
}

/**
 * gst_oak_meta_read_detections:
 * @buffer: a buffer
 * @labels: names of the classes; a name that is not in it becomes a class as
 *     oak_labels_find_id() says
 * @width: of the picture, in pixels; 0 = not known
 * @height: of the picture, in pixels; 0 = not known
 * @detections: (element-type OakDetection): where they are added, in the
 *     order of the metas
 *
 * The opposite of gst_oak_meta_add_regions(): class and edges are those of
 * the parameters `detection`. Metas that lack them, as converters drop them,
 * count by their type and box; the box survives the wire to the pixel in
 * pictures of up to 10000 pixels a side. The confidence is the first one
 * between 0 and 1 that any parameter has; without one it is 1. Regions without
 * area in the picture are left out, and those that are one too many for the
 * wire.
 */
void
gst_oak_meta_read_detections (GstBuffer * buffer, OakLabels * labels,
    guint width, guint height, GArray * detections)
{
  gpointer state = NULL;
  GstMeta *meta;

  while (detections->len < OAK_DETECTIONS_MAX
      && (meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    OakDetection detection;

    if (read_roi ((GstVideoRegionOfInterestMeta *) meta, labels, width, height,
            &detection))
      g_array_append_val (detections, detection);
  }
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
