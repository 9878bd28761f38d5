/* SPDX-License-Identifier: MIT
 *
 * Frames and handshake of RFC 6455: what a server may send, however it is cut,
 * and what it may not.
 */
#include "helper/zx_test.h"
#include "net/ws.h"

/* What came, as "T5 P2 C1000 " ...: opcode and length, or code. */
struct seen {
	struct zx__wsc w;
	char text[256];
	unsigned long sum; /* of the payloads */
};

static void note(struct seen *s, const struct zx__wsc_message *m)
{
	size_t at = strlen(s->text), i;
	char kind = m->opcode == ZX__WSC_TEXT	  ? 'T'
		    : m->opcode == ZX__WSC_BINARY ? 'B'
		    : m->opcode == ZX__WSC_PING	  ? 'P'
		    : m->opcode == ZX__WSC_PONG	  ? 'O'
						  : 'C';
	size_t n = kind == 'C' ? (size_t)zx__wsc_close_code(m->payload)
			       : m->payload.len;

	snprintf(s->text + at, sizeof(s->text) - at, "%c%zu ", kind, n);
	for (i = 0; i < m->payload.len; i++)
		s->sum = s->sum * 31 + (unsigned char)m->payload.ptr[i];
}

static int feed(struct zx_str piece, void *ud)
{
	struct zx__wsc_message m;
	struct seen *s = ud;
	int n;

	while ((n = zx__wsc_feed(&s->w, &piece, &m)) > 0)
		note(s, &m);
	return n;
}

static void put(struct zx_buf *b, int first, size_t n, const void *payload)
{
	unsigned char head[10] = { (unsigned char)first };
	size_t size = 2, i;

	head[1] = (unsigned char)(n < 126 ? n : n < 65536 ? 126 : 127);
	if (n >= 126)
		size = n < 65536 ? 4 : 10;
	for (i = size; i > 2; i--)
		head[i - 1] = (unsigned char)((uint64_t)n >> (8 * (size - i)));
	zx_buf_add(b, head, size);
	zx_buf_add(b, payload, n);
}

static struct zx_buf conversation(void)
{
	char *big = malloc(70000);
	struct zx_buf b;

	memset(big, 'x', 70000);
	zx_buf_init(&b, NULL, 0);
	put(&b, 0x81, 5, "hello");
	put(&b, 0x82, 0, "");
	put(&b, 0x01, 3, "h\xc3\xa4");
	put(&b, 0x89, 2, "hi");
	put(&b, 0x00, 1, "\xe2");
	put(&b, 0x8a, 0, "");
	put(&b, 0x80, 2, "\x82\xac");
	put(&b, 0x82, 125, big);
	put(&b, 0x82, 126, big);
	put(&b, 0x82, 65535, big);
	put(&b, 0x82, 65536, big);
	put(&b, 0x81, 70000, big);
	put(&b, 0x88, 2, "\x03\xe8");
	free(big);
	return b;
}

static void B08__any_split_gives_the_same_messages(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 1000, 65536, 1 << 20, 0 };
	struct zx_buf b = conversation();
	struct zx_prng prng;
	struct zx_rand r;
	struct seen s;
	unsigned long sum = 0;
	size_t i;

	(void)state;
	zx_prng_init(&prng, 3);
	r = zx_prng_rand(&prng);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memset(&s, 0, sizeof(s));
		zx__wsc_init(&s.w, NULL, 1 << 20);
		assert_err(
			zx_test_split(zx_buf_str(&b), sizes[i], &r, feed, &s),
			ZX_OK);
		assert_string_equal(s.text, "T5 B0 P2 O0 T6 B125 B126 B65535 "
					    "B65536 T70000 C1000 ");
		assert_true(!i || s.sum == sum);
		sum = s.sum;
		zx__wsc_release(&s.w);
	}
	zx_buf_release(&b);
}

static void B08__what_the_rfc_forbids_a_server_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int err;
	} wrong[] = {
		{ "\x81\x85\1\2\3\4abcde", 11, ZX_E_PROTOCOL }, /* masked */
		{ "\x81\x80\1\2\3\4", 6, ZX_E_PROTOCOL },
		{ "\xc1\x00", 2, ZX_E_PROTOCOL }, /* reserved bits */
		{ "\xa1\x00", 2, ZX_E_PROTOCOL },
		{ "\x91\x00", 2, ZX_E_PROTOCOL },
		{ "\x83\x00", 2, ZX_E_PROTOCOL }, /* reserved opcodes */
		{ "\x87\x00", 2, ZX_E_PROTOCOL },
		{ "\x8b\x00", 2, ZX_E_PROTOCOL },
		{ "\x8f\x00", 2, ZX_E_PROTOCOL },
		{ "\x89\x7e\x01\x00", 4, ZX_E_PROTOCOL }, /* a long ping */
		{ "\x88\x7e\x00\x7e", 4, ZX_E_PROTOCOL },
		{ "\x09\x00", 2, ZX_E_PROTOCOL }, /* in fragments */
		{ "\x08\x00", 2, ZX_E_PROTOCOL },
		{ "\x80\x00", 2, ZX_E_PROTOCOL }, /* nothing to continue */
		{ "\x00\x00", 2, ZX_E_PROTOCOL },
		{ "\x01\x00\x81\x00", 4, ZX_E_PROTOCOL }, /* not continued */
		{ "\x02\x00\x02\x00", 4, ZX_E_PROTOCOL },
		{ "\x81\x7f\x80\0\0\0\0\0\0\0", 10, ZX_E_PROTOCOL }, /* 2^63 */
		{ "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10,
		  ZX_E_PROTOCOL },
		{ "\x82\x7f\0\0\x01\0\0\0\0\0", 10, ZX_E_TOOBIG }, /* 2^40 */
		{ "\x82\x7f\0\0\0\0\0\x10\0\x01", 10, ZX_E_TOOBIG },
		{ "\x81\x01\xff", 3, ZX_E_SYNTAX }, /* no UTF-8 */
		{ "\x81\x02\xc0\x80", 4, ZX_E_SYNTAX },
		{ "\x81\x03\xed\xa0\x80", 5, ZX_E_SYNTAX },
		{ "\x01\x01\xc3\x80\x01z", 6, ZX_E_SYNTAX },
	};
	struct seen s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct zx_str all = { wrong[i].bytes, wrong[i].n };

		memset(&s, 0, sizeof(s));
		zx__wsc_init(&s.w, NULL, 1 << 20);
		assert_err(zx_test_split(all, wrong[i].n, NULL, feed, &s),
			   wrong[i].err);
		zx__wsc_release(&s.w);
		memset(&s, 0, sizeof(s));
		zx__wsc_init(&s.w, NULL, 1 << 20);
		assert_err(zx_test_split(all, 1, NULL, feed, &s), wrong[i].err);
		zx__wsc_release(&s.w);
	}
}

static void B08__fragments_have_a_ceiling_together(void **state)
{
	char piece[1000] = { 0 };
	struct seen s = { .text = "" };
	struct zx_buf b;
	int i, err = 0;

	(void)state;
	zx__wsc_init(&s.w, NULL, 10000);
	zx_buf_init(&b, NULL, 0);
	put(&b, 0x02, sizeof(piece), piece);
	for (i = 0; !err && i < 20; i++) {
		err = feed(zx_buf_str(&b), &s);
		zx_buf_clear(&b);
		put(&b, 0x00, sizeof(piece), piece);
	}
	assert_err(err, ZX_E_TOOBIG);
	assert_int_equal(i, 11);
	zx_buf_release(&b);
	zx__wsc_release(&s.w);
}

static void B08__a_close_frame_is_empty_or_has_a_code(void **state)
{
	(void)state;
	assert_int_equal(zx__wsc_close_code(ZX_STR("")), 0);
	assert_int_equal(zx__wsc_close_code(ZX_STR("x")), -1);
	assert_int_equal(zx__wsc_close_code(ZX_STR("\x0f\xa9"
						   "gone")),
			 4009);
}

static void ws__what_we_send_is_masked(void **state)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 4096, 65535, 65536 };
	const unsigned char mask[4] = { 0x12, 0x34, 0x56, 0x78 };
	unsigned char *to = malloc(65536 + ZX__WSC_HEAD);
	char *text = malloc(65536);
	size_t i, k, n, head;

	(void)state;
	memset(text, 'q', 65536);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct zx_str payload = { text, sizes[i] };

		n = zx__wsc_frame(to, ZX__WSC_TEXT, payload, mask);
		head = sizes[i] < 126 ? 6 : sizes[i] < 65536 ? 8 : 14;
		assert_int_equal(n, head + sizes[i]);
		assert_int_equal(to[0], 0x81);
		assert_true(to[1] & 0x80);
		assert_memory_equal(to + head - 4, mask, 4);
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(to[head + k] ^ mask[k % 4], 'q');
	}
	free(text);
	free(to);
}

static int answer(const char *text)
{
	/* Key and answer of RFC 6455, section 1.3. */
	struct zx__wsc_key key = { "dGhlIHNhbXBsZSBub25jZQ==" };
	char why[64];

	return zx__wsc_answer(zx_str(text), &key, why, sizeof(why));
}

#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static void ws__the_answer_to_our_request_is_checked(void **state)
{
	(void)state;
	assert_err(answer("HTTP/1.1 101 Switching Protocols\r\n" UPGRADE ACCEPT
			  "\r\n"),
		   ZX_OK);
	assert_err(answer("HTTP/1.1 101 x\r\nupgrade:WebSocket\r\n"
			  "connection: keep-alive, UPGRADE\r\n" ACCEPT "\r\n"),
		   ZX_OK);
	assert_err(answer("HTTP/1.1 200 OK\r\n" UPGRADE ACCEPT "\r\n"),
		   ZX_E_PROTOCOL);
	assert_err(answer("HTTP/1.1 503 no\r\n\r\n"), ZX_E_PROTOCOL);
	assert_err(answer("HTTP/1.1 302 x\r\nLocation: ws://x\r\n\r\n"),
		   ZX_E_PROTOCOL);
	assert_err(answer("HTTP/1.1 101 x\r\n" ACCEPT "\r\n"), ZX_E_PROTOCOL);
	assert_err(answer("HTTP/1.1 101 x\r\n" UPGRADE "\r\n"), ZX_E_PROTOCOL);
	assert_err(answer("HTTP/1.1 101 x\r\n" UPGRADE
			  "Sec-WebSocket-Accept: AAAA\r\n\r\n"),
		   ZX_E_PROTOCOL);
	/* Nothing of this kind was offered (GW-18). */
	assert_err(answer("HTTP/1.1 101 x\r\n" UPGRADE ACCEPT
			  "Sec-WebSocket-Extensions: permessage-deflate\r\n"
			  "\r\n"),
		   ZX_E_PROTOCOL);
	assert_err(answer("SSH-2.0-x\r\n\r\n"), ZX_E_PROTOCOL);
	assert_err(answer("\r\n\r\n"), ZX_E_PROTOCOL);
}

static void ws__keys_are_random_and_of_16_bytes(void **state)
{
	struct zx_prng prng;
	struct zx_rand r;
	struct zx__wsc_key a, b;

	(void)state;
	zx_prng_init(&prng, 1);
	r = zx_prng_rand(&prng);
	zx__wsc_key(&a, &r);
	zx__wsc_key(&b, &r);
	assert_int_equal(strlen(a.text), 24);
	assert_string_not_equal(a.text, b.text);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct seen s = { .text = "" };
	struct zx_buf b = conversation();
	int err;

	(void)ud;
	zx__wsc_init(&s.w, a, 1 << 20);
	err = zx_test_split(zx_buf_str(&b), 1000, NULL, feed, &s);
	zx__wsc_release(&s.w);
	zx_buf_release(&b);
	return err;
}

static void ws__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(B08__any_split_gives_the_same_messages),
		cmocka_unit_test(B08__what_the_rfc_forbids_a_server_is_refused),
		cmocka_unit_test(B08__fragments_have_a_ceiling_together),
		cmocka_unit_test(B08__a_close_frame_is_empty_or_has_a_code),
		cmocka_unit_test(ws__what_we_send_is_masked),
		cmocka_unit_test(ws__the_answer_to_our_request_is_checked),
		cmocka_unit_test(ws__keys_are_random_and_of_16_bytes),
		cmocka_unit_test(ws__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("net/ws", tests, NULL, NULL);
}
