/* SPDX-License-Identifier: MIT
 *
 * The REST scheduler on curl.
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

static void collect(void *ud)
{
	struct zx_rest_conn *c = ud;
	struct zx__transfer *t;
	CURLMsg *m;
	int left;

	c->busy = 1;
	while (!c->detached &&
	       (m = curl_multi_info_read(c->multi.curl, &left))) {
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
	zx__multi_release(&c->multi);
	while (c->calls)
		call_free(c, c->calls);
	zx_timer_set(c->loop, &c->timer, ZX_TIME_NEVER);
	zx_delete(c->loop->alloc, c->proxy);
	zx_buf_release(&c->lent);
	zx_delete(c->loop->alloc, c);
}

static int open_multi(struct zx_rest_conn *c)
{
	int err = zx__multi_open(&c->multi, c->loop, collect, c);

	if (!err)
		curl_multi_setopt(c->multi.curl, CURLMOPT_PIPELINING,
				  (long)CURLPIPE_MULTIPLEX);
	return err;
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
