/* SPDX-License-Identifier: MIT
 *
 * HTTP answers: the page's files, and what the world says to a request of the
 * API.
 */
#include <string.h>

#include "wire_int.h"

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

/* How long an answer is held at most: bots have three seconds. */
enum { HOLD_MS = 3050 };

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
	if (res->hold)
		res->delay_ms = HOLD_MS;
	if (res->delay_ms) {
		c->http.waiting = 1;
		c->http.answer_at = zx_time_add(req.now_ms, res->delay_ms);
		c->due = zx_time_add(c->http.answer_at, ZX__IDLE_MS);
	} else {
		late_answer(c);
	}
}

void zx__http_serve(struct zx__conn *c)
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

/* Is there an answer by now to what the world held back? */
static int let_go(struct zx__conn *c)
{
	struct zx__res *res = &c->http.late;

	return res->hold && zx__world_late(c->wire->world, res->hold, res);
}

void zx__http_tick(struct zx__conn *c, uint64_t now)
{
	if (!c->http.waiting || (now < c->http.answer_at && !let_go(c)))
		return;
	let_go(c);
	late_answer(c);
	zx__http_input(c);
}
