/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Areas of a picture: what is seen of a box, and where its label has room.
 * Arithmetic only. */

#pragma once

#include <glib.h>

/* In pixels; the right and bottom edges are outside. Empty unless left < right
 * and top < bottom. */
typedef struct
{
  gint left, top, right, bottom;
} OakArea;

OakArea   oak_area_of_box        (gint64          x,
                                  gint64          y,
                                  gint64          width,
                                  gint64          height);

gboolean  oak_area_is_empty      (const OakArea * self);

OakArea   oak_area_intersect     (const OakArea * self,
                                  const OakArea * other);

OakArea   oak_area_shrink        (const OakArea * self,
                                  gint            margin);

OakArea   oak_area_place_label   (const OakArea * box,
                                  gint            line_width,
                                  gint            width,
                                  gint            height,
                                  const OakArea * picture);
