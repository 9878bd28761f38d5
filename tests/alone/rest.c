/* SPDX-License-Identifier: MIT
 *
 * rest alone: links with base and nothing else; one request from submit to
 * result.
 */
#include "zoryx/rest.h"

static int run(struct zx_rest *r)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct zx_rest_reply reply = { .status = 200, .body = ZX_STR("{}") };
	struct zx_rest_out out;
	uint64_t id;

	req.method = ZX_GET;
	req.path = ZX_STR("/users/@me");
	if (zx_rest_submit(r, &req, 1, &id) || zx_rest_poll(r, &out) != 1)
		return 1;
	if (out.kind != ZX_REST_OUT_SEND || out.wire.id != id)
		return 1;
	if (zx_rest_feed(r, id, &reply, 2) || zx_rest_poll(r, &out) != 1)
		return 1;
	return out.kind != ZX_REST_OUT_DONE || out.result.err ||
	       !zx_str_is(out.result.body, "{}");
}

int main(void)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	struct zx_rest *r;
	struct zx_prng prng;
	int bad;

	zx_prng_init(&prng, 1);
	o.rand = zx_prng_rand(&prng);
	if (zx_rest_new(&r, &o, 0))
		return 1;
	bad = run(r);
	zx_rest_free(r);
	return bad;
}
