/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaksearch.h"

#include "oakwire.h"

typedef enum
{
  VERDICT_NO,
  VERDICT_YES,
  VERDICT_TOO_SHORT,            /* more bytes are needed to tell */
} Verdict;

/* Whether a header is in so many bytes. */
static Verdict
judge_header (const guint8 * data, gsize size, OakHeader * header)
{
  if (!oak_header_may_start (data, MIN (size, OAK_HEADER_SIZE)))
    return VERDICT_NO;
  if (size < OAK_HEADER_SIZE)
    return VERDICT_TOO_SHORT;
  return oak_header_parse (data, header, NULL) ? VERDICT_YES : VERDICT_NO;
}

/* A header alone proves nothing: pixels and texts can look like one. */
static Verdict
judge_frame (const guint8 * data, gsize size, gsize limit)
{
  OakHeader header, follower;
  Verdict verdict = judge_header (data, size, &header);
  gsize frame;

  if (verdict != VERDICT_YES)
    return verdict;

  frame = OAK_HEADER_SIZE + header.detections_size + header.image_size;
  if (frame + OAK_HEADER_SIZE > limit)
    return VERDICT_NO;
  if (size < frame)
    return VERDICT_TOO_SHORT;
  return judge_header (data + frame, size - frame, &follower);
}

/**
 * oak_search_go_on:
 * @self: (inout): a search
 * @data: all bytes that have come since the stream went out of step
 * @size: how many; more with each call
 * @limit: how many will come at most
 *
 * A candidate that proves false costs one byte, and the search goes on behind
 * it; the earliest that is not disproved is waited for. No byte is looked at
 * twice but those of candidates. Does not wait.
 *
 * Returns: %TRUE if a frame begins at byte @self->at, and is whole with the
 *     next header behind it; %FALSE if that is not known with so many bytes
 */
gboolean
oak_search_go_on (OakSearch * self, const guint8 * data, gsize size,
    gsize limit)
{
  for (; self->at < size; self->at++) {
    Verdict verdict = judge_frame (data + self->at, size - self->at,
        limit - MIN (limit, self->at));

    if (verdict != VERDICT_NO)
      return verdict == VERDICT_YES;
  }
  return FALSE;
}
