/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoaktimeline.h"

/* Frames that came so long before the first play are shown, in us. */
#define FRESH_BEFORE_PLAYING (100 * G_TIME_SPAN_MILLISECOND)

/**
 * gst_oak_timeline_init:
 * @self: (out caller-allocates): a timeline
 */
void
gst_oak_timeline_init (GstOakTimeline * self)
{
  g_mutex_init (&self->lock);
  gst_oak_timeline_reset (self, GST_OAK_TIMESTAMP_MODE_DEVICE);
}

/**
 * gst_oak_timeline_clear:
 * @self: a timeline that nobody uses
 */
void
gst_oak_timeline_clear (GstOakTimeline * self)
{
  g_mutex_clear (&self->lock);
}

/**
 * gst_oak_timeline_reset:
 * @self: a timeline
 * @mode: what PTS is made of
 *
 * Before the streaming thread runs: running time begins at 0, and so does all
 * that is measured.
 */
void
gst_oak_timeline_reset (GstOakTimeline * self, GstOakTimestampMode mode)
{
  g_mutex_lock (&self->lock);
  self->playing_since = GST_CLOCK_TIME_NONE;
  self->playing_seen = 0;
  self->n_plays = 0;
  self->clock_changed = FALSE;
  self->time_reset = FALSE;
  oak_lateness_reset (&self->lateness);
  self->clock_jumps = 0;
  self->drift = 0;
  self->jitter = 0;
  g_mutex_unlock (&self->lock);

  self->mode = mode;
  self->connection = 0;
  self->first_seen = 0;
  self->last_pts = 0;
  oak_clock_map_reset (&self->map);
}

/**
 * gst_oak_timeline_play:
 * @self: a timeline
 * @now: pipeline clock time (absolute), or NONE if there is no clock
 *
 * Playing begins now, for the first time or after a pause. Any thread.
 */
void
gst_oak_timeline_play (GstOakTimeline * self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  self->playing_since = now;
  self->playing_seen = g_get_monotonic_time ();
  self->n_plays++;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_timeline_change_clock:
 * @self: a timeline
 *
 * The pipeline has got another clock: what was learnt of the old one is void.
 * Any thread.
 */
void
gst_oak_timeline_change_clock (GstOakTimeline * self)
{
  g_mutex_lock (&self->lock);
  self->clock_changed = TRUE;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_timeline_reset_time:
 * @self: a timeline
 *
 * Running time begins anew, so PTS may go back once. Any thread.
 */
void
gst_oak_timeline_reset_time (GstOakTimeline * self)
{
  g_mutex_lock (&self->lock);
  self->time_reset = TRUE;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_timeline_is_stale:
 * @self: a timeline
 * @frame: a frame from the queue
 *
 * What arrived in a pause is older than the user wants to see; what arrived
 * just before the first play is a good beginning. Streaming thread.
 *
 * Returns: %TRUE if @frame came too early
 */
gboolean
gst_oak_timeline_is_stale (GstOakTimeline * self, const GstOakFrame * frame)
{
  gint64 early, allowed;

  g_mutex_lock (&self->lock);
  early = self->playing_seen - frame->seen;
  allowed = self->n_plays > 1 ? 0 : FRESH_BEFORE_PLAYING;
  g_mutex_unlock (&self->lock);

  return early > allowed;
}

/* Running time begins when we play, without a clock with the first frame. */
static GstClockTime
find_arrival (GstOakTimeline * self, const GstOakFrame * frame)
{
  GstClockTime since;
  gint64 early;

  g_mutex_lock (&self->lock);
  since = self->playing_since;
  early = (self->playing_seen - frame->seen) * GST_USECOND;
  g_mutex_unlock (&self->lock);

  if (!GST_CLOCK_TIME_IS_VALID (since)) {
    if (self->first_seen == 0)
      self->first_seen = frame->seen;
    return (frame->seen - self->first_seen) * GST_USECOND;
  }

  if (GST_CLOCK_TIME_IS_VALID (frame->arrival))
    return frame->arrival;
  /* It came before the pipeline had a clock. */
  return early < (gint64) since ? since - early : 0;
}

/* Returns whether the frame is the first by which the map learns of another
 * clock: it may be another camera that connected, or the same, rebooted. */
static gboolean
begin_frame (GstOakTimeline * self, const GstOakFrame * frame,
    gboolean * has_clock)
{
  gboolean is_first;

  g_mutex_lock (&self->lock);
  *has_clock = GST_CLOCK_TIME_IS_VALID (self->playing_since);
  is_first = self->clock_changed || frame->connection != self->connection;
  if (self->time_reset)
    self->last_pts = 0;
  self->clock_changed = FALSE;
  self->time_reset = FALSE;
  g_mutex_unlock (&self->lock);

  self->connection = frame->connection;
  return is_first;
}

static void
publish_measures (GstOakTimeline * self, guint64 n_jumps)
{
  g_mutex_lock (&self->lock);
  self->clock_jumps += n_jumps;
  self->drift = oak_clock_map_get_drift (&self->map);
  self->jitter = oak_clock_map_get_jitter (&self->map);
  g_mutex_unlock (&self->lock);
}

static GstClockTime
map_time (GstOakTimeline * self, const GstOakFrame * frame,
    GstClockTime arrival, GstOakPlace * place)
{
  guint64 n_jumps = self->map.n_jumps;
  GstClockTime placed = oak_clock_map_place (&self->map,
      GST_CLOCK_TIME_IS_VALID (frame->device_time) ? frame->device_time :
      OAK_CLOCK_MAP_UNKNOWN, arrival, &place->jumped);

  place->doubtful = self->map.repeated && !self->map.frozen;
  /* The next ones were not read when they came. */
  if (frame->waited)
    oak_clock_map_excuse (&self->map);
  publish_measures (self, self->map.n_jumps - n_jumps);
  return placed;
}

/**
 * gst_oak_timeline_place:
 * @self: a timeline
 * @frame: the next frame
 * @base_time: the element's, in ns; not used without a clock
 * @place: (out): where it stands; its PTS is never before that of the last one.
 *     The first frame of a connection has jumped
 *
 * Streaming thread. Does not wait.
 */
void
gst_oak_timeline_place (GstOakTimeline * self, const GstOakFrame * frame,
    GstClockTime base_time, GstOakPlace * place)
{
  GstClockTime arrival = find_arrival (self, frame);
  GstClockTime placed = arrival;
  gboolean has_clock;

  place->jumped = begin_frame (self, frame, &has_clock);
  place->doubtful = FALSE;
  if (place->jumped)
    oak_clock_map_reset (&self->map);
  if (self->mode == GST_OAK_TIMESTAMP_MODE_DEVICE)
    placed = map_time (self, frame, arrival, place);

  if (has_clock) {
    placed -= MIN (placed, base_time);
    arrival -= MIN (arrival, base_time);
  }
  self->last_pts = MAX (self->last_pts, placed);
  place->pts = self->last_pts;
  place->arrival = arrival;
}

/**
 * gst_oak_timeline_note_lateness:
 * @self: a timeline
 * @lateness: running time less PTS, as a frame leaves the queue, in ns
 *
 * Any thread. Does not wait.
 */
void
gst_oak_timeline_note_lateness (GstOakTimeline * self,
    GstClockTimeDiff lateness)
{
  g_mutex_lock (&self->lock);
  oak_lateness_note (&self->lateness, lateness);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_timeline_measure:
 * @self: a timeline
 * @measures: (out): what is known since the reset; the lateness is that of the
 *     last 1024 frames
 *
 * Any thread. Does not wait, and lets nobody wait while it sorts.
 */
void
gst_oak_timeline_measure (GstOakTimeline * self, GstOakMeasures * measures)
{
  OakLateness lateness;

  g_mutex_lock (&self->lock);
  lateness = self->lateness;
  measures->clock_jumps = self->clock_jumps;
  measures->drift = self->drift;
  measures->jitter = self->jitter;
  g_mutex_unlock (&self->lock);

  measures->lateness_median = oak_lateness_find (&lateness, 0.5);
  measures->lateness_99 = oak_lateness_find (&lateness, 0.99);
}
