/* SPDX-License-Identifier: MIT
 *
 * Settings from their sources, in order of precedence.
 */
#include <stdio.h>
#include <string.h>

#include "bot/config_int.h"
#include "zoryx/gateway.h"

static const char default_secret[] = "change_me_please";

static int default_string(struct zx_config *c, char **field, const char *text)
{
	*field = zx_str_dup(c->alloc, zx_str(text));
	return *field ? ZX_OK : ZX_E_NOMEM;
}

int zx_config_init(struct zx_config *c, const struct zx_alloc *a)
{
	*c = (struct zx_config){
		.alloc = a,
		.intents =
			ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MEMBERS |
			ZX_INTENT_GUILD_MODERATION |
			ZX_INTENT_GUILD_EXPRESSIONS | ZX_INTENT_GUILD_MESSAGES |
			ZX_INTENT_DIRECT_MESSAGES | ZX_INTENT_MESSAGE_CONTENT,
		.shard_count = 1,
		.compression = ZX_COMPRESS_ZSTD_STREAM,
		.log_level = ZX_LOG_INFO,
		.prefix = "!",
		.mention_prefix = 1,
		.statuses = { { ZX_WATCHING, "{guilds} servers", "online" } },
		.status_count = 1,
		.status_interval_s = 300,
		.shard_monitor = 1,
		.backup_restore = 1,
		.alert_threshold = 3,
		.ipc_port = 20000,
		.backup_max = 25,
		.backup_cooldown_s = 300,
	};
	if (default_string(c, &c->state_path, "data/zoryx.db") ||
	    default_string(c, &c->ipc_secret, default_secret) ||
	    default_string(c, &c->ipc_mode, "server") ||
	    default_string(c, &c->ipc_host, "127.0.0.1") ||
	    default_string(c, &c->cluster_name, "cluster-0")) {
		zx_config_release(c);
		return ZX_E_NOMEM;
	}
	return ZX_OK;
}

void zx_config_release(struct zx_config *c)
{
	char **strings[] = {
		&c->token,    &c->ipc_secret,	&c->api_url,
		&c->proxy,    &c->state_path,	&c->ipc_mode,
		&c->ipc_host, &c->cluster_name, &c->broadcast_channel
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++) {
		if (*strings[i])
			zx_wipe(*strings[i], strlen(*strings[i]));
		zx_delete(c->alloc, *strings[i]);
		*strings[i] = NULL;
	}
	zx_delete(c->alloc, c->shard_ids);
	c->shard_ids = NULL;
	c->shard_id_count = 0;
}

ZX_PRINTF(3, 0)
static void say(struct zx__reading *r, enum zx_config_severity how,
		const char *fmt, va_list ap)
{
	char text[400];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (r->problem)
		r->problem(how, r->where, text, r->ud);
}

void zx__config_error(struct zx__reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(r, ZX_CONFIG_ERROR, fmt, ap);
	va_end(ap);
	r->errors++;
}

void zx__config_warn(struct zx__reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(r, ZX_CONFIG_WARNING, fmt, ap);
	va_end(ap);
}

/* An empty value is one that is not set: the default holds. */
static void read_one(struct zx__reading *r, const struct zx__setting *s,
		     struct zx_str value)
{
	value = zx_str_trim(value);
	if (value.len)
		s->read(r, s, value);
}

static void read_dotenv(struct zx__reading *r,
			const struct zx_config_sources *f)
{
	char where[128];
	struct zx_dotenv d;
	int got;

	zx_dotenv_init(&d, f->dotenv, f->environment, r->c->alloc);
	r->where = where;
	while ((got = zx_dotenv_next(&d)) != 0) {
		struct zx_str name = zx_buf_str(&d.name);
		const struct zx__setting *s = zx__setting_env(name);
		const char *like;

		snprintf(where, sizeof(where), "%.60s%s.env, line %u",
			 got == 1 ? zx_buf_cstr(&d.name) : "",
			 got == 1 ? " in " : "", d.line);
		if (got == ZX_E_NOMEM) {
			r->nomem = 1;
			break;
		}
		if (got != 1)
			zx__config_error(r, "cannot be read; a line is "
					    "NAME=value, and quotes end where "
					    "they began");
		else if (s)
			read_one(r, s, zx_buf_str(&d.value));
		else if ((like = zx__setting_like(name)) != NULL)
			zx__config_warn(r,
					"is not known and ignored; is %s "
					"meant?",
					like);
		else if (zx_str_starts(name, "ZX_") ||
			 zx_str_starts(name, "SHARD_") ||
			 zx_str_starts(name, "BACKUP_"))
			zx__config_warn(r, "is not known and ignored");
	}
	r->where = "";
	zx_dotenv_release(&d);
}

static void read_environment(struct zx__reading *r, const char *const *env)
{
	char where[128];

	r->where = where;
	for (; env && *env; env++) {
		struct zx_str value = zx_str(*env);
		struct zx_str name = zx_str_split(&value, '=');
		const struct zx__setting *s = zx__setting_env(name);

		if (!s)
			continue;
		snprintf(where, sizeof(where), "%.60s in the environment",
			 s->env);
		read_one(r, s, value);
	}
	r->where = "";
}

int zx_config_load(struct zx_config *c, const struct zx_config_sources *s,
		   zx_config_problem *problem, void *ud)
{
	struct zx__reading r = { .c = c, .problem = problem, .ud = ud };

	/* weakest first: what comes later replaces it */
	if (zx_str_trim(s->json).len)
		zx__config_json(&r, s->json);
	read_dotenv(&r, s);
	read_environment(&r, s->environment);
	if (r.nomem)
		return ZX_E_NOMEM;
	return r.errors ? ZX_E_INVALID : ZX_OK;
}

/* Discord's tokens are three parts with dots between them. */
static void check_token(struct zx__reading *r)
{
	struct zx_str rest = zx_str(r->c->token);
	unsigned parts = 0;

	for (; rest.ptr; parts++)
		if (!zx_str_split(&rest, '.').len)
			break;
	r->where = "DISCORD_TOKEN";
	if (!r->c->token)
		zx__config_error(r, "is not set; put DISCORD_TOKEN=... into "
				    ".env with the token of the developer "
				    "portal, page Bot");
	else if (parts != 3)
		zx__config_warn(r, "does not look like a token, which is three "
				   "parts with dots between them; copy it from "
				   "the developer portal, page Bot");
}

static void check_shards(struct zx__reading *r)
{
	const struct zx_config *c = r->c;

	r->where = "SHARD_IDS";
	if (c->shard_id_count && !c->shard_count)
		zx__config_error(r, "needs SHARD_COUNT to be a number: with "
				    "auto the ids have no meaning");
	for (size_t i = 0; c->shard_count && i < c->shard_id_count; i++)
		if (c->shard_ids[i] >= c->shard_count)
			zx__config_error(r,
					 "names shard %u, but SHARD_COUNT is "
					 "%u (1 when it is not set): ids go "
					 "from 0 to %u",
					 c->shard_ids[i], c->shard_count,
					 c->shard_count - 1);
}

static void check_ipc(struct zx__reading *r)
{
	const struct zx_config *c = r->c;
	int local = !strcmp(c->ipc_host, "127.0.0.1") ||
		    !strcmp(c->ipc_host, "localhost") ||
		    !strcmp(c->ipc_host, "::1");

	if (!c->shard_manager)
		return;
	r->where = "SHARD_IPC_SECRET";
	if (strcmp(c->ipc_secret, default_secret))
		return;
	if (local)
		zx__config_warn(r,
				"is the default: anybody on this machine can "
				"join; set a long random text");
	else
		zx__config_error(r, "is the default, which is refused outside "
				    "this machine; set a long random text, the "
				    "same in every cluster");
}

int zx_config_check_run(const struct zx_config *c, zx_config_problem *problem,
			void *ud)
{
	/* the checks only read; one struct serves loading and checking */
	struct zx_config copy = *c;
	struct zx__reading r = { .c = &copy, .problem = problem, .ud = ud };

	check_token(&r);
	r.where = "BOT_OWNER_ID";
	if (!c->owner_id)
		zx__config_warn(&r, "is not set; the owner of the application "
				    "counts as the bot's owner. Set e.g. "
				    "BOT_OWNER_ID=123456789012345678");
	check_shards(&r);
	check_ipc(&r);
	return r.errors ? ZX_E_INVALID : ZX_OK;
}
