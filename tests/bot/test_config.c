/* SPDX-License-Identifier: MIT
 *
 * Settings: precedence, python-dotenv's rules, and what is said about mistakes.
 */
#include "helper/zx_test.h"
#include "zoryx/config.h"
#include "zoryx/gateway.h"

static char said[8192];
static int errors, warnings;

static void note(enum zx_config_severity how, const char *where,
		 const char *text, void *ud)
{
	size_t n = strlen(said);

	(void)ud;
	*(how == ZX_CONFIG_ERROR ? &errors : &warnings) += 1;
	snprintf(said + n, sizeof(said) - n, "%s %s.\n", where, text);
}

static int load(struct zx_config *c, const char *const *env, const char *dotenv,
		const char *json)
{
	struct zx_config_sources s = { env, zx_str(dotenv), zx_str(json) };

	said[0] = 0;
	errors = warnings = 0;
	assert_err(zx_config_init(c, NULL), ZX_OK);
	return zx_config_load(c, &s, note, NULL);
}

static void config__defaults_are_those_of_the_documentation(void **state)
{
	struct zx_config c;

	(void)state;
	assert_err(load(&c, NULL, NULL, NULL), ZX_OK);
	assert_null(c.token);
	assert_string_equal(c.prefix, "!");
	assert_int_equal(c.mention_prefix, 1);
	assert_int_equal(c.shard_count, 1);
	assert_int_equal(c.shard_monitor, 1);
	assert_int_equal(c.shard_manager, 0);
	assert_int_equal(c.backup_restore, 1);
	assert_int_equal(c.alert_threshold, 3);
	assert_string_equal(c.ipc_mode, "server");
	assert_string_equal(c.ipc_host, "127.0.0.1");
	assert_int_equal(c.ipc_port, 20000);
	assert_string_equal(c.ipc_secret, "change_me_please");
	assert_string_equal(c.cluster_name, "cluster-0");
	assert_int_equal(c.backup_max, 25);
	assert_int_equal(c.backup_cooldown_s, 300);
	assert_int_equal(c.backup_auto_h, 0);
	assert_int_equal(c.backup_keep_days, 0);
	assert_string_equal(c.state_path, "data/zoryx.db");
	zx_config_release(&c);
}

static void config__environment_beats_dotenv_beats_json(void **state)
{
	static const char *const env[] = { "SHARD_IPC_PORT=3", "PATH=/bin",
					   NULL };
	struct zx_config c;

	(void)state;
	assert_err(load(&c, env,
			"SHARD_IPC_PORT=2\nENABLE_BACKUP_RESTORE=false\n"
			"ENABLE_SHARD_MANAGER=yes\n",
			"{\"framework\":{\"enable_backup_restore\":true,"
			"\"enable_shard_manager\":false,"
			"\"enable_shard_monitor\":false}}"),
		   ZX_OK);
	assert_int_equal(c.ipc_port, 3);
	assert_int_equal(c.backup_restore, 0);
	assert_int_equal(c.shard_manager, 1);
	assert_int_equal(c.shard_monitor, 0);
	assert_string_equal(said, "");
	zx_config_release(&c);
}

static void config__load_cogs_false_is_no_match_for_dotenv(void **state)
{
	struct zx_config c;

	(void)state;
	load(&c, NULL, "ENABLE_SHARD_MONITOR=1\n",
	     "{\"framework\":{\"load_cogs\":false,"
	     "\"enable_backup_restore\":true}}");
	assert_int_equal(c.shard_monitor, 1);
	assert_int_equal(c.backup_restore, 0);
	zx_config_release(&c);
}

static void config__an_empty_value_is_one_that_is_not_set(void **state)
{
	static const char *const env[] = { "SHARD_COUNT=", NULL };
	struct zx_config c;

	(void)state;
	assert_err(load(&c, env, "SHARD_IDS=\nDISCORD_TOKEN=\nSHARD_COUNT=4\n",
			""),
		   ZX_OK);
	assert_int_equal(c.shard_count, 4);
	assert_int_equal(c.shard_id_count, 0);
	assert_null(c.token);
	zx_config_release(&c);
}

static void config__json_of_the_framework_works_as_it_is(void **state)
{
	struct zx_config c;

	(void)state;
	assert_err(
		load(&c, NULL, NULL,
		     "{\"prefix\":\"?\",\"owner_ids\":[],\"auto_reload\":true,"
		     "\"allow_mention_prefix\":false,"
		     "\"status\":{\"interval\":20,\"statuses\":["
		     "{\"type\":\"playing\",\"text\":\"with {guilds}\","
		     "\"presence\":\"dnd\"},"
		     "{\"type\":\"custom\",\"text\":\"hi\"}]},"
		     "\"database\":{\"base_path\":\"./data\"},"
		     "\"logging\":{\"level\":\"DEBUG\",\"max_bytes\":10485760},"
		     "\"extensions\":{\"auto_load\":true,\"blacklist\":[]},"
		     "\"cooldowns\":{\"rate\":3,\"per\":5.0},"
		     "\"command_permissions\":{},"
		     "\"slash_limiter\":{\"max_limit\":100},"
		     "\"framework\":{\"load_cogs\":true,"
		     "\"enable_event_hooks\":true}}"),
		ZX_OK);
	assert_string_equal(said, "");
	assert_string_equal(c.prefix, "?");
	assert_int_equal(c.mention_prefix, 0);
	assert_int_equal(c.status_count, 2);
	assert_int_equal(c.status_interval_s, 20);
	assert_int_equal(c.statuses[0].type, ZX_PLAYING);
	assert_string_equal(c.statuses[0].text, "with {guilds}");
	assert_string_equal(c.statuses[0].presence, "dnd");
	assert_string_equal(c.statuses[1].presence, "online");
	assert_int_equal(c.log_level, ZX_LOG_DEBUG);
	zx_config_release(&c);
}

static void config__all_mistakes_are_reported_with_place_and_example(void **st)
{
	struct zx_config c;

	(void)st;
	assert_err(load(&c, NULL,
			"BOT_OWNER_ID=olaf\nSHARD_IPC_PORT=70000\n"
			"SHARD_ALERT_THRESHOLD=0\nENABLE_SHARD_MONITOR=maybe\n"
			"SHARD_IDS=0,x\nBACKUP_MAX_PER_GIULD=3\n"
			"DISCORD_INTENTS=guilds,everything\n'broken\n",
			"{\"prefix\":\"toolong\",\"prefixx\":1}"),
		   ZX_E_INVALID);
	assert_int_equal(errors, 8);
	assert_int_equal(warnings, 2);
	assert_non_null(strstr(said,
			       "BOT_OWNER_ID in .env, line 1 is \"olaf\", "
			       "but must be a Discord id, e.g. 1234"));
	assert_non_null(strstr(said,
			       "SHARD_IPC_PORT in .env, line 2 is 70000, "
			       "but must be from 1 to 65535, e.g. 20000"));
	assert_non_null(strstr(said, "from 1 to 20, e.g. 3"));
	assert_non_null(strstr(said, "must be true or false"));
	assert_non_null(strstr(said, "BACKUP_MAX_PER_GIULD in .env, line 6 is "
				     "not known and ignored; is "
				     "BACKUP_MAX_PER_GUILD meant?"));
	assert_non_null(strstr(said, "\"everything\", which is no intent"));
	assert_non_null(strstr(said, ".env, line 8 cannot be read"));
	assert_non_null(strstr(said, "prefix in config.json must have 1 to 5"));
	assert_non_null(strstr(said, "prefixx in config.json is not known"));
	zx_config_release(&c);
}

static void config__broken_json_names_the_line(void **state)
{
	struct zx_config c;

	(void)state;
	assert_err(load(&c, NULL, NULL, "{\n\"prefix\": \"!\",\n}\n"),
		   ZX_E_INVALID);
	assert_non_null(strstr(said, "line 3"));
	zx_config_release(&c);
	assert_err(load(&c, NULL, NULL, "[1]"), ZX_E_INVALID);
	assert_non_null(strstr(said, "must be an object"));
	zx_config_release(&c);
}

static void config__secrets_are_never_quoted(void **state)
{
	static const char *const bad[] = {
		"DISCORD_TOKEN='Bot zx-test-secret'\n",
		"DISCORD_TOKEN=zx-test secret-zx\n",
		"SHARD_IPC_SECRET=\"zx-test-secret\\n\"x\n",
		"SHARD_IPC_SECRET=\"zx-test-secret\\tx\"\n",
		"ZX_PROXY=ftp://user:zx-test-secret@host\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct zx_config c;

		assert_err(load(&c, NULL, bad[i], NULL), ZX_E_INVALID);
		assert_true(strlen(said) > 10);
		assert_null(strstr(said, "zx-test"));
		zx_config_release(&c);
	}
}

static void config__running_needs_a_token_and_ids_that_exist(void **state)
{
	struct zx_config c;

	(void)state;
	assert_err(load(&c, NULL, "SHARD_COUNT=2\nSHARD_IDS=1,2\n", NULL),
		   ZX_OK);
	assert_err(zx_config_check_run(&c, note, NULL), ZX_E_INVALID);
	assert_int_equal(errors, 2);
	assert_non_null(strstr(said, "DISCORD_TOKEN is not set; put"));
	assert_non_null(
		strstr(said, "names shard 2, but SHARD_COUNT is 2 (1 "));
	zx_config_release(&c);

	load(&c, NULL,
	     "DISCORD_TOKEN=zx-test-secret.b.c\nBOT_OWNER_ID=123456789012345678\n"
	     "SHARD_COUNT=auto\n",
	     NULL);
	assert_err(zx_config_check_run(&c, note, NULL), ZX_OK);
	assert_string_equal(said, "");
	assert_int_equal(c.shard_count, 0);
	zx_config_release(&c);
}

static void config__what_looks_wrong_is_said(void **state)
{
	static const char *const placeholders[] = {
		"your_token_here", "a.b", "a..c", "a.b.c.d", ".b.c",
	};
	struct zx_config c;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		char text[120];

		snprintf(text, sizeof(text),
			 "DISCORD_TOKEN=%s\nBOT_OWNER_ID=123456789012345678\n",
			 placeholders[i]);
		assert_err(load(&c, NULL, text, NULL), ZX_OK);
		assert_err(zx_config_check_run(&c, note, NULL), ZX_OK);
		assert_int_equal(warnings, 1);
		assert_non_null(strstr(said, "does not look like a token"));
		assert_null(strstr(said, placeholders[i]));
		zx_config_release(&c);
	}
	assert_err(load(&c, NULL,
			"SHARD_BROADCAST_CHANNEL=general\nZX_FOO=3\nFOO=1\n",
			NULL),
		   ZX_E_INVALID);
	assert_int_equal(errors, 1);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(said, "must be the id of a channel"));
	assert_non_null(strstr(said, "ZX_FOO in .env, line 2 is not known"));
	zx_config_release(&c);
}

static void config__json_of_a_wrong_shape_is_an_error(void **state)
{
	static const char *const bad[] = {
		"{\"framework\":5}",
		"{\"status\":[]}",
		"{\"prefix\":{}}",
		"{\"allow_mention_prefix\":\"perhaps\"}",
	};
	struct zx_config c;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_err(load(&c, NULL, NULL, bad[i]), ZX_E_INVALID);
		assert_int_equal(errors, 1);
		zx_config_release(&c);
	}
	assert_err(load(&c, NULL, NULL, "{\"prefix\":null}"), ZX_OK);
	assert_string_equal(c.prefix, "!");
	zx_config_release(&c);
}

static void config__the_default_secret_is_refused_outside_loopback(void **state)
{
	struct zx_config c;

	(void)state;
	load(&c, NULL,
	     "DISCORD_TOKEN=zx-test-secret.b.c\nBOT_OWNER_ID=123456789012345678\n"
	     "ENABLE_SHARD_MANAGER=true\nSHARD_IPC_HOST=0.0.0.0\n",
	     NULL);
	assert_err(zx_config_check_run(&c, note, NULL), ZX_E_INVALID);
	zx_config_release(&c);
	load(&c, NULL,
	     "DISCORD_TOKEN=zx-test-secret.b.c\nBOT_OWNER_ID=123456789012345678\n"
	     "ENABLE_SHARD_MANAGER=true\n",
	     NULL);
	assert_err(zx_config_check_run(&c, note, NULL), ZX_OK);
	assert_int_equal(warnings, 1);
	zx_config_release(&c);
}

/* Expected values were produced by python-dotenv 0.21. */
static const struct {
	const char *text, *want; /* NAME=value| for each, ERR| for a bad line */
} dotenv[] = {
	{ "A=1", "A=1|" },
	{ "A=1\nB=2\r\nC=3\rD=4", "A=1|B=2|C=3|D=4|" },
	{ " export  A = 1 ", "A=1|" },
	{ "export #x\nA=1", "A=1|" },
	{ "A=", "A=|" },
	{ "A", "" },
	{ "# c\n\n  # d\nA=1 # e", "A=1|" },
	{ "A=1#e", "A=1#e|" },
	{ "A=#e", "A=#e|" },
	{ "A='1 # e' # f", "A=1 # e|" },
	{ "A=\"x\ny\"\nB=2", "A=x\ny|B=2|" },
	{ "A=\"a\\tb\\\"c\\n\\q\"", "A=a\tb\"c\n\\q|" },
	{ "A='a\\tb\\'c'", "A=a\\tb'c|" },
	{ "'A'=1", "A=1|" },
	{ "A=\"x\" y\nB=2", "ERR|B=2|" },
	{ "A='x\nB=2", "ERR|B=2|" },
	{ "=1\nB=2", "ERR|B=2|" },
	{ "A=1\nB=${A}2\nC='${B}'", "A=1|B=12|C=12|" },
	{ "A=${HOME_X}\nB=${NO_X:-d e}\nC=${NO_X}", "A=/h|B=d e|C=|" },
	{ "HOME_X=mine\nA=${HOME_X}", "HOME_X=mine|A=/h|" },
	{ "A=${B", "A=${B|" },
	{ "A=1\nA=2\nB=${A}", "A=1|A=2|B=2|" },
	{ "\xef\xbb\xbf"
	  "A=1",
	  "A=1|" },
};

static void config__dotenv_reads_as_python_dotenv_does(void **state)
{
	static const char *const env[] = { "HOME_X=/h", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(dotenv) / sizeof(*dotenv); i++) {
		struct zx_str text = zx_test_exact(zx_str(dotenv[i].text));
		struct zx_dotenv d;
		struct zx_buf got;
		int r;

		zx_buf_init(&got, NULL, 0);
		zx_dotenv_init(&d, text, env, NULL);
		while ((r = zx_dotenv_next(&d)) != 0) {
			if (r == 1)
				zx_buf_addf(&got, "%s=%s|",
					    zx_buf_cstr(&d.name),
					    zx_buf_cstr(&d.value));
			else
				zx_buf_addc(&got, "ERR|");
		}
		assert_string_equal(zx_buf_cstr(&got), dotenv[i].want);
		zx_dotenv_release(&d);
		zx_buf_release(&got);
		free((void *)(uintptr_t)text.ptr);
	}
}

static void config__many_expansions_are_read_once_each(void **state)
{
	struct zx_dotenv d;
	struct zx_buf text;
	unsigned n = 0;

	(void)state;
	zx_buf_init(&text, NULL, 0);
	zx_buf_addc(&text, "V0=x\n");
	for (int i = 1; i < 200; i++)
		zx_buf_addf(&text, "V%d=${V%d}\n", i, i - 1);
	zx_dotenv_init(&d, zx_buf_str(&text), NULL, NULL);
	while (zx_dotenv_next(&d) == 1)
		n++;
	assert_int_equal(n, 200);
	zx_dotenv_release(&d);
	zx_buf_release(&text);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_config_sources s = {
		NULL,
		ZX_STR("DISCORD_TOKEN=zx-test-secret\nSHARD_IDS=0,1\n"
		       "ZX_STATE=${DISCORD_TOKEN}\n"),
		ZX_STR("{\"prefix\":\"?\",\"status\":{\"type\":\"playing\","
		       "\"text\":\"x\"}}"),
	};
	struct zx_config c;
	int err = zx_config_init(&c, a);

	(void)ud;
	if (!err)
		err = zx_config_load(&c, &s, NULL, NULL);
	zx_config_release(&c);
	return err;
}

static void config__failed_allocations_leak_nothing(void **state)
{
	(void)state;
	fail_alloc_each_lenient(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			config__defaults_are_those_of_the_documentation),
		cmocka_unit_test(config__environment_beats_dotenv_beats_json),
		cmocka_unit_test(
			config__load_cogs_false_is_no_match_for_dotenv),
		cmocka_unit_test(config__an_empty_value_is_one_that_is_not_set),
		cmocka_unit_test(config__json_of_the_framework_works_as_it_is),
		cmocka_unit_test(
			config__all_mistakes_are_reported_with_place_and_example),
		cmocka_unit_test(config__broken_json_names_the_line),
		cmocka_unit_test(config__secrets_are_never_quoted),
		cmocka_unit_test(
			config__running_needs_a_token_and_ids_that_exist),
		cmocka_unit_test(config__what_looks_wrong_is_said),
		cmocka_unit_test(config__json_of_a_wrong_shape_is_an_error),
		cmocka_unit_test(
			config__the_default_secret_is_refused_outside_loopback),
		cmocka_unit_test(config__dotenv_reads_as_python_dotenv_does),
		cmocka_unit_test(config__many_expansions_are_read_once_each),
		cmocka_unit_test(config__failed_allocations_leak_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
