/* SPDX-License-Identifier: MIT
 *
 * alloc: every allocation of rest fails once. Nothing is lost or leaks, and the
 * machine goes on.
 */
#include "helper/zx_test.h"
#include "zoryx/rest.h"

static const struct step {
	enum zx_method method;
	const char *path, *body;
	int file, err, status;
	const char *headers, *answer;
} steps[] = {
	{ ZX_GET, "/channels/1", "", 0, 0, 200,
	  "X-RateLimit-Bucket: a\nX-RateLimit-Remaining: 4\n"
	  "X-RateLimit-Limit: 5\nX-RateLimit-Reset-After: 1",
	  "{\"id\":\"1\"}" },
	{ ZX_PUT, "/channels/1/pins/2", "{}", 0, 0, 204,
	  "X-RateLimit-Bucket: a\nX-RateLimit-Remaining: 3\n"
	  "X-RateLimit-Limit: 5\nX-RateLimit-Reset-After: 1",
	  "" },
	{ ZX_PUT, "/channels/2/pins/2", "{}", 0, 0, 204,
	  "X-RateLimit-Bucket: b\n", "" },
	{ ZX_POST, "/channels/1/messages", "{\"content\":\"x\"}", 1, 0, 403, "",
	  "{\"message\":\"Missing Access\",\"code\":50001}" },
	{ ZX_POST, "/webhooks/1/t", "{}", 0, 0, 404, "",
	  "{\"message\":\"Unknown Webhook\",\"code\":10015}" },
	{ ZX_POST, "/channels/3/messages", "{\"content\":\"x\"}", 0,
	  ZX_E_TIMEOUT, 0, "", "" },
	{ ZX_GET, "/gateway", "", 0, 0, 200, "", "{\"url\":\"wss://x\"}" },
};
#define STEPS (sizeof(steps) / sizeof(*steps))

struct run {
	struct zx_rest *r;
	struct zx_prng prng;
	int first_err, submitted[STEPS], results[STEPS];
};

static void note(struct run *u, int err)
{
	if (err < 0 && !u->first_err)
		u->first_err = err;
}

static void feed(struct run *u, uint64_t id)
{
	struct zx_rest_reply reply;
	size_t i = 0;

	while (u->submitted[i] != (int)id)
		i++;
	reply = (struct zx_rest_reply){ steps[i].err, steps[i].status,
					zx_str(steps[i].headers),
					zx_str(steps[i].answer) };
	note(u, zx_rest_feed(u->r, id, &reply, 2000));
}

/* Polls until nothing comes; one refused allocation must not stop it. */
static void drain(struct run *u)
{
	struct zx_rest_out out;
	int n, refused = 0;

	while ((n = zx_rest_poll(u->r, &out)) != 0) {
		if (n < 0) {
			assert_err(n, ZX_E_NOMEM);
			note(u, n);
			if (++refused > 3)
				return;
		} else if (out.kind == ZX_REST_OUT_SEND) {
			feed(u, out.wire.id);
		} else {
			u->results[(const struct step *)out.result.ud -
				   steps]++;
			if (out.result.err)
				assert_true(out.result.message.len > 0);
		}
	}
}

static void submit(struct run *u, size_t i)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct zx_file f = { "a.txt", NULL, ZX_STR("data") };
	uint64_t id = 0;
	int err;

	req.method = steps[i].method;
	req.path = zx_str(steps[i].path);
	req.body = zx_str(steps[i].body);
	req.files = &f;
	req.file_count = (size_t)steps[i].file;
	req.reason = ZX_STR("because");
	req.ud = (void *)&steps[i];
	err = zx_rest_submit(u->r, &req, 1000, &id);
	note(u, err);
	u->submitted[i] = (int)id;
	assert_int_equal(err == ZX_OK, id != 0);
}

static int start(struct run *u, const struct zx_alloc *a)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	*u = (struct run){ 0 };
	zx_prng_init(&u->prng, 3);
	o.alloc = a;
	o.rand = zx_prng_rand(&u->prng);
	o.token = "zx-test-secret";
	return zx_rest_new(&u->r, &o, 1000);
}

static int all_steps(const struct zx_alloc *a, void *ud)
{
	struct run u;
	size_t i;
	int err = start(&u, a);

	(void)ud;
	if (err)
		return err;
	for (i = 0; i < STEPS; i++) {
		submit(&u, i);
		drain(&u);
	}
	zx_rest_close(u.r, 3000);
	drain(&u);
	/* With all memory gone what could not be written to the wire ends when
	 * the host closes: there too exactly once. */
	for (i = 0; i < STEPS; i++)
		assert_int_equal(u.results[i], u.submitted[i] != 0);
	zx_rest_free(u.r);
	return u.first_err;
}

static void alloc__every_request_has_one_result_all_the_same(void **state)
{
	(void)state;
	assert_true(fail_alloc_each_lenient(all_steps, NULL) > 25);
}

/* Nothing here is optional: every refusal must be said. */
static int one_step(const struct zx_alloc *a, void *ud)
{
	struct run u;
	int err = start(&u, a);

	if (err)
		return err;
	submit(&u, *(size_t *)ud);
	drain(&u);
	zx_rest_free(u.r);
	return u.first_err;
}

static void alloc__a_refusal_is_said(void **state)
{
	size_t plain = 6, with_file = 3;

	(void)state;
	assert_true(fail_alloc_each(one_step, &plain) > 12);
	assert_true(fail_alloc_each_lenient(one_step, &with_file) > 14);
}

/* From submit to result: a handful. */
static void alloc__a_known_route_takes_a_handful(void **state)
{
	struct fail_alloc f;
	struct run u;
	size_t before;

	(void)state;
	fail_alloc_init(&f);
	assert_err(start(&u, &f.alloc), ZX_OK);
	submit(&u, 0);
	drain(&u);
	before = f.calls;
	submit(&u, 0);
	drain(&u);
	assert_int_equal(u.results[0], 2);
	/* The request and the body of its answer. */
	assert_int_equal(f.calls - before, 2);
	zx_rest_free(u.r);
	fail_alloc_check(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			alloc__every_request_has_one_result_all_the_same),
		cmocka_unit_test(alloc__a_refusal_is_said),
		cmocka_unit_test(alloc__a_known_route_takes_a_handful),
	};

	return cmocka_run_group_tests_name("rest/alloc", tests, NULL, NULL);
}
