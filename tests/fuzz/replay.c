/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gives inputs to one target, where libFuzzer is not: each line of a .corpus
 * file, in base64, and every other file as it is. */

#include <stdio.h>

#include "oakfuzz.h"

static guint n_inputs = 0;

static void
run (const guint8 * data, gsize size)
{
  LLVMFuzzerTestOneInput (data, size);
  n_inputs++;
}

static void
replay_lines (const gchar * text)
{
  gchar **lines = g_strsplit (text, "\n", -1);
  guint i;

  for (i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
    gsize size;
    guchar *data = g_base64_decode (lines[i], &size);

    run (data, size);
    g_free (data);
  }
  g_strfreev (lines);
}

static void
replay (const gchar * path)
{
  GError *error = NULL;
  gchar *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  if (g_str_has_suffix (path, ".corpus"))
    replay_lines (data);
  else
    run ((const guint8 *) data, size);
  g_free (data);
}

int
main (int argc, char **argv)
{
  gint i;

  if (LLVMFuzzerInitialize != NULL)
    LLVMFuzzerInitialize (&argc, &argv);
  for (i = 1; i < argc; i++)
    replay (argv[i]);
  printf ("%u inputs\n", n_inputs);
  return n_inputs == 0;
}
