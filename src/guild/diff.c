/* SPDX-License-Identifier: MIT
 *
 * Differences of two snapshots, item by item. Lists that may be long are walked
 * side by side; the others are loaded, so that what was made anew under the
 * same name is found.
 */
#include <string.h>

#include "guild/diff_int.h"

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
	if (d->fields != before)
		d->out->section[s].changed++;
	else
		d->out->section[s].same++;
	return err;
}

/* Sections in order of their ids, side by side. */
static int merge(struct zx__diff *d, enum zx_section s)
{
	struct zx_guild_cursor ca, cb;
	struct zx_str a, b;
	int ga = 0, gb = 0;
	int ea = zx_guild_cursor_init(&ca, d->a, s);
	int eb = zx_guild_cursor_init(&cb, d->b, s);
	int err = ea ? ea : eb;

	if (!err) {
		ga = zx_guild_next(&ca, &a);
		gb = zx_guild_next(&cb, &b);
	}
	while (!err && (ga > 0 || gb > 0) && ga >= 0 && gb >= 0) {
		uint64_t ia = ga ? zx__diff_id(s, a) : UINT64_MAX;
		uint64_t ib = gb ? zx__diff_id(s, b) : UINT64_MAX;

		if (ia == ib)
			err = both(d, s, a, b);
		else
			err = one_sided(d, s, ia < ib ? a : b, ib < ia);
		if (!err && ia <= ib)
			ga = zx_guild_next(&ca, &a);
		if (!err && ib <= ia)
			gb = zx_guild_next(&cb, &b);
	}
	zx_guild_cursor_release(&ca);
	zx_guild_cursor_release(&cb);
	if (err)
		return err;
	return ga < 0 ? ga : gb < 0 ? gb : ZX_OK;
}

static int compare_list(struct zx__diff *d, enum zx_section s,
			const struct zx__list *a, const struct zx__list *b)
{
	int err = ZX_OK;

	for (size_t i = 0; !err && i < a->n; i++)
		if (!a->v[i].mate)
			err = one_sided(d, s, zx__list_text(a, i), 0);
		else
			err = both(d, s, zx__list_text(a, i),
				   zx__list_text(b, a->v[i].mate - 1));
	for (size_t i = 0; !err && i < b->n; i++)
		if (!b->v[i].mate)
			err = one_sided(d, s, zx__list_text(b, i), 1);
	return err;
}

/* Pairs of roles and channels are needed before anything is compared: their
 * ids stand everywhere. */
static int pair(struct zx__diff *d, enum zx_section s)
{
	int err = zx__list_load(&d->la[s], d->a, s);

	if (!err)
		err = zx__list_load(&d->lb[s], d->b, s);
	if (!err)
		zx__list_match(&d->la[s], &d->lb[s], s);
	if (!err)
		err = zx__diff_map(d, &d->la[s], &d->lb[s]);
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

int zx_guild_diff(const struct zx_guild_reader *a,
		  const struct zx_guild_reader *b, struct zx_diff *out,
		  int (*change)(const struct zx_change *c, void *ud), void *ud)
{
	struct zx__diff d = {
		.a = a, .b = b, .out = out, .change = change, .ud = ud
	};
	int err = ZX_OK;

	memset(out, 0, sizeof(*out));
	zx_buf_init(&d.path, a->alloc, 4096);
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx__list_init(&d.la[i], a->alloc);
		zx__list_init(&d.lb[i], a->alloc);
	}
	for (int i = 0; !err && i < ZX_SECTION_COUNT; i++)
		if (loaded((enum zx_section)i) && compared((enum zx_section)i))
			err = pair(&d, (enum zx_section)i);
	for (int i = 0; !err && i < ZX_SECTION_COUNT; i++) {
		if (!compared((enum zx_section)i))
			continue;
		err = loaded((enum zx_section)i)
			      ? compare_list(&d, (enum zx_section)i, &d.la[i],
					     &d.lb[i])
			      : merge(&d, (enum zx_section)i);
		out->total += out->section[i].added + out->section[i].removed +
			      out->section[i].changed;
	}
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx__list_release(&d.la[i]);
		zx__list_release(&d.lb[i]);
	}
	zx_delete(a->alloc, d.map);
	zx_buf_release(&d.path);
	return err;
}
