/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakpolicy.h"

/**
 * GstOakOnDisconnect:
 * @GST_OAK_ON_DISCONNECT_RECONNECT: tries again; in server mode waits for the
 *     next connection. The stream goes on
 * @GST_OAK_ON_DISCONNECT_ERROR: the stream ends with an error
 * @GST_OAK_ON_DISCONNECT_EOS: the stream ends; with an error where no picture
 *     has come yet
 *
 * Since: 0.1
 */
GType
gst_oak_on_disconnect_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_OAK_ON_DISCONNECT_RECONNECT, "Tries again", "reconnect"},
    {GST_OAK_ON_DISCONNECT_ERROR, "Ends the stream with an error", "error"},
    {GST_OAK_ON_DISCONNECT_EOS, "Ends the stream", "eos"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstOakOnDisconnect", values));

  return type;
}

/**
 * GstOakTimestampMode:
 * @GST_OAK_TIMESTAMP_MODE_DEVICE: when the camera took the picture, by its
 *     clock, mapped to the pipeline's
 * @GST_OAK_TIMESTAMP_MODE_ARRIVAL: when the first byte of the frame was read
 *
 * Since: 0.1
 */
GType
gst_oak_timestamp_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_OAK_TIMESTAMP_MODE_DEVICE, "When the picture was taken", "device"},
    {GST_OAK_TIMESTAMP_MODE_ARRIVAL, "When the frame arrived", "arrival"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
        g_enum_register_static ("GstOakTimestampMode", values));

  return type;
}
