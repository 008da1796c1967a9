/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakconnection.h"

#include <gst/check/gstcheck.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection, and the other end as a plain descriptor. */
static OakConnection *
make_pair (gint * peer)
{
  GSocketConnection *stream;
  OakConnection *connection;
  GSocket *socket;
  gint fds[2];

  fail_unless_equals_int (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), 0);
  *peer = fds[1];
  socket = g_socket_new_from_fd (fds[0], NULL);
  stream = g_socket_connection_factory_create_connection (socket);
  connection = oak_connection_new (stream);
  g_object_unref (stream);
  g_object_unref (socket);
  return connection;
}

static void
say (gint peer, const gchar * text)
{
  fail_unless_equals_int (write (peer, text, strlen (text)), strlen (text));
}

GST_START_TEST (test_receives_what_is_there)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  guint8 data[8] = { 0, };

  say (peer, "abcde");
  fail_unless_equals_int (oak_connection_receive (connection, data, 3, 1, -1,
          NULL, NULL), 3);
  fail_unless (memcmp (data, "abc\0", 4) == 0);
  fail_unless_equals_int (oak_connection_receive (connection, data, 8, 1, -1,
          NULL, NULL), 2);
  fail_unless (memcmp (data, "dec\0", 4) == 0);

  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

static void
assert_fails (OakConnection * connection, gint64 timeout,
    GCancellable * cancellable, gint code)
{
  GError *error = NULL;
  guint8 byte;

  fail_unless_equals_int (oak_connection_receive (connection, &byte, 1, 1,
          timeout, cancellable, &error), -1);
  fail_unless (g_error_matches (error, G_IO_ERROR, code), "%s", error->message);
  g_error_free (error);
}

GST_START_TEST (test_what_was_sent_comes_before_the_end)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  guint8 byte;

  say (peer, "x");
  close (peer);
  fail_unless_equals_int (oak_connection_receive (connection, &byte, 1, 1, -1,
          NULL, NULL), 1);
  assert_fails (connection, -1, NULL, G_IO_ERROR_CONNECTION_CLOSED);
  assert_fails (connection, -1, NULL, G_IO_ERROR_CONNECTION_CLOSED);
  oak_connection_free (connection);
}

GST_END_TEST;

GST_START_TEST (test_one_may_go_on_after_a_timeout)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  guint8 byte;

  assert_fails (connection, 1000, NULL, G_IO_ERROR_TIMED_OUT);
  say (peer, "x");
  fail_unless_equals_int (oak_connection_receive (connection, &byte, 1, 1, 1000,
          NULL, NULL), 1);
  fail_unless_equals_int (byte, 'x');
  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

static gpointer
say_the_rest (gpointer peer)
{
  say (GPOINTER_TO_INT (peer), "fgh");
  return NULL;
}

GST_START_TEST (test_waits_for_as_much_as_is_sure_to_come)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  guint8 data[16] = { 0, };
  GThread *thread;
  gsize got = 0;

  say (peer, "abcde");
  thread = g_thread_new ("rest", say_the_rest, GINT_TO_POINTER (peer));
  /* Who is slow to speak is heard twice. */
  while (got < 8)
    got += oak_connection_receive (connection, data + got, 16 - got, 8 - got,
        -1, NULL, NULL);
  g_thread_join (thread);
  fail_unless_equals_int (got, 8);
  fail_unless_equals_string ((gchar *) data, "abcdefgh");

  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

/* Also with a timeout that is long, or none. */
GST_START_TEST (test_slow_bytes_are_not_waited_for)
{
  const gint64 timeouts[] = { -1, 3600 * G_TIME_SPAN_SECOND, 1000 };
  gint peer;
  OakConnection *connection = make_pair (&peer);
  guint8 data[8] = { 0, };

  say (peer, "abc");
  fail_unless_equals_int (oak_connection_receive (connection, data, 8, 8,
          timeouts[__i__], NULL, NULL), 3);
  assert_fails (connection, 1000, NULL, G_IO_ERROR_TIMED_OUT);

  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

GST_START_TEST (test_end_comes_after_what_was_taken_before_it)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  guint8 data[8] = { 0, };

  say (peer, "abc");
  close (peer);
  fail_unless_equals_int (oak_connection_receive (connection, data, 8, 8, -1,
          NULL, NULL), 3);
  assert_fails (connection, -1, NULL, G_IO_ERROR_CONNECTION_CLOSED);
  assert_fails (connection, -1, NULL, G_IO_ERROR_CONNECTION_CLOSED);
  oak_connection_free (connection);
}

GST_END_TEST;

/* Or what was waited for before would never end. */
GST_START_TEST (test_cancel_wakes_who_waits_for_many)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  GCancellable *cancellable = g_cancellable_new ();
  GError *error = NULL;
  guint8 data[8];

  g_cancellable_cancel (cancellable);
  fail_unless_equals_int (oak_connection_receive (connection, data, 8, 1, -1,
          cancellable, &error), -1);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_clear_error (&error);

  /* After that it goes on. */
  g_cancellable_reset (cancellable);
  say (peer, "abc");
  fail_unless_equals_int (oak_connection_receive (connection, data, 3, 3, -1,
          cancellable, NULL), 3);
  g_object_unref (cancellable);
  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

GST_START_TEST (test_buffer_of_the_system_has_a_size)
{
  gint peer, before = 0, after = 0;
  socklen_t length = sizeof (gint);
  OakConnection *connection = make_pair (&peer);
  /* The one that make_pair() did not give us. */
  gint fd = peer - 1;

  getsockopt (fd, SOL_SOCKET, SO_RCVBUF, &before, &length);
  oak_connection_set_buffer_size (connection, before / 4);
  getsockopt (fd, SOL_SOCKET, SO_RCVBUF, &after, &length);
  fail_unless (after > 0 && after < before);
  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

GST_START_TEST (test_cancel_wakes_a_waiting_call)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  GCancellable *cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel, cancellable);

  assert_fails (connection, -1, cancellable, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_object_unref (cancellable);
  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

GST_START_TEST (test_sends_whole_messages_or_says_why_not)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  const guint8 message[32] = "AUT,";
  guint8 got[sizeof (message)];
  GError *error = NULL;
  guint i, n = 0;

  /* The peer does not read. */
  while (oak_connection_send (connection, message, sizeof (message), &error)) {
    n++;
    fail_unless (n < 1000000);
  }
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
  g_clear_error (&error);

  /* It does again: nothing was torn. */
  for (i = 0; i < n; i++) {
    fail_unless_equals_int (recv (peer, got, sizeof (got), MSG_WAITALL),
        sizeof (got));
    fail_unless (memcmp (got, message, sizeof (got)) == 0);
  }
  fail_unless (oak_connection_send (connection, message, sizeof (message),
          NULL));

  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

GST_START_TEST (test_nothing_is_sent_behind_half_a_message)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  const gsize size = 64 * 1024 * 1024;
  guint8 *message = g_malloc0 (size);
  GError *error = NULL;

  fail_if (oak_connection_send (connection, message, size, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT));
  g_clear_error (&error);
  while (recv (peer, message, size, MSG_DONTWAIT) > 0);

  fail_if (oak_connection_send (connection, message, 32, &error));
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED));
  g_error_free (error);

  g_free (message);
  close (peer);
  oak_connection_free (connection);
}

GST_END_TEST;

GST_START_TEST (test_freeing_hangs_up)
{
  gint peer;
  OakConnection *connection = make_pair (&peer);
  gchar byte;

  oak_connection_free (connection);
  fail_unless_equals_int (read (peer, &byte, 1), 0);
  close (peer);
  oak_connection_free (NULL);
}

GST_END_TEST;

static GSocketListener *
listen_anywhere (guint16 * port)
{
  GSocketListener *listener = g_socket_listener_new ();
  GInetAddress *loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  GSocketAddress *wanted = g_inet_socket_address_new (loopback, 0);
  GSocketAddress *got = NULL;

  fail_unless (g_socket_listener_add_address (listener, wanted,
          G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &got, NULL));
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  g_object_unref (got);
  g_object_unref (wanted);
  g_object_unref (loopback);
  return listener;
}

GST_START_TEST (test_open)
{
  guint16 port;
  GSocketListener *listener = listen_anywhere (&port);
  GError *error = NULL;
  OakConnection *connection =
      oak_connection_open ("127.0.0.1", port, 5000, NULL, NULL, NULL,
      &error);

  fail_unless (connection != NULL, "%s", error ? error->message : "");
  oak_connection_free (connection);
  connection =
      oak_connection_open ("localhost", port, 0, NULL, NULL, NULL, &error);
  fail_unless (connection != NULL, "%s", error ? error->message : "");
  oak_connection_free (connection);

  g_socket_listener_close (listener);
  fail_unless (oak_connection_open ("127.0.0.1", port, 5000, NULL, NULL, NULL,
          &error) == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR,
          G_IO_ERROR_CONNECTION_REFUSED));
  g_error_free (error);
  g_object_unref (listener);
}

GST_END_TEST;

GST_START_TEST (test_open_is_cancelled)
{
  GCancellable *cancellable = g_cancellable_new ();
  GError *error = NULL;

  g_cancellable_cancel (cancellable);
  fail_unless (oak_connection_open ("127.0.0.1", 1, 0, NULL, NULL, cancellable,
          &error) == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_error_free (error);
  g_object_unref (cancellable);
}

GST_END_TEST;

static void
count_call (gpointer user_data)
{
  (*(guint *) user_data)++;
}

GST_START_TEST (test_open_says_when_it_calls)
{
  guint16 port;
  GSocketListener *listener = listen_anywhere (&port);
  guint n = 0;
  OakConnection *connection = oak_connection_open ("127.0.0.1", port, 5000,
      count_call, &n, NULL, NULL);

  fail_unless (connection != NULL);
  fail_unless_equals_int (n, 1);
  oak_connection_free (connection);
  g_object_unref (listener);
}

GST_END_TEST;

/* Connects, and gives the other end as well. */
static OakConnection *
open_pair (GSocketListener ** listener, GSocketConnection ** peer)
{
  guint16 port;
  OakConnection *connection;

  *listener = listen_anywhere (&port);
  connection = oak_connection_open ("127.0.0.1", port, 5000, NULL, NULL, NULL,
      NULL);
  fail_unless (connection != NULL);
  *peer = g_socket_listener_accept (*listener, NULL, NULL, NULL);
  fail_unless (*peer != NULL);
  return connection;
}

static void
send_text (GSocketConnection * peer, const gchar * text)
{
  fail_unless_equals_int (g_socket_send (g_socket_connection_get_socket (peer),
          text, strlen (text), NULL, NULL), strlen (text));
}

GST_START_TEST (test_knows_its_peer_and_what_waits)
{
  GSocketListener *listener;
  GSocketConnection *peer;
  OakConnection *connection = open_pair (&listener, &peer);
  gchar *address = oak_connection_peer_address (connection);
  guint8 data[2];

  fail_unless_equals_string (address, "127.0.0.1");
  fail_unless_equals_int (oak_connection_available (connection), 0);
  send_text (peer, "abcde");
  fail_unless_equals_int (oak_connection_receive (connection, data, 2, 1, -1,
          NULL, NULL), 2);
  fail_unless_equals_int (oak_connection_available (connection), 3);

  g_free (address);
  oak_connection_free (connection);
  g_object_unref (peer);
  g_object_unref (listener);
}

GST_END_TEST;

/* Nothing lingers: who sent them can serve the next one. */
GST_START_TEST (test_freeing_with_bytes_unread_resets)
{
  GSocketListener *listener;
  GSocketConnection *peer;
  OakConnection *connection = open_pair (&listener, &peer);
  GError *error = NULL;
  guint8 byte;

  send_text (peer, "abcde");
  fail_unless_equals_int (oak_connection_receive (connection, &byte, 1, 1, -1,
          NULL, NULL), 1);
  oak_connection_free (connection);
  fail_unless_equals_int (g_socket_receive (g_socket_connection_get_socket
          (peer), (gchar *) & byte, 1, NULL, &error), -1);
  fail_unless (g_error_matches (error, G_IO_ERROR,
          G_IO_ERROR_CONNECTION_CLOSED));

  g_error_free (error);
  g_object_unref (peer);
  g_object_unref (listener);
}

GST_END_TEST;

static Suite *
oakconnection_suite (void)
{
  Suite *s = suite_create ("oakconnection");
  TCase *tc = tcase_create ("socket");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_receives_what_is_there);
  tcase_add_test (tc, test_what_was_sent_comes_before_the_end);
  tcase_add_test (tc, test_one_may_go_on_after_a_timeout);
  tcase_add_test (tc, test_waits_for_as_much_as_is_sure_to_come);
  tcase_add_loop_test (tc, test_slow_bytes_are_not_waited_for, 0, 3);
  tcase_add_test (tc, test_end_comes_after_what_was_taken_before_it);
  tcase_add_test (tc, test_cancel_wakes_who_waits_for_many);
  tcase_add_test (tc, test_buffer_of_the_system_has_a_size);
  tcase_add_test (tc, test_cancel_wakes_a_waiting_call);
  tcase_add_test (tc, test_sends_whole_messages_or_says_why_not);
  tcase_add_test (tc, test_nothing_is_sent_behind_half_a_message);
  tcase_add_test (tc, test_freeing_hangs_up);
  tcase_add_test (tc, test_open);
  tcase_add_test (tc, test_open_is_cancelled);
  tcase_add_test (tc, test_open_says_when_it_calls);
  tcase_add_test (tc, test_knows_its_peer_and_what_waits);
  tcase_add_test (tc, test_freeing_with_bytes_unread_resets);

  return s;
}

GST_CHECK_MAIN (oakconnection);
