/* SPDX-License-Identifier: MIT
 *
 * command: hybrid commands. One definition is a slash command, a prefix command
 * ("!name") and a mention command ("@bot name"). A machine: it is fed gateway
 * events and answers of REST requests, and gives out handlers to run and
 * requests to send. Opens no socket.
 *
 *   MESSAGE_CREATE, INTERACTION_CREATE -> zx_commands_feed
 *       -> RUN (call the handler) -> zx_reply -> REST -> Discord
 */
#ifndef ZORYX_COMMAND_H
#define ZORYX_COMMAND_H

#include "zoryx/base.h"
#include "zoryx/json.h"
#include "zoryx/message.h"
#include "zoryx/rest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Permission bits that commands use most; the rest is in section "Bitwise
 * Permission Flags" of topics/permissions.mdx. */
#define ZX_PERM_ADMINISTRATOR (UINT64_C(1) << 3)
#define ZX_PERM_MANAGE_CHANNELS (UINT64_C(1) << 4)
#define ZX_PERM_MANAGE_GUILD (UINT64_C(1) << 5)
#define ZX_PERM_VIEW_CHANNEL (UINT64_C(1) << 10)
#define ZX_PERM_SEND_MESSAGES (UINT64_C(1) << 11)
#define ZX_PERM_EMBED_LINKS (UINT64_C(1) << 14)
#define ZX_PERM_ATTACH_FILES (UINT64_C(1) << 15)
#define ZX_PERM_MANAGE_ROLES (UINT64_C(1) << 28)

/* Definitions: constant tables of the host, must outlive the machine ----- */

enum zx_option_type {
	ZX_OPTION_STRING = 3,
	ZX_OPTION_INTEGER = 4,
	ZX_OPTION_BOOLEAN = 5,
	ZX_OPTION_USER = 6,
	ZX_OPTION_CHANNEL = 7,
	ZX_OPTION_ROLE = 8,
	ZX_OPTION_NUMBER = 10,
	ZX_OPTION_ATTACHMENT = 11 /* slash only */
};

struct zx_choice {
	const char *name;  /* shown; also accepted in prefix form */
	const char *value; /* given to the handler */
};

struct zx_option {
	const char *name;	 /* CM-01 */
	const char *description; /* 1 to 100 characters */
	enum zx_option_type type;
	int required;	      /* required ones come first */
	int rest;	      /* prefix form: takes the rest of the line */
	int has_min, has_max; /* value, or length of a string */
	double min, max;
	const struct zx_choice *choices; /* at most 25 */
	size_t choice_count;
	int autocomplete; /* the command's `complete` answers */
	/* Prefix form: the value that the word "all" stands for, "-1" say. */
	const char *all;
};

enum zx_rule {
	ZX_RULE_EVERYONE,
	ZX_RULE_ADMIN, /* administrators of the guild, and the bot's owner */
	ZX_RULE_OWNER  /* the bot's owner only */
};

enum zx_command_flag {
	ZX_COMMAND_GUILD_ONLY = (1u << 0),
	ZX_COMMAND_EPHEMERAL = (1u << 1), /* slash answers: only the invoker */
	ZX_COMMAND_NO_SLASH = (1u << 2),
	ZX_COMMAND_NO_PREFIX = (1u << 3),
	ZX_COMMAND_PER_GUILD = (1u << 4), /* cooldown per guild, not per user */
	ZX_COMMAND_HIDDEN = (1u << 5)	  /* not in /help */
};

struct zx_call;
struct zx_choices;

struct zx_command {
	const char *name;	 /* lower case */
	const char *description; /* 1 to 100 characters; also its help text */
	const char *cog;	 /* category in /help, e.g. "Shard Monitor" */
	const struct zx_option *options;
	size_t option_count;
	enum zx_rule rule;
	uint64_t permissions; /* bits an invoker needs besides; 0 none */
	unsigned flags;	      /* enum zx_command_flag */
	uint32_t cooldown_ms; /* checks come before it */
	/*
	 * Carries it out. Answer with zx_reply or a panel before returning, or
	 * zx_call_keep and answer later. Must not block.
	 */
	void (*run)(struct zx_call *call, void *ud);
	/* Further condition: 0 lets through; else an error was replied, or the
	 * standard refusal is sent. May be NULL. */
	int (*check)(struct zx_call *call, void *ud);
	/* Autocomplete: add with zx_choice_add. May be NULL. */
	void (*complete)(struct zx_call *call, const char *option,
			 struct zx_str typed, struct zx_choices *out, void *ud);
	void *ud;
};

ZX_API void zx_choice_add(struct zx_choices *c, const char *name,
			  const char *value);

/* A call ----------------------------------------------------------------- */

enum zx_form {
	ZX_FORM_SLASH,
	ZX_FORM_PREFIX,
	ZX_FORM_MENTION,
	ZX_FORM_PRESS,
	ZX_FORM_MODAL /* a form was filled in */
};

/* Who, where and how. Strings borrowed as long as the call. */
struct zx_call_info {
	enum zx_form form;
	const struct zx_command *command;
	uint64_t user_id, guild_id, channel_id; /* guild_id 0 in a DM */
	uint64_t message_id; /* prefix form: the message; press: the panel's */
	uint64_t interaction_id;  /* 0 in prefix form */
	uint64_t permissions;	  /* of the member in the channel; slash only,
				     see zx_commands_options.permissions */
	uint64_t app_permissions; /* the bot's own; 0 when unknown */
	int is_owner;		  /* the bot's owner */
	const char *user_name;	  /* display name */
	const char *locale;	  /* of the invoker, "de"; "" in prefix form */
	uint64_t upload_max;	  /* bytes of one file in an answer */
	zx_time at;
	zx_wall wall; /* the same for embeds' times; 0 unknown */
};

ZX_API const struct zx_call_info *zx_call_info(const struct zx_call *call);
/* Whether the invoker has that role in the guild. */
ZX_API int zx_call_has_role(const struct zx_call *call, uint64_t role);
/* Arguments by option name; the defaults are given for absent ones. Text is
 * borrowed as long as the call, "" when absent. */
ZX_API int zx_call_has(const struct zx_call *call, const char *option);
ZX_API const char *zx_call_text(const struct zx_call *call, const char *option);
ZX_API int64_t zx_call_int(const struct zx_call *call, const char *option,
			   int64_t absent);
ZX_API double zx_call_number(const struct zx_call *call, const char *option,
			     double absent);
ZX_API int zx_call_bool(const struct zx_call *call, const char *option,
			int absent);
/* User, channel or role; 0 when absent. */
ZX_API uint64_t zx_call_id(const struct zx_call *call, const char *option);
/* What Discord told of an id in the arguments, raw JSON; empty when nothing, as
 * in prefix form. kind: "users", "members", "roles", "channels",
 * "attachments". */
ZX_API struct zx_str zx_call_resolved(const struct zx_call *call,
				      const char *kind, uint64_t id);
/* The bot's own permissions in a channel, as far as the interaction tells: in
 * the one it was used in, or one that was chosen (IN-13). 0 when unknown. */
ZX_API uint64_t zx_call_app_permissions(const struct zx_call *call,
					uint64_t channel);

/*
 * Answers. The first is the response, later ones edit it; in a press both
 * change the message that was pressed. What several calls say in one message is
 * shown in the order in which they said it; what is overtaken while it waits is
 * not sent. Text over the limits is cut visibly. Takes what is in `m` and
 * empties it, also on error. ZX_E_STATE when the call is over, ZX_E_NOMEM.
 *
 * 15 minutes after an interaction its token dies: answers then go on as a
 * message of the bot in the channel, private ones are dropped. Whether an
 * answer is private is fixed by the first answer or the automatic defer: a
 * command that may answer privately after more than 2 s needs
 * ZX_COMMAND_EPHEMERAL.
 */
ZX_API int zx_reply(struct zx_call *call, struct zx_message *m);
/* zx_reply with nothing but a text. */
ZX_API int zx_answer(struct zx_call *call, const char *fmt, ...)
	ZX_PRINTF(2, 3);
/* A further message after the first. ZX_E_LIMIT when 16 are waiting to be sent,
 * or it would be the 6th where only the user has installed the app (IN-08). */
ZX_API int zx_follow_up(struct zx_call *call, struct zx_message *m);
/*
 * What became of a message, once: r->err is ZX_OK when Discord has it;
 * ZX_E_STATE when the call was over before it went out (a private one whose
 * token has died); else what REST says, and nobody was told of it. `r` is
 * borrowed; the call is there until it returns.
 */
typedef void zx_follow_then(struct zx_call *call,
			    const struct zx_rest_result *r, void *ud);
/* zx_follow_up that tells: for what comes in several messages, each when the
 * one before was taken. Not told when the machine is freed before. ZX_E_STATE
 * also where nothing was answered yet. */
ZX_API int zx_follow_up_then(struct zx_call *call, struct zx_message *m,
			     zx_follow_then *then, void *ud);
/* How many more messages may follow in this call: at most 5 where only the user
 * has installed the app (IN-08); UINT_MAX elsewhere. */
ZX_API unsigned zx_follow_ups_left(const struct zx_call *call);
/* "thinking…": done by itself 2 s after an interaction. */
ZX_API int zx_defer(struct zx_call *call);
/* The red error embed of spec W5, once (then ZX_E_STATE); the text is shown in
 * a code block. Private for interactions, deleted after 15 s in a channel. */
ZX_API int zx_fail(struct zx_call *call, const char *title, const char *fmt,
		   ...) ZX_PRINTF(3, 4);
/* The call stays valid after the handler returns, until zx_call_release. Each
 * keep needs one release. */
ZX_API void zx_call_keep(struct zx_call *call);
ZX_API void zx_call_release(struct zx_call *call);
/* Host data given in zx_commands_options.ud (the bot). */
ZX_API void *zx_call_host(const struct zx_call *call);
/* The machine's allocator, for messages and buffers of a handler. */
ZX_API const struct zx_alloc *zx_call_alloc(const struct zx_call *call);

/* Panels ----------------------------------------------------------------- */

/* A press of a button or a choice in a select of a panel. */
struct zx_press {
	const char *action;   /* what was given to zx_panel_button/select */
	struct zx_str values; /* raw JSON array; empty for buttons */
	const char *value;    /* the first value, "" for none */
};

enum zx_press_result {
	ZX_PRESS_UPDATE, /* render again in place */
	ZX_PRESS_CLOSE,	 /* render a last time with everything disabled */
	ZX_PRESS_DONE	 /* the handler has answered by itself */
};

/*
 * A message that people press, as a pure function from its state. The state is
 * plain data of state_size bytes, copied, kept on our side only; it expires.
 * Only the invoker may press, and the command's rule is checked on each press.
 */
struct zx_panel {
	const char *name;
	size_t state_size;
	uint32_t timeout_ms; /* since the last press; 0 means 120 s */
	/* `over`: it has ended, buttons are disabled for you. */
	void (*render)(struct zx_call *call, const void *state, int over,
		       struct zx_message *out, void *ud);
	enum zx_press_result (*press)(struct zx_call *call, void *state,
				      const struct zx_press *press, void *ud);
	void *ud;
};

/* Answers with a panel in that state. */
ZX_API int zx_reply_panel(struct zx_call *call, const struct zx_panel *panel,
			  const void *state);
/* Inside render: components whose presses come back as `action` (at most 60
 * bytes). */
ZX_API void zx_panel_button(struct zx_message *m, enum zx_button_style style,
			    const char *action, const char *emoji,
			    const char *label, int disabled);
ZX_API void zx_panel_select(struct zx_message *m, enum zx_select_kind kind,
			    const char *action, const char *placeholder,
			    unsigned min, unsigned max);

/* Confirmations ---------------------------------------------------------- */

/* Before something that cannot be taken back: a question with two buttons. */
struct zx_confirm {
	const char *title;   /* "Delete this backup?" */
	const char *yes;     /* the red button; NULL means "Confirm" */
	uint32_t timeout_ms; /* 0 means 60 s */
	size_t state_size;   /* what is to be done, copied; at most 256 bytes */
	/* Confirmed, at most once. Answer in place with zx_reply or a panel, or
	 * keep the call; after zx_fail the question stays open. */
	void (*confirmed)(struct zx_call *call, const void *state, void *ud);
	void *ud;
};

/* Asks; the text is cut at 1,000 characters. Like zx_reply_panel; `confirm`
 * must outlive the question. ZX_E_INVALID: the state is too large. */
ZX_API int zx_ask(struct zx_call *call, const struct zx_confirm *confirm,
		  const void *state, const char *fmt, ...) ZX_PRINTF(4, 5);

/* The machine ------------------------------------------------------------ */

struct zx_prefix {
	char text[16]; /* "!" */
	int mention;   /* "@bot name" works too */
};

struct zx_commands_options {
	size_t size;
	const uint64_t *owners; /* copied */
	size_t owner_count;
	const char *prefix; /* copied; NULL means "!" */
	int no_mention;	    /* nonzero: mentions are no prefix by default */
	/* Overrides per guild; NULL: none. Called during feed. */
	int (*prefix_of)(uint64_t guild_id, struct zx_prefix *out, void *ud);
	/* Permissions of a message's author where the event does not carry them
	 * (prefix form); NULL: rules above EVERYONE need the owner. Return
	 * ZX_OK or an error to refuse. */
	int (*permissions)(uint64_t guild_id, uint64_t channel_id,
			   uint64_t user_id, struct zx_str member,
			   uint64_t *bits, void *ud);
	size_t max_calls;  /* open at a time; 0 means 10,000 */
	size_t max_panels; /* 0 means 10,000; the oldest goes first */
	void *ud;
	const struct zx_alloc *alloc;
	struct zx_rand rand; /* required: panel ids */
	const struct zx_log *log;
};
#define ZX_COMMANDS_OPTIONS_INIT ZX__INIT(struct zx_commands_options)

enum zx_commands_out_kind {
	ZX_COMMANDS_OUT_RUN,   /* call zx_call_run(call) */
	ZX_COMMANDS_OUT_REST,  /* send it; give its one result, also an error
				  of submitting, to zx_commands_result with
				  the request's ud */
	ZX_COMMANDS_OUT_SYNCED /* slash commands are as defined; `changed` */
};

struct zx_commands_out {
	enum zx_commands_out_kind kind;
	struct zx_call *call;
	struct zx_rest_request request; /* borrowed until the next call */
	uint64_t guild_id; /* REST: where the command was used, 0 unknown */
	int changed;	   /* SYNCED: nonzero when a PUT was needed */
	size_t count;	   /* SYNCED: slash commands */
	int err;	   /* SYNCED: ZX_OK, or why it failed */
};

struct zx_commands_stats {
	uint64_t calls, presses, refused, failed, unknown, messages_seen;
	uint64_t late; /* answers that Discord refused as too late (10062) */
	size_t open_calls, open_panels;
};

struct zx_commands;

ZX_API int zx_commands_new(struct zx_commands **out,
			   const struct zx_commands_options *opt) ZX_MUST_USE;
ZX_API void zx_commands_free(struct zx_commands *c);
/*
 * Adds a definition, which must outlive c. ZX_E_INVALID says in
 * zx_commands_error() which rule of Discord it breaks; ZX_E_EXISTS; ZX_E_LIMIT
 * for the 101st slash command (CM-03).
 */
ZX_API int zx_commands_add(struct zx_commands *c,
			   const struct zx_command *command);
/* From READY: application and bot user. */
ZX_API void zx_commands_set_self(struct zx_commands *c, uint64_t application_id,
				 uint64_t user_id);
/* The bot's shards, which it tells whoever only mentions it; 0: it does not. */
ZX_API void zx_commands_set_shards(struct zx_commands *c, uint32_t count);
/* Replaces the owners, copied; for a bot that has to ask who its owner is.
 * ZX_E_NOMEM. */
ZX_API int zx_commands_set_owners(struct zx_commands *c, const uint64_t *owners,
				  size_t count);
/* GET the registered commands, compare, PUT only on a difference (CM-04);
 * SYNCED follows. ZX_E_STATE before zx_commands_set_self. */
ZX_API int zx_commands_sync(struct zx_commands *c, zx_time now);
/* The JSON array that sync would PUT. */
ZX_API int zx_commands_json(const struct zx_commands *c, struct zx_buf *out);

/* MESSAGE_CREATE and INTERACTION_CREATE are used, others ignored. `wall` is
 * for the age of interactions. */
ZX_API int zx_commands_feed(struct zx_commands *c, const char *event,
			    struct zx_str d, zx_time now, zx_wall wall);
ZX_API int zx_commands_result(struct zx_commands *c,
			      const struct zx_rest_result *result, zx_time now);
ZX_API int zx_commands_tick(struct zx_commands *c, zx_time now);
/* 1, 0 when there is nothing (more), or ZX_E_NOMEM: nothing is lost, poll again
 * later. Answers given between two events come out here as well. */
ZX_API int zx_commands_poll(struct zx_commands *c, struct zx_commands_out *out);
ZX_API zx_time zx_commands_deadline(const struct zx_commands *c);
/* Runs the handler (RUN) with the current time. */
ZX_API void zx_call_run(struct zx_call *call);

ZX_API size_t zx_commands_count(const struct zx_commands *c);
ZX_API const struct zx_command *zx_commands_get(const struct zx_commands *c,
						size_t i);
ZX_API const struct zx_command *zx_commands_find(const struct zx_commands *c,
						 const char *name);
/* Whether this invoker may use it (rule and permissions, not check). */
ZX_API int zx_commands_allowed(const struct zx_commands *c,
			       const struct zx_call *call,
			       const struct zx_command *command);
/* Id of the registered slash command (for </name:id>), 0 before sync. */
ZX_API uint64_t zx_commands_slash_id(const struct zx_commands *c,
				     const struct zx_command *command);
/* How often it was run, in both forms. */
ZX_API uint64_t zx_commands_uses(const struct zx_commands *c,
				 const struct zx_command *command);
ZX_API const struct zx_commands_stats *
zx_commands_stats(const struct zx_commands *c);
ZX_API const char *zx_commands_error(const struct zx_commands *c);
/* The prefix in force in a guild (0: DM). */
ZX_API void zx_commands_prefix(const struct zx_commands *c, uint64_t guild_id,
			       struct zx_prefix *out);

#ifdef __cplusplus
}
#endif
#endif
