/* SPDX-License-Identifier: MIT
 *
 * The machine that carries a plan out, against the sandbox: each fault once, at
 * each place. Numbers C02 to C17 are those of the catalogue of faults.
 */
#include "guild/restore_sim.h"

struct run {
	struct sim s;
	uint64_t from, to; /* the server with everything, an empty one */
	struct sim_snapshot snap, before;
	struct zx_restore_options o;
	struct zx_plan *plan;
};

static void plan_now(struct run *t)
{
	struct sim_snapshot live;

	zx_plan_free(t->plan);
	t->plan = NULL;
	sim_snapshot(&t->s, t->to, &live);
	zx_guild_id_new(&t->s.rand, t->o.id);
	assert_err(zx_plan_new(&t->plan, &t->snap.r, &live.r, &t->o), ZX_OK);
	sim_snapshot_release(&live);
}

static void begin_into(struct run *t, const char *kinds, unsigned what)
{
	memset(t, 0, sizeof(*t));
	sim_open(&t->s, kinds, 3);
	t->from = zx_sandbox_guild(t->s.box, 0);
	t->to = zx_sandbox_guild(t->s.box, 1);
	sim_snapshot(&t->s, t->from, &t->snap);
	sim_watch(&t->s, t->from, t->to);
	sim_snapshot(&t->s, t->to, &t->before);
	t->o = sim_options(&t->s, t->to);
	t->o.what = what;
	plan_now(t);
	assert_false(zx_plan_blocked(t->plan));
	assert_false(zx_plan_empty(t->plan));
}

static void begin(struct run *t)
{
	begin_into(t, "everything,empty", ZX_RESTORE_ALL);
}

static void end(struct run *t)
{
	sim_no_leak(&t->s);
	zx_plan_free(t->plan);
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
}

static void live_to_the_end(struct run *t)
{
	assert_int_equal(sim_live(&t->s, t->plan), 1);
	assert_err(t->s.err, ZX_OK);
}

static struct zx_restore_report report(struct run *t)
{
	struct zx_restore_report r;

	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	return r;
}

static struct zx_restore_progress progress(struct run *t)
{
	struct zx_restore_progress p;

	zx_restore_run_progress(t->s.run, zx_sandbox_now(t->s.box), &p);
	return p;
}

/* Nothing went wrong; says what did. */
static void all_well(struct run *t)
{
	struct zx_restore_report r = report(t);
	struct zx_buf b;

	if (!r.failed && !r.stopped)
		return;
	zx_buf_init(&b, NULL, 0);
	(void)!zx_restore_run_text(t->s.run, zx_sandbox_now(t->s.box),
				   mem_append, &b);
	fail_msg("%.3000s", zx_buf_cstr(&b));
}

static uint32_t still_differs(struct run *t, int tell)
{
	return sim_differs(&t->s, &t->snap.r, t->to, &t->o,
			   zx_restore_run_ids(t->s.run), tell);
}

/* Runs `after` a number of writes, then as before. */
static void live_until(struct run *t, unsigned writes)
{
	sim_begin(&t->s, t->plan);
	while (t->s.writes < writes && sim_step(&t->s))
		;
	assert_false(t->s.done);
}

static void go_on(struct run *t)
{
	while (sim_step(&t->s))
		;
}

static void fault(struct run *t, const char *fmt, ...) ZX_PRINTF(2, 3);
static void fault(struct run *t, const char *fmt, ...)
{
	char json[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(json, sizeof(json), fmt, ap);
	va_end(ap);
	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_err(zx_sandbox_fault(t->s.box, json), ZX_OK);
}

/* The first operation of that act and its result. */
static struct zx_restore_result result_of(struct run *t, enum zx_act act,
					  enum zx_outcome outcome)
{
	struct zx_restore_result r;
	struct zx_plan_op op;

	for (size_t i = 0; zx_plan_op(t->plan, i, &op); i++) {
		assert_err(zx_restore_run_result(t->s.run, op.id, &r), ZX_OK);
		if (op.act == act && r.outcome == outcome)
			return r;
	}
	memset(&r, 0, sizeof(r));
	return r;
}

/* -------------------------------------------------------------------------- */

static void restore__into_an_empty_server_all_is_there(void **state)
{
	struct zx_restore_report r;
	struct zx_restore_progress p;
	struct run t;

	(void)state;
	begin(&t);
	live_to_the_end(&t);
	r = report(&t);
	p = progress(&t);
	all_well(&t);
	assert_true(r.created > 20);
	assert_int_equal(p.done, p.ops);
	assert_int_equal(p.eta_ms, 0);
	assert_int_equal(still_differs(&t, 1), 0);
	sim_end(&t.s);
	end(&t);
}

static void C04__restoring_twice_changes_nothing_the_second_time(void **state)
{
	unsigned writes;
	struct run t;

	(void)state;
	begin(&t);
	live_to_the_end(&t);
	sim_end(&t.s);
	writes = t.s.writes;
	plan_now(&t);
	assert_true(zx_plan_empty(t.plan));
	sim_forget(&t.s);
	live_to_the_end(&t);
	assert_int_equal(t.s.writes, writes);
	sim_end(&t.s);
	end(&t);
}

/* How many writes the whole takes. */
static unsigned writes_of_all(void)
{
	struct run t;
	unsigned n;

	begin(&t);
	live_to_the_end(&t);
	n = t.s.writes;
	sim_end(&t.s);
	end(&t);
	return n;
}

static void C03__a_lost_answer_to_any_write_makes_nothing_twice(void **state)
{
	unsigned n = writes_of_all();

	(void)state;
	for (unsigned k = 0; k < n; k++) {
		struct run t;

		begin(&t);
		t.s.lose = k + 1;
		live_to_the_end(&t);
		all_well(&t);
		sim_end(&t.s);
		sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.to);
		plan_now(&t);
		assert_true(zx_plan_empty(t.plan));
		end(&t);
	}
}

static void C03__without_the_audit_log_the_lists_tell(void **state)
{
	unsigned n = writes_of_all();

	(void)state;
	for (unsigned k = 0; k < n; k++) {
		struct run t;

		begin(&t);
		t.s.lose = k + 1;
		fault(&t, "{'fault':'rest_error','status':403,'code':50013,"
			  "'route':'GET /guilds/{id}/audit-logs','times':0}");
		live_to_the_end(&t);
		all_well(&t);
		sim_end(&t.s);
		sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.to);
		end(&t);
	}
}

static void restore__an_answer_that_is_no_json_is_looked_for(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	fault(&t, "{'fault':'rest_malformed','when':'after',"
		  "'route':'POST /guilds/{id}/roles','nth':2}");
	live_to_the_end(&t);
	all_well(&t);
	sim_end(&t.s);
	sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.to);
	end(&t);
}

static void C05__nothing_is_asked_about_roles_above_the_bot(void **state)
{
	struct run t;

	(void)state;
	memset(&t, 0, sizeof(t));
	sim_open(&t.s, "everything", 3);
	t.from = t.to = zx_sandbox_guild(t.s.box, 0);
	sim_snapshot(&t.s, t.to, &t.snap);
	sim_snapshot(&t.s, t.to, &t.before);
	t.o = sim_options(&t.s, t.to);
	t.o.what = ZX_RESTORE_ALL;
	t.o.role_sync = 1;
	/* The bot's own role goes below most others, which are then changed. */
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles",
	       "[{'id':'{role:Zoryx}','position':3}]");
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles/{role:Admin}",
	       "{'name':'Boss'}");
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles/{role:Moderator}",
	       "{'hoist':false}");
	t.o.bot_role = sim_top_role(&t.s, t.to);
	plan_now(&t);
	live_to_the_end(&t);
	assert_int_equal(t.s.denied, 0);
	assert_true(report(&t).impossible + report(&t).skipped > 0);
	sim_end(&t.s);
	end(&t);
}

static void C07__a_permission_taken_away_ends_its_class(void **state)
{
	struct zx_restore_result r;
	struct run t;

	(void)state;
	begin(&t);
	fault(&t, "{'fault':'rest_error','status':403,'code':50013,"
		  "'route':'POST /guilds/{id}/channels','nth':4,'times':0}");
	live_to_the_end(&t);
	assert_true(t.s.denied > 0 && t.s.denied <= 2 * 3);
	r = result_of(&t, ZX_ACT_CHANNEL_CREATE, ZX_OUTCOME_FAILED);
	assert_int_equal(r.status, 403);
	assert_int_equal(r.code, 50013);
	r = result_of(&t, ZX_ACT_CHANNEL_CREATE, ZX_OUTCOME_STOPPED);
	assert_true(r.message.len > 0);
	/* What has nothing to do with it goes on. */
	assert_int_equal(
		result_of(&t, ZX_ACT_EMOJI_CREATE, ZX_OUTCOME_DONE).outcome,
		ZX_OUTCOME_DONE);
	sim_end(&t.s);
	end(&t);
}

static void C08__a_limit_is_told_with_what_depends_on_it(void **state)
{
	struct zx_restore_result r;
	struct run t;

	(void)state;
	begin(&t);
	/* Moderator, the second role, stands in the overwrites of Staff. */
	fault(&t, "{'fault':'rest_error','status':400,'code':30005,'message':"
		  "'Maximum number of guild roles reached (250)',"
		  "'route':'POST /guilds/{id}/roles','nth':2,'times':0}");
	live_to_the_end(&t);
	r = result_of(&t, ZX_ACT_ROLE_CREATE, ZX_OUTCOME_FAILED);
	assert_int_equal(r.code, 30005);
	r = result_of(&t, ZX_ACT_CATEGORY_CREATE, ZX_OUTCOME_STOPPED);
	assert_int_equal(r.outcome, ZX_OUTCOME_STOPPED);
	assert_true(r.message.len > 0);
	assert_true(report(&t).created > 0);
	sim_end(&t.s);
	end(&t);
}

static void C09__used_up_roles_are_waited_for(void **state)
{
	struct zx_sandbox_request q = { .method = "POST" };
	struct zx_sandbox_reply a;
	uint64_t from;
	char path[80];
	struct run t;

	(void)state;
	begin(&t);
	zx_buf_init(&a.headers, NULL, 0);
	zx_buf_init(&a.body, NULL, 0);
	snprintf(path, sizeof(path), "/sandbox/guilds/%" PRIu64 "/quota", t.to);
	q.path = path;
	q.body = ZX_STR("{\"roles_left\":3}");
	assert_err(zx_sandbox_call(t.s.box, &q, &a), ZX_OK);
	assert_true(a.status < 300);
	zx_buf_release(&a.headers);
	zx_buf_release(&a.body);
	from = zx_sandbox_now(t.s.box);
	live_to_the_end(&t);
	all_well(&t);
	assert_true(zx_sandbox_now(t.s.box) - from > 3600000);
	sim_end(&t.s);
	sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.to);
	end(&t);
}

static void C10__a_bot_that_was_kicked_goes_on_when_it_is_back(void **state)
{
	uint64_t at;
	struct run t;
	char body[120];

	(void)state;
	begin(&t);
	live_until(&t, 12);
	sim_as(&t.s, 0, t.to, "DELETE", "/guilds/{guild}/members/{user:bot}",
	       NULL);
	at = zx_sandbox_now(t.s.box);
	go_on(&t);
	assert_int_equal(t.s.done, 1);
	assert_err(t.s.err, ZX_E_CLOSED);
	assert_true(zx_sandbox_now(t.s.box) - at <= 12000);
	all_well(&t);
	sim_end(&t.s);
	snprintf(body, sizeof(body),
		 "{\"user\":\"%" PRIu64 "\",\"guild_id\":\"%" PRIu64 "\"}",
		 zx_sandbox_user(t.s.box, ZX_SANDBOX_BOT), t.to);
	sim_control(&t.s, "POST", "/sandbox/members", body);
	sim_as(&t.s, 0, t.to, "POST", "/guilds/{guild}/roles",
	       "{'name':'Back','permissions':'8'}");
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles",
	       "[{'id':'{role:Back}','position':30}]");
	sim_as(&t.s, 0, t.to, "PUT",
	       "/guilds/{guild}/members/{user:bot}/roles/{role:Back}", NULL);
	live_to_the_end(&t);
	all_well(&t);
	sim_end(&t.s);
	sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.to);
	end(&t);
}

static void C10__an_outage_is_waited_for(void **state)
{
	unsigned writes;
	struct run t;

	(void)state;
	begin(&t);
	live_until(&t, 12);
	zx_restore_run_unavailable(t.s.run, 1, zx_sandbox_now(t.s.box));
	for (int i = 0;
	     i < 5 && zx_restore_run_deadline(t.s.run) != ZX_TIME_NEVER; i++)
		sim_step(&t.s);
	sim_settle(&t.s);
	writes = t.s.writes;
	zx_sandbox_advance(t.s.box, 3600000);
	zx_restore_run_tick(t.s.run, zx_sandbox_now(t.s.box));
	sim_settle(&t.s);
	assert_int_equal(t.s.writes, writes);
	assert_true(progress(&t).paused);
	zx_restore_run_unavailable(t.s.run, 0, zx_sandbox_now(t.s.box));
	go_on(&t);
	assert_err(t.s.err, ZX_OK);
	all_well(&t);
	sim_end(&t.s);
	end(&t);
}

static void C11__what_people_delete_meanwhile_is_told_and_made_anew(void **st)
{
	struct run t;

	(void)st;
	begin(&t);
	live_until(&t, 14);
	sim_as(&t.s, 0, t.to, "DELETE",
	       "/guilds/{guild}/roles/{role:Moderator}", NULL);
	go_on(&t);
	assert_err(t.s.err, ZX_OK);
	assert_true(report(&t).failed + report(&t).stopped > 0);
	assert_true(still_differs(&t, 0) > 0);
	sim_end(&t.s);
	sim_no_leak(&t.s);
	plan_now(&t);
	assert_false(zx_plan_empty(t.plan));
	sim_forget(&t.s);
	live_to_the_end(&t);
	all_well(&t);
	assert_int_equal(still_differs(&t, 1), 0);
	sim_end(&t.s);
	sim_not_twice(&t.s, &t.snap.r, &t.before.r, t.to);
	end(&t);
}

/* After k steps it is cancelled and taken back. */
static int cancelled_after(unsigned k)
{
	/* What Discord itself does to a server that becomes a community. */
	static const char *const but[] = {
		"Block Mention Spam", "explicit_content_filter",
		"verification_level", "public_updates_channel_id",
		"rules_channel_id",   NULL
	};
	struct zx_plan *back;
	struct run t;
	uint64_t at;
	int done;

	begin(&t);
	sim_begin(&t.s, t.plan);
	for (unsigned i = 0; i < k && sim_step(&t.s); i++)
		;
	done = t.s.done;
	if (!done) {
		at = zx_sandbox_now(t.s.box);
		zx_restore_run_cancel(t.s.run, at);
		go_on(&t);
		assert_int_equal(t.s.done, 1);
		/* What was on its way may have been the last of it. */
		if (t.s.err != ZX_OK || progress(&t).done < progress(&t).ops)
			assert_err(t.s.err, ZX_E_CANCELLED);
		assert_true(zx_sandbox_now(t.s.box) - at <= 2000);
	}
	sim_end(&t.s);
	sim_reconcile(&t.s, t.plan);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	assert_true(zx_plan_is_undo(back));
	sim_end(&t.s);
	sim_forget(&t.s);
	zx_sandbox_unwatch(t.s.box);
	assert_int_equal(sim_live(&t.s, back), 1);
	assert_err(t.s.err, ZX_OK);
	sim_end(&t.s);
	zx_plan_free(back);
	sim_same(&t.s, &t.before.r, t.to, but);
	end(&t);
	return done;
}

static void C13_C14__cancelled_at_any_point_it_can_be_taken_back(void **state)
{
	(void)state;
	for (unsigned k = 0; !cancelled_after(k); k += 7)
		;
}

/* What exists was changed, and is rewound; then that is taken back after k
 * steps. */
static int rewound_and_back(unsigned k)
{
	static const char *const but[] = { " position:", NULL };
	struct zx_plan *back;
	struct run t;
	int done;

	memset(&t, 0, sizeof(t));
	sim_open(&t.s, "everything", 3);
	t.from = t.to = zx_sandbox_guild(t.s.box, 0);
	sim_snapshot(&t.s, t.to, &t.snap);
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles/{role:Member}",
	       "{'name':'Members','permissions':'1024','hoist':true}");
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles/{role:Star}",
	       "{'color':255}");
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/roles",
	       "[{'id':'{role:Muted}','position':9}]");
	sim_as(&t.s, 0, t.to, "PATCH", "/channels/{channel:off-topic}",
	       "{'topic':'other','rate_limit_per_user':7}");
	sim_as(&t.s, 0, t.to, "PATCH", "/channels/{channel:Lounge}",
	       "{'user_limit':3}");
	sim_as(&t.s, 0, t.to, "PATCH", "/channels/{channel:questions}",
	       "{'flags':0}");
	sim_as(&t.s, 0, t.to, "PATCH", "/channels/{channel:off-topic}",
	       "{'flags':2097152}");
	sim_as(&t.s, 0, t.to, "DELETE", "/channels/{channel:bot-log}", NULL);
	sim_as(&t.s, 0, t.to, "PUT",
	       "/guilds/{guild}/members/{user:member}/roles/{role:Twin}", NULL);
	sim_as(&t.s, 0, t.to, "PATCH", "/guilds/{guild}/members/{user:0}",
	       "{'nick':'Zoe','roles':[]}");
	sim_snapshot(&t.s, t.to, &t.before);
	t.o = sim_options(&t.s, t.to);
	t.o.what = ZX_RESTORE_ALL;
	t.o.role_sync = t.o.update = 1;
	plan_now(&t);
	sim_begin(&t.s, t.plan);
	for (unsigned i = 0; i < k && sim_step(&t.s); i++)
		;
	done = t.s.done;
	if (done) {
		all_well(&t);
		sim_same(&t.s, &t.snap.r, t.to, but);
	}
	sim_end(&t.s);
	sim_reconcile(&t.s, t.plan);
	assert_err(zx_restore_run_undo(&back, t.s.run, "abcdefabcdef"), ZX_OK);
	sim_end(&t.s);
	sim_forget(&t.s);
	assert_int_equal(sim_live(&t.s, back), 1);
	assert_err(t.s.err, ZX_OK);
	sim_end(&t.s);
	zx_plan_free(back);
	sim_same(&t.s, &t.before.r, t.to, but);
	end(&t);
	return done;
}

static void C14__what_was_changed_is_as_before_when_it_is_taken_back(void **st)
{
	(void)st;
	for (unsigned k = 0; !rewound_and_back(k); k += 3)
		;
}

static void restore__paused_nothing_is_sent(void **state)
{
	unsigned writes;
	struct run t;

	(void)state;
	begin(&t);
	live_until(&t, 8);
	zx_restore_run_pause(t.s.run, 1, zx_sandbox_now(t.s.box));
	sim_settle(&t.s);
	writes = t.s.writes;
	zx_sandbox_advance(t.s.box, 600000);
	zx_restore_run_tick(t.s.run, zx_sandbox_now(t.s.box));
	sim_settle(&t.s);
	assert_int_equal(t.s.writes, writes);
	zx_restore_run_pause(t.s.run, 0, zx_sandbox_now(t.s.box));
	go_on(&t);
	assert_err(t.s.err, ZX_OK);
	assert_int_equal(still_differs(&t, 1), 0);
	sim_end(&t.s);
	end(&t);
}

static void C16__captured_restored_and_captured_it_is_the_same(void **state)
{
	/* What cannot be the same: who made it, places that are equal as an
	 * order, ids inside of texts, types a bot cannot make, what Discord
	 * makes itself, and the emoji of a sound, which is left out (and said
	 * to be) when the sound comes first. */
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
					   "\"more silence\" emoji_id:",
					   NULL };
	struct run t;

	(void)state;
	begin(&t);
	live_to_the_end(&t);
	sim_end(&t.s);
	sim_same(&t.s, &t.snap.r, t.to, but);
	end(&t);
}

static void C17__what_the_server_cannot_have_is_told(void **state)
{
	struct zx_restore_report r;
	struct run t;

	(void)state;
	begin_into(&t, "everything,unboosted",
		   ZX_RESTORE_ALL & ~(unsigned)ZX_RESTORE_GUILD);
	live_to_the_end(&t);
	r = report(&t);
	all_well(&t);
	assert_true(r.downgraded > 0);
	assert_int_equal(still_differs(&t, 1), 0);
	sim_end(&t.s);
	end(&t);
}

/* Discord makes it with the community: no second one is asked for. */
static void
restore__the_rule_that_discord_makes_becomes_the_old_one(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.o.update = 1;
	plan_now(&t);
	live_to_the_end(&t);
	all_well(&t);
	result_of(&t, ZX_ACT_AUTOMOD_ADOPT, ZX_OUTCOME_DONE);
	assert_int_equal(still_differs(&t, 1), 0);
	sim_end(&t.s);
	end(&t);
}

/* The journal -------------------------------------------------------------- */

static void journal__of_another_plan_is_refused(void **state)
{
	struct zx_restore_run *r;
	struct run t;

	(void)state;
	begin(&t);
	live_until(&t, 3);
	sim_end(&t.s);
	plan_now(&t); /* with another id */
	assert_err(zx_restore_run_new(&r, t.plan, NULL, 0), ZX_OK);
	assert_err(zx_restore_run_replay(r, zx_buf_str(&t.s.journal[0])),
		   ZX_E_CORRUPT);
	zx_restore_run_free(r);
	end(&t);
}

static void journal__what_is_missing_in_it_is_noticed(void **state)
{
	struct zx_restore_run *r;
	struct run t;

	(void)state;
	begin(&t);
	live_until(&t, 6);
	sim_end(&t.s);
	assert_err(zx_restore_run_new(&r, t.plan, NULL, 0), ZX_OK);
	assert_err(zx_restore_run_replay(r, zx_buf_str(&t.s.journal[0])),
		   ZX_OK);
	assert_err(zx_restore_run_replay(r, zx_buf_str(&t.s.journal[2])),
		   ZX_E_CORRUPT);
	zx_restore_run_free(r);
	end(&t);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;
	struct zx_restore_reply r = { .err = ZX_E_CANCELLED };
	struct zx_restore_run *run;
	struct zx_restore_out out;
	struct run *t = ud;
	int err;

	o.alloc = a;
	o.store = t->s.store;
	err = zx_restore_run_new(&run, t->plan, &o, 0);
	for (size_t i = 0; !err && i < t->s.records; i++)
		err = zx_restore_run_replay(run, zx_buf_str(&t->s.journal[i]));
	while (!err && zx_restore_run_poll(run, &out) == 1) {
		if (out.kind == ZX_RESTORE_OUT_REQUEST)
			zx_restore_run_feed(run, out.id, &r, 1);
		if (out.kind == ZX_RESTORE_OUT_DONE && out.err == ZX_E_NOMEM)
			err = ZX_E_NOMEM;
	}
	zx_restore_run_free(run);
	return err;
}

static void restore__each_refused_allocation_is_survived(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	live_until(&t, 20);
	sim_end(&t.s);
	fail_alloc_each_lenient(scenario, &t);
	end(&t);
}

static void restore__the_report_says_what_became_of_it(void **state)
{
	struct zx_buf b;
	struct run t;

	(void)state;
	begin(&t);
	fault(&t, "{'fault':'rest_error','status':400,'code':30008,"
		  "'message':'Maximum number of emojis reached (50)',"
		  "'route':'POST /guilds/{id}/emojis','times':1}");
	live_to_the_end(&t);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_restore_run_text(t.s.run, zx_sandbox_now(t.s.box),
				       mem_append, &b),
		   ZX_OK);
	assert_non_null(strstr(zx_buf_cstr(&b), "To be looked at"));
	assert_non_null(strstr(zx_buf_cstr(&b), "(HTTP 400, code 30008)"));
	assert_non_null(strstr(zx_buf_cstr(&b), "Done"));
	zx_buf_release(&b);
	sim_end(&t.s);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restore__into_an_empty_server_all_is_there),
		cmocka_unit_test(
			C04__restoring_twice_changes_nothing_the_second_time),
		cmocka_unit_test(
			C03__a_lost_answer_to_any_write_makes_nothing_twice),
		cmocka_unit_test(C03__without_the_audit_log_the_lists_tell),
		cmocka_unit_test(
			restore__an_answer_that_is_no_json_is_looked_for),
		cmocka_unit_test(
			C05__nothing_is_asked_about_roles_above_the_bot),
		cmocka_unit_test(C07__a_permission_taken_away_ends_its_class),
		cmocka_unit_test(C08__a_limit_is_told_with_what_depends_on_it),
		cmocka_unit_test(C09__used_up_roles_are_waited_for),
		cmocka_unit_test(
			C10__a_bot_that_was_kicked_goes_on_when_it_is_back),
		cmocka_unit_test(C10__an_outage_is_waited_for),
		cmocka_unit_test(
			C11__what_people_delete_meanwhile_is_told_and_made_anew),
		cmocka_unit_test(
			C13_C14__cancelled_at_any_point_it_can_be_taken_back),
		cmocka_unit_test(
			C14__what_was_changed_is_as_before_when_it_is_taken_back),
		cmocka_unit_test(restore__paused_nothing_is_sent),
		cmocka_unit_test(
			C16__captured_restored_and_captured_it_is_the_same),
		cmocka_unit_test(
			restore__the_rule_that_discord_makes_becomes_the_old_one),
		cmocka_unit_test(C17__what_the_server_cannot_have_is_told),
		cmocka_unit_test(journal__of_another_plan_is_refused),
		cmocka_unit_test(journal__what_is_missing_in_it_is_noticed),
		cmocka_unit_test(restore__each_refused_allocation_is_survived),
		cmocka_unit_test(restore__the_report_says_what_became_of_it),
	};

	return cmocka_run_group_tests_name("restore_run", tests, NULL, NULL);
}
