/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakcaps.h"

#include "gstoakpool.h"

/* For downstream that wants a frame rate where nobody has said one. */
#define FALLBACK_FPS 30

#define PAGE_ALIGN 4095

static GstStructure *
offer_raw (const gchar * format, gboolean is_rgb)
{
  GstStructure *structure = gst_structure_new ("video/x-raw",
      "format", G_TYPE_STRING, format,
      "interlace-mode", G_TYPE_STRING, "progressive",
      "multiview-mode", G_TYPE_STRING, "mono",
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);

  if (is_rgb)
    gst_structure_set (structure, "colorimetry", G_TYPE_STRING,
        GST_VIDEO_COLORIMETRY_SRGB, NULL);
  return structure;
}

/* What the camera can give, in our order of preference. */
static GstCaps *
offer_caps (const GstOakPayloadTraits * traits, OakGeometry geometry)
{
  GstCaps *caps = traits->caps != NULL ? gst_caps_from_string (traits->caps) :
      gst_caps_new_empty ();
  guint i;

  for (i = 0; traits->caps == NULL && traits->outputs[i] != NULL; i++)
    gst_caps_append_structure (caps, offer_raw (traits->outputs[i],
            traits->depth == OAK_DEPTH_24));

  gst_caps_set_simple (caps,
      "width", G_TYPE_INT, geometry.width,
      "height", G_TYPE_INT, geometry.height,
      "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);
  return caps;
}

/* The peer's first structure that we can serve; inside it, our order. */
static GstCaps *
find_first_match (GstCaps * ours, GstCaps * peer)
{
  GstCaps *match = gst_caps_new_empty ();
  guint i;

  if (gst_caps_is_any (peer))
    gst_caps_replace (&match, ours);

  for (i = 0; i < gst_caps_get_size (peer) && gst_caps_is_empty (match); i++) {
    GstCaps *one = gst_caps_copy_nth (peer, i);

    gst_caps_unref (match);
    match = gst_caps_intersect_full (ours, one, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref (one);
  }
  return match;
}

static gboolean
may_be_variable (const GstStructure * structure)
{
  GValue variable = G_VALUE_INIT;
  gboolean may;

  g_value_init (&variable, GST_TYPE_FRACTION);
  gst_value_set_fraction (&variable, 0, 1);
  may = gst_value_is_subset (&variable,
      gst_structure_get_value (structure, "framerate"));
  g_value_unset (&variable);
  return may;
}

/**
 * gst_oak_caps_choose:
 * @pad: the source pad
 * @traits: of what the camera sends
 * @geometry: of the pictures
 * @fps_n: frame rate to announce where downstream lets us; 0 = variable
 * @fps_d: its denominator
 *
 * Where we can give several formats, it is the one that downstream's first
 * structure has that knows one of them; our first where it has more.
 *
 * Returns: (transfer full) (nullable): fixed caps; %NULL if downstream takes
 *     none of ours
 */
GstCaps *
gst_oak_caps_choose (GstPad * pad, const GstOakPayloadTraits * traits,
    OakGeometry geometry, gint fps_n, gint fps_d)
{
  GstCaps *ours = offer_caps (traits, geometry);
  GstCaps *peer = gst_pad_peer_query_caps (pad, NULL);
  GstCaps *match = find_first_match (ours, peer);
  GstStructure *structure;

  gst_caps_unref (peer);
  gst_caps_unref (ours);
  if (gst_caps_is_empty (match)) {
    gst_caps_unref (match);
    return NULL;
  }

  match = gst_caps_make_writable (gst_caps_truncate (match));
  structure = gst_caps_get_structure (match, 0);
  if (fps_n == 0 && !may_be_variable (structure))
    fps_n = FALLBACK_FPS;
  gst_structure_fixate_field_nearest_fraction (structure, "framerate", fps_n,
      fps_d);
  return gst_caps_fixate (match);
}

/* The geometry that the peer's structure at @index fixes, if we can serve. */
static gboolean
take_geometry (GstCaps * peer, guint index, const GstOakPayloadTraits * traits,
    OakGeometry * geometry)
{
  GstStructure *structure = gst_caps_get_structure (peer, index);
  GstCaps *ours, *one;
  gint width, height;
  gboolean may;

  if (!gst_structure_get_int (structure, "width", &width)
      || !gst_structure_get_int (structure, "height", &height)
      || width < 1 || height < 1)
    return FALSE;

  geometry->width = width;
  geometry->height = height;
  ours = offer_caps (traits, *geometry);
  one = gst_caps_copy_nth (peer, index);
  may = gst_caps_can_intersect (ours, one);
  gst_caps_unref (one);
  gst_caps_unref (ours);
  return may;
}

/**
 * gst_oak_caps_find_geometry:
 * @pad: the source pad
 * @traits: of a raw payload
 * @size: bytes of a picture on the wire
 * @geometry: (out): what downstream's caps fix; untouched on failure
 *
 * Returns: %TRUE if they fix a width and a height that make @size bytes
 */
gboolean
gst_oak_caps_find_geometry (GstPad * pad, const GstOakPayloadTraits * traits,
    gsize size, OakGeometry * geometry)
{
  GstCaps *peer = gst_pad_peer_query_caps (pad, NULL);
  gboolean found = FALSE;
  guint i;

  for (i = 0; i < gst_caps_get_size (peer) && !found; i++) {
    OakGeometry fixed;

    found = take_geometry (peer, i, traits, &fixed)
        && oak_geometry_size (fixed, traits->depth) == size;
    if (found)
      *geometry = fixed;
  }

  gst_caps_unref (peer);
  return found;
}

/* Copying from a socket is slow where both ends are all but equally far into
 * their pages, with the target a little ahead: three times on x86. Headers come
 * first in theirs, so pictures are well placed at the beginning of one. */
static void
prefer_pages (GstQuery * query)
{
  GstAllocator *allocator = NULL;
  GstAllocationParams params;

  if (gst_query_get_n_allocation_params (query) == 0) {
    gst_allocation_params_init (&params);
    params.align = PAGE_ALIGN;
    gst_query_add_allocation_param (query, NULL, &params);
    return;
  }
  gst_query_parse_nth_allocation_param (query, 0, &allocator, &params);
  params.align |= PAGE_ALIGN;
  gst_query_set_nth_allocation_param (query, 0, allocator, &params);
  if (allocator != NULL)
    gst_object_unref (allocator);
}

/**
 * gst_oak_caps_choose_pool:
 * @query: an ALLOCATION query that downstream has answered
 * @caps: of the pictures
 * @info: the same
 *
 * Puts the pool to use first into @query: downstream's if it has one, one for
 * video else.
 */
void
gst_oak_caps_choose_pool (GstQuery * query, GstCaps * caps,
    const GstVideoInfo * info)
{
  GstBufferPool *pool = NULL;
  GstStructure *config;
  guint size = 0, min = 0, max = 0;
  gboolean update = gst_query_get_n_allocation_pools (query) > 0;

  if (update)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  if (pool == NULL) {
    pool = gst_oak_pool_new ();
    max = 0;
  }

  prefer_pages (query);
  size = MAX (size, GST_VIDEO_INFO_SIZE (info));
  if (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL)) {
    config = gst_buffer_pool_get_config (pool);
    gst_buffer_pool_config_set_params (config, caps, size, min, max);
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
    gst_buffer_pool_set_config (pool, config);
  }

  if (update)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_query_add_allocation_pool (query, pool, size, min, max);
  gst_object_unref (pool);
}
