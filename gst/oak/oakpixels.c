/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpixels.h"

#include "oakpack.h"

static void
pack_from (guint8 * packed, const guint8 * const *planes, guint n_planes,
    gsize from, gsize n_pixels)
{
  gsize i;
  guint k;

  for (i = from; i < n_pixels; i++) {
    for (k = 0; k < n_planes; k++)
      packed[n_planes * i + k] = planes[k] == NULL ? 255 : planes[k][i];
  }
}

static void
pack_3_plain (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  pack_from (packed, planes, 3, 0, n_pixels);
}

static void
pack_4_plain (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  pack_from (packed, planes, 4, 0, n_pixels);
}

/* What a processor does many at a time leaves some over. */
#define DEFINE_PACK(n_planes, kind)                                           \
  static void                                                                 \
  pack_##n_planes##_##kind (guint8 * packed, const guint8 * const *planes,    \
      gsize n_pixels)                                                         \
  {                                                                           \
    pack_from (packed, planes, n_planes,                                      \
        oak_pack_##n_planes##_##kind (packed, planes, n_pixels), n_pixels);   \
  }

#ifdef OAK_PACK_X86
DEFINE_PACK (3, ssse3)
    DEFINE_PACK (4, ssse3)
    DEFINE_PACK (3, avx2)
    DEFINE_PACK (4, avx2)
#endif
#ifdef OAK_PACK_NEON
    DEFINE_PACK (3, neon)
    DEFINE_PACK (4, neon)
#endif
/* The best first. */
     static const OakPixels table[] = {
#ifdef OAK_PACK_X86
       {"avx2", pack_3_avx2, pack_4_avx2},
       {"ssse3", pack_3_ssse3, pack_4_ssse3},
#endif
#ifdef OAK_PACK_NEON
       {"neon", pack_3_neon, pack_4_neon},
#endif
       {"c", pack_3_plain, pack_4_plain},
     };

static gboolean
processor_has (const gchar * name)
{
#ifdef OAK_PACK_X86
  if (g_str_equal (name, "avx2"))
    return __builtin_cpu_supports ("avx2");
  if (g_str_equal (name, "ssse3"))
    return __builtin_cpu_supports ("ssse3");
#endif
  return TRUE;
}

/**
 * oak_pixels_nth:
 * @n: from 0
 *
 * Returns: (transfer none) (nullable): the @n-th best way that this processor
 *     has; %NULL if there are no more
 */
const OakPixels *
oak_pixels_nth (guint n)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    if (processor_has (table[i].name) && n-- == 0)
      return &table[i];
  }
  return NULL;
}

/**
 * oak_pixels_find:
 * @name: (nullable): "avx2", "ssse3", "neon" or "c"
 *
 * Returns: (transfer none): the way of that name; the best one if this
 *     processor has none of that name, or @name is %NULL
 */
const OakPixels *
oak_pixels_find (const gchar * name)
{
  const OakPixels *pixels;
  guint i;

  for (i = 0; (pixels = oak_pixels_nth (i)) != NULL; i++) {
    if (g_strcmp0 (pixels->name, name) == 0)
      return pixels;
  }
  return oak_pixels_nth (0);
}

/**
 * oak_pixels_unpack_3:
 * @first: (out caller-allocates): @n_pixels bytes, the bytes 0, 3, 6 … of
 *     @packed; overlaps nothing
 * @second: (out caller-allocates): the same for bytes 1, 4, 7 …
 * @third: (out caller-allocates): the same for bytes 2, 5, 8 …
 * @packed: 3 × @n_pixels bytes
 * @n_pixels: any number, also 0
 *
 * The opposite of packing three planes. Does not wait.
 */
void
oak_pixels_unpack_3 (guint8 * first, guint8 * second, guint8 * third,
    const guint8 * packed, gsize n_pixels)
{
  gsize i;

  for (i = 0; i < n_pixels; i++) {
    first[i] = packed[3 * i];
    second[i] = packed[3 * i + 1];
    third[i] = packed[3 * i + 2];
  }
}
