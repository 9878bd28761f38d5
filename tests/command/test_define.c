/* SPDX-License-Identifier: MIT
 *
 * define: Discord's rules for definitions are checked when one is added.
 */
#include "command/command_int.h"
#include "desk.h"

static void run(struct zx_call *call, void *ud)
{
	(void)call;
	(void)ud;
}

static void complete(struct zx_call *call, const char *option,
		     struct zx_str typed, struct zx_choices *out, void *ud)
{
	(void)call;
	(void)option;
	(void)typed;
	(void)out;
	(void)ud;
}

static int add(struct desk *d, const struct zx_command *command)
{
	int err;

	assert_err(desk_begin(d, NULL, NULL, 0), ZX_OK);
	err = zx_commands_add(d->c, command);
	return err;
}

static int add_option(const struct zx_option *options, size_t n)
{
	struct zx_command command = { .name = "test",
				      .description = "d",
				      .options = options,
				      .option_count = n,
				      .run = run,
				      .complete = complete };
	struct desk d;
	int err = add(&d, &command);

	assert_int_equal(err != ZX_OK, *zx_commands_error(d.c) != '\0');
	desk_end(&d);
	return err;
}

static void CM_01__names_are_lower_case_words(void **state)
{
	static const struct {
		const char *name;
		int ok;
	} rows[] = {
		{ "ping", 1 },
		{ "a", 1 },
		{ "a-b_c'd9", 1 },
		{ "", 0 },
		{ "Ping", 0 },
		{ "two words", 0 },
		{ "dot.", 0 },
		{ "aaaaaaaaaabbbbbbbbbbccccccccccdd", 1 },  /* 32 */
		{ "aaaaaaaaaabbbbbbbbbbccccccccccddd", 0 }, /* 33 */
		{ "grün", 1 },
		{ "GRÜN", 0 },
		{ "Übung", 0 },
		{ "привет", 1 },
		{ "Привет", 0 },
		{ "नमस्ते", 1 },
		{ "สวัสดี", 1 },
		{ "日本語", 1 },
		{ "💥", 0 },
		{ "a…b", 0 },
		{ "a\xff", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ZX__LEN(rows); i++) {
		struct zx_command command = { .name = rows[i].name,
					      .description = "d",
					      .run = run };
		struct desk d;

		if (zx__name_ok(rows[i].name) != rows[i].ok)
			fail_msg("%s", rows[i].name);
		assert_err(add(&d, &command),
			   rows[i].ok ? ZX_OK : ZX_E_INVALID);
		desk_end(&d);
	}
}

static void CM_01__descriptions_have_1_to_100_characters(void **state)
{
	char text[128];
	struct zx_command command = { .name = "a",
				      .description = text,
				      .run = run };
	struct desk d;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[100] = '\0';
	assert_err(add(&d, &command), ZX_OK);
	desk_end(&d);
	text[100] = 'x';
	text[101] = '\0';
	assert_err(add(&d, &command), ZX_E_INVALID);
	assert_non_null(strstr(zx_commands_error(d.c), "1 to 100"));
	desk_end(&d);
	text[0] = '\0';
	assert_err(add(&d, &command), ZX_E_INVALID);
	desk_end(&d);
	command.description = NULL;
	assert_err(add(&d, &command), ZX_E_INVALID);
	desk_end(&d);
}

#define OPTION(...)                                                            \
	{                                                                      \
		.name = "o", .description = "d", __VA_ARGS__                   \
	}

static void CM_02__options_are_checked(void **state)
{
	static const struct zx_choice good[] = { { "One", "1" },
						 { "Two", "2" } };
	static const struct zx_choice bad[] = { { "One", "one" } };
	static const struct zx_choice twice[] = { { "A", "1" }, { "A", "2" } };
	static const struct {
		struct zx_option o;
		int ok;
	} rows[] = {
		{ OPTION(.type = ZX_OPTION_STRING), 1 },
		{ OPTION(.type = (enum zx_option_type)9), 0 },
		{ OPTION(.type = (enum zx_option_type)1), 0 },
		{ OPTION(.type = (enum zx_option_type)12), 0 },
		{ OPTION(.type = ZX_OPTION_STRING, .rest = 1), 1 },
		{ OPTION(.type = ZX_OPTION_INTEGER, .rest = 1), 0 },
		{ OPTION(.type = ZX_OPTION_STRING, .autocomplete = 1), 1 },
		{ OPTION(.type = ZX_OPTION_USER, .autocomplete = 1), 0 },
		{ OPTION(.type = ZX_OPTION_INTEGER, .choices = good,
			 .choice_count = 2),
		  1 },
		{ OPTION(.type = ZX_OPTION_INTEGER, .choices = good,
			 .choice_count = 2, .autocomplete = 1),
		  0 },
		{ OPTION(.type = ZX_OPTION_INTEGER, .choices = bad,
			 .choice_count = 1),
		  0 },
		{ OPTION(.type = ZX_OPTION_STRING, .choices = bad,
			 .choice_count = 1),
		  1 },
		{ OPTION(.type = ZX_OPTION_USER, .choices = good,
			 .choice_count = 1),
		  0 },
		{ OPTION(.type = ZX_OPTION_STRING, .choices = twice,
			 .choice_count = 2),
		  0 },
		{ OPTION(.type = ZX_OPTION_INTEGER, .has_min = 1, .min = 2,
			 .has_max = 1, .max = 1),
		  0 },
		{ OPTION(.type = ZX_OPTION_INTEGER, .has_max = 1, .max = 1e17),
		  0 },
		{ OPTION(.type = ZX_OPTION_STRING, .has_min = 1, .min = -1),
		  0 },
		{ OPTION(.type = ZX_OPTION_STRING, .has_max = 1, .max = 6000),
		  1 },
		{ OPTION(.type = ZX_OPTION_STRING, .has_max = 1, .max = 6001),
		  0 },
		{ OPTION(.type = ZX_OPTION_STRING, .has_max = 1, .max = 0), 0 },
		{ OPTION(.type = ZX_OPTION_ROLE, .has_max = 1, .max = 1), 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ZX__LEN(rows); i++)
		if (add_option(&rows[i].o, 1) !=
		    (rows[i].ok ? ZX_OK : ZX_E_INVALID))
			fail_msg("row %zu", i);
}

static void CM_02__required_options_come_first_and_once(void **state)
{
	static const struct zx_option late[] = {
		{ .name = "a", .description = "d", .type = ZX_OPTION_STRING },
		{ .name = "b",
		  .description = "d",
		  .type = ZX_OPTION_STRING,
		  .required = 1 },
	};
	static const struct zx_option twice[] = {
		{ .name = "a", .description = "d", .type = ZX_OPTION_STRING },
		{ .name = "a", .description = "d", .type = ZX_OPTION_STRING },
	};

	(void)state;
	assert_err(add_option(late, 2), ZX_E_INVALID);
	assert_err(add_option(late, 1), ZX_OK);
	assert_err(add_option(twice, 2), ZX_E_INVALID);
}

static void CM_02__25_options_25_choices_and_8000_characters(void **state)
{
	struct zx_option options[26];
	struct zx_choice choices[26];
	char names[26][8], texts[26][101], values[26][101];
	size_t i;

	(void)state;
	memset(options, 0, sizeof(options));
	for (i = 0; i < 26; i++) {
		snprintf(names[i], sizeof(names[i]), "o%zu", i);
		memset(texts[i], 'x', 100);
		texts[i][100] = '\0';
		snprintf(texts[i], 4, "%03zu", i);
		texts[i][3] = 'x';
		memset(values[i], 'y', 100);
		values[i][100] = '\0';
		choices[i] = (struct zx_choice){ texts[i], values[i] };
		options[i].name = names[i];
		options[i].description = "d";
		options[i].type = ZX_OPTION_STRING;
	}
	assert_err(add_option(options, 25), ZX_OK);
	assert_err(add_option(options, 26), ZX_E_INVALID);
	options[0].choices = choices;
	options[0].choice_count = 25;
	assert_err(add_option(options, 1), ZX_OK);
	options[0].choice_count = 26;
	assert_err(add_option(options, 1), ZX_E_INVALID);
	options[0].choice_count = 25;
	/* 5000 + 2400 + the names: below, and above with two more */
	options[1].choices = choices;
	options[1].choice_count = 14;
	assert_err(add_option(options, 2), ZX_OK);
	options[1].choice_count = 15;
	assert_err(add_option(options, 2), ZX_E_INVALID);
}

static void CM_03__the_101st_slash_command_is_refused(void **state)
{
	static char names[110][8];
	static struct zx_command commands[110];
	struct desk d;
	size_t i;

	(void)state;
	assert_err(desk_begin(&d, NULL, NULL, 0), ZX_OK);
	for (i = 0; i < 102; i++) {
		snprintf(names[i], sizeof(names[i]), "c%zu", i);
		commands[i] = (struct zx_command){ .name = names[i],
						   .description = "d",
						   .run = run };
	}
	for (i = 0; i < 100; i++)
		assert_err(zx_commands_add(d.c, &commands[i]), ZX_OK);
	assert_err(zx_commands_add(d.c, &commands[100]), ZX_E_LIMIT);
	commands[101].flags = ZX_COMMAND_NO_SLASH;
	assert_err(zx_commands_add(d.c, &commands[101]), ZX_OK);
	assert_int_equal(zx_commands_count(d.c), 101);
	assert_ptr_equal(zx_commands_get(d.c, 100), &commands[101]);
	assert_null(zx_commands_get(d.c, 101));
	desk_end(&d);
}

static void define__a_name_is_taken_once_whatever_its_case(void **state)
{
	static const struct zx_command a = { .name = "same",
					     .description = "d",
					     .run = run };
	struct desk d;

	(void)state;
	assert_err(add(&d, &a), ZX_OK);
	assert_err(zx_commands_add(d.c, &a), ZX_E_EXISTS);
	assert_ptr_equal(zx_commands_find(d.c, "SAME"), &a);
	assert_null(zx_commands_find(d.c, "other"));
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(CM_01__names_are_lower_case_words),
		cmocka_unit_test(CM_01__descriptions_have_1_to_100_characters),
		cmocka_unit_test(CM_02__options_are_checked),
		cmocka_unit_test(CM_02__required_options_come_first_and_once),
		cmocka_unit_test(
			CM_02__25_options_25_choices_and_8000_characters),
		cmocka_unit_test(CM_03__the_101st_slash_command_is_refused),
		cmocka_unit_test(
			define__a_name_is_taken_once_whatever_its_case),
	};

	return cmocka_run_group_tests_name("define", tests, NULL, NULL);
}
