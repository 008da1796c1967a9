/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakdrawing.h"

#include "gstoakraster.h"

/* What is hidden has so many cells at most, in each direction. */
#define CELLS_MAX 8
/* A cell's side is at least so much of the picture's height. */
#define CELLS_PER_HEIGHT 60
/* Times the picture: who sends more boxes on top of each other than that may
 * not cost more time. */
#define HIDDEN_MAX 4

#define FONT_SIZE_MIN 11        /* pixels */

typedef struct
{
  const GstOakStyle *style;
  OakLettering *lettering;
  const GstVideoInfo *info;
  OakCanvas canvas;
  gint line_width;
} Drawing;

/**
 * gst_oak_drawing_font_size:
 * @height: of a picture, in pixels
 *
 * Returns: that of its labels' font, in pixels, if the user does not say
 */
gint
gst_oak_drawing_font_size (guint height)
{
  return MAX (height / 45, FONT_SIZE_MIN);
}

static gint
find_line_width (const GstOakStyle * style, gint height)
{
  if (style->line_width > 0)
    return style->line_width;
  return height < 200 ? 1 : MAX (2, (height + 135) / 270);
}

/* Hiding */

static gint64
find_size (const OakArea * area)
{
  return (gint64) (area->right - area->left) * (area->bottom - area->top);
}

static void
hide (const Drawing * self, const OakArea * area)
{
  gint side = MAX (area->right - area->left, area->bottom - area->top);
  gint cell = MAX ((side + CELLS_MAX - 1) / CELLS_MAX,
      self->canvas.area.bottom / CELLS_PER_HEIGHT);

  /* Even: planes of half the size have the same cells. */
  oak_canvas_pixelate (&self->canvas, area, (MAX (cell, 2) + 1) & ~1);
}

static void
hide_regions (const Drawing * self, GArray * regions)
{
  gint64 left = HIDDEN_MAX * find_size (&self->canvas.area);
  guint i;

  for (i = 0; i < regions->len; i++) {
    const GstOakRegion *region = &g_array_index (regions, GstOakRegion, i);
    OakArea seen = oak_area_intersect (&region->box, &self->canvas.area);

    if (!gst_oak_style_hides (self->style, region) || oak_area_is_empty (&seen))
      continue;
    left -= find_size (&seen);
    if (left < 0) {
      hide (self, &self->canvas.area);
      return;
    }
    hide (self, &seen);
  }
}

/* Boxes */

static void
mix (const Drawing * self, guint32 color, OakInk * ink)
{
  gst_oak_raster_mix (self->info, color, ink);
}

/* Those that come first are the surest: they are drawn last, on top. */
static void
draw_boxes (const Drawing * self, GArray * regions)
{
  guint i;

  for (i = regions->len; i-- > 0;) {
    const GstOakRegion *region = &g_array_index (regions, GstOakRegion, i);
    OakInk ink;

    if (!gst_oak_style_draws (self->style, region))
      continue;
    mix (self, gst_oak_style_find_color (self->style, region), &ink);
    oak_canvas_outline (&self->canvas, &region->box, self->line_width, &ink);
  }
}

/* Labels */

/* The name and the percentage are words of their own: the first is one of a
 * few, the second one of 101, so both are soon known. */
typedef struct
{
  const OakWord *words[2];
  guint n_words;
  gint gap;                     /* on each side of a word, in pixels */
  gint baseline;                /* from the top, in pixels */
  OakArea area;
} Label;

static void
write_words (const Drawing * self, const GstOakRegion * region, Label * label)
{
  label->n_words = 0;
  oak_lettering_begin (self->lettering);
  if (region->label[0] != '\0')
    label->words[label->n_words++] =
        oak_lettering_write (self->lettering, region->label);

  if (self->style->show_confidence && region->confidence >= 0.0) {
    gchar text[8];

    g_snprintf (text, sizeof (text), "%d%%",
        (gint) (region->confidence * 100.0 + 0.5));
    label->words[label->n_words++] =
        oak_lettering_write (self->lettering, text);
  }
}

static void
lay_out (const Drawing * self, const GstOakRegion * region, Label * label)
{
  gint below = 0, width;
  guint i;

  label->baseline = 0;
  for (i = 0; i < label->n_words; i++) {
    const OakWord *word = label->words[i];

    label->baseline = MAX (label->baseline, word->baseline);
    below = MAX (below, word->letters.height - word->baseline);
  }
  label->gap = MAX (2, (label->baseline + below) / 5);
  width = label->gap;
  for (i = 0; i < label->n_words; i++)
    width += label->words[i]->letters.width + label->gap;

  label->area = oak_area_place_label (&region->box, self->line_width, width,
      label->baseline + below, &self->canvas.area);
}

static void
stamp_words (const Drawing * self, const Label * label, guint32 color,
    gboolean halo)
{
  gint x = label->area.left + label->gap;
  OakInk ink;
  guint i;

  mix (self, color, &ink);
  for (i = 0; i < label->n_words; i++) {
    const OakWord *word = label->words[i];

    oak_canvas_stamp (&self->canvas, x,
        label->area.top + label->baseline - word->baseline,
        halo ? &word->halo : &word->letters, &ink);
    x += word->letters.width + label->gap;
  }
}

static void
draw_label (const Drawing * self, const GstOakRegion * region)
{
  guint32 color = gst_oak_style_find_color (self->style, region);
  guint32 contrast = oak_color_contrast (color);
  OakInk ink;
  Label label;

  write_words (self, region, &label);
  if (label.n_words == 0)
    return;
  lay_out (self, region, &label);
  if (self->style->label_background) {
    mix (self, color, &ink);
    oak_canvas_fill (&self->canvas, &label.area, &ink);
    stamp_words (self, &label, contrast, FALSE);
  } else {
    stamp_words (self, &label, contrast, TRUE);
    stamp_words (self, &label, color | 0xff000000, FALSE);
  }
}

static void
draw_labels (const Drawing * self, GArray * regions)
{
  guint i;

  for (i = regions->len; i-- > 0;) {
    const GstOakRegion *region = &g_array_index (regions, GstOakRegion, i);
    OakArea seen = oak_area_intersect (&region->box, &self->canvas.area);

    if (!oak_area_is_empty (&seen) && gst_oak_style_draws (self->style, region))
      draw_label (self, region);
  }
}

/**
 * gst_oak_drawing_draw:
 * @style: how
 * @lettering: of the labels
 * @regions: (element-type GstOakRegion): what, the most important first
 * @frame: mapped for writing, of one of %GST_OAK_RASTER_FORMATS
 */
void
gst_oak_drawing_draw (const GstOakStyle * style, OakLettering * lettering,
    GArray * regions, GstVideoFrame * frame)
{
  gint height = GST_VIDEO_FRAME_HEIGHT (frame);
  Drawing self;

  self.style = style;
  self.lettering = lettering;
  self.info = &frame->info;
  self.line_width = find_line_width (style, height);
  gst_oak_raster_open (frame, &self.canvas);

  hide_regions (&self, regions);
  draw_boxes (&self, regions);
  if (style->draw_labels) {
    oak_lettering_set_font (lettering, style->font_desc,
        gst_oak_drawing_font_size (height), !style->label_background);
    draw_labels (&self, regions);
  }
}
