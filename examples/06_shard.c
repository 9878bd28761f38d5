/* SPDX-License-Identifier: MIT
 *
 * 06_shard [URL]: one shard without a bot around it; prints every event.
 *
 *   DISCORD_TOKEN=... 06_shard wss://gateway.discord.gg
 */
#include <stdio.h>
#include <stdlib.h>

#include "zoryx/net.h"

static int dead;

static void out(struct zx_shard *s, const struct zx_shard_out *o, void *ud)
{
	struct zx_gateway_conn **conn = ud;

	if (o->kind == ZX_SHARD_OUT_EVENT) {
		printf("%lld %.*s, %zu bytes%s\n", (long long)o->seq,
		       ZX_ARG(o->name), o->text.len,
		       o->replayed ? ", replayed" : "");
	} else if (o->kind == ZX_SHARD_OUT_STATE) {
		printf("-- %s\n", zx_shard_state_name(o->state));
	} else if (o->kind == ZX_SHARD_OUT_IDENTIFY) {
		/* Alone on its token: it is always its turn. With more shards
		 * ask a zx_identify_queue. */
		zx_shard_grant(s, zx_clock());
		zx_gateway_kick(*conn);
	} else if (o->kind == ZX_SHARD_OUT_DEAD) {
		fprintf(stderr, "%.*s\n", ZX_ARG(o->text));
		dead = 1;
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct zx_gateway_conn *conn = NULL;
	struct zx_gateway_handler h = { out, &conn };
	struct zx_loop *loop = NULL;
	struct zx_shard *s = NULL;
	int err;

	o.token = getenv("DISCORD_TOKEN");
	o.gateway_url = argc > 1 ? argv[1] : "wss://gateway.discord.gg";
	o.intents = ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MESSAGES;
	o.compress = ZX_COMPRESS_ZSTD_STREAM;
	o.rand = zx_system_rand();
	err = zx_loop_new(&loop, NULL);
	if (!err)
		err = zx_shard_new(&s, &o);
	if (!err)
		err = zx_gateway_attach(&conn, loop, s, &h);
	if (!err)
		err = zx_shard_start(s, zx_clock());
	if (!err)
		zx_gateway_kick(conn);
	while (!err && !dead)
		err = zx_loop_step(loop, -1);
	if (err)
		fprintf(stderr, "%s\n", zx_strerror(err));
	zx_gateway_detach(conn);
	zx_shard_free(s);
	zx_loop_free(loop);
	return err || dead;
}
