/* SPDX-License-Identifier: MIT
 *
 * peer: a scripted server on loopback, for tests of what speaks to one. It has
 * a thread of its own and serves one connection after the other.
 */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <stdint.h>

struct peer;

/* `serve` handles the nth connection (from 0) with blocking calls; the socket
 * is closed when it returns. Never NULL: fails the test instead. */
struct peer *peer_start(void (*serve)(int fd, unsigned nth, void *ud),
			void *ud);
uint16_t peer_port(const struct peer *p);
unsigned peer_connections(struct peer *p);
void peer_stop(struct peer *p);

/* A port on which nobody listens. */
uint16_t peer_dead_port(void);

/* All of it, or nothing when the other side is gone. */
void peer_write(int fd, const void *p, size_t n);
/* Exactly n bytes: nonzero, or 0 when the other side is gone. */
int peer_read(int fd, void *p, size_t n);

/* HTTP: the head up to the empty line, NUL-terminated; then `body` of the
 * Content-Length, its length in *body_len. 0 at the end of the connection. */
int peer_http(int fd, char *head, size_t head_size, char *body,
	      size_t body_size, size_t *body_len);
/* 200 with that JSON body, more header lines each ended by CRLF. */
void peer_answer(int fd, int status, const char *headers, const char *body);

/* WebSocket: reads the request (into `head`) and upgrades. */
int peer_upgrade(int fd, char *head, size_t head_size);
/* One frame as a server sends it. */
void peer_frame(int fd, int fin, int opcode, const void *p, size_t n);
/* Reads a client's frame: its opcode, or -1 at the end. The payload is
 * NUL-terminated. */
int peer_read_frame(int fd, char *p, size_t size, size_t *n);

#endif
