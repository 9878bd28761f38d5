/* SPDX-License-Identifier: MIT
 *
 * HTTP/1.1: requests in, answers out; the page's files. What is asked of the
 * API goes to the world.
 */
#include <stdio.h>
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

/* Answers ------------------------------------------------------------------ */

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 413, "Payload Too Large" },
		{ 426, "Upgrade Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Status";
}

void zx__http_answer(struct zx__conn *c, int status, const char *type,
		     struct zx_str headers, struct zx_str body)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
	if (status != 204 && status != 304)
		zx_buf_addf(&b, "Content-Type: %s\r\nContent-Length: %zu\r\n",
			    type ? type : "application/json", body.len);
	if (!c->http.keep_alive)
		zx_buf_addc(&b, "Connection: close\r\n");
	zx_buf_adds(&b, headers);
	zx_buf_addc(&b, "\r\n");
	if (status != 204 && status != 304 && !c->http.head_only)
		zx_buf_adds(&b, body);
	if (b.err)
		zx__conn_kill(c, 1);
	else
		zx__conn_write(c, b.ptr, b.len);
	zx_buf_release(&b);
	zx_buf_clear(&c->http.head);
	zx_buf_clear(&c->http.body);
	c->due = zx__wire_now(c->wire) + ZX__IDLE_MS;
	if (!c->http.keep_alive)
		zx__conn_finish(c);
}

void zx__http_error(struct zx__conn *c, int status, const char *text)
{
	struct zx_buf b;

	c->http.keep_alive = 0;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b, "{\"message\":\"%s\"}", text);
	zx__http_answer(c, status, NULL, ZX_STR(""), zx_buf_str(&b));
	zx_buf_release(&b);
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
		zx__http_error(c, status, reason_of(status));
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

/* Serving ------------------------------------------------------------------ */

int zx__host_is_local(struct zx_str host)
{
	static const char *const local[] = { "127.0.0.1", "localhost",
					     "[::1]" };

	for (size_t i = 0; i < sizeof(local) / sizeof(*local); i++) {
		size_t n = strlen(local[i]);
		struct zx_str name = { host.ptr, n };

		if (host.len < n || !zx_str_is_nocase(name, local[i]))
			continue;
		if (host.len == n || host.ptr[n] == ':')
			return 1;
	}
	return 0;
}

/*
 * Another site in the same browser must not drive the sandbox: neither by a
 * name of its own that resolves to 127.0.0.1 (Host) nor by a request across
 * sites (Origin). The API itself is guarded by its token.
 */
static int is_stranger(const struct zx__head *h)
{
	struct zx_str origin = h->origin;

	if (!zx__host_is_local(h->host))
		return 1;
	if (!origin.len)
		return 0;
	if (!zx_str_starts(origin, "http://"))
		return 1;
	return !zx__host_is_local(zx_str_from(origin, strlen("http://")));
}

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

static void page_file(struct zx__conn *c, struct zx_str path)
{
	const struct zx__page_file *f = zx__page_files;

	path = zx_str_from(path, 1);
	if (!path.len)
		path = ZX_STR("index.html");
	while (f->name && !zx_str_is(path, f->name))
		f++;
	if (!f->name) {
		zx__http_answer(c, 404, "text/plain; charset=utf-8", ZX_STR(""),
				ZX_STR("No such page.\n"));
		return;
	}
	zx__http_answer(c, 200, f->content_type,
			ZX_STR("Cache-Control: no-cache\r\n"
			       "X-Content-Type-Options: nosniff\r\n"),
			(struct zx_str){ (const char *)f->data, f->len });
}

static void late_answer(struct zx__conn *c)
{
	struct zx__res *res = &c->http.late;

	c->http.waiting = 0;
	if (res->drop)
		zx__conn_kill(c, 0);
	else if (res->body.err || res->headers.err)
		zx__http_error(c, 500, "The sandbox is out of memory");
	else
		zx__http_answer(c, res->status, res->content_type,
				zx_buf_str(&res->headers),
				zx_buf_str(&res->body));
	zx_buf_release(&res->headers);
	zx_buf_release(&res->body);
}

static void ask_world(struct zx__conn *c)
{
	const struct zx__head *h = &c->http.req;
	struct zx__res *res = &c->http.late;
	struct zx__req req = {
		.method = c->http.head_only ? "GET" : h->method,
		.path = h->path,
		.query = h->query,
		.authorization = h->authorization,
		.content_type = h->content_type,
		.reason = h->reason,
		.user_agent = h->user_agent,
		.body = zx_buf_str(&c->http.body),
		.now_ms = zx__wire_now(c->wire),
	};

	res->status = 200;
	res->content_type = NULL;
	res->delay_ms = 0;
	res->drop = 0;
	zx__world_http(c->wire->world, &req, res);
	c->wire->world_dirty = 1;
	if (res->delay_ms) {
		c->http.waiting = 1;
		c->http.answer_at = zx_time_add(req.now_ms, res->delay_ms);
		c->due = zx_time_add(c->http.answer_at, ZX__IDLE_MS);
	} else {
		late_answer(c);
	}
}

static void serve(struct zx__conn *c)
{
	const struct zx__head *h = &c->http.req;
	int api = zx_str_starts(h->path, "/api/");

	if (!strcmp(h->method, "OPTIONS"))
		zx__http_answer(c, 204, NULL,
				ZX_STR("Allow: GET, POST, PUT, PATCH, DELETE, "
				       "HEAD, OPTIONS\r\n"),
				ZX_STR(""));
	else if (zx__http_wants_upgrade(h) &&
		 zx_str_starts(h->path, "/sandbox/") && is_stranger(h))
		zx__http_error(c, 403, "Not from this address");
	else if (zx__http_wants_upgrade(h))
		zx__http_upgrade(c);
	else if (api)
		ask_world(c);
	else if (is_stranger(h))
		zx__http_error(c, 403, "Not from this address");
	else if (zx_str_starts(h->path, "/sandbox/"))
		ask_world(c);
	else if (zx_str_is(h->path, "/gateway"))
		zx__http_error(c, 426, "A WebSocket lives here");
	else if (strcmp(h->method, "GET") && strcmp(h->method, "HEAD"))
		zx__http_error(c, 405, "Method not allowed");
	else
		page_file(c, h->path);
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
		serve(c);
	}
	if (c->kind != ZX__CONN_HTTP)
		zx__ws_input(c);
}

void zx__http_tick(struct zx__conn *c, uint64_t now)
{
	if (!c->http.waiting || now < c->http.answer_at)
		return;
	late_answer(c);
	zx__http_input(c);
}
