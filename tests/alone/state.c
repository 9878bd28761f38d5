/* SPDX-License-Identifier: MIT
 *
 * state links with base, SQLite and libzstd. It opens no file here: a path in a
 * folder that cannot be is told as such.
 */
#include "zoryx/state.h"

int main(void)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s = NULL;
	int bad;

	o.path = "/dev/null/zoryx.db";
	bad = zx_state_open(&s, &o) == ZX_OK || !*zx_state_error(s);
	zx_state_close(s);
	return bad;
}
