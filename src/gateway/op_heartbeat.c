/* SPDX-License-Identifier: MIT
 *
 * op 1, Heartbeat: the server wants a beat now.
 */
#include "gateway/gateway_int.h"

int zx__op_heartbeat(struct zx_shard *s, const struct zx_envelope *e)
{
	(void)e;
	zx__beat_asked(s);
	return ZX_OK;
}
