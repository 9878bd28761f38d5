/* SPDX-License-Identifier: MIT
 *
 * Every allocation fails once: nothing crashes, nothing stays behind.
 */
#include "helper/zx_test.h"
#include "zoryx/ipc.h"

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	unsigned *seen = ud;

	(void)x;
	*seen |= 1u << o->kind;
}

static int node(struct zx_ipc **out, enum zx_ipc_role role, const char *name,
		int legacy, struct zx_prng *prng, const struct zx_alloc *a)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	o.role = role;
	o.name = name;
	o.secret = "memory";
	o.host = "127.0.0.1";
	o.port = 1;
	o.allow_legacy = role == ZX_IPC_HUB;
	o.only_legacy = role == ZX_IPC_CLIENT && legacy;
	o.rand = zx_prng_rand(prng);
	o.alloc = a;
	return zx_ipc_new(out, &o);
}

static int talk(struct zx_ipc_memory *m, struct zx_ipc *hub, struct zx_ipc *c,
		struct zx_ipc *d)
{
	uint64_t id;
	int err, i;

	for (i = 0; i < 50 && zx_ipc_memory_step(m, 100, 10); i++)
		continue;
	err = zx_ipc_send(c, "x_a", NULL, ZX_STR("{\"a\": NaN}"), 10, NULL);
	if (err == ZX_E_SYNTAX)
		err = zx_ipc_send(c, "x_a", NULL, ZX_STR("{\"a\": 1}"), 10,
				  NULL);
	if (!err)
		err = zx_ipc_request(d, "stats_request", NULL, ZX_STR("{}"), 0,
				     10, &id);
	if (!err)
		err = zx_ipc_request(hub, "eval_request", "c",
				     ZX_STR("{\"query\": \"uptime\"}"), 0, 10,
				     &id);
	zx_ipc_memory_kick(m, c);
	zx_ipc_memory_kick(m, d);
	zx_ipc_memory_kick(m, hub);
	for (i = 0; i < 50 && zx_ipc_memory_step(m, 100, 20); i++)
		continue;
	zx_ipc_memory_cut(m, c, 20);
	zx_ipc_stop(hub, 30);
	zx_ipc_memory_kick(m, hub);
	for (i = 0; i < 50 && zx_ipc_memory_step(m, 100, 30); i++)
		continue;
	return err;
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_ipc *hub = NULL, *c = NULL, *d = NULL;
	struct zx_ipc_memory *m = NULL;
	struct zx_prng prng;
	unsigned seen = 0;
	int err;

	zx_prng_init(&prng, 2);
	err = zx_ipc_memory_new(&m, a);
	if (!err)
		err = node(&hub, ZX_IPC_HUB, "h", 0, &prng, a);
	if (!err)
		err = node(&c, ZX_IPC_CLIENT, "c", 1, &prng, a);
	if (!err)
		err = node(&d, ZX_IPC_CLIENT, "d", ud == NULL, &prng, a);
	if (!err)
		err = zx_ipc_memory_attach(m, hub, 1, on_out, &seen);
	if (!err)
		err = zx_ipc_memory_attach(m, c, 0, on_out, &seen);
	if (!err)
		err = zx_ipc_memory_attach(m, d, 0, on_out, &seen);
	if (!err)
		err = zx_ipc_start(c, 0);
	if (!err)
		err = zx_ipc_start(d, 0);
	if (!err) {
		zx_ipc_memory_kick(m, c);
		zx_ipc_memory_kick(m, d);
		err = talk(m, hub, c, d);
	}
	zx_ipc_memory_free(m);
	zx_ipc_free(c);
	zx_ipc_free(d);
	zx_ipc_free(hub);
	return err;
}

static void ipc__every_allocation_may_fail(void **state)
{
	size_t n;

	(void)state;
	n = fail_alloc_each_lenient(scenario, NULL);
	assert_true(n > 60);
}

static void ipc__every_allocation_may_fail_with_encryption(void **state)
{
	int tls = 1;

	(void)state;
	fail_alloc_each_lenient(scenario, &tls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipc__every_allocation_may_fail),
		cmocka_unit_test(
			ipc__every_allocation_may_fail_with_encryption),
	};

	return cmocka_run_group_tests_name("ipc memory", tests, NULL, NULL);
}
