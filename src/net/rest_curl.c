/* SPDX-License-Identifier: MIT
 *
 * The REST scheduler on curl: its sockets are watched by the loop, its timeout
 * is one of the loop's timers.
 */
#include "net/rest_int.h"

#include <string.h>
#include <unistd.h>

/* What zx_rest_call remembers until the result is there. */
struct call {
	struct call *next, **link;
	zx_rest_done *done;
	void *ud;
};

/* Sockets of curl -------------------------------------------------------- */

static void collect(struct zx_rest_conn *c);

static void on_socket_event(struct zx__watch *w, int events, void *ud)
{
	struct zx__rest_socket *s = ud;
	struct zx_rest_conn *c = s->conn;
	int mask = 0, running;

	(void)w;
	zx__loop_enter(c->loop);
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
	curl_multi_socket_action(c->multi, s->fd, mask, &running);
	collect(c);
}

static struct zx__rest_socket *socket_new(struct zx_rest_conn *c,
					  curl_socket_t fd)
{
	struct zx__rest_socket *s = zx_new(c->loop->alloc, sizeof(*s));
	int copy;

	if (!s)
		return NULL;
	s->conn = c;
	s->fd = fd;
	/* A copy, because libwebsockets closes what it was given and curl
	 * closes its own. */
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0 ||
	    zx__watch_open(&s->watch, c->loop, copy, on_socket_event, s)) {
		zx_delete(c->loop->alloc, s);
		return NULL;
	}
	return s;
}

static void socket_free(struct zx__rest_socket *s)
{
	zx__watch_close(s->watch);
	zx_delete(s->conn->loop->alloc, s);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ud,
		     void *assigned)
{
	struct zx__rest_socket *s = assigned;
	struct zx_rest_conn *c = ud;
	int want = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			socket_free(s);
		curl_multi_assign(c->multi, fd, NULL);
		return 0;
	}
	if (!s) {
		s = socket_new(c, fd);
		if (!s)
			return -1;
		curl_multi_assign(c->multi, fd, s);
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
	struct zx_rest_conn *c = ud;

	(void)multi;
	return zx_timer_set(c->loop, &c->curl_timer,
			    ms < 0 ? ZX_TIME_NEVER
				   : zx_time_add(c->loop->now, (uint64_t)ms))
		       ? -1
		       : 0;
}

static void on_curl_timer(struct zx_timer *t, void *ud)
{
	struct zx_rest_conn *c = ud;
	int running;

	(void)t;
	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(c);
}

/* The scheduler ---------------------------------------------------------- */

static void call_free(struct zx_rest_conn *c, struct call *call)
{
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	zx_delete(c->loop->alloc, call);
}

/* The scheduler lends body and message only until it is called again, which
 * the callback may well do: it gets a copy that lasts as long as it does. */
static void lend(struct zx_rest_conn *c, struct zx_rest_result *r)
{
	size_t body = r->body.len;

	zx_buf_adds(&c->lent, r->body);
	zx_buf_adds(&c->lent, r->message);
	if (c->lent.err)
		return;
	r->body.ptr = c->lent.ptr;
	r->message.ptr = c->lent.ptr ? c->lent.ptr + body : NULL;
}

static void hand_out(struct zx_rest_conn *c, const struct zx_rest_result *r)
{
	struct zx_rest_result result = *r;
	struct call *call = r->ud;
	zx_rest_done *done = call->done;

	result.ud = call->ud;
	call_free(c, call);
	if (!done)
		return;
	lend(c, &result);
	done(&result, result.ud);
	if (c->lent.cap > ZX__NET_KEEP)
		zx_buf_release(&c->lent);
	else
		zx_buf_clear(&c->lent);
}

static void begin(struct zx_rest_conn *c, const struct zx_rest_wire *wire)
{
	struct zx_rest_reply lost = { .err = ZX_E_CONNECT };
	uint64_t id = wire->id;

	if (zx__transfer_start(c, wire))
		zx_rest_feed(c->rest, id, &lost, c->loop->now);
}

static void carry_out(struct zx_rest_conn *c)
{
	struct zx_rest_out o;

	while (!c->detached && (c->err = zx_rest_poll(c->rest, &o)) > 0) {
		if (o.kind == ZX_REST_OUT_SEND)
			begin(c, &o.wire);
		else
			hand_out(c, &o.result);
	}
}

/* A callback of the host may detach: memory goes only when all are back. */
static void leave(struct zx_rest_conn *c)
{
	zx_time at = zx_rest_deadline(c->rest);

	c->busy = 0;
	if (c->detached) {
		zx__rest_conn_free(c);
		return;
	}
	/* Out of memory: what waits is due, but asking at once would spin. */
	if (c->err < 0)
		at = zx_time_add(c->loop->now, ZX__NET_AGAIN_MS);
	zx_timer_set(c->loop, &c->timer, at);
}

static void collect(struct zx_rest_conn *c)
{
	struct zx__transfer *t;
	CURLMsg *m;
	int left;

	c->busy = 1;
	while (!c->detached && (m = curl_multi_info_read(c->multi, &left))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		t = zx__transfer_end(c, m->easy_handle, m->data.result);
		zx_rest_feed(c->rest, t->id, &t->reply, c->loop->now);
		carry_out(c);
		/* Results lend the reply's body, so it goes last. */
		zx__transfer_free(t);
	}
	leave(c);
}

static void on_deadline(struct zx_timer *t, void *ud)
{
	struct zx_rest_conn *c = ud;

	(void)t;
	c->busy = 1;
	zx_rest_tick(c->rest, c->loop->now);
	carry_out(c);
	leave(c);
}

void zx_rest_kick(struct zx_rest_conn *c)
{
	zx_timer_set(c->loop, &c->timer, c->loop->now);
}

int zx_rest_call(struct zx_rest_conn *c, const struct zx_rest_request *req,
		 zx_rest_done *done, uint64_t *id)
{
	struct zx_rest_request copy = ZX_REST_REQUEST_INIT;
	struct call *call = zx_new(c->loop->alloc, sizeof(*call));
	int err;

	if (!call)
		return ZX_E_NOMEM;
	memcpy(&copy, req, req->size < sizeof(copy) ? req->size : sizeof(copy));
	copy.size = sizeof(copy);
	call->done = done;
	call->ud = copy.ud;
	copy.ud = call;
	err = zx_rest_submit(c->rest, &copy, c->loop->now, id);
	if (err) {
		zx_delete(c->loop->alloc, call);
		return err;
	}
	call->next = c->calls;
	call->link = &c->calls;
	if (c->calls)
		c->calls->link = &call->next;
	c->calls = call;
	zx_rest_kick(c);
	return ZX_OK;
}

/* Attaching -------------------------------------------------------------- */

void zx__rest_conn_free(struct zx_rest_conn *c)
{
	zx__transfers_free(c);
	if (c->multi)
		curl_multi_cleanup(c->multi);
	while (c->calls)
		call_free(c, c->calls);
	zx_timer_set(c->loop, &c->timer, ZX_TIME_NEVER);
	zx_timer_set(c->loop, &c->curl_timer, ZX_TIME_NEVER);
	zx_delete(c->loop->alloc, c->proxy);
	zx_buf_release(&c->lent);
	if (c->global)
		curl_global_cleanup();
	zx_delete(c->loop->alloc, c);
}

static int open_multi(struct zx_rest_conn *c)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return ZX_E_NOMEM;
	c->global = 1;
	c->multi = curl_multi_init();
	if (!c->multi)
		return ZX_E_NOMEM;
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING,
			  (long)CURLPIPE_MULTIPLEX);
	return ZX_OK;
}

int zx_rest_attach(struct zx_rest_conn **out, struct zx_loop *l,
		   struct zx_rest *r, const char *proxy)
{
	struct zx_rest_conn *c;
	int err;

	*out = NULL;
	if (!l || !r)
		return ZX_E_INVALID;
	c = zx_new(l->alloc, sizeof(*c));
	if (!c)
		return ZX_E_NOMEM;
	c->loop = l;
	c->rest = r;
	zx_buf_init(&c->lent, l->alloc, SIZE_MAX);
	c->timer = (struct zx_timer){ .fn = on_deadline, .ud = c };
	c->curl_timer = (struct zx_timer){ .fn = on_curl_timer, .ud = c };
	err = open_multi(c);
	if (!err && proxy) {
		c->proxy = zx_str_dup(l->alloc, zx_str(proxy));
		err = c->proxy ? ZX_OK : ZX_E_NOMEM;
	}
	if (err) {
		zx__rest_conn_free(c);
		return err;
	}
	*out = c;
	return ZX_OK;
}

void zx_rest_detach(struct zx_rest_conn *c)
{
	if (!c || c->detached)
		return;
	c->detached = 1;
	if (!c->busy)
		zx__rest_conn_free(c);
}
