/* SPDX-License-Identifier: MIT
 *
 * monitor_outbox: alerts on their way. One at a time, in order. It stands in
 * the state file from when it is decided until it has arrived, so what a kill
 * interrupts is sent by the next process; what cannot be sent is kept and
 * tried again. A nonce keeps Discord from showing it twice when only the
 * answer was lost.
 */
#include "cogs/monitor_int.h"

static void drop_first(struct zx__mon *m)
{
	zx__mon_outbox_delete(m, m->outbox[0].id);
	zx_delete(m->alloc, m->outbox[0].body);
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

void zx__mon_outbox_free(struct zx__mon *m)
{
	while (m->outbox_count)
		zx_delete(m->alloc, m->outbox[--m->outbox_count].body);
}

int zx__mon_outbox_add(struct zx__mon *m, uint64_t id, char *body)
{
	if (m->outbox_count == ZX__MON_OUTBOX)
		return ZX_E_LIMIT;
	m->outbox[m->outbox_count++] = (struct zx__mon_post){ id, body };
	if (id >= m->outbox_next)
		m->outbox_next = id + 1;
	return ZX_OK;
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
	r.body = zx_str(m->outbox[0].body);
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
	/* The one under way stays, for its result to find it. */
	if (zx__mon_outbox_add(m, m->outbox_next, body)) {
		zx__mon_log(m, ZX_LOG_ERROR,
			    "an alert is lost: %d wait already",
			    ZX__MON_OUTBOX);
		zx_delete(m->alloc, body);
		return;
	}
	zx__mon_outbox_save(m, &m->outbox[m->outbox_count - 1]);
	zx__mon_outbox_push(m);
}
