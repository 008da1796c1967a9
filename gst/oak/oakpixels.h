/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planes become packed pixels, and packed ones planes. Bytes only: no formats, no buffers. */

#pragma once

#include <glib.h>

void      oak_pixels_pack_3    (guint8       * packed,
                                const guint8 * first,
                                const guint8 * second,
                                const guint8 * third,
                                gsize          n_pixels);

void      oak_pixels_unpack_3  (guint8       * first,
                                guint8       * second,
                                guint8       * third,
                                const guint8 * packed,
                                gsize          n_pixels);
