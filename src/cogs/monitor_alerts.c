/* SPDX-License-Identifier: MIT
 *
 * monitor_alerts: /shardalerts. A channel is believed when a message has
 * arrived in it; a threshold alone changes the threshold; without arguments it
 * shows how things are, with a button to switch alerts off.
 */
#include "cogs/monitor_int.h"

static void footer(struct zx_call *call, const char *what,
		   struct zx_message *out)
{
	const struct zx_call_info *i = zx_call_info(call);

	zx_embed_footer(out, "Bot Owner Only • %s by %s", what, i->user_name);
	if (i->wall)
		zx_embed_time(out, i->wall);
}

/* Nobody was told anything where the alerts go now, if they go anywhere. */
static void forget_incidents(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);

	if (!s || zx_state_begin(s))
		return; /* the caller saves too, and says so when it cannot */
	zx__mon_incidents_save(m);
	(void)zx_state_commit(s);
	zx_state_rollback(s);
}

/* Applies, saves, and says when that failed. */
static void change(struct zx__mon *m, struct zx_call *call, uint64_t channel,
		   uint32_t threshold, struct zx_buf *trouble)
{
	int again = channel && channel != m->config.channel;
	int err;

	m->config = (struct zx__mon_config){ channel, threshold };
	zx_metrics_set_threshold(m->metrics, threshold);
	if (!channel)
		zx__mon_outbox_clear(m);
	/* What is wrong already is told to the new channel too. */
	if (again && zx__mon_alerts_begin(m))
		zx__mon_log(m, ZX_LOG_ERROR, "no memory for alerts");
	if (again || !channel)
		forget_incidents(m);
	m->send_error[0] = '\0';
	zx__mon_outbox_push(m);
	err = zx__mon_save_config(m);
	zx__mon_log(m, ZX_LOG_INFO, "alerts: channel %llu, threshold %u, by %s",
		    (unsigned long long)channel, threshold,
		    zx_call_info(call)->user_name);
	if (!err)
		return;
	zx_buf_addf(trouble,
		    "\n⚠️ Not saved, so it holds until the bot stops: "
		    "%s",
		    err == ZX_E_NOTFOUND
			    ? "there is no state file"
			    : zx_state_error(zx_bot_state(m->bot)));
}

/* Without arguments
 * ------------------------------------------------------------ */

struct state {
	int was_disabled; /* by the button */
};

static void show_disabled(struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_ORANGE, "⚠️ Shard Alerts Disabled");
	zx_embed_text(out, "Health alerts have been turned off.\n"
			   "Use `/shardalerts #channel` to turn them on.");
}

static void show_state(struct zx__mon *m, struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_BLURPLE, "🔔 Shard Alerts");
	if (m->config.channel)
		zx_embed_text(out, "**Alert Channel:** <#%llu>\n",
			      (unsigned long long)m->config.channel);
	else
		zx_embed_text(out, "**Alert Channel:** none, alerts are off. "
				   "Use `/shardalerts #channel`.\n");
	zx_embed_text(out, "**Failure Threshold:** %u consecutive failures\n",
		      m->config.threshold);
	zx_embed_text(out, "**Open Incidents:** %zu",
		      zx_alerts_firing(m->alerts));
	if (m->send_error[0])
		zx_embed_text(out, "\n⚠️ %zu alert(s) wait to be sent: %s",
			      m->outbox_count, m->send_error);
}

static void render(struct zx_call *call, const void *data, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = data;
	struct zx__mon *m =
		zx_bot_cog_data(zx_call_bot(call), zx_cog_shard_monitor());

	(void)over;
	(void)ud;
	if (!m) {
		zx_say(out, "The shard monitor has ended.");
		return;
	}
	if (s->was_disabled)
		show_disabled(out);
	else
		show_state(m, out);
	footer(call, s->was_disabled ? "Changed" : "Requested", out);
	if (!s->was_disabled && m->config.channel)
		zx_panel_button(out, ZX_BUTTON_DANGER, "disable", "🔕",
				"Disable alerts", 0);
}

static enum zx_press_result press(struct zx_call *call, void *data,
				  const struct zx_press *p, void *ud)
{
	struct zx__mon *m = zx__mon_of(call);
	struct state *s = data;
	struct zx_buf trouble;

	(void)ud;
	(void)p;
	if (!m)
		return ZX_PRESS_DONE;
	zx_buf_init(&trouble, m->alloc, 0);
	change(m, call, 0, m->config.threshold, &trouble);
	if (trouble.len)
		zx_fail(call, "❌ Not Saved", "%s", zx_buf_cstr(&trouble));
	zx_buf_release(&trouble);
	s->was_disabled = 1;
	return ZX_PRESS_CLOSE;
}

static const struct zx_panel panel = {
	.name = "shardalerts",
	.state_size = sizeof(struct state),
	.render = render,
	.press = press,
};

/* With arguments
 * --------------------------------------------------------------- */

static void confirm(struct zx__mon *m, struct zx_call *call, uint64_t channel,
		    uint32_t threshold)
{
	struct zx_buf trouble;
	struct zx_message out;

	zx_buf_init(&trouble, m->alloc, 0);
	zx_message_init(&out, zx_call_alloc(call));
	change(m, call, channel, threshold, &trouble);
	zx_embed(&out, ZX_COLOR_GREEN, "✅ Shard Alerts Configured");
	if (channel)
		zx_embed_text(&out, "**Alert Channel:** <#%llu>\n",
			      (unsigned long long)channel);
	else
		zx_embed_text(&out, "**Alert Channel:** none, alerts are "
				    "off\n");
	zx_embed_text(&out, "**Failure Threshold:** %u consecutive failures%s",
		      threshold, zx_buf_cstr(&trouble));
	footer(call, "Changed", &out);
	zx_reply(call, &out);
	zx_message_release(&out);
	zx_buf_release(&trouble);
}

/* A channel on trial. */
struct trial {
	struct zx__mon *m;
	struct zx_call *call;
	uint64_t channel;
	uint32_t threshold;
};

static void refuse(struct trial *t, const struct zx_rest_result *r)
{
	struct zx_message out;

	zx_message_init(&out, zx_call_alloc(t->call));
	zx_embed(&out, ZX_COLOR_RED, "❌ Cannot Write There");
	zx_embed_text(&out,
		      "A test message to <#%llu> did not go through: %.*s\n"
		      "Nothing was changed. The bot needs View Channels, Send "
		      "Messages and Embed Links there.",
		      (unsigned long long)t->channel,
		      ZX_ARG(r->message.len ? r->message
					    : zx_str(zx_strerror(r->err))));
	footer(t->call, "Requested", &out);
	zx_reply(t->call, &out);
	zx_message_release(&out);
}

static void on_tried(const struct zx_rest_result *r, void *ud)
{
	struct trial t = *(struct trial *)ud;

	zx_delete(t.m->alloc, ud);
	t.m->trial = NULL;
	if (t.m->stopped) {
		zx_call_release(t.call);
		return;
	}
	if (r->err)
		refuse(&t, r);
	else
		confirm(t.m, t.call, t.channel, t.threshold);
	zx_call_release(t.call);
}

static int send_test(struct zx__mon *m, struct zx_call *call, struct trial *t)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	struct zx_message msg;
	struct zx_buf body;
	char path[64];
	int err;

	zx_message_init(&msg, m->alloc);
	zx_buf_init(&body, m->alloc, 0);
	zx_embed(&msg, ZX_COLOR_BLURPLE, "🔔 Shard Alerts");
	zx_embed_text(&msg, "Alerts about the health of shards will be posted "
			    "here.");
	footer(call, "Requested", &msg);
	err = zx_message_write(&msg, 0, &body);
	snprintf(path, sizeof(path), "/channels/%llu/messages",
		 (unsigned long long)t->channel);
	r.method = ZX_POST;
	r.path = zx_str(path);
	r.body = zx_buf_str(&body);
	r.retries = 1;
	r.max_wait_ms = 10 * 1000;
	r.ud = t;
	if (!err)
		err = zx_bot_rest(m->bot, &r, on_tried, NULL);
	zx_message_release(&msg);
	zx_buf_release(&body);
	return err;
}

static void try_channel(struct zx__mon *m, struct zx_call *call,
			uint64_t channel, uint32_t threshold)
{
	struct trial *t;
	int err = ZX_E_NOMEM;

	if (m->trial) {
		zx_fail(call, "❌ Command Error",
			"Another channel is being tried; ask again");
		return;
	}
	t = zx_new(m->alloc, sizeof(*t));
	if (t) {
		*t = (struct trial){ m, call, channel, threshold };
		err = send_test(m, call, t);
	}
	if (err) {
		zx_delete(m->alloc, t);
		zx_fail(call, "❌ Command Error", "%s", zx_strerror(err));
		return;
	}
	m->trial = t;
	zx_call_keep(call);
}

void zx__mon_shardalerts(struct zx_call *call, void *ud)
{
	struct zx__mon *m = zx__mon_of(call);
	uint64_t channel = zx_call_id(call, "channel");
	struct state s = { .was_disabled = 0 };
	uint32_t threshold;
	int64_t n;

	(void)ud;
	if (!m)
		return;
	threshold = m->config.threshold;
	if (zx_call_has(call, "threshold")) {
		n = zx_call_int(call, "threshold", 0);
		threshold = zx__mon_clamp(n < 1 ? 1 : (uint64_t)n);
	}
	if (channel)
		try_channel(m, call, channel, threshold);
	else if (zx_call_has(call, "threshold"))
		confirm(m, call, m->config.channel, threshold);
	else
		zx_reply_panel(call, &panel, &s);
}
