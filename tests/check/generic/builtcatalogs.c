/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linked into a program with --wrap=bindtextdomain: it finds the catalogs that
 * were just built, in place of installed ones. */

#include <libintl.h>

char *__real_bindtextdomain (const char *domain, const char *directory);
char *__wrap_bindtextdomain (const char *domain, const char *directory);

char *
__wrap_bindtextdomain (const char *domain, const char *directory)
{
  (void) directory;
  return __real_bindtextdomain (domain, OAK_CATALOGS_DIR);
}
