/* SPDX-License-Identifier: MIT
 *
 * From HTTP to WebSocket: the handshake, and where it leads.
 */
#include <string.h>

#include "wire_int.h"

static void accept_upgrade(struct zx__conn *c)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 1024);
	zx_buf_addc(&b, "HTTP/1.1 101 Switching Protocols\r\n"
			"Upgrade: websocket\r\nConnection: Upgrade\r\n"
			"Sec-WebSocket-Accept: ");
	zx__ws_accept(c->http.req.ws_key, &b);
	zx_buf_addc(&b, "\r\n\r\n");
	zx__conn_write(c, b.ptr, b.len);
	zx_buf_release(&b);
	c->due = ZX_TIME_NEVER;
}

static struct zx_str without_slash(struct zx_str path)
{
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

void zx__http_upgrade(struct zx__conn *c)
{
	const struct zx__head *h = &c->http.req;
	struct zx_str path = without_slash(h->path);
	int live = zx_str_is(path, "/sandbox/live");
	/* Some clients keep the host of a gateway URL only. */
	int gateway = zx_str_is(path, "/gateway") || zx_str_is(path, "/");

	if (zx_str_is(path, "/gateway/unavailable") ||
	    (gateway && zx__fault_take(c->wire, "upgrade_503", -1)))
		zx__http_error(c, 503, "Service unavailable");
	else if (!live && !gateway)
		zx__http_error(c, 404, "No WebSocket lives here");
	else if (strcmp(h->method, "GET") || h->ws_key.len != 24)
		zx__http_error(c, 400, "Malformed WebSocket handshake");
	else if (!zx_str_is(h->ws_version, "13"))
		zx__http_error(c, 426, "WebSocket version 13 is needed");
	else {
		struct zx_str query = h->query;

		accept_upgrade(c);
		if (live)
			zx__live_open(c, query);
		else
			zx__gw_open(c, query);
		zx_buf_release(&c->http.head);
		zx_buf_release(&c->http.body);
	}
}
