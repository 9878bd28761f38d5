/* SPDX-License-Identifier: MIT
 *
 * close: the reaction to every close code, seen from outside: the next frame
 * and the host it goes to.
 */
#include "gateway/drive.h"

#define MAIN "wss://gateway.discord.gg/?v=10&encoding=json"
#define OWN "wss://r1/?v=10&encoding=json"

static const struct {
	int code;
	enum zx_close_action action;
} rows[] = {
	{ 0, ZX_CLOSE_RESUME },	     { 1000, ZX_CLOSE_RESUME },
	{ 1001, ZX_CLOSE_RESUME },   { 1002, ZX_CLOSE_RESUME },
	{ 1003, ZX_CLOSE_RESUME },   { 1006, ZX_CLOSE_RESUME },
	{ 1007, ZX_CLOSE_RESUME },   { 1008, ZX_CLOSE_RESUME },
	{ 1009, ZX_CLOSE_RESUME },   { 1010, ZX_CLOSE_RESUME },
	{ 1011, ZX_CLOSE_RESUME },   { 1012, ZX_CLOSE_RESUME },
	{ 1013, ZX_CLOSE_RESUME },   { 1014, ZX_CLOSE_RESUME },
	{ 1015, ZX_CLOSE_RESUME },   { 3000, ZX_CLOSE_RESUME },
	{ 4000, ZX_CLOSE_RESUME },   { 4001, ZX_CLOSE_RESUME },
	{ 4002, ZX_CLOSE_RESUME },   { 4003, ZX_CLOSE_IDENTIFY },
	{ 4004, ZX_CLOSE_STOP },     { 4005, ZX_CLOSE_RESUME },
	{ 4006, ZX_CLOSE_IDENTIFY }, { 4007, ZX_CLOSE_IDENTIFY },
	{ 4008, ZX_CLOSE_RESUME },   { 4009, ZX_CLOSE_IDENTIFY },
	{ 4010, ZX_CLOSE_STOP },     { 4011, ZX_CLOSE_STOP },
	{ 4012, ZX_CLOSE_STOP },     { 4013, ZX_CLOSE_STOP },
	{ 4014, ZX_CLOSE_STOP },     { 4015, ZX_CLOSE_RESUME },
	{ 4200, ZX_CLOSE_RESUME },   { 4999, ZX_CLOSE_RESUME },
	{ -1, ZX_CLOSE_RESUME },     { 70000, ZX_CLOSE_RESUME },
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static void close__the_table_of_section_1_2(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++) {
		assert_int_equal(zx_close_action(rows[i].code), rows[i].action);
		assert_true(strlen(zx_close_text(rows[i].code)) > 10);
	}
}

/* One fake close per row; the frame that follows tells. */
static void react(int code, enum zx_close_action action)
{
	struct drive d;

	drive_init(&d);
	drive_live(&d);
	drive_event(&d, 2);
	drive_closed(&d, code);
	assert_int_equal(zx_shard_stats(d.s)->last_close, code ? code : 1006);
	if (action == ZX_CLOSE_STOP) {
		assert_int_equal(d.dead, 1);
		assert_int_equal(d.code, code);
		assert_int_equal(d.state, ZX_SHARD_DEAD);
		assert_true(zx_shard_deadline(d.s) == ZX_TIME_NEVER);
		assert_string_equal(d.reason, zx_shard_error(d.s));
		assert_int_equal(d.connects, 1);
	} else {
		drive_reopen(&d);
		drive_text(&d, DRIVE_HELLO);
		zx_shard_grant(d.s, d.now);
		drive_poll(&d);
		assert_string_equal(d.url,
				    action == ZX_CLOSE_RESUME ? OWN : MAIN);
		assert_true(
			zx_str_starts(zx_str(d.sent), action == ZX_CLOSE_RESUME
							      ? "{\"op\":6,"
							      : "{\"op\":2,"));
		assert_int_equal(d.logins, 2);
	}
	zx_shard_free(d.s);
}

static void close__every_code_gets_its_reaction(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++)
		react(rows[i].code, rows[i].action);
}

/* The same codes while READY is still awaited: fatal stays fatal, and without a
 * session everything else identifies. */
static void close__every_code_before_ready(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++) {
		struct drive d;

		drive_init(&d);
		assert_err(drive_new(&d), ZX_OK);
		assert_err(drive_identify(&d), ZX_OK);
		drive_closed(&d, rows[i].code);
		assert_int_equal(d.dead, rows[i].action == ZX_CLOSE_STOP);
		if (!d.dead) {
			drive_reopen(&d);
			drive_text(&d, DRIVE_HELLO);
			assert_int_equal(d.turns, 2);
			assert_string_equal(d.url, MAIN);
		}
		zx_shard_free(d.s);
	}
}

/* A fatal code counts even when our own close was on its way. */
static void close__a_fatal_code_wins_over_our_close(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	drive_text(&d, "{\"op\":7,\"d\":null}");
	assert_int_equal(d.state, ZX_SHARD_CLOSING);
	drive_closed(&d, 4004);
	assert_int_equal(d.dead, 1);
	zx_shard_free(d.s);
}

/* 4008: fewer commands a minute from then on, every time, down to a floor. The
 * login counts, and four of the limit are kept for beats. */
static void LM_02__close_4008_shrinks_the_budget(void **state)
{
	static const unsigned most[] = { 116, 86, 64, 47, 35, 26, 26 };
	unsigned round, i, before = 0;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (round = 0; round < sizeof(most) / sizeof(*most); round++) {
		for (i = 0; i < 130; i++) {
			zx_shard_send(d.s, 3, ZX_STR("{}"), d.now);
			drive_poll(&d);
		}
		assert_int_equal(d.sends - before, most[round]);
		drive_closed(&d, 4008);
		drive_reopen(&d);
		before = d.sends;
		drive_text(&d, DRIVE_HELLO);
		drive_text(&d, DRIVE_RESUMED);
	}
	zx_shard_free(d.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(close__the_table_of_section_1_2),
		cmocka_unit_test(close__every_code_gets_its_reaction),
		cmocka_unit_test(close__every_code_before_ready),
		cmocka_unit_test(close__a_fatal_code_wins_over_our_close),
		cmocka_unit_test(LM_02__close_4008_shrinks_the_budget),
	};

	return cmocka_run_group_tests_name("gateway/close", tests, NULL, NULL);
}
