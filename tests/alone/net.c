/* SPDX-License-Identifier: MIT
 *
 * net links with the machines it drives, libwebsockets and curl: a timer fires
 * in its loop.
 */
#include "zoryx/net.h"

static void fired(struct zx_timer *t, void *ud)
{
	int *n = ud;

	(void)t;
	(*n)++;
}

int main(void)
{
	struct zx_loop *loop;
	struct zx_timer timer = { .fn = fired };
	int n = 0, turns = 1000;

	timer.ud = &n;
	if (zx_loop_new(&loop, NULL))
		return 1;
	if (zx_timer_set(loop, &timer, zx_time_add(zx_clock(), 1)))
		return 2;
	while (!n && turns--)
		if (zx_loop_step(loop, 100))
			return 3;
	zx_loop_free(loop);
	return n == 1 ? 0 : 4;
}
