/* SPDX-License-Identifier: MIT
 *
 * Pictures and sounds as they come: data URIs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

static struct zx_str picture_data(const char *uri)
{
	const char *comma = strstr(uri, ";base64,");
	static const char *const types[] = { "png", "jpeg", "jpg",
					     "gif", "webp", "avif" };

	if (strncmp(uri, "data:image/", 11) || !comma)
		return (struct zx_str){ NULL, 0 };
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i]) == (size_t)(comma - uri - 11) &&
		    !strncmp(uri + 11, types[i], strlen(types[i])))
			return zx_str(comma + 8);
	return (struct zx_str){ NULL, 0 };
}

static int base64_value(char c)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
				  "stuvwxyz0123456789+/";
	const char *p = c ? strchr(set, c) : NULL;

	return p ? (int)(p - set) : -1;
}

int zx__is_base64(struct zx_str s)
{
	while (s.len && s.ptr[s.len - 1] == '=')
		s.len--;
	for (size_t i = 0; i < s.len; i++)
		if (base64_value(s.ptr[i]) < 0)
			return 0;
	return 1;
}

int zx__image_ok(const char *uri)
{
	struct zx_str s = picture_data(uri);

	return s.len > 0 && s.ptr[0] != '=' && zx__is_base64(s);
}

void zx__base64(struct zx_str s, struct zx_buf *out)
{
	uint32_t bits = 0;
	int n = 0;

	for (size_t i = 0; i < s.len && s.ptr[i] != '='; i++) {
		bits = bits << 6 | (uint32_t)base64_value(s.ptr[i]);
		n += 6;
		if (n >= 8) {
			n -= 8;
			zx_buf_addch(out, (char)(bits >> n & 255));
		}
	}
}

cJSON *zx__image_hash(struct zx__world *w, const cJSON *uri)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	char hash[48], path[64];
	struct zx_buf data;

	if (!cJSON_IsString(uri) || !zx__image_ok(uri->valuestring))
		return cJSON_CreateNull();
	zx_buf_init(&data, NULL, ZX__MAX_FILE_BYTES);
	zx__base64(picture_data(uri->valuestring), &data);
	for (size_t i = 0; i < data.len; i++)
		h = (h ^ (unsigned char)data.ptr[i]) * UINT64_C(0x100000001b3);
	snprintf(hash, sizeof(hash), "%s%016" PRIx64 "%016" PRIx64,
		 zx_str_starts(zx_buf_str(&data), "GIF8") ? "a_" : "", h,
		 h * UINT64_C(0x9e3779b97f4a7c15));
	snprintf(path, sizeof(path), "images/%s", hash);
	zx__cdn_keep_uri(w, path, uri->valuestring);
	zx_buf_release(&data);
	return cJSON_CreateString(hash);
}

size_t zx__data_bytes(const char *uri, const char *type)
{
	const char *comma = strstr(uri, ";base64,");
	struct zx_str s = zx_str(comma ? comma + 8 : NULL);

	if (!comma || strncmp(uri, type, strlen(type)) || !zx__is_base64(s))
		return 0;
	while (s.len && s.ptr[s.len - 1] == '=')
		s.len--;
	return s.len * 3 / 4;
}

void zx__cdn_keep_uri(struct zx__world *w, const char *path, const char *uri)
{
	const char *comma = strstr(uri, ";base64,");
	struct zx_buf data;

	if (!comma || strncmp(uri, "data:", 5))
		return;
	zx_buf_init(&data, NULL, ZX__MAX_FILE_BYTES);
	zx__base64(zx_str(comma + 8), &data);
	zx__cdn_keep(w, zx_str(path),
		     (struct zx_str){ uri + 5, (size_t)(comma - uri) - 5 },
		     zx_buf_str(&data));
	zx_buf_release(&data);
}
