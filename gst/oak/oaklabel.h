/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A class id becomes a name, from a table that is bounded. Opens no file. */

#pragma once

#include <glib.h>

#define OAK_LABELS_MAX 1000             /* names in a table */
#define OAK_LABEL_LENGTH_MAX 63         /* bytes of UTF-8 */
/* No list of names is longer, in bytes. */
#define OAK_LABELS_SIZE_MAX (OAK_LABELS_MAX * (OAK_LABEL_LENGTH_MAX + 2))

#define OAK_LABEL_ERROR (oak_label_error_quark ())

typedef enum
{
  OAK_LABEL_ERROR_ENCODING,     /* not UTF-8 */
  OAK_LABEL_ERROR_LIMIT,        /* too many names, or one too long */
} OakLabelError;

typedef struct _OakLabels OakLabels;

GQuark          oak_label_error_quark (void);

OakLabels *     oak_labels_new        (void);

OakLabels *     oak_labels_new_coco   (void);

OakLabels *     oak_labels_new_parse  (const gchar * text,
                                       gsize         size,
                                       GError     ** error);

void            oak_labels_free       (OakLabels   * self);

const gchar *   oak_labels_name       (OakLabels   * self,
                                       gint          id);

gint            oak_labels_find_id    (OakLabels   * self,
                                       const gchar * name);
