/* SPDX-License-Identifier: MIT
 *
 * cogs link with all modules: a bot takes two of them.
 */
#include "zoryx/bot.h"
#include "zoryx/shard_monitor.h"

int main(void)
{
	struct zx_bot_options opt = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *bot = NULL;
	int bad;

	opt.token = "alone";
	bad = zx_bot_new(&bot, &opt) || zx_bot_add_cog(bot, zx_cog_core()) ||
	      zx_bot_add_cog(bot, zx_cog_shard_monitor());
	zx_bot_free(bot);
	return bad;
}
