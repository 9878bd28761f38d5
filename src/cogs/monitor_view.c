/* SPDX-License-Identifier: MIT
 *
 * monitor_view: collects what pages show. One pass over the guilds, one over
 * the shards.
 */
#include "cogs/monitor_int.h"

/* Counts guilds per shard into rows that are ascending by id. */
struct counting {
	struct zx_monitor_shard *rows;
	size_t count;
	uint32_t shard_count;
};

static struct zx_monitor_shard *row_of(const struct counting *c, uint32_t shard)
{
	size_t low = 0, high = c->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (c->rows[mid].shard < shard)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->count && c->rows[low].shard == shard ? &c->rows[low]
							     : NULL;
}

static void count_guild(const struct zx_guild *g, void *ud)
{
	const struct counting *c = ud;
	struct zx_monitor_shard *row =
		row_of(c, zx_shard_of_guild(g->id, c->shard_count));

	if (!row)
		return;
	row->guilds++;
	row->members += g->member_count;
}

static void fill(const struct zx_metrics *m, const struct zx_shard_metrics *s,
		 zx_time now, struct zx_monitor_shard *out)
{
	struct zx_latency l = { .current = -1, .min = -1, .max = -1 };
	struct zx_health h = { .tier = ZX_HEALTHY };

	l.average = -1;
	zx_metrics_latency_range(m, s->shard, &l);
	zx_metrics_health(m, s->shard, now, &h);
	*out = (struct zx_monitor_shard){
		.shard = s->shard,
		.tier = h.tier,
		.current = l.current,
		.min = l.min,
		.average = l.average,
		.max = l.max,
		.uptime = s->uptime,
		.messages = s->counters[ZX_COUNT_MESSAGES],
		.commands = s->counters[ZX_COUNT_COMMANDS],
		.joined = s->counters[ZX_COUNT_GUILDS_JOINED],
		.left = s->counters[ZX_COUNT_GUILDS_LEFT],
		.connects = s->counters[ZX_COUNT_CONNECTS],
		.disconnects = s->counters[ZX_COUNT_DISCONNECTS],
		.resumes = s->counters[ZX_COUNT_RESUMES],
		.errors = s->counters[ZX_COUNT_ERRORS],
		.quiet_known = s->last_sign != ZX_TIME_NEVER,
	};
	snprintf(out->reason, sizeof(out->reason), "%s", h.text);
	if (out->quiet_known && now > s->last_sign)
		out->quiet_ms = now - s->last_sign;
}

size_t zx__mon_rows(const struct zx_metrics *m, zx_time now,
		    struct zx_monitor_shard *out, size_t max)
{
	struct zx_shard_metrics s;
	size_t i;

	for (i = 0; i < max && !zx_metrics_at(m, i, now, &s); i++)
		fill(m, &s, now, &out[i]);
	return zx_metrics_shards(m);
}

size_t zx_monitor_shards(struct zx_bot *b, struct zx_monitor_shard *out,
			 size_t max)
{
	struct zx__mon *m = zx_bot_cog_data(b, zx_cog_shard_monitor());
	struct zx_bot_info info;
	struct counting c;
	size_t n;

	if (!m)
		return 0;
	zx__mon_look(m);
	n = zx__mon_rows(m->metrics, zx_loop_now(zx_bot_loop(b)), out, max);
	zx_bot_info(b, &info);
	c = (struct counting){ out, n < max ? n : max, info.shard_count };
	if (c.count && c.shard_count)
		zx_bot_guild_each(b, count_guild, &c);
	return n;
}

/* Rows of a cluster (0: ours); NULL without memory. */
static struct zx_monitor_shard *rows_of(struct zx__mon *m, size_t cluster,
					size_t *count)
{
	const struct zx_monitor_clusters *c = m->clusters;
	struct zx_monitor_shard *rows;
	size_t n, got;

	n = cluster ? c->shards(cluster - 1, NULL, 0, c->ud)
		    : zx_monitor_shards(m->bot, NULL, 0);
	n = n < ZX__MON_SHARDS ? n : ZX__MON_SHARDS;
	rows = zx_new(m->alloc, (n ? n : 1) * sizeof(*rows));
	if (!rows)
		return NULL;
	got = cluster ? c->shards(cluster - 1, rows, n, c->ud)
		      : zx_monitor_shards(m->bot, rows, n);
	*count = got < n ? got : n;
	return rows;
}

static const char *own_name(const struct zx__mon *m)
{
	const struct zx_config *c = zx_bot_config(m->bot);

	return c && c->cluster_name ? c->cluster_name : "this one";
}

int zx__mon_view_open(struct zx__mon *m, size_t cluster, struct zx__mon_view *v)
{
	const struct zx_monitor_clusters *c = m->clusters;
	struct zx_bot_info info;

	*v = (struct zx__mon_view){
		.alert_channel = m->config.channel,
		.threshold = m->config.threshold,
		.alert_error = m->send_error,
	};
	zx_bot_info(m->bot, &info);
	v->shard_count = info.shard_count;
	/* One that has gone meanwhile gives ours. */
	if (cluster &&
	    (!c || cluster > c->count(c->ud) || !c->name(cluster - 1, c->ud)))
		cluster = 0;
	if (c)
		v->cluster =
			cluster ? c->name(cluster - 1, c->ud) : own_name(m);
	v->shards = rows_of(m, cluster, &v->count);
	return v->shards ? ZX_OK : ZX_E_NOMEM;
}

void zx__mon_view_close(struct zx__mon *m, struct zx__mon_view *v)
{
	zx_delete(m->alloc, (void *)(uintptr_t)v->shards);
}

void zx__mon_view_select(struct zx__mon *m, size_t cluster,
			 struct zx_message *out)
{
	const struct zx_monitor_clusters *c = m->clusters;
	const char *name;
	char value[16];
	size_t i, n = c ? c->count(c->ud) : 0;

	if (!n)
		return;
	n = n < ZX__MON_CLUSTERS ? n : ZX__MON_CLUSTERS;
	zx_panel_select(out, ZX_SELECT_STRING, "cluster", "Choose a cluster…",
			1, 1);
	zx_select_option(out, "0", own_name(m), "This process", NULL, !cluster);
	for (i = 0; i < n; i++) {
		name = c->name(i, c->ud);
		snprintf(value, sizeof(value), "%zu", i + 1);
		if (name)
			zx_select_option(out, value, name, NULL, NULL,
					 cluster == i + 1);
	}
}
