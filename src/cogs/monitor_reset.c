/* SPDX-License-Identifier: MIT
 *
 * monitor_reset: /shardreset. All shards only after a second press, and never
 * without a line in the log (M23).
 */
#include "cogs/monitor_int.h"

enum phase { ASKING, DONE, CANCELLED };

struct state {
	enum phase phase;
	size_t count;
};

static void footer(struct zx_call *call, struct zx_message *out)
{
	const struct zx_call_info *i = zx_call_info(call);

	zx_embed_footer(out, "Bot Owner Only • %s", i->user_name);
	if (i->wall)
		zx_embed_time(out, i->wall);
}

static void render(struct zx_call *call, const void *data, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = data;

	(void)ud;
	if (s->phase == DONE) {
		zx_embed(out, ZX_COLOR_GREEN, "🔄 All Shard Metrics Reset");
		zx_embed_text(out, "Reset metrics for %zu shard(s)", s->count);
	} else if (s->phase == CANCELLED || over) {
		zx_embed(out, ZX_COLOR_BLURPLE, "🔄 Nothing Was Reset");
		zx_embed_text(out, "The metrics are as they were.");
	} else {
		zx_embed(out, ZX_COLOR_ORANGE,
			 "⚠️ Reset All Shard Metrics?");
		zx_embed_text(out,
			      "The counters and latencies of %zu shard(s) "
			      "begin again at zero, also in the state file. "
			      "This cannot be undone.",
			      s->count);
		zx_panel_button(out, ZX_BUTTON_DANGER, "reset", "🔄",
				"Reset all", 0);
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "cancel", NULL,
				"Cancel", 0);
	}
	footer(call, out);
}

static void reset(struct zx__mon *m, struct zx_call *call, uint32_t shard)
{
	zx_metrics_reset(m->metrics, shard, zx_loop_now(zx_bot_loop(m->bot)));
	zx__mon_log(m, ZX_LOG_INFO, "metrics of shard %u reset by %s (%llu)",
		    shard, zx_call_info(call)->user_name,
		    (unsigned long long)zx_call_info(call)->user_id);
}

static size_t reset_all(struct zx__mon *m, struct zx_call *call)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));
	struct zx_shard_metrics s;
	size_t i;

	zx__mon_look(m);
	for (i = 0; !zx_metrics_at(m->metrics, i, now, &s); i++)
		reset(m, call, s.shard);
	zx__mon_save(m);
	return i;
}

static enum zx_press_result press(struct zx_call *call, void *data,
				  const struct zx_press *p, void *ud)
{
	struct zx__mon *m = zx__mon_of(call);
	struct state *s = data;

	(void)ud;
	if (!m)
		return ZX_PRESS_DONE;
	if (!strcmp(p->action, "reset")) {
		s->count = reset_all(m, call);
		s->phase = DONE;
	} else {
		s->phase = CANCELLED;
	}
	return ZX_PRESS_CLOSE;
}

static const struct zx_panel panel = {
	.name = "shardreset",
	.state_size = sizeof(struct state),
	.render = render,
	.press = press,
};

static void reset_one(struct zx__mon *m, struct zx_call *call, uint32_t shard)
{
	struct zx_message out;

	zx__mon_look(m);
	reset(m, call, shard);
	zx__mon_save(m);
	zx_message_init(&out, zx_call_alloc(call));
	zx_embed(&out, ZX_COLOR_GREEN, "🔄 Shard %u Metrics Reset", shard);
	zx_embed_text(&out, "All metrics for shard %u have been reset", shard);
	footer(call, &out);
	zx_reply(call, &out);
	zx_message_release(&out);
}

void zx__mon_shardreset(struct zx_call *call, void *ud)
{
	struct zx__mon *m = zx__mon_of(call);
	int64_t shard = zx_call_int(call, "shard_id", -1);
	struct state s = { .phase = ASKING };
	struct zx_shard_metrics one;

	(void)ud;
	if (!m)
		return;
	if (shard == -1) {
		s.count = zx_metrics_shards(m->metrics);
		zx_reply_panel(call, &panel, &s);
	} else if (shard < 0 || shard >= ZX_METRICS_MAX_SHARD ||
		   zx_metrics_get(m->metrics, (uint32_t)shard, 0, &one)) {
		zx__mon_not_found(m, call, shard);
	} else {
		reset_one(m, call, (uint32_t)shard);
	}
}
