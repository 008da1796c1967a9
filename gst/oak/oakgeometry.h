/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Width and height of a picture from its number of bytes. No caps. */

#pragma once

#include <glib.h>

#define OAK_SIDE_MAX 32767      /* pixels; as many as GStreamer's elements take */

/* Bits of a pixel, all planes together. */
typedef enum
{
  OAK_DEPTH_8 = 8,              /* gray */
  OAK_DEPTH_12 = 12,            /* 4:2:0: both sides are even */
  OAK_DEPTH_16 = 16,            /* gray, two bytes */
  OAK_DEPTH_24 = 24,            /* three colours */
} OakDepth;

typedef struct
{
  guint width;                  /* pixels; 0 = not known */
  guint height;
} OakGeometry;

/* How many geometries oak_geometry_guess() knows. */
#define OAK_GEOMETRY_N_COMMON 59

gsize     oak_geometry_size      (OakGeometry   geometry,
                                  OakDepth      depth);

gboolean  oak_geometry_complete  (OakGeometry * geometry,
                                  gsize         size,
                                  OakDepth      depth);

gboolean  oak_geometry_guess     (OakGeometry * geometry,
                                  gsize         size,
                                  OakDepth      depth);
