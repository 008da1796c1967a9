/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many threads do at once all that an application may do with a source, while
 * its state changes, it streams, and its camera goes and comes again.
 *
 * OAK_THREADS_ROUNDS says how many changes of state there are, OAK_THREADS_SEED
 * which they are:
 *
 *   OAK_THREADS_ROUNDS=1000 meson test -C BUILD -t 5 oakthreads
 *
 * What must not be is no failed claim, mostly: a deadlock is a timeout, a
 * critical warning an abort; a race or a leak is found by a sanitizer. */

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

#include "oakrig.h"

#define N_THREADS 4
#define N_ROUNDS 60
#define N_CONNECTIONS 3

/* Setting a state takes this long at most, in microseconds. It is no measure
 * of how fast it is where four threads have two processors: others are. */
#define CHANGE_MAX (5 * G_TIME_SPAN_SECOND)

#define HERE "127.0.0.1"

typedef struct
{
  Rig *rig;
  GPtrArray *uris;              /* that lead to the camera, and then others */
  guint n_good_uris;
  gchar *label_file;
  gboolean calls;               /* the camera does, not the source */
  GRand *chance;                /* of the thread that changes the state */
  gint64 longest_change;        /* in microseconds */
  guint n_frames;               /* that left the source */
  gint stop;                    /* atomic */
  gint n_done;                  /* atomic */
} Crowd;

/*** what each thread does ***/

#define LABEL_FILE "@"

/* With none of them does a source end that finds its camera, and none makes it
 * look for another one. */
/* *INDENT-OFF* */
static const struct
{
  const gchar *property;
  const gchar *values[5];
} settings[] = {
  {"allow-from", {"127.0.0.0/8", "127.0.0.1,::1", "0.0.0.0/0"}},
  {"analytics-meta", {"true", "false"}},
  {"autofocus", {"true", "false"}},
  {"bind-address", {"127.0.0.1", "0.0.0.0"}},
  {"buffer-size", {"0", "4096", "65536"}},
  {"connect-timeout", {"0", "1000", "4294967295"}},
  {"drop-on-latency", {"true", "false"}},
  {"first-byte-timeout", {"0", "1000", "4294967295"}},
  {"focus", {"-1", "0", "120", "255"}},
  {"framerate", {"0/1", "30/1", "2147483647/1"}},
  {"labels", {"coco", "none", LABEL_FILE}},
  {"latency", {"0", "1", "100", "2147483647"}},
  {"min-confidence", {"0", "0.5", "1"}},
  {"payload", {"auto", "bgr-planar", "rgb-planar"}},
  {"post-detections", {"true", "false"}},
  {"reconnect-attempts", {"-1", "2147483647"}},
  {"reconnect-delay", {"1", "2", "5"}},
  {"reconnect-delay-max", {"1", "5", "20"}},
  {"stall-timeout", {"0", "100", "4294967295"}},
  {"timestamp-mode", {"device", "arrival"}},
  {"verify-frames", {"true", "false"}},
  {"wall-clock-meta", {"true", "false"}},
};
/* *INDENT-ON* */

/* These name another camera, which is what the URI is for; end the source; or
 * are not ours. */
static const gchar *const left_out[] = {
  "host", "port", "mode", "width", "height", "on-disconnect", "uri",
  "name", "parent", "blocksize", "num-buffers", "typefind", "do-timestamp",
  "automatic-eos"
};

static gboolean
is_set_or_left_out (const gchar * name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (g_str_equal (settings[i].property, name))
      return TRUE;
  }
  for (i = 0; i < G_N_ELEMENTS (left_out); i++) {
    if (g_str_equal (left_out[i], name))
      return TRUE;
  }
  return FALSE;
}

/* A property that comes has to be added above, or it is not looked at. */
GST_START_TEST (test_all_that_can_be_set_is_set)
{
  GstElement *src = gst_element_factory_make ("oaktcpsrc", NULL);
  g_autofree GParamSpec **specs = NULL;
  guint i, n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (src), &n);
  for (i = 0; i < n; i++) {
    if (specs[i]->flags & G_PARAM_WRITABLE)
      fail_unless (is_set_or_left_out (specs[i]->name), "%s", specs[i]->name);
  }
  gst_object_unref (src);
}

GST_END_TEST;

static void
set_one (Crowd * crowd, GRand * chance)
{
  guint i = g_rand_int_range (chance, 0, G_N_ELEMENTS (settings));
  const gchar *value;
  guint n = 0;

  while (n < G_N_ELEMENTS (settings[i].values) && settings[i].values[n])
    n++;
  value = settings[i].values[g_rand_int_range (chance, 0, n)];
  if (g_str_equal (value, LABEL_FILE))
    value = crowd->label_file;
  rig_set (crowd->rig, settings[i].property, value);
}

static void
read_stats (Crowd * crowd, GRand * chance)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 dropped = 0, full = 0, late = 0;

  g_object_get (crowd->rig->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "dropped", G_TYPE_UINT64, &dropped,
          "dropped-full", G_TYPE_UINT64, &full, "dropped-late", G_TYPE_UINT64,
          &late, NULL));
  fail_unless (dropped == full + late, "%" G_GUINT64_FORMAT " dropped, %"
      G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT, dropped, full, late);
}

static void
read_all (Crowd * crowd, GRand * chance)
{
  GObject *src = G_OBJECT (crowd->rig->src);
  g_autofree GParamSpec **all = NULL;
  guint i, n;

  all = g_object_class_list_properties (G_OBJECT_GET_CLASS (src), &n);
  for (i = 0; i < n; i++) {
    g_auto (GValue) value = G_VALUE_INIT;

    g_value_init (&value, all[i]->value_type);
    g_object_get_property (src, all[i]->name, &value);
  }
}

/* In PAUSED and PLAYING it is refused, and so are those that are none. */
static void
change_uri (Crowd * crowd, GRand * chance)
{
  GstURIHandler *handler = GST_URI_HANDLER (crowd->rig->src);
  guint i = g_rand_int_range (chance, 0, crowd->uris->len);
  const gchar *uri = g_ptr_array_index (crowd->uris, i);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *found = NULL;
  gboolean set;

  if (i < crowd->n_good_uris && g_rand_boolean (chance)) {
    g_object_set (crowd->rig->src, "uri", uri, NULL);
  } else {
    set = gst_uri_handler_set_uri (handler, uri, &error);
    fail_unless (set == (error == NULL));
    fail_if (set && i >= crowd->n_good_uris, "%s was taken", uri);
  }
  found = gst_uri_handler_get_uri (handler);
  fail_unless (found != NULL && gst_uri_is_valid (found));
}

static void
ask (Crowd * crowd, GRand * chance)
{
  Rig *rig = crowd->rig;
  g_autoptr (GstQuery) latency = gst_query_new_latency ();
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstCaps) current = NULL;
  GstClockTime min, max;
  gboolean live;
  gint64 position;

  if (gst_pad_query (rig->pad, latency)) {
    gst_query_parse_latency (latency, &live, &min, &max);
    fail_unless (live && min <= max);
  }
  caps = gst_pad_query_caps (rig->pad, NULL);
  fail_if (gst_caps_is_empty (caps));
  current = gst_pad_get_current_caps (rig->pad);
  gst_element_query_position (rig->src, GST_FORMAT_TIME, &position);
}

/* What comes of it when a pipeline is told of another latency. */
static void
share_latency (Crowd * crowd, GRand * chance)
{
  GstClockTime latency =
      g_rand_int_range (chance, 0, 200) * (GstClockTime) GST_MSECOND;

  gst_pad_send_event (crowd->rig->pad, gst_event_new_latency (latency));
}

typedef struct
{
  Crowd *crowd;
  GThread *thread;
  GRand *chance;
} Member;

static gpointer
bustle (gpointer user_data)
{
  static void (*const deeds[]) (Crowd *, GRand *) = {
    set_one, set_one, set_one, set_one, read_stats, read_stats, read_all,
    change_uri, ask, share_latency,
  };
  Member *member = user_data;
  Crowd *crowd = member->crowd;

  while (!g_atomic_int_get (&crowd->stop)) {
    deeds[g_rand_int_range (member->chance, 0, G_N_ELEMENTS (deeds))] (crowd,
        member->chance);
    g_atomic_int_inc (&crowd->n_done);
  }
  return NULL;
}

/*** what happens meanwhile ***/

static guint
number_from_environment (const gchar * name, guint otherwise)
{
  const gchar *text = g_getenv (name);

  return text ? (guint) g_ascii_strtoull (text, NULL, 10) : otherwise;
}

/* The last of a connection. */
static void
end_connection (Crowd * crowd, guint how)
{
  OakTestCamera *camera = crowd->rig->camera;

  switch (how) {
    case 0:
      oak_test_camera_reset (camera);
      break;
    case 1:
      rig_say_header (crowd->rig, "1.0", 96, 5);
      oak_test_camera_close (camera);
      break;
    case 2:
      oak_test_camera_say_text (camera, "no header at all");
      oak_test_camera_close (camera);
      break;
    default:
      oak_test_camera_close (camera);
      break;
  }
}

/* A camera that calls may come too early, and is not let in then; a patient
 * one calls again. */
static void
call (Crowd * crowd, gboolean patient)
{
  if (patient)
    rig_call_again (crowd->rig, HERE);
  else
    rig_call (crowd->rig, HERE);
}

/* Each connection has a few frames, and is ended by the camera. If it is
 * @patient, all is said when this returns. */
static void
let_camera_come_and_go (Crowd * crowd, gboolean patient)
{
  guint i, k;

  for (i = 0; i < N_CONNECTIONS; i++) {
    if (crowd->calls)
      call (crowd, patient);
    for (k = 0; k < 4; k++) {
      OakTestFrame frame = { "1.0", RIG_WIDTH, RIG_HEIGHT, k,
        "0;87.5;0.1;0.1;0.5;0.9|2;55.0;0.2;0.3;0.4;0.5"
      };

      oak_test_camera_say_frame (crowd->rig->camera, &frame);
    }
    end_connection (crowd, g_rand_int_range (crowd->chance, 0, 5));
  }
  if (patient)
    oak_test_camera_wait (crowd->rig->camera);
}

static void
set_state (Crowd * crowd, GstState state)
{
  gint64 start = g_get_monotonic_time (), took;

  rig_set_state (crowd->rig, state);
  took = g_get_monotonic_time () - start;
  crowd->longest_change = MAX (crowd->longest_change, took);
  fail_unless (took < CHANGE_MAX, "to %s: %" G_GINT64_FORMAT " us",
      gst_element_state_get_name (state), took);
}

/* Nobody may have ended the stream. */
static void
empty_bus (Crowd * crowd)
{
  GstMessage *message;

  while ((message = gst_bus_pop (crowd->rig->bus))) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
        || GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
      fail ("the stream has ended: %" GST_PTR_FORMAT, message);
    gst_message_unref (message);
  }
}

static void
change_state_once (Crowd * crowd)
{
  static const GstState states[] = {
    GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING,
    GST_STATE_PLAYING, GST_STATE_PLAYING,
  };
  GstState state =
      states[g_rand_int_range (crowd->chance, 0, G_N_ELEMENTS (states))];

  set_state (crowd, state);
  /* If it is not patient, the next change comes in the middle. */
  if (state == GST_STATE_PLAYING)
    let_camera_come_and_go (crowd, g_rand_boolean (crowd->chance));
  empty_bus (crowd);
  crowd->n_frames += rig_count_frames (crowd->rig);
  rig_forget (crowd->rig);
}

static void
bustle_while_state_changes (Crowd * crowd)
{
  guint n_rounds = number_from_environment ("OAK_THREADS_ROUNDS", N_ROUNDS);
  guint seed = number_from_environment ("OAK_THREADS_SEED", 1), i;
  Member members[N_THREADS];

  crowd->chance = g_rand_new_with_seed (seed);
  for (i = 0; i < N_THREADS; i++) {
    members[i].crowd = crowd;
    members[i].chance = g_rand_new_with_seed (seed * (N_THREADS + 1) + i + 1);
    members[i].thread = g_thread_new ("bustle", bustle, &members[i]);
  }
  for (i = 0; i < n_rounds; i++)
    change_state_once (crowd);
  set_state (crowd, GST_STATE_PLAYING);
  let_camera_come_and_go (crowd, TRUE);
  g_atomic_int_set (&crowd->stop, TRUE);
  for (i = 0; i < N_THREADS; i++) {
    g_thread_join (members[i].thread);
    g_rand_free (members[i].chance);
  }
  set_state (crowd, GST_STATE_NULL);
  empty_bus (crowd);
  rig_forget (crowd->rig);
  g_rand_free (crowd->chance);
  g_print ("%u changes of state, the longest %.1f ms; %u frames; %d deeds\n",
      n_rounds, crowd->longest_change / 1000.0, crowd->n_frames,
      g_atomic_int_get (&crowd->n_done));
  fail_unless (crowd->n_frames > n_rounds / 2, "%u frames", crowd->n_frames);
}

static Crowd *
crowd_new (Rig * rig)
{
  Crowd *crowd = g_new0 (Crowd, 1);
  g_autoptr (GError) error = NULL;
  gint fd = g_file_open_tmp ("oakthreads-XXXXXX", &crowd->label_file, &error);

  fail_unless (fd >= 0, "%s", error ? error->message : "");
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (crowd->label_file, "cat\ndog\n", -1, NULL));
  crowd->uris = g_ptr_array_new_with_free_func (g_free);
  crowd->rig = rig;
  rig_set (rig, "on-disconnect", "reconnect");
  g_object_set (rig->src, "reconnect-delay", 1, "reconnect-delay-max", 20,
      NULL);
  return crowd;
}

static void
add_uri (Crowd * crowd, gchar * uri)
{
  g_ptr_array_add (crowd->uris, uri);
}

static void
add_bad_uris (Crowd * crowd)
{
  crowd->n_good_uris = crowd->uris->len;
  add_uri (crowd, g_strdup ("oak://:70000"));
  add_uri (crowd, g_strdup ("oak://127.0.0.1:1?nothing=1"));
}

/* Nothing that the crowd has done is left: a picture comes as it was sent. */
static void
make_calm (Rig * rig)
{
  g_object_set (rig->src, "latency", 10000, "drop-on-latency", FALSE,
      "first-byte-timeout", 10000, "stall-timeout", 10000, "verify-frames",
      FALSE, "min-confidence", 0.0, NULL);
  rig_set (rig, "payload", "bgr-planar");
  rig_set (rig, "framerate", "0/1");
}

/* With the last one, the source goes too. */
static void
crowd_free (Crowd * crowd)
{
  GWeakRef src;

  g_weak_ref_init (&src, crowd->rig->src);
  rig_free (crowd->rig);
  fail_unless (g_weak_ref_get (&src) == NULL, "the source was not freed");
  g_weak_ref_clear (&src);
  g_unlink (crowd->label_file);
  g_free (crowd->label_file);
  g_ptr_array_unref (crowd->uris);
  g_free (crowd);
}

GST_START_TEST (test_threads_use_a_source_that_reconnects)
{
  Rig *rig = rig_new ();
  Crowd *crowd = crowd_new (rig);
  guint port = oak_test_camera_get_port (rig->camera);

  rig->resolver = oak_test_resolver_new (OAK_TEST_RESOLVER_FINDS);
  add_uri (crowd, g_strdup_printf ("oak://127.0.0.1:%u", port));
  add_uri (crowd, g_strdup_printf ("oak://camera.test:%u", port));
  add_uri (crowd, g_strdup_printf ("oak://127.0.0.1:%u?latency=20", port));
  add_bad_uris (crowd);
  bustle_while_state_changes (crowd);

  /* Connections that nobody has accepted are not for the last picture. */
  oak_test_camera_shut (rig->camera);
  oak_test_camera_open (rig->camera);
  oak_test_camera_wait (rig->camera);
  make_calm (rig);
  rig_play (rig);
  rig_say (rig, "1.0", 7);
  expect_said (rig, 7);
  crowd_free (crowd);
}

GST_END_TEST;

GST_START_TEST (test_threads_use_a_source_that_listens)
{
  Rig *rig = rig_new_server ();
  Crowd *crowd = crowd_new (rig);

  crowd->calls = TRUE;
  add_uri (crowd, g_strdup ("oak+listen://127.0.0.1:0"));
  add_uri (crowd, g_strdup ("oak+listen://0.0.0.0:0"));
  add_uri (crowd, g_strdup ("oak+listen://127.0.0.1:0?latency=20"));
  add_bad_uris (crowd);
  bustle_while_state_changes (crowd);

  make_calm (rig);
  rig_play (rig);
  rig_call_again (rig, HERE);
  rig_say (rig, "1.0", 7);
  expect_said (rig, 7);
  crowd_free (crowd);
}

GST_END_TEST;

static Suite *
oakthreads_suite (void)
{
  Suite *s = suite_create ("oakthreads");
  TCase *tc = tcase_create ("threads");

  tcase_set_timeout (tc,
      20 + number_from_environment ("OAK_THREADS_ROUNDS", 0));
  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_all_that_can_be_set_is_set);
  tcase_add_test (tc, test_threads_use_a_source_that_reconnects);
  tcase_add_test (tc, test_threads_use_a_source_that_listens);
  return s;
}

GST_CHECK_MAIN (oakthreads);
