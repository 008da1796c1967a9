/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for raw pictures, of which the last that came back goes out next: it
 * is the one that the processor has in its cache. */

#pragma once

#include <gst/gst.h>

GstBufferPool * gst_oak_pool_new  (void);
