/* SPDX-License-Identifier: MIT
 *
 * What the tests of the shard monitor in a bot share: a bot in a thread, quick
 * where it is usually patient, on a sandbox of its own.
 */
#ifndef BOT_MONITOR_H
#define BOT_MONITOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper/peer.h"
#include "helper/ws_client.h"
#include "helper/zx_test.h"
#include "zoryx/sandbox.h"
#include "zoryx/shard_monitor.h"

#define WAIT_MS 20000
#define SEND "POST /channels/{id}/messages"

/* The bot */

static const struct zx_monitor_options quick = {
	.size = sizeof(quick),
	.collect_ms = 20,
	.health_ms = 50,
	.save_ms = 500,
	.retry_ms = 50,
	.pending_ms = 1,
	.resolve_ms = 100,
	.group_ms = 1,
};

/* The one in force. */
static const struct zx_monitor_options *tuning = &quick;

static atomic_int ready;

static inline int tune(struct zx_bot *bot, void **data)
{
	(void)data;
	return zx_monitor_configure(bot, tuning);
}

static inline void on_ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	(void)data;
	ready = 1;
}

static const struct zx_cog tuner = {
	.name = "Tuner",
	.start = tune,
	.ready = on_ready,
};

struct run {
	struct zx_sandbox *box;
	struct zx_sandbox_options so;
	struct zx_bot_options bo;
	struct zx_config config;
	struct zx_bot *bot;
	pthread_t thread;
	atomic_int ask;
	int err;
	struct zx_log sink;
	struct zx_buf log, text;
	pthread_mutex_t lock;
	char state[64];
};

static inline void on_log(enum zx_log_level level, const char *module,
			  const char *text, void *ud)
{
	struct run *r = ud;

	(void)level;
	pthread_mutex_lock(&r->lock);
	zx_buf_addf(&r->log, "%s: %s\n", module, text);
	pthread_mutex_unlock(&r->lock);
}

static inline int logged(struct run *r, const char *what)
{
	int found;

	pthread_mutex_lock(&r->lock);
	found = !!strstr(zx_buf_cstr(&r->log), what);
	pthread_mutex_unlock(&r->lock);
	return found;
}

static inline void *run_bot(void *ud)
{
	struct run *r = ud;
	int err = zx_bot_start(r->bot);

	while (!err) {
		if (r->ask)
			zx_bot_stop(r->bot, 1);
		err = zx_bot_step(r->bot, -1);
	}
	r->err = err;
	return NULL;
}

#define WAIT_FOR(condition)                                                    \
	do {                                                                   \
		zx_time until_ = zx_clock() + WAIT_MS;                         \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			usleep(5000);                                          \
		}                                                              \
	} while (0)

/* Not static in a test: its thread may outlive a failed one. */
static inline struct run *fresh(void)
{
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->so = (struct zx_sandbox_options)ZX_SANDBOX_OPTIONS_INIT;
	r->bo = (struct zx_bot_options)ZX_BOT_OPTIONS_INIT;
	r->bo.shard_count = 1;
	r->so.max_concurrency = 16;
	assert_err(zx_config_init(&r->config, NULL), ZX_OK);
	r->config.metrics_port = peer_dead_port();
	zx_buf_init(&r->log, NULL, 0);
	zx_buf_init(&r->text, NULL, 0);
	pthread_mutex_init(&r->lock, NULL);
	r->sink = (struct zx_log){ on_log, r, ZX_LOG_INFO };
	snprintf(r->state, sizeof(r->state), "%s/zx-monitor-%ld.db",
		 zx_test_dir(), (long)getpid());
	unlink(r->state);
	return r;
}

static inline void box_up(struct run *r)
{
	assert_err(zx_sandbox_start(&r->box, &r->so), ZX_OK);
}

static inline int make_bot(struct run *r)
{
	int err;

	r->bo.state_path = r->state;
	r->bo.config = &r->config;
	r->bo.log = &r->sink;
	err = zx_bot_new(&r->bot, &r->bo);
	if (!err)
		err = zx_bot_add_cog(r->bot, zx_cog_core());
	if (!err)
		err = zx_bot_add_cog(r->bot, zx_cog_shard_monitor());
	return err ? err : zx_bot_add_cog(r->bot, &tuner);
}

static inline void bot_up(struct run *r)
{
	ready = 0;
	r->ask = 0;
	r->bo.token = zx_sandbox_token(r->box);
	r->bo.api_url = zx_sandbox_api_url(r->box);
	assert_err(make_bot(r), ZX_OK);
	assert_int_equal(pthread_create(&r->thread, NULL, run_bot, r), 0);
	WAIT_FOR(ready);
	WAIT_FOR(logged(r, "slash commands"));
}

static inline struct run *up(void)
{
	struct run *r = fresh();

	box_up(r);
	bot_up(r);
	return r;
}

static inline void bot_down(struct run *r)
{
	r->ask = 1;
	zx_bot_wake(r->bot);
	pthread_join(r->thread, NULL);
	if (r->err != ZX_E_CLOSED)
		print_error("%s\n%s", zx_bot_error(r->bot),
			    zx_buf_cstr(&r->log));
	assert_err(r->err, ZX_E_CLOSED);
	zx_bot_free(r->bot);
}

static inline void down(struct run *r)
{
	struct zx_sandbox_stats s;

	bot_down(r);
	zx_sandbox_stats(r->box, &s);
	assert_int_equal(s.violations, 0);
	zx_sandbox_stop(r->box);
	zx_config_release(&r->config);
	zx_buf_release(&r->log);
	zx_buf_release(&r->text);
	pthread_mutex_destroy(&r->lock);
	unlink(r->state);
	free(r);
}

/* What it shows */

static inline int fetched(struct run *r, const char *path, const char *what)
{
	char request[128];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: localhost\r\n"
		 "Connection: close\r\n\r\n",
		 path);
	zx_buf_clear(&r->text);
	http_exchange(r->config.metrics_port, request, &r->text);
	return !!strstr(zx_buf_cstr(&r->text), what);
}

static inline int measured(struct run *r, const char *what)
{
	char line[160];

	snprintf(line, sizeof(line), "\n%s\n", what);
	return fetched(r, "/metrics", line);
}

static inline void want(struct run *r, const char *what)
{
	if (!strstr(zx_buf_cstr(&r->text), what))
		print_error("wanted %s in %s\n%s", what, zx_buf_cstr(&r->text),
			    zx_buf_cstr(&r->log));
	assert_non_null(strstr(zx_buf_cstr(&r->text), what));
}

static inline void slash_in(struct run *r, uint64_t channel,
			    const char *command, const char *args,
			    const char *what)
{
	uint64_t id;

	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_slash(r->box,
				    zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
				    channel, command, args, &id),
		   ZX_OK);
	assert_err(zx_sandbox_answer(r->box, id, WAIT_MS, &r->text), ZX_OK);
	want(r, what);
}

static inline void slash(struct run *r, const char *command, const char *args,
			 const char *what)
{
	slash_in(r, 0, command, args, what);
}

/* Presses a button of the message in r->text; its new face replaces it. */
static inline void press(struct run *r, const char *action, const char *values,
			 const char *what)
{
	uint64_t message = zx_json_get_u64(zx_buf_str(&r->text), "id"), id;
	char custom[128], tail[64];
	const char *end, *begin;

	snprintf(tail, sizeof(tail), ":%s\"", action);
	end = strstr(zx_buf_cstr(&r->text), tail);
	assert_non_null(end);
	for (begin = end; begin[-1] != '"'; begin--)
		continue;
	snprintf(custom, sizeof(custom), "%.*s",
		 (int)(end - begin + (long)strlen(tail) - 1), begin);
	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_press(r->box,
				    zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
				    message, custom, values, &id),
		   ZX_OK);
	assert_err(zx_sandbox_answer(r->box, id, WAIT_MS, &r->text), ZX_OK);
	want(r, what);
}

static inline void says(struct run *r, const char *what)
{
	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_expect(r->box, SEND, WAIT_MS, &r->text), ZX_OK);
	want(r, what);
}

static inline void silent(struct run *r)
{
	zx_buf_clear(&r->text);
	if (!zx_sandbox_expect(r->box, SEND, 400, &r->text))
		print_error("%s\n", zx_buf_cstr(&r->text));
	assert_int_equal(r->text.len, 0);
}

static inline uint64_t general(struct run *r, size_t guild)
{
	uint64_t c = zx_sandbox_channel(r->box, zx_sandbox_guild(r->box, guild),
					"general");

	assert_int_not_equal(c, 0);
	return c;
}

/* Alerts to that channel; the trial message is taken out of the way. */
static inline void alerts_to(struct run *r, uint64_t channel, const char *more)
{
	char args[128];

	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"%s}",
		 (unsigned long long)channel, more);
	slash_in(r, channel, "shardalerts", args, "Shard Alerts Configured");
	says(r, "will be posted");
}

static inline void fault(struct run *r, const char *json)
{
	assert_err(zx_sandbox_fault(r->box, json), ZX_OK);
}

/* No fault is armed any more. */
static inline void heal(struct run *r)
{
	zx_buf_clear(&r->text);
	http_exchange(url_port(zx_sandbox_api_url(r->box)),
		      "DELETE /sandbox/faults HTTP/1.1\r\nHost: localhost\r\n"
		      "Connection: close\r\n\r\n",
		      &r->text);
	want(r, "HTTP/1.1 204");
}

/* #general of a guild on that shard; in the second guild the owner may use no
 * commands. */
static inline uint64_t channel_on(struct run *r, uint32_t shard, uint32_t count)
{
	size_t i;

	for (i = 0; i < 64; i += 1 + !i)
		if (zx_shard_of_guild(zx_sandbox_guild(r->box, i), count) ==
		    shard)
			return general(r, i);
	fail();
	return 0;
}

/* So many attempts of requests for the channel's guild fail. */
static inline void fail_answers(struct run *r, uint64_t channel, int n)
{
	uint64_t owner = zx_sandbox_user(r->box, ZX_SANDBOX_OWNER), id[8];
	char json[128];
	int i;

	snprintf(json, sizeof(json),
		 "{\"fault\":\"rest_500\",\"times\":%d,\"route\":"
		 "\"POST /interactions/*\"}",
		 n);
	fault(r, json);
	for (i = 0; i < n; i++)
		assert_err(zx_sandbox_slash(r->box, owner, channel, "help",
					    NULL, &id[i]),
			   ZX_OK);
	for (i = 0; i < n; i++)
		assert_err(zx_sandbox_answer(r->box, id[i], WAIT_MS, NULL),
			   ZX_OK);
}

#endif
