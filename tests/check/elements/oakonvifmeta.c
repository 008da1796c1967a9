/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video.h>
#include <string.h>

#define RAW "video/x-raw, format=BGR, width=64, height=32, framerate=0/1"
#define ONVIF "application/x-onvif-metadata, parsed=(boolean)true"
#define EMPTY_FRAME "</tt:Frame></tt:VideoAnalytics></tt:MetadataStream>"

static GstBuffer *
picture_new (GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 32 * 3, NULL);

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

static void
add_roi (GstBuffer * buffer, const gchar * label, guint x, guint y, guint w,
    guint h, gint id, gdouble confidence)
{
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_add_video_region_of_interest_meta (buffer, label, x, y, w, h);

  roi->id = id;
  roi->parent_id = -1;
  gst_video_region_of_interest_meta_add_param (roi,
      gst_structure_new ("detection", "confidence", G_TYPE_DOUBLE, confidence,
          NULL));
}

static gchar *
take_text (GstBuffer * buffer)
{
  GstMapInfo map;
  gchar *text;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  text = g_strndup ((const gchar *) map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return text;
}

static void
expect (const gchar * text, const gchar * part)
{
  fail_unless (strstr (text, part) != NULL, "no %s in %s", part, text);
}

GST_START_TEST (test_regions_become_objects)
{
  GstHarness *h = gst_harness_new ("oakonvifmeta");
  GstBuffer *picture = picture_new (3 * GST_SECOND);
  GstCaps *unix_time = gst_caps_new_empty_simple ("timestamp/x-unix");
  GstBuffer *document;
  gchar *text;

  gst_harness_set_src_caps_str (h, RAW);
  add_roi (picture, "person", 16, 0, 32, 16, 4, 0.875);
  add_roi (picture, "mug", 0, 16, 16, 16, 5, 0.5);
  gst_buffer_add_reference_timestamp_meta (picture, unix_time,
      G_GUINT64_CONSTANT (1795447805123456789), GST_CLOCK_TIME_NONE);
  gst_caps_unref (unix_time);
  document = gst_harness_push_and_pull (h, picture);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (document), 3 * GST_SECOND);
  text = take_text (document);
  expect (text, "UtcTime=\"2026-11-23T15:30:05.123456Z\"");
  expect (text, "ObjectId=\"4\"><tt:Appearance><tt:Shape><tt:BoundingBox "
      "left=\"-0.5000\" top=\"1.0000\" right=\"0.5000\" bottom=\"0.0000\"/>");
  expect (text, "<tt:Type Likelihood=\"0.8750\">Human</tt:Type>");
  expect (text, "ObjectId=\"5\"><tt:Appearance><tt:Shape><tt:BoundingBox "
      "left=\"-1.0000\" top=\"0.0000\" right=\"-0.5000\" bottom=\"-1.0000\"/>");
  g_free (text);
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_nothing_found_is_an_empty_frame)
{
  GstHarness *h = gst_harness_new ("oakonvifmeta");
  GstBuffer *picture = picture_new (0);
  gchar *text;

  /* Another plugin's: known where that is loaded. */
  if (gst_meta_get_info ("OakDetectionsMeta") == NULL) {
    static const gchar *no_tags[] = { NULL };

    gst_meta_register_custom ("OakDetectionsMeta", no_tags, NULL, NULL, NULL);
  }
  gst_harness_set_src_caps_str (h, RAW);
  gst_buffer_add_custom_meta (picture, "OakDetectionsMeta");
  text = take_text (gst_harness_push_and_pull (h, picture));
  expect (text, "<tt:Frame UtcTime=");
  expect (text, EMPTY_FRAME);
  g_free (text);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Receivers wait for the stream's first packet. */
GST_START_TEST (test_unknown_is_told_once_a_second)
{
  GstHarness *h = gst_harness_new ("oakonvifmeta");
  guint i, n = 0, n_gaps = 0;
  GstBuffer *document;
  GstEvent *event;

  gst_harness_set_src_caps_str (h, RAW);
  for (i = 0; i <= 30; i++)
    fail_unless_equals_int (gst_harness_push (h,
            picture_new (i * 100 * GST_MSECOND)), GST_FLOW_OK);
  while ((document = gst_harness_try_pull (h)) != NULL) {
    gchar *text = take_text (document);

    fail_if (strstr (text, "Frame"));
    expect (text, "</tt:MetadataStream>");
    g_free (text);
    n++;
  }
  fail_unless_equals_int (n, 4);
  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    n_gaps += GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    gst_event_unref (event);
  }
  fail_unless_equals_int (n_gaps, 27);
  gst_harness_teardown (h);
}

GST_END_TEST;

/* By the clocks, where the picture does not say. */
GST_START_TEST (test_time_of_day_is_that_of_the_picture)
{
  GstHarness *h = gst_harness_new ("oakonvifmeta");
  GstBuffer *picture = picture_new (2 * GST_SECOND);
  gint64 before, after, told;
  GDateTime *time;
  gchar *text;

  gst_harness_set_src_caps_str (h, RAW);
  gst_harness_use_testclock (h);
  gst_harness_set_time (h, 5 * GST_SECOND);
  add_roi (picture, "mug", 0, 0, 8, 8, 0, 0.5);
  before = g_get_real_time () - 3 * G_USEC_PER_SEC;
  text = take_text (gst_harness_push_and_pull (h, picture));
  after = g_get_real_time () - 3 * G_USEC_PER_SEC;
  time = g_date_time_new_from_iso8601 (strstr (text, "UtcTime=\"") + 9, NULL);
  if (time == NULL) {
    gchar *printed = g_strndup (strstr (text, "UtcTime=\"") + 9, 27);

    time = g_date_time_new_from_iso8601 (printed, NULL);
    g_free (printed);
  }
  fail_unless (time != NULL, "%s", text);
  told = g_date_time_to_unix (time) * G_USEC_PER_SEC
      + g_date_time_get_microsecond (time);
  fail_unless (told >= before && told <= after);
  g_date_time_unref (time);
  g_free (text);
  gst_harness_teardown (h);
}

GST_END_TEST;

static GstBuffer *
document_new (guint size, gchar letter)
{
  gchar *text = g_strnfill (size, letter);

  memcpy (text, "<?xml", MIN (size, 5));
  return gst_buffer_new_wrapped (text, size);
}

static const guint sizes[] = { 6, 100, 1388, 1389, 5000, 100000 };

GST_START_TEST (test_documents_come_back)
{
  GstHarness *h = gst_harness_new_parse ("oakonvifpay mtu=1400 ! "
      "oakonvifdepay");
  guint i;

  gst_harness_set_src_caps_str (h, ONVIF);
  for (i = 0; i < 3; i++) {
    GstBuffer *document = document_new (sizes[__i__], 'a' + i), *back;
    gchar *before, *after;

    GST_BUFFER_PTS (document) = i * GST_SECOND;
    before = take_text (gst_buffer_ref (document));
    back = gst_harness_push_and_pull (h, document);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (back), i * GST_SECOND);
    after = take_text (back);
    fail_unless_equals_string (after, before);
    g_free (before);
    g_free (after);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (test_packets_are_as_the_standard_has_them)
{
  GstHarness *h = gst_harness_new_parse ("oakonvifpay mtu=1400");
  GstBuffer *document = document_new (3000, 'x');
  guint i;

  gst_harness_set_src_caps_str (h, ONVIF);
  GST_BUFFER_PTS (document) = GST_SECOND;
  gst_harness_push (h, document);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 3);
  for (i = 0; i < 3; i++) {
    GstBuffer *packet = gst_harness_pull (h);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

    fail_unless (gst_buffer_get_size (packet) <= 1400);
    fail_unless (gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp));
    fail_unless_equals_int (gst_rtp_buffer_get_marker (&rtp), i == 2);
    gst_rtp_buffer_unmap (&rtp);
    gst_buffer_unref (packet);
  }
  gst_harness_teardown (h);
}

GST_END_TEST;

/* Each in turn of the nine packets of three documents. */
GST_START_TEST (test_a_lost_packet_costs_documents_that_are_not_whole)
{
  GstHarness *pay = gst_harness_new_parse ("oakonvifpay mtu=1400");
  GstHarness *depay = gst_harness_new_parse ("oakonvifdepay");
  GstBuffer *back;
  guint i, n = 0;

  gst_harness_set_src_caps_str (pay, ONVIF);
  for (i = 0; i < 3; i++)
    gst_harness_push (pay, document_new (3000, 'a' + i));
  gst_harness_set_src_caps_str (depay, "application/x-rtp, media=application, "
      "clock-rate=90000, encoding-name=VND.ONVIF.METADATA");
  for (i = 0; i < 9; i++) {
    GstBuffer *packet = gst_harness_pull (pay);

    if (i == (guint) __i__)
      gst_buffer_unref (packet);
    else
      gst_harness_push (depay, packet);
  }
  while ((back = gst_harness_try_pull (depay)) != NULL) {
    gchar *text = take_text (back);

    fail_unless_equals_int (strlen (text), 3000);
    fail_unless_equals_int (text[10], text[2999]);
    g_free (text);
    n++;
  }
  fail_unless_equals_int (n, 2);
  gst_harness_teardown (pay);
  gst_harness_teardown (depay);
}

GST_END_TEST;

GST_START_TEST (test_a_document_without_end_is_not_kept)
{
  GstHarness *h = gst_harness_new_parse ("oakonvifdepay");
  guint i;

  gst_harness_set_src_caps_str (h, "application/x-rtp, media=application, "
      "clock-rate=90000, encoding-name=VND.ONVIF.METADATA");
  for (i = 0; i < 2000; i++) {
    GstBuffer *packet = gst_rtp_buffer_new_allocate (1300, 0, 0);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

    gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp);
    memcpy (gst_rtp_buffer_get_payload (&rtp), "<?xml ", 6);
    gst_rtp_buffer_set_seq (&rtp, i);
    gst_rtp_buffer_set_marker (&rtp, i == 1999);
    gst_rtp_buffer_unmap (&rtp);
    gst_harness_push (h, packet);
  }
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  gst_harness_teardown (h);
}

GST_END_TEST;

static Suite *
oakonvifmeta_suite (void)
{
  Suite *s = suite_create ("oakonvifmeta");
  TCase *tc = tcase_create ("onvif");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_regions_become_objects);
  tcase_add_test (tc, test_nothing_found_is_an_empty_frame);
  tcase_add_test (tc, test_unknown_is_told_once_a_second);
  tcase_add_test (tc, test_time_of_day_is_that_of_the_picture);
  tcase_add_loop_test (tc, test_documents_come_back, 0, G_N_ELEMENTS (sizes));
  tcase_add_test (tc, test_packets_are_as_the_standard_has_them);
  tcase_add_loop_test (tc,
      test_a_lost_packet_costs_documents_that_are_not_whole, 0, 9);
  tcase_add_test (tc, test_a_document_without_end_is_not_kept);
  return s;
}

GST_CHECK_MAIN (oakonvifmeta);
