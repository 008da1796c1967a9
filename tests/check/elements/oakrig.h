/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline with the source in it, its camera, and all that left the source.
 * Like the tests that use it, it sees the plugin as an application does. */

#pragma once

#include <gst/video/video.h>

#include "oaktestcamera.h"

/* Small pictures, so that a frame is soon made. */
#define RIG_WIDTH 8
#define RIG_HEIGHT 4

typedef struct
{
  OakTestCamera *camera;
  OakTestDeafPort *deaf;
  OakTestResolver *resolver;
  GstElement *pipeline, *src, *filter, *sink;
  GstPad *pad;                  /* the source's, or the sink's */
  GstBus *bus;
  GstBufferPool *pool;          /* what the sink offers; NULL = nothing */
  gulong watch;                 /* the probe that sees what leaves */
  gulong block;                 /* the probe that blocks the source */

  GMutex lock;
  GCond changed;
  GPtrArray *came;              /* with lock; GstSample and GstEvent */
  guint next;                   /* with lock; first that was not pulled */
  GstCaps *caps;                /* with lock; the latest */
  gchar *failure;               /* with lock; the first error's text */
  gboolean blocked;             /* with lock */
} Rig;

Rig *                          rig_new_for_port     (guint            port);

Rig *                          rig_new              (void);

Rig *                          rig_new_server       (void);

Rig *                          rig_new_without_size (void);

void                           rig_insert           (Rig            * rig,
                                                     const gchar    * description);

guint                          rig_get_port         (Rig            * rig);

void                           rig_call             (Rig            * rig,
                                                     const gchar    * from);

void                           rig_call_again       (Rig            * rig,
                                                     const gchar    * from);

void                           rig_free             (Rig            * rig);

void                           rig_want             (Rig            * rig,
                                                     const gchar    * caps);

void                           rig_set              (Rig            * rig,
                                                     const gchar    * property,
                                                     const gchar    * value);

void                           rig_set_state        (Rig            * rig,
                                                     GstState         state);

void                           rig_play             (Rig            * rig);

void                           rig_say              (Rig            * rig,
                                                     const gchar    * device_time,
                                                     guint            seed);

void                           rig_say_size         (Rig            * rig,
                                                     const gchar    * device_time,
                                                     guint            width,
                                                     guint            height,
                                                     guint            seed);

void                           rig_say_image        (Rig            * rig,
                                                     OakTestFraming   framing,
                                                     const gchar    * device_time,
                                                     GBytes         * image,
                                                     const gchar    * detections);

void                           rig_say_header       (Rig            * rig,
                                                     const gchar    * device_time,
                                                     guint64          image_size,
                                                     guint64          detections_size);

GstSample *                    rig_pull             (Rig            * rig);

void                           rig_skip             (Rig            * rig,
                                                     guint            n_frames);

GstEvent *                     rig_wait_event       (Rig            * rig,
                                                     GstEventType     type,
                                                     gint64           limit);

guint                          rig_count            (Rig            * rig,
                                                     GstEventType     type);

guint                          rig_count_frames     (Rig            * rig);

guint64                        rig_stat             (Rig            * rig,
                                                     const gchar    * name);

void                           rig_wait_stat        (Rig            * rig,
                                                     const gchar    * name,
                                                     guint64          value);

void                           rig_wait_heard       (Rig            * rig);

GstMessage *                   rig_wait_message     (Rig            * rig,
                                                     GstMessageType   type);

GstStructure *                 rig_wait_element     (Rig            * rig,
                                                     const gchar    * name);

GstMessage *                   rig_poll_message     (Rig            * rig,
                                                     GstMessageType   type,
                                                     guint            milliseconds);

gchar *                        rig_take_error       (Rig            * rig,
                                                     GQuark           domain,
                                                     gint             code);

gchar *                        rig_take_full_error  (Rig            * rig,
                                                     GQuark           domain,
                                                     gint             code);

gchar *                        rig_take_warning     (Rig            * rig,
                                                     GQuark           domain,
                                                     gint             code);

void                           rig_expect_error     (Rig            * rig,
                                                     GQuark           domain,
                                                     gint             code);

void                           rig_block            (Rig            * rig);

void                           rig_wait_blocked     (Rig            * rig);

void                           rig_forget           (Rig            * rig);
void                           rig_unblock          (Rig            * rig);

void                           assert_picture       (GstSample      * sample,
                                                     const gchar    * format,
                                                     guint            width,
                                                     guint            height,
                                                     guint            seed);

void                           expect_picture       (Rig            * rig,
                                                     const gchar    * format,
                                                     guint            width,
                                                     guint            height,
                                                     guint            seed);

void                           expect_said          (Rig            * rig,
                                                     guint            seed);

void                           assert_bytes         (GstSample      * sample,
                                                     GBytes         * expected);

void                           expect_bytes         (Rig            * rig,
                                                     GBytes         * expected);

guint64                        device_time_of       (GstSample      * sample);

gboolean                       is_discont           (GstSample      * sample);

gboolean                       is_delta             (GstSample      * sample);

guint                          count_rois           (GstSample      * sample);

GstVideoRegionOfInterestMeta * roi_of               (GstSample      * sample,
                                                     gint             id);

const gchar *                  label_of             (GstSample      * sample,
                                                     gint             id);

void                           rig_offer_pool       (Rig            * rig,
                                                     guint            max);

void                           rig_let_pass         (Rig            * rig,
                                                     GstClockTime     time);
