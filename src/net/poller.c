/* SPDX-License-Identifier: MIT
 *
 * poller: watch_int.h tells what for.
 */
#include "net/watch_int.h"

#if defined(__linux__) && !defined(ZX_NO_EPOLL)

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#define READY 64 /* of one turn; what is left comes with the next */

struct zx__poller {
	struct zx_loop *loop;
	struct zx__watch *door; /* the epoll descriptor in the loop */
	int fd;
	int count;			 /* of `ready` */
	struct epoll_event ready[READY]; /* ptr NULL: dropped meanwhile */
};

static uint32_t mask_of(const struct zx__watch *w)
{
	return (w->want & ZX__READ ? (uint32_t)EPOLLIN : 0) |
	       (w->want & ZX__WRITE ? (uint32_t)EPOLLOUT : 0);
}

/* A broken descriptor shows to whoever reads or writes. One that nobody wants
 * to use would be reported for ever: it is out then. */
static void serve(struct zx__watch *w, uint32_t mask)
{
	int events = 0;

	if (mask & (EPOLLIN | EPOLLHUP | EPOLLERR))
		events |= ZX__READ;
	if (mask & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		events |= ZX__WRITE;
	events &= w->want;
	if (!events && mask & (EPOLLHUP | EPOLLERR)) {
		zx__poller_drop(w->source.loop->poller, w);
		events = ZX__GONE;
	}
	if (events)
		zx__watch_tell(w, events);
}

static void on_door(struct zx__watch *door, int events, void *ud)
{
	struct zx__poller *p = ud;
	int i;

	if (events & ZX__GONE) {
		p->door = NULL;
		zx__watch_close(door);
		return;
	}
	zx__loop_enter(p->loop);
	p->count = epoll_wait(p->fd, p->ready, READY, 0);
	for (i = 0; i < p->count; i++)
		if (p->ready[i].data.ptr)
			serve(p->ready[i].data.ptr, p->ready[i].events);
	p->count = 0;
}

int zx__poller_new(struct zx__poller **out, struct zx_loop *l)
{
	struct zx__poller *p = zx_new(l->alloc, sizeof(*p));
	int err;

	*out = NULL;
	if (!p)
		return ZX_E_NOMEM;
	p->loop = l;
	p->fd = epoll_create1(EPOLL_CLOEXEC);
	err = p->fd < 0 ? ZX_E_IO
			: zx__watch_open_raw(&p->door, l, p->fd, on_door, p);
	if (err) {
		zx_delete(l->alloc, p);
		return err == ZX_E_NOMEM ? err : ZX_OK;
	}
	*out = p;
	return ZX_OK;
}

void zx__poller_free(struct zx__poller *p)
{
	if (!p)
		return;
	zx__watch_close(p->door);
	zx_delete(p->loop->alloc, p);
}

int zx__poller_add(struct zx__poller *p, struct zx__watch *w)
{
	struct epoll_event e = { .events = mask_of(w), .data.ptr = w };
	int flags = fcntl(w->fd, F_GETFL);

	if (!p || !p->door || flags < 0 ||
	    fcntl(w->fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    epoll_ctl(p->fd, EPOLL_CTL_ADD, w->fd, &e))
		return ZX_E_IO;
	w->polled = 1;
	return ZX_OK;
}

void zx__poller_set(struct zx__poller *p, struct zx__watch *w)
{
	struct epoll_event e = { .events = mask_of(w), .data.ptr = w };

	epoll_ctl(p->fd, EPOLL_CTL_MOD, w->fd, &e);
}

/* Closing a descriptor would not do: curl has another of the same socket. */
void zx__poller_drop(struct zx__poller *p, struct zx__watch *w)
{
	struct epoll_event none = { .events = 0 };
	int i;

	epoll_ctl(p->fd, EPOLL_CTL_DEL, w->fd, &none);
	for (i = 0; i < p->count; i++)
		if (p->ready[i].data.ptr == w)
			p->ready[i].data.ptr = NULL;
}

#else

int zx__poller_new(struct zx__poller **out, struct zx_loop *l)
{
	(void)l;
	*out = NULL;
	return ZX_OK;
}

void zx__poller_free(struct zx__poller *p)
{
	(void)p;
}

int zx__poller_add(struct zx__poller *p, struct zx__watch *w)
{
	(void)p, (void)w;
	return ZX_E_UNSUPPORTED;
}

void zx__poller_set(struct zx__poller *p, struct zx__watch *w)
{
	(void)p, (void)w;
}

void zx__poller_drop(struct zx__poller *p, struct zx__watch *w)
{
	(void)p, (void)w;
}

#endif
