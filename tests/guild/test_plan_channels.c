/* SPDX-License-Identifier: MIT
 *
 * The plan's channels: made with their overwrites or not at all.
 */
#include "guild/plan_desk.h"

static void plan__a_category_comes_first_and_channels_refer_to_it(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Talk','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':1,"
		  "'parent_id':'20','topic':'Hi'}");
	desk_expect(
		&d,
		"create channels Talk [missing] {'name':'Talk',"
		"'permission_overwrites':[],'position':0,'type':4}\n"
		"create channels chat [missing] {'name':'chat','parent_id':"
		"'20','permission_overwrites':[],'position':1,'topic':'Hi',"
		"'type':0}\n"
		"order channels all channels [place] [{'id':'20','position':0},"
		"{'id':'21','position':1}]\n");
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 20, 220);
	desk_request(&d, 2, &ids, "",
		     "POST /guilds/1000/channels {'name':'chat','parent_id':"
		     "'220','permission_overwrites':[],'position':1,"
		     "'topic':'Hi','type':0}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__overwrites_are_in_the_create_with_the_new_ids(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open_as(&d, 2000, "");
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'0','position':1}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'staff','position':0,"
		  "'permission_overwrites':[{'id':'10','type':0,'allow':'1024',"
		  "'deny':'0'},{'id':'1000','type':0,'allow':'0','deny':"
		  "'1024'},{'id':'5','type':1,'allow':'0','deny':'2048'}]}");
	desk_plan(&d);
	desk_ids(&d, &ids);
	/* The role is not there yet: nothing is sent. */
	desk_request(&d, desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0).id, &ids, "",
		     "ZX_E_NOTFOUND 10");
	zx_idmap_put(&ids, ZX_ID_ROLE, 10, 30);
	desk_request(&d, desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0).id, &ids, "",
		     "POST /guilds/2000/channels {'name':'staff',"
		     "'permission_overwrites':["
		     "{'allow':'0','deny':'2048','id':'5','type':1},"
		     "{'allow':'1024','deny':'0','id':'30','type':0},"
		     "{'allow':'0','deny':'1024','id':'2000','type':0}],"
		     "'position':0,'type':0}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void
plan__an_overwrite_that_cannot_be_mapped_stops_the_channel(void **state)
{
	struct desk d;
	struct zx_plan_problem p;

	(void)state;
	desk_open(&d);
	d.opt.what = ZX_RESTORE_CHANNELS;
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'0','position':1}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'staff','position':0,"
		  "'permission_overwrites':[{'id':'10','type':0,'allow':'0',"
		  "'deny':'1024'}]}");
	desk_expect(&d, "impossible channels staff [unmapped] \n");
	assert_str(desk_op(&d, ZX_ACT_NONE, 0).detail,
		   "Its overwrite for the role Mod could not be made.");
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_int_equal(p.reason, ZX_WHY_UNMAPPED);
	desk_close(&d);
}

static void plan__what_an_absent_bot_was_allowed_is_left_out(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'20','name':'Tunes','managed':true,'permissions':'8',"
		  "'position':3,'tags':{'bot_id':'5'}}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0,"
		  "'permission_overwrites':[{'id':'20','type':0,'allow':'1024',"
		  "'deny':'0'}]}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'b','position':1,"
		  "'permission_overwrites':[{'id':'20','type':0,'allow':'0',"
		  "'deny':'1024'}]}");
	desk_verbs(&d, "downgrade channels a\norder channels all channels\n"
		       "skip roles Tunes\nimpossible channels b\n");
	assert_int_equal(desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0).reason,
			 ZX_WHY_MANAGED);
	desk_close(&d);
}

static void PM_05__a_deny_the_bot_cannot_write_stops_the_channel(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.bot_permissions = 1 << 4 | 1 << 28 | 1 << 10;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0,"
		  "'permission_overwrites':[{'id':'1000','type':0,"
		  "'allow':'0','deny':'2048'}]}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'b','position':1,"
		  "'permission_overwrites':[{'id':'1000','type':0,"
		  "'allow':'2048','deny':'1024'}]}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':0,'name':'c','position':2,"
		  "'permission_overwrites':[{'id':'1000','type':0,"
		  "'allow':'0','deny':'268435456'}]}");
	desk_expect(&d,
		    "downgrade channels b [bits] {'name':'b',"
		    "'permission_overwrites':[{'allow':'0','deny':'1024','id':"
		    "'1000','type':0}],'position':1,'type':0}\n"
		    "order channels all channels [place] [{'id':'22',"
		    "'position':1}]\n"
		    "impossible channels a [permission] \n"
		    "impossible channels c [permission] \n");
	desk_close(&d);
}

/* In the snapshot nobody sees channels without a role; now all do. */
static void plan__everyone_is_narrowed_before_a_channel_is_made(void **state)
{
	struct desk d;
	struct zx_plan_op op;

	(void)state;
	desk_open_bare(&d, "0", "1024");
	d.opt.what = ZX_RESTORE_CHANNELS;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0}");
	desk_plan(&d);
	op = desk_op(&d, ZX_ACT_ROLE_NARROW, 0);
	assert_int_equal(op.id, 1);
	assert_int_equal(op.reason, ZX_WHY_PRIVATE);
	assert_str(op.body, "{\"permissions\":\"0\"}");
	assert_str(op.before, "{\"permissions\":\"1024\"}");
	assert_true(op.flags & ZX_PLAN_GUARD);
	desk_close(&d);
	/* When no channel is made, nobody sees more than before. */
	desk_open_bare(&d, "0", "1024");
	desk_verbs(&d, "");
	desk_close(&d);
}

static void plan__a_role_above_the_bot_that_sees_more_blocks(void **state)
{
	struct desk d;

	(void)state;
	desk_open_bare(&d, "0", "0");
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'VIP','permissions':'0','position':60}");
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'VIP','permissions':'1024',"
		  "'position':60}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0}");
	desk_plan(&d);
	assert_true(zx_plan_blocked(d.plan));
	desk_close(&d);
}

static const char all_types[] = "'features':['COMMUNITY','NEWS']";

static void special(struct desk *d)
{
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':5,'name':'news','position':0}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':13,'name':'stage','position':1,"
		  "'bitrate':64000,'user_limit':10000}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':15,'name':'forum','position':2,"
		  "'flags':16,'available_tags':[{'id':'1','name':'x',"
		  "'moderated':false,'emoji_id':null,'emoji_name':'y'}]}");
	desk_snap(d, ZX_SECTION_CHANNELS,
		  "{'id':'24','type':16,'name':'media','position':3}");
}

static int type_of(struct desk *d, enum zx_act act, size_t k)
{
	return (int)zx_json_get_u64(desk_op(d, act, k).body, "type");
}

static void C17__types_of_communities_become_plain_ones(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	special(&d);
	desk_verbs(&d, "downgrade channels news\ndowngrade channels stage\n"
		       "downgrade channels forum\ndowngrade channels media\n"
		       "order channels all channels\n");
	assert_int_equal(type_of(&d, ZX_ACT_CHANNEL_CREATE, 0), 0);
	assert_int_equal(type_of(&d, ZX_ACT_CHANNEL_CREATE, 1), 2);
	assert_int_equal(type_of(&d, ZX_ACT_CHANNEL_CREATE, 2), 0);
	assert_int_equal(
		zx_json_get_u64(desk_op(&d, ZX_ACT_CHANNEL_CREATE, 1).body,
				"user_limit"),
		99);
	desk_close(&d);
}

static void plan__in_a_community_only_media_channels_are_less(void **state)
{
	struct desk d;

	(void)state;
	desk_open_as(&d, DESK_GUILD, all_types);
	special(&d);
	desk_verbs(&d, "create channels news\ncreate channels stage\n"
		       "create channels forum\ndowngrade channels media\n"
		       "order channels all channels\nupdate channels forum\n");
	assert_int_equal(type_of(&d, ZX_ACT_SPECIAL_CREATE, 3), 15);
	/* Making one is not documented with flags. */
	assert_int_equal(
		zx_json_get(desk_op(&d, ZX_ACT_SPECIAL_CREATE, 2).body, "flags")
			.len,
		0);
	assert_str(desk_op(&d, ZX_ACT_CHANNEL_UPDATE, 0).body,
		   "{\"flags\":16}");
	desk_close(&d);
}

/* What was made as something else is found again as that. */
static void C04__downgraded_channels_are_not_made_twice(void **state)
{
	struct desk d;

	(void)state;
	desk_open_as(&d, 2000, "");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':5,'name':'news','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'91','type':0,'name':'news','position':0}");
	desk_verbs(&d, "");
	desk_close(&d);
}

static void
plan__channels_of_one_name_are_told_apart_by_their_category(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open_as(&d, 2000, "");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'One','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'30','type':4,'name':'Two','position':1}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','parent_id':'20'}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'31','type':0,'name':'chat','parent_id':'30'}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'80','type':4,'name':'Two','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'81','type':0,'name':'chat','parent_id':'80'}");
	desk_verbs(&d, "create channels One\ncreate channels chat\n"
		       "order channels all channels\n");
	desk_ids(&d, &ids);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_CHANNEL, 31), 81);
	assert_int_equal(zx_idmap_get(&ids, ZX_ID_CHANNEL, 21), 0);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void C08__a_category_takes_fifty_channels(void **state)
{
	struct desk d;
	struct zx_plan_limit l;
	char json[200];

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Talk','position':0}");
	for (int i = 1; i <= 51; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%d','type':0,'name':'c%d','position':%d,"
			 "'parent_id':'20'}",
			 100 + i, i, i);
		desk_snap(&d, ZX_SECTION_CHANNELS, json);
	}
	desk_plan(&d);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_IMPOSSIBLE], 1);
	zx_plan_limit(d.plan, ZX_LIMIT_IN_CATEGORY, &l);
	assert_int_equal(l.used, 51);
	assert_int_equal(l.max, 50);
	desk_close(&d);
}

static void C08__a_server_takes_five_hundred_channels(void **state)
{
	struct desk d;
	char json[200];

	(void)state;
	desk_open(&d);
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'19','type':0,'name':'other','position':0}");
	for (int i = 1; i <= 500; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%d','type':0,'name':'c%d','position':%d}",
			 100 + i, i, i);
		desk_snap(&d, ZX_SECTION_CHANNELS, json);
	}
	desk_plan(&d);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_CREATE], 499);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_IMPOSSIBLE], 1);
	desk_close(&d);
}

static void plan__without_its_category_a_channel_stands_outside(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.what = ZX_RESTORE_CHANNELS;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Talk','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':1,"
		  "'parent_id':'20'}");
	desk_verbs(&d, "downgrade channels chat\n"
		       "order channels all channels\n");
	desk_close(&d);
}

static void plan__bitrates_are_those_the_boosts_allow(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':2,'name':'v','position':0,'bitrate':"
		  "384000,'user_limit':5,'rtc_region':'rotterdam'}");
	desk_expect(&d,
		    "downgrade channels v [feature] {'bitrate':96000,'name':"
		    "'v','permission_overwrites':[],'position':0,"
		    "'rtc_region':'rotterdam','type':2,'user_limit':5}\n"
		    "order channels all channels [place] [{'id':'21',"
		    "'position':0}]\n");
	desk_close(&d);
}

static void plan__with_update_changed_channels_are_brought_back(void **state)
{
	struct desk d;
	struct zx_plan_op op;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','topic':'old',"
		  "'position':0,'permission_overwrites':[{'id':'1000','type':0,"
		  "'allow':'0','deny':'1024'}]}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','topic':'new',"
		  "'position':0,'permission_overwrites':[]}");
	desk_verbs(&d, "");
	d.opt.update = 1;
	desk_expect(&d, "update channels chat [changed] {"
			"'permission_overwrites':[{'allow':'0','deny':'1024',"
			"'id':'1000','type':0}],'topic':'old'}\n");
	op = desk_op(&d, ZX_ACT_CHANNEL_UPDATE, 0);
	assert_str(op.before,
		   "{\"permission_overwrites\":[],\"topic\":\"new\"}");
	desk_close(&d);
}

/* Discord takes a role's overwrites with it. */
static void plan__overwrites_of_a_role_that_is_made_come_back(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	uint32_t op;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Muted','permissions':'0','position':1}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0,"
		  "'permission_overwrites':[{'id':'10','type':0,'allow':'0',"
		  "'deny':'2048'}]}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	desk_verbs(&d, "create roles Muted\norder roles all roles\n"
		       "update channels chat\n");
	desk_ids(&d, &ids);
	op = desk_op(&d, ZX_ACT_OVERWRITE, 0).id;
	desk_request(&d, op, &ids, "", "ZX_E_NOTFOUND 10");
	zx_idmap_put(&ids, ZX_ID_ROLE, 10, 30);
	desk_request(&d, op, &ids, "",
		     "PUT /channels/21/permissions/30 {'allow':'0','deny':"
		     "'2048','type':0}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__a_type_nobody_knows_is_not_made(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':14,'name':'hub','position':0}");
	desk_expect(&d, "impossible channels hub [discord] \n");
	desk_close(&d);
}

static void plan__overwrites_in_another_order_are_the_same(void **state)
{
	struct desk d;

	(void)state;
	desk_open_as(&d, 2000, "");
	d.opt.update = 1;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0,"
		  "'permission_overwrites':[{'id':'5','type':1,'allow':'0',"
		  "'deny':'1'},{'id':'1000','type':0,'allow':'0','deny':"
		  "'1024'}]}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'91','type':0,'name':'chat','position':0,"
		  "'permission_overwrites':[{'id':'2000','type':0,'allow':'0',"
		  "'deny':'1024'},{'id':'5','type':1,'allow':'0','deny':"
		  "'1'}]}");
	desk_verbs(&d, "");
	desk_close(&d);
}

static void plan__channels_are_put_in_order_and_that_is_verified(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'b','position':1}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'b','position':0}");
	desk_plan(&d);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 21, 91);
	desk_request(&d, 2, &ids, "", "GET /guilds/1000/channels ");
	desk_request(&d, 2, &ids,
		     "[{'id':'22','type':0,'position':0},"
		     "{'id':'91','type':0,'position':1}]",
		     "PATCH /guilds/1000/channels [{'id':'91','position':0},"
		     "{'id':'22','position':1}]");
	desk_request(&d, 2, &ids,
		     "[{'id':'22','type':0,'position':1},"
		     "{'id':'91','type':0,'position':0}]",
		     "ZX_OK 0");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static int learnt(enum zx_id_kind kind, uint64_t from, uint64_t to, void *ud)
{
	return zx_idmap_put(ud, kind, from, to);
}

static void plan__a_forum_gets_its_emojis_when_they_are_there(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	uint32_t forum, tags;

	(void)state;
	desk_open_as(&d, DESK_GUILD, all_types);
	desk_snap(&d, ZX_SECTION_EMOJIS, "{'id':'5','name':'pog'}");
	desk_image(&d.snap, 5, "emojis/5", "image/png", "PNG");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':15,'name':'forum','position':0,"
		  "'default_reaction_emoji':{'emoji_id':'5','emoji_name':null},"
		  "'available_tags':[{'id':'1','name':'x','moderated':false,"
		  "'emoji_id':'5','emoji_name':null}]}");
	desk_plan(&d);
	desk_ids(&d, &ids);
	forum = desk_op(&d, ZX_ACT_SPECIAL_CREATE, 0).id;
	tags = desk_op(&d, ZX_ACT_FORUM_TAGS, 0).id;
	desk_request(&d, forum, &ids, "",
		     "POST /guilds/1000/channels {'available_tags':[{"
		     "'emoji_id':null,'emoji_name':null,'moderated':false,"
		     "'name':'x'}],'default_reaction_emoji':null,"
		     "'name':'forum','permission_overwrites':[],'position':0,"
		     "'type':15}");
	assert_err(zx_plan_learn(d.plan, forum,
				 ZX_STR("{\"id\":\"93\",\"available_tags\":[{"
					"\"id\":\"94\",\"name\":\"x\"}]}"),
				 learnt, &ids),
		   ZX_OK);
	assert_err(zx_plan_learn(d.plan, desk_op(&d, ZX_ACT_EMOJI_CREATE, 0).id,
				 ZX_STR("{\"id\":\"95\"}"), learnt, &ids),
		   ZX_OK);
	desk_request(&d, tags, &ids, "",
		     "PATCH /channels/93 {'available_tags':[{'emoji_id':'95',"
		     "'emoji_name':null,'id':'94','moderated':false,'name':"
		     "'x'}],'default_reaction_emoji':{'emoji_id':'95',"
		     "'emoji_name':null}}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void
plan__with_update_tags_come_back_when_their_emojis_are_there(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	struct zx_plan_op op;

	(void)state;
	desk_open_as(&d, DESK_GUILD, all_types);
	d.opt.update = 1;
	desk_snap(&d, ZX_SECTION_EMOJIS, "{'id':'5','name':'pog'}");
	desk_image(&d.snap, 5, "emojis/5", "image/png", "PNG");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':15,'name':'forum','position':0,"
		  "'available_tags':[{'id':'1','name':'x','moderated':false,"
		  "'emoji_id':'5','emoji_name':null}]}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':15,'name':'forum','position':0,"
		  "'available_tags':[{'id':'1','name':'x','moderated':false,"
		  "'emoji_id':null,'emoji_name':null}]}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'24','type':2,'name':'v','position':0,'bitrate':"
		  "384000}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'24','type':2,'name':'v','position':0,'bitrate':"
		  "96000}");
	desk_verbs(&d, "create emojis pog\nupdate channels forum\n");
	op = desk_op(&d, ZX_ACT_FORUM_TAGS, 0);
	assert_true(op.before.len > 0);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_EMOJI, 5, 95);
	desk_request(&d, op.id, &ids, "",
		     "PATCH /channels/23 {'available_tags':[{'emoji_id':'95',"
		     "'emoji_name':null,'id':'1','moderated':false,'name':"
		     "'x'}]}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

/* Its category was deleted: it goes into the new one, and there to its place.
 */
static void plan__with_update_orphans_go_home_and_in_order(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.update = 1;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Talk','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':1,"
		  "'parent_id':'20'}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'b','position':2,"
		  "'parent_id':'20'}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'b','position':1,"
		  "'parent_id':null}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':2,"
		  "'parent_id':null}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':0,'name':'c','position':0,"
		  "'parent_id':null}");
	desk_verbs(&d, "create channels Talk\nupdate channels a\n"
		       "update channels b\norder channels all channels\n");
	assert_str(desk_op(&d, ZX_ACT_CHANNEL_ORDER, 0).body,
		   "[{\"id\":\"20\",\"position\":0},{\"id\":\"21\","
		   "\"position\":1},{\"id\":\"22\",\"position\":2}]");
	desk_close(&d);
}

/* Discord would give it its category's. */
static void plan__a_channel_without_overwrites_stays_without(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	struct zx_plan_op op;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Staff','position':0,"
		  "'permission_overwrites':[{'id':'1000','type':0,'allow':'0',"
		  "'deny':'1024'}]}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'open','position':1,"
		  "'parent_id':'20','permission_overwrites':[]}");
	desk_verbs(&d, "create channels Staff\ncreate channels open\n"
		       "order channels all channels\nupdate channels open\n");
	op = desk_op(&d, ZX_ACT_CHANNEL_UPDATE, 0);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 21, 91);
	desk_request(&d, op.id, &ids, "",
		     "PATCH /channels/91 {'permission_overwrites':[]}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__mentions_in_topics_follow_when_wanted(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'a','position':0,"
		  "'topic':'see <#22>, <@&10> and <#x>'}");
	d.opt.mentions = 1;
	desk_plan(&d);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 22, 92);
	zx_idmap_put(&ids, ZX_ID_ROLE, 10, 30);
	desk_request(&d, 1, &ids, "",
		     "POST /guilds/1000/channels {'name':'a',"
		     "'permission_overwrites':[],'position':0,"
		     "'topic':'see <#92>, <@&30> and <#x>','type':0}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__what_was_made_is_known_again(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	struct zx_buf path;
	uint32_t op;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'My Chat','position':0}");
	desk_plan(&d);
	desk_ids(&d, &ids);
	op = desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0).id;
	assert_true(zx_plan_is(d.plan, op, &ids,
			       ZX_STR("{\"id\":\"91\",\"type\":0,\"name\":"
				      "\"my-chat\",\"parent_id\":null}")));
	assert_false(zx_plan_is(d.plan, op, &ids,
				ZX_STR("{\"id\":\"91\",\"type\":2,\"name\":"
				       "\"my-chat\",\"parent_id\":null}")));
	assert_false(zx_plan_is(d.plan, op, &ids,
				ZX_STR("{\"id\":\"91\",\"type\":0,\"name\":"
				       "\"my-chat\",\"parent_id\":\"7\"}")));
	zx_buf_init(&path, NULL, 0);
	assert_err(zx_plan_list_path(d.plan, op, &ids, &path), ZX_OK);
	assert_str(zx_buf_str(&path), "/guilds/1000/channels");
	assert_int_equal(zx_plan_audit_action(ZX_ACT_CHANNEL_CREATE), 10);
	zx_buf_release(&path);
	zx_idmap_release(&ids);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			plan__a_category_comes_first_and_channels_refer_to_it),
		cmocka_unit_test(
			plan__overwrites_are_in_the_create_with_the_new_ids),
		cmocka_unit_test(
			plan__an_overwrite_that_cannot_be_mapped_stops_the_channel),
		cmocka_unit_test(
			plan__what_an_absent_bot_was_allowed_is_left_out),
		cmocka_unit_test(
			PM_05__a_deny_the_bot_cannot_write_stops_the_channel),
		cmocka_unit_test(
			plan__everyone_is_narrowed_before_a_channel_is_made),
		cmocka_unit_test(
			plan__a_role_above_the_bot_that_sees_more_blocks),
		cmocka_unit_test(C17__types_of_communities_become_plain_ones),
		cmocka_unit_test(
			plan__in_a_community_only_media_channels_are_less),
		cmocka_unit_test(C04__downgraded_channels_are_not_made_twice),
		cmocka_unit_test(
			plan__channels_of_one_name_are_told_apart_by_their_category),
		cmocka_unit_test(C08__a_category_takes_fifty_channels),
		cmocka_unit_test(C08__a_server_takes_five_hundred_channels),
		cmocka_unit_test(
			plan__without_its_category_a_channel_stands_outside),
		cmocka_unit_test(plan__bitrates_are_those_the_boosts_allow),
		cmocka_unit_test(
			plan__with_update_changed_channels_are_brought_back),
		cmocka_unit_test(
			plan__overwrites_in_another_order_are_the_same),
		cmocka_unit_test(
			plan__channels_are_put_in_order_and_that_is_verified),
		cmocka_unit_test(
			plan__a_forum_gets_its_emojis_when_they_are_there),
		cmocka_unit_test(plan__mentions_in_topics_follow_when_wanted),
		cmocka_unit_test(plan__what_was_made_is_known_again),
		cmocka_unit_test(
			plan__overwrites_of_a_role_that_is_made_come_back),
		cmocka_unit_test(plan__a_type_nobody_knows_is_not_made),
		cmocka_unit_test(
			plan__with_update_tags_come_back_when_their_emojis_are_there),
		cmocka_unit_test(
			plan__with_update_orphans_go_home_and_in_order),
		cmocka_unit_test(
			plan__a_channel_without_overwrites_stays_without),
	};

	return cmocka_run_group_tests_name("plan_channels", tests, NULL, NULL);
}
