/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a frame on their way to who reads the stream, shared by all of
 * them. Does not know what they mean. */

#pragma once

#include <gst/gst.h>

#include "oakwire.h"

/* Never changes once it is on its way. */
typedef struct
{
  gatomicrefcount ref_count;
  guint8 header[OAK_HEADER_SIZE];
  GString *text;                /* the detections */
  guint n_detections;
  GstBuffer *image;
  GstMapInfo map;               /* of the image */
  const guint8 *pixels;         /* in the map */
  gsize image_size;             /* bytes of them on the wire */
  gboolean delta;               /* needs the pictures before it */
} GstOakParcel;

GstOakParcel *  gst_oak_parcel_new    (GstBuffer    * image);

GstOakParcel *  gst_oak_parcel_ref    (GstOakParcel * self);

void            gst_oak_parcel_unref  (GstOakParcel * self);

gsize           gst_oak_parcel_size   (const GstOakParcel * self);
