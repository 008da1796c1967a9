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

/* Which code it gets, and what the user is told; (transfer full). */
static gchar *
describe (const gchar * path, const GError * error, gint * code)
{
  if (error->domain == OAK_LABEL_ERROR) {
    *code = GST_RESOURCE_ERROR_SETTINGS;
    return g_strdup_printf (_("The file of labels \"%s\" is not one: it has a "
            "name a line, in UTF-8."), path);
  }
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    *code = GST_RESOURCE_ERROR_NOT_FOUND;
    return g_strdup_printf (_("There is no file of labels \"%s\". The property "
            "\"labels\" takes coco, none, or the path of a text file."), path);
  }
  *code = GST_RESOURCE_ERROR_OPEN_READ;
  return g_strdup_printf (_("The file of labels \"%s\" cannot be read."), path);
}

static void
post (GstElement * element, GstMessageType type, const gchar * path,
    const GError * error)
{
  gint code;
  gchar *text = describe (path, error, &code);
  gchar *next = type == GST_MESSAGE_WARNING ?
      g_strdup (_("The names stay as they were.")) : NULL;

  gst_element_message_full (element, type, GST_RESOURCE_ERROR, code,
      g_strjoin (" ", text, next, NULL), g_strdup (error->message), __FILE__,
      GST_FUNCTION, __LINE__);
  g_free (next);
  g_free (text);
}

/**
 * gst_oak_labels_open:
 * @element: posts the message
 * @type: ERROR, or WARNING where the element goes on with another table
 * @labels: (nullable): `coco`, `none` or %NULL, or the path of a text file
 *
 * With a file that cannot be used a message is posted (RESOURCE, with
 * NOT_FOUND, OPEN_READ or SETTINGS). Hold no lock. Waits for the file.
 *
 * Returns: (transfer full) (nullable): the table, %NULL if a message was posted
 */
OakLabels *
gst_oak_labels_open (GstElement * element, GstMessageType type,
    const gchar * labels)
{
  GError *error = NULL;
  OakLabels *table;

  if (labels == NULL || g_str_equal (labels, "none"))
    return oak_labels_new ();
  if (g_str_equal (labels, "coco"))
    return oak_labels_new_coco ();

  table = read_file (labels, &error);
  if (table == NULL) {
    post (element, type, labels, error);
    g_error_free (error);
  }
  return table;
}
