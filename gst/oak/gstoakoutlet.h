/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes out: caps and memory that fit the pictures, agreed with downstream.
 * Streaming thread only; posts nothing. */

#pragma once

#include <gst/base/gstbasesrc.h>

#include "gstoakcontent.h"

/* What is to become of a frame. */
typedef enum
{
  GST_OAK_OUTLET_OPEN,          /* its picture may go out */
  GST_OAK_OUTLET_DELTA,         /* it is nothing without those before it */
  GST_OAK_OUTLET_BROKEN,        /* it is not what it must be */
  GST_OAK_OUTLET_REFUSED,       /* downstream does not take its kind or size */
  GST_OAK_OUTLET_FAILED,        /* the base class has posted why */
  GST_OAK_OUTLET_FLUSHING,
} GstOakOutletVerdict;

typedef struct
{
  GstBaseSrc *base;             /* (transfer none) */
  gulong probe;                 /* until there are caps; 0 = none */
  gint fps_n, fps_d;            /* to announce; 0 = variable */
  GstOakContent content;        /* of the last picture */
  gboolean gap;                 /* pictures before the next are missing */
  gboolean negotiated;
  gboolean begun;               /* a picture has gone out */
  gboolean failed;              /* set by who posts why */
  GstClockTime frame_duration;  /* by the caps, before them by what is to be
                                 * announced; 0 = not known */
  GstOakLayout *layout;         /* of raw pictures; NULL: they have none */
  gboolean layout_is_old;
} GstOakOutlet;

void                  gst_oak_outlet_open         (GstOakOutlet   * self,
                                                   GstBaseSrc     * base,
                                                   GstOakPayload    payload,
                                                   OakGeometry      wanted,
                                                   gint             fps_n,
                                                   gint             fps_d);
void                  gst_oak_outlet_close        (GstOakOutlet   * self);

void                  gst_oak_outlet_negotiate    (GstOakOutlet   * self);
gboolean              gst_oak_outlet_choose_pool  (GstOakOutlet   * self,
                                                   GstQuery       * query);

GstOakOutletVerdict   gst_oak_outlet_prepare      (GstOakOutlet   * self,
                                                   const GstOakFrame * frame,
                                                   GError        ** error);
gboolean              gst_oak_outlet_has_caps     (GstOakOutlet   * self);
