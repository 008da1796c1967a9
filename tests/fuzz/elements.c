/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the targets that use an element do once. */

#include <gst/gst.h>

#include "oakfuzz.h"

static void
load (const gchar * file)
{
  GError *error = NULL;
  GstPlugin *plugin = gst_plugin_load_file (file, &error);

  if (plugin == NULL)
    g_error ("%s: %s", file, error->message);
  gst_object_unref (plugin);
}

/* These two plugins alone. With all that there are GLib's table of quarks would
 * grow, and forget its old memory on purpose: some input would seem to leak. */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (NULL, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  load (CORE_ELEMENTS);
  load (OAK_PLUGIN);
  return 0;
}
