/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaklateness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/**
 * oak_lateness_reset:
 * @self: (out caller-allocates): what knows of no frame
 */
void
oak_lateness_reset (OakLateness * self)
{
  self->n = 0;
  self->next = 0;
}

/**
 * oak_lateness_note:
 * @self: the last frames
 * @value: how late the newest one was, in ns; early ones are below 0
 *
 * Only the last %OAK_LATENESS_LAST are kept.
 */
void
oak_lateness_note (OakLateness * self, gint64 value)
{
  self->values[self->next] = value;
  self->next = (self->next + 1) % OAK_LATENESS_LAST;
  self->n = MIN (self->n + 1, OAK_LATENESS_LAST);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/**
 * oak_lateness_find:
 * @self: the last frames
 * @part: of them, from 0 to 1: 0.5 gives the median
 *
 * Sorts a copy: some ten microseconds, so hold no lock that is waited for.
 *
 * Returns: in ns, the least lateness that so large a part did not exceed; 0
 *     if there was no frame yet
 */
gint64
oak_lateness_find (const OakLateness * self, gdouble part)
{
  gint64 sorted[OAK_LATENESS_LAST];
  guint rank = ceil (CLAMP (part, 0, 1) * self->n);

  if (self->n == 0)
    return 0;

  memcpy (sorted, self->values, self->n * sizeof (sorted[0]));
  qsort (sorted, self->n, sizeof (sorted[0]), compare);
  return sorted[MAX (rank, 1) - 1];
}
