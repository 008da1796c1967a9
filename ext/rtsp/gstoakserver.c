/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakserver.h"

#include <glib/gi18n-lib.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <gst/video/video.h>
#include <string.h>

#include "gstoakmount.h"

#define ROLE "user"

/* A request may wait 5 s for a camera; the others' go on meanwhile. */
#define THREADS_MAX 16
#define CLEANUP 5               /* s; sessions that nobody keeps alive */

struct _GstOakServer
{
  GstRTSPServer *server;
  OakServerSettings *settings;
  GHashTable *mounts;           /* camera's name → GstOakMount */
  guint source;                 /* listens */
  guint timer;
};

static const gchar *
name_client (GstRTSPClient * client)
{
  GstRTSPConnection *connection = gst_rtsp_client_get_connection (client);
  const gchar *ip =
      connection != NULL ? gst_rtsp_connection_get_ip (connection) : NULL;

  return ip != NULL ? ip : _("a client that is gone");
}

/* Whether a session of the client's has a media of that path. */
static gboolean
gst_oak_server_client_is_at (GstRTSPClient * client, const gchar * path)
{
  GList *sessions = gst_rtsp_client_session_filter (client, NULL, NULL);
  gboolean found = FALSE;
  GList *walk;

  for (walk = sessions; walk != NULL; walk = walk->next) {
    gint matched = 0;
    GstRTSPSessionMedia *media =
        gst_rtsp_session_get_media (walk->data, path, &matched);

    found |= media != NULL && (gsize) matched == strlen (path);
  }
  g_list_free_full (sessions, g_object_unref);
  return found;
}

static GstRTSPFilterResult
gst_oak_server_close_at (GstRTSPServer * server, GstRTSPClient * client,
    gpointer path)
{
  if (path == NULL || gst_oak_server_client_is_at (client, path))
    gst_rtsp_client_close (client);
  return GST_RTSP_FILTER_KEEP;
}

static void
gst_oak_server_close_clients (GstOakServer * self, const gchar * path)
{
  gst_rtsp_server_client_filter (self->server, gst_oak_server_close_at,
      (gpointer) path);
}

static void
gst_oak_server_is_over (GstOakMount * mount, gpointer data)
{
  const OakCameraSettings *settings = gst_oak_mount_get_settings (mount);

  g_message (_("%s: disconnecting its clients: it is away, or has changed"),
      settings->name);
  gst_oak_server_close_clients (data, settings->mount);
}

static GstOakMount *
find_mount (GstRTSPClient * client, const gchar * path)
{
  GstRTSPMountPoints *points = gst_rtsp_client_get_mount_points (client);
  gint matched = 0;
  GstRTSPMediaFactory *factory =
      gst_rtsp_mount_points_match (points, path, &matched);

  g_object_unref (points);
  return factory != NULL ? GST_OAK_MOUNT (factory) : NULL;
}

/* Before a media is made: what the camera sends has to be known. In the
 * client's thread, which may outlive ours. */
static GstRTSPStatusCode
prepare (GstRTSPClient * client, GstRTSPContext * context, gpointer data)
{
  GstRTSPStatusCode code = GST_RTSP_STS_OK;
  GstOakMount *mount = NULL;

  if (context->uri != NULL)
    mount = find_mount (client, context->uri->abspath);
  if (mount == NULL)
    return code;                /* the server says so itself */

  if (!gst_oak_mount_prepare (mount)) {
    g_message (_("%s asks for %s, which is away: 503"), name_client (client),
        gst_oak_mount_get_settings (mount)->name);
    code = GST_RTSP_STS_SERVICE_UNAVAILABLE;
  }
  g_object_unref (mount);
  return code;
}

/* Who comes later has a whole picture at once, too, and not with the next
 * keyframe; so has the first, whose packets began before it was ready. */
static void
ask_for_keyframe (GstRTSPMedia * media)
{
  GstElement *element = gst_rtsp_media_get_element (media);
  GstElement *payloader = gst_bin_get_by_name (GST_BIN (element), "pay0");

  gst_element_send_event (payloader,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          0));
  gst_object_unref (payloader);
  gst_object_unref (element);
}

static void
tell_play (GstRTSPClient * client, GstRTSPContext * context, gpointer data)
{
  if (context->media != NULL)
    ask_for_keyframe (context->media);
  g_message (_("%s watches %s"), name_client (client),
      context->uri != NULL ? context->uri->abspath : "?");
}

static void
tell_closed (GstRTSPClient * client, gpointer data)
{
  g_info ("%s is gone", name_client (client));
}

static void
gst_oak_server_greet (GstRTSPServer * server, GstRTSPClient * client,
    GstOakServer * self)
{
  GList *clients = gst_rtsp_server_client_filter (server, NULL, NULL);
  guint n = g_list_length (clients);

  g_list_free_full (clients, g_object_unref);
  if (n > self->settings->max_clients) {
    g_warning (_("%s is refused: there are %u clients already"),
        name_client (client), self->settings->max_clients);
    gst_rtsp_client_close (client);
    return;
  }

  g_info ("%s comes", name_client (client));
  g_signal_connect (client, "closed", G_CALLBACK (tell_closed), NULL);
  g_signal_connect (client, "pre-describe-request", G_CALLBACK (prepare), NULL);
  g_signal_connect (client, "pre-setup-request", G_CALLBACK (prepare), NULL);
  g_signal_connect (client, "play-request", G_CALLBACK (tell_play), NULL);
}

static void
gst_oak_server_remove (GstOakServer * self, GstOakMount * mount)
{
  const OakCameraSettings *settings = gst_oak_mount_get_settings (mount);
  GstRTSPMountPoints *points = gst_rtsp_server_get_mount_points (self->server);

  gst_rtsp_mount_points_remove_factory (points, settings->mount);
  gst_oak_server_close_clients (self, settings->mount);
  gst_oak_mount_close (mount);
  g_object_unref (points);
}

static void
gst_oak_server_permit (GstOakServer * self, GstOakMount * mount)
{
  gst_rtsp_media_factory_add_role (GST_RTSP_MEDIA_FACTORY (mount), ROLE,
      GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
      GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
}

static gboolean
gst_oak_server_add (GstOakServer * self, const OakCameraSettings * settings,
    GError ** error)
{
  GstOakMount *mount =
      gst_oak_mount_new (settings, gst_oak_server_is_over, self, error);
  GstRTSPMountPoints *points;

  if (mount == NULL)
    return FALSE;

  gst_oak_server_permit (self, mount);
  points = gst_rtsp_server_get_mount_points (self->server);
  gst_rtsp_mount_points_add_factory (points, settings->mount,
      g_object_ref (GST_RTSP_MEDIA_FACTORY (mount)));
  g_hash_table_insert (self->mounts, g_strdup (settings->name), mount);
  g_object_unref (points);
  return TRUE;
}

static const OakCameraSettings *
find_camera (const OakServerSettings * settings, const gchar * name)
{
  guint i;

  for (i = 0; i < settings->cameras->len; i++) {
    const OakCameraSettings *camera = g_ptr_array_index (settings->cameras, i);

    if (strcmp (camera->name, name) == 0)
      return camera;
  }
  return NULL;
}

static void
gst_oak_server_remove_changed (GstOakServer * self,
    const OakServerSettings * settings)
{
  GHashTableIter iter;
  gpointer name, mount;

  g_hash_table_iter_init (&iter, self->mounts);
  while (g_hash_table_iter_next (&iter, &name, &mount)) {
    const OakCameraSettings *camera = find_camera (settings, name);

    if (camera != NULL && oak_camera_settings_equal (camera,
            gst_oak_mount_get_settings (mount)))
      continue;
    g_message (_("%s: removed"), (const gchar *) name);
    gst_oak_server_remove (self, mount);
    g_hash_table_iter_remove (&iter);
  }
}

static void
gst_oak_server_add_new (GstOakServer * self, const OakServerSettings * settings)
{
  GError *error = NULL;
  guint i;

  for (i = 0; i < settings->cameras->len; i++) {
    const OakCameraSettings *camera = g_ptr_array_index (settings->cameras, i);

    if (g_hash_table_contains (self->mounts, camera->name))
      continue;
    if (gst_oak_server_add (self, camera, &error)) {
      g_message (_("%s: %s at %s"), camera->name, camera->uri, camera->mount);
    } else {
      g_warning ("%s", error->message);
      g_clear_error (&error);
    }
  }
}

static GTlsCertificate *
load_certificate (const OakServerSettings * settings, GError ** error)
{
  if (settings->private_key == NULL)
    return g_tls_certificate_new_from_file (settings->certificate, error);
  return g_tls_certificate_new_from_files (settings->certificate,
      settings->private_key, error);
}

/* Digests: no password goes over the network. */
static void
add_users (GstRTSPAuth * auth, GHashTable * users)
{
  GstRTSPToken *token = gst_rtsp_token_new (GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE,
      G_TYPE_STRING, ROLE, NULL);
  GHashTableIter iter;
  gpointer name, password;

  gst_rtsp_auth_set_supported_methods (auth, GST_RTSP_AUTH_DIGEST);
  g_hash_table_iter_init (&iter, users);
  while (g_hash_table_iter_next (&iter, &name, &password))
    gst_rtsp_auth_add_digest (auth, name, password, token);
  if (g_hash_table_size (users) == 0)
    gst_rtsp_auth_set_default_token (auth, token);
  gst_rtsp_token_unref (token);
}

static gboolean
gst_oak_server_set_auth (GstOakServer * self,
    const OakServerSettings * settings, GError ** error)
{
  GTlsCertificate *certificate = NULL;
  GstRTSPAuth *auth;

  if (settings->certificate != NULL) {
    certificate = load_certificate (settings, error);
    if (certificate == NULL) {
      g_prefix_error (error, "certificate=%s: ", settings->certificate);
      return FALSE;
    }
  }

  auth = gst_rtsp_auth_new ();
  add_users (auth, settings->users);
  if (certificate != NULL) {
    gst_rtsp_auth_set_tls_certificate (auth, certificate);
    g_object_unref (certificate);
  }
  gst_rtsp_server_set_auth (self->server, auth);
  g_object_unref (auth);
  return TRUE;
}

static gboolean
gst_oak_server_clean_up (gpointer data)
{
  GstOakServer *self = data;
  GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool (self->server);

  gst_rtsp_session_pool_cleanup (pool);
  g_object_unref (pool);
  return G_SOURCE_CONTINUE;
}

static void
gst_oak_server_set_threads (GstOakServer * self)
{
  GstRTSPThreadPool *pool = gst_rtsp_thread_pool_new ();

  gst_rtsp_thread_pool_set_max_threads (pool, THREADS_MAX);
  gst_rtsp_server_set_thread_pool (self->server, pool);
  g_object_unref (pool);
}

static void
gst_oak_server_tell_where (GstOakServer * self, GSocket * socket)
{
  const gchar *address = self->settings->address;
  gboolean is_ipv6 = strchr (address, ':') != NULL;
  GSocketAddress *bound = g_socket_get_local_address (socket, NULL);

  if (bound == NULL)
    return;
  g_message (_("listening on %s://%s%s%s:%d"),
      self->settings->certificate != NULL ? "rtsps" : "rtsp",
      is_ipv6 ? "[" : "", address, is_ipv6 ? "]" : "",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_object_unref (bound);
}

static gboolean
gst_oak_server_listen (GstOakServer * self, GError ** error)
{
  GSocket *socket = gst_rtsp_server_create_socket (self->server, NULL, error);
  GSource *source;

  if (socket == NULL) {
    g_prefix_error (error, _("Cannot listen on %s, port %u: "),
        self->settings->address, self->settings->port);
    return FALSE;
  }
  source = g_socket_create_source (socket, G_IO_IN | G_IO_ERR | G_IO_HUP, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (gst_rtsp_server_io_func),
      self->server, NULL);
  self->source = g_source_attach (source, NULL);
  g_source_unref (source);
  self->timer = g_timeout_add_seconds (CLEANUP, gst_oak_server_clean_up, self);
  gst_oak_server_tell_where (self, socket);
  g_object_unref (socket);
  return TRUE;
}

/**
 * gst_oak_server_new:
 * @settings: (transfer full): all of it
 * @error: return location for an error: the certificate, the address, cameras
 *
 * Listens from now on, and works while the default main context runs. A camera
 * whose URI is wrong is told of, and left out; without any other, it fails.
 *
 * Returns: (transfer full) (nullable): a server
 */
GstOakServer *
gst_oak_server_new (OakServerSettings * settings, GError ** error)
{
  GstOakServer *self = g_new0 (GstOakServer, 1);
  gchar *port = g_strdup_printf ("%u", settings->port);

  self->settings = settings;
  self->server = gst_rtsp_server_new ();
  self->mounts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  gst_rtsp_server_set_address (self->server, settings->address);
  gst_rtsp_server_set_service (self->server, port);
  gst_oak_server_set_threads (self);
  g_signal_connect (self->server, "client-connected",
      G_CALLBACK (gst_oak_server_greet), self);
  g_free (port);

  if (!gst_oak_server_set_auth (self, settings, error)
      || !gst_oak_server_listen (self, error)) {
    gst_oak_server_free (self);
    return NULL;
  }
  gst_oak_server_add_new (self, settings);
  if (g_hash_table_size (self->mounts) == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        _("There is no camera that can be served."));
    gst_oak_server_free (self);
    return NULL;
  }
  return self;
}

/**
 * gst_oak_server_free:
 * @self: (transfer full): a server
 *
 * Hangs up on clients and cameras.
 */
void
gst_oak_server_free (GstOakServer * self)
{
  GHashTableIter iter;
  gpointer mount;

  if (self->source != 0)
    g_source_remove (self->source);
  if (self->timer != 0)
    g_source_remove (self->timer);
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_hash_table_iter_init (&iter, self->mounts);
  while (g_hash_table_iter_next (&iter, NULL, &mount))
    gst_oak_server_remove (self, mount);
  gst_oak_server_close_clients (self, NULL);
  g_hash_table_unref (self->mounts);
  g_object_unref (self->server);
  oak_server_settings_free (self->settings);
  g_free (self);
}

/**
 * gst_oak_server_apply:
 * @self: a server
 * @settings: (transfer full): new ones
 *
 * Cameras that are the same in both are not disturbed, nor who watches them.
 * Users and the certificate count from the next request on, address and port
 * from the next start.
 */
void
gst_oak_server_apply (GstOakServer * self, OakServerSettings * settings)
{
  GError *error = NULL;

  if (strcmp (settings->address, self->settings->address) != 0
      || settings->port != self->settings->port)
    g_warning (_("Another address or port takes effect at the next start."));
  if (!gst_oak_server_set_auth (self, settings, &error)) {
    g_warning ("%s", error->message);
    g_error_free (error);
  }
  gst_oak_server_remove_changed (self, settings);
  gst_oak_server_add_new (self, settings);
  oak_server_settings_free (self->settings);
  self->settings = settings;
}
