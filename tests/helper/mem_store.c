/* SPDX-License-Identifier: MIT
 *
 * mem_store: see the header.
 */
#include "helper/mem_store.h"
#include "helper/zx_test.h"

struct mem_part *mem_store_find(struct mem_store *m,
				const unsigned char hash[ZX_HASH])
{
	for (size_t i = 0; i < m->n; i++)
		if (!memcmp(m->v[i].hash, hash, ZX_HASH))
			return &m->v[i];
	return NULL;
}

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct mem_store *m = ud;
	unsigned char again[ZX_HASH];

	m->puts++;
	if (m->fail)
		return m->fail;
	zx_sha256(data, again);
	assert_memory_equal(hash, again, ZX_HASH);
	if (mem_store_find(m, hash))
		return ZX_OK;
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 64;
		m->v = realloc(m->v, m->cap * sizeof(*m->v));
		assert_non_null(m->v);
	}
	memcpy(m->v[m->n].hash, hash, ZX_HASH);
	m->v[m->n].data = malloc(data.len + 1);
	assert_non_null(m->v[m->n].data);
	memcpy(m->v[m->n].data, data.len ? data.ptr : "", data.len);
	m->v[m->n++].len = data.len;
	m->bytes += data.len;
	return ZX_OK;
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	struct mem_part *p = mem_store_find(ud, hash);

	if (!p)
		return ZX_E_NOTFOUND;
	zx_buf_add(out, p->data, p->len);
	return out->err;
}

static int share(const unsigned char hash[ZX_HASH], void *ud)
{
	return mem_store_find(ud, hash) ? ZX_OK : ZX_E_NOTFOUND;
}

struct zx_guild_store mem_store(struct mem_store *m)
{
	return (struct zx_guild_store){ put, get, share, m };
}

void mem_store_free(struct mem_store *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->v[i].data);
	free(m->v);
	memset(m, 0, sizeof(*m));
}

int mem_append(struct zx_str piece, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_adds(b, piece);
	return b->err;
}

struct zx_str mem_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *p;
	long n;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	p = malloc((size_t)n + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)n, f), n);
	fclose(f);
	return (struct zx_str){ p, (size_t)n };
}
