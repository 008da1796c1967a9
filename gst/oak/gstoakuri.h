/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A URI ⇄ the properties it stands for. */

#pragma once

#include <gst/gst.h>

#define GST_OAK_URI_CLIENT "oak"        /* we connect */
#define GST_OAK_URI_SERVER "oak+listen" /* we are connected to */

gboolean  gst_oak_uri_apply     (GObject      * object,
                                 const gchar  * uri,
                                 GError      ** error);

gchar *   gst_oak_uri_compose   (GObject      * object);
