/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakuri.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "gstoakmode.h"

#define DEFAULT_PORT 5000

/* Properties that a URI may name. Not those that open files: a URI may come
 * from anywhere. In this order they are composed; what is set last counts
 * between focus and autofocus. */
static const gchar *const keys[] = {
  "payload", "width", "height", "framerate", "connect-timeout",
  "first-byte-timeout", "stall-timeout", "buffer-size", "on-disconnect",
  "reconnect-delay", "reconnect-delay-max", "reconnect-attempts",
  "verify-frames",
  "timestamp-mode", "wall-clock-meta", "latency", "drop-on-latency",
  "min-confidence", "analytics-meta", "post-detections", "focus", "autofocus",
  "allow-from",
};

/* A property, and what it is to be. */
typedef struct
{
  GParamSpec *pspec;            /* (transfer none) */
  GValue value;
} Setting;

static void
clear_setting (gpointer setting)
{
  g_value_unset (&((Setting *) setting)->value);
}

/* Returns its value, the default so far; valid until the next one comes. */
static GValue *
append_setting (GArray * settings, GParamSpec * pspec)
{
  Setting setting = { pspec, G_VALUE_INIT };

  g_value_init (&setting.value, pspec->value_type);
  g_param_value_set_default (pspec, &setting.value);
  g_array_append_val (settings, setting);
  return &g_array_index (settings, Setting, settings->len - 1).value;
}

static gboolean
has_setting (GArray * settings, GParamSpec * pspec)
{
  guint i;

  for (i = 0; i < settings->len; i++) {
    if (g_array_index (settings, Setting, i).pspec == pspec)
      return TRUE;
  }
  return FALSE;
}

/* Numbers are read here: GStreamer's own reader makes 1215752191 of
 * 99999999999, and 0 of nothing. */
static gboolean
read_integer (GParamSpec * pspec, const gchar * text, GValue * value)
{
  gint64 number;

  if (G_IS_PARAM_SPEC_INT (pspec)) {
    GParamSpecInt *range = G_PARAM_SPEC_INT (pspec);

    if (!g_ascii_string_to_signed (text, 10, range->minimum, range->maximum,
            &number, NULL))
      return FALSE;
    g_value_set_int (value, number);
  } else {
    GParamSpecUInt *range = G_PARAM_SPEC_UINT (pspec);

    if (!g_ascii_string_to_signed (text, 10, range->minimum, range->maximum,
            &number, NULL))
      return FALSE;
    g_value_set_uint (value, number);
  }
  return TRUE;
}

/* Returns FALSE if @text is neither 30 nor 30/1. */
static gboolean
read_fraction (const gchar * text, GValue * value)
{
  gchar **parts = g_strsplit (text, "/", 2);
  gint64 numerator, denominator = 1;
  gboolean good;

  good = parts[0] != NULL
      && g_ascii_string_to_signed (parts[0], 10, -G_MAXINT, G_MAXINT,
      &numerator, NULL) && (parts[1] == NULL
      || g_ascii_string_to_signed (parts[1], 10, 1, G_MAXINT, &denominator,
          NULL));
  if (good)
    gst_value_set_fraction (value, numerator, denominator);
  g_strfreev (parts);
  return good;
}

static gboolean
read_enum (GParamSpec * pspec, const gchar * text, GValue * value)
{
  const GEnumValue *found =
      g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, text);

  if (found == NULL)
    return FALSE;
  g_value_set_enum (value, found->value);
  return TRUE;
}

static gboolean
read_value (GParamSpec * pspec, const gchar * text, GValue * value)
{
  gboolean good;

  if (G_IS_PARAM_SPEC_INT (pspec) || G_IS_PARAM_SPEC_UINT (pspec)) {
    good = read_integer (pspec, text, value);
  } else if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    good = read_enum (pspec, text, value);
  } else if (GST_IS_PARAM_SPEC_FRACTION (pspec)) {
    good = read_fraction (text, value);
  } else if (G_IS_PARAM_SPEC_STRING (pspec)) {
    g_value_set_string (value, text);
    good = TRUE;
  } else {
    good = gst_value_deserialize (value, text);
  }
  /* Tells whether it had to change the value to make it fit. */
  return good && !g_param_value_validate (pspec, value);
}

static gboolean
read_key (GObjectClass * klass, const gchar * key, const gchar * text,
    GArray * settings, GError ** error)
{
  GParamSpec *pspec = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (strcmp (keys[i], key) == 0)
      pspec = g_object_class_find_property (klass, key);
  }

  if (pspec == NULL)
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected a key that a URI may have, got \"%s\""), key);
  else if (has_setting (settings, pspec))
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected each key once, got \"%s\" again"), key);
  else if (!read_value (pspec, text, append_setting (settings, pspec)))
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected a value that \"%s\" can have, got \"%s\""), key, text);
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_query (GObjectClass * klass, const gchar * query, GArray * settings,
    GError ** error)
{
  GError *local_error = NULL;
  GUriParamsIter iter;
  gchar *key, *text;
  gboolean good = TRUE;

  /* With a plus for a space, as GstUri writes it. */
  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (good && g_uri_params_iter_next (&iter, &key, &text, &local_error)) {
    good = read_key (klass, key, text, settings, error);
    g_free (key);
    g_free (text);
  }
  if (local_error == NULL)
    return good;

  g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
      _("expected key=value with \"&\" between, got \"%s\": %s"), query,
      local_error->message);
  g_error_free (local_error);
  return FALSE;
}

/* Whatever a URI may have, and these have not. */
static gboolean
check_parts (GUri * uri, GError ** error)
{
  const gchar *path = g_uri_get_path (uri);

  if (g_uri_get_userinfo (uri) != NULL)
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected no user, got \"%s@\""), g_uri_get_userinfo (uri));
  else if (path[0] != '\0' && strcmp (path, "/") != 0)
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected no path, got \"%s\""), path);
  else if (g_uri_get_fragment (uri) != NULL)
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected no fragment, got \"#%s\""), g_uri_get_fragment (uri));
  else
    return TRUE;
  return FALSE;
}

static void
append_place (GObjectClass * klass, GstOakMode mode, const gchar * host,
    gint port, GArray * settings)
{
  GParamSpec *mode_pspec = g_object_class_find_property (klass, "mode");
  GParamSpec *port_pspec = g_object_class_find_property (klass, "port");
  GParamSpec *host_pspec = g_object_class_find_property (klass,
      mode == GST_OAK_MODE_SERVER ? "bind-address" : "host");
  GValue *value = append_setting (settings, host_pspec);

  if (host[0] != '\0')
    g_value_set_string (value, host);
  g_value_set_enum (append_setting (settings, mode_pspec), mode);
  g_value_set_uint (append_setting (settings, port_pspec),
      port < 0 ? DEFAULT_PORT : port);
}

static gboolean
read_place (GObjectClass * klass, GUri * uri, GArray * settings,
    GError ** error)
{
  const gchar *scheme = g_uri_get_scheme (uri);
  const gchar *host = g_uri_get_host (uri);
  gboolean listens = strcmp (scheme, GST_OAK_URI_SERVER) == 0;

  if (host == NULL)
    host = "";
  if (!listens && strcmp (scheme, GST_OAK_URI_CLIENT) != 0) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL,
        _("expected %s or %s, got \"%s\""), GST_OAK_URI_CLIENT,
        GST_OAK_URI_SERVER, scheme);
  } else if (!check_parts (uri, error)) {
    return FALSE;
  } else if (!listens && host[0] == '\0') {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected a host, got none"));
  } else if (!listens && g_uri_get_port (uri) == 0) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        _("expected a port from 1 to 65535, got 0"));
  } else {
    append_place (klass, listens ? GST_OAK_MODE_SERVER : GST_OAK_MODE_CLIENT,
        host, g_uri_get_port (uri), settings);
    return TRUE;
  }
  return FALSE;
}

/* GUri, not GstUri: that one takes port 4294967297 for 1, forgets what came
 * before an escape that is none, and all but one of a key's values. */
static gboolean
read_uri (GObjectClass * klass, const gchar * uri, GArray * settings,
    GError ** error)
{
  GError *local_error = NULL;
  GUri *parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED_QUERY, &local_error);
  gboolean good;

  if (parsed == NULL) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
        local_error->message);
    g_error_free (local_error);
    return FALSE;
  }

  good = read_place (klass, parsed, settings, error)
      && (g_uri_get_query (parsed) == NULL
      || read_query (klass, g_uri_get_query (parsed), settings, error));
  g_uri_unref (parsed);
  return good;
}

/**
 * gst_oak_uri_apply:
 * @object: has the properties mode, host, bind-address and port, and whichever
 *     keys it knows
 * @uri: oak://host[:port][?key=value&…] or
 *     oak+listen://[bind-address][:port][?key=value&…]
 * @error: return location for a #GstURIError, whose text names @uri and what
 *     is wrong with it; that of a state in which nothing may be set is the
 *     caller's
 *
 * Sets mode, and host or bind-address, and port: the latter to the property's
 * default and to 5000 where @uri does not tell. Then what @uri names, in its
 * order; a key may come once. All is read and checked before any is set.
 *
 * Returns: %FALSE if nothing was set
 */
gboolean
gst_oak_uri_apply (GObject * object, const gchar * uri, GError ** error)
{
  GArray *settings = g_array_new (FALSE, FALSE, sizeof (Setting));
  gboolean good;
  guint i;

  g_array_set_clear_func (settings, clear_setting);
  good = read_uri (G_OBJECT_GET_CLASS (object), uri, settings, error);
  if (!good)
    g_prefix_error (error, "%s: ", uri);

  g_object_freeze_notify (object);
  for (i = 0; good && i < settings->len; i++) {
    Setting *setting = &g_array_index (settings, Setting, i);

    g_object_set_property (object, setting->pspec->name, &setting->value);
  }
  g_object_thaw_notify (object);
  g_array_unref (settings);
  return good;
}

static void
append_pair (GString * query, const gchar * key, const GValue * value)
{
  gchar *text = G_VALUE_HOLDS_STRING (value) ? g_value_dup_string (value)
      : gst_value_serialize (value);

  g_string_append_printf (query, "%s%s=", query->len > 0 ? "&" : "", key);
  if (text != NULL)
    g_string_append_uri_escaped (query, text, ",/:", FALSE);
  g_free (text);
}

/* Returns the keys whose properties are not as they are by default. */
static GString *
compose_query (GObject * object)
{
  GString *query = g_string_new (NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (keys); i++) {
    GParamSpec *pspec = g_object_class_find_property
        (G_OBJECT_GET_CLASS (object), keys[i]);
    GValue value = G_VALUE_INIT;

    if (pspec == NULL)
      continue;
    g_value_init (&value, pspec->value_type);
    g_object_get_property (object, keys[i], &value);
    if (!g_param_value_defaults (pspec, &value))
      append_pair (query, keys[i], &value);
    g_value_unset (&value);
  }
  return query;
}

/**
 * gst_oak_uri_compose:
 * @object: as for gst_oak_uri_apply()
 *
 * Returns: (transfer full): the URI that makes another object like @object,
 *     as far as a URI can. Properties with which @object does not run, such as
 *     no host, make one that gst_oak_uri_apply() refuses.
 */
gchar *
gst_oak_uri_compose (GObject * object)
{
  GString *query = compose_query (object);
  gchar *host, *uri;
  GstOakMode mode;
  guint port;

  g_object_get (object, "mode", &mode, "port", &port, NULL);
  g_object_get (object, mode == GST_OAK_MODE_SERVER ? "bind-address" : "host",
      &host, NULL);
  uri = g_uri_join (G_URI_FLAGS_ENCODED_QUERY,
      mode == GST_OAK_MODE_SERVER ? GST_OAK_URI_SERVER : GST_OAK_URI_CLIENT,
      NULL, host != NULL ? host : "", port, "",
      query->len > 0 ? query->str : NULL, NULL);
  g_free (host);
  g_string_free (query, TRUE);
  return uri;
}
