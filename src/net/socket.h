/* SPDX-License-Identifier: MIT
 *
 * socket: a WebSocket client on libwebsockets.
 */
#ifndef ZX__NET_SOCKET_H
#define ZX__NET_SOCKET_H

#include "net/net_int.h"

struct zx__socket;

/* Called from the loop. After `closed` or `failed` the socket is gone and none
 * is called again. */
struct zx__socket_handler {
	void (*open)(void *ud);
	/* Complete; borrowed for the call. */
	void (*message)(struct zx_str message, void *ud);
	/* That many bytes of a message that is not complete yet. */
	void (*bytes)(size_t n, void *ud);
	/* The peer's code, or 0 when there was none. */
	void (*closed)(int code, void *ud);
	/* It never opened. */
	void (*failed)(const char *why, void *ud);
};

/* ZX_E_INVALID (no ws:// or wss:// URL), ZX_E_TOOBIG, ZX_E_TLS, ZX_E_CONNECT,
 * ZX_E_NOMEM. */
int zx__socket_open(struct zx__socket **out, struct zx_loop *l,
		    struct zx_str url, const struct zx__socket_handler *h,
		    void *ud);
/* Queues a text message; dropped when the socket is not open. */
void zx__socket_send(struct zx__socket *ws, struct zx_str text);
/* Sends what waits, then asks for the close handshake; one that is not open
 * yet is given up. `closed` follows, in 2 s at the latest. */
void zx__socket_close(struct zx__socket *ws, int code);
/* Nothing is called any more; the socket goes in the next turn. */
void zx__socket_abandon(struct zx__socket *ws);

#endif
