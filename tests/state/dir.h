/* SPDX-License-Identifier: MIT
 *
 * A folder for each test of a program, and the state file in it.
 */
#ifndef TEST_STATE_DIR_H
#define TEST_STATE_DIR_H

#include "helper/zx_test.h"
#include "zoryx/state.h"

static char dir[64], path[96];

static inline int dir_setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/zx-state-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/z.db", dir);
	return 0;
}

static inline int dir_teardown(void **state)
{
	char cmd[96];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static inline int dir_open(struct zx_state **s)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;

	o.path = path;
	return zx_state_open(s, &o);
}

#endif
