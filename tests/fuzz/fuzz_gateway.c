/* SPDX-License-Identifier: MIT
 *
 * fuzz_gateway: any bytes as a conversation with a shard, as an envelope, as a
 * compressed stream, as chunks of members. Whatever goes in, what a shard sends
 * is JSON of at most 4096 bytes, and no close of its own ends the session.
 *
 * `make fuzz`; without ZX_LIBFUZZER a program that runs over the files it is
 * given. The first byte chooses the part.
 */
#include "zoryx/gateway.h"
#include "fuzz/fuzz.h"

/* A conversation ---------------------------------------------------------- */

struct talk {
	struct zx_shard *s;
	uint32_t generation;
	zx_time now;
	int dead;
};

static void drain(struct talk *t)
{
	struct zx_shard_out o;

	while (zx_shard_poll(t->s, &o)) {
		check(!t->dead);
		if (o.kind == ZX_SHARD_OUT_SEND)
			check(o.text.len <= 4096 &&
			      !zx_json_check(o.text, 0, NULL));
		if (o.kind == ZX_SHARD_OUT_CLOSE)
			check(o.code != 1000 && o.code != 1001);
		if (o.kind == ZX_SHARD_OUT_CONNECT) {
			check(zx_str_starts(o.text, "ws"));
			t->generation = o.generation;
		}
		t->dead |= o.kind == ZX_SHARD_OUT_DEAD;
	}
}

static void act(struct talk *t, unsigned what, struct zx_str bytes)
{
	static const char hello[] =
		"{\"op\":10,\"d\":{\"heartbeat_interval\":41250}}";
	static const char ready[] =
		"{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"v\":10,\"user\":{},"
		"\"guilds\":[],\"session_id\":\"s\","
		"\"resume_gateway_url\":\"wss://r\",\"application\":{}}}";

	switch (what % 10) {
	case 0:
		zx_shard_on_open(t->s, t->generation, t->now);
		break;
	case 1:
		zx_shard_feed(t->s, t->generation, zx_str(hello), t->now);
		break;
	case 2:
		zx_shard_grant(t->s, t->now);
		break;
	case 3:
		zx_shard_feed(t->s, t->generation, zx_str(ready), t->now);
		break;
	case 4:
		t->now += bytes.len * bytes.len;
		zx_shard_tick(t->s, t->now);
		break;
	case 5:
		zx_shard_on_closed(t->s, t->generation,
				   (int)(bytes.len * 37 % 5000), t->now);
		break;
	case 6:
		zx_shard_send(t->s, bytes.len ? bytes.ptr[0] : 3, bytes,
			      t->now);
		break;
	default:
		zx_shard_feed(t->s, t->generation, bytes, t->now);
	}
	drain(t);
}

static void conversation(const uint8_t *p, size_t n, enum zx_compression how)
{
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct talk t = { .now = 1 };
	struct zx_prng prng;

	zx_prng_init(&prng, 1);
	o.token = "fuzz";
	o.gateway_url = "wss://main";
	o.compress = how;
	o.max_message = 1 << 20;
	o.rand = zx_prng_rand(&prng);
	if (zx_shard_new(&t.s, &o))
		return;
	zx_shard_start(t.s, 0);
	drain(&t);
	while (n >= 3) {
		size_t len = (size_t)p[1] << 8 | p[2];
		unsigned what = p[0];

		p += 3;
		n -= 3;
		if (len > n)
			len = n;
		act(&t, what, (struct zx_str){ (const char *)p, len });
		p += len;
		n -= len;
	}
	zx_shard_free(t.s);
}

/* The parts ---------------------------------------------------------------- */

static void envelope(struct zx_str text)
{
	struct zx_envelope e;

	if (zx_envelope_scan(text, &e))
		return;
	check(e.op >= 0);
	if (e.d.len)
		check(e.d.ptr >= text.ptr &&
		      e.d.ptr + e.d.len <= text.ptr + text.len);
	zx_event_find(e.t);
}

static void stream(const uint8_t *p, size_t n, enum zx_compression how)
{
	struct zx_inflate *z;
	struct zx_str text;

	if (zx_inflate_new(&z, how, 1 << 20, NULL))
		return;
	while (n) {
		size_t len = 1 + (size_t)p[0] * 4;

		if (len > n)
			len = n;
		if (zx_inflate_feed(z, (struct zx_str){ (const char *)p, len },
				    &text))
			break;
		check(text.len <= 1 << 20);
		p += len;
		n -= len;
	}
	zx_inflate_free(z);
}

static void members(struct zx_str d)
{
	struct zx_members_options o = ZX_MEMBERS_OPTIONS_INIT;
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;
	struct zx_members_out out;
	struct zx_members *m;
	struct zx_str piece;
	struct zx_prng prng;
	uint32_t next = 0;
	int i;

	zx_prng_init(&prng, 1); /* so that the corpus knows the nonce */
	o.intents = ZX_INTENT_GUILD_MEMBERS;
	o.rand = zx_prng_rand(&prng);
	o.max_held = 4096;
	if (zx_members_new(&m, &o))
		return;
	q.guild_id = 1;
	q.query = "";
	zx_members_ask(m, &q, 1, NULL);
	for (i = 1; d.len || i == 1; i++) {
		while (zx_members_poll(m, &out)) {
			if (out.kind == ZX_MEMBERS_OUT_SEND)
				zx_members_sent(m, out.id, ZX_OK, 1);
			if (out.kind == ZX_MEMBERS_OUT_RESTART)
				next = 0;
			if (out.kind == ZX_MEMBERS_OUT_CHUNK)
				check(out.index == next++);
		}
		piece = zx_str_split(&d, '\n');
		zx_members_feed(m, 0,
				piece.len && piece.ptr[0] == 'L'
					? ZX_EVENT_RATE_LIMITED
				: piece.len && piece.ptr[0] == 'R'
					? ZX_EVENT_READY
					: ZX_EVENT_GUILD_MEMBERS_CHUNK,
				zx_str_from(piece, 1), (zx_time)i * 10000);
	}
	zx_members_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zx_str rest;

	if (!size)
		return 0;
	rest = (struct zx_str){ (const char *)data + 1, size - 1 };
	switch (data[0] % 7) {
	case 0:
		conversation(data + 1, size - 1, ZX_COMPRESS_NONE);
		break;
	case 1:
		conversation(data + 1, size - 1, ZX_COMPRESS_ZLIB_STREAM);
		break;
	case 2:
		conversation(data + 1, size - 1, ZX_COMPRESS_ZSTD_STREAM);
		break;
	case 3:
		envelope(rest);
		break;
	case 4:
		stream(data + 1, size - 1, ZX_COMPRESS_ZLIB_STREAM);
		break;
	case 5:
		stream(data + 1, size - 1, ZX_COMPRESS_ZSTD_STREAM);
		break;
	default:
		members(rest);
	}
	return 0;
}
