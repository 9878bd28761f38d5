/* SPDX-License-Identifier: MIT
 *
 * A bot in trouble: after each fault of the gateway or of REST it still
 * answers.
 */
#include "bot/run.h"

static const char *const gateway_faults[] = {
	"{\"fault\":\"close\",\"code\":0}",
	"{\"fault\":\"close\",\"code\":4000}",
	"{\"fault\":\"close\",\"code\":4008}",
	"{\"fault\":\"drop\"}",
	"{\"fault\":\"op7\"}",
	"{\"fault\":\"op9\",\"resumable\":true}",
	"{\"fault\":\"server_op1\"}",
	"{\"fault\":\"no_acks\"}",
	"{\"fault\":\"fragment\",\"size\":1}",
	"{\"fault\":\"masked\"}",
	"{\"fault\":\"rsv\"}",
	"{\"fault\":\"half_frame\"}",
	"{\"fault\":\"garbage\",\"kind\":\"utf8\"}",
	"{\"fault\":\"garbage\",\"kind\":\"truncated\"}",
	"{\"fault\":\"garbage\",\"kind\":\"types\"}",
	"{\"fault\":\"garbage\",\"kind\":\"op99\"}",
	"{\"fault\":\"garbage\",\"kind\":\"future\"}",
	"{\"fault\":\"garbage\",\"kind\":\"missing_d\"}",
	"{\"fault\":\"garbage\",\"kind\":\"huge_s\"}",
	"{\"fault\":\"corrupt_stream\"}",
	"{\"fault\":\"truncate_stream\"}",
	"{\"fault\":\"bomb\"}",
	"{\"fault\":\"big_guild\",\"bytes\":16777216}",
	"{\"fault\":\"ack_flood\",\"bytes\":8000000}",
};

/* Armed before the connection is lost, they meet the next one. */
static const char *const connect_faults[] = {
	"{\"fault\":\"upgrade_503\"}",
	"{\"fault\":\"op7_before_hello\"}",
	"{\"fault\":\"duplicate_replay\"}",
};

enum {
	COUNT = sizeof(gateway_faults) / sizeof(char *),
	MORE = sizeof(connect_faults) / sizeof(char *)
};

static void arm(struct test *t, size_t i)
{
	const char *fault =
		i < COUNT ? gateway_faults[i] : connect_faults[i - COUNT];

	assert_err(zx_sandbox_fault(t->box, fault), ZX_OK);
	if (i >= COUNT)
		assert_err(zx_sandbox_fault(t->box, "{\"fault\":\"drop\"}"),
			   ZX_OK);
}

/* A bot in a sandbox of its own for each fault, all at the same time. */
static void survives(enum zx_compression compression)
{
	struct zx_sandbox_options so = ZX_SANDBOX_OPTIONS_INIT;
	static struct test t[COUNT + MORE];
	static struct run r[COUNT + MORE]; /* outlives a failed test */
	struct zx_bot_options o;
	size_t i;

	so.heartbeat_ms = 2000;
	for (i = 0; i < COUNT + MORE; i++) {
		open_test(&t[i], &so);
		o = options(&t[i]);
		o.compression = compression;
		begin(&r[i], &t[i], &o);
	}
	for (i = 0; i < COUNT + MORE; i++) {
		WAIT_FOR(r[i].ready);
		arm(&t[i], i);
		assert_err(
			zx_sandbox_say(t[i].box, 0, 0, "!serversettings", NULL),
			ZX_OK);
	}
	for (i = 0; i < COUNT + MORE; i++) {
		says(&t[i], "embeds");
		assert_int_equal(stats(&t[i]).identifies, 1);
		stop(&r[i], 1);
		close_test(&t[i]);
	}
}

static void faults__of_the_gateway_are_survived_with_zstd(void **state)
{
	(void)state;
	survives(ZX_COMPRESS_ZSTD_STREAM);
}

static void faults__of_the_gateway_are_survived_with_zlib(void **state)
{
	(void)state;
	survives(ZX_COMPRESS_ZLIB_STREAM);
}

static void faults__of_the_gateway_are_survived_uncompressed(void **state)
{
	(void)state;
	survives(ZX_COMPRESS_NONE);
}

static const char *const rest_faults[] = {
	"{\"fault\":\"rest_429\",\"route\":\"POST /channels/{id}/messages\","
	"\"retry_after\":0.05}",
	"{\"fault\":\"rest_429\",\"route\":\"POST /channels/{id}/messages\","
	"\"scope\":\"shared\",\"retry_after\":0.05}",
	"{\"fault\":\"rest_429\",\"route\":\"POST /channels/{id}/messages\","
	"\"scope\":\"global\",\"retry_after\":0.05}",
	"{\"fault\":\"rest_502\",\"route\":\"POST /channels/{id}/messages\"}",
	"{\"fault\":\"rest_500\",\"route\":\"POST /channels/{id}/messages\"}",
	"{\"fault\":\"rest_slow\",\"route\":\"POST /channels/{id}/messages\","
	"\"ms\":300}",
	"{\"fault\":\"rest_drop\",\"route\":\"POST /channels/{id}/messages\"}",
};

/* What is lost or refused may cost an answer, never the next one. */
static void faults__of_rest_are_survived(void **state)
{
	struct test t = { .box = NULL };
	static struct run r;
	struct zx_buf body;
	size_t i;

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	for (i = 0; i < sizeof(rest_faults) / sizeof(char *); i++) {
		assert_err(zx_sandbox_fault(t.box, rest_faults[i]), ZX_OK);
		assert_err(zx_sandbox_say(t.box, 0, 0, "!serversettings", NULL),
			   ZX_OK);
		zx_buf_init(&body, NULL, 0);
		assert_err(zx_sandbox_expect(t.box,
					     "POST /channels/{id}/messages",
					     WAIT_MS, &body),
			   ZX_OK);
		zx_buf_release(&body);
	}
	WAIT_FOR(logged(&r, "slash commands registered"));
	slash(&t, ZX_SANDBOX_ADMIN, "serversettings", NULL, "embeds");
	stop(&r, 1);
	close_test(&t);
}

static void RL_12__a_401_ends_the_bot(void **state)
{
	struct test t = { .box = NULL };
	static struct run r;

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	assert_err(zx_sandbox_fault(t.box, "{\"fault\":\"rest_401\"}"), ZX_OK);
	assert_err(zx_sandbox_say(t.box, 0, 0, "!serversettings", NULL), ZX_OK);
	pthread_join(r.thread, NULL);
	assert_err(r.err, ZX_E_AUTH);
	assert_non_null(strstr(zx_bot_error(r.bot), "DISCORD_TOKEN"));
	zx_bot_free(r.bot);
	zx_buf_release(&r.log);
	pthread_mutex_destroy(&r.lock);
	close_test(&t);
}

/* The answer is on its way when the bot is told to stop. */
static void faults__a_slow_answer_is_finished_before_stopping(void **state)
{
	struct test t = { .box = NULL };
	static struct run r;
	struct zx_buf body;
	uint64_t id;

	(void)state;
	open_test(&t, NULL);
	start(&r, &t);
	WAIT_FOR(logged(&r, "slash commands registered"));
	assert_err(zx_sandbox_fault(t.box,
				    "{\"fault\":\"rest_slow\",\"route\":\"POST "
				    "/interactions/{id}/{token}/callback\","
				    "\"ms\":700}"),
		   ZX_OK);
	assert_err(zx_sandbox_slash(t.box, 0, 0, "serversettings", NULL, &id),
		   ZX_OK);
	WAIT_FOR(logged(&r, "/serversettings by"));
	stop(&r, 1);
	zx_buf_init(&body, NULL, 0);
	assert_err(zx_sandbox_answer(t.box, id, WAIT_MS, &body), ZX_OK);
	assert_non_null(strstr(zx_buf_cstr(&body), "embeds"));
	zx_buf_release(&body);
	close_test(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults__of_the_gateway_are_survived_with_zstd),
		cmocka_unit_test(faults__of_the_gateway_are_survived_with_zlib),
		cmocka_unit_test(
			faults__of_the_gateway_are_survived_uncompressed),
		cmocka_unit_test(faults__of_rest_are_survived),
		cmocka_unit_test(RL_12__a_401_ends_the_bot),
		cmocka_unit_test(
			faults__a_slow_answer_is_finished_before_stopping),
	};

	return cmocka_run_group_tests_name("bot/faults", tests, NULL, NULL);
}
