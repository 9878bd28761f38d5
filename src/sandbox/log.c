/* SPDX-License-Identifier: MIT
 *
 * The REST traffic log: a ring of requests with their bodies, without tokens.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

static char *copy(struct zx_str s, size_t max, size_t *len)
{
	size_t n = s.len < max ? s.len : max;
	char *p = malloc(n + 1);

	*len = p ? n : 0;
	if (!p)
		return NULL;
	if (n)
		memcpy(p, s.ptr, n);
	p[n] = '\0';
	return p;
}

/* The token in "/webhooks/1/TOKEN/..." becomes three stars. */
static char *masked(struct zx_str path)
{
	int secret = zx_str_starts(path, "/webhooks/") ||
		     zx_str_starts(path, "/interactions/");
	struct zx_buf b;
	char *out;

	zx_buf_init(&b, NULL, 4096);
	for (int i = 0; path.ptr; i++) {
		struct zx_str seg = zx_str_split(&path, '/');

		if (i)
			zx_buf_addch(&b, '/');
		if (secret && i == 3)
			zx_buf_addc(&b, "***");
		else
			zx_buf_adds(&b, seg);
	}
	out = zx_buf_detach(&b, NULL);
	zx_buf_release(&b);
	return out;
}

static void clear(struct zx__world *w, struct zx__log_entry *e)
{
	w->log_bytes -= e->body_len + e->reply_len;
	free(e->method);
	zx_delete(NULL, e->path);
	free(e->query);
	free(e->type);
	free(e->body);
	free(e->reply);
	memset(e, 0, sizeof(*e));
}

void zx__log_free(struct zx__world *w)
{
	for (size_t i = 0; w->log && i < ZX__MAX_LOG; i++)
		clear(w, &w->log[i]);
	free(w->log);
	w->log = NULL;
}

/* The value of a header the answer has, as text; empty when it has none. */
static struct zx_str header(const struct zx__res *res, const char *name)
{
	struct zx_str rest = zx_buf_str(&res->headers);

	while (rest.len) {
		struct zx_str line = zx_str_trim(zx_str_split(&rest, '\n'));
		struct zx_str key = zx_str_split(&line, ':');

		if (zx_str_is_nocase(key, name))
			return zx_str_trim(line);
	}
	return (struct zx_str){ NULL, 0 };
}

static double number(struct zx_str s)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*s", ZX_ARG(s));
	return strtod(text, NULL);
}

static cJSON *traffic(const struct zx__log_entry *e, uint32_t ms)
{
	char what[600];

	snprintf(what, sizeof(what), "%s %s", e->method ? e->method : "",
		 e->path ? e->path : "");
	return zx__dom("n:d at:d kind:s dir:s what:s status:i ms:d",
		       (double)e->n, (double)e->at, "rest", "in", what,
		       e->status, (double)ms);
}

static void tell(struct zx__world *w, const struct zx__log_entry *e,
		 const struct zx__res *res)
{
	cJSON *d;

	if (!zx__wire_watched(w->wire, 0))
		return;
	d = traffic(e, res->delay_ms);
	if (header(res, "X-RateLimit-Limit").len)
		zx__dom_set(
			d, "bucket:o",
			zx__dom("remaining:d limit:d reset_after:d",
				number(header(res, "X-RateLimit-Remaining")),
				number(header(res, "X-RateLimit-Limit")),
				number(header(res,
					      "X-RateLimit-Reset-After"))));
	zx__live(w, "TRAFFIC", d, 0);
}

/* Bodies of old entries go when all of them together are too much. */
static void trim(struct zx__world *w)
{
	for (uint64_t k = ZX__MAX_LOG - 1;
	     k > 0 && w->log_bytes > ZX__MAX_LOG_BYTES; k--) {
		struct zx__log_entry *e;

		if (w->log_count <= k)
			continue;
		e = &w->log[(w->log_count - 1 - k) % ZX__MAX_LOG];
		w->log_bytes -= e->body_len + e->reply_len;
		free(e->body);
		free(e->reply);
		e->body = e->reply = NULL;
		e->body_len = e->reply_len = 0;
	}
}

void zx__log(struct zx__world *w, const struct zx__req *req,
	     const struct zx__res *res, struct zx_str path)
{
	struct zx__log_entry *e;
	size_t len;

	if (!w->log)
		w->log = calloc(ZX__MAX_LOG, sizeof(*w->log));
	if (!w->log)
		return;
	e = &w->log[w->log_count++ % ZX__MAX_LOG];
	clear(w, e);
	e->n = zx__wire_traffic_n(w->wire);
	e->at = zx__wall(w);
	e->status = res->status;
	e->method = copy(zx_str(req->method), 16, &len);
	e->path = masked(path);
	e->query = copy(req->query, 1024, &len);
	e->type = copy(req->content_type, 200, &len);
	e->body = copy(req->body, ZX__MAX_LOG_BODY, &e->body_len);
	e->reply =
		copy(zx_buf_str(&res->body), ZX__MAX_LOG_BODY, &e->reply_len);
	w->log_bytes += e->body_len + e->reply_len;
	trim(w);
	tell(w, e, res);
}

/* A form as an object: texts as they are, files by their size. */
static cJSON *form(const struct zx__log_entry *e)
{
	struct zx__req req = { .content_type = zx_str(e->type),
			       .body = { e->body, e->body_len } };
	struct zx__call c = { .req = &req };
	struct zx_str payload = { NULL, 0 };
	cJSON *o = cJSON_CreateObject();
	char *text;

	if (!e->body || zx__multipart(&c, &payload) != ZX_OK)
		return o;
	text = payload.ptr ? zx_str_dup(NULL, payload) : NULL;
	if (text)
		cJSON_AddStringToObject(o, "payload_json", text);
	zx_delete(NULL, text);
	for (size_t i = 0; i < c.nparts; i++) {
		char name[64], size[40];

		snprintf(name, sizeof(name), "%.*s",
			 ZX_ARG(zx_utf8_head(c.files[i].field, 40)));
		snprintf(size, sizeof(size), "%zu bytes", c.files[i].data.len);
		cJSON_AddStringToObject(o, name, size);
	}
	return o;
}

/* With what the validator of REST traffic wants to see. */
static void add_full(cJSON *o, const struct zx__log_entry *e)
{
	cJSON *body = cJSON_Parse(e->body ? e->body : "");
	cJSON *reply = cJSON_Parse(e->reply ? e->reply : "");

	zx__dom_set(o, "method:s path:s query:s content_type:s", e->method,
		    e->path, e->query, e->type);
	if (e->type && !strncmp(e->type, "multipart/", 10))
		zx__dom_set(o, "body:o", form(e));
	else if (body)
		zx__dom_set(o, "body:o", body);
	else if (e->body_len && zx_utf8_valid(zx_str(e->body)))
		zx__dom_set(o, "body:s", e->body);
	if (reply)
		zx__dom_set(o, "response:o", reply);
	else if (e->reply_len)
		zx__dom_set(o, "response:s", e->reply);
}

cJSON *zx__log_out(struct zx__world *w, uint64_t after, int full)
{
	cJSON *list = cJSON_CreateArray();
	uint64_t n = w->log_count < ZX__MAX_LOG ? w->log_count : ZX__MAX_LOG;

	for (uint64_t k = n; w->log && k > 0; k--) {
		const struct zx__log_entry *e =
			&w->log[(w->log_count - k) % ZX__MAX_LOG];
		cJSON *o;

		if (e->n <= after)
			continue;
		o = traffic(e, 0);
		if (full)
			add_full(o, e);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

int zx__world_take_request(struct zx__world *w, const char *pattern,
			   struct zx_buf *body)
{
	uint64_t n = w->log_count < ZX__MAX_LOG ? w->log_count : ZX__MAX_LOG;

	for (uint64_t k = n; w->log && k > 0; k--) {
		struct zx__log_entry *e =
			&w->log[(w->log_count - k) % ZX__MAX_LOG];

		if (e->taken || !e->path || !e->method ||
		    !zx__path_match(pattern, e->method, zx_str(e->path)))
			continue;
		e->taken = 1;
		if (body && e->body)
			zx_buf_add(body, e->body, e->body_len);
		return 1;
	}
	return 0;
}
