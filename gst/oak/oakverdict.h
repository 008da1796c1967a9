/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is found in an encoded picture: its size and keyframe, or an error. For
 * those who look into one; they tell it in the same words. */

#pragma once

#include <glib.h>

#define OAK_PICTURE_ERROR (oak_picture_error_quark ())

typedef enum
{
  OAK_PICTURE_ERROR_KIND,       /* does not start as its kind must */
  OAK_PICTURE_ERROR_CUT,        /* ends before it has said what it must */
  OAK_PICTURE_ERROR_FIELD,      /* nonsense inside */
} OakPictureError;

typedef struct
{
  guint width, height;          /* pixels as displayed; 0: not said here */
  gboolean keyframe;            /* decoding can start here */
} OakPicture;

/* Of any picture, in pixels. */
#define OAK_VERDICT_SIDE_MAX 32767

GQuark    oak_picture_error_quark  (void);

gboolean  oak_verdict_fail         (GError        ** error,
                                    OakPictureError  code,
                                    const gchar    * expected,
                                    guint            got);

gboolean  oak_verdict_fail_cut     (GError        ** error,
                                    const gchar    * expected,
                                    gsize            size);

gboolean  oak_verdict_expect_size  (gint64           width,
                                    gint64           height,
                                    GError        ** error);
