/* SPDX-License-Identifier: MIT
 *
 * restore_sim: restores that are killed at any instant, with lost answers,
 * 5xx, 429 and people who delete things in between.
 *
 *	test_restore_sim               a short run
 *	test_restore_sim FIRST COUNT   `make restore-sim`: COUNT seeds, and one
 *	                               restore killed at each instant once
 */
#include "guild/restore_sim.h"

/* Others leave it alone from that round on: somebody who never stops deleting
 * cannot be kept up with. */
enum { PEACE = ZX_PLAN_ROUNDS - 1 };

struct story {
	struct sim s;
	uint64_t source, target;
	struct sim_snapshot snap, before;
	struct zx_restore_options o;
	struct zx_idmap ids;
	struct sim_members *members;
	unsigned rounds, failed, stopped;
	int rewind; /* everything that exists is brought back as well */
};

/* Somebody has been here before the restore: deletes and renames. */
static void wreck(struct story *t)
{
	static const char *const paths[] = { "roles", "channels" };
	struct sim *s = &t->s;

	for (int list = 0; list < 2; list++) {
		struct zx_guild_cursor c;
		struct zx_str item;

		assert_err(zx_guild_cursor_init(&c, &t->snap.r,
						list ? ZX_SECTION_CHANNELS
						     : ZX_SECTION_ROLES),
			   ZX_OK);
		while (zx_guild_next(&c, &item) == 1) {
			uint64_t id = zx_json_get_u64(item, "id");
			char path[128];

			if (sim_chance(s, 2) || id == t->target ||
			    zx_json_get_bool(item, "managed"))
				continue;
			if (list)
				snprintf(path, sizeof(path),
					 "/channels/%" PRIu64, id);
			else
				snprintf(path, sizeof(path),
					 "/guilds/%" PRIu64 "/%s/%" PRIu64,
					 t->target, paths[list], id);
			sim_quietly_as(s, 0, t->target, "DELETE", path, NULL);
		}
		zx_guild_cursor_release(&c);
	}
}

/* And changes, so that there is something to rewind. */
static void edit(struct story *t)
{
	static const struct {
		const char *method, *path, *body;
	} acts[] = {
		{ "PATCH", "/guilds/{guild}/roles/{role:Member}",
		  "{'name':'Members','permissions':'1024','hoist':true}" },
		{ "PATCH", "/guilds/{guild}/roles/{role:Star}",
		  "{'color':255}" },
		{ "PATCH", "/guilds/{guild}/roles",
		  "[{'id':'{role:Muted}','position':9}]" },
		{ "PATCH", "/channels/{channel:general}",
		  "{'topic':'other','rate_limit_per_user':7}" },
		{ "PATCH", "/channels/{channel:off-topic}",
		  "{'permission_overwrites':[{'id':'{guild}','type':0,"
		  "'allow':'0','deny':'2048'}]}" },
		{ "PATCH", "/channels/{channel:Lounge}", "{'user_limit':3}" },
		{ "PUT",
		  "/guilds/{guild}/members/{user:member}/roles/{role:Twin}",
		  NULL },
		{ "PATCH", "/guilds/{guild}/members/{user:0}", "{'roles':[]}" },
	};

	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (sim_chance(&t->s, 3))
			sim_quietly_as(&t->s, 0, t->target, acts[i].method,
				       acts[i].path, acts[i].body);
}

static void tell(struct story *t, uint64_t seed, int migrate)
{
	struct sim *s = &t->s;

	memset(t, 0, sizeof(*t));
	sim_open(s, migrate ? "everything,empty" : "everything", seed);
	t->source = zx_sandbox_guild(s->box, 0);
	t->target = zx_sandbox_guild(s->box, migrate ? 1 : 0);
	sim_snapshot(s, t->source, &t->snap);
	sim_watch(s, t->source, t->target);
	t->rewind = seed % 3 == 1;
	if (!migrate && t->rewind)
		edit(t);
	if (!migrate)
		wreck(t);
	t->members = sim_members(s, t->target);
	sim_snapshot(s, t->target, &t->before);
	t->o = sim_options(s, t->target);
	t->o.what = ZX_RESTORE_ALL;
	t->o.role_sync = t->o.update = t->rewind;
	zx_idmap_init(&t->ids, NULL);
	t->rounds = 1;
}

static void end(struct story *t)
{
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
	zx_idmap_release(&t->ids);
}

static struct zx_plan *plan(struct story *t)
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

static void remember(struct story *t)
{
	const struct zx_idmap *m = zx_restore_run_ids(t->s.run);
	const struct zx_idmap_pair *p;
	struct zx_restore_report r;
	size_t at = 0;

	while ((p = zx_idmap_next(m, &at)))
		assert_err(zx_idmap_put(&t->ids, p->kind, p->from, p->to),
			   ZX_OK);
	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	t->failed = r.failed;
	t->stopped = r.stopped;
}

/* As the bot does: reads the server back, and plans for what is not as it
 * should be. Nonzero when there is another round. */
static int another_round(struct story *t, struct zx_plan **p)
{
	struct zx_plan *more = plan(t), *grown;
	int rc = zx_restore_run_another(t->s.run, more);

	assert_true(rc >= 0);
	if (rc) {
		assert_err(zx_plan_add_round(&grown, *p, more), ZX_OK);
		sim_end(&t->s);
		zx_plan_free(*p);
		*p = grown;
		t->rounds++;
		if (t->rounds >= PEACE)
			t->s.faults.meddle = 0;
	}
	zx_plan_free(more);
	return rc;
}

/* Until it is done; `kills` times it is killed at a random instant before. */
static void carry_out(struct story *t, struct zx_plan **p, unsigned kills)
{
	struct sim *s = &t->s;

	for (unsigned life = 0;; life++) {
		s->kill_at =
			life < kills ? s->instants + 1 + sim_chance(s, 250) : 0;
		if (life > 200)
			fail_msg("seed %" PRIu64 ": never done", s->seed);
		if (!sim_live(s, *p))
			continue;
		if (s->err == ZX_OK) {
			remember(t);
			if (another_round(t, p))
				continue;
			break;
		}
		/* Discord was silent for too long: later */
		assert_err(s->err, ZX_E_CLOSED);
		sim_end(s);
		zx_sandbox_advance(s->box, 60000);
	}
	sim_end(s);
}

static void must_be_right(struct story *t)
{
	struct sim *s = &t->s;

	sim_no_leak(s);
	sim_not_twice(s, &t->snap.r, &t->before.r, t->target);
	/* A rewind takes roles away that members had not. */
	if (t->rewind)
		free(t->members);
	else
		sim_members_kept(s, t->target, t->members);
	s->quiet = 1;
	if (sim_differs(s, &t->snap.r, t->target, &t->o, &t->ids, 1))
		fail_msg("seed %" PRIu64 ": not as planned, %u failed, %u not "
			 "tried",
			 s->seed, t->failed, t->stopped);
}

static const struct sim_faults weather[] = {
	{ 0, 0, 0, 0, 0, 0 },	      { 20, 20, 20, 20, 20, 0 },
	{ 0, 100, 0, 100, 0, 0 },     { 10, 10, 10, 10, 10, 60 },
	{ 100, 30, 100, 30, 50, 10 },
};

static void one(uint64_t seed)
{
	/* What cannot be the same: see the test of C16; and emojis that exist
	 * are left as they are. */
	static const char *const but[] = { "creator_id:",
					   "application_id:",
					   " position:",
					   "integration_id:",
					   "available_tags.",
					   "gallery",
					   "\"Mentions\"",
					   "Block Mention Spam",
					   "onboarding changed  prompts.",
					   "welcome_channels:",
					   "\"Bad words\" actions",
					   "\"twins\"",
					   "\"Twin\"",
					   "\"aiko\" roles",
					   "owner_id:",
					   "avatar:",
					   "emojis changed",
					   "\"more silence\" emoji_id:",
					   NULL };
	struct story t;
	struct zx_plan *p;

	tell(&t, seed, seed % 2 == 0);
	t.s.faults = weather[seed / 2 % 5];
	p = plan(&t);
	if (zx_plan_blocked(p))
		fail_msg("seed %" PRIu64 ": blocked", seed);
	carry_out(&t, &p, 1 + (unsigned)(seed % 3));
	/* But for the rule that Discord makes itself, when nothing but kills
	 * comes in between nothing goes wrong. */
	if (seed / 2 % 5 == 0 &&
	    (t.stopped || t.failed > 1 || zx_plan_rounds(p) > 1))
		fail_msg("seed %" PRIu64 ": %u failed, %u not tried, %u rounds",
			 seed, t.failed, t.stopped, zx_plan_rounds(p));
	zx_plan_free(p);
	must_be_right(&t);
	/* Without a rewind what exists stays as it was found. */
	if (t.rewind || seed % 2 == 0)
		sim_same(&t.s, &t.snap.r, t.target, but);
	print_message("# seed %" PRIu64 ": %u lives, %u writes, %u rounds\n",
		      seed, t.s.lives, t.s.writes, t.rounds);
	end(&t);
}

static void C02__killed_at_a_random_request_nothing_is_twice_or_lost(void **st)
{
	(void)st;
	for (uint64_t seed = 0; seed < 60; seed++)
		one(seed);
}

/* Killed at instant k; nonzero when it lived to the end. */
static int killed_at(uint64_t k)
{
	struct story t;
	struct zx_plan *p;
	int lived;

	tell(&t, 2, 1);
	p = plan(&t);
	t.s.kill_at = k;
	t.s.instants = 0;
	lived = sim_live(&t.s, p);
	if (lived) {
		remember(&t);
		sim_end(&t.s);
	} else {
		sim_end(&t.s);
		t.s.kill_at = 0;
		t.s.instants = 0;
		assert_int_equal(sim_live(&t.s, p), 1);
		assert_err(t.s.err, ZX_OK);
		remember(&t);
		sim_end(&t.s);
	}
	zx_plan_free(p);
	assert_int_equal(t.stopped, 0);
	assert_true(t.failed <= 1);
	must_be_right(&t);
	end(&t);
	return lived;
}

static void C02__killed_at_every_nth_instant_nothing_is_twice_or_lost(void **st)
{
	(void)st;
	for (uint64_t k = 1; !killed_at(k); k += 37)
		;
}

static int campaign(uint64_t first, uint64_t count)
{
	uint64_t k;

	for (uint64_t seed = first; seed < first + count; seed++)
		one(seed);
	for (k = 1; !killed_at(k); k++)
		;
	print_message("# %" PRIu64
		      " restores, and one killed at each of %" PRIu64
		      " instants\n",
		      count, k - 1);
	return 0;
}

static uint64_t first_seed, seeds;

static void whole_campaign(void **state)
{
	(void)state;
	campaign(first_seed, seeds);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			C02__killed_at_a_random_request_nothing_is_twice_or_lost),
		cmocka_unit_test(
			C02__killed_at_every_nth_instant_nothing_is_twice_or_lost),
	};
	const struct CMUnitTest all[] = { cmocka_unit_test(whole_campaign) };

	if (argc < 3)
		return cmocka_run_group_tests_name("restore_sim", tests, NULL,
						   NULL);
	first_seed = strtoull(argv[1], NULL, 10);
	seeds = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests_name("restore_sim", all, NULL, NULL);
}
