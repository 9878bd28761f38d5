/* SPDX-License-Identifier: MIT
 *
 * base: what every other module stands on. Errors, slices and buffers, memory,
 * randomness, time, logging. Needs the C library only.
 *
 * Rules that hold in all of zoryx:
 *
 * Threads    An object is used by one thread at a time; different objects may
 *            live in different threads. There is no process-wide state.
 * Errors     Functions return ZX_OK (0) or a negative enum zx_error; details
 *            are in the object (`zx_NOUN_error()`). After an error at or below
 *            ZX_E_FATAL the object may only be freed.
 * Ownership  "copied": the library keeps its own copy. "borrowed until X": the
 *            pointer is valid until X. "takes ownership": the library frees it.
 *            "must outlive": the caller keeps it alive as long as the object.
 * Lifecycle  init/release for the caller's memory, new/free for ours,
 *            open/close where the system is involved. free, release and close
 *            accept NULL and already released objects.
 * Options    structs begin with `size`; start from the INIT macro; a zero
 *            field means the documented default.
 * Callbacks  get their `ud` last. When a function that takes a callback
 *            returns an error, the callback is never called.
 */
#ifndef ZORYX_BASE_H
#define ZORYX_BASE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "zoryx/version.h"

#if defined(__GNUC__)
#define ZX_API __attribute__((visibility("default")))
#define ZX_MUST_USE __attribute__((warn_unused_result))
#define ZX_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define ZX_API
#define ZX_MUST_USE
#define ZX_PRINTF(fmt, args)
#endif

/* What INIT macros stand for: `size` set, the rest zero. */
#ifndef __cplusplus
#define ZX__INIT(type)                                                         \
	{                                                                      \
		.size = sizeof(type)                                           \
	}
#else
template <class T> static inline T zx__init()
{
	T t = T();

	t.size = sizeof(t);
	return t;
}
#define ZX__INIT(type) zx__init<type>()
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Errors ------------------------------------------------------------------ */

/* X(name, value, text) */
#define ZX_ERRORS(X)                                                           \
	X(ZX_OK, 0, "no error")                                                \
	X(ZX_E_INVALID, -1, "invalid argument")                                \
	X(ZX_E_STATE, -2, "not possible in this state")                        \
	X(ZX_E_TOOBIG, -3, "over a size limit")                                \
	X(ZX_E_SYNTAX, -4, "malformed data")                                   \
	X(ZX_E_TYPE, -5, "value has another type")                             \
	X(ZX_E_RANGE, -6, "number out of range")                               \
	X(ZX_E_NOTFOUND, -7, "not found")                                      \
	X(ZX_E_EXISTS, -8, "exists already")                                   \
	X(ZX_E_PROTOCOL, -9, "the peer broke the protocol")                    \
	X(ZX_E_LIMIT, -10, "a limit or budget is used up")                     \
	X(ZX_E_WOULDWAIT, -11, "would have to wait longer than allowed")       \
	X(ZX_E_TIMEOUT, -12, "timed out")                                      \
	X(ZX_E_CANCELLED, -13, "cancelled")                                    \
	X(ZX_E_CLOSED, -14, "closed")                                          \
	X(ZX_E_BUSY, -15, "in use by another owner")                           \
	X(ZX_E_CONNECT, -16, "cannot connect")                                 \
	X(ZX_E_TLS, -17, "TLS failed")                                         \
	X(ZX_E_IO, -18, "input/output error")                                  \
	X(ZX_E_AUTH, -19, "credentials were refused")                          \
	X(ZX_E_PERM, -20, "permission missing")                                \
	X(ZX_E_REMOTE, -21, "the server answered with an error")               \
	X(ZX_E_VERSION, -22, "unknown or newer version")                       \
	X(ZX_E_CORRUPT, -23, "stored data is damaged")                         \
	X(ZX_E_FULL, -24, "no space left")                                     \
	X(ZX_E_UNSUPPORTED, -25, "not supported by this build")                \
	X(ZX_E_USER, -26, "a callback of the host failed")                     \
	X(ZX_E_FATAL, -100, "unusable, free the object")                       \
	X(ZX_E_NOMEM, -101, "out of memory")

enum zx_error {
#define ZX__X(name, value, text) name = value,
	ZX_ERRORS(ZX__X)
#undef ZX__X
};

/* A constant text, never NULL; "unknown error" for a number not listed. */
ZX_API const char *zx_strerror(int err);

/* The enum's name ("ZX_E_RANGE"), never NULL. */
ZX_API const char *zx_errname(int err);

/* ZX_VERSION of the linked library; compare with the macro. */
ZX_API const char *zx_version(void);

/* Time --------------------------------------------------------------------- */

/*
 * Monotonic milliseconds from an arbitrary start. The host passes one stamp
 * per turn of its loop; the library never reads a clock outside src/net.
 */
typedef uint64_t zx_time;
#define ZX_TIME_NEVER UINT64_MAX

/* Milliseconds since the Unix epoch, UTC: only for what is shown or stored. */
typedef int64_t zx_wall;

/* a + ms, saturating; ZX_TIME_NEVER stays. */
static inline zx_time zx_time_add(zx_time a, uint64_t ms)
{
	return a > ZX_TIME_NEVER - ms ? ZX_TIME_NEVER : a + ms;
}

static inline zx_time zx_time_min(zx_time a, zx_time b)
{
	return a < b ? a : b;
}

/* Memory ------------------------------------------------------------------- */

/*
 * One function does it all: realloc(ud, NULL, n) allocates, realloc(ud, p, n)
 * resizes, realloc(ud, p, 0) frees and returns NULL. Must outlive the objects
 * made with it. NULL wherever a struct zx_alloc is asked for means malloc.
 */
struct zx_alloc {
	void *(*realloc)(void *ud, void *p, size_t n);
	void *ud;
};

/* NULL when memory is out. zx_new zeroes. n of 0 is rounded up to 1. */
ZX_API void *zx_new(const struct zx_alloc *a, size_t n) ZX_MUST_USE;
ZX_API void *zx_resize(const struct zx_alloc *a, void *p, size_t n) ZX_MUST_USE;
ZX_API void zx_delete(const struct zx_alloc *a, void *p);
/* Overwrites n bytes in a way the compiler keeps. For secrets. */
ZX_API void zx_wipe(void *p, size_t n);

/* Randomness --------------------------------------------------------------- */

/* Fills p with n random bytes; seeded in tests, from the system in src/net. */
struct zx_rand {
	void (*fill)(void *ud, void *p, size_t n);
	void *ud;
};

/* 64 bits of `r`, which must have a function. The first byte is the lowest, so
 * that a seeded source gives the same numbers on every machine. */
ZX_API uint64_t zx_rand_u64(const struct zx_rand *r);
/* Uniform in [0, below); 0 when below is 0 or `r` has no function. */
ZX_API uint64_t zx_rand_below(const struct zx_rand *r, uint64_t below);
/* Uniform in [0, 1). */
ZX_API double zx_rand_unit(const struct zx_rand *r);

/* A small deterministic generator (not for secrets), for tests and jitter. */
struct zx_prng {
	uint64_t state[2]; /* private */
};
ZX_API void zx_prng_init(struct zx_prng *p, uint64_t seed);
/* A struct zx_rand that draws from *p; *p must outlive it. */
ZX_API struct zx_rand zx_prng_rand(struct zx_prng *p);

/* Slices ------------------------------------------------------------------- */

/* Borrowed bytes, not NUL-terminated, may contain NUL. ptr may be NULL if len
 * is 0. */
struct zx_str {
	const char *ptr;
	size_t len;
};

#ifndef __cplusplus
#define ZX_STR(literal) ((struct zx_str){ "" literal, sizeof(literal) - 1 })
#else
/* In C++ the function zx_str() below hides the struct of the same name. */
static inline struct zx_str zx__str_of(const char *ptr, size_t len)
{
	struct zx_str s = { ptr, len };
	return s;
}
#define ZX_STR(literal) zx__str_of("" literal, sizeof(literal) - 1)
#endif
/* For printf's "%.*s". */
#define ZX_ARG(s) (int)(s).len, (s).len ? (s).ptr : ""

ZX_API struct zx_str zx_str(const char *nul_terminated); /* NULL gives empty */
ZX_API int zx_str_eq(struct zx_str a, struct zx_str b);
ZX_API int zx_str_is(struct zx_str a, const char *b);
/* ASCII case folded. */
ZX_API int zx_str_is_nocase(struct zx_str a, const char *b);
ZX_API int zx_str_starts(struct zx_str a, const char *prefix);
/* Without leading and trailing space, tab, CR and LF. */
ZX_API struct zx_str zx_str_trim(struct zx_str s);
/* s from byte `from` (clamped) on. */
ZX_API struct zx_str zx_str_from(struct zx_str s, size_t from);
/*
 * Cuts the text before the first `sep` off *rest and returns it; the last piece
 * leaves *rest empty with ptr NULL, after which a call returns {NULL, 0}.
 */
ZX_API struct zx_str zx_str_split(struct zx_str *rest, char sep);
/* Decimal only, whole slice. ZX_E_SYNTAX or ZX_E_RANGE. */
ZX_API int zx_str_u64(struct zx_str s, uint64_t *out);
ZX_API int zx_str_i64(struct zx_str s, int64_t *out);
/* Number of Unicode code points; bytes that are not UTF-8 count one each. */
ZX_API size_t zx_utf8_count(struct zx_str s);
/* The longest prefix of at most n code points, never inside one. */
ZX_API struct zx_str zx_utf8_head(struct zx_str s, size_t n);
/* Nonzero when s is valid UTF-8 (no surrogates, no overlong forms). */
ZX_API int zx_utf8_valid(struct zx_str s);

/* Buffers ------------------------------------------------------------------ */

/*
 * Owned, growing, with a ceiling. The error is sticky: after the first failure
 * every call does nothing, so a writer checks `err` once at the end. Contents
 * are followed by a NUL that is not counted in len.
 */
struct zx_buf {
	char *ptr;
	size_t len;
	int err;		      /* ZX_E_NOMEM, ZX_E_TOOBIG, ... */
	size_t cap, max;	      /* private */
	const struct zx_alloc *alloc; /* private */
};

/* max: bytes the contents may reach, 0 means 64 MiB. Allocates nothing. */
ZX_API void zx_buf_init(struct zx_buf *b, const struct zx_alloc *a, size_t max);
ZX_API void zx_buf_release(struct zx_buf *b);
/* Empties and forgets the error, keeps the memory. */
ZX_API void zx_buf_clear(struct zx_buf *b);
ZX_API void zx_buf_add(struct zx_buf *b, const void *p, size_t n);
ZX_API void zx_buf_adds(struct zx_buf *b, struct zx_str s);
ZX_API void zx_buf_addc(struct zx_buf *b, const char *nul_terminated);
ZX_API void zx_buf_addch(struct zx_buf *b, char c);
ZX_API void zx_buf_addf(struct zx_buf *b, const char *fmt, ...) ZX_PRINTF(2, 3);
ZX_API void zx_buf_addv(struct zx_buf *b, const char *fmt, va_list ap)
	ZX_PRINTF(2, 0);
/* Room for n more bytes at the returned address; then raise len. NULL on
 * failure. */
ZX_API char *zx_buf_room(struct zx_buf *b, size_t n);
/* Drops the first n bytes (clamped). */
ZX_API void zx_buf_skip(struct zx_buf *b, size_t n);
/* Borrowed until the next change of b. */
ZX_API struct zx_str zx_buf_str(const struct zx_buf *b);
/* The contents as a NUL-terminated string, "" when empty. Borrowed likewise. */
ZX_API const char *zx_buf_cstr(const struct zx_buf *b);
/* Hands the memory out (free with zx_delete) and empties b. NULL on b->err. */
ZX_API char *zx_buf_detach(struct zx_buf *b, size_t *len);
/* A copy of s plus NUL; NULL when memory is out. Free with zx_delete. */
ZX_API char *zx_str_dup(const struct zx_alloc *a, struct zx_str s) ZX_MUST_USE;
/* RFC 3986 percent-encoding of everything but unreserved characters. */
ZX_API void zx_buf_add_urlencoded(struct zx_buf *b, struct zx_str s);
/* Standard base64 with padding. */
ZX_API void zx_buf_add_base64(struct zx_buf *b, const void *p, size_t n);

/* Pacing ------------------------------------------------------------------- */

/*
 * Token bucket: `burst` tokens at most, refilled evenly at `burst` per
 * `period_ms`. In any one period up to 2 x burst - 1 tokens can be taken: where
 * the peer counts strictly, ask for half. Plain data, no memory.
 */
struct zx_bucket {
	uint32_t burst;
	uint64_t period_ms;
	uint64_t level; /* private: tokens x period_ms */
	zx_time at;	/* private */
};
/* Starts full. A period of 0 never empties, then only n > burst is refused. */
ZX_API void zx_bucket_init(struct zx_bucket *b, uint32_t burst,
			   uint64_t period_ms, zx_time now);
/* Takes n tokens and returns nonzero, or takes none and returns 0. */
ZX_API int zx_bucket_take(struct zx_bucket *b, uint32_t n, zx_time now);
/* When n tokens will be there (now when they are); NEVER when n > burst. */
ZX_API zx_time zx_bucket_when(const struct zx_bucket *b, uint32_t n,
			      zx_time now);

/*
 * Backoff with decorrelated jitter: each delay is uniform in
 * [min, 3 x previous], capped at max; without randomness it is 3 x previous.
 */
struct zx_backoff {
	uint64_t min_ms, max_ms;
	uint64_t last_ms; /* private; 0 after reset */
	uint32_t tries;	  /* failures since the last reset */
};
ZX_API void zx_backoff_init(struct zx_backoff *b, uint64_t min_ms,
			    uint64_t max_ms);
ZX_API uint64_t zx_backoff_next(struct zx_backoff *b, const struct zx_rand *r);
ZX_API void zx_backoff_reset(struct zx_backoff *b);

/* Snowflakes --------------------------------------------------------------- */

/* When the id was made; Discord's epoch is 2015-01-01T00:00:00Z. */
static inline zx_wall zx_snowflake_time(uint64_t id)
{
	return (zx_wall)(id >> 22) + 1420070400000LL;
}

/* Logging ------------------------------------------------------------------ */

enum zx_log_level {
	ZX_LOG_ERROR, /* something is lost or stopped */
	ZX_LOG_WARN,  /* works, but somebody should look */
	ZX_LOG_INFO,  /* milestones */
	ZX_LOG_DEBUG  /* for those who look for a fault */
};

/*
 * The sink of an object; a NULL function drops everything. `module` is a
 * constant such as "gateway"; `text` is one line without a newline, never holds
 * a token or secret, and is borrowed for the call.
 */
struct zx_log {
	void (*line)(enum zx_log_level level, const char *module,
		     const char *text, void *ud);
	void *ud;
	enum zx_log_level max; /* lines above this level are not formatted */
};

/* `log` may be NULL. Lines are cut at 512 bytes, between two characters;
 * control characters become spaces. */
ZX_API void zx_logf(const struct zx_log *log, enum zx_log_level level,
		    const char *module, const char *fmt, ...) ZX_PRINTF(4, 5);

#ifdef __cplusplus
}
#endif
#endif
