/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakfailure.h"

#include <glib/gi18n-lib.h>

/* *INDENT-OFF* */
static const GstOakFailure failures[] = {
  {GST_OAK_RECEIVER_ERROR_RESOLVE,
      gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND,
      N_("The camera's name could not be resolved. Check the property "
          "\"host\", or give it an address such as 192.168.1.20.")},
  {GST_OAK_RECEIVER_ERROR_CONNECT,
      gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ,
      N_("Could not connect to the camera. Check that it has power and is in "
          "this network, that its program serves on this port, and the "
          "properties \"host\" and \"port\".")},
  {GST_OAK_RECEIVER_ERROR_SILENT,
      gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY,
      N_("The connection was accepted, but nothing comes. A camera serves one "
          "client at a time: close the other one. Or this is not the camera's "
          "port. A camera that starts slowly needs a larger "
          "\"first-byte-timeout\".")},
  {GST_OAK_RECEIVER_ERROR_LOST,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The camera closed the connection. Its program has ended or the "
          "camera has rebooted; start the pipeline again when it is back.")},
  {GST_OAK_RECEIVER_ERROR_TORN,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The connection to the camera broke inside a frame. Check the "
          "network and the camera's power.")},
  {GST_OAK_RECEIVER_ERROR_STALLED,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The camera has stopped sending. Check the network and the camera's "
          "power; a slower camera needs a larger \"stall-timeout\".")},
  {GST_OAK_RECEIVER_ERROR_STRANGER,
      gst_stream_error_quark, GST_STREAM_ERROR_WRONG_TYPE,
      N_("What answers there is not an OAK camera's stream. Check the "
          "properties \"host\" and \"port\".")},
  {GST_OAK_RECEIVER_ERROR_FRAMING,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("The stream is out of step: no good header where a frame must begin. "
          "Check that the camera's program sends every byte it announces.")},
  {GST_OAK_RECEIVER_ERROR_OUTGROWN,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("A frame's header has outgrown its 32 bytes. Use a camera program "
          "that shortens its timestamps.")},
  {GST_OAK_RECEIVER_ERROR_LIMIT,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("A frame is larger than any that a camera sends. Check that this is "
          "an OAK camera and what its program sends.")},
};
/* *INDENT-ON* */

/**
 * gst_oak_failure_find:
 * @error: why the receiver has ended
 *
 * Returns: (transfer none) (nullable): what to call it; %NULL if it was
 *     cancelled, which is no failure
 */
const GstOakFailure *
gst_oak_failure_find (const GError * error)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (failures); i++) {
    if (g_error_matches (error, GST_OAK_RECEIVER_ERROR, failures[i].error))
      return &failures[i];
  }
  return NULL;
}
