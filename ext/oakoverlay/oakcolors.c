/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcolors.h"

#include <string.h>

#define OPAQUE 0xff000000u

/* The colours of Okabe and Ito, which are told apart by people of every kind
 * of colour vision; without black, which is hard to see in pictures. */
static const guint32 palette[] = {
  0xffe69f00,                   /* orange */
  0xff56b4e9,                   /* sky blue */
  0xff009e73,                   /* bluish green */
  0xfff0e442,                   /* yellow */
  0xffd55e00,                   /* vermilion */
  0xffcc79a7,                   /* reddish purple */
  0xff0072b2,                   /* blue */
};

/* From name to GUINT_TO_POINTER (colour). */
struct _OakColors
{
  GHashTable *table;
};

/**
 * oak_color_of_class:
 * @name: of the class
 * @label_id: its number, or less than 0 if it is not known
 *
 * Returns: a colour of a palette, always the same for the same class
 */
guint32
oak_color_of_class (const gchar * name, gint label_id)
{
  guint i = label_id >= 0 ? (guint) label_id : g_str_hash (name);

  return palette[i % G_N_ELEMENTS (palette)];
}

/**
 * oak_color_contrast:
 * @color: what is behind
 *
 * Returns: black or white, whichever is easier to read on @color
 */
guint32
oak_color_contrast (guint32 color)
{
  guint luma = 299 * (color >> 16 & 0xff) + 587 * (color >> 8 & 0xff)
      + 114 * (color & 0xff);

  return luma > 127500 ? 0xff000000 : 0xffffffff;
}

/* #RRGGBB or #AARRGGBB */
static gboolean
parse_color (const gchar * text, guint32 * color)
{
  gsize length = strlen (text), i;

  if (text[0] != '#' || (length != 7 && length != 9))
    return FALSE;
  *color = length == 7 ? OPAQUE >> 24 : 0;
  for (i = 1; i < length; i++) {
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
    *color = *color << 4 | g_ascii_xdigit_value (text[i]);
  }
  return TRUE;
}

static gboolean
add_entry (OakColors * self, gchar * entry)
{
  gchar *sign = strrchr (entry, '=');
  guint32 color;

  if (sign == NULL || g_hash_table_size (self->table) >= OAK_COLORS_MAX)
    return FALSE;
  *sign = '\0';
  g_strchomp (entry);
  if (entry[0] == '\0' || !parse_color (g_strstrip (sign + 1), &color))
    return FALSE;
  g_hash_table_insert (self->table, g_strdup (entry), GUINT_TO_POINTER (color));
  return TRUE;
}

/**
 * oak_colors_new_parse:
 * @text: `person=#ff0000, traffic light=#8000ff00`, or nothing
 * @bad: (out) (transfer full): what could not be read; untouched on success
 *
 * A colour is `#RRGGBB` or `#AARRGGBB`, in hexadecimal digits.
 *
 * Returns: (nullable): a table, or %NULL
 */
OakColors *
oak_colors_new_parse (const gchar * text, gchar ** bad)
{
  OakColors *self = g_new (OakColors, 1);
  gchar **entries = g_strsplit (text, ",", -1);
  guint i;

  self->table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (i = 0; entries[i] != NULL && self != NULL; i++) {
    gchar *entry = g_strdup (g_strstrip (entries[i]));

    if (entry[0] != '\0' && !add_entry (self, entries[i])) {
      *bad = g_strdup (entry);
      g_clear_pointer (&self, oak_colors_free);
    }
    g_free (entry);
  }
  g_strfreev (entries);
  return self;
}

void
oak_colors_free (OakColors * self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->table);
  g_free (self);
}

/**
 * oak_colors_find:
 * @self: (nullable): a table; %NULL has nothing in it
 * @name: of a class
 * @color: (out): its colour; untouched on failure
 *
 * Returns: whether the class has a colour of its own
 */
gboolean
oak_colors_find (const OakColors * self, const gchar * name, guint32 * color)
{
  gpointer value;

  if (self == NULL || !g_hash_table_lookup_extended (self->table, name, NULL,
          &value))
    return FALSE;
  *color = GPOINTER_TO_UINT (value);
  return TRUE;
}
