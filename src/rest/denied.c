/* SPDX-License-Identifier: MIT
 *
 * denied: a lane that lacks a permission is not asked again and again (RL-13).
 * 403 counts towards the ban; three in a row are enough to know.
 */
#include "rest/rest_int.h"

void zx__rest_denied_note(struct zx_rest *r, struct zx__req *q)
{
	struct zx__lane *l = q->lane;

	if (r->denied_ms == UINT32_MAX)
		return;
	if (r->now - l->denied_at > ZX__REST_DENIAL_MS)
		l->denials = 0;
	l->denied_at = r->now;
	l->denied_code = q->code;
	/* Stays full: after the pause one more is enough. */
	if (l->denials < ZX__REST_DENIALS)
		l->denials++;
	if (l->denials < ZX__REST_DENIALS)
		return;
	l->denied_until = zx_time_add(r->now, r->denied_ms);
	zx_logf(r->log, ZX_LOG_WARN, "rest",
		"%.*s: denied again (code %d), not asked for %u s",
		ZX_ARG(zx__lane_name(l)), l->denied_code, r->denied_ms / 1000);
}

int zx__rest_denied_now(struct zx_rest *r, struct zx__req *q)
{
	if (q->lane->denied_until <= r->now)
		return 0;
	q->status = 403;
	q->code = q->lane->denied_code;
	zx__rest_req_finish(
		r, q, ZX_E_REMOTE,
		"Discord denied the same several times just now; not "
		"asked again for a while");
	return 1;
}
