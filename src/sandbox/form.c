/* SPDX-License-Identifier: MIT
 *
 * The fields of a request's body: type and range, with Discord's words for what
 * is wrong. Absent and null fields are left to the handler.
 */
#include <math.h>
#include <stdio.h>

#include "sandbox/world_int.h"

void zx__form_required(struct zx__call *c, const cJSON *o, const char *at,
		       const char *key)
{
	char path[ZX__AT_SIZE];

	if (!zx__some(o, key))
		zx__bad(c, zx__at(path, at, key), "BASE_TYPE_REQUIRED",
			"This field is required");
}

static void bad_length(struct zx__call *c, const char *path, size_t n,
		       size_t min, size_t max)
{
	if (n > max && !min)
		zx__bad(c, path, "BASE_TYPE_MAX_LENGTH",
			"Must be %zu or fewer in length.", max);
	else
		zx__bad(c, path, "BASE_TYPE_BAD_LENGTH",
			"Must be between %zu and %zu in length.", min, max);
}

int zx__form_str(struct zx__call *c, const cJSON *o, const char *at,
		 const char *key, size_t min, size_t max)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE];
	size_t n;

	if (!v)
		return 0;
	zx__at(path, at, key);
	if (!cJSON_IsString(v)) {
		zx__bad(c, path, "STRING_TYPE_CONVERT",
			"Could not interpret \"%s\" as string.",
			cJSON_IsNumber(v) ? "number" : "value");
		return 0;
	}
	n = zx_utf8_count(zx_str(v->valuestring));
	if (n < min || n > max)
		bad_length(c, path, n, min, max);
	return 1;
}

static int number_of(const cJSON *v, double *out)
{
	uint64_t u;

	if (cJSON_IsNumber(v)) {
		*out = v->valuedouble;
		return 1;
	}
	if (cJSON_IsString(v) &&
	    zx_str_u64(zx_str(v->valuestring), &u) == ZX_OK) {
		*out = (double)u;
		return 1;
	}
	return 0;
}

int zx__form_int(struct zx__call *c, const cJSON *o, const char *at,
		 const char *key, double min, double max)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE];
	double n;

	if (!v)
		return 0;
	zx__at(path, at, key);
	if (!number_of(v, &n) || floor(n) != n)
		zx__bad(c, path, "NUMBER_TYPE_COERCE",
			"Value \"%s\" is not int.",
			cJSON_IsString(v) ? v->valuestring : "?");
	else if (n < min)
		zx__bad(c, path, "NUMBER_TYPE_MIN",
			"int value should be greater than or equal to %.0f.",
			min);
	else if (n > max)
		zx__bad(c, path, "NUMBER_TYPE_MAX",
			"int value should be less than or equal to %.0f.", max);
	return 1;
}

int zx__form_one_of(struct zx__call *c, const cJSON *o, const char *at,
		    const char *key, const int *values, size_t n)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE], list[200] = "";
	size_t len = 0;

	if (!v)
		return 0;
	for (size_t i = 0; i < n; i++) {
		double d;

		if (number_of(v, &d) && d == values[i])
			return 1;
		if (len < sizeof(list) - 16)
			len += (size_t)snprintf(list + len, sizeof(list) - len,
						"%s%d", i ? ", " : "",
						values[i]);
	}
	zx__bad(c, zx__at(path, at, key), "BASE_TYPE_CHOICES",
		"Value must be one of {%s}.", list);
	return 1;
}

int zx__form_bool(struct zx__call *c, const cJSON *o, const char *at,
		  const char *key)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE];

	if (!v)
		return 0;
	if (!cJSON_IsBool(v))
		zx__bad(c, zx__at(path, at, key), "BOOLEAN_TYPE_CONVERT",
			"Must be either true or false.");
	return 1;
}

int zx__form_id(struct zx__call *c, const cJSON *o, const char *at,
		const char *key)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE];

	if (!v)
		return 0;
	if (!zx__dom_u64(v) &&
	    !(cJSON_IsString(v) && !strcmp(v->valuestring, "0")) &&
	    !(cJSON_IsNumber(v) && v->valuedouble == 0))
		zx__bad(c, zx__at(path, at, key), "NUMBER_TYPE_COERCE",
			"Value \"%s\" is not snowflake.",
			cJSON_IsString(v) ? v->valuestring : "?");
	return 1;
}

int zx__form_bits(struct zx__call *c, const cJSON *o, const char *at,
		  const char *key)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE];
	double n;

	if (!v)
		return 0;
	if (!number_of(v, &n) || n < 0 || floor(n) != n)
		zx__bad(c, zx__at(path, at, key), "NUMBER_TYPE_COERCE",
			"Value \"%s\" is not permissions.",
			cJSON_IsString(v) ? v->valuestring : "?");
	return 1;
}

int zx__form_array(struct zx__call *c, const cJSON *o, const char *at,
		   const char *key, size_t min, size_t max)
{
	const cJSON *v = zx__some(o, key);
	char path[ZX__AT_SIZE];
	size_t n;

	if (!v)
		return 0;
	zx__at(path, at, key);
	if (!cJSON_IsArray(v)) {
		zx__bad(c, path, "LIST_TYPE_CONVERT",
			"Only iterables may be used in a ListType");
		return 0;
	}
	n = (size_t)cJSON_GetArraySize(v);
	if (n > max && !min)
		zx__bad(c, path, "BASE_TYPE_MAX_LENGTH",
			"Must be %zu or fewer in length.", max);
	else if (n < min || n > max)
		zx__bad(c, path, "BASE_TYPE_BAD_LENGTH",
			"Must be between %zu and %zu in length.", min, max);
	return 1;
}

void zx__form_ids(struct zx__call *c, const cJSON *o, const char *at,
		  const char *key, size_t max, const struct zx__set *set)
{
	char list[ZX__AT_SIZE], path[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, o, at, key, 0, max))
		return;
	zx__at(list, at, key);
	ZX__EACH(v, zx__get(o, key))
	{
		zx__at_i(path, list, i++);
		if (!zx__dom_u64(v))
			zx__bad(c, path, "NUMBER_TYPE_COERCE",
				"Value is not snowflake.");
		else if (!zx__set_get(set, zx__dom_u64(v)))
			zx__bad(c, path, "INVALID_ID", "Unknown id");
	}
}
