/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakencoder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Each word of a description that begins with @ stands for a number. */
#define BITRATE_KBIT "@kbit"
#define BITRATE_BIT "@bit"
#define KEYFRAME "@frames"

/* A keyframe at least every so many pictures; cameras seldom have more. */
#define FRAMES_PER_SECOND 30

/* No receiver lacks the baseline, and without B frames nothing waits. */
#define PROFILE "video/x-h264,profile=(string){constrained-baseline,baseline}"
#define H264 " ! " PROFILE " ! h264parse config-interval=-1 ! rtph264pay " \
    "name=pay0 pt=96 aggregate-mode=zero-latency"

/* *INDENT-OFF* */
static const struct
{
  const gchar *name;            /* of the element, the best first */
  const gchar *description;
} encoders[] = {
  {"vah264enc", "vah264enc rate-control=cbr b-frames=0 "
      "bitrate=" BITRATE_KBIT " key-int-max=" KEYFRAME H264},
  {"vah264lpenc", "vah264lpenc rate-control=cbr b-frames=0 "
      "bitrate=" BITRATE_KBIT " key-int-max=" KEYFRAME H264},
  {"nvh264enc", "nvh264enc rc-mode=cbr zerolatency=true bframes=0 "
      "bitrate=" BITRATE_KBIT " gop-size=" KEYFRAME H264},
  {"v4l2h264enc", "v4l2h264enc extra-controls=\"controls,"
      "video_bitrate=" BITRATE_BIT ",h264_i_frame_period=" KEYFRAME ";\""
      H264},
  {"x264enc", "x264enc tune=zerolatency speed-preset=superfast "
      "bitrate=" BITRATE_KBIT " key-int-max=" KEYFRAME H264},
  {"openh264enc", "openh264enc rate-control=bitrate complexity=low "
      "bitrate=" BITRATE_BIT " gop-size=" KEYFRAME H264},
  {"jpegenc", "jpegenc ! rtpjpegpay name=pay0 pt=26"},
};
/* *INDENT-ON* */

/* An encoder of a chip that is not there has a factory and does not start. */
static gboolean
is_usable (const gchar * name)
{
  GstElement *encoder = gst_element_factory_make (name, NULL);
  gboolean usable;

  if (encoder == NULL)
    return FALSE;

  usable = gst_element_set_state (encoder, GST_STATE_READY)
      != GST_STATE_CHANGE_FAILURE;
  gst_element_set_state (encoder, GST_STATE_NULL);
  gst_object_unref (encoder);
  return usable;
}

static void
replace (gchar ** text, const gchar * word, guint number)
{
  gchar *digits = g_strdup_printf ("%u", number);
  gchar **parts = g_strsplit (*text, word, -1);

  g_free (*text);
  *text = g_strjoinv (digits, parts);
  g_strfreev (parts);
  g_free (digits);
}

/**
 * gst_oak_encoder_describe:
 * @name: an element's name, or `auto`: the first that works here
 * @bitrate: in kbit/s
 * @keyframe_interval: in s, at 30 pictures a second
 * @error: return location for an error, whose text names those that work
 *
 * Looks for hardware, which may take some 10 ms.
 *
 * Returns: (transfer full) (nullable): from raw pictures to RTP, as
 *     gst_parse_launch() has it; the payloader is `pay0`
 */
gchar *
gst_oak_encoder_describe (const gchar * name, guint bitrate,
    guint keyframe_interval, GError ** error)
{
  gboolean any = strcmp (name, "auto") == 0;
  gchar *list, *text;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (encoders); i++) {
    if ((!any && strcmp (name, encoders[i].name) != 0)
        || !is_usable (encoders[i].name))
      continue;
    text = g_strdup (encoders[i].description);
    replace (&text, BITRATE_KBIT, bitrate);
    replace (&text, BITRATE_BIT, bitrate * 1000);
    replace (&text, KEYFRAME, keyframe_interval * FRAMES_PER_SECOND);
    return text;
  }

  list = gst_oak_encoder_list ();
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      _("There is no encoder %s. Those that work here: %s."), name, list);
  g_free (list);
  return NULL;
}

/**
 * gst_oak_encoder_list:
 *
 * Returns: (transfer full): the names of those that work here, the best first
 */
gchar *
gst_oak_encoder_list (void)
{
  GString *list = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (encoders); i++) {
    if (is_usable (encoders[i].name))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "",
          encoders[i].name);
  }
  if (list->len == 0)
    g_string_append (list, _("none"));
  return g_string_free (list, FALSE);
}
