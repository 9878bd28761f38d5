/* SPDX-License-Identifier: MIT
 *
 * op 11, Heartbeat ACK: the connection lives.
 */
#include "gateway/gateway_int.h"

int zx__op_ack(struct zx_shard *s, const struct zx_envelope *e)
{
	(void)e;
	zx__beat_acked(s);
	return ZX_OK;
}
