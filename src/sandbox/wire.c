/* SPDX-License-Identifier: MIT
 *
 * The wire itself: the listening socket, the turns of its loop, and what is
 * due later.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire_int.h"

/* 2026-09-21T13:33:20Z, an hour into the monotonic clock. */
#define OFFLINE_BEGINS (INT64_C(1789997600000) - OFFLINE_MS)
#define OFFLINE_MS 3600000

/* Clocks ------------------------------------------------------------------- */

uint64_t zx__wire_now(struct zx__wire *wire)
{
	struct timespec t;

	if (wire->opt.offline)
		return wire->virtual_ms;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int64_t zx__wire_wall(struct zx__wire *wire)
{
	struct timespec t;

	if (wire->opt.offline)
		return OFFLINE_BEGINS + (int64_t)wire->virtual_ms;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Opening and closing --------------------------------------------------------
 */

static void unblock(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int listen_on(struct zx__wire *wire, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		return ZX_E_IO;
	wire->listen_fd = fd;
	unblock(fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		return errno == EADDRINUSE || errno == EACCES ? ZX_E_BUSY
							      : ZX_E_IO;
	if (listen(fd, SOMAXCONN) || getsockname(fd, (struct sockaddr *)&a, &n))
		return errno == EADDRINUSE ? ZX_E_BUSY : ZX_E_IO;
	wire->port = ntohs(a.sin_port);
	return ZX_OK;
}

int zx__wire_new(struct zx__wire **out, const struct zx_sandbox_options *opt)
{
	struct zx__wire *wire = calloc(1, sizeof(*wire));
	int err = ZX_E_NOMEM;

	if (!wire)
		return ZX_E_NOMEM;
	wire->opt = *opt;
	wire->opt.token = NULL;
	wire->listen_fd = wire->wake[0] = wire->wake[1] = -1;
	wire->dead_fd[0] = wire->dead_fd[1] = -1;
	wire->world_dirty = 1;
	zx_prng_init(&wire->prng, opt->seed);
	zx_buf_init(&wire->scratch, NULL, ZX__OUT_MAX);
	zx_buf_init(&wire->packed, NULL, ZX__OUT_MAX);
	wire->identify_at = calloc(opt->max_concurrency, sizeof(uint64_t));
	if (!wire->identify_at)
		goto fail;
	wire->virtual_ms = OFFLINE_MS;
	*out = wire;
	if (opt->offline)
		return ZX_OK;
	err = ZX_E_IO;
	if (pipe(wire->wake))
		goto fail;
	unblock(wire->wake[0]);
	unblock(wire->wake[1]);
	err = listen_on(wire, opt->port);
	if (err)
		goto fail;
	return ZX_OK;
fail:
	*out = NULL;
	zx__wire_free(wire);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void free_later(struct zx__later *l)
{
	cJSON_Delete(l->args);
	free(l);
}

void zx__wire_free(struct zx__wire *wire)
{
	struct zx__later *l;

	if (!wire)
		return;
	while (wire->conns)
		zx__conn_free(wire->conns);
	while (wire->sessions)
		zx__session_free(wire->sessions);
	zx__faults_free(wire);
	while ((l = wire->later)) {
		wire->later = l->next;
		free_later(l);
	}
	for (size_t i = 0; i < ZX__VIOLATIONS_MAX; i++)
		zx_delete(NULL, wire->violations[i]);
	close_fd(wire->listen_fd);
	close_fd(wire->wake[0]);
	close_fd(wire->wake[1]);
	close_fd(wire->dead_fd[0]);
	close_fd(wire->dead_fd[1]);
	zx_buf_release(&wire->scratch);
	zx_buf_release(&wire->packed);
	free(wire->identify_at);
	free(wire->polls);
	free(wire->polled);
	free(wire);
}

void zx__wire_wake(struct zx__wire *wire)
{
	/* A full pipe wakes as well. */
	if (wire->opt.offline)
		return;
	if (!wire->in_turn && write(wire->wake[1], "", 1) < 0)
		return;
}

void zx__wire_goodbye(struct zx__wire *wire)
{
	for (struct zx__conn *c = wire->conns; c; c = c->next) {
		if (c->kind != ZX__CONN_HTTP)
			zx__ws_close(c, 1001, "The sandbox ends.");
		zx__conn_flush(c);
	}
}

/* Later -------------------------------------------------------------------- */

void zx__wire_later(struct zx__wire *wire, uint64_t at, uint64_t conn_id,
		    zx__fault_act *run, cJSON *args)
{
	struct zx__later *l = NULL;

	if (wire->n_later < ZX__LATER_MAX)
		l = malloc(sizeof(*l));
	if (!l) {
		cJSON_Delete(args);
		return;
	}
	*l = (struct zx__later){ wire->later, at, conn_id, run, args };
	wire->later = l;
	wire->n_later++;
}

static void run_later(struct zx__wire *wire, uint64_t now)
{
	struct zx__later **at = &wire->later, *due = NULL, *l;
	struct zx__conn *c;

	while ((l = *at)) {
		if (l->at > now) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		l->next = due;
		due = l;
		wire->n_later--;
	}
	while ((l = due)) {
		due = l->next;
		c = zx__conn_find(wire, l->conn_id);
		if (c)
			l->run(c, l->args);
		free_later(l);
	}
}

/* A turn ---------------------------------------------------------------------
 */

static int polls_room(struct zx__wire *wire)
{
	size_t need = wire->n_conns + 2, cap = wire->polls_cap;
	struct pollfd *polls;
	struct zx__conn **polled;

	if (need <= cap)
		return 1;
	cap = need * 2;
	polls = realloc(wire->polls, cap * sizeof(*polls));
	if (polls)
		wire->polls = polls;
	polled = realloc(wire->polled, cap * sizeof(struct zx__conn *));
	if (polled)
		wire->polled = polled;
	if (!polls || !polled)
		return 0;
	wire->polls_cap = cap;
	return 1;
}

static uint64_t conn_due(const struct zx__conn *c)
{
	uint64_t due = c->due;

	if (c->http.waiting)
		due = zx_time_min(due, c->http.answer_at);
	if (c->paused_until)
		due = zx_time_min(due, c->paused_until);
	if (zx__list_waits(c))
		return 0;
	if (c->gw && !c->muted)
		due = zx_time_min(due, c->gw->beat_due);
	return zx_time_min(due, zx__burst_due(c));
}

static uint64_t next_due(struct zx__wire *wire, uint64_t now)
{
	uint64_t due = zx_time_min(wire->world_due, zx__fault_due(wire));

	if (wire->world_dirty)
		return now;
	for (struct zx__later *l = wire->later; l; l = l->next)
		due = zx_time_min(due, l->at);
	for (struct zx__conn *c = wire->conns; c; c = c->next)
		due = zx_time_min(due, conn_due(c));
	/* Sessions that are not resumed are looked through now and then. */
	if (wire->sessions)
		due = zx_time_min(due, now + 10000);
	return due;
}

int zx__wire_prepare(struct zx__wire *wire)
{
	uint64_t now = zx__wire_now(wire), due = next_due(wire, now);
	size_t n = 0;

	if (!polls_room(wire)) {
		wire->n_polls = 0;
		return 100;
	}
	wire->polls[n++] = (struct pollfd){ wire->wake[0], POLLIN, 0 };
	wire->polls[n++] = (struct pollfd){ wire->listen_fd, POLLIN, 0 };
	if (wire->n_conns >= ZX__CONNS_MAX || now < wire->accept_at) {
		wire->polls[1].events = 0;
		due = zx_time_min(due, now + 100);
	}
	for (struct zx__conn *c = wire->conns; c; c = c->next) {
		short events = 0;

		if (!zx__conn_paused(c, now))
			events |= POLLIN;
		if (c->blocked)
			events |= POLLOUT;
		else if (zx__conn_unsent(c))
			due = now; /* written by another thread */
		wire->polled[n] = c;
		wire->polls[n++] = (struct pollfd){ c->fd, events, 0 };
	}
	wire->n_polls = n;
	if (due == ZX_TIME_NEVER)
		return 60000;
	if (due <= now)
		return 0;
	return due - now > 60000 ? 60000 : (int)(due - now);
}

static void drain_wake(struct zx__wire *wire)
{
	char bytes[256];

	while (read(wire->wake[0], bytes, sizeof(bytes)) ==
	       (ssize_t)sizeof(bytes))
		;
	wire->world_dirty = 1;
}

static void accept_all(struct zx__wire *wire)
{
	int fd;

	while (wire->n_conns < ZX__CONNS_MAX) {
		fd = accept(wire->listen_fd, NULL, NULL);
		if (fd < 0 && errno == EINTR)
			continue;
		if (fd < 0) {
			/* Out of descriptors: those who knock have to wait, or
			 * poll() would not. */
			if (errno == EMFILE || errno == ENFILE)
				wire->accept_at = zx__wire_now(wire) + 100;
			return;
		}
		unblock(fd);
		if (!zx__conn_add(wire, fd))
			close(fd);
	}
}

static void serve_sockets(struct zx__wire *wire)
{
	for (size_t i = 2; i < wire->n_polls; i++) {
		short got = wire->polls[i].revents;
		struct zx__conn *c = wire->polled[i];

		if (got & POLLOUT)
			c->blocked = 0;
		if (got & POLLIN)
			zx__conn_read(c);
		else if (got & (POLLERR | POLLHUP | POLLNVAL))
			zx__conn_kill(c, 0);
	}
	if (wire->n_polls && wire->polls[0].revents)
		drain_wake(wire);
	if (wire->n_polls && wire->polls[1].revents & POLLIN)
		accept_all(wire);
}

static void no_heartbeat(struct zx__conn *c)
{
	zx__wire_violation(c->wire, "no heartbeat for 1.5 intervals");
	c->gw->beat_due = ZX_TIME_NEVER;
	zx__gw_close(c, 4009, "Session timed out.");
}

static void tick_conn(struct zx__conn *c, uint64_t now)
{
	if (c->paused_until && now >= c->paused_until) {
		c->paused_until = 0;
		if (c->kind != ZX__CONN_HTTP)
			zx__ws_input(c);
	}
	zx__http_tick(c, now);
	if (now >= c->due)
		zx__conn_kill(c, 0);
	else if (c->gw && now >= c->gw->beat_due && !c->close_sent &&
		 !c->closing && !c->muted)
		no_heartbeat(c);
}

/* A burst goes on as long as the socket takes it, but other connections have
 * their turns too. */
static void write_conn(struct zx__conn *c, uint64_t now)
{
	zx__conn_flush(c);
	zx__list_step(c);
	for (int i = 0;
	     i < 8 && !c->dead && !c->blocked && c->gw && c->gw->burst; i++) {
		int more = zx__burst_step(c, now);

		zx__conn_flush(c);
		if (!more)
			break;
	}
}

static void reap(struct zx__wire *wire)
{
	struct zx__conn *next;

	for (struct zx__conn *c = wire->conns; c; c = next) {
		next = c->next;
		if (c->dead)
			zx__conn_free(c);
	}
}

void zx__wire_serve(struct zx__wire *wire)
{
	uint64_t now;

	wire->in_turn = 1;
	serve_sockets(wire);
	now = zx__wire_now(wire);
	run_later(wire, now);
	zx__fault_tick(wire, now);
	for (struct zx__conn *c = wire->conns; c; c = c->next)
		if (!c->dead)
			tick_conn(c, now);
	zx__session_expire(wire, now);
	zx__wire_online(wire);
	if (wire->world_dirty || now >= wire->world_due) {
		wire->world_dirty = 0;
		wire->world_due = zx__world_tick(wire->world, now);
	}
	for (struct zx__conn *c = wire->conns; c; c = c->next)
		write_conn(c, now);
	reap(wire);
	wire->in_turn = 0;
}
