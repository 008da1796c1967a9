/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakstate.h"

/**
 * GstOakState:
 * @GST_OAK_STATE_IDLE: not started, or ended
 * @GST_OAK_STATE_RESOLVING: looks for the address of the camera's name
 * @GST_OAK_STATE_CONNECTING: calls the camera
 * @GST_OAK_STATE_WAITING: connected; no whole frame has come yet
 * @GST_OAK_STATE_STREAMING: frames come
 * @GST_OAK_STATE_BACKING_OFF: waits before it tries again
 * @GST_OAK_STATE_LISTENING: in server mode, waits for a camera to connect
 *
 * Since: 0.1
 */
GType
gst_oak_state_get_type (void)
{
  static const GEnumValue values[] = {
    {GST_OAK_STATE_IDLE, "Not started, or ended", "idle"},
    {GST_OAK_STATE_RESOLVING, "Looks for the camera's address", "resolving"},
    {GST_OAK_STATE_CONNECTING, "Calls the camera", "connecting"},
    {GST_OAK_STATE_WAITING, "Waits for the first frame", "waiting"},
    {GST_OAK_STATE_STREAMING, "Frames come", "streaming"},
    {GST_OAK_STATE_BACKING_OFF, "Waits before it tries again", "backing-off"},
    {GST_OAK_STATE_LISTENING, "Waits for a camera to connect", "listening"},
    {0, NULL, NULL}
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstOakState", values));

  return type;
}
