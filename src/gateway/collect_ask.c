/* SPDX-License-Identifier: MIT
 *
 * collect_ask: requests for members, up to the moment they are sent (GS-05 to
 * GS-07).
 */
#include <stdio.h>
#include <string.h>

#include "gateway/collect.h"

/* Requests --------------------------------------------------------------- */

void zx__collect_drop_held(struct zx_members *m, struct request *r)
{
	struct held *h;

	while ((h = r->held)) {
		r->held = h->next;
		m->held -= h->len;
		zx_delete(m->alloc, h);
	}
}

void zx__collect_drop(struct zx_members *m, struct request *r)
{
	struct request **at = &m->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	if (m->chunk_of == r)
		m->chunk_of = NULL;
	zx__collect_drop_held(m, r);
	zx_buf_release(&r->text);
	zx_delete(m->alloc, r);
	m->count--;
}

struct request *zx__collect_find(const struct zx_members *m, uint64_t id)
{
	struct request *r = m->first;

	while (r && r->id != id)
		r = r->next;
	return r;
}

/* The whole list, once per guild and 30 s -------------------------------- */

struct full *zx__collect_full(struct zx_members *m, uint64_t guild_id)
{
	struct full *oldest = m->full;
	size_t i;

	for (i = 0; i < FULL_GUILDS; i++) {
		if (m->full[i].guild_id == guild_id)
			return &m->full[i];
		if (m->full[i].at < oldest->at)
			oldest = &m->full[i];
	}
	*oldest = (struct full){ .guild_id = guild_id, .at = 0 };
	return oldest;
}

/* When it may be sent; it is then taken for sent. */
zx_time zx__collect_turn(struct zx_members *m, const struct request *r,
			 zx_time at)
{
	struct full *f;

	if (!r->whole)
		return at;
	f = zx__collect_full(m, r->guild_id);
	if (f->at && at < zx_time_add(f->at, FULL_MS + FULL_SPARE_MS))
		at = zx_time_add(f->at, FULL_MS + FULL_SPARE_MS);
	f->at = at ? at : 1;
	return at;
}

/* Asking ----------------------------------------------------------------- */

static void write_request(const struct zx_members *m, struct request *r,
			  const struct zx_members_request *req)
{
	struct zx_json_writer w;
	size_t i;

	zx_jw_init(&w, &r->text);
	zx_jw_obj(&w, NULL);
	zx_jw_id(&w, "guild_id", req->guild_id);
	if (req->query) {
		zx_jw_cstr(&w, "query", req->query);
		zx_jw_u64(&w, "limit", req->limit);
	} else {
		zx_jw_arr(&w, "user_ids");
		for (i = 0; i < req->user_id_count; i++)
			zx_jw_id(&w, NULL, req->user_ids[i]);
		zx_jw_arr_end(&w);
	}
	if (req->presences)
		zx_jw_bool(&w, "presences", 1);
	zx_jw_strf(&w, "nonce", "%08x%016llx", m->salt,
		   (unsigned long long)r->id);
	zx_jw_obj_end(&w);
}

static int check(const struct zx_members *m, const struct request *r,
		 const struct zx_members_request *req)
{
	struct zx_str d = zx_buf_str(&r->text);

	if (r->text.err)
		return r->text.err;
	if (!req->query == !req->user_id_count)
		return ZX_E_INVALID;
	/* {"op":8,"d":...} */
	if (d.len + 13 > ZX__SEND_BYTES)
		return ZX_E_TOOBIG;
	return zx__members_check(d, m->opt.intents, m->alloc);
}

int zx_members_ask(struct zx_members *m, const struct zx_members_request *req,
		   zx_time now, uint64_t *id)
{
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;
	struct request *r, **last = &m->first;
	int err;

	if (m->count >= m->opt.max_requests)
		return ZX_E_LIMIT;
	memcpy(&q, req, req->size < sizeof(q) ? req->size : sizeof(q));
	r = zx_new(m->alloc, sizeof(*r));
	if (!r)
		return ZX_E_NOMEM;
	r->id = ++m->ids;
	r->guild_id = q.guild_id;
	r->shard = q.shard;
	r->ud = q.ud;
	r->whole = q.query && !*q.query;
	zx_buf_init(&r->text, m->alloc, ZX__SEND_BYTES);
	write_request(m, r, &q);
	err = check(m, r, &q);
	if (err) {
		zx_buf_release(&r->text);
		zx_delete(m->alloc, r);
		return err;
	}
	r->at = zx__collect_turn(m, r, now);
	while (*last)
		last = &(*last)->next;
	*last = r;
	m->count++;
	m->now = now;
	if (id)
		*id = r->id;
	return ZX_OK;
}

void zx_members_sent(struct zx_members *m, uint64_t id, int err, zx_time now)
{
	struct request *r = zx__collect_find(m, id);

	m->now = now;
	if (!r || r->stage != OFFERED)
		return;
	if (err == ZX_E_STATE || err == ZX_E_LIMIT) {
		r->stage = WAITING;
		r->at = zx_time_add(now, AGAIN_MS);
	} else if (err) {
		zx__collect_fail(r, err);
	} else {
		r->stage = SENT;
		r->at = zx_time_add(now, m->opt.timeout_ms);
	}
}

void zx_members_cancel(struct zx_members *m, uint64_t id)
{
	struct request *r = zx__collect_find(m, id);

	if (r)
		zx__collect_drop(m, r);
}
