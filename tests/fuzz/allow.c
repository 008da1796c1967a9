/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakallow.h"
#include "oakfuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  gchar *list = g_strndup ((const gchar *) data, size);
  GError *error = NULL;
  OakAllow *allow = oak_allow_new (list, &error);
  static GInetAddress *address = NULL;

  if (address == NULL)
    address = g_inet_address_new_from_string ("192.0.2.7");
  HOLDS ((allow == NULL) == (error != NULL));
  if (allow != NULL) {
    oak_allow_lets_in (allow, address);
    oak_allow_free (allow);
  }
  g_clear_error (&error);
  g_free (list);
  return 0;
}
