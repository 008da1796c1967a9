/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakencoded.h"
#include "oaksps.h"

#include <gst/check/gstcheck.h>

#define C OAK_PICTURE_ERROR_CUT
#define F OAK_PICTURE_ERROR_FIELD

/* Those that encoders write are parsed by the tests of oakaccessunit. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  Coding coding;
  guint id, width, height;
} good[] = {
  /* order type 1, the smallest offset there is */
  {"42001ed00000030007fffffff8e21cad0283f2",
   H264, 0, 320, 240},
  /* 4:4:4 with lists of scales: default, none, ended early, full, wrapping */
  {"f4001e91b08a40ac07f00406aaaaaab55555555aaaaaaaad5555555555"
     "5555555555555555555556aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab555555555555"
     "55555555555555555555aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad5555555555555"
     "5555555555555555556aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad0283f2",
   H264, 0, 320, 240},
  /* the same, 4:2:0, cropped by 0 1 0 1 */
  {"64001ead845205603f802035555555aaaaaaaad55555556aaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaab5555555555555555555555555555555568141fea9",
   H264, 0, 318, 238},
  /* 4:4:4 in separate planes, cropped by 1 2 3 4 */
  {"f4001e93968141fd3215",
   H264, 0, 317, 233},
  /* monochrome, cropped by 0 1 1 0, frames and fields */
  {"64001ef2d0283fd2a0",
   H264, 0, 319, 239},
  {"64001ef2d0283ce950",
   H264, 0, 319, 478},
  /* fields in 4:2:2 and 4:2:0, cropped by 1 1 1 1 */
  {"7a001ebcb40a0f349240",
   H264, 0, 316, 476},
  {"64001eacb40a0f349240",
   H264, 0, 316, 472},
  /* cropped to almost nothing, and to the limit */
  {"42001eda0507f80a003c50",
   H264, 0, 2, 2},
  {"42001eda000800001001d690",
   H264, 0, 32766, 32766},
  /* H.265 with sub layers: 3 with a profile or none, 7 with all */
  {"0501600000030090000003000003005ad00001600000030090000003"
     "000003003c3ca00a080f16",
   H265, 0, 320, 240},
  {"0d01600000030090000003000003005afff001600000030090000003"
     "000003003c01600000030090000003000003003c01600000030090000003000003"
     "003c01600000030090000003000003003c01600000030090000003000003003c01"
     "600000030090000003000003003ca00a080f16",
   H265, 0, 320, 240},
  /* 4:4:4 in separate planes, cropped by 1 1 0 1 */
  {"0101600000030090000003000003005a92014401e54ab0",
   H265, 0, 321, 240},
  /* monochrome, 4:2:2 and 4:2:0, cropped by 1 0 0 1 */
  {"0101600000030090000003000003005ac028203c6b58",
   H265, 0, 319, 239},
  {"0101600000030090000003000003005ab00a080f1ad6",
   H265, 0, 318, 239},
  {"0101600000030090000003000003005aa00a080f1ad6",
   H265, 0, 318, 238},
  {"0101600000030090000003000003005aa0001000000300200018",
   H265, 0, 32767, 32767},
  /* other ids, the last of each */
  {"42001e5680a03d90", H264, 1, 640, 480},
  {"42001e041682c4e4", H264, 31, 176, 144},
  {"0101600000030090000003000003005a48014080785e", H265, 1, 640, 480},
  {"0101600000030090000003000003005a08201620245e", H265, 15, 176, 144},
};

static const struct
{
  const gchar *hex;
  Coding coding;
  OakPictureError error;        /* if more may have come */
} bad[] = {
  /* an end that comes too early */
  {"", H264, C}, {"", H265, C}, {"42001eda0280", H264, C},
  /* nothing left of the width */
  {"42001eda0507f80a1d",
   H264, F},
  /* less than nothing */
  {"42001eda0507f0001000000300200034",
   H264, F},
  /* 32768 pixels */
  {"42001eda0008001f90",
   H264, F},
  /* 2^32 - 1 macroblocks */
  {"42001eda0000030000ffffffff1f90",
   H264, F},
  /* a chroma format of 4 */
  {"64001e972d0283f2",
   H264, F},
  /* an SPS numbered 32 */
  {"42001e04368141f9",
   H264, F},
  /* an order of type 3 */
  {"42001ec88141f9",
   H264, F},
  /* numbers that begin with 33 and 32 zeros */
  {"42001e00000300004000000300b0",
   H264, F},
  {"42001e0000030000800000030040",
   H264, F},
  /* H.265, numbered 16 */
  {"0101600000030090000003000003005a08a01620245e", H265, F},
  /* H.265: no width, 32768 pixels, more cropped than there is */
  {"0101600000030090000003000003005aa80f16",
   H265, F},
  {"0101600000030090000003000003005aa0001000203c58",
   H265, F},
  {"0101600000030090000003000003005aa00a080f1e032780",
   H265, F},
};
/* *INDENT-ON* */

static gboolean
parse (Coding coding, const guint8 * bytes, gsize size, gboolean cut,
    OakSps * sps, gint * code)
{
  OakSps parsed = { 77, 7, 7 };
  GError *error = NULL;

  if (coding == H264 ? oak_sps_parse_h264 (bytes, size, cut, &parsed, &error)
      : oak_sps_parse_h265 (bytes, size, cut, &parsed, &error)) {
    if (error != NULL || parsed.id > OAK_SPS_ID_MAX || parsed.width < 1
        || parsed.width > 32767 || parsed.height < 1 || parsed.height > 32767)
      fail ("%u: %u x %u", parsed.id, parsed.width, parsed.height);
    *sps = parsed;
    return TRUE;
  }

  if (error == NULL || error->domain != OAK_PICTURE_ERROR
      || strstr (error->message, "expected") == NULL
      || strstr (error->message, "got") == NULL || parsed.id != 77
      || parsed.width != 7 || parsed.height != 7)
    fail ("a failure as it must not be: %s", error ? error->message : "none");
  *code = error->code;
  g_error_free (error);
  return FALSE;
}

GST_START_TEST (test_sps_tells_its_size_unless_cut)
{
  OakSps sps;
  gint code = -1;
  gsize size, n;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);
  gboolean whole;

  fail_unless (parse (good[__i__].coding, bytes, size, FALSE, &sps, &code),
      "%s: %d", good[__i__].hex, code);
  fail_unless_equals_int (sps.id, good[__i__].id);
  fail_unless_equals_int (sps.width, good[__i__].width);
  fail_unless_equals_int (sps.height, good[__i__].height);

  /* Up to some byte it is too short, from there on it says the same. */
  whole = TRUE;
  for (n = size; n-- > 0;) {
    guint8 *cut = g_memdup2 (bytes, n);

    if (parse (good[__i__].coding, cut, n, TRUE, &sps, &code)) {
      fail_unless (whole);
      fail_unless_equals_int (sps.width, good[__i__].width);
      fail_unless_equals_int (sps.height, good[__i__].height);
    } else {
      whole = FALSE;
      fail_unless_equals_int (code, C);
      fail_if (parse (good[__i__].coding, cut, n, FALSE, &sps, &code));
      fail_unless_equals_int (code, F);
    }
    g_free (cut);
  }
  fail_if (whole);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_changed_byte_does_no_harm)
{
  gsize size, n;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);

  for (n = 0; n < size; n++) {
    guint8 was = bytes[n];
    guint value;

    for (value = 0; value < 256; value++) {
      OakSps sps;
      gint code;

      bytes[n] = value;
      parse (H264, bytes, size, FALSE, &sps, &code);
      parse (H265, bytes, size, FALSE, &sps, &code);
    }
    bytes[n] = was;
  }
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_nonsense_is_an_error)
{
  OakSps sps;
  gint code = -1;
  gsize size;
  guint8 *bytes = bytes_of (bad[__i__].hex, &size);

  fail_if (parse (bad[__i__].coding, bytes, size, TRUE, &sps, &code));
  fail_unless_equals_int (code, bad[__i__].error);
  g_free (bytes);
}

GST_END_TEST;

static Suite *
oaksps_suite (void)
{
  Suite *s = suite_create ("oaksps");
  TCase *tc = tcase_create ("sps");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_sps_tells_its_size_unless_cut, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_changed_byte_does_no_harm, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_nonsense_is_an_error, 0, G_N_ELEMENTS (bad));

  return s;
}

GST_CHECK_MAIN (oaksps);
