/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakverdict.h"

GQuark
oak_picture_error_quark (void)
{
  return g_quark_from_static_string ("oak-picture-error-quark");
}

/**
 * oak_verdict_fail:
 * @error: return location for an #OakPictureError
 * @code: which
 * @expected: what should have been there
 * @got: the bytes that are there, as a number
 *
 * Does not wait.
 *
 * Returns: %FALSE
 */
gboolean
oak_verdict_fail (GError ** error, OakPictureError code,
    const gchar * expected, guint got)
{
  g_set_error (error, OAK_PICTURE_ERROR, code, "expected %s, got 0x%02x",
      expected, got);
  return FALSE;
}

/**
 * oak_verdict_fail_cut:
 * @error: return location for an #OAK_PICTURE_ERROR_CUT
 * @expected: what should have come
 * @size: how many bytes there are
 *
 * Does not wait.
 *
 * Returns: %FALSE
 */
gboolean
oak_verdict_fail_cut (GError ** error, const gchar * expected, gsize size)
{
  g_set_error (error, OAK_PICTURE_ERROR, OAK_PICTURE_ERROR_CUT,
      "expected %s, got the end after %" G_GSIZE_FORMAT " bytes", expected,
      size);
  return FALSE;
}

/**
 * oak_verdict_expect_size:
 * @width: pixels, any number
 * @height: pixels, any number
 * @error: return location for an #OAK_PICTURE_ERROR_FIELD
 *
 * Does not wait.
 *
 * Returns: %TRUE if both are 1 to #OAK_VERDICT_SIDE_MAX
 */
gboolean
oak_verdict_expect_size (gint64 width, gint64 height, GError ** error)
{
  if (MIN (width, height) < 1 || MAX (width, height) > OAK_VERDICT_SIDE_MAX) {
    g_set_error (error, OAK_PICTURE_ERROR, OAK_PICTURE_ERROR_FIELD,
        "expected 1 to %d pixels a side, got %" G_GINT64_FORMAT "x%"
        G_GINT64_FORMAT, OAK_VERDICT_SIDE_MAX, width, height);
    return FALSE;
  }
  return TRUE;
}
