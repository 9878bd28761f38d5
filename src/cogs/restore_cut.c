/* SPDX-License-Identifier: MIT
 *
 * restore_cut: a text in parts that are no larger than a file may be. The text
 * goes by in pieces, always the same; the part that is wanted stays.
 */
#include "cogs/restore_show.h"

void zx__rsf_cut_init(struct zx__rsf_cut *c, const struct zx_alloc *a,
		      size_t max, unsigned want)
{
	memset(c, 0, sizeof(*c));
	c->max = max;
	c->want = want;
	c->hash = 0xcbf29ce484222325u;
	zx_buf_init(&c->text, a, max);
}

/* FNV-1a. */
void zx__rsf_hash(struct zx__rsf_cut *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->hash = (c->hash ^ (unsigned char)c->text.ptr[i]) *
			  0x100000001b3u;
}

/* Without the beginning of a character at the end. */
static size_t char_end(struct zx_str text)
{
	for (size_t n = 1; n <= 4 && n < text.len; n++) {
		unsigned char c = (unsigned char)text.ptr[text.len - n];
		size_t whole = c >= 0xf0   ? 4
			       : c >= 0xe0 ? 3
			       : c >= 0xc0 ? 2
					   : 1;

		if ((c & 0xc0) != 0x80)
			return n < whole ? text.len - n : text.len;
	}
	return text.len;
}

/* Where a full text ends: behind its last line, or, when it is but one. */
static size_t line_end(struct zx_str text)
{
	size_t n = text.len;

	while (n && text.ptr[n - 1] != '\n')
		n--;
	return n ? n : char_end(text);
}

static void next_part(struct zx__rsf_cut *c)
{
	size_t n = line_end(zx_buf_str(&c->text));

	zx__rsf_hash(c, n);
	zx_buf_skip(&c->text, n);
	c->part++;
}

int zx__rsf_cut(struct zx_str piece, void *ud)
{
	struct zx__rsf_cut *c = ud;

	while (piece.len) {
		size_t n = c->max - c->text.len;

		if (!n && c->part == c->want) {
			c->more = 1;
			c->text.len = line_end(zx_buf_str(&c->text));
			return ZX__RSF_ENOUGH;
		}
		if (!n) {
			next_part(c);
			continue;
		}
		n = n < piece.len ? n : piece.len;
		zx_buf_add(&c->text, piece.ptr, n);
		if (c->text.err)
			return c->text.err;
		piece = zx_str_from(piece, n);
	}
	return ZX_OK;
}
