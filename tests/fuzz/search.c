/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakfuzz.h"
#include "oaksearch.h"
#include "oakwire.h"

/* The bytes come in pieces: the first byte says how large they are. */
int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  OakSearch search = { 0, };
  gsize piece, have = 0;
  gboolean found = FALSE;

  if (size < 2)
    return 0;
  piece = 1 + data[0];
  data++;
  size--;
  while (!found && have < size) {
    gsize before = search.at;

    have = MIN (have + piece, size);
    found = oak_search_go_on (&search, data, have, size);
    HOLDS (search.at >= before && search.at <= have);
  }
  if (found && search.at + OAK_HEADER_SIZE <= have)
    HOLDS (oak_header_may_start (data + search.at, OAK_HEADER_SIZE));
  return 0;
}
