/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-oakoverlay
 * @title: oakoverlay
 * @short_description: draws detections into raw video
 *
 * Draws a box around each region that the metas of a picture name, and its
 * label: #GstVideoRegionOfInterestMeta of oaktcpsrc or of any other element
 * (facedetect, cvtracker), and, where it was built with gstreamer-analytics,
 * the object detections of a #GstAnalyticsRelationMeta.
 *
 * It writes into the picture, in place, and can stand before or after
 * videoconvert. A picture with nothing to draw is passed on untouched; behind
 * a tee only the other pictures are copied. Put it before elements that drop
 * metas (docs/detections.md has a table).
 *
 * The label is the region's type, as text, in any script that the system has a
 * font for; then the confidence, in percent: the one in the region's parameter
 * `detection`, else the one in the meta `OakDetectionsMeta` that oaktcpsrc
 * attaches, which outlives converters, else the one of the object detection.
 * If none is there the label stands alone. It is drawn above its box, and
 * inside where there is no room.
 *
 * Regions without area are not drawn; what is outside of the picture is left
 * out. The regions that come first on a buffer are drawn on top.
 *
 * All properties can be set while playing, and controlled (#GstController) by
 * stream time.
 *
 * ## Messages
 *
 * * WARNING (RESOURCE, SETTINGS): #GstOakOverlay:class-colors cannot be read;
 *   it keeps its value. Told on the way to PAUSED, if it was set in NULL.
 * * ERROR (RESOURCE, WRITE): a picture that cannot be mapped.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 oaktcpsrc host=10.12.101.188 ! oakoverlay ! videoconvert ! \
 *     autovideosink
 * ]| Watches a camera, with boxes.
 * |[
 * gst-launch-1.0 oaktcpsrc host=10.12.101.188 ! oakoverlay \
 *     blur-labels=person exclude-labels=person min-confidence=0.5 ! \
 *     videoconvert ! video/x-raw,format=I420 ! x264enc ! mp4mux ! \
 *     filesink location=film.mp4
 * ]| Records a film on which nobody can be recognised that the camera has
 * found.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakoverlay.h"

#include <glib/gi18n-lib.h>

#include "gstoakdrawing.h"
#include "gstoakraster.h"

GST_DEBUG_CATEGORY_STATIC (gst_oak_overlay_debug);
#define GST_CAT_DEFAULT gst_oak_overlay_debug

struct _GstOakOverlay
{
  GstBaseTransform parent;

  /* Held while a picture is drawn. Inside of the object lock nothing takes
   * it. */
  GMutex lock;
  GstOakStyle style;
  gchar *bad_colors;            /* that nobody could be told of yet */

  /* streaming thread only, from start() to stop() */
  OakLettering *lettering;
  GstVideoInfo info;
  GArray *regions;              /* of the picture that is being drawn */
  GArray *held;                 /* of the last one that was analysed */
  GstClockTime held_since;      /* its PTS; NONE: nothing is held */
  gboolean wanted;              /* of the picture, whether anything is drawn */
};

#define CAPS GST_VIDEO_CAPS_MAKE (GST_OAK_RASTER_FORMATS)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));

#define gst_oak_overlay_parent_class parent_class
G_DEFINE_TYPE (GstOakOverlay, gst_oak_overlay, GST_TYPE_BASE_TRANSFORM);
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE (oakoverlay, "oakoverlay", GST_RANK_NONE,
    GST_TYPE_OAK_OVERLAY, GST_DEBUG_CATEGORY_INIT (gst_oak_overlay_debug,
        "oakoverlay", 0, "Overlay of detections"));

/* What is drawn */

static void
gst_oak_overlay_forget (GstOakOverlay * self)
{
  g_array_set_size (self->held, 0);
  self->held_since = GST_CLOCK_TIME_NONE;
}

static void
gst_oak_overlay_hold (GstOakOverlay * self, GstClockTime pts)
{
  g_array_set_size (self->held, 0);
  if (self->regions->len > 0)
    g_array_append_vals (self->held, self->regions->data, self->regions->len);
  self->held_since = pts;
}

static gboolean
gst_oak_overlay_still_holds (GstOakOverlay * self, GstClockTime pts)
{
  return self->style.hold_time > 0 && GST_CLOCK_TIME_IS_VALID (pts)
      && GST_CLOCK_TIME_IS_VALID (self->held_since)
      && pts >= self->held_since
      && pts - self->held_since <= self->style.hold_time;
}

/* With the lock. */
static void
gst_oak_overlay_find_regions (GstOakOverlay * self, GstBuffer * buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);

  g_array_set_size (self->regions, 0);
  if (gst_oak_regions_read (buffer, self->regions))
    gst_oak_overlay_hold (self, pts);
  else if (!gst_oak_overlay_still_holds (self, pts))
    gst_oak_overlay_forget (self);
  else if (self->held->len > 0)
    g_array_append_vals (self->regions, self->held->data, self->held->len);
}

/* With the lock. */
static gboolean
gst_oak_overlay_wants_any (GstOakOverlay * self)
{
  guint i;

  for (i = 0; i < self->regions->len; i++) {
    const GstOakRegion *region =
        &g_array_index (self->regions, GstOakRegion, i);

    if (gst_oak_style_draws (&self->style, region)
        || gst_oak_style_hides (&self->style, region))
      return TRUE;
  }
  return FALSE;
}

/* Here and not in transform_ip(), as a picture with nothing to draw needs no
 * copy that can be written to. */
static GstFlowReturn
gst_oak_overlay_prepare_output_buffer (GstBaseTransform * base,
    GstBuffer * input, GstBuffer ** output)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (base);

  g_mutex_lock (&self->lock);
  gst_oak_overlay_find_regions (self, input);
  self->wanted = gst_oak_overlay_wants_any (self);
  g_mutex_unlock (&self->lock);

  if (self->wanted)
    return GST_BASE_TRANSFORM_CLASS (parent_class)->prepare_output_buffer (base,
        input, output);
  *output = input;
  return GST_FLOW_OK;
}

static GstFlowReturn
gst_oak_overlay_transform_ip (GstBaseTransform * base, GstBuffer * buffer)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (base);
  GstVideoFrame frame;

  if (!self->wanted)
    return GST_FLOW_OK;
  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READWRITE)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        (_("Could not write to a picture's memory.")),
        ("expected a mapped buffer of %" G_GSIZE_FORMAT " bytes, got %"
            GST_PTR_FORMAT, GST_VIDEO_INFO_SIZE (&self->info), buffer));
    return GST_FLOW_ERROR;
  }

  GST_LOG_OBJECT (self, "%u regions", self->regions->len);
  g_mutex_lock (&self->lock);
  gst_oak_drawing_draw (&self->style, self->lettering, self->regions, &frame);
  g_mutex_unlock (&self->lock);
  gst_video_frame_unmap (&frame);
  return GST_FLOW_OK;
}

static void
gst_oak_overlay_before_transform (GstBaseTransform * base, GstBuffer * buffer)
{
  GstClockTime time;

  if (base->segment.format != GST_FORMAT_TIME)
    return;
  time = gst_segment_to_stream_time (&base->segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (base), time);
}

/* Properties that cannot be used */

static void
gst_oak_overlay_warn (GstOakOverlay * self, const gchar * bad)
{
  GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
      (_("The property \"%s\" cannot be \"%s\": a colour is written as "
              "name=#RRGGBB. It stays as it was."), "class-colors", bad),
      ("expected name=#RRGGBB or name=#AARRGGBB, got '%s'", bad));
}

/* In NULL nobody listens. @bad is (transfer full). */
static void
gst_oak_overlay_note_bad_colors (GstOakOverlay * self, gchar * bad)
{
  gboolean later;

  GST_OBJECT_LOCK (self);
  later = GST_STATE (self) == GST_STATE_NULL;
  GST_OBJECT_UNLOCK (self);
  if (bad != NULL && !later)
    gst_oak_overlay_warn (self, bad);

  g_mutex_lock (&self->lock);
  g_free (self->bad_colors);
  self->bad_colors = later ? g_strdup (bad) : NULL;
  g_mutex_unlock (&self->lock);
  g_free (bad);
}

static void
gst_oak_overlay_tell_bad_colors (GstOakOverlay * self)
{
  gchar *bad;

  g_mutex_lock (&self->lock);
  bad = g_steal_pointer (&self->bad_colors);
  g_mutex_unlock (&self->lock);

  if (bad != NULL)
    gst_oak_overlay_warn (self, bad);
  g_free (bad);
}

/* Stream */

static gboolean
gst_oak_overlay_set_caps (GstBaseTransform * base, GstCaps * input,
    GstCaps * output)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (base);
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, input))
    return FALSE;
  if (GST_VIDEO_INFO_WIDTH (&info) != GST_VIDEO_INFO_WIDTH (&self->info)
      || GST_VIDEO_INFO_HEIGHT (&info) != GST_VIDEO_INFO_HEIGHT (&self->info))
    gst_oak_overlay_forget (self);
  self->info = info;
  return TRUE;
}

static gboolean
gst_oak_overlay_sink_event (GstBaseTransform * base, GstEvent * event)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (base);

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP
      || GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    gst_oak_overlay_forget (self);
  return GST_BASE_TRANSFORM_CLASS (parent_class)->sink_event (base, event);
}

/* Buffers are passed on as they come: what downstream says of memory counts. */
static gboolean
gst_oak_overlay_propose_allocation (GstBaseTransform * base,
    GstQuery * decide_query, GstQuery * query)
{
  return gst_pad_peer_query (GST_BASE_TRANSFORM_SRC_PAD (base), query);
}

static gboolean
gst_oak_overlay_start (GstBaseTransform * base)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (base);

  gst_oak_overlay_tell_bad_colors (self);
  gst_video_info_init (&self->info);
  gst_oak_overlay_forget (self);
  self->lettering = oak_lettering_new ();
  return TRUE;
}

static gboolean
gst_oak_overlay_stop (GstBaseTransform * base)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (base);

  g_clear_pointer (&self->lettering, oak_lettering_free);
  gst_oak_overlay_forget (self);
  return TRUE;
}

/* Properties */

static void
gst_oak_overlay_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (object);
  gchar *bad = NULL;
  gboolean known;

  g_mutex_lock (&self->lock);
  known = gst_oak_style_set (&self->style, id, value, &bad);
  g_mutex_unlock (&self->lock);

  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  if (id == GST_OAK_STYLE_CLASS_COLORS)
    gst_oak_overlay_note_bad_colors (self, bad);
}

static void
gst_oak_overlay_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (object);
  gboolean known;

  g_mutex_lock (&self->lock);
  known = gst_oak_style_get (&self->style, id, value);
  g_mutex_unlock (&self->lock);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_oak_overlay_finalize (GObject * object)
{
  GstOakOverlay *self = GST_OAK_OVERLAY (object);

  gst_oak_style_clear (&self->style);
  g_free (self->bad_colors);
  g_array_unref (self->regions);
  g_array_unref (self->held);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_oak_overlay_init (GstOakOverlay * self)
{
  g_mutex_init (&self->lock);
  self->regions = g_array_new (FALSE, FALSE, sizeof (GstOakRegion));
  self->held = g_array_new (FALSE, FALSE, sizeof (GstOakRegion));
  self->held_since = GST_CLOCK_TIME_NONE;
}

static void
gst_oak_overlay_class_init (GstOakOverlayClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *base_class = GST_BASE_TRANSFORM_CLASS (klass);

  object_class->set_property = gst_oak_overlay_set_property;
  object_class->get_property = gst_oak_overlay_get_property;
  object_class->finalize = gst_oak_overlay_finalize;
  gst_oak_style_install (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Detection overlay",
      "Filter/Editor/Video",
      "Draws boxes and labels around what was found in a picture",
      "The gst-oak developers");

  base_class->passthrough_on_same_caps = FALSE;
  base_class->start = gst_oak_overlay_start;
  base_class->stop = gst_oak_overlay_stop;
  base_class->set_caps = gst_oak_overlay_set_caps;
  base_class->sink_event = gst_oak_overlay_sink_event;
  base_class->propose_allocation = gst_oak_overlay_propose_allocation;
  base_class->before_transform = gst_oak_overlay_before_transform;
  base_class->prepare_output_buffer = gst_oak_overlay_prepare_output_buffer;
  base_class->transform_ip = gst_oak_overlay_transform_ip;
}
