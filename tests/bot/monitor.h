/* SPDX-License-Identifier: MIT
 *
 * What the tests of the shard monitor in a bot share: a bot in a thread, quick
 * where it is usually patient, on a sandbox of its own.
 */
#ifndef BOT_MONITOR_H
#define BOT_MONITOR_H

#include "bot/cog.h"
#include "helper/peer.h"
#include "zoryx/shard_monitor.h"

/* The bot */

static const struct zx_monitor_options quick = {
	.size = sizeof(quick),
	.collect_ms = 20,
	.health_ms = 50,
	.save_ms = 500,
	.retry_ms = 50,
	.pending_ms = 1,
	.resolve_ms = 100,
	.group_ms = 1,
};

/* The one in force. */
static const struct zx_monitor_options *tuning = &quick;

static inline int tune(struct zx_bot *bot, void **data)
{
	(void)data;
	return zx_monitor_configure(bot, tuning);
}

static const struct zx_cog tuner = {
	.name = "Tuner",
	.start = tune,
	.ready = on_ready,
};

static inline struct run *fresh(void)
{
	struct run *r = run_new("monitor");

	r->so.max_concurrency = 16;
	r->config.metrics_port = peer_dead_port();
	return r;
}

static inline int make_bot(struct run *r)
{
	int err;

	r->bo.state_path = r->state;
	r->bo.config = &r->config;
	r->bo.log = &r->sink;
	err = zx_bot_new(&r->bot, &r->bo);
	if (!err)
		err = zx_bot_add_cog(r->bot, zx_cog_core());
	if (!err)
		err = zx_bot_add_cog(r->bot, zx_cog_shard_monitor());
	return err ? err : zx_bot_add_cog(r->bot, &tuner);
}

static inline void bot_up(struct run *r)
{
	r->bo.token = zx_sandbox_token(r->box);
	r->bo.api_url = zx_sandbox_api_url(r->box);
	assert_err(make_bot(r), ZX_OK);
	run_start(r);
}

static inline struct run *up(void)
{
	struct run *r = fresh();

	box_up(r);
	bot_up(r);
	return r;
}

static inline void bot_down(struct run *r)
{
	run_stop(r);
}

static inline void down(struct run *r)
{
	run_stop(r);
	run_free(r);
}

/* What it shows */

static inline int fetched(struct run *r, const char *path, const char *what)
{
	char request[128];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: localhost\r\n"
		 "Connection: close\r\n\r\n",
		 path);
	zx_buf_clear(&r->text);
	http_exchange(r->config.metrics_port, request, &r->text);
	return !!strstr(zx_buf_cstr(&r->text), what);
}

static inline int measured(struct run *r, const char *what)
{
	char line[160];

	snprintf(line, sizeof(line), "\n%s\n", what);
	return fetched(r, "/metrics", line);
}

static inline void slash_in(struct run *r, uint64_t channel,
			    const char *command, const char *args,
			    const char *what)
{
	slash_as(r, ZX_SANDBOX_OWNER, channel, command, args, what);
}

static inline void slash(struct run *r, const char *command, const char *args,
			 const char *what)
{
	slash_in(r, 0, command, args, what);
}

static inline void press(struct run *r, const char *action, const char *values,
			 const char *what)
{
	press_as(r, ZX_SANDBOX_OWNER, action, values, what);
}

static inline void silent(struct run *r)
{
	zx_buf_clear(&r->text);
	if (!zx_sandbox_expect(r->box, SEND, 400, &r->text))
		print_error("%s\n", zx_buf_cstr(&r->text));
	assert_int_equal(r->text.len, 0);
}

static inline uint64_t general(struct run *r, size_t guild)
{
	uint64_t c = zx_sandbox_channel(r->box, zx_sandbox_guild(r->box, guild),
					"general");

	assert_int_not_equal(c, 0);
	return c;
}

/* Alerts to that channel; the trial message is taken out of the way. */
static inline void alerts_to(struct run *r, uint64_t channel, const char *more)
{
	char args[128];

	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"%s}",
		 (unsigned long long)channel, more);
	slash_in(r, channel, "shardalerts", args, "Shard Alerts Configured");
	says(r, "will be posted");
}

/* No fault is armed any more. */
static inline void heal(struct run *r)
{
	zx_buf_clear(&r->text);
	http_exchange(url_port(zx_sandbox_api_url(r->box)),
		      "DELETE /sandbox/faults HTTP/1.1\r\nHost: localhost\r\n"
		      "Connection: close\r\n\r\n",
		      &r->text);
	want(r, "HTTP/1.1 204");
}

/* #general of a guild on that shard; in the second guild the owner may use no
 * commands. */
static inline uint64_t channel_on(struct run *r, uint32_t shard, uint32_t count)
{
	size_t i;

	for (i = 0; i < 64; i += 1 + !i)
		if (zx_shard_of_guild(zx_sandbox_guild(r->box, i), count) ==
		    shard)
			return general(r, i);
	fail();
	return 0;
}

/* So many attempts of requests for the channel's guild fail. */
static inline void fail_answers(struct run *r, uint64_t channel, int n)
{
	uint64_t owner = zx_sandbox_user(r->box, ZX_SANDBOX_OWNER), id[8];
	char json[128];
	int i;

	snprintf(json, sizeof(json),
		 "{\"fault\":\"rest_500\",\"times\":%d,\"route\":"
		 "\"POST /interactions/*\"}",
		 n);
	fault(r, json);
	for (i = 0; i < n; i++)
		assert_err(zx_sandbox_slash(r->box, owner, channel, "help",
					    NULL, &id[i]),
			   ZX_OK);
	for (i = 0; i < n; i++)
		assert_err(zx_sandbox_answer(r->box, id[i], WAIT_MS, NULL),
			   ZX_OK);
}

#endif
