/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A camera that is oaktcpsink, its host that is oaktcpsrc, and what comes out
 * there. Like the tests that use it, it sees the plugin as an application
 * does. */

#pragma once

#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include "oaktestcamera.h"

/* No wait in the tests is longer than this, in microseconds: with sanitizers
 * on a busy machine an encoder takes its time to begin. */
#define OAK_LINE_LIMIT (3 * OAK_TEST_LIMIT)

typedef struct
{
  GstHarness *camera;           /* NULL if a pipeline is the camera */
  GstElement *film;             /* the camera's pipeline, or NULL */
  GstElement *sink;             /* the camera's; NULL = there is none now */
  GstBus *camera_bus;
  GstElement *host, *out;
  GstElement *src;              /* NULL if a player made its own */
  GstBus *bus;                  /* the host's */

  GMutex lock;
  GCond changed;
  guint n_connected;            /* with lock; since the beginning */
  guint n_sent, n_came;         /* with lock; buffers, if it is paced */
  guint n_shown;                /* with lock; buffers of the film */
} OakLine;

gboolean        have_elements               (const gchar        * names);

GPtrArray *     encode_film                 (const gchar        * text);

OakLine *       line_new                    (const gchar        * sink,
                                             const gchar        * src,
                                             const gchar        * behind);

OakLine *       line_new_film               (const gchar        * film,
                                             const gchar        * src,
                                             const gchar        * behind);

OakLine *       line_new_player             (const gchar        * film,
                                             const gchar        * player,
                                             const gchar        * keys);

OakLine *       line_new_calling            (const gchar        * src,
                                             const gchar        * behind);

void            line_free                   (OakLine            * line);

void            line_connect                (OakLine            * line);

void            line_call                   (OakLine            * line,
                                             const gchar        * sink);

void            line_hang_up                (OakLine            * line);

void            line_pace                   (OakLine            * line);

void            line_play_film              (OakLine            * line,
                                             guint                n_shown);

void            line_end                    (OakLine            * line);

void            line_push                   (OakLine            * line,
                                             GstCaps            * caps,
                                             GstBuffer          * buffer);

GstSample *     line_pull                   (OakLine            * line);

gchar *         line_describe_error         (GstBus             * bus);

GstMessage *    line_wait_message           (GstBus             * bus,
                                             GstMessageType       types);

guint64         line_stat                   (GstElement         * element,
                                             const gchar        * name);

void            stamp_device_time           (GstBuffer          * buffer,
                                             guint64              device_time);

guint64         device_time_of              (GstSample          * sample);

void            assert_same_bytes           (GstSample          * sample,
                                             GstBuffer          * expected);
