/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "oakallow.h"

#include <string.h>

struct _OakAllow
{
  GPtrArray *masks;             /* of GInetAddressMask */
};

/* Checks the prefix itself: what GLib makes of one over 128 is a mask that
 * lets everybody in. Returns NULL if it is no network. */
static GInetAddressMask *
parse_network (const gchar * text, const gchar * prefix)
{
  GInetAddress *address = g_inet_address_new_from_string (text);
  GInetAddressMask *mask = NULL;
  guint64 length;

  if (address == NULL)
    return NULL;
  length = 8 * g_inet_address_get_native_size (address);
  if (prefix == NULL
      || g_ascii_string_to_unsigned (prefix, 10, 0, length, &length, NULL))
    mask = g_inet_address_mask_new (address, length, NULL);
  g_object_unref (address);
  return mask;
}

static gboolean
add_word (OakAllow * self, const gchar * word, GError ** error)
{
  gchar **parts = g_strsplit (word, "/", 2);
  GInetAddressMask *mask = parse_network (parts[0], parts[1]);

  g_strfreev (parts);
  if (mask == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "expected an address like 192.168.1.7 or a network like "
        "192.168.1.0/24, got \"%s\"", word);
    return FALSE;
  }
  g_ptr_array_add (self->masks, mask);
  return TRUE;
}

/**
 * oak_allow_new:
 * @list: (nullable): addresses (192.168.1.7, ::1) and networks
 *     (192.168.1.0/24, whose bits beyond the prefix are 0), IPv4 or IPv6,
 *     with commas, spaces or both between them
 * @error: return location for %G_IO_ERROR_INVALID_ARGUMENT, which names the
 *     first word that is neither
 *
 * Names are not looked up: this does not wait.
 *
 * Returns: (transfer full) (nullable): who is in @list, nobody if it is empty
 *     or %NULL; %NULL on failure
 */
OakAllow *
oak_allow_new (const gchar * list, GError ** error)
{
  OakAllow *self = g_new0 (OakAllow, 1);
  gchar **words = g_strsplit_set (list != NULL ? list : "", ", \t\r\n", -1);
  gboolean good = TRUE;
  guint i;

  self->masks = g_ptr_array_new_with_free_func (g_object_unref);
  for (i = 0; good && words[i] != NULL; i++) {
    if (words[i][0] != '\0')
      good = add_word (self, words[i], error);
  }
  g_strfreev (words);
  if (good)
    return self;

  oak_allow_free (self);
  return NULL;
}

/**
 * oak_allow_free:
 * @self: (nullable) (transfer full): a list
 */
void
oak_allow_free (OakAllow * self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->masks);
  g_free (self);
}

/**
 * oak_allow_lets_in:
 * @self: a list
 * @peer: who wants to come in; an IPv4 address that came in an IPv6 one
 *     (::ffff:192.168.1.7) counts as IPv4, and as nothing else
 *
 * Returns: whether @peer is in the list
 */
gboolean
oak_allow_lets_in (OakAllow * self, GInetAddress * peer)
{
  GInetAddress *plain = oak_allow_plain (peer);
  gboolean found = FALSE;
  guint i;

  for (i = 0; !found && i < self->masks->len; i++)
    found = g_inet_address_mask_matches (g_ptr_array_index (self->masks, i),
        plain);
  g_object_unref (plain);
  return found;
}

/**
 * oak_allow_plain:
 * @peer: an address as a socket tells it
 *
 * A socket that listens for both families calls an IPv4 peer ::ffff:a.b.c.d.
 *
 * Returns: (transfer full): a.b.c.d for such an address, @peer for any other
 */
GInetAddress *
oak_allow_plain (GInetAddress * peer)
{
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (peer);

  if (g_inet_address_get_family (peer) == G_SOCKET_FAMILY_IPV6
      && memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof mapped,
        G_SOCKET_FAMILY_IPV4);
  return g_object_ref (peer);
}
