/* SPDX-License-Identifier: MIT
 *
 * What the tests of several bots share: a sandbox, and bots with the shard
 * manager in threads of their own, each with some of the shards.
 */
#ifndef TEST_BOT_CLUSTERS_H
#define TEST_BOT_CLUSTERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper/peer.h"
#include "helper/zx_test.h"
#include "zoryx/sandbox.h"
#include "zoryx/shard_manager.h"
#include "zoryx/shard_monitor.h"

#define WAIT_MS 30000
#define SEND "POST /channels/{id}/messages"
#define SECRET "three-red-foxes-7f1c"

static const struct zx_manager_options quick = {
	.size = sizeof(quick),
	.stats_ms = 100,
	.drop_ms = 1500,
	.turn_wait_ms = 200,
	.turn_slot_ms = 100,
};

struct unit {
	struct zx_bot *bot;
	struct zx_bot_options bo;
	struct zx_config config;
	struct zx_manager_options mo;
	uint32_t ids[8];
	pthread_t thread;
	struct zx_timer probe;
	atomic_int ask, ready, running;
	atomic_uint clusters, shards, twice, guilds, invalid;
	_Atomic(void (*)(struct unit *)) todo; /* in the bot's thread, once */
	atomic_uint asked, answered, refused;  /* by what it did */
	int err;
	struct zx_log sink;
	struct zx_buf log;
	pthread_mutex_t lock;
	char state[64];
};

static struct zx_sandbox *box;
static unsigned hub_port;

#define WAIT_FOR(condition)                                                    \
	do {                                                                   \
		zx_time until_ = zx_clock() + WAIT_MS;                         \
		while (!(condition)) {                                         \
			if (zx_clock() >= until_)                              \
				print_error("waited for %s\n", #condition);    \
			assert_true(zx_clock() < until_);                      \
			usleep(5000);                                          \
		}                                                              \
	} while (0)

static inline void unit_log(enum zx_log_level level, const char *module,
			    const char *text, void *ud)
{
	struct unit *u = ud;

	(void)level;
	pthread_mutex_lock(&u->lock);
	zx_buf_addf(&u->log, "%s: %s\n", module, text);
	pthread_mutex_unlock(&u->lock);
}

static inline int logged(struct unit *u, const char *what)
{
	int found;

	pthread_mutex_lock(&u->lock);
	found = !!strstr(zx_buf_cstr(&u->log), what);
	pthread_mutex_unlock(&u->lock);
	return found;
}

static inline void log_clear(struct unit *u)
{
	pthread_mutex_lock(&u->lock);
	zx_buf_clear(&u->log);
	pthread_mutex_unlock(&u->lock);
}

/* A cog that looks at the manager from inside of the bot's thread. */
static inline void probe_on(struct zx_timer *t, void *ud)
{
	struct unit *u = ud;
	struct zx_manager_totals sum;
	void (*todo)(struct unit *) = atomic_exchange(&u->todo, NULL);

	if (todo)
		todo(u);
	u->invalid = (unsigned)zx_bot_rest_stats(u->bot)->invalid;
	if (!zx_manager_totals(u->bot, &sum)) {
		u->clusters = sum.clusters;
		u->shards = sum.shards;
		u->twice = sum.twice;
		u->guilds = (unsigned)sum.guilds;
	}
	zx_timer_set(zx_bot_loop(u->bot), t, zx_clock() + 20);
}

static inline int probe_start(struct zx_bot *bot, void **data)
{
	struct unit *u = zx_bot_log(bot)->ud;

	*data = u;
	u->probe = (struct zx_timer){ .fn = probe_on, .ud = u };
	zx_timer_set(zx_bot_loop(bot), &u->probe, zx_clock() + 20);
	return zx_manager_configure(bot, &u->mo);
}

static inline void probe_ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	((struct unit *)data)->ready = 1;
}

static inline void probe_stop(struct zx_bot *bot, void *data)
{
	zx_timer_set(zx_bot_loop(bot), &((struct unit *)data)->probe,
		     ZX_TIME_NEVER);
}

static const struct zx_cog probe = {
	.name = "Probe",
	.start = probe_start,
	.ready = probe_ready,
	.stop = probe_stop,
};

static inline void set(char **at, const char *text)
{
	zx_delete(NULL, *at);
	*at = zx_str_dup(NULL, zx_str(text));
	assert_non_null(*at);
}

/* Shards from, from + 1, ... of `count`. */
static inline struct unit *unit_new(int primary, uint32_t from, uint32_t n,
				    uint32_t count)
{
	struct unit *u = calloc(1, sizeof(*u));
	char name[32];
	uint32_t i;

	assert_non_null(u);
	zx_buf_init(&u->log, NULL, 0);
	pthread_mutex_init(&u->lock, NULL);
	u->sink = (struct zx_log){ unit_log, u, ZX_LOG_INFO };
	assert_err(zx_config_init(&u->config, NULL), ZX_OK);
	snprintf(name, sizeof(name), "cluster-%u", from);
	set(&u->config.cluster_name, name);
	set(&u->config.ipc_mode, primary ? "server" : "client");
	set(&u->config.ipc_secret, SECRET);
	u->config.ipc_port = (uint16_t)hub_port;
	u->config.shard_manager = 1;
	u->config.shard_count = count;
	u->mo = quick;
	u->bo = (struct zx_bot_options)ZX_BOT_OPTIONS_INIT;
	u->bo.shard_count = count;
	u->bo.shard_ids = u->ids;
	u->bo.shard_id_count = n;
	for (i = 0; i < n; i++)
		u->ids[i] = from + i;
	u->config.shard_ids = zx_new(NULL, n * sizeof(*u->config.shard_ids));
	assert_non_null(u->config.shard_ids);
	memcpy(u->config.shard_ids, u->ids, n * sizeof(*u->ids));
	u->config.shard_id_count = n;
	snprintf(u->state, sizeof(u->state), "%s/zx-manager-%ld-%u.db",
		 zx_test_dir(), (long)getpid(), from);
	unlink(u->state);
	return u;
}

static inline void *unit_run(void *ud)
{
	struct unit *u = ud;
	int err = zx_bot_start(u->bot);

	while (!err) {
		if (u->ask)
			zx_bot_stop(u->bot, 1);
		err = zx_bot_step(u->bot, -1);
	}
	u->err = err;
	return NULL;
}

static inline void unit_start(struct unit *u)
{
	u->ask = u->ready = 0;
	u->bo.token = zx_sandbox_token(box);
	u->bo.api_url = zx_sandbox_api_url(box);
	u->bo.state_path = u->state;
	u->bo.config = &u->config;
	u->bo.log = &u->sink;
	assert_err(zx_bot_new(&u->bot, &u->bo), ZX_OK);
	assert_err(zx_bot_add_cog(u->bot, zx_cog_core()), ZX_OK);
	assert_err(zx_bot_add_cog(u->bot, zx_cog_shard_monitor()), ZX_OK);
	assert_err(zx_bot_add_cog(u->bot, zx_cog_shard_manager()), ZX_OK);
	assert_err(zx_bot_add_cog(u->bot, &probe), ZX_OK);
	assert_int_equal(pthread_create(&u->thread, NULL, unit_run, u), 0);
	u->running = 1;
}

static inline void unit_stop(struct unit *u)
{
	u->ask = 1;
	zx_bot_wake(u->bot);
	pthread_join(u->thread, NULL);
	if (u->err != ZX_E_CLOSED)
		print_error("%s\n%s", zx_bot_error(u->bot),
			    zx_buf_cstr(&u->log));
	assert_err(u->err, ZX_E_CLOSED);
	zx_bot_free(u->bot);
	u->running = 0;
}

static inline void unit_free(struct unit *u)
{
	if (u->running)
		unit_stop(u);
	unlink(u->state);
	zx_config_release(&u->config);
	zx_buf_release(&u->log);
	pthread_mutex_destroy(&u->lock);
	free(u);
}

static inline void box_up(uint32_t max_concurrency)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	o.guilds = 24;
	o.max_concurrency = max_concurrency;
	assert_err(zx_sandbox_start(&box, &o), ZX_OK);
	hub_port = peer_dead_port();
}

static inline void box_down(void)
{
	struct zx_sandbox_stats s;
	struct zx_buf text;

	zx_sandbox_stats(box, &s);
	zx_buf_init(&text, NULL, 0);
	if (s.violations && !zx_sandbox_state(box, &text))
		print_error("%s\n", zx_buf_cstr(&text));
	zx_buf_release(&text);
	assert_int_equal(s.violations, 0);
	zx_sandbox_stop(box);
}

/* #general of a guild that the unit's first shard serves, but for the second,
 * where the owner may use no commands. */
static inline uint64_t channel_of(const struct unit *u)
{
	uint64_t guild;
	size_t i;

	for (i = 0; i < 24; i += 1 + !i) {
		guild = zx_sandbox_guild(box, i);
		if (zx_shard_of_guild(guild, u->bo.shard_count) == u->ids[0])
			return zx_sandbox_channel(box, guild, "general");
	}
	fail();
	return 0;
}

/* The owner says it where this unit hears it; the answer has this in it. */
static inline void ask(struct unit *u, const char *text, const char *want)
{
	struct zx_buf body;

	zx_buf_init(&body, NULL, 0);
	assert_err(zx_sandbox_say(box, 0, channel_of(u), text, NULL), ZX_OK);
	assert_err(zx_sandbox_expect(box, SEND, WAIT_MS, &body), ZX_OK);
	if (!strstr(zx_buf_cstr(&body), want))
		print_error("wanted %s in %s\n", want, zx_buf_cstr(&body));
	assert_non_null(strstr(zx_buf_cstr(&body), want));
	zx_buf_release(&body);
}

#endif
