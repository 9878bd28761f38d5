/* SPDX-License-Identifier: MIT
 *
 * guard: who may knock. Strangers are few, and an address that guesses secrets
 * has to wait longer each time.
 */
#include <string.h>

#include "ipc/ipc_int.h"

static struct zx__blame *find(struct zx_ipc *x, const char *address)
{
	size_t i;

	for (i = 0; i < x->blames_n; i++)
		if (!strcmp(x->blames[i].address, address))
			return &x->blames[i];
	return NULL;
}

/* A place for one more: new, or that of the one that is longest ago. */
static struct zx__blame *make(struct zx_ipc *x, const char *address)
{
	struct zx__blame *b, *oldest = x->blames;
	size_t cap = x->blames_cap ? x->blames_cap * 2 : 4, i;

	if (x->blames_n == x->blames_cap && cap <= ZX__IPC_ADDRESSES) {
		b = zx_resize(x->opt->alloc, x->blames, cap * sizeof(*b));
		if (b) {
			x->blames = b;
			x->blames_cap = cap;
		}
	}
	if (!x->blames)
		return NULL;
	for (i = 1, oldest = x->blames; i < x->blames_n; i++)
		if (x->blames[i].since < oldest->since)
			oldest = &x->blames[i];
	b = x->blames_n < x->blames_cap ? &x->blames[x->blames_n++] : oldest;
	memset(b, 0, sizeof(*b));
	strncpy(b->address, address, sizeof(b->address) - 1);
	b->since = x->now;
	return b;
}

void zx__guard_failed(struct zx_ipc *x, const char *address)
{
	struct zx__blame *b = find(x, address);
	uint64_t ms = ZX__IPC_THROTTLE_MS;

	if (!b)
		b = make(x, address);
	if (!b)
		return;
	if (x->now - b->since >= ZX__IPC_THROTTLE_MS) {
		/* A quarter of an hour in peace clears the record. */
		if (x->now - b->since >= ZX__IPC_THROTTLE_MOST_MS)
			b->times = 0;
		b->since = x->now;
		b->failures = 0;
	}
	if (++b->failures < ZX__IPC_FAILURES)
		return;
	ms <<= b->times < 4 ? b->times : 4;
	if (ms > ZX__IPC_THROTTLE_MOST_MS)
		ms = ZX__IPC_THROTTLE_MOST_MS;
	b->times++;
	b->failures = 0;
	b->until = zx_time_add(x->now, ms);
	b->since = b->until;
	zx__trouble(x, ZX_LOG_WARN,
		    "%s did not know the secret %d times: refused for %u s",
		    address, ZX__IPC_FAILURES, (unsigned)(ms / 1000));
}

/* Drops the stranger that has been here longest, of an address or of all. */
static void evict(struct zx_ipc *x, const char *address)
{
	struct zx__link *oldest = NULL, *l;
	size_t i;

	for (i = 0; i < x->slot_cap; i++) {
		l = x->slots[i];
		if (!l || l->up || (address && strcmp(l->address, address)))
			continue;
		if (!oldest || l->order < oldest->order)
			oldest = l;
	}
	if (!oldest)
		return;
	x->stats.refused++;
	zx__link_drop(x, oldest, 1);
}

int zx__guard_admit(struct zx_ipc *x, const char *address)
{
	const struct zx_ipc_options *o = x->opt;
	struct zx__blame *b = find(x, address);
	unsigned same = 0;
	size_t i;

	if (x->stopping || (b && x->now < b->until)) {
		x->stats.refused++;
		return ZX_E_LIMIT;
	}
	for (i = 0; i < x->slot_cap && x->strangers; i++)
		same += x->slots[i] && !x->slots[i]->up &&
			!strcmp(x->slots[i]->address, address);
	if (same >= o->max_strangers_each)
		evict(x, address);
	if (x->strangers >= o->max_strangers)
		evict(x, NULL);
	return ZX_OK;
}
