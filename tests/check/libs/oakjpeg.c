/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakencoded.h"
#include "oakjpeg.h"

#include <gst/check/gstcheck.h>

#define C OAK_PICTURE_ERROR_CUT
#define F OAK_PICTURE_ERROR_FIELD
#define K OAK_PICTURE_ERROR_KIND

/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  guint width, height;
} good[] = {
  /* made by hand: progressive, no APP0, fill bytes, the limit */
  {SOI DQT "ffffffc2000b087fff7fff01011100" SCAN EOI, 32767, 32767},
  /* the smallest, whose comment has markers */
  {SOI "fffe0008ffd9ffda00ff" "ffc0000b080001000101011100" SCAN EOI,
   1, 1},
  /* a thumbnail that is a JPEG, in APP1, before the frame and after it */
  {SOI "ffe1002a" "457869660000" SOI SOF0 ("00780050") "ffda0008010100003f0001" EOI
     SOF0 ("00f30141") SCAN EOI, 321, 243},
  {SOI SOF0 ("00f30141") "ffe1002a" "457869660000" SOI SOF0 ("00780050")
     "ffda0008010100003f0001" EOI SCAN EOI, 321, 243},
  /* an empty comment, the last of the frame headers, a scan without pixels */
  {SOI "fffe0002" SOF0 ("00f30141") SCAN EOI, 321, 243},
  {SOI "ffcf000b08012c012c01011100" SCAN EOI, 300, 300},
  {SOI SOF0 ("00f30141") "ffda0008010100003f00" EOI, 321, 243},
  /* restart markers */
  {SOI SOF0 ("00f30141") "ffdd00040001" SCAN "ffd0" "1122" "ffd1" "33" EOI,
   321, 243},
  /* progressive: scans with tables between them */
  {SOI "ffc2001108" "00f30141" "03012200021101031101" DHT SCAN DHT SCAN
     "ffda0008010100003f00f9ff00" EOI, 321, 243},
};

static const struct
{
  const gchar *hex;
  OakPictureError error;
} bad[] = {
  /* what starts otherwise */
  {"", C}, {"ffd9ff", K}, {"ffd800", K}, {"00000165", K},
  /* JPEG: no end, an end that is far away, no scan, no frame, no markers */
  {SOI SOF0 ("00f30141") SCAN, C},
  {SOI SOF0 ("00f30141") SCAN EOI "01", C},
  {SOI SOF0 ("00f30141") EOI, F},
  {SOI SOF0 ("00f30141") DHT, C},
  {SOI DHT "ffc8000b08012c012c01011100" SCAN EOI, F},
  {SOI "ffcc000b08012c012c01011100" SCAN EOI, F},
  {SOI "00" SOF0 ("00f30141") SCAN EOI, K},
  {SOI APP0 "00" SOF0 ("00f30141") SCAN EOI, F},
  {SOI SOI SOF0 ("00f30141") SCAN EOI, F},
  {SOI "ffd0" SOF0 ("00f30141") SCAN EOI, F},
  {SOI "ff010002" SOF0 ("00f30141") SCAN EOI, F},
  {SOI "ff00" SOF0 ("00f30141") SCAN EOI, F},
  /* segments that are shorter than their length, and longer than the picture */
  {SOI "ffe00001" SOF0 ("00f30141") SCAN EOI, F},
  {SOI "ffe00000" SOF0 ("00f30141") SCAN EOI, F},
  {SOI "ffe0ffff" SOF0 ("00f30141") SCAN EOI, C},
  /* a height that a DNL would tell, sides beyond the limit, odd lengths */
  {SOI SOF0 ("00000141") SCAN EOI, F},
  {SOI SOF0 ("00f30000") SCAN EOI, F},
  {SOI SOF0 ("80000141") SCAN EOI, F},
  {SOI SOF0 ("00f3ffff") SCAN EOI, F},
  {SOI "ffc0000a08012c012c010111" SCAN EOI, F},
  {SOI "ffc0000808012c012c00" SCAN EOI, F},
  {SOI "ffc0000708012c012c" SCAN EOI, F},
  {SOI "ffc00002" SCAN EOI, F},
  /* all of it is inside a segment */
  {SOI "ffe1002a" "457869660000" SOI SOF0 ("00780050") "ffda0008010100003f0001" EOI,
   C},
};
/* *INDENT-ON* */

/* A failure tells expected and got, and touches nothing. The mutations ask
 * this a million times: so Check, which notes each claim, is told only of
 * broken ones. */
static gboolean
parse (const guint8 * bytes, gsize size, OakPicture * picture, gint * code)
{
  OakPicture parsed = { 7, 7, 7 };
  GError *error = NULL;

  if (oak_jpeg_parse (bytes, size, &parsed, &error)) {
    if (error != NULL || parsed.width > 32767 || parsed.height > 32767
        || (parsed.width == 0) != (parsed.height == 0))
      fail ("%u x %u", parsed.width, parsed.height);
    *picture = parsed;
    return TRUE;
  }

  if (error == NULL || error->domain != OAK_PICTURE_ERROR
      || strstr (error->message, "expected") == NULL
      || strstr (error->message, "got") == NULL || parsed.width != 7
      || parsed.height != 7 || parsed.keyframe != 7)
    fail ("a failure as it must not be: %s", error ? error->message : "none");
  *code = error->code;
  g_error_free (error);
  return FALSE;
}

static void
expect_good (const gchar * hex, guint width, guint height)
{
  OakPicture picture;
  gint code = -1;
  gsize size, n;
  guint8 *bytes = bytes_of (hex, &size);

  fail_unless (parse (bytes, size, &picture, &code), "%s: %d", hex, code);
  fail_unless_equals_int (picture.width, width);
  fail_unless_equals_int (picture.height, height);
  fail_unless (picture.keyframe);
  fail_unless (oak_jpeg_has_head (bytes, size));

  /* Cut anywhere, it is cut. */
  for (n = 0; n < size; n++) {
    guint8 *cut = g_memdup2 (bytes, n);

    fail_if (parse (cut, n, &picture, &code), "%d bytes", (gint) n);
    fail_unless_equals_int (code, C);
    oak_jpeg_has_head (cut, n);
    g_free (cut);
  }
  g_free (bytes);
}

GST_START_TEST (test_jpeg_tells_its_size_unless_cut)
{
  expect_good (good[__i__].hex, good[__i__].width, good[__i__].height);
}

GST_END_TEST;

GST_START_TEST (test_jpeg_of_encoder_tells_its_size_unless_cut)
{
  if (encoded[__i__].coding == JPEG)
    expect_good (encoded[__i__].hex, encoded[__i__].width,
        encoded[__i__].height);
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
      OakPicture picture;
      gint code;

      bytes[n] = value;
      /* A picture that is whole has a head, too. */
      if (parse (bytes, size, &picture, &code)
          && !oak_jpeg_has_head (bytes, size))
        fail ("no head with %02x at %d", value, (gint) n);
    }
    bytes[n] = was;
  }
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_nonsense_is_an_error)
{
  OakPicture picture;
  gint code = -1;
  gsize size;
  guint8 *bytes = bytes_of (bad[__i__].hex, &size);

  fail_if (parse (bytes, size, &picture, &code));
  fail_unless_equals_int (code, bad[__i__].error);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_head_ends_with_the_header_of_the_scan)
{
  gsize size;
  guint8 *bytes =
      bytes_of (SOI SOF0 ("00f30141") "ffda0008010100003f00", &size);

  fail_unless (oak_jpeg_has_head (bytes, size));
  fail_if (oak_jpeg_has_head (bytes, size - 1));
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_64_zeros_may_follow)
{
  static const gchar hex[] = SOI SOF0 ("00f30141") SCAN EOI;
  OakPicture picture;
  gint code = -1;
  gsize size, n;
  guint8 *bytes = bytes_of (hex, &size);

  for (n = 0; n <= 65; n++) {
    guint8 *padded = g_malloc0 (size + n);

    memcpy (padded, bytes, size);
    fail_unless_equals_int (parse (padded, size + n, &picture, &code), n <= 64);
    if (n > 0) {
      padded[size + n - 1] = 1;
      fail_if (parse (padded, size + n, &picture, &code));
      fail_unless_equals_int (code, C);
    }
    g_free (padded);
  }
  g_free (bytes);
}

GST_END_TEST;

static Suite *
oakjpeg_suite (void)
{
  Suite *s = suite_create ("oakjpeg");
  TCase *tc = tcase_create ("jpeg");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_jpeg_tells_its_size_unless_cut, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_jpeg_of_encoder_tells_its_size_unless_cut, 0,
      G_N_ELEMENTS (encoded));
  tcase_add_loop_test (tc, test_changed_byte_does_no_harm, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_nonsense_is_an_error, 0, G_N_ELEMENTS (bad));
  tcase_add_test (tc, test_head_ends_with_the_header_of_the_scan);
  tcase_add_test (tc, test_64_zeros_may_follow);

  return s;
}

GST_CHECK_MAIN (oakjpeg);
