/* SPDX-License-Identifier: MIT
 *
 * Inside the public calls.
 */
#ifndef ZX_SANDBOX_BOX_INT_H
#define ZX_SANDBOX_BOX_INT_H

#include <pthread.h>

#include "wire_int.h"

struct zx_sandbox {
	pthread_t thread;
	/*
	 * Everything below `lock` is guarded by it. Who wants it takes `gate`
	 * first and holds that while waiting, so that the thread, which lets go
	 * of the lock for an instant only when it is busy, cannot starve them.
	 */
	pthread_mutex_t gate, lock;
	pthread_cond_t happened; /* something a caller may wait for */
	int stopping;
	struct zx__wire *wire;
	struct zx__world *world;
	char api_url[64], gateway_url[64], page_url[64];
	const char *token;
};

/* Everything is done between these; the last tells the thread to look. */
void zx__box_lock(struct zx_sandbox *box);
void zx__box_unlock(struct zx_sandbox *box);
void zx__box_wake(struct zx_sandbox *box);

#endif
