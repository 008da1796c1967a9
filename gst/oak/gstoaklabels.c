/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaklabels.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

static OakLabels *
read_file (const gchar * path, GError ** error)
{
  OakLabels *table;
  GStatBuf status;
  gchar *text;
  gsize size;

  if (g_stat (path, &status) == 0 && (!S_ISREG (status.st_mode)
          || status.st_size > OAK_LABELS_SIZE_MAX)) {
    g_set_error (error, OAK_LABEL_ERROR, OAK_LABEL_ERROR_LIMIT,
        "expected a file of at most %d bytes, got %s", OAK_LABELS_SIZE_MAX,
        S_ISREG (status.st_mode) ? "a larger one" : "something else");
    return NULL;
  }
  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;

  table = oak_labels_new_parse (text, size, error);
  g_free (text);
  return table;
}

static void
post_error (GstElement * element, const gchar * path, const GError * error)
{
  if (error->domain == OAK_LABEL_ERROR) {
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        (_("The file of labels \"%s\" is not one: it has a name a line, in "
                "UTF-8."), path), ("%s", error->message));
  } else if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    GST_ELEMENT_ERROR (element, RESOURCE, NOT_FOUND,
        (_("There is no file of labels \"%s\". The property \"labels\" takes "
                "coco, none, or the path of a text file."), path),
        ("%s", error->message));
  } else {
    GST_ELEMENT_ERROR (element, RESOURCE, OPEN_READ,
        (_("The file of labels \"%s\" cannot be read."), path),
        ("%s", error->message));
  }
}

/**
 * gst_oak_labels_open:
 * @element: posts the error
 * @labels: (nullable): `coco`, `none` or %NULL, or the path of a text file
 *
 * With a file that cannot be used an error is posted (RESOURCE, with
 * NOT_FOUND, OPEN_READ or SETTINGS). Waits for the file.
 *
 * Returns: (transfer full) (nullable): the table, %NULL if an error was posted
 */
OakLabels *
gst_oak_labels_open (GstElement * element, const gchar * labels)
{
  GError *error = NULL;
  OakLabels *table;

  if (labels == NULL || g_str_equal (labels, "none"))
    return oak_labels_new ();
  if (g_str_equal (labels, "coco"))
    return oak_labels_new_coco ();

  table = read_file (labels, &error);
  if (table == NULL) {
    post_error (element, labels, error);
    g_error_free (error);
  }
  return table;
}
