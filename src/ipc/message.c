/* SPDX-License-Identifier: MIT
 *
 * message: finds the members of an envelope without a tree, and passes a
 * message on under another source.
 */
#include <string.h>

#include "ipc/ipc_int.h"

#define X(name, text) [ZX_IPC_##name] = { text, sizeof(text) - 1 },
static const struct {
	const char *text;
	size_t len;
} ops[] = { [ZX_IPC_OTHER] = { "", 0 }, ZX_IPC_OPS(X) };
#undef X

const char *zx_ipc_op_name(enum zx_ipc_op op)
{
	size_t i = (size_t)op;

	return i < sizeof(ops) / sizeof(*ops) ? ops[i].text : "";
}

enum zx_ipc_op zx_ipc_op_find(struct zx_str name)
{
	size_t i;

	if (name.len < 2 || name.ptr[1] == '_') /* "x_..." is frequent */
		return ZX_IPC_OTHER;
	for (i = 1; i < sizeof(ops) / sizeof(*ops); i++)
		if (name.len == ops[i].len &&
		    !memcmp(name.ptr, ops[i].text, name.len))
			return (enum zx_ipc_op)i;
	return ZX_IPC_OTHER;
}

/* Members
 * ---------------------------------------------------------------------- */

enum member { OP, DATA, SOURCE, TARGET, TIMESTAMP, NONCE, MEMBERS };

static const char *const members[MEMBERS] = {
	[OP] = "op",	     [DATA] = "data",		[SOURCE] = "source",
	[TARGET] = "target", [TIMESTAMP] = "timestamp", [NONCE] = "nonce",
};

static const unsigned char lengths[MEMBERS] = {
	[OP] = 2,     [DATA] = 4,      [SOURCE] = 6,
	[TARGET] = 6, [TIMESTAMP] = 9, [NONCE] = 5,
};

static enum member find_member(const char *key, size_t n)
{
	switch (n) {
	case 2:
		return memcmp(key, "op", 2) ? MEMBERS : OP;
	case 4:
		return memcmp(key, "data", 4) ? MEMBERS : DATA;
	case 5:
		return memcmp(key, "nonce", 5) ? MEMBERS : NONCE;
	case 6:
		if (!memcmp(key, "source", 6))
			return SOURCE;
		return memcmp(key, "target", 6) ? MEMBERS : TARGET;
	case 9:
		return memcmp(key, "timestamp", 9) ? MEMBERS : TIMESTAMP;
	default:
		return MEMBERS;
	}
}

/* A key with escapes, quotes included, may spell a member too. */
static enum member find_escaped(struct zx_str raw)
{
	size_t i;

	for (i = 0; i < MEMBERS; i++)
		if (zx_json_is(raw, members[i]))
			break;
	return (enum member)i;
}

struct scan {
	const char *p, *end;
	struct zx_str found[MEMBERS];
	int plain;
};

static inline void space(struct scan *c)
{
	while (c->p < c->end && zx__json_is_space(*c->p))
		c->p++;
}

#define KEY(p, text) (!memcmp(p, text "\"", sizeof(text)))

/* The usual keys, told by a few loads: *n is their length. */
static inline enum member find_quickly(const char *key, const char *end,
				       size_t *n)
{
	enum member m = MEMBERS;

	if (end - key < 10)
		return MEMBERS;
	switch (*key) {
	case 'o':
		m = KEY(key, "op") ? OP : MEMBERS;
		break;
	case 'd':
		m = KEY(key, "data") ? DATA : MEMBERS;
		break;
	case 's':
		m = KEY(key, "source") ? SOURCE : MEMBERS;
		break;
	case 'n':
		m = KEY(key, "nonce") ? NONCE : MEMBERS;
		break;
	case 't':
		m = KEY(key, "target")	    ? TARGET
		    : KEY(key, "timestamp") ? TIMESTAMP
					    : MEMBERS;
		break;
	default:
		break;
	}
	*n = m == MEMBERS ? 0 : lengths[m];
	return m;
}

/* The key at c->p and what it stands for; c->p moves behind it. */
static int take_key(struct scan *c, enum member *m)
{
	const char *key = c->p + 1, *stop;
	size_t n = 0;

	if (c->p == c->end || *c->p != '"')
		return ZX_E_SYNTAX;
	*m = find_quickly(key, c->end, &n);
	if (*m != MEMBERS) {
		c->p = key + n + 1;
		return ZX_OK;
	}
	stop = zx__scan_quote(key, c->end);
	if (stop == c->end)
		return ZX_E_SYNTAX;
	if (*stop == '"') {
		*m = find_member(key, (size_t)(stop - key));
		c->p = stop + 1;
		return ZX_OK;
	}
	c->p = zx__skip_string(key, c->end);
	if (!c->p)
		return ZX_E_SYNTAX;
	*m = find_escaped((struct zx_str){ key - 1, (size_t)(c->p - key) + 1 });
	c->plain = 0;
	return ZX_OK;
}

/* From a key to behind its value. */
static int take_member(struct scan *c)
{
	const char *value;
	enum member m;
	int err = take_key(c, &m);

	if (err)
		return err;
	space(c);
	if (c->p == c->end || *c->p != ':')
		return ZX_E_SYNTAX;
	c->p++;
	space(c);
	value = c->p;
	c->p = zx__skip_value(value, c->end);
	if (!c->p)
		return ZX_E_SYNTAX;
	if (m == MEMBERS) {
		c->plain = 0;
		return ZX_OK;
	}
	if (c->found[m].len)
		c->plain = 0;
	c->found[m] = (struct zx_str){ value, (size_t)(c->p - value) };
	return ZX_OK;
}

static int take_object(struct scan *c)
{
	space(c);
	if (c->p == c->end || *c->p != '{')
		return ZX_E_SYNTAX;
	c->p++;
	space(c);
	if (c->p < c->end && *c->p == '}')
		return ZX_E_TYPE;
	for (;;) {
		int err = take_member(c);

		if (err)
			return err;
		space(c);
		if (c->p == c->end)
			return ZX_E_SYNTAX;
		if (*c->p == '}')
			break;
		if (*c->p != ',')
			return ZX_E_SYNTAX;
		c->p++;
		space(c);
	}
	c->p++;
	space(c);
	return c->p == c->end ? ZX_OK : ZX_E_SYNTAX;
}

static int is_string(struct zx_str raw)
{
	return raw.len && *raw.ptr == '"';
}

int zx_ipc_message_scan(struct zx_str text, struct zx_ipc_message *out)
{
	struct scan c = { .p = text.len ? text.ptr : "", .plain = 1 };
	int err;

	c.end = c.p + text.len;
	err = take_object(&c);
	if (err)
		return err;
	if (!is_string(c.found[OP]) || !c.found[DATA].len ||
	    *c.found[DATA].ptr != '{')
		return ZX_E_TYPE;
	out->text = text;
	out->plain = c.plain && c.found[SOURCE].len;
	out->name.ptr = c.found[OP].ptr + 1;
	out->name.len = c.found[OP].len - 2;
	out->op = zx_ipc_op_find(out->name);
	out->data = c.found[DATA];
	out->source = c.found[SOURCE];
	out->target = c.found[TARGET];
	out->timestamp = c.found[TIMESTAMP];
	out->nonce = c.found[NONCE];
	return ZX_OK;
}

/* Passing on
 * ---------------------------------------------------------------------- */

size_t zx__ipc_relay_room(const struct zx_ipc_message *m, struct zx_str source)
{
	return m->text.len + source.len + 128;
}

static char *put(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

#define PUT(to, text) put(to, text, sizeof(text) - 1)

static char *put_member(char *to, const char *head, size_t n, struct zx_str raw)
{
	if (!raw.len)
		return to;
	to = put(to, head, n);
	return put(to, raw.ptr, raw.len);
}

#define PUT_MEMBER(to, head, raw) put_member(to, head, sizeof(head) - 1, raw)

static char *rebuild(char *to, const struct zx_ipc_message *m,
		     struct zx_str source)
{
	to = PUT(to, "{\"op\": \"");
	to = put(to, m->name.ptr, m->name.len);
	to = PUT(to, "\", \"data\": ");
	to = put(to, m->data.ptr, m->data.len);
	to = PUT(to, ", \"source\": \"");
	to = put(to, source.ptr, source.len);
	*to++ = '"';
	to = PUT_MEMBER(to, ", \"target\": ", m->target);
	to = PUT_MEMBER(to, ", \"timestamp\": ", m->timestamp);
	to = PUT_MEMBER(to, ", \"nonce\": ", m->nonce);
	*to++ = '}';
	return to;
}

size_t zx__ipc_relay(char *to, const struct zx_ipc_message *m,
		     struct zx_str source)
{
	char *from = to;
	const char *tail;

	if (!m->plain)
		return (size_t)(rebuild(to, m, source) - from);
	tail = m->source.ptr + m->source.len;
	to = put(to, m->text.ptr, (size_t)(m->source.ptr - m->text.ptr));
	*to++ = '"';
	to = put(to, source.ptr, source.len);
	*to++ = '"';
	to = put(to, tail, (size_t)(m->text.ptr + m->text.len - tail));
	return (size_t)(to - from);
}

int zx_ipc_message_relay(struct zx_buf *out, const struct zx_ipc_message *m,
			 struct zx_str source)
{
	char *to = zx_buf_room(out, zx__ipc_relay_room(m, source));

	if (!to)
		return out->err;
	out->len += zx__ipc_relay(to, m, source);
	out->ptr[out->len] = '\0';
	return ZX_OK;
}
