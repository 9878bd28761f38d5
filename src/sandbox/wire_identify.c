/* SPDX-License-Identifier: MIT
 *
 * Identify and Resume: who may begin or continue a session.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

#define INTENTS_DEFINED                                                        \
	(0x1ffffull | 1ull << 20 | 1ull << 21 | 1ull << 24 | 1ull << 25)
#define INTENT_GUILDS 1ull
#define INTENTS_PRIVILEGED (1ull << 1 | 1ull << 8 | 1ull << 15)
#define GUILDS_PER_SHARD 2500
/* 5 s on Discord; a client that waits them by its own clock may seem a little
 * early by this one. */
#define IDENTIFY_WINDOW_MS 4950

static struct zx_str dom_text(const cJSON *obj, const char *key)
{
	return zx_str(cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(obj, key)));
}

/* A whole number that fits 53 bits, or -1. */
static int64_t dom_int(const cJSON *n)
{
	if (!cJSON_IsNumber(n) || n->valuedouble < 0 ||
	    n->valuedouble > 9007199254740991.0 ||
	    n->valuedouble != (double)(int64_t)n->valuedouble)
		return -1;
	return (int64_t)n->valuedouble;
}

/* Identify ------------------------------------------------------------------
 */

struct wish {
	uint32_t shard, shards, large_threshold;
	uint64_t intents;
	int compress;
};

static int read_shard(const cJSON *d, struct wish *w)
{
	const cJSON *pair = cJSON_GetObjectItemCaseSensitive(d, "shard");
	int64_t id, n;

	w->shard = 0;
	w->shards = 1;
	if (!pair || cJSON_IsNull(pair))
		return 1;
	if (cJSON_GetArraySize(pair) != 2)
		return 0;
	id = dom_int(cJSON_GetArrayItem(pair, 0));
	n = dom_int(cJSON_GetArrayItem(pair, 1));
	if (id < 0 || n < 1 || id >= n || n > 1000000)
		return 0;
	w->shard = (uint32_t)id;
	w->shards = (uint32_t)n;
	return 1;
}

/* The close code that refuses the Identify, or 0. */
static int read_wish(struct zx__conn *c, const cJSON *d, struct wish *w)
{
	const struct zx_sandbox_options *opt = &c->wire->opt;
	int64_t intents, large;

	if (!cJSON_IsObject(d) || !dom_text(d, "token").ptr ||
	    !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(d, "properties")))
		return 4002;
	if (!zx__world_token_ok(c->wire->world, dom_text(d, "token")))
		return 4004;
	intents = dom_int(cJSON_GetObjectItemCaseSensitive(d, "intents"));
	if (intents < 0 || ((uint64_t)intents & ~INTENTS_DEFINED))
		return 4013;
	w->intents = (uint64_t)intents;
	if (w->intents & opt->intents_refused & INTENTS_PRIVILEGED)
		return 4014;
	if (!read_shard(d, w))
		return 4010;
	if (opt->guilds / w->shards > GUILDS_PER_SHARD)
		return 4011;
	large = dom_int(cJSON_GetObjectItemCaseSensitive(d, "large_threshold"));
	w->large_threshold = large < 50 || large > 250 ? 50 : (uint32_t)large;
	w->compress =
		cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(d, "compress"));
	return 0;
}

static const char *refusal(int code)
{
	static const struct {
		int code;
		const char *reason;
	} reasons[] = {
		{ 4002, "Error while decoding payload." },
		{ 4004, "Authentication failed." },
		{ 4010, "Invalid shard." },
		{ 4011, "Sharding required." },
		{ 4013, "Invalid intent(s)." },
		{ 4014, "Disallowed intent(s)." },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "";
}

/* Of Discord's two limits of Identify, the one per 5 s. */
static int too_soon(struct zx__wire *wire, uint32_t shard)
{
	uint32_t key = shard % wire->opt.max_concurrency;
	uint64_t now = zx__wire_now(wire), last = wire->identify_at[key];

	if (last && now - last < IDENTIFY_WINDOW_MS) {
		zx__wire_violation(wire,
				   "shard %u identified %llu ms after another "
				   "of its key",
				   (unsigned)shard,
				   (unsigned long long)(now - last));
		return 1;
	}
	wire->identify_at[key] = now;
	return 0;
}

/* Both counted limits; nonzero when the Identify was answered by them. */
static int over_limit(struct zx__conn *c, const struct wish *w)
{
	struct zx__wire *wire = c->wire;

	if (too_soon(wire, w->shard) ||
	    zx__fault_take(wire, "op9_after_identify", w->shard)) {
		zx__gw_invalid_session(c, 0);
		c->gw->authed = 0;
		return 1;
	}
	wire->stats.identifies++;
	if (wire->stats.identifies <= wire->opt.identify_limit)
		return 0;
	/* Discord resets the token then. */
	zx__wire_violation(wire, "session_start_limit of %u is exceeded",
			   (unsigned)wire->opt.identify_limit);
	zx__gw_close(c, 4004, refusal(4004));
	return 1;
}

static void add_resume_url(struct zx__session *s, cJSON *d)
{
	const cJSON *fault =
		zx__fault_take(s->wire, "resume_host_dead", s->shard);
	struct zx_buf url;

	zx_buf_init(&url, NULL, 256);
	if (fault)
		zx__dead_url(s->wire, zx__fault_text(fault, "how", "refuse"),
			     &url);
	else
		zx_buf_addf(&url, "ws://127.0.0.1:%u/gateway",
			    (unsigned)s->wire->port);
	cJSON_AddStringToObject(d, "resume_gateway_url", zx_buf_cstr(&url));
	zx_buf_release(&url);
}

static void send_guilds(struct zx__session *s)
{
	cJSON *d;

	if (!(s->intents & INTENT_GUILDS))
		return;
	for (size_t i = 0; s->conn; i++) {
		d = zx__world_guild_create(s->wire->world, s->shard, s->shards,
					   s->intents, s->large_threshold, i);
		if (!d)
			return;
		zx__session_event(s, "GUILD_CREATE", d);
		cJSON_Delete(d);
	}
}

static void give_ready(struct zx__conn *c)
{
	struct zx__session *s = c->gw->session;
	const cJSON *fault;
	cJSON *d;

	d = zx__world_ready(c->wire->world, s->shard, s->shards);
	if (!d)
		return;
	cJSON_AddStringToObject(d, "session_id", s->id);
	add_resume_url(s, d);
	fault = zx__fault_take(c->wire, "ready_missing", s->shard);
	if (fault)
		cJSON_DeleteItemFromObjectCaseSensitive(
			d, zx__fault_text(fault, "field", "session_id"));
	s->ready = 1;
	zx__session_event(s, "READY", d);
	cJSON_Delete(d);
	send_guilds(s);
	if (c->gw->session)
		zx__fault_ready(c);
}

static void late_ready(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	if (c->gw && c->gw->session && !c->gw->session->ready)
		give_ready(c);
}

static void begin_session(struct zx__conn *c, const cJSON *d,
			  const struct wish *w)
{
	struct zx__session *s = zx__session_new(c->wire);
	const cJSON *presence = cJSON_GetObjectItemCaseSensitive(d, "presence");
	const cJSON *fault;

	if (!s) {
		zx__gw_close(c, 4000, "Out of sessions.");
		return;
	}
	s->shard = w->shard;
	s->shards = w->shards;
	s->intents = w->intents;
	s->large_threshold = w->large_threshold;
	if (w->compress && c->gw->compress == ZX__COMPRESS_NONE)
		c->gw->compress = ZX__COMPRESS_PAYLOAD;
	s->compress = c->gw->compress;
	s->conn = c;
	c->gw->session = s;
	if (cJSON_IsObject(presence))
		zx__world_presence(c->wire->world, presence);
	fault = zx__fault_take(c->wire, "withhold_ready", s->shard);
	if (fault)
		zx__wire_later(
			c->wire,
			zx__wire_now(c->wire) +
				(uint64_t)zx__fault_number(fault, "ms", 60000),
			c->id, late_ready, NULL);
	else
		give_ready(c);
}

static int already_authed(struct zx__conn *c)
{
	if (!c->gw->authed) {
		c->gw->authed = 1;
		return 0;
	}
	zx__wire_violation(c->wire,
			   "a second Identify or Resume on one connection");
	zx__gw_close(c, 4005, "Already authenticated.");
	return 1;
}

void zx__gw_identify(struct zx__conn *c, const cJSON *d)
{
	struct wish w;
	int code;

	if (already_authed(c))
		return;
	code = read_wish(c, d, &w);
	if (code)
		zx__gw_close(c, code, refusal(code));
	else if (!over_limit(c, &w))
		begin_session(c, d, &w);
}

/* Resume --------------------------------------------------------------------
 */

static void refuse_resume(struct zx__conn *c, struct zx__session *s)
{
	if (s)
		zx__session_free(s);
	/* The client may identify on a new connection only, or on this one. */
	c->gw->authed = 0;
	zx__gw_invalid_session(c, 0);
}

/* A client that has given up a connection may resume before we notice. */
static void take_over(struct zx__conn *c, struct zx__session *s)
{
	struct zx__conn *old = s->conn;

	if (old) {
		old->gw->session = NULL;
		zx__ws_close(old, 4000, "Resumed elsewhere.");
	}
	s->conn = c;
	c->gw->session = s;
	if (c->gw->compress != s->compress)
		zx__wire_violation(c->wire, "resumed with %s after %s",
				   zx__compress_name(c->gw->compress),
				   zx__compress_name(s->compress));
}

static void continue_session(struct zx__conn *c, struct zx__session *s,
			     uint64_t seq)
{
	const cJSON *twice =
		zx__fault_take(c->wire, "duplicate_replay", s->shard);
	struct zx__packet *b;

	if (s->compress == ZX__COMPRESS_PAYLOAD &&
	    c->gw->compress == ZX__COMPRESS_NONE)
		c->gw->compress = ZX__COMPRESS_PAYLOAD;
	take_over(c, s);
	c->wire->stats.resumed++;
	zx__session_replay(s, seq, twice ? 2 : 1);
	static const char trace[] = "{\"_trace\":[\"[\\\"zoryx-sandbox\\\",{"
				    "\\\"micros\\\":0.0}]\"]}";
	b = zx__packet_new("RESUMED", trace, sizeof(trace) - 1);
	if (b && s->conn)
		zx__gw_dispatch(c, ++s->seq, b);
	zx__packet_unref(b);
	if (c->gw->session)
		zx__fault_ready(c);
}

void zx__gw_resume(struct zx__conn *c, const cJSON *d)
{
	struct zx_str token = dom_text(d, "token");
	struct zx_str id = dom_text(d, "session_id");
	int64_t seq = dom_int(cJSON_GetObjectItemCaseSensitive(d, "seq"));
	struct zx__session *s;

	if (already_authed(c))
		return;
	c->wire->stats.resumes++;
	if (!token.ptr || !id.ptr || seq < 0) {
		zx__gw_close(c, 4002, refusal(4002));
		return;
	}
	if (!zx__world_token_ok(c->wire->world, token)) {
		zx__gw_close(c, 4004, refusal(4004));
		return;
	}
	s = zx__session_find(c->wire, id.ptr);
	if (s && (uint64_t)seq > s->seq) {
		zx__session_free(s);
		zx__gw_close(c, 4007, "Invalid seq.");
	} else if (!s || !s->ready ||
		   !zx__session_can_replay(s, (uint64_t)seq)) {
		refuse_resume(c, s);
	} else {
		continue_session(c, s, (uint64_t)seq);
	}
}
