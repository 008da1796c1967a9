/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Width and height of a picture from its number of bytes. No caps. */

#pragma once

#include <glib.h>

#define OAK_SIDE_MAX 32767      /* pixels; as many as GStreamer's elements take */

typedef struct
{
  guint width;                  /* pixels; 0 = not known */
  guint height;
} OakGeometry;

/* How many geometries oak_geometry_guess() knows. */
#define OAK_GEOMETRY_N_COMMON 59

gsize     oak_geometry_size      (OakGeometry   geometry);

gboolean  oak_geometry_complete  (OakGeometry * geometry,
                                  gsize         size);

gboolean  oak_geometry_guess     (OakGeometry * geometry,
                                  gsize         size);
