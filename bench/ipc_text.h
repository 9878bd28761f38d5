/* SPDX-License-Identifier: MIT
 *
 * ipc_text: the same work through the servers of NATS and Redis. Both speak
 * lines, some of which announce so many bytes; the ends here count those and
 * look at nothing else. The servers are started on loopback, with nothing kept.
 */
#ifndef BENCH_IPC_TEXT_H
#define BENCH_IPC_TEXT_H

#include <fcntl.h>
#include <sys/epoll.h>

#include "ipc_ends.h"

/* The program of that name; NULL when it is not there. */
static inline const char *find_program(const char *name)
{
	static char path[512];
	const char *b = getenv("B"), *rest = getenv("PATH");

	snprintf(path, sizeof(path), "%s/tools/usr/sbin/%s", "build", name);
	if (!access(path, X_OK))
		return path;
	snprintf(path, sizeof(path), "%s/tools/usr/sbin/%s", b ? b : "build",
		 name);
	if (!access(path, X_OK))
		return path;
	snprintf(path, sizeof(path), "/usr/sbin/%s", name);
	if (!access(path, X_OK))
		return path;
	for (; rest && *rest;
	     rest += strcspn(rest, ":"), rest += *rest == ':') {
		snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(rest, ":"),
			 rest, name);
		if (!access(path, X_OK))
			return path;
	}
	return NULL;
}

/* A port nobody has; the server takes it a moment later. */
static inline unsigned free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&a, len) ||
	    getsockname(fd, (struct sockaddr *)&a, &len))
		die("bind");
	close(fd);
	return ntohs(a.sin_port);
}

/* Becomes the server: its processor time is then that of the hub. */
static inline void become(const struct run *r, unsigned port, char **argv,
			  const char *path)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	atomic_store(&r->m->port, port);
	execv(path, argv);
	_exit(127);
}

/* Lines and payloads
 * ---------------------------------------------------------------- */

struct lines {
	char line[128];
	size_t have, skip;
	unsigned bulk; /* Redis: which string of an array */
	int ends;      /* with the bytes to skip a message ends */
	int ping, pong;
};

/* What differs between the two. */
struct dialect {
	/* A line without its end; returns how many bytes follow it. */
	size_t (*line)(struct lines *l);
	void (*hello)(int fd);
	/* Ready when it returns. */
	void (*subscribe)(int fd, const char *subject);
	void (*publish)(struct zx_buf *out, const char *subject,
			struct zx_str payload);
};

static inline unsigned count_lines(const struct dialect *d, struct lines *l,
				   const char *p, size_t n)
{
	const char *end = p + n;
	unsigned messages = 0;

	while (p < end) {
		if (l->skip) {
			size_t some = (size_t)(end - p);

			some = some < l->skip ? some : l->skip;
			p += some;
			l->skip -= some;
			if (!l->skip && l->ends)
				messages++, l->ends = 0;
			continue;
		}
		if (*p == '\n') {
			l->line[l->have - (l->have > 0)] = '\0';
			l->skip = d->line(l);
			l->have = 0;
		} else if (l->have + 1 < sizeof(l->line)) {
			l->line[l->have++] = *p;
		}
		p++;
	}
	return messages;
}

/* One connection to the server. */
struct text_end {
	const struct dialect *d;
	int fd;
	struct lines l;
};

static inline void text_open(struct text_end *e, const struct dialect *d,
			     const struct run *r, const char *subject)
{
	memset(e, 0, sizeof(*e));
	e->d = d;
	e->fd = dial(atomic_load(&r->m->port));
	d->hello(e->fd);
	if (subject)
		d->subscribe(e->fd, subject);
}

static inline unsigned text_take(struct text_end *e, const char *p, ssize_t n)
{
	unsigned messages;

	if (n <= 0)
		_exit(0);
	messages = count_lines(e->d, &e->l, p, (size_t)n);
	if (e->l.ping)
		write_all(e->fd, "PONG\r\n", 6);
	e->l.ping = 0;
	return messages;
}

/* What has been answered to publishing, without waiting for it. */
static inline void text_drain(struct text_end *e, char *rx)
{
	ssize_t n;

	while ((n = recv(e->fd, rx, RX, MSG_DONTWAIT)) > 0)
		text_take(e, rx, n);
}

/* Until some text is there; only before messages come. */
static inline void expect(int fd, const char *text)
{
	char got[4096];
	size_t n = 0;

	while (n + 1 < sizeof(got)) {
		ssize_t some = read(fd, got + n, sizeof(got) - 1 - n);

		if (some <= 0)
			die("not taken in");
		n += (size_t)some;
		got[n] = '\0';
		if (strstr(got, text))
			return;
	}
	die("an unknown answer");
}

/* NATS
 * ------------------------------------------------------------------------- */

static inline size_t nats_line(struct lines *l)
{
	const char *last = strrchr(l->line, ' ');

	l->ping |= !strcmp(l->line, "PING");
	if (strncmp(l->line, "MSG ", 4) || !last)
		return 0;
	l->ends = 1;
	return strtoul(last, NULL, 10) + 2;
}

static inline void nats_hello(int fd)
{
	static const char hello[] =
		"CONNECT {\"verbose\":false,\"pedantic\":false,"
		"\"lang\":\"c\",\"version\":\"1\",\"protocol\":1}\r\n"
		"PING\r\n";

	write_all(fd, hello, sizeof(hello) - 1);
	expect(fd, "PONG\r\n");
}

static inline void nats_subscribe(int fd, const char *subject)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "SUB %s 1\r\nPING\r\n", subject);

	write_all(fd, text, (size_t)n);
	expect(fd, "PONG\r\n");
}

static inline void nats_publish(struct zx_buf *out, const char *subject,
				struct zx_str payload)
{
	zx_buf_addf(out, "PUB %s %zu\r\n", subject, payload.len);
	zx_buf_adds(out, payload);
	zx_buf_addc(out, "\r\n");
}

static const struct dialect nats = {
	.line = nats_line,
	.hello = nats_hello,
	.subscribe = nats_subscribe,
	.publish = nats_publish,
};

static inline void nats_hub(const struct run *r)
{
	unsigned port = free_port();
	char text[16];
	char *argv[] = { "nats-server", "-a", "127.0.0.1", "-p", text, NULL };

	snprintf(text, sizeof(text), "%u", port);
	become(r, port, argv, find_program("nats-server"));
}

/* Redis
 * ------------------------------------------------------------------------ */

static inline size_t redis_line(struct lines *l)
{
	if (*l->line == '*')
		l->bulk = 0;
	if (*l->line != '$')
		return 0;
	l->ends = ++l->bulk == 3; /* "message", where, what */
	return strtoul(l->line + 1, NULL, 10) + 2;
}

static inline void redis_hello(int fd)
{
	write_all(fd, "*1\r\n$4\r\nPING\r\n", 14);
	expect(fd, "+PONG\r\n");
}

static inline void redis_subscribe(int fd, const char *subject)
{
	char text[96];
	int n = snprintf(text, sizeof(text),
			 "*2\r\n$9\r\nSUBSCRIBE\r\n$%zu\r\n%s\r\n",
			 strlen(subject), subject);

	write_all(fd, text, (size_t)n);
	expect(fd, ":1\r\n");
}

static inline void redis_publish(struct zx_buf *out, const char *subject,
				 struct zx_str payload)
{
	zx_buf_addf(out, "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%s\r\n$%zu\r\n",
		    strlen(subject), subject, payload.len);
	zx_buf_adds(out, payload);
	zx_buf_addc(out, "\r\n");
}

static const struct dialect redis = {
	.line = redis_line,
	.hello = redis_hello,
	.subscribe = redis_subscribe,
	.publish = redis_publish,
};

/* Debian has the server inside of redis-tools under another name. */
static inline const char *find_redis(void)
{
	const char *path = find_program("redis-server");

	return path ? path : find_program("redis-check-rdb");
}

static inline void redis_hub(const struct run *r)
{
	unsigned port = free_port();
	char text[16];
	char *argv[] = { "redis-server",
			 "--bind",
			 "127.0.0.1",
			 "--port",
			 text,
			 "--save",
			 "",
			 "--dir",
			 "/",
			 "--client-output-buffer-limit",
			 "pubsub 0 0 0",
			 NULL };

	snprintf(text, sizeof(text), "%u", port);
	become(r, port, argv, find_redis());
}

/* Processes
 * ------------------------------------------------------------------------- */

static inline void text_receiver(const struct run *r, const struct dialect *d)
{
	struct text_end *e = calloc(r->peers, sizeof(*e)), back;
	struct epoll_event ev[64] = { { 0 } };
	int ep = epoll_create1(0), n, i;
	char *rx = malloc(RX);
	struct zx_buf echo, p;
	unsigned k;

	zx_buf_init(&p, NULL, 0);
	zx_buf_init(&echo, NULL, 0);
	write_message(&p, r->size, "R0", "S");
	d->publish(&echo, "S", zx_buf_str(&p));
	text_open(&back, d, r, NULL);
	for (k = 0; k < r->peers; k++) {
		text_open(&e[k], d, r, r->peers > 1 ? "all" : "R0");
		ev[0] = (struct epoll_event){ .events = EPOLLIN,
					      .data.u32 = k };
		epoll_ctl(ep, EPOLL_CTL_ADD, e[k].fd, &ev[0]);
		atomic_store(&r->m->receivers, k + 1);
	}
	for (;;) {
		unsigned long long got = 0;

		n = epoll_wait(ep, ev, 64, -1);
		for (i = 0; i < n; i++) {
			k = ev[i].data.u32;
			got += text_take(&e[k], rx, read(e[k].fd, rx, RX));
		}
		atomic_fetch_add(&r->m->got, got);
		for (; r->rtt && got; got--) {
			write_all(back.fd, echo.ptr, echo.len);
			text_drain(&back, rx);
		}
	}
}

static inline void text_trips(const struct run *r, struct text_end *to,
			      const struct zx_buf *one, char *rx)
{
	struct text_end from;
	unsigned n;

	text_open(&from, to->d, r, "S");
	for (n = 0; n < ROUND_TRIPS; n++) {
		double begin = report_wall_ns();

		write_all(to->fd, one->ptr, one->len);
		text_drain(to, rx);
		while (!text_take(&from, rx, read(from.fd, rx, RX)))
			;
		r->m->trip_ns[n] = report_wall_ns() - begin;
		atomic_store(&r->m->trips, n + 1);
	}
	pause();
}

static inline void text_sender(const struct run *r, const struct dialect *d)
{
	const char *to = r->peers > 1 ? "all" : "R0";
	struct zx_buf p, one, b;
	char *rx = malloc(RX);
	unsigned long long n = 0;
	struct text_end e;
	unsigned per, i;

	zx_buf_init(&p, NULL, 0);
	zx_buf_init(&one, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	write_message(&p, r->size, "S", to);
	d->publish(&one, to, zx_buf_str(&p));
	text_open(&e, d, r, NULL);
	atomic_store(&r->m->sending, 1);
	if (r->rtt)
		text_trips(r, &e, &one, rx);
	per = (unsigned)(BATCH / one.len) + !(BATCH / one.len);
	for (i = 0; i < per; i++)
		zx_buf_adds(&b, zx_buf_str(&one));
	for (;;) {
		for (i = 0; i < per; i++)
			stamp(b.ptr + (i + 1) * one.len - 2, n++);
		write_all(e.fd, b.ptr, b.len);
		text_drain(&e, rx);
		wait_for_room(r, n);
	}
}

static inline void nats_receiver(const struct run *r)
{
	text_receiver(r, &nats);
}

static inline void nats_sender(const struct run *r)
{
	text_sender(r, &nats);
}

static inline void redis_receiver(const struct run *r)
{
	text_receiver(r, &redis);
}

static inline void redis_sender(const struct run *r)
{
	text_sender(r, &redis);
}

#endif
