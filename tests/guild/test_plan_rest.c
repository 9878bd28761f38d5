/* SPDX-License-Identifier: MIT
 *
 * The plan's members, bans, settings, images, rules, hooks, events, screens.
 */
#include "guild/plan_desk.h"

#define MOD "{'id':'10','name':'Mod','permissions':'4','position':2}"
#define FAN "{'id':'11','name':'Fan','permissions':'0','position':1}"

/* Members ------------------------------------------------------------------ */

static void plan__members_gain_what_they_lost(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_ROLES, MOD);
	desk_both(&d, ZX_SECTION_ROLES, FAN);
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['10','11']}");
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'81','name':'bob','roles':['10']}");
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'82','name':'gone','roles':['10']}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['11']}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'81','name':'bob','roles':['10','11']}");
	desk_expect(&d, "add role members ann [had] \n");
	assert_int_equal(zx_plan_totals(d.plan)->absent, 1);
	assert_int_equal(zx_plan_totals(d.plan)->members, 1);
	assert_str(desk_op(&d, ZX_ACT_MEMBER_ADD, 0).detail,
		   "It had the role Mod.");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "", "PUT /guilds/1000/members/80/roles/10 ");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__role_sync_takes_what_members_had_not(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_ROLES, MOD);
	desk_both(&d, ZX_SECTION_ROLES, FAN);
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'12','name':'New','permissions':'0','position':3}");
	desk_both(&d, ZX_SECTION_ROLES,
		  "{'id':'13','name':'Boost','permissions':'0','position':4,"
		  "'managed':true,'tags':{'premium_subscriber':null}}");
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['10']}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['11','12','13']}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'85','name':'late','roles':['11']}");
	d.opt.role_sync = 1;
	desk_expect(&d, "add role members ann [had] \n"
			"remove role members ann [had_not] \n"
			"remove role members ann [had_not] \n");
	assert_int_equal(zx_plan_totals(d.plan)->members, 1);
	desk_close(&d);
}

static void plan__a_member_gets_the_role_that_is_made(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	uint32_t op;

	(void)state;
	desk_open_as(&d, 2000, "");
	desk_snap(&d, ZX_SECTION_ROLES, MOD);
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['10']}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':[]}");
	desk_plan(&d);
	desk_ids(&d, &ids);
	op = desk_op(&d, ZX_ACT_MEMBER_ADD, 0).id;
	desk_request(&d, op, &ids, "", "ZX_E_NOTFOUND 10");
	zx_idmap_put(&ids, ZX_ID_ROLE, 10, 30);
	desk_request(&d, op, &ids, "", "PUT /guilds/2000/members/80/roles/30 ");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void C05__roles_that_cannot_be_given_are_told_once(void **state)
{
	struct desk d;
	char json[200];

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'King','permissions':'8','position':60}");
	for (int i = 80; i < 95; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%d','name':'m','roles':['10']}", i);
		desk_snap(&d, ZX_SECTION_MEMBERS, json);
		snprintf(json, sizeof(json), "{'id':'%d','name':'m'}", i);
		desk_live(&d, ZX_SECTION_MEMBERS, json);
	}
	desk_expect(&d, "impossible members King [hierarchy] \n");
	assert_str(desk_op(&d, ZX_ACT_NONE, 0).detail,
		   "15 members do not get it back. It is not below the bot's "
		   "highest role.");
	desk_close(&d);
}

static void plan__nicknames_come_back_but_the_owners(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'70','name':'boss','nick':'Boss'}");
	desk_live(&d, ZX_SECTION_MEMBERS, "{'id':'70','name':'boss'}");
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','nick':'Annie'}");
	desk_live(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','nick':'Loser'}");
	desk_expect(&d, "update members ann [changed] {'nick':'Annie'}\n");
	assert_str(desk_op(&d, ZX_ACT_NICK, 0).before, "{\"nick\":\"Loser\"}");
	desk_close(&d);
}

/* Bans --------------------------------------------------------------------- */

static void plan__bans_of_one_reason_go_together(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	struct zx_plan_op op;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_BANS, "{'id':'1','name':'a','reason':'spam'}");
	desk_snap(&d, ZX_SECTION_BANS, "{'id':'2','name':'b','reason':'rude'}");
	desk_snap(&d, ZX_SECTION_BANS, "{'id':'3','name':'c','reason':'spam'}");
	desk_snap(&d, ZX_SECTION_BANS, "{'id':'4','name':'d','reason':null}");
	desk_live(&d, ZX_SECTION_BANS, "{'id':'4','name':'d','reason':null}");
	desk_snap(&d, ZX_SECTION_BANS, "{'id':'5','name':'e','reason':null}");
	desk_live(&d, ZX_SECTION_MEMBERS, "{'id':'5','name':'e'}");
	desk_plan(&d);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_CREATE], 2);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_SKIP], 1);
	op = desk_op(&d, ZX_ACT_BAN_BULK, 0);
	assert_str(op.detail, "spam");
	desk_ids(&d, &ids);
	desk_request(&d, op.id, &ids, "",
		     "POST /guilds/1000/bulk-ban {'delete_message_seconds':0,"
		     "'user_ids':['1','3']}");
	op = desk_op(&d, ZX_ACT_BAN, 0);
	desk_request(&d, op.id, &ids, "",
		     "PUT /guilds/1000/bans/2 {'delete_message_seconds':0}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__a_bulk_ban_has_two_hundred_at_most(void **state)
{
	struct desk d;
	char json[100];

	(void)state;
	desk_open(&d);
	for (int i = 1; i <= 401; i++) {
		snprintf(json, sizeof(json), "{'id':'%d','name':'x'}", i);
		desk_snap(&d, ZX_SECTION_BANS, json);
	}
	desk_plan(&d);
	assert_int_equal(zx_plan_totals(d.plan)->requests, 3);
	/* Only one by one without Manage Server. */
	d.opt.bot_permissions = 1 << 2;
	desk_plan(&d);
	assert_int_equal(zx_plan_totals(d.plan)->requests, 401);
	desk_close(&d);
}

/* The server ------------------------------------------------------------- */

static void plan__settings_are_mapped_wherever_a_channel_stands(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	uint32_t op;

	(void)state;
	desk_open_settings(&d, 2000,
			   "'afk_channel_id':'21','system_channel_id':'22',"
			   "'afk_timeout':300,'verification_level':2",
			   "'afk_channel_id':null,'system_channel_id':'92',"
			   "'afk_timeout':300,'verification_level':0");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':2,'name':'afk','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'sys','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'92','type':0,'name':'sys','position':0}");
	desk_plan(&d);
	op = desk_op(&d, ZX_ACT_GUILD_UPDATE, 0).id;
	assert_str(desk_op(&d, ZX_ACT_GUILD_UPDATE, 0).body,
		   "{\"afk_channel_id\":\"21\",\"verification_level\":2}");
	assert_str(desk_op(&d, ZX_ACT_GUILD_UPDATE, 0).before,
		   "{\"afk_channel_id\":null,\"verification_level\":0}");
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 21, 91);
	desk_request(&d, op, &ids, "",
		     "PATCH /guilds/2000 {'afk_channel_id':'91',"
		     "'verification_level':2}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__a_channel_that_is_lost_is_not_set(void **state)
{
	struct desk d;

	(void)state;
	desk_open_settings(&d, DESK_GUILD, "'afk_channel_id':'21'",
			   "'afk_channel_id':null");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':2,'name':'afk','position':0}");
	d.opt.what = ZX_RESTORE_GUILD;
	desk_verbs(&d, "");
	desk_close(&d);
}

static void plan__the_widget_is_as_it_was(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	uint32_t op;

	(void)state;
	desk_open_settings(&d, 2000,
			   "'widget_channel_id':'21','widget_enabled':true",
			   "'widget_channel_id':null,'widget_enabled':false");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'hall','position':0}");
	desk_plan(&d);
	assert_false(desk_has(&d, ZX_ACT_GUILD_UPDATE));
	op = desk_op(&d, ZX_ACT_WIDGET, 0).id;
	assert_str(desk_op(&d, ZX_ACT_WIDGET, 0).before,
		   "{\"channel_id\":null,\"enabled\":false}");
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 21, 91);
	desk_request(&d, op, &ids, "",
		     "PATCH /guilds/2000/widget {'channel_id':'91',"
		     "'enabled':true}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__what_only_the_owner_can_do_is_listed(void **state)
{
	struct desk d;

	(void)state;
	desk_open_settings(&d, DESK_GUILD,
			   "'mfa_level':1,'vanity_url_code':'us'",
			   "'mfa_level':0,'vanity_url_code':null");
	desk_verbs(&d, "impossible guild two-factor rule\n"
		       "impossible guild vanity URL\n");
	assert_true(zx_plan_empty(d.plan));
	desk_close(&d);
}

static void plan__a_community_is_made_before_its_channels(void **state)
{
	struct desk d;

	(void)state;
	desk_open_settings(&d, DESK_GUILD,
			   "'features':['COMMUNITY'],'rules_channel_id':'21',"
			   "'public_updates_channel_id':'22',"
			   "'verification_level':1,'explicit_content_filter':2",
			   "'features':['X'],'rules_channel_id':null,"
			   "'public_updates_channel_id':null,"
			   "'verification_level':1,"
			   "'explicit_content_filter':2");
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'rules','position':0}");
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'22','type':0,'name':'mods','position':1}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'23','type':5,'name':'news','position':2}");
	desk_verbs(&d, "update guild Home\ncreate channels news\n"
		       "order channels all channels\n");
	assert_str(desk_op(&d, ZX_ACT_COMMUNITY, 0).body,
		   "{\"explicit_content_filter\":2,\"features\":[\"X\","
		   "\"COMMUNITY\"],\"public_updates_channel_id\":\"22\","
		   "\"rules_channel_id\":\"21\",\"verification_level\":1}");
	desk_close(&d);
}

static void plan__an_icon_comes_back_and_a_banner_needs_boosts(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	struct zx_plan_op op;

	(void)state;
	desk_open_settings(&d, DESK_GUILD, "'icon':'aa','banner':'bb'",
			   "'icon':null,'banner':null");
	desk_image(&d.snap, DESK_GUILD, "icons/1000/aa", "image/png", "ICON");
	desk_image(&d.snap, DESK_GUILD, "banners/1000/bb", "image/png", "BAN");
	desk_verbs(&d, "update images icon\nimpossible guild banner\n");
	op = desk_op(&d, ZX_ACT_IMAGE_UPDATE, 0);
	assert_str(op.before, "{\"icon\":null}");
	desk_ids(&d, &ids);
	desk_request(&d, op.id, &ids, "",
		     "PATCH /guilds/1000 {'icon':'data:image/png;base64,"
		     "SUNPTg=='}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void C04__the_same_bytes_are_the_same_icon(void **state)
{
	struct desk d;

	(void)state;
	desk_open_settings(&d, 2000, "'icon':'aa'", "'icon':'zz'");
	desk_image(&d.snap, DESK_GUILD, "icons/1000/aa", "image/png", "ICON");
	desk_image(&d.live, 2000, "icons/2000/zz", "image/png", "ICON");
	desk_verbs(&d, "");
	desk_close(&d);
}

/* Images ------------------------------------------------------------------- */

static void plan__emojis_go_with_their_bytes_and_roles(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open_as(&d, 2000, "");
	desk_snap(&d, ZX_SECTION_ROLES, MOD);
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'30','name':'Mod','permissions':'4','position':2}");
	desk_snap(&d, ZX_SECTION_EMOJIS,
		  "{'id':'5','name':'pog','roles':['10']}");
	desk_image(&d.snap, 5, "emojis/5", "image/gif", "GIF8");
	desk_plan(&d);
	desk_ids(&d, &ids);
	desk_request(&d, desk_op(&d, ZX_ACT_EMOJI_CREATE, 0).id, &ids, "",
		     "POST /guilds/2000/emojis {'name':'pog','roles':['30'],"
		     "'image':'data:image/gif;base64,R0lGOA=='}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__an_emoji_for_few_never_becomes_one_for_all(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.what = ZX_RESTORE_EMOJIS;
	desk_snap(&d, ZX_SECTION_ROLES, MOD);
	desk_snap(&d, ZX_SECTION_EMOJIS,
		  "{'id':'5','name':'pog','roles':['10']}");
	desk_image(&d.snap, 5, "emojis/5", "image/gif", "GIF8");
	desk_expect(&d, "impossible emojis pog [unmapped] \n");
	desk_close(&d);
}

static void plan__emojis_without_bytes_or_room_are_told(void **state)
{
	struct desk d;
	char json[100], key[40];

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_EMOJIS, "{'id':'5','name':'lost'}");
	desk_snap(&d, ZX_SECTION_EMOJIS, "{'id':'6','name':'a b'}");
	desk_snap(&d, ZX_SECTION_EMOJIS,
		  "{'id':'7','name':'tv','managed':true}");
	for (int i = 100; i < 151; i++) {
		snprintf(json, sizeof(json), "{'id':'%d','name':'e%d'}", i, i);
		desk_snap(&d, ZX_SECTION_EMOJIS, json);
		snprintf(key, sizeof(key), "emojis/%d", i);
		desk_image(&d.snap, (uint64_t)i, key, "image/png", json);
	}
	desk_plan(&d);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_CREATE], 50);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_SKIP], 1);
	assert_int_equal(zx_plan_totals(d.plan)->verb[ZX_VERB_IMPOSSIBLE], 3);
	desk_close(&d);
}

static void plan__stickers_are_forms_and_lottie_needs_partners(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	struct zx_plan_request r;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_STICKERS,
		  "{'id':'5','name':'wave','description':null,'tags':'w',"
		  "'format_type':1}");
	desk_image(&d.snap, 5, "stickers/5", "image/gif", "GIF8");
	desk_snap(&d, ZX_SECTION_STICKERS,
		  "{'id':'6','name':'dance','format_type':3}");
	desk_image(&d.snap, 6, "stickers/6", "application/json", "{}");
	desk_expect(&d, "create stickers wave [missing] {'description':'',"
			"'name':'wave','tags':'w'}\n"
			"impossible stickers dance [feature] \n");
	desk_ids(&d, &ids);
	zx_plan_request_init(&r, NULL);
	assert_int_equal(
		zx_plan_request(d.plan, 1, &ids, &d.snap.store, ZX_STR(""), &r),
		1);
	assert_str(r.file, "GIF8");
	assert_str(r.file_name, "sticker.gif");
	assert_str(r.body,
		   "{\"description\":\"\",\"name\":\"wave\",\"tags\":\"w\"}");
	assert_str(r.reason,
		   "Restore 0123456789ab, operation 1 [zx:0123456789ab:1]");
	zx_plan_request_release(&r);
	zx_idmap_release(&ids);
	desk_close(&d);
}

/* The rest ----------------------------------------------------------------- */

static void plan__automod_rules_are_mapped_and_counted(void **state)
{
	static const char rule[] =
		"{'id':'%d','name':'r%d','trigger_type':3,'event_type':1,"
		"'enabled':true,'actions':[{'type':2,'metadata':{'channel_id':"
		"'21'}},{'type':1,'metadata':{}}],'exempt_roles':['10','11'],"
		"'exempt_channels':[]}";
	struct desk d;
	struct zx_idmap ids;
	char json[400];

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_ROLES, MOD);
	for (int i = 50; i < 52; i++) {
		snprintf(json, sizeof(json), rule, i, i);
		desk_snap(&d, ZX_SECTION_AUTOMOD, json);
	}
	desk_verbs(&d, "create automod r50\nimpossible automod r51\n");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "POST /guilds/1000/auto-moderation/rules {'actions':[{"
		     "'metadata':{},'type':1}],'enabled':true,'event_type':1,"
		     "'exempt_channels':[],'exempt_roles':['10'],'name':'r50',"
		     "'trigger_type':3}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__webhooks_of_people_come_back_with_new_addresses(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'40','type':1,'name':'News','channel_id':'21'}");
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'41','type':2,'name':'Follow','channel_id':'21'}");
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'42','type':1,'name':'My DisCord','channel_id':"
		  "'21'}");
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'43','type':1,'name':'Lost','channel_id':'29'}");
	desk_verbs(&d, "create webhooks News\nimpossible webhooks Follow\n"
		       "impossible webhooks My DisCord\n"
		       "impossible webhooks Lost\n");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "POST /channels/21/webhooks {'name':'News'}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__a_webhook_comes_back_with_its_avatar(void **state)
{
	struct zx_plan_op op;
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'40','type':1,'name':'News','channel_id':'21',"
		  "'avatar':'a1b2'}");
	/* Of a snapshot that was made before avatars were kept. */
	desk_snap(&d, ZX_SECTION_WEBHOOKS,
		  "{'id':'41','type':1,'name':'Old','channel_id':'21',"
		  "'avatar':'cc'}");
	desk_image(&d.snap, 40, "avatars/40/a1b2", "image/png", "PNG");
	desk_verbs(&d, "create webhooks News\ndowngrade webhooks Old\n");
	op = desk_op(&d, ZX_ACT_WEBHOOK_CREATE, 1);
	assert_int_equal(op.reason, ZX_WHY_NO_IMAGE);
	assert_str(op.detail, "Without its avatar: the snapshot has no bytes "
			      "of it. Its address will be a new one.");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "POST /channels/21/webhooks {'name':'News','avatar':"
		     "'data:image/png;base64,UE5H'}");
	desk_request(&d, 2, &ids, "",
		     "POST /channels/21/webhooks {'name':'Old'}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__events_to_come_are_made_and_past_ones_not(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.now = 1800000000000; /* 2027-01-15 */
	desk_snap(&d, ZX_SECTION_EVENTS,
		  "{'id':'40','name':'Party','status':1,'entity_type':3,"
		  "'privacy_level':2,'channel_id':null,'scheduled_start_time':"
		  "'2027-02-01T00:00:00+00:00','scheduled_end_time':"
		  "'2027-02-01T02:00:00+00:00','entity_metadata':{'location':"
		  "'here'},'recurrence_rule':{'count':3,'frequency':2,"
		  "'interval':1,'start':'2027-02-01T00:00:00+00:00'}}");
	desk_snap(&d, ZX_SECTION_EVENTS,
		  "{'id':'41','name':'Past','status':1,'entity_type':3,"
		  "'scheduled_start_time':'2026-02-01T00:00:00+00:00'}");
	desk_expect(&d, "create events Party [missing] {'channel_id':null,"
			"'entity_metadata':{'location':'here'},'entity_type':3,"
			"'name':'Party','privacy_level':2,'recurrence_rule':{"
			"'frequency':2,'interval':1,'start':"
			"'2027-02-01T00:00:00+00:00'},'scheduled_end_time':"
			"'2027-02-01T02:00:00+00:00','scheduled_start_time':"
			"'2027-02-01T00:00:00+00:00'}\n"
			"skip events Past [past] \n");
	desk_close(&d);
}

static const char onboarding[] =
	"{'enabled':true,'mode':0,'default_channel_ids':['%d'],'prompts':[{"
	"'id':'%d','title':'T','type':0,'required':false,'single_select':true,"
	"'in_onboarding':true,'options':[{'id':'%d','title':'O','description':"
	"null,'channel_ids':['%d'],'role_ids':['%d'],'emoji':{'id':null,"
	"'name':'x','animated':false}}]}]}";

static void plan__onboarding_is_written_as_discord_takes_it(void **state)
{
	struct desk d;
	struct zx_idmap ids;
	char json[600];

	(void)state;
	desk_open_as(&d, 2000, "'features':['COMMUNITY']");
	desk_snap(&d, ZX_SECTION_ROLES, MOD);
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'30','name':'Mod','permissions':'4','position':2}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'91','type':0,'name':'chat','position':0}");
	snprintf(json, sizeof(json), onboarding, 21, 5, 6, 21, 10);
	desk_snap(&d, ZX_SECTION_ONBOARDING, json);
	desk_verbs(&d, "downgrade onboarding onboarding\n");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "PUT /guilds/2000/onboarding {'default_channel_ids':["
		     "'91'],'enabled':false,'mode':0,'prompts':[{'id':'5',"
		     "'in_onboarding':true,'options':[{'channel_ids':['91'],"
		     "'description':null,'emoji_animated':false,'emoji_id':"
		     "null,'emoji_name':'x','id':'6','role_ids':['30'],"
		     "'title':'O'}],'required':false,'single_select':true,"
		     "'title':'T','type':0}]}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void C04__onboarding_with_other_ids_is_the_same(void **state)
{
	struct desk d;
	char json[600], *on;

	(void)state;
	desk_open_as(&d, 2000, "'features':['COMMUNITY']");
	desk_snap(&d, ZX_SECTION_ROLES, MOD);
	desk_live(&d, ZX_SECTION_ROLES,
		  "{'id':'30','name':'Mod','permissions':'4','position':2}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'91','type':0,'name':'chat','position':0}");
	snprintf(json, sizeof(json), onboarding, 21, 5, 6, 21, 10);
	desk_snap(&d, ZX_SECTION_ONBOARDING, json);
	snprintf(json, sizeof(json), onboarding, 91, 95, 96, 91, 30);
	/* Off, for it has too few channels: as it would be made. */
	on = strstr(json, "true");
	memcpy(on, "null", 4);
	desk_live(&d, ZX_SECTION_ONBOARDING, json);
	desk_verbs(&d, "");
	desk_close(&d);
}

static void plan__a_welcome_screen_loses_channels_that_are_lost(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open_as(&d, DESK_GUILD, "'features':['COMMUNITY']");
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':0}");
	desk_snap(&d, ZX_SECTION_WELCOME,
		  "{'description':'Hi','welcome_channels':[{'channel_id':'21',"
		  "'description':'a','emoji_id':'9','emoji_name':null},{"
		  "'channel_id':'29','description':'b','emoji_id':null,"
		  "'emoji_name':null}]}");
	desk_live(&d, ZX_SECTION_WELCOME,
		  "{'description':'Hi','welcome_channels':[]}");
	desk_verbs(&d, "update welcome welcome screen\n");
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "PATCH /guilds/1000/welcome-screen {'welcome_channels':[{"
		     "'channel_id':'21','description':'a','emoji_id':null,"
		     "'emoji_name':null}]}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__the_bots_settings_go_to_the_host(void **state)
{
	struct desk d;
	struct zx_idmap ids;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_BOT, "{'prefix':'?','mention':true}");
	desk_live(&d, ZX_SECTION_BOT, "{'prefix':'!','mention':true}");
	desk_expect(&d, "update bot settings of the bot [changed] "
			"{'prefix':'?'}\n");
	assert_int_equal(zx_plan_totals(d.plan)->requests, 0);
	assert_false(zx_plan_empty(d.plan));
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "", "HOST  {'prefix':'?'}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__what_could_not_be_read_is_told(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_err(zx_guild_add_missing(d.snap.w, "bans", "no permission"),
		   ZX_OK);
	desk_expect(&d, "impossible incomplete bans [incomplete] \n");
	assert_str(desk_op(&d, ZX_ACT_NONE, 0).detail, "no permission");
	desk_close(&d);
}

/* Nobody knows whether they are there: they could be made twice. */
static void plan__what_cannot_be_read_now_is_not_made(void **state)
{
	struct zx_plan_problem p;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_BANS, "{'id':'1','name':'a'}");
	desk_snap(&d, ZX_SECTION_AUTOMOD,
		  "{'id':'50','name':'r','trigger_type':1}");
	desk_both(&d, ZX_SECTION_ROLES, MOD);
	desk_snap(&d, ZX_SECTION_MEMBERS,
		  "{'id':'80','name':'ann','roles':['10']}");
	assert_err(zx_guild_add_missing(d.live.w, "bans", "HTTP 500"), ZX_OK);
	assert_err(zx_guild_add_missing(d.live.w, "events", "HTTP 500"), ZX_OK);
	assert_err(zx_guild_add_missing(d.live.w, "members",
					"needs the Server Members intent"),
		   ZX_OK);
	desk_expect(&d, "create automod r [missing] {'name':'r',"
			"'trigger_type':1}\n"
			"impossible bans bans [incomplete] \n"
			"impossible members members [incomplete] \n");
	assert_int_equal(zx_plan_totals(d.plan)->absent, 0);
	assert_true(zx_plan_problem(d.plan, 1, &p));
	assert_str(p.text,
		   "The members of the server cannot be read now (needs the "
		   "Server Members intent): nothing is done about them.");
	desk_close(&d);
}

static void plan__a_hidden_category_is_not_made_again(void **state)
{
	struct zx_plan_problem p;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'20','type':4,'name':'Staff','position':0}");
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'chat','position':1,"
		  "'parent_id':'20'}");
	assert_err(zx_guild_add_missing(d.live.w, "channels",
					"some may be missing: those hidden"),
		   ZX_OK);
	assert_err(zx_guild_add_missing(d.live.w, "channels/20",
					"hidden from the bot"),
		   ZX_OK);
	desk_verbs(&d, "create channels chat\norder channels all channels\n"
		       "skip channels Staff\n");
	assert_true(zx_plan_problem(d.plan, 0, &p));
	assert_false(p.blocks);
	desk_ids(&d, &ids);
	desk_request(&d, 1, &ids, "",
		     "POST /guilds/1000/channels {'name':'chat','parent_id':"
		     "'20','permission_overwrites':[],'position':1,'type':0}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan__members_gain_what_they_lost),
		cmocka_unit_test(plan__role_sync_takes_what_members_had_not),
		cmocka_unit_test(plan__a_member_gets_the_role_that_is_made),
		cmocka_unit_test(C05__roles_that_cannot_be_given_are_told_once),
		cmocka_unit_test(plan__nicknames_come_back_but_the_owners),
		cmocka_unit_test(plan__bans_of_one_reason_go_together),
		cmocka_unit_test(plan__a_bulk_ban_has_two_hundred_at_most),
		cmocka_unit_test(
			plan__settings_are_mapped_wherever_a_channel_stands),
		cmocka_unit_test(plan__a_channel_that_is_lost_is_not_set),
		cmocka_unit_test(plan__the_widget_is_as_it_was),
		cmocka_unit_test(plan__what_only_the_owner_can_do_is_listed),
		cmocka_unit_test(plan__a_community_is_made_before_its_channels),
		cmocka_unit_test(
			plan__an_icon_comes_back_and_a_banner_needs_boosts),
		cmocka_unit_test(C04__the_same_bytes_are_the_same_icon),
		cmocka_unit_test(plan__emojis_go_with_their_bytes_and_roles),
		cmocka_unit_test(
			plan__an_emoji_for_few_never_becomes_one_for_all),
		cmocka_unit_test(plan__emojis_without_bytes_or_room_are_told),
		cmocka_unit_test(
			plan__stickers_are_forms_and_lottie_needs_partners),
		cmocka_unit_test(plan__automod_rules_are_mapped_and_counted),
		cmocka_unit_test(
			plan__webhooks_of_people_come_back_with_new_addresses),
		cmocka_unit_test(plan__a_webhook_comes_back_with_its_avatar),
		cmocka_unit_test(
			plan__events_to_come_are_made_and_past_ones_not),
		cmocka_unit_test(
			plan__onboarding_is_written_as_discord_takes_it),
		cmocka_unit_test(C04__onboarding_with_other_ids_is_the_same),
		cmocka_unit_test(
			plan__a_welcome_screen_loses_channels_that_are_lost),
		cmocka_unit_test(plan__the_bots_settings_go_to_the_host),
		cmocka_unit_test(plan__what_could_not_be_read_is_told),
		cmocka_unit_test(plan__what_cannot_be_read_now_is_not_made),
		cmocka_unit_test(plan__a_hidden_category_is_not_made_again),
	};

	return cmocka_run_group_tests_name("plan_rest", tests, NULL, NULL);
}
