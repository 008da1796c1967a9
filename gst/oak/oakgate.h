/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door for cameras that connect to us: a listening socket, who may come
 * in, and one camera inside at a time. */

#pragma once

#include <gio/gio.h>

#include "oakconnection.h"

#define OAK_GATE_ERROR (oak_gate_error_quark ())

typedef enum
{
  OAK_GATE_ERROR_ADDRESS,       /* what to listen at is no numeric address */
  OAK_GATE_ERROR_ALLOW,         /* a word is neither address nor network */
  OAK_GATE_ERROR_LISTEN,        /* in use, not ours, … */
} OakGateError;

/* Why somebody was sent away. */
typedef enum
{
  OAK_GATE_STRANGER,            /* not in the list */
  OAK_GATE_BUSY,                /* another camera is served, or about to be */
} OakGateReason;

/* The gate's thread calls them, one at a time, and holds no lock meanwhile.
 * They must not wait, nor close the gate. None comes after
 * oak_gate_close(). */
typedef struct
{
  /* Somebody was sent away; the connection is closed already. */
  void (*refused) (const gchar * address, OakGateReason reason,
      gpointer user_data);
  /* The served camera has connected anew: end the older connection. It may
   * come after oak_gate_leave() for that one, but always before
   * oak_gate_wait() gives the newer. */
  void (*knocked) (gpointer user_data);
} OakGateCallbacks;

typedef struct _OakGate OakGate;

GQuark            oak_gate_error_quark    (void);

OakGate *         oak_gate_open           (const gchar   * bind_address,
                                           guint16         port,
                                           const gchar   * allow_from,
                                           const OakGateCallbacks * callbacks,
                                           gpointer        user_data,
                                           GError       ** error);

guint16           oak_gate_port           (OakGate       * self);

void              oak_gate_close          (OakGate       * self);

OakConnection *   oak_gate_wait           (OakGate       * self,
                                           gchar        ** address,
                                           GCancellable  * cancellable,
                                           GError       ** error);

void              oak_gate_note_byte      (OakGate       * self);

void              oak_gate_leave          (OakGate       * self);
