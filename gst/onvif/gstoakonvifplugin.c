/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakonvifdepay.h"
#include "gstoakonvifmeta.h"
#include "gstoakonvifpay.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  return GST_ELEMENT_REGISTER (oakonvifdepay, plugin)
      && GST_ELEMENT_REGISTER (oakonvifmeta, plugin)
      && GST_ELEMENT_REGISTER (oakonvifpay, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, oakonvif,
    "Detections as ONVIF metadata, and over RTP", plugin_init, VERSION,
    GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
