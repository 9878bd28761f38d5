/* SPDX-License-Identifier: MIT
 *
 * backup_view_section: the items of a section of a snapshot, a line each, page
 * by page. Roles stand as Discord shows them, channels by their categories.
 */
#include <stdlib.h>

#include "cogs/backup_view.h"

struct line {
	uint64_t id;
	int64_t key[5];
	struct zx_str item;
};

struct lines {
	const struct zx_alloc *alloc;
	struct line *v;
	size_t count, cap;
	struct zx_buf text; /* the items, one after another */
};

static int add_line(struct lines *l, struct zx_str item)
{
	size_t cap = l->cap ? 2 * l->cap : 64;
	struct line *v;

	if (l->count == l->cap) {
		v = zx_resize(l->alloc, l->v, cap * sizeof(*v));
		if (!v)
			return ZX_E_NOMEM;
		l->v = v;
		l->cap = cap;
	}
	l->v[l->count] = (struct line){ .id = zx_json_get_u64(item, "id"),
					.item = { NULL, item.len } };
	l->count++;
	zx_buf_adds(&l->text, item);
	return l->text.err;
}

static const struct line *category_of(const struct lines *l, uint64_t id)
{
	size_t i;

	for (i = 0; id && i < l->count; i++)
		if (l->v[i].id == id)
			return &l->v[i];
	return NULL;
}

/* As clients sort: without category first; below one, voice after text. */
static void key_channels(struct lines *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		struct zx_str it = l->v[i].item;
		uint64_t type = zx_json_get_u64(it, "type");
		const struct line *up =
			category_of(l, zx_json_get_u64(it, "parent_id"));
		const struct line *top = type == 4 ? &l->v[i] : up;

		l->v[i].key[0] =
			top ? zx_json_get_i64(top->item, "position") + 1 : 0;
		l->v[i].key[1] = top ? (int64_t)(top->id >> 1) : 0;
		l->v[i].key[2] = type == 4		   ? 0
				 : type == 2 || type == 13 ? 2
							   : 1;
		l->v[i].key[3] = zx_json_get_i64(it, "position");
		l->v[i].key[4] = (int64_t)(l->v[i].id >> 1);
	}
}

static void key_roles(struct lines *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		l->v[i].key[0] = -zx_json_get_i64(l->v[i].item, "position");
		l->v[i].key[1] = (int64_t)(l->v[i].id >> 1);
	}
}

static int by_key(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int i;

	for (i = 0; i < 5; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	return 0;
}

/* What of a section a page shows: all of it where it has to be sorted. */
static int collect(const struct zx__bkv_item_view *v, enum zx_section s,
		   int sorted, size_t from, size_t to, struct lines *l)
{
	struct zx_guild_cursor c;
	struct zx_str item;
	size_t i, at = 0;
	int got = 0, err = zx_guild_cursor_init(&c, v->reader, s);

	for (i = 0; !err && (sorted || i < to); i++) {
		got = zx_guild_next(&c, &item);
		if (got <= 0)
			break;
		if (sorted || i >= from)
			err = add_line(l, item);
	}
	zx_guild_cursor_release(&c);
	if (err || got < 0)
		l->count = 0;
	for (i = 0; i < l->count; i++) {
		l->v[i].item.ptr = l->text.ptr + at;
		at += l->v[i].item.len;
	}
	return err ? err : got < 0 ? got : ZX_OK;
}

static void say_line(const struct zx__bkv_names *n, enum zx_section s,
		     struct zx_str item, struct zx_buf *out)
{
	struct zx_buf line;
	struct zx_str head;
	size_t at;

	zx_buf_init(&line, out->alloc, 0);
	if (s == ZX_SECTION_CHANNELS && zx_json_get_u64(item, "parent_id"))
		zx_buf_addc(&line, "  ");
	if (s != ZX_SECTION_INCOMPLETE && s != ZX_SECTION_IMAGES) {
		zx__bkv_item_name(s, item, &line);
		zx_buf_addc(&line, "  ");
	}
	at = line.len;
	zx__bkv_item(n, s, item, &line);
	if (line.len == at && at && !line.err)
		line.len -= 2; /* no details, no gap */
	head = zx_utf8_head(zx_buf_str(&line), ZX__BKV_LINE);
	zx_buf_adds(out, head);
	zx_buf_addc(out, head.len < line.len ? "…\n" : "\n");
	if (line.err)
		out->err = line.err;
	zx_buf_release(&line);
}

static int one_item(enum zx_section s)
{
	return s == ZX_SECTION_BOT || s == ZX_SECTION_GUILD ||
	       s == ZX_SECTION_ONBOARDING || s == ZX_SECTION_WELCOME;
}

/* The fields of a section that has one item. */
static void say_fields(const struct zx__bkv_names *n, enum zx_section s,
		       struct zx_str item, struct zx_buf *out)
{
	struct zx_json_iter it = zx_json_each(item);
	struct zx_buf line;
	struct zx_str head;

	zx_buf_init(&line, out->alloc, 0);
	while (zx_json_next(&it)) {
		/* The server has many fields that are nothing. */
		if (s == ZX_SECTION_GUILD &&
		    zx_json_kind(it.value) == ZX_JSON_NULL)
			continue;
		zx_buf_clear(&line);
		zx__bkv_path(n, it.key, &line);
		zx_buf_addc(&line, ": ");
		zx__bkv_value(n, it.key, it.value, &line);
		head = zx_utf8_head(zx_buf_str(&line), 90);
		zx_buf_adds(out, head);
		zx_buf_addc(out, head.len < line.len ? "…\n" : "\n");
	}
	zx_buf_release(&line);
}

static int section_lines(const struct zx__bkv_item_view *v, enum zx_section s,
			 const struct zx__bkv_names *n, struct zx_buf *out)
{
	int sorted = s == ZX_SECTION_ROLES || s == ZX_SECTION_CHANNELS, err;
	struct lines l = { .alloc = out->alloc };
	size_t from, to, i;

	zx_buf_init(&l.text, out->alloc, 0);
	to = zx__bkv_span((size_t)zx_guild_count(v->reader, s), ZX__BKV_LINES,
			  v->page, &from);
	err = collect(v, s, sorted, from, to, &l);
	if (s == ZX_SECTION_ROLES)
		key_roles(&l);
	if (s == ZX_SECTION_CHANNELS)
		key_channels(&l);
	if (sorted && l.count)
		qsort(l.v, l.count, sizeof(*l.v), by_key);
	for (i = 0; !err && i < to - from; i++) {
		size_t at = sorted ? from + i : i;

		if (at >= l.count)
			break;
		if (one_item(s))
			say_fields(n, s, l.v[at].item, out);
		else
			say_line(n, s, l.v[at].item, out);
	}
	zx_delete(l.alloc, l.v);
	zx_buf_release(&l.text);
	return err;
}

int zx__bkv_section_render(const struct zx__bkv_item_view *v,
			   struct zx_message *out)
{
	enum zx_section s = (enum zx_section)v->section;
	uint64_t n = zx_guild_count(v->reader, s);
	struct zx__bkv_names names;
	struct zx_buf text;
	int err;

	zx_buf_init(&text, out->alloc, 0);
	zx__bkv_names_init(&names, out->alloc);
	err = zx__bkv_names_add(&names, v->reader);
	if (!err)
		err = section_lines(v, s, &names, &text);
	zx_embed_text(out, "%s — ", zx__bkv_section(s));
	if (text.len)
		zx_embed_text(out, "%llu\n```\n%s```", (unsigned long long)n,
			      zx_buf_cstr(&text));
	else
		zx_embed_text(out, "nothing");
	if (!err)
		err = text.err;
	zx__bkv_names_release(&names);
	zx_buf_release(&text);
	return err;
}
