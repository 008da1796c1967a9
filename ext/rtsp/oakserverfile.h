/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operator wants served: a key file, read and checked. No GStreamer. */

#pragma once

#include <glib.h>

#define OAK_SERVER_FILE_ERROR (oak_server_file_error_quark ())

typedef enum
{
  OAK_SERVER_FILE_ERROR_GROUP,  /* one that is not known, or is missing */
  OAK_SERVER_FILE_ERROR_KEY,    /* one that is not known, or is missing */
  OAK_SERVER_FILE_ERROR_VALUE,  /* one that its key cannot have */
} OakServerFileError;

typedef enum
{
  OAK_OVERLAY_AUTO,             /* where pictures are encoded here anyway */
  OAK_OVERLAY_TRUE,
  OAK_OVERLAY_FALSE,
} OakOverlay;

typedef enum
{
  OAK_CONNECT_ON_DEMAND,        /* while somebody watches */
  OAK_CONNECT_ALWAYS,
} OakConnect;

typedef enum
{
  OAK_AWAY_PICTURE,             /* says "no signal" */
  OAK_AWAY_REFUSE,              /* clients get 503, and come again */
} OakAway;

typedef struct
{
  gchar *name;                  /* of the group: [camera name] */
  gchar *uri;                   /* oak://… or oak+listen://… */
  gchar *mount;                 /* path below the server, from its / on */
  gchar *encoder;               /* auto, copy, or the name of an element */
  guint bitrate;                /* kbit/s */
  guint keyframe_interval;      /* s */
  OakOverlay overlay;
  OakConnect connect;
  OakAway away;
  gboolean metadata;            /* a second stream, ONVIF */
} OakCameraSettings;

typedef struct
{
  gchar *address;               /* to listen on, numeric */
  guint port;                   /* 0 = any */
  guint max_clients;
  gchar *certificate;           /* PEM files; NULL = no TLS */
  gchar *private_key;
  GHashTable *users;            /* name → password; empty = everybody */
  GPtrArray *cameras;           /* of OakCameraSettings, in the file's order */
} OakServerSettings;

GQuark    oak_server_file_error_quark   (void);

OakServerSettings *oak_server_settings_new  (void);
void      oak_server_settings_free      (OakServerSettings * settings);

OakServerSettings *oak_server_file_parse    (const gchar * text,
                                             gsize         size,
                                             GError     ** error);

OakCameraSettings *oak_camera_settings_new  (const gchar * name,
                                             const gchar * uri);
OakCameraSettings *oak_camera_settings_copy (const OakCameraSettings * settings);
void      oak_camera_settings_free      (OakCameraSettings * settings);
gboolean  oak_camera_settings_set       (OakCameraSettings * settings,
                                         const gchar       * key,
                                         const gchar       * value,
                                         GError           ** error);
gboolean  oak_camera_settings_equal     (const OakCameraSettings * a,
                                         const OakCameraSettings * b);
