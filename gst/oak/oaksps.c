/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaksps.h"
#include "oakbits.h"

typedef struct
{
  guint left, right, top, bottom;
} Crop;

/* In units of chroma samples. */
static Crop
take_crop (OakBits * bits)
{
  Crop crop = { 0, };

  if (oak_bits_take_bit (bits)) {
    crop.left =
        oak_bits_take_number (bits, "a left crop", OAK_VERDICT_SIDE_MAX);
    crop.right =
        oak_bits_take_number (bits, "a right crop", OAK_VERDICT_SIDE_MAX);
    crop.top = oak_bits_take_number (bits, "a top crop", OAK_VERDICT_SIDE_MAX);
    crop.bottom =
        oak_bits_take_number (bits, "a bottom crop", OAK_VERDICT_SIDE_MAX);
  }
  return crop;
}

/* How many pixels a chroma sample spans, by chroma_format_idc. */
static const guint chroma_width[] = { 1, 2, 2, 1 };
static const guint chroma_height[] = { 1, 2, 1, 1 };

static gboolean
set_cropped_size (OakBits * bits, OakSps * sps, gint64 width,
    gint64 height, const Crop * crop, gint64 unit_x, gint64 unit_y)
{
  width -= unit_x * (crop->left + crop->right);
  height -= unit_y * (crop->top + crop->bottom);
  if (bits->failed || !oak_verdict_expect_size (width, height, bits->error))
    return FALSE;

  sps->width = width;
  sps->height = height;
  return TRUE;
}

static void
skip_scaling_list (OakBits * bits, guint size)
{
  guint32 scale = 8;
  guint i;

  for (i = 0; i < size && scale != 0; i++) {
    guint32 code = oak_bits_take_number (bits, "a delta_scale", 256);

    /* Odd ones are positive. Once the next scale is 0, no more deltas come. */
    scale = (scale + (code & 1 ? code / 2 + 1 : 256 - code / 2)) % 256;
  }
}

/* Returns chroma_format_idc, 0 for planes that are coded each alone. */
static guint
take_h264_chroma (OakBits * bits)
{
  guint chroma = oak_bits_take_number (bits, "a chroma_format_idc", 3);
  gboolean separate = chroma == 3 && oak_bits_take_bit (bits);
  guint n_lists = chroma == 3 ? 12 : 8;
  guint i;

  oak_bits_take_number (bits, "a bit_depth_luma_minus8", 6);
  oak_bits_take_number (bits, "a bit_depth_chroma_minus8", 6);
  oak_bits_take_bit (bits);     /* qpprime_y_zero_transform_bypass_flag */

  if (oak_bits_take_bit (bits)) {
    for (i = 0; i < n_lists; i++) {
      if (oak_bits_take_bit (bits))
        skip_scaling_list (bits, i < 6 ? 16 : 64);
    }
  }
  return separate ? 0 : chroma;
}

static void
skip_h264_picture_order (OakBits * bits)
{
  guint type = oak_bits_take_number (bits, "a pic_order_cnt_type", 2);
  guint n, i;

  if (type == 0) {
    oak_bits_take_number (bits, "a log2_max_pic_order_cnt_lsb_minus4", 12);
  } else if (type == 1) {
    oak_bits_take_bit (bits);   /* delta_pic_order_always_zero_flag */
    oak_bits_take_number (bits, "an offset_for_non_ref_pic", G_MAXUINT32);
    oak_bits_take_number (bits, "an offset_for_top_to_bottom_field",
        G_MAXUINT32);
    n = oak_bits_take_number (bits, "a number of reference offsets", 255);
    for (i = 0; i < n; i++)
      oak_bits_take_number (bits, "an offset_for_ref_frame", G_MAXUINT32);
  }
}

static gboolean
take_h264 (OakBits * bits, OakSps * sps)
{
  /* Those whose SPS tells the chroma format. All others have 4:2:0. */
  static const guint8 high[] = { 44, 83, 86, 100, 110, 118, 122, 128, 134, 135,
    138, 139, 244
  };
  guint profile = oak_bits_take (bits, 8);
  guint chroma = 1;
  guint width, height, fields, i;
  Crop crop;

  oak_bits_take (bits, 16);     /* constraints, level */
  sps->id = oak_bits_take_number (bits, "a seq_parameter_set_id", 31);
  for (i = 0; i < G_N_ELEMENTS (high); i++) {
    if (profile == high[i])
      chroma = take_h264_chroma (bits);
  }

  oak_bits_take_number (bits, "a log2_max_frame_num_minus4", 12);
  skip_h264_picture_order (bits);
  oak_bits_take_number (bits, "a max_num_ref_frames", 16);
  oak_bits_take_bit (bits);     /* gaps_in_frame_num_value_allowed_flag */
  width =
      oak_bits_take_number (bits, "a pic_width_in_mbs_minus1",
      OAK_VERDICT_SIDE_MAX) + 1;
  height =
      oak_bits_take_number (bits, "a pic_height_minus1",
      OAK_VERDICT_SIDE_MAX) + 1;
  fields = oak_bits_take_bit (bits) ? 1 : 2;
  if (fields == 2)
    oak_bits_take_bit (bits);   /* mb_adaptive_frame_field_flag */
  oak_bits_take_bit (bits);     /* direct_8x8_inference_flag */

  crop = take_crop (bits);
  return set_cropped_size (bits, sps, 16 * (gint64) width,
      16 * (gint64) height * fields, &crop, chroma_width[chroma],
      chroma_height[chroma] * fields);
}

static void
skip_h265_profile (OakBits * bits, guint n_sub_layers)
{
  gboolean profile[8], level[8];
  guint i;

  oak_bits_take (bits, 88);
  oak_bits_take (bits, 8);
  for (i = 0; i < n_sub_layers; i++) {
    profile[i] = oak_bits_take_bit (bits);
    level[i] = oak_bits_take_bit (bits);
  }
  if (n_sub_layers > 0)
    oak_bits_take (bits, 2 * (8 - n_sub_layers));
  for (i = 0; i < n_sub_layers; i++)
    oak_bits_take (bits, (profile[i] ? 88 : 0) + (level[i] ? 8 : 0));
}

static gboolean
take_h265 (OakBits * bits, OakSps * sps)
{
  guint n_sub_layers, chroma, width, height;
  Crop crop;

  oak_bits_take (bits, 4);      /* sps_video_parameter_set_id */
  n_sub_layers = oak_bits_take (bits, 3);
  oak_bits_take_bit (bits);     /* sps_temporal_id_nesting_flag */
  skip_h265_profile (bits, n_sub_layers);

  sps->id = oak_bits_take_number (bits, "a sps_seq_parameter_set_id", 15);
  chroma = oak_bits_take_number (bits, "a chroma_format_idc", 3);
  if (chroma == 3)
    oak_bits_take_bit (bits);   /* separate_colour_plane_flag */
  width = oak_bits_take_number (bits, "a width", G_MAXUINT16);
  height = oak_bits_take_number (bits, "a height", G_MAXUINT16);

  crop = take_crop (bits);
  return set_cropped_size (bits, sps, width, height, &crop,
      chroma_width[chroma], chroma_height[chroma]);
}

typedef gboolean (*Parse) (OakBits * bits, OakSps * sps);

static gboolean
parse (Parse take, const guint8 * data, gsize size, gboolean cut, OakSps * sps,
    GError ** error)
{
  OakSps parsed = { 0, };
  OakBits bits;

  oak_bits_init (&bits, data, data + size, cut ? OAK_PICTURE_ERROR_CUT :
      OAK_PICTURE_ERROR_FIELD, error);
  if (!take (&bits, &parsed))
    return FALSE;

  *sps = parsed;
  return TRUE;
}

/**
 * oak_sps_parse_h264:
 * @data: what follows the NAL unit's header
 * @size: how many bytes, 0 and more
 * @cut: whether more of it may have come after these
 * @sps: (out): what it says; untouched on failure
 * @error: return location for an #OakPictureError that tells expected and got
 *
 * Does not wait.
 *
 * Returns: %TRUE if it makes sense as far as the crop
 */
gboolean
oak_sps_parse_h264 (const guint8 * data, gsize size, gboolean cut,
    OakSps * sps, GError ** error)
{
  return parse (take_h264, data, size, cut, sps, error);
}

/**
 * oak_sps_parse_h265:
 * @data: what follows the NAL unit's header
 * @size: how many bytes, 0 and more
 * @cut: whether more of it may have come after these
 * @sps: (out): what it says; untouched on failure
 * @error: return location for an #OakPictureError that tells expected and got
 *
 * The default display window counts for nothing, as in decoders. Does not wait.
 *
 * Returns: %TRUE if it makes sense as far as the crop
 */
gboolean
oak_sps_parse_h265 (const guint8 * data, gsize size, gboolean cut,
    OakSps * sps, GError ** error)
{
  return parse (take_h265, data, size, cut, sps, error);
}
