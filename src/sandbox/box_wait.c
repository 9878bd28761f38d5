/* SPDX-License-Identifier: MIT
 *
 * The public calls that wait for what happens.
 */
#include <time.h>

#include "box_int.h"

struct wait {
	const char *request;
	uint64_t number; /* an interaction, or of sessions */
	struct zx_buf *out;
	int (*done)(struct zx_sandbox *box, const struct wait *w);
};

static struct timespec in_ms(uint32_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

static int wait_for(struct zx_sandbox *box, const struct wait *w, uint32_t ms)
{
	struct timespec until = in_ms(ms);
	int done, late = 0;

	zx__box_lock(box);
	while (!(done = w->done(box, w)) && !late)
		late = pthread_cond_timedwait(&box->happened, &box->lock,
					      &until) != 0;
	zx__box_unlock(box);
	if (!done)
		return ZX_E_TIMEOUT;
	return w->out ? w->out->err : ZX_OK;
}

static int has_request(struct zx_sandbox *box, const struct wait *w)
{
	return zx__world_take_request(box->world, w->request, w->out);
}

static int has_answer(struct zx_sandbox *box, const struct wait *w)
{
	return zx__world_answer(box->world, w->number, w->out);
}

static int has_sessions(struct zx_sandbox *box, const struct wait *w)
{
	return zx__sessions_live(box->wire) >= w->number;
}

int zx_sandbox_expect(struct zx_sandbox *box, const char *request,
		      uint32_t timeout_ms, struct zx_buf *body)
{
	struct zx_buf own;
	struct wait w = { .request = request,
			  .out = body ? body : &own,
			  .done = has_request };
	int err;

	if (!request)
		return ZX_E_INVALID;
	zx_buf_init(&own, NULL, 0);
	err = wait_for(box, &w, timeout_ms);
	zx_buf_release(&own);
	return err;
}

int zx_sandbox_answer(struct zx_sandbox *box, uint64_t interaction,
		      uint32_t timeout_ms, struct zx_buf *message)
{
	struct zx_buf own;
	struct wait w = { .number = interaction,
			  .out = message ? message : &own,
			  .done = has_answer };
	int err;

	zx_buf_init(&own, NULL, 0);
	err = wait_for(box, &w, timeout_ms);
	zx_buf_release(&own);
	return err;
}

int zx_sandbox_wait_ready(struct zx_sandbox *box, uint32_t n,
			  uint32_t timeout_ms)
{
	struct wait w = { .number = n, .done = has_sessions };

	return wait_for(box, &w, timeout_ms);
}
