/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpicture.h"

#include <string.h>

#define SIDE_MAX 32767          /* pixels */

/* Zero bytes after a JPEG. Cameras send none, programs that align them do. */
#define JPEG_PADDING_MAX 64

#define START_CODE_SIZE 3
#define GOLOMB_ZEROS_MAX 31     /* with more the value has not 32 bits */

GQuark
oak_picture_error_quark (void)
{
  return g_quark_from_static_string ("oak-picture-error-quark");
}

static gboolean
fail (GError ** error, OakPictureError code, const gchar * expected, guint got)
{
  g_set_error (error, OAK_PICTURE_ERROR, code, "expected %s, got 0x%02x",
      expected, got);
  return FALSE;
}

static gboolean
fail_cut (GError ** error, const gchar * expected, gsize size)
{
  g_set_error (error, OAK_PICTURE_ERROR, OAK_PICTURE_ERROR_CUT,
      "expected %s, got the end after %" G_GSIZE_FORMAT " bytes", expected,
      size);
  return FALSE;
}

static gboolean
set_size (OakPicture * picture, gint64 width, gint64 height, GError ** error)
{
  if (width < 1 || width > SIDE_MAX || height < 1 || height > SIDE_MAX) {
    g_set_error (error, OAK_PICTURE_ERROR, OAK_PICTURE_ERROR_FIELD,
        "expected 1 to %d pixels a side, got %" G_GINT64_FORMAT "x%"
        G_GINT64_FORMAT, SIDE_MAX, width, height);
    return FALSE;
  }

  picture->width = width;
  picture->height = height;
  return TRUE;
}

typedef struct
{
  guint8 marker;
  const guint8 *content;        /* behind the length */
  gsize size;
} Segment;

/* @cursor goes behind it. */
static gboolean
take_segment (const guint8 ** cursor, const guint8 * end, Segment * segment,
    GError ** error)
{
  const guint8 *next = *cursor;
  gsize length;

  if (next < end && *next != 0xff)
    return fail (error, OAK_PICTURE_ERROR_FIELD, "a JPEG marker", *next);
  /* Any number of 0xff may fill up before the marker. */
  while (next < end && *next == 0xff)
    next++;
  /* Below SOF0 and from RST0 to EOI they have no length. */
  if (next < end && (*next < 0xc0 || (*next >= 0xd0 && *next <= 0xd9)))
    return fail (error, OAK_PICTURE_ERROR_FIELD, "a JPEG segment", *next);
  if (end - next < 3)
    return fail_cut (error, "a JPEG segment", end - *cursor);

  length = next[1] << 8 | next[2];
  if (length < 2)
    return fail (error, OAK_PICTURE_ERROR_FIELD, "a segment's length", length);
  if (length > (gsize) (end - next - 1))
    return fail_cut (error, "a JPEG segment", end - *cursor);

  segment->marker = next[0];
  segment->content = next + 3;
  segment->size = length - 2;
  *cursor = segment->content + segment->size;
  return TRUE;
}

static gboolean
is_frame_header (guint8 marker)
{
  /* DHT, JPG and DAC stand in the same row. */
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8
      && marker != 0xcc;
}

static gboolean
parse_frame_header (const Segment * segment, OakPicture * picture,
    GError ** error)
{
  const guint8 *content = segment->content;

  /* Precision, height, width, and three bytes for each component. */
  if (segment->size < 6 || content[5] == 0
      || segment->size != 6 + 3 * (gsize) content[5])
    return fail (error, OAK_PICTURE_ERROR_FIELD,
        "a JPEG frame header's length", segment->size);

  /* A height of 0 would be told by a DNL after the scan: nobody does. */
  return set_size (picture, content[3] << 8 | content[4],
      content[1] << 8 | content[2], error);
}

/* Up to and with the first scan's header; @scan is what follows it. */
static gboolean
parse_jpeg_head (const guint8 * data, gsize size, OakPicture * picture,
    const guint8 ** scan, GError ** error)
{
  const guint8 *cursor;
  Segment segment;

  if (size < 3)
    return fail_cut (error, "a JPEG", size);
  if (data[0] != 0xff || data[1] != 0xd8 || data[2] != 0xff)
    return fail (error, OAK_PICTURE_ERROR_KIND, "0xffd8ff to start a JPEG",
        data[0] << 16 | data[1] << 8 | data[2]);

  cursor = data + 2;
  do {
    if (!take_segment (&cursor, data + size, &segment, error))
      return FALSE;
    if (is_frame_header (segment.marker)
        && !parse_frame_header (&segment, picture, error))
      return FALSE;
  } while (segment.marker != 0xda);

  if (picture->width == 0)
    return fail (error, OAK_PICTURE_ERROR_FIELD,
        "a JPEG frame header before the scan", segment.marker);
  *scan = cursor;
  return TRUE;
}

static gboolean
parse_jpeg (const guint8 * data, gsize size, OakPicture * picture,
    GError ** error)
{
  const guint8 *end, *scan;
  guint padding = 0;

  if (!parse_jpeg_head (data, size, picture, &scan, error))
    return FALSE;

  end = data + size;
  for (; padding < JPEG_PADDING_MAX && end > scan && end[-1] == 0; padding++)
    end--;
  if (end - scan < 2 || end[-2] != 0xff || end[-1] != 0xd9)
    return fail_cut (error, "EOI to end a JPEG", size);

  picture->keyframe = TRUE;
  return TRUE;
}

/* The bits of a NAL unit, without the bytes that only prevent start codes.
 * After a failure all further bits are 0: it is asked for once, at the end. */
typedef struct
{
  const guint8 *next, *end;
  gboolean cut;                 /* nothing comes after @end */
  guint zeros;                  /* zero bytes in a row before @next */
  guint byte, n_bits;           /* the byte before @next; bits left of it */
  gboolean failed;
  GError **error;
} BitReader;

static void
init_reader (BitReader * reader, const guint8 * next, const guint8 * end)
{
  reader->next = next;
  reader->end = MAX (next, end);
  reader->cut = FALSE;
  reader->zeros = 0;
  reader->n_bits = 0;
  reader->failed = FALSE;
  reader->error = NULL;
}

static guint
take_bit (BitReader * reader)
{
  if (reader->failed)
    return 0;

  if (reader->n_bits == 0) {
    gboolean at_end = reader->next == reader->end;

    if (reader->zeros >= 2 && !at_end && *reader->next == 3) {
      reader->next++;
      reader->zeros = 0;
    }
    if (reader->next == reader->end) {
      g_set_error (reader->error, OAK_PICTURE_ERROR, reader->cut ?
          OAK_PICTURE_ERROR_CUT : OAK_PICTURE_ERROR_FIELD,
          "expected more fields in a parameter set, got its end");
      reader->failed = TRUE;
      return 0;
    }
    reader->byte = *reader->next++;
    reader->n_bits = 8;
    reader->zeros = reader->byte == 0 ? reader->zeros + 1 : 0;
  }

  reader->n_bits--;
  return reader->byte >> reader->n_bits & 1;
}

/* Of more than 32, as when they are skipped, the last 32 count. */
static guint32
take_bits (BitReader * reader, guint n)
{
  guint32 value = 0;

  for (; n > 0; n--)
    value = value << 1 | take_bit (reader);
  return value;
}

/* Exp-Golomb. Failed, it returns 0: what counts loops stays small. */
static guint32
take_number (BitReader * reader, const gchar * name, guint32 max)
{
  guint zeros = 0;
  guint32 value;

  while (zeros <= GOLOMB_ZEROS_MAX && !reader->failed && !take_bit (reader))
    zeros++;
  /* Never shifted by 32: 32 zeros are as wrong as any number beyond. */
  value = zeros > GOLOMB_ZEROS_MAX ? G_MAXUINT32 :
      (1u << zeros) - 1 + take_bits (reader, zeros);
  if (reader->failed)
    return 0;

  if (value > max || zeros > GOLOMB_ZEROS_MAX) {
    g_set_error (reader->error, OAK_PICTURE_ERROR, OAK_PICTURE_ERROR_FIELD,
        "expected %s of at most %u, got %u", name, max, value);
    reader->failed = TRUE;
    return 0;
  }
  return value;
}

typedef struct
{
  guint left, right, top, bottom;
} Crop;

/* In units of chroma samples. */
static Crop
take_crop (BitReader * reader)
{
  Crop crop = { 0, };

  if (take_bit (reader)) {
    crop.left = take_number (reader, "a left crop", SIDE_MAX);
    crop.right = take_number (reader, "a right crop", SIDE_MAX);
    crop.top = take_number (reader, "a top crop", SIDE_MAX);
    crop.bottom = take_number (reader, "a bottom crop", SIDE_MAX);
  }
  return crop;
}

/* How many pixels a chroma sample spans, by chroma_format_idc. */
static const guint chroma_width[] = { 1, 2, 2, 1 };
static const guint chroma_height[] = { 1, 2, 1, 1 };

static gboolean
set_cropped_size (BitReader * reader, OakPicture * picture, gint64 width,
    gint64 height, const Crop * crop, gint64 unit_x, gint64 unit_y)
{
  if (reader->failed)
    return FALSE;

  return set_size (picture, width - unit_x * (crop->left + crop->right),
      height - unit_y * (crop->top + crop->bottom), reader->error);
}

static void
skip_scaling_list (BitReader * reader, guint size)
{
  guint32 scale = 8;
  guint i;

  for (i = 0; i < size && scale != 0; i++) {
    guint32 code = take_number (reader, "a delta_scale", 256);

    /* Odd ones are positive. Once the next scale is 0, no more deltas come. */
    scale = (scale + (code & 1 ? code / 2 + 1 : 256 - code / 2)) % 256;
  }
}

/* Returns chroma_format_idc, 0 for planes that are coded each alone. */
static guint
take_h264_chroma (BitReader * reader)
{
  guint chroma = take_number (reader, "a chroma_format_idc", 3);
  gboolean separate = chroma == 3 && take_bit (reader);
  guint n_lists = chroma == 3 ? 12 : 8;
  guint i;

  take_number (reader, "a bit_depth_luma_minus8", 6);
  take_number (reader, "a bit_depth_chroma_minus8", 6);
  take_bit (reader);            /* qpprime_y_zero_transform_bypass_flag */

  if (take_bit (reader)) {
    for (i = 0; i < n_lists; i++) {
      if (take_bit (reader))
        skip_scaling_list (reader, i < 6 ? 16 : 64);
    }
  }
  return separate ? 0 : chroma;
}

static void
skip_h264_picture_order (BitReader * reader)
{
  guint type = take_number (reader, "a pic_order_cnt_type", 2);
  guint n, i;

  if (type == 0) {
    take_number (reader, "a log2_max_pic_order_cnt_lsb_minus4", 12);
  } else if (type == 1) {
    take_bit (reader);          /* delta_pic_order_always_zero_flag */
    take_number (reader, "an offset_for_non_ref_pic", G_MAXUINT32);
    take_number (reader, "an offset_for_top_to_bottom_field", G_MAXUINT32);
    n = take_number (reader, "a number of reference offsets", 255);
    for (i = 0; i < n; i++)
      take_number (reader, "an offset_for_ref_frame", G_MAXUINT32);
  }
}

static gboolean
parse_h264_sps (BitReader * reader, OakPicture * picture)
{
  /* Those whose SPS tells the chroma format. All others have 4:2:0. */
  static const guint8 high[] = { 44, 83, 86, 100, 110, 118, 122, 128, 134, 135,
    138, 139, 244
  };
  guint profile = take_bits (reader, 8);
  guint chroma = 1;
  guint width, height, fields, i;
  Crop crop;

  take_bits (reader, 16);       /* constraints, level */
  take_number (reader, "a seq_parameter_set_id", 31);
  for (i = 0; i < G_N_ELEMENTS (high); i++) {
    if (profile == high[i])
      chroma = take_h264_chroma (reader);
  }

  take_number (reader, "a log2_max_frame_num_minus4", 12);
  skip_h264_picture_order (reader);
  take_number (reader, "a max_num_ref_frames", 16);
  take_bit (reader);            /* gaps_in_frame_num_value_allowed_flag */
  width = take_number (reader, "a pic_width_in_mbs_minus1", SIDE_MAX) + 1;
  height = take_number (reader, "a pic_height_minus1", SIDE_MAX) + 1;
  fields = take_bit (reader) ? 1 : 2;
  if (fields == 2)
    take_bit (reader);          /* mb_adaptive_frame_field_flag */
  take_bit (reader);            /* direct_8x8_inference_flag */

  crop = take_crop (reader);
  return set_cropped_size (reader, picture, 16 * (gint64) width,
      16 * (gint64) height * fields, &crop, chroma_width[chroma],
      chroma_height[chroma] * fields);
}

static void
skip_h265_profile (BitReader * reader, guint n_sub_layers)
{
  gboolean profile[8], level[8];
  guint i;

  take_bits (reader, 88);
  take_bits (reader, 8);
  for (i = 0; i < n_sub_layers; i++) {
    profile[i] = take_bit (reader);
    level[i] = take_bit (reader);
  }
  if (n_sub_layers > 0)
    take_bits (reader, 2 * (8 - n_sub_layers));
  for (i = 0; i < n_sub_layers; i++)
    take_bits (reader, (profile[i] ? 88 : 0) + (level[i] ? 8 : 0));
}

static gboolean
parse_h265_sps (BitReader * reader, OakPicture * picture)
{
  guint n_sub_layers, chroma, width, height;
  Crop crop;

  take_bits (reader, 4);        /* sps_video_parameter_set_id */
  n_sub_layers = take_bits (reader, 3);
  take_bit (reader);            /* sps_temporal_id_nesting_flag */
  skip_h265_profile (reader, n_sub_layers);

  take_number (reader, "a sps_seq_parameter_set_id", 15);
  chroma = take_number (reader, "a chroma_format_idc", 3);
  if (chroma == 3)
    take_bit (reader);          /* separate_colour_plane_flag */
  width = take_number (reader, "a width", G_MAXUINT16);
  height = take_number (reader, "a height", G_MAXUINT16);

  crop = take_crop (reader);
  return set_cropped_size (reader, picture, width, height, &crop,
      chroma_width[chroma], chroma_height[chroma]);
}

typedef enum
{
  NAL_OTHER,
  NAL_SPS,
  NAL_SLICE,
  NAL_KEY_SLICE,
  NAL_BROKEN,
} NalRole;

static NalRole
h264_role (const guint8 * nal)
{
  guint type = nal[0] & 0x1f;

  if (nal[0] & 0x80)
    return NAL_BROKEN;
  /* 2 is the first of a slice's three partitions. */
  if (type == 1 || type == 2)
    return NAL_SLICE;
  if (type == 5)
    return NAL_KEY_SLICE;
  return type == 7 ? NAL_SPS : NAL_OTHER;
}

static NalRole
h265_role (const guint8 * nal)
{
  guint type = nal[0] >> 1;
  guint layer = (nal[0] & 1) << 5 | nal[1] >> 3;

  if (nal[0] & 0x80 || (nal[1] & 7) == 0)
    return NAL_BROKEN;
  /* The base layer is a picture by itself; others refine it. */
  if (layer > 0)
    return NAL_OTHER;
  if (type < 32)
    return type >= 16 && type <= 23 ? NAL_KEY_SLICE : NAL_SLICE;
  return type == 33 ? NAL_SPS : NAL_OTHER;
}

/* The first of its picture; all slices of an IDR picture are I or SI. */
static gboolean
is_h264_slice (const guint8 * nal, const guint8 * end, gboolean is_idr)
{
  BitReader reader;
  guint type;

  init_reader (&reader, nal + 1, end);
  take_number (&reader, "a first_mb_in_slice", 0);
  type = take_number (&reader, "a slice_type", 9) % 5;
  take_number (&reader, "a pic_parameter_set_id", 255);

  return !reader.failed && (!is_idr || type == 2 || type == 4);
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
  BitReader reader;

  init_reader (&reader, nal + 2, end);
  if (!take_bit (&reader))      /* first_slice_segment_in_pic_flag */
    return FALSE;
  if (is_irap)
    take_bit (&reader);         /* no_output_of_prior_pics_flag */
  take_number (&reader, "a slice_pic_parameter_set_id", 63);

  return !reader.failed;
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

/* A third codec with start codes is a third one of these. */
typedef struct
{
  gsize header_size;
    NalRole (*role) (const guint8 * nal);
    gboolean (*may_lead) (const guint8 * nal, const guint8 * end);
    gboolean (*parse_sps) (BitReader * reader, OakPicture * picture);
} Codec;

static const Codec h264 = { 1, h264_role, h264_may_lead, parse_h264_sps };
static const Codec h265 = { 2, h265_role, h265_may_lead, parse_h265_sps };

/* What follows the next start code at or behind @cursor, or NULL. */
static const guint8 *
find_nal (const guint8 * cursor, const guint8 * end)
{
  gsize size = end - cursor;
  gsize i = START_CODE_SIZE - 1;

  /* @i is where its 1 may be. What stands there and is no 0 cannot belong to
   * the next one either, so two bytes of three are never looked at. */
  while (i < size) {
    if (cursor[i] == 1 && cursor[i - 1] == 0 && cursor[i - 2] == 0)
      return cursor + i + 1;
    i += cursor[i] == 0 ? 1 : START_CODE_SIZE;
  }
  return NULL;
}

static gboolean
parse_sps (const Codec * codec, const guint8 * nal, const guint8 * end,
    OakPicture * picture, GError ** error)
{
  const guint8 *next = find_nal (nal, end);
  BitReader reader;

  if (next != NULL)
    end = next - START_CODE_SIZE;
  /* Zeros before the next start code belong to that. */
  while (end > nal && end[-1] == 0)
    end--;
  init_reader (&reader, nal + codec->header_size, end);
  reader.cut = next == NULL;
  reader.error = error;

  return codec->parse_sps (&reader, picture);
}

/* As far as the first slice: by its type the others' is known. */
static gboolean
parse_access_unit (const Codec * codec, const guint8 * data, gsize size,
    OakPicture * picture, GError ** error)
{
  const guint8 *end, *nal;

  if (size <= START_CODE_SIZE)
    return fail_cut (error, "a NAL unit", size);
  /* With one more zero or without. */
  nal = find_nal (data, data + START_CODE_SIZE + 1);
  if (nal == NULL || data[0] != 0)
    return fail (error, OAK_PICTURE_ERROR_KIND, "the start code 0x000001",
        data[0] << 16 | data[1] << 8 | data[2]);

  end = data + size;
  for (; nal != NULL; nal = find_nal (nal, end)) {
    NalRole role;

    /* Of a unit that is only a header, nothing was sent. */
    if ((gsize) (end - nal) <= codec->header_size)
      break;
    role = codec->role (nal);
    if (role == NAL_BROKEN)
      return fail (error, OAK_PICTURE_ERROR_FIELD, "a NAL unit's header",
          nal[0] << 8 | nal[1]);
    if (role == NAL_SPS && !parse_sps (codec, nal, end, picture, error))
      return FALSE;
    if (role == NAL_SLICE || role == NAL_KEY_SLICE) {
      picture->keyframe = role == NAL_KEY_SLICE;
      return TRUE;
    }
  }
  return fail_cut (error, "a slice", size);
}

/* Whether all up to the first slice is what an encoder begins with. */
static gboolean
is_access_unit (const Codec * codec, const guint8 * data, gsize size)
{
  const guint8 *end, *nal;
  OakPicture parsed = { 0, };

  if (!parse_access_unit (codec, data, size, &parsed, NULL))
    return FALSE;

  /* It has found a slice: this ends there. */
  end = data + size;
  nal = find_nal (data, end);
  while (codec->may_lead (nal, end)) {
    NalRole role = codec->role (nal);

    if (role == NAL_SLICE || role == NAL_KEY_SLICE)
      return TRUE;
    nal = find_nal (nal, end);
  }
  return FALSE;
}

/**
 * oak_picture_starts_like:
 * @data: what may be an encoded picture, or only the first bytes of one
 * @size: how many bytes, 0 and more
 * @kind: (out): what begins like this: a JPEG, or #OAK_PICTURE_H264 for either
 *     kind of access unit; untouched if nothing does
 *
 * For the words of an error about what oak_picture_guess() did not take: raw
 * pixels may begin like this. Does not wait.
 *
 * Returns: %TRUE if @data begins with an SOI and a marker or with a start code
 */
gboolean
oak_picture_starts_like (const guint8 * data, gsize size, OakPictureKind * kind)
{
  static const guint8 soi[] = { 0xff, 0xd8, 0xff };
  static const guint8 start_code[] = { 0, 0, 0, 1 };

  if (size >= 3 && memcmp (data, soi, 3) == 0)
    *kind = OAK_PICTURE_JPEG;
  else if ((size >= 4 && memcmp (data, start_code, 4) == 0)
      || (size >= 3 && memcmp (data, start_code + 1, 3) == 0))
    *kind = OAK_PICTURE_H264;
  else
    return FALSE;

  return TRUE;
}

/**
 * oak_picture_guess:
 * @data: what may be an encoded picture, whole
 * @size: how many bytes, 0 and more
 * @kind: (out): what it is; untouched if it is none
 *
 * Raw pixels may begin with any bytes, dark ones with a start code. So a few
 * bytes are not believed: of a JPEG all must hold together up to its first
 * scan, of an access unit all NAL units up to the first slice and the start of
 * that, and every SPS among them must parse.
 *
 * The two kinds of NAL header share only few bytes that may begin something.
 * 28 01 is taken for an H.265 IDR slice, unless an H.264 slice comes after what
 * then was a PPS; 06 is taken for H.264's SEI if an H.264 slice comes after it,
 * else for an H.265 slice of a higher temporal layer. So delta frames without
 * headers are told apart as well.
 *
 * Does not wait. The time it takes is linear in @size.
 *
 * Returns: %TRUE if @data is a picture of @kind as far as its start tells
 */
gboolean
oak_picture_guess (const guint8 * data, gsize size, OakPictureKind * kind)
{
  OakPicture parsed = { 0, };
  const guint8 *scan;

  if (parse_jpeg_head (data, size, &parsed, &scan, NULL))
    *kind = OAK_PICTURE_JPEG;
  else if (is_access_unit (&h264, data, size))
    *kind = OAK_PICTURE_H264;
  else if (is_access_unit (&h265, data, size))
    *kind = OAK_PICTURE_H265;
  else
    return FALSE;

  return TRUE;
}

/**
 * oak_picture_parse:
 * @kind: what it is known to be
 * @data: one encoded picture, whole: a JPEG or an access unit
 * @size: how many bytes, 0 and more
 * @picture: (out): what it says; untouched on failure
 * @error: return location for an #OakPictureError that tells expected and got
 *
 * A JPEG must end with its EOI; up to 64 zero bytes may follow. An access unit
 * is read up to its first slice: a slice that was cut is not noticed. The last
 * SPS before it tells the size; without one, it is 0 x 0. A JPEG always is a
 * keyframe, H.264 if the slice is of an IDR picture (a recovery point is none),
 * H.265 if it is of an IRAP picture (IDR, CRA or BLA).
 *
 * Does not wait. The time it takes is linear in the bytes that are read.
 *
 * Returns: %TRUE if @data starts, holds together and ends as it must
 */
gboolean
oak_picture_parse (OakPictureKind kind, const guint8 * data, gsize size,
    OakPicture * picture, GError ** error)
{
  OakPicture parsed = { 0, };
  gboolean valid = FALSE;

  switch (kind) {
    case OAK_PICTURE_JPEG:
      valid = parse_jpeg (data, size, &parsed, error);
      break;
    case OAK_PICTURE_H264:
      valid = parse_access_unit (&h264, data, size, &parsed, error);
      break;
    case OAK_PICTURE_H265:
      valid = parse_access_unit (&h265, data, size, &parsed, error);
      break;
  }

  if (valid)
    *picture = parsed;
  return valid;
}
