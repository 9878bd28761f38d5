/* SPDX-License-Identifier: MIT
 *
 * buf: an owned, growing buffer with a ceiling and a sticky error.
 */
#include <stdio.h>
#include <string.h>

#include "base/base_int.h"

void zx_buf_init(struct zx_buf *b, const struct zx_alloc *a, size_t max)
{
	*b = (struct zx_buf){ .max = max ? max : ZX__BUF_MAX, .alloc = a };
	/* Room for the NUL must be countable too. */
	if (b->max == SIZE_MAX)
		b->max--;
}

void zx_buf_release(struct zx_buf *b)
{
	if (!b)
		return;
	zx_delete(b->alloc, b->ptr);
	zx_buf_init(b, b->alloc, b->max);
}

void zx_buf_clear(struct zx_buf *b)
{
	b->len = 0;
	b->err = ZX_OK;
	if (b->ptr)
		*b->ptr = '\0';
}

/* Memory for `need` bytes and a NUL, at least half as much again as before. */
static int grow(struct zx_buf *b, size_t need)
{
	size_t cap = b->cap + b->cap / 2;
	char *p;

	if (cap < ZX__BUF_FIRST)
		cap = ZX__BUF_FIRST;
	if (cap < need + 1)
		cap = need + 1;
	if (cap > b->max + 1)
		cap = b->max + 1;
	p = zx_resize(b->alloc, b->ptr, cap);
	if (!p) {
		b->err = ZX_E_NOMEM;
		return 0;
	}
	b->ptr = p;
	b->cap = cap;
	return 1;
}

char *zx_buf_room(struct zx_buf *b, size_t n)
{
	if (b->err)
		return NULL;
	if (n > b->max - b->len) {
		b->err = ZX_E_TOOBIG;
		return NULL;
	}
	if (b->len + n >= b->cap && !grow(b, b->len + n))
		return NULL;
	return b->ptr + b->len;
}

void zx_buf_add(struct zx_buf *b, const void *p, size_t n)
{
	char *at = zx_buf_room(b, n);

	if (!at)
		return;
	if (n)
		memcpy(at, p, n);
	at[n] = '\0';
	b->len += n;
}

void zx_buf_adds(struct zx_buf *b, struct zx_str s)
{
	zx_buf_add(b, s.ptr, s.len);
}

void zx_buf_addc(struct zx_buf *b, const char *nul_terminated)
{
	zx_buf_adds(b, zx_str(nul_terminated));
}

void zx_buf_addch(struct zx_buf *b, char c)
{
	zx_buf_add(b, &c, 1);
}

void zx_buf_addv(struct zx_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *at = zx_buf_room(b, 0);
	int n;

	if (!at)
		return;
	va_copy(again, ap);
	n = vsnprintf(at, b->cap - b->len, fmt, ap);
	if (n < 0)
		b->err = ZX_E_INVALID;
	else if ((size_t)n >= b->cap - b->len) {
		at = zx_buf_room(b, (size_t)n);
		if (at)
			vsnprintf(at, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (!b->err)
		b->len += (size_t)n;
	else if (b->ptr)
		b->ptr[b->len] = '\0';
}

void zx_buf_addf(struct zx_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	zx_buf_addv(b, fmt, ap);
	va_end(ap);
}

void zx_buf_skip(struct zx_buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (!n)
		return;
	b->len -= n;
	memmove(b->ptr, b->ptr + n, b->len);
	b->ptr[b->len] = '\0';
}

struct zx_str zx_buf_str(const struct zx_buf *b)
{
	return (struct zx_str){ b->ptr, b->len };
}

const char *zx_buf_cstr(const struct zx_buf *b)
{
	if (!b->ptr)
		return "";
	/* Whoever filled zx_buf_room() wrote no NUL. */
	b->ptr[b->len] = '\0';
	return b->ptr;
}

char *zx_buf_detach(struct zx_buf *b, size_t *len)
{
	char *p = zx_buf_room(b, 0);
	size_t n = b->len;

	if (!p)
		return NULL;
	p = b->ptr;
	p[n] = '\0';
	if (len)
		*len = n;
	zx_buf_init(b, b->alloc, b->max);
	return p;
}
