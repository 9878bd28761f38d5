/* SPDX-License-Identifier: MIT
 *
 * Putting roles and channels in order: what has to be asked for so that a list
 * of Discord's becomes the wanted one. Those the plan does not know keep their
 * places.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

struct row {
	uint64_t id, parent;
	int64_t position, want;
	uint32_t rank; /* 1 + place in the wanted order; 0: not in it */
	int bucket;
};

struct rows {
	struct row *v, *sorted;
	size_t n;
	const struct zx_alloc *alloc;
};

static int room(struct rows *r, struct zx_str list, const struct zx_alloc *a)
{
	struct zx_json_iter it = zx_json_each(list);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	r->alloc = a;
	r->n = 0;
	r->v = zx_new(a, (n + 1) * sizeof(*r->v));
	r->sorted = zx_new(a, (n + 1) * sizeof(*r->v));
	return r->v && r->sorted ? ZX_OK : ZX_E_NOMEM;
}

static void release(struct rows *r)
{
	zx_delete(r->alloc, r->v);
	zx_delete(r->alloc, r->sorted);
}

static struct row *find(struct rows *r, uint64_t id)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].id == id)
			return &r->v[i];
	return NULL;
}

static int by_rank(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->rank > y->rank) - (x->rank < y->rank);
}

/* The wanted order of rows [from, to) into sorted; nonzero when it is another.
 */
static int arrange(struct rows *r, size_t from, size_t to)
{
	size_t n = 0, k = 0;
	int differs = 0;

	for (size_t i = from; i < to; i++)
		if (r->v[i].rank)
			r->sorted[from + n++] = r->v[i];
	qsort(r->sorted + from, n, sizeof(*r->sorted), by_rank);
	/* Spread them over the places they have, from the last. */
	for (size_t i = to; i > from; i--) {
		if (r->v[i - 1].rank)
			r->sorted[i - 1] = r->sorted[from + n - ++k];
		else
			r->sorted[i - 1] = r->v[i - 1];
	}
	for (size_t i = from; i < to; i++)
		differs |= r->sorted[i].id != r->v[i].id;
	return differs;
}

/* Roles -------------------------------------------------------------------- */

/* The lowest first; of one position the lower id is higher. */
static int lower_role(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->position != y->position)
		return x->position > y->position ? 1 : -1;
	return (x->id < y->id) - (x->id > y->id);
}

static void load_roles(struct rows *r, struct zx_str list, uint64_t everyone)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it)) {
		struct row *row = &r->v[r->n];

		row->id = zx_json_get_u64(it.value, "id");
		row->position = zx_json_get_i64(it.value, "position");
		r->n += row->id && row->id != everyone;
	}
	qsort(r->v, r->n, sizeof(*r->v), lower_role);
}

static void rank_roles(struct rows *r, struct zx_str wanted,
		       const struct zx_idmap *ids)
{
	struct zx_json_iter it = zx_json_each(wanted);
	uint32_t rank = 0;
	uint64_t id;

	while (zx_json_next(&it)) {
		struct row *row;

		rank++;
		if (zx_json_u64(it.value, &id))
			continue;
		row = find(r, zx_idmap_get(ids, ZX_ID_ROLE, id));
		if (row)
			row->rank = rank;
	}
}

static void write_roles(const struct row *v, size_t n, struct zx_buf *body)
{
	zx_buf_addch(body, '[');
	for (size_t i = 0; i < n; i++)
		zx_buf_addf(body, "%s{\"id\":\"%" PRIu64 "\",\"position\":%zu}",
			    i ? "," : "", v[i].id, i + 1);
	zx_buf_addch(body, ']');
}

/* Those below the bot get 1, 2, 3 ... Where that would reach the bot, because
 * positions are shared, Discord has first to number them anew: it does when
 * any is set. */
int zx__order_roles(const struct zx_plan *p, const struct zx__op *op,
		    const struct zx_idmap *ids, struct zx_str list,
		    struct zx_buf *body)
{
	const struct row *bot;
	struct rows r;
	int err = room(&r, list, p->alloc);
	size_t below;

	if (err)
		goto out;
	load_roles(&r, list, p->guild);
	rank_roles(&r, zx__plan_text(p, op->body), ids);
	bot = find(&r, p->bot_role);
	below = bot ? (size_t)(bot - r.v) : p->owner_is_bot ? r.n : 0;
	if (arrange(&r, 0, below)) {
		if (bot && bot->position <= (int64_t)below)
			write_roles(r.v, 1, body);
		else
			write_roles(r.sorted, below, body);
		err = body->err ? body->err : 1;
	}
out:
	release(&r);
	return err;
}

/* Channels ----------------------------------------------------------------- */

static int bucket(uint64_t type)
{
	return type == 4 ? 2 : type == 2 || type == 13 ? 1 : 0;
}

static int earlier(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent > y->parent ? 1 : -1;
	if (x->bucket != y->bucket)
		return x->bucket > y->bucket ? 1 : -1;
	if (x->position != y->position)
		return x->position > y->position ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static void load_channels(struct rows *r, struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it)) {
		struct row *row = &r->v[r->n];

		row->id = zx_json_get_u64(it.value, "id");
		row->parent = zx_json_get_u64(it.value, "parent_id");
		row->bucket = bucket(zx_json_get_u64(it.value, "type"));
		row->position = zx_json_get_i64(it.value, "position");
		row->want = row->position;
		r->n += row->id != 0;
	}
	qsort(r->v, r->n, sizeof(*r->v), earlier);
}

static void rank_channels(struct rows *r, struct zx_str wanted,
			  const struct zx_idmap *ids)
{
	struct zx_json_iter it = zx_json_each(wanted);
	uint32_t rank = 0;

	while (zx_json_next(&it)) {
		uint64_t id = zx_json_get_u64(it.value, "id");
		struct row *row = find(r, zx_idmap_get(ids, ZX_ID_CHANNEL, id));

		rank++;
		if (!row)
			continue;
		row->rank = rank;
		row->want = zx_json_get_i64(it.value, "position");
	}
}

/* Positions ascend, and are those of the snapshot where that is possible. */
static void write_group(const struct row *v, size_t n, struct zx_buf *body)
{
	int64_t at = -1;

	for (size_t i = 0; i < n; i++) {
		at = v[i].want > at ? v[i].want : at + 1;
		zx_buf_addf(body,
			    "%s{\"id\":\"%" PRIu64 "\",\"position\":%" PRId64
			    "}",
			    body->len > 1 ? "," : "", v[i].id, at);
	}
}

int zx__order_channels(const struct zx_plan *p, const struct zx__op *op,
		       const struct zx_idmap *ids, struct zx_str list,
		       struct zx_buf *body)
{
	struct rows r;
	int err = room(&r, list, p->alloc);

	if (err)
		goto out;
	load_channels(&r, list);
	rank_channels(&r, zx__plan_text(p, op->body), ids);
	zx_buf_addch(body, '[');
	for (size_t i = 0, k; i < r.n; i = k) {
		for (k = i + 1; k < r.n && r.v[k].parent == r.v[i].parent &&
				r.v[k].bucket == r.v[i].bucket;)
			k++;
		if (arrange(&r, i, k))
			write_group(r.sorted + i, k - i, body);
	}
	err = body->err ? body->err : body->len > 1;
	zx_buf_addch(body, ']');
out:
	release(&r);
	return err;
}
