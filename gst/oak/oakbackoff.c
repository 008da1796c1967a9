/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakbackoff.h"

/* What is left of the longest wait when the most has been added by chance to
 * the rest of it. */
static guint64
without_jitter (guint delay_max)
{
  return (guint64) delay_max *4 / 5;
}

/**
 * oak_backoff_delay:
 * @attempt: how many retries have failed since the last success
 * @delay: the first wait, in ms
 * @delay_max: the longest wait, in ms; it holds where it is the smaller
 * @jitter: by chance, from 0 to 1, 1 excluded
 *
 * Each wait is twice the one before. Up to a quarter is added by chance, so
 * that those who lost their cameras together do not call them together; as it
 * is added, the first retry never comes sooner than after @delay.
 *
 * Returns: how long to wait, in ms
 */
guint
oak_backoff_delay (guint attempt, guint delay, guint delay_max, gdouble jitter)
{
  guint64 limit = MAX (without_jitter (delay_max), MIN (delay, delay_max));
  guint64 base = MIN (delay, limit);

  while (attempt-- > 0 && base > 0 && base < limit)
    base = MIN (2 * base, limit);

  return MIN (base + (guint64) (base / 4.0 * jitter), delay_max);
}
