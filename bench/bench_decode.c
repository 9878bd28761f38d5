/* SPDX-License-Identifier: MIT
 *
 * bench_decode: what an event costs before anybody looks at it, against cJSON's
 * parse and free of the same text.
 */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cjson/cJSON.h>

#include "payload.h"
#include "report.h"
#include "zoryx/gateway.h"

#define EVENTS 2000

static size_t rounds(void)
{
	return report_quick() ? 7 : 31;
}

/* ns per text; the whole set is run through once. */
typedef double measure_fn(const struct zx_str *texts, size_t n);

static double parse(const struct zx_str *texts, size_t n)
{
	double from = report_cpu_ns();
	size_t i;

	for (i = 0; i < n; i++) {
		cJSON *root = cJSON_ParseWithLength(texts[i].ptr, texts[i].len);

		report_use(root != NULL);
		cJSON_Delete(root);
	}
	return (report_cpu_ns() - from) / (double)n;
}

static double scan(const struct zx_str *texts, size_t n)
{
	double from = report_cpu_ns();
	unsigned long sum = 0;
	size_t i, k;

	/* Short enough for the clock to matter: go round ten times. */
	for (k = 0; k < 10; k++)
		for (i = 0; i < n; i++) {
			struct zx_envelope e;

			if (zx_envelope_scan(texts[i], &e))
				abort();
			sum += e.d.len + (unsigned long)e.seq;
		}
	report_use(sum);
	return (report_cpu_ns() - from) / (double)n / 10;
}

static const char hello[] =
	"{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":41250}}";
static const char ready[] =
	"{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"v\":10,\"user\":{},"
	"\"guilds\":[],\"session_id\":\"s\",\"resume_gateway_url\":\"wss://r\","
	"\"application\":{}}}";

static unsigned drain(struct zx_shard *s)
{
	struct zx_shard_out o;
	unsigned events = 0;

	while (zx_shard_poll(s, &o))
		events += o.kind == ZX_SHARD_OUT_EVENT;
	return events;
}

static struct zx_shard *live_shard(struct zx_prng *prng)
{
	struct zx_shard_options opt = ZX_SHARD_OPTIONS_INIT;
	struct zx_shard *s;

	zx_prng_init(prng, 1);
	opt.token = "bench";
	opt.gateway_url = "wss://bench";
	opt.rand = zx_prng_rand(prng);
	if (zx_shard_new(&s, &opt) || zx_shard_start(s, 0))
		abort();
	drain(s);
	zx_shard_on_open(s, 1, 0);
	drain(s);
	if (zx_shard_feed(s, 1, zx_str(hello), 0))
		abort();
	drain(s);
	zx_shard_grant(s, 0);
	drain(s);
	if (zx_shard_feed(s, 1, zx_str(ready), 0) || drain(s) != 1)
		abort();
	return s;
}

/* The whole machine: feed and poll until there is no output. */
static double feed(const struct zx_str *texts, size_t n)
{
	struct zx_prng prng;
	struct zx_shard *s = live_shard(&prng);
	double from = report_cpu_ns(), took;
	unsigned events = 0;
	size_t i, k;

	for (k = 0; k < 10; k++)
		for (i = 0; i < n; i++) {
			if (zx_shard_feed(s, 1, texts[i], 1))
				abort();
			events += drain(s);
		}
	took = report_cpu_ns() - from;
	if (events != 10 * n)
		abort();
	zx_shard_free(s);
	return took / (double)n / 10;
}

/* A stream needs a start before it runs as it does all day: its window fills,
 * its memory is touched for the first time. So LAPS times as many events go
 * through it, and the first lap is not timed. */
#define LAPS 4

static void deflate_all(const struct zx_str *in, struct zx_str *out, size_t n)
{
	z_stream z = { 0 };
	size_t i;

	if (deflateInit(&z, 6) != Z_OK)
		abort();
	for (i = 0; i < n * LAPS; i++) {
		struct zx_str text = in[i];
		size_t cap = text.len + 1024;
		char *p = malloc(cap);

		z.next_in = (Bytef *)text.ptr;
		z.avail_in = (uInt)text.len;
		z.next_out = (Bytef *)p;
		z.avail_out = (uInt)cap;
		if (!p || deflate(&z, Z_SYNC_FLUSH) != Z_OK)
			abort();
		out[i] = (struct zx_str){ p, cap - z.avail_out };
	}
	deflateEnd(&z);
}

static void zstd_all(const struct zx_str *in, struct zx_str *out, size_t n)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t i;

	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 6);
	for (i = 0; i < n * LAPS; i++) {
		struct zx_str text = in[i];
		size_t cap = text.len + 1024;
		ZSTD_inBuffer from = { text.ptr, text.len, 0 };
		ZSTD_outBuffer to = { malloc(cap), cap, 0 };

		if (!to.dst ||
		    ZSTD_compressStream2(c, &to, &from, ZSTD_e_flush))
			abort();
		out[i] = (struct zx_str){ to.dst, to.pos };
	}
	ZSTD_freeCCtx(c);
}

static double inflate_all(const struct zx_str *wire, size_t n,
			  enum zx_compression kind)
{
	struct zx_inflate *z;
	double from = 0, took;
	size_t i;

	if (zx_inflate_new(&z, kind, 0, NULL))
		abort();
	for (i = 0; i < n * LAPS; i++) {
		struct zx_str text;

		if (i == n)
			from = report_cpu_ns();
		if (zx_inflate_feed(z, wire[i], &text) || !text.len)
			abort();
		report_use(text.len);
	}
	took = report_cpu_ns() - from;
	zx_inflate_free(z);
	return took / (double)n / (LAPS - 1);
}

static double inflate_zlib(const struct zx_str *wire, size_t n)
{
	return inflate_all(wire, n, ZX_COMPRESS_ZLIB_STREAM);
}

static double inflate_zstd(const struct zx_str *wire, size_t n)
{
	return inflate_all(wire, n, ZX_COMPRESS_ZSTD_STREAM);
}

/* Ours and the floor in turn, so that a busy minute hits both. */
static void compare(const char *name, measure_fn *ours,
		    const struct zx_str *texts, size_t n,
		    const struct zx_str *floor_texts)
{
	double value[31], floor[31];
	size_t i, count = rounds();

	for (i = 0; i < count; i++) {
		value[i] = ours(texts, n);
		floor[i] = floor_texts ? parse(floor_texts, n) : 0;
	}
	report_add(name, report_median(value, count), "ns",
		   report_median(floor, count));
}

/* An event whose d has a MiB: the floor is the scan of a small one. */
static void one_mebibyte(const struct zx_str *texts)
{
	static struct zx_str same[EVENTS];
	size_t size = (size_t)1 << 20, head, i, count = rounds();
	char *p = malloc(size + 256);
	double value[31], floor[31];

	if (!p)
		abort();
	head = (size_t)sprintf(
		p, "{\"t\":\"GUILD_CREATE\",\"s\":7,\"op\":0,\"d\":{\"x\":\"");
	memset(p + head, 'x', size);
	memcpy(p + head + size, "\"}}", 4);
	for (i = 0; i < EVENTS; i++)
		same[i] = (struct zx_str){ p, head + size + 3 };
	for (i = 0; i < count; i++) {
		value[i] = scan(same, EVENTS);
		floor[i] = scan(texts, EVENTS);
	}
	report_add("decode.envelope.1mb", report_median(value, count), "ns",
		   report_median(floor, count));
	free(p);
}

/* The same event with d first, as no server of today sends it. */
static struct zx_str *d_first(const struct zx_str *texts, size_t n)
{
	struct zx_str *out = calloc(n, sizeof(*out));
	size_t i;

	for (i = 0; out && i < n; i++) {
		struct zx_envelope e;
		struct zx_buf b;

		zx_buf_init(&b, NULL, 0);
		if (zx_envelope_scan(texts[i], &e))
			abort();
		zx_buf_addf(&b,
			    "{\"d\":%.*s,\"t\":\"%.*s\",\"s\":%zu,\"op\":0}",
			    ZX_ARG(e.d), ZX_ARG(e.t), i);
		out[i].ptr = zx_buf_detach(&b, &out[i].len);
	}
	if (!out)
		abort();
	return out;
}

int main(void)
{
	struct zx_str *texts = payload_events(EVENTS * LAPS);
	struct zx_str *turned = d_first(texts, EVENTS);
	struct zx_str *wire = calloc(EVENTS * LAPS, sizeof(*wire));
	double total = 0;
	size_t i;

	if (!wire)
		abort();
	for (i = 0; i < EVENTS; i++)
		total += (double)texts[i].len;
	report_add("decode.event_bytes", total / EVENTS, "B", 0);
	compare("decode.envelope", scan, texts, EVENTS, texts);
	compare("decode.envelope.d_first", scan, turned, EVENTS, texts);
	one_mebibyte(texts);
	compare("decode.feed", feed, texts, EVENTS, texts);
	deflate_all(texts, wire, EVENTS);
	compare("decode.inflate.zlib", inflate_zlib, wire, EVENTS, texts);
	for (i = 0; i < EVENTS * LAPS; i++)
		free((char *)wire[i].ptr);
	zstd_all(texts, wire, EVENTS);
	compare("decode.inflate.zstd", inflate_zstd, wire, EVENTS, texts);
	payload_free(wire, EVENTS * LAPS);
	payload_free(turned, EVENTS);
	payload_free(texts, EVENTS * LAPS);
	return 0;
}
