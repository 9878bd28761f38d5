/* SPDX-License-Identifier: MIT
 *
 * Channels that are there, with more overwrites than a request takes now or
 * then: with `update` they go over one by one, and nobody sees in between what
 * they saw neither before nor should see.
 */
#include "guild/restore_sim_many.h"

static const char *const nothing[] = { NULL };

/* Somebody has changed the vault: user 0 sees it meanwhile no more than
 * before. */
static void change_vault(struct many *t)
{
	for (int i = 0; i < 10; i++) {
		char who[20];

		snprintf(who, sizeof(who), "%d", MANY_FAKE + 3 * i);
		many_gone(t, "vault", who);
		snprintf(who, sizeof(who), "%d", MANY_FAKE - 1 - i);
		many_put(t, "vault", who, 1, i % 2 ? MANY_SEE : 0,
			 i % 3 ? MANY_SAY : 0);
	}
	many_put(t, "vault", "{guild}", 0, MANY_SAY, 0);
	many_put(t, "vault", "{user:3}", 1, MANY_SAY, MANY_SEE);
	many_put(t, "vault", "{user:0}", 1, MANY_SAY, MANY_SEE);
	many_put(t, "vault", "{role:Quiet}", 0, MANY_SEE, 0);
	many_gone(t, "vault", "{role:In}");
}

/* With everything as it was, but for the vault. */
static void begin_changed(struct many *t, void (*change)(struct many *t))
{
	many_begin_vault(t, nothing);
	change(t);
	sim_snapshot_release(&t->before);
	sim_snapshot(&t->s, t->guild, &t->before);
	t->o.update = 1;
	many_plan(t);
}

static void restore__changed_ones_become_as_they_were_one_by_one(void **state)
{
	struct many t;

	(void)state;
	begin_changed(&t, change_vault);
	many_carry_out(&t);
	many_well(&t);
	sim_end(&t.s);
	sim_no_leak(&t.s);
	many_undo(&t);
	/* And once more. */
	sim_forget(&t.s);
	many_plan(&t);
	many_carry_out(&t);
	many_right(&t);
}

static void C02__changed_ones_killed_at_any_instant_are_as_they_were(void **st)
{
	struct many t;
	int lived = 0;

	(void)st;
	for (uint64_t k = 1; !lived; k += 17) {
		begin_changed(&t, change_vault);
		lived = many_killed_at(&t, k);
		many_right(&t);
	}
}

/* There are few now, of many; the way back has more than a request takes. */
static void only_some(struct many *t)
{
	many_act(
		t, "PATCH", MANY_VAULT,
		"{'permission_overwrites':[{'id':'{user:0}','type':1,"
		"'allow':'0','deny':'1024'},{'id':'4000','type':1,'allow':'1024',"
		"'deny':'0'}]}");
}

static void restore__few_become_many_and_few_again(void **state)
{
	struct many t;

	(void)state;
	begin_changed(&t, only_some);
	many_carry_out(&t);
	many_well(&t);
	sim_end(&t.s);
	many_undo(&t);
	many_end(&t);
}

static void few(struct many *t)
{
	many_channel(t, 0, "vault", NULL);
	many_put(t, "vault", "{user:0}", 1, 0, MANY_SEE);
	many_gone(t, "vault", "1");
}

static void restore__many_become_few_and_many_again(void **state)
{
	static void (*const make[])(struct many *) = { few, NULL };
	struct many t;

	(void)state;
	many_begin(&t, make, nothing);
	many_put_all(&t, "vault", 110, 0, MANY_SEE);
	many_put(&t, "vault", "{role:In}", 0, 0, MANY_SEE);
	sim_snapshot_release(&t.before);
	sim_snapshot(&t.s, t.guild, &t.before);
	t.o.update = 1;
	many_plan(&t);
	many_carry_out(&t);
	many_well(&t);
	sim_end(&t.s);
	many_undo(&t);
	sim_forget(&t.s);
	many_plan(&t);
	many_carry_out(&t);
	sim_end(&t.s);
	many_as_it_was(&t);
	many_end(&t);
}

/* Synced, as Discord calls it: what the category gets #box has, too. */
static void change_attic(struct many *t)
{
	for (int i = 0; i < 30; i++) {
		char who[20];

		snprintf(who, sizeof(who), "%d", MANY_FAKE + 3 * i);
		many_gone(t, "Attic", who);
	}
	many_put(t, "Attic", "{role:In}", 0, MANY_SAY, 0);
	many_put(t, "Attic", "{user:2}", 1, MANY_SAY, MANY_SEE);
	many_put(t, "lid", "{user:3}", 1, 0, MANY_SEE);
	many_gone(t, "lid", "5001");
}

static void restore__a_category_and_those_like_it_are_as_they_were(void **st)
{
	static void (*const make[])(struct many *) = { many_attic, NULL };
	struct many t;

	(void)st;
	many_begin(&t, make, nothing);
	change_attic(&t);
	t.o.update = 1;
	many_plan(&t);
	many_carry_out(&t);
	many_right(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			restore__changed_ones_become_as_they_were_one_by_one),
		cmocka_unit_test(
			C02__changed_ones_killed_at_any_instant_are_as_they_were),
		cmocka_unit_test(restore__few_become_many_and_few_again),
		cmocka_unit_test(restore__many_become_few_and_many_again),
		cmocka_unit_test(
			restore__a_category_and_those_like_it_are_as_they_were),
	};

	return cmocka_run_group_tests_name("restore_many_there", tests, NULL,
					   NULL);
}
