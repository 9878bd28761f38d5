/* SPDX-License-Identifier: MIT
 *
 * The journal's records: one line of JSON each, behind the first half of a
 * SHA-256 that goes over the record before as well. A record that was changed,
 * lost or moved is noticed.
 */
#include <string.h>

#include "guild/restore_int.h"

static const char *const words[ZX__RECORD_KINDS] = {
	[ZX__RECORD_BEGIN] = "begin", [ZX__RECORD_TRY] = "try",
	[ZX__RECORD_DONE] = "done",   [ZX__RECORD_FOUND] = "found",
	[ZX__RECORD_FAIL] = "fail",   [ZX__RECORD_STOP] = "stop",
	[ZX__RECORD_DROP] = "drop",   [ZX__RECORD_END] = "end",
};

static void chain(struct zx__journal *j, struct zx_str json,
		  char text[ZX_HASH_TEXT])
{
	mbedtls_sha256_context c;

	zx__sha_begin(&c);
	zx__sha_add(&c, j->chain, sizeof(j->chain));
	zx__sha_add(&c, json.ptr, json.len);
	zx__sha_end(&c, j->chain);
	zx_hash_text(j->chain, text);
}

static void put(struct zx_json_writer *w, const struct zx__record *r)
{
	zx_jw_obj(w, NULL);
	zx_jw_cstr(w, "is", words[r->kind]);
	if (r->kind != ZX__RECORD_BEGIN && r->kind != ZX__RECORD_END)
		zx_jw_u64(w, "op", r->op);
	if (r->id)
		zx_jw_id(w, "id", r->id);
	if (r->mark)
		zx_jw_id(w, "mark", r->mark);
	if (r->err)
		zx_jw_i64(w, "err", r->err);
	if (r->status)
		zx_jw_i64(w, "status", r->status);
	if (r->code)
		zx_jw_i64(w, "code", r->code);
	if (r->lost)
		zx_jw_u64(w, "lost", r->lost);
	if (r->why.len)
		zx_jw_str(w, "why", r->why);
	if (r->pairs.len)
		zx_jw_raw(w, "ids", r->pairs);
	zx_jw_obj_end(w);
}

void zx__journal_init(struct zx__journal *j)
{
	memset(j, 0, sizeof(*j));
}

int zx__journal_write(struct zx__journal *j, const struct zx__record *r,
		      const struct zx_alloc *a, struct zx_buf *out)
{
	struct zx_json_writer w;
	char sum[ZX_HASH_TEXT];
	struct zx_buf b;

	zx_buf_init(&b, a, ZX__RECORD_MAX);
	zx_jw_init(&w, &b);
	put(&w, r);
	if (!b.err) {
		chain(j, zx_buf_str(&b), sum);
		zx_buf_add(out, sum, ZX__RECORD_SUM);
		zx_buf_addch(out, ' ');
		zx_buf_adds(out, zx_buf_str(&b));
		j->count++;
	} else {
		out->err = b.err;
	}
	zx_buf_release(&b);
	return out->err;
}

static int kind_of(struct zx_str word, enum zx__record_kind *out)
{
	for (int i = 0; i < ZX__RECORD_KINDS; i++)
		if (zx_json_is(word, words[i])) {
			*out = (enum zx__record_kind)i;
			return ZX_OK;
		}
	return ZX_E_CORRUPT;
}

/* A member that is there must be a number that fits. */
static int number(struct zx_str o, const char *key, int64_t low, int64_t high,
		  int64_t *out)
{
	struct zx_str v = zx_json_get(o, key);

	*out = 0;
	if (!v.len)
		return ZX_OK;
	if (zx_json_i64(v, out) || *out < low || *out > high)
		return ZX_E_CORRUPT;
	return ZX_OK;
}

static int id_of(struct zx_str o, const char *key, uint64_t *out)
{
	struct zx_str v = zx_json_get(o, key);

	*out = 0;
	return v.len && zx_json_u64(v, out) ? ZX_E_CORRUPT : ZX_OK;
}

static int fields(struct zx_str json, struct zx__record *r, struct zx_buf *why)
{
	int64_t op, err, status, code, lost;
	size_t at = why->len;

	memset(r, 0, sizeof(*r));
	if (zx_json_check(json, 4, NULL) ||
	    zx_json_kind(json) != ZX_JSON_OBJECT ||
	    kind_of(zx_json_get(json, "is"), &r->kind) ||
	    number(json, "op", 0, UINT32_MAX, &op) ||
	    number(json, "err", -1000, 0, &err) ||
	    number(json, "status", 0, 999, &status) ||
	    number(json, "code", 0, INT32_MAX, &code) ||
	    number(json, "lost", 0, UINT32_MAX, &lost) ||
	    id_of(json, "id", &r->id) || id_of(json, "mark", &r->mark))
		return ZX_E_CORRUPT;
	r->op = (uint32_t)op;
	r->err = (int)err;
	r->status = (int)status;
	r->code = (int)code;
	r->lost = (uint32_t)lost;
	r->pairs = zx_json_get(json, "ids");
	if (zx_json_get(json, "why").len &&
	    zx_json_text(zx_json_get(json, "why"), why))
		return why->err ? why->err : ZX_E_CORRUPT;
	r->why =
		(struct zx_str){ why->ptr ? why->ptr + at : "", why->len - at };
	return ZX_OK;
}

int zx__journal_read(struct zx__journal *j, struct zx_str record,
		     struct zx__record *r, struct zx_buf *why)
{
	struct zx_str json = zx_str_from(record, ZX__RECORD_SUM + 1);
	char sum[ZX_HASH_TEXT];

	if (record.len <= ZX__RECORD_SUM + 1 || record.len > ZX__RECORD_MAX ||
	    record.ptr[ZX__RECORD_SUM] != ' ')
		return ZX_E_CORRUPT;
	chain(j, json, sum);
	if (memcmp(sum, record.ptr, ZX__RECORD_SUM) != 0)
		return ZX_E_CORRUPT;
	j->count++;
	return fields(json, r, why);
}
