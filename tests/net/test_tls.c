/* SPDX-License-Identifier: MIT
 *
 * TLS of both adapters: what is trusted, and that nothing else is.
 */
#include "helper/peer.h"
#include "helper/tls_front.h"
#include "helper/zx_test.h"
#include "zoryx/net.h"

#define HELLO                                                                  \
	"{\"op\":10,\"s\":null,\"t\":null,\"d\":{\"heartbeat_interval\":45000}}"

struct world {
	struct peer *peer;
	struct tls_front *front;
	struct zx_loop *loop;
	struct zx_prng prng;
	int done, err;
	char head[4096];
	enum zx_shard_state state;
	char why[256];
};

static void serve(int fd, unsigned nth, void *ud)
{
	struct world *w = ud;
	char text[4096];
	size_t n;

	(void)nth;
	if (!peer_upgrade(fd, w->head, sizeof(w->head))) {
		peer_answer(fd, 200, "", "{\"ok\":1}");
		return;
	}
	peer_frame(fd, 1, 1, HELLO, strlen(HELLO));
	while (peer_read_frame(fd, text, sizeof(text), &n) >= 0)
		continue;
}

static void open_world(struct world *w, enum tls_front_name name, int trusted)
{
	struct zx_loop_options o = ZX_LOOP_OPTIONS_INIT;

	memset(w, 0, sizeof(*w));
	zx_prng_init(&w->prng, 1);
	w->peer = peer_start(serve, w);
	w->front = tls_front_start(peer_port(w->peer), name);
	if (trusted)
		o.ca_file = tls_front_ca(w->front);
	assert_err(zx_loop_new(&w->loop, &o), ZX_OK);
}

static void close_world(struct world *w)
{
	zx_loop_free(w->loop);
	tls_front_stop(w->front);
	peer_stop(w->peer);
}

#define RUN_UNTIL(w, condition)                                                \
	do {                                                                   \
		zx_time until_ = zx_clock() + 10000;                           \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			assert_err(zx_loop_step((w)->loop, 50), ZX_OK);        \
		}                                                              \
	} while (0)

/* REST --------------------------------------------------------------------- */

static void on_done(const struct zx_rest_result *r, void *ud)
{
	struct world *w = ud;

	w->done++;
	w->err = r->err;
}

static int rest(struct world *w, const char *host)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	struct zx_rest_conn *conn;
	struct zx_rest *r;
	char url[64];

	snprintf(url, sizeof(url), "https://%s:%u", host,
		 tls_front_port(w->front));
	o.base_url = url;
	o.token = "t";
	o.rand = zx_prng_rand(&w->prng);
	assert_err(zx_rest_new(&r, &o, zx_loop_now(w->loop)), ZX_OK);
	assert_err(zx_rest_attach(&conn, w->loop, r, NULL), ZX_OK);
	req.method = ZX_GET;
	req.path = ZX_STR("/users/@me");
	req.retries = 1;
	req.ud = w;
	w->done = 0;
	assert_err(zx_rest_call(conn, &req, on_done, NULL), ZX_OK);
	RUN_UNTIL(w, w->done);
	zx_rest_detach(conn);
	zx_rest_free(r);
	return w->err;
}

static void RE_10__rest_trusts_what_it_is_told_to(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, TLS_FRONT_GOOD, 1);
	assert_err(rest(&w, "localhost"), ZX_OK);
	assert_err(rest(&w, "127.0.0.1"), ZX_OK);
	close_world(&w);
}

static void RE_10__rest_refuses_all_else(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, TLS_FRONT_GOOD, 0);
	assert_err(rest(&w, "localhost"), ZX_E_TLS);
	close_world(&w);
	open_world(&w, TLS_FRONT_OTHER, 1);
	assert_err(rest(&w, "localhost"), ZX_E_TLS);
	close_world(&w);
	open_world(&w, TLS_FRONT_PAST, 1);
	assert_err(rest(&w, "localhost"), ZX_E_TLS);
	close_world(&w);
}

/* Gateway ------------------------------------------------------------------ */

static void on_out(struct zx_shard *s, const struct zx_shard_out *o, void *ud)
{
	struct world *w = ud;

	(void)s;
	if (o->kind == ZX_SHARD_OUT_STATE)
		w->state = o->state;
}

/* Nonzero when the shard got as far as the server's Hello. */
static int gateway(struct world *w, const char *host)
{
	struct zx_gateway_handler h = { .out = on_out, .ud = w };
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct zx_gateway_conn *conn;
	struct zx_shard *s;
	char url[64];
	int reached;

	snprintf(url, sizeof(url), "wss://%s:%u/", host,
		 tls_front_port(w->front));
	o.token = "t";
	o.intents = 1;
	o.gateway_url = url;
	o.rand = zx_prng_rand(&w->prng);
	assert_err(zx_shard_new(&s, &o), ZX_OK);
	assert_err(zx_gateway_attach(&conn, w->loop, s, &h), ZX_OK);
	assert_err(zx_shard_start(s, zx_loop_now(w->loop)), ZX_OK);
	zx_gateway_kick(conn);
	RUN_UNTIL(w,
		  w->state == ZX_SHARD_QUEUED || w->state == ZX_SHARD_BACKOFF);
	reached = w->state == ZX_SHARD_QUEUED;
	snprintf(w->why, sizeof(w->why), "%s", zx_shard_error(s));
	zx_gateway_detach(conn);
	zx_shard_free(s);
	return reached;
}

static void RE_10__the_gateway_trusts_what_it_is_told_to(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, TLS_FRONT_GOOD, 1);
	assert_true(gateway(&w, "localhost"));
	assert_true(gateway(&w, "127.0.0.1"));
	close_world(&w);
}

static void refused(enum tls_front_name name, int trusted)
{
	struct world w;

	open_world(&w, name, trusted);
	assert_false(gateway(&w, "localhost"));
	assert_true(w.why[0]);
	assert_int_equal(w.head[0], 0); /* the server was told nothing */
	close_world(&w);
}

static void RE_10__the_gateway_refuses_all_else(void **state)
{
	(void)state;
	refused(TLS_FRONT_GOOD, 0);
	refused(TLS_FRONT_OTHER, 1);
	refused(TLS_FRONT_PAST, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RE_10__rest_trusts_what_it_is_told_to),
		cmocka_unit_test(RE_10__rest_refuses_all_else),
		cmocka_unit_test(RE_10__the_gateway_trusts_what_it_is_told_to),
		cmocka_unit_test(RE_10__the_gateway_refuses_all_else),
	};

	return cmocka_run_group_tests_name("net/tls", tests, NULL, NULL);
}
