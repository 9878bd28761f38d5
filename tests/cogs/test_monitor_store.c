/* SPDX-License-Identifier: MIT
 *
 * The shard monitor's state file and the Python framework's files.
 */
#include <unistd.h>

#include "helper/zx_test.h"
#include "zoryx/shard_monitor.h"

/* As the original writes them, with what it should not have written. */
static const char theirs[] =
	"{\n  \"3\": {\n    \"shard_id\": 3,\n    \"latency_avg\": Infinity,\n"
	"    \"latency_current\": NaN,\n    \"latency_min\": 0.05,\n"
	"    \"latency_max\": 0.05,\n    \"events\": {\"metrics_collection\": 2,"
	" \"MESSAGE_CREATE\": 9},\n    \"connects\": 4,\n    \"disconnects\": 3,"
	"\n    \"reconnects\": 2,\n    \"errors\": 0,\n    \"messages\": 12345,"
	"\n    \"commands\": 67,\n    \"uptime_pct\": 100.0,\n"
	"    \"health_status\": \"\\ud83d\\udfe2\",\n    \"guilds_joined\": 1,\n"
	"    \"guilds_left\": 0,\n    \"timestamp\": 1795165526.3159769\n  },\n"
	"  \"11\": {\"messages\": 5}\n}\n";

struct store {
	struct zx_state *s;
	char path[64];
	struct zx_buf metrics, alerts;
};

static struct store open_store(void)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct store t;

	snprintf(t.path, sizeof(t.path), "/tmp/zx-store-%ld.db",
		 (long)getpid());
	unlink(t.path);
	o.path = t.path;
	assert_err(zx_state_open(&t.s, &o), ZX_OK);
	zx_buf_init(&t.metrics, NULL, 0);
	zx_buf_init(&t.alerts, NULL, 0);
	return t;
}

static void close_store(struct store *t)
{
	zx_state_close(t->s);
	unlink(t->path);
	zx_buf_release(&t->metrics);
	zx_buf_release(&t->alerts);
}

static size_t export(struct store *t)
{
	size_t n = 0;

	zx_buf_clear(&t->metrics);
	zx_buf_clear(&t->alerts);
	assert_err(zx_monitor_export(t->s, &t->metrics, &t->alerts, &n), ZX_OK);
	return n;
}

static void monitor_store__nothing_is_exported_from_nothing(void **state)
{
	struct store t = open_store();

	(void)state;
	assert_int_equal(export(&t), 0);
	assert_int_equal(t.metrics.len, 0);
	assert_int_equal(t.alerts.len, 0);
	close_store(&t);
}

static void monitor_store__the_originals_metrics_come_and_go(void **state)
{
	struct store t = open_store();
	struct zx_str text;
	size_t n, i;

	(void)state;
	assert_err(zx_monitor_import_metrics(t.s, zx_str(theirs), &n), ZX_OK);
	assert_int_equal(n, 2);
	/* a second time replaces, it does not add */
	assert_err(zx_monitor_import_metrics(t.s, zx_str(theirs), &n), ZX_OK);
	assert_int_equal(export(&t), 2);
	text = zx_buf_str(&t.metrics);
	assert_err(zx_json_check(text, 0, NULL), ZX_OK);
	for (i = 0; i < text.len; i++)
		assert_true((unsigned char)text.ptr[i] < 0x80);
	assert_int_equal(zx_json_get_u64(zx_json_get(text, "3"), "messages"),
			 12345);
	assert_int_equal(zx_json_get_u64(zx_json_get(text, "3"), "reconnects"),
			 2);
	assert_int_equal(
		zx_json_get_u64(zx_json_get(zx_json_get(text, "3"), "events"),
				"MESSAGE_CREATE"),
		9);
	assert_true(zx_json_is(
		zx_json_get(zx_json_get(text, "11"), "health_status"),
		"\xf0\x9f\x9f\xa2"));
	assert_true(zx_str_starts(text, "{\n  \"3\": {"));
	close_store(&t);
}

static void monitor_store__what_is_wrong_changes_nothing(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "", ZX_E_SYNTAX },
		{ "{", ZX_E_SYNTAX },
		{ "[]", ZX_E_SYNTAX },
		{ "{\"x\":{}}", ZX_E_INVALID },
		{ "{\"1\":5}", ZX_E_INVALID },
		{ "{\"1\":{},\"1\":{}}", ZX_E_INVALID },
		{ "{\"4294967296\":{}}", ZX_E_INVALID },
		{ "{\"100000\":{}}", ZX_E_INVALID },
	};
	struct store t = open_store();
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_err(zx_monitor_import_metrics(t.s, zx_str(rows[i].text),
						     &n),
			   rows[i].err);
		assert_int_equal(export(&t), 0);
	}
	close_store(&t);
}

static void monitor_store__the_originals_alerts_come_and_go(void **state)
{
	static const char text[] =
		"{\n  \"alert_channel_id\": 1234567890123456789,\n"
		"  \"alert_threshold\": 5\n}\n";
	struct store t = open_store();

	(void)state;
	assert_err(zx_monitor_import_alerts(t.s, zx_str(text)), ZX_OK);
	export(&t);
	assert_string_equal(zx_buf_cstr(&t.alerts), text);
	assert_err(zx_monitor_import_alerts(t.s,
					    zx_str("{\"alert_channel_id\":null,"
						   "\"alert_threshold\":0}")),
		   ZX_OK);
	export(&t);
	assert_string_equal(zx_buf_cstr(&t.alerts),
			    "{\n  \"alert_channel_id\": null,\n"
			    "  \"alert_threshold\": 1\n}\n");
	assert_err(zx_monitor_import_alerts(
			   t.s, zx_str("{\"alert_threshold\":500}")),
		   ZX_OK);
	export(&t);
	assert_non_null(strstr(zx_buf_cstr(&t.alerts), ": 20\n"));
	close_store(&t);
}

static void M11__a_corrupt_alert_file_is_refused_not_forgotten(void **state)
{
	struct store t = open_store();

	(void)state;
	assert_err(
		zx_monitor_import_alerts(t.s, zx_str("{\"alert_channel_id\":77,"
						     "\"alert_threshold\":4}")),
		ZX_OK);
	assert_err(zx_monitor_import_alerts(t.s, zx_str("{\"alert_ch")),
		   ZX_E_SYNTAX);
	assert_err(zx_monitor_import_alerts(t.s, zx_str("7")), ZX_E_INVALID);
	assert_err(zx_monitor_import_alerts(
			   t.s, zx_str("{\"alert_channel_id\":\"#here\"}")),
		   ZX_E_INVALID);
	assert_err(zx_monitor_import_alerts(
			   t.s, zx_str("{\"alert_threshold\":\"many\"}")),
		   ZX_E_INVALID);
	export(&t);
	assert_non_null(strstr(zx_buf_cstr(&t.alerts), ": 77,"));
	assert_non_null(strstr(zx_buf_cstr(&t.alerts), ": 4\n"));
	close_store(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			monitor_store__nothing_is_exported_from_nothing),
		cmocka_unit_test(
			monitor_store__the_originals_metrics_come_and_go),
		cmocka_unit_test(monitor_store__what_is_wrong_changes_nothing),
		cmocka_unit_test(
			monitor_store__the_originals_alerts_come_and_go),
		cmocka_unit_test(
			M11__a_corrupt_alert_file_is_refused_not_forgotten),
	};

	return cmocka_run_group_tests_name("monitor store", tests, NULL, NULL);
}
