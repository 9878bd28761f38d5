/* SPDX-License-Identifier: MIT
 *
 * monitor_tick: latency every 30 s, health every 60 s, saving every 5 minutes,
 * and alerts when they are due.
 */
#include "cogs/monitor_int.h"

static zx_time now_of(const struct zx__mon *m)
{
	return zx_loop_now(zx_bot_loop(m->bot));
}

static void set(struct zx__mon *m, struct zx_timer *t, zx_time at)
{
	if (!m->stopped)
		zx_timer_set(zx_bot_loop(m->bot), t, at);
}

int zx__mon_alerts_begin(struct zx__mon *m)
{
	struct zx_alerts_options o = ZX_ALERTS_OPTIONS_INIT;
	struct zx_alerts *fresh;
	int err;

	o.pending_ms = m->opt.pending_ms;
	o.resolve_ms = m->opt.resolve_ms;
	o.group_ms = m->opt.group_ms;
	o.repeat_ms = m->opt.repeat_ms;
	o.alloc = m->alloc;
	err = zx_alerts_new(&fresh, &o);
	if (err)
		return err;
	zx_alerts_free(m->alerts);
	m->alerts = fresh;
	return ZX_OK;
}

/* With a thousand shards and one identify turn per 5 s most wait for an hour:
 * that is seen on the dashboard, but nothing to wake people for. */
static int only_waits(const struct zx__mon *m, uint32_t shard,
		      const struct zx_health *h)
{
	enum zx_shard_state state = zx__mon_state_of(m, shard);

	return h->reason == ZX_REASON_STARTING &&
	       (state == ZX_SHARD_IDLE || state == ZX_SHARD_QUEUED);
}

/* What was told ends when the shard is live and well, not when a new process
 * has not got round to it yet. */
static int stays_open(const struct zx__mon *m, uint32_t shard,
		      const struct zx_health *h)
{
	struct zx_alert_shard told;

	return h->tier == ZX_HEALTHY &&
	       zx__mon_state_of(m, shard) != ZX_SHARD_READY &&
	       !zx_alerts_told(m->alerts, shard, &told);
}

static void judge(struct zx__mon *m, zx_time now)
{
	struct zx_health h;
	size_t i;

	for (i = 0; i < m->seen_count; i++) {
		uint32_t id = m->seen[i].id;

		if (zx_metrics_health(m->metrics, id, now, &h))
			continue;
		if (only_waits(m, id, &h))
			h = (struct zx_health){ .tier = ZX_HEALTHY };
		if (!stays_open(m, id, &h))
			zx_alerts_feed(m->alerts, id, &h, now);
	}
}

/* Whether it works or not: what cannot be saved is told all the same. */
static void settle(struct zx__mon *m, struct zx_state *s)
{
	zx__mon_incidents_save(m);
	if (zx_state_commit(s))
		zx__mon_log(m, ZX_LOG_ERROR,
			    "alerts are not saved, a crash would lose them: %s",
			    zx_state_error(s));
	zx_state_rollback(s);
}

static void deliver(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);
	struct zx_alert a;
	int open = 0;

	while (zx_alerts_poll(m->alerts, &a)) {
		open = open || (s && !zx_state_begin(s));
		zx__mon_alert_post(m, &a);
	}
	if (open)
		settle(m, s);
	set(m, &m->alert, zx_alerts_deadline(m->alerts));
}

static void on_alert(struct zx_timer *t, void *ud)
{
	struct zx__mon *m = ud;

	(void)t;
	/* What is told must be how it is now, not how it was a minute ago. */
	zx__mon_look(m);
	judge(m, now_of(m));
	zx_alerts_tick(m->alerts, now_of(m));
	deliver(m);
}

static void on_health(struct zx_timer *t, void *ud)
{
	struct zx__mon *m = ud;

	on_alert(t, ud);
	set(m, t, zx_time_add(now_of(m), m->opt.health_ms));
}

static void on_collect(struct zx_timer *t, void *ud)
{
	struct zx__mon *m = ud;

	zx__mon_sample(m);
	set(m, t, zx_time_add(now_of(m), m->opt.collect_ms));
}

static void on_save(struct zx_timer *t, void *ud)
{
	struct zx__mon *m = ud;

	zx__mon_save(m);
	set(m, t, zx_time_add(now_of(m), m->opt.save_ms));
}

void zx__mon_clock_start(struct zx__mon *m)
{
	const struct {
		struct zx_timer *timer;
		void (*fn)(struct zx_timer *t, void *ud);
		uint32_t after_ms; /* 0: when there is a reason */
	} clock[] = {
		{ &m->collect, on_collect, m->opt.collect_ms },
		{ &m->health, on_health, m->opt.health_ms },
		{ &m->save, on_save, m->opt.save_ms },
		{ &m->alert, on_alert, 0 },
		{ &m->retry, zx__mon_on_retry, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(clock) / sizeof(clock[0]); i++) {
		clock[i].timer->fn = clock[i].fn;
		clock[i].timer->ud = m;
		if (clock[i].after_ms)
			set(m, clock[i].timer,
			    zx_time_add(now_of(m), clock[i].after_ms));
	}
	if (m->outbox_count)
		set(m, &m->retry, now_of(m));
}

void zx__mon_clock_stop(struct zx__mon *m)
{
	struct zx_timer *const timers[] = { &m->collect, &m->health, &m->save,
					    &m->alert, &m->retry };
	size_t i;

	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i]->fn)
			zx_timer_set(zx_bot_loop(m->bot), timers[i],
				     ZX_TIME_NEVER);
}
