/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpixels.h"

/**
 * oak_pixels_pack_3:
 * @packed: (out caller-allocates): 3 × @n_pixels bytes; overlaps no plane
 * @first: @n_pixels bytes, which become bytes 0, 3, 6 … of @packed
 * @second: the same for bytes 1, 4, 7 …
 * @third: the same for bytes 2, 5, 8 …
 * @n_pixels: any number, also 0
 *
 * Does not wait.
 */
void
oak_pixels_pack_3 (guint8 * packed, const guint8 * first,
    const guint8 * second, const guint8 * third, gsize n_pixels)
{
  gsize i;

  for (i = 0; i < n_pixels; i++) {
    packed[3 * i] = first[i];
    packed[3 * i + 1] = second[i];
    packed[3 * i + 2] = third[i];
  }
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
 * The opposite of oak_pixels_pack_3(). Does not wait.
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
