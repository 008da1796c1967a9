/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One target: what it is given, and what must hold. Links with libFuzzer, or
 * with replay.c, which reads files. */

#pragma once

#include <glib.h>

/* A promise of the code, whatever the bytes: also in builds without asserts. */
#define HOLDS(condition)                                                      \
  G_STMT_START {                                                              \
    if (G_UNLIKELY (!(condition)))                                            \
      g_error ("%s:%d: does not hold: %s", __FILE__, __LINE__, #condition);   \
  } G_STMT_END

/* Once, before the first input; not every target has one. */
int LLVMFuzzerInitialize (int *argc, char ***argv) __attribute__ ((weak));

int LLVMFuzzerTestOneInput (const guint8 * data, gsize size);
