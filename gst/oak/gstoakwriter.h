/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A buffer becomes a frame as a camera sends it: header, detections, image. No
 * sockets, no clock. */

#pragma once

#include <gst/video/video.h>

#include "gstoakparcel.h"
#include "gstoakpayload.h"
#include "oaklabel.h"

typedef enum
{
  GST_OAK_FRAMING_AUTO,
  GST_OAK_FRAMING_IMG,
  GST_OAK_FRAMING_ABCDE,
} GstOakFraming;

#define GST_TYPE_OAK_FRAMING (gst_oak_framing_get_type ())

/* What the user wants. */
typedef struct
{
  GstOakFraming framing;
  GstOakPayload payload;
  OakLabels *labels;
  GArray *detections;           /* for buffers without; NULL = none */
} GstOakWriterSettings;

typedef struct _GstOakWriter GstOakWriter;

GType           gst_oak_framing_get_type  (void);

GstCaps *       gst_oak_writer_find_caps  (GstOakPayload        payload);

GstOakWriter *  gst_oak_writer_new        (GstOakWriterSettings * settings);

void            gst_oak_writer_free       (GstOakWriter       * self);

gboolean        gst_oak_writer_set_caps   (GstOakWriter       * self,
                                           GstCaps            * caps,
                                           GError            ** error);

gboolean        gst_oak_writer_has_caps   (GstOakWriter       * self);

gboolean        gst_oak_writer_is_inter_coded (GstOakWriter   * self);

gboolean        gst_oak_writer_lacks_sides (GstOakWriter      * self,
                                           const GstOakParcel * parcel);

GstOakParcel *  gst_oak_writer_write      (GstOakWriter       * self,
                                           GstBuffer          * buffer,
                                           guint64              device_time,
                                           GError            ** error);
