/* SPDX-License-Identifier: MIT
 *
 * What in the server is what in the snapshot: by id, by what earlier restores
 * made, by type, name and parent, by type and name. A name decides when it is
 * unique on both sides, or when as many equal items are there as were.
 */
#include <string.h>

#include "guild/plan_int.h"

/* One way of telling that two items may be the same; 0: not by this. */
typedef uint64_t key_of(struct zx__planner *pl, enum zx_section s,
			const struct zx__item *item, int live);

static uint64_t hash(uint64_t h, struct zx_str text)
{
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.ptr[i]) * UINT64_C(0x100000001b3);
	return zx__guild_mix(h + text.len);
}

static void join(struct zx__side *s, size_t i, struct zx__side *l, size_t k)
{
	s->v[i].mate = (uint32_t)k + 1;
	l->v[k].mate = (uint32_t)i + 1;
	s->v[i].fate = ZX__FATE_THERE;
}

/* Names -------------------------------------------------------------------- */

static uint64_t by_name(struct zx__planner *pl, enum zx_section s,
			const struct zx__item *item, int live)
{
	(void)pl;
	(void)live;
	if (!item->name.len)
		return 0;
	return hash((uint64_t)s * 64 + item->made_type + 1, item->name);
}

/* The parent as the server has it. */
static uint64_t by_parent(struct zx__planner *pl, enum zx_section s,
			  const struct zx__item *item, int live)
{
	uint64_t parent = item->parent;

	if (!live && parent) {
		struct zx__item *was =
			zx__side_find(&pl->s[ZX_SECTION_CHANNELS], parent);
		struct zx__item *is =
			was ? zx__mate(pl, ZX_SECTION_CHANNELS, was) : NULL;

		if (!is)
			return 0;
		parent = is->id;
	}
	return zx__guild_mix(by_name(pl, s, item, live) + parent);
}

/* Name and what can be seen of it, for roles of one name. */
static uint64_t by_look(struct zx__planner *pl, enum zx_section s,
			const struct zx__item *item, int live)
{
	uint64_t h = by_name(pl, s, item, live);

	h = hash(h, zx_json_get(item->text, "permissions"));
	h = hash(h, zx_json_get(item->text, "color"));
	h = hash(h, zx_json_get(item->text, "hoist"));
	return hash(h, zx_json_get(item->text, "mentionable"));
}

/* Those of a key on one side that have no mate yet; *last is one of them. */
static size_t count(const struct zx__side *s, uint64_t key, size_t *last)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].key == key && !s->v[i].mate && !s->v[i].managed) {
			*last = i;
			n++;
		}
	return n;
}

/* The next in the order people see, after (position, id). */
static size_t next(const struct zx__side *s, uint64_t key)
{
	size_t found = s->n;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].key != key || s->v[i].mate || s->v[i].managed)
			continue;
		if (found == s->n || s->v[i].position < s->v[found].position)
			found = i;
	}
	return found;
}

static void set_keys(struct zx__planner *pl, enum zx_section sec, key_of *key)
{
	struct zx__side *s = &pl->s[sec], *l = &pl->l[sec];

	for (size_t i = 0; i < s->n; i++)
		s->v[i].key = s->v[i].mate ? 0 : key(pl, sec, &s->v[i], 0);
	for (size_t i = 0; i < l->n; i++)
		l->v[i].key = l->v[i].mate ? 0 : key(pl, sec, &l->v[i], 1);
}

/* `several`: also when they are several, but as many on either side. */
static void match(struct zx__planner *pl, enum zx_section sec, key_of *key,
		  int several)
{
	struct zx__side *s = &pl->s[sec], *l = &pl->l[sec];

	set_keys(pl, sec, key);
	for (size_t i = 0; i < s->n; i++) {
		uint64_t k = s->v[i].key;
		size_t a = 0, b = 0, ns, nl;

		if (!k || s->v[i].mate || s->v[i].managed)
			continue;
		nl = count(l, k, &b);
		if (!nl)
			continue;
		ns = count(s, k, &a);
		if (ns == 1 && nl == 1)
			join(s, i, l, b);
		while (several && ns > 1 && ns == nl && next(s, k) < s->n)
			join(s, next(s, k), l, next(l, k));
	}
}

/* What is left although something of its name is there: nobody can tell. */
static void ambiguous(struct zx__planner *pl, enum zx_section sec)
{
	struct zx__side *s = &pl->s[sec], *l = &pl->l[sec];
	size_t at;

	set_keys(pl, sec, by_name);
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].mate && !s->v[i].managed && s->v[i].key &&
		    count(l, s->v[i].key, &at))
			s->v[i].fate = ZX__FATE_LOST;
}

/* Ids ---------------------------------------------------------------------- */

static void match_ids(struct zx__planner *pl, enum zx_section sec,
		      enum zx_id_kind kind)
{
	struct zx__side *s = &pl->s[sec], *l = &pl->l[sec];
	const struct zx_idmap *earlier = pl->opt->earlier;

	for (size_t i = 0; i < s->n; i++) {
		struct zx__item *is = zx__side_find(l, s->v[i].id);

		if (is)
			join(s, i, l, (size_t)(is - l->v));
		else
			s->v[i].fate = ZX__FATE_MADE;
	}
	for (size_t i = 0; earlier && i < s->n; i++) {
		uint64_t to = zx_idmap_get(earlier, kind, s->v[i].id);
		struct zx__item *is =
			to && !s->v[i].mate ? zx__side_find(l, to) : NULL;

		if (is && !is->mate)
			join(s, i, l, (size_t)(is - l->v));
	}
}

static int tagged(struct zx_str a, struct zx_str b, const char *key)
{
	struct zx_str x = zx_json_get(zx_json_get(a, "tags"), key);

	return x.len && zx_str_eq(x, zx_json_get(zx_json_get(b, "tags"), key));
}

/* Roles Discord makes: of the same bot, integration or boosts. */
static void match_managed(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_ROLES];
	struct zx__side *l = &pl->l[ZX_SECTION_ROLES];

	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; !s->v[i].mate && s->v[i].managed && k < l->n;
		     k++) {
			struct zx_str a = s->v[i].text, b = l->v[k].text;

			if (l->v[k].managed && !l->v[k].mate &&
			    (tagged(a, b, "bot_id") ||
			     tagged(a, b, "premium_subscriber") ||
			     tagged(a, b, "subscription_listing_id")))
				join(s, i, l, k);
		}
}

static void match_everyone(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_ROLES];
	struct zx__side *l = &pl->l[ZX_SECTION_ROLES];
	struct zx__item *was = zx__side_find(s, pl->p->source);
	struct zx__item *is = zx__side_find(l, pl->p->guild);

	if (was && is && !was->mate && !is->mate)
		join(s, (size_t)(was - s->v), l, (size_t)(is - l->v));
}

/* The whole ---------------------------------------------------------------- */

static void single(struct zx__planner *pl, enum zx_section sec)
{
	if (pl->s[sec].n && pl->l[sec].n)
		join(&pl->s[sec], 0, &pl->l[sec], 0);
}

static void named(struct zx__planner *pl, enum zx_section sec,
		  enum zx_id_kind kind)
{
	match_ids(pl, sec, kind);
	match(pl, sec, by_name, 1);
	ambiguous(pl, sec);
}

/* A community has one rule against masses of mentions, which Discord makes:
 * whatever it is called, it is that one. */
static void match_mentions(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_AUTOMOD];
	struct zx__side *l = &pl->l[ZX_SECTION_AUTOMOD];

	if (!pl->will_community)
		return;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; !s->v[i].mate && k < l->n; k++)
			if (s->v[i].type == ZX__RULE_MENTIONS &&
			    l->v[k].type == ZX__RULE_MENTIONS && !l->v[k].mate)
				join(s, i, l, k);
}

int zx__plan_match(struct zx__planner *pl)
{
	match_ids(pl, ZX_SECTION_ROLES, ZX_ID_ROLE);
	match_everyone(pl);
	match_managed(pl);
	match(pl, ZX_SECTION_ROLES, by_look, 1);
	match(pl, ZX_SECTION_ROLES, by_name, 0);
	ambiguous(pl, ZX_SECTION_ROLES);
	named(pl, ZX_SECTION_EMOJIS, ZX_ID_EMOJI);
	named(pl, ZX_SECTION_STICKERS, ZX_ID_STICKER);
	named(pl, ZX_SECTION_SOUNDBOARD, ZX_ID_SOUND);
	named(pl, ZX_SECTION_AUTOMOD, ZX_ID_AUTOMOD);
	match_mentions(pl);
	single(pl, ZX_SECTION_GUILD);
	single(pl, ZX_SECTION_WELCOME);
	single(pl, ZX_SECTION_ONBOARDING);
	single(pl, ZX_SECTION_BOT);
	return ZX_OK;
}

/* Categories first: the others are told apart by theirs. Types are those they
 * would have if they were made now. */
int zx__plan_match_channels(struct zx__planner *pl)
{
	match_ids(pl, ZX_SECTION_CHANNELS, ZX_ID_CHANNEL);
	for (int turn = 0; turn < 2; turn++)
		match(pl, ZX_SECTION_CHANNELS, by_parent, 1);
	match(pl, ZX_SECTION_CHANNELS, by_name, 0);
	match(pl, ZX_SECTION_CHANNELS, by_parent, 1);
	ambiguous(pl, ZX_SECTION_CHANNELS);
	match_ids(pl, ZX_SECTION_WEBHOOKS, ZX_ID_WEBHOOK);
	match(pl, ZX_SECTION_WEBHOOKS, by_parent, 1);
	match_ids(pl, ZX_SECTION_EVENTS, ZX_ID_EVENT);
	match(pl, ZX_SECTION_EVENTS, by_name, 1);
	return ZX_OK;
}
