/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakpixels.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define N_MAX 200
#define N_PLANES_MAX 4

static guint8
byte_of (guint plane, gsize i)
{
  return 37 * i + 91 * plane + 5;
}

/* In memory of exactly the right size, and @shift bytes out of step. */
static guint8 *
make_plane (guint plane, gsize n, gsize shift)
{
  guint8 *data = g_malloc (n + shift);
  gsize i;

  for (i = 0; i < n; i++)
    data[shift + i] = byte_of (plane, i);
  return data;
}

static gboolean
is_packed (const guint8 * packed, gsize n, guint n_planes, guint empty)
{
  gsize i;

  for (i = 0; i < n_planes * n; i++) {
    guint plane = i % n_planes;

    if (packed[i] != (plane == empty ? 255 : byte_of (plane, i / n_planes)))
      return FALSE;
  }
  return TRUE;
}

/* @empty: the plane that is not there; N_PLANES_MAX = none. */
static void
check_pack (const OakPixels * pixels, guint n_planes, gsize n, gsize shift,
    guint empty)
{
  const guint8 *planes[N_PLANES_MAX] = { NULL, };
  guint8 *data[N_PLANES_MAX];
  guint8 *packed = g_malloc (shift + n_planes * n + 1);
  guint p;

  for (p = 0; p < n_planes; p++) {
    data[p] = make_plane (p, n, (shift + p) % 8);
    planes[p] = p == empty ? NULL : data[p] + (shift + p) % 8;
  }
  packed[shift + n_planes * n] = 0xa5;

  (n_planes == 3 ? pixels->pack_3 : pixels->pack_4) (packed + shift, planes, n);

  fail_unless (is_packed (packed + shift, n, n_planes, empty),
      "%s: %u planes of %u", pixels->name, n_planes, (guint) n);
  fail_unless_equals_int (packed[shift + n_planes * n], 0xa5);
  for (p = 0; p < n_planes; p++)
    g_free (data[p]);
  g_free (packed);
}

static void
check_number (const OakPixels * pixels, gsize n)
{
  gsize shift;
  guint empty;

  for (shift = 0; shift < 4; shift++) {
    check_pack (pixels, 3, n, shift, N_PLANES_MAX);
    for (empty = 0; empty <= N_PLANES_MAX; empty++)
      check_pack (pixels, 4, n, shift, empty);
  }
}

/* Every way that this processor has, each number of pixels. */
GST_START_TEST (test_pack)
{
  const OakPixels *pixels;
  gsize n;
  guint i;

  for (i = 0; (pixels = oak_pixels_nth (i)) != NULL; i++) {
    for (n = 0; n <= N_MAX; n++)
      check_number (pixels, n);
  }
}

GST_END_TEST;

GST_START_TEST (test_find)
{
  const OakPixels *pixels;
  guint i;

  for (i = 0; (pixels = oak_pixels_nth (i)) != NULL; i++)
    fail_unless (oak_pixels_find (pixels->name) == pixels);
  fail_unless (i > 0);
  fail_unless_equals_string (oak_pixels_nth (i - 1)->name, "c");
  fail_unless (oak_pixels_nth (i + 1) == NULL);
  fail_unless (oak_pixels_find (NULL) == oak_pixels_nth (0));
  fail_unless (oak_pixels_find ("altivec") == oak_pixels_nth (0));
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
  tcase_add_test (tc, test_find);
  tcase_add_test (tc, test_pack);
  tcase_add_loop_test (tc, test_unpack_3, 0, N_MAX + 1);

  return s;
}

GST_CHECK_MAIN (oakpixels);
