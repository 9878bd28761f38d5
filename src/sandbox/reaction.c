/* SPDX-License-Identifier: MIT
 *
 * Reactions. The message shows the counts; who reacted is kept beside it.
 */
#include <stdio.h>

#include "sandbox/rest.h"

enum { MAX_KINDS = 20 };

static void key_of(const cJSON *emoji, char out[160])
{
	snprintf(out, 160, "%s:%s", zx__str(emoji, "name"),
		 zx__str(emoji, "id"));
}

static int known_custom(struct zx__world *w, uint64_t id)
{
	for (size_t i = 0; i < w->guild_count; i++)
		if (w->guilds[i] && zx__set_get(&w->guilds[i]->emojis, id))
			return 1;
	return 0;
}

cJSON *zx__emoji_parse(struct zx__world *w, struct zx_str text)
{
	struct zx_buf b;
	cJSON *e = NULL;
	const char *colon, *name;
	uint64_t id;

	zx_buf_init(&b, NULL, 400);
	zx__url_decode(text, &b);
	name = zx_buf_cstr(&b);
	colon = strrchr(name, ':');
	if (b.err == ZX_OK && colon && colon > name &&
	    zx_str_u64(zx_str(colon + 1), &id) == ZX_OK &&
	    known_custom(w, id)) {
		b.ptr[colon - name] = '\0';
		e = zx__dom("id:I name:s", id, zx_buf_cstr(&b));
	} else if (b.err == ZX_OK && b.len && b.len < 100 && !colon &&
		   (name[0] & 0x80 || strstr(name, "\xef\xb8\x8f")) &&
		   zx_utf8_valid(zx_buf_str(&b))) {
		e = zx__dom("id:n name:s", name);
	}
	zx_buf_release(&b);
	return e;
}

/* The list of who reacted with it, made when asked. */
static cJSON *reactors(struct zx__msg *m, const char *key, int make)
{
	cJSON *list;

	if (!m->reactors && make)
		m->reactors = cJSON_CreateObject();
	list = m->reactors ? zx__get_mut(m->reactors, key) : NULL;
	if (!list && make)
		list = cJSON_AddArrayToObject(m->reactors, key);
	return list;
}

static cJSON *counted(struct zx__world *w, const cJSON *emoji,
		      const cJSON *users)
{
	int n = cJSON_GetArraySize(users);

	return zx__dom("emoji:c count:i count_details:o burst_colors:a "
		       "me_burst:f burst_me:f me:b burst_count:0",
		       emoji, n, zx__dom("burst:0 normal:i", n),
		       zx__ids_have(users, zx__bot(w)));
}

/* Writes the new count into the message. */
static void recount(struct zx__world *w, struct zx__msg *m, const cJSON *emoji,
		    const char *key)
{
	cJSON *list = zx__get_mut(m->dom, "reactions");
	const cJSON *users = reactors(m, key, 0);
	char other[160];
	int i = 0;

	if (!list)
		list = cJSON_AddArrayToObject(m->dom, "reactions");
	for (; i < cJSON_GetArraySize(list); i++) {
		key_of(zx__get(cJSON_GetArrayItem(list, i), "emoji"), other);
		if (!strcmp(other, key))
			break;
	}
	if (i < cJSON_GetArraySize(list) && users && users->child)
		cJSON_ReplaceItemInArray(list, i, counted(w, emoji, users));
	else if (i < cJSON_GetArraySize(list))
		cJSON_DeleteItemFromArray(list, i);
	else if (users && users->child)
		cJSON_AddItemToArray(list, counted(w, emoji, users));
	if (!list->child)
		zx__drop(m->dom, "reactions");
}

static void told(struct zx__world *w, struct zx__msg *m, const char *event,
		 cJSON *d)
{
	uint64_t channel = zx__dom_id(m->dom, "channel_id");
	struct zx__guild *g;

	zx__channel_find(w, channel, &g);
	zx__dom_set(d, "channel_id:I message_id:I", channel, m->id);
	if (g)
		zx__dom_set(d, "guild_id:I", g->id);
	zx__emit_in(w, channel, event, d);
	zx__live_in(w, channel, "MESSAGE_UPDATE", zx__msg_page(m),
		    m->ephemeral_for);
}

int zx__react(struct zx__world *w, struct zx__msg *m, const cJSON *emoji,
	      uint64_t user, int add)
{
	struct zx__guild *g;
	cJSON *list, *d;
	char key[160];

	key_of(emoji, key);
	list = reactors(m, key, add);
	if (!list || zx__ids_have(list, user) == add)
		return 0;
	if (add)
		cJSON_AddItemToArray(list, zx__id_string(user));
	else
		zx__ids_remove(list, user);
	recount(w, m, emoji, key);
	d = zx__dom("user_id:I emoji:c burst:f type:0", user, emoji);
	zx__channel_find(w, zx__dom_id(m->dom, "channel_id"), &g);
	if (add) {
		zx__dom_set(d, "message_author_id:I burst_colors:a",
			    zx__dom_id(zx__get(m->dom, "author"), "id"));
		if (g && zx__member(g, user))
			zx__dom_set(d, "member:o",
				    zx__member_out(w, g, user, 1));
	}
	told(w, m, add ? "MESSAGE_REACTION_ADD" : "MESSAGE_REACTION_REMOVE", d);
	return 1;
}

/* Routes ------------------------------------------------------------------ */

/* The message and emoji of the path; 0 when the answer is an error. */
static int asked(struct zx__call *c, struct zx__msg **m, cJSON **emoji)
{
	*emoji = NULL;
	*m = zx__msg_asked(c);
	if (!*m)
		return 0;
	*emoji = zx__emoji_parse(c->w, c->seg[2]);
	if (*emoji)
		return 1;
	zx__fail(c, 400, ZX__UNKNOWN_EMOJI, "Unknown Emoji");
	return 0;
}

static int may_react(struct zx__call *c, struct zx__msg *m, const cJSON *emoji)
{
	uint64_t bits = zx__perm_in(c->w, c->guild, c->channel, zx__bot(c->w));
	char key[160];
	const cJSON *users;

	key_of(emoji, key);
	users = reactors(m, key, 0);
	if (!(bits & ZX__P_HISTORY) ||
	    (!(bits & ZX__P_ADD_REACTIONS) && !(users && users->child))) {
		zx__no_permission(c);
		return 0;
	}
	if (!(users && users->child) &&
	    cJSON_GetArraySize(zx__get(m->dom, "reactions")) >= MAX_KINDS) {
		zx__fail(c, 400, 30010,
			 "Maximum number of reactions reached (20)");
		return 0;
	}
	return 1;
}

void zx__put_reaction(struct zx__call *c)
{
	struct zx__msg *m;
	cJSON *emoji;

	if (asked(c, &m, &emoji) && may_react(c, m, emoji)) {
		zx__react(c->w, m, emoji, zx__bot(c->w), 1);
		zx__no_content(c);
	}
	cJSON_Delete(emoji);
}

void zx__delete_own_reaction(struct zx__call *c)
{
	struct zx__msg *m;
	cJSON *emoji;

	if (asked(c, &m, &emoji)) {
		zx__react(c->w, m, emoji, zx__bot(c->w), 0);
		zx__no_content(c);
	}
	cJSON_Delete(emoji);
}

void zx__delete_user_reaction(struct zx__call *c)
{
	struct zx__msg *m;
	cJSON *emoji;

	if (asked(c, &m, &emoji)) {
		zx__react(c->w, m, emoji, c->id[3], 0);
		zx__no_content(c);
	}
	cJSON_Delete(emoji);
}

void zx__delete_emoji_reactions(struct zx__call *c)
{
	struct zx__msg *m;
	cJSON *emoji;
	char key[160];

	if (asked(c, &m, &emoji)) {
		key_of(emoji, key);
		zx__drop(m->reactors, key);
		recount(c->w, m, emoji, key);
		told(c->w, m, "MESSAGE_REACTION_REMOVE_EMOJI",
		     zx__dom("emoji:c", emoji));
		zx__no_content(c);
	}
	cJSON_Delete(emoji);
}

void zx__delete_reactions(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_asked(c);

	if (!m)
		return;
	cJSON_Delete(m->reactors);
	m->reactors = NULL;
	zx__drop(m->dom, "reactions");
	told(c->w, m, "MESSAGE_REACTION_REMOVE_ALL", cJSON_CreateObject());
	zx__no_content(c);
}

void zx__list_reactions(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 25, 1, 100);
	uint64_t after = zx__query_id(c, "after");
	struct zx__msg *m;
	cJSON *emoji, *list;
	char key[160];

	if (zx__form_failed(c) || !asked(c, &m, &emoji))
		return;
	key_of(emoji, key);
	list = cJSON_CreateArray();
	ZX__EACH(id, reactors(m, key, 0))
	{
		if (zx__dom_u64(id) <= after || limit <= 0)
			continue;
		cJSON_AddItemToArray(list,
				     zx__dup(zx__user(c->w, zx__dom_u64(id))));
		limit--;
	}
	cJSON_Delete(emoji);
	zx__reply(c, 200, list);
}
