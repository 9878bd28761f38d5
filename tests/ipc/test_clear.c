/* SPDX-License-Identifier: MIT
 *
 * Machines without encryption (zx_ipc_new_clear) among themselves and among
 * those that have it.
 */
#include "helper/zx_test.h"
#include "zoryx/ipc.h"

static char logged[256];

static void on_log(enum zx_log_level level, const char *module,
		   const char *text, void *ud)
{
	(void)module;
	(void)ud;
	if (level == ZX_LOG_ERROR)
		snprintf(logged, sizeof(logged), "%s", text);
}

static struct zx_prng prng;
static const struct zx_log to_log = { on_log, NULL, ZX_LOG_DEBUG };

static struct zx_ipc_options options(enum zx_ipc_role role, int allow, int only)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	o.role = role;
	o.name = role == ZX_IPC_HUB ? "hub" : "client";
	o.secret = "zx-test-secret-ipc";
	o.host = "127.0.0.1";
	o.port = 1;
	o.allow_legacy = allow;
	o.only_legacy = only;
	o.rand = zx_prng_rand(&prng);
	o.log = &to_log;
	return o;
}

/* Lets them talk for a minute. Nonzero when the client was taken in. */
static int meet(struct zx_ipc *hub, struct zx_ipc *client)
{
	struct zx_ipc_memory *m;
	zx_time now = 0;
	int up;

	assert_err(zx_ipc_memory_new(&m, NULL), ZX_OK);
	assert_err(zx_ipc_memory_attach(m, hub, 1, NULL, NULL), ZX_OK);
	assert_err(zx_ipc_memory_attach(m, client, 2, NULL, NULL), ZX_OK);
	assert_err(zx_ipc_start(client, 0), ZX_OK);
	zx_ipc_memory_kick(m, client);
	while (now < 60000 && !zx_ipc_is_up(client)) {
		while (zx_ipc_memory_step(m, 0, now))
			continue;
		now += 100;
	}
	up = zx_ipc_is_up(client);
	zx_ipc_memory_free(m);
	return up;
}

static void ipc_clear__must_be_asked_for(void **state)
{
	struct zx_ipc_options o = options(ZX_IPC_HUB, 0, 0);
	struct zx_ipc *x;

	(void)state;
	assert_err(zx_ipc_new_clear(&x, &o), ZX_E_INVALID);
	assert_non_null(strstr(logged, "allow_legacy must be set"));
	o = options(ZX_IPC_CLIENT, 1, 0);
	assert_err(zx_ipc_new_clear(&x, &o), ZX_E_INVALID);
	assert_non_null(strstr(logged, "only_legacy must be set"));
	assert_null(x);
	assert_err(zx_ipc_new_clear(&x, NULL), ZX_E_INVALID);
}

static void ipc_clear__two_without_encryption_talk(void **state)
{
	struct zx_ipc_options h = options(ZX_IPC_HUB, 1, 0);
	struct zx_ipc_options c = options(ZX_IPC_CLIENT, 0, 1);
	struct zx_ipc *hub, *client;

	(void)state;
	assert_err(zx_ipc_new_clear(&hub, &h), ZX_OK);
	assert_err(zx_ipc_new_clear(&client, &c), ZX_OK);
	assert_true(meet(hub, client));
	zx_ipc_free(client);
	zx_ipc_free(hub);
}

static void ipc_clear__another_secret_is_refused(void **state)
{
	struct zx_ipc_options h = options(ZX_IPC_HUB, 1, 0);
	struct zx_ipc_options c = options(ZX_IPC_CLIENT, 0, 1);
	struct zx_ipc *hub, *client;

	(void)state;
	c.secret = "zx-test-secret-other";
	assert_err(zx_ipc_new_clear(&hub, &h), ZX_OK);
	assert_err(zx_ipc_new_clear(&client, &c), ZX_OK);
	assert_false(meet(hub, client));
	zx_ipc_free(client);
	zx_ipc_free(hub);
}

static void ipc_clear__a_client_falls_back_only_where_it_may(void **state)
{
	struct zx_ipc_options h = options(ZX_IPC_HUB, 1, 0);
	struct zx_ipc *hub, *client;
	int allow;

	(void)state;
	for (allow = 0; allow <= 1; allow++) {
		struct zx_ipc_options c = options(ZX_IPC_CLIENT, allow, 0);

		assert_err(zx_ipc_new_clear(&hub, &h), ZX_OK);
		assert_err(zx_ipc_new(&client, &c), ZX_OK);
		assert_int_equal(meet(hub, client), allow);
		zx_ipc_free(client);
		zx_ipc_free(hub);
	}
}

static void
ipc_clear__an_encrypting_hub_takes_it_only_where_it_may(void **state)
{
	struct zx_ipc_options c = options(ZX_IPC_CLIENT, 0, 1);
	struct zx_ipc *hub, *client;
	int allow;

	(void)state;
	for (allow = 0; allow <= 1; allow++) {
		struct zx_ipc_options h = options(ZX_IPC_HUB, allow, 0);

		assert_err(zx_ipc_new(&hub, &h), ZX_OK);
		assert_err(zx_ipc_new_clear(&client, &c), ZX_OK);
		assert_int_equal(meet(hub, client), allow);
		zx_ipc_free(client);
		zx_ipc_free(hub);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipc_clear__must_be_asked_for),
		cmocka_unit_test(ipc_clear__two_without_encryption_talk),
		cmocka_unit_test(ipc_clear__another_secret_is_refused),
		cmocka_unit_test(
			ipc_clear__a_client_falls_back_only_where_it_may),
		cmocka_unit_test(
			ipc_clear__an_encrypting_hub_takes_it_only_where_it_may),
	};

	zx_prng_init(&prng, 5);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
