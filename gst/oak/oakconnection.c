/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakconnection.h"

#ifdef G_OS_UNIX
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

/* How a peer that vanished without a word is noticed, in seconds: silence
 * before the first question, between questions, and how many go unanswered. */
#define KEEPALIVE_IDLE 10
#define KEEPALIVE_INTERVAL 5
#define KEEPALIVE_COUNT 3

/* What the system keeps of a stream that its peer is slow to take, in bytes.
 * What lies there gets old, and nobody can drop it. */
#define SEND_BUFFER (256 * 1024)

/* Who waits for many bytes is woken for so many at once, and has only so many
 * left to take when the last has come. After so long, in us, any will do: they
 * come slowly, or the peer has stopped. */
#define GATHER_MAX (512 * 1024)
#define GATHER_LAST (64 * 1024)
#define GATHER_TIME (20 * G_TIME_SPAN_MILLISECOND)

/* What is thrown away at the end of what a peer has said, in bytes: one that
 * talks without end is not listened to without end. */
#define UNREAD_MAX (1024 * 1024)

struct _OakConnection
{
  GSocketConnection *stream;    /* closes the socket when it goes */
  GSocket *socket;              /* the same, (transfer none) */
  gboolean torn;                /* what was sent last ends inside a message */

  /* of receiving */
  gboolean drained;             /* all that had come was taken */
  gint gathered;                /* for how many bytes the system wakes us */
  GCancellable *watched;        /* it wakes us as well; or NULL */
  GPollFD wake;                 /* of it */
  GError *failure;              /* that came behind what was received */
};

/* One attempt to connect, run by a main context of its own, so that a name
 * that does not resolve and an address that does not answer both end when the
 * caller cancels or the time is up. */
typedef struct
{
  OakConnectionCalling calling; /* or NULL */
  gpointer user_data;           /* for it */
  GCancellable *cancellable;    /* the attempt's own */
  gboolean timed_out;
  gboolean done;
  GSocketConnection *connection;
  GError *error;
} Attempt;

static void
on_connected (GObject * client, GAsyncResult * result, gpointer user_data)
{
  Attempt *attempt = user_data;

  attempt->connection =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result,
      &attempt->error);
  attempt->done = TRUE;
}

static void
on_event (GSocketClient * client, GSocketClientEvent event,
    GSocketConnectable * address, GIOStream * stream, gpointer user_data)
{
  Attempt *attempt = user_data;

  if (event == G_SOCKET_CLIENT_CONNECTING && attempt->calling != NULL)
    attempt->calling (attempt->user_data);
}

static gboolean
on_timeout (gpointer user_data)
{
  Attempt *attempt = user_data;

  attempt->timed_out = TRUE;
  g_cancellable_cancel (attempt->cancellable);
  return G_SOURCE_REMOVE;
}

/* Another thread cancels. A source for that, destroyed here meanwhile, is not
 * safe in GLib 2.74: so only the context is woken. */
static void
on_cancelled (GCancellable * cancellable, gpointer context)
{
  g_main_context_wakeup (context);
}

static GSource *
start_timer (GMainContext * context, guint timeout, Attempt * attempt)
{
  GSource *timer = g_timeout_source_new (timeout);

  g_source_set_callback (timer, on_timeout, attempt, NULL);
  g_source_attach (timer, context);
  return timer;
}

static void
run_attempt (Attempt * attempt, GSocketClient * client,
    GSocketConnectable * address, guint timeout, GCancellable * cancellable)
{
  GMainContext *context = g_main_context_new ();
  GSource *timer = NULL;
  gulong handler = 0;

  g_main_context_push_thread_default (context);

  if (timeout > 0)
    timer = start_timer (context, timeout, attempt);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
        context, NULL);

  g_socket_client_connect_async (client, address, attempt->cancellable,
      on_connected, attempt);
  while (!attempt->done) {
    if (g_cancellable_is_cancelled (cancellable))
      g_cancellable_cancel (attempt->cancellable);
    g_main_context_iteration (context, TRUE);
  }
  /* Addresses that lost the race take their leave. */
  while (g_main_context_iteration (context, FALSE));

  g_cancellable_disconnect (cancellable, handler);
  if (timer != NULL) {
    g_source_destroy (timer);
    g_source_unref (timer);
  }
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

/**
 * oak_connection_open:
 * @host: a name or an address, IPv4 or IPv6
 * @port: TCP port
 * @timeout: how long resolving and connecting may take together, in ms;
 *     0 = as long as the system takes
 * @calling: (nullable) (scope call): told when @host is resolved and an address
 *     of it is called, for each; in this thread. Must not wait
 * @user_data: for @calling
 * @cancellable: (nullable): ends a waiting call from another thread
 * @error: return location for an error of GIO; %G_IO_ERROR_TIMED_OUT if
 *     @timeout has passed
 *
 * Tries every address that @host has. No proxy is asked: cameras are near.
 * Waits.
 *
 * Returns: (transfer full) (nullable): the connection, %NULL on failure
 */
OakConnection *
oak_connection_open (const gchar * host, guint16 port, guint timeout,
    OakConnectionCalling calling, gpointer user_data,
    GCancellable * cancellable, GError ** error)
{
  Attempt attempt = { calling, user_data, };
  GSocketClient *client = g_socket_client_new ();
  GSocketConnectable *address = g_network_address_new (host, port);
  OakConnection *self = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_signal_connect (client, "event", G_CALLBACK (on_event), &attempt);
  attempt.cancellable = g_cancellable_new ();
  run_attempt (&attempt, client, address, timeout, cancellable);

  if (attempt.connection != NULL) {
    self = oak_connection_new (attempt.connection);
    g_object_unref (attempt.connection);
  } else if (attempt.timed_out) {
    g_error_free (attempt.error);
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
        "expected a connection within %u ms, got none", timeout);
  } else {
    g_propagate_error (error, attempt.error);
  }

  g_object_unref (attempt.cancellable);
  g_object_unref (address);
  g_object_unref (client);
  return self;
}

/* A camera that lost its power never says goodbye, and who only reads would
 * wait for ever. What the system lacks of that is left out. */
static void
notice_silence (GSocket * socket)
{
  g_socket_set_keepalive (socket, TRUE);
#if defined (G_OS_UNIX) && defined (TCP_KEEPIDLE)
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL,
      NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT, NULL);
#endif
}

/**
 * oak_connection_new:
 * @stream: (transfer none): a connected stream
 *
 * A peer that gives no sign, not even that of its system, is gone after half a
 * minute; if something sent is on its way to it, when the system gives up.
 *
 * Returns: (transfer full): a connection that reads from @stream, and closes
 *     it when it is freed
 */
OakConnection *
oak_connection_new (GSocketConnection * stream)
{
  OakConnection *self = g_new0 (OakConnection, 1);

  self->stream = g_object_ref (stream);
  self->socket = g_socket_connection_get_socket (stream);
  g_socket_set_blocking (self->socket, FALSE);
  notice_silence (self->socket);
#ifdef G_OS_UNIX
  /* The end of a message does not wait for the next. */
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
#endif
  return self;
}

static void
watch (OakConnection * self, GCancellable * cancellable)
{
  if (self->watched == cancellable)
    return;
  if (self->watched != NULL) {
    g_cancellable_release_fd (self->watched);
    g_object_unref (self->watched);
  }
  self->watched = cancellable;
  if (cancellable != NULL) {
    g_object_ref (cancellable);
    g_cancellable_make_pollfd (cancellable, &self->wake);
  }
}

/**
 * oak_connection_free:
 * @self: (nullable) (transfer full): a connection
 *
 * The camera serves one client: it learns at once that we are gone, whatever is
 * still to be read. Does not wait.
 */
void
oak_connection_free (OakConnection * self)
{
  if (self == NULL)
    return;
  watch (self, NULL);
  g_clear_error (&self->failure);
  g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  g_object_unref (self->stream);
  g_free (self);
}

/**
 * oak_connection_finish:
 * @self: (transfer full): a connection
 *
 * As oak_connection_free(), but what was sent still arrives, if the peer takes
 * it. A system takes bytes that nobody has read when the socket is closed for
 * a failure, and throws away what it has not sent yet; so what has come is
 * read first. Does not wait.
 */
void
oak_connection_finish (OakConnection * self)
{
  gchar unread[4096];
  guint i = 0;

  while (i < UNREAD_MAX / sizeof (unread)
      && g_socket_receive (self->socket, unread, sizeof (unread), NULL,
          NULL) > 0)
    i++;
  oak_connection_free (self);
}

/**
 * oak_connection_set_buffer_size:
 * @self: a connection
 * @size: what the system is to keep of bytes that have come, till they are
 *     received, in bytes; it has limits of its own, and need not agree
 *
 * Does not wait.
 */
void
oak_connection_set_buffer_size (OakConnection * self, guint size)
{
#ifdef G_OS_UNIX
  g_socket_set_option (self->socket, SOL_SOCKET, SO_RCVBUF,
      MIN (size, G_MAXINT), NULL);
#endif
}

/* Bytes that are sent later begin a packet of their own. */
#ifdef MSG_EOR
#define LAST_OF_A_MESSAGE MSG_EOR
#else
#define LAST_OF_A_MESSAGE G_SOCKET_MSG_NONE
#endif

/**
 * oak_connection_prepare_to_send:
 * @self: a connection
 * @patience: after how many seconds a peer that gives no sign is gone, 4 and
 *     more; half of that is added for the system's way of counting
 *
 * For who sends pictures: little of them is kept on the way, and a peer that
 * vanished without a word is noticed, also while nothing is sent. What the
 * system lacks of that is left out.
 */
void
oak_connection_prepare_to_send (OakConnection * self, guint patience)
{
#ifdef G_OS_UNIX
  g_socket_set_option (self->socket, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER, NULL);
#ifdef TCP_KEEPIDLE
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_KEEPIDLE, patience / 2,
      NULL);
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_KEEPINTVL, patience / 4,
      NULL);
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_KEEPCNT, 2, NULL);
#endif
#ifdef TCP_USER_TIMEOUT
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
      patience * 1500, NULL);
#endif
#endif
}

/**
 * oak_connection_watch:
 * @self: a connection
 * @condition: what to wait for; that the peer is gone counts always
 *
 * Returns: (transfer full): a source for a #GSocketSourceFunc, which must be
 *     destroyed before @self is freed
 */
GSource *
oak_connection_watch (OakConnection * self, GIOCondition condition)
{
  return g_socket_create_source (self->socket, condition, NULL);
}

/**
 * oak_connection_send_some:
 * @self: a connection
 * @parts: what to send, one after the other, to the end of a message
 * @n_parts: how many there are
 * @error: return location for an error of GIO
 *
 * Sends as much as there is room for. Does not wait: without room @error is
 * %G_IO_ERROR_WOULD_BLOCK. The next message begins a packet of its own, if the
 * system can do that: there are peers that read the head of one with one call.
 *
 * Returns: how many bytes were sent; -1 on failure
 */
gssize
oak_connection_send_some (OakConnection * self, GOutputVector * parts,
    guint n_parts, GError ** error)
{
  return g_socket_send_message (self->socket, NULL, parts, n_parts, NULL, 0,
      LAST_OF_A_MESSAGE, NULL, error);
}

/**
 * oak_connection_receive_some:
 * @self: a connection
 * @data: (out caller-allocates): where the bytes go
 * @size: at most so many, 1 and more
 * @error: return location for an error of GIO
 *
 * Takes what is there. Does not wait: if there is nothing @error is
 * %G_IO_ERROR_WOULD_BLOCK. %G_IO_ERROR_TIMED_OUT means that the peer has given
 * no sign for too long, %G_IO_ERROR_CONNECTION_CLOSED that it has closed or
 * reset the connection.
 *
 * Returns: how many bytes came, at least 1; -1 on failure
 */
gssize
oak_connection_receive_some (OakConnection * self, guint8 * data, gsize size,
    GError ** error)
{
  gssize received = g_socket_receive (self->socket, (gchar *) data, size, NULL,
      error);

  if (received > 0)
    return received;
  if (received == 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
        "the connection was closed");
  return -1;
}

/* Bytes come in small packets: to be woken for each of them costs more than
 * they do. What the system lacks of that is left out. */
static void
gather (OakConnection * self, gsize at_least)
{
#if defined (G_OS_UNIX) && defined (SO_RCVLOWAT)
  gint wanted = at_least <= GATHER_LAST ? at_least :
      MIN (at_least - GATHER_LAST, GATHER_MAX);

  if (wanted != self->gathered)
    g_socket_set_option (self->socket, SOL_SOCKET, SO_RCVLOWAT, wanted, NULL);
  self->gathered = wanted;
#endif
}

/* As g_socket_condition_timed_wait(), in a tenth of its instructions: at a
 * camera's pace the processor has forgotten them each time. */
static gboolean
wait_in_system (OakConnection * self, gint64 timeout, GError ** error)
{
#ifdef G_OS_UNIX
  GPollFD fds[2] = { {g_socket_get_fd (self->socket), G_IO_IN, 0}, };
  gint n;

  fds[1] = self->wake;
  do {
    n = g_poll (fds, self->watched != NULL ? 2 : 1,
        timeout < 0 ? -1 : MIN ((timeout + 999) / 1000, G_MAXINT));
  } while (n < 0 && errno == EINTR);

  if (fds[1].revents != 0)
    return !g_cancellable_set_error_if_cancelled (self->watched, error);
  if (n == 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
        "nothing came in time");
  return n != 0;
#else
  return g_socket_condition_timed_wait (self->socket, G_IO_IN, timeout,
      self->watched, error);
#endif
}

static gboolean
is_timeout (const GError * error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Who gathers has little time: then any byte will do, or those that were taken
 * before. Sets @slow. */
static gboolean
wait_for (OakConnection * self, gsize at_least, gint64 timeout,
    gboolean has_some, gboolean * slow, GError ** error)
{
  if (at_least > 1 && (timeout < 0 || timeout > GATHER_TIME)) {
    GError *cause = NULL;

    gather (self, at_least);
    if (wait_in_system (self, GATHER_TIME, &cause))
      return TRUE;
    if (has_some || !is_timeout (cause)) {
      g_propagate_error (error, cause);
      return FALSE;
    }
    g_error_free (cause);
    timeout = MAX (-1, timeout - GATHER_TIME);
  }

  *slow = TRUE;
  gather (self, 1);
  return wait_in_system (self, has_some ? 0 : timeout, error);
}

/* Takes what is there. */
static gssize
take (OakConnection * self, guint8 * data, gsize size, GError ** error)
{
  gssize received =
      g_socket_receive (self->socket, (gchar *) data, size, NULL, error);

  self->drained = received < (gssize) size;
  if (received == 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
        "the connection was closed");
    return -1;
  }
  /* The system's time, not the caller's: nothing will come any more. */
  if (received < 0 && is_timeout (*error))
    (*error)->code = G_IO_ERROR_CONNECTION_CLOSED;
  return received;
}

/* Who asks for a single byte is at the beginning of something, which has most
 * likely not come yet. */
static gboolean
may_have_some (OakConnection * self, gsize at_least)
{
  return !self->drained && at_least > 1;
}

static gssize
fail_later (OakConnection * self, gsize received, GError * cause)
{
  if (is_timeout (cause)
      || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (cause);
  else
    self->failure = cause;
  return received;
}

/**
 * oak_connection_receive:
 * @self: a connection
 * @data: (out caller-allocates): where the bytes go
 * @size: at most so many, 1 and more
 * @at_least: how many of them are sure to come, 1 to @size
 * @timeout: how long to wait for the next byte, in µs, or a little longer;
 *     -1 = for ever
 * @cancellable: (nullable): ends a waiting call from another thread
 * @error: return location for an error of GIO
 *
 * Waits until @at_least bytes have come, and takes what is there. If they come
 * slowly, those that there are will do. The wait ends as well when it is
 * cancelled, and with the connection: then what has come is taken, and the next
 * call fails.
 *
 * If the peer has closed the connection, or has vanished, @error is
 * %G_IO_ERROR_CONNECTION_CLOSED, if it has reset it, the same, or as GIO
 * calls it. After %G_IO_ERROR_TIMED_OUT and %G_IO_ERROR_CANCELLED one may go
 * on.
 *
 * Returns: how many bytes came, at least 1; -1 on failure
 */
gssize
oak_connection_receive (OakConnection * self, guint8 * data, gsize size,
    gsize at_least, gint64 timeout, GCancellable * cancellable, GError ** error)
{
  gsize received = 0;
  gboolean slow = FALSE;
  GError *cause = g_steal_pointer (&self->failure);

  watch (self, cancellable);
  while (received < at_least && !(slow && received > 0) && cause == NULL) {
    gsize missing = at_least - received;
    gssize some = -1;

    if (may_have_some (self, missing)
        || wait_for (self, missing, timeout, received > 0, &slow, &cause))
      some = take (self, data + received, size - received, &cause);

    if (some > 0)
      received += some;
    else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      g_clear_error (&cause);
  }

  if (cause == NULL)
    return received;
  if (received > 0)
    return fail_later (self, received, cause);
  g_propagate_error (error, cause);
  return -1;
}

/**
 * oak_connection_send:
 * @self: a connection
 * @data: a message
 * @size: its bytes
 * @error: return location for an error of GIO; %G_IO_ERROR_WOULD_BLOCK if
 *     there is no room for it, as the peer does not read
 *
 * One write. Does not wait. After a part of a message has been sent, nothing
 * is sent any more: the peer could not tell where the next one begins.
 *
 * Returns: %TRUE if the message is on its way
 */
gboolean
oak_connection_send (OakConnection * self, const guint8 * data, gsize size,
    GError ** error)
{
  gssize sent;

  if (self->torn) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "an earlier message was sent in part");
    return FALSE;
  }

  sent = g_socket_send (self->socket, (const gchar *) data, size, NULL, error);
  if (sent < 0)
    return FALSE;
  if ((gsize) sent == size)
    return TRUE;

  self->torn = TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
      "expected to send %" G_GSIZE_FORMAT " bytes, sent %" G_GSSIZE_FORMAT,
      size, sent);
  return FALSE;
}

/**
 * oak_connection_available:
 * @self: a connection
 *
 * Any thread, while another receives. Does not wait.
 *
 * Returns: how many bytes have come and are not yet received
 */
gsize
oak_connection_available (OakConnection * self)
{
  gssize available = g_socket_get_available_bytes (self->socket);

  return MAX (available, 0);
}

/**
 * oak_connection_peer_address:
 * @self: a connection
 *
 * Returns: (transfer full): the other end's numeric address, without the port;
 *     empty if it is gone already, or has none
 */
gchar *
oak_connection_peer_address (OakConnection * self)
{
  GSocketAddress *address = g_socket_get_remote_address (self->socket, NULL);
  gchar *text = NULL;

  if (G_IS_INET_SOCKET_ADDRESS (address))
    text = g_inet_address_to_string (g_inet_socket_address_get_address
        (G_INET_SOCKET_ADDRESS (address)));
  g_clear_object (&address);
  return text != NULL ? text : g_strdup ("");
}
