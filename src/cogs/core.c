/* SPDX-License-Identifier: MIT
 *
 * core: the commands that every bot has.
 */
#include "cogs/core_int.h"
#include "cogs/rules.h"

static const struct zx_option help_options[] = {
	{
		.name = "command",
		.description = "Show the usage of one command",
		.type = ZX_OPTION_STRING,
		.autocomplete = 1,
	},
};

static const struct zx_option setprefix_options[] = {
	{
		.name = "prefix",
		.description = "The new prefix, or \"reset\" for the default",
		.type = ZX_OPTION_STRING,
		.required = 1,
		.has_min = 1,
		.min = 1,
		.has_max = 1,
		.max = ZX__PREFIX_MAX,
	},
};

static const struct zx_choice mention_choices[] = {
	{ "enable", "enable" },
	{ "disable", "disable" },
	{ "status", "status" },
};

static const struct zx_option mention_options[] = {
	{
		.name = "action",
		.description = "What to do",
		.type = ZX_OPTION_STRING,
		.required = 1,
		.choices = mention_choices,
		.choice_count =
			sizeof(mention_choices) / sizeof(mention_choices[0]),
	},
};

static const struct zx_command commands[] = {
	{
		.name = "help",
		.description = "Show all commands, or how to use one",
		.cog = ZX__CORE_COG,
		.options = help_options,
		.option_count = 1,
		.rule = ZX__RULE(help),
		.run = zx__core_help,
		.complete = zx__core_help_complete,
	},
	{
		.name = "ping",
		.description = "Show the latency of the gateway and of the API",
		.cog = ZX__CORE_COG,
		.rule = ZX__RULE(ping),
		.cooldown_ms = 1000,
		.run = zx__core_ping,
	},
	{
		.name = "stats",
		.description = "Show what the bot is doing",
		.cog = ZX__CORE_COG,
		.rule = ZX__RULE(stats),
		.cooldown_ms = 10000,
		.run = zx__core_stats,
	},
	{
		.name = "setprefix",
		.description = "Set the command prefix of this server",
		.cog = ZX__CORE_COG,
		.options = setprefix_options,
		.option_count = 1,
		.rule = ZX__RULE(setprefix),
		.flags = ZX_COMMAND_GUILD_ONLY,
		.run = zx__core_setprefix,
	},
	{
		.name = "mentionprefix",
		.description = "Let a mention of the bot work as a prefix",
		.cog = ZX__CORE_COG,
		.options = mention_options,
		.option_count = 1,
		.rule = ZX__RULE(mentionprefix),
		.flags = ZX_COMMAND_GUILD_ONLY,
		.run = zx__core_mentionprefix,
	},
	{
		.name = "serversettings",
		.description = "Show the bot's settings in this server",
		.cog = ZX__CORE_COG,
		.rule = ZX__RULE(serversettings),
		.flags = ZX_COMMAND_GUILD_ONLY,
		.run = zx__core_serversettings,
	},
};

static const struct zx_cog core = {
	.name = "Core",
	.commands = commands,
	.command_count = sizeof(commands) / sizeof(commands[0]),
};

const struct zx_cog *zx_cog_core(void)
{
	return &core;
}
