/* SPDX-License-Identifier: MIT
 *
 * json_check: the whole RFC 8259 grammar, without recursion or memory.
 */
#include <string.h>

#include "base/base_int.h"

/* What is being checked, and for each open bracket whether it is an object. */
struct check {
	const char *p, *end;
	unsigned depth, max;
	unsigned char object[ZX__JSON_DEPTH_MAX / 8];
};

static int in_object(const struct check *c)
{
	unsigned level = c->depth - 1;

	return c->depth && c->object[level / 8] >> level % 8 & 1;
}

static int enter(struct check *c, int object)
{
	unsigned level = c->depth;
	unsigned char bit = (unsigned char)(1u << level % 8);

	if (level == c->max)
		return ZX_E_TOOBIG;
	if (object)
		c->object[level / 8] |= bit;
	else
		c->object[level / 8] &= (unsigned char)~bit;
	c->depth++;
	c->p++;
	return ZX_OK;
}

static void space(struct check *c)
{
	c->p = zx__json_space(c->p, c->end);
}

static int at(const struct check *c, char want)
{
	return c->p < c->end && *c->p == want;
}

/* p is behind a backslash. Unpaired surrogates are in the grammar. */
static int check_escape(struct check *c)
{
	int i;

	if (c->p == c->end)
		return ZX_E_SYNTAX;
	if (*c->p != 'u') {
		if (!*c->p || !strchr("\"\\/bfnrt", *c->p))
			return ZX_E_SYNTAX;
		c->p++;
		return ZX_OK;
	}
	c->p++;
	for (i = 0; i < 4; i++, c->p++)
		if (c->p == c->end || !*c->p ||
		    !strchr("0123456789abcdefABCDEF", *c->p))
			return ZX_E_SYNTAX;
	return ZX_OK;
}

/* p is behind the opening quote. */
static int check_string(struct check *c)
{
	for (;;) {
		size_t len;

		c->p = zx__scan_plain(c->p, c->end);
		if (c->p == c->end || (unsigned char)*c->p < 0x20)
			return ZX_E_SYNTAX;
		if (*c->p == '"') {
			c->p++;
			return ZX_OK;
		}
		if (*c->p == '\\') {
			c->p++;
			if (check_escape(c))
				return ZX_E_SYNTAX;
			continue;
		}
		len = zx__utf8_len(c->p, (size_t)(c->end - c->p));
		if (!len)
			return ZX_E_SYNTAX;
		c->p += len;
	}
}

static int check_word(struct check *c, const char *word)
{
	for (; *word; word++, c->p++)
		if (!at(c, *word))
			return ZX_E_SYNTAX;
	return ZX_OK;
}

static int check_scalar(struct check *c)
{
	if (c->p == c->end)
		return ZX_E_SYNTAX;
	switch (*c->p) {
	case '"':
		c->p++;
		return check_string(c);
	case 't':
		return check_word(c, "true");
	case 'f':
		return check_word(c, "false");
	case 'n':
		return check_word(c, "null");
	default:
		return zx__json_number(&c->p, c->end) ? ZX_OK : ZX_E_SYNTAX;
	}
}

static int check_key(struct check *c)
{
	space(c);
	if (!at(c, '"'))
		return ZX_E_SYNTAX;
	c->p++;
	if (check_string(c))
		return ZX_E_SYNTAX;
	space(c);
	if (!at(c, ':'))
		return ZX_E_SYNTAX;
	c->p++;
	return ZX_OK;
}

/* A scalar, an empty container, or down to the first value inside of one. */
static int check_down(struct check *c)
{
	for (;;) {
		int err, object;

		space(c);
		object = at(c, '{');
		if (!object && !at(c, '['))
			return check_scalar(c);
		err = enter(c, object);
		if (err)
			return err;
		space(c);
		if (at(c, object ? '}' : ']')) {
			c->p++;
			c->depth--;
			return ZX_OK;
		}
		if (object && check_key(c))
			return ZX_E_SYNTAX;
	}
}

/* Behind a value: closes what ends there. *more is set before another value. */
static int check_up(struct check *c, int *more)
{
	*more = 0;
	for (; c->depth; c->depth--, c->p++) {
		space(c);
		if (at(c, ',')) {
			*more = 1;
			c->p++;
			return in_object(c) ? check_key(c) : ZX_OK;
		}
		if (!at(c, in_object(c) ? '}' : ']'))
			return ZX_E_SYNTAX;
	}
	space(c);
	return c->p == c->end ? ZX_OK : ZX_E_SYNTAX;
}

int zx_json_check(struct zx_str text, unsigned max_depth, size_t *where)
{
	const char *from = text.len ? text.ptr : "";
	struct check c = { .p = from, .end = from + text.len };
	int err, more = 1;

	c.max = max_depth ? max_depth : ZX__JSON_DEPTH;
	if (c.max > ZX__JSON_DEPTH_MAX)
		c.max = ZX__JSON_DEPTH_MAX;
	for (err = ZX_OK; !err && more;) {
		err = check_down(&c);
		if (!err)
			err = check_up(&c, &more);
	}
	if (err && where)
		*where = (size_t)(c.p - from);
	return err;
}
