/* SPDX-License-Identifier: MIT
 *
 * The plan of a restore that is finished is empty: whatever the server can or
 * cannot have, and however it was asked for.
 */
#include "guild/restore_sim.h"
#include "zoryx/python.h"

struct story {
	struct sim s;
	uint64_t source, target;
	struct sim_snapshot snap;
	struct zx_restore_options o;
};

static void begin(struct story *t, const char *kinds)
{
	memset(t, 0, sizeof(*t));
	sim_open(&t->s, kinds, 7);
	t->source = zx_sandbox_guild(t->s.box, 0);
	t->target = zx_sandbox_guild(t->s.box, 1);
	sim_snapshot(&t->s, t->source, &t->snap);
	t->o = sim_options(&t->s, t->target);
	t->o.what = ZX_RESTORE_ALL;
}

static void end(struct story *t)
{
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
}

static struct zx_plan *plan(struct story *t)
{
	struct sim_snapshot live;
	struct zx_plan *p;

	t->o.now = zx_sandbox_wall(t->s.box);
	zx_guild_id_new(&t->s.rand, t->o.id);
	sim_snapshot(&t->s, t->target, &live);
	assert_err(zx_plan_new(&p, &t->snap.r, &live.r, &t->o), ZX_OK);
	sim_snapshot_release(&live);
	return p;
}

static void show(const struct zx_plan *p)
{
	struct zx_plan_op op;
	struct zx_buf line;

	zx_buf_init(&line, NULL, 0);
	for (size_t i = 0; zx_plan_op(p, i, &op); i++) {
		if (op.act == ZX_ACT_NONE)
			continue;
		zx_buf_clear(&line);
		zx_plan_line(&op, &line);
		print_message("# %s %.*s (was %.*s)\n", zx_buf_cstr(&line),
			      ZX_ARG(op.body), ZX_ARG(op.before));
	}
	zx_buf_release(&line);
}

/* Carried out, it leaves nothing to do. Returns how many changes there were. */
static uint32_t once_and_again(struct story *t)
{
	struct zx_plan *p = plan(t), *again;
	uint32_t changes = zx_plan_totals(p)->changes;

	assert_false(zx_plan_blocked(p));
	sim_forget(&t->s);
	assert_true(sim_live(&t->s, p));
	assert_err(t->s.err, ZX_OK);
	sim_end(&t->s);
	again = plan(t);
	show(again);
	assert_true(zx_plan_empty(again));
	zx_plan_free(again);
	zx_plan_free(p);
	return changes;
}

static void twice(const char *kinds)
{
	struct story t;

	begin(&t, kinds);
	assert_true(once_and_again(&t) > 40);
	/* Nor when it is wanted to the letter. */
	t.o.role_sync = t.o.update = 1;
	once_and_again(&t);
	end(&t);
}

static void C04__into_an_empty_server(void **state)
{
	(void)state;
	twice("everything,empty");
}

static void C04__who_may_use_an_emoji_is_as_it_was(void **state)
{
	struct story t;

	(void)state;
	begin(&t, "everything,empty");
	t.target = t.source;
	t.o = sim_options(&t.s, t.target);
	t.o.what = ZX_RESTORE_EMOJIS;
	sim_as(&t.s, 0, t.target, "PATCH",
	       "/guilds/{guild}/emojis/{emoji:violet}",
	       "{'roles':['{role:Member}']}");
	assert_int_equal(once_and_again(&t), 0);
	t.o.update = 1;
	assert_int_equal(once_and_again(&t), 1);
	end(&t);
}

static void C04__into_one_without_boosts(void **state)
{
	(void)state;
	twice("everything,unboosted");
}

static void C04__into_one_with_a_channel(void **state)
{
	(void)state;
	twice("everything,bare");
}

static void C04__into_a_lively_one(void **state)
{
	struct story t;

	(void)state;
	begin(&t, "plain,plain");
	t.o.role_sync = t.o.update = 1;
	once_and_again(&t);
	end(&t);
}

static void C04__each_part_alone(void **state)
{
	struct story t;

	(void)state;
	for (unsigned part = 0; part < 17; part++) {
		begin(&t, "everything,empty");
		t.o.what = 1u << part;
		once_and_again(&t);
		end(&t);
	}
}

/* A file of the Python framework, which knows no @everyone and no types. */
static void from_python(struct story *t)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_written out;
	struct zx_guild_writer *w;
	struct zx_buf file;
	char why[128];
	FILE *f = fopen("tests/guild/data/0123456789ab.json", "rb");

	assert_non_null(f);
	zx_buf_init(&file, NULL, 0);
	file.len = fread(zx_buf_room(&file, 1 << 16), 1, 1 << 16, f);
	fclose(f);
	o.store = t->s.store;
	o.guild = 1000000000000000000;
	assert_err(zx_guild_writer_new(&w, &o), ZX_OK);
	assert_err(zx_python_read(zx_buf_str(&file), w, NULL, why), ZX_OK);
	assert_err(zx_guild_finish(w, &out), ZX_OK);
	zx_buf_clear(&t->snap.manifest);
	zx_buf_adds(&t->snap.manifest, out.manifest);
	assert_err(zx_guild_open(&t->snap.r, out.manifest, &t->s.store, NULL),
		   ZX_OK);
	zx_guild_writer_free(w);
	zx_buf_release(&file);
}

static void C04__of_a_file_of_the_python_framework(void **state)
{
	struct story t;

	(void)state;
	begin(&t, "everything,empty");
	from_python(&t);
	/* Its sticker is no real image, and here is no host for settings. */
	t.o.what &= ~(unsigned)(ZX_RESTORE_STICKERS | ZX_RESTORE_BOT);
	assert_true(once_and_again(&t) > 8);
	t.o.role_sync = t.o.update = 1;
	assert_int_equal(once_and_again(&t), 0);
	end(&t);
}

static int append(struct zx_str piece, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_adds(b, piece);
	return b->err;
}

/* A document is a plan as good as the plan. */
static void plan__one_that_was_read_back_is_carried_out_as_well(void **state)
{
	struct zx_plan *p, *copy;
	struct zx_buf text;
	struct story t;

	(void)state;
	begin(&t, "everything,empty");
	p = plan(&t);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_plan_write(p, append, &text, NULL), ZX_OK);
	assert_err(zx_plan_read(&copy, zx_buf_str(&text), NULL), ZX_OK);
	assert_memory_equal(zx_plan_totals(p), zx_plan_totals(copy),
			    sizeof(struct zx_plan_totals));
	sim_forget(&t.s);
	assert_true(sim_live(&t.s, copy));
	sim_end(&t.s);
	zx_plan_free(p);
	p = plan(&t);
	assert_true(zx_plan_empty(p));
	zx_plan_free(p);
	zx_plan_free(copy);
	zx_buf_release(&text);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(C04__into_an_empty_server),
		cmocka_unit_test(C04__who_may_use_an_emoji_is_as_it_was),
		cmocka_unit_test(C04__into_one_without_boosts),
		cmocka_unit_test(C04__into_one_with_a_channel),
		cmocka_unit_test(C04__into_a_lively_one),
		cmocka_unit_test(C04__each_part_alone),
		cmocka_unit_test(
			plan__one_that_was_read_back_is_carried_out_as_well),
		cmocka_unit_test(C04__of_a_file_of_the_python_framework),
	};

	return cmocka_run_group_tests_name("plan_twice", tests, NULL, NULL);
}
