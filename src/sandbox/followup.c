/* SPDX-License-Identifier: MIT
 *
 * What follows the first answer to an interaction, by its token: follow-ups,
 * and edits of what was said.
 */
#include "sandbox/webhook.h"

enum { EPHEMERAL = 1 << 6, LOADING = 1 << 7 };

/* The interaction of the token in the path; NULL when the answer is given. */
static struct zx__itx *asked(struct zx__call *c)
{
	struct zx__itx *it = zx__itx_by_token(c->w, c->seg[1]);

	if (!it || c->w->now >= it->expires || it->state == ZX__FAILED) {
		zx__fail(c, 401, 50027, "Invalid Webhook Token");
		return NULL;
	}
	if (!it->answered_by) {
		zx__unknown(c, ZX__UNKNOWN_WEBHOOK);
		return NULL;
	}
	return it;
}

/* A deferred answer is there with its first edit. */
static void arrived(struct zx__call *c, struct zx__itx *it, cJSON *dom)
{
	it->loading = 0;
	it->state = ZX__ANSWERED;
	zx__dom_set(dom, "flags:i edited_timestamp:n",
		    zx__int(dom, "flags") & ~LOADING);
	zx__itx_live(c->w, it, NULL);
}

void zx__followup_edit(struct zx__call *c, struct zx__msg *m, const cJSON *body)
{
	struct zx__itx *it = zx__itx_by_token(c->w, c->seg[1]);
	uint64_t channel = zx__dom_id(m->dom, "channel_id");
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(c->w, channel, &g);

	zx__msg_edit(c, m->dom, body);
	if (ch)
		zx__msg_mentions(c->w, g, ch, m->dom,
				 zx__some(body, "allowed_mentions"), 1,
				 zx__bot(c->w));
	if (it && it->loading && it->original == m->id)
		arrived(c, it, m->dom);
	zx__msg_announce(c->w, m, "MESSAGE_UPDATE");
}

struct zx__msg *zx__followup_find(struct zx__call *c)
{
	struct zx__itx *it = asked(c);
	struct zx__msg *m = NULL;
	uint64_t id = 0;

	if (!it)
		return NULL;
	if (zx_str_is(c->seg[2], "@original"))
		id = it->original;
	else if (zx_str_u64(c->seg[2], &id) != ZX_OK)
		id = 0;
	if (id)
		m = zx__msg_find(c->w, it->channel, id);
	if (m && (m->interaction == it->id || m->id == it->original))
		return m;
	zx__unknown(c, ZX__UNKNOWN_MESSAGE);
	return NULL;
}

void zx__followup(struct zx__call *c)
{
	struct zx__itx *it = asked(c);
	struct zx__msg *m = NULL;

	if (!it)
		return;
	zx__check_message(c, c->body, "", ZX__MSG_WEBHOOK, NULL);
	if (zx__form_failed(c) || c->res->status)
		return;
	if (it->loading) {
		m = zx__msg_find(c->w, it->channel, it->original);
		if (m)
			zx__followup_edit(c, m, c->body);
	} else {
		m = zx__itx_post(c, it, c->body,
				 (zx__int(c->body, "flags") & EPHEMERAL) != 0);
		it->followups++;
	}
	if (m)
		zx__reply(c, 200, zx__dup(m->dom));
	else
		zx__unknown(c, ZX__UNKNOWN_MESSAGE);
}
