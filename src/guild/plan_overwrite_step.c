/* SPDX-License-Identifier: MIT
 *
 * Overwrites that go one by one, where a channel has more of them than a
 * request takes: first everything that closes the channel further, then, each
 * when nothing of that is missing, what opens it, and @everyone's last. So at
 * no step anybody may do more than before it or, if it is more, than after the
 * last.
 *
 * A channel that is made with some of them has the bot's own overwrite until
 * the last one is there. By it the next restore knows one that was not finished
 * from one that somebody changed, and finishes it also without `update`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

/* An overwrite on its way. */
struct pair {
	struct zx__overwrite is, mid, want;
	int everyone;
};

struct steps {
	struct zx__planner *pl;
	struct zx__draft *d;
	struct zx__item *ch;
	uint64_t live; /* 0: to be made */
	struct zx__overwrites want, is;
	struct zx__overwrite mark; /* `there`: goes in the end */
	int many;
	int locked; /* nobody sees it now */
	int rid;    /* of what the snapshot does not have */
	struct pair *v;
	size_t n, tight, loose; /* loose: without @everyone's */
	int everyone;
	size_t nth; /* of those that follow */
	char said[100];
};

static int equal(const struct zx__overwrite *a, const struct zx__overwrite *b)
{
	return a->there == b->there && a->allow == b->allow &&
	       a->deny == b->deny;
}

static int sees(const struct steps *s)
{
	for (size_t i = 0; i < s->is.n; i++) {
		const struct zx__overwrite *o = &s->is.v[i];

		if (o->allow & ZX__BIT_VIEW &&
		    !(s->mark.there && o->member && o->id == s->mark.id))
			return 1;
	}
	return !(zx__overwrites_find(&s->is, s->pl->p->source, 0).deny &
		 ZX__BIT_VIEW);
}

/* The middle --------------------------------------------------------------- */

/* Where nobody sees the channel all but what would show it can be as it will
 * be. */
static struct zx__overwrite behind_lock(const struct steps *s,
					const struct zx__overwrite *is,
					struct zx__overwrite want)
{
	int everyone = want.id == s->pl->p->source && !want.member;

	if (!everyone && want.there && !is->there && !want.deny &&
	    want.allow & ZX__BIT_VIEW)
		return *is;
	want.allow &= ~ZX__BIT_VIEW;
	if (everyone) {
		want.deny |= ZX__BIT_VIEW;
		want.there = 1;
	}
	return want;
}

/* Of each permission the less of what it is and will be: allowed when both
 * allow it, denied when one denies it. */
static struct zx__overwrite less(const struct zx__overwrite *is,
				 const struct zx__overwrite *want)
{
	struct zx__overwrite o = *is;

	o.allow = is->allow & want->allow;
	o.deny = ((is->deny & ~is->allow) | (want->deny & ~want->allow)) &
		 ~o.allow;
	o.there = (is->there && want->there) || o.deny;
	return o;
}

static struct zx__overwrite middle(const struct steps *s,
				   const struct zx__overwrite *is,
				   const struct zx__overwrite *want)
{
	return s->locked ? behind_lock(s, is, *want) : less(is, want);
}

/* Operations --------------------------------------------------------------- */

static void put_body(struct zx_buf *b, const struct zx__overwrite *o,
		     const struct zx__overwrites *list)
{
	struct zx_json_writer j;

	zx_jw_init(&j, b);
	zx_jw_obj(&j, NULL);
	if (o->there) {
		zx_jw_id(&j, "allow", o->allow);
		zx_jw_id(&j, "deny", o->deny);
	}
	if (list)
		zx__overwrites_write(&j, list);
	zx_jw_u64(&j, "type", o->member != 0);
	zx_jw_obj_end(&j);
}

static int add(struct steps *s, const struct zx__overwrite *from,
	       const struct zx__overwrite *to, struct zx__new n,
	       const struct zx__overwrites *list)
{
	struct zx__planner *pl = s->pl;

	n.verb = ZX_VERB_UPDATE;
	/* What is lost is said once; of one that is made it was. */
	if (s->live && s->d->len) {
		n.verb = s->d->verb;
		n.detail = s->d->text;
		s->d->len = 0;
	}
	n.section = ZX_SECTION_CHANNELS;
	n.reason = s->live ? ZX_WHY_CHANGED : ZX_WHY_MISSING;
	n.snapshot_id = s->ch->id;
	n.live_id = s->live;
	n.role = to->id;
	n.name = s->ch->name;
	zx__anew(pl, &pl->body);
	put_body(&pl->body, to, list);
	n.body = zx_buf_str(&pl->body);
	if (s->live) {
		zx__anew(pl, &pl->before);
		put_body(&pl->before, from, NULL);
		n.before = zx_buf_str(&pl->before);
	}
	return zx__plan_add(pl, &n, NULL);
}

/* For people: many of them stand below one another. */
static const char *say(struct steps *s, const char *more)
{
	snprintf(s->said, sizeof(s->said),
		 "Overwrite %zu of %zu that go one by one%s.", ++s->nth,
		 s->tight + s->loose + (s->everyone != 0), more);
	return s->said;
}

/* In a channel that is there it comes before roles are raised. */
static int close_further(struct steps *s)
{
	struct zx__new n = { .act = ZX_ACT_OVERWRITE,
			     .phase = s->live ? ZX_PHASE_UPDATES
					      : ZX_PHASE_OVERWRITES };
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++) {
		if (equal(&s->v[i].is, &s->v[i].mid))
			continue;
		n.detail = say(s, "");
		err = add(s, &s->v[i].is, &s->v[i].mid, n, NULL);
	}
	return err;
}

/* Where nothing had to be closed before, nothing has to be looked for. */
static int open_up(struct steps *s)
{
	struct zx__new n = { .act = s->tight ? ZX_ACT_OVERWRITE_OPEN
					     : ZX_ACT_OVERWRITE,
			     .phase = ZX_PHASE_OVERWRITES };
	size_t left = s->loose;
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++) {
		const struct pair *p = &s->v[i];
		int last;

		if (p->everyone || equal(&p->mid, &p->want))
			continue;
		last = !--left && s->tight && !s->everyone && !s->mark.there;
		n.detail =
			say(s, s->tight ? ", when all that closes it is there"
					: "");
		err = add(s, &p->mid, &p->want, n, last ? &s->want : NULL);
	}
	return err;
}

static int open_to_everyone(struct steps *s)
{
	struct zx__new n = { .act = ZX_ACT_OVERWRITE_OPEN };
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++) {
		if (!s->v[i].everyone || equal(&s->v[i].mid, &s->v[i].want))
			continue;
		n.detail = say(s, ": @everyone's, when all others are there");
		err = add(s, &s->v[i].mid, &s->v[i].want, n,
			  s->mark.there ? NULL : &s->want);
	}
	return err;
}

static int unmark(struct steps *s)
{
	struct zx__overwrite own = zx__overwrites_find(&s->want, s->mark.id, 1);
	struct zx__new n = { .act = ZX_ACT_OVERWRITE_OPEN,
			     .detail = "The bot's own, which it has until all "
				       "others are there." };

	return s->mark.there ? add(s, &s->mark, &own, n, &s->want) : ZX_OK;
}

/* A channel ---------------------------------------------------------------- */

static void pair(struct steps *s, struct zx__overwrite is,
		 struct zx__overwrite want)
{
	struct pair *p = &s->v[s->n];

	if (s->mark.there && want.member && want.id == s->mark.id)
		return;
	*p = (struct pair){ .is = is, .want = want };
	p->everyone = want.id == s->pl->p->source && !want.member;
	p->mid = middle(s, &is, &want);
	s->tight += !equal(&p->is, &p->mid);
	if (p->everyone)
		s->everyone = !equal(&p->mid, &p->want);
	else
		s->loose += !equal(&p->mid, &p->want);
	s->n++;
}

/* What is there and was not: goes with `update`. And the lock, when everyone
 * had none. */
static int goes(const struct steps *s, const struct zx__overwrite *is)
{
	if (zx__overwrites_find(&s->want, is->id, is->member).there)
		return 0;
	if (is->id == s->pl->p->source && !is->member)
		return s->rid || s->mark.there || !s->live;
	return s->rid;
}

static int compare(struct steps *s)
{
	s->v = zx_new(s->pl->alloc, (s->want.n + s->is.n + 1) * sizeof(*s->v));
	if (!s->v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < s->want.n; i++) {
		struct zx__overwrite *w = &s->want.v[i];
		struct zx__overwrite is =
			zx__overwrites_find(&s->is, w->id, w->member);

		/* What the bot cannot give is there. */
		if (is.there && is.allow == (w->allow | w->lost))
			w->allow = is.allow;
		pair(s, is, *w);
	}
	for (size_t i = 0; i < s->is.n; i++)
		if (goes(s, &s->is.v[i]))
			pair(s, s->is.v[i],
			     (struct zx__overwrite){
				     .id = s->is.v[i].id,
				     .member = s->is.v[i].member });
	return ZX_OK;
}

static int begin_there(struct steps *s, const struct zx__item *live)
{
	int err = zx__overwrites_there(s->pl, live, &s->is);
	struct zx__overwrite own;

	if (err)
		return err;
	s->live = live->id;
	s->rid = s->pl->opt->update;
	own = zx__overwrites_find(&s->is, s->pl->opt->bot_user, 1);
	if (zx__overwrites_is_mark(s->pl, &s->want, &own) &&
	    zx_json_index(zx_json_get(s->ch->text, "permission_overwrites"),
			  ZX__AT_ONCE)
		    .len)
		s->mark = own;
	s->locked = !sees(s);
	s->many =
		s->mark.there ||
		(s->rid && (s->want.n > ZX__AT_ONCE || s->is.n > ZX__AT_ONCE));
	return s->many ? compare(s) : ZX_OK;
}

static int begin_made(struct steps *s)
{
	int marked = zx__overwrites_mark(s->pl, s->ch, &s->want, &s->mark);
	int err = zx__overwrites_first(s->pl, s->ch, &s->want, &s->is,
				       &s->locked);

	s->mark.there = marked;
	s->many = s->want.n > ZX__AT_ONCE;
	return err || !s->many ? err : compare(s);
}

static int begin(struct steps *s, struct zx__planner *pl, struct zx__draft *d)
{
	const struct zx__item *live = zx__mate(pl, ZX_SECTION_CHANNELS, d->ch);
	int err;

	memset(s, 0, sizeof(*s));
	s->pl = pl;
	s->d = d;
	s->ch = d->ch;
	err = zx__overwrites_want(pl, d, &s->want);
	if (err)
		return err;
	return live ? begin_there(s, live) : begin_made(s);
}

static void end(struct steps *s)
{
	zx_delete(s->pl->alloc, s->want.v);
	zx_delete(s->pl->alloc, s->is.v);
	zx_delete(s->pl->alloc, s->v);
}

int zx__overwrites_many(struct zx__planner *pl, struct zx__draft *d,
			int *differ)
{
	struct steps s;
	int err = begin(&s, pl, d), many = s.many;

	*differ = many && (s.tight || s.loose || s.everyone || s.mark.there);
	end(&s);
	if (err)
		pl->err = err;
	return many;
}

static int follow(struct zx__planner *pl, struct zx__item *ch)
{
	struct zx__draft d = { .ch = ch, .verb = ZX_VERB_UPDATE };
	struct steps s;
	int err = begin(&s, pl, &d);

	if (!err && s.many && d.verb != ZX_VERB_IMPOSSIBLE) {
		err = close_further(&s);
		if (!err)
			err = open_up(&s);
		if (!err)
			err = open_to_everyone(&s);
		if (!err)
			err = unmark(&s);
	}
	end(&s);
	return err;
}

static int concerns(struct zx__planner *pl, const struct zx__item *ch,
		    int categories)
{
	int is = ch->type == ZX__CHANNEL_CATEGORY;

	return is == categories && (ch->mate || ch->fate == ZX__FATE_MADE) &&
	       zx__selected(pl,
			    is ? ZX_RESTORE_CATEGORIES : ZX_RESTORE_CHANNELS);
}

/* Categories last: what one gets, each of its channels gets that is like it
 * (Discord's "permission syncing"). */
int zx__plan_overwrites(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];
	int err = ZX_OK;

	for (int categories = 0; categories < 2; categories++)
		for (size_t i = 0; !err && i < s->n; i++)
			if (concerns(pl, &s->v[i], categories))
				err = follow(pl, &s->v[i]);
	return err;
}
