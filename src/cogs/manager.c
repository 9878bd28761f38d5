/* SPDX-License-Identifier: MIT
 *
 * The shard manager: its commands, its beginning and its end.
 */
#include "cogs/manager_int.h"
#include "cogs/rules.h"

static const struct zx_option broadcast_options[] = {
	{
		.name = "message",
		.description = "Message to broadcast to all clusters",
		.type = ZX_OPTION_STRING,
		.required = 1,
		.rest = 1,
	},
};

static const struct zx_command commands[] = {
	{
		.name = "clusters",
		.description = "Show all connected shard clusters and their "
			       "status (Bot Owner Only)",
		.cog = ZX__MGR_COG,
		.rule = ZX__RULE(clusters),
		.cooldown_ms = 10000,
		.run = zx__mgr_clusters,
	},
	{
		.name = "ipcstatus",
		.description = "Show IPC connection status and diagnostics "
			       "(Bot Owner Only)",
		.cog = ZX__MGR_COG,
		.rule = ZX__RULE(ipcstatus),
		.cooldown_ms = 10000,
		.run = zx__mgr_ipcstatus,
	},
	{
		.name = "broadcastmsg",
		.description = "Broadcast a message to all clusters (Bot Owner "
			       "Only)",
		.cog = ZX__MGR_COG,
		.options = broadcast_options,
		.option_count = 1,
		.rule = ZX__RULE(broadcastmsg),
		.run = zx__mgr_broadcastmsg,
	},
};

zx_time zx__mgr_now(const struct zx__mgr *m)
{
	return zx_loop_now(zx_bot_loop(m->bot));
}

int zx__mgr_is_primary(const struct zx__mgr *m)
{
	return zx_ipc_options(m->x)->role == ZX_IPC_HUB;
}

void zx__mgr_note(struct zx__mgr *m, const char *fmt, ...)
{
	zx_wall s = zx_wall_clock() / 1000 % 86400;
	char text[120];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	memmove(m->notes[1], m->notes[0],
		sizeof(m->notes) - sizeof(m->notes[0]));
	if (m->notes_n < ZX__MGR_NOTES)
		m->notes_n++;
	snprintf(m->notes[0], sizeof(m->notes[0]), "%02u:%02u:%02u UTC  %.*s",
		 (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
		 (unsigned)(s % 60), ZX_ARG(zx_utf8_head(zx_str(text), 100)));
}

/* Ourselves ------------------------------------------------------------------
 */

static int make_ids(struct zx__mgr *m, size_t n, int from_config)
{
	uint32_t *v = zx_new(m->alloc, (n ? n : 1) * sizeof(*v));
	size_t i;

	if (!v)
		return ZX_E_NOMEM;
	for (i = 0; i < n; i++) {
		if (!from_config)
			v[i] = zx_shard_id(zx_bot_shard(m->bot, i));
		else
			v[i] = m->config->shard_ids ? m->config->shard_ids[i]
						    : (uint32_t)i;
	}
	zx_delete(m->alloc, m->us.ids);
	m->us.ids = v;
	m->us.ids_n = n;
	return ZX_OK;
}

/* Known at once from the configuration, for sure when the shards are made. */
static void look_ids(struct zx__mgr *m)
{
	const struct zx_config *c = m->config;
	size_t n = 0;

	while (zx_bot_shard(m->bot, n))
		n++;
	if (n)
		(void)(n == m->us.ids_n ? ZX_OK : make_ids(m, n, 0));
	else if (!m->us.ids_n)
		(void)make_ids(
			m, c->shard_ids ? c->shard_id_count : c->shard_count,
			1);
}

void zx__mgr_look(struct zx__mgr *m)
{
	struct zx_bot_info info;

	zx_bot_info(m->bot, &info);
	m->us.guilds = info.guilds;
	m->us.users = info.users;
	m->us.shard_count =
		info.shard_count ? info.shard_count : m->config->shard_count;
	m->us.latency = info.latency_ms < 0 ? -1 : info.latency_ms / 1000;
	m->us.uptime = zx__mgr_now(m) > info.started
			       ? (double)(zx__mgr_now(m) - info.started) / 1000
			       : 0;
	m->us.there = m->us.has_stats = 1;
	look_ids(m);
}

/* Beginning and end ----------------------------------------------------------
 */

static void set_options(struct zx__mgr *m, const struct zx_manager_options *opt)
{
	struct zx_manager_options o = ZX_MANAGER_OPTIONS_INIT;

	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	o.stats_ms = o.stats_ms ? o.stats_ms : 60 * 1000;
	o.drop_ms = o.drop_ms ? o.drop_ms : 300 * 1000;
	o.seen_ms = o.seen_ms ? o.seen_ms : 3000;
	o.turn_wait_ms = o.turn_wait_ms ? o.turn_wait_ms : 30 * 1000;
	o.turn_slot_ms = o.turn_slot_ms ? o.turn_slot_ms : 6000;
	m->opt = o;
}

static size_t cluster_count(void *ud)
{
	return ((struct zx__mgr *)ud)->table.n;
}

static const char *cluster_name(size_t i, void *ud)
{
	struct zx__mgr *m = ud;

	return i < m->table.n ? m->table.v[i].name : NULL;
}

static size_t cluster_shards(size_t i, struct zx_monitor_shard *out, size_t max,
			     void *ud)
{
	struct zx__mgr *m = ud;
	struct zx__mgr_cluster *c = i < m->table.n ? &m->table.v[i] : NULL;
	size_t n;

	if (!c)
		return 0;
	n = c->rows_n < max ? c->rows_n : max;
	if (n)
		memcpy(out, c->rows, n * sizeof(*out));
	return c->rows_n;
}

static void give_back(void *data)
{
	struct zx__mgr *m = data;

	zx__mgr_table_release(&m->table);
	zx_ipc_detach(m->conn);
	zx_ipc_free(m->x);
	zx_delete(m->alloc, m->us.ids);
	zx_delete(m->alloc, m->asks);
	zx_delete(m->alloc, m);
}

/* Nothing of the bot leads to us any more. */
static void let_go(struct zx__mgr *m)
{
	struct zx_timer *const timers[] = { &m->stats, &m->push, &m->slot };
	size_t i;

	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i]->fn)
			zx_timer_set(zx_bot_loop(m->bot), timers[i],
				     ZX_TIME_NEVER);
	zx_bot_set_gate(m->bot, NULL);
}

static int start(struct zx_bot *bot, void **data)
{
	const struct zx_alloc *a = zx_bot_alloc(bot);
	struct zx__mgr *m;
	int err;

	if (!zx_bot_config(bot))
		return ZX_E_INVALID;
	m = zx_new(a, sizeof(*m));
	if (!m)
		return ZX_E_NOMEM;
	m->bot = bot;
	m->alloc = m->table.alloc = a;
	m->log = zx_bot_log(bot);
	m->config = zx_bot_config(bot);
	m->alone_since = ZX_TIME_NEVER;
	snprintf(m->us.name, sizeof(m->us.name), "%s", m->config->cluster_name);
	set_options(m, NULL);
	zx_bucket_init(&m->posts, 10, 60000, zx__mgr_now(m));
	err = zx__mgr_open(m);
	if (err) {
		let_go(m);
		give_back(m);
		return err;
	}
	m->selector = (struct zx_monitor_clusters){ cluster_count, cluster_name,
						    cluster_shards, m };
	if (m->x)
		(void)zx_monitor_set_clusters(bot, &m->selector);
	*data = m;
	return ZX_OK;
}

static void ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	zx__mgr_say_stats(data);
}

static void leave(struct zx_bot *bot, void *data)
{
	struct zx__mgr *m = data;

	(void)bot;
	if (!m->x || m->leaving)
		return;
	m->leaving = 1;
	zx_ipc_stop(m->x, zx__mgr_now(m));
	zx_ipc_kick(m->conn);
}

static void stop(struct zx_bot *bot, void *data)
{
	struct zx__mgr *m = data;

	leave(bot, data);
	zx__mgr_talk_end(m);
	let_go(m);
	zx_ipc_detach(m->conn);
	m->conn = NULL;
}

static const struct zx_cog manager = {
	.name = ZX__MGR_COG,
	.commands = commands,
	.command_count = sizeof(commands) / sizeof(commands[0]),
	.start = start,
	.ready = ready,
	.rest = zx__mgr_on_rest,
	.leave = leave,
	.stop = stop,
	.free = give_back,
};

const struct zx_cog *zx_cog_shard_manager(void)
{
	return &manager;
}

/* For others -----------------------------------------------------------------
 */

struct zx__mgr *zx__mgr_of(struct zx_call *call)
{
	struct zx__mgr *m = zx_bot_cog_data(zx_call_bot(call), &manager);

	if (m && m->x && !m->leaving)
		return m;
	zx_fail(call, "❌ IPC Not Running", "%s",
		m && m->why[0] ? m->why
			       : "The shard manager did not start; see the "
				 "log");
	return NULL;
}

int zx_manager_configure(struct zx_bot *b, const struct zx_manager_options *opt)
{
	struct zx__mgr *m = zx_bot_cog_data(b, &manager);

	if (!m)
		return ZX_E_STATE;
	set_options(m, opt);
	if (m->x)
		zx_timer_set(zx_bot_loop(b), &m->stats,
			     zx_time_add(zx__mgr_now(m), m->opt.stats_ms));
	return ZX_OK;
}

struct zx_ipc *zx_manager_ipc(struct zx_bot *b)
{
	struct zx__mgr *m = zx_bot_cog_data(b, &manager);

	return m && m->conn ? m->x : NULL;
}

void zx_manager_kick(struct zx_bot *b)
{
	struct zx__mgr *m = zx_bot_cog_data(b, &manager);

	if (m && m->conn)
		zx_ipc_kick(m->conn);
}

int zx_manager_totals(struct zx_bot *b, struct zx_manager_totals *out)
{
	struct zx__mgr *m = zx_bot_cog_data(b, &manager);

	memset(out, 0, sizeof(*out));
	if (!m)
		return ZX_E_STATE;
	zx__mgr_look(m);
	return zx__mgr_sum(&m->table, &m->us, out);
}
