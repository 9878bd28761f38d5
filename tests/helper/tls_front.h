/* SPDX-License-Identifier: MIT
 *
 * tls_front: a TLS server in front of a plain one on loopback, with a
 * certificate of its own making, for tests of who trusts whom.
 */
#ifndef TLS_FRONT_H
#define TLS_FRONT_H

#include <stdint.h>

struct tls_front;

enum tls_front_name {
	TLS_FRONT_GOOD,	 /* the certificate names localhost and 127.0.0.1 */
	TLS_FRONT_OTHER, /* it names another host */
	TLS_FRONT_PAST	 /* good names, but it has expired */
};

/* Never NULL: fails the test instead. */
struct tls_front *tls_front_start(uint16_t target_port,
				  enum tls_front_name name);
uint16_t tls_front_port(const struct tls_front *f);
/* A file with its certificate (PEM), to be trusted. */
const char *tls_front_ca(const struct tls_front *f);
void tls_front_stop(struct tls_front *f);

#endif
