/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long to wait before the next try. Arithmetic only: reads no clock, and
 * takes chance from outside. */

#pragma once

#include <glib.h>

guint     oak_backoff_delay   (guint     attempt,
                               guint     delay,
                               guint     delay_max,
                               gdouble   jitter);
