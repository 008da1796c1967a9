/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakcontent.h"

#include "gstoakcaps.h"

/* What the vendor's program sends. */
static const OakGeometry usual_geometry = { 640, 352 };

GQuark
gst_oak_content_error_quark (void)
{
  return g_quark_from_static_string ("gst-oak-content-error-quark");
}

/**
 * gst_oak_content_reset:
 * @self: (out caller-allocates): begins anew
 * @payload: what the images are; AUTO = find out
 * @wanted: their sides; 0 = find out
 */
void
gst_oak_content_reset (GstOakContent * self, GstOakPayload payload,
    OakGeometry wanted)
{
  self->payload = payload;
  self->wanted = wanted;
  gst_oak_content_forget (self);
}

/**
 * gst_oak_content_forget:
 * @self: a content
 *
 * As if no image had come yet.
 */
void
gst_oak_content_forget (GstOakContent * self)
{
  const OakGeometry none = { 0, 0 };

  self->traits = NULL;
  self->geometry = none;
  self->keyframe = FALSE;
  self->guessed = FALSE;
}

static gboolean
is_encoded (const GstOakPayloadTraits * traits)
{
  return traits != NULL && traits->caps != NULL;
}

/* What an image is taken for if it is no encoded picture. */
static const GstOakPayloadTraits *
raw_traits (const GstOakContent * self)
{
  return gst_oak_payload_find (self->payload == GST_OAK_PAYLOAD_AUTO ?
      GST_OAK_PAYLOAD_BGR_PLANAR : self->payload);
}

/* Raw */

static gboolean
find_geometry (GstOakContent * self, const GstOakPayloadTraits * traits,
    gsize size, GstPad * pad)
{
  OakGeometry found = self->wanted;
  gboolean guessed = FALSE;

  if (found.width != 0 || found.height != 0) {
    if (!oak_geometry_complete (&found, size, traits->depth))
      return FALSE;
  } else if (!gst_oak_caps_find_geometry (pad, traits, size, &found)) {
    guessed = oak_geometry_guess (&found, size, traits->depth);
    if (!guessed)
      return FALSE;
  }

  self->traits = traits;
  self->geometry = found;
  self->guessed = guessed;
  self->keyframe = TRUE;
  return TRUE;
}

static gboolean
fail_geometry (const GstOakContent * self, gsize size, GError ** error)
{
  g_set_error (error, GST_OAK_CONTENT_ERROR, GST_OAK_CONTENT_ERROR_GEOMETRY,
      "expected a picture of payload=%s, width=%u and height=%u (0 = find "
      "out), got %" G_GSIZE_FORMAT " bytes",
      gst_oak_payload_name (self->payload), self->wanted.width,
      self->wanted.height, size);
  return FALSE;
}

/* Encoded */

/* Delta frames do not tell their sides: those of the last keyframe count. */
static void
take_picture (GstOakContent * self, const GstOakPayloadTraits * traits,
    const OakPicture * picture)
{
  if (self->traits != traits)
    gst_oak_content_forget (self);

  self->traits = traits;
  self->guessed = FALSE;
  if (picture->width != 0) {
    self->geometry.width = picture->width;
    self->geometry.height = picture->height;
  }
  self->keyframe = picture->keyframe && self->geometry.width != 0;
}

static gboolean
fail_picture (const GstOakPayloadTraits * traits, GError * cause,
    GError ** error)
{
  g_set_error (error, GST_OAK_CONTENT_ERROR, GST_OAK_CONTENT_ERROR_PICTURE,
      "expected a picture of payload=%s: %s",
      gst_oak_payload_name (traits->payload), cause->message);
  g_error_free (cause);
  return FALSE;
}

/* A stream is what it was until another one begins. A delta frame alone may
 * look like one of the other codec. */
static gboolean
begins_anew (const GstOakPayloadTraits * traits, const guint8 * data,
    gsize size)
{
  OakPicture picture;

  return oak_picture_parse (traits->kind, data, size, &picture, NULL)
      && picture.keyframe && picture.width != 0;
}

/* What an image must be, if it is an encoded picture. */
static const GstOakPayloadTraits *
find_encoded (const GstOakContent * self, guint connection,
    const guint8 * data, gsize size)
{
  gboolean may_guess = self->payload == GST_OAK_PAYLOAD_AUTO;
  /* It may be another camera that connected. */
  const GstOakPayloadTraits *before =
      connection == self->connection ? self->traits : NULL;
  const GstOakPayloadTraits *known = may_guess ? before :
      gst_oak_payload_find (self->payload);
  const GstOakPayloadTraits *guessed;
  OakPictureKind kind;

  if (!is_encoded (known))
    known = NULL;
  if (!may_guess)
    return known;

  if (oak_picture_guess (data, size, &kind)) {
    guessed = gst_oak_payload_find_kind (kind);
    if (known == NULL || known == guessed || begins_anew (guessed, data, size))
      return guessed;
  }
  if (known == NULL && oak_picture_starts_like (data, size, &kind))
    return gst_oak_payload_find_kind (kind);
  return known;
}

/* What is no encoded picture, and has the size of a raw one, is that. */
static gboolean
recognize (GstOakContent * self, guint connection, const guint8 * data,
    gsize size, GstPad * pad, GError ** error)
{
  const GstOakPayloadTraits *traits =
      find_encoded (self, connection, data, size);
  OakPicture picture;
  GError *cause = NULL;

  if (traits != NULL && oak_picture_parse (traits->kind, data, size, &picture,
          &cause)) {
    take_picture (self, traits, &picture);
    return TRUE;
  }

  if (!is_encoded (raw_traits (self))
      && find_geometry (self, raw_traits (self), size, pad)) {
    g_clear_error (&cause);
    return TRUE;
  }
  return cause != NULL ? fail_picture (traits, cause, error) :
      fail_geometry (self, size, error);
}

/**
 * gst_oak_content_recognize:
 * @self: a content
 * @frame: a frame with an image
 * @pad: the source pad, whose peer may fix the sides of raw pictures
 * @changed: (out): whether payload or sides are not those of the image before
 * @error: return location for a #GstOakContentError
 *
 * Does not wait.
 *
 * Returns: %TRUE if @self now tells what the image is; untouched otherwise
 */
gboolean
gst_oak_content_recognize (GstOakContent * self, const GstOakFrame * frame,
    GstPad * pad, gboolean * changed, GError ** error)
{
  GstOakContent before = *self;
  GstMapInfo map;
  gboolean ok;

  *changed = FALSE;
  /* Pictures of the size that is known are what they were. */
  if (self->traits != NULL && self->traits->caps == NULL
      && oak_geometry_size (self->geometry,
          self->traits->depth) == frame->image_size)
    return TRUE;

  if (!gst_buffer_map (frame->image, &map, GST_MAP_READ))
    return fail_geometry (self, frame->image_size, error);
  ok = recognize (self, frame->connection, map.data,
      MIN (map.size, frame->image_size), pad, error);
  if (ok)
    self->connection = frame->connection;
  gst_buffer_unmap (frame->image, &map);

  *changed = before.traits != self->traits
      || before.geometry.width != self->geometry.width
      || before.geometry.height != self->geometry.height;
  return ok;
}

/**
 * gst_oak_content_assume_usual:
 * @self: a content without an image so far
 *
 * For a stream that has nothing but detections at first.
 *
 * Returns: %TRUE if @self now has the sides that are wanted or, if none are,
 *     those of the vendor's program
 */
gboolean
gst_oak_content_assume_usual (GstOakContent * self)
{
  OakGeometry geometry = self->wanted;

  if (geometry.width == 0 && geometry.height == 0)
    geometry = usual_geometry;
  if (is_encoded (raw_traits (self)) || geometry.width == 0
      || geometry.height == 0)
    return FALSE;

  self->traits = raw_traits (self);
  self->geometry = geometry;
  self->keyframe = TRUE;
  return TRUE;
}
