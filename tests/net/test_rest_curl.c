/* SPDX-License-Identifier: MIT
 *
 * REST over curl, against a server that plays its part by script.
 */
#include "helper/peer.h"
#include "helper/zx_test.h"
#include "zoryx/net.h"

enum { BODY_MAX = 26 << 20 };

struct script {
	void (*answer)(int fd, const char *head, const char *body, size_t n,
		       unsigned nth, struct script *s);
	unsigned requests;
	char head[8192]; /* of the last request */
	size_t body_len; /* of it */
	uint64_t body_sum;
	char *body;
	int stop; /* close the connection after this answer */
	int param;
};

struct seen {
	int calls, err, status, code, maybe_done;
	uint32_t attempts;
	size_t body_len;
	char body[256], message[256];
};

struct world {
	struct script script;
	struct peer *peer;
	struct zx_loop *loop;
	struct zx_prng prng;
	struct zx_rest *rest;
	struct zx_rest_conn *conn;
};

static void serve(int fd, unsigned nth, void *ud)
{
	struct script *s = ud;
	size_t i, n;

	(void)nth;
	while (!s->stop &&
	       peer_http(fd, s->head, sizeof(s->head), s->body, BODY_MAX, &n)) {
		s->body_len = n;
		s->body_sum = 0;
		for (i = 0; i < s->body_len; i++)
			s->body_sum =
				s->body_sum * 31 + (unsigned char)s->body[i];
		s->answer(fd, s->head, s->body, s->body_len, s->requests++, s);
	}
	s->stop = 0;
}

static void open_rest(struct world *w, const char *url)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	zx_prng_init(&w->prng, 1);
	o.token = "the-token";
	o.base_url = url;
	o.rand = zx_prng_rand(&w->prng);
	o.max_body = 100000;
	assert_err(zx_loop_new(&w->loop, NULL), ZX_OK);
	assert_err(zx_rest_new(&w->rest, &o, zx_loop_now(w->loop)), ZX_OK);
	assert_err(zx_rest_attach(&w->conn, w->loop, w->rest, NULL), ZX_OK);
}

static void open_world(struct world *w,
		       void (*answer)(int fd, const char *head,
				      const char *body, size_t n, unsigned nth,
				      struct script *s))
{
	char url[64];

	w->script.answer = answer;
	w->script.body = malloc(BODY_MAX);
	w->peer = peer_start(serve, &w->script);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/api",
		 peer_port(w->peer));
	open_rest(w, url);
}

static void close_world(struct world *w)
{
	zx_rest_detach(w->conn);
	zx_rest_free(w->rest);
	zx_loop_free(w->loop);
	if (w->peer)
		peer_stop(w->peer);
	free(w->script.body);
}

static void on_done(const struct zx_rest_result *r, void *ud)
{
	struct seen *s = ud;

	s->calls++;
	s->err = r->err;
	s->status = r->status;
	s->code = r->code;
	s->attempts = r->attempts;
	s->maybe_done = r->maybe_done;
	s->body_len = r->body.len;
	snprintf(s->body, sizeof(s->body), "%.*s", ZX_ARG(r->body));
	snprintf(s->message, sizeof(s->message), "%.*s", ZX_ARG(r->message));
}

#define RUN_UNTIL(w, condition)                                                \
	do {                                                                   \
		zx_time until_ = zx_clock() + 20000;                           \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			assert_err(zx_loop_step((w)->loop, 50), ZX_OK);        \
		}                                                              \
	} while (0)

static void call(struct world *w, struct zx_rest_request *req,
		 struct seen *seen)
{
	req->ud = seen;
	assert_err(zx_rest_call(w->conn, req, on_done, NULL), ZX_OK);
}

static struct seen get(struct world *w, const char *path, uint32_t retries)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct seen seen = { .calls = 0 };

	req.method = ZX_GET;
	req.path = zx_str(path);
	req.retries = retries;
	req.timeout_ms = 500;
	call(w, &req, &seen);
	assert_int_equal(seen.calls, 0); /* later, never from inside */
	RUN_UNTIL(w, seen.calls);
	assert_int_equal(seen.calls, 1);
	assert_null(strstr(seen.message, "the-token"));
	return seen;
}

/* Answers ---------------------------------------------------------------- */

static void ok(int fd, const char *head, const char *body, size_t n,
	       unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)nth, (void)s;
	peer_answer(fd, 200, "", "{\"id\":\"5\"}");
}

static void rest_curl__answers_come_back_whole(void **state)
{
	struct world w = { .peer = NULL };
	struct seen seen;

	(void)state;
	open_world(&w, ok);
	seen = get(&w, "/users/@me?with=1", 1);
	assert_err(seen.err, ZX_OK);
	assert_int_equal(seen.status, 200);
	assert_string_equal(seen.body, "{\"id\":\"5\"}");
	assert_non_null(strstr(w.script.head, "GET /api/users/@me?with=1 "));
	assert_non_null(strstr(w.script.head, "Authorization: Bot the-token"));
	assert_non_null(strstr(w.script.head, "User-Agent: DiscordBot ("));
	assert_null(strstr(w.script.head, "Content-Type: application/x-www"));
	close_world(&w);
}

static void rest_curl__one_connection_serves_many_requests(void **state)
{
	struct world w = { .peer = NULL };
	int i;

	(void)state;
	open_world(&w, ok);
	for (i = 0; i < 20; i++)
		assert_err(get(&w, "/users/@me", 1).err, ZX_OK);
	assert_int_equal(w.script.requests, 20);
	assert_int_equal(peer_connections(w.peer), 1);
	close_world(&w);
}

static void empty(int fd, const char *head, const char *body, size_t n,
		  unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)nth, (void)s;
	peer_write(fd, "HTTP/1.1 204 No Content\r\n\r\n", 27);
}

static void rest_curl__every_method_goes_out_as_named(void **state)
{
	static const struct {
		enum zx_method method;
		const char *line, *body;
	} cases[] = {
		{ ZX_GET, "GET /api/channels/1", "" },
		{ ZX_POST, "POST /api/channels/1", "{\"a\":1}" },
		{ ZX_POST, "POST /api/channels/1", "" },
		{ ZX_PUT, "PUT /api/channels/1", "{\"b\":2}" },
		{ ZX_PUT, "PUT /api/channels/1", "" },
		{ ZX_PATCH, "PATCH /api/channels/1", "{\"c\":3}" },
		{ ZX_DELETE, "DELETE /api/channels/1", "" },
	};
	struct world w = { .peer = NULL };
	size_t i;

	(void)state;
	open_world(&w, empty);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zx_rest_request req = ZX_REST_REQUEST_INIT;
		struct seen seen = { .calls = 0 };

		req.method = cases[i].method;
		req.path = ZX_STR("/channels/1");
		req.body = zx_str(cases[i].body);
		call(&w, &req, &seen);
		RUN_UNTIL(&w, seen.calls);
		assert_err(seen.err, ZX_OK);
		assert_int_equal(seen.status, 204);
		assert_int_equal(strncmp(w.script.head, cases[i].line,
					 strlen(cases[i].line)),
				 0);
		assert_string_equal(w.script.body, cases[i].body);
		if (cases[i].body[0])
			assert_non_null(
				strstr(w.script.head, "application/json"));
		assert_null(strstr(w.script.head, "x-www-form-urlencoded"));
		assert_null(strstr(w.script.head, "Expect:"));
	}
	assert_int_equal(peer_connections(w.peer), 1);
	close_world(&w);
}

static void limited(int fd, const char *head, const char *body, size_t n,
		    unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)s;
	if (nth)
		peer_answer(fd, 200, "", "{}");
	else
		peer_answer(fd, 429,
			    "Retry-After: 1\r\nX-RateLimit-Scope: user\r\n",
			    "{\"message\":\"slow\",\"retry_after\":0.05,"
			    "\"global\":false}");
}

static void rest_curl__429_is_waited_for_and_repeated(void **state)
{
	struct world w = { .peer = NULL };
	struct seen seen;

	(void)state;
	open_world(&w, limited);
	seen = get(&w, "/channels/1/messages", 5);
	assert_err(seen.err, ZX_OK);
	assert_int_equal(seen.attempts, 2);
	close_world(&w);
}

static void broken(int fd, const char *head, const char *body, size_t n,
		   unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n;
	if (nth < (unsigned)s->param)
		peer_answer(fd, 502, "", "<html>bad gateway</html>");
	else
		peer_answer(fd, 200, "", "{}");
}

static void rest_curl__5xx_is_repeated_as_often_as_allowed(void **state)
{
	struct world w = { .script = { .param = 1 } };
	struct seen seen;

	(void)state;
	open_world(&w, broken);
	seen = get(&w, "/channels/1", 3);
	assert_err(seen.err, ZX_OK);
	assert_int_equal(seen.attempts, 2);
	w.script.param = 1000;
	seen = get(&w, "/channels/1", 1);
	assert_err(seen.err, ZX_E_REMOTE);
	assert_int_equal(seen.status, 502);
	close_world(&w);
}

static void refuse(int fd, const char *head, const char *body, size_t n,
		   unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)nth;
	peer_answer(fd, s->param, "",
		    "{\"message\":\"Missing Permissions\",\"code\":50013}");
}

static void rest_curl__refusals_name_status_code_and_reason(void **state)
{
	struct world w = { .script = { .param = 403 } };
	struct seen seen;

	(void)state;
	open_world(&w, refuse);
	seen = get(&w, "/channels/1", 1);
	assert_err(seen.err, ZX_E_REMOTE);
	assert_int_equal(seen.status, 403);
	assert_int_equal(seen.code, 50013);
	assert_non_null(strstr(seen.message, "Missing Permissions"));
	close_world(&w);
}

static void redirect(int fd, const char *head, const char *body, size_t n,
		     unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)nth, (void)s;
	peer_answer(fd, 302, "Location: /elsewhere\r\n", "{}");
}

static void RE_10__redirects_are_not_followed(void **state)
{
	struct world w = { .peer = NULL };
	struct seen seen;

	(void)state;
	open_world(&w, redirect);
	seen = get(&w, "/users/@me", 1);
	assert_err(seen.err, ZX_E_REMOTE);
	assert_int_equal(seen.status, 302);
	assert_int_equal(w.script.requests, 1);
	close_world(&w);
}

static void flood(int fd, const char *head, const char *body, size_t n,
		  unsigned nth, struct script *s)
{
	char *big = malloc((size_t)s->param + 1);

	(void)head, (void)body, (void)n, (void)nth;
	memset(big, 'x', (size_t)s->param);
	big[s->param] = 0;
	peer_answer(fd, 200, "", big);
	free(big);
}

static void RE_10__answers_over_the_limit_are_cut_off(void **state)
{
	struct world w = { .script = { .param = 100000 } };
	struct seen seen;

	(void)state;
	open_world(&w, flood);
	seen = get(&w, "/users/@me", 1);
	assert_err(seen.err, ZX_OK);
	assert_int_equal(seen.body_len, 100000);
	w.script.param = 100001;
	seen = get(&w, "/users/@me", 1);
	assert_err(seen.err, ZX_E_TOOBIG);
	w.script.param = 10;
	assert_err(get(&w, "/users/@me", 1).err, ZX_OK);
	close_world(&w);
}

static void many_headers(int fd, const char *head, const char *body, size_t n,
			 unsigned nth, struct script *s)
{
	char *lines = malloc(200000);
	size_t at = 0;

	(void)head, (void)body, (void)n, (void)nth, (void)s;
	while (at < 100000)
		at += (size_t)sprintf(lines + at, "X-Filler-%zu: %060d\r\n", at,
				      0);
	peer_write(fd, "HTTP/1.1 200 OK\r\n", 17);
	peer_write(fd, lines, at);
	peer_write(fd, "Content-Length: 0\r\n\r\n", 21);
	free(lines);
}

static void rest_curl__a_flood_of_headers_is_cut_off(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, many_headers);
	assert_err(get(&w, "/users/@me", 1).err, ZX_E_TOOBIG);
	close_world(&w);
}

static void silence(int fd, const char *head, const char *body, size_t n,
		    unsigned nth, struct script *s)
{
	char c;

	(void)head, (void)body, (void)n, (void)nth;
	s->stop = 1;
	peer_read(fd, &c, 1); /* until the client gives up */
}

static void rest_curl__silence_is_a_timeout(void **state)
{
	struct world w = { .peer = NULL };
	struct seen seen;

	(void)state;
	open_world(&w, silence);
	seen = get(&w, "/users/@me", 1);
	assert_err(seen.err, ZX_E_TIMEOUT);
	assert_int_equal(seen.status, 0);
	close_world(&w);
}

static void rest_curl__a_refused_connection_sent_nothing(void **state)
{
	struct world w = { .peer = NULL };
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", peer_dead_port());
	open_rest(&w, url);
	assert_err(get(&w, "/users/@me", 1).err, ZX_E_CONNECT);
	close_world(&w);
	open_rest(&w, "http://no-such-host.invalid");
	assert_err(get(&w, "/users/@me", 1).err, ZX_E_CONNECT);
	close_world(&w);
}

static void rest_curl__tls_that_fails_is_told_apart(void **state)
{
	struct world w = { .peer = NULL };
	char url[64];

	(void)state;
	w.script.answer = ok;
	w.script.body = malloc(BODY_MAX);
	w.peer = peer_start(serve, &w.script);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u", peer_port(w.peer));
	open_rest(&w, url);
	/* the hello is no HTTP request, so the server just reads on */
	w.script.stop = 1;
	assert_int_not_equal(get(&w, "/users/@me", 1).err, ZX_OK);
	close_world(&w);
}

/* Lost answers ----------------------------------------------------------- */

static void hang_up(int fd, const char *head, const char *body, size_t n,
		    unsigned nth, struct script *s)
{
	(void)body, (void)n;
	/* The first leaves the connection open, so that the second comes over
	 * a kept one. */
	if (nth == 0) {
		peer_answer(fd, 200, "", "{}");
		return;
	}
	(void)head;
	s->stop = 1;
}

static struct seen post(struct world *w, unsigned flags)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct seen seen = { .calls = 0 };

	req.method = ZX_POST;
	req.path = ZX_STR("/channels/1/messages");
	req.body = ZX_STR("{\"content\":\"x\"}");
	req.flags = flags;
	req.retries = 1;
	call(w, &req, &seen);
	RUN_UNTIL(w, seen.calls);
	return seen;
}

static void RL_15__a_post_whose_answer_is_lost_is_sent_once(void **state)
{
	struct world w = { .peer = NULL };
	struct seen seen;

	(void)state;
	open_world(&w, hang_up);
	assert_err(post(&w, 0).err, ZX_OK);
	seen = post(&w, 0);
	assert_err(seen.err, ZX_E_IO);
	assert_true(seen.maybe_done);
	assert_int_equal(w.script.requests, 2);
	close_world(&w);
}

static void half_answer(int fd, const char *head, const char *body, size_t n,
			unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)nth;
	peer_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", 40);
	s->stop = 1;
}

static void rest_curl__half_an_answer_is_no_answer(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, half_answer);
	assert_err(get(&w, "/users/@me", 1).err, ZX_E_IO);
	close_world(&w);
}

static void garbage(int fd, const char *head, const char *body, size_t n,
		    unsigned nth, struct script *s)
{
	(void)head, (void)body, (void)n, (void)nth;
	peer_write(fd, "\1\2\3 no http\r\n\r\n", 16);
	s->stop = 1;
}

static void rest_curl__garbage_is_no_answer(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, garbage);
	assert_err(get(&w, "/users/@me", 1).err, ZX_E_IO);
	close_world(&w);
}

/* Uploads ---------------------------------------------------------------- */

static void rest_curl__a_large_upload_arrives_whole(void **state)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct world w = { .peer = NULL };
	struct seen seen = { .calls = 0 };
	size_t n = (size_t)20 << 20, i;
	char *data = malloc(n), *start;
	struct zx_file file = { .name = "big.bin", .data = { data, n } };

	(void)state;
	for (i = 0; i < n; i++)
		data[i] = (char)(i * 2654435761u >> 13);
	open_world(&w, ok);
	req.method = ZX_POST;
	req.path = ZX_STR("/channels/1/messages");
	req.body = ZX_STR("{\"content\":\"here\"}");
	req.files = &file;
	req.file_count = 1;
	call(&w, &req, &seen);
	RUN_UNTIL(&w, seen.calls);
	assert_err(seen.err, ZX_OK);
	assert_non_null(strstr(w.script.head, "multipart/form-data; boundary"));
	start = memchr(w.script.body, data[0], w.script.body_len);
	while (start && memcmp(start, data, 64))
		start = memchr(start + 1, data[0],
			       (size_t)(w.script.body + w.script.body_len -
					start - 1));
	assert_non_null(start);
	assert_memory_equal(start, data, n);
	free(data);
	close_world(&w);
}

/* Life ------------------------------------------------------------------- */

static void rest_curl__detaching_drops_what_waits(void **state)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct world w = { .peer = NULL };
	struct seen seen[50];
	int i, done = 0;
	char path[32];

	(void)state;
	memset(seen, 0, sizeof(seen));
	open_world(&w, ok);
	w.script.param = 0;
	for (i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "/channels/%d", i + 1);
		req.method = ZX_GET;
		req.path = zx_str(path);
		req.retries = 5;
		call(&w, &req, &seen[i]);
	}
	/* The server takes one connection after the other, so those that wait
	 * must not be dropped either; closing idle ones frees it. */
	w.script.stop = 0;
	zx_rest_detach(w.conn);
	assert_err(zx_rest_attach(&w.conn, w.loop, w.rest, NULL), ZX_OK);
	for (i = 0; i < 50; i++)
		done += seen[i].calls;
	assert_int_equal(done, 0); /* dropped, never called */
	close_world(&w);
}

struct chain {
	struct world *w;
	int left, calls;
	char body[64];
};

static void on_link(const struct zx_rest_result *r, void *ud)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct chain *c = ud;

	c->calls++;
	req.method = ZX_GET;
	req.path = ZX_STR("/users/@me");
	req.ud = c;
	if (c->left--)
		assert_err(zx_rest_call(c->w->conn, &req, on_link, NULL),
			   ZX_OK);
	zx_rest_stats(c->w->rest, zx_loop_now(c->w->loop));
	/* still there, although the scheduler was called meanwhile */
	snprintf(c->body, sizeof(c->body), "%.*s", ZX_ARG(r->body));
}

static void rest_curl__a_callback_may_call_again(void **state)
{
	struct zx_rest_result first = { .body = ZX_STR("-") };
	struct world w = { .peer = NULL };
	struct chain c = { .w = &w, .left = 5 };

	(void)state;
	open_world(&w, ok);
	on_link(&first, &c);
	RUN_UNTIL(&w, c.calls == 6);
	assert_string_equal(c.body, "{\"id\":\"5\"}");
	close_world(&w);
}

static void on_detach(const struct zx_rest_result *r, void *ud)
{
	struct world *w = ud;

	(void)r;
	zx_rest_detach(w->conn);
	w->conn = NULL;
}

static void rest_curl__a_callback_may_detach(void **state)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, ok);
	req.method = ZX_GET;
	req.path = ZX_STR("/users/@me");
	req.ud = &w;
	assert_err(zx_rest_call(w.conn, &req, on_detach, NULL), ZX_OK);
	RUN_UNTIL(&w, !w.conn);
	close_world(&w);
}

static void rest_curl__a_cancelled_request_is_told_once(void **state)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct world w = { .peer = NULL };
	struct seen seen = { .calls = 0 };
	uint64_t id;

	(void)state;
	open_world(&w, silence);
	req.method = ZX_GET;
	req.path = ZX_STR("/users/@me");
	req.timeout_ms = 300;
	req.ud = &seen;
	assert_err(zx_rest_call(w.conn, &req, on_done, &id), ZX_OK);
	RUN_UNTIL(&w, w.script.requests);
	assert_err(zx_rest_cancel(w.rest, id, zx_loop_now(w.loop)), ZX_OK);
	zx_rest_kick(w.conn);
	RUN_UNTIL(&w, seen.calls);
	assert_err(seen.err, ZX_E_CANCELLED);
	RUN_UNTIL(&w, !zx_rest_stats(w.rest, zx_loop_now(w.loop))->in_flight);
	assert_int_equal(seen.calls, 1);
	close_world(&w);
}

static int attach(const struct zx_alloc *a, void *ud)
{
	struct zx_loop_options lo = ZX_LOOP_OPTIONS_INIT;
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	struct zx_rest_conn *conn = NULL;
	struct zx_rest *rest = NULL;
	struct zx_loop *loop;
	struct zx_prng p;
	int err;

	(void)ud;
	zx_prng_init(&p, 1);
	lo.alloc = o.alloc = a;
	o.rand = zx_prng_rand(&p);
	err = zx_loop_new(&loop, &lo);
	if (!err)
		err = zx_rest_new(&rest, &o, zx_loop_now(loop));
	if (!err)
		err = zx_rest_attach(&conn, loop, rest, "http://127.0.0.1:1");
	zx_rest_detach(conn);
	zx_rest_free(rest);
	zx_loop_free(loop);
	return err;
}

static void rest_curl__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(attach, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rest_curl__answers_come_back_whole),
		cmocka_unit_test(
			rest_curl__one_connection_serves_many_requests),
		cmocka_unit_test(rest_curl__every_method_goes_out_as_named),
		cmocka_unit_test(rest_curl__429_is_waited_for_and_repeated),
		cmocka_unit_test(
			rest_curl__5xx_is_repeated_as_often_as_allowed),
		cmocka_unit_test(
			rest_curl__refusals_name_status_code_and_reason),
		cmocka_unit_test(RE_10__redirects_are_not_followed),
		cmocka_unit_test(RE_10__answers_over_the_limit_are_cut_off),
		cmocka_unit_test(rest_curl__a_flood_of_headers_is_cut_off),
		cmocka_unit_test(rest_curl__silence_is_a_timeout),
		cmocka_unit_test(rest_curl__a_refused_connection_sent_nothing),
		cmocka_unit_test(rest_curl__tls_that_fails_is_told_apart),
		cmocka_unit_test(
			RL_15__a_post_whose_answer_is_lost_is_sent_once),
		cmocka_unit_test(rest_curl__half_an_answer_is_no_answer),
		cmocka_unit_test(rest_curl__garbage_is_no_answer),
		cmocka_unit_test(rest_curl__a_large_upload_arrives_whole),
		cmocka_unit_test(rest_curl__detaching_drops_what_waits),
		cmocka_unit_test(rest_curl__a_callback_may_call_again),
		cmocka_unit_test(rest_curl__a_callback_may_detach),
		cmocka_unit_test(rest_curl__a_cancelled_request_is_told_once),
		cmocka_unit_test(rest_curl__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("net/rest_curl", tests, NULL, NULL);
}
