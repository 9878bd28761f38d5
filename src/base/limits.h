/* SPDX-License-Identifier: MIT
 *
 * The named ceilings of base: every size and depth that input could grow.
 */
#ifndef ZX__BASE_LIMITS_H
#define ZX__BASE_LIMITS_H

#include <stddef.h>

/* Contents of a zx_buf whose owner named no ceiling. */
#define ZX__BUF_MAX ((size_t)64 << 20)
/* First allocation of a zx_buf: most short texts fit without a second. */
#define ZX__BUF_FIRST 64

/* Bytes of a log line. */
#define ZX__LOG_LINE 512

/* Nesting of JSON: when the caller names no depth, and at most. */
#define ZX__JSON_DEPTH 64
#define ZX__JSON_DEPTH_MAX 1024
/* Nesting the writer follows: one bit each in zx_json_writer.has_member. */
#define ZX__JSON_WRITE_DEPTH 64

/* Significant digits of a number that can decide how it rounds to a double:
 * 767 can, so one more digit stands for all that follow. */
#define ZX__F64_DIGITS 768

/* Draws until a uniform number is accepted; each fails with p < 1/2. */
#define ZX__RAND_DRAWS 128

#endif
