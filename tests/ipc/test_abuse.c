/* SPDX-License-Identifier: MIT
 *
 * Peers that mean no good, or cannot help it. The numbers are those of the
 * catalogue of faults.
 */
#include "ipc/desk.h"

static struct desk desk;

static void A01__slow_loris_is_cut_while_others_come_in(void **state)
{
	struct desk *d = &desk;
	unsigned i, k, open = 0;
	struct desk_peer *p;
	char address[32];

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < 250; i++) {
		snprintf(address, sizeof(address), "10.0.%u.1", i / 25);
		assert_non_null(desk_connect(d, address));
	}
	for (k = 0; k < 9; k++) {
		desk_until(d, d->now + 1000);
		for (i = 0; i < 250; i++)
			desk_bytes(
				d, &d->peer[i],
				(struct zx_str){ &"\0\0\1\0{\"op\":\""[k], 1 });
	}
	p = desk_join(d, "honest");
	for (i = 0; i < 250; i++)
		open += d->peer[i].link != 0;
	assert_int_equal(open, 250);
	desk_until(d, d->now + 1000);
	for (i = 0, open = 0; i < 250; i++)
		open += d->peer[i].link != 0;
	assert_int_equal(open, 0);
	assert_int_equal(desk_stats(d).auth_timeout, 250);
	assert_true(p->link);
	desk_close(d);
}

static void A02__half_a_frame_is_cut(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *b, *c;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	b = desk_join(d, "B");
	c = desk_join(d, "C");
	desk_bytes(d, a, (struct zx_str){ "\0\0\0\x20{\"op\"", 9 });
	desk_until(d, d->now + 20000);
	/* Bytes that trickle in do not help. */
	desk_bytes(d, a, ZX_STR(":"));
	desk_bytes(d, b, (struct zx_str){ "\0\0\0\x20{", 5 });
	desk_send(d, c, "{\"op\": \"x_a\", \"data\": {}}");
	desk_until(d, d->now + 9999);
	assert_true(a->link);
	desk_until(d, d->now + 1);
	assert_int_equal(a->link, 0);
	assert_true(b->link);
	/* A connection that breaks in the middle is gone at once. */
	zx_ipc_closed(d->hub, b->link, NULL, d->now);
	desk_poll(d);
	assert_int_equal(d->leaves, 2);
	assert_true(c->link);
	desk_close(d);
}

static void A03__impossible_lengths_are_cut(void **state)
{
	static const uint32_t lengths[] = { 0, 1000001, 0x80000000u,
					    0xffffffffu };
	struct desk *d = &desk;
	unsigned char head[4];
	struct desk_peer *p;
	char name[16];
	size_t i;

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		p = desk_join(d, name);
		zx_ipc_header(head, lengths[i]);
		desk_bytes(d, p, (struct zx_str){ (char *)head, 4 });
		assert_int_equal(p->link, 0);
		assert_int_equal(d->leaves, i + 1);
	}
	desk_close(d);
}

static void A04__more_than_4_KiB_before_the_secret_is_cut(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *p;
	unsigned char head[4];
	size_t before;

	(void)state;
	desk_init(d);
	desk_open(d);
	p = desk_connect(d, "10.0.0.1");
	before = d->mem.live_bytes;
	zx_ipc_header(head, 4097);
	desk_bytes(d, p, (struct zx_str){ (char *)head, 4 });
	assert_int_equal(p->link, 0);
	p = desk_connect(d, "10.0.0.1");
	zx_ipc_header(head, 4096);
	desk_bytes(d, p, (struct zx_str){ (char *)head, 4 });
	assert_true(p->link);
	assert_true(d->mem.live_bytes < before + 8192);
	desk_close(d);
}

static void A05_A06__what_is_no_json_ends_its_own_connection(void **state)
{
	static const char *const rows[] = {
		"x",
		"[]",
		"{}",
		"{\"op\": \"x_a\"}",
		"{\"op\": 1, \"data\": {}}",
		"{\"op\": \"x_a\", \"data\": []}",
		"{\"op\": \"x_a\", \"data\": {\"a\": \"\xff\"}}",
		"{\"op\": \"x_a\", \"data\": {\"a\": \"\xed\xa0\x80\"}}",
		"{\"op\": \"x_a\", \"data\": {\"a\": 1,}}",
		"{\"op\": \"x_a\", \"data\": {\"a\" 1}}",
		"{\"op\": \"x_a\", \"data\": {]}}",
		"{\"op\": \"x_a\", \"data\": {}, \"target\": tru}",
	};
	struct desk *d = &desk;
	struct desk_peer *a, *p;
	struct zx_buf deep;
	char name[16];
	size_t i, before;
	int k;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		p = desk_join(d, name);
		before = a->frames;
		desk_send(d, p, rows[i]);
		assert_int_equal(p->link, 0);
		/* The leave, and not what it had sent. */
		assert_int_equal(a->frames, before + 1);
		assert_non_null(strstr(a->last, "cluster_leave"));
	}
	assert_int_equal(desk_stats(d).bad, i);
	zx_buf_init(&deep, NULL, 0);
	zx_buf_addc(&deep, "{\"op\": \"x_a\", \"data\": {\"a\": ");
	for (k = 0; k < 10000; k++)
		zx_buf_addch(&deep, '[');
	for (k = 0; k < 10000; k++)
		zx_buf_addch(&deep, ']');
	zx_buf_addc(&deep, "}}");
	p = desk_join(d, "deep");
	desk_send(d, p, zx_buf_cstr(&deep));
	assert_int_equal(p->link, 0);
	assert_int_equal(d->messages, 0);
	assert_true(a->link);
	zx_buf_release(&deep);
	desk_close(d);
}

static void ipc_abuse__neither_tls_nor_a_frame(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *p;

	(void)state;
	desk_init(d);
	desk_open(d);
	p = desk_connect(d, "10.0.0.1");
	desk_bytes(d, p, ZX_STR("GET / HTTP/1.1\r\n\r\n"));
	assert_int_equal(p->link, 0);
	assert_int_equal(p->bytes, 0);
	p = desk_connect(d, "10.0.0.1");
	desk_bytes(d, p, (struct zx_str){ "\x16\x03\x01\xff\xff garbage", 13 });
	assert_int_equal(p->link, 0);
	desk_close(d);
}

static void A12__a_thousand_strangers_keep_nobody_out(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *p;
	unsigned i, open = 0, same = 0;
	char address[32];

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < 100; i++)
		assert_non_null(desk_connect(d, "10.9.9.9"));
	for (i = 0; i < 100; i++)
		same += d->peer[i].link != 0;
	assert_int_equal(same, 32);
	for (i = 0; i < 1000; i++) {
		snprintf(address, sizeof(address), "10.0.%u.%u", i / 250,
			 i % 250);
		assert_non_null(desk_connect(d, address));
	}
	for (i = 0; i < d->peers; i++)
		open += d->peer[i].link != 0;
	assert_int_equal(open, 256);
	p = desk_join(d, "honest");
	assert_true(p->link);
	desk_until(d, d->now + 10000);
	for (i = 0, open = 0; i < d->peers; i++)
		open += d->peer[i].link != 0;
	assert_int_equal(open, 1);
	desk_close(d);
}

static void A13__who_does_not_read_is_dropped_and_nobody_waits(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *b, *deaf;
	struct zx_buf b600;
	unsigned i, n = 0;
	size_t before;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	deaf = desk_join(d, "deaf");
	b = desk_join(d, "B");
	deaf->deaf = 1;
	before = b->frames;
	zx_buf_init(&b600, NULL, 0);
	for (i = 0; i < 40000; i++) {
		zx_buf_clear(&b600);
		zx_buf_addf(&b600,
			    "{\"op\": \"x_a\", \"data\": {\"t\": \"%0540u\"}, "
			    "\"target\": \"all\", \"nonce\": \"%u\"}",
			    i, i);
		desk_send(d, a, zx_buf_cstr(&b600));
		n += deaf->link != 0;
	}
	/* The leave of the deaf one is one more. */
	assert_int_equal(b->frames, before + 40000 + 1);
	assert_int_equal(deaf->link, 0);
	assert_true(n * b600.len < (16 << 20) + 2 * b600.len);
	assert_true(n * b600.len > (15 << 20));
	assert_int_equal(desk_stats(d).slow, 1);
	assert_int_equal(d->warnings, 1);
	assert_non_null(strstr(d->warning, "deaf is gone: does not read"));
	zx_buf_release(&b600);
	desk_close(d);
}

static void A13__stats_are_the_first_to_be_left_out(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *deaf;
	struct zx_ipc_peer p;
	unsigned i;

	(void)state;
	desk_init(d);
	d->opt.queue_soft = 10000;
	desk_open(d);
	a = desk_join(d, "A");
	deaf = desk_join(d, "deaf");
	deaf->deaf = 1;
	for (i = 0; i < 1000; i++)
		desk_send(
			d, a,
			"{\"op\": \"stats_broadcast\", \"data\": {\"a\": 1}}");
	assert_err(zx_ipc_peer(d->hub, 1, &p), ZX_OK);
	assert_true(p.queued > 10000 && p.queued < 10200);
	assert_true(desk_stats(d).stats_left_out > 800);
	desk_send(d, a, "{\"op\": \"x_a\", \"data\": {}}");
	assert_err(zx_ipc_peer(d->hub, 1, &p), ZX_OK);
	assert_true(p.queued > 10060);
	assert_true(deaf->link);
	desk_close(d);
}

static void A14__a_peer_frozen_for_two_minutes_comes_back(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *frozen;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	frozen = desk_join(d, "frozen");
	frozen->deaf = 1;
	desk_send(d, a, "{\"op\": \"x_a\", \"data\": {}}");
	desk_until(d, d->now + 9999);
	assert_true(frozen->link);
	desk_until(d, d->now + 1);
	assert_int_equal(frozen->link, 0);
	assert_int_equal(desk_stats(d).slow, 1);
	desk_until(d, d->now + 100000);
	/* Nothing of what it has missed is kept for it. */
	frozen = desk_join(d, "frozen");
	assert_int_equal(frozen->frames, 1);
	assert_true(a->link);
	desk_close(d);
}

static void A14__silence_ends_a_connection_after_two_minutes(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *b;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	b = desk_join(d, "B");
	desk_until(d, d->now + 60000);
	desk_send(d, b, "{\"op\": \"x_a\", \"data\": {}}");
	desk_until(d, d->now + 59999);
	assert_true(a->link);
	desk_until(d, d->now + 1);
	assert_int_equal(a->link, 0);
	assert_true(b->link);
	assert_int_equal(desk_stats(d).silent, 1);
	assert_non_null(strstr(d->warning, "A is gone: silent for 120 s"));
	desk_close(d);
}

static void A18__the_wall_clock_may_jump(void **state)
{
	static const int64_t jumps[] = { 3600000, -3600000, 1577880000000,
					 -1577880000000, -1000 };
	struct desk *d = &desk;
	struct desk_peer *a;
	size_t i;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	for (i = 0; i < 5; i++) {
		zx_ipc_set_clock(d->hub, 1771430400125 + jumps[i], d->now);
		desk_until(d, d->now + 30000);
		desk_send(d, a, "{\"op\": \"heartbeat\", \"data\": {}}");
		assert_true(a->link);
		assert_non_null(strstr(a->last, "heartbeat_ack"));
	}
	/* Time that seems to go back is taken for standing still. */
	assert_err(zx_ipc_feed(d->hub, a->link, ZX_STR(""), d->now - 5000),
		   ZX_OK);
	zx_ipc_tick(d->hub, d->now - 5000);
	desk_poll(d);
	assert_true(a->link);
	assert_int_equal(d->warnings, 0);
	desk_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(A01__slow_loris_is_cut_while_others_come_in),
		cmocka_unit_test(A02__half_a_frame_is_cut),
		cmocka_unit_test(A03__impossible_lengths_are_cut),
		cmocka_unit_test(A04__more_than_4_KiB_before_the_secret_is_cut),
		cmocka_unit_test(
			A05_A06__what_is_no_json_ends_its_own_connection),
		cmocka_unit_test(ipc_abuse__neither_tls_nor_a_frame),
		cmocka_unit_test(A12__a_thousand_strangers_keep_nobody_out),
		cmocka_unit_test(
			A13__who_does_not_read_is_dropped_and_nobody_waits),
		cmocka_unit_test(A13__stats_are_the_first_to_be_left_out),
		cmocka_unit_test(A14__a_peer_frozen_for_two_minutes_comes_back),
		cmocka_unit_test(
			A14__silence_ends_a_connection_after_two_minutes),
		cmocka_unit_test(A18__the_wall_clock_may_jump),
	};

	return cmocka_run_group_tests_name("ipc abuse", tests, NULL, NULL);
}
