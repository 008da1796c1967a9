/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libintl.h>
#include <locale.h>

#include <gio/gio.h>
#include <gst/check/gstcheck.h>

/* Any but C: newer C libraries do not translate in C.UTF-8, either. */
static const gchar *const locales[] = {
  "en_US.UTF-8", "de_DE.UTF-8", "en_GB.UTF-8", "C.UTF-8", NULL
};

static const gchar *locale;

/* *INDENT-OFF* */
static const struct
{
  const gchar *language;
  const gchar *sentence;
} languages[] = {
  {"de", ": Es konnte keine Verbindung zur Kamera hergestellt werden. "},
  {"es", ": No se pudo conectar con la cámara. "},
  {"fr", ": Impossible de se connecter à la caméra. "},
  {"ja", ": カメラに接続できませんでした。"},
  {"zh_CN", ": 无法连接至相机。"},
  /* Nobody has translated it, which is no error. */
  {"eo", ": Could not connect to the camera. "},
};
/* *INDENT-ON* */

/* A plugin, when it is loaded, looks for catalogs where they are installed. */
static GstElement *
make_element_in (const gchar * factory, const gchar * language)
{
  GstElement *element = gst_check_setup_element (factory);

  /* What was translated before is forgotten only when the locale changes. */
  g_setenv ("LANGUAGE", language, TRUE);
  setlocale (LC_ALL, "C");
  fail_unless (setlocale (LC_ALL, locale) != NULL);
  bindtextdomain (GETTEXT_PACKAGE, OAK_CATALOGS_DIR);
  return element;
}

/* The port is taken, and nobody listens there. */
static GSocket *
take_port (guint16 * port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  fail_unless (g_socket_bind (socket, any, FALSE, &error));
  address = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return socket;
}

/* Returns: (transfer full): the text of the first one, and its details */
static gchar *
wait_for (GstElement * element, GstMessageType type, gchar ** debug)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (element);
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (bus, 15 * GST_SECOND, type);
  g_autoptr (GError) error = NULL;

  fail_unless (message != NULL, "no message came");
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, debug);
  else
    gst_message_parse_warning (message, &error, debug);
  return g_strdup (error->message);
}

static void
add_bus (GstElement * element)
{
  g_autoptr (GstBus) bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
}

static void
drop (GstElement * element)
{
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_check_teardown_element (element);
}

GST_START_TEST (test_a_camera_that_is_away_is_told_in_each_language)
{
  guint16 port;
  g_autoptr (GSocket) taken = take_port (&port);
  g_autofree gchar *text = NULL;
  g_autofree gchar *debug = NULL;
  GstElement *src = make_element_in ("oaktcpsrc", languages[__i__].language);

  g_object_set (src, "port", port, NULL);
  gst_util_set_object_arg (G_OBJECT (src), "on-disconnect", "error");
  add_bus (src);
  gst_element_set_state (src, GST_STATE_PLAYING);

  text = wait_for (src, GST_MESSAGE_ERROR, &debug);
  fail_unless (taken != NULL);
  fail_unless (strstr (text, languages[__i__].sentence) != NULL,
      "in %s it says: %s", languages[__i__].language, text);
  drop (src);
}

GST_END_TEST;

GST_START_TEST (test_details_stay_english)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *debug = NULL;
  GstElement *src = make_element_in ("oaktcpsrc", "de");

  g_object_set (src, "port", 0, NULL);
  add_bus (src);
  gst_element_set_state (src, GST_STATE_PAUSED);

  text = wait_for (src, GST_MESSAGE_ERROR, &debug);
  fail_unless (g_str_has_prefix (text, "Die Kamera kann Port 0 nicht"),
      "it says: %s", text);
  fail_unless (strstr (debug, "expected a port, got 0") != NULL,
      "its details are: %s", debug);
  drop (src);
}

GST_END_TEST;

GST_START_TEST (test_what_came_is_told_without_english)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *debug = NULL;
  GstElement *src = make_element_in ("oaktcpsrc", "de");

  gst_util_set_object_arg (G_OBJECT (src), "mode", "server");
  g_object_set (src, "bind-address", "nowhere", NULL);
  add_bus (src);
  gst_element_set_state (src, GST_STATE_PAUSED);

  text = wait_for (src, GST_MESSAGE_ERROR, &debug);
  fail_unless (g_str_has_suffix (text, " enthält. (\"nowhere\")"),
      "it says: %s", text);
  fail_unless (strstr (debug, "expected a numeric address") != NULL,
      "its details are: %s", debug);
  drop (src);
}

GST_END_TEST;

GST_START_TEST (test_a_bad_uri_is_told_in_german)
{
  g_autoptr (GError) error = NULL;
  GstElement *src = make_element_in ("oaktcpsrc", "de");

  fail_if (gst_uri_handler_set_uri (GST_URI_HANDLER (src), "oak://:5000",
          &error));
  fail_unless_equals_string (error->message,
      "oak://:5000: erwartet wurde ein Host, gefunden wurde keiner");
  drop (src);
}

GST_END_TEST;

GST_START_TEST (test_the_sink_speaks_german)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *debug = NULL;
  GstElement *sink = make_element_in ("oaktcpsink", "de");

  g_object_set (sink, "bind-address", "nowhere", NULL);
  add_bus (sink);
  gst_element_set_state (sink, GST_STATE_PAUSED);

  text = wait_for (sink, GST_MESSAGE_ERROR, &debug);
  fail_unless_equals_string (text, "Die Eigenschaft »bind-address« ist "
      "»nowhere«, was keine numerische Adresse ist.");
  drop (sink);
}

GST_END_TEST;

GST_START_TEST (test_the_overlay_speaks_german)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *debug = NULL;
  GstElement *overlay = make_element_in ("oakoverlay", "de");

  add_bus (overlay);
  gst_element_set_state (overlay, GST_STATE_READY);
  g_object_set (overlay, "class-colors", "person=reddish", NULL);

  text = wait_for (overlay, GST_MESSAGE_WARNING, &debug);
  fail_unless (g_str_has_prefix (text, "Die Eigenschaft »class-colors« kann "
          "nicht »person=reddish« sein: "), "it says: %s", text);
  drop (overlay);
}

GST_END_TEST;

GST_START_TEST (test_catalogs_are_looked_for_where_they_are_installed)
{
  gst_check_teardown_element (gst_check_setup_element ("oaktcpsrc"));

  fail_unless_equals_string (bindtextdomain (GETTEXT_PACKAGE, NULL), LOCALEDIR);
  fail_unless_equals_string (bind_textdomain_codeset (GETTEXT_PACKAGE, NULL),
      "UTF-8");
}

GST_END_TEST;

static gboolean
has_factory (const gchar * name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

static Suite *
languages_suite (void)
{
  Suite *suite = suite_create ("languages");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  /* The first, as the others look elsewhere. */
  tcase_add_test (tc, test_catalogs_are_looked_for_where_they_are_installed);
  tcase_add_loop_test (tc, test_a_camera_that_is_away_is_told_in_each_language,
      0, G_N_ELEMENTS (languages));
  tcase_add_test (tc, test_details_stay_english);
  tcase_add_test (tc, test_what_came_is_told_without_english);
  tcase_add_test (tc, test_a_bad_uri_is_told_in_german);
  tcase_add_test (tc, test_the_sink_speaks_german);
  if (has_factory ("oakoverlay"))
    tcase_add_test (tc, test_the_overlay_speaks_german);
  return suite;
}

int
main (int argc, char **argv)
{
  gboolean translates;
  guint i;

  for (i = 0; locale == NULL && locales[i] != NULL; i++)
    locale = setlocale (LC_ALL, locales[i]) != NULL ? locales[i] : NULL;
  translates = locale != NULL;
  /* A catalog's header is what it has for nothing. */
  if (g_strcmp0 (locale, "C.UTF-8") == 0) {
    g_setenv ("LANGUAGE", "de", TRUE);
    bindtextdomain (GETTEXT_PACKAGE, OAK_CATALOGS_DIR);
    translates = *dgettext (GETTEXT_PACKAGE, "") != '\0';
  }
  if (!translates) {
    g_print ("SKIPPED: no locale that has translations: see locales(7)\n");
    return 77;
  }
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (languages_suite (), "languages", __FILE__);
}
