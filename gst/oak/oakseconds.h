/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nanoseconds and their text in seconds. Knows no header, no clock. */

#pragma once

#include <glib.h>

/* A number of seconds that no clock shows. */
#define OAK_SECONDS_NONE G_MAXUINT64

/* Any time fits into as many columns; with less it would be another time. */
#define OAK_SECONDS_COLUMNS_MIN 10

gboolean  oak_seconds_parse  (const gchar * word,
                              gsize         length,
                              guint64     * ns);

void      oak_seconds_write  (guint64       ns,
                              gsize         columns,
                              GString     * text);
