/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakframe.h"

/**
 * gst_oak_layout_new:
 * @wire: (transfer none): how the picture comes
 * @info: (transfer none): how it goes on, of the same size
 * @pool: (nullable) (transfer none): where buffers of @info come from
 *
 * Returns: (transfer full): a layout
 */
GstOakLayout *
gst_oak_layout_new (const GstVideoInfo * wire, const GstVideoInfo * info,
    GstBufferPool * pool)
{
  GstOakLayout *self = g_new0 (GstOakLayout, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->info = *info;
  self->wire = *wire;
  if (pool != NULL)
    self->pool = gst_object_ref (pool);
  return self;
}

/**
 * gst_oak_layout_ref:
 * @self: a layout
 *
 * Returns: (transfer full): @self
 */
GstOakLayout *
gst_oak_layout_ref (GstOakLayout * self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * gst_oak_layout_unref:
 * @self: (nullable) (transfer full): a layout
 */
void
gst_oak_layout_unref (GstOakLayout * self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->pool != NULL)
    gst_object_unref (self->pool);
  g_free (self);
}

/**
 * gst_oak_frame_new:
 *
 * Returns: (transfer full): a frame with nothing in it
 */
GstOakFrame *
gst_oak_frame_new (void)
{
  GstOakFrame *frame = g_new0 (GstOakFrame, 1);

  frame->arrival = GST_CLOCK_TIME_NONE;
  frame->detections = g_array_new (FALSE, FALSE, sizeof (OakDetection));
  return frame;
}

/**
 * gst_oak_frame_free:
 * @frame: (nullable) (transfer full): a frame
 */
void
gst_oak_frame_free (GstOakFrame * frame)
{
  if (frame == NULL)
    return;
  g_array_unref (frame->detections);
  gst_clear_buffer (&frame->image);
  gst_oak_layout_unref (frame->layout);
  g_free (frame);
}

static gboolean
pack_picture (GstVideoFrame * source, GstVideoFrame * target)
{
  GstVideoConverter *converter =
      gst_video_converter_new (&source->info, &target->info, NULL);

  if (converter == NULL)
    return FALSE;
  gst_video_converter_frame (converter, source, target);
  gst_video_converter_free (converter);
  return TRUE;
}

static gboolean
copy_picture (const GstVideoInfo * from, GstBuffer * in,
    const GstVideoInfo * to, GstBuffer * out)
{
  GstVideoFrame source, target;
  gboolean ok;

  if (!gst_video_frame_map (&source, from, in, GST_MAP_READ))
    return FALSE;
  if (!gst_video_frame_map (&target, to, out, GST_MAP_WRITE)) {
    gst_video_frame_unmap (&source);
    return FALSE;
  }

  if (GST_VIDEO_INFO_FORMAT (from) == GST_VIDEO_INFO_FORMAT (to))
    ok = gst_video_frame_copy (&target, &source);
  else
    ok = pack_picture (&source, &target);

  gst_video_frame_unmap (&target);
  gst_video_frame_unmap (&source);
  return ok;
}

/* An empty pool is not waited for: what it is out of may stand in our own
 * queue, behind this frame. Nor is one that downstream has put away the end:
 * memory of our own always does. */
static GstBuffer *
find_memory (GstOakLayout * layout)
{
  GstBufferPoolAcquireParams params = { 0, };
  GstBuffer *buffer = NULL;

  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  if (gst_buffer_pool_acquire_buffer (layout->pool, &buffer,
          &params) == GST_FLOW_OK)
    return buffer;

  return gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&layout->info),
      NULL);
}

/**
 * gst_oak_frame_move:
 * @frame: a frame with an image
 * @layout: how the image must lie; its pool gives the memory, if it has any
 *
 * For a picture that was received before @layout was known, or that found the
 * pool empty. Does not wait.
 *
 * Returns: %FALSE if the memory cannot be written
 */
gboolean
gst_oak_frame_move (GstOakFrame * frame, GstOakLayout * layout)
{
  GstVideoInfo from;
  GstBuffer *out;

  if (frame->layout == layout)
    return TRUE;

  from = frame->layout != NULL ? frame->layout->info : layout->wire;
  /* These are not of the picture; a converter insists that they agree. */
  from.fps_n = layout->info.fps_n;
  from.fps_d = layout->info.fps_d;
  from.colorimetry = layout->info.colorimetry;
  from.chroma_site = layout->info.chroma_site;

  out = find_memory (layout);
  if (!copy_picture (&from, frame->image, &layout->info, out)) {
    gst_buffer_unref (out);
    return FALSE;
  }

  gst_buffer_unref (frame->image);
  frame->image = out;
  return TRUE;
}
