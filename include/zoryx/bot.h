/* SPDX-License-Identifier: MIT
 *
 * bot: the machines put together. Shards, REST, commands and the state file on
 * one loop; cogs add commands and watch events.
 *
 *   struct zx_bot *bot;
 *   struct zx_bot_options opt = ZX_BOT_OPTIONS_INIT;
 *   opt.token = token;
 *   zx_bot_new(&bot, &opt);
 *   zx_bot_add_cog(bot, zx_cog_core());
 *   zx_bot_run(bot);      // until zx_bot_stop
 *   zx_bot_free(bot);
 */
#ifndef ZORYX_BOT_H
#define ZORYX_BOT_H

#include "zoryx/base.h"
#include "zoryx/command.h"
#include "zoryx/config.h"
#include "zoryx/gateway.h"
#include "zoryx/net.h"
#include "zoryx/rest.h"
#include "zoryx/state.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zx_bot;

/* A part of a bot: commands and what it listens to. Constant tables. */
struct zx_cog {
	const char *name;
	const struct zx_command *commands;
	size_t command_count;
	/* Makes the cog's data for one bot; *data is handed to the rest. */
	int (*start)(struct zx_bot *bot, void **data);
	/* Every dispatch, after the bot's own bookkeeping; d is raw JSON. */
	void (*event)(struct zx_bot *bot, void *data, uint32_t shard,
		      enum zx_event event, struct zx_str d);
	/* A shard entered a state. */
	void (*state)(struct zx_bot *bot, void *data, uint32_t shard,
		      enum zx_shard_state state);
	/* All shards of this process are READY for the first time. */
	void (*ready)(struct zx_bot *bot, void *data);
	/* The bot ends: last chance to save. Answers to requests under way may
	 * still come. */
	void (*stop)(struct zx_bot *bot, void *data);
	/* Nothing of this cog is called any more: its data may go. For a cog
	 * that waits for answers; the others free in `stop`. */
	void (*free)(void *data);
	/* A guild was joined, or left; never for an outage or what READY lists.
	 */
	void (*guild)(struct zx_bot *bot, void *data, uint32_t shard,
		      int joined);
	/* A command is about to be carried out: rules and cooldown let it
	 * through. Not for presses. */
	void (*command)(struct zx_bot *bot, void *data,
			const struct zx_call *call);
	/* A REST request has ended; guild: whose it was, 0 when unknown. */
	void (*rest)(struct zx_bot *bot, void *data, uint64_t guild,
		     const struct zx_rest_result *result);
	/* The bot begins to end: time for a goodbye. The loop still turns
	 * before `stop`. */
	void (*leave)(struct zx_bot *bot, void *data);
	/* More commands, which lie in several files; ends with NULL. May be
	 * NULL. */
	const struct zx_command *const *list;
};

/*
 * Who hands out identify turns when several processes share a token: Discord's
 * budget is theirs together. `ask` is answered by zx_bot_grant, whenever it is
 * that shard's turn; `forget` says that it is no longer wanted.
 */
struct zx_bot_gate {
	/* ZX_OK, or an error: the bot's own queue then has to do. */
	int (*ask)(struct zx_bot *bot, uint32_t shard, void *ud);
	void (*forget)(struct zx_bot *bot, uint32_t shard, void *ud);
	void *ud;
	/* The turn of another process's shard that zx_bot_turn_ask was called
	 * for. With `ask` NULL this bot's shards use its own queue. */
	void (*turn)(struct zx_bot *bot, uint32_t shard, void *ud);
};

struct zx_bot_options {
	size_t size;
	const char *token;	/* copied, wiped on free */
	const char *api_url;	/* copied; NULL: Discord */
	const char *state_path; /* copied; NULL: nothing is remembered */
	const char *proxy;	/* copied; for REST */
	uint64_t intents;	/* 0: GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES,
				   MESSAGE_CONTENT and GUILD_MEMBERS */
	/* Nonzero: when Discord refuses privileged intents (4014), go on
	 * without them and say what will be missing. */
	int intents_fallback;
	uint32_t shard_count;	   /* 0: what Discord recommends */
	const uint32_t *shard_ids; /* copied; NULL: all of them */
	size_t shard_id_count;
	enum zx_compression compression; /* offered on the gateway */
	const uint64_t *owners;		 /* copied */
	size_t owner_count;
	const char *prefix; /* copied; NULL: "!" */
	int no_mention;
	const struct zx_config *config; /* must outlive; may be NULL: for the
					   start-up panel and the cogs */
	const struct zx_bot_gate *gate; /* must outlive; NULL: own turns */
	struct zx_loop *loop;		/* must outlive; NULL: its own */
	const struct zx_alloc *alloc;
	const struct zx_log *log;
};
#define ZX_BOT_OPTIONS_INIT ZX__INIT(struct zx_bot_options)

/* ZX_E_INVALID, ZX_E_NOMEM, and what zx_state_open returns. *out is set also on
 * error (but for ZX_E_NOMEM) so that zx_bot_error() can tell; free it then. */
ZX_API int zx_bot_new(struct zx_bot **out,
		      const struct zx_bot_options *opt) ZX_MUST_USE;
ZX_API void zx_bot_free(struct zx_bot *b);
/* What went wrong, for people; "" when nothing. NULL b: "out of memory". */
ZX_API const char *zx_bot_error(const struct zx_bot *b);

ZX_API int zx_bot_add_cog(struct zx_bot *b, const struct zx_cog *cog);
ZX_API int zx_bot_add_command(struct zx_bot *b, const struct zx_command *c);

/*
 * Asks Discord for the gateway, connects the shards, synchronises the slash
 * commands. Discord out of reach is retried with backoff and said in the log.
 */
ZX_API int zx_bot_start(struct zx_bot *b);
/* One turn of the loop. ZX_OK; ZX_E_CLOSED when it has stopped as asked;
 * ZX_E_AUTH (token refused), ZX_E_PERM (intents refused), ZX_E_REMOTE when it
 * cannot go on: zx_bot_error() says why. */
ZX_API int zx_bot_step(struct zx_bot *b, int timeout_ms);
/* start, then step until it ends: ZX_OK after zx_bot_stop. */
ZX_API int zx_bot_run(struct zx_bot *b);
/* Ends within 5 s: answers in flight are finished, sessions are closed
 * (resumable: kept for the next process). */
ZX_API void zx_bot_stop(struct zx_bot *b, int resumable);
/* From a signal handler or another thread: makes the loop look; then call
 * zx_bot_stop from the loop's thread. Only writes to a pipe. */
ZX_API void zx_bot_wake(struct zx_bot *b);

/* What cogs and commands use
 * --------------------------------------------------- */

/* The turn that a gate was asked for; ignored when no longer wanted. */
ZX_API void zx_bot_grant(struct zx_bot *b, uint32_t shard);
/* For a cog that coordinates processes: replaces the gate; from its `start`.
 * Must outlive the bot; NULL: own turns. */
ZX_API void zx_bot_set_gate(struct zx_bot *b, const struct zx_bot_gate *gate);
/*
 * A turn from this bot's own queue, whatever the gate says. For a shard of this
 * process it is granted as always, for others the gate's `turn` is called.
 * ZX_E_STATE while Discord has not told the limits, and those of
 * zx_identify_ask.
 */
ZX_API int zx_bot_turn_ask(struct zx_bot *b, uint32_t shard);
ZX_API void zx_bot_turn_forget(struct zx_bot *b, uint32_t shard);
/* This process's share of what all processes of the bot may do together: of the
 * global REST limit (0: all of it), and invalid requests of the others. */
ZX_API void zx_bot_set_rest_share(struct zx_bot *b, uint32_t per_s);
ZX_API void zx_bot_add_invalid(struct zx_bot *b, uint32_t n);

/* The bot a call belongs to. */
ZX_API struct zx_bot *zx_call_bot(const struct zx_call *call);
ZX_API int zx_bot_rest(struct zx_bot *b, const struct zx_rest_request *req,
		       zx_rest_done *done, uint64_t *id);
/* Takes a request back; it ends with ZX_E_CANCELLED in a later turn, or with
 * its answer. ZX_E_NOTFOUND when it has ended. */
ZX_API int zx_bot_rest_cancel(struct zx_bot *b, uint64_t id);
ZX_API struct zx_loop *zx_bot_loop(struct zx_bot *b);
ZX_API struct zx_state *zx_bot_state(struct zx_bot *b); /* NULL without one */
ZX_API struct zx_commands *zx_bot_commands(struct zx_bot *b);
ZX_API const struct zx_config *zx_bot_config(const struct zx_bot *b);
ZX_API const struct zx_log *zx_bot_log(const struct zx_bot *b);
ZX_API const struct zx_alloc *zx_bot_alloc(const struct zx_bot *b);
ZX_API const struct zx_rest_stats *zx_bot_rest_stats(struct zx_bot *b);
/* What the cog's `start` made; NULL when it was not added or did not start. */
ZX_API void *zx_bot_cog_data(const struct zx_bot *b, const struct zx_cog *cog);

struct zx_bot_info {
	uint64_t user_id, application_id;
	const char *user_name; /* "" before READY */
	uint64_t owner_id;     /* the first owner */
	size_t guilds;	       /* available and not */
	size_t guilds_unavailable;
	uint64_t users;		       /* sum of member counts */
	uint32_t shards, shards_ready; /* of this process */
	uint32_t shard_count;	       /* of the bot */
	double latency_ms; /* mean of the shards', negative when unknown */
	double rest_latency_ms;
	zx_time started;
	uint64_t messages_seen;
	uint64_t intents;	  /* in force, after a fallback */
	uint64_t intents_missing; /* asked for and refused */
};
ZX_API void zx_bot_info(const struct zx_bot *b, struct zx_bot_info *out);
/*
 * Asks for members of a guild over the gateway. `shard` of the request is not
 * looked at; `ud` comes back in what `fn` is told: CHUNK, RESTART, and once
 * DONE or FAILED, from the loop. ZX_E_NOTFOUND when the guild belongs to a
 * shard of another process, ZX_E_STATE when the bot does not run, and what
 * zx_members_ask returns.
 */
typedef void zx_bot_members_fn(const struct zx_members_out *out, void *ud);
ZX_API int zx_bot_request_members(struct zx_bot *b,
				  const struct zx_members_request *req,
				  zx_bot_members_fn *fn, uint64_t *id);

/* i-th shard of this process, or NULL. */
ZX_API const struct zx_shard *zx_bot_shard(const struct zx_bot *b, size_t i);

/* A guild in the registry; kept small: no channels, no members. */
struct zx_guild {
	uint64_t id, owner_id;
	uint32_t member_count;
	uint32_t shard;
	int unavailable;  /* an outage, not a leave */
	const char *name; /* borrowed until the next event */
};
ZX_API const struct zx_guild *zx_bot_guild(const struct zx_bot *b, uint64_t id);
/* Each guild once, in no order. fn must not change the registry. */
ZX_API void zx_bot_guild_each(const struct zx_bot *b,
			      void (*fn)(const struct zx_guild *g, void *ud),
			      void *ud);

/* Settings of a guild, remembered in the state file; effective at once. NULL
 * prefix goes back to the default. ZX_E_TOOBIG: over 5 characters. */
ZX_API int zx_bot_set_prefix(struct zx_bot *b, uint64_t guild,
			     const char *prefix);
ZX_API int zx_bot_set_mention_prefix(struct zx_bot *b, uint64_t guild, int on);

/* The start-up panel on ready, as lines of plain text. */
ZX_API void zx_bot_panel(const struct zx_bot *b, struct zx_buf *out);

/* Cogs of the library */
ZX_API const struct zx_cog *zx_cog_core(void);

#ifdef __cplusplus
}
#endif
#endif
