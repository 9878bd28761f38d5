/* SPDX-License-Identifier: MIT
 *
 * Items of kinds that the server makes itself, or makes something else of.
 */
#include "guild/plan_desk.h"

#define EVENT                                                                  \
	"{'id':'40','name':'Meet','status':1,'entity_type':1,"                 \
	"'privacy_level':2,'channel_id':'21','entity_metadata':null,"          \
	"'scheduled_start_time':'2027-02-01T00:00:00+00:00'}"
#define MADE(type)                                                             \
	"{'channel_id':'21','entity_metadata':null,'entity_type':" type        \
	",'name':'Meet','privacy_level':2,'scheduled_start_time':"             \
	"'2027-02-01T00:00:00+00:00'}\n"

static void
plan__an_event_on_a_stage_goes_to_the_voice_made_instead(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.now = 1800000000000; /* 2027-01-15 */
	d.opt.what = ZX_RESTORE_EVENTS | ZX_RESTORE_CHANNELS;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':13,'name':'Stage','position':0}");
	desk_snap(&d, ZX_SECTION_EVENTS, EVENT);
	desk_plan(&d);
	assert_int_equal(desk_op(&d, ZX_ACT_EVENT_CREATE, 0).verb,
			 ZX_VERB_DOWNGRADE);
	assert_str(desk_op(&d, ZX_ACT_EVENT_CREATE, 0).detail,
		   "As an event in a voice channel: its stage channel is a "
		   "voice channel here.");
	desk_close(&d);
}

static void plan__an_event_on_a_stage_that_is_there_stays_one(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.now = 1800000000000;
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':13,'name':'Stage','position':0}");
	desk_snap(&d, ZX_SECTION_EVENTS, EVENT);
	desk_expect(&d, "create events Meet [missing] " MADE("1"));
	desk_close(&d);
}

static void
plan__an_event_on_a_stage_that_is_voice_now_is_of_voice(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.now = 1800000000000;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':13,'name':'Stage','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':2,'name':'Stage','position':0}");
	desk_snap(&d, ZX_SECTION_EVENTS, EVENT);
	desk_expect(&d, "downgrade events Meet [community] " MADE("2"));
	desk_close(&d);
}

static void plan__an_event_on_a_stage_cannot_be_where_people_write(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.now = 1800000000000;
	desk_snap(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':13,'name':'Stage','position':0}");
	desk_live(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'Stage','position':0}");
	desk_snap(&d, ZX_SECTION_EVENTS, EVENT);
	desk_expect(&d, "impossible events Meet [unmapped] \n");
	assert_str(desk_op(&d, ZX_ACT_NONE, 0).detail,
		   "Its channel is neither a stage nor a voice channel.");
	desk_close(&d);
}

/* A restore of a plan begins what may begin: not this one before its emoji. */
static void plan__a_sound_waits_for_the_emoji_it_has(void **state)
{
	struct zx_plan_op sound, emoji;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_EMOJIS, "{'id':'5','name':'pog'}");
	desk_image(&d.snap, 5, "emojis/5", "image/gif", "GIF8");
	desk_both(&d, ZX_SECTION_EMOJIS, "{'id':'6','name':'old'}");
	desk_snap(&d, ZX_SECTION_SOUNDBOARD,
		  "{'sound_id':'7','name':'honk','emoji_id':'5','emoji_name':"
		  "null,'volume':1}");
	desk_image(&d.snap, 7, "soundboard-sounds/7", "audio/mpeg", "ID3");
	desk_snap(&d, ZX_SECTION_SOUNDBOARD,
		  "{'sound_id':'8','name':'boing','emoji_id':'6','volume':1}");
	desk_image(&d.snap, 8, "soundboard-sounds/8", "audio/mpeg", "ID3");
	desk_plan(&d);
	emoji = desk_op(&d, ZX_ACT_EMOJI_CREATE, 0);
	sound = desk_op(&d, ZX_ACT_SOUND_CREATE, 0);
	assert_true(zx_str_is(sound.name, "boing"));
	assert_int_equal(sound.phase, ZX_PHASE_UPLOADS);
	sound = desk_op(&d, ZX_ACT_SOUND_CREATE, 1);
	assert_true(zx_str_is(sound.name, "honk"));
	assert_true(zx_plan_phase_after(sound.phase) >> emoji.phase & 1);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_EMOJI, 5, 55);
	desk_request(&d, sound.id, &ids, "",
		     "POST /guilds/1000/soundboard-sounds {'emoji_id':'55',"
		     "'emoji_name':null,'name':'honk','volume':1,'sound':"
		     "'data:audio/mpeg;base64,SUQz'}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

/* Emojis that are there ---------------------------------------------------- */

static void role(struct desk *d, int live, const char *id)
{
	char json[100];

	snprintf(json, sizeof(json),
		 "{'id':'%s','name':'r%s','permissions':'0','position':1}", id,
		 id);
	desk_snap(d, ZX_SECTION_ROLES, json);
	if (live)
		desk_live(d, ZX_SECTION_ROLES, json);
}

static void two_emojis(struct desk *d)
{
	desk_open(d);
	role(d, 1, "10");
	role(d, 0, "11");
	desk_snap(d, ZX_SECTION_EMOJIS,
		  "{'id':'5','name':'pog','roles':['10','11']}");
	desk_live(d, ZX_SECTION_EMOJIS,
		  "{'id':'5','name':'pog','roles':['10']}");
	desk_both(d, ZX_SECTION_EMOJIS,
		  "{'id':'6','name':'same','roles':['10']}");
	desk_both(d, ZX_SECTION_EMOJIS,
		  "{'id':'7','name':'twitch','managed':true,'roles':['10']}");
}

static void plan__who_may_use_an_emoji_is_brought_back_when_asked(void **state)
{
	struct zx_plan_op op;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	two_emojis(&d);
	d.opt.what = ZX_RESTORE_EMOJIS | ZX_RESTORE_ROLES;
	d.opt.update = 1;
	desk_verbs(&d, "create roles r11\norder roles all roles\n"
		       "update emojis pog\n");
	assert_int_equal(zx_plan_totals(d.plan)->same[ZX_SECTION_EMOJIS], 2);
	op = desk_op(&d, ZX_ACT_EMOJI_UPDATE, 0);
	assert_str(op.before, "{\"roles\":[\"10\"]}");
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_ROLE, 11, 31);
	desk_request(&d, op.id, &ids, "",
		     "PATCH /guilds/1000/emojis/5 {'roles':['10','31']}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__who_may_use_an_emoji_is_left_alone_unless_asked(void **state)
{
	struct desk d;

	(void)state;
	two_emojis(&d);
	d.opt.what = ZX_RESTORE_EMOJIS;
	desk_verbs(&d, "");
	assert_int_equal(zx_plan_totals(d.plan)->same[ZX_SECTION_EMOJIS], 3);
	desk_close(&d);
}

static void plan__an_emoji_of_lost_roles_is_not_opened_to_all(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	role(&d, 0, "11");
	desk_snap(&d, ZX_SECTION_EMOJIS,
		  "{'id':'5','name':'pog','roles':['11']}");
	desk_live(&d, ZX_SECTION_EMOJIS, "{'id':'5','name':'pog','roles':[]}");
	d.opt.what = ZX_RESTORE_EMOJIS;
	d.opt.update = 1;
	desk_expect(&d, "impossible emojis pog [unmapped] \n");
	desk_close(&d);
}

/* The rule that Discord makes ---------------------------------------------- */

#define RULE(id, name, limit)                                                  \
	"{'id':'" id "','name':'" name "','event_type':1,'trigger_type':5,"    \
	"'trigger_metadata':{'mention_total_limit':" limit "},'enabled':"      \
	"true,'actions':[{'type':1,'metadata':{}}],'exempt_roles':[],"         \
	"'exempt_channels':[]}"
#define COMMUNE                                                                \
	"'features':['COMMUNITY'],'rules_channel_id':'21',"                    \
	"'public_updates_channel_id':'21'"

/* With the rule in the snapshot; the server is about to be a community. */
static void communes(struct desk *d, const char *is, int update)
{
	desk_open_settings(d, DESK_GUILD, COMMUNE, is);
	desk_both(d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':0,'name':'rules','position':0}");
	desk_snap(d, ZX_SECTION_AUTOMOD, RULE("50", "Mentions", "12"));
	d->opt.update = update;
	d->opt.what = ZX_RESTORE_AUTOMOD | ZX_RESTORE_GUILD;
}

static void plan__the_rule_that_comes_with_a_community_is_not_made(void **state)
{
	struct zx_plan_op op;
	struct desk d;

	(void)state;
	communes(&d, "'features':[]", 0);
	desk_plan(&d);
	assert_true(desk_has(&d, ZX_ACT_COMMUNITY));
	assert_false(desk_has(&d, ZX_ACT_AUTOMOD_CREATE));
	op = desk_op(&d, ZX_ACT_NONE, 0);
	assert_int_equal(op.verb, ZX_VERB_SKIP);
	assert_str(op.detail, "Discord makes one of this kind itself when the "
			      "server becomes a community.");
	desk_close(&d);
}

static void plan__the_rule_that_comes_with_a_community_becomes_it(void **state)
{
	struct zx_plan_op op;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	communes(&d, "'features':[]", 1);
	desk_plan(&d);
	assert_false(desk_has(&d, ZX_ACT_AUTOMOD_CREATE));
	op = desk_op(&d, ZX_ACT_AUTOMOD_ADOPT, 0);
	assert_true(zx_plan_phase_after(op.phase) >> ZX_PHASE_COMMUNITY & 1);
	desk_ids(&d, &ids);
	desk_request(&d, op.id, &ids, "",
		     "GET /guilds/1000/auto-moderation/rules ");
	desk_request(&d, op.id, &ids,
		     "[{'id':'8','trigger_type':1},{'id':'9','trigger_type':"
		     "5}]",
		     "PATCH /guilds/1000/auto-moderation/rules/9 {'actions':[{"
		     "'metadata':{},'type':1}],'enabled':true,'event_type':1,"
		     "'exempt_channels':[],'exempt_roles':[],'name':"
		     "'Mentions','trigger_metadata':{'mention_total_limit':12}"
		     "}");
	desk_request(&d, op.id, &ids, "[{'id':'8','trigger_type':1}]",
		     "ZX_E_NOTFOUND 50");
	desk_request(&d, op.id, &ids, "{'id':'9','trigger_type':5}", "ZX_OK 0");
	zx_idmap_release(&ids);
	desk_close(&d);
}

static int all_done(uint32_t op, uint64_t *made, void *ud)
{
	(void)op;
	(void)ud;
	*made = 4000 + op;
	return 1;
}

static void plan__the_way_back_says_which_rule_stays(void **state)
{
	struct zx_plan *back;
	struct zx_plan_op op;
	struct zx_idmap ids;
	struct desk d;
	unsigned said = 0;

	(void)state;
	communes(&d, "'features':[]", 1);
	desk_plan(&d);
	desk_ids(&d, &ids);
	assert_err(zx_plan_undo(&back, d.plan, "abcdefabcdef", &ids, all_done,
				NULL),
		   ZX_OK);
	for (size_t i = 0; zx_plan_op(back, i, &op); i++) {
		if (op.section != ZX_SECTION_AUTOMOD)
			continue;
		said++;
		assert_int_equal(op.verb, ZX_VERB_IMPOSSIBLE);
		assert_int_equal(op.act, ZX_ACT_NONE);
		assert_str(op.name, "Mentions");
		assert_str(op.detail,
			   "Discord made this rule itself when the server "
			   "became a community: it stays as the restore set "
			   "it.");
	}
	assert_int_equal(said, 1);
	zx_plan_free(back);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__a_communitys_rule_is_the_one_of_another_name(void **state)
{
	struct desk d;

	(void)state;
	for (int update = 0; update < 2; update++) {
		communes(&d, COMMUNE, update);
		desk_live(&d, ZX_SECTION_AUTOMOD,
			  RULE("60", "Block Mention Spam", "12"));
		desk_expect(&d, update ? "update automod Mentions [changed] "
					 "{'name':'Mentions'}\n"
				       : "skip automod Mentions [managed] \n");
		if (update)
			assert_int_equal(
				desk_op(&d, ZX_ACT_AUTOMOD_UPDATE, 0).live_id,
				60);
		desk_close(&d);
	}
}

/* Who speaks on a stage just now is no setting: no snapshot has it. */
static void plan__a_stage_that_was_live_stays_silent(void **state)
{
	struct desk d;

	(void)state;
	desk_open_settings(&d, DESK_GUILD,
			   "'stage_instances':[{'id':'5','channel_id':'21',"
			   "'topic':'Hear us','privacy_level':2}]",
			   "");
	d.opt.update = d.opt.role_sync = 1;
	desk_both(&d, ZX_SECTION_CHANNELS,
		  "{'id':'21','type':13,'name':'Stage','position':0}");
	desk_expect(&d, "");
	assert_int_equal(zx_guild_document(&d.snap.r, mem_append, &d.text),
			 ZX_OK);
	assert_null(strstr(zx_buf_cstr(&d.text), "Hear us"));
	assert_non_null(strstr(zx_buf_cstr(&d.text), "Stage"));
	desk_close(&d);
}

/* Flags of channels -------------------------------------------------------- */

#define FLAGGED(id, type, flags)                                               \
	"{'id':'" id "','type':" type ",'name':'c" id                          \
	"','position':0,'flags':" flags "}"

/* 1: Discord's own. 16: posts need a tag. 32768: media are not downloaded.
 * 2097152: a spoiler. */
static void plan__flags_of_channels_are_brought_back_when_asked(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.what = ZX_RESTORE_CHANNELS | ZX_RESTORE_CATEGORIES;
	d.opt.update = 1;
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("20", "15", "17"));
	desk_live(&d, ZX_SECTION_CHANNELS, FLAGGED("20", "15", "0"));
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("21", "16", "0"));
	desk_live(&d, ZX_SECTION_CHANNELS, FLAGGED("21", "16", "32784"));
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("22", "0", "2097152"));
	desk_live(&d, ZX_SECTION_CHANNELS, FLAGGED("22", "0", "1"));
	/* What cannot be set is no difference. */
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("23", "13", "2097152"));
	desk_live(&d, ZX_SECTION_CHANNELS, FLAGGED("23", "13", "0"));
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("24", "0", "1"));
	desk_live(&d, ZX_SECTION_CHANNELS, FLAGGED("24", "0", "16"));
	desk_expect(&d, "update channels c20 [changed] {'flags':16}\n"
			"update channels c21 [changed] {'flags':0}\n"
			"update channels c22 [changed] {'flags':2097152}\n");
	assert_str(desk_op(&d, ZX_ACT_CHANNEL_UPDATE, 1).before,
		   "{\"flags\":32784}");
	d.opt.update = 0;
	desk_expect(&d, "");
	desk_close(&d);
}

static void plan__flags_of_a_channel_that_is_made_follow_it(void **state)
{
	struct zx_plan_op op;
	struct zx_idmap ids;
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.what = ZX_RESTORE_CHANNELS;
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("21", "0", "2097153"));
	/* A text channel here: it cannot need tags. */
	desk_snap(&d, ZX_SECTION_CHANNELS, FLAGGED("22", "15", "16"));
	desk_verbs(&d, "create channels c21\ndowngrade channels c22\n"
		       "order channels all channels\nupdate channels c21\n");
	op = desk_op(&d, ZX_ACT_CHANNEL_UPDATE, 0);
	desk_ids(&d, &ids);
	desk_request(&d, op.id, &ids, "", "ZX_E_NOTFOUND 21");
	assert_err(zx_idmap_put(&ids, ZX_ID_CHANNEL, 21, 91), ZX_OK);
	desk_request(&d, op.id, &ids, "",
		     "PATCH /channels/91 {'flags':2097152}");
	zx_idmap_release(&ids);
	desk_close(&d);
}

/* The icon and the banner of a server have one id, the server's. */
static void plan__a_round_says_of_each_image_what_is_in_the_way(void **state)
{
	static const char was[] =
		"'features':['BANNER'],'icon':'a1','banner':'b1'";
	struct zx_plan *grown;
	struct desk one, two;

	(void)state;
	desk_open_settings(&one, DESK_GUILD, was,
			   "'features':['BANNER'],'icon':null,'banner':'b1'");
	desk_plan(&one);
	desk_open_settings(&two, DESK_GUILD, was,
			   "'features':['BANNER'],'icon':null,'banner':null");
	desk_snap(&two, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'0','position':1}");
	desk_plan(&two);
	assert_err(zx_plan_add_round(&grown, one.plan, two.plan), ZX_OK);
	assert_int_equal(zx_plan_totals(grown)->verb[ZX_VERB_IMPOSSIBLE], 2);
	zx_plan_free(grown);
	desk_close(&one);
	desk_close(&two);
}

/* Of a program built before there were `bot_roles`. */
static void plan__options_that_end_earlier_are_taken(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_snap(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'Mod','permissions':'0','position':1}");
	d.opt.size = offsetof(struct zx_restore_options, bot_roles);
	d.opt.bot_roles.len = SIZE_MAX;
	desk_plan(&d);
	assert_true(desk_has(&d, ZX_ACT_ROLE_CREATE));
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			plan__an_event_on_a_stage_goes_to_the_voice_made_instead),
		cmocka_unit_test(
			plan__an_event_on_a_stage_that_is_there_stays_one),
		cmocka_unit_test(
			plan__an_event_on_a_stage_that_is_voice_now_is_of_voice),
		cmocka_unit_test(
			plan__an_event_on_a_stage_cannot_be_where_people_write),
		cmocka_unit_test(plan__a_sound_waits_for_the_emoji_it_has),
		cmocka_unit_test(
			plan__who_may_use_an_emoji_is_brought_back_when_asked),
		cmocka_unit_test(
			plan__who_may_use_an_emoji_is_left_alone_unless_asked),
		cmocka_unit_test(
			plan__an_emoji_of_lost_roles_is_not_opened_to_all),
		cmocka_unit_test(
			plan__the_rule_that_comes_with_a_community_is_not_made),
		cmocka_unit_test(
			plan__the_rule_that_comes_with_a_community_becomes_it),
		cmocka_unit_test(plan__the_way_back_says_which_rule_stays),
		cmocka_unit_test(
			plan__a_communitys_rule_is_the_one_of_another_name),
		cmocka_unit_test(plan__a_stage_that_was_live_stays_silent),
		cmocka_unit_test(
			plan__flags_of_channels_are_brought_back_when_asked),
		cmocka_unit_test(
			plan__flags_of_a_channel_that_is_made_follow_it),
		cmocka_unit_test(
			plan__a_round_says_of_each_image_what_is_in_the_way),
		cmocka_unit_test(plan__options_that_end_earlier_are_taken),
	};

	return cmocka_run_group_tests_name("plan_kinds", tests, NULL, NULL);
}
