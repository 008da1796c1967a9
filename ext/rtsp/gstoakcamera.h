/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One camera, connected once however many watch: its pipeline up to samples. */

#pragma once

#include <gst/gst.h>

#include "oakserverfile.h"

typedef struct _GstOakCamera GstOakCamera;

/* In the camera's streaming thread: must not wait, nor call the camera. */
typedef void (*GstOakCameraFunc) (GstSample * sample, gpointer data);

GstOakCamera *gst_oak_camera_new      (const OakCameraSettings * settings,
                                       GError                 ** error);
GstOakCamera *gst_oak_camera_ref      (GstOakCamera * self);
void      gst_oak_camera_unref        (GstOakCamera * self);
void      gst_oak_camera_close        (GstOakCamera * self);

void      gst_oak_camera_hold         (GstOakCamera * self);
void      gst_oak_camera_release      (GstOakCamera * self);

gboolean  gst_oak_camera_wait         (GstOakCamera * self,
                                       GstClockTime   timeout);
GstCaps * gst_oak_camera_get_caps     (GstOakCamera * self);
gboolean  gst_oak_camera_is_there     (GstOakCamera * self);

void      gst_oak_camera_watch        (GstOakCamera     * self,
                                       GstOakCameraFunc   func,
                                       gpointer           data);
void      gst_oak_camera_unwatch      (GstOakCamera * self,
                                       gpointer       data);

void      gst_oak_camera_share_time   (GstElement * pipeline);
