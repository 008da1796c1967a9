/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the property "labels" of an element names: a table, or the file that
 * holds one. */

#pragma once

#include <gst/gst.h>

#include "oaklabel.h"

OakLabels *   gst_oak_labels_open   (GstElement   * element,
                                     GstMessageType type,
                                     const gchar  * labels);
