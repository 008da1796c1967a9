/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoakpool.h"

#include <gst/video/video.h>

/* GStreamer's pools hand out what has lain there longest. Behind a moment in
 * which many pictures were on their way, all of that memory is used in turn,
 * and no cache knows it. Nor do they ever give it back: a source runs for
 * months, and each of sixty would keep the worst of its moments. */

/* What nobody has needed for so many pictures is given back. */
#define SPAN 512

typedef struct
{
  GstVideoBufferPool parent;
  guint size;                   /* of a buffer, while it is active */
  GMutex lock;
  /* under the lock */
  GPtrArray *idle;              /* of buffers; last in, first out */
  guint taken;                  /* since a span began */
  guint spare;                  /* how many have lain there all that time */
} GstOakPool;

typedef struct
{
  GstVideoBufferPoolClass parent;
} GstOakPoolClass;

GType gst_oak_pool_get_type (void);

G_DEFINE_TYPE (GstOakPool, gst_oak_pool, GST_TYPE_VIDEO_BUFFER_POOL);

#define PARENT GST_BUFFER_POOL_CLASS (gst_oak_pool_parent_class)

/* Locked. At the end of a span: what nobody has needed in it, the first ones.
 * Returns NULL if there is nothing like that. */
static GPtrArray *
steal_spare (GstOakPool * self)
{
  GPtrArray *spare = NULL;
  guint i;

  self->spare = MIN (self->spare, self->idle->len);
  if (++self->taken < SPAN)
    return NULL;
  if (self->spare > 0) {
    spare = g_ptr_array_sized_new (self->spare);
    for (i = 0; i < self->spare; i++)
      g_ptr_array_add (spare, g_ptr_array_index (self->idle, i));
    g_ptr_array_remove_range (self->idle, 0, self->spare);
  }
  self->taken = 0;
  self->spare = self->idle->len;
  return spare;
}

/* The parent frees what somebody has altered. */
static void
gst_oak_pool_give_back (GstOakPool * self, GPtrArray * buffers)
{
  guint i;

  for (i = 0; i < buffers->len; i++) {
    GstBuffer *buffer = g_ptr_array_index (buffers, i);

    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);
    PARENT->release_buffer (GST_BUFFER_POOL (self), buffer);
  }
  g_ptr_array_unref (buffers);
}

static GstBuffer *
gst_oak_pool_take (GstOakPool * self)
{
  GstBuffer *buffer = NULL;
  GPtrArray *spare;

  g_mutex_lock (&self->lock);
  if (self->idle->len > 0)
    buffer = g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1);
  spare = steal_spare (self);
  g_mutex_unlock (&self->lock);
  if (spare != NULL)
    gst_oak_pool_give_back (self, spare);
  return buffer;
}

/* The parent knows when there may be more. */
static GstFlowReturn
gst_oak_pool_acquire_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  GstOakPool *self = (GstOakPool *) pool;

  if (!GST_BUFFER_POOL_IS_FLUSHING (pool)) {
    *buffer = gst_oak_pool_take (self);
    if (*buffer != NULL)
      return GST_FLOW_OK;
  }
  return PARENT->acquire_buffer (pool, buffer, params);
}

/* Whether it is as it was when it went out. The parent gets rid of others. */
static gboolean
is_intact (GstOakPool * self, GstBuffer * buffer)
{
  return !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY)
      && gst_buffer_get_size (buffer) == self->size
      && gst_buffer_is_all_memory_writable (buffer);
}

static void
gst_oak_pool_release_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  GstOakPool *self = (GstOakPool *) pool;

  if (!is_intact (self, buffer)) {
    PARENT->release_buffer (pool, buffer);
    return;
  }
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->idle, buffer);
  g_mutex_unlock (&self->lock);
}

static gboolean
gst_oak_pool_start (GstBufferPool * pool)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_get_params (config, NULL,
      &((GstOakPool *) pool)->size, NULL, NULL);
  gst_structure_free (config);
  return PARENT->start (pool);
}

static gboolean
gst_oak_pool_stop (GstBufferPool * pool)
{
  GstBuffer *buffer;

  while ((buffer = gst_oak_pool_take ((GstOakPool *) pool)) != NULL)
    PARENT->release_buffer (pool, buffer);
  return PARENT->stop (pool);
}

static void
gst_oak_pool_finalize (GObject * object)
{
  GstOakPool *self = (GstOakPool *) object;

  /* That stops the pool. */
  G_OBJECT_CLASS (gst_oak_pool_parent_class)->finalize (object);
  g_ptr_array_unref (self->idle);
  g_mutex_clear (&self->lock);
}

static void
gst_oak_pool_class_init (GstOakPoolClass * klass)
{
  GstBufferPoolClass *pool_class = GST_BUFFER_POOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_oak_pool_finalize;
  pool_class->acquire_buffer = gst_oak_pool_acquire_buffer;
  pool_class->release_buffer = gst_oak_pool_release_buffer;
  pool_class->start = gst_oak_pool_start;
  pool_class->stop = gst_oak_pool_stop;
}

static void
gst_oak_pool_init (GstOakPool * self)
{
  g_mutex_init (&self->lock);
  self->idle = g_ptr_array_new ();
}

/**
 * gst_oak_pool_new:
 *
 * Who takes from it must not wait: what comes back while one waits, goes to the
 * next.
 *
 * Returns: (transfer full): a pool that is still to be configured
 */
GstBufferPool *
gst_oak_pool_new (void)
{
  return gst_object_ref_sink (g_object_new (gst_oak_pool_get_type (), NULL));
}
