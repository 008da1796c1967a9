/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <gst/check/gstcheck.h>
#include "oaktestcamera.h"

typedef enum
{
  STEP_ACCEPT,                  /* until somebody has connected */
  STEP_OPEN,                    /* listens again, where it did */
  STEP_SHUT,                    /* refuses all who call */
  STEP_CALL,                    /* connects to a host that listens */
  STEP_SAY,
  STEP_CUT,                     /* from now on in pieces */
  STEP_CLOSE,
  STEP_RESET,
  STEP_HEAR,                    /* so many messages */
  STEP_LISTEN_TO_END,           /* until the other side has hung up */
  STEP_STOP,
} StepKind;

typedef struct
{
  StepKind kind;
  guint8 *bytes;
  gsize size;
  guint port;
} Step;

/* What one recv() gave. */
typedef struct
{
  gchar *text;
  gint64 at;                    /* monotonic, in microseconds */
} Message;

struct _OakTestCamera
{
  GSocket *listener;            /* NULL: it calls */
  guint port;
  GThread *thread;
  GAsyncQueue *steps;
  GCancellable *cancellable;

  /* only the thread */
  GSocket *connection;
  gsize piece;

  GMutex lock;
  GCond changed;
  guint n_told;                 /* with lock */
  guint n_done;                 /* with lock */
  guint64 said;                 /* with lock */
  GPtrArray *heard;             /* with lock; Message */
};

struct _OakTestDeafPort
{
  GSocket *listener;
  GPtrArray *callers;
  guint port;
};

/**
 * oak_test_patience:
 *
 * Returns: how many times as long as here everything may take:
 *   CK_TIMEOUT_MULTIPLIER, by which Check stretches its own limits
 */
gint64
oak_test_patience (void)
{
  const gchar *text = g_getenv ("CK_TIMEOUT_MULTIPLIER");

  return text ? MAX (g_ascii_strtoll (text, NULL, 10), 1) : 1;
}

/*** what a camera says ***/

/**
 * oak_test_pixel:
 *
 * Returns: the value of a pixel in a plane (0 = B, 1 = G, 2 = R) of the
 *   picture with the number @seed; none is like its neighbours
 */
guint8
oak_test_pixel (guint seed, guint plane, guint x, guint y)
{
  return seed * 101 + plane * 67 + x * 7 + y * 19 + (x >> 5) + 1;
}

/**
 * oak_test_header:
 *
 * Returns: (transfer full): a header as the camera writes it; longer than 32
 *   bytes when the fields are too long, as there
 */
gchar *
oak_test_header (const gchar * device_time, guint64 image_size,
    guint64 detections_size)
{
  g_autofree gchar *fields = NULL;

  fields = g_strdup_printf ("IMG %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
      device_time, image_size, detections_size);
  return g_strdup_printf ("%-32s", fields);
}

/**
 * oak_test_header_abcde:
 *
 * Returns: (transfer full): a header of the other framing, whose columns are
 *   fixed; longer than 32 bytes when the fields are too long
 */
gchar *
oak_test_header_abcde (const gchar * device_time, guint64 image_size)
{
  g_autofree gchar *size = g_strdup_printf ("%" G_GUINT64_FORMAT, image_size);

  return g_strdup_printf ("ABCDE %-18s%-8s", device_time, size);
}

/**
 * oak_test_frame_write:
 *
 * Returns: (transfer full): all the bytes of @frame
 */
GByteArray *
oak_test_frame_write (const OakTestFrame * frame)
{
  const gchar *detections = frame->detections ? frame->detections : "";
  gsize plane_size = (gsize) frame->width * frame->height;
  GByteArray *bytes = g_byte_array_new ();
  g_autofree gchar *header = NULL;
  guint8 *pixel;
  guint plane, x, y;
  gsize start;

  header = oak_test_header (frame->device_time, 3 * plane_size,
      strlen (detections));
  g_byte_array_append (bytes, (guint8 *) header, strlen (header));
  g_byte_array_append (bytes, (guint8 *) detections, strlen (detections));
  start = bytes->len;
  g_byte_array_set_size (bytes, start + 3 * plane_size);
  pixel = bytes->data + start;
  for (plane = 0; plane < 3; plane++)
    for (y = 0; y < frame->height; y++)
      for (x = 0; x < frame->width; x++)
        *pixel++ = oak_test_pixel (frame->seed, plane, x, y);
  return bytes;
}

/*** the camera ***/

/* @port: (inout): 0 = any */
static GSocket *
listen_on_loopback (gint backlog, guint * port)
{
  GSocket *listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any = NULL;
  g_autoptr (GSocketAddress) bound = NULL;

  fail_unless (listener != NULL);
  any = g_inet_socket_address_new_from_string ("127.0.0.1", *port);
  fail_unless (g_socket_bind (listener, any, TRUE, NULL));
  g_socket_set_listen_backlog (listener, backlog);
  fail_unless (g_socket_listen (listener, NULL));
  bound = g_socket_get_local_address (listener, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return listener;
}

static void
accept_one (OakTestCamera * camera)
{
  if (camera->connection || !camera->listener)
    return;
  camera->connection =
      g_socket_accept (camera->listener, camera->cancellable, NULL);
  if (camera->connection)
    g_socket_set_option (camera->connection, IPPROTO_TCP, TCP_NODELAY,
        TRUE, NULL);
}

static void
open_door (OakTestCamera * camera)
{
  if (!camera->listener)
    camera->listener = listen_on_loopback (10, &camera->port);
}

static void
shut_door (OakTestCamera * camera)
{
  g_clear_object (&camera->listener);
}

/* Whom nobody answers says all that follows to nobody. */
static void
call_host (OakTestCamera * camera, const gchar * from, guint port)
{
  gboolean is_new = strchr (from, ':') != NULL;
  g_autoptr (GSocketAddress) here =
      g_inet_socket_address_new_from_string (from, 0);
  g_autoptr (GSocketAddress) there = g_inet_socket_address_new_from_string
      (is_new ? "::1" : "127.0.0.1", port);

  g_clear_object (&camera->connection);
  camera->connection = g_socket_new (is_new ? G_SOCKET_FAMILY_IPV6 :
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  if (!camera->connection)
    return;
  g_socket_set_option (camera->connection, IPPROTO_TCP, TCP_NODELAY, TRUE,
      NULL);
  if (!g_socket_bind (camera->connection, here, FALSE, NULL)
      || !g_socket_connect (camera->connection, there, camera->cancellable,
          NULL))
    g_clear_object (&camera->connection);
}

static void
count_said (OakTestCamera * camera, gsize size)
{
  g_mutex_lock (&camera->lock);
  camera->said += size;
  g_mutex_unlock (&camera->lock);
}

/* Who says something to a host that has hung up does not notice. */
static void
say (OakTestCamera * camera, const guint8 * bytes, gsize size)
{
  accept_one (camera);
  while (camera->connection && size > 0) {
    gsize piece = camera->piece ? MIN (size, camera->piece) : size;
    gssize n = g_socket_send (camera->connection, (const gchar *) bytes, piece,
        camera->cancellable, NULL);

    if (n <= 0)
      break;
    count_said (camera, n);
    bytes += n;
    size -= n;
  }
}

static void
hang_up (OakTestCamera * camera, gboolean reset)
{
  struct linger at_once = { 1, 0 };

  accept_one (camera);
  if (!camera->connection)
    return;
  if (reset)
    setsockopt (g_socket_get_fd (camera->connection), SOL_SOCKET, SO_LINGER,
        &at_once, sizeof (at_once));
  g_socket_close (camera->connection, NULL);
  g_clear_object (&camera->connection);
}

static void
message_free (Message * message)
{
  g_free (message->text);
  g_free (message);
}

/* As a camera does it: with one recv() of 32 bytes. */
static gboolean
hear (OakTestCamera * camera)
{
  gchar text[32 + 1] = "";
  Message *message;

  if (!camera->connection || g_socket_receive (camera->connection, text,
          sizeof (text) - 1, camera->cancellable, NULL) <= 0)
    return FALSE;
  message = g_new (Message, 1);
  message->text = g_strdup (text);
  message->at = g_get_monotonic_time ();
  g_mutex_lock (&camera->lock);
  g_ptr_array_add (camera->heard, message);
  g_cond_broadcast (&camera->changed);
  g_mutex_unlock (&camera->lock);
  return TRUE;
}

static void
hear_some (OakTestCamera * camera, guint n)
{
  accept_one (camera);
  while (n > 0 && hear (camera))
    n--;
}

static void
listen_to_end (OakTestCamera * camera)
{
  accept_one (camera);
  while (hear (camera));
  g_clear_object (&camera->connection);
}

static void
perform (OakTestCamera * camera, const Step * step)
{
  switch (step->kind) {
    case STEP_ACCEPT:
      accept_one (camera);
      break;
    case STEP_OPEN:
      open_door (camera);
      break;
    case STEP_SHUT:
      shut_door (camera);
      break;
    case STEP_CALL:
      call_host (camera, (const gchar *) step->bytes, step->port);
      break;
    case STEP_SAY:
      say (camera, step->bytes, step->size);
      break;
    case STEP_CUT:
      camera->piece = step->size;
      break;
    case STEP_CLOSE:
      hang_up (camera, FALSE);
      break;
    case STEP_RESET:
      hang_up (camera, TRUE);
      break;
    case STEP_HEAR:
      hear_some (camera, step->size);
      break;
    case STEP_LISTEN_TO_END:
      listen_to_end (camera);
      break;
    case STEP_STOP:
      break;
  }
}

static void
step_free (Step * step)
{
  g_free (step->bytes);
  g_free (step);
}

static gpointer
camera_run (gpointer user_data)
{
  OakTestCamera *camera = user_data;
  gboolean stop = FALSE;

  while (!stop) {
    Step *step = g_async_queue_pop (camera->steps);

    perform (camera, step);
    stop = step->kind == STEP_STOP;
    step_free (step);
    g_mutex_lock (&camera->lock);
    camera->n_done++;
    g_cond_broadcast (&camera->changed);
    g_mutex_unlock (&camera->lock);
  }
  return NULL;
}

static void
tell_port (OakTestCamera * camera, StepKind kind, gconstpointer bytes,
    gsize size, guint port)
{
  Step *step = g_new0 (Step, 1);

  step->kind = kind;
  step->size = size;
  step->port = port;
  if (size > 0 && bytes) {
    step->bytes = g_malloc (size);
    memcpy (step->bytes, bytes, size);
  }
  g_mutex_lock (&camera->lock);
  camera->n_told++;
  g_mutex_unlock (&camera->lock);
  g_async_queue_push (camera->steps, step);
}

static void
tell (OakTestCamera * camera, StepKind kind, gconstpointer bytes, gsize size)
{
  tell_port (camera, kind, bytes, size, 0);
}

/**
 * oak_test_camera_new_caller:
 *
 * Returns: (transfer full): a camera that does not listen; it connects to
 *   hosts when it is told to
 */
OakTestCamera *
oak_test_camera_new_caller (void)
{
  OakTestCamera *camera = g_new0 (OakTestCamera, 1);

  camera->heard =
      g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
  camera->steps = g_async_queue_new_full ((GDestroyNotify) step_free);
  camera->cancellable = g_cancellable_new ();
  g_mutex_init (&camera->lock);
  g_cond_init (&camera->changed);
  camera->thread = g_thread_new ("camera", camera_run, camera);
  return camera;
}

/**
 * oak_test_camera_new:
 *
 * Returns: (transfer full): a camera that listens; connections are made from
 *   now on, by the kernel, before they are accepted
 */
OakTestCamera *
oak_test_camera_new (void)
{
  OakTestCamera *camera = oak_test_camera_new_caller ();

  open_door (camera);
  return camera;
}

/**
 * oak_test_camera_free:
 *
 * Hangs up, whatever it is doing, and waits for the end of its thread.
 */
void
oak_test_camera_free (OakTestCamera * camera)
{
  g_cancellable_cancel (camera->cancellable);
  tell (camera, STEP_STOP, NULL, 0);
  g_thread_join (camera->thread);
  g_clear_object (&camera->connection);
  g_clear_object (&camera->listener);
  g_object_unref (camera->cancellable);
  g_ptr_array_unref (camera->heard);
  g_async_queue_unref (camera->steps);
  g_mutex_clear (&camera->lock);
  g_cond_clear (&camera->changed);
  g_free (camera);
}

guint
oak_test_camera_get_port (OakTestCamera * camera)
{
  return camera->port;
}

/**
 * oak_test_camera_cut:
 * @piece: how many bytes to say at once, 0 = all
 */
void
oak_test_camera_cut (OakTestCamera * camera, gsize piece)
{
  tell (camera, STEP_CUT, NULL, piece);
}

/**
 * oak_test_camera_accept:
 *
 * Tells it to accept a connection. All that needs one does so too.
 */
void
oak_test_camera_accept (OakTestCamera * camera)
{
  tell (camera, STEP_ACCEPT, NULL, 0);
}

/**
 * oak_test_camera_shut:
 *
 * Tells it to refuse all who call from now on, as a camera does whose program
 * has ended. A connection that was accepted stays.
 */
void
oak_test_camera_shut (OakTestCamera * camera)
{
  tell (camera, STEP_SHUT, NULL, 0);
}

/**
 * oak_test_camera_open:
 *
 * Tells it to listen again, on the port on which it did.
 */
void
oak_test_camera_open (OakTestCamera * camera)
{
  tell (camera, STEP_OPEN, NULL, 0);
}

/**
 * oak_test_camera_call:
 * @from: one of this machine's addresses, such as 127.0.0.2 or ::1
 * @port: of the host, which is this machine
 *
 * Tells it to connect. If nobody answers, all that follows is said to nobody.
 */
void
oak_test_camera_call (OakTestCamera * camera, const gchar * from, guint port)
{
  tell_port (camera, STEP_CALL, from, strlen (from) + 1, port);
}

void
oak_test_camera_say (OakTestCamera * camera, gconstpointer bytes, gsize size)
{
  tell (camera, STEP_SAY, bytes, size);
}

void
oak_test_camera_say_text (OakTestCamera * camera, const gchar * text)
{
  oak_test_camera_say (camera, text, strlen (text));
}

void
oak_test_camera_say_frame (OakTestCamera * camera, const OakTestFrame * frame)
{
  GByteArray *bytes = oak_test_frame_write (frame);

  oak_test_camera_say (camera, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

/**
 * oak_test_camera_say_image:
 * @detections: (nullable): their text; without effect in the framing ABCDE
 *
 * Tells it to say a frame with any image, in either framing.
 */
void
oak_test_camera_say_image (OakTestCamera * camera, OakTestFraming framing,
    const gchar * device_time, GBytes * image, const gchar * detections)
{
  gsize size;
  gconstpointer bytes = g_bytes_get_data (image, &size);
  g_autofree gchar *header = NULL;

  if (!detections || framing == OAK_TEST_ABCDE)
    detections = "";
  if (framing == OAK_TEST_ABCDE)
    header = oak_test_header_abcde (device_time, size);
  else
    header = oak_test_header (device_time, size, strlen (detections));
  oak_test_camera_say_text (camera, header);
  oak_test_camera_say_text (camera, detections);
  oak_test_camera_say (camera, bytes, size);
}

/**
 * oak_test_camera_close:
 *
 * Tells it to hang up; the next thing to say is for the next connection.
 */
void
oak_test_camera_close (OakTestCamera * camera)
{
  tell (camera, STEP_CLOSE, NULL, 0);
}

/**
 * oak_test_camera_reset:
 *
 * Tells it to break the connection. What was not yet read is lost.
 */
void
oak_test_camera_reset (OakTestCamera * camera)
{
  tell (camera, STEP_RESET, NULL, 0);
}

/**
 * oak_test_camera_hear:
 *
 * Tells it to wait for @n messages, each with one recv() of 32 bytes.
 */
void
oak_test_camera_hear (OakTestCamera * camera, guint n)
{
  tell (camera, STEP_HEAR, NULL, n);
}

/**
 * oak_test_camera_listen_to_end:
 *
 * Tells it to wait until the other side has hung up. What it says until then
 * is heard.
 */
void
oak_test_camera_listen_to_end (OakTestCamera * camera)
{
  tell (camera, STEP_LISTEN_TO_END, NULL, 0);
}

/**
 * oak_test_camera_wait:
 *
 * Waits until the camera has done all it was told; fails after
 * %OAK_TEST_LIMIT.
 */
void
oak_test_camera_wait (OakTestCamera * camera)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  gboolean done = TRUE;

  g_mutex_lock (&camera->lock);
  while (done && camera->n_done < camera->n_told)
    done = g_cond_wait_until (&camera->changed, &camera->lock, limit);
  g_mutex_unlock (&camera->lock);
  fail_unless (done, "the camera could not do what it was told");
}

/**
 * oak_test_camera_get_said:
 *
 * Returns: how many bytes it has said, to all who ever connected
 */
guint64
oak_test_camera_get_said (OakTestCamera * camera)
{
  guint64 said;

  g_mutex_lock (&camera->lock);
  said = camera->said;
  g_mutex_unlock (&camera->lock);
  return said;
}

/**
 * oak_test_camera_wait_heard:
 *
 * Waits until it has heard @n messages in all; fails after %OAK_TEST_LIMIT.
 */
void
oak_test_camera_wait_heard (OakTestCamera * camera, guint n)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  gboolean in_time = TRUE;

  g_mutex_lock (&camera->lock);
  while (in_time && camera->heard->len < n)
    in_time = g_cond_wait_until (&camera->changed, &camera->lock, limit);
  g_mutex_unlock (&camera->lock);
  fail_unless (in_time, "%u messages heard, not %u", camera->heard->len, n);
}

/**
 * oak_test_camera_count_heard:
 *
 * Returns: how many messages it has heard, from all whom it was connected to
 */
guint
oak_test_camera_count_heard (OakTestCamera * camera)
{
  guint n;

  g_mutex_lock (&camera->lock);
  n = camera->heard->len;
  g_mutex_unlock (&camera->lock);
  return n;
}

/**
 * oak_test_camera_get_heard:
 * @i: below oak_test_camera_count_heard()
 * @at: (out) (optional): when it was heard, monotonic, in microseconds
 *
 * Returns: (transfer none): what one recv() gave, until the camera is freed
 */
const gchar *
oak_test_camera_get_heard (OakTestCamera * camera, guint i, gint64 * at)
{
  Message *message;

  g_mutex_lock (&camera->lock);
  fail_unless (i < camera->heard->len, "message %u was not heard", i);
  message = g_ptr_array_index (camera->heard, i);
  g_mutex_unlock (&camera->lock);
  if (at)
    *at = message->at;
  return message->text;
}

/*** those who are no camera ***/

static gboolean
is_free (guint port)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", port);
  gboolean bound = g_socket_bind (socket, address, FALSE, NULL);

  g_object_unref (socket);
  return bound;
}

/**
 * oak_test_closed_port:
 *
 * Returns: a port on which connections are refused, and which the system gives
 *   to nobody who asks for any
 */
guint
oak_test_closed_port (void)
{
  guint port;

  do
    port = g_random_int_range (10000, 30000);
  while (!is_free (port));
  return port;
}

/* Returns TRUE when the connection was made within a twentieth of a second. */
static gboolean
call (OakTestDeafPort * deaf)
{
  GSocket *caller = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) address = NULL;

  g_ptr_array_add (deaf->callers, caller);
  address = g_inet_socket_address_new_from_string ("127.0.0.1", deaf->port);
  g_socket_set_blocking (caller, FALSE);
  if (g_socket_connect (caller, address, NULL, NULL))
    return TRUE;
  return g_socket_condition_timed_wait (caller, G_IO_OUT,
      G_TIME_SPAN_SECOND / 20, NULL, NULL);
}

/**
 * oak_test_deaf_port_new:
 *
 * Returns: (transfer full): a port whose queue of callers is full, so that the
 *   kernel answers nobody
 */
OakTestDeafPort *
oak_test_deaf_port_new (void)
{
  OakTestDeafPort *deaf = g_new0 (OakTestDeafPort, 1);

  deaf->listener = listen_on_loopback (0, &deaf->port);
  deaf->callers = g_ptr_array_new_with_free_func (g_object_unref);
  while (call (deaf))
    fail_unless (deaf->callers->len < 100, "the queue of callers has no end");
  return deaf;
}

guint
oak_test_deaf_port_get (OakTestDeafPort * deaf)
{
  return deaf->port;
}

void
oak_test_deaf_port_free (OakTestDeafPort * deaf)
{
  g_ptr_array_unref (deaf->callers);
  g_object_unref (deaf->listener);
  g_free (deaf);
}

/*** the resolver ***/

struct _OakTestResolver
{
  GResolver parent;
  GResolver *before;            /* who answered before this one did */
  GMutex lock;
  GCond changed;
  OakTestResolverAnswer answer; /* with lock */
  gboolean asked;               /* with lock */
};

typedef struct
{
  GResolverClass parent_class;
} OakTestResolverClass;

GType oak_test_resolver_get_type (void);

G_DEFINE_TYPE (OakTestResolver, oak_test_resolver, G_TYPE_RESOLVER);

static OakTestResolverAnswer
note_asked (OakTestResolver * resolver)
{
  OakTestResolverAnswer answer;

  g_mutex_lock (&resolver->lock);
  resolver->asked = TRUE;
  answer = resolver->answer;
  g_cond_broadcast (&resolver->changed);
  g_mutex_unlock (&resolver->lock);
  return answer;
}

static GList *
find (OakTestResolverAnswer answer, GError ** error)
{
  if (answer == OAK_TEST_RESOLVER_FINDS)
    return g_list_prepend (NULL, g_inet_address_new_from_string ("127.0.0.1"));
  g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
      "No such host");
  return NULL;
}

static GList *
lookup (GResolver * base, const gchar * name, GResolverNameLookupFlags flags,
    GCancellable * cancellable, GError ** error)
{
  OakTestResolverAnswer answer = note_asked ((OakTestResolver *) base);
  GPollFD cancelled;

  if (answer != OAK_TEST_RESOLVER_WAITS)
    return find (answer, error);
  if (g_cancellable_make_pollfd (cancellable, &cancelled)) {
    g_poll (&cancelled, 1, OAK_TEST_LIMIT / G_TIME_SPAN_MILLISECOND);
    g_cancellable_release_fd (cancellable);
  }
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error_literal (error, G_RESOLVER_ERROR,
        G_RESOLVER_ERROR_TEMPORARY_FAILURE, "Nobody cancelled");
  return NULL;
}

static GList *
lookup_plain (GResolver * base, const gchar * name, GCancellable * cancellable,
    GError ** error)
{
  return lookup (base, name, 0, cancellable, error);
}

static gboolean
return_cancelled (GCancellable * cancellable, gpointer task)
{
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
lookup_async (GResolver * base, const gchar * name,
    GResolverNameLookupFlags flags, GCancellable * cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  OakTestResolverAnswer answer = note_asked ((OakTestResolver *) base);
  GTask *task = g_task_new (base, cancellable, callback, user_data);
  GSource *cancelled;
  GError *error = NULL;
  GList *addresses;

  if (answer == OAK_TEST_RESOLVER_WAITS) {
    cancelled = g_cancellable_source_new (cancellable);
    g_task_attach_source (task, cancelled,
        (GSourceFunc) (void (*)(void)) return_cancelled);
    g_source_unref (cancelled);
  } else {
    addresses = find (answer, &error);
    if (addresses)
      g_task_return_pointer (task, addresses,
          (GDestroyNotify) g_resolver_free_addresses);
    else
      g_task_return_error (task, error);
  }
  /* Who waits is kept by its source. */
  g_object_unref (task);
}

static void
lookup_async_plain (GResolver * base, const gchar * name,
    GCancellable * cancellable, GAsyncReadyCallback callback,
    gpointer user_data)
{
  lookup_async (base, name, 0, cancellable, callback, user_data);
}

static GList *
lookup_finish (GResolver * base, GAsyncResult * result, GError ** error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
oak_test_resolver_class_init (OakTestResolverClass * klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name = lookup_plain;
  resolver_class->lookup_by_name_async = lookup_async_plain;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags = lookup;
  resolver_class->lookup_by_name_with_flags_async = lookup_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
oak_test_resolver_init (OakTestResolver * resolver)
{
  g_mutex_init (&resolver->lock);
  g_cond_init (&resolver->changed);
}

/**
 * oak_test_resolver_new:
 *
 * Takes the place of the process' resolver of names.
 */
OakTestResolver *
oak_test_resolver_new (OakTestResolverAnswer answer)
{
  OakTestResolver *resolver =
      g_object_new (oak_test_resolver_get_type (), NULL);

  resolver->answer = answer;
  resolver->before = g_resolver_get_default ();
  g_resolver_set_default (G_RESOLVER (resolver));
  return resolver;
}

/**
 * oak_test_resolver_set_answer:
 *
 * For all who ask from now on.
 */
void
oak_test_resolver_set_answer (OakTestResolver * resolver,
    OakTestResolverAnswer answer)
{
  g_mutex_lock (&resolver->lock);
  resolver->answer = answer;
  g_mutex_unlock (&resolver->lock);
}

/**
 * oak_test_resolver_wait_asked:
 *
 * Waits until somebody has asked for a name; fails after %OAK_TEST_LIMIT.
 */
void
oak_test_resolver_wait_asked (OakTestResolver * resolver)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  gboolean in_time = TRUE;

  g_mutex_lock (&resolver->lock);
  while (in_time && !resolver->asked)
    in_time = g_cond_wait_until (&resolver->changed, &resolver->lock, limit);
  g_mutex_unlock (&resolver->lock);
  fail_unless (in_time, "nobody asked for a name");
}

/**
 * oak_test_resolver_free:
 *
 * Puts the process' resolver back.
 */
void
oak_test_resolver_free (OakTestResolver * resolver)
{
  g_resolver_set_default (resolver->before);
  g_object_unref (resolver->before);
  g_object_unref (resolver);
}
