/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakcontrol.h"

#include <gst/check/gstcheck.h>

#define F OAK_CONTROL_ERROR_FIELD
#define L OAK_CONTROL_ERROR_LIMIT
#define FOCUS OAK_CONTROL_FOCUS
#define AUT OAK_CONTROL_AUTOFOCUS

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;            /* exactly as on the wire, 32 bytes */
  OakControl control;
} messages[] = {
  {"0  ,                            ", {FOCUS, 0}},
  {"7  ,                            ", {FOCUS, 7}},
  {"10 ,                            ", {FOCUS, 10}},
  {"99 ,                            ", {FOCUS, 99}},
  {"100,                            ", {FOCUS, 100}},
  {"255,                            ", {FOCUS, 255}},
  {"AUT,                            ", {AUT, 0}},
};

static const struct
{
  const gchar *text;
  gboolean valid;
  gint error;
  guint position;
} others[] = {
  /* digits that nobody writes, but any camera reads */
  {"00 ,                            ", TRUE, 0, 0},
  {"007,                            ", TRUE, 0, 7},
  {"010,                            ", TRUE, 0, 10},
  {"256,                            ", FALSE, L, 0},
  {"999,                            ", FALSE, L, 0},
  {"                                ", FALSE, F, 0},
  {"   ,                            ", FALSE, F, 0},
  {",                               ", FALSE, F, 0},
  {"5,                              ", FALSE, F, 0},
  {"1000,                           ", FALSE, F, 0},
  {"0000                            ", FALSE, F, 0},
  {"AUT0                            ", FALSE, F, 0},
  {"-1 ,                            ", FALSE, F, 0},
  {"+1 ,                            ", FALSE, F, 0},
  {"  5,                            ", FALSE, F, 0},
  {" 5 ,                            ", FALSE, F, 0},
  {"1 2,                            ", FALSE, F, 0},
  {"12x,                            ", FALSE, F, 0},
  {"0x1,                            ", FALSE, F, 0},
  {"1.5,                            ", FALSE, F, 0},
  {"120                             ", FALSE, F, 0},
  {"120;                            ", FALSE, F, 0},
  {"aut,                            ", FALSE, F, 0},
  {"AUT                             ", FALSE, F, 0},
  {"AU ,                            ", FALSE, F, 0},
  {"AUTO,                           ", FALSE, F, 0},
  /* out of step, or two that met */
  {"120,AUT,                        ", FALSE, F, 0},
  {"120,                           1", FALSE, F, 0},
  {"120,                           \n", FALSE, F, 0},
  {"AUT,                           ,", FALSE, F, 0},
  {"    120,                        ", FALSE, F, 0},
  /* NUL is no space */
  {"12\0,                            ", FALSE, F, 0},
  {"120,\0                           ", FALSE, F, 0},
  {"\0                               ", FALSE, F, 0},
  {"GET / HTTP/1.1\r\nHost: oak\r\n\r\n   ", FALSE, F, 0},
  {"\377\376\375\374\377\376\375\374\377\376\375\374\377\376\375\374"
   "\377\376\375\374\377\376\375\374\377\376\375\374\377\376\375\374",
   FALSE, F, 0},
};
/* *INDENT-ON* */

/* Not terminated, so that a sanitizer sees a step too far. */
static gboolean
parse (const gchar * text, OakControl * control, GError ** error)
{
  guint8 *bytes = g_memdup2 (text, OAK_CONTROL_SIZE);
  gboolean valid = oak_control_parse (bytes, control, error);

  g_free (bytes);
  return valid;
}

GST_START_TEST (test_message_is_written_and_parsed)
{
  const OakControl *control = &messages[__i__].control;
  OakControl parsed = { 7, 7 };
  guint8 *bytes = g_malloc (OAK_CONTROL_SIZE);

  fail_unless_equals_int (strlen (messages[__i__].text), OAK_CONTROL_SIZE);
  oak_control_write (control, bytes);
  fail_unless (memcmp (bytes, messages[__i__].text, OAK_CONTROL_SIZE) == 0,
      "'%.32s'", bytes);
  g_free (bytes);

  fail_unless (parse (messages[__i__].text, &parsed, NULL));
  fail_unless_equals_int (parsed.kind, control->kind);
  fail_unless_equals_int (parsed.position, control->position);
}

GST_END_TEST;

GST_START_TEST (test_every_position_comes_back)
{
  OakControl control = { FOCUS, 0 }, parsed;
  guint8 bytes[OAK_CONTROL_SIZE];

  for (; control.position <= OAK_CONTROL_POSITION_MAX; control.position++) {
    oak_control_write (&control, bytes);
    fail_unless (oak_control_parse (bytes, &parsed, NULL));
    fail_unless_equals_int (parsed.kind, FOCUS);
    fail_unless_equals_int (parsed.position, control.position);
  }
}

GST_END_TEST;

GST_START_TEST (test_position_without_meaning_is_not_written)
{
  const OakControl control = { AUT, 1000 };
  guint8 bytes[OAK_CONTROL_SIZE];

  oak_control_write (&control, bytes);
  fail_unless (memcmp (bytes, "AUT,    ", 8) == 0);
}

GST_END_TEST;

GST_START_TEST (test_parse)
{
  OakControl parsed = { 7, 7 };
  GError *error = NULL;
  gboolean valid = parse (others[__i__].text, &parsed, &error);

  fail_unless_equals_int (valid, others[__i__].valid);
  if (valid) {
    fail_unless (error == NULL);
    fail_unless_equals_int (parsed.kind, FOCUS);
    fail_unless_equals_int (parsed.position, others[__i__].position);
  } else {
    fail_unless (g_error_matches (error, OAK_CONTROL_ERROR,
            others[__i__].error), "%s", error->message);
    fail_unless (strstr (error->message, "expected") != NULL);
    fail_unless (strstr (error->message, "got") != NULL);
    fail_unless (g_utf8_validate (error->message, -1, NULL));
    fail_unless (strlen (error->message) < 256);
    g_clear_error (&error);
    fail_if (parse (others[__i__].text, &parsed, NULL));
    /* not touched */
    fail_unless_equals_int (parsed.kind, 7);
    fail_unless_equals_int (parsed.position, 7);
  }
}

GST_END_TEST;

static Suite *
oakcontrol_suite (void)
{
  Suite *s = suite_create ("oakcontrol");
  TCase *tc = tcase_create ("message");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_message_is_written_and_parsed, 0,
      G_N_ELEMENTS (messages));
  tcase_add_test (tc, test_every_position_comes_back);
  tcase_add_test (tc, test_position_without_meaning_is_not_written);
  tcase_add_loop_test (tc, test_parse, 0, G_N_ELEMENTS (others));

  return s;
}

GST_CHECK_MAIN (oakcontrol);
