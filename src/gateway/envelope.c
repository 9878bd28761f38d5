/* SPDX-License-Identifier: MIT
 *
 * envelope: finds op, s, t and the span of d in a gateway message. Every event
 * of the bot passes here, most of them only here.
 */
#include <string.h>

#include "gateway/gateway_int.h"
#include "base/base_int.h"

enum { SEEN_OP = 1, SEEN_S = 2, SEEN_T = 4, SEEN_D = 8 };

struct scan {
	const char *p, *end;
	struct zx_envelope *out;
	unsigned seen;
};

static int is_null(const struct scan *c)
{
	return c->end - c->p >= 4 && !memcmp(c->p, "null", 4);
}

/* Decimal, as much as fits: Discord's numbers here have no fraction. */
static int take_int(struct scan *c, int64_t *out)
{
	int negative = c->p < c->end && *c->p == '-';
	const char *p = c->p + negative;
	int64_t v = 0;

	if (p == c->end || *p < '0' || *p > '9')
		return ZX_E_SYNTAX;
	for (; p < c->end && *p >= '0' && *p <= '9'; p++) {
		if (v > (INT64_MAX - (*p - '0')) / 10)
			return ZX_E_SYNTAX;
		v = v * 10 + (*p - '0');
	}
	c->p = p;
	*out = negative ? -v : v;
	return ZX_OK;
}

static int take_op(struct scan *c)
{
	int64_t op;

	if (take_int(c, &op) || op < 0 || op > INT32_MAX)
		return ZX_E_SYNTAX;
	if (!(c->seen & SEEN_OP))
		c->out->op = (int)op;
	c->seen |= SEEN_OP;
	return ZX_OK;
}

static int take_s(struct scan *c)
{
	int64_t s = 0;
	int null = is_null(c);

	if (null)
		c->p += 4;
	else if (take_int(c, &s))
		return ZX_E_SYNTAX;
	if (!(c->seen & SEEN_S)) {
		c->out->has_seq = !null;
		c->out->seq = s;
	}
	c->seen |= SEEN_S;
	return ZX_OK;
}

static int take_t(struct scan *c)
{
	struct zx_str t = { NULL, 0 };
	const char *stop;

	if (is_null(c)) {
		c->p += 4;
	} else {
		if (*c->p != '"')
			return ZX_E_SYNTAX;
		stop = zx__skip_string(c->p + 1, c->end);
		if (!stop)
			return ZX_E_SYNTAX;
		t.ptr = c->p + 1;
		t.len = (size_t)(stop - t.ptr) - 1;
		c->p = stop;
	}
	if (!(c->seen & SEEN_T))
		c->out->t = t;
	c->seen |= SEEN_T;
	return ZX_OK;
}

/* An object or array that is the last member: all up to the last brace. */
static int take_rest(struct scan *c)
{
	const char *stop = c->end;
	char close = *c->p == '{' ? '}' : ']';

	while (stop > c->p && zx__json_is_space(stop[-1]))
		stop--;
	if (stop - c->p < 3 || *--stop != '}')
		return ZX_E_SYNTAX;
	while (zx__json_is_space(stop[-1]))
		stop--;
	if (stop[-1] != close)
		return ZX_E_SYNTAX;
	c->out->d = (struct zx_str){ c->p, (size_t)(stop - c->p) };
	c->p = zx__json_space(stop, c->end);
	return ZX_OK;
}

static int take_d(struct scan *c)
{
	const char *from = c->p, *stop;
	unsigned all = SEEN_OP | SEEN_S | SEEN_T;

	if ((c->seen & (all | SEEN_D)) == all && (*from == '{' || *from == '['))
		return take_rest(c);
	stop = zx__skip_value(from, c->end);
	if (!stop)
		return ZX_E_SYNTAX;
	if (!(c->seen & SEEN_D))
		c->out->d = (struct zx_str){ from, (size_t)(stop - from) };
	c->seen |= SEEN_D;
	c->p = stop;
	return ZX_OK;
}

static int take_other(struct scan *c)
{
	c->p = zx__skip_value(c->p, c->end);
	return c->p ? ZX_OK : ZX_E_SYNTAX;
}

typedef int take_fn(struct scan *c);

/* Moves behind the key and the colon; NULL when there is no key. */
static take_fn *take_key(struct scan *c)
{
	const char *key = c->p + 1, *stop;
	take_fn *fn = take_other;

	if (c->p == c->end || *c->p != '"')
		return NULL;
	stop = c->end - key < 3 ? NULL : key[1] == '"' ? key + 2 : NULL;
	if (stop)
		fn = *key == 'd'   ? take_d
		     : *key == 's' ? take_s
		     : *key == 't' ? take_t
				   : take_other;
	if (!stop || *key == '\\' || *key == '"')
		stop = zx__skip_string(key, c->end);
	if (!stop)
		return NULL;
	if (stop - key == 3 && key[0] == 'o' && key[1] == 'p')
		fn = take_op;
	c->p = zx__json_space(stop, c->end);
	if (c->p == c->end || *c->p != ':')
		return NULL;
	c->p = zx__json_space(c->p + 1, c->end);
	return c->p == c->end ? NULL : fn;
}

int zx_envelope_scan(struct zx_str text, struct zx_envelope *out)
{
	struct scan c = { .out = out };
	take_fn *take;

	*out = (struct zx_envelope){ .op = -1 };
	if (!text.len)
		return ZX_E_SYNTAX;
	c.end = text.ptr + text.len;
	c.p = zx__json_space(text.ptr, c.end);
	if (c.p == c.end || *c.p != '{')
		return ZX_E_SYNTAX;
	do {
		c.p = zx__json_space(c.p + 1, c.end);
		take = take_key(&c);
		if (!take || take(&c))
			return ZX_E_SYNTAX;
		c.p = zx__json_space(c.p, c.end);
		if (c.p == c.end)
			return ZX_E_SYNTAX;
	} while (*c.p == ',');
	if (*c.p != '}' || zx__json_space(c.p + 1, c.end) != c.end)
		return ZX_E_SYNTAX;
	return c.seen & SEEN_OP ? ZX_OK : ZX_E_SYNTAX;
}
