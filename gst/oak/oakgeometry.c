/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakgeometry.h"

/* *INDENT-OFF* */
/* What OAK previews, stills and neural network inputs commonly have. No two
 * have the same number of bytes: tests/check/libs/oakgeometry.c sees to it. */
static const OakGeometry common[] = {
  {128, 128}, {160, 160}, {224, 224}, {256, 256}, {288, 288}, {300, 300},
  {320, 180}, {320, 192}, {320, 200}, {320, 240}, {320, 288}, {320, 320},
  {416, 256}, {416, 416}, {448, 448}, {456, 256}, {480, 270},
  {512, 256}, {512, 288}, {512, 320}, {512, 512}, {544, 320},
  {608, 608}, {640, 352}, {640, 360}, {640, 384}, {640, 400}, {640, 480},
  {640, 640}, {672, 384}, {768, 432}, {800, 600}, {812, 608}, {896, 512},
  {960, 540}, {960, 544}, {1024, 768}, {1248, 936}, {1280, 720}, {1280, 800},
  {1280, 960}, {1280, 1280}, {1352, 1012}, {1440, 1080}, {1600, 1200},
  {1920, 1080}, {1920, 1088}, {1920, 1200}, {1920, 1440}, {2028, 1520},
  {2048, 1536}, {2560, 1440}, {2592, 1944}, {3840, 2160}, {4000, 3000},
  {4032, 3040}, {4056, 3040}, {4208, 3120}, {4656, 3496},
};
/* *INDENT-ON* */

G_STATIC_ASSERT (G_N_ELEMENTS (common) == OAK_GEOMETRY_N_COMMON);

/**
 * oak_geometry_size:
 * @geometry: width and height, each at most #OAK_SIDE_MAX
 * @depth: of its pixels
 *
 * Returns: bytes of such a picture on the wire; 0 if there can be none
 */
gsize
oak_geometry_size (OakGeometry geometry, OakDepth depth)
{
  if (depth == OAK_DEPTH_12 && (geometry.width | geometry.height) & 1)
    return 0;
  return (gsize) geometry.width * geometry.height * depth / 8;
}

/* An even number of rows of an odd side has whole bytes, and no 4:2:0: so the
 * caller looks at the result. */
static gboolean
divide (gsize size, OakDepth depth, guint side, guint * other)
{
  gsize row = (gsize) side * depth;     /* bits */
  gsize rows = size * 8 / row;

  if (size * 8 % row != 0 || rows == 0 || rows > OAK_SIDE_MAX)
    return FALSE;

  *other = rows;
  return TRUE;
}

/**
 * oak_geometry_complete:
 * @geometry: (inout): what is known, one side at least; the other may be 0;
 *     untouched on failure
 * @size: bytes of the picture
 * @depth: of its pixels
 *
 * Returns: %TRUE if @geometry is now whole and has @size bytes
 */
gboolean
oak_geometry_complete (OakGeometry * geometry, gsize size, OakDepth depth)
{
  OakGeometry whole = *geometry;

  if (whole.width == 0 && whole.height == 0)
    return FALSE;
  if (whole.height == 0 && !divide (size, depth, whole.width, &whole.height))
    return FALSE;
  if (whole.width == 0 && !divide (size, depth, whole.height, &whole.width))
    return FALSE;
  if (size == 0 || oak_geometry_size (whole, depth) != size)
    return FALSE;

  *geometry = whole;
  return TRUE;
}

/**
 * oak_geometry_guess:
 * @geometry: (out): the common geometry of that size; untouched on failure
 * @size: bytes of the picture
 * @depth: of its pixels
 *
 * Returns: %TRUE if @size is that of a picture such as cameras commonly send
 */
gboolean
oak_geometry_guess (OakGeometry * geometry, gsize size, OakDepth depth)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (common); i++) {
    if (size != 0 && oak_geometry_size (common[i], depth) == size) {
      *geometry = common[i];
      return TRUE;
    }
  }
  return FALSE;
}
