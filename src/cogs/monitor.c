/* SPDX-License-Identifier: MIT
 *
 * The shard monitor: its commands, its beginning and its end.
 */
#include "cogs/monitor_int.h"
#include "cogs/rules.h"

static const struct zx_option details_options[] = {
	{
		.name = "shard_id",
		.description = "The shard ID to inspect",
		.type = ZX_OPTION_INTEGER,
		.required = 1,
	},
};

static const struct zx_option alerts_options[] = {
	{
		.name = "channel",
		.description = "Channel to send alerts to",
		.type = ZX_OPTION_CHANNEL,
	},
	{
		.name = "threshold",
		.description = "Number of consecutive failures before alerting "
			       "(1 to 20, default: 3)",
		.type = ZX_OPTION_INTEGER,
	},
};

static const struct zx_option reset_options[] = {
	{
		.name = "shard_id",
		.description = "Shard ID to reset (-1 for all shards)",
		.type = ZX_OPTION_INTEGER,
	},
};

static const struct zx_command commands[] = {
	{
		.name = "shardmonitor",
		.description = "Display the interactive shard monitoring "
			       "dashboard (Bot Owner Only)",
		.cog = ZX__MON_COG,
		.rule = ZX__RULE(shardmonitor),
		.cooldown_ms = 10000,
		.run = zx__mon_shardmonitor,
	},
	{
		.name = "sharddetails",
		.description = "Get detailed metrics for a specific shard (Bot "
			       "Owner Only)",
		.cog = ZX__MON_COG,
		.options = details_options,
		.option_count = 1,
		.rule = ZX__RULE(sharddetails),
		.cooldown_ms = 10000,
		.run = zx__mon_sharddetails,
	},
	{
		.name = "shardhealth",
		.description = "Get health check report for all shards (Bot "
			       "Owner Only)",
		.cog = ZX__MON_COG,
		.rule = ZX__RULE(shardhealth),
		.cooldown_ms = 30000,
		.run = zx__mon_shardhealth,
	},
	{
		.name = "shardalerts",
		.description = "Configure shard health alert channel and "
			       "threshold (Bot Owner Only)",
		.cog = ZX__MON_COG,
		.options = alerts_options,
		.option_count = 2,
		.rule = ZX__RULE(shardalerts),
		.run = zx__mon_shardalerts,
	},
	{
		.name = "shardreset",
		.description = "Reset metrics for a specific shard or all "
			       "shards (Bot Owner Only)",
		.cog = ZX__MON_COG,
		.options = reset_options,
		.option_count = 1,
		.rule = ZX__RULE(shardreset),
		.run = zx__mon_shardreset,
	},
};

const char *const zx__mon_kinds[ZX_EVENT_COUNT] = { "UNKNOWN",
#define ZX__X(name) #name,
						    ZX_EVENTS(ZX__X)
#undef ZX__X
};

void zx__mon_log(struct zx__mon *m, enum zx_log_level level, const char *fmt,
		 ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	zx_logf(m->log, level, "monitor", "%s", text);
}

uint32_t zx__mon_clamp(uint64_t threshold)
{
	if (!threshold)
		return 1;
	return threshold > ZX__MON_THRESHOLD_MOST ? ZX__MON_THRESHOLD_MOST
						  : (uint32_t)threshold;
}

static void give_back(void *data)
{
	struct zx__mon *m = data;

	zx__mon_outbox_free(m);
	zx_http_close(m->http);
	zx_delete(m->alloc, m->trial);
	zx_alerts_free(m->alerts);
	zx_metrics_free(m->metrics);
	zx_delete(m->alloc, m->seen);
	zx_delete(m->alloc, m->slot);
	zx_delete(m->alloc, m);
}

static void set_options(struct zx__mon *m, const struct zx_monitor_options *opt)
{
	struct zx_monitor_options o = ZX_MONITOR_OPTIONS_INIT;

	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	o.collect_ms = o.collect_ms ? o.collect_ms : 30 * 1000;
	o.health_ms = o.health_ms ? o.health_ms : 60 * 1000;
	o.save_ms = o.save_ms ? o.save_ms : 5 * 60 * 1000;
	o.forgive_ms = o.forgive_ms ? o.forgive_ms : 5 * 60 * 1000;
	o.retry_ms = o.retry_ms ? o.retry_ms : 15 * 1000;
	m->opt = o;
	zx_backoff_init(&m->backoff, o.retry_ms,
			o.retry_ms > ZX__MON_RETRY_MOST ? o.retry_ms
							: ZX__MON_RETRY_MOST);
}

static int open_metrics(struct zx__mon *m)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;

	o.kinds = zx__mon_kinds;
	o.kind_count = ZX_EVENT_COUNT;
	o.threshold = m->config.threshold;
	o.alloc = m->alloc;
	return zx_metrics_new(&m->metrics, &o);
}

static int start(struct zx_bot *bot, void **data)
{
	const struct zx_config *c = zx_bot_config(bot);
	const struct zx_alloc *a = zx_bot_alloc(bot);
	struct zx__mon *m = zx_new(a, sizeof(*m));
	int err;

	if (!m)
		return ZX_E_NOMEM;
	m->bot = bot;
	m->alloc = a;
	m->log = zx_bot_log(bot);
	m->config.threshold =
		c ? zx__mon_clamp(c->alert_threshold) : ZX__MON_THRESHOLD;
	set_options(m, NULL);
	err = open_metrics(m);
	if (!err)
		err = zx__mon_alerts_begin(m);
	if (!err)
		err = zx__mon_load(m);
	if (!err)
		err = zx__mon_outbox_load(m);
	if (!err)
		err = zx__mon_sync(m);
	if (err) {
		give_back(m);
		return err;
	}
	zx__mon_clock_start(m);
	zx__mon_http_start(m);
	*data = m;
	return ZX_OK;
}

static void stop(struct zx_bot *bot, void *data)
{
	struct zx__mon *m = data;

	(void)bot;
	m->stopped = 1;
	zx__mon_clock_stop(m);
	zx__mon_look(m);
	zx__mon_save(m);
	zx_http_close(m->http);
	m->http = NULL;
}

static const struct zx_cog monitor = {
	.name = ZX__MON_COG,
	.commands = commands,
	.command_count = sizeof(commands) / sizeof(commands[0]),
	.start = start,
	.event = zx__mon_on_event,
	.state = zx__mon_on_state,
	.stop = stop,
	.free = give_back,
	.guild = zx__mon_on_guild,
	.command = zx__mon_on_command,
	.rest = zx__mon_on_rest,
};

const struct zx_cog *zx_cog_shard_monitor(void)
{
	return &monitor;
}

struct zx__mon *zx__mon_of(struct zx_call *call)
{
	struct zx__mon *m = zx_bot_cog_data(zx_call_bot(call), &monitor);

	if (!m)
		zx_fail(call, "❌ Not Available",
			"The shard monitor did not start; see the log");
	return m;
}

int zx_monitor_configure(struct zx_bot *b, const struct zx_monitor_options *opt)
{
	struct zx__mon *m = zx_bot_cog_data(b, &monitor);
	int err;

	if (!m)
		return ZX_E_STATE;
	set_options(m, opt);
	zx_metrics_set_recent(m->metrics, m->opt.recent_ms);
	err = zx__mon_alerts_begin(m);
	for (size_t i = 0; !err && i < m->seen_count; i++)
		err = zx__mon_incident_load(m, m->seen[i].id);
	zx__mon_clock_start(m);
	return err;
}

struct zx_metrics *zx_monitor_metrics(struct zx_bot *b)
{
	struct zx__mon *m = zx_bot_cog_data(b, &monitor);

	return m ? m->metrics : NULL;
}

int zx_monitor_set_clusters(struct zx_bot *b,
			    const struct zx_monitor_clusters *c)
{
	struct zx__mon *m = zx_bot_cog_data(b, &monitor);

	if (!m)
		return ZX_E_STATE;
	m->clusters = c;
	return ZX_OK;
}
