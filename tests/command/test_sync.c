/* SPDX-License-Identifier: MIT
 *
 * sync: registered commands are compared by meaning and put only when they
 * differ.
 */
#include "desk.h"

static void run(struct zx_call *call, void *ud)
{
	(void)call;
	(void)ud;
}

static const struct zx_choice sides[] = { { "Left", "l" }, { "Right", "r" } };

static const struct zx_option options[] = {
	{ .name = "count",
	  .description = "How many",
	  .type = ZX_OPTION_INTEGER,
	  .required = 1,
	  .has_min = 1,
	  .min = 1,
	  .has_max = 1,
	  .max = 10 },
	{ .name = "side",
	  .description = "Which",
	  .type = ZX_OPTION_STRING,
	  .choices = sides,
	  .choice_count = 2 },
};

static const struct zx_command commands[] = {
	{ .name = "ping", .description = "Answers", .run = run },
	{ .name = "hidden",
	  .description = "Prefix only",
	  .run = run,
	  .flags = ZX_COMMAND_NO_SLASH },
	{ .name = "take",
	  .description = "Takes",
	  .options = options,
	  .option_count = 2,
	  .rule = ZX_RULE_ADMIN,
	  .flags = ZX_COMMAND_GUILD_ONLY,
	  .run = run },
};

#define PING                                                                   \
	"{\"type\":1,\"name\":\"ping\",\"description\":\"Answers\","           \
	"\"default_member_permissions\":null,\"contexts\":[0,1]}"
#define TAKE                                                                   \
	"{\"type\":1,\"name\":\"take\",\"description\":\"Takes\","             \
	"\"default_member_permissions\":\"8\",\"contexts\":[0],\"options\":[{" \
	"\"type\":4,\"name\":\"count\",\"description\":\"How many\","          \
	"\"required\":true,\"min_value\":1,\"max_value\":10},{\"type\":3,"     \
	"\"name\":\"side\",\"description\":\"Which\",\"choices\":[{\"name\":"  \
	"\"Left\",\"value\":\"l\"},{\"name\":\"Right\",\"value\":\"r\"}]}]}"

/* The same as Discord gives it: other order, all defaults written out. */
#define PING_THEIRS                                                            \
	"{\"id\":\"11\",\"application_id\":\"900\",\"version\":\"5\","         \
	"\"default_member_permissions\":null,\"type\":1,\"name\":\"ping\","    \
	"\"name_localizations\":null,\"description\":\"Answers\","             \
	"\"description_localizations\":null,\"dm_permission\":true,"           \
	"\"contexts\":[1,0],\"integration_types\":[0],\"nsfw\":false}"
#define TAKE_THEIRS                                                            \
	"{\"id\":\"12\",\"application_id\":\"900\",\"version\":\"6\","         \
	"\"default_member_permissions\":\"8\",\"type\":1,\"name\":\"take\","   \
	"\"description\":\"Takes\",\"dm_permission\":false,\"contexts\":[0],"  \
	"\"integration_types\":[0],\"options\":[{\"name\":\"count\",\"type\":" \
	"4,\"description\":\"How many\",\"required\":true,\"min_value\":1.0,"  \
	"\"max_value\":10,\"autocomplete\":false,\"choices\":[]},{\"type\":3," \
	"\"name\":\"side\",\"description\":\"Which\",\"required\":false,"      \
	"\"choices\":[{\"name\":\"Left\",\"value\":\"l\","                     \
	"\"name_localizations\":null},{\"value\":\"r\",\"name\":\"Right\"}]}]" \
	",\"nsfw\":false}"

static void begin(struct desk *d)
{
	assert_err(desk_begin(d, NULL, commands, 3), ZX_OK);
	assert_err(zx_commands_sync(d->c, d->now), ZX_OK);
	assert_int_equal(desk_pump(d), 0);
	assert_int_equal(d->count, 1);
	assert_int_equal(d->sent[0].method, ZX_GET);
	assert_string_equal(d->sent[0].path, "/applications/900/commands");
	assert_string_equal(d->sent[0].body, "");
}

static void sync__definitions_become_discords_json(void **state)
{
	struct desk d;
	struct zx_buf out;

	(void)state;
	assert_err(desk_begin(&d, NULL, commands, 3), ZX_OK);
	zx_buf_init(&out, NULL, 0);
	assert_err(zx_commands_json(d.c, &out), ZX_OK);
	assert_str(zx_buf_str(&out), "[" PING "," TAKE "]");
	zx_buf_release(&out);
	desk_end(&d);
}

static void CM_04__nothing_is_put_when_nothing_changed(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_result(&d, 0, 200, 0, "[" TAKE_THEIRS "," PING_THEIRS "]");
	assert_int_equal(d.count, 1);
	assert_int_equal(d.synced, 1);
	assert_err(d.last_sync.err, ZX_OK);
	assert_int_equal(d.last_sync.changed, 0);
	assert_int_equal(d.last_sync.count, 2);
	assert_int_equal(zx_commands_slash_id(d.c, &commands[0]), 11);
	assert_int_equal(zx_commands_slash_id(d.c, &commands[1]), 0);
	assert_int_equal(zx_commands_slash_id(d.c, &commands[2]), 12);
	desk_end(&d);
}

static void CM_04__a_difference_is_put_once(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_result(&d, 0, 200, 0, "[" PING_THEIRS "]");
	assert_int_equal(d.count, 2);
	assert_int_equal(d.sent[1].method, ZX_PUT);
	assert_string_equal(d.sent[1].path, "/applications/900/commands");
	assert_string_equal(d.sent[1].body, "[" PING "," TAKE "]");
	assert_int_equal(d.synced, 0);
	desk_result(&d, 1, 200, 0, "[" PING_THEIRS "," TAKE_THEIRS "]");
	assert_int_equal(d.synced, 1);
	assert_int_equal(d.last_sync.changed, 1);
	assert_int_equal(zx_commands_slash_id(d.c, &commands[2]), 12);
	desk_end(&d);
}

/* What Discord has, whether that must be put. */
static const struct {
	const char *what, *from, *to;
	int put;
} rows[] = {
	{ "same", "", "", 0 },
	{ "description", "\"Answers\"", "\"Answered\"", 1 },
	{ "description escaped", "\"Answers\"", "\"\\u0041nswers\"", 0 },
	{ "nsfw", "\"nsfw\":false}]", "\"nsfw\":true}]", 1 },
	{ "nsfw absent", ",\"nsfw\":false}]", "}]", 0 },
	{ "permissions", "\"8\"", "\"32\"", 1 },
	{ "permissions number", "\"8\"", "8", 0 },
	{ "contexts", "[1,0]", "[0]", 1 },
	{ "contexts by dm_permission",
	  "\"dm_permission\":false,\"contexts\":[0]", "\"dm_permission\":false",
	  0 },
	{ "contexts unknown", "[1,0]", "null", 1 },
	{ "required", "\"required\":true", "\"required\":false", 1 },
	{ "required absent", "\"required\":false,", "", 0 },
	{ "minimum", "\"min_value\":1.0", "\"min_value\":2", 1 },
	{ "minimum absent", "\"min_value\":1.0,", "", 1 },
	{ "choice", "\"Left\"", "\"Lefter\"", 1 },
	{ "choice value", "\"value\":\"r\"", "\"value\":\"s\"", 1 },
	{ "name", "\"ping\"", "\"pong\"", 1 },
	{ "type", "\"type\":1,\"name\":\"ping\"",
	  "\"type\":2,\"name\":\"ping\"", 1 },
	{ "channel types", "\"autocomplete\":false",
	  "\"autocomplete\":false,\"channel_types\":[0]", 1 },
	{ "sub-options", "\"autocomplete\":false",
	  "\"autocomplete\":false,\"options\":[{\"type\":3,\"name\":\"x\"}]",
	  1 },
};

static void CM_04__meaning_is_compared_not_text(void **state)
{
	const char *all = "[" PING_THEIRS "," TAKE_THEIRS "]";
	char list[4096];
	struct desk d;
	const char *at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].what);
		at = strstr(all, rows[i].from);
		assert_non_null(at);
		snprintf(list, sizeof(list), "%.*s%s%s", (int)(at - all), all,
			 rows[i].to, at + strlen(rows[i].from));
		begin(&d);
		desk_result(&d, 0, 200, 0, list);
		assert_int_equal(d.count, rows[i].put ? 2 : 1);
		desk_end(&d);
	}
}

static void CM_04__an_extra_command_is_removed(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_result(&d, 0, 200, 0,
		    "[" PING_THEIRS "," TAKE_THEIRS
		    ",{\"id\":\"13\",\"name\":\"old\",\"type\":1}]");
	assert_int_equal(d.count, 2);
	desk_hasnt(&d, 1, "old");
	desk_end(&d);
}

#define ENTRY                                                                  \
	"{\"id\":\"20\",\"application_id\":\"900\",\"version\":\"1\","         \
	"\"type\":4,\"name\":\"launch\",\"description\":\"\",\"handler\":2,"   \
	"\"contexts\":[0,1,2],\"integration_types\":[0,1]}"

static void CM_04__the_entry_point_and_menus_are_kept(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_result(&d, 0, 200, 0,
		    "[" PING_THEIRS "," TAKE_THEIRS "," ENTRY "]");
	assert_int_equal(d.count, 1); /* no difference */
	desk_end(&d);
	begin(&d);
	desk_result(&d, 0, 200, 0,
		    "[" ENTRY
		    ",{\"id\":\"21\",\"type\":2,\"name\":\"Who Is\"}]");
	assert_int_equal(d.count, 2);
	desk_has(&d, 1,
		 TAKE ",{\"id\":\"20\",\"type\":4,\"name\":\"launch\","
		      "\"description\":\"\",\"integration_types\":[0,1],"
		      "\"contexts\":[0,1,2],\"handler\":2},{\"id\":\"21\","
		      "\"type\":2,\"name\":\"Who Is\"}]");
	desk_end(&d);
}

static void CM_04__the_daily_limit_is_said(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_result(&d, 0, 200, 0, "[]");
	desk_result(&d, 1, 400, 30034, "{\"code\":30034}");
	assert_int_equal(d.synced, 1);
	assert_err(d.last_sync.err, ZX_E_LIMIT);
	assert_non_null(strstr(zx_commands_error(d.c), "200 creates a day"));
	desk_end(&d);
}

static void sync__errors_are_told_and_it_can_be_tried_again(void **state)
{
	static const struct {
		int status;
		const char *body;
		int err;
	} faults[] = { { 403, "{}", ZX_E_REMOTE },
		       { 0, "", ZX_E_TIMEOUT },
		       { 200, "{\"not\":\"a list\"}", ZX_E_PROTOCOL } };
	struct desk d;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin(&d);
		desk_result(&d, 0, faults[i].status, 0, faults[i].body);
		assert_int_equal(d.synced, 1);
		assert_err(d.last_sync.err, faults[i].err);
		assert_true(*zx_commands_error(d.c) != '\0');
		assert_err(zx_commands_sync(d.c, d.now), ZX_OK);
		desk_pump(&d);
		assert_int_equal(d.count, 2);
		assert_int_equal(d.sent[1].method, ZX_GET);
		desk_end(&d);
	}
}

static void sync__needs_the_application(void **state)
{
	struct desk d;

	(void)state;
	assert_err(desk_begin(&d, NULL, commands, 3), ZX_OK);
	zx_commands_set_self(d.c, 0, 0);
	assert_err(zx_commands_sync(d.c, 0), ZX_E_STATE);
	desk_end(&d);
}

static void sync__asked_twice_asks_once(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	assert_err(zx_commands_sync(d.c, d.now), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 1);
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sync__definitions_become_discords_json),
		cmocka_unit_test(CM_04__nothing_is_put_when_nothing_changed),
		cmocka_unit_test(CM_04__a_difference_is_put_once),
		cmocka_unit_test(CM_04__meaning_is_compared_not_text),
		cmocka_unit_test(CM_04__an_extra_command_is_removed),
		cmocka_unit_test(CM_04__the_entry_point_and_menus_are_kept),
		cmocka_unit_test(CM_04__the_daily_limit_is_said),
		cmocka_unit_test(
			sync__errors_are_told_and_it_can_be_tried_again),
		cmocka_unit_test(sync__needs_the_application),
		cmocka_unit_test(sync__asked_twice_asks_once),
	};

	return cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
