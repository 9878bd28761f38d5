/* SPDX-License-Identifier: MIT
 *
 * json_scan: finds where strings and values end. Everything that reads JSON
 * here spends its time in these loops, so they go 16 or 64 bytes at a time
 * where the processor has SSE2, which every x86-64 has.
 */
#include <string.h>

#include "base/base_int.h"

#if defined(__SSE2__) && defined(__GNUC__)
#define WIDE 1
#include <emmintrin.h>
#else
#define WIDE 0
#endif

const char *zx__scan_quote_portable(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

const char *zx__scan_plain_portable(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\' &&
	       (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80)
		p++;
	return p;
}

const char *zx__skip_string(const char *p, const char *end)
{
	for (;;) {
		p = zx__scan_quote(p, end);
		if (p == end)
			return NULL;
		if (*p == '"')
			return p + 1;
		if (end - p < 2)
			return NULL;
		p += 2;
	}
}

const char *zx__skip_nested_portable(const char *p, const char *end)
{
	size_t depth = 0;

	while (p && p < end) {
		char c = *p++;

		if (c == '"')
			p = zx__skip_string(p, end);
		else if (c == '\\')
			p += p < end;
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return p;
	}
	return NULL;
}

#if WIDE

const char *zx__scan_quote(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		int hit = _mm_movemask_epi8(_mm_or_si128(
			_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));

		if (hit)
			return p + __builtin_ctz((unsigned)hit);
	}
	return zx__scan_quote_portable(p, end);
}

const char *zx__scan_plain(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(' ');

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* Compared as signed: bytes above 0x7f are below space too. */
		__m128i odd = _mm_cmplt_epi8(v, space);
		int hit = _mm_movemask_epi8(
			_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote),
						  _mm_cmpeq_epi8(v, slash)),
				     odd));

		if (hit)
			return p + __builtin_ctz((unsigned)hit);
	}
	return zx__scan_plain_portable(p, end);
}

/* 64 bytes of text, one bit per byte, the first byte in bit 0. */
struct block {
	uint64_t quote, slash, open, close;
};

/* '[' and '{' differ in bit 5 only, and so do ']' and '}'. */
#define FOLD 0x20

static inline void classify_sse2(const char *p, struct block *b)
{
	const __m128i fold = _mm_set1_epi8(FOLD);
	int i;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < 64; i += 16) {
		__m128i v =
			_mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i w = _mm_or_si128(v, fold);

#define BITS(x, c)                                                             \
	((uint64_t)(unsigned)_mm_movemask_epi8(                                \
		 _mm_cmpeq_epi8(x, _mm_set1_epi8(c)))                          \
	 << i)
		b->quote |= BITS(v, '"');
		b->slash |= BITS(v, '\\');
		b->open |= BITS(w, '{');
		b->close |= BITS(w, '}');
#undef BITS
	}
}

/* Twice as wide, for processors that have it; asked for at run time. Written
 * with the compiler's own vectors: the header would want it everywhere. */
#define AVX2 __attribute__((target("avx2,popcnt")))
typedef char v32 __attribute__((vector_size(32)));

AVX2 static inline void classify_avx2(const char *p, struct block *b)
{
	int i;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < 64; i += 32) {
		v32 v, w;

		memcpy(&v, p + i, sizeof(v));
		w = v | FOLD;
#define BITS(x, c)                                                             \
	((uint64_t)(unsigned)__builtin_ia32_pmovmskb256((v32)((x) == (c))) << i)
		b->quote |= BITS(v, '"');
		b->slash |= BITS(v, '\\');
		b->open |= BITS(w, '{');
		b->close |= BITS(w, '}');
#undef BITS
	}
}

/* The bytes that a backslash stands before; *carry goes from block to block. */
__attribute__((always_inline)) static inline uint64_t
escaped_bytes(uint64_t slash, uint64_t *carry)
{
	uint64_t escaped = *carry;

	*carry = 0;
	slash &= ~escaped;
	while (slash) {
		uint64_t first = slash & (0 - slash);

		*carry = first >> 63;
		escaped |= first << 1;
		/* The byte behind it is no backslash of its own any more. */
		slash &= ~(first | first << 1);
	}
	return escaped;
}

/* Each bit becomes the parity of itself and all below: set inside strings. */
static inline uint64_t prefix_parity(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	return x ^ x << 32;
}

/* Index of the bracket that takes *depth to 0, or -1; *depth is kept. */
__attribute__((always_inline)) static inline int
close_in_block(uint64_t open, uint64_t close, size_t *depth)
{
	uint64_t both = open | close;
	size_t closing;

	if (!both)
		return -1; /* counting bits is a call on old ones */
	closing = (size_t)__builtin_popcountll(close);
	if (closing < *depth) {
		*depth += (size_t)__builtin_popcountll(open) - closing;
		return -1;
	}
	for (; both; both &= both - 1) {
		uint64_t first = both & (0 - both);

		if (open & first)
			++*depth;
		else if (--*depth == 0)
			return __builtin_ctzll(first);
	}
	return -1;
}

/* Becomes part of its two callers, and what it calls with it: each is compiled
 * for its own processor. */
__attribute__((always_inline)) static inline const char *
skip_nested(const char *p, const char *end,
	    void (*classify)(const char *p, struct block *b))
{
	uint64_t carry = 0, inside = 0;
	size_t depth = 0;

	for (; p < end; p += 64) {
		char tail[64];
		const char *from = p;
		struct block b;
		uint64_t strings, escaped;
		int at;

		if (end - p < 64) {
			memset(tail, ' ', sizeof(tail));
			memcpy(tail, p, (size_t)(end - p));
			from = tail;
		}
		classify(from, &b);
		escaped = escaped_bytes(b.slash, &carry);
		strings = prefix_parity(b.quote & ~escaped) ^ inside;
		inside = 0 - (strings >> 63);
		/* A backslash outside a string is no JSON; what it stands
		 * before counts neither here nor in the portable version. */
		strings |= escaped;
		at = close_in_block(b.open & ~strings, b.close & ~strings,
				    &depth);
		if (at >= 0)
			return p + at + 1;
		if (end - p < 64)
			break;
	}
	return NULL;
}

AVX2 static const char *skip_nested_avx2(const char *p, const char *end)
{
	return skip_nested(p, end, classify_avx2);
}

const char *zx__skip_nested_narrow(const char *p, const char *end)
{
	return skip_nested(p, end, classify_sse2);
}

const char *zx__skip_nested(const char *p, const char *end)
{
	if (__builtin_cpu_supports("avx2"))
		return skip_nested_avx2(p, end);
	return zx__skip_nested_narrow(p, end);
}

#else

const char *zx__scan_quote(const char *p, const char *end)
{
	return zx__scan_quote_portable(p, end);
}

const char *zx__scan_plain(const char *p, const char *end)
{
	return zx__scan_plain_portable(p, end);
}

const char *zx__skip_nested_narrow(const char *p, const char *end)
{
	return zx__skip_nested_portable(p, end);
}

const char *zx__skip_nested(const char *p, const char *end)
{
	return zx__skip_nested_portable(p, end);
}

#endif

/* A number or a word: up to what cannot be part of one. */
static const char *skip_scalar(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && (unsigned char)*p > ' ' && *p != ',' && *p != ']' &&
	       *p != '}' && *p != ':' && *p != '"' && *p != '[' && *p != '{')
		p++;
	return p > from ? p : NULL;
}

const char *zx__skip_value(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	if (*p == '"')
		return zx__skip_string(p + 1, end);
	if (*p == '{' || *p == '[') {
		/* Empty ones are frequent; ']' and '}' are their partners + 2.
		 */
		if (end - p >= 2 && p[1] == *p + 2)
			return p + 2;
		return zx__skip_nested(p, end);
	}
	return skip_scalar(p, end);
}
