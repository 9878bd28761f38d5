/* SPDX-License-Identifier: MIT
 *
 * restore_guest: a text in several files where only the user has installed the
 * app, so that Discord takes five further messages and no more (IN-08).
 */
#include "cogs/restore_show.h"
#include "command/desk.h"

#define GUEST "\"authorizing_integration_owners\":{\"1\":\"3\"}"

static struct zx__backup b;
static unsigned lines; /* of the text, each of them a part */

static int make(struct zx__backup *in, const struct zx__rsf *what,
		int (*write)(struct zx_str piece, void *ud), void *ud)
{
	char line[128];
	int err = ZX_OK;

	(void)in;
	(void)what;
	for (unsigned i = 0; !err && i < lines; i++) {
		snprintf(line, sizeof(line), "%059u\n", i + 1);
		err = write(zx_str(line), ud);
	}
	return err;
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__rsf what = {
		.make = make,
		.name = "restore-7",
		.title = "The report",
		.again = "Once more.",
	};

	(void)ud;
	assert_err(zx_answer(call, "done"), ZX_OK);
	zx__rsf_send(&b, call, &what);
}

static const struct zx_command commands[] = {
	{ .name = "report", .description = "d", .run = run },
};

/* The command, its text of so many parts; all is taken. */
static void begin(struct desk *d, unsigned parts, const char *more)
{
	memset(&b, 0, sizeof(b));
	b.opt.upload_max = 64;
	lines = parts;
	assert_err(desk_begin(d, NULL, commands, 1), ZX_OK);
	b.log = &d->log;
	desk_interaction(d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"report\"}",
			 more, 0);
	for (size_t i = 0; i < d->count; i++)
		desk_result(d, i, 200, 0, "{\"id\":\"5000\"}");
}

static void finish(struct desk *d)
{
	assert_null(zx__rsp_of(&b)->sendings);
	assert_string_equal(d->logged, "");
	assert_int_equal(zx_commands_stats(d->c)->open_calls, 0);
	zx__restore_show_free(&b);
	desk_end(d);
}

static void IN_08__a_guests_last_message_says_what_is_missing(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, 9, GUEST);
	assert_int_equal(d.count, 1 + 5);
	for (size_t i = 1; i <= 5; i++)
		assert_int_equal(d.sent[i].files, 1);
	for (size_t i = 1; i <= 4; i++)
		desk_hasnt(&d, i, "missing");
	desk_has(&d, 5, "`restore-7`: parts 6 to 9 of 9 are missing: ");
	desk_has(&d, 5, "only you have installed");
	finish(&d);
	begin(&d, 6, GUEST);
	assert_int_equal(d.count, 1 + 5);
	desk_has(&d, 5, "`restore-7`: part 6 of 6 is missing: ");
	finish(&d);
}

static void IN_08__five_parts_are_as_many_as_a_guest_may_send(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, 5, GUEST);
	assert_int_equal(d.count, 1 + 5);
	for (size_t i = 1; i <= 5; i++)
		desk_hasnt(&d, i, "missing");
	finish(&d);
}

static void restore_guest__others_get_every_part(void **state)
{
	struct desk d;

	(void)state;
	begin(&d, 9, NULL);
	assert_int_equal(d.count, 1 + 9);
	for (size_t i = 1; i <= 9; i++) {
		assert_int_equal(d.sent[i].files, 1);
		desk_hasnt(&d, i, "missing");
	}
	finish(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			IN_08__a_guests_last_message_says_what_is_missing),
		cmocka_unit_test(
			IN_08__five_parts_are_as_many_as_a_guest_may_send),
		cmocka_unit_test(restore_guest__others_get_every_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
