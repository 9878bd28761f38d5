/* SPDX-License-Identifier: MIT
 *
 * wire_http: requests however they are cut, answers, what is refused, and who
 * is kept out.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/box.h"
#include "sandbox/wire_int.h"

/* The answer to `request`, which must ask for the connection's end. */
static struct zx_buf ask(const struct box *b, const char *request)
{
	struct zx_buf out;

	zx_buf_init(&out, NULL, 0);
	http_exchange(b->port, request, &out);
	zx_buf_addch(&out, '\0');
	return out;
}

static int status_of(const struct box *b, const char *request)
{
	struct zx_buf out = ask(b, request);
	int status = out.len > 12 ? atoi(out.ptr + 9) : 0;

	zx_buf_release(&out);
	return status;
}

#define LOCAL "Host: 127.0.0.1\r\nConnection: close\r\n"

static void wire_http__the_page_is_served_and_never_cached(void **state)
{
	struct box b = box_start();
	struct zx_buf out = ask(&b, "GET / HTTP/1.1\r\n" LOCAL "\r\n");

	(void)state;
	assert_memory_equal(out.ptr, "HTTP/1.1 200 OK\r\n", 17);
	assert_non_null(strstr(out.ptr, "Content-Type: text/html"));
	assert_non_null(strstr(out.ptr, "Cache-Control: no-cache\r\n"));
	assert_non_null(strstr(out.ptr, "<"));
	zx_buf_release(&out);
	assert_int_equal(
		status_of(&b, "GET /no.such HTTP/1.1\r\n" LOCAL "\r\n"), 404);
	assert_int_equal(status_of(&b, "POST / HTTP/1.1\r\n" LOCAL "\r\n"),
			 405);
	zx_sandbox_stop(b.s);
}

static void wire_http__head_has_the_length_without_the_body(void **state)
{
	struct box b = box_start();
	struct zx_buf out = ask(&b, "HEAD / HTTP/1.1\r\n" LOCAL "\r\n");
	const char *end = strstr(out.ptr, "\r\n\r\n");

	(void)state;
	assert_non_null(end);
	assert_int_equal(end[4], '\0');
	assert_non_null(strstr(out.ptr, "Content-Length: "));
	assert_null(strstr(out.ptr, "Content-Length: 0\r\n"));
	zx_buf_release(&out);
	zx_sandbox_stop(b.s);
}

static void wire_http__options_names_the_methods(void **state)
{
	struct box b = box_start();
	struct zx_buf out =
		ask(&b, "OPTIONS /api/v10/users HTTP/1.1\r\n" LOCAL "\r\n");

	(void)state;
	assert_memory_equal(out.ptr, "HTTP/1.1 204 ", 13);
	assert_non_null(strstr(out.ptr, "Allow: GET, POST"));
	assert_null(strstr(out.ptr, "Access-Control"));
	zx_buf_release(&out);
	zx_sandbox_stop(b.s);
}

static void wire_http__malformed_requests_are_refused(void **state)
{
	struct box b = box_start();
	char *big = malloc(ZX__HEAD_MAX + 100);

	(void)state;
	assert_int_equal(status_of(&b, "GET /\r\n\r\n"), 400);
	assert_int_equal(status_of(&b, "GET / HTTP/2.0\r\n\r\n"), 400);
	assert_int_equal(status_of(&b, "GET x HTTP/1.1\r\n\r\n"), 400);
	assert_int_equal(status_of(&b, "GET / HTTP/1.1\r\nno colon\r\n\r\n"),
			 400);
	assert_int_equal(status_of(&b, "BREW / HTTP/1.1\r\n" LOCAL "\r\n"),
			 501);
	assert_int_equal(status_of(&b, "POST /api/v10 HTTP/1.1\r\n" LOCAL
				       "Content-Length: 1x\r\n\r\n"),
			 400);
	assert_int_equal(status_of(&b, "POST /api/v10 HTTP/1.1\r\n" LOCAL
				       "Content-Length: 99999999\r\n\r\n"),
			 413);
	assert_int_equal(status_of(&b, "POST /api/v10 HTTP/1.1\r\n" LOCAL
				       "Transfer-Encoding: gzip\r\n\r\n"),
			 501);
	assert_int_equal(status_of(&b, "POST /api/v10 HTTP/1.1\r\n" LOCAL
				       "Transfer-Encoding: chunked\r\n\r\n"
				       "zz\r\n"),
			 400);
	memset(big, 'a', ZX__HEAD_MAX + 99);
	big[ZX__HEAD_MAX + 99] = '\0';
	memcpy(big, "GET / HTTP/1.1\r\nX: ", 19);
	assert_int_equal(status_of(&b, big), 431);
	free(big);
	zx_sandbox_stop(b.s);
}

/* Guards ---------------------------------------------------------------------
 */

static void wire_http__strangers_are_kept_out_of_the_control(void **state)
{
	static const char *const heads[] = {
		"Host: 127.0.0.1:8080",
		"Host: LOCALHOST",
		"Host: [::1]:8080",
		"Host: localhost\r\nOrigin: http://localhost:8080",
		/* and those who are not let in */
		"Host: evil.example",
		"Host: localhost.evil.example",
		"Host: 127.0.0.1.evil.example",
		"X: no host",
		"Host: localhost\r\nOrigin: http://evil.example",
		"Host: localhost\r\nOrigin: null",
		"Host: localhost\r\nOrigin: https://localhost.evil.example",
	};
	struct box b = box_start();
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		static const char *const paths[] = { "GET /sandbox/state",
						     "DELETE /sandbox/faults" };

		for (int k = 0; k < 2; k++) {
			snprintf(text, sizeof(text),
				 "%s HTTP/1.1\r\nConnection: close\r\n%s\r\n"
				 "\r\n",
				 paths[k], heads[i]);
			if (i < 4)
				assert_int_not_equal(status_of(&b, text), 403);
			else
				assert_int_equal(status_of(&b, text), 403);
		}
		snprintf(text, sizeof(text),
			 "GET /sandbox/live HTTP/1.1\r\n%s\r\n"
			 "Connection: Upgrade\r\nUpgrade: websocket\r\n"
			 "Sec-WebSocket-Version: 13\r\n"
			 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
			 heads[i]);
		if (i >= 4)
			assert_int_equal(status_of(&b, text), 403);
	}
	zx_sandbox_stop(b.s);
}

static void wire_http__the_api_is_guarded_by_its_token_alone(void **state)
{
	struct box b = box_start();
	char text[512];

	(void)state;
	snprintf(text, sizeof(text),
		 "GET /api/v10/users/@me HTTP/1.1\r\nHost: discord.test\r\n"
		 "Authorization: Bot %s\r\nConnection: close\r\n\r\n",
		 b.token);
	assert_int_equal(status_of(&b, text), 200);
	assert_int_equal(status_of(&b,
				   "GET /api/v10/users/@me HTTP/1.1\r\n"
				   "Authorization: Bot no\r\n" LOCAL "\r\n"),
			 401);
	zx_sandbox_stop(b.s);
}

/* Cuts ------------------------------------------------------------------------
 */

/* Sends `request` in pieces of n bytes and reads to the end. */
static void in_pieces(const struct box *b, const char *request, size_t n,
		      struct zx_buf *out)
{
	int fd = tcp_connect(b->port);
	size_t len = strlen(request);
	char bytes[4096];
	ssize_t k;

	for (size_t at = 0; at < len; at += n) {
		size_t piece = len - at < n ? len - at : n;

		assert_int_equal(send(fd, request + at, piece, 0), piece);
	}
	while ((k = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		zx_buf_add(out, bytes, (size_t)k);
	close(fd);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word))) {
		text++;
		n++;
	}
	return n;
}

static void wire_http__any_split_of_pipelined_requests_is_the_same(void **state)
{
	struct box b = box_start();
	struct zx_buf out;

	(void)state;
	zx_buf_init(&out, NULL, 0);
	for (size_t n = 1; n < 12; n++) {
		zx_buf_clear(&out);
		in_pieces(&b,
			  "POST /sandbox/faults HTTP/1.1\r\nHost: localhost\r\n"
			  "Content-Length: 18\r\n\r\n{\"fault\":\"drop\"}\r\n"
			  "POST /sandbox/faults HTTP/1.1\r\nHost: localhost\r\n"
			  "Transfer-Encoding: chunked\r\n\r\n"
			  "5;a=b\r\n{\"fau\r\n0B\r\nlt\":\"drop\"}\r\n"
			  "0\r\nT: x\r\n\r\n"
			  "GET / HTTP/1.1\r\nHost: localhost\r\n"
			  "Connection: close\r\n\r\n",
			  n, &out);
		assert_int_equal(count(zx_buf_cstr(&out), "HTTP/1.1 20"), 3);
	}
	zx_buf_release(&out);
	zx_sandbox_stop(b.s);
}

static void wire_http__a_large_body_arrives_after_100_continue(void **state)
{
	static const char head[] =
		"POST /sandbox/faults HTTP/1.1\r\nHost: localhost\r\n"
		"Expect: 100-continue\r\nConnection: close\r\n"
		"Content-Length: 20000000\r\n\r\n";
	struct box b = box_start();
	char *body = malloc(20000001), bytes[256] = "";
	int fd = tcp_connect(b.port);
	size_t at = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(send(fd, head, sizeof(head) - 1, 0), sizeof(head) - 1);
	assert_int_equal(recv(fd, bytes, 25, MSG_WAITALL), 25);
	assert_memory_equal(bytes, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	memset(body, ' ', 20000000);
	memcpy(body, "{\"fault\":\"drop\"}", 16);
	while (at < 20000000 &&
	       (n = send(fd, body + at, 20000000 - at, MSG_NOSIGNAL)) > 0)
		at += (size_t)n;
	assert_int_equal(at, 20000000);
	assert_int_equal(recv(fd, bytes, 11, MSG_WAITALL), 11);
	assert_memory_equal(bytes, "HTTP/1.1 20", 11);
	close(fd);
	free(body);
	zx_sandbox_stop(b.s);
}

static void wire_http__answers_are_delayed_in_order_and_dropped(void **state)
{
	struct box b = box_start();
	struct zx_buf out;

	(void)state;
	zx_buf_init(&out, NULL, 0);
	box_fault(&b, "{\"fault\":\"rest_slow\",\"ms\":20}");
	/* The second request waits for the answer to the first. */
	http_exchange(b.port,
		      "GET /api/v10/gateway HTTP/1.1\r\nHost: localhost\r\n"
		      "\r\nGET /no.file HTTP/1.1\r\n" LOCAL "\r\n",
		      &out);
	assert_memory_equal(zx_buf_cstr(&out), "HTTP/1.1 200 ", 13);
	assert_non_null(strstr(zx_buf_cstr(&out), "HTTP/1.1 404 "));
	zx_buf_clear(&out);
	box_fault(&b, "{\"fault\":\"rest_drop\"}");
	http_exchange(b.port, "GET /api/v10/gateway HTTP/1.1\r\n" LOCAL "\r\n",
		      &out);
	assert_int_equal(out.len, 0);
	zx_buf_release(&out);
	zx_sandbox_stop(b.s);
}

static void wire_http__handshakes_that_are_wrong_are_refused(void **state)
{
#define UPGRADE                                                                \
	"Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	struct box b = box_start();

	(void)state;
	assert_int_equal(
		status_of(&b, "GET /gateway HTTP/1.1\r\n" LOCAL "\r\n"), 426);
	assert_int_equal(status_of(&b, "GET /gateway?v=10 HTTP/1.1\r\n" UPGRADE
				       "Sec-WebSocket-Version: 13\r\n\r\n"),
			 400);
	assert_int_equal(
		status_of(&b, "GET /gateway?v=10 HTTP/1.1\r\n" UPGRADE
			      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			      "Sec-WebSocket-Version: 8\r\n\r\n"),
		426);
	assert_int_equal(
		status_of(&b, "GET /elsewhere HTTP/1.1\r\n" UPGRADE
			      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			      "Sec-WebSocket-Version: 13\r\n\r\n"),
		404);
	zx_sandbox_stop(b.s);
}

/* Words of HTTP and noise, in any order. */
static size_t noise(const struct zx_rand *r, char *out, size_t max)
{
	static const char *const words[] = {
		"GET ",
		"POST ",
		"/gateway?v=10",
		"/sandbox/live",
		"/",
		" HTTP/1.1",
		"\r\n",
		"\r\n\r\n",
		"Host: localhost",
		"Content-Length: 5",
		"Transfer-Encoding: chunked",
		"0",
		"ffffffff",
		"Upgrade: websocket",
		"Connection: Upgrade",
		":",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Version: 13",
		"\n",
	};
	size_t n = 0, pieces = zx_rand_below(r, 40);

	while (pieces--) {
		const char *w =
			words[zx_rand_below(r, sizeof(words) / sizeof(*words))];

		if (zx_rand_below(r, 8) == 0 && n < max)
			out[n++] = (char)zx_rand_below(r, 256);
		while (*w && n < max)
			out[n++] = *w++;
	}
	return n;
}

static void wire_http__noise_of_any_kind_is_survived(void **state)
{
	struct box b = box_start();
	struct zx_prng prng;
	struct zx_rand r;
	char bytes[2048];

	(void)state;
	zx_prng_init(&prng, 7);
	r = zx_prng_rand(&prng);
	for (int i = 0; i < 1000; i++) {
		int fd = tcp_connect(b.port);
		size_t n = noise(&r, bytes, sizeof(bytes));

		assert_true(fd >= 0);
		send(fd, bytes, n, MSG_NOSIGNAL);
		close(fd);
	}
	assert_int_equal(status_of(&b, "GET / HTTP/1.1\r\n" LOCAL "\r\n"), 200);
	zx_sandbox_stop(b.s);
}

static void wire_http__noise_after_an_upgrade_is_survived(void **state)
{
	struct box b = box_start();
	struct zx_prng prng;
	struct zx_rand r;
	struct ws_client c;
	unsigned char bytes[64];

	(void)state;
	zx_prng_init(&prng, 8);
	r = zx_prng_rand(&prng);
	for (int i = 0; i < 500; i++) {
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
		r.fill(r.ud, bytes, sizeof(bytes));
		bytes[0] &= 0x8f;
		bytes[1] |= 0x80;
		send(c.fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
		ws_free(&c);
	}
	box_ready(&b, &c, WS_PLAIN);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* Pieces ----------------------------------------------------------------------
 */

static void wire_sha1__has_the_sums_of_fips_180(void **state)
{
	static const struct {
		const char *text;
		size_t times;
		const char *sum;
	} rows[] = {
		{ "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned char sum[20];
		char hex[41];
		struct zx_buf text;

		zx_buf_init(&text, NULL, 0);
		for (size_t k = 0; k < rows[i].times; k++)
			zx_buf_addc(&text, rows[i].text);
		zx__sha1(text.ptr ? text.ptr : "", text.len, sum);
		for (size_t k = 0; k < 20; k++)
			snprintf(hex + 2 * k, 3, "%02x", sum[k]);
		assert_string_equal(hex, rows[i].sum);
		zx_buf_release(&text);
	}
}

static void wire_http__query_parameters_are_found_by_their_name(void **state)
{
	struct zx_str q = ZX_STR("a=1&bb=&c&a=2&d=x=y");

	(void)state;
	assert_str(zx__query_get(q, "a"), "1");
	assert_str(zx__query_get(q, "bb"), "");
	assert_non_null(zx__query_get(q, "bb").ptr);
	assert_non_null(zx__query_get(q, "c").ptr);
	assert_str(zx__query_get(q, "d"), "x=y");
	assert_null(zx__query_get(q, "b").ptr);
	assert_null(zx__query_get(ZX_STR(""), "a").ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			wire_http__the_page_is_served_and_never_cached),
		cmocka_unit_test(
			wire_http__head_has_the_length_without_the_body),
		cmocka_unit_test(wire_http__options_names_the_methods),
		cmocka_unit_test(wire_http__malformed_requests_are_refused),
		cmocka_unit_test(
			wire_http__strangers_are_kept_out_of_the_control),
		cmocka_unit_test(
			wire_http__the_api_is_guarded_by_its_token_alone),
		cmocka_unit_test(
			wire_http__any_split_of_pipelined_requests_is_the_same),
		cmocka_unit_test(
			wire_http__a_large_body_arrives_after_100_continue),
		cmocka_unit_test(
			wire_http__answers_are_delayed_in_order_and_dropped),
		cmocka_unit_test(
			wire_http__handshakes_that_are_wrong_are_refused),
		cmocka_unit_test(wire_http__noise_of_any_kind_is_survived),
		cmocka_unit_test(wire_http__noise_after_an_upgrade_is_survived),
		cmocka_unit_test(wire_sha1__has_the_sums_of_fips_180),
		cmocka_unit_test(
			wire_http__query_parameters_are_found_by_their_name),
	};

	return cmocka_run_group_tests_name("wire_http", tests, NULL, NULL);
}
