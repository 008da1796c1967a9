/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/check/gstcheck.h>
#include "oaktestcamera.h"

/* No state change waits for the network; this much is for a busy machine. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

/* *INDENT-OFF* */
static const GstState sequences[][12] = {
  {GST_STATE_READY},
  {GST_STATE_READY, GST_STATE_NULL, GST_STATE_READY},
  {GST_STATE_PAUSED},
  {GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PAUSED},
  {GST_STATE_PLAYING},
  {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED,
      GST_STATE_READY},
  {GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED,
      GST_STATE_PLAYING},
  {GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_READY,
      GST_STATE_PLAYING},
  {GST_STATE_PLAYING, GST_STATE_NULL, GST_STATE_PLAYING, GST_STATE_NULL,
      GST_STATE_PAUSED, GST_STATE_NULL, GST_STATE_PLAYING},
};
/* *INDENT-ON* */

static void
change (GstElement * element, GstState state)
{
  gint64 start = g_get_monotonic_time ();

  fail_if (gst_element_set_state (element, state)
      == GST_STATE_CHANGE_FAILURE, "%s to %s", GST_ELEMENT_NAME (element),
      gst_element_state_get_name (state));
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "%s to %s is slow",
      GST_ELEMENT_NAME (element), gst_element_state_get_name (state));
}

/* A server listens wherever there is room. */
static void
point_at (GstElement * element, const gchar * mode, const gchar * host,
    guint port)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);

  if (mode)
    gst_util_set_object_arg (G_OBJECT (element), "mode", mode);
  if (g_object_class_find_property (klass, "host"))
    g_object_set (element, "host", host, NULL);
  if (g_object_class_find_property (klass, "port"))
    g_object_set (element, "port", g_strcmp0 (mode, "server") ? port : 0, NULL);
}

static void
check_sequence (GstElementFactory * factory, const GstState * states,
    const gchar * mode, const gchar * host, guint port)
{
  GstElement *element = gst_element_factory_create (factory, NULL);
  GstElement *pipeline = gst_pipeline_new (NULL);
  guint i;

  fail_unless (element != NULL);
  point_at (element, mode, host, port);
  gst_bin_add (GST_BIN (pipeline), element);
  for (i = 0; states[i] != GST_STATE_VOID_PENDING; i++)
    change (pipeline, states[i]);
  change (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static gboolean
has_modes (GstElementFactory * factory)
{
  GstElement *element = gst_element_factory_create (factory, NULL);
  gboolean has = g_object_class_find_property (G_OBJECT_GET_CLASS (element),
      "mode") != NULL;

  gst_object_unref (element);
  return has;
}

static void
check_element (GstElementFactory * factory, const gchar * mode,
    const gchar * host, guint port)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sequences); i++)
    check_sequence (factory, sequences[i], mode, host, port);
}

/* Every element of the plugin, with every line of the table. */
static void
check_all (const gchar * host, guint port)
{
  GList *features =
      gst_registry_get_feature_list_by_plugin (gst_registry_get (),
      "oak");
  guint n = 0;
  GList *f;

  for (f = features; f; f = f->next) {
    if (!GST_IS_ELEMENT_FACTORY (f->data))
      continue;
    n++;
    if (has_modes (f->data)) {
      check_element (f->data, "client", host, port);
      check_element (f->data, "server", host, port);
    } else {
      check_element (f->data, NULL, host, port);
    }
  }
  fail_unless (n > 0, "the plugin has no elements");
  gst_plugin_feature_list_free (features);
}

GST_START_TEST (test_states_while_the_port_is_closed)
{
  check_all ("127.0.0.1", oak_test_closed_port ());
}

GST_END_TEST;

GST_START_TEST (test_states_while_the_camera_is_silent)
{
  OakTestCamera *camera = oak_test_camera_new ();

  check_all ("127.0.0.1", oak_test_camera_get_port (camera));
  oak_test_camera_free (camera);
}

GST_END_TEST;

GST_START_TEST (test_states_while_the_connection_is_not_made)
{
  OakTestDeafPort *deaf = oak_test_deaf_port_new ();

  check_all ("127.0.0.1", oak_test_deaf_port_get (deaf));
  oak_test_deaf_port_free (deaf);
}

GST_END_TEST;

GST_START_TEST (test_states_while_the_name_is_unknown)
{
  OakTestResolver *resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_LACKS);

  check_all ("nonexistent.invalid", 5000);
  oak_test_resolver_free (resolver);
}

GST_END_TEST;

GST_START_TEST (test_states_while_the_name_is_looked_up)
{
  OakTestResolver *resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_WAITS);

  check_all ("camera.invalid", 5000);
  oak_test_resolver_free (resolver);
}

GST_END_TEST;

static Suite *
states_suite (void)
{
  Suite *s = suite_create ("states");
  TCase *tc = tcase_create ("plugin oak");

  tcase_set_timeout (tc, 20);
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_states_while_the_port_is_closed);
  tcase_add_test (tc, test_states_while_the_camera_is_silent);
  tcase_add_test (tc, test_states_while_the_connection_is_not_made);
  tcase_add_test (tc, test_states_while_the_name_is_unknown);
  tcase_add_test (tc, test_states_while_the_name_is_looked_up);
  return s;
}

GST_CHECK_MAIN (states);
