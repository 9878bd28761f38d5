/* SPDX-License-Identifier: MIT
 *
 * json_read: members and elements, found by scanning over what is before them.
 */
#include <string.h>

#include "base/base_int.h"

static const struct zx_str none = { NULL, 0 };

static struct zx_str slice(const char *p, const char *end)
{
	return (struct zx_str){ p, (size_t)(end - p) };
}

enum zx_json_kind zx_json_kind(struct zx_str raw)
{
	raw = zx_str_trim(raw);
	if (!raw.len)
		return ZX_JSON_NONE;
	switch (*raw.ptr) {
	case '{':
		return ZX_JSON_OBJECT;
	case '[':
		return ZX_JSON_ARRAY;
	case '"':
		return ZX_JSON_STRING;
	case 't':
		return zx_str_is(raw, "true") ? ZX_JSON_BOOL : ZX_JSON_NONE;
	case 'f':
		return zx_str_is(raw, "false") ? ZX_JSON_BOOL : ZX_JSON_NONE;
	case 'n':
		return zx_str_is(raw, "null") ? ZX_JSON_NULL : ZX_JSON_NONE;
	default:
		if (*raw.ptr == '-' || (*raw.ptr >= '0' && *raw.ptr <= '9'))
			return ZX_JSON_NUMBER;
		return ZX_JSON_NONE;
	}
}

struct zx_json_iter zx_json_each(struct zx_str raw)
{
	struct zx_json_iter it = { .rest = none };
	const char *p, *end;

	if (!raw.len)
		return it;
	end = raw.ptr + raw.len;
	p = zx__json_space(raw.ptr, end);
	if (p == end || (*p != '{' && *p != '['))
		return it;
	it.object = *p == '{';
	it.rest = slice(p + 1, end);
	return it;
}

/* Moves *p from before a key to the value of it. */
static int take_key(const char **p, const char *end, struct zx_str *key)
{
	const char *from = *p + 1, *stop;

	if (*p == end || **p != '"')
		return 0;
	stop = zx__skip_string(from, end);
	if (!stop)
		return 0;
	*key = slice(from, stop - 1);
	stop = zx__json_space(stop, end);
	if (stop == end || *stop != ':')
		return 0;
	*p = zx__json_space(stop + 1, end);
	return 1;
}

int zx_json_next(struct zx_json_iter *it)
{
	const char *p, *end, *stop, *after;

	if (!it->rest.len)
		goto out;
	end = it->rest.ptr + it->rest.len;
	p = zx__json_space(it->rest.ptr, end);
	it->rest = none;
	if (it->object && !take_key(&p, end, &it->key))
		goto out;
	stop = zx__skip_value(p, end);
	if (!stop)
		goto out;
	/* A value at the very end may be half of one: the text was cut. */
	after = zx__json_space(stop, end);
	if (after == end || (*after != ',' && *after != '}' && *after != ']'))
		goto out;
	if (*after == ',')
		it->rest = slice(after + 1, end);
	it->value = slice(p, stop);
	return 1;
out:
	it->key = it->value = none;
	return 0;
}

static struct zx_str member(struct zx_str obj, struct zx_str key)
{
	struct zx_json_iter it = zx_json_each(obj);

	if (!it.object)
		return none;
	while (zx_json_next(&it))
		if (zx_str_eq(it.key, key))
			return it.value;
	return none;
}

struct zx_str zx_json_get(struct zx_str obj, const char *key)
{
	return member(obj, zx_str(key));
}

struct zx_str zx_json_at(struct zx_str obj, const char *path)
{
	struct zx_str rest = zx_str(path);

	while (rest.ptr && obj.len)
		obj = member(obj, zx_str_split(&rest, '.'));
	return obj;
}

struct zx_str zx_json_index(struct zx_str arr, size_t i)
{
	struct zx_json_iter it = zx_json_each(arr);

	if (it.object)
		return none;
	while (zx_json_next(&it))
		if (!i--)
			return it.value;
	return none;
}
