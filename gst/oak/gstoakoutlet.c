/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakoutlet.h"

#include "gstoakcaps.h"

static GstClockTime
duration_of_rate (gint fps_n, gint fps_d)
{
  return fps_n > 0 ? gst_util_uint64_scale (GST_SECOND, fps_d, fps_n) : 0;
}

/* The base class asks for memory as soon as it runs, though nobody can say how
 * much before the first picture. objectdetectionoverlay, for one, takes the
 * question for the end of negotiation. */
static GstPadProbeReturn
hold_back_allocation (GstPad * pad, GstPadProbeInfo * probe, gpointer user_data)
{
  GstOakOutlet *self = user_data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (probe);
  GstCaps *caps;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_parse_allocation (query, &caps, NULL);
  if (caps == NULL)
    return GST_PAD_PROBE_DROP;
  self->probe = 0;
  return GST_PAD_PROBE_REMOVE;
}

static void
remove_probe (GstOakOutlet * self)
{
  if (self->probe != 0)
    gst_pad_remove_probe (GST_BASE_SRC_PAD (self->base), self->probe);
  self->probe = 0;
}

/**
 * gst_oak_outlet_open:
 * @self: (out caller-allocates): an outlet, of zeros at first
 * @base: (transfer none): whose pad it is
 * @payload: what the user says that pictures are
 * @wanted: and their sides; 0 = find out
 * @fps_n: frame rate to announce; 0 = variable
 * @fps_d: its denominator
 *
 * Before the streaming thread runs.
 */
void
gst_oak_outlet_open (GstOakOutlet * self, GstBaseSrc * base,
    GstOakPayload payload, OakGeometry wanted, gint fps_n, gint fps_d)
{
  self->base = base;
  remove_probe (self);
  self->probe = gst_pad_add_probe (GST_BASE_SRC_PAD (base),
      GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH,
      hold_back_allocation, self, NULL);
  self->fps_n = fps_n;
  self->fps_d = fps_d;
  gst_oak_content_reset (&self->content, payload, wanted);
  self->gap = TRUE;
  self->negotiated = FALSE;
  self->begun = FALSE;
  self->frame_duration = duration_of_rate (fps_n, fps_d);
}

/**
 * gst_oak_outlet_close:
 * @self: an outlet
 *
 * After the streaming thread has ended. Gives the memory back.
 */
void
gst_oak_outlet_close (GstOakOutlet * self)
{
  remove_probe (self);
  g_clear_pointer (&self->layout, gst_oak_layout_unref);
}

/* Caps */

/* What video/x-raw leaves open is written out, as its elements do. */
static GstCaps *
complete_caps (GstCaps * caps)
{
  GstVideoInfo info;

  if (!gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw")
      || !gst_video_info_from_caps (&info, caps))
    return caps;
  gst_caps_unref (caps);
  return gst_video_info_to_caps (&info);
}

static GstClockTime
duration_of (const GstCaps * caps)
{
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  gint fps_n, fps_d;

  if (!gst_structure_get_fraction (structure, "framerate", &fps_n, &fps_d))
    return 0;
  return duration_of_rate (fps_n, fps_d);
}

/* A camera that has become another must not end the stream, as caps that fail
 * would. */
static gboolean
is_welcome (GstOakOutlet * self, GstCaps * caps)
{
  return !self->begun
      || gst_pad_peer_query_accept_caps (GST_BASE_SRC_PAD (self->base), caps);
}

/**
 * gst_oak_outlet_negotiate:
 * @self: an outlet
 *
 * For the base class, which asks whenever downstream may have changed. Before
 * the first picture there is nothing to negotiate. What fails here shows with
 * the next picture: the base class would say less.
 */
void
gst_oak_outlet_negotiate (GstOakOutlet * self)
{
  GstCaps *caps;

  self->negotiated = FALSE;
  if (self->content.traits == NULL)
    return;

  caps = gst_oak_caps_choose (GST_BASE_SRC_PAD (self->base),
      self->content.traits, self->content.geometry, self->fps_n, self->fps_d);
  if (caps == NULL)
    return;

  caps = complete_caps (caps);
  self->negotiated = is_welcome (self, caps)
      && gst_base_src_set_caps (self->base, caps);
  self->layout_is_old = TRUE;
  if (self->negotiated)
    self->frame_duration = duration_of (caps);
  gst_caps_unref (caps);
}

static gboolean
renegotiate (GstOakOutlet * self)
{
  self->failed = FALSE;
  return gst_base_src_negotiate (self->base) && self->negotiated;
}

/* Memory */

/**
 * gst_oak_outlet_choose_pool:
 * @self: an outlet
 * @query: an ALLOCATION query that downstream has answered
 *
 * Encoded pictures have each their own size: no pool has such memory, and the
 * base class would start one that nobody has configured.
 *
 * Returns: %TRUE if the base class is to go on with the pool in @query
 */
gboolean
gst_oak_outlet_choose_pool (GstOakOutlet * self, GstQuery * query)
{
  GstVideoInfo info;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  if (caps == NULL || self->content.traits->caps != NULL
      || !gst_video_info_from_caps (&info, caps)) {
    while (gst_query_get_n_allocation_pools (query) > 0)
      gst_query_remove_nth_allocation_pool (query, 0);
    return FALSE;
  }

  gst_oak_caps_choose_pool (query, caps, &info);
  return TRUE;
}

static GstOakLayout *
find_layout (GstOakOutlet * self)
{
  GstBufferPool *pool;
  GstCaps *caps;
  GstVideoInfo wire, info;
  GstOakLayout *layout;

  if (self->content.traits->caps != NULL)
    return NULL;

  pool = gst_base_src_get_buffer_pool (self->base);
  caps = gst_pad_get_current_caps (GST_BASE_SRC_PAD (self->base));
  gst_oak_payload_lay_out (self->content.traits, self->content.geometry, &wire);
  gst_video_info_from_caps (&info, caps);
  layout = gst_oak_layout_new (&wire, &info, pool);

  gst_caps_unref (caps);
  if (pool != NULL)
    gst_object_unref (pool);
  return layout;
}

static void
renew_layout (GstOakOutlet * self)
{
  gst_oak_layout_unref (self->layout);
  self->layout = find_layout (self);
  self->layout_is_old = FALSE;
}

/* Pictures */

/* A picture of an inter-coded stream is nothing without those before it. */
static gboolean
may_decode (GstOakOutlet * self)
{
  /* Of a payload that has just begun, there is none before it. */
  self->gap |= self->content.geometry.width == 0;
  if (!self->content.traits->inter_coded || self->content.keyframe)
    self->gap = FALSE;
  return !self->gap;
}

/**
 * gst_oak_outlet_prepare:
 * @self: an outlet
 * @frame: a frame with an image
 * @error: return location for a #GstOakContentError, if it is broken
 *
 * Makes caps and memory fit the picture of @frame. May wait for downstream,
 * never for the network.
 *
 * Returns: what is to become of it
 */
GstOakOutletVerdict
gst_oak_outlet_prepare (GstOakOutlet * self, const GstOakFrame * frame,
    GError ** error)
{
  GstPad *pad = GST_BASE_SRC_PAD (self->base);
  gboolean changed;

  if (!gst_oak_content_recognize (&self->content, frame, pad, &changed, error))
    return GST_OAK_OUTLET_BROKEN;
  if (changed)
    self->negotiated = FALSE;
  if (!may_decode (self))
    return GST_OAK_OUTLET_DELTA;

  if (!self->negotiated) {
    gboolean ok = renegotiate (self);

    if (GST_PAD_IS_FLUSHING (pad)) {
      gst_pad_mark_reconfigure (pad);
      return GST_OAK_OUTLET_FLUSHING;
    }
    if (!ok)
      return self->failed ? GST_OAK_OUTLET_FAILED : GST_OAK_OUTLET_REFUSED;
  }

  if (self->layout_is_old)
    renew_layout (self);
  self->begun = TRUE;
  return GST_OAK_OUTLET_OPEN;
}

/**
 * gst_oak_outlet_has_caps:
 * @self: an outlet
 *
 * A camera program may send nothing but detections. Gaps need caps before
 * them: those of the usual picture will do till there is one.
 *
 * Returns: %TRUE if a gap may go out
 */
gboolean
gst_oak_outlet_has_caps (GstOakOutlet * self)
{
  if (self->content.traits == NULL
      && gst_oak_content_assume_usual (&self->content) && !renegotiate (self))
    gst_oak_content_forget (&self->content);
  return self->negotiated;
}
