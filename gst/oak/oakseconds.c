/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakseconds.h"

#include <string.h>

#define LENGTH_MAX 32           /* no time needs more */
#define NS_PER_SECOND 1000000000

/* From here on down Python prints an exponent. */
#define NS_OF_SMALL 100000

static gsize
count_digits (const gchar * text, gsize length)
{
  gsize n = 0;

  while (n < length && g_ascii_isdigit (text[n]))
    n++;
  return n;
}

/* The last of @digits counts 10^@exponent nanoseconds; what is less than one
 * falls off. */
static gboolean
add_digits (const gchar * digits, gsize n, gint exponent, guint64 * ns)
{
  guint64 value = 0;
  gsize i;

  for (i = 0; i < n && exponent + (gint) (n - 1 - i) >= 0; i++) {
    if (!g_uint64_checked_mul (&value, value, 10)
        || !g_uint64_checked_add (&value, value, digits[i] - '0'))
      return FALSE;
  }
  for (; value > 0 && exponent > 0; exponent--) {
    if (!g_uint64_checked_mul (&value, value, 10))
      return FALSE;
  }

  if (value > G_MAXINT64)
    return FALSE;
  *ns = value;
  return TRUE;
}

static gboolean
is_word (const gchar * text, gsize length, const gchar * word)
{
  return length == strlen (word) && memcmp (text, word, length) == 0;
}

/* As Python prints them. */
static gboolean
is_no_number (const gchar * word, gsize length)
{
  return is_word (word, length, "nan") || is_word (word, length, "inf");
}

/* Digits, perhaps a point with digits behind it, perhaps an exponent. */
static gboolean
parse_number (const gchar * word, gsize length, guint64 * ns)
{
  gchar digits[LENGTH_MAX];
  gsize whole = count_digits (word, length);
  gsize fraction = 0;
  gsize position = whole;
  gint exponent = 0;

  if (whole == 0)
    return FALSE;
  memcpy (digits, word, whole);

  if (position < length && word[position] == '.') {
    position++;
    fraction = count_digits (word + position, length - position);
    if (fraction == 0)
      return FALSE;
    memcpy (digits + whole, word + position, fraction);
    position += fraction;
  }

  if (position < length && word[position] == 'e') {
    gboolean negative = FALSE;
    gsize n;

    position++;
    if (position < length && strchr ("+-", word[position]) != NULL)
      negative = word[position++] == '-';
    n = count_digits (word + position, length - position);
    if (n == 0 || n > 3)
      return FALSE;
    for (; n > 0; n--)
      exponent = exponent * 10 + (word[position++] - '0');
    if (negative)
      exponent = -exponent;
  }

  if (position != length)
    return FALSE;

  if (!add_digits (digits, whole + fraction, exponent + 9 - (gint) fraction,
          ns))
    *ns = OAK_SECONDS_NONE;
  return TRUE;
}

/**
 * oak_seconds_parse:
 * @word: seconds as Python prints a float, not terminated
 * @length: its length in bytes
 * @ns: (out): what it says, at most 2^63 - 1, or #OAK_SECONDS_NONE where that
 *     is no time: less than 0, too much, `nan` or `inf`; untouched on failure
 *
 * Digits below a nanosecond fall off. There is no double in between: one
 * cannot hold the nanoseconds of a camera that runs for months. Does not wait.
 *
 * Returns: %FALSE if @word is anything else, or longer than 32 bytes
 */
gboolean
oak_seconds_parse (const gchar * word, gsize length, guint64 * ns)
{
  guint64 parsed = OAK_SECONDS_NONE;
  gboolean negative = length > 0 && word[0] == '-';

  if (length > LENGTH_MAX)
    return FALSE;
  if (negative) {
    word++;
    length--;
  }
  if (!is_no_number (word, length) && !parse_number (word, length, &parsed))
    return FALSE;

  /* Nothing is less than nothing: "-0.0" is 0. */
  *ns = negative && parsed > 0 ? OAK_SECONDS_NONE : parsed;
  return TRUE;
}

/* Less than 10^-4 s, but not 0: "5e-05", "1.2345e-05". */
static void
write_small (guint ns, GString * text)
{
  gchar digits[16];
  gsize n = g_snprintf (digits, sizeof (digits), "%u", ns);
  guint exponent = 10 - n;

  while (digits[n - 1] == '0')
    n--;
  g_string_append_c (text, digits[0]);
  if (n > 1) {
    g_string_append_c (text, '.');
    g_string_append_len (text, digits + 1, n - 1);
  }
  g_string_append_printf (text, "e-%02u", exponent);
}

/**
 * oak_seconds_write:
 * @ns: nanoseconds, at most 2^63 - 1
 * @columns: how many bytes may be added, #OAK_SECONDS_COLUMNS_MIN or more
 * @text: where the seconds are added
 *
 * As Python prints a float (12.5, 0.0, 5e-05), but never with more digits than
 * nanoseconds have, and with all of those, where a double would have lost
 * them. What does not fit falls off on the right, the point as the last.
 * Does not wait.
 */
void
oak_seconds_write (guint64 ns, gsize columns, GString * text)
{
  gchar number[LENGTH_MAX];
  gsize length, point;

  g_return_if_fail (ns <= G_MAXINT64 && columns >= OAK_SECONDS_COLUMNS_MIN);

  if (ns > 0 && ns < NS_OF_SMALL) {
    write_small (ns, text);
    return;
  }

  length = g_snprintf (number, sizeof (number), "%" G_GUINT64_FORMAT ".%09u",
      ns / NS_PER_SECOND, (guint) (ns % NS_PER_SECOND));
  point = length - 10;
  length = MIN (length, columns);
  if (length > point) {
    while (number[length - 1] == '0')
      length--;
    /* One 0 stays behind the point, or the point goes as well. */
    if (length == point + 1)
      length = columns > length ? length + 1 : point;
  }
  g_string_append_len (text, number, length);
}
