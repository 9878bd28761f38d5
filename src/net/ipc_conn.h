/* SPDX-License-Identifier: MIT
 *
 * What the two files of ipc over TCP share: ipc_lws.c moves bytes, ipc_listen.c
 * opens and accepts.
 */
#ifndef ZX__IPC_CONN_H
#define ZX__IPC_CONN_H

#include "net/ipc_sock.h"

struct zx__ipc_sock; /* one connection */

struct zx_ipc_conn {
	struct zx_loop *loop;
	struct zx_ipc *x;
	zx_ipc_handler *handler;
	void *ud;
	struct zx__watch *listener;
	unsigned port;
	struct zx_timer timer;	/* the machine's deadline */
	struct zx_timer flush;	/* the end of this turn */
	struct zx_timer resume; /* accepting, after a pause */
	struct zx__ipc_sock *socks, *first_flush;
	struct zx__ipc_sock **by_slot; /* by the low half of the link */
	size_t slots;
	int busy, detached;
};

/* Carries the machine's outputs out; may free c. */
void zx__ipc_drain(struct zx_ipc_conn *c);
/* A connection that was accepted; takes ownership of fd. */
void zx__ipc_adopt(struct zx_ipc_conn *c, int fd, const char *address,
		   unsigned port);
/* At the end of a turn: writes what is to be written. */
void zx__ipc_on_flush(struct zx_timer *t, void *ud);
/* Lets go of all connections. */
void zx__ipc_abandon_all(struct zx_ipc_conn *c);
/* The last of c. */
void zx__ipc_finish(struct zx_ipc_conn *c);

#endif
