/* SPDX-License-Identifier: MIT
 *
 * What stands in an answer, by its path: "a.b.0.c".
 */
#ifndef TEST_WALK_H
#define TEST_WALK_H

#include <cjson/cJSON.h>

#include "helper/zx_test.h"

/* NULL when it is not there. */
static inline const cJSON *at(const cJSON *v, const char *path)
{
	struct zx_str rest_of = zx_str(path);

	while (v && rest_of.len) {
		struct zx_str word = zx_str_split(&rest_of, '.');
		char key[80];

		snprintf(key, sizeof(key), "%.*s", ZX_ARG(word));
		v = cJSON_IsArray(v) ? cJSON_GetArrayItem(v, atoi(key))
				     : cJSON_GetObjectItemCaseSensitive(v, key);
	}
	return v;
}

static inline const char *text_at(const cJSON *v, const char *path)
{
	const cJSON *s = at(v, path);

	return cJSON_IsString(s) ? s->valuestring : "(none)";
}

static inline int number_at(const cJSON *v, const char *path)
{
	const cJSON *n = at(v, path);

	return cJSON_IsNumber(n) ? n->valueint : -1;
}

static inline uint64_t id_at(const cJSON *v, const char *path)
{
	uint64_t id = 0;

	return zx_str_u64(zx_str(text_at(v, path)), &id) == ZX_OK ? id : 0;
}

#endif
