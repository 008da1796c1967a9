/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpicture.h"
#include "oakaccessunit.h"
#include "oakjpeg.h"

#include <string.h>

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
  if (oak_jpeg_has_head (data, size))
    *kind = OAK_PICTURE_JPEG;
  else if (oak_access_unit_has_head (OAK_NAL_H264, data, size))
    *kind = OAK_PICTURE_H264;
  else if (oak_access_unit_has_head (OAK_NAL_H265, data, size))
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
 * is read up to its first slice: a slice that was cut is not noticed. The SPS
 * of that slice tells the size; if it is not among what came, that is 0 x 0. A
 * JPEG always is a keyframe, H.264 if the slice is of an IDR picture (a
 * recovery point is none), H.265 if it is of an IRAP picture (IDR, CRA or BLA).
 *
 * Does not wait. The time it takes is linear in the bytes that are read.
 *
 * Returns: %TRUE if @data starts, holds together and ends as it must
 */
gboolean
oak_picture_parse (OakPictureKind kind, const guint8 * data, gsize size,
    OakPicture * picture, GError ** error)
{
  switch (kind) {
    case OAK_PICTURE_JPEG:
      return oak_jpeg_parse (data, size, picture, error);
    case OAK_PICTURE_H264:
      return oak_access_unit_parse (OAK_NAL_H264, data, size, picture, error);
    case OAK_PICTURE_H265:
      return oak_access_unit_parse (OAK_NAL_H265, data, size, picture, error);
  }
  g_return_val_if_reached (FALSE);
}
