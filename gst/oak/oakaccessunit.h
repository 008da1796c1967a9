/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an access unit in Annex B says of itself. Decodes nothing, keeps nothing
 * from one to the next. */

#pragma once

#include "oaknal.h"
#include "oakverdict.h"

gboolean  oak_access_unit_has_head  (OakNalCodec    codec,
                                     const guint8 * data,
                                     gsize          size);

gboolean  oak_access_unit_parse     (OakNalCodec    codec,
                                     const guint8 * data,
                                     gsize          size,
                                     OakPicture   * picture,
                                     GError      ** error);
