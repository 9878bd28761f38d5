/* SPDX-License-Identifier: MIT
 *
 * sandbox: without a network: requests in the caller's thread, virtual time,
 * the kinds of servers, who sees what.
 */
#include "helper/zx_test.h"
#include "sandbox/offline.h"

static struct off t;

static int setup(void **state)
{
	(void)state;
	off_open(&t, "plain,empty,everything,bare,unboosted", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	off_close(&t);
	return 0;
}

static void offline__a_request_is_answered_at_once(void **state)
{
	(void)state;
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_true(id_at(t.reply, "id") ==
		    zx_sandbox_user(t.box, ZX_SANDBOX_BOT));
	assert_non_null(strstr(zx_buf_cstr(&t.r.headers),
			       "X-RateLimit-Remaining: 9\r\n"));
}

static void offline__time_moves_only_when_told(void **state)
{
	uint64_t now = zx_sandbox_now(t.box);
	int64_t wall = zx_sandbox_wall(t.box);

	(void)state;
	assert_true(wall == INT64_C(1789997600000));
	for (int i = 0; i < 10; i++)
		assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 429);
	assert_true(zx_sandbox_now(t.box) == now);
	zx_sandbox_advance(t.box, 10000);
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_true(zx_sandbox_wall(t.box) == wall + 10000);
}

static void offline__the_same_calls_give_the_same_bytes(void **state)
{
	struct off other;

	(void)state;
	off_open(&other, "plain,empty,everything", NULL);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[2]);
	off(&other, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[2]);
	assert_string_equal(zx_buf_cstr(&t.r.body), zx_buf_cstr(&other.r.body));
	off(&t, "{'name':'x'}", "POST /guilds/%" PRIu64 "/roles", t.guild[1]);
	off(&other, "{'name':'x'}", "POST /guilds/%" PRIu64 "/roles",
	    t.guild[1]);
	assert_int_equal(t.r.status, 200);
	assert_string_equal(zx_buf_cstr(&t.r.body), zx_buf_cstr(&other.r.body));
	off_close(&other);
}

static void offline__an_unknown_kind_is_refused(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_sandbox *box;

	(void)state;
	o.offline = 1;
	o.kinds = "plain,full";
	assert_err(zx_sandbox_start(&box, &o), ZX_E_INVALID);
	assert_err(zx_sandbox_seed(t.box, t.guild[1], "full"), ZX_E_INVALID);
	assert_err(zx_sandbox_seed(t.box, 5, "empty"), ZX_E_NOTFOUND);
}

static void offline__the_empty_server_has_the_bot_as_administrator(void **state)
{
	uint64_t bot = zx_sandbox_user(t.box, ZX_SANDBOX_BOT);

	(void)state;
	off(&t, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[1]);
	assert_int_equal(cJSON_GetArraySize(t.reply), 0);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/roles", t.guild[1]);
	assert_int_equal(cJSON_GetArraySize(t.reply), 2);
	assert_true(zx_sandbox_permissions(t.box, t.guild[1], 0, bot) & 8);
}

static void offline__the_server_with_everything_breaks_no_rule(void **state)
{
	struct zx_sandbox_stats stats;
	struct zx_buf b;

	(void)state;
	assert_int_equal(off(&t, NULL, "GET /guilds/%" PRIu64, t.guild[2]),
			 200);
	zx_sandbox_stats(t.box, &stats);
	zx_buf_init(&b, NULL, 0);
	zx_sandbox_state(t.box, &b);
	if (stats.violations)
		print_message("%.4000s\n",
			      strstr(zx_buf_cstr(&b), "\"violations\""));
	zx_buf_release(&b);
	assert_int_equal(stats.violations, 0);
}

/* Acts -------------------------------------------------------------------- */

static void offline__another_person_acts_under_discords_rules(void **state)
{
	uint64_t admin = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	uint64_t member = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);

	(void)state;
	t.user = member;
	assert_int_equal(off(&t, "{'name':'x'}",
			     "POST /guilds/%" PRIu64 "/roles", t.guild[1]),
			 403);
	t.user = admin;
	t.reason = "because%20I%20can";
	assert_int_equal(off(&t, "{'name':'x'}",
			     "POST /guilds/%" PRIu64 "/roles", t.guild[1]),
			 200);
	t.user = 0;
	off(&t, NULL, "GET /guilds/%" PRIu64 "/audit-logs", t.guild[1]);
	assert_true(id_at(t.reply, "audit_log_entries.0.user_id") == admin);
	assert_string_equal(text_at(t.reply, "audit_log_entries.0.reason"),
			    "because I can");
	assert_true(id_at(t.reply, "users.0.id") == admin);
}

static void offline__another_person_is_not_limited(void **state)
{
	struct zx_sandbox_stats before, after;

	(void)state;
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	zx_sandbox_stats(t.box, &before);
	for (int i = 0; i < 60; i++)
		assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	zx_sandbox_stats(t.box, &after);
	assert_int_equal(after.requests, before.requests);
	assert_int_equal(after.rate_limited, before.rate_limited);
}

static void offline__control_takes_names_for_ids(void **state)
{
	(void)state;
	off(&t,
	    "{'method':'POST','path':'/guilds/{guild}/channels','body':"
	    "{'name':'by-name','permission_overwrites':[{'id':"
	    "'{role:Moderator}','type':0,'allow':'1024'}]}}",
	    "POST /sandbox/act");
	assert_int_equal(number_at(t.reply, "status"), 201);
	assert_true(id_at(t.reply, "body.permission_overwrites.0.id") ==
		    off_named(&t, t.guild[0], "roles", "Moderator"));
	assert_int_equal(off(&t,
			     "{'method':'DELETE','path':'/channels/"
			     "{channel:nowhere}'}",
			     "POST /sandbox/act"),
			 404);
	assert_int_equal(off(&t, "{'method':'DELETE'}", "POST /sandbox/act"),
			 400);
}

static void
offline__an_admin_kicks_the_bot_and_the_server_is_unknown(void **state)
{
	uint64_t bot = zx_sandbox_user(t.box, ZX_SANDBOX_BOT);
	char body[120];

	(void)state;
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	assert_int_equal(
		off(&t, NULL, "DELETE /guilds/%" PRIu64 "/members/%" PRIu64,
		    t.guild[1], zx_sandbox_user(t.box, ZX_SANDBOX_BOT)),
		204);
	t.user = 0;
	off(&t, NULL, "GET /guilds/%" PRIu64, t.guild[1]);
	assert_code(&t, 404, 10004);
	snprintf(body, sizeof(body),
		 "{'user':'%" PRIu64 "','guild_id':'%" PRIu64 "'}", bot,
		 t.guild[1]);
	assert_int_equal(off(&t, body, "POST /sandbox/members"), 204);
	assert_int_equal(off(&t, NULL, "GET /guilds/%" PRIu64, t.guild[1]),
			 200);
	assert_true(zx_sandbox_permissions(t.box, t.guild[1], 0, bot) & 8);
}

/* Who sees what ----------------------------------------------------------- */

static void offline__viewers_are_those_whom_overwrites_let_in(void **state)
{
	uint64_t ch = zx_sandbox_channel(t.box, t.guild[2], "sam-and-staff");
	uint64_t member = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);
	uint64_t owner = zx_sandbox_user(t.box, ZX_SANDBOX_OWNER);
	uint64_t users[32];
	size_t n = zx_sandbox_viewers(t.box, ch, users, 32);
	int sam = 0;

	(void)state;
	assert_true(n > 1 && n < 12);
	for (size_t i = 0; i < n; i++) {
		assert_true(users[i] != owner);
		sam |= users[i] == member;
	}
	assert_true(sam);
	assert_int_equal(zx_sandbox_viewers(t.box, ch, NULL, 0), n);
	assert_true(zx_sandbox_permissions(t.box, 0, ch, member) & 1024);
	assert_int_equal(zx_sandbox_permissions(t.box, 0, ch, owner), 0);
	off(&t, NULL, "GET /sandbox/channels/%" PRIu64 "/viewers", ch);
	assert_int_equal(cJSON_GetArraySize(t.reply), n);
	off(&t, NULL,
	    "GET /sandbox/permissions?channel=%" PRIu64 "&user=%" PRIu64, ch,
	    owner);
	assert_string_equal(text_at(t.reply, "permissions"), "0");
}

static void offline__a_watch_finds_the_first_leak(void **state)
{
	uint64_t user = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);
	struct zx_buf what;

	(void)state;
	assert_err(zx_sandbox_watch(t.box, t.guild[1], "secret", &user, 1),
		   ZX_OK);
	off(&t, "{'name':'secret','permission_overwrites':[{'id':'%1$s'}]}",
	    "POST /guilds/%" PRIu64 "/channels", t.guild[1]);
	assert_int_equal(t.r.status, 400);
	assert_int_equal(zx_sandbox_leaked(t.box, NULL), 0);
	off(&t, "{'name':'secret'}", "POST /guilds/%" PRIu64 "/channels",
	    t.guild[1]);
	zx_buf_init(&what, NULL, 0);
	assert_int_equal(zx_sandbox_leaked(t.box, &what), 1);
	assert_non_null(strstr(zx_buf_cstr(&what), "\"after\":\"POST "));
	assert_non_null(strstr(zx_buf_cstr(&what), "\"channel\":\"secret\""));
	zx_buf_release(&what);
	off(&t, NULL, "GET /sandbox/watches");
	assert_int_equal(number_at(t.reply, "watches"), 1);
	assert_true(id_at(t.reply, "leak.user_id") == user);
	zx_sandbox_unwatch(t.box);
	assert_int_equal(zx_sandbox_leaked(t.box, NULL), 0);
}

static void offline__a_watch_sees_what_another_admin_does(void **state)
{
	uint64_t user = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);
	uint64_t ch = zx_sandbox_channel(t.box, t.guild[2], "moderator-only");

	(void)state;
	off(&t, "{'guild_id':'x','channel':'','users':[]}",
	    "POST /sandbox/watches");
	assert_int_equal(t.r.status, 400);
	assert_err(
		zx_sandbox_watch(t.box, t.guild[2], "moderator-only", &user, 1),
		ZX_OK);
	assert_int_equal(zx_sandbox_leaked(t.box, NULL), 0);
	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	assert_int_equal(off(&t, NULL,
			     "DELETE /channels/%" PRIu64
			     "/permissions/%" PRIu64,
			     ch, t.guild[2]),
			 204);
	assert_int_equal(zx_sandbox_leaked(t.box, NULL), 1);
}

static void offline__the_state_as_it_is_when_a_watch_begins_counts(void **state)
{
	uint64_t user = zx_sandbox_user(t.box, ZX_SANDBOX_MEMBER);

	(void)state;
	assert_err(zx_sandbox_watch(t.box, 77, "general", &user, 1),
		   ZX_E_NOTFOUND);
	assert_err(zx_sandbox_watch(t.box, t.guild[0], "general", &user, 1),
		   ZX_OK);
	assert_int_equal(zx_sandbox_leaked(t.box, NULL), 1);
}

/* Seeds ------------------------------------------------------------------- */

static unsigned seen[2];

static void on_event(void *ud, uint64_t guild, const char *event, const char *d)
{
	(void)guild;
	assert_ptr_equal(ud, seen);
	assert_true(*d == '{');
	seen[0] += !strcmp(event, "GUILD_DELETE");
	seen[1] += !strcmp(event, "GUILD_CREATE");
}

static void offline__a_new_seed_is_an_outage_and_its_end(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct off other;

	(void)state;
	o.on_event = on_event;
	o.on_event_ud = seen;
	memset(seen, 0, sizeof(seen));
	off_open(&other, NULL, &o);
	assert_err(zx_sandbox_seed(other.box, other.guild[1], "bare"), ZX_OK);
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 1);
	off(&other, NULL, "GET /guilds/%" PRIu64 "/channels", other.guild[1]);
	assert_int_equal(cJSON_GetArraySize(other.reply), 1);
	assert_string_equal(text_at(other.reply, "0.name"), "general");
	assert_int_equal(off(&other, "{'kind':'everything'}",
			     "POST /sandbox/guilds/%" PRIu64 "/seed",
			     other.guild[1]),
			 204);
	off(&other, NULL, "GET /guilds/%" PRIu64 "/channels", other.guild[1]);
	assert_true(cJSON_GetArraySize(other.reply) > 20);
	off_close(&other);
}

static void offline__everything_has_each_type_of_channel(void **state)
{
	static const int types[] = { 0, 2, 4, 5, 13, 15, 16 };
	const cJSON *ch;

	(void)state;
	off(&t, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[2]);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		int n = 0;

		cJSON_ArrayForEach(ch, t.reply) n +=
			number_at(ch, "type") == types[i];
		assert_true(n > 0);
	}
}

static void offline__by_the_schema_alone_there_is_no_media_channel(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_sandbox_stats stats;
	struct off other;
	const cJSON *ch;

	(void)state;
	o.schema_only = 1;
	off_open(&other, "everything", &o);
	off(&other, NULL, "GET /guilds/%" PRIu64 "/channels", other.guild[0]);
	assert_true(cJSON_GetArraySize(other.reply) > 20);
	cJSON_ArrayForEach(ch, other.reply)
		assert_int_not_equal(number_at(ch, "type"), 16);
	off(&other, NULL, "GET /guilds/%" PRIu64, other.guild[0]);
	assert_null(strstr(zx_buf_cstr(&other.r.body), "ENHANCED"));
	zx_sandbox_stats(other.box, &stats);
	assert_int_equal(stats.violations, 0);
	off_close(&other);
}

static void offline__everything_has_something_in_each_list(void **state)
{
	static const char *const lists[] = { "bans",
					     "emojis",
					     "stickers",
					     "scheduled-events",
					     "auto-moderation/rules",
					     "webhooks",
					     "integrations" };

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		off(&t, NULL, "GET /guilds/%" PRIu64 "/%s", t.guild[2],
		    lists[i]);
		assert_int_equal(t.r.status, 200);
		assert_true(cJSON_GetArraySize(t.reply) > 0);
		off(&t, NULL, "GET /guilds/%" PRIu64 "/%s", t.guild[1],
		    lists[i]);
		assert_int_equal(cJSON_GetArraySize(t.reply),
				 strcmp(lists[i], "integrations") ? 0 : 1);
	}
	off(&t, NULL, "GET /guilds/%" PRIu64 "/onboarding", t.guild[2]);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "prompts")), 2);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/soundboard-sounds", t.guild[2]);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "items")), 2);
}

static void offline__pictures_are_on_the_cdn_under_discords_paths(void **state)
{
	char hash[80];
	uint64_t id;

	(void)state;
	off(&t, NULL, "GET /guilds/%" PRIu64, t.guild[2]);
	snprintf(hash, sizeof(hash), "%s", text_at(t.reply, "icon"));
	off(&t, NULL, "GET /sandbox/cdn/icons/%" PRIu64 "/%s.png?size=4096",
	    t.guild[2], hash);
	assert_int_equal(t.r.status, 200);
	assert_memory_equal(t.r.body.ptr, "\x89PNG", 4);
	assert_non_null(strstr(zx_buf_cstr(&t.r.headers), "image/png"));
	id = off_named(&t, t.guild[2], "emojis", "blink");
	off(&t, NULL, "GET /sandbox/cdn/emojis/%" PRIu64 ".gif", id);
	assert_memory_equal(t.r.body.ptr, "GIF8", 4);
	id = off_named(&t, t.guild[2], "stickers", "violet square");
	off(&t, NULL, "GET /sandbox/cdn/stickers/%" PRIu64 ".png", id);
	assert_memory_equal(t.r.body.ptr, "\x89PNG", 4);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/soundboard-sounds", t.guild[2]);
	off(&t, NULL, "GET /sandbox/cdn/soundboard-sounds/%" PRIu64,
	    id_at(t.reply, "items.0.sound_id"));
	assert_memory_equal(t.r.body.ptr, "\xff\xfb", 2);
	assert_int_equal(off(&t, NULL, "GET /sandbox/cdn/icons/1/none.png"),
			 404);
}

static void offline__a_huge_server_is_paged_in_order(void **state)
{
	uint64_t after = 0, counted = 0;
	struct off big;
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	(void)state;
	o.no_rate_limits = 1;
	off_open(&big, "huge", &o);
	off(&big, NULL, "GET /guilds/%" PRIu64 "?with_counts=1", big.guild[0]);
	assert_int_equal(number_at(big.reply, "approximate_member_count"),
			 250012);
	assert_int_equal(cJSON_GetArraySize(at(big.reply, "roles")), 250);
	for (int page = 0; page < 5; page++) {
		const cJSON *m;

		off(&big, NULL,
		    "GET /guilds/%" PRIu64 "/members?limit=1000&after=%" PRIu64,
		    big.guild[0], after);
		cJSON_ArrayForEach(m, big.reply)
		{
			uint64_t id = id_at(m, "user.id");

			assert_true(id > after);
			after = id;
			counted++;
		}
	}
	assert_int_equal(counted, 5000);
	off_close(&big);
}

static void offline__one_of_the_crowd_is_changed_and_stays_changed(void **state)
{
	struct off big;
	uint64_t id, role;

	(void)state;
	off_open(&big, "huge", NULL);
	off(&big, NULL, "GET /guilds/%" PRIu64 "/members?limit=1000",
	    big.guild[0]);
	id = id_at(big.reply, "900.user.id");
	role = off_named(&big, big.guild[0], "roles", "role 240");
	assert_int_equal(off(&big, NULL,
			     "PUT /guilds/%" PRIu64 "/members/%" PRIu64
			     "/roles/%" PRIu64,
			     big.guild[0], id, role),
			 204);
	off(&big, NULL, "GET /guilds/%" PRIu64 "/members/%" PRIu64,
	    big.guild[0], id);
	assert_non_null(strstr(zx_buf_cstr(&big.r.body), "\"roles\":[\""));
	assert_true(id_at(big.reply, "user.id") == id);
	off(&big, NULL, "DELETE /guilds/%" PRIu64 "/members/%" PRIu64,
	    big.guild[0], id);
	assert_int_equal(big.r.status, 204);
	off(&big, NULL, "GET /guilds/%" PRIu64 "?with_counts=1", big.guild[0]);
	assert_int_equal(number_at(big.reply, "approximate_member_count"),
			 250011);
	off(&big, NULL, "GET /guilds/%" PRIu64 "/members/%" PRIu64,
	    big.guild[0], id);
	assert_code(&big, 404, 10007);
	off_close(&big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(offline__a_request_is_answered_at_once),
		T(offline__time_moves_only_when_told),
		T(offline__the_same_calls_give_the_same_bytes),
		T(offline__an_unknown_kind_is_refused),
		T(offline__the_empty_server_has_the_bot_as_administrator),
		T(offline__the_server_with_everything_breaks_no_rule),
		T(offline__another_person_acts_under_discords_rules),
		T(offline__another_person_is_not_limited),
		T(offline__control_takes_names_for_ids),
		T(offline__an_admin_kicks_the_bot_and_the_server_is_unknown),
		T(offline__viewers_are_those_whom_overwrites_let_in),
		T(offline__a_watch_finds_the_first_leak),
		T(offline__a_watch_sees_what_another_admin_does),
		T(offline__the_state_as_it_is_when_a_watch_begins_counts),
		T(offline__a_new_seed_is_an_outage_and_its_end),
		T(offline__everything_has_each_type_of_channel),
		T(offline__by_the_schema_alone_there_is_no_media_channel),
		T(offline__everything_has_something_in_each_list),
		T(offline__pictures_are_on_the_cdn_under_discords_paths),
		T(offline__a_huge_server_is_paged_in_order),
		T(offline__one_of_the_crowd_is_changed_and_stays_changed),
#undef T
	};

	return cmocka_run_group_tests_name("offline", tests, NULL, NULL);
}
