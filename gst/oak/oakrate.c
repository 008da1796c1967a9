/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakrate.h"

#define WINDOW (2 * G_TIME_SPAN_SECOND)

/**
 * oak_rate_reset:
 * @self: (out caller-allocates): what has seen no frame
 */
void
oak_rate_reset (OakRate * self)
{
  self->n = 0;
  self->next = 0;
}

/**
 * oak_rate_note:
 * @self: the frames seen
 * @seen: when the newest one came, in us; no earlier than the one before
 */
void
oak_rate_note (OakRate * self, gint64 seen)
{
  self->seen[self->next] = seen;
  self->next = (self->next + 1) % OAK_RATE_LAST;
  self->n = MIN (self->n + 1, OAK_RATE_LAST);
}

/* @back: 0 is the newest */
static gint64
look_back (const OakRate * self, guint back)
{
  return self->seen[(self->next + OAK_RATE_LAST - 1 - back) % OAK_RATE_LAST];
}

/* How many frames before the newest one its last two seconds have; at least
 * one, if there is one. */
static guint
count_before (const OakRate * self, gint64 newest)
{
  guint n = 1;

  while (n + 1 < self->n && newest - look_back (self, n + 1) <= WINDOW)
    n++;
  return n;
}

/**
 * oak_rate_get:
 * @self: the frames seen
 * @now: in us
 *
 * Measured over the two seconds before the newest frame, from frame to frame;
 * where they are further apart, over the last two frames.
 *
 * Returns: frames per second; 0 if none has come for two seconds, and for as
 *     long as two frames would take
 */
gdouble
oak_rate_get (const OakRate * self, gint64 now)
{
  gint64 newest, elapsed;
  guint n;

  if (self->n < 2)
    return 0;

  newest = look_back (self, 0);
  n = count_before (self, newest);
  elapsed = newest - look_back (self, n);
  if (elapsed <= 0 || now - newest > MAX (WINDOW, 2 * elapsed / n))
    return 0;
  return n * (gdouble) G_TIME_SPAN_SECOND / elapsed;
}
