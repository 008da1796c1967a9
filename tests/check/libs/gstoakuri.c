/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstoakuri.h"

#include <gst/check/gstcheck.h>

#include "gstoakmode.h"

/* An object with the properties that a URI sets, and one that none does. Its
 * values lie in an array, by property. */
enum
{
  PROP_0,
  PROP_MODE,
  PROP_HOST,
  PROP_BIND_ADDRESS,
  PROP_PORT,
  PROP_PAYLOAD,
  PROP_WIDTH,
  PROP_FRAMERATE,
  PROP_STALL_TIMEOUT,
  PROP_FOCUS,
  PROP_AUTOFOCUS,
  PROP_ALLOW_FROM,
  PROP_LABELS,
  N_PROPERTIES
};

typedef struct
{
  GObject parent;
  GValue values[N_PROPERTIES];
  GString *order;               /* properties in the order they were set */
} Camera;

typedef GObjectClass CameraClass;

static GParamSpec *properties[N_PROPERTIES];

static GType camera_get_type (void);
G_DEFINE_TYPE (Camera, camera, G_TYPE_OBJECT);

static void
camera_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  Camera *self = (Camera *) object;

  g_value_copy (value, &self->values[id]);
  g_string_append_printf (self->order, "%s ", pspec->name);
}

static void
camera_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  g_value_copy (&((Camera *) object)->values[id], value);
}

static void
camera_finalize (GObject * object)
{
  Camera *self = (Camera *) object;
  guint i;

  for (i = 1; i < N_PROPERTIES; i++)
    g_value_unset (&self->values[i]);
  g_string_free (self->order, TRUE);
  G_OBJECT_CLASS (camera_parent_class)->finalize (object);
}

static void
camera_init (Camera * self)
{
  guint i;

  self->order = g_string_new (NULL);
  for (i = 1; i < N_PROPERTIES; i++) {
    g_value_init (&self->values[i], properties[i]->value_type);
    g_param_value_set_default (properties[i], &self->values[i]);
  }
}

static void
camera_class_init (CameraClass * klass)
{
  klass->set_property = camera_set_property;
  klass->get_property = camera_get_property;
  klass->finalize = camera_finalize;

  properties[PROP_MODE] = g_param_spec_enum ("mode", "", "",
      GST_TYPE_OAK_MODE, GST_OAK_MODE_CLIENT, G_PARAM_READWRITE);
  properties[PROP_HOST] = g_param_spec_string ("host", "", "", "192.168.1.222",
      G_PARAM_READWRITE);
  properties[PROP_BIND_ADDRESS] = g_param_spec_string ("bind-address", "", "",
      "0.0.0.0", G_PARAM_READWRITE);
  properties[PROP_PORT] = g_param_spec_uint ("port", "", "", 0, 65535, 5000,
      G_PARAM_READWRITE);
  /* Any enumeration will do. */
  properties[PROP_PAYLOAD] = g_param_spec_enum ("payload", "", "",
      GST_TYPE_PAD_MODE, GST_PAD_MODE_NONE, G_PARAM_READWRITE);
  properties[PROP_WIDTH] = g_param_spec_uint ("width", "", "", 0, 8192, 0,
      G_PARAM_READWRITE);
  properties[PROP_FRAMERATE] = gst_param_spec_fraction ("framerate", "", "",
      0, 1, G_MAXINT, 1, 0, 1, G_PARAM_READWRITE);
  properties[PROP_STALL_TIMEOUT] = g_param_spec_uint ("stall-timeout", "", "",
      0, G_MAXUINT, 5000, G_PARAM_READWRITE);
  properties[PROP_FOCUS] = g_param_spec_int ("focus", "", "", -1, 255, -1,
      G_PARAM_READWRITE);
  properties[PROP_AUTOFOCUS] = g_param_spec_boolean ("autofocus", "", "",
      FALSE, G_PARAM_READWRITE);
  properties[PROP_ALLOW_FROM] = g_param_spec_string ("allow-from", "", "",
      "127.0.0.0/8,::1", G_PARAM_READWRITE);
  properties[PROP_LABELS] = g_param_spec_string ("labels", "", "", "coco",
      G_PARAM_READWRITE);
  g_object_class_install_properties (klass, N_PROPERTIES, properties);
}

#define CLIENT "host mode port "
#define SERVER "bind-address mode port "

/* *INDENT-OFF* */
static const struct
{
  const gchar *uri;
  const gchar *composed;        /* of what it sets; NULL: the same */
  const gchar *set;             /* what it sets, in that order */
} good[] = {
  /* who, and where */
  {"oak://192.168.1.7:5001", NULL, CLIENT},
  {"oak://192.168.1.7", "oak://192.168.1.7:5000", CLIENT},
  {"oak://camera.local:", "oak://camera.local:5000", CLIENT},
  {"oak://camera.local/", "oak://camera.local:5000", CLIENT},
  {"oak://camera.local?", "oak://camera.local:5000", CLIENT},
  {"OAK://Camera:65535", "oak://Camera:65535", CLIENT},
  {"oak://[::1]:5001?focus=7", NULL, CLIENT "focus "},
  {"oak://[fe80::1%25eth0]:1", NULL, CLIENT},
  {"oak://%63amera", "oak://camera:5000", CLIENT},
  {"oak+listen://", "oak+listen://0.0.0.0:5000", SERVER},
  {"oak+listen:", "oak+listen://0.0.0.0:5000", SERVER},
  {"oak+listen:///", "oak+listen://0.0.0.0:5000", SERVER},
  {"oak+listen://:9876", "oak+listen://0.0.0.0:9876", SERVER},
  {"oak+listen://127.0.0.1:0", NULL, SERVER},
  {"oak+listen://[::]", "oak+listen://[::]:5000", SERVER},
  {"oak+listen://not-numeric:5000", NULL, SERVER},
  {"oak+listen://?width=640", "oak+listen://0.0.0.0:5000?width=640",
      SERVER "width "},
  /* values */
  {"oak://h:1?payload=push&width=8192&framerate=30/1&stall-timeout=0", NULL,
      CLIENT "payload width framerate stall-timeout "},
  {"oak://h:1?framerate=30", "oak://h:1?framerate=30/1", CLIENT "framerate "},
  {"oak://h:1?framerate=30000/1001", NULL, CLIENT "framerate "},
  {"oak://h:1?stall-timeout=4294967295", NULL, CLIENT "stall-timeout "},
  {"oak://h:1?focus=255", NULL, CLIENT "focus "},
  {"oak://h:1?focus=0", NULL, CLIENT "focus "},
  {"oak://h:1?focus=-1", "oak://h:1", CLIENT "focus "},
  {"oak://h:1?autofocus=true", NULL, CLIENT "autofocus "},
  {"oak://h:1?autofocus=no", "oak://h:1", CLIENT "autofocus "},
  {"oak://h:1?autofocus=true&focus=3", "oak://h:1?focus=3&autofocus=true",
      CLIENT "autofocus focus "},
  {"oak://h:1?allow-from=10.0.0.0/8,::1", NULL, CLIENT "allow-from "},
  {"oak://h:1?allow-from=", NULL, CLIENT "allow-from "},
  {"oak://h:1?allow-from=a%26b%3Dc%23%25%20%22%2B", NULL,
      CLIENT "allow-from "},
  {"oak://h:1?allow-from=10.0.0.1+10.0.0.2",
      "oak://h:1?allow-from=10.0.0.1%2010.0.0.2", CLIENT "allow-from "},
  {"oak://h:1?%66ocus=%37", "oak://h:1?focus=7", CLIENT "focus "},
  {"oak://h:1?focus=7&", "oak://h:1?focus=7", CLIENT "focus "},
};

static const struct
{
  const gchar *uri;
  GstURIError code;
  const gchar *named;           /* after the URI; ": " where GLib tells */
} bad[] = {
  {"rtsp://h", GST_URI_ERROR_UNSUPPORTED_PROTOCOL, "\"rtsp\""},
  {"oak+x://h", GST_URI_ERROR_UNSUPPORTED_PROTOCOL, "\"oak+x\""},
  {"", GST_URI_ERROR_BAD_URI, ": "},
  {"camera.local", GST_URI_ERROR_BAD_URI, ": "},
  /* where */
  {"oak://", GST_URI_ERROR_BAD_URI, "a host"},
  {"oak:", GST_URI_ERROR_BAD_URI, "a host"},
  {"oak:///", GST_URI_ERROR_BAD_URI, "a host"},
  {"oak://:5000", GST_URI_ERROR_BAD_URI, "a host"},
  {"oak:camera", GST_URI_ERROR_BAD_URI, "\"camera\""},
  {"oak://fe80::1", GST_URI_ERROR_BAD_URI, ":1"},
  {"oak://[::1", GST_URI_ERROR_BAD_URI, "[::1"},
  {"oak://[]:5", GST_URI_ERROR_BAD_URI, "[]"},
  {"oak://h%", GST_URI_ERROR_BAD_URI, ": "},
  {"oak://%00h", GST_URI_ERROR_BAD_URI, ": "},
  {"oak://h:0", GST_URI_ERROR_BAD_URI, "got 0"},
  {"oak://h:65536", GST_URI_ERROR_BAD_URI, "65536"},
  {"oak://h:4294967297", GST_URI_ERROR_BAD_URI, "4294967297"},
  {"oak://h:abc", GST_URI_ERROR_BAD_URI, "abc"},
  {"oak://h:-1", GST_URI_ERROR_BAD_URI, "-1"},
  {"oak+listen://:65536", GST_URI_ERROR_BAD_URI, "65536"},
  /* what these have not */
  {"oak://user:word@h", GST_URI_ERROR_BAD_URI, "\"user:word@\""},
  {"oak://@h", GST_URI_ERROR_BAD_URI, "\"@\""},
  {"oak://h/stream", GST_URI_ERROR_BAD_URI, "\"/stream\""},
  {"oak://h//", GST_URI_ERROR_BAD_URI, "\"//\""},
  {"oak://h#part", GST_URI_ERROR_BAD_URI, "\"#part\""},
  {"oak+listen:5000", GST_URI_ERROR_BAD_URI, "\"5000\""},
  /* keys */
  {"oak://h?zoom=3", GST_URI_ERROR_BAD_URI, "\"zoom\""},
  {"oak://h?labels=/etc/passwd", GST_URI_ERROR_BAD_URI, "\"labels\""},
  {"oak://h?port=5", GST_URI_ERROR_BAD_URI, "\"port\""},
  {"oak://h?mode=server", GST_URI_ERROR_BAD_URI, "\"mode\""},
  {"oak://h?Focus=7", GST_URI_ERROR_BAD_URI, "\"Focus\""},
  /* one that the object has not */
  {"oak://h?latency=7", GST_URI_ERROR_BAD_URI, "\"latency\""},
  {"oak://h?=7", GST_URI_ERROR_BAD_URI, "\"\""},
  {"oak://h?focus", GST_URI_ERROR_BAD_URI, "\"focus\""},
  {"oak://h?width=1&&focus=1", GST_URI_ERROR_BAD_URI, "\"width=1&&focus=1\""},
  {"oak://h?focus=1&focus=1", GST_URI_ERROR_BAD_URI, "\"focus\" again"},
  {"oak://h?focus=1;width=2", GST_URI_ERROR_BAD_URI, "\"1;width=2\""},
  {"oak://h?focus=%zz", GST_URI_ERROR_BAD_URI, ": "},
  {"oak://h?focus=%00", GST_URI_ERROR_BAD_URI, "%00"},
  {"oak://h?allow-from=%ff", GST_URI_ERROR_BAD_URI, "%FF"},
  /* values; a good one before changes nothing */
  {"oak://h?width=640&focus=256", GST_URI_ERROR_BAD_URI,
      "\"focus\" can have, got \"256\""},
  {"oak://h?focus=-2", GST_URI_ERROR_BAD_URI, "\"-2\""},
  {"oak://h?focus=", GST_URI_ERROR_BAD_URI, "\"focus\" can have, got \"\""},
  {"oak://h?focus=7x", GST_URI_ERROR_BAD_URI, "\"7x\""},
  {"oak://h?focus=4294967303", GST_URI_ERROR_BAD_URI, "\"4294967303\""},
  {"oak://h?width=-1", GST_URI_ERROR_BAD_URI, "\"-1\""},
  {"oak://h?width=8193", GST_URI_ERROR_BAD_URI, "\"8193\""},
  {"oak://h?stall-timeout=-1", GST_URI_ERROR_BAD_URI, "\"-1\""},
  {"oak://h?stall-timeout=4294967296", GST_URI_ERROR_BAD_URI,
      "\"4294967296\""},
  {"oak://h?framerate=", GST_URI_ERROR_BAD_URI, "\"\""},
  {"oak://h?framerate=30/0", GST_URI_ERROR_BAD_URI, "\"30/0\""},
  {"oak://h?framerate=-1/1", GST_URI_ERROR_BAD_URI, "\"-1/1\""},
  {"oak://h?framerate=-2147483648/1", GST_URI_ERROR_BAD_URI,
      "\"-2147483648/1\""},
  {"oak://h?framerate=30/1/1", GST_URI_ERROR_BAD_URI, "\"30/1/1\""},
  {"oak://h?framerate=29.97", GST_URI_ERROR_BAD_URI, "\"29.97\""},
  {"oak://h?payload=", GST_URI_ERROR_BAD_URI, "\"payload\""},
  {"oak://h?payload=bmp", GST_URI_ERROR_BAD_URI, "\"bmp\""},
  {"oak://h?autofocus=", GST_URI_ERROR_BAD_URI, "\"autofocus\""},
  {"oak://h?autofocus=2", GST_URI_ERROR_BAD_URI, "\"2\""},
};
/* *INDENT-ON* */

static void
assert_composes (GObject * camera, const gchar * expected)
{
  gchar *uri = gst_oak_uri_compose (camera);

  fail_unless_equals_string (uri, expected);
  g_free (uri);
}

GST_START_TEST (test_there_and_back)
{
  const gchar *uri = good[__i__].uri;
  const gchar *composed = good[__i__].composed;
  Camera *camera = g_object_new (camera_get_type (), NULL);
  GError *error = NULL;

  if (composed == NULL)
    composed = uri;
  fail_unless (gst_oak_uri_apply (G_OBJECT (camera), uri, &error), "%s",
      error ? error->message : "");
  fail_unless (error == NULL);
  fail_unless_equals_string (camera->order->str, good[__i__].set);
  assert_composes (G_OBJECT (camera), composed);

  /* What was composed sets the same. */
  fail_unless (gst_oak_uri_apply (G_OBJECT (camera), composed, NULL));
  assert_composes (G_OBJECT (camera), composed);
  g_object_unref (camera);
}

GST_END_TEST;

GST_START_TEST (test_a_bad_one_sets_nothing)
{
  Camera *camera = g_object_new (camera_get_type (), NULL);
  GError *error = NULL;

  fail_if (gst_oak_uri_apply (G_OBJECT (camera), bad[__i__].uri, &error));
  fail_unless (g_error_matches (error, GST_URI_ERROR, bad[__i__].code), "%s",
      error->message);
  fail_unless (g_str_has_prefix (error->message, bad[__i__].uri));
  /* Not just in the URI before. */
  fail_unless (strstr (error->message + strlen (bad[__i__].uri),
          bad[__i__].named), "%s", error->message);
  fail_unless_equals_string (camera->order->str, "");
  g_error_free (error);
  fail_if (gst_oak_uri_apply (G_OBJECT (camera), bad[__i__].uri, NULL));
  g_object_unref (camera);
}

GST_END_TEST;

GST_START_TEST (test_values)
{
  GObject *camera = g_object_new (camera_get_type (), NULL);
  gchar *host, *bind_address, *allow_from;
  GstOakMode mode;
  guint port;
  gint focus, numerator, denominator;

  fail_unless (gst_oak_uri_apply (camera,
          "oak+listen://[::1]:9876?focus=42&framerate=30000/1001"
          "&allow-from=10.0.0.1%2c%20::1", NULL));
  g_object_get (camera, "mode", &mode, "host", &host, "bind-address",
      &bind_address, "port", &port, "focus", &focus, "allow-from", &allow_from,
      NULL);
  fail_unless_equals_int (mode, GST_OAK_MODE_SERVER);
  fail_unless_equals_string (host, "192.168.1.222");
  fail_unless_equals_string (bind_address, "::1");
  fail_unless_equals_int (port, 9876);
  fail_unless_equals_int (focus, 42);
  fail_unless_equals_string (allow_from, "10.0.0.1, ::1");
  numerator = gst_value_get_fraction_numerator
      (&((Camera *) camera)->values[PROP_FRAMERATE]);
  denominator = gst_value_get_fraction_denominator
      (&((Camera *) camera)->values[PROP_FRAMERATE]);
  fail_unless_equals_int (numerator, 30000);
  fail_unless_equals_int (denominator, 1001);
  g_free (allow_from);
  g_free (bind_address);
  g_free (host);

  /* Goes back to where it is by default; the rest is left alone. */
  fail_unless (gst_oak_uri_apply (camera, "oak+listen://", NULL));
  assert_composes (camera, "oak+listen://0.0.0.0:5000?framerate=30000/1001"
      "&focus=42&allow-from=10.0.0.1,%20::1");
  g_object_unref (camera);
}

GST_END_TEST;

GST_START_TEST (test_composes_what_does_not_run)
{
  GObject *camera = g_object_new (camera_get_type (), "host", NULL, "port", 0,
      "allow-from", NULL, "labels", "none", NULL);

  assert_composes (camera, "oak://:0?allow-from=");
  g_object_set (camera, "mode", GST_OAK_MODE_SERVER, "bind-address", "a b/c?",
      NULL);
  assert_composes (camera, "oak+listen://a%20b%2Fc%3F:0?allow-from=");
  g_object_unref (camera);
}

GST_END_TEST;

static Suite *
gstoakuri_suite (void)
{
  Suite *s = suite_create ("gstoakuri");
  TCase *tc = tcase_create ("uri");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_there_and_back, 0, G_N_ELEMENTS (good));
  tcase_add_loop_test (tc, test_a_bad_one_sets_nothing, 0, G_N_ELEMENTS (bad));
  tcase_add_test (tc, test_values);
  tcase_add_test (tc, test_composes_what_does_not_run);

  return s;
}

GST_CHECK_MAIN (gstoakuri);
