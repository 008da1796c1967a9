/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which colour a class has, and which one can be read on it. Colours are
 * 0xAARRGGBB; A is the opacity. No pixels. */

#pragma once

#include <glib.h>

#define OAK_COLORS_MAX 1000             /* classes with a colour of their own */

typedef struct _OakColors OakColors;

guint32       oak_color_of_class    (const gchar     * name,
                                     gint              label_id);

guint32       oak_color_contrast    (guint32           color);

OakColors *   oak_colors_new_parse  (const gchar     * text,
                                     gchar          ** bad);

void          oak_colors_free       (OakColors       * self);

gboolean      oak_colors_find       (const OakColors * self,
                                     const gchar     * name,
                                     guint32         * color);
