/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakarea.h"

/* Far outside of every picture, and far from an overflow. */
#define EDGE_MAX (1 << 24)

static gint
limit_edge (gint64 edge)
{
  return CLAMP (edge, -EDGE_MAX, EDGE_MAX);
}

/**
 * oak_area_of_box:
 * @x: left edge, in pixels
 * @y: top edge, in pixels
 * @width: in pixels
 * @height: in pixels
 *
 * All within ±2^32, as metas have them: without an overflow.
 *
 * Returns: the box as an area, empty if its size is not positive
 */
OakArea
oak_area_of_box (gint64 x, gint64 y, gint64 width, gint64 height)
{
  OakArea area;

  area.left = limit_edge (x);
  area.top = limit_edge (y);
  area.right = limit_edge (x + width);
  area.bottom = limit_edge (y + height);
  return area;
}

gboolean
oak_area_is_empty (const OakArea * self)
{
  return self->left >= self->right || self->top >= self->bottom;
}

/**
 * oak_area_intersect:
 * @self: an area
 * @other: an area
 *
 * Returns: what they share; empty if that is nothing
 */
OakArea
oak_area_intersect (const OakArea * self, const OakArea * other)
{
  OakArea area;

  area.left = MAX (self->left, other->left);
  area.top = MAX (self->top, other->top);
  area.right = MIN (self->right, other->right);
  area.bottom = MIN (self->bottom, other->bottom);
  return area;
}

/**
 * oak_area_shrink:
 * @self: an area
 * @margin: in pixels
 *
 * Returns: @self without a margin on each side; empty if nothing is left
 */
OakArea
oak_area_shrink (const OakArea * self, gint margin)
{
  OakArea area;

  area.left = self->left + margin;
  area.top = self->top + margin;
  area.right = self->right - margin;
  area.bottom = self->bottom - margin;
  return area;
}

/* Moved back as far as it sticks out, at the end first: where there is no room
 * at all, the beginning is what is seen. */
static gint
fit (gint begin, gint length, gint from, gint to)
{
  return MAX (MIN (begin, to - length), from);
}

/**
 * oak_area_place_label:
 * @box: what it names
 * @line_width: of the box, in pixels; drawn inside of it
 * @width: of the label, in pixels
 * @height: of the label, in pixels
 * @picture: what there is
 *
 * Above the box, at its left edge; if there is no room, inside of it.
 *
 * Returns: where the label goes; inside of @picture, if that is large enough
 */
OakArea
oak_area_place_label (const OakArea * box, gint line_width, gint width,
    gint height, const OakArea * picture)
{
  OakArea seen = oak_area_intersect (box, picture);
  OakArea label;
  gint top = box->top - height;

  if (top < picture->top)
    top = MAX (seen.top, box->top + line_width);

  label.left = fit (seen.left, width, picture->left, picture->right);
  label.top = fit (top, height, picture->top, picture->bottom);
  label.right = label.left + width;
  label.bottom = label.top + height;
  return label;
}
