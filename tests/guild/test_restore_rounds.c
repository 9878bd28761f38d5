/* SPDX-License-Identifier: MIT
 *
 * Rounds: what others delete and change while a restore runs is brought back by
 * the same restore, with one journal and one way back.
 */
#include "guild/restore_sim.h"
#include "helper/fail_alloc.h"

struct story {
	struct sim s;
	uint64_t source, target;
	struct sim_snapshot snap, before;
	struct zx_restore_options o;
	struct zx_plan *plan;
	struct zx_idmap ids;
	/* What others do, when so many writes were acted on; 0: nothing. */
	unsigned at;
	void (*others)(struct story *t);
};

static struct zx_plan *plan_now(struct story *t)
{
	struct sim_snapshot live;
	struct zx_plan *p;

	t->o.now = zx_sandbox_wall(t->s.box);
	t->o.earlier = &t->ids;
	zx_guild_id_new(&t->s.rand, t->o.id);
	sim_snapshot(&t->s, t->target, &live);
	assert_err(zx_plan_new(&p, &t->snap.r, &live.r, &t->o), ZX_OK);
	sim_snapshot_release(&live);
	return p;
}

static void begin_into(struct story *t, const char *kinds, unsigned what,
		       int rewind, void (*before)(struct story *t))
{
	memset(t, 0, sizeof(*t));
	zx_idmap_init(&t->ids, NULL);
	sim_open(&t->s, kinds, 5);
	t->source = zx_sandbox_guild(t->s.box, 0);
	t->target = zx_sandbox_guild(t->s.box, rewind ? 0 : 1);
	sim_snapshot(&t->s, t->source, &t->snap);
	sim_watch(&t->s, t->source, t->target);
	if (before)
		before(t);
	sim_snapshot(&t->s, t->target, &t->before);
	t->o = sim_options(&t->s, t->target);
	t->o.what = what;
	t->o.role_sync = t->o.update = rewind;
	t->plan = plan_now(t);
	assert_false(zx_plan_blocked(t->plan));
	assert_false(zx_plan_empty(t->plan));
}

static void begin(struct story *t)
{
	begin_into(t, "everything,empty", ZX_RESTORE_ALL, 0, NULL);
}

static void end(struct story *t)
{
	sim_no_leak(&t->s);
	zx_plan_free(t->plan);
	zx_idmap_release(&t->ids);
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
}

/* One life, in which others do what they do; nonzero when it came to the end.
 */
static int live(struct story *t)
{
	sim_begin(&t->s, t->plan);
	while (sim_step(&t->s))
		if (t->at && t->s.writes >= t->at) {
			t->at = 0;
			t->others(t);
		}
	if (!t->s.done) {
		sim_end(&t->s);
		return 0;
	}
	assert_err(t->s.err, ZX_OK);
	return 1;
}

static void remember(struct story *t)
{
	const struct zx_idmap *m = zx_restore_run_ids(t->s.run);
	const struct zx_idmap_pair *p;
	size_t at = 0;

	while ((p = zx_idmap_next(m, &at)))
		assert_err(zx_idmap_put(&t->ids, p->kind, p->from, p->to),
			   ZX_OK);
}

/* The plan is written down and read again, as by a bot. */
static void grow(struct story *t, const struct zx_plan *more)
{
	struct zx_plan *grown;
	struct zx_buf text;

	assert_err(zx_plan_add_round(&grown, t->plan, more), ZX_OK);
	sim_end(&t->s);
	zx_plan_free(t->plan);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_plan_write(grown, mem_append, &text, NULL), ZX_OK);
	zx_plan_free(grown);
	assert_err(zx_plan_read(&t->plan, zx_buf_str(&text), NULL), ZX_OK);
	zx_buf_release(&text);
}

/* The machine is done. Nonzero when there is something for another round. */
static int another(struct story *t)
{
	struct zx_plan *more;
	int rc;

	remember(t);
	more = plan_now(t);
	rc = zx_restore_run_another(t->s.run, more);
	if (rc == 1)
		grow(t, more);
	zx_plan_free(more);
	return rc;
}

static void carry_out(struct story *t)
{
	do {
		while (!live(t))
			t->s.kill_at = 0;
	} while (another(t));
}

static uint32_t still_differs(struct story *t, int tell)
{
	return sim_differs(&t->s, &t->snap.r, t->target, &t->o, &t->ids, tell);
}

static struct zx_restore_report report(struct story *t)
{
	struct zx_restore_report r;

	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	return r;
}

static void delete_some(struct story *t)
{
	static const char *const paths[] = {
		"/guilds/{guild}/roles/{role:Moderator}",
		"/channels/{channel:Staff}",
		"/channels/{channel:general}",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		sim_quietly_as(&t->s, 0, t->target, "DELETE", paths[i], NULL);
}

static unsigned writes_of_it(void)
{
	struct story t;
	unsigned n;

	begin(&t);
	assert_true(live(&t));
	n = t.s.writes;
	sim_end(&t.s);
	end(&t);
	return n;
}

static void C11__what_others_delete_meanwhile_is_there_at_the_end(void **state)
{
	unsigned n = writes_of_it(), rounds = 0;
	struct story t;

	(void)state;
	for (unsigned at = 1; at <= n; at += 5) {
		begin(&t);
		t.at = at;
		t.others = delete_some;
		carry_out(&t);
		rounds += zx_plan_rounds(t.plan) - 1;
		assert_int_equal(report(&t).failed, 0);
		assert_int_equal(report(&t).stopped, 0);
		if (still_differs(&t, 1))
			fail_msg("others came after write %u", at);
		sim_end(&t.s);
		sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.target);
		end(&t);
	}
	assert_true(rounds > n / 10);
}

/* Killed at instant k; nonzero when it came to its end before. */
static int killed_at(uint64_t k)
{
	struct story t;
	int lived;

	begin(&t);
	t.at = 60;
	t.others = delete_some;
	t.s.kill_at = k;
	carry_out(&t);
	lived = t.s.kill_at != 0;
	if (still_differs(&t, 1))
		fail_msg("killed at %" PRIu64, k);
	sim_end(&t.s);
	sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.target);
	end(&t);
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
	begin(&t);
	t.at = 60;
	t.others = delete_some;
	carry_out(&t);
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
	end(&t);
}

static void rounds__a_journal_goes_with_its_plan_alone(void **state)
{
	struct zx_restore_run *run;
	struct zx_plan *grown, *more;
	struct story t;
	int err = ZX_OK;

	(void)state;
	begin(&t);
	assert_true(live(&t));
	remember(&t);
	delete_some(&t);
	more = plan_now(&t);
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
	end(&t);
}

static void rounds__what_is_refused_is_not_asked_for_again(void **state)
{
	struct zx_plan *more;
	struct story t;

	(void)state;
	begin_into(&t, "everything,empty", ZX_RESTORE_ROLES | ZX_RESTORE_EMOJIS,
		   0, NULL);
	assert_err(zx_sandbox_fault(t.s.box,
				    "{\"fault\":\"rest_error\",\"status\":403,"
				    "\"code\":50013,\"times\":0,"
				    "\"route\":\"POST /guilds/{id}/emojis\"}"),
		   ZX_OK);
	assert_true(live(&t));
	assert_true(report(&t).failed > 0);
	remember(&t);
	more = plan_now(&t);
	assert_false(zx_plan_empty(more));
	assert_int_equal(zx_restore_run_another(t.s.run, more), 0);
	zx_plan_free(more);
	/* With something else in it, it has its turn again. */
	delete_some(&t);
	assert_int_equal(another(&t), 1);
	sim_control(&t.s, "DELETE", "/sandbox/faults", "");
	assert_true(live(&t));
	assert_int_equal(report(&t).failed, 0);
	assert_int_equal(another(&t), 0);
	assert_int_equal(still_differs(&t, 1), 0);
	sim_end(&t.s);
	end(&t);
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
	begin_into(&t, "everything", ZX_RESTORE_CHANNELS, 1, change_one);
	for (unsigned round = 1; round <= 2; round++) {
		assert_true(live(&t));
		change_one(&t);
		assert_int_equal(another(&t), round == 1);
	}
	assert_int_equal(zx_plan_rounds(t.plan), 2);
	assert_int_equal(still_differs(&t, 0), 1);
	sim_end(&t.s);
	end(&t);
}

static void rounds__who_never_stops_deleting_is_not_fought_for_ever(void **st)
{
	unsigned rounds = 1;
	struct story t;

	(void)st;
	begin_into(&t, "everything,empty", ZX_RESTORE_ROLES, 0, NULL);
	for (;; rounds++) {
		assert_true(rounds <= ZX_PLAN_ROUNDS);
		assert_true(live(&t));
		delete_some(&t);
		if (!another(&t))
			break;
	}
	assert_int_equal(rounds, ZX_PLAN_ROUNDS);
	sim_end(&t.s);
	end(&t);
}

/* Before the restore, so that there is something to rewind and to make. */
static void wreck(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH",
	       "/guilds/{guild}/roles/{role:Member}",
	       "{'name':'Members','permissions':'1024','hoist':true}");
	sim_as(&t->s, 0, t->target, "PATCH", "/guilds/{guild}/roles",
	       "[{'id':'{role:Muted}','position':9}]");
	sim_as(&t->s, 0, t->target, "PATCH", "/channels/{channel:off-topic}",
	       "{'topic':'other','rate_limit_per_user':7}");
	sim_as(&t->s, 0, t->target, "DELETE", "/channels/{channel:bot-log}",
	       NULL);
	sim_as(&t->s, 0, t->target, "DELETE",
	       "/guilds/{guild}/roles/{role:Star}", NULL);
	sim_as(&t->s, 0, t->target, "PUT",
	       "/guilds/{guild}/members/{user:member}/roles/{role:Twin}", NULL);
	sim_as(&t->s, 0, t->target, "PATCH", "/guilds/{guild}/members/{user:0}",
	       "{'nick':'Zoe','roles':[]}");
}

/* Undoes and deletes again what the first round brought back. */
static void spoil(struct story *t)
{
	sim_quietly_as(&t->s, 0, t->target, "PATCH",
		       "/guilds/{guild}/roles/{role:Member}",
		       "{'name':'Nobody','permissions':'0'}");
	sim_quietly_as(&t->s, 0, t->target, "PATCH", "/guilds/{guild}/roles",
		       "[{'id':'{role:Muted}','position':7}]");
	sim_quietly_as(&t->s, 0, t->target, "PATCH",
		       "/channels/{channel:off-topic}", "{'topic':'third'}");
	sim_quietly_as(&t->s, 0, t->target, "DELETE",
		       "/channels/{channel:bot-log}", NULL);
	sim_quietly_as(&t->s, 0, t->target, "DELETE",
		       "/guilds/{guild}/roles/{role:Star}", NULL);
	sim_quietly_as(
		&t->s, 0, t->target, "PUT",
		"/guilds/{guild}/members/{user:member}/roles/{role:Twin}",
		NULL);
	sim_quietly_as(&t->s, 0, t->target, "PATCH",
		       "/guilds/{guild}/members/{user:0}",
		       "{'nick':'Yann','roles':[]}");
}

static void C14__all_rounds_are_taken_back_together(void **state)
{
	static const char *const but[] = { " position:", NULL };
	struct zx_plan *back;
	struct story t;

	(void)state;
	begin_into(&t, "everything", ZX_RESTORE_ALL, 1, wreck);
	assert_true(live(&t));
	spoil(&t);
	assert_int_equal(another(&t), 1);
	assert_true(live(&t));
	assert_int_equal(report(&t).failed, 0);
	assert_int_equal(another(&t), 0);
	assert_int_equal(still_differs(&t, 1), 0);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	assert_int_equal(zx_plan_rounds(back), 1);
	sim_end(&t.s);
	sim_forget(&t.s);
	zx_sandbox_unwatch(t.s.box);
	assert_true(sim_live(&t.s, back));
	assert_err(t.s.err, ZX_OK);
	assert_int_equal(report(&t).failed, 0);
	assert_int_equal(report(&t).stopped, 0);
	sim_end(&t.s);
	sim_same(&t.s, &t.before.r, t.target, but);
	zx_plan_free(back);
	end(&t);
}

static void rounds__what_cannot_be_one_is_refused(void **state)
{
	struct zx_plan *more, *grown, *back;
	struct story t;

	(void)state;
	begin(&t);
	assert_true(live(&t));
	remember(&t);
	more = plan_now(&t);
	assert_true(zx_plan_empty(more));
	assert_err(zx_plan_add_round(&grown, t.plan, more), ZX_E_STATE);
	assert_null(grown);
	zx_plan_free(more);
	delete_some(&t);
	more = plan_now(&t);
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
	end(&t);
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
	begin(&t);
	assert_true(live(&t));
	remember(&t);
	delete_some(&t);
	more = plan_now(&t);
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
	end(&t);
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
	begin_into(&t, "everything,empty", ZX_RESTORE_ROLES, 0, NULL);
	assert_true(live(&t));
	remember(&t);
	delete_some(&t);
	more = plan_now(&t);
	zx_buf_init(&texts.plan, NULL, 0);
	zx_buf_init(&texts.more, NULL, 0);
	assert_err(zx_plan_write(t.plan, mem_append, &texts.plan, NULL), ZX_OK);
	assert_err(zx_plan_write(more, mem_append, &texts.more, NULL), ZX_OK);
	fail_alloc_each(scenario, &texts);
	zx_buf_release(&texts.plan);
	zx_buf_release(&texts.more);
	zx_plan_free(more);
	sim_end(&t.s);
	end(&t);
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
		cmocka_unit_test(C14__all_rounds_are_taken_back_together),
		cmocka_unit_test(rounds__what_cannot_be_one_is_refused),
		cmocka_unit_test(rounds__a_damaged_text_is_refused),
		cmocka_unit_test(rounds__each_refused_allocation_is_told),
	};

	return cmocka_run_group_tests_name("restore_rounds", tests, NULL, NULL);
}
