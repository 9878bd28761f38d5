/* SPDX-License-Identifier: MIT
 *
 * golden: what the command kit says by itself: errors, questions, notices.
 */
#include "desk.h"
#include "helper/golden.h"
#include "zoryx/modal.h"

static void confirmed(struct zx_call *call, const void *state, void *ud)
{
	(void)ud;
	if (*(const int *)state)
		zx_answer(call, "Deleted.");
}

static const struct zx_confirm sure = {
	.title = "Delete this backup?",
	.yes = "Delete",
	.state_size = sizeof(int),
	.confirmed = confirmed,
};

static void drop(struct zx_call *call, void *ud)
{
	int answers = zx_call_bool(call, "aloud", 0);

	(void)ud;
	zx_ask(call, &sure, &answers, "It has 12 channels and is 3 days old.");
}

static const struct zx_input inputs[] = {
	{ "note", "Note", "At most 500 characters", "What is it for?",
	  ZX_INPUT_TEXT, .paragraph = 1, .max = 500 },
	{ "where", "Channel", .kind = ZX_INPUT_CHANNEL, .required = 1 },
};

static void submitted(struct zx_call *call, const void *state, void *ud)
{
	(void)state;
	(void)ud;
	zx_answer(call, "Noted.");
}

static const struct zx_modal form = {
	.title = "A note",
	.inputs = inputs,
	.input_count = 2,
	.submitted = submitted,
};

static void note(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_modal(call, &form, NULL, NULL);
}

static void broken(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_fail(call, "❌ Backup Failed", "The disk is full: `%s`", "/data");
}

static void silent(struct zx_call *call, void *ud)
{
	(void)call;
	(void)ud;
}

static void later(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_call_keep(call);
}

static const struct zx_option aloud = { .name = "aloud",
					.description = "d",
					.type = ZX_OPTION_BOOLEAN };
static const struct zx_option count = { .name = "count",
					.description = "d",
					.type = ZX_OPTION_INTEGER,
					.required = 1,
					.has_min = 1,
					.min = 1,
					.has_max = 1,
					.max = 20 };

static const struct zx_command commands[] = {
	{ .name = "drop",
	  .description = "d",
	  .options = &aloud,
	  .option_count = 1,
	  .run = drop },
	{ .name = "note", .description = "d", .run = note },
	{ .name = "broken", .description = "d", .run = broken },
	{ .name = "silent", .description = "d", .run = silent },
	{ .name = "later",
	  .description = "d",
	  .run = later,
	  .flags = ZX_COMMAND_EPHEMERAL },
	{ .name = "often",
	  .description = "d",
	  .options = &count,
	  .option_count = 1,
	  .run = broken,
	  .cooldown_ms = 5000 },
	{ .name = "mine",
	  .description = "d",
	  .rule = ZX_RULE_OWNER,
	  .run = silent },
};

static void begin(struct desk *d)
{
	assert_err(desk_begin(d, NULL, commands, 7), ZX_OK);
}

static void last(const struct desk *d, const char *name)
{
	golden(name, zx_str(d->sent[d->count - 1].body));
}

static void golden__a_question_and_how_it_ends(void **state)
{
	static const struct {
		const char *name, *action, *options;
	} rows[] = {
		{ "confirm-cancelled", "no", NULL },
		{ "confirm-confirmed", "yes", NULL },
		{ "confirm-answered", "yes",
		  "[{\"name\":\"aloud\",\"type\":5,\"value\":true}]" },
	};
	struct desk d;
	char id[128];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin(&d);
		desk_slash(&d, DESK_USER, "drop", rows[i].options);
		last(&d, "confirm");
		desk_custom_id(d.sent[0].body, rows[i].action, id);
		desk_ok_all(&d);
		desk_press(&d, DESK_USER, id, NULL);
		last(&d, rows[i].name);
		desk_end(&d);
	}
	begin(&d);
	desk_slash(&d, DESK_USER, "drop", NULL);
	desk_ok_all(&d);
	desk_wait(&d, 60000);
	last(&d, "confirm-timed-out");
	desk_end(&d);
}

static void golden__presses_that_do_nothing(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "drop", NULL);
	desk_custom_id(d.sent[0].body, "yes", id);
	desk_ok_all(&d);
	desk_press(&d, DESK_ADMIN, id, NULL);
	last(&d, "press-of-a-stranger");
	desk_end(&d);
	begin(&d);
	desk_press(&d, DESK_USER, id, NULL);
	last(&d, "press-after-a-restart");
	desk_end(&d);
}

static void golden__a_form(void **state)
{
	struct desk d;
	char data[256], id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "note", NULL);
	last(&d, "modal");
	desk_custom_id(d.sent[0].body, "modal", id);
	desk_ok_all(&d);
	snprintf(data, sizeof(data), "{\"custom_id\":\"%s\",\"components\":[]}",
		 id);
	desk_interaction(&d, 5, DESK_USER, DESK_GUILD, data, NULL, 0);
	last(&d, "modal-answered");
	desk_ok_all(&d);
	desk_interaction(&d, 5, DESK_USER, DESK_GUILD, data, NULL, 0);
	last(&d, "modal-expired");
	desk_end(&d);
}

static void golden__errors_of_each_kind(void **state)
{
	static const struct {
		const char *name, *say;
	} rows[] = {
		{ "error-permission", "!mine" },
		{ "error-missing", "!often" },
		{ "error-argument", "!often 21" },
		{ "error-of-the-command", "!broken" },
	};
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		begin(&d);
		desk_say(&d, DESK_USER, DESK_GUILD, rows[i].say);
		last(&d, rows[i].name);
		desk_end(&d);
	}
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!often 2");
	desk_ok_all(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!often 2");
	last(&d, "error-cooldown");
	desk_end(&d);
	begin(&d);
	desk_slash(&d, DESK_USER, "mine", NULL);
	last(&d, "error-permission-slash");
	desk_ok_all(&d);
	desk_slash(&d, DESK_USER, "silent", NULL);
	last(&d, "error-no-answer");
	desk_ok_all(&d);
	desk_slash(&d, DESK_USER, "gone", NULL);
	last(&d, "error-command-gone");
	desk_ok_all(&d);
	desk_slash(&d, DESK_USER, "later", NULL);
	desk_wait(&d, 2000);
	last(&d, "thinking-ephemeral");
	desk_end(&d);
}

static void golden__only_a_mention(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	zx_commands_set_shards(d.c, 4);
	desk_say(&d, DESK_USER, DESK_GUILD, "<@901>");
	last(&d, "mention");
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden__a_question_and_how_it_ends),
		cmocka_unit_test(golden__presses_that_do_nothing),
		cmocka_unit_test(golden__a_form),
		cmocka_unit_test(golden__errors_of_each_kind),
		cmocka_unit_test(golden__only_a_mention),
	};

	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
