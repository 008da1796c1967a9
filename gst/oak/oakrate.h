/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast frames come. Numbers in, numbers out; reads no clock. */

#pragma once

#include <glib.h>

#define OAK_RATE_LAST 256

typedef struct
{
  gint64 seen[OAK_RATE_LAST];   /* us; the oldest is overwritten */
  guint n;                      /* of them */
  guint next;                   /* where the next one goes */
} OakRate;

void      oak_rate_reset  (OakRate       * self);

void      oak_rate_note   (OakRate       * self,
                           gint64          seen);

gdouble   oak_rate_get    (const OakRate * self,
                           gint64          now);
