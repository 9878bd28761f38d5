/* SPDX-License-Identifier: MIT
 *
 * Inside the plan of a restore: how it is kept, and what its files share while
 * it is made.
 */
#ifndef ZX_GUILD_PLAN_INT_H
#define ZX_GUILD_PLAN_INT_H

#include "guild/guild_int.h"
#include "zoryx/restore.h"

enum {
	ZX__PLAN_VERSION = 1,
	ZX__PLAN_TEXT = 256 << 20, /* bytes of all texts of a plan */
	ZX__PLAN_OPS = 4000000,
	ZX__PLAN_DETAIL = 300
};

/* Acts --------------------------------------------------------------------- */

/* How an act becomes a request. In `path`: $g the guild, $l what it is done to,
 * $u a user, $r the role or channel besides. */
struct zx__act {
	const char *name, *path;
	uint64_t needs; /* permissions */
	uint8_t method, phase, rate, kind;
	uint8_t flags;
	uint8_t requests;
	uint8_t audit; /* Discord's action_type */
};
extern const struct zx__act zx__acts[ZX_ACT_COUNT];

#define ZX__BIT(n) (UINT64_C(1) << (n))
#define ZX__BIT_ADMIN ZX__BIT(3)
#define ZX__BIT_VIEW ZX__BIT(10)
#define ZX__BIT_ROLES ZX__BIT(28)
/* "View Channels, Ban Members" into buf. */
const char *zx__bit_names(uint64_t bits, char *buf, size_t size);

/* The plan ----------------------------------------------------------------- */

struct zx__piece {
	uint32_t at, len;
};

struct zx__op {
	uint64_t snapshot_id, live_id, role;
	struct zx__piece name, detail, body, before;
	uint32_t image, before_image; /* 1 + place among the images */
	uint8_t verb, act, section, phase, reason, kind;
};

struct zx__image_ref {
	unsigned char hash[ZX_HASH];
	char type[24];
};

struct zx__problem {
	uint64_t permission;
	struct zx__piece text;
	uint32_t ops;
	uint8_t reason, section, blocks;
};

enum { ZX__PROBLEMS = 256 };

/* A round after the first. */
struct zx__round {
	size_t first; /* place of its first operation */
	struct zx_idmap ids;
};

struct zx_plan {
	const struct zx_alloc *alloc;
	char id[ZX_GUILD_ID_TEXT];
	uint64_t guild, source, bot_user, bot_role, invoker;
	unsigned what;
	int role_sync, update, mentions, undo, owner_is_bot;
	uint32_t rate_ms[ZX_RATE_COUNT];
	uint64_t wait_ms; /* until the roles of 48 hours count no more */
	struct zx__op *ops;
	size_t n, cap;
	struct zx_buf text;
	struct zx__image_ref *images;
	size_t image_n, image_cap;
	struct zx_idmap ids; /* of the first round */
	struct zx__round more[ZX_PLAN_ROUNDS - 1];
	unsigned more_n;
	struct zx_plan_limit limits[ZX_LIMIT_COUNT];
	struct zx__problem problems[ZX__PROBLEMS];
	size_t problem_n;
	struct zx_plan_totals totals;
};

struct zx_plan *zx__plan_alloc(const struct zx_alloc *a);
struct zx_str zx__plan_text(const struct zx_plan *p, struct zx__piece s);
int zx__plan_keep(struct zx_plan *p, struct zx_str s, struct zx__piece *out);
struct zx__op *zx__plan_push(struct zx_plan *p); /* NULL: no memory */
int zx__plan_image(struct zx_plan *p, const unsigned char hash[ZX_HASH],
		   const char *type, uint32_t *out);
/* One of the same kind, or NULL. */
struct zx__problem *zx__plan_problem_like(struct zx_plan *p,
					  const struct zx__problem *like);
/* Adds to a problem of the same kind, or makes one. */
int zx__plan_trouble(struct zx_plan *p, enum zx_why reason,
		     enum zx_section section, uint64_t permission, int blocks,
		     const char *text);
/* plan_eta.c: how long so many requests take in each phase, at a pace of so
 * many milliseconds each; and that pace as long as nobody knows better. */
uint64_t zx__plan_eta(uint32_t by[ZX_PHASE_COUNT][ZX_RATE_COUNT],
		      const uint64_t pace[ZX_RATE_COUNT]);
uint32_t zx__plan_pace(const struct zx_plan *p, enum zx_rate rate);
/* Sorts by phase and counts; before there are further rounds. */
int zx__plan_finish(struct zx_plan *p);
void zx__plan_count(struct zx_plan *p);

/* Taking back (plan_undo_later.c) ------------------------------------------ */

/* What an earlier round had planned, and what was there before all. */
struct zx__later {
	const struct zx_plan *p;
	struct zx_idmap there, planned;
};
int zx__later_init(struct zx__later *l, const struct zx_plan *p);
void zx__later_release(struct zx__later *l);
/* Appends what of `before` goes back; 0: nothing does, or out->err. */
int zx__later_before(const struct zx__later *l, const struct zx__op *op,
		     struct zx_buf *out);
/* Others gave the member that role while the restore ran. */
int zx__later_had_not(const struct zx__later *l, const struct zx__op *op,
		      uint64_t role);

/* Ids in JSON -------------------------------------------------------------- */

struct zx__mapping {
	const struct zx_idmap *ids; /* NULL: each stands for itself */
	int mentions;
	int sorted; /* lists of ids ascend, so that they can be compared */
	uint32_t lost;
	uint64_t missed;
	enum zx_id_kind missed_kind;
};
/*
 * Appends `json` with every id replaced that stands under a key known to hold
 * one. ZX_E_NOTFOUND when one is missing that must not be.
 */
int zx__map_json(struct zx__mapping *m, struct zx_str json, struct zx_buf *out);

/* *_ORDER: the next body, or 0 when the list is right. */
int zx__order_roles(const struct zx_plan *p, const struct zx__op *op,
		    const struct zx_idmap *ids, struct zx_str list,
		    struct zx_buf *body);
int zx__order_channels(const struct zx_plan *p, const struct zx__op *op,
		       const struct zx_idmap *ids, struct zx_str list,
		       struct zx_buf *body);

/* Planning ----------------------------------------------------------------- */

enum zx__fate {
	ZX__FATE_LOST, /* not in the server and not to be made */
	ZX__FATE_THERE,
	ZX__FATE_MADE,
	ZX__FATE_HIDDEN /* there, but the bot is not shown it */
};

struct zx__item {
	uint64_t id, parent;
	struct zx_str text, name; /* raw */
	size_t at, len;		  /* of text, while it is loaded */
	uint64_t key;		  /* hash of what it is matched by */
	uint32_t mate;		  /* 1 + place on the other side */
	int32_t position;
	uint8_t type, managed, fate, made_type;
};

struct zx__side {
	struct zx_buf text;
	struct zx__item *v;
	size_t n, cap;
};

struct zx__planner {
	struct zx_plan *p;
	const struct zx_guild_reader *snap, *live;
	const struct zx_restore_options *opt;
	const struct zx_alloc *alloc;
	struct zx__side s[ZX_SECTION_COUNT], l[ZX_SECTION_COUNT];
	struct zx_str sguild, lguild; /* the items of GUILD; may be empty */
	/* Of what refers to others: what stands for them or, 1, will. */
	struct zx_idmap all;
	struct zx_idmap images; /* of the snapshot: hash of key -> 1 + place */
	struct zx_buf body, before, canon, tmp;
	unsigned what;
	int migration, community, will_community, tier, admin;
	int roles_made, channels_made;
	int err;	      /* of what could not say so: memory is out */
	uint64_t owner, bits; /* the bot's permissions */
	uint64_t loses; /* of these, when roles lose what they have too much */
	int32_t bot_position;
};

/* An operation that is being made. */
struct zx__new {
	enum zx_verb verb;
	enum zx_act act;
	enum zx_section section;
	enum zx_why reason;
	enum zx_phase phase; /* NONE: that of the act */
	uint64_t snapshot_id, live_id, role;
	struct zx_str name;	    /* raw JSON string */
	const char *detail;	    /* NULL: that of the reason */
	struct zx_str body, before; /* JSON, made canonical */
	uint32_t image, before_image;
};
/* Without the permission for it, it is IMPOSSIBLE. *possible may be NULL. */
int zx__plan_add(struct zx__planner *pl, const struct zx__new *n,
		 int *possible);
/* Empties one of the planner's buffers; its error is the planner's from then
 * on.
 */
void zx__anew(struct zx__planner *pl, struct zx_buf *b);
int zx__selected(const struct zx__planner *pl, unsigned what);
struct zx__item *zx__side_find(struct zx__side *s, uint64_t id);
struct zx__item *zx__mate(struct zx__planner *pl, enum zx_section s,
			  const struct zx__item *item);
/* The snapshot's image of an item. 0: none; a NULL type: none of its bytes. */
uint32_t zx__image_of(struct zx__planner *pl, struct zx_str key, int live,
		      uint64_t *size);

/* Of the server now; of the snapshot. */
int zx__feature(const struct zx__planner *pl, const char *name);
int zx__had_feature(const struct zx__planner *pl, const char *name);
/* What each channel would be if it were made now. */
void zx__channel_types(struct zx__planner *pl);

int zx__plan_load(struct zx__planner *pl);
int zx__plan_match(struct zx__planner *pl);
int zx__plan_match_channels(struct zx__planner *pl);
int zx__plan_known(struct zx__planner *pl);
/* Adds the pairs round k began with. */
int zx__plan_round_ids(const struct zx_plan *p, unsigned k,
		       struct zx_idmap *ids);

int zx__plan_unread(struct zx__planner *pl);
int zx__plan_roles(struct zx__planner *pl);
int zx__plan_narrow(struct zx__planner *pl);
int zx__plan_channels(struct zx__planner *pl);
int zx__plan_role_order(struct zx__planner *pl);
int zx__plan_channel_order(struct zx__planner *pl);
int zx__plan_media(struct zx__planner *pl);
int zx__plan_all_ids(struct zx__planner *pl);
int zx__plan_emojis_there(struct zx__planner *pl);
int zx__plan_forums(struct zx__planner *pl);
int zx__plan_guild_item(struct zx__planner *pl);
int zx__plan_images(struct zx__planner *pl);
int zx__plan_members(struct zx__planner *pl);
/* After members: what the bot lives on may not be given to others. */
int zx__plan_own(struct zx__planner *pl);
int zx__plan_bans(struct zx__planner *pl);
int zx__plan_more(struct zx__planner *pl);
int zx__plan_screens(struct zx__planner *pl);
int zx__plan_incomplete(struct zx__planner *pl);

/* A limit: how many fit. Counts what is asked for. */
int zx__limit_take(struct zx__planner *pl, enum zx_limit l);

enum { ZX__RULE_MENTIONS = 5 }; /* trigger_type: every community has one */

/* Channels ----------------------------------------------------------------- */

enum {
	ZX__CHANNEL_TEXT = 0,
	ZX__CHANNEL_VOICE = 2,
	ZX__CHANNEL_CATEGORY = 4,
	ZX__CHANNEL_NEWS = 5,
	ZX__CHANNEL_STAGE = 13,
	ZX__CHANNEL_FORUM = 15,
	ZX__CHANNEL_MEDIA = 16
};

/* A channel while its body is put together. */
struct zx__draft {
	struct zx__item *ch;
	struct zx_json_writer j;
	enum zx_verb verb;
	enum zx_why why;
	size_t len;
	char text[ZX__PLAN_DETAIL];
};

/* The worst that is said decides what is done. */
void zx__draft_say(struct zx__draft *d, enum zx_verb verb, enum zx_why why,
		   const char *text);
void zx__draft_overwrites(struct zx__planner *pl, struct zx__draft *d);
/* "<before> View Channels, Connect, <behind>." */
void zx__draft_bits(struct zx__draft *d, enum zx_verb verb, enum zx_why why,
		    const char *before, uint64_t bits, const char *behind);
void zx__draft_fields(struct zx__planner *pl, struct zx__draft *d);
/* Of one that is made: those that a bot can set. */
int zx__plan_channel_flags(struct zx__planner *pl, const struct zx__item *ch);
/* One that exists. */
int zx__plan_channel_there(struct zx__planner *pl, struct zx__item *ch);

/* Overwrites --------------------------------------------------------------- */

enum {
	ZX__AT_ONCE = 100,    /* overwrites in a request */
	ZX__OVERWRITES = 1000 /* in a channel */
};

struct zx__overwrite {
	uint64_t id, allow, deny; /* id: of the snapshot's side */
	uint64_t lost;		  /* not in `allow`: the bot cannot */
	int member, there;
};

struct zx__overwrites {
	struct zx__overwrite *v;
	size_t n;
};

/* What a channel shall have, as far as it can; what cannot be is said. */
int zx__overwrites_want(struct zx__planner *pl, struct zx__draft *d,
			struct zx__overwrites *out);
/* What one has, under the ids the plan knows it by. */
int zx__overwrites_there(struct zx__planner *pl, const struct zx__item *live,
			 struct zx__overwrites *out);
void zx__overwrites_write(struct zx_json_writer *j,
			  const struct zx__overwrites *list);
/* Of more than ZX__AT_ONCE those that the channel is made with; with nothing
 * there that the whole would not allow. */
int zx__overwrites_first(struct zx__planner *pl, const struct zx__item *ch,
			 const struct zx__overwrites *want,
			 struct zx__overwrites *out, int *locked);
/* There is one of that id in a list, or one that is not `there`. */
struct zx__overwrite zx__overwrites_find(const struct zx__overwrites *list,
					 uint64_t id, int member);
/* The bot's own overwrite, which a channel has as long as some of its others
 * are missing: it sees the channel by it, and knows it again. Nonzero when
 * there is room for it. */
int zx__overwrites_mark(struct zx__planner *pl, const struct zx__item *ch,
			const struct zx__overwrites *want,
			struct zx__overwrite *out);
/* Looks like that one, and is not what the snapshot has for the bot. */
int zx__overwrites_is_mark(struct zx__planner *pl,
			   const struct zx__overwrites *want,
			   const struct zx__overwrite *own);
/* Nonzero for a channel that is there and whose overwrites go one by one: one
 * that was not finished or, with `update`, one of which there are too many.
 * *differ: something has to be done. What cannot be is said. */
int zx__overwrites_many(struct zx__planner *pl, struct zx__draft *d,
			int *differ);
/* Those that follow one by one, of all channels. */
int zx__plan_overwrites(struct zx__planner *pl);
/* OVERWRITE_OPEN, behind whose path the text is: 1 with the method and the
 * whole path, 0, or an error as of zx_plan_request. */
int zx__overwrite_open(const struct zx_plan *p, const struct zx__op *op,
		       const struct zx_idmap *ids, struct zx_str answer,
		       struct zx_plan_request *r);
/* {"type":0}: it goes. */
int zx__overwrite_goes(const struct zx_plan *p, const struct zx__op *op);

/* Bodies: a JSON object begun in pl->body (or another buffer). */
void zx__plan_pick(struct zx_json_writer *j, struct zx_str item,
		   const char *const *keys);
/* As above, those that differ, with the values of `now` into `before`. Nonzero
 * when there are some. `m` maps what `item` has. */
int zx__pick_changed(struct zx__planner *pl, struct zx_json_writer *j,
		     struct zx_json_writer *before, struct zx_str item,
		     struct zx_str now, const char *const *keys);
/* Equal, the ids of `a` being mapped. */
int zx__same(struct zx__planner *pl, struct zx_str key, struct zx_str a,
	     struct zx_str b);
uint64_t zx__above_bot(const struct zx__planner *pl,
		       const struct zx__item *live_role);

#endif
