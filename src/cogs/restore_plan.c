/* SPDX-License-Identifier: MIT
 *
 * restore_plan: from what somebody wants to a plan.
 */
#include "cogs/restore_job.h"

enum { QUOTA_MS = 48 * 3600 * 1000 };

struct zx__restore_planning {
	struct zx__restore_planning *next;
	struct zx__backup *b;
	struct zx__restore_ask ask;
	zx__restore_planned *done;
	void *ud;
	struct zx_buf member;
};

/* What earlier restores did ----------------------------------------------- */

struct earlier {
	const struct zx__restore_ask *ask;
	struct zx_restore_options *o;
	uint64_t same; /* the newest of this snapshot: it knew the others */
	uint64_t open;
};

/* Roles made within the 48 hours, of which Discord allows 250. */
static void count_roles(struct zx_restore_options *o, zx_wall created,
			uint32_t n)
{
	uint64_t left = (uint64_t)(QUOTA_MS - (o->now - created));

	o->roles_made += n;
	if (n && o->roles_reset_ms < left)
		o->roles_reset_ms = left;
}

static int pick(const struct zx_state_restore *r, void *ud)
{
	struct earlier *e = ud;

	if (!e->same && !strcmp(r->snapshot, e->ask->snapshot))
		e->same = r->n;
	if (r->open)
		e->open = r->n;
	else if (e->o->now - r->created < QUOTA_MS)
		count_roles(e->o, r->created,
			    (uint32_t)zx_json_get_u64(r->meta, "roles"));
	return 0;
}

/* Ids that stand for others than themselves. */
static int learn(const struct zx_idmap *from, struct zx_idmap *to)
{
	const struct zx_idmap_pair *p;
	size_t at = 0;
	int err = ZX_OK;

	while (!err && (p = zx_idmap_next(from, &at)))
		if (p->from != p->to)
			err = zx_idmap_put(to, p->kind, p->from, p->to);
	return err;
}

static int look_at(struct zx__backup *b, uint64_t n, const struct earlier *e,
		   struct zx_idmap *ids)
{
	struct zx__restore_job *j;
	int err = zx__restore_load(b, n, &j);

	if (err)
		return err;
	if (j->run && n == e->same)
		err = learn(zx_restore_run_ids(j->run), ids);
	if (n == e->open && e->o->now - j->row.created < QUOTA_MS)
		count_roles(e->o, j->row.created, zx__restore_roles(j));
	zx__restore_let_go(j);
	return err;
}

static int look_back(struct zx__backup *b, const struct zx__restore_ask *ask,
		     struct zx_restore_options *o, struct zx_idmap *ids)
{
	struct earlier e = { .ask = ask, .o = o };
	int err = zx_state_restore_each(b->state, ask->guild, pick, &e);

	if (!err && e.same)
		err = look_at(b, e.same, &e, ids);
	if (!err && e.open && e.open != e.same)
		err = look_at(b, e.open, &e, ids);
	return err;
}

int zx__restore_options(struct zx__backup *b, const struct zx__restore_ask *ask,
			struct zx_restore_options *o, struct zx_idmap *ids)
{
	const struct zx_guild *g = zx_bot_guild(b->bot, ask->guild);
	struct zx_rand r = zx_system_rand();
	struct zx_bot_info info;

	zx_bot_info(b->bot, &info);
	zx_guild_id_new(&r, o->id);
	o->what = ask->what;
	o->role_sync = ask->role_sync;
	o->update = ask->update;
	o->mentions = ask->mentions;
	o->guild = ask->guild;
	o->bot_user = info.user_id;
	o->owner = g ? g->owner_id : 0;
	o->invoker = ask->user;
	o->now = zx_wall_clock();
	o->earlier = ids;
	o->alloc = b->alloc;
	return look_back(b, ask, o, ids);
}

/* The bot in the server ---------------------------------------------------- */

struct self {
	struct zx_str member;
	uint64_t guild, bits, top;
	int64_t position;
};

static int has_role(struct zx_str member, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(member, "roles"));
	uint64_t role;

	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &role) && role == id)
			return 1;
	return 0;
}

/* Of equal positions the lower id is higher. */
static void take_role(struct self *s, struct zx_str role)
{
	uint64_t id = zx_json_get_u64(role, "id");
	int64_t at = zx_json_get_i64(role, "position");

	if (id != s->guild && !has_role(s->member, id))
		return;
	s->bits |= zx_json_get_u64(role, "permissions");
	if (id == s->guild)
		return;
	if (!s->top || at > s->position || (at == s->position && id < s->top)) {
		s->top = id;
		s->position = at;
	}
}

int zx__restore_find_self(const struct zx_guild_reader *live,
			  struct zx_str member, struct zx_restore_options *o)
{
	struct self s = { .member = member, .guild = o->guild };
	struct zx_guild_cursor c;
	struct zx_str role;
	int rc, err = zx_guild_cursor_init(&c, live, ZX_SECTION_ROLES);

	if (err)
		return err;
	while ((rc = zx_guild_next(&c, &role)) == 1)
		take_role(&s, role);
	zx_guild_cursor_release(&c);
	o->bot_role = s.top;
	o->bot_roles = zx_json_get(member, "roles");
	o->bot_permissions = o->bot_user == o->owner ? UINT64_MAX : s.bits;
	return rc;
}

/* Planning ----------------------------------------------------------------- */

int zx__restore_draw_up(struct zx__backup *b, const struct zx__restore_ask *ask,
			const struct zx_guild_reader *live,
			struct zx_str member, const char *id,
			struct zx_plan **out, char why[256])
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;
	struct zx__backup_open snap;
	struct zx_idmap ids;
	int err;

	zx_idmap_init(&ids, b->alloc);
	err = zx__backup_open(b, ask->source ? ask->source : ask->guild,
			      ask->snapshot, &snap);
	if (err)
		snprintf(why, 256, "backup %s: %s", ask->snapshot,
			 zx__backup_why(b, err));
	if (!err)
		err = zx__restore_options(b, ask, &o, &ids);
	if (!err)
		err = zx__restore_find_self(live, member, &o);
	if (id)
		memcpy(o.id, id, sizeof(o.id));
	if (!err)
		err = zx_plan_new(out, &snap.reader, live, &o);
	if (err && !why[0])
		snprintf(why, 256, "%s", zx_strerror(err));
	zx__backup_open_release(&snap);
	zx_idmap_release(&ids);
	return err;
}

static int same_op(const struct zx_plan_op *x, const struct zx_plan_op *y)
{
	return x->act == y->act && x->verb == y->verb &&
	       x->snapshot_id == y->snapshot_id && x->live_id == y->live_id &&
	       x->role == y->role && zx_str_eq(x->body, y->body);
}

static int next_of(const struct zx_plan *p, size_t *i, struct zx_plan_op *op)
{
	while (zx_plan_op(p, (*i)++, op))
		if (op->phase != ZX_PHASE_MEMBERS && op->phase != ZX_PHASE_NONE)
			return 1;
	return 0;
}

int zx__restore_same(const struct zx_plan *a, const struct zx_plan *b)
{
	struct zx_plan_op x, y;
	size_t i = 0, k = 0;
	int more;

	do {
		more = next_of(a, &i, &x);
		if (more != next_of(b, &k, &y))
			return 0;
	} while (more && same_op(&x, &y));
	return !more;
}

/* Asking ------------------------------------------------------------------- */

int zx__restore_self(struct zx__backup *b, uint64_t guild, zx_rest_done *done,
		     void *ud)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	struct zx_bot_info info;
	char path[80];

	zx_bot_info(b->bot, &info);
	snprintf(path, sizeof(path), "/guilds/%llu/members/%llu",
		 (unsigned long long)guild, (unsigned long long)info.user_id);
	q.method = ZX_GET;
	q.path = zx_str(path);
	q.ud = ud;
	return zx_bot_rest(b->bot, &q, done, NULL);
}

static void end(struct zx__restore_planning *p, int err, const char *why,
		struct zx_plan *plan)
{
	struct zx__restore_planning **at = &zx__restores(p->b)->plannings;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->done(err, err ? why : "", plan, p->ud);
	zx_buf_release(&p->member);
	zx_delete(p->b->alloc, p);
}

static void on_glance(int err, const char *why, const struct zx_guild_reader *r,
		      void *ud)
{
	struct zx__restore_planning *p = ud;
	struct zx_plan *plan = NULL;
	char text[256] = "";

	if (!err)
		err = zx__restore_draw_up(p->b, &p->ask, r,
					  zx_buf_str(&p->member), NULL, &plan,
					  text);
	end(p, err, text[0] ? text : why, plan);
}

static const char *refusal(int err)
{
	switch (err) {
	case ZX_E_BUSY:
		return "a backup of this server is being made: wait for it";
	case ZX_E_NOTFOUND:
		return "the bot is not in that server, or another process "
		       "has it";
	default:
		return zx_strerror(err);
	}
}

static void on_self(const struct zx_rest_result *r, void *ud)
{
	struct zx__restore_planning *p = ud;
	int err = r->err;

	if (err) {
		char why[256];

		snprintf(why, sizeof(why),
			 "the bot's own roles could not be read: %.*s",
			 ZX_ARG(zx_utf8_head(r->message, 100)));
		end(p, err, why, NULL);
		return;
	}
	zx_buf_adds(&p->member, r->body);
	err = p->member.err ? p->member.err : zx_json_check(r->body, 0, NULL);
	if (!err)
		err = zx__backup_glance(p->b, p->ask.guild, on_glance, p);
	if (err)
		end(p, err, refusal(err), NULL);
}

int zx__restore_plan(struct zx__backup *b, const struct zx__restore_ask *ask,
		     zx__restore_planned *done, void *ud)
{
	struct zx__restores *all = zx__restores(b);
	struct zx__restore_planning *p;
	int err;

	if (b->stopped)
		return ZX_E_STATE;
	if (!zx_bot_guild(b->bot, ask->guild))
		return ZX_E_NOTFOUND;
	p = all ? zx_new(b->alloc, sizeof(*p)) : NULL;
	if (!p)
		return ZX_E_NOMEM;
	p->b = b;
	p->ask = *ask;
	p->done = done;
	p->ud = ud;
	zx_buf_init(&p->member, b->alloc, 1 << 20);
	err = zx__restore_self(b, ask->guild, on_self, p);
	if (err) {
		zx_delete(b->alloc, p);
		return err;
	}
	p->next = all->plannings;
	all->plannings = p;
	return ZX_OK;
}

void zx__restore_plannings_free(struct zx__backup *b)
{
	struct zx__restores *all = b->restore;
	struct zx__restore_planning *p;

	while ((p = all->plannings)) {
		all->plannings = p->next;
		zx_buf_release(&p->member);
		zx_delete(b->alloc, p);
	}
}
