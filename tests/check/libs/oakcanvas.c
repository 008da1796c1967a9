/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcanvas.h"

#include <string.h>

#include <gst/check/gstcheck.h>

#define WIDTH 13
#define HEIGHT 11
#define GUARD 64
#define STRIDE 64
#define GROUND 16
#define EDGE 0xa5

/* *INDENT-OFF* */
static const struct
{
  guint n_planes;
  guint sizes[3], shifts_x[3], shifts_y[3];
} formats[] = {
  {1, {3}, {0}, {0}},                           /* BGR */
  {1, {4}, {0}, {0}},                           /* BGRx */
  {1, {1}, {0}, {0}},                           /* GRAY8 */
  {3, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}},         /* I420 */
  {2, {1, 2}, {0, 1}, {0, 1}},                  /* NV12 */
};
/* *INDENT-ON* */

/* Each plane has guards around it and behind each row. */
typedef struct
{
  OakCanvas canvas;
  guint8 *bytes[3];
} Picture;

static gint
scale (gint side, guint shift)
{
  return (side + (1 << shift) - 1) >> shift;
}

static gsize
plane_size (const OakPlane * plane)
{
  return 2 * GUARD + (gsize) STRIDE *scale (HEIGHT, plane->shift_y);
}

static gboolean
is_inside (const OakPlane * plane, gsize at)
{
  gsize offset = at - GUARD;

  return at >= GUARD && offset < (gsize) STRIDE *scale (HEIGHT, plane->shift_y)
  && offset % STRIDE < scale (WIDTH, plane->shift_x) * plane->pixel_size;
}

static void
open_picture (Picture * picture, guint format)
{
  guint i;
  gsize at;

  picture->canvas.n_planes = formats[format].n_planes;
  picture->canvas.area = oak_area_of_box (0, 0, WIDTH, HEIGHT);
  for (i = 0; i < picture->canvas.n_planes; i++) {
    OakPlane *plane = &picture->canvas.planes[i];

    plane->pixel_size = formats[format].sizes[i];
    plane->shift_x = formats[format].shifts_x[i];
    plane->shift_y = formats[format].shifts_y[i];
    plane->stride = STRIDE;
    picture->bytes[i] = g_malloc (plane_size (plane));
    for (at = 0; at < plane_size (plane); at++)
      picture->bytes[i][at] = is_inside (plane, at) ? GROUND : EDGE;
    plane->data = picture->bytes[i] + GUARD;
  }
}

/* Returns how many pixels of the first plane are not the ground any more. */
static guint
close_picture (Picture * picture)
{
  guint i, n = 0, n_outside = 0;
  gsize at;

  for (i = 0; i < picture->canvas.n_planes; i++) {
    const OakPlane *plane = &picture->canvas.planes[i];

    for (at = 0; at < plane_size (plane); at++) {
      gboolean inside = is_inside (plane, at);

      n_outside += !inside && picture->bytes[i][at] != EDGE;
      n += inside && i == 0 && (at - GUARD) % STRIDE % plane->pixel_size == 0
          && picture->bytes[i][at] != GROUND;
    }
    g_free (picture->bytes[i]);
  }
  fail_unless_equals_int (n_outside, 0);
  return n;
}

static const OakInk ink = {
  {{201, 202, 203, 204}, {101, 102, 103, 104}, {51, 52, 53, 54}},
  OAK_CANVAS_OPAQUE
};

/* *INDENT-OFF* */
static const struct
{
  OakArea area;
  guint n_filled;               /* pixels */
  guint n_outlined;             /* with lines of 2 pixels */
} areas[] = {
  {{2, 2, 10, 9}, 56, 44},
  {{3, 3, 4, 4}, 1, 1},
  {{3, 3, 8, 7}, 20, 20},
  {{0, 0, 13, 11}, 143, 80},
  {{12, 10, 13, 11}, 1, 1},
  /* across edges: the line is where the box ends */
  {{-4, -3, 5, 4}, 20, 14},
  {{8, 7, 20, 20}, 20, 14},
  {{-100, -100, 100, 100}, 143, 0},
  {{-100, 4, 100, 9}, 65, 52},
  {{-1, -1, 14, 12}, 143, 44},
  /* outside */
  {{-9, 2, 0, 9}, 0, 0},
  {{13, 2, 20, 9}, 0, 0},
  {{2, -9, 10, 0}, 0, 0},
  {{2, 11, 10, 20}, 0, 0},
  /* no area, and less */
  {{5, 5, 5, 9}, 0, 0},
  {{9, 5, 5, 9}, 0, 0},
  {{5, 9, 9, 5}, 0, 0},
  {{-16777216, -16777216, 16777216, 16777216}, 143, 0},
};
/* *INDENT-ON* */

GST_START_TEST (test_areas_are_clipped)
{
  Picture picture;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    open_picture (&picture, i);
    oak_canvas_fill (&picture.canvas, &areas[__i__].area, &ink);
    fail_unless_equals_int (close_picture (&picture), areas[__i__].n_filled);

    open_picture (&picture, i);
    oak_canvas_outline (&picture.canvas, &areas[__i__].area, 2, &ink);
    fail_unless_equals_int (close_picture (&picture), areas[__i__].n_outlined);

    open_picture (&picture, i);
    oak_canvas_pixelate (&picture.canvas, &areas[__i__].area, 4);
    fail_unless_equals_int (close_picture (&picture), 0);
  }
}

GST_END_TEST;

static gint
find_difference (const Picture * a, const Picture * b)
{
  gint most = 0;
  guint i;
  gsize at;

  for (i = 0; i < a->canvas.n_planes; i++)
    for (at = 0; at < plane_size (&a->canvas.planes[i]); at++)
      most = MAX (most, ABS (a->bytes[i][at] - b->bytes[i][at]));
  return most;
}

/* Wherever it goes: a mask that is all ink is an area that is filled. */
GST_START_TEST (test_stamps_are_clipped)
{
  guint8 bytes[5 * 8];
  OakMask mask = { bytes, 6, 5, 8 };
  Picture stamped, filled;
  gint x, y;

  memset (bytes, 255, sizeof (bytes));
  for (y = -6; y <= HEIGHT; y++) {
    for (x = -7; x <= WIDTH; x++) {
      OakArea area = oak_area_of_box (x, y, 6, 5);

      open_picture (&stamped, __i__);
      open_picture (&filled, __i__);
      oak_canvas_stamp (&stamped.canvas, x, y, &mask, &ink);
      oak_canvas_fill (&filled.canvas, &area, &ink);
      /* Parts of samples are rounded otherwise. */
      fail_unless (find_difference (&stamped, &filled) <= 1);
      fail_unless_equals_int (close_picture (&stamped),
          close_picture (&filled));
    }
  }
}

GST_END_TEST;

GST_START_TEST (test_each_byte_of_a_pixel_has_its_ink)
{
  const OakArea area = { 4, 2, 6, 4 };
  Picture picture;
  const guint8 *row;

  open_picture (&picture, 0);
  oak_canvas_fill (&picture.canvas, &area, &ink);
  row = picture.canvas.planes[0].data + 2 * STRIDE + 3 * 3;
  fail_unless (memcmp (row, "\20\20\20\311\312\313\311\312\313\20\20\20",
          12) == 0);
  close_picture (&picture);

  /* NV12: a sample of two bytes for four pixels */
  open_picture (&picture, 4);
  oak_canvas_fill (&picture.canvas, &area, &ink);
  row = picture.canvas.planes[1].data + 1 * STRIDE + 1 * 2;
  fail_unless (memcmp (row, "\20\20\145\146\20\20", 6) == 0);
  fail_unless_equals_int (close_picture (&picture), 4);
}

GST_END_TEST;

GST_START_TEST (test_what_is_covered_in_part_is_changed_in_part)
{
  const OakArea half = { 4, 2, 5, 4 }, quarter = { 4, 2, 5, 3 };
  /* The last column of chroma stands for a single one. */
  const OakArea last = { 12, 2, 13, 4 };
  Picture picture;
  const guint8 *chroma;

  open_picture (&picture, 3);
  chroma = picture.canvas.planes[1].data + STRIDE;
  oak_canvas_fill (&picture.canvas, &half, &ink);
  fail_unless_equals_int (chroma[2], GROUND + (101 - GROUND + 1) / 2);
  oak_canvas_fill (&picture.canvas, &last, &ink);
  fail_unless_equals_int (chroma[6], 101);
  close_picture (&picture);

  open_picture (&picture, 3);
  chroma = picture.canvas.planes[1].data + STRIDE;
  oak_canvas_fill (&picture.canvas, &quarter, &ink);
  fail_unless_equals_int (chroma[2], GROUND + (101 - GROUND + 2) / 4);
  close_picture (&picture);
}

GST_END_TEST;

GST_START_TEST (test_opacity)
{
  const OakArea area = { 4, 2, 6, 4 };
  OakInk half = ink, none = ink;
  Picture picture;
  const guint8 *pixel;

  half.opacity = OAK_CANVAS_OPAQUE / 2;
  none.opacity = 0;
  open_picture (&picture, 0);
  pixel = picture.canvas.planes[0].data + 2 * STRIDE + 4 * 3;
  oak_canvas_fill (&picture.canvas, &area, &none);
  fail_unless_equals_int (pixel[0], GROUND);
  oak_canvas_fill (&picture.canvas, &area, &half);
  fail_unless_equals_int (pixel[0], GROUND + (201 - GROUND + 1) / 2);
  fail_unless_equals_int (pixel[2], GROUND + (203 - GROUND + 1) / 2);
  close_picture (&picture);
}

GST_END_TEST;

GST_START_TEST (test_a_cell_gets_its_mean)
{
  const OakArea area = { 2, 2, 8, 4 };
  Picture picture;
  guint8 *row;

  open_picture (&picture, 2);
  row = picture.canvas.planes[0].data + 2 * STRIDE;
  row[2] = 116;
  row[1] = 7;
  row[8] = 9;
  oak_canvas_pixelate (&picture.canvas, &area, 4);
  /* (7 * 16 + 116) / 8 = 28.5 */
  fail_unless (memcmp (row, "\20\7\35\35\35\35\20\20\11", 9) == 0);
  fail_unless (memcmp (row + STRIDE, "\20\20\35\35\35\35\20\20\20", 9) == 0);
  fail_unless_equals_int (row[2 * STRIDE + 2], GROUND);
  close_picture (&picture);
}

GST_END_TEST;

GST_START_TEST (test_a_mask_lets_ink_through)
{
  guint8 bytes[] = { 0, 128, 255 };
  OakMask mask = { bytes, 3, 1, 3 };
  Picture picture;
  const guint8 *row;

  open_picture (&picture, 2);
  row = picture.canvas.planes[0].data + 4 * STRIDE;
  oak_canvas_stamp (&picture.canvas, 5, 4, &mask, &ink);
  fail_unless_equals_int (row[5], GROUND);
  fail_unless (row[6] > 105 && row[6] < 113);
  fail_unless_equals_int (row[7], 201);
  fail_unless_equals_int (close_picture (&picture), 2);
}

GST_END_TEST;

static Suite *
oakcanvas_suite (void)
{
  Suite *s = suite_create ("oakcanvas");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_areas_are_clipped, 0, G_N_ELEMENTS (areas));
  tcase_add_loop_test (tc, test_stamps_are_clipped, 0, G_N_ELEMENTS (formats));
  tcase_add_test (tc, test_each_byte_of_a_pixel_has_its_ink);
  tcase_add_test (tc, test_what_is_covered_in_part_is_changed_in_part);
  tcase_add_test (tc, test_opacity);
  tcase_add_test (tc, test_a_cell_gets_its_mean);
  tcase_add_test (tc, test_a_mask_lets_ink_through);
  return s;
}

GST_CHECK_MAIN (oakcanvas);
