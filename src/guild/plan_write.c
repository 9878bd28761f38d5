/* SPDX-License-Identifier: MIT
 *
 * The plan as text: canonical JSON, the same for the same plan.
 */
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

enum { PIECE = 32 << 10 };

struct out {
	const struct zx_plan *p;
	struct zx_buf text;
	mbedtls_sha256_context sha;
	int (*write)(struct zx_str piece, void *ud);
	void *ud;
	int err;
};

static void flush(struct out *o, size_t at_least)
{
	if (!o->err)
		o->err = o->text.err;
	if (o->err || o->text.len < at_least)
		return;
	zx__sha_add(&o->sha, o->text.ptr, o->text.len);
	o->err = o->write(zx_buf_str(&o->text), o->ud);
	zx_buf_clear(&o->text);
}

static void text(struct zx_json_writer *j, const struct zx_plan *p,
		 const char *key, struct zx__piece s)
{
	if (s.len)
		zx_jw_str(j, key, zx__plan_text(p, s));
}

static void raw(struct zx_json_writer *j, const struct zx_plan *p,
		const char *key, struct zx__piece s)
{
	if (s.len)
		zx_jw_raw(j, key, zx__plan_text(p, s));
}

static void number(struct zx_json_writer *j, const char *key, uint64_t v)
{
	if (v)
		zx_jw_u64(j, key, v);
}

static void id(struct zx_json_writer *j, const char *key, uint64_t v)
{
	if (v)
		zx_jw_id(j, key, v);
}

/* Each object in order of its keys. */
static void one(struct out *o, const struct zx__op *op)
{
	struct zx_json_writer j;

	zx_jw_init(&j, &o->text);
	zx_jw_obj(&j, NULL);
	zx_jw_cstr(&j, "act", zx__acts[op->act].name);
	raw(&j, o->p, "before", op->before);
	number(&j, "before_image", op->before_image);
	raw(&j, o->p, "body", op->body);
	text(&j, o->p, "detail", op->detail);
	number(&j, "image", op->image);
	number(&j, "kind", op->kind);
	id(&j, "live", op->live_id);
	text(&j, o->p, "name", op->name);
	zx_jw_cstr(&j, "phase", zx_plan_phase_name((enum zx_phase)op->phase));
	zx_jw_cstr(&j, "reason", zx_why_name((enum zx_why)op->reason));
	id(&j, "role", op->role);
	zx_jw_cstr(&j, "section",
		   zx_section_name((enum zx_section)op->section));
	id(&j, "snapshot", op->snapshot_id);
	zx_jw_cstr(&j, "verb", zx_verb_name((enum zx_verb)op->verb));
	zx_jw_obj_end(&j);
}

static void ops(struct out *o)
{
	zx_buf_addc(&o->text, ",\"ops\":[");
	for (size_t i = 0; i < o->p->n && !o->err; i++) {
		if (i)
			zx_buf_addch(&o->text, ',');
		one(o, &o->p->ops[i]);
		flush(o, PIECE);
	}
	zx_buf_addch(&o->text, ']');
}

static int by_kind_and_id(const void *a, const void *b)
{
	const struct zx_idmap_pair *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind > y->kind ? 1 : -1;
	return (x->from > y->from) - (x->from < y->from);
}

static void pairs(struct out *o, const struct zx_idmap *m)
{
	struct zx_idmap_pair *v = zx_new(o->p->alloc, (m->n + 1) * sizeof(*v));
	const struct zx_idmap_pair *pair;
	struct zx_json_writer j;
	size_t at = 0, n = 0;

	if (!v) {
		o->err = ZX_E_NOMEM;
		return;
	}
	while ((pair = zx_idmap_next(m, &at)))
		v[n++] = *pair;
	qsort(v, n, sizeof(*v), by_kind_and_id);
	zx_jw_init(&j, &o->text);
	zx_jw_arr(&j, "pairs");
	for (size_t i = 0; i < n; i++) {
		zx_jw_arr(&j, NULL);
		zx_jw_u64(&j, NULL, v[i].kind);
		zx_jw_id(&j, NULL, v[i].from);
		zx_jw_id(&j, NULL, v[i].to);
		zx_jw_arr_end(&j);
	}
	zx_jw_arr_end(&j);
	zx_delete(o->p->alloc, v);
}

static void images(struct zx_json_writer *j, const struct zx_plan *p)
{
	char hash[ZX_HASH_TEXT];

	zx_jw_arr(j, "images");
	for (size_t i = 0; i < p->image_n; i++) {
		zx_hash_text(p->images[i].hash, hash);
		zx_jw_arr(j, NULL);
		zx_jw_cstr(j, NULL, hash);
		zx_jw_cstr(j, NULL, p->images[i].type);
		zx_jw_arr_end(j);
	}
	zx_jw_arr_end(j);
}

static void limits(struct zx_json_writer *j, const struct zx_plan *p)
{
	zx_jw_arr(j, "limits");
	for (int i = 0; i < ZX_LIMIT_COUNT; i++) {
		zx_jw_u64(j, NULL, p->limits[i].used);
		zx_jw_u64(j, NULL, p->limits[i].adds);
		zx_jw_u64(j, NULL, p->limits[i].max);
	}
	zx_jw_arr_end(j);
}

static void problems(struct zx_json_writer *j, const struct zx_plan *p)
{
	zx_jw_arr(j, "problems");
	for (size_t i = 0; i < p->problem_n; i++) {
		const struct zx__problem *at = &p->problems[i];

		zx_jw_obj(j, NULL);
		zx_jw_bool(j, "blocks", at->blocks);
		zx_jw_u64(j, "ops", at->ops);
		zx_jw_id(j, "permission", at->permission);
		zx_jw_cstr(j, "reason", zx_why_name((enum zx_why)at->reason));
		zx_jw_cstr(j, "section",
			   zx_section_name((enum zx_section)at->section));
		zx_jw_str(j, "text", zx__plan_text(p, at->text));
		zx_jw_obj_end(j);
	}
	zx_jw_arr_end(j);
}

static void rates(struct zx_json_writer *j, const struct zx_plan *p)
{
	zx_jw_arr(j, "rates");
	for (int i = 0; i < ZX_RATE_COUNT; i++)
		zx_jw_u64(j, NULL, p->rate_ms[i]);
	zx_jw_arr_end(j);
	zx_jw_bool(j, "role_sync", p->role_sync);
}

/* Those after the first. */
static void rounds(struct out *o)
{
	if (!o->p->more_n)
		return;
	zx_buf_addc(&o->text, ",\"rounds\":[");
	for (unsigned i = 0; i < o->p->more_n && !o->err; i++) {
		zx_buf_addf(&o->text, "%s{\"first\":%zu,", i ? "," : "",
			    o->p->more[i].first);
		pairs(o, &o->p->more[i].ids);
		zx_buf_addch(&o->text, '}');
		flush(o, PIECE);
	}
	zx_buf_addch(&o->text, ']');
}

static void counts(struct zx_json_writer *j, const struct zx_plan *p)
{
	zx_jw_arr(j, "same");
	for (int i = 0; i < ZX_SECTION_COUNT; i++)
		zx_jw_u64(j, NULL, p->totals.same[i]);
	zx_jw_arr_end(j);
	zx_jw_id(j, "source", p->source);
	zx_jw_bool(j, "undo", p->undo);
	zx_jw_bool(j, "update", p->update);
	zx_jw_u64(j, "version", ZX__PLAN_VERSION);
	zx_jw_u64(j, "wait_ms", p->wait_ms);
	zx_jw_u64(j, "what", p->what);
}

static void head(struct zx_json_writer *j, const struct zx_plan *p)
{
	zx_jw_obj(j, NULL);
	zx_jw_u64(j, "absent", p->totals.absent);
	zx_jw_id(j, "bot_role", p->bot_role);
	zx_jw_id(j, "bot_user", p->bot_user);
	zx_jw_id(j, "guild", p->guild);
	zx_jw_cstr(j, "id", p->id);
	images(j, p);
	zx_jw_id(j, "invoker", p->invoker);
	limits(j, p);
	zx_jw_bool(j, "mentions", p->mentions);
}

/* The writer places commas by what it wrote itself: the long lists are written
 * without it, so that memory stays small. */
static void document(struct out *o)
{
	struct zx_json_writer j;

	zx_jw_init(&j, &o->text);
	head(&j, o->p);
	ops(o);
	zx_buf_addc(&o->text, ",\"owner_is_bot\":");
	zx_buf_addc(&o->text, o->p->owner_is_bot ? "true" : "false");
	zx_buf_addch(&o->text, ',');
	pairs(o, &o->p->ids);
	flush(o, PIECE);
	problems(&j, o->p);
	rates(&j, o->p);
	rounds(o);
	counts(&j, o->p);
	zx_jw_obj_end(&j);
	flush(o, 1);
}

int zx_plan_write(const struct zx_plan *p,
		  int (*write)(struct zx_str piece, void *ud), void *ud,
		  unsigned char hash[ZX_HASH])
{
	struct out o = { .p = p, .write = write, .ud = ud };
	unsigned char sum[ZX_HASH];

	zx_buf_init(&o.text, p->alloc, ZX__PLAN_TEXT);
	zx__sha_begin(&o.sha);
	document(&o);
	zx__sha_end(&o.sha, sum);
	if (hash)
		memcpy(hash, sum, ZX_HASH);
	zx_buf_release(&o.text);
	return o.err;
}
