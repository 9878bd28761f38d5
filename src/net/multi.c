/* SPDX-License-Identifier: MIT
 *
 * curl's sockets and its timer.
 */
#include "net/multi.h"

#include <fcntl.h>

struct socket {
	struct zx__multi *multi;
	struct zx__watch *watch; /* NULL when libwebsockets dropped it */
	curl_socket_t fd;
};

/* A socket that could not be watched for want of memory is told to curl, which
 * then gives all transfers up, each when it next looks at it. That is now, and
 * not when they time out. */
static void take_turn(struct zx__multi *m)
{
	int running;

	if (m->starved) {
		m->starved = 0;
		curl_multi_perform(m->curl, &running);
	}
	m->turned(m->ud);
}

static void on_socket_event(struct zx__watch *w, int events, void *ud)
{
	struct socket *s = ud;
	struct zx__multi *m = s->multi;
	int mask = 0, running;

	(void)w;
	zx__loop_enter(m->loop);
	if (events & ZX__READ)
		mask |= CURL_CSELECT_IN;
	if (events & ZX__WRITE)
		mask |= CURL_CSELECT_OUT;
	if (events & ZX__GONE) {
		mask |= CURL_CSELECT_ERR;
		s->watch = NULL;
		zx__watch_close(w);
	}
	/* s may be gone when this returns */
	curl_multi_socket_action(m->curl, s->fd, mask, &running);
	take_turn(m);
}

static struct socket *socket_new(struct zx__multi *m, curl_socket_t fd)
{
	struct socket *s = zx_new(m->loop->alloc, sizeof(*s));
	int copy;

	if (!s)
		return NULL;
	s->multi = m;
	s->fd = fd;
	/* A copy, because libwebsockets closes what it was given and curl
	 * closes its own. */
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0 ||
	    zx__watch_open(&s->watch, m->loop, copy, on_socket_event, s)) {
		zx_delete(m->loop->alloc, s);
		return NULL;
	}
	return s;
}

static void socket_free(struct socket *s)
{
	zx__watch_close(s->watch);
	zx_delete(s->multi->loop->alloc, s);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ud,
		     void *assigned)
{
	struct socket *s = assigned;
	struct zx__multi *m = ud;
	int want = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			socket_free(s);
		curl_multi_assign(m->curl, fd, NULL);
		return 0;
	}
	if (!s) {
		s = socket_new(m, fd);
		m->starved |= !s;
		if (!s)
			return -1;
		curl_multi_assign(m->curl, fd, s);
	}
	if (what & CURL_POLL_IN)
		want |= ZX__READ;
	if (what & CURL_POLL_OUT)
		want |= ZX__WRITE;
	if (s->watch)
		zx__watch_want(s->watch, want);
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *ud)
{
	struct zx__multi *m = ud;

	(void)multi;
	return zx_timer_set(m->loop, &m->timer,
			    ms < 0 ? ZX_TIME_NEVER
				   : zx_time_add(m->loop->now, (uint64_t)ms))
		       ? -1
		       : 0;
}

static void on_timer(struct zx_timer *t, void *ud)
{
	struct zx__multi *m = ud;
	int running;

	(void)t;
	curl_multi_socket_action(m->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	take_turn(m);
}

int zx__multi_open(struct zx__multi *m, struct zx_loop *l,
		   void (*turned)(void *ud), void *ud)
{
	*m = (struct zx__multi){ .loop = l, .turned = turned, .ud = ud };
	m->timer = (struct zx_timer){ .fn = on_timer, .ud = m };
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return ZX_E_NOMEM;
	m->global = 1;
	m->curl = curl_multi_init();
	if (!m->curl)
		return ZX_E_NOMEM;
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	return ZX_OK;
}

void zx__multi_release(struct zx__multi *m)
{
	if (m->curl)
		curl_multi_cleanup(m->curl);
	if (m->loop)
		zx_timer_set(m->loop, &m->timer, ZX_TIME_NEVER);
	if (m->global)
		curl_global_cleanup();
	*m = (struct zx__multi){ .loop = NULL };
}

void zx__multi_secure(CURL *easy, const struct zx_loop *l, const char *proxy)
{
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	/* curl's folder of certificates stays in force beside the file. */
	if (l->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, l->ca_file);
	/* An empty proxy keeps curl from asking the environment for one. */
	curl_easy_setopt(easy, CURLOPT_PROXY, proxy ? proxy : "");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	/* Whoever stops must not wait for a name that does not resolve. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}
