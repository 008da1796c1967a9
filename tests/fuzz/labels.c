/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "oakfuzz.h"
#include "oaklabel.h"

static void
check_name (OakLabels * labels, gint id)
{
  const gchar *name = oak_labels_name (labels, id);

  HOLDS (name != NULL && g_utf8_validate (name, -1, NULL));
  HOLDS (strlen (name) <= OAK_LABEL_LENGTH_MAX);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  GError *error = NULL;
  OakLabels *labels = oak_labels_new_parse ((const gchar *) data, size, &error);
  gsize i;
  gint id = 0;

  HOLDS ((labels == NULL) == (error != NULL));
  g_clear_error (&error);
  if (labels == NULL)
    return 0;

  /* No more of them than lines. */
  check_name (labels, -1);
  check_name (labels, OAK_LABELS_MAX);
  check_name (labels, G_MAXINT);
  check_name (labels, G_MININT);
  for (i = 0; i < size && id <= OAK_LABELS_MAX; i++)
    if (data[i] == '\n')
      check_name (labels, id++);
  check_name (labels, id);
  oak_labels_free (labels);
  return 0;
}
