/* SPDX-License-Identifier: MIT
 *
 * What the backup cog shows. Functions from plain data to a message, so that it
 * can be tested without a bot; and what collects that data.
 */
#ifndef ZX__BACKUP_VIEW_H
#define ZX__BACKUP_VIEW_H

#include "cogs/backup_int.h"

enum {
	ZX__BKV_PAGE = 5,	/* snapshots on a page */
	ZX__BKV_AUDIT_PAGE = 8, /* entries of the audit log */
	ZX__BKV_AUDIT = 200,	/* of them shown */
	ZX__BKV_WINDOW = 23,	/* snapshots a selector offers at a time */
	ZX__BKV_LINES = 18,	/* differences, or items, on a page */
	ZX__BKV_LINE = 150,	/* code points of one of them */
	ZX__BKV_POINTS = 20,	/* of a curve */
	ZX__BKV_DIFF_BYTES = 2 << 20, /* of the lines of a comparison */
	ZX__BKV_CREATORS = 5
};

struct zx__bkv_audit {
	uint64_t seq;
	zx_wall at;
	uint64_t user;
	char action[24], backup[ZX_GUILD_ID_TEXT];
	struct zx_str details;
};

/* The server as it is now: counts only. Plain, part of a panel's state. */
struct zx__bkv_live {
	int known;
	char trouble[120]; /* why it is not known; "" it was not asked for */
	struct zx_guild_counts counts;
	uint64_t members;
	unsigned tier, boosts;
	char icon[48]; /* hash; "" for none */
};

/* Snapshots of a guild and their log. */
struct zx__bkv_data {
	struct zx__backup_list list;
	struct zx__bkv_audit *audit; /* the newest first */
	size_t audit_count;
	uint64_t audit_total; /* entries ever */
	uint64_t stored;      /* bytes in the state file, shared parts once */
	struct zx_buf text;   /* private: details */
	struct zx_buf loud;   /* private: of zx__bkv_view */
	int err;	      /* private: while collecting */
};
/* audit: also the log. ZX_E_NOMEM, or what the state file said; release it in
 * any case. */
int zx__bkv_load(struct zx__bkv_data *d, struct zx__backup *b, uint64_t guild,
		 int audit);
void zx__bkv_release(struct zx__bkv_data *d);

/* Finding by what somebody typed -------------------------------------------
 */

/*
 * An id, its first digits, or "latest". ZX_E_NOTFOUND, or ZX_E_LIMIT when
 * several begin so; `why` says it and what to do.
 */
int zx__bkv_find(const struct zx__backup_list *l, struct zx_str typed,
		 char id[ZX_GUILD_ID_TEXT], char why[256]);
/* What zx__backup_complete adds: "latest" first, when there is one. current:
 * "current", the server as it is, is one too. */
void zx__bkv_choices(const struct zx__backup_list *l, struct zx_str typed,
		     int current, struct zx_choices *out);
/* "📌 Nightly · 2026-02-18 12:34 UTC · 0123456789ab": plain text, at most 100
 * units of UTF-16. */
void zx__bkv_name(const struct zx__backup_item *r, struct zx_buf *out);

/* Pages ---------------------------------------------------------------------
 */

enum zx__bkv_tab {
	ZX__BKV_OVERVIEW,
	ZX__BKV_BACKUPS,
	ZX__BKV_COMPARE,
	ZX__BKV_AUDIT_LOG,
	ZX__BKV_ANALYTICS
};

struct zx__bkv_view {
	uint64_t guild;
	const char *guild_name;
	const struct zx__bkv_data *data;
	unsigned max;	 /* snapshots a guild may have */
	zx_wall free_at; /* end of the cooldown; 0: free */
	struct zx__backup_plan plan;
	const char *loud; /* what is wrong with the schedule, "" nothing */
	const struct zx__bkv_live *live;
	const struct zx__bkv_diff *diff; /* Compare; NULL: none yet */
	const char *gone;		 /* Compare: why there is none, "" */
	const struct zx__backup_item *a; /* Compare: chosen; NULL: the server */
	const struct zx__backup_item *b;
	char icon[256]; /* URL of the server's, "" for none */
	size_t page;	/* from 0; too high gives the last */
	zx_wall wall;
};
/* At least 1. */
size_t zx__bkv_pages(const struct zx__bkv_view *v, enum zx__bkv_tab tab);
void zx__bkv_render(const struct zx__bkv_view *v, enum zx__bkv_tab tab,
		    struct zx_message *out);
void zx__bkv_overview(const struct zx__bkv_view *v, struct zx_message *out);
void zx__bkv_backups(const struct zx__bkv_view *v, struct zx_message *out);
/* "`0123456789ab` — Nightly <t:…:R>"; NULL: the server as it is. */
void zx__bkv_side(const struct zx__backup_item *r, struct zx_buf *out);
void zx__bkv_compare(const struct zx__bkv_view *v, struct zx_message *out);
void zx__bkv_log(const struct zx__bkv_view *v, struct zx_message *out);
void zx__bkv_analytics(const struct zx__bkv_view *v, struct zx_message *out);

/* The question before one is deleted. */
void zx__bkv_delete(const struct zx__bkv_view *v,
		    const struct zx__backup_item *r, struct zx_message *out);
/* Options of the latest select, one window of rows; `also` is offered even when
 * it is outside of it. */
void zx__bkv_options(const struct zx__bkv_data *d, size_t window,
		     const char *chosen, struct zx_message *out);
size_t zx__bkv_windows(const struct zx__bkv_data *d);

/* /backupstats */
struct zx__bkv_totals {
	uint64_t snapshots, guilds, pinned, automatic, broken;
	uint64_t bytes;	 /* as if nothing was shared */
	uint64_t stored; /* in the state file */
	zx_wall oldest, newest;
	struct {
		uint64_t guild, snapshots, bytes;
	} top[ZX__BKV_CREATORS]; /* the largest first; snapshots 0: no more */
	unsigned max, cooldown_s, auto_h, keep_days;
	uint64_t scheduled; /* guilds with a schedule */
	zx_wall wall;
};
void zx__bkv_totals_render(const struct zx__bkv_totals *t,
			   struct zx_message *out);
int zx__bkv_totals_load(struct zx__bkv_totals *t, struct zx__backup *b);

/* Parts of pages ------------------------------------------------------------
 */

/* One line of somebody's text with its markdown made harmless, at most `max`
 * code points. */
void zx__bkv_text(struct zx_buf *out, struct zx_str s, size_t max);
/* One line of somebody's text for a code block, where backticks are all there
 * is to fear; at most `max` code points. */
void zx__bkv_code(struct zx_buf *out, struct zx_str s, size_t max);
/* The same for a raw JSON string. */
void zx__bkv_json(struct zx_buf *out, struct zx_str raw, size_t max);
/* A field without the last newline; empties the text. An empty one is none. */
void zx__bkv_field(struct zx_message *out, int is_inline, const char *name,
		   struct zx_buf *text);
/* "**The Aviary**" */
void zx__bkv_guild(const struct zx__bkv_view *v, struct zx_buf *out);
/* "**The Aviary** — 7 snapshots • Page 1/2" */
void zx__bkv_head(const struct zx__bkv_view *v, uint64_t n, const char *what,
		  enum zx__bkv_tab tab, struct zx_message *out);
/* First and (returned) last plus 1 of a page; too high gives the last. */
size_t zx__bkv_span(size_t count, size_t per, size_t page, size_t *from);
void zx__bkv_footer(const struct zx__bkv_view *v, const char *text,
		    struct zx_message *out);
/* "1 change", "2 changes" */
void zx__bkv_plural(struct zx_buf *out, uint64_t n, const char *what);

/* Words for what Discord says in numbers ------------------------------------
 */

/* What ids are called in a snapshot: roles and channels. */
struct zx__bkv_names {
	const struct zx_alloc *alloc;
	struct zx__bkv_named {
		uint64_t id;
		size_t at, len; /* in text */
	} * v;
	size_t count, cap;
	struct zx_buf text;
	uint64_t guild;
};
void zx__bkv_names_init(struct zx__bkv_names *n, const struct zx_alloc *a);
void zx__bkv_names_release(struct zx__bkv_names *n);
/* Adds those of a snapshot; of an id that is there already the name stays. */
int zx__bkv_names_add(struct zx__bkv_names *n, const struct zx_guild_reader *r);
/* "@Mods", "#general", or the id; for a code block. */
void zx__bkv_names_say(const struct zx__bkv_names *n, uint64_t id,
		       struct zx_buf *out);
/* NULL for a type nobody here knows. */
const char *zx__bkv_channel_type(uint64_t type);
/* Names of the bits with that in front of each, ", " between them. */
void zx__bkv_permissions(uint64_t bits, const char *before, struct zx_buf *out);
/* "topic", "overwrite of @Mods: allow". */
void zx__bkv_path(const struct zx__bkv_names *n, struct zx_str path,
		  struct zx_buf *out);
/* "0 → 5", "+Kick Members −Ban Members". raw JSON, empty when absent. */
void zx__bkv_values(const struct zx__bkv_names *n, enum zx_section s,
		    struct zx_str path, struct zx_str from, struct zx_str to,
		    struct zx_buf *out);
/* One value, by the name of its field. */
void zx__bkv_value(const struct zx__bkv_names *n, struct zx_str key,
		   struct zx_str raw, struct zx_buf *out);
/* One item in a line, without its name: "text · in Lounge · age-restricted". */
void zx__bkv_item(const struct zx__bkv_names *n, enum zx_section s,
		  struct zx_str item, struct zx_buf *out);
/* What an item is called: "@Mods", "#general", ":pog:". */
void zx__bkv_item_name(enum zx_section s, struct zx_str item,
		       struct zx_buf *out);
/* "Roles" */
const char *zx__bkv_section(enum zx_section s);

/* Differences ---------------------------------------------------------------
 */

struct zx__bkv_diff {
	struct zx_diff sum;
	struct zx_buf text;  /* lines; "=== Roles ===" begins a section */
	size_t lines;	     /* kept */
	uint64_t left_out;   /* lines that were not kept */
	char a[480], b[480]; /* what was compared, harmless markdown */
	char plain_a[480], plain_b[480];
};
/* Compares; `a` is the older one. What is in `d` is made anew. */
int zx__bkv_diff(struct zx__bkv_diff *d, const struct zx_guild_reader *a,
		 const struct zx_guild_reader *b, const struct zx_alloc *alloc);
void zx__bkv_diff_release(struct zx__bkv_diff *d);
/* The same in steps, as zx_guild_differ: `d`, both readers must outlive it; d
 * is complete when there is no more. */
struct zx__bkv_differ;
int zx__bkv_differ_new(struct zx__bkv_differ **out, struct zx__bkv_diff *d,
		       const struct zx_guild_reader *a,
		       const struct zx_guild_reader *b,
		       const struct zx_alloc *alloc) ZX_MUST_USE;
void zx__bkv_differ_free(struct zx__bkv_differ *f);
int zx__bkv_differ_step(struct zx__bkv_differ *f, size_t items, int *more);
size_t zx__bkv_diff_pages(const struct zx__bkv_diff *d);
/* Fills the latest embed: counts, and a page of lines. */
void zx__bkv_diff_render(const struct zx__bkv_diff *d, size_t page,
			 struct zx_message *out);
/* As a text file. */
void zx__bkv_diff_file(const struct zx__bkv_diff *d, struct zx_buf *out);

/* One snapshot --------------------------------------------------------------
 */

struct zx__bkv_item_view {
	const struct zx__backup_item *row;
	const struct zx_guild_reader *reader; /* NULL: the manifest is broken */
	int section;			      /* -1: the summary */
	size_t page;
	zx_wall wall;
};
size_t zx__bkv_item_pages(const struct zx__bkv_item_view *v);
/* What cannot be read is said in the message; ZX_E_NOMEM. */
int zx__bkv_item_render(const struct zx__bkv_item_view *v,
			struct zx_message *out);
/* The items of v->section, in the description of the latest embed. */
int zx__bkv_section_render(const struct zx__bkv_item_view *v,
			   struct zx_message *out);
/* Options of the latest select: the summary ("-1") and what is there. */
void zx__bkv_item_options(const struct zx__bkv_item_view *v,
			  struct zx_message *out);

#endif
