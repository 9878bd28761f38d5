/* SPDX-License-Identifier: MIT
 *
 * bench_gateway: what an event costs the whole client (socket, frames,
 * decompression, shard, one handler that counts), from a burst of a sandbox in
 * another process. Floors in the same run: cJSON's parse and free of the same
 * events, and a bare client that looks into nothing.
 */
#include <cjson/cJSON.h>

#include "bare.h"
#include "zoryx/net.h"

#define TEXTS 2000
#define ROUNDS_MAX 3
#define SHARDS                                                                 \
	256 /* each connection is another shard: no waiting for turns          \
	     */

static struct box box;
static unsigned next_shard;

static size_t events(void)
{
	return report_quick() ? 10000 : 200000;
}

static size_t rounds(void)
{
	return report_quick() ? 1 : ROUNDS_MAX;
}

/* The whole client ------------------------------------------------------- */

struct client {
	struct zx_loop *loop;
	struct zx_shard *shard;
	struct zx_gateway_conn *conn;
	struct zx_prng prng;
	size_t seen, wanted;
	double from, to, wall_from, wall_to;
	int ready;
};

static void on_event(struct client *c)
{
	if (!c->wanted)
		return;
	if (!c->seen++) {
		c->from = report_cpu_ns();
		c->wall_from = report_wall_ns();
	}
	if (c->seen == c->wanted) {
		c->to = report_cpu_ns();
		c->wall_to = report_wall_ns();
	}
}

static void on_out(struct zx_shard *s, const struct zx_shard_out *o, void *ud)
{
	struct client *c = ud;

	if (o->kind == ZX_SHARD_OUT_EVENT)
		on_event(c);
	else if (o->kind == ZX_SHARD_OUT_IDENTIFY)
		zx_shard_grant(s, zx_loop_now(c->loop));
	else if (o->kind == ZX_SHARD_OUT_STATE)
		c->ready = o->state == ZX_SHARD_READY;
	else if (o->kind == ZX_SHARD_OUT_DEAD)
		box_fail("the shard died");
}

static void settle(struct client *c)
{
	double until = report_wall_ns() + 50e6;

	while (!c->ready || report_wall_ns() < until)
		if (zx_loop_step(c->loop, 10))
			box_fail("the loop broke");
}

static void client_open(struct client *c, enum zx_compression how)
{
	struct zx_gateway_handler h = { .out = on_out, .ud = c };
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;

	memset(c, 0, sizeof(*c));
	zx_prng_init(&c->prng, 1);
	o.token = box.token;
	o.intents = 33281;
	o.gateway_url = box.gateway_url;
	o.compress = how;
	o.shard_id = next_shard++ % SHARDS;
	o.shard_count = SHARDS;
	o.rand = zx_prng_rand(&c->prng);
	if (zx_loop_new(&c->loop, NULL) || zx_shard_new(&c->shard, &o) ||
	    zx_gateway_attach(&c->conn, c->loop, c->shard, &h) ||
	    zx_shard_start(c->shard, zx_loop_now(c->loop)))
		box_fail("no client");
	zx_gateway_kick(c->conn);
	settle(c);
}

static void client_close(struct client *c)
{
	double until = report_wall_ns() + 5e9;

	zx_shard_stop(c->shard, 0, zx_loop_now(c->loop));
	zx_gateway_kick(c->conn);
	while (zx_shard_state(c->shard) != ZX_SHARD_STOPPED &&
	       report_wall_ns() < until)
		zx_loop_step(c->loop, 10);
	zx_gateway_detach(c->conn);
	zx_shard_free(c->shard);
	zx_loop_free(c->loop);
}

struct figure {
	double cpu, rate, rss;
};

static struct figure whole(enum zx_compression how, const char *kind)
{
	struct figure f;
	struct client c;

	client_open(&c, how);
	c.wanted = events();
	box_fault(&box,
		  "{\"fault\":\"burst\",\"count\":%zu,\"kind\":\"%s\","
		  "\"shard\":%u}",
		  events(), kind, zx_shard_id(c.shard));
	while (c.seen < c.wanted)
		if (zx_loop_step(c.loop, -1))
			box_fail("the loop broke");
	f.cpu = (c.to - c.from) / (double)(c.wanted - 1);
	f.rate = (double)(c.wanted - 1) * 1e9 / (c.wall_to - c.wall_from);
	f.rss = report_rss();
	client_close(&c);
	return f;
}

/* The floors ------------------------------------------------------------- */

static double bare(enum zx_compression how, const char *kind,
		   struct zx_str *keep, size_t *kept)
{
	unsigned shard = next_shard++ % SHARDS;
	size_t n = events();
	struct bare b;
	double took;

	bare_open(&b, &box, how, shard, SHARDS);
	b.keep = keep;
	b.keep_max = TEXTS;
	box_fault(&box,
		  "{\"fault\":\"burst\",\"count\":%zu,\"kind\":\"%s\","
		  "\"shard\":%u}",
		  n, kind, shard);
	took = bare_count(
		&b, strcmp(kind, "mixed") ? "\"MESSAGE_CREATE\"" : "\"t\"", n);
	if (kept)
		*kept = b.kept;
	bare_close(&b);
	return took / (double)(n - 1);
}

static double cjson(const struct zx_str *texts, size_t n)
{
	double from = report_cpu_ns();
	size_t i, k;

	for (k = 0; k < 10; k++)
		for (i = 0; i < n; i++) {
			cJSON *root = cJSON_ParseWithLength(texts[i].ptr,
							    texts[i].len);

			report_use(root != NULL);
			cJSON_Delete(root);
		}
	return (report_cpu_ns() - from) / 10 / (double)n;
}

/* ------------------------------------------------------------------------ */

static const char *mode_name(enum zx_compression how)
{
	static const char *const names[] = { "plain", "zlib", "zstd" };

	return names[how];
}

static void add(const char *kind, enum zx_compression how, const char *what,
		double value, const char *unit, double floor)
{
	char name[96];

	snprintf(name, sizeof(name), "gateway.%s.%s%s", kind, mode_name(how),
		 what);
	report_add(name, value, unit, floor);
}

static void measure(const char *kind, enum zx_compression how,
		    const struct zx_str *texts, size_t n)
{
	double cpu[ROUNDS_MAX], rate[ROUNDS_MAX], json[ROUNDS_MAX],
		none[ROUNDS_MAX], rss = 0;
	size_t i, count = rounds();

	for (i = 0; i < count; i++) {
		struct figure f = whole(how, kind);

		cpu[i] = f.cpu;
		rate[i] = f.rate;
		rss = f.rss;
		json[i] = cjson(texts, n);
		none[i] = bare(how, kind, NULL, NULL);
	}
	add(kind, how, "", report_median(cpu, count), "ns",
	    report_median(json, count));
	add(kind, how, ".over_bare", report_median(cpu, count), "ns",
	    report_median(none, count));
	add(kind, how, ".rate", report_median(rate, count), "1/s", 0);
	add(kind, how, ".rss", rss / 1e6, "MB", 0);
}

static void measure_kind(const char *kind)
{
	static struct zx_str texts[TEXTS];
	double bytes = 0;
	size_t n = 0, i;
	char name[64];

	bare(ZX_COMPRESS_NONE, kind, texts, &n);
	for (i = 0; i < n; i++)
		bytes += (double)texts[i].len;
	snprintf(name, sizeof(name), "gateway.%s.bytes", kind);
	report_add(name, bytes / (double)n, "B", 0);
	measure(kind, ZX_COMPRESS_ZSTD_STREAM, texts, n);
	measure(kind, ZX_COMPRESS_NONE, texts, n);
	if (!report_quick() || strcmp(kind, "mixed"))
		measure(kind, ZX_COMPRESS_ZLIB_STREAM, texts, n);
	for (i = 0; i < n; i++)
		free((char *)texts[i].ptr);
}

int main(void)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	o.max_concurrency = SHARDS;
	o.identify_limit = 100000;
	box = box_start(&o);
	measure_kind("message_create");
	measure_kind("mixed");
	box_stop(&box);
	return 0;
}
