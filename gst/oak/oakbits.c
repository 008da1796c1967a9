/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakbits.h"

#define ZEROS_MAX 31            /* with more a number has not 32 bits */

/**
 * oak_bits_init:
 * @bits: (out): what will be read
 * @data: the first byte
 * @end: behind the last byte; if it is before @data, there is none
 * @error_at_end: what it is if more is asked for than there is
 * @error: return location for the first error, or %NULL; kept by @bits
 *
 * Does not wait.
 */
void
oak_bits_init (OakBits * bits, const guint8 * data, const guint8 * end,
    OakPictureError error_at_end, GError ** error)
{
  bits->next = data;
  bits->end = MAX (data, end);
  bits->zeros = 0;
  bits->byte = 0;
  bits->n_bits = 0;
  bits->error_at_end = error_at_end;
  bits->failed = FALSE;
  bits->error = error;
}

/**
 * oak_bits_take_bit:
 * @bits: where to take it from
 *
 * Does not wait.
 *
 * Returns: the next bit, 0 after a failure
 */
guint
oak_bits_take_bit (OakBits * bits)
{
  if (bits->failed)
    return 0;

  if (bits->n_bits == 0) {
    gboolean at_end = bits->next == bits->end;

    if (bits->zeros >= 2 && !at_end && *bits->next == 3) {
      bits->next++;
      bits->zeros = 0;
    }
    if (bits->next == bits->end) {
      g_set_error (bits->error, OAK_PICTURE_ERROR, bits->error_at_end,
          "expected more fields in a parameter set, got its end");
      bits->failed = TRUE;
      return 0;
    }
    bits->byte = *bits->next++;
    bits->n_bits = 8;
    bits->zeros = bits->byte == 0 ? bits->zeros + 1 : 0;
  }

  bits->n_bits--;
  return bits->byte >> bits->n_bits & 1;
}

/**
 * oak_bits_take:
 * @bits: where to take them from
 * @n: how many; of more than 32, as when they are skipped, the last 32 count
 *
 * Does not wait.
 *
 * Returns: the number that they are, the first bit being the highest
 */
guint32
oak_bits_take (OakBits * bits, guint n)
{
  guint32 value = 0;

  for (; n > 0; n--)
    value = value << 1 | oak_bits_take_bit (bits);
  return value;
}

/**
 * oak_bits_take_number:
 * @bits: where to take it from
 * @name: what it is, for the error
 * @max: the largest number that it may be
 *
 * Exp-Golomb, unsigned. Does not wait.
 *
 * Returns: the number; 0 after a failure, so that what counts loops stays small
 */
guint32
oak_bits_take_number (OakBits * bits, const gchar * name, guint32 max)
{
  guint zeros = 0;
  guint32 value;

  while (zeros <= ZEROS_MAX && !bits->failed && !oak_bits_take_bit (bits))
    zeros++;
  /* Never shifted by 32: 32 zeros are as wrong as any number beyond. */
  value = zeros > ZEROS_MAX ? G_MAXUINT32 :
      (1u << zeros) - 1 + oak_bits_take (bits, zeros);
  if (bits->failed)
    return 0;

  if (value > max || zeros > ZEROS_MAX) {
    g_set_error (bits->error, OAK_PICTURE_ERROR, OAK_PICTURE_ERROR_FIELD,
        "expected %s of at most %u, got %u", name, max, value);
    bits->failed = TRUE;
    return 0;
  }
  return value;
}
