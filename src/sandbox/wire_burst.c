/* SPDX-License-Identifier: MIT
 *
 * Bursts: events in numbers, produced as the reader takes them.
 *
 * A sender for benchmarks must be several times faster than what it measures.
 * So the texts are made beforehand and only their s and id are set; and on a
 * compressed connection all messages are compressed before the first is sent,
 * because compressing is slower than decompressing. What else is written to the
 * connection meanwhile has its place behind them in the stream.
 */
#include <stdlib.h>
#include <string.h>

#include "wire_burst.h"

/* Written to a socket at a time, and waiting in the buffer at most. */
#define BATCH (256u * 1024)
#define PREPARE_STEP (256u * 1024) /* of text, per turn */
#define PREPARED_MAX (192u * 1024 * 1024)

struct zx__burst {
	struct zx__texts texts;
	uint64_t left;	/* events, or bytes of a flood */
	uint64_t at;	/* the next text */
	uint64_t id;	/* of the next event */
	uint32_t per_s; /* 0: as fast as it goes */
	uint64_t began, sent;
	int flood; /* repeats `guild`, then the ACK */
	struct zx__packet *guild;
	int preparing;
	struct zx_buf prepared; /* whole frames, compressed */
	size_t prepared_at;
};

void zx__burst_free(struct zx__burst *b)
{
	if (!b)
		return;
	zx__texts_release(&b->texts);
	zx__packet_unref(b->guild);
	zx_buf_release(&b->prepared);
	free(b);
}

struct zx_buf *zx__burst_holds(struct zx__conn *c)
{
	struct zx__burst *b = c->gw->burst;

	if (!b || b->prepared_at == b->prepared.len)
		return NULL;
	return &b->prepared;
}

/* One event -----------------------------------------------------------------
 */

/* Digits of v written to end at `end`; returns their first. */
static char *digits(uint64_t v, char *end)
{
	do
		*--end = (char)('0' + v % 10);
	while (v /= 10);
	return end;
}

static uint64_t next_seq(struct zx__session *s)
{
	/* These are too many to keep: the session can be resumed from behind
	 * the burst only. */
	s->evicted = ++s->seq;
	s->wire->stats.dispatched++;
	return s->seq;
}

/* Writes the next event to `at`, which has room for it; returns its length. */
static size_t put_event(struct zx__burst *b, const struct zx__text *t,
			uint64_t seq, char *at)
{
	const char *text = b->texts.all.ptr + t->at;
	char number[20], *first = digits(seq, number + sizeof(number));
	size_t n = (size_t)(number + sizeof(number) - first);
	char *rest = at + t->head + n;

	memcpy(at, text, t->head);
	memcpy(at + t->head, first, n);
	memcpy(rest, text + t->head, t->len - t->head);
	if (t->id)
		digits(b->id, rest + t->id + ZX__TEXT_ID);
	b->id++;
	b->at++;
	return t->len + n;
}

static const struct zx__text *next_text(const struct zx__burst *b)
{
	return &b->texts.list[b->at % b->texts.n];
}

/* Straight into the output: a frame's header of either size is placed before
 * the text, whose length is known. */
static int write_plain(struct zx__conn *c, struct zx__burst *b)
{
	const struct zx__text *t = next_text(b);
	char *at = zx__conn_room(c, t->len + 64);
	uint64_t seq;
	size_t head, n;
	char number[20];

	if (!at)
		return 0;
	seq = next_seq(c->gw->session);
	n = t->len + (size_t)(number + sizeof(number) -
			      digits(seq, number + sizeof(number)));
	head = zx__ws_header((unsigned char *)at, 0x80 | ZX__WS_TEXT, n);
	c->out.len += head + put_event(b, t, seq, at + head);
	return 1;
}

/* With oddities, or compressed one by one. */
static int write_slow(struct zx__conn *c, struct zx__burst *b)
{
	struct zx_buf *s = &c->wire->scratch;
	const struct zx__text *t = next_text(b);
	char *at;

	zx_buf_clear(s);
	at = zx_buf_room(s, t->len + 32);
	if (!at)
		return 0;
	s->len = put_event(b, t, next_seq(c->gw->session), at);
	zx__gw_write(c, s->ptr, s->len);
	return !c->dead;
}

/* Paced: ordinary events, kept for a replay. */
static int write_kept(struct zx__conn *c, struct zx__burst *b)
{
	const struct zx__text *t = next_text(b);
	struct zx__session *s = c->gw->session;
	struct zx_buf *out = &c->wire->scratch;
	struct zx__packet *blob;
	struct zx_str text;
	char *at;

	zx_buf_clear(out);
	at = zx_buf_room(out, t->len + 32);
	if (!at)
		return 0;
	text = (struct zx_str){ at, put_event(b, t, s->seq + 1, at) };
	text = zx_json_get(text, "d");
	blob = zx__packet_new(t->name, text.ptr, text.len);
	if (blob)
		zx__session_send(s, blob);
	zx__packet_unref(blob);
	return !c->dead;
}

/* Compressed ----------------------------------------------------------------
 */

static void prepare(struct zx__conn *c, struct zx__burst *b)
{
	struct zx_buf *packed = &c->wire->packed, *text = &c->wire->scratch;
	unsigned char head[10];
	size_t done = 0;

	while (b->left && done < PREPARE_STEP &&
	       b->prepared.len < PREPARED_MAX) {
		const struct zx__text *t = next_text(b);
		char *at;

		zx_buf_clear(text);
		zx_buf_clear(packed);
		at = zx_buf_room(text, t->len + 32);
		if (!at)
			break;
		text->len = put_event(b, t, next_seq(c->gw->session), at);
		if (zx__stream_add(&c->gw->stream, text->ptr, text->len,
				   packed))
			break;
		zx_buf_add(
			&b->prepared, head,
			zx__ws_header(head, 0x80 | ZX__WS_BINARY, packed->len));
		zx_buf_adds(&b->prepared, zx_buf_str(packed));
		done += text->len;
		b->left--;
	}
	if (b->prepared.err || text->err || packed->err)
		zx__conn_kill(c, 1);
	b->preparing = b->left && b->prepared.len < PREPARED_MAX;
}

/* The length of the frame at p: a server's, thus without a mask. */
static size_t frame_len(const unsigned char *p)
{
	uint64_t n = 0;

	if (p[1] < 126)
		return 2u + p[1];
	if (p[1] == 126)
		return 4u + ((size_t)p[2] << 8 | p[3]);
	for (unsigned i = 0; i < 8; i++)
		n = n << 8 | p[2 + i];
	return (size_t)n + 10;
}

/* Whole frames only: a pong may come between two writes. */
static void send_prepared(struct zx__conn *c, struct zx__burst *b)
{
	const char *p = b->prepared.ptr + b->prepared_at;
	size_t n = 0, left = b->prepared.len - b->prepared_at;

	if (b->prepared.err) {
		zx__conn_kill(c, 1);
		return;
	}
	while (n < left && n < BATCH)
		n += frame_len((const unsigned char *)p + n);
	zx__conn_write(c, p, n);
	b->prepared_at += n;
	if (b->prepared_at == b->prepared.len) {
		zx_buf_clear(&b->prepared);
		b->prepared_at = 0;
		b->preparing = b->left > 0;
	}
}

/* Steps ----------------------------------------------------------------------
 */

static void end_burst(struct zx__conn *c)
{
	zx__burst_free(c->gw->burst);
	c->gw->burst = NULL;
}

/* Events that are due by now, when paced. */
static uint64_t quota(const struct zx__burst *b, uint64_t now)
{
	uint64_t due;

	if (!b->per_s)
		return b->left;
	due = (now - b->began) * b->per_s / 1000 + 1;
	if (due <= b->sent)
		return 0;
	return due - b->sent < b->left ? due - b->sent : b->left;
}

static int step_texts(struct zx__conn *c, struct zx__burst *b, uint64_t now)
{
	uint64_t n = quota(b, now);
	int plain = c->gw->compress == ZX__COMPRESS_NONE && !c->fragment &&
		    !c->next_bits;

	while (n && zx__conn_unsent(c) < BATCH && c->gw->session && !c->muted) {
		int ok = b->per_s ? write_kept(c, b)
			 : plain  ? write_plain(c, b)
				  : write_slow(c, b);

		if (!ok)
			return 0;
		n--;
		b->left--;
		b->sent++;
	}
	if (!b->left || !c->gw->session || c->muted) {
		end_burst(c);
		return 0;
	}
	return !b->per_s;
}

static int step_prepared(struct zx__conn *c, struct zx__burst *b)
{
	if (!c->gw->session || (!b->left && !b->prepared.len)) {
		end_burst(c);
		return 0;
	}
	if (b->preparing)
		prepare(c, b);
	else if (zx__conn_unsent(c) < BATCH)
		send_prepared(c, b);
	return !c->dead;
}

static int step_flood(struct zx__conn *c, struct zx__burst *b)
{
	while (b->left && b->guild && zx__conn_unsent(c) < BATCH &&
	       c->gw->session && !c->dead) {
		size_t n = b->guild->len;

		zx__gw_dispatch(c, next_seq(c->gw->session), b->guild);
		b->left -= n < b->left ? n : b->left;
	}
	if (b->left && b->guild && c->gw->session)
		return !c->dead;
	end_burst(c);
	zx__gw_ack(c);
	return 0;
}

int zx__burst_step(struct zx__conn *c, uint64_t now)
{
	struct zx__burst *b = c->gw->burst;

	if (c->dead || c->closing || c->close_sent)
		return 0;
	if (b->flood)
		return step_flood(c, b);
	/* In the middle of preparing, too, when fragments are asked for. */
	if (b->prepared.len || b->preparing)
		return step_prepared(c, b);
	return step_texts(c, b, now);
}

uint64_t zx__burst_due(const struct zx__conn *c)
{
	const struct zx__burst *b = c->gw ? c->gw->burst : NULL;

	if (!b)
		return ZX_TIME_NEVER;
	if (!b->per_s)
		return c->blocked ? ZX_TIME_NEVER : 0;
	return b->began + b->sent * 1000 / b->per_s;
}

static struct zx__burst *new_burst(struct zx__conn *c)
{
	struct zx__burst *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	zx_buf_init(&b->texts.all, NULL, 0);
	zx_buf_init(&b->prepared, NULL, 2 * (size_t)PREPARED_MAX);
	b->began = zx__wire_now(c->wire);
	zx__burst_free(c->gw->burst);
	c->gw->burst = b;
	return b;
}

void zx__burst_flood(struct zx__conn *c, size_t bytes)
{
	struct zx__session *s = c->gw->session;
	struct zx__burst *b = s && !c->gw->burst ? new_burst(c) : NULL;
	cJSON *guild;
	char *text;

	if (!b) {
		zx__gw_ack(c);
		return;
	}
	b->flood = 1;
	b->left = bytes;
	guild = zx__world_guild_create(c->wire->world, s->shard, s->shards,
				       s->intents, s->large_threshold, 0);
	text = guild ? cJSON_PrintUnformatted(guild) : NULL;
	if (text)
		b->guild = zx__packet_new("GUILD_CREATE", text, strlen(text));
	cJSON_free(text);
	cJSON_Delete(guild);
}

void zx__act_burst(struct zx__conn *c, const cJSON *args)
{
	struct zx__burst *b;
	enum zx__compress how = c->gw->compress;

	if (zx__burst_holds(c))
		return; /* one at a time: those bytes are promised */
	b = new_burst(c);
	if (!b)
		return;
	b->left = (uint64_t)zx__fault_number(args, "count", 200000);
	b->per_s = (uint32_t)zx__fault_number(args, "per_s", 0);
	b->id = zx__world_new_id(c->wire->world);
	b->preparing = !b->per_s && !c->fragment &&
		       (how == ZX__COMPRESS_ZLIB || how == ZX__COMPRESS_ZSTD);
	if (!b->left || zx__texts_make(&b->texts, c->gw->session, args))
		end_burst(c);
}
