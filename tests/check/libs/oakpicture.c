/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakencoded.h"
#include "oakpicture.h"

#include <gst/check/gstcheck.h>

#define NONE ((OakPictureKind) -1)
#define N_KINDS 3

/* In the order of Coding. */
static const OakPictureKind kinds[N_KINDS] = {
  OAK_PICTURE_JPEG, OAK_PICTURE_H264, OAK_PICTURE_H265
};

/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  OakPictureKind kind;
} guesses[] = {
  {"", NONE}, {"ff", NONE}, {"ffd8ff", NONE}, {"000001", NONE},
  /* a JPEG is known by its head: its end is not asked for */
  {SOI SOF0 ("00f30141") SCAN, OAK_PICTURE_JPEG},
  {SOI APP0, NONE},
  {SOI "ffe00010ffffffffffffffffffffffffffff" "fefefefefefe", NONE},
  /* bytes that both kinds of header can be: 28 01, and 06 with 2 to 7 */
  {"0000012801ac3b16281804", OAK_PICTURE_H265},
  {"0000012801ac3b16281804" "0000012801ac3b16281804", OAK_PICTURE_H265},
  {"0000012801ac3b162818" "00000165b80004", OAK_PICTURE_H264},
  {"0000010605ff80", OAK_PICTURE_H265},
  {"0000010605ff80" "0000010605ff80", OAK_PICTURE_H265},
  {"0000010605ff80" "000001419a2218", OAK_PICTURE_H264},
  {"0000010605ff80" "00000165b80004", OAK_PICTURE_H264},
  {"0000010601ff80", NONE},
  /* an SPS that does not parse, and that of the other kind */
  {"000001674200" IDR264, NONE},
  {"0000016742001eda0507e4" IDR265, NONE},
  {"00000142010101600000030090000003000003005aa00a080f16" IDR264, NONE},
  /* not the first slice of its picture, not a slice that is intra */
  {"0000014143800100", NONE}, {"0000010201500978", NONE},
  {"000001659a2218", NONE},
  /* units that come later or never: end, filler, reserved, another layer */
  {"0000010a80" IDR264, NONE}, {"0000010cff80" IDR264, NONE},
  {"0000010001" IDR264, NONE}, {"000001780000" IDR264, NONE},
  {"0000014a0180" IDR265, NONE}, {"0000014c0180" IDR265, NONE},
  {"0000011401d00978", NONE}, {"0000013e01d00978", NONE},
  {"0000010209d00978", NONE}, {"0000010301d00978", NONE},
  /* AUD that say nothing, IRAP above the lowest temporal layer, TSA in it */
  {"0000010900" IDR264, NONE}, {"000001460100" IDR265, NONE},
  {"0000012602ac3b16", NONE}, {"0000010401d00978", NONE},
  /* dark pixels */
  {"00000000000000000000000000000000", NONE},
  {"00000001000000010000000100000001", NONE},
  {"00000101020203030404050506060707", NONE},
  {"00000102010203040506070809101112", NONE},
  {"0000010b0c0d0e0f1011121314151617", NONE},
};
/* *INDENT-ON* */

/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  OakPictureKind kind;
} starts[] = {
  {"", NONE}, {"ff", NONE}, {"ffd8", NONE}, {"ffd8ff", OAK_PICTURE_JPEG},
  {"ffd8ffe000", OAK_PICTURE_JPEG}, {"ffd8ff00", OAK_PICTURE_JPEG}, {"ffd8fe", NONE},
  {"ffd9ff", NONE}, {"00ffd8ff", NONE},
  {"0000", NONE}, {"000000", NONE}, {"000001", OAK_PICTURE_H264}, {"00000001", OAK_PICTURE_H264},
  {"00000165", OAK_PICTURE_H264}, {"0000000126", OAK_PICTURE_H264}, {"0000000001", NONE},
  {"000002", NONE}, {"00000002", NONE}, {"01000001", NONE}, {"0100", NONE},
};
/* *INDENT-ON* */

static OakPictureKind
guess (const guint8 * bytes, gsize size)
{
  OakPictureKind kind = NONE;

  if (oak_picture_guess (bytes, size, &kind) != (kind != NONE))
    fail ("the kind is %d", kind);
  return kind;
}

GST_START_TEST (test_picture_of_encoder_is_guessed_and_parsed)
{
  OakPictureKind kind = kinds[encoded[__i__].coding];
  OakPicture picture = { 7, 7, 7 };
  GError *error = NULL;
  gsize size, n;
  guint8 *bytes = bytes_of (encoded[__i__].hex, &size);

  fail_unless_equals_int (guess (bytes, size), kind);
  fail_unless (oak_picture_parse (kind, bytes, size, &picture, &error));
  fail_unless (error == NULL);
  fail_unless_equals_int (picture.width, encoded[__i__].width);
  fail_unless_equals_int (picture.height, encoded[__i__].height);
  fail_unless_equals_int (picture.keyframe, encoded[__i__].keyframe);

  for (n = 0; n < size; n++) {
    guint8 *cut = g_memdup2 (bytes, n);

    guess (cut, n);
    g_free (cut);
  }
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_failure_touches_nothing)
{
  OakPicture picture = { 7, 7, 7 };
  GError *error = NULL;

  fail_if (oak_picture_parse (kinds[__i__], (const guint8 *) "rubbish", 7,
          &picture, &error));
  fail_unless (g_error_matches (error, OAK_PICTURE_ERROR,
          OAK_PICTURE_ERROR_KIND));
  fail_unless_equals_int (picture.width, 7);
  fail_unless_equals_int (picture.height, 7);
  fail_unless_equals_int (picture.keyframe, 7);
  g_error_free (error);
}

GST_END_TEST;

GST_START_TEST (test_guess)
{
  gsize size;
  guint8 *bytes = bytes_of (guesses[__i__].hex, &size);

  fail_unless_equals_int (guess (bytes, size), guesses[__i__].kind);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_starts_like)
{
  OakPictureKind kind = NONE;
  gsize size;
  guint8 *bytes = bytes_of (starts[__i__].hex, &size);

  fail_unless_equals_int (oak_picture_starts_like (bytes, size, &kind),
      starts[__i__].kind != NONE);
  fail_unless_equals_int (kind, starts[__i__].kind);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_nothing_may_be_null)
{
  OakPictureKind kind = NONE;
  guint i;

  fail_if (oak_picture_starts_like (NULL, 0, &kind));
  fail_unless_equals_int (guess (NULL, 0), NONE);
  for (i = 0; i < N_KINDS; i++)
    fail_if (oak_picture_parse (kinds[i], NULL, 0, NULL, NULL));
}

GST_END_TEST;

#define RAW_SIZE 1024

static void
expect_no_picture (const guint8 * raw)
{
  if (guess (raw, RAW_SIZE) != NONE)
    fail ("%02x %02x %02x %02x", raw[0], raw[1], raw[2], raw[3]);
}

GST_START_TEST (test_even_pixels_and_ramps_are_no_picture)
{
  guint8 *raw = g_malloc (RAW_SIZE);
  guint step, start, i;

  for (start = 0; start < 256; start++) {
    memset (raw, start, RAW_SIZE);
    expect_no_picture (raw);
    for (step = 1; step < 32; step++) {
      /* up by one after every few pixels, of 8 and of 16 bits */
      for (i = 0; i < RAW_SIZE; i++)
        raw[i] = start + i / step;
      expect_no_picture (raw);
      for (i = 0; i < RAW_SIZE; i += 2) {
        raw[i] = (start + i / 2 / step) & 0xff;
        raw[i + 1] = (start + i / 2 / step) >> 8;
      }
      expect_no_picture (raw);
      /* up by more */
      for (i = 0; i < RAW_SIZE; i++)
        raw[i] = start + i * step;
      expect_no_picture (raw);
    }
  }
  g_free (raw);
}

GST_END_TEST;

/* With a start code before it only if it is dark: that happens. */
GST_START_TEST (test_noise_is_no_picture)
{
  static const guint amplitudes[] = { 2, 3, 5, 16, 64, 128, 256 };
  GRand *random = g_rand_new_with_seed (20240229);
  guint8 *raw = g_malloc (RAW_SIZE);
  guint a, n, i;

  for (a = 0; a < G_N_ELEMENTS (amplitudes); a++) {
    for (n = 0; n < 500; n++) {
      for (i = 0; i < RAW_SIZE; i++)
        raw[i] = g_rand_int_range (random, 0, amplitudes[a]);
      expect_no_picture (raw);
      if (amplitudes[a] > 128)
        continue;
      memcpy (raw, "\0\0\1", 3);
      expect_no_picture (raw);
      memcpy (raw, "\0\0\0\1", 4);
      expect_no_picture (raw);
    }
  }
  g_free (raw);
  g_rand_free (random);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *start, *again;   /* in hexadecimal */
} floods[] = {
  {"", "00"}, {"", "01"}, {"", "000001"}, {"", "00000106"}, {"", "0000014e01"},
  {"", "0000016742001eda0507e4"}, {"", "0000016742001e"},
  {"", "00000142010101600000030090000003000003005aa00a080f16"},
  {"00000106", "00"}, {"00000106", "01"}, {"00000106", "ff"},
  {"00000167", "00"}, {"00000167", "000003"}, {"00000142", "01"},
  {"0000016764001e", "ff"}, {"000001674d001e", "55"},
  {SOI, "ff"}, {SOI, "ffe00002"}, {SOI SOF0 ("00f30141") SCAN, "00"},
  {SOI, "ffc0000b08012c012c01011100"}, {SOI SOF0 ("00f30141") SCAN, "ffd9"},
};
/* *INDENT-ON* */

/* Anything but linear would not end before the test is given up. */
GST_START_TEST (test_megabyte_of_anything_takes_linear_time)
{
  const gsize total = 1024 * 1024;
  guint8 *bytes = g_malloc (total);
  OakPicture picture;
  gsize size, n, i;
  guint8 *part = bytes_of (floods[__i__].start, &n);

  if (n > 0)
    memcpy (bytes, part, n);
  g_free (part);
  part = bytes_of (floods[__i__].again, &size);
  for (i = 0; n < total; i++, n++)
    bytes[n] = part[i % size];
  g_free (part);

  guess (bytes, total);
  for (i = 0; i < N_KINDS; i++)
    oak_picture_parse (kinds[i], bytes, total, &picture, NULL);
  g_free (bytes);
}

GST_END_TEST;

static Suite *
oakpicture_suite (void)
{
  Suite *s = suite_create ("oakpicture");
  TCase *tc = tcase_create ("picture");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_picture_of_encoder_is_guessed_and_parsed, 0,
      G_N_ELEMENTS (encoded));
  tcase_add_loop_test (tc, test_failure_touches_nothing, 0, N_KINDS);
  tcase_add_loop_test (tc, test_guess, 0, G_N_ELEMENTS (guesses));
  tcase_add_loop_test (tc, test_starts_like, 0, G_N_ELEMENTS (starts));
  tcase_add_test (tc, test_nothing_may_be_null);
  tcase_add_test (tc, test_even_pixels_and_ramps_are_no_picture);
  tcase_add_test (tc, test_noise_is_no_picture);
  tcase_add_loop_test (tc, test_megabyte_of_anything_takes_linear_time, 0,
      G_N_ELEMENTS (floods));

  return s;
}

GST_CHECK_MAIN (oakpicture);
