/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakclient.h"

#define N_PARTS 3               /* of a parcel */

struct _GstOakClient
{
  OakConnection *connection;

  /* the thread that sends and receives */
  GstOakParcel *sending;        /* its header has begun; NULL = between two */
  gsize sent;                   /* bytes of it */
  gint64 progress_at;           /* monotonic us; when bytes were taken last */
  guint8 said[OAK_CONTROL_SIZE];        /* a message that is not whole */
  gsize n_said;

  GMutex lock;
  /* under the lock */
  GstOakParcel *waiting;        /* the newest; NULL = none */
  gint64 waits_since;           /* monotonic us; also by those before it */
  gboolean wants_keyframe;      /* nothing else is of use to it */
};

/**
 * gst_oak_client_new:
 * @connection: (transfer full): to the client
 *
 * Returns: (transfer full): a client that has got nothing yet
 */
GstOakClient *
gst_oak_client_new (OakConnection * connection)
{
  GstOakClient *self = g_new0 (GstOakClient, 1);

  oak_connection_prepare_to_send (connection, GST_OAK_CLIENT_PATIENCE);
  self->connection = connection;
  self->wants_keyframe = TRUE;
  g_mutex_init (&self->lock);
  return self;
}

/**
 * gst_oak_client_free:
 * @self: (transfer full): a client that nobody uses
 *
 * Closes the connection, in mid-frame if need be; what was sent arrives. Does
 * not wait.
 */
void
gst_oak_client_free (GstOakClient * self)
{
  oak_connection_finish (self->connection);
  gst_oak_parcel_unref (self->sending);
  gst_oak_parcel_unref (self->waiting);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * gst_oak_client_watch:
 * @self: a client
 * @condition: what to wait for
 *
 * Returns: (transfer full): as oak_connection_watch()
 */
GSource *
gst_oak_client_watch (GstOakClient * self, GIOCondition condition)
{
  return oak_connection_watch (self->connection, condition);
}

/**
 * gst_oak_client_offer:
 * @self: a client
 * @parcel: (transfer none): the newest frame
 *
 * It takes the place of one that still waits. But a picture that needs those
 * before it takes no place, and is of no use behind one that was left out: so
 * such are left out until a keyframe comes. Any thread. Does not wait.
 *
 * Returns: how many frames were left out, 0 or 1
 */
guint
gst_oak_client_offer (GstOakClient * self, GstOakParcel * parcel)
{
  GstOakParcel *dropped = NULL;

  g_mutex_lock (&self->lock);
  if (parcel->delta && (self->wants_keyframe || self->waiting != NULL)) {
    self->wants_keyframe = TRUE;
    dropped = gst_oak_parcel_ref (parcel);
  } else {
    dropped = self->waiting;
    if (self->waiting == NULL)
      self->waits_since = g_get_monotonic_time ();
    self->waiting = gst_oak_parcel_ref (parcel);
    self->wants_keyframe = FALSE;
  }
  g_mutex_unlock (&self->lock);

  gst_oak_parcel_unref (dropped);
  return dropped != NULL;
}

/**
 * gst_oak_client_wants_keyframe:
 * @self: a client
 *
 * Any thread. Does not wait.
 *
 * Returns: %TRUE if it can do nothing with a picture that needs others
 */
gboolean
gst_oak_client_wants_keyframe (GstOakClient * self)
{
  gboolean wants;

  g_mutex_lock (&self->lock);
  wants = self->wants_keyframe;
  g_mutex_unlock (&self->lock);
  return wants;
}

/**
 * gst_oak_client_has_work:
 * @self: a client
 *
 * Returns: %TRUE if there is something to send to it
 */
gboolean
gst_oak_client_has_work (GstOakClient * self)
{
  gboolean waits;

  g_mutex_lock (&self->lock);
  waits = self->waiting != NULL;
  g_mutex_unlock (&self->lock);
  return waits || self->sending != NULL;
}

static gboolean
take_next (GstOakClient * self)
{
  if (self->sending != NULL)
    return TRUE;

  g_mutex_lock (&self->lock);
  self->sending = g_steal_pointer (&self->waiting);
  g_mutex_unlock (&self->lock);
  self->sent = 0;
  self->progress_at = g_get_monotonic_time ();
  return self->sending != NULL;
}

/* What of the parts lies behind the first @sent bytes of them all. */
static guint
find_rest (const GstOakParcel * parcel, gsize sent, GOutputVector * rest)
{
  const GOutputVector parts[N_PARTS] = {
    {parcel->header, OAK_HEADER_SIZE},
    {parcel->text->str, parcel->text->len},
    {parcel->pixels, parcel->image_size},
  };
  guint i, n = 0;

  for (i = 0; i < N_PARTS; i++) {
    gsize skipped = MIN (sent, parts[i].size);

    sent -= skipped;
    if (skipped == parts[i].size)
      continue;
    rest[n].buffer = (const guint8 *) parts[i].buffer + skipped;
    rest[n++].size = parts[i].size - skipped;
  }
  return n;
}

static void
note_sent (GstOakClient * self, gsize size, GstOakClientProgress * progress)
{
  self->sent += size;
  self->progress_at = g_get_monotonic_time ();
  progress->bytes += size;

  if (self->sent == gst_oak_parcel_size (self->sending)) {
    progress->frames = 1;
    progress->detections = self->sending->n_detections;
    g_clear_pointer (&self->sending, gst_oak_parcel_unref);
  }
}

/**
 * gst_oak_client_send:
 * @self: a client
 * @progress: (out): what was sent, also on failure
 * @error: return location for an error of GIO
 *
 * Goes on with the frame that has begun, else begins the one that waits; to
 * the end of it, or as far as there is room. Does not wait.
 *
 * Returns: %FALSE if the client is lost
 */
gboolean
gst_oak_client_send (GstOakClient * self, GstOakClientProgress * progress,
    GError ** error)
{
  const GstOakClientProgress none = { 0, };

  *progress = none;
  if (!take_next (self))
    return TRUE;

  while (self->sending != NULL) {
    GOutputVector rest[N_PARTS];
    guint n = find_rest (self->sending, self->sent, rest);
    GError *local_error = NULL;
    gssize size = oak_connection_send_some (self->connection, rest, n,
        &local_error);

    if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      g_error_free (local_error);
      return TRUE;
    }
    if (size < 0) {
      g_propagate_error (error, local_error);
      return FALSE;
    }
    note_sent (self, size, progress);
  }
  return TRUE;
}

/* Also between two frames: the system says that there is room when there is
 * much of it, which a small frame that was taken whole may have left over. */
static gint64
find_idle_time (GstOakClient * self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 since = self->progress_at;

  if (self->sending == NULL) {
    g_mutex_lock (&self->lock);
    since = self->waiting != NULL ? MAX (since, self->waits_since) : now;
    g_mutex_unlock (&self->lock);
  }
  return now - since;
}

/**
 * gst_oak_client_is_stalled:
 * @self: a client
 *
 * Returns: %TRUE if there is a frame for it, and it has not taken a byte for
 *     %GST_OAK_CLIENT_PATIENCE seconds
 */
gboolean
gst_oak_client_is_stalled (GstOakClient * self)
{
  return find_idle_time (self) >= GST_OAK_CLIENT_PATIENCE * G_TIME_SPAN_SECOND;
}

/**
 * gst_oak_client_receive:
 * @self: a client
 * @hear: is called if a message has become whole
 * @user_data: for @hear
 * @error: return location for an error of GIO; %G_IO_ERROR_CONNECTION_CLOSED
 *     if the client has left, %G_IO_ERROR_TIMED_OUT if it has vanished
 *
 * Takes what has come of one message. What is none is thrown away, as many
 * bytes as a message has. Does not wait.
 *
 * Returns: %FALSE if the client is lost
 */
gboolean
gst_oak_client_receive (GstOakClient * self, GstOakClientHear hear,
    gpointer user_data, GError ** error)
{
  GError *local_error = NULL;
  OakControl control;
  gssize size = oak_connection_receive_some (self->connection,
      self->said + self->n_said, OAK_CONTROL_SIZE - self->n_said,
      &local_error);

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    g_error_free (local_error);
    return TRUE;
  }
  if (size < 0) {
    g_propagate_error (error, local_error);
    return FALSE;
  }

  self->n_said += size;
  if (self->n_said < OAK_CONTROL_SIZE)
    return TRUE;
  self->n_said = 0;
  if (oak_control_parse (self->said, &control, &local_error))
    hear (&control, NULL, user_data);
  else
    hear (NULL, local_error, user_data);
  g_clear_error (&local_error);
  return TRUE;
}
