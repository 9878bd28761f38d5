/* SPDX-License-Identifier: MIT
 *
 * Inside the sandbox. Two halves that know each other by this file only:
 *
 *   world  what Discord is: users, guilds, channels, messages, commands,
 *          interactions, permissions, rate limits; answers HTTP requests as a
 *          pure function of its state. Never touches a socket.
 *   wire   the loopback server: HTTP, the gateway's WebSocket sessions, the
 *          page's live feed, the thread and its lock, and the faults in them.
 *
 * All functions are called with the sandbox's lock held.
 */
#ifndef ZX_SANDBOX_INT_H
#define ZX_SANDBOX_INT_H

#include <cjson/cJSON.h>

#include "zoryx/sandbox.h"

struct zx__world;
struct zx__wire;

/* HTTP as the wire hands it to the world ---------------------------------- */

struct zx__req {
	const char *method;  /* "GET" ... */
	struct zx_str path;  /* without query: "/api/v10/channels/1/messages" */
	struct zx_str query; /* without "?" */
	struct zx_str authorization, content_type, reason, user_agent;
	struct zx_str body;
	uint64_t now_ms; /* monotonic */
};

struct zx__res {
	int status;
	const char *content_type; /* NULL means application/json */
	struct zx_buf headers;	  /* "Name: value\r\n" lines */
	struct zx_buf body;
	uint32_t delay_ms; /* the wire answers that much later */
	int drop;	   /* 1: the wire closes without an answer */
	uint64_t hold;	   /* not 0: the answer comes later, by
			      zx__world_late() */
};

/* world.c: made by the world, used by the wire ---------------------------- */

struct zx__world *zx__world_new(const struct zx_sandbox_options *opt,
				struct zx__wire *wire);
void zx__world_free(struct zx__world *w);
/* The bound port, once known: URLs in answers use it. */
void zx__world_set_port(struct zx__world *w, uint16_t port);
/* Answers anything under /api/ and /sandbox/ (not the page's files). */
void zx__world_http(struct zx__world *w, const struct zx__req *req,
		    struct zx__res *res);
/* Asks again for an answer that was held: 1 and the answer is in res, or 0. The
 * wire asks whenever the world was called or ticked. */
int zx__world_late(struct zx__world *w, uint64_t hold, struct zx__res *res);
/* Timers of the world (interaction expiry ...): next due, monotonic ms. */
uint64_t zx__world_tick(struct zx__world *w, uint64_t now_ms);

/* The bot's token; constant. The world makes it up when the options have none:
 * its first part is the bot's id in base64, as clients expect. */
const char *zx__world_token(struct zx__world *w);
/* Nonzero when the token (without "Bot ") is the bot's. */
int zx__world_token_ok(struct zx__world *w, struct zx_str token);
/* READY's d without session_id and resume_gateway_url, for shard id of n;
 * the caller frees. */
cJSON *zx__world_ready(struct zx__world *w, uint32_t shard, uint32_t shards);
/* GUILD_CREATE's d for each guild of the shard, in order, until NULL; respects
 * intents (member lists) and large_threshold. Caller frees. */
cJSON *zx__world_guild_create(struct zx__world *w, uint32_t shard,
			      uint32_t shards, uint64_t intents,
			      uint32_t large_threshold, size_t i);
/* A list of members that is too long to be made at once. */
struct zx__list {
	cJSON *request; /* NULL: there is none; owned */
	uint64_t after;
	int index, count;
};
/* GUILD_MEMBERS_CHUNK payloads (an array of d) for op 8's d. *rate_limited_s is
 * set above 0 when RATE_LIMITED is the answer. A long list goes into *later
 * (NULL: never), and the array is empty. Caller frees. */
cJSON *zx__world_members(struct zx__world *w, const cJSON *request,
			 uint64_t intents, double *rate_limited_s,
			 struct zx__list *later);
/* The next chunk of a long list, or NULL at its end. Caller frees. */
cJSON *zx__world_members_next(struct zx__world *w, struct zx__list *l,
			      uint64_t intents);
/* The sounds of op 31. Caller frees. */
cJSON *zx__world_sounds(struct zx__world *w, uint64_t guild);
/* op 3; and the bot went on- or offline (count of live sessions). */
void zx__world_presence(struct zx__world *w, const cJSON *d);
void zx__world_online(struct zx__world *w, uint32_t sessions_live);
/* What a session with these intents may see of an event's d: a changed copy, or
 * NULL when it is not to be sent at all (intent missing). Without
 * MESSAGE_CONTENT content, embeds, attachments, components and poll are
 * emptied, but for own messages, DMs and mentions. Caller frees. */
cJSON *zx__world_filter(struct zx__world *w, const char *event, const cJSON *d,
			uint64_t intents);

/* wire.c: made by the wire, used by the world ----------------------------- */

/* Dispatches to the sessions that should have it: guild_id picks the shard, 0
 * means shard 0 (DMs). d stays the caller's. */
void zx__wire_dispatch(struct zx__wire *wire, uint64_t guild_id,
		       const char *event, const cJSON *d);
/* To the pages: {"t":t,"d":d}; only_user 0 means all. */
void zx__wire_live(struct zx__wire *wire, const char *t, const cJSON *d,
		   uint64_t only_user);
/* Nonzero when a page of that user (0: of anybody) is there to be told. */
int zx__wire_watched(const struct zx__wire *wire, uint64_t user);
/* The next "n" of TRAFFIC: REST and gateway lines share one numbering. */
uint64_t zx__wire_traffic_n(struct zx__wire *wire);
/* A rule of Discord was broken by the bot; kept for the state and the page. */
void zx__wire_violation(struct zx__wire *wire, const char *fmt, ...)
	ZX_PRINTF(2, 3);
/* Faults of the gateway kind (POST /sandbox/faults hands them on); ZX_E_INVALID
 * when it knows no such fault. */
int zx__wire_fault(struct zx__wire *wire, const cJSON *fault);
/* DELETE /sandbox/faults: disarms all faults of the wire. */
void zx__wire_faults_clear(struct zx__wire *wire);
/* POST /sandbox/events: an event as it is, unfiltered, to the sessions of the
 * shard (-1: all). How many sessions got it. */
size_t zx__wire_inject(struct zx__wire *wire, int shard, const char *event,
		       const cJSON *d);
/* For session_start_limit of /gateway/bot: identifies counted so far. */
uint64_t zx__wire_identifies(struct zx__wire *wire);
/* Adds "gateway": {sessions:[...], violations:[...]} to the state and the armed
 * faults of the wire to its array "faults" (made when absent). */
void zx__wire_state(struct zx__wire *wire, cJSON *state);
/* Monotonic ms and wall ms. */
uint64_t zx__wire_now(struct zx__wire *wire);
int64_t zx__wire_wall(struct zx__wire *wire);

/* What the C calls of sandbox.h need from the world ----------------------- */

int zx__world_say(struct zx__world *w, uint64_t user, uint64_t channel,
		  const char *text, uint64_t *id);
int zx__world_slash(struct zx__world *w, uint64_t user, uint64_t channel,
		    const char *command, const char *options, uint64_t *id);
int zx__world_press(struct zx__world *w, uint64_t user, uint64_t message,
		    const char *custom_id, const char *values, uint64_t *id);
uint64_t zx__world_user(struct zx__world *w, enum zx_sandbox_who who);
uint64_t zx__world_guild(struct zx__world *w, size_t i);
uint64_t zx__world_channel(struct zx__world *w, uint64_t guild,
			   const char *name);
int zx__world_fault(struct zx__world *w, const char *json);
void zx__world_state(struct zx__world *w, uint64_t as_user, struct zx_buf *out);
/* 1 and the answer when the interaction has been answered (not just deferred).
 */
int zx__world_answer(struct zx__world *w, uint64_t interaction,
		     struct zx_buf *message);
/* 1 and the body of the oldest logged request matching that was not taken yet.
 */
int zx__world_take_request(struct zx__world *w, const char *pattern,
			   struct zx_buf *body);
/* Are these the kinds of servers that a seed knows? */
int zx__kinds_ok(const char *kinds);
/* Wipes the server and fills it as that kind; ZX_E_NOTFOUND, ZX_E_INVALID. */
int zx__world_seed(struct zx__world *w, uint64_t guild, const char *kind);
/* In a channel, or (channel 0) in the guild. */
uint64_t zx__world_permissions(struct zx__world *w, uint64_t guild,
			       uint64_t channel, uint64_t user);
/* How many members see the channel; the first `cap` of them into users. */
size_t zx__world_viewers(struct zx__world *w, uint64_t channel, uint64_t *users,
			 size_t cap);
int zx__world_watch(struct zx__world *w, uint64_t guild, const char *channel,
		    const uint64_t *users, size_t n);
void zx__world_unwatch(struct zx__world *w);
int zx__world_leak(struct zx__world *w, struct zx_buf *out);
/* A request as the bot (user 0), or as another person. */
void zx__world_call(struct zx__world *w, uint64_t user,
		    const struct zx__req *req, struct zx__res *res);
void zx__world_stats(struct zx__world *w, struct zx_sandbox_stats *out);

/* Helpers both halves use (util.c, the world's) --------------------------- */

/* Ids are strings of decimals in the DOM. 0 when absent. */
uint64_t zx__dom_id(const cJSON *obj, const char *key);
void zx__dom_set_id(cJSON *obj, const char *key, uint64_t id);
uint64_t zx__world_new_id(struct zx__world *w); /* a snowflake of now */

/* Page files (generated from src/sandbox/page by embed.sh). */
struct zx__page_file {
	const char *name; /* "index.html" */
	const char *content_type;
	const unsigned char *data;
	size_t len;
};
extern const struct zx__page_file zx__page_files[]; /* ends with name NULL */

#endif
