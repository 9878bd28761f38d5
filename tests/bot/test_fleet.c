/* SPDX-License-Identifier: MIT
 *
 * The fleet of a bot: identify turns, the day's budget, members over the
 * gateway, many shards. The bot is stepped by the test itself.
 */
#include <unistd.h>

#include "helper/zx_test.h"
#include "zoryx/bot.h"
#include "zoryx/sandbox.h"

struct seen {
	unsigned chunks, done, failed;
	size_t members;
	int err;
};

struct rig {
	struct zx_sandbox *box;
	struct zx_bot *bot;
	char state[64];
	unsigned asked; /* turns of the gate */
	uint32_t shard; /* that asked last */
	int refuse;
};

static void open_box(struct rig *r, struct zx_sandbox_options *o)
{
	*r = (struct rig){ .box = NULL };
	snprintf(r->state, sizeof(r->state), "%s/zx-fleet-%ld.db",
		 zx_test_dir(), (long)getpid());
	unlink(r->state);
	assert_err(zx_sandbox_start(&r->box, o), ZX_OK);
}

static struct zx_bot_options options(const struct rig *r)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;

	o.token = zx_sandbox_token(r->box);
	o.api_url = zx_sandbox_api_url(r->box);
	o.intents = ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MESSAGES |
		    ZX_INTENT_GUILD_MEMBERS | ZX_INTENT_DIRECT_MESSAGES;
	return o;
}

static void start(struct rig *r, const struct zx_bot_options *o)
{
	assert_err(zx_bot_new(&r->bot, o), ZX_OK);
	assert_err(zx_bot_start(r->bot), ZX_OK);
}

#define UNTIL(r, condition)                                                    \
	do {                                                                   \
		zx_time until_ = zx_clock() + 30000;                           \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			assert_err(zx_bot_step((r)->bot, 20), ZX_OK);          \
		}                                                              \
	} while (0)

static struct zx_bot_info info(const struct rig *r)
{
	struct zx_bot_info i;

	zx_bot_info(r->bot, &i);
	return i;
}

static void stop(struct rig *r, int resumable)
{
	int err;

	zx_bot_stop(r->bot, resumable);
	do
		err = zx_bot_step(r->bot, 100);
	while (!err);
	assert_err(err, ZX_E_CLOSED);
	zx_bot_free(r->bot);
	r->bot = NULL;
}

static struct zx_sandbox_stats box_stats(const struct rig *r)
{
	struct zx_sandbox_stats s;

	zx_sandbox_stats(r->box, &s);
	return s;
}

static void close_rig(struct rig *r)
{
	struct zx_buf text;

	if (box_stats(r).violations) {
		zx_buf_init(&text, NULL, 0);
		zx_sandbox_state(r->box, &text);
		print_error("%s\n", zx_buf_cstr(&text));
		zx_buf_release(&text);
	}
	assert_int_equal(box_stats(r).violations, 0);
	zx_bot_free(r->bot);
	zx_sandbox_stop(r->box);
	unlink(r->state);
}

/* Turns ------------------------------------------------------------------ */

static int gate_ask(struct zx_bot *bot, uint32_t shard, void *ud)
{
	struct rig *r = ud;

	(void)bot;
	r->asked++;
	r->shard = shard;
	return r->refuse ? ZX_E_CONNECT : ZX_OK;
}

static void PEER_04__turns_can_come_from_another_process(void **state)
{
	struct rig r;
	struct zx_bot_gate gate = { .ask = gate_ask, .ud = &r };
	struct zx_bot_options o;
	unsigned i;

	(void)state;
	open_box(&r, NULL);
	o = options(&r);
	o.gate = &gate;
	start(&r, &o);
	UNTIL(&r, r.asked == 1);
	for (i = 0; i < 10; i++)
		assert_err(zx_bot_step(r.bot, 10), ZX_OK);
	assert_int_equal(box_stats(&r).identifies, 0);
	zx_bot_grant(r.bot, r.shard + 1); /* nobody's */
	zx_bot_grant(r.bot, r.shard);
	UNTIL(&r, info(&r).shards_ready == 1);
	assert_int_equal(box_stats(&r).identifies, 1);
	close_rig(&r);
}

static void fleet__without_an_answer_its_own_queue_has_to_do(void **state)
{
	struct rig r;
	struct zx_bot_gate gate = { .ask = gate_ask, .ud = &r };
	struct zx_bot_options o;

	(void)state;
	open_box(&r, NULL);
	r.refuse = 1;
	o = options(&r);
	o.gate = &gate;
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1);
	close_rig(&r);
}

/* The day's budget ------------------------------------------------------- */

static void B19__with_too_few_starts_left_nothing_identifies(void **state)
{
	struct zx_sandbox_options b = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_bot_options o;
	struct rig r;
	unsigned i;

	(void)state;
	b.identify_limit = 3;
	b.shards = 4;
	b.max_concurrency = 4;
	open_box(&r, &b);
	o = options(&r);
	start(&r, &o);
	UNTIL(&r, box_stats(&r).connections == 4);
	for (i = 0; i < 20; i++)
		assert_err(zx_bot_step(r.bot, 10), ZX_OK);
	assert_int_equal(box_stats(&r).identifies, 0);
	close_rig(&r);
}

static void on_log(enum zx_log_level level, const char *module,
		   const char *text, void *ud)
{
	(void)level, (void)module;
	if (strstr(text, "only 4 of 5 session starts are left"))
		++*(int *)ud;
}

/* Discord's number may lag behind; ours does not. */
static void LM_06__a_crash_loop_counts_its_identifies_itself(void **state)
{
	struct zx_sandbox_options b = ZX_SANDBOX_OPTIONS_INIT;
	int said = 0;
	struct zx_log log = { .line = on_log, .ud = &said, .max = ZX_LOG_WARN };
	struct zx_bot_options o;
	struct rig r;
	unsigned i;

	(void)state;
	b.identify_limit = 5;
	b.max_concurrency = 16;
	b.token = "MTA.the-same.for-both";
	open_box(&r, &b);
	o = options(&r);
	o.state_path = r.state;
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1);
	stop(&r, 0);
	/* The same server, which has forgotten all of it: 5 are left by its
	 * count. */
	b.port = (uint16_t)atoi(strrchr(o.api_url, ':') + 1);
	zx_sandbox_stop(r.box);
	assert_err(zx_sandbox_start(&r.box, &b), ZX_OK);
	o = options(&r);
	o.state_path = r.state;
	o.shard_count = 5;
	o.log = &log;
	start(&r, &o);
	UNTIL(&r, said && box_stats(&r).connections >= 1);
	for (i = 0; i < 20; i++)
		assert_err(zx_bot_step(r.bot, 10), ZX_OK);
	assert_int_equal(box_stats(&r).identifies, 0);
	close_rig(&r);
}

static void GW_01__the_gateway_is_asked_for_once(void **state)
{
	struct zx_bot_options o;
	struct rig r;
	unsigned i;
	uint64_t requests;

	(void)state;
	open_box(&r, NULL);
	o = options(&r);
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1);
	requests = box_stats(&r).requests;
	for (i = 1; i <= 2; i++) { /* more wait longer */
		assert_err(zx_sandbox_fault(r.box, "{\"fault\":\"drop\"}"),
			   ZX_OK);
		UNTIL(&r, zx_shard_stats(zx_bot_shard(r.bot, 0))->resumed == i);
	}
	assert_int_equal(box_stats(&r).requests, requests);
	close_rig(&r);
}

static void LM_03__a_thousand_shards_are_up_when_turns_allow(void **state)
{
	struct zx_sandbox_options b = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_bot_options o;
	struct rig r;

	(void)state;
	b.shards = 1000;
	b.max_concurrency = 1000;
	b.identify_limit = 5000;
	open_box(&r, &b);
	o = options(&r);
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1000);
	assert_int_equal(box_stats(&r).identifies, 1000);
	assert_int_equal(box_stats(&r).connections, 1000);
	close_rig(&r);
}

/* Events ------------------------------------------------------------------ */

static void SH_03__what_has_no_guild_is_taken_from_shard_0_once(void **state)
{
	struct zx_sandbox_options b = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_bot_options o;
	struct rig r;
	uint64_t seen;

	(void)state;
	b.shards = 4;
	b.max_concurrency = 4;
	open_box(&r, &b);
	o = options(&r);
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 4);
	seen = info(&r).messages_seen;
	assert_err(zx_sandbox_inject(r.box, 0, "MESSAGE_CREATE",
				     "{\"id\":\"5\",\"channel_id\":\"6\","
				     "\"content\":\"x\",\"author\":"
				     "{\"id\":\"7\"}}"),
		   ZX_OK);
	UNTIL(&r, info(&r).messages_seen > seen);
	assert_int_equal(info(&r).messages_seen, seen + 1);
	close_rig(&r);
}

static void GS_04__nulls_where_the_documentation_has_a_question_mark(void **s)
{
	struct zx_bot_options o;
	struct rig r;
	uint64_t id;

	(void)s;
	open_box(&r, NULL);
	o = options(&r);
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1 && !info(&r).guilds_unavailable);
	id = zx_sandbox_guild(r.box, 0);
	{
		char d[512];

		snprintf(d, sizeof(d),
			 "{\"id\":\"%llu\",\"name\":null,\"owner_id\":null,"
			 "\"member_count\":null,\"unavailable\":null,"
			 "\"roles\":null,\"channels\":[{\"id\":\"1\","
			 "\"application_id\":null,\"name\":null,"
			 "\"parent_id\":null}],\"members\":null}",
			 (unsigned long long)id);
		assert_err(zx_sandbox_inject(r.box, 0, "GUILD_CREATE", d),
			   ZX_OK);
		assert_err(zx_sandbox_inject(r.box, 0, "GUILD_UPDATE", d),
			   ZX_OK);
		assert_err(zx_sandbox_inject(r.box, 0, "GUILD_MEMBER_ADD",
					     "{\"guild_id\":null}"),
			   ZX_OK);
		assert_err(zx_sandbox_inject(r.box, 0, "GUILD_DELETE",
					     "{\"id\":null,\"unavailable\":"
					     "null}"),
			   ZX_OK);
		assert_err(zx_sandbox_inject(r.box, 0, "GUILD_ROLE_UPDATE",
					     "{\"guild_id\":\"1\",\"role\":"
					     "null}"),
			   ZX_OK);
		assert_err(zx_sandbox_inject(r.box, 0, "MESSAGE_CREATE",
					     "{\"author\":null,\"member\":null,"
					     "\"content\":null,\"id\":null}"),
			   ZX_OK);
	}
	UNTIL(&r, info(&r).messages_seen == 1);
	assert_int_equal(info(&r).guilds, 3);
	assert_true(zx_bot_guild(r.bot, id)->name[0]);
	assert_int_equal(zx_shard_stats(zx_bot_shard(r.bot, 0))->connects, 1);
	close_rig(&r);
}

/* Members ----------------------------------------------------------------- */

static void on_members(const struct zx_members_out *o, void *ud)
{
	struct seen *s = ud;
	struct zx_json_iter it;

	if (o->kind == ZX_MEMBERS_OUT_CHUNK) {
		assert_int_equal(o->index, s->chunks++);
		it = zx_json_each(o->members);
		while (zx_json_next(&it))
			s->members++;
	} else if (o->kind == ZX_MEMBERS_OUT_DONE) {
		s->done++;
	} else if (o->kind == ZX_MEMBERS_OUT_FAILED) {
		s->failed++;
		s->err = o->err;
	}
}

static void PEER_12__all_members_of_a_guild_come_in_chunks(void **state)
{
	struct zx_sandbox_options b = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;
	struct seen s = { 0 }, found = { 0 };
	struct zx_bot_options o;
	struct rig r;
	uint64_t owner;

	(void)state;
	b.members = 2500;
	b.guilds = 1;
	open_box(&r, &b);
	o = options(&r);
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1 && !info(&r).guilds_unavailable);
	q.guild_id = zx_sandbox_guild(r.box, 0);
	q.query = "";
	q.ud = &s;
	assert_err(zx_bot_request_members(r.bot, &q, on_members, NULL), ZX_OK);
	owner = zx_sandbox_user(r.box, ZX_SANDBOX_OWNER);
	q.query = NULL;
	q.user_ids = &owner;
	q.user_id_count = 1;
	q.ud = &found;
	assert_err(zx_bot_request_members(r.bot, &q, on_members, NULL), ZX_OK);
	UNTIL(&r, s.done + s.failed && found.done + found.failed);
	assert_int_equal(s.done, 1);
	assert_true(s.members >= 2500);
	assert_int_equal(s.chunks, (s.members + 999) / 1000);
	assert_int_equal(found.members, 1);
	close_rig(&r);
}

static void GS_08__requests_end_with_the_bot(void **state)
{
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;
	struct seen s = { 0 };
	struct zx_bot_options o;
	struct rig r;

	(void)state;
	open_box(&r, NULL);
	o = options(&r);
	assert_err(zx_bot_new(&r.bot, &o), ZX_OK);
	q.guild_id = 1;
	q.query = "";
	q.ud = &s;
	assert_err(zx_bot_request_members(r.bot, &q, on_members, NULL),
		   ZX_E_STATE);
	assert_err(zx_bot_start(r.bot), ZX_OK);
	UNTIL(&r, info(&r).shards_ready == 1);
	assert_err(zx_bot_request_members(r.bot, &q, on_members, NULL), ZX_OK);
	zx_bot_free(r.bot);
	r.bot = NULL;
	assert_int_equal(s.failed, 1);
	assert_err(s.err, ZX_E_CLOSED);
	close_rig(&r);
}

static void PEER_18__an_outage_outlives_a_restart_as_an_outage(void **state)
{
	struct zx_bot_options o;
	struct rig r;
	uint64_t id;

	(void)state;
	open_box(&r, NULL);
	o = options(&r);
	o.state_path = r.state;
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1 && !info(&r).guilds_unavailable);
	id = zx_sandbox_guild(r.box, 0);
	assert_err(zx_sandbox_fault(r.box, "{\"fault\":\"outage\","
					   "\"ms\":600000}"),
		   ZX_OK);
	UNTIL(&r, info(&r).guilds_unavailable == 1);
	assert_int_equal(info(&r).guilds, 3);
	stop(&r, 1);
	start(&r, &o);
	UNTIL(&r, info(&r).shards_ready == 1);
	assert_int_equal(info(&r).guilds, 3);
	assert_int_equal(info(&r).guilds_unavailable, 1);
	assert_true(zx_bot_guild(r.bot, id)->unavailable);
	assert_int_equal(box_stats(&r).identifies, 1);
	close_rig(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(PEER_04__turns_can_come_from_another_process),
		cmocka_unit_test(
			fleet__without_an_answer_its_own_queue_has_to_do),
		cmocka_unit_test(
			B19__with_too_few_starts_left_nothing_identifies),
		cmocka_unit_test(
			LM_06__a_crash_loop_counts_its_identifies_itself),
		cmocka_unit_test(GW_01__the_gateway_is_asked_for_once),
		cmocka_unit_test(
			LM_03__a_thousand_shards_are_up_when_turns_allow),
		cmocka_unit_test(
			SH_03__what_has_no_guild_is_taken_from_shard_0_once),
		cmocka_unit_test(
			GS_04__nulls_where_the_documentation_has_a_question_mark),
		cmocka_unit_test(
			PEER_12__all_members_of_a_guild_come_in_chunks),
		cmocka_unit_test(GS_08__requests_end_with_the_bot),
		cmocka_unit_test(
			PEER_18__an_outage_outlives_a_restart_as_an_outage),
	};

	return cmocka_run_group_tests_name("bot/fleet", tests, NULL, NULL);
}
