/* SPDX-License-Identifier: MIT
 *
 * What /backuprestore shows: functions from plain data to a message; and the
 * panel that leads from a backup to a plan, and from there through the restore.
 */
#ifndef ZX__RESTORE_SHOW_H
#define ZX__RESTORE_SHOW_H

#include "cogs/backup_panel.h"
#include "cogs/restore_int.h"

enum {
	ZX__RSP_KEPT = 8,	  /* plans that wait for a decision */
	ZX__RSP_MS = 300 * 1000,  /* the panel, since the last press */
	ZX__RSP_LINES = 18,	  /* operations on a page of a plan */
	ZX__RSP_PROBLEMS = 8,	  /* shown of them; all are in the file */
	ZX__RSP_DIFFERENCES = 10, /* of the check; all are in the file */
	ZX__RSP_ISSUES = 10
};

/* Views (restore_view*.c) -------------------------------------------------- */

struct zx__rsv_choose {
	const struct zx__backup_item *item; /* NULL: it has gone */
	const char *guild_name;
	const char *from; /* name of the server it is of; NULL: this one */
	unsigned what;
	int role_sync, update;
	const char *notice; /* "" none */
};
void zx__rsv_choose(const struct zx__rsv_choose *v, struct zx_message *out);

struct zx__rsv_plan {
	const struct zx_plan *plan;
	const char *snapshot; /* "" of a way back */
	const char *guild_name;
	int role_sync, update;
	size_t page; /* 0: the summary; too high gives the last */
	zx_wall wall;
	const char *notice;
};
/* At least 1. */
size_t zx__rsv_plan_pages(const struct zx_plan *p);
void zx__rsv_plan(const struct zx__rsv_plan *v, struct zx_message *out);
/* All of it, a line for each operation, in pieces; what `write` returns that is
 * not 0 ends it and is returned. ZX_E_NOMEM. */
int zx__rsv_plan_text(const struct zx_plan *p, const struct zx_alloc *a,
		      int (*write)(struct zx_str piece, void *ud), void *ud);

/* v->run may be NULL. */
void zx__rsv_run(const struct zx__restore_view *v, const char *guild_name,
		 zx_wall wall, struct zx_message *out);
/* "12 min", "1 h 5 min", "under a minute" */
void zx__rsv_time(struct zx_buf *out, uint64_t ms);
/* What a restore of this plan is called: "`0123456789ab`", "the way back". */
void zx__rsv_name(const struct zx__restore_view *v, struct zx_buf *out);
/* Moves a line to a field; 0: it would be longer than Discord's 1,024. */
int zx__rsv_line(struct zx_buf *field, struct zx_buf *line);
/* Clears, releases a text of `out`; when memory was short for it, so it was for
 * that. */
void zx__rsv_next(struct zx_buf *text, struct zx_message *out);
void zx__rsv_end(struct zx_buf *text, struct zx_message *out);

/* The panel (restore_panel*.c) --------------------------------------------- */

enum zx__rsp_mode {
	ZX__RSP_CHOOSE,
	ZX__RSP_READING, /* a plan is being made */
	ZX__RSP_PLAN,
	ZX__RSP_WATCH
};

struct zx__rsp_state {
	enum zx__rsp_mode mode;
	struct zx__restore_ask ask;
	uint64_t plan; /* kept under this number; 0: none */
	uint64_t n;    /* WATCH: the restore */
	size_t page;
	char from[128]; /* name of the server the backup is of; "" this one */
	char notice[600];
};
extern const struct zx_panel zx__rsp_panel;

struct zx__rsp_watch;
struct zx__rsf_sending;

/* What the restore panels of one bot have. */
struct zx__rsp {
	struct {
		uint64_t serial, guild; /* 0: free */
		struct zx_plan *plan;
		struct zx__restore_ask ask;
	} kept[ZX__RSP_KEPT];
	uint64_t serial;
	struct zx__rsp_watch *watches; /* calls that something is waited for */
	struct zx__rsf_sending *sendings;
};
/* Made when first needed; NULL without memory. */
struct zx__rsp *zx__rsp_of(struct zx__backup *b);
/* Takes the plan over; the oldest of others goes. 0 without memory. */
uint64_t zx__rsp_keep(struct zx__backup *b, struct zx_plan *plan,
		      const struct zx__restore_ask *ask);
/* NULL: no longer kept. */
const struct zx_plan *zx__rsp_kept(struct zx__backup *b, uint64_t guild,
				   uint64_t serial);
/* Out of the store, with what was asked for; NULL. */
struct zx_plan *zx__rsp_take(struct zx__backup *b, uint64_t guild,
			     uint64_t serial, struct zx__restore_ask *ask);

/* A call that is kept: until a plan is there, or until a restore has ended. */
struct zx__rsp_watch {
	struct zx__rsp_watch *next;
	struct zx__backup *b;
	struct zx_call *call;
	struct zx__rsp_state state;
	uint64_t n; /* of the restore that is watched; 0: waits for a plan */
	int reported;
};
struct zx__rsp_watch *zx__rsp_watch(struct zx__backup *b, struct zx_call *call,
				    const struct zx__rsp_state *s);
void zx__rsp_watch_end(struct zx__rsp_watch *w);

/* Reads the server and shows the plan in this call's message. */
void zx__rsp_plan(struct zx__backup *b, struct zx_call *call,
		  struct zx__rsp_state *s);
/* The same for the way back from restore n. */
void zx__rsp_undo(struct zx__backup *b, struct zx_call *call,
		  struct zx__rsp_state *s, uint64_t n);
/* Carries the kept plan out; s is what is to be shown then. */
void zx__rsp_begin(struct zx__backup *b, struct zx_call *call,
		   struct zx__rsp_state *s);
/* The call's message follows restore s->n from now on. */
void zx__rsp_follow(struct zx__backup *b, struct zx_call *call,
		    const struct zx__rsp_state *s);
/* The restore s->n, or ZX_E_NOTFOUND. */
int zx__rsp_view(struct zx__backup *b, uint64_t guild, uint64_t n,
		 struct zx__restore_view *out);
/* The report as a file of its own message, or several. */
void zx__rsp_report(struct zx__backup *b, struct zx_call *call, uint64_t n);

/* restore_from.c: may this person use backups of that server? `done` is called
 * once, maybe before it returns; name: of the server. */
typedef void zx__rsp_may(struct zx_call *call, int may, const char *why,
			 const char *name, void *ud);
void zx__rsp_ask_may(struct zx__backup *b, struct zx_call *call, uint64_t guild,
		     zx__rsp_may *done, void *ud);

/* restore_upload.c: the file of the call's option becomes a backup of this
 * server: its id is in s->ask.snapshot; or `why` is a sentence. */
typedef void zx__rsp_uploaded(struct zx_call *call,
			      const struct zx__rsp_state *s, const char *why);
void zx__rsp_upload(struct zx__backup *b, struct zx_call *call,
		    const struct zx__rsp_state *s, zx__rsp_uploaded *done);

/* Files (restore_file.c) --------------------------------------------------- */

/* A text that can be made again and again. */
struct zx__rsf {
	/* Writes it in pieces, until `write` returns nonzero, which is
	 * returned. The first piece may differ from one time to the other: it
	 * is used as it was at first. */
	int (*make)(struct zx__backup *b, const struct zx__rsf *what,
		    int (*write)(struct zx_str piece, void *ud), void *ud);
	uint64_t guild, n; /* make's own */
	char name[64]; /* "restore-7": restore-7.txt, restore-7-1-of-3.txt */
	const char *title; /* "The report" */
	const char *again; /* a sentence: how one gets it once more */
	int private;
};
/* Sends it behind what the call says: in as many files as it needs, each when
 * the one before was taken. Whatever goes wrong is said there. */
void zx__rsf_send(struct zx__backup *b, struct zx_call *call,
		  const struct zx__rsf *what);
/* Those that were not over when the bot's calls went. */
void zx__rsf_free(struct zx__rsp *p, const struct zx_alloc *a);

/* Cutting (restore_cut.c) -------------------------------------------------- */

#define ZX__RSF_LAST (~0u)
enum { ZX__RSF_ENOUGH = 1 };

/* Cuts a text at line ends into parts of at most `max` bytes; only a line that
 * is longer is cut itself, between characters. Keeps the part `want`. */
struct zx__rsf_cut {
	size_t max;	    /* at least 8 */
	unsigned want;	    /* from 0; ZX__RSF_LAST: the last one */
	unsigned part;	    /* that is in `text` */
	int more;	    /* there is more behind the one that is wanted */
	uint64_t hash;	    /* of the parts before: are they the same again? */
	struct zx_buf text; /* to be released */
};
void zx__rsf_cut_init(struct zx__rsf_cut *c, const struct zx_alloc *a,
		      size_t max, unsigned want);
/* A `write`: ZX__RSF_ENOUGH when it has what it wants, ZX_E_NOMEM. */
int zx__rsf_cut(struct zx_str piece, void *cut);
/* The first n bytes of the text join the hash. */
void zx__rsf_hash(struct zx__rsf_cut *c, size_t n);

#endif
