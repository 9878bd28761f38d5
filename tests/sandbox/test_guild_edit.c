/* SPDX-License-Identifier: MIT
 *
 * sandbox: every field of servers, roles, channels, emojis, stickers and
 * webhooks that a restore writes, and each refusal.
 */
#include "helper/zx_test.h"
#include "sandbox/rows.h"

static struct off t;

static int setup(void **state)
{
	(void)state;
	off_open(&t, "empty,everything,unboosted,plain", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	off_close(&t);
	return 0;
}

#define MISSING "BASE_TYPE_REQUIRED"
#define LENGTH "BASE_TYPE_BAD_LENGTH"
#define CHOICES "BASE_TYPE_CHOICES"
#define MAX "NUMBER_TYPE_MAX"

/* Servers ----------------------------------------------------------------- */

#define G "PATCH /guilds/{guild}"

static void guild__every_setting_is_kept(void **state)
{
	(void)state;
	assert_int_equal(
		row_send(&t, t.guild[1], G,
			 "{'name':'New','description':'d','afk_timeout':3600,"
			 "'verification_level':3,'explicit_content_filter':1,"
			 "'default_message_notifications':0,"
			 "'system_channel_flags':63,'preferred_locale':'fr',"
			 "'premium_progress_bar_enabled':false,"
			 "'safety_alerts_channel_id':null,"
			 "'afk_channel_id':'{channel:Lounge}','icon':'{gif}'}"),
		200);
	assert_int_equal(number_at(t.reply, "body.afk_timeout"), 3600);
	assert_int_equal(number_at(t.reply, "body.system_channel_flags"), 63);
	assert_string_equal(text_at(t.reply, "body.preferred_locale"), "fr");
	assert_true(cJSON_IsNull(at(t.reply, "body.safety_alerts_channel_id")));
	assert_memory_equal(text_at(t.reply, "body.icon"), "a_", 2);
	/* Features that the request did not name are still there. */
	assert_non_null(strstr(zx_buf_cstr(&t.r.body), "\"ROLE_ICONS\""));
}

static void guild__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ G, "{'name':'x'}", 400, 50035, "name", LENGTH },
		{ G, "{'name':null}", 400, 50035, "name", MISSING },
		{ G, "{'afk_timeout':61}", 400, 50035, "afk_timeout", CHOICES },
		{ G, "{'verification_level':5}", 400, 50035,
		  "verification_level", MAX },
		{ G, "{'system_channel_flags':64}", 400, 50035,
		  "system_channel_flags", MAX },
		{ G, "{'afk_channel_id':'{channel:general}'}", 400, 50035,
		  "afk_channel_id", "CHANNEL_INVALID" },
		{ G, "{'rules_channel_id':'5'}", 400, 50035, "rules_channel_id",
		  "CHANNEL_INVALID" },
		{ G, "{'rules_channel_id':null}", 400, 50035,
		  "rules_channel_id", MISSING },
		{ G, "{'icon':'x'}", 400, 50035, "icon", "IMAGE_INVALID" },
		{ G, "{'discovery_splash':'{png:ffffff}'}", 400, 50101, NULL,
		  NULL },
		{ "PATCH /guilds/{guild}/widget", "{'channel_id':'5'}", 400,
		  50035, "channel_id", "CHANNEL_INVALID" },
		{ "PATCH /guilds/{guild}/widget", "{'enabled':false}", 200, 0,
		  NULL, NULL },
	};
	static const struct row poor[] = {
		{ G, "{'banner':'{png:ffffff}'}", 400, 50101, NULL, NULL },
		{ G, "{'splash':'{png:ffffff}'}", 400, 50101, NULL, NULL },
		{ G, "{'icon':'{gif}'}", 400, 50101, NULL, NULL },
		{ G, "{'icon':'{png:ffffff}'}", 200, 0, NULL, NULL },
		{ G, "{'features':['COMMUNITY']}", 403, 40006, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
	ROWS(&t, t.guild[2], poor);
}

static void guild__leaving_community_takes_what_comes_with_it(void **state)
{
	static const struct row row = {
		"DELETE /channels/{channel:rules}", NULL, 400, 50074, NULL, NULL
	};

	(void)state;
	row_check(&t, t.guild[1], &row);
	assert_int_equal(row_send(&t, t.guild[1], G, "{'features':[]}"), 200);
	assert_null(strstr(zx_buf_cstr(&t.r.body), "\"NEWS\""));
	assert_null(strstr(zx_buf_cstr(&t.r.body), "WELCOME_SCREEN_ENABLED"));
	assert_int_equal(row_send(&t, t.guild[1],
				  "DELETE /channels/{channel:rules}", NULL),
			 200);
}

/* In the plain server the bot is not an administrator. */
static void guild__only_administrators_change_community(void **state)
{
	static const struct row row = { G,    "{'features':[]}",
					403,  50013,
					NULL, NULL };

	(void)state;
	row_check(&t, t.guild[3], &row);
}

/* Roles ------------------------------------------------------------------- */

#define R "/guilds/{guild}/roles"

static void role__colours_icons_and_emojis(void **state)
{
	(void)state;
	assert_int_equal(
		row_send(&t, t.guild[0], "POST " R,
			 "{'name':'g','color':3,'colors':{'primary_color':1,"
			 "'secondary_color':2}}"),
		200);
	assert_int_equal(number_at(t.reply, "body.color"), 1);
	assert_int_equal(number_at(t.reply, "body.colors.secondary_color"), 2);
	assert_int_equal(row_send(&t, t.guild[0], "PATCH " R "/{role:g}",
				  "{'icon':'{png:00ff00}'}"),
			 200);
	assert_int_equal(strlen(text_at(t.reply, "body.icon")), 32);
	assert_int_equal(row_send(&t, t.guild[0], "PATCH " R "/{role:g}",
				  "{'unicode_emoji':'\\u2b50'}"),
			 200);
	assert_true(cJSON_IsNull(at(t.reply, "body.icon")));
	assert_string_equal(text_at(t.reply, "body.unicode_emoji"),
			    "\xe2\xad\x90");
}

static void role__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ "POST " R, "{'color':16777216}", 400, 50035, "color", MAX },
		{ "POST " R, "{'colors':{}}", 400, 50035,
		  "colors.primary_color", MISSING },
		{ "POST " R,
		  "{'colors':{'primary_color':1,'secondary_color':2,"
		  "'tertiary_color':3}}",
		  400, 50035, "colors", "ROLE_COLORS_INVALID" },
		{ "POST " R, "{'icon':'x'}", 400, 50035, "icon",
		  "IMAGE_INVALID" },
		{ "POST " R, "{'permissions':'x'}", 400, 50035, "permissions",
		  "NUMBER_TYPE_COERCE" },
		{ "PATCH " R "/5", "{}", 404, 10011, NULL, NULL },
		{ "DELETE " R "/{guild}", NULL, 400, 50028, NULL, NULL },
		{ "DELETE " R "/{role:Zoryx}", NULL, 400, 50028, NULL, NULL },
	};
	static const struct row poor[] = {
		{ "POST " R, "{'icon':'{png:ffffff}'}", 400, 50101, NULL,
		  NULL },
		{ "POST " R, "{'unicode_emoji':'x'}", 400, 50101, NULL, NULL },
		{ "POST " R,
		  "{'colors':{'primary_color':1,'secondary_color':2}}", 400,
		  50101, NULL, NULL },
	};
	static const struct row below[] = {
		{ "PATCH " R "/{role:Admin}", "{'name':'x'}", 403, 50013, NULL,
		  NULL },
		{ "DELETE " R "/{role:Admin}", NULL, 403, 50013, NULL, NULL },
		{ "PATCH " R, "[{'id':'{role:Moderator}','position':6}]", 403,
		  50013, NULL, NULL },
		{ "POST " R, "{'permissions':'8'}", 403, 50013, NULL, NULL },
		{ "PATCH " R "/{role:Moderator}", "{'permissions':'8'}", 403,
		  50013, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[0], rows);
	ROWS(&t, t.guild[2], poor);
	ROWS(&t, t.guild[3], below);
}

/* Channels ---------------------------------------------------------------- */

#define C "POST /guilds/{guild}/channels"

static void channel__a_forum_has_all_its_fields(void **state)
{
	(void)state;
	row_send(&t, t.guild[1], C,
		 "{'type':15,'name':'Q A','topic':'t','nsfw':true,"
		 "'flags':16,'default_sort_order':1,'default_forum_layout':2,"
		 "'default_reaction_emoji':{'emoji_id':'{emoji:violet}'},"
		 "'available_tags':[{'name':'a','moderated':true},{'name':'b',"
		 "'emoji_id':'{emoji:violet}'}],'rate_limit_per_user':5,"
		 "'default_thread_rate_limit_per_user':6,"
		 "'default_auto_archive_duration':4320}");
	assert_int_equal(number_at(t.reply, "status"), 201);
	assert_string_equal(text_at(t.reply, "body.name"), "q-a");
	/* Documented for PATCH only. */
	assert_int_equal(number_at(t.reply, "body.flags"), 0);
	assert_int_equal(number_at(t.reply, "body.default_sort_order"), 1);
	assert_int_equal(number_at(t.reply, "body.default_forum_layout"), 2);
	assert_true(id_at(t.reply, "body.default_reaction_emoji.emoji_id") > 5);
	assert_true(
		cJSON_IsTrue(at(t.reply, "body.available_tags.0.moderated")));
	assert_true(id_at(t.reply, "body.available_tags.1.id") > 5);
	assert_int_equal(
		number_at(t.reply, "body.default_auto_archive_duration"), 4320);
	row_send(&t, t.guild[1], "PATCH /channels/{channel:q-a}",
		 "{'flags':16}");
	assert_int_equal(number_at(t.reply, "body.flags"), 16);
}

static void channel__a_voice_channel_has_all_its_fields(void **state)
{
	(void)state;
	row_send(&t, t.guild[1], C,
		 "{'type':2,'name':'Big Room','bitrate':384000,"
		 "'user_limit':99,'rtc_region':'japan',"
		 "'video_quality_mode':2,'nsfw':true,"
		 "'rate_limit_per_user':9,'parent_id':'{channel:Voice}'}");
	assert_int_equal(number_at(t.reply, "status"), 201);
	assert_string_equal(text_at(t.reply, "body.name"), "Big Room");
	assert_int_equal(number_at(t.reply, "body.bitrate"), 384000);
	assert_string_equal(text_at(t.reply, "body.rtc_region"), "japan");
	assert_int_equal(number_at(t.reply, "body.video_quality_mode"), 2);
	assert_int_equal(number_at(t.reply, "body.rate_limit_per_user"), 9);
}

static void
channel__without_overwrites_it_has_those_of_its_category(void **state)
{
	uint64_t ch, user = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);

	(void)state;
	row_send(&t, t.guild[1], C,
		 "{'name':'inherits','parent_id':'{channel:Staff}'}");
	ch = id_at(t.reply, "body.id");
	assert_int_equal(zx_sandbox_permissions(t.box, 0, ch, user), 0);
	row_send(&t, t.guild[1], C,
		 "{'name':'too','parent_id':'{channel:Staff}',"
		 "'permission_overwrites':[]}");
	ch = id_at(t.reply, "body.id");
	assert_int_equal(zx_sandbox_permissions(t.box, 0, ch, user), 0);
	row_send(&t, t.guild[1], C,
		 "{'name':'open','parent_id':'{channel:Staff}',"
		 "'permission_overwrites':[{'id':'{guild}','type':0}]}");
	ch = id_at(t.reply, "body.id");
	assert_true(zx_sandbox_permissions(t.box, 0, ch, user) & 1024);
}

/* "[{'id':'5000','type':1,...},...]", n of them. */
static void overwrites(struct zx_buf *b, unsigned n)
{
	zx_buf_addc(b, "[");
	for (unsigned i = 0; i < n; i++)
		zx_buf_addf(b, "%s{'id':'%u','type':1,'allow':'0','deny':'1'}",
			    i ? "," : "", 5000 + i);
	zx_buf_addc(b, "]");
}

static int with_overwrites(const char *request, const char *name, unsigned n)
{
	struct zx_buf b;
	int status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b, "{'name':'%s','permission_overwrites':", name);
	overwrites(&b, n);
	zx_buf_addc(&b, "}");
	status = row_send(&t, t.guild[1], request, zx_buf_cstr(&b));
	zx_buf_release(&b);
	return status;
}

#define TOO_MANY                                                               \
	"body.errors.permission_overwrites._errors.0.code",                    \
		"BASE_TYPE_MAX_LENGTH"

static void assert_text(const char *path, const char *want)
{
	assert_string_equal(text_at(t.reply, path), want);
}

/* As the published schema has it, of both requests; 30060 of the channel. */
static void
channel__a_request_takes_100_overwrites_and_a_channel_1000(void **state)
{
	char path[100];

	(void)state;
	assert_int_equal(with_overwrites(C, "crowded", 101), 400);
	assert_text(TOO_MANY);
	assert_int_equal(with_overwrites(C, "crowded", 100), 201);
	assert_int_equal(with_overwrites("PATCH /channels/{channel:crowded}",
					 "crowded", 101),
			 400);
	assert_text(TOO_MANY);
	assert_int_equal(with_overwrites("PATCH /channels/{channel:crowded}",
					 "crowded", 100),
			 200);
	for (unsigned i = 100; i <= 1000; i++) {
		snprintf(path, sizeof(path),
			 "PUT /channels/{channel:crowded}/permissions/%u",
			 5000 + i);
		assert_int_equal(
			row_send(&t, t.guild[1], path, "{'type':1,'deny':'1'}"),
			i < 1000 ? 204 : 400);
	}
	assert_int_equal(number_at(t.reply, "body.code"), 30060);
	/* One that is there can still be changed, and leaves room. */
	row_send(&t, t.guild[1],
		 "PUT /channels/{channel:crowded}/permissions/5999",
		 "{'type':1,'deny':'2'}");
	assert_int_equal(number_at(t.reply, "status"), 204);
	row_send(&t, t.guild[1],
		 "DELETE /channels/{channel:crowded}/permissions/5000", NULL);
	assert_int_equal(
		row_send(&t, t.guild[1], path, "{'type':1,'deny':'1'}"), 204);
}

static int has_overwrite(const char *channel, uint64_t id)
{
	char path[100];

	snprintf(path, sizeof(path), "GET /channels/{channel:%s}", channel);
	row_send(&t, t.guild[1], path, NULL);
	for (int i = 0;; i++) {
		snprintf(path, sizeof(path), "body.permission_overwrites.%d.id",
			 i);
		if (!at(t.reply, path))
			return 0;
		if (id_at(t.reply, path) == id)
			return 1;
	}
}

/* "Permission syncing" of Discord's documentation: by being the same. */
static void
channel__what_a_category_gets_those_get_that_are_like_it(void **state)
{
	(void)state;
	row_send(&t, t.guild[1], C,
		 "{'name':'like','parent_id':'{channel:Staff}'}");
	row_send(&t, t.guild[1], C,
		 "{'name':'unlike','parent_id':'{channel:Staff}',"
		 "'permission_overwrites':[{'id':'{guild}','type':0,"
		 "'deny':'1024'}]}");
	row_send(&t, t.guild[1], "PUT /channels/{channel:Staff}/permissions/77",
		 "{'type':1,'allow':'1024'}");
	assert_true(has_overwrite("like", 77));
	assert_false(has_overwrite("unlike", 77));
	assert_false(has_overwrite("rules", 77));
	/* Changed by itself it is no longer like it. */
	row_send(&t, t.guild[1], "PUT /channels/{channel:like}/permissions/78",
		 "{'type':1,'allow':'1024'}");
	assert_false(has_overwrite("Staff", 78));
	row_send(&t, t.guild[1],
		 "DELETE /channels/{channel:Staff}/permissions/77", NULL);
	assert_true(has_overwrite("like", 77));
	/* Until it is once more. */
	row_send(&t, t.guild[1],
		 "DELETE /channels/{channel:like}/permissions/77", NULL);
	row_send(&t, t.guild[1],
		 "DELETE /channels/{channel:like}/permissions/78", NULL);
	row_send(&t, t.guild[1], "PATCH /channels/{channel:Staff}",
		 "{'permission_overwrites':[{'id':'79','type':1}]}");
	assert_true(has_overwrite("like", 79));
	assert_false(has_overwrite("unlike", 79));
}

static void channel__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ C, "{}", 400, 50035, "name", MISSING },
		{ C, "{'name':'x','type':16}", 400, 50035, "type", CHOICES },
		{ C, "{'name':'x','type':14}", 400, 50024, NULL, NULL },
		{ C, "{'name':'x','type':2,'rtc_region':'moon'}", 400, 50035,
		  "rtc_region", CHOICES },
		{ C, "{'name':'x','type':13,'bitrate':64001}", 400, 50035,
		  "bitrate", MAX },
		{ "PATCH /channels/{channel:rules}", "{'flags':16}", 400, 50035,
		  "flags", "BITFIELD_INVALID" },
		{ C, "{'name':'x','parent_id':'{channel:rules}'}", 400, 50035,
		  "parent_id", "CHANNEL_PARENT_INVALID_TYPE" },
		{ C, "{'name':'x','type':4,'parent_id':'{channel:Talk}'}", 400,
		  50035, "parent_id", "CHANNEL_PARENT_INVALID" },
		{ C,
		  "{'name':'x','type':15,'default_reaction_emoji':{'emoji_id':"
		  "'5','emoji_name':'x'}}",
		  400, 50035, "default_reaction_emoji", "TAG_EMOJI" },
		{ C,
		  "{'name':'x','permission_overwrites':[{'id':'5','type':0,"
		  "'deny':'1024'}]}",
		  404, 10011, NULL, NULL },
		{ "PUT /channels/{channel:rules}/permissions/5",
		  "{'type':0,'deny':'1024'}", 404, 10011, NULL, NULL },
		{ "PATCH /channels/{channel:rules}", "{'type':2}", 400, 50035,
		  "type", CHOICES },
	};
	static const struct row no_community[] = {
		{ C, "{'name':'x','type':5}", 400, 50024, NULL, NULL },
		{ C, "{'name':'x','type':13}", 400, 50024, NULL, NULL },
		{ C, "{'name':'x','type':15}", 400, 50024, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
	ROWS(&t, t.guild[0], no_community);
}

#define M "PATCH /guilds/{guild}/channels"

static void channel__positions_and_one_parent_at_a_time(void **state)
{
	static const struct row rows[] = {
		{ M,
		  "[{'id':'{channel:rules}','position':7},"
		  "{'id':'{channel:general}','position':null}]",
		  204, 0, NULL, NULL },
		{ M,
		  "[{'id':'{channel:rules}','parent_id':'{channel:Talk}'},"
		  "{'id':'{channel:general}','parent_id':null}]",
		  400, 40009, NULL, NULL },
		/* A parent that stays is no change. */
		{ M,
		  "[{'id':'{channel:rules}','parent_id':'{channel:Talk}'},"
		  "{'id':'{channel:general}','parent_id':'{channel:Talk}'}]",
		  204, 0, NULL, NULL },
		{ M, "[{'id':'5','position':1}]", 404, 10003, NULL, NULL },
		{ M,
		  "[{'id':'{channel:rules}','parent_id':'{channel:general}'}]",
		  400, 50035, "parent_id", "CHANNEL_PARENT_INVALID_TYPE" },
		{ M,
		  "[{'id':'{channel:rules}','parent_id':'{channel:Staff}',"
		  "'lock_permissions':true}]",
		  204, 0, NULL, NULL },
	};
	uint64_t ch;

	(void)state;
	ROWS(&t, t.guild[1], rows);
	ch = zx_sandbox_channel(t.box, t.guild[1], "rules");
	assert_int_equal(zx_sandbox_permissions(
				 t.box, 0, ch,
				 zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER)),
			 0);
}

static void channel__limits_of_a_category_and_of_a_server(void **state)
{
	static const struct row full = { C,
					 "{'name':'x','parent_id':"
					 "'{channel:cat}'}",
					 400,
					 50035,
					 "parent_id",
					 "CHANNEL_PARENT_MAX_CHANNELS" };

	(void)state;
	row_send(&t, t.guild[0], C, "{'name':'cat','type':4}");
	for (int i = 0; i < 50; i++)
		assert_int_equal(
			row_send(&t, t.guild[0], C,
				 "{'name':'x','parent_id':'{channel:cat}'}"),
			201);
	row_check(&t, t.guild[0], &full);
	for (int i = 51; i < 500; i++)
		assert_int_equal(row_send(&t, t.guild[0], C, "{'name':'y'}"),
				 201);
	row_send(&t, t.guild[0], C, "{'name':'y'}");
	assert_int_equal(number_at(t.reply, "body.code"), 30013);
}

/* Expressions ------------------------------------------------------------- */

#define E "/guilds/{guild}/emojis"
#define S "/guilds/{guild}/stickers"

static void emoji__slots_go_by_the_level(void **state)
{
	(void)state;
	for (int i = 0; i < 51; i++)
		row_send(&t, t.guild[2], "POST " E,
			 "{'name':'em','image':'{png:123456}'}");
	assert_int_equal(number_at(t.reply, "body.code"), 30008);
	for (int i = 0; i < 51; i++)
		row_send(&t, t.guild[2], "POST " E,
			 "{'name':'em','image':'{gif}'}");
	assert_int_equal(number_at(t.reply, "body.code"), 30018);
	for (int i = 0; i < 51; i++)
		assert_int_equal(row_send(&t, t.guild[0], "POST " E,
					  "{'name':'em','image':'{gif}'}"),
				 201);
}

static void emoji__roles_and_what_is_wrong(void **state)
{
	static const struct row rows[] = {
		{ "POST " E, "{'name':'a','image':'{gif}'}", 400, 50035, "name",
		  LENGTH },
		{ "POST " E, "{'name':'a b','image':'{gif}'}", 400, 50035,
		  "name", "STRING_TYPE_REGEX" },
		{ "POST " E, "{'name':'ab','image':'x'}", 400, 50035, "image",
		  "IMAGE_INVALID" },
		{ "POST " E, "{'name':'ab','image':'{gif}','roles':['5']}", 400,
		  50035, "roles.0", "INVALID_ID" },
		{ "PATCH " E "/{emoji:cyan}", "{'roles':null}", 200, 0, NULL,
		  NULL },
		{ "PATCH " E "/5", "{}", 404, 10014, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
}

static void sticker__it_is_changed_and_goes(void **state)
{
	static const struct row rows[] = {
		{ "PATCH " S "/{sticker:blinker}",
		  "{'name':'blink','description':'on and off','tags':'x'}", 200,
		  0, NULL, NULL },
		{ "PATCH " S "/{sticker:blink}", "{'description':'x'}", 400,
		  50035, "description", LENGTH },
		{ "PATCH " S "/{sticker:blink}", "{'name':'x'}", 400, 50035,
		  "name", LENGTH },
		{ "DELETE " S "/{sticker:blink}", NULL, 204, 0, NULL, NULL },
		{ "PATCH " S "/5", "{}", 404, 10060, NULL, NULL },
		{ "POST " S, "{'name':'xx','tags':'t','description':''}", 400,
		  50035, "file", MISSING },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
}

static int upload(uint64_t guild, const char *file)
{
	char body[700];

	snprintf(body, sizeof(body),
		 "{'method':'POST','path':'/guilds/{guild}/stickers','form':"
		 "true,'guild_id':'%" PRIu64 "','body':{'name':'sticker',"
		 "'description':'','tags':'t','file':'%s'}}",
		 guild, file);
	off(&t, body, "POST /sandbox/act");
	return number_at(t.reply, "status");
}

static void sticker__slots_and_files(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(upload(t.guild[2], "{png:7c3aed}"), 201);
	assert_int_equal(number_at(t.reply, "body.format_type"), 1);
	upload(t.guild[2], "{gif}");
	assert_int_equal(number_at(t.reply, "body.code"), 30039);
	assert_int_equal(upload(t.guild[0], "{gif}"), 201);
	assert_int_equal(number_at(t.reply, "body.format_type"), 4);
	upload(t.guild[0], "{mp3}");
	assert_int_equal(number_at(t.reply, "body.code"), 50046);
	/* A Lottie is for partners. */
	upload(t.guild[0], "data:application/json;base64,e30=");
	assert_int_equal(number_at(t.reply, "body.code"), 50123);
}

/* Webhooks, members, bans ------------------------------------------------- */

#define W "POST /channels/{channel:off-topic}/webhooks"

static void webhook__what_is_wrong_is_said(void **state)
{
	static const struct row rows[] = {
		{ W, "{}", 400, 50035, "name", MISSING },
		{ W, "{'name':'discord'}", 400, 50035, "name",
		  "USERNAME_INVALID_CONTAINS" },
		{ W, "{'name':'x','avatar':'y'}", 400, 50035, "avatar",
		  "IMAGE_INVALID" },
		{ "POST /channels/{channel:Talk}/webhooks", "{'name':'x'}", 400,
		  50024, NULL, NULL },
		{ "PATCH /webhooks/{webhook:News}", "{'channel_id':'5'}", 400,
		  50035, "channel_id", "CHANNEL_INVALID" },
		{ "PATCH /webhooks/{webhook:News}", "{'name':'Olds'}", 200, 0,
		  NULL, NULL },
		{ "GET /webhooks/5", NULL, 404, 10015, NULL, NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
	for (int i = 0; i < 15; i++)
		assert_int_equal(row_send(&t, t.guild[1], W, "{'name':'x'}"),
				 200);
	row_send(&t, t.guild[1], W, "{'name':'x'}");
	assert_int_equal(number_at(t.reply, "body.code"), 30007);
}

#define MEMBER "/guilds/{guild}/members/{user:member}"

static void member__nick_roles_and_what_is_wrong(void **state)
{
	static const struct row rows[] = {
		{ "PATCH " MEMBER, "{'nick':'n','roles':['{role:Twin}']}", 200,
		  0, NULL, NULL },
		{ "PATCH " MEMBER, "{'roles':['5']}", 404, 10011, NULL, NULL },
		{ "PATCH " MEMBER, "{'roles':['{role:Zoryx}']}", 403, 50013,
		  NULL, NULL },
		{ "PUT " MEMBER "/roles/{role:Zoryx}", NULL, 403, 50013, NULL,
		  NULL },
		{ "PUT " MEMBER "/roles/5", NULL, 404, 10011, NULL, NULL },
		{ "PUT /guilds/{guild}/members/5/roles/{role:Twin}", NULL, 404,
		  10007, NULL, NULL },
		{ "PATCH " MEMBER,
		  "{'nick':'123456789012345678901234567890123'}", 400, 50035,
		  "nick", "BASE_TYPE_MAX_LENGTH" },
		{ "PATCH /guilds/{guild}/members/{user:admin}", "{'nick':'x'}",
		  403, 50013, NULL, NULL },
		{ "PUT /guilds/{guild}/bans/{user:admin}", "{}", 403, 50013,
		  NULL, NULL },
		{ "PUT /guilds/{guild}/bans/5", "{}", 404, 10013, NULL, NULL },
		{ "PUT /guilds/{guild}/bans/{user:5}",
		  "{'delete_message_seconds':604801}", 400, 50035,
		  "delete_message_seconds", MAX },
		{ "GET /guilds/{guild}/bans/{user:5}", NULL, 404, 10026, NULL,
		  NULL },
		{ "POST /guilds/{guild}/bulk-ban", "{'user_ids':[]}", 400,
		  50035, "user_ids", LENGTH },
		{ "POST /guilds/{guild}/bulk-ban",
		  "{'user_ids':['{user:admin}']}", 500, 500000, NULL, NULL },
		{ "POST /guilds/{guild}/bulk-ban",
		  "{'user_ids':['{user:5}','{user:admin}']}", 200, 0, NULL,
		  NULL },
		{ "GET /guilds/{guild}/bans/{user:5}", NULL, 200, 0, NULL,
		  NULL },
	};

	(void)state;
	ROWS(&t, t.guild[1], rows);
}

static void member__the_audit_log_names_the_roles(void **state)
{
	(void)state;
	row_send(&t, t.guild[1], "PATCH " MEMBER, "{'roles':['{role:Twin}']}");
	off(&t, NULL, "GET /guilds/%" PRIu64 "/audit-logs?action_type=25",
	    t.guild[1]);
	assert_string_equal(text_at(t.reply, "audit_log_entries.0.reason"),
			    "rows");
	assert_string_equal(
		text_at(t.reply, "audit_log_entries.0.changes.0.key"), "$add");
	assert_string_equal(
		text_at(t.reply,
			"audit_log_entries.0.changes.0.new_value.0.name"),
		"Twin");
	assert_string_equal(
		text_at(t.reply, "audit_log_entries.0.changes.1.key"),
		"$remove");
	assert_int_equal(
		cJSON_GetArraySize(
			at(t.reply, "audit_log_entries.0.changes.1.new_value")),
		2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(guild__every_setting_is_kept),
		T(guild__what_is_wrong_is_said),
		T(guild__leaving_community_takes_what_comes_with_it),
		T(guild__only_administrators_change_community),
		T(role__colours_icons_and_emojis),
		T(role__what_is_wrong_is_said),
		T(channel__a_forum_has_all_its_fields),
		T(channel__a_voice_channel_has_all_its_fields),
		T(channel__without_overwrites_it_has_those_of_its_category),
		T(channel__a_request_takes_100_overwrites_and_a_channel_1000),
		T(channel__what_a_category_gets_those_get_that_are_like_it),
		T(channel__what_is_wrong_is_said),
		T(channel__positions_and_one_parent_at_a_time),
		T(channel__limits_of_a_category_and_of_a_server),
		T(emoji__slots_go_by_the_level),
		T(emoji__roles_and_what_is_wrong),
		T(sticker__it_is_changed_and_goes),
		T(sticker__slots_and_files),
		T(webhook__what_is_wrong_is_said),
		T(member__nick_roles_and_what_is_wrong),
		T(member__the_audit_log_names_the_roles),
#undef T
	};

	return cmocka_run_group_tests_name("guild_edit", tests, NULL, NULL);
}
