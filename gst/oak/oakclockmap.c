/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakclockmap.h"

#include <math.h>
#include <string.h>

#define MSECOND 1e6             /* ns */
#define SECOND 1e9

/* One point for each: 64 of them are 32 s, and in the long run 4 minutes. */
#define SPAN_FIRST (500 * MSECOND)
#define SPAN_MAX (4 * SECOND)
#define RECENT (32 * SECOND)    /* the way has not changed for so long */
#define FIT_AFTER (4 * SECOND)  /* before, a slope would be noise */
#define DRIFT_MAX 200e-6        /* two crystals, each within 100 ppm */

#define EARLY_MAX (1 * SECOND)  /* no network brings a frame sooner */
#define LATE_MAX (1 * SECOND)   /* it may bring one later, */
#define LATE_LASTS (10 * SECOND)        /* but hardly all of so long a time */
#define CATCHING_UP (100 * MSECOND)     /* in so long a time */
#define FROZEN_MAX (1 * SECOND) /* a device time that comes again and again */

/* How fast the offset in use follows the line: in so many seconds, within
 * these limits. The first frames may be far off, and nobody has seen how far
 * apart they should be. */
#define SETTLE (5 * SECOND)
#define FOLLOW_FIRST (200 * MSECOND)
#define FOLLOW (5 * SECOND)
#define SLEW_MIN 0.005
#define SLEW_MAX 0.5

/* The drift is told by two offsets so far apart, the first when it is sure. */
#define DRIFT_FROM (10 * SECOND)
#define DRIFT_AFTER (60 * SECOND)
#define DRIFT_SPAN (300 * SECOND)

#define JITTER_WEIGHT (1 / 16.0)        /* as in RFC 3550 */

typedef enum
{
  VERDICT_FITS,
  VERDICT_LATE,                 /* by the network's fault, it seems */
  VERDICT_FROZEN,               /* still, and known to be */
  VERDICT_STEPPED,
} Verdict;

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

/* Frames that were left lying come faster than they were taken: their delay
 * falls. Where it does not, that is no reason any more. */
static void
judge_excuse (OakClockMap * map, guint64 arrival, gdouble delay)
{
  if (map->excused_since == 0 || delay < map->excused_delay - CATCHING_UP) {
    map->excused_since = arrival;
    map->excused_delay = delay;
  } else if ((gdouble) (gint64) (arrival - map->excused_since) >= LATE_LASTS) {
    map->excused = FALSE;
  }
}

/* A step back that is not before the last frame looks as a late frame does.
 * It is told by time: no frame is punctual any more. */
static Verdict
judge_late (OakClockMap * map, guint64 arrival, gdouble delay, gboolean is_late)
{
  gboolean was_late = map->late;

  map->late = is_late;
  if (!is_late) {
    map->excused = FALSE;
    return VERDICT_FITS;
  }
  if (map->excused)
    judge_excuse (map, arrival, delay);
  if (!was_late || map->excused)
    map->late_since = arrival;

  return (gdouble) (gint64) (arrival - map->late_since) < LATE_LASTS ?
      VERDICT_LATE : VERDICT_STEPPED;
}

static Verdict
judge (OakClockMap * map, guint64 device_time, guint64 arrival, gdouble at,
    gdouble delay)
{
  gdouble line = line_value (map, at);

  map->repeated = device_time == map->last_device;
  if (map->repeated && map->frozen)
    return VERDICT_FROZEN;
  map->frozen = map->repeated && delay - line > FROZEN_MAX;

  /* The offset in use is looked at as well, so that many small steps do not
   * add up: no frame is placed further ahead. */
  if (map->frozen || device_time < map->last_device
      || delay - MAX (line, map->offset) < -EARLY_MAX)
    return VERDICT_STEPPED;
  return judge_late (map, arrival, delay, delay - line > LATE_MAX);
}

static void
anchor (OakClockMap * map, guint64 device_time, guint64 arrival)
{
  map->anchored = TRUE;
  map->lost = FALSE;
  map->late = FALSE;
  map->excused = FALSE;
  map->anchor_device = device_time;
  map->anchor_offset = (gint64) (arrival - device_time);
  map->last_device = device_time;
  map->last_delay = 0;
  map->offset = 0;
  map->n_points = 0;
  map->span = SPAN_FIRST;
  map->drift_from.at = 0;
}

/* How far a point is above the line. */
static gdouble
height (const OakClockMap * map, gdouble at, gdouble delay)
{
  return delay - line_value (map, at);
}

/* Half as many points, each for twice the time. */
static void
merge_points (OakClockMap * map)
{
  guint i;

  for (i = 0; i < OAK_CLOCK_MAP_SPANS / 2; i++) {
    const OakClockMapPoint *a = &map->points[2 * i], *b = a + 1;

    map->points[i] = height (map, a->at, a->delay) <=
        height (map, b->at, b->delay) ? *a : *b;
  }
  map->n_points = OAK_CLOCK_MAP_SPANS / 2;
  map->span *= 2;
}

static OakClockMapPoint *
begin_span (OakClockMap * map, gdouble at)
{
  if (map->n_points == OAK_CLOCK_MAP_SPANS) {
    if (map->span < SPAN_MAX) {
      merge_points (map);
    } else {
      memmove (map->points, map->points + 1,
          (OAK_CLOCK_MAP_SPANS - 1) * sizeof (map->points[0]));
      map->n_points--;
    }
  }
  map->span_start = at;
  return &map->points[map->n_points++];
}

/* Returns whether the line may have changed. */
static gboolean
observe (OakClockMap * map, gdouble at, gdouble delay)
{
  OakClockMapPoint *newest;

  if (map->n_points > 0 && at < map->span_start + map->span) {
    newest = &map->points[map->n_points - 1];
    if (height (map, at, delay) >= height (map, newest->at, newest->delay))
      return FALSE;
  } else {
    newest = begin_span (map, at);
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

/* The slope of the hull's edge above the middle of the time seen: of all the
 * lines below all points it is the one nearest to them, and no late frame
 * moves it. */
static gdouble
find_slope (const OakClockMap * map)
{
  const OakClockMapPoint *corners[OAK_CLOCK_MAP_SPANS];
  guint n = find_hull (map, corners);
  gdouble middle, slope;
  guint i = 1;

  if (n < 2 || corners[n - 1]->at - corners[0]->at < FIT_AFTER)
    return 0;

  middle = (corners[0]->at + corners[n - 1]->at) / 2;
  while (i + 1 < n && corners[i]->at < middle)
    i++;
  slope = (corners[i]->delay - corners[i - 1]->delay)
      / (corners[i]->at - corners[i - 1]->at);
  return CLAMP (slope, -DRIFT_MAX, DRIFT_MAX);
}

/* Below all recent points, touching the lowest. */
static void
draw_line (OakClockMap * map)
{
  gdouble now = map->points[map->n_points - 1].at;
  guint i = map->n_points - 1;

  map->line_slope = find_slope (map);
  map->line_at = now;
  map->line_delay = map->points[i].delay;
  while (i-- > 0 && map->points[i].at >= now - RECENT) {
    const OakClockMapPoint *point = &map->points[i];

    if (height (map, point->at, point->delay) < 0) {
      map->line_at = point->at;
      map->line_delay = point->delay;
    }
  }
}

static void
follow (OakClockMap * map, gdouble at, gdouble elapsed)
{
  gdouble error = line_value (map, at) - map->offset;
  gdouble rate = fabs (error) / (at < SETTLE ? FOLLOW_FIRST : FOLLOW);
  gdouble step = CLAMP (rate, SLEW_MIN, SLEW_MAX) * elapsed;

  map->offset += CLAMP (error, -step, step);
}

static void
measure_drift (OakClockMap * map, gdouble at)
{
  const OakClockMapPoint here = { at, map->offset };

  if (at < DRIFT_FROM)
    return;

  if (map->drift_from.at == 0) {
    map->drift_from = here;
    map->drift_next = here;
  } else if (at - map->drift_next.at >= DRIFT_SPAN) {
    map->drift_from = map->drift_next;
    map->drift_next = here;
  }
}

static void
measure_jitter (OakClockMap * map, gdouble delay)
{
  if (!map->repeated)
    map->jitter += (fabs (delay - map->last_delay) - map->jitter)
        * JITTER_WEIGHT;
  map->last_delay = delay;
}

static guint64
give_out (OakClockMap * map, guint64 placed)
{
  map->last_placed = MAX (map->last_placed, placed);
  return map->last_placed;
}

/* Without a device time. The first of them is a step, if the others before
 * had one, or there are none. */
static guint64
place_lost (OakClockMap * map, guint64 arrival, gboolean * jumped)
{
  *jumped = !map->lost;
  map->n_jumps += *jumped;
  map->lost = TRUE;
  map->anchored = FALSE;
  map->frozen = FALSE;
  return give_out (map, arrival);
}

/**
 * oak_clock_map_place:
 * @map: the mapping, learnt from earlier frames
 * @device_time: when the camera says the frame was taken, in ns; more than
 *     %G_MAXINT64, as %OAK_CLOCK_MAP_UNKNOWN is: it does not know
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
 *     last one, nor more than a second after the latest arrival
 */
guint64
oak_clock_map_place (OakClockMap * map, guint64 device_time, guint64 arrival,
    gboolean * jumped)
{
  gdouble at = (gdouble) (gint64) (device_time - map->anchor_device);
  gdouble delay = (gdouble) (gint64) (arrival - device_time
      - (guint64) map->anchor_offset);
  Verdict verdict = VERDICT_STEPPED;
  gint64 placed;

  /* The difference of two that are no more than that has a sign. */
  if (device_time > G_MAXINT64)
    return place_lost (map, arrival, jumped);

  if (map->anchored) {
    verdict = judge (map, device_time, arrival, at, delay);
    map->n_jumps += verdict == VERDICT_STEPPED;
  }
  *jumped = verdict == VERDICT_STEPPED;
  if (verdict == VERDICT_STEPPED || verdict == VERDICT_FROZEN) {
    anchor (map, device_time, arrival);
    at = delay = 0;
  } else {
    measure_jitter (map, delay);
  }

  if (verdict != VERDICT_LATE && observe (map, at, delay))
    draw_line (map);
  follow (map, at, device_time - map->last_device);
  measure_drift (map, at);

  placed = (gint64) (device_time + (guint64) map->anchor_offset)
      + (gint64) map->offset;
  map->last_device = device_time;
  return give_out (map, MAX (placed, 0));
}

/**
 * oak_clock_map_excuse:
 * @map: a mapping
 *
 * Frames were left lying before their arrival was noted. Until one is punctual
 * again, late ones say nothing about the device's clock, as long as they become
 * less late, be it by a hundredth of the time.
 */
void
oak_clock_map_excuse (OakClockMap * map)
{
  map->excused = TRUE;
  map->excused_since = 0;
}

/**
 * oak_clock_map_get_drift:
 * @map: a mapping
 *
 * Measured over the last five to ten minutes; in the first minute by the line
 * alone, which is rough.
 *
 * Returns: how much faster than the pipeline's the device's clock runs, in
 *     parts per million; 0 in the first seconds
 */
gdouble
oak_clock_map_get_drift (const OakClockMap * map)
{
  gdouble at = (gdouble) (gint64) (map->last_device - map->anchor_device);
  gdouble span = at - map->drift_from.at;

  if (!map->anchored)
    return 0;
  if (map->drift_from.at == 0 || span < DRIFT_AFTER)
    return 0 - map->line_slope * 1e6;
  return (map->drift_from.delay - map->offset) / span * 1e6;
}

/**
 * oak_clock_map_get_jitter:
 * @map: a mapping
 *
 * As RTP defines it (RFC 3550, 6.4.1): by how much the time on the way differs
 * from one frame to the next, smoothed over some 16 frames.
 *
 * Returns: ns
 */
guint64
oak_clock_map_get_jitter (const OakClockMap * map)
{
  return map->jitter;
}
