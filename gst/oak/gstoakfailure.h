/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a failure is called in GStreamer, and what its sentence tells the user
 * to do. */

#pragma once

#include <gst/gst.h>

typedef struct
{
  GQuark (*found_in) (void);    /* the domain of our error */
  gint error;                   /* its code */
  GQuark (*domain) (void);      /* what GStreamer calls it */
  gint code;
  /* not translated yet */
  const gchar *text;
  const gchar *listening_text;  /* where the camera connects to us; or NULL */
  const gchar *nick;            /* the reason of a loss, in a word; or NULL */
  gboolean has_details;         /* what came belongs to the text */
} GstOakFailure;

const GstOakFailure *   gst_oak_failure_find      (const GError * error);

gchar *                 gst_oak_failure_describe  (const GstOakFailure * failure,
                                                   const GError * error,
                                                   gboolean       listening);
