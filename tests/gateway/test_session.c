/* SPDX-License-Identifier: MIT
 *
 * session: what READY must have, and which stored sessions are taken.
 */
#include "gateway/drive.h"

/* Members of READY that are right, each to be left out or replaced. */
static const struct {
	const char *key, *value;
} members[] = {
	{ "v", "10" },
	{ "user", "{\"id\":\"1\"}" },
	{ "guilds", "[]" },
	{ "session_id", "\"abc\"" },
	{ "resume_gateway_url", "\"wss://r1\"" },
	{ "shard", "[0,1]" },
	{ "application", "{\"id\":\"1\"}" },
};

#define MEMBERS (sizeof(members) / sizeof(*members))

/* READY with member `at` replaced by `value`, left out when that is NULL. */
static void ready_with(struct drive *d, size_t at, const char *value)
{
	char text[2048];
	size_t n, i;

	n = (size_t)sprintf(text, "{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{"
				  "\"_trace\":[\"x\"]");
	for (i = 0; i < MEMBERS; i++) {
		const char *v = i == at ? value : members[i].value;

		if (v)
			n += (size_t)sprintf(text + n, ",\"%s\":%s",
					     members[i].key, v);
	}
	strcpy(text + n, "}}");
	drive_init(d);
	assert_err(drive_new(d), ZX_OK);
	assert_err(drive_identify(d), ZX_OK);
	drive_text(d, text);
}

static void not_believed(size_t at, const char *value)
{
	struct zx_session session;
	struct drive d;

	ready_with(&d, at, value);
	if (d.state != ZX_SHARD_CLOSING || d.events)
		fail_msg("READY with %s %s was believed", members[at].key,
			 value ? value : "missing");
	assert_int_equal(d.code, 4000);
	assert_err(zx_shard_session(d.s, &session), ZX_E_NOTFOUND);
	if (!strstr(zx_shard_error(d.s), members[at].key))
		fail_msg("%s=%s: %s", members[at].key, value,
			 zx_shard_error(d.s));
	assert_int_equal(zx_shard_stats(d.s)->bad_frames, 1);
	drive_closed(&d, 4000);
	drive_reopen(&d);
	drive_text(&d, DRIVE_HELLO);
	assert_int_equal(d.turns, 2);
	zx_shard_free(d.s);
}

static void GW_16__ready_without_a_member_means_reconnect(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MEMBERS; i++)
		if (strcmp(members[i].key, "shard"))
			not_believed(i, NULL);
}

static void GW_16__ready_with_a_wrong_member_means_reconnect(void **state)
{
	char longer[600];
	size_t i;

	(void)state;
	for (i = 0; i < MEMBERS; i++) {
		not_believed(i, "null");
		not_believed(i, "true");
	}
	not_believed(3, "\"\"");
	not_believed(3, "\"a\\nb\"");
	not_believed(4, "\"https://r1\"");
	not_believed(4, "\"wss://r1 /x\"");
	/* The token must not go over a line less protected than before. */
	not_believed(4, "\"ws://r1\"");
	not_believed(5, "[1,2]");
	not_believed(5, "[0]");
	memset(longer, 'a', sizeof(longer));
	longer[0] = '"';
	strcpy(longer + 200, "\"");
	not_believed(3, longer);
	memcpy(longer, "\"wss://", 7);
	longer[200] = longer[201] = 'a';
	strcpy(longer + 400, "\"");
	not_believed(4, longer);
}

static void GW_16__ready_without_shard_is_fine(void **state)
{
	struct drive d;

	(void)state;
	ready_with(&d, 5, NULL);
	assert_int_equal(d.state, ZX_SHARD_READY);
	assert_int_equal(d.event, ZX_EVENT_READY);
	zx_shard_free(d.s);
	ready_with(&d, 5, "[0, 1]");
	assert_int_equal(d.state, ZX_SHARD_READY);
	zx_shard_free(d.s);
}

static struct zx_session stored(void)
{
	struct zx_session s = { .seq = 5, .shard_count = 1 };

	strcpy(s.id, "stored");
	strcpy(s.resume_url, "wss://r9");
	s.intents = ZX_INTENT_GUILDS;
	return s;
}

static void ID_05__what_is_stored_can_be_set_again(void **state)
{
	struct zx_session one, two;
	struct drive d, e;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	drive_event(&d, 9);
	zx_shard_stop(d.s, 1, d.now);
	drive_poll(&d);
	assert_err(zx_shard_session(d.s, &one), ZX_OK);
	assert_int_equal(one.at, 0);
	assert_int_equal(one.seq, 9);
	drive_init(&e);
	assert_err(drive_new(&e), ZX_OK);
	assert_err(zx_shard_set_session(e.s, &one), ZX_OK);
	assert_err(zx_shard_session(e.s, &two), ZX_OK);
	assert_memory_equal(&one, &two, sizeof(one));
	assert_err(drive_identify(&e), ZX_OK);
	assert_string_equal(e.sent, "{\"op\":6,\"d\":{\"token\":\"" DRIVE_TOKEN
				    "\",\"session_id\":\"s1\",\"seq\":9}}");
	assert_int_equal(zx_shard_stats(e.s)->identifies, 0);
	zx_shard_free(d.s);
	zx_shard_free(e.s);
}

static void ID_06__a_foreign_session_is_refused(void **state)
{
	struct zx_session good = stored(), s;
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	s = good;
	s.shard_id = 1;
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	s = good;
	s.shard_count = 2;
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	s = good;
	s.intents = 0;
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	s = good;
	s.id[0] = '\0';
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	s = good;
	s.seq = -1;
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	s = good;
	memset(s.id, 'a', sizeof(s.id));
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	s = good;
	memset(s.resume_url, 'a', sizeof(s.resume_url));
	assert_err(zx_shard_set_session(d.s, &s), ZX_E_INVALID);
	assert_err(zx_shard_session(d.s, &s), ZX_E_NOTFOUND);
	assert_err(zx_shard_set_session(d.s, &good), ZX_OK);
	zx_shard_start(d.s, 0);
	assert_err(zx_shard_set_session(d.s, &good), ZX_E_STATE);
	zx_shard_free(d.s);
}

/* A URL out of a store that was tampered with does not get the token. */
static void ID_06__a_bad_resume_url_means_the_main_one(void **state)
{
	static const char *const urls[] = { "", "http://x", "ws://x",
					    "wss://x y" };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct zx_session s = stored();
		struct drive d;

		strcpy(s.resume_url, urls[i]);
		drive_init(&d);
		assert_err(drive_new(&d), ZX_OK);
		assert_err(zx_shard_set_session(d.s, &s), ZX_OK);
		assert_err(drive_identify(&d), ZX_OK);
		assert_string_equal(
			d.url, "wss://gateway.discord.gg/?v=10&encoding=json");
		assert_true(zx_str_starts(zx_str(d.sent), "{\"op\":6,"));
		zx_shard_free(d.s);
	}
}

/* Small talk on a host that never says RESUMED does not keep the session young
 * for ever: in the end the shard identifies. */
static void ID_04__a_resume_that_never_succeeds_ends_in_identify(void **state)
{
	struct zx_session s = stored();
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	assert_err(zx_shard_set_session(d.s, &s), ZX_OK);
	zx_shard_start(d.s, 0);
	drive_poll(&d);
	drive_open(&d);
	while (!d.turns && d.now < 3600000) {
		drive_text(&d, DRIVE_HELLO);
		drive_text(&d, DRIVE_ACK);
		drive_until(&d, d.now + 10);
		drive_closed(&d, 1006);
		drive_reopen(&d);
		drive_text(&d, DRIVE_HELLO);
	}
	assert_int_equal(d.turns, 1);
	assert_in_range(d.now, 300000, 400000);
	zx_shard_free(d.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(GW_16__ready_without_a_member_means_reconnect),
		cmocka_unit_test(
			GW_16__ready_with_a_wrong_member_means_reconnect),
		cmocka_unit_test(GW_16__ready_without_shard_is_fine),
		cmocka_unit_test(ID_05__what_is_stored_can_be_set_again),
		cmocka_unit_test(ID_06__a_foreign_session_is_refused),
		cmocka_unit_test(ID_06__a_bad_resume_url_means_the_main_one),
		cmocka_unit_test(
			ID_04__a_resume_that_never_succeeds_ends_in_identify),
	};

	return cmocka_run_group_tests_name("gateway/session", tests, NULL,
					   NULL);
}
