/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draws into the memory of a picture, whatever its format: it is given planes
 * and bytes. Whatever is outside of the picture is left out. No colours, no
 * text, no GStreamer. */

#pragma once

#include "oakarea.h"

#define OAK_CANVAS_PLANES_MAX 3
#define OAK_CANVAS_PIXEL_MAX 4          /* bytes */
#define OAK_CANVAS_OPAQUE 256

/* Pixels of one to four bytes each, all of them together or a part of each,
 * one for 1, 2 or 4 pixels of the picture in each direction. */
typedef struct
{
  guint8 *data;
  gint stride;                  /* bytes from row to row; may be negative */
  guint pixel_size;             /* bytes */
  guint shift_x, shift_y;       /* how much less fine than the picture: 0..2 */
} OakPlane;

typedef struct
{
  OakPlane planes[OAK_CANVAS_PLANES_MAX];
  guint n_planes;
  OakArea area;                 /* of the picture: from 0, 0 */
} OakCanvas;

/* What a colour is in the planes of a canvas. */
typedef struct
{
  guint8 pixels[OAK_CANVAS_PLANES_MAX][OAK_CANVAS_PIXEL_MAX];
  guint opacity;                /* 0..OAK_CANVAS_OPAQUE */
} OakInk;

/* Where ink goes, and how much of it. */
typedef struct
{
  guint8 *data;                 /* a byte a pixel, 0 = none, 255 = all */
  gint width, height;           /* pixels */
  gint stride;                  /* bytes */
} OakMask;

void      oak_canvas_fill     (const OakCanvas * self,
                               const OakArea   * area,
                               const OakInk    * ink);

void      oak_canvas_outline  (const OakCanvas * self,
                               const OakArea   * box,
                               gint              line_width,
                               const OakInk    * ink);

void      oak_canvas_stamp    (const OakCanvas * self,
                               gint              x,
                               gint              y,
                               const OakMask   * mask,
                               const OakInk    * ink);

void      oak_canvas_pixelate (const OakCanvas * self,
                               const OakArea   * area,
                               gint              cell);
