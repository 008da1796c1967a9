/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakencoded.h"
#include "oakaccessunit.h"

#include <gst/check/gstcheck.h>

#define C OAK_PICTURE_ERROR_CUT
#define F OAK_PICTURE_ERROR_FIELD
#define K OAK_PICTURE_ERROR_KIND

/* Parameter sets by their ids: 0 is 320 x 240, 1 is 640 x 480. */
#define SPS0 "0000000167" "42001eda0507e4"
#define SPS1 "0000000167" "42001e5680a03d90"
#define SPS31 "0000000167" "42001e041682c4e4"
#define PPS0_OF_0 "0000000168" "c8"
#define PPS0_OF_1 "0000000168" "a2"
#define PPS1_OF_0 "0000000168" "52"
#define PPS1_OF_1 "0000000168" "4880"
#define IDR_OF_0 "00000165" "888266"
#define IDR_OF_1 "00000165" "88409980"
#define IDR_OF_255 "00000165" "8800800266"
#define SPS0_265 "0000014201" "0101600000030090000003000003005aa00a080f1780"
#define SPS1_265 "0000014201" "0101600000030090000003000003005a48014080785e"
#define PPS0_OF_0_265 "000000014401" "c8"
#define PPS1_OF_1_265 "000000014401" "4880"
#define IDR_OF_0_265 "0000012801" "acbc"
#define IDR_OF_1_265 "0000012801" "932f"
#define TRAIL_OF_0_265 "0000010201" "d978"
#define TRAIL_OF_1_265 "0000010201" "a65e"

/* Made by hand. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  Coding coding;
  guint width, height;
  gboolean keyframe;
} good[] = {
  /* zeros before a start code, units of no kind, an SPS of another layer */
  {"00000109100000000000010c80000001" "6742001eda0507e4000000" IDR264,
   H264, 320, 240, TRUE},
  {"00000142010101600000030090000003000003005aa00a080f16"
   "00000142090101600000030090000003000003005aa0050201e160" IDR265, H265, 320, 240, TRUE},
  /* of those that have the same id, the last counts */
  {SPS0 "0000016742001eda0280f640" IDR264, H264, 640, 480, TRUE},
  {SPS0 SPS1 PPS0_OF_1 PPS0_OF_0 IDR_OF_0, H264, 320, 240, TRUE},
  {SPS0 SPS1 PPS0_OF_0 PPS0_OF_1 IDR_OF_0, H264, 640, 480, TRUE},
  /* of several, that of the slice's PPS counts, in whatever order they come */
  {SPS0 SPS1 PPS0_OF_0 PPS1_OF_1 IDR_OF_0, H264, 320, 240, TRUE},
  {SPS0 SPS1 PPS0_OF_0 PPS1_OF_1 IDR_OF_1, H264, 640, 480, TRUE},
  {SPS1 SPS0 PPS0_OF_1 PPS1_OF_0 IDR_OF_0, H264, 640, 480, TRUE},
  {PPS1_OF_1 PPS0_OF_0 SPS1 SPS0 IDR_OF_1, H264, 640, 480, TRUE},
  {SPS0 SPS31 PPS0_OF_0 "00000168" "00800202" IDR_OF_255, H264, 176, 144, TRUE},
  {SPS0_265 SPS1_265 PPS0_OF_0_265 PPS1_OF_1_265 IDR_OF_0_265,
   H265, 320, 240, TRUE},
  {SPS0_265 SPS1_265 PPS0_OF_0_265 PPS1_OF_1_265 IDR_OF_1_265,
   H265, 640, 480, TRUE},
  {SPS0_265 SPS1_265 PPS0_OF_0_265 PPS1_OF_1_265 TRAIL_OF_0_265,
   H265, 320, 240, FALSE},
  {SPS0_265 SPS1_265 PPS0_OF_0_265 PPS1_OF_1_265 TRAIL_OF_1_265,
   H265, 640, 480, FALSE},
  /* its PPS came, but the SPS of that did not, or there is none such */
  {SPS0 PPS0_OF_1 IDR_OF_0, H264, 0, 0, TRUE},
  {SPS0 "0000016882" "12" IDR_OF_0, H264, 0, 0, TRUE},
  {SPS0 "00000168" "8000000300800000030020" IDR_OF_0, H264, 0, 0, TRUE},
  {SPS0_265 PPS1_OF_1_265 IDR_OF_1_265, H265, 0, 0, TRUE},
  /* its PPS did not come: one size will be it, of two neither */
  {SPS0 PPS1_OF_1 IDR_OF_0, H264, 320, 240, TRUE},
  {SPS0 "00000167" "42001e568141f9" IDR_OF_0, H264, 320, 240, TRUE},
  {SPS31 IDR_OF_0, H264, 176, 144, TRUE},
  {SPS0 SPS1 IDR_OF_0, H264, 0, 0, TRUE},
  {SPS0 "00000167" "42001e568141d9" IDR_OF_0, H264, 0, 0, TRUE},
  {SPS0 SPS1 PPS0_OF_0 IDR_OF_1, H264, 0, 0, TRUE},
  {SPS0_265 SPS1_265 PPS0_OF_0_265 IDR_OF_1_265, H265, 0, 0, TRUE},
  /* a PPS that is cut, and one numbered 256, are none */
  {SPS0 SPS1 "0000016880" PPS1_OF_1 IDR_OF_0, H264, 0, 0, TRUE},
  {SPS0 "00000168" "0080c8" IDR_OF_0, H264, 320, 240, TRUE},
  /* nor do the zeros of the next start code make a cut one whole */
  {SPS0 "0000016881" "0000" IDR_OF_0, H264, 320, 240, TRUE},
  /* a slice that is cut before it names its PPS, and one that is very short */
  {SPS0 SPS1 PPS0_OF_0 PPS1_OF_1 "0000016588", H264, 0, 0, TRUE},
  {SPS0 SPS1 PPS0_OF_0 PPS1_OF_1 "0000016588" IDR_OF_1, H264, 0, 0, TRUE},
  {SPS0 PPS0_OF_0 "0000016588", H264, 320, 240, TRUE},
  /* a recovery point is no keyframe, BLA and CRA are; 23 is the last IRAP */
  {"000001060601c480" "000001419a2218835ffeda", H264, 0, 0, FALSE},
  {"0000012001ac184c8dc232", H265, 0, 0, TRUE},
  {"0000012e01ac184c8dc232", H265, 0, 0, TRUE},
  {"0000013001ac184c8dc232", H265, 0, 0, FALSE},
  {"0000011e01ac184c8dc232", H265, 0, 0, FALSE},
};

static const struct
{
  const gchar *hex;
  Coding coding;
  OakPictureError error;
} bad[] = {
  /* what starts otherwise */
  {"", H264, C}, {"", H265, C}, {SOI APP0, H264, K}, {SOI APP0, H265, K},
  {"0000026588", H264, K}, {"0000000065", H264, K}, {"0100000165", H264, K},
  {"000000000165880400", H264, K}, {"ff00000165880400", H265, K},
  /* no slice, or nothing of it */
  {"0000010910", H264, C}, {"00000146015000", H265, C},
  {"0000016742001eda0507e4", H264, C}, {"00000165", H264, C},
  {"0000012601", H265, C},
  /* forbidden bits, and no temporal layer */
  {"000001e588840ea2", H264, F}, {"000001a601ac3b16", H265, F},
  {"0000012600ac3b16", H265, F},
  /* an SPS that ends too early: there is more, or there is not */
  {"0000016742001eda0280" IDR264, H264, F}, {"0000016742001eda0280", H264, C},
  {"00000167" IDR264, H264, F},
  {"0000014201" IDR265, H265, F},
};
/* *INDENT-ON* */

static OakNalCodec
codec_of (Coding coding)
{
  return coding == H265 ? OAK_NAL_H265 : OAK_NAL_H264;
}

/* A failure tells expected and got, and touches nothing. The mutations ask
 * this a million times: so Check, which notes each claim, is told only of
 * broken ones. */
static gboolean
parse (Coding coding, const guint8 * bytes, gsize size, OakPicture * picture,
    gint * code)
{
  OakPicture parsed = { 7, 7, 7 };
  GError *error = NULL;

  if (oak_access_unit_parse (codec_of (coding), bytes, size, &parsed, &error)) {
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
expect (Coding coding, const guint8 * bytes, gsize size, guint width,
    guint height, gboolean keyframe)
{
  OakPicture picture;
  gint code = -1;

  fail_unless (parse (coding, bytes, size, &picture, &code), "%d", code);
  fail_unless_equals_int (picture.width, width);
  fail_unless_equals_int (picture.height, height);
  fail_unless_equals_int (picture.keyframe, keyframe);
}

GST_START_TEST (test_access_unit_tells_size_and_keyframe)
{
  gsize size;
  guint8 *bytes = bytes_of (good[__i__].hex, &size);

  expect (good[__i__].coding, bytes, size, good[__i__].width,
      good[__i__].height, good[__i__].keyframe);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_access_unit_of_encoder_has_its_slice_or_is_cut)
{
  Coding coding = encoded[__i__].coding;
  gsize size, n;
  guint8 *bytes = bytes_of (encoded[__i__].hex, &size);
  /* the slice's header, and a byte of it */
  gsize needed = size - SLICE_SIZE + (coding == H264 ? 2 : 3);

  if (coding != JPEG) {
    fail_unless (oak_access_unit_has_head (codec_of (coding), bytes, size));
    fail_if (oak_access_unit_has_head (codec_of (H264 + H265 - coding), bytes,
            size));
  }
  for (n = 0; coding != JPEG && n <= size; n++) {
    guint8 *cut = g_memdup2 (bytes, n);
    OakPicture picture;
    gint code = -1;

    oak_access_unit_has_head (codec_of (coding), cut, n);
    if (n >= needed) {
      expect (coding, cut, n, encoded[__i__].width, encoded[__i__].height,
          encoded[__i__].keyframe);
    } else {
      fail_if (parse (coding, cut, n, &picture, &code), "%d bytes", (gint) n);
      fail_unless_equals_int (code, C);
    }
    g_free (cut);
  }
  g_free (bytes);
}

GST_END_TEST;

static void
change_each_byte (const gchar * hex)
{
  gsize size, n;
  guint8 *bytes = bytes_of (hex, &size);

  for (n = 0; n < size; n++) {
    guint8 was = bytes[n];
    guint value;

    for (value = 0; value < 256; value++) {
      OakPicture picture;
      Coding coding;
      gint code;

      bytes[n] = value;
      for (coding = H264; coding <= H265; coding++) {
        gboolean valid = parse (coding, bytes, size, &picture, &code);

        if (oak_access_unit_has_head (codec_of (coding), bytes, size)
            && !valid)
          fail ("only a head with %02x at %d", value, (gint) n);
      }
    }
    bytes[n] = was;
  }
  g_free (bytes);
}

GST_START_TEST (test_changed_byte_does_no_harm)
{
  change_each_byte (good[__i__].hex);
}

GST_END_TEST;

GST_START_TEST (test_changed_byte_of_encoder_does_no_harm)
{
  if (encoded[__i__].coding != JPEG)
    change_each_byte (encoded[__i__].hex);
}

GST_END_TEST;

GST_START_TEST (test_nonsense_is_an_error)
{
  OakPicture picture;
  gint code = -1;
  gsize size;
  guint8 *bytes = bytes_of (bad[__i__].hex, &size);

  fail_if (parse (bad[__i__].coding, bytes, size, &picture, &code));
  fail_unless_equals_int (code, bad[__i__].error);
  fail_if (oak_access_unit_has_head (codec_of (bad[__i__].coding), bytes,
          size));
  g_free (bytes);
}

GST_END_TEST;

/* An IDR slice behind it does not make a delta frame a keyframe. */
GST_START_TEST (test_first_slice_decides)
{
  OakPicture picture;
  gint code;
  gsize size;
  guint8 *bytes = bytes_of ("000001419a2218835ffeda" IDR264
      "0000016742001eda", &size);

  fail_unless (parse (H264, bytes, size, &picture, &code));
  fail_if (picture.keyframe);
  fail_unless_equals_int (picture.width, 0);
  g_free (bytes);
}

GST_END_TEST;

static Suite *
oakaccessunit_suite (void)
{
  Suite *s = suite_create ("oakaccessunit");
  TCase *tc = tcase_create ("access-unit");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_access_unit_tells_size_and_keyframe, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_access_unit_of_encoder_has_its_slice_or_is_cut,
      0, G_N_ELEMENTS (encoded));
  tcase_add_loop_test (tc, test_changed_byte_does_no_harm, 0,
      G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_changed_byte_of_encoder_does_no_harm, 0,
      G_N_ELEMENTS (encoded));
  tcase_add_loop_test (tc, test_nonsense_is_an_error, 0, G_N_ELEMENTS (bad));
  tcase_add_test (tc, test_first_slice_decides);

  return s;
}

GST_CHECK_MAIN (oakaccessunit);
