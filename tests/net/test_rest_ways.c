/* SPDX-License-Identifier: MIT
 *
 * Ways of REST over real sockets: another base URL, a proxy, downloads from
 * elsewhere, files. Each server writes down what it was asked.
 */
#include <stdlib.h>

#include "helper/peer.h"
#include "helper/zx_test.h"
#include "zoryx/net.h"

struct server {
	char head[8192]; /* of the last request */
	char body[65536];
	size_t body_len;
	unsigned requests;
};

static void serve(int fd, unsigned nth, void *ud)
{
	struct server *s = ud;
	size_t n;

	(void)nth;
	while (peer_http(fd, s->head, sizeof(s->head), s->body, sizeof(s->body),
			 &n)) {
		s->body_len = n;
		s->requests++;
		peer_answer(fd, 200, "", "{\"id\":\"5\"}");
	}
}

struct rig {
	struct zx_loop *loop;
	struct zx_prng prng;
	struct zx_rest *rest;
	struct zx_rest_conn *conn;
	int calls, status, err;
};

static void open_rig(struct rig *r, const char *base, const char *proxy)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	memset(r, 0, sizeof(*r));
	zx_prng_init(&r->prng, 1);
	o.token = "the-token";
	o.base_url = base;
	o.rand = zx_prng_rand(&r->prng);
	assert_err(zx_loop_new(&r->loop, NULL), ZX_OK);
	assert_err(zx_rest_new(&r->rest, &o, zx_loop_now(r->loop)), ZX_OK);
	assert_err(zx_rest_attach(&r->conn, r->loop, r->rest, proxy), ZX_OK);
}

static void close_rig(struct rig *r)
{
	zx_rest_detach(r->conn);
	zx_rest_free(r->rest);
	zx_loop_free(r->loop);
}

static void on_done(const struct zx_rest_result *res, void *ud)
{
	struct rig *r = ud;

	r->calls++;
	r->status = res->status;
	r->err = res->err;
}

static void call(struct rig *r, struct zx_rest_request *q)
{
	zx_time until = zx_clock() + 20000;

	r->calls = 0;
	q->ud = r;
	q->retries = 1;
	assert_err(zx_rest_call(r->conn, q, on_done, NULL), ZX_OK);
	while (!r->calls) {
		assert_true(zx_clock() < until);
		assert_err(zx_loop_step(r->loop, 50), ZX_OK);
	}
}

static void get(struct rig *r, const char *path)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;

	q.method = ZX_GET;
	q.path = zx_str(path);
	if (zx_str_starts(q.path, "http"))
		q.flags = ZX_REST_ABSOLUTE;
	call(r, &q);
}

static void RE_01__another_base_url_is_where_all_goes(void **state)
{
	static struct server s;
	struct peer *p = peer_start(serve, &s);
	struct rig r;
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/some/api/v10",
		 peer_port(p));
	open_rig(&r, url, NULL);
	get(&r, "/users/@me?x=1");
	assert_int_equal(r.status, 200);
	close_rig(&r);
	peer_stop(p);
	assert_non_null(strstr(s.head, "GET /some/api/v10/users/@me?x=1 HTTP"));
	assert_non_null(strstr(s.head, "Authorization: Bot the-token\r\n"));
}

static void RE_01__a_proxy_is_used_when_it_is_named(void **state)
{
	static struct server s;
	struct peer *p = peer_start(serve, &s);
	struct rig r;
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", peer_port(p));
	open_rig(&r, "http://api.invalid/v10", url);
	get(&r, "/gateway");
	assert_int_equal(r.status, 200);
	close_rig(&r);
	peer_stop(p);
	assert_non_null(
		strstr(s.head, "GET http://api.invalid/v10/gateway HTTP"));
}

static void RE_01__a_proxy_of_the_environment_is_not(void **state)
{
	static const char *const names[] = { "http_proxy", "HTTP_PROXY",
					     "ALL_PROXY", "all_proxy" };
	static struct server s;
	struct peer *p = peer_start(serve, &s);
	struct rig r;
	char url[64];
	size_t i;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", peer_dead_port());
	for (i = 0; i < 4; i++)
		setenv(names[i], url, 1);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/v10", peer_port(p));
	open_rig(&r, url, NULL);
	get(&r, "/gateway");
	for (i = 0; i < 4; i++)
		unsetenv(names[i]);
	assert_int_equal(r.status, 200);
	close_rig(&r);
	peer_stop(p);
}

static void RE_09__another_host_gets_no_token_over_the_wire(void **state)
{
	static struct server api, cdn;
	struct peer *p = peer_start(serve, &api), *q = peer_start(serve, &cdn);
	struct rig r;
	char url[96];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/v10", peer_port(p));
	open_rig(&r, url, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/a/1/2/x.png?ex=1",
		 peer_port(q));
	get(&r, url);
	assert_int_equal(r.status, 200);
	get(&r, "/users/@me");
	close_rig(&r);
	peer_stop(p);
	peer_stop(q);
	assert_non_null(strstr(cdn.head, "GET /a/1/2/x.png?ex=1 HTTP"));
	assert_null(strstr(cdn.head, "the-token"));
	assert_null(strstr(cdn.head, "Authorization"));
	assert_non_null(strstr(api.head, "Bot the-token"));
}

/* memmem is not everywhere. */
static int has(struct zx_str all, const char *what, size_t n)
{
	size_t i;

	for (i = 0; i + n <= all.len; i++)
		if (!memcmp(all.ptr + i, what, n))
			return 1;
	return 0;
}

#define HAS(text) assert_true(has(body, text, sizeof(text) - 1))

static void RE_07__files_arrive_as_multipart(void **state)
{
	const struct zx_file files[] = {
		{ .name = "a.txt",
		  .content_type = "text/plain",
		  .data = ZX_STR("first") },
		{ .name = "b.bin", .data = { "\0\r\n--x", 6 } },
	};
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	static struct server s;
	struct peer *p = peer_start(serve, &s);
	struct zx_str body;
	struct rig r;
	char url[64], *at;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", peer_port(p));
	open_rig(&r, url, NULL);
	q.method = ZX_POST;
	q.path = ZX_STR("/channels/1/messages");
	q.body = ZX_STR("{\"content\":\"x\"}");
	q.files = files;
	q.file_count = 2;
	call(&r, &q);
	assert_int_equal(r.status, 200);
	close_rig(&r);
	peer_stop(p);
	at = strstr(s.head, "Content-Type: multipart/form-data; boundary=");
	assert_non_null(at);
	assert_null(strstr(at + 1, "Content-Type:"));
	body = (struct zx_str){ s.body, s.body_len };
	HAS("name=\"payload_json\"");
	HAS("{\"content\":\"x\"}");
	HAS("name=\"files[0]\"");
	HAS("first");
	HAS("name=\"files[1]\"");
	HAS("\0\r\n--x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RE_01__another_base_url_is_where_all_goes),
		cmocka_unit_test(RE_01__a_proxy_is_used_when_it_is_named),
		cmocka_unit_test(RE_01__a_proxy_of_the_environment_is_not),
		cmocka_unit_test(
			RE_09__another_host_gets_no_token_over_the_wire),
		cmocka_unit_test(RE_07__files_arrive_as_multipart),
	};

	return cmocka_run_group_tests_name("net/rest_ways", tests, NULL, NULL);
}
