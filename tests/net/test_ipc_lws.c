/* SPDX-License-Identifier: MIT
 *
 * The suite of transports over TCP, and what only sockets can do wrong.
 */
#include "helper/peer.h"
#include "ipc/suite.h"
#include "zoryx/net.h"

#define PATIENCE_MS 20000

static void suite_open(struct suite *s)
{
	struct zx_loop *l;

	assert_err(zx_loop_new(&l, NULL), ZX_OK);
	s->net = l;
	s->now = zx_clock();
}

static void suite_close(struct suite *s)
{
	zx_loop_free(s->net);
}

static int suite_attach(struct suite *s, struct member *m, unsigned *port)
{
	struct zx_ipc_conn *c;
	int err = zx_ipc_attach(&c, s->net, m->x, suite_out, m);

	m->conn = c;
	if (!err && m == &s->hub)
		*port = zx_ipc_port(c);
	return err;
}

static void suite_detach(struct suite *s, struct member *m)
{
	(void)s;
	zx_ipc_detach(m->conn);
	m->conn = NULL;
}

static void suite_kick(struct suite *s, struct member *m)
{
	(void)s;
	zx_ipc_kick(m->conn);
}

static void suite_turn(struct suite *s)
{
	assert_err(zx_loop_step(s->net, 20), ZX_OK);
}

static zx_time suite_now(struct suite *s)
{
	return zx_loop_now(s->net);
}

static int suite_tired(struct suite *s)
{
	return zx_clock() > s->now + PATIENCE_MS;
}

static void ipc_lws__a_port_in_use_says_what_to_do(void **state)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct member second = { .name = "second" };
	unsigned port = 0;
	struct suite s;

	(void)state;
	memset(&s, 0, sizeof(s));
	zx_prng_init(&s.prng, 1);
	suite_open(&s);
	suite_hub(&s, NULL, &port);
	suite_options(&s, &second, &o);
	o.port = port;
	assert_err(zx_ipc_new(&second.x, &o), ZX_OK);
	assert_err(suite_attach(&s, &second, &port), ZX_E_BUSY);
	assert_non_null(strstr(zx_ipc_error(second.x), "in use"));
	assert_non_null(strstr(zx_ipc_error(second.x), "SHARD_IPC_PORT"));
	zx_ipc_free(second.x);
	suite_end(&s);
}

static void ipc_lws__no_address_of_this_machine_says_what_to_do(void **state)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct member m = { .name = "m" };
	unsigned port = 0;
	struct suite s;

	(void)state;
	memset(&s, 0, sizeof(s));
	zx_prng_init(&s.prng, 1);
	suite_open(&s);
	suite_options(&s, &m, &o);
	o.host = "192.0.2.1";
	assert_err(zx_ipc_new(&m.x, &o), ZX_OK);
	assert_err(suite_attach(&s, &m, &port), ZX_E_NOTFOUND);
	assert_non_null(strstr(zx_ipc_error(m.x), "SHARD_IPC_HOST"));
	zx_ipc_free(m.x);
	suite_end(&s);
}

static void ipc_lws__nobody_there_says_what_to_do(void **state)
{
	struct suite s;

	(void)state;
	memset(&s, 0, sizeof(s));
	zx_prng_init(&s.prng, 1);
	suite_open(&s);
	suite_client(&s, peer_dead_port(), NULL, NULL);
	SUITE_UNTIL(&s, s.client[0].downs == 1);
	assert_non_null(strstr(s.client[0].why, "SHARD_IPC_PORT"));
	suite_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUITE_TESTS,
		cmocka_unit_test(ipc_lws__a_port_in_use_says_what_to_do),
		cmocka_unit_test(
			ipc_lws__no_address_of_this_machine_says_what_to_do),
		cmocka_unit_test(ipc_lws__nobody_there_says_what_to_do),
	};

	return cmocka_run_group_tests_name("ipc transport: TCP", tests, NULL,
					   NULL);
}
