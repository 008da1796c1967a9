/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user can set on oaktcpsrc: its properties, their documentation and
 * their values. Has no effects; its owner locks. */

#pragma once

#include <gst/gst.h>

#include "gstoakmode.h"
#include "gstoakpayload.h"
#include "gstoakpolicy.h"

typedef enum
{
  GST_OAK_PROP_URI = 1,
  GST_OAK_PROP_MODE,
  GST_OAK_PROP_HOST,
  GST_OAK_PROP_PORT,
  GST_OAK_PROP_BIND_ADDRESS,
  GST_OAK_PROP_CURRENT_PORT,
  GST_OAK_PROP_ALLOW_FROM,
  GST_OAK_PROP_PAYLOAD,
  GST_OAK_PROP_WIDTH,
  GST_OAK_PROP_HEIGHT,
  GST_OAK_PROP_FRAMERATE,
  GST_OAK_PROP_LABELS,
  GST_OAK_PROP_MIN_CONFIDENCE,
  GST_OAK_PROP_ANALYTICS_META,
  GST_OAK_PROP_POST_DETECTIONS,
  GST_OAK_PROP_CONNECT_TIMEOUT,
  GST_OAK_PROP_FIRST_BYTE_TIMEOUT,
  GST_OAK_PROP_STALL_TIMEOUT,
  GST_OAK_PROP_BUFFER_SIZE,
  GST_OAK_PROP_ON_DISCONNECT,
  GST_OAK_PROP_RECONNECT_DELAY,
  GST_OAK_PROP_RECONNECT_DELAY_MAX,
  GST_OAK_PROP_RECONNECT_ATTEMPTS,
  GST_OAK_PROP_VERIFY_FRAMES,
  GST_OAK_PROP_TIMESTAMP_MODE,
  GST_OAK_PROP_WALL_CLOCK_META,
  GST_OAK_PROP_LATENCY,
  GST_OAK_PROP_DROP_ON_LATENCY,
  GST_OAK_PROP_FOCUS,
  GST_OAK_PROP_AUTOFOCUS,
  GST_OAK_PROP_CONNECTION_STATE,
  GST_OAK_PROP_STATS,
  GST_OAK_N_PROPS
} GstOakProp;

typedef struct
{
  GError *bad_uri;              /* what is wrong with the one that was set */
  GstOakMode mode;
  gchar *host;
  guint port;
  gchar *bind_address;
  gchar *allow_from;
  GstOakPayload payload;
  guint width, height;
  gint fps_n, fps_d;
  gchar *labels;
  gdouble min_confidence;       /* 0..1 */
  gboolean analytics_meta;
  gboolean post_detections;
  guint connect_timeout;        /* ms, as the next two */
  guint first_byte_timeout;
  guint stall_timeout;
  guint buffer_size;
  GstOakOnDisconnect on_disconnect;
  guint reconnect_delay;        /* ms */
  guint reconnect_delay_max;    /* ms */
  gint reconnect_attempts;      /* -1 = for ever */
  gboolean verify_frames;
  GstOakTimestampMode timestamp_mode;
  gboolean wall_clock_meta;
  guint latency;                /* ms */
  gboolean drop_on_latency;
  gint focus;
  gboolean autofocus;
} GstOakSettings;

void            gst_oak_settings_install  (GObjectClass   * klass);

void            gst_oak_settings_clear    (GstOakSettings * self);

gboolean        gst_oak_settings_set      (GstOakSettings * self,
                                           GstOakProp       id,
                                           const GValue   * value);

gboolean        gst_oak_settings_get      (const GstOakSettings * self,
                                           GstOakProp       id,
                                           GValue         * value);

gchar *         gst_oak_settings_find_fault (const GstOakSettings * self,
                                           gchar         ** debug);

void            gst_oak_settings_notify   (GObject        * object,
                                           GstOakProp       id);
