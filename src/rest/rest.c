/* SPDX-License-Identifier: MIT
 *
 * rest: the machine's verbs.
 */
#include <string.h>

#include "rest/rest_int.h"

#define BASE_URL "https://discord.com/api/v10"
#define USER_AGENT "DiscordBot (https://zoryx.example, " ZX_VERSION ")"

/* What may stand in a URL or a header line. */
static int is_clean(const char *s, char least)
{
	for (; *s; s++)
		if (*s < least || *s > '~')
			return 0;
	return 1;
}

static int copy_strings(struct zx_rest *r, const struct zx_rest_options *o)
{
	struct zx_str url = zx_str(o->base_url ? o->base_url : BASE_URL);
	struct zx_str agent =
		zx_str(o->user_agent ? o->user_agent : USER_AGENT);

	while (url.len && url.ptr[url.len - 1] == '/')
		url.len--;
	if (!zx_str_starts(url, "http://") && !zx_str_starts(url, "https://"))
		return ZX_E_INVALID;
	if (!is_clean(url.ptr, '!') || !is_clean(agent.ptr, ' '))
		return ZX_E_INVALID;
	r->base_url = zx_str_dup(r->alloc, url);
	r->user_agent = zx_str_dup(r->alloc, agent);
	if (!r->base_url || !r->user_agent)
		return ZX_E_NOMEM;
	return zx__rest_set_token(r, o->token);
}

static void init_lists(struct zx_rest *r)
{
	size_t i;

	zx__list_init(&r->all);
	zx__list_init(&r->idle);
	zx__list_init(&r->template_age);
	zx__list_init(&r->gone_age);
	zx__list_init(&r->out_urgent);
	zx__list_init(&r->out);
	zx__list_init(&r->done);
	for (i = 0; i < CLASSES; i++)
		zx__list_init(&r->ready[i]);
	zx_buf_init(&r->scratch, r->alloc, 0);
	zx_buf_init(&r->url, r->alloc, 0);
	zx_buf_init(&r->headers, r->alloc, 0);
	zx_buf_init(&r->text, r->alloc, ZX__REST_MESSAGE);
}

static int init_memory(struct zx_rest *r, const struct zx_rest_options *o)
{
	struct zx__map *maps[] = { &r->requests, &r->lanes, &r->buckets,
				   &r->templates, &r->gone };
	size_t i;
	int err;

	for (i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		err = zx__rest_map_init(maps[i], r->alloc);
		if (err)
			return err;
	}
	err = zx__rest_global_init(r, o->global_per_s ? o->global_per_s : 50);
	return err ? err : copy_strings(r, o);
}

int zx_rest_new(struct zx_rest **out, const struct zx_rest_options *opt,
		zx_time now)
{
	struct zx_rest_options o = { 0 };
	struct zx_rest *r;
	int err;

	*out = NULL;
	if (!opt || !opt->size)
		return ZX_E_INVALID;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (!o.rand.fill)
		return ZX_E_INVALID;
	r = zx_new(o.alloc, sizeof(*r));
	if (!r)
		return ZX_E_NOMEM;
	r->alloc = o.alloc;
	r->log = o.log;
	r->rand = o.rand;
	r->now = now;
	r->max_in_flight = o.max_in_flight ? o.max_in_flight : 32;
	r->max_queue = o.max_queue ? o.max_queue : 10000;
	r->max_body = o.max_body ? o.max_body : (size_t)8 << 20;
	r->denied_ms = o.denied_ms ? o.denied_ms : 60000;
	r->invalid.limit = o.invalid_limit ? o.invalid_limit : 10000;
	r->invalid.at = now / ZX__REST_INVALID_MS;
	r->stats.latency_ms = -1;
	r->seed = zx_rand_u64(&r->rand);
	init_lists(r);
	err = init_memory(r, &o);
	if (err) {
		zx_rest_free(r);
		return err;
	}
	*out = r;
	return ZX_OK;
}

static void release_maps(struct zx_rest *r)
{
	zx__rest_map_release(&r->requests);
	zx__rest_map_release(&r->lanes);
	zx__rest_map_release(&r->buckets);
	zx__rest_map_release(&r->templates);
	zx__rest_map_release(&r->gone);
}

void zx_rest_free(struct zx_rest *r)
{
	if (!r)
		return;
	while (!zx__list_empty(&r->all))
		zx__rest_req_free(r, zx__of(r->all.next, struct zx__req, all));
	zx__rest_lane_expire(r, 1);
	zx__rest_template_release(r);
	zx__rest_gone_release(r);
	release_maps(r);
	if (r->token)
		zx_wipe(r->token, strlen(r->token));
	/* The last request's Authorization. */
	if (r->headers.ptr)
		zx_wipe(r->headers.ptr, r->headers.cap);
	zx_delete(r->alloc, r->token);
	zx_delete(r->alloc, r->base_url);
	zx_delete(r->alloc, r->user_agent);
	zx_delete(r->alloc, r->global.sent);
	zx_buf_release(&r->scratch);
	zx_buf_release(&r->url);
	zx_buf_release(&r->headers);
	zx_buf_release(&r->text);
	zx_delete(r->alloc, r);
}

/* What the last call lent is taken back. */
static void take_back(struct zx_rest *r)
{
	if (r->last)
		zx__rest_req_free(r, r->last);
	r->last = NULL;
}

static void begin(struct zx_rest *r, zx_time now)
{
	take_back(r);
	if (now > r->now)
		r->now = now;
	zx__rest_invalid_roll(r);
	zx__rest_lane_expire(r, 0);
}

static struct zx__req *find(const struct zx_rest *r, uint64_t id)
{
	struct zx__mnode *n = zx__rest_map_first(&r->requests, id);

	return n ? zx__of(n, struct zx__req, by_id) : NULL;
}

int zx_rest_submit(struct zx_rest *r, const struct zx_rest_request *req,
		   zx_time now, uint64_t *id)
{
	struct zx_rest_request copy = ZX_REST_REQUEST_INIT;
	struct zx__req *q;
	int err;

	if (!req->size)
		return ZX_E_INVALID;
	memcpy(&copy, req, req->size < sizeof(copy) ? req->size : sizeof(copy));
	begin(r, now);
	if (r->closed)
		return ZX_E_CLOSED;
	/* Results that nobody polls must not pile up either. */
	if (r->stats.waiting >= r->max_queue ||
	    r->requests.count / 2 >= r->max_queue + r->max_in_flight)
		return ZX_E_LIMIT;
	err = zx__rest_req_new(&q, r, &copy);
	if (err)
		return err;
	if (id)
		*id = q->id;
	zx__rest_req_enqueue(r, q);
	zx__rest_pump(r);
	return ZX_OK;
}

int zx_rest_cancel(struct zx_rest *r, uint64_t id, zx_time now)
{
	struct zx__req *q;

	begin(r, now);
	q = find(r, id);
	if (!q || q->state == REQ_DONE)
		return ZX_E_NOTFOUND;
	zx__rest_req_finish(r, q, ZX_E_CANCELLED, NULL);
	zx__rest_bucket_settle(r, q->lane->bucket);
	zx__rest_pump(r);
	return ZX_OK;
}

int zx_rest_feed(struct zx_rest *r, uint64_t id,
		 const struct zx_rest_reply *reply, zx_time now)
{
	struct zx__req *q;
	int err;

	begin(r, now);
	q = find(r, id);
	if (!q)
		return ZX_E_NOTFOUND;
	if (!q->wire)
		return ZX_E_STATE;
	q->wire = 0;
	r->in_flight--;
	if (q->flags & ZX_REST_ABSOLUTE)
		r->outside--;
	if (reply->status > 0)
		r->stats.latency_ms = (double)(r->now - q->sent_at);
	if (q->state == REQ_WIRE)
		q->state = REQ_NEW;
	err = zx__rest_reply(r, q, reply);
	/* Cancelled, and its result was given out. */
	if (q->state == REQ_DONE && !q->out.next)
		zx__rest_req_free(r, q);
	zx__rest_pump(r);
	return err;
}

int zx_rest_tick(struct zx_rest *r, zx_time now)
{
	begin(r, now);
	zx__rest_pump(r);
	return ZX_OK;
}

static int give_send(struct zx_rest *r, struct zx__req *q,
		     struct zx_rest_out *out)
{
	int err = zx__rest_wire(r, q, &out->wire);

	if (err)
		return err;
	out->kind = ZX_REST_OUT_SEND;
	zx__list_cut(&q->out);
	r->stats.waiting--;
	r->stats.sent++;
	q->state = REQ_WIRE;
	q->wire = 1;
	q->attempts++;
	q->sent_at = r->now;
	q->token_no = r->token_no;
	return 1;
}

static int give_done(struct zx_rest *r, struct zx__req *q,
		     struct zx_rest_out *out)
{
	zx__list_cut(&q->out);
	zx__rest_result(r, q, &out->result);
	out->kind = ZX_REST_OUT_DONE;
	/* What is on the wire is still counted there. */
	if (!q->wire)
		r->last = q;
	return 1;
}

int zx_rest_poll(struct zx_rest *r, struct zx_rest_out *out)
{
	struct zx__link *sends = &r->out_urgent;

	take_back(r);
	*out = (struct zx_rest_out){ 0 };
	if (zx__list_empty(sends))
		sends = &r->out;
	if (!zx__list_empty(sends))
		return give_send(r, zx__of(sends->next, struct zx__req, out),
				 out);
	if (!zx__list_empty(&r->done))
		return give_done(r, zx__of(r->done.next, struct zx__req, out),
				 out);
	return 0;
}

zx_time zx_rest_deadline(const struct zx_rest *r)
{
	if (!zx__list_empty(&r->out_urgent) || !zx__list_empty(&r->out) ||
	    !zx__list_empty(&r->done))
		return r->now;
	return zx__rest_pump_deadline(r);
}

void zx_rest_close(struct zx_rest *r, zx_time now)
{
	if (!r)
		return;
	begin(r, now);
	r->closed = 1;
	zx__rest_req_sweep(r, zx__rest_req_any, ZX_E_CANCELLED, "closed");
}

const struct zx_rest_stats *zx_rest_stats(struct zx_rest *r, zx_time now)
{
	begin(r, now);
	r->stats.in_flight = r->in_flight;
	r->stats.global_until = r->global.until;
	r->stats.blocked_until = r->global.cloud_until;
	return &r->stats;
}

void zx_rest_hold(struct zx_rest *r, zx_time until, zx_time now)
{
	begin(r, now);
	zx__rest_global_hold(r, until);
}

void zx_rest_add_invalid(struct zx_rest *r, uint32_t n, zx_time now)
{
	begin(r, now);
	zx__rest_invalid_add(r, n);
}

void zx_rest_set_global(struct zx_rest *r, uint32_t per_s, zx_time now)
{
	begin(r, now);
	if (per_s > r->global.size)
		per_s = r->global.size;
	r->global.per_s = per_s ? per_s : 1;
	zx__rest_pump(r);
}
