/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaklink.h"

#include "oakconnection.h"
#include "oakgate.h"

/* The camera reads a control message with one recv(): two must never meet
 * there. In us. */
#define CONTROL_SPACING (100 * G_TIME_SPAN_MILLISECOND)

struct _GstOakLink
{
  /* any thread */
  GCancellable *cancellable;    /* cancelled by cancel() alone */
  GCancellable *wake;           /* ends a wait for bytes: there is news */
  GPollFD wake_fd;              /* kept: without free descriptors none can be
                                 * made, and GLib aborts */
  GstOakLinkWarn warn;
  gpointer warn_data;           /* (transfer none) */
  OakGate *gate;                /* between listen() and unlisten() */

  GMutex lock;
  /* under the lock */
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

  /* set by open(), then the receiving thread's only */
  GstOakPeer peer;
  OakConnection *connection;
  gchar *caller;                /* its address, if the camera called us */
  gboolean silent;              /* nothing has come by it yet */
};

GQuark
gst_oak_link_error_quark (void)
{
  return g_quark_from_static_string ("gst-oak-link-error-quark");
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
  self->warn (self->warn_data, error);
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

static gboolean
gst_oak_link_call (GstOakLink * self, GError ** error)
{
  gboolean playing;
  gint64 start = gst_oak_link_played (self, &playing);
  gint64 left;
  GError *cause = NULL;

  do {
    g_clear_error (&cause);
    left = gst_oak_link_time_left (self, self->peer.connect_timeout, start);
    self->connection = oak_connection_open (self->peer.host, self->peer.port,
        left < 0 ? 0 : MAX (1, left / 1000), NULL, NULL, self->cancellable,
        &cause);
    if (self->connection != NULL)
      return TRUE;
  } while (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      && gst_oak_link_time_left (self, self->peer.connect_timeout, start) > 0);

  return gst_oak_link_fail_connect (self, cause, error);
}

static void
gst_oak_link_begin_connection (GstOakLink * self, guint * connection)
{
  self->silent = TRUE;

  g_mutex_lock (&self->lock);
  *connection = ++self->n_connections;
  self->counters.connections++;
  self->control_waits = self->has_control;
  self->superseded = FALSE;
  self->hung_up = FALSE;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_link_connect:
 * @self: an open link without a connection
 * @connection: (out): its number; they count from 1
 * @error: return location for a #GstOakLinkError, or %G_IO_ERROR_CANCELLED
 *
 * Calls the camera or, if it listens, waits till the camera calls. Receiving
 * thread. Waits.
 *
 * Returns: %TRUE if there is a connection
 */
gboolean
gst_oak_link_connect (GstOakLink * self, guint * connection, GError ** error)
{
  if (self->gate != NULL)
    self->connection = oak_gate_wait (self->gate, &self->caller,
        self->cancellable, error);
  else
    gst_oak_link_call (self, error);

  if (self->connection == NULL)
    return FALSE;
  gst_oak_link_begin_connection (self, connection);
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

static gboolean
gst_oak_link_fail_receive (GstOakLink * self, GError * cause, GError ** error)
{
  GstOakLinkError code = GST_OAK_LINK_ERROR_CLOSED;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, cause);
    return FALSE;
  }
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    code = self->silent ? GST_OAK_LINK_ERROR_SILENT :
        GST_OAK_LINK_ERROR_STALLED;
  g_set_error_literal (error, GST_OAK_LINK_ERROR, code, cause->message);
  g_error_free (cause);
  return FALSE;
}

/* Waits for bytes as long as @timeout (ms) allows, and serves controls. */
static gssize
gst_oak_link_wait (GstOakLink * self, guint8 * data, gsize size,
    guint timeout, GError ** error)
{
  gboolean playing;
  gint64 start = gst_oak_link_played (self, &playing);

  for (;;) {
    GError *cause = NULL;
    gint64 left = gst_oak_link_time_left (self, timeout, start);
    gssize received = oak_connection_receive (self->connection, data, size,
        sooner (left, gst_oak_link_serve_control (self)), self->wake, &cause);
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
 * @error: return location for SILENT, STALLED or CLOSED of #GstOakLinkError,
 *     or %G_IO_ERROR_CANCELLED
 *
 * Takes what is there, and waits for it as long as the peer's timeouts allow.
 * Receiving thread.
 *
 * Returns: how many bytes came, at least 1; -1 on failure
 */
gssize
gst_oak_link_receive (GstOakLink * self, guint8 * data, gsize size,
    GError ** error)
{
  gssize received = gst_oak_link_wait (self, data, size,
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

/* Why the connection has ended, if it was not we who ended it. */
static void
gst_oak_link_report (GstOakLink * self, const GError * why)
{
  GError *error = g_error_copy (why);
  gboolean hung_up;

  g_mutex_lock (&self->lock);
  hung_up = self->hung_up;
  if (self->superseded) {
    g_clear_error (&error);
    g_set_error_literal (&error, GST_OAK_LINK_ERROR,
        GST_OAK_LINK_ERROR_SUPERSEDED, "expected more on a connection, got "
        "silence and a newer one");
  }
  g_mutex_unlock (&self->lock);

  g_prefix_error (&error, "camera at %s: ", self->caller);
  if (!hung_up)
    self->warn (self->warn_data, error);
  g_error_free (error);
}

/**
 * gst_oak_link_disconnect:
 * @self: a link with a connection
 * @why: what made the caller end it
 *
 * Who listens is told by a warning, and goes on: the camera will call again.
 * Receiving thread. Does not wait.
 *
 * Returns: %TRUE if gst_oak_link_connect() is to be called again
 */
gboolean
gst_oak_link_disconnect (GstOakLink * self, const GError * why)
{
  g_clear_pointer (&self->connection, oak_connection_free);
  if (self->gate == NULL)
    return FALSE;

  oak_gate_leave (self->gate);
  if (!g_cancellable_is_cancelled (self->cancellable))
    gst_oak_link_report (self, why);
  g_clear_pointer (&self->caller, g_free);
  return !g_cancellable_is_cancelled (self->cancellable);
}

/**
 * gst_oak_link_new:
 * @warn: told of what goes wrong and does not end the stream
 * @user_data: for @warn
 *
 * Returns: (transfer full): a link that does nothing yet
 */
GstOakLink *
gst_oak_link_new (GstOakLinkWarn warn, gpointer user_data)
{
  GstOakLink *self = g_new0 (GstOakLink, 1);

  self->warn = warn;
  self->warn_data = user_data;
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
      "expected one camera, got another from %s", address);

  g_mutex_lock (&self->lock);
  self->counters.refused++;
  g_mutex_unlock (&self->lock);
  self->warn (self->warn_data, error);
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
 * @self: a link that listens
 * @connection: the number of a connection
 *
 * Ends it, if it is still there, without a warning. Any thread. Does not wait.
 */
void
gst_oak_link_hang_up (GstOakLink * self, guint connection)
{
  g_mutex_lock (&self->lock);
  self->hung_up |= self->n_connections == connection;
  g_mutex_unlock (&self->lock);
  g_cancellable_cancel (self->wake);
}

/**
 * gst_oak_link_get_counters:
 * @self: a link
 * @counters: (out): what has been counted since it was opened
 *
 * Any thread. Does not wait.
 */
void
gst_oak_link_get_counters (GstOakLink * self, GstOakLinkCounters * counters)
{
  g_mutex_lock (&self->lock);
  *counters = self->counters;
  g_mutex_unlock (&self->lock);
}
