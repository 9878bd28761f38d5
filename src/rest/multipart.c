/* SPDX-License-Identifier: MIT
 *
 * multipart: a body with files (RE-07).
 */
#include <inttypes.h>
#include <string.h>

#include "rest/rest_int.h"

/* Around each part: boundary, headers, line ends. An upper bound, file names
 * may triple when escaped. */
#define PART_OVERHEAD 256

static const char *name_of(const struct zx_file *f)
{
	return f->name && *f->name ? f->name : "file";
}

static const char *type_of(const struct zx_file *f)
{
	return f->content_type && *f->content_type ? f->content_type
						   : "application/octet-stream";
}

size_t zx__rest_multipart_size(const struct zx_rest_request *req)
{
	size_t size = req->body.len, i;

	if (!req->file_count || req->file_count > ZX__REST_FILES)
		return size;
	size += PART_OVERHEAD;
	if (req->flags & ZX_REST_FORM)
		size += (size_t)ZX__REST_FIELDS * PART_OVERHEAD;
	for (i = 0; i < req->file_count; i++) {
		const struct zx_file *f = &req->files[i];

		/* Neither can wrap around: one of them alone is too much. */
		if (f->data.len > ZX__REST_BYTES || size > ZX__REST_BYTES)
			return SIZE_MAX;
		size += f->data.len + PART_OVERHEAD + strlen(type_of(f)) +
			3 * strlen(name_of(f));
	}
	return size;
}

int zx__rest_form_is_fine(const struct zx_rest_request *req)
{
	struct zx_json_iter it = zx_json_each(req->body);
	size_t n = 0;

	if (req->file_count != 1 || zx_json_check(req->body, 2, NULL) ||
	    zx_json_kind(req->body) != ZX_JSON_OBJECT)
		return 0;
	while (zx_json_next(&it)) {
		if (zx_json_kind(it.value) != ZX_JSON_STRING ||
		    it.key.len > 100 || n++ == ZX__REST_FIELDS)
			return 0;
		for (size_t i = 0; i < it.key.len; i++)
			if (it.key.ptr[i] == '\\')
				return 0;
	}
	return 1;
}

static int holds(struct zx_str in, const char *what)
{
	size_t n = strlen(what);
	const char *at;

	while (in.len >= n && (at = memchr(in.ptr, what[0], in.len - n + 1))) {
		if (!memcmp(at, what, n))
			return 1;
		in = zx_str_from(in, (size_t)(at - in.ptr) + 1);
	}
	return 0;
}

static int is_in_data(const char *boundary, const struct zx_rest_request *req)
{
	size_t i;

	if (holds(req->body, boundary))
		return 1;
	for (i = 0; i < req->file_count; i++)
		if (holds(req->files[i].data, boundary) ||
		    holds(zx_str(req->files[i].name), boundary))
			return 1;
	return 0;
}

/* 128 random bits; the counter ends the search with any source of them. */
static void draw_boundary(struct zx_rest *r, char out[48],
			  const struct zx_rest_request *req)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bits[20];
	uint32_t turn = 0;
	size_t i;

	do {
		r->rand.fill(r->rand.ud, bits, 16);
		bits[16] = (unsigned char)(turn >> 24);
		bits[17] = (unsigned char)(turn >> 16);
		bits[18] = (unsigned char)(turn >> 8);
		bits[19] = (unsigned char)turn;
		memcpy(out, "zoryx-", 6);
		for (i = 0; i < sizeof(bits); i++) {
			out[6 + 2 * i] = hex[bits[i] >> 4];
			out[7 + 2 * i] = hex[bits[i] & 15];
		}
		out[46] = '\0';
		turn++;
	} while (is_in_data(out, req));
}

/* As browsers do: quotes and line ends as %22, %0D and %0A. Other control
 * characters have no place in a name. */
static void add_name(struct zx_buf *b, const char *name)
{
	for (; *name; name++) {
		if (*name == '"' || *name == '\r' || *name == '\n')
			zx_buf_addf(b, "%%%02X", (unsigned)*name);
		else if ((unsigned char)*name < 0x20 || *name == 0x7f)
			zx_buf_addch(b, '_');
		else
			zx_buf_addch(b, *name);
	}
}

static void add_file(struct zx_buf *b, const char *boundary, int form, size_t i,
		     const struct zx_file *f)
{
	zx_buf_addf(b, "--%s\r\nContent-Disposition: form-data; ", boundary);
	if (form)
		zx_buf_addc(b, "name=\"file\"; filename=\"");
	else
		zx_buf_addf(b, "name=\"files[%zu]\"; filename=\"", i);
	add_name(b, name_of(f));
	zx_buf_addc(b, "\"\r\nContent-Type: ");
	zx_buf_addc(b, type_of(f));
	zx_buf_addc(b, "\r\n\r\n");
	zx_buf_adds(b, f->data);
	zx_buf_addc(b, "\r\n");
}

static void add_payload(struct zx_buf *b, const char *boundary,
			struct zx_str body)
{
	zx_buf_addf(b,
		    "--%s\r\nContent-Disposition: form-data; "
		    "name=\"payload_json\"\r\n"
		    "Content-Type: application/json\r\n\r\n",
		    boundary);
	zx_buf_adds(b, body);
	zx_buf_addc(b, "\r\n");
}

/* The members of an object as fields. */
static void add_fields(struct zx_buf *b, const char *boundary,
		       struct zx_str body)
{
	struct zx_json_iter it = zx_json_each(body);

	while (zx_json_next(&it)) {
		zx_buf_addf(b,
			    "--%s\r\nContent-Disposition: form-data; "
			    "name=\"%.*s\"\r\n\r\n",
			    boundary, ZX_ARG(it.key));
		(void)zx_json_text(it.value, b);
		zx_buf_addc(b, "\r\n");
	}
}

int zx__rest_multipart(struct zx_rest *r, struct zx__req *q,
		       const struct zx_rest_request *req)
{
	int form = (req->flags & ZX_REST_FORM) != 0;
	struct zx_buf b;
	size_t i;

	draw_boundary(r, q->boundary, req);
	zx_buf_init(&b, r->alloc, 0);
	/* In one piece: growing would copy megabytes. */
	zx_buf_room(&b, zx__rest_multipart_size(req));
	if (form)
		add_fields(&b, q->boundary, req->body);
	else if (req->body.len)
		add_payload(&b, q->boundary, req->body);
	for (i = 0; i < req->file_count; i++)
		add_file(&b, q->boundary, form, i, &req->files[i]);
	zx_buf_addf(&b, "--%s--\r\n", q->boundary);
	q->body.len = b.len;
	q->body_mem = zx_buf_detach(&b, NULL);
	q->body.ptr = q->body_mem;
	if (!q->body_mem)
		zx_buf_release(&b);
	return q->body_mem ? ZX_OK : ZX_E_NOMEM;
}
