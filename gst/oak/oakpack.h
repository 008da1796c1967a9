/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What some processors pack pixels with, many at a time. For oakpixels. */

#pragma once

#include "oakpixels.h"

#if defined (__GNUC__) && (defined (__x86_64__) || defined (__i386__))
#define OAK_PACK_X86
#endif
#if defined (__GNUC__) && defined (__ARM_NEON) \
    && G_BYTE_ORDER == G_LITTLE_ENDIAN
#define OAK_PACK_NEON
#endif

/* As #OakPixelsPack. Each packs as many pixels as it can take at once, and
 * returns how many; what is left over is for somebody else. */
#ifdef OAK_PACK_X86
gsize     oak_pack_3_ssse3     (guint8              * packed,
                                const guint8 * const * planes,
                                gsize                 n_pixels);
gsize     oak_pack_4_ssse3     (guint8              * packed,
                                const guint8 * const * planes,
                                gsize                 n_pixels);
gsize     oak_pack_3_avx2      (guint8              * packed,
                                const guint8 * const * planes,
                                gsize                 n_pixels);
gsize     oak_pack_4_avx2      (guint8              * packed,
                                const guint8 * const * planes,
                                gsize                 n_pixels);
#endif
#ifdef OAK_PACK_NEON
gsize     oak_pack_3_neon      (guint8              * packed,
                                const guint8 * const * planes,
                                gsize                 n_pixels);
gsize     oak_pack_4_neon      (guint8              * packed,
                                const guint8 * const * planes,
                                gsize                 n_pixels);
#endif
