/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakwire.h"
#include "oakseconds.h"

#include <string.h>

#define QUOTE_MAX 48            /* bytes of the wire shown in a message */

/* Columns of the second framing, after its tag. */
#define SECONDS_COLUMNS 18
#define SIZE_COLUMNS 8

GQuark
oak_wire_error_quark (void)
{
  return g_quark_from_static_string ("oak-wire-error-quark");
}

/**
 * oak_wire_quote:
 * @data: bytes off the wire, any
 * @size: how many
 *
 * Returns: (transfer full): @data as printable ASCII in quotes, the rest as
 *     `\xNN`, cut where it gets long
 */
gchar *
oak_wire_quote (const guint8 * data, gsize size)
{
  GString *quoted = g_string_new ("'");
  gsize i;

  for (i = 0; i < MIN (size, QUOTE_MAX); i++) {
    if (g_ascii_isprint (data[i]) && data[i] != '\\')
      g_string_append_c (quoted, data[i]);
    else
      g_string_append_printf (quoted, "\\x%02x", data[i]);
  }
  g_string_append_c (quoted, '\'');
  return g_string_free (quoted, FALSE);
}

static gboolean
fail (GError ** error, OakWireError code, const gchar * expected,
    const gchar * text)
{
  gchar *quoted;

  /* Who searches for a header tries many, and asks for no reasons. */
  if (error == NULL)
    return FALSE;

  quoted = oak_wire_quote ((const guint8 *) text, OAK_HEADER_SIZE);
  g_set_error (error, OAK_WIRE_ERROR, code, "expected %s, got the header %s",
      expected, quoted);
  g_free (quoted);
  return FALSE;
}

/* One field: what stands before the next space or the end. */
static gboolean
take_word (const gchar ** cursor, const gchar ** word, gsize * length)
{
  while (**cursor == ' ')
    (*cursor)++;
  *word = *cursor;
  *length = strcspn (*cursor, " ");
  *cursor += *length;

  return *length > 0;
}

static gsize
count_digits (const gchar * text, gsize length)
{
  gsize n = 0;

  while (n < length && g_ascii_isdigit (text[n]))
    n++;
  return n;
}

/* strtoull() would take "-1" for a very large frame, and " +5". */
static gboolean
parse_size (const gchar * word, gsize length, guint64 * size)
{
  gsize i;

  if (count_digits (word, length) != length)
    return FALSE;

  *size = 0;
  for (i = 0; i < length; i++) {
    /* Beyond any limit already: what follows does not make it smaller. */
    if (*size < G_MAXUINT32)
      *size = *size * 10 + (word[i] - '0');
  }
  return TRUE;
}

/* With room left, a missing field was not pushed out: it is simply missing. */
static gboolean
is_full (const gchar * text)
{
  return text[OAK_HEADER_SIZE - 1] != ' ' || text[OAK_HEADER_SIZE - 2] != ' ';
}

static gboolean
take_size (const gchar * text, const gchar ** cursor, const gchar * name,
    gsize limit, gsize * size, GError ** error)
{
  const gchar *word;
  gchar *expected;
  guint64 value;
  gsize length;

  if (!take_word (cursor, &word, &length)) {
    expected = g_strdup_printf ("%s within %d bytes", name, OAK_HEADER_SIZE);
    fail (error, is_full (text) ? OAK_WIRE_ERROR_OUTGROWN :
        OAK_WIRE_ERROR_FIELD, expected, text);
  } else if (!parse_size (word, length, &value)) {
    expected = g_strdup_printf ("%s in decimal bytes", name);
    fail (error, OAK_WIRE_ERROR_FIELD, expected, text);
  } else if (value > limit) {
    expected = g_strdup_printf ("%s of at most %" G_GSIZE_FORMAT " bytes",
        name, limit);
    fail (error, OAK_WIRE_ERROR_LIMIT, expected, text);
  } else {
    *size = value;
    return TRUE;
  }

  g_free (expected);
  return FALSE;
}

static gboolean
take_seconds (const gchar * text, const gchar ** cursor, gsize columns,
    guint64 * ns, GError ** error)
{
  const gchar *word;
  gsize length;

  if (take_word (cursor, &word, &length) && length <= columns
      && oak_seconds_parse (word, length, ns))
    return TRUE;

  return fail (error, length > 0 && *cursor == text + OAK_HEADER_SIZE ?
      OAK_WIRE_ERROR_OUTGROWN : OAK_WIRE_ERROR_FIELD,
      "a timestamp in seconds", text);
}

static gboolean
expect_padding (const gchar * text, const gchar * cursor, GError ** error)
{
  cursor += strspn (cursor, " ");
  if (cursor != text + OAK_HEADER_SIZE)
    return fail (error, OAK_WIRE_ERROR_FIELD,
        "only spaces after the last field", text);
  return TRUE;
}

static gboolean
take_three_words (const gchar * text, const gchar * cursor, OakHeader * header,
    GError ** error)
{
  if (!take_seconds (text, &cursor, OAK_HEADER_SIZE, &header->device_time,
          error)
      || !take_size (text, &cursor, "an image size", OAK_IMAGE_SIZE_MAX,
          &header->image_size, error)
      || !take_size (text, &cursor, "a detections size",
          OAK_DETECTIONS_SIZE_MAX, &header->detections_size, error))
    return FALSE;

  header->padded = *cursor == ' ';
  return expect_padding (text, cursor, error);
}

/* The columns may leave no space between the fields: each is cut out first. */
static gboolean
take_two_columns (const gchar * text, const gchar * cursor, OakHeader * header,
    GError ** error)
{
  gchar seconds[OAK_HEADER_SIZE + 1];
  const gchar *word = seconds;
  const gchar *size = cursor + SECONDS_COLUMNS;

  /* Blanks in place of the size column, so that one parser fits both. */
  memset (seconds, ' ', OAK_HEADER_SIZE);
  memcpy (seconds, cursor, SECONDS_COLUMNS);
  seconds[OAK_HEADER_SIZE] = '\0';

  if (!take_seconds (seconds, &word, SECONDS_COLUMNS, &header->device_time,
          error)
      || !expect_padding (seconds, word, error)
      || !take_size (text, &size, "an image size", OAK_IMAGE_SIZE_MAX,
          &header->image_size, error))
    return FALSE;

  /* Columns are full by design: no more digits belong to them. */
  header->padded = TRUE;
  return expect_padding (text, size, error);
}

/* The time gets what the sizes leave, less one pad: with that behind them no
 * reader can take the header for the beginning of a longer one. */
static void
write_three_words (const OakHeader * header, GString * text)
{
  gchar *sizes = g_strdup_printf (" %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT,
      header->image_size, header->detections_size);

  oak_seconds_write (header->device_time,
      OAK_HEADER_SIZE - 1 - text->len - strlen (sizes), text);
  g_string_append (text, sizes);
  g_free (sizes);
}

static void
write_two_columns (const OakHeader * header, GString * text)
{
  gsize size_column = text->len + SECONDS_COLUMNS;

  oak_seconds_write (header->device_time, SECONDS_COLUMNS, text);
  while (text->len < size_column)
    g_string_append_c (text, ' ');
  g_string_append_printf (text, "%" G_GSIZE_FORMAT, header->image_size);
}

typedef gboolean (*TakeFields) (const gchar * text, const gchar * cursor,
    OakHeader * header, GError ** error);
typedef void (*WriteFields) (const OakHeader * header, GString * text);

/* A third firmware is a third line. */
static const struct
{
  const gchar *tag;
  OakFraming framing;
  gsize detections_max;
  TakeFields take;
  WriteFields write;
} framings[] = {
  {"IMG ", OAK_FRAMING_IMG, OAK_DETECTIONS_SIZE_MAX, take_three_words,
      write_three_words},
  {"ABCDE ", OAK_FRAMING_ABCDE, 0, take_two_columns, write_two_columns},
};

/**
 * oak_header_may_start:
 * @data: what has come where a header must begin
 * @size: how many bytes, 0 and more
 *
 * Tells a stranger (a web server, an SSH banner) by its first bytes, before
 * 32 of them are there. Does not wait.
 *
 * Returns: %FALSE if no header begins with @data
 */
gboolean
oak_header_may_start (const guint8 * data, gsize size)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (framings); i++) {
    const gchar *tag = framings[i].tag;

    /* The first letter tells it of nearly all that is searched. */
    if ((size == 0 || data[0] == tag[0])
        && memcmp (data, tag, MIN (size, strlen (tag))) == 0)
      return TRUE;
  }
  return FALSE;
}

/**
 * oak_header_parse:
 * @data: #OAK_HEADER_SIZE bytes, as they came off the wire
 * @header: (out): what they say; untouched on failure
 * @error: return location for an #OakWireError that tells expected and got
 *
 * `IMG` and three fields, separated by spaces and padded with spaces to the
 * full size; or `ABCDE` and fixed columns of 18 and 8. See docs/protocol.md.
 * The camera's program pads but never cuts, so an `IMG` header without a pad
 * may be the beginning of a longer one: @header->padded tells, and what
 * follows must then prove it.
 *
 * A time that is none (`nan`, less than 0, too much) is
 * #OAK_DEVICE_TIME_NONE: the frame is good all the same. Does not wait.
 *
 * Returns: %TRUE if @data is a header and every size is within limits
 */
gboolean
oak_header_parse (const guint8 * data, OakHeader * header, GError ** error)
{
  gchar text[OAK_HEADER_SIZE + 1] = { 0, };
  OakHeader parsed = { 0, };
  guint i;

  memcpy (text, data, OAK_HEADER_SIZE);

  for (i = 0; i < G_N_ELEMENTS (framings); i++) {
    const gchar *tag = framings[i].tag;

    if (memcmp (text, tag, strlen (tag)) != 0)
      continue;
    parsed.framing = framings[i].framing;
    if (!framings[i].take (text, text + strlen (tag), &parsed, error))
      return FALSE;
    *header = parsed;
    return TRUE;
  }
  return fail (error, OAK_WIRE_ERROR_TAG, "'IMG ' or 'ABCDE ' to start a frame",
      text);
}

static gboolean
expect_at_most (guint64 max, const gchar * name, guint64 got, GError ** error)
{
  if (got <= max)
    return TRUE;

  g_set_error (error, OAK_WIRE_ERROR, OAK_WIRE_ERROR_LIMIT,
      "expected %s of at most %" G_GUINT64_FORMAT ", got %" G_GUINT64_FORMAT,
      name, max, got);
  return FALSE;
}

/**
 * oak_header_write:
 * @header: what it shall say; @header->padded counts for nothing
 * @data: (out caller-allocates): #OAK_HEADER_SIZE bytes; untouched on failure
 * @error: return location for an #OakWireError that tells expected and got
 *
 * The opposite of oak_header_parse(), as a camera writes it. The device time
 * comes back exactly while its nanoseconds fit beside the sizes; else the last
 * decimals are left out. Whole seconds always fit, and an `IMG` header always
 * ends with a pad. Does not wait.
 *
 * Returns: %FALSE if a size is beyond what oak_header_parse() takes, if there
 *     are detections in `ABCDE`, or if the time is beyond 2^63 - 1 ns
 */
gboolean
oak_header_write (const OakHeader * header, guint8 * data, GError ** error)
{
  GString *text;
  guint i = 0;

  while (i < G_N_ELEMENTS (framings) - 1
      && framings[i].framing != header->framing)
    i++;
  g_return_val_if_fail (framings[i].framing == header->framing, FALSE);

  if (!expect_at_most (G_MAXINT64, "a device time in ns", header->device_time,
          error)
      || !expect_at_most (OAK_IMAGE_SIZE_MAX, "an image size in bytes",
          header->image_size, error)
      || !expect_at_most (framings[i].detections_max,
          "a detections size in bytes", header->detections_size, error))
    return FALSE;

  text = g_string_sized_new (OAK_HEADER_SIZE + 1);
  g_string_append (text, framings[i].tag);
  framings[i].write (header, text);
  memset (data, ' ', OAK_HEADER_SIZE);
  memcpy (data, text->str, text->len);
  g_string_free (text, TRUE);
  return TRUE;
}
