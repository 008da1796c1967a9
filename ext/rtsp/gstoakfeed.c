/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakfeed.h"

#include <glib/gi18n-lib.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <string.h>

#define TICK 200                /* ms; a picture for each, while it is away */

/* Without pictures clients see nothing, until this ends their sessions: those
 * that come again are told that the camera is away. */
#define PATIENCE 50             /* ticks */

struct _GstOakFeed
{
  gint refs;
  GstOakCamera *camera;
  GstAppSrc *appsrc;
  GstSample *no_signal;         /* NULL: nothing is shown */
  GstOakFeedFunc is_over;
  gpointer data;
  GDestroyNotify notify;
  guint timer;

  GMutex lock;
  gchar *kind;                  /* of caps, that the media was built for */
  gboolean is_other;            /* what comes is of another */
  GstClockTime last;            /* PTS */

  guint n_silent;               /* ticks; main context only */
};

static void
gst_oak_feed_unref (gpointer data)
{
  GstOakFeed *self = data;

  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  gst_oak_camera_unref (self->camera);
  gst_object_unref (self->appsrc);
  if (self->no_signal != NULL)
    gst_sample_unref (self->no_signal);
  if (self->notify != NULL)
    self->notify (self->data);
  g_mutex_clear (&self->lock);
  g_free (self->kind);
  g_free (self);
}

/* Pictures that say that there are none have the time at which they were
 * shown; the camera's next may be older by its way. */
static void
gst_oak_feed_push (GstOakFeed * self, GstSample * sample)
{
  GstClockTime pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));

  if (!GST_CLOCK_TIME_IS_VALID (self->last) || pts > self->last) {
    self->last = pts;
    gst_app_src_push_sample (self->appsrc, sample);
  }
}

static void
gst_oak_feed_take (GstSample * sample, gpointer data)
{
  GstOakFeed *self = data;
  const GstCaps *caps = gst_sample_get_caps (sample);
  const gchar *kind = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  g_mutex_lock (&self->lock);
  if (self->kind == NULL)
    self->kind = g_strdup (kind);
  if (strcmp (kind, self->kind) == 0)
    gst_oak_feed_push (self, sample);
  else
    self->is_other = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
gst_oak_feed_show_no_signal (GstOakFeed * self)
{
  GstClock *clock = gst_system_clock_obtain ();
  GstBuffer *buffer = gst_buffer_copy (gst_sample_get_buffer (self->no_signal));
  GstSample *sample = gst_sample_new (buffer,
      gst_sample_get_caps (self->no_signal), NULL, NULL);

  GST_BUFFER_PTS (buffer) = gst_clock_get_time (clock);
  GST_BUFFER_DURATION (buffer) = TICK * GST_MSECOND;
  g_mutex_lock (&self->lock);
  gst_oak_feed_push (self, sample);
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);
  gst_buffer_unref (buffer);
  gst_object_unref (clock);
}

static gboolean
gst_oak_feed_look (gpointer data)
{
  GstOakFeed *self = data;
  gboolean is_other;

  g_mutex_lock (&self->lock);
  is_other = self->is_other;
  g_mutex_unlock (&self->lock);

  self->n_silent = gst_oak_camera_is_there (self->camera) ?
      0 : self->n_silent + 1;
  if (self->n_silent > 0 && self->no_signal != NULL)
    gst_oak_feed_show_no_signal (self);
  if (is_other || (self->no_signal == NULL && self->n_silent > PATIENCE))
    self->is_over (self->data);
  return G_SOURCE_CONTINUE;
}

/**
 * gst_oak_feed_new:
 * @camera: is held from now on
 * @appsrc: where pictures go; does not block
 * @no_signal: (transfer full) (nullable): raw; shown while the camera is away,
 *     if the media takes raw pictures
 * @is_over: the camera sends something else, or has been away for 10 s and
 *     there is nothing to show; may be called again
 * @data: for @is_over
 * @notify: frees @data
 *
 * Returns: (transfer full): a feed, until gst_oak_feed_close()
 */
GstOakFeed *
gst_oak_feed_new (GstOakCamera * camera, GstElement * appsrc,
    GstSample * no_signal, GstOakFeedFunc is_over, gpointer data,
    GDestroyNotify notify)
{
  GstOakFeed *self = g_new0 (GstOakFeed, 1);
  GstCaps *caps = gst_oak_camera_get_caps (camera);

  self->refs = 2;               /* one for the timer */
  self->camera = gst_oak_camera_ref (camera);
  self->appsrc = gst_object_ref (appsrc);
  self->no_signal = no_signal;
  self->is_over = is_over;
  self->data = data;
  self->notify = notify;
  self->last = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->lock);
  if (caps != NULL) {
    self->kind = g_strdup (gst_structure_get_name (gst_caps_get_structure (caps,
                0)));
    gst_caps_unref (caps);
  } else if (no_signal != NULL) {
    self->kind = g_strdup ("video/x-raw");
  }

  gst_oak_camera_hold (camera);
  gst_oak_camera_watch (camera, gst_oak_feed_take, self);
  self->timer = g_timeout_add_full (G_PRIORITY_DEFAULT, TICK,
      gst_oak_feed_look, self, gst_oak_feed_unref);
  if (no_signal != NULL && !gst_oak_camera_is_there (camera))
    gst_oak_feed_show_no_signal (self);
  return self;
}

/**
 * gst_oak_feed_close:
 * @self: (transfer full): a feed
 *
 * Nothing is pushed any more. Does not wait for the network.
 */
void
gst_oak_feed_close (GstOakFeed * self)
{
  g_source_remove (self->timer);
  gst_oak_camera_unwatch (self->camera, self);
  gst_oak_camera_release (self->camera);
  gst_oak_feed_unref (self);
}

/**
 * gst_oak_feed_draw_no_signal:
 * @name: the camera's
 * @width: in pixels
 * @height: in pixels
 *
 * Some 30 ms, when fonts have to be looked for. Without textoverlay the picture
 * is black.
 *
 * Returns: (transfer full) (nullable): a raw picture; %NULL without
 *     GStreamer's basic elements
 */
GstSample *
gst_oak_feed_draw_no_signal (const gchar * name, gint width, gint height)
{
  GstElementFactory *writer = gst_element_factory_find ("textoverlay");
  gchar *text = g_strdup_printf (_("%s: no signal"), name);
  gchar *description = g_strdup_printf ("videotestsrc num-buffers=1 "
      "pattern=black ! video/x-raw,format=BGRx,width=%d,height=%d,"
      "framerate=0/1 ! %s name=text ! appsink name=sink sync=false", width,
      height, writer != NULL ? "textoverlay valignment=center" : "identity");
  GstElement *pipeline = gst_parse_launch (description, NULL);
  GstSample *sample = NULL;
  GstElement *element;

  if (pipeline != NULL) {
    element = gst_bin_get_by_name (GST_BIN (pipeline), "text");
    if (writer != NULL)
      g_object_set (element, "text", text, NULL);
    gst_object_unref (element);
    element = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    sample = gst_app_sink_try_pull_sample (GST_APP_SINK (element),
        2 * GST_SECOND);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (element);
    gst_object_unref (pipeline);
  }
  gst_clear_object (&writer);
  g_free (description);
  g_free (text);
  return sample;
}
