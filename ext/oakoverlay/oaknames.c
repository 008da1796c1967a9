/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaknames.h"

struct _OakNames
{
  GHashTable *names;
  gboolean all;
};

/**
 * oak_names_new_parse:
 * @text: (nullable): names with commas in between; `*` stands for all
 *
 * White space around names does not count.
 */
OakNames *
oak_names_new_parse (const gchar * text)
{
  OakNames *self = g_new (OakNames, 1);
  gchar **names = g_strsplit (text != NULL ? text : "", ",", -1);
  guint i;

  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (i = 0; names[i] != NULL; i++)
    if (g_strstrip (names[i])[0] != '\0')
      g_hash_table_add (self->names, g_strdup (names[i]));
  self->all = g_hash_table_contains (self->names, "*");
  g_strfreev (names);
  return self;
}

void
oak_names_free (OakNames * self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->names);
  g_free (self);
}

gboolean
oak_names_are_none (const OakNames * self)
{
  return g_hash_table_size (self->names) == 0;
}

/**
 * oak_names_have:
 * @self: a set
 * @name: of a class
 *
 * Returns: whether @name is in it
 */
gboolean
oak_names_have (const OakNames * self, const gchar * name)
{
  return self->all || g_hash_table_contains (self->names, name);
}
