/* SPDX-License-Identifier: MIT
 *
 * monitor_details: /sharddetails, everything about one shard.
 */
#include "cogs/monitor_int.h"

static void add_ms(struct zx_buf *out, const char *name, double ms)
{
	if (ms < 0)
		zx_buf_addf(out, "%s –\n", name);
	else
		zx_buf_addf(out, "%s %.1fms\n", name, ms);
}

static void add_count(struct zx_buf *out, const char *name, uint64_t n)
{
	zx_buf_addf(out, "%s ", name);
	zx_commas(out, n);
	zx_buf_addch(out, '\n');
}

static void basic(const struct zx__mon_details *d, struct zx_buf *text,
		  struct zx_message *out)
{
	add_count(text, "**Guilds:**", d->shard.guilds);
	add_count(text, "**Members:**", d->shard.members);
	add_ms(text, "**Current Latency:**", d->latency.current);
	add_ms(text, "**Avg Latency:**", d->latency.average);
	add_ms(text, "**Min Latency:**", d->latency.min);
	add_ms(text, "**Max Latency:**", d->latency.max);
	add_ms(text, "**95th Percentile:**", d->latency.p95);
	zx__mon_field(out, 0, "📊 Basic Info", text);
}

static void activity(const struct zx__mon_details *d, struct zx_buf *text,
		     struct zx_message *out)
{
	add_count(text, "Messages:", d->shard.messages);
	add_count(text, "Commands:", d->shard.commands);
	zx_buf_addc(text, "Guilds +/-: +");
	zx_commas(text, d->shard.joined);
	zx_buf_addc(text, " / -");
	zx_commas(text, d->shard.left);
	if (d->shard.quiet_known)
		zx_buf_addf(text, "\nLast Event: %llus ago",
			    (unsigned long long)(d->shard.quiet_ms / 1000));
	else
		zx_buf_addc(text, "\nLast Event: none yet");
	zx__mon_field(out, 1, "📈 Activity", text);
}

static void reliability(const struct zx__mon_details *d, struct zx_buf *text,
			struct zx_message *out)
{
	zx_buf_addf(text, "Uptime: %.2f%%\n", d->shard.uptime);
	add_count(text, "Connects:", d->shard.connects);
	add_count(text, "Disconnects:", d->shard.disconnects);
	add_count(text, "Reconnects:", d->shard.resumes);
	zx_buf_addc(text, "Downtime: ");
	zx_duration(text, d->metrics.down_ms / 1000, 1);
	zx__mon_field(out, 1, "🔧 Reliability", text);
}

static void gateway(const struct zx__mon_details *d, struct zx_buf *text,
		    struct zx_message *out)
{
	const uint64_t *n = d->metrics.counters;
	size_t i;

	add_count(text, "Identifies:", n[ZX_COUNT_IDENTIFIES]);
	add_count(text, "Invalid Sessions:", n[ZX_COUNT_INVALID_SESSIONS]);
	add_count(text, "Missed ACKs:", n[ZX_COUNT_MISSED_ACKS]);
	add_count(text, "Zombies:", n[ZX_COUNT_ZOMBIES]);
	add_count(text, "KiB received:", n[ZX_COUNT_BYTES] / 1024);
	for (i = 0; i < d->close_count; i++) {
		zx_buf_addf(text, "%s", i ? ", " : "Closed with: ");
		if (d->closes[i].code > 0)
			zx_buf_addf(text, "%d", d->closes[i].code);
		else
			zx_buf_addf(text, "%s",
				    d->closes[i].code ? "others" : "by us");
		zx_buf_addf(text, " ×%llu",
			    (unsigned long long)d->closes[i].count);
	}
	zx__mon_field(out, 1, "🛰️ Gateway", text);
}

static void kinds(const struct zx__mon_details *d, struct zx_buf *text,
		  struct zx_message *out)
{
	size_t i;

	for (i = 0; i < sizeof(d->kinds) / sizeof(d->kinds[0]); i++) {
		if (!d->kinds[i].name)
			break;
		zx_buf_addf(text, "`%s` ", d->kinds[i].name);
		zx_commas(text, d->kinds[i].count);
		zx_buf_addch(text, '\n');
	}
	if (text->len)
		zx__mon_field(out, 1, "📨 Most Frequent Events", text);
}

static void errors(const struct zx__mon_details *d, struct zx_buf *text,
		   struct zx_message *out)
{
	const char *p;

	if (!d->shard.errors)
		return;
	add_count(text, "Total Errors:", d->shard.errors);
	add_count(text, "Consecutive Failures:", d->metrics.failures);
	zx__mon_field(out, 0, "⚠️ Errors", text);
	if (!d->metrics.last_error || !*d->metrics.last_error)
		return;
	zx_buf_addch(text, '`');
	/* Nothing ends the code span early. */
	for (p = d->metrics.last_error; *p; p++)
		zx_buf_addch(text, *p == '`' ? '\'' : *p);
	zx_buf_addch(text, '`');
	if (d->metrics.last_error_at) {
		zx_buf_addch(text, '\n');
		zx_timestamp(text, d->metrics.last_error_at, 'R');
	}
	zx__mon_field(out, 0, "🔴 Last Error", text);
}

static void stamp(const char *name, zx_wall at, struct zx_buf *text,
		  struct zx_message *out)
{
	if (!at)
		return;
	zx_timestamp(text, at, 'F');
	zx__mon_field(out, 1, name, text);
}

void zx__mon_details_render(const struct zx__mon_details *d,
			    struct zx_message *out)
{
	uint32_t colour = d->shard.tier == ZX_HEALTHY	 ? ZX_COLOR_GREEN
			  : d->shard.tier == ZX_CRITICAL ? ZX_COLOR_RED
							 : ZX_COLOR_ORANGE;
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_embed(out, colour, "%s Shard %u — Detailed Metrics",
		 zx_tier_emoji(d->shard.tier), d->shard.shard);
	zx_embed_text(out, "**Health: %s**", d->shard.reason);
	basic(d, &text, out);
	activity(d, &text, out);
	reliability(d, &text, out);
	gateway(d, &text, out);
	kinds(d, &text, out);
	errors(d, &text, out);
	stamp("🟢 Last Connect", d->metrics.last_connect, &text, out);
	stamp("🔴 Last Disconnect", d->metrics.last_disconnect, &text, out);
	zx_embed_footer(out, "Bot Owner Only • Shard %u/%u", d->shard.shard,
			d->shard_count ? d->shard_count - 1 : 0);
	if (d->wall)
		zx_embed_time(out, d->wall);
	zx_buf_release(&text);
}

/* Collecting ------------------------------------------------------------------
 */

static void collect_kinds(const struct zx_metrics *m, struct zx__mon_details *d)
{
	const size_t most = sizeof(d->kinds) / sizeof(d->kinds[0]);
	uint64_t n;
	size_t at;
	unsigned k;

	for (k = 0; k < ZX_EVENT_COUNT; k++) {
		n = zx_metrics_kind(m, d->shard.shard, k);
		for (at = most; n && at && n > d->kinds[at - 1].count; at--)
			if (at < most)
				d->kinds[at] = d->kinds[at - 1];
		if (n && at < most) {
			d->kinds[at].name = zx__mon_kinds[k];
			d->kinds[at].count = n;
		}
	}
}

/* ZX_E_NOTFOUND: no shard of ours. */
static int collect(struct zx__mon *m, uint32_t shard, struct zx__mon_details *d)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));
	struct zx__mon_view v;
	size_t i;
	int err = zx__mon_view_open(m, 0, &v);

	if (err)
		return err;
	err = ZX_E_NOTFOUND;
	for (i = 0; i < v.count; i++)
		if (v.shards[i].shard == shard) {
			d->shard = v.shards[i];
			err = ZX_OK;
		}
	d->shard_count = v.shard_count;
	zx__mon_view_close(m, &v);
	if (!err)
		err = zx_metrics_get(m->metrics, shard, now, &d->metrics);
	if (!err)
		err = zx_metrics_latencies(m->metrics, shard, &d->latency);
	if (err)
		return err;
	d->close_count = zx_metrics_closes(m->metrics, shard, d->closes);
	collect_kinds(m->metrics, d);
	return ZX_OK;
}

void zx__mon_not_found(struct zx__mon *m, struct zx_call *call, int64_t shard)
{
	struct zx_message out;
	struct zx__mon_view v;
	struct zx_buf ids;

	if (zx__mon_view_open(m, 0, &v)) {
		zx_fail(call, "❌ Command Error", "Out of memory");
		return;
	}
	zx_message_init(&out, zx_call_alloc(call));
	zx_buf_init(&ids, zx_call_alloc(call), 0);
	zx__mon_ranges(v.shards, v.count, 50, &ids);
	zx_embed(&out, ZX_COLOR_RED, "❌ Shard Not Found");
	if (shard >= 0 && shard < (int64_t)v.shard_count)
		zx_embed_text(&out, "Shard %lld runs in another process.",
			      (long long)shard);
	else
		zx_embed_text(&out, "Shard %lld does not exist.",
			      (long long)shard);
	zx_embed_text(&out, "\nValid shards: %s",
		      ids.len ? zx_buf_cstr(&ids) : "none yet");
	if (zx_call_info(call)->wall)
		zx_embed_time(&out, zx_call_info(call)->wall);
	zx_reply(call, &out);
	zx_message_release(&out);
	zx_buf_release(&ids);
	zx__mon_view_close(m, &v);
}

void zx__mon_sharddetails(struct zx_call *call, void *ud)
{
	struct zx__mon_details d = { .wall = zx_call_info(call)->wall };
	int64_t shard = zx_call_int(call, "shard_id", -1);
	struct zx__mon *m = zx__mon_of(call);
	struct zx_message out;
	int err = ZX_E_NOTFOUND;

	(void)ud;
	if (!m)
		return;
	if (shard >= 0 && shard < ZX_METRICS_MAX_SHARD)
		err = collect(m, (uint32_t)shard, &d);
	if (err == ZX_E_NOTFOUND) {
		zx__mon_not_found(m, call, shard);
		return;
	}
	if (err) {
		zx_fail(call, "❌ Command Error", "%s", zx_strerror(err));
		return;
	}
	zx_message_init(&out, zx_call_alloc(call));
	zx__mon_details_render(&d, &out);
	zx_reply(call, &out);
	zx_message_release(&out);
}
