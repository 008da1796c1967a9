/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakclockmap.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <stdlib.h>

#define MS (G_GUINT64_CONSTANT (1000000))
#define S (1000 * MS)
#define NONE OAK_CLOCK_MAP_UNKNOWN

/* *INDENT-OFF* */
/* A frame, and what must become of it; frame 0 of a story is its anchor. */
typedef struct
{
  guint64 device, arrival;      /* ns */
  gint64 least, most;           /* of what comes out, ns over the arrival */
  gboolean jumped;
} Step;

static const struct
{
  const gchar *story;
  guint n_jumps;
  Step steps[8];
} stories[] = {
  {"the first frame is placed at its arrival", 0, {
    {12 * S, 100 * S, 0, 0, TRUE}}},
  {"no device time, and one that is more than any", 1, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 100 * S + 33 * MS, 0, 0, FALSE},
    {G_GUINT64_CONSTANT (1) << 63, 100 * S + 66 * MS, 0, 0, TRUE},
    {NONE, 100 * S + 99 * MS, 0, 0, FALSE}}},
  {"later ones by device time, however late they are", 0, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 100 * S + 33 * MS, 0, 0, FALSE},
    {12 * S + 66 * MS, 100 * S + 90 * MS, -24000000, -24000000, FALSE}}},
  {"one that comes sooner pulls the others, slowly", 0, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 100 * S + 23 * MS, 7000000, 9000000, FALSE},
    {12 * S + 66 * MS, 100 * S + 56 * MS, 5000000, 7500000, FALSE}}},
  {"but no faster than half of the time that passes", 0, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 900 * MS, 100 * S + 100 * MS, 350000000, 350000000, FALSE},
    {12 * S + 933 * MS, 100 * S + 133 * MS, 333500000, 333500000, FALSE}}},
  {"a reboot begins anew", 1, {
    {500 * S, 100 * S, 0, 0, TRUE},
    {500 * S + 33 * MS, 100 * S + 33 * MS, 0, 0, FALSE},
    {1 * S, 110 * S, 0, 0, TRUE},
    {1 * S + 33 * MS, 110 * S + 33 * MS, 0, 0, FALSE}}},
  {"a clock that is set back to zero begins anew", 1, {
    {500 * S, 100 * S, 0, 0, TRUE},
    {0, 100 * S + 33 * MS, 0, 0, TRUE},
    {33 * MS, 100 * S + 66 * MS, 0, 0, FALSE}}},
  {"time does not go back where the device's does", 1, {
    {500 * S, 100 * S, 0, 0, TRUE},
    {500 * S + 900 * MS, 100 * S + 33 * MS, 400000000, 450000000, FALSE},
    {1 * S, 100 * S + 33 * MS, 400000000, 450000000, TRUE},
    {1 * S + 500 * MS, 100 * S + 533 * MS, 0, 0, FALSE}}},
  {"a step forward of more than a second begins anew", 1, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {14 * S, 100 * S + 33 * MS, 0, 0, TRUE},
    {14 * S + 33 * MS, 100 * S + 66 * MS, 0, 0, FALSE}}},
  {"to the end of time and back are two", 2, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {G_MAXINT64, 100 * S + 33 * MS, 0, 0, TRUE},
    {12 * S + 66 * MS, 100 * S + 66 * MS, 0, 0, TRUE},
    {12 * S + 99 * MS, 100 * S + 99 * MS, 0, 0, FALSE}}},
  {"small steps forward do not add up", 1, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 900 * MS, 100 * S, 450000000, 450000000, FALSE},
    {13 * S + 400 * MS, 100 * S, 700000000, 700000000, FALSE},
    {13 * S + 900 * MS, 100 * S, 700000000, 700000000, TRUE},
    {14 * S + 900 * MS, 101 * S, 0, 0, FALSE}}},
  {"a clock that stands still is noticed, once", 1, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S, 100 * S + 500 * MS, -500000000, -500000000, FALSE},
    {12 * S, 101 * S + 100 * MS, 0, 0, TRUE},
    {12 * S, 101 * S + 133 * MS, 0, 0, FALSE},
    {12 * S, 109 * S, 0, 0, FALSE},
    {12 * S + 33 * MS, 109 * S + 33 * MS, 0, 0, FALSE}}},
  {"and so is its step when it goes on", 2, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S, 101 * S + 100 * MS, 0, 0, TRUE},
    {12 * S, 101 * S + 133 * MS, 0, 0, FALSE},
    {22 * S, 101 * S + 166 * MS, 0, 0, TRUE},
    {22 * S + 33 * MS, 101 * S + 199 * MS, 0, 0, FALSE}}},
  {"which is not known of one behind a frame without a time", 2, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {NONE, 100 * S + 50 * MS, 0, 0, TRUE},
    {13 * S, 100 * S + 100 * MS, 0, 0, TRUE},
    {13 * S, 100 * S + 133 * MS, -33000000, -33000000, FALSE},
    {13 * S, 102 * S, 0, 0, TRUE}}},
  {"frames without a time are placed where they arrive, one jump a run", 1, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {NONE, 100 * S + 50 * MS, 0, 0, TRUE},
    {NONE, 100 * S + 70 * MS, 0, 0, FALSE},
    {NONE, 190 * S, 0, 0, FALSE},
    {12 * S + 99 * MS, 190 * S + 20 * MS, 0, 0, TRUE},
    {12 * S + 132 * MS, 190 * S + 90 * MS, -37000000, -37000000, FALSE}}},
  {"also when none before had one", 2, {
    {NONE, 100 * S, 0, 0, TRUE},
    {NONE, 100 * S + 33 * MS, 0, 0, FALSE},
    {12 * S, 100 * S + 66 * MS, 0, 0, TRUE},
    {NONE, 100 * S + 99 * MS, 0, 0, TRUE},
    {12 * S, 100 * S + 99 * MS, 0, 0, TRUE}}},
  {"a network that stands still is no clock", 0, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 108 * S, -7967000000, -7967000000, FALSE},
    {12 * S + 66 * MS, 108 * S, -7934000000, -7934000000, FALSE},
    {20 * S, 108 * S, 0, 0, FALSE}}},
  {"however long", 0, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 150 * S, -49967000000, -49967000000, FALSE},
    {12 * S + 66 * MS, 150 * S + 1 * MS, -49935000000, -49935000000, FALSE},
    {62 * S, 150 * S + 2 * MS, -2000000, 0, FALSE}}},
  {"a drip that is late for long, but never for good, either", 0, {
    {12 * S, 100 * S, 0, 0, TRUE},
    {13 * S, 112 * S, -11000000000, -11000000000, FALSE},
    {24 * S, 112 * S + 10 * MS, -10000000, 0, FALSE},
    {25 * S, 124 * S, -11000000000, -10980000000, FALSE},
    {36 * S, 124 * S + 10 * MS, -10000000, 0, FALSE}}},
  {"a clock that has lost time is known when no frame is punctual any more", 1,
   {{12 * S, 100 * S, 0, 0, TRUE},
    {13 * S, 103 * S, -2000000000, -2000000000, FALSE},
    {22 * S, 112 * S, -2000000000, -2000000000, FALSE},
    {23 * S, 113 * S, 0, 0, TRUE},
    {24 * S, 114 * S, 0, 0, FALSE}}},
  {"pipeline time near zero", 0, {
    {500 * S, 0, 0, 0, TRUE},
    {500 * S + 33 * MS, 0, 0, 33000000, FALSE}}},
  {"numbers at the end", 2, {
    {G_MAXINT64, 100 * S, 0, 0, TRUE},
    {0, 101 * S, 0, 0, TRUE},
    {G_MAXINT64, 102 * S, 0, 0, TRUE}}},
  {"a pipeline clock in the middle of its range", 0, {
    {0, G_MAXINT64 / 2, 0, 0, TRUE},
    {33 * MS, G_MAXINT64 / 2 + 33 * MS, 0, 0, FALSE}}},
};
/* *INDENT-ON* */

GST_START_TEST (test_story)
{
  OakClockMap map;
  guint64 last = 0;
  guint i;

  GST_INFO ("%s", stories[__i__].story);
  oak_clock_map_reset (&map);
  for (i = 0; i < G_N_ELEMENTS (stories[0].steps); i++) {
    const Step *step = &stories[__i__].steps[i];
    gboolean jumped;
    guint64 placed;

    if (i > 0 && step->device == 0 && step->arrival == 0)
      break;
    placed = oak_clock_map_place (&map, step->device, step->arrival, &jumped);
    fail_unless ((gint64) (placed - step->arrival) >= step->least
        && (gint64) (placed - step->arrival) <= step->most,
        "%s: step %u is off by %" G_GINT64_FORMAT, stories[__i__].story, i,
        (gint64) (placed - step->arrival));
    fail_unless (jumped == step->jumped, "%s: step %u",
        stories[__i__].story, i);
    fail_unless (placed >= last);
    last = placed;
  }
  fail_unless_equals_uint64 (map.n_jumps, stories[__i__].n_jumps);
}

GST_END_TEST;

GST_START_TEST (test_frames_that_we_left_lying_are_no_step)
{
  OakClockMap map;
  gboolean jumped;
  guint i;

  oak_clock_map_reset (&map);
  oak_clock_map_place (&map, 12 * S, 100 * S, &jumped);
  oak_clock_map_excuse (&map);
  for (i = 1; i < 1000; i++) {
    guint64 placed = oak_clock_map_place (&map, 12 * S + i * 40 * MS,
        160 * S + i * 20 * MS, &jumped);

    fail_unless_equals_uint64 (placed, 100 * S + i * 40 * MS);
    fail_if (jumped);
  }
  fail_unless_equals_uint64 (map.n_jumps, 0);
}

GST_END_TEST;

/* A link that is as fast as the camera and no faster: what was once behind
 * stays so, and is placed where it arrives after a while. */
GST_START_TEST (test_excuse_is_over_when_nothing_catches_up)
{
  OakClockMap map;
  gboolean jumped;
  guint i;

  oak_clock_map_reset (&map);
  oak_clock_map_place (&map, 12 * S, 100 * S, &jumped);
  oak_clock_map_excuse (&map);
  for (i = 0; i < 100; i++) {
    guint64 placed = oak_clock_map_place (&map, (13 + i) * S + i % 3 * 20 * MS,
        (103 + i) * S, &jumped);

    fail_unless_equals_int (jumped, i == 19);
    if (i >= 19)
      fail_unless (placed + S / 10 > (103 + i) * S);
  }
  fail_unless_equals_uint64 (map.n_jumps, 1);
}

GST_END_TEST;

/* Eleven milliseconds a second are enough; nine are not. */
GST_START_TEST (test_excuse_lasts_while_frames_catch_up)
{
  OakClockMap map;
  gboolean jumped;
  guint64 gain = (__i__ == 0 ? 11 : 9) * MS;
  guint i, n = 0;

  oak_clock_map_reset (&map);
  oak_clock_map_place (&map, 12 * S, 100 * S, &jumped);
  oak_clock_map_excuse (&map);
  for (i = 0; i < 100; i++) {
    oak_clock_map_place (&map, (13 + i) * S + i * gain, (108 + i) * S, &jumped);
    n += jumped;
  }
  fail_unless_equals_int (n, __i__);
}

GST_END_TEST;

GST_START_TEST (test_one_that_is_punctual_ends_the_excuse)
{
  OakClockMap map;
  gboolean jumped;
  guint i;

  oak_clock_map_reset (&map);
  oak_clock_map_place (&map, 12 * S, 100 * S, &jumped);
  oak_clock_map_excuse (&map);
  oak_clock_map_place (&map, 13 * S, 103 * S, &jumped);
  oak_clock_map_place (&map, 16 * S, 104 * S, &jumped);
  for (i = 0; i <= 10; i++) {
    oak_clock_map_place (&map, (17 + i) * S, (107 + i) * S, &jumped);
    fail_unless_equals_int (jumped, i == 10);
  }
}

GST_END_TEST;

typedef enum
{
  BACK,
  FORWARD,
  REPEATED,
  N_TURNS
} Turn;

static guint64
turn_clock (GRand * random, guint64 device_time)
{
  /* Most of the time nothing happens. */
  switch (g_rand_int_range (random, 0, 20 * N_TURNS)) {
    case BACK:
      return device_time / g_rand_int_range (random, 1, 100);
    case FORWARD:
      return device_time + g_rand_int_range (random, 0, 4000) * MS;
    case REPEATED:
      return device_time;
    default:
      return device_time + g_rand_int_range (random, 20, 40) * MS;
  }
}

/* Sends bursts after silences through the map, on a clock that steps. */
GST_START_TEST (test_pts_never_stands_far_ahead)
{
  GRand *random = g_rand_new_with_seed (815 + __i__);
  guint64 device_time = 5 * S, arrival = 100 * S, last = 0;
  OakClockMap map;
  guint i;

  oak_clock_map_reset (&map);
  for (i = 0; i < 20000; i++) {
    gboolean known = g_rand_int_range (random, 0, 100) > 0;
    gboolean jumped;
    guint64 placed;

    device_time = turn_clock (random, device_time);
    switch (g_rand_int_range (random, 0, 300)) {
      case 0:
        arrival += g_rand_int_range (random, 1, 30) * S;
        break;
      case 1:
        device_time += g_rand_int_range (random, 1, 30) * S;
        break;
      default:
        arrival += g_rand_int_range (random, 0, 66) * MS;
    }
    placed = oak_clock_map_place (&map, known ? device_time : NONE, arrival,
        &jumped);
    /* Each claim costs time, where leaks are searched for. */
    if (placed < last || placed > arrival + S || (jumped && placed < arrival))
      fail ("frame %u: %" G_GINT64_FORMAT " ms ahead", i,
          ((gint64) placed - (gint64) arrival) / (gint64) MS);
    last = placed;
  }
  g_rand_free (random);
}

GST_END_TEST;

/* Ten minutes of a camera, by seeded chance. */
#define MINUTES 10
#define SEEDS 3
#define SETTLED 5.0             /* s */

/* *INDENT-OFF* */
static const struct
{
  gdouble drift;                /* of the device's clock */
  gdouble jitter;               /* s, one-sided */
  gboolean bursts;              /* 1 s a minute, every frame 60 ms late */
  gdouble fps;
  gdouble error, spacing;       /* s, bounds of the 99th percentile */
  gdouble drift_error;          /* bound, at the end */
} runs[] = {
  {100e-6, 0.080, TRUE, 30, 0.005, 0.0005, 15e-6},
  {-100e-6, 0.080, TRUE, 30, 0.005, 0.0005, 15e-6},
  {0, 0.080, TRUE, 30, 0.005, 0.0005, 15e-6},
  {100e-6, 0.080, TRUE, 60, 0.005, 0.0005, 15e-6},
  {-100e-6, 0.080, TRUE, 10, 0.005, 0.0005, 15e-6},
  {100e-6, 0.005, FALSE, 30, 0.001, 0.0005, 1e-6},
  {-100e-6, 0.005, FALSE, 30, 0.001, 0.0005, 1e-6},
  {0, 0.005, FALSE, 30, 0.001, 0.0005, 1e-6},
  {100e-6, 0.005, FALSE, 60, 0.001, 0.0005, 1e-6},
  {-100e-6, 0.005, FALSE, 10, 0.001, 0.0005, 3e-6},
};
/* *INDENT-ON* */

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
percentile (GArray * values, gdouble part)
{
  g_array_sort (values, compare);
  return g_array_index (values, gdouble, (guint) (part * (values->len - 1)));
}

static gdouble
find_delay (GRand * random, guint run, gdouble time)
{
  gdouble second = fmod (time, 60);

  if (runs[run].bursts && second >= 30 && second < 31)
    return g_rand_double_range (random, 0.060, runs[run].jitter);
  return g_rand_double_range (random, 0, runs[run].jitter);
}

GST_START_TEST (test_camera_of_ten_minutes)
{
  const guint run = __i__ / SEEDS;
  const gdouble fps = runs[run].fps;
  GRand *random = g_rand_new_with_seed (4711 + __i__);
  GArray *errors = g_array_new (FALSE, FALSE, sizeof (gdouble));
  GArray *spacings = g_array_new (FALSE, FALSE, sizeof (gdouble));
  OakClockMap map;
  gdouble arrival = 0, last_time = 0, last_device = 0, constant;
  gdouble jitter;
  guint n, n_wrong = 0;

  oak_clock_map_reset (&map);
  for (n = 0; n < MINUTES * 60 * fps; n++) {
    gdouble time = n / fps;
    gdouble device = 12.5 + time * (1 + runs[run].drift);
    gboolean jumped;
    gdouble delay, placed;

    /* A frame cannot overtake another. */
    delay = find_delay (random, run, time);
    arrival = MAX (arrival, 1000 + time + delay);
    placed = oak_clock_map_place (&map, device * S, arrival * S, &jumped) / 1e9;
    n_wrong += jumped != (n == 0) || placed < last_time;
    if (time > SETTLED) {
      gdouble error = placed - time;
      gdouble spacing = fabs (placed - last_time - (device - last_device));

      g_array_append_val (errors, error);
      g_array_append_val (spacings, spacing);
    }
    last_time = placed;
    last_device = device;
  }

  fail_unless_equals_int (n_wrong, 0);
  constant = (percentile (errors, 0.005) + percentile (errors, 0.995)) / 2;
  for (n = 0; n < errors->len; n++)
    g_array_index (errors, gdouble, n) =
        fabs (g_array_index (errors, gdouble, n) - constant);
  fail_unless (percentile (errors, 0.99) < runs[run].error,
      "error %f ms", percentile (errors, 0.99) * 1e3);
  fail_unless (percentile (spacings, 0.99) < runs[run].spacing,
      "spacing %f ms", percentile (spacings, 0.99) * 1e3);

  GST_INFO ("error %f ms, spacing %f ms, drift %f ppm, jitter %f ms",
      percentile (errors, 0.99) * 1e3, percentile (spacings, 0.99) * 1e3,
      oak_clock_map_get_drift (&map), oak_clock_map_get_jitter (&map) / 1e6);
  fail_unless (fabs (oak_clock_map_get_drift (&map) / 1e6 - runs[run].drift)
      < runs[run].drift_error, "drift %f ppm", oak_clock_map_get_drift (&map));
  /* A third of the range, where no frame has to wait for another. */
  jitter = oak_clock_map_get_jitter (&map) / 1e9;
  fail_unless (jitter > runs[run].jitter / 10
      && jitter < runs[run].jitter / 2, "jitter %f ms", jitter * 1e3);

  g_array_unref (spacings);
  g_array_unref (errors);
  g_rand_free (random);
}

GST_END_TEST;

/* Where a frame is placed after its time on the device's clock, in s. */
static gdouble
place_at (OakClockMap * map, gdouble time, gdouble delay)
{
  gboolean jumped;
  guint64 placed = oak_clock_map_place (map, time * S, (1000 + time + delay)
      * S, &jumped);

  fail_if (jumped && time > 0);
  return placed / 1e9 - 1000 - time;
}

/* The way becomes 50 ms longer for two minutes. */
GST_START_TEST (test_new_way_is_followed)
{
  gdouble placed = 0, last = 0;
  OakClockMap map;
  guint n;

  oak_clock_map_reset (&map);
  for (n = 0; n < 360 * 30; n++) {
    gdouble time = n / 30.0;
    gboolean is_long = time >= 120 && time < 240;

    placed = place_at (&map, time, is_long ? 0.050 : 0);
    fail_unless (placed > -0.001 && placed < 0.051, "at %f: %f", time, placed);
    fail_unless (n == 0 || fabs (placed - last) < 0.0005);
    /* In a minute; a shorter way within half of that. */
    if ((time > 0 && time < 120) || time > 270)
      fail_unless (placed < 0.005, "at %f: %f", time, placed);
    if (time > 180 && time < 240)
      fail_unless (placed > 0.045, "at %f: %f", time, placed);
    last = placed;
  }
}

GST_END_TEST;

/* When half as many points become enough, the newest are among those kept: the
 * way of the last seconds is not forgotten. */
GST_START_TEST (test_what_was_seen_is_kept_for_half_a_minute)
{
  OakClockMap map;
  guint n;

  oak_clock_map_reset (&map);
  for (n = 0; n < 44 * 30; n++) {
    gdouble time = n / 30.0;
    gdouble placed = place_at (&map, time, time >= 16 && time < 32 ? 0 : 0.02);

    fail_unless (time < 26 || fabs (placed) < 0.005, "at %f: %f", time, placed);
  }
}

GST_END_TEST;

/* So long with that drift; frames come up to @jitter later, in s. */
static void
drive (OakClockMap * map, gdouble * time, gdouble * device, gdouble seconds,
    gdouble drift, GRand * random, gdouble jitter)
{
  gdouble end = *time + seconds;

  for (; *time < end; *time += 1 / 30.0, *device += (1 + drift) / 30) {
    gdouble delay = jitter > 0 ? g_rand_double_range (random, 0, jitter) : 0;
    gboolean jumped;

    oak_clock_map_place (map, *device * S, (1000 + *time + delay) * S, &jumped);
  }
}

static void
assert_drift (const OakClockMap * map, gdouble least, gdouble most)
{
  gdouble drift = oak_clock_map_get_drift (map);

  fail_unless (drift >= least && drift <= most, "%f ppm", drift);
}

/* The crystal becomes warm. What is told is a mean over five to ten minutes. */
GST_START_TEST (test_drift_is_that_of_the_last_minutes)
{
  gdouble time = 0, device = 12.5;
  OakClockMap map;

  oak_clock_map_reset (&map);
  drive (&map, &time, &device, 1200, 50e-6, NULL, 0);
  assert_drift (&map, 49.9, 50.1);
  drive (&map, &time, &device, 300, 0, NULL, 0);
  assert_drift (&map, 20, 30);
  drive (&map, &time, &device, 600, 0, NULL, 0);
  assert_drift (&map, -0.1, 0.1);
}

GST_END_TEST;

/* By the line alone: what was followed until then is no measure. */
GST_START_TEST (test_drift_is_known_after_half_a_minute)
{
  GRand *random = g_rand_new_with_seed (99 + __i__);
  gdouble time = 0, device = 12.5;
  OakClockMap map;

  oak_clock_map_reset (&map);
  drive (&map, &time, &device, 30, 50e-6, random, 0.005);
  assert_drift (&map, 49, 51);
  g_rand_free (random);
}

GST_END_TEST;

static Suite *
oakclockmap_suite (void)
{
  Suite *s = suite_create ("oakclockmap");
  TCase *tc = tcase_create ("map");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_story, 0, G_N_ELEMENTS (stories));
  tcase_add_test (tc, test_new_way_is_followed);
  tcase_add_test (tc, test_drift_is_that_of_the_last_minutes);
  tcase_add_loop_test (tc, test_drift_is_known_after_half_a_minute, 0, 3);
  tcase_add_test (tc, test_what_was_seen_is_kept_for_half_a_minute);
  tcase_add_test (tc, test_frames_that_we_left_lying_are_no_step);
  tcase_add_test (tc, test_one_that_is_punctual_ends_the_excuse);
  tcase_add_test (tc, test_excuse_is_over_when_nothing_catches_up);
  tcase_add_loop_test (tc, test_excuse_lasts_while_frames_catch_up, 0, 2);
  tcase_add_loop_test (tc, test_pts_never_stands_far_ahead, 0, 20);
  tcase_add_loop_test (tc, test_camera_of_ten_minutes, 0,
      G_N_ELEMENTS (runs) * SEEDS);

  return s;
}

GST_CHECK_MAIN (oakclockmap);
