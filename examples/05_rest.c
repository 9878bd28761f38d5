/* SPDX-License-Identifier: MIT
 *
 * 05_rest METHOD PATH [JSON]: one call of Discord's REST API, with its rate
 * limits kept and its errors explained.
 *
 *   DISCORD_TOKEN=... 05_rest GET /users/@me
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zoryx/net.h"

static int left = 1, failed;

static void done(const struct zx_rest_result *r, void *ud)
{
	(void)ud;
	left--;
	failed = r->err != ZX_OK;
	if (failed)
		fprintf(stderr, "%s: %.*s\n", zx_strerror(r->err),
			ZX_ARG(r->message));
	else
		printf("%.*s\n", ZX_ARG(r->body));
}

static int method(const char *name, enum zx_method *out)
{
	for (int m = ZX_GET; m <= ZX_DELETE; m++)
		if (!strcmp(name, zx_method_name((enum zx_method)m)))
			return *out = (enum zx_method)m, ZX_OK;
	return ZX_E_INVALID;
}

int main(int argc, char **argv)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	struct zx_rest_conn *conn = NULL;
	struct zx_loop *loop = NULL;
	struct zx_rest *rest = NULL;
	int err;

	if (argc < 3 || method(argv[1], &q.method))
		return fputs("05_rest METHOD PATH [JSON]\n", stderr), 2;
	q.path = zx_str(argv[2]);
	q.body = zx_str(argc > 3 ? argv[3] : NULL);
	q.max_wait_ms = 30000; /* rather hear that it would take longer */
	o.token = getenv("DISCORD_TOKEN");
	o.base_url = getenv("ZX_API_URL"); /* NULL: Discord itself */
	o.rand = zx_system_rand();
	err = zx_loop_new(&loop, NULL);
	if (!err)
		err = zx_rest_new(&rest, &o, zx_clock());
	if (!err)
		err = zx_rest_attach(&conn, loop, rest, NULL);
	if (!err)
		err = zx_rest_call(conn, &q, done, NULL);
	while (!err && left)
		err = zx_loop_step(loop, -1);
	if (err)
		fprintf(stderr, "%s\n", zx_strerror(err));
	zx_rest_detach(conn);
	zx_rest_free(rest);
	zx_loop_free(loop);
	return err || failed;
}
