/* SPDX-License-Identifier: MIT
 *
 * collect: requests for members and the chunks that answer them (GS-05 to
 * GS-08). Chunks are handed out as they come; only those that come before their
 * turn are kept.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/gateway_int.h"

enum {
	TIMEOUT_MS = 30 * 1000,
	REQUESTS = 64,
	HELD = 16 << 20,
	CHUNKS = 100 * 1000, /* of one answer */
	FULL_MS = 30 * 1000, /* between two whole lists of one guild */
	FULL_SPARE_MS = 250, /* what counts is when they arrive */
	FULL_GUILDS = 256,   /* remembered */
	AGAIN_MS = 1000,     /* after a send that could not be */
	RESTARTS = 5,
	WAIT_MS = 10 * 60 * 1000 /* longest retry_after that is believed */
};

struct held { /* a chunk before its turn */
	struct held *next;
	uint32_t index;
	size_t len;
	char text[]; /* d */
};

enum stage {
	WAITING, /* to be sent at `at` */
	OFFERED, /* SEND was given out */
	SENT	 /* chunks are awaited until `at` */
};

struct request {
	struct request *next;
	uint64_t id, guild_id;
	uint32_t shard;
	void *ud;
	enum stage stage;
	int whole;   /* the whole list: limited per guild */
	int limited; /* RATE_LIMITED came once */
	int told;    /* RESTART is to be given out */
	unsigned restarts;
	int err; /* FAILED is to be given out */
	zx_time at;
	uint32_t index, count; /* the next chunk, of how many: 0 unknown */
	struct held *held;
	struct zx_buf text; /* d of op 8 */
};

struct full { /* when a guild's whole list was last asked for */
	uint64_t guild_id;
	zx_time at;
};

struct zx_members {
	struct zx_members_options opt;
	const struct zx_alloc *alloc;
	struct request *first;
	size_t count, held;
	uint32_t salt; /* so that no answer to another process fits */
	uint64_t ids;
	struct zx_str chunk; /* fed and not yet polled */
	struct request *chunk_of;
	struct held *given; /* freed with the next call */
	struct full full[FULL_GUILDS];
	zx_time now;
};

/* Requests --------------------------------------------------------------- */

static void drop_held(struct zx_members *m, struct request *r)
{
	struct held *h;

	while ((h = r->held)) {
		r->held = h->next;
		m->held -= h->len;
		zx_delete(m->alloc, h);
	}
}

static void drop_given(struct zx_members *m)
{
	if (!m->given)
		return;
	m->held -= m->given->len;
	zx_delete(m->alloc, m->given);
	m->given = NULL;
}

static void drop(struct zx_members *m, struct request *r)
{
	struct request **at = &m->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	if (m->chunk_of == r)
		m->chunk_of = NULL;
	drop_held(m, r);
	zx_buf_release(&r->text);
	zx_delete(m->alloc, r);
	m->count--;
}

static struct request *find(const struct zx_members *m, uint64_t id)
{
	struct request *r = m->first;

	while (r && r->id != id)
		r = r->next;
	return r;
}

static void fail(struct request *r, int err)
{
	r->err = err;
	r->at = 0;
}

/* The whole list, once per guild and 30 s -------------------------------- */

static struct full *full_of(struct zx_members *m, uint64_t guild_id)
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
static zx_time take_turn(struct zx_members *m, const struct request *r,
			 zx_time at)
{
	struct full *f;

	if (!r->whole)
		return at;
	f = full_of(m, r->guild_id);
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
	r->at = take_turn(m, r, now);
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
	struct request *r = find(m, id);

	m->now = now;
	if (!r || r->stage != OFFERED)
		return;
	if (err == ZX_E_STATE || err == ZX_E_LIMIT) {
		r->stage = WAITING;
		r->at = zx_time_add(now, AGAIN_MS);
	} else if (err) {
		fail(r, err);
	} else {
		r->stage = SENT;
		r->at = zx_time_add(now, m->opt.timeout_ms);
	}
}

void zx_members_cancel(struct zx_members *m, uint64_t id)
{
	struct request *r = find(m, id);

	if (r)
		drop(m, r);
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
		fail(r, ZX_E_PROTOCOL);
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
		fail(r, err);
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
		fail(r, ZX_E_LIMIT);
		return;
	}
	r->limited = 1;
	r->stage = WAITING;
	r->at = zx_time_add(now, (uint64_t)(seconds * 1000) + FULL_SPARE_MS);
	if (r->whole)
		full_of(m, r->guild_id)->at = r->at;
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
			fail(r, ZX_E_CLOSED);
			continue;
		}
		r->told = r->index > 0;
		r->index = 0;
		r->count = 0;
		drop_held(m, r);
		r->stage = WAITING;
		r->at = take_turn(m, r, now);
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
	drop(m, r);
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
			fail(r, ZX_E_TIMEOUT);
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
		drop(m, m->first);
	zx_delete(m->alloc, m);
}
