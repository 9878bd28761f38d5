/* SPDX-License-Identifier: MIT
 *
 * Reading a document in pieces of any size: items are found by counting
 * brackets, and only the one that is not complete yet is held.
 */
#include <stdio.h>
#include <string.h>

#include "guild/guild_int.h"

enum where {
	START, /* before the first bracket */
	KEY,   /* before a key, or the end */
	IN_KEY,
	COLON,
	VALUE,	/* before the value of a key */
	SCALAR, /* inside of a value that is no list */
	ITEM,	/* before an item of a list, or its end */
	IN_ITEM,
	AFTER_ITEM,
	AFTER_VALUE,
	DONE
};

struct zx_guild_parser {
	struct zx_guild_writer *w;
	const struct zx_alloc *alloc;
	struct zx_buf held; /* the key, item or value that has begun */
	char key[32];
	enum where at;
	unsigned depth;
	int in_string, escaped, err;
	int known; /* the key is a section */
	enum zx_section section;
	char error[160];
};

int zx_guild_parser_new(struct zx_guild_parser **out, struct zx_guild_writer *w,
			const struct zx_alloc *a)
{
	struct zx_guild_parser *p = zx_new(a, sizeof(*p));

	*out = p;
	if (!p)
		return ZX_E_NOMEM;
	p->w = w;
	p->alloc = a;
	zx_buf_init(&p->held, a, ZX__GUILD_ITEM);
	return ZX_OK;
}

void zx_guild_parser_free(struct zx_guild_parser *p)
{
	if (!p)
		return;
	zx_buf_release(&p->held);
	zx_delete(p->alloc, p);
}

const char *zx_guild_parser_error(const struct zx_guild_parser *p)
{
	return p->error;
}

static int fail(struct zx_guild_parser *p, int err, const char *text)
{
	const char *more = zx_guild_writer_error(p->w);

	p->err = err;
	snprintf(p->error, sizeof(p->error), "%s", *more ? more : text);
	return err;
}

/* An image's item with its bytes in "data". */
static int image(struct zx_guild_parser *p, struct zx_str item)
{
	struct zx_buf bytes, key;
	struct zx_str type = zx_json_plain(zx_json_get(item, "type"));
	char text[32];
	int err;

	snprintf(text, sizeof(text), "%.*s", ZX_ARG(type));
	zx_buf_init(&bytes, p->alloc, ZX__GUILD_ITEM);
	zx_buf_init(&key, p->alloc, 1024);
	err = zx__base64_read(zx_json_plain(zx_json_get(item, "data")), &bytes);
	if (!err)
		err = zx_json_text(zx_json_get(item, "key"), &key);
	if (!err)
		err = zx_guild_add_image(p->w, zx_json_get_u64(item, "id"),
					 zx_buf_str(&key), text,
					 zx_buf_str(&bytes));
	zx_buf_release(&bytes);
	zx_buf_release(&key);
	return err;
}

static int take_item(struct zx_guild_parser *p)
{
	struct zx_str item = zx_buf_str(&p->held);
	int err = zx_json_check(item, ZX__GUILD_DEPTH, NULL);

	if (!err && p->section == ZX_SECTION_IMAGES)
		err = image(p, item);
	else if (!err)
		err = zx_guild_add(p->w, p->section, item);
	zx_buf_clear(&p->held);
	return err ? fail(p, err, "an item cannot be read") : ZX_OK;
}

static int take_value(struct zx_guild_parser *p)
{
	struct zx_str v = zx_buf_str(&p->held);
	uint64_t version = 0;
	int err = zx_json_check(v, ZX__GUILD_DEPTH, NULL);

	if (err)
		return fail(p, err, "a value is no JSON");
	if (!strcmp(p->key, "version") &&
	    (zx_json_u64(v, &version) || version != ZX__GUILD_VERSION))
		return fail(p, ZX_E_VERSION, "a version nobody here knows");
	if (!strcmp(p->key, "format") && !zx_json_is(v, "zoryx-guild"))
		return fail(p, ZX_E_VERSION, "another format");
	zx_buf_clear(&p->held);
	return ZX_OK;
}

static int is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int end_of_key(struct zx_guild_parser *p)
{
	struct zx_str k = zx_buf_str(&p->held);

	snprintf(p->key, sizeof(p->key), "%.*s", ZX_ARG(k));
	p->known = !zx_section_find(k, &p->section) &&
		   p->section != ZX_SECTION_RAW;
	zx_buf_clear(&p->held);
	p->at = COLON;
	return ZX_OK;
}

/* The byte belongs to a value; nonzero in *last when it is its last one. */
static void in_value(struct zx_guild_parser *p, char c, int *last)
{
	zx_buf_addch(&p->held, c);
	*last = 0;
	if (p->in_string) {
		if (p->escaped)
			p->escaped = 0;
		else if (c == '\\')
			p->escaped = 1;
		else if (c == '"')
			p->in_string = 0;
		*last = !p->in_string && !p->depth;
	} else if (c == '"') {
		p->in_string = 1;
	} else if (c == '{' || c == '[') {
		p->depth++;
	} else if (c == '}' || c == ']') {
		p->depth--;
		*last = !p->depth;
	}
}

static int item_byte(struct zx_guild_parser *p, char c)
{
	int last;

	if (p->at == ITEM && c == ']') {
		p->at = AFTER_VALUE;
		return ZX_OK;
	}
	if (p->at == ITEM && c != '{')
		return fail(p, ZX_E_SYNTAX, "a section holds no objects");
	p->at = IN_ITEM;
	in_value(p, c, &last);
	if (p->held.err)
		return fail(p, p->held.err, "an item is too large");
	if (!last)
		return ZX_OK;
	p->at = AFTER_ITEM;
	return take_item(p);
}

static int value_byte(struct zx_guild_parser *p, char c)
{
	int last;

	if (p->at == VALUE && p->known) {
		if (c != '[')
			return fail(p, ZX_E_SYNTAX, "a section is no list");
		p->at = ITEM;
		return ZX_OK;
	}
	/* A number or word ends in front of what cannot be part of it. */
	if (p->at == SCALAR && !p->depth && !p->in_string &&
	    (c == ',' || c == '}')) {
		p->at = c == ',' ? KEY : DONE;
		return take_value(p);
	}
	p->at = SCALAR;
	in_value(p, c, &last);
	if (p->held.err)
		return fail(p, p->held.err, "a value is too large");
	if (!last)
		return ZX_OK;
	p->at = AFTER_VALUE;
	return take_value(p);
}

static int key_byte(struct zx_guild_parser *p, char c)
{
	if (p->at == START)
		p->at = c == '{' ? KEY : DONE;
	else if (p->at == KEY && c == '"')
		p->at = IN_KEY;
	else if (p->at == KEY && c == '}')
		p->at = DONE;
	else if (p->at == COLON && c == ':')
		p->at = VALUE;
	else if (p->at == AFTER_VALUE && (c == ',' || c == '}'))
		p->at = c == ',' ? KEY : DONE;
	else if (p->at == AFTER_ITEM && (c == ',' || c == ']'))
		p->at = c == ',' ? ITEM : AFTER_VALUE;
	else
		return fail(p, ZX_E_SYNTAX, "no JSON object");
	if (p->at == DONE && c != '}')
		return fail(p, ZX_E_SYNTAX, "no JSON object");
	return ZX_OK;
}

static int byte(struct zx_guild_parser *p, char c)
{
	if (p->at == IN_KEY) {
		if (c == '"')
			return end_of_key(p);
		zx_buf_addch(&p->held, c);
		if (c == '\\' || p->held.len > 256 || p->held.err)
			return fail(p, p->held.err ? p->held.err : ZX_E_SYNTAX,
				    "a key that is no plain word");
		return ZX_OK;
	}
	if (p->at != IN_ITEM && !(p->at == SCALAR) && is_space(c))
		return ZX_OK;
	if (p->at == ITEM || p->at == IN_ITEM)
		return item_byte(p, c);
	if (p->at == VALUE || p->at == SCALAR)
		return value_byte(p, c);
	return key_byte(p, c);
}

int zx_guild_parser_feed(struct zx_guild_parser *p, struct zx_str piece)
{
	for (size_t i = 0; !p->err && i < piece.len; i++)
		if (byte(p, piece.ptr[i]))
			break;
	return p->err;
}

int zx_guild_parser_end(struct zx_guild_parser *p)
{
	if (!p->err && p->at != DONE)
		return fail(p, ZX_E_SYNTAX, "the text ends in the middle");
	return p->err;
}
