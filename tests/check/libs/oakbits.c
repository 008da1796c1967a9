/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakbits.h"
#include "oakencoded.h"

#include <gst/check/gstcheck.h>

#define C OAK_PICTURE_ERROR_CUT
#define F OAK_PICTURE_ERROR_FIELD

/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  const gchar *bits;            /* all of them */
} streams[] = {
  {"", ""}, {"a5", "10100101"}, {"0001", "0000000000000001"},
  /* a 3 behind two zeros is left out, whatever comes next */
  {"000003", "0000000000000000"},
  {"00000301", "000000000000000000000001"},
  {"0000030003", "00000000000000000000000000000011"},
  {"000003000003", "00000000000000000000000000000000"},
  {"00000303", "000000000000000000000011"},
  {"00000003", "000000000000000000000000"},
  /* any other stays */
  {"0003", "0000000000000011"}, {"0103", "0000000100000011"},
  {"000001", "000000000000000000000001"},
};

static const struct
{
  const gchar *hex;
  guint32 max, number;
  gboolean valid;
  gint error;
} numbers[] = {
  {"80", 0, 0, TRUE, 0},
  {"40", 1, 1, TRUE, 0}, {"40", 0, 0, FALSE, F},
  {"60", 2, 2, TRUE, 0}, {"60", 1, 0, FALSE, F},
  {"20", 9, 3, TRUE, 0}, {"38", 6, 6, TRUE, 0},
  /* 2^31 - 1, 2^32 - 2, and what has more than 31 zeros before it */
  {"0000030001000003000000", G_MAXUINT32, 0x7fffffff, TRUE, 0},
  {"0000030001fffffffe", G_MAXUINT32, 0xfffffffe, TRUE, 0},
  {"0000030001fffffffe", 0xfffffffd, 0, FALSE, F},
  {"00000300008000000000", G_MAXUINT32, 0, FALSE, F},
  {"000003000003000003000003000003000003", G_MAXUINT32, 0, FALSE, F},
  /* an end inside */
  {"", 9, 0, FALSE, C}, {"00", 9, 0, FALSE, C}, {"01", 9, 0, FALSE, C},
};
/* *INDENT-ON* */

GST_START_TEST (test_bits)
{
  gsize size, i, n = strlen (streams[__i__].bits);
  guint8 *bytes = bytes_of (streams[__i__].hex, &size);
  GError *error = NULL;
  OakBits bits;

  oak_bits_init (&bits, bytes, bytes + size, F, &error);
  for (i = 0; i < n; i++)
    fail_unless_equals_int (oak_bits_take_bit (&bits),
        streams[__i__].bits[i] - '0');
  fail_if (bits.failed);
  fail_unless (error == NULL);

  /* More than once: there is one error, and then only zeros. */
  for (i = 0; i < 9; i++)
    fail_unless_equals_int (oak_bits_take_bit (&bits), 0);
  fail_unless (bits.failed);
  fail_unless (g_error_matches (error, OAK_PICTURE_ERROR, F));
  fail_unless_equals_int (oak_bits_take_number (&bits, "a number", 9), 0);
  fail_unless_equals_int (oak_bits_take (&bits, 32), 0);
  g_error_free (error);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_number)
{
  gsize size;
  guint8 *bytes = bytes_of (numbers[__i__].hex, &size);
  GError *error = NULL;
  OakBits bits;

  oak_bits_init (&bits, bytes, bytes + size, C, &error);
  fail_unless_equals_uint64 (oak_bits_take_number (&bits, "a number",
          numbers[__i__].max), numbers[__i__].number);
  fail_unless_equals_int (bits.failed, !numbers[__i__].valid);
  if (numbers[__i__].valid) {
    fail_unless (error == NULL);
  } else {
    fail_unless (g_error_matches (error, OAK_PICTURE_ERROR,
            numbers[__i__].error));
    fail_unless (strstr (error->message, "expected") != NULL);
    fail_unless (strstr (error->message, "got") != NULL);
  }
  g_clear_error (&error);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_many_bits)
{
  static const guint8 bytes[] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc };
  OakBits bits;

  oak_bits_init (&bits, bytes, bytes + sizeof (bytes), F, NULL);
  fail_unless_equals_int (oak_bits_take (&bits, 0), 0);
  fail_unless_equals_int (oak_bits_take (&bits, 12), 0x123);
  fail_unless_equals_uint64 (oak_bits_take (&bits, 32), 0x456789ab);
  fail_unless_equals_int (oak_bits_take (&bits, 4), 0xc);
  fail_if (bits.failed);

  /* of more than 32 the last ones */
  oak_bits_init (&bits, bytes, bytes + sizeof (bytes), F, NULL);
  fail_unless_equals_uint64 (oak_bits_take (&bits, 48), 0x56789abc);

  /* an end that is before the beginning, and no place for the error */
  oak_bits_init (&bits, bytes + 1, bytes, F, NULL);
  fail_unless_equals_int (oak_bits_take (&bits, 8), 0);
  fail_unless (bits.failed);
}

GST_END_TEST;

static Suite *
oakbits_suite (void)
{
  Suite *s = suite_create ("oakbits");
  TCase *tc = tcase_create ("bits");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_bits, 0, G_N_ELEMENTS (streams));
  tcase_add_loop_test (tc, test_number, 0, G_N_ELEMENTS (numbers));
  tcase_add_test (tc, test_many_bits);

  return s;
}

GST_CHECK_MAIN (oakbits);
