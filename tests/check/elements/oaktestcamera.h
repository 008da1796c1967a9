/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A camera that says exactly the bytes it is told to, on loopback. It knows
 * nothing of the plugin: what it says is written by hand. */

#pragma once

#include <gio/gio.h>

/* No wait in the tests is longer than this, in microseconds. */
#define OAK_TEST_LIMIT (oak_test_patience () * 10 * G_TIME_SPAN_SECOND)

/* A port on which somebody listens. It does what it is told, one thing after
 * the other, in a thread of its own; nothing at all until it is told. */
typedef struct _OakTestCamera OakTestCamera;

/* A port on which a connection is never accepted nor refused. */
typedef struct _OakTestDeafPort OakTestDeafPort;

/* What the names of hosts lead to, for this process. */
typedef struct _OakTestResolver OakTestResolver;

typedef struct
{
  const gchar *device_time;     /* seconds, as the camera writes them */
  guint width, height;          /* pixels */
  guint seed;                   /* which picture */
  const gchar *detections;      /* their text; NULL = none */
} OakTestFrame;

typedef enum
{
  OAK_TEST_IMG,                 /* with detections */
  OAK_TEST_ABCDE,               /* fixed columns, no detections */
} OakTestFraming;

typedef enum
{
  OAK_TEST_RESOLVER_FINDS,      /* 127.0.0.1, whatever the name */
  OAK_TEST_RESOLVER_LACKS,      /* there is no such name */
  OAK_TEST_RESOLVER_WAITS,      /* says nothing until it is cancelled */
} OakTestResolverAnswer;

gint64            oak_test_patience             (void);

guint8            oak_test_pixel                (guint                 seed,
                                                 guint                 plane,
                                                 guint                 x,
                                                 guint                 y);

gchar *           oak_test_header               (const gchar         * device_time,
                                                 guint64               image_size,
                                                 guint64               detections_size);

gchar *           oak_test_header_abcde         (const gchar         * device_time,
                                                 guint64               image_size);

GByteArray *      oak_test_frame_write          (const OakTestFrame  * frame);

OakTestCamera *   oak_test_camera_new           (void);

OakTestCamera *   oak_test_camera_new_caller    (void);

void              oak_test_camera_free          (OakTestCamera       * camera);

guint             oak_test_camera_get_port      (OakTestCamera       * camera);

void              oak_test_camera_cut           (OakTestCamera       * camera,
                                                 gsize                 piece);

void              oak_test_camera_accept        (OakTestCamera       * camera);

void              oak_test_camera_shut          (OakTestCamera       * camera);

void              oak_test_camera_open          (OakTestCamera       * camera);

void              oak_test_camera_call          (OakTestCamera       * camera,
                                                 const gchar         * from,
                                                 guint                 port);

void              oak_test_camera_say           (OakTestCamera       * camera,
                                                 gconstpointer         bytes,
                                                 gsize                 size);

void              oak_test_camera_say_text      (OakTestCamera       * camera,
                                                 const gchar         * text);

void              oak_test_camera_say_frame     (OakTestCamera       * camera,
                                                 const OakTestFrame  * frame);

void              oak_test_camera_say_image     (OakTestCamera       * camera,
                                                 OakTestFraming        framing,
                                                 const gchar         * device_time,
                                                 GBytes              * image,
                                                 const gchar         * detections);

void              oak_test_camera_close         (OakTestCamera       * camera);

void              oak_test_camera_reset         (OakTestCamera       * camera);

void              oak_test_camera_hear          (OakTestCamera       * camera,
                                                 guint                 n);

void              oak_test_camera_listen_to_end (OakTestCamera       * camera);

void              oak_test_camera_wait          (OakTestCamera       * camera);

guint64           oak_test_camera_get_said      (OakTestCamera       * camera);

void              oak_test_camera_wait_heard    (OakTestCamera       * camera,
                                                 guint                 n);

guint             oak_test_camera_count_heard   (OakTestCamera       * camera);

const gchar *     oak_test_camera_get_heard     (OakTestCamera       * camera,
                                                 guint                 i,
                                                 gint64              * at);

guint             oak_test_closed_port          (void);

OakTestDeafPort * oak_test_deaf_port_new        (void);

guint             oak_test_deaf_port_get        (OakTestDeafPort     * deaf);

void              oak_test_deaf_port_free       (OakTestDeafPort     * deaf);

OakTestResolver * oak_test_resolver_new         (OakTestResolverAnswer answer);

void              oak_test_resolver_set_answer  (OakTestResolver     * resolver,
                                                 OakTestResolverAnswer answer);

void              oak_test_resolver_wait_asked  (OakTestResolver     * resolver);

void              oak_test_resolver_free        (OakTestResolver     * resolver);
