/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <math.h>
#include <string.h>

#include "oakclockmap.h"
#include "oakfuzz.h"

/* What the camera says may be anything; arrivals are ours, and go on. Each
 * frame takes 9 bytes: how long it is since the last, and its device time. */
int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  OakClockMap map;
  guint64 arrival = G_GUINT64_CONSTANT (1) << 40, last = 0;
  gboolean jumped;

  oak_clock_map_reset (&map);
  for (; size >= 9; data += 9, size -= 9) {
    guint64 device_time, placed;

    arrival += (guint64) data[0] * data[0] * 1000000;
    memcpy (&device_time, data + 1, sizeof (device_time));
    /* Often one that is near the truth. */
    if (data[1] & 1)
      device_time = arrival + (device_time & 0xfffffff);
    if (data[0] == 255)
      oak_clock_map_excuse (&map);
    placed = oak_clock_map_place (&map, device_time, arrival, &jumped);
    HOLDS (placed >= last);
    HOLDS (isfinite (oak_clock_map_get_drift (&map)));
    oak_clock_map_get_jitter (&map);
    last = placed;
  }
  return 0;
}
