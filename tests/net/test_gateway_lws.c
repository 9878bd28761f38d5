/* SPDX-License-Identifier: MIT
 *
 * A shard on a real WebSocket, against a server that plays its part by script.
 */
#include "helper/peer.h"
#include "helper/zx_test.h"
#include "zoryx/net.h"

#define HELLO                                                                  \
	"{\"op\":10,\"s\":null,\"t\":null,\"d\":{\"heartbeat_interval\":45000}}"
#define READY                                                                  \
	"{\"op\":0,\"s\":1,\"t\":\"READY\",\"d\":{\"v\":10,"                   \
	"\"session_id\":\"abc\",\"resume_gateway_url\":\"ws://127.0.0.1:1\","  \
	"\"user\":{\"id\":\"1\",\"username\":\"u\"},\"guilds\":[],"            \
	"\"application\":{\"id\":\"2\",\"flags\":0}}}"

/* What the server does on each connection, and what it saw. */
struct script {
	void (*serve)(int fd, unsigned nth, struct script *s);
	char head[4096]; /* of the last request */
	char text[8192]; /* of the last client frame */
	int opcode;	 /* of it */
	int close_code;	 /* of the client, -1 when none came */
	int pongs;
	size_t size; /* a parameter of the script */
};

struct world {
	struct script script;
	struct peer *peer;
	struct zx_loop *loop;
	struct zx_prng prng;
	struct zx_shard *shard;
	struct zx_gateway_conn *conn;
	int events, ready, dead;
	char last[64];
	size_t last_size;
	enum zx_shard_state state;
};

static void serve(int fd, unsigned nth, void *ud)
{
	struct script *s = ud;

	s->serve(fd, nth, s);
}

static void on_out(struct zx_shard *s, const struct zx_shard_out *o, void *ud)
{
	struct world *w = ud;

	if (o->kind == ZX_SHARD_OUT_IDENTIFY) {
		zx_shard_grant(s, zx_loop_now(w->loop));
	} else if (o->kind == ZX_SHARD_OUT_STATE) {
		w->state = o->state;
		w->ready += o->state == ZX_SHARD_READY;
	} else if (o->kind == ZX_SHARD_OUT_DEAD) {
		w->dead = o->code;
	} else if (o->kind == ZX_SHARD_OUT_EVENT) {
		w->events++;
		w->last_size = o->text.len;
		snprintf(w->last, sizeof(w->last), "%.*s", ZX_ARG(o->name));
	}
}

static void open_shard(struct world *w, const char *url)
{
	struct zx_gateway_handler h = { .out = on_out, .ud = w };
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;

	zx_prng_init(&w->prng, 1);
	o.token = "the-token";
	o.intents = 1;
	o.gateway_url = url;
	o.rand = zx_prng_rand(&w->prng);
	o.backoff_min_ms = 1;
	o.backoff_max_ms = 5;
	assert_err(zx_loop_new(&w->loop, NULL), ZX_OK);
	assert_err(zx_shard_new(&w->shard, &o), ZX_OK);
	assert_err(zx_gateway_attach(&w->conn, w->loop, w->shard, &h), ZX_OK);
	assert_err(zx_shard_start(w->shard, zx_loop_now(w->loop)), ZX_OK);
	zx_gateway_kick(w->conn);
}

static void open_world(struct world *w,
		       void (*fn)(int fd, unsigned nth, struct script *s))
{
	char url[64];

	w->script.serve = fn;
	w->script.close_code = -1;
	w->peer = peer_start(serve, &w->script);
	snprintf(url, sizeof(url), "ws://127.0.0.1:%u/gate",
		 peer_port(w->peer));
	open_shard(w, url);
}

static void close_world(struct world *w)
{
	zx_gateway_detach(w->conn);
	zx_shard_free(w->shard);
	zx_loop_free(w->loop);
	if (w->peer)
		peer_stop(w->peer);
}

/* Turns the loop until the condition holds; fails the test after 10 s. */
#define RUN_UNTIL(w, condition)                                                \
	do {                                                                   \
		zx_time until_ = zx_clock() + 10000;                           \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			assert_err(zx_loop_step((w)->loop, 50), ZX_OK);        \
		}                                                              \
	} while (0)

/* Server scripts --------------------------------------------------------- */

static void text(int fd, const char *s)
{
	peer_frame(fd, 1, 1, s, strlen(s));
}

/* Reads until the client closes; keeps the last text. */
static void listen_out(int fd, struct script *s)
{
	char buf[sizeof(s->text)];
	size_t n;
	int op;

	while ((op = peer_read_frame(fd, buf, sizeof(buf), &n)) >= 0) {
		if (op == 10)
			s->pongs++;
		if (op == 1)
			memcpy(s->text, buf, n + 1);
		if (op != 8)
			continue;
		s->close_code = n >= 2 ? (unsigned char)buf[0] << 8 |
						 (unsigned char)buf[1]
				       : 0;
		peer_frame(fd, 1, 8, buf, n);
		return;
	}
}

static int greet(int fd, struct script *s)
{
	size_t n;

	if (!peer_upgrade(fd, s->head, sizeof(s->head)))
		return 0;
	text(fd, HELLO);
	s->opcode = peer_read_frame(fd, s->text, sizeof(s->text), &n);
	return s->opcode >= 0;
}

static void usual(int fd, unsigned nth, struct script *s)
{
	(void)nth;
	if (!greet(fd, s))
		return;
	text(fd, READY);
	listen_out(fd, s);
}

static void gateway_lws__connects_identifies_and_closes(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, usual);
	RUN_UNTIL(&w, w.ready);
	assert_non_null(strstr(w.script.head, "GET /gate?v=10&encoding=json"));
	assert_null(strstr(w.script.head, "permessage-deflate"));
	assert_null(strstr(w.script.head, "the-token"));
	assert_int_equal(w.script.opcode, 1);
	assert_non_null(strstr(w.script.text, "\"op\":2"));
	assert_string_equal(w.last, "READY");
	zx_shard_stop(w.shard, 0, zx_loop_now(w.loop));
	zx_gateway_kick(w.conn);
	RUN_UNTIL(&w, w.state == ZX_SHARD_STOPPED);
	peer_stop(w.peer);
	w.peer = NULL;
	assert_int_equal(w.script.close_code, 1000);
	close_world(&w);
}

static void ID_05__a_resumable_stop_closes_with_4000(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, usual);
	RUN_UNTIL(&w, w.ready);
	zx_shard_stop(w.shard, 1, zx_loop_now(w.loop));
	zx_gateway_kick(w.conn);
	RUN_UNTIL(&w, w.state == ZX_SHARD_STOPPED);
	peer_stop(w.peer);
	w.peer = NULL;
	assert_int_equal(w.script.close_code, 4000);
	close_world(&w);
}

static void send_event(int fd, size_t size)
{
	char *text = malloc(size + 128);
	int n = sprintf(text, "{\"t\":\"MESSAGE_CREATE\",\"s\":2,\"op\":0,"
			      "\"d\":{\"content\":\"");

	memset(text + n, 'x', size);
	memcpy(text + n + size, "\"}}", 4);
	peer_frame(fd, 1, 1, text, strlen(text));
	free(text);
}

static void fragments(int fd, unsigned nth, struct script *s)
{
	const char *event = "{\"t\":\"MESSAGE_CREATE\",\"s\":2,\"op\":0,\"d\":"
			    "{\"content\":\"h\xc3\xa4ll\xc3\xb6\"}}";
	size_t i, n = strlen(event);

	(void)nth;
	if (!greet(fd, s))
		return;
	text(fd, READY);
	for (i = 0; i < n; i++) {
		peer_frame(fd, i + 1 == n, i ? 0 : 1, event + i, 1);
		if (i == 5)
			peer_frame(fd, 1, 9, "hi", 2);
	}
	listen_out(fd, s);
}

static void GW_18__one_byte_fragments_with_a_ping_between_are_joined(void **st)
{
	struct world w = { .peer = NULL };

	(void)st;
	open_world(&w, fragments);
	RUN_UNTIL(&w, w.events == 2);
	assert_string_equal(w.last, "MESSAGE_CREATE");
	assert_int_equal(w.last_size, strlen("{\"content\":\"hallo\"}") + 2);
	zx_shard_stop(w.shard, 1, zx_loop_now(w.loop));
	zx_gateway_kick(w.conn);
	RUN_UNTIL(&w, w.state == ZX_SHARD_STOPPED);
	peer_stop(w.peer);
	w.peer = NULL;
	assert_int_equal(w.script.pongs, 1);
	close_world(&w);
}

static void big(int fd, unsigned nth, struct script *s)
{
	(void)nth;
	if (!greet(fd, s))
		return;
	text(fd, READY);
	send_event(fd, s->size);
	send_event(fd, 10);
	listen_out(fd, s);
}

static void big_is(size_t size)
{
	struct world w = { .script = { .size = size } };

	open_world(&w, big);
	RUN_UNTIL(&w, w.events == 3);
	assert_int_equal(w.last_size, strlen("{\"content\":\"\"}") + 10);
	assert_int_equal(w.ready, 1);
	close_world(&w);
}

static void gateway_lws__messages_of_any_size_come_whole(void **state)
{
	(void)state;
	big_is(0);
	big_is(60);
	big_is(65000);
	big_is(65536);
	big_is(200000);
	big_is((size_t)16 << 20);
}

static void bytewise(int fd, unsigned nth, struct script *s)
{
	unsigned char bytes[1024];
	size_t i, n = strlen(READY);

	(void)nth;
	if (!greet(fd, s))
		return;
	bytes[0] = 0x81;
	bytes[1] = 126;
	bytes[2] = (unsigned char)(n >> 8);
	bytes[3] = (unsigned char)n;
	memcpy(bytes + 4, READY, n);
	for (i = 0; i < n + 4; i++)
		peer_write(fd, bytes + i, 1);
	listen_out(fd, s);
}

static void gateway_lws__single_bytes_on_the_wire_are_enough(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, bytewise);
	RUN_UNTIL(&w, w.ready);
	close_world(&w);
}

static void binary(int fd, unsigned nth, struct script *s)
{
	(void)nth;
	if (!greet(fd, s))
		return;
	peer_frame(fd, 1, 2, READY, strlen(READY));
	listen_out(fd, s);
}

static void gateway_lws__binary_frames_count_like_text(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, binary);
	RUN_UNTIL(&w, w.ready);
	close_world(&w);
}

static void closes(int fd, unsigned nth, struct script *s)
{
	unsigned char code[2] = { (unsigned char)(s->size >> 8),
				  (unsigned char)s->size };
	size_t n;
	char echo[256];

	(void)nth;
	if (!greet(fd, s))
		return;
	peer_frame(fd, 1, 8, code, s->size ? 2 : 0);
	while (peer_read_frame(fd, echo, sizeof(echo), &n) >= 0)
		continue;
}

static void gateway_lws__the_peers_close_code_reaches_the_shard(void **state)
{
	struct world w = { .script = { .size = 4004 } };

	(void)state;
	open_world(&w, closes);
	RUN_UNTIL(&w, w.dead);
	assert_int_equal(w.dead, 4004);
	assert_null(strstr(zx_shard_error(w.shard), "the-token"));
	close_world(&w);
}

static void gateway_lws__a_close_without_a_code_is_1006(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, closes);
	RUN_UNTIL(&w, zx_shard_stats(w.shard)->last_close == 1006);
	close_world(&w);
}

static void drops_once(int fd, unsigned nth, struct script *s)
{
	if (!greet(fd, s))
		return;
	if (nth == 0) {
		text(fd, "{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":0}");
		return;
	}
	text(fd, READY);
	listen_out(fd, s);
}

static void gateway_lws__a_dropped_socket_is_followed_by_another(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, drops_once);
	RUN_UNTIL(&w, w.ready);
	assert_int_equal(peer_connections(w.peer), 2);
	close_world(&w);
}

static void breaks_rules(int fd, unsigned nth, struct script *s)
{
	static const struct {
		const char *bytes;
		size_t n;
	} wrong[] = {
		{ "\x81\x85\1\2\3\4abcde", 11 }, /* masked */
		{ "\xf1\x02{}", 4 },		 /* reserved bits */
		{ "\x83\x00", 2 },		 /* reserved opcode */
		{ "\x89\x7e\x01\x00", 4 },	 /* a ping of 256 bytes */
		{ "\x80\x02{}", 4 },		 /* nothing to continue */
		{ "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10 },
		{ "\x81\x7f\x00\x00\x01\x00\x00\x00\x00\x00", 10 },
		{ "HTTP/1.1 400\r\n\r\n", 16 },
	};

	if (!greet(fd, s))
		return;
	if (nth < sizeof(wrong) / sizeof(*wrong)) {
		peer_write(fd, wrong[nth].bytes, wrong[nth].n);
		return;
	}
	text(fd, READY);
	listen_out(fd, s);
}

static void gateway_lws__broken_frames_only_cost_a_reconnect(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, breaks_rules);
	RUN_UNTIL(&w, w.ready);
	assert_int_equal(peer_connections(w.peer), 9);
	close_world(&w);
}

/* Connecting ------------------------------------------------------------- */

static void refuses_upgrade(int fd, unsigned nth, struct script *s)
{
	char body[64];
	size_t n;

	if (nth == 0) {
		peer_http(fd, s->head, sizeof(s->head), body, sizeof(body), &n);
		peer_answer(fd, 503, "", "no");
		return;
	}
	if (nth == 1) {
		peer_http(fd, s->head, sizeof(s->head), body, sizeof(body), &n);
		peer_answer(fd, 302, "Location: ws://127.0.0.1:1/\r\n", "no");
		return;
	}
	if (nth == 2) {
		peer_http(fd, s->head, sizeof(s->head), body, sizeof(body), &n);
		peer_write(fd, "\0\1\2garbage\r\n\r\n", 14);
		return;
	}
	usual(fd, nth, s);
}

static void gateway_lws__a_refused_upgrade_is_tried_again(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, refuses_upgrade);
	RUN_UNTIL(&w, w.ready);
	assert_int_equal(peer_connections(w.peer), 4);
	assert_int_equal(zx_shard_stats(w.shard)->connect_failures, 3);
	close_world(&w);
}

static void fails_at(const char *url)
{
	struct world w = { .peer = NULL };

	open_shard(&w, url);
	RUN_UNTIL(&w, zx_shard_stats(w.shard)->connect_failures >= 3);
	assert_true(zx_shard_error(w.shard)[0]);
	close_world(&w);
}

static void gateway_lws__hosts_out_of_reach_are_failures(void **state)
{
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "ws://127.0.0.1:%u/", peer_dead_port());
	fails_at(url);
	fails_at("ws://no-such-host.invalid/");
}

static void no_tls(int fd, unsigned nth, struct script *s)
{
	char c;

	(void)nth, (void)s;
	peer_read(fd, &c, 1);
	peer_write(fd, "this is no TLS\r\n\r\n", 18);
}

static void gateway_lws__tls_that_fails_is_a_failure(void **state)
{
	struct world w = { .peer = NULL };
	char url[64];

	(void)state;
	w.script.serve = no_tls;
	w.peer = peer_start(serve, &w.script);
	snprintf(url, sizeof(url), "wss://127.0.0.1:%u/", peer_port(w.peer));
	open_shard(&w, url);
	RUN_UNTIL(&w, zx_shard_stats(w.shard)->connect_failures >= 2);
	close_world(&w);
}

static void silent(int fd, unsigned nth, struct script *s)
{
	char c;

	(void)nth, (void)s;
	while (peer_read(fd, &c, 1))
		continue;
}

static void gateway_lws__an_attempt_can_be_given_up(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, silent);
	RUN_UNTIL(&w, peer_connections(w.peer) == 1);
	zx_shard_stop(w.shard, 1, zx_loop_now(w.loop));
	zx_gateway_kick(w.conn);
	RUN_UNTIL(&w, w.state == ZX_SHARD_STOPPED);
	close_world(&w);
}

static void gateway_lws__detaching_in_the_middle_leaves_nothing(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, usual);
	RUN_UNTIL(&w, w.state == ZX_SHARD_HELLO || w.ready);
	close_world(&w);
}

/* The close handshake is not answered: the shard must not wait for ever. */
static void deaf(int fd, unsigned nth, struct script *s)
{
	char c;

	(void)nth;
	if (!greet(fd, s))
		return;
	text(fd, READY);
	while (peer_read(fd, &c, 1))
		continue;
}

static void gateway_lws__a_deaf_peer_does_not_hold_up_the_stop(void **state)
{
	struct world w = { .peer = NULL };

	(void)state;
	open_world(&w, deaf);
	RUN_UNTIL(&w, w.ready);
	zx_shard_stop(w.shard, 1, zx_loop_now(w.loop));
	zx_gateway_kick(w.conn);
	RUN_UNTIL(&w, w.state == ZX_SHARD_STOPPED);
	close_world(&w);
}

static void connect_with(const struct zx_alloc *a, const char *url)
{
	struct zx_loop_options lo = ZX_LOOP_OPTIONS_INIT;
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct zx_gateway_conn *conn = NULL;
	struct zx_shard *s = NULL;
	struct zx_prng p;
	struct zx_loop *l = NULL;
	int i;

	zx_prng_init(&p, 1);
	lo.alloc = o.alloc = a;
	o.token = "t";
	o.gateway_url = url;
	o.rand = zx_prng_rand(&p);
	if (!zx_loop_new(&l, &lo) && !zx_shard_new(&s, &o) &&
	    !zx_gateway_attach(&conn, l, s, NULL) &&
	    !zx_shard_start(s, zx_loop_now(l))) {
		zx_gateway_kick(conn);
		for (i = 0; i < 12; i++)
			zx_loop_step(l, 2);
	}
	zx_gateway_detach(conn);
	zx_shard_free(s);
	zx_loop_free(l);
}

static void gateway_lws__any_allocation_may_fail(void **state)
{
	struct script script = { .serve = usual };
	struct fail_alloc f;
	struct peer *peer = peer_start(serve, &script);
	char url[64];
	size_t at, calls;

	(void)state;
	snprintf(url, sizeof(url), "ws://127.0.0.1:%u/", peer_port(peer));
	fail_alloc_init(&f);
	connect_with(&f.alloc, url);
	calls = f.calls;
	assert_true(calls > 5);
	for (at = 1; at <= calls; at++) {
		fail_alloc_init(&f);
		fail_alloc_once(&f, at);
		connect_with(&f.alloc, url);
		fail_alloc_check(&f);
	}
	peer_stop(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gateway_lws__connects_identifies_and_closes),
		cmocka_unit_test(ID_05__a_resumable_stop_closes_with_4000),
		cmocka_unit_test(
			GW_18__one_byte_fragments_with_a_ping_between_are_joined),
		cmocka_unit_test(gateway_lws__messages_of_any_size_come_whole),
		cmocka_unit_test(
			gateway_lws__single_bytes_on_the_wire_are_enough),
		cmocka_unit_test(gateway_lws__binary_frames_count_like_text),
		cmocka_unit_test(
			gateway_lws__the_peers_close_code_reaches_the_shard),
		cmocka_unit_test(gateway_lws__a_close_without_a_code_is_1006),
		cmocka_unit_test(
			gateway_lws__a_dropped_socket_is_followed_by_another),
		cmocka_unit_test(
			gateway_lws__broken_frames_only_cost_a_reconnect),
		cmocka_unit_test(gateway_lws__a_refused_upgrade_is_tried_again),
		cmocka_unit_test(gateway_lws__hosts_out_of_reach_are_failures),
		cmocka_unit_test(gateway_lws__tls_that_fails_is_a_failure),
		cmocka_unit_test(gateway_lws__an_attempt_can_be_given_up),
		cmocka_unit_test(
			gateway_lws__detaching_in_the_middle_leaves_nothing),
		cmocka_unit_test(
			gateway_lws__a_deaf_peer_does_not_hold_up_the_stop),
		cmocka_unit_test(gateway_lws__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("net/gateway_lws", tests, NULL,
					   NULL);
}
