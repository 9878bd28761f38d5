/* SPDX-License-Identifier: MIT
 *
 * 08_poll PORT: a client of the hub of 02_hub (with its SHARD_IPC_SECRET) in a
 * loop that is not ours: the host's poll(2) watches its own stdin and our
 * socket. Needs ipc alone.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime, also with -std=c11 */

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "zoryx/ipc.h"

static struct zx_ipc *x;
static int fd = -1, over;
static uint32_t number; /* of the connection */

static zx_time now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (zx_time)t.tv_sec * 1000 + (zx_time)t.tv_nsec / 1000000;
}

static void fill(void *random, void *p, size_t n)
{
	if (fread(p, 1, n, random) != n)
		abort();
}

static void dial(const struct zx_ipc_out *o)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	number = o->link;
	a.sin_port = htons((uint16_t)o->port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
		zx_ipc_closed(x, number, "cannot connect", now());
	else
		zx_ipc_opened(x, number, now());
}

static void outputs(void)
{
	struct zx_ipc_out o;

	while (zx_ipc_poll(x, &o)) {
		if (o.kind == ZX_IPC_OUT_DIAL)
			dial(&o);
		else if (o.kind == ZX_IPC_OUT_CLOSE)
			fd = close(fd) - 1;
		else if (o.name.len) /* UP, DOWN, JOIN, LEAVE, MESSAGE ... */
			printf("%.*s %.*s\n", ZX_ARG(o.name), ZX_ARG(o.text));
		over = o.kind == ZX_IPC_OUT_STOPPED;
	}
}

static void ready(short what)
{
	static char piece[4096]; /* borrowed until outputs() has polled it */
	struct zx_str s = zx_ipc_pull(x, number);
	ssize_t n;

	if (what & POLLOUT && (n = write(fd, s.ptr, s.len)) >= 0)
		zx_ipc_wrote(x, number, (size_t)n, now());
	s.ptr = piece;
	if (what & POLLIN && (n = read(fd, piece, sizeof(piece))) > 0)
		s.len = (size_t)n, zx_ipc_feed(x, number, s, now());
	else if (what & (POLLIN | POLLHUP | POLLERR))
		zx_ipc_closed(x, number, NULL, now());
}

int main(int argc, char **argv)
{
	struct zx_ipc_options o = { sizeof(o), ZX_IPC_CLIENT, "poll",
				    getenv("SHARD_IPC_SECRET"),
				    .host = "127.0.0.1" };

	o.port = argc > 1 ? (unsigned)atoi(argv[1]) : 20001;
	o.rand = (struct zx_rand){ fill, fopen("/dev/urandom", "rb") };
	if (zx_ipc_new(&x, &o) || zx_ipc_start(x, now()))
		return fputs("is SHARD_IPC_SECRET set?\n", stderr), 1;
	for (outputs(); !over; zx_ipc_tick(x, now()), outputs()) {
		struct pollfd p[2] = { { 0, POLLIN, 0 }, { fd, POLLIN, 0 } };
		zx_time at = zx_ipc_deadline(x), t = now();

		p[1].events |= zx_ipc_pull(x, number).len ? POLLOUT : 0;
		poll(p, 2, at > t ? (int)(at - t) : 0);
		ready(p[1].revents);
		if (p[0].revents && getchar() == EOF)
			zx_ipc_stop(x, now()); /* goodbye */
	}
	zx_ipc_free(x);
	return fclose(o.rand.ud);
}
