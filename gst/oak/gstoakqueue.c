/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakqueue.h"

#include "oakrate.h"

/* Limits besides time, for cameras that send without end. */
#define FRAMES_MAX 512
#define BYTES_MAX (256 * 1024 * 1024)

/* How much more than the latency is kept. */
#define SPARE_FRAMES 2

/* A camera's pace, in ns, till two frames have told it, and at most. It is
 * smoothed over some eight frames, and one of them may not change it much:
 * others may be missing before it. */
#define INTERVAL_DEFAULT (100 * GST_MSECOND)
#define INTERVAL_MAX (60 * GST_SECOND)
#define INTERVAL_WEIGHT 8
#define INTERVAL_STEP_MAX 4

struct _GstOakQueue
{
  GMutex lock;
  GCond changed;                /* take() has something to look at */
  GCond room;                   /* and push() */

  /* Under the lock. To signal a condition costs a system call, though nobody
   * waits; and who is woken while the lock is held, waits again. */
  gboolean is_awaited;          /* take() waits */
  gboolean is_crowded;          /* push() does */

  /* under the lock */
  GQueue frames;                /* of GstOakFrame, oldest first */
  gsize bytes;
  gboolean discont;             /* frames are missing after the last one */
  GError *error;                /* why no more will come */
  gboolean flushing;
  gboolean closed;
  gboolean finished;
  gboolean playing;
  gboolean has_played;
  gboolean dropping;
  GstClockTime latency;         /* the pipeline's */
  GstClockTime last_device_time;        /* NONE = no frame yet */
  GstClockTime interval;        /* between frames, by their device times; 0 =
                                 * not known yet */
  OakRate rate;
  GstOakQueueCounters counters;
};

/**
 * gst_oak_queue_new:
 *
 * Returns: (transfer full): an empty queue
 */
GstOakQueue *
gst_oak_queue_new (void)
{
  GstOakQueue *self = g_new0 (GstOakQueue, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_cond_init (&self->room);
  self->dropping = TRUE;
  g_queue_init (&self->frames);
  gst_oak_queue_reset (self);
  return self;
}

/**
 * gst_oak_queue_free:
 * @self: (transfer full): a queue that nobody uses
 */
void
gst_oak_queue_free (GstOakQueue * self)
{
  gst_oak_queue_clear (self);
  g_cond_clear (&self->room);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* What a frame costs, about. */
static gsize
weigh (const GstOakFrame * frame)
{
  return frame->image_size + frame->detections->len * sizeof (OakDetection);
}

/* Call with the lock. */
static GstOakFrame *
pop_oldest (GstOakQueue * self)
{
  GstOakFrame *frame = g_queue_pop_head (&self->frames);

  if (frame != NULL)
    self->bytes -= weigh (frame);
  if (self->is_crowded)
    g_cond_signal (&self->room);
  return frame;
}

/**
 * gst_oak_queue_clear:
 * @self: a queue
 *
 * Forgets its frames and its end, and keeps what it counted.
 */
void
gst_oak_queue_clear (GstOakQueue * self)
{
  GstOakFrame *frame;

  g_mutex_lock (&self->lock);
  while ((frame = pop_oldest (self)) != NULL)
    gst_oak_frame_free (frame);
  g_clear_error (&self->error);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_queue_reset:
 * @self: a queue that is empty
 *
 * Begins anew, and counts from zero. Flushing, playing and dropping are as they
 * were.
 */
void
gst_oak_queue_reset (GstOakQueue * self)
{
  const GstOakQueueCounters none = { 0, };

  g_mutex_lock (&self->lock);
  self->discont = FALSE;
  self->closed = FALSE;
  self->finished = FALSE;
  self->has_played = self->playing;
  self->last_device_time = GST_CLOCK_TIME_NONE;
  self->interval = 0;
  oak_rate_reset (&self->rate);
  self->counters = none;
  g_mutex_unlock (&self->lock);
}

/* Call with the lock. */
static void
measure (GstOakQueue * self, const GstOakFrame * frame)
{
  GstClockTime last = self->last_device_time;
  GstClockTime step;

  oak_rate_note (&self->rate, frame->seen);
  self->last_device_time = frame->device_time;
  if (!GST_CLOCK_TIME_IS_VALID (last) || frame->device_time <= last
      || !GST_CLOCK_TIME_IS_VALID (frame->device_time))
    return;

  step = MIN (frame->device_time - last, INTERVAL_MAX);
  if (self->interval == 0)
    self->interval = step;
  else
    self->interval = ((INTERVAL_WEIGHT - 1) * self->interval
        + MIN (step, INTERVAL_STEP_MAX * self->interval)) / INTERVAL_WEIGHT;
}

/* Call with the lock. */
static GstClockTime
get_interval (GstOakQueue * self)
{
  return self->interval > 0 ? self->interval : INTERVAL_DEFAULT;
}

/* Call with the lock. In a pause nothing is kept that is not fresh. */
static gboolean
may_drop (GstOakQueue * self)
{
  return self->dropping || !self->playing;
}

/* Call with the lock. */
static gboolean
is_overfull (GstOakQueue * self)
{
  GstOakFrame *oldest = g_queue_peek_head (&self->frames);
  GstOakFrame *newest = g_queue_peek_tail (&self->frames);
  GstClockTime age;

  if (self->frames.length < 2)
    return FALSE;
  age = (newest->seen - oldest->seen) * GST_USECOND;

  return age > self->latency + SPARE_FRAMES * get_interval (self)
      || self->frames.length > FRAMES_MAX || self->bytes > BYTES_MAX;
}

/* Call with the lock, and with another frame behind the oldest. */
static void
drop_oldest (GstOakQueue * self)
{
  GstOakFrame *dropped = pop_oldest (self);
  GstOakFrame *next = g_queue_peek_head (&self->frames);

  next->discont = TRUE;
  next->waited |= dropped->waited;
  if (self->playing) {
    next->n_dropped = dropped->n_dropped + 1;
    self->counters.dropped++;
  } else {
    self->counters.discarded++;
  }
  gst_oak_frame_free (dropped);
}

/* Call with the lock. */
static void
append (GstOakQueue * self, GstOakFrame * frame)
{
  frame->discont |= self->discont;
  self->discont = FALSE;
  g_queue_push_tail (&self->frames, frame);
  self->bytes += weigh (frame);
  while (may_drop (self) && is_overfull (self))
    drop_oldest (self);
}

/* Call with the lock. */
static gboolean
is_flushing (GstOakQueue * self)
{
  return self->flushing || self->closed;
}

/* Call with the lock. */
static gboolean
has_room (GstOakQueue * self, const GstOakFrame * frame)
{
  return self->frames.length == 0 || (self->frames.length < FRAMES_MAX
      && self->bytes + weigh (frame) <= BYTES_MAX);
}

/* Call with the lock. */
static void
wait_for_room (GstOakQueue * self, GstOakFrame * frame)
{
  while (!may_drop (self) && !is_flushing (self) && !self->finished
      && !has_room (self, frame)) {
    frame->waited = TRUE;
    self->is_crowded = TRUE;
    g_cond_wait (&self->room, &self->lock);
  }
  self->is_crowded = FALSE;
}

/* Call with the lock. What comes in a pause is thrown away, so that nobody is
 * shown the past. Before the first play it is kept, as far as the queue goes:
 * there the newest is a good beginning. */
static gboolean
is_wanted (GstOakQueue * self, const GstOakFrame * frame)
{
  return !self->finished && (self->playing || !self->has_played)
      && (may_drop (self) || has_room (self, frame));
}

/**
 * gst_oak_queue_push:
 * @self: a queue
 * @frame: (transfer full): the newest frame
 *
 * Where nothing may be dropped, waits for room; until a pause, the end, or a
 * flush.
 */
void
gst_oak_queue_push (GstOakQueue * self, GstOakFrame * frame)
{
  gboolean is_awaited;

  g_mutex_lock (&self->lock);
  measure (self, frame);
  wait_for_room (self, frame);
  if (is_wanted (self, frame)) {
    append (self, frame);
  } else {
    self->counters.discarded++;
    self->discont = TRUE;
    gst_oak_frame_free (frame);
  }
  is_awaited = self->is_awaited;
  g_mutex_unlock (&self->lock);

  if (is_awaited)
    g_cond_signal (&self->changed);
}

/**
 * gst_oak_queue_end:
 * @self: a queue
 * @error: (transfer full): why no more frames will come
 */
void
gst_oak_queue_end (GstOakQueue * self, GError * error)
{
  g_mutex_lock (&self->lock);
  g_clear_error (&self->error);
  self->error = error;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Call with the lock. A pause does not wake a waiting take on every version of
 * the base class, which then keeps what it was given: so nothing is given. */
static gboolean
has_news (GstOakQueue * self)
{
  return self->playing && (self->frames.length > 0 || self->error != NULL);
}

/**
 * gst_oak_queue_take:
 * @self: a queue
 * @frame: (out) (transfer full): the oldest frame, if the result is OK
 * @error: return location for why no more will come, if the result is ERROR
 *
 * Waits for a frame, and until it plays. The end comes after all frames.
 *
 * Returns: %GST_FLOW_OK, %GST_FLOW_FLUSHING, %GST_FLOW_EOS or
 *     %GST_FLOW_ERROR
 */
GstFlowReturn
gst_oak_queue_take (GstOakQueue * self, GstOakFrame ** frame, GError ** error)
{
  GstFlowReturn ret = GST_FLOW_OK;

  g_mutex_lock (&self->lock);
  while (!is_flushing (self) && !self->finished && !has_news (self)) {
    self->is_awaited = TRUE;
    g_cond_wait (&self->changed, &self->lock);
  }
  self->is_awaited = FALSE;

  if (is_flushing (self)) {
    ret = GST_FLOW_FLUSHING;
  } else if (self->finished) {
    ret = GST_FLOW_EOS;
  } else if (self->frames.length > 0) {
    *frame = pop_oldest (self);
  } else {
    g_propagate_error (error, g_error_copy (self->error));
    ret = GST_FLOW_ERROR;
  }
  g_mutex_unlock (&self->lock);

  return ret;
}

/**
 * gst_oak_queue_set_latency:
 * @self: a queue
 * @latency: the pipeline's, in ns: as much, and two frames, is kept
 */
void
gst_oak_queue_set_latency (GstOakQueue * self, GstClockTime latency)
{
  g_mutex_lock (&self->lock);
  self->latency = latency;
  g_mutex_unlock (&self->lock);
}

/* Any of the conditions that take() or push() waits for. */
static void
change (GstOakQueue * self, gboolean * condition, gboolean value)
{
  g_mutex_lock (&self->lock);
  *condition = value;
  self->has_played |= self->playing;
  g_cond_signal (&self->changed);
  g_cond_signal (&self->room);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_queue_set_dropping:
 * @self: a queue
 * @dropping: whether frames are dropped that are too old or too many; %FALSE:
 *     those that are too many are waited for
 *
 * In a pause they are dropped anyway.
 */
void
gst_oak_queue_set_dropping (GstOakQueue * self, gboolean dropping)
{
  change (self, &self->dropping, dropping);
}

/**
 * gst_oak_queue_set_playing:
 * @self: a queue
 * @playing: whether frames are wanted
 */
void
gst_oak_queue_set_playing (GstOakQueue * self, gboolean playing)
{
  change (self, &self->playing, playing);
}

/* Call with the lock. What was taken may be lost on its way. */
static void
mark_gap (GstOakQueue * self)
{
  GstOakFrame *oldest = g_queue_peek_head (&self->frames);

  if (oldest != NULL)
    oldest->discont = TRUE;
  else
    self->discont = TRUE;
}

/**
 * gst_oak_queue_set_flushing:
 * @self: a queue
 * @flushing: whether nobody must wait; the next frame that
 *     gst_oak_queue_take() gives after that has a gap before it
 */
void
gst_oak_queue_set_flushing (GstOakQueue * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  if (flushing)
    mark_gap (self);
  g_mutex_unlock (&self->lock);
  change (self, &self->flushing, flushing);
}

/**
 * gst_oak_queue_close:
 * @self: a queue
 *
 * Nobody must wait until the next reset, whatever becomes of flushing.
 */
void
gst_oak_queue_close (GstOakQueue * self)
{
  change (self, &self->closed, TRUE);
}

/**
 * gst_oak_queue_set_finished:
 * @self: a queue
 * @finished: whether gst_oak_queue_take() gives %GST_FLOW_EOS from now on, and
 *     what comes is discarded
 */
void
gst_oak_queue_set_finished (GstOakQueue * self, gboolean finished)
{
  change (self, &self->finished, finished);
}

/**
 * gst_oak_queue_get_counters:
 * @self: a queue
 * @counters: (out): what has been counted since the last reset
 */
void
gst_oak_queue_get_counters (GstOakQueue * self, GstOakQueueCounters * counters)
{
  g_mutex_lock (&self->lock);
  *counters = self->counters;
  counters->frame_rate = oak_rate_get (&self->rate, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_queue_get_interval:
 * @self: a queue
 *
 * Returns: the time between the camera's frames, in ns; a guess until two have
 *     come
 */
GstClockTime
gst_oak_queue_get_interval (GstOakQueue * self)
{
  GstClockTime interval;

  g_mutex_lock (&self->lock);
  interval = get_interval (self);
  g_mutex_unlock (&self->lock);
  return interval;
}
