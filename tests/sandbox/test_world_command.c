/* SPDX-License-Identifier: MIT
 *
 * sandbox: application commands: what is kept, what is refused, who sees them.
 */
#include "sandbox/world.h"

#define CMDS "/applications/%" PRIu64 "/commands"

static int create(struct test *t, const char *body)
{
	return rest(t, body, "POST " CMDS, t->bot);
}

static void world_command__a_created_one_has_all_fields(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	assert_int_equal(create(&t, "{'name':'ping','description':'d'}"), 201);
	assert_int_equal(id_at(t.reply, "application_id"), t.bot);
	assert_true(id_at(t.reply, "id") > 0 && id_at(t.reply, "version") > 0);
	assert_int_equal(number_at(t.reply, "type"), 1);
	assert_true(cJSON_IsNull(at(t.reply, "default_member_permissions")));
	assert_true(cJSON_IsTrue(at(t.reply, "dm_permission")));
	assert_int_equal(number_at(t.reply, "integration_types.0"), 0);
	assert_true(cJSON_IsFalse(at(t.reply, "nsfw")));
	assert_non_null(live(&t, "COMMANDS_UPDATE"));
	test_end(&t);
}

static void world_command__the_same_name_again_is_an_update(void **state)
{
	struct test t;
	uint64_t id, version;

	(void)state;
	test_start(&t);
	create(&t, "{'name':'ping','description':'d'}");
	id = id_at(t.reply, "id");
	version = id_at(t.reply, "version");
	assert_int_equal(create(&t, "{'name':'ping','description':'d'}"), 200);
	assert_true(id_at(t.reply, "version") == version);
	assert_int_equal(create(&t, "{'name':'ping','description':'e'}"), 200);
	assert_true(id_at(t.reply, "id") == id);
	assert_true(id_at(t.reply, "version") > version);
	rest(&t, NULL, "GET " CMDS, t.bot);
	assert_int_equal(cJSON_GetArraySize(t.reply), 1);
	test_end(&t);
}

static void world_command__put_replaces_and_keeps_ids(void **state)
{
	struct test t;
	uint64_t id;

	(void)state;
	test_start(&t);
	create(&t, "{'name':'a','description':'d'}");
	id = id_at(t.reply, "id");
	create(&t, "{'name':'b','description':'d'}");
	assert_int_equal(rest(&t,
			      "[{'name':'a','description':'d'},"
			      "{'name':'Show','type':2}]",
			      "PUT " CMDS, t.bot),
			 200);
	assert_int_equal(cJSON_GetArraySize(t.reply), 2);
	assert_true(id_at(t.reply, "0.id") == id);
	assert_text(t.reply, "1.name", "Show");
	assert_text(t.reply, "1.description", "");
	rest(&t, "[]", "PUT " CMDS, t.bot);
	assert_int_equal(cJSON_GetArraySize(t.reply), 0);
	test_end(&t);
}

static void world_command__scopes_are_apart(void **state)
{
	struct test t;
	uint64_t id;

	(void)state;
	test_start(&t);
	create(&t, "{'name':'a','description':'d'}");
	rest(&t, "{'name':'a','description':'here'}",
	     "POST /applications/%" PRIu64 "/guilds/%" PRIu64 "/commands",
	     t.bot, t.guild);
	assert_int_equal(t.status, 201);
	id = id_at(t.reply, "id");
	assert_true(id_at(t.reply, "guild_id") == t.guild);
	rest(&t, NULL, "GET " CMDS "/%" PRIu64, t.bot, id);
	assert_code(&t, 404, 10063);
	rest(&t, NULL,
	     "DELETE /applications/%" PRIu64 "/guilds/%" PRIu64
	     "/commands/%" PRIu64,
	     t.bot, t.guild, id);
	assert_int_equal(t.status, 204);
	rest(&t, NULL, "GET " CMDS, t.bot);
	assert_int_equal(cJSON_GetArraySize(t.reply), 1);
	rest(&t, NULL, "GET " CMDS, t.owner);
	assert_code(&t, 403, 20012);
	test_end(&t);
}

static void CM_01__names_are_lower_case_words_of_32(void **state)
{
	static const char *const good[] = {
		"a",
		"_-'x9",
		"\xc3\xa4pfel",
		"\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
		"\xe0\xa4\xa8\xe0\xa4\xae",
		"\xe4\xbd\xa0\xe5\xa5\xbd",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	static const char *const bad[] = {
		"A",
		"a b",
		"a!",
		"\xc3\x84pfel",
		"\xf0\x9f\x98\x80",
		"\xd0\x9f",
		"a.b",
		"",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct test t;
	char body[200], path[100];

	(void)state;
	test_start(&t);
	snprintf(path, sizeof(path), "/api/v10" CMDS, t.bot);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		snprintf(body, sizeof(body),
			 "{\"name\":\"%s\",\"description\":\"d\"}", good[i]);
		ask(&t, "POST", path, zx_str(body));
		assert_int_equal(t.status, 201);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(body, sizeof(body),
			 "{\"name\":\"%s\",\"description\":\"d\"}", bad[i]);
		ask(&t, "POST", path, zx_str(body));
		assert_code(&t, 400, 50035);
		assert_non_null(at(t.reply, "errors.name._errors.0"));
	}
	test_end(&t);
}

static void CM_01__descriptions_have_1_to_100_characters(void **state)
{
	struct test t;
	char *text = run_of('d', 101), body[300];

	(void)state;
	test_start(&t);
	create(&t, "{'name':'a','description':''}");
	assert_form(&t, "description", "BASE_TYPE_BAD_LENGTH");
	create(&t, "{'name':'a'}");
	assert_form(&t, "description", "BASE_TYPE_REQUIRED");
	snprintf(body, sizeof(body), "{'name':'a','description':'%s'}", text);
	create(&t, body);
	assert_form(&t, "description", "BASE_TYPE_BAD_LENGTH");
	snprintf(body, sizeof(body), "{'name':'a','description':'%s'}",
		 text + 1);
	assert_int_equal(create(&t, body), 201);
	create(&t, "{'name':'x','type':3,'description':'no'}");
	assert_form(&t, "description",
		    "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED");
	zx_delete(NULL, text);
	test_end(&t);
}

/* {"name":"a","description":"d","options":[N times ITEM]} */
static int with_options(struct test *t, size_t n, const char *item)
{
	struct zx_buf b;
	int status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "{'name':'a','description':'d','options':[");
	for (size_t i = 0; i < n; i++) {
		zx_buf_addc(&b, i ? "," : "");
		zx_buf_addf(&b, "{'name':'o%zu',%s}", i, item);
	}
	zx_buf_addc(&b, "]}");
	status = create(t, zx_buf_cstr(&b));
	zx_buf_release(&b);
	return status;
}

static void CM_02__25_options_and_25_choices(void **state)
{
	struct zx_buf b;
	struct test t;

	(void)state;
	test_start(&t);
	assert_int_equal(with_options(&t, 25, "'type':3,'description':'d'"),
			 201);
	with_options(&t, 26, "'type':3,'description':'d'");
	assert_form(&t, "options", "BASE_TYPE_MAX_LENGTH");
	for (int n = 25; n <= 26; n++) {
		zx_buf_init(&b, NULL, 0);
		zx_buf_addc(&b, "'type':4,'description':'d','choices':[");
		for (int i = 0; i < n; i++)
			zx_buf_addf(&b, "%s{'name':'c%d','value':%d}",
				    i ? "," : "", i, i);
		zx_buf_addc(&b, "]");
		with_options(&t, 1, zx_buf_cstr(&b));
		assert_int_equal(t.status, n == 25 ? 200 : 400);
		zx_buf_release(&b);
	}
	assert_form(&t, "options.0.choices", "BASE_TYPE_MAX_LENGTH");
	test_end(&t);
}

static void CM_02__required_options_come_first(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	create(&t, "{'name':'a','description':'d','options':["
		   "{'type':3,'name':'x','description':'d'},"
		   "{'type':3,'name':'y','description':'d','required':true}]}");
	assert_form(&t, "options.1",
		    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID");
	create(&t, "{'name':'a','description':'d','options':["
		   "{'type':3,'name':'x','description':'d'},"
		   "{'type':4,'name':'x','description':'d'}]}");
	assert_form(&t, "options.1.name",
		    "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS");
	test_end(&t);
}

static void CM_02__groups_hold_subcommands_and_nothing_else(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	assert_int_equal(
		create(&t, "{'name':'a','description':'d','options':["
			   "{'type':2,'name':'g','description':'d','options':["
			   "{'type':1,'name':'s','description':'d','options':["
			   "{'type':3,'name':'q','description':'d'}]}]}]}"),
		201);
	create(&t, "{'name':'b','description':'d','options':["
		   "{'type':2,'name':'g','description':'d','options':["
		   "{'type':3,'name':'q','description':'d'}]}]}");
	assert_form(&t, "options.0.options.0.type",
		    "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID");
	create(&t, "{'name':'b','description':'d','options':["
		   "{'type':1,'name':'s','description':'d'},"
		   "{'type':3,'name':'q','description':'d'}]}");
	assert_form(&t, "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID");
	test_end(&t);
}

static void CM_02__all_texts_together_have_8000_characters(void **state)
{
	struct test t;
	char *text = run_of('d', 100), item[200];
	struct zx_buf b;

	(void)state;
	test_start(&t);
	/* 25 x (100 + 2 or 3) is far below; choices fill it up. */
	snprintf(item, sizeof(item), "'type':3,'description':'%s'", text);
	assert_int_equal(with_options(&t, 25, item), 201);
	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b, "'type':3,'description':'%s','choices':[", text);
	for (int i = 0; i < 4; i++)
		zx_buf_addf(&b, "%s{'name':'%.90s','value':'%.90s%d'}",
			    i ? "," : "", text, text, i);
	zx_buf_addc(&b, "]");
	with_options(&t, 25, zx_buf_cstr(&b));
	zx_buf_release(&b);
	assert_code(&t, 400, 50035);
	assert_text(t.reply, "errors._errors.0.code",
		    "APPLICATION_COMMAND_TOO_LARGE");
	zx_delete(NULL, text);
	test_end(&t);
}

/* PUT of n commands of a type. */
static int put(struct test *t, int n, int type)
{
	struct zx_buf b;
	int status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "[");
	for (int i = 0; i < n; i++)
		zx_buf_addf(&b, "%s{'name':'c%d','type':%d%s}", i ? "," : "", i,
			    type, type == 1 ? ",'description':'d'" : "");
	zx_buf_addc(&b, "]");
	status = rest(t, zx_buf_cstr(&b), "PUT " CMDS, t->bot);
	zx_buf_release(&b);
	return status;
}

static void CM_03__100_chat_15_user_and_15_message_commands(void **state)
{
	static const int max[] = { [1] = 100, [2] = 15, [3] = 15 };

	(void)state;
	for (int type = 1; type <= 3; type++) {
		struct test t;

		test_start(&t);
		assert_int_equal(put(&t, max[type], type), 200);
		put(&t, max[type] + 1, type);
		assert_code(&t, 400, 30032);
		test_end(&t);
	}
}

static void CM_04__200_creates_a_day(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	assert_int_equal(put(&t, 100, 1), 200);
	put(&t, 0, 1);
	assert_int_equal(put(&t, 100, 1), 200);
	assert_int_equal(put(&t, 100, 1), 200); /* nothing new */
	create(&t, "{'name':'one-more','description':'d'}");
	assert_code(&t, 400, 30032);
	put(&t, 0, 1);
	create(&t, "{'name':'one-more','description':'d'}");
	assert_code(&t, 400, 30034);
	t.wire.now += 86400000;
	assert_int_equal(create(&t, "{'name':'one-more','description':'d'}"),
			 201);
	test_end(&t);
}

static void world_command__permissions_decide_who_sees_it(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	create(&t, "{'name':'mod','description':'d',"
		   "'default_member_permissions':'32','contexts':[0]}");
	create(&t, "{'name':'all','description':'d'}");
	assert_err(zx__world_slash(t.w, t.member, t.general, "mod", NULL, NULL),
		   ZX_E_PERM);
	assert_err(zx__world_slash(t.w, t.admin, t.general, "mod", NULL, NULL),
		   ZX_OK);
	assert_err(zx__world_slash(t.w, t.member, t.general, "all", NULL, NULL),
		   ZX_OK);
	assert_err(zx__world_slash(t.w, t.member, t.general, "no", NULL, NULL),
		   ZX_E_NOTFOUND);
	rest(&t, NULL, "GET /sandbox/state?user=%" PRIu64, t.member);
	assert_true(cJSON_IsFalse(at(t.reply, "commands.0.visible")));
	assert_true(cJSON_IsTrue(at(t.reply, "commands.1.visible")));
	assert_err(zx__world_slash(t.w, t.admin, id_at(t.reply, "dm.id"), "all",
				   NULL, NULL),
		   ZX_E_PERM); /* another's DM */
	assert_err(zx__world_slash(t.w, t.member, id_at(t.reply, "dm.id"),
				   "all", NULL, NULL),
		   ZX_OK);
	test_end(&t);
}

static void world_command__patch_changes_what_it_names(void **state)
{
	struct test t;
	uint64_t id;

	(void)state;
	test_start(&t);
	create(&t, "{'name':'a','description':'d','options':["
		   "{'type':3,'name':'x','description':'d'}]}");
	id = id_at(t.reply, "id");
	rest(&t, "{'description':'new'}", "PATCH " CMDS "/%" PRIu64, t.bot, id);
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "description", "new");
	assert_text(t.reply, "options.0.name", "x");
	rest(&t, "{'name':'A'}", "PATCH " CMDS "/%" PRIu64, t.bot, id);
	assert_form(&t, "name", "APPLICATION_COMMAND_INVALID_NAME");
	test_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(world_command__a_created_one_has_all_fields),
		cmocka_unit_test(
			world_command__the_same_name_again_is_an_update),
		cmocka_unit_test(world_command__put_replaces_and_keeps_ids),
		cmocka_unit_test(world_command__scopes_are_apart),
		cmocka_unit_test(CM_01__names_are_lower_case_words_of_32),
		cmocka_unit_test(CM_01__descriptions_have_1_to_100_characters),
		cmocka_unit_test(CM_02__25_options_and_25_choices),
		cmocka_unit_test(CM_02__required_options_come_first),
		cmocka_unit_test(
			CM_02__groups_hold_subcommands_and_nothing_else),
		cmocka_unit_test(
			CM_02__all_texts_together_have_8000_characters),
		cmocka_unit_test(
			CM_03__100_chat_15_user_and_15_message_commands),
		cmocka_unit_test(CM_04__200_creates_a_day),
		cmocka_unit_test(world_command__permissions_decide_who_sees_it),
		cmocka_unit_test(world_command__patch_changes_what_it_names),
	};

	return cmocka_run_group_tests_name("world_command", tests, NULL, NULL);
}
