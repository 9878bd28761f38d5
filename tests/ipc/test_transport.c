/* SPDX-License-Identifier: MIT
 *
 * The suite of transports over memory, in virtual time.
 */
#include "ipc/suite.h"

static void suite_open(struct suite *s)
{
	struct zx_ipc_memory *m;

	assert_err(zx_ipc_memory_new(&m, NULL), ZX_OK);
	s->net = m;
}

static void suite_close(struct suite *s)
{
	zx_ipc_memory_free(s->net);
}

static int suite_attach(struct suite *s, struct member *m, unsigned *port)
{
	unsigned own = m == &s->hub ? 1 : 0;

	if (own)
		*port = own;
	return zx_ipc_memory_attach(s->net, m->x, own, suite_out, m);
}

static void suite_detach(struct suite *s, struct member *m)
{
	zx_ipc_memory_detach(s->net, m->x);
}

static void suite_kick(struct suite *s, struct member *m)
{
	zx_ipc_memory_kick(s->net, m->x);
}

static void suite_turn(struct suite *s)
{
	if (!zx_ipc_memory_step(s->net, 0, s->now))
		s->now = zx_ipc_memory_deadline(s->net);
}

static zx_time suite_now(struct suite *s)
{
	return s->now;
}

static int suite_tired(struct suite *s)
{
	return s->now > 1000000;
}

int main(void)
{
	const struct CMUnitTest tests[] = { SUITE_TESTS };

	return cmocka_run_group_tests_name("ipc transport: memory", tests, NULL,
					   NULL);
}
