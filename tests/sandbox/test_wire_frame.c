/* SPDX-License-Identifier: MIT
 *
 * wire_frame: what clients send, cut and joined in every way, and what RFC 6455
 * forbids them.
 */
#include <sys/socket.h>

#include "sandbox/box.h"
#include "sandbox/wire_int.h"

static const char beat[] = "{\"op\":1,\"d\":null}";

static void wire_frame__fragments_of_a_client_are_joined(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	for (size_t cut = 0; cut < sizeof(beat); cut++) {
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
		ws_send_frame(&c, 0x01, beat, cut);
		ws_send_frame(&c, 0x89, "between", 7);
		ws_send_frame(&c, 0x00, beat + cut, sizeof(beat) - 1 - cut);
		ws_send_frame(&c, 0x80, "", 0);
		assert_int_equal(ws_frame(&c), 0);
		assert_int_equal(c.head[0], 0x8a);
		assert_str(zx_buf_str(&c.frame), "between");
		assert_int_equal(gw_until_op(&c, 11), 0);
		ws_free(&c);
	}
	zx_sandbox_stop(b.s);
}

static void wire_frame__any_split_of_the_bytes_is_the_same(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	unsigned char bytes[2 + 4 + sizeof(beat) - 1] = {
		0x81, 0x80 | (sizeof(beat) - 1), 1, 2, 3, 4
	};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(beat); i++)
		bytes[6 + i] = (unsigned char)(beat[i] ^ bytes[2 + (i & 3)]);
	for (size_t cut = 1; cut < sizeof(bytes); cut++) {
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
		assert_int_equal(send(c.fd, bytes, cut, 0), cut);
		assert_int_equal(
			send(c.fd, bytes + cut, sizeof(bytes) - cut, 0),
			sizeof(bytes) - cut);
		assert_int_equal(gw_until_op(&c, 11), 0);
		ws_free(&c);
	}
	zx_sandbox_stop(b.s);
}

static void wire_frame__binary_messages_are_taken_too(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_send_frame(&c, 0x82, beat, sizeof(beat) - 1);
	assert_int_equal(gw_until_op(&c, 11), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* The code after a raw frame. */
static int code_after(const struct box *b, const char *frame, size_t n)
{
	struct ws_client c;
	int code;

	assert_int_equal(gw_hello(&c, b->port, WS_PLAIN), 0);
	assert_int_equal(send(c.fd, frame, n, 0), n);
	code = ws_until_closed(&c);
	ws_free(&c);
	return code;
}

#define CODE_AFTER(b, bytes) code_after(b, bytes, sizeof(bytes) - 1)

static void wire_frame__what_rfc_6455_forbids_closes_1002(void **state)
{
	struct box b = box_start();

	(void)state;
	/* not masked; a reserved bit; a reserved opcode */
	assert_int_equal(CODE_AFTER(&b, "\x81\x01x"), 1002);
	assert_int_equal(CODE_AFTER(&b, "\xc1\x81mmmmx"), 1002);
	assert_int_equal(CODE_AFTER(&b, "\x83\x81mmmmx"), 1002);
	assert_int_equal(CODE_AFTER(&b, "\x8b\x80mmmm"), 1002);
	/* a continuation of nothing; a message inside another */
	assert_int_equal(CODE_AFTER(&b, "\x80\x81mmmmx"), 1002);
	assert_int_equal(CODE_AFTER(&b, "\x01\x81mmmmx\x81\x81mmmmx"), 1002);
	/* a ping in fragments, and a long one */
	assert_int_equal(CODE_AFTER(&b, "\x09\x81mmmmx"), 1002);
	assert_int_equal(CODE_AFTER(&b, "\x89\xfe\x01\x00mmmm"), 1002);
	zx_sandbox_stop(b.s);
}

static void wire_frame__a_claimed_huge_length_takes_no_memory(void **state)
{
	struct box b = box_start();

	(void)state;
	assert_int_equal(CODE_AFTER(&b,
				    "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
				    "mmmm"),
			 4002);
	zx_sandbox_stop(b.s);
}

static void wire_frame__a_close_is_answered_with_its_code(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_send_close(&c, 4321);
	assert_int_equal(ws_until_closed(&c), 4321);
	assert_int_equal(ws_frame(&c), -1);
	assert_int_equal(c.eof, 1);
	ws_free(&c);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_send_frame(&c, 0x88, "", 0);
	assert_int_equal(ws_until_closed(&c), 0);
	assert_int_equal(c.head[0], 0x88);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_frame__headers_have_the_three_sizes(void **state)
{
	static const struct {
		size_t n, len;
		unsigned char second;
	} rows[] = {
		{ 0, 2, 0 },	   { 125, 2, 125 },    { 126, 4, 126 },
		{ 65535, 4, 126 }, { 65536, 10, 127 },
	};
	unsigned char out[10];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = zx__ws_header(out, 0x81, rows[i].n), n = 0;

		assert_int_equal(len, rows[i].len);
		assert_int_equal(out[0], 0x81);
		assert_int_equal(out[1], rows[i].second);
		for (size_t k = 2; k < len; k++)
			n = n << 8 | out[k];
		if (len > 2)
			assert_int_equal(n, rows[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_frame__fragments_of_a_client_are_joined),
		cmocka_unit_test(
			wire_frame__any_split_of_the_bytes_is_the_same),
		cmocka_unit_test(wire_frame__binary_messages_are_taken_too),
		cmocka_unit_test(wire_frame__what_rfc_6455_forbids_closes_1002),
		cmocka_unit_test(
			wire_frame__a_claimed_huge_length_takes_no_memory),
		cmocka_unit_test(wire_frame__a_close_is_answered_with_its_code),
		cmocka_unit_test(wire_frame__headers_have_the_three_sizes),
	};

	return cmocka_run_group_tests_name("wire_frame", tests, NULL, NULL);
}
