/* SPDX-License-Identifier: MIT
 *
 * bot links with everything but the cogs and what only they use.
 */
#include "zoryx/bot.h"

static void nothing(struct zx_call *call, void *ud)
{
	(void)call;
	(void)ud;
}

static const struct zx_command command = {
	.name = "nothing",
	.description = "Does nothing",
	.run = nothing,
};

int main(void)
{
	struct zx_bot_options opt = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *bot = NULL;
	int bad;

	opt.token = "alone";
	bad = zx_bot_new(&bot, &opt) || zx_bot_add_command(bot, &command);
	zx_bot_free(bot);
	return bad;
}
