/* SPDX-License-Identifier: MIT
 *
 * The table of settings, and how each kind of value is read.
 */
#include <string.h>

#include "bot/config_int.h"
#include "zoryx/gateway.h"

#define FIELD(s, type, r) ((type *)(void *)((char *)(r)->c + (s)->offset))

static void set_string(struct zx__reading *r, char **field, struct zx_str text)
{
	char *copy = zx_str_dup(r->c->alloc, text);

	if (!copy) {
		r->nomem = 1;
		return;
	}
	if (*field)
		zx_wipe(*field, strlen(*field));
	zx_delete(r->c->alloc, *field);
	*field = copy;
}

static int has_control(struct zx_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return 1;
	return 0;
}

static void read_string(struct zx__reading *r, const struct zx__setting *s,
			struct zx_str text)
{
	if (has_control(text))
		zx__config_error(r, "holds a line break or another control "
				    "character");
	else if (zx_utf8_count(text) > s->max)
		zx__config_error(r, "is longer than %u characters",
				 (unsigned)s->max);
	else
		set_string(r, FIELD(s, char *, r), text);
}

static void read_token(struct zx__reading *r, const struct zx__setting *s,
		       struct zx_str text)
{
	int bad = has_control(text);

	if (zx_str_starts(text, "Bot ")) {
		zx__config_error(r,
				 "begins with \"Bot \": give the token alone, "
				 "as the developer portal shows it");
		return;
	}
	for (size_t i = 0; i < text.len; i++)
		bad |= text.ptr[i] == ' ' || text.ptr[i] == '"';
	if (bad)
		zx__config_error(r, "is no token: it holds spaces, quotes or "
				    "line breaks; copy it again from the "
				    "developer portal, page Bot");
	else
		set_string(r, FIELD(s, char *, r), text);
}

/* The id of a channel, kept as the text that it is put into a path as. */
static void read_channel(struct zx__reading *r, const struct zx__setting *s,
			 struct zx_str text)
{
	uint64_t n;

	if (zx_str_u64(text, &n) || text.len < 15)
		zx__config_error(r,
				 "is \"%.*s\", but must be the id of a "
				 "channel, e.g. %s",
				 ZX_ARG(zx_utf8_head(text, 40)), s->example);
	else
		set_string(r, FIELD(s, char *, r), text);
}

static void read_url(struct zx__reading *r, const struct zx__setting *s,
		     struct zx_str text)
{
	if (!zx_str_starts(text, "http://") &&
	    !zx_str_starts(text, "https://")) {
		zx__config_error(r,
				 "is no http:// or https:// address, "
				 "e.g. %s",
				 s->example);
		return;
	}
	while (text.len && text.ptr[text.len - 1] == '/')
		text.len--;
	read_string(r, s, text);
}

static void read_bool(struct zx__reading *r, const struct zx__setting *s,
		      struct zx_str text)
{
	static const char *const yes[] = { "true", "1", "yes", "on" };
	static const char *const no[] = { "false", "0", "no", "off" };

	for (int i = 0; i < 4; i++) {
		if (zx_str_is_nocase(text, yes[i]) ||
		    zx_str_is_nocase(text, no[i])) {
			*FIELD(s, int, r) = zx_str_is_nocase(text, yes[i]);
			return;
		}
	}
	zx__config_error(r, "is \"%.*s\", but must be true or false",
			 ZX_ARG(zx_utf8_head(text, 40)));
}

/* 1 and the number, or an error said. */
static int number(struct zx__reading *r, const struct zx__setting *s,
		  struct zx_str text, uint64_t *n)
{
	int err = zx_str_u64(text, n);

	if (err == ZX_E_SYNTAX) {
		zx__config_error(r,
				 "is \"%.*s\", but must be a whole number from "
				 "%llu to %llu, e.g. %s",
				 ZX_ARG(zx_utf8_head(text, 40)),
				 (unsigned long long)s->min,
				 (unsigned long long)s->max, s->example);
		return 0;
	}
	if (err || *n < s->min || *n > s->max) {
		zx__config_error(r,
				 "is %.*s, but must be from %llu to %llu, "
				 "e.g. %s",
				 ZX_ARG(zx_utf8_head(text, 24)),
				 (unsigned long long)s->min,
				 (unsigned long long)s->max, s->example);
		return 0;
	}
	return 1;
}

static void read_u32(struct zx__reading *r, const struct zx__setting *s,
		     struct zx_str text)
{
	uint64_t n;

	if (number(r, s, text, &n))
		*FIELD(s, uint32_t, r) = (uint32_t)n;
}

static void read_u16(struct zx__reading *r, const struct zx__setting *s,
		     struct zx_str text)
{
	uint64_t n;

	if (number(r, s, text, &n))
		*FIELD(s, uint16_t, r) = (uint16_t)n;
}

static void read_id(struct zx__reading *r, const struct zx__setting *s,
		    struct zx_str text)
{
	uint64_t n = 0;
	int err = zx_str_u64(text, &n);

	/* every id made since 2015 has at least 15 digits */
	if (err || (n && text.len < 15))
		zx__config_error(r,
				 "is \"%.*s\", but must be a Discord id, "
				 "e.g. %s (right-click the user with "
				 "developer mode on, Copy User ID)",
				 ZX_ARG(zx_utf8_head(text, 40)), s->example);
	else
		*FIELD(s, uint64_t, r) = n;
}

static void read_choice(struct zx__reading *r, const char *const *names,
			int count, int *field, struct zx_str text)
{
	struct zx_buf list;

	for (int i = 0; i < count; i++) {
		if (zx_str_is_nocase(text, names[i])) {
			*field = i;
			return;
		}
	}
	zx_buf_init(&list, r->c->alloc, 0);
	for (int i = 0; i < count; i++)
		zx_buf_addf(&list, "%s%s", i ? ", " : "", names[i]);
	zx__config_error(r, "is \"%.*s\", but must be one of %s",
			 ZX_ARG(zx_utf8_head(text, 40)), zx_buf_cstr(&list));
	zx_buf_release(&list);
}

static void read_level(struct zx__reading *r, const struct zx__setting *s,
		       struct zx_str text)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };

	/* Python's names are in many an existing file */
	if (zx_str_is_nocase(text, "warning"))
		text = ZX_STR("warn");
	if (zx_str_is_nocase(text, "critical"))
		text = ZX_STR("error");
	read_choice(r, names, 4, FIELD(s, int, r), text);
}

static void read_compression(struct zx__reading *r, const struct zx__setting *s,
			     struct zx_str text)
{
	static const char *const names[] = { "none", "zlib-stream",
					     "zstd-stream" };

	read_choice(r, names, 3, FIELD(s, int, r), text);
}

static void read_mode(struct zx__reading *r, const struct zx__setting *s,
		      struct zx_str text)
{
	static const char *const names[] = { "server", "client" };
	int i = -1;

	read_choice(r, names, 2, &i, text);
	if (i >= 0)
		set_string(r, FIELD(s, char *, r), zx_str(names[i]));
}

static void read_prefix(struct zx__reading *r, const struct zx__setting *s,
			struct zx_str text)
{
	char *to = FIELD(s, char, r);

	if (!text.len || zx_utf8_count(text) > s->max ||
	    text.len >= sizeof(r->c->prefix) || has_control(text)) {
		zx__config_error(r, "must have 1 to %u characters, e.g. %s",
				 (unsigned)s->max, s->example);
		return;
	}
	memcpy(to, text.ptr, text.len);
	to[text.len] = 0;
}

static void read_shard_count(struct zx__reading *r, const struct zx__setting *s,
			     struct zx_str text)
{
	if (zx_str_is_nocase(text, "auto"))
		*FIELD(s, uint32_t, r) = 0;
	else
		read_u32(r, s, text);
}

static void read_shard_ids(struct zx__reading *r, const struct zx__setting *s,
			   struct zx_str text)
{
	uint32_t *ids = NULL;
	size_t n = 0;

	while (text.ptr) {
		struct zx_str one = zx_str_trim(zx_str_split(&text, ','));
		uint32_t *more;
		uint64_t id;

		if (!number(r, s, one, &id))
			goto out;
		more = zx_resize(r->c->alloc, ids, (n + 1) * sizeof(*ids));
		if (!more) {
			r->nomem = 1;
			goto out;
		}
		ids = more;
		for (size_t i = 0; i < n; i++) {
			if (ids[i] == id) {
				zx__config_error(r, "names shard %u twice",
						 (unsigned)id);
				goto out;
			}
		}
		ids[n++] = (uint32_t)id;
	}
	zx_delete(r->c->alloc, r->c->shard_ids);
	r->c->shard_ids = ids;
	r->c->shard_id_count = n;
	return;
out:
	zx_delete(r->c->alloc, ids);
}

static const struct {
	const char *name;
	uint32_t bit;
} intents[] = {
	{ "guilds", ZX_INTENT_GUILDS },
	{ "guild_members", ZX_INTENT_GUILD_MEMBERS },
	{ "guild_moderation", ZX_INTENT_GUILD_MODERATION },
	{ "guild_expressions", ZX_INTENT_GUILD_EXPRESSIONS },
	{ "integrations", ZX_INTENT_INTEGRATIONS },
	{ "webhooks", ZX_INTENT_WEBHOOKS },
	{ "invites", ZX_INTENT_INVITES },
	{ "voice_states", ZX_INTENT_VOICE_STATES },
	{ "guild_presences", ZX_INTENT_GUILD_PRESENCES },
	{ "guild_messages", ZX_INTENT_GUILD_MESSAGES },
	{ "message_reactions", ZX_INTENT_MESSAGE_REACTIONS },
	{ "message_typing", ZX_INTENT_MESSAGE_TYPING },
	{ "direct_messages", ZX_INTENT_DIRECT_MESSAGES },
	{ "message_content", ZX_INTENT_MESSAGE_CONTENT },
	{ "scheduled_events", ZX_INTENT_SCHEDULED_EVENTS },
	{ "automod_configuration", ZX_INTENT_AUTOMOD_CONFIGURATION },
	{ "automod_execution", ZX_INTENT_AUTOMOD_EXECUTION },
};

static void read_intents(struct zx__reading *r, const struct zx__setting *s,
			 struct zx_str text)
{
	uint64_t bits = 0;

	if (!zx_str_u64(text, &bits)) {
		*FIELD(s, uint64_t, r) = bits;
		return;
	}
	while (text.ptr) {
		struct zx_str one = zx_str_trim(zx_str_split(&text, ','));
		uint32_t bit = 0;

		for (size_t i = 0; i < sizeof(intents) / sizeof(*intents); i++)
			if (zx_str_is_nocase(one, intents[i].name))
				bit = intents[i].bit;
		if (!bit) {
			zx__config_error(r,
					 "names \"%.*s\", which is no "
					 "intent; e.g. %s",
					 ZX_ARG(zx_utf8_head(one, 40)),
					 s->example);
			return;
		}
		bits |= bit;
	}
	*FIELD(s, uint64_t, r) = bits;
}

#define AT(field) offsetof(struct zx_config, field)
#define S(env, json, kind, field, min, max, example)                           \
	{                                                                      \
		env, json, read_##kind, AT(field), min, max, example           \
	}

/* environment, config.json, kind, field, from, to, example */
const struct zx__setting zx__settings[] = {
	S("DISCORD_TOKEN", NULL, token, token, 0, 512, "MTIz..."),
	S("BOT_OWNER_ID", NULL, id, owner_id, 0, 0, "123456789012345678"),
	S("DISCORD_INTENTS", NULL, intents, intents, 0, 0,
	  "guilds,guild_messages,message_content"),
	S("SHARD_COUNT", NULL, shard_count, shard_count, 1, 100000,
	  "1 or auto"),
	S("SHARD_IDS", NULL, shard_ids, shard_ids, 0, 99999, "0,1,2"),
	S("ZX_API_URL", NULL, url, api_url, 0, 200,
	  "https://discord.com/api/v10"),
	S("ZX_PROXY", NULL, url, proxy, 0, 500, "http://127.0.0.1:3128"),
	S("ZX_STATE", NULL, string, state_path, 0, 1000, "data/zoryx.db"),
	S("ZX_COMPRESSION", NULL, compression, compression, 0, 0,
	  "zstd-stream"),
	S("LOG_LEVEL", "logging.level", level, log_level, 0, 0, "info"),
	S("METRICS_PORT", NULL, u16, metrics_port, 0, 65535, "9108"),
	S(NULL, "prefix", prefix, prefix, 1, 5, "!"),
	S(NULL, "allow_mention_prefix", bool, mention_prefix, 0, 0, "true"),
	S(NULL, "status.interval", u32, status_interval_s, 12, 86400, "300"),
	S("ENABLE_SHARD_MONITOR", "framework.enable_shard_monitor", bool,
	  shard_monitor, 0, 0, "true"),
	S("SHARD_ALERT_THRESHOLD", NULL, u32, alert_threshold, 1, 20, "3"),
	S("ENABLE_SHARD_MANAGER", "framework.enable_shard_manager", bool,
	  shard_manager, 0, 0, "false"),
	S("SHARD_IPC_MODE", NULL, mode, ipc_mode, 0, 0, "server"),
	S("SHARD_IPC_HOST", NULL, string, ipc_host, 0, 253, "127.0.0.1"),
	S("SHARD_IPC_PORT", NULL, u16, ipc_port, 1, 65535, "20000"),
	S("SHARD_IPC_SECRET", NULL, string, ipc_secret, 0, 1000,
	  "a long random text"),
	S("SHARD_IPC_ALLOW_LEGACY", NULL, bool, ipc_allow_legacy, 0, 0,
	  "false"),
	S("SHARD_CLUSTER_NAME", NULL, string, cluster_name, 0, 64, "cluster-0"),
	S("SHARD_BROADCAST_CHANNEL", NULL, channel, broadcast_channel, 0, 20,
	  "123456789012345678"),
	S("ENABLE_BACKUP_RESTORE", "framework.enable_backup_restore", bool,
	  backup_restore, 0, 0, "true"),
	S("BACKUP_MAX_PER_GUILD", NULL, u32, backup_max, 1, 100, "25"),
	S("BACKUP_COOLDOWN", NULL, u32, backup_cooldown_s, 0, 86400, "300"),
	S("BACKUP_AUTO_INTERVAL", NULL, u32, backup_auto_h, 0, 168, "24"),
	S("BACKUP_RETENTION_DAYS", NULL, u32, backup_keep_days, 0, 3650, "30"),
	{ 0 },
};

const struct zx__setting *zx__setting_env(struct zx_str name)
{
	for (const struct zx__setting *s = zx__settings; s->read; s++)
		if (s->env && zx_str_is(name, s->env))
			return s;
	return NULL;
}

const struct zx__setting *zx__setting_json(const char *path)
{
	for (const struct zx__setting *s = zx__settings; s->read; s++)
		if (s->json && !strcmp(path, s->json))
			return s;
	return NULL;
}

/* Edits between a and b, at most 3 of which matter. */
static unsigned distance(struct zx_str a, struct zx_str b)
{
	unsigned row[48];

	if (b.len >= 48)
		return 99;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 0; i < a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = i + 1;
		for (unsigned j = 0; j < b.len; j++) {
			unsigned cost = diagonal + (a.ptr[i] != b.ptr[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (diagonal + 1 < cost)
				cost = diagonal + 1;
			row[j + 1] = cost;
		}
	}
	return row[b.len];
}

const char *zx__setting_like(struct zx_str name)
{
	const char *best = NULL;
	unsigned least = 4;

	if (name.len > 64)
		return NULL;
	for (const struct zx__setting *s = zx__settings; s->read; s++) {
		unsigned d = s->env ? distance(name, zx_str(s->env)) : least;

		if (d < least) {
			least = d;
			best = s->env;
		}
	}
	return best;
}
