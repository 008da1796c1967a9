/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakonvif.h"

#include <string.h>

#define LABEL_MAX 63            /* bytes; what is longer is cut */

/* *INDENT-OFF* */
/* ONVIF's own classes (Analytics Service Specification, object types), and the
 * usual names of networks. */
static const struct
{
  const gchar *label, *type;
} types[] = {
  {"person", "Human"}, {"face", "HumanFace"},
  {"bicycle", "Bicycle"},
  {"car", "Vehicle"}, {"bus", "Vehicle"}, {"truck", "Vehicle"},
  {"train", "Vehicle"}, {"boat", "Vehicle"}, {"motorcycle", "Vehicle"},
  {"motorbike", "Vehicle"}, {"airplane", "Vehicle"}, {"aeroplane", "Vehicle"},
  {"bird", "Animal"}, {"cat", "Animal"}, {"dog", "Animal"},
  {"horse", "Animal"}, {"sheep", "Animal"}, {"cow", "Animal"},
  {"elephant", "Animal"}, {"bear", "Animal"}, {"zebra", "Animal"},
  {"giraffe", "Animal"},
};
/* *INDENT-ON* */

static const gchar *
find_type (const gchar * label)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    if (g_ascii_strcasecmp (label, types[i].label) == 0)
      return types[i].type;
  }
  return NULL;
}

/* printf() would ask the locale for the point. */
static void
append_number (GString * text, const gchar * name, gdouble number)
{
  gchar printed[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (printed, sizeof (printed), "%.4f", number);
  g_string_append_printf (text, " %s=\"%s\"", name,
      strcmp (printed, "-0.0000") == 0 ? "0.0000" : printed);
}

/* XML has no character for most control codes, not even escaped. */
static void
append_escaped (GString * text, const gchar * label)
{
  gchar *cut = g_strndup (label, LABEL_MAX);
  gchar *valid = g_utf8_make_valid (cut, -1);
  gchar *escaped;
  gchar *c;

  for (c = valid; *c != '\0'; c++) {
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  }
  escaped = g_markup_escape_text (valid, -1);
  g_string_append (text, escaped);
  g_free (escaped);
  g_free (valid);
  g_free (cut);
}

static void
append_type (GString * text, const gchar * type, gdouble confidence)
{
  g_string_append (text, "<tt:Type");
  if (confidence >= 0.0)
    append_number (text, "Likelihood", MIN (confidence, 1.0));
  g_string_append_c (text, '>');
  append_escaped (text, type);
  g_string_append (text, "</tt:Type>");
}

/**
 * oak_onvif_begin:
 * @text: where the document is added, up to its first frame
 */
void
oak_onvif_begin (GString * text)
{
  g_string_append (text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\">");
}

/**
 * oak_onvif_frame:
 * @text: where the beginning of a frame is added
 * @time: when the picture was taken, in µs since 1970, UTC
 *
 * Its objects follow. Nothing is added where @time is beyond the year 9999.
 */
void
oak_onvif_frame (GString * text, gint64 time)
{
  GDateTime *seconds = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  gchar *printed;

  g_string_append (text, "<tt:VideoAnalytics><tt:Frame");
  if (seconds != NULL) {
    printed = g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S");
    g_string_append_printf (text, " UtcTime=\"%s.%06dZ\"", printed,
        (gint) (time % G_USEC_PER_SEC));
    g_free (printed);
    g_date_time_unref (seconds);
  }
  g_string_append_c (text, '>');
}

/**
 * oak_onvif_object:
 * @text: a document with a frame, to which it is added
 * @object: what was found; edges beyond the picture are cut
 *
 * ONVIF's picture is a square from -1 to 1 in both directions, and y goes up
 * (Streaming/Analytics specification, "Spatial relation").
 */
void
oak_onvif_object (GString * text, const OakOnvifObject * object)
{
  gdouble left = CLAMP (object->left, 0.0, 1.0) * 2 - 1;
  gdouble right = CLAMP (object->right, 0.0, 1.0) * 2 - 1;
  gdouble top = 1 - CLAMP (object->top, 0.0, 1.0) * 2;
  gdouble bottom = 1 - CLAMP (object->bottom, 0.0, 1.0) * 2;
  const gchar *type = find_type (object->label);

  g_string_append_printf (text, "<tt:Object ObjectId=\"%" G_GINT64_FORMAT
      "\"><tt:Appearance><tt:Shape><tt:BoundingBox", object->id);
  append_number (text, "left", left);
  append_number (text, "top", top);
  append_number (text, "right", right);
  append_number (text, "bottom", bottom);
  g_string_append (text, "/><tt:CenterOfGravity");
  append_number (text, "x", (left + right) / 2);
  append_number (text, "y", (top + bottom) / 2);
  g_string_append (text, "/></tt:Shape>");
  if (*object->label != '\0') {
    g_string_append (text, "<tt:Class>");
    if (type != NULL)
      append_type (text, type, object->confidence);
    append_type (text, object->label, object->confidence);
    g_string_append (text, "</tt:Class>");
  }
  g_string_append (text, "</tt:Appearance></tt:Object>");
}

/**
 * oak_onvif_end_frame:
 * @text: a document with a frame, which is closed
 */
void
oak_onvif_end_frame (GString * text)
{
  g_string_append (text, "</tt:Frame></tt:VideoAnalytics>");
}

/**
 * oak_onvif_end:
 * @text: a document without an open frame, which is closed
 */
void
oak_onvif_end (GString * text)
{
  g_string_append (text, "</tt:MetadataStream>");
}
