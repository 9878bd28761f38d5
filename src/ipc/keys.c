/* SPDX-License-Identifier: MIT
 *
 * keys: what is made of the shared secret, and what all sessions of a machine
 * have in common.
 */
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#include <string.h>

#include "ipc/ipc_int.h"

#define SOFT ((size_t)4 << 20)
#define HARD ((size_t)16 << 20)
#define MEMORY ((size_t)64 << 20)

int zx_ipc_secret_check(struct zx_str secret, int loopback,
			const char **warning)
{
	int standard = zx_str_is(secret, ZX_IPC_SECRET_DEFAULT);

	if (warning)
		*warning = NULL;
	if (!secret.len) {
		if (warning)
			*warning = "SHARD_IPC_SECRET is empty: set it to a "
				   "long random text, the same on all clusters";
		return ZX_E_AUTH;
	}
	if (standard && warning)
		*warning = loopback
				   ? "SHARD_IPC_SECRET is the default one, "
				     "known to everybody: set your own on all "
				     "clusters"
				   : "SHARD_IPC_SECRET is the default one, "
				     "which is accepted on 127.0.0.1 only: set "
				     "your own on all clusters";
	return standard && !loopback ? ZX_E_AUTH : ZX_OK;
}

int zx_ipc_is_loopback(const char *host)
{
	return !strcmp(host, "localhost") || !strcmp(host, "::1") ||
	       !strncmp(host, "127.", 4);
}

/* Without a branch that depends on the bytes. */
int zx__keys_equal(const unsigned char *a, const unsigned char *b, size_t n)
{
	volatile unsigned char differ = 0;
	size_t i;

	for (i = 0; i < n; i++)
		differ = (unsigned char)(differ | (a[i] ^ b[i]));
	return !differ;
}

int zx__keys_digest(unsigned char out[32], struct zx_str text)
{
	const unsigned char *p =
		(const unsigned char *)(text.len ? text.ptr : "");

#if MBEDTLS_VERSION_MAJOR >= 3
	return mbedtls_sha256(p, text.len, out, 0) ? ZX_E_TLS : ZX_OK;
#else
	return mbedtls_sha256_ret(p, text.len, out, 0) ? ZX_E_TLS : ZX_OK;
#endif
}

static void defaults(struct zx_ipc_options *o)
{
	if (!o->max_peers || o->max_peers > 16384)
		o->max_peers = 1024;
	if (!o->max_strangers || o->max_strangers > 16384)
		o->max_strangers = 256;
	if (!o->max_strangers_each)
		o->max_strangers_each = 32;
	if (!o->queue_soft)
		o->queue_soft = SOFT;
	if (!o->queue_hard)
		o->queue_hard = HARD;
	if (!o->memory)
		o->memory = MEMORY;
	if (!o->mode)
		o->mode = o->role == ZX_IPC_HUB ? "server" : "client";
}

static int copy_text(const struct zx_alloc *a, const char **text)
{
	*text = zx_str_dup(a, zx_str(*text));
	return *text ? ZX_OK : ZX_E_NOMEM;
}

static int copy_texts(struct zx_ipc_keys *k, const char *secret)
{
	struct zx_ipc_options *o = &k->opt;
	int dials_clear =
		o->role == ZX_IPC_CLIENT && (o->allow_legacy || o->only_legacy);
	const char *name = o->name, *host = o->host, *mode = o->mode;

	o->name = o->host = o->mode = NULL;
	if (copy_text(o->alloc, &name))
		return ZX_E_NOMEM;
	o->name = name;
	if (copy_text(o->alloc, &mode))
		return ZX_E_NOMEM;
	o->mode = mode;
	if (host && copy_text(o->alloc, &host))
		return ZX_E_NOMEM;
	o->host = host;
	if (dials_clear)
		k->secret = zx_str_dup(o->alloc, zx_str(secret));
	return dials_clear && !k->secret ? ZX_E_NOMEM : ZX_OK;
}

static void draw_nonce(struct zx_ipc_keys *k)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[12];
	size_t i;

	k->opt.rand.fill(k->opt.rand.ud, bytes, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++) {
		k->nonce[2 * i] = hex[bytes[i] >> 4];
		k->nonce[2 * i + 1] = hex[bytes[i] & 15];
	}
	k->seed = zx_rand_u64(&k->opt.rand);
}

/* Says what is wrong with the secret or with clear text, and how much. */
static int judge(const struct zx_ipc_options *o, const char *secret)
{
	int loopback = !o->host || zx_ipc_is_loopback(o->host);
	const char *warning;
	int err = zx_ipc_secret_check(zx_str(secret), loopback, &warning);

	if (warning)
		zx_logf(o->log, err ? ZX_LOG_ERROR : ZX_LOG_WARN, "ipc", "%s",
			warning);
	if (!err && !loopback && (o->allow_legacy || o->only_legacy))
		zx_logf(o->log, ZX_LOG_WARN, "ipc",
			"clear text is allowed at %s: whoever listens on the "
			"way learns the secret",
			o->host);
	return err;
}

/* Without TLS there is nothing to talk in but clear text, which must have been
 * asked for. */
static int talks(const struct zx_ipc_options *o, const struct zx__tls_ops *tls)
{
	if (tls || (o->role == ZX_IPC_HUB ? o->allow_legacy : o->only_legacy))
		return 1;
	zx_logf(o->log, ZX_LOG_ERROR, "ipc",
		"without encryption %s must be set: clear text, in which the "
		"secret is sent",
		o->role == ZX_IPC_HUB ? "allow_legacy" : "only_legacy");
	return 0;
}

int zx__keys_new(struct zx_ipc_keys **out, const struct zx_ipc_options *opt,
		 const struct zx__tls_ops *tls)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	const char *secret;
	struct zx_ipc_keys *k;
	int err;

	*out = NULL;
	if (!opt)
		return ZX_E_INVALID;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (!o.name || !zx__ipc_name_ok(zx_str(o.name)) || !o.rand.fill ||
	    !talks(&o, tls))
		return ZX_E_INVALID;
	secret = o.secret;
	o.secret = NULL;
	err = judge(&o, secret);
	if (err)
		return err;
	defaults(&o);
	k = zx_new(o.alloc, sizeof(*k));
	if (!k)
		return ZX_E_NOMEM;
	k->opt = o;
	k->pool.alloc = o.alloc;
	k->pool.max = o.memory;
	err = copy_texts(k, secret);
	if (!err)
		err = zx__keys_digest(k->digest, zx_str(secret));
	if (!err && tls && !o.only_legacy) {
		k->tls = tls;
		err = tls->conf_new(&k->conf, k, zx_str(secret));
	}
	if (err) {
		zx_ipc_keys_free(k);
		return err;
	}
	draw_nonce(k);
	*out = k;
	return ZX_OK;
}

void zx_ipc_keys_free(struct zx_ipc_keys *k)
{
	const struct zx_alloc *a;

	if (!k)
		return;
	a = k->opt.alloc;
	if (k->tls)
		k->tls->conf_free(k->conf, a);
	zx__pool_release(&k->pool);
	zx_delete(a, (char *)k->opt.name);
	zx_delete(a, (char *)k->opt.host);
	zx_delete(a, (char *)k->opt.mode);
	if (k->secret)
		zx_wipe(k->secret, zx_str(k->secret).len);
	zx_delete(a, k->secret);
	zx_wipe(k, sizeof(*k));
	zx_delete(a, k);
}

void zx__keys_status(const struct zx_ipc_keys *k, struct zx_ipc_status *s)
{
	*s = (struct zx_ipc_status){ .shard_count = 1 };
	if (k->opt.status)
		k->opt.status(s, k->opt.ud);
}

zx_wall zx__keys_wall(const struct zx_ipc_keys *k, zx_time now)
{
	return now < k->wall_at ? k->wall
				: k->wall + (zx_wall)(now - k->wall_at);
}

void zx__keys_message(struct zx_ipc_keys *k, struct zx_buf *out,
		      struct zx_str op, struct zx_str data,
		      struct zx_str target, zx_time now)
{
	char nonce[sizeof(k->nonce) + 16];
	struct zx_ipc_envelope e = { .op = op,
				     .data = data,
				     .source = zx_str(k->opt.name),
				     .target = target,
				     .timestamp = zx__keys_wall(k, now),
				     .nonce = { nonce, 0 } };
	uint64_t n = k->nonces++;

	memcpy(nonce, k->nonce, sizeof(k->nonce));
	e.nonce.len = sizeof(k->nonce);
	do
		nonce[e.nonce.len++] = "0123456789abcdef"[n & 15];
	while (n >>= 4);
	zx_ipc_message_write(out, &e);
}
