/* SPDX-License-Identifier: MIT
 *
 * The small HTTP server, asked over real sockets.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "helper/peer.h"
#include "helper/ws_client.h"
#include "helper/zx_test.h"
#include "zoryx/net.h"

struct served {
	struct zx_loop *loop;
	struct zx_http_server *http;
	pthread_t thread;
	atomic_int end;
	unsigned port;
	struct zx_buf answer;
};

static void get(struct zx_str path, struct zx_http_reply *out, void *ud)
{
	size_t i;

	(void)ud;
	if (zx_str_is(path, "/big")) {
		for (i = 0; i < 300000; i++)
			zx_buf_addf(&out->body, "%07zu\n", i);
	} else if (zx_str_is(path, "/json")) {
		out->type = "application/json";
		zx_buf_addc(&out->body, "{}");
	} else if (!zx_str_is(path, "/empty")) {
		out->status = 404;
		zx_buf_addf(&out->body, "no %.*s", ZX_ARG(path));
	}
}

static void *turn(void *ud)
{
	struct served *s = ud;

	while (!s->end)
		zx_loop_step(s->loop, 1000);
	return NULL;
}

static struct served *serve(void)
{
	struct served *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	assert_err(zx_loop_new(&s->loop, NULL), ZX_OK);
	assert_err(zx_http_listen(&s->http, s->loop, 0, get, NULL), ZX_OK);
	s->port = zx_http_port(s->http);
	assert_int_not_equal(s->port, 0);
	zx_buf_init(&s->answer, NULL, 0);
	assert_int_equal(pthread_create(&s->thread, NULL, turn, s), 0);
	return s;
}

static void end(struct served *s)
{
	s->end = 1;
	zx_loop_wake(s->loop);
	pthread_join(s->thread, NULL);
	zx_http_close(s->http);
	zx_loop_free(s->loop);
	zx_buf_release(&s->answer);
	free(s);
}

static void ask(struct served *s, const char *line, const char *host,
		const char *want)
{
	char request[256];

	snprintf(request, sizeof(request),
		 "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
		 "Content-Length: 0\r\n\r\n",
		 line, host);
	zx_buf_clear(&s->answer);
	http_exchange(s->port, request, &s->answer);
	if (!zx_str_starts(zx_buf_str(&s->answer), want))
		print_error("%s: %s\n", line, zx_buf_cstr(&s->answer));
	assert_true(zx_str_starts(zx_buf_str(&s->answer), want));
}

static const char *body(const struct served *s)
{
	const char *p = strstr(zx_buf_cstr(&s->answer), "\r\n\r\n");

	assert_non_null(p);
	return p + 4;
}

static void http__get_and_head_are_answered(void **state)
{
	struct served *s = serve();

	(void)state;
	ask(s, "GET /json", "127.0.0.1", "HTTP/1.1 200");
	assert_non_null(strstr(zx_buf_cstr(&s->answer), "application/json"));
	assert_string_equal(body(s), "{}");
	ask(s, "GET /json?x=1", "localhost:99", "HTTP/1.1 200");
	ask(s, "HEAD /json", "[::1]:1", "HTTP/1.1 200");
	assert_string_equal(body(s), "");
	ask(s, "GET /empty", "127.0.0.1", "HTTP/1.1 200");
	assert_string_equal(body(s), "");
	ask(s, "GET /other", "127.0.0.1", "HTTP/1.1 404");
	assert_string_equal(body(s), "no /other");
	end(s);
}

static void http__a_long_answer_arrives_whole(void **state)
{
	struct served *s = serve();

	(void)state;
	ask(s, "GET /big", "127.0.0.1", "HTTP/1.1 200");
	assert_int_equal(strlen(body(s)), 2400000);
	assert_memory_equal(body(s) + 2400000 - 8, "0299999\n", 8);
	end(s);
}

static void http__what_only_looks_is_all_that_is_allowed(void **state)
{
	struct served *s = serve();

	(void)state;
	ask(s, "POST /json", "127.0.0.1", "HTTP/1.1 405");
	ask(s, "PUT /json", "127.0.0.1", "HTTP/1.1 405");
	ask(s, "DELETE /json", "127.0.0.1", "HTTP/1.1 405");
	/* a page in a browser on this computer */
	ask(s, "GET /json", "evil.example", "HTTP/1.1 403");
	ask(s, "GET /json", "127.0.0.1.evil.example", "HTTP/1.1 403");
	end(s);
}

static void http__noise_ends_the_connection_not_the_server(void **state)
{
	static const char *const noise[] = {
		"\r\n\r\n",
		"GET\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00",
		"GET / HTTP/9.9\r\n\r\n",
		"GET /json HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket"
		"\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
	};
	struct served *s = serve();
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		fd = tcp_connect(s->port);
		assert_true(fd >= 0);
		peer_write(fd, noise[i], strlen(noise[i]));
		close(fd);
	}
	ask(s, "GET /json", "127.0.0.1", "HTTP/1.1 200");
	end(s);
}

static void http__a_port_in_use_is_said(void **state)
{
	struct served *s = serve();
	struct zx_http_server *second;
	struct zx_loop *loop;

	(void)state;
	assert_err(zx_loop_new(&loop, NULL), ZX_OK);
	assert_err(zx_http_listen(&second, loop, (uint16_t)s->port, get, NULL),
		   ZX_E_BUSY);
	assert_null(second);
	zx_loop_free(loop);
	ask(s, "GET /json", "127.0.0.1", "HTTP/1.1 200");
	end(s);
}

static void http__may_close_and_listen_again(void **state)
{
	struct zx_http_server *http;
	struct zx_loop *loop;
	int i;

	(void)state;
	assert_err(zx_loop_new(&loop, NULL), ZX_OK);
	for (i = 0; i < 3; i++) {
		assert_err(zx_http_listen(&http, loop, 0, get, NULL), ZX_OK);
		zx_http_close(http);
		assert_err(zx_loop_step(loop, 0), ZX_OK);
	}
	zx_http_close(NULL);
	zx_loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http__get_and_head_are_answered),
		cmocka_unit_test(http__a_long_answer_arrives_whole),
		cmocka_unit_test(http__what_only_looks_is_all_that_is_allowed),
		cmocka_unit_test(
			http__noise_ends_the_connection_not_the_server),
		cmocka_unit_test(http__a_port_in_use_is_said),
		cmocka_unit_test(http__may_close_and_listen_again),
	};

	return cmocka_run_group_tests_name("net/http", tests, NULL, NULL);
}
