/* SPDX-License-Identifier: MIT
 *
 * Messages over REST: reading, writing, editing, removing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/rest.h"

enum { V2 = 1 << 15, CROSSPOSTED = 1 };

static uint64_t own_bits(struct zx__call *c)
{
	return zx__perm_in(c->w, c->guild, c->channel, zx__bot(c->w));
}

/* Reading ----------------------------------------------------------------- */

/* The window of the history that the query asks for: [from, to). */
static void window(struct zx__call *c, const struct zx__history *h, int limit,
		   size_t *from, size_t *to)
{
	uint64_t before = zx__query_id(c, "before");
	uint64_t after = zx__query_id(c, "after");
	uint64_t around = zx__query_id(c, "around");
	size_t n = (size_t)limit;

	*to = h->n;
	if (around) {
		size_t mid = zx__history_from(h, around);

		*from = mid > n / 2 ? mid - n / 2 : 0;
		*to = *from + n < h->n ? *from + n : h->n;
		return;
	}
	if (before)
		*to = zx__history_from(h, before);
	if (after) {
		*from = zx__history_from(h, after + 1);
		if (*to > *from + n)
			*to = *from + n;
		return;
	}
	*from = *to > n ? *to - n : 0;
}

void zx__list_messages(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 50, 1, 100);
	const struct zx__history *h = zx__history(c->w, c->id[0], 0);
	size_t from = 0, to = 0;
	cJSON *list;

	if (zx__form_failed(c))
		return;
	if (!zx__is_text(c->channel)) {
		zx__fail(c, 400, 50008,
			 "Cannot send messages in a non-text channel");
		return;
	}
	list = cJSON_CreateArray();
	if (h && (own_bits(c) & ZX__P_HISTORY))
		window(c, h, limit, &from, &to);
	for (size_t i = to; i > from; i--)
		if (!h->v[i - 1].ephemeral_for)
			cJSON_AddItemToArray(list,
					     zx__msg_out(c->w, &h->v[i - 1]));
	zx__reply(c, 200, list);
}

struct zx__msg *zx__msg_asked(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_find(c->w, c->id[0], c->id[1]);

	if (m && !m->ephemeral_for)
		return m;
	zx__unknown(c, ZX__UNKNOWN_MESSAGE);
	return NULL;
}

void zx__get_message(struct zx__call *c)
{
	struct zx__msg *m;

	if (!(own_bits(c) & ZX__P_HISTORY)) {
		zx__no_permission(c);
		return;
	}
	m = zx__msg_asked(c);
	if (m)
		zx__reply(c, 200, zx__msg_out(c->w, m));
}

/* Writing ----------------------------------------------------------------- */

/* 20016, with the seconds to wait as in a 429. */
static int too_fast(struct zx__call *c)
{
	uint64_t ms = zx__slowmode(c->w, c->guild, c->channel, zx__bot(c->w));

	if (!ms)
		return 0;
	zx_buf_addf(&c->res->headers,
		    "Retry-After: %d\r\nX-RateLimit-Scope: user\r\n",
		    (int)((ms + 999) / 1000));
	zx__reply(c, 429,
		  zx__dom("message:s code:i retry_after:d global:f",
			  "This action cannot be performed due to slowmode "
			  "rate limit",
			  20016, (double)ms / 1000.0));
	return 1;
}

/* Nonzero when the bot may not write this here. */
static int refused(struct zx__call *c)
{
	uint64_t bits = own_bits(c);
	uint64_t need = ZX__P_SEND;
	const cJSON *embeds = zx__some(c->body, "embeds");

	if (!zx__is_text(c->channel)) {
		zx__fail(c, 400, 50008,
			 "Cannot send messages in a non-text channel");
		return 1;
	}
	if (embeds && embeds->child)
		need |= ZX__P_EMBED_LINKS;
	if (c->nfiles)
		need |= ZX__P_ATTACH_FILES;
	if (zx__true(c->body, "tts"))
		need |= ZX__P_SEND_TTS;
	if (zx__some(c->body, "poll"))
		need |= ZX__P_SEND_POLLS;
	if (!c->guild)
		need &= ~(ZX__P_SEND_TTS | ZX__P_SEND_POLLS);
	if ((bits & need) != need) {
		zx__no_permission(c);
		return 1;
	}
	if (zx__true(zx__get(c->channel, "thread_metadata"), "locked") &&
	    !(bits & ZX__P_MANAGE_THREADS)) {
		zx__fail(c, 400, 160005, "Thread is locked");
		return 1;
	}
	return 0;
}

static cJSON *snapshot(const cJSON *msg)
{
	return zx__dom("message:o",
		       zx__pick(msg, "type content embeds attachments "
				     "timestamp edited_timestamp flags "
				     "mentions mention_roles components"));
}

static int forward(struct zx__call *c, cJSON *msg, const cJSON *ref)
{
	uint64_t channel = zx__dom_id(ref, "channel_id");
	struct zx__msg *from =
		zx__msg_find(c->w, channel, zx__dom_id(ref, "message_id"));
	struct zx__guild *g;
	cJSON *ch = zx__channel_find(c->w, channel, &g), *list;

	if (!from || from->ephemeral_for || !ch ||
	    !(zx__perm_in(c->w, g, ch, zx__bot(c->w)) & ZX__P_HISTORY)) {
		zx__fail(c, 400, 160014,
			 "You cannot forward a message whose content you "
			 "cannot read");
		return 1;
	}
	list = cJSON_CreateArray();
	cJSON_AddItemToArray(list, snapshot(from->dom));
	zx__dom_set(msg, "message_reference:o message_snapshots:o",
		    zx__dom("type:i channel_id:I message_id:I", 1, channel,
			    from->id),
		    list);
	if (g)
		zx__dom_set(zx__get_mut(msg, "message_reference"), "guild_id:I",
			    g->id);
	return 0;
}

static int reply_to(struct zx__call *c, cJSON *msg, const cJSON *ref)
{
	struct zx__msg *to =
		zx__msg_find(c->w, c->id[0], zx__dom_id(ref, "message_id"));

	if (!(own_bits(c) & ZX__P_HISTORY)) {
		zx__fail(c, 403, 160002,
			 "Cannot reply without permission to read message "
			 "history");
		return 1;
	}
	if ((!to || to->ephemeral_for) &&
	    !cJSON_IsFalse(zx__get(ref, "fail_if_not_exists"))) {
		zx__bad(c, "message_reference", "REPLIES_UNKNOWN_MESSAGE",
			"Unknown message");
		return zx__form_failed(c);
	}
	if (!to || to->ephemeral_for)
		return 0;
	zx__dom_set(
		msg, "type:i message_reference:o referenced_message:o", 19,
		zx__dom("type:0 channel_id:I message_id:I", c->id[0], to->id),
		zx__msg_out(c->w, to));
	zx__drop(zx__get_mut(msg, "referenced_message"),
		 "referenced_message message_snapshots");
	if (c->guild)
		zx__dom_set(zx__get_mut(msg, "message_reference"), "guild_id:I",
			    c->guild->id);
	return 0;
}

static int reference(struct zx__call *c, cJSON *msg)
{
	const cJSON *ref = zx__some(c->body, "message_reference");

	if (!ref)
		return 0;
	zx__form_required(c, ref, "message_reference", "message_id");
	zx__form_id(c, ref, "message_reference", "message_id");
	if (zx__form_failed(c))
		return 1;
	return zx__int(ref, "type") == 1 ? forward(c, msg, ref)
					 : reply_to(c, msg, ref);
}

/* enforce_nonce: the message that came with the same nonce a moment ago. */
static struct zx__msg *same_nonce(struct zx__call *c)
{
	struct zx__history *h = zx__history(c->w, c->id[0], 0);
	const cJSON *nonce = zx__some(c->body, "nonce");

	if (!zx__true(c->body, "enforce_nonce") || !nonce)
		return NULL;
	for (size_t i = h ? h->n : 0; i > 0; i--) {
		struct zx__msg *m = &h->v[i - 1];

		if (zx_snowflake_time(m->id) < zx__wall(c->w) - 300000)
			break;
		if (zx__dom_id(zx__get(m->dom, "author"), "id") ==
			    zx__bot(c->w) &&
		    cJSON_Compare(zx__get(m->dom, "nonce"), nonce, 1))
			return m;
	}
	return NULL;
}

/* Writing into an archived thread opens it. */
static void unarchive(struct zx__call *c)
{
	cJSON *meta = zx__get_mut(c->channel, "thread_metadata");

	if (!meta || !zx__true(meta, "archived"))
		return;
	zx__dom_set(meta, "archived:f");
	zx__emit(c->w, c->guild->id, "THREAD_UPDATE",
		 zx__channel_out(c->channel));
}

void zx__create_message(struct zx__call *c)
{
	struct zx__msg *m = same_nonce(c);
	cJSON *msg;

	if (m) {
		zx__reply(c, 200, zx__msg_out(c->w, m));
		return;
	}
	zx__check_message(c, c->body, "", 0, NULL);
	if (zx__form_failed(c) || c->res->status || refused(c) || too_fast(c))
		return;
	msg = zx__msg_make(c->w, zx__world_new_id(c->w), c->id[0],
			   zx__bot(c->w), "");
	if (reference(c, msg)) {
		cJSON_Delete(msg);
		return;
	}
	unarchive(c);
	zx__msg_fill(c, msg, c->body);
	zx__dom_set(msg, "flags:i", zx__int(msg, "flags") & ~(1 << 6));
	zx__msg_mentions(c->w, c->guild, c->channel, msg,
			 zx__some(c->body, "allowed_mentions"), 0,
			 zx__bot(c->w));
	m = zx__msg_post(c->w, msg, 0);
	if (m)
		zx__reply(c, 200, zx__dup(m->dom));
}

/* Editing ----------------------------------------------------------------- */

/* Another's message: only its embeds may be hidden. */
static int only_flags(const cJSON *body)
{
	return body->child && !body->child->next && zx__get(body, "flags");
}

void zx__patch_message(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_asked(c);
	int own;

	if (!m)
		return;
	own = zx__dom_id(zx__get(m->dom, "author"), "id") == zx__bot(c->w) &&
	      !zx__get(m->dom, "webhook_id");
	if (!own &&
	    !(only_flags(c->body) && (own_bits(c) & ZX__P_MANAGE_MESSAGES))) {
		zx__fail(c, 403, 50005,
			 "Cannot edit a message authored by another user");
		return;
	}
	zx__check_message(c, c->body, "", ZX__MSG_EDIT, m->dom);
	if (zx__form_failed(c) || c->res->status)
		return;
	zx__msg_edit(c, m->dom, c->body);
	zx__msg_mentions(c->w, c->guild, c->channel, m->dom,
			 zx__some(c->body, "allowed_mentions"), 0,
			 zx__bot(c->w));
	zx__msg_announce(c->w, m, "MESSAGE_UPDATE");
	zx__reply(c, 200, zx__dup(m->dom));
}

/* Removing ---------------------------------------------------------------- */

void zx__delete_message(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_asked(c);
	uint64_t author;

	if (!m)
		return;
	author = zx__dom_id(zx__get(m->dom, "author"), "id");
	if (author != zx__bot(c->w)) {
		if (!c->guild) {
			zx__fail(c, 403, 50003,
				 "Cannot execute action on a DM channel");
			return;
		}
		if (!(own_bits(c) & ZX__P_MANAGE_MESSAGES)) {
			zx__no_permission(c);
			return;
		}
		zx__audit(c, c->guild, 72, author, NULL,
			  zx__dom("channel_id:I count:s", c->id[0], "1"));
	}
	zx__msg_remove(c->w, c->id[0], c->id[1], 0);
	zx__no_content(c);
}

static int too_old(struct zx__call *c)
{
	int64_t limit = zx__wall(c->w) - INT64_C(14) * 86400000;

	ZX__EACH(id, zx__get(c->body, "messages"))
	if (zx_snowflake_time(zx__dom_u64(id)) < limit)
		return 1;
	return 0;
}

void zx__bulk_delete(struct zx__call *c)
{
	char count[16];
	cJSON *gone;

	zx__form_required(c, c->body, "", "messages");
	zx__form_array(c, c->body, "", "messages", 2, 100);
	if (zx__form_failed(c))
		return;
	if (!c->guild) {
		zx__fail(c, 403, 50003,
			 "Cannot execute action on a DM channel");
		return;
	}
	if (too_old(c)) {
		zx__fail(c, 400, 50034,
			 "You can only bulk delete messages that are under 14 "
			 "days old.");
		return;
	}
	gone = cJSON_CreateArray();
	ZX__EACH(id, zx__get(c->body, "messages"))
	{
		struct zx__msg *m =
			zx__msg_find(c->w, c->id[0], zx__dom_u64(id));

		if (!m || m->ephemeral_for)
			continue;
		cJSON_AddItemToArray(gone, zx__id_string(m->id));
		zx__msg_remove(c->w, c->id[0], m->id, 1);
	}
	snprintf(count, sizeof(count), "%d", cJSON_GetArraySize(gone));
	zx__audit(c, c->guild, 73, c->id[0], NULL, zx__dom("count:s", count));
	if (gone->child)
		zx__emit_in(c->w, c->id[0], "MESSAGE_DELETE_BULK",
			    zx__dom("ids:o channel_id:I guild_id:I", gone,
				    c->id[0], c->guild->id));
	else
		cJSON_Delete(gone);
	zx__no_content(c);
}

/* Others ------------------------------------------------------------------ */

void zx__crosspost(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_asked(c);

	if (!m)
		return;
	if (zx__int(c->channel, "type") != 5) {
		zx__fail(c, 400, 50024,
			 "Cannot execute action on this channel type");
		return;
	}
	if (zx__int(m->dom, "flags") & CROSSPOSTED) {
		zx__fail(c, 400, 40033,
			 "This message has already been crossposted");
		return;
	}
	zx__dom_set(m->dom, "flags:i", zx__int(m->dom, "flags") | CROSSPOSTED);
	zx__msg_announce(c->w, m, "MESSAGE_UPDATE");
	zx__reply(c, 200, zx__msg_out(c->w, m));
}

void zx__typing(struct zx__call *c)
{
	if (!(own_bits(c) & ZX__P_SEND)) {
		zx__no_permission(c);
		return;
	}
	zx__live_in(c->w, c->id[0], "TYPING",
		    zx__dom("channel_id:I user_id:I", c->id[0], zx__bot(c->w)),
		    0);
	zx__no_content(c);
}
