/* SPDX-License-Identifier: MIT
 *
 * Differences of two snapshots, item by item, some at a time. Lists that may be
 * long are walked side by side; the others are loaded, so that what was made
 * anew under the same name is found.
 */
#include <stdint.h>
#include <string.h>

#include "guild/diff_int.h"

/* Pairs of roles and channels are needed before anything is compared: their ids
 * stand everywhere. So all sections are loaded and paired, then compared. */
enum phase { NEXT_PAIR, LOAD, NAMES, NEXT_COMPARE, MINE, THEIRS, MERGE, ENDED };

struct zx_guild_differ {
	struct zx__diff d;
	struct zx_diff sum;
	const struct zx_alloc *alloc;
	enum phase phase;
	enum zx_section s; /* of the phase; of NEXT_…: the next one */
	int side;	   /* LOAD: 0 a, 1 b */
	size_t i;
	struct zx_guild_cursor ca, cb;
	unsigned open; /* 1: ca, 2: cb too */
	struct zx_str a, b;
	int ga, gb; /* of zx_guild_next */
	size_t cost;
	int err;
};

static int tell(struct zx__diff *d, struct zx_change *c)
{
	return d->change ? d->change(c, d->ud) : ZX_OK;
}

static int one_sided(struct zx__diff *d, enum zx_section s, struct zx_str item,
		     int added)
{
	struct zx_change c = { .kind = added ? ZX_CHANGE_ADDED
					     : ZX_CHANGE_REMOVED,
			       .section = s,
			       .id = zx__diff_id(s, item),
			       .name = zx_json_get(item, "name"),
			       .from = added ? ZX_STR("") : item,
			       .to = added ? item : ZX_STR("") };

	c.old_id = c.id;
	if (added)
		d->out->section[s].added++;
	else
		d->out->section[s].removed++;
	d->out->total++;
	return tell(d, &c);
}

static int both(struct zx__diff *d, enum zx_section s, struct zx_str a,
		struct zx_str b)
{
	uint64_t before = d->fields;
	int err;

	if (zx_str_eq(a, b)) {
		d->out->section[s].same++;
		return ZX_OK;
	}
	err = zx__diff_fields(d, s, a, b);
	d->out->total += d->fields != before;
	if (d->fields != before)
		d->out->section[s].changed++;
	else
		d->out->section[s].same++;
	return err;
}

static int loaded(enum zx_section s)
{
	return s != ZX_SECTION_MEMBERS && s != ZX_SECTION_BANS;
}

static int compared(enum zx_section s)
{
	return s != ZX_SECTION_IMAGES && s != ZX_SECTION_INCOMPLETE &&
	       s != ZX_SECTION_RAW;
}

static void close_cursors(struct zx_guild_differ *f)
{
	if (f->open)
		zx_guild_cursor_release(&f->ca);
	if (f->open > 1)
		zx_guild_cursor_release(&f->cb);
	f->open = 0;
}

/* Pairs ---------------------------------------------------------------------
 */

static int open_side(struct zx_guild_differ *f)
{
	f->phase = LOAD;
	f->open = 1;
	return zx_guild_cursor_init(&f->ca, f->side ? f->d.b : f->d.a, f->s);
}

static int next_pair(struct zx_guild_differ *f)
{
	while (f->s < ZX_SECTION_COUNT && (!loaded(f->s) || !compared(f->s)))
		f->s++;
	f->side = 0;
	if (f->s < ZX_SECTION_COUNT)
		return open_side(f);
	zx__diff_map_sort(&f->d);
	f->s = 0;
	f->phase = NEXT_COMPARE;
	return ZX_OK;
}

static int paired(struct zx_guild_differ *f)
{
	int err = zx__diff_map(&f->d, &f->d.la[f->s], &f->d.lb[f->s]);

	f->s++;
	f->phase = NEXT_PAIR;
	return err;
}

static int load(struct zx_guild_differ *f)
{
	struct zx__list *l = f->side ? &f->d.lb[f->s] : &f->d.la[f->s];
	struct zx_str item;
	int got = zx_guild_next(&f->ca, &item);

	if (got < 0)
		return got;
	if (got)
		return zx__list_add(l, f->s, item);
	close_cursors(f);
	if (!f->side++)
		return open_side(f);
	f->i = 0;
	f->phase = NAMES;
	return zx__list_match_ids(&f->d.la[f->s], &f->d.lb[f->s], f->s)
		       ? ZX_OK
		       : paired(f);
}

static int names(struct zx_guild_differ *f)
{
	struct zx__list *a = &f->d.la[f->s], *b = &f->d.lb[f->s];

	if (f->i == a->n)
		return paired(f);
	f->cost += zx__list_match_name(a, b, f->i++);
	return ZX_OK;
}

/* Comparing -----------------------------------------------------------------
 */

static int compared_all(struct zx_guild_differ *f)
{
	close_cursors(f);
	f->s++;
	f->phase = NEXT_COMPARE;
	return ZX_OK;
}

/* Sections in order of their ids, side by side. */
static int begin_merge(struct zx_guild_differ *f)
{
	int ea = zx_guild_cursor_init(&f->ca, f->d.a, f->s);
	int eb = zx_guild_cursor_init(&f->cb, f->d.b, f->s);

	f->open = 2;
	f->phase = MERGE;
	if (ea || eb)
		return ea ? ea : eb;
	f->ga = zx_guild_next(&f->ca, &f->a);
	f->gb = zx_guild_next(&f->cb, &f->b);
	return ZX_OK;
}

static int merge(struct zx_guild_differ *f)
{
	uint64_t ia, ib;
	int err;

	if (f->ga < 0 || f->gb < 0)
		return f->ga < 0 ? f->ga : f->gb;
	if (!f->ga && !f->gb)
		return compared_all(f);
	ia = f->ga ? zx__diff_id(f->s, f->a) : UINT64_MAX;
	ib = f->gb ? zx__diff_id(f->s, f->b) : UINT64_MAX;
	if (ia == ib)
		err = both(&f->d, f->s, f->a, f->b);
	else
		err = one_sided(&f->d, f->s, ia < ib ? f->a : f->b, ib < ia);
	if (!err && ia <= ib)
		f->ga = zx_guild_next(&f->ca, &f->a);
	if (!err && ib <= ia)
		f->gb = zx_guild_next(&f->cb, &f->b);
	return err;
}

static int next_compare(struct zx_guild_differ *f)
{
	while (f->s < ZX_SECTION_COUNT && !compared(f->s))
		f->s++;
	f->i = 0;
	if (f->s == ZX_SECTION_COUNT)
		f->phase = ENDED;
	else if (!loaded(f->s))
		return begin_merge(f);
	else
		f->phase = MINE;
	return ZX_OK;
}

static int mine(struct zx_guild_differ *f)
{
	const struct zx__list *a = &f->d.la[f->s], *b = &f->d.lb[f->s];
	size_t i = f->i++;

	if (i < a->n && a->v[i].mate)
		return both(&f->d, f->s, zx__list_text(a, i),
			    zx__list_text(b, a->v[i].mate - 1));
	if (i < a->n)
		return one_sided(&f->d, f->s, zx__list_text(a, i), 0);
	f->i = 0;
	f->phase = THEIRS;
	return ZX_OK;
}

static int theirs(struct zx_guild_differ *f)
{
	const struct zx__list *b = &f->d.lb[f->s];
	size_t i = f->i++;

	if (i == b->n)
		return compared_all(f);
	if (b->v[i].mate)
		return ZX_OK;
	return one_sided(&f->d, f->s, zx__list_text(b, i), 1);
}

/* The machine ---------------------------------------------------------------
 */

int zx_guild_differ_new(struct zx_guild_differ **out,
			const struct zx_guild_reader *a,
			const struct zx_guild_reader *b,
			int (*change)(const struct zx_change *c, void *ud),
			void *ud)
{
	struct zx_guild_differ *f = zx_new(a->alloc, sizeof(*f));

	*out = f;
	if (!f)
		return ZX_E_NOMEM;
	f->alloc = a->alloc;
	f->d.a = a;
	f->d.b = b;
	f->d.out = &f->sum;
	f->d.change = change;
	f->d.ud = ud;
	zx_buf_init(&f->d.path, a->alloc, 4096);
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx__list_init(&f->d.la[i], a->alloc);
		zx__list_init(&f->d.lb[i], a->alloc);
	}
	return ZX_OK;
}

void zx_guild_differ_free(struct zx_guild_differ *f)
{
	if (!f)
		return;
	close_cursors(f);
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx__list_release(&f->d.la[i]);
		zx__list_release(&f->d.lb[i]);
	}
	zx_delete(f->alloc, f->d.map);
	zx_buf_release(&f->d.path);
	zx_delete(f->alloc, f);
}

const struct zx_diff *zx_guild_differ_sum(const struct zx_guild_differ *f)
{
	return &f->sum;
}

int zx_guild_differ_step(struct zx_guild_differ *f, size_t items, int *more)
{
	static int (*const phases[])(struct zx_guild_differ *) = {
		[NEXT_PAIR] = next_pair, [LOAD] = load,
		[NAMES] = names,	 [NEXT_COMPARE] = next_compare,
		[MINE] = mine,		 [THEIRS] = theirs,
		[MERGE] = merge
	};

	f->cost = 0;
	do
		if (!f->err && f->phase != ENDED) {
			f->cost++;
			f->err = phases[f->phase](f);
		}
	while (!f->err && f->phase != ENDED && f->cost < items);
	*more = !f->err && f->phase != ENDED;
	return f->err;
}

int zx_guild_diff(const struct zx_guild_reader *a,
		  const struct zx_guild_reader *b, struct zx_diff *out,
		  int (*change)(const struct zx_change *c, void *ud), void *ud)
{
	struct zx_guild_differ *f;
	int more = 1, err = zx_guild_differ_new(&f, a, b, change, ud);

	memset(out, 0, sizeof(*out));
	while (!err && more)
		err = zx_guild_differ_step(f, SIZE_MAX, &more);
	if (f)
		*out = f->sum;
	zx_guild_differ_free(f);
	return err;
}
