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

void zx__cdn_keep(struct zx__world *w, struct zx_str path, struct zx_str type,
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

static const struct zx__blob *find(struct zx__world *w, struct zx_str path)
{
	for (size_t i = w->blob_count; i > 0; i--)
		if (zx_str_is(path, w->blobs[i - 1].path))
			return &w->blobs[i - 1];
	return NULL;
}

/* Emojis, stickers and sounds by id; all other pictures by their hash, which
 * is the last word of the path: "icons/1/HASH.png". */
static const struct zx__blob *find_asset(struct zx__world *w,
					 struct zx_str path)
{
	int by_id = zx_str_starts(path, "emojis/") ||
		    zx_str_starts(path, "stickers/") ||
		    zx_str_starts(path, "soundboard-sounds/");
	char name[160];
	size_t n = path.len, from = path.len;

	while (from && path.ptr[from - 1] != '/')
		from--;
	for (size_t i = from; i < path.len && n == path.len; i++)
		if (path.ptr[i] == '.')
			n = i;
	if (by_id)
		snprintf(name, sizeof(name), "%.*s", (int)(n < 150 ? n : 150),
			 path.ptr);
	else
		snprintf(name, sizeof(name), "images/%.*s",
			 (int)(n - from < 140 ? n - from : 140),
			 path.ptr + from);
	return find(w, zx_str(name));
}

int zx__cdn(struct zx__world *w, struct zx_str path, struct zx__res *res)
{
	const struct zx__blob *b = find(w, path);

	if (!b && !zx_str_starts(path, "attachments/"))
		b = find_asset(w, path);
	if (!b)
		return 0;
	res->status = 200;
	res->content_type = b->type;
	zx_buf_add(&res->body, b->data, b->len);
	return 1;
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
	zx__cdn_keep(w, zx_str(path), type, data);
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

/* Files of people --------------------------------------------------------- */

cJSON *zx__attachment_given(struct zx__world *w, uint64_t channel,
			    const cJSON *file)
{
	struct zx_str text = zx_str(zx__str(file, "data"));
	struct zx_buf data;
	cJSON *a = NULL;

	if (!cJSON_IsString(zx__get(file, "data")) ||
	    !*zx__str(file, "filename") || !zx__is_base64(text))
		return NULL;
	zx_buf_init(&data, NULL, ZX__MAX_FILE_BYTES);
	zx__base64(text, &data);
	if (data.err == ZX_OK)
		a = attachment(w, channel, zx_str(zx__str(file, "filename")),
			       zx_str(zx__str(file, "content_type")),
			       zx_buf_str(&data));
	zx_buf_release(&data);
	return a;
}
