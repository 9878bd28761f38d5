/* SPDX-License-Identifier: MIT
 *
 * op 9, Invalid Session: d says whether resuming may help.
 */
#include "gateway/gateway_int.h"

/* Milliseconds: `least` and up to `more` on top of it. */
static uint64_t between(const struct zx_shard *s, uint64_t least, uint64_t more)
{
	return least + zx_rand_below(&s->opt.rand, more + 1);
}

int zx__op_invalid(struct zx_shard *s, const struct zx_envelope *e)
{
	int identifying = s->state == ZX_SHARD_IDENTIFYING;
	int resumable = 0;

	(void)zx_json_bool(e->d, &resumable);
	s->stats.invalid_sessions++;
	zx__shard_trouble(s, ZX_LOG_WARN, "invalid session (%s)",
			  identifying ? "after identify"
			  : resumable ? "may be resumed"
				      : "lost");
	if (identifying || !resumable)
		zx__shard_forget(s);
	/* After Identify it means that we were too fast (GW-14), otherwise
	 * Discord wants a random pause of 1 to 5 s (GW-13). */
	if (identifying)
		s->wait_ms = between(s, 5000, 5000);
	else if (!resumable)
		s->wait_ms = between(s, 1000, 4000);
	zx__close(s, ZX__CLOSE_KEEP);
	return ZX_OK;
}
