/* SPDX-License-Identifier: MIT
 *
 * The shards of this process on one loop: making, starting, identify turns.
 */
#include "bot/bot_int.h"

#include <string.h>

struct zx__bot_member *zx__bot_member(struct zx_bot *b, uint32_t shard_id)
{
	size_t i;

	if (!b->shard_ids)
		return shard_id < b->member_count ? &b->members[shard_id]
						  : NULL;
	for (i = 0; i < b->member_count; i++)
		if (b->members[i].id == shard_id)
			return &b->members[i];
	return NULL;
}

const struct zx_shard *zx_bot_shard(const struct zx_bot *b, size_t i)
{
	return i < b->member_count ? b->members[i].shard : NULL;
}

uint32_t zx__bot_fleet_need(const struct zx_bot *b)
{
	uint32_t need = 0;
	size_t i;

	for (i = 0; i < b->member_count; i++)
		need += !b->members[i].resumes;
	return need;
}

/* Turns, of a gate or of our own queue ----------------------------------- */

void zx__bot_turn_ask(struct zx__bot_member *m)
{
	struct zx_bot *b = m->bot;

	if (b->gate && b->gate->ask && !b->gate->ask(b, m->id, b->gate->ud))
		return;
	if (zx_identify_ask(b->queue, m->id, zx_loop_now(b->loop)))
		zx__bot_fail(b, ZX_E_NOMEM, "out of memory");
	else
		zx_timer_set(b->loop, &b->queue_timer, zx_loop_now(b->loop));
}

void zx__bot_turn_forget(struct zx__bot_member *m)
{
	struct zx_bot *b = m->bot;

	if (b->gate && b->gate->forget)
		b->gate->forget(b, m->id, b->gate->ud);
	zx_identify_forget(b->queue, m->id);
}

void zx_bot_set_gate(struct zx_bot *b, const struct zx_bot_gate *gate)
{
	b->gate = gate;
}

int zx_bot_turn_ask(struct zx_bot *b, uint32_t shard)
{
	zx_time now = zx_loop_now(b->loop);
	int err;

	if (!b->queue || b->phase != ZX__BOT_RUNNING)
		return ZX_E_STATE;
	err = zx_identify_ask(b->queue, shard, now);
	return err ? err : zx_timer_set(b->loop, &b->queue_timer, now);
}

void zx_bot_turn_forget(struct zx_bot *b, uint32_t shard)
{
	if (b->queue)
		zx_identify_forget(b->queue, shard);
}

/* Making ----------------------------------------------------------------- */

static int member_open(struct zx__bot_member *m)
{
	struct zx_gateway_handler h = { .out = zx__bot_on_output, .ud = m };
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct zx_bot *b = m->bot;
	int err;

	o.token = b->token;
	o.intents = b->intents;
	o.shard_id = m->id;
	o.shard_count = b->shard_count;
	o.gateway_url = b->gateway_url;
	o.compress = (enum zx_compression)b->compression;
	o.alloc = b->alloc;
	o.rand = b->rand;
	o.log = b->log;
	err = zx_shard_new(&m->shard, &o);
	if (err)
		return err;
	m->state = ZX_SHARD_IDLE;
	return zx_gateway_attach(&m->conn, b->loop, m->shard, &h);
}

static void member_close(struct zx__bot_member *m)
{
	zx_gateway_detach(m->conn);
	zx_shard_free(m->shard);
	m->conn = NULL;
	m->shard = NULL;
}

static void begin(struct zx_bot *b)
{
	b->next_start = 0;
	b->last_group = 0;
	zx_timer_set(b->loop, &b->start_timer, zx_loop_now(b->loop));
}

int zx__bot_fleet_new(struct zx_bot *b)
{
	size_t i, n = b->shard_id_count ? b->shard_id_count : b->shard_count;
	int err;

	b->members = zx_new(b->alloc, n * sizeof(*b->members));
	if (!b->members)
		return ZX_E_NOMEM;
	for (i = 0; i < n; i++) {
		struct zx__bot_member *m = &b->members[i];

		m->bot = b;
		m->id = b->shard_ids ? b->shard_ids[i] : (uint32_t)i;
		b->member_count = i + 1;
		err = member_open(m);
		if (err)
			return err;
		zx__bot_session_load(m);
	}
	zx__bot_guilds_place(b);
	b->phase = ZX__BOT_RUNNING;
	begin(b);
	return ZX_OK;
}

void zx__bot_fleet_free(struct zx_bot *b)
{
	size_t i;

	for (i = 0; i < b->member_count; i++)
		member_close(&b->members[i]);
	zx_delete(b->alloc, b->members);
	b->members = NULL;
	b->member_count = 0;
}

/* Shards cannot change their intents: after a refusal they are made anew. */
void zx__bot_on_rebuild(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;
	struct zx__bot_member *m;
	size_t i;

	(void)t;
	if (b->phase != ZX__BOT_RUNNING)
		return;
	b->ready_count = 0;
	zx__bot_members_end(b);
	for (i = 0; i < b->member_count; i++) {
		m = &b->members[i];
		zx__bot_turn_forget(m);
		member_close(m);
		zx__bot_session_drop(m);
		*m = (struct zx__bot_member){ .bot = b, .id = m->id };
		if (member_open(m)) {
			zx__bot_fail(b, ZX_E_NOMEM, "out of memory");
			return;
		}
	}
	begin(b);
}

/* Starting --------------------------------------------------------------- */

static int is_on_its_way(const struct zx__bot_member *m)
{
	return m->started && m->state > ZX_SHARD_BACKOFF &&
	       m->state < ZX_SHARD_RESUMING;
}

static void start(struct zx__bot_member *m)
{
	m->started = 1;
	if (zx_shard_start(m->shard, zx_loop_now(m->bot->loop)))
		zx__bot_fail(m->bot, ZX_E_NOMEM, "out of memory");
	else
		zx_gateway_kick(m->conn);
}

/* Resumes are not limited, only spread a little (LM-07). */
static int start_resuming(struct zx_bot *b)
{
	struct zx__bot_member *m;
	uint64_t gap = ZX__BOT_RESUME_GAP_MS;
	size_t i;

	for (i = 0; i < b->member_count; i++) {
		m = &b->members[i];
		if (m->started || !m->resumes)
			continue;
		start(m);
		gap += zx_rand_below(&b->rand, gap);
		zx_timer_set(b->loop, &b->start_timer,
			     zx_time_add(zx_loop_now(b->loop), gap));
		return 1;
	}
	return 0;
}

/*
 * The rest is started shortly before its identify turn, so that a thousand
 * connections do not wait for hours: as many as two rounds of turns take are
 * under way. One more round every few seconds in any case, lest shards that
 * cannot connect hold up the others.
 */
void zx__bot_on_start(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;
	zx_time now = zx_loop_now(b->loop);
	size_t i, under_way = 0, room = 2 * (size_t)b->concurrency;

	(void)t;
	if (b->phase != ZX__BOT_RUNNING || start_resuming(b))
		return;
	for (i = 0; i < b->member_count; i++)
		under_way += (size_t)is_on_its_way(&b->members[i]);
	if (under_way >= room &&
	    now < zx_time_add(b->last_group, ZX__BOT_START_TICK_MS))
		room = 0;
	else
		room = under_way < room ? room - under_way : b->concurrency;
	while (b->next_start < b->member_count && room) {
		if (!b->members[b->next_start].started) {
			start(&b->members[b->next_start]);
			b->last_group = now;
			room--;
		}
		b->next_start++;
	}
	if (b->next_start < b->member_count && b->phase == ZX__BOT_RUNNING)
		zx_timer_set(b->loop, &b->start_timer,
			     zx_time_add(now, ZX__BOT_START_TICK_MS / 5));
}

/* Identify turns --------------------------------------------------------- */

static void grant(struct zx__bot_member *m)
{
	zx_shard_grant(m->shard, zx_loop_now(m->bot->loop));
	zx_gateway_kick(m->conn);
}

void zx_bot_grant(struct zx_bot *b, uint32_t shard)
{
	struct zx__bot_member *m = zx__bot_member(b, shard);

	if (m && m->shard && b->phase == ZX__BOT_RUNNING)
		grant(m);
}

/* Hours may pass until the next turn: nobody should have to guess why. */
static void say_wait(struct zx_bot *b, zx_time now, zx_time next)
{
	uint64_t ms = next == ZX_TIME_NEVER || next < now ? 0 : next - now;

	if (ms < ZX__BOT_LONG_MS || !zx_identify_waiting(b->queue) ||
	    b->long_wait == next)
		return;
	b->long_wait = next;
	zx__bot_log(b, ZX_LOG_WARN,
		    "%zu shards wait for a session start, of which Discord has "
		    "%u left today: they go on in %u min",
		    zx_identify_waiting(b->queue),
		    zx_identify_remaining(b->queue), (unsigned)(ms / 60000));
}

void zx__bot_on_queue(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;
	struct zx__bot_member *m;
	zx_time now = zx_loop_now(b->loop), next;
	uint32_t id;
	int given = 0;

	(void)t;
	while (b->phase == ZX__BOT_RUNNING && now >= b->hold_until &&
	       zx_identify_poll(b->queue, now, &id)) {
		m = zx__bot_member(b, id);
		if (!m && !(b->gate && b->gate->turn))
			continue;
		given = 1;
		if (m)
			grant(m);
		else
			b->gate->turn(b, id, b->gate->ud);
	}
	if (given)
		zx__bot_save_identify(b);
	if (b->phase != ZX__BOT_RUNNING)
		return;
	next = zx_identify_deadline(b->queue);
	if (next < b->hold_until)
		next = b->hold_until;
	say_wait(b, now, next);
	zx_timer_set(b->loop, &b->queue_timer, next);
}

/* Stopping --------------------------------------------------------------- */

void zx__bot_fleet_stop(struct zx_bot *b, int resumable)
{
	size_t i;

	for (i = 0; i < b->member_count; i++) {
		if (!b->members[i].shard)
			continue;
		zx_shard_stop(b->members[i].shard, resumable,
			      zx_loop_now(b->loop));
		zx_gateway_kick(b->members[i].conn);
	}
}

int zx__bot_fleet_stopped(const struct zx_bot *b)
{
	size_t i;

	for (i = 0; i < b->member_count; i++)
		if (b->members[i].shard &&
		    zx_shard_state(b->members[i].shard) < ZX_SHARD_STOPPED)
			return 0;
	return 1;
}
