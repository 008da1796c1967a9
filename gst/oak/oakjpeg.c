/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakjpeg.h"

/* Zero bytes after EOI. Cameras send none, programs that align them do. */
#define PADDING_MAX 64

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
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_FIELD, "a JPEG marker",
        *next);
  /* Any number of 0xff may fill up before the marker. */
  while (next < end && *next == 0xff)
    next++;
  /* Below SOF0 and from RST0 to EOI they have no length. */
  if (next < end && (*next < 0xc0 || (*next >= 0xd0 && *next <= 0xd9)))
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_FIELD, "a JPEG segment",
        *next);
  if (end - next < 3)
    return oak_verdict_fail_cut (error, "a JPEG segment", end - *cursor);

  length = next[1] << 8 | next[2];
  if (length < 2)
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_FIELD,
        "a segment's length", length);
  if (length > (gsize) (end - next - 1))
    return oak_verdict_fail_cut (error, "a JPEG segment", end - *cursor);

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
  guint width, height;

  /* Precision, height, width, and three bytes for each component. */
  if (segment->size < 6 || content[5] == 0
      || segment->size != 6 + 3 * (gsize) content[5])
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_FIELD,
        "a JPEG frame header's length", segment->size);

  /* A height of 0 would be told by a DNL after the scan: nobody does. */
  height = content[1] << 8 | content[2];
  width = content[3] << 8 | content[4];
  if (!oak_verdict_expect_size (width, height, error))
    return FALSE;
  picture->width = width;
  picture->height = height;
  return TRUE;
}

/* Up to and with the first scan's header; @scan is what follows it. */
static gboolean
parse_head (const guint8 * data, gsize size, OakPicture * picture,
    const guint8 ** scan, GError ** error)
{
  const guint8 *cursor;
  Segment segment = { 0, };

  if (size < 3)
    return oak_verdict_fail_cut (error, "a JPEG", size);
  if (data[0] != 0xff || data[1] != 0xd8 || data[2] != 0xff)
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_KIND,
        "0xffd8ff to start a JPEG", data[0] << 16 | data[1] << 8 | data[2]);

  cursor = data + 2;
  do {
    if (!take_segment (&cursor, data + size, &segment, error))
      return FALSE;
    if (is_frame_header (segment.marker)
        && !parse_frame_header (&segment, picture, error))
      return FALSE;
  } while (segment.marker != 0xda);

  if (picture->width == 0)
    return oak_verdict_fail (error, OAK_PICTURE_ERROR_FIELD,
        "a JPEG frame header before the scan", segment.marker);
  *scan = cursor;
  return TRUE;
}

/**
 * oak_jpeg_has_head:
 * @data: what may be a JPEG, or its beginning
 * @size: how many bytes, 0 and more
 *
 * Does not wait.
 *
 * Returns: %TRUE if all holds together up to the first scan
 */
gboolean
oak_jpeg_has_head (const guint8 * data, gsize size)
{
  OakPicture parsed = { 0, };
  const guint8 *scan;

  return parse_head (data, size, &parsed, &scan, NULL);
}

/**
 * oak_jpeg_parse:
 * @data: one JPEG, whole
 * @size: how many bytes, 0 and more
 * @picture: (out): what it says; untouched on failure
 * @error: return location for an #OakPictureError that tells expected and got
 *
 * Its head must hold together and its EOI be there; up to 64 zero bytes may
 * follow that. What is in between is not looked at: neither further scans, nor
 * restart markers, nor a thumbnail inside a segment. Does not wait.
 *
 * Returns: %TRUE if @data starts, holds together and ends as it must
 */
gboolean
oak_jpeg_parse (const guint8 * data, gsize size, OakPicture * picture,
    GError ** error)
{
  OakPicture parsed = { 0, };
  const guint8 *end, *scan = NULL;
  guint padding = 0;

  if (!parse_head (data, size, &parsed, &scan, error))
    return FALSE;

  end = data + size;
  for (; padding < PADDING_MAX && end > scan && end[-1] == 0; padding++)
    end--;
  if (end - scan < 2 || end[-2] != 0xff || end[-1] != 0xd9)
    return oak_verdict_fail_cut (error, "EOI to end a JPEG", size);

  parsed.keyframe = TRUE;
  *picture = parsed;
  return TRUE;
}
