/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakfuzz.h"
#include "oakpicture.h"

static void
check_kind (OakPictureKind kind, const guint8 * data, gsize size)
{
  GError *error = NULL;
  OakPicture picture = { 0, };
  gboolean good = oak_picture_parse (kind, data, size, &picture, &error);

  HOLDS (good == (error == NULL));
  HOLDS (!good || (picture.width == 0) == (picture.height == 0));
  g_clear_error (&error);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  OakPictureKind kind;

  check_kind (OAK_PICTURE_JPEG, data, size);
  check_kind (OAK_PICTURE_H264, data, size);
  check_kind (OAK_PICTURE_H265, data, size);
  if (oak_picture_guess (data, size, &kind))
    HOLDS (kind <= OAK_PICTURE_H265);
  oak_picture_starts_like (data, size, &kind);
  return 0;
}
