/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcontrol.h"

#include <string.h>

#define COLUMNS 3
#define AUTOFOCUS "AUT"

/* What is written over from the left: three columns, a comma, 28 spaces. */
static const gchar blank[] = "   ,                            ";

GQuark
oak_control_error_quark (void)
{
  return g_quark_from_static_string ("oak-control-error-quark");
}

static gboolean
fail (GError ** error, OakControlError code, const gchar * expected,
    const guint8 * data)
{
  /* It ends at a NUL; what is not printable ASCII becomes octal. */
  gchar *text = g_strndup ((const gchar *) data, OAK_CONTROL_SIZE);
  gchar *escaped = g_strescape (text, NULL);

  g_set_error (error, OAK_CONTROL_ERROR, code,
      "expected %s, got the message '%s'", expected, escaped);
  g_free (escaped);
  g_free (text);
  return FALSE;
}

/**
 * oak_control_write:
 * @control: what the lens shall do; its position at most 255
 * @data: (out caller-allocates): #OAK_CONTROL_SIZE bytes
 *
 * Position or `AUT`, left-justified in 3, a comma, 28 spaces. Cameras read it
 * with one recv(): it must be sent with one call. Does not wait.
 */
void
oak_control_write (const OakControl * control, guint8 * data)
{
  gchar columns[COLUMNS + 1] = AUTOFOCUS;

  if (control->kind == OAK_CONTROL_FOCUS) {
    g_return_if_fail (control->position <= OAK_CONTROL_POSITION_MAX);
    g_snprintf (columns, sizeof (columns), "%u", control->position);
  }

  memcpy (data, blank, OAK_CONTROL_SIZE);
  memcpy (data, columns, strlen (columns));
}

/**
 * oak_control_parse:
 * @data: #OAK_CONTROL_SIZE bytes, as they came off the wire
 * @control: (out): what they say; untouched on failure
 * @error: return location for an #OakControlError that tells expected and got
 *
 * One to three digits or `AUT`, left-justified in 3, a comma, 28 spaces. Zeros
 * may lead, as they may for Python's int(). Does not wait.
 *
 * Returns: %TRUE if @data is a message
 */
gboolean
oak_control_parse (const guint8 * data, OakControl * control, GError ** error)
{
  OakControl parsed = { OAK_CONTROL_FOCUS, 0 };
  gsize n = 0;

  if (memcmp (data, AUTOFOCUS, COLUMNS) == 0) {
    parsed.kind = OAK_CONTROL_AUTOFOCUS;
    n = COLUMNS;
  }
  for (; n < COLUMNS && g_ascii_isdigit (data[n]); n++)
    parsed.position = parsed.position * 10 + (data[n] - '0');

  if (n == 0 || memcmp (data + n, blank + n, OAK_CONTROL_SIZE - n) != 0)
    return fail (error, OAK_CONTROL_ERROR_FIELD,
        "a position or AUT in 3 columns, a comma and 28 spaces", data);
  if (parsed.position > OAK_CONTROL_POSITION_MAX)
    return fail (error, OAK_CONTROL_ERROR_LIMIT, "a position of 0 to 255",
        data);

  *control = parsed;
  return TRUE;
}
