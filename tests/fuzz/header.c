/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "oakfuzz.h"
#include "oakwire.h"

static void
check_good (const OakHeader * header)
{
  guint8 again[OAK_HEADER_SIZE];
  OakHeader parsed;

  HOLDS (header->image_size <= OAK_IMAGE_SIZE_MAX);
  HOLDS (header->detections_size <= OAK_DETECTIONS_SIZE_MAX);
  /* Not all that can be read fits into what we write. */
  if (!oak_header_write (header, again, NULL))
    return;
  HOLDS (oak_header_parse (again, &parsed, NULL));
  HOLDS (parsed.framing == header->framing);
  HOLDS (parsed.image_size == header->image_size);
  HOLDS (parsed.detections_size == header->detections_size);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  GError *error = NULL;
  OakHeader header;
  gchar *quoted;
  gsize i;
  gboolean good;

  if (size < OAK_HEADER_SIZE)
    return 0;
  good = oak_header_parse (data, &header, &error);
  HOLDS (good == (error == NULL));
  if (good) {
    /* Who looks at the first bytes alone must not send it away. */
    for (i = 0; i <= OAK_HEADER_SIZE; i++)
      HOLDS (oak_header_may_start (data, i));
    check_good (&header);
  }
  g_clear_error (&error);

  quoted = oak_wire_quote (data, size);
  HOLDS (g_utf8_validate (quoted, -1, NULL));
  g_free (quoted);
  return 0;
}
