/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaklink.h"

#include "oakbackoff.h"
#include "oakconnection.h"
#include "oakgate.h"

/* The camera reads a control message with one recv(): two must never meet
 * there. In us. */
#define CONTROL_SPACING (100 * G_TIME_SPAN_MILLISECOND)

struct _GstOakLink
{
  /* any thread */
  GCancellable *cancellable;    /* cancelled by cancel() alone */
  GCancellable *wake;           /* ends a wait: there is news */
  GPollFD wake_fd;              /* kept: without free descriptors none can be
                                 * made, and GLib aborts */
  GstOakLinkCallbacks callbacks;
  gpointer user_data;           /* (transfer none): for them */
  OakGate *gate;                /* between listen() and unlisten() */

  GMutex lock;
  /* under the lock */
  GstOakState state;
  GstOakLinkCounters counters;
  gboolean playing;
  gint64 playing_since;         /* monotonic, us */
  gint64 played;                /* before that, us */
  OakControl control;           /* what was told last */
  gboolean has_control;
  gboolean control_waits;
  gint64 control_sent;          /* when the last one was, monotonic us */
  gboolean superseded;          /* the camera has connected anew */
  gboolean hung_up;             /* by us */
  guint n_connections;          /* the last one's number; 0 = none yet */

  /* changed under the lock, by the receiving thread, which reads them so */
  OakConnection *connection;
  gchar *address;               /* the camera's, of the last connection */

  /* set by open(), then the receiving thread's only */
  GstOakPeer peer;
  gboolean silent;              /* nothing has come by it yet */
  gboolean has_frame;           /* a whole one has */
  gboolean has_streamed;        /* an earlier connection had one */
  guint n_failures;             /* in a row */
  guint n_tries;                /* since the last frame */
  gint64 away_since;            /* monotonic us; 0 = there was no failure */
};

GQuark
gst_oak_link_error_quark (void)
{
  return g_quark_from_static_string ("gst-oak-link-error-quark");
}

/* State */

static void
gst_oak_link_set_state (GstOakLink * self, GstOakState state)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->state != state;
  self->state = state;
  g_mutex_unlock (&self->lock);

  if (changed)
    self->callbacks.changed (self->user_data, state);
}

/* Time */

/* How long the element has been playing, in µs: what timeouts count. */
static gint64
gst_oak_link_played (GstOakLink * self, gboolean * playing)
{
  gint64 played;

  g_mutex_lock (&self->lock);
  *playing = self->playing;
  played = self->played;
  if (self->playing)
    played += g_get_monotonic_time () - self->playing_since;
  g_mutex_unlock (&self->lock);

  return played;
}

/* How much of @timeout (ms) is left of a wait that began at @start (played
 * µs), in µs; 0: it is over; -1: it never is. */
static gint64
gst_oak_link_time_left (GstOakLink * self, guint timeout, gint64 start)
{
  gboolean playing;
  gint64 whole = (gint64) timeout * 1000;
  gint64 played = gst_oak_link_played (self, &playing);

  if (timeout == 0)
    return -1;
  /* Nothing is over before it plays: look again after a while. */
  if (!playing)
    return whole;
  return MAX (0, whole - (played - start));
}

/* Controls */

static void
gst_oak_link_send_control (GstOakLink * self, const OakControl * control)
{
  guint8 data[OAK_CONTROL_SIZE];
  GError *cause = NULL;
  GError *error;

  oak_control_write (control, data);
  if (oak_connection_send (self->connection, data, sizeof (data), &cause))
    return;

  error = g_error_new (GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_CONTROL,
      "expected to send a control message, got: %s", cause->message);
  self->callbacks.warned (self->user_data, error);
  g_error_free (error);
  g_error_free (cause);
}

/* Sends what waits, if it may. Returns how long something has to wait, in us;
 * -1: nothing does. */
static gint64
gst_oak_link_serve_control (GstOakLink * self)
{
  OakControl control;
  gint64 left = -1;
  gboolean may = FALSE;

  g_mutex_lock (&self->lock);
  if (self->control_waits) {
    gint64 now = g_get_monotonic_time ();

    left = self->control_sent + CONTROL_SPACING - now;
    may = left <= 0;
    if (may) {
      control = self->control;
      self->control_waits = FALSE;
      self->control_sent = now;
      left = -1;
    }
  }
  g_mutex_unlock (&self->lock);

  if (may)
    gst_oak_link_send_control (self, &control);
  return left;
}

/* Connecting */

static gboolean
gst_oak_link_fail_connect (GstOakLink * self, GError * cause, GError ** error)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, cause);
    return FALSE;
  }

  g_set_error (error, GST_OAK_LINK_ERROR,
      cause->domain == G_RESOLVER_ERROR ? GST_OAK_LINK_ERROR_RESOLVE :
      GST_OAK_LINK_ERROR_CONNECT, "expected a connection, got: %s",
      cause->message);
  g_error_free (cause);
  return FALSE;
}

static void
gst_oak_link_calling (gpointer user_data)
{
  gst_oak_link_set_state (user_data, GST_OAK_STATE_CONNECTING);
}

static OakConnection *
gst_oak_link_call (GstOakLink * self, GError ** error)
{
  OakConnection *connection;
  gboolean playing;
  gint64 start = gst_oak_link_played (self, &playing);
  gint64 left;
  GError *cause = NULL;

  gst_oak_link_set_state (self, GST_OAK_STATE_RESOLVING);
  do {
    g_clear_error (&cause);
    left = gst_oak_link_time_left (self, self->peer.connect_timeout, start);
    connection = oak_connection_open (self->peer.host, self->peer.port,
        left < 0 ? 0 : MAX (1, left / 1000), gst_oak_link_calling, self,
        self->cancellable, &cause);
    if (connection != NULL)
      return connection;
  } while (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      && gst_oak_link_time_left (self, self->peer.connect_timeout, start) > 0);

  gst_oak_link_fail_connect (self, cause, error);
  return NULL;
}

/* Takes @connection and @address. */
static guint
gst_oak_link_begin_connection (GstOakLink * self, OakConnection * connection,
    gchar * address)
{
  guint number;

  self->silent = TRUE;
  self->has_frame = FALSE;
  if (self->peer.buffer_size != 0)
    oak_connection_set_buffer_size (connection, self->peer.buffer_size);

  g_mutex_lock (&self->lock);
  self->connection = connection;
  g_free (self->address);
  self->address = address;
  number = ++self->n_connections;
  self->counters.connections++;
  self->counters.connected_since = g_get_real_time () * 1000;
  self->control_waits = self->has_control;
  self->superseded = FALSE;
  self->hung_up = FALSE;
  g_mutex_unlock (&self->lock);
  return number;
}

static void
gst_oak_link_count_try (GstOakLink * self)
{
  self->n_tries++;
  g_mutex_lock (&self->lock);
  self->counters.attempts++;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_link_connect:
 * @self: an open link without a connection
 * @connection: (out): its number; they count from 1
 * @error: return location for a #GstOakLinkError, or %G_IO_ERROR_CANCELLED
 *
 * Calls the camera or, if it listens, waits till the camera calls. Receiving
 * thread. Waits. After a failure gst_oak_link_recover() is to be called.
 *
 * Returns: %TRUE if there is a connection
 */
gboolean
gst_oak_link_connect (GstOakLink * self, guint * connection, GError ** error)
{
  OakConnection *camera;
  gchar *address = NULL;

  if (self->gate != NULL) {
    gst_oak_link_set_state (self, GST_OAK_STATE_LISTENING);
    camera = oak_gate_wait (self->gate, &address, self->cancellable, error);
    if (camera != NULL)
      gst_oak_link_count_try (self);
  } else {
    gst_oak_link_count_try (self);
    camera = gst_oak_link_call (self, error);
    if (camera != NULL)
      address = oak_connection_peer_address (camera);
  }

  if (camera == NULL)
    return FALSE;
  *connection = gst_oak_link_begin_connection (self, camera, address);
  gst_oak_link_set_state (self, GST_OAK_STATE_WAITING);
  return TRUE;
}

/* The sooner of two times, of which -1 is never. */
static gint64
sooner (gint64 a, gint64 b)
{
  if (a < 0 || b < 0)
    return MAX (a, b);
  return MIN (a, b);
}

/* Whether the connection has to end whatever comes. Takes note of the news. */
static gboolean
gst_oak_link_is_over (GstOakLink * self)
{
  gboolean over;

  g_cancellable_reset (self->wake);
  g_mutex_lock (&self->lock);
  over = self->superseded || self->hung_up;
  g_mutex_unlock (&self->lock);
  return over || g_cancellable_is_cancelled (self->cancellable);
}

/* A wait was cancelled: by whom? */
static void
gst_oak_link_fail_cancelled (GstOakLink * self, GError * cause, GError ** error)
{
  gboolean superseded;

  g_mutex_lock (&self->lock);
  superseded = self->superseded;
  g_mutex_unlock (&self->lock);

  if (g_cancellable_is_cancelled (self->cancellable)) {
    g_propagate_error (error, cause);
    return;
  }
  if (superseded)
    g_set_error_literal (error, GST_OAK_LINK_ERROR,
        GST_OAK_LINK_ERROR_SUPERSEDED, "the camera has connected anew");
  else
    g_set_error_literal (error, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_HUNG_UP,
        "we have hung up, as what came was of no use");
  g_error_free (cause);
}

static void
gst_oak_link_fail_receive (GstOakLink * self, GError * cause, GError ** error)
{
  GstOakLinkError code = GST_OAK_LINK_ERROR_CLOSED;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    gst_oak_link_fail_cancelled (self, cause, error);
    return;
  }
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    code = self->silent ? GST_OAK_LINK_ERROR_SILENT :
        GST_OAK_LINK_ERROR_STALLED;
  g_set_error_literal (error, GST_OAK_LINK_ERROR, code, cause->message);
  g_error_free (cause);
}

/* Waits for bytes as long as @timeout (ms) allows, and serves controls. */
static gssize
gst_oak_link_wait (GstOakLink * self, guint8 * data, gsize size,
    gsize at_least, guint timeout, GError ** error)
{
  gboolean playing;
  gint64 start = gst_oak_link_played (self, &playing);

  for (;;) {
    GError *cause = NULL;
    gint64 left = gst_oak_link_time_left (self, timeout, start);
    gssize received = oak_connection_receive (self->connection, data, size,
        at_least, sooner (left, gst_oak_link_serve_control (self)), self->wake,
        &cause);
    gboolean again;

    if (received > 0)
      return received;

    if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      again = !gst_oak_link_is_over (self);
    else
      again = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
          && gst_oak_link_time_left (self, timeout, start) != 0;

    if (!again) {
      gst_oak_link_fail_receive (self, cause, error);
      return -1;
    }
    g_error_free (cause);
  }
}

/**
 * gst_oak_link_receive:
 * @self: a link with a connection
 * @data: (out caller-allocates): where the bytes go
 * @size: at most so many, 1 and more
 * @at_least: how many of them are sure to come if the peer means well, 1 to
 *     @size
 * @error: return location for SILENT, STALLED, CLOSED, HUNG_UP or SUPERSEDED
 *     of #GstOakLinkError, or %G_IO_ERROR_CANCELLED
 *
 * Waits until @at_least bytes have come, as long as the peer's timeouts allow
 * from one to the next, and takes what is there. That may be less, if they come
 * slowly. Receiving thread.
 *
 * Returns: how many bytes came, at least 1; -1 on failure
 */
gssize
gst_oak_link_receive (GstOakLink * self, guint8 * data, gsize size,
    gsize at_least, GError ** error)
{
  gssize received = gst_oak_link_wait (self, data, size, at_least,
      self->silent ? self->peer.first_byte_timeout : self->peer.stall_timeout,
      error);

  if (received < 0)
    return -1;

  self->silent = FALSE;
  if (self->gate != NULL)
    oak_gate_note_byte (self->gate);
  g_mutex_lock (&self->lock);
  self->counters.bytes += received;
  g_mutex_unlock (&self->lock);
  return received;
}

/**
 * gst_oak_link_may_go_on:
 * @self: a link with a connection
 * @error: return location for HUNG_UP or SUPERSEDED of #GstOakLinkError, or
 *     %G_IO_ERROR_CANCELLED
 *
 * For who has something to do with what was received before. Receiving thread.
 * Does not wait.
 *
 * Returns: %FALSE if gst_oak_link_receive() would fail, whatever has come
 */
gboolean
gst_oak_link_may_go_on (GstOakLink * self, GError ** error)
{
  if (!gst_oak_link_is_over (self))
    return TRUE;

  gst_oak_link_fail_cancelled (self, g_error_new_literal (G_IO_ERROR,
          G_IO_ERROR_CANCELLED, "it was cancelled"), error);
  return FALSE;
}

/* Recovering */

/**
 * gst_oak_link_note_frame:
 * @self: a link with a connection
 *
 * A whole frame has come. The first of a connection ends the row of failures.
 * Receiving thread. Does not wait.
 */
void
gst_oak_link_note_frame (GstOakLink * self)
{
  GstOakLinkArrival arrival;

  if (self->has_frame)
    return;
  self->has_frame = TRUE;

  arrival.address = self->address;
  arrival.attempt = self->n_tries;
  arrival.away = self->away_since == 0 ? -1 :
      g_get_monotonic_time () - self->away_since;
  g_mutex_lock (&self->lock);
  arrival.connection = self->n_connections;
  if (self->has_streamed)
    self->counters.reconnects++;
  g_mutex_unlock (&self->lock);
  self->has_streamed = TRUE;
  self->n_tries = 0;
  self->away_since = 0;

  gst_oak_link_set_state (self, GST_OAK_STATE_STREAMING);
  self->callbacks.connected (self->user_data, &arrival);
}

/* Ends the connection, if there is one. */
static void
gst_oak_link_leave (GstOakLink * self)
{
  OakConnection *connection;

  g_mutex_lock (&self->lock);
  connection = g_steal_pointer (&self->connection);
  self->counters.connected_since = 0;
  g_mutex_unlock (&self->lock);

  oak_connection_free (connection);
  if (self->gate != NULL)
    oak_gate_leave (self->gate);
}

/* Returns what the connection was lost by, for who has to tell it. */
static GError *
gst_oak_link_judge (GstOakLink * self, const GError * why,
    GstOakLinkLoss * loss)
{
  GError *error = g_error_copy (why);
  gint code = -1;

  g_mutex_lock (&self->lock);
  loss->told = self->hung_up;
  if (self->hung_up)
    code = GST_OAK_LINK_ERROR_HUNG_UP;
  else if (self->superseded)
    code = GST_OAK_LINK_ERROR_SUPERSEDED;
  self->hung_up = FALSE;
  self->superseded = FALSE;
  g_mutex_unlock (&self->lock);

  if (code >= 0) {
    error->domain = GST_OAK_LINK_ERROR;
    error->code = code;
  }
  if (self->gate != NULL && self->address != NULL)
    g_prefix_error (&error, "camera at %s: ", self->address);
  return error;
}

/* One more failure. Frames end the row, but not those that were of no use. */
static void
gst_oak_link_count_failure (GstOakLink * self, GstOakLinkLoss * loss)
{
  if (self->away_since == 0)
    self->away_since = g_get_monotonic_time ();

  if (self->has_frame && !loss->told)
    self->n_failures = 0;
  self->has_frame = FALSE;
  loss->attempt = ++self->n_failures;
}

static gboolean
gst_oak_link_may_try_again (GstOakLink * self, guint n_failures)
{
  if (!self->peer.reconnect)
    return FALSE;
  return self->gate != NULL || self->peer.reconnect_attempts < 0
      || n_failures <= (guint) self->peer.reconnect_attempts;
}

static void
gst_oak_link_decide (GstOakLink * self, GstOakLinkLoss * loss)
{
  loss->over = !gst_oak_link_may_try_again (self, loss->attempt);
  loss->next_retry = -1;
  if (!loss->over && self->gate == NULL)
    loss->next_retry = oak_backoff_delay (loss->attempt - 1,
        self->peer.reconnect_delay, self->peer.reconnect_delay_max,
        g_random_double ());
}

static void
gst_oak_link_tell_loss (GstOakLink * self, const GError * why,
    GstOakLinkLoss * loss)
{
  GError *error = gst_oak_link_judge (self, why, loss);

  gst_oak_link_count_failure (self, loss);
  gst_oak_link_decide (self, loss);
  if (!loss->over)
    gst_oak_link_set_state (self, self->gate != NULL ?
        GST_OAK_STATE_LISTENING : GST_OAK_STATE_BACKING_OFF);
  loss->why = error;
  self->callbacks.disconnected (self->user_data, loss);
  g_error_free (error);
}

/* Returns %FALSE if it was cancelled. */
static gboolean
gst_oak_link_wait_out (GstOakLink * self, gint64 delay)
{
  gint64 end = g_get_monotonic_time () + delay * 1000;

  for (;;) {
    gint64 left;

    g_cancellable_reset (self->wake);
    if (g_cancellable_is_cancelled (self->cancellable))
      return FALSE;
    left = end - g_get_monotonic_time ();
    if (left <= 0)
      return TRUE;
    g_poll (&self->wake_fd, 1, (left + 999) / 1000);
  }
}

/**
 * gst_oak_link_recover:
 * @self: a link whose connection has failed, or could not be made
 * @why: what made the caller end it
 *
 * Ends the connection at once, tells of it, and waits till it is time for the
 * next try; who listens has nothing to wait for. Time in a pause counts.
 * Receiving thread.
 *
 * Returns: %TRUE if gst_oak_link_connect() is to be called again; %FALSE if it
 *     is over, as it was cancelled, no other try is wanted, or too many failed
 */
gboolean
gst_oak_link_recover (GstOakLink * self, const GError * why)
{
  GstOakLinkLoss loss = { NULL, };

  gst_oak_link_leave (self);
  if (!g_cancellable_is_cancelled (self->cancellable)) {
    gst_oak_link_tell_loss (self, why, &loss);
    if (!loss.over && gst_oak_link_wait_out (self, loss.next_retry))
      return TRUE;
  }
  gst_oak_link_set_state (self, GST_OAK_STATE_IDLE);
  return FALSE;
}

/**
 * gst_oak_link_new:
 * @callbacks: whom to tell, all of them; copied
 * @user_data: for @callbacks
 *
 * Returns: (transfer full): a link that does nothing yet
 */
GstOakLink *
gst_oak_link_new (const GstOakLinkCallbacks * callbacks, gpointer user_data)
{
  GstOakLink *self = g_new0 (GstOakLink, 1);

  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->wake = g_cancellable_new ();
  g_cancellable_make_pollfd (self->wake, &self->wake_fd);
  g_mutex_init (&self->lock);
  return self;
}

/**
 * gst_oak_link_free:
 * @self: (transfer full): a link that is closed and does not listen
 */
void
gst_oak_link_free (GstOakLink * self)
{
  g_mutex_clear (&self->lock);
  g_cancellable_release_fd (self->wake);
  g_object_unref (self->wake);
  g_object_unref (self->cancellable);
  g_free (self);
}

/**
 * gst_oak_link_open:
 * @self: a link
 * @peer: (transfer none): whom to call
 *
 * Before the receiving thread begins. Counts from zero. Does not wait.
 */
void
gst_oak_link_open (GstOakLink * self, const GstOakPeer * peer)
{
  const GstOakLinkCounters none = { 0, };

  self->peer = *peer;
  self->peer.host = g_strdup (peer->host);
  self->has_streamed = FALSE;
  self->n_failures = 0;
  self->n_tries = 0;
  self->away_since = 0;
  g_mutex_lock (&self->lock);
  self->n_connections = 0;
  self->counters = none;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_link_cancel:
 * @self: an open link
 *
 * Ends every wait of the receiving thread, at once and till it is closed. Any
 * thread. Does not wait.
 */
void
gst_oak_link_cancel (GstOakLink * self)
{
  /* In this order: who is woken looks whether it is over. */
  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->wake);
}

/**
 * gst_oak_link_close:
 * @self: an open link whose receiving thread has ended
 */
void
gst_oak_link_close (GstOakLink * self)
{
  g_cancellable_reset (self->cancellable);
  g_cancellable_reset (self->wake);
  g_clear_pointer (&self->peer.host, g_free);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->address, g_free);
  g_mutex_unlock (&self->lock);
}

/* Listening */

static void
gst_oak_link_refused (const gchar * address, OakGateReason reason,
    gpointer user_data)
{
  GstOakLink *self = user_data;
  GError *error = reason == OAK_GATE_STRANGER ?
      g_error_new (GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_STRAY,
      "expected an address of \"allow-from\", got %s", address) :
      g_error_new (GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_BUSY,
      "expected no second camera, got %s", address);

  g_mutex_lock (&self->lock);
  self->counters.refused++;
  g_mutex_unlock (&self->lock);
  self->callbacks.warned (self->user_data, error);
  g_error_free (error);
}

static void
gst_oak_link_knocked (gpointer user_data)
{
  GstOakLink *self = user_data;

  g_mutex_lock (&self->lock);
  self->superseded = TRUE;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->wake);
}

/**
 * gst_oak_link_listen:
 * @self: a link that is not open
 * @bind_address: numeric, IPv4 or IPv6
 * @port: TCP port; 0 = any free one
 * @allow_from: addresses and networks, separated by commas or spaces
 * @error: return location for a #GstOakLinkError
 *
 * From now on the camera may connect, until gst_oak_link_unlisten(), and
 * gst_oak_link_connect() waits for it. Does not wait.
 *
 * Returns: %TRUE if the port is listened on
 */
gboolean
gst_oak_link_listen (GstOakLink * self, const gchar * bind_address,
    guint16 port, const gchar * allow_from, GError ** error)
{
  static const OakGateCallbacks callbacks = {
    gst_oak_link_refused, gst_oak_link_knocked
  };
  GError *cause = NULL;

  self->gate = oak_gate_open (bind_address, port, allow_from, &callbacks, self,
      &cause);
  if (self->gate != NULL)
    return TRUE;

  g_set_error_literal (error, GST_OAK_LINK_ERROR,
      g_error_matches (cause, OAK_GATE_ERROR, OAK_GATE_ERROR_LISTEN) ?
      GST_OAK_LINK_ERROR_LISTEN : GST_OAK_LINK_ERROR_DOOR, cause->message);
  g_error_free (cause);
  return FALSE;
}

/**
 * gst_oak_link_unlisten:
 * @self: a link that is not open
 *
 * Nobody may connect any more. Does not wait for the network.
 */
void
gst_oak_link_unlisten (GstOakLink * self)
{
  g_clear_pointer (&self->gate, oak_gate_close);
}

/**
 * gst_oak_link_get_port:
 * @self: a link
 *
 * Returns: the port that is listened on; 0: none is
 */
guint
gst_oak_link_get_port (GstOakLink * self)
{
  return self->gate != NULL ? oak_gate_port (self->gate) : 0;
}

/**
 * gst_oak_link_set_playing:
 * @self: a link
 * @playing: whether time counts for the timeouts
 *
 * Any thread. Does not wait.
 */
void
gst_oak_link_set_playing (GstOakLink * self, gboolean playing)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (self->playing)
    self->played += now - self->playing_since;
  self->playing = playing;
  self->playing_since = now;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_link_set_control:
 * @self: a link
 * @control: (nullable): what to tell the camera, now and on each connection;
 *     %NULL: nothing
 *
 * Of several in a hurry the last one is sent, a tenth of a second after the
 * one before. Any thread. Does not wait.
 */
void
gst_oak_link_set_control (GstOakLink * self, const OakControl * control)
{
  g_mutex_lock (&self->lock);
  self->has_control = control != NULL;
  self->control_waits = control != NULL;
  if (control != NULL)
    self->control = *control;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->wake);
}

/**
 * gst_oak_link_hang_up:
 * @self: a link
 * @connection: the number of a connection, whose frames are of no use
 *
 * Ends it, if it is still there. The caller has told why; its frames do not end
 * the row of failures. Any thread. Does not wait.
 */
void
gst_oak_link_hang_up (GstOakLink * self, guint connection)
{
  g_mutex_lock (&self->lock);
  self->hung_up |= self->connection != NULL
      && self->n_connections == connection;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->wake);
}

/**
 * gst_oak_link_get_counters:
 * @self: a link
 * @counters: (out): what has been counted since it was opened, and what is so
 *     now
 *
 * Any thread. Does not wait.
 */
void
gst_oak_link_get_counters (GstOakLink * self, GstOakLinkCounters * counters)
{
  g_mutex_lock (&self->lock);
  *counters = self->counters;
  if (self->connection != NULL)
    counters->bytes_queued = oak_connection_available (self->connection);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_link_get_address:
 * @self: a link
 *
 * Any thread. Does not wait.
 *
 * Returns: (transfer full): the camera's numeric address; empty if it is not
 *     connected
 */
gchar *
gst_oak_link_get_address (GstOakLink * self)
{
  gchar *address;

  g_mutex_lock (&self->lock);
  address = g_strdup (self->connection != NULL ? self->address : "");
  g_mutex_unlock (&self->lock);
  return address;
}

/**
 * gst_oak_link_get_state:
 * @self: a link
 *
 * Any thread. Does not wait.
 *
 * Returns: how far it is
 */
GstOakState
gst_oak_link_get_state (GstOakLink * self)
{
  GstOakState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}
