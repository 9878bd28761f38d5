/* SPDX-License-Identifier: MIT
 *
 * core: what its commands show, from plain data.
 */
#include "cogs/core_int.h"
#include "helper/zx_test.h"

static struct zx_buf out;

static const char *written(struct zx_message *m)
{
	zx_buf_release(&out);
	zx_buf_init(&out, NULL, 0);
	assert_err(zx_message_write(m, 0, &out), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(&out), 0, NULL), ZX_OK);
	assert_string_equal(zx_message_cut(m), "");
	return zx_buf_cstr(&out);
}

#define HAS(m, text) assert_non_null(strstr(written(m), text))
#define HASNT(m, text) assert_null(strstr(written(m), text))

/* A machine whose handler runs `inside` with a call of the wanted user. */
static struct zx_commands *commands;
static void (*inside)(struct zx_call *call);

static void run(struct zx_call *call, void *ud)
{
	(void)ud;
	inside(call);
}

static void nothing(struct zx_call *call, void *ud)
{
	(void)call;
	(void)ud;
}

static const struct zx_option options[] = {
	{ .name = "count",
	  .description = "How many",
	  .type = ZX_OPTION_INTEGER,
	  .required = 1 },
	{ .name = "who", .description = "For whom", .type = ZX_OPTION_USER },
};

#define COMMAND(n, c, ...)                                                     \
	{                                                                      \
		.name = n, .description = "About " n, .cog = c,                \
		.run = nothing, __VA_ARGS__                                    \
	}

static const struct zx_command list[] = {
	COMMAND("b1", "Backup", .rule = ZX_RULE_ADMIN),
	COMMAND("run", NULL, .flags = ZX_COMMAND_HIDDEN),
	COMMAND("m1", NULL, .options = options, .option_count = 2,
		.cooldown_ms = 2500),
	COMMAND("s1", "Shards", .rule = ZX_RULE_OWNER),
	COMMAND("s2", "Shards", .flags = ZX_COMMAND_NO_SLASH),
	COMMAND("m2", "Main", .flags = ZX_COMMAND_NO_PREFIX),
	COMMAND("m3", "Main", .flags = ZX_COMMAND_GUILD_ONLY),
	COMMAND("m4", "Main", .rule = ZX_RULE_EVERYONE),
	COMMAND("m5", "Main", .rule = ZX_RULE_EVERYONE),
	COMMAND("m6", "Main", .rule = ZX_RULE_EVERYONE),
};

static const struct zx_command runner = {
	.name = "do",
	.description = "d",
	.flags = ZX_COMMAND_HIDDEN,
	.run = run,
};

static int permissions(uint64_t guild, uint64_t channel, uint64_t user,
		       struct zx_str member, uint64_t *bits, void *ud)
{
	(void)guild;
	(void)channel;
	(void)member;
	(void)ud;
	*bits = user == 2 ? ZX_PERM_ADMINISTRATOR : 0;
	return ZX_OK;
}

static void as(int user, void (*fn)(struct zx_call *call))
{
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	struct zx_commands_out o;
	struct zx_prng prng;
	uint64_t owner = 1;
	char json[256];
	size_t i;

	zx_prng_init(&prng, 1);
	opt.rand = zx_prng_rand(&prng);
	opt.owners = &owner;
	opt.owner_count = 1;
	opt.permissions = permissions;
	assert_err(zx_commands_new(&commands, &opt), ZX_OK);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		assert_err(zx_commands_add(commands, &list[i]), ZX_OK);
	assert_err(zx_commands_add(commands, &runner), ZX_OK);
	inside = fn;
	snprintf(json, sizeof(json),
		 "{\"id\":\"1\",\"channel_id\":\"2\",\"guild_id\":\"4\","
		 "\"content\":\"!do\",\"author\":{\"id\":\"%d\"}}",
		 user);
	assert_err(zx_commands_feed(commands, "MESSAGE_CREATE", zx_str(json), 0,
				    0),
		   ZX_OK);
	assert_int_equal(zx_commands_poll(commands, &o), 1);
	assert_int_equal(o.kind, ZX_COMMANDS_OUT_RUN);
	zx_call_run(o.call);
	zx_commands_free(commands);
}

static void member_categories(struct zx_call *call)
{
	struct zx__help_view v = { commands, call };

	assert_string_equal(zx__help_category(&v, 0), "Main");
	assert_string_equal(zx__help_category(&v, 1), "Shards");
	assert_null(zx__help_category(&v, 2));
	assert_int_equal(zx__help_list(&v, "Main", NULL, 0), 6);
	assert_int_equal(zx__help_list(&v, "Shards", NULL, 0), 1);
	assert_int_equal(zx__help_list(&v, "Backup", NULL, 0), 0);
	assert_int_equal(zx__help_list(&v, NULL, NULL, 0), 7);
}

static void admin_categories(struct zx_call *call)
{
	struct zx__help_view v = { commands, call };

	assert_string_equal(zx__help_category(&v, 0), "Main");
	assert_string_equal(zx__help_category(&v, 1), "Backup");
	assert_string_equal(zx__help_category(&v, 2), "Shards");
	assert_null(zx__help_category(&v, 3));
	assert_int_equal(zx__help_list(&v, "Shards", NULL, 0), 1);
}

static void owner_categories(struct zx_call *call)
{
	struct zx__help_view v = { commands, call };

	assert_int_equal(zx__help_list(&v, "Shards", NULL, 0), 2);
	assert_int_equal(zx__help_list(&v, NULL, NULL, 0), 9);
}

static void W9__help_lists_what_the_invoker_may_use(void **state)
{
	(void)state;
	as(3, member_categories);
	as(2, admin_categories);
	as(1, owner_categories);
}

/* Renders outside of a panel: the components are left to the next test. */
static void render(struct zx_call *call, const char *category, uint32_t page,
		   struct zx_message *m)
{
	struct zx__help_view v = { commands, call };
	struct zx__help_state s = { .page = page };

	snprintf(s.category, sizeof(s.category), "%s", category);
	zx_message_init(m, NULL);
	zx__help_render(&v, &s, 0, m);
	assert_err(m->err, ZX_E_STATE);
	m->err = ZX_OK;
}

static void pages(struct zx_call *call)
{
	struct zx_message m;

	render(call, "", 0, &m);
	HAS(&m, "Help · Main");
	HAS(&m, "Prefix here: `!` or a mention of me");
	HAS(&m, "\"name\":\"⚡ m1\",\"value\":\"`/m1` · `!m1`\\nAbout m1\"");
	HAS(&m, "\"name\":\"🔹 m2\",\"value\":\"`/m2`\\nAbout m2\"");
	HAS(&m, "m5");
	HASNT(&m, "m6");
	HASNT(&m, "About run");
	zx_message_release(&m);
	render(call, "Main", 1, &m);
	HAS(&m, "m6");
	HASNT(&m, "About m5");
	zx_message_release(&m);
	render(call, "Main", 99, &m); /* the last one */
	HAS(&m, "m6");
	zx_message_release(&m);
	render(call, "Shards", 0, &m);
	HAS(&m, "\"name\":\"🔸 s2\",\"value\":\"`!s2`\\nAbout s2\"");
	zx_message_release(&m);
	render(call, "Backup", 0, &m); /* not theirs: the first one */
	HAS(&m, "Help · Main");
	zx_message_release(&m);
}

static void W9__help_has_pages_of_five_with_main_first(void **state)
{
	(void)state;
	as(3, pages);
}

static void panel_render(struct zx_call *call, const void *state, int over,
			 struct zx_message *m, void *ud)
{
	struct zx__help_view v = { commands, call };

	(void)ud;
	zx__help_render(&v, state, over, m);
	assert_err(m->err, ZX_OK);
	HAS(m, ":category\",\"placeholder\":\"Choose a category…\"");
	HAS(m, "{\"label\":\"Main\",\"value\":\"Main\",\"description\":\"6 "
	       "commands\",\"default\":true}");
	HAS(m, "{\"label\":\"Shards\",\"value\":\"Shards\",\"description\":"
	       "\"1 command\"}");
	HAS(m, "\"label\":\"1 / 2\",\"disabled\":true");
	HAS(m, ":back\",\"emoji\":{\"name\":\"◀\"},\"disabled\":true}");
	HAS(m, ":next\",\"emoji\":{\"name\":\"▶\"}}");
}

static void open_panel(struct zx_call *call)
{
	static const struct zx_panel panel = {
		.name = "help",
		.state_size = sizeof(struct zx__help_state),
		.render = panel_render,
	};
	struct zx__help_state s = { .page = 0 };

	assert_err(zx_reply_panel(call, &panel, &s), ZX_OK);
}

static void W9__help_has_a_select_and_buttons(void **state)
{
	(void)state;
	as(3, open_panel);
}

static void usage(struct zx_call *call)
{
	struct zx__help_view v = { commands, call };
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__help_one(&v, &list[2], &m);
	HAS(&m, "\"title\":\"⚡ m1\"");
	HAS(&m, "{\"name\":\"Usage\",\"value\":\"`!m1 <count> [who]`\"}");
	HAS(&m, "`count` (whole number): How many\\n`who` (member, optional): "
		"For whom");
	HAS(&m, "{\"name\":\"For\",\"value\":\"Everyone\",\"inline\":true}");
	HAS(&m, "{\"name\":\"Cooldown\",\"value\":\"3 s\",\"inline\":true}");
	HAS(&m, "Category: Main");
	zx_message_clear(&m);
	zx__help_one(&v, &list[6], &m);
	HAS(&m, "Everyone, in servers");
	zx_message_release(&m);
}

static void W9__help_shows_the_usage_of_one_command(void **state)
{
	(void)state;
	as(3, usage);
}

static void core__ping_shows_both_latencies(void **state)
{
	struct zx__ping_view v = { 42.4, 87.6, 1, 4, 0 };
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx__ping_render(&v, &m);
	assert_string_equal(
		written(&m),
		"{\"embeds\":[{\"title\":\"🏓 Pong!\",\"color\":65280,"
		"\"fields\":[{\"name\":\"Gateway\",\"value\":\"`42 ms`\","
		"\"inline\":true},{\"name\":\"API\",\"value\":\"`88 ms`\","
		"\"inline\":true},{\"name\":\"Shard\",\"value\":\"1 (4 in all)\","
		"\"inline\":true}]}],\"allowed_mentions\":{\"parse\":[]}}");
	zx_message_clear(&m);
	v.gateway_ms = -1;
	v.rest_ms = 900;
	v.wall = 1700000000000;
	zx__ping_render(&v, &m);
	HAS(&m, "with the next heartbeat");
	HAS(&m, "\"color\":16711680");
	HAS(&m, "\"timestamp\":\"2023-11-14T22:13:20.000Z\"");
	zx_message_release(&m);
}

static void W9__stats_shows_the_numbers(void **state)
{
	struct zx__stats_view v;
	struct zx_message m;

	(void)state;
	memset(&v, 0, sizeof(v));
	v.bot.started = 1000;
	v.now = 1000 + 93784 * 1000ull;
	v.wall = 1700000000000;
	v.bot.guilds = 1234;
	v.bot.guilds_unavailable = 2;
	v.bot.users = 1234567;
	v.bot.messages_seen = 99999;
	v.bot.shards = 4;
	v.bot.shards_ready = 3;
	v.bot.latency_ms = 41;
	v.bot.rest_latency_ms = -1;
	v.commands.calls = 5;
	v.slash = 6;
	zx_message_init(&m, NULL);
	zx__stats_render(&v, &m);
	HAS(&m, "1d 2h 3m 4s\\n<t:1699906216:R>");
	HAS(&m, "1,234 (2 unavailable)");
	HAS(&m, "1,234,567");
	HAS(&m, "99,999");
	HAS(&m, "Gateway 41 ms\\nAPI –");
	HAS(&m, "3 of 4 ready");
	HAS(&m, "zoryx " ZX_VERSION);
	HASNT(&m, "Most used");
	zx_message_release(&m);
}

static void most_used(struct zx_call *call)
{
	struct zx__stats_view v;
	struct zx_message m;

	(void)call;
	memset(&v, 0, sizeof(v));
	v.list = commands;
	zx_message_init(&m, NULL);
	zx__stats_render(&v, &m);
	HAS(&m, "Most used\",\"value\":\"`do` × 1\"");
	zx_message_release(&m);
}

static void W9__stats_names_the_most_used_commands(void **state)
{
	(void)state;
	as(3, most_used);
}

static void W3__a_prefix_is_short_and_plain(void **state)
{
	static const char *const good[] = { "!", "zx.", "äöüäö", "?!",
					    "12345" };
	static const char *const bad[] = { "",	   "123456", "a b", "`",    "/",
					   "<@1>", "\t",     "!\n", "😀😀😀😀😀" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(zx__prefix_fault(zx_str(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(zx__prefix_fault(zx_str(bad[i])));
}

static void W3__server_settings_show_what_holds_here(void **state)
{
	struct zx_guild g = { .id = 4,
			      .owner_id = 9,
			      .member_count = 1500,
			      .shard = 2,
			      .name = "My *Guild*" };
	struct zx__settings_view v = { .prefix = { "zx.", 1 },
				       .guild = &g,
				       .shard_count = 4 };
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx__settings_render(&v, &m);
	HAS(&m, "**My \\\\*Guild\\\\***");
	HAS(&m, "`zx.`");
	HAS(&m, "✅ enabled");
	HAS(&m, "2 (4 in all)");
	HAS(&m, "1,500");
	HAS(&m, "<@9>");
	HAS(&m, "\"allowed_mentions\":{\"parse\":[]}");
	zx_message_clear(&m);
	v.guild = NULL;
	v.prefix.mention = 0;
	zx__settings_render(&v, &m);
	HAS(&m, "🔕 disabled");
	zx_message_release(&m);
}

static void core__the_table_is_what_discord_takes(void **state)
{
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	const struct zx_cog *cog = zx_cog_core();
	struct zx_commands *c;
	struct zx_prng prng;
	size_t i;

	(void)state;
	zx_prng_init(&prng, 1);
	opt.rand = zx_prng_rand(&prng);
	assert_err(zx_commands_new(&c, &opt), ZX_OK);
	for (i = 0; i < cog->command_count; i++)
		assert_err(zx_commands_add(c, &cog->commands[i]), ZX_OK);
	assert_int_equal(zx_commands_count(c), 6);
	zx_commands_free(c);
}

static int teardown(void **state)
{
	(void)state;
	zx_buf_release(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(W9__help_lists_what_the_invoker_may_use),
		cmocka_unit_test(W9__help_has_pages_of_five_with_main_first),
		cmocka_unit_test(W9__help_has_a_select_and_buttons),
		cmocka_unit_test(W9__help_shows_the_usage_of_one_command),
		cmocka_unit_test(core__ping_shows_both_latencies),
		cmocka_unit_test(W9__stats_shows_the_numbers),
		cmocka_unit_test(W9__stats_names_the_most_used_commands),
		cmocka_unit_test(W3__a_prefix_is_short_and_plain),
		cmocka_unit_test(W3__server_settings_show_what_holds_here),
		cmocka_unit_test(core__the_table_is_what_discord_takes),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, teardown);
}
