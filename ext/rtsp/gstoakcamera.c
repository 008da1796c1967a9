/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakcamera.h"

#include <glib/gi18n-lib.h>
#include <gst/app/gstappsink.h>
#include <string.h>

/* So long a camera stays connected when nobody watches any more: who looks
 * again finds it there, and so does the SETUP that follows a DESCRIBE. */
#define LINGER 10               /* s */
#define RESTART 5               /* s; behind an error, which ends the source */

typedef struct
{
  GstOakCameraFunc func;
  gpointer data;
} Watcher;

struct _GstOakCamera
{
  gint refs;
  gchar *name;
  gchar *uri;
  gboolean always;
  GstElement *pipeline;
  GstElement *source;

  GMutex control;               /* one change of state at a time */
  guint holders;
  gboolean plays;
  gboolean is_closed;
  guint timer;                  /* stops it, or starts it again */

  GMutex lock;                  /* never held while the state changes */
  GCond came;
  GstCaps *caps;                /* of the last picture */
  gint64 since;                 /* called, monotonic time, us */
  gboolean is_away;             /* the last try has failed, or it was lost */
  GArray *watchers;
};

static GstFlowReturn
gst_oak_camera_take (GstAppSink * sink, gpointer data)
{
  GstOakCamera *self = data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  guint i;

  if (sample == NULL)
    return GST_FLOW_EOS;

  g_mutex_lock (&self->lock);
  gst_caps_replace (&self->caps, gst_sample_get_caps (sample));
  for (i = 0; i < self->watchers->len; i++) {
    const Watcher *watcher = &g_array_index (self->watchers, Watcher, i);

    watcher->func (sample, watcher->data);
  }
  g_cond_broadcast (&self->came);
  g_mutex_unlock (&self->lock);
  gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* With the control lock. */
static void
gst_oak_camera_play (GstOakCamera * self)
{
  g_message (_("%s: calling %s"), self->name, self->uri);
  g_mutex_lock (&self->lock);
  self->since = g_get_monotonic_time ();
  self->is_away = FALSE;
  g_mutex_unlock (&self->lock);
  self->plays = TRUE;
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

/* With the control lock. */
static void
gst_oak_camera_stop (GstOakCamera * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  self->plays = FALSE;
}

/* With the control lock. */
static void
gst_oak_camera_stop_timer (GstOakCamera * self)
{
  if (self->timer != 0)
    g_source_remove (self->timer);
  self->timer = 0;
}

static void
gst_oak_camera_unref_data (gpointer data)
{
  gst_oak_camera_unref (data);
}

/* With the control lock. */
static void
gst_oak_camera_start_timer (GstOakCamera * self, guint seconds,
    GSourceFunc func)
{
  gst_oak_camera_stop_timer (self);
  self->timer = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, seconds, func,
      gst_oak_camera_ref (self), gst_oak_camera_unref_data);
}

static gboolean
gst_oak_camera_restart (gpointer data)
{
  GstOakCamera *self = data;

  g_mutex_lock (&self->control);
  self->timer = 0;
  if (self->holders > 0 && !self->is_closed)
    gst_oak_camera_play (self);
  g_mutex_unlock (&self->control);
  return G_SOURCE_REMOVE;
}

static void
gst_oak_camera_fail (GstOakCamera * self)
{
  g_mutex_lock (&self->control);
  gst_oak_camera_stop (self);
  gst_oak_camera_start_timer (self, RESTART, gst_oak_camera_restart);
  g_mutex_unlock (&self->control);
}

static void
gst_oak_camera_set_away (GstOakCamera * self, gboolean is_away)
{
  g_mutex_lock (&self->lock);
  self->is_away = is_away;
  g_cond_broadcast (&self->came);
  g_mutex_unlock (&self->lock);
}

/* One that stays away is told of once. */
static void
gst_oak_camera_tell_element (GstOakCamera * self,
    const GstStructure * structure)
{
  gboolean was_away;

  g_mutex_lock (&self->lock);
  was_away = self->is_away;
  g_mutex_unlock (&self->lock);
  if (gst_structure_has_name (structure, "oak-connected")) {
    gst_oak_camera_set_away (self, FALSE);
    g_message (_("%s: connected to %s"), self->name,
        gst_structure_get_string (structure, "address"));
  } else if (gst_structure_has_name (structure, "oak-disconnected")) {
    gst_oak_camera_set_away (self, TRUE);
    g_log (G_LOG_DOMAIN, was_away ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_MESSAGE,
        _("%s: away: %s"), self->name,
        gst_structure_get_string (structure, "message"));
  }
}

static gboolean
gst_oak_camera_hear (GstBus * bus, GstMessage * message, gpointer data)
{
  GstOakCamera *self = data;
  GError *error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      gst_oak_camera_tell_element (self, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_warning (_("%s: %s Next try in %d s."), self->name, error->message,
          RESTART);
      gst_oak_camera_set_away (self, TRUE);
      gst_oak_camera_fail (self);
      break;
    case GST_MESSAGE_EOS:
      gst_oak_camera_set_away (self, TRUE);
      gst_oak_camera_fail (self);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      g_info ("%s: %s", self->name, error->message);
      break;
    default:
      break;
  }
  g_clear_error (&error);
  return G_SOURCE_CONTINUE;
}

/**
 * gst_oak_camera_share_time:
 * @pipeline: any that has not started
 *
 * All of them have the same clock, and no base time of their own: PTS of a
 * camera's are right in every other.
 */
void
gst_oak_camera_share_time (GstElement * pipeline)
{
  GstClock *clock = gst_system_clock_obtain ();

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (pipeline, 0);
  gst_object_unref (clock);
}

static void
gst_oak_camera_build (GstOakCamera * self)
{
  GstAppSinkCallbacks callbacks = { NULL, };
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  GstBus *bus;

  g_object_set (sink, "sync", FALSE, "max-buffers", 1, "drop", TRUE,
      "enable-last-sample", FALSE, NULL);
  callbacks.new_sample = gst_oak_camera_take;
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);

  self->pipeline = gst_pipeline_new (self->name);
  gst_oak_camera_share_time (self->pipeline);
  gst_bin_add_many (GST_BIN (self->pipeline), self->source, sink, NULL);
  gst_element_link (self->source, sink);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_add_watch (bus, gst_oak_camera_hear, self);
  gst_object_unref (bus);
}

/**
 * gst_oak_camera_new:
 * @settings: whose
 * @error: return location for an error: no such URI, or no plugin for it
 *
 * Nothing is called before somebody holds it. Its messages come by the default
 * main context, which has to run.
 *
 * Returns: (transfer full) (nullable): a camera, or %NULL
 */
GstOakCamera *
gst_oak_camera_new (const OakCameraSettings * settings, GError ** error)
{
  GstOakCamera *self;
  GstElement *source =
      gst_element_make_from_uri (GST_URI_SRC, settings->uri, NULL, error);

  if (source == NULL) {
    g_prefix_error (error, "%s: uri=%s: ", settings->name, settings->uri);
    return NULL;
  }

  self = g_new0 (GstOakCamera, 1);
  self->refs = 1;
  self->name = g_strdup (settings->name);
  self->uri = g_strdup (settings->uri);
  self->always = settings->connect == OAK_CONNECT_ALWAYS;
  self->source = source;
  self->watchers = g_array_new (FALSE, FALSE, sizeof (Watcher));
  g_mutex_init (&self->control);
  g_mutex_init (&self->lock);
  g_cond_init (&self->came);
  gst_oak_camera_build (self);
  if (self->always)
    gst_oak_camera_hold (self);
  return self;
}

/**
 * gst_oak_camera_ref:
 * @self: a camera
 *
 * Returns: (transfer full): @self
 */
GstOakCamera *
gst_oak_camera_ref (GstOakCamera * self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

/**
 * gst_oak_camera_unref:
 * @self: (transfer full): a camera that is closed, if this is the last
 */
void
gst_oak_camera_unref (GstOakCamera * self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  gst_object_unref (self->pipeline);
  gst_caps_replace (&self->caps, NULL);
  g_array_unref (self->watchers);
  g_mutex_clear (&self->control);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->came);
  g_free (self->name);
  g_free (self->uri);
  g_free (self);
}

/**
 * gst_oak_camera_close:
 * @self: a camera
 *
 * For good: whoever still holds it has no more pictures of it. In the thread
 * of the main context. Ends within some 10 ms.
 */
void
gst_oak_camera_close (GstOakCamera * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);

  gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  g_mutex_lock (&self->control);
  self->is_closed = TRUE;
  gst_oak_camera_stop_timer (self);
  gst_oak_camera_stop (self);
  g_mutex_unlock (&self->control);
}

/**
 * gst_oak_camera_hold:
 * @self: a camera
 *
 * It is connected as long as somebody holds it, and for a while after. Does
 * not wait for the network.
 */
void
gst_oak_camera_hold (GstOakCamera * self)
{
  g_mutex_lock (&self->control);
  if (self->holders++ == 0 && !self->is_closed) {
    gst_oak_camera_stop_timer (self);
    if (!self->plays)
      gst_oak_camera_play (self);
  }
  g_mutex_unlock (&self->control);
}

static gboolean
gst_oak_camera_leave (gpointer data)
{
  GstOakCamera *self = data;

  g_mutex_lock (&self->control);
  self->timer = 0;
  if (self->holders == 0 && !self->is_closed) {
    g_message (_("%s: nobody watches, hanging up"), self->name);
    gst_oak_camera_stop (self);
  }
  g_mutex_unlock (&self->control);
  return G_SOURCE_REMOVE;
}

/**
 * gst_oak_camera_release:
 * @self: a camera that is held
 *
 * Does not wait for the network.
 */
void
gst_oak_camera_release (GstOakCamera * self)
{
  g_mutex_lock (&self->control);
  if (--self->holders == 0 && !self->is_closed)
    gst_oak_camera_start_timer (self, LINGER, gst_oak_camera_leave);
  g_mutex_unlock (&self->control);
}

/**
 * gst_oak_camera_is_there:
 * @self: a camera
 *
 * Does not wait.
 *
 * Returns: %TRUE while pictures come
 */
gboolean
gst_oak_camera_is_there (GstOakCamera * self)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (self->source), "connection-state");
  GValue value = G_VALUE_INIT;
  gint state;

  g_value_init (&value, spec->value_type);
  g_object_get_property (G_OBJECT (self->source), "connection-state", &value);
  state = g_value_get_enum (&value);
  g_value_unset (&value);
  return strcmp (g_enum_get_value (G_PARAM_SPEC_ENUM (spec)->enum_class,
          state)->value_nick, "streaming") == 0;
}

/**
 * gst_oak_camera_wait:
 * @self: a camera that is held
 * @timeout: in ns, from when it was first called: one that has been away for
 *     long is not waited for
 *
 * Waits until pictures come, or a try has failed.
 *
 * Returns: %TRUE if they do
 */
gboolean
gst_oak_camera_wait (GstOakCamera * self, GstClockTime timeout)
{
  gboolean is_there;

  g_mutex_lock (&self->lock);
  do
    is_there = self->caps != NULL && gst_oak_camera_is_there (self);
  while (!is_there && !self->is_away
      && g_cond_wait_until (&self->came, &self->lock,
          self->since + timeout / GST_USECOND));
  g_mutex_unlock (&self->lock);
  return is_there;
}

/**
 * gst_oak_camera_get_caps:
 * @self: a camera
 *
 * Does not wait.
 *
 * Returns: (transfer full) (nullable): of the last picture, though it may be
 *     long ago; %NULL if there was none
 */
GstCaps *
gst_oak_camera_get_caps (GstOakCamera * self)
{
  GstCaps *caps;

  g_mutex_lock (&self->lock);
  caps = self->caps != NULL ? gst_caps_ref (self->caps) : NULL;
  g_mutex_unlock (&self->lock);
  return caps;
}

/**
 * gst_oak_camera_watch:
 * @self: a camera
 * @func: gets each picture
 * @data: passed on; one @func for each
 */
void
gst_oak_camera_watch (GstOakCamera * self, GstOakCameraFunc func, gpointer data)
{
  const Watcher watcher = { func, data };

  g_mutex_lock (&self->lock);
  g_array_append_val (self->watchers, watcher);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_camera_unwatch:
 * @self: a camera
 * @data: as when it was watched
 *
 * When this returns, its function does not run and will not any more.
 */
void
gst_oak_camera_unwatch (GstOakCamera * self, gpointer data)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->watchers->len; i++) {
    if (g_array_index (self->watchers, Watcher, i).data == data)
      g_array_remove_index (self->watchers, i--);
  }
  g_mutex_unlock (&self->lock);
}
