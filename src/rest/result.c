/* SPDX-License-Identifier: MIT
 *
 * result: what the caller is told.
 */
#include <inttypes.h>
#include <string.h>

#include "rest/rest_int.h"

static void add_text(struct zx_rest *r, const struct zx__req *q)
{
	struct zx_str body = { q->reply, q->reply_len };
	struct zx_buf *b = &r->text;

	if (q->err == ZX_E_WOULDWAIT)
		zx_buf_addf(b,
			    "a rate limit would hold it for %" PRIu64
			    ".%03u s, longer than it may wait",
			    q->would_wait_ms / 1000,
			    (unsigned)(q->would_wait_ms % 1000));
	else if (q->why && q->err == ZX_E_REMOTE)
		zx_buf_addf(b, "%s (HTTP %d, code %d)", q->why, q->status,
			    q->code);
	else if (q->why)
		zx_buf_addc(b, q->why);
	else if (q->err == ZX_E_REMOTE || q->err == ZX_E_AUTH)
		zx_rest_explain(body, q->status, NULL, b);
	else
		zx_buf_addc(b, zx_strerror(q->err));
	if (q->lost && q->err != ZX_OK && q->method != ZX_GET)
		zx_buf_addc(b, "; it may have been carried out");
}

/* Should Discord, or a proxy, repeat the token in an error, it ends here. */
static void hide_token(const struct zx_rest *r, struct zx_buf *b)
{
	size_t n = r->token ? strlen(r->token) : 0, i;

	if (n < 8)
		return;
	for (i = 0; i + n <= b->len; i++)
		if (!memcmp(b->ptr + i, r->token, n))
			memset(b->ptr + i, '*', n);
}

static struct zx_str message(struct zx_rest *r, const struct zx__req *q)
{
	zx_buf_clear(&r->text);
	if (!q->err)
		return (struct zx_str){ "", 0 };
	zx_buf_adds(&r->text, zx__lane_name(q->lane));
	zx_buf_addc(&r->text, ": ");
	add_text(r, q);
	if (r->text.err)
		return zx_str(zx_strerror(q->err));
	hide_token(r, &r->text);
	return zx_buf_str(&r->text);
}

void zx__rest_result(struct zx_rest *r, struct zx__req *q,
		     struct zx_rest_result *out)
{
	*out = (struct zx_rest_result){
		.id = q->id,
		.ud = q->ud,
		.err = q->err,
		.status = q->status,
		.code = q->code,
		.body = { q->reply, q->reply_len },
		.message = message(r, q),
		.would_wait_ms = q->would_wait_ms,
		.attempts = q->attempts,
		.failures = q->failures,
		.took_ms = q->done_at - q->submitted_at,
		.maybe_done = q->lost && q->err && q->method != ZX_GET,
	};
}
