/* SPDX-License-Identifier: MIT
 *
 * The smallest whole program with cluster messages: a hub and a client, clear
 * text. tests/build/test_size.sh weighs it.
 */
#include "zoryx/ipc.h"

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	int *got = ud;

	(void)x;
	*got += o->kind == ZX_IPC_OUT_MESSAGE &&
		zx_json_get_u64(o->text, "n") == 7;
}

static struct zx_ipc *make(enum zx_ipc_role role, struct zx_prng *prng)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc *x = NULL;

	o.role = role;
	o.name = role == ZX_IPC_HUB ? "one" : "two";
	o.secret = "small";
	o.host = "localhost";
	o.port = 1;
	o.allow_legacy = role == ZX_IPC_HUB;
	o.only_legacy = role == ZX_IPC_CLIENT;
	o.rand = zx_prng_rand(prng);
	return zx_ipc_new_clear(&x, &o) ? NULL : x;
}

int main(void)
{
	struct zx_ipc_memory *m = NULL;
	struct zx_ipc *hub, *client;
	struct zx_prng prng;
	int got = 0;

	zx_prng_init(&prng, 1);
	hub = make(ZX_IPC_HUB, &prng);
	client = make(ZX_IPC_CLIENT, &prng);
	if (!hub || !client || zx_ipc_memory_new(&m, NULL) ||
	    zx_ipc_memory_attach(m, hub, 1, on_out, &got) ||
	    zx_ipc_memory_attach(m, client, 2, on_out, &got) ||
	    zx_ipc_start(client, 0))
		return 1;
	zx_ipc_memory_kick(m, client);
	while (zx_ipc_memory_step(m, 0, 0))
		continue;
	if (zx_ipc_send(client, "x_n", "one", ZX_STR("{\"n\": 7}"), 0, NULL))
		return 2;
	zx_ipc_memory_kick(m, client);
	while (zx_ipc_memory_step(m, 0, 0))
		continue;
	zx_ipc_memory_free(m);
	zx_ipc_free(client);
	zx_ipc_free(hub);
	return got == 1 ? 0 : 3;
}
