/* SPDX-License-Identifier: MIT
 *
 * What an attacker on the way between two of ours can do with the bytes, and
 * what encryption costs. Two sessions joined by hand.
 */
#if defined(__linux__)
#include <malloc.h>
#endif

#include "helper/zx_test.h"
#include "zoryx/ipc.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#if __GLIBC_PREREQ(2, 33)
#define HAVE_MALLINFO2 1
#endif
#endif

#define SECRET "a secret of the cluster"

struct side {
	struct zx_ipc_keys *keys;
	struct zx_ipc_session *s;
	unsigned auths, readies, messages, deads;
	int error;
	char last[512];
};

struct pair {
	struct side hub, client;
	struct zx_prng prng;
	struct zx_buf up, down; /* what went over the wire, each way */
	zx_time now;
};

static void side_open(struct pair *p, struct side *x, enum zx_ipc_role role,
		      const char *secret)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	int accepting = role == ZX_IPC_HUB;

	o.role = role;
	o.name = accepting ? "hub" : "client";
	o.secret = secret;
	o.rand = zx_prng_rand(&p->prng);
	assert_err(zx_ipc_keys_new(&x->keys, &o), ZX_OK);
	assert_err(zx_ipc_session_new(&x->s, x->keys, accepting, 0, p->now),
		   ZX_OK);
}

static void side_close(struct side *x)
{
	zx_ipc_session_free(x->s);
	zx_ipc_keys_free(x->keys);
}

static void side_poll(struct side *x)
{
	struct zx_ipc_session_out o;

	while (zx_ipc_session_poll(x->s, &o)) {
		x->auths += o.kind == ZX_IPC_SESSION_AUTH;
		x->readies += o.kind == ZX_IPC_SESSION_READY;
		x->messages += o.kind == ZX_IPC_SESSION_MESSAGE;
		x->deads += o.kind == ZX_IPC_SESSION_DEAD;
		x->error = o.error;
		if (o.kind == ZX_IPC_SESSION_MESSAGE)
			snprintf(x->last, sizeof(x->last), "%.*s",
				 ZX_ARG(o.message.text));
		if (o.kind == ZX_IPC_SESSION_AUTH)
			assert_err(zx_ipc_session_accept(
					   x->s, ZX_STR("{\"success\": true}")),
				   ZX_OK);
	}
}

static void side_feed(struct pair *p, struct side *x, struct zx_str bytes)
{
	struct zx_str copy = zx_test_exact(bytes);

	assert_err(zx_ipc_session_feed(x->s, copy, p->now), ZX_OK);
	side_poll(x);
	free((char *)copy.ptr);
}

/* All that a has to say, recorded and given to b (if there is one). */
static size_t carry(struct pair *p, struct side *a, struct side *b,
		    struct zx_buf *wire)
{
	struct zx_str bytes;
	struct zx_buf copy;
	size_t n = 0;

	while ((bytes = zx_ipc_session_pull(a->s)).len) {
		zx_buf_init(&copy, NULL, 0);
		zx_buf_adds(&copy, bytes);
		zx_buf_adds(wire, bytes);
		n += bytes.len;
		zx_ipc_session_wrote(a->s, bytes.len, p->now);
		if (b)
			side_feed(p, b, zx_buf_str(&copy));
		zx_buf_release(&copy);
	}
	return n;
}

static void settle(struct pair *p)
{
	while (carry(p, &p->client, &p->hub, &p->up) +
	       carry(p, &p->hub, &p->client, &p->down))
		continue;
	side_poll(&p->hub);
	side_poll(&p->client);
}

static void pair_open(struct pair *p, const char *hub, const char *client)
{
	memset(p, 0, sizeof(*p));
	zx_prng_init(&p->prng, 21);
	zx_buf_init(&p->up, NULL, 0);
	zx_buf_init(&p->down, NULL, 0);
	p->now = 1000;
	side_open(p, &p->hub, ZX_IPC_HUB, hub);
	side_open(p, &p->client, ZX_IPC_CLIENT, client);
	zx_ipc_session_open(p->client.s, p->now);
	settle(p);
}

static void pair_close(struct pair *p)
{
	side_close(&p->hub);
	side_close(&p->client);
	zx_buf_release(&p->up);
	zx_buf_release(&p->down);
}

static int contains(const struct zx_buf *b, const char *what)
{
	size_t n = strlen(what), i;

	for (i = 0; i + n <= b->len; i++)
		if (!memcmp(b->ptr + i, what, n))
			return 1;
	return 0;
}

static void ipc_secure__nothing_readable_is_on_the_wire(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, SECRET, SECRET);
	assert_int_equal(p.client.readies, 1);
	assert_true(zx_ipc_session_secured(p.hub.s));
	/* The heartbeat came by itself. */
	assert_int_equal(p.hub.messages, 1);
	assert_non_null(strstr(p.hub.last, "heartbeat"));
	assert_err(zx_ipc_session_send(p.client.s,
				       ZX_STR("{\"op\":\"x_plain\",\"data\":"
					      "{}}"),
				       p.now),
		   ZX_OK);
	settle(&p);
	assert_int_equal(p.hub.messages, 2);
	assert_false(contains(&p.up, SECRET) || contains(&p.down, SECRET));
	assert_false(contains(&p.up, "x_plain") || contains(&p.up, "auth"));
	assert_int_equal((unsigned char)p.up.ptr[0], 0x16);
	pair_close(&p);
}

static void A10__another_secret_is_noticed_by_both(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, SECRET, "something else");
	assert_int_equal(p.hub.deads, 1);
	assert_err(p.hub.error, ZX_E_AUTH);
	assert_int_equal(p.client.deads, 1);
	assert_err(p.client.error, ZX_E_AUTH);
	assert_int_equal(p.hub.auths + p.client.readies, 0);
	pair_close(&p);
}

static void A07__a_recorded_session_opens_nothing(void **state)
{
	struct pair p, again;

	(void)state;
	pair_open(&p, SECRET, SECRET);
	assert_int_equal(p.hub.auths, 1);
	/* The same bytes to the hub, in a new connection. */
	memset(&again, 0, sizeof(again));
	zx_prng_init(&again.prng, 22);
	again.now = 1000;
	side_open(&again, &again.hub, ZX_IPC_HUB, SECRET);
	side_feed(&again, &again.hub, zx_buf_str(&p.up));
	assert_int_equal(again.hub.auths + again.hub.messages, 0);
	side_close(&again.hub);
	/* And the hub's bytes to a client. */
	side_open(&again, &again.client, ZX_IPC_CLIENT, SECRET);
	zx_ipc_session_open(again.client.s, 1000);
	side_feed(&again, &again.client, zx_buf_str(&p.down));
	assert_int_equal(again.client.readies + again.client.messages, 0);
	side_close(&again.client);
	pair_close(&p);
}

/* One record of a live session, changed in a way, reaches the hub. */
static void tamper(size_t bit, size_t cut, int twice)
{
	struct zx_str record;
	struct zx_buf copy;
	struct pair p;
	char lost;

	pair_open(&p, SECRET, SECRET);
	assert_int_equal(p.hub.messages, 1);
	assert_err(zx_ipc_session_send(p.client.s,
				       ZX_STR("{\"op\":\"x_a\",\"data\":{}}"),
				       p.now),
		   ZX_OK);
	record = zx_ipc_session_pull(p.client.s);
	zx_buf_init(&copy, NULL, 0);
	zx_buf_add(&copy, record.ptr, record.len - cut);
	lost = cut ? record.ptr[record.len - cut] : 0;
	if (bit < copy.len * 8)
		copy.ptr[bit / 8] ^= (char)(1 << bit % 8);
	side_feed(&p, &p.hub, zx_buf_str(&copy));
	if (twice)
		side_feed(&p, &p.hub, zx_buf_str(&copy));
	assert_int_equal(p.hub.messages, twice ? 2 : 1);
	if (cut) { /* the next record closes the gap with the wrong bytes */
		copy.ptr[0] = (char)~lost;
		side_feed(&p, &p.hub, zx_buf_str(&copy));
		assert_int_equal(p.hub.messages, 1);
	}
	zx_buf_release(&copy);
	pair_close(&p);
}

static void A08__a_changed_record_is_never_taken(void **state)
{
	size_t bit;

	(void)state;
	/* 5 bytes of header, 26 of text, 16 of tag: the
	 * handshake makes each run long, so every 7th bit. */
	for (bit = 0; bit < 47 * 8; bit += 7)
		tamper(bit, 0, 0);
	tamper(SIZE_MAX, 1, 0);
	tamper(SIZE_MAX, 16, 0);
	tamper(SIZE_MAX, 0, 1);
}

static void A23__encrypted_bytes_may_come_one_by_one(void **state)
{
	struct pair p;
	struct zx_str all;
	size_t i;

	(void)state;
	pair_open(&p, SECRET, SECRET);
	assert_err(zx_ipc_session_send(p.client.s,
				       ZX_STR("{\"op\":\"x_a\",\"data\":{}}"),
				       p.now),
		   ZX_OK);
	all = zx_ipc_session_pull(p.client.s);
	for (i = 0; i < all.len; i++)
		side_feed(&p, &p.hub, (struct zx_str){ all.ptr + i, 1 });
	assert_int_equal(p.hub.messages, 2);
	pair_close(&p);
}

static void ipc_secure__many_messages_share_a_record(void **state)
{
	struct pair p;
	size_t i, before;

	(void)state;
	pair_open(&p, SECRET, SECRET);
	before = p.up.len;
	for (i = 0; i < 1000; i++)
		assert_err(zx_ipc_session_send(
				   p.client.s,
				   ZX_STR("{\"op\":\"x_a\",\"data\":{}}"),
				   p.now),
			   ZX_OK);
	settle(&p);
	assert_int_equal(p.hub.messages, 1001);
	/* 27 KB in two records, not in a thousand. */
	assert_true(p.up.len - before < 1000 * 27 + 2 * 32);
	pair_close(&p);
}

static void ipc_secure__a_silent_handshake_is_cut(void **state)
{
	struct zx_str head;
	struct pair p;

	(void)state;
	memset(&p, 0, sizeof(p));
	zx_prng_init(&p.prng, 1);
	side_open(&p, &p.hub, ZX_IPC_HUB, SECRET);
	side_open(&p, &p.client, ZX_IPC_CLIENT, SECRET);
	zx_ipc_session_open(p.client.s, 0);
	head = zx_ipc_session_pull(p.client.s);
	p.now = 5000;
	side_feed(&p, &p.hub, (struct zx_str){ head.ptr, head.len - 1 });
	assert_int_equal(zx_ipc_session_deadline(p.hub.s), 10000);
	zx_ipc_session_tick(p.hub.s, 10000);
	side_poll(&p.hub);
	assert_int_equal(p.hub.deads, 1);
	assert_err(p.hub.error, ZX_E_TIMEOUT);
	side_close(&p.hub);
	side_close(&p.client);
}

/* mbedTLS takes its memory from malloc: ask that. */
static void ipc_secure__an_idle_peer_costs_less_than_64_KiB(void **state)
{
#ifdef HAVE_MALLINFO2
	enum { PAIRS = 40 };
	struct pair *p = calloc(PAIRS, sizeof(*p));
	size_t before, each;
	int i;

	(void)state;
	assert_non_null(p);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (i = 0; i < PAIRS; i++) {
		pair_open(&p[i], SECRET, SECRET);
		zx_buf_release(&p[i].up);
		zx_buf_release(&p[i].down);
	}
	each = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / PAIRS;
	for (i = 0; i < PAIRS; i++)
		pair_close(&p[i]);
	free(p);
	if (each == 0)
		zx_test_skip("this malloc does not tell");
	/* Both sides, each with keys of its own, which a hub has once. */
	print_message("# %zu bytes for each side\n", each / 2);
	assert_true(each / 2 < 64 * 1024);
#else
	(void)state;
	zx_test_skip("no mallinfo2");
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			ipc_secure__an_idle_peer_costs_less_than_64_KiB),
		cmocka_unit_test(ipc_secure__nothing_readable_is_on_the_wire),
		cmocka_unit_test(A10__another_secret_is_noticed_by_both),
		cmocka_unit_test(A07__a_recorded_session_opens_nothing),
		cmocka_unit_test(A08__a_changed_record_is_never_taken),
		cmocka_unit_test(A23__encrypted_bytes_may_come_one_by_one),
		cmocka_unit_test(ipc_secure__many_messages_share_a_record),
		cmocka_unit_test(ipc_secure__a_silent_handshake_is_cut),
	};

	return cmocka_run_group_tests_name("ipc encryption", tests, NULL, NULL);
}
