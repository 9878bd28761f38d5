/* SPDX-License-Identifier: MIT
 *
 * confirm: done at most once, by the one who was asked, or not at all.
 */
#include "desk.h"

static int done;
static int done_with;
static int mode; /* 0 replies, 1 keeps, 2 fails, 3 says nothing */
static struct zx_call *kept;

static void confirmed(struct zx_call *call, const void *state, void *ud)
{
	struct zx_message m;

	(void)ud;
	done++;
	done_with = *(const int *)state;
	if (mode == 1) {
		zx_call_keep(call);
		kept = call;
	} else if (mode == 2) {
		zx_fail(call, "❌ Busy", "try again");
	} else if (!mode) {
		zx_message_init(&m, zx_call_alloc(call));
		zx_say(&m, "deleted");
		assert_err(zx_reply(call, &m), ZX_OK);
		zx_message_release(&m);
	}
}

static const struct zx_confirm sure = {
	.title = "Delete?",
	.yes = "Delete",
	.timeout_ms = 30000,
	.state_size = sizeof(int),
	.confirmed = confirmed,
};

static void run(struct zx_call *call, void *ud)
{
	int what = 42;

	(void)ud;
	assert_err(zx_ask(call, &sure, &what, "Number %d goes.", what), ZX_OK);
}

static const struct zx_command commands[] = {
	{ .name = "drop", .description = "d", .run = run },
};

static void begin(struct desk *d, int how, const char *action, char id[128])
{
	done = 0;
	mode = how;
	assert_err(desk_begin(d, NULL, commands, 1), ZX_OK);
	desk_slash(d, DESK_USER, "drop", NULL);
	desk_has(d, 0, "\"title\":\"Delete?\"");
	desk_has(d, 0, "\"description\":\"Number 42 goes.\"");
	desk_has(d, 0, "\"style\":4,\"custom_id\":\"zx:");
	desk_has(d, 0, "\"label\":\"Delete\"");
	desk_has(d, 0, "\"label\":\"Cancel\"");
	desk_custom_id(d->sent[0].body, action, id);
	desk_ok_all(d);
}

static void confirm__is_done_once_and_answered_in_place(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d, 0, "yes", id);
	desk_press(&d, DESK_ADMIN, id, NULL);
	assert_int_equal(done, 0);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 1);
	assert_int_equal(done_with, 42);
	desk_has(&d, 2, "{\"type\":7,\"data\":{\"content\":\"deleted\"");
	desk_has(&d, 2, "\"components\":[]");
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 1);
	desk_has(&d, 3, "expired");
	desk_end(&d);
}

static void confirm__cancel_does_nothing(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d, 0, "no", id);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 0);
	desk_has(&d, 1, "Cancelled, nothing was done");
	desk_has(&d, 1, "\"disabled\":true");
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	desk_end(&d);
}

static void confirm__not_answered_does_nothing(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d, 0, "yes", id);
	desk_wait(&d, 29999);
	assert_int_equal(d.count, 1);
	desk_wait(&d, 1);
	desk_has(&d, 1, "Not answered in time, nothing was done");
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 0);
	desk_end(&d);
}

static void confirm__a_long_job_closes_the_question_first(void **state)
{
	struct zx_message m;
	struct desk d;
	char id[128];

	(void)state;
	begin(&d, 1, "yes", id);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 1);
	desk_has(&d, 1, "✅ Confirmed");
	desk_has(&d, 1, "\"disabled\":true");
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 1);
	desk_ok_all(&d);
	zx_message_init(&m, NULL);
	zx_say(&m, "ready");
	assert_err(zx_reply(kept, &m), ZX_OK);
	desk_pump(&d);
	assert_string_equal(d.sent[3].path,
			    "/webhooks/900/tok2/messages/@original");
	zx_call_release(kept);
	desk_end(&d);
}

static void confirm__after_a_failure_it_can_be_tried_again(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d, 2, "yes", id);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 1, "❌ Busy");
	mode = 3;
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(done, 2);
	desk_has(&d, 2, "✅ Confirmed");
	desk_end(&d);
}

static void run_lenient(struct zx_call *call, void *ud)
{
	int what = 1;

	(void)ud;
	zx_ask(call, &sure, &what, "text");
}

static const struct zx_confirm large = { .state_size = 257,
					 .confirmed = confirmed };

static void run_large(struct zx_call *call, void *ud)
{
	char state[257] = { 0 };

	(void)ud;
	assert_err(zx_ask(call, &large, state, "x"), ZX_E_INVALID);
	run_lenient(call, NULL);
}

static const struct zx_command odd[] = {
	{ .name = "large", .description = "d", .run = run_large },
};

static void confirm__the_state_has_a_ceiling(void **state)
{
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, odd, 1), ZX_OK);
	desk_slash(&d, DESK_USER, "large", NULL);
	assert_int_equal(d.count, 1);
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confirm__is_done_once_and_answered_in_place),
		cmocka_unit_test(confirm__cancel_does_nothing),
		cmocka_unit_test(confirm__not_answered_does_nothing),
		cmocka_unit_test(confirm__a_long_job_closes_the_question_first),
		cmocka_unit_test(
			confirm__after_a_failure_it_can_be_tried_again),
		cmocka_unit_test(confirm__the_state_has_a_ceiling),
	};

	return cmocka_run_group_tests_name("confirm", tests, NULL, NULL);
}
