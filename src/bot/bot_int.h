/* SPDX-License-Identifier: MIT
 *
 * What the files of bot share: the bot, its fleet of shards, its registry of
 * guilds and their settings.
 */
#ifndef ZX__BOT_INT_H
#define ZX__BOT_INT_H

#include "zoryx/bot.h"

/* Every ceiling and pace of bot. */
enum {
	ZX__BOT_COGS = 64,
	ZX__BOT_OWNERS = 64,
	ZX__BOT_SHARDS = 1000,		/* of one process */
	ZX__BOT_GUILDS = 1000 * 1000,	/* in the registry */
	ZX__BOT_ROLES = 64,		/* with rights, per guild */
	ZX__BOT_GUILD_NAME = 100 * 4,	/* bytes */
	ZX__BOT_SETTINGS = 1000 * 1000, /* guilds with settings of their own */
	ZX__BOT_PREFIX = 5,		/* characters */

	ZX__BOT_STOP_MS = 4500,	     /* then what is not done is dropped */
	ZX__BOT_RETRY_MIN_MS = 1000, /* asking for the gateway */
	ZX__BOT_RETRY_MAX_MS = 60 * 1000,
	ZX__BOT_ASK_MS = 10 * 1000, /* for one such answer */
	ZX__BOT_REFETCH_MS = 5 * 60 * 1000,
	ZX__BOT_REFETCH_FAILURES = 4,	    /* of a shard in a row */
	ZX__BOT_SAVE_MS = 5 * 1000,	    /* sessions, while events come */
	ZX__BOT_SAVE_SOON_MS = 500,	    /* after a command */
	ZX__BOT_SAVE_BATCH = 2000,	    /* guilds in one transaction */
	ZX__BOT_SESSION_MS = 5 * 60 * 1000, /* age at which it is of no use */
	/* Between two turns of a key: more than Discord's 5000, because what
	 * counts is when they arrive. */
	ZX__BOT_TURN_MS = 5100,
	ZX__BOT_IDENTIFY_MS = 5500,   /* between two processes (LM-03) */
	ZX__BOT_RESUME_GAP_MS = 20,   /* between two resuming starts */
	ZX__BOT_START_TICK_MS = 5000, /* between two groups of new starts */
	ZX__BOT_LONG_MS = 60 * 1000,  /* a wait that is to be explained */
	ZX__BOT_QUIET_MS = 3000,      /* without guilds: start-up is over */
	ZX__BOT_PRESENCE_MIN_S = 15
};

/* Map from a non-zero number to a pointer, open addressing. -------------- */

struct zx__bot_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

struct zx__bot_map {
	const struct zx_alloc *alloc;
	struct zx__bot_slot *slots;
	size_t cap, count;
};

void *zx__bot_map_get(const struct zx__bot_map *m, uint64_t key);
/* Replaces; ZX_E_NOMEM. */
int zx__bot_map_put(struct zx__bot_map *m, uint64_t key, void *value);
void *zx__bot_map_take(struct zx__bot_map *m, uint64_t key);
void zx__bot_map_release(struct zx__bot_map *m);

/* Guilds ----------------------------------------------------------------- */

/* Rights that no channel can give or take, of a role that has any. */
struct zx__bot_role {
	uint64_t id, bits;
};

struct zx__bot_guild {
	struct zx_guild info; /* info.name points behind the roles */
	uint16_t role_count;
	uint8_t dirty;	/* differs from the state file */
	uint32_t ready; /* guilds.ready when a READY named it last */
	struct zx__bot_role roles[];
};

struct zx__bot_guilds {
	struct zx__bot_map map;
	size_t unavailable, dirty;
	uint64_t users;
	uint32_t ready; /* number of the READY that is being read */
};

/* Fleet ------------------------------------------------------------------ */

struct zx__bot_member { /* a shard of this process */
	struct zx_bot *bot;
	uint32_t id;
	struct zx_shard *shard;
	struct zx_gateway_conn *conn;
	enum zx_shard_state state;
	int started;
	int was_ready;
	int resumes;	    /* begins with a stored session */
	int session_dirty;  /* to be saved */
	int session_stored; /* the state file has one */
	int64_t saved_seq;
	unsigned failures; /* connections lost since it was last ready */
};

enum zx__bot_phase {
	ZX__BOT_IDLE,
	ZX__BOT_ASKING, /* for the gateway */
	ZX__BOT_RUNNING,
	ZX__BOT_STOPPING,
	ZX__BOT_STOPPED
};

struct zx__bot_cog {
	const struct zx_cog *cog;
	void *data;
	int started;
};

struct zx_bot {
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	const struct zx_config *config;
	char *token, *api_url, *prefix, *proxy;
	char token_hash[65];
	uint64_t intents, intents_asked;
	int intents_fallback, intents_tries, compression;
	uint64_t app_flags; /* which privileged intents are switched on */
	int app_known;
	uint32_t shard_count_asked, shard_count;
	uint32_t *shard_ids; /* NULL: all */
	size_t shard_id_count;
	uint64_t owners[ZX__BOT_OWNERS];
	size_t owner_count;

	enum zx__bot_phase phase;
	int err; /* why it stops; ZX_OK when asked to */
	char error[320];

	struct zx_loop *loop;
	int own_loop;
	struct zx_rest *rest;
	struct zx_rest_conn *rest_conn;
	struct zx_commands *commands;
	struct zx_state *state;
	struct zx_rand rand;

	/* discover.c */
	char *gateway_url;
	struct zx_backoff backoff;
	struct zx_timer ask_timer;
	int asking;
	zx_time asked_at;

	/* fleet.c */
	struct zx__bot_member *members;
	size_t member_count, ready_count;
	uint32_t concurrency;
	struct zx_identify_queue *queue;
	zx_time long_wait;  /* was explained */
	zx_time hold_until; /* no identify turns: an earlier process had one */
	const struct zx_bot_gate *gate;
	struct zx_timer queue_timer, start_timer, rebuild_timer;
	size_t next_start;
	zx_time last_group;

	struct zx__bot_guilds guilds;
	struct zx__bot_map settings;

	/* sessions.c */
	struct zx_timer save_timer;
	/* What the latest process left of the day's budget (LM-06). */
	struct zx__bot_budget {
		uint32_t total, remaining;
		zx_wall reset_at;
	} budget;

	/* members.c */
	struct zx_members *collector; /* NULL: never asked */
	struct zx__bot_asked *asked;
	struct zx_timer members_timer;
	int collecting;

	/* ready.c */
	struct zx_timer ready_timer;
	int ready_told, all_ready;
	zx_time guild_at;

	struct zx_timer presence_timer;
	size_t presence_next;

	struct zx__bot_sent *sent;
	struct zx_timer command_timer;
	int pumping, synced;

	struct zx_timer stop_timer;
	int stop_resumable;
	zx_time stop_deadline; /* 0: shards are not told yet */

	struct zx__bot_cog cogs[ZX__BOT_COGS];
	size_t cog_count;

	uint64_t user_id, application_id;
	char user_name[128];
	zx_time started;
	uint64_t messages_seen;
};

/* bot.c: remembers why (never a secret) and begins to stop. */
void zx__bot_fail(struct zx_bot *b, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
void zx__bot_log(struct zx_bot *b, enum zx_log_level level, const char *fmt,
		 ...) ZX_PRINTF(3, 4);

/* discover.c: GET /applications/@me and /gateway/bot, again until they answer.
 */
void zx__bot_discover(struct zx_bot *b);
void zx__bot_on_ask(struct zx_timer *t, void *ud);
/* Asks for a new gateway URL, at most every few minutes. */
void zx__bot_refetch(struct zx_bot *b);

/* fleet.c */
int zx__bot_fleet_new(struct zx_bot *b);
void zx__bot_fleet_free(struct zx_bot *b);
struct zx__bot_member *zx__bot_member(struct zx_bot *b, uint32_t shard_id);
void zx__bot_fleet_stop(struct zx_bot *b, int resumable);
int zx__bot_fleet_stopped(const struct zx_bot *b);
void zx__bot_on_queue(struct zx_timer *t, void *ud);
void zx__bot_on_start(struct zx_timer *t, void *ud);
void zx__bot_on_rebuild(struct zx_timer *t, void *ud);
void zx__bot_turn_ask(struct zx__bot_member *m);
void zx__bot_turn_forget(struct zx__bot_member *m);
/* Shards of this process that have no session to resume. */
uint32_t zx__bot_fleet_need(const struct zx_bot *b);

/* outputs.c: what a shard says. */
void zx__bot_on_output(struct zx_shard *s, const struct zx_shard_out *o,
		       void *ud);

/* intents.c */
void zx__bot_intents_refused(struct zx_bot *b);

/* dispatch.c */
void zx__bot_dispatch(struct zx__bot_member *m, const struct zx_shard_out *o);

/* tell.c: what cogs hear besides events and states. */
void zx__bot_tell_guild(struct zx_bot *b, uint32_t shard, int joined);
void zx__bot_tell_command(struct zx_bot *b, const struct zx_call *call);
void zx__bot_tell_rest(struct zx_bot *b, uint64_t guild,
		       const struct zx_rest_result *r);

/* sent.c: requests and what becomes of them. */
typedef void zx__bot_done(struct zx_bot *b, const struct zx_rest_result *r);
int zx__bot_send(struct zx_bot *b, const struct zx_rest_request *req,
		 uint64_t guild, zx__bot_done *done);
/* After REST was detached. */
void zx__bot_sent_free(struct zx_bot *b);

/* pump.c: commands on REST. */
void zx__bot_pump(struct zx_bot *b);
void zx__bot_sync(struct zx_bot *b);
void zx__bot_on_command_timer(struct zx_timer *t, void *ud);

/* guilds.c */
struct zx__bot_guild *zx__bot_guild_get(const struct zx_bot *b, uint64_t id);
/* From a list of READY. */
int zx__bot_guild_listed(struct zx_bot *b, uint64_t id, uint32_t shard);
/* Drops what READY of that shard, number guilds.ready, did not name. */
void zx__bot_guilds_sweep(struct zx_bot *b, uint32_t shard);
/* Gives the guilds of the state file to their shards, now that their number is
 * known; those of other processes' shards are not ours to count. */
void zx__bot_guilds_place(struct zx_bot *b);
void zx__bot_guild_remove(struct zx_bot *b, struct zx__bot_guild *g);
void zx__bot_guild_out(struct zx_bot *b, struct zx__bot_guild *g, int out);
void zx__bot_guild_members(struct zx_bot *b, struct zx__bot_guild *g,
			   uint32_t count);
/* Takes over what the object holds; keeps what it does not name. */
int zx__bot_guild_update(struct zx_bot *b, uint64_t id, uint32_t shard,
			 struct zx_str d);
void zx__bot_guild_role(struct zx_bot *b, struct zx__bot_guild *g, uint64_t id,
			uint64_t bits);
void zx__bot_guilds_release(struct zx_bot *b);
/* Rights of a member in a guild, as far as they hold in every channel. */
int zx__bot_permissions(uint64_t guild, uint64_t channel, uint64_t user,
			struct zx_str member, uint64_t *bits, void *ud);

/* guild_store.c: the registry in the state file. */
int zx__bot_guild_save(struct zx_bot *b, struct zx__bot_guild *g);
void zx__bot_guild_forget(struct zx_bot *b, uint64_t id);
int zx__bot_guilds_load(struct zx_bot *b);

/* settings.c */
int zx__bot_settings_load(struct zx_bot *b);
void zx__bot_settings_release(struct zx_bot *b);
int zx__bot_prefix_of(uint64_t guild, struct zx_prefix *out, void *ud);

/* sessions.c */
/* Checks the file against token; loads user, application and guilds. */
int zx__bot_sessions_open(struct zx_bot *b);
/* Gives the shard its stored session when that is still of use. */
void zx__bot_session_load(struct zx__bot_member *m);
/* Writes what has changed, all in one. */
void zx__bot_save(struct zx_bot *b);
/* Within that time. */
void zx__bot_save_within(struct zx_bot *b, uint64_t ms);
void zx__bot_save_self(struct zx_bot *b);
void zx__bot_session_drop(struct zx__bot_member *m);
void zx__bot_on_save(struct zx_timer *t, void *ud);
int zx__bot_token_hash(struct zx_bot *b);
/* The next process must know when this one last identified. */
void zx__bot_save_identify(struct zx_bot *b);

/* members.c */
void zx__bot_members_feed(struct zx__bot_member *m,
			  const struct zx_shard_out *o);
void zx__bot_members_end(struct zx_bot *b);
void zx__bot_on_members_timer(struct zx_timer *t, void *ud);

/* ready.c */
void zx__bot_ready_check(struct zx_bot *b);
void zx__bot_on_ready_timer(struct zx_timer *t, void *ud);

/* presence.c */
void zx__bot_presence_send(struct zx__bot_member *m);
void zx__bot_on_presence(struct zx_timer *t, void *ud);

/* stop.c */
void zx__bot_stop_check(struct zx_bot *b);
void zx__bot_on_stop(struct zx_timer *t, void *ud);
void zx__bot_halt(struct zx_bot *b);
void zx__bot_cogs_stop(struct zx_bot *b);

#endif
