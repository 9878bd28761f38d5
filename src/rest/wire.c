/* SPDX-License-Identifier: MIT
 *
 * wire: what the host has to send (RE-01 to RE-03).
 */
#include <string.h>

#include "rest/rest_int.h"

/* Names of headers and what is always the same in them. */
#define FIXED_HEADERS 512

static void add_authorization(struct zx_rest *r, const struct zx__req *q)
{
	struct zx_str token = zx_str(r->token);

	if (!zx__req_gated(q) || !token.len)
		return;
	zx_buf_addc(&r->headers, "Authorization: ");
	/* A token that names its kind, or a bot's. */
	if (!zx_str_starts(token, "Bot ") && !zx_str_starts(token, "Bearer "))
		zx_buf_addc(&r->headers, "Bot ");
	zx_buf_adds(&r->headers, token);
	zx_buf_addc(&r->headers, "\r\n");
}

static void add_headers(struct zx_rest *r, const struct zx__req *q)
{
	struct zx_buf *b = &r->headers;

	zx_buf_addf(b, "User-Agent: %s\r\n", r->user_agent);
	if (!(q->flags & ZX_REST_ABSOLUTE))
		zx_buf_addc(b, "Accept: application/json\r\n");
	add_authorization(r, q);
	if (q->body_mem)
		zx_buf_addf(
			b, "Content-Type: multipart/form-data; boundary=%s\r\n",
			q->boundary);
	else if (q->body.len)
		zx_buf_addc(b, "Content-Type: application/json\r\n");
	if (!q->reason.len)
		return;
	zx_buf_addc(b, "X-Audit-Log-Reason: ");
	zx_buf_add_urlencoded(b, q->reason);
	zx_buf_addc(b, "\r\n");
}

/* The buffer held a token: it is wiped before it can be moved, and does not
 * move while it is written. */
static void prepare(struct zx_rest *r, const struct zx__req *q)
{
	struct zx_buf *b = &r->headers;

	if (b->len)
		zx_wipe(b->ptr, b->len);
	zx_buf_clear(b);
	zx_buf_room(b, strlen(r->user_agent) + zx_str(r->token).len +
			       3 * q->reason.len + FIXED_HEADERS);
}

int zx__rest_wire(struct zx_rest *r, struct zx__req *q,
		  struct zx_rest_wire *out)
{
	zx_buf_clear(&r->url);
	prepare(r, q);
	if (!(q->flags & ZX_REST_ABSOLUTE))
		zx_buf_addc(&r->url, r->base_url);
	zx_buf_adds(&r->url, q->path);
	add_headers(r, q);
	if (r->url.err || r->headers.err)
		return ZX_E_NOMEM;
	*out = (struct zx_rest_wire){
		.id = q->id,
		.method = q->method,
		.url = zx_buf_str(&r->url),
		.headers = zx_buf_str(&r->headers),
		.body = q->body,
		.timeout_ms = q->timeout_ms,
		.max_body = q->max_body,
	};
	return ZX_OK;
}
