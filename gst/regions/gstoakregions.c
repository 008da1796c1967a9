/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#endif

#include "gstoakregions.h"

#include <gst/video/video.h>
#ifdef HAVE_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

/* As oaktcpsrc attaches it, see docs/detections.md. */
#define DETECTIONS_META "OakDetectionsMeta"

/* Not FALSE for NaN either. */
static gdouble
check_confidence (gdouble confidence)
{
  return confidence >= 0.0 && confidence <= 1.0 ? confidence : -1.0;
}

/* What is left of the detections behind a converter, which drops parameters. */
typedef struct
{
  const GValue *confidences, *label_ids;        /* or NULL */
} Kept;

static gboolean
find_kept (GstBuffer * buffer, Kept * kept)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, DETECTIONS_META);
  GstStructure *fields;

  kept->confidences = NULL;
  kept->label_ids = NULL;
  if (meta == NULL)
    return FALSE;

  fields = gst_custom_meta_get_structure (meta);
  if (gst_structure_has_field_typed (fields, "confidence", GST_TYPE_ARRAY))
    kept->confidences = gst_structure_get_value (fields, "confidence");
  if (gst_structure_has_field_typed (fields, "label-id", GST_TYPE_ARRAY))
    kept->label_ids = gst_structure_get_value (fields, "label-id");
  return TRUE;
}

/* Returns NULL if there is none, or it is of another type. */
static const GValue *
find_element (const GValue * array, gint id, GType type)
{
  const GValue *element;

  if (array == NULL || id < 0 || (guint) id >= gst_value_array_get_size (array))
    return NULL;
  element = gst_value_array_get_value (array, id);
  return G_VALUE_HOLDS (element, type) ? element : NULL;
}

static void
read_kept (const Kept * kept, GstOakRegion * region)
{
  const GValue *confidence = find_element (kept->confidences, region->id,
      G_TYPE_DOUBLE);
  const GValue *label_id = find_element (kept->label_ids, region->id,
      G_TYPE_INT);

  if (region->confidence < 0.0 && confidence != NULL)
    region->confidence = check_confidence (g_value_get_double (confidence));
  if (region->label_id < 0 && label_id != NULL)
    region->label_id = g_value_get_int (label_id);
}

static void
read_parameters (GstVideoRegionOfInterestMeta * roi, GstOakRegion * region)
{
  GstStructure *fields =
      gst_video_region_of_interest_meta_get_param (roi, "detection");
  gdouble confidence;

  if (fields == NULL)
    return;
  if (gst_structure_get_double (fields, "confidence", &confidence))
    region->confidence = check_confidence (confidence);
  gst_structure_get_int (fields, "label_id", &region->label_id);
}

static void
begin_region (GstOakRegion * region, GQuark type, gint id)
{
  const gchar *label = g_quark_to_string (type);

  region->label = label != NULL ? label : "";
  region->id = id;
  region->label_id = -1;
  region->confidence = -1.0;
}

static void
read_roi (GstVideoRegionOfInterestMeta * roi, const Kept * kept,
    GstOakRegion * region)
{
  begin_region (region, roi->roi_type, roi->id);
  /* A negative edge has wrapped. */
  region->box = oak_area_of_box ((gint) roi->x, (gint) roi->y, roi->w, roi->h);
  read_parameters (roi, region);
  /* Others that do not number regions leave both numbers at 0. */
  if (roi->parent_id == -1)
    read_kept (kept, region);
}

static void
read_rois (GstBuffer * buffer, const Kept * kept, GArray * regions)
{
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    GstOakRegion region;

    read_roi ((GstVideoRegionOfInterestMeta *) meta, kept, &region);
    g_array_append_val (regions, region);
  }
}

#ifdef HAVE_ANALYTICS
/* Two producers may both count from 0: what is elsewhere is another one, and
 * may have to be hidden. */
static gboolean
are_twins (const GstOakRegion * roi, const GstOakRegion * od)
{
  OakArea shared = oak_area_intersect (&roi->box, &od->box);

  return roi->id == od->id && roi->label == od->label
      && !oak_area_is_empty (&shared);
}

/* Who attaches both kinds does so in the same order: the search goes on where
 * the last twin was. */
static GstOakRegion *
find_twin (GArray * regions, guint n_rois, const GstOakRegion * region,
    guint * next)
{
  guint i;

  for (i = 0; i < n_rois; i++) {
    guint at = (*next + i) % n_rois;
    GstOakRegion *roi = &g_array_index (regions, GstOakRegion, at);

    if (are_twins (roi, region)) {
      *next = (at + 1) % n_rois;
      return roi;
    }
  }
  return NULL;
}

static gboolean
read_od (const GstAnalyticsODMtd * od, const Kept * kept, GstOakRegion * region)
{
  gint x, y, width, height;
  gfloat confidence;

  if (!gst_analytics_od_mtd_get_location (od, &x, &y, &width, &height,
          &confidence))
    return FALSE;
  begin_region (region, gst_analytics_od_mtd_get_obj_type (od), od->id);
  region->box = oak_area_of_box (x, y, width, height);
  region->confidence = check_confidence (confidence);
  read_kept (kept, region);
  return TRUE;
}

/* Those of which there is no ROI meta. An empty relation meta tells nothing:
 * the pools of converters keep it for later pictures. */
static void
read_ods (GstBuffer * buffer, const Kept * kept, GArray * regions)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta
      (buffer);
  guint n_rois = regions->len, next = 0;
  GstAnalyticsODMtd od;
  gpointer state = NULL;

  if (meta == NULL)
    return;
  while (gst_analytics_relation_meta_iterate (meta, &state,
          gst_analytics_od_mtd_get_mtd_type (), &od)) {
    GstOakRegion region, *twin;

    if (!read_od (&od, kept, &region))
      continue;
    twin = find_twin (regions, n_rois, &region, &next);
    if (twin == NULL)
      g_array_append_val (regions, region);
    else if (twin->confidence < 0.0)
      twin->confidence = region.confidence;
  }
}
#else
static void
read_ods (GstBuffer * buffer, const Kept * kept, GArray * regions)
{
}
#endif

/**
 * gst_oak_regions_read:
 * @buffer: a picture
 * @regions: (element-type GstOakRegion): where they are added
 *
 * Reads #GstVideoRegionOfInterestMeta of any origin, and the object detections
 * of a #GstAnalyticsRelationMeta that have no such twin.
 *
 * Returns: whether somebody has looked at this picture, as far as metas can
 *     tell; maybe nothing was found
 */
gboolean
gst_oak_regions_read (GstBuffer * buffer, GArray * regions)
{
  Kept kept;
  gboolean analysed = find_kept (buffer, &kept);

  read_rois (buffer, &kept, regions);
  read_ods (buffer, &kept, regions);
  return analysed || regions->len > 0;
}
