/* SPDX-License-Identifier: MIT
 *
 * Several bots in one process share nothing: two in one thread with allocators
 * of their own, four in threads of their own. Also run by `make tsan`.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper/zx_test.h"
#include "zoryx/bot.h"
#include "zoryx/net.h"
#include "zoryx/sandbox.h"
#include "zoryx/shard_monitor.h"

enum { THREADS = 4, QUESTIONS = 4, WAIT_MS = 60000 };

/* An allocator that knows whose it is. */
struct own {
	struct fail_alloc mem;
	struct zx_alloc alloc;
	pthread_t thread;
	size_t strangers; /* calls from other threads */
};

struct guest {
	struct zx_sandbox *box;
	struct zx_bot *bot;
	struct own own;
	struct zx_log log;
	char state[64];
	atomic_int ready, stop;
	int err;
	pthread_t thread;
};

static void *own_realloc(void *ud, void *p, size_t n)
{
	struct own *o = ud;

	o->strangers += !pthread_equal(o->thread, pthread_self());
	return o->mem.alloc.realloc(o->mem.alloc.ud, p, n);
}

static int on_start(struct zx_bot *bot, void **data)
{
	*data = (void *)zx_bot_log(bot)->ud;
	return ZX_OK;
}

static void on_ready(struct zx_bot *bot, void *data)
{
	struct guest *g = data;

	(void)bot;
	g->ready = 1;
}

static const struct zx_cog watcher = {
	.name = "Watcher",
	.start = on_start,
	.ready = on_ready,
};

static void on_log(enum zx_log_level level, const char *module,
		   const char *text, void *ud)
{
	(void)level, (void)module, (void)text, (void)ud;
}

static void guest_init(struct guest *g, unsigned i)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	memset(g, 0, sizeof(*g));
	o.seed = i + 1;
	assert_err(zx_sandbox_start(&g->box, &o), ZX_OK);
	snprintf(g->state, sizeof(g->state), "%s/zx-threads-%ld-%u.db",
		 zx_test_dir(), (long)getpid(), i);
	unlink(g->state);
	fail_alloc_init(&g->own.mem);
	g->own.alloc = (struct zx_alloc){ own_realloc, &g->own };
}

static void guest_release(struct guest *g)
{
	zx_sandbox_stop(g->box);
	unlink(g->state);
	assert_true(g->own.mem.calls > 100);
	assert_int_equal(g->own.strangers, 0);
	fail_alloc_check(&g->own.mem);
}

/* In the thread that is to own the bot. */
static int guest_open(struct guest *g)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;

	g->own.thread = pthread_self();
	g->log = (struct zx_log){ on_log, g, ZX_LOG_ERROR };
	o.token = zx_sandbox_token(g->box);
	o.api_url = zx_sandbox_api_url(g->box);
	o.state_path = g->state;
	o.intents_fallback = 1;
	o.shard_count = 1;
	o.alloc = &g->own.alloc;
	o.log = &g->log;
	g->err = zx_bot_new(&g->bot, &o);
	if (!g->err)
		g->err = zx_bot_add_cog(g->bot, zx_cog_core());
	if (!g->err)
		g->err = zx_bot_add_cog(g->bot, zx_cog_shard_monitor());
	if (!g->err)
		g->err = zx_bot_add_cog(g->bot, &watcher);
	if (!g->err)
		g->err = zx_bot_start(g->bot);
	return g->err;
}

static void guest_asks(struct guest *g)
{
	assert_err(zx_sandbox_say(g->box, 0, 0, "!ping", NULL), ZX_OK);
}

static int guest_answered(struct guest *g, uint32_t wait_ms)
{
	return zx_sandbox_expect(g->box, "POST /channels/{id}/messages",
				 wait_ms, NULL) == ZX_OK;
}

/* Turns of both until they have what is asked for. */
#define TURNS_UNTIL(condition)                                                 \
	do {                                                                   \
		zx_time until_ = zx_clock() + WAIT_MS;                         \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			assert_err(zx_bot_step(a->bot, 5), ZX_OK);             \
			assert_err(zx_bot_step(b->bot, 5), ZX_OK);             \
		}                                                              \
	} while (0)

static void threads__two_bots_with_two_allocators_in_one_loop(void **state)
{
	struct guest two[2], *a = &two[0], *b = &two[1];
	int i;

	(void)state;
	guest_init(a, 0);
	guest_init(b, 1);
	assert_err(guest_open(a), ZX_OK);
	assert_err(guest_open(b), ZX_OK);
	TURNS_UNTIL(a->ready && b->ready);
	for (i = 0; i < QUESTIONS; i++) {
		guest_asks(a);
		guest_asks(b);
		TURNS_UNTIL(guest_answered(a, 1));
		TURNS_UNTIL(guest_answered(b, 1));
	}
	/* The first one goes, the other stays. */
	zx_bot_free(a->bot);
	guest_asks(b);
	a = b;
	TURNS_UNTIL(guest_answered(b, 1));
	zx_bot_free(b->bot);
	guest_release(&two[0]);
	guest_release(&two[1]);
}

static void *run_guest(void *ud)
{
	struct guest *g = ud;

	if (!guest_open(g))
		do {
			if (g->stop)
				zx_bot_stop(g->bot, 0);
			g->err = zx_bot_step(g->bot, -1);
		} while (!g->err);
	zx_bot_free(g->bot);
	return NULL;
}

static void threads__four_with_a_bot_each(void **state)
{
	struct guest guest[THREADS];
	int i, n;

	(void)state;
	for (i = 0; i < THREADS; i++)
		guest_init(&guest[i], (unsigned)i);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&guest[i].thread, NULL,
						run_guest, &guest[i]),
				 0);
	for (i = 0; i < THREADS; i++)
		for (n = 0; !guest[i].ready; n++) {
			assert_true(n < WAIT_MS / 5);
			usleep(5000);
		}
	for (n = 0; n < QUESTIONS; n++) {
		for (i = 0; i < THREADS; i++)
			guest_asks(&guest[i]);
		for (i = 0; i < THREADS; i++)
			assert_true(guest_answered(&guest[i], WAIT_MS));
	}
	for (i = 0; i < THREADS; i++) {
		guest[i].stop = 1;
		zx_bot_wake(guest[i].bot);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(guest[i].thread, NULL);
		assert_err(guest[i].err, ZX_E_CLOSED);
		guest_release(&guest[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			threads__two_bots_with_two_allocators_in_one_loop),
		cmocka_unit_test(threads__four_with_a_bot_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
