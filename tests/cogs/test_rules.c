/* SPDX-License-Identifier: MIT
 *
 * rules: who may use what, over all cogs. The mission names ten commands that
 * are the bot owner's alone.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"
#include "helper/zx_test.h"
#include "zoryx/bot.h"
#include "zoryx/shard_manager.h"
#include "zoryx/shard_monitor.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const char *const owners_alone[] = {
	"shardmonitor", "sharddetails", "shardhealth", "shardalerts",
	"shardreset",	"clusters",	"ipcstatus",   "broadcastmsg",
	"backupexport", "backupstats",
};

static const struct {
	const char *name;
	int rule;
} table[] = {
#define ONE(name, rule) { #name, ZX_RULE_##rule },
	ZX__RULES(ONE)
#undef ONE
};

static int is_in(const char *name)
{
	size_t i;

	for (i = 0; i < LEN(owners_alone); i++)
		if (!strcmp(owners_alone[i], name))
			return 1;
	return 0;
}

static void W4__ten_commands_are_the_owners_alone(void **state)
{
	size_t i, owners = 0;

	(void)state;
	for (i = 0; i < LEN(table); i++) {
		print_message("# %s\n", table[i].name);
		assert_int_equal(table[i].rule == ZX_RULE_OWNER,
				 is_in(table[i].name));
		owners += table[i].rule == ZX_RULE_OWNER;
	}
	assert_int_equal(owners, 10);
}

static int rule_of(const char *name)
{
	size_t i;

	for (i = 0; i < LEN(table); i++)
		if (!strcmp(table[i].name, name))
			return table[i].rule;
	fail_msg("%s is not in the table", name);
	return -1;
}

static const struct zx_command *command_of(const struct zx_cog *cog, size_t i)
{
	size_t k;

	if (i < cog->command_count)
		return &cog->commands[i];
	for (k = 0; cog->list && cog->list[k]; k++)
		if (cog->command_count + k == i)
			return cog->list[k];
	return NULL;
}

static void W4__every_cog_keeps_to_the_table(void **state)
{
	const struct zx_cog *cogs[] = { zx_cog_core(), zx_cog_shard_monitor(),
					zx_cog_shard_manager(),
					zx_cog_backup_restore() };
	const struct zx_command *c;
	size_t i, k;

	(void)state;
	for (i = 0; i < LEN(cogs); i++)
		for (k = 0; (c = command_of(cogs[i], k)); k++) {
			print_message("# %s\n", c->name);
			assert_int_equal(c->rule, rule_of(c->name));
		}
}

/* The two that are not the administrators' alone look for themselves. */
static void W4__backups_are_for_administrators_and_the_backup_role(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < zx__backup_command_count; i++) {
		const struct zx_command *c = zx__backup_commands[i];

		print_message("# %s\n", c->name);
		assert_int_equal(c->rule == ZX_RULE_EVERYONE,
				 c->check == zx__backup_check);
		if (strcmp(c->name, "backupstats"))
			assert_true(c->flags & ZX_COMMAND_GUILD_ONLY);
	}
	assert_true(zx__backup_commands[i] == NULL);
	assert_in_range(i, 13, 14);
}

/* "0": administrators see them at first, and the server may change that. */
static void W4__members_do_not_see_what_they_cannot_use(void **state)
{
	const struct zx_cog *cogs[] = { zx_cog_core(), zx_cog_shard_monitor(),
					zx_cog_shard_manager(),
					zx_cog_backup_restore() };
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	const char *want[] = { [ZX_RULE_EVERYONE] = "null",
			       [ZX_RULE_ADMIN] = "\"8\"",
			       [ZX_RULE_OWNER] = "\"0\"" };
	const struct zx_command *one;
	struct zx_commands *c;
	struct zx_prng prng;
	struct zx_buf out;
	struct zx_json_iter it;
	size_t i, k, n = 0;

	(void)state;
	zx_prng_init(&prng, 1);
	opt.rand = zx_prng_rand(&prng);
	assert_err(zx_commands_new(&c, &opt), ZX_OK);
	for (i = 0; i < LEN(cogs); i++)
		for (k = 0; (one = command_of(cogs[i], k)); k++)
			assert_err(zx_commands_add(c, one), ZX_OK);
	zx_buf_init(&out, NULL, 0);
	assert_err(zx_commands_json(c, &out), ZX_OK);
	for (it = zx_json_each(zx_buf_str(&out)); zx_json_next(&it); n++)
		assert_str(zx_json_get(it.value, "default_member_permissions"),
			   want[zx_commands_get(c, n)->rule]);
	assert_int_equal(n, zx_commands_count(c));
	zx_buf_release(&out);
	zx_commands_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(W4__ten_commands_are_the_owners_alone),
		cmocka_unit_test(W4__every_cog_keeps_to_the_table),
		cmocka_unit_test(
			W4__backups_are_for_administrators_and_the_backup_role),
		cmocka_unit_test(W4__members_do_not_see_what_they_cannot_use),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
