/* SPDX-License-Identifier: MIT
 *
 * Rounds: what one could not do or did is not lost on the next, neither in the
 * report nor on the way back.
 */
#include "guild/restore_sim_story.h"

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
	story_begin_into(&t, "everything", ZX_RESTORE_ALL, 1, wreck);
	assert_true(story_live(&t));
	spoil(&t);
	assert_int_equal(story_another(&t), 1);
	assert_true(story_live(&t));
	assert_int_equal(story_report(&t).failed, 0);
	assert_int_equal(story_another(&t), 0);
	assert_int_equal(story_differs(&t, 1), 0);
	/* Both in both rounds. */
	assert_int_equal(story_report(&t).members, 2);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	assert_int_equal(zx_plan_rounds(back), 1);
	sim_end(&t.s);
	sim_forget(&t.s);
	zx_sandbox_unwatch(t.s.box);
	assert_true(sim_live(&t.s, back));
	assert_err(t.s.err, ZX_OK);
	assert_int_equal(story_report(&t).failed, 0);
	assert_int_equal(story_report(&t).stopped, 0);
	sim_end(&t.s);
	sim_same(&t.s, &t.before.r, t.target, but);
	zx_plan_free(back);
	story_end(&t);
}

static void delete_what_was_there(struct story *t)
{
	static const char *const paths[] = {
		"/guilds/{guild}/roles/{role:Member}",
		"/channels/{channel:off-topic}",
		"/channels/{channel:bot-commands}",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		sim_quietly_as(&t->s, 0, t->target, "DELETE", paths[i], NULL);
}

/* Of what was there before the restore the way back deletes nothing, and what
 * stands for it now becomes as that was. */
static void C14__what_was_there_before_is_there_afterwards(void **state)
{
	static const char *const but[] = { " position:", "onboarding",
					   "welcome", "automod", NULL };
	struct zx_plan *back;
	struct zx_plan_op op;
	struct story t;

	(void)state;
	story_begin_into(&t, "everything",
			 ZX_RESTORE_DEFAULT | ZX_RESTORE_NICKS, 1, wreck);
	assert_true(story_live(&t));
	delete_what_was_there(&t);
	assert_int_equal(story_another(&t), 1);
	assert_true(story_live(&t));
	assert_int_equal(story_another(&t), 0);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	for (size_t i = 0; zx_plan_op(back, i, &op); i++)
		if (op.act == ZX_ACT_DELETE)
			assert_true(zx_str_is(op.name, "Star") ||
				    zx_str_is(op.name, "bot-log"));
	sim_end(&t.s);
	sim_forget(&t.s);
	zx_sandbox_unwatch(t.s.box);
	assert_true(sim_live(&t.s, back));
	assert_err(t.s.err, ZX_OK);
	assert_int_equal(story_report(&t).failed, 0);
	assert_int_equal(story_report(&t).stopped, 0);
	sim_end(&t.s);
	sim_same(&t.s, &t.before.r, t.target, but);
	zx_plan_free(back);
	story_end(&t);
}

/* What only an earlier round did or could not do ----------------------------
 */

/* Killed in the second round at instant k of it; nonzero when it lived. */
static int taken_back_at(uint64_t k)
{
	static const char *const but[] = { " position:", NULL };
	struct zx_plan *back;
	struct story t;
	int lived;

	story_begin_into(&t, "everything", ZX_RESTORE_ALL, 1, wreck);
	zx_sandbox_unwatch(t.s.box);
	assert_true(story_live(&t));
	spoil(&t);
	assert_int_equal(story_another(&t), 1);
	t.s.kill_at = t.s.instants + k;
	lived = story_live(&t);
	if (lived)
		sim_end(&t.s);
	t.s.kill_at = 0;
	sim_reconcile(&t.s, t.plan);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	sim_end(&t.s);
	sim_forget(&t.s);
	assert_true(sim_live(&t.s, back));
	assert_err(t.s.err, ZX_OK);
	sim_end(&t.s);
	zx_plan_free(back);
	sim_same(&t.s, &t.before.r, t.target, but);
	story_end(&t);
	return lived;
}

static void C14__a_round_that_was_killed_is_taken_back_as_well(void **state)
{
	uint64_t k = 1;

	(void)state;
	while (!taken_back_at(k))
		k += 3;
	assert_true(k > 20);
}

/* Permissions of roles are refused, and the next round, which leaves roles
 * alone that are there, does nothing about them. */
static void rounds__what_no_round_has_anew_stays_failed(void **state)
{
	struct story t;
	uint32_t missing;

	(void)state;
	story_begin_into(&t, "everything,empty", ZX_RESTORE_ROLES, 0, NULL);
	missing = story_acts(t.plan, ZX_ACT_ROLE_RAISE);
	assert_int_equal(story_acts(t.plan, ZX_ACT_ROLE_NARROW), 1);
	assert_true(missing > 1);
	story_refuse(&t, "PATCH /guilds/{id}/roles/{id}");
	assert_true(story_live(&t));
	assert_int_equal(story_report(&t).failed + story_report(&t).stopped,
			 missing + 1);
	sim_control(&t.s, "DELETE", "/sandbox/faults", "");
	story_delete_some(&t);
	assert_int_equal(story_another(&t), 1);
	assert_true(story_live(&t));
	/* Moderator, which is made again, and @everyone have them. */
	assert_int_equal(story_report(&t).failed + story_report(&t).stopped,
			 missing - 1);
	sim_end(&t.s);
	story_end(&t);
}

/* Roles of more members than refusals are put up with. */
static void strip(struct story *t)
{
	static const char *const of[] = {
		"0", "1", "2", "3", "4", "5", "member"
	};
	char path[80];

	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		snprintf(path, sizeof(path),
			 "/guilds/{guild}/members/{user:%s}", of[i]);
		sim_as(&t->s, 0, t->target, "PATCH", path, "{'roles':[]}");
	}
}

static void C14__what_was_not_tried_in_any_round_is_not_taken_back(void **state)
{
	struct zx_plan *back;
	struct story t;

	(void)state;
	story_begin_into(&t, "everything",
			 ZX_RESTORE_ROLES | ZX_RESTORE_MEMBERS, 1, strip);
	assert_true(story_acts(t.plan, ZX_ACT_MEMBER_ADD) > 4);
	story_refuse(&t, "PUT /guilds/{id}/members/{id}/roles/{id}");
	assert_true(story_live(&t));
	assert_true(story_report(&t).stopped > 0);
	story_delete_some(&t);
	assert_int_equal(story_another(&t), 1);
	assert_true(story_live(&t));
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	assert_int_equal(story_acts(back, ZX_ACT_MEMBER_REMOVE), 0);
	zx_plan_free(back);
	sim_end(&t.s);
	story_end(&t);
}

static void make_weak(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH",
	       "/guilds/{guild}/roles/{role:Moderator}", "{'permissions':'2'}");
}

static void rename_it(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH",
	       "/guilds/{guild}/roles/{role:Moderator}", "{'name':'Warden'}");
}

/* The first round gives the role something, others make it an administrator,
 * the second takes that away. */
static void others_raise(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH",
	       "/guilds/{guild}/roles/{role:Moderator}",
	       "{'permissions':'8','name':'Nobody'}");
}

static void back_from(void (*before)(struct story *t), enum zx_act first)
{
	static const char *const but[] = { " position:", NULL };
	struct zx_plan *back;
	struct story t;

	story_begin_into(&t, "everything", ZX_RESTORE_ROLES, 1, before);
	assert_int_equal(story_acts(t.plan, ZX_ACT_ROLE_NARROW), 0);
	assert_int_equal(story_acts(t.plan, first), 1);
	assert_true(story_live(&t));
	others_raise(&t);
	assert_int_equal(story_another(&t), 1);
	assert_int_equal(story_acts(t.plan, ZX_ACT_ROLE_NARROW), 1);
	assert_true(story_live(&t));
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	sim_end(&t.s);
	sim_forget(&t.s);
	zx_sandbox_unwatch(t.s.box);
	assert_true(sim_live(&t.s, back));
	assert_err(t.s.err, ZX_OK);
	sim_end(&t.s);
	zx_plan_free(back);
	sim_same(&t.s, &t.before.r, t.target, but);
	story_end(&t);
}

static void C14__what_others_gave_in_between_does_not_come_back(void **state)
{
	(void)state;
	back_from(make_weak, ZX_ACT_ROLE_RAISE);
	back_from(rename_it, ZX_ACT_ROLE_UPDATE);
}

/* A channel that was hidden is opened, somebody gets a role, another name. */
static void others_open(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PUT",
	       "/channels/{channel:owners-only}/permissions/{guild}",
	       "{'type':0,'allow':'1024','deny':'0'}");
	sim_as(&t->s, 0, t->target, "PATCH", "/channels/{channel:off-topic}",
	       "{'topic':'third','rate_limit_per_user':7}");
	sim_as(&t->s, 0, t->target, "PUT",
	       "/guilds/{guild}/members/{user:member}/roles/{role:Moderator}",
	       NULL);
}

static void other_topic(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH", "/channels/{channel:off-topic}",
	       "{'topic':'other'}");
}

static void C14__what_others_opened_in_between_stays_closed(void **state)
{
	struct zx_plan *back;
	struct story t;

	(void)state;
	story_begin_into(&t, "everything",
			 ZX_RESTORE_ROLES | ZX_RESTORE_CHANNELS |
				 ZX_RESTORE_MEMBERS,
			 1, other_topic);
	assert_int_equal(zx_plan_totals(t.plan)->changes, 1);
	zx_sandbox_unwatch(t.s.box);
	assert_true(story_live(&t));
	others_open(&t);
	assert_int_equal(story_another(&t), 1);
	assert_true(story_live(&t));
	assert_int_equal(story_differs(&t, 1), 0);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	sim_end(&t.s);
	sim_forget(&t.s);
	assert_true(sim_live(&t.s, back));
	assert_err(t.s.err, ZX_OK);
	sim_end(&t.s);
	zx_plan_free(back);
	sim_same(&t.s, &t.before.r, t.target, NULL);
	story_end(&t);
}

static void move_one(struct story *t)
{
	sim_as(&t->s, 0, t->target, "PATCH", "/guilds/{guild}/roles",
	       "[{'id':'{role:Muted}','position':9}]");
}

static void rounds__an_order_that_does_not_stay_is_set_twice(void **state)
{
	struct story t;

	(void)state;
	story_begin_into(&t, "everything", ZX_RESTORE_ROLES, 1, move_one);
	for (unsigned round = 1; round <= 2; round++) {
		assert_true(story_live(&t));
		move_one(&t);
		assert_int_equal(story_another(&t), round == 1);
	}
	assert_int_equal(zx_plan_rounds(t.plan), 2);
	sim_end(&t.s);
	story_end(&t);
}

/* Refused, done by the next round, deleted by others. */
static void rounds__what_was_refused_once_may_be_wanted_again(void **state)
{
	struct story t;

	(void)state;
	story_begin_into(&t, "everything,empty",
			 ZX_RESTORE_ROLES | ZX_RESTORE_EMOJIS, 0, NULL);
	story_refuse(&t, "POST /guilds/{id}/emojis");
	assert_true(story_live(&t));
	story_delete_some(&t);
	assert_int_equal(story_another(&t), 1);
	sim_control(&t.s, "DELETE", "/sandbox/faults", "");
	assert_true(story_live(&t));
	assert_int_equal(story_report(&t).failed, 0);
	sim_as(&t.s, 0, t.target, "DELETE",
	       "/guilds/{guild}/emojis/{emoji:cyan}", NULL);
	assert_int_equal(story_another(&t), 1);
	assert_true(story_live(&t));
	assert_int_equal(story_differs(&t, 1), 0);
	sim_end(&t.s);
	story_end(&t);
}

static void lose_forum(struct story *t)
{
	sim_as(&t->s, 0, t->target, "DELETE", "/channels/{channel:questions}",
	       NULL);
}

/* A forum that asks for tags: a request of its own says so. */
static void report__flags_of_a_channel_are_part_of_its_making(void **state)
{
	struct story t;

	(void)state;
	story_begin_into(&t, "everything", ZX_RESTORE_CHANNELS, 1, lose_forum);
	assert_int_equal(story_acts(t.plan, ZX_ACT_CHANNEL_UPDATE), 1);
	assert_true(story_live(&t));
	assert_int_equal(story_report(&t).created, 1);
	assert_int_equal(story_report(&t).updated, 0);
	sim_end(&t.s);
	story_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(C14__all_rounds_are_taken_back_together),
		cmocka_unit_test(
			C14__what_was_there_before_is_there_afterwards),
		cmocka_unit_test(
			C14__a_round_that_was_killed_is_taken_back_as_well),
		cmocka_unit_test(rounds__what_no_round_has_anew_stays_failed),
		cmocka_unit_test(
			C14__what_was_not_tried_in_any_round_is_not_taken_back),
		cmocka_unit_test(
			C14__what_others_gave_in_between_does_not_come_back),
		cmocka_unit_test(
			C14__what_others_opened_in_between_stays_closed),
		cmocka_unit_test(
			rounds__an_order_that_does_not_stay_is_set_twice),
		cmocka_unit_test(
			rounds__what_was_refused_once_may_be_wanted_again),
		cmocka_unit_test(
			report__flags_of_a_channel_are_part_of_its_making),
	};

	return cmocka_run_group_tests_name("restore_rounds_back", tests, NULL,
					   NULL);
}
