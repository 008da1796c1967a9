/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a JPEG says of itself. Decodes nothing. */

#pragma once

#include "oakverdict.h"

gboolean  oak_jpeg_has_head  (const guint8 * data,
                              gsize          size);

gboolean  oak_jpeg_parse     (const guint8 * data,
                              gsize          size,
                              OakPicture   * picture,
                              GError      ** error);
