/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of names of classes, as a user lists them. */

#pragma once

#include <glib.h>

typedef struct _OakNames OakNames;

OakNames *  oak_names_new_parse (const gchar    * text);

void        oak_names_free      (OakNames       * self);

gboolean    oak_names_are_none  (const OakNames * self);

gboolean    oak_names_have      (const OakNames * self,
                                 const gchar    * name);
