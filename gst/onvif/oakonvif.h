/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found in a picture, as ONVIF has it in XML. No I/O, no GStreamer. */

#pragma once

#include <glib.h>

typedef struct
{
  gint64 id;
  const gchar *label;           /* "" = none; need not be UTF-8 */
  gdouble confidence;           /* 0..1; -1 = not known */
  /* parts of the picture, from its upper left corner */
  gdouble left, top, right, bottom;
} OakOnvifObject;

void      oak_onvif_begin       (GString * text);
void      oak_onvif_frame       (GString * text,
                                 gint64    time);
void      oak_onvif_object      (GString              * text,
                                 const OakOnvifObject * object);
void      oak_onvif_end_frame   (GString * text);
void      oak_onvif_end         (GString * text);
