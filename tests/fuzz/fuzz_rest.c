/* SPDX-License-Identifier: MIT
 *
 * fuzz_rest: any bytes as Discord's answers: status, headers and body of one
 * attempt after the other. Whatever comes, each request gets one result, and
 * nothing waits for ever.
 *
 * `make fuzz`; without ZX_LIBFUZZER a program that runs over the files it is
 * given.
 */
#include "zoryx/json.h"
#include "zoryx/rest.h"
#include "fuzz/fuzz.h"

#define REQUESTS 4

struct run {
	struct zx_rest *r;
	const uint8_t *p;
	size_t n;
	zx_time now;
	int results[REQUESTS];
	uint64_t open[64]; /* sent and not answered */
	size_t opens;
};

static size_t take_length(struct run *r, size_t most)
{
	size_t len = 0;

	if (r->n >= 2) {
		len = (size_t)r->p[0] << 8 | r->p[1];
		r->p += 2;
		r->n -= 2;
	}
	if (len > most)
		len = most;
	return len < r->n ? len : r->n;
}

static struct zx_str take(struct run *r)
{
	size_t len = take_length(r, 4096);
	struct zx_str s = { (const char *)r->p, len };

	r->p += len;
	r->n -= len;
	return s;
}

static void drain(struct run *r)
{
	struct zx_rest_out o;

	while (zx_rest_poll(r->r, &o) > 0) {
		if (o.kind == ZX_REST_OUT_SEND) {
			check(r->opens < 64);
			r->open[r->opens++] = o.wire.id;
		} else {
			check(!(*(int *)o.result.ud)++);
		}
	}
}

static void answer(struct run *r)
{
	static const int statuses[] = {
		200, 204, 202, 400, 401, 403, 404, 429,
		500, 502, 503, 0,   301, 100, 999, 429
	};
	static const int errors[] = { ZX_E_TIMEOUT, ZX_E_CONNECT, ZX_E_IO,
				      ZX_E_TOOBIG };
	struct zx_rest_reply reply = { .err = ZX_OK };
	unsigned what = r->n ? *r->p : 0;
	uint64_t id = r->open[--r->opens];

	if (r->n) {
		r->p++;
		r->n--;
	}
	reply.status = statuses[what % 16];
	if (!reply.status)
		reply.err = errors[what / 16 % 4];
	reply.headers = take(r);
	reply.body = take(r);
	zx_rest_feed(r->r, id, &reply, r->now);
	drain(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		enum zx_method method;
		const char *path;
	} what[REQUESTS] = { { ZX_GET, "/channels/1/messages" },
			     { ZX_POST, "/channels/1/messages" },
			     { ZX_POST, "/webhooks/2/token" },
			     { ZX_DELETE, "/guilds/3/bans/4" } };
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	struct run r = { .p = data, .n = size, .now = 1 };
	struct zx_prng prng;
	zx_time at;
	int i;

	zx_prng_init(&prng, 1);
	o.token = "fuzz";
	o.rand = zx_prng_rand(&prng);
	if (zx_rest_new(&r.r, &o, 0))
		return 0;
	for (i = 0; i < REQUESTS; i++) {
		struct zx_rest_request q = ZX_REST_REQUEST_INIT;

		q.method = what[i].method;
		q.path = zx_str(what[i].path);
		q.ud = &r.results[i];
		check(!zx_rest_submit(r.r, &q, r.now, NULL));
	}
	drain(&r);
	for (i = 0; i < 400; i++) {
		if (r.opens) {
			answer(&r);
			continue;
		}
		at = zx_rest_deadline(r.r);
		if (at == ZX_TIME_NEVER)
			break;
		if (at > r.now)
			r.now = at;
		zx_rest_tick(r.r, r.now);
		drain(&r);
	}
	for (i = 0; i < REQUESTS; i++)
		check(r.results[i] == 1);
	zx_rest_free(r.r);
	return 0;
}
