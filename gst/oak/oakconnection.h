/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only code that touches a TCP socket. Knows no byte's meaning. */

#pragma once

#include <gio/gio.h>

typedef struct _OakConnection OakConnection;

/* The name is resolved, and one of its addresses is called now. */
typedef void (*OakConnectionCalling) (gpointer user_data);

OakConnection *   oak_connection_open     (const gchar   * host,
                                           guint16         port,
                                           guint           timeout,
                                           OakConnectionCalling calling,
                                           gpointer        user_data,
                                           GCancellable  * cancellable,
                                           GError       ** error);

OakConnection *   oak_connection_new      (GSocketConnection * stream);

void              oak_connection_free     (OakConnection * self);

void              oak_connection_finish   (OakConnection * self);

void              oak_connection_set_buffer_size (OakConnection * self,
                                           guint           size);

void              oak_connection_prepare_to_send (OakConnection * self,
                                           guint           patience);

GSource *         oak_connection_watch    (OakConnection * self,
                                           GIOCondition    condition);

gssize            oak_connection_send_some (OakConnection * self,
                                           GOutputVector * parts,
                                           guint           n_parts,
                                           GError       ** error);

gssize            oak_connection_receive_some (OakConnection * self,
                                           guint8        * data,
                                           gsize           size,
                                           GError       ** error);

gssize            oak_connection_receive  (OakConnection * self,
                                           guint8        * data,
                                           gsize           size,
                                           gsize           at_least,
                                           gint64          timeout,
                                           GCancellable  * cancellable,
                                           GError       ** error);

gboolean          oak_connection_send     (OakConnection * self,
                                           const guint8  * data,
                                           gsize           size,
                                           GError       ** error);

gsize             oak_connection_available (OakConnection * self);

gchar *           oak_connection_peer_address (OakConnection * self);
