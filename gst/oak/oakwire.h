/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the camera's 32 header bytes mean. No I/O, no logging, no GStreamer. */

#pragma once

#include <glib.h>

#define OAK_HEADER_SIZE 32

/* What no camera of this kind sends: larger sizes are refused, in bytes. */
#define OAK_IMAGE_SIZE_MAX (64 * 1024 * 1024)
#define OAK_DETECTIONS_SIZE_MAX (1024 * 1024)

/* What a camera says whose clock it does not know. */
#define OAK_DEVICE_TIME_NONE G_MAXUINT64

#define OAK_WIRE_ERROR (oak_wire_error_quark ())

typedef enum
{
  OAK_WIRE_ERROR_TAG,           /* not a header: not an OAK, or out of step */
  OAK_WIRE_ERROR_FIELD,         /* a field is missing or not a number */
  OAK_WIRE_ERROR_OUTGROWN,      /* the fields did not fit into 32 bytes */
  OAK_WIRE_ERROR_LIMIT,         /* a size no camera would send */
} OakWireError;

typedef enum
{
  OAK_FRAMING_IMG,              /* pictures and detections */
  OAK_FRAMING_ABCDE,            /* pictures alone */
} OakFraming;

typedef struct
{
  OakFraming framing;           /* how it was cut; not what the image is */
  guint64 device_time;          /* ns since the camera booted, or NONE */
  gsize detections_size;        /* text bytes between header and image */
  gsize image_size;             /* image bytes, last on the wire */
  gboolean padded;              /* FALSE: the last field may go on outside */
} OakHeader;

GQuark    oak_wire_error_quark  (void);

gboolean  oak_header_may_start  (const guint8 * data,
                                 gsize          size);

gboolean  oak_header_parse      (const guint8 * data,
                                 OakHeader    * header,
                                 GError      ** error);

gboolean  oak_header_write      (const OakHeader * header,
                                 guint8      * data,
                                 GError      ** error);

gchar *   oak_wire_quote        (const guint8 * data,
                                 gsize          size);
