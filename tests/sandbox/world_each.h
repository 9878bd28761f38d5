/* SPDX-License-Identifier: MIT
 *
 * A world for each test of a program: t.
 */
#ifndef TEST_WORLD_EACH_H
#define TEST_WORLD_EACH_H

#include "sandbox/world.h"

static struct test t;

static int setup(void **state)
{
	(void)state;
	test_start(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_end(&t);
	return 0;
}

#endif
