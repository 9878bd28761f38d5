/* SPDX-License-Identifier: MIT
 *
 * One command in all forms: "/callme", "!callme ? no", "@bot callme ?". It has
 * two options, is for members who may manage the server, and asks first.
 */
#include <stdio.h>
#include <stdlib.h>

#include "zoryx.h"

struct change {
	char prefix[16];
	int mention;
};

static void change(struct zx_call *call, const void *state, void *ud)
{
	const struct change *c = state;
	uint64_t guild = zx_call_info(call)->guild_id;

	(void)ud;
	if (zx_bot_set_prefix(zx_call_bot(call), guild, c->prefix) ||
	    zx_bot_set_mention_prefix(zx_call_bot(call), guild, c->mention))
		zx_fail(call, "❌ Not Changed", "Is it short enough?");
	else
		zx_answer(call, "✅ Call me with %s", c->prefix);
}

static const struct zx_confirm sure = {
	.state_size = sizeof(struct change),
	.confirmed = change,
};

static void ask(struct zx_call *call, void *ud)
{
	struct change c = { "", zx_call_bool(call, "mention", 1) };

	(void)ud;
	snprintf(c.prefix, sizeof(c.prefix), "%s",
		 zx_call_text(call, "prefix"));
	zx_ask(call, &sure, &c, "Everybody will type %s", c.prefix);
}

static const struct zx_option options[] = {
	{ "prefix", "The new prefix", .type = ZX_OPTION_STRING, .required = 1 },
	{ "mention", "Or a mention of me?", .type = ZX_OPTION_BOOLEAN },
};

static const struct zx_command callme = {
	.name = "callme",
	.description = "Change how I am called here",
	.options = options,
	.option_count = 2,
	.permissions = ZX_PERM_MANAGE_GUILD,
	.run = ask,
};

int main(void)
{
	struct zx_bot_options opt = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *bot;
	int err;

	opt.token = getenv("DISCORD_TOKEN");
	opt.api_url = getenv("ZX_API_URL"); /* NULL: Discord itself */
	err = zx_bot_new(&bot, &opt);
	if (!err)
		err = zx_bot_add_command(bot, &callme);
	if (!err)
		err = zx_bot_run(bot);
	if (err)
		fprintf(stderr, "%s\n", zx_bot_error(bot));
	zx_bot_free(bot);
	return err != 0;
}
