/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an encoded picture says of itself: kind, size, keyframe. Decodes
 * nothing, keeps nothing from one picture to the next. */

#pragma once

/* OakPicture and OakPictureError, which all kinds share. */
#include "oakverdict.h"

typedef enum
{
  OAK_PICTURE_JPEG,
  OAK_PICTURE_H264,             /* one access unit, Annex B */
  OAK_PICTURE_H265,             /* one access unit, Annex B */
} OakPictureKind;

gboolean  oak_picture_starts_like  (const guint8   * data,
                                    gsize            size,
                                    OakPictureKind * kind);

gboolean  oak_picture_guess        (const guint8   * data,
                                    gsize            size,
                                    OakPictureKind * kind);

gboolean  oak_picture_parse        (OakPictureKind   kind,
                                    const guint8   * data,
                                    gsize            size,
                                    OakPicture     * picture,
                                    GError        ** error);
