/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakmeta.h"

#include <gst/video/video.h>
#include <math.h>

/* The edges have four decimals on the wire. */
#define EDGE_STEPS 10000

/* In pixels; the right and bottom edges are outside. */
typedef struct
{
  gint left, top, right, bottom;
} Box;

static gint
compare_confidence (gconstpointer a, gconstpointer b)
{
  const OakDetection *first = a, *second = b;

  return (first->confidence < second->confidence)
      - (first->confidence > second->confidence);
}

/* A box that touches the right or bottom edge of the frame is dropped by
 * videocrop and compositor from 1.28 on, so one pixel is left free there. */
static gboolean
find_box (const OakDetection * detection, gint width, gint height, Box * box)
{
  box->left = floor (CLAMP (detection->x_min, 0.0, 1.0) * width);
  box->top = floor (CLAMP (detection->y_min, 0.0, 1.0) * height);
  box->right = ceil (CLAMP (detection->x_max, 0.0, 1.0) * width);
  box->bottom = ceil (CLAMP (detection->y_max, 0.0, 1.0) * height);
  box->right = MIN (box->right, width - 1);
  box->bottom = MIN (box->bottom, height - 1);

  return box->left < box->right && box->top < box->bottom;
}

static void
add_roi (GstBuffer * buffer, const OakDetection * detection, const Box * box,
    const gchar * label, gint id)
{
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_add_video_region_of_interest_meta (buffer, label, box->left,
      box->top, box->right - box->left, box->bottom - box->top);

  roi->id = id;
  roi->parent_id = -1;
  gst_video_region_of_interest_meta_add_param (roi,
      gst_structure_new ("detection",
          "x_min", G_TYPE_DOUBLE, CLAMP (detection->x_min, 0.0, 1.0),
          "y_min", G_TYPE_DOUBLE, CLAMP (detection->y_min, 0.0, 1.0),
          "x_max", G_TYPE_DOUBLE, CLAMP (detection->x_max, 0.0, 1.0),
          "y_max", G_TYPE_DOUBLE, CLAMP (detection->y_max, 0.0, 1.0),
          "confidence", G_TYPE_DOUBLE, detection->confidence,
          "label_id", G_TYPE_INT, detection->label_id,
          "label", G_TYPE_STRING, label, NULL));
}

/**
 * gst_oak_meta_add_detections:
 * @buffer: a writable buffer
 * @detections: (element-type OakDetection): what was found on it; they are
 *     sorted here, most confident first, as encoders cut the list's end
 * @labels: names for the metas' types
 * @width: of the picture, in pixels
 * @height: of the picture, in pixels
 *
 * One #GstVideoRegionOfInterestMeta each, with ids from 0. See
 * docs/protocol.md for what is on them.
 *
 * Returns: how many were added; the others have no area inside the frame
 */
guint
gst_oak_meta_add_detections (GstBuffer * buffer, GArray * detections,
    OakLabels * labels, guint width, guint height)
{
  guint i, n = 0;

  /* Stable: equals stay in the order of the wire. */
  g_array_sort (detections, compare_confidence);

  for (i = 0; i < detections->len; i++) {
    OakDetection *detection = &g_array_index (detections, OakDetection, i);
    Box box;

    if (find_box (detection, width, height, &box))
      add_roi (buffer, detection, &box,
          oak_labels_name (labels, detection->label_id), n++);
  }
  return n;
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

/* As gst_oak_meta_add_detections() has written them. Outputs are untouched
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
 * The opposite of gst_oak_meta_add_detections(): class and edges are those of
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
