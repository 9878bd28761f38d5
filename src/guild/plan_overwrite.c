/* SPDX-License-Identifier: MIT
 *
 * What overwrites a channel shall have, and with which of them it is made.
 *
 * A request takes 100, a channel has up to 1,000. One with more is made with
 * all that denies and as much of the rest as there is room for; what is missing
 * only allows. When there is no room for all that denies, everybody is denied
 * to see the channel, and nobody is allowed to, until it is there. The others
 * follow one by one: plan_overwrite_step.c.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

#define INVITE ZX__BIT(0)
#define MARK (ZX__BIT_VIEW | ZX__BIT(4))

/* What shall be ------------------------------------------------------------ */

/* Nonzero when the overwrite can be written. */
static int role_is_there(struct zx__planner *pl, struct zx__draft *d,
			 struct zx_str o)
{
	uint64_t id = zx_json_get_u64(o, "id");
	struct zx__item *role = zx__side_find(&pl->s[ZX_SECTION_ROLES], id);
	struct zx_str name = { NULL, 0 };
	char text[200];

	if (zx_json_get_u64(o, "type"))
		return 1;
	if (role && (role->mate || role->fate == ZX__FATE_MADE))
		return 1;
	if (!role && zx_idmap_get(&pl->p->ids, ZX_ID_ROLE, id))
		return 1;
	/* Nobody can have it: what it allows is allowed to nobody. */
	if (role && role->managed && !zx_json_get_u64(o, "deny")) {
		zx__draft_say(
			d, ZX_VERB_DOWNGRADE, ZX_WHY_MANAGED,
			"Without what a bot's role was allowed: that bot is not "
			"here.");
		return 0;
	}
	if (role)
		name = zx_json_plain(role->name);
	snprintf(text, sizeof(text),
		 "Its overwrite for the role %.*s could not be made.",
		 ZX_ARG(name));
	zx__draft_say(d, ZX_VERB_IMPOSSIBLE, ZX_WHY_UNMAPPED, text);
	return 0;
}

/* Bits the bot does not have cannot be written; MANAGE_ROLES only by an
 * administrator. What is allowed less is a loss, what is denied less is not
 * done. */
static void want(struct zx__planner *pl, struct zx__draft *d, struct zx_str o,
		 struct zx__overwrites *out)
{
	uint64_t may = pl->admin ? UINT64_MAX : pl->bits & ~ZX__BIT_ROLES;
	uint64_t allow = zx_json_get_u64(o, "allow");
	uint64_t deny = zx_json_get_u64(o, "deny");

	if (!role_is_there(pl, d, o))
		return;
	if (deny & ~may)
		zx__draft_bits(d, ZX_VERB_IMPOSSIBLE, ZX_WHY_PERMISSION,
			       "It denies", deny & ~may,
			       "which the bot cannot");
	if (allow & ~may)
		zx__draft_bits(d, ZX_VERB_DOWNGRADE, ZX_WHY_BITS,
			       "Without allowing", allow & ~may,
			       "which the bot cannot");
	if (!(allow & may) && !deny && allow)
		return;
	out->v[out->n++] = (struct zx__overwrite){
		.id = zx_json_get_u64(o, "id"),
		.allow = allow & may,
		.deny = deny,
		.lost = allow & ~may,
		.member = zx_json_get_u64(o, "type") != 0,
		.there = 1,
	};
}

static size_t length(struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	return n;
}

int zx__overwrites_want(struct zx__planner *pl, struct zx__draft *d,
			struct zx__overwrites *out)
{
	struct zx_str list = zx_json_get(d->ch->text, "permission_overwrites");
	struct zx_json_iter it = zx_json_each(list);

	out->n = 0;
	out->v = zx_new(pl->alloc, (length(list) + 1) * sizeof(*out->v));
	if (!out->v)
		return ZX_E_NOMEM;
	while (zx_json_next(&it))
		want(pl, d, it.value, out);
	return ZX_OK;
}

void zx__overwrites_write(struct zx_json_writer *j,
			  const struct zx__overwrites *list)
{
	zx_jw_arr(j, "permission_overwrites");
	for (size_t i = 0; i < list->n; i++) {
		const struct zx__overwrite *o = &list->v[i];

		zx_jw_obj(j, NULL);
		zx_jw_id(j, "allow", o->allow);
		zx_jw_id(j, "deny", o->deny);
		zx_jw_id(j, "id", o->id);
		zx_jw_u64(j, "type", o->member != 0);
		zx_jw_obj_end(j);
	}
	zx_jw_arr_end(j);
}

struct zx__overwrite zx__overwrites_find(const struct zx__overwrites *list,
					 uint64_t id, int member)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].id == id && !list->v[i].member == !member)
			return list->v[i];
	return (struct zx__overwrite){ .id = id, .member = member };
}

/* What is there ------------------------------------------------------------ */

/* By the id the plan knows it by: that of the snapshot where it has it. */
static uint64_t known_as(struct zx__planner *pl, uint64_t id)
{
	const struct zx__item *role =
		zx__side_find(&pl->l[ZX_SECTION_ROLES], id);

	if (id == pl->p->guild)
		return pl->p->source;
	return role && role->mate ? pl->s[ZX_SECTION_ROLES].v[role->mate - 1].id
				  : id;
}

int zx__overwrites_there(struct zx__planner *pl, const struct zx__item *live,
			 struct zx__overwrites *out)
{
	struct zx_str list = zx_json_get(live->text, "permission_overwrites");
	struct zx_json_iter it = zx_json_each(list);

	out->n = 0;
	out->v = zx_new(pl->alloc, (length(list) + 1) * sizeof(*out->v));
	if (!out->v)
		return ZX_E_NOMEM;
	while (zx_json_next(&it)) {
		struct zx__overwrite *o = &out->v[out->n++];
		uint64_t id = zx_json_get_u64(it.value, "id");

		o->member = zx_json_get_u64(it.value, "type") != 0;
		o->id = o->member ? id : known_as(pl, id);
		o->allow = zx_json_get_u64(it.value, "allow");
		o->deny = zx_json_get_u64(it.value, "deny");
		o->there = 1;
	}
	return ZX_OK;
}

/* What comes first --------------------------------------------------------- */

int zx__overwrites_mark(struct zx__planner *pl, const struct zx__item *ch,
			const struct zx__overwrites *all,
			struct zx__overwrite *out)
{
	struct zx__overwrite own =
		zx__overwrites_find(all, pl->opt->bot_user, 1);
	/* A category's is another than its channels': Discord gives what a
	 * category gets to each channel that is like it. */
	int other = ch->type == ZX__CHANNEL_CATEGORY;

	*out = (struct zx__overwrite){ .id = pl->opt->bot_user,
				       .member = 1,
				       .there = 1 };
	for (int turn = 0; turn < 2; turn++, other = !other) {
		out->allow = other ? MARK | INVITE : MARK;
		if (out->allow & ~pl->bits ||
		    (own.there && own.allow == out->allow && !own.deny))
			continue;
		return own.there || all->n < ZX__OVERWRITES;
	}
	return 0;
}

int zx__overwrites_is_mark(struct zx__planner *pl,
			   const struct zx__overwrites *all,
			   const struct zx__overwrite *own)
{
	struct zx__overwrite was =
		zx__overwrites_find(all, pl->opt->bot_user, 1);

	if (was.there && was.allow == own->allow && was.deny == own->deny)
		return 0;
	return own->there && !own->deny && (own->allow & ~INVITE) == MARK;
}

static int is_everyone(const struct zx__planner *pl,
		       const struct zx__overwrite *o)
{
	return o->id == pl->p->source && !o->member;
}

/* How many must be there before anybody sees the channel. */
static size_t denying(const struct zx__planner *pl,
		      const struct zx__overwrites *all, int marked)
{
	size_t n = marked != 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct zx__overwrite *o = &all->v[i];

		n += is_everyone(pl, o) ||
		     (o->deny && (!marked || o->id != pl->opt->bot_user));
	}
	return n;
}

static void add(struct zx__overwrites *out, struct zx__overwrite o, int locked)
{
	if (out->n == ZX__AT_ONCE)
		return;
	if (locked)
		o.allow &= ~ZX__BIT_VIEW;
	out->v[out->n++] = o;
}

/* Those that deny, then the others, but for @everyone's and the mark's. */
static void fill(struct zx__planner *pl, const struct zx__overwrites *all,
		 int marked, int locked, struct zx__overwrites *out)
{
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < all->n; i++) {
			const struct zx__overwrite *o = &all->v[i];

			if (is_everyone(pl, o) || (o->deny == 0) != turn ||
			    (marked && o->id == pl->opt->bot_user))
				continue;
			add(out, *o, locked);
		}
}

int zx__overwrites_first(struct zx__planner *pl, const struct zx__item *ch,
			 const struct zx__overwrites *all,
			 struct zx__overwrites *out, int *locked)
{
	struct zx__overwrite mark, everyone;
	int marked = zx__overwrites_mark(pl, ch, all, &mark);

	everyone = zx__overwrites_find(all, pl->p->source, 0);
	*locked = denying(pl, all, marked) > ZX__AT_ONCE;
	out->n = 0;
	out->v = zx_new(pl->alloc, ZX__AT_ONCE * sizeof(*out->v));
	if (!out->v)
		return ZX_E_NOMEM;
	if (marked)
		add(out, mark, 0);
	if (*locked)
		everyone.deny |= ZX__BIT_VIEW;
	if (*locked || everyone.there) {
		everyone.there = 1;
		add(out, everyone, *locked);
	}
	fill(pl, all, marked, *locked, out);
	return ZX_OK;
}

/* The draft ---------------------------------------------------------------- */

/* Whether the bot can write them one by one, and what comes of it. */
static void say_many(struct zx__planner *pl, struct zx__draft *d,
		     const struct zx__overwrites *all, int locked)
{
	uint64_t lacks = (ZX__BIT_VIEW | ZX__BIT_ROLES) & ~pl->bits;
	char text[200];

	if (all->n > ZX__OVERWRITES)
		zx__draft_say(d, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT,
			      "A channel has at most 1,000 overwrites.");
	if (lacks)
		zx__draft_bits(d, ZX_VERB_IMPOSSIBLE, ZX_WHY_PERMISSION,
			       "It has more than 100 overwrites, for which the "
			       "bot lacks",
			       lacks, "so that it would not be finished");
	if (d->verb == ZX_VERB_IMPOSSIBLE)
		return;
	if (locked)
		snprintf(
			text, sizeof(text),
			"Of its %zu overwrites 100 come with it. Nobody sees it "
			"until all that deny something are there.",
			all->n);
	else
		snprintf(
			text, sizeof(text),
			"Of its %zu overwrites 100 come with it, among them all "
			"that deny something.",
			all->n);
	zx__draft_say(d, d->verb, d->why, text);
}

void zx__draft_overwrites(struct zx__planner *pl, struct zx__draft *d)
{
	struct zx__overwrites all, first = { NULL, 0 };
	int locked = 0, err = zx__overwrites_want(pl, d, &all);

	if (!err && all.n > ZX__AT_ONCE) {
		err = zx__overwrites_first(pl, d->ch, &all, &first, &locked);
		say_many(pl, d, &all, locked);
	}
	if (err)
		pl->err = err;
	else
		zx__overwrites_write(&d->j, first.v ? &first : &all);
	zx_delete(pl->alloc, first.v);
	zx_delete(pl->alloc, all.v);
}
