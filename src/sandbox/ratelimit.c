/* SPDX-License-Identifier: MIT
 *
 * Rate limits: a bucket per route and top-level resource, the global one, and
 * the count of invalid requests.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

enum {
	IN_FLIGHT_MS = 25, /* what was sent before the 429 could be read */
	INVALID_MAX = 10000,
	INVALID_WINDOW_MS = 600000
};

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static int expired(const struct zx__bucket *b, uint64_t now)
{
	return b->resets <= now && b->blocked_until <= now;
}

static struct zx__bucket *bucket(struct zx__world *w, uint32_t name,
				 uint64_t major)
{
	struct zx__bucket *spare = NULL, *v;
	size_t cap = w->bucket_cap ? w->bucket_cap * 2 : 64;

	for (size_t i = 0; i < w->bucket_count; i++) {
		v = &w->buckets[i];
		if (v->name == name && v->major == major)
			return v;
		if (!spare && expired(v, w->now))
			spare = v;
	}
	if (!spare && w->bucket_count == w->bucket_cap) {
		if (w->bucket_count >= ZX__MAX_BUCKETS)
			return NULL;
		v = realloc(w->buckets, cap * sizeof(*v));
		if (!v)
			return NULL;
		w->buckets = v;
		w->bucket_cap = cap;
	}
	if (!spare)
		spare = &w->buckets[w->bucket_count++];
	*spare = (struct zx__bucket){ .name = name, .major = major };
	return spare;
}

static void headers(struct zx__call *c, const struct zx__bucket *b)
{
	double after = b->resets > c->w->now
			       ? (double)(b->resets - c->w->now) / 1000.0
			       : 0;
	double at = (double)zx__wall(c->w) / 1000.0 + after;

	zx_buf_addf(&c->res->headers,
		    "X-RateLimit-Limit: %u\r\n"
		    "X-RateLimit-Remaining: %" PRIu32 "\r\n"
		    "X-RateLimit-Reset: %.3f\r\n"
		    "X-RateLimit-Reset-After: %.3f\r\n"
		    "X-RateLimit-Bucket: %08" PRIx32 "%08" PRIx32 "%08" PRIx32
		    "%08" PRIx32 "\r\n",
		    (unsigned)c->route->limit, b->left, at, after, b->name,
		    b->name * 2654435761u, b->name ^ 0x5bd1e995u,
		    ~b->name * 40503u);
}

/* Between the moment the bot could know and the end of the wait. */
static int ignores(const struct zx__call *c, uint64_t from, uint64_t until)
{
	return c->w->now > from + IN_FLIGHT_MS && c->w->now + 2 < until;
}

static void violation(const struct zx__call *c, uint64_t until, const char *of)
{
	zx__wire_violation(c->w->wire,
			   "%s %s was sent %" PRIu64
			   " ms before the end of a %s rate limit",
			   c->req->method,
			   c->route ? c->route->path : "a request",
			   until - c->w->now, of);
}

void zx__ratelimit_429(struct zx__call *c, const char *scope, double after,
		       int header_after)
{
	int global = !strcmp(scope, "global");
	uint64_t until = c->w->now + (uint64_t)(after * 1000.0);
	struct zx__bucket *b;

	c->shared = !strcmp(scope, "shared");
	zx_buf_addf(&c->res->headers,
		    "Retry-After: %d\r\nX-RateLimit-Scope: %s\r\n",
		    header_after ? header_after : (int)ceil(after), scope);
	if (global) {
		zx_buf_addc(&c->res->headers, "X-RateLimit-Global: true\r\n");
		c->w->global_from = c->w->now;
		c->w->global_until = until;
	} else if (c->route && c->route->bucket) {
		b = bucket(c->w, hash(c->route->bucket), c->major);
		if (b) {
			b->blocked_from = c->w->now;
			b->blocked_until = until;
		}
	}
	c->w->stats.rate_limited++;
	zx__reply(c, 429,
		  zx__dom("message:s retry_after:d global:b",
			  global || !c->shared
				  ? "You are being rate limited."
				  : "The resource is being rate limited.",
			  after, global));
}

static int exempt(const struct zx__route *r)
{
	return r->auth == ZX__AUTH_NONE;
}

static int global_limit(struct zx__call *c)
{
	struct zx__world *w = c->w;
	zx_time when;

	if (exempt(c->route))
		return 0;
	if (ignores(c, w->global_from, w->global_until))
		violation(c, w->global_until, "global");
	if (zx_bucket_take(&w->global, 1, w->now))
		return 0;
	when = zx_bucket_when(&w->global, 1, w->now);
	zx__ratelimit_429(c, "global", (double)(when - w->now + 1) / 1000.0, 0);
	return 1;
}

int zx__ratelimit(struct zx__call *c)
{
	const struct zx__route *r = c->route;
	struct zx__bucket *b;
	int spent;

	if (c->w->opt.no_rate_limits)
		return 0;
	if (global_limit(c))
		return 1;
	b = r->bucket ? bucket(c->w, hash(r->bucket), c->major) : NULL;
	if (!b)
		return 0;
	if (ignores(c, b->blocked_from, b->blocked_until))
		violation(c, b->blocked_until, "bucket's");
	if (b->resets <= c->w->now) {
		b->left = r->limit;
		b->resets = c->w->now + r->window_ms;
	}
	spent = !b->left;
	b->left -= !spent;
	headers(c, b);
	if (spent)
		zx__ratelimit_429(c, "user",
				  (double)(b->resets - c->w->now) / 1000.0, 0);
	return spent;
}

int zx__subrate(struct zx__call *c, const char *what, unsigned limit,
		uint64_t window_ms)
{
	struct zx__bucket *b;

	if (c->w->opt.no_rate_limits)
		return 0;
	b = bucket(c->w, hash(what) ^ 0x9e3779b9u, c->major);
	if (!b)
		return 0;
	if (b->resets <= c->w->now) {
		b->left = limit;
		b->resets = c->w->now + window_ms;
	}
	if (b->left) {
		b->left--;
		return 0;
	}
	zx__ratelimit_429(c, "user", (double)(b->resets - c->w->now) / 1000.0,
			  0);
	return 1;
}

int zx__quota(struct zx__call *c, struct zx__quota *q, unsigned max,
	      uint64_t window_ms, const char *scope)
{
	if (c->w->actor || (c->w->opt.no_rate_limits && !q->resets))
		return 0;
	if (q->resets <= c->w->now)
		*q = (struct zx__quota){ .resets = c->w->now + window_ms };
	if (q->used < max) {
		q->used++;
		return 0;
	}
	zx__ratelimit_429(c, scope, (double)(q->resets - c->w->now) / 1000.0,
			  0);
	return 1;
}

/* Invalid requests -------------------------------------------------------- */

void zx__count_invalid(struct zx__call *c)
{
	struct zx__world *w = c->w;
	int s = c->res->status;

	if (s != 401 && s != 403 && (s != 429 || c->shared))
		return;
	if (w->now - w->invalid_since >= INVALID_WINDOW_MS) {
		w->invalid_since = w->now;
		w->invalid_count = 0;
	}
	w->invalid_count++;
	w->stats.invalid_requests++;
	if (w->invalid_count == INVALID_MAX)
		zx__wire_violation(w->wire, "10,000 invalid requests within "
					    "10 minutes: banned");
}

int zx__banned(struct zx__call *c)
{
	struct zx__world *w = c->w;
	uint64_t left;

	if (w->invalid_count < INVALID_MAX ||
	    w->now - w->invalid_since >= INVALID_WINDOW_MS)
		return 0;
	left = w->invalid_since + INVALID_WINDOW_MS - w->now;
	c->res->status = 429;
	c->res->content_type = "text/html; charset=UTF-8";
	zx_buf_addf(&c->res->headers, "Retry-After: %" PRIu64 "\r\n",
		    left / 1000 + 1);
	zx_buf_addc(&c->res->body,
		    "<!DOCTYPE html><title>Access denied | discord.com used "
		    "Cloudflare to restrict access</title><h1>Error 1015</h1>"
		    "<p>You are being rate limited</p>");
	return 1;
}
