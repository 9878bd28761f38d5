/* SPDX-License-Identifier: MIT
 *
 * send: the budget of a connection's sends, and the commands that wait for it.
 *
 * The window is exact: no minute, wherever it begins, holds more than the
 * limit. Commands leave a reserve for the heartbeats of a minute (LM-02).
 */
#include <stdio.h>
#include <string.h>

#include "gateway/gateway_int.h"

/* Waiting commands may be as many and as long as they get. */
#define COMMAND_BYTES                                                          \
	((size_t)ZX__SEND_WAITING * (ZX__SEND_BYTES + sizeof(uint16_t)))

static void forget_old(struct zx__window *w, uint32_t now)
{
	while (w->count && now - w->at[w->first] >= ZX__SEND_WINDOW_MS) {
		w->first = (uint16_t)((w->first + 1) % ZX__SEND_LIMIT);
		w->count--;
	}
}

void zx__send_count(struct zx_shard *s)
{
	struct zx__window *w = &s->window;

	s->stats.sends++;
	forget_old(w, (uint32_t)s->now);
	if (w->count == ZX__SEND_LIMIT) {
		w->first = (uint16_t)((w->first + 1) % ZX__SEND_LIMIT);
		w->count--;
	}
	w->at[(w->first + w->count) % ZX__SEND_LIMIT] = (uint32_t)s->now;
	w->count++;
}

int zx__send_full(struct zx_shard *s)
{
	forget_old(&s->window, (uint32_t)s->now);
	return s->window.count >= ZX__SEND_LIMIT;
}

/* The sends a minute has for commands: what beats cannot need. */
static unsigned allowance(const struct zx_shard *s)
{
	uint64_t beats = ZX__SEND_WINDOW_MS / s->link.interval_ms + 3;

	return s->send_limit > beats ? s->send_limit - (unsigned)beats : 1;
}

void zx__send_release(struct zx_shard *s)
{
	struct zx__commands *c = &s->commands;

	if (!c->waiting || s->state != ZX_SHARD_READY)
		return;
	forget_old(&s->window, (uint32_t)s->now);
	while (c->waiting && s->window.count < allowance(s)) {
		zx__send_count(s);
		c->waiting--;
		c->released++;
		s->pending |= ZX__PEND_COMMAND;
	}
}

zx_time zx__send_when(const struct zx_shard *s)
{
	const struct zx__window *w = &s->window;
	unsigned allowed, oldest;
	uint32_t age;

	if (!s->commands.waiting || s->state != ZX_SHARD_READY)
		return ZX_TIME_NEVER;
	allowed = allowance(s);
	if (w->count < allowed)
		return s->now;
	/* The window has room when this one is a minute old. */
	oldest = (w->first + w->count - allowed) % ZX__SEND_LIMIT;
	age = (uint32_t)s->now - w->at[oldest];
	return zx_time_add(s->now, age < ZX__SEND_WINDOW_MS
					   ? ZX__SEND_WINDOW_MS - age
					   : 0);
}

void zx__send_hold(struct zx_shard *s)
{
	s->commands.waiting += s->commands.released;
	s->commands.released = 0;
}

struct zx_str zx__send_next(struct zx_shard *s)
{
	struct zx__commands *c = &s->commands;
	const char *at = c->bytes.ptr + c->taken;
	uint16_t len;

	memcpy(&len, at, sizeof(len));
	c->taken += sizeof(len) + len;
	if (!--c->released)
		s->pending &= ~(unsigned)ZX__PEND_COMMAND;
	return (struct zx_str){ at + sizeof(len), len };
}

void zx__send_trim(struct zx_shard *s)
{
	struct zx__commands *c = &s->commands;

	if (!c->taken)
		return;
	zx_buf_skip(&c->bytes, c->taken);
	c->taken = 0;
	if (!c->bytes.len)
		zx_buf_release(&c->bytes);
}

static int refuse(struct zx_shard *s, int err)
{
	s->stats.sends_refused++;
	return err;
}

static int append(struct zx_shard *s, const char *head, struct zx_str d)
{
	struct zx_buf *b = &s->commands.bytes;
	uint16_t len = (uint16_t)(strlen(head) + d.len + 1);

	if (!b->ptr)
		zx_buf_init(b, s->opt.alloc, COMMAND_BYTES);
	if (!zx_buf_room(b, sizeof(len) + len))
		return zx__shard_nomem(s);
	zx_buf_add(b, &len, sizeof(len));
	zx_buf_addc(b, head);
	zx_buf_adds(b, d);
	zx_buf_addch(b, '}');
	s->commands.waiting++;
	return ZX_OK;
}

/* Those the shard sends itself, and those only the server sends. */
static int reserved_op(int op)
{
	return op < 0 || op == ZX__OP_DISPATCH || op == ZX__OP_HEARTBEAT ||
	       op == ZX__OP_IDENTIFY || op == ZX__OP_RESUME ||
	       op == ZX__OP_RECONNECT || op == ZX__OP_INVALID ||
	       op == ZX__OP_HELLO || op == ZX__OP_ACK;
}

int zx_shard_send(struct zx_shard *s, int op, struct zx_str d, zx_time now)
{
	char head[32];
	int err;

	if (s->err)
		return s->err;
	zx__shard_input(s, now);
	if (reserved_op(op))
		return refuse(s, ZX_E_INVALID);
	snprintf(head, sizeof(head), "{\"op\":%d,\"d\":", op);
	if (d.len > ZX__SEND_BYTES - 1 - strlen(head))
		return refuse(s, ZX_E_TOOBIG);
	if (s->state != ZX_SHARD_READY && s->state != ZX_SHARD_RESUMING)
		return refuse(s, ZX_E_STATE);
	if (zx_json_check(d, 0, NULL))
		return refuse(s, ZX_E_SYNTAX);
	err = op == ZX__OP_MEMBERS
		      ? zx__members_check(d, s->opt.intents, s->opt.alloc)
		      : ZX_OK;
	if (err == ZX_E_NOMEM)
		return zx__shard_nomem(s);
	if (err)
		return refuse(s, err);
	if (s->commands.waiting + s->commands.released >= ZX__SEND_WAITING)
		return refuse(s, ZX_E_LIMIT);
	err = append(s, head, d);
	if (!err)
		zx__send_release(s);
	return err;
}
