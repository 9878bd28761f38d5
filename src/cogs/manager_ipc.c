/* SPDX-License-Identifier: MIT
 *
 * manager_ipc: the hub or client on the bot's loop, and what comes out of it.
 */
#include "cogs/manager_int.h"

static void on_status(struct zx_ipc_status *out, void *ud)
{
	struct zx__mgr *m = ud;

	zx__mgr_look(m);
	*out = (struct zx_ipc_status){
		.guilds = m->us.guilds,
		.users = m->us.users,
		.shard_count = m->us.shard_count,
		.shards = m->us.ids,
		.shards_len = m->us.ids_n,
		.latency = m->us.latency < 0 ? 0 : m->us.latency,
		.uptime = m->us.uptime,
	};
}

/* Our numbers ----------------------------------------------------------------
 */

static void say_rows(struct zx__mgr *m)
{
	size_t n = zx_monitor_shards(m->bot, NULL, 0);
	struct zx_monitor_shard *rows;
	struct zx_buf data;

	n = n < ZX__MGR_ROWS ? n : ZX__MGR_ROWS;
	rows = n ? zx_new(m->alloc, n * sizeof(*rows)) : NULL;
	if (!rows)
		return;
	zx_monitor_shards(m->bot, rows, n);
	zx_buf_init(&data, m->alloc, ZX_IPC_FRAME_MAX / 2);
	zx__mgr_put_rows(&data, rows, n);
	if (!data.err)
		(void)zx_ipc_send(m->x, ZX__MGR_SHARDS, NULL, zx_buf_str(&data),
				  zx__mgr_now(m), NULL);
	zx_buf_release(&data);
	zx_delete(m->alloc, rows);
}

void zx__mgr_say_stats(struct zx__mgr *m)
{
	if (!m->x || m->leaving || !zx_ipc_is_up(m->x))
		return;
	(void)zx_ipc_send_stats(m->x, NULL, zx__mgr_now(m));
	say_rows(m);
	zx_ipc_kick(m->conn);
}

/* Whom we no longer see through the primary cannot be asked how it is. */
static void let_go_of_the_silent(struct zx__mgr *m, zx_time now)
{
	struct zx__mgr_cluster *c;
	size_t i;

	if (zx_ipc_is_up(m->x))
		return;
	for (i = 0; i < m->table.n; i++) {
		c = &m->table.v[i];
		if (c->there && now - c->updated >= m->opt.drop_ms)
			zx__mgr_leave(&m->table, zx_str(c->name), now);
	}
}

static void on_stats(struct zx_timer *t, void *ud)
{
	struct zx__mgr *m = ud;
	zx_time now = zx__mgr_now(m);

	if (m->leaving)
		return;
	let_go_of_the_silent(m, now);
	zx__mgr_sweep(&m->table, m->opt.drop_ms, now);
	zx__mgr_share_tell(m);
	zx__mgr_say_stats(m);
	zx_timer_set(zx_bot_loop(m->bot), t, zx_time_add(now, m->opt.stats_ms));
}

/* What comes out -------------------------------------------------------------
 */

static void ask_stats(struct zx__mgr *m, const char *whom)
{
	uint64_t id;

	(void)zx_ipc_request(m->x, "stats_request", whom, ZX_STR(""), 0,
			     zx__mgr_now(m), &id);
}

static int is_known(struct zx__mgr *m, const char *name)
{
	struct zx_str one;
	size_t i;

	for (i = 0; (one = zx_ipc_known(m->x, i)).len; i++)
		if (zx_str_is(one, name))
			return 1;
	return 0;
}

static void on_up(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	zx_time now = zx__mgr_now(m);
	struct zx_str one;
	size_t i;

	zx__mgr_note(m, "joined the primary %.*s", ZX_ARG(o->name));
	for (i = 0; (one = zx_ipc_known(m->x, i)).len; i++)
		(void)zx__mgr_join(&m->table, one, now);
	for (i = 0; i < m->table.n; i++)
		if (!is_known(m, m->table.v[i].name))
			zx__mgr_leave(&m->table, zx_str(m->table.v[i].name),
				      now);
	zx__mgr_share(m);
	ask_stats(m, NULL);
	(void)zx_ipc_send_stats(m->x, NULL, now);
	say_rows(m);
	zx__mgr_turns_up(m);
}

static void on_down(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	zx__mgr_note(m, "no primary: %.*s", ZX_ARG(o->text));
	zx__mgr_turns_down(m);
}

static void on_join(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	struct zx__mgr_cluster *c =
		zx__mgr_join(&m->table, o->name, zx__mgr_now(m));

	zx__mgr_note(m, "%.*s joined", ZX_ARG(o->name));
	zx__mgr_share(m);
	if (!c)
		return;
	(void)zx_ipc_send_stats(m->x, c->name, zx__mgr_now(m));
	if (zx__mgr_is_primary(m))
		ask_stats(m, c->name);
}

static void on_leave(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	zx__mgr_leave(&m->table, o->name, zx__mgr_now(m));
	zx__mgr_note(m, "%.*s left", ZX_ARG(o->name));
	zx__mgr_turns_left(m, o->name);
	zx__mgr_share(m);
}

static void on_message(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	struct zx__mgr_cluster *c =
		zx__mgr_join(&m->table, o->name, zx__mgr_now(m));
	uint64_t n;

	if (o->op == ZX_IPC_BROADCAST_MESSAGE)
		zx__mgr_heard(m, o);
	else if (o->op == ZX_IPC_STATS_BROADCAST && c)
		zx__mgr_take_stats(&m->table, c, o->text, zx__mgr_now(m));
	else if (zx_str_is(o->op_name, ZX__MGR_SHARDS) && c)
		zx__mgr_take_rows(&m->table, c, o->text);
	else if (zx_str_starts(o->op_name, ZX__MGR_TURN))
		zx__mgr_turns_heard(m, o);
	else if (zx_str_is(o->op_name, ZX__MGR_INVALID)) {
		n = zx_json_get_u64(o->text, "count");
		zx_bot_add_invalid(m->bot, n < 10000 ? (uint32_t)n : 10000);
	}
}

static void on_answer(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	if (o->op == ZX_IPC_STATS_BROADCAST)
		on_message(m, o);
	else
		zx__mgr_answered(m, o);
}

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	struct zx__mgr *m = ud;

	(void)x;
	if (m->leaving && o->kind != ZX_IPC_OUT_DONE)
		return;
	switch (o->kind) {
	case ZX_IPC_OUT_UP:
		on_up(m, o);
		break;
	case ZX_IPC_OUT_DOWN:
		on_down(m, o);
		break;
	case ZX_IPC_OUT_JOIN:
		on_join(m, o);
		break;
	case ZX_IPC_OUT_LEAVE:
		on_leave(m, o);
		break;
	case ZX_IPC_OUT_MESSAGE:
		on_message(m, o);
		break;
	case ZX_IPC_OUT_ANSWER:
		on_answer(m, o);
		break;
	case ZX_IPC_OUT_DONE:
		zx__mgr_done(m, o);
		break;
	default:
		break;
	}
}

/* Beginning ------------------------------------------------------------------
 */

static void say_why(struct zx__mgr *m, int err)
{
	const char *detail = m->x ? zx_ipc_error(m->x) : "";

	if (*detail)
		snprintf(m->why, sizeof(m->why), "%s", detail);
	else if (err == ZX_E_AUTH)
		snprintf(m->why, sizeof(m->why),
			 "SHARD_IPC_SECRET is empty, or still the default one "
			 "outside of this machine: set the same long random "
			 "text in all clusters");
	else if (err == ZX_E_INVALID)
		snprintf(m->why, sizeof(m->why),
			 "SHARD_CLUSTER_NAME must be 1 to 64 bytes without "
			 "quotes, backticks and backslashes, and not \"all\"");
	else
		snprintf(m->why, sizeof(m->why), "%s", zx_strerror(err));
	zx_logf(m->log, ZX_LOG_ERROR, "manager",
		"%s. The bot goes on without the other clusters", m->why);
	zx_ipc_detach(m->conn);
	zx_ipc_free(m->x);
	m->conn = NULL;
	m->x = NULL;
}

static int make(struct zx__mgr *m)
{
	const struct zx_config *c = m->config;
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	int err;

	o.role = strcmp(c->ipc_mode, "server") ? ZX_IPC_CLIENT : ZX_IPC_HUB;
	o.name = c->cluster_name;
	o.secret = c->ipc_secret;
	o.allow_legacy = c->ipc_allow_legacy;
	o.host = c->ipc_host;
	o.port = c->ipc_port;
	o.status = on_status;
	o.ud = m;
	o.mode = c->ipc_mode;
	o.alloc = m->alloc;
	o.rand = zx_system_rand();
	o.log = m->log;
	err = zx_ipc_new(&m->x, &o);
	if (!err)
		err = zx_ipc_attach(&m->conn, zx_bot_loop(m->bot), m->x, on_out,
				    m);
	return err;
}

int zx__mgr_open(struct zx__mgr *m)
{
	struct zx_loop *loop = zx_bot_loop(m->bot);
	int err = make(m);

	if (err == ZX_E_NOMEM)
		return err;
	if (err) {
		say_why(m, err);
		return ZX_OK;
	}
	m->stats = (struct zx_timer){ .fn = on_stats, .ud = m };
	zx__mgr_look(m);
	zx__mgr_turns_open(m);
	zx__mgr_share(m);
	if (zx__mgr_is_primary(m))
		zx_logf(m->log, ZX_LOG_INFO, "manager",
			"%s is the primary, at %s:%u", m->us.name,
			m->config->ipc_host, zx_ipc_port(m->conn));
	else
		zx_logf(m->log, ZX_LOG_INFO, "manager",
			"%s is a secondary of %s:%u", m->us.name,
			m->config->ipc_host, m->config->ipc_port);
	err = zx_timer_set(loop, &m->stats,
			   zx_time_add(zx__mgr_now(m), m->opt.stats_ms));
	if (!err)
		err = zx_ipc_start(m->x, zx__mgr_now(m));
	zx_ipc_kick(m->conn);
	return err;
}
