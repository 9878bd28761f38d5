/* SPDX-License-Identifier: MIT
 *
 * The order that roles and channels shall have. What is there keeps its order
 * among itself, unless it is rewound; what is made stands next to what it stood
 * next to.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

struct place {
	uint64_t id; /* of the snapshot, of the server when it has none there */
	const struct zx__item *was, *is; /* either may be missing */
};

struct line {
	struct place *v;
	size_t n;
	int changed, made;
};

static int init(struct line *l, struct zx__planner *pl, enum zx_section s)
{
	size_t n = pl->s[s].n + pl->l[s].n + 1;

	memset(l, 0, sizeof(*l));
	l->v = zx_new(pl->alloc, n * sizeof(*l->v));
	return l->v ? ZX_OK : ZX_E_NOMEM;
}

static void put(struct line *l, size_t at, struct place p)
{
	memmove(l->v + at + 1, l->v + at, (l->n - at) * sizeof(*l->v));
	l->v[at] = p;
	l->n++;
}

static size_t index_of(const struct line *l, const struct zx__item *was)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].was == was)
			return i;
	return l->n;
}

static int there_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->is->position != y->is->position)
		return x->is->position > y->is->position ? 1 : -1;
	return (x->is->id > y->is->id) - (x->is->id < y->is->id);
}

static int lower_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->is->position != y->is->position)
		return x->is->position > y->is->position ? 1 : -1;
	return (x->is->id < y->is->id) - (x->is->id > y->is->id);
}

static int was_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->was->position != y->was->position)
		return x->was->position > y->was->position ? 1 : -1;
	return (x->was->id > y->was->id) - (x->was->id < y->was->id);
}

static int was_lower_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->was->position != y->was->position)
		return x->was->position > y->was->position ? 1 : -1;
	return (x->was->id < y->was->id) - (x->was->id > y->was->id);
}

/* Those that were there go, in the places they have, into their old order. */
static int rewind_line(struct zx__planner *pl, struct line *l,
		       int (*order)(const void *, const void *))
{
	struct place *v = zx_new(pl->alloc, (l->n + 1) * sizeof(*v));
	size_t n = 0, k = 0;

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].was)
			v[n++] = l->v[i];
	qsort(v, n, sizeof(*v), order);
	for (size_t i = 0; i < l->n; i++) {
		if (!l->v[i].was)
			continue;
		l->changed |= l->v[i].was != v[k].was;
		l->v[i] = v[k++];
	}
	zx_delete(pl->alloc, v);
	return ZX_OK;
}

static int add(struct zx__planner *pl, enum zx_section s, enum zx_act act,
	       const char *name)
{
	struct zx__new n = { .verb = ZX_VERB_ORDER,
			     .act = act,
			     .section = s,
			     .reason = ZX_WHY_PLACE,
			     .name = zx_str(name),
			     .body = zx_buf_str(&pl->body),
			     .before = zx_buf_str(&pl->before) };

	return pl->body.err ? pl->body.err : zx__plan_add(pl, &n, NULL);
}

/* Roles -------------------------------------------------------------------- */

static void roles_there(struct zx__planner *pl, struct line *l)
{
	struct zx__side *side = &pl->l[ZX_SECTION_ROLES];

	for (size_t i = 0; i < side->n; i++) {
		struct zx__item *is = &side->v[i];
		struct zx__item *was = NULL;

		if (is->id == pl->p->guild || zx__above_bot(pl, is))
			continue;
		if (is->mate)
			was = &pl->s[ZX_SECTION_ROLES].v[is->mate - 1];
		put(l, l->n, (struct place){ was ? was->id : is->id, was, is });
	}
	qsort(l->v, l->n, sizeof(*l->v), lower_first);
}

/* Behind the nearest lower one that is in the line; above all of it when that
 * one is out of the bot's reach. */
static size_t role_place(struct zx__planner *pl, const struct line *l,
			 const struct place *order, size_t i)
{
	while (i-- > 0) {
		const struct zx__item *was = order[i].was;
		size_t at = index_of(l, was);

		if (at < l->n)
			return at + 1;
		if (was->mate &&
		    zx__mate(pl, ZX_SECTION_ROLES, was)->id != pl->p->guild)
			return l->n;
	}
	return 0;
}

static int roles_made(struct zx__planner *pl, struct line *l)
{
	struct zx__side *s = &pl->s[ZX_SECTION_ROLES];
	struct place *v = zx_new(pl->alloc, (s->n + 1) * sizeof(*v));
	size_t n = 0;

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < s->n; i++)
		v[n++] = (struct place){ s->v[i].id, &s->v[i], NULL };
	qsort(v, n, sizeof(*v), was_lower_first);
	for (size_t i = 0; i < n; i++) {
		if (v[i].was->mate || v[i].was->fate != ZX__FATE_MADE)
			continue;
		put(l, role_place(pl, l, v, i), v[i]);
		l->made = 1;
	}
	zx_delete(pl->alloc, v);
	return ZX_OK;
}

static void write_ids(const struct line *l, struct zx_buf *out, int live)
{
	int n = 0;

	zx_buf_addch(out, '[');
	for (size_t i = 0; i < l->n; i++)
		if (!live || l->v[i].is)
			zx_buf_addf(out, "%s\"%" PRIu64 "\"", n++ ? "," : "",
				    live ? l->v[i].is->id : l->v[i].id);
	zx_buf_addch(out, ']');
}

int zx__plan_role_order(struct zx__planner *pl)
{
	struct line l;
	int err;

	if (!zx__selected(pl, ZX_RESTORE_ROLES))
		return ZX_OK;
	err = init(&l, pl, ZX_SECTION_ROLES);
	if (err)
		return err;
	roles_there(pl, &l);
	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	write_ids(&l, &pl->before, 1);
	if (pl->opt->role_sync)
		err = rewind_line(pl, &l, was_lower_first);
	if (!err)
		err = roles_made(pl, &l);
	if (!err && (l.changed || l.made)) {
		write_ids(&l, &pl->body, 0);
		err = add(pl, ZX_SECTION_ROLES, ZX_ACT_ROLE_ORDER,
			  "\"all roles\"");
	}
	zx_delete(pl->alloc, l.v);
	return err;
}

/* Channels ----------------------------------------------------------------- */

/* Where channels stand among each other: of one parent, voice apart. */
struct group {
	uint64_t parent; /* of the server, or of the snapshot when made */
	int made, bucket;
};

static int bucket(int type)
{
	return type == ZX__CHANNEL_CATEGORY				? 2
	       : type == ZX__CHANNEL_VOICE || type == ZX__CHANNEL_STAGE ? 1
									: 0;
}

/* Where it will stand: what is brought back goes into its category first. */
static struct group group_of(struct zx__planner *pl, const struct zx__item *was,
			     const struct zx__item *is)
{
	struct group g = { is ? is->parent : 0, 0,
			   bucket(is ? is->type : was->made_type) };
	const struct zx__item *cat;

	if (is && (!was || !pl->opt->update))
		return g;
	cat = zx__side_find(&pl->s[ZX_SECTION_CHANNELS], was->parent);
	if (cat && cat->mate) {
		g.parent = zx__mate(pl, ZX_SECTION_CHANNELS, cat)->id;
	} else if (cat && cat->fate == ZX__FATE_MADE) {
		g.parent = cat->id;
		g.made = 1;
	} else if (!was->parent) {
		g.parent = 0;
	}
	return g;
}

static int in_group(struct group a, struct group b)
{
	return a.parent == b.parent && a.made == b.made && a.bucket == b.bucket;
}

static void channels_there(struct zx__planner *pl, struct line *l,
			   struct group g)
{
	struct zx__side *side = &pl->l[ZX_SECTION_CHANNELS];

	for (size_t i = 0; i < side->n; i++) {
		struct zx__item *is = &side->v[i];
		struct zx__item *was = NULL;

		if (is->mate)
			was = &pl->s[ZX_SECTION_CHANNELS].v[is->mate - 1];
		if (!in_group(group_of(pl, was, is), g))
			continue;
		put(l, l->n, (struct place){ was ? was->id : is->id, was, is });
	}
	qsort(l->v, l->n, sizeof(*l->v), there_first);
}

static size_t channel_place(const struct line *l, const struct place *order,
			    size_t i)
{
	while (i-- > 0) {
		size_t at = index_of(l, order[i].was);

		if (at < l->n)
			return at + 1;
	}
	return 0;
}

static void channels_made(struct zx__planner *pl, struct line *l,
			  struct group g, const struct place *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct zx__item *was = order[i].was;

		if (was->mate || was->fate != ZX__FATE_MADE ||
		    !in_group(group_of(pl, was, NULL), g))
			continue;
		put(l, channel_place(l, order, i), order[i]);
		l->made = 1;
	}
}

static void write_places(const struct line *l, struct zx_buf *out, int live)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct zx__item *was = l->v[i].was, *is = l->v[i].is;

		if (live && !is)
			continue;
		zx_buf_addf(out, "%s{\"id\":\"%" PRIu64 "\",\"position\":%d}",
			    out->len > 1 ? "," : "", live ? is->id : l->v[i].id,
			    live || !was ? is->position : was->position);
	}
}

static int one_group(struct zx__planner *pl, struct group g,
		     const struct place *order, size_t n)
{
	struct line l;
	size_t at = pl->before.len;
	int err = init(&l, pl, ZX_SECTION_CHANNELS);

	if (err)
		return err;
	channels_there(pl, &l, g);
	write_places(&l, &pl->before, 1);
	if (pl->opt->update)
		err = rewind_line(pl, &l, was_first);
	channels_made(pl, &l, g, order, n);
	if (!err && (l.changed || l.made))
		write_places(&l, &pl->body, 0);
	else
		pl->before.len = at;
	zx_delete(pl->alloc, l.v);
	return err;
}

/* Nonzero when an earlier channel was of the same group. */
static int seen(struct zx__planner *pl, const struct place *v, size_t i)
{
	struct group g = group_of(pl, v[i].was,
				  zx__mate(pl, ZX_SECTION_CHANNELS, v[i].was));

	for (size_t k = 0; k < i; k++)
		if (in_group(g, group_of(pl, v[k].was,
					 zx__mate(pl, ZX_SECTION_CHANNELS,
						  v[k].was))))
			return 1;
	return 0;
}

static int groups(struct zx__planner *pl, struct place *v)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];
	size_t n = 0;
	int err = ZX_OK;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].mate || s->v[i].fate == ZX__FATE_MADE)
			v[n++] = (struct place){ s->v[i].id, &s->v[i], NULL };
	qsort(v, n, sizeof(*v), was_first);
	for (size_t i = 0; !err && i < n; i++)
		if (!seen(pl, v, i))
			err = one_group(
				pl,
				group_of(pl, v[i].was,
					 zx__mate(pl, ZX_SECTION_CHANNELS,
						  v[i].was)),
				v, n);
	return err;
}

int zx__plan_channel_order(struct zx__planner *pl)
{
	size_t n = pl->s[ZX_SECTION_CHANNELS].n;
	struct place *v;
	int err;

	if (!zx__selected(pl, ZX_RESTORE_CHANNELS | ZX_RESTORE_CATEGORIES) ||
	    (!pl->channels_made && !pl->opt->update))
		return ZX_OK;
	v = zx_new(pl->alloc, (n + 1) * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_buf_addch(&pl->body, '[');
	zx_buf_addch(&pl->before, '[');
	err = groups(pl, v);
	zx_buf_addch(&pl->before, ']');
	if (!err && pl->body.len > 1) {
		zx_buf_addch(&pl->body, ']');
		err = add(pl, ZX_SECTION_CHANNELS, ZX_ACT_CHANNEL_ORDER,
			  "\"all channels\"");
	}
	zx_delete(pl->alloc, v);
	return err;
}
