/* SPDX-License-Identifier: MIT
 *
 * Backups of a bot that runs out of memory: at its start, and at any moment of
 * a capture. Then there is the snapshot or there is not, and the bot goes on.
 */
#include <unistd.h>

#include "helper/fail_alloc.h"
#include "helper/zx_test.h"
#include "zoryx/backup_restore.h"
#include "zoryx/sandbox.h"

static char path[64];

static int begin_and_end(const struct zx_alloc *a, void *ud)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *b;
	int err;

	(void)ud;
	o.token = "abc";
	o.api_url = "http://127.0.0.1:1";
	o.state_path = path;
	o.alloc = a;
	err = zx_bot_new(&b, &o);
	if (!err)
		err = zx_bot_add_cog(b, zx_cog_backup_restore());
	if (!err)
		err = zx_bot_start(b);
	zx_bot_free(b);
	return err;
}

static void backup__any_allocation_at_the_start_may_fail(void **state)
{
	(void)state;
	fail_alloc_each_lenient(begin_and_end, NULL);
}

/* A bot that is stepped here. */
struct bot {
	struct zx_sandbox *box;
	struct zx_bot *bot;
	struct fail_alloc f;
	int ready, done, err;
	char id[13];
};

static int cog_start(struct zx_bot *bot, void **data)
{
	*data = zx_bot_log(bot)->ud;
	return ZX_OK;
}

static void cog_ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	((struct bot *)data)->ready = 1;
}

static const struct zx_cog watcher = { .name = "Watcher",
				       .start = cog_start,
				       .ready = cog_ready };

static void quiet(enum zx_log_level level, const char *module, const char *text,
		  void *ud)
{
	(void)level, (void)module, (void)text, (void)ud;
}

static void step_until(struct bot *b, const int *what)
{
	zx_time until = zx_clock() + 20000;

	while (!*what && zx_clock() < until)
		assert_err(zx_bot_step(b->bot, 50), ZX_OK);
	assert_true(*what);
}

static void on_done(const struct zx_backup_result *r, void *ud)
{
	struct bot *b = ud;

	assert_int_equal(b->done, 0);
	assert_true(!r->err || *r->error);
	b->done = 1;
	b->err = r->err;
	memcpy(b->id, r->id, sizeof(b->id));
}

static int get_part(const unsigned char hash[32], struct zx_buf *out, void *ud)
{
	return zx_state_part_get(ud, hash, out);
}

static int whole(const struct zx_state_snapshot *snap, void *ud)
{
	struct zx_guild_store store = { .get = get_part, .ud = ud };
	struct zx_guild_verified v;

	assert_err(zx_guild_verify(snap->manifest, snap->hash, &store, NULL, &v,
				   NULL, NULL),
		   ZX_OK);
	return 0;
}

/* What is there is whole, and is what was said; then it goes. */
static void look(struct bot *b)
{
	struct zx_state *s = zx_bot_state(b->bot);
	uint64_t guild = zx_sandbox_guild(b->box, 0);

	assert_err(zx_state_snap_each(s, guild, whole, s), ZX_OK);
	if (!b->err)
		assert_err(zx_state_snap_delete(s, guild, b->id), ZX_OK);
}

/* ZX_STEP=1 for every single one. */
static void backup__any_allocation_during_a_capture_may_fail(void **state)
{
	const char *text = getenv("ZX_STEP");
	size_t step = text ? (size_t)atoi(text) : 29;
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_backup_request q = ZX_BACKUP_REQUEST_INIT;
	struct bot b = { .ready = 0 };
	struct zx_log log = { quiet, &b, ZX_LOG_ERROR };
	unsigned failed = 0, made = 0;

	(void)state;
	so.guilds = 1;
	so.no_rate_limits = 1;
	assert_err(zx_sandbox_start(&b.box, &so), ZX_OK);
	fail_alloc_init(&b.f);
	o.token = zx_sandbox_token(b.box);
	o.api_url = zx_sandbox_api_url(b.box);
	o.state_path = path;
	o.shard_count = 1;
	o.alloc = &b.f.alloc;
	o.log = &log;
	assert_err(zx_bot_new(&b.bot, &o), ZX_OK);
	assert_err(zx_bot_add_cog(b.bot, zx_cog_backup_restore()), ZX_OK);
	assert_err(zx_bot_add_cog(b.bot, &watcher), ZX_OK);
	assert_err(zx_bot_start(b.bot), ZX_OK);
	step_until(&b, &b.ready);
	q.guild = zx_sandbox_guild(b.box, 0);
	for (size_t at = 1;; at += step) {
		b.done = 0;
		fail_alloc_once(&b.f, at);
		b.err = zx_backup_create(b.bot, &q, on_done, &b);
		if (!b.err)
			step_until(&b, &b.done);
		made += !b.err;
		failed += b.err != ZX_OK;
		if (!b.f.failed)
			break;
		fail_alloc_once(&b.f, 0);
		look(&b);
	}
	assert_err(b.err, ZX_OK);
	print_message("# %u made, %u failed\n", made, failed);
	assert_true(failed > 0 && made > 0);
	zx_bot_stop(b.bot, 0);
	while (!zx_bot_step(b.bot, 50))
		continue;
	zx_bot_free(b.bot);
	fail_alloc_check(&b.f);
	zx_sandbox_stop(b.box);
}

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/zx-memory-%ld.db", (long)getpid());
	unlink(path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			backup__any_allocation_at_the_start_may_fail, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			backup__any_allocation_during_a_capture_may_fail, setup,
			teardown),
	};

	return cmocka_run_group_tests_name("backup memory", tests, NULL, NULL);
}
