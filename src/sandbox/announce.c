/* SPDX-License-Identifier: MIT
 *
 * Messages on their way out: to the gateway and to the pages of those who see
 * the channel.
 */
#include "sandbox/world_int.h"

cJSON *zx__msg_make(struct zx__world *w, uint64_t id, uint64_t channel,
		    uint64_t author, const char *content)
{
	return zx__dom("id:I channel_id:I type:0 content:s author:c "
		       "attachments:a embeds:a mentions:a mention_roles:a "
		       "pinned:f mention_everyone:f tts:f timestamp:T "
		       "edited_timestamp:n flags:0 components:a",
		       id, channel, content, zx__user(w, author),
		       zx_snowflake_time(id));
}

static int needs_intent(struct zx__world *w)
{
	return (w->opt.intents_refused & (UINT64_C(1) << 15)) != 0;
}

cJSON *zx__msg_out(struct zx__world *w, const struct zx__msg *m)
{
	cJSON *o = zx__dup(m->dom);
	struct zx__guild *g;

	if (needs_intent(w)) {
		zx__channel_find(w, zx__dom_id(o, "channel_id"), &g);
		zx__hide_content(w, o, g != NULL);
	}
	return o;
}

cJSON *zx__msg_page(const struct zx__msg *m)
{
	cJSON *o = zx__dup(m->dom);

	if (m->ephemeral_for)
		zx__dom_set(o, "ephemeral_for:I", m->ephemeral_for);
	return o;
}

void zx__emit_in(struct zx__world *w, uint64_t channel, const char *event,
		 cJSON *d)
{
	struct zx__guild *g;
	cJSON *ch = zx__channel_find(w, channel, &g);

	if (!ch || !(zx__perm_in(w, g, ch, zx__bot(w)) & ZX__P_VIEW)) {
		cJSON_Delete(d);
		return;
	}
	zx__emit(w, g ? g->id : 0, event, d);
}

void zx__live_in(struct zx__world *w, uint64_t channel, const char *t, cJSON *d,
		 uint64_t only_user)
{
	struct zx__guild *g;
	cJSON *ch = zx__channel_find(w, channel, &g);

	if (!zx__wire_watched(w->wire, 0)) {
		cJSON_Delete(d);
		return;
	}
	if (ch && !g)
		only_user = zx__dom_id(
			cJSON_GetArrayItem(zx__get(ch, "recipients"), 0), "id");
	if (!ch || only_user || zx__everyone_sees(g, ch)) {
		zx__live(w, t, d, only_user);
		return;
	}
	for (size_t i = 0; i < g->members.n; i++) {
		uint64_t user = g->members.v[i].id;

		if (zx__wire_watched(w->wire, user) &&
		    zx__perm_in(w, g, ch, user) & ZX__P_VIEW)
			zx__wire_live(w->wire, t, d, user);
	}
	cJSON_Delete(d);
}

/* The gateway adds who the author and the mentioned are in the server. */
static void add_members(struct zx__world *w, struct zx__guild *g, cJSON *d)
{
	uint64_t author = zx__dom_id(zx__get(d, "author"), "id");
	cJSON *list = zx__get_mut(d, "mentions");

	zx__dom_set(d, "guild_id:I", g->id);
	if (!zx__get(d, "webhook_id") && zx__member(g, author))
		zx__dom_set(d, "member:o", zx__member_out(w, g, author, 0));
	for (cJSON *u = list ? list->child : NULL; u; u = u->next) {
		uint64_t id = zx__dom_id(u, "id");

		if (zx__member(g, id))
			zx__dom_set(u, "member:o", zx__member_out(w, g, id, 0));
	}
}

void zx__msg_announce(struct zx__world *w, const struct zx__msg *m,
		      const char *event)
{
	uint64_t channel = zx__dom_id(m->dom, "channel_id");
	struct zx__guild *g;
	cJSON *d;

	zx__channel_find(w, channel, &g);
	if (!m->ephemeral_for) {
		d = zx__dup(m->dom);
		zx__dom_set(d, "channel_type:i",
			    zx__int(zx__channel_find(w, channel, &g), "type"));
		if (g)
			add_members(w, g, d);
		zx__emit_in(w, channel, event, d);
	}
	if (!zx__wire_watched(w->wire, 0))
		return;
	d = zx__msg_page(m);
	if (g)
		zx__dom_set(d, "guild_id:I", g->id);
	zx__live_in(w, channel, event, d, m->ephemeral_for);
}

static void count_in(cJSON *channel, uint64_t id)
{
	zx__dom_set(channel, "last_message_id:I", id);
	if (!zx__is_thread(channel))
		return;
	zx__dom_set(channel, "message_count:i total_message_sent:i",
		    zx__int(channel, "message_count") + 1,
		    zx__int(channel, "total_message_sent") + 1);
}

struct zx__msg *zx__msg_post(struct zx__world *w, cJSON *dom,
			     uint64_t ephemeral_for)
{
	uint64_t channel = zx__dom_id(dom, "channel_id");
	uint64_t id = zx__dom_id(dom, "id");
	struct zx__msg *m = zx__msg_keep(w, channel, dom);
	struct zx__guild *g;
	cJSON *ch;

	if (!m)
		return NULL;
	m->ephemeral_for = ephemeral_for;
	ch = zx__channel_find(w, channel, &g);
	if (ch && !ephemeral_for)
		count_in(ch, id);
	w->stats.messages++;
	zx__msg_announce(w, m, "MESSAGE_CREATE");
	return m;
}

uint64_t zx__slowmode(struct zx__world *w, struct zx__guild *g,
		      const cJSON *channel, uint64_t user)
{
	int64_t pause = (int64_t)zx__int(channel, "rate_limit_per_user") * 1000;
	struct zx__history *h = zx__history(w, zx__dom_id(channel, "id"), 0);

	if (!pause || (zx__perm_in(w, g, channel, user) &
		       (ZX__P_MANAGE_MESSAGES | ZX__P_MANAGE_CHANNELS |
			ZX__P_BYPASS_SLOWMODE)))
		return 0;
	for (size_t i = h ? h->n : 0; i > 0; i--) {
		const struct zx__msg *m = &h->v[i - 1];
		int64_t left = zx_snowflake_time(m->id) + pause - zx__wall(w);

		if (left <= 0)
			return 0;
		if (zx__dom_id(zx__get(m->dom, "author"), "id") == user)
			return (uint64_t)left;
	}
	return 0;
}

void zx__msg_remove(struct zx__world *w, uint64_t channel, uint64_t id,
		    int quiet)
{
	struct zx__msg *m = zx__msg_find(w, channel, id);
	struct zx__guild *g;
	uint64_t only;
	cJSON *d;

	if (!m)
		return;
	only = m->ephemeral_for;
	zx__msg_drop(w, channel, id);
	zx__channel_find(w, channel, &g);
	d = zx__dom("id:I channel_id:I", id, channel);
	if (g)
		zx__dom_set(d, "guild_id:I", g->id);
	if (!only && !quiet)
		zx__emit_in(w, channel, "MESSAGE_DELETE", zx__dup(d));
	zx__live_in(w, channel, "MESSAGE_DELETE", d, only);
}
