/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakgate.h"

#include "oakallow.h"

/* A camera that has sent nothing for so long (µs) and connects anew has
 * started anew. */
#define SILENCE G_USEC_PER_SEC

/* How long to leave alone a socket that cannot accept (ms): no descriptor is
 * free, and the connection stays where it is. */
#define REST 100

struct _OakGate
{
  OakGateCallbacks callbacks;
  gpointer user_data;
  OakAllow *allow;
  GSocket *socket;              /* listens */
  GThread *thread;
  GCancellable *closing;
  GPollFD closing_fd;           /* kept: without free descriptors none can be
                                 * made, and GLib aborts */

  GMutex lock;
  GCond changed;
  /* What follows is protected by the lock. Only the gate's thread puts
   * something into next, only oak_gate_wait() takes it. */
  gboolean closed;
  guint n_waiting;              /* threads in oak_gate_wait() */
  OakConnection *next;          /* waits to be taken */
  GInetAddress *next_address;
  GInetAddress *served;         /* address of the camera inside, or NULL */
  gint64 last_byte;             /* when the served camera was heard, µs */
};

G_DEFINE_QUARK (oak - gate - error - quark, oak_gate_error);

static void
refuse (OakGate * self, GSocket * socket, GInetAddress * address,
    OakGateReason reason)
{
  gchar *text = g_inet_address_to_string (address);

  g_socket_close (socket, NULL);
  self->callbacks.refused (text, reason, self->user_data);
  g_free (text);
}

/* With the lock held. */
static gboolean
has_room_for (OakGate * self, GInetAddress * address)
{
  /* The older one of those not yet taken is of no use to its camera. */
  if (self->next != NULL)
    return g_inet_address_equal (self->next_address, address);
  if (self->served == NULL)
    return TRUE;
  return g_inet_address_equal (self->served, address)
      && g_get_monotonic_time () - self->last_byte >= SILENCE;
}

/* With the lock held. */
static void
put_next (OakGate * self, GSocket * socket, GInetAddress * address)
{
  GSocketConnection *stream =
      g_socket_connection_factory_create_connection (socket);

  oak_connection_free (self->next);
  self->next = oak_connection_new (stream);
  g_set_object (&self->next_address, address);
  g_object_unref (stream);
  g_cond_broadcast (&self->changed);
}

/* Returns FALSE if there is no room. */
static gboolean
let_in (OakGate * self, GSocket * socket, GInetAddress * address)
{
  gboolean room, knocks;

  g_mutex_lock (&self->lock);
  room = has_room_for (self, address);
  knocks = room && self->next == NULL && self->served != NULL;
  if (room && !knocks)
    put_next (self, socket, address);
  g_mutex_unlock (&self->lock);

  if (knocks) {
    /* First, or it could end the connection that it announces. */
    self->callbacks.knocked (self->user_data);
    g_mutex_lock (&self->lock);
    put_next (self, socket, address);
    g_mutex_unlock (&self->lock);
  }
  return room;
}

/* Returns NULL if the peer is gone already. */
static GInetAddress *
find_peer (GSocket * socket)
{
  GSocketAddress *address = g_socket_get_remote_address (socket, NULL);
  GInetAddress *peer;

  if (address == NULL)
    return NULL;
  peer = oak_allow_plain (g_inet_socket_address_get_address
      (G_INET_SOCKET_ADDRESS (address)));
  g_object_unref (address);
  return peer;
}

static void
receive_peer (OakGate * self, GSocket * socket)
{
  GInetAddress *address = find_peer (socket);

  if (address == NULL)
    return;
  if (!oak_allow_lets_in (self->allow, address))
    refuse (self, socket, address, OAK_GATE_STRANGER);
  else if (!let_in (self, socket, address))
    refuse (self, socket, address, OAK_GATE_BUSY);
  g_object_unref (address);
}

static gpointer
oak_gate_run (gpointer user_data)
{
  OakGate *self = user_data;

  while (!g_cancellable_is_cancelled (self->closing)) {
    GSocket *socket = g_socket_accept (self->socket, self->closing, NULL);

    if (socket != NULL) {
      receive_peer (self, socket);
      g_object_unref (socket);
    } else {
      g_poll (&self->closing_fd, 1, REST);
    }
  }
  return NULL;
}

static GSocket *
listen_at (GSocketAddress * address, GError ** error)
{
  GError *local_error = NULL;
  GSocket *socket = g_socket_new (g_socket_address_get_family (address),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &local_error);

  if (socket != NULL && g_socket_bind (socket, address, TRUE, &local_error)
      && g_socket_listen (socket, &local_error))
    return socket;

  g_set_error_literal (error, OAK_GATE_ERROR, OAK_GATE_ERROR_LISTEN,
      local_error->message);
  g_error_free (local_error);
  g_clear_object (&socket);
  return NULL;
}

static GSocket *
open_socket (const gchar * bind_address, guint16 port, GError ** error)
{
  GSocketAddress *address = NULL;
  GSocket *socket;

  if (bind_address != NULL)
    address = g_inet_socket_address_new_from_string (bind_address, port);
  if (address == NULL) {
    g_set_error (error, OAK_GATE_ERROR, OAK_GATE_ERROR_ADDRESS,
        "expected a numeric address to listen at, got \"%s\"",
        bind_address != NULL ? bind_address : "");
    return NULL;
  }
  socket = listen_at (address, error);
  g_object_unref (address);
  return socket;
}

static OakAllow *
read_list (const gchar * allow_from, GError ** error)
{
  GError *local_error = NULL;
  OakAllow *allow = oak_allow_new (allow_from, &local_error);

  if (allow == NULL) {
    g_set_error_literal (error, OAK_GATE_ERROR, OAK_GATE_ERROR_ALLOW,
        local_error->message);
    g_error_free (local_error);
  }
  return allow;
}

/**
 * oak_gate_open:
 * @bind_address: numeric address to listen at, IPv4 or IPv6; "0.0.0.0" = all
 *     of IPv4, "::" = all of both
 * @port: TCP port; 0 = any free one
 * @allow_from: (nullable): who may come in, as oak_allow_new() reads it;
 *     nobody if empty or %NULL
 * @callbacks: whom to tell, both of them; copied
 * @user_data: for @callbacks
 * @error: return location for an #OakGateError
 *
 * Listens from now on. No name is looked up: does not wait.
 *
 * Returns: (transfer full) (nullable): the gate, %NULL on failure
 */
OakGate *
oak_gate_open (const gchar * bind_address, guint16 port,
    const gchar * allow_from, const OakGateCallbacks * callbacks,
    gpointer user_data, GError ** error)
{
  OakAllow *allow = read_list (allow_from, error);
  GSocket *socket;
  OakGate *self;

  if (allow == NULL)
    return NULL;
  socket = open_socket (bind_address, port, error);
  if (socket == NULL) {
    oak_allow_free (allow);
    return NULL;
  }

  self = g_new0 (OakGate, 1);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->allow = allow;
  self->socket = socket;
  self->closing = g_cancellable_new ();
  g_cancellable_make_pollfd (self->closing, &self->closing_fd);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("oakgate", oak_gate_run, self);
  return self;
}

/**
 * oak_gate_port:
 * @self: a gate
 *
 * Returns: the port it listens at, in host order
 */
guint16
oak_gate_port (OakGate * self)
{
  GSocketAddress *address = g_socket_get_local_address (self->socket, NULL);
  guint16 port;

  if (address == NULL)
    return 0;
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_object_unref (address);
  return port;
}

/**
 * oak_gate_close:
 * @self: (nullable) (transfer full): a gate
 *
 * Listens no more, and hangs up on who waits to be taken. A connection that
 * was given away stays. Waits for the gate's thread, thus for a callback that
 * runs, and for oak_gate_wait() under way, which ends; not for the network.
 */
void
oak_gate_close (OakGate * self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->closing);
  g_thread_join (self->thread);
  g_cancellable_release_fd (self->closing);
  g_object_unref (self->closing);
  g_object_unref (self->socket);

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_cond_broadcast (&self->changed);
  while (self->n_waiting > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  oak_connection_free (self->next);
  g_clear_object (&self->next_address);
  g_clear_object (&self->served);
  oak_allow_free (self->allow);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
on_cancelled (GCancellable * cancellable, gpointer user_data)
{
  OakGate *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* With the lock held. */
static OakConnection *
take_next (OakGate * self, gchar ** address)
{
  OakConnection *camera = g_steal_pointer (&self->next);

  g_clear_object (&self->served);
  self->served = g_steal_pointer (&self->next_address);
  self->last_byte = g_get_monotonic_time ();
  *address = g_inet_address_to_string (self->served);
  return camera;
}

/**
 * oak_gate_wait:
 * @self: a gate
 * @address: (out) (transfer full): the camera's address, without its port
 * @cancellable: (nullable): ends the waiting from another thread
 * @error: return location for %G_IO_ERROR_CANCELLED, or %G_IO_ERROR_CLOSED
 *     when oak_gate_close() ended it
 *
 * Waits, for ever if need be, until a camera has come that may come in. It is
 * the served one from then on, until oak_gate_leave(). It may have hung up
 * meanwhile, as its connection will tell.
 *
 * Returns: (transfer full) (nullable): the camera's connection, %NULL on
 *     failure
 */
OakConnection *
oak_gate_wait (OakGate * self, gchar ** address, GCancellable * cancellable,
    GError ** error)
{
  OakConnection *camera = NULL;
  gulong handler = 0;

  g_mutex_lock (&self->lock);
  self->n_waiting++;
  g_mutex_unlock (&self->lock);

  /* Both of these wait for a handler that waits for the lock. */
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
        self, NULL);
  g_mutex_lock (&self->lock);
  while (self->next == NULL && !self->closed
      && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->lock);
  if (self->closed)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
        "the gate was closed");
  else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    camera = take_next (self, address);
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, handler);

  g_mutex_lock (&self->lock);
  self->n_waiting--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return camera;
}

/**
 * oak_gate_note_byte:
 * @self: a gate
 *
 * The served camera has sent something just now. Any thread may call this, as
 * often as it receives; does not wait.
 */
void
oak_gate_note_byte (OakGate * self)
{
  g_mutex_lock (&self->lock);
  self->last_byte = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
}

/**
 * oak_gate_leave:
 * @self: a gate
 *
 * The served camera's connection is over: whoever may come in finds room.
 */
void
oak_gate_leave (OakGate * self)
{
  g_mutex_lock (&self->lock);
  g_clear_object (&self->served);
  g_mutex_unlock (&self->lock);
}
