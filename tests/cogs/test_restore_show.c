/* SPDX-License-Identifier: MIT
 *
 * What /backuprestore shows, from plain data: the choice, plans of all sorts,
 * and a restore in each of its phases.
 */
#include "cogs/backup_show.h"
#include "cogs/restore_show.h"
#include "guild/plan_desk.h"
#include "helper/fail_alloc.h"

#define MARKUP "**x** @everyone <@1> [a](http://b) `c` ||d||"

static void draw(struct zx_message *m, const char *name)
{
	written(m);
	embed_limits(0);
	if (name)
		golden(name, zx_buf_str(&out));
	zx_message_release(m);
}

/* Choosing ------------------------------------------------------------------
 */

static void choose(const struct zx__rsv_choose *v, const char *name)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__rsv_choose(v, &m);
	draw(&m, name);
}

static void golden__the_choice(void **state)
{
	char label[40];
	struct zx__backup_item it = item(0, 7, label);
	struct zx__rsv_choose v = { .item = &it,
				    .guild_name = "The *Aviary*",
				    .what = ZX_RESTORE_DEFAULT,
				    .notice = "" };

	(void)state;
	choose(&v, "restore-choose");
	v.from = "Other *place*";
	v.what = ZX_RESTORE_ALL;
	v.role_sync = v.update = 1;
	v.notice = "⏳ Reading the server and planning…";
	choose(&v, "restore-choose-all");
	v.item = NULL;
	choose(&v, "restore-choose-gone");
}

static void restore_show__a_name_in_the_choice_stays_a_name(void **state)
{
	char label[40];
	struct zx__backup_item it = item(0, 7, label);
	struct zx__rsv_choose v = { .item = &it,
				    .guild_name = MARKUP,
				    .from = MARKUP,
				    .what = 0,
				    .notice = "" };

	(void)state;
	it.label = ZX_STR(MARKUP);
	choose(&v, NULL);
	HASNT("**x**");
	HASNT("<@1>");
	HASNT("](http");
	HASNT("@everyone");
}

/* Plans ---------------------------------------------------------------------
 */

/* Of each sort of operation some. */
static void mixed(struct desk *d)
{
	desk_open(d);
	d->opt.what = ZX_RESTORE_DEFAULT;
	desk_snap(d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'8192','position':3}");
	desk_snap(d, ZX_SECTION_ROLES,
		  "{'id':'11','name':'Booster','permissions':'0','position':2,"
		  "'managed':true,'tags':{'premium_subscriber':null}}");
	desk_both(d, ZX_SECTION_ROLES,
		  "{'id':'12','name':'Star','permissions':'0','position':1}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Staff','position':0,"
		  "'permission_overwrites':[{'id':'1000','type':0,'allow':'0',"
		  "'deny':'1024'},{'id':'10','type':0,'allow':'1024',"
		  "'deny':'0'}]}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'staff-chat','position':1,"
		  "'parent_id':'20'}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':5,'name':'news','position':2}");
	desk_snap(d, ZX_SECTION_MEMBERS,
		  "{'id':'1','name':'aiko','roles':['10']}");
	desk_live(d, ZX_SECTION_MEMBERS,
		  "{'id':'1','name':'aiko','roles':['12']}");
	desk_snap(d, ZX_SECTION_MEMBERS,
		  "{'id':'2','name':'gone','roles':['10']}");
}

static struct zx__rsv_plan view_of(const struct zx_plan *p)
{
	struct zx__rsv_plan v = { .plan = p,
				  .snapshot = "abcdef000007",
				  .guild_name = "The *Aviary*",
				  .wall = WALL,
				  .notice = "" };
	return v;
}

static void plan_page(const struct zx__rsv_plan *v, const char *name)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__rsv_plan(v, &m);
	draw(&m, name);
}

static int append(struct zx_str piece, void *ud)
{
	zx_buf_adds(ud, piece);
	return ((struct zx_buf *)ud)->err;
}

/* All of its pages, and the file. */
static void all_pages(const struct zx_plan *p)
{
	struct zx__rsv_plan v = view_of(p);
	struct zx_plan_op op;
	struct zx_buf text;
	size_t lines = 0;

	for (v.page = 0; v.page <= zx__rsv_plan_pages(p); v.page++)
		plan_page(&v, NULL);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx__rsv_plan_text(p, NULL, append, &text), ZX_OK);
	for (size_t i = 0; zx_plan_op(p, i, &op); i++)
		assert_true(op.id == i + 1);
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	assert_true(lines >= 2 + zx_plan_count(p));
	zx_buf_release(&text);
}

static void golden__a_plan(void **state)
{
	struct zx__rsv_plan v;
	struct desk d;

	(void)state;
	mixed(&d);
	desk_plan(&d);
	v = view_of(d.plan);
	plan_page(&v, "restore-plan");
	v.page = 1;
	plan_page(&v, "restore-plan-steps");
	v.page = 99; /* the last */
	plan_page(&v, "restore-plan-steps");
	all_pages(d.plan);
	desk_close(&d);
}

static void golden__a_plan_with_role_sync(void **state)
{
	struct zx__rsv_plan v;
	struct desk d;

	(void)state;
	mixed(&d);
	d.opt.role_sync = 1;
	desk_plan(&d);
	v = view_of(d.plan);
	v.role_sync = 1;
	v.notice = "⚠️ Look twice.";
	plan_page(&v, "restore-plan-sync");
	HAS("**1** times a role would be **taken from a member**");
	desk_close(&d);
}

static void golden__a_plan_that_cannot_begin(void **state)
{
	struct zx__rsv_plan v;
	struct desk d;

	(void)state;
	desk_open_bare(&d, "0", "0");
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'*VIP*','permissions':'0',"
		  "'position':60}");
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'*VIP*','permissions':'1024',"
		  "'position':60}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0}");
	desk_plan(&d);
	assert_true(zx_plan_blocked(d.plan));
	v = view_of(d.plan);
	plan_page(&v, "restore-plan-blocked");
	HAS("⛔ Cannot Begin");
	desk_close(&d);
}

static void golden__a_plan_with_nothing_to_do(void **state)
{
	struct zx__rsv_plan v;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_plan(&d);
	assert_true(zx_plan_empty(d.plan));
	v = view_of(d.plan);
	plan_page(&v, "restore-plan-empty");
	HAS("Nothing has to be done");
	desk_close(&d);
}

static int all_done(uint32_t op, uint64_t *made, void *ud)
{
	(void)ud;
	*made = 5000 + op;
	return 1;
}

static void golden__the_plan_of_the_way_back(void **state)
{
	struct zx__rsv_plan v;
	struct zx_idmap ids;
	struct zx_plan *back;
	struct zx_plan_op op;
	struct desk d;

	(void)state;
	mixed(&d);
	desk_plan(&d);
	desk_ids(&d, &ids);
	for (size_t i = 0; zx_plan_op(d.plan, i, &op); i++)
		if (op.flags & ZX_PLAN_MAKES)
			zx_idmap_put(&ids, op.kind, op.snapshot_id,
				     5000 + op.id);
	assert_err(zx_plan_undo(&back, d.plan, "abcdefabcdef", &ids, all_done,
				NULL),
		   ZX_OK);
	v = view_of(back);
	v.snapshot = "";
	plan_page(&v, "restore-plan-undo");
	HAS("Plan of the Way Back");
	all_pages(back);
	zx_plan_free(back);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static const char *const worst[] = { "*", "`",	  "``` ", "👑",	       "|",
				     "_", "<@1>", "\\n#", "@everyone " };
enum { WORST = sizeof(worst) / sizeof(*worst) };

/* n times that, at most `most` characters. */
static const char *repeated(const char *what, size_t most)
{
	static char text[1000];
	size_t len = 0, n = 0;

	while (n + strlen(what) <= most && len + 8 < sizeof(text)) {
		len += (size_t)sprintf(text + len, "%s", what);
		n += strlen(what) == 4 && what[0] < 0 ? 2 : strlen(what);
	}
	return text;
}

/* Many roles, channels and members of the longest names; of some roles there
 * are several, some are out of reach. */
static void many(struct desk *d, const char *what, unsigned n)
{
	const char *name = repeated(what, what[0] < 0 ? 190 : 95);
	char json[1500];

	desk_open(d);
	for (unsigned i = 0; i < n; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%u','name':'%s%u','permissions':'%u',"
			 "'position':%u}",
			 10000 + i, name, i / 2, 1u << (i % 30), i % 90 + 1);
		desk_snap(d, ZX_SECTION_ROLES, json);
		if (i % 3 == 0) {
			snprintf(json, sizeof(json),
				 "{'id':'%u','name':'%s%u','permissions':'0',"
				 "'position':%u}",
				 60000 + i, name, i / 2, i % 90 + 1);
			desk_live(d, ZX_SECTION_ROLES, json);
		}
		snprintf(json, sizeof(json),
			 "{'id':'%u','type':%u,'name':'%s%u','position':%u,"
			 "'permission_overwrites':[{'id':'%u','type':0,"
			 "'allow':'0','deny':'1024'}]}",
			 20000 + i, i % 16 == 3 ? 5 : i % 16, name, i, i,
			 i % 5 ? 10000 + i : 99);
		desk_snap(d, ZX_SECTION_CHANNELS, json);
		snprintf(json, sizeof(json),
			 "{'id':'%u','name':'%.30s','roles':['%u']}", 30000 + i,
			 "somebody", 10000 + i);
		desk_snap(d, ZX_SECTION_MEMBERS, json);
		desk_live(d, ZX_SECTION_MEMBERS, json);
	}
}

static void restore_show__a_thousand_operations_are_inside_the_limits(void **st)
{
	struct desk d;

	(void)st;
	many(&d, "room-", 900);
	desk_plan(&d);
	assert_true(zx_plan_count(d.plan) > 1000);
	assert_true(zx__rsv_plan_pages(d.plan) > 55);
	all_pages(d.plan);
	desk_close(&d);
}

static void restore_show__the_longest_names_are_inside_the_limits(void **st)
{
	struct zx__rsv_plan v;
	struct desk d;

	(void)st;
	for (size_t i = 0; i < WORST; i++) {
		many(&d, worst[i], 40);
		d.opt.bot_permissions = i % 2 ? 8 : 1024 | 1u << 28 | 16;
		d.opt.bot_role = i % 3 ? DESK_BOT_ROLE : 60000;
		desk_plan(&d);
		v = view_of(d.plan);
		v.guild_name = repeated(worst[i], 400);
		v.role_sync = v.update = 1;
		plan_page(&v, NULL);
		all_pages(d.plan);
		desk_close(&d);
	}
}

/* In a block of code nothing is markup, but what would end it. */
static void restore_show__no_name_ends_the_block_of_steps(void **state)
{
	struct zx__rsv_plan v;
	struct zx_buf text;
	struct desk d;
	const char *at;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'a```b\\n- x @everyone','permissions':'0',"
		  "'position':1}");
	desk_plan(&d);
	v = view_of(d.plan);
	v.page = 1;
	plan_page(&v, NULL);
	zx_buf_init(&text, NULL, 0);
	assert_err(
		zx_json_text(
			zx_json_get(zx_json_index(zx_json_get(zx_buf_str(&out),
							      "embeds"),
						  0),
				    "description"),
			&text),
		ZX_OK);
	at = strstr(zx_buf_cstr(&text), "```diff\n");
	assert_non_null(at);
	at = strstr(at + 3, "```");
	assert_string_equal(at, "```"); /* the end of it */
	assert_null(strstr(zx_buf_cstr(&text), "\n- x"));
	zx_buf_release(&text);
	HAS("\"allowed_mentions\":{\"parse\":[]}");
	desk_close(&d);
}

/* Under way ------------------------------------------------------------------
 */

struct going {
	struct desk d;
	struct zx_restore_run *run;
	struct zx__restore_view v;
};

/* The plan as it is at the desk, and a machine for it. */
static void start(struct going *g)
{
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;

	desk_plan(&g->d);
	assert_false(zx_plan_blocked(g->d.plan));
	assert_err(zx_restore_run_new(&g->run, g->d.plan, &o, 1000), ZX_OK);
	memset(&g->v, 0, sizeof(g->v));
	g->v.n = 7;
	g->v.guild = GUILD;
	g->v.user = ANN;
	memcpy(g->v.snapshot, "abcdef000007", 13);
	memcpy(g->v.safety, "abcdef000008", 13);
	g->v.created = WALL;
	g->v.phase = ZX__RESTORE_RUNNING;
	g->v.why = g->v.lines = "";
	g->v.plan = g->d.plan;
	g->v.run = g->run;
	g->v.differences = UINT32_MAX;
	zx_restore_run_progress(g->run, 1000, &g->v.progress);
}

/* Answers requests, at most `n` of them: each `bad`-th with a refusal. */
static void answer(struct going *g, unsigned n, unsigned bad, const char *why)
{
	struct zx_restore_reply r;
	struct zx_restore_out o;
	char body[40];
	unsigned k = 0;

	while (k < n && zx_restore_run_poll(g->run, &o)) {
		if (o.kind != ZX_RESTORE_OUT_REQUEST &&
		    o.kind != ZX_RESTORE_OUT_HOST)
			continue;
		memset(&r, 0, sizeof(r));
		snprintf(body, sizeof(body), "{\"id\":\"%u\"}", 7000 + ++k);
		r.status = 200;
		r.body = o.method == ZX_PLAN_GET ? ZX_STR("[]") : zx_str(body);
		if (bad && k % bad == 0) {
			r.err = ZX_E_REMOTE;
			r.status = 400;
			r.code = 50035;
			r.body = ZX_STR("{\"code\":50035}");
			r.message = zx_str(why);
		}
		assert_err(zx_restore_run_feed(g->run, o.id, &r, 2000 + k),
			   ZX_OK);
	}
	zx_restore_run_progress(g->run, 3000, &g->v.progress);
}

static void stop(struct going *g)
{
	zx_restore_run_free(g->run);
	desk_close(&g->d);
}

static void look(const struct going *g, const char *name)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__rsv_run(&g->v, "The *Aviary*", WALL, &m);
	draw(&m, name);
}

static void golden__a_restore_on_its_way(void **state)
{
	struct going g;

	(void)state;
	mixed(&g.d);
	start(&g);
	g.v.phase = ZX__RESTORE_SAFETY;
	g.v.run = NULL;
	g.v.safety[0] = '\0';
	memset(&g.v.progress, 0, sizeof(g.v.progress));
	look(&g, "restore-run-safety");
	memcpy(g.v.safety, "abcdef000008", 13);
	g.v.run = g.run;
	g.v.phase = ZX__RESTORE_RUNNING;
	answer(&g, 4, 0, NULL);
	look(&g, "restore-run-running");
	HAS("▰▰");
	g.v.progress.paused = 1;
	look(&g, "restore-run-paused");
	g.v.progress.paused = 0;
	g.v.progress.reconciling = 1;
	look(&g, "restore-run-looking");
	g.v.progress.reconciling = 0;
	g.v.phase = ZX__RESTORE_STOPPED;
	g.v.err = ZX_E_CANCELLED;
	g.v.why = "It was stopped by <@200000000000000001>.";
	look(&g, "restore-run-stopped");
	stop(&g);
}

static void golden__a_restore_that_is_over(void **state)
{
	struct going g;

	(void)state;
	mixed(&g.d);
	start(&g);
	answer(&g, 1000, 0, NULL);
	g.v.phase = ZX__RESTORE_CHECKING;
	look(&g, "restore-run-checking");
	g.v.phase = ZX__RESTORE_OVER;
	g.v.progress.failed = g.v.progress.stopped = 0;
	g.v.differences = 0;
	look(&g, "restore-run-over");
	g.v.undone = 8;
	look(&g, "restore-run-undone");
	g.v.undone = 0;
	g.v.differences = 2;
	g.v.lines = "create channel news: It is missing.\n"
		    "update role *Mod*: It was changed.";
	look(&g, "restore-run-differs");
	stop(&g);
}

/* Others were at it meanwhile. */
static void golden__a_restore_in_its_second_round(void **state)
{
	struct zx_plan *grown;
	struct going g;

	(void)state;
	mixed(&g.d);
	start(&g);
	assert_err(zx_plan_add_round(&grown, g.d.plan, g.d.plan), ZX_OK);
	zx_restore_run_free(g.run);
	zx_plan_free(g.d.plan);
	g.v.plan = g.d.plan = grown;
	assert_err(zx_restore_run_new(&g.run, grown, NULL, 1000), ZX_OK);
	g.v.run = g.run;
	answer(&g, zx_plan_totals(grown)->requests / 2 + 2, 0, NULL);
	look(&g, "restore-run-round");
	answer(&g, 1000, 0, NULL);
	g.v.phase = ZX__RESTORE_OVER;
	g.v.differences = 0;
	look(&g, "restore-run-rounds");
	stop(&g);
}

static void golden__a_restore_with_failures(void **state)
{
	struct going g;

	(void)state;
	mixed(&g.d);
	start(&g);
	answer(&g, 1000, 2, "Invalid Form Body: *name* is `odd`");
	g.v.phase = ZX__RESTORE_OVER;
	look(&g, "restore-run-failed");
	HAS("⚠️ Issues");
	stop(&g);
}

/* Of a way back, which has no snapshot. */
static void restore_show__a_way_back_is_called_one(void **state)
{
	struct going g;

	(void)state;
	mixed(&g.d);
	start(&g);
	g.v.undo = 1;
	g.v.snapshot[0] = '\0';
	look(&g, NULL);
	HAS("Taking Back on");
	HAS("the way back → **");
	stop(&g);
}

static void restore_show__reports_are_inside_the_limits(void **state)
{
	static char lines[20000], why[500];
	struct going g;

	(void)state;
	for (size_t i = 0; i < WORST; i++) {
		many(&g.d, worst[i], 60);
		g.d.opt.what = ZX_RESTORE_ROLES | ZX_RESTORE_CHANNELS |
			       ZX_RESTORE_CATEGORIES;
		start(&g);
		snprintf(why, sizeof(why), "%s", repeated(worst[i], 400));
		answer(&g, 10000, 1, why);
		assert_true(g.v.progress.failed > 10);
		g.v.phase = ZX__RESTORE_OVER;
		g.v.undone = 1;
		g.v.differences = 100;
		lines[0] = '\0';
		for (unsigned k = 0; k < 100; k++)
			snprintf(lines + strlen(lines), 190, "%s\n",
				 repeated(worst[i], 180));
		g.v.lines = lines;
		look(&g, NULL);
		HAS("all are in the report");
		g.v.phase = ZX__RESTORE_RUNNING;
		look(&g, NULL);
		stop(&g);
	}
}

/* What is told --------------------------------------------------------------
 */

static void restore_show__a_time_is_told_roughly(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "under a minute" },  { 60000, "under a minute" },
		{ 60001, "2 min" },	  { 3540000, "59 min" },
		{ 3540001, "1 h 0 min" }, { 90060000, "25 h 1 min" },
	};
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		zx_buf_clear(&b);
		zx__rsv_time(&b, rows[i].ms);
		assert_string_equal(zx_buf_cstr(&b), rows[i].text);
	}
	zx_buf_release(&b);
}

/* Memory ---------------------------------------------------------------------
 */

static int render_all(const struct zx_alloc *a, void *ud)
{
	struct going *g = ud;
	struct zx__rsv_plan v = view_of(g->d.plan);
	char label[40];
	struct zx__backup_item it = item(0, 7, label);
	struct zx__rsv_choose c = { .item = &it,
				    .guild_name = "Home",
				    .from = "Other",
				    .what = ZX_RESTORE_ALL,
				    .notice = "look" };
	struct zx_message m;
	struct zx_buf text;
	int err;

	zx_message_init(&m, a);
	zx_buf_init(&text, a, 0);
	zx__rsv_choose(&c, &m);
	for (v.page = 0; v.page < 2; v.page++)
		zx__rsv_plan(&v, &m);
	zx__rsv_run(&g->v, "Home", WALL, &m);
	err = zx__rsv_plan_text(g->d.plan, a, append, &text);
	if (m.err)
		err = m.err;
	zx_message_release(&m);
	zx_buf_release(&text);
	return err;
}

static void restore_show__any_allocation_of_a_page_may_fail(void **state)
{
	struct going g;

	(void)state;
	mixed(&g.d);
	start(&g);
	answer(&g, 1000, 2, "no");
	g.v.phase = ZX__RESTORE_OVER;
	g.v.differences = 1;
	g.v.lines = "create role Mod";
	fail_alloc_each(render_all, &g);
	stop(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden__the_choice),
		cmocka_unit_test(
			restore_show__a_name_in_the_choice_stays_a_name),
		cmocka_unit_test(golden__a_plan),
		cmocka_unit_test(golden__a_plan_with_role_sync),
		cmocka_unit_test(golden__a_plan_that_cannot_begin),
		cmocka_unit_test(golden__a_plan_with_nothing_to_do),
		cmocka_unit_test(golden__the_plan_of_the_way_back),
		cmocka_unit_test(
			restore_show__a_thousand_operations_are_inside_the_limits),
		cmocka_unit_test(
			restore_show__the_longest_names_are_inside_the_limits),
		cmocka_unit_test(restore_show__no_name_ends_the_block_of_steps),
		cmocka_unit_test(golden__a_restore_on_its_way),
		cmocka_unit_test(golden__a_restore_that_is_over),
		cmocka_unit_test(golden__a_restore_in_its_second_round),
		cmocka_unit_test(golden__a_restore_with_failures),
		cmocka_unit_test(restore_show__a_way_back_is_called_one),
		cmocka_unit_test(restore_show__reports_are_inside_the_limits),
		cmocka_unit_test(restore_show__a_time_is_told_roughly),
		cmocka_unit_test(
			restore_show__any_allocation_of_a_page_may_fail),
	};

	return cmocka_run_group_tests_name("restore_show", tests, NULL,
					   shown_teardown);
}
