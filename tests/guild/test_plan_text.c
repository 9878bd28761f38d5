/* SPDX-License-Identifier: MIT
 *
 * The plan as text, the way back, the id map, and memory that runs out.
 */
#include <inttypes.h>

#include "guild/plan_desk.h"
#include "helper/golden.h"

/* A server with something of everything. */
static void fill(struct desk *d)
{
	desk_snap(d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'M\xc3\xb6"
		  "d \\\"A\\\"','permissions':"
		  "'1099511635968','position':1,'color':5,'hoist':true,"
		  "'mentionable':false}");
	desk_both(d, ZX_SECTION_ROLES,
		  "{'id':'11','name':'Fan','permissions':'0','position':2}");
	desk_live(d, ZX_SECTION_ROLES,
		  "{'id':'12','name':'New','permissions':'0','position':3}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Talk','position':0}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':1,'parent_id':"
		  "'20','topic':'Line1\\nTab\\tDEL\x7f','permission_overwrites'"
		  ":[{'id':'10','type':0,'allow':'0','deny':'1024'}]}");
	desk_snap(d, ZX_SECTION_EMOJIS, "{'id':'5','name':'pog'}");
	desk_image(&d->snap, 5, "emojis/5", "image/png", "PNG");
	desk_snap(d, ZX_SECTION_STICKERS, "{'id':'6','name':'none'}");
	desk_snap(d, ZX_SECTION_BANS, "{'id':'1','name':'a','reason':'s'}");
	desk_snap(d, ZX_SECTION_BANS, "{'id':'2','name':'b','reason':'s'}");
	desk_snap(d, ZX_SECTION_BOT, "{'prefix':'?'}");
	desk_snap(d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','nick':'A','roles':['10','11']}");
	desk_live(d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['12']}");
	d->opt.role_sync = d->opt.update = 1;
}

static int append(struct zx_str piece, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_adds(b, piece);
	return b->err;
}

static void write_plan(const struct zx_plan *p, struct zx_buf *out,
		       unsigned char hash[ZX_HASH])
{
	zx_buf_init(out, NULL, 0);
	assert_err(zx_plan_write(p, append, out, hash), ZX_OK);
}

static void plan__read_back_it_is_the_same_to_the_byte(void **state)
{
	unsigned char a[ZX_HASH], b[ZX_HASH], c[ZX_HASH];
	struct zx_buf text, again;
	struct zx_plan_problem p;
	struct zx_plan *copy;
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	write_plan(d.plan, &text, a);
	assert_err(zx_json_check(zx_buf_str(&text), 0, NULL), ZX_OK);
	assert_err(zx_plan_read(&copy, zx_buf_str(&text), NULL), ZX_OK);
	write_plan(copy, &again, b);
	assert_str(zx_buf_str(&again), zx_buf_cstr(&text));
	zx_sha256(zx_buf_str(&text), c);
	assert_memory_equal(a, b, ZX_HASH);
	assert_memory_equal(a, c, ZX_HASH);
	assert_memory_equal(zx_plan_totals(d.plan), zx_plan_totals(copy),
			    sizeof(struct zx_plan_totals));
	assert_string_equal(zx_plan_id(copy), "0123456789ab");
	assert_int_equal(zx_plan_guild(copy), DESK_GUILD);
	assert_int_equal(zx_plan_source(copy), DESK_GUILD);
	assert_int_equal(zx_plan_problem(d.plan, 0, &p),
			 zx_plan_problem(copy, 0, &p));
	zx_plan_free(copy);
	zx_buf_release(&text);
	zx_buf_release(&again);
	desk_close(&d);
}

static void as_it_was_looked_at(const struct zx_plan *p, const char *name)
{
	struct zx_buf text;

	write_plan(p, &text, NULL);
	golden(name, zx_buf_str(&text));
	zx_buf_release(&text);
}

static void plan__is_as_it_was_looked_at(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	as_it_was_looked_at(d.plan, "plan-everything");
	/* With Manage Roles and Manage Channels only. */
	d.opt.bot_permissions = 1 << 28 | 1 << 4;
	desk_plan(&d);
	as_it_was_looked_at(d.plan, "plan-few-permissions");
	d.opt.bot_permissions = 8;
	d.opt.role_sync = d.opt.update = 0;
	d.opt.what = ZX_RESTORE_DEFAULT;
	desk_plan(&d);
	as_it_was_looked_at(d.plan, "plan-default");
	desk_close(&d);
	desk_open_as(&d, 2000, "");
	fill(&d);
	desk_plan(&d);
	as_it_was_looked_at(d.plan, "plan-migration");
	desk_close(&d);
}

/* Canonical: what the module calls so leaves it as it is. */
static void plan__its_text_is_canonical(void **state)
{
	struct zx_buf text, canon;
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	write_plan(d.plan, &text, NULL);
	zx_buf_init(&canon, NULL, 0);
	assert_err(
		zx_canon_buf(zx_buf_str(&text), ZX_CANON_PLAIN, NULL, &canon),
		ZX_OK);
	assert_str(zx_buf_str(&canon), zx_buf_cstr(&text));
	zx_buf_release(&canon);
	zx_buf_release(&text);
	desk_close(&d);
}

static void plan__a_text_that_was_changed_is_refused(void **state)
{
	struct zx_buf text;
	struct zx_plan *copy;
	struct desk d;
	size_t refused = 0;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	write_plan(d.plan, &text, NULL);
	for (size_t n = 0; n < text.len; n += 7)
		assert_true(zx_plan_read(&copy, (struct zx_str){ text.ptr, n },
					 NULL) < 0);
	for (size_t i = 0; i < text.len; i++) {
		char was = text.ptr[i];

		text.ptr[i] = ' ';
		/* Inside of names and topics a blank is as good. */
		if (zx_plan_read(&copy, zx_buf_str(&text), NULL))
			refused++;
		else
			zx_plan_free(copy);
		text.ptr[i] = was;
	}
	assert_true(refused > text.len / 2);
	zx_buf_release(&text);
	desk_close(&d);
}

static void plan__of_a_newer_version_it_is_refused(void **state)
{
	struct zx_plan *p;

	(void)state;
	assert_err(zx_plan_read(&p, ZX_STR("{\"version\":999}"), NULL),
		   ZX_E_VERSION);
	assert_err(zx_plan_read(&p, ZX_STR("{\"version\":1}"), NULL),
		   ZX_E_CORRUPT);
	assert_err(zx_plan_read(&p, ZX_STR("[]"), NULL), ZX_E_CORRUPT);
	assert_err(zx_plan_read(&p, ZX_STR("{"), NULL), ZX_E_SYNTAX);
	assert_null(p);
}

static void plan__options_that_make_no_sense_are_refused(void **state)
{
	struct zx_plan *p;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_plan(&d);
	d.opt.guild = 3;
	assert_err(zx_plan_new(&p, &d.snap.r, &d.live.r, &d.opt), ZX_E_INVALID);
	d.opt.guild = 0;
	d.opt.bot_user = 0;
	assert_err(zx_plan_new(&p, &d.snap.r, &d.live.r, &d.opt), ZX_E_INVALID);
	d.opt.bot_user = 77;
	d.opt.id[0] = 'X';
	assert_err(zx_plan_new(&p, &d.snap.r, &d.live.r, &d.opt), ZX_E_INVALID);
	assert_null(p);
	desk_close(&d);
}

static void plan__phases_come_after_what_they_need(void **state)
{
	struct zx_plan_op op;
	struct desk d;
	unsigned last = 0;

	(void)state;
	for (unsigned f = 0; f < ZX_PHASE_COUNT; f++)
		assert_int_equal(zx_plan_phase_after((enum zx_phase)f) >> f, 0);
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	for (size_t i = 0; zx_plan_op(d.plan, i, &op); i++) {
		unsigned phase = op.phase ? op.phase : ZX_PHASE_COUNT;

		assert_true(phase >= last);
		last = phase;
	}
	desk_close(&d);
}

static void plan__a_line_says_what_and_why(void **state)
{
	struct zx_plan_op op;
	struct zx_buf line;
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	zx_buf_init(&line, NULL, 0);
	op = desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0);
	assert_err(zx_plan_line(&op, &line), ZX_OK);
	assert_str(zx_buf_str(&line), "create channel chat: It is missing.");
	zx_buf_clear(&line);
	op = desk_op(&d, ZX_ACT_BOT, 0);
	assert_err(zx_plan_line(&op, &line), ZX_OK);
	assert_str(zx_buf_str(&line),
		   "update the settings of the bot: It was changed.");
	zx_buf_release(&line);
	desk_close(&d);
}

static void plan__the_time_is_that_of_the_slowest_bucket(void **state)
{
	struct desk d;
	char json[100];

	(void)state;
	desk_open(&d);
	for (int i = 0; i < 40; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%d','type':0,'name':'c%d','position':%d}",
			 200 + i, i, i);
		desk_snap(&d, ZX_SECTION_CHANNELS, json);
	}
	desk_plan(&d);
	/* 40 at 7.5 s, then their order: twice 5 s. */
	assert_int_equal(zx_plan_totals(d.plan)->eta_ms, 40 * 7500 + 2 * 5000);
	d.opt.rate_ms[ZX_RATE_CHANNEL_CREATE] = 10;
	d.opt.rate_ms[ZX_RATE_CHANNEL_EDIT] = 10;
	desk_plan(&d);
	/* Never faster than 50 in a second. */
	assert_int_equal(zx_plan_totals(d.plan)->eta_ms, 42 * 20);
	desk_close(&d);
}

static void permissions__each_documented_bit_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 53; i++) {
		/* 47 was never given out */
		if (i == 47) {
			assert_null(zx_permission_name(i));
			continue;
		}
		assert_non_null(zx_permission_name(i));
		for (unsigned k = 0; k < i; k++)
			if (k != 47)
				assert_string_not_equal(zx_permission_name(i),
							zx_permission_name(k));
	}
	assert_string_equal(zx_permission_name(28), "Manage Roles");
	assert_string_equal(zx_permission_name(48), "Set Voice Channel Status");
	assert_null(zx_permission_name(63));
	assert_null(zx_permission_name(64));
}

/* Each permission that is missing is named, and nothing that needs it is tried.
 */
static void C06__each_missing_permission_is_named(void **state)
{
	static const struct {
		unsigned bit;
		enum zx_act act;
		const char *text;
	} rows[] = {
		{ 2, ZX_ACT_BAN_BULK, "Ban Members" },
		{ 4, ZX_ACT_CATEGORY_CREATE, "Manage Channels" },
		{ 5, ZX_ACT_AUTOMOD_CREATE, "Manage Server" },
		{ 27, ZX_ACT_NICK, "Manage Nicknames" },
		{ 28, ZX_ACT_MEMBER_ADD, "Manage Roles" },
		{ 28, ZX_ACT_ROLE_CREATE, "Manage Roles" },
		{ 29, ZX_ACT_WEBHOOK_CREATE, "Manage Webhooks" },
		{ 43, ZX_ACT_EMOJI_CREATE, "Create Expressions" },
		{ 44, ZX_ACT_EVENT_CREATE, "Create Events" },
	};
	uint64_t all = 1024;
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'29','type':0,'name':'old','position':9}");
	desk_snap(&d, ZX_SECTION_AUTOMOD,
		  "{'id':'50','name':'r','trigger_type':1}");
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'40','type':1,'name':'News','channel_id':'29'}");
	desk_snap(&d, ZX_SECTION_EVENTS,
		  "{'id':'41','name':'Party','status':1,'entity_type':3,"
		  "'scheduled_start_time':'2030-02-01T00:00:00+00:00'}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		all |= UINT64_C(1) << rows[i].bit;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct zx_plan_problem p;
		char text[400];
		int named = 0;

		d.opt.bot_permissions = all;
		desk_plan(&d);
		assert_true(desk_has(&d, rows[i].act));
		d.opt.bot_permissions &= ~(UINT64_C(1) << rows[i].bit);
		desk_plan(&d);
		assert_false(desk_has(&d, rows[i].act));
		for (size_t k = 0; zx_plan_problem(d.plan, k, &p); k++) {
			snprintf(text, sizeof(text), "%.*s", ZX_ARG(p.text));
			named |= p.permission >> rows[i].bit & 1 &&
				 strstr(text, rows[i].text);
		}
		assert_true(named);
	}
	desk_close(&d);
}

/* The way back ------------------------------------------------------------- */

static int all_done(uint32_t op, uint64_t *made, void *ud)
{
	(void)ud;
	*made = 5000 + op;
	return 1;
}

static void plan__the_way_back_undoes_all_in_turn(void **state)
{
	struct zx_plan *back, *twice;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	desk_ids(&d, &ids);
	assert_err(zx_plan_undo(&back, d.plan, "abcdefabcdef", &ids, all_done,
				NULL),
		   ZX_OK);
	as_it_was_looked_at(back, "plan-undo");
	assert_true(zx_plan_is_undo(back));
	assert_err(zx_plan_undo(&twice, back, "abcdefabcdef", &ids, all_done,
				NULL),
		   ZX_E_STATE);
	zx_plan_free(d.plan);
	d.plan = back;
	assert_int_equal(desk_op(&d, ZX_ACT_NICK, 0).phase,
			 ZX_PHASE_UNDO_MEMBERS);
	assert_str(desk_op(&d, ZX_ACT_NICK, 0).body, "{\"nick\":null}");
	/* Role 12 was taken and comes back, 11 was given and goes, 10 was made
	 * and goes with all that have it. */
	assert_int_equal(desk_op(&d, ZX_ACT_MEMBER_ADD, 0).role, 12);
	assert_int_equal(desk_op(&d, ZX_ACT_MEMBER_REMOVE, 0).role, 11);
	assert_int_equal(zx_plan_totals(back)->verb[ZX_VERB_REMOVE_ROLE], 1);
	/* Emoji, two channels, one role, two bans. */
	assert_int_equal(zx_plan_totals(back)->verb[ZX_VERB_DELETE], 6);
	zx_idmap_release(&ids);
	desk_ids(&d, &ids);
	desk_request(&d, desk_op(&d, ZX_ACT_DELETE, 0).id, &ids, "",
		     "DELETE /guilds/1000/emojis/5007 ");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static int only_second(uint32_t op, uint64_t *made, void *ud)
{
	(void)ud;
	*made = op;
	return op == 2;
}

static void plan__what_was_not_done_is_not_undone(void **state)
{
	struct zx_plan *back;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	desk_open(&d);
	fill(&d);
	desk_plan(&d);
	desk_ids(&d, &ids);
	assert_err(zx_plan_undo(&back, d.plan, "abcdefabcdef", &ids,
				only_second, NULL),
		   ZX_OK);
	assert_true(zx_plan_totals(back)->changes <= 1);
	zx_plan_free(back);
	zx_idmap_release(&ids);
	desk_close(&d);
}

/* Ids ---------------------------------------------------------------------- */

static void idmap__keeps_many_and_forgets_some(void **state)
{
	struct zx_idmap m;
	size_t at = 0, n = 0;

	(void)state;
	zx_idmap_init(&m, NULL);
	assert_int_equal(zx_idmap_get(&m, ZX_ID_ROLE, 1), 0);
	for (uint64_t i = 1; i <= 5000; i++) {
		assert_err(zx_idmap_put(&m, ZX_ID_ROLE, i, i * 3), ZX_OK);
		assert_err(zx_idmap_put(&m, ZX_ID_CHANNEL, i, i * 5), ZX_OK);
	}
	for (uint64_t i = 1; i <= 5000; i++) {
		assert_int_equal(zx_idmap_get(&m, ZX_ID_ROLE, i), i * 3);
		assert_int_equal(zx_idmap_get(&m, ZX_ID_CHANNEL, i), i * 5);
		assert_int_equal(zx_idmap_get(&m, ZX_ID_EMOJI, i), 0);
	}
	for (uint64_t i = 1; i <= 5000; i += 2)
		assert_err(zx_idmap_put(&m, ZX_ID_ROLE, i, 0), ZX_OK);
	assert_int_equal(zx_idmap_get(&m, ZX_ID_ROLE, 3), 0);
	assert_int_equal(zx_idmap_get(&m, ZX_ID_ROLE, 4), 12);
	while (zx_idmap_next(&m, &at))
		n++;
	assert_int_equal(n, 7500);
	assert_err(zx_idmap_put(&m, ZX_ID_ROLE, 0, 1), ZX_E_INVALID);
	zx_idmap_release(&m);
	zx_idmap_release(&m);
}

/* Memory ------------------------------------------------------------------- */

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct desk *d = ud;
	struct zx_plan *p = NULL, *copy = NULL, *back = NULL;
	struct zx_plan_request r;
	struct zx_idmap ids;
	struct zx_buf text;
	int err;

	d->opt.alloc = a;
	d->snap.r.alloc = d->live.r.alloc = a;
	zx_idmap_init(&ids, a);
	zx_buf_init(&text, a, 0);
	zx_plan_request_init(&r, a);
	err = zx_plan_new(&p, &d->snap.r, &d->live.r, &d->opt);
	if (!err)
		err = zx_plan_write(p, append, &text, NULL);
	if (!err)
		err = zx_plan_read(&copy, zx_buf_str(&text), a);
	if (!err)
		err = zx_plan_ids(copy, &ids);
	if (!err)
		err = zx_plan_undo(&back, copy, "abcdefabcdef", &ids, all_done,
				   NULL);
	for (uint32_t i = 1; !err && i <= zx_plan_count(copy); i++) {
		int got = zx_plan_request(copy, i, &ids, &d->snap.store,
					  ZX_STR(""), &r);

		if (got == ZX_E_NOMEM)
			err = got;
	}
	zx_plan_request_release(&r);
	zx_buf_release(&text);
	zx_idmap_release(&ids);
	zx_plan_free(p);
	zx_plan_free(copy);
	zx_plan_free(back);
	return err;
}

static void plan__each_refused_allocation_is_told(void **state)
{
	struct desk d;

	(void)state;
	desk_open_as(&d, DESK_GUILD, "'features':['COMMUNITY']");
	fill(&d);
	desk_snap(&d, ZX_SECTION_WELCOME,
		  "{'description':'Hi','welcome_channels':[{'channel_id':'21',"
		  "'description':'a'}]}");
	desk_both(&d, ZX_SECTION_AUTOMOD,
		  "{'id':'50','name':'r','trigger_type':1,'exempt_roles':"
		  "['10']}");
	desk_plan(&d);
	fail_alloc_each(scenario, &d);
	d.opt.alloc = NULL;
	d.snap.r.alloc = d.live.r.alloc = NULL;
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan__read_back_it_is_the_same_to_the_byte),
		cmocka_unit_test(plan__is_as_it_was_looked_at),
		cmocka_unit_test(plan__its_text_is_canonical),
		cmocka_unit_test(plan__a_text_that_was_changed_is_refused),
		cmocka_unit_test(plan__of_a_newer_version_it_is_refused),
		cmocka_unit_test(plan__options_that_make_no_sense_are_refused),
		cmocka_unit_test(plan__phases_come_after_what_they_need),
		cmocka_unit_test(plan__a_line_says_what_and_why),
		cmocka_unit_test(plan__the_time_is_that_of_the_slowest_bucket),
		cmocka_unit_test(
			permissions__each_documented_bit_has_a_name_of_its_own),
		cmocka_unit_test(C06__each_missing_permission_is_named),
		cmocka_unit_test(plan__the_way_back_undoes_all_in_turn),
		cmocka_unit_test(plan__what_was_not_done_is_not_undone),
		cmocka_unit_test(idmap__keeps_many_and_forgets_some),
		cmocka_unit_test(plan__each_refused_allocation_is_told),
	};

	return cmocka_run_group_tests_name("plan_text", tests, NULL, NULL);
}
