/* SPDX-License-Identifier: MIT
 *
 * What the files of command share among themselves.
 */
#ifndef ZX__COMMAND_INT_H
#define ZX__COMMAND_INT_H

#include "zoryx/command.h"
#include "zoryx/modal.h"
#include "command/message_int.h"

/* Timers: a heap of what waits for a time -------------------------------- */

enum zx__timer_kind { TIMER_DEFER, TIMER_PANEL, TIMER_DELETE };

struct zx__timer {
	zx_time at;
	size_t slot; /* place in the heap + 1; 0: not armed */
	enum zx__timer_kind kind;
};

struct zx__timers {
	struct zx__timer **heap;
	size_t count, cap;
	size_t members; /* timers that exist, armed or not; all have room */
};

/* Arming never fails: room is made when the timer joins. */
int zx__timer_join(struct zx_commands *c, struct zx__timer *t,
		   enum zx__timer_kind kind);
void zx__timer_leave(struct zx_commands *c, struct zx__timer *t);
void zx__timer_arm(struct zx_commands *c, struct zx__timer *t, zx_time at);
void zx__timer_disarm(struct zx_commands *c, struct zx__timer *t);
/* Disarms and returns the first that is due, or NULL. */
struct zx__timer *zx__timer_due(struct zx_commands *c, zx_time now);
zx_time zx__timer_first(const struct zx_commands *c);

#define ZX__OWNER(ptr, type, member)                                           \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Sends: REST requests to be --------------------------------------------- */

enum zx__send_kind {
	SEND_ANSWER,  /* the first message of a call */
	SEND_DEFER,   /* "thinking…" */
	SEND_EDIT,    /* of the answer */
	SEND_FOLLOW,  /* a further message */
	SEND_CHOICES, /* autocomplete */
	SEND_MODAL,   /* a form opens */
	SEND_TYPING,
	SEND_DELETE, /* of an error message in a channel */
	SEND_GET,    /* registered commands */
	SEND_PUT,    /* the same */
	SEND_KINDS
};

/* Where a message of a call goes, decided when it is handed out. */
enum zx__route {
	ROUTE_NONE,	/* nowhere: the call is over */
	ROUTE_CALLBACK, /* answer to an interaction */
	ROUTE_ORIGINAL, /* edit through the interaction's token */
	ROUTE_WEBHOOK,	/* new message through the token */
	ROUTE_POST,	/* new message in the channel */
	ROUTE_PATCH	/* edit in the channel */
};

struct zx__send {
	struct zx__send *next, *prev;
	enum zx__send_kind kind;
	enum zx__route route;
	struct zx_call *call; /* holds a reference; NULL: belongs to no call */
	struct zx_message message;
	struct zx_buf body; /* CHOICES, MODAL, PUT */
	int ephemeral;
	int notice;	  /* a new message also in answer to a press */
	int no_reference; /* refused once because of the reference */
	int again;	  /* tried a second time */
	uint64_t turn;	  /* in the call's lane; 0: in none */
	int in_lane;	  /* on its way to change the message */
	int crossed;	  /* when something else was */
	uint32_t delete_after_ms;
	uint64_t channel_id, message_id; /* DELETE */
	zx_follow_then *then;		 /* FOLLOW; NULL: nobody asks */
	void *then_ud;
	char nonce[24];
};

struct zx__list {
	struct zx__send *first, *last;
	size_t count;
};
void zx__list_push(struct zx__list *l, struct zx__send *s);
void zx__list_push_front(struct zx__list *l, struct zx__send *s);
void zx__list_remove(struct zx__list *l, struct zx__send *s);
void zx__list_free(struct zx_commands *c, struct zx__list *l);

/* Takes what is in `m` (may be NULL). Belongs to nobody yet. */
struct zx__send *zx__send_new(struct zx_commands *c, enum zx__send_kind kind,
			      struct zx_message *m);
/* Its memory only: it must be in no list. */
void zx__send_free(struct zx_commands *c, struct zx__send *s);
/* The same, then tells who asked what became of it. */
void zx__send_end(struct zx_commands *c, struct zx__send *s,
		  const struct zx_rest_result *r);
/* Behind what the call sends already; takes a reference. */
void zx__send_queue(struct zx_call *call, struct zx__send *s);
/* Before it: the same send once more. */
void zx__send_requeue(struct zx__send *s);
/* Whether there is a way left by which the call can edit its answer. */
int zx__call_edits(const struct zx_call *call);
/* Gives the call's next send its turn, when none is in flight. */
void zx__call_ready(struct zx_call *call);
/* Fills `req`: 1, 0 when there is nothing to send any more, ZX_E_NOMEM. */
int zx__send_write(struct zx_commands *c, struct zx__send *s,
		   struct zx_rest_request *req);
int zx__send_poll(struct zx_commands *c, struct zx_rest_request *req,
		  uint64_t *guild);

/* A message that deletes itself: an error reply in a channel. */
struct zx__doomed {
	struct zx__doomed *next, *prev;
	struct zx__timer timer;
	uint64_t channel_id, message_id;
};
void zx__doom(struct zx_commands *c, uint64_t channel, uint64_t message,
	      zx_time at);
void zx__doom_due(struct zx_commands *c, struct zx__doomed *d);
void zx__doomed_free(struct zx_commands *c);

/* Calls ------------------------------------------------------------------ */

struct zx__arg {
	int has;
	char *text;
	int64_t integer;
	double number;
	int boolean;
	uint64_t id;
	char *values; /* raw JSON: of an input that takes several */
};

enum zx__call_kind {
	CALL_COMMAND,
	CALL_PRESS,
	CALL_COMPLETE,
	CALL_SUBMIT, /* of a form */
	CALL_NOTICE  /* nothing runs: it only carries messages */
};

struct zx_call {
	struct zx_call_info info;
	struct zx_commands *c;
	enum zx__call_kind kind;
	struct zx_call *prev, *next; /* all */
	struct zx_call *next_run;
	struct zx_call *next_ready;
	int in_ready;
	unsigned refs; /* run queue, sends, and the host's keeps */
	unsigned kept; /* the host's */
	uint64_t app_id;
	char *token, *name;
	zx_time token_until;
	int answered;	    /* an answer or a defer is on its way */
	int shown;	    /* an answer is */
	int acked;	    /* Discord has it */
	int landed;	    /* and it says something: no more "thinking…" */
	int ephemeral;	    /* fixed by the answer or the defer */
	int dead;	    /* Discord takes no more answers */
	int failed;	    /* an error was shown */
	uint64_t answer_id; /* the answer, as a message of the channel */
	int guest; /* the bot is not here: only a user installed the app */
	unsigned follow_ups;
	char locale[16];
	struct zx__timer defer;
	struct zx__list queue;
	struct zx__send *flying;
	struct zx__arg *args; /* of the command's options, or form's inputs */
	size_t arg_count;
	char *resolved;	 /* raw JSON, NULL when there is none */
	char *roles;	 /* the same, of the invoker */
	char prefix[24]; /* what was typed in front of the name */
	uint64_t panel;
	struct zx__lane *lane;	     /* NULL: it has its message alone */
	int form_open;		     /* the answer was a form */
	const struct zx_modal *form; /* SUBMIT: which, as */
	uint64_t form_id;	     /* this one of the panels */
	/* PRESS: action, its first value, all values. COMPLETE: the option and
	 * what was typed. */
	char *action, *value, *values;
};

struct zx_call *zx__call_new(struct zx_commands *c, enum zx__call_kind kind,
			     enum zx_form form);
void zx__call_unref(struct zx_call *call);
void zx__call_free(struct zx_call *call);
/* For poll to give out; takes a reference, which zx_call_run gives back. */
void zx__call_queue(struct zx_call *call);
/* User, name and whether it is the owner. */
int zx__call_who(struct zx_call *call, struct zx_str member,
		 struct zx_str user);
int zx__call_is_interaction(const struct zx_call *call);
/* Whether answers change the message that was pressed. */
int zx__call_updates(const struct zx_call *call);
/* Index of the option, or -1. */
int zx__call_option(const struct zx_call *call, const char *name);
/* The standard limits of an interaction, from its id (IN-01). */
void zx__call_windows(struct zx_call *call, zx_time now, zx_wall wall);
/* Milliseconds since the epoch, as far as the host has told. */
zx_wall zx__call_wall(const struct zx_commands *c);

/* Queues the answer, an edit of it, or replaces one that waits. */
int zx__answer(struct zx_call *call, struct zx_message *m);
/* A new message whatever was answered before; ephemeral where it can be. */
int zx__notice(struct zx_call *call, struct zx_message *m, uint32_t delete_ms);

enum zx__fault {
	FAULT_PERMISSION,
	FAULT_COOLDOWN,
	FAULT_MISSING,
	FAULT_ARGUMENT,
	FAULT_OTHER
};
/* One of the standard error replies (spec W5). */
int zx__fault(struct zx_call *call, enum zx__fault fault, const char *fmt, ...)
	ZX_PRINTF(3, 4);
int zx__denied(struct zx_call *call);
/* A sentence without an embed, for the invoker only. */
int zx__plain_notice(struct zx_call *call, const char *text);

/* Rules: ZX_OK or ZX_E_PERM. */
int zx__permitted(const struct zx_call_info *info,
		  const struct zx_command *command);
int zx__is_owner(const struct zx_commands *c, uint64_t user);

/* Arguments. ZX_E_SYNTAX: the error reply is queued. */
int zx__args_text(struct zx_call *call, struct zx_str line, struct zx_str d);
int zx__args_slash(struct zx_call *call, struct zx_str data);
int zx__args_new(struct zx_call *call, size_t count);
void zx__args_free(struct zx_call *call);
/* The next word or quoted text of *line; nonzero when there was one. */
int zx__word(struct zx_str *line, struct zx_buf *out);
/* ZX_OK, ZX_E_SYNTAX (`why` says what was expected) or ZX_E_NOMEM. */
int zx__convert(const struct zx_alloc *a, const struct zx_option *o,
		struct zx_str text, struct zx__arg *out, struct zx_buf *why);
/* "!name <needed> [more]" */
void zx__usage(struct zx_buf *out, const char *prefix,
	       const struct zx_command *command);

/* Cooldowns -------------------------------------------------------------- */

struct zx__cooldown {
	const struct zx_command *command;
	uint64_t id;
	zx_time until;
};

struct zx__cooldowns {
	struct zx__cooldown *slots;
	size_t sets; /* power of two, ZX__COOLDOWN_WAYS slots each */
};

/* 0 and the cooldown begins, or the milliseconds that remain. */
uint64_t zx__cooldown(struct zx_commands *c, const struct zx_command *command,
		      uint64_t id, uint32_t ms);

/* Panels ----------------------------------------------------------------- */

struct zx__panel {
	struct zx__panel *next;		 /* in the bucket */
	struct zx__panel *older, *newer; /* by last use */
	uint64_t id;
	const struct zx_panel *panel;
	const struct zx_command *command;
	struct zx__timer timer;
	uint64_t user_id, guild_id, channel_id, message_id, app_id;
	struct zx__lane *lane;
	char *token, *name;
	zx_time token_until;
	enum zx_form form;
	int ephemeral;
	uint32_t timeout_ms;
	unsigned version; /* raised when the state is replaced */
	char *state;
	size_t state_size;
	/* It is no panel but this form, opened from the panel `parent`. */
	const struct zx_modal *modal;
	uint64_t parent;
	uint64_t form_id; /* of a panel: the form that it has opened */
};

struct zx__panels {
	struct zx__panel **buckets;
	size_t bucket_count, count;
	struct zx__panel *oldest, *newest;
};

struct zx__panel *zx__panel_find(struct zx_commands *c, uint64_t id);
/* Makes room by dropping the oldest. NULL when memory is out. */
struct zx__panel *zx__panel_new(struct zx_call *call,
				const struct zx_panel *panel, const void *state,
				size_t state_size);
void zx__panel_free(struct zx_commands *c, struct zx__panel *p);
void zx__panel_touch(struct zx_commands *c, struct zx__panel *p);
/* Another timeout than its kind has. */
void zx__panel_last(struct zx_commands *c, struct zx__panel *p, uint32_t ms);
/* The press renews the token through which the message is edited. */
void zx__panel_renew(struct zx__panel *p, const struct zx_call *call);
/* Renders it as the answer of the call, or an edit of it. */
int zx__panel_show(struct zx_call *call, struct zx__panel *p, int over);
void zx__panel_due(struct zx_commands *c, struct zx__panel *p);
void zx__panels_free(struct zx_commands *c);
/* zx_reply_panel for a state whose size is not the kind's. */
int zx__reply_panel(struct zx_call *call, const struct zx_panel *panel,
		    const void *state, size_t state_size);
void zx__press_run(struct zx_call *call);
void zx__submit_run(struct zx_call *call);
/* The id in a custom_id "zx:ID:ACTION" of ours, or ZX_E_NOTFOUND. */
int zx__panel_read_id(struct zx_str s, uint64_t *id, struct zx_str *action);
void zx__complete_run(struct zx_call *call);

/* Lanes: the order of what changes one message ---------------------------- */

/* Shared by the panel in the message, and the calls that change it. A call
 * that opens no panel needs none: what it sends is in order anyway. */
struct zx__lane {
	unsigned refs;
	unsigned flying;	  /* changes on their way */
	uint64_t asked;		  /* the newest turn */
	uint64_t shown;		  /* the newest that Discord took */
	struct zx__send *waiting; /* the newest edit that is not sent yet */
	uint64_t message_id;	  /* 0 unknown */
};

enum zx__turn { TURN_GO, TURN_WAIT, TURN_OVER };

/* The panel is in the call's message. ZX_E_NOMEM. */
int zx__lane_share(struct zx_call *call, struct zx__panel *p);
/* The call changes the panel's message. ZX_E_NOMEM. */
int zx__lane_join(struct zx_call *call, struct zx__panel *p);
void zx__lane_leave(struct zx_commands *c, struct zx__lane **at);
/* What the send says is the newest now. It is in the call's queue. */
void zx__lane_ask(struct zx_call *call, struct zx__send *s);
/* Whether a queue's first send may go, or has been overtaken. */
enum zx__turn zx__lane_turn(const struct zx__send *s);
/* Written and about to go: when it makes a new message out of an edit, the call
 * and its panel go on there. ZX_E_NOMEM. */
int zx__lane_split(struct zx__send *s);
/* It has left its queue, and goes out or not. */
void zx__lane_taken(struct zx__send *s, int flies);
/* Its result is there. */
void zx__lane_back(struct zx__send *s, const struct zx_rest_result *r);
/* Nonzero when it is used again, because it may lie under something older. */
int zx__lane_again(struct zx__send *s, const struct zx_rest_result *r);
/* It is in its call's queue once more. */
void zx__lane_requeued(struct zx__send *s);
/* Gives who waits its turn. `lane` may be NULL. */
void zx__lane_next(const struct zx__lane *lane);

/* The machine ------------------------------------------------------------ */

struct zx__definition {
	const struct zx_command *command;
	uint64_t slash_id, uses;
};

enum zx__sync_state { SYNC_IDLE, SYNC_GET, SYNC_PUT };

struct zx_commands {
	struct zx_commands_options opt; /* pointers into it are copies */
	uint64_t app_id, user_id;
	uint32_t shards; /* to tell, 0: not */
	zx_time now;
	zx_wall wall; /* at wall_at */
	zx_time wall_at;
	struct zx__definition *defs;
	size_t def_count, def_cap;
	struct zx_call *calls;
	struct zx_call *run_first, *run_last;
	struct zx_call *ready_first, *ready_last;
	struct zx__list loose, flying;
	struct zx__doomed *doomed;
	size_t doomed_count;
	struct zx__timers timers;
	struct zx__cooldowns cooldowns;
	struct zx__panels panels;
	enum zx__sync_state sync;
	int synced, sync_changed, sync_err;
	struct zx_commands_stats stats;
	struct zx_buf path, body, text;
	char error[256];
};

int zx__recv_message(struct zx_commands *c, struct zx_str d);
int zx__recv_interaction(struct zx_commands *c, struct zx_str d);
int zx__recv_slash(struct zx_call *call, struct zx_str data);
int zx__recv_press(struct zx_call *call, struct zx_str data);
int zx__recv_complete(struct zx_call *call, struct zx_str data);
int zx__recv_submit(struct zx_call *call, struct zx_str data);
/* The form as the `data` of its callback; values may be NULL. */
void zx__modal_write(struct zx_json_writer *w, const struct zx_modal *modal,
		     uint64_t id, const char *const *values);
/* A message that only mentions the bot. */
int zx__mention_info(struct zx_call *call);

/* One line into c->error; returns err. */
int zx__error(struct zx_commands *c, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
/* Discord's rules (CM-01 to CM-03): ZX_OK or ZX_E_INVALID. */
int zx__definition_check(struct zx_commands *c,
			 const struct zx_command *command);
int zx__name_ok(const char *name);
void zx__used(struct zx_commands *c, const struct zx_command *command);
size_t zx__slash_count(const struct zx_commands *c);
const struct zx_command *zx__find(const struct zx_commands *c,
				  struct zx_str name);
void zx__definition_write(struct zx_json_writer *w,
			  const struct zx_command *command);
/* Appends a registered or own command in a form that compares by bytes. */
void zx__definition_canonical(struct zx_buf *out, struct zx_str raw);
void zx__sync_result(struct zx_commands *c, struct zx__send *s,
		     const struct zx_rest_result *r);

#endif
