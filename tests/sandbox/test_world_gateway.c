/* SPDX-License-Identifier: MIT
 *
 * sandbox: what sessions are given: READY, servers, member chunks, and what
 * intents keep from them.
 */
#include "sandbox/world.h"

#define GUILDS 1u
#define MEMBERS 2u
#define PRESENCES (1u << 8)
#define MESSAGES (1u << 9)
#define CONTENT (1u << 15)

static void GW_16__ready_has_what_clients_require(void **state)
{
	struct test t;
	cJSON *d;

	(void)state;
	test_start(&t);
	d = zx__world_ready(t.w, 0, 1);
	assert_int_equal(number_at(d, "v"), 10);
	assert_true(id_at(d, "user.id") == t.bot);
	assert_true(id_at(d, "application.id") == t.bot);
	assert_true(number_at(d, "application.flags") > 0);
	assert_int_equal(cJSON_GetArraySize(at(d, "guilds")), 3);
	assert_true(cJSON_IsTrue(at(d, "guilds.0.unavailable")));
	assert_int_equal(number_at(d, "shard.1"), 1);
	cJSON_Delete(d);
	test_end(&t);
}

static void GS_01__each_shard_gets_its_guilds_in_order(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct test t;
	size_t total = 0;

	(void)state;
	o.guilds = 60;
	test_open(&t, &o);
	for (uint32_t shard = 0; shard < 4; shard++) {
		cJSON *ready = zx__world_ready(t.w, shard, 4);
		const cJSON *g;
		size_t i = 0;

		cJSON_ArrayForEach(g, at(ready, "guilds"))
		{
			cJSON *d = zx__world_guild_create(t.w, shard, 4, GUILDS,
							  50, i++);

			assert_non_null(d);
			assert_true(id_at(d, "id") == id_at(g, "id"));
			cJSON_Delete(d);
			total++;
		}
		assert_null(
			zx__world_guild_create(t.w, shard, 4, GUILDS, 50, i));
		cJSON_Delete(ready);
	}
	assert_int_equal(total, 60);
	test_end(&t);
}

static void GS_03__without_presences_only_the_bot_is_listed(void **state)
{
	struct test t;
	cJSON *d;

	(void)state;
	test_start(&t);
	d = zx__world_guild_create(t.w, 0, 1, GUILDS, 50, 0);
	assert_int_equal(number_at(d, "member_count"), 12);
	assert_int_equal(cJSON_GetArraySize(at(d, "members")), 1);
	assert_true(id_at(d, "members.0.user.id") == t.bot);
	assert_int_equal(cJSON_GetArraySize(at(d, "presences")), 0);
	cJSON_Delete(d);
	d = zx__world_guild_create(t.w, 0, 1, GUILDS | PRESENCES, 50, 0);
	assert_int_equal(cJSON_GetArraySize(at(d, "members")), 12);
	assert_true(cJSON_GetArraySize(at(d, "presences")) > 2);
	assert_true(cJSON_IsFalse(at(d, "large")));
	assert_true(cJSON_IsString(at(d, "joined_at")));
	assert_true(cJSON_GetArraySize(at(d, "channels")) > 10);
	assert_true(cJSON_IsArray(at(d, "voice_states")));
	cJSON_Delete(d);
	assert_null(zx__world_guild_create(t.w, 0, 1, MESSAGES, 50, 0));
	test_end(&t);
}

static cJSON *ask_members(struct test *t, const char *json, uint64_t intents,
			  double *wait)
{
	char text[400];
	cJSON *request, *list;

	snprintf(text, sizeof(text), "{\"guild_id\":\"%" PRIu64 "\",%s}",
		 t->guild, json);
	request = cJSON_Parse(text);
	list = zx__world_members(t->w, request, intents, wait, NULL);
	cJSON_Delete(request);
	return list;
}

static void GS_05__members_come_in_chunks_of_1000(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct test t;
	double wait;
	cJSON *list;

	(void)state;
	o.members = 2100;
	o.guilds = 1;
	test_open(&t, &o);
	list = ask_members(&t, "\"query\":\"\",\"limit\":0,\"nonce\":\"n\"",
			   MEMBERS, &wait);
	assert_int_equal(cJSON_GetArraySize(list), 3);
	assert_int_equal(cJSON_GetArraySize(at(list, "0.members")), 1000);
	assert_int_equal(cJSON_GetArraySize(at(list, "2.members")), 100);
	assert_int_equal(number_at(list, "2.chunk_index"), 2);
	assert_int_equal(number_at(list, "2.chunk_count"), 3);
	assert_text(list, "1.nonce", "n");
	assert_null(at(list, "0.presences"));
	cJSON_Delete(list);
	test_end(&t);
}

static void GS_05__user_ids_and_prefixes_find_members(void **state)
{
	struct test t;
	char text[200];
	double wait;
	cJSON *list;

	(void)state;
	test_start(&t);
	snprintf(text, sizeof(text),
		 "\"user_ids\":[\"%" PRIu64 "\",\"12\"],\"presences\":true",
		 t.member);
	list = ask_members(&t, text, PRESENCES, &wait);
	assert_true(id_at(list, "0.members.0.user.id") == t.member);
	assert_text(list, "0.not_found.0", "12");
	assert_text(list, "0.presences.0.status", "online");
	cJSON_Delete(list);
	list = ask_members(&t, "\"query\":\"sam\",\"limit\":1", 0, &wait);
	assert_int_equal(cJSON_GetArraySize(at(list, "0.members")), 1);
	cJSON_Delete(list);
	test_end(&t);
}

static void GS_06__a_nonce_of_33_bytes_is_ignored(void **state)
{
	struct test t;
	double wait;
	cJSON *list;

	(void)state;
	test_start(&t);
	list = ask_members(&t,
			   "\"query\":\"s\",\"limit\":1,\"nonce\":"
			   "\"012345678901234567890123456789012\"",
			   0, &wait);
	assert_null(at(list, "0.nonce"));
	cJSON_Delete(list);
	test_end(&t);
}

static void GS_07__the_full_list_comes_once_in_30_seconds(void **state)
{
	struct test t;
	double wait;
	cJSON *list;

	(void)state;
	test_start(&t);
	list = ask_members(&t, "\"query\":\"\",\"limit\":0", 0, &wait);
	assert_int_equal(cJSON_GetArraySize(list), 0); /* intent missing */
	cJSON_Delete(list);
	for (int i = 0; i < 3; i++) {
		list = ask_members(&t, "\"query\":\"\",\"limit\":0", MEMBERS,
				   &wait);
		assert_int_equal(cJSON_GetArraySize(list), i == 1 ? 0 : 1);
		assert_true(wait == (i == 1 ? 20.0 : 0.0));
		cJSON_Delete(list);
		t.wire.now += i ? 20000 : 10000;
	}
	test_end(&t);
}

/* Intents ----------------------------------------------------------------- */

static void world_filter__each_event_has_its_intent(void **state)
{
	static const struct {
		const char *event;
		int bit;
		int dm_bit;
	} rows[] = {
		{ "MESSAGE_CREATE", 9, 12 },
		{ "MESSAGE_DELETE_BULK", 9, 12 },
		{ "MESSAGE_REACTION_ADD", 10, 13 },
		{ "TYPING_START", 11, 14 },
		{ "GUILD_MEMBER_ADD", 1, 1 },
		{ "GUILD_ROLE_CREATE", 0, 0 },
		{ "CHANNEL_UPDATE", 0, 0 },
		{ "CHANNEL_PINS_UPDATE", 0, 12 },
		{ "THREAD_CREATE", 0, 0 },
		{ "GUILD_BAN_ADD", 2, 2 },
		{ "GUILD_AUDIT_LOG_ENTRY_CREATE", 2, 2 },
		{ "GUILD_EMOJIS_UPDATE", 3, 3 },
		{ "WEBHOOKS_UPDATE", 5, 5 },
		{ "INVITE_CREATE", 6, 6 },
		{ "VOICE_STATE_UPDATE", 7, 7 },
		{ "PRESENCE_UPDATE", 8, 8 },
		{ "GUILD_SCHEDULED_EVENT_CREATE", 16, 16 },
		{ "AUTO_MODERATION_RULE_CREATE", 20, 20 },
		{ "AUTO_MODERATION_ACTION_EXECUTION", 21, 21 },
		{ "MESSAGE_POLL_VOTE_ADD", 24, 25 },
		{ "INTERACTION_CREATE", -1, -1 },
		{ "USER_UPDATE", -1, -1 },
		{ "GUILD_MEMBERS_CHUNK", -1, -1 },
	};
	struct test t;

	(void)state;
	test_start(&t);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int dm = 0; dm <= 1; dm++) {
			cJSON *d = cJSON_CreateObject(), *out;
			int bit = dm ? rows[i].dm_bit : rows[i].bit;
			uint64_t all = UINT64_MAX;

			if (!dm)
				cJSON_AddStringToObject(d, "guild_id", "1");
			out = zx__world_filter(t.w, rows[i].event, d, all);
			assert_non_null(out);
			cJSON_Delete(out);
			if (bit >= 0)
				all &= ~(UINT64_C(1) << bit);
			else
				all = 0;
			out = zx__world_filter(t.w, rows[i].event, d, all);
			assert_true((out == NULL) == (bit >= 0));
			cJSON_Delete(out);
			cJSON_Delete(d);
		}
	}
	test_end(&t);
}

static cJSON *message(const struct test *t, uint64_t author, int guild,
		      int mention)
{
	char text[500];

	snprintf(text, sizeof(text),
		 "{%s\"author\":{\"id\":\"%" PRIu64 "\"},\"content\":\"c\","
		 "\"embeds\":[1],\"components\":[1],\"attachments\":[1],"
		 "\"poll\":{},\"mentions\":[%s%" PRIu64 "%s]}",
		 guild ? "\"guild_id\":\"1\"," : "", author,
		 mention ? "{\"id\":\"" : "", mention ? t->bot : 0,
		 mention ? "\"}" : "");
	return cJSON_Parse(text);
}

static void world_filter__content_needs_its_intent(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	for (int i = 0; i < 5; i++) {
		int shown = i != 0;
		cJSON *d =
			message(&t, i == 1 ? t.bot : t.member, i != 2, i == 3);
		cJSON *out = zx__world_filter(t.w, "MESSAGE_CREATE", d,
					      i == 4 ? UINT64_MAX
						     : UINT64_MAX & ~CONTENT);

		assert_text(out, "content", shown ? "c" : "");
		assert_int_equal(cJSON_GetArraySize(at(out, "embeds")), shown);
		assert_int_equal(cJSON_GetArraySize(at(out, "components")),
				 shown);
		assert_int_equal(cJSON_GetArraySize(at(out, "attachments")),
				 shown);
		assert_true((at(out, "poll") != NULL) == shown);
		cJSON_Delete(out);
		cJSON_Delete(d);
	}
	test_end(&t);
}

static void world_gateway__presence_and_being_online_are_shown(void **state)
{
	struct test t;
	cJSON *d = cJSON_Parse("{\"status\":\"idle\",\"activities\":[{\"name\":"
			       "\"a\",\"type\":0}]}");

	(void)state;
	test_start(&t);
	zx__world_online(t.w, 1);
	assert_true(cJSON_IsTrue(at(live(&t, "BOT_UPDATE"), "d.online")));
	zx__world_presence(t.w, d);
	assert_text(live(&t, "BOT_UPDATE"), "d.status", "idle");
	assert_text(live(&t, "BOT_UPDATE"), "d.activities.0.name", "a");
	zx__world_online(t.w, 0);
	assert_true(cJSON_IsFalse(at(live(&t, "BOT_UPDATE"), "d.online")));
	assert_text(live(&t, "BOT_UPDATE"), "d.status", "offline");
	cJSON_Delete(d);
	test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(GW_16__ready_has_what_clients_require),
		cmocka_unit_test(GS_01__each_shard_gets_its_guilds_in_order),
		cmocka_unit_test(
			GS_03__without_presences_only_the_bot_is_listed),
		cmocka_unit_test(GS_05__members_come_in_chunks_of_1000),
		cmocka_unit_test(GS_05__user_ids_and_prefixes_find_members),
		cmocka_unit_test(GS_06__a_nonce_of_33_bytes_is_ignored),
		cmocka_unit_test(GS_07__the_full_list_comes_once_in_30_seconds),
		cmocka_unit_test(world_filter__each_event_has_its_intent),
		cmocka_unit_test(world_filter__content_needs_its_intent),
		cmocka_unit_test(
			world_gateway__presence_and_being_online_are_shown),
	};

	return cmocka_run_group_tests_name("world_gateway", tests, NULL, NULL);
}
