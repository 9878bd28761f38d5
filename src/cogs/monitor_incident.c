/* SPDX-License-Identifier: MIT
 *
 * monitor_incident: of which shards people were told that something is wrong
 * with them, in the state file. It is written together with the alert, and
 * goes together with the recovery: whoever was told of trouble hears once that
 * it is over, also when the process that told them is gone.
 */
#include "cogs/monitor_int.h"

#define SPACE "shard_monitor_incident" /* the shard in place of the guild */
#define TOLD "told"

/* Repeats come every four hours, so nobody was there to tell: what is said now
 * about then helps nobody. */
enum { STALE_MS = 24 * 3600 * 1000 };

static void failed(struct zx__mon *m, const char *what)
{
	zx__mon_log(m, ZX_LOG_ERROR, "%s: %s", what,
		    zx_state_error(zx_bot_state(m->bot)));
}

static int put(struct zx__mon *m, struct zx_state *s,
	       const struct zx_alert_shard *was)
{
	zx_wall now = zx_wall_clock();
	struct zx_json_writer w;
	struct zx_buf text;
	int err;

	zx_buf_init(&text, m->alloc, 0);
	zx_jw_init(&w, &text);
	zx_jw_obj(&w, NULL);
	zx_jw_u64(&w, "tier", was->health.tier);
	zx_jw_cstr(&w, "text", was->health.text);
	zx_jw_i64(&w, "began", (int64_t)now - (int64_t)was->lasted_ms);
	zx_jw_i64(&w, "told", (int64_t)now);
	zx_jw_obj_end(&w);
	err = text.err ? text.err
		       : zx_state_put(s, SPACE, was->shard, TOLD,
				      zx_buf_str(&text));
	zx_buf_release(&text);
	return err;
}

void zx__mon_incidents_save(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);
	struct zx_alert_shard was;
	int err = ZX_OK;

	for (size_t i = 0; s && !err && i < m->seen_count; i++) {
		uint32_t id = m->seen[i].id;

		/* Without a channel nobody was told. */
		if (m->config.channel && !zx_alerts_told(m->alerts, id, &was))
			err = put(m, s, &was);
		else
			err = zx_state_del(s, SPACE, id, TOLD);
	}
	if (err)
		failed(m, "what alerts are open is not saved");
}

void zx__mon_incident_forget(struct zx__mon *m, uint32_t shard)
{
	struct zx_state *s = zx_bot_state(m->bot);

	if (s && zx_state_del(s, SPACE, shard, TOLD))
		failed(m, "an alert of a shard that is gone stays saved");
}

/* 0 when it is none. */
static int read(struct zx_str text, zx_wall now, struct zx_alert_shard *was)
{
	int64_t began = zx_json_get_i64(text, "began");
	uint64_t tier = zx_json_get_u64(text, "tier");
	struct zx_buf words;

	if (tier != ZX_WARNING && tier != ZX_CRITICAL)
		return 0;
	was->health.tier = (enum zx_tier)tier;
	was->lasted_ms = (int64_t)now > began ? (uint64_t)(now - began) : 0;
	zx_buf_init(&words, NULL, 0);
	if (!zx_json_text(zx_json_get(text, "text"), &words))
		snprintf(was->health.text, sizeof(was->health.text), "%s",
			 zx_buf_cstr(&words));
	zx_buf_release(&words);
	return 1;
}

static int take_up(struct zx__mon *m, uint32_t shard, struct zx_str text)
{
	struct zx_alert_shard was = { .shard = shard };
	zx_wall now = zx_wall_clock();
	int64_t told = zx_json_get_i64(text, "told");
	int err;

	if (!read(text, now, &was)) {
		zx__mon_log(m, ZX_LOG_WARN,
			    "the stored alert of shard %u is of no use", shard);
		zx__mon_incident_forget(m, shard);
		return ZX_OK;
	}
	if (told < 0 ||
	    ((int64_t)now > told && (int64_t)now - told > STALE_MS)) {
		zx__mon_log(m, ZX_LOG_INFO,
			    "shard %u was %s more than a day ago (%s): that is "
			    "forgotten",
			    shard, zx_tier_name(was.health.tier),
			    was.health.text);
		zx__mon_incident_forget(m, shard);
		return ZX_OK;
	}
	err = zx_alerts_resume(m->alerts, &was,
			       zx_loop_now(zx_bot_loop(m->bot)));
	return err == ZX_E_NOMEM ? err : ZX_OK;
}

int zx__mon_incident_load(struct zx__mon *m, uint32_t shard)
{
	struct zx_state *s = zx_bot_state(m->bot);
	struct zx_buf text;
	int err;

	if (!s || !m->config.channel)
		return ZX_OK;
	zx_buf_init(&text, m->alloc, 0);
	err = zx_state_get(s, SPACE, shard, TOLD, &text);
	if (!err)
		err = text.err ? text.err
			       : take_up(m, shard, zx_buf_str(&text));
	else if (err != ZX_E_NOTFOUND && err != ZX_E_NOMEM)
		failed(m, "an alert of the last run cannot be read");
	zx_buf_release(&text);
	return err == ZX_E_NOMEM ? err : ZX_OK;
}
