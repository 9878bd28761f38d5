/* SPDX-License-Identifier: MIT
 *
 * sandbox: AutoMod, scheduled events, onboarding, the welcome screen and the
 * soundboard: what succeeds, and each refusal.
 */
#include "helper/zx_test.h"
#include "sandbox/rows.h"

static struct off t;
static unsigned events;
static char last_event[64];

static void on_event(void *ud, uint64_t guild, const char *event, const char *d)
{
	(void)ud;
	(void)guild;
	(void)d;
	if (strcmp(event, "GUILD_AUDIT_LOG_ENTRY_CREATE") != 0)
		snprintf(last_event, sizeof(last_event), "%s", event);
	events++;
}

static int setup(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	(void)state;
	o.on_event = on_event;
	off_open(&t, "empty,everything,unboosted", &o);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	off_close(&t);
	return 0;
}

/* The last thing in the audit log: its action, with the reason of the rows. */
static void audited(uint64_t guild, int action)
{
	off(&t, NULL, "GET /guilds/%" PRIu64 "/audit-logs?limit=1", guild);
	assert_int_equal(number_at(t.reply, "audit_log_entries.0.action_type"),
			 action);
	assert_string_equal(text_at(t.reply, "audit_log_entries.0.reason"),
			    "rows");
}

#define MISSING "BASE_TYPE_REQUIRED"
#define LENGTH "BASE_TYPE_BAD_LENGTH"
#define CHOICES "BASE_TYPE_CHOICES"
#define TOO_LONG "BASE_TYPE_MAX_LENGTH"

/* AutoMod ----------------------------------------------------------------- */

#define AM "/guilds/{guild}/auto-moderation/rules"
#define RULE(type, meta, actions)                                              \
	"{'name':'r','event_type':1,'trigger_type':" #type                     \
	",'trigger_metadata':" meta ",'actions':" actions "}"
#define BLOCK "[{'type':1}]"

static void automod__a_rule_lives_and_dies(void **state)
{
	(void)state;
	assert_int_equal(
		row_send(&t, t.guild[1], "PATCH " AM "/{rule:Spam}",
			 "{'enabled':true,'name':'Spam 2','exempt_roles':"
			 "['{role:Member}']}"),
		200);
	assert_string_equal(last_event, "AUTO_MODERATION_RULE_UPDATE");
	audited(t.guild[1], 141);
	row_send(&t, t.guild[1], "GET " AM "/{rule:Spam 2}", NULL);
	assert_true(cJSON_IsTrue(at(t.reply, "body.enabled")));
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "body.exempt_roles")),
			 1);
	assert_int_equal(
		row_send(&t, t.guild[1], "DELETE " AM "/{rule:Spam 2}", NULL),
		204);
	assert_string_equal(last_event, "AUTO_MODERATION_RULE_DELETE");
	audited(t.guild[1], 142);
	assert_int_equal(
		row_send(&t, t.guild[1], "POST " AM, RULE(3, "{}", BLOCK)),
		200);
	assert_string_equal(last_event, "AUTO_MODERATION_RULE_CREATE");
	assert_true(cJSON_IsFalse(at(t.reply, "body.enabled")));
	audited(t.guild[1], 140);
}

static void automod__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ "POST " AM, "{}", 400, 50035, "name", MISSING },
		{ "POST " AM, "{}", 400, 50035, "actions", MISSING },
		{ "POST " AM, RULE(2, "{}", BLOCK), 400, 50035, "trigger_type",
		  CHOICES },
		{ "POST " AM, RULE(1, "{}", "[]"), 400, 50035, "actions",
		  LENGTH },
		{ "POST " AM, RULE(1, "{'keyword_filter':['']}", BLOCK), 400,
		  50035, "trigger_metadata.keyword_filter.0", LENGTH },
		{ "POST " AM, RULE(4, "{'presets':[4]}", BLOCK), 400, 50035,
		  "trigger_metadata.presets.0", CHOICES },
		{ "POST " AM, RULE(5, "{'mention_total_limit':51}", BLOCK), 400,
		  50035, "trigger_metadata.mention_total_limit",
		  "NUMBER_TYPE_MAX" },
		{ "POST " AM,
		  RULE(1, "{}", "[{'type':2,'metadata':{'channel_id':'1'}}]"),
		  400, 50035, "actions.0.metadata.channel_id",
		  "CHANNEL_INVALID" },
		{ "POST " AM, RULE(1, "{}", "[{'type':2}]"), 400, 50035,
		  "actions.0.metadata.channel_id", MISSING },
		{ "POST " AM,
		  RULE(1, "{}",
		       "[{'type':3,'metadata':{'duration_seconds':2419201}}]"),
		  400, 50035, "actions.0.metadata.duration_seconds",
		  "NUMBER_TYPE_MAX" },
		{ "POST " AM,
		  RULE(3, "{}",
		       "[{'type':3,'metadata':{'duration_seconds':1}}]"),
		  400, 50035, "actions.0",
		  "AUTO_MODERATION_INVALID_ACTION_TYPE" },
		{ "POST " AM, RULE(1, "{}", "[{'type':4}]"), 400, 50035,
		  "actions.0", "AUTO_MODERATION_INVALID_ACTION_TYPE" },
		{ "POST " AM,
		  "{'name':'r','event_type':1,'trigger_type':6,'actions':"
		  "[{'type':1}]}",
		  400, 50035, "event_type",
		  "AUTO_MODERATION_INVALID_EVENT_TYPE" },
		{ "POST " AM,
		  "{'name':'r','event_type':1,'trigger_type':3,'actions':"
		  "[{'type':1}],'exempt_roles':['5']}",
		  400, 50035, "exempt_roles.0", "INVALID_ID" },
		{ "GET " AM "/5", NULL, 404, 0, NULL, NULL },
		{ "DELETE " AM "/5", NULL, 404, 0, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[0], rows);
}

static void automod__each_trigger_has_its_number(void **state)
{
	static const struct row full = { "POST " AM,
					 RULE(1, "{}", BLOCK),
					 400,
					 50035,
					 "",
					 "AUTO_MODERATION_MAX_RULES_OF"
					 "_TYPE_EXCEEDED" };

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_int_equal(row_send(&t, t.guild[0], "POST " AM,
					  RULE(1, "{}", BLOCK)),
				 200);
	row_check(&t, t.guild[0], &full);
	assert_int_equal(row_send(&t, t.guild[0], "POST " AM,
				  RULE(5, "{'mention_total_limit':5}", BLOCK)),
			 200);
	assert_int_equal(row_send(&t, t.guild[0], "POST " AM,
				  RULE(5, "{'mention_total_limit':5}", BLOCK)),
			 400);
}

static void automod__a_community_has_a_mention_rule_that_stays(void **state)
{
	(void)state;
	assert_int_equal(off_named(&t, t.guild[0], "auto-moderation/rules",
				   "Block Mention Spam"),
			 0);
	assert_int_equal(row_send(&t, t.guild[0],
				  "POST /guilds/{guild}/channels",
				  "{'name':'rules'}"),
			 201);
	assert_int_equal(row_send(&t, t.guild[0], "PATCH /guilds/{guild}",
				  "{'features':['COMMUNITY'],"
				  "'rules_channel_id':'{channel:rules}',"
				  "'public_updates_channel_id':"
				  "'{channel:rules}'}"),
			 200);
	assert_int_not_equal(off_named(&t, t.guild[0], "auto-moderation/rules",
				       "Block Mention Spam"),
			     0);
	assert_int_equal(row_send(&t, t.guild[0],
				  "DELETE " AM "/{rule:Block Mention Spam}",
				  NULL),
			 404);
}

static void automod__a_timeout_takes_the_permission(void **state)
{
	static const struct row row = {
		"POST " AM,
		RULE(1, "{}", "[{'type':3,'metadata':{'duration_seconds':1}}]"),
		403,
		50013,
		NULL,
		NULL
	};
	uint64_t role;

	(void)state;
	/* The member manages the server, but times nobody out. */
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	off(&t, "{'name':'m','permissions':'32'}",
	    "POST /guilds/%" PRIu64 "/roles", t.guild[1]);
	role = id_at(t.reply, "id");
	assert_int_equal(off(&t, NULL,
			     "PUT /guilds/%" PRIu64 "/members/%" PRIu64
			     "/roles/%" PRIu64,
			     t.guild[1],
			     zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER), role),
			 204);
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);
	row_check(&t, t.guild[1], &row);
}

/* Scheduled events -------------------------------------------------------- */

#define EV "/guilds/{guild}/scheduled-events"
#define BASE "'name':'e','privacy_level':2,"
#define SOON "'scheduled_start_time':'{time:5}'"

static void event__it_lives_and_dies(void **state)
{
	(void)state;
	assert_int_equal(row_send(&t, t.guild[1], "POST " EV,
				  "{" BASE SOON
				  ",'entity_type':3,'entity_metadata':{"
				  "'location':'here'},'scheduled_end_time':"
				  "'{time:6}'}"),
			 200);
	assert_string_equal(last_event, "GUILD_SCHEDULED_EVENT_CREATE");
	audited(t.guild[1], 100);
	assert_int_equal(row_send(&t, t.guild[1], "PATCH " EV "/{event:e}",
				  "{'status':2,'description':'now'}"),
			 200);
	assert_string_equal(last_event, "GUILD_SCHEDULED_EVENT_UPDATE");
	audited(t.guild[1], 101);
	assert_int_equal(row_send(&t, t.guild[1],
				  "GET " EV "/{event:e}?with_user_count=1",
				  NULL),
			 200);
	assert_int_equal(number_at(t.reply, "body.status"), 2);
	assert_int_equal(number_at(t.reply, "body.user_count"), 0);
	assert_int_equal(
		row_send(&t, t.guild[1], "GET " EV "/{event:e}/users", NULL),
		200);
	assert_int_equal(
		row_send(&t, t.guild[1], "DELETE " EV "/{event:e}", NULL), 204);
	assert_string_equal(last_event, "GUILD_SCHEDULED_EVENT_DELETE");
	audited(t.guild[1], 102);
}

static void event__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ "POST " EV, "{}", 400, 50035, "name", MISSING },
		{ "POST " EV, "{}", 400, 50035, "scheduled_start_time",
		  MISSING },
		{ "POST " EV, "{" BASE SOON ",'entity_type':4}", 400, 50035,
		  "entity_type", CHOICES },
		{ "POST " EV, "{" BASE SOON ",'entity_type':2}", 400, 50035,
		  "channel_id", MISSING },
		{ "POST " EV,
		  "{" BASE SOON ",'entity_type':2,'channel_id':"
		  "'{channel:general}'}",
		  400, 50035, "channel_id", "CHANNEL_INVALID" },
		{ "POST " EV,
		  "{" BASE SOON ",'entity_type':1,'channel_id':"
		  "'{channel:Lounge}'}",
		  400, 50035, "channel_id", "CHANNEL_INVALID" },
		{ "POST " EV, "{" BASE SOON ",'entity_type':3}", 400, 50035,
		  "scheduled_end_time", MISSING },
		{ "POST " EV, "{" BASE SOON ",'entity_type':3}", 400, 50035,
		  "entity_metadata.location", MISSING },
		{ "POST " EV,
		  "{" BASE "'scheduled_start_time':'{time:-1}',"
		  "'entity_type':2,'channel_id':'{channel:Lounge}'}",
		  400, 50035, "scheduled_start_time",
		  "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST" },
		{ "POST " EV,
		  "{" BASE SOON ",'entity_type':2,'channel_id':"
		  "'{channel:Lounge}','scheduled_end_time':'{time:4}'}",
		  400, 50035, "scheduled_end_time",
		  "GUILD_SCHEDULED_EVENT_END_BEFORE_START" },
		{ "POST " EV,
		  "{" BASE "'scheduled_start_time':'soon','entity_type':2,"
		  "'channel_id':'{channel:Lounge}'}",
		  400, 50035, "scheduled_start_time", "DATE_TIME_TYPE_PARSE" },
		{ "POST " EV,
		  "{" BASE SOON ",'entity_type':2,'channel_id':"
		  "'{channel:Lounge}','recurrence_rule':{'start':'{time:5}',"
		  "'frequency':2,'count':3}}",
		  400, 50035, "recurrence_rule.count",
		  "GUILD_SCHEDULED_EVENT_RECURRENCE_INVALID" },
		{ "POST " EV,
		  "{" BASE SOON ",'entity_type':2,'channel_id':"
		  "'{channel:Lounge}','recurrence_rule':{'start':'{time:5}',"
		  "'frequency':2,'by_weekday':[1,2]}}",
		  400, 50035, "recurrence_rule",
		  "GUILD_SCHEDULED_EVENT_RECURRENCE_INVALID" },
		{ "PATCH " EV "/{event:Picnic}", "{'status':3}", 400, 50035,
		  "status", "GUILD_SCHEDULED_EVENT_INVALID_STATUS" },
		{ "PATCH " EV "/{event:Picnic}", "{'status':4}", 200, 0, NULL,
		  NULL },
		{ "PATCH " EV "/{event:Picnic}", "{'name':'x'}", 400, 180000,
		  NULL, NULL },
		{ "GET " EV "/5", NULL, 404, 10070, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
}

static void event__a_hundred_may_be_open(void **state)
{
	(void)state;
	for (int i = 0; i < 101; i++)
		row_send(&t, t.guild[0], "POST " EV,
			 "{" BASE SOON ",'entity_type':3,'entity_metadata':{"
			 "'location':'here'},'scheduled_end_time':"
			 "'{time:6}'}");
	assert_int_equal(number_at(t.reply, "body.code"), 30038);
}

static void event__those_of_others_take_manage_events(void **state)
{
	static const struct row rows[] = {
		{ "PATCH " EV "/{event:Picnic}", "{'name':'x'}", 403, 50013,
		  NULL, NULL },
		{ "DELETE " EV "/{event:Picnic}", NULL, 403, 50013, NULL,
		  NULL },
		{ "POST " EV, "{}", 403, 50013, NULL, NULL },
	};

	(void)state;
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_OWNER);
	ROWS(&t, t.guild[1], rows);
}

/* Onboarding and welcome screen ------------------------------------------- */

#define ON "PUT /guilds/{guild}/onboarding"
#define PROMPT(options)                                                        \
	"{'prompts':[{'id':'1','title':'t','options':" options "}]}"

static void onboarding__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ ON, "{'prompts':[{'title':'t','options':[]}]}", 400, 50035,
		  "prompts.0.id", MISSING },
		{ ON, PROMPT("[]"), 400, 50035, "prompts.0.options", LENGTH },
		{ ON, PROMPT("[{'title':'o'}]"), 400, 50035,
		  "prompts.0.options.0.channel_ids", MISSING },
		{ ON, PROMPT("[{'title':'o','role_ids':['5']}]"), 400, 50035,
		  "prompts.0.options.0.role_ids.0", "INVALID_ID" },
		{ ON, PROMPT("[{'title':'o','role_ids':['{role:Zoryx}']}]"),
		  403, 50013, NULL, NULL },
		{ ON, "{'default_channel_ids':['{channel:general}']}", 400,
		  350001, NULL, NULL },
		{ ON, "{'default_channel_ids':['{channel:moderator-only}']}",
		  400, 350003, NULL, NULL },
		{ ON, "{'enabled':false,'default_channel_ids':[]}", 200, 0,
		  NULL, NULL },
		{ ON, "{'enabled':true}", 400, 350000, NULL, NULL },
		{ ON, "{'mode':2}", 400, 50035, "mode", "NUMBER_TYPE_MAX" },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
}

static void onboarding__placeholders_become_ids_and_real_ones_stay(void **state)
{
	uint64_t id;

	(void)state;
	off(&t, NULL, "GET /guilds/%" PRIu64 "/onboarding", t.guild[1]);
	id = id_at(t.reply, "prompts.0.id");
	assert_true(id > 100);
	assert_string_equal(text_at(t.reply, "prompts.0.options.1.emoji.name"),
			    "violet");
	assert_int_equal(off(&t, zx_buf_cstr(&t.r.body),
			     "PUT /guilds/%" PRIu64 "/onboarding", t.guild[1]),
			 200);
	assert_true(id_at(t.reply, "prompts.0.id") == id);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "prompts.0.options")),
			 2);
}

static void onboarding__its_channels_stay_visible(void **state)
{
	static const struct row rows[] = {
		{ "PUT /channels/{channel:general}/permissions/{guild}",
		  "{'type':0,'deny':'1024'}", 400, 350003, NULL, NULL },
		{ "PATCH /channels/{channel:general}",
		  "{'permission_overwrites':[{'id':'{guild}','type':0,"
		  "'deny':'1024'}]}",
		  400, 350003, NULL, NULL },
		{ "PUT /channels/{channel:twins}/permissions/{guild}",
		  "{'type':0,'deny':'1024'}", 204, 0, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
}

#define WELCOME "/guilds/{guild}/welcome-screen"

static void welcome__a_screen_and_what_is_wrong_with_it(void **state)
{
	static const struct row rows[] = {
		{ "GET " WELCOME, NULL, 200, 0, NULL, NULL },
		{ "PATCH " WELCOME,
		  "{'welcome_channels':[{'channel_id':'5','description':"
		  "'d'}]}",
		  400, 50035, "welcome_channels.0.channel_id",
		  "CHANNEL_INVALID" },
		{ "PATCH " WELCOME,
		  "{'welcome_channels':[{'channel_id':'{channel:rules}'}]}",
		  400, 50035, "welcome_channels.0.description", MISSING },
		{ "PATCH " WELCOME, "{'welcome_channels':[1,2,3,4,5,6]}", 400,
		  50035, "welcome_channels", TOO_LONG },
		{ "PATCH " WELCOME, "{'enabled':false,'description':null}", 200,
		  0, NULL, NULL },
	};
	static const struct row none = {
		"PATCH " WELCOME, "{'enabled':true}", 404, 10069, NULL, NULL
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
	row_check(&t, t.guild[0], &none);
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);
	assert_int_equal(row_send(&t, t.guild[1], "GET " WELCOME, NULL), 404);
}

static void guild__nothing_points_at_what_is_gone(void **state)
{
	(void)state;
	assert_int_equal(row_send(&t, t.guild[1],
				  "DELETE /channels/{channel:off-topic}", NULL),
			 200);
	assert_int_equal(row_send(&t, t.guild[1],
				  "DELETE /channels/{channel:general}", NULL),
			 200);
	row_send(&t, t.guild[1], "GET /guilds/{guild}/onboarding", NULL);
	assert_int_equal(
		cJSON_GetArraySize(at(t.reply, "body.default_channel_ids")), 5);
	row_send(&t, t.guild[1], "GET " WELCOME, NULL);
	assert_int_equal(
		cJSON_GetArraySize(at(t.reply, "body.welcome_channels")), 1);
	row_send(&t, t.guild[1], "GET " AM "/{rule:Bad words}", NULL);
	assert_int_equal(
		cJSON_GetArraySize(at(t.reply, "body.exempt_channels")), 0);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "body.exempt_roles")),
			 1);
	row_send(&t, t.guild[1],
		 "DELETE /guilds/{guild}/roles/{role:Moderator}", NULL);
	row_send(&t, t.guild[1], "GET " AM "/{rule:Bad words}", NULL);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "body.exempt_roles")),
			 0);
}

/* Soundboard -------------------------------------------------------------- */

#define SND "/guilds/{guild}/soundboard-sounds"

static void sound__it_lives_and_dies(void **state)
{
	(void)state;
	assert_int_equal(row_send(&t, t.guild[0], "POST " SND,
				  "{'name':'beep','sound':'{mp3}'}"),
			 201);
	assert_string_equal(last_event, "GUILD_SOUNDBOARD_SOUND_CREATE");
	audited(t.guild[0], 130);
	assert_int_equal(row_send(&t, t.guild[0], "PATCH " SND "/{sound:beep}",
				  "{'volume':0.25,'emoji_name':'x'}"),
			 200);
	assert_true(at(t.reply, "body.volume")->valuedouble == 0.25);
	assert_string_equal(last_event, "GUILD_SOUNDBOARD_SOUND_UPDATE");
	audited(t.guild[0], 131);
	assert_int_equal(
		row_send(&t, t.guild[0], "DELETE " SND "/{sound:beep}", NULL),
		204);
	assert_string_equal(last_event, "GUILD_SOUNDBOARD_SOUND_DELETE");
	audited(t.guild[0], 132);
	assert_int_equal(row_send(&t, t.guild[0],
				  "GET /soundboard-default-sounds", NULL),
			 200);
}

static void sound__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ "POST " SND, "{'sound':'{mp3}'}", 400, 50035, "name",
		  MISSING },
		{ "POST " SND, "{'name':'a','sound':'{mp3}'}", 400, 50035,
		  "name", LENGTH },
		{ "POST " SND, "{'name':'ab','sound':'{png:ffffff}'}", 400,
		  50123, NULL, NULL },
		{ "POST " SND, "{'name':'ab','sound':'{mp3}','volume':2}", 400,
		  50035, "volume", "NUMBER_TYPE_MAX" },
		{ "GET " SND "/5", NULL, 404, 10097, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[0], rows);
}

static void sound__slots_go_by_the_level(void **state)
{
	(void)state;
	for (int i = 0; i < 9; i++)
		row_send(&t, t.guild[2], "POST " SND,
			 "{'name':'beep','sound':'{mp3}'}");
	assert_int_equal(number_at(t.reply, "body.code"), 30045);
	for (int i = 0; i < 9; i++)
		assert_int_equal(row_send(&t, t.guild[0], "POST " SND,
					  "{'name':'beep','sound':'{mp3}'}"),
				 201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(automod__a_rule_lives_and_dies),
		T(automod__what_is_wrong_is_said),
		T(automod__each_trigger_has_its_number),
		T(automod__a_community_has_a_mention_rule_that_stays),
		T(automod__a_timeout_takes_the_permission),
		T(event__it_lives_and_dies),
		T(event__what_is_wrong_is_said),
		T(event__a_hundred_may_be_open),
		T(event__those_of_others_take_manage_events),
		T(onboarding__what_is_wrong_is_said),
		T(onboarding__placeholders_become_ids_and_real_ones_stay),
		T(onboarding__its_channels_stay_visible),
		T(welcome__a_screen_and_what_is_wrong_with_it),
		T(guild__nothing_points_at_what_is_gone),
		T(sound__it_lives_and_dies),
		T(sound__what_is_wrong_is_said),
		T(sound__slots_go_by_the_level),
#undef T
	};

	return cmocka_run_group_tests_name("guild_more", tests, NULL, NULL);
}
