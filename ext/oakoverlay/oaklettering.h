/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words become masks, by Pango; those that are written often are kept. No
 * pictures, no colours. One thread at a time. */

#pragma once

#include "oakcanvas.h"

/* One word. Never changes. */
typedef struct
{
  OakMask letters;
  OakMask halo;                 /* a rim around the letters, of the same size;
                                 * without data where none was asked for */
  gint baseline;                /* pixels from the top */
} OakWord;

typedef struct _OakLettering OakLettering;

OakLettering *  oak_lettering_new       (void);

void            oak_lettering_free      (OakLettering * self);

void            oak_lettering_set_font  (OakLettering * self,
                                         const gchar  * font,
                                         gint           size,
                                         gboolean       with_halo);

void            oak_lettering_begin     (OakLettering * self);

const OakWord * oak_lettering_write     (OakLettering * self,
                                         const gchar  * text);
