/* SPDX-License-Identifier: MIT
 *
 * sandbox: a local Discord to try, test and benchmark bots offline. Gateway v10
 * and REST v10 on one loopback port, a page for people at "/", and calls for
 * tests. A library of its own (libzoryx_sandbox.a).
 *
 *   struct zx_sandbox *box;
 *   zx_sandbox_start(&box, NULL);                        // its own thread
 *   ... run a bot with zx_sandbox_token() on zx_sandbox_api_url() ...
 *   zx_sandbox_say(box, 0, 0, "!ping", NULL);            // as the owner
 *   zx_sandbox_expect(box, "POST /channels/{id}/messages", 2000, &body);
 *   zx_sandbox_stop(box);
 *
 * The one part of zoryx that starts a thread: it plays another computer. All
 * calls are safe from any thread. Listens on 127.0.0.1 only. Simulations use it
 * without thread and sockets: "Without a network" below.
 */
#ifndef ZORYX_SANDBOX_H
#define ZORYX_SANDBOX_H

#include "zoryx/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zx_sandbox;

struct zx_sandbox_options {
	size_t size;
	uint16_t port;	  /* 0 picks a free one */
	uint32_t guilds;  /* 0 means 3 */
	uint32_t members; /* per guild, with the named ones; 0 means 12 */
	uint32_t shards;  /* recommended in /gateway/bot; 0 means 1 */
	uint32_t max_concurrency; /* 0 means 1 */
	uint32_t heartbeat_ms;	  /* 0 means 41250 */
	uint64_t seed;		  /* of names, ids and jitter; 0 means 1 */
	const char *token;	  /* copied; NULL means the built-in one */
	uint64_t intents_refused; /* privileged intents that are switched off:
				     identify with one closes 4014 */
	int no_rate_limits;	  /* nonzero: no 429s and no bucket headers */
	uint32_t identify_limit;  /* of session_start_limit; 0 means 1000 */
	/* What the first guilds are, by commas ("plain,empty,everything"); see
	 * zx_sandbox_seed(). NULL: all are plain. */
	const char *kinds;
	/* Nonzero: the kinds have only what Discord's published OpenAPI schema
	 * knows (July 2026): no gradients of roles, no media channel. */
	int schema_only;
	/* Nonzero: no port, no thread, no clock. See "Without a network". */
	int offline;
	/* Called for each event of the gateway, with the sandbox locked: it may
	 * not call the sandbox. `guild` is 0 for what belongs to none. */
	void (*on_event)(void *ud, uint64_t guild, const char *event,
			 const char *d);
	void *on_event_ud;
};
#define ZX_SANDBOX_OPTIONS_INIT ZX__INIT(struct zx_sandbox_options)

/* Returns when it listens. ZX_E_INVALID, ZX_E_BUSY (port in use), ZX_E_IO,
 * ZX_E_NOMEM. */
ZX_API int zx_sandbox_start(struct zx_sandbox **out,
			    const struct zx_sandbox_options *opt) ZX_MUST_USE;
ZX_API void zx_sandbox_stop(struct zx_sandbox *box);

/* Constant while it runs. "http://127.0.0.1:PORT/api/v10",
 * "ws://127.0.0.1:PORT/gateway", "http://127.0.0.1:PORT/". */
ZX_API const char *zx_sandbox_api_url(const struct zx_sandbox *box);
ZX_API const char *zx_sandbox_gateway_url(const struct zx_sandbox *box);
ZX_API const char *zx_sandbox_page_url(const struct zx_sandbox *box);
ZX_API const char *zx_sandbox_token(const struct zx_sandbox *box);

/* People and places every sandbox has. */
enum zx_sandbox_who {
	ZX_SANDBOX_OWNER,  /* owns the bot (BOT_OWNER_ID) and the first guild */
	ZX_SANDBOX_ADMIN,  /* administrator of every guild */
	ZX_SANDBOX_MEMBER, /* ordinary member of every guild */
	ZX_SANDBOX_BOT	   /* the bot's own user */
};
ZX_API uint64_t zx_sandbox_user(struct zx_sandbox *box, enum zx_sandbox_who w);
/* The i-th guild, or 0; its channel of that name, or 0. */
ZX_API uint64_t zx_sandbox_guild(struct zx_sandbox *box, size_t i);
ZX_API uint64_t zx_sandbox_channel(struct zx_sandbox *box, uint64_t guild,
				   const char *name);

/*
 * A user writes a message. user 0: the owner; channel 0: #general of the first
 * guild. ZX_E_NOTFOUND, ZX_E_PERM.
 */
ZX_API int zx_sandbox_say(struct zx_sandbox *box, uint64_t user,
			  uint64_t channel, const char *text,
			  uint64_t *message_id);
/*
 * A user runs a slash command; `options` is a JSON object name -> value, or
 * NULL. ZX_E_NOTFOUND when the bot has no such command; ZX_E_PERM when the user
 * would not see it.
 */
ZX_API int zx_sandbox_slash(struct zx_sandbox *box, uint64_t user,
			    uint64_t channel, const char *command,
			    const char *options, uint64_t *interaction_id);
/* A user presses a component of a message; `values`: JSON array for selects, or
 * NULL. */
ZX_API int zx_sandbox_press(struct zx_sandbox *box, uint64_t user,
			    uint64_t message, const char *custom_id,
			    const char *values, uint64_t *interaction_id);
/* Dispatches an event as it is to the sessions of the shard (-1: all). */
ZX_API int zx_sandbox_inject(struct zx_sandbox *box, int shard,
			     const char *event, const char *d);

/*
 * Waits for the next REST request not yet expected that matches
 * "METHOD /path" where {id} matches one segment and * the rest; its body is
 * appended to `body` (may be NULL). ZX_E_TIMEOUT when none comes in time.
 */
ZX_API int zx_sandbox_expect(struct zx_sandbox *box, const char *request,
			     uint32_t timeout_ms, struct zx_buf *body);
/* Waits for the answer to an interaction: the message as its user sees it. */
ZX_API int zx_sandbox_answer(struct zx_sandbox *box, uint64_t interaction,
			     uint32_t timeout_ms, struct zx_buf *message);
/* Waits until `n` sessions are live (READY given). */
ZX_API int zx_sandbox_wait_ready(struct zx_sandbox *box, uint32_t n,
				 uint32_t timeout_ms);
/* JSON of the state: see GET /sandbox/state in docs/SANDBOX.md. */
ZX_API int zx_sandbox_state(struct zx_sandbox *box, struct zx_buf *out);

/* Without a network --------------------------------------------------------

   An offline sandbox is the same Discord in the caller's thread and in virtual
   time, for simulations: requests are answered at once, nothing waits. The
   clock begins at 2026-09-21T13:33:20Z and moves only by zx_sandbox_advance().
   Two with the same options and the same calls give the same bytes. Waiting
   calls (zx_sandbox_expect() ...) look once.

     struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
     o.offline = 1;
     o.kinds = "everything,empty";
     zx_sandbox_start(&box, &o);
     struct zx_sandbox_request q = { .method = "GET", .path = "/users/@me" };
     zx_sandbox_call(box, &q, &reply);

   zx_sandbox_call() works with a sandbox that listens, too. */

struct zx_sandbox_request {
	const char *method; /* "GET" ... */
	/* Below the API's root: "/guilds/1/members?limit=5". "/sandbox/..." is
	 * the control API, "/sandbox/cdn/..." the CDN. */
	const char *path;
	const char *content_type; /* NULL: application/json */
	const char *reason;	  /* X-Audit-Log-Reason, as sent; or NULL */
	struct zx_str body;
	/* 0: the bot, with rate limits and faults. Another person: the same
	 * rules of permissions, but no limits, no faults and no traffic. */
	uint64_t user;
};
struct zx_sandbox_reply {
	int status;	       /* 0: no answer came (a fault dropped it) */
	uint32_t delay_ms;     /* a fault makes the answer come so much later */
	struct zx_buf headers; /* "Name: value\r\n" lines */
	struct zx_buf body;
};
/* The caller initialises the buffers of `reply` and releases them; they are
 * cleared first. ZX_E_INVALID, ZX_E_NOMEM. */
ZX_API int zx_sandbox_call(struct zx_sandbox *box,
			   const struct zx_sandbox_request *request,
			   struct zx_sandbox_reply *reply);
/* Offline only: the time is so much later. */
ZX_API void zx_sandbox_advance(struct zx_sandbox *box, uint64_t ms);
/* Monotonic ms, as the limits count them; and wall ms. */
ZX_API uint64_t zx_sandbox_now(struct zx_sandbox *box);
ZX_API int64_t zx_sandbox_wall(struct zx_sandbox *box);

/* Servers ------------------------------------------------------------------ */

/*
 * Wipes the guild and fills it anew; its sessions see an outage and its end.
 *   "plain"       as at the start: lively or small; the bot below Admin
 *   "empty"       nothing but @everyone, the bot (an administrator) and the
 *                 people, without roles; boosted to level 3
 *   "bare"        the same with one channel, #general
 *   "unboosted"   the same as empty, on level 0
 *   "everything"  each type of channel, forum tags, private channels, icons,
 *                 emojis, stickers, AutoMod, onboarding, events, sounds, bans,
 *                 webhooks, two roles and two channels of the same name
 *   "huge"        250 roles, 500 channels, 250,000 members
 * ZX_E_NOTFOUND: no such guild; ZX_E_INVALID: no such kind.
 */
ZX_API int zx_sandbox_seed(struct zx_sandbox *box, uint64_t guild,
			   const char *kind);

/* Permissions of a user in a channel, or (channel 0) in the guild; 0 for who is
 * no member or does not see it. */
ZX_API uint64_t zx_sandbox_permissions(struct zx_sandbox *box, uint64_t guild,
				       uint64_t channel, uint64_t user);
/* How many members see the channel; the first `cap` ids into users. */
ZX_API size_t zx_sandbox_viewers(struct zx_sandbox *box, uint64_t channel,
				 uint64_t *users, size_t cap);
/*
 * From now on, after every change, no channel of that name in the guild may be
 * visible to these users. ZX_E_NOTFOUND, ZX_E_LIMIT (256 watches).
 */
ZX_API int zx_sandbox_watch(struct zx_sandbox *box, uint64_t guild,
			    const char *channel, const uint64_t *users,
			    size_t n);
/* Nonzero when one was; `what` (may be NULL) gets the first as JSON: {"after":
 * "POST /...", "request", "guild_id", "channel", "channel_id", "user_id"}. */
ZX_API int zx_sandbox_leaked(struct zx_sandbox *box, struct zx_buf *what);
/* Forgets all watches and what they found. */
ZX_API void zx_sandbox_unwatch(struct zx_sandbox *box);

/* Faults ------------------------------------------------------------------- */

/*
 * Arms a fault by its JSON description, the same as POST /sandbox/faults:
 * {"fault":"close","code":4009}, {"fault":"op7"}, {"fault":"rest_429",
 * "route":"POST /channels/{id}/messages","scope":"user","retry_after":0.25,
 * "times":3} ... docs/SANDBOX.md lists all. ZX_E_INVALID names nothing known.
 */
ZX_API int zx_sandbox_fault(struct zx_sandbox *box, const char *json);

struct zx_sandbox_stats {
	uint64_t requests, rate_limited, invalid_requests;
	uint64_t connections, identifies, resumes, resumed, heartbeats;
	uint64_t dispatched, interactions, messages;
	uint32_t sessions_live;
	uint64_t violations; /* things a well-behaved bot does not do, e.g.
				identifies inside the 5 s window, requests in
				spite of a 429, sends before Hello; the texts
				are in the state */
};
ZX_API void zx_sandbox_stats(struct zx_sandbox *box,
			     struct zx_sandbox_stats *out);

#ifdef __cplusplus
}
#endif
#endif
