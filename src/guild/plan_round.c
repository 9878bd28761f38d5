/* SPDX-License-Identifier: MIT
 *
 * Further rounds of a plan: what others deleted or changed while the rounds
 * before were carried out.
 */
#include <string.h>

#include "guild/plan_int.h"

unsigned zx_plan_rounds(const struct zx_plan *p)
{
	return 1 + p->more_n;
}

int zx_plan_round(const struct zx_plan *p, unsigned k, size_t *first,
		  size_t *end)
{
	if (k > p->more_n)
		return 0;
	*first = k ? p->more[k - 1].first : 0;
	*end = k < p->more_n ? p->more[k].first : p->n;
	return 1;
}

/* Copying ------------------------------------------------------------------ */

static int text(struct zx_plan *to, const struct zx_plan *from,
		struct zx__piece *s)
{
	return zx__plan_keep(to, zx__plan_text(from, *s), s);
}

static int copy(struct zx_plan *to, const struct zx_plan *from,
		const struct zx__op *op, uint32_t images)
{
	struct zx__op *n = zx__plan_push(to);
	int err;

	if (!n)
		return ZX_E_NOMEM;
	*n = *op;
	n->image += op->image ? images : 0;
	n->before_image += op->before_image ? images : 0;
	err = text(to, from, &n->name);
	if (!err)
		err = text(to, from, &n->detail);
	if (!err)
		err = text(to, from, &n->body);
	return err ? err : text(to, from, &n->before);
}

/* What tells an operation that does nothing from others. Of some only the name
 * does: images of the server have its id. */
static uint64_t key_of(const struct zx_plan *p, const struct zx__op *op)
{
	struct zx_str name = zx__plan_text(p, op->name);
	uint64_t v = zx__guild_mix(op->snapshot_id ^ op->live_id << 1);

	v = zx__guild_mix_text(zx__guild_mix(v ^ op->role), name);
	v ^= (uint64_t)op->section << 16 | (uint64_t)op->verb << 8 | op->reason;
	return zx__guild_mix(v) | 1;
}

/* `again`: what is said already is left out. */
static int copy_ops(struct zx_plan *to, const struct zx_plan *from,
		    struct zx_idmap *said, int again)
{
	uint32_t images = (uint32_t)to->image_n, at;
	int err = ZX_OK;

	for (size_t i = 0; !err && i < from->image_n; i++)
		err = zx__plan_image(to, from->images[i].hash,
				     from->images[i].type, &at);
	for (size_t i = 0; !err && i < from->n; i++) {
		const struct zx__op *op = &from->ops[i];

		if (op->act == ZX_ACT_NONE) {
			uint64_t key = key_of(from, op);

			if (again && zx_idmap_get(said, ZX_ID_ROLE, key))
				continue;
			err = zx_idmap_put(said, ZX_ID_ROLE, key, 1);
		}
		if (!err)
			err = copy(to, from, op, images);
	}
	return err;
}

static int copy_problems(struct zx_plan *to, const struct zx_plan *from)
{
	int err = ZX_OK;

	for (size_t i = 0; !err && i < from->problem_n; i++) {
		struct zx__problem q = from->problems[i];

		if (zx__plan_problem_like(to, &q))
			continue;
		if (to->problem_n == ZX__PROBLEMS)
			break;
		err = text(to, from, &q.text);
		to->problems[to->problem_n++] = q;
	}
	return err;
}

/* Its rounds as well. */
static int copy_whole(struct zx_plan *to, const struct zx_plan *p,
		      struct zx_idmap *said)
{
	int err = copy_ops(to, p, said, 0);

	if (!err)
		err = copy_problems(to, p);
	if (!err)
		err = zx__plan_round_ids(p, 0, &to->ids);
	for (unsigned k = 0; !err && k < p->more_n; k++) {
		to->more[k].first = p->more[k].first;
		err = zx__plan_round_ids(p, k + 1, &to->more[k].ids);
	}
	to->more_n = p->more_n;
	return err;
}

static int append(struct zx_plan *to, const struct zx_plan *more,
		  struct zx_idmap *said)
{
	struct zx__round *r = &to->more[to->more_n];
	int err;

	r->first = to->n;
	err = copy_ops(to, more, said, 1);
	if (!err)
		err = copy_problems(to, more);
	if (!err)
		err = zx__plan_round_ids(more, 0, &r->ids);
	to->more_n++;
	return err;
}

static struct zx_plan *like(const struct zx_plan *p, const struct zx_plan *more)
{
	struct zx_plan *to = zx__plan_alloc(p->alloc);

	if (!to)
		return NULL;
	memcpy(to->id, p->id, sizeof(to->id));
	to->guild = p->guild;
	to->source = p->source;
	to->bot_user = p->bot_user;
	/* Its roles may be others by now. */
	to->bot_role = more->bot_role;
	to->owner_is_bot = more->owner_is_bot;
	to->invoker = p->invoker;
	to->what = p->what;
	to->role_sync = p->role_sync;
	to->update = p->update;
	to->mentions = p->mentions;
	to->wait_ms = p->wait_ms > more->wait_ms ? p->wait_ms : more->wait_ms;
	memcpy(to->rate_ms, p->rate_ms, sizeof(to->rate_ms));
	memcpy(to->limits, more->limits, sizeof(to->limits));
	memcpy(to->totals.same, more->totals.same, sizeof(to->totals.same));
	to->totals.absent = more->totals.absent;
	return to;
}

static int fit(const struct zx_plan *p, const struct zx_plan *more)
{
	if (p->guild != more->guild || p->source != more->source)
		return ZX_E_INVALID;
	if (p->undo || more->undo || more->more_n || zx_plan_blocked(more) ||
	    zx_plan_empty(more))
		return ZX_E_STATE;
	return p->more_n == ZX_PLAN_ROUNDS - 1 ? ZX_E_LIMIT : ZX_OK;
}

int zx_plan_add_round(struct zx_plan **out, const struct zx_plan *p,
		      const struct zx_plan *more)
{
	struct zx_idmap said;
	struct zx_plan *to;
	int err = fit(p, more);

	*out = NULL;
	if (err)
		return err;
	to = like(p, more);
	if (!to)
		return ZX_E_NOMEM;
	zx_idmap_init(&said, p->alloc);
	err = copy_whole(to, p, &said);
	if (!err)
		err = append(to, more, &said);
	zx_idmap_release(&said);
	if (err) {
		zx_plan_free(to);
		return err;
	}
	zx__plan_count(to);
	*out = to;
	return ZX_OK;
}
