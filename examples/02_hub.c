/* SPDX-License-Identifier: MIT
 *
 * Two processes talk through a hub, encrypted, without Discord. All three
 * need the same SHARD_IPC_SECRET, any text, in the environment:
 *
 *   02_hub hub 20001            the hub; prints its port (0: any)
 *   02_hub east 20001           prints what others send
 *   02_hub west 20001 "hello"   sends it to all, waits for one answer, ends
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zoryx/net.h"

static const char *say;
static uint64_t asked;
static int done;

static void on(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	zx_time now = zx_clock();
	struct zx_json_writer w;
	struct zx_buf b;

	(void)ud;
	zx_buf_init(&b, NULL, 0);
	if (o->kind == ZX_IPC_OUT_JOIN) {
		printf("joined: %.*s\n", ZX_ARG(o->name));
	} else if (o->kind == ZX_IPC_OUT_LEAVE) {
		printf("left: %.*s\n", ZX_ARG(o->name));
	} else if (o->kind == ZX_IPC_OUT_DOWN) {
		printf("no hub: %.*s\n", ZX_ARG(o->text));
	} else if (o->kind == ZX_IPC_OUT_UP && say) {
		zx_jw_init(&w, &b);
		zx_jw_obj(&w, NULL);
		zx_jw_cstr(&w, "text", say);
		zx_jw_obj_end(&w);
		zx_ipc_request(x, "x_note_request", NULL, zx_buf_str(&b), 3000,
			       now, &asked);
	} else if (o->kind == ZX_IPC_OUT_MESSAGE) {
		zx_json_text(zx_json_get(o->text, "text"), &b);
		printf("%.*s says: %s\n", ZX_ARG(o->name), zx_buf_cstr(&b));
		zx_ipc_reply(x, o, ZX_STR("{\"heard\":true}"), now);
	} else if (o->kind == ZX_IPC_OUT_ANSWER) {
		printf("%.*s answered %.*s\n", ZX_ARG(o->name),
		       ZX_ARG(o->text));
	} else if (o->kind == ZX_IPC_OUT_DONE) {
		zx_ipc_stop(x, now);
	}
	done = o->kind == ZX_IPC_OUT_STOPPED;
	fflush(stdout);
	zx_buf_release(&b);
}

int main(int argc, char **argv)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc_conn *conn = NULL;
	struct zx_loop *loop = NULL;
	struct zx_ipc *x = NULL;
	int err;

	if (argc < 3)
		return fputs("02_hub NAME PORT [TEXT]\n", stderr), 2;
	o.role = strcmp(argv[1], "hub") ? ZX_IPC_CLIENT : ZX_IPC_HUB;
	o.name = argv[1];
	o.host = "127.0.0.1";
	o.port = (unsigned)atoi(argv[2]);
	o.secret = getenv("SHARD_IPC_SECRET");
	o.rand = zx_system_rand();
	say = argc > 3 ? argv[3] : NULL;
	err = zx_loop_new(&loop, NULL) || zx_ipc_new(&x, &o) ||
	      zx_ipc_attach(&conn, loop, x, on, NULL);
	if (!err && o.role == ZX_IPC_HUB)
		printf("port %u\n", zx_ipc_port(conn)), fflush(stdout);
	err = err || (o.role == ZX_IPC_CLIENT && zx_ipc_start(x, zx_clock()));
	if (!err)
		zx_ipc_kick(conn);
	while (!err && !done)
		err = zx_loop_step(loop, -1);
	if (err)
		fprintf(stderr, "%s\n",
			x ? zx_ipc_error(x) : "is SHARD_IPC_SECRET set?");
	zx_ipc_detach(conn);
	zx_ipc_free(x);
	zx_loop_free(loop);
	return err != 0;
}
