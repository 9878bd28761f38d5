/* SPDX-License-Identifier: MIT
 *
 * What the files of base share among themselves.
 */
#ifndef ZX__BASE_INT_H
#define ZX__BASE_INT_H

#include "zoryx/base.h"
#include "zoryx/json.h"
#include "base/limits.h"

/* Not for programs, but other modules call it, each of which may be a library
 * of its own. */
#if defined(__GNUC__)
#define ZX__SHARED __attribute__((visibility("default")))
#else
#define ZX__SHARED
#endif

/* a x b and a + b that stay at UINT64_MAX instead of wrapping. */
static inline uint64_t zx__mul_sat(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static inline uint64_t zx__add_sat(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Length (1 to 4) of the UTF-8 sequence at p, 0 when there is none. n >= 1. */
ZX__SHARED size_t zx__utf8_len(const char *p, size_t n);
/* Writes the code point's UTF-8 to out and returns its length. */
ZX__SHARED size_t zx__utf8_put(uint32_t point, char out[4]);

/* Scanning JSON: all take [p, end) and never read outside it. ------------- */

static inline int zx__json_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *zx__json_space(const char *p, const char *end)
{
	while (p < end && zx__json_is_space(*p))
		p++;
	return p;
}

/* The first quote or backslash, or end. */
ZX__SHARED const char *zx__scan_quote(const char *p, const char *end);
/* The first quote, backslash, control character or byte above 0x7f, or end. */
ZX__SHARED const char *zx__scan_plain(const char *p, const char *end);
/* From behind the opening quote to behind the closing one; NULL if none. */
ZX__SHARED const char *zx__skip_string(const char *p, const char *end);
/* From an opening bracket to behind its partner; NULL if none. */
const char *zx__skip_nested(const char *p, const char *end);
/* From the first byte of a value to behind its last; NULL when it has no end
 * or does not begin. */
ZX__SHARED const char *zx__skip_value(const char *p, const char *end);

/* The same for processors without SSE2. Tests hold the two together. */
const char *zx__scan_quote_portable(const char *p, const char *end);
const char *zx__scan_plain_portable(const char *p, const char *end);
const char *zx__skip_nested_portable(const char *p, const char *end);
/* And for those with SSE2 but not AVX2. */
const char *zx__skip_nested_narrow(const char *p, const char *end);

/*
 * Moves *p behind the number of the JSON grammar it points to and returns
 * nonzero; or to the byte that breaks the grammar and returns 0.
 */
int zx__json_number(const char **p, const char *end);
/* The number text [p, end) as a double: ZX_OK, ZX_E_TYPE or ZX_E_RANGE. */
int zx__f64_read(const char *p, const char *end, double *out);
/* Writes the shortest text that reads back as the finite `v`; returns its
 * length. */
#define ZX__F64_TEXT 32
ZX__SHARED size_t zx__f64_write(double v, char out[ZX__F64_TEXT]);

/*
 * Decodes the escape whose backslash is at **p, moves *p behind it and writes
 * up to 4 bytes; returns their number, 0 when it is malformed.
 */
size_t zx__json_escape(const char **p, const char *end, char out[4]);

#endif
