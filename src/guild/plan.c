/* SPDX-License-Identifier: MIT
 *
 * The plan itself: its operations, what they add up to, what stands in the way.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

struct zx_plan *zx__plan_alloc(const struct zx_alloc *a)
{
	static const char *const names[] = {
#define ZX__X(name, text) text,
		ZX_LIMITS(ZX__X)
#undef ZX__X
	};
	struct zx_plan *p = zx_new(a, sizeof(*p));

	if (!p)
		return NULL;
	p->alloc = a;
	zx_buf_init(&p->text, a, ZX__PLAN_TEXT);
	zx_idmap_init(&p->ids, a);
	for (int i = 0; i < ZX_PLAN_ROUNDS - 1; i++)
		zx_idmap_init(&p->more[i].ids, a);
	for (int i = 0; i < ZX_LIMIT_COUNT; i++)
		p->limits[i].name = names[i];
	return p;
}

void zx_plan_free(struct zx_plan *p)
{
	const struct zx_alloc *a;

	if (!p)
		return;
	a = p->alloc;
	zx_delete(a, p->ops);
	zx_delete(a, p->images);
	zx_buf_release(&p->text);
	zx_idmap_release(&p->ids);
	for (int i = 0; i < ZX_PLAN_ROUNDS - 1; i++)
		zx_idmap_release(&p->more[i].ids);
	zx_delete(a, p);
}

/* Keeping ------------------------------------------------------------------ */

struct zx_str zx__plan_text(const struct zx_plan *p, struct zx__piece s)
{
	struct zx_str out = { NULL, 0 };

	if (s.len) {
		out.ptr = p->text.ptr + s.at;
		out.len = s.len;
	}
	return out;
}

int zx__plan_keep(struct zx_plan *p, struct zx_str s, struct zx__piece *out)
{
	out->at = (uint32_t)p->text.len;
	out->len = (uint32_t)s.len;
	zx_buf_adds(&p->text, s);
	return p->text.err;
}

struct zx__op *zx__plan_push(struct zx_plan *p)
{
	struct zx__op *op;

	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap + p->cap / 2 : 64;
		struct zx__op *ops = cap > ZX__PLAN_OPS
					     ? NULL
					     : zx_resize(p->alloc, p->ops,
							 cap * sizeof(*ops));

		if (!ops)
			return NULL;
		p->ops = ops;
		p->cap = cap;
	}
	op = &p->ops[p->n++];
	memset(op, 0, sizeof(*op));
	return op;
}

int zx__plan_image(struct zx_plan *p, const unsigned char hash[ZX_HASH],
		   const char *type, uint32_t *out)
{
	struct zx__image_ref *v;

	if (p->image_n == p->image_cap) {
		size_t cap = p->image_cap ? 2 * p->image_cap : 16;

		v = zx_resize(p->alloc, p->images, cap * sizeof(*v));
		if (!v)
			return ZX_E_NOMEM;
		p->images = v;
		p->image_cap = cap;
	}
	v = &p->images[p->image_n++];
	memcpy(v->hash, hash, ZX_HASH);
	snprintf(v->type, sizeof(v->type), "%s", type);
	*out = (uint32_t)p->image_n;
	return ZX_OK;
}

struct zx__problem *zx__plan_problem_like(struct zx_plan *p,
					  const struct zx__problem *like)
{
	for (size_t i = 0; i < p->problem_n; i++) {
		struct zx__problem *at = &p->problems[i];

		if (at->reason == like->reason &&
		    at->section == like->section &&
		    at->permission == like->permission &&
		    at->blocks == like->blocks)
			return at;
	}
	return NULL;
}

int zx__plan_trouble(struct zx_plan *p, enum zx_why reason,
		     enum zx_section section, uint64_t permission, int blocks,
		     const char *text)
{
	struct zx__problem like = { .permission = permission,
				    .ops = 1,
				    .reason = (uint8_t)reason,
				    .section = (uint8_t)section,
				    .blocks = (uint8_t) !!blocks };
	struct zx__problem *at = zx__plan_problem_like(p, &like);
	int err;

	if (at) {
		at->ops++;
		return ZX_OK;
	}
	if (p->problem_n == ZX__PROBLEMS)
		return ZX_OK;
	err = zx__plan_keep(p, zx_str(text), &like.text);
	if (err)
		return err;
	p->problem_n++;
	/* Those that block come first. */
	at = &p->problems[p->problem_n - 1];
	for (; blocks && at > p->problems && !at[-1].blocks; at--)
		*at = at[-1];
	*at = like;
	return ZX_OK;
}

/* Totals ------------------------------------------------------------------- */

static int changes(const struct zx__op *op)
{
	return op->act != ZX_ACT_NONE;
}

static int is_member(const struct zx__op *op)
{
	return op->act == ZX_ACT_MEMBER_ADD || op->act == ZX_ACT_MEMBER_REMOVE;
}

void zx__plan_count(struct zx_plan *p)
{
	uint32_t by[ZX_PHASE_COUNT][ZX_RATE_COUNT] = { { 0 } };
	uint64_t pace[ZX_RATE_COUNT];
	struct zx_plan_totals *t = &p->totals;
	uint64_t member = 0;

	t->ops = (uint32_t)p->n;
	for (size_t i = 0; i < p->n; i++) {
		const struct zx__op *op = &p->ops[i];
		const struct zx__act *a = &zx__acts[op->act];

		t->verb[op->verb]++;
		t->section[op->section][op->verb]++;
		t->changes += (uint32_t)changes(op);
		t->requests += a->requests;
		t->rate[a->rate] += a->requests;
		by[op->phase][a->rate] += a->requests;
		if (is_member(op) && op->snapshot_id != member) {
			t->members++;
			member = op->snapshot_id;
		}
	}
	for (int r = 0; r < ZX_RATE_COUNT; r++)
		pace[r] = zx__plan_pace(p, (enum zx_rate)r);
	t->eta_ms = t->changes ? zx__plan_eta(by, pace) + p->wait_ms : 0;
}

/* Operations without a phase come last: nothing is done about them. */
static unsigned rank(const struct zx__op *op)
{
	return op->phase ? op->phase : ZX_PHASE_COUNT;
}

int zx__plan_finish(struct zx_plan *p)
{
	size_t at[ZX_PHASE_COUNT + 1] = { 0 }, sum = 0;
	struct zx__op *v = zx_new(p->alloc, (p->n + 1) * sizeof(*v));

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < p->n; i++)
		at[rank(&p->ops[i])]++;
	for (int f = 0; f <= ZX_PHASE_COUNT; f++) {
		size_t n = at[f];

		at[f] = sum;
		sum += n;
	}
	for (size_t i = 0; i < p->n; i++)
		v[at[rank(&p->ops[i])]++] = p->ops[i];
	zx_delete(p->alloc, p->ops);
	p->ops = v;
	p->cap = p->n + 1;
	zx__plan_count(p);
	return ZX_OK;
}

/* Looking ------------------------------------------------------------------ */

const char *zx_plan_id(const struct zx_plan *p)
{
	return p->id;
}

uint64_t zx_plan_guild(const struct zx_plan *p)
{
	return p->guild;
}

uint64_t zx_plan_source(const struct zx_plan *p)
{
	return p->source;
}

int zx_plan_empty(const struct zx_plan *p)
{
	return !p->totals.changes;
}

int zx_plan_is_undo(const struct zx_plan *p)
{
	return p->undo;
}

size_t zx_plan_count(const struct zx_plan *p)
{
	return p->n;
}

const struct zx_plan_totals *zx_plan_totals(const struct zx_plan *p)
{
	return &p->totals;
}

void zx_plan_limit(const struct zx_plan *p, enum zx_limit l,
		   struct zx_plan_limit *out)
{
	*out = p->limits[l];
}

int zx_plan_blocked(const struct zx_plan *p)
{
	return p->problem_n && p->problems[0].blocks;
}

int zx_plan_problem(const struct zx_plan *p, size_t i,
		    struct zx_plan_problem *out)
{
	const struct zx__problem *at;

	if (i >= p->problem_n)
		return 0;
	at = &p->problems[i];
	*out = (struct zx_plan_problem){ .reason = (enum zx_why)at->reason,
					 .blocks = at->blocks,
					 .ops = at->ops,
					 .permission = at->permission,
					 .section =
						 (enum zx_section)at->section,
					 .text = zx__plan_text(p, at->text) };
	return 1;
}

int zx_plan_op(const struct zx_plan *p, size_t i, struct zx_plan_op *out)
{
	const struct zx__op *op;
	const struct zx__act *a;

	if (i >= p->n)
		return 0;
	op = &p->ops[i];
	a = &zx__acts[op->act];
	memset(out, 0, sizeof(*out));
	out->id = (uint32_t)i + 1;
	out->verb = (enum zx_verb)op->verb;
	out->act = (enum zx_act)op->act;
	out->section = (enum zx_section)op->section;
	out->phase = (enum zx_phase)op->phase;
	out->reason = (enum zx_why)op->reason;
	out->rate = (enum zx_rate)a->rate;
	out->flags = a->flags;
	out->requests = a->requests;
	out->snapshot_id = op->snapshot_id;
	out->live_id = op->live_id;
	out->role = op->role;
	out->kind = (enum zx_id_kind)op->kind;
	out->name = zx__plan_text(p, op->name);
	out->detail = zx__plan_text(p, op->detail);
	out->body = zx__plan_text(p, op->body);
	out->before = zx__plan_text(p, op->before);
	if (op->image) {
		out->image = p->images[op->image - 1].hash;
		out->image_type = zx_str(p->images[op->image - 1].type);
	}
	return 1;
}

static const char *noun(enum zx_section s)
{
	static const char *const words[ZX_SECTION_COUNT] = {
		[ZX_SECTION_AUTOMOD] = "AutoMod rule",
		[ZX_SECTION_BANS] = "ban",
		[ZX_SECTION_BOT] = "the",
		[ZX_SECTION_CHANNELS] = "channel",
		[ZX_SECTION_EMOJIS] = "emoji",
		[ZX_SECTION_EVENTS] = "event",
		[ZX_SECTION_GUILD] = "server",
		[ZX_SECTION_IMAGES] = "image",
		[ZX_SECTION_INCOMPLETE] = "part",
		[ZX_SECTION_MEMBERS] = "member",
		[ZX_SECTION_ONBOARDING] = "the",
		[ZX_SECTION_RAW] = "file",
		[ZX_SECTION_ROLES] = "role",
		[ZX_SECTION_SOUNDBOARD] = "sound",
		[ZX_SECTION_STICKERS] = "sticker",
		[ZX_SECTION_WEBHOOKS] = "webhook",
		[ZX_SECTION_WELCOME] = "the",
	};

	return words[s];
}

int zx_plan_line(const struct zx_plan_op *op, struct zx_buf *out)
{
	struct zx_str why =
		op->detail.len ? op->detail : zx_str(zx_why_text(op->reason));

	zx_buf_addf(out, "%s %s", zx_verb_name(op->verb), noun(op->section));
	if (op->name.len)
		zx_buf_addf(out, " %.*s", ZX_ARG(op->name));
	zx_buf_addf(out, ": %.*s", ZX_ARG(why));
	return out->err;
}
