/* SPDX-License-Identifier: MIT
 *
 * hostile: a server that says anything, and a caller that cancels at any
 * moment. Whatever happens, each request ends once, the counters come back to
 * nothing and time goes on.
 */
#include "helper/zx_test.h"
#include "zoryx/rest.h"

#define MANY 1500
#define ROUNDS 30
#define HEADS_OF_MORE                                                          \
	"X-RateLimit-Remaining: 4\nX-RateLimit-Limit: 5\n"                     \
	"X-RateLimit-Reset-After: 1\n"

struct hostile {
	struct zx_rest *r;
	struct zx_prng prng, own;
	struct zx_rand rand;
	zx_time now;
	uint64_t id[MANY], wire[MANY];
	unsigned results[MANY];
	size_t count, wires;
};

static uint64_t below(struct hostile *h, uint64_t n)
{
	return zx_rand_below(&h->rand, n);
}

static void submit(struct hostile *h)
{
	static const char *const paths[] = {
		"/channels/1/messages",
		"/channels/1/messages/3",
		"/channels/1/pins",
		"/channels/2/messages",
		"/channels/2/pins",
		"/guilds/1/emojis",
		"/guilds/1/roles",
		"/webhooks/1/t",
		"/webhooks/1/t/messages/2",
		"/webhooks/1",
		"/interactions/1/t/callback",
		"/users/@me",
		"https://cdn.example/x",
	};
	size_t n = below(h, sizeof(paths) / sizeof(*paths)), i = h->count;
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;

	req.method = (enum zx_method)below(h, 5);
	req.path = zx_str(paths[n]);
	if (paths[n][0] == 'h')
		req.flags = ZX_REST_ABSOLUTE;
	else
		req.flags = below(h, 4) ? 0 : (unsigned)below(h, 16) & ~4u;
	if (below(h, 2))
		req.body = zx_str(below(h, 2) ? "{\"name\":1}" : "{\"x\":1}");
	req.max_wait_ms = (uint32_t)below(h, 4) * 20000;
	req.retries = (uint32_t)below(h, 4);
	req.ud = &h->results[i];
	assert_err(zx_rest_submit(h->r, &req, h->now, &h->id[i]), ZX_OK);
	h->count++;
}

static const char *pick(struct hostile *h, const char *const *list, size_t n)
{
	return list[below(h, n)];
}

static void feed(struct hostile *h, uint64_t id)
{
	static const int statuses[] = { 200, 200, 200, 200, 204, 202, 400,
					401, 403, 404, 429, 429, 500, 502,
					302, 0,	  0,   999, 100, -5 };
	static const int errors[] = { ZX_E_CONNECT, ZX_E_TIMEOUT, ZX_E_IO,
				      ZX_E_TLS, ZX_E_TOOBIG };
	static const char *const buckets[] = { "", "X-RateLimit-Bucket: a\n",
					       "X-RateLimit-Bucket: b\r\n",
					       "X-RateLimit-Bucket: c\n" };
	static const char *const limits[] = {
		"",
		"X-RateLimit-Remaining: 0\nX-RateLimit-Reset-After: 0\n",
		"X-RateLimit-Remaining: 0\nX-RateLimit-Reset-After: 2.5\n",
		"X-RateLimit-Remaining: 3\nX-RateLimit-Limit: 5\n",
		HEADS_OF_MORE,
		"X-RateLimit-Remaining: 1000000000\nX-RateLimit-Limit: 0\n",
	};
	static const char *const scopes[] = {
		"",
		"X-RateLimit-Scope: user\n",
		"X-RateLimit-Scope: shared\n",
		"X-RateLimit-Global: true\n",
		"Retry-After: 3\n",
		"Retry-After: 0\nX-RateLimit-Scope: user\n"
	};
	static const char *const bodies[] = {
		"",
		"{}",
		"<html>",
		"{\"code\":110000}",
		"{\"code\":50013}",
		"{\"code\":10015}",
		"{\"code\":40333}",
		"{\"retry_after\":0.3}",
		"{\"code\":130000}",
		"{\"message\":\"m\",\"errors\":{\"a\":1}}"
	};
	struct zx_rest_reply reply = { 0 };
	char head[400];

	/* What stops everything is rare, or nothing else would happen. */
	do
		reply.status =
			statuses[below(h, sizeof(statuses) / sizeof(int))];
	while ((reply.status == 401 || reply.status == 403) && below(h, 20));
	if (reply.status <= 0)
		reply.err = errors[below(h, 5)];
	snprintf(head, sizeof(head), "%s%s%s", pick(h, buckets, 4),
		 pick(h, limits, 6), pick(h, scopes, 6));
	reply.headers = zx_str(head);
	reply.body = zx_str(pick(h, bodies, 10));
	assert_err(zx_rest_feed(h->r, id, &reply, h->now), ZX_OK);
}

static void drain(struct hostile *h)
{
	struct zx_rest_out out;

	while (zx_rest_poll(h->r, &out)) {
		if (out.kind == ZX_REST_OUT_SEND)
			h->wire[h->wires++] = out.wire.id;
		else
			++*(unsigned *)out.result.ud;
	}
	assert_true(h->wires <= 32);
	assert_true(zx_rest_deadline(h->r) > h->now);
}

static void feed_one(struct hostile *h)
{
	size_t i = below(h, h->wires);
	uint64_t id = h->wire[i];

	h->wire[i] = h->wire[--h->wires];
	feed(h, id);
}

static void step(struct hostile *h)
{
	zx_time at = zx_rest_deadline(h->r);

	switch (below(h, 10)) {
	case 0:
	case 1:
	case 2:
		if (h->count < MANY)
			submit(h);
		break;
	case 3:
	case 4:
	case 5:
		if (h->wires)
			feed_one(h);
		break;
	case 6:
		if (h->count)
			(void)zx_rest_cancel(h->r, h->id[below(h, h->count)],
					     h->now);
		break;
	case 7:
		if (!below(h, 4))
			assert_err(zx_rest_set_token(h->r, "zx-test-secret"),
				   ZX_OK);
		break;
	case 8:
		h->now += below(h, 3000);
		assert_err(zx_rest_tick(h->r, h->now), ZX_OK);
		break;
	default:
		if (at != ZX_TIME_NEVER)
			h->now = at;
		assert_err(zx_rest_tick(h->r, h->now), ZX_OK);
	}
	drain(h);
}

/* Until all have their result: answers come, and time passes. */
static void finish(struct hostile *h)
{
	int turns = 0;

	for (;;) {
		const struct zx_rest_stats *s = zx_rest_stats(h->r, h->now);
		zx_time at;

		if (!s->waiting && !s->in_flight)
			break;
		assert_true(++turns < 500000);
		if (h->wires) {
			feed_one(h);
			drain(h);
			continue;
		}
		at = zx_rest_deadline(h->r);
		assert_true(at != ZX_TIME_NEVER);
		h->now = at;
		assert_err(zx_rest_tick(h->r, h->now), ZX_OK);
		drain(h);
	}
}

static void hostile__each_request_ends_once_whatever_is_said(void **state)
{
	struct hostile *h = malloc(sizeof(*h));
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	uint64_t round;
	size_t i;

	(void)state;
	assert_non_null(h);
	for (round = 0; round < ROUNDS; round++) {
		memset(h, 0, sizeof(*h));
		zx_prng_init(&h->prng, round);
		zx_prng_init(&h->own, round + 500);
		h->rand = zx_prng_rand(&h->prng);
		o.rand = zx_prng_rand(&h->own);
		o.token = "zx-test-secret";
		o.invalid_limit = round % 2 ? 0 : 200;
		assert_err(zx_rest_new(&h->r, &o, 0), ZX_OK);
		while (h->count < MANY)
			step(h);
		if (round % 3)
			finish(h);
		for (i = 0; i < MANY; i++)
			assert_in_range(h->results[i], round % 3 != 0, 1);
		zx_rest_free(h->r);
	}
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			hostile__each_request_ends_once_whatever_is_said),
	};

	return cmocka_run_group_tests_name("rest/hostile", tests, NULL, NULL);
}
