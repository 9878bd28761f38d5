/* SPDX-License-Identifier: MIT
 *
 * sandbox: the control calls, the state, the live feed's side of them, the log
 * and what tests wait for.
 */
#include "sandbox/world_each.h"

static const cJSON *channel_named(const cJSON *guild, const char *name)
{
	const cJSON *c;

	cJSON_ArrayForEach(
		c, at(guild, "channels")) if (!strcmp(text_at(c, "name"),
						      name)) return c;
	return NULL;
}

static void world_state__is_what_the_user_sees(void **state)
{
	const cJSON *g;

	(void)state;
	rest(&t, NULL, "GET /sandbox/state?user=%" PRIu64, t.member);
	assert_int_equal(t.status, 200);
	assert_true(id_at(t.reply, "me.id") == t.member);
	assert_text(t.reply, "users.0.persona", "owner");
	assert_text(t.reply, "users.3.persona", "bot");
	assert_text(t.reply, "users.4.persona", "other");
	assert_true(cJSON_IsFalse(at(t.reply, "bot.online")));
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "guilds")), 3);
	g = at(t.reply, "guilds.0");
	assert_true(cJSON_IsTrue(at(channel_named(g, "general"), "can_send")));
	assert_true(cJSON_IsTrue(at(channel_named(g, "rules"), "can_view")));
	assert_true(cJSON_IsFalse(at(channel_named(g, "rules"), "can_send")));
	assert_true(
		cJSON_IsFalse(at(channel_named(g, "staff-chat"), "can_view")));
	assert_int_equal(number_at(g, "member_count"), 12);
	assert_true(cJSON_IsString(at(g, "members.0.status")));
	assert_int_equal(number_at(t.reply, "dm.type"), 1);
	assert_non_null(at(t.reply, "gateway"));
	rest(&t, NULL, "GET /sandbox/state?user=%" PRIu64, t.admin);
	g = at(t.reply, "guilds.0");
	assert_true(
		cJSON_IsTrue(at(channel_named(g, "staff-chat"), "can_view")));
	rest(&t, NULL, "GET /sandbox/state?user=12");
	assert_int_equal(t.status, 404);
}

static void world_control__people_write_edit_and_remove(void **state)
{
	uint64_t id;
	char body[300];

	(void)state;
	snprintf(body, sizeof(body),
		 "{'user':'%" PRIu64 "','channel_id':'%" PRIu64
		 "','content':'hi'}",
		 t.member, t.general);
	assert_int_equal(rest(&t, body, "POST /sandbox/messages"), 200);
	id = id_at(t.reply, "id");
	assert_true(id_at(t.reply, "author.id") == t.member);
	assert_text(event(&t, "MESSAGE_CREATE"), "content", "hi");
	assert_text(live(&t, "MESSAGE_CREATE"), "d.content", "hi");
	snprintf(body, sizeof(body),
		 "{'user':'%" PRIu64 "','channel_id':'%" PRIu64
		 "','content':'re','reference':'%" PRIu64 "'}",
		 t.admin, t.general, id);
	rest(&t, body, "POST /sandbox/messages");
	assert_text(t.reply, "referenced_message.content", "hi");
	snprintf(body, sizeof(body), "{'user':'%" PRIu64 "','content':'ho'}",
		 t.member);
	assert_int_equal(rest(&t, body, "PATCH /sandbox/messages/%" PRIu64, id),
			 200);
	assert_text(event(&t, "MESSAGE_UPDATE"), "content", "ho");
	rest(&t, body, "DELETE /sandbox/messages/%" PRIu64, id);
	assert_int_equal(t.status, 204);
	assert_true(id_at(event(&t, "MESSAGE_DELETE"), "id") == id);
	snprintf(body, sizeof(body),
		 "{'user':'%" PRIu64 "','channel_id':'%" PRIu64
		 "','content':'x'}",
		 t.member, zx__world_channel(t.w, t.guild, "rules"));
	assert_int_equal(rest(&t, body, "POST /sandbox/messages"), 403);
	assert_true(cJSON_IsString(at(t.reply, "message")));
}

static void world_control__messages_are_listed_oldest_first(void **state)
{
	uint64_t second;

	(void)state;
	say(&t, t.member, "one");
	second = say(&t, t.member, "two");
	rest(&t, NULL,
	     "GET /sandbox/messages?user=%" PRIu64 "&channel=%" PRIu64
	     "&limit=2",
	     t.member, t.general);
	assert_text(t.reply, "0.content", "one");
	assert_text(t.reply, "1.content", "two");
	rest(&t, NULL,
	     "GET /sandbox/messages?user=%" PRIu64 "&channel=%" PRIu64
	     "&limit=1&before=%" PRIu64,
	     t.member, t.general, second);
	assert_text(t.reply, "0.content", "one");
	rest(&t, NULL,
	     "GET /sandbox/messages?user=%" PRIu64 "&channel=%" PRIu64,
	     t.member, zx__world_channel(t.w, t.guild, "staff-chat"));
	assert_int_equal(t.status, 403);
}

static void world_control__private_channels_reach_their_readers_only(void **s)
{
	uint64_t staff = zx__world_channel(t.w, t.guild, "staff-chat");
	const cJSON *e;
	int told = 0;

	(void)s;
	assert_err(zx__world_say(t.w, t.admin, staff, "psst", NULL), ZX_OK);
	cJSON_ArrayForEach(e, t.wire.live)
	{
		assert_text(e, "t", "MESSAGE_CREATE");
		assert_true(id_at(e, "user") != 0);
		assert_true(id_at(e, "user") != t.member);
		told++;
	}
	assert_true(told >= 2 && told < 12);
	assert_non_null(event(&t, "MESSAGE_CREATE")); /* the bot sees it */
}

static void world_control__people_join_and_leave(void **state)
{
	char body[200];

	(void)state;
	snprintf(body, sizeof(body),
		 "{'user':'%" PRIu64 "','guild_id':'%" PRIu64 "'}", t.member,
		 t.guild);
	assert_int_equal(rest(&t, body, "POST /sandbox/members"), 400);
	assert_int_equal(rest(&t, body, "DELETE /sandbox/members"), 204);
	assert_true(id_at(event(&t, "GUILD_MEMBER_REMOVE"), "user.id") ==
		    t.member);
	assert_int_equal(rest(&t, body, "DELETE /sandbox/members"), 404);
	assert_int_equal(rest(&t, body, "POST /sandbox/members"), 204);
	assert_true(id_at(event(&t, "GUILD_MEMBER_ADD"), "user.id") ==
		    t.member);
	rest(&t, "{}", "PUT /guilds/%" PRIu64 "/bans/%" PRIu64, t.guild,
	     t.member);
	assert_int_equal(rest(&t, body, "POST /sandbox/members"), 403);
}

static void world_control__slow_channels_make_people_wait(void **state)
{
	uint64_t slow = zx__world_channel(t.w, t.guild, "slow-lane");
	uint64_t id;

	(void)state;
	assert_err(zx__world_say(t.w, t.member, slow, "a", &id), ZX_OK);
	assert_err(zx__world_say(t.w, t.member, slow, "b", NULL), ZX_E_INVALID);
	assert_err(zx__world_say(t.w, t.admin, slow, "c", NULL), ZX_OK);
	assert_err(zx__world_say(t.w, t.admin, slow, "d", NULL), ZX_OK);
	t.wire.now += 60000;
	assert_err(zx__world_say(t.w, t.member, slow, "b", NULL), ZX_OK);
	rest(&t, "{'type':1,'deny':'4503599627378704','allow':'0'}",
	     "PUT /channels/%" PRIu64 "/permissions/%" PRIu64, slow, t.bot);
	assert_int_equal(t.status, 204);
	for (int i = 0; i < 2; i++)
		rest(&t, "{'content':'x'}",
		     "POST /channels/%" PRIu64 "/messages", slow);
	assert_code(&t, 429, 20016);
	assert_true(number_at(t.reply, "retry_after") >= 59);
}

static void world_control__events_are_injected(void **state)
{
	(void)state;
	assert_int_equal(rest(&t, "{'event':'FUTURE','d':{'x':1}}",
			      "POST /sandbox/events"),
			 200);
	assert_int_equal(number_at(event(&t, "FUTURE"), "x"), 1);
	assert_int_equal(rest(&t, "{'d':{}}", "POST /sandbox/events"), 400);
	assert_int_equal(rest(&t, NULL, "GET /sandbox/nothing"), 404);
}

static void world_log__has_requests_without_tokens(void **state)
{
	char path[200];
	uint64_t id;

	(void)state;
	rest(&t, "{'name':'ping','description':'d'}",
	     "POST /applications/%" PRIu64 "/commands", t.bot);
	zx__world_slash(t.w, 0, 0, "ping", NULL, &id);
	snprintf(path, sizeof(path), "/interactions/%" PRIu64 "/%s/callback",
		 id, text_at(event(&t, "INTERACTION_CREATE"), "token"));
	rest(&t, "{'type':4,'data':{'content':'x'}}", "POST %s", path);
	rest(&t, NULL, "GET /sandbox/log?full=1");
	assert_int_equal(cJSON_GetArraySize(t.reply), 2);
	assert_int_equal(number_at(t.reply, "0.status"), 201);
	assert_text(t.reply, "0.kind", "rest");
	assert_text(t.reply, "0.body.name", "ping");
	assert_text(t.reply, "0.response.name", "ping");
	assert_non_null(strstr(text_at(t.reply, "1.path"), "/***/callback"));
	assert_null(strstr(zx_buf_cstr(&t.raw), "aW50ZXJhY3Rpb246"));
	rest(&t, NULL, "GET /sandbox/log?after=%d", number_at(t.reply, "0.n"));
	assert_int_equal(cJSON_GetArraySize(t.reply), 1);
	assert_null(at(t.reply, "0.body"));
}

static void world_log__expected_requests_are_taken_once(void **state)
{
	struct zx_buf body;

	(void)state;
	rest(&t, "{'content':'one'}", "POST /channels/%" PRIu64 "/messages",
	     t.general);
	rest(&t, "{'content':'two'}", "POST /channels/%" PRIu64 "/messages",
	     t.general);
	zx_buf_init(&body, NULL, 0);
	assert_false(zx__world_take_request(t.w, "GET /channels/{id}/messages",
					    &body));
	assert_false(zx__world_take_request(t.w, "POST /channels/{id}", &body));
	assert_true(zx__world_take_request(t.w, "POST /channels/{id}/messages",
					   &body));
	assert_str(zx_buf_str(&body), "{\"content\":\"one\"}");
	zx_buf_clear(&body);
	assert_true(zx__world_take_request(t.w, "POST /channels/*", &body));
	assert_str(zx_buf_str(&body), "{\"content\":\"two\"}");
	assert_false(zx__world_take_request(t.w, "POST /channels/*", NULL));
	zx_buf_release(&body);
}

static void world_log__is_bounded(void **state)
{
	(void)state;
	for (int i = 0; i < 5100; i++)
		rest(&t, NULL, "GET /gateway");
	rest(&t, NULL, "GET /sandbox/log");
	assert_int_equal(cJSON_GetArraySize(t.reply), 5000);
	assert_int_equal(number_at(t.reply, "4999.n"), 5100);
}

static void world_history__is_bounded(void **state)
{
	uint64_t first = say(&t, t.member, "first");

	(void)state;
	for (int i = 0; i < 2000; i++) {
		say(&t, t.member, "x");
		if (i % 500 == 0)
			forget(&t);
	}
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64, t.general,
	     first);
	assert_code(&t, 404, 10008);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(world_state__is_what_the_user_sees),
		TEST(world_control__people_write_edit_and_remove),
		TEST(world_control__messages_are_listed_oldest_first),
		TEST(world_control__private_channels_reach_their_readers_only),
		TEST(world_control__people_join_and_leave),
		TEST(world_control__slow_channels_make_people_wait),
		TEST(world_control__events_are_injected),
		TEST(world_log__has_requests_without_tokens),
		TEST(world_log__expected_requests_are_taken_once),
		TEST(world_log__is_bounded),
		TEST(world_history__is_bounded),
	};

	return cmocka_run_group_tests_name("world_control", tests, NULL, NULL);
}
