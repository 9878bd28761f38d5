/* SPDX-License-Identifier: MIT
 *
 * inflate_zlib: zlib-stream. A gateway message ends with an empty stored block,
 * whose last bytes are 00 00 FF FF.
 *
 * These bytes can also stand in the middle of compressed data, and a message
 * may come in several pieces, one of which ends just there. So the decoder has
 * the last word: only between two blocks, at a full byte, they are the end.
 */
#include <string.h>
#include <zlib.h>

#include "gateway/gateway_int.h"

struct zlib {
	z_stream z;
	unsigned char tail[4]; /* of all that was fed */
	int between;	       /* the decoder stands between two blocks */
};

static voidpf zlib_alloc(voidpf ud, uInt items, uInt size)
{
	return zx_resize(ud, NULL, (size_t)items * size);
}

static void zlib_free(voidpf ud, voidpf p)
{
	zx_delete(ud, p);
}

static void *zlib_open(const struct zx_alloc *a)
{
	struct zlib *c = zx_new(a, sizeof(*c));

	if (!c)
		return NULL;
	c->z.zalloc = zlib_alloc;
	c->z.zfree = zlib_free;
	c->z.opaque = (voidpf)a;
	if (inflateInit(&c->z) == Z_OK)
		return c;
	zx_delete(a, c);
	return NULL;
}

static void zlib_close(void *state, const struct zx_alloc *a)
{
	struct zlib *c = state;

	inflateEnd(&c->z);
	zx_delete(a, c);
}

static void keep_tail(struct zlib *c, const char *p, size_t n)
{
	size_t keep = n < 4 ? 4 - n : 0;

	memmove(c->tail, c->tail + 4 - keep, keep);
	memcpy(c->tail + keep, p + n - (4 - keep), 4 - keep);
}

static int zlib_run(void *state, struct zx_str *in, char *to, size_t n,
		    size_t *got, int *whole)
{
	static const unsigned char end[4] = { 0, 0, 0xff, 0xff };
	struct zlib *c = state;
	uInt in_now = in->len > UINT32_MAX ? UINT32_MAX : (uInt)in->len;
	uInt out_now = n > UINT32_MAX ? UINT32_MAX : (uInt)n;
	int ret;

	c->z.next_in = (z_const Bytef *)in->ptr;
	c->z.avail_in = in_now;
	c->z.next_out = (Bytef *)to;
	c->z.avail_out = out_now;
	ret = inflate(&c->z, Z_SYNC_FLUSH);
	*got = out_now - c->z.avail_out;
	if (in_now > c->z.avail_in) {
		keep_tail(c, in->ptr, in_now - c->z.avail_in);
		*in = zx_str_from(*in, in_now - c->z.avail_in);
	}
	if (ret == Z_MEM_ERROR)
		return ZX_E_NOMEM;
	/* Z_BUF_ERROR: nothing was there to do, so nothing has changed. */
	if (ret == Z_OK)
		c->between = (c->z.data_type & 0xff) == 128;
	else if (ret != Z_BUF_ERROR)
		return ZX_E_CORRUPT;
	if (in->len || !c->z.avail_out)
		return ZX_E_WOULDWAIT;
	*whole = c->between && !memcmp(c->tail, end, sizeof(end));
	return ZX_OK;
}

const struct zx__codec zx__codec_zlib = {
	.name = "zlib-stream",
	.open = zlib_open,
	.run = zlib_run,
	.close = zlib_close,
};
