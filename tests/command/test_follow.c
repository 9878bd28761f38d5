/* SPDX-License-Identifier: MIT
 *
 * follow: what becomes of a message that follows an answer, told to who asked.
 */
#include <limits.h>

#include "desk.h"

static struct zx_call *kept;
/* What was told. */
static unsigned told;
static int told_err, told_code;
static unsigned to_come; /* so many more are sent when one was taken */

static int more(struct zx_call *call, const char *text, unsigned flags);

static void then(struct zx_call *call, const struct zx_rest_result *r, void *ud)
{
	assert_ptr_equal(ud, &told);
	assert_ptr_equal(r->ud, &told);
	told++;
	told_err = r->err;
	told_code = r->code;
	if (!r->err && to_come) {
		to_come--;
		assert_err(more(call, "next", 0), ZX_OK);
	}
}

static int more(struct zx_call *call, const char *text, unsigned flags)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, zx_call_alloc(call));
	zx_attach(&m, "a.txt", "text/plain", zx_str(text));
	zx_message_flags(&m, flags);
	err = zx_follow_up_then(call, &m, then, &told);
	assert_null(m.m); /* taken, or emptied */
	zx_message_release(&m);
	return err;
}

static int say(struct zx_call *call, const char *text)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "%s", text);
	err = zx_reply(call, &m);
	zx_message_release(&m);
	return err;
}

static void run_keep(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_call_keep(call);
	kept = call;
}

static const struct zx_command commands[] = {
	{ .name = "keep", .description = "d", .run = run_keep },
};

/* A call that has its answer, which is request 0. */
static void begin(struct desk *d, const char *more_of_it)
{
	kept = NULL;
	told = to_come = 0;
	told_err = told_code = 1;
	assert_err(desk_begin(d, NULL, commands, 1), ZX_OK);
	desk_interaction(d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"keep\"}",
			 more_of_it, 0);
	assert_non_null(kept);
	assert_err(say(kept, "answer"), ZX_OK);
	desk_pump(d);
	desk_result(d, 0, 204, 0, "");
}

static void finish(struct desk *d)
{
	zx_call_release(kept);
	assert_int_equal(zx_commands_stats(d->c)->open_calls, 0);
	desk_end(d);
}

static void follow__each_is_sent_when_the_one_before_was_taken(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, NULL);
	assert_int_equal(zx_follow_ups_left(kept), UINT_MAX);
	to_come = 2;
	assert_err(more(kept, "first", 0), ZX_OK);
	desk_pump(&d);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(d.count, i + 1);
		assert_int_equal(told, i - 1);
		assert_string_equal(d.sent[i].path, "/webhooks/900/tok1");
		assert_int_equal(d.sent[i].files, 1);
		desk_result(&d, i, 200, 0, "{\"id\":\"5000\"}");
		assert_int_equal(told, i);
		assert_err(told_err, ZX_OK);
	}
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void
follow__what_discord_says_against_one_is_told_only_there(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, NULL);
	to_come = 1;
	assert_err(more(kept, "large", 0), ZX_OK);
	desk_pump(&d);
	desk_result(&d, 1, 400, 50045, "{}");
	assert_int_equal(told, 1);
	assert_err(told_err, ZX_E_REMOTE);
	assert_int_equal(told_code, 50045);
	/* no red message besides, and the call goes on */
	assert_int_equal(d.count, 2);
	assert_err(say(kept, "words"), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 3);
	desk_ok_all(&d);
	finish(&d);
}

static void IN_01__what_follows_after_15_minutes_is_in_the_channel(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, NULL);
	desk_wait(&d, 15 * 60 * 1000);
	to_come = 1;
	assert_err(more(kept, "late", 0), ZX_OK);
	desk_pump(&d);
	for (unsigned i = 1; i <= 2; i++) {
		assert_string_equal(d.sent[i].path, "/channels/60/messages");
		assert_int_equal(d.sent[i].files, 1);
		desk_has(&d, i, "enforce_nonce");
		desk_result(&d, i, 200, 0, "{\"id\":\"5000\"}");
	}
	assert_int_equal(told, 2);
	assert_err(told_err, ZX_OK);
	finish(&d);
}

static void IN_01__a_token_that_is_refused_leaves_the_channel_once(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, NULL);
	assert_err(more(kept, "late", 0), ZX_OK);
	desk_pump(&d);
	desk_result(&d, 1, 401, 50027, "{}");
	assert_int_equal(told, 0); /* it is on its other way */
	assert_string_equal(d.sent[2].path, "/channels/60/messages");
	desk_result(&d, 2, 403, 50013, "{}");
	assert_int_equal(told, 1);
	assert_int_equal(told_code, 50013);
	finish(&d);
}

static void IN_01__a_private_one_that_is_too_late_is_told(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, NULL);
	desk_wait(&d, 15 * 60 * 1000);
	to_come = 1;
	assert_err(more(kept, "secret", ZX_MESSAGE_EPHEMERAL), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	assert_int_equal(told, 1);
	assert_err(told_err, ZX_E_STATE);
	finish(&d);
}

static void IN_08__a_guests_sixth_is_refused_at_once(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, "\"authorizing_integration_owners\":{\"1\":\"3\"}");
	to_come = 0;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(zx_follow_ups_left(kept), 5 - i);
		assert_err(more(kept, "x", 0), ZX_OK);
	}
	assert_int_equal(zx_follow_ups_left(kept), 0);
	assert_err(more(kept, "x", 0), ZX_E_LIMIT);
	desk_pump(&d);
	for (unsigned i = 1; i <= 5; i++)
		desk_result(&d, i, 200, 0, "{\"id\":\"5000\"}");
	assert_int_equal(d.count, 6);
	assert_int_equal(told, 5);
	finish(&d);
}

static void follow__before_an_answer_there_is_nothing_to_follow(void **state)
{
	struct desk d;

	(void)state;
	kept = NULL;
	told = 0;
	assert_err(desk_begin(&d, NULL, commands, 1), ZX_OK);
	desk_slash(&d, DESK_USER, "keep", NULL);
	assert_err(more(kept, "x", 0), ZX_E_STATE);
	desk_pump(&d);
	assert_int_equal(d.count, 0);
	assert_int_equal(told, 0);
	finish(&d);
}

static void follow__a_machine_that_goes_tells_nobody(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, NULL);
	assert_err(more(kept, "one", 0), ZX_OK);
	assert_err(more(kept, "two", 0), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 2); /* one is in flight, one waits */
	desk_end(&d);
	assert_int_equal(told, 0);
}

/* A slow line needs longer for a file than for words. */
static void RE_07__a_file_has_more_time_than_words(void **state)
{
	struct zx_commands_out out;
	struct desk d;

	(void)state;
	begin(&d, NULL);
	assert_err(more(kept, "data", 0), ZX_OK);
	assert_int_equal(zx_commands_poll(d.c, &out), 1);
	assert_int_equal(out.kind, ZX_COMMANDS_OUT_REST);
	assert_int_equal(out.request.file_count, 1);
	assert_int_equal(out.request.timeout_ms, 120000);
	desk_keep(&d, &out.request);
	desk_ok_all(&d);
	assert_err(say(kept, "words"), ZX_OK);
	assert_int_equal(zx_commands_poll(d.c, &out), 1);
	assert_int_equal(out.request.file_count, 0);
	assert_int_equal(out.request.timeout_ms, 0); /* REST's own */
	desk_keep(&d, &out.request);
	desk_ok_all(&d);
	finish(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			follow__each_is_sent_when_the_one_before_was_taken),
		cmocka_unit_test(
			follow__what_discord_says_against_one_is_told_only_there),
		cmocka_unit_test(
			IN_01__what_follows_after_15_minutes_is_in_the_channel),
		cmocka_unit_test(
			IN_01__a_token_that_is_refused_leaves_the_channel_once),
		cmocka_unit_test(IN_01__a_private_one_that_is_too_late_is_told),
		cmocka_unit_test(IN_08__a_guests_sixth_is_refused_at_once),
		cmocka_unit_test(
			follow__before_an_answer_there_is_nothing_to_follow),
		cmocka_unit_test(follow__a_machine_that_goes_tells_nobody),
		cmocka_unit_test(RE_07__a_file_has_more_time_than_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
