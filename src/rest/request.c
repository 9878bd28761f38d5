/* SPDX-License-Identifier: MIT
 *
 * request: one request from submit to result, and its moves between the queue,
 * a pause and its end.
 */
#include <string.h>

#include "rest/rest_int.h"

#define WAIT_DEFAULT 900000
#define TIMEOUT_DEFAULT 15000
#define FAILURES_DEFAULT 5

/* "." and ".." also as %2e: whoever resolves them would send another path than
 * the one whose limits we keep. */
static int is_dots(struct zx_str part)
{
	size_t dots = 0;

	while (part.len) {
		struct zx_str three = { part.ptr, 3 };

		if (part.ptr[0] == '.')
			part = zx_str_from(part, 1);
		else if (part.len >= 3 && zx_str_is_nocase(three, "%2e"))
			part = zx_str_from(part, 3);
		else
			return 0;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static int path_is_fine(const struct zx_rest *r, struct zx_str path,
			unsigned flags)
{
	struct zx_str parts;
	size_t i;

	if (!path.len || path.len > ZX__REST_PATH)
		return 0;
	for (i = 0; i < path.len; i++)
		if (path.ptr[i] <= ' ' || path.ptr[i] > '~' ||
		    path.ptr[i] == '#' || path.ptr[i] == '\\')
			return 0;
	if (flags & ZX_REST_ABSOLUTE)
		return zx_str_starts(path, "https://") ||
		       (zx_str_starts(path, "http://") &&
			zx_str_starts(zx_str(r->base_url), "http://"));
	parts = zx_str_split(&path, '?');
	while (parts.ptr)
		if (is_dots(zx_str_split(&parts, '/')))
			return 0;
	return 1;
}

/* Nothing that could end a header line; C1 controls are C2 80 to C2 9F. */
static int reason_is_fine(struct zx_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c < 0x20 || c == 0x7f)
			return 0;
		if (c == 0xc2 && i + 1 < s.len &&
		    (unsigned char)s.ptr[i + 1] < 0xa0)
			return 0;
	}
	return zx_utf8_valid(s) && zx_utf8_count(s) <= ZX__REST_REASON;
}

static int files_are_fine(const struct zx_rest_request *req)
{
	size_t i;

	if (req->file_count > ZX__REST_FILES)
		return 0;
	for (i = 0; i < req->file_count; i++) {
		const char *c = req->files[i].content_type;

		for (; c && *c; c++)
			if (*c < ' ' || *c > '~')
				return 0;
	}
	return 1;
}

static int is_fine(const struct zx_rest *r, const struct zx_rest_request *req)
{
	if ((unsigned)req->method > ZX_DELETE)
		return 0;
	if ((req->flags & ZX_REST_FORM) && !zx__rest_form_is_fine(req))
		return 0;
	if (!(req->flags & ZX_REST_ABSOLUTE) &&
	    (!req->path.len || req->path.ptr[0] != '/'))
		return 0;
	return path_is_fine(r, req->path, req->flags) &&
	       reason_is_fine(req->reason) && files_are_fine(req);
}

static struct zx_str copy(char **at, struct zx_str s)
{
	struct zx_str out = { *at, s.len };

	if (s.len)
		memcpy(*at, s.ptr, s.len);
	*at += s.len;
	return out;
}

static void fill(struct zx_rest *r, struct zx__req *q,
		 const struct zx_rest_request *req)
{
	q->method = req->method;
	q->flags = req->flags;
	q->ud = req->ud;
	q->may_wait = req->max_wait_ms ? req->max_wait_ms : WAIT_DEFAULT;
	q->timeout_ms = req->timeout_ms ? req->timeout_ms : TIMEOUT_DEFAULT;
	q->max_failures = req->retries ? req->retries : FAILURES_DEFAULT;
	q->max_body = req->max_body ? req->max_body : r->max_body;
	zx_backoff_init(&q->backoff, ZX__REST_BACKOFF_MIN,
			ZX__REST_BACKOFF_MAX);
}

/* Path, reason and a plain body lie behind the struct; a body over the limit is
 * left out, the request ends before it is sent. */
static struct zx__req *make(struct zx_rest *r,
			    const struct zx_rest_request *req, size_t size)
{
	int plain = !req->file_count && size <= ZX__REST_BYTES;
	size_t body = plain ? req->body.len : 0;
	struct zx__req *q =
		zx_resize(r->alloc, NULL,
			  sizeof(*q) + req->path.len + req->reason.len + body);
	char *at;

	if (!q)
		return NULL;
	*q = (struct zx__req){ 0 };
	at = (char *)(q + 1);
	fill(r, q, req);
	q->path = copy(&at, req->path);
	q->reason = copy(&at, req->reason);
	if (plain)
		q->body = copy(&at, req->body);
	if (!req->file_count || size > ZX__REST_BYTES)
		return q;
	if (zx__rest_multipart(r, q, req)) {
		zx_delete(r->alloc, q);
		return NULL;
	}
	return q;
}

int zx__rest_req_new(struct zx__req **out, struct zx_rest *r,
		     const struct zx_rest_request *req)
{
	size_t size = zx__rest_multipart_size(req);
	struct zx__req *q;

	*out = NULL;
	if (!is_fine(r, req))
		return ZX_E_INVALID;
	if (size <= ZX__REST_BYTES && size > ZX__REST_QUEUED_BYTES - r->bytes)
		return ZX_E_LIMIT;
	q = make(r, req, size);
	if (!q)
		return ZX_E_NOMEM;
	if (zx__rest_lane_get(r, q)) {
		zx_delete(r->alloc, q->body_mem);
		zx_delete(r->alloc, q);
		return ZX_E_NOMEM;
	}
	if (q->lane->route.exempt)
		q->flags |= ZX_REST_NO_AUTH;
	if (q->lane->route.urgent)
		q->flags |= ZX_REST_URGENT;
	q->id = ++r->next_id;
	q->submitted_at = r->now;
	r->bytes += q->body.len;
	zx__rest_map_put(&r->requests, &q->by_id, q->id);
	zx__list_put(&r->all, &q->all);
	r->stats.submitted++;
	*out = q;
	if (size > ZX__REST_BYTES)
		zx__rest_req_finish(r, q, ZX_E_TOOBIG,
				    "the whole request is over 25 MiB");
	return ZX_OK;
}

static int is_waiting(enum zx__state s)
{
	return s == REQ_QUEUED || s == REQ_PAUSED || s == REQ_OUT;
}

/* Out of the queue, the pauses or what poll is about to give out. */
static void leave(struct zx_rest *r, struct zx__req *q)
{
	struct zx__bucket *b = q->lane->bucket;

	if (is_waiting(q->state))
		r->stats.waiting--;
	if (q->state == REQ_QUEUED) {
		zx__rest_heap_cut(&b->queue, &q->order);
		zx__rest_heap_cut(&b->patience, &q->patience);
	} else if (q->state == REQ_PAUSED) {
		zx__rest_heap_cut(&r->paused, &q->order);
	} else if (q->state == REQ_OUT) {
		zx__list_cut(&q->out);
	}
}

static void enter(struct zx_rest *r, struct zx__req *q, enum zx__state state)
{
	q->state = state;
	if (is_waiting(state))
		r->stats.waiting++;
}

void zx__rest_req_free(struct zx_rest *r, struct zx__req *q)
{
	leave(r, q);
	zx__list_cut(&q->out);
	zx__list_cut(&q->all);
	zx__rest_map_cut(&r->requests, &q->by_id);
	r->bytes -= q->body.len;
	zx__rest_lane_put(r, q->lane);
	zx_delete(r->alloc, q->body_mem);
	zx_delete(r->alloc, q->reply);
	zx_delete(r->alloc, q);
}

/* Chosen, but not given out: as if it had not been. */
static void give_back(struct zx_rest *r, struct zx__req *q)
{
	struct zx__bucket *b = q->lane->bucket;

	if (q->window == b->window)
		b->left++;
	b->in_flight--;
	q->lane->in_flight--;
	r->in_flight--;
	if (q->flags & ZX_REST_ABSOLUTE)
		r->outside--;
}

void zx__rest_req_finish(struct zx_rest *r, struct zx__req *q, int err,
			 const char *why)
{
	if (q->state == REQ_DONE)
		return;
	if (q->state == REQ_OUT)
		give_back(r, q);
	leave(r, q);
	enter(r, q, REQ_DONE);
	q->err = err;
	q->why = why;
	q->done_at = r->now;
	zx__list_put(&r->done, &q->out);
	r->stats.done++;
	if (err)
		r->stats.failed++;
}

void zx__rest_req_too_long(struct zx_rest *r, struct zx__req *q, uint64_t ms)
{
	q->would_wait_ms = ms;
	zx__rest_req_finish(r, q, ZX_E_WOULDWAIT, NULL);
}

void zx__rest_req_unqueue(struct zx_rest *r, struct zx__req *q)
{
	uint64_t waited = r->now - q->queued_at;

	leave(r, q);
	q->state = REQ_NEW;
	q->may_wait -= waited < q->may_wait ? waited : q->may_wait;
}

/* The reason why q cannot go out however long it waits; ZX_OK when none. */
static int refused(struct zx_rest *r, struct zx__req *q)
{
	if (r->closed)
		zx__rest_req_finish(r, q, ZX_E_CANCELLED, "closed");
	else if (r->unauthorized && zx__req_gated(q))
		zx__rest_req_finish(r, q, ZX_E_AUTH,
				    "Discord refused the bot's token before");
	else if (r->invalid.level == INVALID_BLOCK &&
		 !(q->flags & ZX_REST_ABSOLUTE))
		zx__rest_req_finish(
			r, q, ZX_E_LIMIT,
			"too many invalid requests in 10 minutes: held "
			"back so that Cloudflare does not ban us");
	return q->state == REQ_DONE;
}

void zx__rest_req_pause(struct zx_rest *r, struct zx__req *q, uint64_t ms)
{
	if (q->state == REQ_DONE || refused(r, q))
		return;
	leave(r, q);
	enter(r, q, REQ_PAUSED);
	zx__rest_heap_push(&r->paused, &q->order, zx_time_add(r->now, ms),
			   q->id);
}

void zx__rest_req_wait(struct zx_rest *r, struct zx__req *q, uint64_t ms)
{
	if (q->state == REQ_DONE)
		return;
	if (ms > q->may_wait) {
		zx__rest_req_too_long(r, q, ms);
		return;
	}
	q->may_wait -= ms;
	zx__rest_req_pause(r, q, ms);
}

int zx__rest_req_answer_here(struct zx_rest *r, struct zx__req *q)
{
	uint64_t left;

	if (zx__rest_denied_now(r, q) || zx__rest_gone_now(r, q))
		return 1;
	left = zx__rest_hold_left(r, q);
	if (left)
		zx__rest_req_wait(r, q, left);
	return left != 0;
}

void zx__rest_req_enqueue(struct zx_rest *r, struct zx__req *q)
{
	struct zx__bucket *b = q->lane->bucket;
	zx_time patience = zx_time_add(r->now, q->may_wait);
	zx_time until = 0;

	if (q->state == REQ_DONE || refused(r, q) ||
	    zx__rest_req_answer_here(r, q))
		return;
	if (zx__req_gated(q))
		until = r->global.until;
	if (!(q->flags & ZX_REST_ABSOLUTE) && r->global.cloud_until > until)
		until = r->global.cloud_until;
	if (until > r->now && until > patience) {
		zx__rest_req_too_long(r, q, until - r->now);
		return;
	}
	leave(r, q);
	enter(r, q, REQ_QUEUED);
	q->queued_at = r->now;
	zx__rest_heap_push(&b->queue, &q->order, !(q->flags & ZX_REST_URGENT),
			   q->id);
	zx__rest_heap_push(&b->patience, &q->patience, patience, q->id);
	zx__rest_bucket_settle(r, b);
}

int zx__rest_req_any(const struct zx__req *q)
{
	(void)q;
	return 1;
}

void zx__rest_req_sweep(struct zx_rest *r,
			int (*match)(const struct zx__req *q), int err,
			const char *why)
{
	struct zx__link *l, *next;

	for (l = r->all.next; l != &r->all; l = next) {
		struct zx__req *q = zx__of(l, struct zx__req, all);

		next = l->next;
		if (!is_waiting(q->state) || !match(q))
			continue;
		zx__rest_req_finish(r, q, err, why);
		zx__rest_bucket_settle(r, q->lane->bucket);
	}
}
