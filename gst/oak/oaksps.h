/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The size of a picture from its sequence parameter set. Knows no NAL unit. */

#pragma once

#include "oakverdict.h"

#define OAK_SPS_ID_MAX 31       /* H.264; of H.265 15 */

typedef struct
{
  guint id;                     /* how a picture parameter set calls it */
  guint width, height;          /* pixels as displayed */
} OakSps;

gboolean  oak_sps_parse_h264  (const guint8 * data,
                               gsize          size,
                               gboolean       cut,
                               OakSps       * sps,
                               GError      ** error);

gboolean  oak_sps_parse_h265  (const guint8 * data,
                               gsize          size,
                               gboolean       cut,
                               OakSps       * sps,
                               GError      ** error);
