/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an image on the wire can be, and what GStreamer calls it. One table. */

#pragma once

#include <gst/video/video.h>

#include "oakgeometry.h"
#include "oakpicture.h"

typedef enum
{
  GST_OAK_PAYLOAD_AUTO,
  GST_OAK_PAYLOAD_BGR_PLANAR,
  GST_OAK_PAYLOAD_RGB_PLANAR,
  GST_OAK_PAYLOAD_BGR,
  GST_OAK_PAYLOAD_RGB,
  GST_OAK_PAYLOAD_GRAY8,
  GST_OAK_PAYLOAD_GRAY16_LE,
  GST_OAK_PAYLOAD_NV12,
  GST_OAK_PAYLOAD_I420,
  GST_OAK_PAYLOAD_JPEG,
  GST_OAK_PAYLOAD_H264,
  GST_OAK_PAYLOAD_H265,
} GstOakPayload;

#define GST_TYPE_OAK_PAYLOAD (gst_oak_payload_get_type ())

/* What is to be known of one of them, AUTO excepted. */
typedef struct
{
  GstOakPayload payload;
  /* raw: how it lies on the wire, without padding */
  GstVideoFormat format;        /* UNKNOWN: encoded */
  OakDepth depth;
  const gchar *const *outputs;  /* formats we make of it, preferred first,
                                 * NULL at the end */
  /* encoded */
  OakPictureKind kind;
  gboolean inter_coded;         /* pictures need those before them */
  const gchar *caps;            /* without sides and frame rate */
} GstOakPayloadTraits;

GType     gst_oak_payload_get_type    (void);

const GstOakPayloadTraits *
          gst_oak_payload_find        (GstOakPayload  payload);

const GstOakPayloadTraits *
          gst_oak_payload_find_kind   (OakPictureKind kind);

const gchar *
          gst_oak_payload_name        (GstOakPayload  payload);

void      gst_oak_payload_lay_out     (const GstOakPayloadTraits * traits,
                                       OakGeometry    geometry,
                                       GstVideoInfo * info);

gchar *   gst_oak_payload_list_fits   (gsize          size);
