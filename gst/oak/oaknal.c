/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaknal.h"
#include "oakbits.h"

/**
 * oak_nal_find:
 * @cursor: where to begin
 * @end: behind the last byte
 *
 * Does not wait.
 *
 * Returns: (nullable): what follows the next start code at or behind @cursor;
 *     that may be @end
 */
const guint8 *
oak_nal_find (const guint8 * cursor, const guint8 * end)
{
  gsize size = end - cursor;
  gsize i = OAK_NAL_START_CODE_SIZE - 1;

  /* @i is where its 1 may be. What stands there and is no 0 cannot belong to
   * the next one either, so two bytes of three are never looked at. */
  while (i < size) {
    if (cursor[i] == 1 && cursor[i - 1] == 0 && cursor[i - 2] == 0)
      return cursor + i + 1;
    i += cursor[i] == 0 ? 1 : OAK_NAL_START_CODE_SIZE;
  }
  return NULL;
}

/**
 * oak_nal_header_size:
 * @codec: whose
 *
 * Does not wait.
 *
 * Returns: the bytes before a unit's content
 */
gsize
oak_nal_header_size (OakNalCodec codec)
{
  return codec == OAK_NAL_H265 ? 2 : 1;
}

static OakNalRole
h264_role (const guint8 * nal)
{
  guint type = nal[0] & 0x1f;

  if (nal[0] & 0x80)
    return OAK_NAL_BROKEN;
  /* 2 is the first of a slice's three partitions. */
  if (type == 1 || type == 2)
    return OAK_NAL_SLICE;
  if (type == 5)
    return OAK_NAL_KEY_SLICE;
  if (type == 8)
    return OAK_NAL_PPS;
  return type == 7 ? OAK_NAL_SPS : OAK_NAL_OTHER;
}

static OakNalRole
h265_role (const guint8 * nal)
{
  guint type = nal[0] >> 1;
  guint layer = (nal[0] & 1) << 5 | nal[1] >> 3;

  if (nal[0] & 0x80 || (nal[1] & 7) == 0)
    return OAK_NAL_BROKEN;
  /* The base layer is a picture by itself; others refine it. */
  if (layer > 0)
    return OAK_NAL_OTHER;
  if (type < 32)
    return type >= 16 && type <= 23 ? OAK_NAL_KEY_SLICE : OAK_NAL_SLICE;
  if (type == 34)
    return OAK_NAL_PPS;
  return type == 33 ? OAK_NAL_SPS : OAK_NAL_OTHER;
}

/**
 * oak_nal_role:
 * @codec: what it is a unit of
 * @nal: its header, whole
 *
 * Does not wait.
 *
 * Returns: what it is for
 */
OakNalRole
oak_nal_role (OakNalCodec codec, const guint8 * nal)
{
  return codec == OAK_NAL_H265 ? h265_role (nal) : h264_role (nal);
}

/* The first of its picture; all slices of an IDR picture are I or SI. */
static gboolean
is_h264_slice (const guint8 * nal, const guint8 * end, gboolean is_idr)
{
  OakBits bits;
  guint type;

  oak_bits_init (&bits, nal + 1, end, OAK_PICTURE_ERROR_CUT, NULL);
  oak_bits_take_number (&bits, "a first_mb_in_slice", 0);
  type = oak_bits_take_number (&bits, "a slice_type", 9) % 5;
  oak_bits_take_number (&bits, "a pic_parameter_set_id", 255);

  return !bits.failed && (!is_idr || type == 2 || type == 4);
}

/* Stricter than decoders are: what encoders put first in an access unit. */
static gboolean
h264_may_lead (const guint8 * nal, const guint8 * end)
{
  gboolean is_reference = (nal[0] & 0x60) != 0;

  switch (nal[0] & 0x1f) {
    case 1:
      return is_h264_slice (nal, end, FALSE);
    case 5:
      return is_reference && is_h264_slice (nal, end, TRUE);
    case 6:
      return !is_reference;
    case 7:
    case 8:
      return is_reference;
    case 9:
      return !is_reference && (nal[1] & 0x1f) == 0x10;
    default:
      return FALSE;
  }
}

static gboolean
is_h265_slice (const guint8 * nal, const guint8 * end, gboolean is_irap)
{
  OakBits bits;

  oak_bits_init (&bits, nal + 2, end, OAK_PICTURE_ERROR_CUT, NULL);
  if (!oak_bits_take_bit (&bits))       /* first_slice_segment_in_pic_flag */
    return FALSE;
  if (is_irap)
    oak_bits_take_bit (&bits);  /* no_output_of_prior_pics_flag */
  oak_bits_take_number (&bits, "a slice_pic_parameter_set_id", 63);

  return !bits.failed;
}

static gboolean
h265_may_lead (const guint8 * nal, const guint8 * end)
{
  guint type = nal[0] >> 1;
  gboolean is_base = nal[1] == 1;

  if (nal[0] & 1 || nal[1] > 7)
    return FALSE;
  if (type == 32 || type == 33)
    return is_base;
  if (type == 35)
    return (nal[2] & 0x1f) == 0x10;
  if (type == 34 || type == 39)
    return TRUE;

  /* IRAP pictures are of the lowest temporal layer, TSA and STSA never. */
  if (type >= 16 && type <= 21)
    return is_base && is_h265_slice (nal, end, TRUE);
  if (type >= 2 && type <= 5 && is_base)
    return FALSE;
  return type <= 9 && is_h265_slice (nal, end, FALSE);
}

/**
 * oak_nal_may_lead:
 * @codec: what it is a unit of
 * @nal: its header, whole, and at least a byte more
 * @end: behind the last byte of the access unit
 *
 * Stricter than decoders are. Does not wait.
 *
 * Returns: %TRUE for what encoders put into an access unit up to its first
 *     slice, and for the first slice of a picture
 */
gboolean
oak_nal_may_lead (OakNalCodec codec, const guint8 * nal, const guint8 * end)
{
  return codec == OAK_NAL_H265 ? h265_may_lead (nal, end)
      : h264_may_lead (nal, end);
}

/**
 * oak_nal_parse_pps:
 * @codec: what it is a unit of
 * @nal: the header of an #OAK_NAL_PPS
 * @end: behind the last byte of the unit
 * @pps_id: (out): how slices call it; untouched on failure
 * @sps_id: (out): what it refers to, any number; untouched on failure
 *
 * Does not wait.
 *
 * Returns: %TRUE if both are there and the first is within limits
 */
gboolean
oak_nal_parse_pps (OakNalCodec codec, const guint8 * nal, const guint8 * end,
    guint * pps_id, guint * sps_id)
{
  OakBits bits;
  guint pps, sps;

  oak_bits_init (&bits, nal + oak_nal_header_size (codec), end,
      OAK_PICTURE_ERROR_CUT, NULL);
  pps = oak_bits_take_number (&bits, "a pps_id", OAK_NAL_PPS_ID_MAX);
  sps = oak_bits_take_number (&bits, "a sps_id", G_MAXUINT32);
  if (bits.failed)
    return FALSE;

  *pps_id = pps;
  *sps_id = sps;
  return TRUE;
}

/**
 * oak_nal_parse_slice:
 * @codec: what it is a unit of
 * @nal: the header of a slice
 * @end: behind the last byte of the unit, or of its beginning
 * @pps_id: (out): which parameters it has; untouched on failure
 *
 * Does not wait.
 *
 * Returns: %TRUE if that is there and within limits
 */
gboolean
oak_nal_parse_slice (OakNalCodec codec, const guint8 * nal,
    const guint8 * end, guint * pps_id)
{
  OakBits bits;
  guint pps;

  oak_bits_init (&bits, nal + oak_nal_header_size (codec), end,
      OAK_PICTURE_ERROR_CUT, NULL);
  if (codec == OAK_NAL_H265) {
    oak_bits_take_bit (&bits);  /* first_slice_segment_in_pic_flag */
    if (oak_nal_role (codec, nal) == OAK_NAL_KEY_SLICE)
      oak_bits_take_bit (&bits);        /* no_output_of_prior_pics_flag */
  } else {
    oak_bits_take_number (&bits, "a first_mb_in_slice", G_MAXUINT32);
    oak_bits_take_number (&bits, "a slice_type", G_MAXUINT32);
  }
  pps = oak_bits_take_number (&bits, "a pps_id", OAK_NAL_PPS_ID_MAX);
  if (bits.failed)
    return FALSE;

  *pps_id = pps;
  return TRUE;
}
