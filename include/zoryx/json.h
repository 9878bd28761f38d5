/* SPDX-License-Identifier: MIT
 *
 * json: reading JSON where it lies, and writing it.
 *
 * Reading makes no tree and no copy: a value is the slice of the text it stands
 * in ("raw"), found by scanning. 64-bit ids and permissions stay exact, which
 * parsers that go through double cannot promise.
 *
 * Check text from a stranger once with zx_json_check(); the getters below are
 * memory-safe on any input but trust the grammar.
 */
#ifndef ZORYX_JSON_H
#define ZORYX_JSON_H

#include "zoryx/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zx_json_kind {
	ZX_JSON_NONE, /* empty or not a value */
	ZX_JSON_NULL,
	ZX_JSON_BOOL,
	ZX_JSON_NUMBER,
	ZX_JSON_STRING,
	ZX_JSON_ARRAY,
	ZX_JSON_OBJECT
};

/*
 * Is `text` exactly one RFC 8259 value: UTF-8, no deeper than max_depth (0
 * means 64, at most 1024), nothing behind it but white space? ZX_OK,
 * ZX_E_SYNTAX or ZX_E_TOOBIG (too deep). *where (may be NULL) gets the offset
 * of the fault.
 */
ZX_API int zx_json_check(struct zx_str text, unsigned max_depth, size_t *where);

/* Told by the first byte, except that words must be whole. */
ZX_API enum zx_json_kind zx_json_kind(struct zx_str raw);

/*
 * The raw value of a member of an object, empty when `obj` is no object or has
 * no such key. Keys compare as written (an escape in a key never matches); the
 * first of duplicates wins.
 */
ZX_API struct zx_str zx_json_get(struct zx_str obj, const char *key);
/* The same down a dotted path: "data.user.id", "options[0].value" is not
 * needed and not supported. */
ZX_API struct zx_str zx_json_at(struct zx_str obj, const char *path);
/* The i-th element of an array, or empty. */
ZX_API struct zx_str zx_json_index(struct zx_str arr, size_t i);

/* Walking an array or object: zx_json_each(raw) then zx_json_next() until 0. Of
 * a text that was cut, the values that are whole are given. */
struct zx_json_iter {
	struct zx_str key;   /* raw key without quotes; empty in an array */
	struct zx_str value; /* raw */
	struct zx_str rest;  /* private */
	int object;	     /* private */
};
ZX_API struct zx_json_iter zx_json_each(struct zx_str raw);
ZX_API int zx_json_next(struct zx_json_iter *it);

/*
 * Typed reads of a raw value. ZX_E_NOTFOUND when raw is empty or null,
 * ZX_E_TYPE for another kind, ZX_E_RANGE when it does not fit; *out is then
 * unchanged. The integer readers accept a JSON number without fraction or
 * exponent and a string of decimal digits (Discord sends ids either way).
 */
ZX_API int zx_json_u64(struct zx_str raw, uint64_t *out);
ZX_API int zx_json_i64(struct zx_str raw, int64_t *out);
ZX_API int zx_json_f64(struct zx_str raw, double *out);
ZX_API int zx_json_bool(struct zx_str raw, int *out);
/* Appends the decoded text to out; lone surrogates become U+FFFD. ZX_E_SYNTAX
 * for a malformed string (nothing is appended), or out->err. */
ZX_API int zx_json_text(struct zx_str raw, struct zx_buf *out);
/* Nonzero when raw is a string that decodes to `text`. */
ZX_API int zx_json_is(struct zx_str raw, const char *text);
/* The inside of the quotes when the string has no escapes, else empty: for ids,
 * names of events and other plain words. */
ZX_API struct zx_str zx_json_plain(struct zx_str raw);

/* Shorthands: the member of obj, or 0 when absent or of another kind. */
ZX_API uint64_t zx_json_get_u64(struct zx_str obj, const char *key);
ZX_API int64_t zx_json_get_i64(struct zx_str obj, const char *key);
ZX_API int zx_json_get_bool(struct zx_str obj, const char *key);

/*
 * Writing. Members are written in call order into a buffer with a sticky error;
 * commas are placed for you. More than 64 levels set out->err to ZX_E_TOOBIG,
 * closing more than was opened to ZX_E_STATE. Keys are C strings, written as
 * they are when they need no escapes; NULL inside an array.
 */
struct zx_json_writer {
	struct zx_buf *out;
	unsigned depth;	     /* private */
	uint64_t has_member; /* private: bit per depth, 64 levels */
};

ZX_API void zx_jw_init(struct zx_json_writer *w, struct zx_buf *out);
ZX_API void zx_jw_obj(struct zx_json_writer *w, const char *key);
ZX_API void zx_jw_arr(struct zx_json_writer *w, const char *key);
/* Closes what is open: '}' or ']' as given. */
ZX_API void zx_jw_obj_end(struct zx_json_writer *w);
ZX_API void zx_jw_arr_end(struct zx_json_writer *w);
/* Invalid UTF-8 in `s` is written as U+FFFD. */
ZX_API void zx_jw_str(struct zx_json_writer *w, const char *key,
		      struct zx_str s);
ZX_API void zx_jw_cstr(struct zx_json_writer *w, const char *key,
		       const char *s);
ZX_API void zx_jw_strf(struct zx_json_writer *w, const char *key,
		       const char *fmt, ...) ZX_PRINTF(3, 4);
ZX_API void zx_jw_u64(struct zx_json_writer *w, const char *key, uint64_t v);
ZX_API void zx_jw_i64(struct zx_json_writer *w, const char *key, int64_t v);
/* Ids and permissions: a decimal in quotes. */
ZX_API void zx_jw_id(struct zx_json_writer *w, const char *key, uint64_t v);
/* Shortest text that reads back the same; not finite is written as null.
 * Independent of the locale. */
ZX_API void zx_jw_f64(struct zx_json_writer *w, const char *key, double v);
ZX_API void zx_jw_bool(struct zx_json_writer *w, const char *key, int v);
ZX_API void zx_jw_null(struct zx_json_writer *w, const char *key);
/* A value that is JSON already; empty is written as null. */
ZX_API void zx_jw_raw(struct zx_json_writer *w, const char *key,
		      struct zx_str json);

#ifdef __cplusplus
}
#endif
#endif
