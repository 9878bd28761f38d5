/* SPDX-License-Identifier: MIT
 *
 * args: what people type becomes values, or a sentence that helps them.
 */
#include "command/command_int.h"
#include "desk.h"

static void word__quotes_of_any_kind_hold_a_text_together(void **state)
{
	static const struct {
		const char *line, *word, *rest;
	} rows[] = {
		{ "one two", "one", "two" },
		{ "  one\t two", "one", "two" },
		{ "\"one two\" three", "one two", "three" },
		{ "'one two' three", "one two", "three" },
		{ "“one two” three", "one two", "three" },
		{ "„one two“ three", "one two", "three" },
		{ "‘one two’ three", "one two", "three" },
		{ "«one two» three", "one two", "three" },
		{ "\"say \\\"hi\\\"\" x", "say \"hi\"", "x" },
		{ "\"it's\" x", "it's", "x" },
		{ "don't stop", "don't", "stop" },
		{ "'tis so", "'tis", "so" },
		{ "\"open end", "\"open", "end" },
		{ "\"a\"b c\" d", "a\"b c", "d" },
		{ "\"\" x", "", "x" },
		{ "\"", "\"", "" },
	};
	struct zx_str line;
	struct zx_buf out;
	size_t i;

	(void)state;
	zx_buf_init(&out, NULL, 0);
	for (i = 0; i < ZX__LEN(rows); i++) {
		zx_buf_clear(&out);
		line = zx_str(rows[i].line);
		assert_int_equal(zx__word(&line, &out), 1);
		assert_str(zx_buf_str(&out), rows[i].word);
		assert_str(zx_str_trim(line), rows[i].rest);
	}
	line = ZX_STR("  \t ");
	assert_int_equal(zx__word(&line, &out), 0);
	zx_buf_release(&out);
}

static const struct zx_choice choices[] = { { "Slow Mode", "1" },
					    { "Fast Mode", "2" } };

static const struct {
	struct zx_option o;
	const char *text;
	const char *want; /* text of the value, or NULL */
	const char *why;
} values[] = {
	{ { .type = ZX_OPTION_INTEGER }, "5", "5", NULL },
	{ { .type = ZX_OPTION_INTEGER }, "-5", "-5", NULL },
	{ { .type = ZX_OPTION_INTEGER }, "#3", "#3", NULL },
	{ { .type = ZX_OPTION_INTEGER }, "1,000", "1,000", NULL },
	{ { .type = ZX_OPTION_INTEGER }, "1.5", NULL, "a whole number" },
	{ { .type = ZX_OPTION_INTEGER }, "five", NULL, "a whole number" },
	{ { .type = ZX_OPTION_INTEGER }, "", NULL, "a whole number" },
	{ { .type = ZX_OPTION_INTEGER },
	  "99999999999999999999999999",
	  NULL,
	  "a whole number" },
	{ { .type = ZX_OPTION_INTEGER,
	    .has_min = 1,
	    .min = 1,
	    .has_max = 1,
	    .max = 10 },
	  "10",
	  "10",
	  NULL },
	{ { .type = ZX_OPTION_INTEGER,
	    .has_min = 1,
	    .min = 1,
	    .has_max = 1,
	    .max = 10 },
	  "11",
	  NULL,
	  "a whole number from 1 to 10" },
	{ { .type = ZX_OPTION_INTEGER, .has_min = 1, .min = 1 },
	  "0",
	  NULL,
	  "a whole number of at least 1" },
	{ { .type = ZX_OPTION_NUMBER, .has_max = 1, .max = 2.5 },
	  "2.6",
	  NULL,
	  "a number of at most 2.5" },
	{ { .type = ZX_OPTION_NUMBER }, "1.25", "1.25", NULL },
	{ { .type = ZX_OPTION_NUMBER }, "1e3", "1e3", NULL },
	{ { .type = ZX_OPTION_NUMBER }, "nan", NULL, "a number" },
	{ { .type = ZX_OPTION_NUMBER }, "0x10", NULL, "a number" },
	{ { .type = ZX_OPTION_NUMBER }, "null", NULL, "a number" },
	{ { .type = ZX_OPTION_BOOLEAN }, "YES", "YES", NULL },
	{ { .type = ZX_OPTION_BOOLEAN }, "off", "off", NULL },
	{ { .type = ZX_OPTION_BOOLEAN }, "maybe", NULL, "yes or no" },
	{ { .type = ZX_OPTION_USER }, "<@123>", "123", NULL },
	{ { .type = ZX_OPTION_USER }, "<@!123>", "123", NULL },
	{ { .type = ZX_OPTION_USER },
	  "123456789012345678",
	  "123456789012345678",
	  NULL },
	{ { .type = ZX_OPTION_USER },
	  "123",
	  NULL,
	  "a member (a mention or an id)" },
	{ { .type = ZX_OPTION_USER },
	  "<@&123>",
	  NULL,
	  "a member (a mention or an id)" },
	{ { .type = ZX_OPTION_USER },
	  "<@>",
	  NULL,
	  "a member (a mention or an id)" },
	{ { .type = ZX_OPTION_USER },
	  "<@99999999999999999999999>",
	  NULL,
	  "a member (a mention or an id)" },
	{ { .type = ZX_OPTION_ROLE }, "<@&123>", "123", NULL },
	{ { .type = ZX_OPTION_ROLE },
	  "<@123>",
	  NULL,
	  "a role (a mention or an id)" },
	{ { .type = ZX_OPTION_CHANNEL }, "<#123>", "123", NULL },
	{ { .type = ZX_OPTION_CHANNEL },
	  "#general",
	  NULL,
	  "a channel (a mention or an id)" },
	{ { .type = ZX_OPTION_STRING }, "all", "all", NULL },
	{ { .type = ZX_OPTION_STRING, .has_max = 1, .max = 2 },
	  "äö",
	  "äö",
	  NULL },
	{ { .type = ZX_OPTION_STRING, .has_max = 1, .max = 2 },
	  "abc",
	  NULL,
	  "at most 2 characters" },
	{ { .type = ZX_OPTION_STRING,
	    .has_min = 1,
	    .min = 2,
	    .has_max = 1,
	    .max = 3 },
	  "a",
	  NULL,
	  "2 to 3 characters" },
	{ { .type = ZX_OPTION_STRING, .choices = choices, .choice_count = 2 },
	  "slow mode",
	  "1",
	  NULL },
	{ { .type = ZX_OPTION_STRING, .choices = choices, .choice_count = 2 },
	  "2",
	  "2",
	  NULL },
	{ { .type = ZX_OPTION_STRING, .choices = choices, .choice_count = 2 },
	  "3",
	  NULL,
	  "Slow Mode or Fast Mode" },
	{ { .type = ZX_OPTION_INTEGER, .choices = choices, .choice_count = 2 },
	  "Fast Mode",
	  "2",
	  NULL },
	{ { .type = ZX_OPTION_ATTACHMENT }, "x", NULL, "an attached file" },
	{ { .type = ZX_OPTION_INTEGER, .all = "-1" }, "ALL", "-1", NULL },
	{ { .type = ZX_OPTION_INTEGER }, "all", NULL, "a whole number" },
	{ { .type = ZX_OPTION_STRING, .all = "*" }, "all", "*", NULL },
	{ { .type = ZX_OPTION_STRING, .all = "*" }, "allow", "allow", NULL },
};

static void convert__each_type_takes_what_people_type(void **state)
{
	struct zx__arg arg;
	struct zx_buf why;
	struct zx_str text;
	size_t i;
	int err;

	(void)state;
	zx_buf_init(&why, NULL, 0);
	for (i = 0; i < ZX__LEN(values); i++) {
		memset(&arg, 0, sizeof(arg));
		zx_buf_clear(&why);
		text = zx_test_exact(zx_str(values[i].text));
		err = zx__convert(NULL, &values[i].o, text, &arg, &why);
		free((void *)(uintptr_t)text.ptr);
		if (err != (values[i].want ? ZX_OK : ZX_E_SYNTAX))
			fail_msg("row %zu: %s", i, values[i].text);
		assert_int_equal(arg.has, values[i].want != NULL);
		if (values[i].want)
			assert_string_equal(arg.text, values[i].want);
		else
			assert_str(zx_buf_str(&why), values[i].why);
		free(arg.text);
	}
	zx_buf_release(&why);
}

static void convert__numbers_are_exact(void **state)
{
	static const struct zx_option i64 = { .type = ZX_OPTION_INTEGER };
	static const struct zx_option f64 = { .type = ZX_OPTION_NUMBER };
	static const struct zx_option bit = { .type = ZX_OPTION_BOOLEAN };
	struct zx__arg arg = { 0 };
	struct zx_buf why;

	(void)state;
	zx_buf_init(&why, NULL, 0);
	assert_err(zx__convert(NULL, &i64, ZX_STR("9,007,199,254,740,991"),
			       &arg, &why),
		   ZX_OK);
	assert_true(arg.integer == 9007199254740991);
	free(arg.text);
	assert_err(zx__convert(NULL, &f64, ZX_STR("-2.5"), &arg, &why), ZX_OK);
	assert_true(arg.number < -2.4 && arg.number > -2.6);
	assert_int_equal(arg.integer, -2);
	free(arg.text);
	assert_err(zx__convert(NULL, &bit, ZX_STR("on"), &arg, &why), ZX_OK);
	assert_int_equal(arg.boolean, 1);
	free(arg.text);
	zx_buf_release(&why);
}

/* Commands that write down what they were given. */
static char got[512];

static void note(struct zx_call *call, void *ud)
{
	const struct zx_command *c = zx_call_info(call)->command;
	size_t i, n = 0;

	(void)ud;
	got[0] = '\0';
	for (i = 0; i < c->option_count; i++)
		n += (size_t)snprintf(
			got + n, sizeof(got) - n, "%s%s=%s", i ? "|" : "",
			c->options[i].name,
			zx_call_has(call, c->options[i].name)
				? zx_call_text(call, c->options[i].name)
				: "-");
	{
		struct zx_message m;

		zx_message_init(&m, zx_call_alloc(call));
		zx_say(&m, "ok");
		zx_reply(call, &m);
		zx_message_release(&m);
	}
}

#define D .description = "d"

static const struct zx_option alerts[] = {
	{ .name = "channel", D, .type = ZX_OPTION_CHANNEL },
	{ .name = "threshold",
	  D,
	  .type = ZX_OPTION_INTEGER,
	  .has_min = 1,
	  .min = 1,
	  .has_max = 1,
	  .max = 100 },
};
static const struct zx_option ban[] = {
	{ .name = "member", D, .type = ZX_OPTION_USER, .required = 1 },
	{ .name = "days", D, .type = ZX_OPTION_INTEGER },
	{ .name = "reason", D, .type = ZX_OPTION_STRING, .rest = 1 },
};
static const struct zx_option file[] = {
	{ .name = "file", D, .type = ZX_OPTION_ATTACHMENT, .required = 1 },
	{ .name = "note", D, .type = ZX_OPTION_STRING },
};
static const struct zx_option say[] = {
	{ .name = "text", D, .type = ZX_OPTION_STRING, .required = 1 },
};

static const struct zx_command commands[] = {
	{ .name = "alerts",
	  D,
	  .options = alerts,
	  .option_count = 2,
	  .run = note },
	{ .name = "ban", D, .options = ban, .option_count = 3, .run = note },
	{ .name = "file", D, .options = file, .option_count = 2, .run = note },
	{ .name = "say", D, .options = say, .option_count = 1, .run = note },
};

static void args__a_line_fills_the_options(void **state)
{
	static const struct {
		const char *line, *got;
	} rows[] = {
		{ "!alerts <#70> 5", "channel=70|threshold=5" },
		{ "!alerts 5", "channel=-|threshold=5" },
		{ "!alerts", "channel=-|threshold=-" },
		{ "!alerts <#70>", "channel=70|threshold=-" },
		{ "!ALERTS   5  ", "channel=-|threshold=5" },
		{ "!ban <@9>", "member=9|days=-|reason=-" },
		{ "!ban <@9> 7 for being rude",
		  "member=9|days=7|reason=for being rude" },
		{ "!ban <@9> being rude again",
		  "member=9|days=-|reason=being rude again" },
		{ "!ban <@9> \\\"quoted text\\\"",
		  "member=9|days=-|reason=quoted text" },
		{ "!ban <@9> 7 \\\"a\\\" and \\\"b\\\"",
		  "member=9|days=7|reason=\"a\" and \"b\"" },
		{ "!say \\\"two words\\\" ignored", "text=two words" },
		{ "!say one two", "text=one" },
		{ "! say x", "text=x" },
		{ "<@901> say x", "text=x" },
		{ "<@!901>say x", "text=x" },
	};
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < ZX__LEN(rows); i++) {
		assert_err(desk_begin(&d, NULL, commands, 4), ZX_OK);
		strcpy(got, "not run");
		assert_err(desk_say(&d, DESK_USER, DESK_GUILD, rows[i].line),
			   ZX_OK);
		assert_string_equal(got, rows[i].got);
		assert_int_equal(d.count, 1);
		desk_end(&d);
	}
}

static void args__a_fault_names_the_option_and_gives_an_example(void **state)
{
	static const struct {
		const char *line, *title, *text;
	} rows[] = {
		{ "!alerts <#70> 500", "❌ Invalid Argument",
		  "```\\nInvalid argument provided\\nthreshold must be a whole "
		  "number from 1 to 100, not \\\"500\\\"\\nExample: !alerts "
		  "#channel 1\\n```" },
		{ "!alerts nonsense", "❌ Invalid Argument",
		  "channel must be a channel (a mention or an id), not "
		  "\\\"nonsense\\\"\\nExample: !alerts #channel" },
		{ "!ban", "❌ Missing Argument",
		  "```\\nMissing argument: member\\nUsage: !ban <member> "
		  "[days] [reason...]\\nExample: !ban @member\\n```" },
		{ "!ban `x`", "❌ Invalid Argument", "not \\\"'x'\\\"" },
		{ "!file", "❌ Missing Argument", "Missing argument: file" },
	};
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < ZX__LEN(rows); i++) {
		assert_err(desk_begin(&d, NULL, commands, 4), ZX_OK);
		strcpy(got, "not run");
		assert_err(desk_say(&d, DESK_USER, DESK_GUILD, rows[i].line),
			   ZX_OK);
		assert_string_equal(got, "not run");
		assert_int_equal(d.count, 1);
		desk_has(&d, 0, rows[i].title);
		desk_has(&d, 0, rows[i].text);
		desk_has(&d, 0, "\"footer\":{\"text\":\"Command: ");
		desk_end(&d);
	}
}

static void args__a_slash_command_has_typed_values(void **state)
{
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, commands, 4), ZX_OK);
	desk_slash(&d, DESK_USER, "ban",
		   "[{\"name\":\"reason\",\"type\":3,\"value\":\"a\\nb\"},"
		   "{\"name\":\"member\",\"type\":6,\"value\":\"44\"},"
		   "{\"name\":\"days\",\"type\":4,\"value\":3}]");
	/* ids are as short as in a test: a mention's form is not asked for */
	assert_string_equal(got, "member=44|days=3|reason=a\nb");
	desk_slash(&d, DESK_USER, "alerts", "[]");
	assert_string_equal(got, "channel=-|threshold=-");
	desk_slash(&d, DESK_USER, "alerts",
		   "[{\"name\":\"threshold\",\"type\":4,\"value\":1000}]");
	desk_has(&d, 2, "❌ Invalid Argument");
	desk_has(&d, 2, "Example: /alerts");
	desk_end(&d);
}

static void args__a_file_comes_with_its_url(void **state)
{
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, commands, 4), ZX_OK);
	desk_interaction(
		&d, 2, DESK_USER, DESK_GUILD,
		"{\"name\":\"file\",\"options\":[{\"name\":\"file\",\"type\":"
		"11,\"value\":\"88\"}],\"resolved\":{\"attachments\":{\"88\":{"
		"\"id\":\"88\",\"url\":\"https://cdn/x\"}}}}",
		NULL, 0);
	assert_string_equal(got, "file=https://cdn/x|note=-");
	desk_feed(&d, "MESSAGE_CREATE",
		  "{\"id\":\"1\",\"channel_id\":\"60\",\"content\":\"!file "
		  "hello\",\"author\":{\"id\":\"3\"},\"attachments\":[{\"id\":"
		  "\"89\",\"url\":\"https://cdn/y\"}]}");
	assert_string_equal(got, "file=https://cdn/y|note=hello");
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word__quotes_of_any_kind_hold_a_text_together),
		cmocka_unit_test(convert__each_type_takes_what_people_type),
		cmocka_unit_test(convert__numbers_are_exact),
		cmocka_unit_test(args__a_line_fills_the_options),
		cmocka_unit_test(
			args__a_fault_names_the_option_and_gives_an_example),
		cmocka_unit_test(args__a_slash_command_has_typed_values),
		cmocka_unit_test(args__a_file_comes_with_its_url),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
