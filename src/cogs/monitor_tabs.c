/* SPDX-License-Identifier: MIT
 *
 * monitor_tabs: the four tabs of the dashboard, from plain data. Fifteen shards
 * to a page, so that a page is inside Discord's limits with a thousand shards.
 */
#include "cogs/monitor_int.h"

struct sums {
	uint64_t guilds, messages, commands;
	size_t healthy, warning, critical, measured;
	double latency, best, worst, uptime; /* latency: mean of the means */
};

static struct sums sum(const struct zx__mon_view *v)
{
	struct sums s = { .best = -1, .worst = -1 };
	const struct zx_monitor_shard *p;
	double ms; /* before the first sample, what was measured */
	size_t i;

	for (i = 0; i < v->count; i++) {
		p = &v->shards[i];
		ms = p->average < 0 ? p->current : p->average;
		s.guilds += p->guilds;
		s.messages += p->messages;
		s.commands += p->commands;
		s.healthy += p->tier == ZX_HEALTHY;
		s.warning += p->tier == ZX_WARNING;
		s.critical += p->tier == ZX_CRITICAL;
		s.uptime += p->uptime;
		if (ms < 0)
			continue;
		s.measured++;
		s.latency += ms;
		if (s.best < 0 || ms < s.best)
			s.best = ms;
		if (ms > s.worst)
			s.worst = ms;
	}
	s.latency = s.measured ? s.latency / (double)s.measured : -1;
	s.uptime = v->count ? s.uptime / (double)v->count : 100;
	return s;
}

/* Pages -----------------------------------------------------------------------
 */

/* How many lines a tab has in all. */
static size_t lines_of(const struct zx__mon_view *v, enum zx__mon_tab tab)
{
	size_t i, n = 0;

	if (tab != ZX__MON_HEALTH)
		return v->count;
	for (i = 0; i < v->count; i++)
		n += v->shards[i].tier != ZX_HEALTHY;
	return n;
}

size_t zx__mon_pages(const struct zx__mon_view *v, enum zx__mon_tab tab)
{
	size_t n = lines_of(v, tab);

	return n ? (n + ZX__MON_PAGE - 1) / ZX__MON_PAGE : 1;
}

struct span {
	size_t from, to;
	size_t all;
};

static struct span span_of(const struct zx__mon_view *v, enum zx__mon_tab tab)
{
	size_t pages = zx__mon_pages(v, tab);
	size_t page = v->page < pages ? v->page : pages - 1;
	struct span s = { .from = page * ZX__MON_PAGE,
			  .all = lines_of(v, tab) };

	s.to = s.from + ZX__MON_PAGE < s.all ? s.from + ZX__MON_PAGE : s.all;
	return s;
}

/* "Shard Details", or "Shard Details (16-30 of 150)". */
static void name_of(const char *what, struct span s, char out[96])
{
	if (s.all <= ZX__MON_PAGE)
		snprintf(out, 96, "%s", what);
	else
		snprintf(out, 96, "%s (%zu-%zu of %zu)", what, s.from + 1, s.to,
			 s.all);
}

void zx__mon_field(struct zx_message *out, int is_inline, const char *name,
		   struct zx_buf *text)
{
	size_t n = text->len;

	while (n && text->ptr[n - 1] == '\n')
		n--;
	zx_embed_field(out, is_inline, name, "%.*s", (int)n,
		       n ? text->ptr : "");
	zx_buf_clear(text);
}

/* Parts -----------------------------------------------------------------------
 */

void zx__mon_ranges(const struct zx_monitor_shard *s, size_t n, size_t most,
		    struct zx_buf *out)
{
	size_t i, last, parts = 0;

	for (i = 0; i < n; i = last + 1) {
		for (last = i;
		     last + 1 < n && s[last + 1].shard == s[last].shard + 1;
		     last++)
			continue;
		if (parts == most) {
			zx_buf_addc(out, ", …");
			return;
		}
		zx_buf_addf(out, "%s%u", parts++ ? ", " : "", s[i].shard);
		if (last > i)
			zx_buf_addf(out, "-%u", s[last].shard);
	}
}

/* "**Monitoring 3 of 6 shard(s)** — 3-5": only what is ours is claimed. */
static void describe(const struct zx__mon_view *v, const char *before,
		     const char *after, struct zx_message *out)
{
	struct zx_buf ids;

	zx_embed_text(out, "**%s%zu", before, v->count);
	if (v->shard_count > v->count)
		zx_embed_text(out, " of %u", v->shard_count);
	zx_embed_text(out, " shard(s)%s**", after);
	zx_buf_init(&ids, out->alloc, 0);
	if (v->shard_count > v->count && v->count)
		zx__mon_ranges(v->shards, v->count, 8, &ids);
	if (ids.len)
		zx_embed_text(out, " — %s", zx_buf_cstr(&ids));
	if (v->cluster)
		zx_embed_text(out, "\nCluster: %s", v->cluster);
	zx_buf_release(&ids);
}

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

static void footer(const struct zx__mon_view *v, const char *text,
		   struct zx_message *out)
{
	if (v->user)
		zx_embed_footer(out, "Bot Owner Only • Requested by %s",
				v->user);
	else
		zx_embed_footer(out, "Bot Owner Only • %s", text);
	if (v->wall)
		zx_embed_time(out, v->wall);
}

/* Overview --------------------------------------------------------------------
 */

static void shard_lines(const struct zx__mon_view *v, struct zx_message *out)
{
	struct span s = span_of(v, ZX__MON_OVERVIEW);
	const struct zx_monitor_shard *p;
	struct zx_buf text;
	char name[96];
	size_t i;

	zx_buf_init(&text, out->alloc, 0);
	for (i = s.from; i < s.to; i++) {
		p = &v->shards[i];
		zx_buf_addf(&text, "%s S%u: %llug | ", zx_tier_emoji(p->tier),
			    p->shard, (unsigned long long)p->guilds);
		if (p->current < 0)
			zx_buf_addf(&text, "– | %.1f%%\n", p->uptime);
		else
			zx_buf_addf(&text, "%.0fms | %.1f%%\n", p->current,
				    p->uptime);
	}
	name_of("📋 Shard Details", s, name);
	if (text.len)
		zx__mon_field(out, 0, name, &text);
	else
		zx_embed_field(out, 0, name, "No shard has started yet.");
	zx_buf_release(&text);
}

static void alerts_field(const struct zx__mon_view *v, struct zx_message *out)
{
	char channel[40] = "Disabled";

	if (v->alert_channel)
		snprintf(channel, sizeof(channel), "<#%llu>",
			 (unsigned long long)v->alert_channel);
	if (v->alert_error && *v->alert_error)
		zx_embed_field(out, 0, "🔔 Alerts",
			       "Channel: %s\nThreshold: `%u failures`\n"
			       "⚠️ The last alert waits: %s",
			       channel, v->threshold, v->alert_error);
	else
		zx_embed_field(out, 0, "🔔 Alerts",
			       "Channel: %s\nThreshold: `%u failures`", channel,
			       v->threshold);
}

static void overview(const struct zx__mon_view *v, struct zx_message *out)
{
	struct sums s = sum(v);
	struct zx_buf text;

	zx_embed(out, ZX_COLOR_BLURPLE, "📊 Shard Monitor — Overview");
	describe(v, "Monitoring ", "", out);
	zx_buf_init(&text, out->alloc, 0);
	add_count(&text, "**Total Guilds:**", s.guilds);
	add_ms(&text, "**Avg Latency:**", s.latency);
	add_count(&text, "**Messages:**", s.messages);
	add_count(&text, "**Commands:**", s.commands);
	zx__mon_field(out, 0, "🌐 Cluster Stats", &text);
	zx_buf_release(&text);
	zx_embed_field(out, 1, "💚 Health",
		       "✅ Healthy: %zu\n⚠️ Issues: %zu", s.healthy,
		       s.warning + s.critical);
	zx_embed_field(out, 1, "⏱️ Avg Uptime", "%.2f%%", s.uptime);
	shard_lines(v, out);
	alerts_field(v, out);
	footer(v, "Use buttons to navigate", out);
}

/* Health ----------------------------------------------------------------------
 */

/* Lines of that tier among those of the page: the critical ones come first. */
static void tier_field(const struct zx__mon_view *v, enum zx_tier tier,
		       size_t before, struct span page, const char *what,
		       struct zx_message *out)
{
	struct span s = { .from = 0 };
	struct zx_buf text;
	char name[96];
	size_t i, at = before;

	zx_buf_init(&text, out->alloc, 0);
	for (i = 0; i < v->count; i++) {
		if (v->shards[i].tier != tier)
			continue;
		if (at >= page.from && at < page.to) {
			if (!text.len)
				s.from = at - before;
			s.to = at - before + 1;
			zx_buf_addf(&text, "Shard %u: %s\n", v->shards[i].shard,
				    v->shards[i].reason);
		}
		at++;
	}
	s.all = at - before;
	/* Named "(11-20 of 40)" also when the page cuts a short list. */
	if (text.len && s.to - s.from < s.all)
		snprintf(name, sizeof(name), "%s (%zu-%zu of %zu)", what,
			 s.from + 1, s.to, s.all);
	else
		snprintf(name, sizeof(name), "%s", what);
	if (text.len)
		zx__mon_field(out, 0, name, &text);
	zx_buf_release(&text);
}

static void health(const struct zx__mon_view *v, struct zx_message *out)
{
	struct span page = span_of(v, ZX__MON_HEALTH);
	struct sums s = sum(v);
	uint32_t colour = s.critical  ? ZX_COLOR_RED
			  : s.warning ? ZX_COLOR_ORANGE
				      : ZX_COLOR_GREEN;
	const char *status =
		s.critical  ? "🔴 Critical — Immediate attention required"
		: s.warning ? "🟡 Warning — Monitor closely"
			    : "🟢 Healthy — All systems operational";

	zx_embed(out, colour, "🏥 Shard Monitor — Health Report");
	describe(v, "", " checked", out);
	zx_embed_field(out, 0, "🎯 Overall Status", "%s", status);
	zx_embed_field(
		out, 0, "📊 Summary",
		"🟢 Healthy: %zu\n🟡 Warning: %zu\n🔴 Critical: %zu",
		s.healthy, s.warning, s.critical);
	tier_field(v, ZX_CRITICAL, 0, page, "🔴 Critical Shards", out);
	tier_field(v, ZX_WARNING, s.critical, page, "🟡 Warning Shards", out);
	footer(v, "As of the time shown", out);
}

/* Latency ---------------------------------------------------------------------
 */

static void bar(double ms, struct zx_buf *out)
{
	const char *block = ms < 200 ? "█" : ms < 500 ? "▓" : "░";
	unsigned n = ms < 20 ? 1 : ms >= 200 ? 20 : (unsigned)(ms / 10);

	while (n--)
		zx_buf_addc(out, block);
}

static void latency_line(const struct zx_monitor_shard *p, struct zx_buf *out)
{
	if (p->current < 0) {
		zx_buf_addf(out, "S%u:      – no heartbeat yet\n", p->shard);
		return;
	}
	zx_buf_addf(out, "S%u: %6.0fms ", p->shard, p->current);
	bar(p->current, out);
	if (p->average >= 0) /* sampled already */
		zx_buf_addf(out, " %.0f/%.0f/%.0f", p->min, p->average, p->max);
	zx_buf_addch(out, '\n');
}

static void latency(const struct zx__mon_view *v, struct zx_message *out)
{
	struct span page = span_of(v, ZX__MON_LATENCY);
	struct sums s = sum(v);
	struct zx_buf text;
	char name[96];
	size_t i;

	zx_embed(out, ZX_COLOR_BLURPLE, "📡 Shard Monitor — Latency Details");
	describe(v, "Latency across ", "", out);
	zx_embed_text(out,
		      "\nCurrent, bar, and min/avg/max of the last hour in "
		      "ms.");
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addc(&text, "```\n");
	for (i = page.from; i < page.to; i++)
		latency_line(&v->shards[i], &text);
	zx_buf_addc(&text, "```");
	name_of("📊 Current Latency", page, name);
	if (page.to > page.from)
		zx__mon_field(out, 0, name, &text);
	zx_buf_clear(&text);
	add_ms(&text, "**Cluster Avg:**", s.latency);
	add_ms(&text, "**Best Shard:**", s.best);
	add_ms(&text, "**Worst Shard:**", s.worst);
	add_ms(&text, "**Spread:**", s.measured ? s.worst - s.best : -1);
	zx__mon_field(out, 0, "📈 Cluster Latency Stats", &text);
	zx_buf_release(&text);
	footer(v, "Measured on every heartbeat", out);
}

/* Events ----------------------------------------------------------------------
 */

static void events_field(const struct zx_monitor_shard *p,
			 struct zx_message *out)
{
	struct zx_buf text;
	char name[64];

	zx_buf_init(&text, out->alloc, 0);
	snprintf(name, sizeof(name), "%s Shard %u", zx_tier_emoji(p->tier),
		 p->shard);
	add_count(&text, "Messages:", p->messages);
	add_count(&text, "Commands:", p->commands);
	zx_buf_addc(&text, "Guilds: +");
	zx_commas(&text, p->joined);
	zx_buf_addc(&text, " / -");
	zx_commas(&text, p->left);
	zx_buf_addch(&text, '\n');
	add_count(&text, "Connects:", p->connects);
	add_count(&text, "Disconnects:", p->disconnects);
	add_count(&text, "Reconnects:", p->resumes);
	add_count(&text, "Errors:", p->errors);
	if (p->quiet_known)
		zx_buf_addf(&text, "Last Event: %llus ago",
			    (unsigned long long)(p->quiet_ms / 1000));
	else
		zx_buf_addc(&text, "Last Event: none yet");
	zx__mon_field(out, 1, name, &text);
	zx_buf_release(&text);
}

static void events(const struct zx__mon_view *v, struct zx_message *out)
{
	struct span page = span_of(v, ZX__MON_EVENTS);
	size_t i;

	zx_embed(out, ZX_COLOR_BLURPLE, "📈 Shard Monitor — Event Activity");
	describe(v, "Activity across ", "", out);
	for (i = page.from; i < page.to; i++)
		events_field(&v->shards[i], out);
	footer(v, "Counted since the last reset", out);
}

void zx__mon_render(const struct zx__mon_view *v, enum zx__mon_tab tab,
		    struct zx_message *out)
{
	static void (*const tabs[])(const struct zx__mon_view *v,
				    struct zx_message *out) = {
		[ZX__MON_OVERVIEW] = overview,
		[ZX__MON_HEALTH] = health,
		[ZX__MON_LATENCY] = latency,
		[ZX__MON_EVENTS] = events,
	};

	tabs[tab](v, out);
}
