/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakonvif.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
    "<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\">"
#define SHAPE(left, top, right, bottom, x, y) "<tt:Shape><tt:BoundingBox " \
    "left=\"" left "\" top=\"" top "\" right=\"" right "\" bottom=\"" bottom \
    "\"/><tt:CenterOfGravity x=\"" x "\" y=\"" y "\"/></tt:Shape>"
#define WHOLE SHAPE ("-1.0000", "1.0000", "1.0000", "-1.0000", "0.0000", \
    "0.0000")

/* *INDENT-OFF* */
static const struct
{
  OakOnvifObject object;
  const gchar *xml;             /* between <tt:Object> and </tt:Object> */
} objects[] = {
  /* y goes up */
  {{7, "mug", 0.875, 0, 0, 0.5, 0.25}, "<tt:Object ObjectId=\"7\">"
      "<tt:Appearance>" SHAPE ("-1.0000", "1.0000", "0.0000", "0.5000",
          "-0.5000", "0.7500") "<tt:Class><tt:Type Likelihood=\"0.8750\">mug"
      "</tt:Type></tt:Class></tt:Appearance></tt:Object>"},
  {{0, "mug", 1, 0.75, 0.9, 1, 1}, "<tt:Object ObjectId=\"0\">"
      "<tt:Appearance>" SHAPE ("0.5000", "-0.8000", "1.0000", "-1.0000",
          "0.7500", "-0.9000") "<tt:Class><tt:Type Likelihood=\"1.0000\">mug"
      "</tt:Type></tt:Class></tt:Appearance></tt:Object>"},
  /* nothing is beyond the picture */
  {{-1, "", -1, -0.5, -1e300, 1.5, 1e300}, "<tt:Object ObjectId=\"-1\">"
      "<tt:Appearance>" WHOLE "</tt:Appearance></tt:Object>"},
  /* ONVIF's name of the class, and ours */
  {{1, "Person", 0.5, 0, 0, 1, 1}, "<tt:Object ObjectId=\"1\">"
      "<tt:Appearance>" WHOLE "<tt:Class>"
      "<tt:Type Likelihood=\"0.5000\">Human</tt:Type>"
      "<tt:Type Likelihood=\"0.5000\">Person</tt:Type>"
      "</tt:Class></tt:Appearance></tt:Object>"},
  /* how sure it is, is not known */
  {{1, "mug", -1, 0, 0, 1, 1}, "<tt:Object ObjectId=\"1\">"
      "<tt:Appearance>" WHOLE "<tt:Class><tt:Type>mug</tt:Type></tt:Class>"
      "</tt:Appearance></tt:Object>"},
  /* names come from files */
  {{1, "a<b>&\"'", -1, 0, 0, 1, 1}, "<tt:Object ObjectId=\"1\">"
      "<tt:Appearance>" WHOLE "<tt:Class><tt:Type>a&lt;b&gt;&amp;&quot;&apos;"
      "</tt:Type></tt:Class></tt:Appearance></tt:Object>"},
  {{1, "a\x01" "b\xff" "c\nd", -1, 0, 0, 1, 1}, "<tt:Object ObjectId=\"1\">"
      "<tt:Appearance>" WHOLE "<tt:Class><tt:Type>a b\xef\xbf\xbd" "c d"
      "</tt:Type></tt:Class></tt:Appearance></tt:Object>"},
  {{1, "0123456789012345678901234567890123456789012345678901234567890123456789",
      -1, 0, 0, 1, 1}, "<tt:Object ObjectId=\"1\"><tt:Appearance>" WHOLE
      "<tt:Class><tt:Type>012345678901234567890123456789012345678901234567890"
      "123456789012</tt:Type></tt:Class></tt:Appearance></tt:Object>"},
};

static const struct
{
  gint64 time;
  const gchar *printed;
} times[] = {
  {0, " UtcTime=\"1970-01-01T00:00:00.000000Z\""},
  {G_GINT64_CONSTANT (1795447805123456),
      " UtcTime=\"2026-11-23T15:30:05.123456Z\""},
  {G_GINT64_CONSTANT (951782399999999),
      " UtcTime=\"2000-02-28T23:59:59.999999Z\""},
  {G_MAXINT64, ""},
};
/* *INDENT-ON* */

GST_START_TEST (test_object)
{
  GString *text = g_string_new (NULL);

  oak_onvif_object (text, &objects[__i__].object);
  fail_unless_equals_string (text->str, objects[__i__].xml);
  g_string_free (text, TRUE);
}

GST_END_TEST;

GST_START_TEST (test_time)
{
  GString *text = g_string_new (NULL);
  gchar *expected = g_strdup_printf (HEAD "<tt:VideoAnalytics><tt:Frame%s>"
      "</tt:Frame></tt:VideoAnalytics></tt:MetadataStream>",
      times[__i__].printed);

  oak_onvif_begin (text);
  oak_onvif_frame (text, times[__i__].time);
  oak_onvif_end_frame (text);
  oak_onvif_end (text);
  fail_unless_equals_string (text->str, expected);
  g_free (expected);
  g_string_free (text, TRUE);
}

GST_END_TEST;

/* Well formed, whatever a label has. */
GST_START_TEST (test_any_label_is_xml)
{
  static const GMarkupParser parser;
  GRand *random = g_rand_new_with_seed (4711);
  guint i, k;

  for (i = 0; i < 2000; i++) {
    GMarkupParseContext *context =
        g_markup_parse_context_new (&parser, 0, NULL, NULL);
    OakOnvifObject object = { i, NULL, 0.5, 0, 0, 1, 1 };
    GString *text = g_string_new (NULL);
    gchar label[12] = { 0, };

    for (k = 0; k < sizeof (label) - 1; k++)
      label[k] = g_rand_int_range (random, 1, 256);
    object.label = label;
    oak_onvif_begin (text);
    oak_onvif_frame (text, 0);
    oak_onvif_object (text, &object);
    oak_onvif_end_frame (text);
    oak_onvif_end (text);
    fail_unless (g_markup_parse_context_parse (context, text->str, text->len,
            NULL), "%s", text->str);
    fail_unless (g_markup_parse_context_end_parse (context, NULL));
    g_markup_parse_context_free (context);
    g_string_free (text, TRUE);
  }
  g_rand_free (random);
}

GST_END_TEST;

static Suite *
oakonvif_suite (void)
{
  Suite *s = suite_create ("oakonvif");
  TCase *tc = tcase_create ("xml");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_object, 0, G_N_ELEMENTS (objects));
  tcase_add_loop_test (tc, test_time, 0, G_N_ELEMENTS (times));
  tcase_add_test (tc, test_any_label_is_xml);
  return s;
}

GST_CHECK_MAIN (oakonvif);
