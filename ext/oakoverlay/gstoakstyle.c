/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakstyle.h"

#define LINE_WIDTH_MAX 64
/* Object detections have floats: 0.7 becomes a bit less. */
#define ROUNDING 1e-6
#define DEFAULT_FONT_DESC "Sans Bold"

static GParamSpec *properties[GST_OAK_STYLE_N_PROPS];

/**
 * gst_oak_style_install:
 * @klass: of the element
 */
void
gst_oak_style_install (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT
      | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING
      | GST_PARAM_CONTROLLABLE;

  /**
   * GstOakOverlay:line-width:
   *
   * Width of a box's lines, in pixels. They are drawn inside the box, whose
   * outer edges are those of the region. 0 goes by the picture's height: 2
   * pixels at 480, 3 at 720, 4 at 1080, 8 at 2160.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_LINE_WIDTH] = g_param_spec_uint ("line-width",
      "Line width", "Width of a box's lines in pixels (0 = by the picture's "
      "height)", 0, LINE_WIDTH_MAX, 0, flags);

  /**
   * GstOakOverlay:draw-labels:
   *
   * Whether boxes have a label: the name of what was found.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_DRAW_LABELS] = g_param_spec_boolean ("draw-labels",
      "Draw labels", "Whether boxes have a label", TRUE, flags);

  /**
   * GstOakOverlay:show-confidence:
   *
   * Whether the label ends with the confidence, in whole percent, where that is
   * known.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_SHOW_CONFIDENCE] =
      g_param_spec_boolean ("show-confidence", "Show confidence",
      "Whether labels tell the confidence, in percent", TRUE, flags);

  /**
   * GstOakOverlay:min-confidence:
   *
   * Regions of less confidence get no box, 0 to 1. Those whose confidence is
   * not known get one. What #GstOakOverlay:blur-labels hides is hidden whatever
   * its confidence.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_MIN_CONFIDENCE] =
      g_param_spec_double ("min-confidence", "Minimum confidence",
      "Regions of less confidence get no box", 0.0, 1.0, 0.0, flags);

  /**
   * GstOakOverlay:include-labels:
   *
   * The only labels that get a box, with commas in between; white space around
   * them does not count. Nothing, or `*`, is all.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_INCLUDE_LABELS] =
      g_param_spec_string ("include-labels", "Include labels",
      "Labels that get a box, comma-separated (empty = all)", NULL, flags);

  /**
   * GstOakOverlay:exclude-labels:
   *
   * Labels that get no box, with commas in between; `*` is all. It counts more
   * than #GstOakOverlay:include-labels.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_EXCLUDE_LABELS] =
      g_param_spec_string ("exclude-labels", "Exclude labels",
      "Labels that get no box, comma-separated (* = all)", NULL, flags);

  /**
   * GstOakOverlay:blur-labels:
   *
   * Labels whose regions are hidden by a mosaic of at most eight by eight
   * cells, with commas in between; `*` is all. Neither the confidence nor the
   * lists of what gets a box make an exception; to have no box around them,
   * exclude them, too. If more is to be hidden than four times the picture, all
   * of it is. What the camera did not find is not hidden.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_BLUR_LABELS] = g_param_spec_string ("blur-labels",
      "Blur labels", "Labels whose regions are hidden, comma-separated "
      "(* = all)", NULL, flags);

  /**
   * GstOakOverlay:color:
   *
   * The colour of every box, 0xAARRGGBB, where AA is its opacity: 0xffff0000
   * is red. 0 is a palette that people of every kind of colour vision can tell
   * apart, by class: by its number where that is known, else by its name.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_COLOR] = g_param_spec_uint ("color", "Color",
      "Colour of the boxes, 0xAARRGGBB (0 = by class)", 0, G_MAXUINT, 0, flags);

  /**
   * GstOakOverlay:class-colors:
   *
   * Classes with a colour of their own, `#RRGGBB` or `#AARRGGBB`:
   * `person=#ff0000, traffic light=#8000ff00`. The others keep
   * #GstOakOverlay:color. What cannot be read is refused as a whole, with a
   * WARNING (RESOURCE, SETTINGS) that names it.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_CLASS_COLORS] = g_param_spec_string ("class-colors",
      "Class colors", "Colours of classes: name=#RRGGBB, comma-separated", NULL,
      flags);

  /**
   * GstOakOverlay:label-background:
   *
   * Whether labels stand on a ground of the box's colour. Without one, they are
   * of that colour themselves, and have a rim.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_LABEL_BACKGROUND] =
      g_param_spec_boolean ("label-background", "Label background",
      "Whether labels stand on a ground", TRUE, flags);

  /**
   * GstOakOverlay:font-desc:
   *
   * The labels' font, as Pango describes one: `DejaVu Sans 12`, `Serif Italic
   * 20px`. Without a size it goes by the picture's height: a 45th of it, and 11
   * pixels at least. At most 400 pixels.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_FONT_DESC] = g_param_spec_string ("font-desc",
      "Font description", "Pango font description of the labels (without a "
      "size: by the picture's height)", DEFAULT_FONT_DESC, flags);

  /**
   * GstOakOverlay:hold-time:
   *
   * For how long the last boxes are drawn on pictures that nobody has looked
   * at, in nanoseconds from the PTS of the one they belong to: where the
   * network is slower than the video, boxes would flicker. A picture in which
   * nothing was found ends it, if the meta `OakDetectionsMeta` says so.
   * What #GstOakOverlay:blur-labels hides is held, too.
   *
   * Since: 0.1
   */
  properties[GST_OAK_STYLE_HOLD_TIME] = g_param_spec_uint64 ("hold-time",
      "Hold time", "How long boxes stay on pictures that nobody has looked at, "
      "in ns", 0, G_MAXUINT64, 0, flags);

  g_object_class_install_properties (klass, GST_OAK_STYLE_N_PROPS, properties);
}

void
gst_oak_style_clear (GstOakStyle * self)
{
  g_free (self->include.text);
  g_free (self->exclude.text);
  g_free (self->blur.text);
  oak_names_free (self->include.names);
  oak_names_free (self->exclude.names);
  oak_names_free (self->blur.names);
  g_free (self->class_colors);
  oak_colors_free (self->colors);
  g_free (self->font_desc);
}

static void
set_list (GstOakStyleList * list, const GValue * value)
{
  g_free (list->text);
  oak_names_free (list->names);
  list->text = g_value_dup_string (value);
  list->names = oak_names_new_parse (list->text);
}

static void
set_class_colors (GstOakStyle * self, const GValue * value, gchar ** bad)
{
  const gchar *text = g_value_get_string (value);
  OakColors *colors = oak_colors_new_parse (text != NULL ? text : "", bad);

  if (colors == NULL)
    return;
  oak_colors_free (self->colors);
  self->colors = colors;
  g_free (self->class_colors);
  self->class_colors = g_strdup (text);
}

static void
set_font_desc (GstOakStyle * self, const GValue * value)
{
  const gchar *text = g_value_get_string (value);

  g_free (self->font_desc);
  self->font_desc = g_strdup (text != NULL ? text : DEFAULT_FONT_DESC);
}

/**
 * gst_oak_style_set:
 * @self: settings
 * @id: a property
 * @value: of its type
 * @bad: (out) (transfer full): what cannot be used, and leaves the property as
 *     it was; untouched otherwise
 *
 * Returns: %FALSE if there is no such property
 */
gboolean
gst_oak_style_set (GstOakStyle * self, GstOakStyleProp id, const GValue * value,
    gchar ** bad)
{
  switch (id) {
    case GST_OAK_STYLE_LINE_WIDTH:
      self->line_width = g_value_get_uint (value);
      break;
    case GST_OAK_STYLE_DRAW_LABELS:
      self->draw_labels = g_value_get_boolean (value);
      break;
    case GST_OAK_STYLE_SHOW_CONFIDENCE:
      self->show_confidence = g_value_get_boolean (value);
      break;
    case GST_OAK_STYLE_MIN_CONFIDENCE:
      self->min_confidence = g_value_get_double (value);
      break;
    case GST_OAK_STYLE_INCLUDE_LABELS:
      set_list (&self->include, value);
      break;
    case GST_OAK_STYLE_EXCLUDE_LABELS:
      set_list (&self->exclude, value);
      break;
    case GST_OAK_STYLE_BLUR_LABELS:
      set_list (&self->blur, value);
      break;
    case GST_OAK_STYLE_COLOR:
      self->color = g_value_get_uint (value);
      break;
    case GST_OAK_STYLE_CLASS_COLORS:
      set_class_colors (self, value, bad);
      break;
    case GST_OAK_STYLE_LABEL_BACKGROUND:
      self->label_background = g_value_get_boolean (value);
      break;
    case GST_OAK_STYLE_FONT_DESC:
      set_font_desc (self, value);
      break;
    case GST_OAK_STYLE_HOLD_TIME:
      self->hold_time = g_value_get_uint64 (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_oak_style_get:
 * @self: settings
 * @id: a property
 * @value: of its type; where it goes
 *
 * Returns: %FALSE if there is no such property
 */
gboolean
gst_oak_style_get (const GstOakStyle * self, GstOakStyleProp id, GValue * value)
{
  switch (id) {
    case GST_OAK_STYLE_LINE_WIDTH:
      g_value_set_uint (value, self->line_width);
      break;
    case GST_OAK_STYLE_DRAW_LABELS:
      g_value_set_boolean (value, self->draw_labels);
      break;
    case GST_OAK_STYLE_SHOW_CONFIDENCE:
      g_value_set_boolean (value, self->show_confidence);
      break;
    case GST_OAK_STYLE_MIN_CONFIDENCE:
      g_value_set_double (value, self->min_confidence);
      break;
    case GST_OAK_STYLE_INCLUDE_LABELS:
      g_value_set_string (value, self->include.text);
      break;
    case GST_OAK_STYLE_EXCLUDE_LABELS:
      g_value_set_string (value, self->exclude.text);
      break;
    case GST_OAK_STYLE_BLUR_LABELS:
      g_value_set_string (value, self->blur.text);
      break;
    case GST_OAK_STYLE_COLOR:
      g_value_set_uint (value, self->color);
      break;
    case GST_OAK_STYLE_CLASS_COLORS:
      g_value_set_string (value, self->class_colors);
      break;
    case GST_OAK_STYLE_LABEL_BACKGROUND:
      g_value_set_boolean (value, self->label_background);
      break;
    case GST_OAK_STYLE_FONT_DESC:
      g_value_set_string (value, self->font_desc);
      break;
    case GST_OAK_STYLE_HOLD_TIME:
      g_value_set_uint64 (value, self->hold_time);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_oak_style_draws:
 * @self: settings
 * @region: what was found
 *
 * Returns: whether it gets a box
 */
gboolean
gst_oak_style_draws (const GstOakStyle * self, const GstOakRegion * region)
{
  if (oak_area_is_empty (&region->box))
    return FALSE;
  if (region->confidence >= 0.0
      && region->confidence < self->min_confidence - ROUNDING)
    return FALSE;
  if (!oak_names_are_none (self->include.names)
      && !oak_names_have (self->include.names, region->label))
    return FALSE;
  return !oak_names_have (self->exclude.names, region->label);
}

/**
 * gst_oak_style_hides:
 * @self: settings
 * @region: what was found
 *
 * Returns: whether nobody is to see it
 */
gboolean
gst_oak_style_hides (const GstOakStyle * self, const GstOakRegion * region)
{
  return !oak_area_is_empty (&region->box)
      && oak_names_have (self->blur.names, region->label);
}

/**
 * gst_oak_style_find_color:
 * @self: settings
 * @region: what was found
 *
 * Returns: 0xAARRGGBB
 */
guint32
gst_oak_style_find_color (const GstOakStyle * self, const GstOakRegion * region)
{
  guint32 color;

  if (oak_colors_find (self->colors, region->label, &color))
    return color;
  if (self->color != 0)
    return self->color;
  return oak_color_of_class (region->label, region->label_id);
}
