/* SPDX-License-Identifier: MIT
 *
 * The plan's roles: made, mapped, narrowed, raised, put in order.
 */
#include "guild/plan_desk.h"

#define ROLE(id, name, perms, pos)                                             \
	"{'id':'" #id "','name':'" name "','permissions':'" #perms             \
	"','position':" #pos ",'color':0,'hoist':false,'mentionable':false}"

static void plan__the_plan_of_an_untouched_server_is_empty(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 2048, 1));
	d.opt.role_sync = d.opt.update = 1;
	desk_expect(&d, "");
	assert_true(zx_plan_empty(d.plan));
	assert_int_equal(zx_plan_totals(d.plan)->requests, 0);
	assert_int_equal(zx_plan_totals(d.plan)->eta_ms, 0);
	assert_int_equal(zx_plan_totals(d.plan)->same[ZX_SECTION_ROLES], 3);
	desk_close(&d);
}

static void plan__a_missing_role_is_made_bare_and_raised_last(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Low", 1024, 1));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "High", 2048, 2));
	desk_expect(&d, "create roles High [missing] {'color':0,'hoist':false,"
			"'mentionable':false,'name':'High','permissions':'0'}\n"
			"create roles Low [missing] {'color':0,'hoist':false,"
			"'mentionable':false,'name':'Low','permissions':'0'}\n"
			"order roles all roles [place] ['10','11']\n"
			"update roles High [raise] {'permissions':'2048'}\n"
			"update roles Low [raise] {'permissions':'1024'}\n");
	desk_close(&d);
}

static void plan__a_role_without_permissions_is_not_raised(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Fan", 0, 1));
	desk_verbs(&d, "create roles Fan\norder roles all roles\n");
	desk_close(&d);
}

static void plan__a_role_is_matched_by_a_unique_name(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 2048, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(60, "Mod", 0, 1));
	desk_verbs(&d, "");
	desk_ids(&d, &ids);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_ROLE, 10), 60);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__an_id_beats_a_name(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 0, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Renamed", 0, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(60, "Mod", 0, 2));
	desk_verbs(&d, "");
	desk_ids(&d, &ids);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_ROLE, 10), 10);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_ROLE, 60), 60);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__an_ambiguous_name_is_listed_and_not_guessed(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 4, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(60, "Mod", 0, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(61, "Mod", 0, 2));
	desk_expect(&d, "skip roles Mod [ambiguous] \n");
	assert_true(zx_plan_empty(d.plan));
	desk_close(&d);
}

static void plan__two_roles_of_one_name_survive_twice(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 4, 1));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "Mod", 4, 2));
	desk_verbs(&d, "create roles Mod\ncreate roles Mod\n"
		       "order roles all roles\nupdate roles Mod\n"
		       "update roles Mod\n");
	desk_close(&d);
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 4, 1));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "Mod", 4, 2));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(61, "Mod", 4, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(60, "Mod", 4, 2));
	d.opt.role_sync = 1;
	desk_verbs(&d, "");
	desk_close(&d);
}

static void plan__what_an_earlier_restore_made_is_found_by_its_map(void **state)
{
	struct desk d;
	struct zx_idmap earlier, ids;

	(void)state;
	zx_idmap_init(&earlier, NULL);
	assert_err(zx_idmap_put(&earlier, ZX_ID_ROLE, 10, 61), ZX_OK);
	desk_open(&d);
	d.opt.earlier = &earlier;
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 4, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(60, "Mod", 0, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(61, "Was Mod", 0, 2));
	desk_verbs(&d, "");
	desk_ids(&d, &ids);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_ROLE, 10), 61);
	zx_idmap_release(&ids);
	zx_idmap_release(&earlier);
	desk_close(&d);
}

static void plan__a_bots_role_is_mapped_and_never_made(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'20','name':'Tunes','managed':true,'permissions':'8',"
		  "'position':3,'tags':{'bot_id':'5'}}");
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'21','name':'Gone','managed':true,'permissions':'8',"
		  "'position':4,'tags':{'bot_id':'6'}}");
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'25','name':'Music','managed':true,'permissions':'8',"
		  "'position':3,'tags':{'bot_id':'5'}}");
	desk_expect(&d, "skip roles Gone [managed] \n");
	desk_ids(&d, &ids);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_ROLE, 20), 25);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_ROLE, 21), 0);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void
plan__roles_that_exist_are_left_alone_without_role_sync(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 2048, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Moderators", 8, 7));
	desk_verbs(&d, "");
	desk_close(&d);
}

static void plan__role_sync_takes_permissions_first_and_gives_last(void **state)
{
	struct desk d;
	struct zx_plan_op op;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 6, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Mods", 10, 1));
	d.opt.role_sync = 1;
	desk_expect(&d, "update roles Mod [private] {'name':'Mod',"
			"'permissions':'2'}\n"
			"update roles Mod [raise] {'permissions':'6'}\n");
	op = desk_op(&d, ZX_ACT_ROLE_NARROW, 0);
	assert_str(op.before, "{\"name\":\"Mods\",\"permissions\":\"10\"}");
	assert_true(op.flags & ZX_PLAN_GUARD);
	desk_close(&d);
}

static void plan__role_sync_changes_the_look_in_one_request(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'2','position':1,"
		  "'color':5,'hoist':true,'mentionable':true}");
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'2','position':1,"
		  "'color':6,'hoist':false,'mentionable':true}");
	d.opt.role_sync = 1;
	desk_expect(&d, "update roles Mod [changed] {'color':5,"
			"'hoist':true}\n");
	assert_int_equal(zx_plan_totals(d.plan)->requests, 1);
	desk_close(&d);
}

static void plan__role_sync_brings_an_icon_back(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open_as(&d, DESK_GUILD, "'features':['ROLE_ICONS']");
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'2','position':1,"
		  "'icon':'aa'}");
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'2','position':1,"
		  "'icon':null}");
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'11','name':'Fan','permissions':'2','position':2,"
		  "'icon':'cc'}");
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'11','name':'Fan','permissions':'2','position':2,"
		  "'icon':'dd'}");
	desk_image(&d.snap, 10, "role-icons/10/aa", "image/png", "PNG");
	desk_image(&d.snap, 11, "role-icons/11/cc", "image/png", "SAME");
	desk_image(&d.live, 11, "role-icons/11/dd", "image/png", "SAME");
	d.opt.role_sync = 1;
	desk_expect(&d, "update roles Mod [changed] {}\n");
	assert_str(desk_op(&d, ZX_ACT_ROLE_UPDATE, 0).before,
		   "{\"icon\":null}");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "PATCH /guilds/1000/roles/10 {'icon':"
		     "'data:image/png;base64,UE5H'}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__role_sync_puts_roles_back_in_order(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "A", 0, 1));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "B", 0, 2));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "A", 0, 3));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(11, "B", 0, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(12, "New", 0, 2));
	d.opt.role_sync = 1;
	desk_expect(&d, "order roles all roles [place] ['10','12','11']\n");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "", "GET /guilds/1000/roles ");
	desk_request(&d, 1, &ids,
		     "[{'id':'1000','position':0},{'id':'11','position':1},"
		     "{'id':'12','position':2},{'id':'10','position':3},"
		     "{'id':'900','position':50}]",
		     "PATCH /guilds/1000/roles [{'id':'10','position':1},"
		     "{'id':'12','position':2},{'id':'11','position':3}]");
	/* And that is verified. */
	desk_request(&d, 1, &ids,
		     "[{'id':'1000','position':0},{'id':'10','position':1},"
		     "{'id':'12','position':2},{'id':'11','position':3},"
		     "{'id':'900','position':50}]",
		     "ZX_OK 0");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__positions_never_reach_the_bots_role(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "A", 0, 1));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "B", 0, 2));
	desk_plan(&d);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_ROLE, 10, 30);
	zx_idmap_put(&ids, ZX_ID_ROLE, 11, 31);
	/* All at 1: Discord has to number them anew first. */
	desk_request(&d, 3, &ids,
		     "[{'id':'30','position':1},{'id':'31','position':1},"
		     "{'id':'900','position':2}]",
		     "PATCH /guilds/1000/roles [{'id':'31','position':1}]");
	desk_request(&d, 3, &ids,
		     "[{'id':'31','position':1},{'id':'30','position':2},"
		     "{'id':'900','position':3}]",
		     "PATCH /guilds/1000/roles [{'id':'30','position':1},"
		     "{'id':'31','position':2}]");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void C05__roles_above_the_bot_are_named_and_not_asked_for(void **state)
{
	struct desk d;
	struct zx_plan_problem p;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "King", 8, 60));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "King", 0, 60));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "Pawn", 4, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(11, "Pawn", 0, 1));
	d.opt.role_sync = 1;
	desk_verbs(&d, "update roles Pawn\nimpossible roles King\n");
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_HIERARCHY);
	assert_int_equal(p.ops, 1);
	assert_false(zx_plan_blocked(d.plan));
	desk_close(&d);
}

static void PM_05__permissions_the_bot_lacks_are_not_given(void **state)
{
	struct desk d;
	struct zx_plan_op op;

	(void)state;
	desk_open(&d);
	d.opt.bot_permissions = 1 << 28 | 1 << 11;
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 2052, 1));
	desk_expect(&d, "downgrade roles Mod [bits] {'color':0,'hoist':false,"
			"'mentionable':false,'name':'Mod','permissions':'0'}\n"
			"order roles all roles [place] ['10']\n"
			"update roles Mod [raise] {'permissions':'2048'}\n");
	op = desk_op(&d, ZX_ACT_ROLE_CREATE, 0);
	assert_str(op.detail,
		   "Without Ban Members, which the bot does not have.");
	desk_close(&d);
}

static void PM_01__permissions_pass_unchanged_beyond_bit_53(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  ROLE(10, "Mod", 9223372036854775813, 1));
	desk_plan(&d);
	assert_str(desk_op(&d, ZX_ACT_ROLE_RAISE, 0).body,
		   "{\"permissions\":\"9223372036854775813\"}");
	desk_close(&d);
}

static void plan__roles_that_need_boosts_come_without_them(void **state)
{
	static const char role[] =
		"{'id':'10','name':'Star','permissions':'0','position':1,"
		"'colors':{'primary_color':1,'secondary_color':2,"
		"'tertiary_color':null},'icon':'abc','unicode_emoji':'\xe2\xad\x90'}";
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, role);
	desk_plan(&d);
	assert_str(desk_op(&d, ZX_ACT_ROLE_CREATE, 0).body,
		   "{\"color\":1,\"name\":\"Star\",\"permissions\":\"0\"}");
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_CREATE, 0).verb,
			 ZX_VERB_DOWNGRADE);
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_CREATE, 0).reason,
			 ZX_WHY_FEATURE);
	desk_close(&d);
	desk_open_as(&d, DESK_GUILD,
		     "'features':['ENHANCED_ROLE_COLORS','ROLE_ICONS']");
	desk_snap(&d, ZX_SECTION_ROLES, role);
	desk_image(&d.snap, 10, "role-icons/10/abc", "image/png", "PNG");
	desk_plan(&d);
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_CREATE, 0).verb,
			 ZX_VERB_CREATE);
	assert_non_null(desk_op(&d, ZX_ACT_ROLE_CREATE, 0).image);
	desk_close(&d);
}

static void C08__of_251_roles_one_finds_no_room(void **state)
{
	struct desk d;
	struct zx_plan_limit l;
	struct zx_plan_problem p;
	char json[200];

	(void)state;
	desk_open(&d);
	for (int i = 1; i <= 250; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%d','name':'r%d','permissions':'0',"
			 "'position':%d}",
			 10000 + i, i, i);
		desk_snap(&d, ZX_SECTION_ROLES, json);
	}
	desk_plan(&d);
	zx_plan_limit(d.plan, ZX_LIMIT_ROLES, &l);
	assert_int_equal(l.used, 1);
	assert_int_equal(l.adds, 250);
	assert_int_equal(l.max, 250);
	/* The lowest one. */
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_IMPOSSIBLE], 1);
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_LIMIT);
	desk_close(&d);
}

static void C09__roles_of_48_hours_show_in_the_time_it_takes(void **state)
{
	struct desk d;
	struct zx_plan_problem p;

	(void)state;
	desk_open(&d);
	for (int i = 1; i <= 10; i++) {
		char json[200];

		snprintf(json, sizeof(json),
			 "{'id':'%d','name':'r%d','permissions':'0',"
			 "'position':%d}",
			 10000 + i, i, i);
		desk_snap(&d, ZX_SECTION_ROLES, json);
	}
	d.opt.roles_made = 247;
	d.opt.roles_reset_ms = 101995000;
	desk_plan(&d);
	assert_true(zx_plan_totals(d.plan)->eta_ms > 101995000);
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_LIMIT);
	d.opt.roles_made = 0;
	desk_plan(&d);
	assert_true(zx_plan_totals(d.plan)->eta_ms < 101995000);
	assert_false(zx_plan_problem(d.plan, 0, &p));
	desk_close(&d);
}

static void plan__a_new_role_stands_next_to_what_it_stood_next_to(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "A", 0, 1));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(11, "B", 0, 2));
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(12, "C", 0, 3));
	/* Somebody turned A and C round, which is left as it is. */
	desk_live(&d, ZX_SECTION_ROLES, ROLE(12, "C", 0, 1));
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "A", 0, 2));
	desk_plan(&d);
	assert_str(desk_op(&d, ZX_ACT_ROLE_ORDER, 0).body,
		   "[\"12\",\"10\",\"11\"]");
	desk_close(&d);
}

static void C06__without_manage_roles_nothing_is_asked_for(void **state)
{
	struct desk d;
	struct zx_plan_problem p;

	(void)state;
	desk_open(&d);
	d.opt.bot_permissions = 1024;
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "Mod", 0, 1));
	desk_expect(&d, "impossible roles Mod [permission] \n");
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.permission, 1 << 28);
	assert_str(p.text, "The bot lacks Manage Roles for roles: grant it, or "
			   "leave that out.");
	desk_close(&d);
}

/* The bot's own branch ----------------------------------------------------- */

/* The bot has nothing of its highest role; of Helper it has Manage Channels,
 * Manage Roles and what it sees, and Helper had only Send Messages. */
static void own_branch(struct desk *d, const char *saw, const char *sees)
{
	desk_open_bare(d, saw, sees);
	d->opt.bot_role = 950;
	d->opt.bot_permissions = 268436496;
	d->opt.role_sync = 1;
	d->opt.what = ZX_RESTORE_ROLES | ZX_RESTORE_CHANNELS;
	desk_both(d, ZX_SECTION_ROLES, ROLE(950, "Bot", 0, 60));
	desk_snap(d, ZX_SECTION_ROLES, ROLE(10, "Helper", 2048, 1));
	desk_snap(d, ZX_SECTION_ROLES, ROLE(11, "Other", 0, 2));
	desk_live(d, ZX_SECTION_ROLES, ROLE(11, "Other", 16, 2));
}

static void plan__what_the_bot_lives_on_is_taken_last(void **state)
{
	struct zx_plan *again;
	struct zx_plan_problem p;
	struct zx_plan_op op;
	struct desk d;

	(void)state;
	own_branch(&d, "1024", "1024");
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helpers", 268435472, 1));
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	d.opt.bot_roles = ZX_STR("[\"10\",\"950\"]");
	desk_expect(&d, "update roles Other [changed] {'permissions':'0'}\n"
			"create channels chat [missing] {'name':'chat',"
			"'permission_overwrites':[],'position':0,'type':0}\n"
			"order channels all channels [place] [{'id':'21',"
			"'position':0}]\n"
			"update roles Helper [changed] {'name':'Helper',"
			"'permissions':'0'}\n");
	op = desk_op(&d, ZX_ACT_ROLE_UPDATE, 0);
	assert_int_equal(op.phase, ZX_PHASE_OWN_ROLES);
	assert_str(op.before,
		   "{\"name\":\"Helpers\",\"permissions\":\"268435472\"}");
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_PERMISSION);
	assert_int_equal(p.permission, 268435472);
	assert_str(p.text, "The bot has Manage Channels, Manage Roles only "
			   "from roles that lose it: they do so last, and "
			   "taking the restore back needs it again.");
	assert_false(zx_plan_blocked(d.plan));
	/* Also when it is read back, as after a crash. */
	zx_buf_clear(&d.text);
	assert_err(zx_plan_write(d.plan, mem_append, &d.text, NULL), ZX_OK);
	assert_err(zx_plan_read(&again, zx_buf_str(&d.text), NULL), ZX_OK);
	assert_true(zx_plan_op(again, op.id - 1, &op));
	assert_int_equal(op.act, ZX_ACT_ROLE_UPDATE);
	assert_int_equal(op.phase, ZX_PHASE_OWN_ROLES);
	zx_plan_free(again);
	desk_close(&d);
}

/* Send Messages, which Helper had, is one that the bot cannot give. */
static void plan__of_the_bots_role_only_that_waits_which_it_needs(void **state)
{
	struct desk d;

	(void)state;
	own_branch(&d, "3072", "3072");
	d.opt.bot_permissions |= 2048;
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 268435474, 1));
	/* Kick Members it has from here, too. */
	desk_both(&d, ZX_SECTION_ROLES, ROLE(12, "Bouncer", 2, 3));
	d.opt.bot_roles = ZX_STR("[\"10\",\"12\",\"950\"]");
	desk_expect(&d, "update roles Helper [changed] "
			"{'permissions':'268435472'}\n"
			"update roles Other [changed] {'permissions':'0'}\n"
			"update roles Helper [raise] "
			"{'permissions':'268437520'}\n"
			"update roles Helper [changed] "
			"{'permissions':'2048'}\n");
	assert_str(desk_op(&d, ZX_ACT_ROLE_UPDATE, 0).before,
		   "{\"permissions\":\"268437520\"}");
	desk_close(&d);
}

static void plan__a_permission_from_two_roles_may_go_from_one(void **state)
{
	struct zx_plan_problem p;
	struct desk d;

	(void)state;
	own_branch(&d, "1024", "1024");
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 268435472, 1));
	desk_both(&d, ZX_SECTION_ROLES, ROLE(12, "Same", 268435472, 3));
	d.opt.bot_roles = ZX_STR("[\"10\",\"12\",\"950\"]");
	desk_plan(&d);
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_NARROW, 0).snapshot_id, 10);
	assert_false(desk_has(&d, ZX_ACT_ROLE_UPDATE));
	assert_false(zx_plan_problem(d.plan, 0, &p));
	/* Nobody said which roles it has: any may be the one. */
	d.opt.bot_roles.len = 0;
	desk_plan(&d);
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_UPDATE, 0).phase,
			 ZX_PHASE_OWN_ROLES);
	desk_close(&d);
}

static void plan__private_channels_matter_more_than_the_bot(void **state)
{
	struct zx_plan_problem p;
	struct desk d;

	(void)state;
	own_branch(&d, "0", "1024");
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 268435472, 1));
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	d.opt.bot_roles = ZX_STR("[\"10\",\"950\"]");
	desk_plan(&d);
	assert_true(zx_plan_blocked(d.plan));
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_PRIVATE);
	assert_int_equal(p.permission, 1024);
	assert_str(p.text,
		   "The bot has View Channels only from roles that have to "
		   "lose it before channels are made: give it to the bot's own "
		   "role.");
	desk_close(&d);
	/* Where no channel is made, it can wait. */
	own_branch(&d, "0", "1024");
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 268435472, 1));
	d.opt.bot_roles = ZX_STR("[\"10\",\"950\"]");
	desk_plan(&d);
	assert_false(zx_plan_blocked(d.plan));
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_UPDATE, 0).phase,
			 ZX_PHASE_OWN_ROLES);
	desk_close(&d);
}

static void plan__an_administrators_role_loses_it_before_channels(void **state)
{
	struct zx_plan_problem p;
	struct desk d;

	(void)state;
	own_branch(&d, "1024", "1024");
	d.opt.bot_permissions = 8;
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 8, 1));
	d.opt.bot_roles = ZX_STR("[\"10\",\"950\"]");
	desk_plan(&d);
	assert_false(zx_plan_blocked(d.plan));
	assert_int_equal(desk_op(&d, ZX_ACT_ROLE_UPDATE, 0).phase,
			 ZX_PHASE_OWN_ROLES);
	desk_close(&d);
	own_branch(&d, "1024", "1024");
	d.opt.bot_permissions = 8;
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 8, 1));
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	d.opt.bot_roles = ZX_STR("[\"10\",\"950\"]");
	desk_plan(&d);
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_PRIVATE);
	assert_int_equal(p.permission, 8);
	/* The bot's own role has it besides: then there is no harm. */
	d.opt.bot_roles = ZX_STR("[\"10\",\"900\",\"950\"]");
	desk_plan(&d);
	assert_false(zx_plan_blocked(d.plan));
	assert_true(desk_has(&d, ZX_ACT_ROLE_NARROW));
	desk_close(&d);
}

/* Who gets Helper back would be an administrator until the end. */
static void plan__nobody_is_given_what_the_bot_lives_on(void **state)
{
	struct zx_plan_problem p;
	struct desk d;

	(void)state;
	own_branch(&d, "1024", "1024");
	d.opt.what |= ZX_RESTORE_MEMBERS;
	d.opt.bot_permissions = 8;
	desk_live(&d, ZX_SECTION_ROLES, ROLE(10, "Helper", 8, 1));
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'200','name':'ann','roles':['10']}");
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'201','name':'bob','roles':['10']}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'200','name':'ann','roles':[]}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'201','name':'bob','roles':['10']}");
	d.opt.bot_roles = ZX_STR("[\"10\",\"950\"]");
	desk_plan(&d);
	assert_true(zx_plan_blocked(d.plan));
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_PRIVATE);
	assert_int_equal(p.permission, 8);
	assert_str(p.text,
		   "The bot has Administrator only from roles that members are "
		   "given before they lose it: give it to the bot's own role.");
	d.opt.bot_roles = ZX_STR("[\"10\",\"900\",\"950\"]");
	desk_plan(&d);
	assert_false(zx_plan_blocked(d.plan));
	assert_true(desk_has(&d, ZX_ACT_MEMBER_ADD));
	desk_close(&d);
}

static void plan__an_empty_name_is_not_asked_for(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES, ROLE(10, "", 0, 1));
	desk_expect(&d, "impossible roles  [name] \n");
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			plan__the_plan_of_an_untouched_server_is_empty),
		cmocka_unit_test(
			plan__a_missing_role_is_made_bare_and_raised_last),
		cmocka_unit_test(
			plan__a_role_without_permissions_is_not_raised),
		cmocka_unit_test(plan__a_role_is_matched_by_a_unique_name),
		cmocka_unit_test(plan__an_id_beats_a_name),
		cmocka_unit_test(
			plan__an_ambiguous_name_is_listed_and_not_guessed),
		cmocka_unit_test(plan__two_roles_of_one_name_survive_twice),
		cmocka_unit_test(
			plan__what_an_earlier_restore_made_is_found_by_its_map),
		cmocka_unit_test(plan__a_bots_role_is_mapped_and_never_made),
		cmocka_unit_test(
			plan__roles_that_exist_are_left_alone_without_role_sync),
		cmocka_unit_test(
			plan__role_sync_takes_permissions_first_and_gives_last),
		cmocka_unit_test(
			plan__role_sync_changes_the_look_in_one_request),
		cmocka_unit_test(plan__role_sync_puts_roles_back_in_order),
		cmocka_unit_test(plan__positions_never_reach_the_bots_role),
		cmocka_unit_test(
			C05__roles_above_the_bot_are_named_and_not_asked_for),
		cmocka_unit_test(
			PM_05__permissions_the_bot_lacks_are_not_given),
		cmocka_unit_test(
			PM_01__permissions_pass_unchanged_beyond_bit_53),
		cmocka_unit_test(
			plan__roles_that_need_boosts_come_without_them),
		cmocka_unit_test(C08__of_251_roles_one_finds_no_room),
		cmocka_unit_test(
			C09__roles_of_48_hours_show_in_the_time_it_takes),
		cmocka_unit_test(
			plan__a_new_role_stands_next_to_what_it_stood_next_to),
		cmocka_unit_test(
			C06__without_manage_roles_nothing_is_asked_for),
		cmocka_unit_test(plan__nobody_is_given_what_the_bot_lives_on),
		cmocka_unit_test(plan__an_empty_name_is_not_asked_for),
		cmocka_unit_test(plan__what_the_bot_lives_on_is_taken_last),
		cmocka_unit_test(
			plan__of_the_bots_role_only_that_waits_which_it_needs),
		cmocka_unit_test(
			plan__a_permission_from_two_roles_may_go_from_one),
		cmocka_unit_test(
			plan__private_channels_matter_more_than_the_bot),
		cmocka_unit_test(
			plan__an_administrators_role_loses_it_before_channels),
		cmocka_unit_test(plan__role_sync_brings_an_icon_back),
	};

	return cmocka_run_group_tests_name("plan_roles", tests, NULL, NULL);
}
