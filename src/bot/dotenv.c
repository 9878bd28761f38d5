/* SPDX-License-Identifier: MIT
 *
 * Reads .env by python-dotenv's rules: `export`, quotes that may span lines,
 * escapes in them, comments, ${NAME} and ${NAME:-default}.
 */
#include <string.h>

#include "zoryx/config.h"

enum {
	ZX__NOTHING = 1 /* of a binding: a name alone, without a value */
};

static int peek(const struct zx_dotenv *d)
{
	return d->rest.len ? (unsigned char)d->rest.ptr[0] : -1;
}

static void skip(struct zx_dotenv *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (d->rest.ptr[i] == '\n')
			d->line++;
	d->rest = zx_str_from(d->rest, n);
}

static int is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\f' || c == '\v';
}

static int is_newline(int c)
{
	return c == '\n' || c == '\r';
}

static void skip_blanks(struct zx_dotenv *d)
{
	while (is_blank(peek(d)))
		skip(d, 1);
}

static void skip_line(struct zx_dotenv *d)
{
	while (d->rest.len && !is_newline(peek(d)))
		skip(d, 1);
}

/* Space and whole comment lines in front of a binding. */
static void skip_to_binding(struct zx_dotenv *d)
{
	for (;;) {
		while (is_blank(peek(d)) || is_newline(peek(d)))
			skip(d, 1);
		if (peek(d) != '#')
			return;
		skip_line(d);
	}
}

static void skip_export(struct zx_dotenv *d)
{
	if (zx_str_starts(d->rest, "export") && d->rest.len > 6 &&
	    is_blank(d->rest.ptr[6])) {
		skip(d, 6);
		skip_blanks(d);
	}
}

static int read_name(struct zx_dotenv *d)
{
	size_t n = 0;

	if (peek(d) == '\'') {
		const char *end = d->rest.len < 2
					  ? NULL
					  : memchr(d->rest.ptr + 1, '\'',
						   d->rest.len - 1);

		if (!end || end == d->rest.ptr + 1)
			return ZX_E_SYNTAX;
		n = (size_t)(end - d->rest.ptr) - 1;
		zx_buf_add(&d->name, d->rest.ptr + 1, n);
		skip(d, n + 2);
		return ZX_OK;
	}
	while (n < d->rest.len && !strchr("=# \t\f\v\r\n", d->rest.ptr[n]))
		n++;
	if (!n)
		return ZX_E_SYNTAX;
	zx_buf_add(&d->name, d->rest.ptr, n);
	skip(d, n);
	return ZX_OK;
}

/* What stands behind a backslash in quotes; -1 when it is no escape there. */
static int unescape(char c, char quote)
{
	static const char from[] = "abfnrtv\\'\"";
	static const char to[] = "\a\b\f\n\r\t\v\\'\"";
	const char *p = c ? strchr(from, c) : NULL;

	if (!p || (quote == '\'' && c != '\\' && c != '\''))
		return -1;
	return (unsigned char)to[p - from];
}

static int read_quoted(struct zx_dotenv *d, struct zx_buf *out)
{
	char quote = d->rest.ptr[0];
	size_t i = 1;

	for (; i < d->rest.len && d->rest.ptr[i] != quote; i++) {
		char c = d->rest.ptr[i];
		int e = c == '\\' && i + 1 < d->rest.len
				? unescape(d->rest.ptr[i + 1], quote)
				: -1;

		zx_buf_addch(out, e < 0 ? c : (char)e);
		i += e >= 0;
	}
	if (i == d->rest.len)
		return ZX_E_SYNTAX;
	skip(d, i + 1);
	return ZX_OK;
}

/* To the end of the line, without a comment that has a space before it. */
static void read_plain(struct zx_dotenv *d, struct zx_buf *out)
{
	size_t n = 0, end;

	while (n < d->rest.len && !is_newline(d->rest.ptr[n]))
		n++;
	for (end = 0; end < n; end++)
		if (d->rest.ptr[end] == '#' && end &&
		    is_blank(d->rest.ptr[end - 1]))
			break;
	while (end && is_blank(d->rest.ptr[end - 1]))
		end--;
	zx_buf_add(out, d->rest.ptr, end);
	skip(d, n);
}

/* Only blanks and a comment may follow a value on its line. */
static int end_line(struct zx_dotenv *d)
{
	skip_blanks(d);
	if (peek(d) == '#')
		skip_line(d);
	return !d->rest.len || is_newline(peek(d)) ? ZX_OK : ZX_E_SYNTAX;
}

static const char *from_environment(const struct zx_dotenv *d,
				    struct zx_str name)
{
	for (const char *const *e = d->environment; e && *e; e++)
		if (!strncmp(*e, name.ptr, name.len) && (*e)[name.len] == '=')
			return *e + name.len + 1;
	return NULL;
}

/* What earlier lines gave, as name, NUL, length, value, one behind another:
 * looked up again for each ${NAME}, so that no line is read twice. */
static void remember(struct zx_dotenv *d)
{
	size_t n = d->value.len;

	zx_buf_add(&d->known, zx_buf_cstr(&d->name), d->name.len + 1);
	zx_buf_add(&d->known, &n, sizeof(n));
	zx_buf_adds(&d->known, zx_buf_str(&d->value));
}

/* Puts the latest value an earlier line gave the name into *out, if any. */
static void from_lines(const struct zx_dotenv *d, struct zx_str name,
		       struct zx_str *out)
{
	size_t i = 0;

	while (i < d->known.len) {
		struct zx_str key = zx_str(d->known.ptr + i), value;

		i += key.len + 1;
		memcpy(&value.len, d->known.ptr + i, sizeof(value.len));
		i += sizeof(value.len);
		value.ptr = d->known.ptr + i;
		i += value.len;
		if (zx_str_eq(key, name))
			*out = value;
	}
}

static void expand_one(const struct zx_dotenv *d, struct zx_str inside,
		       struct zx_buf *out)
{
	struct zx_str name = inside, value = { NULL, 0 };
	const char *env;

	for (size_t i = 0; i + 1 < inside.len; i++)
		if (inside.ptr[i] == ':' && inside.ptr[i + 1] == '-') {
			name.len = i;
			value = zx_str_from(inside, i + 2);
			break;
		}
	env = from_environment(d, name);
	if (env)
		value = zx_str(env);
	else
		from_lines(d, name, &value);
	zx_buf_adds(out, value);
}

static int expand(const struct zx_dotenv *d, struct zx_str raw,
		  struct zx_buf *out)
{
	size_t i = 0;

	while (i < raw.len) {
		const char *close = NULL;

		if (raw.ptr[i] == '$' && i + 1 < raw.len &&
		    raw.ptr[i + 1] == '{')
			close = memchr(raw.ptr + i + 2, '}', raw.len - i - 2);
		if (!close) {
			zx_buf_addch(out, raw.ptr[i++]);
			continue;
		}
		expand_one(d,
			   (struct zx_str){ raw.ptr + i + 2,
					    (size_t)(close - raw.ptr) - i - 2 },
			   out);
		i = (size_t)(close - raw.ptr) + 1;
	}
	return out->err;
}

static int read_value(struct zx_dotenv *d)
{
	struct zx_buf raw;
	int c = peek(d), err = ZX_OK;

	zx_buf_init(&raw, d->value.alloc, d->value.max);
	if (c == '\'' || c == '"')
		err = read_quoted(d, &raw);
	else
		read_plain(d, &raw);
	if (!err)
		err = end_line(d);
	if (!err)
		err = raw.err;
	if (!err)
		err = expand(d, zx_buf_str(&raw), &d->value);
	zx_wipe(raw.ptr, raw.cap);
	zx_buf_release(&raw);
	return err;
}

static int binding(struct zx_dotenv *d)
{
	int err;

	skip_export(d);
	if (peek(d) == '#') {
		skip_line(d);
		return ZX__NOTHING;
	}
	err = read_name(d);
	if (err)
		return err;
	skip_blanks(d);
	if (peek(d) != '=')
		return end_line(d) ? ZX_E_SYNTAX : ZX__NOTHING;
	skip(d, 1);
	skip_blanks(d);
	return read_value(d);
}

void zx_dotenv_init(struct zx_dotenv *d, struct zx_str text,
		    const char *const *environment, const struct zx_alloc *a)
{
	/* a byte order mark is no part of the first name */
	if (zx_str_starts(text, "\xef\xbb\xbf"))
		text = zx_str_from(text, 3);
	*d = (struct zx_dotenv){ .rest = text,
				 .line = 1,
				 .environment = environment };
	zx_buf_init(&d->name, a, 1 << 10);
	zx_buf_init(&d->value, a, 1 << 16);
	zx_buf_init(&d->known, a, 1 << 22);
}

int zx_dotenv_next(struct zx_dotenv *d)
{
	int err;

	do {
		skip_to_binding(d);
		if (!d->rest.len)
			return 0;
		zx_buf_clear(&d->name);
		zx_buf_clear(&d->value);
		err = binding(d);
	} while (err == ZX__NOTHING);
	if (err) {
		skip_line(d);
		return err;
	}
	remember(d);
	return d->name.err ? d->name.err : d->known.err ? d->known.err : 1;
}

void zx_dotenv_release(struct zx_dotenv *d)
{
	zx_wipe(d->value.ptr, d->value.cap);
	zx_buf_release(&d->name);
	zx_buf_release(&d->value);
	zx_wipe(d->known.ptr, d->known.cap);
	zx_buf_release(&d->known);
}
