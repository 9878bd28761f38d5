/* SPDX-License-Identifier: MIT
 *
 * drive: a shard with a small host around it, for tests that look at one thing
 * at a time. Outputs are counted, and the last text of each kind is kept.
 */
#ifndef DRIVE_H
#define DRIVE_H

#include <inttypes.h>
#include <stdio.h>

#include "helper/zx_test.h"
#include "zoryx/gateway.h"

#define DRIVE_TOKEN "drive.secret"
#define DRIVE_HELLO                                                            \
	"{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":40000}}"
#define DRIVE_ACK "{\"t\":null,\"s\":null,\"op\":11,\"d\":null}"
#define DRIVE_READY                                                            \
	"{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"v\":10,\"user\":{},"       \
	"\"guilds\":[],\"session_id\":\"s1\",\"resume_gateway_url\":"          \
	"\"wss://r1\",\"application\":{}}}"
#define DRIVE_RESUMED "{\"t\":\"RESUMED\",\"s\":null,\"op\":0,\"d\":{}}"
#define DRIVE_EVENT                                                            \
	"{\"t\":\"TYPING_START\",\"s\":%d,\"op\":0,\"d\":{\"user_id\":\"1\"}}"

struct drive {
	struct zx_shard *s;
	struct zx_shard_options opt;
	struct zx_prng prng;
	struct zx_log log;
	zx_time now;
	uint32_t generation;
	unsigned connects, sends, closes, turns, events, sessions, states, dead;
	unsigned beats, logins, replayed, warnings;
	int code;
	int64_t seq;
	enum zx_event event;
	enum zx_shard_state state;
	char url[512], sent[5000], reason[256];
};

static inline void drive_log(enum zx_log_level level, const char *module,
			     const char *text, void *ud)
{
	struct drive *d = ud;

	assert_string_equal(module, "gateway");
	assert_null(strstr(text, DRIVE_TOKEN));
	d->warnings += level <= ZX_LOG_WARN;
}

static inline void drive_copy(char *to, size_t size, struct zx_str text)
{
	assert_true(text.len < size);
	if (text.len)
		memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

static inline void drive_sent(struct drive *d, struct zx_str text)
{
	d->sends++;
	drive_copy(d->sent, sizeof(d->sent), text);
	d->beats += zx_str_starts(text, "{\"op\":1,");
	d->logins += zx_str_starts(text, "{\"op\":2,") ||
		     zx_str_starts(text, "{\"op\":6,");
}

static inline void drive_out(struct drive *d, const struct zx_shard_out *o)
{
	switch (o->kind) {
	case ZX_SHARD_OUT_CONNECT:
		d->connects++;
		d->generation = o->generation;
		drive_copy(d->url, sizeof(d->url), o->text);
		break;
	case ZX_SHARD_OUT_SEND:
		drive_sent(d, o->text);
		break;
	case ZX_SHARD_OUT_CLOSE:
		d->closes++;
		d->code = o->code;
		break;
	case ZX_SHARD_OUT_IDENTIFY:
		d->turns++;
		break;
	case ZX_SHARD_OUT_EVENT:
		d->events++;
		d->event = o->event;
		d->seq = o->seq;
		d->replayed += (unsigned)o->replayed;
		break;
	case ZX_SHARD_OUT_STATE:
		d->states++;
		d->state = o->state;
		break;
	case ZX_SHARD_OUT_SESSION:
		d->sessions++;
		break;
	case ZX_SHARD_OUT_DEAD:
		d->dead++;
		d->code = o->code;
		drive_copy(d->reason, sizeof(d->reason), o->text);
		break;
	}
}

static inline void drive_poll(struct drive *d)
{
	struct zx_shard_out o;

	while (zx_shard_poll(d->s, &o))
		drive_out(d, &o);
}

/* Options with everything that is required; change them before drive_new(). */
static inline void drive_init(struct drive *d)
{
	*d = (struct drive){ 0 };
	zx_prng_init(&d->prng, 7);
	d->log = (struct zx_log){ drive_log, d, ZX_LOG_DEBUG };
	d->opt = (struct zx_shard_options)ZX_SHARD_OPTIONS_INIT;
	d->opt.token = DRIVE_TOKEN;
	d->opt.intents = ZX_INTENT_GUILDS;
	d->opt.gateway_url = "wss://gateway.discord.gg";
	d->opt.rand = zx_prng_rand(&d->prng);
	d->opt.log = &d->log;
}

static inline int drive_new(struct drive *d)
{
	return zx_shard_new(&d->s, &d->opt);
}

static inline int drive_text(struct drive *d, const char *text)
{
	int err = zx_shard_feed(d->s, d->generation, zx_str(text), d->now);

	drive_poll(d);
	return err;
}

static inline int drive_event(struct drive *d, int seq)
{
	char text[128];

	snprintf(text, sizeof(text), DRIVE_EVENT, seq);
	return drive_text(d, text);
}

/* Ticks at every deadline until `now`. */
static inline int drive_until(struct drive *d, zx_time now)
{
	int err = 0;

	while (!err && zx_shard_deadline(d->s) <= now) {
		if (zx_shard_deadline(d->s) > d->now)
			d->now = zx_shard_deadline(d->s);
		err = zx_shard_tick(d->s, d->now);
		drive_poll(d);
	}
	d->now = now;
	return err;
}

static inline void drive_open(struct drive *d)
{
	zx_shard_on_open(d->s, d->generation, d->now);
	drive_poll(d);
}

static inline void drive_closed(struct drive *d, int code)
{
	zx_shard_on_closed(d->s, d->generation, code, d->now);
	drive_poll(d);
}

/* Goes through backing off and opens the next connection. */
static inline void drive_reopen(struct drive *d)
{
	unsigned before = d->connects;

	while (d->connects == before)
		assert_err(drive_until(d, zx_shard_deadline(d->s)), ZX_OK);
	drive_open(d);
}

/* From start to the state before READY; returns the first error. */
static inline int drive_identify(struct drive *d)
{
	int err = zx_shard_start(d->s, d->now);

	drive_poll(d);
	if (err)
		return err;
	drive_open(d);
	err = drive_text(d, DRIVE_HELLO);
	if (err)
		return err;
	zx_shard_grant(d->s, d->now);
	drive_poll(d);
	return ZX_OK;
}

static inline void drive_live(struct drive *d)
{
	assert_err(drive_new(d), ZX_OK);
	assert_err(drive_identify(d), ZX_OK);
	assert_err(drive_text(d, DRIVE_READY), ZX_OK);
	assert_int_equal(d->state, ZX_SHARD_READY);
}

#endif
