/* SPDX-License-Identifier: MIT
 *
 * tls: TLS 1.2 with a pre-shared key and an ephemeral exchange, through
 * mbedTLS, over bytes in memory. No certificate, no clock, no resumption.
 */
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <string.h>

#if defined(MBEDTLS_USE_PSA_CRYPTO)
#include <psa/crypto.h>
#endif

#include "ipc/ipc_int.h"

struct zx__tls_conf {
	mbedtls_ssl_config ssl;
};

struct zx__tls {
	mbedtls_ssl_context ssl;
	const struct zx_alloc *alloc;
	struct zx_str *in; /* during a call */
	struct zx_buf out;
	int ready;
};

static const unsigned char identity[] = "zoryx";

/* All with forward secrecy and nothing but authenticated encryption; the first
 * is the fastest where mbedTLS has no use for AES in hardware. */
static const int suites[] = {
	MBEDTLS_TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_DHE_PSK_WITH_AES_256_GCM_SHA384, 0
};

#if MBEDTLS_VERSION_MAJOR >= 3
static const uint16_t curves[] = { MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
				   MBEDTLS_SSL_IANA_TLS_GROUP_X25519, 0 };
#else
static const mbedtls_ecp_group_id curves[] = { MBEDTLS_ECP_DP_SECP256R1,
					       MBEDTLS_ECP_DP_CURVE25519,
					       MBEDTLS_ECP_DP_NONE };
#endif

static int on_random(void *ud, unsigned char *p, size_t n)
{
	const struct zx_rand *r = ud;

	r->fill(r->ud, p, n);
	return 0;
}

static void configure(mbedtls_ssl_config *c, struct zx_ipc_keys *k)
{
	mbedtls_ssl_conf_rng(c, on_random, &k->opt.rand);
	mbedtls_ssl_conf_ciphersuites(c, suites);
	mbedtls_ssl_conf_authmode(c, MBEDTLS_SSL_VERIFY_NONE);
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_conf_min_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_groups(c, curves);
#else
	mbedtls_ssl_conf_min_version(c, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_max_version(c, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_curves(c, curves);
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
	mbedtls_ssl_conf_session_tickets(c,
					 MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
	mbedtls_ssl_conf_renegotiation(c, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
}

int zx__tls_conf_new(struct zx__tls_conf **out, struct zx_ipc_keys *k)
{
	struct zx__tls_conf *c = zx_new(k->opt.alloc, sizeof(*c));
	int end = k->opt.role == ZX_IPC_HUB ? MBEDTLS_SSL_IS_SERVER
					    : MBEDTLS_SSL_IS_CLIENT;

	*out = NULL;
	if (!c)
		return ZX_E_NOMEM;
	mbedtls_ssl_config_init(&c->ssl);
#if defined(MBEDTLS_USE_PSA_CRYPTO)
	if (psa_crypto_init() != PSA_SUCCESS)
		goto fail;
#endif
	if (mbedtls_ssl_config_defaults(&c->ssl, end,
					MBEDTLS_SSL_TRANSPORT_STREAM,
					MBEDTLS_SSL_PRESET_DEFAULT))
		goto fail;
	configure(&c->ssl, k);
	if (mbedtls_ssl_conf_psk(&c->ssl, k->psk, sizeof(k->psk), identity,
				 sizeof(identity) - 1))
		goto fail;
	*out = c;
	return ZX_OK;
fail:
	zx__tls_conf_free(c, k->opt.alloc);
	return ZX_E_TLS;
}

void zx__tls_conf_free(struct zx__tls_conf *c, const struct zx_alloc *a)
{
	if (!c)
		return;
	mbedtls_ssl_config_free(&c->ssl);
	zx_delete(a, c);
}

static int on_send(void *ud, const unsigned char *p, size_t n)
{
	struct zx__tls *t = ud;

	zx_buf_add(&t->out, p, n);
	return t->out.err ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)n;
}

static int on_recv(void *ud, unsigned char *p, size_t n)
{
	struct zx__tls *t = ud;

	if (!t->in || !t->in->len)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n > t->in->len)
		n = t->in->len;
	memcpy(p, t->in->ptr, n);
	t->in->ptr += n;
	t->in->len -= n;
	return (int)n;
}

int zx__tls_new(struct zx__tls **out, struct zx_ipc_keys *k, int accepting)
{
	struct zx__tls *t;

	*out = NULL;
	if (!k->conf || accepting != (k->opt.role == ZX_IPC_HUB))
		return ZX_E_TLS;
	t = zx_new(k->opt.alloc, sizeof(*t));
	if (!t)
		return ZX_E_NOMEM;
	t->alloc = k->opt.alloc;
	zx_buf_init(&t->out, t->alloc, 0);
	mbedtls_ssl_init(&t->ssl);
	if (mbedtls_ssl_setup(&t->ssl, &k->conf->ssl)) {
		zx__tls_free(t);
		return ZX_E_NOMEM;
	}
	mbedtls_ssl_set_bio(&t->ssl, t, on_send, on_recv, NULL);
	*out = t;
	return ZX_OK;
}

void zx__tls_free(struct zx__tls *t)
{
	if (!t)
		return;
	mbedtls_ssl_free(&t->ssl);
	zx_buf_release(&t->out);
	zx_delete(t->alloc, t);
}

/* Of errors in the handshake nearly all mean that the keys differ: the peer's
 * Finished cannot be decrypted, or ours could not. */
static int reason(const struct zx__tls *t, int err)
{
	if (t->out.err)
		return t->out.err;
	if (err == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    err == MBEDTLS_ERR_SSL_CONN_EOF)
		return ZX_E_CLOSED;
	if (!t->ready && (err == MBEDTLS_ERR_SSL_INVALID_MAC ||
			  err == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE))
		return ZX_E_AUTH;
	return ZX_E_TLS;
}

static int waits(int err)
{
	return err == MBEDTLS_ERR_SSL_WANT_READ ||
	       err == MBEDTLS_ERR_SSL_WANT_WRITE;
}

int zx__tls_read(struct zx__tls *t, struct zx_str *in, char *to, size_t cap,
		 size_t *n)
{
	int got;

	*n = 0;
	t->in = in;
	if (!t->ready) {
		got = mbedtls_ssl_handshake(&t->ssl);
		if (got) {
			t->in = NULL;
			return waits(got) ? ZX_OK : reason(t, got);
		}
		t->ready = 1;
	}
	got = mbedtls_ssl_read(&t->ssl, (unsigned char *)to, cap);
	t->in = NULL;
	if (got > 0)
		*n = (size_t)got;
	else if (got == 0)
		return ZX_E_CLOSED;
	else if (!waits(got))
		return reason(t, got);
	return ZX_OK;
}

int zx__tls_ready(const struct zx__tls *t)
{
	return t->ready;
}

int zx__tls_write(struct zx__tls *t, struct zx_str plain)
{
	int n;

	while (plain.len) {
		n = mbedtls_ssl_write(&t->ssl, (const unsigned char *)plain.ptr,
				      plain.len);
		if (n <= 0)
			return t->out.err ? t->out.err : ZX_E_TLS;
		plain = zx_str_from(plain, (size_t)n);
	}
	return ZX_OK;
}

void zx__tls_goodbye(struct zx__tls *t)
{
	if (t->ready)
		(void)mbedtls_ssl_close_notify(&t->ssl);
}

struct zx_buf *zx__tls_out(struct zx__tls *t)
{
	return &t->out;
}
