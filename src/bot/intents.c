/* SPDX-License-Identifier: MIT
 *
 * Life without the privileged intents that Discord refused (4014).
 */
#include "bot/bot_int.h"

static const struct {
	uint64_t intent;
	const char *name;
	unsigned on, on_small; /* bits of the application's flags */
	const char *missing;
} privileged[] = {
	{ ZX_INTENT_MESSAGE_CONTENT, "Message Content", 18, 19,
	  "prefix commands work only where they mention the bot and in direct "
	  "messages; slash commands work everywhere" },
	{ ZX_INTENT_GUILD_MEMBERS, "Server Members", 14, 15,
	  "joins and leaves of members are not seen, and member counts stay "
	  "those of the start" },
	{ ZX_INTENT_GUILD_PRESENCES, "Presence", 12, 13,
	  "who is online is not known" },
};

#define COUNT (sizeof(privileged) / sizeof(privileged[0]))

/* The application says which are switched on. When that was tried already, or
 * is not known, none of them is asked for. */
static uint64_t allowed(const struct zx_bot *b)
{
	uint64_t bits = 0;
	size_t i;

	if (!b->app_known || b->intents_tries > 1)
		return 0;
	for (i = 0; i < COUNT; i++)
		if (b->app_flags >> privileged[i].on & 1 ||
		    b->app_flags >> privileged[i].on_small & 1)
			bits |= privileged[i].intent;
	return bits;
}

void zx__bot_intents_refused(struct zx_bot *b)
{
	uint64_t before = b->intents;
	size_t i;

	if (b->rebuild_timer.slot)
		return; /* another shard was told first */
	b->intents_tries++;
	b->intents &= ~(uint64_t)ZX_INTENTS_PRIVILEGED | allowed(b);
	if (b->intents == before)
		b->intents &= ~(uint64_t)ZX_INTENTS_PRIVILEGED;
	for (i = 0; i < COUNT; i++)
		if (before & ~b->intents & privileged[i].intent)
			zx__bot_log(b, ZX_LOG_WARN,
				    "going on without the %s intent: %s. It is "
				    "switched on in the developer portal, page "
				    "Bot, Privileged Gateway Intents",
				    privileged[i].name, privileged[i].missing);
	/* Not now: the shard that told us is still talking. */
	zx_timer_set(b->loop, &b->rebuild_timer, zx_loop_now(b->loop));
}
