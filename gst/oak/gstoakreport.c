/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakreport.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "gstoakfailure.h"

/* At most so many messages a second. */
#define LOSS_RATE_MAX 10
#define NUISANCE_RATE_MAX 1
#define RECOVERY_RATE_MAX 10
#define COMING_RATE_MAX 100
#define STEP_RATE_MAX 100
#define LATE_RATE_MAX 200

/* What is told on the way. */
/* *INDENT-OFF* */
static const gchar * const steps[] = {
  [GST_OAK_STATE_RESOLVING] = N_("Looking for the camera's address"),
  [GST_OAK_STATE_CONNECTING] = N_("Connecting to the camera"),
  [GST_OAK_STATE_WAITING] = N_("Waiting for the first frame"),
  [GST_OAK_STATE_BACKING_OFF] = N_("Waiting before the next try"),
  [GST_OAK_STATE_LISTENING] = N_("Waiting for the camera to connect"),
};
/* *INDENT-ON* */

/**
 * gst_oak_pace_allows:
 * @pace: (inout): what was told of one kind; zeros at the start
 * @per_second: how much of it may be told
 *
 * Returns: %TRUE if one more may be told now; it is counted
 */
gboolean
gst_oak_pace_allows (GstOakPace * pace, guint per_second)
{
  gint64 now = g_get_monotonic_time ();

  if (now - pace->since > G_TIME_SPAN_SECOND) {
    pace->since = now;
    pace->n = 0;
  }
  return pace->n++ < per_second;
}

/**
 * gst_oak_report_init:
 * @self: (out caller-allocates): a report
 * @element: (transfer none): whose messages they are; it outlives the report
 */
void
gst_oak_report_init (GstOakReport * self, GstElement * element)
{
  memset (self, 0, sizeof (*self));
  self->element = element;
  g_mutex_init (&self->lock);
  g_queue_init (&self->outbox);
}

/**
 * gst_oak_report_clear:
 * @self: a report that nobody uses
 */
void
gst_oak_report_clear (GstOakReport * self)
{
  g_free (self->host);
  g_free (self->place);
  g_free (self->last_error);
  g_queue_clear_full (&self->outbox, (GDestroyNotify) gst_message_unref);
  g_mutex_clear (&self->lock);
}

/**
 * gst_oak_report_reset:
 * @self: a report
 *
 * Before a start: nothing was wrong yet. The place stays. Does not wait.
 */
void
gst_oak_report_reset (GstOakReport * self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->last_error, g_free);
  self->told = NULL;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_report_set_place:
 * @self: a report
 * @host: a name or an address
 * @port: the camera's, or ours
 * @listening: whether the camera connects to us
 *
 * All further messages name it. Any thread. Does not wait.
 */
void
gst_oak_report_set_place (GstOakReport * self, const gchar * host, guint port,
    gboolean listening)
{
  gboolean is_ipv6 = strchr (host, ':') != NULL;

  g_mutex_lock (&self->lock);
  g_free (self->host);
  g_free (self->place);
  self->host = g_strdup (host);
  self->port = port;
  self->place = g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", host, port);
  self->listening = listening;
  g_mutex_unlock (&self->lock);
}

/* Errors, warnings and recoveries */

/* Call with the lock. */
static gboolean
may_post (GstOakReport * self, GstMessageType type, gboolean is_nuisance)
{
  switch (type) {
    case GST_MESSAGE_WARNING:
      return is_nuisance ?
          gst_oak_pace_allows (&self->nuisances, NUISANCE_RATE_MAX) :
          gst_oak_pace_allows (&self->losses, LOSS_RATE_MAX);
    case GST_MESSAGE_INFO:
      return gst_oak_pace_allows (&self->recoveries, RECOVERY_RATE_MAX);
    default:
      return TRUE;
  }
}

static void
post (GstOakReport * self, GstMessageType type, gboolean is_nuisance,
    GQuark domain, gint code, const gchar * text, const gchar * debug)
{
  gchar *full = NULL;
  gboolean may;

  g_mutex_lock (&self->lock);
  may = may_post (self, type, is_nuisance);
  if (may)
    full = g_strdup_printf ("%s: %s", self->place, text);
  g_mutex_unlock (&self->lock);

  if (may)
    gst_element_message_full (self->element, type, domain, code, full,
        g_strdup (debug), __FILE__, GST_FUNCTION, __LINE__);
}

static void
remember (GstOakReport * self, const gchar * text)
{
  g_mutex_lock (&self->lock);
  g_free (self->last_error);
  self->last_error = g_strdup (text);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_report_post:
 * @self: a report
 * @type: ERROR, or WARNING: more than ten a second are left out
 * @domain: of the message's error
 * @code: in @domain
 * @text: for the user, translated
 * @debug: expected and got
 *
 * Any thread; hold no lock of the element. Does not wait.
 */
void
gst_oak_report_post (GstOakReport * self, GstMessageType type, GQuark domain,
    gint code, const gchar * text, const gchar * debug)
{
  remember (self, text);
  post (self, type, FALSE, domain, code, text, debug);
}

static gchar *
describe (GstOakReport * self, const GstOakFailure * failure,
    const GError * error)
{
  gboolean listening;

  g_mutex_lock (&self->lock);
  listening = self->listening;
  g_mutex_unlock (&self->lock);
  return gst_oak_failure_describe (failure, error, listening);
}

/* Whether the user has heard just that, and no frame has come since. */
static gboolean
is_told (GstOakReport * self, const gchar * nick)
{
  gboolean told;

  g_mutex_lock (&self->lock);
  told = nick != NULL && g_strcmp0 (self->told, nick) == 0;
  g_mutex_unlock (&self->lock);
  return told;
}

/**
 * gst_oak_report_post_failure:
 * @self: a report
 * @type: ERROR, or WARNING where the stream goes on: more than ten a second are
 *     left out, of strangers more than one, and what was told of the last loss
 *     until a frame comes
 * @error: one that gst_oak_failure_find() knows
 *
 * Any thread; hold no lock of the element. Does not wait.
 */
void
gst_oak_report_post_failure (GstOakReport * self, GstMessageType type,
    const GError * error)
{
  const GstOakFailure *failure = gst_oak_failure_find (error);
  gboolean is_nuisance =
      g_error_matches (error, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_STRAY)
      || g_error_matches (error, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_BUSY);
  gchar *text = describe (self, failure, error);

  remember (self, text);
  if (type == GST_MESSAGE_ERROR || !is_told (self, failure->nick))
    post (self, type, is_nuisance, failure->domain (), failure->code, text,
        error->message);
  g_free (text);
}

/* What happens next. Who has connected anew need not be waited for. */
static gchar *
foretell (const GstOakLinkLoss * loss)
{
  if (loss->next_retry >= 0)
    return g_strdup_printf (_("Trying again in %u s."),
        (guint) MAX (1, (loss->next_retry + 500) / 1000));
  if (g_error_matches (loss->why, GST_OAK_LINK_ERROR,
          GST_OAK_LINK_ERROR_SUPERSEDED))
    return NULL;
  return g_strdup (_("Waiting for the camera to connect again."));
}

static void
warn_of_loss (GstOakReport * self, const GstOakFailure * failure,
    const GstOakLinkLoss * loss)
{
  gchar *text = describe (self, failure, loss->why);
  gchar *next = foretell (loss);
  gchar *full = g_strjoin (" ", text, next, NULL);

  remember (self, text);
  if (!is_told (self, failure->nick))
    post (self, GST_MESSAGE_WARNING, FALSE, failure->domain (), failure->code,
        full, loss->why->message);
  g_free (full);
  g_free (next);
  g_free (text);
}

static void
tell_recovery (GstOakReport * self, const GstOakLinkArrival * arrival)
{
  guint away = (arrival->away + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC;
  gchar *text = g_strdup_printf (_("The camera is back after %u s."), away);
  gchar *debug = g_strdup_printf ("away for %u s, then a frame came by "
      "connection %u, from %s", away, arrival->connection, arrival->address);

  post (self, GST_MESSAGE_INFO, FALSE, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_READ, text, debug);
  g_free (debug);
  g_free (text);
}

/* Coming and going */

/* @structure is (transfer full). */
static void
post_coming (GstOakReport * self, GstStructure * structure)
{
  gboolean may;

  g_mutex_lock (&self->lock);
  may = gst_oak_pace_allows (&self->comings, COMING_RATE_MAX);
  gst_structure_set (structure, "host", G_TYPE_STRING, self->host,
      "port", G_TYPE_UINT, self->port, NULL);
  g_mutex_unlock (&self->lock);

  if (may)
    gst_element_post_message (self->element,
        gst_message_new_element (GST_OBJECT (self->element), structure));
  else
    gst_structure_free (structure);
}

/**
 * gst_oak_report_post_arrival:
 * @self: a report
 * @arrival: of the camera
 *
 * An element message `oak-connected`, and INFO if it was away. Any thread; hold
 * no lock of the element. Does not wait.
 */
void
gst_oak_report_post_arrival (GstOakReport * self,
    const GstOakLinkArrival * arrival)
{
  g_mutex_lock (&self->lock);
  self->told = NULL;
  g_mutex_unlock (&self->lock);

  post_coming (self, gst_structure_new ("oak-connected",
          "address", G_TYPE_STRING, arrival->address,
          "attempt", G_TYPE_UINT, arrival->attempt,
          "connection", G_TYPE_UINT, arrival->connection, NULL));
  if (arrival->away >= 0)
    tell_recovery (self, arrival);
}

/* PROGRESS */

/* Posts what waits, unless another thread does: it will find it. So they stay
 * in order, and no lock is held meanwhile. */
static void
empty_outbox (GstOakReport * self)
{
  GstMessage *message;

  g_mutex_lock (&self->lock);
  if (!self->posting) {
    self->posting = TRUE;
    while ((message = g_queue_pop_head (&self->outbox)) != NULL) {
      g_mutex_unlock (&self->lock);
      gst_element_post_message (self->element, message);
      g_mutex_lock (&self->lock);
    }
    self->posting = FALSE;
  }
  g_mutex_unlock (&self->lock);
}

/* Call with the lock. */
static void
put_progress (GstOakReport * self, GstProgressType type, const gchar * text)
{
  gchar *full = g_strdup_printf ("%s: %s", self->place, text);

  g_queue_push_tail (&self->outbox,
      gst_message_new_progress (GST_OBJECT (self->element), type, "connect",
          full));
  g_free (full);
}

/* Call with the lock. */
static void
end_progress (GstOakReport * self, GstProgressType type, const gchar * text)
{
  if (self->in_progress)
    put_progress (self, type, text);
  self->in_progress = FALSE;
}

/* Call with the lock. */
static void
tell_step (GstOakReport * self)
{
  if (!gst_oak_pace_allows (&self->steps, STEP_RATE_MAX))
    return;
  put_progress (self, self->in_progress ? GST_PROGRESS_TYPE_CONTINUE :
      GST_PROGRESS_TYPE_START, _(steps[self->state]));
  self->in_progress = TRUE;
}

/* Call with the lock. A beginning is told while playing alone: some who hear
 * of one do not play before its end, and before we play we wait for the camera
 * without end. */
static void
tell_progress (GstOakReport * self)
{
  if (self->state == GST_OAK_STATE_STREAMING)
    end_progress (self, GST_PROGRESS_TYPE_COMPLETE, _("The camera sends"));
  else if (self->state == GST_OAK_STATE_IDLE)
    end_progress (self, GST_PROGRESS_TYPE_CANCELED, _("Stopped"));
  else if (self->playing)
    tell_step (self);
}

/**
 * gst_oak_report_set_state:
 * @self: a report
 * @state: how far the source is
 *
 * Posts PROGRESS where it is due. Any thread; hold no lock of the element. Does
 * not wait.
 */
void
gst_oak_report_set_state (GstOakReport * self, GstOakState state)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  tell_progress (self);
  g_mutex_unlock (&self->lock);
  empty_outbox (self);
}

/**
 * gst_oak_report_set_playing:
 * @self: a report
 * @playing: whether the element is
 *
 * Posts PROGRESS where it is due. Any thread; hold no lock of the element. Does
 * not wait.
 */
void
gst_oak_report_set_playing (GstOakReport * self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  self->playing = playing;
  if (playing && !self->in_progress)
    tell_progress (self);
  g_mutex_unlock (&self->lock);
  empty_outbox (self);
}

static void
give_up (GstOakReport * self)
{
  g_mutex_lock (&self->lock);
  end_progress (self, GST_PROGRESS_TYPE_ERROR, _("No other try is made"));
  g_mutex_unlock (&self->lock);
  empty_outbox (self);
}

/**
 * gst_oak_report_post_loss:
 * @self: a report
 * @loss: of the camera
 *
 * An element message `oak-disconnected`, and a WARNING, unless it was told or
 * nothing follows: then it will be an ERROR. Any thread; hold no lock of the
 * element. Does not wait.
 */
void
gst_oak_report_post_loss (GstOakReport * self, const GstOakLinkLoss * loss)
{
  const GstOakFailure *failure = gst_oak_failure_find (loss->why);

  /* The door was closed: that is no loss. */
  if (failure == NULL)
    return;

  post_coming (self, gst_structure_new ("oak-disconnected",
          "reason", G_TYPE_STRING, failure->nick,
          "message", G_TYPE_STRING, loss->why->message,
          "attempt", G_TYPE_UINT, loss->attempt,
          "next-retry", G_TYPE_INT64, loss->next_retry, NULL));
  if (loss->over) {
    give_up (self);
    return;
  }
  if (!loss->told)
    warn_of_loss (self, failure, loss);

  g_mutex_lock (&self->lock);
  self->told = failure->nick;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_report_get_last_error:
 * @self: a report
 *
 * Any thread. Does not wait.
 *
 * Returns: (transfer full): what the last failure told the user, without the
 *     place, translated; empty if there was none since the last reset
 */
gchar *
gst_oak_report_get_last_error (GstOakReport * self)
{
  gchar *text;

  g_mutex_lock (&self->lock);
  text = g_strdup (self->last_error != NULL ? self->last_error : "");
  g_mutex_unlock (&self->lock);
  return text;
}

/**
 * gst_oak_report_post_late:
 * @self: a report
 * @frame: one that came too late to be shown, or behind ones that found no room
 *
 * Any thread; hold no lock of the element. Does not wait. More than 200
 * messages a second are left out.
 */
void
gst_oak_report_post_late (GstOakReport * self, const GstOakLateFrame * frame)
{
  GstClockTime duration = frame->duration > 0 ? frame->duration :
      GST_CLOCK_TIME_NONE;
  GstMessage *message;
  gboolean may;

  g_mutex_lock (&self->lock);
  may = gst_oak_pace_allows (&self->late, LATE_RATE_MAX);
  g_mutex_unlock (&self->lock);
  if (!may)
    return;

  /* Our segment begins at 0 and has the rate 1: all its times are the same. */
  message = gst_message_new_qos (GST_OBJECT (self->element), TRUE, frame->pts,
      frame->pts, frame->pts, duration);
  gst_message_set_qos_values (message, frame->lateness, 1.0, 1000000);
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, frame->n_shown,
      frame->n_dropped);
  gst_element_post_message (self->element, message);
}

static GstStructure *
describe_region (const OakRegion * region, gint id)
{
  const OakDetection *detection = &region->detection;

  return gst_structure_new ("detection",
      "id", G_TYPE_INT, id,
      "label", G_TYPE_STRING, region->label,
      "label-id", G_TYPE_INT, detection->label_id,
      "confidence", G_TYPE_DOUBLE, detection->confidence,
      "x", G_TYPE_UINT, region->x,
      "y", G_TYPE_UINT, region->y,
      "w", G_TYPE_UINT, region->w,
      "h", G_TYPE_UINT, region->h,
      "x-min", G_TYPE_DOUBLE, detection->x_min,
      "y-min", G_TYPE_DOUBLE, detection->y_min,
      "x-max", G_TYPE_DOUBLE, detection->x_max,
      "y-max", G_TYPE_DOUBLE, detection->y_max, NULL);
}

static void
list_regions (const GArray * regions, GValue * list)
{
  guint i;

  gst_value_list_init (list, regions->len);
  for (i = 0; i < regions->len; i++) {
    GValue item = G_VALUE_INIT;

    g_value_init (&item, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&item,
        describe_region (&g_array_index (regions, OakRegion, i), i));
    gst_value_list_append_and_take_value (list, &item);
  }
}

/**
 * gst_oak_report_post_findings:
 * @self: a report
 * @findings: what was found in a picture; nothing is told as well
 *
 * An element message `oak-detections`. Any thread; hold no lock of the element.
 * Does not wait.
 */
void
gst_oak_report_post_findings (GstOakReport * self,
    const GstOakFindings * findings)
{
  /* Our segment begins at 0 and has the rate 1: all its times are the same. */
  GstStructure *structure = gst_structure_new ("oak-detections",
      "timestamp", G_TYPE_UINT64, findings->pts,
      "stream-time", G_TYPE_UINT64, findings->pts,
      "running-time", G_TYPE_UINT64, findings->pts,
      "duration", G_TYPE_UINT64, findings->duration,
      "device-time", G_TYPE_UINT64, findings->device_time,
      "width", G_TYPE_UINT, findings->width,
      "height", G_TYPE_UINT, findings->height, NULL);
  GValue list = G_VALUE_INIT;

  list_regions (findings->regions, &list);
  gst_structure_take_value (structure, "detections", &list);
  gst_element_post_message (self->element,
      gst_message_new_element (GST_OBJECT (self->element), structure));
}
