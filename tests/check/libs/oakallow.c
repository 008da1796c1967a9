/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakallow.h"

#include <gst/check/gstcheck.h>

/* *INDENT-OFF* */
static const struct
{
  const gchar *list;
  const gchar *peer;
  gboolean allowed;
} peers[] = {
  {"127.0.0.0/8,::1", "127.0.0.1", TRUE},
  {"127.0.0.0/8,::1", "127.255.255.255", TRUE},
  {"127.0.0.0/8,::1", "128.0.0.0", FALSE},
  {"127.0.0.0/8,::1", "::1", TRUE},
  {"127.0.0.0/8,::1", "::2", FALSE},
  /* IPv4 in IPv6 */
  {"127.0.0.0/8", "::ffff:127.0.0.1", TRUE},
  {"127.0.0.0/8", "::ffff:126.0.0.1", FALSE},
  {"127.0.0.0/8", "::127.0.0.1", FALSE},
  {"::/0", "::ffff:127.0.0.1", FALSE},
  {"0.0.0.0/0", "::ffff:1.2.3.4", TRUE},
  /* single addresses */
  {"192.168.1.7", "192.168.1.7", TRUE},
  {"192.168.1.7", "192.168.1.8", FALSE},
  {"192.168.1.7/32", "192.168.1.7", TRUE},
  {"fe80::7", "fe80::7", TRUE},
  {"fe80::7", "fe80::8", FALSE},
  /* networks */
  {"192.168.1.0/24", "192.168.1.255", TRUE},
  {"192.168.1.0/24", "192.168.2.0", FALSE},
  {"192.168.1.128/25", "192.168.1.127", FALSE},
  {"fd00::/8", "fdff::1", TRUE},
  {"fd00::/8", "fc00::1", FALSE},
  {"0.0.0.0/0", "255.255.255.255", TRUE},
  {"0.0.0.0/0", "::1", FALSE},
  {"::/0", "2001:db8::1", TRUE},
  {"::/0", "1.2.3.4", FALSE},
  /* what may be between words */
  {"10.0.0.1 10.0.0.2", "10.0.0.2", TRUE},
  {" ,10.0.0.1 ,, 10.0.0.2, ", "10.0.0.1", TRUE},
  {" ,10.0.0.1 ,, 10.0.0.2, ", "10.0.0.2", TRUE},
  {"10.0.0.1\n10.0.0.2\n", "10.0.0.2", TRUE},
  /* nobody */
  {"", "127.0.0.1", FALSE},
  {NULL, "127.0.0.1", FALSE},
  {" , ", "::1", FALSE},
  {NULL, "0.0.0.0", FALSE},
};

static const struct
{
  const gchar *list;
  const gchar *word;            /* the error names it */
} bad[] = {
  {"localhost", "\"localhost\""},
  {"127.0.0.1,camera.local,::1", "\"camera.local\""},
  {"one two", "\"one\""},
  {"10.0.0.1;10.0.0.2", "\"10.0.0.1;10.0.0.2\""},
  {"10.0.0.256", "\"10.0.0.256\""},
  {"10.0.0", "\"10.0.0\""},
  {"192.168.1.7/24", "\"192.168.1.7/24\""},
  {"192.168.1.0/33", "\"192.168.1.0/33\""},
  {"fd00::/129", "\"fd00::/129\""},
  {"192.168.1.0/", "\"192.168.1.0/\""},
  {"192.168.1.0/x", "\"192.168.1.0/x\""},
  {"192.168.1.0/-1", "\"192.168.1.0/-1\""},
  {"0.0.0.0/129", "\"0.0.0.0/129\""},
  {"0.0.0.0/4294967296", "\"0.0.0.0/4294967296\""},
  {"0.0.0.0/+0", "\"0.0.0.0/+0\""},
  {"192.168.1.0/24/1", "\"192.168.1.0/24/1\""},
  {"192.168.1.0/255.255.255.0", "\"192.168.1.0/255.255.255.0\""},
  {"/8", "\"/8\""},
  {"[::1]", "\"[::1]\""},
  {"127.0.0.1:5000", "\"127.0.0.1:5000\""},
  {"*", "\"*\""},
};
/* *INDENT-ON* */

GST_START_TEST (test_who_may_come_in)
{
  GError *error = NULL;
  OakAllow *allow = oak_allow_new (peers[__i__].list, &error);
  GInetAddress *peer = g_inet_address_new_from_string (peers[__i__].peer);

  fail_unless (allow != NULL, "%s", error ? error->message : "");
  fail_unless (peer != NULL);
  fail_unless_equals_int (oak_allow_lets_in (allow, peer),
      peers[__i__].allowed);
  g_object_unref (peer);
  oak_allow_free (allow);
}

GST_END_TEST;

GST_START_TEST (test_a_bad_word_is_named)
{
  GError *error = NULL;

  fail_unless (oak_allow_new (bad[__i__].list, &error) == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR,
          G_IO_ERROR_INVALID_ARGUMENT));
  fail_unless (strstr (error->message, bad[__i__].word), "%s", error->message);
  g_error_free (error);
}

GST_END_TEST;

static void
assert_plain (const gchar * address, const gchar * expected)
{
  GInetAddress *peer = g_inet_address_new_from_string (address);
  GInetAddress *plain = oak_allow_plain (peer);
  gchar *text = g_inet_address_to_string (plain);

  fail_unless_equals_string (text, expected);
  g_free (text);
  g_object_unref (plain);
  g_object_unref (peer);
}

GST_START_TEST (test_plain)
{
  assert_plain ("::ffff:192.168.1.7", "192.168.1.7");
  assert_plain ("192.168.1.7", "192.168.1.7");
  assert_plain ("::1", "::1");
  assert_plain ("::fffe:102:304", "::fffe:102:304");
  assert_plain ("1::ffff:102:304", "1::ffff:102:304");
  oak_allow_free (NULL);
}

GST_END_TEST;

static Suite *
oakallow_suite (void)
{
  Suite *s = suite_create ("oakallow");
  TCase *tc = tcase_create ("list");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_who_may_come_in, 0, G_N_ELEMENTS (peers));
  tcase_add_loop_test (tc, test_a_bad_word_is_named, 0, G_N_ELEMENTS (bad));
  tcase_add_test (tc, test_plain);

  return s;
}

GST_CHECK_MAIN (oakallow);
