/* SPDX-License-Identifier: MIT
 *
 * collect: the chunks that answer requests for members (GS-08). They are handed
 * out as they come; only those that come before their turn are kept.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/collect.h"

static void drop_given(struct zx_members *m)
{
	if (!m->given)
		return;
	m->held -= m->given->len;
	zx_delete(m->alloc, m->given);
	m->given = NULL;
}

/* Answers ---------------------------------------------------------------- */

/* The request a nonce of ours belongs to. */
static struct request *by_nonce(const struct zx_members *m, struct zx_str raw)
{
	struct zx_str nonce = zx_json_plain(raw);
	char ours[32];
	struct request *r;

	for (r = m->first; r; r = r->next) {
		snprintf(ours, sizeof(ours), "%08x%016llx", m->salt,
			 (unsigned long long)r->id);
		if (zx_str_is(nonce, ours))
			return r;
	}
	return NULL;
}

static int is_held(const struct request *r, uint32_t index)
{
	const struct held *h;

	for (h = r->held; h; h = h->next)
		if (h->index == index)
			return 1;
	return 0;
}

/* In order of their turn. */
static int hold(struct zx_members *m, struct request *r, uint32_t index,
		struct zx_str d)
{
	struct held **at = &r->held, *h;

	if (d.len > m->opt.max_held || m->held > m->opt.max_held - d.len)
		return ZX_E_TOOBIG;
	h = zx_new(m->alloc, sizeof(*h) + d.len);
	if (!h)
		return ZX_E_NOMEM;
	h->index = index;
	h->len = d.len;
	memcpy(h->text, d.ptr, d.len);
	while (*at && (*at)->index < index)
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	m->held += d.len;
	return ZX_OK;
}

static int on_chunk(struct zx_members *m, struct zx_str d, zx_time now)
{
	struct request *r = by_nonce(m, zx_json_get(d, "nonce"));
	uint64_t index, count;
	int err;

	if (!r || r->stage != SENT || r->err)
		return ZX_OK;
	if (zx_json_u64(zx_json_get(d, "chunk_index"), &index) ||
	    zx_json_u64(zx_json_get(d, "chunk_count"), &count) || !count ||
	    count > CHUNKS || index >= count ||
	    (r->count && r->count != count) ||
	    zx_json_kind(zx_json_get(d, "members")) != ZX_JSON_ARRAY) {
		zx__collect_fail(r, ZX_E_PROTOCOL);
		return ZX_OK;
	}
	r->count = (uint32_t)count;
	r->at = zx_time_add(now, m->opt.timeout_ms);
	if (index < r->index || is_held(r, (uint32_t)index))
		return ZX_OK; /* comes a second time */
	if (index == r->index) {
		m->chunk = d;
		m->chunk_of = r;
		return ZX_OK;
	}
	err = hold(m, r, (uint32_t)index, d);
	if (err)
		zx__collect_fail(r, err);
	return ZX_OK;
}

static struct request *by_guild(const struct zx_members *m, uint64_t guild_id)
{
	struct request *r = m->first;

	while (r && (r->guild_id != guild_id || r->stage != SENT || r->index))
		r = r->next;
	return r;
}

/* Waited for and tried once more, whoever used up the limit. */
static void on_limited(struct zx_members *m, struct zx_str d, zx_time now)
{
	struct zx_str meta = zx_json_get(d, "meta");
	double seconds = 0;
	struct request *r;

	if (zx_json_get_u64(d, "opcode") != ZX__OP_MEMBERS)
		return;
	r = by_nonce(m, zx_json_get(meta, "nonce"));
	if (!r && !zx_json_get(meta, "nonce").len)
		r = by_guild(m, zx_json_get_u64(meta, "guild_id"));
	if (!r || r->stage != SENT || r->err)
		return;
	if (zx_json_f64(zx_json_get(d, "retry_after"), &seconds) ||
	    !(seconds >= 0 && seconds * 1000 <= WAIT_MS) || r->limited) {
		zx__collect_fail(r, ZX_E_LIMIT);
		return;
	}
	r->limited = 1;
	r->stage = WAITING;
	r->at = zx_time_add(now, (uint64_t)(seconds * 1000) + FULL_SPARE_MS);
	if (r->whole)
		zx__collect_full(m, r->guild_id)->at = r->at;
}

/* A new session knows nothing of what the old one was asked for. */
static void on_ready(struct zx_members *m, uint32_t shard, zx_time now)
{
	struct request *r;

	for (r = m->first; r; r = r->next) {
		if (r->shard != shard || r->err)
			continue;
		if (r->stage == WAITING && !r->limited && !r->whole)
			r->at = now;
		if (r->stage != SENT)
			continue;
		if (++r->restarts > RESTARTS) {
			zx__collect_fail(r, ZX_E_CLOSED);
			continue;
		}
		r->told = r->index > 0;
		r->index = 0;
		r->count = 0;
		zx__collect_drop_held(m, r);
		r->stage = WAITING;
		r->at = zx__collect_turn(m, r, now);
	}
}

int zx_members_feed(struct zx_members *m, uint32_t shard, enum zx_event event,
		    struct zx_str d, zx_time now)
{
	if (m->chunk_of)
		return ZX_E_STATE;
	m->now = now;
	drop_given(m);
	switch (event) {
	case ZX_EVENT_GUILD_MEMBERS_CHUNK:
		return on_chunk(m, d, now);
	case ZX_EVENT_RATE_LIMITED:
		on_limited(m, d, now);
		return ZX_OK;
	case ZX_EVENT_READY:
		on_ready(m, shard, now);
		return ZX_OK;
	default:
		return ZX_OK;
	}
}

/* Outputs ---------------------------------------------------------------- */

static int put(const struct request *r, enum zx_members_out_kind kind,
	       struct zx_members_out *out)
{
	*out = (struct zx_members_out){ .kind = kind,
					.id = r->id,
					.guild_id = r->guild_id,
					.ud = r->ud,
					.shard = r->shard,
					.err = r->err };
	return 1;
}

static int put_chunk(struct request *r, struct zx_str d,
		     struct zx_members_out *out)
{
	put(r, ZX_MEMBERS_OUT_CHUNK, out);
	out->index = r->index++;
	out->count = r->count;
	out->members = zx_json_get(d, "members");
	out->not_found = zx_json_get(d, "not_found");
	out->presences = zx_json_get(d, "presences");
	return 1;
}

static int next_chunk(struct zx_members *m, struct zx_members_out *out)
{
	struct request *r = m->chunk_of;

	if (r) {
		m->chunk_of = NULL;
		return put_chunk(r, m->chunk, out);
	}
	for (r = m->first; r; r = r->next) {
		struct held *h = r->held;

		if (r->err || !h || h->index != r->index)
			continue;
		r->held = h->next;
		m->given = h;
		return put_chunk(r, (struct zx_str){ h->text, h->len }, out);
	}
	return 0;
}

static int put_send(struct request *r, struct zx_members_out *out)
{
	r->stage = OFFERED;
	put(r, ZX_MEMBERS_OUT_SEND, out);
	out->text = zx_buf_str(&r->text);
	return 1;
}

static int end(struct zx_members *m, struct request *r,
	       enum zx_members_out_kind kind, struct zx_members_out *out)
{
	put(r, kind, out);
	zx__collect_drop(m, r);
	return 1;
}

int zx_members_poll(struct zx_members *m, struct zx_members_out *out)
{
	struct request *r;

	drop_given(m);
	if (next_chunk(m, out))
		return 1;
	for (r = m->first; r; r = r->next) {
		if (r->err)
			return end(m, r, ZX_MEMBERS_OUT_FAILED, out);
		if (r->told) {
			r->told = 0;
			return put(r, ZX_MEMBERS_OUT_RESTART, out);
		}
		if (r->count && r->index == r->count)
			return end(m, r, ZX_MEMBERS_OUT_DONE, out);
		if (r->stage == WAITING && r->at <= m->now)
			return put_send(r, out);
	}
	return 0;
}

void zx_members_tick(struct zx_members *m, zx_time now)
{
	struct request *r;

	if (now > m->now)
		m->now = now;
	for (r = m->first; r; r = r->next)
		if (r->stage == SENT && r->at <= m->now && !r->err)
			zx__collect_fail(r, ZX_E_TIMEOUT);
}

zx_time zx_members_deadline(const struct zx_members *m)
{
	const struct request *r;
	zx_time at = ZX_TIME_NEVER;

	for (r = m->first; r; r = r->next)
		if (r->stage != OFFERED || r->err)
			at = zx_time_min(at, r->at);
	return at;
}

size_t zx_members_count(const struct zx_members *m)
{
	return m->count;
}

/* Making and freeing ----------------------------------------------------- */

int zx_members_new(struct zx_members **out,
		   const struct zx_members_options *opt)
{
	struct zx_members_options o = ZX_MEMBERS_OPTIONS_INIT;
	struct zx_members *m;

	*out = NULL;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (!o.rand.fill)
		return ZX_E_INVALID;
	m = zx_new(o.alloc, sizeof(*m));
	if (!m)
		return ZX_E_NOMEM;
	if (!o.timeout_ms)
		o.timeout_ms = TIMEOUT_MS;
	if (!o.max_requests)
		o.max_requests = REQUESTS;
	if (!o.max_held)
		o.max_held = HELD;
	m->opt = o;
	m->alloc = o.alloc;
	m->salt = (uint32_t)zx_rand_below(&o.rand, (uint64_t)1 << 32);
	*out = m;
	return ZX_OK;
}

void zx_members_free(struct zx_members *m)
{
	if (!m)
		return;
	drop_given(m);
	while (m->first)
		zx__collect_drop(m, m->first);
	zx_delete(m->alloc, m);
}
