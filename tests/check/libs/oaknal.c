/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakencoded.h"
#include "oaknal.h"

#include <gst/check/gstcheck.h>

#define NONE (-1)

/* *INDENT-OFF* */
static const struct
{
  const gchar *hex;
  gint found;                   /* offset of what follows the start code */
} finds[] = {
  {"", NONE}, {"00", NONE}, {"0000", NONE}, {"0001", NONE}, {"000000", NONE},
  {"000001", 3}, {"00000165", 3}, {"0000000165", 4}, {"0000000000000165", 7},
  {"ff000001", 4}, {"ffff000001", 5}, {"ff00000001", 5}, {"0100000165", 4},
  {"0001000001", 5}, {"00000200000165", 6}, {"000003000001", 6},
  {"010101010101", NONE}, {"000002000102", NONE}, {"00ff0001", NONE},
  {"000001000001", 3},
};

static const struct
{
  const gchar *hex;
  Coding coding;
  OakNalRole role;
  gboolean may_lead;
} units[] = {
  {"6742", H264, OAK_NAL_SPS, TRUE}, {"68ce", H264, OAK_NAL_PPS, TRUE},
  {"0605", H264, OAK_NAL_OTHER, TRUE}, {"0910", H264, OAK_NAL_OTHER, TRUE},
  {"658884", H264, OAK_NAL_KEY_SLICE, TRUE},
  {"419a21", H264, OAK_NAL_SLICE, TRUE},
  {"019a21", H264, OAK_NAL_SLICE, TRUE},
  /* a partition; not first in its picture; not intra; no reference */
  {"429a21", H264, OAK_NAL_SLICE, FALSE},
  {"414380", H264, OAK_NAL_SLICE, FALSE},
  {"659a22", H264, OAK_NAL_KEY_SLICE, FALSE},
  {"058884", H264, OAK_NAL_KEY_SLICE, FALSE},
  {"0742", H264, OAK_NAL_SPS, FALSE}, {"08ce", H264, OAK_NAL_PPS, FALSE},
  {"6605", H264, OAK_NAL_OTHER, FALSE}, {"0900", H264, OAK_NAL_OTHER, FALSE},
  {"0a80", H264, OAK_NAL_OTHER, FALSE}, {"0cff", H264, OAK_NAL_OTHER, FALSE},
  {"0f42", H264, OAK_NAL_OTHER, FALSE}, {"1800", H264, OAK_NAL_OTHER, FALSE},
  {"e588", H264, OAK_NAL_BROKEN, FALSE},
  {"40010c", H265, OAK_NAL_OTHER, TRUE}, {"420101", H265, OAK_NAL_SPS, TRUE},
  {"4401c0", H265, OAK_NAL_PPS, TRUE}, {"4e0105", H265, OAK_NAL_OTHER, TRUE},
  {"460150", H265, OAK_NAL_OTHER, TRUE},
  {"2601ac", H265, OAK_NAL_KEY_SLICE, TRUE},
  {"2801ac", H265, OAK_NAL_KEY_SLICE, TRUE},
  {"2a01ac", H265, OAK_NAL_KEY_SLICE, TRUE},
  {"0201d0", H265, OAK_NAL_SLICE, TRUE}, {"0402e0", H265, OAK_NAL_SLICE, TRUE},
  /* the highest temporal layer, the last type; the bit that IRAP pictures have
   * before the number, and others have not */
  {"0207d0", H265, OAK_NAL_SLICE, TRUE}, {"1201d0", H265, OAK_NAL_SLICE, TRUE},
  {"26018080", H265, OAK_NAL_KEY_SLICE, TRUE},
  {"0201c000", H265, OAK_NAL_SLICE, TRUE},
  /* the last IRAP that is reserved, and what is behind it */
  {"2e01ac", H265, OAK_NAL_KEY_SLICE, FALSE},
  {"3001ac", H265, OAK_NAL_SLICE, FALSE},
  /* not first in its picture; in or above the lowest temporal layer */
  {"020150", H265, OAK_NAL_SLICE, FALSE},
  {"0401d0", H265, OAK_NAL_SLICE, FALSE},
  {"2602ac", H265, OAK_NAL_KEY_SLICE, FALSE},
  {"4202", H265, OAK_NAL_SPS, FALSE},
  /* of another layer */
  {"0209d0", H265, OAK_NAL_OTHER, FALSE},
  {"420901", H265, OAK_NAL_OTHER, FALSE},
  {"4409c0", H265, OAK_NAL_OTHER, FALSE},
  {"0301d0", H265, OAK_NAL_OTHER, FALSE},
  {"4a0180", H265, OAK_NAL_OTHER, FALSE}, {"460100", H265, OAK_NAL_OTHER, FALSE},
  {"a601ac", H265, OAK_NAL_BROKEN, FALSE},
  {"2600ac", H265, OAK_NAL_BROKEN, FALSE},
};

static const struct
{
  const gchar *hex;
  Coding coding;
  gint pps, sps;                /* NONE: they are not told */
} references[] = {
  {"68c8", H264, 0, 0}, {"68a2", H264, 0, 1}, {"6852", H264, 1, 0},
  {"684880", H264, 1, 1}, {"6800800202", H264, 255, 31},
  {"688212", H264, 0, 32}, {"680080c8", H264, NONE, NONE},
  {"6880", H264, NONE, NONE}, {"68", H264, NONE, NONE},
  {"4401c8", H265, 0, 0}, {"440102004080", H265, 63, 15},
  {"4401", H265, NONE, NONE},
};

static const struct
{
  const gchar *hex;
  Coding coding;
  gint pps;
} slices[] = {
  {"65888266", H264, 0}, {"6588409980", H264, 1}, {"658800800266", H264, 255},
  {"418800800266", H264, 255}, {"658800808266", H264, NONE},
  /* the longest first_mb_in_slice, with the bytes that prevent start codes */
  {"6500000300010000030002280201", H264, 255},
  {"65", H264, NONE}, {"6588", H264, NONE}, {"65880080", H264, NONE},
  {"2801acbc", H265, 0}, {"2801932f", H265, 1}, {"28018080cbc0", H265, 63},
  {"0201d978", H265, 0}, {"0201a65e", H265, 1}, {"020181019780", H265, 63},
  /* not the first segment; no flag of IRAP behind the first bit */
  {"020159", H265, 0}, {"2801", H265, NONE}, {"280180", H265, NONE},
};
/* *INDENT-ON* */

static OakNalCodec
codec_of (Coding coding)
{
  return coding == H265 ? OAK_NAL_H265 : OAK_NAL_H264;
}

GST_START_TEST (test_find)
{
  gsize size;
  guint8 *bytes = bytes_of (finds[__i__].hex, &size);
  const guint8 *found = oak_nal_find (bytes, bytes + size);

  fail_unless_equals_int (found == NULL ? NONE : found - bytes,
      finds[__i__].found);
  g_free (bytes);
}

GST_END_TEST;

/* What steps over bytes must find what a slow search finds. */
GST_START_TEST (test_find_finds_every_one)
{
  GRand *random = g_rand_new_with_seed (20240304);
  guint n, i;

  for (n = 0; n < 20000; n++) {
    guint8 bytes[16];
    const guint8 *expected = NULL;

    for (i = 0; i < sizeof (bytes); i++)
      bytes[i] = g_rand_int_range (random, 0, 2 + n % 3);
    for (i = 0; expected == NULL && i + 3 <= sizeof (bytes); i++) {
      if (memcmp (bytes + i, "\0\0\1", 3) == 0)
        expected = bytes + i + 3;
    }
    if (oak_nal_find (bytes, bytes + sizeof (bytes)) != expected)
      fail ("round %u", n);
  }
  g_rand_free (random);
}

GST_END_TEST;

GST_START_TEST (test_role_and_lead)
{
  OakNalCodec codec = codec_of (units[__i__].coding);
  gsize size;
  guint8 *bytes = bytes_of (units[__i__].hex, &size);

  fail_unless_equals_int (oak_nal_header_size (codec),
      codec == OAK_NAL_H264 ? 1 : 2);
  fail_unless_equals_int (oak_nal_role (codec, bytes), units[__i__].role);
  fail_unless_equals_int (oak_nal_may_lead (codec, bytes, bytes + size),
      units[__i__].may_lead);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_pps_refers_to_sps)
{
  guint pps = 777, sps = 777;
  gsize size;
  guint8 *bytes = bytes_of (references[__i__].hex, &size);
  gboolean told = references[__i__].pps != NONE;

  fail_unless_equals_int (oak_nal_parse_pps (codec_of (references
              [__i__].coding), bytes, bytes + size, &pps, &sps), told);
  fail_unless_equals_int (pps, told ? references[__i__].pps : 777);
  fail_unless_equals_int (sps, told ? references[__i__].sps : 777);
  g_free (bytes);
}

GST_END_TEST;

GST_START_TEST (test_slice_refers_to_pps)
{
  guint pps = 777;
  gsize size;
  guint8 *bytes = bytes_of (slices[__i__].hex, &size);
  gboolean told = slices[__i__].pps != NONE;

  fail_unless_equals_int (oak_nal_parse_slice (codec_of (slices[__i__].coding),
          bytes, bytes + size, &pps), told);
  fail_unless_equals_int (pps, told ? slices[__i__].pps : 777);
  g_free (bytes);
}

GST_END_TEST;

static Suite *
oaknal_suite (void)
{
  Suite *s = suite_create ("oaknal");
  TCase *tc = tcase_create ("nal");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_find, 0, G_N_ELEMENTS (finds));
  tcase_add_test (tc, test_find_finds_every_one);
  tcase_add_loop_test (tc, test_role_and_lead, 0, G_N_ELEMENTS (units));
  tcase_add_loop_test (tc, test_pps_refers_to_sps, 0,
      G_N_ELEMENTS (references));
  tcase_add_loop_test (tc, test_slice_refers_to_pps, 0, G_N_ELEMENTS (slices));

  return s;
}

GST_CHECK_MAIN (oaknal);
