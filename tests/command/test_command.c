/* SPDX-License-Identifier: MIT
 *
 * command: one definition, three forms; who may, how often, and what is said
 * when not (spec W3 to W5).
 */
#include "desk.h"

static unsigned ran;
static struct zx_call_info seen;
static char seen_name[64];
static int refuse; /* what `check` does: 1 silently, 2 with an answer */

static void say(struct zx_call *call, const char *text)
{
	struct zx_message m;

	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "%s", text);
	assert_err(zx_reply(call, &m), ZX_OK);
	zx_message_release(&m);
}

static void run(struct zx_call *call, void *ud)
{
	(void)ud;
	ran++;
	seen = *zx_call_info(call);
	snprintf(seen_name, sizeof(seen_name), "%s", seen.user_name);
	say(call, "done");
}

static void run_fail(struct zx_call *call, void *ud)
{
	(void)ud;
	ran++;
	assert_err(zx_fail(call, "❌ Oh", "no ```code``` %d", 5), ZX_OK);
	assert_err(zx_fail(call, "❌ Oh", "twice"), ZX_E_STATE);
}

static void run_silent(struct zx_call *call, void *ud)
{
	(void)call;
	(void)ud;
	ran++;
}

static int check(struct zx_call *call, void *ud)
{
	(void)ud;
	if (refuse == 2)
		zx_fail(call, "❌ Closed", "come back later");
	return refuse;
}

static const struct zx_command commands[] = {
	{ .name = "ping", .description = "d", .run = run },
	{ .name = "slashonly",
	  .description = "d",
	  .run = run,
	  .flags = ZX_COMMAND_NO_PREFIX },
	{ .name = "prefixonly",
	  .description = "d",
	  .run = run,
	  .flags = ZX_COMMAND_NO_SLASH },
	{ .name = "server",
	  .description = "d",
	  .run = run,
	  .flags = ZX_COMMAND_GUILD_ONLY },
	{ .name = "admin",
	  .description = "d",
	  .run = run,
	  .rule = ZX_RULE_ADMIN },
	{ .name = "owner",
	  .description = "d",
	  .run = run,
	  .rule = ZX_RULE_OWNER },
	{ .name = "embed",
	  .description = "d",
	  .run = run,
	  .permissions = ZX_PERM_EMBED_LINKS },
	{ .name = "slow", .description = "d", .run = run, .cooldown_ms = 5000 },
	{ .name = "slowguild",
	  .description = "d",
	  .run = run,
	  .cooldown_ms = 5000,
	  .flags = ZX_COMMAND_PER_GUILD },
	{ .name = "checked",
	  .description = "d",
	  .run = run,
	  .check = check,
	  .cooldown_ms = 5000 },
	{ .name = "fail", .description = "d", .run = run_fail },
	{ .name = "silent", .description = "d", .run = run_silent },
	{ .name = "secret",
	  .description = "d",
	  .run = run,
	  .flags = ZX_COMMAND_EPHEMERAL },
	{ .name = "help", .description = "d", .run = run },
};

static void begin(struct desk *d)
{
	ran = 0;
	refuse = 0;
	memset(&seen, 0, sizeof(seen));
	assert_err(desk_begin(d, NULL, commands,
			      sizeof(commands) / sizeof(commands[0])),
		   ZX_OK);
}

static void W3__a_prefix_command_answers_with_a_reply(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	assert_err(desk_say(&d, DESK_USER, DESK_GUILD, "!ping"), ZX_OK);
	assert_int_equal(ran, 1);
	assert_int_equal(seen.form, ZX_FORM_PREFIX);
	assert_int_equal(seen.user_id, DESK_USER);
	assert_int_equal(seen.guild_id, DESK_GUILD);
	assert_int_equal(seen.channel_id, DESK_CHANNEL);
	assert_int_equal(seen.message_id, 1001);
	assert_int_equal(seen.interaction_id, 0);
	assert_int_equal(seen.is_owner, 0);
	assert_string_equal(seen_name, "user3");
	assert_true(seen.wall == DESK_WALL + 1000);
	assert_int_equal(d.count, 1);
	assert_int_equal(d.sent[0].method, ZX_POST);
	assert_string_equal(d.sent[0].path, "/channels/60/messages");
	assert_true(d.sent[0].flags & ZX_REST_IDEMPOTENT);
	desk_has(&d, 0,
		 "{\"content\":\"done\",\"allowed_mentions\":{\"parse\":[]},"
		 "\"message_reference\":{\"message_id\":\"1001\","
		 "\"fail_if_not_exists\":false},\"nonce\":\"zx");
	desk_has(&d, 0, "\",\"enforce_nonce\":true}");
	desk_ok_all(&d);
	assert_int_equal(zx_commands_stats(d.c)->calls, 1);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
	assert_int_equal(zx_commands_uses(d.c, &commands[0]), 1);
	desk_end(&d);
}

static void W3__names_ignore_case_and_space_after_the_prefix(void **state)
{
	static const struct {
		const char *text;
		enum zx_form form;
	} good[] = {
		{ "!ping", ZX_FORM_PREFIX },
		{ "!PiNg", ZX_FORM_PREFIX },
		{ "!   ping", ZX_FORM_PREFIX },
		{ "  !ping", ZX_FORM_PREFIX },
		{ "!\\nping", ZX_FORM_PREFIX },
		{ "<@901> ping", ZX_FORM_MENTION },
		{ "<@!901> ping", ZX_FORM_MENTION },
		{ "<@901>ping", ZX_FORM_MENTION },
	};
	static const char *const bad[] = {
		"ping",	       "!",	  "!pingg", "?ping",   "!slashonly",
		"<@902> ping", "a !ping", "",	    "! ! ping"
	};
	struct desk d;
	size_t i;

	(void)state;
	begin(&d);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ran = 0;
		desk_say(&d, DESK_USER, DESK_GUILD, good[i].text);
		assert_int_equal(ran, 1);
		assert_int_equal(seen.form, good[i].form);
		desk_ok_all(&d);
		desk_forget(&d);
	}
	ran = 0;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		desk_say(&d, DESK_USER, DESK_GUILD, bad[i]);
	assert_int_equal(ran, 0);
	assert_int_equal(d.count, 0); /* unknown commands stay silent */
	assert_int_equal(zx_commands_stats(d.c)->unknown, 3);
	assert_int_equal(zx_commands_stats(d.c)->messages_seen,
			 sizeof(good) / sizeof(good[0]) +
				 sizeof(bad) / sizeof(bad[0]));
	desk_end(&d);
}

static void W3__a_guild_has_its_own_prefix_at_once(void **state)
{
	struct desk d;
	struct zx_prefix p;

	(void)state;
	begin(&d);
	strcpy(d.prefix.text, "zx.");
	desk_say(&d, DESK_USER, DESK_GUILD, "!ping");
	desk_say(&d, DESK_USER, DESK_GUILD, "<@901> ping");
	assert_int_equal(ran, 0);
	desk_say(&d, DESK_USER, DESK_GUILD, "zx.ping");
	desk_say(&d, DESK_USER, DESK_GUILD, "ZX. ping");
	desk_say(&d, DESK_USER, 0, "!ping"); /* direct messages: the default */
	assert_int_equal(ran, 3);
	d.prefix.mention = 1;
	desk_say(&d, DESK_USER, DESK_GUILD, "<@901> ping");
	assert_int_equal(ran, 4);
	zx_commands_prefix(d.c, DESK_GUILD, &p);
	assert_string_equal(p.text, "zx.");
	zx_commands_prefix(d.c, 0, &p);
	assert_string_equal(p.text, "!");
	desk_end(&d);
}

#define MESSAGE(more)                                                          \
	"{\"id\":\"1\",\"channel_id\":\"60\",\"guild_id\":\"50\","             \
	"\"content\":\"!ping\"," more "}"

static void W3__bots_webhooks_and_system_messages_are_ignored(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_feed(&d, "MESSAGE_CREATE",
		  MESSAGE("\"author\":{\"id\":\"3\",\"bot\":true}"));
	desk_feed(&d, "MESSAGE_CREATE",
		  MESSAGE("\"webhook_id\":\"5\",\"author\":{\"id\":\"5\"}"));
	desk_feed(&d, "MESSAGE_CREATE",
		  MESSAGE("\"type\":7,\"author\":{\"id\":\"3\"}"));
	desk_feed(&d, "MESSAGE_CREATE",
		  MESSAGE("\"author\":{\"id\":\"3\",\"system\":true}"));
	desk_feed(&d, "MESSAGE_UPDATE", MESSAGE("\"author\":{\"id\":\"3\"}"));
	assert_int_equal(ran, 0);
	desk_feed(&d, "MESSAGE_CREATE",
		  MESSAGE("\"type\":19,\"author\":{\"id\":\"3\"}"));
	assert_int_equal(ran, 1);
	desk_end(&d);
}

static void W3__only_a_mention_gets_an_introduction_once_a_while(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, " <@!901> ");
	assert_int_equal(d.count, 1);
	desk_has(&d, 0, "\"name\":\"Prefix\",\"value\":\"`!` or a mention\"");
	desk_has(&d, 0, "Type `/`");
	desk_has(&d, 0, "`!help`");
	desk_hasnt(&d, 0, "Shards");
	zx_commands_set_shards(d.c, 12);
	desk_say(&d, DESK_USER, DESK_GUILD, "<@901>");
	assert_int_equal(d.count, 1);
	desk_wait(&d, 5000);
	desk_say(&d, DESK_USER, DESK_GUILD, "<@901>");
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "\"name\":\"Shards\",\"value\":\"12\"");
	assert_int_equal(zx_commands_stats(d.c)->calls, 0);
	desk_end(&d);
}

static void W3__a_slash_command_answers_by_callback(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_ADMIN, "ping", NULL);
	assert_int_equal(ran, 1);
	assert_int_equal(seen.form, ZX_FORM_SLASH);
	assert_true(seen.permissions == 8);
	assert_true(seen.app_permissions == 2048);
	assert_int_equal(d.count, 1);
	assert_non_null(strstr(d.sent[0].path, "/interactions/"));
	assert_non_null(strstr(d.sent[0].path, "/tok1/callback"));
	assert_int_equal(d.sent[0].flags & (ZX_REST_NO_AUTH | ZX_REST_URGENT),
			 ZX_REST_NO_AUTH | ZX_REST_URGENT);
	assert_string_equal(d.sent[0].body,
			    "{\"type\":4,\"data\":{\"content\":\"done\","
			    "\"allowed_mentions\":{\"parse\":[]}}}");
	desk_slash(&d, DESK_USER, "secret", NULL);
	desk_has(&d, 1, "\"flags\":64");
	desk_end(&d);
}

static void W3__a_slash_command_that_is_gone_says_so(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "gone", NULL);
	desk_slash(&d, DESK_USER, "prefixonly", NULL);
	assert_int_equal(ran, 0);
	assert_int_equal(d.count, 2);
	desk_has(&d, 0, "no longer available");
	desk_has(&d, 0, "\"flags\":64");
	desk_has(&d, 1, "no longer available");
	desk_end(&d);
}

static void W4__rules_hold_in_both_forms(void **state)
{
	static const struct {
		const char *name;
		uint64_t user, guild;
		int may;
	} rows[] = {
		{ "ping", DESK_USER, DESK_GUILD, 1 },
		{ "ping", DESK_USER, 0, 1 },
		{ "admin", DESK_USER, DESK_GUILD, 0 },
		{ "admin", DESK_ADMIN, DESK_GUILD, 1 },
		{ "admin", DESK_ADMIN, 0, 0 },
		{ "admin", DESK_OWNER, DESK_GUILD, 1 },
		{ "admin", DESK_OWNER, 0, 1 },
		{ "owner", DESK_ADMIN, DESK_GUILD, 0 },
		{ "owner", DESK_OWNER, DESK_GUILD, 1 },
		{ "owner", DESK_OWNER, 0, 1 },
		{ "embed", DESK_USER, DESK_GUILD, 0 },
		{ "embed", DESK_ADMIN, DESK_GUILD, 1 },
		{ "server", DESK_USER, DESK_GUILD, 1 },
		{ "server", DESK_USER, 0, 0 },
		{ "server", DESK_OWNER, 0, 0 },
	};
	char text[64], data[64];
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&d);
		snprintf(text, sizeof(text), "!%s", rows[i].name);
		desk_say(&d, rows[i].user, rows[i].guild, text);
		snprintf(data, sizeof(data), "{\"name\":\"%s\"}", rows[i].name);
		desk_interaction(&d, 2, rows[i].user, rows[i].guild, data, NULL,
				 0);
		if (ran != (rows[i].may ? 2 : 0))
			fail_msg("row %zu: ran %u", i, ran);
		assert_int_equal(d.count, 2);
		if (!rows[i].may) {
			desk_has(&d, 0, "❌ Permission Denied");
			desk_has(&d, 1, "❌ Permission Denied");
			desk_has(&d, 1, "\"flags\":64");
			assert_int_equal(zx_commands_stats(d.c)->refused, 2);
		}
		desk_end(&d);
	}
}

static void W4__without_a_host_only_the_owner_passes_a_rule(void **state)
{
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	uint64_t owner = DESK_OWNER;
	struct desk d;

	(void)state;
	begin(&d);
	zx_commands_free(d.c);
	opt.owners = &owner;
	opt.owner_count = 1;
	opt.rand = zx_prng_rand(&d.prng);
	assert_err(zx_commands_new(&d.c, &opt), ZX_OK);
	assert_err(zx_commands_add(d.c, &commands[4]), ZX_OK);
	desk_say(&d, DESK_ADMIN, DESK_GUILD, "!admin");
	assert_int_equal(ran, 0);
	desk_say(&d, DESK_OWNER, DESK_GUILD, "!admin");
	assert_int_equal(ran, 1);
	desk_end(&d);
}

static void W5__a_cooldown_is_shared_by_both_forms(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!slow");
	assert_int_equal(ran, 1);
	d.now += 1250;
	desk_slash(&d, DESK_USER, "slow", NULL);
	assert_int_equal(ran, 1);
	desk_has(&d, 1, "⏱️ Command on Cooldown");
	desk_has(&d, 1, "```\\nCooldown: 3.8s remaining\\n```");
	desk_has(&d, 1, "\"text\":\"Command: slow\"");
	desk_has(&d, 1, "\"color\":16711680");
	desk_slash(&d, DESK_ADMIN, "slow", NULL); /* somebody else */
	assert_int_equal(ran, 2);
	d.now += 3749;
	desk_say(&d, DESK_USER, DESK_GUILD, "!slow");
	desk_has(&d, 3, "Cooldown: 0.1s remaining");
	d.now += 1;
	desk_say(&d, DESK_USER, DESK_GUILD, "!slow");
	assert_int_equal(ran, 3);
	desk_end(&d);
}

static void W5__a_cooldown_can_be_the_guilds(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!slowguild");
	desk_say(&d, DESK_ADMIN, DESK_GUILD, "!slowguild");
	desk_say(&d, DESK_OWNER, DESK_GUILD, "!slowguild"); /* not exempt */
	assert_int_equal(ran, 1);
	desk_say(&d, DESK_ADMIN, 0, "!slowguild");
	assert_int_equal(ran, 2);
	desk_end(&d);
}

static void W5__checks_run_before_cooldowns(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	refuse = 1;
	desk_say(&d, DESK_USER, DESK_GUILD, "!checked");
	desk_has(&d, 0, "❌ Permission Denied");
	refuse = 2;
	desk_say(&d, DESK_USER, DESK_GUILD, "!checked");
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "❌ Closed");
	assert_int_equal(ran, 0);
	refuse = 0;
	desk_say(&d, DESK_USER, DESK_GUILD, "!checked");
	assert_int_equal(ran, 1);
	desk_end(&d);
}

static void W5__many_users_cannot_make_the_cooldowns_grow(void **state)
{
	struct fail_alloc a;
	struct desk d;
	size_t i;

	(void)state;
	fail_alloc_init(&a);
	ran = 0;
	assert_err(desk_begin(&d, &a.alloc, &commands[7], 1), ZX_OK);
	for (i = 0; i < 100000; i++) {
		desk_say(&d, 10000 + i, DESK_GUILD, "!slow");
		desk_ok_all(&d);
		desk_forget(&d);
	}
	assert_int_equal(ran, 100000);
	assert_true(a.live_bytes < 2 << 20);
	/* the last one still waits */
	desk_say(&d, 10000 + i - 1, DESK_GUILD, "!slow");
	assert_int_equal(ran, 100000);
	desk_end(&d);
	fail_alloc_check(&a);
}

static void W5__an_error_in_a_channel_deletes_itself(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} rows[] = { { "!owner", 10000 }, { "!fail", 15000 } };
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin(&d);
		desk_say(&d, DESK_USER, DESK_GUILD, rows[i].text);
		assert_int_equal(d.count, 1);
		desk_result(&d, 0, 200, 0, "{\"id\":\"777\"}");
		assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
		assert_true(zx_commands_deadline(d.c) == d.now + rows[i].ms);
		desk_wait(&d, rows[i].ms - 1);
		assert_int_equal(d.count, 1);
		desk_wait(&d, 1);
		assert_int_equal(d.count, 2);
		assert_int_equal(d.sent[1].method, ZX_DELETE);
		assert_string_equal(d.sent[1].path,
				    "/channels/60/messages/777");
		desk_result(&d, 1, 204, 0, "");
		assert_true(zx_commands_deadline(d.c) == ZX_TIME_NEVER);
		desk_end(&d);
	}
}

static void W5__an_error_is_shown_once_and_keeps_its_code_block(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "fail", NULL);
	assert_int_equal(d.count, 1);
	desk_has(&d, 0, "❌ Oh");
	desk_has(&d, 0, "```\\nno '''code''' 5\\n```");
	desk_has(&d, 0, "\"flags\":64");
	desk_has(&d, 0, "\"timestamp\":\"2023-11-14T");
	desk_end(&d);
}

static void W5__a_slash_command_without_an_answer_gets_one(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "silent", NULL);
	assert_int_equal(d.count, 1);
	desk_has(&d, 0, "❌ Command Error");
	desk_say(&d, DESK_USER, DESK_GUILD, "!silent");
	assert_int_equal(d.count, 1);
	assert_int_equal(ran, 2);
	desk_end(&d);
}

static void RL_15__a_refused_reference_is_left_out(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!ping");
	desk_result(&d, 0, 400, 160002, "{}");
	assert_int_equal(d.count, 2);
	desk_has(&d, 0, "message_reference");
	desk_hasnt(&d, 1, "message_reference");
	desk_has(&d, 1, "done");
	desk_result(&d, 1, 400, 160002, "{}");
	assert_int_equal(zx_commands_stats(d.c)->failed, 1);
	desk_end(&d);
}

static void command__calls_have_a_ceiling(void **state)
{
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	struct desk d;

	(void)state;
	begin(&d);
	zx_commands_free(d.c);
	opt.rand = zx_prng_rand(&d.prng);
	opt.max_calls = 2;
	opt.log = &d.log;
	assert_err(zx_commands_new(&d.c, &opt), ZX_OK);
	assert_err(zx_commands_add(d.c, &commands[0]), ZX_OK);
	desk_say(&d, DESK_USER, DESK_GUILD, "!ping");
	desk_say(&d, DESK_USER, DESK_GUILD, "!ping");
	assert_err(desk_say(&d, DESK_USER, DESK_GUILD, "!ping"), ZX_OK);
	assert_int_equal(ran, 2);
	assert_non_null(strstr(d.logged, "2 calls are open"));
	desk_ok_all(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!ping");
	assert_int_equal(ran, 3);
	desk_end(&d);
}

static void command__options_are_checked(void **state)
{
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	struct zx_commands *c;
	struct zx_prng prng;

	(void)state;
	assert_err(zx_commands_new(&c, &opt), ZX_E_INVALID); /* no rand */
	assert_null(c);
	zx_prng_init(&prng, 1);
	opt.rand = zx_prng_rand(&prng);
	opt.prefix = "";
	assert_err(zx_commands_new(&c, &opt), ZX_E_INVALID);
	opt.prefix = "sixteen letters!";
	assert_err(zx_commands_new(&c, &opt), ZX_E_INVALID);
	opt.prefix = "fifteen letter!";
	assert_err(zx_commands_new(&c, &opt), ZX_OK);
	zx_commands_free(c);
	zx_commands_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(W3__a_prefix_command_answers_with_a_reply),
		cmocka_unit_test(
			W3__names_ignore_case_and_space_after_the_prefix),
		cmocka_unit_test(W3__a_guild_has_its_own_prefix_at_once),
		cmocka_unit_test(
			W3__bots_webhooks_and_system_messages_are_ignored),
		cmocka_unit_test(
			W3__only_a_mention_gets_an_introduction_once_a_while),
		cmocka_unit_test(W3__a_slash_command_answers_by_callback),
		cmocka_unit_test(W3__a_slash_command_that_is_gone_says_so),
		cmocka_unit_test(W4__rules_hold_in_both_forms),
		cmocka_unit_test(
			W4__without_a_host_only_the_owner_passes_a_rule),
		cmocka_unit_test(W5__a_cooldown_is_shared_by_both_forms),
		cmocka_unit_test(W5__a_cooldown_can_be_the_guilds),
		cmocka_unit_test(W5__checks_run_before_cooldowns),
		cmocka_unit_test(W5__many_users_cannot_make_the_cooldowns_grow),
		cmocka_unit_test(W5__an_error_in_a_channel_deletes_itself),
		cmocka_unit_test(
			W5__an_error_is_shown_once_and_keeps_its_code_block),
		cmocka_unit_test(
			W5__a_slash_command_without_an_answer_gets_one),
		cmocka_unit_test(RL_15__a_refused_reference_is_left_out),
		cmocka_unit_test(command__calls_have_a_ceiling),
		cmocka_unit_test(command__options_are_checked),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
