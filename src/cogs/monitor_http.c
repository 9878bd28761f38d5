/* SPDX-License-Identifier: MIT
 *
 * monitor_http: /metrics for Prometheus, /healthz and /readyz, on loopback.
 */
#include "cogs/monitor_int.h"

static void number(struct zx_buf *out, const char *name, const char *type,
		   const char *help, uint64_t value)
{
	zx_buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", name, help,
		    name, type, name, (unsigned long long)value);
}

static void rest(struct zx__mon *m, struct zx_buf *out)
{
	const struct zx_rest_stats *s = zx_bot_rest_stats(m->bot);

	number(out, "zoryx_rest_requests_total", "counter",
	       "Attempts of REST requests", s->sent);
	number(out, "zoryx_rest_failures_total", "counter",
	       "REST requests that ended without success", s->failed);
	number(out, "zoryx_rest_retries_total", "counter",
	       "Attempts after a server or network error", s->retries);
	zx_buf_addf(out,
		    "# HELP zoryx_rest_limited_total Answers 429 by scope\n"
		    "# TYPE zoryx_rest_limited_total counter\n"
		    "zoryx_rest_limited_total{scope=\"user\"} %llu\n"
		    "zoryx_rest_limited_total{scope=\"shared\"} %llu\n"
		    "zoryx_rest_limited_total{scope=\"global\"} %llu\n",
		    (unsigned long long)s->limited_user,
		    (unsigned long long)s->limited_shared,
		    (unsigned long long)s->limited_global);
	number(out, "zoryx_rest_invalid_requests", "gauge",
	       "Answers 401, 403 and 429 in the last ten minutes", s->invalid);
	number(out, "zoryx_rest_waiting_requests", "gauge",
	       "REST requests that wait for a limit", s->waiting);
	number(out, "zoryx_rest_in_flight_requests", "gauge",
	       "REST requests without an answer yet", s->in_flight);
}

static void commands(struct zx__mon *m, struct zx_buf *out)
{
	const struct zx_commands_stats *s =
		zx_commands_stats(zx_bot_commands(m->bot));

	number(out, "zoryx_commands_total", "counter", "Commands called",
	       s->calls);
	number(out, "zoryx_command_failures_total", "counter",
	       "Commands that ended with an error", s->failed);
	number(out, "zoryx_command_refusals_total", "counter",
	       "Commands refused by a rule or a cooldown", s->refused);
	number(out, "zoryx_presses_total", "counter",
	       "Buttons and selects used", s->presses);
}

static void process(struct zx__mon *m, struct zx_buf *out)
{
	zx_time now = zx_loop_now(zx_bot_loop(m->bot));
	struct zx_bot_info i;

	zx_bot_info(m->bot, &i);
	zx_buf_addf(out,
		    "# HELP zoryx_info The version, as a label\n"
		    "# TYPE zoryx_info gauge\n"
		    "zoryx_info{version=\"%s\"} 1\n",
		    zx_version());
	number(out, "zoryx_uptime_seconds", "gauge", "Time since the start",
	       now > i.started ? (now - i.started) / 1000 : 0);
	number(out, "zoryx_guilds", "gauge", "Guilds the bot is in", i.guilds);
	number(out, "zoryx_guilds_unavailable", "gauge",
	       "Guilds with an outage", i.guilds_unavailable);
	number(out, "zoryx_users", "gauge", "Members of all guilds", i.users);
	number(out, "zoryx_shards", "gauge", "Shards of this process",
	       i.shards);
	number(out, "zoryx_shards_ready", "gauge",
	       "Shards of this process that are live", i.shards_ready);
	number(out, "zoryx_alerts_firing", "gauge",
	       "Shards with an open incident", zx_alerts_firing(m->alerts));
	zx_buf_addf(out,
		    "# HELP zoryx_metrics_saved_timestamp_seconds When the "
		    "counters were last saved\n"
		    "# TYPE zoryx_metrics_saved_timestamp_seconds gauge\n"
		    "zoryx_metrics_saved_timestamp_seconds %llu.%03u\n",
		    (unsigned long long)(m->saved_at / 1000),
		    (unsigned)(m->saved_at % 1000));
	number(out, "zoryx_alerts_waiting", "gauge",
	       "Alerts that could not be sent yet", m->outbox_count);
}

int zx__mon_prometheus(struct zx__mon *m, struct zx_buf *out)
{
	zx__mon_look(m);
	process(m, out);
	commands(m, out);
	rest(m, out);
	return zx_metrics_prometheus(m->metrics,
				     zx_loop_now(zx_bot_loop(m->bot)), out);
}

static void ready(struct zx__mon *m, struct zx_http_reply *out)
{
	struct zx_bot_info i;

	zx_bot_info(m->bot, &i);
	out->status = i.shards && i.shards_ready == i.shards ? 200 : 503;
	zx_buf_addf(&out->body, "%u of %u shards are ready\n", i.shards_ready,
		    i.shards);
}

static void get(struct zx_str path, struct zx_http_reply *out, void *ud)
{
	struct zx__mon *m = ud;

	if (zx_str_is(path, "/metrics")) {
		out->type = "text/plain; version=0.0.4; charset=utf-8";
		zx__mon_prometheus(m, &out->body);
	} else if (zx_str_is(path, "/healthz")) {
		/* The loop turns, or nobody would answer. */
		zx_buf_addc(&out->body, "ok\n");
	} else if (zx_str_is(path, "/readyz")) {
		ready(m, out);
	} else {
		out->status = 404;
		zx_buf_addc(&out->body,
			    "There is /metrics, /healthz and /readyz.\n");
	}
}

void zx__mon_http_start(struct zx__mon *m)
{
	const struct zx_config *c = zx_bot_config(m->bot);
	int err;

	if (!c || !c->metrics_port)
		return;
	err = zx_http_listen(&m->http, zx_bot_loop(m->bot), c->metrics_port,
			     get, m);
	/* A bot that cannot be scraped still does its work. */
	if (err)
		zx__mon_log(m, ZX_LOG_ERROR,
			    "METRICS_PORT %u cannot be listened on: %s",
			    c->metrics_port, zx_strerror(err));
	else
		zx__mon_log(m, ZX_LOG_INFO,
			    "metrics at http://127.0.0.1:%u/metrics",
			    c->metrics_port);
}
