/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakmeta.h"

#include <gst/video/video.h>
#include <math.h>

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

/**
 * gst_oak_meta_add_device_time:
 * @buffer: a writable buffer
 * @device_time: when the camera says the frame was taken, ns since it booted
 */
void
gst_oak_meta_add_device_time (GstBuffer * buffer, guint64 device_time)
{
  static GstStaticCaps caps = GST_STATIC_CAPS ("timestamp/x-oak-stream");
  GstCaps *reference = gst_static_caps_get (&caps);

  gst_buffer_add_reference_timestamp_meta (buffer, reference, device_time,
      GST_CLOCK_TIME_NONE);
  gst_caps_unref (reference);
}
