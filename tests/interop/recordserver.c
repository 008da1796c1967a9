/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A media server that takes what is pushed to /live, decodes it, and prints how
 * many pictures of which size came. */

#include <gst/rtsp-server/rtsp-server.h>

#define LAUNCH "( decodebin name=depay0 ! fakesink name=sink sync=false " \
    "signal-handoffs=true )"

static void
on_picture (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  static guint n;
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gint width = 0, height = 0;

  gst_structure_get (gst_caps_get_structure (caps, 0), "width", G_TYPE_INT,
      &width, "height", G_TYPE_INT, &height, NULL);
  gst_caps_unref (caps);
  g_print ("PICTURE %u %dx%d\n", ++n, width, height);
}

static void
on_configure (GstRTSPMediaFactory * factory, GstRTSPMedia * media,
    gpointer data)
{
  GstElement *element = gst_rtsp_media_get_element (media);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (element), "sink");

  g_signal_connect (sink, "handoff", G_CALLBACK (on_picture), NULL);
  gst_object_unref (sink);
  gst_object_unref (element);
}

int
main (int argc, char **argv)
{
  GstRTSPServer *server;
  GstRTSPMountPoints *mounts;
  GstRTSPMediaFactory *factory = NULL;

  gst_init (&argc, &argv);
  server = gst_rtsp_server_new ();
  gst_rtsp_server_set_address (server, "127.0.0.1");
  gst_rtsp_server_set_service (server, "0");

  factory = gst_rtsp_media_factory_new ();
  gst_rtsp_media_factory_set_launch (factory, LAUNCH);
  gst_rtsp_media_factory_set_transport_mode (factory,
      GST_RTSP_TRANSPORT_MODE_RECORD);
  g_signal_connect (factory, "media-configure", G_CALLBACK (on_configure),
      NULL);
  mounts = gst_rtsp_server_get_mount_points (server);
  gst_rtsp_mount_points_add_factory (mounts, "/live", factory);
  g_object_unref (mounts);

  if (gst_rtsp_server_attach (server, NULL) == 0)
    return 1;
  g_print ("PORT %d\n", gst_rtsp_server_get_bound_port (server));
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}
