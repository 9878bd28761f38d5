/* SPDX-License-Identifier: MIT
 *
 * sandbox links with base, cJSON, zlib and libzstd, and needs no bot.
 */
#include "zoryx/sandbox.h"

int main(void)
{
	struct zx_sandbox *box = NULL;
	int bad;

	if (zx_sandbox_start(&box, NULL))
		return 1;
	bad = !zx_sandbox_guild(box, 0) ||
	      zx_sandbox_wait_ready(box, 1, 1) != ZX_E_TIMEOUT;
	zx_sandbox_stop(box);
	return bad;
}
