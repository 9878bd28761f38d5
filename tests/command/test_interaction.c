/* SPDX-License-Identifier: MIT
 *
 * interaction: windows, order and second ways (section 3 of the conformance
 * list), in virtual time.
 */
#include "desk.h"

static struct zx_call *kept;

static int say(struct zx_call *call, const char *text)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "%s", text);
	err = zx_reply(call, &m);
	assert_null(m.m); /* taken, or emptied */
	zx_message_release(&m);
	return err;
}

static int more(struct zx_call *call, const char *text, unsigned flags)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "%s", text);
	zx_message_flags(&m, flags);
	err = zx_follow_up(call, &m);
	zx_message_release(&m);
	return err;
}

static void run_keep(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_call_keep(call);
	kept = call;
}

static void run_reply(struct zx_call *call, void *ud)
{
	(void)ud;
	assert_err(say(call, "answer"), ZX_OK);
}

static void run_twice(struct zx_call *call, void *ud)
{
	(void)ud;
	assert_err(say(call, "first"), ZX_OK);
	assert_err(say(call, "second"), ZX_OK);
	assert_err(more(call, "more", 0), ZX_OK);
	assert_err(say(call, "third"), ZX_OK);
}

static void run_file(struct zx_call *call, void *ud)
{
	struct zx_message m;

	(void)ud;
	zx_message_init(&m, zx_call_alloc(call));
	zx_attach(&m, "a.txt", "text/plain", ZX_STR("data"));
	assert_err(zx_reply(call, &m), ZX_OK);
	zx_message_release(&m);
}

static const struct zx_option typed[] = {
	{ .name = "word",
	  .description = "d",
	  .type = ZX_OPTION_STRING,
	  .autocomplete = 1 },
	{ .name = "number",
	  .description = "d",
	  .type = ZX_OPTION_INTEGER,
	  .autocomplete = 1 },
};

static void complete(struct zx_call *call, const char *option,
		     struct zx_str text, struct zx_choices *out, void *ud)
{
	char name[200];
	int i;

	(void)call;
	(void)ud;
	if (!strcmp(option, "number")) {
		zx_choice_add(out, "One", "1");
		zx_choice_add(out, "not a number", "one");
		return;
	}
	zx_choice_add(out, "", "empty name");
	for (i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "%.*s%0*d", ZX_ARG(text),
			 i ? 1 : 150, i);
		zx_choice_add(out, name, name);
	}
}

static const struct zx_command commands[] = {
	{ .name = "keep", .description = "d", .run = run_keep },
	{ .name = "quiet",
	  .description = "d",
	  .run = run_keep,
	  .flags = ZX_COMMAND_EPHEMERAL },
	{ .name = "reply", .description = "d", .run = run_reply },
	{ .name = "twice", .description = "d", .run = run_twice },
	{ .name = "file", .description = "d", .run = run_file },
	{ .name = "typed",
	  .description = "d",
	  .run = run_reply,
	  .options = typed,
	  .option_count = 2,
	  .complete = complete },
};

static void begin(struct desk *d)
{
	kept = NULL;
	assert_err(desk_begin(d, NULL, commands,
			      sizeof(commands) / sizeof(commands[0])),
		   ZX_OK);
}

static int is_path(const struct desk *d, size_t i, const char *end)
{
	size_t n = strlen(d->sent[i].path), k = strlen(end);

	return n >= k && !strcmp(d->sent[i].path + n - k, end);
}

static void IN_01__defers_by_itself_two_seconds_after_creation(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_interaction(&d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"keep\"}",
			 NULL, 600);
	assert_non_null(kept);
	assert_int_equal(d.count, 0);
	assert_true(zx_commands_deadline(d.c) == d.now + 1400);
	desk_wait(&d, 1399);
	assert_int_equal(d.count, 0);
	desk_wait(&d, 1);
	assert_int_equal(d.count, 1);
	assert_true(is_path(&d, 0, "/callback"));
	assert_string_equal(d.sent[0].body, "{\"type\":5}");
	assert_true(zx_commands_deadline(d.c) == ZX_TIME_NEVER);
	desk_ok_all(&d);
	say(kept, "late");
	desk_pump(&d);
	assert_int_equal(d.count, 2);
	assert_int_equal(d.sent[1].method, ZX_PATCH);
	assert_string_equal(d.sent[1].path,
			    "/webhooks/900/tok1/messages/@original");
	desk_has(&d, 1, "\"content\":\"late\"");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_01__a_wrong_clock_neither_hurries_nor_waits(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_interaction(&d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"keep\"}",
			 NULL, -3600000); /* made in our future */
	assert_true(zx_commands_deadline(d.c) == d.now + 2000);
	zx_call_release(kept);
	desk_end(&d);
	begin(&d);
	desk_interaction(&d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"keep\"}",
			 NULL, 3600000); /* an hour ago: at once */
	assert_true(zx_commands_deadline(d.c) == d.now);
	desk_wait(&d, 0);
	assert_int_equal(d.count, 1);
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_01__after_15_minutes_it_goes_on_in_the_channel(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	desk_wait(&d, 2000);
	desk_ok_all(&d);
	desk_wait(&d, 14 * 60 * 1000);
	say(kept, "through the token");
	desk_pump(&d);
	assert_true(is_path(&d, 1, "/messages/@original"));
	desk_ok_all(&d);
	desk_wait(&d, 60 * 1000);
	say(kept, "by the bot");
	desk_pump(&d);
	assert_int_equal(d.count, 3);
	assert_int_equal(d.sent[2].method, ZX_POST);
	assert_string_equal(d.sent[2].path, "/channels/60/messages");
	desk_has(&d, 2, "enforce_nonce");
	desk_result(&d, 2, 200, 0, "{\"id\":\"31\"}");
	say(kept, "edited");
	desk_pump(&d);
	assert_int_equal(d.sent[3].method, ZX_PATCH);
	assert_string_equal(d.sent[3].path, "/channels/60/messages/31");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_01__a_private_answer_never_goes_into_the_channel(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "quiet", NULL);
	desk_wait(&d, 2000);
	assert_string_equal(d.sent[0].body,
			    "{\"type\":5,\"data\":{\"flags\":64}}");
	desk_ok_all(&d);
	desk_wait(&d, 15 * 60 * 1000);
	assert_err(say(kept, "secret"), ZX_OK);
	assert_err(more(kept, "secret", 0), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	zx_call_release(kept);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
	desk_end(&d);
}

static void IN_01__a_refused_token_falls_back_to_the_channel(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	desk_wait(&d, 2000);
	desk_ok_all(&d);
	say(kept, "content");
	desk_pump(&d);
	desk_result(&d, 1, 401, 50027, "{}");
	assert_int_equal(d.count, 3);
	assert_string_equal(d.sent[2].path, "/channels/60/messages");
	desk_has(&d, 2, "content");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_02__one_first_answer_then_edits_in_order(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	say(kept, "first");
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	/* nothing overtakes the first answer, and edits that wait are one */
	say(kept, "second");
	say(kept, "third");
	more(kept, "more", 0);
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	desk_result(&d, 0, 204, 0, "");
	assert_int_equal(d.count, 2);
	assert_true(is_path(&d, 1, "/messages/@original"));
	desk_has(&d, 1, "third");
	desk_result(&d, 1, 200, 0, "{}");
	assert_int_equal(d.count, 3);
	assert_string_equal(d.sent[2].path, "/webhooks/900/tok1");
	assert_int_equal(d.sent[2].method, ZX_POST);
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_02__answers_that_have_not_left_are_one(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "twice", NULL);
	assert_int_equal(d.count, 1);
	desk_has(&d, 0, "third");
	desk_ok_all(&d);
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "more");
	desk_forget(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!twice");
	assert_int_equal(d.count, 1);
	desk_has(&d, 0, "third");
	desk_result(&d, 0, 200, 0, "{\"id\":\"8\"}");
	assert_int_equal(d.count, 2);
	assert_string_equal(d.sent[1].path, "/channels/60/messages");
	desk_hasnt(&d, 1, "message_reference");
	desk_end(&d);
}

static void IN_02__an_answer_seen_twice_becomes_an_edit(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "reply", NULL);
	desk_result(&d, 0, 400, 40060, "{}");
	assert_int_equal(d.count, 2);
	assert_true(is_path(&d, 1, "/messages/@original"));
	desk_has(&d, 1, "answer");
	desk_result(&d, 1, 400, 40060, "{}");
	assert_int_equal(d.count, 2);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
	desk_end(&d);
}

static void IN_03__10062_ends_the_call_and_is_counted(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	say(kept, "x");
	desk_pump(&d);
	d.now += 3100;
	desk_result(&d, 0, 404, 10062, "{}");
	assert_int_equal(zx_commands_stats(d.c)->late, 1);
	assert_non_null(strstr(d.logged, "keep: the answer came too late "
					 "(10062), 3100 ms"));
	assert_null(strstr(d.logged, "tok1"));
	assert_err(say(kept, "y"), ZX_E_STATE);
	assert_err(more(kept, "y", 0), ZX_E_STATE);
	assert_err(zx_fail(kept, "t", "y"), ZX_E_STATE);
	assert_err(zx_defer(kept), ZX_E_STATE);
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	zx_call_release(kept);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
	desk_end(&d);
}

static void IN_03__other_interactions_are_left_alone(void **state)
{
	static const int types[] = { 0, 1, 5, 6, 1000 };
	struct desk d;
	size_t i;

	(void)state;
	begin(&d);
	for (i = 0; i < 5; i++)
		desk_interaction(&d, types[i], DESK_USER, DESK_GUILD,
				 "{\"name\":\"reply\",\"custom_id\":\"x\"}",
				 NULL, 0);
	/* a component of the host's own */
	desk_press(&d, DESK_USER, "mine", NULL);
	assert_int_equal(d.count, 0);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
	desk_end(&d);
}

static void IN_04__the_first_follow_up_after_a_defer_is_the_answer(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	desk_wait(&d, 2000);
	desk_ok_all(&d);
	more(kept, "one", 0);
	desk_pump(&d);
	assert_true(is_path(&d, 1, "/messages/@original"));
	desk_ok_all(&d);
	more(kept, "two", ZX_MESSAGE_EPHEMERAL);
	desk_pump(&d);
	assert_true(is_path(&d, 2, "/webhooks/900/tok1"));
	desk_has(&d, 2, "\"flags\":64");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_04__an_error_after_a_defer_is_the_answer(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	desk_wait(&d, 2000);
	desk_ok_all(&d);
	assert_err(zx_fail(kept, "❌ Broken", "why"), ZX_OK);
	desk_pump(&d);
	assert_true(is_path(&d, 1, "/messages/@original"));
	desk_has(&d, 1, "❌ Broken");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_04__an_error_after_an_answer_is_private(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	say(kept, "half");
	desk_pump(&d);
	desk_ok_all(&d);
	assert_err(zx_fail(kept, "❌ Broken", "why"), ZX_OK);
	desk_pump(&d);
	assert_true(is_path(&d, 1, "/webhooks/900/tok1"));
	desk_has(&d, 1, "\"flags\":64");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_04__a_defer_that_has_not_left_becomes_the_answer(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	assert_err(zx_defer(kept), ZX_OK);
	assert_err(zx_defer(kept), ZX_OK);
	say(kept, "answer");
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	desk_has(&d, 0, "{\"type\":4,");
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_01__files_do_not_have_to_be_there_in_3_seconds(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "file", NULL);
	assert_int_equal(d.sent[0].files, 0);
	desk_has(&d, 0, "{\"type\":5");
	assert_int_equal(d.count, 1); /* one after the other */
	desk_result(&d, 0, 204, 0, "");
	assert_int_equal(d.sent[1].method, ZX_PATCH);
	assert_non_null(strstr(d.sent[1].path, "/messages/@original"));
	assert_int_equal(d.sent[1].files, 1);
	desk_has(&d, 1,
		 "\"attachments\":[{\"id\":\"0\",\"filename\":\"a.txt\"}]");
	/* refused: what says so takes the place of "thinking…" */
	desk_result(&d, 1, 400, 50035, "{}");
	assert_int_equal(d.count, 3);
	assert_non_null(strstr(d.sent[2].path, "/messages/@original"));
	desk_has(&d, 2, "could not be shown");
	desk_end(&d);
	begin(&d); /* in a channel there is no such hurry */
	desk_say(&d, DESK_USER, DESK_GUILD, "!file");
	assert_int_equal(d.count, 1);
	assert_int_equal(d.sent[0].files, 1);
	desk_end(&d);
}

static void answer_longest(struct zx_call *call, void *ud)
{
	(void)ud;
	assert_err(zx_answer(call, "%02500d", 7), ZX_OK);
}

static void interaction__an_answer_of_one_text_is_cut_too(void **state)
{
	static const struct zx_command command = { .name = "say",
						   .description = "d",
						   .run = answer_longest };
	struct zx_str content;
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, &command, 1), ZX_OK);
	desk_slash(&d, DESK_USER, "say", NULL);
	content = zx_json_at(zx_str(d.sent[0].body), "data.content");
	/* in quotes, its last character an ellipsis of three bytes */
	assert_int_equal(content.len, 2000 + 2 + 2);
	desk_end(&d);
}

static uint64_t bot_may[3];

static void ask_permissions(struct zx_call *call, void *ud)
{
	(void)ud;
	bot_may[0] = zx_call_app_permissions(call, DESK_CHANNEL);
	bot_may[1] = zx_call_app_permissions(call, zx_call_id(call, "where"));
	bot_may[2] = zx_call_app_permissions(call, 999);
	zx_defer(call);
}

static void IN_13__a_chosen_channel_tells_what_the_bot_may_there(void **state)
{
	static const struct zx_option where = { .name = "where",
						.description = "d",
						.type = ZX_OPTION_CHANNEL };
	static const struct zx_command command = { .name = "look",
						   .description = "d",
						   .options = &where,
						   .option_count = 1,
						   .run = ask_permissions };
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, &command, 1), ZX_OK);
	desk_interaction(
		&d, 2, DESK_USER, DESK_GUILD,
		"{\"name\":\"look\",\"type\":1,\"options\":[{\"name\":"
		"\"where\",\"type\":7,\"value\":\"71\"}],\"resolved\":{"
		"\"channels\":{\"71\":{\"id\":\"71\",\"type\":0,"
		"\"app_permissions\":\"1024\"}}}}",
		NULL, 0);
	assert_true(bot_may[0] == 2048); /* the interaction's own */
	assert_true(bot_may[1] == 1024);
	assert_true(bot_may[2] == 0);
	/* a message tells nothing */
	desk_say(&d, DESK_USER, DESK_GUILD, "!look <#71>");
	assert_true(bot_may[0] == 0 && bot_may[1] == 0);
	desk_end(&d);
}

static struct {
	int first, exact, near, none;
	uint64_t upload;
} member;

static void ask_member(struct zx_call *call, void *ud)
{
	(void)ud;
	member.first = zx_call_has_role(call, 30);
	member.exact = zx_call_has_role(call, 9007199254740993);
	member.near = zx_call_has_role(call, 9007199254740992);
	member.none = zx_call_has_role(call, 0);
	member.upload = zx_call_info(call)->upload_max;
	zx_defer(call);
}

static void interaction__roles_and_the_size_of_files_are_told(void **state)
{
	static const struct zx_command command = { .name = "look",
						   .description = "d",
						   .run = ask_member };
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, &command, 1), ZX_OK);
	desk_interaction(&d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"look\"}",
			 "\"attachment_size_limit\":52428800", 0);
	assert_true(member.first && member.exact);
	assert_true(!member.near && !member.none);
	assert_true(member.upload == 50 << 20);
	desk_say(&d, DESK_USER, DESK_GUILD, "!look");
	assert_true(member.first && !member.exact);
	assert_true(member.upload == 10 << 20);
	desk_interaction(&d, 2, DESK_USER, 0, "{\"name\":\"look\"}", NULL, 0);
	assert_true(!member.first);
	desk_end(&d);
}

static void IN_08__a_guest_has_five_follow_ups(void **state)
{
	struct desk d;
	int i;

	(void)state;
	begin(&d);
	desk_interaction(&d, 2, DESK_USER, DESK_GUILD, "{\"name\":\"keep\"}",
			 "\"locale\":\"de\",\"authorizing_integration_owners"
			 "\":{\"1\":\"3\"}",
			 0);
	assert_string_equal(zx_call_info(kept)->locale, "de");
	assert_err(say(kept, "answer"), ZX_OK);
	for (i = 0; i < 5; i++)
		assert_err(more(kept, "more", 0), ZX_OK);
	assert_err(more(kept, "more", 0), ZX_E_LIMIT);
	desk_pump(&d);
	for (i = 0; i < 6; i++)
		desk_ok_all(&d);
	assert_int_equal(d.count, 6);
	/* and it is not in the channel when the token has died */
	desk_wait(&d, 15 * 60 * 1000);
	assert_err(say(kept, "late"), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 6);
	zx_call_release(kept);
	desk_end(&d);
}

static void IN_09__choices_are_at_most_25_of_100_characters(void **state)
{
	struct zx_json_iter it;
	struct desk d;
	size_t n = 0;

	(void)state;
	begin(&d);
	desk_interaction(&d, 4, DESK_USER, DESK_GUILD,
			 "{\"name\":\"typed\",\"type\":1,\"options\":[{"
			 "\"name\":\"number\",\"type\":4,\"value\":5},{"
			 "\"name\":\"word\",\"type\":3,\"value\":\"ab\","
			 "\"focused\":true}]}",
			 NULL, 0);
	assert_int_equal(d.count, 1);
	assert_true(is_path(&d, 0, "/callback"));
	assert_err(zx_json_check(zx_str(d.sent[0].body), 0, NULL), ZX_OK);
	desk_has(&d, 0, "{\"type\":8,\"data\":{\"choices\":[{\"name\":\"ab0");
	it = zx_json_each(zx_json_at(zx_str(d.sent[0].body), "data.choices"));
	while (zx_json_next(&it)) {
		assert_true(zx_utf8_count(zx_json_plain(
				    zx_json_get(it.value, "value"))) <= 100);
		n++;
	}
	assert_int_equal(n, 25);
	/* no defer, and a late answer is dropped silently */
	assert_true(zx_commands_deadline(d.c) == ZX_TIME_NEVER);
	desk_result(&d, 0, 404, 10062, "{}");
	assert_int_equal(zx_commands_stats(d.c)->late, 0);
	assert_string_equal(d.logged, "");
	desk_end(&d);
}

static void IN_09__values_have_the_options_type(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_interaction(&d, 4, DESK_USER, DESK_GUILD,
			 "{\"name\":\"typed\",\"options\":[{\"name\":"
			 "\"number\",\"type\":4,\"value\":\"\",\"focused\":"
			 "true}]}",
			 NULL, 0);
	assert_string_equal(d.sent[0].body,
			    "{\"type\":8,\"data\":{\"choices\":[{\"name\":"
			    "\"One\",\"value\":1}]}}");
	desk_interaction(&d, 4, DESK_USER, DESK_GUILD, "{\"name\":\"gone\"}",
			 NULL, 0);
	assert_string_equal(d.sent[1].body,
			    "{\"type\":8,\"data\":{\"choices\":[]}}");
	desk_end(&d);
}

static void interaction__a_refused_message_is_explained_once(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "reply", NULL);
	desk_result(&d, 0, 400, 50035, "{}");
	assert_int_equal(d.count, 2);
	assert_true(is_path(&d, 1, "/callback"));
	desk_has(&d, 1, "❌ Command Error");
	assert_non_null(strstr(d.logged, "50035"));
	desk_result(&d, 1, 400, 50035, "{}");
	assert_int_equal(d.count, 2);
	assert_int_equal(zx_commands_stats(d.c)->failed, 2);
	desk_end(&d);
}

static void interaction__a_prefix_call_edits_its_message(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!keep");
	assert_err(zx_defer(kept), ZX_OK);
	desk_pump(&d);
	assert_string_equal(d.sent[0].path, "/channels/60/typing");
	desk_ok_all(&d);
	say(kept, "one");
	desk_pump(&d);
	say(kept, "two");
	desk_pump(&d);
	assert_int_equal(d.count, 2);
	desk_result(&d, 1, 200, 0, "{\"id\":\"99\"}");
	assert_int_equal(d.count, 3);
	assert_int_equal(d.sent[2].method, ZX_PATCH);
	assert_string_equal(d.sent[2].path, "/channels/60/messages/99");
	desk_has(&d, 2, "\"embeds\":[],\"components\":[]");
	/* somebody deleted it: no error, nothing else */
	desk_result(&d, 2, 404, 10008, "{}");
	assert_int_equal(zx_commands_stats(d.c)->failed, 0);
	zx_call_release(kept);
	desk_end(&d);
}

static void interaction__messages_that_wait_have_a_ceiling(void **state)
{
	struct desk d;
	int i;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "keep", NULL);
	say(kept, "one");
	desk_pump(&d);
	for (i = 0; i < 16; i++)
		assert_err(more(kept, "more", 0), ZX_OK);
	assert_err(more(kept, "more", 0), ZX_E_LIMIT);
	zx_call_release(kept);
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			IN_01__defers_by_itself_two_seconds_after_creation),
		cmocka_unit_test(
			IN_01__a_wrong_clock_neither_hurries_nor_waits),
		cmocka_unit_test(
			IN_01__after_15_minutes_it_goes_on_in_the_channel),
		cmocka_unit_test(
			IN_01__a_private_answer_never_goes_into_the_channel),
		cmocka_unit_test(
			IN_01__a_refused_token_falls_back_to_the_channel),
		cmocka_unit_test(IN_02__one_first_answer_then_edits_in_order),
		cmocka_unit_test(IN_02__answers_that_have_not_left_are_one),
		cmocka_unit_test(IN_02__an_answer_seen_twice_becomes_an_edit),
		cmocka_unit_test(IN_03__10062_ends_the_call_and_is_counted),
		cmocka_unit_test(IN_03__other_interactions_are_left_alone),
		cmocka_unit_test(
			IN_04__the_first_follow_up_after_a_defer_is_the_answer),
		cmocka_unit_test(IN_04__an_error_after_a_defer_is_the_answer),
		cmocka_unit_test(IN_04__an_error_after_an_answer_is_private),
		cmocka_unit_test(
			IN_04__a_defer_that_has_not_left_becomes_the_answer),
		cmocka_unit_test(
			IN_01__files_do_not_have_to_be_there_in_3_seconds),
		cmocka_unit_test(interaction__an_answer_of_one_text_is_cut_too),
		cmocka_unit_test(
			interaction__roles_and_the_size_of_files_are_told),
		cmocka_unit_test(IN_08__a_guest_has_five_follow_ups),
		cmocka_unit_test(
			IN_13__a_chosen_channel_tells_what_the_bot_may_there),
		cmocka_unit_test(
			IN_09__choices_are_at_most_25_of_100_characters),
		cmocka_unit_test(IN_09__values_have_the_options_type),
		cmocka_unit_test(
			interaction__a_refused_message_is_explained_once),
		cmocka_unit_test(interaction__a_prefix_call_edits_its_message),
		cmocka_unit_test(
			interaction__messages_that_wait_have_a_ceiling),
	};

	return cmocka_run_group_tests_name("interaction", tests, NULL, NULL);
}
