/* SPDX-License-Identifier: MIT
 *
 * rand: uniform numbers from the host's source, and a small seeded generator.
 */
#include "base/base_int.h"

uint64_t zx_rand_u64(const struct zx_rand *r)
{
	unsigned char byte[8] = { 0 };
	uint64_t x = 0;
	size_t i;

	r->fill(r->ud, byte, sizeof(byte));
	for (i = sizeof(byte); i-- > 0;)
		x = x << 8 | byte[i];
	return x;
}

uint64_t zx_rand_below(const struct zx_rand *r, uint64_t below)
{
	uint64_t skip, x;
	int i;

	if (!r || !r->fill || !below)
		return 0;
	/* The lowest 2^64 mod `below` values would make some results likelier.
	 * A source that is stuck must not hang us, hence the bound. */
	skip = (0 - below) % below;
	for (i = 0; i < ZX__RAND_DRAWS; i++) {
		x = zx_rand_u64(r);
		if (x >= skip)
			break;
	}
	return x % below;
}

double zx_rand_unit(const struct zx_rand *r)
{
	if (!r || !r->fill)
		return 0;
	return (double)(zx_rand_u64(r) >> 11) * 0x1p-53;
}

/* splitmix64: spreads a seed, however poor, over all bits. */
static uint64_t spread(uint64_t *x)
{
	uint64_t z = *x += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, unsigned k)
{
	return x << k | x >> (64 - k);
}

/* xoroshiro128++ */
static uint64_t prng_next(struct zx_prng *p)
{
	uint64_t a = p->state[0], b = p->state[1];
	uint64_t out = rotl(a + b, 17) + a;

	b ^= a;
	p->state[0] = rotl(a, 49) ^ b ^ (b << 21);
	p->state[1] = rotl(b, 28);
	return out;
}

/* Lowest byte first, so that a seed means the same on every machine. */
static void prng_fill(void *ud, void *p, size_t n)
{
	unsigned char *out = p;
	uint64_t x = 0;
	size_t i;

	for (i = 0; i < n; i++, x >>= 8) {
		if (i % 8 == 0)
			x = prng_next(ud);
		out[i] = (unsigned char)x;
	}
}

void zx_prng_init(struct zx_prng *p, uint64_t seed)
{
	p->state[0] = spread(&seed);
	p->state[1] = spread(&seed);
}

struct zx_rand zx_prng_rand(struct zx_prng *p)
{
	return (struct zx_rand){ .fill = prng_fill, .ud = p };
}
