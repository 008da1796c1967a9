/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakraster.h"

/* The first component that lies in @plane. */
static guint
find_component (const GstVideoFormatInfo * finfo, guint plane)
{
  guint c;

  for (c = 0; GST_VIDEO_FORMAT_INFO_PLANE (finfo, c) != plane; c++);
  return c;
}

/**
 * gst_oak_raster_open:
 * @frame: mapped, of one of %GST_OAK_RASTER_FORMATS
 * @canvas: (out): the same for who draws; valid as long as @frame
 */
void
gst_oak_raster_open (const GstVideoFrame * frame, OakCanvas * canvas)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  guint i;

  canvas->n_planes = GST_VIDEO_FRAME_N_PLANES (frame);
  canvas->area = oak_area_of_box (0, 0, GST_VIDEO_FRAME_WIDTH (frame),
      GST_VIDEO_FRAME_HEIGHT (frame));
  for (i = 0; i < canvas->n_planes; i++) {
    guint c = find_component (finfo, i);
    OakPlane *plane = &canvas->planes[i];

    plane->data = GST_VIDEO_FRAME_PLANE_DATA (frame, i);
    plane->stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, i);
    plane->pixel_size = GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, c);
    plane->shift_x = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, c);
    plane->shift_y = GST_VIDEO_FORMAT_INFO_H_SUB (finfo, c);
  }
}

/* R, G, B from 0 to 1 become Y, Cb, Cr: Y from 0 to 1, the others from -0.5 to
 * 0.5. */
static void
find_luma (const GstVideoInfo * info, gdouble * values)
{
  gdouble kr = 0.299, kb = 0.114, luma;

  gst_video_color_matrix_get_Kr_Kb (info->colorimetry.matrix, &kr, &kb);
  luma = kr * values[0] + (1.0 - kr - kb) * values[1] + kb * values[2];
  values[1] = (values[2] - luma) / (1.0 - kb) / 2.0;
  values[2] = (values[0] - luma) / (1.0 - kr) / 2.0;
  values[0] = luma;
}

/**
 * gst_oak_raster_mix:
 * @info: of a picture, of one of %GST_OAK_RASTER_FORMATS
 * @color: 0xAARRGGBB
 * @ink: (out): that colour in such a picture, by its colorimetry
 */
void
gst_oak_raster_mix (const GstVideoInfo * info, guint32 color, OakInk * ink)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
  gdouble values[GST_VIDEO_MAX_COMPONENTS] = {
    (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
    (color & 0xff) / 255.0, 1.0
  };
  guint c;

  ink->opacity = (color >> 24) + (color >> 31);
  /* Bytes that are no component, as x in xRGB, too. */
  memset (ink->pixels, 0xff, sizeof (ink->pixels));

  if (!GST_VIDEO_FORMAT_INFO_IS_RGB (finfo))
    find_luma (info, values);
  gst_video_color_range_offsets (info->colorimetry.range, finfo, offset, scale);
  for (c = 0; c < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (finfo); c++)
    ink->pixels[GST_VIDEO_FORMAT_INFO_PLANE (finfo, c)]
        [GST_VIDEO_FORMAT_INFO_POFFSET (finfo, c)] =
        CLAMP (offset[c] + values[c] * scale[c] + 0.5, 0, 255);
}
