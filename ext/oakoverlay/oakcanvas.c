/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcanvas.h"

#include <string.h>

/* As many bytes as are written at once: whole pixels, whatever their size. */
#define RUN 48

static guint8 *
find_pixel (const OakPlane * plane, gint x, gint y)
{
  return plane->data + (gssize) y *plane->stride
      + (gssize) x *plane->pixel_size;
}

static void
blend (guint8 * byte, guint8 ink, guint weight)
{
  *byte += ((ink - *byte) * (gint) weight + 128) >> 8;
}

static void
blend_pixel (guint8 * pixel, const guint8 * ink, guint size, guint weight)
{
  guint i;

  for (i = 0; i < size; i++)
    blend (&pixel[i], ink[i], weight);
}

/* The ink of one plane, repeated. */
static void
repeat_pixel (const guint8 * pixel, guint size, guint8 * run)
{
  guint i;

  for (i = 0; i < RUN; i++)
    run[i] = pixel[i % size];
}

/* Most runs are as short as a line is wide: two stores that may overlap, and no
 * call. */
static inline void
write_run (guint8 * to, gsize size, const guint8 * run)
{
  if (size >= 8 && size <= 16) {
    memcpy (to, run, 8);
    memcpy (to + size - 8, run + size - 8, 8);
    return;
  }
  for (; size >= RUN; size -= RUN, to += RUN)
    memcpy (to, run, RUN);
  memcpy (to, run, size);
}

static void
fill_span (const OakPlane * plane, guint8 * pixel, gint n, guint weight,
    const guint8 * run)
{
  if (weight == OAK_CANVAS_OPAQUE) {
    write_run (pixel, (gsize) n * plane->pixel_size, run);
    return;
  }
  for (; n > 0; n--, pixel += plane->pixel_size)
    blend_pixel (pixel, run, plane->pixel_size, weight);
}

/* How much of sample @i is between @from and @to, of what is of it between 0
 * and @end: a plane may be less fine than the picture. 0..256 */
static guint
find_cover (gint i, guint shift, gint from, gint to, gint end)
{
  gint first, last;

  if (shift == 0)
    return OAK_CANVAS_OPAQUE;
  first = i << shift;
  last = MIN ((i + 1) << shift, end);
  return (MIN (last, to) - MAX (first, from)) * OAK_CANVAS_OPAQUE
      / (last - first);
}

/* The samples of a row: one at each end that may be covered in part, and those
 * in between. */
typedef struct
{
  gint first;
  guint at_first;               /* 0..256; 0: there is no such sample */
  gint n;                       /* between the ends */
  guint at_last;
} Row;

static void
plan_row (const OakCanvas * self, const OakPlane * plane, const OakArea * area,
    Row * row)
{
  guint shift = plane->shift_x;
  gint last = (area->right - 1) >> shift;

  row->first = area->left >> shift;
  row->n = last - row->first + 1;
  row->at_first = find_cover (row->first, shift, area->left, area->right,
      self->area.right);
  row->at_last = find_cover (last, shift, area->left, area->right,
      self->area.right);
  if (last == row->first || row->at_last == OAK_CANVAS_OPAQUE)
    row->at_last = 0;
  if (row->at_first == OAK_CANVAS_OPAQUE)
    row->at_first = 0;
  row->n -= (row->at_first > 0) + (row->at_last > 0);
}

static void
fill_row (const OakPlane * plane, const Row * row, guint8 * pixel,
    guint weight, const guint8 * run)
{
  if (row->at_first > 0) {
    fill_span (plane, pixel, 1, weight * row->at_first / OAK_CANVAS_OPAQUE,
        run);
    pixel += plane->pixel_size;
  }
  fill_span (plane, pixel, row->n, weight, run);
  if (row->at_last > 0)
    fill_span (plane, pixel + (gsize) row->n * plane->pixel_size, 1,
        weight * row->at_last / OAK_CANVAS_OPAQUE, run);
}

/* The usual case: nothing is covered in part, and nothing shines through. */
static void
fill_rows (const OakPlane * plane, const OakArea * area, const guint8 * run)
{
  gsize size = (gsize) (area->right - area->left) * plane->pixel_size;
  gint stride = plane->stride, y;
  guint8 *pixel = find_pixel (plane, area->left, area->top);

  for (y = area->top; y < area->bottom; y++, pixel += stride)
    write_run (pixel, size, run);
}

static void
fill_plane (const OakCanvas * self, const OakPlane * plane,
    const OakArea * area, const guint8 * ink, guint opacity)
{
  gint last = (area->bottom - 1) >> plane->shift_y, y;
  guint8 run[RUN];
  Row row;

  repeat_pixel (ink, plane->pixel_size, run);
  if (plane->shift_x + plane->shift_y == 0 && opacity == OAK_CANVAS_OPAQUE) {
    fill_rows (plane, area, run);
    return;
  }
  plan_row (self, plane, area, &row);
  for (y = area->top >> plane->shift_y; y <= last; y++) {
    guint cover = find_cover (y, plane->shift_y, area->top, area->bottom,
        self->area.bottom);

    fill_row (plane, &row, find_pixel (plane, row.first, y),
        opacity * cover / OAK_CANVAS_OPAQUE, run);
  }
}

/**
 * oak_canvas_fill:
 * @self: a picture
 * @area: where; may be anywhere
 * @ink: the colour
 *
 * In planes that are less fine than the picture, what is covered in part is
 * changed in part.
 */
void
oak_canvas_fill (const OakCanvas * self, const OakArea * area,
    const OakInk * ink)
{
  OakArea seen = oak_area_intersect (area, &self->area);
  guint i;

  if (oak_area_is_empty (&seen))
    return;
  for (i = 0; i < self->n_planes; i++)
    fill_plane (self, &self->planes[i], &seen, ink->pixels[i], ink->opacity);
}

/**
 * oak_canvas_outline:
 * @self: a picture
 * @box: around what; may be anywhere
 * @line_width: in pixels; the lines are inside the box
 * @ink: the colour
 *
 * A box that is no larger than its lines is filled. No pixel is written twice.
 */
void
oak_canvas_outline (const OakCanvas * self, const OakArea * box,
    gint line_width, const OakInk * ink)
{
  OakArea hole = oak_area_shrink (box, line_width), side;

  if (oak_area_is_empty (&hole)) {
    oak_canvas_fill (self, box, ink);
    return;
  }

  side = *box;
  side.bottom = hole.top;
  oak_canvas_fill (self, &side, ink);
  side = *box;
  side.top = hole.bottom;
  oak_canvas_fill (self, &side, ink);
  side = hole;
  side.left = box->left;
  side.right = hole.left;
  oak_canvas_fill (self, &side, ink);
  side.left = hole.right;
  side.right = box->right;
  oak_canvas_fill (self, &side, ink);
}

/* The mask's mean where sample (@column, @row) is, as far as the picture goes;
 * 0..256 */
static guint
find_mean (const OakCanvas * self, const OakPlane * plane,
    const OakMask * mask, const OakArea * at, gint column, gint row)
{
  OakArea sample, share;
  guint sum = 0;
  gint x, y;

  sample.left = column << plane->shift_x;
  sample.top = row << plane->shift_y;
  sample.right = (column + 1) << plane->shift_x;
  sample.bottom = (row + 1) << plane->shift_y;
  sample = oak_area_intersect (&sample, &self->area);
  share = oak_area_intersect (&sample, at);

  for (y = share.top; y < share.bottom; y++) {
    const guint8 *bytes = mask->data + (gsize) (y - at->top) * mask->stride;

    for (x = share.left; x < share.right; x++)
      sum += bytes[x - at->left];
  }
  sum /= (sample.right - sample.left) * (sample.bottom - sample.top);
  return sum + (sum >> 7);
}

static void
stamp_coarsely (const OakCanvas * self, const OakPlane * plane,
    const OakMask * mask, const OakArea * at, const guint8 * ink, guint opacity)
{
  OakArea seen = oak_area_intersect (at, &self->area);
  gint last_row = (seen.bottom - 1) >> plane->shift_y;
  gint last_column = (seen.right - 1) >> plane->shift_x;
  gint row, column;

  for (row = seen.top >> plane->shift_y; row <= last_row; row++)
    for (column = seen.left >> plane->shift_x; column <= last_column; column++)
      blend_pixel (find_pixel (plane, column, row), ink, plane->pixel_size,
          find_mean (self, plane, mask, at, column, row) * opacity
          / OAK_CANVAS_OPAQUE);
}

static void
stamp_finely (const OakCanvas * self, const OakPlane * plane,
    const OakMask * mask, const OakArea * at, const guint8 * ink, guint opacity)
{
  OakArea seen = oak_area_intersect (at, &self->area);
  gint x, y;

  for (y = seen.top; y < seen.bottom; y++) {
    const guint8 *bytes = mask->data + (gsize) (y - at->top) * mask->stride
        + (seen.left - at->left);
    guint8 *pixel = find_pixel (plane, seen.left, y);

    for (x = seen.left; x < seen.right; x++, bytes++,
        pixel += plane->pixel_size)
      if (*bytes > 0)
        blend_pixel (pixel, ink, plane->pixel_size,
            (*bytes + (*bytes >> 7)) * opacity / OAK_CANVAS_OPAQUE);
  }
}

/**
 * oak_canvas_stamp:
 * @self: a picture
 * @x: where the mask's left edge goes; may be anywhere
 * @y: where the mask's top edge goes; may be anywhere
 * @mask: where ink goes
 * @ink: the colour
 */
void
oak_canvas_stamp (const OakCanvas * self, gint x, gint y, const OakMask * mask,
    const OakInk * ink)
{
  OakArea at = oak_area_of_box (x, y, mask->width, mask->height);
  OakArea seen = oak_area_intersect (&at, &self->area);
  guint i;

  if (oak_area_is_empty (&seen))
    return;
  for (i = 0; i < self->n_planes; i++) {
    const OakPlane *plane = &self->planes[i];

    if (plane->shift_x + plane->shift_y == 0)
      stamp_finely (self, plane, mask, &at, ink->pixels[i], ink->opacity);
    else
      stamp_coarsely (self, plane, mask, &at, ink->pixels[i], ink->opacity);
  }
}

/* @cell is in samples of the plane. */
static void
average (const OakPlane * plane, const OakArea * cell, guint8 * pixel)
{
  guint64 sums[OAK_CANVAS_PIXEL_MAX] = { 0, };
  guint64 n = (guint64) (cell->right - cell->left) * (cell->bottom - cell->top);
  gint x, y;
  guint i;

  for (y = cell->top; y < cell->bottom; y++) {
    const guint8 *from = find_pixel (plane, cell->left, y);

    for (x = cell->left; x < cell->right; x++, from += plane->pixel_size)
      for (i = 0; i < plane->pixel_size; i++)
        sums[i] += from[i];
  }
  for (i = 0; i < plane->pixel_size; i++)
    pixel[i] = (sums[i] + n / 2) / n;
}

static void
pixelate_plane (const OakPlane * plane, const OakArea * area, gint width,
    gint height)
{
  guint8 pixel[OAK_CANVAS_PIXEL_MAX], run[RUN];
  OakArea cell;
  gint y;

  for (cell.top = area->top; cell.top < area->bottom; cell.top = cell.bottom) {
    cell.bottom = MIN (cell.top + height, area->bottom);
    for (cell.left = area->left; cell.left < area->right;
        cell.left = cell.right) {
      cell.right = MIN (cell.left + width, area->right);
      average (plane, &cell, pixel);
      repeat_pixel (pixel, plane->pixel_size, run);
      for (y = cell.top; y < cell.bottom; y++)
        fill_span (plane, find_pixel (plane, cell.left, y),
            cell.right - cell.left, OAK_CANVAS_OPAQUE, run);
    }
  }
}

static gint
shift_up (gint edge, guint shift)
{
  return (edge + (1 << shift) - 1) >> shift;
}

/**
 * oak_canvas_pixelate:
 * @self: a picture
 * @area: where; may be anywhere
 * @cell: side of a cell, in pixels
 *
 * Each cell gets its mean colour. Samples that @area covers in part are part
 * of it.
 */
void
oak_canvas_pixelate (const OakCanvas * self, const OakArea * area, gint cell)
{
  OakArea seen = oak_area_intersect (area, &self->area), samples;
  guint i;

  if (oak_area_is_empty (&seen))
    return;
  for (i = 0; i < self->n_planes; i++) {
    const OakPlane *plane = &self->planes[i];

    samples.left = seen.left >> plane->shift_x;
    samples.top = seen.top >> plane->shift_y;
    samples.right = shift_up (seen.right, plane->shift_x);
    samples.bottom = shift_up (seen.bottom, plane->shift_y);
    pixelate_plane (plane, &samples, MAX (cell >> plane->shift_x, 1),
        MAX (cell >> plane->shift_y, 1));
  }
}
