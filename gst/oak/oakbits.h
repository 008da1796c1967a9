/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bits and numbers of a NAL unit, without the bytes that only prevent start
 * codes. Knows no field. */

#pragma once

#include "oakverdict.h"

/* After a failure all further bits are 0: it is asked for once, at the end. */
typedef struct
{
  const guint8 *next, *end;
  guint zeros;                  /* zero bytes in a row before @next */
  guint byte, n_bits;           /* the byte before @next; bits left of it */
  OakPictureError error_at_end; /* what it is if more are asked for */
  gboolean failed;
  GError **error;
} OakBits;

void      oak_bits_init         (OakBits       * bits,
                                 const guint8  * data,
                                 const guint8  * end,
                                 OakPictureError error_at_end,
                                 GError       ** error);

guint     oak_bits_take_bit     (OakBits       * bits);

guint32   oak_bits_take         (OakBits       * bits,
                                 guint           n);

guint32   oak_bits_take_number  (OakBits       * bits,
                                 const gchar   * name,
                                 guint32         max);
