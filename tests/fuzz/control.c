/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcontrol.h"
#include "oakfuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  guint8 written[OAK_CONTROL_SIZE];
  OakControl control, again;
  GError *error = NULL;
  gboolean good;

  if (size < OAK_CONTROL_SIZE)
    return 0;
  good = oak_control_parse (data, &control, &error);
  HOLDS (good == (error == NULL));
  if (good) {
    HOLDS (control.kind == OAK_CONTROL_AUTOFOCUS
        || control.position <= OAK_CONTROL_POSITION_MAX);
    oak_control_write (&control, written);
    HOLDS (oak_control_parse (written, &again, NULL));
    HOLDS (again.kind == control.kind);
    HOLDS (control.kind != OAK_CONTROL_FOCUS
        || again.position == control.position);
  }
  g_clear_error (&error);
  return 0;
}
