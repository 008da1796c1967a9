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
  gst_oak_timeline_reset (self);
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
 *
 * Before the streaming thread runs: running time begins at 0.
 */
void
gst_oak_timeline_reset (GstOakTimeline * self)
{
  g_mutex_lock (&self->lock);
  self->playing_since = GST_CLOCK_TIME_NONE;
  self->playing_seen = 0;
  self->n_plays = 0;
  self->clock_changed = FALSE;
  self->time_reset = FALSE;
  g_mutex_unlock (&self->lock);

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

/**
 * gst_oak_timeline_place:
 * @self: a timeline
 * @frame: the next frame
 * @base_time: the element's, in ns; not used without a clock
 * @jumped: (out): whether the device's clock stepped before it, or it is the
 *     first of its connection
 *
 * Streaming thread. Does not wait.
 *
 * Returns: the PTS, in running time; never before that of the last frame
 */
GstClockTime
gst_oak_timeline_place (GstOakTimeline * self, const GstOakFrame * frame,
    GstClockTime base_time, gboolean * jumped)
{
  GstClockTime placed;
  gboolean has_clock;

  g_mutex_lock (&self->lock);
  has_clock = GST_CLOCK_TIME_IS_VALID (self->playing_since);
  /* It may be another camera that connected, or the same, rebooted. */
  if (self->clock_changed || frame->connection != self->connection)
    oak_clock_map_reset (&self->map);
  self->connection = frame->connection;
  if (self->time_reset)
    self->last_pts = 0;
  self->clock_changed = FALSE;
  self->time_reset = FALSE;
  g_mutex_unlock (&self->lock);

  placed = oak_clock_map_place (&self->map, frame->device_time,
      find_arrival (self, frame), jumped);
  if (has_clock)
    placed -= MIN (placed, base_time);
  self->last_pts = MAX (self->last_pts, placed);
  return self->last_pts;
}
