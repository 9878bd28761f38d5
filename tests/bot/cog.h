/* SPDX-License-Identifier: MIT
 *
 * What the tests of a cog in a bot share: a bot in a thread, on a sandbox of
 * its own, and what is said there. Each cog's header makes the bot.
 */
#ifndef BOT_COG_H
#define BOT_COG_H

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper/ws_client.h"
#include "helper/zx_test.h"
#include "zoryx/bot.h"
#include "zoryx/sandbox.h"

#define WAIT_MS 20000
#define SEND "POST /channels/{id}/messages"

static atomic_int ready;

static inline void on_ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	(void)data;
	ready++;
}

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
	char state[64], url[128];
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
static inline struct run *run_new(const char *name)
{
	static int nth;
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->so = (struct zx_sandbox_options)ZX_SANDBOX_OPTIONS_INIT;
	r->bo = (struct zx_bot_options)ZX_BOT_OPTIONS_INIT;
	r->bo.shard_count = 1;
	assert_err(zx_config_init(&r->config, NULL), ZX_OK);
	zx_buf_init(&r->log, NULL, 0);
	zx_buf_init(&r->text, NULL, 0);
	pthread_mutex_init(&r->lock, NULL);
	r->sink = (struct zx_log){ on_log, r, ZX_LOG_INFO };
	snprintf(r->state, sizeof(r->state), "%s/zx-%s-%ld-%d.db",
		 zx_test_dir(), name, (long)getpid(), nth++);
	unlink(r->state);
	return r;
}

static inline void box_up(struct run *r)
{
	assert_err(zx_sandbox_start(&r->box, &r->so), ZX_OK);
}

/* In its thread, and ready. */
static inline void run_start(struct run *r)
{
	ready = 0;
	r->ask = 0;
	assert_int_equal(pthread_create(&r->thread, NULL, run_bot, r), 0);
	WAIT_FOR(ready);
	WAIT_FOR(logged(r, "slash commands"));
}

static inline void run_stop(struct run *r)
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

static inline void run_free(struct run *r)
{
	struct zx_sandbox_stats s;

	zx_sandbox_stats(r->box, &s);
	if (s.violations) {
		zx_buf_clear(&r->text);
		zx_sandbox_state(r->box, &r->text);
		print_error("%.*s\n", ZX_ARG(zx_json_at(zx_buf_str(&r->text),
							"gateway.violations")));
	}
	assert_int_equal(s.violations, 0);
	zx_sandbox_stop(r->box);
	zx_config_release(&r->config);
	zx_buf_release(&r->log);
	zx_buf_release(&r->text);
	pthread_mutex_destroy(&r->lock);
	unlink(r->state);
	free(r);
}

/* Saying and hearing ------------------------------------------------------- */

static inline int has(struct run *r, const char *what)
{
	return strstr(zx_buf_cstr(&r->text), what) != NULL;
}

static inline void want(struct run *r, const char *what)
{
	if (!has(r, what))
		print_error("wanted %s in %s\n%s", what, zx_buf_cstr(&r->text),
			    zx_buf_cstr(&r->log));
	assert_true(has(r, what));
}

/* A slash command of somebody; what it answers first. */
static inline uint64_t slash_as(struct run *r, enum zx_sandbox_who who,
				uint64_t channel, const char *command,
				const char *args, const char *what)
{
	uint64_t id;

	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_slash(r->box, zx_sandbox_user(r->box, who),
				    channel, command, args, &id),
		   ZX_OK);
	assert_err(zx_sandbox_answer(r->box, id, WAIT_MS, &r->text), ZX_OK);
	want(r, what);
	return id;
}

/* Presses a button of the message in r->text; its new face replaces it. */
static inline void press_as(struct run *r, enum zx_sandbox_who who,
			    const char *action, const char *values,
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
	assert_err(zx_sandbox_press(r->box, zx_sandbox_user(r->box, who),
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

static inline void fault(struct run *r, const char *json)
{
	assert_err(zx_sandbox_fault(r->box, json), ZX_OK);
}

#endif
