/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a failure of the receiver is called in GStreamer, and what its sentence
 * tells the user to do. */

#pragma once

#include <gst/gst.h>

#include "gstoakreceiver.h"

typedef struct
{
  GstOakReceiverError error;
  GQuark (*domain) (void);
  gint code;
  const gchar *text;            /* not translated yet */
} GstOakFailure;

const GstOakFailure *   gst_oak_failure_find    (const GError * error);
