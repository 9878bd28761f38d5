/* SPDX-License-Identifier: MIT
 *
 * Transport compression (one zlib or zstd stream per connection, flushed after
 * each message) and payload compression (one zlib stream per message).
 */
#include <string.h>

#include "wire_int.h"

#define STEP (64u * 1024)
/* What Discord told of its own settings: level 6, tables of 2^16, a window of
 * 2^18. */
#define ZSTD_LEVEL 6
#define ZSTD_TABLE_LOG 16
#define ZSTD_WINDOW_LOG 18
#define ZLIB_LEVEL 6

const char *zx__compress_name(enum zx__compress kind)
{
	static const char *const names[] = {
		[ZX__COMPRESS_NONE] = "none",
		[ZX__COMPRESS_ZLIB] = "zlib-stream",
		[ZX__COMPRESS_ZSTD] = "zstd-stream",
		[ZX__COMPRESS_PAYLOAD] = "payload",
	};

	return names[kind];
}

static int open_zstd(struct zx__stream *s)
{
	s->zstd = ZSTD_createCCtx();
	if (!s->zstd)
		return ZX_E_NOMEM;
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_windowLog, ZSTD_WINDOW_LOG);
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_hashLog, ZSTD_TABLE_LOG);
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_chainLog, ZSTD_TABLE_LOG);
	return ZX_OK;
}

int zx__stream_open(struct zx__stream *s, enum zx__compress kind)
{
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	if (kind == ZX__COMPRESS_ZSTD && open_zstd(s))
		return ZX_E_NOMEM;
	if (kind == ZX__COMPRESS_ZLIB && deflateInit(&s->z, ZLIB_LEVEL) != Z_OK)
		return ZX_E_NOMEM;
	s->open = 1;
	return ZX_OK;
}

void zx__stream_close(struct zx__stream *s)
{
	if (!s->open)
		return;
	if (s->kind == ZX__COMPRESS_ZLIB)
		deflateEnd(&s->z);
	if (s->kind == ZX__COMPRESS_ZSTD)
		ZSTD_freeCCtx(s->zstd);
	s->open = 0;
}

static int run_zlib(z_stream *z, const void *p, size_t n, int flush,
		    struct zx_buf *out)
{
	z->next_in = (Bytef *)p;
	z->avail_in = (uInt)n;
	do {
		z->next_out = (Bytef *)zx_buf_room(out, STEP);
		z->avail_out = STEP;
		if (!z->next_out)
			return out->err;
		deflate(z, flush);
		out->len += STEP - z->avail_out;
	} while (!z->avail_out);
	return ZX_OK;
}

static int run_zstd(ZSTD_CCtx *zstd, const void *p, size_t n, int last,
		    struct zx_buf *out)
{
	ZSTD_inBuffer in = { p, n, 0 };
	size_t left;

	do {
		ZSTD_outBuffer to = { zx_buf_room(out, STEP), STEP, 0 };

		if (!to.dst)
			return out->err;
		left = ZSTD_compressStream2(
			zstd, &to, &in, last ? ZSTD_e_flush : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return ZX_E_NOMEM;
		out->len += to.pos;
	} while (in.pos < in.size || (last && left));
	return ZX_OK;
}

int zx__stream_piece(struct zx__stream *s, const void *p, size_t n, int last,
		     struct zx_buf *out)
{
	if (s->kind == ZX__COMPRESS_ZLIB)
		return run_zlib(&s->z, p, n, last ? Z_SYNC_FLUSH : Z_NO_FLUSH,
				out);
	if (s->kind == ZX__COMPRESS_ZSTD)
		return run_zstd(s->zstd, p, n, last, out);
	zx_buf_add(out, p, n);
	return out->err;
}

int zx__stream_add(struct zx__stream *s, const void *p, size_t n,
		   struct zx_buf *out)
{
	return zx__stream_piece(s, p, n, 1, out);
}

int zx__deflate_whole(const void *p, size_t n, struct zx_buf *out)
{
	z_stream z = { 0 };
	int err;

	if (deflateInit(&z, ZLIB_LEVEL) != Z_OK)
		return ZX_E_NOMEM;
	err = run_zlib(&z, p, n, Z_FINISH, out);
	deflateEnd(&z);
	return err;
}
