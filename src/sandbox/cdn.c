/* SPDX-License-Identifier: MIT
 *
 * Files: attachments and pictures, kept in memory up to a ceiling and served
 * below /sandbox/cdn/. The oldest go first.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

enum { MAX_BLOBS = 4096 };

static void blob_free(struct zx__blob *b)
{
	free(b->path);
	free(b->type);
	free(b->data);
}

static void drop_oldest(struct zx__world *w)
{
	w->blob_bytes -= w->blobs[0].len;
	blob_free(&w->blobs[0]);
	w->blob_count--;
	memmove(w->blobs, w->blobs + 1, w->blob_count * sizeof(*w->blobs));
}

static char *text_copy(struct zx_str s)
{
	char *p = malloc(s.len + 1);

	if (p) {
		if (s.len)
			memcpy(p, s.ptr, s.len);
		p[s.len] = '\0';
	}
	return p;
}

static void keep(struct zx__world *w, struct zx_str path, struct zx_str type,
		 struct zx_str data)
{
	struct zx__blob b = { .path = text_copy(path),
			      .type = text_copy(type),
			      .data = text_copy(data),
			      .len = data.len };
	struct zx__blob *v;

	while (w->blob_count && (w->blob_count >= MAX_BLOBS ||
				 w->blob_bytes + b.len > ZX__MAX_CDN_BYTES))
		drop_oldest(w);
	v = realloc(w->blobs, (w->blob_count + 1) * sizeof(*v));
	if (v)
		w->blobs = v;
	if (!v || !b.path || !b.type || !b.data) {
		blob_free(&b);
		return;
	}
	w->blobs[w->blob_count++] = b;
	w->blob_bytes += b.len;
}

int zx__cdn(struct zx__world *w, struct zx_str path, struct zx__res *res)
{
	for (size_t i = w->blob_count; i > 0; i--) {
		const struct zx__blob *b = &w->blobs[i - 1];

		if (!zx_str_is(path, b->path))
			continue;
		res->status = 200;
		res->content_type = b->type;
		zx_buf_add(&res->body, b->data, b->len);
		return 1;
	}
	return 0;
}

void zx__cdn_free(struct zx__world *w)
{
	for (size_t i = 0; i < w->blob_count; i++)
		blob_free(&w->blobs[i]);
	free(w->blobs);
	w->blobs = NULL;
	w->blob_count = w->blob_bytes = 0;
}

/* Attachments ------------------------------------------------------------- */

static uint32_t be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
	       (uint32_t)u[2] << 8 | u[3];
}

/* The size that a PNG's header names. */
static void add_dimensions(cJSON *a, struct zx_str data)
{
	if (data.len < 24 || memcmp(data.ptr, "\x89PNG\r\n\x1a\n", 8) ||
	    be32(data.ptr + 16) > 65535 || be32(data.ptr + 20) > 65535)
		return;
	zx__dom_set(a, "width:i height:i", (int)be32(data.ptr + 16),
		    (int)be32(data.ptr + 20));
}

/* Letters, digits, dot, dash and underscore, as Discord keeps them. */
static void clean_name(struct zx_str name, char out[128])
{
	size_t n = 0;

	for (size_t i = 0; i < name.len && n < 120; i++) {
		char ch = name.ptr[i];
		int ok = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
			 (ch >= '0' && ch <= '9') || ch == '.' || ch == '-' ||
			 ch == '_' || (unsigned char)ch >= 128;

		out[n++] = ok ? ch : '_';
	}
	out[n] = '\0';
	if (!n)
		strcpy(out, "file");
}

static cJSON *attachment(struct zx__world *w, uint64_t channel,
			 struct zx_str filename, struct zx_str type,
			 struct zx_str data)
{
	uint64_t id = zx__world_new_id(w);
	char name[128], path[300], url[400];
	char *mime;
	cJSON *a;

	clean_name(filename, name);
	if (!type.len)
		type = ZX_STR("application/octet-stream");
	snprintf(path, sizeof(path), "attachments/%" PRIu64 "/%" PRIu64 "/%s",
		 channel, id, name);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/sandbox/cdn/%s",
		 (unsigned)w->port, path);
	mime = zx_str_dup(NULL, type);
	a = zx__dom("id:I filename:s size:i url:s proxy_url:s content_type:s",
		    id, name, (int)data.len, url, url, mime ? mime : "");
	zx_delete(NULL, mime);
	add_dimensions(a, data);
	keep(w, zx_str(path), type, data);
	return a;
}

static cJSON *upload(struct zx__call *c, const struct zx__file *f,
		     const cJSON *about, uint64_t channel)
{
	struct zx_str name = zx__some(about, "filename")
				     ? zx_str(zx__str(about, "filename"))
				     : f->name;
	cJSON *a = attachment(c->w, channel, name, f->type, f->data);

	if (zx__some(about, "description"))
		zx__dom_set(a, "description:c", zx__get(about, "description"));
	return a;
}

/* The part "files[n]"; "file" counts as the first. */
static const struct zx__file *file_n(const struct zx__call *c, uint64_t n)
{
	char field[40];

	snprintf(field, sizeof(field), "files[%" PRIu64 "]", n);
	for (size_t i = 0; i < c->nfiles; i++)
		if (zx_str_is(c->files[i].field, field) ||
		    (!n && zx_str_is(c->files[i].field, "file")))
			return &c->files[i];
	return NULL;
}

static const cJSON *by_id(const cJSON *list, uint64_t id)
{
	ZX__EACH(a, list)
	if (zx__dom_id(a, "id") == id)
		return a;
	return NULL;
}

static void listed(struct zx__call *c, cJSON *out, const cJSON *given,
		   const cJSON *kept, uint64_t channel)
{
	ZX__EACH(a, given)
	{
		uint64_t id = zx__dom_id(a, "id");
		const cJSON *old = by_id(kept, id);
		const struct zx__file *f = file_n(c, id);

		if (old)
			cJSON_AddItemToArray(out, zx__dup(old));
		else if (f)
			cJSON_AddItemToArray(out, upload(c, f, a, channel));
	}
}

cJSON *zx__attachments(struct zx__call *c, const cJSON *body, const cJSON *kept,
		       uint64_t channel)
{
	cJSON *out = cJSON_CreateArray();
	const cJSON *given = zx__get(body, "attachments");

	if (given)
		listed(c, out, given, kept, channel);
	else
		ZX__EACH(old, kept)
	cJSON_AddItemToArray(out, zx__dup(old));
	for (size_t i = 0; i < c->nfiles; i++) {
		int taken = 0;

		ZX__EACH(a, given)
		taken |= file_n(c, zx__dom_id(a, "id")) == &c->files[i] &&
			 !by_id(kept, zx__dom_id(a, "id"));
		if (!taken)
			cJSON_AddItemToArray(
				out, upload(c, &c->files[i], NULL, channel));
	}
	return out;
}

void zx__attachment_urls(cJSON *v, const cJSON *attachments)
{
	for (cJSON *child = v ? v->child : NULL; child; child = child->next)
		zx__attachment_urls(child, attachments);
	if (!cJSON_IsString(v) ||
	    strncmp(v->valuestring, "attachment://", 13) != 0)
		return;
	ZX__EACH(a, attachments)
	if (!strcmp(zx__str(a, "filename"), v->valuestring + 13)) {
		cJSON_SetValuestring(v, zx__str(a, "url"));
		return;
	}
}

/* Pictures ---------------------------------------------------------------- */

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

static int is_base64(struct zx_str s)
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

	return s.len > 0 && s.ptr[0] != '=' && is_base64(s);
}

static void decode(struct zx_str s, struct zx_buf *out)
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
	char hash[40], path[64];
	struct zx_buf data;

	if (!cJSON_IsString(uri) || !zx__image_ok(uri->valuestring))
		return cJSON_CreateNull();
	zx_buf_init(&data, NULL, ZX__MAX_FILE_BYTES);
	decode(picture_data(uri->valuestring), &data);
	for (size_t i = 0; i < data.len; i++)
		h = (h ^ (unsigned char)data.ptr[i]) * UINT64_C(0x100000001b3);
	snprintf(hash, sizeof(hash), "%016" PRIx64 "%016" PRIx64, h,
		 h * UINT64_C(0x9e3779b97f4a7c15));
	snprintf(path, sizeof(path), "images/%s", hash);
	keep(w, zx_str(path), ZX_STR("image/png"), zx_buf_str(&data));
	zx_buf_release(&data);
	return cJSON_CreateString(hash);
}

cJSON *zx__attachment_given(struct zx__world *w, uint64_t channel,
			    const cJSON *file)
{
	struct zx_str text = zx_str(zx__str(file, "data"));
	struct zx_buf data;
	cJSON *a = NULL;

	if (!cJSON_IsString(zx__get(file, "data")) ||
	    !*zx__str(file, "filename") || !is_base64(text))
		return NULL;
	zx_buf_init(&data, NULL, ZX__MAX_FILE_BYTES);
	decode(text, &data);
	if (data.err == ZX_OK)
		a = attachment(w, channel, zx_str(zx__str(file, "filename")),
			       zx_str(zx__str(file, "content_type")),
			       zx_buf_str(&data));
	zx_buf_release(&data);
	return a;
}
