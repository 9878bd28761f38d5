/* SPDX-License-Identifier: MIT
 *
 * monitor_outbox: alerts on their way. Sent over REST, so the channel may be in
 * a guild of another cluster. What could not be sent is kept and tried again;
 * a nonce keeps Discord from showing it twice.
 */
#include "cogs/monitor_int.h"

/* What one looks like --------------------------------------------------------
 */

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

/* Sending --------------------------------------------------------------------
 */

static void drop_first(struct zx__mon *m)
{
	zx_delete(m->alloc, m->outbox[0]);
	m->outbox_count--;
	memmove(m->outbox, m->outbox + 1,
		m->outbox_count * sizeof(m->outbox[0]));
}

void zx__mon_outbox_clear(struct zx__mon *m)
{
	m->sent_void = m->sending;
	while (m->outbox_count)
		drop_first(m);
}

static int is_hopeless(const struct zx_rest_result *r)
{
	return r->err == ZX_E_REMOTE && r->status == 400;
}

static void on_sent(const struct zx_rest_result *r, void *ud)
{
	struct zx__mon *m = ud;
	struct zx_rand rand = zx_system_rand();

	m->sending = 0;
	if (m->stopped)
		return;
	if (m->sent_void) {
		m->sent_void = 0;
		zx__mon_outbox_push(m);
		return;
	}
	if (!r->err || is_hopeless(r)) {
		m->send_error[0] = '\0';
		zx_backoff_reset(&m->backoff);
		drop_first(m);
		if (r->err)
			zx__mon_log(m, ZX_LOG_ERROR,
				    "an alert was refused: %.*s",
				    ZX_ARG(r->message));
		zx__mon_outbox_push(m);
		return;
	}
	snprintf(m->send_error, sizeof(m->send_error), "%.*s",
		 ZX_ARG(r->message.len ? r->message
				       : zx_str(zx_strerror(r->err))));
	zx__mon_log(m, ZX_LOG_WARN,
		    "an alert could not be sent and is kept: %s",
		    m->send_error);
	zx_timer_set(zx_bot_loop(m->bot), &m->retry,
		     zx_time_add(zx_loop_now(zx_bot_loop(m->bot)),
				 zx_backoff_next(&m->backoff, &rand)));
}

void zx__mon_outbox_push(struct zx__mon *m)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	char path[64];

	if (m->sending || m->stopped || !m->outbox_count || !m->config.channel)
		return;
	snprintf(path, sizeof(path), "/channels/%llu/messages",
		 (unsigned long long)m->config.channel);
	r.method = ZX_POST;
	r.path = zx_str(path);
	r.body = zx_str(m->outbox[0]);
	r.flags = ZX_REST_IDEMPOTENT;
	r.max_wait_ms = ZX__MON_WAIT_MS;
	r.ud = m;
	m->sending = !zx_bot_rest(m->bot, &r, on_sent, NULL);
	if (!m->sending)
		zx_timer_set(zx_bot_loop(m->bot), &m->retry,
			     zx_time_add(zx_loop_now(zx_bot_loop(m->bot)),
					 m->opt.retry_ms));
}

void zx__mon_on_retry(struct zx_timer *t, void *ud)
{
	(void)t;
	zx__mon_outbox_push(ud);
}

/* The body with a nonce of its own, or NULL. */
static char *body_of(struct zx__mon *m, struct zx_message *msg)
{
	struct zx_rand rand = zx_system_rand();
	struct zx_buf body, out;
	uint64_t nonce;
	char *text = NULL;

	zx_buf_init(&body, m->alloc, 0);
	zx_buf_init(&out, m->alloc, 0);
	rand.fill(rand.ud, &nonce, sizeof(nonce));
	if (!zx_message_write(msg, 0, &body)) {
		zx_buf_addf(&out,
			    "{\"nonce\":\"zx%016llx\","
			    "\"enforce_nonce\":true,",
			    (unsigned long long)nonce);
		zx_buf_adds(&out, zx_str_from(zx_buf_str(&body), 1));
		text = out.err ? NULL : zx_buf_detach(&out, NULL);
	}
	zx_buf_release(&out);
	zx_buf_release(&body);
	return text;
}

static void note(struct zx__mon *m, const struct zx_alert *a)
{
	size_t i;

	for (i = 0; i < a->named; i++)
		zx__mon_log(m,
			    a->kind == ZX_ALERT_RECOVERED ? ZX_LOG_INFO
							  : ZX_LOG_WARN,
			    a->kind == ZX_ALERT_RECOVERED
				    ? "shard %u is healthy again: it was %s: %s"
				    : "shard %u is %s: %s",
			    a->shards[i].shard,
			    zx_tier_name(a->shards[i].health.tier),
			    a->shards[i].health.text);
	if (a->count > a->named)
		zx__mon_log(m, ZX_LOG_INFO, "and %zu shards more",
			    a->count - a->named);
}

void zx__mon_alert_post(struct zx__mon *m, const struct zx_alert *a)
{
	struct zx_message msg;
	char *body;

	note(m, a);
	if (!m->config.channel)
		return;
	zx_message_init(&msg, m->alloc);
	zx__mon_alert_render(m, a, zx_wall_clock(), &msg);
	body = body_of(m, &msg);
	zx_message_release(&msg);
	if (!body) {
		zx__mon_log(m, ZX_LOG_ERROR, "no memory for an alert");
		return;
	}
	if (m->outbox_count == ZX__MON_OUTBOX) {
		/* The one under way stays, for its result to find it. */
		zx__mon_log(m, ZX_LOG_ERROR,
			    "an alert is lost: %d wait already",
			    ZX__MON_OUTBOX);
		zx_delete(m->alloc, body);
		return;
	}
	m->outbox[m->outbox_count++] = body;
	zx__mon_outbox_push(m);
}
