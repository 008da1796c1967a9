/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakwire.h"

#include <gst/check/gstcheck.h>

#define F OAK_WIRE_ERROR_FIELD
#define O OAK_WIRE_ERROR_OUTGROWN
#define L OAK_WIRE_ERROR_LIMIT
#define T OAK_WIRE_ERROR_TAG
#define NONE OAK_DEVICE_TIME_NONE

/* *INDENT-OFF* */
static const struct
{
  const gchar *header;          /* exactly as on the wire, 32 bytes */
  gboolean valid;
  gint error;
  guint64 device_time;
  gsize detections_size, image_size;
  gboolean padded;
} headers[] = {
  /* what cameras send */
  {"IMG 12.5 675840 140             ", TRUE, 0, 12500000000, 140, 675840, TRUE},
  {"IMG 1234.567891 675840 140      ", TRUE, 0, 1234567891000, 140, 675840, TRUE},
  {"IMG 0.0 675840 0                ", TRUE, 0, 0, 0, 675840, TRUE},
  {"IMG 5e-05 675840 0              ", TRUE, 0, 50000, 0, 675840, TRUE},
  {"IMG 1.5e-05 675840 0            ", TRUE, 0, 15000, 0, 675840, TRUE},
  {"IMG 1e-06 675840 0              ", TRUE, 0, 1000, 0, 675840, TRUE},
  {"IMG 123456.0 675840 0           ", TRUE, 0, 123456000000000, 0, 675840, TRUE},
  {"IMG 1e+16 675840 0              ", TRUE, 0, NONE, 0, 675840, TRUE},
  {"IMG 1e+09 675840 0              ", TRUE, 0, 1000000000000000000, 0, 675840, TRUE},
  {"IMG 1.5e+09 675840 0            ", TRUE, 0, 1500000000000000000, 0, 675840, TRUE},
  {"IMG 12.5 0 140                  ", TRUE, 0, 12500000000, 140, 0, TRUE},
  {"IMG 12 675840 140               ", TRUE, 0, 12000000000, 140, 675840, TRUE},
  {"IMG  12.5  675840  140          ", TRUE, 0, 12500000000, 140, 675840, TRUE},
  /* digits that a double has not, and that a nanosecond has not */
  {"IMG 9007199254.740993 675840 0  ", TRUE, 0, 9007199254740993000, 0, 675840, TRUE},
  {"IMG 0.1234567891234 675840 0    ", TRUE, 0, 123456789, 0, 675840, TRUE},
  {"IMG 1e-10 675840 0              ", TRUE, 0, 0, 0, 675840, TRUE},
  {"IMG 0e99 675840 0               ", TRUE, 0, 0, 0, 675840, TRUE},
  /* the full 32 bytes */
  {"IMG 1234567890.123456 675840 140", TRUE, 0, 1234567890123456000, 140, 675840, FALSE},
  {"IMG 1234567890.12345 675840 140 ", TRUE, 0, 1234567890123450000, 140, 675840, TRUE},
  {"IMG 123456789012345.6 675840 140", TRUE, 0, NONE, 140, 675840, FALSE},
  /* what has outgrown them */
  {"IMG 1234567890.1234567 675840 14", TRUE, 0, 1234567890123456700, 14, 675840, FALSE},
  {"IMG 1234567890.123456789 675840 ", FALSE, O, 0, 0, 0, 0},
  {"IMG 1234567890.1234567891 675840", FALSE, O, 0, 0, 0, 0},
  {"IMG 1234567890.12345678912 67584", FALSE, O, 0, 0, 0, 0},
  {"IMG 1.12345678912345678912345 67", FALSE, O, 0, 0, 0, 0},
  {"IMG 1.12345678912345678912345678", FALSE, O, 0, 0, 0, 0},
  {"IMG 1234567891234567891234567812", FALSE, O, 0, 0, 0, 0},
  /* what is no header */
  {"GET / HTTP/1.1\r\nHost: oak\r\n\r\n   ", FALSE, T, 0, 0, 0, 0},
  {"HTTP/1.1 400 Bad Request\r\nServer", FALSE, T, 0, 0, 0, 0},
  {"SSH-2.0-OpenSSH_9.2p1 Debian-2+d", FALSE, T, 0, 0, 0, 0},
  {"IMGX12.5 675840 140             ", FALSE, T, 0, 0, 0, 0},
  {"img 12.5 675840 140             ", FALSE, T, 0, 0, 0, 0},
  {" IMG 12.5 675840 140            ", FALSE, T, 0, 0, 0, 0},
  {"                                ", FALSE, T, 0, 0, 0, 0},
  /* what they must never make us believe */
  {"IMG                             ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5                        ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840                 ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840 140 7           ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840 140x            ", FALSE, F, 0, 0, 0, 0},
  {"IMG nan 675840 140              ", TRUE, 0, NONE, 140, 675840, TRUE},
  {"IMG inf 675840 140              ", TRUE, 0, NONE, 140, 675840, TRUE},
  {"IMG -12.5 675840 140            ", TRUE, 0, NONE, 140, 675840, TRUE},
  {"IMG -inf 675840 140             ", TRUE, 0, NONE, 140, 675840, TRUE},
  {"IMG none 675840 140             ", FALSE, F, 0, 0, 0, 0},
  {"IMG +12.5 675840 140            ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12,5 675840 140             ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12. 675840 140              ", FALSE, F, 0, 0, 0, 0},
  {"IMG .5 675840 140               ", FALSE, F, 0, 0, 0, 0},
  {"IMG 1e 675840 140               ", FALSE, F, 0, 0, 0, 0},
  {"IMG 1e1000 675840 140           ", FALSE, F, 0, 0, 0, 0},
  {"IMG 1e300 675840 140            ", TRUE, 0, NONE, 140, 675840, TRUE},
  {"IMG 0x10 675840 140             ", FALSE, F, 0, 0, 0, 0},
  {"IMG 9223372036.854775808 9 0    ", TRUE, 0, NONE, 0, 9, TRUE},
  {"IMG 9223372036.854775807 9 0    ", TRUE, 0, G_MAXINT64, 0, 9, TRUE},
  {"IMG 99999999999 675840 140      ", TRUE, 0, NONE, 140, 675840, TRUE},
  {"IMG 12.5 -1 140                 ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 +5 140                 ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 0x10 140               ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 1e3 140                ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840 -1              ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840\t140             ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5\n675840 140             ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 67108864 0             ", TRUE, 0, 12500000000, 0, 67108864, TRUE},
  {"IMG 12.5 67108865 0             ", FALSE, L, 0, 0, 0, 0},
  {"IMG 12.5 99999999999 140        ", FALSE, L, 0, 0, 0, 0},
  {"IMG 12.5 18446744073709551617 1 ", FALSE, L, 0, 0, 0, 0},
  {"IMG 12.5 4294967297 1           ", FALSE, L, 0, 0, 0, 0},
  {"IMG 12.5 675840 1048576         ", TRUE, 0, 12500000000, 1048576, 675840, TRUE},
  {"IMG 12.5 675840 1048577         ", FALSE, L, 0, 0, 0, 0},
  {"IMG 1 5 18446744073709551617    ", FALSE, L, 0, 0, 0, 0},
  /* the second framing: columns of 18 and 8 */
  {"ABCDE 12.5              48213   ", TRUE, 0, 12500000000, 0, 48213, TRUE},
  {"ABCDE 1234567890.12345678567890 ", TRUE, 0, 1234567890123456700, 0, 8567890, TRUE},
  {"ABCDE 1234567890.123456712345678", TRUE, 0, 1234567890123456700, 0, 12345678, TRUE},
  {"ABCDE 0.0               67108864", TRUE, 0, 0, 0, 67108864, TRUE},
  {"ABCDE 0.0               67108865", FALSE, L, 0, 0, 0, 0},
  {"ABCDE 0.0               0       ", TRUE, 0, 0, 0, 0, TRUE},
  {"ABCDE 12.5              -1      ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE 12.5 7            48213   ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE 12.5              48213 7 ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE                   48213   ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE 12.5                      ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE nan               48213   ", TRUE, 0, NONE, 0, 48213, TRUE},
  {"ABCDE 12.5\0             48213   ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE 12.5              48213\0  ", FALSE, F, 0, 0, 0, 0},
  {"ABCDE12.5               48213   ", FALSE, T, 0, 0, 0, 0},
  {"ABCDF 12.5              48213   ", FALSE, T, 0, 0, 0, 0},
  /* NUL is no pad, wherever it stands */
  {"IMG 12.5 675840 140\0            ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840 140 \0           ", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5 675840 140            \0", FALSE, F, 0, 0, 0, 0},
  {"IMG 12.5\0 675840 140            ", FALSE, F, 0, 0, 0, 0},
  {"IMG \0                           ", FALSE, F, 0, 0, 0, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_header_parse)
{
  const gchar *text = headers[__i__].header;
  OakHeader header = { 7, 7, 7, 7, 7 };
  GError *error = NULL;
  gboolean valid = oak_header_parse ((const guint8 *) text, &header, &error);

  if (headers[__i__].valid) {
    fail_unless (valid, "'%s': %s", text, error ? error->message : "");
    fail_unless (error == NULL);
    fail_unless_equals_int (header.framing, text[0] == 'A' ?
        OAK_FRAMING_ABCDE : OAK_FRAMING_IMG);
    fail_unless_equals_uint64 (header.device_time, headers[__i__].device_time);
    fail_unless_equals_uint64 (header.detections_size,
        headers[__i__].detections_size);
    fail_unless_equals_uint64 (header.image_size, headers[__i__].image_size);
    fail_unless_equals_int (header.padded, headers[__i__].padded);
  } else {
    fail_if (valid, "'%s' was taken for a header", text);
    fail_unless (g_error_matches (error, OAK_WIRE_ERROR,
            headers[__i__].error), "'%s': %d %s", text, error->code,
        error->message);
    fail_unless (strstr (error->message, "expected") != NULL);
    fail_unless (strstr (error->message, "got") != NULL);
    fail_unless (g_utf8_validate (error->message, -1, NULL));
    /* not touched */
    fail_unless_equals_int (header.framing, 7);
    fail_unless_equals_uint64 (header.device_time, 7);
    fail_unless_equals_uint64 (header.detections_size, 7);
    fail_unless_equals_uint64 (header.image_size, 7);
    fail_unless_equals_int (header.padded, 7);
    /* Who searches asks for no reasons. */
    fail_if (oak_header_parse ((const guint8 *) text, &header, NULL));
  }
  g_clear_error (&error);
}

GST_END_TEST;

/* Not one byte beside 32 is looked at. */
GST_START_TEST (test_header_stays_in_its_bytes)
{
  guint8 *exact = g_malloc (OAK_HEADER_SIZE);
  OakHeader header;

  memcpy (exact, "IMG 1234567890.123456 675840 140", OAK_HEADER_SIZE);
  fail_unless (oak_header_parse (exact, &header, NULL));
  memset (exact, '9', OAK_HEADER_SIZE);
  memcpy (exact, "IMG ", 4);
  fail_if (oak_header_parse (exact, &header, NULL));
  g_free (exact);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *start;
  gsize size;
  gboolean may;
} starts[] = {
  {"", 0, TRUE}, {"I", 1, TRUE}, {"IM", 2, TRUE}, {"IMG", 3, TRUE},
  {"IMG ", 4, TRUE}, {"IMG nonsense", 12, TRUE},
  {"A", 1, TRUE}, {"ABCDE", 5, TRUE}, {"ABCDE nonsense", 14, TRUE},
  {"ABCDEF", 6, FALSE}, {"AX", 2, FALSE},
  {"i", 1, FALSE}, {"IX", 2, FALSE}, {"IMG\0", 4, FALSE}, {"\0", 1, FALSE},
  {"HTTP/1.1 200 OK", 15, FALSE}, {"SSH-2.0-x\r\n", 11, FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_header_may_start)
{
  fail_unless_equals_int (oak_header_may_start ((const guint8 *)
          starts[__i__].start, starts[__i__].size), starts[__i__].may);
}

GST_END_TEST;

GST_START_TEST (test_quote_is_printable_and_short)
{
  guint8 bytes[256];
  gchar *quoted;
  guint i;

  for (i = 0; i < sizeof (bytes); i++)
    bytes[i] = 255 - i;
  quoted = oak_wire_quote (bytes, sizeof (bytes));
  fail_unless (strlen (quoted) < 256);
  for (i = 0; quoted[i] != '\0'; i++)
    fail_unless (g_ascii_isprint (quoted[i]));
  g_free (quoted);

  quoted = oak_wire_quote (bytes, 0);
  fail_unless_equals_string (quoted, "''");
  g_free (quoted);

  quoted = oak_wire_quote ((const guint8 *) "a\0b\\\r\n", 6);
  fail_unless_equals_string (quoted, "'a\\x00b\\x5c\\x0d\\x0a'");
  g_free (quoted);
}

GST_END_TEST;

#define IMG OAK_FRAMING_IMG
#define ABCDE OAK_FRAMING_ABCDE

/* *INDENT-OFF* */
static const struct
{
  OakHeader header;             /* framing, time, detections, image */
  const gchar *text;            /* NULL: a size or a time beyond the limit */
} written[] = {
  {{IMG, 0, 0, 0}, "IMG 0.0 0 0                     "},
  {{IMG, 12500000000, 140, 675840}, "IMG 12.5 675840 140             "},
  {{IMG, 50000, 0, 675840}, "IMG 5e-05 675840 0              "},
  {{IMG, 1, 1048576, 67108864}, "IMG 1e-09 67108864 1048576      "},
  {{IMG, 12345, 1048576, 67108864}, "IMG 1.2345e-05 67108864 1048576 "},
  {{IMG, 1234567891000, 140, 675840}, "IMG 1234.567891 675840 140      "},
  {{IMG, 123456000000000, 0, 675840}, "IMG 123456.0 675840 0           "},
  /* the last nanosecond that fits beside a pad, and the first that does not */
  {{IMG, 123456789012345, 140, 675840}, "IMG 123456.789012345 675840 140 "},
  {{IMG, 1234567890123456, 140, 675840}, "IMG 1234567.89012345 675840 140 "},
  {{IMG, 1234567000000001, 140, 675840}, "IMG 1234567.0 675840 140        "},
  {{IMG, 12345678901234567, 1048576, 67108864},
    "IMG 12345678.9 67108864 1048576 "},
  {{IMG, 123456789999999999, 1048576, 67108864},
    "IMG 123456789 67108864 1048576  "},
  {{IMG, G_MAXINT64, 1048576, 67108864}, "IMG 9223372036 67108864 1048576 "},
  {{ABCDE, 0, 0, 0}, "ABCDE 0.0               0       "},
  {{ABCDE, 12500000000, 0, 48213}, "ABCDE 12.5              48213   "},
  {{ABCDE, 50000, 0, 48213}, "ABCDE 5e-05             48213   "},
  {{ABCDE, 12345678901234567, 0, 67108864},
    "ABCDE 12345678.90123456767108864"},
  {{ABCDE, 123456789012345678, 0, 48213}, "ABCDE 123456789.0123456748213   "},
  {{ABCDE, G_MAXINT64, 0, 67108864}, "ABCDE 9223372036.854775867108864"},
  /* what oak_header_parse() would not take */
  {{IMG, 0, 0, 67108865}, NULL},
  {{IMG, 0, 1048577, 0}, NULL},
  {{IMG, 0, G_MAXSIZE, G_MAXSIZE}, NULL},
  {{IMG, G_GUINT64_CONSTANT (0x8000000000000000), 0, 0}, NULL},
  {{ABCDE, 0, 0, 67108865}, NULL},
  {{ABCDE, 0, 1, 0}, NULL},
  {{ABCDE, NONE, 0, 0}, NULL},
};
/* *INDENT-ON* */

GST_START_TEST (test_header_write)
{
  guint8 *bytes = g_malloc (OAK_HEADER_SIZE);
  const gchar *text = written[__i__].text;
  GError *error = NULL;
  guint i;

  memset (bytes, 0xa5, OAK_HEADER_SIZE);
  if (text != NULL) {
    fail_unless (oak_header_write (&written[__i__].header, bytes, &error));
    fail_unless (error == NULL);
    fail_unless_equals_int (strlen (text), OAK_HEADER_SIZE);
    fail_unless (memcmp (bytes, text, OAK_HEADER_SIZE) == 0, "'%.32s'", bytes);
  } else {
    fail_if (oak_header_write (&written[__i__].header, bytes, &error));
    fail_unless (g_error_matches (error, OAK_WIRE_ERROR, L));
    fail_unless (strstr (error->message, "expected") != NULL);
    fail_unless (strstr (error->message, "got") != NULL);
    g_clear_error (&error);
    fail_if (oak_header_write (&written[__i__].header, bytes, NULL));
    for (i = 0; i < OAK_HEADER_SIZE; i++)
      fail_unless_equals_int (bytes[i], 0xa5);
  }
  g_free (bytes);
}

GST_END_TEST;

/* As many digits as any number has, small numbers as often as large ones. */
static guint64
random_below (GRand * random, guint64 end)
{
  guint64 value = (guint64) g_rand_int (random) << 32 | g_rand_int (random);

  return (value >> g_rand_int_range (random, 0, 64)) % end;
}

/* Whether nine decimals, a point and the seconds fit beside the sizes. */
static gboolean
time_fits (const OakHeader * header)
{
  gchar *others = g_strdup_printf ("IMG  %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT
      " ", header->image_size, header->detections_size);
  gchar *time = g_strdup_printf ("%" G_GUINT64_FORMAT ".%09u",
      header->device_time / GST_SECOND,
      (guint) (header->device_time % GST_SECOND));
  gsize room = header->framing == IMG ? OAK_HEADER_SIZE - strlen (others) : 18;
  gboolean fits = strlen (time) <= room;

  g_free (others);
  g_free (time);
  return fits;
}

GST_START_TEST (test_header_that_is_written_parses)
{
  GRand *random = g_rand_new_with_seed (20240302);
  guint n, n_exact = 0;

  for (n = 0; n < 20000; n++) {
    OakHeader header = { n % 2 ? ABCDE : IMG, 0, 0, 0, 0 }, back;
    guint8 bytes[OAK_HEADER_SIZE];
    GError *error = NULL;

    header.device_time = random_below (random, (guint64) G_MAXINT64 + 1);
    header.image_size = random_below (random, OAK_IMAGE_SIZE_MAX + 1);
    if (header.framing == IMG)
      header.detections_size = random_below (random,
          OAK_DETECTIONS_SIZE_MAX + 1);

    fail_unless (oak_header_write (&header, bytes, &error));
    fail_unless (oak_header_parse (bytes, &back, &error), "'%.32s'", bytes);
    fail_unless_equals_int (back.framing, header.framing);
    fail_unless_equals_uint64 (back.image_size, header.image_size);
    fail_unless_equals_uint64 (back.detections_size, header.detections_size);
    fail_unless (back.padded);
    if (header.framing == IMG)
      fail_unless_equals_int (bytes[OAK_HEADER_SIZE - 1], ' ');

    fail_if (back.device_time > header.device_time, "'%.32s'", bytes);
    fail_unless (header.device_time - back.device_time < GST_SECOND);
    if (time_fits (&header)) {
      fail_unless_equals_uint64 (back.device_time, header.device_time);
      n_exact++;
    }
  }
  fail_unless (n_exact > 10000 && n_exact < 20000, "%u", n_exact);
  g_rand_free (random);
}

GST_END_TEST;

static Suite *
oakwire_suite (void)
{
  Suite *s = suite_create ("oakwire");
  TCase *tc = tcase_create ("header");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_header_parse, 0, G_N_ELEMENTS (headers));
  tcase_add_test (tc, test_header_stays_in_its_bytes);
  tcase_add_loop_test (tc, test_header_may_start, 0, G_N_ELEMENTS (starts));
  tcase_add_loop_test (tc, test_header_write, 0, G_N_ELEMENTS (written));
  tcase_add_test (tc, test_header_that_is_written_parses);
  tcase_add_test (tc, test_quote_is_printable_and_short);

  return s;
}

GST_CHECK_MAIN (oakwire);
