/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planes become packed pixels, and packed ones planes. Bytes only: no formats, no buffers. */

#pragma once

#include <glib.h>

/* @packed has 3 or 4 bytes for each of @n_pixels, any number, also 0. The bytes
 * of a pixel are those of planes[0], planes[1] …, or 255 where that is NULL;
 * of three planes none may be, of four at most one. Nothing overlaps. */
typedef void (*OakPixelsPack) (guint8              * packed,
                               const guint8 * const * planes,
                               gsize                 n_pixels);

/* One way to do it. All of them do the same. */
typedef struct
{
  const gchar *name;
  OakPixelsPack pack_3;
  OakPixelsPack pack_4;
} OakPixels;

const OakPixels *
          oak_pixels_find      (const gchar  * name);

const OakPixels *
          oak_pixels_nth       (guint          n);

void      oak_pixels_unpack_3  (guint8       * first,
                                guint8       * second,
                                guint8       * third,
                                const guint8 * packed,
                                gsize          n_pixels);
