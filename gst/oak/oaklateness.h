/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How late the last frames were, and which part of them no later. Numbers in,
 * numbers out; reads no clock. */

#pragma once

#include <glib.h>

#define OAK_LATENESS_LAST 1024

typedef struct
{
  gint64 values[OAK_LATENESS_LAST];     /* ns; the oldest is overwritten */
  guint n;                      /* of the values */
  guint next;                   /* where the next one goes */
} OakLateness;

void      oak_lateness_reset    (OakLateness       * self);

void      oak_lateness_note     (OakLateness       * self,
                                 gint64              value);

gint64    oak_lateness_find     (const OakLateness * self,
                                 gdouble             part);
