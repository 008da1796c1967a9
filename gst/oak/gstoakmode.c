/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakmode.h"

/**
 * GstOakMode:
 * @GST_OAK_MODE_CLIENT: connects to the other end
 * @GST_OAK_MODE_SERVER: listens, and waits for the other end to connect
 *
 * Since: 0.1
 */
GType
gst_oak_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_OAK_MODE_CLIENT, "Connects to the other end", "client"},
    {GST_OAK_MODE_SERVER, "Waits for the other end to connect", "server"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstOakMode", values));

  return type;
}
