/* SPDX-License-Identifier: MIT
 *
 * explain: Discord's error bodies in one line.
 */
#include <string.h>

#include "rest/rest_int.h"

#define MAX_DEPTH 16
#define MAX_TEXT 300

/* What Discord's own words leave open. */
static const char *hint(int code)
{
	static const struct {
		int code;
		const char *text;
	} table[] = {
		{ 10062, "the answer came later than 3 s, or twice" },
		{ 40333,
		  "Cloudflare refused it; the User-Agent must be valid" },
		{ 50001, "the bot cannot see it" },
		{ 50013, "the bot lacks a permission there, or its highest "
			 "role is too low" },
		{ 50045, "a file is too large" },
		{ 50074, "community servers need this channel" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].code == code)
			return table[i].text;
	return NULL;
}

static const char *status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} table[] = {
		{ 400, "Bad Request" },	       { 401, "Unauthorized" },
		{ 403, "Forbidden" },	       { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 413, "Request Too Large" },
		{ 429, "Too Many Requests" },  { 500, "Internal Server Error" },
		{ 502, "Bad Gateway" },	       { 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].status == status)
			return table[i].text;
	return status >= 300 && status < 400 ? "Redirect, not followed"
	       : status >= 500		     ? "Server Error"
					     : "Error";
}

/* One line, of a length people read. */
static void add_line(struct zx_buf *out, size_t from)
{
	struct zx_str s;
	size_t i;

	if (out->err)
		return;
	for (i = from; i < out->len; i++)
		if ((unsigned char)out->ptr[i] < 0x20 || out->ptr[i] == 0x7f)
			out->ptr[i] = ' ';
	s = zx_utf8_head(zx_str_from(zx_buf_str(out), from), MAX_TEXT);
	if (from + s.len == out->len)
		return;
	out->len = from + s.len;
	zx_buf_addc(out, "...");
}

/* The first message of an _errors list, or of the lists of the old format. */
static int add_leaf(struct zx_str list, struct zx_buf *out)
{
	struct zx_str first = zx_json_index(list, 0);

	if (zx_json_kind(first) == ZX_JSON_OBJECT)
		first = zx_json_get(first, "message");
	if (zx_json_kind(first) != ZX_JSON_STRING)
		return 0;
	return zx_json_text(first, out) == ZX_OK;
}

/* Descends along first members to a list; writes "path: message". */
static int add_tree(struct zx_str tree, struct zx_buf *out)
{
	size_t depth, from = out->len;

	for (depth = 0; depth < MAX_DEPTH; depth++) {
		struct zx_str list = zx_json_get(tree, "_errors");
		struct zx_json_iter it = zx_json_each(tree);

		if (zx_json_kind(list) == ZX_JSON_ARRAY) {
			if (depth)
				zx_buf_addc(out, ": ");
			return add_leaf(list, out);
		}
		if (zx_json_kind(tree) != ZX_JSON_OBJECT || !zx_json_next(&it))
			return 0;
		if (out->len > from)
			zx_buf_addch(out, '.');
		zx_buf_adds(out, it.key);
		if (zx_json_kind(it.value) == ZX_JSON_ARRAY) {
			zx_buf_addc(out, ": ");
			return add_leaf(it.value, out);
		}
		tree = it.value;
	}
	return 0;
}

/* Back to `from` when `done` is 0. */
static int keep(struct zx_buf *out, size_t from, int done)
{
	if (!done && !out->err)
		out->len = from;
	return done;
}

static void add_what(struct zx_str body, int code, int status,
		     struct zx_buf *out)
{
	struct zx_str message = zx_json_get(body, "message");
	size_t from = out->len;

	if (keep(out, from, add_tree(zx_json_get(body, "errors"), out)))
		return;
	if (zx_json_kind(message) == ZX_JSON_STRING &&
	    keep(out, from, zx_json_text(message, out) == ZX_OK)) {
		if (hint(code))
			zx_buf_addf(out, ": %s", hint(code));
		return;
	}
	if (!message.len && !code && keep(out, from, add_tree(body, out)))
		return;
	zx_buf_addc(out, hint(code) ? hint(code) : status_text(status));
}

void zx_rest_explain(struct zx_str body, int status, int *code,
		     struct zx_buf *out)
{
	size_t from = out->len;
	int64_t n = 0;

	if (zx__rest_is_json(body))
		n = zx_json_get_i64(body, "code");
	else
		body.len = 0;
	if (n < 0 || n > INT32_MAX)
		n = 0;
	if (code)
		*code = (int)n;
	add_what(body, (int)n, status, out);
	add_line(out, from);
	if (n)
		zx_buf_addf(out, " (HTTP %d, code %d)", status, (int)n);
	else
		zx_buf_addf(out, " (HTTP %d)", status);
}
