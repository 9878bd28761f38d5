/* SPDX-License-Identifier: MIT
 *
 * ipc_listen: where connections to a hub come in, and how a machine is put on a
 * loop.
 */
#include "net/ipc_conn.h"

/* Connections that come in one go are taken by the dozen, but others have their
 * turn in between. */
#define ACCEPTS 64
#define PAUSE_MS 100

static void on_listener(struct zx__watch *w, int events, void *ud)
{
	struct zx_ipc_conn *c = ud;
	char address[ZX__SOCK_ADDRESS];
	unsigned port;
	int i, fd;

	zx__loop_enter(c->loop);
	if (events & ZX__GONE) {
		c->listener = NULL;
		zx__watch_close(w);
		return;
	}
	c->busy++;
	for (i = 0; i < ACCEPTS; i++) {
		fd = zx__sock_accept(zx__watch_fd(w), address, &port);
		if (fd >= 0) {
			zx__ipc_adopt(c, fd, address, port);
			continue;
		}
		if (fd == ZX__SOCK_FULL) {
			/* Out of descriptors: asking again at once would only
			 * spin. */
			zx__watch_want(w, 0);
			zx_timer_set(c->loop, &c->resume,
				     zx_time_add(c->loop->now, PAUSE_MS));
		}
		break;
	}
	c->busy--;
	zx__ipc_drain(c);
}

static void on_resume(struct zx_timer *t, void *ud)
{
	struct zx_ipc_conn *c = ud;

	(void)t;
	if (c->listener)
		zx__watch_want(c->listener, ZX__READ);
}

/* Attaching
 * ------------------------------------------------------------------- */

static void on_deadline(struct zx_timer *t, void *ud)
{
	struct zx_ipc_conn *c = ud;

	(void)t;
	zx_ipc_set_clock(c->x, zx_wall_clock(), c->loop->now);
	zx_ipc_tick(c->x, c->loop->now);
	zx__ipc_drain(c);
}

static int listen_at(struct zx_ipc_conn *c)
{
	const struct zx_ipc_options *o = zx_ipc_options(c->x);
	const char *host = o->host ? o->host : "127.0.0.1";
	char why[256];
	int fd, err;

	err = zx__sock_listen(&fd, host, o->port, &c->port, why, sizeof(why));
	if (!err)
		err = zx__watch_open(&c->listener, c->loop, fd, on_listener, c);
	else
		zx_ipc_report(c->x, why);
	return err;
}

int zx_ipc_attach(struct zx_ipc_conn **out, struct zx_loop *l, struct zx_ipc *x,
		  zx_ipc_handler *handler, void *ud)
{
	struct zx_ipc_conn *c;
	int err = ZX_OK;

	*out = NULL;
	if (!l || !x)
		return ZX_E_INVALID;
	c = zx_new(l->alloc, sizeof(*c));
	if (!c)
		return ZX_E_NOMEM;
	c->loop = l;
	c->x = x;
	c->handler = handler;
	c->ud = ud;
	c->timer = (struct zx_timer){ .fn = on_deadline, .ud = c };
	c->flush = (struct zx_timer){ .fn = zx__ipc_on_flush, .ud = c };
	c->resume = (struct zx_timer){ .fn = on_resume, .ud = c };
	zx_ipc_set_clock(x, zx_wall_clock(), l->now);
	if (zx_ipc_options(x)->role == ZX_IPC_HUB)
		err = listen_at(c);
	if (err) {
		zx_ipc_detach(c);
		return err;
	}
	*out = c;
	return ZX_OK;
}

void zx_ipc_detach(struct zx_ipc_conn *c)
{
	if (!c || c->detached)
		return;
	zx_timer_set(c->loop, &c->timer, ZX_TIME_NEVER);
	zx_timer_set(c->loop, &c->flush, ZX_TIME_NEVER);
	zx_timer_set(c->loop, &c->resume, ZX_TIME_NEVER);
	zx__watch_close(c->listener);
	zx__ipc_abandon_all(c);
	c->detached = 1;
	if (!c->busy)
		zx__ipc_finish(c);
}

void zx_ipc_kick(struct zx_ipc_conn *c)
{
	zx__ipc_drain(c);
}

unsigned zx_ipc_port(const struct zx_ipc_conn *c)
{
	return c->port;
}
