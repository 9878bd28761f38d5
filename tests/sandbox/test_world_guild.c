/* SPDX-License-Identifier: MIT
 *
 * sandbox: servers and what is in them: channels, roles, members, bans,
 * threads, webhooks, emojis, stickers, invites, the audit log.
 */
#include "sandbox/world_each.h"

#define GUILD "/guilds/%" PRIu64

static uint64_t role_named(const char *name)
{
	const cJSON *r;

	rest(&t, NULL, "GET " GUILD "/roles", t.guild);
	cJSON_ArrayForEach(r, t.reply) if (!strcmp(text_at(r, "name"),
						   name)) return id_at(r, "id");
	return 0;
}

/* Seeds ------------------------------------------------------------------- */

static void world_seed__the_same_seed_gives_the_same_world(void **state)
{
	struct test other;
	char *first;

	(void)state;
	rest(&t, NULL, "GET " GUILD "/channels", t.guild);
	first = zx_str_dup(NULL, zx_buf_str(&t.raw));
	test_start(&other);
	assert_true(other.guild == t.guild);
	rest(&other, NULL, "GET " GUILD "/channels", other.guild);
	assert_string_equal(zx_buf_cstr(&other.raw), first);
	zx_delete(NULL, first);
	test_end(&other);
}

static void world_seed__another_seed_gives_other_ids(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct test other;

	(void)state;
	o.seed = 2;
	test_open(&other, &o);
	assert_true(other.guild != t.guild);
	assert_true(other.bot != t.bot);
	test_end(&other);
}

static void world_seed__every_guild_has_the_named_people(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct test many;

	(void)state;
	o.guilds = 12;
	o.members = 30;
	o.no_rate_limits = 1;
	test_open(&many, &o);
	for (size_t i = 0; i < 12; i++) {
		uint64_t g = zx__world_guild(many.w, i);
		uint64_t who[] = { many.owner, many.admin, many.member,
				   many.bot };

		for (size_t k = 0; k < 4; k++) {
			rest(&many, NULL, "GET " GUILD "/members/%" PRIu64, g,
			     who[k]);
			assert_int_equal(many.status, 200);
		}
		rest(&many, NULL, "GET " GUILD "/members?limit=1000", g);
		assert_int_equal(cJSON_GetArraySize(many.reply), 30);
		assert_true(zx__world_channel(many.w, g, "general") > 0);
		rest(&many, NULL, "GET " GUILD "?with_counts=true", g);
		assert_int_equal(
			number_at(many.reply, "approximate_member_count"), 30);
	}
	assert_true(zx__world_guild(many.w, 12) == 0);
	test_end(&many);
}

static void SH_01__guilds_lie_on_all_shards_in_turn(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct test many;

	(void)state;
	o.guilds = 48;
	test_open(&many, &o);
	for (uint64_t shards = 1; shards <= 16; shards++)
		for (size_t i = 0; i < 48; i++)
			assert_true((zx__world_guild(many.w, i) >> 22) %
					    shards ==
				    i % shards);
	test_end(&many);
}

/* Guild and channels ------------------------------------------------------ */

static void world_guild__a_patch_is_kept_announced_and_logged(void **state)
{
	(void)state;
	t.reason = "because%20%E2%9C%93";
	rest(&t, "{'name':'New name','description':null,'afk_timeout':900}",
	     "PATCH " GUILD, t.guild);
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "name", "New name");
	assert_true(cJSON_IsNull(at(t.reply, "description")));
	assert_text(event(&t, "GUILD_UPDATE"), "name", "New name");
	assert_non_null(live(&t, "GUILD_UPDATE"));
	rest(&t, NULL, "GET " GUILD "/audit-logs?limit=1", t.guild);
	assert_int_equal(number_at(t.reply, "audit_log_entries.0.action_type"),
			 1);
	assert_text(t.reply, "audit_log_entries.0.reason",
		    "because \xe2\x9c\x93");
	assert_text(t.reply, "audit_log_entries.0.changes.0.new_value",
		    "New name");
	rest(&t, "{'name':'x','afk_timeout':61}", "PATCH " GUILD, t.guild);
	assert_form(&t, "name", "BASE_TYPE_BAD_LENGTH");
	assert_form(&t, "afk_timeout", "BASE_TYPE_CHOICES");
}

static void world_guild__unknown_ones_are_10004(void **state)
{
	(void)state;
	rest(&t, NULL, "GET /guilds/12");
	assert_code(&t, 404, 10004);
	rest(&t, NULL, "GET /guilds/abc");
	assert_form(&t, "guild_id", "NUMBER_TYPE_COERCE");
	rest(&t, NULL, "GET /channels/12");
	assert_code(&t, 404, 10003);
}

static void world_channel__created_changed_and_deleted(void **state)
{
	uint64_t id;
	char body[300];

	(void)state;
	snprintf(body, sizeof(body),
		 "{'name':'My Room','topic':'t','permission_overwrites':["
		 "{'id':'%" PRIu64 "','type':0,'deny':'2048'}]}",
		 t.guild);
	assert_int_equal(rest(&t, body, "POST " GUILD "/channels", t.guild),
			 201);
	id = id_at(t.reply, "id");
	assert_text(t.reply, "name", "my-room");
	assert_text(t.reply, "permission_overwrites.0.deny", "2048");
	assert_text(t.reply, "permission_overwrites.0.allow", "0");
	assert_true(id_at(event(&t, "CHANNEL_CREATE"), "id") == id);
	rest(&t, "{'topic':null,'rate_limit_per_user':30}",
	     "PATCH /channels/%" PRIu64, id);
	assert_true(cJSON_IsNull(at(t.reply, "topic")));
	assert_int_equal(number_at(t.reply, "rate_limit_per_user"), 30);
	rest(&t, "{'rate_limit_per_user':21601}", "PATCH /channels/%" PRIu64,
	     id);
	assert_form(&t, "rate_limit_per_user", "NUMBER_TYPE_MAX");
	rest(&t, "{'type':5}", "PATCH /channels/%" PRIu64, id);
	assert_int_equal(number_at(t.reply, "type"), 5);
	rest(&t, "{'type':2}", "PATCH /channels/%" PRIu64, id);
	assert_code(&t, 400, 50035);
	assert_int_equal(rest(&t, NULL, "DELETE /channels/%" PRIu64, id), 200);
	assert_true(id_at(event(&t, "CHANNEL_DELETE"), "id") == id);
	rest(&t, NULL, "GET /channels/%" PRIu64, id);
	assert_code(&t, 404, 10003);
}

static void world_channel__community_keeps_its_two(void **state)
{
	(void)state;
	rest(&t, NULL, "DELETE /channels/%" PRIu64,
	     zx__world_channel(t.w, t.guild, "rules"));
	assert_code(&t, 400, 50074);
}

static void world_channel__one_parent_per_request(void **state)
{
	uint64_t a = zx__world_channel(t.w, t.guild, "general");
	uint64_t b = zx__world_channel(t.w, t.guild, "off-topic");
	char body[300];

	(void)state;
	snprintf(body, sizeof(body),
		 "[{'id':'%" PRIu64 "','parent_id':null},"
		 "{'id':'%" PRIu64 "','parent_id':null}]",
		 a, b);
	rest(&t, body, "PATCH " GUILD "/channels", t.guild);
	assert_code(&t, 400, 40009);
	snprintf(body, sizeof(body),
		 "[{'id':'%" PRIu64 "','parent_id':null,'position':9},"
		 "{'id':'%" PRIu64 "','position':8}]",
		 a, b);
	assert_int_equal(rest(&t, body, "PATCH " GUILD "/channels", t.guild),
			 204);
	assert_int_equal(number_at(event(&t, "CHANNEL_UPDATE"), "position"), 8);
	rest(&t, NULL, "GET /channels/%" PRIu64, a);
	assert_true(cJSON_IsNull(at(t.reply, "parent_id")));
}

static void world_channel__500_of_them_and_50_in_a_category(void **state)
{
	uint64_t category;
	char body[100];

	(void)state;
	t.wire.unwatched = 1;
	rest(&t, "{'name':'c','type':4}", "POST " GUILD "/channels", t.guild);
	category = id_at(t.reply, "id");
	snprintf(body, sizeof(body), "{'name':'x','parent_id':'%" PRIu64 "'}",
		 category);
	for (int i = 0; i < 50; i++)
		assert_int_equal(
			rest(&t, body, "POST " GUILD "/channels", t.guild),
			201);
	rest(&t, body, "POST " GUILD "/channels", t.guild);
	assert_form(&t, "parent_id", "CHANNEL_PARENT_MAX_CHANNELS");
	do
		rest(&t, "{'name':'y'}", "POST " GUILD "/channels", t.guild);
	while (t.status == 201);
	assert_code(&t, 400, 30013);
	rest(&t, NULL, "GET " GUILD "/channels", t.guild);
	assert_int_equal(cJSON_GetArraySize(t.reply), 500);
}

/* Roles and members ------------------------------------------------------- */

static void world_role__created_changed_given_and_deleted(void **state)
{
	uint64_t id;

	(void)state;
	rest(&t,
	     "{'name':'r','permissions':'1024','colors':{'primary_color':255},"
	     "'hoist':true}",
	     "POST " GUILD "/roles", t.guild);
	assert_int_equal(t.status, 200);
	id = id_at(t.reply, "id");
	assert_int_equal(number_at(t.reply, "color"), 255);
	assert_text(t.reply, "permissions", "1024");
	assert_int_equal(number_at(t.reply, "position"), 1);
	rest(&t, "{'color':16711680}", "PATCH " GUILD "/roles/%" PRIu64,
	     t.guild, id);
	assert_int_equal(number_at(t.reply, "colors.primary_color"), 16711680);
	rest(&t, NULL, "PUT " GUILD "/members/%" PRIu64 "/roles/%" PRIu64,
	     t.guild, t.member, id);
	assert_int_equal(t.status, 204);
	assert_true(id_at(event(&t, "GUILD_MEMBER_UPDATE"), "roles.0") == id);
	rest(&t, NULL, "GET " GUILD "/roles/member-counts", t.guild);
	{
		char key[24];

		snprintf(key, sizeof(key), "%" PRIu64, id);
		assert_int_equal(number_at(t.reply, key), 1);
	}
	assert_int_equal(
		rest(&t, NULL, "DELETE " GUILD "/roles/%" PRIu64, t.guild, id),
		204);
	rest(&t, NULL, "GET " GUILD "/members/%" PRIu64, t.guild, t.member);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "roles")), 0);
}

static void world_role__managed_ones_and_everyone_stay(void **state)
{
	(void)state;
	rest(&t, NULL, "DELETE " GUILD "/roles/%" PRIu64, t.guild,
	     role_named("Zoryx"));
	assert_code(&t, 400, 50028);
	rest(&t, NULL, "DELETE " GUILD "/roles/%" PRIu64, t.guild, t.guild);
	assert_code(&t, 400, 50028);
	rest(&t, "{'permissions':'1024','name':'x'}",
	     "PATCH " GUILD "/roles/%" PRIu64, t.guild, t.guild);
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "name", "@everyone");
}

static void world_role__250_of_them(void **state)
{
	(void)state;
	t.wire.unwatched = 1;
	do
		rest(&t, "{'name':'r'}", "POST " GUILD "/roles", t.guild);
	while (t.status == 200);
	assert_code(&t, 400, 30005);
	rest(&t, NULL, "GET " GUILD "/roles", t.guild);
	assert_int_equal(cJSON_GetArraySize(t.reply), 251); /* + @everyone */
}

static void world_member__is_patched_and_timed_out(void **state)
{
	(void)state;
	rest(&t, "{'nick':'Nick'}", "PATCH " GUILD "/members/%" PRIu64, t.guild,
	     t.member);
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "nick", "Nick");
	rest(&t, "{'communication_disabled_until':'2026-10-01T00:00:00Z'}",
	     "PATCH " GUILD "/members/%" PRIu64, t.guild, t.member);
	assert_int_equal(t.status, 200);
	assert_err(zx__world_say(t.w, t.member, t.general, "x", NULL),
		   ZX_E_PERM);
	rest(&t, "{'communication_disabled_until':'2027-10-01T00:00:00Z'}",
	     "PATCH " GUILD "/members/%" PRIu64, t.guild, t.member);
	assert_form(&t, "communication_disabled_until", "TIMEOUT_TOO_LONG");
	rest(&t, "{'communication_disabled_until':null,'nick':''}",
	     "PATCH " GUILD "/members/%" PRIu64, t.guild, t.member);
	assert_true(cJSON_IsNull(at(t.reply, "nick")));
	assert_err(zx__world_say(t.w, t.member, t.general, "x", NULL), ZX_OK);
	rest(&t, NULL, "GET " GUILD "/members/12", t.guild);
	assert_code(&t, 404, 10013);
}

static void world_member__the_list_pages_by_id(void **state)
{
	uint64_t after = 0;
	int n = 0;

	(void)state;
	for (;;) {
		rest(&t, NULL, "GET " GUILD "/members?limit=5&after=%" PRIu64,
		     t.guild, after);
		if (!cJSON_GetArraySize(t.reply))
			break;
		n += cJSON_GetArraySize(t.reply);
		after = id_at(cJSON_GetArrayItem(
				      t.reply, cJSON_GetArraySize(t.reply) - 1),
			      "user.id");
	}
	assert_int_equal(n, 12);
	rest(&t, NULL, "GET " GUILD "/members/search?query=Sa&limit=5",
	     t.guild);
	assert_int_equal(cJSON_GetArraySize(t.reply), 1);
	assert_true(id_at(t.reply, "0.user.id") == t.member);
}

static void world_ban__removes_and_is_lifted(void **state)
{
	(void)state;
	t.reason = "spam";
	assert_int_equal(rest(&t, "{}", "PUT " GUILD "/bans/%" PRIu64, t.guild,
			      t.member),
			 204);
	assert_non_null(event(&t, "GUILD_BAN_ADD"));
	assert_non_null(event(&t, "GUILD_MEMBER_REMOVE"));
	rest(&t, NULL, "GET " GUILD "/bans/%" PRIu64, t.guild, t.member);
	assert_text(t.reply, "reason", "spam");
	rest(&t, NULL, "GET " GUILD "/bans?limit=1000", t.guild);
	assert_int_equal(cJSON_GetArraySize(t.reply), 1);
	assert_int_equal(rest(&t, NULL, "DELETE " GUILD "/bans/%" PRIu64,
			      t.guild, t.member),
			 204);
	rest(&t, NULL, "GET " GUILD "/bans/%" PRIu64, t.guild, t.member);
	assert_code(&t, 404, 10026);
	rest(&t, "{}", "PUT " GUILD "/bans/%" PRIu64, t.guild, t.admin);
	assert_code(&t, 403, 50013);
	rest(&t, NULL, "DELETE " GUILD "/members/%" PRIu64, t.guild, t.member);
	assert_code(&t, 404, 10007);
}

/* Threads, webhooks, the rest --------------------------------------------- */

static void world_thread__from_a_message_and_alone(void **state)
{
	uint64_t m = say(&t, t.member, "topic"), id;

	(void)state;
	rest(&t, "{'name':'thr'}",
	     "POST /channels/%" PRIu64 "/messages/%" PRIu64 "/threads",
	     t.general, m);
	assert_int_equal(t.status, 201);
	assert_true(id_at(t.reply, "id") == m);
	assert_null(at(t.reply, "_members"));
	rest(&t, "{'content':'in it'}", "POST /channels/%" PRIu64 "/messages",
	     m);
	assert_int_equal(t.status, 200);
	rest(&t, NULL, "GET /channels/%" PRIu64, m);
	assert_int_equal(number_at(t.reply, "message_count"), 1);
	rest(&t, "{'name':'private','type':12}",
	     "POST /channels/%" PRIu64 "/threads", t.general);
	assert_int_equal(t.status, 201);
	id = id_at(t.reply, "id");
	assert_err(zx__world_say(t.w, t.member, id, "x", NULL), ZX_E_PERM);
	rest(&t, NULL, "PUT /channels/%" PRIu64 "/thread-members/%" PRIu64, id,
	     t.member);
	assert_int_equal(t.status, 204);
	assert_err(zx__world_say(t.w, t.member, id, "x", NULL), ZX_OK);
	rest(&t, NULL, "GET " GUILD "/threads/active", t.guild);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "threads")), 2);
	rest(&t, "{'archived':true}", "PATCH /channels/%" PRIu64, id);
	assert_true(cJSON_IsTrue(at(t.reply, "thread_metadata.archived")));
	assert_int_equal(rest(&t, NULL, "DELETE /channels/%" PRIu64, id), 200);
	assert_non_null(event(&t, "THREAD_DELETE"));
}

static void MS_thread_name__has_1_to_100_characters(void **state)
{
	static const struct {
		size_t n;
		int status;
	} rows[] = { { 0, 400 }, { 1, 201 }, { 100, 201 }, { 101, 400 } };
	char body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *name = run_of('n', rows[i].n);

		snprintf(body, sizeof(body), "{'name':'%s','type':11}", name);
		assert_int_equal(rest(&t, body,
				      "POST /channels/%" PRIu64 "/threads",
				      t.general),
				 rows[i].status);
		zx_delete(NULL, name);
	}
}

static void world_thread__a_forum_post_has_its_first_message(void **state)
{
	uint64_t forum = zx__world_channel(t.w, t.guild, "questions");

	(void)state;
	rest(&t, "{'content':'x'}", "POST /channels/%" PRIu64 "/messages",
	     forum);
	assert_code(&t, 400, 50008);
	rest(&t, "{'name':'how?','message':{'content':'first'}}",
	     "POST /channels/%" PRIu64 "/threads", forum);
	assert_int_equal(t.status, 201);
	assert_text(t.reply, "message.content", "first");
	assert_true(id_at(t.reply, "message.id") == id_at(t.reply, "id"));
	rest(&t, "{'name':'how?'}", "POST /channels/%" PRIu64 "/threads",
	     forum);
	assert_form(&t, "message", "BASE_TYPE_REQUIRED");
}

static void world_webhook__speaks_under_its_own_name(void **state)
{
	uint64_t id, m;
	char token[80];

	(void)state;
	rest(&t, "{'name':'Discord news'}",
	     "POST /channels/%" PRIu64 "/webhooks", t.general);
	assert_form(&t, "name", "USERNAME_INVALID_CONTAINS");
	rest(&t, "{'name':'hook'}", "POST /channels/%" PRIu64 "/webhooks",
	     t.general);
	assert_int_equal(t.status, 200);
	id = id_at(t.reply, "id");
	snprintf(token, sizeof(token), "%s", text_at(t.reply, "token"));
	t.auth = NULL;
	assert_int_equal(rest(&t, "{'content':'a'}",
			      "POST /webhooks/%" PRIu64 "/%s", id, token),
			 204);
	rest(&t, "{'content':'b','username':'Bob'}",
	     "POST /webhooks/%" PRIu64 "/%s?wait=true", id, token);
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "author.username", "Bob");
	m = id_at(t.reply, "id");
	rest(&t, "{'content':'c'}",
	     "PATCH /webhooks/%" PRIu64 "/%s/messages/%" PRIu64, id, token, m);
	assert_text(t.reply, "content", "c");
	rest(&t, "{'content':'a'}", "POST /webhooks/%" PRIu64 "/wrong", id);
	assert_code(&t, 401, 50027);
	rest(&t, "{'content':'a'}", "POST /webhooks/12/%s", token);
	assert_code(&t, 404, 10015);
	assert_int_equal(
		rest(&t, NULL, "DELETE /webhooks/%" PRIu64 "/%s", id, token),
		204);
}

static void world_webhook__15_in_a_channel(void **state)
{
	(void)state;
	for (int i = 0; i < 15; i++)
		assert_int_equal(rest(&t, "{'name':'h'}",
				      "POST /channels/%" PRIu64 "/webhooks",
				      t.general),
				 200);
	rest(&t, "{'name':'h'}", "POST /channels/%" PRIu64 "/webhooks",
	     t.general);
	assert_code(&t, 400, 30007);
}

static void world_emoji__created_used_and_deleted(void **state)
{
	uint64_t id, m = say(&t, t.member, "x");

	(void)state;
	rest(&t, "{'name':'zx','image':'data:image/png;base64,iVBORw0KGgo='}",
	     "POST " GUILD "/emojis", t.guild);
	assert_int_equal(t.status, 201);
	id = id_at(t.reply, "id");
	assert_true(id_at(event(&t, "GUILD_EMOJIS_UPDATE"), "emojis.0.id") ==
		    id);
	rest(&t, NULL,
	     "PUT /channels/%" PRIu64 "/messages/%" PRIu64
	     "/reactions/zx%%3A%" PRIu64 "/@me",
	     t.general, m, id);
	assert_int_equal(t.status, 204);
	rest(&t, "{'name':'z!','image':'nothing'}", "POST " GUILD "/emojis",
	     t.guild);
	assert_form(&t, "name", "STRING_TYPE_REGEX");
	assert_form(&t, "image", "IMAGE_INVALID");
	assert_int_equal(
		rest(&t, NULL, "DELETE " GUILD "/emojis/%" PRIu64, t.guild, id),
		204);
	rest(&t, NULL, "GET " GUILD "/emojis", t.guild);
	assert_int_equal(cJSON_GetArraySize(t.reply), 0);
}

static void world_invite__made_found_and_revoked(void **state)
{
	char code[20];

	(void)state;
	rest(&t, "{'max_age':60}", "POST /channels/%" PRIu64 "/invites",
	     t.general);
	assert_int_equal(t.status, 200);
	snprintf(code, sizeof(code), "%s", text_at(t.reply, "code"));
	assert_text(event(&t, "INVITE_CREATE"), "code", code);
	rest(&t, NULL, "GET /invites/%s", code);
	assert_int_equal(t.status, 200);
	assert_null(at(t.reply, "uses"));
	rest(&t, NULL, "GET " GUILD "/invites", t.guild);
	assert_int_equal(number_at(t.reply, "0.uses"), 0);
	assert_int_equal(rest(&t, NULL, "DELETE /invites/%s", code), 200);
	rest(&t, NULL, "GET /invites/%s", code);
	assert_code(&t, 404, 10006);
}

static void world_rest__what_does_not_exist_is_404_or_405(void **state)
{
	(void)state;
	rest(&t, NULL, "GET /nothing");
	assert_code(&t, 404, 0);
	assert_text(t.reply, "message", "404: Not Found");
	rest(&t, NULL, "DELETE /gateway");
	assert_code(&t, 405, 0);
	rest(&t, NULL, "GET /users/%%40me");
	assert_int_equal(t.status, 200);
	ask(&t, "GET", "/api/users/@me", ZX_STR(""));
	assert_int_equal(t.status, 200);
	ask(&t, "GET", "/api/v9/users/@me", ZX_STR(""));
	assert_int_equal(t.status, 200);
	ask(&t, "GET", "/api/v6/users/@me", ZX_STR(""));
	assert_code(&t, 400, 50041);
	t.auth = "Bearer x";
	rest(&t, NULL, "GET /users/@me");
	assert_code(&t, 401, 0);
}

static void world_rest__the_gateway_says_what_is_left(void **state)
{
	(void)state;
	rest(&t, NULL, "GET /gateway/bot");
	assert_text(t.reply, "url", "ws://127.0.0.1:4711/gateway");
	assert_int_equal(number_at(t.reply, "shards"), 1);
	assert_int_equal(number_at(t.reply, "session_start_limit.total"), 1000);
	assert_int_equal(number_at(t.reply, "session_start_limit.remaining"),
			 997);
	assert_int_equal(
		number_at(t.reply, "session_start_limit.max_concurrency"), 1);
}

static void world_user__dms_are_opened_once(void **state)
{
	uint64_t dm;
	char body[100];

	(void)state;
	snprintf(body, sizeof(body), "{'recipient_id':'%" PRIu64 "'}",
		 t.member);
	rest(&t, body, "POST /users/@me/channels");
	dm = id_at(t.reply, "id");
	assert_int_equal(number_at(t.reply, "type"), 1);
	rest(&t, body, "POST /users/@me/channels");
	assert_true(id_at(t.reply, "id") == dm);
	rest(&t, "{'content':'hi'}", "POST /channels/%" PRIu64 "/messages", dm);
	assert_int_equal(t.status, 200);
	assert_null(at(event(&t, "MESSAGE_CREATE"), "guild_id"));
	assert_true(id_at(live(&t, "MESSAGE_CREATE"), "user") == t.member);
	rest(&t, "{'recipient_id':'12'}", "POST /users/@me/channels");
	assert_code(&t, 400, 50033);
	assert_err(zx__world_say(t.w, t.admin, dm, "not mine", NULL),
		   ZX_E_PERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(world_seed__the_same_seed_gives_the_same_world),
		TEST(world_seed__another_seed_gives_other_ids),
		TEST(world_seed__every_guild_has_the_named_people),
		TEST(SH_01__guilds_lie_on_all_shards_in_turn),
		TEST(world_guild__a_patch_is_kept_announced_and_logged),
		TEST(world_guild__unknown_ones_are_10004),
		TEST(world_channel__created_changed_and_deleted),
		TEST(world_channel__community_keeps_its_two),
		TEST(world_channel__one_parent_per_request),
		TEST(world_channel__500_of_them_and_50_in_a_category),
		TEST(world_role__created_changed_given_and_deleted),
		TEST(world_role__managed_ones_and_everyone_stay),
		TEST(world_role__250_of_them),
		TEST(world_member__is_patched_and_timed_out),
		TEST(world_member__the_list_pages_by_id),
		TEST(world_ban__removes_and_is_lifted),
		TEST(world_thread__from_a_message_and_alone),
		TEST(MS_thread_name__has_1_to_100_characters),
		TEST(world_thread__a_forum_post_has_its_first_message),
		TEST(world_webhook__speaks_under_its_own_name),
		TEST(world_webhook__15_in_a_channel),
		TEST(world_emoji__created_used_and_deleted),
		TEST(world_invite__made_found_and_revoked),
		TEST(world_rest__what_does_not_exist_is_404_or_405),
		TEST(world_rest__the_gateway_says_what_is_left),
		TEST(world_user__dms_are_opened_once),
	};

	return cmocka_run_group_tests_name("world_guild", tests, NULL, NULL);
}
