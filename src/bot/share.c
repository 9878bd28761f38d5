/* SPDX-License-Identifier: MIT
 *
 * share: what the processes of one bot have together on REST.
 */
#include "bot/bot_int.h"

#define GLOBAL_PER_S 50

void zx_bot_set_rest_share(struct zx_bot *b, uint32_t per_s)
{
	zx_rest_set_global(b->rest, per_s ? per_s : GLOBAL_PER_S,
			   zx_loop_now(b->loop));
	zx_rest_kick(b->rest_conn);
}

void zx_bot_add_invalid(struct zx_bot *b, uint32_t n)
{
	zx_rest_add_invalid(b->rest, n, zx_loop_now(b->loop));
	zx_rest_kick(b->rest_conn);
}
