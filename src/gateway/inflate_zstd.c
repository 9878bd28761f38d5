/* SPDX-License-Identifier: MIT
 *
 * inflate_zstd: zstd-stream. One frame that never ends; each WebSocket message
 * is flushed and is one gateway message (CP-03).
 */
/* For a context that takes our allocator. */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "gateway/gateway_int.h"

static void *zstd_alloc(void *ud, size_t n)
{
	return zx_resize(ud, NULL, n);
}

static void zstd_free(void *ud, void *p)
{
	zx_delete(ud, p);
}

static void *zstd_open(const struct zx_alloc *a)
{
	ZSTD_customMem mem = { zstd_alloc, zstd_free, (void *)a };
	ZSTD_DCtx *d = ZSTD_createDCtx_advanced(mem);

	if (d)
		ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax,
				       ZX__ZSTD_WINDOW_LOG);
	return d;
}

static void zstd_close(void *state, const struct zx_alloc *a)
{
	(void)a;
	ZSTD_freeDCtx(state);
}

static int zstd_run(void *state, struct zx_str *in, char *to, size_t n,
		    size_t *got, int *whole)
{
	ZSTD_inBuffer from = { in->ptr, in->len, 0 };
	ZSTD_outBuffer out = { to, n, 0 };
	size_t ret = ZSTD_decompressStream(state, &out, &from);

	*got = out.pos;
	*in = zx_str_from(*in, from.pos);
	if (ZSTD_isError(ret))
		return ZSTD_getErrorCode(ret) == ZSTD_error_memory_allocation
			       ? ZX_E_NOMEM
			       : ZX_E_CORRUPT;
	/* A full buffer may hide that there is more (CP-03). */
	if (in->len || out.pos == out.size)
		return ZX_E_WOULDWAIT;
	*whole = 1;
	return ZX_OK;
}

const struct zx__codec zx__codec_zstd = {
	.name = "zstd-stream",
	.open = zstd_open,
	.run = zstd_run,
	.close = zstd_close,
};
