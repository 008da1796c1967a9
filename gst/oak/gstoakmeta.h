/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found becomes metas on a buffer, and metas detections. No text, no
 * sockets. */

#pragma once

#include <gst/gst.h>

#include "oakdetection.h"
#include "oaklabel.h"
#include "oakregion.h"

void      gst_oak_meta_register         (void);

void      gst_oak_meta_add_regions      (GstBuffer * buffer,
                                         const GArray * regions,
                                         gboolean    analytics);

void      gst_oak_meta_add_no_regions   (GstBuffer * buffer);

void      gst_oak_meta_add_device_time  (GstBuffer * buffer,
                                         guint64     device_time);

void      gst_oak_meta_add_wall_time    (GstBuffer * buffer,
                                         GstClockTime wall_time);

gboolean  gst_oak_meta_read_detections  (GstBuffer * buffer,
                                         OakLabels * labels,
                                         guint       width,
                                         guint       height,
                                         GArray    * detections);

gboolean  gst_oak_meta_read_device_time (GstBuffer * buffer,
                                         guint64   * device_time);
