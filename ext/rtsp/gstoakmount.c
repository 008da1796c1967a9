/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakmount.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "gstoakcamera.h"
#include "gstoakencoder.h"
#include "gstoakfeed.h"

/* A camera that is called for the first time has so long, then it is away. */
#define FIRST_PICTURE (5 * GST_SECOND)

/* RTP has a byte for each 8 pixels of a JPEG's sides (RFC 2435, 3.1.5). */
#define RTP_JPEG_MAX 2040

/* Of the picture that says "no signal", before the camera was ever seen. */
#define WIDTH_DEFAULT 640
#define HEIGHT_DEFAULT 360

/* An encoder that is too slow loses pictures; none wait. */
#define SOURCE "appsrc name=video is-live=true format=time block=false " \
    "max-bytes=0 max-buffers=8 leaky-type=downstream"
#define BRANCH "queue max-size-buffers=4 max-size-time=0 max-size-bytes=0"

struct _GstOakMount
{
  GstRTSPMediaFactory parent;

  OakCameraSettings *settings;
  GstOakCamera *camera;
  GstOakMountFunc is_over;
  gpointer data;
};

G_DEFINE_TYPE (GstOakMount, gst_oak_mount, GST_TYPE_RTSP_MEDIA_FACTORY);

/* Parsers put parameter sets before each keyframe. Payloaders would do so
 * before each of its slices, where ffmpeg takes them for another picture's. */
static const struct
{
  const gchar *kind;
  const gchar *payloader;
} pass_ons[] = {
  {"image/jpeg", "rtpjpegpay name=pay0 pt=26"},
  {"video/x-h264", "h264parse config-interval=-1 ! rtph264pay name=pay0 "
        "pt=96 aggregate-mode=zero-latency"},
  {"video/x-h265", "h265parse config-interval=-1 ! rtph265pay name=pay0 "
        "pt=96 aggregate-mode=zero-latency"},
};

/* What the camera sends, or has sent, or may send. */
typedef struct
{
  const gchar *payloader;       /* NULL: raw */
  gint width, height;
} Payload;

static void
read_payload (GstOakMount * self, Payload * payload)
{
  GstCaps *caps = gst_oak_camera_get_caps (self->camera);
  const GstStructure *structure;
  guint i;

  payload->payloader = NULL;
  payload->width = WIDTH_DEFAULT;
  payload->height = HEIGHT_DEFAULT;
  if (caps == NULL)
    return;

  structure = gst_caps_get_structure (caps, 0);
  gst_structure_get_int (structure, "width", &payload->width);
  gst_structure_get_int (structure, "height", &payload->height);
  for (i = 0; i < G_N_ELEMENTS (pass_ons); i++) {
    if (gst_structure_has_name (structure, pass_ons[i].kind))
      payload->payloader = pass_ons[i].payloader;
  }
  gst_caps_unref (caps);
}

static gboolean
is_too_large (const Payload * payload)
{
  return payload->width > RTP_JPEG_MAX || payload->height > RTP_JPEG_MAX;
}

/* Nothing is decoded that could be passed on, unless somebody asks for it. */
static gboolean
is_passed_on (GstOakMount * self, const Payload * payload)
{
  const OakCameraSettings *settings = self->settings;

  if (payload->payloader == NULL)
    return FALSE;
  if (payload->payloader == pass_ons[0].payloader && is_too_large (payload))
    return FALSE;
  if (strcmp (settings->encoder, "copy") == 0)
    return TRUE;
  return strcmp (settings->encoder, "auto") == 0
      && settings->overlay != OAK_OVERLAY_TRUE;
}

static gboolean
has_element (const gchar * name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory == NULL)
    return FALSE;
  gst_object_unref (factory);
  return TRUE;
}

static gboolean
gst_oak_mount_is_there_or_said (GstOakMount * self, const gchar * element)
{
  if (has_element (element))
    return TRUE;
  g_warning (_("%s: the element %s is not installed, going on without it"),
      self->settings->name, element);
  return FALSE;
}

/* Encoders like sides that are even. */
static gchar *
gst_oak_mount_describe_encoding (GstOakMount * self, const Payload * payload)
{
  const OakCameraSettings *settings = self->settings;
  gboolean boxes = settings->overlay != OAK_OVERLAY_FALSE
      && gst_oak_mount_is_there_or_said (self, "oakoverlay");
  GError *error = NULL;
  gchar *encoder, *description;

  encoder = gst_oak_encoder_describe (settings->encoder, settings->bitrate,
      settings->keyframe_interval, &error);
  if (encoder == NULL) {
    g_warning ("%s: %s", settings->name, error->message);
    g_error_free (error);
    return NULL;
  }

  description = g_strdup_printf ("%s videoconvert ! %s videoscale ! "
      "video/x-raw,width=%d,height=%d,pixel-aspect-ratio=1/1 ! "
      "videoconvert ! " BRANCH " leaky=downstream ! %s",
      payload->payloader != NULL ? "decodebin !" : "",
      boxes ? "oakoverlay ! " : "", MAX (payload->width & ~1, 2),
      MAX (payload->height & ~1, 2), encoder);
  g_free (encoder);
  return description;
}

static gchar *
gst_oak_mount_describe (GstOakMount * self, const Payload * payload)
{
  gchar *video = is_passed_on (self, payload) ? g_strdup (payload->payloader)
      : gst_oak_mount_describe_encoding (self, payload);
  gchar *all = NULL;

  if (video != NULL && self->settings->metadata
      && gst_oak_mount_is_there_or_said (self, "oakonvifmeta"))
    all = g_strdup_printf (SOURCE " ! tee name=all  all. ! " BRANCH " ! %s  "
        "all. ! " BRANCH " ! oakonvifmeta ! oakonvifpay name=pay1 pt=107",
        video);
  else if (video != NULL)
    all = g_strdup_printf (SOURCE " ! %s", video);
  g_free (video);
  return all;
}

static GstElement *
gst_oak_mount_create_element (GstRTSPMediaFactory * factory,
    const GstRTSPUrl * url)
{
  GstOakMount *self = GST_OAK_MOUNT (factory);
  GstElement *element;
  GError *error = NULL;
  Payload payload;
  gchar *description;

  read_payload (self, &payload);
  description = gst_oak_mount_describe (self, &payload);
  if (description == NULL)
    return NULL;

  g_info ("%s: %s", self->settings->name, description);
  element = gst_parse_bin_from_description_full (description, FALSE, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (element == NULL) {
    g_warning ("%s: %s", self->settings->name, error->message);
    g_error_free (error);
  }
  g_free (description);
  return element;
}

static GstElement *
gst_oak_mount_create_pipeline (GstRTSPMediaFactory * factory,
    GstRTSPMedia * media)
{
  GstElement *pipeline =
      GST_RTSP_MEDIA_FACTORY_CLASS (gst_oak_mount_parent_class)->create_pipeline
      (factory, media);

  gst_oak_camera_share_time (pipeline);
  return pipeline;
}

static void
gst_oak_mount_tell (gpointer data)
{
  GstOakMount *self = data;

  if (self->is_over != NULL)
    self->is_over (self, self->data);
}

static void
gst_oak_mount_close_feed (GstRTSPMedia * media, gpointer feed)
{
  gst_oak_feed_close (feed);
}

static GstSample *
gst_oak_mount_draw_no_signal (GstOakMount * self)
{
  Payload payload;

  read_payload (self, &payload);
  if (self->settings->away != OAK_AWAY_PICTURE || payload.payloader != NULL)
    return NULL;
  return gst_oak_feed_draw_no_signal (self->settings->name, payload.width,
      payload.height);
}

static void
gst_oak_mount_configure (GstRTSPMediaFactory * factory, GstRTSPMedia * media)
{
  GstOakMount *self = GST_OAK_MOUNT (factory);
  GstElement *element = gst_rtsp_media_get_element (media);
  GstElement *source = gst_bin_get_by_name (GST_BIN (element), "video");
  GstOakFeed *feed = gst_oak_feed_new (self->camera, source,
      gst_oak_mount_draw_no_signal (self), gst_oak_mount_tell,
      g_object_ref (self), g_object_unref);

  /* A media is prepared once: it is not reusable. */
  g_signal_connect (media, "unprepared", G_CALLBACK (gst_oak_mount_close_feed),
      feed);
  /* Pictures have their time already: none waits for it here. */
  gst_rtsp_media_set_rate_control (media, FALSE);
  gst_object_unref (source);
  gst_object_unref (element);
}

static void
gst_oak_mount_finalize (GObject * object)
{
  GstOakMount *self = GST_OAK_MOUNT (object);

  if (self->camera != NULL)
    gst_oak_camera_unref (self->camera);
  if (self->settings != NULL)
    oak_camera_settings_free (self->settings);
  G_OBJECT_CLASS (gst_oak_mount_parent_class)->finalize (object);
}

static void
gst_oak_mount_class_init (GstOakMountClass * klass)
{
  GstRTSPMediaFactoryClass *factory_class =
      GST_RTSP_MEDIA_FACTORY_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_oak_mount_finalize;
  factory_class->create_element = gst_oak_mount_create_element;
  factory_class->create_pipeline = gst_oak_mount_create_pipeline;
  factory_class->configure = gst_oak_mount_configure;
}

static void
gst_oak_mount_init (GstOakMount * self)
{
  GstRTSPMediaFactory *factory = GST_RTSP_MEDIA_FACTORY (self);

  gst_rtsp_media_factory_set_shared (factory, TRUE);
  gst_rtsp_media_factory_set_protocols (factory,
      GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP);
}

/**
 * gst_oak_mount_new:
 * @settings: (transfer none): the camera's
 * @is_over: called when the camera sends something else than before, or has
 *     been away for long with nothing to show
 * @data: for @is_over; lives until gst_oak_mount_close()
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a shared media factory
 */
GstOakMount *
gst_oak_mount_new (const OakCameraSettings * settings, GstOakMountFunc is_over,
    gpointer data, GError ** error)
{
  GstOakCamera *camera = gst_oak_camera_new (settings, error);
  GstOakMount *self;

  if (camera == NULL)
    return NULL;

  self = g_object_new (GST_TYPE_OAK_MOUNT, NULL);
  self->camera = camera;
  self->settings = oak_camera_settings_copy (settings);
  self->is_over = is_over;
  self->data = data;
  return self;
}

/**
 * gst_oak_mount_get_settings:
 * @self: a mount
 *
 * Returns: (transfer none): what it was made of
 */
const OakCameraSettings *
gst_oak_mount_get_settings (GstOakMount * self)
{
  return self->settings;
}

/**
 * gst_oak_mount_prepare:
 * @self: a mount
 *
 * Calls the camera and waits, at most 5 s, so that what it sends is known; a
 * camera that has been away longer is not waited for.
 *
 * Returns: %TRUE if there is something to be seen
 */
gboolean
gst_oak_mount_prepare (GstOakMount * self)
{
  gboolean is_there;
  Payload payload;

  gst_oak_camera_hold (self->camera);
  is_there = gst_oak_camera_wait (self->camera, FIRST_PICTURE);
  gst_oak_camera_release (self->camera);

  read_payload (self, &payload);
  return is_there || (self->settings->away == OAK_AWAY_PICTURE
      && payload.payloader == NULL);
}

/**
 * gst_oak_mount_close:
 * @self: a mount that nobody is to find any more
 *
 * Hangs up. In the thread of the main context; ends within some 10 ms.
 */
void
gst_oak_mount_close (GstOakMount * self)
{
  self->is_over = NULL;
  gst_oak_camera_close (self->camera);
}
