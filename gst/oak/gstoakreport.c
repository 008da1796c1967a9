/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakreport.h"

#include <string.h>

#include "gstoakfailure.h"
#include "gstoaklink.h"

/* At most so many warnings a second. */
#define LOSS_RATE_MAX 10
#define NUISANCE_RATE_MAX 1

/**
 * gst_oak_pace_allows:
 * @pace: (inout): what was told of one kind; zeros at the start
 * @per_second: how much of it may be told
 *
 * Returns: %TRUE if one more may be told now; it is counted
 */
gboolean
gst_oak_pace_allows (GstOakPace * pace, guint per_second)
{
  gint64 now = g_get_monotonic_time ();

  if (now - pace->since > G_TIME_SPAN_SECOND) {
    pace->since = now;
    pace->n = 0;
  }
  return pace->n++ < per_second;
}

/**
 * gst_oak_report_init:
 * @self: (out caller-allocates): a report
 * @element: (transfer none): whose messages they are; it outlives the report
 */
void
gst_oak_report_init (GstOakReport * self, GstElement * element)
{
  memset (self, 0, sizeof (*self));
  self->element = element;
  g_mutex_init (&self->lock);
}

/**
 * gst_oak_report_clear:
 * @self: a report that nobody uses
 */
void
gst_oak_report_clear (GstOakReport * self)
{
  g_free (self->place);
  g_mutex_clear (&self->lock);
}

/**
 * gst_oak_report_set_place:
 * @self: a report
 * @host: a name or an address
 * @port: the camera's, or ours
 *
 * All further messages begin with it. Any thread. Does not wait.
 */
void
gst_oak_report_set_place (GstOakReport * self, const gchar * host, guint port)
{
  gboolean is_ipv6 = strchr (host, ':') != NULL;

  g_mutex_lock (&self->lock);
  g_free (self->place);
  self->place = g_strdup_printf (is_ipv6 ? "[%s]:%u" : "%s:%u", host, port);
  g_mutex_unlock (&self->lock);
}

static void
post (GstOakReport * self, GstMessageType type, gboolean is_nuisance,
    GQuark domain, gint code, const gchar * text, const gchar * debug)
{
  gchar *full = NULL;
  gboolean may = TRUE;

  g_mutex_lock (&self->lock);
  if (type == GST_MESSAGE_WARNING)
    may = is_nuisance ?
        gst_oak_pace_allows (&self->nuisances, NUISANCE_RATE_MAX) :
        gst_oak_pace_allows (&self->losses, LOSS_RATE_MAX);
  if (may)
    full = g_strdup_printf ("%s: %s", self->place, text);
  g_mutex_unlock (&self->lock);

  if (may)
    gst_element_message_full (self->element, type, domain, code, full,
        g_strdup (debug), __FILE__, GST_FUNCTION, __LINE__);
}

/**
 * gst_oak_report_post:
 * @self: a report
 * @type: ERROR, or WARNING: more than ten a second are left out
 * @domain: of the message's error
 * @code: in @domain
 * @text: for the user, translated
 * @debug: expected and got
 *
 * Any thread; hold no lock of the element. Does not wait.
 */
void
gst_oak_report_post (GstOakReport * self, GstMessageType type, GQuark domain,
    gint code, const gchar * text, const gchar * debug)
{
  post (self, type, FALSE, domain, code, text, debug);
}

/**
 * gst_oak_report_post_failure:
 * @self: a report
 * @type: ERROR, or WARNING where the stream goes on: more than ten a second are
 *     left out, of strangers more than one
 * @error: one that gst_oak_failure_find() knows
 *
 * Any thread; hold no lock of the element. Does not wait.
 */
void
gst_oak_report_post_failure (GstOakReport * self, GstMessageType type,
    const GError * error)
{
  const GstOakFailure *failure = gst_oak_failure_find (error);
  gboolean is_nuisance =
      g_error_matches (error, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_STRAY)
      || g_error_matches (error, GST_OAK_LINK_ERROR, GST_OAK_LINK_ERROR_BUSY);
  gchar *text = gst_oak_failure_describe (failure, error,
      type == GST_MESSAGE_WARNING);

  post (self, type, is_nuisance, failure->domain (), failure->code, text,
      error->message);
  g_free (text);
}
