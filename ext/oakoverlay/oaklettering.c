/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oaklettering.h"

#include <pango/pangocairo.h>
#include <string.h>

/* Bytes of masks; a word of the usual size takes some kilobytes. */
#define KEPT_MAX (16 << 20)
/* No label has to be longer to be known by it. */
#define CHARACTERS_MAX 64
#define DOTS_PER_INCH 96
/* In pixels. */
#define FONT_MAX 400
#define WIDTH_MAX 8192
#define HEIGHT_MAX (4 * FONT_MAX)

struct _OakLettering
{
  PangoFontMap *font_map;
  PangoContext *context;
  PangoLayout *layout;
  gchar *font;
  gint size;
  gboolean with_halo;
  gint rim;                     /* width of the halo, in pixels */
  GHashTable *words;            /* from text to OakWord */
  gsize kept;                   /* bytes of masks */
};

static void
free_word (gpointer pointer)
{
  OakWord *word = pointer;

  g_free (word->letters.data);
  g_free (word->halo.data);
  g_free (word);
}

/**
 * oak_lettering_new:
 *
 * The first one in a program looks for the system's fonts, which can take a
 * while.
 */
OakLettering *
oak_lettering_new (void)
{
  OakLettering *self = g_new0 (OakLettering, 1);

  /* Its own, as one that others use is not for two threads. */
  self->font_map = pango_cairo_font_map_new ();
  pango_cairo_font_map_set_resolution (PANGO_CAIRO_FONT_MAP (self->font_map),
      DOTS_PER_INCH);
  self->context = pango_font_map_create_context (self->font_map);
  self->layout = pango_layout_new (self->context);
  pango_layout_set_single_paragraph_mode (self->layout, TRUE);
  pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (self->layout, WIDTH_MAX * PANGO_SCALE);
  /* Else a word of letters that run to the left would end far right. */
  pango_layout_set_auto_dir (self->layout, FALSE);
  self->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      free_word);
  return self;
}

void
oak_lettering_free (OakLettering * self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->words);
  g_object_unref (self->layout);
  g_object_unref (self->context);
  g_object_unref (self->font_map);
  g_free (self->font);
  g_free (self);
}

static void
forget_words (OakLettering * self)
{
  g_hash_table_remove_all (self->words);
  self->kept = 0;
}

/* Returns the font's size in pixels. */
static gint
limit_size (PangoFontDescription * font, gint size)
{
  gint given = pango_font_description_get_size (font);
  gdouble pixels = (gdouble) given / PANGO_SCALE;

  if (given == 0)
    pixels = size;
  else if (!pango_font_description_get_size_is_absolute (font))
    pixels = pixels * DOTS_PER_INCH / 72;

  pixels = CLAMP (pixels, 1, FONT_MAX);
  pango_font_description_set_absolute_size (font, pixels * PANGO_SCALE);
  return pixels;
}

/**
 * oak_lettering_set_font:
 * @self: a lettering
 * @font: as pango_font_description_from_string() reads it
 * @size: height of the font in pixels, where @font says nothing of it
 * @with_halo: whether words have a rim
 *
 * Words that were written before are gone if this changes anything.
 */
void
oak_lettering_set_font (OakLettering * self, const gchar * font, gint size,
    gboolean with_halo)
{
  PangoFontDescription *description;

  if (g_strcmp0 (font, self->font) == 0 && size == self->size
      && with_halo == self->with_halo)
    return;
  g_free (self->font);
  self->font = g_strdup (font);
  self->size = size;
  self->with_halo = with_halo;

  description = pango_font_description_from_string (font);
  self->rim = MAX (1, limit_size (description, size) / 10);
  if (!with_halo)
    self->rim = 0;
  pango_layout_set_font_description (self->layout, description);
  pango_font_description_free (description);
  forget_words (self);
}

/**
 * oak_lettering_begin:
 * @self: a lettering
 *
 * Words that were written before may be gone; those that are written from now
 * on stay until the next call.
 */
void
oak_lettering_begin (OakLettering * self)
{
  if (self->kept > KEPT_MAX)
    forget_words (self);
}

static void
draw (OakLettering * self, OakMask * mask, gboolean halo)
{
  cairo_surface_t *surface;
  cairo_t *cairo;

  mask->stride = cairo_format_stride_for_width (CAIRO_FORMAT_A8, mask->width);
  mask->data = g_malloc0 ((gsize) mask->stride * mask->height);
  self->kept += (gsize) mask->stride * mask->height;

  surface = cairo_image_surface_create_for_data (mask->data, CAIRO_FORMAT_A8,
      mask->width, mask->height, mask->stride);
  cairo = cairo_create (surface);
  cairo_move_to (cairo, self->rim, self->rim);
  if (halo) {
    pango_cairo_layout_path (cairo, self->layout);
    cairo_set_line_width (cairo, 2 * self->rim);
    cairo_set_line_join (cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke (cairo);
  } else {
    pango_cairo_show_layout (cairo, self->layout);
  }
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
}

/* Bytes that are no text become signs that say so. */
static gchar *
shorten (const gchar * text)
{
  gchar *valid = g_utf8_make_valid (text, -1);

  if (g_utf8_strlen (valid, -1) > CHARACTERS_MAX)
    *g_utf8_offset_to_pointer (valid, CHARACTERS_MAX) = '\0';
  return valid;
}

static OakWord *
write_word (OakLettering * self, const gchar * text)
{
  OakWord *word = g_new0 (OakWord, 1);
  gchar *valid = shorten (text);
  gint width, height;

  pango_layout_set_text (self->layout, valid, -1);
  pango_layout_get_pixel_size (self->layout, &width, &height);
  word->letters.width = CLAMP (width, 1, WIDTH_MAX) + 2 * self->rim;
  word->letters.height = CLAMP (height, 1, HEIGHT_MAX) + 2 * self->rim;
  word->baseline = self->rim
      + PANGO_PIXELS (pango_layout_get_baseline (self->layout));
  word->halo = word->letters;
  draw (self, &word->letters, FALSE);
  if (self->with_halo)
    draw (self, &word->halo, TRUE);
  g_free (valid);
  return word;
}

/**
 * oak_lettering_write:
 * @self: a lettering with a font
 * @text: any bytes; they are no markup
 *
 * Returns: (transfer none): the word, in any script that a font has; its end is
 *     left out if it is very long
 */
const OakWord *
oak_lettering_write (OakLettering * self, const gchar * text)
{
  OakWord *word = g_hash_table_lookup (self->words, text);

  if (word == NULL) {
    word = write_word (self, text);
    g_hash_table_insert (self->words, g_strdup (text), word);
    self->kept += sizeof (OakWord);
  }
  return word;
}
