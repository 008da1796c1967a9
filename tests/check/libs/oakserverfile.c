/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakserverfile.h"

#include <gst/check/gstcheck.h>
#include <string.h>

#define CAMERA "[camera front]\nuri=oak://10.12.101.188\n"

/* *INDENT-OFF* */
static const struct
{
  const gchar *text;
  const gchar *word;            /* of what is said of it; NULL = it is right */
} files[] = {
  {CAMERA, NULL},
  {"# site\n[server]\naddress=::1\nport=0\nmax-clients=7\n" CAMERA, NULL},
  {CAMERA "mount=/a/b\nencoder=copy\nbitrate=32\nkeyframe-interval=60\n"
      "overlay=false\nconnect=always\naway=refuse\nmetadata=true\n", NULL},
  {"[users]\nalice=secret\n" CAMERA, NULL},
  {"[server]\ncertificate=a.pem\nprivate-key=b.pem\n" CAMERA, NULL},
  {CAMERA "[camera back]\nuri=oak+listen://0.0.0.0\n", NULL},
  {"", "[camera NAME]"},
  {"[server]\nport=8554\n", "[camera NAME]"},
  {"rubbish", "rubbish"},
  {"[camera front]\nmount=/front\n", "uri="},
  {CAMERA "uir=oak://1.2.3.4\n", "uir"},
  {CAMERA "bitrate=0\n", "from 32 to 200000"},
  {CAMERA "bitrate=4294968000\n", "from 32 to 200000"},
  {CAMERA "bitrate=-1\n", "from 32 to 200000"},
  {CAMERA "bitrate=2M\n", "from 32 to 200000"},
  {CAMERA "bitrate=\n", "from 32 to 200000"},
  {CAMERA "keyframe-interval=0\n", "from 1 to 60"},
  {CAMERA "keyframe-interval=61\n", "from 1 to 60"},
  {CAMERA "overlay=yes\n", "auto, true, false"},
  {CAMERA "connect=never\n", "on-demand, always"},
  {CAMERA "away=gone\n", "picture, refuse"},
  {CAMERA "metadata=1\n", "false, true"},
  {CAMERA "mount=front\n", "/front"},
  {CAMERA "mount=/a b\n", "/front"},
  {CAMERA "mount=/a?b\n", "/front"},
  {CAMERA "mount=\n", "empty"},
  {CAMERA "uri=\n", "empty"},
  {CAMERA "[camera back]\nuri=oak://x\nmount=/front\n", "camera front"},
  {CAMERA "[camera a/b]\nuri=oak://x\n", "letters"},
  {CAMERA "[camera ]\nuri=oak://x\n", "letters"},
  {CAMERA "[cameras]\n", "[cameras]"},
  {CAMERA "[server]\nport=65536\n", "from 0 to 65535"},
  {CAMERA "[server]\nmax-clients=0\n", "from 1 to 10000"},
  {CAMERA "[server]\naddress=\n", "empty"},
  {CAMERA "[server]\nprivate-key=b.pem\n", "certificate="},
  {CAMERA "[users]\nalice=\n", "alice"},
};
/* *INDENT-ON* */

GST_START_TEST (test_file)
{
  GError *error = NULL;
  OakServerSettings *settings = oak_server_file_parse (files[__i__].text,
      strlen (files[__i__].text), &error);

  if (files[__i__].word == NULL) {
    fail_unless (settings != NULL, "%s", error ? error->message : "");
    fail_unless (error == NULL);
  } else {
    fail_unless (settings == NULL);
    fail_unless (strstr (error->message, files[__i__].word) != NULL, "%s",
        error->message);
    g_error_free (error);
  }
  oak_server_settings_free (settings);
}

GST_END_TEST;

GST_START_TEST (test_all_that_is_said_is_there)
{
  const gchar *text = files[2].text;
  OakServerSettings *settings =
      oak_server_file_parse (text, strlen (text), NULL);
  const OakCameraSettings *camera = g_ptr_array_index (settings->cameras, 0);

  fail_unless_equals_string (camera->name, "front");
  fail_unless_equals_string (camera->uri, "oak://10.12.101.188");
  fail_unless_equals_string (camera->mount, "/a/b");
  fail_unless_equals_string (camera->encoder, "copy");
  fail_unless_equals_int (camera->bitrate, 32);
  fail_unless_equals_int (camera->keyframe_interval, 60);
  fail_unless_equals_int (camera->overlay, OAK_OVERLAY_FALSE);
  fail_unless_equals_int (camera->connect, OAK_CONNECT_ALWAYS);
  fail_unless_equals_int (camera->away, OAK_AWAY_REFUSE);
  fail_unless (camera->metadata);
  oak_server_settings_free (settings);
}

GST_END_TEST;

GST_START_TEST (test_what_is_not_said_has_defaults)
{
  OakServerSettings *settings =
      oak_server_file_parse (CAMERA, strlen (CAMERA), NULL);
  const OakCameraSettings *camera = g_ptr_array_index (settings->cameras, 0);

  fail_unless_equals_string (settings->address, "127.0.0.1");
  fail_unless_equals_int (settings->port, 8554);
  fail_unless_equals_int (settings->max_clients, 100);
  fail_unless_equals_int (g_hash_table_size (settings->users), 0);
  fail_unless_equals_string (camera->mount, "/front");
  fail_unless_equals_string (camera->encoder, "auto");
  fail_unless_equals_int (camera->bitrate, 2000);
  fail_unless_equals_int (camera->keyframe_interval, 2);
  fail_unless_equals_int (camera->overlay, OAK_OVERLAY_AUTO);
  fail_unless_equals_int (camera->connect, OAK_CONNECT_ON_DEMAND);
  fail_unless_equals_int (camera->away, OAK_AWAY_PICTURE);
  fail_if (camera->metadata);
  oak_server_settings_free (settings);
}

GST_END_TEST;

GST_START_TEST (test_each_key_makes_a_difference)
{
  static const gchar *changes[][2] = {
    {"uri", "oak://other"}, {"mount", "/other"}, {"encoder", "jpegenc"},
    {"bitrate", "999"}, {"keyframe-interval", "9"}, {"overlay", "true"},
    {"connect", "always"}, {"away", "refuse"}, {"metadata", "true"},
  };
  OakCameraSettings *camera = oak_camera_settings_new ("front", "oak://one");
  OakCameraSettings *named = oak_camera_settings_new ("back", "oak://one");
  guint i;

  oak_camera_settings_set (named, "mount", "/front", NULL);
  fail_if (oak_camera_settings_equal (camera, named));
  oak_camera_settings_free (named);
  for (i = 0; i < G_N_ELEMENTS (changes); i++) {
    OakCameraSettings *other = oak_camera_settings_copy (camera);

    fail_unless (oak_camera_settings_equal (camera, other));
    fail_unless (oak_camera_settings_set (other, changes[i][0], changes[i][1],
            NULL));
    fail_if (oak_camera_settings_equal (camera, other), "%s", changes[i][0]);
    oak_camera_settings_free (other);
  }
  oak_camera_settings_free (camera);
}

GST_END_TEST;

GST_START_TEST (test_what_is_wrong_changes_nothing)
{
  OakCameraSettings *camera = oak_camera_settings_new ("front", "oak://one");
  OakCameraSettings *before = oak_camera_settings_copy (camera);

  fail_if (oak_camera_settings_set (camera, "bitrate", "much", NULL));
  fail_if (oak_camera_settings_set (camera, "mount", "nowhere", NULL));
  fail_if (oak_camera_settings_set (camera, "overlay", "maybe", NULL));
  fail_if (oak_camera_settings_set (camera, "colour", "red", NULL));
  fail_unless (oak_camera_settings_equal (camera, before));
  oak_camera_settings_free (before);
  oak_camera_settings_free (camera);
}

GST_END_TEST;

static Suite *
oakserverfile_suite (void)
{
  Suite *s = suite_create ("oakserverfile");
  TCase *tc = tcase_create ("file");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_file, 0, G_N_ELEMENTS (files));
  tcase_add_test (tc, test_all_that_is_said_is_there);
  tcase_add_test (tc, test_what_is_not_said_has_defaults);
  tcase_add_test (tc, test_each_key_makes_a_difference);
  tcase_add_test (tc, test_what_is_wrong_changes_nothing);
  return s;
}

GST_CHECK_MAIN (oakserverfile);
