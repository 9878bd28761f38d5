/* SPDX-License-Identifier: MIT
 *
 * send: the budget, the queue behind it, and what is refused.
 */
#include "gateway/drive.h"

/* {"op":3,"d":"aaa..."} of exactly `total` bytes; free with free(). */
static struct zx_str payload(size_t total)
{
	size_t len = total - strlen("{\"op\":3,\"d\":}");
	char *p = malloc(len);

	memset(p, 'a', len);
	p[0] = p[len - 1] = '"';
	return (struct zx_str){ p, len };
}

static void LM_01__4096_bytes_pass_and_4097_do_not(void **state)
{
	struct zx_str d4096 = payload(4096), d4097 = payload(4097);
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	assert_err(zx_shard_send(d.s, 3, d4097, d.now), ZX_E_TOOBIG);
	assert_err(zx_shard_send(d.s, 3, d4096, d.now), ZX_OK);
	drive_poll(&d);
	assert_int_equal(strlen(d.sent), 4096);
	assert_int_equal(zx_shard_stats(d.s)->sends_refused, 1);
	assert_err(
		zx_shard_send(d.s, 3, (struct zx_str){ "", SIZE_MAX }, d.now),
		ZX_E_TOOBIG);
	free((char *)d4096.ptr);
	free((char *)d4097.ptr);
	zx_shard_free(d.s);
}

/* No window of 60 s, wherever it begins, holds more than 120 sends; beats are
 * never late; everything is sent in order. */
static void LM_02__no_minute_has_more_than_120_sends(void **state)
{
	zx_time at[2000];
	unsigned count = 0, i, j, queued = 0;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	while (d.now < 600000) {
		unsigned before = d.sends;
		char text[32];

		snprintf(text, sizeof(text), "{\"n\":%u}", queued);
		if (!zx_shard_send(d.s, 3, zx_str(text), d.now))
			queued++;
		drive_poll(&d);
		drive_until(&d, d.now + 97);
		if (d.beats && zx_str_starts(zx_str(d.sent), "{\"op\":1,"))
			drive_text(&d, DRIVE_ACK);
		while (before++ < d.sends) {
			assert_true(count < 2000);
			at[count++] = d.now;
		}
	}
	assert_int_equal(d.closes, 0);
	assert_in_range(d.beats, 14, 16);
	for (i = 0; i < count; i++) {
		for (j = i; j < count && at[j] < at[i] + 60000; j++)
			;
		assert_true(j - i <= 120);
	}
	/* And the budget is used: ten minutes have room for a thousand. */
	assert_true(count > 1000);
	zx_shard_free(d.s);
}

static void LM_02__commands_leave_a_reserve_for_beats(void **state)
{
	unsigned beats = 0, i;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (i = 0; i < 200; i++) {
		zx_shard_send(d.s, 3, ZX_STR("{}"), d.now);
		drive_poll(&d);
	}
	assert_int_equal(d.sends, 116);
	/* Four more beats on request go at once. */
	for (i = 0; i < 5; i++)
		drive_text(&d, "{\"op\":1,\"d\":null}");
	beats = d.beats;
	assert_int_equal(beats, 4);
	zx_shard_free(d.s);
}

static void LM_02__at_most_110_commands_wait(void **state)
{
	unsigned i, taken = 0;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (i = 0; i < 400; i++) {
		int err = zx_shard_send(d.s, 3, ZX_STR("{}"), d.now);

		taken += !err;
		if (err)
			assert_err(err, ZX_E_LIMIT);
		drive_poll(&d);
	}
	assert_int_equal(taken, 115 + 110);
	assert_int_equal(zx_shard_stats(d.s)->sends_refused, 400 - taken);
	zx_shard_free(d.s);
}

/* A host that does not poll for a while loses nothing and cannot fill memory.
 */
static void send__without_poll_nothing_is_lost(void **state)
{
	unsigned i, taken = 0;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (i = 0; i < 400; i++) {
		char text[32];

		snprintf(text, sizeof(text), "{\"n\":%u}", i);
		taken += !zx_shard_send(d.s, 3, zx_str(text), d.now);
	}
	assert_int_equal(taken, 110);
	drive_poll(&d);
	assert_int_equal(d.sends, 1 + 110);
	assert_string_equal(d.sent, "{\"op\":3,\"d\":{\"n\":109}}");
	zx_shard_free(d.s);
}

/* The budget is a connection's; what waited goes on the next one, what was
 * given out does not come again (4001: "do not resend the same command"). */
static void send__what_waits_survives_the_connection(void **state)
{
	unsigned i, before;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (i = 0; i < 125; i++) {
		char text[32];

		snprintf(text, sizeof(text), "{\"n\":%u}", i);
		assert_err(zx_shard_send(d.s, 3, zx_str(text), d.now), ZX_OK);
		drive_poll(&d);
	}
	assert_string_equal(d.sent, "{\"op\":3,\"d\":{\"n\":114}}");
	/* One is released but not polled as the connection breaks. */
	drive_closed(&d, 4001);
	drive_reopen(&d);
	before = d.sends;
	drive_text(&d, DRIVE_HELLO);
	assert_err(zx_shard_send(d.s, 3, ZX_STR("{}"), d.now), ZX_OK);
	drive_poll(&d);
	assert_int_equal(d.sends, before + 1);
	drive_text(&d, DRIVE_RESUMED);
	assert_int_equal(d.sends, before + 1 + 11);
	assert_string_equal(d.sent, "{\"op\":3,\"d\":{}}");
	zx_shard_free(d.s);
}

static void send__texts_stay_until_the_next_input(void **state)
{
	struct zx_shard_out o[3];
	struct drive d;
	int i;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	assert_err(zx_shard_send(d.s, 3, ZX_STR("1"), d.now), ZX_OK);
	assert_err(zx_shard_send(d.s, 3, ZX_STR("2"), d.now), ZX_OK);
	assert_err(zx_shard_send(d.s, 3, ZX_STR("3"), d.now), ZX_OK);
	for (i = 0; i < 3; i++)
		assert_int_equal(zx_shard_poll(d.s, &o[i]), 1);
	assert_int_equal(zx_shard_poll(d.s, &o[0] + 0), 0);
	assert_str(o[0].text, "{\"op\":3,\"d\":1}");
	assert_str(o[1].text, "{\"op\":3,\"d\":2}");
	assert_str(o[2].text, "{\"op\":3,\"d\":3}");
	zx_shard_free(d.s);
}

static const struct {
	int err;
	uint64_t intents;
	const char *d;
} members[] = {
	{ ZX_OK, ZX_INTENT_GUILD_MEMBERS,
	  "{\"guild_id\":\"1\",\"query\":\"\",\"limit\":0}" },
	{ ZX_E_PERM, 0, "{\"guild_id\":\"1\",\"query\":\"\",\"limit\":0}" },
	{ ZX_OK, 0, "{\"guild_id\":\"1\",\"query\":\"a\",\"limit\":100}" },
	{ ZX_OK, 0, "{\"guild_id\":\"1\",\"user_ids\":\"2\"}" },
	{ ZX_OK, 0, "{\"guild_id\":\"1\",\"user_ids\":[\"2\",\"3\"]}" },
	{ ZX_OK, ZX_INTENT_GUILD_PRESENCES,
	  "{\"guild_id\":\"1\",\"user_ids\":[\"2\"],\"presences\":true}" },
	{ ZX_E_PERM, 0,
	  "{\"guild_id\":\"1\",\"user_ids\":[\"2\"],\"presences\":true}" },
	{ ZX_E_INVALID, 0,
	  "{\"guild_id\":\"1\",\"query\":\"a\",\"limit\":101}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\",\"query\":\"a\",\"limit\":0}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\",\"query\":\"a\"}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\",\"query\":1,\"limit\":1}" },
	{ ZX_E_INVALID, 0, "{\"query\":\"a\",\"limit\":1}" },
	{ ZX_E_INVALID, 0,
	  "{\"guild_id\":[\"1\",\"2\"],\"query\":\"a\",\"limit\":1}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\"}" },
	{ ZX_E_INVALID, 0,
	  "{\"guild_id\":\"1\",\"query\":\"a\",\"limit\":1,\"user_ids\":[\"2\"]}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\",\"user_ids\":[]}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\",\"user_ids\":[\"x\"]}" },
	{ ZX_E_INVALID, 0, "{\"guild_id\":\"1\",\"user_ids\":{}}" },
	{ ZX_E_INVALID, 0, "[]" },
	{ ZX_E_INVALID, 0, "null" },
};

static int request(uint64_t intents, const char *text)
{
	struct drive d;
	int err;

	drive_init(&d);
	d.opt.intents = intents;
	drive_live(&d);
	err = zx_shard_send(d.s, 8, zx_str(text), d.now);
	drive_poll(&d);
	assert_int_equal(d.sends, err ? 1 : 2);
	zx_shard_free(d.s);
	return err;
}

static void GS_05__member_requests_against_the_rules_are_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		int err = request(members[i].intents, members[i].d);

		if (err != members[i].err)
			fail_msg("%s: %s", members[i].d, zx_errname(err));
	}
}

static void GS_05__a_hundred_user_ids_pass_and_one_more_does_not(void **state)
{
	char text[2048];
	int n, i;

	(void)state;
	for (n = 100; n <= 101; n++) {
		size_t len = (size_t)sprintf(
			text, "{\"guild_id\":\"1\",\"user_ids\":[\"1\"");

		for (i = 1; i < n; i++)
			len += (size_t)sprintf(text + len, ",\"%d\"", i);
		strcpy(text + len, "]}");
		assert_err(request(0, text), n > 100 ? ZX_E_INVALID : ZX_OK);
	}
}

static void GS_06__a_nonce_over_32_bytes_is_refused(void **state)
{
	static const struct {
		int err;
		const char *nonce;
	} rows[] = {
		{ ZX_OK, "\"\"" },
		{ ZX_OK, "\"12345678901234567890123456789012\"" },
		{ ZX_E_INVALID, "\"123456789012345678901234567890123\"" },
		/* Bytes, not characters; escapes count as what they mean. */
		{ ZX_OK, "\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
			 "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
			 "\\u00e9\\u00e9\"" },
		{ ZX_E_INVALID,
		  "\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
		  "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
		  "x\"" },
		{ ZX_E_INVALID, "7" },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text),
			 "{\"guild_id\":\"1\",\"user_ids\":[\"2\"],"
			 "\"nonce\":%s}",
			 rows[i].nonce);
		assert_err(request(0, text), rows[i].err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(LM_01__4096_bytes_pass_and_4097_do_not),
		cmocka_unit_test(LM_02__no_minute_has_more_than_120_sends),
		cmocka_unit_test(LM_02__commands_leave_a_reserve_for_beats),
		cmocka_unit_test(LM_02__at_most_110_commands_wait),
		cmocka_unit_test(send__without_poll_nothing_is_lost),
		cmocka_unit_test(send__what_waits_survives_the_connection),
		cmocka_unit_test(send__texts_stay_until_the_next_input),
		cmocka_unit_test(
			GS_05__member_requests_against_the_rules_are_refused),
		cmocka_unit_test(
			GS_05__a_hundred_user_ids_pass_and_one_more_does_not),
		cmocka_unit_test(GS_06__a_nonce_over_32_bytes_is_refused),
	};

	return cmocka_run_group_tests_name("gateway/send", tests, NULL, NULL);
}
