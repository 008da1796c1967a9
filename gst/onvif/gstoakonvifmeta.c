/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oakonvifmeta
 * @title: oakonvifmeta
 * @short_description: writes detections as ONVIF metadata documents
 * @see_also: oaktcpsrc, oakonvifpay
 *
 * Writes what was found in each picture as an ONVIF metadata document (XML,
 * `tt:MetadataStream`), and leaves the picture out. It reads what oakoverlay
 * draws: the regions of interest and analytics metas of any element. A document
 * has its picture's PTS, and the time of day at which that was taken: from a
 * #GstReferenceTimestampMeta with the caps `timestamp/x-unix` (see
 * #GstOakTcpSrc:wall-clock-meta), else from the clocks.
 *
 * A picture in which nothing was found gives a document with an empty frame. Of
 * one that nobody has analysed nothing is told; then a document without a frame
 * comes once a second, so that receivers see the stream.
 *
 * |[
 * gst-launch-1.0 oaktcpsrc host=10.12.101.188 ! oakonvifmeta ! \
 *     fakesink dump=true
 * ]|
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakonvifmeta.h"

#include <gst/video/video.h>

#include "gstoakregions.h"
#include "oakonvif.h"

#define HEARTBEAT GST_SECOND

/* A picture may have more; receivers would not draw them. */
#define OBJECTS_MAX 1000

GST_DEBUG_CATEGORY_STATIC (gst_oak_onvif_meta_debug);
#define GST_CAT_DEFAULT gst_oak_onvif_meta_debug

struct _GstOakOnvifMeta
{
  GstElement parent;

  GstPad *sink, *src;

  /* streaming thread */
  GstCaps *unix_time;           /* of a reference timestamp */
  GstSegment segment;
  gint width, height;           /* of the picture, in pixels */
  GArray *regions;
  GstClockTime last;            /* PTS of a document; NONE = there was none */
};

#define PICTURES "video/x-raw(ANY); image/jpeg; video/x-h264; video/x-h265"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (PICTURES));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-onvif-metadata, parsed=(boolean)true"));

G_DEFINE_TYPE (GstOakOnvifMeta, gst_oak_onvif_meta, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (oakonvifmeta, "oakonvifmeta", GST_RANK_NONE,
    GST_TYPE_OAK_ONVIF_META);

/* How long ago that was by the pipeline's clock, in ns; 0 if nobody knows. */
static GstClockTimeDiff
gst_oak_onvif_meta_find_age (GstOakOnvifMeta * self, GstClockTime pts)
{
  GstElement *element = GST_ELEMENT (self);
  GstClockTime time =
      gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, pts);
  GstClock *clock = gst_element_get_clock (element);
  GstClockTimeDiff age = 0;

  if (clock != NULL && GST_CLOCK_TIME_IS_VALID (time))
    age = GST_CLOCK_DIFF (time + gst_element_get_base_time (element),
        gst_clock_get_time (clock));
  gst_clear_object (&clock);
  return age;
}

/* In µs since 1970. */
static gint64
gst_oak_onvif_meta_find_time (GstOakOnvifMeta * self, GstBuffer * buffer)
{
  GstReferenceTimestampMeta *meta =
      gst_buffer_get_reference_timestamp_meta (buffer, self->unix_time);

  if (meta != NULL)
    return meta->timestamp / GST_USECOND;
  return g_get_real_time () - gst_oak_onvif_meta_find_age (self,
      GST_BUFFER_PTS (buffer)) / GST_USECOND;
}

static void
gst_oak_onvif_meta_write (GstOakOnvifMeta * self, GstBuffer * buffer,
    GString * text)
{
  guint i;

  oak_onvif_frame (text, gst_oak_onvif_meta_find_time (self, buffer));
  for (i = 0; i < MIN (self->regions->len, OBJECTS_MAX); i++) {
    const GstOakRegion *region =
        &g_array_index (self->regions, GstOakRegion, i);
    OakOnvifObject object;

    object.id = region->id;
    object.label = region->label;
    object.confidence = region->confidence;
    object.left = region->box.left / (gdouble) self->width;
    object.top = region->box.top / (gdouble) self->height;
    object.right = region->box.right / (gdouble) self->width;
    object.bottom = region->box.bottom / (gdouble) self->height;
    oak_onvif_object (text, &object);
  }
  oak_onvif_end_frame (text);
}

static gboolean
gst_oak_onvif_meta_is_due (GstOakOnvifMeta * self, GstClockTime pts)
{
  return !GST_CLOCK_TIME_IS_VALID (self->last)
      || (GST_CLOCK_TIME_IS_VALID (pts)
      && (pts < self->last || pts - self->last >= HEARTBEAT));
}

/* Returns NULL where there is nothing to tell. */
static GstBuffer *
gst_oak_onvif_meta_describe (GstOakOnvifMeta * self, GstBuffer * buffer)
{
  gboolean analysed;
  GString *text;
  GstBuffer *document;
  gsize size;

  g_array_set_size (self->regions, 0);
  analysed = gst_oak_regions_read (buffer, self->regions) && self->width > 0
      && self->height > 0;
  if (!analysed && !gst_oak_onvif_meta_is_due (self, GST_BUFFER_PTS (buffer)))
    return NULL;

  text = g_string_new (NULL);
  oak_onvif_begin (text);
  if (analysed)
    gst_oak_onvif_meta_write (self, buffer, text);
  oak_onvif_end (text);
  size = text->len;
  document = gst_buffer_new_wrapped (g_string_free (text, FALSE), size);
  gst_buffer_copy_into (document, buffer, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  return document;
}

static GstFlowReturn
gst_oak_onvif_meta_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstOakOnvifMeta *self = GST_OAK_ONVIF_META (parent);
  GstBuffer *document = gst_oak_onvif_meta_describe (self, buffer);
  GstFlowReturn ret = GST_FLOW_OK;

  if (document != NULL) {
    self->last = GST_BUFFER_PTS (document);
    ret = gst_pad_push (self->src, document);
  } else if (GST_BUFFER_PTS_IS_VALID (buffer)) {
    gst_pad_push_event (self->src, gst_event_new_gap (GST_BUFFER_PTS (buffer),
            GST_BUFFER_DURATION (buffer)));
  }
  gst_buffer_unref (buffer);
  return ret;
}

static gboolean
gst_oak_onvif_meta_set_caps (GstOakOnvifMeta * self, GstCaps * caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  GstCaps *out = gst_static_pad_template_get_caps (&src_template);
  gboolean set;

  self->width = self->height = 0;
  gst_structure_get_int (structure, "width", &self->width);
  gst_structure_get_int (structure, "height", &self->height);
  if (self->width <= 0 || self->height <= 0)
    GST_WARNING_OBJECT (self, "the picture has no size in %" GST_PTR_FORMAT
        ": nothing can be told of it", caps);
  set = gst_pad_set_caps (self->src, out);
  gst_caps_unref (out);
  return set;
}

static gboolean
gst_oak_onvif_meta_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstOakOnvifMeta *self = GST_OAK_ONVIF_META (parent);
  GstCaps *caps;
  gboolean set;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      set = gst_oak_onvif_meta_set_caps (self, caps);
      gst_event_unref (event);
      return set;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&self->segment, GST_FORMAT_TIME);
      self->last = GST_CLOCK_TIME_NONE;
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* What downstream takes says nothing of pictures. */
static gboolean
gst_oak_onvif_meta_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstCaps *caps, *filter, *all;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      gst_query_parse_caps (query, &filter);
      all = gst_pad_get_pad_template_caps (pad);
      caps = filter != NULL ? gst_caps_intersect_full (filter, all,
          GST_CAPS_INTERSECT_FIRST) : gst_caps_ref (all);
      gst_query_set_caps_result (query, caps);
      gst_caps_unref (caps);
      gst_caps_unref (all);
      return TRUE;
    case GST_QUERY_ALLOCATION:
      gst_query_add_allocation_meta (query,
          GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE, NULL);
      gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static GstStateChangeReturn
gst_oak_onvif_meta_change_state (GstElement * element,
    GstStateChange transition)
{
  GstOakOnvifMeta *self = GST_OAK_ONVIF_META (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    gst_segment_init (&self->segment, GST_FORMAT_TIME);
    self->last = GST_CLOCK_TIME_NONE;
    self->width = self->height = 0;
  }
  return GST_ELEMENT_CLASS (gst_oak_onvif_meta_parent_class)->change_state
      (element, transition);
}

static void
gst_oak_onvif_meta_finalize (GObject * object)
{
  GstOakOnvifMeta *self = GST_OAK_ONVIF_META (object);

  gst_caps_unref (self->unix_time);
  g_array_unref (self->regions);
  G_OBJECT_CLASS (gst_oak_onvif_meta_parent_class)->finalize (object);
}

static void
gst_oak_onvif_meta_class_init (GstOakOnvifMetaClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_oak_onvif_meta_debug, "oakonvifmeta", 0,
      "detections as ONVIF metadata");
  G_OBJECT_CLASS (klass)->finalize = gst_oak_onvif_meta_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Detections as ONVIF metadata", "Filter/Analyzer/Video",
      "Writes what was found in a picture as an ONVIF metadata document",
      "gst-oak");
  element_class->change_state = gst_oak_onvif_meta_change_state;
}

static void
gst_oak_onvif_meta_init (GstOakOnvifMeta * self)
{
  self->unix_time = gst_caps_new_empty_simple ("timestamp/x-unix");
  self->regions = g_array_new (FALSE, FALSE, sizeof (GstOakRegion));

  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink, gst_oak_onvif_meta_chain);
  gst_pad_set_event_function (self->sink, gst_oak_onvif_meta_event);
  gst_pad_set_query_function (self->sink, gst_oak_onvif_meta_query);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);

  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_use_fixed_caps (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}
