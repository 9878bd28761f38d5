/* SPDX-License-Identifier: MIT
 *
 * suite: what every transport must do, run over memory by test_transport.c here
 * and over TCP by tests/net/test_ipc_lws.c. A transport's test says how
 * machines are attached and how time passes, then includes the tests at the
 * end.
 */
#ifndef SUITE_H
#define SUITE_H

#include "helper/zx_test.h"
#include "zoryx/ipc.h"

#define SUITE_CLIENTS 4
#define SUITE_SECRET "suite secret 0123456789"

struct suite;

/* One cluster and what it heard. */
struct member {
	struct suite *s;
	struct zx_ipc *x;
	void *conn; /* the transport's */
	char name[32];
	unsigned ups, downs, joins, leaves, messages, answers, dones, stopped;
	unsigned wrong_order;
	uint64_t next, sum;
	int last_error;
	size_t last_count;
	char last_name[80], last_text[600], last_op[64], why[300];
	size_t last_len;
};

struct suite {
	struct member hub, client[SUITE_CLIENTS];
	size_t clients;
	struct zx_prng prng;
	void *net; /* the transport's */
	zx_time now;
};

/* By the transport's test. */
static void suite_open(struct suite *s);
static void suite_close(struct suite *s);
static int suite_attach(struct suite *s, struct member *m, unsigned *port);
static void suite_detach(struct suite *s, struct member *m);
static void suite_kick(struct suite *s, struct member *m);
static void suite_turn(struct suite *s);
static zx_time suite_now(struct suite *s);
static int suite_tired(struct suite *s); /* has waited long enough */

static inline void suite_status(struct zx_ipc_status *out, void *ud)
{
	static const uint32_t shards[] = { 3, 4, 5 };

	(void)ud;
	out->guilds = 512;
	out->users = 90210;
	out->shard_count = 6;
	out->shards = shards;
	out->shards_len = 3;
	out->latency = 0.04213;
	out->uptime = 3600.5;
}

static inline void suite_keep(char *to, size_t size, struct zx_str s)
{
	size_t n = s.len < size - 1 ? s.len : size - 1;

	if (n)
		memcpy(to, s.ptr, n);
	to[n] = '\0';
}

static inline void suite_out(struct zx_ipc *x, const struct zx_ipc_out *o,
			     void *ud)
{
	struct member *m = ud;
	uint64_t n;

	m->ups += o->kind == ZX_IPC_OUT_UP;
	m->joins += o->kind == ZX_IPC_OUT_JOIN;
	m->leaves += o->kind == ZX_IPC_OUT_LEAVE;
	m->stopped += o->kind == ZX_IPC_OUT_STOPPED;
	if (o->kind == ZX_IPC_OUT_DOWN) {
		m->downs++;
		suite_keep(m->why, sizeof(m->why), o->text);
	}
	if (o->kind == ZX_IPC_OUT_DONE) {
		m->dones++;
		m->last_error = o->error;
		m->last_count = o->count;
	}
	if (o->kind != ZX_IPC_OUT_MESSAGE && o->kind != ZX_IPC_OUT_ANSWER)
		return;
	m->messages += o->kind == ZX_IPC_OUT_MESSAGE;
	m->answers += o->kind == ZX_IPC_OUT_ANSWER;
	suite_keep(m->last_name, sizeof(m->last_name), o->name);
	suite_keep(m->last_text, sizeof(m->last_text), o->text);
	suite_keep(m->last_op, sizeof(m->last_op), o->op_name);
	m->last_len = o->text.len;
	n = zx_json_get_u64(o->text, "n");
	m->wrong_order += n && n != ++m->next;
	m->sum += n;
	if (zx_str_is(o->op_name, "x_twice_request"))
		assert_err(zx_ipc_reply(x, o, ZX_STR("{\"twice\": 84}"),
					suite_now(m->s)),
			   ZX_OK);
}

static inline void suite_options(struct suite *s, struct member *m,
				 struct zx_ipc_options *o)
{
	o->name = m->name;
	o->secret = SUITE_SECRET;
	o->rand = zx_prng_rand(&s->prng);
	o->status = suite_status;
	o->ud = m;
	o->host = "127.0.0.1";
}

static inline void suite_hub(struct suite *s, struct zx_ipc_options *o,
			     unsigned *port)
{
	struct zx_ipc_options usual = ZX_IPC_OPTIONS_INIT;

	s->hub.s = s;
	snprintf(s->hub.name, sizeof(s->hub.name), "cluster-0");
	if (!o)
		o = &usual;
	suite_options(s, &s->hub, o);
	o->role = ZX_IPC_HUB;
	o->port = *port;
	assert_err(zx_ipc_new(&s->hub.x, o), ZX_OK);
	assert_err(suite_attach(s, &s->hub, port), ZX_OK);
}

static inline struct member *suite_client(struct suite *s, unsigned port,
					  const char *secret,
					  struct zx_ipc_options *o)
{
	struct zx_ipc_options usual = ZX_IPC_OPTIONS_INIT;
	struct member *m = &s->client[s->clients++];

	m->s = s;
	snprintf(m->name, sizeof(m->name), "cluster-%zu", s->clients);
	if (!o)
		o = &usual;
	suite_options(s, m, o);
	if (secret)
		o->secret = secret;
	o->role = ZX_IPC_CLIENT;
	o->port = port;
	assert_err(zx_ipc_new(&m->x, o), ZX_OK);
	assert_err(suite_attach(s, m, &port), ZX_OK);
	assert_err(zx_ipc_start(m->x, suite_now(s)), ZX_OK);
	suite_kick(s, m);
	return m;
}

#define SUITE_UNTIL(s, condition)                                              \
	do {                                                                   \
		while (!(condition)) {                                         \
			assert_false(suite_tired(s));                          \
			suite_turn(s);                                         \
		}                                                              \
	} while (0)

/* Each side knows that the other is a zoryx too. */
static inline void suite_ours(const struct member *m, size_t i)
{
	struct zx_ipc_peer p;

	assert_err(zx_ipc_peer(m->x, i, &p), ZX_OK);
	assert_true(p.ours && p.secured);
}

/* A hub and n clients that know one another. */
static inline void suite_all(struct suite *s, size_t n)
{
	unsigned port = 0;
	size_t i;

	memset(s, 0, sizeof(*s));
	zx_prng_init(&s->prng, 5);
	suite_open(s);
	suite_hub(s, NULL, &port);
	for (i = 0; i < n; i++) {
		suite_client(s, port, NULL, NULL);
		SUITE_UNTIL(s, s->client[i].ups == 1);
	}
	for (i = 0; i < n; i++)
		SUITE_UNTIL(s, zx_ipc_known(s->client[i].x, n - 1).len);
	assert_int_equal(s->hub.joins, n);
	for (i = 0; i < n; i++) {
		suite_ours(&s->client[i], 0);
		suite_ours(&s->hub, i);
	}
}

static inline void suite_end(struct suite *s)
{
	size_t i;

	for (i = 0; i < s->clients; i++)
		if (s->client[i].x)
			suite_detach(s, &s->client[i]);
	if (s->hub.x)
		suite_detach(s, &s->hub);
	suite_close(s);
	for (i = 0; i < s->clients; i++)
		zx_ipc_free(s->client[i].x);
	zx_ipc_free(s->hub.x);
}

/* Tests
 * -------------------------------------------------------------------------- */

static void transport__clusters_find_each_other(void **state)
{
	struct zx_ipc_peer p;
	struct suite s;

	(void)state;
	suite_all(&s, 3);
	assert_str(zx_ipc_known(s.client[0].x, 0), "cluster-0");
	assert_str(zx_ipc_known(s.client[0].x, 1), "cluster-2");
	assert_str(zx_ipc_known(s.client[2].x, 2), "cluster-2");
	assert_int_equal(zx_ipc_known(s.client[2].x, 3).len, 0);
	assert_err(zx_ipc_peer(s.hub.x, 1, &p), ZX_OK);
	assert_str(p.name, "cluster-2");
	assert_str(p.shards, "[3, 4, 5]");
	assert_true(p.secured && p.ours);
	assert_int_equal(p.guilds, 512);
	assert_err(zx_ipc_peer(s.hub.x, 3, &p), ZX_E_NOTFOUND);
	suite_end(&s);
}

static void transport__a_message_reaches_one_or_all(void **state)
{
	struct suite s;
	size_t n;

	(void)state;
	suite_all(&s, 3);
	assert_err(zx_ipc_send(s.client[0].x, "x_news", "cluster-2",
			       ZX_STR("{\"a\": 18446744073709551615}"),
			       suite_now(&s), &n),
		   ZX_OK);
	assert_int_equal(n, 1);
	suite_kick(&s, &s.client[0]);
	SUITE_UNTIL(&s, s.client[1].messages == 1);
	assert_string_equal(s.client[1].last_name, "cluster-1");
	assert_string_equal(s.client[1].last_op, "x_news");
	assert_string_equal(s.client[1].last_text,
			    "{\"a\": 18446744073709551615}");
	assert_err(zx_ipc_broadcast(s.client[0].x, ZX_STR("h\xc3\xa9"),
				    ZX_STR("me"), 123456789012345678u,
				    suite_now(&s), &n),
		   ZX_OK);
	assert_int_equal(n, 3);
	suite_kick(&s, &s.client[0]);
	SUITE_UNTIL(&s, s.hub.messages && s.client[1].messages == 2 &&
				s.client[2].messages == 1);
	assert_string_equal(s.client[2].last_text,
			    "{\"message\": \"h\\u00e9\", \"author\": \"me\", "
			    "\"author_id\": 123456789012345678}");
	assert_int_equal(s.client[0].messages, 0);
	suite_end(&s);
}

static void transport__a_request_gets_its_answers(void **state)
{
	struct suite s;
	uint64_t id;

	(void)state;
	suite_all(&s, 3);
	assert_err(zx_ipc_request(s.client[0].x, "eval_request", NULL,
				  ZX_STR("{\"query\": \"guild_count\"}"), 0,
				  suite_now(&s), &id),
		   ZX_OK);
	suite_kick(&s, &s.client[0]);
	SUITE_UNTIL(&s, s.client[0].dones == 1);
	assert_int_equal(s.client[0].answers, 3);
	assert_int_equal(s.client[0].last_count, 3);
	assert_err(s.client[0].last_error, ZX_OK);
	assert_non_null(strstr(s.client[0].last_text, "\"result\": 512"));
	assert_err(zx_ipc_request(s.hub.x, "x_twice_request", "cluster-3",
				  ZX_STR("{\"of\": 42}"), 0, suite_now(&s),
				  &id),
		   ZX_OK);
	suite_kick(&s, &s.hub);
	SUITE_UNTIL(&s, s.hub.dones == 1);
	assert_string_equal(s.hub.last_name, "cluster-3");
	assert_string_equal(s.hub.last_op, "x_twice_response");
	assert_non_null(strstr(s.hub.last_text, "\"twice\": 84"));
	/* Who does not want the number need not take it. */
	assert_err(zx_ipc_request(s.client[1].x, "stats_request", "cluster-1",
				  ZX_STR(""), 0, suite_now(&s), NULL),
		   ZX_OK);
	suite_kick(&s, &s.client[1]);
	SUITE_UNTIL(&s, s.client[1].dones == 1);
	assert_non_null(strstr(s.client[1].last_text, "\"user_count\": 90210"));
	suite_end(&s);
}

static void A20__who_is_not_there_is_an_error_at_once(void **state)
{
	struct suite s;
	uint64_t id;

	(void)state;
	suite_all(&s, 2);
	assert_err(zx_ipc_request(s.client[0].x, "stats_request", "nobody",
				  ZX_STR(""), 0, suite_now(&s), &id),
		   ZX_E_NOTFOUND);
	assert_err(zx_ipc_request(s.client[0].x, "stats_request", "nobody",
				  ZX_STR(""), 0, suite_now(&s), NULL),
		   ZX_E_NOTFOUND);
	assert_err(zx_ipc_send(s.hub.x, "x_a", "nobody", ZX_STR(""),
			       suite_now(&s), NULL),
		   ZX_E_NOTFOUND);
	/* Who leaves while being asked ends the waiting. */
	assert_err(zx_ipc_request(s.client[0].x, "x_slow_request", "cluster-2",
				  ZX_STR(""), 0, suite_now(&s), &id),
		   ZX_OK);
	suite_kick(&s, &s.client[0]);
	SUITE_UNTIL(&s, s.client[1].messages == 1);
	suite_detach(&s, &s.client[1]);
	SUITE_UNTIL(&s, s.client[0].dones == 1);
	assert_err(s.client[0].last_error, ZX_E_CLOSED);
	assert_int_equal(s.hub.leaves, 1);
	zx_ipc_free(s.client[1].x);
	s.client[1].x = NULL;
	suite_end(&s);
}

static void transport__ten_thousand_keep_their_order(void **state)
{
	struct suite s;
	char text[64];
	uint64_t i;

	(void)state;
	suite_all(&s, 2);
	for (i = 1; i <= 10000; i++) {
		snprintf(text, sizeof(text), "{\"n\": %u}", (unsigned)i);
		assert_err(zx_ipc_send(s.client[0].x, "x_n", "cluster-2",
				       zx_str(text), suite_now(&s), NULL),
			   ZX_OK);
		if (i % 100 == 0)
			suite_kick(&s, &s.client[0]);
		if (i % 1000 == 0)
			suite_turn(&s);
	}
	SUITE_UNTIL(&s, s.client[1].messages == 10000);
	assert_int_equal(s.client[1].wrong_order, 0);
	assert_int_equal(s.client[1].sum, 10000u * 10001u / 2);
	suite_end(&s);
}

static void transport__the_biggest_message_passes(void **state)
{
	const size_t n = 999000;
	struct suite s;
	struct zx_buf b;

	(void)state;
	suite_all(&s, 2);
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "{\"t\": \"");
	while (b.len < n)
		zx_buf_addch(&b, 'x');
	zx_buf_addc(&b, "\"}");
	assert_err(zx_ipc_send(s.client[0].x, "x_big", NULL, zx_buf_str(&b),
			       suite_now(&s), NULL),
		   ZX_OK);
	suite_kick(&s, &s.client[0]);
	SUITE_UNTIL(&s, s.client[1].messages && s.hub.messages);
	assert_int_equal(s.client[1].last_len, b.len);
	while (b.len < 1000100)
		zx_buf_addch(&b, ' ');
	assert_err(zx_ipc_send(s.client[0].x, "x_big", NULL, zx_buf_str(&b),
			       suite_now(&s), NULL),
		   ZX_E_TOOBIG);
	zx_buf_release(&b);
	suite_end(&s);
}

static void transport__a_wrong_secret_says_what_to_do(void **state)
{
	unsigned port = 0;
	struct suite s;

	(void)state;
	memset(&s, 0, sizeof(s));
	zx_prng_init(&s.prng, 6);
	suite_open(&s);
	suite_hub(&s, NULL, &port);
	suite_client(&s, port, "another secret", NULL);
	SUITE_UNTIL(&s, s.client[0].downs == 1);
	assert_non_null(strstr(s.client[0].why, "SHARD_IPC_SECRET"));
	assert_null(strstr(s.client[0].why, "another"));
	SUITE_UNTIL(&s, strstr(zx_ipc_error(s.hub.x), "secret"));
	assert_int_equal(s.hub.joins, 0);
	suite_end(&s);
}

static void A15__a_name_that_comes_again_wins(void **state)
{
	unsigned port = 0;
	struct suite s;

	(void)state;
	memset(&s, 0, sizeof(s));
	zx_prng_init(&s.prng, 7);
	suite_open(&s);
	suite_hub(&s, NULL, &port);
	suite_client(&s, port, NULL, NULL);
	suite_client(&s, port, NULL, NULL);
	SUITE_UNTIL(&s, s.client[0].ups && s.client[1].ups);
	/* The third has the name of the first. */
	s.clients = 3;
	s.client[2].s = &s;
	snprintf(s.client[2].name, sizeof(s.client[2].name), "cluster-1");
	{
		struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
		struct member *m = &s.client[2];

		suite_options(&s, m, &o);
		o.role = ZX_IPC_CLIENT;
		o.port = port;
		assert_err(zx_ipc_new(&m->x, &o), ZX_OK);
		assert_err(suite_attach(&s, m, &port), ZX_OK);
		assert_err(zx_ipc_start(m->x, suite_now(&s)), ZX_OK);
		suite_kick(&s, m);
	}
	SUITE_UNTIL(&s, s.client[2].ups && s.client[0].downs);
	assert_int_equal(s.hub.leaves, 0);
	assert_int_equal(s.client[1].leaves, 0);
	assert_err(zx_ipc_send(s.hub.x, "x_a", "cluster-1", ZX_STR("{}"),
			       suite_now(&s), NULL),
		   ZX_OK);
	suite_kick(&s, &s.hub);
	SUITE_UNTIL(&s, s.client[2].messages == 1);
	assert_int_equal(s.client[0].messages, 0);
	suite_end(&s);
}

static void transport__stopping_says_goodbye(void **state)
{
	struct suite s;

	(void)state;
	suite_all(&s, 2);
	zx_ipc_stop(s.client[0].x, suite_now(&s));
	suite_kick(&s, &s.client[0]);
	SUITE_UNTIL(&s, s.client[0].stopped && s.hub.leaves == 1 &&
				s.client[1].leaves == 1);
	zx_ipc_stop(s.hub.x, suite_now(&s));
	suite_kick(&s, &s.hub);
	SUITE_UNTIL(&s, s.hub.stopped && s.client[1].downs);
	assert_err(zx_ipc_send(s.hub.x, "x_a", NULL, ZX_STR("{}"),
			       suite_now(&s), NULL),
		   ZX_E_STATE);
	suite_end(&s);
}

#define SUITE_TESTS                                                            \
	cmocka_unit_test(transport__clusters_find_each_other),                 \
		cmocka_unit_test(transport__a_message_reaches_one_or_all),     \
		cmocka_unit_test(transport__a_request_gets_its_answers),       \
		cmocka_unit_test(A20__who_is_not_there_is_an_error_at_once),   \
		cmocka_unit_test(transport__ten_thousand_keep_their_order),    \
		cmocka_unit_test(transport__the_biggest_message_passes),       \
		cmocka_unit_test(transport__a_wrong_secret_says_what_to_do),   \
		cmocka_unit_test(A15__a_name_that_comes_again_wins),           \
		cmocka_unit_test(transport__stopping_says_goodbye)

#endif
