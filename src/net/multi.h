/* SPDX-License-Identifier: MIT
 *
 * multi: curl in the loop. Its sockets are watched by the loop, its timeout is
 * one of the loop's timers.
 */
#ifndef ZX__NET_MULTI_H
#define ZX__NET_MULTI_H

#include <curl/curl.h>

#include "net/net_int.h"

struct zx__multi {
	struct zx_loop *loop;
	CURLM *curl;
	int global;  /* curl_global_init is to be undone */
	int starved; /* a socket could not be watched */
	struct zx_timer timer;
	void (*turned)(void *ud); /* there may be messages to read */
	void *ud;
};

/* Release also on error. ZX_E_NOMEM. `turned` may release. */
int zx__multi_open(struct zx__multi *m, struct zx_loop *l,
		   void (*turned)(void *ud), void *ud);
/* Every easy handle must have been removed. */
void zx__multi_release(struct zx__multi *m);

/* What holds for every connection: whom to trust, which protocols, no
 * redirects, and never a proxy from the environment. proxy may be NULL. */
void zx__multi_secure(CURL *easy, const struct zx_loop *l, const char *proxy);

#endif
