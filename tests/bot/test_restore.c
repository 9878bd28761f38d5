/* SPDX-License-Identifier: MIT
 *
 * Restores in a bot against the sandbox, as the cog's files use them: planned,
 * begun, stopped by the end of the bot, carried on with, cancelled, taken back.
 */
#include "bot/backup.h"
#include "cogs/restore_int.h"

/* What the loop's thread does for the test's, one thing at a time. */
struct hand {
	struct run *r;
	struct zx_timer timer;
	struct zx_bot *bot;
	pthread_mutex_t lock;
	void (*act)(struct hand *h);
	int acted;
	/* what it takes and gives */
	uint64_t guild, n;
	struct zx__restore_ask ask;
	struct zx_plan *plan;
	int err;
	atomic_int planned;
	char why[256];
	/* seen by the hook */
	atomic_int phase; /* written last */
	atomic_uint done;
	int changes, over_err;
	uint32_t differences;
	char lines[4096], over_why[256], safety[13];
	unsigned phases; /* 1 << phase of those seen */
	/* cancels or stops when so many operations are done */
	uint32_t cancel_at;
};

static struct hand hand;
static struct zx_buf report;

static void on_hand(struct zx_timer *t, void *ud)
{
	struct hand *h = ud;

	pthread_mutex_lock(&h->lock);
	if (h->act && !h->acted) {
		h->act(h);
		h->acted = 1;
	}
	pthread_mutex_unlock(&h->lock);
	zx_timer_set(zx_bot_loop(h->bot), t,
		     zx_loop_now(zx_bot_loop(h->bot)) + 2);
}

static void changed(const struct zx__restore_view *v, void *ud)
{
	struct hand *h = ud;

	h->phases |= 1u << v->phase;
	h->over_err = v->err;
	snprintf(h->over_why, sizeof(h->over_why), "%s", v->why);
	h->differences = v->differences;
	h->done = v->progress.done;
	h->n = v->n;
	memcpy(h->safety, v->safety, sizeof(h->safety));
	snprintf(h->lines, sizeof(h->lines), "%s", v->lines);
	h->changes++;
	h->phase = (int)v->phase;
}

static int hand_start(struct zx_bot *bot, void **data)
{
	hand.bot = bot;
	*data = &hand;
	return ZX_OK;
}

static void hand_ready(struct zx_bot *bot, void *data)
{
	(void)data;
	hand.timer.fn = on_hand;
	hand.timer.ud = &hand;
	/* In place of what shows restores in a chat. */
	zx__restore_hook(zx__backup_in(bot), changed, &hand);
	zx_timer_set(zx_bot_loop(bot), &hand.timer,
		     zx_loop_now(zx_bot_loop(bot)));
}

static void hand_stop(struct zx_bot *bot, void *data)
{
	(void)data;
	zx_timer_set(zx_bot_loop(bot), &hand.timer, ZX_TIME_NEVER);
}

static const struct zx_cog hand_cog = { .name = "Hand",
					.start = hand_start,
					.ready = hand_ready,
					.stop = hand_stop };

static void do_it(void (*what)(struct hand *h))
{
	pthread_mutex_lock(&hand.lock);
	hand.act = what;
	hand.acted = 0;
	pthread_mutex_unlock(&hand.lock);
	for (int done = 0; !done; usleep(1000)) {
		pthread_mutex_lock(&hand.lock);
		done = hand.acted;
		pthread_mutex_unlock(&hand.lock);
	}
}

static void start_bot(struct run *r)
{
	ready = 0;
	r->ask = 0;
	snprintf(r->url, sizeof(r->url), "%s", zx_sandbox_api_url(r->box));
	r->bo.token = zx_sandbox_token(r->box);
	assert_err(make_bot(r, zx_sandbox_user(r->box, ZX_SANDBOX_OWNER)),
		   ZX_OK);
	assert_err(zx_bot_add_cog(r->bot, &hand_cog), ZX_OK);
	assert_int_equal(pthread_create(&r->thread, NULL, run_bot, r), 0);
	WAIT_FOR(ready);
}

static struct run *begin(void)
{
	struct run *r = fresh();

	memset(&hand, 0, sizeof(hand));
	zx_buf_init(&report, NULL, 0);
	pthread_mutex_init(&hand.lock, NULL);
	hand.r = r;
	r->so.kinds = "everything";
	r->so.no_rate_limits = 1;
	box_up(r);
	hand.guild = zx_sandbox_guild(r->box, 0);
	start_bot(r);
	WAIT_FOR(logged(r, "slash commands"));
	return r;
}

/* Some roles and channels go. */
static void wreck(struct run *r)
{
	static const char *const paths[] = {
		"/guilds/{guild}/roles/{role:Moderator}",
		"/guilds/{guild}/roles/{role:Star}",
		"/guilds/{guild}/roles/{role:Member}",
		"/channels/{channel:general}",
		"/channels/{channel:Lounge}",
		"/channels/{channel:Staff}",
		"/channels/{channel:bot-log}",
		"/channels/{channel:sam-and-staff}",
		"/channels/{channel:off-topic}",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		act(r, "DELETE", paths[i], "null");
}

static void planned(int err, const char *why, struct zx_plan *plan, void *ud)
{
	struct hand *h = ud;

	h->err = err;
	snprintf(h->why, sizeof(h->why), "%s", why);
	h->plan = plan;
	h->planned = 1;
}

static void plan_it(struct hand *h)
{
	h->planned = 0;
	h->err = zx__restore_plan(zx__backup_in(h->bot), &h->ask, planned, h);
}

static void undo_it(struct hand *h)
{
	h->planned = 0;
	h->err = zx__restore_undo(zx__backup_in(h->bot), h->n, planned, h);
}

static void begin_it(struct hand *h)
{
	struct zx_plan *plan = h->plan;

	h->plan = NULL;
	h->phases = 0;
	h->err = zx__restore_begin(zx__backup_in(h->bot), plan, &h->ask,
				   ZX_STR("message 5"), &h->n, h->why);
}

static void go_on(struct hand *h)
{
	h->err = zx__restore_go_on(zx__backup_in(h->bot), h->guild, h->why);
}

static void look_at_it(struct hand *h)
{
	struct zx__restore_view v;

	h->err = zx__restore_open(zx__backup_in(h->bot), h->guild, &v);
	if (!h->err)
		changed(&v, h);
}

static void cancel_it(struct hand *h)
{
	h->err = zx__restore_cancel(zx__backup_in(h->bot), h->guild);
}

static void give_up(struct hand *h)
{
	h->err = zx__restore_give_up(zx__backup_in(h->bot), h->guild);
}

static int append(struct zx_str piece, void *ud)
{
	zx_buf_adds(ud, piece);
	return 0;
}

static void text_it(struct hand *h)
{
	zx_buf_clear(&report);
	h->err = zx__restore_text(zx__backup_in(h->bot), h->n, append, &report);
}

static void meta_it(struct hand *h)
{
	zx_buf_clear(&report);
	h->err = zx__restore_meta(zx__backup_in(h->bot), h->n, &report);
}

/* A backup is made, the server wrecked, and a plan drawn up. */
static void prepare(struct run *r, unsigned what)
{
	char id[13];

	create(r, NULL, id);
	wreck(r);
	hand.ask = (struct zx__restore_ask){ .guild = hand.guild,
					     .user = zx_sandbox_user(
						     r->box, ZX_SANDBOX_OWNER),
					     .what = what };
	memcpy(hand.ask.snapshot, id, 13);
	do_it(plan_it);
	assert_err(hand.err, ZX_OK);
	WAIT_FOR(hand.planned);
	if (hand.err)
		fail_msg("%s", hand.why);
	assert_non_null(hand.plan);
	assert_false(zx_plan_empty(hand.plan));
}

/* Says where it is when it does not get there. */
static void wait_for(struct run *r, enum zx__restore_phase phase)
{
	zx_time until = zx_clock() + 3 * WAIT_MS;

	while (hand.phase != (int)phase && zx_clock() < until)
		usleep(2000);
	if (hand.phase != (int)phase)
		fail_msg("phase %d, %u done, %s\n%s", hand.phase, hand.done,
			 hand.over_why, zx_buf_cstr(&r->log));
}

/* Until it has done something and is not yet at its end. */
static void wait_running(struct run *r, uint32_t done)
{
	zx_time until = zx_clock() + 3 * WAIT_MS;

	while ((hand.phase != ZX__RESTORE_RUNNING || hand.done < done) &&
	       zx_clock() < until)
		usleep(2000);
	if (hand.phase != ZX__RESTORE_RUNNING)
		fail_msg("phase %d, %u done, %s\n%s", hand.phase, hand.done,
			 hand.over_why, zx_buf_cstr(&r->log));
}

static void finish(struct run *r)
{
	zx_buf_release(&report);
	zx_plan_free(hand.plan);
	down(r);
	pthread_mutex_destroy(&hand.lock);
}

static void restore__planned_begun_checked_and_taken_back(void **state)
{
	struct run *r = begin();
	uint64_t first, last;

	(void)state;
	prepare(r, ZX_RESTORE_ALL);
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	first = hand.n;
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_OK);
	assert_string_equal(hand.over_why, "");
	if (hand.differences)
		fail_msg("%s", hand.lines);
	assert_int_equal(hand.phases, 1u << ZX__RESTORE_SAFETY |
					      1u << ZX__RESTORE_RUNNING |
					      1u << ZX__RESTORE_CHECKING |
					      1u << ZX__RESTORE_OVER);
	assert_int_equal(strlen(hand.safety), 12);
	do_it(text_it);
	assert_err(hand.err, ZX_OK);
	if (!strstr(zx_buf_cstr(&report), "Moderator"))
		fail_msg("%s", zx_buf_cstr(&report));
	do_it(meta_it);
	assert_string_equal(zx_buf_cstr(&report), "message 5");

	/* Somebody writes in a channel that was made: it is said so. */
	assert_err(zx_sandbox_say(
			   r->box, 0,
			   zx_sandbox_channel(r->box, hand.guild, "general"),
			   "still here", NULL),
		   ZX_OK);
	/* And that a role was changed. */
	act(r, "PATCH", "/guilds/{guild}/roles/{role:Star}",
	    "{\"permissions\":\"2\"}");
	hand.ask.takes_back = first;
	do_it(undo_it);
	assert_err(hand.err, ZX_OK);
	WAIT_FOR(hand.planned);
	if (hand.err)
		fail_msg("%s", hand.why);
	assert_true(zx_plan_is_undo(hand.plan));
	assert_non_null(strstr(hand.why, "1 of its channels"));
	assert_non_null(strstr(hand.why, "general"));
	assert_non_null(
		strstr(hand.why, "1 of its roles was changed since: Star"));
	hand.phase = ZX__RESTORE_SAFETY;
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_OK);
	/* The wrecked server lacked channels that its onboarding named. */
	if (hand.differences > 1 ||
	    (hand.differences && !strstr(hand.lines, "onboarding")))
		fail_msg("%u: %s", hand.differences, hand.lines);
	assert_true(hand.n > first);
	/* Nor twice. */
	last = hand.n;
	hand.n = first;
	do_it(undo_it);
	assert_err(hand.err, ZX_E_EXISTS);
	hand.n = last;
	/* What takes one back cannot be taken back. */
	do_it(undo_it);
	WAIT_FOR(hand.planned || hand.err);
	assert_err(hand.err, ZX_E_STATE);
	finish(r);
}

static void restore__the_end_of_the_bot_is_not_its_end(void **state)
{
	struct run *r = begin();

	(void)state;
	prepare(r, ZX_RESTORE_ALL);
	/* Each request takes a while, so that it is met in the middle. */
	control(r, "POST", "faults",
		"{\"fault\":\"rest_slow\",\"ms\":500,\"times\":0,"
		"\"route\":\"POST /guilds/{id}/*\"}");
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_running(r, 2);
	bot_down(r);
	hand.phase = ZX__RESTORE_OVER;
	start_bot(r);
	do_it(look_at_it);
	assert_err(hand.err, ZX_OK);
	assert_int_equal(hand.phase, ZX__RESTORE_STOPPED);
	assert_err(hand.over_err, ZX_E_CLOSED);
	assert_true(hand.done >= 2);
	control(r, "DELETE", "faults", "");
	/* Another one cannot be begun. */
	do_it(plan_it);
	assert_err(hand.err, ZX_OK);
	WAIT_FOR(hand.planned || hand.err);
	assert_err(hand.err, ZX_OK);
	do_it(begin_it);
	assert_err(hand.err, ZX_E_BUSY);
	assert_non_null(strstr(hand.why, "not over"));
	do_it(go_on);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_OK);
	if (hand.differences)
		fail_msg("%s", hand.lines);
	finish(r);
}

static void C12_C13__cancelled_it_stays_until_it_is_given_up(void **state)
{
	struct run *r = begin();

	(void)state;
	prepare(r, ZX_RESTORE_ALL);
	control(r, "POST", "faults",
		"{\"fault\":\"rest_slow\",\"ms\":500,\"times\":0,"
		"\"route\":\"POST /guilds/{id}/*\"}");
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_running(r, 1);
	do_it(cancel_it);
	assert_err(hand.err, ZX_OK);
	wait_for(r, ZX__RESTORE_STOPPED);
	assert_err(hand.over_err, ZX_E_CANCELLED);
	control(r, "DELETE", "faults", "");
	do_it(give_up);
	assert_err(hand.err, ZX_OK);
	wait_for(r, ZX__RESTORE_OVER);
	/* Now there is room for another one. */
	hand.planned = 0;
	do_it(plan_it);
	assert_err(hand.err, ZX_OK);
	WAIT_FOR(hand.planned);
	assert_err(hand.err, ZX_OK);
	hand.phase = ZX__RESTORE_STOPPED;
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_OVER);
	if (hand.differences)
		fail_msg("%s", hand.lines);
	finish(r);
}

static void restore__a_server_that_has_changed_is_planned_for_again(void **st)
{
	struct run *r = begin();

	(void)st;
	prepare(r, ZX_RESTORE_ALL);
	act(r, "DELETE", "/channels/{channel:twins}", "null");
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_E_STATE);
	assert_non_null(strstr(hand.over_why, "plan again"));
	/* Nobody is offered to go on with it. */
	assert_int_equal(hand.phases & 1u << ZX__RESTORE_STOPPED, 0);
	finish(r);
}

/* When the third channel is made, somebody deletes a role that was made. */
static void meddle(struct run *r)
{
	control(r, "POST", "faults",
		"{\"fault\":\"rest_meanwhile\",\"nth\":3,"
		"\"route\":\"POST /guilds/{id}/channels\","
		"\"act\":{\"method\":\"DELETE\","
		"\"path\":\"/guilds/{guild}/roles/{role:Moderator}\"}}");
}

static void over_in_two_rounds(struct run *r)
{
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_OK);
	assert_string_equal(hand.over_why, "");
	if (hand.differences)
		fail_msg("%s", hand.lines);
	do_it(text_it);
	assert_err(hand.err, ZX_OK);
	if (!strstr(zx_buf_cstr(&report), "(round 2) create role Moderator"))
		fail_msg("%s", zx_buf_cstr(&report));
	act(r, "GET", "/guilds/{guild}/roles/{role:Moderator}", "null");
}

static void C11__what_others_delete_meanwhile_is_brought_back(void **state)
{
	struct run *r = begin();
	uint64_t first;

	(void)state;
	prepare(r, ZX_RESTORE_ALL);
	meddle(r);
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	first = hand.n;
	over_in_two_rounds(r);
	/* And the way back is one. */
	hand.ask.takes_back = first;
	do_it(undo_it);
	assert_err(hand.err, ZX_OK);
	WAIT_FOR(hand.planned);
	if (hand.err)
		fail_msg("%s", hand.why);
	hand.phase = ZX__RESTORE_SAFETY;
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_OK);
	if (hand.differences > 1 ||
	    (hand.differences && !strstr(hand.lines, "onboarding")))
		fail_msg("%u: %s", hand.differences, hand.lines);
	control(r, "POST", "act",
		"{\"method\":\"GET\",\"body\":null,"
		"\"path\":\"/guilds/{guild}/roles/{role:Moderator}\"}");
	assert_false(has(r, "\"status\":20"));
	finish(r);
}

static void C11__read_back_after_a_restart_it_is_brought_back_as_well(void **st)
{
	struct run *r = begin();

	(void)st;
	prepare(r, ZX_RESTORE_ALL);
	meddle(r);
	/* The server is not read back before the bot ends. */
	control(r, "POST", "faults",
		"{\"fault\":\"rest_slow\",\"ms\":3000,\"times\":0,\"nth\":3,"
		"\"route\":\"GET /guilds/{id}/members/{id}\"}");
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_CHECKING);
	bot_down(r);
	assert_int_equal(hand.phase, ZX__RESTORE_STOPPED);
	hand.phase = ZX__RESTORE_OVER;
	control(r, "DELETE", "faults", "");
	start_bot(r);
	do_it(look_at_it);
	assert_err(hand.err, ZX_OK);
	assert_int_equal(hand.phase, ZX__RESTORE_STOPPED);
	assert_err(hand.over_err, ZX_E_CLOSED);
	do_it(go_on);
	if (hand.err)
		fail_msg("%s", hand.why);
	over_in_two_rounds(r);
	finish(r);
}

/* Somebody deletes a role that was made, and takes from the bot what it would
 * need to make it again. */
static void restore__why_there_is_no_other_round_is_said(void **state)
{
	struct run *r = begin();

	(void)state;
	prepare(r, ZX_RESTORE_ROLES | ZX_RESTORE_CHANNELS);
	meddle(r);
	control(r, "POST", "faults",
		"{\"fault\":\"rest_meanwhile\",\"nth\":2,"
		"\"route\":\"GET /guilds/{id}/members/{id}\","
		"\"act\":{\"method\":\"PATCH\","
		"\"path\":\"/guilds/{guild}/roles/{role:Zoryx}\","
		"\"body\":{\"permissions\":\"8866461497950199\"}}}");
	do_it(begin_it);
	if (hand.err)
		fail_msg("%s", hand.why);
	wait_for(r, ZX__RESTORE_OVER);
	assert_err(hand.over_err, ZX_OK);
	assert_true(hand.differences > 0);
	assert_non_null(strstr(hand.lines, "create role Moderator"));
	if (!strstr(hand.over_why, "The bot lacks Manage Roles"))
		fail_msg("%s", hand.over_why);
	finish(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restore__planned_begun_checked_and_taken_back),
		cmocka_unit_test(restore__the_end_of_the_bot_is_not_its_end),
		cmocka_unit_test(
			C12_C13__cancelled_it_stays_until_it_is_given_up),
		cmocka_unit_test(
			restore__a_server_that_has_changed_is_planned_for_again),
		cmocka_unit_test(
			C11__what_others_delete_meanwhile_is_brought_back),
		cmocka_unit_test(
			C11__read_back_after_a_restart_it_is_brought_back_as_well),
		cmocka_unit_test(restore__why_there_is_no_other_round_is_said),
	};

	return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
