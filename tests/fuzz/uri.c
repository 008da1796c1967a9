/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/gst.h>

#include "oakfuzz.h"

/* What one URI has set, is composed into another that sets the same. */
static void
check_round (GstElement * src)
{
  gchar *first = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  gchar *second;

  HOLDS (first != NULL);
  HOLDS (gst_uri_handler_set_uri (GST_URI_HANDLER (src), first, NULL));
  second = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  HOLDS (g_strcmp0 (first, second) == 0);
  g_free (second);
  g_free (first);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  gchar *text = g_strndup ((const gchar *) data, size);
  gchar *uri = g_utf8_make_valid (text, -1);
  GstElement *src = gst_element_factory_make ("oaktcpsrc", NULL);
  GError *error = NULL;
  gboolean good;

  HOLDS (src != NULL);
  gst_object_ref_sink (src);
  good = gst_uri_handler_set_uri (GST_URI_HANDLER (src), uri, &error);
  HOLDS (good == (error == NULL));
  if (good)
    check_round (src);
  g_clear_error (&error);
  gst_object_unref (src);
  g_free (uri);
  g_free (text);
  return 0;
}
