/* SPDX-License-Identifier: MIT
 *
 * Canonical JSON: one text for one value, so that equal things hash equally.
 * Walks the text where it lies; of an object only the places of its members are
 * held, to be sorted.
 */
#include <stdlib.h>
#include <string.h>

#include "guild/guild_int.h"

/* Written out at this size. */
#define PIECE (32 << 10)

struct member {
	struct zx_str key; /* as written, for output */
	struct zx_str cmp; /* decoded, for order; key itself when plain */
	struct zx_str value;
	uint64_t order; /* its place, or the id it is sorted by */
};

struct members {
	struct member *v;
	size_t n, cap;
};

static int fail(struct zx__canon *c, int err)
{
	if (!c->err)
		c->err = err;
	return c->err;
}

static void flush(struct zx__canon *c, size_t above)
{
	int err;

	if (c->out.err)
		fail(c, c->out.err);
	if (c->err || c->out.len <= above || !c->write)
		return;
	err = c->write(zx_buf_str(&c->out), c->ud);
	if (err)
		fail(c, err);
	zx_buf_clear(&c->out);
}

static void value(struct zx__canon *c, struct zx_str raw);

static int compare(struct zx_str a, struct zx_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.ptr, b.ptr, n) : 0;

	if (d)
		return d;
	return a.len < b.len ? -1 : a.len > b.len;
}

static int by_key(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;
	int d = compare(a->cmp, b->cmp);

	if (d)
		return d;
	return a->order < b->order ? -1 : 1;
}

static int has(const char *const *list, struct zx_str key)
{
	for (; list && *list; list++)
		if (zx_str_is(key, *list))
			return 1;
	return 0;
}

static struct member *room(struct zx__canon *c, struct members *m)
{
	size_t cap = m->cap ? 2 * m->cap : 16;
	struct member *v;

	if (m->n < m->cap)
		return &m->v[m->n];
	v = zx_resize(c->alloc, m->v, cap * sizeof(*v));
	if (!v) {
		fail(c, ZX_E_NOMEM);
		return NULL;
	}
	m->v = v;
	m->cap = cap;
	return &v[m->n];
}

/* A key with escapes, as it is compared. */
static int decode(struct zx__canon *c, struct member *e)
{
	struct zx_buf b;
	int err = ZX_OK;

	zx_buf_init(&b, c->alloc, 0);
	zx_buf_room(&b, 1);
	if (zx__canon_decode(e->key, &b))
		err = b.err;
	else
		e->cmp.ptr = zx_buf_detach(&b, &e->cmp.len);
	zx_buf_release(&b);
	if (!err && !e->cmp.ptr)
		err = ZX_E_NOMEM;
	return err ? fail(c, err) : ZX_OK;
}

static void member_add(struct zx__canon *c, struct members *m,
		       const struct zx_json_iter *it)
{
	struct member *e = room(c, m);

	if (!e)
		return;
	*e = (struct member){ it->key, it->key, it->value, m->n };
	if (it->key.len && memchr(it->key.ptr, '\\', it->key.len) &&
	    decode(c, e))
		return;
	m->n++;
}

static int members_read(struct zx__canon *c, struct members *m,
			struct zx_str raw)
{
	struct zx_json_iter it = zx_json_each(raw);
	const struct zx__canon_rules *r = c->depth == 1 ? c->rules : NULL;

	while (!c->err && zx_json_next(&it))
		if (!r || !has(r->drop, it.key))
			member_add(c, m, &it);
	if (!c->err && c->style != ZX_CANON_INDENT)
		for (size_t i = 1; i < m->n; i++)
			if (by_key(&m->v[i - 1], &m->v[i]) > 0) {
				qsort(m->v, m->n, sizeof(*m->v), by_key);
				break;
			}
	return c->err;
}

static void members_free(struct zx__canon *c, struct members *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].cmp.ptr != m->v[i].key.ptr)
			zx_delete(c->alloc, (void *)(uintptr_t)m->v[i].cmp.ptr);
	zx_delete(c->alloc, m->v);
}

static void line(struct zx__canon *c)
{
	if (c->style != ZX_CANON_INDENT)
		return;
	zx_buf_addch(&c->out, '\n');
	for (unsigned i = 0; i < c->depth; i++)
		zx_buf_addc(&c->out, "    ");
}

static void comma(struct zx__canon *c, int first)
{
	if (!first)
		zx_buf_addc(&c->out, c->style == ZX_CANON_PYTHON ? ", " : ",");
	line(c);
}

/* Elements as texts, to be sorted: ids by number, others by bytes. */
static int by_number(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return compare(a->cmp, b->cmp);
}

static uint64_t number_of(struct zx_str raw)
{
	uint64_t id = 0;

	if (zx_json_kind(raw) == ZX_JSON_OBJECT)
		raw = zx_json_get(raw, "id");
	(void)zx_json_u64(raw, &id);
	return id;
}

static void sorted_array(struct zx__canon *c, struct zx_str raw)
{
	struct members m = { 0 };
	struct zx_json_iter it = zx_json_each(raw);

	while (!c->err && zx_json_next(&it)) {
		struct member *e = room(c, &m);

		if (!e)
			break;
		*e = (struct member){ .cmp = it.value,
				      .value = it.value,
				      .order = number_of(it.value) };
		m.n++;
	}
	if (!c->err && m.n > 1)
		qsort(m.v, m.n, sizeof(*m.v), by_number);
	zx_buf_addch(&c->out, '[');
	for (size_t i = 0; !c->err && i < m.n; i++) {
		comma(c, !i);
		value(c, m.v[i].value);
	}
	zx_buf_addch(&c->out, ']');
	zx_delete(c->alloc, m.v);
}

static void put_member(struct zx__canon *c, const struct member *m)
{
	const struct zx__canon_rules *r = c->depth == 1 ? c->rules : NULL;
	struct zx_str quoted = { m->key.ptr - 1, m->key.len + 2 };

	zx__canon_string(c, quoted);
	zx_buf_addc(&c->out, c->style == ZX_CANON_PLAIN ? ":" : ": ");
	if (r && has(r->sorted, m->key) &&
	    zx_json_kind(m->value) == ZX_JSON_ARRAY)
		sorted_array(c, m->value);
	else
		value(c, m->value);
}

static void object(struct zx__canon *c, struct zx_str raw)
{
	struct members m = { 0 };
	int first = 1;

	zx_buf_addch(&c->out, '{');
	if (members_read(c, &m, raw))
		goto out;
	for (size_t i = 0; !c->err && i < m.n; i++) {
		if (c->style != ZX_CANON_INDENT && i + 1 < m.n &&
		    zx_str_eq(m.v[i].cmp, m.v[i + 1].cmp))
			continue; /* the last one counts */
		comma(c, first);
		first = 0;
		put_member(c, &m.v[i]);
	}
	if (!first) {
		c->depth--;
		line(c);
		c->depth++;
	}
	zx_buf_addch(&c->out, '}');
out:
	members_free(c, &m);
}

static void array(struct zx__canon *c, struct zx_str raw)
{
	struct zx_json_iter it = zx_json_each(raw);
	int first = 1;

	zx_buf_addch(&c->out, '[');
	while (!c->err && zx_json_next(&it)) {
		comma(c, first);
		first = 0;
		value(c, it.value);
	}
	if (!first) {
		c->depth--;
		line(c);
		c->depth++;
	}
	zx_buf_addch(&c->out, ']');
}

static void value(struct zx__canon *c, struct zx_str raw)
{
	switch (zx_json_kind(raw)) {
	case ZX_JSON_OBJECT:
	case ZX_JSON_ARRAY:
		c->depth++;
		if (c->depth > ZX__GUILD_DEPTH)
			fail(c, ZX_E_TOOBIG);
		else if (zx_json_kind(raw) == ZX_JSON_OBJECT)
			object(c, raw);
		else
			array(c, raw);
		c->depth--;
		break;
	case ZX_JSON_STRING:
		zx__canon_string(c, raw);
		break;
	case ZX_JSON_NUMBER:
		zx__canon_number(c, raw);
		break;
	case ZX_JSON_NONE:
		fail(c, ZX_E_SYNTAX);
		break;
	default:
		zx_buf_adds(&c->out, raw);
	}
	flush(c, PIECE);
}

int zx_canon(struct zx_str json, enum zx_canon style, const struct zx_alloc *a,
	     int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct zx__canon c = {
		.style = style, .alloc = a, .write = write, .ud = ud
	};
	int err = zx_json_check(json, ZX__GUILD_DEPTH, NULL);

	if (err)
		return err;
	/* A piece may end behind one long string. */
	zx_buf_init(&c.out, a, (size_t)ZX_PYTHON_FILE_MAX * 6);
	value(&c, zx_str_trim(json));
	flush(&c, 0);
	zx_buf_release(&c.out);
	return c.err;
}

static int to_buf(struct zx_str piece, void *ud)
{
	struct zx_buf *out = ud;

	zx_buf_adds(out, piece);
	return out->err;
}

int zx_canon_buf(struct zx_str json, enum zx_canon style,
		 const struct zx_alloc *a, struct zx_buf *out)
{
	return zx_canon(json, style, a, to_buf, out);
}

int zx__canon_item(struct zx_str json, const struct zx__canon_rules *rules,
		   const struct zx_alloc *a, struct zx_buf *out)
{
	struct zx__canon c = { .style = ZX_CANON_PLAIN,
			       .alloc = a,
			       .rules = rules };

	zx_buf_init(&c.out, a, ZX__GUILD_ITEM);
	value(&c, zx_str_trim(json));
	flush(&c, 0);
	if (!c.err) {
		zx_buf_adds(out, zx_buf_str(&c.out));
		c.err = out->err;
	}
	zx_buf_release(&c.out);
	return c.err;
}
