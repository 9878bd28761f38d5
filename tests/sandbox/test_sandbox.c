/* SPDX-License-Identifier: MIT
 *
 * sandbox: the public calls: starting and stopping, waiting, many connections,
 * readers that do not read, and several threads at once.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/box.h"

/* A request with the bot's token and a JSON body; its status. */
static int rest(const struct box *b, const char *method, const char *path,
		const char *body)
{
	char text[4096];
	struct zx_buf out;
	int status;

	snprintf(text, sizeof(text),
		 "%s /api/v10%s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		 "Authorization: Bot %s\r\nConnection: close\r\n"
		 "Content-Type: application/json\r\nContent-Length: %zu\r\n"
		 "\r\n%s",
		 method, path, b->token, strlen(body), body);
	zx_buf_init(&out, NULL, 0);
	http_exchange(b->port, text, &out);
	status = out.len > 12 ? atoi(out.ptr + 9) : 0;
	zx_buf_release(&out);
	return status;
}

static void sandbox__options_are_checked(void **state)
{
	struct zx_sandbox_options o = { .size = 1 };
	struct zx_sandbox *box;

	(void)state;
	assert_err(zx_sandbox_start(&box, &o), ZX_E_INVALID);
	assert_null(box);
	assert_err(zx_sandbox_start(NULL, NULL), ZX_E_INVALID);
	zx_sandbox_stop(NULL);
}

static void sandbox__a_shorter_struct_of_an_older_caller_is_taken(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct box b;

	(void)state;
	o.size = offsetof(struct zx_sandbox_options, guilds);
	o.guilds = 9; /* beyond what the caller's version had */
	b = box_with(o);
	assert_int_not_equal(zx_sandbox_guild(b.s, 2), 0);
	assert_int_equal(zx_sandbox_guild(b.s, 3), 0);
	zx_sandbox_stop(b.s);
}

static void sandbox__a_port_in_use_is_busy(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct box b = box_start();
	struct zx_sandbox *other;

	(void)state;
	o.port = (uint16_t)b.port;
	assert_err(zx_sandbox_start(&other, &o), ZX_E_BUSY);
	assert_null(other);
	zx_sandbox_stop(b.s);
}

static void sandbox__urls_name_the_port(void **state)
{
	struct box b = box_start();
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "http://127.0.0.1:%u/api/v10", b.port);
	assert_string_equal(zx_sandbox_api_url(b.s), text);
	snprintf(text, sizeof(text), "ws://127.0.0.1:%u/gateway", b.port);
	assert_string_equal(zx_sandbox_gateway_url(b.s), text);
	zx_sandbox_stop(b.s);
}

static void sandbox__several_live_side_by_side(void **state)
{
	struct box b[4];
	struct ws_client c[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		b[i] = box_start();
		box_ready(&b[i], &c[i], WS_ZSTD);
	}
	for (int i = 0; i < 4; i++) {
		box_works(&b[i], &c[i]);
		ws_free(&c[i]);
		zx_sandbox_stop(b[i].s);
	}
}

/* Waiting -------------------------------------------------------------------
 */

static void sandbox__expect_waits_for_a_request(void **state)
{
	struct box b = box_start();

	(void)state;
	assert_err(zx_sandbox_expect(b.s, "GET /gateway/bot", 1, NULL),
		   ZX_E_TIMEOUT);
	assert_int_equal(rest(&b, "GET", "/gateway/bot", ""), 200);
	assert_err(zx_sandbox_expect(b.s, "GET /gateway/bot", 5000, NULL),
		   ZX_OK);
	/* Each request is expected once. */
	assert_err(zx_sandbox_expect(b.s, "GET /gateway/bot", 1, NULL),
		   ZX_E_TIMEOUT);
	assert_err(zx_sandbox_expect(b.s, NULL, 1, NULL), ZX_E_INVALID);
	zx_sandbox_stop(b.s);
}

struct request {
	const struct box *box;
	pthread_t thread;
};

static void *send_request(void *arg)
{
	const struct request *r = arg;

	rest(r->box, "GET", "/gateway/bot", "");
	return NULL;
}

static void sandbox__expect_is_woken_by_the_request(void **state)
{
	struct box b = box_start();
	struct request r = { .box = &b };

	(void)state;
	pthread_create(&r.thread, NULL, send_request, &r);
	assert_err(zx_sandbox_expect(b.s, "GET /gateway/bot", 20000, NULL),
		   ZX_OK);
	pthread_join(r.thread, NULL);
	zx_sandbox_stop(b.s);
}

static void sandbox__wait_ready_counts_live_sessions(void **state)
{
	struct box b = box_wide(2);
	struct ws_client c[2];

	(void)state;
	assert_err(zx_sandbox_wait_ready(b.s, 1, 1), ZX_E_TIMEOUT);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(gw_hello(&c[i], b.port, WS_PLAIN), 0);
		gw_identify(&c[i], b.token, INTENTS, i, 2);
	}
	assert_err(zx_sandbox_wait_ready(b.s, 2, 20000), ZX_OK);
	ws_free(&c[0]);
	ws_free(&c[1]);
	zx_sandbox_stop(b.s);
}

static void sandbox__answer_is_the_message_the_user_sees(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	struct zx_buf message;
	uint64_t id = 0;
	char path[512];

	(void)state;
	zx_buf_init(&message, NULL, 0);
	box_ready(&b, &c, WS_PLAIN);
	snprintf(path, sizeof(path), "/applications/%llu/commands",
		 (unsigned long long)zx_sandbox_user(b.s, ZX_SANDBOX_BOT));
	assert_int_equal(rest(&b, "PUT", path,
			      "[{\"name\":\"ping\",\"type\":1,"
			      "\"description\":\"pongs\"}]"),
			 200);
	assert_err(zx_sandbox_slash(b.s, 0, 0, "nothing", NULL, &id),
		   ZX_E_NOTFOUND);
	assert_err(zx_sandbox_slash(b.s, 0, 0, "ping", NULL, &id), ZX_OK);
	assert_err(zx_sandbox_answer(b.s, id, 1, &message), ZX_E_TIMEOUT);
	assert_int_equal(gw_until(&c, "INTERACTION_CREATE"), 0);
	assert_int_equal(zx_json_get_u64(got(&c, "d"), "id"), id);
	snprintf(path, sizeof(path), "/interactions/%llu/%.*s/callback",
		 (unsigned long long)id,
		 ZX_ARG(zx_json_plain(got(&c, "d.token"))));
	assert_int_equal(rest(&b, "POST", path,
			      "{\"type\":4,\"data\":{\"content\":\"pong\"}}"),
			 204);
	assert_err(zx_sandbox_answer(b.s, id, 20000, &message), ZX_OK);
	assert_true(zx_json_is(zx_json_get(zx_buf_str(&message), "content"),
			       "pong"));
	zx_buf_release(&message);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* Many and slow ---------------------------------------------------------------
 */

#define MANY 200

static void sandbox__200_connections_at_once(void **state)
{
	struct box b = box_wide(MANY);
	struct ws_client *c = calloc(MANY, sizeof(*c));

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(ws_open(&c[i], b.port,
					 "/gateway?v=10&encoding=json&compress="
					 "zlib-stream"),
				 0);
	for (unsigned i = 0; i < MANY; i++) {
		c[i].compress = WS_ZLIB;
		assert_int_equal(gw_until_op(&c[i], 10), 0);
		gw_identify(&c[i], b.token, INTENTS, i, MANY);
	}
	assert_err(zx_sandbox_wait_ready(b.s, MANY, 20000), ZX_OK);
	assert_err(zx_sandbox_inject(b.s, -1, "FUTURE", "{}"), ZX_OK);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(gw_until(&c[i], "FUTURE"), 0);
	zx_sandbox_stop(b.s);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(ws_until_closed(&c[i]), 1001);
		ws_free(&c[i]);
	}
	free(c);
}

static void sandbox__a_reader_that_never_reads_is_dropped(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	struct zx_sandbox_stats stats;
	char *text = malloc(1000001);
	int i = 0;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	memset(text, 'x', 1000000);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + 999998, "\"}", 3);
	do {
		assert_err(zx_sandbox_inject(b.s, 0, "FUTURE", text), ZX_OK);
		zx_sandbox_stats(b.s, &stats);
	} while (stats.sessions_live && ++i < 200);
	assert_int_equal(stats.sessions_live, 0);
	/* More than 32 MiB were never kept for it. */
	assert_true(i < 60);
	free(text);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void sandbox__stops_with_everything_still_open(void **state)
{
	struct box b = box_wide(4);
	struct ws_client c[3];
	int fd;

	(void)state;
	fd = tcp_connect(b.port); /* says nothing */
	assert_int_equal(ws_open(&c[0], b.port, "/sandbox/live"), 0);
	assert_int_equal(gw_hello(&c[1], b.port, WS_PLAIN), 0);
	assert_int_equal(gw_hello(&c[2], b.port, WS_ZSTD), 0);
	gw_identify(&c[2], b.token, INTENTS, 0, 4);
	assert_int_equal(gw_until(&c[2], "READY"), 0);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":100000}");
	box_fault(&b, "{\"fault\":\"op7\",\"after_ms\":100000}");
	zx_sandbox_stop(b.s);
	for (int i = 0; i < 3; i++)
		ws_free(&c[i]);
	close(fd);
}

/* Threads ---------------------------------------------------------------------
 */

static void *say_much(void *arg)
{
	struct box *b = arg;
	struct zx_sandbox_stats stats;
	struct zx_buf out;

	zx_buf_init(&out, NULL, 0);
	for (int i = 0; i < 50; i++) {
		if (zx_sandbox_say(b->s, 0, 0, "from a thread", NULL))
			return b;
		zx_sandbox_stats(b->s, &stats);
		zx_buf_clear(&out);
		if (zx_sandbox_state(b->s, &out))
			return b;
	}
	zx_buf_release(&out);
	return NULL;
}

static void sandbox__calls_come_from_several_threads(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	pthread_t t[4];
	void *failed;

	(void)state;
	box_ready(&b, &c, WS_ZLIB);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":3000}");
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, say_much, &b), 0);
	for (int i = 0; i < 200;) {
		assert_int_equal(gw_until(&c, "MESSAGE_CREATE"), 0);
		i += zx_json_is(got(&c, "d.content"), "from a thread");
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &failed);
		assert_null(failed);
	}
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox__options_are_checked),
		cmocka_unit_test(
			sandbox__a_shorter_struct_of_an_older_caller_is_taken),
		cmocka_unit_test(sandbox__a_port_in_use_is_busy),
		cmocka_unit_test(sandbox__urls_name_the_port),
		cmocka_unit_test(sandbox__several_live_side_by_side),
		cmocka_unit_test(sandbox__expect_waits_for_a_request),
		cmocka_unit_test(sandbox__expect_is_woken_by_the_request),
		cmocka_unit_test(sandbox__wait_ready_counts_live_sessions),
		cmocka_unit_test(sandbox__answer_is_the_message_the_user_sees),
		cmocka_unit_test(sandbox__200_connections_at_once),
		cmocka_unit_test(sandbox__a_reader_that_never_reads_is_dropped),
		cmocka_unit_test(sandbox__stops_with_everything_still_open),
		cmocka_unit_test(sandbox__calls_come_from_several_threads),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
