/* SPDX-License-Identifier: MIT
 *
 * A plain blocking WebSocket and gateway client for tests of the sandbox. It
 * shares no code with the library: what both got wrong would not be seen.
 */
#ifndef ZX_WS_CLIENT_H
#define ZX_WS_CLIENT_H

#include <zlib.h>
#include <zstd.h>

#include "zoryx/json.h"

enum ws_compress { WS_PLAIN, WS_ZLIB, WS_ZSTD };

struct ws_client {
	int fd;
	int status;	/* of the handshake */
	int close_code; /* of the close frame received, 0 for none or empty */
	int eof;	/* 1: the stream ended; 2: it was reset */
	enum ws_compress compress;
	z_stream z;
	ZSTD_DCtx *zstd;
	struct zx_buf in;    /* bytes not yet read as frames */
	struct zx_buf frame; /* payload of the last frame */
	unsigned char head[2];
	struct zx_buf joined, text; /* the last message, packed and plain */
	uint64_t seq;		    /* last s */
	char session_id[64], resume_url[128];
};

/* TCP to 127.0.0.1; reads give up after 20 s. -1 on failure. */
int tcp_connect(unsigned port);
/* Sends `request` as it is and reads until the peer closes. */
void http_exchange(unsigned port, const char *request, struct zx_buf *answer);

/* Handshake on `target` ("/gateway?v=10&encoding=json"); 0 when 101. */
int ws_open(struct ws_client *c, unsigned port, const char *target);
/* Without a close frame. */
void ws_free(struct ws_client *c);
/* A masked frame with any first byte. */
void ws_send_frame(struct ws_client *c, unsigned first, const void *p,
		   size_t n);
void ws_send(struct ws_client *c, const char *text);
void ws_sendf(struct ws_client *c, const char *fmt, ...) ZX_PRINTF(2, 3);
void ws_send_close(struct ws_client *c, int code);
/* The next frame as it stands: c->head, c->frame. 0, or -1 at the end. */
int ws_frame(struct ws_client *c);
/* The next message joined and decompressed in c->text; pings are answered and
 * skipped. 0, or -1 when closed (c->close_code, c->eof). */
int ws_message(struct ws_client *c);

/* The gateway: connect and take Hello; identify; take READY. All 0 or -1. */
int gw_hello(struct ws_client *c, unsigned port, enum ws_compress how);
void gw_identify(struct ws_client *c, const char *token, uint64_t intents,
		 unsigned shard, unsigned shards);
void gw_resume(struct ws_client *c, const char *token, const char *session,
	       uint64_t seq);
/* Reads on to an event of that name, a message with that op. */
int gw_until(struct ws_client *c, const char *event);
int gw_until_op(struct ws_client *c, int op);
/* Hello, Identify, READY. */
int gw_ready(struct ws_client *c, unsigned port, const char *token,
	     uint64_t intents, enum ws_compress how);
/* Reads to the end; the close code, or 0. */
int ws_until_closed(struct ws_client *c);
/* "http://127.0.0.1:PORT/..." or "ws://...": PORT. */
unsigned url_port(const char *url);

#endif
