/* SPDX-License-Identifier: MIT
 *
 * 07_roll: a bot with one command in all forms: "/roll sides:20", "!roll 20",
 * "@bot roll". Discord and the prefix form check the same range.
 */
#include <stdio.h>
#include <stdlib.h>

#include "zoryx.h"

static void roll(struct zx_call *call, void *ud)
{
	struct zx_rand r = zx_system_rand();
	uint64_t sides = (uint64_t)zx_call_int(call, "sides", 6);

	(void)ud;
	zx_answer(call, "🎲 %llu",
		  (unsigned long long)zx_rand_below(&r, sides) + 1);
}

static const struct zx_option options[] = {
	{ "sides", "How many sides the die has", .type = ZX_OPTION_INTEGER,
	  .has_min = 1, .min = 2, .has_max = 1, .max = 1000 },
};

static const struct zx_command command = {
	.name = "roll",
	.description = "Rolls a die",
	.options = options,
	.option_count = 1,
	.cooldown_ms = 1000,
	.run = roll,
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
		err = zx_bot_add_command(bot, &command);
	if (!err)
		err = zx_bot_run(bot);
	if (err)
		fprintf(stderr, "%s\n", zx_bot_error(bot));
	zx_bot_free(bot);
	return err != 0;
}
