/* SPDX-License-Identifier: MIT
 *
 * The bot's answers to interactions: the first one, which has three seconds,
 * and the message that comes of it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/rest.h"

enum callback {
	PONG = 1,
	MESSAGE = 4,
	DEFER_MESSAGE = 5,
	DEFER_UPDATE = 6,
	UPDATE = 7,
	CHOICES = 8,
	MODAL = 9
};

enum {
	EPHEMERAL = 1 << 6,
	LOADING = 1 << 7,
	SETTABLE = 1 << 2 | EPHEMERAL | 1 << 12 | 1 << 13 | 1 << 15
};

/* The message ------------------------------------------------------------- */

static cJSON *metadata(struct zx__world *w, struct zx__itx *it)
{
	cJSON *o = zx__dom("id:I type:i user:c "
			   "authorizing_integration_owners:o",
			   it->id, it->type, zx__user(w, it->user),
			   zx__dom("0:I", it->guild));

	if (it->type == 2)
		zx__dom_set(o, "name:s command_type:i", it->command,
			    zx__int(it->data, "type"));
	if (it->original)
		zx__dom_set(o, "original_response_message_id:I", it->original);
	if (it->type == 3)
		zx__dom_set(o, "interacted_message_id:I", it->source);
	if (it->type == 5)
		zx__dom_set(o, "triggering_interaction_metadata:o",
			    zx__dom("id:I type:i user:c "
				    "authorizing_integration_owners:o name:s "
				    "command_type:i",
				    it->root ? it->root : it->id, 2,
				    zx__user(w, it->user),
				    zx__dom("0:I", it->guild), it->command, 1));
	return o;
}

static cJSON *blank(struct zx__world *w, struct zx__itx *it)
{
	uint64_t refers = it->original ? it->original : it->source;
	cJSON *m = zx__msg_make(w, zx__world_new_id(w), it->channel, zx__bot(w),
				"");

	zx__dom_set(m, "webhook_id:I application_id:I interaction_metadata:o",
		    zx__bot(w), zx__bot(w), metadata(w, it));
	if (it->type == 2 && !it->original)
		zx__dom_set(m, "type:i interaction:o",
			    zx__int(it->data, "type") == 1 ? 20 : 23,
			    zx__dom("id:I type:i name:s user:c", it->id,
				    it->type, it->command,
				    zx__user(w, it->user)));
	if (!refers)
		return m;
	zx__dom_set(m, "type:i message_reference:o", 19,
		    zx__dom("type:0 channel_id:I message_id:I", it->channel,
			    refers));
	if (it->guild)
		zx__dom_set(zx__get_mut(m, "message_reference"), "guild_id:I",
			    it->guild);
	return m;
}

static void mentions(struct zx__call *c, struct zx__itx *it, cJSON *m,
		     const cJSON *data)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(c->w, it->channel, &g);

	if (ch)
		zx__msg_mentions(c->w, g, ch, m,
				 zx__some(data, "allowed_mentions"), 1,
				 zx__bot(c->w));
}

struct zx__msg *zx__itx_post(struct zx__call *c, struct zx__itx *it,
			     const cJSON *data, int ephemeral)
{
	cJSON *dom = blank(c->w, it);
	struct zx__msg *m;
	int flags;

	if (data)
		zx__msg_fill(c, dom, data);
	flags = zx__int(dom, "flags") & ~EPHEMERAL;
	zx__dom_set(dom, "flags:i",
		    flags | (ephemeral ? EPHEMERAL : 0) | (data ? 0 : LOADING));
	mentions(c, it, dom, data);
	m = zx__msg_post(c->w, dom, ephemeral ? it->user : 0);
	if (m) {
		m->interaction = it->id;
		m->webhook = zx__bot(c->w);
	}
	return m;
}

/* The first answer -------------------------------------------------------- */

static int form_refused(struct zx__call *c)
{
	if (!zx__form_failed(c) && !c->res->status)
		return 0;
	return 1;
}

static void check_flags(struct zx__call *c, const cJSON *data, int allowed)
{
	int flags = zx__int(data, "flags");

	if (flags & ~allowed)
		zx__bad(c, "data.flags", "BITFIELD_TYPE_INVALID",
			"Only the flags %d can be set here", allowed);
}

static void answer_message(struct zx__call *c, struct zx__itx *it,
			   const cJSON *data)
{
	struct zx__msg *m;

	zx__form_required(c, c->body, "", "data");
	check_flags(c, data, SETTABLE);
	if (data)
		zx__check_message(c, data, "data", 0, NULL);
	if (form_refused(c))
		return;
	it->ephemeral = (zx__int(data, "flags") & EPHEMERAL) != 0;
	m = zx__itx_post(c, it, data, it->ephemeral);
	it->original = m ? m->id : 0;
	it->state = ZX__ANSWERED;
}

static void answer_deferred(struct zx__call *c, struct zx__itx *it,
			    const cJSON *data)
{
	struct zx__msg *m;

	check_flags(c, data, EPHEMERAL);
	if (form_refused(c))
		return;
	it->ephemeral = (zx__int(data, "flags") & EPHEMERAL) != 0;
	m = zx__itx_post(c, it, NULL, it->ephemeral);
	it->original = m ? m->id : 0;
	it->loading = 1;
	it->state = ZX__DEFERRED;
}

static void answer_update(struct zx__call *c, struct zx__itx *it,
			  const cJSON *data)
{
	struct zx__msg *m = zx__msg_find(c->w, it->channel, it->source);

	if (data)
		zx__check_message(c, data, "data", ZX__MSG_EDIT,
				  m ? m->dom : NULL);
	if (form_refused(c))
		return;
	it->original = it->source;
	it->state = ZX__ANSWERED;
	if (!m || !data)
		return;
	zx__msg_edit(c, m->dom, data);
	mentions(c, it, m->dom, data);
	zx__msg_announce(c->w, m, "MESSAGE_UPDATE");
}

static void answer_choices(struct zx__call *c, struct zx__itx *it,
			   const cJSON *data)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	zx__form_required(c, c->body, "", "data");
	zx__form_required(c, data, "data", "choices");
	zx__form_array(c, data, "data", "choices", 0, 25);
	ZX__EACH(choice, zx__get(data, "choices"))
	{
		zx__at_i(at, "data.choices", i++);
		zx__form_required(c, choice, at, "name");
		zx__form_str(c, choice, at, "name", 1, 100);
		zx__form_required(c, choice, at, "value");
		if (cJSON_IsString(zx__get(choice, "value")))
			zx__form_str(c, choice, at, "value", 1, 100);
	}
	if (form_refused(c))
		return;
	it->result = zx__pick(data, "choices");
	it->state = ZX__ANSWERED;
}

static void answer_modal(struct zx__call *c, struct zx__itx *it,
			 const cJSON *data)
{
	cJSON *d;

	zx__form_required(c, c->body, "", "data");
	if (data)
		zx__check_modal(c, data, "data");
	if (form_refused(c))
		return;
	it->result = zx__pick(data, "custom_id title components");
	d = zx__components_out(c->w, zx__get(data, "components"));
	zx__dom_set(it->result, "components:o", d);
	it->state = ZX__ANSWERED;
	d = zx__dup(it->result);
	zx__dom_set(d, "interaction_id:I channel_id:I", it->id, it->channel);
	zx__live(c->w, "MODAL", d, it->user);
}

/* Which answers fit which interaction. */
static int fits(const struct zx__itx *it, int type)
{
	int on_message = it->type == 3 || (it->type == 5 && it->source);

	if (it->type == 4)
		return type == CHOICES;
	switch (type) {
	case MESSAGE:
	case DEFER_MESSAGE:
		return 1;
	case DEFER_UPDATE:
	case UPDATE:
		return on_message;
	case MODAL:
		return it->type != 5;
	default:
		return 0;
	}
}

static void answer(struct zx__call *c, struct zx__itx *it, int type)
{
	const cJSON *data = zx__some(c->body, "data");

	switch (type) {
	case MESSAGE:
		answer_message(c, it, data);
		break;
	case DEFER_MESSAGE:
		answer_deferred(c, it, data);
		break;
	case DEFER_UPDATE:
		it->original = it->source;
		it->state = ZX__ANSWERED;
		break;
	case UPDATE:
		answer_update(c, it, data);
		break;
	case CHOICES:
		answer_choices(c, it, data);
		break;
	default:
		answer_modal(c, it, data);
	}
}

static cJSON *with_response(struct zx__call *c, struct zx__itx *it, int type)
{
	struct zx__msg *m = zx__msg_find(c->w, it->channel, it->original);
	cJSON *info = zx__dom("id:I type:i channel_id:I", it->id, it->type,
			      it->channel);
	cJSON *o = zx__dom("interaction:o", info);

	if (it->guild)
		zx__dom_set(info, "guild_id:I", it->guild);
	if (!m || type == DEFER_UPDATE)
		return o;
	zx__dom_set(info,
		    "response_message_id:I response_message_loading:b "
		    "response_message_ephemeral:b",
		    m->id, type == DEFER_MESSAGE, m->ephemeral_for != 0);
	zx__dom_set(o, "resource:o",
		    zx__dom("type:i message:c",
			    type == UPDATE ? UPDATE : MESSAGE, m->dom));
	if (type == DEFER_MESSAGE)
		zx__dom_set(zx__get_mut(o, "resource"), "type:i",
			    DEFER_MESSAGE);
	return o;
}

/* 0 when the interaction can still be answered. */
static int gone(struct zx__call *c, struct zx__itx *it)
{
	if (!it || !zx_str_is(c->seg[1], it->token) ||
	    it->state == ZX__FAILED || c->w->now >= it->expires ||
	    (!it->answered_by && c->w->now >= it->created + 3000)) {
		zx__unknown(c, ZX__UNKNOWN_INTERACTION);
		return 1;
	}
	if (it->answered_by) {
		zx__fail(c, 400, 40060,
			 "Interaction has already been acknowledged.");
		return 1;
	}
	return 0;
}

void zx__interaction_callback(struct zx__call *c)
{
	struct zx__itx *it = zx__itx_find(c->w, c->id[0]);
	int type = zx__int(c->body, "type");

	if (gone(c, it))
		return;
	zx__form_required(c, c->body, "", "type");
	if (!fits(it, type))
		zx__bad(c, "type", "INTERACTION_RESPONSE_TYPE_INVALID",
			"This type of response does not fit the interaction");
	if (zx__form_failed(c))
		return;
	answer(c, it, type);
	if (c->res->status)
		return;
	it->answered_by = type;
	zx__itx_live(c->w, it, NULL);
	if (zx__query_true(c, "with_response"))
		zx__reply(c, 200, with_response(c, it, type));
	else
		zx__no_content(c);
}
