/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the next frame begins, when a stream is out of step: at a header that
 * has another one where its frame ends. Bytes only; no I/O. */

#pragma once

#include <glib.h>

/* Zeros at the start. */
typedef struct
{
  gsize at;                     /* no frame begins before that byte */
} OakSearch;

gboolean  oak_search_go_on  (OakSearch    * self,
                             const guint8 * data,
                             gsize          size,
                             gsize          limit);
