/* SPDX-License-Identifier: MIT
 *
 * The only clocks of the library.
 */
#include "zoryx/net.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
	struct timespec t = { 0, 0 };

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

zx_time zx_clock(void)
{
	return (zx_time)read_ms(CLOCK_MONOTONIC);
}

zx_wall zx_wall_clock(void)
{
	return read_ms(CLOCK_REALTIME);
}
