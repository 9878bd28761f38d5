/* SPDX-License-Identifier: MIT
 *
 * The Python framework's shard_metrics.json, written and read. What it does not
 * know stands in one member of its own, which its readers pass over.
 */
#include <stdio.h>

#include "metrics/metrics_int.h"

static const struct {
	const char *key;
	enum zx_counter counter;
} theirs[] = {
	{ "connects", ZX_COUNT_CONNECTS },
	{ "disconnects", ZX_COUNT_DISCONNECTS },
	{ "reconnects", ZX_COUNT_RESUMES },
	{ "errors", ZX_COUNT_ERRORS },
	{ "messages", ZX_COUNT_MESSAGES },
	{ "commands", ZX_COUNT_COMMANDS },
	{ "guilds_joined", ZX_COUNT_GUILDS_JOINED },
	{ "guilds_left", ZX_COUNT_GUILDS_LEFT },
};
static const enum zx_counter ours[] = {
	ZX_COUNT_EVENTS,      ZX_COUNT_IDENTIFIES, ZX_COUNT_INVALID_SESSIONS,
	ZX_COUNT_MISSED_ACKS, ZX_COUNT_ZOMBIES,	   ZX_COUNT_BYTES,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static double seconds(double ms)
{
	return ms < 0 ? 0.0 : ms / 1000.0;
}

static void write_events(const struct zx_metrics *m, const struct zx__shard *s,
			 struct zx_json_writer *w)
{
	zx_jw_obj(w, "events");
	for (size_t k = 0; k < m->kind_count; k++)
		if (s->kinds[k])
			zx_jw_u64(w, m->kinds[k], s->kinds[k]);
	zx_jw_obj_end(w);
}

static void write_shard(const struct zx_metrics *m, const struct zx__shard *s,
			zx_time now, zx_wall wall, struct zx_json_writer *w)
{
	struct zx_latency l;
	struct zx_health h;
	char id[16];

	zx__metrics_latency(s, &l);
	zx__metrics_judge(m, s, now, &h);
	snprintf(id, sizeof(id), "%u", s->id);
	zx_jw_obj(w, id);
	zx_jw_u64(w, "shard_id", s->id);
	zx_jw_f64(w, "latency_avg", seconds(l.average));
	zx_jw_f64(w, "latency_current", seconds(l.current));
	zx_jw_f64(w, "latency_min", seconds(l.min));
	zx_jw_f64(w, "latency_max", seconds(l.max));
	write_events(m, s, w);
	for (size_t i = 0; i < COUNT(theirs); i++)
		zx_jw_u64(w, theirs[i].key, s->counters[theirs[i].counter]);
	zx_jw_f64(w, "uptime_pct", zx__metrics_uptime(s, now));
	zx_jw_cstr(w, "health_status", zx_tier_emoji(h.tier));
	zx_jw_f64(w, "timestamp", (double)wall / 1000.0);
	zx_jw_obj(w, "zoryx");
	for (size_t i = 0; i < COUNT(ours); i++)
		zx_jw_u64(w, zx__counter_info[ours[i]].name,
			  s->counters[ours[i]]);
	zx_jw_i64(w, "last_connect", s->last_connect);
	zx_jw_i64(w, "last_disconnect", s->last_disconnect);
	zx_jw_i64(w, "last_error_at", s->last_error_at);
	zx_jw_cstr(w, "last_error", s->last_error);
	zx_jw_obj_end(w);
	zx_jw_obj_end(w);
}

int zx_metrics_export(const struct zx_metrics *m, zx_time now, zx_wall wall,
		      struct zx_buf *out)
{
	struct zx_json_writer w;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	for (size_t i = 0; i < m->count; i++)
		write_shard(m, m->shards[i], now, wall, &w);
	zx_jw_obj_end(&w);
	return out->err;
}

static void read_events(const struct zx_metrics *m, struct zx__shard *s,
			struct zx_str events)
{
	for (size_t k = 0; k < m->kind_count; k++)
		s->kinds[k] += zx_json_get_u64(events, m->kinds[k]);
}

static void read_last(struct zx__shard *s, struct zx_str own)
{
	struct zx_buf text;

	/* what happened since the start is newer than anything stored */
	if (!s->last_connect)
		s->last_connect = zx_json_get_i64(own, "last_connect");
	if (!s->last_disconnect && !s->ever_connected)
		s->last_disconnect = zx_json_get_i64(own, "last_disconnect");
	if (s->last_error_at || !zx_json_get_i64(own, "last_error_at"))
		return;
	zx_buf_init(&text, NULL, 0);
	zx_json_text(zx_json_get(own, "last_error"), &text);
	snprintf(s->last_error, sizeof(s->last_error), "%s",
		 zx_buf_cstr(&text));
	s->last_error_at = zx_json_get_i64(own, "last_error_at");
	zx_buf_release(&text);
}

static void read_shard(const struct zx_metrics *m, struct zx__shard *s,
		       struct zx_str obj)
{
	struct zx_str own = zx_json_get(obj, "zoryx");

	for (size_t i = 0; i < COUNT(theirs); i++)
		s->counters[theirs[i].counter] +=
			zx_json_get_u64(obj, theirs[i].key);
	for (size_t i = 0; i < COUNT(ours); i++)
		s->counters[ours[i]] +=
			zx_json_get_u64(own, zx__counter_info[ours[i]].name);
	read_events(m, s, zx_json_get(obj, "events"));
	read_last(s, own);
}

/* Python writes the tokens Infinity and NaN, which are no JSON. They stand
 * where latencies are, which are not taken back: blank them for the check. */
static int blank_python(struct zx_str text, struct zx_buf *out)
{
	static const char *const words[] = { "-Infinity", "Infinity", "NaN" };
	int quoted = 0;

	zx_buf_adds(out, text);
	for (size_t i = 0; !out->err && i < out->len; i++) {
		if (out->ptr[i] == '\\' && quoted)
			i++;
		else if (out->ptr[i] == '"')
			quoted = !quoted;
		for (size_t k = 0; !quoted && k < COUNT(words); k++) {
			struct zx_str rest = zx_str_from(zx_buf_str(out), i);
			size_t n = zx_str(words[k]).len;

			if (!zx_str_starts(rest, words[k]))
				continue;
			for (size_t j = 0; j < n; j++)
				out->ptr[i + j] = j ? ' ' : '0';
		}
	}
	return out->err;
}

int zx_metrics_import(struct zx_metrics *m, struct zx_str json)
{
	struct zx_json_iter it;
	struct zx_buf clean;
	int err;

	zx_buf_init(&clean, m->alloc, 0);
	err = blank_python(json, &clean);
	if (!err)
		err = zx_json_check(zx_buf_str(&clean), 8, NULL);
	if (!err && zx_json_kind(zx_buf_str(&clean)) != ZX_JSON_OBJECT)
		err = ZX_E_SYNTAX;
	if (err)
		goto out;
	it = zx_json_each(zx_buf_str(&clean));
	while (zx_json_next(&it)) {
		struct zx__shard *s;
		uint64_t id;

		if (zx_str_u64(it.key, &id) || id >= ZX_METRICS_MAX_SHARD)
			continue;
		s = zx__metrics_find(m, (uint32_t)id);
		if (s)
			read_shard(m, s, it.value);
	}
out:
	zx_buf_release(&clean);
	return err == ZX_E_TOOBIG ? ZX_E_SYNTAX : err;
}
