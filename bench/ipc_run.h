/* SPDX-License-Identifier: MIT
 *
 * ipc_run: what all ways of bench_ipc have in common: who shares what, sockets,
 * and how far a sender may be ahead of the receivers.
 */
#ifndef BENCH_IPC_RUN_H
#define BENCH_IPC_RUN_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"
#include "zoryx/base.h"

#define RX (256 * 1024)
#define BATCH (64 * 1024)
#define WINDOW (4096 * 1024) /* bytes between sender and receivers */
#define ROUND_TRIPS 200000

/* What the processes of one run share. */
struct shared {
	atomic_uint port, back; /* of the hub; a second one where it has two */
	atomic_uint receivers, ready, sending, go;
	atomic_ullong sent, got;	/* messages; deliveries */
	atomic_ullong bytes_in, copied; /* what the hub says at the end */
	atomic_uint trips;
	double trip_ns[ROUND_TRIPS];
};

struct run;
/* Who does the work: a hub and those who use it, each a process. */
struct way {
	const char *name;
	const char *lacks; /* what is not installed, else NULL */
	void (*hub)(const struct run *r);
	void (*receiver)(const struct run *r);
	void (*sender)(const struct run *r);
	int bare; /* nobody has to say who they are */
};

struct run {
	const struct way *way;
	size_t size;	/* of a payload */
	unsigned peers; /* receivers */
	int tls, rtt;
	struct shared *m;
};

static inline void die(const char *what)
{
	perror(what);
	_exit(1);
}

static inline void tune(int fd)
{
	int one = 1, size = 256 * 1024;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static inline void write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t got = write(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			_exit(0); /* the run is over */
		p += got;
		n -= (size_t)got;
	}
}

/* A server of somebody else may need a moment until it listens. */
static inline int dial(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port) };
	int i, fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < 2000; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0)
			break;
		tune(fd);
		if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
			return fd;
		close(fd);
		usleep(5000);
	}
	die("connect");
	return -1;
}

static inline void stamp(char *end, unsigned long long n)
{
	static const char hex[] = "0123456789abcdef";
	char *p = end - 2;
	int i;

	for (i = 0; i < 12; i++, n >>= 4)
		*--p = hex[n & 15];
}

/* Keeps the way full, but not so full that somebody must be dropped. */
static inline void wait_for_room(const struct run *r, unsigned long long sent)
{
	unsigned long long most = WINDOW / r->size + 1;

	if (r->peers > 1)
		most = most / 4 + 1;
	while (sent > atomic_load(&r->m->got) / r->peers + most)
		sched_yield();
}

#endif
