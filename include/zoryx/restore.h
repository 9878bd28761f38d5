/* SPDX-License-Identifier: MIT
 *
 * restore: what would have to be done to bring a server back to a snapshot, as
 * a plan that can be read before anything happens. A pure function of snapshot,
 * server and options: nothing is asked, nothing is sent. restore_run.h carries
 * it out.
 *
 *   snapshot reader + capture of now + options -> zx_plan -> people, state file
 *   zx_plan_request(operation, ids) -> one HTTP request
 *
 * The plan of a restore that is finished is empty: zx_plan_empty().
 *
 * Ids in a plan are the snapshot's. What stands for them in the server is in an
 * id map that starts with what was matched and grows with every object made.
 */
#ifndef ZORYX_RESTORE_H
#define ZORYX_RESTORE_H

#include "zoryx/guild.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Ids ---------------------------------------------------------------------- */

/* Kinds are apart: @everyone has the id of its guild, and so may a channel. */
enum zx_id_kind {
	ZX_ID_ROLE,
	ZX_ID_CHANNEL,
	ZX_ID_EMOJI,
	ZX_ID_STICKER,
	ZX_ID_SOUND,
	ZX_ID_TAG, /* of a forum */
	ZX_ID_AUTOMOD,
	ZX_ID_WEBHOOK,
	ZX_ID_EVENT,
	ZX_ID_KIND_COUNT
};

/* Old id -> new id. Open addressing; grows. */
struct zx_idmap {
	struct zx_idmap_pair {
		uint64_t from, to;
		enum zx_id_kind kind;
	} * v; /* private, all of it */
	size_t n, cap;
	const struct zx_alloc *alloc;
};
ZX_API void zx_idmap_init(struct zx_idmap *m, const struct zx_alloc *a);
ZX_API void zx_idmap_release(struct zx_idmap *m);
/* Replaces; `to` of 0 forgets it. ZX_E_INVALID (from is 0), ZX_E_NOMEM. */
ZX_API int zx_idmap_put(struct zx_idmap *m, enum zx_id_kind kind, uint64_t from,
			uint64_t to);
/* 0 when it has none. */
ZX_API uint64_t zx_idmap_get(const struct zx_idmap *m, enum zx_id_kind kind,
			     uint64_t from);
/* The pairs one after the other, *at from 0; NULL when there are no more. Not
 * in any order. */
ZX_API const struct zx_idmap_pair *zx_idmap_next(const struct zx_idmap *m,
						 size_t *at);

/* Options ------------------------------------------------------------------ */

/* What to bring back. Nothing is done about what is not selected, except that
 * its ids are matched, so that what refers to it finds it. */
enum zx_restore_what {
	ZX_RESTORE_ROLES = 1u << 0,
	ZX_RESTORE_CATEGORIES = 1u << 1,
	ZX_RESTORE_CHANNELS = 1u << 2,
	ZX_RESTORE_MEMBERS = 1u << 3, /* the roles of members */
	ZX_RESTORE_BOT = 1u << 4,     /* the bot's own settings */
	ZX_RESTORE_EMOJIS = 1u << 5,
	ZX_RESTORE_STICKERS = 1u << 6,
	ZX_RESTORE_GUILD = 1u << 7,  /* name, levels, AFK, system channels */
	ZX_RESTORE_IMAGES = 1u << 8, /* icon, banner, splashes */
	ZX_RESTORE_NICKS = 1u << 9,
	ZX_RESTORE_BANS = 1u << 10,
	ZX_RESTORE_AUTOMOD = 1u << 11,
	ZX_RESTORE_ONBOARDING = 1u << 12,
	ZX_RESTORE_WELCOME = 1u << 13,
	ZX_RESTORE_WEBHOOKS = 1u << 14,
	ZX_RESTORE_EVENTS = 1u << 15,
	ZX_RESTORE_SOUNDBOARD = 1u << 16,
	ZX_RESTORE_ALL = (1u << 17) - 1,
	/* What is selected when nobody said otherwise. */
	ZX_RESTORE_DEFAULT = ZX_RESTORE_ROLES | ZX_RESTORE_CATEGORIES |
			     ZX_RESTORE_CHANNELS | ZX_RESTORE_MEMBERS |
			     ZX_RESTORE_BOT
};

/* A row of X(bit, name, title) for each, for people and command lines. */
#define ZX_RESTORE_PARTS(X)                                                    \
	X(ROLES, "roles", "Roles")                                             \
	X(CATEGORIES, "categories", "Categories")                              \
	X(CHANNELS, "channels", "Channels")                                    \
	X(MEMBERS, "members", "Member roles")                                  \
	X(BOT, "bot", "Bot settings")                                          \
	X(EMOJIS, "emojis", "Emojis")                                          \
	X(STICKERS, "stickers", "Stickers")                                    \
	X(GUILD, "guild", "Server settings")                                   \
	X(IMAGES, "images", "Icon and banner")                                 \
	X(NICKS, "nicks", "Nicknames")                                         \
	X(BANS, "bans", "Bans")                                                \
	X(AUTOMOD, "automod", "AutoMod rules")                                 \
	X(ONBOARDING, "onboarding", "Onboarding")                              \
	X(WELCOME, "welcome", "Welcome screen")                                \
	X(WEBHOOKS, "webhooks", "Webhooks")                                    \
	X(EVENTS, "events", "Events")                                          \
	X(SOUNDBOARD, "soundboard", "Soundboard")

/*
 * How requests are paced until headers say better: milliseconds per request of
 * a class. A field of 0 means the prior in X(class, prior).
 */
#define ZX_RATES(X)                                                            \
	X(ROLE_CREATE, 1000)                                                   \
	X(ROLE_EDIT, 1000)                                                     \
	X(CHANNEL_CREATE, 7500)                                                \
	X(CHANNEL_EDIT, 5000)                                                  \
	X(GUILD_EDIT, 1000)                                                    \
	X(EMOJI, 60000)                                                        \
	X(STICKER, 60000)                                                      \
	X(SOUND, 5000)                                                         \
	X(MEMBER_EDIT, 1000)                                                   \
	X(MEMBER_ROLE, 1000)                                                   \
	X(BAN, 1000)                                                           \
	X(WEBHOOK, 30000)                                                      \
	X(OTHER, 1000)
enum zx_rate {
#define ZX__X(name, prior) ZX_RATE_##name,
	ZX_RATES(ZX__X)
#undef ZX__X
		ZX_RATE_COUNT
};

struct zx_restore_options {
	size_t size;
	char id[ZX_GUILD_ID_TEXT]; /* of this restore: zx_guild_id_new; stands
				      in the audit log */
	unsigned what;		   /* enum zx_restore_what; 0: DEFAULT */
	/*
	 * An exact rewind of roles. Members of the snapshot get the roles they
	 * had and lose those they had not; roles that were changed get their
	 * name, look, permissions and place back. Members who came later, and
	 * roles made later, stay as they are. Off: members only gain roles, and
	 * roles that exist are left alone.
	 */
	int role_sync;
	/* Nonzero: categories, channels, AutoMod rules and who may use an
	 * emoji are brought back, too, where they exist but were changed. Off:
	 * they are left alone. */
	int update;
	/* Nonzero: <#id> and <@&id> in topics follow their channel or role. */
	int mentions;
	/* Where to; 0: the guild of the snapshot. Another one is a migration:
	 * @everyone, which always exists, then counts as missing. */
	uint64_t guild;
	/* The bot in that guild. Required but for its highest role: 0 means
	 * that it has none. */
	uint64_t bot_user;
	uint64_t bot_role;	  /* live id of its highest */
	uint64_t bot_permissions; /* in the guild */
	uint64_t owner;		  /* of the guild; 0: as in the capture */
	/* Who wanted it; for the report. */
	uint64_t invoker;
	zx_wall now; /* events in the past cannot be made */
	/* Roles the bot has made in this guild in the last 48 hours, of the
	 * 250 Discord allows; roles_reset_ms: until they count no more. */
	uint32_t roles_made;
	uint64_t roles_reset_ms;
	/* What earlier restores made of this snapshot's ids; may be NULL. */
	const struct zx_idmap *earlier;
	uint32_t rate_ms[ZX_RATE_COUNT]; /* 0: the prior */
	const struct zx_alloc *alloc;
	/*
	 * JSON: "roles" of the bot's member object; borrowed for the call. What
	 * is taken from these comes last, unless members of theirs would see
	 * channels that are made, or others are given them: then the plan is
	 * blocked. Empty: any role may be one of them.
	 */
	struct zx_str bot_roles;
};
#define ZX_RESTORE_OPTIONS_INIT ZX__INIT(struct zx_restore_options)

/* Operations --------------------------------------------------------------- */

/* What a person reads. */
#define ZX_VERBS(X)                                                            \
	X(CREATE, "create")                                                    \
	X(UPDATE, "update")                                                    \
	X(ADD_ROLE, "add role")                                                \
	X(REMOVE_ROLE, "remove role")                                          \
	X(ORDER, "order")                                                      \
	X(DELETE, "delete")	    /* in a plan to undo only */               \
	X(DOWNGRADE, "downgrade")   /* made, but less than it was */           \
	X(SKIP, "skip")		    /* nothing is done, on purpose */          \
	X(IMPOSSIBLE, "impossible") /* nothing can be done */
enum zx_verb {
#define ZX__X(name, text) ZX_VERB_##name,
	ZX_VERBS(ZX__X)
#undef ZX__X
		ZX_VERB_COUNT
};
ZX_API const char *zx_verb_name(enum zx_verb v);

/* Why. X(name, sentence); the operation's `detail` says it of this item. */
#define ZX_WHYS(X)                                                             \
	X(MISSING, "It is missing.")                                           \
	X(CHANGED, "It was changed.")                                          \
	X(PRIVATE, "It would see channels that were hidden from it.")          \
	X(RAISE, "Its permissions come when everything else is in place.")     \
	X(HAD, "The member had this role.")                                    \
	X(HAD_NOT, "The member did not have this role.")                       \
	X(PLACE, "It has to stand where it stood.")                            \
	X(UNDO, "The restore made or changed it.")                             \
	X(MANAGED, "Discord makes it for a bot, an integration or boosts.")    \
	X(AMBIGUOUS, "Several of this name exist: none is chosen blindly.")    \
	X(HIERARCHY, "It is not below the bot's highest role.")                \
	X(PERMISSION, "The bot lacks a permission.")                           \
	X(BITS, "The bot cannot give permissions that it does not have.")      \
	X(COMMUNITY, "The server is no community server.")                     \
	X(FEATURE, "The server lacks a feature or the boosts for it.")         \
	X(LIMIT, "A limit of Discord's is reached.")                           \
	X(NO_IMAGE, "The snapshot has no bytes of its image or sound.")        \
	X(TOO_BIG, "Its image or sound is larger than Discord takes.")         \
	X(NAME, "Discord does not take the name.")                             \
	X(UNMAPPED, "It names a role that neither exists nor is made.")        \
	X(ABSENT, "The member is not in the server.")                          \
	X(OWNER, "The owner of the server is out of reach of bots.")           \
	X(PAST, "It is over.")                                                 \
	X(DISCORD, "Discord gives bots no way to do it.")                      \
	X(INCOMPLETE, "It could not be read, then or now.")                    \
	X(PRESENT, "The user is a member again: nobody is thrown out.")
enum zx_why {
#define ZX__X(name, text) ZX_WHY_##name,
	ZX_WHYS(ZX__X)
#undef ZX__X
		ZX_WHY_COUNT
};
ZX_API const char *zx_why_text(enum zx_why r);
ZX_API const char *zx_why_name(enum zx_why r); /* "hierarchy" */

/*
 * What is asked of Discord. X(name, phase).
 * ROLE_NARROW takes permissions away before any channel is made; ROLE_RAISE
 * gives them when all are there. *_ORDER, AUTOMOD_ADOPT and OVERWRITE_OPEN are
 * several requests: see zx_plan_request. BOT is not Discord's but the host's.
 * NONE: SKIP and IMPOSSIBLE.
 */
#define ZX_ACTS(X)                                                             \
	X(NONE, NONE)                                                          \
	X(ROLE_NARROW, NARROW)                                                 \
	X(ROLE_CREATE, ROLES)                                                  \
	X(ROLE_UPDATE, ROLES)                                                  \
	X(ROLE_ORDER, ROLE_ORDER)                                              \
	X(CATEGORY_CREATE, CATEGORIES)                                         \
	X(CHANNEL_CREATE, CHANNELS)                                            \
	X(CHANNEL_UPDATE, UPDATES)                                             \
	X(COMMUNITY, COMMUNITY)                                                \
	X(SPECIAL_CREATE, SPECIAL)                                             \
	X(CHANNEL_ORDER, CHANNEL_ORDER)                                        \
	X(ROLE_RAISE, RAISE)                                                   \
	X(EMOJI_CREATE, EMOJIS)                                                \
	X(FORUM_TAGS, FORUM_TAGS)                                              \
	X(STICKER_CREATE, UPLOADS)                                             \
	X(SOUND_CREATE, UPLOADS)                                               \
	X(GUILD_UPDATE, GUILD)                                                 \
	X(IMAGE_UPDATE, UPLOADS)                                               \
	X(MEMBER_ADD, MEMBERS)                                                 \
	X(MEMBER_REMOVE, MEMBERS)                                              \
	X(NICK, MEMBERS)                                                       \
	X(BAN, BANS)                                                           \
	X(BAN_BULK, BANS)                                                      \
	X(AUTOMOD_CREATE, SETTINGS)                                            \
	X(AUTOMOD_UPDATE, SETTINGS)                                            \
	X(WEBHOOK_CREATE, SETTINGS)                                            \
	X(EVENT_CREATE, SETTINGS)                                              \
	X(WELCOME, WELCOME)                                                    \
	X(ONBOARDING, WELCOME)                                                 \
	X(BOT, SETTINGS)                                                       \
	X(DELETE, UNDO_DELETE)                                                 \
	X(UNBAN, UNDO_DELETE)                                                  \
	X(OVERWRITE, UPDATES) /* one by one: of a role that is made, in a      \
				 channel that is there (Discord took it with   \
				 the role), and of channels with more than a   \
				 request takes. Without "allow" it is deleted  \
			       */                                              \
	X(WIDGET, GUILD)                                                       \
	X(EMOJI_UPDATE, EMOJIS)	      /* who may use it */                     \
	X(AUTOMOD_ADOPT, SETTINGS)    /* the rule that comes with COMMUNITY */ \
	X(OVERWRITE_OPEN, OVERWRITES) /* of a channel with more than 100, when \
					 all that closes it is there */
enum zx_act {
#define ZX__X(name, phase) ZX_ACT_##name,
	ZX_ACTS(ZX__X)
#undef ZX__X
		ZX_ACT_COUNT
};

/*
 * When. An operation may begin when those of the phases in
 * zx_plan_phase_after() are over, well or not, and (in NARROW, ROLES,
 * OVERWRITES, UNDO_SETTINGS and UNDO_DELETE) when the one before it in its
 * phase is over. Otherwise the operations of a phase go in any order and side
 * by side. One whose ids do not all have a new one by then cannot be carried
 * out: zx_plan_request says so.
 */
#define ZX_PHASES(X)                                                           \
	X(NONE)                                                                \
	X(NARROW)                                                              \
	X(ROLES) /* from the top down */                                       \
	X(ROLE_ORDER)                                                          \
	X(CATEGORIES)                                                          \
	X(CHANNELS)                                                            \
	X(UPDATES)                                                             \
	X(COMMUNITY)                                                           \
	X(SPECIAL)    /* channels only communities have */                     \
	X(OVERWRITES) /* that follow one by one */                             \
	X(CHANNEL_ORDER)                                                       \
	X(RAISE)                                                               \
	X(EMOJIS)                                                              \
	X(FORUM_TAGS)                                                          \
	X(UPLOADS)                                                             \
	X(SOUNDS) /* with an emoji that is made */                             \
	X(GUILD)                                                               \
	X(MEMBERS)                                                             \
	X(BANS)                                                                \
	X(SETTINGS)                                                            \
	X(WELCOME)                                                             \
	X(UNDO_SETTINGS)                                                       \
	X(UNDO_MEMBERS)                                                        \
	X(UNDO_DELETE)                                                         \
	X(UNDO_RAISE)                                                          \
	X(OWN_ROLES) /* what the bot itself loses by it; after all others */
enum zx_phase {
#define ZX__X(name) ZX_PHASE_##name,
	ZX_PHASES(ZX__X)
#undef ZX__X
		ZX_PHASE_COUNT
};
/* 1u << phase of those that must be over. */
ZX_API uint32_t zx_plan_phase_after(enum zx_phase p);
/* Nonzero: one after the other. */
ZX_API int zx_plan_phase_in_order(enum zx_phase p);
ZX_API const char *zx_plan_phase_name(enum zx_phase p); /* "channels" */

enum zx_plan_flag {
	/* When it fails, no operation of the phases CATEGORIES, CHANNELS and
	 * SPECIAL may begin any more: channels could be seen. */
	ZX_PLAN_GUARD = 1u << 0,
	/* Repeating it does no harm: no need to find out whether it was done.
	 * All but those that make something. */
	ZX_PLAN_REPEATABLE = 1u << 1,
	/* The answer holds the id of what was made: zx_plan_learn. */
	ZX_PLAN_MAKES = 1u << 2
};

/* One operation, as it is looked at; texts are borrowed from the plan. */
struct zx_plan_op {
	uint32_t id; /* from 1, in the order of the plan; never changes */
	enum zx_verb verb;
	enum zx_act act;
	enum zx_section section;
	enum zx_phase phase;
	enum zx_why reason;
	enum zx_rate rate;
	unsigned flags;	   /* enum zx_plan_flag */
	uint32_t requests; /* 0 for SKIP, IMPOSSIBLE, BOT */
	/* The item in the snapshot, 0 when it is about several; of MEMBER_* and
	 * NICK the member, of an ORDER 0. */
	uint64_t snapshot_id;
	uint64_t live_id; /* the item in the server; 0: to be made */
	uint64_t role;	  /* MEMBER_*, OVERWRITE*: the role, as the snapshot has
			     it, or whose body has the type 1 the member;
			     WEBHOOK_CREATE: the channel */
	enum zx_id_kind kind; /* of what it MAKES or, in an undo, deletes */
	struct zx_str name;   /* UTF-8: "moderators", "#general" is "general" */
	struct zx_str detail; /* a sentence of its own; empty: that of reason */
	struct zx_str body;   /* JSON with the snapshot's ids; empty for none */
	struct zx_str before; /* JSON: what the body replaces, for undo */
	const unsigned char *image; /* part of its bytes, or NULL */
	struct zx_str image_type;   /* "image/png" */
};

/* Limits and problems ------------------------------------------------------ */

#define ZX_LIMITS(X)                                                           \
	X(ROLES, "roles")                                                      \
	X(ROLES_48H, "roles made in 48 hours")                                 \
	X(CHANNELS, "channels")                                                \
	X(IN_CATEGORY, "channels in a category")                               \
	X(EMOJIS, "emojis")                                                    \
	X(EMOJIS_ANIMATED, "animated emojis")                                  \
	X(STICKERS, "stickers")                                                \
	X(SOUNDS, "sounds")                                                    \
	X(AUTOMOD, "AutoMod rules of a kind")                                  \
	X(WEBHOOKS, "webhooks in a channel")                                   \
	X(EVENTS, "events")
enum zx_limit {
#define ZX__X(name, text) ZX_LIMIT_##name,
	ZX_LIMITS(ZX__X)
#undef ZX__X
		ZX_LIMIT_COUNT
};
struct zx_plan_limit {
	const char *name;
	uint32_t used; /* now; of IN_CATEGORY, AUTOMOD and WEBHOOKS: where it is
			  fullest after the restore */
	uint32_t adds; /* by this plan, with what does not fit */
	uint32_t max;
};

struct zx_plan_problem {
	enum zx_why reason; /* PERMISSION, HIERARCHY, LIMIT, ... */
	/* Nonzero: the restore must not begin. Zero: `ops` operations are left
	 * out or made less, and the rest can be done. */
	int blocks;
	uint32_t ops;
	uint64_t permission; /* PERMISSION: the bit that is missing */
	enum zx_section section;
	struct zx_str text; /* what is wrong and what to do; borrowed */
};

struct zx_plan_totals {
	uint32_t ops; /* in the plan */
	uint32_t verb[ZX_VERB_COUNT];
	uint32_t section[ZX_SECTION_COUNT][ZX_VERB_COUNT];
	uint32_t same[ZX_SECTION_COUNT]; /* there already and as it was: no
					    operation of its own */
	uint32_t members;		 /* who gain or lose roles */
	uint32_t absent;  /* members of the snapshot who are not there; they get
			     no operation of their own */
	uint32_t changes; /* operations that change something: 0 means that
			     the plan is empty */
	uint32_t requests;
	uint32_t rate[ZX_RATE_COUNT]; /* requests of each class */
	/*
	 * From the rates: of each phase the slowest class (its requests times
	 * its pace), after the phases it waits for; but never less than all
	 * requests at 50 per second or all requests of one class at its pace,
	 * plus what is left of the 48 hours when the roles do not fit into them
	 * any more.
	 */
	uint64_t eta_ms;
};

/* The plan ----------------------------------------------------------------- */

struct zx_plan;

/*
 * `snapshot` is what should be, `live` a fresh capture of the target guild.
 * Neither is needed afterwards, but the store of the snapshot is, for images.
 *
 * Items are matched by id, by `earlier`, by type, name and parent, by type and
 * name: always only when there is one on either side, or as many equal ones.
 *
 * ZX_E_INVALID (live is not of the target; no bot_user; a bad id),
 * ZX_E_CORRUPT, ZX_E_NOMEM, or what a store says. Missing permissions and the
 * like are no errors but problems of the plan.
 */
ZX_API int zx_plan_new(struct zx_plan **out,
		       const struct zx_guild_reader *snapshot,
		       const struct zx_guild_reader *live,
		       const struct zx_restore_options *opt) ZX_MUST_USE;
ZX_API void zx_plan_free(struct zx_plan *p);

ZX_API const char *zx_plan_id(const struct zx_plan *p);
ZX_API uint64_t zx_plan_guild(const struct zx_plan *p);	 /* that is changed */
ZX_API uint64_t zx_plan_source(const struct zx_plan *p); /* of the snapshot */
/* Nonzero when nothing has to be changed (that could be). */
ZX_API int zx_plan_empty(const struct zx_plan *p);
ZX_API int zx_plan_is_undo(const struct zx_plan *p);

ZX_API size_t zx_plan_count(const struct zx_plan *p);
/* The i-th, 0 first, which has the id i + 1; phases ascend in a round. Nonzero
 * when there is one. */
ZX_API int zx_plan_op(const struct zx_plan *p, size_t i,
		      struct zx_plan_op *out);
ZX_API const struct zx_plan_totals *zx_plan_totals(const struct zx_plan *p);
ZX_API void zx_plan_limit(const struct zx_plan *p, enum zx_limit l,
			  struct zx_plan_limit *out);
/* Nonzero when there is an i-th one; those that block come first. */
ZX_API int zx_plan_problem(const struct zx_plan *p, size_t i,
			   struct zx_plan_problem *out);
/* Nonzero when a problem blocks. */
ZX_API int zx_plan_blocked(const struct zx_plan *p);
/* One line for people: "create role Moderator: It is missing." */
ZX_API int zx_plan_line(const struct zx_plan_op *op, struct zx_buf *out);

/*
 * Canonical JSON, in pieces; a nonzero result of `write` ends it and is
 * returned. The hash is that of the text. It holds no images and no secrets.
 */
ZX_API int zx_plan_write(const struct zx_plan *p,
			 int (*write)(struct zx_str piece, void *ud), void *ud,
			 unsigned char hash[ZX_HASH]);
/* The same plan again, to the byte. ZX_E_SYNTAX, ZX_E_VERSION, ZX_E_CORRUPT
 * (not what was written), ZX_E_TOOBIG, ZX_E_NOMEM. */
ZX_API int zx_plan_read(struct zx_plan **out, struct zx_str json,
			const struct zx_alloc *a) ZX_MUST_USE;

/*
 * Rounds. While a restore runs, others go on deleting and changing things. What
 * is planned on a capture made afterwards becomes a further round of the same
 * plan: its operations follow those that are there, whose ids stay, and begin
 * when all of those are over. So it stays one restore, with one journal and one
 * way back.
 */
enum { ZX_PLAN_ROUNDS = 5 }; /* at most */

/* At first 1. */
ZX_API unsigned zx_plan_rounds(const struct zx_plan *p);
/* Nonzero when there is a round k, the first being 0: its operations are those
 * from *first up to but not *end, as zx_plan_op counts. Phases ascend in it. */
ZX_API int zx_plan_round(const struct zx_plan *p, unsigned k, size_t *first,
			 size_t *end);
/*
 * A plan that has what `p` has and then, as a round, what `more` has; neither
 * is changed or needed afterwards. What `more` does nothing about is added when
 * `p` does not say it already; limits and what is the same are those of `more`.
 *
 * ZX_E_INVALID (they are not of the same guilds), ZX_E_STATE (`more` is blocked
 * or empty, or has rounds, or one of them is a way back), ZX_E_LIMIT (there are
 * ZX_PLAN_ROUNDS), ZX_E_NOMEM.
 */
ZX_API int zx_plan_add_round(struct zx_plan **out, const struct zx_plan *p,
			     const struct zx_plan *more) ZX_MUST_USE;

/* Requests ----------------------------------------------------------------- */

/* Adds the pairs that are known when the plan (of several rounds: the last) is
 * made: matched items, and each item of the server under its own id where the
 * snapshot has none of it. */
ZX_API int zx_plan_ids(const struct zx_plan *p, struct zx_idmap *ids);

/* Same order as enum zx_method of rest.h, which this module cannot include. */
enum zx_plan_method {
	ZX_PLAN_GET,
	ZX_PLAN_POST,
	ZX_PLAN_PUT,
	ZX_PLAN_PATCH,
	ZX_PLAN_DELETE,
	ZX_PLAN_HOST /* no HTTP: `body` are settings of the host's (ACT_BOT) */
};

struct zx_plan_request {
	enum zx_plan_method method;
	/* Borrowed until the next call with this struct. */
	struct zx_str path, body, reason;
	/* STICKER_CREATE, otherwise empty: it is a form, not JSON. The members
	 * of `body`, all texts, are its fields, and this is its field "file".
	 */
	struct zx_str file, file_name, file_type;
	uint32_t lost;	 /* ids left out because nothing stands for them, where
			    that is harmless: a parent, a tag's emoji */
	uint64_t missed; /* ZX_E_NOTFOUND: the id without which it cannot be */
	enum zx_id_kind missed_kind;
	struct zx_buf text, image; /* private */
};
ZX_API void zx_plan_request_init(struct zx_plan_request *r,
				 const struct zx_alloc *a);
ZX_API void zx_plan_request_release(struct zx_plan_request *r);

/*
 * The next request of an operation. 1: *out is it; 0: there is none (any more).
 * `ids`: zx_plan_ids and what was learned since. `store` has the images; may be
 * NULL when op.image is.
 *
 * `answer`: what Discord said to the request before it of the same operation,
 * empty at first. Only *_ORDER have more than one: GET the list, PATCH when it
 * is in the wrong order, GET again; 0 when the list that was fed is right. So
 * the order is verified; more than 6 requests for one operation mean that
 * somebody else is moving things. And AUTOMOD_ADOPT: GET the rules, PATCH the
 * one that Discord made (ZX_E_NOTFOUND: there is none). An undo leaves that.
 * And OVERWRITE_OPEN: GET the channel, PUT or DELETE the overwrite, GET again
 * (but when the bot's own has gone, by which it may have seen the channel);
 * ZX_E_STATE when the channel shows somebody more than it may, as long as that
 * overwrite is held back: `missed` is whose overwrite is not as it has to be.
 *
 * `reason` is "Restore ID, operation N [zx:ID:N]", but for bans, where it is
 * the reason of the ban.
 *
 * ZX_E_NOTFOUND: an id it cannot do without stands for nothing (an overwrite's
 * role, the channel of a webhook): the operation has failed, nothing is sent. A
 * deny is never left out. ZX_E_INVALID (no such operation, or NONE),
 * ZX_E_CORRUPT, ZX_E_NOMEM, or what the store says.
 */
ZX_API int zx_plan_request(const struct zx_plan *p, uint32_t op,
			   const struct zx_idmap *ids,
			   const struct zx_guild_store *store,
			   struct zx_str answer, struct zx_plan_request *out);

/*
 * What an answer of Discord's, to an operation that MAKES something, says about
 * ids: calls `pair` for each (a channel also has tags). ZX_E_SYNTAX when there
 * is no id in it, or what `pair` returned.
 */
ZX_API int zx_plan_learn(const struct zx_plan *p, uint32_t op,
			 struct zx_str answer,
			 int (*pair)(enum zx_id_kind kind, uint64_t from,
				     uint64_t to, void *ud),
			 void *ud);

/*
 * Finding out whether an operation that MAKES something was carried out when
 * its answer was lost. First look in the audit log: entries of this action_type
 * (0: there is none) with "[zx:ID:N]" in `reason` name it in target_id. Then in
 * the list at `path`: zx_plan_is() tells whether an object of it could be the
 * one; what stood in the map before, or was made by another operation, is not.
 */
ZX_API int zx_plan_audit_action(enum zx_act act);
/* Appends "/guilds/1/roles"; of a channel's webhooks ids are needed. Nothing
 * when there is no such list. */
ZX_API int zx_plan_list_path(const struct zx_plan *p, uint32_t op,
			     const struct zx_idmap *ids, struct zx_buf *out);
ZX_API int zx_plan_is(const struct zx_plan *p, uint32_t op,
		      const struct zx_idmap *ids, struct zx_str object);

/*
 * The way back from a restore that was carried out in part or whole: what it
 * made is deleted, what it changed is as before. `done` says of an operation
 * whether it was (or may have been) carried out; of one that MAKES something,
 * *made is the id. Operations that were not are left out. Images that were
 * there before are parts of the capture the plan was made from: keep it. What
 * several rounds did to the same thing becomes as it was before the first of
 * them; settings and permissions that were as they should be when the first was
 * planned, and that a later one had to set because others changed them, stay.
 * `ids`: the map at the end of the restore. ZX_E_STATE when `p` is a plan to
 * undo itself.
 */
ZX_API int zx_plan_undo(struct zx_plan **out, const struct zx_plan *p,
			const char *id, const struct zx_idmap *ids,
			int (*done)(uint32_t op, uint64_t *made, void *ud),
			void *ud) ZX_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
