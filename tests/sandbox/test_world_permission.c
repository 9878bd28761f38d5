/* SPDX-License-Identifier: MIT
 *
 * sandbox: the permission calculator by vectors, and what it keeps the bot
 * from.
 */
#include "sandbox/world.h"
#include "sandbox/world_int.h"

#define GUILD 100
#define USER 7
#define OWNER 9

static struct zx__perm_case plain(uint64_t everyone)
{
	return (struct zx__perm_case){ .guild = GUILD,
				       .user = USER,
				       .owner = OWNER,
				       .everyone = everyone };
}

static void PM_01__bits_above_31_are_kept(void **state)
{
	const uint64_t role = 1, bits = ZX__P_BYPASS_SLOWMODE | ZX__P(40);
	struct zx__perm_case p = plain(ZX__P_VIEW);

	(void)state;
	p.roles = &role;
	p.role_bits = &bits;
	p.role_count = 1;
	assert_true(zx__perm_compute(&p) == (ZX__P_VIEW | bits));
}

static void PM_02__the_owner_has_everything(void **state)
{
	const struct zx__overwrite deny = { USER, 1, 0, ZX__P_VIEW };
	struct zx__perm_case p = plain(0);

	(void)state;
	p.owner = USER;
	p.in_channel = 1;
	p.overwrites = &deny;
	p.overwrite_count = 1;
	assert_true(zx__perm_compute(&p) == ZX__P_ALL);
}

static void PM_02__an_administrator_is_above_overwrites(void **state)
{
	const uint64_t role = 1, bits = ZX__P_ADMINISTRATOR;
	const struct zx__overwrite deny = { GUILD, 0, 0, ZX__P_VIEW };
	struct zx__perm_case p = plain(ZX__P_VIEW);

	(void)state;
	p.roles = &role;
	p.role_bits = &bits;
	p.role_count = 1;
	p.in_channel = 1;
	p.overwrites = &deny;
	p.overwrite_count = 1;
	assert_true(zx__perm_compute(&p) == ZX__P_ALL);
}

static void PM_02__everyone_then_roles_together_then_the_member(void **state)
{
	const uint64_t roles[] = { 1, 2 }, bits[] = { 0, 0 };
	const struct zx__overwrite over[] = {
		{ USER, 1, ZX__P_ADD_REACTIONS, ZX__P_SEND },
		{ 1, 0, 0, ZX__P_SEND | ZX__P_HISTORY },
		{ 2, 0, ZX__P_SEND, 0 }, /* allow beats another role's deny */
		{ GUILD, 0, ZX__P_HISTORY, ZX__P_ADD_REACTIONS },
	};
	struct zx__perm_case p =
		plain(ZX__P_VIEW | ZX__P_SEND | ZX__P_ADD_REACTIONS);

	(void)state;
	p.roles = roles;
	p.role_bits = bits;
	p.role_count = 2;
	p.in_channel = 1;
	p.overwrites = over;
	p.overwrite_count = 3;
	assert_true(zx__perm_compute(&p) == (ZX__P_VIEW | ZX__P_ADD_REACTIONS));
	p.overwrite_count = 4;
	assert_true(zx__perm_compute(&p) == (ZX__P_VIEW | ZX__P_ADD_REACTIONS));
	p.overwrites = over + 1;
	p.overwrite_count = 2;
	assert_true(zx__perm_compute(&p) ==
		    (ZX__P_VIEW | ZX__P_SEND | ZX__P_ADD_REACTIONS));
}

static void PM_02__overwrites_of_roles_one_does_not_have_are_nothing(void **s)
{
	const struct zx__overwrite over[] = { { 5, 0, ZX__P_SEND, ZX__P_VIEW },
					      { 8, 1, ZX__P_SEND, 0 } };
	struct zx__perm_case p = plain(ZX__P_VIEW);

	(void)s;
	p.in_channel = 1;
	p.overwrites = over;
	p.overwrite_count = 2;
	assert_true(zx__perm_compute(&p) == ZX__P_VIEW);
}

static void PM_03__without_view_there_is_nothing(void **state)
{
	struct zx__perm_case p = plain(ZX__P_SEND | ZX__P_HISTORY);

	(void)state;
	p.in_channel = 1;
	assert_true(zx__perm_compute(&p) == 0);
}

static void PM_03__without_send_no_mention_tts_file_or_embed(void **state)
{
	struct zx__perm_case p =
		plain(ZX__P_VIEW | ZX__P_MENTION_EVERYONE | ZX__P_SEND_TTS |
		      ZX__P_ATTACH_FILES | ZX__P_EMBED_LINKS | ZX__P_HISTORY);

	(void)state;
	p.in_channel = 1;
	assert_true(zx__perm_compute(&p) == (ZX__P_VIEW | ZX__P_HISTORY));
}

static void PM_03__threads_have_a_send_of_their_own(void **state)
{
	struct zx__perm_case p = plain(ZX__P_VIEW | ZX__P_SEND);

	(void)state;
	p.in_channel = 1;
	p.thread = 1;
	assert_true(zx__perm_compute(&p) == ZX__P_VIEW);
	p.everyone = ZX__P_VIEW | ZX__P_SEND_IN_THREADS;
	assert_true(zx__perm_compute(&p) ==
		    (ZX__P_VIEW | ZX__P_SEND_IN_THREADS | ZX__P_SEND));
}

static void PM_03__voice_needs_connect(void **state)
{
	struct zx__perm_case p = plain(ZX__P_VIEW | ZX__P_SPEAK | ZX__P(25));

	(void)state;
	p.in_channel = 1;
	p.voice = 1;
	assert_true(zx__perm_compute(&p) == ZX__P_VIEW);
	p.everyone |= ZX__P_CONNECT;
	assert_true(zx__perm_compute(&p) == p.everyone);
}

static void PM_04__a_timed_out_member_only_reads(void **state)
{
	struct zx__perm_case p =
		plain(ZX__P_VIEW | ZX__P_SEND | ZX__P_HISTORY | ZX__P_KICK);

	(void)state;
	p.timed_out = 1;
	assert_true(zx__perm_compute(&p) == (ZX__P_VIEW | ZX__P_HISTORY));
	p.owner = USER;
	assert_true(zx__perm_compute(&p) == ZX__P_ALL);
}

static void PM_06__of_equal_positions_the_lower_id_is_higher(void **state)
{
	cJSON *a = zx__dom("id:I position:i", UINT64_C(10), 3);
	cJSON *b = zx__dom("id:I position:i", UINT64_C(11), 3);
	cJSON *c = zx__dom("id:I position:i", UINT64_C(1), 2);

	(void)state;
	assert_true(zx__role_above(a, b));
	assert_false(zx__role_above(b, a));
	assert_true(zx__role_above(b, c));
	assert_true(zx__role_above(c, NULL));
	cJSON_Delete(a);
	cJSON_Delete(b);
	cJSON_Delete(c);
}

/* Over REST --------------------------------------------------------------- */

static uint64_t role_id(struct test *t, const char *name)
{
	const cJSON *r;

	rest(t, NULL, "GET /guilds/%" PRIu64 "/roles", t->guild);
	cJSON_ArrayForEach(r, t->reply) if (!strcmp(text_at(r, "name"),
						    name)) return id_at(r,
									"id");
	return 0;
}

static void PM_05__an_overwrite_needs_the_bits_it_gives(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	/* The bot has all bits but ADMINISTRATOR. */
	rest(&t, "{'type':0,'allow':'8','deny':'0'}",
	     "PUT /channels/%" PRIu64 "/permissions/%" PRIu64, t.general,
	     t.guild);
	assert_code(&t, 403, 50013);
	rest(&t, "{'type':0,'allow':'268435456'}",
	     "PUT /channels/%" PRIu64 "/permissions/%" PRIu64, t.general,
	     t.guild);
	assert_code(&t, 403, 50013);
	rest(&t, "{'type':0,'allow':'0','deny':'4503599627370496'}",
	     "PUT /channels/%" PRIu64 "/permissions/%" PRIu64, t.general,
	     t.guild);
	assert_int_equal(t.status, 204);
	assert_text(event(&t, "CHANNEL_UPDATE"), "permission_overwrites.0.deny",
		    "4503599627370496");
	test_end(&t);
}

static void PM_05__roles_above_the_bot_are_out_of_reach(void **state)
{
	struct test t;
	uint64_t admin;

	(void)state;
	test_start(&t);
	admin = role_id(&t, "Admin");
	rest(&t, "{'name':'x'}", "PATCH /guilds/%" PRIu64 "/roles/%" PRIu64,
	     t.guild, admin);
	assert_code(&t, 403, 50013);
	rest(&t, NULL, "DELETE /guilds/%" PRIu64 "/roles/%" PRIu64, t.guild,
	     admin);
	assert_code(&t, 403, 50013);
	rest(&t, NULL,
	     "PUT /guilds/%" PRIu64 "/members/%" PRIu64 "/roles/%" PRIu64,
	     t.guild, t.member, admin);
	assert_code(&t, 403, 50013);
	rest(&t, "{'nick':'x'}", "PATCH /guilds/%" PRIu64 "/members/%" PRIu64,
	     t.guild, t.admin);
	assert_code(&t, 403, 50013);
	rest(&t, "{'permissions':'8'}", "POST /guilds/%" PRIu64 "/roles",
	     t.guild);
	assert_code(&t, 403, 50013);
	test_end(&t);
}

static void PM_03__what_the_bot_does_not_see_is_50001(void **state)
{
	struct test t;
	uint64_t hidden;

	(void)state;
	test_start(&t);
	hidden = zx__world_channel(t.w, t.guild, "owners-only");
	rest(&t, NULL, "GET /channels/%" PRIu64, hidden);
	assert_code(&t, 403, 50001);
	rest(&t, "{'content':'x'}", "POST /channels/%" PRIu64 "/messages",
	     hidden);
	assert_code(&t, 403, 50001);
	assert_err(zx__world_say(t.w, t.admin, hidden, "psst", NULL), ZX_OK);
	assert_null(event(&t, "MESSAGE_CREATE"));
	assert_err(zx__world_say(t.w, t.member, hidden, "me?", NULL),
		   ZX_E_PERM);
	test_end(&t);
}

static void PM_07__moving_a_role_keeps_those_above_the_bot(void **state)
{
	struct test t;
	char body[200];
	uint64_t regular, artist;

	(void)state;
	test_start(&t);
	regular = role_id(&t, "Regular");
	artist = role_id(&t, "Artist");
	snprintf(body, sizeof(body), "[{'id':'%" PRIu64 "','position':9}]",
		 regular);
	rest(&t, body, "PATCH /guilds/%" PRIu64 "/roles", t.guild);
	assert_code(&t, 403, 50013);
	snprintf(body, sizeof(body),
		 "[{'id':'%" PRIu64 "','position':2},"
		 "{'id':'%" PRIu64 "','position':1}]",
		 regular, artist);
	rest(&t, body, "PATCH /guilds/%" PRIu64 "/roles", t.guild);
	assert_int_equal(t.status, 200);
	assert_non_null(event(&t, "GUILD_ROLE_UPDATE"));
	rest(&t, NULL, "GET /guilds/%" PRIu64 "/roles/%" PRIu64, t.guild,
	     regular);
	assert_int_equal(number_at(t.reply, "position"), 2);
	test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(PM_01__bits_above_31_are_kept),
		cmocka_unit_test(PM_02__the_owner_has_everything),
		cmocka_unit_test(PM_02__an_administrator_is_above_overwrites),
		cmocka_unit_test(
			PM_02__everyone_then_roles_together_then_the_member),
		cmocka_unit_test(
			PM_02__overwrites_of_roles_one_does_not_have_are_nothing),
		cmocka_unit_test(PM_03__without_view_there_is_nothing),
		cmocka_unit_test(
			PM_03__without_send_no_mention_tts_file_or_embed),
		cmocka_unit_test(PM_03__threads_have_a_send_of_their_own),
		cmocka_unit_test(PM_03__voice_needs_connect),
		cmocka_unit_test(PM_03__what_the_bot_does_not_see_is_50001),
		cmocka_unit_test(PM_04__a_timed_out_member_only_reads),
		cmocka_unit_test(PM_05__an_overwrite_needs_the_bits_it_gives),
		cmocka_unit_test(PM_05__roles_above_the_bot_are_out_of_reach),
		cmocka_unit_test(
			PM_06__of_equal_positions_the_lower_id_is_higher),
		cmocka_unit_test(
			PM_07__moving_a_role_keeps_those_above_the_bot),
	};

	return cmocka_run_group_tests_name("world_permission", tests, NULL,
					   NULL);
}
