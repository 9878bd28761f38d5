/* SPDX-License-Identifier: MIT
 *
 * fuzz_ipc: any bytes as a stream of frames, as a message, and as what a peer
 * or a stranger says to a hub. Whatever goes in, others get whole frames with
 * JSON under the sender's own name.
 *
 *   clang -fsanitize=fuzzer,address,undefined -DZX_LIBFUZZER -Iinclude -Isrc \
 *     -Itests -D_DEFAULT_SOURCE tests/fuzz/fuzz_ipc.c src/base/[a-z]*.c \
 *     src/ipc/[a-z]*.c -lmbedtls -lmbedx509 -lmbedcrypto -lm -o fuzz_ipc
 *
 * Without ZX_LIBFUZZER: a program that runs over the files it is given. The
 * first byte chooses the part. tests/ipc/test_mutation.c runs a seeded loop of
 * this over tests/ipc/examples.h in `make test`.
 */
#include "zoryx/ipc.h"
#include "fuzz/fuzz.h"

/* All frames of the stream, each with a mark behind it; the error at last. */
static int cut(struct zx_str in, size_t piece, struct zx_buf *out)
{
	struct zx_ipc_decoder d;
	struct zx_str frame;
	int err = ZX_OK;

	zx_ipc_decoder_init(&d, NULL, 0);
	while (in.len && !err) {
		size_t n = in.len < piece ? in.len : piece;
		struct zx_str part = { in.ptr, n };

		in = zx_str_from(in, n);
		while (!(err = zx_ipc_decode(&d, &part, &frame)) && frame.len) {
			zx_buf_adds(out, frame);
			zx_buf_addch(out, '|');
		}
	}
	zx_ipc_decoder_release(&d);
	return err;
}

static void fuzz_frames(struct zx_str in, size_t piece)
{
	struct zx_buf whole, parts;

	zx_buf_init(&whole, NULL, 0);
	zx_buf_init(&parts, NULL, 0);
	check(cut(in, in.len + 1, &whole) == cut(in, piece, &parts));
	check(zx_str_eq(zx_buf_str(&whole), zx_buf_str(&parts)));
	zx_buf_release(&whole);
	zx_buf_release(&parts);
}

static void fuzz_message(struct zx_str in)
{
	struct zx_ipc_message m, again;
	struct zx_str text = in;
	struct zx_buf b, clean;
	int valid;

	zx_buf_init(&b, NULL, 0);
	zx_buf_init(&clean, NULL, 0);
	valid = !zx_ipc_check(&text, &clean);
	if (valid)
		check(!zx_json_check(text, 0, NULL));
	if (!zx_ipc_message_scan(in, &m)) {
		check(!zx_ipc_message_relay(&b, &m, ZX_STR("A")));
		check(!zx_ipc_message_scan(zx_buf_str(&b), &again));
		check(zx_str_eq(m.data, again.data));
		check(zx_str_eq(m.name, again.name));
		check(zx_str_is(again.source, "\"A\""));
		text = zx_buf_str(&b);
		check(!valid || !zx_ipc_check(&text, NULL));
	}
	zx_buf_release(&b);
	zx_buf_release(&clean);
}

/* A hub with two peers of the original's kind. */
struct world {
	struct zx_ipc *hub;
	uint32_t link[2];
	struct zx_ipc_decoder in[2];
};

static void hear(struct world *w, int i, struct zx_str bytes)
{
	struct zx_ipc_message m;
	struct zx_str frame;

	for (;;) {
		check(!zx_ipc_decode(&w->in[i], &bytes, &frame));
		if (!frame.len)
			return;
		check(!zx_ipc_message_scan(frame, &m));
		check(!zx_ipc_check(&frame, NULL));
		check(zx_str_is(m.source, "\"hub\"") ||
		      zx_str_is(m.source, i ? "\"p0\"" : "\"p1\""));
	}
}

static void drain(struct world *w)
{
	struct zx_ipc_out o;
	struct zx_str bytes;

	while (zx_ipc_poll(w->hub, &o)) {
		if (o.kind == ZX_IPC_OUT_MESSAGE)
			check(!zx_json_check(o.text, 0, NULL));
		if (o.kind != ZX_IPC_OUT_FLUSH)
			continue;
		while ((bytes = zx_ipc_pull(w->hub, o.link)).len) {
			if (o.link == w->link[0])
				hear(w, 0, bytes);
			if (o.link == w->link[1])
				hear(w, 1, bytes);
			zx_ipc_wrote(w->hub, o.link, bytes.len, 0);
		}
	}
}

static void open_world(struct world *w, struct zx_prng *prng)
{
	static const char *const auth[2] = {
		"{\"op\":\"auth\",\"data\":{\"secret\":\"s\","
		"\"cluster_name\":\"p0\"}}",
		"{\"op\":\"auth\",\"data\":{\"secret\":\"s\","
		"\"cluster_name\":\"p1\"}}"
	};
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_buf b;
	int i;

	memset(w, 0, sizeof(*w));
	o.role = ZX_IPC_HUB;
	o.name = "hub";
	o.secret = "s";
	o.allow_legacy = 1;
	o.rand = zx_prng_rand(prng);
	check(!zx_ipc_new(&w->hub, &o));
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < 2; i++) {
		zx_ipc_decoder_init(&w->in[i], NULL, 0);
		check(!zx_ipc_accepted(w->hub, "a", 1, 0, &w->link[i]));
		zx_buf_clear(&b);
		check(!zx_ipc_encode(&b, zx_str(auth[i])));
		check(!zx_ipc_feed(w->hub, w->link[i], zx_buf_str(&b), 0));
		drain(w);
	}
	zx_buf_release(&b);
}

static void fuzz_hub(struct zx_str in, int stranger, int framed)
{
	struct zx_prng prng;
	struct world w;
	struct zx_buf b;
	uint32_t link;

	zx_prng_init(&prng, 1);
	open_world(&w, &prng);
	link = w.link[0];
	if (stranger)
		check(!zx_ipc_accepted(w.hub, "b", 1, 0, &link));
	zx_buf_init(&b, NULL, 0);
	if (!framed || zx_ipc_encode(&b, in)) {
		zx_buf_clear(&b);
		zx_buf_adds(&b, in);
	}
	check(!zx_ipc_feed(w.hub, link, zx_buf_str(&b), 0));
	drain(&w);
	zx_ipc_tick(w.hub, 200000);
	drain(&w);
	zx_ipc_decoder_release(&w.in[0]);
	zx_ipc_decoder_release(&w.in[1]);
	zx_ipc_free(w.hub);
	zx_buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zx_str in;

	if (size < 2 || size > 1 << 20)
		return 0;
	in = (struct zx_str){ (const char *)data + 1, size - 1 };
	switch (data[0] % 6) {
	case 0:
		fuzz_frames(in, 1 + data[0] / 6);
		break;
	case 1:
		fuzz_message(in);
		break;
	default:
		fuzz_hub(in, data[0] % 6 & 1, data[0] % 6 > 3);
	}
	return 0;
}
