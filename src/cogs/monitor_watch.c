/* SPDX-License-Identifier: MIT
 *
 * monitor_watch: from the bot into metrics. Only the bot's own shards exist
 * here. What a shard counts by itself is taken over as the difference since the
 * last look, which comes with every event and at least every collect_ms.
 */
#include "cogs/monitor_int.h"

static struct zx__mon_seen *seen_of(const struct zx__mon *m, uint32_t shard)
{
	if (shard >= m->slots || !m->slot[shard])
		return NULL;
	return &m->seen[m->slot[shard] - 1];
}

enum zx_shard_state zx__mon_state_of(const struct zx__mon *m, uint32_t shard)
{
	const struct zx__mon_seen *s = seen_of(m, shard);

	return s ? s->state : ZX_SHARD_IDLE;
}

/* Which shards there are --------------------------------------------------- */

static int is_in_line(const struct zx__mon *m)
{
	const struct zx_shard *s;
	size_t i;

	for (i = 0; (s = zx_bot_shard(m->bot, i)) != NULL; i++)
		if (i >= m->seen_count || m->seen[i].id != zx_shard_id(s))
			return 0;
	return i == m->seen_count;
}

static int make_room(struct zx__mon *m, size_t n, size_t slots)
{
	struct zx__mon_seen *seen;
	uint32_t *slot;

	seen = zx_resize(m->alloc, m->seen, n * sizeof(*seen));
	if (!seen)
		return ZX_E_NOMEM;
	m->seen = seen;
	slot = zx_resize(m->alloc, m->slot, slots * sizeof(*slot));
	if (!slot)
		return ZX_E_NOMEM;
	m->slot = slot;
	m->slots = slots;
	memset(slot, 0, slots * sizeof(*slot));
	return ZX_OK;
}

/* After resharding: what is no longer the bot's goes (M22). */
static void remove_gone(struct zx__mon *m, zx_time now)
{
	struct zx_shard_metrics one;
	size_t i = 0;

	while (!zx_metrics_at(m->metrics, i, now, &one)) {
		if (seen_of(m, one.shard)) {
			i++;
			continue;
		}
		zx_metrics_remove(m->metrics, one.shard);
		zx_alerts_forget(m->alerts, one.shard);
		zx__mon_incident_forget(m, one.shard);
	}
}

static int add_new(struct zx__mon *m, zx_time now)
{
	size_t i;
	int err;

	for (i = 0; i < m->seen_count; i++) {
		err = zx_metrics_add(m->metrics, m->seen[i].id, now);
		if (err == ZX_E_EXISTS)
			continue;
		if (!err)
			err = zx__mon_restore(m, m->seen[i].id);
		if (!err)
			err = zx__mon_incident_load(m, m->seen[i].id);
		if (err)
			return err;
	}
	return ZX_OK;
}

int zx__mon_sync(struct zx__mon *m)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));
	const struct zx_shard *s;
	size_t i, n = 0, slots = 0;

	if (is_in_line(m))
		return ZX_OK;
	for (; (s = zx_bot_shard(m->bot, n)) != NULL; n++)
		if (zx_shard_id(s) >= slots)
			slots = (size_t)zx_shard_id(s) + 1;
	m->seen_count = 0;
	if (make_room(m, n ? n : 1, slots ? slots : 1))
		return ZX_E_NOMEM;
	for (i = 0; i < n; i++) {
		s = zx_bot_shard(m->bot, i);
		m->seen[i] = (struct zx__mon_seen){
			.id = zx_shard_id(s),
			.state = zx_shard_state(s),
			.failed_at = ZX_TIME_NEVER,
		};
		m->slot[zx_shard_id(s)] = (uint32_t)i + 1;
	}
	m->seen_count = n;
	remove_gone(m, now);
	return add_new(m, now);
}

/* What a shard counts by itself ---------------------------------------------
 */

ZX_PRINTF(3, 4)
static void failed(struct zx__mon *m, struct zx__mon_seen *s, const char *fmt,
		   ...)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	zx_metrics_failed(m->metrics, s->id, text, now, zx_wall_clock());
	s->failed_at = now;
}

static void on_ack(struct zx__mon *m, struct zx__mon_seen *s)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));

	zx_metrics_ack(m->metrics, s->id, now);
	if (s->failed_at == ZX_TIME_NEVER ||
	    now < zx_time_add(s->failed_at, m->opt.forgive_ms))
		return;
	zx_metrics_worked(m->metrics, s->id);
	s->failed_at = ZX_TIME_NEVER;
}

static void look_at_latency(struct zx__mon *m, struct zx__mon_seen *s,
			    const struct zx_shard *shard,
			    const struct zx_shard_stats *was)
{
	const struct zx_shard_stats *stats = zx_shard_stats(shard);
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));

	if (stats->round_trips != was->round_trips)
		zx_metrics_latency(m->metrics, s->id, stats->latency_ms, now);
	zx_metrics_waiting(m->metrics, s->id,
			   (double)zx_shard_waiting(shard, now));
}

static void look_at(struct zx__mon *m, struct zx__mon_seen *s,
		    const struct zx_shard *shard)
{
	const struct zx_shard_stats *now = zx_shard_stats(shard);
	struct zx_shard_stats was = s->was;

	/* Made anew: its count begins again. */
	if (now->bytes_in < was.bytes_in || now->connects < was.connects)
		was = (struct zx_shard_stats){ .events = 0 };
	s->was = *now;
	zx_metrics_count(m->metrics, s->id, ZX_COUNT_BYTES,
			 now->bytes_in - was.bytes_in);
	if (now->acks != was.acks)
		on_ack(m, s);
	look_at_latency(m, s, shard, &was);
	zx_metrics_count(m->metrics, s->id, ZX_COUNT_IDENTIFIES,
			 now->identifies - was.identifies);
	zx_metrics_count(m->metrics, s->id, ZX_COUNT_ZOMBIES,
			 now->zombies - was.zombies);
	if (now->missed_acks != was.missed_acks) {
		zx_metrics_count(m->metrics, s->id, ZX_COUNT_MISSED_ACKS,
				 now->missed_acks - was.missed_acks);
		failed(m, s, "A heartbeat was not acknowledged");
	}
	if (now->invalid_sessions != was.invalid_sessions) {
		zx_metrics_count(m->metrics, s->id, ZX_COUNT_INVALID_SESSIONS,
				 now->invalid_sessions - was.invalid_sessions);
		failed(m, s, "Discord refused the session (op 9)");
	}
	if (now->connect_failures != was.connect_failures)
		failed(m, s, "%s",
		       zx_shard_error(shard)[0] ? zx_shard_error(shard)
						: "Cannot connect");
}

void zx__mon_look(struct zx__mon *m)
{
	const struct zx_shard *shard;
	size_t i;

	if (zx__mon_sync(m))
		return;
	for (i = 0; i < m->seen_count; i++) {
		shard = zx_bot_shard(m->bot, i);
		if (shard)
			look_at(m, &m->seen[i], shard);
	}
}

void zx__mon_sample(struct zx__mon *m)
{
	size_t i;

	zx__mon_look(m);
	for (i = 0; i < m->seen_count; i++)
		zx_metrics_sample(m->metrics, m->seen[i].id);
}

/* NULL when it is not ours, or there is no memory for it. */
static struct zx__mon_seen *look(struct zx__mon *m, uint32_t id)
{
	struct zx__mon_seen *s = seen_of(m, id);
	const struct zx_shard *shard;

	if (!s) {
		if (zx__mon_sync(m))
			return NULL;
		s = seen_of(m, id);
	}
	if (!s)
		return NULL;
	shard = zx_bot_shard(m->bot, (size_t)(s - m->seen));
	if (shard)
		look_at(m, s, shard);
	return s;
}

/* States --------------------------------------------------------------------
 */

/* A close that we did not begin. What was said by op 7, op 9 and overdue
 * heartbeats is counted with those. */
static void on_closed(struct zx__mon *m, struct zx__mon_seen *s)
{
	int code = s->was.last_close;

	if (code == 1000 || code == 1001)
		return; /* the server goes away for a while: routine */
	failed(m, s, "Closed with %d: %s", code, zx_close_text(code));
}

void zx__mon_on_state(struct zx_bot *bot, void *data, uint32_t shard,
		      enum zx_shard_state state)
{
	struct zx__mon *m = data;
	struct zx__mon_seen *s = look(m, shard);
	enum zx_shard_state before;
	int by_peer;

	if (!s)
		return;
	before = s->state;
	s->state = state;
	if (state != ZX_SHARD_BACKOFF && state != ZX_SHARD_DEAD)
		return;
	by_peer = before >= ZX_SHARD_HELLO && before <= ZX_SHARD_READY;
	zx_metrics_disconnected(m->metrics, shard,
				by_peer ? s->was.last_close : 0,
				zx_loop_now(zx_bot_loop(bot)), zx_wall_clock());
	if (by_peer)
		on_closed(m, s);
}

/* Events --------------------------------------------------------------------
 */

static void on_session(struct zx__mon *m, struct zx__mon_seen *s, int resumed)
{
	zx_metrics_connected(m->metrics, s->id, resumed,
			     zx_loop_now(zx_bot_loop(m->bot)), zx_wall_clock());
	s->failed_at = ZX_TIME_NEVER;
}

/* Of people: not of bots and webhooks, nor of ourselves (M16). */
static int is_of_a_person(struct zx_str d)
{
	struct zx_str author = zx_json_get(d, "author");

	return !zx_json_get_bool(author, "bot") &&
	       !zx_json_get(d, "webhook_id").len;
}

void zx__mon_on_event(struct zx_bot *bot, void *data, uint32_t shard,
		      enum zx_event event, struct zx_str d)
{
	struct zx__mon *m = data;
	struct zx__mon_seen *s = look(m, shard);

	if (!s)
		return;
	zx_metrics_event(m->metrics, shard, event,
			 zx_loop_now(zx_bot_loop(bot)));
	if (event == ZX_EVENT_MESSAGE_CREATE && is_of_a_person(d))
		zx_metrics_count(m->metrics, shard, ZX_COUNT_MESSAGES, 1);
	else if (event == ZX_EVENT_READY || event == ZX_EVENT_RESUMED)
		on_session(m, s, event == ZX_EVENT_RESUMED);
}

void zx__mon_on_guild(struct zx_bot *bot, void *data, uint32_t shard,
		      int joined)
{
	struct zx__mon *m = data;

	(void)bot;
	zx_metrics_count(m->metrics, shard,
			 joined ? ZX_COUNT_GUILDS_JOINED : ZX_COUNT_GUILDS_LEFT,
			 1);
}

/* Direct messages come on shard 0, and what belongs to no guild goes there. */
static uint32_t shard_of(struct zx_bot *bot, uint64_t guild)
{
	struct zx_bot_info info;

	zx_bot_info(bot, &info);
	return info.shard_count ? zx_shard_of_guild(guild, info.shard_count)
				: 0;
}

void zx__mon_on_command(struct zx_bot *bot, void *data,
			const struct zx_call *call)
{
	struct zx__mon *m = data;
	uint64_t guild = zx_call_info(call)->guild_id;

	zx_metrics_count(m->metrics, shard_of(bot, guild), ZX_COUNT_COMMANDS,
			 1);
}

void zx__mon_on_rest(struct zx_bot *bot, void *data, uint64_t guild,
		     const struct zx_rest_result *result)
{
	struct zx__mon *m = data;
	struct zx__mon_seen *s;
	uint32_t i;

	s = result->failures ? seen_of(m, shard_of(bot, guild)) : NULL;
	for (i = 0; s && i < result->failures; i++) {
		if (result->status >= 500)
			failed(m, s, "REST: HTTP %d from Discord",
			       result->status);
		else
			failed(m, s, "REST: an attempt failed (%s)",
			       result->err ? zx_strerror(result->err)
					   : "a later one succeeded");
	}
}
