/* SPDX-License-Identifier: MIT
 *
 * Pinned messages.
 */
#include "sandbox/rest.h"

enum { MAX_PINS = 250 };

static int count(const struct zx__history *h)
{
	int n = 0;

	for (size_t i = 0; h && i < h->n; i++)
		n += h->v[i].pinned_at != 0;
	return n;
}

/* The pin next older than `before`, or NULL. */
static struct zx__msg *older(struct zx__history *h, int64_t before)
{
	struct zx__msg *best = NULL;

	for (size_t i = 0; h && i < h->n; i++) {
		struct zx__msg *m = &h->v[i];

		if (m->pinned_at && m->pinned_at < before &&
		    (!best || m->pinned_at > best->pinned_at))
			best = m;
	}
	return best;
}

static int64_t before_of(struct zx__call *c)
{
	struct zx_buf b;
	int64_t at;

	if (!zx__query(c, "before").len)
		return INT64_MAX;
	zx_buf_init(&b, NULL, 200);
	zx__url_decode(zx__query(c, "before"), &b);
	at = zx__iso_parse(zx_buf_cstr(&b));
	zx_buf_release(&b);
	if (at < 0)
		zx__bad(c, "before", "DATE_TIME_TYPE_PARSE",
			"Could not parse. Should be ISO8601.");
	return at;
}

static int readable(struct zx__call *c)
{
	return (zx__perm_in(c->w, c->guild, c->channel, zx__bot(c->w)) &
		ZX__P_HISTORY) != 0;
}

void zx__list_pins(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 50, 1, 50);
	int64_t at = before_of(c);
	struct zx__history *h = zx__history(c->w, c->id[0], 0);
	struct zx__msg *m;
	cJSON *items;

	if (zx__form_failed(c))
		return;
	items = cJSON_CreateArray();
	for (; readable(c) && limit > 0 && (m = older(h, at)) != NULL;
	     limit--) {
		cJSON_AddItemToArray(items, zx__dom("pinned_at:T message:o",
						    m->pinned_at,
						    zx__msg_out(c->w, m)));
		at = m->pinned_at;
	}
	zx__reply(c, 200,
		  zx__dom("items:o has_more:b", items,
			  readable(c) && older(h, at) != NULL));
}

void zx__list_pins_old(struct zx__call *c)
{
	struct zx__history *h = zx__history(c->w, c->id[0], 0);
	cJSON *list = cJSON_CreateArray();
	int64_t at = INT64_MAX;
	struct zx__msg *m;

	for (int n = 0; readable(c) && n < 50 && (m = older(h, at)); n++) {
		cJSON_AddItemToArray(list, zx__msg_out(c->w, m));
		at = m->pinned_at;
	}
	zx__reply(c, 200, list);
}

static void changed(struct zx__call *c, struct zx__msg *m, int action)
{
	struct zx__msg *last = older(zx__history(c->w, c->id[0], 0), INT64_MAX);
	cJSON *d = zx__dom("channel_id:I last_pin_timestamp:n", c->id[0]);

	if (last) {
		zx__dom_set(d, "last_pin_timestamp:T", last->pinned_at);
		zx__dom_set(c->channel, "last_pin_timestamp:T",
			    last->pinned_at);
	}
	if (c->guild) {
		zx__dom_set(d, "guild_id:I", c->guild->id);
		zx__audit(
			c, c->guild, action,
			zx__dom_id(zx__get(m->dom, "author"), "id"), NULL,
			zx__dom("channel_id:I message_id:I", c->id[0], m->id));
	}
	zx__emit_in(c->w, c->id[0], "CHANNEL_PINS_UPDATE", d);
	zx__msg_announce(c->w, m, "MESSAGE_UPDATE");
	zx__no_content(c);
}

void zx__put_pin(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_asked(c), *last;
	struct zx__history *h = zx__history(c->w, c->id[0], 0);
	cJSON *note;

	if (!m)
		return;
	if (m->pinned_at) {
		zx__no_content(c);
		return;
	}
	if (count(h) >= MAX_PINS) {
		zx__fail(c, 400, 30003, "Maximum number of pins reached (250)");
		return;
	}
	last = older(h, INT64_MAX);
	m->pinned_at = zx__wall(c->w);
	if (last && last->pinned_at >= m->pinned_at)
		m->pinned_at = last->pinned_at + 1;
	zx__dom_set(m->dom, "pinned:t");
	changed(c, m, 74);
	note = zx__msg_make(c->w, zx__world_new_id(c->w), c->id[0],
			    zx__bot(c->w), "");
	zx__dom_set(note, "type:i message_reference:o", 6,
		    zx__dom("type:0 channel_id:I message_id:I", c->id[0],
			    c->id[1]));
	zx__msg_post(c->w, note, 0);
}

void zx__delete_pin(struct zx__call *c)
{
	struct zx__msg *m = zx__msg_asked(c);

	if (!m)
		return;
	if (!m->pinned_at) {
		zx__no_content(c);
		return;
	}
	m->pinned_at = 0;
	zx__dom_set(m->dom, "pinned:f");
	changed(c, m, 75);
}
