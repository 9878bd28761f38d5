/* SPDX-License-Identifier: MIT
 *
 * window: has this nonce been seen? Two sets of hashes: the older one goes when
 * the newer is full or has lasted for long enough, so that at least the last
 * 10,000, or those of the last two minutes, are known, and a silent peer costs
 * next to nothing.
 */
#include <string.h>

#include "ipc/ipc_int.h"

#define LAST_MS (120 * 1000)
#define FIRST_CAP 16

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ b) * 0x9e3779b97f4a7c15u;

	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	return x ^ x >> 29;
}

/* Never 0, which marks a free slot. */
static uint64_t hash(uint64_t seed, struct zx_str s)
{
	uint64_t h = seed ^ s.len, v;
	const char *p = s.ptr;
	size_t n = s.len;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&v, p, 8);
		h = mix(h, v);
	}
	v = 0;
	if (n)
		memcpy(&v, p, n);
	h = mix(h, v);
	return h ? h : 1;
}

/* Both sets lie outside of the fastest cache: ask for both at once. */
static void prefetch(const uint64_t *set, uint32_t cap, uint64_t h)
{
#if defined(__GNUC__)
	if (set)
		__builtin_prefetch(&set[(uint32_t)h & (cap - 1)]);
#else
	(void)set, (void)cap, (void)h;
#endif
}

static int has(const uint64_t *set, uint32_t cap, uint64_t h)
{
	uint32_t i;

	if (!set)
		return 0;
	for (i = (uint32_t)h & (cap - 1); set[i]; i = (i + 1) & (cap - 1))
		if (set[i] == h)
			return 1;
	return 0;
}

static void put(uint64_t *set, uint32_t cap, uint64_t h)
{
	uint32_t i = (uint32_t)h & (cap - 1);

	while (set[i])
		i = (i + 1) & (cap - 1);
	set[i] = h;
}

static void turn(struct zx__window *w, const struct zx_alloc *a, zx_time now)
{
	zx_delete(a, w->before);
	w->before = w->n ? w->now : NULL;
	if (!w->n)
		zx_delete(a, w->now);
	w->cap_before = w->before ? w->cap : 0;
	w->now = NULL;
	w->n = w->cap = 0;
	w->since = now;
}

static int grow(struct zx__window *w, const struct zx_alloc *a)
{
	uint32_t cap = w->cap ? w->cap * 2 : FIRST_CAP, i;
	uint64_t *set;

	if (!w->cap && w->cap_before >= ZX__IPC_WINDOW)
		cap = w->cap_before; /* a busy one grows no more */
	set = zx_new(a, cap * sizeof(*set));
	if (!set)
		return ZX_E_NOMEM;
	for (i = 0; i < w->cap; i++)
		if (w->now[i])
			put(set, cap, w->now[i]);
	zx_delete(a, w->now);
	w->now = set;
	w->cap = cap;
	return ZX_OK;
}

int zx__window_seen(struct zx__window *w, const struct zx_alloc *a,
		    uint64_t seed, struct zx_str nonce, zx_time now)
{
	uint64_t h = hash(seed, nonce);

	if (now - w->since >= LAST_MS || w->n >= ZX__IPC_WINDOW)
		turn(w, a, now);
	prefetch(w->now, w->cap, h);
	prefetch(w->before, w->cap_before, h);
	if (has(w->now, w->cap, h) || has(w->before, w->cap_before, h))
		return 1;
	if ((w->n + 1) * 8 > w->cap * 5 && grow(w, a) && w->n + 1 >= w->cap)
		return 0;
	put(w->now, w->cap, h);
	w->n++;
	return 0;
}

void zx__window_release(struct zx__window *w, const struct zx_alloc *a)
{
	zx_delete(a, w->now);
	zx_delete(a, w->before);
	*w = (struct zx__window){ NULL, NULL, 0, 0, 0, 0 };
}
