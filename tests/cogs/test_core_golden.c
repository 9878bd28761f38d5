/* SPDX-License-Identifier: MIT
 *
 * core_golden: what the core cog shows, panel by panel and state by state.
 */
#include "cogs/core_int.h"
#include "command/desk.h"
#include "helper/golden.h"

#define WALL 1700000000000

static struct zx__help_state help_state;

/* Panels as the cog makes them, in a state of the test's choice. */
static void help_render(struct zx_call *call, const void *state, int over,
			struct zx_message *out, void *ud)
{
	struct desk *d = zx_call_host(call);
	struct zx__help_view v = { d->c, call };

	(void)ud;
	zx__help_render(&v, state, over, out);
}

static enum zx_press_result close(struct zx_call *call, void *state,
				  const struct zx_press *press, void *ud)
{
	(void)call, (void)state, (void)press, (void)ud;
	return ZX_PRESS_CLOSE;
}

static const struct zx_panel help_panel = {
	.name = "help",
	.state_size = sizeof(help_state),
	.timeout_ms = 180000,
	.render = help_render,
	.press = close,
};

static void show_help(struct zx_call *call, void *ud)
{
	(void)ud;
	assert_err(zx_reply_panel(call, &help_panel, &help_state), ZX_OK);
}

static void show_usage(struct zx_call *call, void *ud)
{
	struct desk *d = zx_call_host(call);
	struct zx__help_view v = { d->c, call };
	struct zx_message m;

	(void)ud;
	zx_message_init(&m, NULL);
	zx__help_one(&v, zx_commands_find(d->c, "mentionprefix"), &m);
	assert_err(zx_reply(call, &m), ZX_OK);
	zx_message_release(&m);
}

static void nothing(struct zx_call *call, void *ud)
{
	(void)call, (void)ud;
}

static const struct zx_command shows[] = {
	{ .name = "do-help",
	  .description = "d",
	  .flags = ZX_COMMAND_HIDDEN,
	  .run = show_help },
	{ .name = "do-usage",
	  .description = "d",
	  .flags = ZX_COMMAND_HIDDEN,
	  .run = show_usage },
	{ .name = "backup",
	  .description = "Open the dashboard",
	  .cog = "Backup",
	  .rule = ZX_RULE_ADMIN,
	  .flags = ZX_COMMAND_NO_SLASH,
	  .run = nothing },
	{ .name = "clusters",
	  .description = "Show all clusters",
	  .cog = "Shard Manager",
	  .rule = ZX_RULE_OWNER,
	  .flags = ZX_COMMAND_NO_PREFIX,
	  .run = nothing },
};

static void begin(struct desk *d)
{
	const struct zx_cog *core = zx_cog_core();
	size_t i;

	assert_err(desk_begin(d, NULL, shows, 4), ZX_OK);
	for (i = 0; i < core->command_count; i++)
		assert_err(zx_commands_add(d->c, &core->commands[i]), ZX_OK);
	memset(&help_state, 0, sizeof(help_state));
}

static void last(const struct desk *d, const char *name)
{
	golden(name, zx_str(d->sent[d->count - 1].body));
}

static void golden__help_by_who_asks_and_what_was_chosen(void **state)
{
	static const struct {
		const char *name, *category;
		int user;
		uint32_t page;
	} rows[] = {
		{ "help-member", "", DESK_USER, 0 },
		{ "help-admin", "", DESK_ADMIN, 0 },
		{ "help-admin-page-2", "", DESK_ADMIN, 1 },
		{ "help-admin-backup", "Backup", DESK_ADMIN, 0 },
		{ "help-owner-manager", "Shard Manager", DESK_OWNER, 0 },
		{ "help-member-backup", "Backup", DESK_USER, 9 },
	};
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&d);
		snprintf(help_state.category, sizeof(help_state.category), "%s",
			 rows[i].category);
		help_state.page = rows[i].page;
		desk_slash(&d, (uint64_t)rows[i].user, "do-help", NULL);
		last(&d, rows[i].name);
		desk_end(&d);
	}
}

static void golden__help_that_ends(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "do-help", NULL);
	desk_custom_id(d.sent[0].body, "close", id);
	desk_ok_all(&d);
	desk_press(&d, DESK_USER, id, NULL);
	last(&d, "help-closed");
	desk_end(&d);
	begin(&d);
	desk_slash(&d, DESK_USER, "do-help", NULL);
	desk_ok_all(&d);
	desk_wait(&d, 180000);
	last(&d, "help-timed-out");
	desk_end(&d);
}

static void golden__help_of_one_command(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_ADMIN, "do-usage", NULL);
	last(&d, "help-command");
	desk_end(&d);
}

static void message(const char *name, struct zx_message *m)
{
	struct zx_buf out;

	zx_buf_init(&out, NULL, 0);
	assert_err(zx_message_write(m, 0, &out), ZX_OK);
	golden(name, zx_buf_str(&out));
	zx_buf_release(&out);
	zx_message_clear(m);
}

static void golden__ping(void **state)
{
	struct zx__ping_view v = { 42.4, 87.6, 1, 4, WALL };
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx__ping_render(&v, &m);
	message("ping", &m);
	v.gateway_ms = -1;
	zx__ping_render(&v, &m);
	message("ping-unknown", &m);
	v.gateway_ms = 950;
	zx__ping_render(&v, &m);
	message("ping-slow", &m);
	zx_message_release(&m);
}

static void golden__stats(void **state)
{
	struct zx__stats_view v = { .now = 94784000, .wall = WALL, .slash = 6 };
	struct zx_message m;
	struct desk d;

	(void)state;
	zx_message_init(&m, NULL);
	v.bot.started = 1000;
	v.bot.latency_ms = v.bot.rest_latency_ms = -1;
	v.bot.shards = 1;
	zx__stats_render(&v, &m);
	message("stats-at-first", &m);
	begin(&d);
	desk_slash(&d, DESK_USER, "do-usage", NULL);
	v.list = d.c;
	v.commands = *zx_commands_stats(d.c);
	v.bot.guilds = 1234;
	v.bot.guilds_unavailable = 2;
	v.bot.users = 1234567;
	v.bot.messages_seen = 99999;
	v.bot.shards = 4;
	v.bot.shards_ready = 3;
	v.bot.latency_ms = 41.2;
	v.bot.rest_latency_ms = 120;
	zx__stats_render(&v, &m);
	message("stats", &m);
	desk_end(&d);
	zx_message_release(&m);
}

static void golden__settings(void **state)
{
	struct zx_guild guild = { .id = 50,
				  .owner_id = 1,
				  .member_count = 12345,
				  .shard = 2,
				  .name = "The *Aviary*" };
	struct zx__settings_view v = { .prefix = { "!", 1 },
				       .guild = &guild,
				       .shard_count = 4,
				       .wall = WALL };
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx__settings_render(&v, &m);
	message("settings", &m);
	v.guild = NULL;
	v.prefix = (struct zx_prefix){ "zx.", 0 };
	zx__settings_render(&v, &m);
	message("settings-guild-unknown", &m);
	zx_message_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden__help_by_who_asks_and_what_was_chosen),
		cmocka_unit_test(golden__help_that_ends),
		cmocka_unit_test(golden__help_of_one_command),
		cmocka_unit_test(golden__ping),
		cmocka_unit_test(golden__stats),
		cmocka_unit_test(golden__settings),
	};

	return cmocka_run_group_tests_name("core_golden", tests, NULL, NULL);
}
