/* SPDX-License-Identifier: MIT
 *
 * dial: a stream to a host, plain or TLS. curl resolves the name without
 * holding up the loop, tries IPv6 and IPv4, and secures the stream by the same
 * rules as REST; libwebsockets 4.1 does none of that for raw sockets.
 */
#ifndef ZX__NET_DIAL_H
#define ZX__NET_DIAL_H

#include "net/net_int.h"

struct zx__dial;

/* Called from the loop; each may close the dial. */
struct zx__dial_handler {
	void (*connected)(void *ud);
	void (*failed)(const char *why, void *ud);
	/* ZX__READ, ZX__WRITE; ZX__GONE: read what is left, then close. */
	void (*ready)(int events, void *ud);
};

/* ZX_E_NOMEM. */
int zx__dial_open(struct zx__dial **out, struct zx_loop *l,
		  const struct zx__url *url, const struct zx__dial_handler *h,
		  void *ud);
void zx__dial_close(struct zx__dial *d);
/* What to be told of, once connected; reading at first. */
void zx__dial_want(struct zx__dial *d, int events);
/* ZX_OK and how many (at least 1), ZX_E_WOULDWAIT, ZX_E_CLOSED, ZX_E_IO. */
int zx__dial_read(struct zx__dial *d, void *p, size_t n, size_t *got);
int zx__dial_is_tls(const struct zx__dial *d);
int zx__dial_write(struct zx__dial *d, const void *p, size_t n, size_t *done);

#endif
