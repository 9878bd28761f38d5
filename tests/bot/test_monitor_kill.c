/* SPDX-License-Identifier: MIT
 *
 * What of the shard monitor outlives kill -9: counters, configuration, and
 * alerts that were decided but have not arrived.
 */
#include <signal.h>
#include <sys/wait.h>

#include "bot/monitor.h"

#define SAVED "zoryx_metrics_saved_timestamp_seconds 1"

/* A recovery takes longer than a kill. */
static const struct zx_monitor_options patient = {
	.size = sizeof(patient),
	.collect_ms = 20,
	.health_ms = 50,
	.save_ms = 500,
	.retry_ms = 50,
	.pending_ms = 1,
	.resolve_ms = 3600 * 1000,
	.group_ms = 1,
};
static const char *pace = "quick";

/* The bot as a program of its own, to be killed. */
static int run_alone(char **arg)
{
	struct run *r = fresh();

	r->bo.token = arg[0];
	r->bo.api_url = arg[1];
	snprintf(r->state, sizeof(r->state), "%s", arg[2]);
	r->config.metrics_port = (uint16_t)atoi(arg[3]);
	if (!strcmp(arg[4], "patient"))
		tuning = &patient;
	return make_bot(r) || zx_bot_run(r->bot);
}

/* Also when a test fails: it would hold on to the output. */
static pid_t alone;
static const char *program;

static int end_alone(void **state)
{
	(void)state;
	if (alone > 0)
		kill(alone, SIGKILL);
	alone = 0;
	return 0;
}

static pid_t spawn(struct run *r)
{
	char port[8];
	pid_t pid;

	snprintf(port, sizeof(port), "%u", r->config.metrics_port);
	pid = fork();
	if (!pid) {
		execl(program, program, "--bot", zx_sandbox_token(r->box),
		      zx_sandbox_api_url(r->box), r->state, port, pace,
		      (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	alone = pid;
	return pid;
}

static void kill_9(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	alone = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void M11__kill_9_keeps_counters_and_configuration(void **state)
{
	struct run *r = fresh();
	struct zx_state_options so = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;
	struct zx_buf metrics, alerts;
	char text[96];
	size_t shards;
	pid_t pid;
	int i;

	(void)state;
	box_up(r);
	pid = spawn(r);
	assert_err(zx_sandbox_wait_ready(r->box, 1, WAIT_MS), ZX_OK);
	snprintf(text, sizeof(text), "!shardalerts <#%llu> 7",
		 (unsigned long long)general(r, 1));
	zx_sandbox_say(r->box, 0, 0, text, NULL);
	says(r, "will be posted");
	says(r, "7 consecutive failures");
	for (i = 0; i < 5; i++)
		zx_sandbox_say(r->box, 0, 0, "counted", NULL);
	WAIT_FOR(measured(r, "zoryx_shard_messages_total{shard=\"0\"} 6"));
	/* the second save from here on has them for sure */
	for (i = 0; i < 2; i++) {
		WAIT_FOR(fetched(r, "/metrics", SAVED));
		snprintf(text, sizeof(text), "\n%s",
			 strstr(zx_buf_cstr(&r->text), SAVED));
		*strchr(text + 1, '\n') = '\0';
		WAIT_FOR(!measured(r, text + 1));
	}
	kill_9(pid);
	so.path = r->state;
	assert_err(zx_state_open(&s, &so), ZX_OK);
	zx_buf_init(&metrics, NULL, 0);
	zx_buf_init(&alerts, NULL, 0);
	assert_err(zx_monitor_export(s, &metrics, &alerts, &shards), ZX_OK);
	assert_int_equal(shards, 1);
	assert_non_null(strstr(zx_buf_cstr(&metrics), "\"messages\":6"));
	assert_non_null(strstr(zx_buf_cstr(&alerts), "\"alert_threshold\": 7"));
	zx_state_close(s);
	zx_buf_release(&metrics);
	zx_buf_release(&alerts);
	pid = spawn(r);
	WAIT_FOR(measured(r, "zoryx_shard_messages_total{shard=\"0\"} 6"));
	kill_9(pid);
	bot_up(r);
	slash(r, "shardalerts", NULL, "7 consecutive failures");
	snprintf(text, sizeof(text), "<#%llu>",
		 (unsigned long long)general(r, 1));
	want(r, text);
	down(r);
}

/* Alerts */

/* By hand, for the bot that was killed and those after it. */
static size_t titles_in(struct run *r, uint64_t channel, const char *words)
{
	char title[96];
	const char *at;
	char request[256];
	size_t n = 0;

	snprintf(title, sizeof(title), "\"title\":\"%s\"", words);
	snprintf(request, sizeof(request),
		 "GET /sandbox/messages?user=%llu&channel=%llu HTTP/1.1\r\n"
		 "Host: localhost\r\nConnection: close\r\n\r\n",
		 (unsigned long long)zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
		 (unsigned long long)channel);
	zx_buf_clear(&r->text);
	http_exchange(url_port(zx_sandbox_api_url(r->box)), request, &r->text);
	want(r, "HTTP/1.1 200");
	for (at = zx_buf_cstr(&r->text); (at = strstr(at, title)); at++)
		n++;
	return n;
}

static const char recovered[] = "✅ Shard Health Recovered";

static size_t alerts_in(struct run *r, uint64_t channel)
{
	return titles_in(r, channel, "⚠️ Shard Health Alert");
}

/* A bot of its own that tells #general about a connection that was cut, while
 * the fault holds for what it sends. */
static pid_t tell_with(struct run *r, const char *trouble)
{
	pid_t pid = spawn(r);
	char text[96];

	assert_err(zx_sandbox_wait_ready(r->box, 1, WAIT_MS), ZX_OK);
	snprintf(text, sizeof(text), "!shardalerts <#%llu>",
		 (unsigned long long)general(r, 0));
	zx_sandbox_say(r->box, 0, 0, text, NULL);
	says(r, "will be posted");
	says(r, "Shard Alerts Configured");
	if (trouble)
		fault(r, trouble);
	fault(r, "{\"fault\":\"drop\"}");
	says(r, "Shard Health Alert");
	return pid;
}

static void M07__an_alert_outlives_the_bot_that_could_not_send_it(void **state)
{
	struct run *r = fresh();
	uint64_t here;
	pid_t pid;
	int i;

	(void)state;
	box_up(r);
	here = general(r, 0);
	pid = tell_with(r, "{\"fault\":\"rest_500\",\"times\":0,\"route\":"
			   "\"" SEND "\"}");
	kill_9(pid);
	assert_int_equal(alerts_in(r, here), 0);
	heal(r);
	pid = spawn(r);
	WAIT_FOR(alerts_in(r, here));
	WAIT_FOR(measured(r, "zoryx_alerts_waiting 0"));
	kill_9(pid);
	/* and not again */
	for (i = 0; i < 2; i++) {
		pid = spawn(r);
		WAIT_FOR(measured(r, "zoryx_alerts_waiting 0"));
		WAIT_FOR(measured(r, "zoryx_shard_up{shard=\"0\"} 1"));
		usleep(300000);
		kill_9(pid);
		assert_int_equal(alerts_in(r, here), 1);
	}
	bot_up(r);
	down(r);
}

/* It has arrived, but the answer has not: the nonce tells that it is one. */
static void M07__an_alert_whose_answer_was_lost_is_not_shown_twice(void **state)
{
	struct run *r = fresh();
	uint64_t here;
	pid_t pid;

	(void)state;
	box_up(r);
	here = general(r, 0);
	pid = tell_with(r, "{\"fault\":\"rest_slow\",\"ms\":15000,\"times\":1,"
			   "\"route\":\"" SEND "\"}");
	WAIT_FOR(alerts_in(r, here));
	kill_9(pid);
	pid = spawn(r);
	says(r, "Shard Health Alert");
	WAIT_FOR(measured(r, "zoryx_alerts_waiting 0"));
	kill_9(pid);
	assert_int_equal(alerts_in(r, here), 1);
	bot_up(r);
	WAIT_FOR(titles_in(r, here, recovered) == 1);
	assert_int_equal(alerts_in(r, here), 1);
	down(r);
}

/* Switched off: nothing of it is left for the next one. */
static void M07__alerts_that_are_disabled_are_not_kept(void **state)
{
	struct run *r = fresh();
	uint64_t here;
	pid_t pid;

	(void)state;
	box_up(r);
	here = general(r, 0);
	pid = tell_with(r, "{\"fault\":\"rest_500\",\"times\":0,\"route\":"
			   "\"" SEND "\"}");
	WAIT_FOR(measured(r, "zoryx_alerts_waiting 1"));
	slash(r, "shardalerts", NULL, "Disable alerts");
	press(r, "disable", NULL, "Shard Alerts Disabled");
	kill_9(pid);
	heal(r);
	bot_up(r);
	assert_true(measured(r, "zoryx_alerts_waiting 0"));
	usleep(300000);
	assert_int_equal(alerts_in(r, here), 0);
	down(r);
}

/* Killed when it has told of trouble and the shard is well again, but not for
 * long enough to say so. */
static void kill_with_an_incident(struct run *r)
{
	uint64_t here = general(r, 0);
	pid_t pid;

	pace = "patient";
	pid = tell_with(r, NULL);
	pace = "quick";
	WAIT_FOR(alerts_in(r, here) == 1);
	WAIT_FOR(measured(r, "zoryx_alerts_waiting 0"));
	WAIT_FOR(measured(r, "zoryx_shard_up{shard=\"0\"} 1"));
	kill_9(pid);
}

static void M07__what_a_killed_bot_told_is_ended_once_by_the_next(void **state)
{
	struct run *r = fresh();
	uint64_t here;
	pid_t pid;
	int i;

	(void)state;
	box_up(r);
	here = general(r, 0);
	kill_with_an_incident(r);
	assert_int_equal(titles_in(r, here, recovered), 0);
	for (i = 0; i < 3; i++) {
		pid = spawn(r);
		WAIT_FOR(titles_in(r, here, recovered) == 1);
		WAIT_FOR(measured(r, "zoryx_alerts_waiting 0"));
		WAIT_FOR(measured(r, "zoryx_shard_up{shard=\"0\"} 1"));
		usleep(300000);
		kill_9(pid);
		assert_int_equal(titles_in(r, here, recovered), 1);
	}
	assert_int_equal(alerts_in(r, here), 1); /* it was not told twice */
	bot_up(r);
	down(r);
}

/* Moves what is remembered of the incident back in time. */
static int shift(uint64_t shard, const char *key, struct zx_str value, void *ud)
{
	struct zx_buf *out = ud;

	assert_int_equal(shard, 0);
	assert_string_equal(key, "told");
	zx_buf_addf(out, "{\"tier\":%llu,\"text\":\"as it was\",",
		    (unsigned long long)zx_json_get_u64(value, "tier"));
	zx_buf_addf(out, "\"began\":1000,\"told\":%lld}",
		    (long long)zx_json_get_i64(value, "told") - 25 * 3600000LL);
	return 0;
}

static void M07__what_was_told_more_than_a_day_ago_is_dropped(void **state)
{
	struct run *r = fresh();
	struct zx_state_options so = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;
	struct zx_buf text;

	(void)state;
	box_up(r);
	kill_with_an_incident(r);
	zx_buf_init(&text, NULL, 0);
	so.path = r->state;
	assert_err(zx_state_open(&s, &so), ZX_OK);
	assert_err(zx_state_each(s, "shard_monitor_incident", shift, &text),
		   ZX_OK);
	assert_int_not_equal(text.len, 0);
	assert_err(zx_state_put(s, "shard_monitor_incident", 0, "told",
				zx_buf_str(&text)),
		   ZX_OK);
	zx_state_close(s);
	zx_buf_release(&text);
	bot_up(r);
	WAIT_FOR(logged(r, "more than a day ago (as it was): that is "
			   "forgotten"));
	silent(r);
	down(r);
}

/* Switched off: what was told before is nothing to come back to. */
static void M07__disabled_alerts_leave_no_incident(void **state)
{
	struct run *r = fresh();
	uint64_t here;
	char args[64];

	(void)state;
	box_up(r);
	here = general(r, 0);
	kill_with_an_incident(r);
	tuning = &patient;
	bot_up(r);
	tuning = &quick;
	slash(r, "shardalerts", NULL, "Disable alerts");
	press(r, "disable", NULL, "Shard Alerts Disabled");
	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"}",
		 (unsigned long long)here);
	slash(r, "shardalerts", args, "Shard Alerts Configured");
	says(r, "will be posted");
	bot_down(r);
	bot_up(r);
	silent(r);
	down(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			M11__kill_9_keeps_counters_and_configuration,
			end_alone),
		cmocka_unit_test_teardown(
			M07__an_alert_outlives_the_bot_that_could_not_send_it,
			end_alone),
		cmocka_unit_test_teardown(
			M07__an_alert_whose_answer_was_lost_is_not_shown_twice,
			end_alone),
		cmocka_unit_test_teardown(
			M07__alerts_that_are_disabled_are_not_kept, end_alone),
		cmocka_unit_test_teardown(
			M07__what_a_killed_bot_told_is_ended_once_by_the_next,
			end_alone),
		cmocka_unit_test_teardown(
			M07__what_was_told_more_than_a_day_ago_is_dropped,
			end_alone),
		cmocka_unit_test_teardown(
			M07__disabled_alerts_leave_no_incident, end_alone),
	};

	program = argv[0];
	if (argc == 7 && !strcmp(argv[1], "--bot"))
		return run_alone(argv + 2);
	return cmocka_run_group_tests_name("bot/monitor_kill", tests, NULL,
					   NULL);
}
