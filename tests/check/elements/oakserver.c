/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>
#include <string.h>
#include <gst/check/gstcheck.h>
#include "oakrig.h"
#include "oaktestpictures.h"

/* What "at once" means for a state change and for EOS. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

/* After this a camera that says nothing counts as silent. */
#define SILENCE (1300 * GST_MSECOND)

#define HERE "127.0.0.1"
#define ELSEWHERE "127.0.0.2"

/* One that listens already. */
static Rig *
rig_new_listening (void)
{
  Rig *rig = rig_new_server ();

  rig_play (rig);
  fail_unless (rig_get_port (rig) != 0, "it does not listen");
  return rig;
}

/* Waits for the picture of a camera that is connected. */
static void
expect_from (Rig * rig, guint seed)
{
  rig_say (rig, "1.0", seed);
  expect_picture (rig, "BGR", RIG_WIDTH, RIG_HEIGHT, seed);
}

static gboolean
has_ipv6 (void)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string
      ("::1", 0);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV6,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  if (socket && g_socket_bind (socket, any, FALSE, NULL))
    return TRUE;
  g_printerr ("No IPv6 here: skipped.\n");
  return FALSE;
}

static GSocket *
knock (const gchar * from, guint port)
{
  g_autoptr (GSocketAddress) here =
      g_inet_socket_address_new_from_string (from, 0);
  g_autoptr (GSocketAddress) there =
      g_inet_socket_address_new_from_string ("127.0.0.1", port);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);

  g_socket_set_timeout (socket, OAK_TEST_LIMIT / G_TIME_SPAN_SECOND);
  fail_unless (g_socket_bind (socket, here, FALSE, NULL));
  if (!g_socket_connect (socket, there, NULL, NULL))
    g_clear_object (&socket);
  return socket;
}

/* Whoever connects from there is sent away without a word. That it is counted
 * may come later. */
static void
assert_sent_away (Rig * rig, const gchar * from)
{
  g_autoptr (GSocket) socket = knock (from, rig_get_port (rig));
  g_autoptr (GError) error = NULL;
  gchar byte;

  fail_unless (socket != NULL, "nobody listens");
  fail_unless (g_socket_receive (socket, &byte, 1, NULL, &error) <= 0,
      "a word to a stranger");
  fail_if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT),
      "nobody was sent away");
}

static void
assert_nobody_listens (guint port)
{
  g_autoptr (GSocket) socket = knock (HERE, port);

  fail_unless (socket == NULL, "somebody still listens");
}

/*** the element ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *property, *standard, *other;
} words[] = {
  {"mode", "client", "server"},
  {"bind-address", "0.0.0.0", "::1"},
  {"allow-from", "127.0.0.0/8,::1", "10.0.0.0/8 192.168.1.20"},
  {"port", "5000", "0"},
};
/* *INDENT-ON* */

static gchar *
read_property (GstElement * src, const gchar * name)
{
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (src), name);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  g_object_get_property (G_OBJECT (src), name, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_value_dup_string (&value);
  return gst_value_serialize (&value);
}

GST_START_TEST (test_property_has_its_default_and_comes_back)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (src),
      words[__i__].property);
  g_autofree gchar *standard = NULL, *other = NULL;

  fail_unless (spec != NULL, "no property %s", words[__i__].property);
  fail_unless (spec->flags & GST_PARAM_MUTABLE_READY);
  fail_unless ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE);
  standard = read_property (src, spec->name);
  fail_unless_equals_string (standard, words[__i__].standard);
  gst_util_set_object_arg (G_OBJECT (src), spec->name, words[__i__].other);
  other = read_property (src, spec->name);
  fail_unless_equals_string (other, words[__i__].other);
  gst_check_teardown_element (src);
}

GST_END_TEST;

static void
count_notify (GObject * object, GParamSpec * spec, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
}

GST_START_TEST (test_current_port_is_told_while_it_listens)
{
  Rig *rig = rig_new_server ();
  GParamSpec *spec = g_object_class_find_property
      (G_OBJECT_GET_CLASS (rig->src), "current-port");
  gint n = 0;
  guint port;

  fail_unless (spec != NULL && G_IS_PARAM_SPEC_UINT (spec));
  fail_unless ((spec->flags & G_PARAM_READWRITE) == G_PARAM_READABLE);
  g_signal_connect (rig->src, "notify::current-port",
      G_CALLBACK (count_notify), &n);
  rig_set_state (rig, GST_STATE_READY);
  fail_unless_equals_int (rig_get_port (rig), 0);
  rig_set_state (rig, GST_STATE_PAUSED);
  port = rig_get_port (rig);
  fail_unless (port > 0 && port <= 65535);
  fail_unless_equals_int (g_atomic_int_get (&n), 1);
  rig_play (rig);
  rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless_equals_int (rig_get_port (rig), port);
  rig_set_state (rig, GST_STATE_READY);
  fail_unless_equals_int (rig_get_port (rig), 0);
  fail_unless_equals_int (g_atomic_int_get (&n), 2);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_current_port_of_a_client_is_none)
{
  Rig *rig = rig_new ();

  fail_unless (g_object_class_find_property (G_OBJECT_GET_CLASS (rig->src),
          "current-port") != NULL);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  fail_unless_equals_int (rig_get_port (rig), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_named_port_is_the_one_listened_on)
{
  guint port = oak_test_closed_port ();
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "port", port, NULL);
  rig_play (rig);
  fail_unless_equals_int (rig_get_port (rig), port);
  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/*** frames ***/

GST_START_TEST (test_camera_that_connects_is_shown)
{
  Rig *rig = rig_new_listening ();
  guint i;

  rig_call (rig, HERE);
  for (i = 0; i < 5; i++) {
    g_autofree gchar *device_time = g_strdup_printf ("1.%u", i);
    GstSample *sample;

    rig_say (rig, device_time, i);
    sample = rig_pull (rig);
    assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, i);
    fail_unless_equals_int (is_discont (sample), i == 0);
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"), 0);
  rig_free (rig);
}

GST_END_TEST;

/* What comes before is kept for 100 ms, which may be over where it is slow. */
GST_START_TEST (test_camera_may_connect_before_it_plays)
{
  Rig *rig = rig_new_server ();
  gint64 start, taken;

  rig_set_state (rig, GST_STATE_PAUSED);
  rig_call (rig, HERE);
  start = g_get_monotonic_time ();
  rig_say (rig, "1.0", 1);
  rig_wait_heard (rig);
  rig_play (rig);
  taken = g_get_monotonic_time () - start;
  if (taken < 100 * G_TIME_SPAN_MILLISECOND || oak_test_patience () == 1) {
    rig_say (rig, "1.1", 2);
    expect_said (rig, 1);
    expect_said (rig, 2);
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_pause_keeps_the_connection)
{
  Rig *rig = rig_new_listening ();

  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_set_state (rig, GST_STATE_PAUSED);
  rig_say (rig, "1.5", 2);
  rig_wait_heard (rig);
  rig_play (rig);
  rig_say (rig, "2.0", 3);
  expect_said (rig, 3);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  rig_free (rig);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *bind_address, *from;
} places[] = {
  {"127.0.0.1", "127.0.0.1"},
  {"0.0.0.0", "127.0.0.3"},
  {"::1", "::1"},
  {"::", "::1"},
  {"::", "127.0.0.1"},          /* seen there as ::ffff:127.0.0.1 */
};
/* *INDENT-ON* */

GST_START_TEST (test_place_to_listen_at)
{
  Rig *rig;

  if (strchr (places[__i__].bind_address, ':') && !has_ipv6 ())
    return;
  rig = rig_new_server ();
  rig_set (rig, "bind-address", places[__i__].bind_address);
  rig_play (rig);
  rig_call (rig, places[__i__].from);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/* Neither of the two is about how long a camera may stay away. */
GST_START_TEST (test_no_camera_is_no_failure)
{
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "connect-timeout", 50, "first-byte-timeout", 50,
      "stall-timeout", 50, NULL);
  rig_play (rig);
  fail_unless (rig_poll_message (rig, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING,
          300) == NULL);
  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/*** losses ***/

typedef enum
{
  CLOSES,
  RESETS,
  IS_SILENT,
  GOES_ON                       /* we hang up */
} Leave;

#define NONSENSE "What is this? Nothing that a camera would ever say, and it " \
    "goes on and on for as long as it takes till nobody listens any more."

/* *INDENT-OFF* */
static const struct
{
  gboolean frame;               /* one is said first */
  const gchar *said;
  Leave leave;
  GQuark (*domain) (void);
  gint code;
} losses[] = {
  {TRUE, "", CLOSES, gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {TRUE, "IMG 1.5", CLOSES, gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {TRUE, "IMG 1.5 96 0                    123", CLOSES,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {FALSE, "IMG 1.5 96 0                    123", CLOSES,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {FALSE, "", CLOSES, gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {TRUE, "IMG 1.5", RESETS, gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {TRUE, "", RESETS, gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {FALSE, "", IS_SILENT, gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY},
  {TRUE, "", IS_SILENT, gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {TRUE, "IMG 1.5 96 0                    123", IS_SILENT,
      gst_resource_error_quark, GST_RESOURCE_ERROR_READ},
  {FALSE, "GET / HTTP/1.1\r\n\r\n", CLOSES, gst_stream_error_quark,
      GST_STREAM_ERROR_WRONG_TYPE},
  {TRUE, "GET / HTTP/1.1\r\nHost: oak\r\n\r\n   ", IS_SILENT,
      gst_stream_error_quark, GST_STREAM_ERROR_DEMUX},
  {TRUE, "IMG none 96 0                   ", RESETS, gst_stream_error_quark,
      GST_STREAM_ERROR_DEMUX},
  {FALSE, "IMG 1.5 67108865 0              ", CLOSES, gst_stream_error_quark,
      GST_STREAM_ERROR_DEMUX},
  /* more than two frames of it */
  {TRUE, NONSENSE NONSENSE NONSENSE, GOES_ON, gst_stream_error_quark,
      GST_STREAM_ERROR_DEMUX},
};
/* *INDENT-ON* */

static void
leave (Rig * rig, Leave how)
{
  switch (how) {
    case CLOSES:
      oak_test_camera_close (rig->camera);
      break;
    case RESETS:
      rig_wait_heard (rig);
      oak_test_camera_reset (rig->camera);
      break;
    default:
      oak_test_camera_listen_to_end (rig->camera);
  }
}

/* The next connection's first picture comes as if it were the first. */
static void
expect_anew (Rig * rig, GstClockTime before)
{
  GstSample *sample;
  GstBuffer *buffer;

  rig_call_again (rig, HERE);
  rig_say (rig, "0.5", 9);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 9);
  buffer = gst_sample_get_buffer (sample);
  fail_unless (is_discont (sample));
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_RESYNC));
  fail_unless (GST_BUFFER_PTS (buffer) >= before, "PTS goes back");
  before = GST_BUFFER_PTS (buffer);
  gst_sample_unref (sample);
  rig_say (rig, "0.6", 10);
  sample = rig_pull (rig);
  fail_if (is_discont (sample));
  fail_unless (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) >= before);
  gst_sample_unref (sample);
}

GST_START_TEST (test_lost_camera_is_a_warning_and_the_next_is_shown)
{
  Rig *rig = rig_new_server ();
  GstClockTime before = 0;
  GstSample *sample;

  if (losses[__i__].leave == IS_SILENT)
    g_object_set (rig->src, "first-byte-timeout", 150, "stall-timeout", 150,
        NULL);
  rig_play (rig);
  rig_call (rig, HERE);
  if (losses[__i__].frame) {
    rig_say (rig, "5000.0", 1);
    sample = rig_pull (rig);
    before = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  oak_test_camera_say_text (rig->camera, losses[__i__].said);
  leave (rig, losses[__i__].leave);
  g_free (rig_take_warning (rig, losses[__i__].domain (), losses[__i__].code));
  oak_test_camera_wait (rig->camera);
  g_object_set (rig->src, "first-byte-timeout", 0, "stall-timeout", 0, NULL);
  expect_anew (rig, before);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ERROR) == NULL);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 2);
  rig_free (rig);
}

GST_END_TEST;

/* As none has come before it, it may not be a camera of this kind. */
GST_START_TEST (test_broken_first_picture_ends_the_connection)
{
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "width", 0, "height", 0, NULL);
  rig_set (rig, "payload", "jpeg");
  rig_play (rig);
  rig_call (rig, HERE);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.1", oak_test_hex ("ffd8ffe0"), NULL);
  oak_test_camera_listen_to_end (rig->camera);
  g_free (rig_take_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX));
  oak_test_camera_wait (rig->camera);
  rig_call_again (rig, HERE);
  rig_say_image (rig, OAK_TEST_ABCDE, "0.1", oak_test_jpeg (64, 64, 2), NULL);
  expect_bytes (rig, oak_test_jpeg (64, 64, 2));
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_next_camera_begins_with_a_keyframe)
{
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "width", 0, "height", 0, NULL);
  rig_play (rig);
  rig_call (rig, HERE);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.0", oak_test_h264 (TRUE, 1), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "1.1", oak_test_h264 (FALSE, 2), NULL);
  rig_skip (rig, 2);
  oak_test_camera_close (rig->camera);
  rig_call_again (rig, HERE);
  rig_say_image (rig, OAK_TEST_ABCDE, "0.1", oak_test_h264 (FALSE, 3), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "0.2", oak_test_h264 (TRUE, 4), NULL);
  rig_say_image (rig, OAK_TEST_ABCDE, "0.3", oak_test_h264 (FALSE, 5), NULL);
  expect_bytes (rig, oak_test_h264 (TRUE, 4));
  expect_bytes (rig, oak_test_h264 (FALSE, 5));
  fail_unless_equals_uint64 (rig_stat (rig, "delta-frames-dropped"), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_next_camera_may_send_something_else)
{
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "width", 0, "height", 0, NULL);
  rig_play (rig);
  rig_call (rig, HERE);
  rig_say_size (rig, "1.0", 300, 300, 1);
  expect_picture (rig, "BGR", 300, 300, 1);
  oak_test_camera_close (rig->camera);
  rig_call_again (rig, HERE);
  rig_say_image (rig, OAK_TEST_ABCDE, "0.2", oak_test_jpeg (64, 64, 2), NULL);
  expect_bytes (rig, oak_test_jpeg (64, 64, 2));
  oak_test_camera_close (rig->camera);
  rig_call_again (rig, HERE);
  rig_say_size (rig, "0.1", 416, 416, 3);
  expect_picture (rig, "BGR", 416, 416, 3);
  rig_free (rig);
}

GST_END_TEST;

/* It may be told of cameras that come too soon as well. */
static gboolean
is_told_of_a_loss (Rig * rig)
{
  g_autoptr (GstMessage) message = rig_wait_message (rig, GST_MESSAGE_WARNING);
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  return g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
}

GST_START_TEST (test_camera_comes_and_goes_fifty_times)
{
  Rig *rig = rig_new_listening ();
  GstClockTime before = 0;
  guint i;

  for (i = 0; i < 50; i++) {
    GstSample *sample;

    rig_call_again (rig, HERE);
    rig_say (rig, i % 2 ? "0.5" : "70.5", i);
    oak_test_camera_close (rig->camera);
    sample = rig_pull (rig);
    assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, i);
    fail_unless (is_discont (sample));
    fail_unless (GST_BUFFER_PTS (gst_sample_get_buffer (sample)) >= before);
    before = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  while (!is_told_of_a_loss (rig));
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 50);
  rig_free (rig);
}

GST_END_TEST;

/*** strangers ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *allow_from, *from;
  gboolean welcome;
} guests[] = {
  {"127.0.0.0/8,::1", "127.0.0.1", TRUE},
  {"127.0.0.2", "127.0.0.2", TRUE},
  {"127.0.0.2", "127.0.0.1", FALSE},
  {"127.0.0.2/32", "127.0.0.3", FALSE},
  {"127.0.0.0/30", "127.0.0.3", TRUE},
  {"127.0.0.0/30", "127.0.0.4", FALSE},
  {"10.0.0.0/8,127.0.0.9", "127.0.0.9", TRUE},
  {"10.0.0.0/8 127.0.0.9", "127.0.0.9", TRUE},
  {"10.0.0.0/8, 127.0.0.9 ", "127.0.0.9", TRUE},
  {"10.0.0.0/8,127.0.0.9", "127.0.0.8", FALSE},
  {"0.0.0.0/0", "127.0.0.1", TRUE},
  {"::1", "127.0.0.1", FALSE},
  {"::/0", "127.0.0.1", FALSE},
};
/* *INDENT-ON* */

GST_START_TEST (test_only_guests_may_come_in)
{
  Rig *rig = rig_new_server ();

  rig_set (rig, "allow-from", guests[__i__].allow_from);
  rig_play (rig);
  if (guests[__i__].welcome) {
    rig_call (rig, guests[__i__].from);
    expect_from (rig, 1);
  } else {
    assert_sent_away (rig, guests[__i__].from);
    rig_wait_stat (rig, "connections-refused", 1);
    fail_unless_equals_uint64 (rig_stat (rig, "connections"), 0);
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_stranger_is_counted_and_named)
{
  Rig *rig = rig_new_server ();
  g_autofree gchar *text = NULL;

  rig_set (rig, "allow-from", ELSEWHERE);
  rig_play (rig);
  assert_sent_away (rig, "127.0.0.7");
  text = rig_take_warning (rig, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED);
  fail_unless (strstr (text, "127.0.0.7") != NULL, "who? %s", text);
  rig_wait_stat (rig, "connections-refused", 1);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"), 1);
  rig_call (rig, ELSEWHERE);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_stranger_does_not_disturb_the_camera)
{
  Rig *rig = rig_new_server ();
  guint i;

  rig_set (rig, "allow-from", ELSEWHERE);
  rig_play (rig);
  rig_call (rig, ELSEWHERE);
  for (i = 0; i < 10; i++) {
    GstSample *sample;

    rig_say (rig, "1.0", i);
    sample = rig_pull (rig);
    fail_unless_equals_int (is_discont (sample), i == 0);
    gst_sample_unref (sample);
    assert_sent_away (rig, HERE);
  }
  rig_wait_stat (rig, "connections-refused", 10);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"), 10);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  rig_free (rig);
}

GST_END_TEST;

#define N_STRANGERS 1000

GST_START_TEST (test_thousand_strangers_are_a_warning_a_second)
{
  Rig *rig = rig_new_server ();
  gint64 start = g_get_monotonic_time ();
  GstMessage *message;
  guint i, n = 0;

  rig_set (rig, "allow-from", ELSEWHERE);
  rig_play (rig);
  for (i = 0; i < N_STRANGERS; i++)
    assert_sent_away (rig, HERE);
  rig_wait_stat (rig, "connections-refused", N_STRANGERS);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"),
      N_STRANGERS);
  while ((message = gst_bus_pop_filtered (rig->bus, GST_MESSAGE_WARNING))) {
    gst_message_unref (message);
    n++;
  }
  fail_unless (n >= 1, "nothing was said");
  fail_unless (n <= 2 + (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND,
      "%u warnings", n);
  rig_call (rig, ELSEWHERE);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/*** a second camera ***/

GST_START_TEST (test_second_camera_is_refused)
{
  static const gchar *others[] = { HERE, ELSEWHERE };
  Rig *rig = rig_new_listening ();

  rig_call (rig, HERE);
  expect_from (rig, 1);
  assert_sent_away (rig, others[__i__]);
  rig_wait_stat (rig, "connections-refused", 1);
  expect_from (rig, 2);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_silence_lets_nobody_else_in)
{
  Rig *rig = rig_new_listening ();

  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_let_pass (rig, SILENCE);
  assert_sent_away (rig, ELSEWHERE);
  expect_from (rig, 2);
  rig_wait_stat (rig, "connections-refused", 1);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"), 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_second_camera_may_come_when_the_first_has_gone)
{
  Rig *rig = rig_new_listening ();

  rig_call (rig, HERE);
  expect_from (rig, 1);
  oak_test_camera_close (rig->camera);
  g_free (rig_take_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ));
  rig_call_again (rig, ELSEWHERE);
  expect_from (rig, 2);
  rig_free (rig);
}

GST_END_TEST;

/* What the older connection had said. */
static const gchar *last_words[] = { NULL, "", "IMG 1.5 9",
  "IMG 1.5 96 0                    1234"
};

/* It has rebooted, and nobody has told us. */
GST_START_TEST (test_same_camera_wins_after_a_silence)
{
  Rig *rig = rig_new_listening ();
  OakTestCamera *older = rig->camera;
  GstSample *sample;

  rig_call (rig, HERE);
  if (last_words[__i__]) {
    expect_from (rig, 1);
    oak_test_camera_say_text (older, last_words[__i__]);
  }
  rig_wait_heard (rig);
  rig_let_pass (rig, SILENCE);

  rig->camera = oak_test_camera_new_caller ();
  rig_call (rig, HERE);
  rig_say (rig, "0.1", 7);
  sample = rig_pull (rig);
  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, 7);
  fail_unless (is_discont (sample));
  gst_sample_unref (sample);
  expect_from (rig, 8);
  oak_test_camera_listen_to_end (older);
  oak_test_camera_wait (older);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ERROR) == NULL);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 2);
  fail_unless_equals_uint64 (rig_stat (rig, "connections-refused"), 0);
  oak_test_camera_free (older);
  rig_free (rig);
}

GST_END_TEST;

/*** what cannot be listened with ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *property, *value;
  const gchar *named;           /* in the text */
} settings[] = {
  {"bind-address", "nonsense", "nonsense"},
  {"bind-address", "localhost", "localhost"},
  {"bind-address", "300.1.1.1", "300.1.1.1"},
  {"bind-address", "127.0.0.1:5000", "127.0.0.1:5000"},
  {"allow-from", "nonsense", "nonsense"},
  {"allow-from", "127.0.0.1,nonsense,10.0.0.0/8", "nonsense"},
  {"allow-from", "127.0.0.1 localhost", "localhost"},
  {"allow-from", "10.0.0.0/33", "10.0.0.0/33"},
  {"allow-from", "::1, ::1/129", "::1/129"},
  {"allow-from", "10.0.0.0/", "10.0.0.0/"},
  {"allow-from", "10.0.0.0/abc", "10.0.0.0/abc"},
  {"allow-from", "300.0.0.1", "300.0.0.1"},
};
/* *INDENT-ON* */

static gchar *
fail_to_pause (Rig * rig)
{
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  gchar *debug = NULL, *text;

  fail_unless_equals_int (gst_element_set_state (rig->pipeline,
          GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  message = rig_wait_message (rig, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, &debug);
  fail_unless (error->domain == GST_RESOURCE_ERROR, "%s", error->message);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_ERROR) == NULL,
      "a second error");
  fail_unless_equals_int (rig_get_port (rig), 0);
  text = g_strdup_printf ("%d: %s", error->code, error->message);
  g_free (debug);
  return text;
}

GST_START_TEST (test_bad_setting_is_named)
{
  Rig *rig = rig_new_server ();
  g_autofree gchar *text = NULL;

  rig_set (rig, settings[__i__].property, settings[__i__].value);
  text = fail_to_pause (rig);
  fail_unless_equals_int (atoi (text), GST_RESOURCE_ERROR_SETTINGS);
  fail_unless (strstr (text, settings[__i__].named) != NULL, "%s", text);
  fail_unless (strstr (text, settings[__i__].property) != NULL, "%s", text);
  rig_free (rig);
}

GST_END_TEST;

/* What does not matter to a client is not looked at. */
GST_START_TEST (test_bad_setting_of_a_server_does_not_stop_a_client)
{
  Rig *rig = rig_new ();

  rig_set (rig, settings[__i__].property, settings[__i__].value);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_address_that_is_not_ours_is_an_error)
{
  Rig *rig = rig_new_server ();
  g_autofree gchar *text = NULL;

  rig_set (rig, "bind-address", "192.0.2.1");
  text = fail_to_pause (rig);
  fail_unless (strstr (text, "192.0.2.1") != NULL, "%s", text);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_port_in_use_is_an_error)
{
  OakTestCamera *other = oak_test_camera_new ();
  guint port = oak_test_camera_get_port (other);
  g_autofree gchar *number = g_strdup_printf ("%u", port);
  g_autofree gchar *text = NULL;
  Rig *rig = rig_new_server ();

  g_object_set (rig->src, "port", port, "bind-address", HERE, NULL);
  text = fail_to_pause (rig);
  fail_unless (strstr (text, number) != NULL, "%s", text);
  oak_test_camera_free (other);
  g_mutex_lock (&rig->lock);
  g_clear_pointer (&rig->failure, g_free);
  g_mutex_unlock (&rig->lock);
  rig_play (rig);
  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_client_needs_a_port)
{
  Rig *rig = rig_new ();
  g_autofree gchar *text = NULL;

  rig_set (rig, "port", "0");
  text = fail_to_pause (rig);
  fail_unless_equals_int (atoi (text), GST_RESOURCE_ERROR_SETTINGS);
  fail_unless (strstr (text, "port") != NULL, "%s", text);
  rig_free (rig);
}

GST_END_TEST;

/*** the end, in every phase ***/

typedef enum
{
  PHASE_LISTENING,
  PHASE_FIRST_BYTE,
  PHASE_HEADER,
  PHASE_DETECTIONS,
  PHASE_SEARCHING,
  PHASE_IMAGE,
  PHASE_BETWEEN,
  PHASE_AFTER_A_LOSS,
  PHASE_BLOCKED,
  PHASE_PAUSED,
  PHASE_PAUSED_INSIDE,
  N_PHASES
} Phase;

static Rig *
rig_new_inside (const gchar * said)
{
  Rig *rig = rig_new_listening ();

  rig_call (rig, HERE);
  oak_test_camera_say_text (rig->camera, said);
  rig_wait_heard (rig);
  rig_wait_stat (rig, "connections", 1);
  return rig;
}

static Rig *
rig_new_blocked (void)
{
  Rig *rig = rig_new_server ();
  guint i;

  rig_block (rig);
  rig_play (rig);
  rig_call (rig, HERE);
  for (i = 0; i < 600; i++)
    rig_say (rig, "1.0", i);
  rig_wait_blocked (rig);
  rig_wait_heard (rig);
  return rig;
}

static Rig *
rig_new_in_phase (Phase phase)
{
  Rig *rig;

  switch (phase) {
    case PHASE_LISTENING:
      return rig_new_listening ();
    case PHASE_FIRST_BYTE:
      return rig_new_inside ("");
    case PHASE_HEADER:
      return rig_new_inside ("IMG 12.5 9");
    case PHASE_DETECTIONS:
      return rig_new_inside ("IMG 12.5 96 34                  1;87.3;0.1");
    case PHASE_SEARCHING:
      return rig_new_inside ("no header");
    case PHASE_IMAGE:
      return rig_new_inside ("IMG 12.5 96 0                   123456789");
    case PHASE_BETWEEN:
      rig = rig_new_inside ("");
      expect_from (rig, 1);
      return rig;
    case PHASE_AFTER_A_LOSS:
      rig = rig_new_inside ("");
      expect_from (rig, 1);
      oak_test_camera_close (rig->camera);
      gst_message_unref (rig_wait_message (rig, GST_MESSAGE_WARNING));
      return rig;
    case PHASE_BLOCKED:
      return rig_new_blocked ();
    case PHASE_PAUSED:
      rig = rig_new_listening ();
      rig_set_state (rig, GST_STATE_PAUSED);
      return rig;
    default:
      rig = rig_new_inside ("IMG 12.5 96 0                   123456789");
      rig_set_state (rig, GST_STATE_PAUSED);
      return rig;
  }
}

GST_START_TEST (test_null_returns_at_once_and_nobody_listens)
{
  Rig *rig = rig_new_in_phase (__i__);
  guint port = rig_get_port (rig);
  gint64 start = g_get_monotonic_time ();

  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "phase %d", __i__);
  oak_test_camera_listen_to_end (rig->camera);
  oak_test_camera_wait (rig->camera);
  assert_nobody_listens (port);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_ready_and_back_listens_again)
{
  Rig *rig = rig_new_in_phase (__i__);
  guint port = rig_get_port (rig);
  gint64 start = g_get_monotonic_time ();

  rig_set_state (rig, GST_STATE_READY);
  assert_nobody_listens (port);
  rig_set_state (rig, GST_STATE_PAUSED);
  rig_set_state (rig, GST_STATE_READY);
  rig_set_state (rig, GST_STATE_PAUSED);
  fail_unless (g_get_monotonic_time () - start < 2 * AT_ONCE, "phase %d",
      __i__);
  fail_unless (rig_get_port (rig) != 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_eos_comes_out_at_once)
{
  Rig *rig = rig_new_in_phase (__i__);
  g_autoptr (GstMessage) message = NULL;

  fail_unless (gst_element_send_event (rig->pipeline, gst_event_new_eos ()));
  if (__i__ == PHASE_BLOCKED)
    rig_unblock (rig);
  rig_play (rig);
  message = rig_poll_message (rig, GST_MESSAGE_EOS | GST_MESSAGE_ERROR,
      AT_ONCE / G_TIME_SPAN_MILLISECOND);
  fail_unless (message != NULL, "no end of the stream");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  rig_free (rig);
}

GST_END_TEST;

/* The port may still be in use by connections that have ended. */
GST_START_TEST (test_same_port_serves_again_and_again)
{
  Rig *rig = rig_new_server ();
  guint i;

  g_object_set (rig->src, "port", oak_test_closed_port (), NULL);
  for (i = 0; i < 20; i++) {
    rig_play (rig);
    rig_call (rig, HERE);
    expect_from (rig, i);
    rig_set_state (rig, i % 2 ? GST_STATE_READY : GST_STATE_NULL);
    oak_test_camera_listen_to_end (rig->camera);
    oak_test_camera_wait (rig->camera);
  }
  rig_free (rig);
}

GST_END_TEST;

/* Some of these stop it in the moment in which somebody connects. */
GST_START_TEST (test_start_and_stop_two_hundred_times)
{
  Rig *rig = rig_new_server ();
  guint i, n;

  for (i = 0; i < 200; i++) {
    rig_set_state (rig, GST_STATE_PAUSED);
    rig_call (rig, HERE);
    for (n = i % 25; n > 0; n--)
      g_thread_yield ();
    rig_set_state (rig, GST_STATE_READY);
  }
  rig_play (rig);
  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_restart_may_change_the_mode)
{
  OakTestCamera *serving = oak_test_camera_new ();
  Rig *rig = rig_new_listening ();
  OakTestCamera *calling = rig->camera;

  rig_call (rig, HERE);
  expect_from (rig, 1);
  rig_set_state (rig, GST_STATE_READY);
  rig_set (rig, "mode", "client");
  g_object_set (rig->src, "port", oak_test_camera_get_port (serving), NULL);
  rig->camera = serving;
  rig_play (rig);
  expect_from (rig, 2);
  rig_set_state (rig, GST_STATE_READY);
  rig_set (rig, "mode", "server");
  rig_set (rig, "port", "0");
  rig->camera = calling;
  rig_play (rig);
  rig_call (rig, HERE);
  expect_from (rig, 3);
  oak_test_camera_free (serving);
  rig_free (rig);
}

GST_END_TEST;

#define TABLE(tc,test,table) \
    tcase_add_loop_test (tc, test, 0, G_N_ELEMENTS (table))

static TCase *
add_tcase (Suite * s, const gchar * name)
{
  TCase *tc = tcase_create (name);

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  return tc;
}

static void
add_frames (Suite * s)
{
  TCase *tc = add_tcase (s, "frames");

  TABLE (tc, test_property_has_its_default_and_comes_back, words);
  tcase_add_test (tc, test_current_port_is_told_while_it_listens);
  tcase_add_test (tc, test_current_port_of_a_client_is_none);
  tcase_add_test (tc, test_named_port_is_the_one_listened_on);
  tcase_add_test (tc, test_camera_that_connects_is_shown);
  tcase_add_test (tc, test_camera_may_connect_before_it_plays);
  tcase_add_test (tc, test_pause_keeps_the_connection);
  TABLE (tc, test_place_to_listen_at, places);
  tcase_add_test (tc, test_no_camera_is_no_failure);
}

static void
add_losses (Suite * s)
{
  TCase *tc = add_tcase (s, "losses");

  TABLE (tc, test_lost_camera_is_a_warning_and_the_next_is_shown, losses);
  tcase_add_test (tc, test_broken_first_picture_ends_the_connection);
  tcase_add_test (tc, test_next_camera_begins_with_a_keyframe);
  tcase_add_test (tc, test_next_camera_may_send_something_else);
  tcase_add_test (tc, test_camera_comes_and_goes_fifty_times);
}

static void
add_guests (Suite * s)
{
  TCase *tc = add_tcase (s, "guests");

  TABLE (tc, test_only_guests_may_come_in, guests);
  tcase_add_test (tc, test_stranger_is_counted_and_named);
  tcase_add_test (tc, test_stranger_does_not_disturb_the_camera);
  tcase_add_test (tc, test_thousand_strangers_are_a_warning_a_second);
  tcase_add_loop_test (tc, test_second_camera_is_refused, 0, 2);
  tcase_add_test (tc, test_silence_lets_nobody_else_in);
  tcase_add_test (tc, test_second_camera_may_come_when_the_first_has_gone);
  TABLE (tc, test_same_camera_wins_after_a_silence, last_words);
}

static void
add_settings (Suite * s)
{
  TCase *tc = add_tcase (s, "settings");

  TABLE (tc, test_bad_setting_is_named, settings);
  TABLE (tc, test_bad_setting_of_a_server_does_not_stop_a_client, settings);
  tcase_add_test (tc, test_address_that_is_not_ours_is_an_error);
  tcase_add_test (tc, test_port_in_use_is_an_error);
  tcase_add_test (tc, test_client_needs_a_port);
}

static void
add_ends (Suite * s)
{
  TCase *tc = add_tcase (s, "ends");

  tcase_add_loop_test (tc, test_null_returns_at_once_and_nobody_listens, 0,
      N_PHASES);
  tcase_add_loop_test (tc, test_ready_and_back_listens_again, 0, N_PHASES);
  tcase_add_loop_test (tc, test_eos_comes_out_at_once, 0, N_PHASES);
  tcase_add_test (tc, test_same_port_serves_again_and_again);
  tcase_add_test (tc, test_start_and_stop_two_hundred_times);
  tcase_add_test (tc, test_restart_may_change_the_mode);
}

static Suite *
oakserver_suite (void)
{
  Suite *s = suite_create ("oakserver");

  add_frames (s);
  add_losses (s);
  add_guests (s);
  add_settings (s);
  add_ends (s);
  return s;
}

GST_CHECK_MAIN (oakserver);
