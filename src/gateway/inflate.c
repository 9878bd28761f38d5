/* SPDX-License-Identifier: MIT
 *
 * inflate: one decompression context per connection (CP-02 to CP-06). What
 * differs between zlib and zstd is in their codecs; buffers and ceilings are
 * here.
 */
#include "gateway/gateway_int.h"

struct zx_inflate {
	const struct zx__codec *codec;
	const struct zx_alloc *alloc;
	void *state;
	char *out;
	size_t len, cap, max;
	size_t taken;  /* of it, compressed bytes used up */
	int open;      /* the message goes on in the next piece */
	int err;       /* for good */
	unsigned calm; /* messages in a row that need no large buffer */
};

static const struct zx__codec *const codecs[] = {
	[ZX_COMPRESS_NONE] = NULL,
	[ZX_COMPRESS_ZLIB_STREAM] = &zx__codec_zlib,
	[ZX_COMPRESS_ZSTD_STREAM] = &zx__codec_zstd,
};

const char *zx_compression_name(enum zx_compression c)
{
	if ((size_t)c >= sizeof(codecs) / sizeof(*codecs) || !codecs[c])
		return NULL;
	return codecs[c]->name;
}

int zx_inflate_new(struct zx_inflate **out, enum zx_compression c,
		   size_t max_out, const struct zx_alloc *a)
{
	struct zx_inflate *z;

	*out = NULL;
	if (!zx_compression_name(c))
		return ZX_E_INVALID;
	z = zx_new(a, sizeof(*z));
	if (!z)
		return ZX_E_NOMEM;
	z->codec = codecs[c];
	z->alloc = a;
	z->max = max_out ? max_out : (size_t)64 << 20;
	z->state = z->codec->open(a);
	if (!z->state) {
		zx_inflate_free(z);
		return ZX_E_NOMEM;
	}
	*out = z;
	return ZX_OK;
}

void zx_inflate_free(struct zx_inflate *z)
{
	if (!z)
		return;
	if (z->state)
		z->codec->close(z->state, z->alloc);
	zx_delete(z->alloc, z->out);
	zx_delete(z->alloc, z);
}

void zx_inflate_rest(struct zx_inflate *z)
{
	if (!z || z->open)
		return;
	zx_delete(z->alloc, z->out);
	z->out = NULL;
	z->cap = z->len = 0;
	z->calm = 0;
}

/* One large message must not cost its size for the rest of the connection: a
 * thousand shards share this process. */
static void begin_message(struct zx_inflate *z)
{
	z->calm = z->len < z->cap / 8 ? z->calm + 1 : 0;
	if (z->cap > ZX__INFLATE_KEEP && z->calm >= ZX__INFLATE_CALM)
		zx_inflate_rest(z);
	z->len = 0;
	z->taken = 0;
}

static int grow(struct zx_inflate *z)
{
	size_t cap = z->cap ? z->cap * 2 : ZX__INFLATE_FIRST;
	char *p;

	/* One byte over the ceiling, to see that it was passed. */
	if (cap > z->max + 1)
		cap = z->max + 1;
	if (cap <= z->cap)
		return ZX_E_TOOBIG;
	p = zx_resize(z->alloc, z->out, cap);
	if (!p)
		return ZX_E_NOMEM;
	z->out = p;
	z->cap = cap;
	return ZX_OK;
}

static int too_big(const struct zx_inflate *z)
{
	return z->len > z->max || (z->len > ZX__INFLATE_TRUSTED &&
				   z->len / ZX__INFLATE_RATIO > z->taken);
}

static int run(struct zx_inflate *z, struct zx_str in, int *whole)
{
	int err;

	do {
		size_t got = 0, before = in.len;

		if (z->len == z->cap) {
			err = grow(z);
			if (err)
				return err;
		}
		err = z->codec->run(z->state, &in, z->out + z->len,
				    z->cap - z->len, &got, whole);
		z->len += got;
		z->taken += before - in.len;
		if ((err == ZX_OK || err == ZX_E_WOULDWAIT) && too_big(z))
			return ZX_E_TOOBIG;
	} while (err == ZX_E_WOULDWAIT);
	return err;
}

int zx_inflate_feed(struct zx_inflate *z, struct zx_str in, struct zx_str *text)
{
	int whole = 0;

	*text = (struct zx_str){ NULL, 0 };
	if (z->err)
		return z->err;
	if (!z->open)
		begin_message(z);
	z->err = run(z, in, &whole);
	if (z->err)
		return z->err;
	z->open = !whole;
	if (whole)
		*text = (struct zx_str){ z->out, z->len };
	return ZX_OK;
}
