/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>
#include <gst/check/gstcheck.h>
#include "oakrig.h"
#include "oaktestpictures.h"

/* All that a URI can set. */
static const gchar *properties[] = { "mode", "host", "bind-address", "port",
  "payload", "width", "height", "framerate", "connect-timeout",
  "first-byte-timeout", "stall-timeout", "latency", "focus", "autofocus",
  "allow-from"
};

static GstElement *
make_source (void)
{
  GstElement *src = gst_check_setup_element ("oaktcpsrc");

  fail_unless (GST_IS_URI_HANDLER (src), "it handles no URI");
  return src;
}

static gchar *
read_property (GstElement * src, const gchar * name)
{
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (src), name);
  g_auto (GValue) value = G_VALUE_INIT;

  fail_unless (spec != NULL, "no property %s", name);
  g_value_init (&value, spec->value_type);
  g_object_get_property (G_OBJECT (src), name, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_value_dup_string (&value);
  return gst_value_serialize (&value);
}

/* @setting: name=value */
static void
assert_setting (GstElement * src, const gchar * setting)
{
  const gchar *value = strchr (setting, '=') + 1;
  g_autofree gchar *name = g_strndup (setting, value - 1 - setting);
  g_autofree gchar *came = read_property (src, name);

  fail_unless (g_strcmp0 (came, value) == 0, "%s is %s, not %s", name, came,
      value);
}

static void
assert_alike (GstElement * one, GstElement * other)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (properties); i++) {
    g_autofree gchar *here = read_property (one, properties[i]);
    g_autofree gchar *there = read_property (other, properties[i]);

    fail_unless_equals_string (here, there);
  }
}

static void
set_uri (GstElement * src, const gchar * uri)
{
  g_autoptr (GError) error = NULL;

  fail_unless (gst_uri_handler_set_uri (GST_URI_HANDLER (src), uri, &error),
      "%s: %s", uri, error ? error->message : "");
}

/*** the handler ***/

GST_START_TEST (test_both_protocols_are_known)
{
  static const gchar *protocols[] = { "oak", "oak+listen" };
  GstElement *src = make_source ();
  const gchar *const *known =
      gst_uri_handler_get_protocols (GST_URI_HANDLER (src));
  guint i;

  fail_unless_equals_int (gst_uri_handler_get_uri_type (GST_URI_HANDLER (src)),
      GST_URI_SRC);
  fail_unless_equals_int (g_strv_length ((gchar **) known), 2);
  for (i = 0; i < G_N_ELEMENTS (protocols); i++) {
    fail_unless (g_strv_contains (known, protocols[i]));
    fail_unless (gst_uri_protocol_is_supported (GST_URI_SRC, protocols[i]));
  }
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_element_is_made_from_a_uri)
{
  static const gchar *uris[] = { "oak://192.168.1.20:5001?latency=50",
    "oak+listen://:9876"
  };
  g_autoptr (GError) error = NULL;
  GstElement *src = gst_element_make_from_uri (GST_URI_SRC, uris[__i__], NULL,
      &error);

  fail_unless (src != NULL, "%s", error ? error->message : "");
  fail_unless_equals_string (GST_OBJECT_NAME (gst_element_get_factory (src)),
      "oaktcpsrc");
  assert_setting (src, __i__ == 0 ? "mode=client" : "mode=server");
  assert_setting (src, __i__ == 0 ? "port=5001" : "port=9876");
  assert_setting (src, __i__ == 0 ? "latency=50" : "latency=100");
  gst_object_unref (gst_object_ref_sink (src));
}

GST_END_TEST;

/* *INDENT-OFF* */
static const struct
{
  const gchar *uri;
  const gchar *settings[4];
} good[] = {
  {"oak://192.168.1.20", {"mode=client", "host=192.168.1.20", "port=5000"}},
  {"oak://camera.local:5001", {"mode=client", "host=camera.local",
      "port=5001"}},
  {"oak://camera:1", {"host=camera", "port=1"}},
  {"oak://camera:65535", {"host=camera", "port=65535"}},
  {"oak://[::1]", {"host=::1", "port=5000"}},
  {"oak://[fe80::7]:5001", {"host=fe80::7", "port=5001"}},
  {"oak+listen://", {"mode=server", "bind-address=0.0.0.0", "port=5000"}},
  {"oak+listen://127.0.0.1", {"mode=server", "bind-address=127.0.0.1",
      "port=5000"}},
  {"oak+listen://:9876", {"mode=server", "bind-address=0.0.0.0", "port=9876"}},
  {"oak+listen://127.0.0.1:0", {"bind-address=127.0.0.1", "port=0"}},
  {"oak+listen://[::]:9876", {"bind-address=::", "port=9876"}},
  {"oak+listen://?allow-from=10.0.0.0/8", {"allow-from=10.0.0.0/8"}},
  {"oak+listen://?allow-from=10.0.0.0%2F8,%3A%3A1",
      {"allow-from=10.0.0.0/8,::1"}},
  {"oak+listen://?allow-from=10.0.0.0/8%20192.168.1.20",
      {"allow-from=10.0.0.0/8 192.168.1.20"}},
  {"oak://h?payload=h264", {"payload=h264"}},
  {"oak://h?payload=gray16-le&width=1280&height=800",
      {"payload=gray16-le", "width=1280", "height=800"}},
  {"oak://h?framerate=30/1", {"framerate=30/1"}},
  {"oak://h?framerate=30000/1001", {"framerate=30000/1001"}},
  {"oak://h?connect-timeout=0&first-byte-timeout=1&stall-timeout=2&latency=3",
      {"connect-timeout=0", "first-byte-timeout=1", "stall-timeout=2",
      "latency=3"}},
  {"oak://h?on-disconnect=eos&reconnect-attempts=-1&reconnect-delay=7",
      {"on-disconnect=eos", "reconnect-attempts=-1", "reconnect-delay=7"}},
  {"oak://h?reconnect-delay-max=9&verify-frames=true&drop-on-latency=false",
      {"reconnect-delay-max=9", "verify-frames=true",
      "drop-on-latency=false"}},
  {"oak://h?min-confidence=0.25&analytics-meta=false&post-detections=true",
      {"min-confidence=0.25", "analytics-meta=false",
      "post-detections=true"}},
  {"oak://h?timestamp-mode=arrival&wall-clock-meta=true",
      {"timestamp-mode=arrival", "wall-clock-meta=true"}},
  {"oak://h?focus=0", {"focus=0", "autofocus=false"}},
  {"oak://h?focus=255", {"focus=255"}},
  {"oak://h?autofocus=true", {"focus=-1", "autofocus=true"}},
  {"oak://h:5001?latency=3", {"host=h", "port=5001", "latency=3"}},
};
/* *INDENT-ON* */

GST_START_TEST (test_uri_sets_what_it_says)
{
  GstElement *src = make_source ();
  guint i;

  set_uri (src, good[__i__].uri);
  for (i = 0; i < 4 && good[__i__].settings[i]; i++)
    assert_setting (src, good[__i__].settings[i]);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_uri_that_comes_back_says_the_same)
{
  GstElement *src = make_source ();
  GstElement *other = make_source ();
  g_autofree gchar *uri = NULL, *again = NULL;

  set_uri (src, good[__i__].uri);
  uri = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  fail_unless (uri != NULL && gst_uri_is_valid (uri), "%s", uri);
  set_uri (other, uri);
  assert_alike (src, other);
  again = gst_uri_handler_get_uri (GST_URI_HANDLER (other));
  fail_unless_equals_string (again, uri);
  gst_check_teardown_element (other);
  gst_check_teardown_element (src);
}

GST_END_TEST;

/* What each property's value is in a URI. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *mode, *property, *value;
  const gchar *expected;        /* in the URI */
} compositions[] = {
  {"client", "host", "camera", "oak://camera:5000"},
  {"client", "host", "::1", "oak://[::1]:5000"},
  {"client", "port", "5001", "oak://127.0.0.1:5001"},
  {"server", "port", "0", "oak+listen://0.0.0.0:0"},
  {"server", "bind-address", "::", "oak+listen://[::]:5000"},
  {"client", "width", "640", "width=640"},
  {"client", "payload", "jpeg", "payload=jpeg"},
  {"client", "framerate", "30/1", "framerate=30"},
  {"client", "latency", "7", "latency=7"},
  {"client", "focus", "9", "focus=9"},
  {"client", "autofocus", "true", "autofocus=true"},
  {"server", "allow-from", "10.0.0.1", "allow-from=10.0.0.1"},
};
/* *INDENT-ON* */

GST_START_TEST (test_uri_is_composed_of_what_is_set)
{
  GstElement *src = make_source ();
  GstElement *other = make_source ();
  g_autofree gchar *uri = NULL;

  gst_util_set_object_arg (G_OBJECT (src), "mode", compositions[__i__].mode);
  gst_util_set_object_arg (G_OBJECT (src), compositions[__i__].property,
      compositions[__i__].value);
  uri = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  fail_unless (uri != NULL);
  fail_unless (strstr (uri, compositions[__i__].expected) != NULL, "%s", uri);
  set_uri (other, uri);
  assert_alike (src, other);
  gst_check_teardown_element (other);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_defaults_are_left_out)
{
  GstElement *src = make_source ();
  g_autofree gchar *uri = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  g_autofree gchar *listening = NULL;

  fail_unless_equals_string (uri, "oak://127.0.0.1:5000");
  gst_util_set_object_arg (G_OBJECT (src), "mode", "server");
  g_object_set (src, "labels", "none", NULL);
  listening = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  fail_unless_equals_string (listening, "oak+listen://0.0.0.0:5000");
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_uri_leaves_alone_what_it_does_not_name)
{
  GstElement *src = make_source ();

  g_object_set (src, "port", 7000, "width", 7, "labels", "none", NULL);
  set_uri (src, "oak://camera?height=9");
  assert_setting (src, "port=5000");
  assert_setting (src, "width=7");
  assert_setting (src, "height=9");
  assert_setting (src, "labels=none");
  set_uri (src, "oak+listen://");
  assert_setting (src, "mode=server");
  assert_setting (src, "width=7");
  set_uri (src, "oak://other");
  assert_setting (src, "mode=client");
  assert_setting (src, "host=other");
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_uri_is_a_property_too)
{
  GstElement *src = make_source ();
  GParamSpec *spec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (src), "uri");
  g_autofree gchar *property = NULL, *handler = NULL;

  fail_unless (spec != NULL && G_IS_PARAM_SPEC_STRING (spec));
  fail_unless (spec->flags & GST_PARAM_MUTABLE_READY);
  g_object_set (src, "uri", "oak://camera:5001?width=640", NULL);
  assert_setting (src, "host=camera");
  assert_setting (src, "port=5001");
  assert_setting (src, "width=640");
  g_object_get (src, "uri", &property, NULL);
  handler = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
  fail_unless_equals_string (property, handler);
  gst_check_teardown_element (src);
}

GST_END_TEST;

/*** bad ones ***/

/* *INDENT-OFF* */
static const struct
{
  const gchar *uri;
  gint code;
  const gchar *named;           /* in the text */
} bad[] = {
  {"http://camera:5000", GST_URI_ERROR_UNSUPPORTED_PROTOCOL, "http"},
  {"oaks://camera:5000", GST_URI_ERROR_UNSUPPORTED_PROTOCOL, "oaks"},
  /* where */
  {"oak://", GST_URI_ERROR_BAD_URI, "oak://"},
  {"oak://:5000", GST_URI_ERROR_BAD_URI, "oak://:5000"},
  {"oak://camera:0", GST_URI_ERROR_BAD_URI, "0"},
  {"oak://camera:65536", GST_URI_ERROR_BAD_URI, "65536"},
  {"oak://camera:-1", GST_URI_ERROR_BAD_URI, "-1"},
  {"oak://camera:abc", GST_URI_ERROR_BAD_URI, "abc"},
  {"oak+listen://:65536", GST_URI_ERROR_BAD_URI, "65536"},
  {"oak://[::1", GST_URI_ERROR_BAD_URI, "[::1"},
  /* keys */
  {"oak://camera?nonsense=1", GST_URI_ERROR_BAD_URI, "nonsense"},
  {"oak://camera?width=8&nonsense=1", GST_URI_ERROR_BAD_URI, "nonsense"},
  {"oak://camera?labels=/etc/passwd", GST_URI_ERROR_BAD_URI, "labels"},
  {"oak://camera?name=src", GST_URI_ERROR_BAD_URI, "name"},
  {"oak://camera?num-buffers=1", GST_URI_ERROR_BAD_URI, "num-buffers"},
  {"oak://camera?uri=oak://x", GST_URI_ERROR_BAD_URI, "uri"},
  {"oak://camera?stats=x", GST_URI_ERROR_BAD_URI, "stats"},
  {"oak://camera?current-port=7", GST_URI_ERROR_BAD_URI, "current-port"},
  {"oak://camera?mode=server", GST_URI_ERROR_BAD_URI, "mode"},
  {"oak://camera?host=x", GST_URI_ERROR_BAD_URI, "host"},
  /* values */
  {"oak://camera?width=abc", GST_URI_ERROR_BAD_URI, "abc"},
  {"oak://camera?width=-1", GST_URI_ERROR_BAD_URI, "width"},
  {"oak://camera?width=32768", GST_URI_ERROR_BAD_URI, "32768"},
  {"oak://camera?width=", GST_URI_ERROR_BAD_URI, "width"},
  {"oak://camera?width=8x", GST_URI_ERROR_BAD_URI, "8x"},
  {"oak://camera?height=99999999999999999999", GST_URI_ERROR_BAD_URI,
      "height"},
  {"oak://camera?payload=mp3", GST_URI_ERROR_BAD_URI, "mp3"},
  {"oak://camera?framerate=fast", GST_URI_ERROR_BAD_URI, "fast"},
  {"oak://camera?framerate=1/0", GST_URI_ERROR_BAD_URI, "framerate"},
  {"oak://camera?focus=256", GST_URI_ERROR_BAD_URI, "256"},
  {"oak://camera?focus=-2", GST_URI_ERROR_BAD_URI, "-2"},
  {"oak://camera?autofocus=perhaps", GST_URI_ERROR_BAD_URI, "perhaps"},
  {"oak://camera?latency=soon", GST_URI_ERROR_BAD_URI, "soon"},
};
/* *INDENT-ON* */

GST_START_TEST (test_bad_uri_is_named_and_sets_nothing)
{
  GstElement *src = make_source ();
  GstElement *before = make_source ();
  g_autoptr (GError) error = NULL;

  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (src), bad[__i__].uri,
          &error), "%s was taken", bad[__i__].uri);
  fail_unless (error != NULL);
  fail_unless (g_error_matches (error, GST_URI_ERROR, bad[__i__].code),
      "%d: %s", error->code, error->message);
  fail_unless (strstr (error->message, bad[__i__].named) != NULL, "%s",
      error->message);
  assert_alike (src, before);
  gst_check_teardown_element (before);
  gst_check_teardown_element (src);
}

GST_END_TEST;

/* All are looked at before the first is set. */
GST_START_TEST (test_bad_key_at_the_end_leaves_all_as_it_was)
{
  GstElement *src = make_source ();
  GstElement *before = make_source ();
  guint i;

  set_uri (src, "oak://camera:7000?width=7&focus=7");
  set_uri (before, "oak://camera:7000?width=7&focus=7");
  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (src), bad[i].uri, NULL));
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (src),
          "oak+listen://[::]:9?width=8&height=8&autofocus=true&latency=x",
          NULL));
  assert_alike (src, before);
  gst_check_teardown_element (before);
  gst_check_teardown_element (src);
}

GST_END_TEST;

GST_START_TEST (test_uri_may_not_change_while_it_runs)
{
  Rig *rig = rig_new ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *before = NULL, *after = NULL;

  rig_set_state (rig, __i__ ? GST_STATE_PLAYING : GST_STATE_PAUSED);
  before = gst_uri_handler_get_uri (GST_URI_HANDLER (rig->src));
  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (rig->src), "oak://other",
          &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR,
          GST_URI_ERROR_BAD_STATE), "%s", error ? error->message : "");
  after = gst_uri_handler_get_uri (GST_URI_HANDLER (rig->src));
  fail_unless_equals_string (before, after);
  rig_set_state (rig, GST_STATE_READY);
  set_uri (rig->src, "oak://other");
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_bad_uri_makes_no_element)
{
  g_autoptr (GError) error = NULL;
  GstElement *src = gst_element_make_from_uri (GST_URI_SRC,
      "oak://camera?nonsense=1", NULL, &error);

  fail_unless (src == NULL);
  fail_unless (g_error_matches (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI));
  fail_unless (strstr (error->message, "nonsense") != NULL, "%s",
      error->message);
}

GST_END_TEST;

/*** pipelines ***/

GST_START_TEST (test_uri_connects_to_the_camera)
{
  Rig *rig = rig_new ();
  g_autofree gchar *uri = g_strdup_printf ("oak://127.0.0.1:%u?width=8&"
      "height=4&latency=50", oak_test_camera_get_port (rig->camera));

  g_object_set (rig->src, "port", 1, "width", 0, "height", 0, NULL);
  set_uri (rig->src, uri);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_uri_listens_for_the_camera)
{
  Rig *rig = rig_new_server ();

  set_uri (rig->src, "oak+listen://127.0.0.1:0?allow-from=127.0.0.5");
  rig_play (rig);
  rig_call (rig, "127.0.0.5");
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/* What comes to a player's sink. */
typedef struct
{
  OakTestCamera *camera;
  GstElement *pipeline, *sink;
  GPtrArray *pictures;          /* what the camera says again and again */

  GMutex lock;
  GCond changed;
  guint n_raw;                  /* with lock; decoded */
  gboolean failed;              /* with lock */
} Player;

static GstPadProbeReturn
count_raw (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Player *player = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  g_mutex_lock (&player->lock);
  if (caps && gst_structure_has_name (gst_caps_get_structure (caps, 0),
          "video/x-raw"))
    player->n_raw++;
  g_cond_broadcast (&player->changed);
  g_mutex_unlock (&player->lock);
  return GST_PAD_PROBE_OK;
}

static GstBusSyncReply
note_failure (GstBus * bus, GstMessage * message, gpointer user_data)
{
  Player *player = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    g_mutex_lock (&player->lock);
    player->failed = TRUE;
    g_cond_broadcast (&player->changed);
    g_mutex_unlock (&player->lock);
  }
  return GST_BUS_PASS;
}

/* @line: a pipeline with %s for the URI and a fakesink of the name "sink", or
 * the name of a player alone */
static void
player_open (Player * player, const gchar * line, const gchar * uri)
{
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  g_mutex_init (&player->lock);
  g_cond_init (&player->changed);
  if (strchr (line, ' ')) {
    text = g_strdup_printf (line, uri);
    player->pipeline = gst_parse_launch (text, &error);
    fail_unless (error == NULL, "%s", error ? error->message : "");
    player->sink = gst_bin_get_by_name (GST_BIN (player->pipeline), "sink");
  } else {
    player->pipeline = gst_element_factory_make (line, NULL);
    player->sink = gst_object_ref_sink (gst_element_factory_make ("fakesink",
            NULL));
    g_object_set (player->pipeline, "uri", uri, "video-sink", player->sink,
        NULL);
  }
  pad = gst_element_get_static_pad (player->sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_raw, player, NULL);
  bus = gst_element_get_bus (player->pipeline);
  gst_bus_set_sync_handler (bus, note_failure, player, NULL);
  fail_if (gst_element_set_state (player->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
}

static void
player_close (Player * player)
{
  gst_element_set_state (player->pipeline, GST_STATE_NULL);
  gst_object_unref (player->sink);
  gst_object_unref (player->pipeline);
  oak_test_camera_free (player->camera);
  g_ptr_array_unref (player->pictures);
  g_mutex_clear (&player->lock);
  g_cond_clear (&player->changed);
}

/* It takes time until a player knows what to decode with: the camera goes on
 * until enough have come out, but does not run ahead. A source that still has
 * pictures while its player is closed asks for memory, and multiqueue
 * (GStreamer 1.22) frees such a query, which is not its own, behind an EOS. */
static void
player_watch (Player * player, OakTestFraming framing)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  guint i = 0;

  g_mutex_lock (&player->lock);
  while (player->n_raw < 10 && !player->failed) {
    g_autofree gchar *device_time =
        g_strdup_printf ("%u.%02u", i / 50, i % 50 * 2);

    fail_unless (g_get_monotonic_time () < limit, "%u frames of %u were shown",
        player->n_raw, i);
    oak_test_camera_say_image (player->camera, framing, device_time,
        g_ptr_array_index (player->pictures, i % player->pictures->len), NULL);
    i++;
    g_cond_wait_until (&player->changed, &player->lock,
        g_get_monotonic_time () + 250 * G_TIME_SPAN_MILLISECOND);
  }
  fail_if (player->failed, "it failed");
  g_mutex_unlock (&player->lock);
}

static const gchar *players[] = {
  "uridecodebin uri=\"%s\" ! fakesink name=sink",
  "uridecodebin3 uri=\"%s\" ! fakesink name=sink",
  "playbin3",
  "playbin",
  "oaktcpsrc uri=\"%s\" ! decodebin3 ! fakesink name=sink",
  "oaktcpsrc uri=\"%s\" ! decodebin ! fakesink name=sink",
};

GST_START_TEST (test_players_listen_where_a_uri_says)
{
  guint port = oak_test_closed_port ();
  /* Where leaks are searched for decoders are slow: nothing is dropped. */
  g_autofree gchar *uri = g_strdup_printf ("oak+listen://127.0.0.1:%u"
      "?drop-on-latency=false", port);
  Player player = { NULL, };

  if (!oak_test_has_elements ("jpegenc jpegdec"))
    return;
  player.pictures = oak_test_encode ("videotestsrc num-buffers=30 pattern=ball "
      "! video/x-raw,width=304,height=304,framerate=30/1 ! jpegenc");
  player.camera = oak_test_camera_new_caller ();
  player_open (&player, players[__i__], uri);
  oak_test_camera_call (player.camera, "127.0.0.1", port);
  player_watch (&player, OAK_TEST_ABCDE);
  player_close (&player);
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
add_handler (Suite * s)
{
  TCase *tc = add_tcase (s, "handler");

  tcase_add_test (tc, test_both_protocols_are_known);
  tcase_add_loop_test (tc, test_element_is_made_from_a_uri, 0, 2);
  TABLE (tc, test_uri_sets_what_it_says, good);
  TABLE (tc, test_uri_that_comes_back_says_the_same, good);
  TABLE (tc, test_uri_is_composed_of_what_is_set, compositions);
  tcase_add_test (tc, test_defaults_are_left_out);
  tcase_add_test (tc, test_uri_leaves_alone_what_it_does_not_name);
  tcase_add_test (tc, test_uri_is_a_property_too);
  TABLE (tc, test_bad_uri_is_named_and_sets_nothing, bad);
  tcase_add_test (tc, test_bad_key_at_the_end_leaves_all_as_it_was);
  tcase_add_loop_test (tc, test_uri_may_not_change_while_it_runs, 0, 2);
  tcase_add_test (tc, test_bad_uri_makes_no_element);
}

static void
add_players (Suite * s)
{
  TCase *tc = add_tcase (s, "players");

  tcase_add_test (tc, test_uri_connects_to_the_camera);
  tcase_add_test (tc, test_uri_listens_for_the_camera);
  TABLE (tc, test_players_listen_where_a_uri_says, players);
}

static Suite *
oakuri_suite (void)
{
  Suite *s = suite_create ("oakuri");

  add_handler (s);
  add_players (s);
  return s;
}

GST_CHECK_MAIN (oakuri);
