/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program oak-rtsp-server: options, signals, logs. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <gst/gst.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gstoakencoder.h"
#include "gstoakserver.h"

/* As the shell has them, and sysexits.h. */
#define EXIT_USAGE 64
#define EXIT_CONFIG 78
#define EXIT_UNAVAILABLE 69

typedef struct
{
  gchar *config;
  gchar *address;
  gint port;
  gchar *mount;
  gchar *encoder;
  gchar *overlay;
  gchar *connect;
  gchar *away;
  gint bitrate;
  gboolean metadata;
  gboolean list_encoders;
  gboolean verbose;
  gboolean version;
  gchar **cameras;
} Options;

typedef struct
{
  GMainLoop *loop;
  GstOakServer *server;
  const gchar *config;
} Program;

/* Standard error, one line each; the journal gets their priority as well. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField * fields, gsize n_fields,
    gpointer verbose)
{
  gchar *text;

  if ((level & G_LOG_LEVEL_DEBUG) || ((level & G_LOG_LEVEL_INFO) && !verbose))
    return G_LOG_WRITER_HANDLED;
  if (g_log_writer_is_journald (STDERR_FILENO))
    return g_log_writer_journald (level, fields, n_fields, NULL);

  text = g_log_writer_format_fields (level, fields, n_fields,
      g_log_writer_supports_color (STDERR_FILENO));
  g_printerr ("%s\n", text);
  g_free (text);
  return G_LOG_WRITER_HANDLED;
}

static GOptionContext *
describe_options (Options * options)
{
  const GOptionEntry entries[] = {
    {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
        N_("Serve the cameras that this configuration file names"), N_("FILE")},
    {"address", 'a', 0, G_OPTION_ARG_STRING, &options->address,
          N_("Listen on this address; 0.0.0.0 = on all (default: 127.0.0.1)"),
        N_("ADDRESS")},
    {"port", 'p', 0, G_OPTION_ARG_INT, &options->port,
        N_("Listen on this TCP port (default: 8554)"), N_("PORT")},
    {"mount", 'm', 0, G_OPTION_ARG_STRING, &options->mount,
        N_("Serve at this path (default: /camera)"), N_("/PATH")},
    {"encoder", 'e', 0, G_OPTION_ARG_STRING, &options->encoder,
        N_("Encode with this element; copy = pass on what the camera has "
              "encoded (default: auto)"), N_("NAME")},
    {"bitrate", 'b', 0, G_OPTION_ARG_INT, &options->bitrate,
        N_("Encode at this bitrate, in kbit/s (default: 2000)"), N_("KBIT")},
    {"overlay", 'o', 0, G_OPTION_ARG_STRING, &options->overlay,
        N_("Draw boxes around detections: true, false, or auto = where "
              "pictures are encoded here (default: auto)"), N_("WHEN")},
    {"metadata", 0, 0, G_OPTION_ARG_NONE, &options->metadata,
        N_("Serve detections as a second stream, ONVIF metadata"), NULL},
    {"connect", 0, 0, G_OPTION_ARG_STRING, &options->connect,
        N_("Connect to the camera: always, or on-demand = while somebody "
              "watches (default)"), N_("WHEN")},
    {"away", 0, 0, G_OPTION_ARG_STRING, &options->away,
          N_("While the camera is away: show a picture (default), or refuse"),
        N_("HOW")},
    {"list-encoders", 0, 0, G_OPTION_ARG_NONE, &options->list_encoders,
        N_("List the encoders that work here, the best first, and exit"), NULL},
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
        N_("Log more"), NULL},
    {"version", 0, 0, G_OPTION_ARG_NONE, &options->version,
        N_("Show the version and exit"), NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->cameras,
        NULL, N_("[URI]")},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context =
      g_option_context_new (_("- serve OAK cameras over RTSP"));

  g_option_context_set_summary (context,
      _("Connects to each camera once, and serves it to any number of "
          "clients."));
  g_option_context_set_description (context,
      _("Examples:\n"
          "  oak-rtsp-server oak://10.12.101.188\n"
          "      One camera, for players on this machine:\n"
          "      ffplay rtsp://127.0.0.1:8554/camera\n"
          "  oak-rtsp-server --address 0.0.0.0 oak://10.12.101.188\n"
          "      The same for everybody who can reach this machine.\n"
          "  oak-rtsp-server --config /etc/oak-rtsp-server/site.conf\n"
          "      Many cameras, users, TLS: see oak-rtsp-server(1). SIGHUP "
          "reads the\n"
          "      file again, and leaves alone what has not changed.\n"));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return context;
}

static OakServerSettings *
read_config (const gchar * path, GError ** error)
{
  OakServerSettings *settings;
  struct stat status;
  gchar *text;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;

  settings = oak_server_file_parse (text, size, error);
  g_free (text);
  if (settings == NULL) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  if (g_hash_table_size (settings->users) > 0 && stat (path, &status) == 0
      && (status.st_mode & S_IROTH))
    g_warning (_("%s has passwords and everybody can read it: chmod o= %s"),
        path, path);
  return settings;
}

static gboolean
set_option (OakCameraSettings * camera, const gchar * key, const gchar * value,
    GError ** error)
{
  return value == NULL || oak_camera_settings_set (camera, key, value, error);
}

static gboolean
set_options (OakCameraSettings * camera, const Options * options,
    GError ** error)
{
  gchar *bitrate = options->bitrate > 0 ?
      g_strdup_printf ("%d", options->bitrate) : NULL;
  gboolean set = set_option (camera, "mount", options->mount, error)
      && set_option (camera, "encoder", options->encoder, error)
      && set_option (camera, "bitrate", bitrate, error)
      && set_option (camera, "overlay", options->overlay, error)
      && set_option (camera, "connect", options->connect, error)
      && set_option (camera, "away", options->away, error);

  camera->metadata = options->metadata;
  g_free (bitrate);
  return set;
}

/* An address alone is a camera's as well. */
static OakServerSettings *
use_options (const Options * options, GError ** error)
{
  const gchar *camera = options->cameras[0];
  OakServerSettings *settings = oak_server_settings_new ();
  gchar *uri = strstr (camera, "://") != NULL ? g_strdup (camera)
      : g_strconcat ("oak://", camera, NULL);
  OakCameraSettings *only = oak_camera_settings_new ("camera", uri);

  g_ptr_array_add (settings->cameras, only);
  g_free (uri);
  if (set_options (only, options, error))
    return settings;

  oak_server_settings_free (settings);
  return NULL;
}

static OakServerSettings *
find_settings (const Options * options, GError ** error)
{
  OakServerSettings *settings = options->config != NULL
      ? read_config (options->config, error) : use_options (options, error);

  if (settings != NULL && options->address != NULL) {
    g_free (settings->address);
    settings->address = g_strdup (options->address);
  }
  if (settings != NULL && options->port >= 0)
    settings->port = options->port;
  return settings;
}

static gboolean
on_reload (gpointer data)
{
  Program *program = data;
  OakServerSettings *settings;
  GError *error = NULL;

  if (program->config == NULL) {
    g_message (_("There is no --config to read again."));
    return G_SOURCE_CONTINUE;
  }

  settings = read_config (program->config, &error);
  if (settings == NULL) {
    g_warning (_("All stays as it was: %s"), error->message);
    g_error_free (error);
  } else {
    g_message (_("%s was read again"), program->config);
    gst_oak_server_apply (program->server, settings);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_end (gpointer data)
{
  Program *program = data;

  g_message (_("ending"));
  g_main_loop_quit (program->loop);
  return G_SOURCE_CONTINUE;
}

static int
serve (const Options * options)
{
  Program program = { NULL, };
  GError *error = NULL;
  OakServerSettings *settings = find_settings (options, &error);

  if (settings == NULL) {
    g_printerr ("oak-rtsp-server: %s\n", error->message);
    g_error_free (error);
    return EXIT_CONFIG;
  }
  program.server = gst_oak_server_new (settings, &error);
  if (program.server == NULL) {
    g_printerr ("oak-rtsp-server: %s\n", error->message);
    g_error_free (error);
    return EXIT_UNAVAILABLE;
  }

  program.config = options->config;
  program.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGHUP, on_reload, &program);
  g_unix_signal_add (SIGINT, on_end, &program);
  g_unix_signal_add (SIGTERM, on_end, &program);
  g_main_loop_run (program.loop);

  gst_oak_server_free (program.server);
  g_main_loop_unref (program.loop);
  return 0;
}

static int
run (const Options * options)
{
  gchar *list;

  if (options->version) {
    g_print ("oak-rtsp-server %s\n", VERSION);
    return 0;
  }
  if (options->list_encoders) {
    list = gst_oak_encoder_list ();
    g_print ("%s\n", list);
    g_free (list);
    return 0;
  }
  if ((options->config == NULL) == (options->cameras == NULL)
      || (options->cameras != NULL && options->cameras[1] != NULL)) {
    g_printerr (_("oak-rtsp-server: give either a camera's URI, such as "
            "oak://10.12.101.188, or --config FILE. See --help.\n"));
    return EXIT_USAGE;
  }
  return serve (options);
}

int
main (int argc, char **argv)
{
  Options options = { NULL, };
  GOptionContext *context;
  GError *error = NULL;
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  g_set_prgname ("oak-rtsp-server");

  options.port = -1;
  context = describe_options (&options);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("oak-rtsp-server: %s\n", error->message);
    g_error_free (error);
    g_option_context_free (context);
    return EXIT_USAGE;
  }
  g_option_context_free (context);
  g_log_set_writer_func (write_log, GINT_TO_POINTER (options.verbose), NULL);

  status = run (&options);
  g_strfreev (options.cameras);
  g_free (options.config);
  g_free (options.address);
  g_free (options.mount);
  g_free (options.encoder);
  g_free (options.overlay);
  g_free (options.connect);
  g_free (options.away);
  return status;
}
