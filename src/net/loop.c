/* SPDX-License-Identifier: MIT
 *
 * The loop: one libwebsockets context, our own timers, and a pipe to wake it.
 */
#include "net/watch_int.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int on_lws(struct lws *wsi, enum lws_callback_reasons why, void *user,
		  void *in, size_t len)
{
	struct zx__source *s;

	(void)user;
	/* These come with a wsi that is not a real one. */
	if (why == LWS_CALLBACK_PROTOCOL_INIT ||
	    why == LWS_CALLBACK_PROTOCOL_DESTROY ||
	    why == LWS_CALLBACK_GET_THREAD_ID ||
	    why == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS)
		return 0;
	s = lws_get_opaque_user_data(wsi);
	return s ? s->event(s, wsi, why, in, len) : 0;
}

/* The receive buffer of each WebSocket is as big as one read, so that a frame
 * that came in one piece is handed up in one piece. */
const struct lws_protocols zx__loop_protocols[] = { { .name = ZX__PROTOCOL,
						      .callback = on_lws,
						      .rx_buffer_size =
							      ZX__NET_RX },
						    { .name = NULL } };

/* Context ---------------------------------------------------------------- */

static void common_info(struct lws_context_creation_info *i)
{
	memset(i, 0, sizeof(*i));
	i->port = CONTEXT_PORT_NO_LISTEN;
	i->gid = (gid_t)-1;
	i->uid = (uid_t)-1;
	i->protocols = zx__loop_protocols;
	i->pt_serv_buf_size = ZX__NET_RX;
	/* Not NULL, or libwebsockets asks the environment for a proxy. */
	i->http_proxy_address = "";
}

static int open_context(struct zx_loop *l)
{
	struct lws_context_creation_info info;
	long fds = sysconf(_SC_OPEN_MAX);

	common_info(&info);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
	/* The tables for descriptors are cleared, and so resident, for every
	 * descriptor the process may ever open. */
	if (fds < 0 || fds > 4 * ZX__NET_FDS)
		info.fd_limit_per_thread = ZX__NET_FDS;
	/* Its text goes to stderr, and what we need from it comes with the
	 * callbacks. There is one level per process: see zoryx/net.h. */
	lws_set_log_level(0, NULL);
	l->lws = lws_create_context(&info);
	return l->lws ? ZX_OK : ZX_E_NOMEM;
}

static int open_vhost(struct zx_loop *l)
{
	struct lws_context_creation_info info;

	common_info(&info);
	info.vhost_name = "zoryx";
	l->plain = lws_create_vhost(l->lws, &info);
	return l->plain ? ZX_OK : ZX_E_NOMEM;
}

char *zx__loop_rx(struct zx_loop *l)
{
	if (!l->rx)
		l->rx = zx_new(l->alloc, ZX__NET_RX);
	return l->rx;
}

/* Waking ----------------------------------------------------------------- */

static void on_wake(struct zx__watch *w, int events, void *ud)
{
	struct zx_loop *l = ud;
	char bin[256];

	(void)w;
	zx__loop_enter(l);
	if (events & ZX__GONE) {
		l->wake = NULL;
		zx__watch_close(w);
		return;
	}
	while (read(l->wake_fd[0], bin, sizeof(bin)) > 0)
		continue;
}

static int open_pipe(int fd[2])
{
	int i, flags;

	if (pipe(fd))
		return ZX_E_IO;
	for (i = 0; i < 2; i++) {
		flags = fcntl(fd[i], F_GETFL);
		if (flags < 0 ||
		    fcntl(fd[i], F_SETFL, flags | O_NONBLOCK) < 0 ||
		    fcntl(fd[i], F_SETFD, FD_CLOEXEC) < 0) {
			close(fd[0]);
			close(fd[1]);
			fd[0] = fd[1] = -1;
			return ZX_E_IO;
		}
	}
	return ZX_OK;
}

static int open_wake(struct zx_loop *l)
{
	int err = open_pipe(l->wake_fd);

	return err ? err
		   : zx__watch_open(&l->wake, l, l->wake_fd[0], on_wake, l);
}

void zx_loop_wake(struct zx_loop *l)
{
	ssize_t ignored = write(l->wake_fd[1], "w", 1);

	(void)ignored; /* full means that it will wake anyway */
}

/* Turns ------------------------------------------------------------------ */

static void on_sul(lws_sorted_usec_list_t *sul)
{
	struct zx_loop *l = lws_container_of(sul, struct zx_loop, sul);

	l->armed = ZX_TIME_NEVER;
	if (!l->foreign)
		return; /* zx_loop_step looks at the timers itself */
	zx__loop_enter(l);
	zx__watch_rewrite(l);
	zx__timers_run(l);
	zx__loop_rearm(l);
}

/*
 * Bounds the coming wait. libwebsockets cuts it to whole milliseconds and would
 * spin through the last one; one millisecond less a bit on top turns its
 * cutting into rounding up.
 */
static void arm(struct zx_loop *l, zx_time at)
{
	int64_t us;

	if (at == l->armed)
		return;
	l->armed = at;
	if (at == ZX_TIME_NEVER) {
		lws_sul_cancel(&l->sul);
		return;
	}
	us = at > INT64_MAX / 2000 ? INT64_MAX / 2 : (int64_t)at * 1000 + 999;
	us -= lws_now_usecs();
	lws_sul_schedule(l->lws, 0, &l->sul, on_sul, us > 1 ? us : 1);
}

void zx__loop_rearm(struct zx_loop *l)
{
	if (l->foreign)
		arm(l, l->writers ? 0 : zx__timers_next(l));
}

int zx_loop_step(struct zx_loop *l, int timeout_ms)
{
	zx_time until, due;
	int err;

	l->now = zx_clock();
	until = timeout_ms < 0 ? ZX_TIME_NEVER
			       : zx_time_add(l->now, (uint64_t)timeout_ms);
	/* A timer that is due may make work for whoever called: it gets its
	 * turn before anything is waited for. */
	if (zx__timers_next(l) <= l->now) {
		zx__timers_run(l);
		until = l->now;
	}
	due = zx_time_min(until, zx__timers_next(l));
	if (due > l->now)
		arm(l, due);
	l->stale = 1;
	err = lws_service(l->lws, due > l->now ? 0 : -1);
	l->now = zx_clock();
	l->stale = 0;
	if (err < 0)
		return ZX_E_IO;
	zx__watch_rewrite(l);
	zx__timers_run(l);
	zx__loop_rearm(l);
	return ZX_OK;
}

zx_time zx_loop_now(const struct zx_loop *l)
{
	return l->now;
}

/* Making and freeing ----------------------------------------------------- */

int zx_loop_new(struct zx_loop **out, const struct zx_loop_options *opt)
{
	struct zx_loop_options o = ZX_LOOP_OPTIONS_INIT;
	struct zx_loop *l;
	int err;

	*out = NULL;
	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	l = zx_new(o.alloc, sizeof(*l));
	if (!l)
		return ZX_E_NOMEM;
	l->alloc = o.alloc;
	l->log = o.log;
	l->foreign = !!o.lws;
	l->lws = o.lws;
	l->now = zx_clock();
	l->armed = ZX_TIME_NEVER;
	l->wake_fd[0] = l->wake_fd[1] = -1;
	err = ZX_E_NOMEM;
	if (o.ca_file) {
		l->ca_file = zx_str_dup(o.alloc, zx_str(o.ca_file));
		if (!l->ca_file)
			goto fail;
	}
	err = l->foreign ? ZX_OK : open_context(l);
	if (!err)
		err = open_vhost(l);
	if (!err)
		err = zx__poller_new(&l->poller, l);
	if (!err)
		err = open_wake(l);
	if (err)
		goto fail;
	*out = l;
	return ZX_OK;
fail:
	zx_loop_free(l);
	return err;
}

void zx_loop_free(struct zx_loop *l)
{
	if (!l)
		return;
	lws_sul_cancel(&l->sul);
	zx__watch_close(l->wake);
	zx__poller_free(l->poller);
	if (!l->foreign && l->lws)
		lws_context_destroy(l->lws);
	if (l->foreign && l->plain)
		lws_vhost_destroy(l->plain);
	if (l->wake_fd[1] >= 0)
		close(l->wake_fd[1]);
	zx_delete(l->alloc, l->heap);
	zx_delete(l->alloc, l->ca_file);
	zx_delete(l->alloc, l->rx);
	zx_delete(l->alloc, l);
}
