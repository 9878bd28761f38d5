/* SPDX-License-Identifier: MIT
 *
 * What people do with messages: they write, edit, remove, react, and hide those
 * that only they see.
 */
#include "sandbox/control_int.h"

static int sees(struct zx__world *w, uint64_t channel, uint64_t user,
		uint64_t bits)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);

	return ch && (zx__perm_in(w, g, ch, user) & bits) == bits;
}

void zx__ctl_list(struct ctl *k)
{
	uint64_t channel = zx__query_id(&k->call, "channel");
	uint64_t before = zx__query_id(&k->call, "before"),
		 user = zx__ctl_user(k);
	int limit = zx__query_int(&k->call, "limit", 50, 1, 200);
	struct zx__history *h;
	size_t to, from;
	cJSON *list;

	if (!sees(k->w, channel, user, ZX__P_VIEW)) {
		zx__ctl_fail(k, 403, "this user does not see the channel");
		return;
	}
	h = zx__history(k->w, channel, 0);
	to = before ? zx__history_from(h, before) : h ? h->n : 0;
	list = cJSON_CreateArray();
	for (from = to; from > 0 && limit > 0; from--) {
		const struct zx__msg *m = &h->v[from - 1];

		if (m->ephemeral_for && m->ephemeral_for != user)
			continue;
		cJSON_InsertItemInArray(list, 0, zx__msg_page(m));
		limit--;
	}
	zx__reply(&k->call, 200, list);
}

/* What people may write: as Discord checks it. */
static const char *text_refused(const char *text)
{
	size_t n = zx_utf8_count(zx_str_trim(zx_str(text)));

	if (!n)
		return "the message is empty";
	return n > 2000 ? "the message is longer than 2000 characters" : NULL;
}

static void reply_to(struct zx__world *w, cJSON *msg, uint64_t id)
{
	uint64_t channel = zx__dom_id(msg, "channel_id");
	struct zx__msg *to = zx__msg_find(w, channel, id);

	if (!to)
		return;
	zx__dom_set(msg, "type:i message_reference:o referenced_message:c", 19,
		    zx__dom("type:0 channel_id:I message_id:I", channel, id),
		    to->dom);
	zx__drop(zx__get_mut(msg, "referenced_message"), "referenced_message");
}

int zx__say(struct zx__world *w, uint64_t user, uint64_t channel,
	    const char *text, uint64_t reference, struct zx__msg **out,
	    const char **why)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);
	cJSON *msg;

	*why = "there is no such user or channel";
	if (!ch || !zx__user(w, user) || user == zx__bot(w))
		return ZX_E_NOTFOUND;
	*why = "this user may not write there";
	if (!sees(w, channel, user, ZX__P_VIEW | ZX__P_SEND) ||
	    !zx__is_text(ch))
		return ZX_E_PERM;
	*why = text_refused(text);
	if (!*why && zx__slowmode(w, g, ch, user))
		*why = "slow mode: this user has to wait";
	if (*why)
		return ZX_E_INVALID;
	msg = zx__msg_make(w, zx__world_new_id(w), channel, user, text);
	if (reference)
		reply_to(w, msg, reference);
	zx__msg_mentions(w, g, ch, msg, NULL, 0, user);
	*out = zx__msg_post(w, msg, 0);
	return *out ? ZX_OK : ZX_E_NOMEM;
}

void zx__ctl_post(struct ctl *k)
{
	struct zx__msg *m = NULL;
	const char *why = NULL;
	int err = zx__say(k->w, zx__ctl_user(k),
			  zx__dom_id(k->body, "channel_id"),
			  zx__str(k->body, "content"),
			  zx__dom_id(k->body, "reference"), &m, &why);

	if (err != ZX_OK)
		zx__ctl_refuse(k, err, why);
	else
		zx__reply(&k->call, 200, zx__msg_page(m));
}

void zx__ctl_dismiss(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);

	if (!m || !m->ephemeral_for || m->ephemeral_for != zx__ctl_user(k)) {
		zx__ctl_fail(k, 404, "there is no such message");
		return;
	}
	zx__msg_remove(k->w, zx__dom_id(m->dom, "channel_id"), k->id, 0);
	zx__no_content(&k->call);
}

void zx__ctl_react(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);
	cJSON *emoji = zx__emoji_parse(k->w, zx_str(zx__str(k->body, "emoji")));
	uint64_t user = zx__ctl_user(k);

	if (!m || m->ephemeral_for || !emoji)
		zx__ctl_fail(k, 404, "there is no such message or emoji");
	else if (!sees(k->w, zx__dom_id(m->dom, "channel_id"), user,
		       ZX__P_VIEW | ZX__P_ADD_REACTIONS))
		zx__ctl_fail(k, 403, "this user may not react there");
	else {
		zx__react(k->w, m, emoji, user, !zx__true(k->body, "remove"));
		zx__no_content(&k->call);
	}
	cJSON_Delete(emoji);
}

void zx__ctl_edit(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);
	const char *why = text_refused(zx__str(k->body, "content"));
	struct zx__guild *g;
	const cJSON *ch;

	if (!m ||
	    zx__dom_id(zx__get(m->dom, "author"), "id") != zx__ctl_user(k)) {
		zx__ctl_fail(k, 404, "this user has no such message");
		return;
	}
	if (why) {
		zx__ctl_fail(k, 400, why);
		return;
	}
	zx__dom_set(m->dom, "content:c edited_timestamp:T",
		    zx__get(k->body, "content"), zx__wall(k->w));
	ch = zx__channel_find(k->w, zx__dom_id(m->dom, "channel_id"), &g);
	if (ch)
		zx__msg_mentions(k->w, g, ch, m->dom, NULL, 0, zx__ctl_user(k));
	zx__msg_announce(k->w, m, "MESSAGE_UPDATE");
	zx__reply(&k->call, 200, zx__msg_page(m));
}

void zx__ctl_remove(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);
	uint64_t user = zx__ctl_user(k), channel;

	if (!m) {
		zx__ctl_fail(k, 404, "there is no such message");
		return;
	}
	channel = zx__dom_id(m->dom, "channel_id");
	if (zx__dom_id(zx__get(m->dom, "author"), "id") != user &&
	    !sees(k->w, channel, user, ZX__P_VIEW | ZX__P_MANAGE_MESSAGES)) {
		zx__ctl_fail(k, 403, "this user may not remove it");
		return;
	}
	zx__msg_remove(k->w, channel, k->id, 0);
	zx__no_content(&k->call);
}
