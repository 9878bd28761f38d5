/* SPDX-License-Identifier: MIT
 *
 * See plan_desk.h.
 */
#include "guild/plan_desk.h"

static void begin(struct desk_side *s, uint64_t guild)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;

	memset(s, 0, sizeof(*s));
	s->store = o.store = mem_store(&s->parts);
	o.guild = guild;
	assert_err(zx_guild_writer_new(&s->w, &o), ZX_OK);
}

static void add(struct desk_side *s, enum zx_section sec, const char *json)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, json);
	for (size_t i = 0; i < b.len; i++)
		if (b.ptr[i] == '\'')
			b.ptr[i] = '"';
	if (zx_guild_add(s->w, sec, zx_buf_str(&b)))
		fail_msg("%s: %s", json, zx_guild_writer_error(s->w));
	zx_buf_release(&b);
}

void desk_snap(struct desk *d, enum zx_section s, const char *json)
{
	add(&d->snap, s, json);
}

void desk_live(struct desk *d, enum zx_section s, const char *json)
{
	add(&d->live, s, json);
}

void desk_both(struct desk *d, enum zx_section s, const char *json)
{
	desk_snap(d, s, json);
	desk_live(d, s, json);
}

void desk_image(struct desk_side *side, uint64_t id, const char *key,
		const char *type, const char *data)
{
	assert_err(zx_guild_add_image(side->w, id, zx_str(key), type,
				      zx_str(data)),
		   ZX_OK);
}

static void basics(struct desk_side *s, uint64_t guild, const char *more,
		   const char *everyone)
{
	char text[2000];

	snprintf(text, sizeof(text),
		 "{'id':'%llu','name':'Home','owner_id':'70','premium_tier':0%s"
		 "%s}",
		 (unsigned long long)guild, *more ? "," : "", more);
	add(s, ZX_SECTION_GUILD, text);
	snprintf(text, sizeof(text),
		 "{'id':'%llu','name':'@everyone','permissions':'%s',"
		 "'position':0}",
		 (unsigned long long)guild, everyone);
	add(s, ZX_SECTION_ROLES, text);
	add(s, ZX_SECTION_ROLES,
	    "{'id':'900','name':'Zoryx','permissions':'8','position':50,"
	    "'managed':true,'tags':{'bot_id':'77'}}");
}

static void open_with(struct desk *d, uint64_t live, const char *was,
		      const char *is, const char *saw, const char *sees)
{
	memset(d, 0, sizeof(*d));
	zx_buf_init(&d->text, NULL, 0);
	begin(&d->snap, DESK_GUILD);
	begin(&d->live, live);
	basics(&d->snap, DESK_GUILD, was, saw);
	basics(&d->live, live, is, sees);
	d->opt = (struct zx_restore_options)ZX_RESTORE_OPTIONS_INIT;
	memcpy(d->opt.id, "0123456789ab", 13);
	d->opt.what = ZX_RESTORE_ALL;
	d->opt.guild = live;
	d->opt.bot_user = DESK_BOT;
	d->opt.bot_role = DESK_BOT_ROLE;
	d->opt.bot_permissions = 8;
	d->opt.invoker = DESK_OWNER;
	d->opt.now = 1800000000000;
}

void desk_open_as(struct desk *d, uint64_t live, const char *guild)
{
	open_with(d, live, guild, guild, "1024", "1024");
}

void desk_open_settings(struct desk *d, uint64_t live, const char *was,
			const char *is)
{
	open_with(d, live, was, is, "1024", "1024");
}

void desk_open_bare(struct desk *d, const char *saw, const char *sees)
{
	open_with(d, DESK_GUILD, "", "", saw, sees);
}

void desk_open(struct desk *d)
{
	desk_open_as(d, DESK_GUILD, "");
}

void desk_close(struct desk *d)
{
	zx_plan_free(d->plan);
	zx_guild_writer_free(d->snap.w);
	zx_guild_writer_free(d->live.w);
	mem_store_free(&d->snap.parts);
	mem_store_free(&d->live.parts);
	zx_buf_release(&d->text);
}

static void end(struct desk_side *s)
{
	struct zx_guild_written out;

	assert_err(zx_guild_finish(s->w, &out), ZX_OK);
	assert_err(zx_guild_open(&s->r, out.manifest, &s->store, NULL), ZX_OK);
}

void desk_plan(struct desk *d)
{
	if (!d->ended) {
		end(&d->snap);
		end(&d->live);
		d->ended = 1;
	}
	zx_plan_free(d->plan);
	d->plan = NULL;
	assert_err(zx_plan_new(&d->plan, &d->snap.r, &d->live.r, &d->opt),
		   ZX_OK);
}

static void quoted(struct zx_buf *out, struct zx_str s)
{
	for (size_t i = 0; i < s.len; i++)
		zx_buf_addch(out, s.ptr[i] == '"' ? '\'' : s.ptr[i]);
}

static void tell(struct desk *d, int whole)
{
	struct zx_plan_op op;

	zx_buf_clear(&d->text);
	for (size_t i = 0; zx_plan_op(d->plan, i, &op); i++) {
		assert_int_equal(op.id, i + 1);
		zx_buf_addf(&d->text, "%s %s %.*s", zx_verb_name(op.verb),
			    zx_section_name(op.section), ZX_ARG(op.name));
		if (whole) {
			zx_buf_addf(&d->text, " [%s] ", zx_why_name(op.reason));
			quoted(&d->text, op.body);
		}
		zx_buf_addch(&d->text, '\n');
	}
}

void desk_expect(struct desk *d, const char *want)
{
	desk_plan(d);
	tell(d, 1);
	assert_str(zx_buf_str(&d->text), want);
}

void desk_verbs(struct desk *d, const char *want)
{
	desk_plan(d);
	tell(d, 0);
	assert_str(zx_buf_str(&d->text), want);
}

struct zx_plan_op desk_op(struct desk *d, enum zx_act act, size_t k)
{
	struct zx_plan_op op;

	for (size_t i = 0; zx_plan_op(d->plan, i, &op); i++)
		if (op.act == act && !k--)
			return op;
	fail_msg("no such operation");
	return op;
}

int desk_has(struct desk *d, enum zx_act act)
{
	struct zx_plan_op op;

	for (size_t i = 0; zx_plan_op(d->plan, i, &op); i++)
		if (op.act == act)
			return 1;
	return 0;
}

void desk_ids(struct desk *d, struct zx_idmap *ids)
{
	zx_idmap_init(ids, NULL);
	assert_err(zx_plan_ids(d->plan, ids), ZX_OK);
}

void desk_request(struct desk *d, uint32_t op, const struct zx_idmap *ids,
		  const char *answer, const char *want)
{
	static const char *const names[] = { "GET",   "POST",	"PUT",
					     "PATCH", "DELETE", "HOST" };
	struct zx_plan_request r;
	struct zx_buf a;
	int got;

	zx_buf_init(&a, NULL, 0);
	for (; *answer; answer++)
		zx_buf_addch(&a, *answer == '\'' ? '"' : *answer);
	zx_plan_request_init(&r, NULL);
	got = zx_plan_request(d->plan, op, ids, &d->snap.store, zx_buf_str(&a),
			      &r);
	zx_buf_clear(&d->text);
	if (got > 0) {
		zx_buf_addf(&d->text, "%s %.*s ", names[r.method],
			    ZX_ARG(r.path));
		quoted(&d->text, r.body);
	} else {
		zx_buf_addf(&d->text, "%s %llu", zx_errname(got),
			    (unsigned long long)r.missed);
	}
	assert_str(zx_buf_str(&d->text), want);
	zx_plan_request_release(&r);
	zx_buf_release(&a);
}
