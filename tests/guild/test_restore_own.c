/* SPDX-License-Identifier: MIT
 *
 * A rewind that takes from a role what the bot itself lives on, against the
 * sandbox: the bot does the rest first.
 */
#include "guild/restore_sim.h"

enum { VIEW = 1 << 10, CHANNELS = 1 << 4, ROLES = 1 << 28 };

struct run {
	struct sim s;
	uint64_t guild;
	struct sim_snapshot snap, before;
	struct zx_restore_options o;
	struct zx_plan *plan;
};

static void as_owner(struct run *t, const char *method, const char *path,
		     const char *body)
{
	sim_as(&t->s, 0, t->guild, method, path, body);
}

#define HELPER "/guilds/{guild}/roles/{role:Helper}"

/* Helper saw channels and no more; now the bot has all it may from there, for
 * its own role has nothing. */
static void begin(struct run *t)
{
	memset(t, 0, sizeof(*t));
	sim_open(&t->s, "empty", 5);
	t->guild = zx_sandbox_guild(t->s.box, 0);
	as_owner(t, "POST", "/guilds/{guild}/roles",
		 "{'name':'Helper','permissions':'1024'}");
	as_owner(t, "POST", "/guilds/{guild}/roles",
		 "{'name':'Lost','permissions':'1024'}");
	as_owner(t, "POST", "/guilds/{guild}/channels", "{'name':'gone'}");
	as_owner(t, "PUT",
		 "/guilds/{guild}/members/{user:bot}/roles/{role:Helper}",
		 NULL);
	sim_snapshot(&t->s, t->guild, &t->snap);
	as_owner(t, "PATCH", HELPER, "{'permissions':'268436496'}");
	as_owner(t, "DELETE", "/guilds/{guild}/roles/{role:Lost}", NULL);
	as_owner(t, "DELETE", "/channels/{channel:gone}", NULL);
	as_owner(t, "PATCH", "/guilds/{guild}/roles/{role:Zoryx}",
		 "{'permissions':'0'}");
	sim_snapshot(&t->s, t->guild, &t->before);
	t->o = sim_options(&t->s, t->guild);
	t->o.what = ZX_RESTORE_ROLES | ZX_RESTORE_CHANNELS;
	t->o.role_sync = 1;
	assert_err(zx_plan_new(&t->plan, &t->snap.r, &t->before.r, &t->o),
		   ZX_OK);
	assert_false(zx_plan_blocked(t->plan));
}

static void end(struct run *t)
{
	zx_plan_free(t->plan);
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
}

static void live(struct run *t, const struct zx_plan *plan)
{
	unsigned denied = t->s.denied; /* while it was captured */
	struct zx_restore_report r;

	assert_int_equal(sim_live(&t->s, plan), 1);
	assert_err(t->s.err, ZX_OK);
	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.stopped, 0);
	assert_int_equal(t->s.denied, denied);
}

static uint64_t bits(struct run *t)
{
	return zx_sandbox_permissions(
		t->s.box, t->guild, 0,
		zx_sandbox_user(t->s.box, ZX_SANDBOX_BOT));
}

static void restore__what_the_bot_lives_on_goes_last(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	assert_int_equal(bits(&t) & (CHANNELS | ROLES), CHANNELS | ROLES);
	live(&t, t.plan);
	assert_int_equal(bits(&t) & (VIEW | CHANNELS | ROLES), VIEW);
	assert_int_equal(sim_differs(&t.s, &t.snap.r, t.guild, &t.o,
				     zx_restore_run_ids(t.s.run), 1),
			 0);
	sim_end(&t.s);
	end(&t);
}

static void restore__with_its_permissions_again_it_is_taken_back(void **state)
{
	static const char *const but[] = { "\"Zoryx\"", " position:", NULL };
	struct zx_plan *back;
	struct run t;

	(void)state;
	begin(&t);
	live(&t, t.plan);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	sim_end(&t.s);
	sim_forget(&t.s);
	as_owner(&t, "PATCH", "/guilds/{guild}/roles/{role:Zoryx}",
		 "{'permissions':'8'}");
	live(&t, back);
	sim_end(&t.s);
	zx_plan_free(back);
	as_owner(&t, "PATCH", "/guilds/{guild}/roles/{role:Zoryx}",
		 "{'permissions':'0'}");
	sim_same(&t.s, &t.before.r, t.guild, but);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restore__what_the_bot_lives_on_goes_last),
		cmocka_unit_test(
			restore__with_its_permissions_again_it_is_taken_back),
	};

	return cmocka_run_group_tests_name("restore_own", tests, NULL, NULL);
}
