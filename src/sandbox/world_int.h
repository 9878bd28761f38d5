/* SPDX-License-Identifier: MIT
 *
 * Inside the world: its state and what its files ask of each other. Objects are
 * kept as DOM in the shape in which Discord shows them; a struct holds only
 * what Discord does not show.
 */
#ifndef ZX_SANDBOX_WORLD_INT_H
#define ZX_SANDBOX_WORLD_INT_H

#include <string.h>

#include "sandbox/sandbox_int.h"
#include "zoryx/json.h"

/* Ceilings of what a client can grow. */
enum {
	ZX__MAX_GUILDS = 150000,
	ZX__MAX_MEMBERS = 200000,  /* of each server; the huge one has more */
	ZX__MAX_HISTORY = 2000,	   /* messages per channel, oldest go */
	ZX__MAX_HISTORIES = 20000, /* channels with messages */
	ZX__MAX_INTERACTIONS = 4096,
	ZX__MAX_LOG = 5000,	    /* requests remembered */
	ZX__MAX_LOG_BODY = 1 << 18, /* bytes of a body remembered */
	ZX__MAX_LOG_BYTES = 48 << 20,
	ZX__MAX_AUDIT = 1000, /* entries per guild */
	ZX__MAX_BUCKETS = 20000,
	ZX__MAX_FAULTS = 256,
	ZX__MAX_WATCHES = 256,
	ZX__MAX_FILES = 10,
	ZX__MAX_PARTS = 30, /* of a form, with its files */
	ZX__MAX_FILE_BYTES = 10 << 20,
	ZX__MAX_REQUEST_BYTES = 25 << 20,
	ZX__MAX_CDN_BYTES = 256 << 20,
	ZX__MAX_DEPTH = 64,    /* of a JSON body */
	ZX__PAGE_GUILDS = 50,  /* guilds shown in the state */
	ZX__PAGE_MEMBERS = 500 /* members per guild shown in the state */
};

/* util.c: DOM ------------------------------------------------------------- */

/*
 * Builds an object from "key:type key:type ...": i int, d double, b bool,
 * s string (NULL gives null), I id, U uint64 in quotes, T time (int64 ms),
 * o a value that is taken over (NULL gives null), c a value that is copied
 * (NULL gives null); without an argument: n null, 0 zero, t true, f false,
 * a [], e {}, x "".
 */
cJSON *zx__dom(const char *spec, ...);
/* The same into an existing object, replacing what is there. */
void zx__dom_set(cJSON *obj, const char *spec, ...);

const cJSON *zx__get(const cJSON *obj, const char *key);
cJSON *zx__get_mut(cJSON *obj, const char *key);
/* The member when it is there and not null. */
const cJSON *zx__some(const cJSON *obj, const char *key);
const char *zx__str(const cJSON *obj, const char *key); /* "" when absent */
int zx__int(const cJSON *obj, const char *key);
int zx__true(const cJSON *obj, const char *key);
/* An id or a number, written either way: exact. 0 when it is none. */
uint64_t zx__dom_u64(const cJSON *value);
cJSON *zx__id_string(uint64_t id);
cJSON *zx__dup(const cJSON *v);
/* A copy with only the named members ("a b c"). */
cJSON *zx__pick(const cJSON *v, const char *keys);
void zx__drop(cJSON *obj, const char *keys);
/* Is the id among the strings of the array? */
int zx__ids_have(const cJSON *ids, uint64_t id);
void zx__ids_remove(cJSON *ids, uint64_t id);
#define ZX__EACH(item, list)                                                   \
	for (const cJSON *item = (list) ? (list)->child : NULL; item;          \
	     item = item->next)

/* ISO 8601 as Discord writes it, and reading one: -1 when it is none. */
#define ZX__ISO_SIZE 96
void zx__iso(int64_t ms, char out[ZX__ISO_SIZE]);
int64_t zx__iso_parse(const char *s);
/* Parses a body: depth and UTF-8 checked, long integers become strings so that
 * 64 bits survive. NULL when it is not JSON. */
cJSON *zx__parse(struct zx_str text);
void zx__print(const cJSON *v, struct zx_buf *out);
/* Does "METHOD /path" (pattern with {x} and *) match? */
int zx__path_match(const char *pattern, const char *method, struct zx_str path);

/* set.c: objects by id, sorted -------------------------------------------- */

struct zx__item {
	uint64_t id;
	cJSON *dom;
};
struct zx__set {
	struct zx__item *v;
	size_t n, cap;
};
struct zx__item *zx__set_find(const struct zx__set *s, uint64_t id);
cJSON *zx__set_get(const struct zx__set *s, uint64_t id);
/* Index of the first item with an id of at least `id`. */
size_t zx__set_from(const struct zx__set *s, uint64_t id);
/* Takes dom over, replacing an older one; returns it, NULL without memory. */
cJSON *zx__set_put(struct zx__set *s, uint64_t id, cJSON *dom);
int zx__set_del(struct zx__set *s, uint64_t id);
void zx__set_free(struct zx__set *s);
cJSON *zx__set_array(const struct zx__set *s);

/* State ------------------------------------------------------------------- */

/* What a server is seeded as; see zx_sandbox_seed(). */
enum zx__kind {
	ZX__KIND_PLAIN,
	ZX__KIND_EMPTY,
	ZX__KIND_BARE,
	ZX__KIND_UNBOOSTED,
	ZX__KIND_EVERYTHING,
	ZX__KIND_HUGE
};
enum { ZX__KINDS_MAX = 64 };

/* A limit of Discord's that no header tells. */
struct zx__quota {
	uint64_t resets; /* end of the window, 0: none has begun */
	unsigned used;
};

struct zx__guild {
	struct zx__world *w;
	uint64_t id;
	size_t index;
	uint64_t seed_ms; /* of the seed's next id */
	cJSON *dom;	  /* without the collections */
	struct zx__set roles, channels, threads, members, emojis, stickers,
		bans, webhooks, events, rules, sounds;
	cJSON *invites;		  /* array */
	cJSON *audit;		  /* array, newest first */
	cJSON *voice_states;	  /* array */
	size_t crowd, crowd_gone; /* crowd.c: members made when looked at */
	uint8_t *crowd_taken;	  /* bits: kept in members, or gone */
	struct zx__set crowd_roles;
	cJSON *integrations;	     /* array */
	cJSON *onboarding, *welcome; /* as the routes show them */
	struct zx__quota role_quota, emoji_quota;
	int dirty;		   /* the page is to be told */
	uint64_t members_asked_at; /* op 8 for all members, monotonic */
	uint64_t creates_day;	   /* monotonic start of the 200/day window */
	unsigned creates;
};

struct zx__msg {
	uint64_t id;
	cJSON *dom;
	cJSON *reactors; /* {"emoji key": ["user id", ...]} or NULL */
	uint64_t ephemeral_for, interaction, webhook;
	int64_t pinned_at;
};

struct zx__history {
	uint64_t channel;
	struct zx__msg *v;
	size_t n, cap;
};

enum zx__itx_state { ZX__SENT, ZX__DEFERRED, ZX__ANSWERED, ZX__FAILED };

struct zx__itx {
	uint64_t id;
	int type; /* Discord's interaction type */
	uint64_t user, channel, guild;
	char token[128];
	char command[101];
	cJSON *data; /* INTERACTION_CREATE's data */
	uint64_t created, expires;
	enum zx__itx_state state;
	int answered_by; /* callback type, 0 before */
	uint64_t source; /* message a component sits on */
	uint64_t root;	 /* interaction whose response that message is */
	uint64_t original;
	int ephemeral, loading;
	unsigned followups;
	cJSON *result; /* choices or the modal */
};

struct zx__bucket {
	uint32_t name; /* hash of the route's bucket */
	uint64_t major;
	uint32_t left;
	uint64_t resets, blocked_from, blocked_until;
};

/* Channels of that name which these members must never see. */
struct zx__watch {
	uint64_t guild;
	char channel[101];
	uint64_t *users;
	size_t n;
};

struct zx__fault {
	cJSON *dom;
	int now;	/* it fits the request at hand */
	unsigned seen;	/* requests that matched so far */
	unsigned times; /* left; 0 means for ever */
};

struct zx__log_entry {
	uint64_t n;
	int64_t at;
	char *method, *path, *query, *type, *body, *reply;
	size_t body_len, reply_len;
	int status, taken;
};

struct zx__file {
	struct zx_str name, type, data, field;
};

struct zx__blob {
	uint64_t id;
	char *path, *type, *data;
	size_t len;
};

struct zx__world {
	struct zx__wire *wire;
	struct zx_sandbox_options opt;
	char *token;
	uint16_t port;
	uint64_t now; /* monotonic */
	uint64_t last_id;
	struct zx_prng prng; /* of what happens at run time */
	struct maker *maker; /* a seed at work: no events, ids of the seed */
	int64_t began;	     /* wall clock */

	uint64_t who[4]; /* by enum zx_sandbox_who */
	uint64_t actor;	 /* who asks, when it is not the bot */
	enum zx__kind kinds[ZX__KINDS_MAX]; /* of the first guilds */
	struct zx__set users;
	size_t crowd; /* the largest of the servers': users beyond the pool */
	struct zx__set dms; /* the DM channel of user `recipients[0]` */
	cJSON *app_changes; /* what PATCH /applications/@me gave */
	cJSON *bot_status;  /* {"status", "activities"} */
	uint32_t online;
	int agent_told; /* a wrong User-Agent was noted */
	struct {
		uint32_t shard, shards;
		size_t i, index;
	} cursor; /* of zx__world_guild_create */

	struct zx__guild **guilds; /* NULL entries are not made yet */
	int dirty;		   /* some guild is */
	size_t guild_count;
	struct zx__set
		made; /* channels made at run time: dom is the guild's id */

	struct zx__history *histories;
	size_t history_count, history_cap;

	struct zx__set commands; /* all scopes; guild ones have guild_id */
	uint64_t creates_day;	 /* start of the 200/day window, global scope */
	unsigned creates;

	struct zx__itx *itx[ZX__MAX_INTERACTIONS]; /* a ring */
	size_t itx_next;

	struct zx__bucket *buckets;
	size_t bucket_count, bucket_cap;
	struct zx_bucket global;
	uint64_t global_until, global_from;
	uint64_t invalid_since;
	uint32_t invalid_count;

	struct zx__watch watches[ZX__MAX_WATCHES];
	size_t watch_count;
	cJSON *leak; /* the first, NULL while all is well */

	struct zx__fault faults[ZX__MAX_FAULTS];
	size_t fault_count;

	struct zx__log_entry *log; /* a ring of ZX__MAX_LOG */
	uint64_t log_count;	   /* entries ever made */
	size_t log_bytes;

	struct zx__blob *blobs;
	size_t blob_count;
	size_t blob_bytes;

	struct zx_sandbox_stats stats;
};

#include "sandbox/world_call.h"

#endif
