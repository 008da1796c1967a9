/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakdetection.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define SEPARATOR '|'
#define FIELD_SEPARATOR ';'
#define N_NUMBERS 5             /* confidence and the four edges */
#define NUMBER_LENGTH_MAX 32

/* Any double with four decimals, and a sign, a point and a NUL. */
#define PRINTED_SIZE (DBL_MAX_10_EXP + 8)

/* How a camera prints them. */
static const guint decimals[N_NUMBERS] = { 1, 4, 4, 4, 4 };

static const gchar *
find_end (const gchar * text, const gchar * end, gchar separator)
{
  const gchar *found = NULL;

  /* An empty text may be NULL, which memchr() must not get. */
  if (text < end)
    found = memchr (text, separator, end - text);
  return found != NULL ? found : end;
}

static gboolean
parse_label_id (const gchar * text, const gchar * end, gint * id)
{
  gint64 value = 0;

  if (text == end)
    return FALSE;
  for (; text < end; text++) {
    if (!g_ascii_isdigit (*text))
      return FALSE;
    value = value * 10 + (*text - '0');
    if (value > G_MAXINT)
      return FALSE;
  }

  *id = value;
  return TRUE;
}

/* Digits with a point among them, as nearly every number comes, and so few that
 * neither they nor the power of ten need rounding: then nor does the division
 * more than g_ascii_strtod() would. */
#define PLAIN_DIGITS_MAX 15

static gboolean
parse_plain (const gchar * text, const gchar * end, gdouble * number)
{
  gboolean negative = text < end && *text == '-';
  gint64 digits = 0;
  gdouble scale = 1.0;
  gboolean has_point = FALSE;
  guint n = 0;

  for (text += negative; text < end; text++) {
    if (*text == '.' && !has_point && n > 0) {
      has_point = TRUE;
    } else if (g_ascii_isdigit (*text) && n < PLAIN_DIGITS_MAX) {
      digits = 10 * digits + (*text - '0');
      scale *= has_point ? 10.0 : 1.0;
      n++;
    } else {
      return FALSE;
    }
  }

  *number = digits / (negative ? -scale : scale);
  return n > 0;
}

/* g_ascii_strtod() also takes hexadecimal, infinity, nan and leading space. */
static gboolean
parse_any_number (const gchar * text, const gchar * end, gdouble * number)
{
  gchar copy[NUMBER_LENGTH_MAX + 1];
  gsize length = end - text;
  gchar *stop;

  if (length == 0 || length > NUMBER_LENGTH_MAX)
    return FALSE;
  memcpy (copy, text, length);
  copy[length] = '\0';

  if (strspn (copy, "0123456789+-.e") != length)
    return FALSE;
  *number = g_ascii_strtod (copy, &stop);

  return stop == copy + length && isfinite (*number);
}

static gboolean
parse_number (const gchar * text, const gchar * end, gdouble * number)
{
  return parse_plain (text, end, number)
      || parse_any_number (text, end, number);
}

/**
 * oak_detection_parse:
 * @text: `label;confidence;xmin;ymin;xmax;ymax`, not terminated
 * @size: its length in bytes
 * @detection: (out): what it says; untouched on failure
 *
 * The confidence is a percentage on the wire and 0..1 here. The edges are as
 * they came, finite, but as far outside the frame as they please.
 * Does not wait.
 *
 * Returns: %TRUE if @text is a detection whose box is not inside out
 */
gboolean
oak_detection_parse (const gchar * text, gsize size, OakDetection * detection)
{
  const gchar *end = text + size;
  const gchar *field_end = find_end (text, end, FIELD_SEPARATOR);
  OakDetection parsed;
  gdouble number[N_NUMBERS];
  guint i;

  if (!parse_label_id (text, field_end, &parsed.label_id))
    return FALSE;

  for (i = 0; i < N_NUMBERS; i++) {
    if (field_end == end)
      return FALSE;
    text = field_end + 1;
    field_end = find_end (text, end, FIELD_SEPARATOR);
    if (!parse_number (text, field_end, &number[i]))
      return FALSE;
  }
  if (field_end != end)
    return FALSE;

  if (number[0] < 0.0 || number[0] > 100.0)
    return FALSE;
  parsed.confidence = number[0] / 100.0;
  parsed.x_min = number[1];
  parsed.y_min = number[2];
  parsed.x_max = number[3];
  parsed.y_max = number[4];
  if (parsed.x_min >= parsed.x_max || parsed.y_min >= parsed.y_max)
    return FALSE;

  *detection = parsed;
  return TRUE;
}

/**
 * oak_detections_parse:
 * @text: detections joined by `|`, not terminated
 * @size: its length in bytes; nothing between two bars is a detection that
 *     does not parse, no text at all is no detection
 * @detections: (element-type OakDetection): where they are added, in the order
 *     of the wire
 *
 * Does not wait.
 *
 * Returns: how many were left out, as they did not parse or are more than
 *     #OAK_DETECTIONS_MAX
 */
guint
oak_detections_parse (const gchar * text, gsize size, GArray * detections)
{
  const gchar *end = text + size;
  guint left_out = 0;

  if (size == 0)
    return 0;

  for (;;) {
    const gchar *stop = find_end (text, end, SEPARATOR);
    OakDetection detection;

    if (detections->len < OAK_DETECTIONS_MAX
        && oak_detection_parse (text, stop - text, &detection))
      g_array_append_val (detections, detection);
    else
      left_out++;

    if (stop == end)
      return left_out;
    text = stop + 1;
  }
}

/**
 * oak_detections_find_bad:
 * @text: as for oak_detections_parse()
 * @size: its length in bytes
 *
 * Does not wait.
 *
 * Returns: (transfer full) (nullable): the first detection that does not
 *     parse, %NULL if all of them do
 */
gchar *
oak_detections_find_bad (const gchar * text, gsize size)
{
  const gchar *end = text + size;
  OakDetection ignored;

  if (size == 0)
    return NULL;

  for (;;) {
    const gchar *stop = find_end (text, end, SEPARATOR);

    if (!oak_detection_parse (text, stop - text, &ignored))
      return g_strndup (text, stop - text);
    if (stop == end)
      return NULL;
    text = stop + 1;
  }
}

static gboolean
skip_digits (const gchar ** cursor, const gchar * end)
{
  const gchar *start = *cursor;

  while (*cursor < end && g_ascii_isdigit (**cursor))
    (*cursor)++;
  return *cursor > start;
}

/* A number as "%.4f" prints it: @decimals digits after the point. */
static gboolean
skip_fixed (const gchar ** cursor, const gchar * end, guint decimals)
{
  const gchar *point;

  if (*cursor < end && **cursor == '-')
    (*cursor)++;
  if (!skip_digits (cursor, end) || *cursor == end || **cursor != '.')
    return FALSE;
  point = (*cursor)++;

  return skip_digits (cursor, end) && *cursor == point + 1 + decimals;
}

static gboolean
skip_printed (const gchar ** cursor, const gchar * end)
{
  guint i;

  if (!skip_digits (cursor, end))
    return FALSE;
  for (i = 0; i < N_NUMBERS; i++) {
    if (*cursor == end || **cursor != FIELD_SEPARATOR)
      return FALSE;
    (*cursor)++;
    if (!skip_fixed (cursor, end, decimals[i]))
      return FALSE;
  }
  return TRUE;
}

/**
 * oak_detections_are_whole:
 * @text: the text after a header without a pad
 * @size: its length in bytes, as that header says
 *
 * The size may have lost its last digits. Then the text begins with those and
 * ends somewhere. Looser than this no number will do: half a number is a
 * number. Does not wait.
 *
 * Returns: %TRUE if every detection is, to the last byte, as a camera prints it
 */
gboolean
oak_detections_are_whole (const gchar * text, gsize size)
{
  const gchar *end = text + size;

  if (size == 0)
    return TRUE;

  while (skip_printed (&text, end)) {
    if (text == end)
      return TRUE;
    if (*text++ != SEPARATOR)
      return FALSE;
  }
  return FALSE;
}

/**
 * oak_detections_may_be_cut:
 * @text: a text that oak_detections_are_whole()
 * @size: its length in bytes
 *
 * A lost digit would stand before the first label. So a text whose first label
 * has one digit has lost none; with more, only the next header can tell.
 * Does not wait.
 *
 * Returns: %TRUE if @text may begin with a digit of its own size
 */
gboolean
oak_detections_may_be_cut (const gchar * text, gsize size)
{
  return size > 1 && g_ascii_isdigit (text[0]) && g_ascii_isdigit (text[1]);
}

/* printf() would ask the locale for the point. */
static void
write_fixed (gdouble number, guint n_decimals, GString * text)
{
  gchar printed[PRINTED_SIZE];

  g_string_append (text, g_ascii_formatd (printed, sizeof (printed),
          n_decimals == 1 ? "%.1f" : "%.4f", number));
}

/**
 * oak_detections_write:
 * @detections: (element-type OakDetection): labels of 0 and more, all numbers
 *     finite
 * @text: where they are added, joined by `|`, in their order
 *
 * As a camera prints them, to the last byte, in every locale. A box that is
 * thinner than the four decimals of its edges may have none left.
 * Does not wait.
 */
void
oak_detections_write (GArray * detections, GString * text)
{
  guint i, k;

  for (i = 0; i < detections->len; i++) {
    const OakDetection *detection =
        &g_array_index (detections, OakDetection, i);
    const gdouble numbers[N_NUMBERS] = {
      100.0 * detection->confidence, detection->x_min, detection->y_min,
      detection->x_max, detection->y_max
    };

    if (i > 0)
      g_string_append_c (text, SEPARATOR);
    g_string_append_printf (text, "%d", detection->label_id);
    for (k = 0; k < N_NUMBERS; k++) {
      g_string_append_c (text, FIELD_SEPARATOR);
      write_fixed (numbers[k], decimals[k], text);
    }
  }
}
