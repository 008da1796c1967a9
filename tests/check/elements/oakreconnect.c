/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a source does when its camera cannot be reached, or goes: it tries
 * again, and tells. */

#include <string.h>
#include <gst/check/gstcheck.h>

#include "oakrig.h"
#include "oaktestpictures.h"

/* What "at once" means for a state change and for EOS. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

/* In ms. */
#define SOON 20
#define LATER 100
#define HOUR 3600000

#define HERE "127.0.0.1"

/* What the source is told to wait for a sign, in ms, where that is awaited. */
#define PATIENCE ((guint) (300 * oak_test_patience ()))

/*** what is told ***/

/* The states that were notified, in their order. */
typedef struct
{
  GMutex lock;
  GCond changed;
  GString *seen;                /* with lock; nicks, a space behind each */
} Watch;

static void
note_state (GObject * src, GParamSpec * spec, gpointer user_data)
{
  Watch *watch = user_data;
  g_auto (GValue) value = G_VALUE_INIT;
  GEnumValue *state;

  g_value_init (&value, spec->value_type);
  g_object_get_property (src, spec->name, &value);
  state = g_enum_get_value (G_ENUM_CLASS (g_type_class_peek
          (spec->value_type)), g_value_get_enum (&value));
  g_mutex_lock (&watch->lock);
  g_string_append_printf (watch->seen, "%s ", state->value_nick);
  g_cond_broadcast (&watch->changed);
  g_mutex_unlock (&watch->lock);
}

static Watch *
watch_new (Rig * rig)
{
  Watch *watch = g_new0 (Watch, 1);

  g_mutex_init (&watch->lock);
  g_cond_init (&watch->changed);
  watch->seen = g_string_new ("");
  g_signal_connect (rig->src, "notify::connection-state",
      G_CALLBACK (note_state), watch);
  return watch;
}

/* After the rig. */
static void
watch_free (Watch * watch)
{
  g_string_free (watch->seen, TRUE);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->changed);
  g_free (watch);
}

/* Waits until these were notified behind all that was waited for before. */
static void
watch_for (Watch * watch, const gchar * states)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  gboolean in_time = TRUE;
  gchar *found;

  g_mutex_lock (&watch->lock);
  while (!(found = strstr (watch->seen->str, states)) && in_time)
    in_time = g_cond_wait_until (&watch->changed, &watch->lock, limit);
  fail_unless (found != NULL, "%s instead of %s", watch->seen->str, states);
  g_string_erase (watch->seen, 0, found + strlen (states) - watch->seen->str);
  g_mutex_unlock (&watch->lock);
}

/* Messages in their order. */
typedef struct
{
  guint n_warnings, n_recoveries;
  gchar *warning;               /* the last one's text */
} Told;

static void
told_clear (Told * told)
{
  g_free (told->warning);
}

/* *INDENT-OFF* */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)
/* *INDENT-ON* */

static void
note_told (Told * told, GstMessage * message)
{
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      fail ("an error: %s", error->message);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      g_free (told->warning);
      told->warning = g_strdup (error->message);
      told->n_warnings++;
      break;
    case GST_MESSAGE_INFO:
      told->n_recoveries++;
      break;
    default:
      break;
  }
}

/* Waits for such an element message, and takes note of what comes before. */
static GstStructure *
hear (Rig * rig, Told * told, const gchar * name)
{
  for (;;) {
    g_autoptr (GstMessage) message = rig_wait_message (rig,
        GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_INFO
        | GST_MESSAGE_ELEMENT);

    note_told (told, message);
    if (gst_message_has_name (message, name))
      return gst_structure_copy (gst_message_get_structure (message));
  }
}

static guint
number_of (const GstStructure * s, const gchar * field)
{
  guint value = 0;

  fail_unless (gst_structure_get_uint (s, field, &value), "no %s", field);
  return value;
}

static gint64
next_retry_of (const GstStructure * s)
{
  gint64 value = 0;

  fail_unless (gst_structure_get_int64 (s, "next-retry", &value));
  return value;
}

static void
expect_word (const GstStructure * s, const gchar * field, const gchar * word)
{
  fail_unless_equals_string (gst_structure_get_string (s, field), word);
}

/* The next loss, which must be this one. */
static void
hear_loss (Rig * rig, Told * told, const gchar * reason, guint attempt)
{
  g_autoptr (GstStructure) s = hear (rig, told, "oak-disconnected");

  expect_word (s, "reason", reason);
  fail_unless_equals_int (number_of (s, "attempt"), attempt);
}

static void
hear_arrival (Rig * rig, Told * told, guint connection)
{
  g_autoptr (GstStructure) s = hear (rig, told, "oak-connected");

  fail_unless_equals_int (number_of (s, "connection"), connection);
}

/*** what is tried ***/

static void
set_delays (Rig * rig, guint delay, guint delay_max)
{
  rig_set (rig, "on-disconnect", "reconnect");
  g_object_set (rig->src, "reconnect-delay", delay, "reconnect-delay-max",
      delay_max, NULL);
}

static Rig *
rig_new_patient (void)
{
  Rig *rig = rig_new ();

  set_delays (rig, SOON, LATER);
  return rig;
}

/* One whose camera refuses all who call. */
static Rig *
rig_new_refused (void)
{
  Rig *rig = rig_new_patient ();

  oak_test_camera_shut (rig->camera);
  oak_test_camera_wait (rig->camera);
  return rig;
}

/* A picture that comes after a loss. */
static GstClockTime
expect_anew (Rig * rig, guint seed, GstClockTime before)
{
  GstSample *sample = rig_pull (rig);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstClockTime pts = GST_BUFFER_PTS (buffer);

  assert_picture (sample, "BGR", RIG_WIDTH, RIG_HEIGHT, seed);
  fail_unless (is_discont (sample));
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_RESYNC));
  fail_unless (pts >= before, "PTS goes back");
  gst_sample_unref (sample);
  return pts;
}

static GstClockTime
pull_pts (Rig * rig)
{
  GstSample *sample = rig_pull (rig);
  GstClockTime pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));

  gst_sample_unref (sample);
  return pts;
}

static void
assert_one_stream (Rig * rig)
{
  fail_unless_equals_int (rig_count (rig, GST_EVENT_STREAM_START), 1);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_SEGMENT), 1);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 1);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_EOS), 0);
}

GST_START_TEST (test_refused_source_calls_till_the_camera_is_there)
{
  Rig *rig = rig_new_refused ();
  g_auto (Told) told = { 0, };

  rig_play (rig);
  hear_loss (rig, &told, "connect", 1);
  hear_loss (rig, &told, "connect", 2);
  hear_loss (rig, &told, "connect", 3);
  oak_test_camera_open (rig->camera);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  assert_one_stream (rig);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_name_is_asked_for_till_it_resolves)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };

  rig->resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_LACKS);
  g_object_set (rig->src, "host", "camera.invalid", NULL);
  rig_play (rig);
  hear_loss (rig, &told, "resolve", 1);
  hear_loss (rig, &told, "resolve", 2);
  fail_unless (strstr (told.warning, "\"host\"") != NULL, "%s", told.warning);
  oak_test_resolver_set_answer (rig->resolver, OAK_TEST_RESOLVER_FINDS);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

/* It serves somebody else. */
GST_START_TEST (test_camera_that_says_nothing_is_said_to_be_busy)
{
  Rig *rig = rig_new_patient ();
  g_autofree gchar *text = NULL;

  g_object_set (rig->src, "first-byte-timeout", PATIENCE, NULL);
  oak_test_camera_listen_to_end (rig->camera);
  rig_say (rig, "1.0", 1);
  rig_play (rig);
  text = rig_take_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY);
  fail_unless (strstr (text, "one client at a time") != NULL, "%s", text);
  fail_unless (strstr (text, "Trying again in 1 s.") != NULL, "%s", text);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

typedef enum
{
  CLOSES,
  RESETS,
  STALLS
} Leave;

/* *INDENT-OFF* */
static const struct
{
  gboolean frame;               /* one is said first */
  const gchar *said;
  Leave leave;
  const gchar *reason;
} losses[] = {
  {TRUE, "", CLOSES, "lost"},
  {TRUE, "IMG 1.5", CLOSES, "torn"},
  {TRUE, "IMG 12.5 96 34                  1;87.3;0.1", CLOSES, "torn"},
  {TRUE, "IMG 12.5 96 0                   123456789", CLOSES, "torn"},
  {TRUE, "IMG 12.5 32 0                   ", CLOSES, "torn"},
  {TRUE, "IMG 12.5 96 32                  ", CLOSES, "torn"},
  {FALSE, "", CLOSES, "lost"},
  {FALSE, "IMG 1.5", CLOSES, "torn"},
  {FALSE, "IMG 12.5 96 0                   123456789", CLOSES, "torn"},
  {TRUE, "", RESETS, "lost"},
  {TRUE, "IMG 1.5", RESETS, "torn"},
  {TRUE, "IMG 12.5 96 34                  1;87.3;0.1", RESETS, "torn"},
  {TRUE, "IMG 12.5 96 0                   123456789", RESETS, "torn"},
  {FALSE, "", RESETS, "lost"},
  {FALSE, "", STALLS, "silent"},
  {FALSE, "IMG 1.5", STALLS, "stalled"},
  {TRUE, "", STALLS, "stalled"},
  {TRUE, "IMG 1.5", STALLS, "stalled"},
  {TRUE, "IMG 12.5 96 34                  1;87.3;0.1", STALLS, "stalled"},
  {TRUE, "IMG 12.5 96 0                   123456789", STALLS, "stalled"},
};
/* *INDENT-ON* */

static void
leave (Rig * rig, Leave how)
{
  switch (how) {
    case CLOSES:
      oak_test_camera_close (rig->camera);
      break;
    case RESETS:
      rig_wait_stat (rig, "connections", 1);
      rig_wait_heard (rig);
      oak_test_camera_reset (rig->camera);
      break;
    default:
      oak_test_camera_listen_to_end (rig->camera);
  }
}

GST_START_TEST (test_lost_camera_is_called_again_and_the_stream_goes_on)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  GstClockTime before = 0;

  if (losses[__i__].leave == STALLS)
    g_object_set (rig->src, "first-byte-timeout", PATIENCE, "stall-timeout",
        PATIENCE, NULL);
  rig_play (rig);
  if (losses[__i__].frame) {
    rig_say (rig, "5000.0", 1);
    before = pull_pts (rig);
  }
  oak_test_camera_say_text (rig->camera, losses[__i__].said);
  leave (rig, losses[__i__].leave);
  rig_say (rig, "0.5", 9);
  hear_loss (rig, &told, losses[__i__].reason, 1);
  before = expect_anew (rig, 9, before);
  rig_say (rig, "0.6", 10);
  fail_unless (pull_pts (rig) >= before);
  assert_one_stream (rig);
  rig_free (rig);
}

GST_END_TEST;

/* Every byte gives it new time; that it is no frame in the end is a failure
 * more. */
GST_START_TEST (test_slow_drip_that_ends_is_one_failure_more)
{
  Rig *rig = rig_new_refused ();
  g_auto (Told) told = { 0, };
  const gchar *drip = "IMG 12.5 96 0                   123456";
  guint i;

  g_object_set (rig->src, "stall-timeout", 5000, NULL);
  rig_play (rig);
  hear_loss (rig, &told, "connect", 1);
  oak_test_camera_open (rig->camera);
  oak_test_camera_accept (rig->camera);
  for (i = 0; i < strlen (drip); i++) {
    oak_test_camera_say (rig->camera, drip + i, 1);
    rig_wait_stat (rig, "bytes", i + 1);
  }
  oak_test_camera_close (rig->camera);
  for (i = 2; i < 1000; i++) {
    g_autoptr (GstStructure) s = hear (rig, &told, "oak-disconnected");

    fail_unless_equals_int (number_of (s, "attempt"), i);
    if (g_str_equal (gst_structure_get_string (s, "reason"), "torn"))
      break;
  }
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_camera_may_come_back_as_something_else)
{
  Rig *rig = rig_new_without_size ();
  GstClockTime before;

  set_delays (rig, SOON, LATER);
  rig_play (rig);
  rig_say_size (rig, "1.0", 300, 300, 1);
  oak_test_camera_close (rig->camera);
  rig_say_size (rig, "0.1", 416, 416, 2);
  oak_test_camera_close (rig->camera);
  rig_say_image (rig, OAK_TEST_IMG, "0.2", oak_test_jpeg (64, 64, 3), NULL);
  oak_test_camera_close (rig->camera);
  rig_say_size (rig, "0.1", 300, 300, 4);
  before = pull_pts (rig);
  expect_picture (rig, "BGR", 416, 416, 2);
  expect_bytes (rig, oak_test_jpeg (64, 64, 3));
  expect_picture (rig, "BGR", 300, 300, 4);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_CAPS), 4);
  fail_unless_equals_int (rig_count (rig, GST_EVENT_SEGMENT), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "reconnects"), 3);
  rig_say_size (rig, "0.2", 300, 300, 5);
  fail_unless (pull_pts (rig) >= before);
  rig_free (rig);
}

GST_END_TEST;

/*** how often ***/

GST_START_TEST (test_attempts_are_limited)
{
  Rig *rig = rig_new_refused ();
  g_auto (Told) told = { 0, };
  guint i;

  rig_set (rig, "reconnect-attempts", "2");
  rig_play (rig);
  for (i = 1; i <= 3; i++) {
    g_autoptr (GstStructure) s = hear (rig, &told, "oak-disconnected");

    fail_unless_equals_int (number_of (s, "attempt"), i);
    fail_unless_equals_int (next_retry_of (s) == -1, i == 3);
  }
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  fail_unless_equals_int (told.n_warnings, 1);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_attempts_are_an_error_at_once)
{
  Rig *rig = rig_new_refused ();

  rig_set (rig, "reconnect-attempts", "0");
  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_WARNING) == NULL);
  rig_free (rig);
}

GST_END_TEST;

/* Those that connect count as well. */
GST_START_TEST (test_attempts_count_connections_without_a_frame)
{
  Rig *rig = rig_new_patient ();
  guint i;

  rig_set (rig, "reconnect-attempts", "2");
  for (i = 0; i < 3; i++)
    oak_test_camera_close (rig->camera);
  rig_play (rig);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  oak_test_camera_wait (rig->camera);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_a_frame_gives_new_attempts)
{
  Rig *rig = rig_new_patient ();
  guint i;

  rig_set (rig, "reconnect-attempts", "1");
  for (i = 1; i <= 3; i++) {
    rig_say (rig, "1.0", i);
    if (i == 3)
      oak_test_camera_shut (rig->camera);
    oak_test_camera_close (rig->camera);
  }
  rig_play (rig);
  for (i = 1; i <= 3; i++)
    expect_said (rig, i);
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  rig_free (rig);
}

GST_END_TEST;

/* The delays that are told, in ms: a quarter may be added by chance. */
static void
hear_delay (Rig * rig, Told * told, gint64 delay)
{
  g_autoptr (GstStructure) s = hear (rig, told, "oak-disconnected");

  fail_unless (next_retry_of (s) >= delay
      && next_retry_of (s) <= delay + delay / 4,
      "%" G_GINT64_FORMAT " ms instead of %" G_GINT64_FORMAT,
      next_retry_of (s), delay);
}

GST_START_TEST (test_delay_doubles_till_a_frame_comes)
{
  Rig *rig = rig_new_refused ();
  g_auto (Told) told = { 0, };

  set_delays (rig, SOON, 200);
  rig_play (rig);
  hear_delay (rig, &told, SOON);
  hear_delay (rig, &told, 2 * SOON);
  hear_delay (rig, &told, 4 * SOON);
  hear_delay (rig, &told, 160);
  hear_delay (rig, &told, 160);
  oak_test_camera_open (rig->camera);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  hear_arrival (rig, &told, 1);
  oak_test_camera_shut (rig->camera);
  oak_test_camera_close (rig->camera);
  hear_delay (rig, &told, SOON);
  hear_delay (rig, &told, 2 * SOON);
  rig_free (rig);
}

GST_END_TEST;

/* As often as it is new, a connection gives frames that nobody can use. */
GST_START_TEST (test_frames_of_no_use_give_no_new_attempts)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  g_autofree gchar *text = NULL;
  guint i;

  set_delays (rig, SOON, 10 * LATER);
  rig_set (rig, "reconnect-attempts", "2");
  for (i = 0; i < 3; i++) {
    rig_say_size (rig, "1.0", 300, 300, i);
    oak_test_camera_listen_to_end (rig->camera);
  }
  rig_play (rig);
  for (i = 1; i <= 3; i++)
    hear_loss (rig, &told, "content", i);
  /* One for each connection, by who looks at the picture. */
  fail_unless_equals_int (told.n_warnings, 3);
  fail_unless (strstr (told.warning, "\"width\"") != NULL, "%s", told.warning);
  text = rig_take_full_error (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  rig_free (rig);
}

GST_END_TEST;

/*** a wait ***/

/* In the wait before a try that comes long after the test. */
static Rig *
rig_new_backing_off (Told * told)
{
  Rig *rig = rig_new_refused ();

  set_delays (rig, HOUR, HOUR);
  rig_play (rig);
  hear_loss (rig, told, "connect", 1);
  return rig;
}

GST_START_TEST (test_null_ends_the_wait_at_once)
{
  g_auto (Told) told = { 0, };
  Rig *rig = rig_new_backing_off (&told);
  gint64 start = g_get_monotonic_time ();

  rig_set_state (rig, GST_STATE_NULL);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_eos_comes_out_of_the_wait_at_once)
{
  g_auto (Told) told = { 0, };
  Rig *rig = rig_new_backing_off (&told);
  GstMessage *message;

  fail_unless (gst_element_send_event (rig->pipeline, gst_event_new_eos ()));
  message = rig_poll_message (rig, GST_MESSAGE_EOS | GST_MESSAGE_ERROR,
      AT_ONCE / G_TIME_SPAN_MILLISECOND);
  fail_unless (message != NULL
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_message_unref (message);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_it_goes_on_trying_in_a_pause)
{
  Rig *rig = rig_new_refused ();
  Watch *watch = watch_new (rig);

  rig_play (rig);
  watch_for (watch, "backing-off ");
  rig_set_state (rig, GST_STATE_PAUSED);
  watch_for (watch, "backing-off ");
  oak_test_camera_open (rig->camera);
  watch_for (watch, "resolving connecting waiting ");
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  rig_free (rig);
  watch_free (watch);
}

GST_END_TEST;

/* A focus that is set meanwhile is for the next connection. */
GST_START_TEST (test_control_does_not_end_the_wait)
{
  g_auto (Told) told = { 0, };
  Rig *rig = rig_new_backing_off (&told);
  guint i;

  for (i = 0; i < 100; i++)
    g_object_set (rig->src, "focus", i, NULL);
  fail_unless (rig_poll_message (rig, GST_MESSAGE_ELEMENT, 100) == NULL);
  fail_unless_equals_uint64 (rig_stat (rig, "connection-attempts"), 1);
  rig_free (rig);
}

GST_END_TEST;

/*** seen from outside ***/

static void
assert_state (Rig * rig, const gchar * nick)
{
  g_autofree gchar *state = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (rig->src), "connection-state", &value);
  state = gst_value_serialize (&value);
  fail_unless_equals_string (state, nick);
}

GST_START_TEST (test_states_of_a_client)
{
  Rig *rig = rig_new_patient ();
  Watch *watch = watch_new (rig);

  assert_state (rig, "idle");
  rig_play (rig);
  watch_for (watch, "resolving connecting waiting ");
  assert_state (rig, "waiting");
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  watch_for (watch, "streaming ");
  assert_state (rig, "streaming");
  oak_test_camera_close (rig->camera);
  rig_say (rig, "1.0", 2);
  watch_for (watch, "backing-off resolving connecting waiting streaming ");
  oak_test_camera_shut (rig->camera);
  oak_test_camera_close (rig->camera);
  watch_for (watch, "backing-off resolving connecting backing-off ");
  rig_set_state (rig, GST_STATE_NULL);
  watch_for (watch, "idle ");
  assert_state (rig, "idle");
  fail_unless_equals_string (watch->seen->str, "");
  rig_free (rig);
  watch_free (watch);
}

GST_END_TEST;

GST_START_TEST (test_states_of_a_client_that_gives_up)
{
  Rig *rig = rig_new_refused ();
  Watch *watch = watch_new (rig);

  rig_set (rig, "reconnect-attempts", "1");
  rig_play (rig);
  watch_for (watch, "resolving connecting backing-off "
      "resolving connecting idle ");
  rig_expect_error (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ);
  fail_unless_equals_string (watch->seen->str, "");
  rig_free (rig);
  watch_free (watch);
}

GST_END_TEST;

GST_START_TEST (test_states_of_a_server)
{
  Rig *rig = rig_new_server ();
  Watch *watch = watch_new (rig);
  guint port;

  rig_play (rig);
  watch_for (watch, "listening ");
  port = rig_get_port (rig);
  rig_call (rig, HERE);
  watch_for (watch, "waiting ");
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  watch_for (watch, "streaming ");
  oak_test_camera_close (rig->camera);
  watch_for (watch, "listening ");
  fail_unless_equals_int (rig_get_port (rig), port);
  rig_call_again (rig, HERE);
  watch_for (watch, "waiting ");
  rig_set_state (rig, GST_STATE_NULL);
  watch_for (watch, "idle ");
  fail_unless_equals_string (watch->seen->str, "");
  rig_free (rig);
  watch_free (watch);
}

GST_END_TEST;

/* *INDENT-OFF* */
static const gchar * const ends[] = {"error", "eos"};
/* *INDENT-ON* */

GST_START_TEST (test_server_that_shall_not_wait_ends_with_its_camera)
{
  Rig *rig = rig_new_server ();
  GstMessage *message;

  rig_set (rig, "on-disconnect", ends[__i__]);
  rig_play (rig);
  rig_call (rig, HERE);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  oak_test_camera_close (rig->camera);
  message = rig_wait_message (rig, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, __i__);
  gst_message_unref (message);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_coming_and_going_is_told_with_all_its_fields)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  GstStructure *s;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  s = hear (rig, &told, "oak-connected");
  expect_word (s, "host", HERE);
  expect_word (s, "address", HERE);
  fail_unless_equals_int (number_of (s, "port"),
      oak_test_camera_get_port (rig->camera));
  fail_unless_equals_int (number_of (s, "attempt"), 1);
  fail_unless_equals_int (number_of (s, "connection"), 1);
  fail_unless_equals_int (gst_structure_n_fields (s), 5);
  gst_structure_free (s);
  oak_test_camera_close (rig->camera);
  s = hear (rig, &told, "oak-disconnected");
  expect_word (s, "host", HERE);
  fail_unless_equals_int (number_of (s, "port"),
      oak_test_camera_get_port (rig->camera));
  expect_word (s, "reason", "lost");
  fail_unless (strstr (gst_structure_get_string (s, "message"), "expected 32")
      != NULL);
  fail_unless_equals_int (number_of (s, "attempt"), 1);
  fail_unless (next_retry_of (s) >= SOON);
  fail_unless_equals_int (gst_structure_n_fields (s), 6);
  gst_structure_free (s);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_arrival_tells_how_many_tries_it_took)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  GstStructure *s;

  oak_test_camera_close (rig->camera);
  oak_test_camera_close (rig->camera);
  rig_say (rig, "1.0", 1);
  rig_play (rig);
  s = hear (rig, &told, "oak-connected");
  fail_unless_equals_int (number_of (s, "attempt"), 3);
  fail_unless_equals_int (number_of (s, "connection"), 3);
  gst_structure_free (s);
  oak_test_camera_close (rig->camera);
  rig_say (rig, "1.0", 2);
  s = hear (rig, &told, "oak-connected");
  fail_unless_equals_int (number_of (s, "attempt"), 1);
  fail_unless_equals_int (number_of (s, "connection"), 4);
  gst_structure_free (s);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_server_tells_who_has_called)
{
  Rig *rig = rig_new_server ();
  g_auto (Told) told = { 0, };
  GstStructure *s;

  rig_play (rig);
  rig_call (rig, "127.0.0.3");
  rig_say (rig, "1.0", 1);
  s = hear (rig, &told, "oak-connected");
  expect_word (s, "host", "0.0.0.0");
  expect_word (s, "address", "127.0.0.3");
  fail_unless_equals_int (number_of (s, "port"), rig_get_port (rig));
  gst_structure_free (s);
  oak_test_camera_close (rig->camera);
  s = hear (rig, &told, "oak-disconnected");
  expect_word (s, "reason", "lost");
  fail_unless (next_retry_of (s) == -1);
  gst_structure_free (s);
  rig_call_again (rig, HERE);
  rig_say (rig, "1.0", 1);
  hear_arrival (rig, &told, 2);
  fail_unless (strstr (told.warning, "Waiting for the camera to connect again")
      != NULL, "%s", told.warning);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_INFO));
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_loss_is_one_warning_and_recovery_one_word)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  guint i;

  rig_play (rig);
  for (i = 1; i <= 5; i++) {
    rig_say (rig, "1.0", i);
    expect_said (rig, i);
    hear_arrival (rig, &told, i);
    fail_unless_equals_int (told.n_warnings, i - 1);
    oak_test_camera_close (rig->camera);
    hear_loss (rig, &told, "lost", 1);
    fail_unless_equals_int (told.n_recoveries, i - 1);
  }
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_further_failures_are_told_when_the_reason_changes)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  guint i, n;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  hear_arrival (rig, &told, 1);
  oak_test_camera_shut (rig->camera);
  oak_test_camera_close (rig->camera);
  hear_loss (rig, &told, "lost", 1);
  for (i = 2; i < 6; i++)
    hear_loss (rig, &told, "connect", i);
  fail_unless_equals_int (told.n_warnings, 2);
  fail_unless (strstr (told.warning, "Could not connect") != NULL);
  oak_test_camera_open (rig->camera);
  for (n = 0; n < 3; n++)
    oak_test_camera_close (rig->camera);
  rig_say (rig, "1.0", 2);
  hear_arrival (rig, &told, 5);
  fail_unless_equals_int (told.n_warnings, 3);
  fail_unless (strstr (told.warning, "closed the connection") != NULL);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_INFO));
  rig_free (rig);
}

GST_END_TEST;

static GstProgressType
take_progress (Rig * rig)
{
  g_autoptr (GstMessage) message = rig_wait_message (rig, GST_MESSAGE_PROGRESS);
  g_autofree gchar *code = NULL, *text = NULL;
  GstProgressType type;

  gst_message_parse_progress (message, &type, &code, &text);
  fail_unless_equals_string (code, "connect");
  fail_unless (strstr (text, HERE) != NULL, "where? %s", text);
  return type;
}

static void
expect_progress (Rig * rig, GstProgressType type)
{
  fail_unless_equals_int (take_progress (rig), type);
}

/* How many steps are seen depends on when it plays. */
static void
expect_first_progress (Rig * rig, GstProgressType end)
{
  GstProgressType type;

  expect_progress (rig, GST_PROGRESS_TYPE_START);
  while ((type = take_progress (rig)) == GST_PROGRESS_TYPE_CONTINUE);
  fail_unless_equals_int (type, end);
}

GST_START_TEST (test_progress_of_connecting)
{
  Rig *rig = rig_new_patient ();
  guint i;

  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_first_progress (rig, GST_PROGRESS_TYPE_COMPLETE);
  oak_test_camera_close (rig->camera);
  rig_say (rig, "1.0", 2);
  expect_progress (rig, GST_PROGRESS_TYPE_START);
  for (i = 0; i < 3; i++)
    expect_progress (rig, GST_PROGRESS_TYPE_CONTINUE);
  expect_progress (rig, GST_PROGRESS_TYPE_COMPLETE);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_progress_ends_with_what_comes)
{
  Rig *rig = rig_new_refused ();

  /* Not all of them before it plays, when nothing is told. */
  rig_set (rig, "reconnect-delay", "200");
  rig_set (rig, "reconnect-delay-max", "200");
  rig_set (rig, "reconnect-attempts", "2");
  rig_play (rig);
  expect_first_progress (rig, GST_PROGRESS_TYPE_ERROR);
  rig_set_state (rig, GST_STATE_READY);
  rig_set (rig, "reconnect-attempts", "-1");
  rig_play (rig);
  expect_progress (rig, GST_PROGRESS_TYPE_START);
  rig_set_state (rig, GST_STATE_READY);
  while (take_progress (rig) != GST_PROGRESS_TYPE_CANCELED);
  rig_free (rig);
}

GST_END_TEST;

/* Some who hear of a beginning do not play before the end. */
GST_START_TEST (test_no_progress_is_told_before_it_plays)
{
  Rig *rig = rig_new_refused ();
  Watch *watch = watch_new (rig);
  guint i;

  rig_set_state (rig, GST_STATE_PAUSED);
  for (i = 0; i < 3; i++)
    watch_for (watch, "backing-off ");
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_PROGRESS) == NULL);
  rig_play (rig);
  expect_progress (rig, GST_PROGRESS_TYPE_START);
  rig_set_state (rig, GST_STATE_PAUSED);
  oak_test_camera_open (rig->camera);
  rig_say (rig, "1.0", 1);
  while (take_progress (rig) != GST_PROGRESS_TYPE_COMPLETE);
  rig_free (rig);
  watch_free (watch);
}

GST_END_TEST;

static gchar *
rig_stat_text (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_string (stats, name) != NULL);
  return g_strdup (gst_structure_get_string (stats, name));
}

static void
assert_stat_text (Rig * rig, const gchar * name, const gchar * part)
{
  g_autofree gchar *text = rig_stat_text (rig, name);

  fail_unless (part[0] != '\0' ? strstr (text, part) != NULL :
      text[0] == '\0', "%s: %s", name, text);
}

GST_START_TEST (test_stats_tell_of_connections)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  guint64 start = g_get_real_time () * G_GUINT64_CONSTANT (1000);

  assert_stat_text (rig, "peer-address", "");
  assert_stat_text (rig, "last-error", "");
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  expect_said (rig, 1);
  assert_stat_text (rig, "peer-address", HERE);
  fail_unless (rig_stat (rig, "connected-since") >= start);
  fail_unless_equals_uint64 (rig_stat (rig, "reconnects"), 0);
  fail_unless_equals_uint64 (rig_stat (rig, "connection-attempts"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "bytes-queued"), 0);
  oak_test_camera_close (rig->camera);
  oak_test_camera_close (rig->camera);
  rig_say (rig, "1.0", 2);
  expect_said (rig, 2);
  hear_arrival (rig, &told, 1);
  hear_arrival (rig, &told, 3);
  fail_unless_equals_uint64 (rig_stat (rig, "reconnects"), 1);
  fail_unless_equals_uint64 (rig_stat (rig, "connections"), 3);
  fail_unless_equals_uint64 (rig_stat (rig, "connection-attempts"), 3);
  assert_stat_text (rig, "last-error", "closed the connection");
  oak_test_camera_shut (rig->camera);
  oak_test_camera_close (rig->camera);
  hear_loss (rig, &told, "lost", 1);
  hear_loss (rig, &told, "connect", 2);
  fail_unless_equals_uint64 (rig_stat (rig, "connected-since"), 0);
  assert_stat_text (rig, "peer-address", "");
  hear_loss (rig, &told, "connect", 3);
  assert_stat_text (rig, "last-error", "Could not connect");
  rig_free (rig);
}

GST_END_TEST;

static guint
count_entries (const gchar * path)
{
  GDir *entries = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (entries && g_dir_read_name (entries))
    n++;
  if (entries)
    g_dir_close (entries);
  return n;
}

/* How many a run of the test has, while it plays. */
static guint
count_descriptors (void)
{
  return count_entries ("/proc/self/fd");
}

static void
come_back (Rig * rig, Told * told, guint connection)
{
  oak_test_camera_close (rig->camera);
  hear_loss (rig, told, "lost", 1);
  rig_say (rig, "1.0", connection);
  hear_arrival (rig, told, connection);
  expect_said (rig, connection);
}

GST_START_TEST (test_twenty_losses_leave_nothing_behind)
{
  Rig *rig = rig_new_patient ();
  g_auto (Told) told = { 0, };
  guint i, n_descriptors, n_threads;

  set_delays (rig, 1, 1);
  rig_play (rig);
  rig_say (rig, "1.0", 1);
  hear_arrival (rig, &told, 1);
  expect_said (rig, 1);
  for (i = 2; i <= 3; i++)
    come_back (rig, &told, i);
  n_descriptors = count_descriptors ();
  n_threads = count_entries ("/proc/self/task");
  for (; i <= 21; i++)
    come_back (rig, &told, i);
  fail_unless_equals_int (count_descriptors (), n_descriptors);
  fail_unless (count_entries ("/proc/self/task") <= n_threads);
  fail_unless_equals_uint64 (rig_stat (rig, "reconnects"), 20);
  assert_one_stream (rig);
  rig_free (rig);
}

GST_END_TEST;

static Suite *
oakreconnect_suite (void)
{
  Suite *s = suite_create ("oakreconnect");
  TCase *tc = tcase_create ("losses");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_refused_source_calls_till_the_camera_is_there);
  tcase_add_test (tc, test_name_is_asked_for_till_it_resolves);
  tcase_add_test (tc, test_camera_that_says_nothing_is_said_to_be_busy);
  tcase_add_loop_test (tc,
      test_lost_camera_is_called_again_and_the_stream_goes_on, 0,
      G_N_ELEMENTS (losses));
  tcase_add_test (tc, test_slow_drip_that_ends_is_one_failure_more);
  tcase_add_test (tc, test_camera_may_come_back_as_something_else);

  tc = tcase_create ("attempts");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_attempts_are_limited);
  tcase_add_test (tc, test_no_attempts_are_an_error_at_once);
  tcase_add_test (tc, test_attempts_count_connections_without_a_frame);
  tcase_add_test (tc, test_a_frame_gives_new_attempts);
  tcase_add_test (tc, test_delay_doubles_till_a_frame_comes);
  tcase_add_test (tc, test_frames_of_no_use_give_no_new_attempts);

  tc = tcase_create ("waits");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_null_ends_the_wait_at_once);
  tcase_add_test (tc, test_eos_comes_out_of_the_wait_at_once);
  tcase_add_test (tc, test_it_goes_on_trying_in_a_pause);
  tcase_add_test (tc, test_control_does_not_end_the_wait);

  tc = tcase_create ("seen");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_states_of_a_client);
  tcase_add_test (tc, test_states_of_a_client_that_gives_up);
  tcase_add_test (tc, test_states_of_a_server);
  tcase_add_loop_test (tc, test_server_that_shall_not_wait_ends_with_its_camera,
      0, G_N_ELEMENTS (ends));
  tcase_add_test (tc, test_coming_and_going_is_told_with_all_its_fields);
  tcase_add_test (tc, test_arrival_tells_how_many_tries_it_took);
  tcase_add_test (tc, test_server_tells_who_has_called);
  tcase_add_test (tc, test_loss_is_one_warning_and_recovery_one_word);
  tcase_add_test (tc, test_further_failures_are_told_when_the_reason_changes);
  tcase_add_test (tc, test_progress_of_connecting);
  tcase_add_test (tc, test_progress_ends_with_what_comes);
  tcase_add_test (tc, test_no_progress_is_told_before_it_plays);
  tcase_add_test (tc, test_stats_tell_of_connections);
  tcase_add_test (tc, test_twenty_losses_leave_nothing_behind);
  return s;
}

GST_CHECK_MAIN (oakreconnect);
