/* SPDX-License-Identifier: MIT
 *
 * bot: the verbs.
 */
#include "bot/bot_int.h"

#include <stdio.h>
#include <string.h>

void zx__bot_log(struct zx_bot *b, enum zx_log_level level, const char *fmt,
		 ...)
{
	char text[512];
	va_list ap;

	if (!b->log || !b->log->line || level > b->log->max)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	zx_logf(b->log, level, "bot", "%s", text);
}

void zx__bot_fail(struct zx_bot *b, int err, const char *fmt, ...)
{
	va_list ap;

	if (b->err || b->phase >= ZX__BOT_STOPPING)
		return;
	b->err = err;
	va_start(ap, fmt);
	vsnprintf(b->error, sizeof(b->error), fmt, ap);
	va_end(ap);
	zx_bot_stop(b, 1);
}

const char *zx_bot_error(const struct zx_bot *b)
{
	return b ? b->error : zx_strerror(ZX_E_NOMEM);
}

/* Making ----------------------------------------------------------------- */

static int say(struct zx_bot *b, int err, const char *text)
{
	snprintf(b->error, sizeof(b->error), "%s", text);
	return err;
}

static int copy(const struct zx_bot *b, char **to, const char *from)
{
	if (!from)
		return ZX_OK;
	*to = zx_str_dup(b->alloc, zx_str(from));
	return *to ? ZX_OK : ZX_E_NOMEM;
}

static uint64_t default_intents(void)
{
	return ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MESSAGES |
	       ZX_INTENT_DIRECT_MESSAGES | ZX_INTENT_MESSAGE_CONTENT |
	       ZX_INTENT_GUILD_MEMBERS;
}

static int check(struct zx_bot *b, const struct zx_bot_options *o)
{
	if (!o->token || !o->token[0])
		return say(b, ZX_E_INVALID, "there is no token");
	if (o->owner_count > ZX__BOT_OWNERS)
		return say(b, ZX_E_INVALID, "there are too many owners");
	if (o->shard_id_count > ZX__BOT_SHARDS ||
	    (!o->shard_ids && o->shard_id_count))
		return say(b, ZX_E_INVALID, "the shard ids make no sense");
	return ZX_OK;
}

static int take_options(struct zx_bot *b, const struct zx_bot_options *o)
{
	size_t bytes = o->shard_id_count * sizeof(*b->shard_ids);
	int err = check(b, o);

	if (err)
		return err;
	b->config = o->config;
	b->intents = o->intents ? o->intents : default_intents();
	b->intents_asked = b->intents;
	b->intents_fallback = o->intents_fallback;
	b->compression = o->compression;
	b->gate = o->gate;
	b->shard_count_asked = o->shard_count;
	if (copy(b, &b->token, o->token) || copy(b, &b->api_url, o->api_url) ||
	    copy(b, &b->proxy, o->proxy) || zx__bot_token_hash(b))
		return ZX_E_NOMEM;
	if (bytes) {
		b->shard_ids = zx_new(b->alloc, bytes);
		if (!b->shard_ids)
			return ZX_E_NOMEM;
		memcpy(b->shard_ids, o->shard_ids, bytes);
		b->shard_id_count = o->shard_id_count;
	}
	b->owner_count = o->owner_count;
	if (o->owner_count)
		memcpy(b->owners, o->owners,
		       o->owner_count * sizeof(b->owners[0]));
	return ZX_OK;
}

static void set_timers(struct zx_bot *b)
{
	const struct {
		struct zx_timer *timer;
		void (*fn)(struct zx_timer *t, void *ud);
	} timers[] = {
		{ &b->ask_timer, zx__bot_on_ask },
		{ &b->queue_timer, zx__bot_on_queue },
		{ &b->start_timer, zx__bot_on_start },
		{ &b->rebuild_timer, zx__bot_on_rebuild },
		{ &b->save_timer, zx__bot_on_save },
		{ &b->ready_timer, zx__bot_on_ready_timer },
		{ &b->presence_timer, zx__bot_on_presence },
		{ &b->members_timer, zx__bot_on_members_timer },
		{ &b->command_timer, zx__bot_on_command_timer },
		{ &b->stop_timer, zx__bot_on_stop },
	};
	size_t i;

	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		*timers[i].timer =
			(struct zx_timer){ .fn = timers[i].fn, .ud = b };
}

static int open_loop(struct zx_bot *b, struct zx_loop *hosts)
{
	struct zx_loop_options o = ZX_LOOP_OPTIONS_INIT;

	set_timers(b);
	b->loop = hosts;
	if (hosts)
		return ZX_OK;
	o.alloc = b->alloc;
	o.log = b->log;
	b->own_loop = 1;
	return zx_loop_new(&b->loop, &o);
}

static int open_rest(struct zx_bot *b)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	int err;

	o.token = b->token;
	o.base_url = b->api_url;
	o.alloc = b->alloc;
	o.rand = b->rand;
	o.log = b->log;
	err = zx_rest_new(&b->rest, &o, zx_loop_now(b->loop));
	if (err == ZX_E_INVALID)
		return say(b, err, "the API URL is no http:// or https:// URL");
	return err ? err
		   : zx_rest_attach(&b->rest_conn, b->loop, b->rest, b->proxy);
}

static int open_commands(struct zx_bot *b, const struct zx_bot_options *opt)
{
	struct zx_commands_options o = ZX_COMMANDS_OPTIONS_INIT;
	int err;

	o.owners = b->owners;
	o.owner_count = b->owner_count;
	o.prefix = opt->prefix;
	o.no_mention = opt->no_mention;
	o.prefix_of = zx__bot_prefix_of;
	o.permissions = zx__bot_permissions;
	o.ud = b;
	o.alloc = b->alloc;
	o.rand = b->rand;
	o.log = b->log;
	err = zx_commands_new(&b->commands, &o);
	if (err == ZX_E_INVALID)
		return say(b, err, "the prefix is empty or too long");
	return err;
}

static int open_state(struct zx_bot *b, const char *path)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	int err;

	if (!path)
		return ZX_OK;
	o.path = path;
	o.alloc = b->alloc;
	o.log = b->log;
	err = zx_state_open(&b->state, &o);
	if (!err)
		err = zx__bot_settings_load(b);
	if (!err)
		err = zx__bot_sessions_open(b);
	if (err && b->state)
		return say(b, err, zx_state_error(b->state));
	return err;
}

int zx_bot_new(struct zx_bot **out, const struct zx_bot_options *opt)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *b;
	int err;

	*out = NULL;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	b = zx_new(o.alloc, sizeof(*b));
	if (!b)
		return ZX_E_NOMEM;
	b->alloc = o.alloc;
	b->log = o.log;
	b->rand = zx_system_rand();
	b->guilds.map.alloc = b->alloc;
	b->settings.alloc = b->alloc;
	zx_backoff_init(&b->backoff, ZX__BOT_RETRY_MIN_MS,
			ZX__BOT_RETRY_MAX_MS);
	err = take_options(b, &o);
	if (!err)
		err = open_loop(b, o.loop);
	if (!err)
		err = open_rest(b);
	if (!err)
		err = open_commands(b, &o);
	if (!err)
		err = open_state(b, o.state_path);
	if (err == ZX_E_NOMEM) {
		zx_bot_free(b);
		return err;
	}
	if (err && !b->error[0])
		say(b, err, zx_strerror(err));
	*out = b;
	return err;
}

static void free_cogs(struct zx_bot *b)
{
	struct zx__bot_cog *c;
	size_t i;

	for (i = b->cog_count; i > 0; i--) {
		c = &b->cogs[i - 1];
		if (c->data && c->cog->free)
			c->cog->free(c->data);
	}
}

void zx_bot_free(struct zx_bot *b)
{
	if (!b)
		return;
	if (b->loop)
		zx__bot_halt(b);
	zx__bot_members_end(b);
	zx__bot_fleet_free(b);
	zx_identify_free(b->queue);
	zx_rest_detach(b->rest_conn);
	zx__bot_sent_free(b);
	zx_rest_free(b->rest);
	zx_commands_free(b->commands);
	free_cogs(b);
	zx__bot_guilds_release(b);
	zx__bot_settings_release(b);
	zx_state_close(b->state);
	if (b->own_loop)
		zx_loop_free(b->loop);
	if (b->token)
		zx_wipe(b->token, strlen(b->token));
	zx_delete(b->alloc, b->token);
	zx_delete(b->alloc, b->api_url);
	zx_delete(b->alloc, b->proxy);
	zx_delete(b->alloc, b->gateway_url);
	zx_delete(b->alloc, b->shard_ids);
	zx_delete(b->alloc, b);
}

/* Running ---------------------------------------------------------------- */

int zx_bot_add_command(struct zx_bot *b, const struct zx_command *c)
{
	int err = zx_commands_add(b->commands, c);

	return err ? say(b, err, zx_commands_error(b->commands)) : ZX_OK;
}

int zx_bot_add_cog(struct zx_bot *b, const struct zx_cog *cog)
{
	size_t i;
	int err;

	if (b->phase != ZX__BOT_IDLE)
		return ZX_E_STATE;
	if (b->cog_count >= ZX__BOT_COGS)
		return ZX_E_LIMIT;
	for (i = 0; i < cog->command_count; i++) {
		err = zx_bot_add_command(b, &cog->commands[i]);
		if (err)
			return err;
	}
	for (i = 0; cog->list && cog->list[i]; i++) {
		err = zx_bot_add_command(b, cog->list[i]);
		if (err)
			return err;
	}
	b->cogs[b->cog_count++] = (struct zx__bot_cog){ .cog = cog };
	return ZX_OK;
}

static int start_cogs(struct zx_bot *b)
{
	struct zx__bot_cog *c;
	size_t i;
	int err;

	for (i = 0; i < b->cog_count; i++) {
		c = &b->cogs[i];
		err = c->cog->start ? c->cog->start(b, &c->data) : ZX_OK;
		if (err) {
			/* One that fails must not keep the bot down. */
			zx__bot_log(b, ZX_LOG_ERROR,
				    "%s does not start and is left out: %s",
				    c->cog->name, zx_strerror(err));
			if (err <= ZX_E_FATAL)
				return err;
			continue;
		}
		c->started = 1;
	}
	return ZX_OK;
}

int zx_bot_start(struct zx_bot *b)
{
	int err;

	if (b->phase != ZX__BOT_IDLE)
		return ZX_E_STATE;
	b->phase = ZX__BOT_ASKING;
	b->started = zx_clock();
	err = start_cogs(b);
	if (err)
		return say(b, err, zx_strerror(err));
	zx__bot_discover(b);
	return ZX_OK;
}

int zx_bot_step(struct zx_bot *b, int timeout_ms)
{
	int err;

	if (b->phase == ZX__BOT_IDLE)
		return ZX_E_STATE;
	if (b->phase != ZX__BOT_STOPPED) {
		err = zx_loop_step(b->loop, timeout_ms);
		if (err)
			return say(b, err, "the event loop is broken");
		/* Cogs may have answered from callbacks of their own. */
		zx__bot_pump(b);
		zx__bot_stop_check(b);
	}
	if (b->phase != ZX__BOT_STOPPED)
		return ZX_OK;
	return b->err ? b->err : ZX_E_CLOSED;
}

int zx_bot_run(struct zx_bot *b)
{
	int err = zx_bot_start(b);

	while (!err)
		err = zx_bot_step(b, -1);
	return err == ZX_E_CLOSED ? ZX_OK : err;
}

void zx_bot_wake(struct zx_bot *b)
{
	zx_loop_wake(b->loop);
}
