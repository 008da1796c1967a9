/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may come in: a list of addresses and networks, and whether an address is
 * in it. Asks no name server. */

#pragma once

#include <gio/gio.h>

typedef struct _OakAllow OakAllow;

OakAllow *        oak_allow_new           (const gchar   * list,
                                           GError       ** error);

void              oak_allow_free          (OakAllow      * self);

gboolean          oak_allow_lets_in       (OakAllow      * self,
                                           GInetAddress  * peer);

GInetAddress *    oak_allow_plain         (GInetAddress  * peer);
