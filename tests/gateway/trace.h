/* SPDX-License-Identifier: MIT
 *
 * trace: plays a golden trace: what goes into a shard, what must come out, and
 * when, in virtual time.
 *
 *	# a comment          set NAME VALUE: an option, before the first time
 *	[   120] > text ...  an input; time passes and ticks happen on the way
 *	[   120] < send ...  the next output, at that time
 *	[   120] = 20745     the deadline now, or "never"
 *
 * Inputs: start, open, text JSON, closed CODE, failed WHY, bytes N, grant,
 * send OP JSON, url URL, stop resumable, stop final, wait (for the time to
 * pass), sleep (it passes and nobody ticks); "old" before one makes it speak of
 * the connection before.
 *
 * All outputs must be listed, in order. `test_trace --record FILE` prints FILE
 * with the outputs it gets; read them before you believe them.
 */
#ifndef TRACE_H
#define TRACE_H

#include <inttypes.h>
#include <stdio.h>

#include "helper/zx_test.h"
#include "zoryx/gateway.h"

#define TRACE_TOKEN "the.secret-token"

struct trace {
	const char *file;
	int line;
	int record;
	struct zx_shard *s;
	struct zx_shard_options opt;
	struct zx_session session;
	char url[256], presence[512];
	double rand; /* what every draw gives */
	zx_time now;
	uint32_t generation;
	char *out[64]; /* outputs that no line has claimed yet */
	size_t count;
};

static void trace_fail(const struct trace *t, const char *what,
		       const char *text)
{
	fail_msg("%s:%d: %s: %s", t->file, t->line, what, text);
}

/* Lowest byte first, as zx_rand_u64() reads it. */
static void trace_rand(void *ud, void *p, size_t n)
{
	uint64_t x = (uint64_t)(*(double *)ud * 0x1p63) << 1;
	unsigned char *out = p;

	for (size_t i = 0; i < n; i++, x >>= 8)
		out[i] = (unsigned char)x;
}

/* No log line may show the token either. */
static void trace_log(enum zx_log_level level, const char *module,
		      const char *text, void *ud)
{
	(void)level;
	(void)module;
	if (strstr(text, TRACE_TOKEN))
		trace_fail(ud, "the token is in the log", text);
}

static void trace_put(struct trace *t, struct zx_buf *line)
{
	char *copy = strdup(zx_buf_cstr(line));

	if (t->count == sizeof(t->out) / sizeof(*t->out))
		trace_fail(t, "too many outputs", copy);
	t->out[t->count++] = copy;
	zx_buf_release(line);
}

static void trace_begin(struct trace *t, struct zx_buf *line)
{
	zx_buf_init(line, NULL, 0);
	zx_buf_addf(line, "[%6" PRIu64 "] < ", t->now);
}

static void trace_hide(struct zx_buf *out, struct zx_str text)
{
	const char *token = TRACE_TOKEN;
	size_t i, n = strlen(token);

	for (i = 0; i < text.len; i++)
		if (text.len - i >= n && !memcmp(text.ptr + i, token, n)) {
			zx_buf_addc(out, "***");
			i += n - 1;
		} else {
			zx_buf_addch(out, text.ptr[i]);
		}
}

static void trace_session(struct trace *t, struct zx_buf *line)
{
	struct zx_session got;

	if (zx_shard_session(t->s, &got))
		zx_buf_addc(line, "session none");
	else
		zx_buf_addf(line, "session %s %s %" PRId64, got.id,
			    got.resume_url, got.seq);
}

static void trace_output(struct trace *t, const struct zx_shard_out *o)
{
	struct zx_buf line;

	trace_begin(t, &line);
	switch (o->kind) {
	case ZX_SHARD_OUT_CONNECT:
		t->generation = o->generation;
		zx_buf_addf(&line, "connect %.*s", ZX_ARG(o->text));
		break;
	case ZX_SHARD_OUT_SEND:
		zx_buf_addc(&line, "send ");
		trace_hide(&line, o->text);
		break;
	case ZX_SHARD_OUT_CLOSE:
		zx_buf_addf(&line, "close %d", o->code);
		break;
	case ZX_SHARD_OUT_IDENTIFY:
		zx_buf_addc(&line, "identify?");
		break;
	case ZX_SHARD_OUT_EVENT:
		zx_buf_addf(&line, "event %s%.*s %" PRId64 "%s",
			    o->event ? "" : "unknown ", ZX_ARG(o->name), o->seq,
			    o->replayed ? " replayed" : "");
		break;
	case ZX_SHARD_OUT_STATE:
		zx_buf_addf(&line, "state %s", zx_shard_state_name(o->state));
		break;
	case ZX_SHARD_OUT_SESSION:
		trace_session(t, &line);
		break;
	case ZX_SHARD_OUT_DEAD:
		zx_buf_addf(&line, "dead %d %.*s", o->code, ZX_ARG(o->text));
		break;
	}
	trace_put(t, &line);
}

static void trace_poll(struct trace *t)
{
	struct zx_shard_out o;

	while (zx_shard_poll(t->s, &o))
		trace_output(t, &o);
}

static void trace_result(struct trace *t, int err)
{
	struct zx_buf line;

	trace_poll(t);
	if (!err)
		return;
	trace_begin(t, &line);
	zx_buf_addf(&line, "refused %s", zx_errname(err));
	trace_put(t, &line);
}

/* Ticks at each deadline up to `to`, or only to the first output. */
static void trace_advance(struct trace *t, zx_time to, int first)
{
	unsigned turns = 0;

	while (zx_shard_deadline(t->s) <= to && !(first && t->count)) {
		if (zx_shard_deadline(t->s) > t->now)
			t->now = zx_shard_deadline(t->s);
		trace_result(t, zx_shard_tick(t->s, t->now));
		if (++turns > 10000)
			trace_fail(t, "time stands still", "");
	}
	if (!first || !t->count)
		t->now = to > t->now ? to : t->now;
}

static struct zx_str trace_word(struct zx_str *rest)
{
	struct zx_str word = zx_str_split(rest, ' ');

	*rest = zx_str_trim(*rest);
	return word;
}

static uint64_t trace_number(struct trace *t, struct zx_str text)
{
	uint64_t v = 0;

	if (zx_str_u64(text, &v))
		trace_fail(t, "not a number", text.len ? text.ptr : "");
	return v;
}

static void trace_copy(struct trace *t, struct zx_str from, char *to,
		       size_t size)
{
	if (from.len >= size)
		trace_fail(t, "too long", from.ptr);
	memcpy(to, from.ptr, from.len);
	to[from.len] = '\0';
}

static void trace_set(struct trace *t, struct zx_str rest)
{
	struct zx_str key = trace_word(&rest);
	struct zx_session *k = &t->session;

	if (zx_str_is(key, "rand"))
		t->rand = atof(rest.ptr);
	else if (zx_str_is(key, "intents"))
		t->opt.intents = trace_number(t, rest);
	else if (zx_str_is(key, "shard"))
		t->opt.shard_id = (uint32_t)trace_number(t, rest);
	else if (zx_str_is(key, "shards"))
		t->opt.shard_count = (uint32_t)trace_number(t, rest);
	else if (zx_str_is(key, "url"))
		trace_copy(t, rest, t->url, sizeof(t->url));
	else if (zx_str_is(key, "presence"))
		trace_copy(t, rest, t->presence, sizeof(t->presence));
	else if (zx_str_is(key, "compress"))
		t->opt.compress = zx_str_is(rest, "zlib")
					  ? ZX_COMPRESS_ZLIB_STREAM
					  : ZX_COMPRESS_ZSTD_STREAM;
	else if (zx_str_is(key, "session"))
		trace_copy(t, rest, k->id, sizeof(k->id));
	else if (zx_str_is(key, "resume_url"))
		trace_copy(t, rest, k->resume_url, sizeof(k->resume_url));
	else if (zx_str_is(key, "seq"))
		k->seq = (int64_t)trace_number(t, rest);
	else
		trace_fail(t, "unknown option", key.ptr);
}

static void trace_open(struct trace *t)
{
	struct zx_session *k = &t->session;

	if (t->s)
		return;
	t->opt.gateway_url = t->url;
	t->opt.presence = zx_str(t->presence);
	assert_err(zx_shard_new(&t->s, &t->opt), ZX_OK);
	if (!k->id[0])
		return;
	k->shard_id = t->opt.shard_id;
	k->shard_count = t->opt.shard_count ? t->opt.shard_count : 1;
	k->intents = t->opt.intents;
	assert_err(zx_shard_set_session(t->s, k), ZX_OK);
}

static void trace_input(struct trace *t, struct zx_str rest)
{
	struct zx_str verb = trace_word(&rest);
	uint32_t gen = t->generation;
	char text[512];
	int err = ZX_OK;

	snprintf(text, sizeof(text), "%.*s", ZX_ARG(rest));
	if (zx_str_is(verb, "old")) { /* of the connection before */
		gen--;
		verb = trace_word(&rest);
	}
	if (zx_str_is(verb, "start"))
		err = zx_shard_start(t->s, t->now);
	else if (zx_str_is(verb, "open"))
		zx_shard_on_open(t->s, gen, t->now);
	else if (zx_str_is(verb, "text"))
		err = zx_shard_feed(t->s, gen, rest, t->now);
	else if (zx_str_is(verb, "closed"))
		zx_shard_on_closed(t->s, gen, (int)trace_number(t, rest),
				   t->now);
	else if (zx_str_is(verb, "failed"))
		zx_shard_on_failed(t->s, gen, text, t->now);
	else if (zx_str_is(verb, "bytes"))
		zx_shard_on_bytes(t->s, gen, trace_number(t, rest), t->now);
	else if (zx_str_is(verb, "grant"))
		zx_shard_grant(t->s, t->now);
	else if (zx_str_is(verb, "url"))
		err = zx_shard_set_url(t->s, text);
	else if (zx_str_is(verb, "stop"))
		zx_shard_stop(t->s, zx_str_is(rest, "resumable"), t->now);
	else if (zx_str_is(verb, "send")) {
		struct zx_str op = trace_word(&rest);

		err = zx_shard_send(t->s, (int)trace_number(t, op), rest,
				    t->now);
	} else if (zx_str_is(verb, "sleep")) {
		err = zx_shard_tick(t->s, t->now);
	} else if (!zx_str_is(verb, "wait")) {
		trace_fail(t, "unknown input", verb.ptr);
	}
	trace_result(t, err);
}

static void trace_take(struct trace *t, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (t->record)
			printf("%s\n", t->out[i]);
		free(t->out[i]);
	}
	memmove(t->out, t->out + n, (t->count - n) * sizeof(*t->out));
	t->count -= n;
}

/* In a recording outputs are printed; otherwise each must have been claimed. */
static void trace_settle(struct trace *t)
{
	if (!t->record && t->count)
		trace_fail(t, "not in the trace", t->out[0]);
	trace_take(t, t->count);
}

static void trace_expect(struct trace *t, struct zx_str line, zx_time at)
{
	if (t->record)
		return;
	trace_advance(t, at, 1);
	if (!t->count)
		trace_fail(t, "did not come", line.ptr);
	if (!zx_str_is(line, t->out[0]))
		trace_fail(t, "came instead", t->out[0]);
	trace_take(t, 1);
}

static void trace_deadline(struct trace *t, struct zx_str rest)
{
	zx_time at = zx_shard_deadline(t->s);
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, at);
	if (at == ZX_TIME_NEVER)
		snprintf(text, sizeof(text), "never");
	if (t->record)
		printf("[%6" PRIu64 "] = %s\n", t->now, text);
	else if (!zx_str_is(rest, text))
		trace_fail(t, "the deadline is", text);
}

static void trace_line(struct trace *t, struct zx_str line)
{
	struct zx_str rest = zx_str_from(line, 1), time;
	zx_time at;
	char kind;

	if (line.ptr[0] != '[') {
		if (t->record)
			printf("%.*s\n", ZX_ARG(line));
		if (zx_str_starts(line, "set "))
			trace_set(t, zx_str_from(line, 4));
		return;
	}
	trace_open(t);
	time = zx_str_split(&rest, ']');
	at = trace_number(t, zx_str_trim(time));
	kind = rest.len > 1 ? rest.ptr[1] : 0;
	rest = zx_str_trim(zx_str_from(rest, 2));
	if (kind == '<') {
		trace_expect(t, line, at);
		return;
	}
	if (kind == '=') {
		trace_deadline(t, rest);
		return;
	}
	/* Nobody ticks while the host sleeps, and nobody polls. */
	if (!zx_str_is(rest, "sleep"))
		trace_advance(t, at, 0);
	t->now = at;
	trace_settle(t);
	if (t->record)
		printf("%.*s\n", ZX_ARG(line));
	trace_input(t, rest);
	if (t->record)
		trace_settle(t);
}

static void trace_play(const char *file, int record)
{
	struct trace t = { .file = file, .record = record, .rand = 0.5 };
	struct zx_log log = { trace_log, &t, ZX_LOG_DEBUG };
	char line[8192];
	FILE *f = fopen(file, "r");

	if (!f)
		fail_msg("%s: cannot be read", file);
	t.opt = (struct zx_shard_options)ZX_SHARD_OPTIONS_INIT;
	t.opt.token = TRACE_TOKEN;
	t.opt.intents = 1;
	t.opt.rand = (struct zx_rand){ trace_rand, &t.rand };
	t.opt.log = &log;
	snprintf(t.url, sizeof(t.url), "wss://gateway.discord.gg");
	while (fgets(line, sizeof(line), f)) {
		struct zx_str s = { line, strcspn(line, "\n") };

		t.line++;
		line[s.len] = '\0';
		if (s.len)
			trace_line(&t, s);
		else if (record)
			printf("\n");
	}
	fclose(f);
	trace_settle(&t);
	assert_non_null(t.s);
	if (strstr(zx_shard_error(t.s), TRACE_TOKEN))
		trace_fail(&t, "the token is in the error", "");
	zx_shard_free(t.s);
}

#endif
