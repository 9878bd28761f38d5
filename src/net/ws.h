/* SPDX-License-Identifier: MIT
 *
 * ws: the client's side of RFC 6455, from bytes to messages and back. Opens no
 * socket. libwebsockets has a role of its own for this, which looks at every
 * byte of a frame by itself and costs several times what everything else about
 * an event does; here a frame that came whole is handed up where it was read.
 */
#ifndef ZX__NET_WS_H
#define ZX__NET_WS_H

#include "zoryx/base.h"

enum {
	ZX__WSC_CONTINUE = 0,
	ZX__WSC_TEXT = 1,
	ZX__WSC_BINARY = 2,
	ZX__WSC_CLOSE = 8,
	ZX__WSC_PING = 9,
	ZX__WSC_PONG = 10
};

enum {
	ZX__WSC_HEAD = 14,	   /* of a frame we send, at most */
	ZX__WSC_CONTROL = 125,	   /* payload of a control frame, at most */
	ZX__WSC_KEEP = 16 * 1024,  /* buffers kept between messages */
	ZX__WSC_ANSWER = 16 * 1024 /* of the server's answer to the request */
};

/* Receiving -------------------------------------------------------------- */

struct zx__wsc {
	struct zx_buf part; /* a frame of which more must come */
	size_t whole;	    /* its length, 0 when the header is not complete */
	struct zx_buf joined; /* a message in fragments */
	int joining;	      /* the opcode it began with, 0: none */
	int given;	      /* `part` or `joined` was handed out */
	size_t max;
};

struct zx__wsc_message {
	int opcode; /* TEXT, BINARY (both whole), CLOSE, PING, PONG */
	struct zx_str payload;
};

void zx__wsc_init(struct zx__wsc *w, const struct zx_alloc *a, size_t max);
void zx__wsc_release(struct zx__wsc *w);
/*
 * Takes from *in. 1 and a message, whose payload lies in *in or in w and lasts
 * until the next call; 0 when *in is used up; ZX_E_PROTOCOL (1002), ZX_E_SYNTAX
 * (text that is no UTF-8: 1007), ZX_E_TOOBIG (1009), ZX_E_NOMEM: the connection
 * is of no more use.
 */
int zx__wsc_feed(struct zx__wsc *w, struct zx_str *in,
		 struct zx__wsc_message *out);
/* What a close frame says: 0 when it is empty, -1 when it is malformed. */
int zx__wsc_close_code(struct zx_str payload);

/* Sending ---------------------------------------------------------------- */

/* Writes the masked frame to `to`, which has room for ZX__WSC_HEAD more than
 * the payload; its length. */
size_t zx__wsc_frame(unsigned char *to, int opcode, struct zx_str payload,
		     const unsigned char mask[4]);

/* Opening ---------------------------------------------------------------- */

struct zx__wsc_key {
	char text[32]; /* base64 of 16 random bytes */
};

void zx__wsc_key(struct zx__wsc_key *key, const struct zx_rand *r);
void zx__wsc_request(struct zx_buf *out, const char *host, const char *path,
		     const struct zx__wsc_key *key);
/* Judges the answer, up to its empty line. ZX_OK, or ZX_E_PROTOCOL and why. */
int zx__wsc_answer(struct zx_str head, const struct zx__wsc_key *key, char *why,
		   size_t size);

#endif
