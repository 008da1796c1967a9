/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakaccessunit.h"
#include "oaksps.h"

/* Of a slice so much is read, so that nobody looks for its end. The fields up
 * to its PPS have no more. */
#define SLICE_START_MAX 32

/* What came before the first slice. Of those that have the same id, the last
 * counts. */
typedef struct
{
  OakSps sps[OAK_SPS_ID_MAX + 1];       /* by id; without width: not there */
  guint sps_of_pps[OAK_NAL_PPS_ID_MAX + 1];     /* id + 1; 0: not there */
} ParameterSets;

/* Without the zeros that belong to the next start code. */
static const guint8 *
find_end (const guint8 * nal, const guint8 * end, gboolean * cut)
{
  const guint8 *next = oak_nal_find (nal, end);

  *cut = next == NULL;
  if (next != NULL)
    end = next - OAK_NAL_START_CODE_SIZE;
  while (end > nal && end[-1] == 0)
    end--;
  return end;
}

static gboolean
add_sps (OakNalCodec codec, const guint8 * nal, const guint8 * end,
    ParameterSets * sets, GError ** error)
{
  const guint8 *content = nal + oak_nal_header_size (codec);
  OakSps sps;
  gboolean cut, valid;
  gsize size;

  /* Zeros that are cut off may have been the header's. */
  end = find_end (nal, end, &cut);
  size = end > content ? end - content : 0;
  if (codec == OAK_NAL_H265)
    valid = oak_sps_parse_h265 (content, size, cut, &sps, error);
  else
    valid = oak_sps_parse_h264 (content, size, cut, &sps, error);

  if (valid)
    sets->sps[sps.id] = sps;
  return valid;
}

static void
add_pps (OakNalCodec codec, const guint8 * nal, const guint8 * end,
    ParameterSets * sets)
{
  guint pps_id, sps_id;
  gboolean cut;

  end = find_end (nal, end, &cut);
  if (oak_nal_parse_pps (codec, nal, end, &pps_id, &sps_id))
    sets->sps_of_pps[pps_id] = MIN (sps_id, OAK_SPS_ID_MAX + 1) + 1;
}

/* That which the slice's PPS names, if that PPS came along; else the only one.
 * NULL if it is another that did not come, or one of several. */
static const OakSps *
find_sps (OakNalCodec codec, const guint8 * slice, const guint8 * end,
    const ParameterSets * sets)
{
  const OakSps *found = NULL;
  guint pps_id, i;
  gboolean cut;

  end = find_end (slice, slice + MIN (end - slice, SLICE_START_MAX), &cut);
  if (oak_nal_parse_slice (codec, slice, end, &pps_id)
      && sets->sps_of_pps[pps_id] != 0) {
    i = sets->sps_of_pps[pps_id] - 1;
    return i <= OAK_SPS_ID_MAX && sets->sps[i].width != 0 ? &sets->sps[i] :
        NULL;
  }

  for (i = 0; i <= OAK_SPS_ID_MAX; i++) {
    const OakSps *sps = &sets->sps[i];

    if (sps->width == 0)
      continue;
    if (found != NULL && (found->width != sps->width
            || found->height != sps->height))
      return NULL;
    found = sps;
  }
  return found;
}

static gboolean
expect_start (const guint8 * data, gsize size, GError ** error)
{
  if (size <= OAK_NAL_START_CODE_SIZE)
    return oak_verdict_fail_cut (error, "a NAL unit", size);
  /* With one more zero or without. */
  if (data[0] != 0 || !oak_nal_find (data, data + OAK_NAL_START_CODE_SIZE + 1))
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_KIND,
        "the start code 0x000001", data[0] << 16 | data[1] << 8 | data[2]);
  return TRUE;
}

/* @slice is the first slice: by its type the others' is known. */
static gboolean
parse_head (OakNalCodec codec, const guint8 * data, const guint8 * end,
    ParameterSets * sets, const guint8 ** slice, GError ** error)
{
  const guint8 *nal = oak_nal_find (data, end);

  for (; nal != NULL; nal = oak_nal_find (nal, end)) {
    /* Of a unit that is only a header, nothing was sent. */
    if ((gsize) (end - nal) <= oak_nal_header_size (codec))
      break;

    switch (oak_nal_role (codec, nal)) {
      case OAK_NAL_BROKEN:
        return oak_verdict_fail (error, OAK_PICTURE_ERROR_FIELD,
            "a NAL unit's header", nal[0] << 8 | nal[1]);
      case OAK_NAL_SPS:
        if (!add_sps (codec, nal, end, sets, error))
          return FALSE;
        break;
      case OAK_NAL_PPS:
        add_pps (codec, nal, end, sets);
        break;
      case OAK_NAL_SLICE:
      case OAK_NAL_KEY_SLICE:
        *slice = nal;
        return TRUE;
      case OAK_NAL_OTHER:
        break;
    }
  }
  return oak_verdict_fail_cut (error, "a slice", end - data);
}

/**
 * oak_access_unit_has_head:
 * @codec: what it may be
 * @data: what may be an access unit, or its beginning
 * @size: how many bytes, 0 and more
 *
 * Does not wait. The time it takes is linear in the bytes that are read.
 *
 * Returns: %TRUE if all up to the beginning of the first slice is what an
 *     encoder begins with, and every SPS among that parses
 */
gboolean
oak_access_unit_has_head (OakNalCodec codec, const guint8 * data, gsize size)
{
  ParameterSets sets = { {{0,},}, };
  const guint8 *end, *nal, *slice;

  if (!expect_start (data, size, NULL)
      || !parse_head (codec, data, data + size, &sets, &slice, NULL))
    return FALSE;

  end = data + size;
  nal = oak_nal_find (data, end);
  while (nal != slice && oak_nal_may_lead (codec, nal, end))
    nal = oak_nal_find (nal, end);
  return nal == slice && oak_nal_may_lead (codec, slice, end);
}

/**
 * oak_access_unit_parse:
 * @codec: what it is known to be
 * @data: one access unit, whole
 * @size: how many bytes, 0 and more
 * @picture: (out): what it says; untouched on failure
 * @error: return location for an #OakPictureError that tells expected and got
 *
 * It is read up to its first slice: a slice that was cut is not noticed. The
 * SPS that this slice refers to tells the size; 0 x 0 if that did not come
 * along. A slice whose PPS did not come along has the size of the SPS before
 * it, if that is one size; of several 0 x 0 again.
 *
 * A keyframe is, in H.264, an IDR picture (a recovery point is none), and in
 * H.265 an IRAP picture (IDR, CRA or BLA). Does not wait. The time it takes is
 * linear in the bytes that are read.
 *
 * Returns: %TRUE if @data starts as it must and has a slice
 */
gboolean
oak_access_unit_parse (OakNalCodec codec, const guint8 * data, gsize size,
    OakPicture * picture, GError ** error)
{
  ParameterSets sets = { {{0,},}, };
  const guint8 *slice = NULL;
  const OakSps *sps;

  if (!expect_start (data, size, error)
      || !parse_head (codec, data, data + size, &sets, &slice, error))
    return FALSE;

  sps = find_sps (codec, slice, data + size, &sets);
  picture->width = sps != NULL ? sps->width : 0;
  picture->height = sps != NULL ? sps->height : 0;
  picture->keyframe = oak_nal_role (codec, slice) == OAK_NAL_KEY_SLICE;
  return TRUE;
}
