/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What receiving costs at least: recv() into one buffer, the same for every
 * frame, and with "copy" one memcpy() of the picture behind it.
 *
 *   floor SKIP FRAMES PORT [copy]
 *
 * Prints "FRAMES n CPU us SECONDS s MEMORY kB", not counting the frames that
 * are skipped; then, for each of the others, "device-time monotonic-time", in
 * ns: when it was there. */

#define _GNU_SOURCE

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADER_SIZE 32
#define SECOND 1000000000ll

typedef struct
{
  int64_t device_time, came;
} Stamp;

static int64_t
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * SECOND + time.tv_nsec;
}

static int64_t
cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll
      + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static long
memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void
read_all (int camera, char *bytes, size_t size)
{
  while (size > 0) {
    ssize_t got = recv (camera, bytes, size, 0);

    if (got <= 0)
      exit (1);
    bytes += got;
    size -= got;
  }
}

static char *
grow (char *bytes, size_t *room, size_t size)
{
  if (size <= *room)
    return bytes;
  *room = size;
  return realloc (bytes, size);
}

static int64_t
read_frame (int camera, char **bytes, char **copy, size_t *room, int copies)
{
  static char *other;
  static size_t other_room;
  char header[HEADER_SIZE + 1] = "", text[65536];
  unsigned long long seconds, micros;
  size_t image, detections;

  read_all (camera, header, HEADER_SIZE);
  if (sscanf (header, "IMG %llu.%6llu %zu %zu", &seconds, &micros, &image,
          &detections) != 4 || detections > sizeof (text))
    exit (1);
  read_all (camera, text, detections);
  *bytes = grow (*bytes, room, image);
  read_all (camera, *bytes, image);
  if (copies) {
    other = grow (other, &other_room, image);
    memcpy (other, *bytes, image);
  }
  *copy = other;
  return seconds * SECOND + micros * 1000;
}

static int
open_camera (int port)
{
  struct sockaddr_in address = { AF_INET, htons (port),
    {htonl (INADDR_LOOPBACK)}, {0}
  };
  int camera = socket (AF_INET, SOCK_STREAM, 0);

  if (connect (camera, (struct sockaddr *) &address, sizeof (address)) < 0)
    exit (1);
  return camera;
}

int
main (int argc, char **argv)
{
  int camera, skip, n, i, copies = argc > 4;
  int64_t cpu = 0, start = 0;
  char *bytes = NULL, *copy = NULL;
  size_t room = 0;
  Stamp *stamps;

  if (argc < 4)
    return 2;
  skip = atoi (argv[1]);
  n = atoi (argv[2]);
  camera = open_camera (atoi (argv[3]));
  stamps = calloc (n, sizeof (Stamp));
  for (i = -skip; i < n; i++) {
    int64_t device_time;

    if (i == 0) {
      cpu = cpu_time ();
      start = now ();
    }
    device_time = read_frame (camera, &bytes, &copy, &room, copies);
    if (i >= 0) {
      stamps[i].device_time = device_time;
      stamps[i].came = now ();
    }
  }
  printf ("FRAMES %d CPU %lld SECONDS %.6f MEMORY %ld\n", n,
      (long long) (cpu_time () - cpu), (now () - start) / (double) SECOND,
      memory ());
  for (i = 0; i < n; i++)
    printf ("%lld %lld\n", (long long) stamps[i].device_time,
        (long long) stamps[i].came);
  free (stamps);
  free (bytes);
  free (copy);
  close (camera);
  return 0;
}
