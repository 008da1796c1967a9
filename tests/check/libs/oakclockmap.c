/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakclockmap.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <stdlib.h>

#define MS (G_GUINT64_CONSTANT (1000000))
#define S (1000 * MS)

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
  Step steps[6];
} stories[] = {
  {"the first frame is placed at its arrival", {
    {12 * S, 100 * S, 0, 0, TRUE}}},
  {"later ones by device time, however late they are", {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 100 * S + 33 * MS, 0, 0, FALSE},
    {12 * S + 66 * MS, 100 * S + 90 * MS, -24000000, -24000000, FALSE}}},
  {"one that comes sooner pulls the others, slowly", {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 100 * S + 23 * MS, 9000000, 9999999, FALSE}}},
  {"a reboot begins anew", {
    {500 * S, 100 * S, 0, 0, TRUE},
    {500 * S + 33 * MS, 100 * S + 33 * MS, 0, 0, FALSE},
    {1 * S, 110 * S, 0, 0, TRUE},
    {1 * S + 33 * MS, 110 * S + 33 * MS, 0, 0, FALSE}}},
  {"time does not go back where the device's does", {
    {500 * S, 100 * S, 0, 0, TRUE},
    {500 * S + 900 * MS, 100 * S + 33 * MS, 50000000, 150000000, FALSE},
    {1 * S, 100 * S + 33 * MS, 50000000, 150000000, TRUE}}},
  {"a step forward of more than a second begins anew", {
    {12 * S, 100 * S, 0, 0, TRUE},
    {14 * S, 100 * S + 33 * MS, 0, 0, TRUE}}},
  {"a clock that stands still is noticed", {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S, 100 * S + 500 * MS, -500000000, -500000000, FALSE},
    {12 * S, 101 * S + 100 * MS, 0, 0, TRUE}}},
  {"a network that stands still is no clock", {
    {12 * S, 100 * S, 0, 0, TRUE},
    {12 * S + 33 * MS, 108 * S, -7967000000, -7967000000, FALSE},
    {12 * S + 66 * MS, 108 * S, -7934000000, -7934000000, FALSE},
    {20 * S, 108 * S, 0, 0, FALSE}}},
  {"pipeline time near zero", {
    {500 * S, 0, 0, 0, TRUE},
    {500 * S + 33 * MS, 0, 0, 33000000, FALSE}}},
  {"numbers at the end", {
    {G_MAXINT64, 100 * S, 0, 0, TRUE},
    {0, 101 * S, 0, 0, TRUE},
    {G_MAXINT64, 102 * S, 0, 0, TRUE}}},
  {"a pipeline clock in the middle of its range", {
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
    fail_unless_equals_int (jumped, step->jumped);
    fail_unless (placed >= last);
    last = placed;
  }
}

GST_END_TEST;

/* Ten minutes of a camera, by seeded chance. */
#define MINUTES 10
#define SETTLED 5.0             /* s */

/* *INDENT-OFF* */
static const struct
{
  gdouble drift;                /* of the device's clock */
  gdouble jitter;               /* s, one-sided */
  gboolean bursts;              /* 1 s a minute, every frame 60 ms late */
  gdouble fps;
  gdouble error, spacing;       /* s, bounds of the 99th percentile */
} runs[] = {
  {100e-6, 0.080, TRUE, 30, 0.005, 0.0005},
  {-100e-6, 0.080, TRUE, 30, 0.005, 0.0005},
  {0, 0.080, TRUE, 30, 0.005, 0.0005},
  {100e-6, 0.005, FALSE, 30, 0.001, 0.0005},
  {-100e-6, 0.005, FALSE, 30, 0.001, 0.0005},
  {0, 0.005, FALSE, 30, 0.001, 0.0005},
  {100e-6, 0.005, FALSE, 60, 0.001, 0.0005},
  {-100e-6, 0.005, FALSE, 10, 0.001, 0.0005},
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
  const gdouble fps = runs[__i__].fps;
  GRand *random = g_rand_new_with_seed (4711 + __i__);
  GArray *errors = g_array_new (FALSE, FALSE, sizeof (gdouble));
  GArray *spacings = g_array_new (FALSE, FALSE, sizeof (gdouble));
  OakClockMap map;
  gdouble arrival = 0, last_time = 0, last_device = 0, constant;
  guint n;

  oak_clock_map_reset (&map);
  for (n = 0; n < MINUTES * 60 * fps; n++) {
    gdouble time = n / fps;
    gdouble device = 12.5 + time * (1 + runs[__i__].drift);
    gboolean jumped;
    gdouble placed;

    /* A frame cannot overtake another. */
    arrival = MAX (arrival, 1000 + time + find_delay (random, __i__, time));
    placed = oak_clock_map_place (&map, device * S, arrival * S, &jumped) / 1e9;
    fail_unless_equals_int (jumped, n == 0);
    fail_unless (placed >= last_time);
    if (time > SETTLED) {
      gdouble error = placed - time;
      gdouble spacing = fabs (placed - last_time - (device - last_device));

      g_array_append_val (errors, error);
      g_array_append_val (spacings, spacing);
    }
    last_time = placed;
    last_device = device;
  }

  constant = (percentile (errors, 0.005) + percentile (errors, 0.995)) / 2;
  for (n = 0; n < errors->len; n++)
    g_array_index (errors, gdouble, n) =
        fabs (g_array_index (errors, gdouble, n) - constant);
  fail_unless (percentile (errors, 0.99) < runs[__i__].error,
      "error %f ms", percentile (errors, 0.99) * 1e3);
  fail_unless (percentile (spacings, 0.99) < runs[__i__].spacing,
      "spacing %f ms", percentile (spacings, 0.99) * 1e3);

  g_array_unref (spacings);
  g_array_unref (errors);
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
  tcase_add_loop_test (tc, test_camera_of_ten_minutes, 0, G_N_ELEMENTS (runs));

  return s;
}

GST_CHECK_MAIN (oakclockmap);
