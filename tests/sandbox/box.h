/* SPDX-License-Identifier: MIT
 *
 * What the tests of the wire share: a sandbox per test and its port.
 */
#ifndef TEST_BOX_H
#define TEST_BOX_H

#include "helper/zx_test.h"
#include "helper/ws_client.h"
#include "zoryx/sandbox.h"

/* GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT */
#define INTENTS (1u | 1u << 9 | 1u << 12 | 1u << 15)

struct box {
	struct zx_sandbox *s;
	unsigned port;
	const char *token;
};

static inline struct box box_with(struct zx_sandbox_options o)
{
	struct box b = { .s = NULL };

	assert_err(zx_sandbox_start(&b.s, &o), ZX_OK);
	b.port = url_port(zx_sandbox_page_url(b.s));
	b.token = zx_sandbox_token(b.s);
	return b;
}

/* Identifies may follow each other at once: a key each. */
static inline struct box box_start(void)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	return box_with(o);
}

static inline struct box box_wide(uint32_t shards)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	o.shards = o.max_concurrency = shards;
	return box_with(o);
}

static inline void box_fault(const struct box *b, const char *json)
{
	assert_err(zx_sandbox_fault(b->s, json), ZX_OK);
}

static inline uint64_t box_violations(const struct box *b)
{
	struct zx_sandbox_stats stats;

	zx_sandbox_stats(b->s, &stats);
	return stats.violations;
}

/* Hello, Identify, READY and the guilds, uncompressed. */
static inline void box_ready(const struct box *b, struct ws_client *c,
			     enum ws_compress how)
{
	assert_int_equal(gw_ready(c, b->port, b->token, INTENTS, how), 0);
}

/* A message of the owner arrives: the connection works. */
static inline void box_works(const struct box *b, struct ws_client *c)
{
	assert_err(zx_sandbox_say(b->s, 0, 0, "still there?", NULL), ZX_OK);
	assert_int_equal(gw_until(c, "MESSAGE_CREATE"), 0);
	assert_non_null(strstr(c->text.ptr, "still there?"));
}

/* Member of the last message by dotted path. */
static inline struct zx_str got(const struct ws_client *c, const char *path)
{
	return zx_json_at(zx_buf_str(&c->text), path);
}

#endif
