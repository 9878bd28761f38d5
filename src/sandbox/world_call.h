/* SPDX-License-Identifier: MIT
 *
 * Inside the world: a request on its way through, and what the files that
 * answer it ask of each other. Comes with world_int.h.
 */
#ifndef ZX_SANDBOX_WORLD_CALL_H
#define ZX_SANDBOX_WORLD_CALL_H

#include "sandbox/world_int.h"
#include "sandbox/permission.h"

/* A request on its way through -------------------------------------------- */

enum zx__auth { ZX__AUTH_BOT, ZX__AUTH_NONE };

struct zx__call;
struct zx__route {
	const char *method, *path;
	void (*fn)(struct zx__call *c);
	uint64_t needs; /* permissions, in the channel or the guild */
	enum zx__auth auth;
	const char *bucket; /* NULL: no limit */
	uint16_t limit;
	uint32_t window_ms;
	int list; /* the body is an array */
};

struct zx__call {
	struct zx__world *w;
	const struct zx__req *req;
	struct zx__res *res;
	const struct zx__route *route;
	uint64_t id[4];	      /* the template's parameters in order */
	struct zx_str seg[4]; /* the same as text */
	size_t segs;
	struct zx__guild *guild; /* of {guild} or of {channel} */
	cJSON *channel;		 /* of {channel} */
	cJSON *body;		 /* JSON, never NULL in a handler with a body */
	struct zx__file files[ZX__MAX_PARTS];
	size_t nfiles; /* files come first, other parts of the form behind */
	size_t nparts;
	char reason[2100]; /* X-Audit-Log-Reason, decoded */
	cJSON *errors;	   /* of the form, NULL while it is good */
	uint64_t major;	   /* top-level resource of the bucket */
	int shared;	   /* the 429 was of scope shared */
	int dropped;	   /* a fault: acted on, never answered */
};

/* error.c */
void zx__reply(struct zx__call *c, int status, cJSON *taken);
void zx__no_content(struct zx__call *c);
void zx__fail(struct zx__call *c, int status, int code, const char *message);
/* Notes an error of the form at "a.b.0.c". */
void zx__bad(struct zx__call *c, const char *path, const char *code,
	     const char *fmt, ...) ZX_PRINTF(4, 5);
/* Nonzero when the form was bad; 50035 is then the answer. */
int zx__form_failed(struct zx__call *c);
enum zx__unknown {
	ZX__UNKNOWN_APPLICATION = 10002,
	ZX__UNKNOWN_CHANNEL = 10003,
	ZX__UNKNOWN_GUILD = 10004,
	ZX__UNKNOWN_INVITE = 10006,
	ZX__UNKNOWN_MEMBER = 10007,
	ZX__UNKNOWN_MESSAGE = 10008,
	ZX__UNKNOWN_OVERWRITE = 10009,
	ZX__UNKNOWN_ROLE = 10011,
	ZX__UNKNOWN_USER = 10013,
	ZX__UNKNOWN_EMOJI = 10014,
	ZX__UNKNOWN_WEBHOOK = 10015,
	ZX__UNKNOWN_BAN = 10026,
	ZX__UNKNOWN_STICKER = 10060,
	ZX__UNKNOWN_INTERACTION = 10062,
	ZX__UNKNOWN_COMMAND = 10063,
	ZX__UNKNOWN_COMMAND_PERMISSIONS = 10066,
	ZX__UNKNOWN_WELCOME = 10069,
	ZX__UNKNOWN_EVENT = 10070,
	ZX__UNKNOWN_SOUND = 10097
};
void zx__unknown(struct zx__call *c, enum zx__unknown what); /* 404 */
void zx__no_access(struct zx__call *c);			     /* 403 50001 */
void zx__no_permission(struct zx__call *c);		     /* 403 50013 */

/* form.c: fields of a body; each notes what is wrong and returns nonzero when
 * the field is there (absent and, where `null_ok`, null give 0). */
int zx__form_str(struct zx__call *c, const cJSON *o, const char *at,
		 const char *key, size_t min, size_t max);
int zx__form_int(struct zx__call *c, const cJSON *o, const char *at,
		 const char *key, double min, double max);
int zx__form_bool(struct zx__call *c, const cJSON *o, const char *at,
		  const char *key);
int zx__form_id(struct zx__call *c, const cJSON *o, const char *at,
		const char *key);
int zx__form_bits(struct zx__call *c, const cJSON *o, const char *at,
		  const char *key);
int zx__form_array(struct zx__call *c, const cJSON *o, const char *at,
		   const char *key, size_t min, size_t max);
int zx__form_one_of(struct zx__call *c, const cJSON *o, const char *at,
		    const char *key, const int *values, size_t n);
/* An array of ids of what is in the set. */
void zx__form_ids(struct zx__call *c, const cJSON *o, const char *at,
		  const char *key, size_t max, const struct zx__set *set);
void zx__form_required(struct zx__call *c, const cJSON *o, const char *at,
		       const char *key);
/* "at.key", or key alone; in one of a few static-free buffers of the caller. */
#define ZX__AT_SIZE 256
const char *zx__at(char buf[ZX__AT_SIZE], const char *at, const char *key);
const char *zx__at_i(char buf[ZX__AT_SIZE], const char *at, int i);

/* query.c-like helpers of util.c */
struct zx_str zx__query(const struct zx__call *c, const char *key);
uint64_t zx__query_id(const struct zx__call *c, const char *key);
/* In [min, max] or an error of the form; `none` when absent. */
int zx__query_int(struct zx__call *c, const char *key, int none, int min,
		  int max);
int zx__query_true(const struct zx__call *c, const char *key);
void zx__url_decode(struct zx_str s, struct zx_buf *out);

/* world.c */
int64_t zx__wall(struct zx__world *w);
uint64_t zx__rand(struct zx__world *w, uint64_t below);
/* Dispatches and deletes d. */
void zx__emit(struct zx__world *w, uint64_t guild, const char *event, cJSON *d);
void zx__live(struct zx__world *w, const char *t, cJSON *d, uint64_t user);

/* user.c */
cJSON *zx__user_make(uint64_t id, const char *name, const char *global_name,
		     int bot);
uint64_t zx__bot(struct zx__world *w);
/* Who asks: the bot, or whom an act of another person names. */
uint64_t zx__actor(struct zx__world *w);
cJSON *zx__application(struct zx__world *w);
/* DM channel of a user with the bot, made when absent. */
cJSON *zx__dm(struct zx__world *w, uint64_t user);

/* seed.c, seed_guild.c, names.c */
int zx__seed_users(struct zx__world *w);
/* The seeded id of that millisecond of Discord's time. */
uint64_t zx__seed_id(struct zx__world *w, uint64_t ms);
/* People beside the named ones: how many, and the id of the k-th. */
size_t zx__seed_pool(const struct zx__world *w);
uint64_t zx__seed_user_id(struct zx__world *w, size_t k);
/* The k-th of them as a user object. */
cJSON *zx__seed_other(struct zx__world *w, size_t k);
cJSON *zx__role_make(uint64_t id, const char *name, uint64_t bits, int color,
		     int position);
uint64_t zx__seed_guild_id(struct zx__world *w, size_t index);
/* Makes guild `index` from the seed; the same each time. When it is to be kept
 * zx__seed_finish() follows. */
struct zx__guild *zx__seed_guild(struct zx__world *w, size_t index);
void zx__seed_messages(struct zx__world *w, struct zx__guild *g);
/* The index of the guild a seeded id belongs to, or SIZE_MAX. */
size_t zx__seed_index(struct zx__world *w, uint64_t id);
const char *zx__name_user(size_t i);
const char *zx__name_guild(size_t i, char buf[64]);

/* role_form.c: nonzero when the body may not be applied (answered) */
int zx__role_refused(struct zx__call *c);
void zx__role_apply(struct zx__call *c, cJSON *role);

/* seed_kind.c */
enum zx__kind zx__kind_at(const struct zx__world *w, size_t index);
/* "empty,plain"; ZX_E_INVALID. */
int zx__kinds_read(struct zx__world *w, const char *kinds);
/* What follows the making of a server that is kept. */
void zx__seed_finish(struct zx__world *w, struct zx__guild *g,
		     enum zx__kind kind);

/* act.c */
/* {role:NAME}, {channel:NAME} ... in a text become what they stand for. */
int zx__fill_names(struct zx__world *w, struct zx__guild *g, struct zx_str in,
		   struct zx_buf *out);
/* A REST call as that user; no limits, no faults, no log. */
void zx__act_as(struct zx__world *w, uint64_t user, const struct zx__req *req,
		struct zx__res *res);
/* {"user", "method", "path", "body", "reason", "guild_id"}; `in` is meant when
 * guild_id is not given (NULL: that of the path). */
int zx__act(struct zx__world *w, const cJSON *act, struct zx__guild *in,
	    struct zx__res *res);

/* sample.c: data URIs of small files; a PNG of one colour "rrggbb" */
void zx__sample_png(struct zx_str hex, struct zx_buf *out);
void zx__sample_gif(struct zx_buf *out);
void zx__sample_mp3(struct zx_buf *out);
void zx__png(uint32_t rgb, struct zx_buf *out);

/* forget.c: nothing points at the role or channel any more */
void zx__forget(struct zx__guild *g, uint64_t id);

/* watch.c: after something has changed */
void zx__watch_check(struct zx__world *w, const char *method,
		     struct zx_str path);

/* guild.c */
/* The guild by index or id, made when it was not yet; NULL when unknown. */
struct zx__guild *zx__guild_at(struct zx__world *w, size_t index);
struct zx__guild *zx__guild_by_id(struct zx__world *w, uint64_t id);
void zx__guild_free(struct zx__guild *g);
/* All that is in it goes; the struct stays. */
void zx__guild_clear(struct zx__guild *g);
/* Nonzero when it has the feature. */
int zx__guild_has(const struct zx__guild *g, const char *name);
/* REST form, with roles, emojis and stickers. */
cJSON *zx__guild_out(const struct zx__guild *g);
/* GUILD_UPDATE on the gateway and the live feed. */
void zx__guild_changed(struct zx__world *w, struct zx__guild *g);
/* The live feed only: something in it changed; told at the end of the call. */
void zx__guild_touched(struct zx__world *w, struct zx__guild *g);
void zx__guilds_flush(struct zx__world *w);

/* channel.c, channel_form.c, overwrite.c, channel_thread.c */
/* Channel, thread or DM by id; *g gets its guild or NULL. */
cJSON *zx__channel_find(struct zx__world *w, uint64_t id, struct zx__guild **g);
void zx__channel_remember(struct zx__world *w, uint64_t id,
			  struct zx__guild *g);
int zx__is_thread(const cJSON *channel);
int zx__is_text(const cJSON *channel); /* takes messages */
cJSON *zx__channel_make(uint64_t id, uint64_t guild, int type, const char *name,
			uint64_t parent, int position);
/* Is there such a voice region? */
int zx__voice_region(const char *id);
/* Checks the fields of a create or PATCH body; type is the channel's. */
void zx__channel_check(struct zx__call *c, int type);
/* Copies the checked fields into the channel. */
void zx__channel_apply(struct zx__call *c, cJSON *channel);
/* Normal form of permission_overwrites of a body; notes errors. */
cJSON *zx__overwrites(struct zx__call *c, const cJSON *list);
/* c->channel's were `before`: of a category its channels that were like it have
 * what it has now, as Discord does it ("permission syncing"). */
void zx__overwrites_sync(struct zx__call *c, const cJSON *before);
/* As clients see it. */
cJSON *zx__channel_out(const cJSON *channel);
/* A thread in the channel, with the bot in it; kept and dispatched. */
cJSON *zx__thread_make(struct zx__call *c, uint64_t id, cJSON *parent, int type,
		       const char *name, uint64_t starter);
void zx__patch_thread(struct zx__call *c);
void zx__delete_thread(struct zx__call *c);

/* crowd.c */
/* To be changed: one of the crowd is kept from now on. NULL: none. */
cJSON *zx__member(struct zx__guild *g, uint64_t user);
/* To be read: *made is to be deleted afterwards. */
const cJSON *zx__member_look(struct zx__guild *g, uint64_t user, cJSON **made);
int zx__member_is(struct zx__guild *g, uint64_t user);
size_t zx__members(const struct zx__guild *g);
/* The member with the next higher id; 0 at the end. */
uint64_t zx__member_next(struct zx__guild *g, uint64_t after);
int zx__crowd_make(struct zx__guild *g, size_t n);
void zx__crowd_free(struct zx__guild *g);
cJSON *zx__user(struct zx__world *w, uint64_t id);     /* NULL: unknown */
cJSON *zx__user_out(struct zx__world *w, uint64_t id); /* a copy */

/* member.c */
/* Does a name of the member (as shown, with the user) begin so? */
int zx__member_named(const cJSON *m, struct zx_str prefix);
cJSON *zx__member_out(struct zx__world *w, struct zx__guild *g, uint64_t user,
		      int with_user);
cJSON *zx__member_make(int64_t joined, const char *nick);
/* A person joins or leaves of their own accord. */
int zx__member_join(struct zx__world *w, struct zx__guild *g, uint64_t user);
int zx__member_leave(struct zx__world *w, struct zx__guild *g, uint64_t user);

/* history.c: the messages of a channel, oldest first. Pointers to a struct
 * zx__msg are good until the next message is kept. */
struct zx__history *zx__history(struct zx__world *w, uint64_t channel,
				int make);
struct zx__msg *zx__msg_find(struct zx__world *w, uint64_t channel,
			     uint64_t id);
/* The message of the path, as all may see it; NULL when that was answered. */
struct zx__msg *zx__msg_asked(struct zx__call *c);
struct zx__msg *zx__msg_anywhere(struct zx__world *w, uint64_t id);
/* Index of the first message with an id of at least `id`. */
size_t zx__history_from(const struct zx__history *h, uint64_t id);
/* Keeps it (taken over); announces nothing. NULL without memory. */
struct zx__msg *zx__msg_keep(struct zx__world *w, uint64_t channel, cJSON *dom);
void zx__msg_drop(struct zx__world *w, uint64_t channel, uint64_t id);
void zx__histories_free(struct zx__world *w);

/* announce.c: messages on the gateway and the live feed */
/* A plain message object of the author; not kept. */
cJSON *zx__msg_make(struct zx__world *w, uint64_t id, uint64_t channel,
		    uint64_t author, const char *content);
/* As the bot sees it: without content where it may not read it. */
cJSON *zx__msg_out(struct zx__world *w, const struct zx__msg *m);
/* For the page: with ephemeral_for. */
cJSON *zx__msg_page(const struct zx__msg *m);
void zx__msg_announce(struct zx__world *w, const struct zx__msg *m,
		      const char *event);
/* Keeps a new message and announces it; ephemeral_for 0: everybody's. */
struct zx__msg *zx__msg_post(struct zx__world *w, cJSON *dom,
			     uint64_t ephemeral_for);
/* Milliseconds the user has to wait in a slow channel. */
uint64_t zx__slowmode(struct zx__world *w, struct zx__guild *g,
		      const cJSON *channel, uint64_t user);
/* Drops it and tells; quiet: the gateway hears it from the caller. */
void zx__msg_remove(struct zx__world *w, uint64_t channel, uint64_t id,
		    int quiet);
/* To those who see the channel. Takes d. */
void zx__live_in(struct zx__world *w, uint64_t channel, const char *t, cJSON *d,
		 uint64_t only_user);
/* To the bot, when it sees the channel. Takes d. */
void zx__emit_in(struct zx__world *w, uint64_t channel, const char *event,
		 cJSON *d);

/* mention.c: sets mentions, mention_roles and mention_everyone by the content
 * and allowed_mentions (NULL: the defaults). */
void zx__msg_mentions(struct zx__world *w, struct zx__guild *g,
		      const cJSON *channel, cJSON *msg, const cJSON *allowed,
		      int users_only, uint64_t author);

/* message_fill.c: from a checked body into a message. */
void zx__msg_fill(struct zx__call *c, cJSON *msg, const cJSON *body);
/* PATCH: absent keeps, null clears. */
void zx__msg_edit(struct zx__call *c, cJSON *msg, const cJSON *body);

/* validate.c, components.c: note errors into c->errors. */
enum {
	ZX__MSG_EDIT = 1,    /* empty is allowed */
	ZX__MSG_WEBHOOK = 2, /* content 2000, username ... */
	ZX__MSG_MAY_BE_EMPTY = 4
};
void zx__check_message(struct zx__call *c, const cJSON *body, const char *at,
		       int flags, const cJSON *old);
void zx__check_embeds(struct zx__call *c, const cJSON *embeds, const char *at);
void zx__check_components(struct zx__call *c, const cJSON *list, const char *at,
			  int v2);
void zx__check_modal(struct zx__call *c, const cJSON *data, const char *at);
/* Normal form as Discord answers: ids given, defaults filled in. */
cJSON *zx__components_out(struct zx__world *w, const cJSON *list);
cJSON *zx__embeds_out(const cJSON *list);
/* The component with that custom_id, or NULL. */
const cJSON *zx__component_find(const cJSON *list, const char *custom_id);

/* command.c, command_check.c, command_view.c */
void zx__command_check(struct zx__call *c, const cJSON *cmd, const char *at,
		       int patch);
/* In that scope (0: global) alone. */
cJSON *zx__command_in(struct zx__world *w, uint64_t guild, const char *name,
		      int type);
/* Of the guild, or else global. */
const cJSON *zx__command_by_name(struct zx__world *w, uint64_t guild,
				 const char *name, int type);
/* May the user see it there? */
int zx__command_visible(struct zx__world *w, const cJSON *cmd,
			struct zx__guild *g, const cJSON *channel,
			uint64_t user);
cJSON *zx__commands_for(struct zx__world *w, uint64_t user);
/* Tells the pages. */
void zx__commands_changed(struct zx__world *w);

/* interaction.c, interaction_data.c, callback.c, webhook.c */
struct zx__itx *zx__itx_find(struct zx__world *w, uint64_t id);
struct zx__itx *zx__itx_by_token(struct zx__world *w, struct zx_str token);
void zx__itx_live(struct zx__world *w, struct zx__itx *it, const char *error);
uint64_t zx__itx_tick(struct zx__world *w);
void zx__itx_free(struct zx__itx *it);
/* Starts one of the page's: type 2 to 5 as in docs/SANDBOX.md. ZX_OK, or
 * ZX_E_NOTFOUND, ZX_E_PERM, ZX_E_INVALID with a text. */
int zx__itx_start(struct zx__world *w, const cJSON *ask, struct zx__itx **out,
		  const char **why);
/* The data of a command: checks options against the definition. */
cJSON *zx__itx_command_data(struct zx__world *w, struct zx__guild *g,
			    const cJSON *channel, uint64_t user,
			    const cJSON *ask, const char **why, int *err);
/* Adds the entity to data.resolved; nonzero when it exists. */
int zx__itx_resolve(struct zx__world *w, struct zx__guild *g,
		    const cJSON *channel, cJSON *data, int option_type,
		    uint64_t id, uint64_t user);
cJSON *zx__itx_modal_data(struct zx__world *w, struct zx__guild *g,
			  const cJSON *channel, const struct zx__itx *from,
			  const cJSON *values, uint64_t user);
struct zx__msg *zx__itx_post(struct zx__call *c, struct zx__itx *it,
			     const cJSON *data, int ephemeral);

/* reaction.c: nonzero when it changed something. */
int zx__react(struct zx__world *w, struct zx__msg *m, const cJSON *emoji,
	      uint64_t user, int add);
/* {"id","name"} of what stands in a path or "name:id"; NULL when unknown. */
cJSON *zx__emoji_parse(struct zx__world *w, struct zx_str text);

/* audit.c: an entry with the call's reason; GUILD_AUDIT_LOG_ENTRY_CREATE. */
void zx__audit(struct zx__call *c, struct zx__guild *g, int action,
	       uint64_t target, cJSON *changes, cJSON *options);
/* One change {"key","old_value","new_value"} where the two differ. */
void zx__audit_change(cJSON *changes, const char *key, const cJSON *before,
		      const cJSON *after);
cJSON *zx__audit_diff(const cJSON *before, const cJSON *after,
		      const char *keys);

/* multipart.c: splits c->req->body into c->files; *payload is payload_json.
 * ZX_OK, ZX_E_SYNTAX or ZX_E_TOOBIG. */
int zx__multipart(struct zx__call *c, struct zx_str *payload);

/* emoji.c: own ones with CREATE_GUILD_EXPRESSIONS, others with MANAGE; 0: the
 * answer is given. */
int zx__mine_or_managed(struct zx__call *c, const cJSON *e);
/* automod.c: what a server gets when it becomes a community */
void zx__rule_of_community(struct zx__call *c);
/* onboarding.c: everybody must see it */
int zx__onboarding_channel(const struct zx__guild *g, uint64_t channel);

/* cdn.c, cdn_asset.c */
void zx__cdn_keep(struct zx__world *w, struct zx_str path, struct zx_str type,
		  struct zx_str data);
/* The same of a data URI, with its type. */
void zx__cdn_keep_uri(struct zx__world *w, const char *path, const char *uri);
int zx__is_base64(struct zx_str s);
void zx__base64(struct zx_str s, struct zx_buf *out);
/* The decoded size of a data URI whose type begins so; 0 when it is none. */
size_t zx__data_bytes(const char *uri, const char *type);
/* The attachments of a message: those of `kept` that the body lists (all when
 * it lists none) and the files of the request. */
cJSON *zx__attachments(struct zx__call *c, const cJSON *body, const cJSON *kept,
		       uint64_t channel);
/* A file a person gives to a command: {"filename", "content_type", "data":
 * base64}; NULL when it is none. */
cJSON *zx__attachment_given(struct zx__world *w, uint64_t channel,
			    const cJSON *file);
/* Writes the URLs of files in place of "attachment://name" in v. */
void zx__attachment_urls(cJSON *v, const cJSON *attachments);
int zx__cdn(struct zx__world *w, struct zx_str path, struct zx__res *res);
void zx__cdn_free(struct zx__world *w);
/* A picture given as data URI becomes a hash, and is kept; NULL when bad. */
int zx__image_ok(const char *data_uri);
cJSON *zx__image_hash(struct zx__world *w, const cJSON *data_uri);

/* ratelimit.c: nonzero when the answer is a 429; headers are written either
 * way. */
int zx__ratelimit(struct zx__call *c);
/* The 429 itself; requests of the bucket (global: all) are a violation until
 * it is over. header_after 0: the same, rounded up. */
void zx__ratelimit_429(struct zx__call *c, const char *scope, double after,
		       int header_after);
/* 401, 403 and 429 but shared ones: 10,000 in ten minutes close the door. */
void zx__count_invalid(struct zx__call *c);
int zx__banned(struct zx__call *c);
/* Uses up one of `max` in the window; nonzero when there was none left and 429
 * is the answer. Without limits only a quota that control has set counts. */
int zx__quota(struct zx__call *c, struct zx__quota *q, unsigned max,
	      uint64_t window_ms, const char *scope);
/* A limit on top of the bucket; nonzero when it answered 429. */
int zx__subrate(struct zx__call *c, const char *what, unsigned limit,
		uint64_t window_ms);

/* fault.c: nonzero when the fault answered the call. */
int zx__fault_before(struct zx__call *c, struct zx_str path);
void zx__fault_after(struct zx__call *c, struct zx_str path);
int zx__fault_arm(struct zx__world *w, const cJSON *fault);
void zx__fault_clear(struct zx__world *w);
cJSON *zx__fault_list(struct zx__world *w);

/* log.c */
void zx__log(struct zx__world *w, const struct zx__req *req,
	     const struct zx__res *res, struct zx_str path);
cJSON *zx__log_out(struct zx__world *w, uint64_t after, int full);
void zx__log_free(struct zx__world *w);

/* routes.c */
extern const struct zx__route zx__routes[];
void zx__route_call(struct zx__world *w, const struct zx__req *req,
		    struct zx__res *res, struct zx_str path);

/* control.c, state.c */
void zx__control(struct zx__world *w, const struct zx__req *req,
		 struct zx__res *res);
cJSON *zx__state(struct zx__world *w, uint64_t user);
cJSON *zx__state_guild(struct zx__world *w, struct zx__guild *g, uint64_t user);
cJSON *zx__state_bot(struct zx__world *w);
const char *zx__persona(struct zx__world *w, uint64_t user);

/* world_gateway.c: GUILD_CREATE's d without the members but the bot. */
cJSON *zx__guild_create(struct zx__world *w, struct zx__guild *g);
cJSON *zx__presence(struct zx__world *w, uint64_t user);
int zx__shown_online(struct zx__world *w, uint64_t user);
/* "online", "idle", "dnd", "offline". */
const char *zx__status(struct zx__world *w, uint64_t user);

/* filter.c */
/* Empties what needs MESSAGE_CONTENT, unless the message is exempt. */
void zx__hide_content(struct zx__world *w, cJSON *msg, int in_guild);
uint64_t zx__intent_of(const char *event, int in_guild);

#endif
