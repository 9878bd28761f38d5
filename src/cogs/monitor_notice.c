/* SPDX-License-Identifier: MIT
 *
 * monitor_notice: what an alert looks like.
 */
#include "cogs/monitor_int.h"

static void shard_field(struct zx__mon *m, const struct zx_alert_shard *s,
			struct zx_message *out)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));
	struct zx_shard_metrics one;
	struct zx_latency l;
	struct zx_buf text;
	char name[64];

	zx_buf_init(&text, m->alloc, 0);
	snprintf(name, sizeof(name), "%s Shard %u",
		 zx_tier_emoji(s->health.tier), s->shard);
	zx_buf_addf(&text, "```\n%s\n", s->health.text);
	if (!zx_metrics_latencies(m->metrics, s->shard, &l) && l.current >= 0)
		zx_buf_addf(&text, "Latency: %.0fms\n", l.current);
	if (!zx_metrics_get(m->metrics, s->shard, now, &one))
		zx_buf_addf(&text, "Uptime: %.1f%%\n", one.uptime);
	zx_buf_addc(&text, "For: ");
	zx_duration(&text, s->lasted_ms / 1000, 1);
	zx_buf_addc(&text, "\n```");
	zx_embed_field(out, 1, name, "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void recovered_field(struct zx__mon *m, const struct zx_alert_shard *s,
			    struct zx_message *out)
{
	struct zx_buf text;
	char name[64];

	zx_buf_init(&text, m->alloc, 0);
	snprintf(name, sizeof(name), "%s Shard %u", zx_tier_emoji(ZX_HEALTHY),
		 s->shard);
	zx_buf_addf(&text, "```\nWas: %s\nFor: ", s->health.text);
	zx_duration(&text, s->lasted_ms / 1000, 1);
	zx_buf_addc(&text, "\n```");
	zx_embed_field(out, 1, name, "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void heading(const struct zx_alert *a, struct zx_message *out)
{
	static const struct {
		const char *title, *what;
	} words[] = {
		[ZX_ALERT_RAISED] = { "⚠️ Shard Health Alert",
				      "reporting issues" },
		[ZX_ALERT_REPEATED] = { "⚠️ Shard Health Alert — Update",
					"still reporting issues" },
		[ZX_ALERT_RECOVERED] = { "✅ Shard Health Recovered",
					 "healthy again" },
	};
	uint32_t colour = a->kind == ZX_ALERT_RECOVERED ? ZX_COLOR_GREEN
			  : a->tier == ZX_CRITICAL	? ZX_COLOR_RED
							: ZX_COLOR_ORANGE;

	/* Besides the embed: that is what a notification shows, and all there
	 * is without the permission Embed Links. */
	zx_say(out, "%s: %zu shard(s) %s.", words[a->kind].title, a->count,
	       words[a->kind].what);
	zx_embed(out, colour, "%s", words[a->kind].title);
	zx_embed_text(out, "**%zu shard(s) %s**", a->count,
		      words[a->kind].what);
}

void zx__mon_alert_render(struct zx__mon *m, const struct zx_alert *a,
			  zx_wall wall, struct zx_message *out)
{
	const struct zx_config *c = zx_bot_config(m->bot);
	size_t i;

	heading(a, out);
	if (a->count > a->named)
		zx_embed_text(out,
			      "\nThe worst %zu are named here, %zu more "
			      "are in `/shardhealth`.",
			      a->named, a->count - a->named);
	for (i = 0; i < a->named; i++) {
		if (a->kind == ZX_ALERT_RECOVERED)
			recovered_field(m, &a->shards[i], out);
		else
			shard_field(m, &a->shards[i], out);
	}
	if (c && c->shard_manager && c->cluster_name)
		zx_embed_footer(out, "Shard Monitor Alert System • %s",
				c->cluster_name);
	else
		zx_embed_footer(out, "Shard Monitor Alert System");
	if (wall)
		zx_embed_time(out, wall);
}
