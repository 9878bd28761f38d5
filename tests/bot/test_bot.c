/* SPDX-License-Identifier: MIT
 *
 * The whole bot against the sandbox, over real sockets. The bot runs in a
 * thread of its own; the test plays the people and the trouble.
 */
#include <sys/stat.h>

#include "bot/run.h"

/* Commands --------------------------------------------------------------- */

static void bot__answers_in_all_three_forms(void **state)
{
	struct test t = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */
	char text[64];

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	WAIT_FOR(logged(&r, "slash commands registered"));
	assert_err(zx_sandbox_say(t.box, 0, 0, "!ping", NULL), ZX_OK);
	says(&t, "Pong");
	slash(&t, ZX_SANDBOX_MEMBER, "ping", NULL, "Pong");
	snprintf(text, sizeof(text), "<@%llu> stats",
		 (unsigned long long)zx_sandbox_user(t.box, ZX_SANDBOX_BOT));
	assert_err(zx_sandbox_say(t.box, 0, 0, text, NULL), ZX_OK);
	says(&t, "embeds");
	stop(&r, 1);
	assert_int_equal(r.info.guilds, 3);
	assert_int_equal(r.info.guilds_unavailable, 0);
	assert_int_equal(r.info.users, 36);
	assert_int_equal(r.info.shards_ready, 0); /* stopped by now */
	assert_true(r.info.messages_seen >= 2);
	assert_int_equal(r.info.owner_id,
			 zx_sandbox_user(t.box, ZX_SANDBOX_OWNER));
	close_test(&t);
}

static void bot__every_core_command_answers(void **state)
{
	struct test t = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	WAIT_FOR(logged(&r, "slash commands registered"));
	slash(&t, ZX_SANDBOX_ADMIN, "help", NULL, "ping");
	slash(&t, ZX_SANDBOX_ADMIN, "help", "{\"command\":\"ping\"}", "ping");
	slash(&t, ZX_SANDBOX_ADMIN, "ping", NULL, "Pong");
	slash(&t, ZX_SANDBOX_ADMIN, "stats", NULL, "embeds");
	slash(&t, ZX_SANDBOX_ADMIN, "serversettings", NULL, "embeds");
	slash(&t, ZX_SANDBOX_ADMIN, "mentionprefix", "{\"action\":\"disable\"}",
	      "embeds");
	slash(&t, ZX_SANDBOX_ADMIN, "setprefix", "{\"prefix\":\"?\"}", "?");
	stop(&r, 1);
	close_test(&t);
}

static void bot__a_prefix_is_for_administrators_and_survives(void **state)
{
	struct test t = { .box = NULL };
	uint64_t admin, member;
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	admin = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	member = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);
	start(&r, &t);
	zx_sandbox_say(t.box, member, 0, "!setprefix $", NULL);
	says(&t, "Permission Denied");
	zx_sandbox_say(t.box, admin, 0, "!setprefix $", NULL);
	says(&t, "$");
	zx_sandbox_say(t.box, member, 0, "!ping", NULL); /* no more */
	zx_sandbox_say(t.box, member, 0, "$ping", NULL);
	says(&t, "Pong");
	stop(&r, 0);
	start(&r, &t);
	zx_sandbox_say(t.box, member, 0, "$ping", NULL);
	says(&t, "Pong");
	stop(&r, 0);
	close_test(&t);
}

/* Trouble ---------------------------------------------------------------- */

static void bot__a_dropped_connection_is_resumed(void **state)
{
	struct test t = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	assert_err(zx_sandbox_fault(t.box, "{\"fault\":\"drop\"}"), ZX_OK);
	WAIT_FOR(stats(&t).resumed == 1);
	zx_sandbox_say(t.box, 0, 0, "!ping", NULL);
	says(&t, "Pong");
	assert_int_equal(stats(&t).identifies, 1);
	stop(&r, 1);
	close_test(&t);
}

static void ID_05__a_restart_resumes_and_misses_nothing(void **state)
{
	struct test t = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	zx_sandbox_say(t.box, 0, 0, "!ping", NULL);
	says(&t, "Pong");
	stop(&r, 1);
	zx_sandbox_say(t.box, 0, 0, "!ping", NULL); /* while it is away */
	start(&r, &t);
	says(&t, "Pong");
	assert_int_equal(stats(&t).identifies, 1);
	assert_int_equal(stats(&t).resumed, 1);
	/* and it knows its servers without having been told again */
	stop(&r, 0);
	assert_int_equal(r.info.guilds, 3);
	assert_int_equal(r.info.users, 36);
	start(&r, &t);
	assert_int_equal(stats(&t).identifies, 2);
	stop(&r, 0);
	close_test(&t);
}

static void ID_06__a_session_of_other_intents_is_not_used(void **state)
{
	struct test t = { .box = NULL };
	struct zx_bot_options o;
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	stop(&r, 1);
	o = options(&t);
	o.intents = ZX_INTENT_GUILDS;
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	assert_int_equal(stats(&t).identifies, 2);
	assert_int_equal(stats(&t).resumes, 0);
	stop(&r, 1);
	close_test(&t);
}

static void ends_with(struct test *t, struct zx_bot_options *o, int err,
		      const char *text)
{
	static struct run r; /* outlives a failed test, like its thread */

	begin(&r, t, o);
	pthread_join(r.thread, NULL);
	assert_err(r.err, err);
	if (!strstr(zx_bot_error(r.bot), text))
		print_error("wanted %s in %s\n", text, zx_bot_error(r.bot));
	assert_non_null(strstr(zx_bot_error(r.bot), text));
	assert_null(strstr(zx_bot_error(r.bot), o->token));
	assert_false(logged(&r, o->token));
	zx_bot_free(r.bot);
	zx_buf_release(&r.log);
	pthread_mutex_destroy(&r.lock);
}

static void bot__a_wrong_token_ends_it_with_one_clear_text(void **state)
{
	struct test t = { .box = NULL };
	struct zx_bot_options o;

	(void)state;
	open_test(&t, NULL);
	o = options(&t);
	o.token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.aaaaaa.wrong-wrong-wrong-wrong";
	ends_with(&t, &o, ZX_E_AUTH, "DISCORD_TOKEN");
	close_test(&t);
}

static void bot__4004_on_the_gateway_ends_it_too(void **state)
{
	struct test t = { .box = NULL };
	struct zx_bot_options o;

	(void)state;
	open_test(&t, NULL);
	zx_sandbox_fault(t.box, "{\"fault\":\"close\",\"code\":4004}");
	o = options(&t);
	ends_with(&t, &o, ZX_E_AUTH, "4004");
	close_test(&t);
}

static void bot__refused_intents_are_said_and_left_out(void **state)
{
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct test t = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	so.intents_refused = ZX_INTENT_MESSAGE_CONTENT;
	open_test(&t, &so);
	start(&r, &t);
	assert_true(logged(&r, "without the Message Content intent"));
	WAIT_FOR(logged(&r, "slash commands registered"));
	slash(&t, ZX_SANDBOX_MEMBER, "ping", NULL, "Pong");
	stop(&r, 1);
	assert_int_equal(r.info.intents & ZX_INTENT_MESSAGE_CONTENT, 0);
	assert_true(r.info.intents_missing & ZX_INTENT_MESSAGE_CONTENT);
	close_test(&t);
}

static void bot__refused_intents_end_it_when_so_asked(void **state)
{
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct test t = { .box = NULL };
	struct zx_bot_options o;

	(void)state;
	so.intents_refused = ZX_INTENT_MESSAGE_CONTENT;
	open_test(&t, &so);
	o = options(&t);
	o.intents_fallback = 0;
	ends_with(&t, &o, ZX_E_PERM, "MESSAGE_CONTENT");
	close_test(&t);
}

static void bot__discord_out_of_reach_is_said_and_tried_again(void **state)
{
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct test t = { .box = NULL };
	struct zx_bot_options o;
	char url[64], token[128];
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	snprintf(token, sizeof(token), "%s", zx_sandbox_token(t.box));
	zx_sandbox_stop(t.box);
	so.port = peer_dead_port();
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/v10", so.port);
	o = (struct zx_bot_options)ZX_BOT_OPTIONS_INIT;
	o.token = token;
	o.api_url = url;
	begin(&r, &t, &o);
	WAIT_FOR(logged(&r, "Discord is out of reach"));
	assert_err(zx_sandbox_start(&t.box, &so), ZX_OK);
	WAIT_FOR(r.ready);
	stop(&r, 1);
	close_test(&t);
}

static void bot__can_be_stopped_while_it_waits_for_discord(void **state)
{
	struct test t = { .box = NULL };
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	char url[64];
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", peer_dead_port());
	o.token = "abc";
	o.api_url = url;
	begin(&r, &t, &o);
	WAIT_FOR(logged(&r, "Discord is out of reach"));
	stop(&r, 1);
}

static void GS_02__an_outage_is_no_leave_for_the_bot(void **state)
{
	struct test t = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	zx_sandbox_fault(t.box, "{\"fault\":\"outage\",\"ms\":100000}");
	WAIT_FOR(logged(&r, "has an outage"));
	assert_false(logged(&r, "left "));
	stop(&r, 1);
	assert_int_equal(r.info.guilds, 3);
	assert_int_equal(r.info.guilds_unavailable, 1);
	assert_int_equal(r.info.users, 36);
	close_test(&t);
}

/* Many shards ------------------------------------------------------------ */

static void fleet__all_shards_come_up_in_turn(void **state)
{
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct test t = { .box = NULL };
	struct zx_bot_options o;
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	so.shards = 8;
	so.max_concurrency = 16;
	so.guilds = 40;
	open_test(&t, &so);
	o = options(&t);
	o.shard_count = 0; /* what is recommended */
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	assert_int_equal(stats(&t).identifies, 8);
	assert_int_equal(stats(&t).sessions_live, 8);
	stop(&r, 1);
	assert_int_equal(r.info.guilds, 40);
	assert_int_equal(r.info.shard_count, 8);
	/* all of them resume */
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	assert_int_equal(stats(&t).identifies, 8);
	assert_int_equal(stats(&t).resumed, 8);
	stop(&r, 0);
	close_test(&t);
}

static void fleet__a_part_of_the_shards_serves_its_guilds(void **state)
{
	static const uint32_t ids[] = { 1, 3 };
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct test t = { .box = NULL };
	struct zx_bot_options o;
	static struct run r; /* outlives a failed test, like its thread */
	size_t i, mine = 0;

	(void)state;
	so.max_concurrency = 16;
	so.guilds = 40;
	open_test(&t, &so);
	o = options(&t);
	o.shard_count = 4;
	o.shard_ids = ids;
	o.shard_id_count = 2;
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	stop(&r, 0);
	for (i = 0; i < 40; i++)
		mine += zx_shard_of_guild(zx_sandbox_guild(t.box, i), 4) % 2;
	assert_int_equal(r.info.guilds, mine);
	close_test(&t);
}

/* Whatever shards ran before, and however many there were. */
static void fleet__guilds_are_remembered_by_the_shard_they_belong_to(void **st)
{
	static const uint32_t second[] = { 1 };
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	struct test t = { .box = NULL };
	struct zx_bot_options o;
	static struct run r; /* outlives a failed test, like its thread */
	size_t i, mine = 0;

	(void)st;
	so.max_concurrency = 16;
	so.guilds = 20;
	open_test(&t, &so);
	for (i = 0; i < 20; i++)
		mine += zx_shard_of_guild(zx_sandbox_guild(t.box, i), 2);
	o = options(&t);
	o.shard_count = 2;
	o.shard_ids = second;
	o.shard_id_count = 1;
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	stop(&r, 1);
	o.shard_ids = NULL; /* one resumes, the other identifies */
	o.shard_id_count = 0;
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	assert_false(logged(&r, "left while away"));
	stop(&r, 1);
	assert_int_equal(r.info.guilds, 20);
	assert_int_equal(stats(&t).resumed, 1);
	o.shard_ids = second;
	o.shard_id_count = 1;
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	stop(&r, 1);
	assert_int_equal(r.info.guilds, mine);
	assert_int_equal(r.info.users, 12 * mine);
	o.shard_ids = NULL; /* other shards than before */
	o.shard_id_count = 0;
	o.shard_count = 3;
	begin(&r, &t, &o);
	WAIT_FOR(r.ready);
	assert_false(logged(&r, "left while away"));
	stop(&r, 0);
	assert_int_equal(r.info.guilds, 20);
	close_test(&t);
}

/* A sandbox on its next port is another Discord. */
static void ID_06__a_session_of_another_address_is_not_used(void **state)
{
	struct test t = { .box = NULL }, u = { .box = NULL };
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	assert_err(zx_sandbox_start(&u.box, NULL), ZX_OK);
	memcpy(u.state, t.state, sizeof(u.state));
	start(&r, &t);
	stop(&r, 1);
	start(&r, &u);
	assert_false(logged(&r, "cannot connect"));
	stop(&r, 0);
	assert_int_equal(stats(&u).identifies, 1);
	assert_int_equal(stats(&u).resumes, 0);
	close_test(&u);
	close_test(&t);
}

static void fleet__impossible_shard_ids_are_refused(void **state)
{
	static const uint32_t ids[] = { 4 };
	struct test t = { .box = NULL };
	struct zx_bot_options o;

	(void)state;
	open_test(&t, NULL);
	o = options(&t);
	o.shard_count = 4;
	o.shard_ids = ids;
	o.shard_id_count = 1;
	ends_with(&t, &o, ZX_E_INVALID, "SHARD_IDS");
	close_test(&t);
}

/* Making ----------------------------------------------------------------- */

static void bot__what_is_missing_is_said_at_once(void **state)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *b;

	(void)state;
	assert_err(zx_bot_new(&b, &o), ZX_E_INVALID);
	assert_non_null(strstr(zx_bot_error(b), "token"));
	zx_bot_free(b);
	o.token = "abc";
	o.api_url = "ftp://x";
	assert_err(zx_bot_new(&b, &o), ZX_E_INVALID);
	assert_non_null(strstr(zx_bot_error(b), "URL"));
	zx_bot_free(b);
	o.api_url = NULL;
	o.state_path = "/proc/no/such/place.db";
	assert_int_not_equal(zx_bot_new(&b, &o), ZX_OK);
	assert_true(zx_bot_error(b)[0]);
	zx_bot_free(b);
	assert_string_equal(zx_bot_error(NULL), zx_strerror(ZX_E_NOMEM));
	zx_bot_free(NULL);
}

static void bot__a_state_file_has_one_owner(void **state)
{
	struct test t = { .box = NULL };
	struct zx_bot_options o;
	struct zx_bot *second;
	static struct run r; /* outlives a failed test, like its thread */

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	o = options(&t);
	assert_err(zx_bot_new(&second, &o), ZX_E_BUSY);
	assert_true(zx_bot_error(second)[0]);
	zx_bot_free(second);
	stop(&r, 1);
	close_test(&t);
}

static int make(const struct zx_alloc *a, void *ud)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *b;
	int err;

	(void)ud;
	o.token = "abc";
	o.api_url = "http://127.0.0.1:1";
	o.proxy = "http://127.0.0.1:1";
	o.alloc = a;
	err = zx_bot_new(&b, &o);
	if (!err)
		err = zx_bot_add_cog(b, zx_cog_core());
	if (!err)
		err = zx_bot_set_prefix(b, 1, "?");
	zx_bot_free(b);
	return err;
}

static void bot__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(make, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bot__answers_in_all_three_forms),
		cmocka_unit_test(bot__every_core_command_answers),
		cmocka_unit_test(
			bot__a_prefix_is_for_administrators_and_survives),
		cmocka_unit_test(bot__a_dropped_connection_is_resumed),
		cmocka_unit_test(ID_05__a_restart_resumes_and_misses_nothing),
		cmocka_unit_test(ID_06__a_session_of_other_intents_is_not_used),
		cmocka_unit_test(
			bot__a_wrong_token_ends_it_with_one_clear_text),
		cmocka_unit_test(bot__4004_on_the_gateway_ends_it_too),
		cmocka_unit_test(bot__refused_intents_are_said_and_left_out),
		cmocka_unit_test(bot__refused_intents_end_it_when_so_asked),
		cmocka_unit_test(
			bot__discord_out_of_reach_is_said_and_tried_again),
		cmocka_unit_test(
			bot__can_be_stopped_while_it_waits_for_discord),
		cmocka_unit_test(GS_02__an_outage_is_no_leave_for_the_bot),
		cmocka_unit_test(fleet__all_shards_come_up_in_turn),
		cmocka_unit_test(fleet__a_part_of_the_shards_serves_its_guilds),
		cmocka_unit_test(
			fleet__guilds_are_remembered_by_the_shard_they_belong_to),
		cmocka_unit_test(
			ID_06__a_session_of_another_address_is_not_used),
		cmocka_unit_test(fleet__impossible_shard_ids_are_refused),
		cmocka_unit_test(bot__what_is_missing_is_said_at_once),
		cmocka_unit_test(bot__a_state_file_has_one_owner),
		cmocka_unit_test(bot__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("bot/bot", tests, NULL, NULL);
}
