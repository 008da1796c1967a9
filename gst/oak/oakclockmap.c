/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakclockmap.h"

#include <math.h>
#include <string.h>

#define MSECOND 1e6             /* ns */
#define SECOND 1e9

#define SPAN (500 * MSECOND)    /* one point each: 64 of them are 32 s */
#define FIT_AFTER (4 * SECOND)  /* before, a slope would be noise */
#define DRIFT_MAX 500e-6        /* crystals are within 100 ppm */

#define EARLY_MAX (1 * SECOND)  /* no network brings a frame sooner */
#define LATE_MAX (10 * SECOND)  /* but it may bring one that late */
#define FROZEN_MAX (1 * SECOND) /* unless the device's clock stands still */

/* How fast the offset in use follows the line: in so many seconds, but no
 * slower than SLEW_MIN; the first frames may be far off. */
#define SETTLE (5 * SECOND)
#define FOLLOW_FIRST (1 * SECOND)
#define FOLLOW (5 * SECOND)
#define SLEW_MIN 0.005

/**
 * oak_clock_map_reset:
 * @map: the mapping, which forgets everything, also the last time it gave out
 */
void
oak_clock_map_reset (OakClockMap * map)
{
  memset (map, 0, sizeof (*map));
}

static gdouble
line_value (const OakClockMap * map, gdouble at)
{
  return map->line_delay + (at - map->line_at) * map->line_slope;
}

static gboolean
has_jumped (const OakClockMap * map, guint64 device_time, gdouble at,
    gdouble delay)
{
  gdouble late = delay - line_value (map, at);

  return device_time < map->last_device || late < -EARLY_MAX
      || late > LATE_MAX
      || (device_time == map->last_device && late > FROZEN_MAX);
}

static void
anchor (OakClockMap * map, guint64 device_time, guint64 arrival)
{
  map->anchored = TRUE;
  map->anchor_device = device_time;
  map->anchor_offset = (gint64) (arrival - device_time);
  map->last_device = device_time;
  map->offset = 0;
  map->n_points = 0;
}

/* Returns whether the line may have changed. */
static gboolean
observe (OakClockMap * map, gdouble at, gdouble delay)
{
  OakClockMapPoint *newest;

  if (map->n_points > 0 && at < map->span_start + SPAN) {
    newest = &map->points[map->n_points - 1];
    if (delay >= newest->delay)
      return FALSE;
  } else {
    if (map->n_points == OAK_CLOCK_MAP_SPANS) {
      memmove (map->points, map->points + 1,
          (OAK_CLOCK_MAP_SPANS - 1) * sizeof (map->points[0]));
      map->n_points--;
    }
    newest = &map->points[map->n_points++];
    map->span_start = at;
  }

  newest->at = at;
  newest->delay = delay;
  return TRUE;
}

/* Is @b on or above the line from @a to @c? Then it is no corner. */
static gboolean
is_above (const OakClockMapPoint * a, const OakClockMapPoint * b,
    const OakClockMapPoint * c)
{
  return (b->delay - a->delay) * (c->at - a->at)
      >= (c->delay - a->delay) * (b->at - a->at);
}

/* The corners of the points' lower convex hull, from left to right. */
static guint
find_hull (const OakClockMap * map, const OakClockMapPoint ** corners)
{
  guint i, n = 0;

  for (i = 0; i < map->n_points; i++) {
    const OakClockMapPoint *point = &map->points[i];

    while (n >= 2 && is_above (corners[n - 2], corners[n - 1], point))
      n--;
    corners[n++] = point;
  }
  return n;
}

static void
draw_level (OakClockMap * map)
{
  guint i;

  map->line_slope = 0;
  map->line_delay = map->points[0].delay;
  for (i = 1; i < map->n_points; i++)
    map->line_delay = MIN (map->line_delay, map->points[i].delay);
}

/* The hull's edge above the middle of the time seen: of all the lines below
 * all points it is the one nearest to them, and no late frame moves it. */
static void
draw_fit (OakClockMap * map)
{
  const OakClockMapPoint *corners[OAK_CLOCK_MAP_SPANS];
  guint n = find_hull (map, corners);
  gdouble middle = (corners[0]->at + corners[n - 1]->at) / 2;
  guint i = 1;

  while (i + 1 < n && corners[i]->at < middle)
    i++;

  map->line_at = corners[i]->at;
  map->line_delay = corners[i]->delay;
  map->line_slope = (corners[i]->delay - corners[i - 1]->delay)
      / (corners[i]->at - corners[i - 1]->at);
  map->line_slope = CLAMP (map->line_slope, -DRIFT_MAX, DRIFT_MAX);
}

static void
draw_line (OakClockMap * map)
{
  gdouble seen = map->points[map->n_points - 1].at - map->points[0].at;

  if (seen < FIT_AFTER)
    draw_level (map);
  else
    draw_fit (map);
}

static void
follow (OakClockMap * map, gdouble at, gdouble elapsed)
{
  gdouble error = line_value (map, at) - map->offset;
  gdouble rate = fabs (error) / (at < SETTLE ? FOLLOW_FIRST : FOLLOW);
  gdouble step = MAX (rate, SLEW_MIN) * elapsed;

  map->offset += CLAMP (error, -step, step);
}

/**
 * oak_clock_map_place:
 * @map: the mapping, learnt from earlier frames
 * @device_time: when the camera says the frame was taken, in ns
 * @arrival: pipeline clock time (absolute) at which its header arrived, in ns
 * @jumped: (out): whether the device's clock stepped, or this is the first
 *     frame, so that @device_time says nothing about the frames before
 *
 * The network can only delay a frame. So the truth about the two clocks is a
 * line below all the delays seen, touching the least; its slope is their
 * drift. Each frame is placed on it, and a line that changes is followed
 * slowly. Where the device's clock steps, the frame is placed at its arrival
 * and learning begins anew. See docs/timestamps.md.
 *
 * Does not wait.
 *
 * Returns: the pipeline clock time of the frame in ns; never earlier than the
 *     last one
 */
guint64
oak_clock_map_place (OakClockMap * map, guint64 device_time, guint64 arrival,
    gboolean * jumped)
{
  gdouble at = (gdouble) (gint64) (device_time - map->anchor_device);
  gdouble delay = (gdouble) (gint64) (arrival - device_time
      - (guint64) map->anchor_offset);
  gint64 placed;

  *jumped = !map->anchored || has_jumped (map, device_time, at, delay);
  if (*jumped) {
    anchor (map, device_time, arrival);
    at = delay = 0;
  }

  if (observe (map, at, delay))
    draw_line (map);
  follow (map, at, device_time - map->last_device);

  placed = (gint64) (device_time + (guint64) map->anchor_offset)
      + (gint64) map->offset;
  map->last_device = device_time;
  map->last_placed = MAX (map->last_placed, (guint64) MAX (placed, 0));
  return map->last_placed;
}
