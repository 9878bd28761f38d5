/* SPDX-License-Identifier: MIT
 *
 * Members: what each gains and, in a rewind, loses. Both sides are walked in
 * order of their ids; nothing is kept of those who are as they were. Single
 * roles are given and taken, never whole lists: what somebody else gives a
 * member meanwhile stays.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

enum { MAX_ROLES = 512 };

struct member {
	uint64_t id;
	struct zx_str name, nick, raw; /* raw JSON; of roles */
	uint64_t roles[MAX_ROLES];
	size_t n;
};

struct walk {
	struct zx__planner *pl;
	struct zx_idmap at[2]; /* of a role: 1 + its place, per side */
	uint32_t *lost[2];     /* members who do not get it, lose it */
	struct zx__piece *gains, *loses; /* sentences, made when needed */
	uint32_t nicks;
	struct member was, is;
};

static void read_member(struct member *m, struct zx_str item)
{
	struct zx_json_iter it = zx_json_each(item);

	m->id = 0;
	m->name = m->nick = m->raw = (struct zx_str){ NULL, 0 };
	while (zx_json_next(&it)) {
		if (zx_str_is(it.key, "id"))
			zx_json_u64(it.value, &m->id);
		else if (zx_str_is(it.key, "name"))
			m->name = it.value;
		else if (zx_str_is(it.key, "nick"))
			m->nick = it.value;
		else if (zx_str_is(it.key, "roles"))
			m->raw = it.value;
	}
}

static void read_roles(struct member *m)
{
	struct zx_json_iter it = zx_json_each(m->raw);

	m->n = 0;
	while (m->n < MAX_ROLES && zx_json_next(&it))
		if (!zx_json_u64(it.value, &m->roles[m->n]))
			m->n++;
}

static int has(const struct member *m, uint64_t role)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->roles[i] == role)
			return 1;
	return 0;
}

/* Operations --------------------------------------------------------------- */

static int sentence(struct zx__planner *pl, struct zx_str role, int gains,
		    struct zx__piece *out)
{
	struct zx_buf *b = &pl->p->text;

	if (out->len)
		return ZX_OK;
	out->at = (uint32_t)b->len;
	zx_buf_addc(b,
		    gains ? "It had the role " : "It did not have the role ");
	zx_json_text(role, b);
	zx_buf_addch(b, '.');
	out->len = (uint32_t)(b->len - out->at);
	return b->err;
}

static int push(struct walk *w, enum zx_act act, uint64_t role,
		struct zx__piece detail, struct zx__piece *name)
{
	struct zx__planner *pl = w->pl;
	struct zx__op *op = zx__plan_push(pl->p);
	int add = act == ZX_ACT_MEMBER_ADD;

	if (!op)
		return ZX_E_NOMEM;
	if (!name->len && w->was.name.len) {
		name->at = (uint32_t)pl->p->text.len;
		zx_json_text(w->was.name, &pl->p->text);
		name->len = (uint32_t)(pl->p->text.len - name->at);
	}
	op->verb = add ? ZX_VERB_ADD_ROLE : ZX_VERB_REMOVE_ROLE;
	op->act = (uint8_t)act;
	op->section = ZX_SECTION_MEMBERS;
	op->phase = ZX_PHASE_MEMBERS;
	op->reason = add ? ZX_WHY_HAD : ZX_WHY_HAD_NOT;
	op->snapshot_id = w->was.id;
	op->live_id = w->was.id;
	op->role = role;
	op->name = *name;
	op->detail = detail;
	return pl->p->text.err;
}

/* The role can be given: it is there or will be, and is below the bot. */
static int can_give(struct zx__planner *pl, const struct zx__item *role)
{
	const struct zx__item *live = zx__mate(pl, ZX_SECTION_ROLES, role);

	if (role->managed)
		return 0;
	return live ? !live->managed && !zx__above_bot(pl, live)
		    : role->fate == ZX__FATE_MADE;
}

static int gain(struct walk *w, uint64_t id, struct zx__piece *name)
{
	struct zx__planner *pl = w->pl;
	size_t at = (size_t)zx_idmap_get(&w->at[0], ZX_ID_ROLE, id);
	struct zx__item *role;
	struct zx__piece text;
	int err;

	if (!at)
		return ZX_OK;
	role = &pl->s[ZX_SECTION_ROLES].v[at - 1];
	if (role->mate && has(&w->is, zx__mate(pl, ZX_SECTION_ROLES, role)->id))
		return ZX_OK;
	if (!can_give(pl, role)) {
		w->lost[0][at - 1]++;
		return ZX_OK;
	}
	err = sentence(pl, role->name, 1, &w->gains[at - 1]);
	text = w->gains[at - 1];
	return err ? err : push(w, ZX_ACT_MEMBER_ADD, id, text, name);
}

static int had(struct walk *w, const struct zx__item *live)
{
	const struct zx__item *role;

	if (!live->mate)
		return 0;
	role = &w->pl->s[ZX_SECTION_ROLES].v[live->mate - 1];
	return has(&w->was, role->id);
}

static int lose(struct walk *w, uint64_t id, struct zx__piece *name)
{
	struct zx__planner *pl = w->pl;
	size_t at = (size_t)zx_idmap_get(&w->at[1], ZX_ID_ROLE, id);
	struct zx__item *live;
	struct zx__piece text;
	int err;

	if (!at)
		return ZX_OK;
	live = &pl->l[ZX_SECTION_ROLES].v[at - 1];
	if (live->managed || had(w, live))
		return ZX_OK;
	if (zx__above_bot(pl, live)) {
		w->lost[1][at - 1]++;
		return ZX_OK;
	}
	err = sentence(pl, live->name, 0, &w->loses[at - 1]);
	text = w->loses[at - 1];
	if (live->mate)
		id = pl->s[ZX_SECTION_ROLES].v[live->mate - 1].id;
	return err ? err : push(w, ZX_ACT_MEMBER_REMOVE, id, text, name);
}

static int roles(struct walk *w)
{
	struct zx__piece name = { 0, 0 };
	int err = ZX_OK;

	/* Of one server, the same list is the same roles. */
	if (!w->pl->migration && zx_str_eq(w->was.raw, w->is.raw))
		return ZX_OK;
	read_roles(&w->was);
	read_roles(&w->is);
	for (size_t i = 0; !err && i < w->was.n; i++)
		err = gain(w, w->was.roles[i], &name);
	for (size_t i = 0; !err && w->pl->opt->role_sync && i < w->is.n; i++)
		err = lose(w, w->is.roles[i], &name);
	return err;
}

/* Nicknames ---------------------------------------------------------------- */

static int out_of_reach(struct walk *w)
{
	if (w->was.id == w->pl->owner)
		return 1;
	read_roles(&w->is);
	for (size_t i = 0; i < w->is.n; i++) {
		size_t at = (size_t)zx_idmap_get(&w->at[1], ZX_ID_ROLE,
						 w->is.roles[i]);

		if (at &&
		    zx__above_bot(w->pl, &w->pl->l[ZX_SECTION_ROLES].v[at - 1]))
			return 1;
	}
	return 0;
}

static int nick(struct walk *w)
{
	struct zx__planner *pl = w->pl;
	struct zx_str a = w->was.nick, b = w->is.nick;
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_NICK,
			     .section = ZX_SECTION_MEMBERS,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = w->was.id,
			     .live_id = w->was.id,
			     .name = w->was.name };

	if (zx_str_eq(a, b) || a.len < 3 || zx_str_is(a, "null"))
		return ZX_OK;
	if (out_of_reach(w)) {
		w->nicks++;
		return ZX_OK;
	}
	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_buf_addf(&pl->body, "{\"nick\":%.*s}", ZX_ARG(a));
	if (!b.len)
		b = ZX_STR("null");
	zx_buf_addf(&pl->before, "{\"nick\":%.*s}", ZX_ARG(b));
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return zx__plan_add(pl, &n, NULL);
}

/* Walking ------------------------------------------------------------------ */

static int both(struct walk *w)
{
	int err = ZX_OK;

	if (zx__selected(w->pl, ZX_RESTORE_MEMBERS))
		err = roles(w);
	if (!err && zx__selected(w->pl, ZX_RESTORE_NICKS))
		err = nick(w);
	return err;
}

static int walk(struct walk *w)
{
	struct zx_guild_cursor a, b;
	struct zx_str x, y;
	int ga = 0, gb = 0;
	int err = zx_guild_cursor_init(&a, w->pl->snap, ZX_SECTION_MEMBERS);
	int e2 = zx_guild_cursor_init(&b, w->pl->live, ZX_SECTION_MEMBERS);

	err = err ? err : e2;
	w->was.id = w->is.id = 0;
	while (!err) {
		ga = zx_guild_next(&a, &x);
		if (ga <= 0)
			break;
		read_member(&w->was, x);
		while (gb >= 0 && w->is.id < w->was.id &&
		       (gb = zx_guild_next(&b, &y)) > 0)
			read_member(&w->is, y);
		if (gb < 0)
			break;
		if (w->is.id == w->was.id)
			err = both(w);
		else
			w->pl->p->totals.absent++;
		if (!gb)
			w->is.id = UINT64_MAX;
	}
	zx_guild_cursor_release(&a);
	zx_guild_cursor_release(&b);
	return err ? err : ga < 0 ? ga : gb < 0 ? gb : ZX_OK;
}

/* What nobody gets or loses, once per role --------------------------------- */

static enum zx_why why_not(struct zx__planner *pl, const struct zx__item *role)
{
	const struct zx__item *live = zx__mate(pl, ZX_SECTION_ROLES, role);

	if (role->managed || (live && live->managed))
		return ZX_WHY_MANAGED;
	return live ? ZX_WHY_HIERARCHY : ZX_WHY_UNMAPPED;
}

static int left_out(struct zx__planner *pl, const struct zx__item *role,
		    uint32_t count, enum zx_why why, const char *what)
{
	char text[ZX__PLAN_DETAIL];
	struct zx__new n = { .verb = why == ZX_WHY_MANAGED ? ZX_VERB_SKIP
							   : ZX_VERB_IMPOSSIBLE,
			     .section = ZX_SECTION_MEMBERS,
			     .reason = why,
			     .role = role->id,
			     .name = role->name,
			     .detail = text };

	snprintf(text, sizeof(text), "%u members %s. %s", (unsigned)count, what,
		 zx_why_text(why));
	if (why == ZX_WHY_HIERARCHY &&
	    zx__plan_trouble(pl->p, why, ZX_SECTION_MEMBERS, 0, 0,
			     "Roles that are not below the bot's cannot be "
			     "given or taken: move the bot's role above them."))
		return ZX_E_NOMEM;
	return zx__plan_add(pl, &n, NULL);
}

static int summary(struct walk *w)
{
	struct zx__planner *pl = w->pl;
	struct zx__side *s = &pl->s[ZX_SECTION_ROLES];
	struct zx__side *l = &pl->l[ZX_SECTION_ROLES];
	char text[ZX__PLAN_DETAIL];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++)
		if (w->lost[0][i])
			err = left_out(pl, &s->v[i], w->lost[0][i],
				       why_not(pl, &s->v[i]),
				       "do not get it back");
	for (size_t i = 0; !err && i < l->n; i++)
		if (w->lost[1][i])
			err = left_out(pl, &l->v[i], w->lost[1][i],
				       ZX_WHY_HIERARCHY, "keep it");
	if (err || !w->nicks)
		return err;
	snprintf(
		text, sizeof(text),
		"%u nicknames stay: the owner and members with roles above the "
		"bot's are out of reach.",
		(unsigned)w->nicks);
	return zx__plan_trouble(pl->p, ZX_WHY_HIERARCHY, ZX_SECTION_MEMBERS, 1,
				0, text);
}

/* The whole ---------------------------------------------------------------- */

static int index_roles(struct walk *w, int live)
{
	struct zx__side *s = live ? &w->pl->l[ZX_SECTION_ROLES]
				  : &w->pl->s[ZX_SECTION_ROLES];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++)
		if (s->v[i].id)
			err = zx_idmap_put(&w->at[live], ZX_ID_ROLE, s->v[i].id,
					   i + 1);
	w->lost[live] = zx_new(w->pl->alloc, (s->n + 1) * sizeof(uint32_t));
	return err || w->lost[live] ? err : ZX_E_NOMEM;
}

static struct walk *begin(struct zx__planner *pl, int *err)
{
	struct walk *w = zx_new(pl->alloc, sizeof(*w));
	size_t s = pl->s[ZX_SECTION_ROLES].n, l = pl->l[ZX_SECTION_ROLES].n;

	*err = ZX_E_NOMEM;
	if (!w)
		return NULL;
	w->pl = pl;
	zx_idmap_init(&w->at[0], pl->alloc);
	zx_idmap_init(&w->at[1], pl->alloc);
	w->gains = zx_new(pl->alloc, (s + 1) * sizeof(*w->gains));
	w->loses = zx_new(pl->alloc, (l + 1) * sizeof(*w->loses));
	if (w->gains && w->loses) {
		*err = index_roles(w, 0);
		if (!*err)
			*err = index_roles(w, 1);
	}
	return w;
}

static void end(struct walk *w)
{
	const struct zx_alloc *a;

	if (!w)
		return;
	a = w->pl->alloc;
	zx_idmap_release(&w->at[0]);
	zx_idmap_release(&w->at[1]);
	zx_delete(a, w->lost[0]);
	zx_delete(a, w->lost[1]);
	zx_delete(a, w->gains);
	zx_delete(a, w->loses);
	zx_delete(a, w);
}

/* One line for all instead of one for each of thousands. */
static int forbidden(struct zx__planner *pl, unsigned what, enum zx_act act,
		     const char *name)
{
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = act,
			     .section = ZX_SECTION_MEMBERS,
			     .reason = ZX_WHY_HAD,
			     .name = zx_str(name) };

	if (!zx__selected(pl, what) ||
	    !zx_guild_count(pl->snap, ZX_SECTION_MEMBERS) ||
	    !(zx__acts[act].needs & ~pl->bits))
		return ZX_OK;
	pl->what &= ~what;
	return zx__plan_add(pl, &n, NULL);
}

int zx__plan_members(struct zx__planner *pl)
{
	struct walk *w;
	int err;

	err = forbidden(pl, ZX_RESTORE_MEMBERS, ZX_ACT_MEMBER_ADD,
			"\"roles of all members\"");
	if (!err)
		err = forbidden(pl, ZX_RESTORE_NICKS, ZX_ACT_NICK,
				"\"nicknames of all members\"");
	if (err || !zx__selected(pl, ZX_RESTORE_MEMBERS | ZX_RESTORE_NICKS))
		return err;
	w = begin(pl, &err);
	if (!err)
		err = walk(w);
	if (!err)
		err = summary(w);
	end(w);
	return err;
}
