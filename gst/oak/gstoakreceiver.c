/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakreceiver.h"

#include <string.h>

#include <gio/gio.h>

#include "oakdetection.h"
#include "oakpixels.h"
#include "oaksearch.h"
#include "oakwire.h"

/* How far the next frame is looked for where no frame has come yet, and how
 * much is read at a time, in bytes. */
#define SEARCH_MAX_AT_START (8 * 1024 * 1024)
#define SEARCH_STEP (64 * 1024)

/* Bytes of the last plane that are received before they are packed. */
#define STRIP (64 * 1024)

#define N_COLOURS 3

/* For tests: which way to pack pixels, one of oak_pixels_find(). */
#define PIXELS_VARIABLE "GST_OAK_PIXELS"

/* When some of the bytes in the window came. */
typedef struct
{
  gsize from;                   /* the first of them */
  GstClockTime arrival;
  gint64 seen;
} Mark;

struct _GstOakReceiver
{
  GThread *thread;              /* between start() and stop() */

  /* any thread; all (transfer none) */
  GstOakLink *link;
  GstOakQueue *queue;
  GstOakReceiverWarn warn;
  gpointer warn_data;
  const OakPixels *pixels;

  GMutex lock;
  /* under the lock */
  GstClock *clock;
  GstOakLayout *layout;
  GstOakReceiverCounters counters;

  /* the receiving thread's only */
  gboolean verify;              /* hold every frame */
  guint connection;             /* its number */
  guint64 n_frames;             /* read on this connection */
  gsize largest;                /* of them, in bytes on the wire */
  gboolean discont;             /* bytes before the next frame were skipped */
  guint8 header[OAK_HEADER_SIZE];       /* that was read last */
  gsize header_got;             /* bytes of it, until it proves good */
  Mark header_came;
  gboolean between_frames;      /* nothing of the next one has come yet */
  const gchar *part;            /* of the frame that is being read */
  gsize part_size;
  gsize part_got;
  GByteArray *text;             /* of detections */
  GByteArray *planes;           /* until they are packed */
  GstOakFrame *held;            /* until the next header proves it */
  gboolean held_may_be_cut;     /* its header had no pad */
  GByteArray *window;           /* what came while out of step */
  gsize window_at;              /* the first that is not used up */
  GArray *marks;                /* of Mark, of the window */
};

GQuark
gst_oak_receiver_error_quark (void)
{
  return g_quark_from_static_string ("gst-oak-receiver-error-quark");
}

/* Time */

static GstClockTime
gst_oak_receiver_now (GstOakReceiver * self)
{
  GstClockTime now = GST_CLOCK_TIME_NONE;
  GstClock *clock = NULL;

  g_mutex_lock (&self->lock);
  if (self->clock != NULL)
    clock = gst_object_ref (self->clock);
  g_mutex_unlock (&self->lock);

  if (clock != NULL) {
    now = gst_clock_get_time (clock);
    gst_object_unref (clock);
  }
  return now;
}

/* Reading */

static void
gst_oak_receiver_begin_part (GstOakReceiver * self, const gchar * part,
    gsize size)
{
  self->part = part;
  self->part_size = size;
  self->part_got = 0;
}

/* The link tells what happened to it; where in a frame, is told here. */
static void
gst_oak_receiver_fail_read (GstOakReceiver * self, GError * cause,
    GError ** error)
{
  GQuark domain = cause->domain;
  gint code = cause->code;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_propagate_error (error, cause);
    return;
  }
  if (g_error_matches (cause, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_CLOSED)) {
    domain = GST_OAK_RECEIVER_ERROR;
    code = self->between_frames ? GST_OAK_RECEIVER_ERROR_LOST :
        GST_OAK_RECEIVER_ERROR_TORN;
  }

  g_set_error (error, domain, code,
      "expected %" G_GSIZE_FORMAT " bytes of %s, got %" G_GSIZE_FORMAT
      " after %" G_GUINT64_FORMAT " whole frames: %s", self->part_size,
      self->part, self->part_got, self->n_frames, cause->message);
  g_error_free (cause);
}

static gsize
gst_oak_receiver_left_in_window (GstOakReceiver * self)
{
  return self->window->len - self->window_at;
}

/* Gives the memory back as well: there is seldom need of it. */
static void
gst_oak_receiver_empty_window (GstOakReceiver * self)
{
  if (self->window->len > 0) {
    g_byte_array_unref (self->window);
    self->window = g_byte_array_new ();
    g_array_set_size (self->marks, 0);
  }
  self->window_at = 0;
}

static gsize
gst_oak_receiver_take_from_window (GstOakReceiver * self, guint8 * data,
    gsize size)
{
  gsize taken = MIN (size, gst_oak_receiver_left_in_window (self));

  memcpy (data, self->window->data + self->window_at, taken);
  self->window_at += taken;
  if (gst_oak_receiver_left_in_window (self) == 0)
    gst_oak_receiver_empty_window (self);
  return taken;
}

/* What was received while out of step comes first. */
static gssize
gst_oak_receiver_get_some (GstOakReceiver * self, guint8 * data, gsize size,
    gsize at_least, GError ** error)
{
  if (gst_oak_receiver_left_in_window (self) == 0)
    return gst_oak_link_receive (self->link, data, size, at_least, error);
  if (!gst_oak_link_may_go_on (self->link, error))
    return -1;
  return gst_oak_receiver_take_from_window (self, data, size);
}

/* Reads what is there; if there is nothing, waits for @at_least. Returns how
 * many bytes of the part came, at least one; -1: it failed. */
static gssize
gst_oak_receiver_read_some (GstOakReceiver * self, guint8 * data, gsize size,
    gsize at_least, GError ** error)
{
  GError *cause = NULL;
  gssize received =
      gst_oak_receiver_get_some (self, data, size, at_least, &cause);

  if (received < 0) {
    gst_oak_receiver_fail_read (self, cause, error);
  } else {
    self->part_got += received;
    self->between_frames = FALSE;
  }
  return received;
}

static gboolean
gst_oak_receiver_read (GstOakReceiver * self, guint8 * data, gsize size,
    GError ** error)
{
  while (size > 0) {
    gssize got = gst_oak_receiver_read_some (self, data, size, size, error);

    if (got < 0)
      return FALSE;
    data += got;
    size -= got;
  }
  return TRUE;
}

static gboolean
gst_oak_receiver_refuse (GstOakReceiver * self, GError ** error)
{
  gchar *quoted = oak_wire_quote (self->header, self->header_got);

  g_set_error (error, GST_OAK_RECEIVER_ERROR,
      self->n_frames == 0 ? GST_OAK_RECEIVER_ERROR_STRANGER :
      GST_OAK_RECEIVER_ERROR_FRAMING,
      "expected a header after %" G_GUINT64_FORMAT " whole frames, got %s",
      self->n_frames, quoted);
  g_free (quoted);
  return FALSE;
}

static gboolean
gst_oak_receiver_parse_header (const guint8 * data, OakHeader * header,
    GError ** error)
{
  GError *cause = NULL;
  GstOakReceiverError code = GST_OAK_RECEIVER_ERROR_FRAMING;

  if (oak_header_parse (data, header, &cause))
    return TRUE;

  if (g_error_matches (cause, OAK_WIRE_ERROR, OAK_WIRE_ERROR_OUTGROWN))
    code = GST_OAK_RECEIVER_ERROR_OUTGROWN;
  else if (g_error_matches (cause, OAK_WIRE_ERROR, OAK_WIRE_ERROR_LIMIT))
    code = GST_OAK_RECEIVER_ERROR_LIMIT;
  g_set_error_literal (error, GST_OAK_RECEIVER_ERROR, code, cause->message);
  g_error_free (cause);
  return FALSE;
}

static Mark
gst_oak_receiver_mark_now (GstOakReceiver * self, gsize from)
{
  Mark mark = { from, gst_oak_receiver_now (self), g_get_monotonic_time () };

  return mark;
}

/* When the next byte of the window came. */
static Mark
gst_oak_receiver_find_mark (GstOakReceiver * self)
{
  guint i = self->marks->len - 1;

  while (i > 0 && g_array_index (self->marks, Mark, i).from > self->window_at)
    i--;
  return g_array_index (self->marks, Mark, i);
}

/* The first byte tells when the frame came: what follows may dawdle. */
static gssize
gst_oak_receiver_read_first (GstOakReceiver * self, GstOakFrame * frame,
    GError ** error)
{
  gboolean is_here = gst_oak_receiver_left_in_window (self) > 0;
  gssize got;

  if (is_here)
    self->header_came = gst_oak_receiver_find_mark (self);
  got = gst_oak_receiver_read_some (self, self->header, OAK_HEADER_SIZE, 1,
      error);
  if (!is_here)
    self->header_came = gst_oak_receiver_mark_now (self, 0);

  frame->arrival = self->header_came.arrival;
  frame->seen = self->header_came.seen;
  return got;
}

static gboolean
gst_oak_receiver_read_header (GstOakReceiver * self, GstOakFrame * frame,
    OakHeader * header, GError ** error)
{
  self->header_got = 0;
  self->between_frames = TRUE;
  gst_oak_receiver_begin_part (self, "a header", OAK_HEADER_SIZE);
  do {
    gssize got = self->header_got == 0 ?
        gst_oak_receiver_read_first (self, frame, error) :
        gst_oak_receiver_read_some (self, self->header + self->header_got,
        OAK_HEADER_SIZE - self->header_got, 1, error);

    if (got < 0)
      return FALSE;
    self->header_got += got;
    if (!oak_header_may_start (self->header, self->header_got))
      return gst_oak_receiver_refuse (self, error);
  } while (self->header_got < OAK_HEADER_SIZE);

  if (!gst_oak_receiver_parse_header (self->header, header, error))
    return FALSE;
  self->header_got = 0;

  frame->device_time = header->device_time;
  frame->analysed = header->framing == OAK_FRAMING_IMG;
  frame->image_size = header->image_size;
  return TRUE;
}

static gboolean
gst_oak_receiver_refuse_text (const gchar * text, gsize size, GError ** error)
{
  gchar *quoted = oak_wire_quote ((const guint8 *) text, size);

  g_set_error (error, GST_OAK_RECEIVER_ERROR, GST_OAK_RECEIVER_ERROR_OUTGROWN,
      "expected detections of %" G_GSIZE_FORMAT " bytes after a header "
      "without a pad, got %s", size, quoted);
  g_free (quoted);
  return FALSE;
}

static gboolean
gst_oak_receiver_read_detections (GstOakReceiver * self, GstOakFrame * frame,
    const OakHeader * header, gboolean * proven, GError ** error)
{
  gsize size = header->detections_size;
  const gchar *text;
  guint bad;

  *proven = TRUE;
  if (size == 0)
    return TRUE;

  gst_oak_receiver_begin_part (self, "detections", size);
  g_byte_array_set_size (self->text, size);
  if (!gst_oak_receiver_read (self, self->text->data, size, error))
    return FALSE;
  text = (const gchar *) self->text->data;

  if (!header->padded) {
    if (!oak_detections_are_whole (text, size))
      return gst_oak_receiver_refuse_text (text, size, error);
    *proven = !oak_detections_may_be_cut (text, size);
  }

  bad = oak_detections_parse (text, size, frame->detections);
  g_mutex_lock (&self->lock);
  self->counters.bad_detections += bad;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gsize
plane_rows (const GstVideoInfo * info, guint plane)
{
  gint components[GST_VIDEO_MAX_COMPONENTS];

  gst_video_format_info_component (info->finfo, plane, components);
  return GST_VIDEO_INFO_COMP_HEIGHT (info, components[0]);
}

static gboolean
gst_oak_receiver_read_plane (GstOakReceiver * self, GstVideoFrame * out,
    const GstVideoInfo * wire, guint plane, GError ** error)
{
  guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (out, plane);
  gsize stride = GST_VIDEO_FRAME_PLANE_STRIDE (out, plane);
  gsize row = GST_VIDEO_INFO_PLANE_STRIDE (wire, plane);
  gsize rows = plane_rows (wire, plane);
  gsize i;

  if (stride == row)
    return gst_oak_receiver_read (self, data, row * rows, error);

  for (i = 0; i < rows; i++) {
    if (!gst_oak_receiver_read (self, data + i * stride, row, error))
      return FALSE;
  }
  return TRUE;
}

/* Whether the planes lie in @out as they come, without a gap. */
static gboolean
is_as_on_wire (GstVideoFrame * out, const GstVideoInfo * wire)
{
  guint8 *first = GST_VIDEO_FRAME_PLANE_DATA (out, 0);
  guint i;

  for (i = 0; i < GST_VIDEO_FRAME_N_PLANES (out); i++) {
    guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (out, i);

    if (GST_VIDEO_FRAME_PLANE_STRIDE (out, i)
        != GST_VIDEO_INFO_PLANE_STRIDE (wire, i)
        || data != first + GST_VIDEO_INFO_PLANE_OFFSET (wire, i))
      return FALSE;
  }
  return TRUE;
}

/* The camera's order is the format's: the bytes stay where they arrive. */
static gboolean
gst_oak_receiver_read_planes (GstOakReceiver * self, GstVideoFrame * out,
    const GstVideoInfo * wire, GError ** error)
{
  guint plane;

  if (is_as_on_wire (out, wire))
    return gst_oak_receiver_read (self, GST_VIDEO_FRAME_PLANE_DATA (out, 0),
        wire->size, error);

  for (plane = 0; plane < GST_VIDEO_FRAME_N_PLANES (out); plane++) {
    if (!gst_oak_receiver_read_plane (self, out, wire, plane, error))
      return FALSE;
  }
  return TRUE;
}

/* Which byte of a pixel each plane on the wire becomes. */
static void
find_places (const GstVideoInfo * wire, const GstVideoInfo * info,
    guint * places)
{
  guint i;

  for (i = 0; i < N_COLOURS; i++)
    places[GST_VIDEO_INFO_COMP_PLANE (wire, i)] =
        GST_VIDEO_INFO_COMP_POFFSET (info, i);
}

/* Two planes wait in a scratch area; the third is packed with them in strips,
 * while it is still in the cache. */
static gboolean
gst_oak_receiver_read_packed (GstOakReceiver * self, GstVideoFrame * out,
    const GstVideoInfo * wire, GError ** error)
{
  gsize width = GST_VIDEO_FRAME_WIDTH (out);
  gsize height = GST_VIDEO_FRAME_HEIGHT (out);
  gsize stride = GST_VIDEO_FRAME_PLANE_STRIDE (out, 0);
  gsize rows_at_once = MAX (1, STRIP / width);
  OakPixelsPack pack = GST_VIDEO_FRAME_COMP_PSTRIDE (out, 0) == N_COLOURS ?
      self->pixels->pack_3 : self->pixels->pack_4;
  const guint8 *planes[N_COLOURS + 1] = { NULL, };
  guint8 *packed = GST_VIDEO_FRAME_PLANE_DATA (out, 0);
  guint8 *waiting, *strip;
  guint places[N_COLOURS];
  gsize row, i;

  find_places (wire, &out->info, places);
  g_byte_array_set_size (self->planes, (2 * height + rows_at_once) * width);
  waiting = self->planes->data;
  strip = waiting + 2 * height * width;

  if (!gst_oak_receiver_read (self, waiting, 2 * height * width, error))
    return FALSE;

  for (row = 0; row < height; row += rows_at_once) {
    gsize rows = MIN (rows_at_once, height - row);

    if (!gst_oak_receiver_read (self, strip, rows * width, error))
      return FALSE;
    for (i = 0; i < rows; i++) {
      planes[places[0]] = waiting + (row + i) * width;
      planes[places[1]] = waiting + (height + row + i) * width;
      planes[places[2]] = strip + i * width;
      pack (packed + (row + i) * stride, planes, width);
    }
  }
  return TRUE;
}

static GstOakLayout *
gst_oak_receiver_find_layout (GstOakReceiver * self, gsize image_size)
{
  GstOakLayout *layout = NULL;

  g_mutex_lock (&self->lock);
  if (self->layout != NULL && self->layout->wire.size == image_size)
    layout = gst_oak_layout_ref (self->layout);
  g_mutex_unlock (&self->lock);
  return layout;
}

/* Memory of downstream's liking. There is none before the first frame has
 * been seen there, nor while downstream holds all that its pool has. */
static gboolean
gst_oak_receiver_map_layout (GstOakFrame * frame, GstOakLayout * layout,
    GstVideoFrame * out)
{
  GstBufferPoolAcquireParams params = { 0, };

  if (layout == NULL)
    return FALSE;

  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  if (gst_buffer_pool_acquire_buffer (layout->pool, &frame->image,
          &params) != GST_FLOW_OK) {
    frame->image = NULL;
    return FALSE;
  }
  if (!gst_video_frame_map (out, &layout->info, frame->image, GST_MAP_WRITE)) {
    gst_clear_buffer (&frame->image);
    return FALSE;
  }

  frame->layout = gst_oak_layout_ref (layout);
  return TRUE;
}

static gboolean
gst_oak_receiver_read_bytes (GstOakReceiver * self, GstOakFrame * frame,
    GError ** error)
{
  GstMapInfo map;
  gboolean ok;

  frame->image = gst_buffer_new_allocate (NULL, frame->image_size, NULL);
  gst_buffer_map (frame->image, &map, GST_MAP_WRITE);
  ok = gst_oak_receiver_read (self, map.data, map.size, error);
  gst_buffer_unmap (frame->image, &map);
  return ok;
}

static gboolean
gst_oak_receiver_read_image (GstOakReceiver * self, GstOakFrame * frame,
    GError ** error)
{
  GstOakLayout *layout;
  GstVideoFrame out;
  gboolean ok;

  if (frame->image_size == 0)
    return TRUE;

  gst_oak_receiver_begin_part (self, "an image", frame->image_size);
  layout = gst_oak_receiver_find_layout (self, frame->image_size);

  if (!gst_oak_receiver_map_layout (frame, layout, &out)) {
    ok = gst_oak_receiver_read_bytes (self, frame, error);
  } else {
    if (GST_VIDEO_FRAME_FORMAT (&out) == GST_VIDEO_INFO_FORMAT (&layout->wire))
      ok = gst_oak_receiver_read_planes (self, &out, &layout->wire, error);
    else
      ok = gst_oak_receiver_read_packed (self, &out, &layout->wire, error);
    gst_video_frame_unmap (&out);
  }

  gst_oak_layout_unref (layout);
  return ok;
}

/* Frames */

/* What is not proven yet, is no frame for anybody. */
static void
gst_oak_receiver_hand_over (GstOakReceiver * self, GstOakFrame * frame)
{
  gst_oak_link_note_frame (self->link);
  gst_oak_queue_push (self->queue, frame);
}

static void
gst_oak_receiver_release_held (GstOakReceiver * self)
{
  if (self->held != NULL)
    gst_oak_receiver_hand_over (self, self->held);
  self->held = NULL;
}

static gboolean
gst_oak_receiver_read_frame (GstOakReceiver * self, GstOakFrame * frame,
    OakHeader * header, gboolean * proven, GError ** error)
{
  if (!gst_oak_receiver_read_header (self, frame, header, error))
    return FALSE;
  gst_oak_receiver_release_held (self);

  return gst_oak_receiver_read_detections (self, frame, header, proven, error)
      && gst_oak_receiver_read_image (self, frame, error);
}

static gboolean
gst_oak_receiver_receive (GstOakReceiver * self, GError ** error)
{
  GstOakFrame *frame = gst_oak_frame_new ();
  OakHeader header = { 0, };
  gboolean proven;

  frame->connection = self->connection;
  frame->discont = self->n_frames == 0 || self->discont;
  if (!gst_oak_receiver_read_frame (self, frame, &header, &proven, error)) {
    gst_oak_frame_free (frame);
    return FALSE;
  }

  self->n_frames++;
  self->discont = FALSE;
  self->largest = MAX (self->largest, OAK_HEADER_SIZE + header.detections_size
      + header.image_size);
  if (proven && !self->verify) {
    gst_oak_receiver_hand_over (self, frame);
  } else {
    self->held = frame;
    self->held_may_be_cut = !proven;
  }
  return TRUE;
}

/* Whether no header begins where one must, so that what came before is not
 * what it was said to be. */
static gboolean
gst_oak_receiver_is_displaced (GstOakReceiver * self)
{
  return !oak_header_may_start (self->header, self->header_got);
}

/* A frame is held because the size in its header may be cut. Then a byte of it
 * is left over, where nothing or a header must follow. Others are held to be
 * verified: there a header that has begun is enough. */
static void
gst_oak_receiver_judge_held (GstOakReceiver * self, GError ** error)
{
  GError *cause = *error;

  if (self->held == NULL || cause->domain == G_IO_ERROR)
    return;

  if (self->between_frames || (!self->held_may_be_cut
          && !gst_oak_receiver_is_displaced (self))) {
    gst_oak_receiver_release_held (self);
  } else if (self->held_may_be_cut) {
    *error = g_error_new (GST_OAK_RECEIVER_ERROR,
        GST_OAK_RECEIVER_ERROR_OUTGROWN, "expected a header or the end after "
        "a header without a pad, got: %s", cause->message);
    g_error_free (cause);
  }
}

/* Out of step */

static gboolean
is_out_of_step (const GError * error)
{
  return error->domain == GST_OAK_RECEIVER_ERROR
      && error->code != GST_OAK_RECEIVER_ERROR_LOST
      && error->code != GST_OAK_RECEIVER_ERROR_TORN;
}

static void
gst_oak_receiver_cut_window (GstOakReceiver * self)
{
  Mark mark = gst_oak_receiver_find_mark (self);
  gsize used = self->window_at;
  guint i, n_used = 0;

  for (i = 0; i < self->marks->len; i++) {
    Mark *next = &g_array_index (self->marks, Mark, i);

    n_used += next->from < mark.from;
    next->from -= MIN (next->from, used);
  }
  g_array_remove_range (self->marks, 0, n_used);
  g_byte_array_remove_range (self->window, 0, used);
  self->window_at = 0;
}

/* What is left of an earlier search, and the header that was read of it. What
 * is used up goes when it is the larger part: who makes us search again and
 * again must not make us move all bytes as often. */
static void
gst_oak_receiver_turn_back (GstOakReceiver * self)
{
  self->window_at -= self->header_got;
  if (self->window_at > self->window->len / 2)
    gst_oak_receiver_cut_window (self);
}

/* What was taken for a header is looked at again, with all that came since. */
static void
gst_oak_receiver_open_window (GstOakReceiver * self)
{
  if (gst_oak_receiver_left_in_window (self) > 0) {
    gst_oak_receiver_turn_back (self);
  } else if (self->header_got > 0) {
    self->header_came.from = 0;
    g_byte_array_append (self->window, self->header, self->header_got);
    g_array_append_val (self->marks, self->header_came);
  }
}

/* Bytes that come one by one share a mark, or it would cost more than they do:
 * so many that no two headers begin there, and that of the last, as a frame may
 * seem late but never early. */
static void
gst_oak_receiver_add_mark (GstOakReceiver * self, gsize from)
{
  Mark mark = gst_oak_receiver_mark_now (self, from);
  Mark *last;

  g_array_append_val (self->marks, mark);
  if (self->marks->len < 2)
    return;
  last = &g_array_index (self->marks, Mark, self->marks->len - 2);
  if (from - last->from < OAK_HEADER_SIZE) {
    last->arrival = mark.arrival;
    last->seen = mark.seen;
    g_array_set_size (self->marks, self->marks->len - 1);
  }
}

static gboolean
gst_oak_receiver_widen_window (GstOakReceiver * self, gsize limit,
    GError ** error)
{
  gsize had = self->window->len;
  gsize left = gst_oak_receiver_left_in_window (self);
  gsize more = MIN (SEARCH_STEP, limit - MIN (limit, left));
  gssize got;

  if (more == 0) {
    g_set_error_literal (error, GST_OAK_RECEIVER_ERROR,
        GST_OAK_RECEIVER_ERROR_FRAMING, "there is none");
    return FALSE;
  }

  g_byte_array_set_size (self->window, had + more);
  got = gst_oak_link_receive (self->link, self->window->data + had, more,
      1, error);
  g_byte_array_set_size (self->window, had + MAX (got, 0));
  if (got < 0)
    return FALSE;

  gst_oak_receiver_add_mark (self, had);
  return TRUE;
}

/* Whether the other end is to blame, and not somebody who wants it to end. */
static gboolean
is_camera_s_fault (const GError * cause)
{
  return cause->domain == GST_OAK_RECEIVER_ERROR
      || g_error_matches (cause, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_SILENT)
      || g_error_matches (cause, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_STALLED)
      || g_error_matches (cause, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_CLOSED);
}

/* Why it went out of step is what the user has to know. */
static void
gst_oak_receiver_fail_search (GstOakReceiver * self, GError * cause,
    GError ** error)
{
  GError *first = *error;

  if (!is_camera_s_fault (cause)) {
    *error = cause;
  } else {
    *error = g_error_new (first->domain, first->code, "%s; expected the next "
        "frame within %" G_GSIZE_FORMAT " bytes: %s", first->message,
        gst_oak_receiver_left_in_window (self), cause->message);
    g_error_free (cause);
  }
  g_error_free (first);
}

static gboolean
gst_oak_receiver_look_in_window (GstOakReceiver * self, OakSearch * search,
    gsize limit)
{
  gsize left = gst_oak_receiver_left_in_window (self);

  return left > 0 && oak_search_go_on (search,
      self->window->data + self->window_at, MIN (left, limit), limit);
}

/* @error tells why it is out of step; FALSE: and what then happened. */
static gboolean
gst_oak_receiver_search (GstOakReceiver * self, GError ** error)
{
  gsize limit = self->n_frames > 0 ? 2 * self->largest + OAK_HEADER_SIZE :
      SEARCH_MAX_AT_START;
  OakSearch search = { 0, };
  GError *cause = NULL;

  gst_oak_receiver_open_window (self);
  while (!gst_oak_receiver_look_in_window (self, &search, limit)) {
    if (!gst_oak_receiver_widen_window (self, limit, &cause)) {
      gst_oak_receiver_fail_search (self, cause, error);
      return FALSE;
    }
  }

  self->window_at += search.at;
  self->discont = TRUE;
  g_mutex_lock (&self->lock);
  self->counters.resyncs++;
  self->counters.bytes_skipped += search.at;
  g_mutex_unlock (&self->lock);
  g_clear_error (error);
  return TRUE;
}

static gboolean
gst_oak_receiver_resync (GstOakReceiver * self, GError ** error)
{
  gboolean torn = self->n_frames > 0 && gst_oak_receiver_is_displaced (self);

  g_mutex_lock (&self->lock);
  self->counters.framing_errors++;
  self->counters.torn += torn;
  g_mutex_unlock (&self->lock);

  self->warn (self->warn_data, *error);
  return gst_oak_receiver_search (self, error);
}

/* The thread */

/* One connection, to its end. */
static void
gst_oak_receiver_serve (GstOakReceiver * self, GError ** error)
{
  gboolean goes_on;

  self->n_frames = 0;
  self->largest = 0;
  self->discont = FALSE;
  do {
    while (gst_oak_receiver_receive (self, error));
    goes_on = is_out_of_step (*error);
    gst_oak_receiver_judge_held (self, error);
    g_clear_pointer (&self->held, gst_oak_frame_free);
  } while (goes_on && gst_oak_receiver_resync (self, error));
  gst_oak_receiver_empty_window (self);
}

static gpointer
gst_oak_receiver_run (gpointer user_data)
{
  GstOakReceiver *self = user_data;
  GError *error = NULL;
  gboolean again;

  do {
    g_clear_error (&error);
    if (gst_oak_link_connect (self->link, &self->connection, &error)) {
      gst_oak_receiver_serve (self, &error);
    }
    again = gst_oak_link_recover (self->link, error);
  } while (again);

  gst_oak_queue_end (self->queue, error);
  return NULL;
}

/**
 * gst_oak_receiver_new:
 * @link: (transfer none): where they come from; it outlives the receiver
 * @queue: (transfer none): where frames go; likewise
 * @warn: told of what goes wrong and does not end the connection
 * @user_data: for @warn
 *
 * Returns: (transfer full): a receiver that does nothing yet
 */
GstOakReceiver *
gst_oak_receiver_new (GstOakLink * link, GstOakQueue * queue,
    GstOakReceiverWarn warn, gpointer user_data)
{
  GstOakReceiver *self = g_new0 (GstOakReceiver, 1);

  self->link = link;
  self->queue = queue;
  self->warn = warn;
  self->warn_data = user_data;
  self->pixels = oak_pixels_find (g_getenv (PIXELS_VARIABLE));
  g_mutex_init (&self->lock);
  self->text = g_byte_array_new ();
  self->planes = g_byte_array_new ();
  self->window = g_byte_array_new ();
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  return self;
}

/**
 * gst_oak_receiver_free:
 * @self: (transfer full): a receiver that has stopped
 */
void
gst_oak_receiver_free (GstOakReceiver * self)
{
  gst_oak_receiver_set_clock (self, NULL);
  g_array_unref (self->marks);
  g_byte_array_unref (self->window);
  g_byte_array_unref (self->planes);
  g_byte_array_unref (self->text);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * gst_oak_receiver_start:
 * @self: a receiver that has stopped
 * @peer: (transfer none): whom to call, if its link does not listen
 * @verify: whether each frame is held until the next header, or the end,
 *     shows that it was whole
 *
 * Starts the thread, which connects and receives, again and again, until its
 * link gives up or it is stopped. Counts from zero. Does not wait.
 */
void
gst_oak_receiver_start (GstOakReceiver * self, const GstOakPeer * peer,
    gboolean verify)
{
  const GstOakReceiverCounters none = { 0, };

  self->verify = verify;
  g_mutex_lock (&self->lock);
  self->counters = none;
  g_mutex_unlock (&self->lock);
  gst_oak_link_open (self->link, peer);
  self->thread = g_thread_new ("oakreceiver", gst_oak_receiver_run, self);
}

/**
 * gst_oak_receiver_stop:
 * @self: a receiver that has been started
 *
 * Ends the thread, the connection and every wait. Waits for the thread, which
 * waits for nothing once it is told to stop.
 */
void
gst_oak_receiver_stop (GstOakReceiver * self)
{
  gst_oak_link_cancel (self->link);
  g_thread_join (self->thread);
  self->thread = NULL;
  gst_oak_link_close (self->link);
  g_clear_pointer (&self->layout, gst_oak_layout_unref);
}

/**
 * gst_oak_receiver_set_clock:
 * @self: a receiver
 * @clock: (nullable) (transfer none): what arrivals are stamped with
 *
 * Any thread. Does not wait.
 */
void
gst_oak_receiver_set_clock (GstOakReceiver * self, GstClock * clock)
{
  g_mutex_lock (&self->lock);
  gst_object_replace ((GstObject **) & self->clock, (GstObject *) clock);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_receiver_set_layout:
 * @self: a receiver
 * @layout: (nullable) (transfer none): where pictures of its size go from now
 *     on; %NULL: they stay as on the wire
 *
 * What is in the queue stays as it is. Any thread. Does not wait.
 */
void
gst_oak_receiver_set_layout (GstOakReceiver * self, GstOakLayout * layout)
{
  g_mutex_lock (&self->lock);
  gst_oak_layout_unref (self->layout);
  self->layout = layout != NULL ? gst_oak_layout_ref (layout) : NULL;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_oak_receiver_get_counters:
 * @self: a receiver
 * @counters: (out): what has been counted since the last start
 *
 * Any thread. Does not wait.
 */
void
gst_oak_receiver_get_counters (GstOakReceiver * self,
    GstOakReceiverCounters * counters)
{
  g_mutex_lock (&self->lock);
  *counters = self->counters;
  g_mutex_unlock (&self->lock);
}
