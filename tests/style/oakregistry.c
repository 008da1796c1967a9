/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints what GStreamer's registry knows of the elements of plugins, a fact a
 * line, its fields escaped as in C and separated by tabs, for reference.py.
 *
 *   oakregistry PLUGIN-FILE... */

#include <gst/gst.h>

static void G_GNUC_NULL_TERMINATED
print_fact (const gchar * kind, ...)
{
  const gchar *field;
  va_list fields;

  g_print ("%s", kind);
  va_start (fields, kind);
  while ((field = va_arg (fields, const gchar *)) != NULL)
  {
    g_autofree gchar *escaped = g_strescape (field, NULL);
    g_print ("\t%s", escaped);
  }
  va_end (fields);
  g_print ("\n");
}

/* Empty for what has none. */
static gchar *
write_default (GParamSpec * pspec)
{
  const GValue *value = g_param_spec_get_default_value (pspec);
  gchar *text = NULL;

  if (G_VALUE_HOLDS_STRING (value))
    text = g_value_dup_string (value);
  else if (G_IS_PARAM_SPEC_ENUM (pspec))
    text = g_strdup (g_enum_get_value (G_PARAM_SPEC_ENUM (pspec)->enum_class,
            g_value_get_enum (value))->value_nick);
  else if (!G_VALUE_HOLDS_BOXED (value) && !G_VALUE_HOLDS_OBJECT (value))
    text = gst_value_serialize (value);
  return text != NULL ? text : g_strdup ("");
}

/* Both ends, or nothing for what has none. */
static void
write_range (GParamSpec * pspec, gchar ** low, gchar ** high)
{
  *low = *high = NULL;
  if (G_IS_PARAM_SPEC_INT (pspec)) {
    *low = g_strdup_printf ("%d", G_PARAM_SPEC_INT (pspec)->minimum);
    *high = g_strdup_printf ("%d", G_PARAM_SPEC_INT (pspec)->maximum);
  } else if (G_IS_PARAM_SPEC_UINT (pspec)) {
    *low = g_strdup_printf ("%u", G_PARAM_SPEC_UINT (pspec)->minimum);
    *high = g_strdup_printf ("%u", G_PARAM_SPEC_UINT (pspec)->maximum);
  } else if (G_IS_PARAM_SPEC_INT64 (pspec)) {
    *low = g_strdup_printf ("%" G_GINT64_FORMAT,
        G_PARAM_SPEC_INT64 (pspec)->minimum);
    *high = g_strdup_printf ("%" G_GINT64_FORMAT,
        G_PARAM_SPEC_INT64 (pspec)->maximum);
  } else if (G_IS_PARAM_SPEC_UINT64 (pspec)) {
    *low = g_strdup_printf ("%" G_GUINT64_FORMAT,
        G_PARAM_SPEC_UINT64 (pspec)->minimum);
    *high = g_strdup_printf ("%" G_GUINT64_FORMAT,
        G_PARAM_SPEC_UINT64 (pspec)->maximum);
  } else if (G_IS_PARAM_SPEC_DOUBLE (pspec)) {
    *low = g_strdup_printf ("%g", G_PARAM_SPEC_DOUBLE (pspec)->minimum);
    *high = g_strdup_printf ("%g", G_PARAM_SPEC_DOUBLE (pspec)->maximum);
  } else if (G_IS_PARAM_SPEC_FLOAT (pspec)) {
    *low = g_strdup_printf ("%g", G_PARAM_SPEC_FLOAT (pspec)->minimum);
    *high = g_strdup_printf ("%g", G_PARAM_SPEC_FLOAT (pspec)->maximum);
  } else if (GST_IS_PARAM_SPEC_FRACTION (pspec)) {
    GstParamSpecFraction *spec = GST_PARAM_SPEC_FRACTION (pspec);
    *low = g_strdup_printf ("%d/%d", spec->min_num, spec->min_den);
    *high = g_strdup_printf ("%d/%d", spec->max_num, spec->max_den);
  }
}

static const gchar *
get_mutability (GParamSpec * pspec)
{
  if (!(pspec->flags & G_PARAM_WRITABLE))
    return "";
  if (pspec->flags & G_PARAM_CONSTRUCT_ONLY)
    return "construct";
  if (pspec->flags & GST_PARAM_MUTABLE_PLAYING)
    return "playing";
  if (pspec->flags & GST_PARAM_MUTABLE_PAUSED)
    return "paused";
  if (pspec->flags & GST_PARAM_MUTABLE_READY)
    return "ready";
  return "unsaid";
}

static void
print_property (GParamSpec * pspec)
{
  g_autofree gchar *text = write_default (pspec);
  g_autofree gchar *low = NULL;
  g_autofree gchar *high = NULL;

  write_range (pspec, &low, &high);
  print_fact ("property", pspec->name, g_type_name (pspec->owner_type),
      g_type_name (pspec->value_type),
      pspec->flags & G_PARAM_READABLE ? "readable" : "",
      get_mutability (pspec),
      pspec->flags & GST_PARAM_CONTROLLABLE ? "controllable" : "",
      pspec->flags & G_PARAM_DEPRECATED ? "deprecated" : "",
      text, low != NULL ? low : "", high != NULL ? high : "",
      g_param_spec_get_blurb (pspec), NULL);
  if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    GEnumClass *klass = G_PARAM_SPEC_ENUM (pspec)->enum_class;
    guint i;

    for (i = 0; i < klass->n_values; i++)
      print_fact ("value", klass->values[i].value_nick,
          klass->values[i].value_name, NULL);
  }
}

/* Those of our own types: what a base class has is its own version's. */
static void
print_properties (GType type)
{
  GObjectClass *klass = g_type_class_ref (type);
  guint n, i;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (klass, &n);

  for (i = 0; i < n; i++) {
    if (g_str_has_prefix (g_type_name (pspecs[i]->owner_type), "GstOak"))
      print_property (pspecs[i]);
  }
  g_type_class_unref (klass);
}

static void
print_signals (GType type)
{
  guint n, i, j;
  g_autofree guint *ids = g_signal_list_ids (type, &n);

  for (i = 0; i < n; i++) {
    g_autoptr (GString) arguments = g_string_new (NULL);
    GSignalQuery query;

    g_signal_query (ids[i], &query);
    for (j = 0; j < query.n_params; j++)
      g_string_append_printf (arguments, "%s%s", j > 0 ? ", " : "",
          g_type_name (query.param_types[j] & ~G_SIGNAL_TYPE_STATIC_SCOPE));
    print_fact ("signal", query.signal_name, g_type_name (type),
        query.signal_flags & G_SIGNAL_ACTION ? "action" : "",
        g_type_name (query.return_type & ~G_SIGNAL_TYPE_STATIC_SCOPE),
        arguments->str, NULL);
  }
}

static void
print_pads (GstElementFactory * factory)
{
  static const gchar *const presences[] = { "always", "sometimes", "request" };
  const GList *l;

  for (l = gst_element_factory_get_static_pad_templates (factory); l != NULL;
      l = l->next) {
    GstStaticPadTemplate *pad = l->data;
    g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (pad);
    guint i;

    print_fact ("pad", pad->name_template,
        pad->direction == GST_PAD_SRC ? "source" : "sink",
        presences[pad->presence], NULL);
    for (i = 0; i < gst_caps_get_size (caps); i++) {
      g_autoptr (GstCaps) one = gst_caps_copy_nth (caps, i);
      g_autofree gchar *text = gst_caps_to_string (one);
      print_fact ("caps", text, NULL);
    }
  }
}

static void
print_element (GstElementFactory * factory)
{
  g_autofree gchar *rank = g_strdup_printf ("%u",
      gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (factory)));
  GType type = gst_element_factory_get_element_type (factory);
  const gchar *const *protocol =
      gst_element_factory_get_uri_protocols (factory);
  g_autofree GType *interfaces = g_type_interfaces (type, NULL);
  GType ancestor;
  guint i;

  print_fact ("element", GST_OBJECT_NAME (factory),
      gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE (factory)),
      gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_LONGNAME),
      gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS),
      gst_element_factory_get_metadata (factory,
          GST_ELEMENT_METADATA_DESCRIPTION), rank, g_type_name (type), NULL);
  for (ancestor = type; ancestor != 0; ancestor = g_type_parent (ancestor))
    print_fact ("ancestor", g_type_name (ancestor), NULL);
  for (i = 0; interfaces[i] != 0; i++)
    print_fact ("interface", g_type_name (interfaces[i]), NULL);
  for (; protocol != NULL && *protocol != NULL; protocol++)
    print_fact ("uri", *protocol, NULL);
  print_pads (factory);
  print_properties (type);
  for (ancestor = type; g_str_has_prefix (g_type_name (ancestor), "GstOak");
      ancestor = g_type_parent (ancestor))
    print_signals (ancestor);
}

static gboolean
print_plugin (const gchar * path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) plugin = gst_plugin_load_file (path, &error);
  GList *features, *l;

  if (plugin == NULL) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  features = gst_registry_get_feature_list_by_plugin (gst_registry_get (),
      gst_plugin_get_name (plugin));
  for (l = features; l != NULL; l = l->next) {
    if (GST_IS_ELEMENT_FACTORY (l->data)) {
      g_autoptr (GstPluginFeature) loaded = gst_plugin_feature_load (l->data);
      print_element (GST_ELEMENT_FACTORY (loaded));
    }
  }
  gst_plugin_feature_list_free (features);
  return TRUE;
}

int
main (int argc, char **argv)
{
  int i;

  gst_init (&argc, &argv);
  for (i = 1; i < argc; i++) {
    if (!print_plugin (argv[i]))
      return 1;
  }
  return 0;
}
