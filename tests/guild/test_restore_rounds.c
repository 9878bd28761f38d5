/* SPDX-License-Identifier: MIT
 *
 * Rounds: what others delete and change while a restore runs is brought back by
 * the same restore, with one journal and one way back.
 */
#include "guild/restore_sim_story.h"
#include "helper/fail_alloc.h"
#include "helper/fail_alloc.h"

static unsigned writes_of_it(void)
{
	struct story t;
	unsigned n;

	story_begin(&t);
	assert_true(story_live(&t));
	n = t.s.writes;
	sim_end(&t.s);
	story_end(&t);
	return n;
}

static void C11__what_others_delete_meanwhile_is_there_at_the_end(void **state)
{
	unsigned n = writes_of_it(), rounds = 0;
	struct story t;

	(void)state;
	for (unsigned at = 1; at <= n; at += 5) {
		story_begin(&t);
		t.at = at;
		t.others = story_delete_some;
		story_carry_out(&t);
		rounds += zx_plan_rounds(t.plan) - 1;
		assert_int_equal(story_report(&t).failed, 0);
		assert_int_equal(story_report(&t).stopped, 0);
		if (story_differs(&t, 1))
			fail_msg("others came after write %u", at);
		sim_end(&t.s);
		sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.target);
		story_end(&t);
	}
	assert_true(rounds > n / 10);
}

/* Killed at instant k; nonzero when it came to its end before. */
static int killed_at(uint64_t k)
{
	struct story t;
	int lived;

	story_begin(&t);
	t.at = 60;
	t.others = story_delete_some;
	t.s.kill_at = k;
	story_carry_out(&t);
	lived = t.s.kill_at != 0;
	if (story_differs(&t, 1))
		fail_msg("killed at %" PRIu64, k);
	sim_end(&t.s);
	sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.target);
	story_end(&t);
	return lived;
}

static void C02__killed_in_any_round_nothing_is_twice_or_lost(void **state)
{
	(void)state;
	for (uint64_t k = 1; !killed_at(k); k += 29)
		;
}

static void rounds__one_journal_and_one_report_hold_them_all(void **state)
{
	struct zx_restore_result r;
	struct zx_plan_op op;
	size_t first, stop, k;
	struct zx_buf text;
	struct story t;

	(void)state;
	story_begin(&t);
	t.at = 60;
	t.others = story_delete_some;
	story_carry_out(&t);
	assert_int_equal(zx_plan_rounds(t.plan), 2);
	assert_true(zx_plan_round(t.plan, 1, &first, &stop));
	assert_false(zx_plan_round(t.plan, 2, &k, &k));
	assert_int_equal(stop, zx_plan_count(t.plan));
	for (k = first; k < stop; k++) {
		assert_true(zx_plan_op(t.plan, k, &op));
		assert_int_equal(op.id, k + 1);
		assert_err(zx_restore_run_result(t.s.run, op.id, &r), ZX_OK);
		if (op.act != ZX_ACT_NONE)
			assert_true(r.outcome == ZX_OUTCOME_DONE ||
				    r.outcome == ZX_OUTCOME_FOUND);
	}
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_restore_run_text(t.s.run, 0, mem_append, &text), ZX_OK);
	assert_non_null(strstr(zx_buf_cstr(&text), "(round 2) create role"));
	assert_non_null(strstr(zx_buf_cstr(&text), "rounds "));
	zx_buf_release(&text);
	sim_end(&t.s);
	story_end(&t);
}

static void rounds__a_journal_goes_with_its_plan_alone(void **state)
{
	struct zx_restore_run *run;
	struct zx_plan *grown, *more;
	struct story t;
	int err = ZX_OK;

	(void)state;
	story_begin(&t);
	assert_true(story_live(&t));
	story_remember(&t);
	story_delete_some(&t);
	more = story_plan(&t);
	assert_err(zx_plan_add_round(&grown, t.plan, more), ZX_OK);
	sim_end(&t.s);
	/* What was written of the first round is of the grown plan as well. */
	assert_true(sim_live(&t.s, grown));
	sim_end(&t.s);
	/* But not the other way round. */
	assert_err(zx_restore_run_new(&run, t.plan, NULL, 0), ZX_OK);
	for (size_t i = 0; !err && i < t.s.records; i++)
		err = zx_restore_run_replay(run, zx_buf_str(&t.s.journal[i]));
	assert_err(err, ZX_E_CORRUPT);
	zx_restore_run_free(run);
	zx_plan_free(grown);
	zx_plan_free(more);
	story_end(&t);
}

static void rounds__what_is_refused_is_not_asked_for_again(void **state)
{
	struct zx_plan *more;
	struct story t;

	(void)state;
	story_begin_into(&t, "everything,empty",
			 ZX_RESTORE_ROLES | ZX_RESTORE_EMOJIS, 0, NULL);
	assert_err(zx_sandbox_fault(t.s.box,
				    "{\"fault\":\"rest_error\",\"status\":403,"
				    "\"code\":50013,\"times\":0,"
				    "\"route\":\"POST /guilds/{id}/emojis\"}"),
		   ZX_OK);
	assert_true(story_live(&t));
	assert_true(story_report(&t).failed > 0);
	story_remember(&t);
	more = story_plan(&t);
	assert_false(zx_plan_empty(more));
	assert_int_equal(zx_restore_run_another(t.s.run, more), 0);
	zx_plan_free(more);
	/* With something else in it, it has its turn again. */
	story_delete_some(&t);
	assert_int_equal(story_another(&t), 1);
	sim_control(&t.s, "DELETE", "/sandbox/faults", "");
	assert_true(story_live(&t));
	assert_int_equal(story_report(&t).failed, 0);
	assert_int_equal(story_another(&t), 0);
	assert_int_equal(story_differs(&t, 1), 0);
	sim_end(&t.s);
	story_end(&t);
}

static void change_one(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH", "/channels/{channel:off-topic}",
	       "{'rate_limit_per_user':7}");
}

static void rounds__what_does_not_stay_as_it_is_set_is_set_twice(void **state)
{
	struct story t;

	(void)state;
	story_begin_into(&t, "everything", ZX_RESTORE_CHANNELS, 1, change_one);
	for (unsigned round = 1; round <= 2; round++) {
		assert_true(story_live(&t));
		change_one(&t);
		assert_int_equal(story_another(&t), round == 1);
	}
	assert_int_equal(zx_plan_rounds(t.plan), 2);
	assert_int_equal(story_differs(&t, 0), 1);
	sim_end(&t.s);
	story_end(&t);
}

static void rounds__who_never_stops_deleting_is_not_fought_for_ever(void **st)
{
	unsigned rounds = 1;
	struct story t;

	(void)st;
	story_begin_into(&t, "everything,empty", ZX_RESTORE_ROLES, 0, NULL);
	for (;; rounds++) {
		assert_true(rounds <= ZX_PLAN_ROUNDS);
		assert_true(story_live(&t));
		story_delete_some(&t);
		if (!story_another(&t))
			break;
	}
	assert_int_equal(rounds, ZX_PLAN_ROUNDS);
	sim_end(&t.s);
	story_end(&t);
}

static void rounds__what_cannot_be_one_is_refused(void **state)
{
	struct zx_plan *more, *grown, *back;
	struct story t;

	(void)state;
	story_begin(&t);
	assert_true(story_live(&t));
	story_remember(&t);
	more = story_plan(&t);
	assert_true(zx_plan_empty(more));
	assert_err(zx_plan_add_round(&grown, t.plan, more), ZX_E_STATE);
	assert_null(grown);
	zx_plan_free(more);
	story_delete_some(&t);
	more = story_plan(&t);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	assert_err(zx_plan_add_round(&grown, back, more), ZX_E_INVALID);
	assert_err(zx_plan_add_round(&grown, t.plan, back), ZX_E_INVALID);
	sim_end(&t.s);
	for (int i = 1; i < ZX_PLAN_ROUNDS; i++) {
		assert_err(zx_plan_add_round(&grown, t.plan, more), ZX_OK);
		zx_plan_free(t.plan);
		t.plan = grown;
	}
	assert_err(zx_plan_add_round(&grown, t.plan, more), ZX_E_LIMIT);
	assert_err(zx_plan_add_round(&grown, more, t.plan), ZX_E_STATE);
	zx_plan_free(back);
	zx_plan_free(more);
	story_end(&t);
}

/* A text whose rounds are not where they may be. */
static void rounds__a_damaged_text_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
	} wrong[] = {
		{ "\"rounds\":[{\"first\":", "\"rounds\":[{\"first\":9" },
		{ "\"rounds\":[{\"first\":",
		  "\"rounds\":[{\"first\":0,\"a\":" },
		{ "\"rounds\":[{\"first\":", "\"rounds\":[{},{\"first\":" },
	};
	struct zx_plan *more, *grown;
	struct zx_buf text, bad;
	struct story t;

	(void)state;
	story_begin(&t);
	assert_true(story_live(&t));
	story_remember(&t);
	story_delete_some(&t);
	more = story_plan(&t);
	assert_err(zx_plan_add_round(&grown, t.plan, more), ZX_OK);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_plan_write(grown, mem_append, &text, NULL), ZX_OK);
	zx_plan_free(grown);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *at = strstr(zx_buf_cstr(&text), wrong[i].from);

		assert_non_null(at);
		zx_buf_init(&bad, NULL, 0);
		zx_buf_add(&bad, text.ptr, (size_t)(at - text.ptr));
		zx_buf_addc(&bad, wrong[i].to);
		zx_buf_addc(&bad, at + strlen(wrong[i].from));
		assert_err(zx_plan_read(&grown, zx_buf_str(&bad), NULL),
			   ZX_E_CORRUPT);
		zx_buf_release(&bad);
	}
	zx_buf_release(&text);
	zx_plan_free(more);
	sim_end(&t.s);
	story_end(&t);
}

struct texts {
	struct zx_buf plan, more;
};

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_plan *p = NULL, *more = NULL, *grown = NULL, *copy = NULL;
	struct zx_plan *back = NULL;
	struct zx_restore_run *run = NULL;
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;
	struct texts *t = ud;
	struct zx_buf text;
	int err = zx_plan_read(&p, zx_buf_str(&t->plan), a);

	zx_buf_init(&text, a, 0);
	o.alloc = a;
	if (!err)
		err = zx_plan_read(&more, zx_buf_str(&t->more), a);
	if (!err)
		err = zx_plan_add_round(&grown, p, more);
	if (!err)
		err = zx_plan_write(grown, mem_append, &text, NULL);
	if (!err)
		err = zx_plan_read(&copy, zx_buf_str(&text), a);
	if (!err)
		err = zx_restore_run_new(&run, copy, &o, 0);
	if (!err)
		err = zx_restore_run_another(run, more) == ZX_E_NOMEM
			      ? ZX_E_NOMEM
			      : ZX_OK;
	if (!err)
		err = zx_restore_run_undo(&back, run, "abcdefabcdef");
	zx_plan_free(back);
	zx_restore_run_free(run);
	zx_buf_release(&text);
	zx_plan_free(copy);
	zx_plan_free(grown);
	zx_plan_free(more);
	zx_plan_free(p);
	return err;
}

static void rounds__each_refused_allocation_is_told(void **state)
{
	struct zx_plan *more;
	struct texts texts;
	struct story t;

	(void)state;
	story_begin_into(&t, "everything,empty", ZX_RESTORE_ROLES, 0, NULL);
	assert_true(story_live(&t));
	story_remember(&t);
	story_delete_some(&t);
	more = story_plan(&t);
	zx_buf_init(&texts.plan, NULL, 0);
	zx_buf_init(&texts.more, NULL, 0);
	assert_err(zx_plan_write(t.plan, mem_append, &texts.plan, NULL), ZX_OK);
	assert_err(zx_plan_write(more, mem_append, &texts.more, NULL), ZX_OK);
	fail_alloc_each(scenario, &texts);
	zx_buf_release(&texts.plan);
	zx_buf_release(&texts.more);
	zx_plan_free(more);
	sim_end(&t.s);
	story_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			C11__what_others_delete_meanwhile_is_there_at_the_end),
		cmocka_unit_test(
			C02__killed_in_any_round_nothing_is_twice_or_lost),
		cmocka_unit_test(
			rounds__one_journal_and_one_report_hold_them_all),
		cmocka_unit_test(rounds__a_journal_goes_with_its_plan_alone),
		cmocka_unit_test(
			rounds__what_is_refused_is_not_asked_for_again),
		cmocka_unit_test(
			rounds__what_does_not_stay_as_it_is_set_is_set_twice),
		cmocka_unit_test(
			rounds__who_never_stops_deleting_is_not_fought_for_ever),
		cmocka_unit_test(rounds__what_cannot_be_one_is_refused),
		cmocka_unit_test(rounds__a_damaged_text_is_refused),
		cmocka_unit_test(rounds__each_refused_allocation_is_told),
	};

	return cmocka_run_group_tests_name("restore_rounds", tests, NULL, NULL);
}
