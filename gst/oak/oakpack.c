/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpack.h"

#ifdef OAK_PACK_X86

#include <immintrin.h>

/* Which byte of 16 of a plane goes where in 48 packed ones: a row for each of
 * their three parts and each plane; -1: it is of another plane. */
/* *INDENT-OFF* */
static const gint8 masks[3][3][16] = {
  {
    {0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5},
    {-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1},
    {-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1},
  }, {
    {-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1},
    {5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10},
    {-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1},
  }, {
    {-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1},
    {-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1},
    {10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15},
  },
};
/* *INDENT-ON* */

__attribute__((target ("ssse3")))
     static inline __m128i part_ssse3 (const __m128i * in, const __m128i * mask)
{
  return _mm_or_si128 (_mm_or_si128 (_mm_shuffle_epi8 (in[0], mask[0]),
          _mm_shuffle_epi8 (in[1], mask[1])), _mm_shuffle_epi8 (in[2],
          mask[2]));
}

__attribute__((target ("ssse3")))
    gsize
oak_pack_3_ssse3 (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  __m128i mask[9];
  gsize i;
  guint k;

  for (k = 0; k < 9; k++)
    mask[k] = _mm_loadu_si128 ((const __m128i *) masks + k);

  for (i = 0; i + 16 <= n_pixels; i += 16) {
    __m128i *to = (__m128i *) (packed + 3 * i);
    __m128i in[3];

    for (k = 0; k < 3; k++)
      in[k] = _mm_loadu_si128 ((const __m128i *) (planes[k] + i));
    for (k = 0; k < 3; k++)
      _mm_storeu_si128 (to + k, part_ssse3 (in, mask + 3 * k));
  }
  return i;
}

__attribute__((target ("ssse3")))
    gsize
oak_pack_4_ssse3 (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  const __m128i full = _mm_set1_epi8 (-1);
  gsize i;
  guint k;

  for (i = 0; i + 16 <= n_pixels; i += 16) {
    __m128i *to = (__m128i *) (packed + 4 * i);
    __m128i in[4], low[2], high[2];

    for (k = 0; k < 4; k++)
      in[k] = planes[k] == NULL ? full :
          _mm_loadu_si128 ((const __m128i *) (planes[k] + i));
    for (k = 0; k < 2; k++) {
      low[k] = _mm_unpacklo_epi8 (in[2 * k], in[2 * k + 1]);
      high[k] = _mm_unpackhi_epi8 (in[2 * k], in[2 * k + 1]);
    }
    _mm_storeu_si128 (to, _mm_unpacklo_epi16 (low[0], low[1]));
    _mm_storeu_si128 (to + 1, _mm_unpackhi_epi16 (low[0], low[1]));
    _mm_storeu_si128 (to + 2, _mm_unpacklo_epi16 (high[0], high[1]));
    _mm_storeu_si128 (to + 3, _mm_unpackhi_epi16 (high[0], high[1]));
  }
  return i;
}

__attribute__((target ("avx2")))
     static inline __m256i part_avx2 (const __m256i * in, const __m256i * mask)
{
  return _mm256_or_si256 (_mm256_or_si256 (_mm256_shuffle_epi8 (in[0],
              mask[0]), _mm256_shuffle_epi8 (in[1], mask[1])),
      _mm256_shuffle_epi8 (in[2], mask[2]));
}

/* Both halves of a register do what ssse3 does; then they change places. */
__attribute__((target ("avx2")))
    gsize
oak_pack_3_avx2 (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  __m256i mask[9];
  gsize i;
  guint k;

  for (k = 0; k < 9; k++)
    mask[k] = _mm256_broadcastsi128_si256 (_mm_loadu_si128 (
            (const __m128i *) masks + k));

  for (i = 0; i + 32 <= n_pixels; i += 32) {
    __m256i *to = (__m256i *) (packed + 3 * i);
    __m256i in[3], part[3];

    for (k = 0; k < 3; k++)
      in[k] = _mm256_loadu_si256 ((const __m256i *) (planes[k] + i));
    for (k = 0; k < 3; k++)
      part[k] = part_avx2 (in, mask + 3 * k);
    _mm256_storeu_si256 (to, _mm256_permute2x128_si256 (part[0], part[1],
            0x20));
    _mm256_storeu_si256 (to + 1, _mm256_permute2x128_si256 (part[2], part[0],
            0x30));
    _mm256_storeu_si256 (to + 2, _mm256_permute2x128_si256 (part[1], part[2],
            0x31));
  }
  return i;
}

__attribute__((target ("avx2")))
    gsize
oak_pack_4_avx2 (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  const __m256i full = _mm256_set1_epi8 (-1);
  gsize i;
  guint k;

  for (i = 0; i + 32 <= n_pixels; i += 32) {
    __m256i *to = (__m256i *) (packed + 4 * i);
    __m256i in[4], low[2], high[2], out[4];

    for (k = 0; k < 4; k++)
      in[k] = planes[k] == NULL ? full :
          _mm256_loadu_si256 ((const __m256i *) (planes[k] + i));
    for (k = 0; k < 2; k++) {
      low[k] = _mm256_unpacklo_epi8 (in[2 * k], in[2 * k + 1]);
      high[k] = _mm256_unpackhi_epi8 (in[2 * k], in[2 * k + 1]);
    }
    out[0] = _mm256_unpacklo_epi16 (low[0], low[1]);
    out[1] = _mm256_unpackhi_epi16 (low[0], low[1]);
    out[2] = _mm256_unpacklo_epi16 (high[0], high[1]);
    out[3] = _mm256_unpackhi_epi16 (high[0], high[1]);
    _mm256_storeu_si256 (to, _mm256_permute2x128_si256 (out[0], out[1], 0x20));
    _mm256_storeu_si256 (to + 1, _mm256_permute2x128_si256 (out[2], out[3],
            0x20));
    _mm256_storeu_si256 (to + 2, _mm256_permute2x128_si256 (out[0], out[1],
            0x31));
    _mm256_storeu_si256 (to + 3, _mm256_permute2x128_si256 (out[2], out[3],
            0x31));
  }
  return i;
}

#endif

#ifdef OAK_PACK_NEON

#include <arm_neon.h>

gsize
oak_pack_3_neon (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  gsize i;

  for (i = 0; i + 16 <= n_pixels; i += 16) {
    uint8x16x3_t in;
    guint k;

    for (k = 0; k < 3; k++)
      in.val[k] = vld1q_u8 (planes[k] + i);
    vst3q_u8 (packed + 3 * i, in);
  }
  return i;
}

gsize
oak_pack_4_neon (guint8 * packed, const guint8 * const *planes, gsize n_pixels)
{
  gsize i;

  for (i = 0; i + 16 <= n_pixels; i += 16) {
    uint8x16x4_t in;
    guint k;

    for (k = 0; k < 4; k++)
      in.val[k] = planes[k] == NULL ? vdupq_n_u8 (255) :
          vld1q_u8 (planes[k] + i);
    vst4q_u8 (packed + 4 * i, in);
  }
  return i;
}

#endif
