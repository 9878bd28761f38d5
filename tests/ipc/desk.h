/* SPDX-License-Identifier: MIT
 *
 * desk: a hub in virtual time, and peers made of nothing but bytes: what they
 * send is written by the test, what they get is kept as text.
 */
#ifndef DESK_H
#define DESK_H

#include "helper/zx_test.h"
#include "zoryx/ipc.h"

#define DESK_SECRET "zx-test-secret-ipc"
#define DESK_PEERS 1200

struct desk_peer {
	uint32_t link; /* 0: closed or never open */
	int deaf;      /* takes no bytes */
	struct zx_ipc_decoder in;
	size_t bytes, frames;
	char last[4096];
};

struct desk {
	struct zx_ipc *hub;
	struct zx_ipc_options opt;
	struct zx_prng prng;
	struct zx_log log;
	zx_time now;
	struct desk_peer peer[DESK_PEERS];
	size_t peers;
	unsigned joins, leaves, messages, answers, dones, warnings, closes;
	char last_name[80], last_text[2048], warning[600];
	struct zx_buf trace; /* "A< payload\n" of named peers, when kept */
	int tracing;
	struct fail_alloc mem;
};

static inline void desk_log(enum zx_log_level level, const char *module,
			    const char *text, void *ud)
{
	struct desk *d = ud;

	assert_string_equal(module, "ipc");
	assert_null(strstr(text, DESK_SECRET));
	if (level > ZX_LOG_WARN)
		return;
	d->warnings++;
	snprintf(d->warning, sizeof(d->warning), "%s", text);
}

static inline void desk_status(struct zx_ipc_status *out, void *ud)
{
	(void)ud;
	out->guilds = 500;
	out->users = 81000;
	out->shard_count = 6;
	out->latency = 0.0391;
	out->uptime = 3600.5;
}

static inline void desk_init(struct desk *d)
{
	memset(d, 0, sizeof(*d));
	zx_prng_init(&d->prng, 11);
	fail_alloc_init(&d->mem);
	zx_buf_init(&d->trace, NULL, 0);
	d->now = 1000;
	d->log = (struct zx_log){ desk_log, d, ZX_LOG_DEBUG };
	d->opt = (struct zx_ipc_options)ZX_IPC_OPTIONS_INIT;
	d->opt.role = ZX_IPC_HUB;
	d->opt.name = "cluster-0";
	d->opt.secret = DESK_SECRET;
	d->opt.allow_legacy = 1;
	d->opt.rand = zx_prng_rand(&d->prng);
	d->opt.log = &d->log;
	d->opt.alloc = &d->mem.alloc;
	d->opt.status = desk_status;
}

static inline void desk_open(struct desk *d)
{
	assert_err(zx_ipc_new(&d->hub, &d->opt), ZX_OK);
	zx_ipc_set_clock(d->hub, 1771430400125, d->now);
}

static inline struct desk_peer *desk_find(struct desk *d, uint32_t link)
{
	size_t i;

	for (i = 0; i < d->peers; i++)
		if (d->peer[i].link == link)
			return &d->peer[i];
	return NULL;
}

static inline void desk_got(struct desk *d, struct desk_peer *p,
			    struct zx_str bytes)
{
	struct zx_str frame;

	p->bytes += bytes.len;
	for (;;) {
		assert_err(zx_ipc_decode(&p->in, &bytes, &frame), ZX_OK);
		if (!frame.len)
			return;
		p->frames++;
		snprintf(p->last, sizeof(p->last), "%.*s", ZX_ARG(frame));
		if (d->tracing)
			zx_buf_addf(&d->trace, "%c< %.*s\n",
				    (char)('A' + (p - d->peer)), ZX_ARG(frame));
	}
}

static inline void desk_flush(struct desk *d, struct desk_peer *p)
{
	struct zx_str bytes;

	while (p && p->link && !p->deaf &&
	       (bytes = zx_ipc_pull(d->hub, p->link)).len) {
		size_t n = bytes.len;

		/* TLS is for the tests that have a real client. */
		if (*bytes.ptr != 0x15)
			desk_got(d, p, bytes);
		zx_ipc_wrote(d->hub, p->link, n, d->now);
	}
}

static inline void desk_out(struct desk *d, const struct zx_ipc_out *o)
{
	struct desk_peer *p;

	switch (o->kind) {
	case ZX_IPC_OUT_FLUSH:
		desk_flush(d, desk_find(d, o->link));
		return;
	case ZX_IPC_OUT_CLOSE:
		p = desk_find(d, o->link);
		if (!p)
			return;
		d->closes++;
		if (d->tracing)
			zx_buf_addf(&d->trace, "%c closed\n",
				    (char)('A' + (p - d->peer)));
		p->link = 0;
		zx_ipc_decoder_release(&p->in);
		return;
	case ZX_IPC_OUT_MESSAGE:
	case ZX_IPC_OUT_ANSWER:
		d->messages += o->kind == ZX_IPC_OUT_MESSAGE;
		d->answers += o->kind == ZX_IPC_OUT_ANSWER;
		snprintf(d->last_name, sizeof(d->last_name), "%.*s",
			 ZX_ARG(o->name));
		snprintf(d->last_text, sizeof(d->last_text), "%.*s",
			 ZX_ARG(o->text));
		return;
	default:
		d->joins += o->kind == ZX_IPC_OUT_JOIN;
		d->leaves += o->kind == ZX_IPC_OUT_LEAVE;
		d->dones += o->kind == ZX_IPC_OUT_DONE;
	}
}

static inline void desk_poll(struct desk *d)
{
	struct zx_ipc_out o;

	while (zx_ipc_poll(d->hub, &o))
		desk_out(d, &o);
}

/* Ticks at every deadline until `now`. */
static inline void desk_until(struct desk *d, zx_time now)
{
	while (zx_ipc_deadline(d->hub) <= now) {
		if (zx_ipc_deadline(d->hub) > d->now)
			d->now = zx_ipc_deadline(d->hub);
		zx_ipc_tick(d->hub, d->now);
		desk_poll(d);
	}
	d->now = now;
}

/* NULL when the hub wants none. */
static inline struct desk_peer *desk_connect(struct desk *d,
					     const char *address)
{
	struct desk_peer *p = &d->peer[d->peers];
	uint32_t link;

	assert_true(d->peers < DESK_PEERS);
	if (zx_ipc_accepted(d->hub, address, 4000, d->now, &link)) {
		desk_poll(d);
		return NULL;
	}
	memset(p, 0, sizeof(*p));
	p->link = link;
	zx_ipc_decoder_init(&p->in, NULL, 0);
	d->peers++;
	desk_poll(d);
	return p;
}

static inline void desk_bytes(struct desk *d, struct desk_peer *p,
			      struct zx_str bytes)
{
	struct zx_str copy = zx_test_exact(bytes);

	if (p->link)
		assert_err(zx_ipc_feed(d->hub, p->link, copy, d->now), ZX_OK);
	desk_poll(d);
	free((char *)copy.ptr);
}

static inline void desk_send(struct desk *d, struct desk_peer *p,
			     const char *payload)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_ipc_encode(&b, zx_str(payload)), ZX_OK);
	desk_bytes(d, p, zx_buf_str(&b));
	zx_buf_release(&b);
}

static inline void desk_auth(struct desk *d, struct desk_peer *p,
			     const char *name, const char *secret)
{
	char text[700];

	snprintf(text, sizeof(text),
		 "{\"op\": \"auth\", \"data\": {\"secret\": \"%s\", "
		 "\"cluster_name\": \"%s\", \"shard_ids\": [3, 4, 5], "
		 "\"shard_count\": 6, \"guild_count\": 512}, \"source\": "
		 "\"%s\", \"target\": \"all\", \"timestamp\": 1, \"nonce\": "
		 "\"a\"}",
		 secret, name, name);
	desk_send(d, p, text);
}

static inline struct desk_peer *desk_join(struct desk *d, const char *name)
{
	struct desk_peer *p = desk_connect(d, "127.0.0.1");

	assert_non_null(p);
	desk_auth(d, p, name, DESK_SECRET);
	assert_true(p->link);
	assert_true(p->frames >= 1);
	return p;
}

static inline struct zx_ipc_stats desk_stats(struct desk *d)
{
	struct zx_ipc_stats s;

	zx_ipc_stats(d->hub, &s);
	return s;
}

static inline void desk_close(struct desk *d)
{
	size_t i;

	for (i = 0; i < d->peers; i++)
		if (d->peer[i].link)
			zx_ipc_decoder_release(&d->peer[i].in);
	zx_ipc_free(d->hub);
	zx_buf_release(&d->trace);
	fail_alloc_check(&d->mem);
}

#endif
