/* SPDX-License-Identifier: MIT
 *
 * Building and reading DOM objects in few words; ids stay exact.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

cJSON *zx__id_string(uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	return cJSON_CreateString(text);
}

cJSON *zx__dup(const cJSON *v)
{
	return v ? cJSON_Duplicate(v, 1) : NULL;
}

static cJSON *time_string(int64_t ms)
{
	char text[ZX__ISO_SIZE];

	zx__iso(ms, text);
	return cJSON_CreateString(text);
}

static cJSON *text_or_null(const char *s)
{
	return s ? cJSON_CreateString(s) : cJSON_CreateNull();
}

static cJSON *or_null(cJSON *v)
{
	return v ? v : cJSON_CreateNull();
}

static cJSON *constant(char type)
{
	switch (type) {
	case '0':
		return cJSON_CreateNumber(0);
	case 't':
		return cJSON_CreateTrue();
	case 'f':
		return cJSON_CreateFalse();
	case 'a':
		return cJSON_CreateArray();
	case 'e':
		return cJSON_CreateObject();
	case 'x':
		return cJSON_CreateString("");
	default:
		return cJSON_CreateNull();
	}
}

static cJSON *value(char type, va_list *ap)
{
	switch (type) {
	case 'i':
		return cJSON_CreateNumber(va_arg(*ap, int));
	case 'd':
		return cJSON_CreateNumber(va_arg(*ap, double));
	case 'b':
		return cJSON_CreateBool(va_arg(*ap, int) != 0);
	case 's':
		return text_or_null(va_arg(*ap, const char *));
	case 'I':
	case 'U':
		return zx__id_string(va_arg(*ap, uint64_t));
	case 'T':
		return time_string(va_arg(*ap, int64_t));
	case 'o':
		return or_null(va_arg(*ap, cJSON *));
	case 'c':
		return or_null(zx__dup(va_arg(*ap, const cJSON *)));
	default:
		return constant(type);
	}
}

static void put(cJSON *obj, const char *key, cJSON *v)
{
	if (cJSON_GetObjectItemCaseSensitive(obj, key))
		cJSON_ReplaceItemInObjectCaseSensitive(obj, key, v);
	else
		cJSON_AddItemToObject(obj, key, v);
}

static void fill(cJSON *obj, const char *spec, va_list *ap)
{
	struct zx_str rest = zx_str(spec);

	while (rest.len) {
		struct zx_str word = zx_str_split(&rest, ' ');
		struct zx_str key = zx_str_split(&word, ':');
		char name[64];

		if (!key.len || key.len >= sizeof(name) || !word.len)
			continue;
		memcpy(name, key.ptr, key.len);
		name[key.len] = '\0';
		put(obj, name, value(word.ptr[0], ap));
	}
}

cJSON *zx__dom(const char *spec, ...)
{
	cJSON *obj = cJSON_CreateObject();
	va_list ap;

	va_start(ap, spec);
	fill(obj, spec, &ap);
	va_end(ap);
	return obj;
}

void zx__dom_set(cJSON *obj, const char *spec, ...)
{
	va_list ap;

	va_start(ap, spec);
	fill(obj, spec, &ap);
	va_end(ap);
}

/* Reading ----------------------------------------------------------------- */

cJSON *zx__get_mut(cJSON *obj, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(obj, key);
}

const cJSON *zx__get(const cJSON *obj, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(obj, key);
}

const cJSON *zx__some(const cJSON *obj, const char *key)
{
	const cJSON *v = zx__get(obj, key);

	return v && !cJSON_IsNull(v) ? v : NULL;
}

const char *zx__str(const cJSON *obj, const char *key)
{
	const cJSON *v = zx__get(obj, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

int zx__int(const cJSON *obj, const char *key)
{
	const cJSON *v = zx__get(obj, key);

	if (cJSON_IsString(v))
		return (int)zx__dom_u64(v);
	return cJSON_IsNumber(v) ? v->valueint : 0;
}

int zx__true(const cJSON *obj, const char *key)
{
	return cJSON_IsTrue(zx__get(obj, key));
}

uint64_t zx__dom_u64(const cJSON *v)
{
	uint64_t out = 0;

	if (cJSON_IsString(v))
		return zx_str_u64(zx_str(v->valuestring), &out) == ZX_OK ? out
									 : 0;
	if (cJSON_IsNumber(v) && v->valuedouble >= 0 &&
	    v->valuedouble <= 9007199254740992.0)
		return (uint64_t)v->valuedouble;
	return 0;
}

uint64_t zx__dom_id(const cJSON *obj, const char *key)
{
	return zx__dom_u64(zx__get(obj, key));
}

void zx__dom_set_id(cJSON *obj, const char *key, uint64_t id)
{
	put(obj, key, zx__id_string(id));
}

cJSON *zx__pick(const cJSON *v, const char *keys)
{
	cJSON *out = cJSON_CreateObject();
	struct zx_str rest = zx_str(keys);

	while (rest.len) {
		struct zx_str word = zx_str_split(&rest, ' ');
		const cJSON *item;
		char name[64];

		snprintf(name, sizeof(name), "%.*s", ZX_ARG(word));
		item = zx__get(v, name);
		if (item)
			cJSON_AddItemToObject(out, name, zx__dup(item));
	}
	return out;
}

void zx__drop(cJSON *obj, const char *keys)
{
	struct zx_str rest = zx_str(keys);

	while (rest.len) {
		struct zx_str word = zx_str_split(&rest, ' ');
		char name[64];

		snprintf(name, sizeof(name), "%.*s", ZX_ARG(word));
		cJSON_DeleteItemFromObjectCaseSensitive(obj, name);
	}
}

int zx__ids_have(const cJSON *ids, uint64_t id)
{
	ZX__EACH(item, ids)
	if (zx__dom_u64(item) == id)
		return 1;
	return 0;
}

void zx__ids_remove(cJSON *ids, uint64_t id)
{
	for (int i = 0; i < cJSON_GetArraySize(ids); i++) {
		if (zx__dom_u64(cJSON_GetArrayItem(ids, i)) != id)
			continue;
		cJSON_DeleteItemFromArray(ids, i);
		return;
	}
}

/* Text -------------------------------------------------------------------- */

static int is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
	       c == 'e' || c == 'E';
}

/* Integers of 16 digits and more would lose their last ones in a double. */
static void add_number(struct zx_buf *out, struct zx_str n)
{
	int plain = n.len >= 16;

	for (size_t i = 0; i < n.len; i++)
		if (n.ptr[i] < '0' || n.ptr[i] > '9')
			plain = 0;
	if (plain)
		zx_buf_addch(out, '"');
	zx_buf_adds(out, n);
	if (plain)
		zx_buf_addch(out, '"');
}

static void keep_integers(struct zx_str in, struct zx_buf *out)
{
	int quoted = 0;

	for (size_t i = 0; i < in.len;) {
		size_t from = i;

		if (quoted && in.ptr[i] == '\\' && i + 1 < in.len) {
			zx_buf_add(out, in.ptr + i, 2);
			i += 2;
			continue;
		}
		if (in.ptr[i] == '"')
			quoted = !quoted;
		while (!quoted && i < in.len && is_number_char(in.ptr[i]))
			i++;
		if (i > from)
			add_number(out,
				   (struct zx_str){ in.ptr + from, i - from });
		else
			zx_buf_addch(out, in.ptr[i++]);
	}
}

cJSON *zx__parse(struct zx_str text)
{
	struct zx_buf b;
	cJSON *v = NULL;

	if (zx_json_check(text, ZX__MAX_DEPTH, NULL) != ZX_OK)
		return NULL;
	zx_buf_init(&b, NULL, 0);
	keep_integers(text, &b);
	if (b.err == ZX_OK)
		v = cJSON_Parse(zx_buf_cstr(&b));
	zx_buf_release(&b);
	return v;
}

void zx__print(const cJSON *v, struct zx_buf *out)
{
	char *text = cJSON_PrintUnformatted(v);

	if (!text)
		return;
	zx_buf_addc(out, text);
	cJSON_free(text);
}
