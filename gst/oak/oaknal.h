/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one NAL unit is for, of H.264 and H.265. Knows no order of them. */

#pragma once

#include <glib.h>

#define OAK_NAL_START_CODE_SIZE 3

#define OAK_NAL_PPS_ID_MAX 255  /* H.264; of H.265 63 */

typedef enum
{
  OAK_NAL_H264,
  OAK_NAL_H265,
} OakNalCodec;

typedef enum
{
  OAK_NAL_OTHER,
  OAK_NAL_SPS,
  OAK_NAL_PPS,
  OAK_NAL_SLICE,
  OAK_NAL_KEY_SLICE,            /* of a picture where decoding can start */
  OAK_NAL_BROKEN,
} OakNalRole;

const guint8 *
          oak_nal_find             (const guint8 * cursor,
                                    const guint8 * end);

gsize     oak_nal_header_size      (OakNalCodec    codec);

OakNalRole
          oak_nal_role             (OakNalCodec    codec,
                                    const guint8 * nal);

gboolean  oak_nal_may_lead         (OakNalCodec    codec,
                                    const guint8 * nal,
                                    const guint8 * end);

gboolean  oak_nal_parse_pps        (OakNalCodec    codec,
                                    const guint8 * nal,
                                    const guint8 * end,
                                    guint        * pps_id,
                                    guint        * sps_id);

gboolean  oak_nal_parse_slice      (OakNalCodec    codec,
                                    const guint8 * nal,
                                    const guint8 * end,
                                    guint        * pps_id);
