/* SPDX-License-Identifier: MIT
 *
 * Members asked for over the gateway: the collector on the shards of this
 * process.
 */
#include "bot/bot_int.h"

#include <string.h>

/* Whom to tell. */
struct zx__bot_asked {
	struct zx__bot_asked *next;
	zx_bot_members_fn *fn;
	void *ud;
};

static void forget(struct zx_bot *b, struct zx__bot_asked *a)
{
	struct zx__bot_asked **at = &b->asked;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	zx_delete(b->alloc, a);
}

static void send(struct zx_bot *b, const struct zx_members_out *o)
{
	struct zx__bot_member *m = zx__bot_member(b, o->shard);
	zx_time now = zx_loop_now(b->loop);
	int err = ZX_E_STATE;

	if (m && m->shard) {
		err = zx_shard_send(m->shard, 8, o->text, now);
		zx_gateway_kick(m->conn);
	}
	zx_members_sent(b->collector, o->id, err, now);
}

static void tell(struct zx_bot *b, const struct zx_members_out *o)
{
	struct zx__bot_asked *a = o->ud;
	struct zx_members_out copy = *o;
	zx_bot_members_fn *fn = a->fn;

	copy.ud = a->ud;
	if (o->kind >= ZX_MEMBERS_OUT_DONE)
		forget(b, a);
	if (fn)
		fn(&copy, copy.ud);
}

static void pump(struct zx_bot *b)
{
	struct zx_members_out o;

	if (b->collecting)
		return; /* the outer one goes on until there is nothing */
	b->collecting = 1;
	while (zx_members_poll(b->collector, &o)) {
		if (o.kind == ZX_MEMBERS_OUT_SEND)
			send(b, &o);
		else
			tell(b, &o);
	}
	b->collecting = 0;
	zx_timer_set(b->loop, &b->members_timer,
		     zx_members_deadline(b->collector));
}

void zx__bot_on_members_timer(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;

	(void)t;
	zx_members_tick(b->collector, zx_loop_now(b->loop));
	pump(b);
}

void zx__bot_members_feed(struct zx__bot_member *m,
			  const struct zx_shard_out *o)
{
	struct zx_bot *b = m->bot;

	if (!b->collector || !zx_members_count(b->collector))
		return;
	zx_members_feed(b->collector, m->id, o->event, o->text,
			zx_loop_now(b->loop));
	pump(b);
}

/* The intents are settled only when shards are made, and may change. */
void zx__bot_members_end(struct zx_bot *b)
{
	struct zx_members_out o = { .kind = ZX_MEMBERS_OUT_FAILED,
				    .err = ZX_E_CLOSED };

	zx_members_free(b->collector);
	b->collector = NULL;
	if (b->loop)
		zx_timer_set(b->loop, &b->members_timer, ZX_TIME_NEVER);
	while (b->asked) {
		o.ud = b->asked;
		tell(b, &o);
	}
}

static int open_collector(struct zx_bot *b)
{
	struct zx_members_options o = ZX_MEMBERS_OPTIONS_INIT;

	if (b->collector)
		return ZX_OK;
	o.intents = b->intents;
	o.alloc = b->alloc;
	o.rand = b->rand;
	o.log = b->log;
	return zx_members_new(&b->collector, &o);
}

int zx_bot_request_members(struct zx_bot *b,
			   const struct zx_members_request *req,
			   zx_bot_members_fn *fn, uint64_t *id)
{
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;
	struct zx__bot_asked *a;
	int err;

	if (b->phase != ZX__BOT_RUNNING)
		return ZX_E_STATE;
	memcpy(&q, req, req->size < sizeof(q) ? req->size : sizeof(q));
	q.size = sizeof(q);
	q.shard = zx_shard_of_guild(q.guild_id, b->shard_count);
	if (!zx__bot_member(b, q.shard))
		return ZX_E_NOTFOUND;
	err = open_collector(b);
	if (err)
		return err;
	a = zx_new(b->alloc, sizeof(*a));
	if (!a)
		return ZX_E_NOMEM;
	*a = (struct zx__bot_asked){ .next = b->asked, .fn = fn, .ud = q.ud };
	b->asked = a;
	q.ud = a;
	err = zx_members_ask(b->collector, &q, zx_loop_now(b->loop), id);
	if (err) {
		forget(b, a);
		return err;
	}
	/* Told in a turn of its own, so that it never calls from inside. */
	zx_timer_set(b->loop, &b->members_timer, zx_loop_now(b->loop));
	return ZX_OK;
}
