/* SPDX-License-Identifier: MIT
 *
 * ipc alone: two clusters in one process find each other and talk; links with
 * ipc, base and mbedTLS, and nothing else.
 */
#include "zoryx/ipc.h"

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	int *got = ud;

	(void)x;
	*got += o->kind == ZX_IPC_OUT_MESSAGE && o->op == ZX_IPC_OTHER &&
		zx_str_is(o->op_name, "x_hello") &&
		zx_json_get_u64(o->text, "n") == 7;
}

static struct zx_ipc *make(enum zx_ipc_role role, const char *name,
			   struct zx_prng *prng)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc *x = NULL;

	o.role = role;
	o.name = name;
	o.secret = "alone";
	o.host = "memory";
	o.port = 1;
	o.rand = zx_prng_rand(prng);
	return zx_ipc_new(&x, &o) ? NULL : x;
}

int main(void)
{
	struct zx_ipc_memory *m = NULL;
	struct zx_ipc *hub, *client;
	struct zx_prng prng;
	int got = 0;

	zx_prng_init(&prng, 1);
	hub = make(ZX_IPC_HUB, "one", &prng);
	client = make(ZX_IPC_CLIENT, "two", &prng);
	if (!hub || !client || zx_ipc_memory_new(&m, NULL) ||
	    zx_ipc_memory_attach(m, hub, 1, on_out, &got) ||
	    zx_ipc_memory_attach(m, client, 2, on_out, &got) ||
	    zx_ipc_start(client, 0))
		return 1;
	zx_ipc_memory_kick(m, client);
	while (zx_ipc_memory_step(m, 0, 0))
		continue;
	if (!zx_ipc_is_up(client) || zx_ipc_send(client, "x_hello", "one",
						 ZX_STR("{\"n\": 7}"), 0, NULL))
		return 2;
	zx_ipc_memory_kick(m, client);
	while (zx_ipc_memory_step(m, 0, 0))
		continue;
	zx_ipc_memory_free(m);
	zx_ipc_free(client);
	zx_ipc_free(hub);
	return got == 1 ? 0 : 3;
}
