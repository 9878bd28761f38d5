/* SPDX-License-Identifier: MIT
 *
 * What cogs hear besides events and states: guilds, commands, and how requests
 * ended.
 */
#include "bot/bot_int.h"

void zx__bot_tell_guild(struct zx_bot *b, uint32_t shard, int joined)
{
	size_t i;

	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].started && b->cogs[i].cog->guild)
			b->cogs[i].cog->guild(b, b->cogs[i].data, shard,
					      joined);
}

void zx__bot_tell_command(struct zx_bot *b, const struct zx_call *call)
{
	size_t i;

	if (zx_call_info(call)->form == ZX_FORM_PRESS ||
	    zx_call_info(call)->form == ZX_FORM_MODAL)
		return;
	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].started && b->cogs[i].cog->command)
			b->cogs[i].cog->command(b, b->cogs[i].data, call);
}

void zx__bot_tell_rest(struct zx_bot *b, uint64_t guild,
		       const struct zx_rest_result *r)
{
	size_t i;

	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].started && b->cogs[i].cog->rest)
			b->cogs[i].cog->rest(b, b->cogs[i].data, guild, r);
}
