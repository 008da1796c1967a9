/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "oakserverfile.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CAMERA_PREFIX "camera "
#define CLIENTS_MAX 10000
#define PORT_DEFAULT 8554       /* of RTSP, for who is not root */

typedef enum
{
  KIND_TEXT,
  KIND_PATH,
  KIND_NUMBER,
  KIND_WORD,
} Kind;

/* *INDENT-OFF* */
static const gchar *const booleans[] = { "false", "true", NULL };
static const gchar *const overlays[] = { "auto", "true", "false", NULL };
static const gchar *const connects[] = { "on-demand", "always", NULL };
static const gchar *const aways[] = { "picture", "refuse", NULL };

typedef struct
{
  const gchar *name;
  Kind kind;
  gsize offset;
  guint min, max;               /* of a number */
  const gchar *const *words;    /* by their number */
} Key;

#define IN_CAMERA(field) G_STRUCT_OFFSET (OakCameraSettings, field)
static const Key camera_keys[] = {
  {"uri", KIND_TEXT, IN_CAMERA (uri), 0, 0, NULL},
  {"mount", KIND_PATH, IN_CAMERA (mount), 0, 0, NULL},
  {"encoder", KIND_TEXT, IN_CAMERA (encoder), 0, 0, NULL},
  {"bitrate", KIND_NUMBER, IN_CAMERA (bitrate), 32, 200000, NULL},
  {"keyframe-interval", KIND_NUMBER, IN_CAMERA (keyframe_interval), 1, 60,
      NULL},
  {"overlay", KIND_WORD, IN_CAMERA (overlay), 0, 0, overlays},
  {"connect", KIND_WORD, IN_CAMERA (connect), 0, 0, connects},
  {"away", KIND_WORD, IN_CAMERA (away), 0, 0, aways},
  {"metadata", KIND_WORD, IN_CAMERA (metadata), 0, 0, booleans},
  {NULL, 0, 0, 0, 0, NULL}
};

#define IN_SERVER(field) G_STRUCT_OFFSET (OakServerSettings, field)
static const Key server_keys[] = {
  {"address", KIND_TEXT, IN_SERVER (address), 0, 0, NULL},
  {"port", KIND_NUMBER, IN_SERVER (port), 0, G_MAXUINT16, NULL},
  {"max-clients", KIND_NUMBER, IN_SERVER (max_clients), 1, CLIENTS_MAX, NULL},
  {"certificate", KIND_TEXT, IN_SERVER (certificate), 0, 0, NULL},
  {"private-key", KIND_TEXT, IN_SERVER (private_key), 0, 0, NULL},
  {NULL, 0, 0, 0, 0, NULL}
};
/* *INDENT-ON* */

GQuark
oak_server_file_error_quark (void)
{
  return g_quark_from_static_string ("oak-server-file-error-quark");
}

static gboolean
set_text (const Key * key, const gchar * value, gchar ** text, GError ** error)
{
  if (*value == '\0') {
    g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_VALUE,
        _("%s is empty"), key->name);
    return FALSE;
  }
  if (key->kind == KIND_PATH
      && (value[0] != '/' || strpbrk (value, " ?#%*\\") != NULL)) {
    g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_VALUE,
        _("%s=%s is no path such as /front"), key->name, value);
    return FALSE;
  }

  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
set_number (const Key * key, const gchar * value, guint * number,
    GError ** error)
{
  guint64 parsed;

  if (!g_ascii_string_to_unsigned (value, 10, key->min, key->max, &parsed,
          NULL)) {
    g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_VALUE,
        _("%s=%s is no number from %u to %u"), key->name, value, key->min,
        key->max);
    return FALSE;
  }
  *number = parsed;
  return TRUE;
}

static gboolean
set_word (const Key * key, const gchar * value, guint * word, GError ** error)
{
  guint i;
  gchar *all;

  for (i = 0; key->words[i] != NULL; i++) {
    if (strcmp (value, key->words[i]) == 0) {
      *word = i;
      return TRUE;
    }
  }

  all = g_strjoinv (", ", (gchar **) key->words);
  g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_VALUE,
      _("%s=%s is none of: %s"), key->name, value, all);
  g_free (all);
  return FALSE;
}

static const Key *
find_key (const Key * keys, const gchar * name, GError ** error)
{
  GString *all = g_string_new (NULL);
  const Key *key;

  for (key = keys; key->name != NULL; key++) {
    if (strcmp (key->name, name) == 0) {
      g_string_free (all, TRUE);
      return key;
    }
    g_string_append_printf (all, " %s", key->name);
  }

  g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_KEY,
      _("there is no key '%s', but:%s"), name, all->str);
  g_string_free (all, TRUE);
  return NULL;
}

static gboolean
set_key (const Key * keys, gpointer settings, const gchar * name,
    const gchar * value, GError ** error)
{
  const Key *key = find_key (keys, name, error);
  gpointer field;

  if (key == NULL)
    return FALSE;

  field = G_STRUCT_MEMBER_P (settings, key->offset);
  switch (key->kind) {
    case KIND_NUMBER:
      return set_number (key, value, field, error);
    case KIND_WORD:
      return set_word (key, value, field, error);
    default:
      return set_text (key, value, field, error);
  }
}

/**
 * oak_camera_settings_new:
 * @name: what it is called
 * @uri: (nullable): where it is; not looked at
 *
 * Returns: (transfer full): defaults, mounted at its name
 */
OakCameraSettings *
oak_camera_settings_new (const gchar * name, const gchar * uri)
{
  OakCameraSettings *settings = g_new0 (OakCameraSettings, 1);

  settings->name = g_strdup (name);
  settings->uri = g_strdup (uri);
  settings->mount = g_strconcat ("/", name, NULL);
  settings->encoder = g_strdup ("auto");
  settings->bitrate = 2000;
  settings->keyframe_interval = 2;
  return settings;
}

/**
 * oak_camera_settings_copy:
 * @settings: a camera's
 *
 * Returns: (transfer full): the same
 */
OakCameraSettings *
oak_camera_settings_copy (const OakCameraSettings * settings)
{
  OakCameraSettings *copy = g_memdup2 (settings, sizeof (*settings));

  copy->name = g_strdup (settings->name);
  copy->uri = g_strdup (settings->uri);
  copy->mount = g_strdup (settings->mount);
  copy->encoder = g_strdup (settings->encoder);
  return copy;
}

/**
 * oak_camera_settings_free:
 * @settings: (transfer full): a camera's
 */
void
oak_camera_settings_free (OakCameraSettings * settings)
{
  g_free (settings->name);
  g_free (settings->uri);
  g_free (settings->mount);
  g_free (settings->encoder);
  g_free (settings);
}

/**
 * oak_camera_settings_set:
 * @settings: a camera's; untouched on failure
 * @key: as in the file
 * @value: as in the file
 * @error: return location for an #OakServerFileError, whose text names the key
 *     and what it can have
 *
 * Returns: %TRUE if there is such a key and it can have that value
 */
gboolean
oak_camera_settings_set (OakCameraSettings * settings, const gchar * key,
    const gchar * value, GError ** error)
{
  return set_key (camera_keys, settings, key, value, error);
}

/**
 * oak_camera_settings_equal:
 * @a: a camera's
 * @b: a camera's
 *
 * Returns: %TRUE if one can go on in the place of the other
 */
gboolean
oak_camera_settings_equal (const OakCameraSettings * a,
    const OakCameraSettings * b)
{
  const Key *key;

  for (key = camera_keys; key->name != NULL; key++) {
    gconstpointer one = G_STRUCT_MEMBER_P (a, key->offset);
    gconstpointer other = G_STRUCT_MEMBER_P (b, key->offset);

    if (key->kind == KIND_TEXT || key->kind == KIND_PATH) {
      if (g_strcmp0 (*(gchar * const *) one, *(gchar * const *) other) != 0)
        return FALSE;
    } else if (*(const guint *) one != *(const guint *) other) {
      return FALSE;
    }
  }
  return strcmp (a->name, b->name) == 0;
}

static void
free_camera (gpointer settings)
{
  oak_camera_settings_free (settings);
}

/**
 * oak_server_settings_new:
 *
 * Returns: (transfer full): defaults: this machine's port 8554, no users, no
 *     cameras
 */
OakServerSettings *
oak_server_settings_new (void)
{
  OakServerSettings *settings = g_new0 (OakServerSettings, 1);

  settings->address = g_strdup ("127.0.0.1");
  settings->port = PORT_DEFAULT;
  settings->max_clients = 100;
  settings->users =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  settings->cameras = g_ptr_array_new_with_free_func (free_camera);
  return settings;
}

/**
 * oak_server_settings_free:
 * @settings: (transfer full) (nullable): a server's
 */
void
oak_server_settings_free (OakServerSettings * settings)
{
  if (settings == NULL)
    return;

  g_free (settings->address);
  g_free (settings->certificate);
  g_free (settings->private_key);
  g_hash_table_unref (settings->users);
  g_ptr_array_unref (settings->cameras);
  g_free (settings);
}

static gboolean
read_group (GKeyFile * file, const gchar * group, const Key * keys,
    gpointer settings, GError ** error)
{
  gchar **names = g_key_file_get_keys (file, group, NULL, error);
  gboolean read = names != NULL;
  guint i;

  for (i = 0; read && names[i] != NULL; i++) {
    gchar *value = g_key_file_get_string (file, group, names[i], error);

    read = value != NULL && set_key (keys, settings, names[i], value, error);
    g_free (value);
  }
  g_strfreev (names);
  if (!read)
    g_prefix_error (error, "[%s]: ", group);
  return read;
}

static gboolean
read_users (GKeyFile * file, GHashTable * users, GError ** error)
{
  gchar **names = g_key_file_get_keys (file, "users", NULL, error);
  gboolean read = names != NULL;
  guint i;

  for (i = 0; read && names[i] != NULL; i++) {
    gchar *password = g_key_file_get_string (file, "users", names[i], error);

    read = password != NULL && *password != '\0';
    if (read)
      g_hash_table_insert (users, g_strdup (names[i]), g_strdup (password));
    else if (password != NULL)
      g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_VALUE,
          _("the password of %s is empty"), names[i]);
    g_free (password);
  }
  g_strfreev (names);
  if (!read)
    g_prefix_error (error, "[users]: ");
  return read;
}

static gboolean
is_free (const OakServerSettings * settings, const OakCameraSettings * camera,
    GError ** error)
{
  guint i;

  for (i = 0; i < settings->cameras->len; i++) {
    const OakCameraSettings *other = g_ptr_array_index (settings->cameras, i);

    if (strcmp (other->mount, camera->mount) == 0) {
      g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_VALUE,
          _("[camera %s]: mount=%s is that of camera %s"), camera->name,
          camera->mount, other->name);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_camera (GKeyFile * file, const gchar * group, OakServerSettings * settings,
    GError ** error)
{
  const gchar *name = group + strlen (CAMERA_PREFIX);
  OakCameraSettings *camera = oak_camera_settings_new (name, NULL);

  if (strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
          "0123456789._-") != strlen (name) || *name == '\0') {
    g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_GROUP,
        _("[%s]: names have letters, digits, '.', '_' and '-'"), group);
  } else if (read_group (file, group, camera_keys, camera, error)) {
    if (camera->uri == NULL) {
      g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_KEY,
          _("[%s]: there is no uri=, such as uri=oak://10.12.101.188"), group);
    } else if (is_free (settings, camera, error)) {
      g_ptr_array_add (settings->cameras, camera);
      return TRUE;
    }
  }

  oak_camera_settings_free (camera);
  return FALSE;
}

static gboolean
read_any (GKeyFile * file, const gchar * group, OakServerSettings * settings,
    GError ** error)
{
  if (strcmp (group, "server") == 0)
    return read_group (file, group, server_keys, settings, error);
  if (strcmp (group, "users") == 0)
    return read_users (file, settings->users, error);
  if (g_str_has_prefix (group, CAMERA_PREFIX))
    return read_camera (file, group, settings, error);

  g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_GROUP,
      _("[%s]: there is no such group, but [server], [users], [camera NAME]"),
      group);
  return FALSE;
}

static gboolean
is_whole (const OakServerSettings * settings, GError ** error)
{
  if (settings->cameras->len == 0) {
    g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_GROUP,
        _("there is no [camera NAME]"));
    return FALSE;
  }
  if (settings->private_key != NULL && settings->certificate == NULL) {
    g_set_error (error, OAK_SERVER_FILE_ERROR, OAK_SERVER_FILE_ERROR_KEY,
        _("[server]: private-key= without certificate="));
    return FALSE;
  }
  return TRUE;
}

/**
 * oak_server_file_parse:
 * @text: a key file
 * @size: its length in bytes
 * @error: return location for an #OakServerFileError or a #GKeyFileError; its
 *     text names group and key, what was found and what could be there
 *
 * Does not wait.
 *
 * Returns: (transfer full) (nullable): what it says, or %NULL
 */
OakServerSettings *
oak_server_file_parse (const gchar * text, gsize size, GError ** error)
{
  GKeyFile *file = g_key_file_new ();
  OakServerSettings *settings = oak_server_settings_new ();
  gchar **groups = NULL;
  gboolean read = FALSE;
  guint i;

  if (g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, error)) {
    groups = g_key_file_get_groups (file, NULL);
    for (i = 0, read = TRUE; read && groups[i] != NULL; i++)
      read = read_any (file, groups[i], settings, error);
    read = read && is_whole (settings, error);
  }
  g_strfreev (groups);
  g_key_file_free (file);
  if (read)
    return settings;

  oak_server_settings_free (settings);
  return NULL;
}
