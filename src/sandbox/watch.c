/* SPDX-License-Identifier: MIT
 *
 * Who sees what: members of a channel, and the watch over channels that some
 * members must never see.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

uint64_t zx__world_permissions(struct zx__world *w, uint64_t guild,
			       uint64_t channel, uint64_t user)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);

	if (channel)
		return ch ? zx__perm_in(w, g, ch, user) : 0;
	g = zx__guild_by_id(w, guild);
	return g ? zx__perm_base(w, g, user) : 0;
}

size_t zx__world_viewers(struct zx__world *w, uint64_t channel, uint64_t *users,
			 size_t cap)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);
	uint64_t user = 0;
	size_t n = 0;

	while (ch && g && (user = zx__member_next(g, user))) {
		if (!(zx__perm_in(w, g, ch, user) & ZX__P_VIEW))
			continue;
		if (n < cap)
			users[n] = user;
		n++;
	}
	return n;
}

/* Watching ---------------------------------------------------------------- */

int zx__world_watch(struct zx__world *w, uint64_t guild, const char *channel,
		    const uint64_t *users, size_t n)
{
	struct zx__watch *t = &w->watches[w->watch_count];

	if (!zx__guild_by_id(w, guild))
		return ZX_E_NOTFOUND;
	if (w->watch_count == ZX__MAX_WATCHES)
		return ZX_E_LIMIT;
	if (strlen(channel) >= sizeof(t->channel))
		return ZX_E_INVALID;
	*t = (struct zx__watch){ .guild = guild, .n = n };
	snprintf(t->channel, sizeof(t->channel), "%s", channel);
	t->users = calloc(n ? n : 1, sizeof(*users));
	if (!t->users)
		return ZX_E_NOMEM;
	memcpy(t->users, users, n * sizeof(*users));
	w->watch_count++;
	zx__watch_check(w, "", zx_str("as it was when the watch began"));
	return ZX_OK;
}

void zx__world_unwatch(struct zx__world *w)
{
	for (size_t i = 0; i < w->watch_count; i++)
		free(w->watches[i].users);
	w->watch_count = 0;
	cJSON_Delete(w->leak);
	w->leak = NULL;
}

int zx__world_leak(struct zx__world *w, struct zx_buf *out)
{
	if (w->leak && out)
		zx__print(w->leak, out);
	return w->leak != NULL;
}

static void found(struct zx__world *w, const struct zx__watch *t, uint64_t ch,
		  uint64_t user, const char *method, struct zx_str path)
{
	char text[600];

	snprintf(text, sizeof(text), "%s%s%.*s", method, *method ? " " : "",
		 ZX_ARG(zx_utf8_head(path, 500)));
	w->leak = zx__dom("after:s request:d guild_id:I channel:s "
			  "channel_id:I user_id:I",
			  text, (double)w->stats.requests, t->guild, t->channel,
			  ch, user);
}

static void check(struct zx__world *w, const struct zx__watch *t,
		  const char *method, struct zx_str path)
{
	struct zx__guild *g = zx__guild_by_id(w, t->guild);

	for (size_t i = 0; g && i < g->channels.n; i++) {
		const cJSON *ch = g->channels.v[i].dom;

		if (strcmp(zx__str(ch, "name"), t->channel))
			continue;
		for (size_t k = 0; k < t->n; k++)
			if (zx__perm_in(w, g, ch, t->users[k]) & ZX__P_VIEW) {
				found(w, t, g->channels.v[i].id, t->users[k],
				      method, path);
				return;
			}
	}
}

void zx__watch_check(struct zx__world *w, const char *method,
		     struct zx_str path)
{
	for (size_t i = 0; !w->leak && i < w->watch_count; i++)
		check(w, &w->watches[i], method, path);
}
