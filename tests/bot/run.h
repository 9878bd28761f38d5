/* SPDX-License-Identifier: MIT
 *
 * What the tests of a whole bot share: a sandbox, and a bot in a thread of its
 * own.
 */
#ifndef TEST_BOT_RUN_H
#define TEST_BOT_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper/peer.h"
#include "helper/zx_test.h"
#include "zoryx/bot.h"
#include "zoryx/sandbox.h"

#define WAIT_MS 15000

struct run {
	struct zx_bot *bot;
	pthread_t thread;
	atomic_int ask; /* 1: stop resumable, 2: for good */
	int err;
	atomic_int ready, events, stopped;
	struct zx_bot_info info; /* taken as it stopped */
	struct zx_buf log;
	pthread_mutex_t lock;
};

/* A cog that counts; the log is its way to the run. */
static inline int cog_start(struct zx_bot *bot, void **data)
{
	*data = zx_bot_log(bot)->ud;
	return ZX_OK;
}

static inline void cog_ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	((struct run *)data)->ready++;
}

static inline void cog_event(struct zx_bot *bot, void *data, uint32_t shard,
			     enum zx_event event, struct zx_str d)
{
	(void)bot, (void)shard, (void)event, (void)d;
	((struct run *)data)->events++;
}

static inline void cog_stop(struct zx_bot *bot, void *data)
{
	struct run *r = data;

	zx_bot_info(bot, &r->info);
	r->stopped++;
}

static const struct zx_cog watcher = {
	.name = "Watcher",
	.start = cog_start,
	.event = cog_event,
	.ready = cog_ready,
	.stop = cog_stop,
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
			zx_bot_stop(r->bot, r->ask == 1);
		err = zx_bot_step(r->bot, -1);
	}
	r->err = err;
	return NULL;
}

/* State of one test ------------------------------------------------------ */

struct test {
	struct zx_sandbox *box;
	struct zx_log log;
	char state[64];
};

static inline void open_test(struct test *t, struct zx_sandbox_options *o)
{
	snprintf(t->state, sizeof(t->state), "%s/zx-bot-%ld-%p.db",
		 zx_test_dir(), (long)getpid(), (void *)t);
	unlink(t->state);
	assert_err(zx_sandbox_start(&t->box, o), ZX_OK);
}

static inline void close_test(struct test *t)
{
	struct zx_sandbox_stats s;
	struct zx_buf text;

	if (t->box) {
		zx_sandbox_stats(t->box, &s);
		zx_buf_init(&text, NULL, 0);
		if (s.violations) {
			zx_sandbox_state(t->box, &text);
			print_error("%s\n", zx_buf_cstr(&text));
		}
		zx_buf_release(&text);
		assert_int_equal(s.violations, 0);
		zx_sandbox_stop(t->box);
	}
	unlink(t->state);
}

static inline struct zx_bot_options options(struct test *t)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;

	o.token = zx_sandbox_token(t->box);
	o.api_url = zx_sandbox_api_url(t->box);
	o.state_path = t->state;
	o.intents_fallback = 1;
	o.compression = ZX_COMPRESS_ZSTD_STREAM;
	o.shard_count = 1;
	return o;
}

static inline void begin(struct run *r, struct test *t,
			 struct zx_bot_options *o)
{
	memset(r, 0, sizeof(*r));
	zx_buf_init(&r->log, NULL, 0);
	pthread_mutex_init(&r->lock, NULL);
	t->log =
		(struct zx_log){ .line = on_log, .ud = r, .max = ZX_LOG_DEBUG };
	o->log = &t->log;
	assert_err(zx_bot_new(&r->bot, o), ZX_OK);
	assert_err(zx_bot_add_cog(r->bot, zx_cog_core()), ZX_OK);
	assert_err(zx_bot_add_cog(r->bot, &watcher), ZX_OK);
	assert_int_equal(pthread_create(&r->thread, NULL, run_bot, r), 0);
}

static inline void stop(struct run *r, int resumable)
{
	r->ask = resumable ? 1 : 2;
	zx_bot_wake(r->bot);
	pthread_join(r->thread, NULL);
	if (r->err != ZX_E_CLOSED)
		print_error("%s\n%s", zx_bot_error(r->bot),
			    zx_buf_cstr(&r->log));
	assert_err(r->err, ZX_E_CLOSED);
	zx_bot_free(r->bot);
	assert_int_equal(r->stopped, 1);
	zx_buf_release(&r->log);
	pthread_mutex_destroy(&r->lock);
}

#define WAIT_FOR(condition)                                                    \
	do {                                                                   \
		zx_time until_ = zx_clock() + WAIT_MS;                         \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			usleep(2000);                                          \
		}                                                              \
	} while (0)

static inline void start(struct run *r, struct test *t)
{
	struct zx_bot_options o = options(t);

	begin(r, t, &o);
	WAIT_FOR(r->ready);
}

/* The bot's next message in a channel has this in it. */
static inline void says(struct test *t, const char *what)
{
	struct zx_buf body;

	zx_buf_init(&body, NULL, 0);
	assert_err(zx_sandbox_expect(t->box, "POST /channels/{id}/messages",
				     WAIT_MS, &body),
		   ZX_OK);
	if (!strstr(zx_buf_cstr(&body), what))
		print_error("wanted %s in %s\n", what, zx_buf_cstr(&body));
	assert_non_null(strstr(zx_buf_cstr(&body), what));
	zx_buf_release(&body);
}

static inline void slash(struct test *t, enum zx_sandbox_who who,
			 const char *command, const char *args,
			 const char *want)
{
	struct zx_buf body;
	uint64_t id;

	zx_buf_init(&body, NULL, 0);
	assert_err(zx_sandbox_slash(t->box, zx_sandbox_user(t->box, who), 0,
				    command, args, &id),
		   ZX_OK);
	assert_err(zx_sandbox_answer(t->box, id, WAIT_MS, &body), ZX_OK);
	if (!strstr(zx_buf_cstr(&body), want))
		print_error("wanted %s in %s\n", want, zx_buf_cstr(&body));
	assert_non_null(strstr(zx_buf_cstr(&body), want));
	zx_buf_release(&body);
}

static inline struct zx_sandbox_stats stats(struct test *t)
{
	struct zx_sandbox_stats s;

	zx_sandbox_stats(t->box, &s);
	return s;
}

#endif
