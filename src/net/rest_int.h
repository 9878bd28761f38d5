/* SPDX-License-Identifier: MIT
 *
 * What the two halves of the REST adapter share: the connection and its
 * transfers.
 */
#ifndef ZX__NET_REST_INT_H
#define ZX__NET_REST_INT_H

#include "net/multi.h"

struct call;
struct zx__transfer;

struct zx_rest_conn {
	struct zx_loop *loop;
	struct zx_rest *rest;
	char *proxy;
	struct zx__multi multi;
	struct zx_timer timer;
	struct call *calls;
	struct zx__transfer *transfers; /* on the wire */
	CURL *idle[ZX__NET_IDLE_HANDLES];
	size_t idle_count;
	int busy, detached;
	int err;	    /* of the latest poll */
	struct zx_buf lent; /* what a result's callback reads */
};

/* One attempt of one request. */
struct zx__transfer {
	struct zx_rest_conn *conn;
	struct zx__transfer *next, **link;
	CURL *easy;
	uint64_t id;
	struct curl_slist *lines;
	struct zx_buf body;    /* ours */
	struct zx_buf headers; /* the answer's */
	struct zx_buf answer;
	int creates; /* a POST: must not be sent twice by curl itself */
	int begun;   /* times that curl was about to send it */
	char why[CURL_ERROR_SIZE];
	struct zx_rest_reply reply;
};

/* ZX_E_NOMEM. */
int zx__transfer_start(struct zx_rest_conn *c, const struct zx_rest_wire *wire);
/* Takes it off the wire and fills in its reply. */
struct zx__transfer *zx__transfer_end(struct zx_rest_conn *c, CURL *easy,
				      CURLcode code);
void zx__transfer_free(struct zx__transfer *t);
void zx__transfers_free(struct zx_rest_conn *c);

void zx__rest_conn_free(struct zx_rest_conn *c);

#endif
