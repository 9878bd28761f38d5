/* SPDX-License-Identifier: MIT
 *
 * The few things ipc does with sockets that libwebsockets leaves open.
 */
#ifndef ZX__IPC_SOCK_H
#define ZX__IPC_SOCK_H

#include "net/net_int.h"

/* Of a socket, each way: enough to keep it busy, too little to hide for long
 * that the other side does not read. */
#define ZX__SOCK_BUFFER (256 * 1024)
#define ZX__SOCK_ADDRESS 46

#define ZX__SOCK_PIECES 64

enum { ZX__SOCK_NONE = -1, ZX__SOCK_FULL = -2 };

/* Listens at host and port (0: any; *bound tells). ZX_E_BUSY, ZX_E_PERM,
 * ZX_E_NOTFOUND, ZX_E_IO, with a sentence that says what to do. */
int zx__sock_listen(int *fd, const char *host, unsigned port, unsigned *bound,
		    char *why, size_t n);
/* A descriptor that does not block, ZX__SOCK_NONE, or ZX__SOCK_FULL when there
 * are no more descriptors. */
int zx__sock_accept(int listener, char address[ZX__SOCK_ADDRESS],
		    unsigned *port);
void zx__sock_tune(int fd);
/* Bytes that are there already; 0 for none, and for any kind of end. */
size_t zx__sock_read(int fd, char *to, size_t n);
/* What of the pieces the system takes now, in one call: bytes, 0 when it is
 * full, -1 when the connection is of no more use. */
long zx__sock_send(int fd, const struct zx_str *v, size_t n);
void zx__sock_close(int fd);

#endif
