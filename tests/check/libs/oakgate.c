/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakgate.h"

#include <gst/check/gstcheck.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* After which a test that hangs has failed. */
#define LIMIT (20 * G_USEC_PER_SEC)

/* What the gate reported, as texts. */
static GAsyncQueue *reports;
static OakGate *gate;

static void
on_refused (const gchar * address, OakGateReason reason, gpointer user_data)
{
  fail_unless (user_data == &reports);
  g_async_queue_push (reports, g_strdup_printf ("%s %s",
          reason == OAK_GATE_STRANGER ? "stranger" : "busy", address));
}

static void
on_knocked (gpointer user_data)
{
  fail_unless (user_data == &reports);
  g_async_queue_push (reports, g_strdup ("knocked"));
}

static const OakGateCallbacks callbacks = { on_refused, on_knocked };

static void
open_gate (const gchar * bind_address, const gchar * allow_from)
{
  GError *error = NULL;

  reports = g_async_queue_new_full (g_free);
  gate = oak_gate_open (bind_address, 0, allow_from, &callbacks, &reports,
      &error);
  fail_unless (gate != NULL, "%s", error ? error->message : "");
}

static void
close_gate (void)
{
  oak_gate_close (gate);
  /* Nothing was reported that the test did not expect. */
  fail_unless_equals_int (g_async_queue_length (reports), 0);
  g_async_queue_unref (reports);
}

static void
assert_report (const gchar * expected)
{
  gchar *report = g_async_queue_timeout_pop (reports, LIMIT);

  fail_unless_equals_string (report, expected);
  g_free (report);
}

/* A camera that calls from an address of its own. */
static GSocket *
connect_from (const gchar * from, const gchar * to)
{
  GSocketAddress *own = g_inet_socket_address_new_from_string (from, 0);
  GSocketAddress *other = g_inet_socket_address_new_from_string (to,
      oak_gate_port (gate));
  GSocket *socket = g_socket_new (g_socket_address_get_family (own),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  GError *error = NULL;

  fail_unless (g_socket_bind (socket, own, FALSE, NULL));
  g_socket_set_timeout (socket, LIMIT / G_USEC_PER_SEC);
  g_socket_connect (socket, other, NULL, &error);
  fail_unless (error == NULL, "%s", error ? error->message : "");
  g_object_unref (other);
  g_object_unref (own);
  return socket;
}

/* Waits for the end, before which no byte came. */
static void
assert_hung_up (GSocket * camera)
{
  gchar byte;

  fail_unless_equals_int (g_socket_receive (camera, &byte, 1, NULL, NULL), 0);
  g_object_unref (camera);
}

static OakConnection *
take (const gchar * expected)
{
  GError *error = NULL;
  gchar *address = NULL;
  OakConnection *connection = oak_gate_wait (gate, &address, NULL, &error);

  fail_unless (connection != NULL, "%s", error ? error->message : "");
  fail_unless_equals_string (address, expected);
  g_free (address);
  return connection;
}

/* These two are the ends of one connection. */
static void
assert_connected (GSocket * camera, OakConnection * connection)
{
  guint8 byte = 0;

  fail_unless_equals_int (g_socket_send (camera, "x", 1, NULL, NULL), 1);
  fail_unless_equals_int (oak_connection_receive (connection, &byte, 1, 1,
          LIMIT, NULL, NULL), 1);
  fail_unless_equals_int (byte, 'x');
}

/* Returns when the camera has been silent for as long as the gate wants. */
static void
wait_for_silence (OakConnection * connection)
{
  GError *error = NULL;
  guint8 byte;

  fail_unless_equals_int (oak_connection_receive (connection, &byte, 1, 1,
          G_USEC_PER_SEC, NULL, &error), -1);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_error_free (error);
}

GST_START_TEST (test_one_camera_after_the_other)
{
  OakConnection *connection;
  GSocket *camera;
  guint i;

  open_gate ("127.0.0.1", "127.0.0.0/8");
  fail_unless (oak_gate_port (gate) != 0);
  for (i = 0; i < 3; i++) {
    camera = connect_from (i == 1 ? "127.0.0.2" : "127.0.0.1", "127.0.0.1");
    connection = take (i == 1 ? "127.0.0.2" : "127.0.0.1");
    assert_connected (camera, connection);
    oak_connection_free (connection);
    oak_gate_leave (gate);
    assert_hung_up (camera);
  }
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_a_stranger_is_hung_up_on)
{
  OakConnection *connection;
  GSocket *camera;
  guint i;

  open_gate ("127.0.0.1", "127.0.0.1,127.0.0.3");
  for (i = 0; i < 20; i++) {
    assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
    assert_report ("stranger 127.0.0.2");
  }
  camera = connect_from ("127.0.0.3", "127.0.0.1");
  connection = take ("127.0.0.3");
  assert_connected (camera, connection);

  /* A stranger while somebody is served is no less strange. */
  assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
  assert_report ("stranger 127.0.0.2");
  assert_connected (camera, connection);

  oak_connection_free (connection);
  g_object_unref (camera);
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_an_empty_list_lets_nobody_in)
{
  open_gate ("127.0.0.1", __i__ == 0 ? NULL : "");
  assert_hung_up (connect_from ("127.0.0.1", "127.0.0.1"));
  assert_report ("stranger 127.0.0.1");
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_one_inside_at_a_time)
{
  OakConnection *connection;
  GSocket *camera;

  open_gate ("127.0.0.1", "127.0.0.0/8");
  /* waits to be taken */
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
  assert_report ("busy 127.0.0.2");
  /* is served */
  connection = take ("127.0.0.1");
  assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
  assert_report ("busy 127.0.0.2");
  assert_hung_up (connect_from ("127.0.0.1", "127.0.0.1"));
  assert_report ("busy 127.0.0.1");
  assert_connected (camera, connection);

  oak_connection_free (connection);
  g_object_unref (camera);
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_the_newer_of_two_not_taken_wins)
{
  OakConnection *connection;
  GSocket *camera, *older;

  open_gate ("127.0.0.1", "127.0.0.0/8");
  older = connect_from ("127.0.0.1", "127.0.0.1");
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  assert_hung_up (older);
  connection = take ("127.0.0.1");
  assert_connected (camera, connection);

  oak_connection_free (connection);
  g_object_unref (camera);
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_a_silent_camera_comes_again)
{
  OakConnection *connection, *newer;
  GSocket *camera, *again;

  open_gate ("127.0.0.1", "127.0.0.0/8");
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  connection = take ("127.0.0.1");

  /* Silent, but it is another one that comes. */
  wait_for_silence (connection);
  assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
  assert_report ("busy 127.0.0.2");
  /* Silent until now. */
  oak_gate_note_byte (gate);
  assert_hung_up (connect_from ("127.0.0.1", "127.0.0.1"));
  assert_report ("busy 127.0.0.1");
  /* Silent. */
  wait_for_silence (connection);
  again = connect_from ("127.0.0.1", "127.0.0.1");
  assert_report ("knocked");
  assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
  assert_report ("busy 127.0.0.2");

  oak_connection_free (connection);
  assert_hung_up (camera);
  oak_gate_leave (gate);
  newer = take ("127.0.0.1");
  assert_connected (again, newer);
  /* It has its own silence. */
  assert_hung_up (connect_from ("127.0.0.1", "127.0.0.1"));
  assert_report ("busy 127.0.0.1");

  oak_connection_free (newer);
  g_object_unref (again);
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_who_knocks_twice_is_announced_once)
{
  OakConnection *connection;
  GSocket *camera, *second, *third;

  open_gate ("127.0.0.1", "127.0.0.0/8");
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  connection = take ("127.0.0.1");
  wait_for_silence (connection);
  second = connect_from ("127.0.0.1", "127.0.0.1");
  assert_report ("knocked");
  third = connect_from ("127.0.0.1", "127.0.0.1");
  assert_hung_up (second);

  oak_connection_free (connection);
  oak_gate_leave (gate);
  connection = take ("127.0.0.1");
  assert_connected (third, connection);

  oak_connection_free (connection);
  g_object_unref (third);
  g_object_unref (camera);
  close_gate ();
}

GST_END_TEST;

static gboolean
has_ipv6 (void)
{
  GSocketAddress *address = g_inet_socket_address_new_from_string ("::1", 0);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  gboolean found = socket != NULL && g_socket_bind (socket, address, TRUE,
      NULL);

  g_clear_object (&socket);
  g_object_unref (address);
  return found;
}

static void
assert_comes_in (const gchar * from)
{
  GSocket *camera = connect_from (from, from);
  OakConnection *connection = take (from);

  assert_connected (camera, connection);
  oak_connection_free (connection);
  oak_gate_leave (gate);
  g_object_unref (camera);
}

GST_START_TEST (test_ipv6)
{
  if (!has_ipv6 ())
    return;
  open_gate ("::1", "::1");
  assert_comes_in ("::1");
  close_gate ();

  open_gate ("::", "127.0.0.0/8 ::1");
  assert_comes_in ("::1");
  assert_comes_in ("127.0.0.1");
  close_gate ();

  open_gate ("::", "::/0");
  assert_hung_up (connect_from ("127.0.0.1", "127.0.0.1"));
  assert_report ("stranger 127.0.0.1");
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_all_of_ipv4)
{
  open_gate ("0.0.0.0", "127.0.0.1");
  assert_comes_in ("127.0.0.1");
  close_gate ();
}

GST_END_TEST;

static void
assert_not_opened (const gchar * bind_address, guint16 port,
    const gchar * allow_from, OakGateError code, const gchar * named)
{
  GError *error = NULL;

  fail_unless (oak_gate_open (bind_address, port, allow_from, &callbacks,
          &reports, &error) == NULL);
  fail_unless (g_error_matches (error, OAK_GATE_ERROR, code), "%s",
      error->message);
  fail_unless (strstr (error->message, named), "%s", error->message);
  g_error_free (error);
}

GST_START_TEST (test_does_not_open)
{
  assert_not_opened ("localhost", 0, "", OAK_GATE_ERROR_ADDRESS,
      "\"localhost\"");
  assert_not_opened ("[::1]", 0, "", OAK_GATE_ERROR_ADDRESS, "\"[::1]\"");
  assert_not_opened ("", 0, "", OAK_GATE_ERROR_ADDRESS, "\"\"");
  assert_not_opened (NULL, 0, "", OAK_GATE_ERROR_ADDRESS, "\"\"");
  assert_not_opened ("127.0.0.1", 0, "::1,nobody", OAK_GATE_ERROR_ALLOW,
      "\"nobody\"");
  /* not ours: a block that is for documents alone */
  assert_not_opened ("192.0.2.1", 0, "", OAK_GATE_ERROR_LISTEN, "192.0.2.1");

  open_gate ("127.0.0.1", "");
  assert_not_opened ("127.0.0.1", oak_gate_port (gate), "",
      OAK_GATE_ERROR_LISTEN, "127.0.0.1");
  close_gate ();
}

GST_END_TEST;

GST_START_TEST (test_the_port_is_free_again)
{
  OakConnection *connection;
  GSocket *camera;
  guint16 port;

  open_gate ("127.0.0.1", "127.0.0.1");
  port = oak_gate_port (gate);
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  connection = take ("127.0.0.1");
  oak_gate_close (gate);

  /* The connection outlives the gate, and does not keep its port. */
  assert_connected (camera, connection);
  gate = oak_gate_open ("127.0.0.1", port, "", &callbacks, &reports, NULL);
  fail_unless (gate != NULL);
  oak_connection_free (connection);
  g_object_unref (camera);
  close_gate ();
}

GST_END_TEST;

static void
assert_wait_fails (GCancellable * cancellable, gint code)
{
  GError *error = NULL;
  gchar *address = NULL;

  fail_unless (oak_gate_wait (gate, &address, cancellable, &error) == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, code), "%s", error->message);
  fail_unless (address == NULL);
  g_error_free (error);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

GST_START_TEST (test_cancel_ends_the_waiting)
{
  GCancellable *cancellable = g_cancellable_new ();
  GThread *thread;
  GSocket *camera;

  open_gate ("127.0.0.1", "127.0.0.1");
  thread = g_thread_new ("cancel", cancel, cancellable);
  assert_wait_fails (cancellable, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  assert_wait_fails (cancellable, G_IO_ERROR_CANCELLED);

  /* Who came meanwhile is still there. */
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  assert_wait_fails (cancellable, G_IO_ERROR_CANCELLED);
  oak_connection_free (take ("127.0.0.1"));
  assert_hung_up (camera);

  g_object_unref (cancellable);
  close_gate ();
}

GST_END_TEST;

static gpointer
wait_for_the_end (gpointer thread_runs)
{
  g_async_queue_push (thread_runs, &gate);
  assert_wait_fails (NULL, G_IO_ERROR_CLOSED);
  return NULL;
}

GST_START_TEST (test_close_ends_the_waiting)
{
  GAsyncQueue *thread_runs = g_async_queue_new ();
  GSocket *stranger;
  GThread *thread;

  open_gate ("127.0.0.1", "127.0.0.1");
  thread = g_thread_new ("wait", wait_for_the_end, thread_runs);
  g_async_queue_pop (thread_runs);
  /* By then the other thread has most likely come to wait. */
  stranger = connect_from ("127.0.0.2", "127.0.0.1");
  assert_report ("stranger 127.0.0.2");
  assert_hung_up (stranger);
  close_gate ();
  g_thread_join (thread);
  g_async_queue_unref (thread_runs);
}

GST_END_TEST;

GST_START_TEST (test_close_hangs_up_on_who_waits)
{
  GSocket *camera;

  open_gate ("127.0.0.1", "127.0.0.1");
  camera = connect_from ("127.0.0.1", "127.0.0.1");
  assert_hung_up (connect_from ("127.0.0.2", "127.0.0.1"));
  assert_report ("stranger 127.0.0.2");
  close_gate ();
  assert_hung_up (camera);
  oak_gate_close (NULL);
}

GST_END_TEST;

/* Takes all descriptors that are left; returns the last one. */
static gint
take_descriptors (struct rlimit *old)
{
  struct rlimit few;
  gint last = -1;
  gint fd;

  fail_unless_equals_int (getrlimit (RLIMIT_NOFILE, old), 0);
  few = *old;
  few.rlim_cur = 64;
  fail_unless_equals_int (setrlimit (RLIMIT_NOFILE, &few), 0);
  while ((fd = dup (STDERR_FILENO)) >= 0)
    last = fd;
  fail_unless (last > 0);
  return last;
}

GST_START_TEST (test_without_descriptors_it_waits)
{
  GSocketAddress *address;
  OakConnection *connection;
  struct rlimit old;
  GSocket *camera;
  clock_t used;
  gint last;

  open_gate ("127.0.0.1", "127.0.0.1");
  address = g_inet_socket_address_new_from_string ("127.0.0.1",
      oak_gate_port (gate));
  camera = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  last = take_descriptors (&old);
  fail_unless (g_socket_connect (camera, address, NULL, NULL));

  /* Not accepted, thus not closed either; and no processor is burnt. */
  used = clock ();
  fail_if (g_socket_condition_timed_wait (camera, G_IO_IN,
          G_USEC_PER_SEC / 2, NULL, NULL));
  used = clock () - used;
  fail_unless (used < CLOCKS_PER_SEC / 10, "%ld", (long) used);

  close (last);
  connection = take ("127.0.0.1");
  assert_connected (camera, connection);
  setrlimit (RLIMIT_NOFILE, &old);
  oak_connection_free (connection);
  g_object_unref (camera);
  g_object_unref (address);
  close_gate ();
}

GST_END_TEST;

static Suite *
oakgate_suite (void)
{
  Suite *s = suite_create ("oakgate");
  TCase *tc = tcase_create ("door");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 30);
  tcase_add_test (tc, test_one_camera_after_the_other);
  tcase_add_test (tc, test_a_stranger_is_hung_up_on);
  tcase_add_loop_test (tc, test_an_empty_list_lets_nobody_in, 0, 2);
  tcase_add_test (tc, test_one_inside_at_a_time);
  tcase_add_test (tc, test_the_newer_of_two_not_taken_wins);
  tcase_add_test (tc, test_a_silent_camera_comes_again);
  tcase_add_test (tc, test_who_knocks_twice_is_announced_once);
  tcase_add_test (tc, test_ipv6);
  tcase_add_test (tc, test_all_of_ipv4);
  tcase_add_test (tc, test_does_not_open);
  tcase_add_test (tc, test_the_port_is_free_again);
  tcase_add_test (tc, test_cancel_ends_the_waiting);
  tcase_add_test (tc, test_close_ends_the_waiting);
  tcase_add_test (tc, test_close_hangs_up_on_who_waits);
  tcase_add_test (tc, test_without_descriptors_it_waits);

  return s;
}

GST_CHECK_MAIN (oakgate);
