/* SPDX-License-Identifier: MIT
 *
 * op 7, Reconnect: the server goes away and the session stays. It may come in
 * place of HELLO (GW-11).
 */
#include "gateway/gateway_int.h"

int zx__op_reconnect(struct zx_shard *s, const struct zx_envelope *e)
{
	(void)e;
	s->stats.reconnect_requests++;
	zx_logf(s->opt.log, ZX_LOG_INFO, "gateway",
		"shard %u: asked to reconnect", s->opt.shard_id);
	zx__close(s, ZX__CLOSE_KEEP);
	return ZX_OK;
}
