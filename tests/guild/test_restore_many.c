/* SPDX-License-Identifier: MIT
 *
 * Channels with more overwrites than a request takes, made against the sandbox:
 * carried out, interrupted, finished and taken back, while nobody may see what
 * is hidden from them.
 */
#include "guild/restore_sim_many.h"

/* -------------------------------------------------------------------------- */

static void restore__more_than_100_overwrites_are_all_there_again(void **state)
{
	static void (*const make[])(struct many *) = { many_vault, many_den,
						       many_tickets, many_attic,
						       NULL };
	static const char *const lose[] = { MANY_VAULT,
					    "/channels/{channel:den}",
					    "/channels/{channel:Tickets}",
					    "/channels/{channel:box}",
					    "/channels/{channel:lid}",
					    "/channels/{channel:Attic}",
					    "/guilds/{guild}/roles/{role:In}",
					    NULL };
	struct zx_restore_report r;
	struct many t;

	(void)state;
	many_begin(&t, make, lose);
	many_carry_out(&t);
	many_well(&t);
	r = many_report(&t);
	/* six channels and a role, and not each overwrite */
	assert_int_equal(r.created, 7);
	assert_int_equal(r.updated, 0);
	sim_end(&t.s);
	many_as_it_was(&t);
	assert_true(many_viewers(&t, "vault") > many_viewers(&t, "den"));
	assert_true(many_viewers(&t, "den") > MANY_ALWAYS);
	many_end(&t);
}

/* Killed at instant k; nonzero when it lived to the end. */
static int killed_at(uint64_t k)
{
	struct many t;
	int lived;

	many_begin_small(&t);
	lived = many_killed_at(&t, k);
	many_right(&t);
	return lived;
}

static void C02__killed_at_every_instant_no_overwrite_is_lost(void **state)
{
	uint64_t k = 1;

	(void)state;
	while (!killed_at(k))
		k++;
	assert_true(k > 100);
}

/* Killed at instant k, and its journal is lost: another restore finishes it,
 * also without `update`. */
static int lost_at(uint64_t k)
{
	struct many t;
	int lived;

	many_begin_small(&t);
	t.s.instants = 0;
	t.s.kill_at = k;
	lived = sim_live(&t.s, t.plan);
	sim_end(&t.s);
	sim_no_leak(&t.s);
	t.s.kill_at = 0;
	sim_forget(&t.s);
	many_plan(&t);
	many_carry_out(&t);
	many_right(&t);
	return lived;
}

static void restore__what_one_did_not_finish_the_next_one_does(void **state)
{
	(void)state;
	for (uint64_t k = 1; !lost_at(k); k += 3)
		;
}

/* What is said of the k-th operation of an act that did not come to be. */
static struct zx_restore_result not_done(struct many *t, enum zx_act act)
{
	struct zx_restore_result r;
	struct zx_plan_op op;

	for (size_t i = 0; zx_plan_op(t->plan, i, &op); i++) {
		assert_err(zx_restore_run_result(t->s.run, op.id, &r), ZX_OK);
		if (op.act == act && (r.outcome == ZX_OUTCOME_FAILED ||
				      r.outcome == ZX_OUTCOME_STOPPED))
			return r;
	}
	fail_msg("all of them were done");
	return r;
}

static int has_text(struct zx_str text, const char *part)
{
	char copy[400];

	snprintf(copy, sizeof(copy), "%.*s", ZX_ARG(text));
	return strstr(copy, part) != NULL;
}

static const char *const only_vault[] = { MANY_VAULT, NULL };

static void finish_later(struct many *t)
{
	sim_end(&t->s);
	sim_no_leak(&t->s);
	sim_forget(&t->s);
	many_plan(t);
	assert_false(zx_plan_empty(t->plan));
	many_carry_out(t);
	many_well(t);
	sim_end(&t->s);
	many_as_it_was(t);
}

static void restore__one_that_is_refused_keeps_the_channel_closed(void **state)
{
	struct zx_restore_result r;
	struct many t;

	(void)state;
	for (unsigned nth = 1; nth <= 5; nth++) {
		many_begin_vault(&t, only_vault);
		many_fault(&t,
			   "{'fault':'rest_error','status':400,'code':50035,"
			   "'route':'PUT /channels/{id}/permissions/{id}',"
			   "'nth':%u}",
			   nth);
		many_carry_out(&t);
		r = not_done(&t, ZX_ACT_OVERWRITE);
		assert_int_equal(r.outcome, ZX_OUTCOME_FAILED);
		r = not_done(&t, ZX_ACT_OVERWRITE_OPEN);
		assert_int_equal(r.outcome, ZX_OUTCOME_STOPPED);
		assert_true(has_text(r.message, "before more is opened"));
		/* The fourth is that of a role, three of whose members see it:
		 * it is put as a whole by what opens it, when all others that
		 * close it are there. */
		assert_int_equal(many_viewers(&t, "vault"),
				 nth == 4 ? MANY_ALWAYS + 3 : MANY_ALWAYS);
		finish_later(&t);
		many_end(&t);
	}
}

/* What opens it is missing: everyone waits for it. */
static void restore__everyone_comes_last(void **state)
{
	struct many t;

	(void)state;
	for (unsigned nth = 6; nth <= 7; nth++) {
		many_begin_vault(&t, only_vault);
		many_fault(&t,
			   "{'fault':'rest_error','status':400,'code':50035,"
			   "'route':'PUT /channels/{id}/permissions/{id}',"
			   "'nth':%u}",
			   nth);
		many_carry_out(&t);
		assert_int_equal(not_done(&t, ZX_ACT_OVERWRITE_OPEN).outcome,
				 ZX_OUTCOME_FAILED);
		assert_int_equal(many_report(&t).failed, 1);
		/* everyone's and the bot's own */
		assert_int_equal(many_report(&t).stopped, 2);
		assert_true(many_viewers(&t, "vault") > MANY_ALWAYS);
		assert_true(many_viewers(&t, "vault") < MANY_ALWAYS + 5);
		finish_later(&t);
		many_end(&t);
	}
}

/* It had none: what hides the channel does not go. */
static void restore__as_long_as_everyones_is_wrong_it_is_unfinished(void **st)
{
	struct many t;

	(void)st;
	many_begin_vault(&t, only_vault);
	many_fault(&t, "{'fault':'rest_error','status':400,'code':50035,"
		       "'route':'DELETE /channels/{id}/permissions/{id}'}");
	many_carry_out(&t);
	assert_int_equal(many_report(&t).failed, 1);
	assert_int_equal(many_report(&t).stopped, 1);
	finish_later(&t);
	many_end(&t);
}

/* A channel that was finished and then changed by somebody is left alone. */
static void restore__what_somebody_changed_afterwards_stays(void **state)
{
	struct many t;

	(void)state;
	many_begin_vault(&t, only_vault);
	many_carry_out(&t);
	many_well(&t);
	sim_end(&t.s);
	many_put(&t, "vault", "{guild}", 0, 0, MANY_SEE);
	many_gone(&t, "vault", "{user:3}");
	many_gone(&t, "vault", "5099");
	many_put(&t, "vault", "{role:In}", 0, 0, MANY_SEE);
	many_plan(&t);
	assert_true(zx_plan_empty(t.plan));
	/* Unless it shall be as it was. */
	t.o.update = 1;
	many_plan(&t);
	assert_false(zx_plan_empty(t.plan));
	sim_forget(&t.s);
	many_carry_out(&t);
	many_right(&t);
}

static void restore__taken_back_at_any_instant_it_is_as_before(void **state)
{
	struct many t;
	int lived = 0;

	(void)state;
	for (uint64_t k = 5; !lived; k += 11) {
		many_begin_vault(&t, only_vault);
		t.s.instants = 0;
		t.s.kill_at = k;
		lived = sim_live(&t.s, t.plan);
		sim_end(&t.s);
		t.s.kill_at = 0;
		many_undo(&t);
		many_end(&t);
	}
}

static const struct sim_faults weather[] = {
	{ 20, 20, 20, 20, 20, 0 },
	{ 0, 100, 0, 100, 0, 0 },
	{ 100, 30, 100, 30, 50, 0 },
};

/* Lost answers, 5xx, 429, and killed up to three times. */
static void until_it_is_over(struct many *t, unsigned kills)
{
	for (unsigned life = 0; life < 100; life++) {
		t->s.kill_at =
			life < kills ? t->s.instants + 1 + sim_chance(&t->s, 80)
				     : 0;
		if (!sim_live(&t->s, t->plan))
			continue;
		if (t->s.err == ZX_OK)
			return;
		/* Discord was silent for too long: later */
		assert_err(t->s.err, ZX_E_CLOSED);
		sim_end(&t->s);
		zx_sandbox_advance(t->s.box, 60000);
	}
	fail_msg("never done");
}

static void C03__in_any_weather_it_is_finished_and_nothing_leaks(void **state)
{
	struct many t;

	(void)state;
	for (unsigned seed = 0; seed < 30; seed++) {
		many_begin_small(&t);
		zx_prng_init(&t.s.prng, seed);
		t.s.faults = weather[seed % 3];
		until_it_is_over(&t, seed % 4);
		sim_end(&t.s);
		sim_no_leak(&t.s);
		/* What was not answered often enough is done by another. */
		t.s.quiet = 1;
		sim_forget(&t.s);
		many_plan(&t);
		many_carry_out(&t);
		many_right(&t);
	}
}

/* The bot is no administrator: it sees the channel by its own overwrite. */
static void restore__a_bot_that_is_no_administrator_can_do_it(void **state)
{
	static void (*const make[])(struct many *) = { many_vault, many_attic,
						       NULL };
	static const char *const lose[] = { MANY_VAULT,
					    "/channels/{channel:box}",
					    "/channels/{channel:lid}",
					    "/channels/{channel:Attic}", NULL };
	struct many t;

	(void)state;
	many_begin(&t, make, lose);
	sim_as(&t.s, zx_sandbox_user(t.s.box, ZX_SANDBOX_OWNER), t.guild,
	       "PATCH", "/guilds/{guild}/roles/{role:Zoryx}",
	       "{'permissions':'268438545'}");
	t.o = sim_options(&t.s, t.guild);
	assert_int_equal(t.o.bot_permissions & 8, 0);
	t.o.what = ZX_RESTORE_CHANNELS | ZX_RESTORE_CATEGORIES;
	many_plan(&t);
	t.s.denied = 0;
	many_carry_out(&t);
	many_well(&t);
	assert_int_equal(t.s.denied, 0);
	sim_end(&t.s);
	many_plan(&t);
	assert_true(zx_plan_empty(t.plan));
	many_end(&t);
}

/* Killed at instant k, by when the bot may have given up its own overwrite and
 * with it the channel; nonzero when it lived to the end. */
static int shut_out_at(uint64_t k)
{
	static void (*const make[])(struct many *) = { many_den, NULL };
	static const char *const lose[] = { "/channels/{channel:den}", NULL };
	struct many t;
	int lived;

	many_begin(&t, make, lose);
	sim_as(&t.s, zx_sandbox_user(t.s.box, ZX_SANDBOX_OWNER), t.guild,
	       "PATCH", "/guilds/{guild}/roles/{role:Zoryx}",
	       "{'permissions':'268438545'}");
	t.o = sim_options(&t.s, t.guild);
	t.o.what = ZX_RESTORE_CHANNELS;
	many_plan(&t);
	lived = many_killed_at(&t, k);
	many_well(&t);
	sim_end(&t.s);
	many_end(&t);
	return lived;
}

static void C02__a_bot_that_has_shut_itself_out_knows_it(void **state)
{
	uint64_t k = 1;

	(void)state;
	while (!shut_out_at(k))
		k++;
	assert_true(k > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			restore__more_than_100_overwrites_are_all_there_again),
		cmocka_unit_test(
			C02__killed_at_every_instant_no_overwrite_is_lost),
		cmocka_unit_test(
			restore__what_one_did_not_finish_the_next_one_does),
		cmocka_unit_test(
			restore__one_that_is_refused_keeps_the_channel_closed),
		cmocka_unit_test(restore__everyone_comes_last),
		cmocka_unit_test(
			restore__as_long_as_everyones_is_wrong_it_is_unfinished),
		cmocka_unit_test(
			restore__what_somebody_changed_afterwards_stays),
		cmocka_unit_test(
			restore__taken_back_at_any_instant_it_is_as_before),
		cmocka_unit_test(
			C03__in_any_weather_it_is_finished_and_nothing_leaks),
		cmocka_unit_test(
			restore__a_bot_that_is_no_administrator_can_do_it),
		cmocka_unit_test(C02__a_bot_that_has_shut_itself_out_knows_it),
	};

	return cmocka_run_group_tests_name("restore_many", tests, NULL, NULL);
}
