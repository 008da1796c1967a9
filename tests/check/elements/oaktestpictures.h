/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encoded pictures: the smallest that are some, written by hand, and what the
 * encoders make that are here. Knows no camera and nothing of the plugin. */

#pragma once

#include <gio/gio.h>

/* Of what oak_test_h264() and oak_test_h265() give, in pixels. */
#define OAK_TEST_CODED_WIDTH 320
#define OAK_TEST_CODED_HEIGHT 240

GBytes *    oak_test_hex          (const gchar * hex);

GBytes *    oak_test_jpeg         (guint         width,
                                   guint         height,
                                   guint         seed);

GBytes *    oak_test_h264         (gboolean      keyframe,
                                   guint         seed);

GBytes *    oak_test_h264_large   (guint         seed);

GBytes *    oak_test_h264_bare    (guint         seed);

GBytes *    oak_test_h265         (gboolean      keyframe,
                                   guint         seed);

GBytes *    oak_test_h265_large   (guint         seed);

gboolean    oak_test_has_elements (const gchar * names);

GPtrArray * oak_test_encode       (const gchar * description);
