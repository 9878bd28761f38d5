/* SPDX-License-Identifier: MIT
 *
 * manager_turns: identify turns. Discord counts them per token, so the primary
 * hands them out, from its own queue, to the shards of all clusters. A
 * secondary asks again while it waits, so that no lost message costs more than
 * time. When the primary stays away, a secondary starts shards one by one, each
 * in a slot of the clock that belongs to its shard number: two secondaries do
 * not meet there, though they cannot talk.
 */
#include "cogs/manager_int.h"

#define SLOTS_MOST 32

static struct zx_loop *loop_of(struct zx__mgr *m)
{
	return zx_bot_loop(m->bot);
}

static struct zx__mgr_ask *find(struct zx__mgr *m, uint32_t shard)
{
	size_t i;

	for (i = 0; i < m->asks_n; i++)
		if (m->asks[i].shard == shard)
			return &m->asks[i];
	return NULL;
}

static struct zx__mgr_ask *add(struct zx__mgr *m, uint32_t shard)
{
	struct zx__mgr_ask *a = find(m, shard);
	size_t cap = m->asks_cap ? m->asks_cap * 2 : 8;

	if (a)
		return a;
	if (m->asks_n == ZX__MGR_ASKS)
		return NULL;
	if (m->asks_n == m->asks_cap) {
		a = zx_resize(m->alloc, m->asks, cap * sizeof(*a));
		if (!a)
			return NULL;
		m->asks = a;
		m->asks_cap = cap;
	}
	a = &m->asks[m->asks_n++];
	memset(a, 0, sizeof(*a));
	a->shard = shard;
	return a;
}

static void drop(struct zx__mgr *m, struct zx__mgr_ask *a)
{
	size_t i = (size_t)(a - m->asks);

	memmove(a, a + 1, (--m->asks_n - i) * sizeof(*a));
}

static void push_at(struct zx__mgr *m, zx_time at)
{
	zx_timer_set(loop_of(m), &m->push, at);
}

/* A secondary ----------------------------------------------------------------
 */

static int has_primary(const struct zx__mgr *m)
{
	struct zx_ipc_peer p;

	return !m->leaving && zx_ipc_is_up(m->x) && !zx_ipc_peer(m->x, 0, &p) &&
	       p.ours;
}

static void say(struct zx__mgr *m, const char *op, const char *whom,
		struct zx_str data)
{
	(void)zx_ipc_send(m->x, op, whom, data, zx__mgr_now(m), NULL);
}

static void name_of_primary(struct zx__mgr *m, char out[ZX__MGR_NAME])
{
	struct zx_ipc_peer p;

	out[0] = '\0';
	if (!zx_ipc_peer(m->x, 0, &p))
		snprintf(out, ZX__MGR_NAME, "%.*s", ZX_ARG(p.name));
}

static void ask_primary(struct zx__mgr *m)
{
	char primary[ZX__MGR_NAME];
	struct zx_buf data;
	size_t i;

	name_of_primary(m, primary);
	zx_buf_init(&data, m->alloc, ZX_IPC_FRAME_MAX / 2);
	zx_buf_addc(&data, "{\"shards\":[");
	for (i = 0; i < m->asks_n; i++)
		zx_buf_addf(&data, "%s%u", i ? "," : "", m->asks[i].shard);
	zx_buf_addc(&data, "]}");
	if (!data.err)
		say(m, ZX__MGR_TURN_ASK, primary, zx_buf_str(&data));
	zx_buf_release(&data);
	zx_ipc_kick(m->conn);
}

/* The next slot of a shard of ours, in ms from then on. */
static uint64_t next_slot(struct zx__mgr *m, zx_wall wall)
{
	uint32_t count = m->us.shard_count ? m->us.shard_count : 1;
	uint32_t each = (count + SLOTS_MOST - 1) / SLOTS_MOST;
	size_t of = (count + each - 1) / each, i;
	uint64_t best = UINT64_MAX, one;

	for (i = 0; i < m->us.ids_n; i++) {
		one = zx__mgr_slot_wait(wall, m->opt.turn_slot_ms,
					m->us.ids[i] / each % of, of);
		best = one < best ? one : best;
	}
	return best == UINT64_MAX ? m->opt.turn_slot_ms : best;
}

static void slot_after(struct zx__mgr *m, uint64_t ms)
{
	struct zx_rand rand = zx_system_rand();
	zx_wall then = zx_wall_clock() + (zx_wall)ms;

	ms += next_slot(m, then) +
	      zx_rand_below(&rand, m->opt.turn_slot_ms / 12 + 1);
	zx_timer_set(loop_of(m), &m->slot, zx_time_add(zx__mgr_now(m), ms));
}

static void be_alone(struct zx__mgr *m)
{
	/* A primary of another make will never give turns. */
	uint64_t wait = zx_ipc_is_up(m->x) ? 0 : m->opt.turn_wait_ms;

	if (m->alone_since != ZX_TIME_NEVER)
		return;
	m->alone_since = zx__mgr_now(m);
	slot_after(m, wait);
}

void zx__mgr_on_slot(struct zx_timer *t, void *ud)
{
	struct zx__mgr *m = ud;
	uint32_t shard;

	(void)t;
	if (m->leaving || !m->asks_n || has_primary(m)) {
		m->alone_since = ZX_TIME_NEVER;
		return;
	}
	shard = m->asks[0].shard;
	zx_logf(m->log, ZX_LOG_WARN, "manager",
		"shard %u starts without the primary, in a turn of our own",
		shard);
	if (!zx_bot_turn_ask(m->bot, shard))
		drop(m, m->asks);
	slot_after(m, 0);
}

static void push_secondary(struct zx__mgr *m)
{
	if (!m->asks_n)
		return;
	if (!has_primary(m)) {
		be_alone(m);
		return;
	}
	m->alone_since = ZX_TIME_NEVER;
	zx_timer_set(loop_of(m), &m->slot, ZX_TIME_NEVER);
	ask_primary(m);
	push_at(m, zx_time_add(zx__mgr_now(m), ZX__MGR_REASK_MS));
}

static int on_ask(struct zx_bot *bot, uint32_t shard, void *ud)
{
	struct zx__mgr *m = ud;

	(void)bot;
	if (!add(m, shard))
		return ZX_E_NOMEM;
	/* Not from here: the shard is in the middle of its outputs. */
	push_at(m, zx__mgr_now(m));
	return ZX_OK;
}

static void on_forget(struct zx_bot *bot, uint32_t shard, void *ud)
{
	struct zx__mgr *m = ud;
	struct zx__mgr_ask *a = find(m, shard);
	char primary[ZX__MGR_NAME], data[48];

	(void)bot;
	if (!a)
		return;
	drop(m, a);
	if (!has_primary(m))
		return;
	name_of_primary(m, primary);
	snprintf(data, sizeof(data), "{\"shards\":[%u]}", shard);
	say(m, ZX__MGR_TURN_FORGET, primary, zx_str(data));
	push_at(m, zx__mgr_now(m));
}

static void on_granted(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	uint64_t shard = zx_json_get_u64(o->text, "shard");
	char primary[ZX__MGR_NAME];
	struct zx__mgr_ask *a;

	name_of_primary(m, primary);
	if (!zx_str_is(o->name, primary) || shard > UINT32_MAX)
		return;
	a = find(m, (uint32_t)shard);
	if (!a)
		return;
	drop(m, a);
	zx_bot_grant(m->bot, (uint32_t)shard);
}

/* The primary ----------------------------------------------------------------
 */

static int is_ours(const struct zx__mgr *m, uint64_t shard)
{
	size_t i;

	for (i = 0; i < m->us.ids_n; i++)
		if (m->us.ids[i] == shard)
			return 1;
	return 0;
}

static void queue(struct zx__mgr *m)
{
	int all = 1;
	size_t i;

	for (i = 0; i < m->asks_n; i++) {
		if (!m->asks[i].queued)
			m->asks[i].queued =
				!zx_bot_turn_ask(m->bot, m->asks[i].shard);
		all &= m->asks[i].queued;
	}
	/* Before Discord has told the limits there is no queue. */
	if (!all)
		push_at(m, zx_time_add(zx__mgr_now(m), ZX__MGR_RETRY_MS));
}

static void on_turn(struct zx_bot *bot, uint32_t shard, void *ud)
{
	struct zx__mgr *m = ud;
	struct zx__mgr_ask *a = find(m, shard);
	char data[32];

	(void)bot;
	if (!a)
		return;
	snprintf(data, sizeof(data), "{\"shard\":%u}", shard);
	say(m, ZX__MGR_TURN, a->cluster, zx_str(data));
	drop(m, a);
	zx_ipc_kick(m->conn);
}

static void take_ask(struct zx__mgr *m, uint64_t shard, struct zx_str cluster)
{
	struct zx__mgr_ask *a;

	if (shard >= m->us.shard_count || is_ours(m, shard) ||
	    cluster.len >= ZX__MGR_NAME)
		return;
	a = add(m, (uint32_t)shard);
	if (a)
		snprintf(a->cluster, sizeof(a->cluster), "%.*s",
			 ZX_ARG(cluster));
}

static void take_forget(struct zx__mgr *m, uint64_t shard,
			struct zx_str cluster)
{
	struct zx__mgr_ask *a =
		shard > UINT32_MAX ? NULL : find(m, (uint32_t)shard);

	if (!a || !zx_str_is(cluster, a->cluster))
		return;
	zx_bot_turn_forget(m->bot, a->shard);
	drop(m, a);
}

static void on_asked(struct zx__mgr *m, const struct zx_ipc_out *o, int wanted)
{
	struct zx_str list = zx_json_get(o->text, "shards");
	struct zx_json_iter it;
	uint64_t shard;
	size_t n = 0;

	if (zx_json_kind(list) != ZX_JSON_ARRAY)
		return;
	zx__mgr_look(m);
	for (it = zx_json_each(list); n++ < ZX__MGR_ASKS && zx_json_next(&it);)
		if (zx_json_u64(it.value, &shard))
			continue;
		else if (wanted)
			take_ask(m, shard, o->name);
		else
			take_forget(m, shard, o->name);
	/* The answer may come in this very turn: never inside a feed. */
	push_at(m, zx__mgr_now(m));
}

void zx__mgr_turns_left(struct zx__mgr *m, struct zx_str cluster)
{
	size_t i = 0;

	if (!zx__mgr_is_primary(m))
		return;
	while (i < m->asks_n) {
		if (!zx_str_is(cluster, m->asks[i].cluster)) {
			i++;
			continue;
		}
		zx_bot_turn_forget(m->bot, m->asks[i].shard);
		drop(m, &m->asks[i]);
	}
}

/* Both -----------------------------------------------------------------------
 */

void zx__mgr_on_push(struct zx_timer *t, void *ud)
{
	struct zx__mgr *m = ud;

	(void)t;
	if (m->leaving)
		return;
	zx_ipc_kick(m->conn);
	if (zx__mgr_is_primary(m))
		queue(m);
	else
		push_secondary(m);
}

void zx__mgr_turns_heard(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	int primary = zx__mgr_is_primary(m);

	if (primary && zx_str_is(o->op_name, ZX__MGR_TURN_ASK))
		on_asked(m, o, 1);
	else if (primary && zx_str_is(o->op_name, ZX__MGR_TURN_FORGET))
		on_asked(m, o, 0);
	else if (!primary && zx_str_is(o->op_name, ZX__MGR_TURN))
		on_granted(m, o);
}

void zx__mgr_turns_up(struct zx__mgr *m)
{
	/* Waiting for turns began before it was known whose hub this is. */
	if (!has_primary(m))
		m->alone_since = ZX_TIME_NEVER;
	push_at(m, zx__mgr_now(m));
}

void zx__mgr_turns_down(struct zx__mgr *m)
{
	push_at(m, zx__mgr_now(m));
}

void zx__mgr_turns_open(struct zx__mgr *m)
{
	m->push = (struct zx_timer){ .fn = zx__mgr_on_push, .ud = m };
	m->slot = (struct zx_timer){ .fn = zx__mgr_on_slot, .ud = m };
	m->gate.ud = m;
	if (zx__mgr_is_primary(m)) {
		m->gate.turn = on_turn;
	} else {
		m->gate.ask = on_ask;
		m->gate.forget = on_forget;
	}
	zx_bot_set_gate(m->bot, &m->gate);
}
