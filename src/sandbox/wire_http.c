/* SPDX-License-Identifier: MIT
 *
 * HTTP/1.1 requests: their head, their body, one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

void zx__http_init(struct zx__http *h)
{
	zx_buf_init(&h->head, NULL, ZX__HEAD_MAX);
	zx_buf_init(&h->body, NULL, ZX__BODY_MAX);
	zx_buf_init(&h->late.headers, NULL, 0);
	zx_buf_init(&h->late.body, NULL, 0);
}

void zx__http_release(struct zx__http *h)
{
	zx_buf_release(&h->head);
	zx_buf_release(&h->body);
	zx_buf_release(&h->late.headers);
	zx_buf_release(&h->late.body);
}

/* The head ------------------------------------------------------------------
 */

static const char *method_of(struct zx_str s)
{
	static const char *const methods[] = { "GET",	 "POST",   "PATCH",
					       "PUT",	 "DELETE", "HEAD",
					       "OPTIONS" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (zx_str_is(s, methods[i]))
			return methods[i];
	return NULL;
}

static int request_line(struct zx__head *h, struct zx_str line)
{
	struct zx_str method = zx_str_split(&line, ' ');
	struct zx_str target = zx_str_split(&line, ' ');

	*h = (struct zx__head){ .method = method_of(method) };
	if (zx_str_is(line, "HTTP/1.1"))
		h->minor = 1;
	else if (!zx_str_is(line, "HTTP/1.0"))
		return 400;
	if (!method.len || !target.len || target.ptr[0] != '/')
		return 400;
	h->path = zx_str_split(&target, '?');
	h->query = target;
	return h->method ? 0 : 501;
}

static void header_line(struct zx__head *h, struct zx_str name,
			struct zx_str value)
{
	const struct {
		const char *name;
		struct zx_str *to;
	} known[] = {
		{ "host", &h->host },
		{ "origin", &h->origin },
		{ "authorization", &h->authorization },
		{ "content-type", &h->content_type },
		{ "x-audit-log-reason", &h->reason },
		{ "user-agent", &h->user_agent },
		{ "upgrade", &h->upgrade },
		{ "connection", &h->connection },
		{ "expect", &h->expect },
		{ "content-length", &h->content_length },
		{ "transfer-encoding", &h->transfer_encoding },
		{ "sec-websocket-key", &h->ws_key },
		{ "sec-websocket-version", &h->ws_version },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (zx_str_is_nocase(name, known[i].name)) {
			*known[i].to = value;
			return;
		}
	}
}

/* 0, or the status that refuses the request. */
static int parse_head(struct zx__http *h)
{
	struct zx_str rest = zx_buf_str(&h->head);
	struct zx_str line = zx_str_trim(zx_str_split(&rest, '\n'));
	int status = request_line(&h->req, line);

	if (status)
		return status;
	while (rest.len) {
		line = zx_str_trim(zx_str_split(&rest, '\n'));
		if (!line.len)
			break;
		if (!memchr(line.ptr, ':', line.len))
			return 400;
		struct zx_str name = zx_str_split(&line, ':');

		header_line(&h->req, name, zx_str_trim(line));
	}
	return 0;
}

/* Lists are rare enough in practice: a word in it is enough. */
static int has_word(struct zx_str list, const char *word)
{
	while (list.len)
		if (zx_str_is_nocase(zx_str_trim(zx_str_split(&list, ',')),
				     word))
			return 1;
	return 0;
}

int zx__http_wants_upgrade(const struct zx__head *h)
{
	return zx_str_is_nocase(h->upgrade, "websocket") &&
	       has_word(h->connection, "upgrade");
}

static int body_of(struct zx__http *h)
{
	uint64_t n = 0;

	h->body_kind = ZX__BODY_NONE;
	h->body_left = 0;
	h->chunk_state = 0;
	if (h->req.transfer_encoding.len) {
		h->body_kind = ZX__BODY_CHUNKED;
		return zx_str_is_nocase(h->req.transfer_encoding, "chunked")
			       ? 0
			       : 501;
	}
	if (!h->req.content_length.len)
		return 0;
	if (zx_str_u64(h->req.content_length, &n))
		return 400;
	if (n > ZX__BODY_MAX)
		return 413;
	h->body_kind = ZX__BODY_LENGTH;
	h->body_left = (size_t)n;
	return 0;
}

/* Moves a complete head out of c->in: 1 when there is one, 0 to wait, -1 when
 * the request was refused. */
static int take_head(struct zx__conn *c)
{
	struct zx__http *h = &c->http;
	const char *end = c->in.len ? strstr(c->in.ptr, "\r\n\r\n") : NULL;
	size_t len = end ? (size_t)(end - c->in.ptr) + 4 : c->in.len;
	int status;

	h->keep_alive = 0;
	h->head_only = 0;
	if (len >= ZX__HEAD_MAX ||
	    (!end && memchr(c->in.ptr ? c->in.ptr : "", '\0', c->in.len))) {
		zx__http_error(c, len >= ZX__HEAD_MAX ? 431 : 400,
			       "Malformed request");
		return -1;
	}
	if (!end)
		return 0;
	zx_buf_clear(&h->head);
	zx_buf_add(&h->head, c->in.ptr, len);
	zx_buf_skip(&c->in, len);
	status = h->head.err ? 500 : parse_head(h);
	if (!status)
		status = body_of(h);
	if (status) {
		zx__http_error(c, status, "Malformed request");
		return -1;
	}
	h->keep_alive =
		h->req.minor == 1 && !has_word(h->req.connection, "close");
	h->head_only = !strcmp(h->req.method, "HEAD");
	if (has_word(h->req.expect, "100-continue"))
		zx__conn_write(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	return 1;
}

/* The body ------------------------------------------------------------------
 */

static void move_body(struct zx__conn *c)
{
	struct zx__http *h = &c->http;
	size_t n = c->in.len < h->body_left ? c->in.len : h->body_left;

	zx_buf_add(&h->body, c->in.ptr, n);
	zx_buf_skip(&c->in, n);
	h->body_left -= n;
}

/* A line of c->in without its end; 0 when there is none yet. The line is
 * borrowed until c->in is skipped by *used. */
static int peek_line(struct zx__conn *c, struct zx_str *line, size_t *used)
{
	const char *nl = c->in.len ? memchr(c->in.ptr, '\n', c->in.len) : NULL;

	if (!nl)
		return 0;
	*used = (size_t)(nl - c->in.ptr) + 1;
	*line = zx_str_trim((struct zx_str){ c->in.ptr, *used });
	return 1;
}

enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_END, CHUNK_TRAILER };

static int chunk_size(struct zx__http *h, struct zx_str line)
{
	char *end, text[20] = "";
	unsigned long n;
	struct zx_str hex = zx_str_trim(zx_str_split(&line, ';'));

	if (!hex.len || hex.len > 8)
		return -1;
	memcpy(text, hex.ptr, hex.len);
	n = strtoul(text, &end, 16);
	if (*end || n > ZX__BODY_MAX - h->body.len)
		return -1;
	h->body_left = n;
	h->chunk_state = n ? CHUNK_DATA : CHUNK_TRAILER;
	return 0;
}

/* 1 when the body is complete, 0 to wait, -1 when it is malformed. */
static int take_chunks(struct zx__conn *c)
{
	struct zx__http *h = &c->http;
	struct zx_str line;
	size_t used;
	int err;

	for (;;) {
		if (h->chunk_state == CHUNK_DATA) {
			move_body(c);
			if (h->body_left)
				return 0;
			h->chunk_state = CHUNK_END;
		}
		if (!peek_line(c, &line, &used))
			return c->in.len > ZX__HEAD_MAX ? -1 : 0;
		err = 0;
		if (h->chunk_state == CHUNK_SIZE)
			err = chunk_size(h, line);
		else if (h->chunk_state == CHUNK_END)
			h->chunk_state = CHUNK_SIZE;
		else if (!line.len)
			h->chunk_state = -1;
		zx_buf_skip(&c->in, used);
		if (err || h->chunk_state < 0)
			return err ? -1 : 1;
	}
}

static int take_body(struct zx__conn *c)
{
	if (c->http.body_kind == ZX__BODY_CHUNKED)
		return take_chunks(c);
	if (c->http.body_kind == ZX__BODY_LENGTH) {
		move_body(c);
		return !c->http.body_left;
	}
	return 1;
}

/* Requests ------------------------------------------------------------------
 */

struct zx_str zx__query_get(struct zx_str query, const char *name)
{
	struct zx_str value, key;

	while (query.len) {
		value = zx_str_split(&query, '&');
		key = zx_str_split(&value, '=');
		if (!zx_str_is(key, name))
			continue;
		if (!value.ptr)
			value = ZX_STR("");
		return value;
	}
	return (struct zx_str){ NULL, 0 };
}

void zx__http_input(struct zx__conn *c)
{
	int got;

	while (c->kind == ZX__CONN_HTTP && !c->dead && !c->closing &&
	       !c->http.waiting) {
		if (!c->http.head.len && take_head(c) <= 0)
			return;
		got = take_body(c);
		if (got < 0 || c->http.body.err) {
			zx__http_error(c, 400, "Malformed body");
			return;
		}
		if (!got)
			return;
		zx__http_serve(c);
	}
	if (c->kind != ZX__CONN_HTTP)
		zx__ws_input(c);
}
