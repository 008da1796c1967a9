/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaklabel.h"

#include <string.h>

#define UNNAMED "object"
#define NUMBERED "label-"

struct _OakLabels
{
  gchar *names[OAK_LABELS_MAX]; /* NULL: none, or none made yet */
};

/* *INDENT-OFF* */
/* The classes of the COCO models, with the spelling of the vendor's programs. */
static const gchar *coco[] = {
  "person", "bicycle", "car", "motorbike", "aeroplane", "bus", "train",
  "truck", "boat", "traffic light", "fire hydrant", "stop sign",
  "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
  "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag",
  "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
  "baseball bat", "baseball glove", "skateboard", "surfboard",
  "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon",
  "bowl", "banana", "apple", "sandwich", "orange", "broccoli", "carrot",
  "hot dog", "pizza", "donut", "cake", "chair", "sofa", "pottedplant", "bed",
  "diningtable", "toilet", "tvmonitor", "laptop", "mouse", "remote",
  "keyboard", "cell phone", "microwave", "oven", "toaster", "sink",
  "refrigerator", "book", "clock", "vase", "scissors", "teddy bear",
  "hair drier", "toothbrush",
};
/* *INDENT-ON* */

GQuark
oak_label_error_quark (void)
{
  return g_quark_from_static_string ("oak-label-error-quark");
}

/**
 * oak_labels_new:
 *
 * Returns: (transfer full): a table without names
 */
OakLabels *
oak_labels_new (void)
{
  return g_new0 (OakLabels, 1);
}

/**
 * oak_labels_new_coco:
 *
 * Returns: (transfer full): the 80 names of the COCO models
 */
OakLabels *
oak_labels_new_coco (void)
{
  OakLabels *self = oak_labels_new ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (coco); i++)
    self->names[i] = g_strdup (coco[i]);
  return self;
}

static gboolean
take_name (OakLabels * self, guint id, const gchar * name, gsize length,
    GError ** error)
{
  if (length > 0 && name[length - 1] == '\r')
    length--;

  if (length > OAK_LABEL_LENGTH_MAX) {
    g_set_error (error, OAK_LABEL_ERROR, OAK_LABEL_ERROR_LIMIT,
        "expected names of at most %d bytes, got one of %" G_GSIZE_FORMAT
        " in line %u", OAK_LABEL_LENGTH_MAX, length, id + 1);
    return FALSE;
  }
  if (id >= OAK_LABELS_MAX) {
    g_set_error (error, OAK_LABEL_ERROR, OAK_LABEL_ERROR_LIMIT,
        "expected at most %d names, got more", OAK_LABELS_MAX);
    return FALSE;
  }

  if (length > 0)
    self->names[id] = g_strndup (name, length);
  return TRUE;
}

/**
 * oak_labels_new_parse:
 * @text: names in UTF-8, one a line; the first is that of class 0; an empty
 *     line leaves its class without a name; not terminated
 * @size: its length in bytes
 * @error: return location for an #OakLabelError that tells expected and got
 *
 * Returns: (transfer full) (nullable): the table, %NULL on failure
 */
OakLabels *
oak_labels_new_parse (const gchar * text, gsize size, GError ** error)
{
  OakLabels *self = oak_labels_new ();
  const gchar *end = text + size;
  const gchar *invalid;
  guint id;

  if (!g_utf8_validate_len (text, size, &invalid)) {
    g_set_error (error, OAK_LABEL_ERROR, OAK_LABEL_ERROR_ENCODING,
        "expected UTF-8, got something else at byte %" G_GSIZE_FORMAT,
        (gsize) (invalid - text));
    goto free_self;
  }

  for (id = 0; text < end; id++) {
    const gchar *stop = memchr (text, '\n', end - text);

    if (stop == NULL)
      stop = end;
    if (!take_name (self, id, text, stop - text, error))
      goto free_self;
    text = stop < end ? stop + 1 : end;
  }
  return self;

free_self:
  oak_labels_free (self);
  return NULL;
}

/**
 * oak_labels_free:
 * @self: (nullable) (transfer full): a table
 */
void
oak_labels_free (OakLabels * self)
{
  guint id;

  if (self == NULL)
    return;
  for (id = 0; id < OAK_LABELS_MAX; id++)
    g_free (self->names[id]);
  g_free (self);
}

/**
 * oak_labels_name:
 * @self: a table
 * @id: the class, as the camera says it: any number
 *
 * A name that goes into a GQuark is never freed. So there are no more of them
 * than the table has places, whatever ids the camera makes up. One thread at a
 * time.
 *
 * Returns: (transfer none): its name; `label-<id>` if the table has none;
 *     `object` if the table ends before @id
 */
const gchar *
oak_labels_name (OakLabels * self, gint id)
{
  if (id < 0 || id >= OAK_LABELS_MAX)
    return UNNAMED;

  if (self->names[id] == NULL)
    self->names[id] = g_strdup_printf (NUMBERED "%d", id);
  return self->names[id];
}

/**
 * oak_labels_find_id:
 * @self: a table
 * @name: of a class
 *
 * The opposite of oak_labels_name(). A number, alone or in `label-<id>`, is
 * taken for the id where the table does not have it as a name.
 *
 * Returns: the class of that name; #OAK_LABELS_MAX, which is no class and has
 *     the name `object`, if it is none
 */
gint
oak_labels_find_id (OakLabels * self, const gchar * name)
{
  guint64 number;
  gint id;

  for (id = 0; id < OAK_LABELS_MAX; id++) {
    if (self->names[id] != NULL && strcmp (self->names[id], name) == 0)
      return id;
  }

  if (g_str_has_prefix (name, NUMBERED))
    name += strlen (NUMBERED);
  if (g_ascii_string_to_unsigned (name, 10, 0, G_MAXINT, &number, NULL))
    return number;
  return OAK_LABELS_MAX;
}
