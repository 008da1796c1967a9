/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaksender.h"

#include <string.h>

#define TICK 1000               /* ms */

/* How long to leave a camera's host alone before the next attempt, in ms. */
#define RETRY 1000

/* How long an attempt may take, in us. */
#define ATTEMPT (5 * G_TIME_SPAN_SECOND)

/* What clients may say in a tick, all of them, and those that come again and
 * again: more is left to their own memory. */
#define MESSAGES_MAX 100

/* How long frames that have begun may take at the end, in ms. */
#define FAREWELL 300

/* A client in its place. The sending thread's. */
typedef struct
{
  GstOakSender *sender;
  GstOakClient *client;
  gchar *name;
  GSource *reading;             /* NULL = it has said enough for now */
  GSource *writing;             /* NULL = there is nothing to send */
} Seat;

struct _GstOakSender
{
  GstOakSenderCallbacks callbacks;
  gpointer user_data;

  GMutex lock;
  /* under the lock; the seats change in the sending thread alone */
  GPtrArray *seats;
  guint max_clients;
  GstOakSenderCounters counters;

  /* from start to stop; read by any thread */
  GThread *thread;
  GMainContext *context;
  GSource *wake;                /* there is something to look at */
  gint stopping;                /* atomic */
  guint port;                   /* listened on; 0 = none */

  /* set by start(), then the sending thread's */
  GSocket *socket;              /* listens; NULL: we connect */
  GSource *accepting;
  gboolean resting;             /* accepting failed in this tick */
  guint n_messages;             /* that were read in this tick */
  GSource *tick;
  GstOakSenderSettings settings;
  GCancellable *attempt;        /* to connect; NULL = none */
  gint64 attempt_since;         /* monotonic us */
  GSource *retry;
  gboolean told_unreachable;    /* or that the connection is lost */
  GSource *farewell;
};

static void gst_oak_sender_connect (GstOakSender * self);
static void gst_oak_sender_update_accepting (GstOakSender * self);
static void gst_oak_sender_remove (Seat * seat, const GError * error);

/* Sources of the sending thread's context */

static gboolean
dispatch (GSource * source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs wake_funcs = { NULL, NULL, dispatch, NULL };

/* What it returns belongs to @self. */
static GSource *
gst_oak_sender_attach (GstOakSender * self, GSource * source,
    GSourceFunc callback, gpointer user_data)
{
  g_source_set_callback (source, callback, user_data, NULL);
  g_source_attach (source, self->context);
  return source;
}

static void
clear_source (GSource ** source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_source_unref (*source);
  *source = NULL;
}

/* Writing */

static void
gst_oak_sender_count_sent (GstOakSender * self,
    const GstOakClientProgress * progress)
{
  g_mutex_lock (&self->lock);
  self->counters.bytes += progress->bytes;
  self->counters.frames += progress->frames;
  self->counters.detections += progress->detections;
  g_mutex_unlock (&self->lock);
}

/* Sends while there is room, one frame at a time, so that a fast client does
 * not keep the thread from the others. Frees @seat where there is nobody any
 * more. */
static void
gst_oak_sender_write (Seat * seat)
{
  GstOakClientProgress progress;
  GError *error = NULL;
  gboolean ok = gst_oak_client_send (seat->client, &progress, &error);

  gst_oak_sender_count_sent (seat->sender, &progress);
  if (!ok) {
    gst_oak_sender_remove (seat, error);
    g_error_free (error);
  } else if (!gst_oak_client_has_work (seat->client)) {
    clear_source (&seat->writing);
  }
}

static gboolean
on_writable (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  /* What has become of the source is settled there. */
  gst_oak_sender_write (user_data);
  return G_SOURCE_CONTINUE;
}

static void
gst_oak_sender_watch_writing (Seat * seat)
{
  if (seat->writing != NULL || !gst_oak_client_has_work (seat->client))
    return;
  seat->writing = gst_oak_sender_attach (seat->sender,
      gst_oak_client_watch (seat->client, G_IO_OUT),
      G_SOURCE_FUNC (on_writable), seat);
}

/* Reading */

static void
on_heard (const OakControl * control, const GError * error, gpointer user_data)
{
  Seat *seat = user_data;
  GstOakSender *self = seat->sender;

  self->n_messages++;
  if (control != NULL) {
    g_mutex_lock (&self->lock);
    self->counters.controls++;
    g_mutex_unlock (&self->lock);
  }
  self->callbacks.heard (seat->name, control, error, self->user_data);
}

static gboolean
on_readable (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  Seat *seat = user_data;
  GError *error = NULL;

  if (!gst_oak_client_receive (seat->client, on_heard, seat, &error)) {
    gst_oak_sender_remove (seat, error);
    g_error_free (error);
  } else if (seat->sender->n_messages >= MESSAGES_MAX) {
    clear_source (&seat->reading);
  }
  return G_SOURCE_CONTINUE;
}

static void
gst_oak_sender_watch_reading (Seat * seat)
{
  if (seat->reading != NULL || seat->sender->n_messages >= MESSAGES_MAX)
    return;
  seat->reading = gst_oak_sender_attach (seat->sender,
      gst_oak_client_watch (seat->client, G_IO_IN),
      G_SOURCE_FUNC (on_readable), seat);
}

/* Clients */

/* @connection and @name are (transfer full). */
static void
gst_oak_sender_add (GstOakSender * self, OakConnection * connection,
    gchar * name)
{
  Seat *seat = g_new0 (Seat, 1);

  seat->sender = self;
  seat->client = gst_oak_client_new (connection);
  seat->name = name;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->seats, seat);
  self->counters.clients++;
  self->counters.connections++;
  g_mutex_unlock (&self->lock);

  gst_oak_sender_watch_reading (seat);
  self->callbacks.added (name, self->user_data);
}

static gboolean
on_retry (gpointer user_data)
{
  GstOakSender *self = user_data;

  clear_source (&self->retry);
  gst_oak_sender_connect (self);
  return G_SOURCE_REMOVE;
}

static void
gst_oak_sender_plan_retry (GstOakSender * self)
{
  if (!g_atomic_int_get (&self->stopping))
    self->retry = gst_oak_sender_attach (self, g_timeout_source_new (RETRY),
        on_retry, self);
}

/* Frees @seat. */
static void
gst_oak_sender_remove (Seat * seat, const GError * error)
{
  GstOakSender *self = seat->sender;

  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->seats, seat);
  self->counters.clients--;
  g_mutex_unlock (&self->lock);

  clear_source (&seat->reading);
  clear_source (&seat->writing);
  gst_oak_client_free (seat->client);
  self->callbacks.removed (seat->name, error, self->user_data);
  g_free (seat->name);
  g_free (seat);

  if (self->socket != NULL) {
    gst_oak_sender_update_accepting (self);
  } else {
    self->told_unreachable = TRUE;
    gst_oak_sender_plan_retry (self);
  }
}

/* Server */

static void
gst_oak_sender_let_in (GstOakSender * self, GSocket * socket)
{
  GSocketAddress *address = g_socket_get_remote_address (socket, NULL);
  GSocketConnection *stream;

  /* It may be gone already. */
  if (address == NULL)
    return;
  stream = g_socket_connection_factory_create_connection (socket);
  gst_oak_sender_add (self, oak_connection_new (stream),
      g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)));
  g_object_unref (stream);
  g_object_unref (address);
}

static gboolean
on_acceptable (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  GstOakSender *self = user_data;
  GError *error = NULL;
  GSocket *accepted = g_socket_accept (socket, NULL, &error);

  if (accepted != NULL) {
    gst_oak_sender_let_in (self, accepted);
    g_object_unref (accepted);
  } else {
    /* Without free descriptors this comes again and again. */
    self->resting = !g_error_matches (error, G_IO_ERROR,
        G_IO_ERROR_WOULD_BLOCK);
    g_error_free (error);
  }
  gst_oak_sender_update_accepting (self);
  return G_SOURCE_CONTINUE;
}

/* Who is one too many is left to the system, which accepts and says nothing:
 * as a camera does that serves another. */
static void
gst_oak_sender_update_accepting (GstOakSender * self)
{
  gboolean room;

  g_mutex_lock (&self->lock);
  room = self->seats->len < self->max_clients;
  g_mutex_unlock (&self->lock);

  if (self->socket == NULL || self->resting || !room
      || g_atomic_int_get (&self->stopping))
    clear_source (&self->accepting);
  else if (self->accepting == NULL)
    self->accepting = gst_oak_sender_attach (self,
        g_socket_create_source (self->socket, G_IO_IN, NULL),
        G_SOURCE_FUNC (on_acceptable), self);
}

static gboolean
gst_oak_sender_listen (GstOakSender * self, GError ** error)
{
  GSocketAddress *wanted =
      g_inet_socket_address_new_from_string (self->settings.bind_address,
      self->settings.port);
  GSocketAddress *local;

  if (wanted == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "expected a numeric address to listen on, got \"%s\"",
        self->settings.bind_address);
    return FALSE;
  }

  self->socket = g_socket_new (g_socket_address_get_family (wanted),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (self->socket == NULL || !g_socket_bind (self->socket, wanted, TRUE, error)
      || !g_socket_listen (self->socket, error)) {
    g_object_unref (wanted);
    g_clear_object (&self->socket);
    return FALSE;
  }
  g_socket_set_blocking (self->socket, FALSE);
  g_object_unref (wanted);

  local = g_socket_get_local_address (self->socket, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  g_object_unref (local);
  return TRUE;
}

/* Client */

static gchar *
gst_oak_sender_name_host (GstOakSender * self)
{
  return g_strdup_printf (strchr (self->settings.host, ':') != NULL ?
      "[%s]:%u" : "%s:%u", self->settings.host, self->settings.port);
}

static void
gst_oak_sender_fail (GstOakSender * self, const GError * error)
{
  gchar *name;

  if (g_atomic_int_get (&self->stopping))
    return;
  if (!self->told_unreachable) {
    self->told_unreachable = TRUE;
    name = gst_oak_sender_name_host (self);
    self->callbacks.unreachable (name, error, self->user_data);
    g_free (name);
  }
  gst_oak_sender_plan_retry (self);
}

static void
on_connected (GObject * client, GAsyncResult * result, gpointer user_data)
{
  GstOakSender *self = user_data;
  GError *error = NULL;
  GSocketConnection *stream =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result,
      &error);

  g_clear_object (&self->attempt);
  if (stream == NULL) {
    gst_oak_sender_fail (self, error);
    g_error_free (error);
    return;
  }
  gst_oak_sender_add (self, oak_connection_new (stream),
      gst_oak_sender_name_host (self));
  g_object_unref (stream);
}

static void
gst_oak_sender_connect (GstOakSender * self)
{
  GSocketClient *client = g_socket_client_new ();
  GSocketConnectable *address =
      g_network_address_new (self->settings.host, self->settings.port);

  /* Hosts are near. */
  g_socket_client_set_enable_proxy (client, FALSE);
  self->attempt = g_cancellable_new ();
  self->attempt_since = g_get_monotonic_time ();
  g_socket_client_connect_async (client, address, self->attempt, on_connected,
      self);
  g_object_unref (address);
  g_object_unref (client);
}

/* The thread */

/* Calls @visit for each seat, which it may free. */
static void
gst_oak_sender_visit (GstOakSender * self, void (*visit) (Seat * seat))
{
  guint i;

  for (i = self->seats->len; i > 0; i--)
    visit (g_ptr_array_index (self->seats, i - 1));
}

static void
look_after (Seat * seat)
{
  GError *error;

  if (gst_oak_client_is_stalled (seat->client)) {
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
        "expected it to take a frame, got nothing taken for %d s",
        GST_OAK_CLIENT_PATIENCE);
    gst_oak_sender_remove (seat, error);
    g_error_free (error);
    return;
  }
  gst_oak_sender_watch_reading (seat);
}

static gboolean
on_tick (gpointer user_data)
{
  GstOakSender *self = user_data;

  self->n_messages = 0;
  gst_oak_sender_visit (self, look_after);
  if (self->attempt != NULL
      && g_get_monotonic_time () - self->attempt_since >= ATTEMPT)
    g_cancellable_cancel (self->attempt);
  self->resting = FALSE;
  gst_oak_sender_update_accepting (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_wake (gpointer user_data)
{
  GstOakSender *self = user_data;

  gst_oak_sender_visit (self, gst_oak_sender_watch_writing);
  gst_oak_sender_update_accepting (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
gst_oak_sender_has_work (GstOakSender * self)
{
  gboolean work = FALSE;
  guint i;

  for (i = 0; i < self->seats->len; i++) {
    Seat *seat = g_ptr_array_index (self->seats, i);

    work |= gst_oak_client_has_work (seat->client);
  }
  return work;
}

static void
dismiss (Seat * seat)
{
  gst_oak_sender_remove (seat, NULL);
}

static gboolean
on_farewell (gpointer user_data)
{
  GstOakSender *self = user_data;

  clear_source (&self->farewell);
  return G_SOURCE_REMOVE;
}

/* Frames that have begun are finished for who takes them at once: the end of a
 * stream is not the middle of a frame. */
static void
gst_oak_sender_take_leave (GstOakSender * self)
{
  clear_source (&self->accepting);
  clear_source (&self->retry);
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt);

  self->farewell = gst_oak_sender_attach (self,
      g_timeout_source_new (FAREWELL), on_farewell, self);
  while (self->attempt != NULL
      || (self->farewell != NULL && gst_oak_sender_has_work (self)))
    g_main_context_iteration (self->context, TRUE);

  clear_source (&self->farewell);
  clear_source (&self->tick);
  clear_source (&self->retry);
  gst_oak_sender_visit (self, dismiss);
  /* Addresses that lost the race take their leave. */
  while (g_main_context_iteration (self->context, FALSE));
}

static gpointer
gst_oak_sender_run (gpointer user_data)
{
  GstOakSender *self = user_data;

  g_main_context_push_thread_default (self->context);
  self->tick = gst_oak_sender_attach (self, g_timeout_source_new (TICK),
      on_tick, self);
  if (self->socket != NULL)
    gst_oak_sender_update_accepting (self);
  else
    gst_oak_sender_connect (self);

  while (!g_atomic_int_get (&self->stopping))
    g_main_context_iteration (self->context, TRUE);
  gst_oak_sender_take_leave (self);

  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/**
 * gst_oak_sender_new:
 * @callbacks: what to call
 * @user_data: for @callbacks
 *
 * Returns: (transfer full): a sender that does nothing yet
 */
GstOakSender *
gst_oak_sender_new (const GstOakSenderCallbacks * callbacks, gpointer user_data)
{
  GstOakSender *self = g_new0 (GstOakSender, 1);

  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->max_clients = 1;
  self->seats = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  return self;
}

static void
gst_oak_sender_clear (GstOakSender * self)
{
  g_clear_object (&self->socket);
  g_clear_pointer (&self->settings.host, g_free);
  g_clear_pointer (&self->settings.bind_address, g_free);
  self->port = 0;
}

/**
 * gst_oak_sender_free:
 * @self: (transfer full): a sender that has stopped
 */
void
gst_oak_sender_free (GstOakSender * self)
{
  g_ptr_array_unref (self->seats);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * gst_oak_sender_start:
 * @self: a sender that has stopped
 * @settings: (transfer full): where to send; its strings are taken over
 * @error: return location for an error of GIO;
 *     %G_IO_ERROR_INVALID_ARGUMENT if the address to listen on is not numeric
 *
 * Listens, if it is a server, and starts the thread. Counts from zero. Does
 * not wait.
 *
 * Returns: %FALSE if it cannot listen; then it is as if stopped
 */
gboolean
gst_oak_sender_start (GstOakSender * self, GstOakSenderSettings * settings,
    GError ** error)
{
  const GstOakSenderCounters none = { 0, };

  self->settings = *settings;
  if (settings->mode == GST_OAK_MODE_SERVER
      && !gst_oak_sender_listen (self, error)) {
    gst_oak_sender_clear (self);
    return FALSE;
  }

  self->resting = FALSE;
  self->told_unreachable = FALSE;
  g_atomic_int_set (&self->stopping, FALSE);
  self->context = g_main_context_new ();
  g_mutex_lock (&self->lock);
  self->counters = none;
  self->wake = gst_oak_sender_attach (self, g_source_new (&wake_funcs,
          sizeof (GSource)), on_wake, self);
  g_mutex_unlock (&self->lock);
  self->thread = g_thread_new ("oaksender", gst_oak_sender_run, self);
  return TRUE;
}

/* Call with the lock. */
static void
gst_oak_sender_wake (GstOakSender * self)
{
  if (self->wake != NULL)
    g_source_set_ready_time (self->wake, 0);
}

/**
 * gst_oak_sender_stop:
 * @self: a sender that has been started, and is sent no more frames
 *
 * Ends every connection and the thread, and waits for it: at most 0.3 s, for
 * clients that have not taken the last frame to its end.
 */
void
gst_oak_sender_stop (GstOakSender * self)
{
  g_atomic_int_set (&self->stopping, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  self->thread = NULL;

  g_mutex_lock (&self->lock);
  clear_source (&self->wake);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->context, g_main_context_unref);
  gst_oak_sender_clear (self);
}

/**
 * gst_oak_sender_port:
 * @self: a sender
 *
 * Returns: the port that it listens on, 0 if it does not
 */
guint
gst_oak_sender_port (GstOakSender * self)
{
  return self->port;
}

/**
 * gst_oak_sender_set_max_clients:
 * @self: a sender
 * @max_clients: how many are served, 1 and more; those who are one too many
 *     stay until they leave
 *
 * Any thread. Does not wait.
 */
void
gst_oak_sender_set_max_clients (GstOakSender * self, guint max_clients)
{
  g_mutex_lock (&self->lock);
  self->max_clients = max_clients;
  gst_oak_sender_wake (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_sender_n_clients:
 * @self: a sender
 *
 * Any thread. Does not wait.
 *
 * Returns: how many are connected
 */
guint
gst_oak_sender_n_clients (GstOakSender * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->seats->len;
  g_mutex_unlock (&self->lock);
  return n;
}

/**
 * gst_oak_sender_wants_keyframe:
 * @self: a sender
 *
 * Any thread. Does not wait.
 *
 * Returns: %TRUE if a client gets nothing until there is one
 */
gboolean
gst_oak_sender_wants_keyframe (GstOakSender * self)
{
  gboolean wants = FALSE;
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->seats->len; i++) {
    Seat *seat = g_ptr_array_index (self->seats, i);

    wants |= gst_oak_client_wants_keyframe (seat->client);
  }
  g_mutex_unlock (&self->lock);
  return wants;
}

/**
 * gst_oak_sender_send:
 * @self: a sender that has been started
 * @parcel: (transfer full): the newest frame
 *
 * Clients get it when they have got the one before. Any thread. Does not wait.
 */
void
gst_oak_sender_send (GstOakSender * self, GstOakParcel * parcel)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->seats->len; i++) {
    Seat *seat = g_ptr_array_index (self->seats, i);

    self->counters.dropped += gst_oak_client_offer (seat->client, parcel);
  }
  gst_oak_sender_wake (self);
  g_mutex_unlock (&self->lock);
  gst_oak_parcel_unref (parcel);
}

/**
 * gst_oak_sender_skip:
 * @self: a sender
 *
 * Counts a frame that nobody is there to get. Any thread. Does not wait.
 */
void
gst_oak_sender_skip (GstOakSender * self)
{
  g_mutex_lock (&self->lock);
  self->counters.dropped++;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_sender_get_counters:
 * @self: a sender
 * @counters: (out): what has been counted since the last start
 *
 * Any thread. Does not wait.
 */
void
gst_oak_sender_get_counters (GstOakSender * self,
    GstOakSenderCounters * counters)
{
  g_mutex_lock (&self->lock);
  *counters = self->counters;
  g_mutex_unlock (&self->lock);
}
