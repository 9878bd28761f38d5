/* SPDX-License-Identifier: MIT
 *
 * SHA-256 of what is linked, hashes as text, and names of snapshots.
 */
#include <string.h>

#include <mbedtls/version.h>

#include "guild/guild_int.h"

/* Both series of mbedTLS report errors that software SHA-256 cannot have. */
#if MBEDTLS_VERSION_MAJOR >= 3
#define STARTS mbedtls_sha256_starts
#define UPDATE mbedtls_sha256_update
#define FINISH mbedtls_sha256_finish
#else
#define STARTS mbedtls_sha256_starts_ret
#define UPDATE mbedtls_sha256_update_ret
#define FINISH mbedtls_sha256_finish_ret
#endif

void zx__sha_begin(mbedtls_sha256_context *c)
{
	mbedtls_sha256_init(c);
	(void)STARTS(c, 0);
}

void zx__sha_add(mbedtls_sha256_context *c, const void *p, size_t n)
{
	if (n)
		(void)UPDATE(c, p, n);
}

void zx__sha_end(mbedtls_sha256_context *c, unsigned char out[ZX_HASH])
{
	(void)FINISH(c, out);
	mbedtls_sha256_free(c);
}

void zx_sha256(struct zx_str data, unsigned char out[ZX_HASH])
{
	mbedtls_sha256_context c;

	zx__sha_begin(&c);
	zx__sha_add(&c, data.ptr, data.len);
	zx__sha_end(&c, out);
}

static const char digits[] = "0123456789abcdef";

void zx_hash_text(const unsigned char hash[ZX_HASH], char out[ZX_HASH_TEXT])
{
	for (int i = 0; i < ZX_HASH; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[2 * ZX_HASH] = '\0';
}

static int digit(char c)
{
	const char *p = c ? strchr(digits, c) : NULL;

	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return p ? (int)(p - digits) : -1;
}

int zx_hash_read(struct zx_str text, unsigned char out[ZX_HASH])
{
	if (text.len != 2 * ZX_HASH)
		return ZX_E_SYNTAX;
	for (int i = 0; i < ZX_HASH; i++) {
		int hi = digit(text.ptr[2 * i]),
		    lo = digit(text.ptr[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return ZX_E_SYNTAX;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return ZX_OK;
}

void zx_guild_id_new(const struct zx_rand *r, char out[ZX_GUILD_ID_TEXT])
{
	for (int i = 0; i < ZX_GUILD_ID_TEXT - 1; i++)
		out[i] = digits[zx_rand_below(r, 16)];
	out[ZX_GUILD_ID_TEXT - 1] = '\0';
}

int zx_guild_id_valid(struct zx_str id)
{
	if (id.len != ZX_GUILD_ID_TEXT - 1)
		return 0;
	for (size_t i = 0; i < id.len; i++)
		if (!id.ptr[i] || !strchr(digits, id.ptr[i]))
			return 0;
	return 1;
}
