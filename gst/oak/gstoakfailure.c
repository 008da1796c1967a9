/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakfailure.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "gstoakcontent.h"
#include "gstoaklink.h"
#include "gstoakreceiver.h"

/* Cause and remedy, whether it goes on or not: what comes next is told by who
 * knows it. Where the camera connects to us the second text is told, if there
 * is one. */
/* *INDENT-OFF* */
static const GstOakFailure failures[] = {
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_RESOLVE,
      gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND,
      N_("The camera's name could not be resolved. Check the property "
          "\"host\", or give it an address such as 192.168.1.20."), NULL,
      "resolve"},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_CONNECT,
      gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ,
      N_("Could not connect to the camera. Check that it has power and is in "
          "this network, that its program serves on this port, and the "
          "properties \"host\" and \"port\"."), NULL, "connect"},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_SILENT,
      gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY,
      N_("The connection was accepted, but nothing comes. A camera serves one "
          "client at a time: close the other one. Or this is not the camera's "
          "port. A camera that starts slowly needs a larger "
          "\"first-byte-timeout\"."),
      N_("A camera has connected, but nothing comes from it. A camera that "
          "starts slowly needs a larger \"first-byte-timeout\"."), "silent"},
  {gst_oak_receiver_error_quark, GST_OAK_RECEIVER_ERROR_LOST,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The camera closed the connection. Its program has ended or the "
          "camera has rebooted."), NULL, "lost"},
  {gst_oak_receiver_error_quark, GST_OAK_RECEIVER_ERROR_TORN,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The connection to the camera broke inside a frame. Check the "
          "network and the camera's power."), NULL, "torn"},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_STALLED,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The camera has stopped sending. Check the network and the camera's "
          "power; a slower camera needs a larger \"stall-timeout\"."), NULL,
      "stalled"},
  {gst_oak_receiver_error_quark, GST_OAK_RECEIVER_ERROR_STRANGER,
      gst_stream_error_quark, GST_STREAM_ERROR_WRONG_TYPE,
      N_("What answers there is not an OAK camera's stream. Check the "
          "properties \"host\" and \"port\"."),
      N_("Who connected does not send an OAK camera's stream. Check its "
          "program, and the property \"allow-from\"."), "stranger"},
  {gst_oak_receiver_error_quark, GST_OAK_RECEIVER_ERROR_FRAMING,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("The stream is out of step: no good header where a frame must begin. "
          "Check that the camera's program sends every byte it announces."),
      NULL, "framing"},
  {gst_oak_receiver_error_quark, GST_OAK_RECEIVER_ERROR_OUTGROWN,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("A frame's header has outgrown its 32 bytes. Use a camera program "
          "that shortens its timestamps."), NULL, "outgrown"},
  {gst_oak_receiver_error_quark, GST_OAK_RECEIVER_ERROR_LIMIT,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("A frame is larger than any that a camera sends. Check that this is "
          "an OAK camera and what its program sends."), NULL, "limit"},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_HUNG_UP,
      gst_stream_error_quark, GST_STREAM_ERROR_FORMAT,
      N_("What the camera sends cannot be used, as an earlier message tells. "
          "Check its program, and the properties \"payload\", \"width\" and "
          "\"height\"."), NULL, "content"},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_DOOR,
      gst_resource_error_quark, GST_RESOURCE_ERROR_SETTINGS,
      N_("Cannot listen for the camera. Correct the property "
          "\"bind-address\", which is a numeric address, or \"allow-from\", "
          "which has addresses like 192.168.1.7 and networks like "
          "192.168.1.0/24."), NULL, NULL, TRUE},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_LISTEN,
      gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ,
      N_("Cannot listen for the camera. Check the properties \"bind-address\" "
          "and \"port\", and whether another program has the port."), NULL,
      NULL, TRUE},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_STRAY,
      gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      N_("Somebody who may not connect was turned away. If it is the camera, "
          "add its address to the property \"allow-from\"."), NULL, NULL, TRUE},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_BUSY,
      gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY,
      N_("A second camera connected and was turned away: a source receives "
          "from one."), NULL, NULL, TRUE},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_SUPERSEDED,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ,
      N_("The camera has connected anew, and its older connection is "
          "closed."), NULL, "superseded"},
  {gst_oak_link_error_quark, GST_OAK_LINK_ERROR_CONTROL,
      gst_resource_error_quark, GST_RESOURCE_ERROR_WRITE,
      N_("A focus message did not reach the camera. Its program may not read "
          "them; the next connection gets the last one again.")},
  {gst_oak_content_error_quark, GST_OAK_CONTENT_ERROR_PICTURE,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX,
      N_("The stream is out of step: an encoded picture is cut or does not "
          "begin as it must. Check what the camera's program sends, and the "
          "property \"payload\"."), NULL, "content"},
};
/* *INDENT-ON* */

/**
 * gst_oak_failure_find:
 * @error: what went wrong
 *
 * Returns: (transfer none) (nullable): what to call it; %NULL if it was
 *     cancelled, which is no failure
 */
const GstOakFailure *
gst_oak_failure_find (const GError * error)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (failures); i++) {
    if (g_error_matches (error, failures[i].found_in (), failures[i].error))
      return &failures[i];
  }
  return NULL;
}

/* What was expected the text says, in the user's language. What came, and what
 * the system says by itself, is in the right one already. */
static const gchar *
find_what_came (const GError * error)
{
  static const gchar before[] = ", got ";
  const gchar *found = strstr (error->message, before);

  return found != NULL ? found + strlen (before) : error->message;
}

/**
 * gst_oak_failure_describe:
 * @failure: a failure
 * @error: the error it was found by
 * @listening: whether the camera connects to us
 *
 * Returns: (transfer full): a sentence for the user, translated
 */
gchar *
gst_oak_failure_describe (const GstOakFailure * failure, const GError * error,
    gboolean listening)
{
  const gchar *text = listening && failure->listening_text != NULL ?
      failure->listening_text : failure->text;

  return failure->has_details ? g_strdup_printf ("%s (%s)", _(text),
      find_what_came (error)) : g_strdup (_(text));
}
