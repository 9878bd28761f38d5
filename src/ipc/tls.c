/* SPDX-License-Identifier: MIT
 *
 * tls: TLS 1.2 with a pre-shared key and an ephemeral exchange, through
 * mbedTLS, over bytes in memory. No certificate, no clock, no resumption.
 */
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
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

struct tls {
	struct zx__tls base;
	mbedtls_ssl_context ssl;
	struct zx_str *in; /* during a call */
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

static int derive(unsigned char psk[32], struct zx_str secret)
{
	static const unsigned char label[] = "zoryx ipc 1 tls psk";
	const mbedtls_md_info_t *md =
		mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);

	if (!md || mbedtls_hkdf(md, NULL, 0, (const unsigned char *)secret.ptr,
				secret.len, label, sizeof(label) - 1, psk, 32))
		return ZX_E_TLS;
	return ZX_OK;
}

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

static void conf_free(struct zx__tls_conf *c, const struct zx_alloc *a)
{
	if (!c)
		return;
	mbedtls_ssl_config_free(&c->ssl);
	zx_delete(a, c);
}

/* mbedTLS copies the key. */
static int set_key(mbedtls_ssl_config *c, struct zx_str secret)
{
	unsigned char psk[32];
	int bad = derive(psk, secret) ||
		  mbedtls_ssl_conf_psk(c, psk, sizeof(psk), identity,
				       sizeof(identity) - 1);

	zx_wipe(psk, sizeof(psk));
	return bad ? ZX_E_TLS : ZX_OK;
}

static int conf_new(struct zx__tls_conf **out, struct zx_ipc_keys *k,
		    struct zx_str secret)
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
	if (set_key(&c->ssl, secret))
		goto fail;
	*out = c;
	return ZX_OK;
fail:
	conf_free(c, k->opt.alloc);
	return ZX_E_TLS;
}

static int on_send(void *ud, const unsigned char *p, size_t n)
{
	struct tls *t = ud;

	zx_buf_add(&t->base.out, p, n);
	return t->base.out.err ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)n;
}

static int on_recv(void *ud, unsigned char *p, size_t n)
{
	struct tls *t = ud;

	if (!t->in || !t->in->len)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n > t->in->len)
		n = t->in->len;
	memcpy(p, t->in->ptr, n);
	t->in->ptr += n;
	t->in->len -= n;
	return (int)n;
}

static void tls_free(struct zx__tls *base)
{
	struct tls *t = (struct tls *)base;

	if (!t)
		return;
	mbedtls_ssl_free(&t->ssl);
	zx_buf_release(&t->base.out);
	zx_delete(t->base.alloc, t);
}

static int tls_open(struct zx__tls **out, struct zx_ipc_keys *k, int accepting)
{
	struct tls *t;

	*out = NULL;
	if (!k->conf || accepting != (k->opt.role == ZX_IPC_HUB))
		return ZX_E_TLS;
	t = zx_new(k->opt.alloc, sizeof(*t));
	if (!t)
		return ZX_E_NOMEM;
	t->base.ops = k->tls;
	t->base.alloc = k->opt.alloc;
	zx_buf_init(&t->base.out, t->base.alloc, 0);
	mbedtls_ssl_init(&t->ssl);
	if (mbedtls_ssl_setup(&t->ssl, &k->conf->ssl)) {
		tls_free(&t->base);
		return ZX_E_NOMEM;
	}
	mbedtls_ssl_set_bio(&t->ssl, t, on_send, on_recv, NULL);
	*out = &t->base;
	return ZX_OK;
}

/* Of errors in the handshake nearly all mean that the keys differ: the peer's
 * Finished cannot be decrypted, or ours could not. */
static int reason(const struct tls *t, int err)
{
	if (t->base.out.err)
		return t->base.out.err;
	if (err == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    err == MBEDTLS_ERR_SSL_CONN_EOF)
		return ZX_E_CLOSED;
	if (!t->base.ready && (err == MBEDTLS_ERR_SSL_INVALID_MAC ||
			       err == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE))
		return ZX_E_AUTH;
	return ZX_E_TLS;
}

static int waits(int err)
{
	return err == MBEDTLS_ERR_SSL_WANT_READ ||
	       err == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int tls_read(struct zx__tls *base, struct zx_str *in, char *to,
		    size_t cap, size_t *n)
{
	struct tls *t = (struct tls *)base;
	int got;

	*n = 0;
	t->in = in;
	if (!t->base.ready) {
		got = mbedtls_ssl_handshake(&t->ssl);
		if (got) {
			t->in = NULL;
			return waits(got) ? ZX_OK : reason(t, got);
		}
		t->base.ready = 1;
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

static int tls_write(struct zx__tls *base, struct zx_str plain)
{
	struct tls *t = (struct tls *)base;
	int n;

	while (plain.len) {
		n = mbedtls_ssl_write(&t->ssl, (const unsigned char *)plain.ptr,
				      plain.len);
		if (n <= 0)
			return t->base.out.err ? t->base.out.err : ZX_E_TLS;
		plain = zx_str_from(plain, (size_t)n);
	}
	return ZX_OK;
}

static void tls_goodbye(struct zx__tls *base)
{
	struct tls *t = (struct tls *)base;

	if (t->base.ready)
		(void)mbedtls_ssl_close_notify(&t->ssl);
}

const struct zx__tls_ops zx__tls_mbed = {
	conf_new, conf_free, tls_open,	  tls_free,
	tls_read, tls_write, tls_goodbye,
};

int zx_ipc_new(struct zx_ipc **out, const struct zx_ipc_options *opt)
{
	return zx__ipc_new(out, opt, &zx__tls_mbed);
}

int zx_ipc_keys_new(struct zx_ipc_keys **out, const struct zx_ipc_options *opt)
{
	return zx__keys_new(out, opt, &zx__tls_mbed);
}
