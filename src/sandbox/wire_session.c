/* SPDX-License-Identifier: MIT
 *
 * Gateway sessions: sequence numbers, the buffer of what a resume replays, and
 * the minutes a session waits for its client to come back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

/* Events ------------------------------------------------------------------- */

struct zx__packet *zx__packet_new(const char *event, const char *d, size_t len)
{
	size_t name = strlen(event);
	struct zx__packet *b = malloc(sizeof(*b) + name + len);

	if (!b)
		return NULL;
	b->refs = 1;
	b->name_len = (uint32_t)name;
	b->len = len;
	memcpy(b->data, event, name);
	memcpy(b->data + name, d, len);
	return b;
}

struct zx__packet *zx__packet_ref(struct zx__packet *b)
{
	b->refs++;
	return b;
}

void zx__packet_unref(struct zx__packet *b)
{
	if (b && !--b->refs)
		free(b);
}

/* The replay buffer ----------------------------------------------------------
 */

static void evict(struct zx__session *s)
{
	struct zx__replay *r = &s->ring[s->ring_at];

	if (r->seq > s->evicted)
		s->evicted = r->seq;
	s->ring_bytes -= r->blob->len;
	zx__packet_unref(r->blob);
	s->ring_at = (s->ring_at + 1) % s->ring_cap;
	s->ring_n--;
}

static int ring_grow(struct zx__session *s)
{
	size_t cap = s->ring_cap ? s->ring_cap * 2 : 16;
	struct zx__replay *ring = malloc(cap * sizeof(*ring));

	if (!ring)
		return 0;
	for (size_t i = 0; i < s->ring_n; i++)
		ring[i] = s->ring[(s->ring_at + i) % s->ring_cap];
	free(s->ring);
	s->ring = ring;
	s->ring_cap = cap;
	s->ring_at = 0;
	return 1;
}

static void keep(struct zx__session *s, struct zx__packet *b)
{
	while (s->ring_n && (s->ring_n >= ZX__REPLAY_MAX ||
			     s->ring_bytes + b->len > ZX__REPLAY_BYTES))
		evict(s);
	if ((s->ring_n == s->ring_cap && !ring_grow(s)) ||
	    b->len > ZX__REPLAY_BYTES) {
		while (s->ring_n)
			evict(s);
		s->evicted = s->seq;
		return;
	}
	s->ring[(s->ring_at + s->ring_n++) % s->ring_cap] =
		(struct zx__replay){ s->seq, zx__packet_ref(b) };
	s->ring_bytes += b->len;
}

int zx__session_can_replay(const struct zx__session *s, uint64_t seq)
{
	return seq >= s->evicted;
}

void zx__session_replay(struct zx__session *s, uint64_t seq, int times)
{
	for (size_t i = 0; i < s->ring_n && s->conn; i++) {
		struct zx__replay *r = &s->ring[(s->ring_at + i) % s->ring_cap];

		for (int k = 0; r->seq > seq && k < times; k++)
			zx__gw_dispatch(s->conn, r->seq, r->blob);
	}
}

/* Sessions ----------------------------------------------------------------- */

struct zx__session *zx__session_new(struct zx__wire *wire)
{
	struct zx_rand rand = zx_prng_rand(&wire->prng);
	struct zx__session *s;
	uint64_t bits[2];

	if (wire->n_sessions >= ZX__SESSIONS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	bits[0] = zx_rand_u64(&rand);
	bits[1] = zx_rand_u64(&rand);
	snprintf(s->id, sizeof(s->id), "%016llx%016llx",
		 (unsigned long long)bits[0], (unsigned long long)bits[1]);
	s->wire = wire;
	s->next = wire->sessions;
	if (s->next)
		s->next->prev = s;
	wire->sessions = s;
	wire->n_sessions++;
	return s;
}

void zx__session_free(struct zx__session *s)
{
	if (s->conn)
		s->conn->gw->session = NULL;
	if (s->prev)
		s->prev->next = s->next;
	else
		s->wire->sessions = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->wire->n_sessions--;
	while (s->ring_n)
		evict(s);
	free(s->ring);
	free(s);
}

struct zx__session *zx__session_find(struct zx__wire *wire, const char *id)
{
	struct zx__session *s = wire->sessions;

	while (s && strcmp(s->id, id))
		s = s->next;
	return s;
}

void zx__session_drop(struct zx__session *s)
{
	struct zx__wire *wire = s->wire;

	if (!s->ready) {
		/* Without a READY nobody knows its id. */
		zx__session_free(s);
		return;
	}
	if (s->conn)
		s->conn->gw->session = NULL;
	s->conn = NULL;
	s->dropped_at = zx__wire_now(wire);
}

void zx__session_expire(struct zx__wire *wire, uint64_t now)
{
	struct zx__session *next;

	for (struct zx__session *s = wire->sessions; s; s = next) {
		next = s->next;
		if (!s->conn && now - s->dropped_at >= ZX__SESSION_MS)
			zx__session_free(s);
	}
}

uint32_t zx__sessions_live(const struct zx__wire *wire)
{
	uint32_t n = 0;

	for (struct zx__session *s = wire->sessions; s; s = s->next)
		n += s->conn && s->ready;
	return n;
}

/* Dispatching ---------------------------------------------------------------
 */

void zx__session_send(struct zx__session *s, struct zx__packet *b)
{
	s->seq++;
	s->wire->stats.dispatched++;
	keep(s, b);
	if (s->conn)
		zx__gw_dispatch(s->conn, s->seq, b);
}

static struct zx__packet *blob_of(const char *event, const cJSON *d)
{
	char *text = cJSON_PrintUnformatted(d);
	struct zx__packet *b = NULL;

	if (text)
		b = zx__packet_new(event, text, strlen(text));
	cJSON_free(text);
	return b;
}

void zx__session_event(struct zx__session *s, const char *event, const cJSON *d)
{
	struct zx__packet *b = blob_of(event, d);

	if (b)
		zx__session_send(s, b);
	zx__packet_unref(b);
}

/* One event as sessions with the same intents see it. */
struct variant {
	uint64_t intents;
	struct zx__packet *blob; /* NULL: they do not get it */
};

#define VARIANTS 8

static struct zx__packet *make_variant(struct zx__wire *wire, const char *event,
				       const cJSON *d, uint64_t intents)
{
	cJSON *seen = zx__world_filter(wire->world, event, d, intents);
	struct zx__packet *b = seen ? blob_of(event, seen) : NULL;

	cJSON_Delete(seen);
	return b;
}

static struct zx__packet *variant(struct variant *v, size_t *n,
				  struct zx__wire *wire, const char *event,
				  const cJSON *d, uint64_t intents)
{
	size_t i = 0;

	while (i < *n && v[i].intents != intents)
		i++;
	if (i < *n)
		return v[i].blob;
	if (*n == VARIANTS)
		zx__packet_unref(v[--*n].blob);
	v[*n] = (struct variant){ intents,
				  make_variant(wire, event, d, intents) };
	return v[(*n)++].blob;
}

static void tell(struct zx__wire *wire, uint64_t guild, const char *event,
		 const cJSON *d)
{
	char *text = cJSON_PrintUnformatted(d);

	if (text)
		wire->opt.on_event(wire->opt.on_event_ud, guild, event, text);
	cJSON_free(text);
}

void zx__wire_dispatch(struct zx__wire *wire, uint64_t guild_id,
		       const char *event, const cJSON *d)
{
	struct variant v[VARIANTS];
	struct zx__session *next;
	struct zx__packet *b;
	size_t n = 0;

	if (wire->opt.on_event)
		tell(wire, guild_id, event, d);
	for (struct zx__session *s = wire->sessions; s; s = next) {
		/* Sending can only drop the session's connection, not others.
		 */
		next = s->next;
		if (!s->ready ||
		    s->shard != (uint32_t)((guild_id >> 22) % s->shards))
			continue;
		b = variant(v, &n, wire, event, d, s->intents);
		if (b)
			zx__session_send(s, b);
	}
	while (n)
		zx__packet_unref(v[--n].blob);
	zx__wire_wake(wire);
}

size_t zx__wire_inject(struct zx__wire *wire, int shard, const char *event,
		       const cJSON *d)
{
	struct zx__packet *b = blob_of(event, d);
	size_t n = 0;

	if (!b)
		return 0;
	for (struct zx__session *s = wire->sessions; s; s = s->next) {
		if (!s->ready || (shard >= 0 && s->shard != (uint32_t)shard))
			continue;
		zx__session_send(s, b);
		n++;
	}
	zx__packet_unref(b);
	zx__wire_wake(wire);
	return n;
}
