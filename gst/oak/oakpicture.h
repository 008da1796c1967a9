/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an encoded picture says of itself: kind, size, keyframe. Decodes
 * nothing, keeps nothing from one picture to the next. */

#pragma once

#include <glib.h>

#define OAK_PICTURE_ERROR (oak_picture_error_quark ())

typedef enum
{
  OAK_PICTURE_ERROR_KIND,       /* does not start as its kind must */
  OAK_PICTURE_ERROR_CUT,        /* ends before it has said what it must */
  OAK_PICTURE_ERROR_FIELD,      /* nonsense inside */
} OakPictureError;

typedef enum
{
  OAK_PICTURE_JPEG,
  OAK_PICTURE_H264,             /* one access unit, Annex B */
  OAK_PICTURE_H265,             /* one access unit, Annex B */
} OakPictureKind;

typedef struct
{
  guint width, height;          /* pixels as displayed; 0: not said here */
  gboolean keyframe;            /* decoding can start here */
} OakPicture;

GQuark    oak_picture_error_quark  (void);

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
