/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#ifdef HAVE_ANALYTICS
#define GST_USE_UNSTABLE_API
#include <gst/analytics/analytics.h>
#endif
#include "oaktestcamera.h"

/* What "at once" means for a state change, and for a push: nothing of it may
 * wait for the network. */
#define AT_ONCE (oak_test_patience () * 500 * G_TIME_SPAN_MILLISECOND)

#define HEADER_SIZE 32
#define CONTROL_SIZE 32

#define JPEG "image/jpeg, width=640, height=352"
#define H264 "video/x-h264, stream-format=byte-stream, alignment=au"

#define OUTSIDE "timestamp/x-oak-stream"

/*** a sink, fed by hand ***/

typedef struct
{
  GstElement *sink;
  GstHarness *harness;
  GstBus *bus;
} Rig;

/* An element that has a bus, and nothing else. */
static GstElement *
sink_new (const gchar * settings, GstBus ** bus)
{
  g_autofree gchar *line = g_strdup_printf ("oaktcpsink sync=false %s",
      settings);
  GstElement *sink = gst_parse_launch (line, NULL);

  fail_unless (sink != NULL, "no element: %s", line);
  *bus = gst_bus_new ();
  gst_element_set_bus (sink, *bus);
  return sink;
}

/* Listens at any port unless @settings say otherwise. No caps if NULL. */
static Rig *
rig_new (const gchar * settings, const gchar * caps)
{
  gboolean has_port = strstr (settings, "port=") != NULL;
  g_autofree gchar *all = g_strdup_printf ("%s %s", has_port ? "" : "port=0",
      settings);
  Rig *rig = g_new0 (Rig, 1);

  rig->sink = sink_new (all, &rig->bus);
  rig->harness = gst_harness_new_with_element (rig->sink, "sink", NULL);
  if (caps != NULL)
    gst_harness_set_src_caps_str (rig->harness, caps);
  return rig;
}

static void
set_state (GstElement * sink, GstState state)
{
  gint64 start = g_get_monotonic_time ();

  fail_if (gst_element_set_state (sink, state) == GST_STATE_CHANGE_FAILURE);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "%s is slow",
      gst_element_state_get_name (state));
}

static void
rig_free (Rig * rig)
{
  set_state (rig->sink, GST_STATE_NULL);
  gst_element_set_bus (rig->sink, NULL);
  gst_harness_teardown (rig->harness);
  gst_object_unref (rig->sink);
  gst_object_unref (rig->bus);
  g_free (rig);
}

static guint
rig_port (Rig * rig)
{
  guint port;

  g_object_get (rig->sink, "current-port", &port, NULL);
  fail_unless (port > 0, "it does not listen");
  return port;
}

static guint64
rig_stat (Rig * rig, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (rig->sink, "stats", &stats, NULL);
  fail_unless_equals_string (gst_structure_get_name (stats),
      "application/x-oak-stats");
  fail_unless (gst_structure_get_uint64 (stats, name, &value),
      "stats lack %s", name);
  return value;
}

static void
rig_wait_stat (Rig * rig, const gchar * name, guint64 value)
{
  gint64 limit = g_get_monotonic_time () + 2 * OAK_TEST_LIMIT;

  while (rig_stat (rig, name) != value) {
    fail_unless (g_get_monotonic_time () < limit, "%s: %" G_GUINT64_FORMAT
        " instead of %" G_GUINT64_FORMAT, name, rig_stat (rig, name), value);
    g_thread_yield ();
  }
}

/* For what may be more by the time that it is asked for. */
static void
rig_wait_at_least (Rig * rig, const gchar * name, guint64 value)
{
  gint64 limit = g_get_monotonic_time () + 2 * OAK_TEST_LIMIT;

  while (rig_stat (rig, name) < value) {
    fail_unless (g_get_monotonic_time () < limit, "%s: %" G_GUINT64_FORMAT
        ", not yet %" G_GUINT64_FORMAT, name, rig_stat (rig, name), value);
    g_thread_yield ();
  }
}

static void
rig_push (Rig * rig, GstBuffer * buffer)
{
  gint64 start = g_get_monotonic_time ();

  fail_unless_equals_int (gst_harness_push (rig->harness, buffer), GST_FLOW_OK);
  fail_unless (g_get_monotonic_time () - start < AT_ONCE, "a push is slow");
}

static GstBuffer *
buffer_new (gconstpointer bytes, gsize size, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_memdup (bytes, size);

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

/* An image of one letter, as often as there are bytes. */
static GstBuffer *
letter_new (gchar letter, gsize size, GstClockTime pts)
{
  g_autofree gchar *bytes = g_malloc (size);

  memset (bytes, letter, size);
  return buffer_new (bytes, size, pts);
}

static GstMessage *
rig_wait_message (Rig * rig, GstMessageType type)
{
  GstMessage *message = gst_bus_timed_pop_filtered (rig->bus,
      2 * OAK_TEST_LIMIT * GST_USECOND, type);

  fail_unless (message != NULL, "no %s", gst_message_type_get_name (type));
  return message;
}

static void
rig_wait_warning (Rig * rig, GQuark domain, gint code, const gchar * part)
{
  g_autoptr (GstMessage) message = rig_wait_message (rig, GST_MESSAGE_WARNING);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  gst_message_parse_warning (message, &error, &debug);
  fail_unless (g_error_matches (error, domain, code), "%s (%s)",
      error->message, debug);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
}

static void
rig_fail_unless_no_message (Rig * rig, GstMessageType type)
{
  GstMessage *message = gst_bus_pop_filtered (rig->bus, type);

  fail_unless (message == NULL, "%" GST_PTR_FORMAT, message);
}

/*** who reads it ***/

static GSocket *
reader_open (guint port, guint memory)
{
  GSocket *reader = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", port);

  if (memory > 0)
    g_socket_set_option (reader, SOL_SOCKET, SO_RCVBUF, memory, NULL);
  g_socket_set_timeout (reader, OAK_TEST_LIMIT / G_TIME_SPAN_SECOND);
  fail_unless (g_socket_connect (reader, address, NULL, NULL));
  return reader;
}

static GSocket *
reader_new (guint port)
{
  return reader_open (port, 0);
}

/* One whose system takes little that it does not read. */
static GSocket *
reader_new_narrow (guint port)
{
  return reader_open (port, 256 * 1024);
}

/* One that is served. */
static GSocket *
rig_connect (Rig * rig)
{
  guint64 n = rig_stat (rig, "connections");
  GSocket *reader = reader_new (rig_port (rig));

  rig_wait_stat (rig, "connections", n + 1);
  return reader;
}

static void
reader_close (GSocket * reader)
{
  g_socket_close (reader, NULL);
  g_object_unref (reader);
}

static void
reader_reset (GSocket * reader)
{
  struct linger at_once = { 1, 0 };

  setsockopt (g_socket_get_fd (reader), SOL_SOCKET, SO_LINGER, &at_once,
      sizeof (at_once));
  reader_close (reader);
}

static void
read_bytes (GSocket * reader, gpointer bytes, gsize size)
{
  gsize got = 0;

  while (got < size) {
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_receive (reader, (gchar *) bytes + got, size - got,
        NULL, &error);

    fail_unless (n > 0, "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes: %s",
        got, size, n == 0 ? "the end" : error->message);
    got += n;
  }
}

static void
expect_bytes (GSocket * reader, gconstpointer expected, gsize size)
{
  g_autofree guint8 *got = g_malloc (size);

  read_bytes (reader, got, size);
  if (memcmp (got, expected, size) != 0) {
    gsize i = 0;

    while (got[i] == ((const guint8 *) expected)[i])
      i++;
    fail ("byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is %u instead of %u",
        i, size, got[i], ((const guint8 *) expected)[i]);
  }
}

/* @text is padded to a header's size. */
static void
expect_header (GSocket * reader, const gchar * text)
{
  g_autofree gchar *padded = g_strdup_printf ("%-32s", text);
  gchar got[HEADER_SIZE + 1] = { 0, };

  read_bytes (reader, got, HEADER_SIZE);
  fail_unless_equals_string (got, padded);
}

static void
expect_text (GSocket * reader, const gchar * text)
{
  gsize size = strlen (text);
  g_autofree gchar *got = g_malloc0 (size + 1);

  read_bytes (reader, got, size);
  fail_unless_equals_string (got, text);
}

static void
expect_nothing (GSocket * reader)
{
  fail_unless_equals_int (g_socket_condition_check (reader, G_IO_IN), 0);
}

static void
expect_end (GSocket * reader)
{
  gchar byte;

  fail_unless_equals_int (g_socket_receive (reader, &byte, 1, NULL, NULL), 0);
}

/* From then on the frame is finished, whatever comes behind it. */
static void
wait_begun (GSocket * reader)
{
  fail_unless (g_socket_condition_timed_wait (reader, G_IO_IN, OAK_TEST_LIMIT,
          NULL, NULL));
}

static void
say (GSocket * reader, const gchar * text)
{
  gsize size = strlen (text);

  fail_unless_equals_int (g_socket_send (reader, text, size, NULL, NULL), size);
}

/*** pictures ***/

static guint8
sample (guint component, guint x, guint y)
{
  return component * 70 + x * 7 + y * 13 + 1;
}

/* With rows @padding bytes longer than they need to be, if it is not 0. */
static GstBuffer *
picture_new (const GstVideoInfo * usual, guint padding)
{
  GstVideoInfo info = *usual;
  GstBuffer *buffer;
  GstVideoFrame frame;
  guint c, p;
  gint x, y;

  if (padding > 0) {
    gsize offset = padding;

    for (p = 0; p < GST_VIDEO_INFO_N_PLANES (&info); p++) {
      info.stride[p] += padding;
      info.offset[p] = offset;
      offset += info.stride[p] * GST_VIDEO_INFO_HEIGHT (&info);
    }
    info.size = offset;
  }

  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 0xee, info.size);
  if (padding > 0)
    gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_INFO_FORMAT (&info), GST_VIDEO_INFO_WIDTH (&info),
        GST_VIDEO_INFO_HEIGHT (&info), GST_VIDEO_INFO_N_PLANES (&info),
        info.offset, info.stride);

  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  for (c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (&frame); c++) {
    for (y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c); y++) {
      guint8 *row = (guint8 *) GST_VIDEO_FRAME_COMP_DATA (&frame, c)
          + y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c);
      guint step = GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, c);

      for (x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&frame, c); x++) {
        row[x * step] = sample (c, x, y);
        if (GST_VIDEO_FRAME_FORMAT (&frame) == GST_VIDEO_FORMAT_GRAY16_LE)
          row[x * step + 1] = sample (1, x, y);
      }
    }
  }
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = 40 * GST_MSECOND;
  return buffer;
}

static void
append_plane (GByteArray * bytes, guint component, guint width, guint height)
{
  guint x, y;

  for (y = 0; y < height; y++) {
    for (x = 0; x < width; x++) {
      guint8 byte = sample (component, x, y);

      g_byte_array_append (bytes, &byte, 1);
    }
  }
}

/* Components that change from byte to byte. */
static void
append_packed (GByteArray * bytes, const guint * components, guint n,
    guint width, guint height)
{
  guint x, y, i;

  for (y = 0; y < height; y++) {
    for (x = 0; x < width; x++) {
      for (i = 0; i < n; i++) {
        guint8 byte = sample (components[i], x, y);

        g_byte_array_append (bytes, &byte, 1);
      }
    }
  }
}

typedef enum
{
  PLANES_BGR,
  PLANES_RGB,
  PACKED_BGR,
  PACKED_RGB,
  GRAY,
  GRAY_16,
  Y_THEN_UV,
  Y_U_V,
} Wire;

static GByteArray *
wire_new (Wire wire, guint width, guint height)
{
  /* Component 0 is R, 1 is G, 2 is B; or Y, U, V. */
  static const guint rgb[] = { 0, 1, 2 }, bgr[] = { 2, 1, 0 };
  GByteArray *bytes = g_byte_array_new ();
  guint i;

  switch (wire) {
    case PLANES_BGR:
    case PLANES_RGB:
      for (i = 0; i < 3; i++)
        append_plane (bytes, wire == PLANES_RGB ? rgb[i] : bgr[i], width,
            height);
      break;
    case PACKED_BGR:
      append_packed (bytes, bgr, 3, width, height);
      break;
    case PACKED_RGB:
      append_packed (bytes, rgb, 3, width, height);
      break;
    case GRAY:
      append_plane (bytes, 0, width, height);
      break;
    case GRAY_16:
      append_packed (bytes, rgb, 2, width, height);
      break;
    case Y_THEN_UV:
      append_plane (bytes, 0, width, height);
      append_packed (bytes, rgb + 1, 2, width / 2, height / 2);
      break;
    case Y_U_V:
      append_plane (bytes, 0, width, height);
      append_plane (bytes, 1, width / 2, height / 2);
      append_plane (bytes, 2, width / 2, height / 2);
      break;
  }
  return bytes;
}

static const struct
{
  const gchar *payload;
  const gchar *format;
  Wire wire;
  guint width, height;
} layouts[] = {
  {"auto", "BGR", PLANES_BGR, 7, 3},
  {"auto", "RGB", PLANES_BGR, 7, 3},
  {"auto", "BGRP", PLANES_BGR, 7, 3},
  {"auto", "RGBP", PLANES_BGR, 7, 3},
  {"auto", "BGRP", PLANES_BGR, 8, 4},
  {"auto", "BGR", PLANES_BGR, 1, 1},
  {"bgr-planar", "BGR", PLANES_BGR, 5, 2},
  {"bgr-planar", "RGBP", PLANES_BGR, 5, 2},
  {"rgb-planar", "BGR", PLANES_RGB, 7, 3},
  {"rgb-planar", "RGB", PLANES_RGB, 7, 3},
  {"rgb-planar", "BGRP", PLANES_RGB, 7, 3},
  {"rgb-planar", "RGBP", PLANES_RGB, 8, 3},
  {"bgr", "BGR", PACKED_BGR, 7, 3},
  {"bgr", "RGB", PACKED_BGR, 7, 3},
  {"bgr", "BGRP", PACKED_BGR, 7, 3},
  {"bgr", "RGBP", PACKED_BGR, 7, 3},
  {"rgb", "BGR", PACKED_RGB, 7, 3},
  {"rgb", "RGB", PACKED_RGB, 8, 3},
  {"rgb", "BGRP", PACKED_RGB, 7, 3},
  {"rgb", "RGBP", PACKED_RGB, 7, 3},
  {"gray8", "GRAY8", GRAY, 7, 3},
  {"gray8", "GRAY8", GRAY, 8, 3},
  {"gray16-le", "GRAY16_LE", GRAY_16, 7, 3},
  {"nv12", "NV12", Y_THEN_UV, 6, 4},
  {"nv12", "NV12", Y_THEN_UV, 8, 4},
  {"i420", "I420", Y_U_V, 6, 4},
  {"i420", "I420", Y_U_V, 10, 2},
};

static void
check_layout (const gchar * payload, const gchar * format, Wire wire,
    guint width, guint height, guint padding)
{
  g_autofree gchar *settings = g_strdup_printf ("payload=%s", payload);
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw, format=%s, "
      "width=%u, height=%u, framerate=25/1", format, width, height);
  g_autoptr (GByteArray) expected = wire_new (wire, width, height);
  g_autofree gchar *header = g_strdup_printf ("IMG 0.04 %u 0", expected->len);
  Rig *rig = rig_new (settings, caps);
  GSocket *reader = rig_connect (rig);
  GstVideoInfo info;

  gst_video_info_set_format (&info, gst_video_format_from_string (format),
      width, height);
  rig_push (rig, picture_new (&info, padding));
  expect_header (reader, header);
  expect_bytes (reader, expected->data, expected->len);
  /* Again, so that nothing is left over between. */
  rig_push (rig, picture_new (&info, padding));
  expect_header (reader, header);
  expect_bytes (reader, expected->data, expected->len);

  reader_close (reader);
  rig_free (rig);
}

GST_START_TEST (test_pictures_lie_on_the_wire_as_they_must)
{
  check_layout (layouts[__i__].payload, layouts[__i__].format,
      layouts[__i__].wire, layouts[__i__].width, layouts[__i__].height, 0);
  check_layout (layouts[__i__].payload, layouts[__i__].format,
      layouts[__i__].wire, layouts[__i__].width, layouts[__i__].height, 5);
}

GST_END_TEST;

GST_START_TEST (test_pad_takes_what_can_become_the_payload)
{
  static const struct
  {
    const gchar *payload, *caps;
    gboolean taken;
  } table[] = {
    {"auto", "video/x-raw, format=BGR", TRUE},
    {"auto", "video/x-raw, format=BGRP", TRUE},
    {"auto", "video/x-raw, format=RGBP", TRUE},
    {"auto", "image/jpeg", TRUE},
    {"auto", H264, TRUE},
    {"auto", "video/x-h265, stream-format=byte-stream, alignment=au", TRUE},
    /* A host could not tell. */
    {"auto", "video/x-raw, format=GRAY8", FALSE},
    {"auto", "video/x-raw, format=I420", FALSE},
    {"auto", "video/x-h264, stream-format=avc, alignment=au", FALSE},
    {"auto", "video/x-h264, stream-format=byte-stream, alignment=nal", FALSE},
    {"gray8", "video/x-raw, format=GRAY8", TRUE},
    {"gray8", "video/x-raw, format=BGR", FALSE},
    {"gray8", "image/jpeg", FALSE},
    {"rgb", "video/x-raw, format=BGRP", TRUE},
    {"rgb", "video/x-raw, format=NV12", FALSE},
    {"nv12", "video/x-raw, format=NV12", TRUE},
    {"h264", H264, TRUE},
    {"h264", "video/x-h265, stream-format=byte-stream, alignment=au", FALSE},
    {"jpeg", "image/jpeg", TRUE},
    {"jpeg", "video/x-raw, format=BGR", FALSE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *settings = g_strdup_printf ("payload=%s",
        table[i].payload);
    GstBus *bus;
    GstElement *sink = sink_new (settings, &bus);
    g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
    g_autoptr (GstCaps) caps = gst_caps_from_string (table[i].caps);
    g_autoptr (GstCaps) taken = gst_pad_query_caps (pad, caps);
    g_autoptr (GstCaps) all = gst_pad_query_caps (pad, NULL);

    fail_unless (gst_caps_is_empty (taken) != table[i].taken, "%s: %s",
        table[i].payload, table[i].caps);
    fail_unless (gst_caps_can_intersect (all, caps) == table[i].taken);
    gst_element_set_bus (sink, NULL);
    gst_object_unref (bus);
    gst_object_unref (sink);
  }
}

GST_END_TEST;

GST_START_TEST (test_pictures_that_no_camera_sends_are_an_error)
{
  static const gchar *table[][2] = {
    {"i420", "video/x-raw, format=I420, width=7, height=4, framerate=25/1"},
    {"nv12", "video/x-raw, format=NV12, width=8, height=3, framerate=25/1"},
    {"auto", "video/x-raw, format=BGR, width=8000, height=8000, "
          "framerate=25/1"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *settings = g_strdup_printf ("payload=%s", table[i][0]);
    Rig *rig = rig_new (settings, table[i][1]);
    g_autoptr (GError) error = NULL;
    GstMessage *message;

    fail_if (gst_harness_push (rig->harness, letter_new ('a', 12, 0))
        == GST_FLOW_OK);
    message = rig_wait_message (rig, GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (error, GST_STREAM_ERROR,
            GST_STREAM_ERROR_FORMAT));
    gst_message_unref (message);
    rig_free (rig);
  }
}

GST_END_TEST;

GST_START_TEST (test_buffer_that_is_too_small_is_an_error)
{
  Rig *rig = rig_new ("", "video/x-raw, format=BGRP, width=8, height=4, "
      "framerate=25/1");
  GSocket *reader = rig_connect (rig);

  fail_unless_equals_int (gst_harness_push (rig->harness, letter_new ('a', 95,
              0)), GST_FLOW_ERROR);
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_ERROR));
  expect_nothing (reader);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

static void
change_payload (Rig * rig, const gchar * payload)
{
  g_autofree gchar *caps = g_strdup_printf ("video/x-raw, format=%s, width=8, "
      "height=4, framerate=25/1", payload);
  g_autofree gchar *name = g_ascii_strdown (payload, -1);

  gst_util_set_object_arg (G_OBJECT (rig->sink), "payload", name);
  gst_harness_set_src_caps_str (rig->harness, caps);
}

/* Nothing forbids it, but it counts from READY on. */
GST_START_TEST (test_payload_does_not_change_while_it_plays)
{
  Rig *rig = rig_new ("", "video/x-raw, format=BGR, width=8, height=4, "
      "framerate=25/1");
  GSocket *reader = rig_connect (rig);

  rig_push (rig, letter_new ('a', 96, 0));
  expect_header (reader, "IMG 0.0 96 0");
  change_payload (rig, "GRAY8");
  fail_unless_equals_int (gst_harness_push (rig->harness, letter_new ('b', 32,
              0)), GST_FLOW_NOT_NEGOTIATED);
  reader_close (reader);

  set_state (rig->sink, GST_STATE_READY);
  set_state (rig->sink, GST_STATE_PLAYING);
  reader = rig_connect (rig);
  change_payload (rig, "GRAY8");
  rig_push (rig, letter_new ('c', 32, 0));
  expect_header (reader, "IMG 0.0 32 0");
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* As from a filesrc that nothing parses. */
GST_START_TEST (test_buffers_without_caps_are_an_error)
{
  Rig *rig = rig_new ("", NULL);
  GSocket *reader = rig_connect (rig);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (rig->harness, gst_event_new_stream_start ("rig"));
  gst_harness_push_event (rig->harness, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_harness_push (rig->harness, letter_new ('a', 4,
              0)), GST_FLOW_NOT_NEGOTIATED);
  expect_nothing (reader);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/*** headers ***/

GST_START_TEST (test_device_times)
{
  static const struct
  {
    GstClockTime pts, duration;
    gint64 meta;                /* -1 = none */
    const gchar *header;
  } table[] = {
    {0, GST_CLOCK_TIME_NONE, -1, "IMG 0.0 4 0"},
    {GST_SECOND, GST_CLOCK_TIME_NONE, -1, "IMG 1.0 4 0"},
    {1040 * GST_MSECOND, 40 * GST_MSECOND, -1, "IMG 1.04 4 0"},
    {GST_CLOCK_TIME_NONE, 20 * GST_MSECOND, -1, "IMG 1.08 4 0"},
    {GST_CLOCK_TIME_NONE, 20 * GST_MSECOND, -1, "IMG 1.1 4 0"},
    {2 * GST_SECOND, GST_CLOCK_TIME_NONE, 123456789012345,
        "IMG 123456.789012345 4 0"},
    {2 * GST_SECOND, GST_CLOCK_TIME_NONE, 0, "IMG 0.0 4 0"},
    {2 * GST_SECOND, GST_CLOCK_TIME_NONE, 50000, "IMG 5e-05 4 0"},
    {33366667, GST_CLOCK_TIME_NONE, -1, "IMG 0.033366667 4 0"},
  };
  Rig *rig = rig_new ("framing=img", JPEG);
  GSocket *reader = rig_connect (rig);
  g_autoptr (GstCaps) reference = gst_caps_from_string (OUTSIDE);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    GstBuffer *buffer = buffer_new ("jpeg", 4, table[i].pts);

    GST_BUFFER_DURATION (buffer) = table[i].duration;
    if (table[i].meta >= 0)
      gst_buffer_add_reference_timestamp_meta (buffer, reference,
          table[i].meta, GST_CLOCK_TIME_NONE);
    rig_push (rig, buffer);
    expect_header (reader, table[i].header);
    expect_text (reader, "jpeg");
  }
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_running_time_counts_not_the_pts)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 100 * GST_SECOND;
  fail_unless (gst_harness_push_event (rig->harness,
          gst_event_new_segment (&segment)));
  rig_push (rig, buffer_new ("jpeg", 4, 101 * GST_SECOND));
  expect_header (reader, "ABCDE 1.0               4       ");
  expect_text (reader, "jpeg");
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_framing_fits_the_payload_or_is_forced)
{
  static const struct
  {
    const gchar *settings, *caps, *header, *text;
  } table[] = {
    {"", JPEG, "ABCDE 0.04              12      ", ""},
    {"framing=abcde", JPEG, "ABCDE 0.04              12      ", ""},
    {"framing=img", JPEG, "IMG 0.04 12 0", ""},
    {"framing=img detections=7;50;0;0;1;1", JPEG, "IMG 0.04 12 35",
        "7;50.0;0.0000;0.0000;1.0000;1.0000"},
    {"detections=7;50;0;0;1;1", JPEG, "ABCDE 0.04              12      ", ""},
    {"", H264, "ABCDE 0.04              12      ", ""},
    {"", "video/x-h265, stream-format=byte-stream, alignment=au",
        "ABCDE 0.04              12      ", ""},
    {"", "video/x-raw, format=BGRP, width=4, height=1, framerate=25/1",
        "IMG 0.04 12 0", ""},
    {"framing=abcde detections=7;50;0;0;1;1",
          "video/x-raw, format=BGRP, width=4, height=1, framerate=25/1",
        "ABCDE 0.04              12      ", ""},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    Rig *rig = rig_new (table[i].settings, table[i].caps);
    GSocket *reader = rig_connect (rig);
    g_autofree gchar *header = g_strdup (table[i].header);

    /* The sum that a person would make. */
    if (strlen (table[i].text) > 0)
      g_stpcpy (header + strlen (header) - 2, "34");
    rig_push (rig, letter_new ('x', 12, 40 * GST_MSECOND));
    expect_header (reader, header);
    expect_text (reader, table[i].text);
    expect_text (reader, "xxxxxxxxxxxx");
    reader_close (reader);
    rig_free (rig);
  }
}

GST_END_TEST;

/*** detections ***/

static GstVideoRegionOfInterestMeta *
add_roi (GstBuffer * buffer, const gchar * type, guint x, guint y, guint w,
    guint h)
{
  return gst_buffer_add_video_region_of_interest_meta (buffer, type, x, y, w,
      h);
}

static void
add_param (GstVideoRegionOfInterestMeta * roi, const gchar * text)
{
  GstStructure *param = gst_structure_from_string (text, NULL);

  fail_unless (param != NULL, "%s", text);
  gst_video_region_of_interest_meta_add_param (roi, param);
}

static const struct
{
  const gchar *type;
  guint x, y, w, h;
  const gchar *param, *another;
  const gchar *expected;        /* "" = left out */
} regions[] = {
  {"person", 160, 88, 320, 176, NULL, NULL,
      "0;100.0;0.2500;0.2500;0.7500;0.7500"},
  {"dog", 0, 0, 640, 352, NULL, NULL, "16;100.0;0.0000;0.0000;1.0000;1.0000"},
  {"tvmonitor", 100, 100, 1, 1, NULL, NULL,
      "62;100.0;0.1563;0.2841;0.1578;0.2869"},
  /* Names that no table has. */
  {"label-123", 160, 88, 320, 176, NULL, NULL,
      "123;100.0;0.2500;0.2500;0.7500;0.7500"},
  {"5", 160, 88, 320, 176, NULL, NULL, "5;100.0;0.2500;0.2500;0.7500;0.7500"},
  {"unicorn", 160, 88, 320, 176, NULL, NULL,
      "1000;100.0;0.2500;0.2500;0.7500;0.7500"},
  /* Boxes that leave the picture, or are not in it. */
  {"person", 160, 88, 3200, 1760, NULL, NULL,
      "0;100.0;0.2500;0.2500;1.0000;1.0000"},
  {"person", 4294967295u, 0, 4294967295u, 10, NULL, NULL, ""},
  {"person", 640, 0, 10, 10, NULL, NULL, ""},
  {"person", 10, 10, 0, 10, NULL, NULL, ""},
  /* What oaktcpsrc attaches goes out as it came. */
  {"car", 0, 0, 1, 1, "detection, x_min=0.1234, y_min=0.2, x_max=0.9876, "
        "y_max=1.0, confidence=0.873, label_id=2, label=car", NULL,
      "2;87.3;0.1234;0.2000;0.9876;1.0000"},
  {"car", 0, 0, 1, 1, "detection, x_min=0.1, y_min=0.2, x_max=0.3, y_max=0.4, "
        "confidence=0.5, label_id=77", NULL,
      "77;50.0;0.1000;0.2000;0.3000;0.4000"},
  /* Others have parts of it, or nonsense. */
  {"person", 160, 88, 320, 176, "detection, confidence=0.25", NULL,
      "0;25.0;0.2500;0.2500;0.7500;0.7500"},
  {"person", 160, 88, 320, 176, "anything, a=1", "tracking, confidence=0.75",
      "0;75.0;0.2500;0.2500;0.7500;0.7500"},
  {"person", 160, 88, 320, 176, "a, confidence=7.0", "b, confidence=0.75",
      "0;75.0;0.2500;0.2500;0.7500;0.7500"},
  {"person", 160, 88, 320, 176, "detection, confidence=(string)high", NULL,
      "0;100.0;0.2500;0.2500;0.7500;0.7500"},
  {"person", 160, 88, 320, 176, "detection, x_min=0.5, y_min=0.2, x_max=0.3, "
        "y_max=0.4, label_id=-3", NULL, "0;100.0;0.2500;0.2500;0.7500;0.7500"},
  {"person", 160, 88, 320, 176, "detection, x_min=0.5, y_min=0.2, x_max=1e300, "
        "y_max=0.4", NULL, "0;100.0;0.2500;0.2500;0.7500;0.7500"},
};

GST_START_TEST (test_regions_become_detections)
{
  Rig *rig = rig_new ("framing=img detections=\"9;9;0;0;0.5;0.5\"", JPEG);
  GSocket *reader = rig_connect (rig);
  GstBuffer *buffer = letter_new ('x', 4, 0);
  GstVideoRegionOfInterestMeta *roi = add_roi (buffer, regions[__i__].type,
      regions[__i__].x, regions[__i__].y, regions[__i__].w, regions[__i__].h);
  g_autofree gchar *header = g_strdup_printf ("IMG 0.0 4 %u",
      (guint) strlen (regions[__i__].expected));

  if (regions[__i__].param)
    add_param (roi, regions[__i__].param);
  if (regions[__i__].another)
    add_param (roi, regions[__i__].another);
  rig_push (rig, buffer);
  expect_header (reader, header);
  expect_text (reader, regions[__i__].expected);
  expect_text (reader, "xxxx");

  /* One without regions has the fixed list. */
  rig_push (rig, letter_new ('y', 4, 0));
  expect_header (reader, "IMG 0.0 4 33");
  expect_text (reader, "9;9.0;0.0000;0.0000;0.5000;0.5000");
  expect_text (reader, "yyyy");
  rig_wait_stat (rig, "detections", *regions[__i__].expected ? 2 : 1);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/*** what other metas tell of regions ***/

/* @fields as in a structure's text, without its name. */
static void
add_custom (GstBuffer * buffer, const gchar * fields)
{
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer,
      "OakDetectionsMeta");
  g_autofree gchar *text = g_strdup_printf ("read, %s", fields);
  g_autoptr (GstStructure) read = gst_structure_from_string (text, NULL);
  guint i;

  fail_unless (read != NULL, "%s", text);
  for (i = 0; i < (guint) gst_structure_n_fields (read); i++) {
    const gchar *name = gst_structure_nth_field_name (read, i);

    gst_structure_set_value (gst_custom_meta_get_structure (meta), name,
        gst_structure_get_value (read, name));
  }
}

#define BOX "0.2500;0.2500;0.7500;0.7500"

/* *INDENT-OFF* */
static const struct
{
  gint id, parent_id;
  const gchar *param, *custom;
  const gchar *expected;
} accounts[] = {
  {0, -1, NULL, "n=(uint)2, confidence=(double)<0.873, 0.5>, "
        "label-id=(int)<77, 2>", "77;87.3;" BOX},
  {1, -1, NULL, "n=(uint)2, confidence=(double)<0.873, 0.5>, "
        "label-id=(int)<77, 2>", "2;50.0;" BOX},
  /* What is on the region itself is nearer. */
  {0, -1, "detection, confidence=0.25, label_id=3", "n=(uint)1, "
        "confidence=(double)<0.873>, label-id=(int)<77>", "3;25.0;" BOX},
  {0, -1, "detection, label_id=3", "n=(uint)1, "
        "confidence=(double)<0.873>, label-id=(int)<77>", "3;87.3;" BOX},
  /* Regions that others have added. */
  {0, 0, NULL, "n=(uint)1, confidence=(double)<0.873>, label-id=(int)<77>",
      "0;100.0;" BOX},
  {2, -1, NULL, "n=(uint)2, confidence=(double)<0.873, 0.5>, "
        "label-id=(int)<77, 2>", "0;100.0;" BOX},
  {-1, -1, NULL, "n=(uint)1, confidence=(double)<0.873>, label-id=(int)<77>",
      "0;100.0;" BOX},
  /* Nonsense. */
  {0, -1, NULL, "n=(uint)1", "0;100.0;" BOX},
  {0, -1, NULL, "n=(uint)1, confidence=0.873, label-id=77", "0;100.0;" BOX},
  {0, -1, NULL, "n=(uint)1, confidence=(double)<>, label-id=(int)<>",
      "0;100.0;" BOX},
  {0, -1, NULL, "n=(uint)1, confidence=(int)<1>, label-id=(double)<77.0>",
      "0;100.0;" BOX},
  {0, -1, NULL, "n=(uint)1, confidence=(double)<7.0>, label-id=(int)<-7>",
      "0;100.0;" BOX},
};
/* *INDENT-ON* */

GST_START_TEST (test_what_converters_drop_is_in_the_custom_meta)
{
  Rig *rig = rig_new ("framing=img detections=\"9;9;0;0;0.5;0.5\"", JPEG);
  GSocket *reader = rig_connect (rig);
  GstBuffer *buffer = letter_new ('x', 4, 0);
  GstVideoRegionOfInterestMeta *roi =
      add_roi (buffer, "person", 160, 88, 320, 176);
  g_autofree gchar *header = g_strdup_printf ("IMG 0.0 4 %u",
      (guint) strlen (accounts[__i__].expected));

  roi->id = accounts[__i__].id;
  roi->parent_id = accounts[__i__].parent_id;
  if (accounts[__i__].param)
    add_param (roi, accounts[__i__].param);
  add_custom (buffer, accounts[__i__].custom);
  rig_push (rig, buffer);
  expect_header (reader, header);
  expect_text (reader, accounts[__i__].expected);
  expect_text (reader, "xxxx");
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* Somebody has looked: what is sent else would be wrong. */
GST_START_TEST (test_nothing_found_is_sent_as_that)
{
  Rig *rig = rig_new ("framing=img detections=\"9;9;0;0;0.5;0.5\"", JPEG);
  GSocket *reader = rig_connect (rig);
  GstBuffer *buffer = letter_new ('x', 4, 0);

  add_custom (buffer, "n=(uint)0, confidence=(double)<>, label-id=(int)<>");
  rig_push (rig, buffer);
  expect_header (reader, "IMG 0.0 4 0");
  expect_text (reader, "xxxx");
  rig_push (rig, letter_new ('y', 4, 0));
  expect_header (reader, "IMG 0.0 4 33");
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

#ifdef HAVE_ANALYTICS
static void
add_od (GstBuffer * buffer, const gchar * type, gint x, gint y, gint w, gint h,
    gfloat confidence)
{
  GstAnalyticsODMtd od;

  fail_unless (gst_analytics_relation_meta_add_od_mtd
      (gst_buffer_add_analytics_relation_meta (buffer),
          g_quark_from_string (type), x, y, w, h, confidence, &od));
}

static void
expect_detections (GstBuffer * buffer, const gchar * expected)
{
  Rig *rig = rig_new ("framing=img detections=\"9;9;0;0;0.5;0.5\"", JPEG);
  GSocket *reader = rig_connect (rig);
  g_autofree gchar *header = g_strdup_printf ("IMG 0.0 4 %u",
      (guint) strlen (expected));

  rig_push (rig, buffer);
  expect_header (reader, header);
  expect_text (reader, expected);
  expect_text (reader, "xxxx");
  reader_close (reader);
  rig_free (rig);
}

GST_START_TEST (test_objects_alone_become_detections)
{
  GstBuffer *buffer = letter_new ('x', 4, 0);
  GstAnalyticsTrackingMtd tracking;

  gst_analytics_relation_meta_add_tracking_mtd
      (gst_buffer_add_analytics_relation_meta (buffer), 7, 0, &tracking);
  add_od (buffer, "person", 160, 88, 320, 176, 0.873);
  add_od (buffer, "dog", -160, -88, 320, 176, 0.5);
  add_od (buffer, "cat", 320, 176, 3200, 1760, 7.0);
  add_od (buffer, "cow", 640, 0, 10, 10, 0.5);
  add_od (buffer, "cow", 10, 10, -10, 10, 0.5);
  expect_detections (buffer, "0;87.3;" BOX "|"
      "16;50.0;0.0000;0.0000;0.2500;0.2500|"
      "15;100.0;0.5000;0.5000;1.0000;1.0000");
}

GST_END_TEST;

GST_START_TEST (test_objects_have_the_class_of_the_custom_meta)
{
  GstBuffer *buffer = letter_new ('x', 4, 0);

  /* The plugin makes the custom meta known. */
  gst_object_unref (gst_plugin_load_by_name ("oak"));
  add_od (buffer, "person", 160, 88, 320, 176, 0.873);
  add_custom (buffer,
      "n=(uint)1, confidence=(double)<0.1>, label-id=(int)<77>");
  expect_detections (buffer, "77;87.3;" BOX);
}

GST_END_TEST;

GST_START_TEST (test_region_has_the_confidence_of_its_object)
{
  GstBuffer *buffer = letter_new ('x', 4, 0);
  GstVideoRegionOfInterestMeta *other;

  add_roi (buffer, "person", 160, 88, 320, 176);
  other = add_roi (buffer, "dog", 160, 88, 320, 176);
  other->id = 1;
  other = add_roi (buffer, "cow", 160, 88, 320, 176);
  other->id = 2;
  add_od (buffer, "person", 160, 88, 320, 176, 0.25);
  add_od (buffer, "cat", 0, 0, 320, 176, 0.5);
  expect_detections (buffer, "0;25.0;" BOX "|16;100.0;" BOX "|19;100.0;" BOX);
}

GST_END_TEST;

/* On a pooled buffer it has stayed. */
GST_START_TEST (test_empty_relation_meta_tells_nothing)
{
  GstBuffer *buffer = letter_new ('x', 4, 0);

  gst_buffer_add_analytics_relation_meta (buffer);
  expect_detections (buffer, "9;9.0;0.0000;0.0000;0.5000;0.5000");
}

GST_END_TEST;
#endif

GST_START_TEST (test_regions_keep_their_order)
{
  Rig *rig = rig_new ("", "video/x-raw, format=BGRP, width=100, height=1, "
      "framerate=25/1");
  GSocket *reader = rig_connect (rig);
  GstBuffer *buffer = letter_new ('x', 300, 0);

  add_roi (buffer, "cat", 50, 0, 10, 1);
  add_param (add_roi (buffer, "dog", 0, 0, 10, 1), "a, confidence=0.1");
  rig_push (rig, buffer);
  expect_header (reader, "IMG 0.0 300 72");
  expect_text (reader, "15;100.0;0.5000;0.0000;0.6000;1.0000|"
      "16;10.0;0.0000;0.0000;0.1000;1.0000");
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* Edges have four decimals on the wire, and a host floors and rounds up. */
GST_START_TEST (test_boxes_come_back_to_the_pixel)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20240117);
  Rig *rig = rig_new ("framing=img", JPEG);
  GSocket *reader = rig_connect (rig);
  guint i;

  for (i = 0; i < 500; i++) {
    guint width = g_rand_int_range (random, 2, 5000);
    guint height = g_rand_int_range (random, 2, 5000);
    guint x = g_rand_int_range (random, 0, width);
    guint y = g_rand_int_range (random, 0, height);
    guint w = g_rand_int_range (random, 1, width - x + 1);
    guint h = g_rand_int_range (random, 1, height - y + 1);
    g_autofree gchar *caps = g_strdup_printf ("image/jpeg, width=%u, "
        "height=%u", width, height);
    gchar header[HEADER_SIZE + 1] = { 0, }, text[100] = { 0, };
    GstBuffer *buffer = letter_new ('x', 1, 0);
    gchar **words, **fields;

    gst_harness_set_src_caps_str (rig->harness, caps);
    add_roi (buffer, "person", x, y, w, h);
    rig_push (rig, buffer);
    read_bytes (reader, header, HEADER_SIZE);
    words = g_strsplit (header, " ", 5);
    read_bytes (reader, text, atoi (words[3]));
    fields = g_strsplit (text, ";", -1);
    expect_text (reader, "x");

    fail_unless_equals_int (floor (g_ascii_strtod (fields[2], NULL) * width),
        x);
    fail_unless_equals_int (floor (g_ascii_strtod (fields[3], NULL) * height),
        y);
    fail_unless_equals_int (ceil (g_ascii_strtod (fields[4], NULL) * width),
        x + w);
    fail_unless_equals_int (ceil (g_ascii_strtod (fields[5], NULL) * height),
        y + h);
    g_strfreev (fields);
    g_strfreev (words);
  }
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_labels_are_found_in_a_file)
{
  g_autofree gchar *path = NULL;
  gint file = g_file_open_tmp ("oaktcpsink-XXXXXX", &path, NULL);
  g_autofree gchar *settings = NULL;
  GstBuffer *buffer = letter_new ('x', 4, 0);
  GSocket *reader;
  Rig *rig;

  g_close (file, NULL);
  fail_unless (g_file_set_contents (path, "nothing\nunicorn\n", -1, NULL));
  settings = g_strdup_printf ("framing=img labels=%s", path);
  rig = rig_new (settings, JPEG);
  reader = rig_connect (rig);
  add_roi (buffer, "unicorn", 160, 88, 320, 176);
  rig_push (rig, buffer);
  expect_header (reader, "IMG 0.0 4 35");
  expect_text (reader, "1;100.0;0.2500;0.2500;0.7500;0.7500");
  reader_close (reader);
  rig_free (rig);
  g_remove (path);
}

GST_END_TEST;

/*** clients ***/

GST_START_TEST (test_second_client_gets_no_byte_till_the_first_has_left)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *first = rig_connect (rig);
  GSocket *second = reader_new (rig_port (rig));
  guint i;

  for (i = 0; i < 5; i++) {
    rig_push (rig, letter_new ('a' + i, 1, 0));
    expect_header (first, "ABCDE 0.0               1       ");
    fail_unless_equals_int (rig_stat (rig, "clients"), 1);
    read_bytes (first, (gchar[1]) {
        0}
        , 1);
  }
  expect_nothing (second);

  reader_close (first);
  rig_wait_stat (rig, "connections", 2);
  rig_wait_stat (rig, "clients", 1);
  rig_push (rig, letter_new ('z', 1, 0));
  expect_header (second, "ABCDE 0.0               1       ");
  expect_text (second, "z");
  reader_close (second);
  rig_free (rig);
}

GST_END_TEST;

static void
expect_letter (GSocket * reader, const gchar * letter)
{
  expect_header (reader, "ABCDE 0.0               1       ");
  expect_text (reader, letter);
}

GST_START_TEST (test_more_clients_are_served_if_they_may)
{
  Rig *rig = rig_new ("max-clients=2", JPEG);
  GSocket *first = rig_connect (rig);
  GSocket *second = rig_connect (rig);
  GSocket *third = reader_new (rig_port (rig));

  rig_push (rig, letter_new ('a', 1, 0));
  expect_letter (first, "a");
  expect_letter (second, "a");
  expect_nothing (third);
  rig_wait_stat (rig, "frames", 2);

  /* While it plays. */
  g_object_set (rig->sink, "max-clients", 3, NULL);
  rig_wait_stat (rig, "clients", 3);
  g_object_set (rig->sink, "max-clients", 1, NULL);
  rig_push (rig, letter_new ('b', 1, 0));
  expect_letter (first, "b");
  expect_letter (second, "b");
  expect_letter (third, "b");

  reader_close (first);
  reader_close (second);
  reader_close (third);
  rig_wait_stat (rig, "clients", 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_frames_are_dropped_while_nobody_listens)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader;

  rig_push (rig, letter_new ('a', 1, 0));
  rig_push (rig, letter_new ('b', 1, 0));
  fail_unless_equals_int (rig_stat (rig, "dropped"), 2);
  reader = rig_connect (rig);
  rig_push (rig, letter_new ('c', 1, 0));
  expect_letter (reader, "c");
  rig_wait_stat (rig, "frames", 1);
  fail_unless_equals_int (rig_stat (rig, "bytes"), 33);
  fail_unless_equals_int (rig_stat (rig, "dropped"), 2);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* The next frame of a stream of large ones: its number. */
static guint
read_numbered (GSocket * reader, gsize size)
{
  g_autofree gchar *image = g_malloc (size);
  gchar header[HEADER_SIZE + 1] = { 0, };
  g_autofree gchar *end = g_strdup_printf ("%" G_GSIZE_FORMAT, size);
  guint number;

  read_bytes (reader, header, HEADER_SIZE);
  fail_unless (g_str_has_prefix (header, "ABCDE "), "torn: %s", header);
  fail_unless (g_str_has_prefix (header + 24, end));
  number = g_ascii_strtod (header + 6, NULL);
  memset (image, 'a' + number, size);
  expect_bytes (reader, image, size);
  return number;
}

#define LARGE 1000000

GST_START_TEST (test_slow_client_gets_whole_frames_and_the_newest)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);
  guint i, last = 0, n = 0;
  const guint n_pushed = 25;

  for (i = 0; i < n_pushed; i++)
    rig_push (rig, letter_new ('a' + i, LARGE, i * GST_SECOND));
  fail_unless (rig_stat (rig, "dropped") > 0);

  while (last < n_pushed - 1) {
    guint number = read_numbered (reader, LARGE);

    fail_unless (n == 0 || number > last, "%u after %u", number, last);
    last = number;
    n++;
  }
  rig_wait_stat (rig, "frames", n);
  fail_unless_equals_int (rig_stat (rig, "dropped"), n_pushed - n);
  fail_unless_equals_int (rig_stat (rig, "bytes"), n * (LARGE + 32));
  expect_nothing (reader);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_slow_client_does_not_slow_another)
{
  Rig *rig = rig_new ("max-clients=2", JPEG);
  GSocket *slow = rig_connect (rig);
  GSocket *fast = rig_connect (rig);
  guint i;

  for (i = 0; i < 20; i++) {
    rig_push (rig, letter_new ('a' + i, LARGE, i * GST_SECOND));
    fail_unless_equals_int (read_numbered (fast, LARGE), i);
  }
  fail_unless (rig_stat (rig, "dropped") > 0);
  reader_close (slow);
  reader_close (fast);
  rig_free (rig);
}

GST_END_TEST;

#define HUGE "video/x-raw, format=BGRP, width=2048, height=1600, framerate=25/1"

/* As a camera's driver has it: what the sink asks for, two more, and no end of
 * waiting without. */
static GstBufferPool *
rig_make_pool (Rig * rig)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (HUGE);
  g_autoptr (GstQuery) query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  guint min, size;

  fail_unless (gst_pad_peer_query (rig->harness->srcpad, query));
  gst_query_parse_nth_allocation_pool (query, 0, NULL, &size, &min, NULL);
  gst_buffer_pool_config_set_params (config, caps, size, min + 2, min + 2);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  return pool;
}

GST_START_TEST (test_slow_clients_leave_buffers_to_a_pool)
{
  Rig *rig = rig_new ("", HUGE);
  GstBufferPool *pool = rig_make_pool (rig);
  GstBufferPoolAcquireParams params = { 0, };
  GSocket *slow[5];
  guint i, k;

  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  for (i = 0; i < G_N_ELEMENTS (slow); i++) {
    g_object_set (rig->sink, "max-clients", i + 1, NULL);
    slow[i] = rig_connect (rig);
    for (k = 0; k < 3; k++) {
      GstBuffer *buffer;

      fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer,
              &params), GST_FLOW_OK);
      gst_buffer_memset (buffer, 0, 'a' + i, -1);
      rig_push (rig, buffer);
      wait_begun (slow[i]);
    }
  }

  for (i = 0; i < G_N_ELEMENTS (slow); i++)
    reader_close (slow[i]);
  rig_free (rig);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
}

GST_END_TEST;

GST_START_TEST (test_client_that_resets_makes_room)
{
  Rig *rig = rig_new ("", JPEG);
  guint i;

  for (i = 0; i < 5; i++) {
    GSocket *reader = rig_connect (rig);

    /* More than any buffer takes, so that it goes in mid-frame. */
    rig_push (rig, letter_new ('a', 10 * LARGE, 0));
    expect_text (reader, "ABCDE 0.0 ");
    if (i % 2)
      reader_close (reader);
    else
      reader_reset (reader);
    rig_wait_stat (rig, "clients", 0);
  }
  fail_unless_equals_int (rig_stat (rig, "frames"), 0);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_client_that_takes_nothing_is_disconnected)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);

  rig_push (rig, letter_new ('a', 10 * LARGE, 0));
  rig_wait_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "no sign of life");
  rig_wait_stat (rig, "clients", 0);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* Small frames end where the system has no room for another. */
GST_START_TEST (test_client_that_takes_no_small_frame_is_disconnected)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);
  gint64 taken = g_get_monotonic_time ();
  guint64 bytes = 0;
  gdouble waited;

  /* Until nothing of a frame has been taken for a while. */
  while (g_get_monotonic_time () - taken < G_TIME_SPAN_SECOND) {
    rig_push (rig, letter_new ('a', 10000, 0));
    g_thread_yield ();
    if (rig_stat (rig, "bytes") != bytes)
      taken = g_get_monotonic_time ();
    bytes = rig_stat (rig, "bytes");
  }

  rig_wait_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
      "no sign of life");
  waited = (g_get_monotonic_time () - taken) / (gdouble) G_TIME_SPAN_SECOND;
  fail_unless (waited < 12, "it took %.1f s", waited);
  rig_wait_stat (rig, "clients", 0);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

static void
note_client (GstElement * sink, const gchar * client, GAsyncQueue * noted)
{
  g_async_queue_push (noted, g_strdup (client));
}

GST_START_TEST (test_signals_name_the_client)
{
  Rig *rig = rig_new ("", JPEG);
  g_autoptr (GAsyncQueue) added = g_async_queue_new_full (g_free);
  g_autoptr (GAsyncQueue) removed = g_async_queue_new_full (g_free);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree gchar *name = NULL, *came = NULL, *left = NULL;
  GSocket *reader;

  g_signal_connect (rig->sink, "client-added", G_CALLBACK (note_client), added);
  g_signal_connect (rig->sink, "client-removed", G_CALLBACK (note_client),
      removed);
  reader = rig_connect (rig);
  address = g_socket_get_local_address (reader, NULL);
  name = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  came = g_async_queue_timeout_pop (added, OAK_TEST_LIMIT);
  fail_unless_equals_string (came, name);
  reader_close (reader);
  left = g_async_queue_timeout_pop (removed, OAK_TEST_LIMIT);
  fail_unless_equals_string (left, name);
  rig_free (rig);
}

GST_END_TEST;

/*** inter-coded payloads ***/

/* An IDR slice with and without parameter sets before it, and another slice. */
static const guint8 keyframe[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x0a, 0xdc,
  0x8a, 0x92, 0x20, 0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65,
  0x88, 0x84, 0x21
};

static const guint8 delta[] = { 0, 0, 0, 1, 0x41, 0x9a, 0x22, 0x11 };

static void
push_h264 (Rig * rig, gboolean is_delta, guint seconds)
{
  GstBuffer *buffer = is_delta ?
      buffer_new (delta, sizeof (delta), seconds * GST_SECOND) :
      buffer_new (keyframe, sizeof (keyframe), seconds * GST_SECOND);

  if (is_delta)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  GST_BUFFER_DURATION (buffer) = GST_SECOND;
  rig_push (rig, buffer);
}

static void
expect_h264 (GSocket * reader, gboolean is_delta, guint seconds)
{
  gsize size = is_delta ? sizeof (delta) : sizeof (keyframe);
  g_autofree gchar *header = g_strdup_printf ("ABCDE %-18.1f%-8u",
      (gdouble) seconds, (guint) size);

  expect_header (reader, header);
  expect_bytes (reader, is_delta ? delta : keyframe, size);
}

/* How often a keyframe was asked for. */
static guint
count_requests (Rig * rig)
{
  GstEvent *event;
  guint n = 0;

  while ((event = gst_harness_try_pull_upstream_event (rig->harness))) {
    n += gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  return n;
}

GST_START_TEST (test_client_starts_at_a_keyframe)
{
  Rig *rig = rig_new ("", H264);
  GSocket *reader;

  push_h264 (rig, FALSE, 0);
  push_h264 (rig, TRUE, 1);
  fail_unless_equals_int (count_requests (rig), 0);

  reader = rig_connect (rig);
  push_h264 (rig, TRUE, 2);
  fail_unless_equals_int (count_requests (rig), 1);
  push_h264 (rig, TRUE, 3);
  push_h264 (rig, TRUE, 4);
  fail_unless_equals_int (count_requests (rig), 0);
  fail_unless_equals_int (rig_stat (rig, "dropped"), 5);

  push_h264 (rig, FALSE, 5);
  expect_h264 (reader, FALSE, 5);
  push_h264 (rig, TRUE, 6);
  expect_h264 (reader, TRUE, 6);
  fail_unless_equals_int (count_requests (rig), 0);
  rig_wait_stat (rig, "frames", 2);
  fail_unless_equals_int (rig_stat (rig, "dropped"), 5);
  rig_fail_unless_no_message (rig, GST_MESSAGE_WARNING);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* Of delta frames none is sent whose predecessor was not. */
GST_START_TEST (test_slow_client_goes_on_at_a_keyframe)
{
  Rig *rig = rig_new ("", H264);
  GSocket *reader = rig_connect (rig);
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  guint n = 0, number, last, asked = 0;

  /* A large one, which nobody takes, one that waits, and those too many. */
  rig_push (rig, letter_new ('a', 10 * LARGE, 0));
  wait_begun (reader);
  push_h264 (rig, TRUE, 1);
  push_h264 (rig, TRUE, 2);
  push_h264 (rig, TRUE, 3);
  while (rig_stat (rig, "dropped") < 2) {
    fail_unless (g_get_monotonic_time () < limit);
    g_thread_yield ();
  }
  for (number = 4; asked == 0; number++) {
    fail_unless (g_get_monotonic_time () < limit, "no keyframe is asked for");
    push_h264 (rig, TRUE, number);
    asked = count_requests (rig);
  }
  push_h264 (rig, FALSE, number);

  /* The large one first; behind it what waits now: the keyframe. */
  read_numbered (reader, 10 * LARGE);
  expect_h264 (reader, FALSE, number);
  push_h264 (rig, TRUE, number + 1);
  expect_h264 (reader, TRUE, number + 1);

  last = number + 1;
  n = 3;
  rig_wait_stat (rig, "frames", n);
  fail_unless_equals_int (rig_stat (rig, "dropped"), last + 1 - n);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_keyframes_without_parameter_sets_are_told_of)
{
  Rig *rig = rig_new ("", H264);
  GSocket *reader = rig_connect (rig);

  rig_push (rig, buffer_new (keyframe + 20, sizeof (keyframe) - 20, 0));
  rig_wait_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "config-interval=-1");
  rig_wait_stat (rig, "frames", 1);
  rig_push (rig, buffer_new (keyframe + 20, sizeof (keyframe) - 20, 0));
  rig_wait_stat (rig, "frames", 2);
  rig_fail_unless_no_message (rig, GST_MESSAGE_WARNING);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_reordered_pictures_are_told_of)
{
  Rig *rig = rig_new ("", H264);
  GSocket *reader = rig_connect (rig);
  guint i;

  for (i = 0; i < 3; i++) {
    rig_push (rig, buffer_new (keyframe, sizeof (keyframe), i * GST_SECOND));
    rig_wait_stat (rig, "frames", i + 1);
  }
  rig_fail_unless_no_message (rig, GST_MESSAGE_WARNING);
  for (i = 0; i < 2; i++) {
    rig_push (rig, buffer_new (keyframe, sizeof (keyframe), GST_SECOND - i));
    rig_wait_stat (rig, "frames", i + 4);
  }
  rig_wait_warning (rig, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "B-frames");
  rig_fail_unless_no_message (rig, GST_MESSAGE_WARNING);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

static void
push_seek (Rig * rig, GstClockTime start)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = start;
  gst_harness_push_event (rig->harness, gst_event_new_flush_start ());
  gst_harness_push_event (rig->harness, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (rig->harness, gst_event_new_segment (&segment));
}

/* To the nanosecond, with what lies between there and the keyframe. */
GST_START_TEST (test_pictures_before_a_seek_are_sent_if_others_need_them)
{
  Rig *rig = rig_new ("", H264);
  GSocket *reader = rig_connect (rig);
  GstBuffer *early;

  push_h264 (rig, FALSE, 20);
  expect_h264 (reader, FALSE, 20);
  push_seek (rig, 12 * GST_SECOND);
  push_h264 (rig, FALSE, 10);
  expect_h264 (reader, FALSE, 0);
  push_h264 (rig, TRUE, 11);
  expect_h264 (reader, TRUE, 0);
  push_h264 (rig, TRUE, 12);
  expect_h264 (reader, TRUE, 0);
  push_h264 (rig, TRUE, 13);
  expect_h264 (reader, TRUE, 1);
  rig_fail_unless_no_message (rig, GST_MESSAGE_WARNING);

  /* Of pictures that stand alone, what is not asked for is not shown. */
  gst_harness_set_src_caps_str (rig->harness, JPEG);
  push_seek (rig, 12 * GST_SECOND);
  early = letter_new ('a', 1, 10 * GST_SECOND);
  GST_BUFFER_DURATION (early) = GST_SECOND;
  rig_push (rig, early);
  rig_push (rig, letter_new ('b', 1, 12 * GST_SECOND));
  expect_letter (reader, "b");
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/*** controls ***/

#define PAD_28 "                            "

static void
expect_control (Rig * rig, const gchar * kind, gint position)
{
  GstMessage *message = rig_wait_message (rig, GST_MESSAGE_ELEMENT);
  const GstStructure *structure = gst_message_get_structure (message);
  gint got;

  fail_unless_equals_string (gst_structure_get_name (structure), "oak-control");
  fail_unless_equals_string (gst_structure_get_string (structure, "kind"),
      kind);
  fail_unless (gst_structure_get_int (structure, "position", &got));
  fail_unless_equals_int (got, position);
  fail_unless (g_str_has_prefix (gst_structure_get_string (structure,
              "client"), "127.0.0.1:"));
  gst_message_unref (message);
}

GST_START_TEST (test_controls_become_messages)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);

  say (reader, "0  ," PAD_28);
  expect_control (rig, "focus", 0);
  say (reader, "255," PAD_28);
  expect_control (rig, "focus", 255);
  say (reader, "AUT," PAD_28);
  expect_control (rig, "autofocus", -1);

  /* In pieces, and two at once. */
  say (reader, "12");
  say (reader, "8,   ");
  say (reader, "                         ");
  expect_control (rig, "focus", 128);
  say (reader, "1  ," PAD_28 "2  ," PAD_28);
  expect_control (rig, "focus", 1);
  expect_control (rig, "focus", 2);

  rig_wait_stat (rig, "controls", 6);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_nonsense_is_told_of_and_skipped)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);
  gint64 start = g_get_monotonic_time ();
  GstMessage *message;
  guint i;

  for (i = 0; i < 20; i++)
    say (reader, "256," PAD_28 "GET / HTTP/1.1\r\nHost: camera1.\r\n");
  say (reader, "7  ," PAD_28);
  rig_wait_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ,
      "no control message");
  for (i = 0;; i++) {
    message = rig_wait_message (rig, GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
      break;
    gst_message_unref (message);
  }
  fail_unless (i <= (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND,
      "%u more warnings", i);
  fail_unless (gst_structure_has_field_typed (gst_message_get_structure
          (message), "position", G_TYPE_INT));
  gst_message_unref (message);
  fail_unless_equals_int (rig_stat (rig, "controls"), 1);
  fail_unless_equals_int (rig_stat (rig, "clients"), 1);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* As much as it can: the rest stays in the client's own memory. */
GST_START_TEST (test_client_that_talks_without_end_is_not_heard_without_end)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = rig_connect (rig);
  gint64 start = g_get_monotonic_time ();
  guint64 said = 0, heard, seconds;
  gssize n = 1;

  g_socket_set_blocking (reader, FALSE);
  while (n > 0) {
    n = g_socket_send (reader, "7  ," PAD_28, CONTROL_SIZE, NULL, NULL);
    said += n > 0;
  }
  fail_unless (said > 1000);
  g_socket_set_blocking (reader, TRUE);
  rig_wait_at_least (rig, "controls", 100);
  rig_push (rig, letter_new ('a', 1, 0));
  expect_letter (reader, "a");
  heard = rig_stat (rig, "controls");
  seconds = (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND;
  fail_unless (heard <= 100 * (seconds + 2));
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_clients_that_come_again_are_not_heard_without_end)
{
  Rig *rig = rig_new ("max-clients=64", JPEG);
  gint64 start = g_get_monotonic_time ();
  guint64 heard, seconds;
  guint i, k;

  for (i = 0; i < 30; i++) {
    GSocket *reader = rig_connect (rig);

    for (k = 0; k < 99; k++)
      say (reader, "7  ," PAD_28);
    reader_close (reader);
  }
  rig_wait_at_least (rig, "controls", 100);
  heard = rig_stat (rig, "controls");
  seconds = (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND;
  fail_unless (heard <= 100 * (seconds + 2), "%" G_GUINT64_FORMAT " in %"
      G_GUINT64_FORMAT " s", heard, seconds);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_controls_are_read_in_a_pause)
{
  Rig *rig = g_new0 (Rig, 1);
  GSocket *reader;

  rig->sink = sink_new ("port=0", &rig->bus);
  set_state (rig->sink, GST_STATE_PAUSED);
  reader = rig_connect (rig);
  say (reader, "42 ," PAD_28);
  expect_control (rig, "focus", 42);
  expect_nothing (reader);

  set_state (rig->sink, GST_STATE_NULL);
  expect_end (reader);
  reader_close (reader);
  gst_element_set_bus (rig->sink, NULL);
  gst_object_unref (rig->sink);
  gst_object_unref (rig->bus);
  g_free (rig);
}

GST_END_TEST;

static gpointer
push_one (gpointer user_data)
{
  Rig *rig = user_data;

  gst_harness_push (rig->harness, letter_new ('b', 1, 0));
  return NULL;
}

/* Returns when the sink has it, and waits to play. */
static void
wait_preroll (Rig * rig)
{
  gint64 limit = g_get_monotonic_time () + OAK_TEST_LIMIT;
  g_autoptr (GstSample) last = NULL;
  GstState state = GST_STATE_NULL;

  while (gst_element_get_state (rig->sink, &state, NULL, 0)
      != GST_STATE_CHANGE_SUCCESS || !last) {
    fail_unless (g_get_monotonic_time () < limit);
    g_object_get (rig->sink, "last-sample", &last, NULL);
    g_thread_yield ();
  }
  fail_unless_equals_int (state, GST_STATE_PAUSED);
}

GST_START_TEST (test_preroll_is_not_sent)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader;
  GThread *pusher;

  set_state (rig->sink, GST_STATE_PAUSED);
  reader = rig_connect (rig);
  pusher = g_thread_new ("pusher", push_one, rig);
  wait_preroll (rig);

  /* Its thread is awake, and has sent nothing. */
  say (reader, "42 ," PAD_28);
  expect_control (rig, "focus", 42);
  expect_nothing (reader);

  set_state (rig->sink, GST_STATE_PLAYING);
  g_thread_join (pusher);
  expect_letter (reader, "b");
  rig_wait_stat (rig, "frames", 1);
  expect_nothing (reader);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/*** as a client ***/

static GSocket *
listener_new (guint * port)
{
  GSocket *listener = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) wanted =
      g_inet_socket_address_new_from_string ("127.0.0.1", *port);
  g_autoptr (GSocketAddress) bound = NULL;

  fail_unless (g_socket_bind (listener, wanted, TRUE, NULL));
  fail_unless (g_socket_listen (listener, NULL));
  g_socket_set_timeout (listener, OAK_TEST_LIMIT / G_TIME_SPAN_SECOND);
  bound = g_socket_get_local_address (listener, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return listener;
}

static GSocket *
accept_one (GSocket * listener)
{
  GSocket *reader = g_socket_accept (listener, NULL, NULL);

  fail_unless (reader != NULL, "it does not connect");
  g_socket_set_timeout (reader, OAK_TEST_LIMIT / G_TIME_SPAN_SECOND);
  return reader;
}

static Rig *
rig_new_client (guint port)
{
  g_autofree gchar *settings = g_strdup_printf ("mode=client port=%u", port);

  return rig_new (settings, JPEG);
}

GST_START_TEST (test_client_connects_and_connects_again)
{
  guint port = 0;
  GSocket *listener = listener_new (&port);
  Rig *rig = rig_new_client (port);
  guint i, current;

  g_object_get (rig->sink, "current-port", &current, NULL);
  fail_unless_equals_int (current, 0);
  for (i = 0; i < 3; i++) {
    GSocket *reader = accept_one (listener);
    gint64 lost;

    rig_wait_stat (rig, "connections", i + 1);
    rig_push (rig, letter_new ('a', 1, 0));
    expect_letter (reader, "a");
    say (reader, "5  ," PAD_28);
    expect_control (rig, "focus", 5);

    lost = g_get_monotonic_time ();
    reader_close (reader);
    rig_wait_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
        "127.0.0.1:");
    rig_wait_stat (rig, "clients", 0);
    if (i < 2) {
      fail_unless (g_socket_condition_timed_wait (listener, G_IO_IN,
              OAK_TEST_LIMIT, NULL, NULL));
      fail_unless (g_get_monotonic_time () - lost > 900000);
    }
  }
  rig_free (rig);
  g_object_unref (listener);
}

GST_END_TEST;

GST_START_TEST (test_client_waits_for_its_host)
{
  guint port = oak_test_closed_port ();
  Rig *rig = rig_new_client (port);
  g_autofree gchar *name = g_strdup_printf ("127.0.0.1:%u", port);
  GSocket *listener, *reader;

  rig_wait_warning (rig, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
      name);
  /* Another attempt or two: they are not told of. */
  fail_unless (gst_bus_timed_pop_filtered (rig->bus, 2500 * GST_MSECOND,
          GST_MESSAGE_WARNING) == NULL);
  listener = listener_new (&port);
  reader = accept_one (listener);
  rig_wait_stat (rig, "connections", 1);
  rig_push (rig, letter_new ('a', 1, 0));
  expect_letter (reader, "a");
  reader_close (reader);
  rig_free (rig);
  g_object_unref (listener);
}

GST_END_TEST;

/*** states and errors ***/

static gpointer
read_to_end (gpointer user_data)
{
  GSocket *reader = user_data;

  fail_unless_equals_int (read_numbered (reader, LARGE), 0);
  fail_unless_equals_int (read_numbered (reader, LARGE), 1);
  expect_end (reader);
  return NULL;
}

GST_START_TEST (test_frames_are_finished_at_the_end)
{
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = reader_new_narrow (rig_port (rig));
  GThread *thread;

  rig_wait_stat (rig, "clients", 1);
  rig_push (rig, letter_new ('a', LARGE, 0));
  wait_begun (reader);
  rig_push (rig, letter_new ('b', LARGE, GST_SECOND));
  /* Where that was slow, the systems have taken all of the first. */
  fail_unless (rig_stat (rig, "frames") == 0 || oak_test_patience () > 1);
  thread = g_thread_new ("reader", read_to_end, reader);
  set_state (rig->sink, GST_STATE_NULL);
  g_thread_join (thread);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

/* What was sent must arrive, though the client has said more than was heard. */
GST_START_TEST (test_frames_are_finished_for_who_talks_too_much)
{
  const guint n = 6, size = 100000;
  Rig *rig = rig_new ("", JPEG);
  GSocket *reader = reader_new_narrow (rig_port (rig));
  guint i;

  rig_wait_stat (rig, "clients", 1);
  for (i = 0; i < 500; i++)
    say (reader, "7  ," PAD_28);
  rig_wait_at_least (rig, "controls", 100);
  for (i = 0; i < n; i++) {
    rig_push (rig, letter_new ('a' + i, size, i * GST_SECOND));
    rig_wait_stat (rig, "frames", i + 1);
  }
  set_state (rig->sink, GST_STATE_NULL);
  for (i = 0; i < n; i++)
    fail_unless_equals_int (read_numbered (reader, size), i);
  expect_end (reader);
  reader_close (reader);
  rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (test_no_state_change_waits_for_the_network)
{
  OakTestDeafPort *deaf = oak_test_deaf_port_new ();
  GSocket *reader;
  Rig *rig;

  /* Nobody there; somebody who takes nothing, in mid-frame and between. */
  rig_free (rig_new ("", JPEG));
  rig = rig_new ("", JPEG);
  reader = rig_connect (rig);
  rig_push (rig, letter_new ('a', 10 * LARGE, 0));
  rig_push (rig, letter_new ('b', 10 * LARGE, 0));
  set_state (rig->sink, GST_STATE_PAUSED);
  set_state (rig->sink, GST_STATE_PLAYING);
  rig_free (rig);
  reader_close (reader);

  rig = rig_new ("", JPEG);
  reader = rig_connect (rig);
  rig_free (rig);
  reader_close (reader);

  /* As a client: no answer, and between two attempts. */
  rig_free (rig_new_client (oak_test_deaf_port_get (deaf)));
  rig = rig_new_client (oak_test_closed_port ());
  gst_message_unref (rig_wait_message (rig, GST_MESSAGE_WARNING));
  rig_free (rig);
  oak_test_deaf_port_free (deaf);
}

GST_END_TEST;

GST_START_TEST (test_current_port_notifies)
{
  GstBus *bus;
  GstElement *sink = sink_new ("port=0", &bus);
  GAsyncQueue *notified = g_async_queue_new ();
  guint port, i;

  g_signal_connect_swapped (sink, "notify::current-port",
      G_CALLBACK (g_async_queue_push), notified);
  for (i = 1; i < 4; i++) {
    GSocket *reader;

    set_state (sink, GST_STATE_PAUSED);
    g_object_get (sink, "current-port", &port, NULL);
    fail_unless (port > 0);
    fail_unless_equals_int (g_async_queue_length (notified), 2 * i - 1);
    reader = reader_new (port);

    set_state (sink, GST_STATE_READY);
    g_object_get (sink, "current-port", &port, NULL);
    fail_unless_equals_int (port, 0);
    fail_unless_equals_int (g_async_queue_length (notified), 2 * i);
    reader_close (reader);
  }
  set_state (sink, GST_STATE_NULL);
  g_async_queue_unref (notified);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_END_TEST;

/* A camera's host finds it again where it was. */
GST_START_TEST (test_port_is_free_again_at_once)
{
  guint port = oak_test_closed_port (), i;
  g_autofree gchar *settings = g_strdup_printf ("port=%u", port);

  for (i = 0; i < 3; i++) {
    Rig *rig = rig_new (settings, JPEG);
    GSocket *reader = rig_connect (rig);

    fail_unless_equals_int (rig_port (rig), port);
    rig_push (rig, letter_new ('a', 1, 0));
    expect_letter (reader, "a");
    rig_free (rig);
    expect_end (reader);
    reader_close (reader);
  }
}

GST_END_TEST;

static void
expect_refused (const gchar * settings, gint code, const gchar * part)
{
  GstBus *bus;
  GstElement *sink = sink_new (settings, &bus);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_READY),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "%s: no error", settings);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, code), "%s: %s",
      settings, error->message);
  fail_unless (strstr (error->message, part) != NULL, "%s: %s", settings,
      error->message);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (bus);
}

GST_START_TEST (test_settings_that_cannot_be_used_are_errors)
{
  guint port = 0;
  GSocket *listener = listener_new (&port);
  g_autofree gchar *taken = g_strdup_printf ("port=%u", port);
  g_autofree gchar *number = g_strdup_printf ("%u", port);

  expect_refused (taken, GST_RESOURCE_ERROR_BUSY, number);
  expect_refused ("port=0 bind-address=camera", GST_RESOURCE_ERROR_SETTINGS,
      "\"camera\"");
  expect_refused ("port=0 bind-address=192.0.2.1",
      GST_RESOURCE_ERROR_OPEN_WRITE, "192.0.2.1");
  expect_refused ("port=0 mode=client", GST_RESOURCE_ERROR_SETTINGS, "port");
  expect_refused ("port=0 labels=/nowhere/labels",
      GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere/labels");
  expect_refused ("port=0 detections=\"0;87.5;0.1;0.1;0.5;0.9|dog;1;0;0;1;1\"",
      GST_RESOURCE_ERROR_SETTINGS, "\"dog;1;0;0;1;1\"");
  expect_refused ("port=0 detections=nothing", GST_RESOURCE_ERROR_SETTINGS,
      "\"nothing\"");
  g_object_unref (listener);
}

GST_END_TEST;

GST_START_TEST (test_defaults)
{
  GstElement *sink = gst_element_factory_make ("oaktcpsink", NULL);
  g_autofree gchar *host = NULL, *bind_address = NULL, *labels = NULL;
  g_autofree gchar *detections = NULL;
  gint mode, framing, payload;
  guint port, max_clients;
  gboolean sync;

  g_object_get (sink, "host", &host, "bind-address", &bind_address, "labels",
      &labels, "detections", &detections, "mode", &mode, "framing", &framing,
      "payload", &payload, "port", &port, "max-clients", &max_clients, "sync",
      &sync, NULL);
  fail_unless_equals_string (host, "127.0.0.1");
  fail_unless_equals_string (bind_address, "127.0.0.1");
  fail_unless_equals_string (labels, "coco");
  fail_unless (detections == NULL);
  fail_unless_equals_int (mode, 1);
  fail_unless_equals_int (framing, 0);
  fail_unless_equals_int (payload, 0);
  fail_unless_equals_int (port, 5000);
  fail_unless_equals_int (max_clients, 1);
  fail_unless (sync);
  gst_object_unref (sink);
}

GST_END_TEST;

static Suite *
oaktcpsink_suite (void)
{
  Suite *s = suite_create ("oaktcpsink");
  TCase *wire = tcase_create ("wire");
  TCase *clients = tcase_create ("clients");
  TCase *controls = tcase_create ("controls");
  TCase *states = tcase_create ("states");

  suite_add_tcase (s, wire);
  tcase_add_loop_test (wire, test_pictures_lie_on_the_wire_as_they_must, 0,
      G_N_ELEMENTS (layouts));
  tcase_add_test (wire, test_pad_takes_what_can_become_the_payload);
  tcase_add_test (wire, test_pictures_that_no_camera_sends_are_an_error);
  tcase_add_test (wire, test_buffer_that_is_too_small_is_an_error);
  tcase_add_test (wire, test_payload_does_not_change_while_it_plays);
  tcase_add_test (wire, test_buffers_without_caps_are_an_error);
  tcase_add_test (wire, test_device_times);
  tcase_add_test (wire, test_running_time_counts_not_the_pts);
  tcase_add_test (wire, test_framing_fits_the_payload_or_is_forced);
  tcase_add_loop_test (wire, test_regions_become_detections, 0,
      G_N_ELEMENTS (regions));
  tcase_add_loop_test (wire, test_what_converters_drop_is_in_the_custom_meta, 0,
      G_N_ELEMENTS (accounts));
  tcase_add_test (wire, test_nothing_found_is_sent_as_that);
#ifdef HAVE_ANALYTICS
  tcase_add_test (wire, test_objects_alone_become_detections);
  tcase_add_test (wire, test_objects_have_the_class_of_the_custom_meta);
  tcase_add_test (wire, test_region_has_the_confidence_of_its_object);
  tcase_add_test (wire, test_empty_relation_meta_tells_nothing);
#endif
  tcase_add_test (wire, test_regions_keep_their_order);
  tcase_add_test (wire, test_boxes_come_back_to_the_pixel);
  tcase_add_test (wire, test_labels_are_found_in_a_file);

  suite_add_tcase (s, clients);
  tcase_set_timeout (clients, 60);
  tcase_add_test (clients,
      test_second_client_gets_no_byte_till_the_first_has_left);
  tcase_add_test (clients, test_more_clients_are_served_if_they_may);
  tcase_add_test (clients, test_frames_are_dropped_while_nobody_listens);
  tcase_add_test (clients, test_slow_client_gets_whole_frames_and_the_newest);
  tcase_add_test (clients, test_slow_client_does_not_slow_another);
  tcase_add_test (clients, test_slow_clients_leave_buffers_to_a_pool);
  tcase_add_test (clients, test_client_that_resets_makes_room);
  tcase_add_test (clients, test_client_that_takes_nothing_is_disconnected);
  tcase_add_test (clients,
      test_client_that_takes_no_small_frame_is_disconnected);
  tcase_add_test (clients, test_signals_name_the_client);
  tcase_add_test (clients, test_client_starts_at_a_keyframe);
  tcase_add_test (clients, test_slow_client_goes_on_at_a_keyframe);
  tcase_add_test (clients, test_keyframes_without_parameter_sets_are_told_of);
  tcase_add_test (clients, test_reordered_pictures_are_told_of);
  tcase_add_test (clients,
      test_pictures_before_a_seek_are_sent_if_others_need_them);
  tcase_add_test (clients, test_client_connects_and_connects_again);
  tcase_add_test (clients, test_client_waits_for_its_host);

  suite_add_tcase (s, controls);
  tcase_add_test (controls, test_controls_become_messages);
  tcase_add_test (controls, test_nonsense_is_told_of_and_skipped);
  tcase_add_test (controls,
      test_client_that_talks_without_end_is_not_heard_without_end);
  tcase_add_test (controls,
      test_clients_that_come_again_are_not_heard_without_end);
  tcase_add_test (controls, test_controls_are_read_in_a_pause);

  suite_add_tcase (s, states);
  tcase_add_test (states, test_preroll_is_not_sent);
  tcase_add_test (states, test_frames_are_finished_at_the_end);
  tcase_add_test (states, test_frames_are_finished_for_who_talks_too_much);
  tcase_add_test (states, test_no_state_change_waits_for_the_network);
  tcase_add_test (states, test_current_port_notifies);
  tcase_add_test (states, test_port_is_free_again_at_once);
  tcase_add_test (states, test_settings_that_cannot_be_used_are_errors);
  tcase_add_test (states, test_defaults);
  return s;
}

GST_CHECK_MAIN (oaktcpsink);
