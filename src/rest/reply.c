/* SPDX-License-Identifier: MIT
 *
 * reply: an answer is read, its consequences drawn, and the request ended or
 * tried again.
 */
#include <string.h>

#include "rest/rest_int.h"

#define CODE_WEBHOOK_GONE 10015
#define CODE_CLOUDFLARE 40333
#define CODE_NO_ACCESS 50001
#define CODE_NO_PERMISSION 50013
#define CODE_WEBHOOK_TOKEN 50027
#define CODE_INDEX 110000
#define CODE_OVERLOADED 130000

/* Nothing of it reached the server when there was no connection. */
static int reply_fault(struct zx_rest *r, struct zx__req *q, int err)
{
	if (err != ZX_E_CONNECT && err != ZX_E_TLS)
		q->lost = 1;
	if (!zx__rest_retry(r, q, err, 0))
		zx__rest_req_finish(r, q, err, NULL);
	return ZX_OK;
}

static int finish_with_body(struct zx_rest *r, struct zx__req *q, int err,
			    struct zx_str body)
{
	if (q->state == REQ_DONE)
		return ZX_OK;
	if (body.len) {
		q->reply = zx_resize(r->alloc, NULL, body.len);
		if (!q->reply) {
			zx__rest_req_finish(r, q, ZX_E_NOMEM, NULL);
			return ZX_E_NOMEM;
		}
		memcpy(q->reply, body.ptr, body.len);
		q->reply_len = body.len;
	}
	zx__rest_req_finish(r, q, err, NULL);
	return ZX_OK;
}

static void note_403(struct zx_rest *r, struct zx__req *q, struct zx_str body)
{
	zx__rest_invalid_add(r, 1);
	if (q->code == CODE_NO_ACCESS || q->code == CODE_NO_PERMISSION)
		zx__rest_denied_note(r, q);
	else if (!zx__rest_is_json(body))
		zx__rest_cloud_hold(r, q, ZX__REST_CLOUD_MIN);
}

static void note_good(struct zx__req *q)
{
	struct zx__lane *l = q->lane;

	l->denials = 0;
	l->denied_until = 0;
	if (l->serial)
		l->serial--;
}

/* What an answer teaches beyond the request itself. */
static void note(struct zx_rest *r, struct zx__req *q, struct zx_str body)
{
	int s = q->status;

	if (s >= 200 && s < 300)
		note_good(q);
	if (q->code == CODE_CLOUDFLARE)
		zx__rest_cloud_hold(r, q, ZX__REST_CLOUD_MIN);
	else if ((s >= 200 && s < 300) || zx__rest_is_json(body))
		zx__rest_cloud_clear(r, q);
	if (s == 401)
		zx__rest_invalid_add(r, 1);
	if (s == 401 && zx__req_gated(q) && q->token_no == r->token_no)
		zx__rest_auth_stop(r);
	if (s == 403)
		note_403(r, q, body);
	if ((s == 404 && q->code == CODE_WEBHOOK_GONE) ||
	    (s == 401 && q->code == CODE_WEBHOOK_TOKEN))
		zx__rest_gone_note(r, q);
}

static void learn(struct zx_rest *r, struct zx__req *q,
		  const struct zx__head *h)
{
	zx__rest_lane_learn(r, q->lane, h->bucket);
	zx__rest_bucket_headers(r, q, h, q->status);
	if (q->status != 429)
		q->lane->bucket->careful = 0;
}

static int decide(struct zx_rest *r, struct zx__req *q,
		  const struct zx__head *h, struct zx_str body)
{
	int s = q->status;

	if (s == 429) {
		zx__rest_limit429(r, q, h, body);
		return ZX_OK;
	}
	if (s == 202 && q->code == CODE_INDEX) {
		zx__rest_index_wait(r, q, h, body);
		return ZX_OK;
	}
	if (s >= 200 && s < 300)
		return finish_with_body(r, q, ZX_OK, body);
	/* Overloaded says that nothing was done. */
	if (q->code == CODE_OVERLOADED &&
	    zx__rest_retry(r, q, ZX_E_CONNECT, h->retry_ms))
		return ZX_OK;
	if (s >= 500 && q->code != CODE_OVERLOADED) {
		q->lost = 1;
		if (zx__rest_retry(r, q, ZX_E_REMOTE, h->retry_ms))
			return ZX_OK;
	}
	if (s == 401 && zx__req_gated(q))
		return finish_with_body(r, q, ZX_E_AUTH, body);
	return finish_with_body(r, q, ZX_E_REMOTE, body);
}

static int code_of(int status, struct zx_str body)
{
	int64_t code = 0;

	if ((status < 300 && status != 202) || !zx__rest_is_json(body))
		return 0;
	code = zx_json_get_i64(body, "code");
	return code > 0 && code < INT32_MAX ? (int)code : 0;
}

int zx__rest_reply(struct zx_rest *r, struct zx__req *q,
		   const struct zx_rest_reply *reply)
{
	struct zx__bucket *b = q->lane->bucket;
	struct zx__head head;
	int err = reply->err;

	b->in_flight--;
	q->lane->in_flight--;
	if (!err && reply->body.len > q->max_body)
		err = ZX_E_TOOBIG;
	q->status = reply->status;
	q->code = code_of(reply->status, reply->body);
	zx__rest_head_read(reply->headers, &head);
	if (reply->status > 0 && !(q->flags & ZX_REST_ABSOLUTE)) {
		learn(r, q, &head);
		note(r, q, reply->body);
	}
	if (err)
		err = reply_fault(r, q, err);
	else
		err = decide(r, q, &head, reply->body);
	zx__rest_bucket_settle(r, q->lane->bucket);
	return err;
}
