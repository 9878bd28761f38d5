/* SPDX-License-Identifier: MIT
 *
 * The gateway's side of one connection: Hello, heartbeats, the rules for what a
 * client sends, and how messages are written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

/* Writing -------------------------------------------------------------------
 */

/* Payloads smaller than this go uncompressed with compress:true, as on Discord
 * not all are compressed. */
#define PAYLOAD_COMPRESS_MIN 512

/* The stream's bytes keep the order in which they were compressed. */
static void queue_behind(struct zx_buf *held, const struct zx_buf *packed)
{
	unsigned char head[10];

	zx_buf_add(held, head,
		   zx__ws_header(head, 0x80 | ZX__WS_BINARY, packed->len));
	zx_buf_adds(held, zx_buf_str(packed));
}

static void write_packed(struct zx__conn *c, const char *json, size_t n)
{
	struct zx_buf *out = &c->wire->packed;
	int err;

	zx_buf_clear(out);
	if (c->gw->compress == ZX__COMPRESS_PAYLOAD)
		err = zx__deflate_whole(json, n, out);
	else
		err = zx__stream_add(&c->gw->stream, json, n, out);
	if (err)
		zx__conn_kill(c, 1);
	else if (zx__burst_holds(c))
		queue_behind(zx__burst_holds(c), out);
	else
		zx__ws_send(c, ZX__WS_BINARY, out->ptr, out->len);
}

void zx__gw_write(struct zx__conn *c, const char *json, size_t n)
{
	if (c->dead || c->close_sent || c->muted)
		return;
	if (c->wire->n_live)
		zx__live_frame(c, "out", (struct zx_str){ json, n });
	if (c->gw->compress == ZX__COMPRESS_NONE ||
	    (c->gw->compress == ZX__COMPRESS_PAYLOAD &&
	     n < PAYLOAD_COMPRESS_MIN))
		zx__ws_send(c, ZX__WS_TEXT, json, n);
	else
		write_packed(c, json, n);
}

void zx__gw_writef(struct zx__conn *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof(text))
		zx__gw_write(c, text, (size_t)n);
}

void zx__gw_dispatch(struct zx__conn *c, uint64_t seq,
		     const struct zx__packet *b)
{
	struct zx_buf *s = &c->wire->scratch;

	zx_buf_clear(s);
	zx_buf_addf(s, "{\"t\":\"%.*s\",\"s\":%llu,\"op\":0,\"d\":",
		    (int)b->name_len, b->data, (unsigned long long)seq);
	zx_buf_add(s, b->data + b->name_len, b->len);
	zx_buf_addch(s, '}');
	if (s->err)
		zx__conn_kill(c, 1);
	else
		zx__gw_write(c, s->ptr, s->len);
}

void zx__gw_ack(struct zx__conn *c)
{
	zx__gw_writef(c, "{\"t\":null,\"s\":null,\"op\":11,\"d\":null}");
}

void zx__gw_invalid_session(struct zx__conn *c, int resumable)
{
	zx__gw_writef(c, "{\"t\":null,\"s\":null,\"op\":9,\"d\":%s}",
		      resumable ? "true" : "false");
}

/* Codes after which Discord wants a new session. */
static int ends_session(int code)
{
	static const int codes[] = { 1000, 1001, 4003, 4004, 4006, 4007,
				     4009, 4010, 4011, 4012, 4013, 4014 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i] == code)
			return 1;
	return 0;
}

void zx__gw_close(struct zx__conn *c, int code, const char *reason)
{
	struct zx__session *s = c->gw ? c->gw->session : NULL;

	if (s && ends_session(code))
		zx__session_free(s);
	else if (s)
		zx__session_drop(s);
	zx__ws_close(c, code, reason);
}

/* Opening ------------------------------------------------------------------ */

/* What is wrong with the query: a close code and its reason, or 0. */
static int check_query(struct zx_str query, enum zx__compress *compress,
		       const char **reason)
{
	struct zx_str v = zx__query_get(query, "v");
	struct zx_str encoding = zx__query_get(query, "encoding");
	struct zx_str how = zx__query_get(query, "compress");

	*compress = ZX__COMPRESS_NONE;
	if (zx_str_is(how, "zlib-stream"))
		*compress = ZX__COMPRESS_ZLIB;
	else if (zx_str_is(how, "zstd-stream"))
		*compress = ZX__COMPRESS_ZSTD;
	*reason = "Invalid API version";
	if (!zx_str_is(v, "10"))
		return 4012;
	*reason = "Decode error";
	if (encoding.ptr && !zx_str_is(encoding, "json"))
		return 4002;
	return how.len && !*compress ? 4002 : 0;
}

static void hello(struct zx__conn *c)
{
	struct zx__wire *wire = c->wire;
	const cJSON *fault = zx__fault_take(wire, "heartbeat_interval", -1);
	struct zx__gw *gw = c->gw;

	gw->interval_ms = wire->opt.heartbeat_ms;
	if (fault)
		gw->interval_ms = (uint32_t)zx__fault_number(
			fault, "ms", wire->opt.heartbeat_ms);
	gw->beat_due = zx__wire_now(wire) + gw->interval_ms +
		       gw->interval_ms / 2 + 2000;
	zx__gw_writef(c,
		      "{\"t\":null,\"s\":null,\"op\":10,\"d\":{"
		      "\"heartbeat_interval\":%lu,\"_trace\":["
		      "\"[\\\"zoryx-sandbox\\\",{\\\"micros\\\":0.0}]\"]}}",
		      (unsigned long)gw->interval_ms);
}

static void op7_instead(struct zx__conn *c)
{
	zx__gw_writef(c, "{\"t\":null,\"s\":null,\"op\":7,\"d\":null}");
	c->due = zx__wire_now(c->wire) + 5000;
}

void zx__gw_open(struct zx__conn *c, struct zx_str query)
{
	struct zx__wire *wire = c->wire;
	const char *reason;
	int code;

	c->kind = ZX__CONN_GATEWAY;
	c->gw = calloc(1, sizeof(*c->gw));
	if (!c->gw) {
		zx__conn_kill(c, 1);
		return;
	}
	wire->stats.connections++;
	c->gw->beat_due = ZX_TIME_NEVER;
	c->gw->sends_at = zx__wire_now(wire);
	code = check_query(query, &c->gw->compress, &reason);
	if (code) {
		zx__wire_violation(wire, "gateway query \"%.*s\" is refused",
				   ZX_ARG(query));
		zx__gw_close(c, code, reason);
		return;
	}
	if (zx__stream_open(&c->gw->stream, c->gw->compress))
		zx__conn_kill(c, 1);
	else if (zx__fault_take(wire, "no_hello", -1))
		c->muted = 1;
	else if (zx__fault_take(wire, "op7_before_hello", -1))
		op7_instead(c);
	else
		hello(c);
}

void zx__gw_free(struct zx__conn *c)
{
	if (!c->gw)
		return;
	if (c->gw->session)
		zx__session_drop(c->gw->session);
	zx__burst_free(c->gw->burst);
	cJSON_Delete(c->gw->list.request);
	zx__stream_close(&c->gw->stream);
	free(c->gw);
	c->gw = NULL;
}

/* What the client sends -----------------------------------------------------
 */

static void late_ack(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	zx__gw_ack(c);
}

/* op 1: d is the last s received, null before the first. */
static void heartbeat(struct zx__conn *c, const cJSON *d)
{
	struct zx__gw *gw = c->gw;
	uint64_t last = gw->session ? gw->session->seq : 0;

	c->wire->stats.heartbeats++;
	gw->beat_due = zx__wire_now(c->wire) + gw->interval_ms +
		       gw->interval_ms / 2 + 2000;
	if (!d || (!cJSON_IsNull(d) && !cJSON_IsNumber(d)))
		zx__wire_violation(c->wire, "heartbeat without a d of its own");
	else if (cJSON_IsNumber(d) && gw->session && d->valuedouble > last)
		zx__wire_violation(c->wire,
				   "heartbeat with s %.0f, last was %llu",
				   d->valuedouble, (unsigned long long)last);
	if (gw->no_acks)
		return;
	if (gw->slow_acks)
		zx__wire_later(c->wire, zx__wire_now(c->wire) + gw->slow_acks,
			       c->id, late_ack, NULL);
	else if (gw->flood)
		zx__burst_flood(c, gw->flood);
	else
		zx__gw_ack(c);
	gw->flood = 0;
}

static void presence(struct zx__conn *c, const cJSON *d)
{
	if (!cJSON_IsObject(d)) {
		zx__gw_close(c, 4002, "Decode error");
		return;
	}
	zx__world_presence(c->wire->world, d);
}

/* op 4: voice has no place here; the state is taken and nothing follows. */
static void voice_state(struct zx__conn *c, const cJSON *d)
{
	if (!cJSON_IsObject(d))
		zx__gw_close(c, 4002, "Decode error");
}

static const struct op {
	int op;
	int before_ready; /* allowed without a session */
	void (*run)(struct zx__conn *c, const cJSON *d);
} ops[] = {
	{ 1, 1, heartbeat },	  { 2, 1, zx__gw_identify },
	{ 3, 0, presence },	  { 4, 0, voice_state },
	{ 6, 1, zx__gw_resume },  { 8, 0, zx__gw_members },
	{ 31, 0, zx__gw_sounds }, { 43, 0, zx__gw_channel_info },
};

static const struct op *find_op(const cJSON *number)
{
	if (!cJSON_IsNumber(number))
		return NULL;
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (ops[i].op == number->valuedouble)
			return &ops[i];
	return NULL;
}

/* 0 when the connection has sent more than is allowed in 60 s. */
static int within_budget(struct zx__conn *c)
{
	struct zx__gw *gw = c->gw;
	uint64_t now = zx__wire_now(c->wire);

	if (now - gw->sends_at >= ZX__SENDS_MS) {
		gw->sends_at = now;
		gw->sends = 0;
	}
	return ++gw->sends <= ZX__SENDS_MAX;
}

static void run_op(struct zx__conn *c, const cJSON *msg)
{
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(msg, "op");
	const cJSON *d = cJSON_GetObjectItemCaseSensitive(msg, "d");
	const struct op *op = find_op(number);

	if (!cJSON_IsNumber(number)) {
		zx__gw_close(c, 4002, "Decode error");
	} else if (!op) {
		zx__wire_violation(c->wire, "unknown opcode %.0f",
				   number->valuedouble);
		zx__gw_close(c, 4001, "Unknown opcode");
	} else if (!op->before_ready && !c->gw->session) {
		zx__wire_violation(c->wire, "op %d before Identify", op->op);
		zx__gw_close(c, 4003, "Not authenticated");
	} else if (!op->before_ready && !c->gw->session->ready) {
		/* READY is withheld: not yet served, but no fault either. */
		return;
	} else {
		op->run(c, d);
	}
}

void zx__gw_message(struct zx__conn *c, struct zx_str text)
{
	cJSON *msg = NULL;

	c->wire->world_dirty = 1;
	if (c->wire->n_live)
		zx__live_frame(c, "in", text);
	if (c->muted && !c->gw->interval_ms)
		zx__wire_violation(c->wire, "sent before Hello");
	if (!within_budget(c)) {
		zx__wire_violation(c->wire, "over %d sends in 60 s",
				   ZX__SENDS_MAX);
		zx__gw_close(c, 4008, "Rate limited");
		return;
	}
	if (text.len <= ZX__PAYLOAD_MAX && !zx_json_check(text, 0, NULL))
		msg = cJSON_ParseWithLength(text.ptr, text.len);
	if (!cJSON_IsObject(msg)) {
		zx__wire_violation(c->wire,
				   "a payload is malformed or too "
				   "large (%zu bytes)",
				   text.len);
		zx__gw_close(c, 4002, "Decode error");
	} else {
		run_op(c, msg);
	}
	cJSON_Delete(msg);
}
