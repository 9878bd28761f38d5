/* SPDX-License-Identifier: MIT
 *
 * dial: a stream to a host, plain or TLS.
 */
#include "net/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "net/multi.h"

/* Without it: libwebsockets ignores SIGPIPE. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define CONNECT_MS 20000L

struct zx__dial {
	struct zx_loop *loop;
	const struct zx__dial_handler *handler;
	void *ud;
	struct zx__multi multi; /* while connecting, and as long as TLS lasts */
	CURL *easy;
	int tls, connected;
	int fd; /* of `watch` */
	struct zx__watch *watch;
	char why[CURL_ERROR_SIZE];
	int calls, closed;
};

static void drop_curl(struct zx__dial *d)
{
	if (d->easy) {
		curl_multi_remove_handle(d->multi.curl, d->easy);
		curl_easy_cleanup(d->easy);
	}
	d->easy = NULL;
	zx__multi_release(&d->multi);
}

static void dial_free(struct zx__dial *d)
{
	zx__watch_close(d->watch);
	drop_curl(d);
	zx_delete(d->loop->alloc, d);
}

void zx__dial_close(struct zx__dial *d)
{
	if (!d || d->closed)
		return;
	d->closed = 1;
	if (!d->calls)
		dial_free(d);
}

/* Handlers may close us. */
static void enter(struct zx__dial *d)
{
	zx__loop_enter(d->loop);
	d->calls++;
}

static void leave(struct zx__dial *d)
{
	if (!--d->calls && d->closed)
		dial_free(d);
}

/* Connected -------------------------------------------------------------- */

static void on_ready(struct zx__watch *w, int events, void *ud)
{
	struct zx__dial *d = ud;

	enter(d);
	if (!d->closed)
		d->handler->ready(events, d->ud);
	if (events & ZX__GONE && d->watch == w) {
		d->watch = NULL;
		zx__watch_close(w);
	}
	leave(d);
}

/*
 * The descriptor in the loop is a copy, because libwebsockets closes what it
 * was given and curl its own. A plain stream needs curl no more.
 */
static int take_socket(struct zx__dial *d)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	curl_easy_getinfo(d->easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD)
		return ZX_E_IO;
	d->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (d->fd < 0)
		return ZX_E_IO;
	if (!d->tls)
		drop_curl(d);
	return zx__watch_open(&d->watch, d->loop, d->fd, on_ready, d);
}

static void finish(struct zx__dial *d, CURLcode code)
{
	if (code)
		d->handler->failed(
			d->why[0] ? d->why : curl_easy_strerror(code), d->ud);
	else if (take_socket(d))
		d->handler->failed("the socket cannot be watched", d->ud);
	else
		d->handler->connected(d->ud);
}

static void on_turn(void *ud)
{
	struct zx__dial *d = ud;
	CURLMsg *m;
	int left;

	enter(d);
	m = d->closed || d->connected
		    ? NULL
		    : curl_multi_info_read(d->multi.curl, &left);
	if (m && m->msg == CURLMSG_DONE) {
		d->connected = 1;
		finish(d, m->data.result);
	}
	leave(d);
}

void zx__dial_want(struct zx__dial *d, int events)
{
	if (d->watch)
		zx__watch_want(d->watch, events);
}

/* Reading and writing ---------------------------------------------------- */

static int outcome(ssize_t n, size_t *done)
{
	*done = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return ZX_OK;
	if (n == 0)
		return ZX_E_CLOSED;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
		       ? ZX_E_WOULDWAIT
		       : ZX_E_IO;
}

static int tls_outcome(CURLcode code, size_t done)
{
	if (code == CURLE_AGAIN)
		return ZX_E_WOULDWAIT;
	if (code)
		return ZX_E_IO;
	return done ? ZX_OK : ZX_E_CLOSED;
}

int zx__dial_read(struct zx__dial *d, void *p, size_t n, size_t *got)
{
	CURLcode code;

	*got = 0;
	if (d->easy) {
		code = curl_easy_recv(d->easy, p, n, got);
		return tls_outcome(code, *got);
	}
	if (!d->watch)
		return ZX_E_CLOSED;
	return outcome(recv(d->fd, p, n, MSG_DONTWAIT), got);
}

int zx__dial_is_tls(const struct zx__dial *d)
{
	return d->tls;
}

int zx__dial_write(struct zx__dial *d, const void *p, size_t n, size_t *done)
{
	CURLcode code;

	*done = 0;
	if (d->easy) {
		code = curl_easy_send(d->easy, p, n, done);
		return tls_outcome(code, *done);
	}
	if (!d->watch)
		return ZX_E_CLOSED;
	return outcome(send(d->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL), done);
}

/* Connecting ------------------------------------------------------------- */

static int prepare(struct zx__dial *d, const struct zx__url *u)
{
	char url[sizeof(u->host) + 16];

	d->easy = curl_easy_init();
	if (!d->easy)
		return ZX_E_NOMEM;
	snprintf(url, sizeof(url), "%s://%s/", u->tls ? "https" : "http",
		 u->host);
	if (curl_easy_setopt(d->easy, CURLOPT_URL, url))
		return ZX_E_NOMEM;
	zx__multi_secure(d->easy, d->loop, NULL);
	curl_easy_setopt(d->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(d->easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(d->easy, CURLOPT_ERRORBUFFER, d->why);
	/* A WebSocket begins as HTTP/1.1. */
	curl_easy_setopt(d->easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(d->easy, CURLOPT_BUFFERSIZE, 1024L);
	return ZX_OK;
}

int zx__dial_open(struct zx__dial **out, struct zx_loop *l,
		  const struct zx__url *url, const struct zx__dial_handler *h,
		  void *ud)
{
	struct zx__dial *d = zx_new(l->alloc, sizeof(*d));
	int err;

	*out = NULL;
	if (!d)
		return ZX_E_NOMEM;
	d->loop = l;
	d->handler = h;
	d->ud = ud;
	d->tls = url->tls;
	d->fd = -1;
	/* A multi handle of its own: in a shared one curl would prune the
	 * connection as one that nobody uses. */
	err = zx__multi_open(&d->multi, l, on_turn, d);
	if (!err)
		err = prepare(d, url);
	if (!err && curl_multi_add_handle(d->multi.curl, d->easy))
		err = ZX_E_NOMEM;
	if (err) {
		dial_free(d);
		return err;
	}
	*out = d;
	return ZX_OK;
}
