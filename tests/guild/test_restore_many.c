/* SPDX-License-Identifier: MIT
 *
 * Channels with more overwrites than a request takes, against the sandbox:
 * carried out, interrupted, finished and taken back, while nobody may see what
 * is hidden from them.
 */
#include "guild/restore_sim.h"

enum { FAKE = 5000, SEE = 1024, SAY = 2048, ALWAYS = 2 };

struct story {
	struct sim s;
	uint64_t guild;
	struct sim_snapshot snap, before;
	struct zx_restore_options o;
	struct zx_plan *plan;
};

/* The server --------------------------------------------------------------- */

static void act(struct story *t, const char *method, const char *path,
		const char *fmt, ...) ZX_PRINTF(4, 5);
static void act(struct story *t, const char *method, const char *path,
		const char *fmt, ...)
{
	char body[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(body, sizeof(body), fmt, ap);
	va_end(ap);
	sim_as(&t->s, 0, t->guild, method, path, *body ? body : NULL);
}

static void channel(struct story *t, int type, const char *name,
		    const char *parent)
{
	if (parent)
		act(t, "POST", "/guilds/{guild}/channels",
		    "{'type':%d,'name':'%s','parent_id':'{channel:%s}',"
		    "'permission_overwrites':[{'id':'1','type':1}]}",
		    type, name, parent);
	else
		act(t, "POST", "/guilds/{guild}/channels",
		    "{'type':%d,'name':'%s','permission_overwrites':["
		    "{'id':'1','type':1}]}",
		    type, name);
}

/* `who`: "{role:In}", "{user:1}". */
static void put(struct story *t, const char *name, const char *who, int member,
		unsigned allow, unsigned deny)
{
	char path[200];

	snprintf(path, sizeof(path), "/channels/{channel:%s}/permissions/%s",
		 name, who);
	act(t, "PUT", path, "{'type':%d,'allow':'%u','deny':'%u'}", member,
	    allow, deny);
}

/* Of people who are not here; their ids come first. */
static void put_many(struct story *t, const char *name, unsigned n,
		     unsigned allow, unsigned deny)
{
	char who[20];

	for (unsigned i = 0; i < n; i++) {
		snprintf(who, sizeof(who), "%u", FAKE + i);
		put(t, name, who, 1, allow, deny);
	}
}

static void gone(struct story *t, const char *name, const char *who)
{
	char path[200];

	snprintf(path, sizeof(path), "/channels/{channel:%s}/permissions/%s",
		 name, who);
	act(t, "DELETE", path, "%s", "");
}

static void people(struct story *t)
{
	static const char *const roles[] = { "In", "Quiet" };
	static const char *const in[] = { "member", "1", "2" };

	for (int i = 0; i < 2; i++)
		act(t, "POST", "/guilds/{guild}/roles",
		    "{'name':'%s','permissions':'0'}", roles[i]);
	for (int i = 0; i < 3; i++) {
		char path[100];

		snprintf(path, sizeof(path),
			 "/guilds/{guild}/members/{user:%s}/roles/{role:In}",
			 in[i]);
		act(t, "PUT", path, "%s", "");
	}
}

/* Everybody sees it but user 0 and some who are not here; those that deny do
 * not fit into a request. */
static void vault(struct story *t)
{
	channel(t, 0, "vault", NULL);
	put_many(t, "vault", 100, 0, SEE);
	put(t, "vault", "{role:In}", 0, SEE, SAY);
	put(t, "vault", "{role:Quiet}", 0, 0, SAY);
	put(t, "vault", "{user:0}", 1, 0, SEE);
	put(t, "vault", "{user:3}", 1, SEE, 0);
	gone(t, "vault", "1");
}

/* Those of the role see it, but user 1. */
static void den(struct story *t)
{
	channel(t, 0, "den", NULL);
	put(t, "den", "{guild}", 0, 0, SEE);
	put_many(t, "den", 101, 0, SAY);
	put(t, "den", "{role:In}", 0, SEE | SAY, 0);
	put(t, "den", "{user:1}", 1, 0, SEE);
	gone(t, "den", "1");
}

/* Many are let in, one by one. */
static void tickets(struct story *t)
{
	channel(t, 2, "Tickets", NULL);
	put(t, "Tickets", "{guild}", 0, 0, SEE);
	put_many(t, "Tickets", 103, SEE, 0);
	put(t, "Tickets", "{user:2}", 1, SEE, 0);
	gone(t, "Tickets", "1");
}

/* A category, a channel like it, and one that lets one more in and hides from
 * another. */
static void attic(struct story *t)
{
	static const char *const names[] = { "Attic", "box", "lid" };

	for (int i = 0; i < 3; i++) {
		channel(t, i ? 0 : 4, names[i], i ? "Attic" : NULL);
		put(t, names[i], "{guild}", 0, 0, SEE);
		put_many(t, names[i], 101, 0, SAY);
		put(t, names[i], i == 2 ? "{user:3}" : "{user:2}", 1, SEE, 0);
		gone(t, names[i], "1");
	}
}

static void plan_now(struct story *t)
{
	struct sim_snapshot live;

	zx_plan_free(t->plan);
	t->plan = NULL;
	sim_snapshot(&t->s, t->guild, &live);
	zx_guild_id_new(&t->s.rand, t->o.id);
	assert_err(zx_plan_new(&t->plan, &t->snap.r, &live.r, &t->o), ZX_OK);
	sim_snapshot_release(&live);
}

/* The server as it was is the snapshot; then the channels go. */
static void begin(struct story *t, void (*const *make)(struct story *t),
		  const char *const *lose)
{
	memset(t, 0, sizeof(*t));
	sim_open(&t->s, "empty", 5);
	t->guild = zx_sandbox_guild(t->s.box, 0);
	people(t);
	for (; *make; make++)
		(*make)(t);
	sim_snapshot(&t->s, t->guild, &t->snap);
	sim_watch(&t->s, t->guild, t->guild);
	for (; *lose; lose++)
		act(t, "DELETE", *lose, "%s", "");
	sim_snapshot(&t->s, t->guild, &t->before);
	t->o = sim_options(&t->s, t->guild);
	plan_now(t);
	assert_false(zx_plan_blocked(t->plan));
}

static void end(struct story *t)
{
	sim_no_leak(&t->s);
	zx_plan_free(t->plan);
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
}

#define V "/channels/{channel:vault}"

static void begin_small(struct story *t)
{
	static void (*const make[])(struct story *) = { vault, den, NULL };
	static const char *const lose[] = {
		V, "/channels/{channel:den}",
		"/guilds/{guild}/roles/{role:Quiet}", NULL
	};

	begin(t, make, lose);
}

static void begin_vault(struct story *t, const char *const *lose)
{
	static void (*const make[])(struct story *) = { vault, NULL };

	begin(t, make, lose);
}

static struct zx_restore_report report(struct story *t)
{
	struct zx_restore_report r;

	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	return r;
}

static void all_well(struct story *t)
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

static void carry_out(struct story *t)
{
	assert_int_equal(sim_live(&t->s, t->plan), 1);
	assert_err(t->s.err, ZX_OK);
}

/* Nothing but ids and places differs, and nothing would still be done. */
static void must_be_as_it_was(struct story *t)
{
	static const char *const but[] = { " position:", NULL };

	sim_same(&t->s, &t->snap.r, t->guild, but);
	sim_not_twice(&t->s, &t->snap.r, &t->before.r, t->guild);
	plan_now(t);
	if (!zx_plan_empty(t->plan))
		sim_differs(&t->s, &t->snap.r, t->guild, &t->o, NULL, 1);
	assert_true(zx_plan_empty(t->plan));
}

/* How many see it; an administrator and the bot always do. */
static size_t viewers(struct story *t, const char *name)
{
	uint64_t v[64], ch = zx_sandbox_channel(t->s.box, t->guild, name);

	assert_true(ch != 0);
	return zx_sandbox_viewers(t->s.box, ch, v, 64);
}

static void fault(struct story *t, const char *fmt, ...) ZX_PRINTF(2, 3);
static void fault(struct story *t, const char *fmt, ...)
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

/* -------------------------------------------------------------------------- */

static void restore__more_than_100_overwrites_are_all_there_again(void **state)
{
	static void (*const make[])(struct story *) = { vault, den, tickets,
							attic, NULL };
	static const char *const lose[] = { V,
					    "/channels/{channel:den}",
					    "/channels/{channel:Tickets}",
					    "/channels/{channel:box}",
					    "/channels/{channel:lid}",
					    "/channels/{channel:Attic}",
					    "/guilds/{guild}/roles/{role:In}",
					    NULL };
	struct zx_restore_report r;
	struct story t;

	(void)state;
	begin(&t, make, lose);
	carry_out(&t);
	all_well(&t);
	r = report(&t);
	/* six channels and a role, and not each overwrite */
	assert_int_equal(r.created, 7);
	assert_int_equal(r.updated, 0);
	sim_end(&t.s);
	must_be_as_it_was(&t);
	assert_true(viewers(&t, "vault") > viewers(&t, "den"));
	assert_true(viewers(&t, "den") > ALWAYS);
	end(&t);
}

/* Killed at instant k; nonzero when it lived to the end. */
static int killed_at(uint64_t k)
{
	struct story t;
	int lived;

	begin_small(&t);
	t.s.instants = 0;
	t.s.kill_at = k;
	lived = sim_live(&t.s, t.plan);
	if (!lived) {
		sim_end(&t.s);
		sim_no_leak(&t.s);
		t.s.kill_at = 0;
		carry_out(&t);
	}
	all_well(&t);
	sim_end(&t.s);
	must_be_as_it_was(&t);
	end(&t);
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
	struct story t;
	int lived;

	begin_small(&t);
	t.s.instants = 0;
	t.s.kill_at = k;
	lived = sim_live(&t.s, t.plan);
	sim_end(&t.s);
	sim_no_leak(&t.s);
	t.s.kill_at = 0;
	sim_forget(&t.s);
	plan_now(&t);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	must_be_as_it_was(&t);
	end(&t);
	return lived;
}

static void restore__what_one_did_not_finish_the_next_one_does(void **state)
{
	(void)state;
	for (uint64_t k = 1; !lost_at(k); k += 3)
		;
}

/* What is said of the k-th operation of an act that did not come to be. */
static struct zx_restore_result not_done(struct story *t, enum zx_act act)
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

static const char *const only_vault[] = { V, NULL };
static const char *const nothing[] = { NULL };

static void finish_later(struct story *t)
{
	sim_end(&t->s);
	sim_no_leak(&t->s);
	sim_forget(&t->s);
	plan_now(t);
	assert_false(zx_plan_empty(t->plan));
	carry_out(t);
	all_well(t);
	sim_end(&t->s);
	must_be_as_it_was(t);
}

static void restore__one_that_is_refused_keeps_the_channel_closed(void **state)
{
	struct zx_restore_result r;
	struct story t;

	(void)state;
	for (unsigned nth = 1; nth <= 5; nth++) {
		begin_vault(&t, only_vault);
		fault(&t,
		      "{'fault':'rest_error','status':400,'code':50035,"
		      "'route':'PUT /channels/{id}/permissions/{id}',"
		      "'nth':%u}",
		      nth);
		carry_out(&t);
		r = not_done(&t, ZX_ACT_OVERWRITE);
		assert_int_equal(r.outcome, ZX_OUTCOME_FAILED);
		r = not_done(&t, ZX_ACT_OVERWRITE_OPEN);
		assert_int_equal(r.outcome, ZX_OUTCOME_STOPPED);
		assert_true(has_text(r.message, "before more is opened"));
		/* The fourth is that of a role, three of whose members see it:
		 * it is put as a whole by what opens it, when all others that
		 * close it are there. */
		assert_int_equal(viewers(&t, "vault"),
				 nth == 4 ? ALWAYS + 3 : ALWAYS);
		finish_later(&t);
		end(&t);
	}
}

/* What opens it is missing: everyone waits for it. */
static void restore__everyone_comes_last(void **state)
{
	struct story t;

	(void)state;
	for (unsigned nth = 6; nth <= 7; nth++) {
		begin_vault(&t, only_vault);
		fault(&t,
		      "{'fault':'rest_error','status':400,'code':50035,"
		      "'route':'PUT /channels/{id}/permissions/{id}',"
		      "'nth':%u}",
		      nth);
		carry_out(&t);
		assert_int_equal(not_done(&t, ZX_ACT_OVERWRITE_OPEN).outcome,
				 ZX_OUTCOME_FAILED);
		assert_int_equal(report(&t).failed, 1);
		/* everyone's and the bot's own */
		assert_int_equal(report(&t).stopped, 2);
		assert_true(viewers(&t, "vault") > ALWAYS);
		assert_true(viewers(&t, "vault") < ALWAYS + 5);
		finish_later(&t);
		end(&t);
	}
}

/* It had none: what hides the channel does not go. */
static void restore__as_long_as_everyones_is_wrong_it_is_unfinished(void **st)
{
	struct story t;

	(void)st;
	begin_vault(&t, only_vault);
	fault(&t, "{'fault':'rest_error','status':400,'code':50035,"
		  "'route':'DELETE /channels/{id}/permissions/{id}'}");
	carry_out(&t);
	assert_int_equal(report(&t).failed, 1);
	assert_int_equal(report(&t).stopped, 1);
	finish_later(&t);
	end(&t);
}

/* A channel that was finished and then changed by somebody is left alone. */
static void restore__what_somebody_changed_afterwards_stays(void **state)
{
	struct story t;

	(void)state;
	begin_vault(&t, only_vault);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	put(&t, "vault", "{guild}", 0, 0, SEE);
	gone(&t, "vault", "{user:3}");
	gone(&t, "vault", "5099");
	put(&t, "vault", "{role:In}", 0, 0, SEE);
	plan_now(&t);
	assert_true(zx_plan_empty(t.plan));
	/* Unless it shall be as it was. */
	t.o.update = 1;
	plan_now(&t);
	assert_false(zx_plan_empty(t.plan));
	sim_forget(&t.s);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	must_be_as_it_was(&t);
	end(&t);
}

/* The way back: *before is as it was before the restore. */
static void undo(struct story *t)
{
	static const char *const but[] = { " position:", NULL };
	struct zx_plan *back;
	char id[ZX_GUILD_ID_TEXT];

	zx_guild_id_new(&t->s.rand, id);
	sim_reconcile(&t->s, t->plan);
	assert_err(zx_restore_run_undo(&back, t->s.run, id), ZX_OK);
	sim_end(&t->s);
	sim_forget(&t->s);
	assert_int_equal(sim_live(&t->s, back), 1);
	all_well(t);
	sim_end(&t->s);
	zx_plan_free(back);
	sim_same(&t->s, &t->before.r, t->guild, but);
}

static void restore__taken_back_at_any_instant_it_is_as_before(void **state)
{
	struct story t;
	int lived = 0;

	(void)state;
	for (uint64_t k = 5; !lived; k += 11) {
		begin_vault(&t, only_vault);
		t.s.instants = 0;
		t.s.kill_at = k;
		lived = sim_live(&t.s, t.plan);
		sim_end(&t.s);
		t.s.kill_at = 0;
		undo(&t);
		end(&t);
	}
}

/* Channels that are there ----------------------------------------------------
 */

/* Somebody has changed the vault: user 0 sees it meanwhile no more than
 * before. */
static void change_vault(struct story *t)
{
	for (int i = 0; i < 10; i++) {
		char who[20];

		snprintf(who, sizeof(who), "%d", FAKE + 3 * i);
		gone(t, "vault", who);
		snprintf(who, sizeof(who), "%d", FAKE - 1 - i);
		put(t, "vault", who, 1, i % 2 ? SEE : 0, i % 3 ? SAY : 0);
	}
	put(t, "vault", "{guild}", 0, SAY, 0);
	put(t, "vault", "{user:3}", 1, SAY, SEE);
	put(t, "vault", "{user:0}", 1, SAY, SEE);
	put(t, "vault", "{role:Quiet}", 0, SEE, 0);
	gone(t, "vault", "{role:In}");
}

/* With everything as it was, but for the vault. */
static void begin_changed(struct story *t, void (*change)(struct story *t))
{
	begin_vault(t, nothing);
	change(t);
	sim_snapshot_release(&t->before);
	sim_snapshot(&t->s, t->guild, &t->before);
	t->o.update = 1;
	plan_now(t);
}

static void restore__changed_ones_become_as_they_were_one_by_one(void **state)
{
	struct story t;

	(void)state;
	begin_changed(&t, change_vault);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	sim_no_leak(&t.s);
	undo(&t);
	/* And once more. */
	sim_forget(&t.s);
	plan_now(&t);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	must_be_as_it_was(&t);
	end(&t);
}

static void C02__changed_ones_killed_at_any_instant_are_as_they_were(void **st)
{
	struct story t;
	int lived = 0;

	(void)st;
	for (uint64_t k = 1; !lived; k += 17) {
		begin_changed(&t, change_vault);
		t.s.instants = 0;
		t.s.kill_at = k;
		lived = sim_live(&t.s, t.plan);
		if (!lived) {
			sim_end(&t.s);
			sim_no_leak(&t.s);
			t.s.kill_at = 0;
			carry_out(&t);
		}
		all_well(&t);
		sim_end(&t.s);
		must_be_as_it_was(&t);
		end(&t);
	}
}

/* There are few now, of many; the way back has more than a request takes. */
static void only_some(struct story *t)
{
	act(t, "PATCH", V,
	    "{'permission_overwrites':[{'id':'{user:0}','type':1,"
	    "'allow':'0','deny':'1024'},{'id':'4000','type':1,'allow':'1024',"
	    "'deny':'0'}]}");
}

static void restore__few_become_many_and_few_again(void **state)
{
	struct story t;

	(void)state;
	begin_changed(&t, only_some);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	undo(&t);
	end(&t);
}

static void few(struct story *t)
{
	channel(t, 0, "vault", NULL);
	put(t, "vault", "{user:0}", 1, 0, SEE);
	gone(t, "vault", "1");
}

static void restore__many_become_few_and_many_again(void **state)
{
	static void (*const make[])(struct story *) = { few, NULL };
	struct story t;

	(void)state;
	begin(&t, make, nothing);
	put_many(&t, "vault", 110, 0, SEE);
	put(&t, "vault", "{role:In}", 0, 0, SEE);
	sim_snapshot_release(&t.before);
	sim_snapshot(&t.s, t.guild, &t.before);
	t.o.update = 1;
	plan_now(&t);
	carry_out(&t);
	all_well(&t);
	sim_end(&t.s);
	undo(&t);
	sim_forget(&t.s);
	plan_now(&t);
	carry_out(&t);
	sim_end(&t.s);
	must_be_as_it_was(&t);
	end(&t);
}

/* The bot is no administrator: it sees the channel by its own overwrite. */
static void restore__a_bot_that_is_no_administrator_can_do_it(void **state)
{
	static void (*const make[])(struct story *) = { vault, attic, NULL };
	static const char *const lose[] = { V, "/channels/{channel:box}",
					    "/channels/{channel:lid}",
					    "/channels/{channel:Attic}", NULL };
	struct story t;

	(void)state;
	begin(&t, make, lose);
	sim_as(&t.s, zx_sandbox_user(t.s.box, ZX_SANDBOX_OWNER), t.guild,
	       "PATCH", "/guilds/{guild}/roles/{role:Zoryx}",
	       "{'permissions':'268438545'}");
	t.o = sim_options(&t.s, t.guild);
	assert_int_equal(t.o.bot_permissions & 8, 0);
	t.o.what = ZX_RESTORE_CHANNELS | ZX_RESTORE_CATEGORIES;
	plan_now(&t);
	t.s.denied = 0;
	carry_out(&t);
	all_well(&t);
	assert_int_equal(t.s.denied, 0);
	sim_end(&t.s);
	plan_now(&t);
	assert_true(zx_plan_empty(t.plan));
	end(&t);
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
			restore__changed_ones_become_as_they_were_one_by_one),
		cmocka_unit_test(
			C02__changed_ones_killed_at_any_instant_are_as_they_were),
		cmocka_unit_test(restore__few_become_many_and_few_again),
		cmocka_unit_test(restore__many_become_few_and_many_again),
		cmocka_unit_test(
			restore__a_bot_that_is_no_administrator_can_do_it),
	};

	return cmocka_run_group_tests_name("restore_many", tests, NULL, NULL);
}
