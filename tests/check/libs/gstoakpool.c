/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gstoakpool.h"

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#define FORMAT "video/x-raw,format=BGR,width=8,height=4,framerate=0/1"

static GstBufferPool *
make_pool (guint max)
{
  GstBufferPool *pool = gst_oak_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = gst_caps_from_string (FORMAT);

  gst_buffer_pool_config_set_params (config, caps, 96, 0, max);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  gst_caps_unref (caps);
  return pool;
}

static GstBuffer *
acquire (GstBufferPool * pool)
{
  GstBufferPoolAcquireParams params = { 0, };
  GstBuffer *buffer = NULL;

  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  gst_buffer_pool_acquire_buffer (pool, &buffer, &params);
  return buffer;
}

static void
close_pool (GstBufferPool * pool)
{
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
}

GST_START_TEST (test_last_that_came_back_goes_out_next)
{
  GstBufferPool *pool = make_pool (0);
  GstBuffer *buffers[3];
  guint i;

  for (i = 0; i < 3; i++) {
    buffers[i] = acquire (pool);
    fail_unless_equals_int (gst_buffer_get_size (buffers[i]), 96);
  }
  gst_buffer_unref (buffers[1]);
  gst_buffer_unref (buffers[0]);
  gst_buffer_unref (buffers[2]);
  fail_unless (acquire (pool) == buffers[2]);
  fail_unless (acquire (pool) == buffers[0]);
  gst_buffer_unref (buffers[0]);
  fail_unless (acquire (pool) == buffers[0]);
  fail_unless (acquire (pool) == buffers[1]);
  for (i = 0; i < 3; i++)
    gst_buffer_unref (buffers[i]);
  close_pool (pool);
}

GST_END_TEST;

GST_START_TEST (test_there_is_an_end_to_it)
{
  GstBufferPool *pool = make_pool (2);
  GstBuffer *first = acquire (pool), *second = acquire (pool);

  fail_unless (first != NULL && second != NULL);
  fail_unless (acquire (pool) == NULL);
  gst_buffer_unref (second);
  fail_unless (acquire (pool) == second);
  gst_buffer_unref (first);
  gst_buffer_unref (second);
  close_pool (pool);
}

GST_END_TEST;

/* Its memory is gone, or is another part of it. */
GST_START_TEST (test_what_is_not_intact_does_not_come_back)
{
  GstBufferPool *pool = make_pool (1);
  GstBuffer *buffer = acquire (pool);

  gst_buffer_remove_all_memory (buffer);
  gst_buffer_unref (buffer);
  buffer = acquire (pool);
  fail_unless (buffer != NULL);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 96);

  gst_buffer_resize (buffer, 8, 16);
  gst_buffer_unref (buffer);
  buffer = acquire (pool);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 96);
  gst_buffer_unref (buffer);
  close_pool (pool);
}

GST_END_TEST;

/* From GStreamer 1.24 on, a copy keeps the buffer itself from coming back. */
GST_START_TEST (test_what_somebody_else_has_does_not_go_out)
{
  GstBufferPool *pool = make_pool (0);
  GstBuffer *buffer = acquire (pool);
  GstBuffer *copy = gst_buffer_copy (buffer);

  gst_buffer_unref (buffer);
  buffer = acquire (pool);
  fail_unless (buffer != NULL);
  fail_unless (gst_buffer_peek_memory (buffer, 0)
      != gst_buffer_peek_memory (copy, 0));
  gst_buffer_unref (copy);
  gst_buffer_unref (buffer);
  close_pool (pool);
}

GST_END_TEST;

GST_START_TEST (test_closed_pool_gives_nothing_and_keeps_nothing)
{
  GstBufferPool *pool = make_pool (0);
  GstBuffer *idle = acquire (pool), *out = acquire (pool);

  gst_buffer_unref (idle);
  gst_buffer_pool_set_active (pool, FALSE);
  fail_unless (acquire (pool) == NULL);
  /* The last that comes back ends it. */
  gst_buffer_unref (out);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  out = acquire (pool);
  fail_unless (out != NULL);
  gst_buffer_unref (out);
  gst_buffer_pool_set_active (pool, FALSE);
  fail_unless_equals_int (GST_OBJECT_REFCOUNT (pool), 1);
  gst_object_unref (pool);
}

GST_END_TEST;

static void
count_freed (gpointer user_data, GstMiniObject * buffer)
{
  (*(guint *) user_data)++;
}

/* Behind a moment that needed ten, one is needed at a time. */
GST_START_TEST (test_what_nobody_needs_is_given_back)
{
  GstBufferPool *pool = make_pool (0);
  GstBuffer *buffers[10];
  guint i, n_freed = 0;

  for (i = 0; i < 10; i++) {
    buffers[i] = acquire (pool);
    gst_mini_object_weak_ref (GST_MINI_OBJECT (buffers[i]), count_freed,
        &n_freed);
  }
  for (i = 0; i < 10; i++)
    gst_buffer_unref (buffers[i]);

  for (i = 0; i < 500; i++)
    gst_buffer_unref (acquire (pool));
  fail_unless_equals_int (n_freed, 0);
  for (i = 0; i < 600; i++) {
    fail_unless (acquire (pool) == buffers[9]);
    gst_buffer_unref (buffers[9]);
  }
  fail_unless_equals_int (n_freed, 9);

  /* There are more when they are needed, and they stay while they are. */
  for (i = 0; i < 2000; i++) {
    buffers[0] = acquire (pool);
    buffers[1] = acquire (pool);
    if (i == 100)
      gst_mini_object_weak_ref (GST_MINI_OBJECT (buffers[1]), count_freed,
          &n_freed);
    gst_buffer_unref (buffers[1]);
    gst_buffer_unref (buffers[0]);
  }
  fail_unless_equals_int (n_freed, 9);
  close_pool (pool);
  fail_unless_equals_int (n_freed, 11);
}

GST_END_TEST;

static Suite *
gstoakpool_suite (void)
{
  Suite *s = suite_create ("gstoakpool");
  TCase *tc = tcase_create ("pool");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_last_that_came_back_goes_out_next);
  tcase_add_test (tc, test_there_is_an_end_to_it);
  tcase_add_test (tc, test_what_is_not_intact_does_not_come_back);
  tcase_add_test (tc, test_what_somebody_else_has_does_not_go_out);
  tcase_add_test (tc, test_what_nobody_needs_is_given_back);
  tcase_add_test (tc, test_closed_pool_gives_nothing_and_keeps_nothing);

  return s;
}

GST_CHECK_MAIN (gstoakpool);
