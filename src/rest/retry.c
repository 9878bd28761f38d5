/* SPDX-License-Identifier: MIT
 *
 * retry: what is tried again after a fault, and when (RL-15, RL-17).
 */
#include "rest/rest_int.h"

/* Could repeating it do something twice? PATCH sets what it names and may be
 * repeated; only POST creates. */
static int may_repeat(const struct zx__req *q, int err)
{
	if (err == ZX_E_CONNECT)
		return 1;
	return q->method != ZX_POST || (q->flags & ZX_REST_IDEMPOTENT);
}

int zx__rest_retry(struct zx_rest *r, struct zx__req *q, int err,
		   uint64_t wait_ms)
{
	uint64_t ms;

	if (q->state == REQ_DONE)
		return 1;
	/* The same answer would be as long the next time. */
	if (err == ZX_E_TOOBIG)
		return 0;
	q->failures++;
	if (r->closed || !may_repeat(q, err))
		return 0;
	if (q->failures >= q->max_failures || wait_ms > q->may_wait)
		return 0;
	ms = zx_backoff_next(&q->backoff, &r->rand);
	r->stats.retries++;
	zx_logf(r->log, ZX_LOG_DEBUG, "rest", "%.*s: attempt %u failed",
		ZX_ARG(zx__lane_name(q->lane)), q->attempts);
	zx__rest_req_pause(r, q, ms > wait_ms ? ms : wait_ms);
	return 1;
}

/* 202 with 110000: the search index is being built. */
void zx__rest_index_wait(struct zx_rest *r, struct zx__req *q,
			 const struct zx__head *h, struct zx_str body)
{
	uint64_t ms = 0, floor;

	if (!zx__rest_retry_after(body, &ms) && h->has_retry)
		ms = h->retry_ms;
	/* "0" means a short delay, of our choice. */
	floor = UINT64_C(1000) << (q->limited < 5 ? q->limited : 5);
	q->limited++;
	if (!ms || (q->limited > 1 && ms < floor))
		ms = floor;
	zx__rest_req_wait(r, q, ms);
}
