/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpixels.h"

#include <gst/check/gstcheck.h>

#define N_MAX 200

/* Every number of pixels, in memory of exactly that size. */
GST_START_TEST (test_pack_3)
{
  gsize n = __i__, i;
  guint8 *planes[3], *packed = g_malloc (3 * n + 1);
  guint p;

  for (p = 0; p < 3; p++) {
    planes[p] = g_malloc (n);
    for (i = 0; i < n; i++)
      planes[p][i] = 37 * i + 91 * p + 5;
  }
  packed[3 * n] = 0xa5;

  oak_pixels_pack_3 (packed, planes[0], planes[1], planes[2], n);

  for (i = 0; i < 3 * n; i++)
    fail_unless_equals_int (packed[i], (guint8) (37 * (i / 3) + 91 * (i % 3)
            + 5));
  fail_unless_equals_int (packed[3 * n], 0xa5);

  for (p = 0; p < 3; p++)
    g_free (planes[p]);
  g_free (packed);
}

GST_END_TEST;

GST_START_TEST (test_unpack_3)
{
  gsize n = __i__, i;
  guint8 *planes[3], *packed = g_malloc (3 * n);
  guint p;

  for (i = 0; i < 3 * n; i++)
    packed[i] = 37 * i + 5;
  for (p = 0; p < 3; p++) {
    planes[p] = g_malloc (n + 1);
    planes[p][n] = 0xa5;
  }

  oak_pixels_unpack_3 (planes[0], planes[1], planes[2], packed, n);

  for (p = 0; p < 3; p++) {
    for (i = 0; i < n; i++)
      fail_unless_equals_int (planes[p][i], (guint8) (37 * (3 * i + p) + 5));
    fail_unless_equals_int (planes[p][n], 0xa5);
    g_free (planes[p]);
  }
  g_free (packed);
}

GST_END_TEST;

static Suite *
oakpixels_suite (void)
{
  Suite *s = suite_create ("oakpixels");
  TCase *tc = tcase_create ("pack");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_pack_3, 0, N_MAX + 1);
  tcase_add_loop_test (tc, test_unpack_3, 0, N_MAX + 1);

  return s;
}

GST_CHECK_MAIN (oakpixels);
