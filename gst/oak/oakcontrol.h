/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host tells the camera's lens, and its 32 bytes. Sends nothing. */

#pragma once

#include <glib.h>

#define OAK_CONTROL_SIZE 32

#define OAK_CONTROL_POSITION_MAX 255

#define OAK_CONTROL_ERROR (oak_control_error_quark ())

typedef enum
{
  OAK_CONTROL_ERROR_FIELD,      /* neither a position nor AUT */
  OAK_CONTROL_ERROR_LIMIT,      /* a position that no lens has */
} OakControlError;

typedef enum
{
  OAK_CONTROL_FOCUS,            /* go to a position and stay there */
  OAK_CONTROL_AUTOFOCUS,        /* continuously, by the camera itself */
} OakControlKind;

typedef struct
{
  OakControlKind kind;
  guint position;               /* of the lens, 0..255; FOCUS alone */
} OakControl;

GQuark    oak_control_error_quark  (void);

void      oak_control_write        (const OakControl * control,
                                    guint8           * data);

gboolean  oak_control_parse        (const guint8     * data,
                                    OakControl       * control,
                                    GError          ** error);
