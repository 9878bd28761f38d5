/* SPDX-License-Identifier: MIT
 *
 * What the seed makes: ids and people. Everything is a pure function of the
 * seed, so a server that nobody looked at costs nothing: it is made when asked
 * for, and can be made again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

/*
 * Guild i is made at millisecond BASE + i * STEP of Discord's time, and all it
 * holds within the STEP after it. 720720 is divisible by 1 to 16, so BASE +
 * i * (720720 + 1) puts guild i on shard i % n for those n.
 */
#define SLOT UINT64_C(720720)
#define STEP (SLOT + 1)
#define BASE (SLOT * 353900)

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
enum { LINE_MS = 4 * 60000, LAST_BEFORE_MS = 30 * 60000 };

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t low_bits(struct zx__world *w, uint64_t ms)
{
	return mix(w->opt.seed * UINT64_C(0x9e3779b97f4a7c15) + ms) & 0x3fffff;
}

uint64_t zx__seed_id(struct zx__world *w, uint64_t ms)
{
	return ms << 22 | low_bits(w, ms);
}

uint64_t zx__seed_guild_id(struct zx__world *w, size_t index)
{
	return zx__seed_id(w, BASE + index * STEP);
}

size_t zx__seed_index(struct zx__world *w, uint64_t id)
{
	uint64_t ms = id >> 22;
	size_t i;

	if (ms < BASE)
		return SIZE_MAX;
	i = (size_t)((ms - BASE) / STEP);
	return i < w->guild_count ? i : SIZE_MAX;
}

/* People ------------------------------------------------------------------ */

static const struct {
	const char *name, *shown;
	int bot;
	uint64_t ms;
} personas[] = {
	[ZX_SANDBOX_OWNER] = { "robin", "Robin", 0, UINT64_C(19000000000) },
	[ZX_SANDBOX_ADMIN] = { "alex.admin", "Alex", 0, UINT64_C(21000000000) },
	[ZX_SANDBOX_MEMBER] = { "sam", "Sam", 0, UINT64_C(31000000000) },
	[ZX_SANDBOX_BOT] = { "Zoryx", NULL, 1, UINT64_C(240000000000) },
};

size_t zx__seed_pool(const struct zx__world *w)
{
	size_t others = w->opt.members > 4 ? w->opt.members - 4 : 0;

	return others + 8;
}

uint64_t zx__seed_user_id(struct zx__world *w, size_t k)
{
	return zx__seed_id(w, UINT64_C(44000000000) + (uint64_t)k * 311040);
}

cJSON *zx__seed_other(struct zx__world *w, size_t k)
{
	char name[40], shown[40];

	snprintf(name, sizeof(name), "%s", zx__name_user(k));
	if (k >= 40)
		snprintf(name, sizeof(name), "%s%zu", zx__name_user(k),
			 k / 40 + 1);
	snprintf(shown, sizeof(shown), "%s", name);
	shown[0] = (char)(shown[0] - 'a' + 'A');
	return zx__user_make(zx__seed_user_id(w, k), name,
			     k % 6 == 5 ? NULL : shown, 0);
}

int zx__seed_users(struct zx__world *w)
{
	for (size_t i = 0; i < 4; i++) {
		w->who[i] = zx__seed_id(w, personas[i].ms);
		if (!zx__set_put(&w->users, w->who[i],
				 zx__user_make(w->who[i], personas[i].name,
					       personas[i].shown,
					       personas[i].bot)))
			return ZX_E_NOMEM;
	}
	for (size_t k = 0; k < zx__seed_pool(w); k++)
		if (!zx__set_put(&w->users, zx__seed_user_id(w, k),
				 zx__seed_other(w, k)))
			return ZX_E_NOMEM;
	return ZX_OK;
}

/* Messages ---------------------------------------------------------------- */

struct line {
	const char *channel;
	int who; /* persona, or 10 + k for another */
	const char *text;
};

static const struct line lines[] = {
	{ "rules", ZX_SANDBOX_ADMIN,
	  "**Welcome!** Three rules:\n1. Be kind.\n2. No spam.\n3. Ask before "
	  "you ping." },
	{ "announcements", ZX_SANDBOX_ADMIN,
	  "# Summer meetup\nWe meet on {date} at the lake. Bring a "
	  "*blanket* and a board game." },
	{ "general", 10, "good morning everyone" },
	{ "general", 11, "morning! did anyone try the new build?" },
	{ "general", 10,
	  "yes, `make run` and it was there. took me longer to find my "
	  "coffee" },
	{ "general", ZX_SANDBOX_MEMBER, "does the bot answer in here too?" },
	{ "general", ZX_SANDBOX_OWNER, "it does, try `/ping` or `!ping` 👋" },
	{ "off-topic", 12,
	  "||the lighthouse was the narrator all along|| sorry, had to" },
	{ "off-topic", 13, "> had to\nyou really did not" },
	{ "bot-commands", ZX_SANDBOX_MEMBER, "what can it do?" },
	{ "staff-chat", ZX_SANDBOX_ADMIN,
	  "please keep an eye on #off-topic this week" },
};

static uint64_t author_of(struct zx__world *w, struct zx__guild *g, int who)
{
	uint64_t id =
		who < 4 ? w->who[who]
			: zx__seed_user_id(w, (g->index * 5 + (size_t)who -
					       10) % zx__seed_pool(w));

	return zx__member(g, id) ? id : w->who[ZX_SANDBOX_MEMBER];
}

static uint64_t channel_named(struct zx__guild *g, const char *name)
{
	for (size_t i = 0; i < g->channels.n; i++)
		if (!strcmp(zx__str(g->channels.v[i].dom, "name"), name))
			return g->channels.v[i].id;
	return 0;
}

/* A date in a month, where one is meant. */
static cJSON *dated(struct zx__world *w, const char *text)
{
	const char *mark = strstr(text, "{date}");
	char out[400];

	if (!mark)
		return cJSON_CreateString(text);
	snprintf(out, sizeof(out), "%.*s<t:%lld:D>%s", (int)(mark - text), text,
		 (long long)(w->began / 1000 + 30 * 86400), mark + 6);
	return cJSON_CreateString(out);
}

/* People talked until half an hour before the sandbox began. */
void zx__seed_messages(struct zx__world *w, struct zx__guild *g)
{
	uint64_t ms = (uint64_t)(w->began - INT64_C(1420070400000)) -
		      LAST_BEFORE_MS - COUNT(lines) * LINE_MS;

	for (size_t i = 0; i < COUNT(lines); i++) {
		uint64_t channel = channel_named(g, lines[i].channel);
		uint64_t id =
			zx__seed_id(w, ms + g->index * 1000 + i * LINE_MS);
		cJSON *m;

		if (!channel)
			continue;
		m = zx__msg_make(w, id, channel, author_of(w, g, lines[i].who),
				 "");
		zx__dom_set(m, "content:o", dated(w, lines[i].text));
		zx__msg_keep(w, channel, m);
		zx__dom_set(zx__set_get(&g->channels, channel),
			    "last_message_id:I", id);
	}
}
