/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A camera that costs as little as it can: frames that were made before, one
 * system call each. Prints "PORT n"; then, when the client has gone, a line
 * "device-time monotonic-time" for each frame of a rate: when its last bytes
 * were about to be handed to the system, both in ns.
 *
 *   fastcamera WIDTHxHEIGHT|jpeg:BYTES|bare:WIDTHxHEIGHT [FRAMES_PER_SECOND]
 *
 * With a rate, the bytes of a frame go out at 1 Gbit/s, as from a camera's
 * network; else as fast as they are taken. Bare pictures have neither header
 * nor detections, for programs that know none. */

#define _GNU_SOURCE

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define HEADER_SIZE 32
#define DETECTIONS "0;91.5;0.1;0.1;0.3;0.9|2;88.0;0.4;0.5;0.7;0.8|" \
    "2;67.3;0.6;0.4;0.9;0.7|16;55.1;0.05;0.6;0.2;0.95|5;42.0;0.3;0.2;0.6;0.5"
#define FRAMES_MAX 100000
/* What a network at 1 Gbit/s takes half a millisecond for. */
#define PIECE (64 * 1024)
#define NS_PER_BYTE 8
#define SECOND 1000000000ll

typedef struct
{
  int64_t device_time, sent;
} Stamp;

static Stamp stamps[FRAMES_MAX];

static int64_t
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * SECOND + time.tv_nsec;
}

static void
sleep_until (int64_t when)
{
  struct timespec time = { when / SECOND, when % SECOND };

  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0);
}

/* Returns 0 if the client has gone. */
static int
send_all (int client, struct iovec *parts, int n)
{
  while (n > 0) {
    ssize_t sent = writev (client, parts, n);

    if (sent < 0)
      return 0;
    for (; n > 0 && (size_t) sent >= parts->iov_len; parts++, n--)
      sent -= parts->iov_len;
    if (n > 0) {
      parts->iov_base = (char *) parts->iov_base + sent;
      parts->iov_len -= sent;
    }
  }
  return 1;
}

static int
send_paced (int client, char *bytes, size_t size, int64_t * last)
{
  int64_t next = now ();

  while (size > 0) {
    struct iovec part = { bytes, size < PIECE ? size : PIECE };
    size_t length = part.iov_len;

    *last = now ();
    if (!send_all (client, &part, 1))
      return 0;
    bytes += length;
    size -= length;
    next += length * NS_PER_BYTE;
    if (size > 0)
      sleep_until (next);
  }
  return 1;
}

static void
write_header (char *header, int64_t device_time, size_t size)
{
  char text[64];

  snprintf (text, sizeof (text), "IMG %lld.%06lld %zu %zu%32s",
      (long long) (device_time / SECOND),
      (long long) (device_time % SECOND / 1000), size, strlen (DETECTIONS), "");
  memcpy (header, text, HEADER_SIZE);
}

/* Header and text go with the first bytes of the picture, as one write. */
static int
serve (int client, char *image, size_t size, int bare, int rate)
{
  const size_t text = bare ? 0 : strlen (DETECTIONS);
  const size_t head = bare ? 0 : HEADER_SIZE;
  int64_t start = now (), period = rate > 0 ? SECOND / rate : SECOND / 1000;
  char *frame = malloc (head + text + size);
  int n;

  memcpy (frame + head, DETECTIONS, text);
  memcpy (frame + head + text, image, size);
  for (n = 0; n < FRAMES_MAX; n++) {
    struct iovec parts[] = { {frame, head + text + size} };

    stamps[n].device_time = SECOND + n * period / 1000 * 1000;
    if (head > 0)
      write_header (frame, stamps[n].device_time, size);
    if (rate > 0) {
      sleep_until (start + n * period);
      if (!send_paced (client, frame, head + text + size, &stamps[n].sent))
        break;
    } else if (!send_all (client, parts, 1)) {
      break;
    }
  }
  free (frame);
  return n;
}

static int
listen_anywhere (void)
{
  struct sockaddr_in address = { AF_INET, 0, {htonl (INADDR_LOOPBACK)}, {0} };
  socklen_t length = sizeof (address);
  int door = socket (AF_INET, SOCK_STREAM, 0);

  if (door < 0 || bind (door, (struct sockaddr *) &address, length) < 0
      || listen (door, 1) < 0
      || getsockname (door, (struct sockaddr *) &address, &length) < 0) {
    perror ("fastcamera");
    exit (1);
  }
  printf ("PORT %d\n", ntohs (address.sin_port));
  fflush (stdout);
  return door;
}

/* As much of a JPEG as one looks at who does not decode it. */
static void
write_jpeg (unsigned char *image, size_t size)
{
  static const unsigned char head[] = {
    0xff, 0xd8,
    /* 640x352, three components */
    0xff, 0xc0, 0, 17, 8, 352 >> 8, 352 & 255, 640 >> 8, 640 & 255, 3,
    1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
    0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0
  };

  memset (image, 0x5a, size);
  memcpy (image, head, sizeof (head));
  image[size - 2] = 0xff;
  image[size - 1] = 0xd9;
}

static char *
make_image (const char *what, size_t *size)
{
  unsigned width, height;
  size_t i;
  char *image;

  if (sscanf (what, "jpeg:%zu", size) == 1) {
    image = malloc (*size);
    write_jpeg ((unsigned char *) image, *size);
    return image;
  }

  if (strncmp (what, "bare:", 5) == 0)
    what += 5;
  if (sscanf (what, "%ux%u", &width, &height) != 2)
    exit (2);
  *size = (size_t) 3 *width * height;
  image = malloc (*size);
  for (i = 0; i < *size; i++)
    image[i] = i * 2654435761u >> 24;
  return image;
}

int
main (int argc, char **argv)
{
  size_t size;
  int client, n, k, on = 1, rate = argc > 2 ? atoi (argv[2]) : 0;
  char *image;

  if (argc < 2)
    return 2;
  image = make_image (argv[1], &size);

  signal (SIGPIPE, SIG_IGN);
  client = accept (listen_anywhere (), NULL, NULL);
  setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
  n = serve (client, image, size, strncmp (argv[1], "bare:", 5) == 0, rate);
  for (k = 0; k < n && rate > 0; k++)
    printf ("%lld %lld\n", (long long) stamps[k].device_time,
        (long long) stamps[k].sent);
  free (image);
  return 0;
}
