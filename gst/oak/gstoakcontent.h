/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the images of a stream are: their payload, their sides, whether one can
 * begin with them. Found out image by image; asks downstream for sides alone. */

#pragma once

#include "gstoakframe.h"
#include "gstoakpayload.h"

#define GST_OAK_CONTENT_ERROR (gst_oak_content_error_quark ())

typedef enum
{
  GST_OAK_CONTENT_ERROR_GEOMETRY,       /* no picture has so many bytes */
  GST_OAK_CONTENT_ERROR_PICTURE,        /* an encoded picture is broken */
} GstOakContentError;

typedef struct
{
  /* what the user says */
  GstOakPayload payload;        /* AUTO = find out */
  OakGeometry wanted;           /* 0 = find out */

  /* of the last image */
  guint connection;             /* that it came by */
  const GstOakPayloadTraits *traits;    /* NULL = there was none yet */
  OakGeometry geometry;
  gboolean keyframe;            /* one can begin here; its sides are known */
  gboolean guessed;             /* the sides are those of a common picture */
} GstOakContent;

GQuark    gst_oak_content_error_quark   (void);

void      gst_oak_content_reset         (GstOakContent * self,
                                         GstOakPayload   payload,
                                         OakGeometry     wanted);

gboolean  gst_oak_content_recognize     (GstOakContent * self,
                                         const GstOakFrame * frame,
                                         GstPad        * pad,
                                         gboolean      * changed,
                                         GError       ** error);

gboolean  gst_oak_content_assume_usual  (GstOakContent * self);

void      gst_oak_content_forget        (GstOakContent * self);
