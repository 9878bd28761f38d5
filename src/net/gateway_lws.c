/* SPDX-License-Identifier: MIT
 *
 * A shard on WebSockets: one at a time carries what the shard asks for; what is
 * not for the socket goes to the handler.
 */
#include "net/socket.h"

struct zx_gateway_conn {
	struct zx_loop *loop;
	struct zx_shard *shard;
	struct zx_gateway_handler handler;
	struct zx_timer timer;
	struct zx__socket *ws; /* of `generation`, or NULL */
	uint32_t generation;
	int draining, detached;
};

/* What is given out may bring in more, and that is given out as well. */
static void drain(struct zx_gateway_conn *c);

/* The socket ------------------------------------------------------------- */

static void on_open(void *ud)
{
	struct zx_gateway_conn *c = ud;

	zx_shard_on_open(c->shard, c->generation, c->loop->now);
	drain(c);
}

/* Only memory can run out: the shard is of no more use then. */
static void check(struct zx_gateway_conn *c, int err)
{
	struct zx_shard_out dead = { .kind = ZX_SHARD_OUT_DEAD,
				     .text = ZX_STR("out of memory") };

	if (!err || err == ZX_E_STATE)
		return;
	zx__socket_abandon(c->ws);
	c->ws = NULL;
	c->draining = 1; /* the handler may detach: drain() frees then */
	if (c->handler.out)
		c->handler.out(c->shard, &dead, c->handler.ud);
	c->draining = 0;
}

static void on_message(struct zx_str message, void *ud)
{
	struct zx_gateway_conn *c = ud;

	check(c, zx_shard_feed(c->shard, c->generation, message, c->loop->now));
	drain(c);
}

static void on_bytes(size_t n, void *ud)
{
	struct zx_gateway_conn *c = ud;

	zx_shard_on_bytes(c->shard, c->generation, n, c->loop->now);
	drain(c);
}

static void on_closed(int code, void *ud)
{
	struct zx_gateway_conn *c = ud;

	c->ws = NULL;
	zx_shard_on_closed(c->shard, c->generation, code, c->loop->now);
	drain(c);
}

static void on_failed(const char *why, void *ud)
{
	struct zx_gateway_conn *c = ud;

	c->ws = NULL;
	zx_shard_on_failed(c->shard, c->generation, why, c->loop->now);
	drain(c);
}

static const struct zx__socket_handler socket_handler = {
	.open = on_open,
	.message = on_message,
	.bytes = on_bytes,
	.closed = on_closed,
	.failed = on_failed,
};

static const char *reason(int err)
{
	switch (err) {
	case ZX_E_INVALID:
	case ZX_E_TOOBIG:
		return "the address is no ws:// or wss:// URL";
	case ZX_E_TLS:
		return "TLS cannot start";
	case ZX_E_CONNECT:
		return "the host is unknown or out of reach";
	default:
		return zx_strerror(err);
	}
}

static void connect_shard(struct zx_gateway_conn *c,
			  const struct zx_shard_out *o)
{
	int err;

	zx__socket_abandon(c->ws);
	c->generation = o->generation;
	err = zx__socket_open(&c->ws, c->loop, o->text, &socket_handler, c);
	if (err)
		on_failed(reason(err), c);
}

/* The shard -------------------------------------------------------------- */

static void carry_out(struct zx_gateway_conn *c, const struct zx_shard_out *o)
{
	switch (o->kind) {
	case ZX_SHARD_OUT_CONNECT:
		connect_shard(c, o);
		return;
	case ZX_SHARD_OUT_SEND:
		if (c->ws)
			zx__socket_send(c->ws, o->text);
		return;
	case ZX_SHARD_OUT_CLOSE:
		if (c->ws)
			zx__socket_close(c->ws, o->code);
		return;
	default:
		if (c->handler.out)
			c->handler.out(c->shard, o, c->handler.ud);
	}
}

static void drain(struct zx_gateway_conn *c)
{
	struct zx_shard_out o;

	if (c->draining)
		return; /* the outer one goes on until there is nothing */
	c->draining = 1;
	while (!c->detached && zx_shard_poll(c->shard, &o))
		carry_out(c, &o);
	c->draining = 0;
	if (c->detached)
		zx_delete(c->loop->alloc, c);
	else
		zx_timer_set(c->loop, &c->timer, zx_shard_deadline(c->shard));
}

static void on_deadline(struct zx_timer *t, void *ud)
{
	struct zx_gateway_conn *c = ud;

	(void)t;
	check(c, zx_shard_tick(c->shard, c->loop->now));
	drain(c);
}

int zx_gateway_attach(struct zx_gateway_conn **out, struct zx_loop *l,
		      struct zx_shard *s, const struct zx_gateway_handler *h)
{
	struct zx_gateway_conn *c;

	*out = NULL;
	if (!l || !s)
		return ZX_E_INVALID;
	c = zx_new(l->alloc, sizeof(*c));
	if (!c)
		return ZX_E_NOMEM;
	c->loop = l;
	c->shard = s;
	if (h)
		c->handler = *h;
	c->timer = (struct zx_timer){ .fn = on_deadline, .ud = c };
	*out = c;
	return ZX_OK;
}

void zx_gateway_detach(struct zx_gateway_conn *c)
{
	if (!c || c->detached)
		return;
	zx_timer_set(c->loop, &c->timer, ZX_TIME_NEVER);
	zx__socket_abandon(c->ws);
	c->ws = NULL;
	c->detached = 1;
	if (!c->draining)
		zx_delete(c->loop->alloc, c);
}

void zx_gateway_kick(struct zx_gateway_conn *c)
{
	drain(c);
}
