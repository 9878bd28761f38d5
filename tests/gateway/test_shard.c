/* SPDX-License-Identifier: MIT
 *
 * shard: options, misuse by the host, memory, and the token.
 */
#include "gateway/drive.h"

static void shard__options_that_cannot_work_are_refused(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(zx_shard_new(&d.s, NULL), ZX_E_INVALID);
#define REFUSED(change, err)                                                   \
	do {                                                                   \
		drive_init(&d);                                                \
		d.opt.change;                                                  \
		assert_err(drive_new(&d), err);                                \
		assert_null(d.s);                                              \
	} while (0)
	REFUSED(size = 0, ZX_E_INVALID);
	REFUSED(token = NULL, ZX_E_INVALID);
	REFUSED(token = "", ZX_E_INVALID);
	REFUSED(gateway_url = NULL, ZX_E_INVALID);
	REFUSED(gateway_url = "https://discord.com", ZX_E_INVALID);
	REFUSED(gateway_url = "wss://", ZX_E_INVALID);
	REFUSED(gateway_url = "wss://a\r\nb", ZX_E_INVALID);
	REFUSED(rand.fill = NULL, ZX_E_INVALID);
	REFUSED(shard_id = 1, ZX_E_INVALID);
	REFUSED(large_threshold = 49, ZX_E_INVALID);
	REFUSED(large_threshold = 251, ZX_E_INVALID);
	REFUSED(compress = (enum zx_compression)7, ZX_E_INVALID);
	REFUSED(presence = ZX_STR("online"), ZX_E_INVALID);
	REFUSED(presence = ZX_STR("{"), ZX_E_INVALID);
	REFUSED(presence = ZX_STR("{} x"), ZX_E_INVALID);
#undef REFUSED
	zx_shard_free(NULL);
}

/* An older program's options end earlier: what it does not know is default. */
static void shard__a_shorter_options_struct_is_accepted(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.opt.size = offsetof(struct zx_shard_options, log);
	assert_err(drive_new(&d), ZX_OK);
	zx_shard_free(d.s);
}

static void LM_01__an_identify_over_4096_bytes_is_refused(void **state)
{
	char *presence = malloc(5000);
	struct drive d;
	size_t n;

	(void)state;
	for (n = 3700; n < 4096; n++) {
		int err;

		memset(presence, ' ', n);
		presence[0] = '{';
		presence[n - 1] = '}';
		drive_init(&d);
		d.opt.presence = (struct zx_str){ presence, n };
		err = drive_new(&d);
		if (err) {
			assert_err(err, ZX_E_TOOBIG);
			break;
		}
		assert_err(drive_identify(&d), ZX_OK);
		assert_true(strlen(d.sent) <= 4096);
		assert_true(strlen(d.sent) >= n);
		zx_shard_free(d.s);
	}
	assert_int_equal(strlen(d.sent), 0);
	assert_in_range(n, 3800, 4000);
	free(presence);
}

static void ID_01__the_bot_prefix_is_taken_off(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.opt.token = "Bot " DRIVE_TOKEN;
	assert_err(drive_new(&d), ZX_OK);
	assert_err(drive_identify(&d), ZX_OK);
	assert_non_null(strstr(d.sent, "\"token\":\"" DRIVE_TOKEN "\""));
	zx_shard_free(d.s);
}

/* A token with anything in it stays one JSON string. */
static void ID_01__strings_are_escaped(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.opt.token = "a\"b\\c";
	d.opt.os = "li\"nux";
	assert_err(drive_new(&d), ZX_OK);
	assert_err(drive_identify(&d), ZX_OK);
	assert_err(zx_json_check(zx_str(d.sent), 0, NULL), ZX_OK);
	assert_true(
		zx_json_is(zx_json_at(zx_str(d.sent), "d.token"), "a\"b\\c"));
	zx_shard_free(d.s);
}

/* Memory that an allocator got back must not hold the token. */
struct spy {
	struct zx_alloc alloc;
	size_t sizes[256];
	void *blocks[256];
	unsigned leaks;
};

static int holds(const void *p, size_t n)
{
	const char *c = p, *token = DRIVE_TOKEN;
	size_t i, len = strlen(token);

	for (i = 0; i + len <= n; i++)
		if (!memcmp(c + i, token, len))
			return 1;
	return 0;
}

static void *spy_realloc(void *ud, void *p, size_t n)
{
	struct spy *s = ud;
	void *q = NULL;
	size_t i;

	for (i = 0; p && s->blocks[i] != p; i++)
		;
	if (n) {
		size_t k = 0;

		q = calloc(1, n);
		while (s->blocks[k])
			k++;
		s->blocks[k] = q;
		s->sizes[k] = n;
	}
	if (p) {
		if (q)
			memcpy(q, p, s->sizes[i] < n ? s->sizes[i] : n);
		s->leaks += (unsigned)holds(p, s->sizes[i]);
		s->blocks[i] = NULL;
		free(p);
	}
	return q;
}

static void ID_07__the_token_is_wiped_and_never_told(void **state)
{
	struct spy spy = { .alloc = { spy_realloc, &spy } };
	struct drive d;

	(void)state;
	drive_init(&d);
	d.opt.alloc = &spy.alloc;
	drive_live(&d);
	assert_int_equal(d.logins, 1);
	drive_closed(&d, 4002);
	drive_reopen(&d);
	drive_text(&d, DRIVE_HELLO);
	assert_int_equal(d.logins, 2);
	drive_event(&d, 2);
	drive_closed(&d, 4004);
	assert_null(strstr(zx_shard_error(d.s), DRIVE_TOKEN));
	assert_null(strstr(d.reason, DRIVE_TOKEN));
	zx_shard_free(d.s);
	assert_int_equal(spy.leaks, 0);
	/* The spy itself must be able to see one. */
	zx_delete(&spy.alloc, zx_str_dup(&spy.alloc, ZX_STR(DRIVE_TOKEN)));
	assert_int_equal(spy.leaks, 1);
}

static void shard__a_second_message_before_poll_is_refused(void **state)
{
	struct zx_shard_out o;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	assert_err(zx_shard_feed(d.s, d.generation,
				 ZX_STR("{\"t\":\"A\",\"s\":2,\"op\":0,"
					"\"d\":{}}"),
				 0),
		   ZX_OK);
	assert_err(zx_shard_feed(d.s, d.generation, ZX_STR(DRIVE_ACK), 0),
		   ZX_E_STATE);
	/* Other inputs are welcome, and the event is still there. */
	assert_err(zx_shard_tick(d.s, 1), ZX_OK);
	zx_shard_on_closed(d.s, d.generation, 1006, 2);
	assert_int_equal(zx_shard_poll(d.s, &o), 1);
	assert_int_equal(o.kind, ZX_SHARD_OUT_STATE);
	assert_int_equal(zx_shard_poll(d.s, &o), 1);
	assert_int_equal(o.kind, ZX_SHARD_OUT_EVENT);
	assert_str(o.name, "A");
	assert_int_equal(o.seq, 2);
	assert_int_equal(zx_shard_poll(d.s, &o), 0);
	zx_shard_free(d.s);
}

/* Nobody polls for a long time: the machine neither fills up nor forgets where
 * it stands. */
static void shard__a_host_that_polls_late_gets_the_last_word(void **state)
{
	struct zx_shard_out o;
	unsigned kinds = 0;
	struct drive d;
	int i;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (i = 0; i < 50; i++) {
		zx_shard_on_closed(d.s, d.generation + (uint32_t)i, 1006,
				   d.now);
		d.now += 100000;
		zx_shard_tick(d.s, d.now);
	}
	while (zx_shard_poll(d.s, &o)) {
		kinds++;
		if (o.kind == ZX_SHARD_OUT_STATE)
			assert_int_equal(o.state, ZX_SHARD_CONNECTING);
		else if (o.kind == ZX_SHARD_OUT_CONNECT)
			assert_int_equal(o.generation,
					 zx_shard_stats(d.s)->connects);
		else
			assert_int_equal(o.kind, ZX_SHARD_OUT_SESSION);
	}
	assert_in_range(kinds, 2, 3);
	zx_shard_free(d.s);
}

static void shard__time_that_goes_back_does_no_harm(void **state)
{
	struct drive d;
	int i;

	(void)state;
	drive_init(&d);
	d.now = 1000000;
	drive_live(&d);
	for (i = 0; i < 100; i++) {
		d.now = 5;
		drive_event(&d, i + 2);
		assert_err(zx_shard_tick(d.s, 5), ZX_OK);
		zx_shard_send(d.s, 3, ZX_STR("{}"), 5);
		drive_poll(&d);
	}
	assert_int_equal(d.closes, 0);
	assert_true(zx_shard_stats(d.s)->last_event_at == 1000000);
	zx_shard_free(d.s);
}

static void shard__stats_count_what_happens(void **state)
{
	const struct zx_shard_stats *st;
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	st = zx_shard_stats(d.s);
	assert_true(st->ready_at == ZX_TIME_NEVER);
	assert_true(st->last_event_at == ZX_TIME_NEVER);
	assert_int_equal(zx_shard_id(d.s), 0);
	d.now = 1000;
	assert_err(drive_identify(&d), ZX_OK);
	drive_text(&d, DRIVE_READY);
	assert_true(st->ready_at == 1000);
	d.now = 2000;
	drive_event(&d, 2);
	drive_text(&d, "{\"t\":\"FUTURE\",\"s\":3,\"op\":0,\"d\":{}}");
	drive_text(&d, "{}");
	drive_text(&d, "{\"op\":7,\"d\":null}");
	assert_true(st->ready_at == ZX_TIME_NEVER);
	assert_true(st->last_event_at == 2000);
	assert_int_equal(st->events, 3);
	assert_int_equal(st->unknown_events, 1);
	assert_int_equal(st->bad_frames, 1);
	assert_int_equal(st->identifies, 1);
	assert_int_equal(st->reconnect_requests, 1);
	assert_int_equal(st->connects, 1);
	assert_int_equal(st->connect_failures, 0);
	assert_int_equal(st->sends, 1);
	assert_true(st->bytes_in > strlen(DRIVE_HELLO DRIVE_READY));
	assert_true(st->bytes_in == st->bytes_inflated);
	drive_closed(&d, 0);
	assert_int_equal(st->last_close, 1006);
	drive_until(&d, zx_shard_deadline(d.s));
	zx_shard_on_failed(d.s, d.generation, NULL, d.now);
	assert_int_equal(st->connect_failures, 1);
	assert_non_null(strstr(zx_shard_error(d.s), "cannot connect"));
	zx_shard_free(d.s);
}

static void shard__names_of_states(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i <= ZX_SHARD_DEAD; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(
				zx_shard_state_name((enum zx_shard_state)i),
				zx_shard_state_name((enum zx_shard_state)j));
	assert_string_equal(zx_shard_state_name((enum zx_shard_state)99),
			    "unknown");
}

/* A thousand of them share a process. */
static void shard__an_idle_shard_is_small(void **state)
{
	struct fail_alloc f;
	struct drive d;

	(void)state;
	fail_alloc_init(&f);
	drive_init(&d);
	d.opt.alloc = &f.alloc;
	drive_live(&d);
	drive_event(&d, 2);
	assert_true(f.live_bytes < 3 << 10);
	zx_shard_free(d.s);
	fail_alloc_check(&f);
}

/* Events cost no allocation, whatever the stream is. */
static void shard__an_event_allocates_nothing(void **state)
{
	struct fail_alloc f;
	struct drive d;
	size_t before;
	int i;

	(void)state;
	fail_alloc_init(&f);
	drive_init(&d);
	d.opt.alloc = &f.alloc;
	drive_live(&d);
	drive_event(&d, 2);
	before = f.calls;
	for (i = 3; i < 1000; i++)
		drive_event(&d, i);
	assert_int_equal(f.calls, before);
	assert_int_equal(d.events, 999);
	zx_shard_free(d.s);
	fail_alloc_check(&f);
}

static int first_error(int a, int b)
{
	return a ? a : b;
}

/* Identify, live, commands, a drop, resume, member requests. */
static int scenario(const struct zx_alloc *a, void *ud)
{
	struct drive d;
	int err;

	(void)ud;
	drive_init(&d);
	d.opt.alloc = a;
	err = drive_new(&d);
	if (err)
		return err;
	err = drive_identify(&d);
	err = first_error(err, drive_text(&d, DRIVE_READY));
	err = first_error(err, zx_shard_send(d.s, 3, ZX_STR("{}"), d.now));
	err = first_error(
		err, zx_shard_send(d.s, 8,
				   ZX_STR("{\"guild_id\":\"1\",\"user_ids\":"
					  "\"2\",\"nonce\":\"abc\"}"),
				   d.now));
	drive_poll(&d);
	err = first_error(err, zx_shard_set_url(d.s, "wss://other"));
	drive_closed(&d, 1006);
	err = first_error(err, drive_until(&d, d.now + 5000));
	drive_open(&d);
	err = first_error(err, drive_text(&d, DRIVE_HELLO));
	err = first_error(err, drive_text(&d, DRIVE_RESUMED));
	if (!err)
		assert_int_equal(d.state, ZX_SHARD_READY);
	/* What happened in a call that returns nothing is told by tick. */
	err = first_error(err, zx_shard_tick(d.s, d.now));
	zx_shard_free(d.s);
	return err;
}

static void shard__every_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

static void shard__after_nomem_nothing_comes_any_more(void **state)
{
	struct zx_shard_out o;
	struct fail_alloc f;
	struct drive d;

	(void)state;
	fail_alloc_init(&f);
	drive_init(&d);
	d.opt.alloc = &f.alloc;
	assert_err(drive_new(&d), ZX_OK);
	zx_shard_start(d.s, 0);
	drive_poll(&d);
	drive_open(&d);
	drive_text(&d, DRIVE_HELLO);
	fail_alloc_from(&f, 1);
	zx_shard_grant(d.s, 0);
	assert_int_equal(zx_shard_poll(d.s, &o), 0);
	assert_int_equal(zx_shard_deadline(d.s), 0);
	assert_err(zx_shard_tick(d.s, 0), ZX_E_NOMEM);
	assert_true(zx_shard_deadline(d.s) == ZX_TIME_NEVER);
	assert_err(drive_text(&d, DRIVE_READY), ZX_E_NOMEM);
	assert_err(zx_shard_send(d.s, 3, ZX_STR("{}"), 0), ZX_E_NOMEM);
	assert_err(zx_shard_start(d.s, 0), ZX_E_NOMEM);
	zx_shard_stop(d.s, 0, 0);
	zx_shard_on_closed(d.s, d.generation, 4004, 0);
	assert_int_equal(zx_shard_poll(d.s, &o), 0);
	zx_shard_free(d.s);
	fail_alloc_check(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shard__options_that_cannot_work_are_refused),
		cmocka_unit_test(shard__a_shorter_options_struct_is_accepted),
		cmocka_unit_test(LM_01__an_identify_over_4096_bytes_is_refused),
		cmocka_unit_test(ID_01__the_bot_prefix_is_taken_off),
		cmocka_unit_test(ID_01__strings_are_escaped),
		cmocka_unit_test(ID_07__the_token_is_wiped_and_never_told),
		cmocka_unit_test(
			shard__a_second_message_before_poll_is_refused),
		cmocka_unit_test(
			shard__a_host_that_polls_late_gets_the_last_word),
		cmocka_unit_test(shard__time_that_goes_back_does_no_harm),
		cmocka_unit_test(shard__stats_count_what_happens),
		cmocka_unit_test(shard__names_of_states),
		cmocka_unit_test(shard__an_idle_shard_is_small),
		cmocka_unit_test(shard__an_event_allocates_nothing),
		cmocka_unit_test(shard__every_allocation_may_fail),
		cmocka_unit_test(shard__after_nomem_nothing_comes_any_more),
	};

	return cmocka_run_group_tests_name("gateway/shard", tests, NULL, NULL);
}
