/* SPDX-License-Identifier: MIT
 *
 * What the files of the backup cog's panels share.
 */
#ifndef ZX__BACKUP_PANEL_H
#define ZX__BACKUP_PANEL_H

#include "cogs/backup_view.h"

enum {
	ZX__BKP_KEPT = 8,	   /* comparisons, for the pages of panels */
	ZX__BKP_MS = 300 * 1000,   /* a panel, since the last press */
	ZX__BKP_ASK_MS = 60 * 1000 /* the question before a deletion */
};

/* What the panels of one bot have. */
struct zx__bkp {
	struct zx__bkp_wait *waits; /* for answers of Discord */
	struct {
		uint64_t serial, guild; /* 0: free */
		struct zx__bkv_diff diff;
	} kept[ZX__BKP_KEPT];
	uint64_t serial;
};
/* Made when first needed, given back with the cog; NULL without memory. */
struct zx__bkp *zx__bkp_of(struct zx__backup *b);

enum zx__bkp_mode {
	ZX__BKP_SHOW,
	ZX__BKP_CHOOSE, /* what to delete */
	ZX__BKP_ASK	/* whether really */
};

/* Of the dashboard. */
struct zx__bkp_state {
	enum zx__bkv_tab tab;
	enum zx__bkp_mode mode;
	size_t page, window;
	char chosen[ZX_GUILD_ID_TEXT];
	zx_wall asked;
	char a[ZX_GUILD_ID_TEXT], b[ZX_GUILD_ID_TEXT]; /* "": the server */
	uint64_t diff; /* the comparison shown; 0: none */
	int reading; /* for a comparison; 1: the server, 2: what is compared */
	struct zx__bkv_live live;
	char notice[320]; /* what the last press came to, "" */
};
extern const struct zx_panel zx__bkp_dashboard;

/* Something that goes on when Discord has answered. */
struct zx__bkp_wait {
	struct zx__bkp_wait *next;
	struct zx__backup *b;
	struct zx_call *call; /* kept */
	uint64_t guild;
	struct zx__bkp_state state;
	char a[ZX_GUILD_ID_TEXT], b_id[ZX_GUILD_ID_TEXT]; /* "": the server */
	unsigned flying;				  /* requests */
	/* Called once, then it is gone; when the bot ends, of a comparison
	 * alone. */
	void (*done)(struct zx__bkp_wait *w, struct zx__backup *b);
	/* Of a comparison. */
	uint64_t diff;
	char why[256]; /* "" it went well */
	int shown;     /* that it goes on, in a panel of its own */
	/* Shows that by other means; may be NULL. */
	void (*show)(struct zx__bkp_wait *w);
	struct zx__bkp_comparing *comparing; /* NULL: not, or not yet */
	int glancing; /* the server is being read, or was */
	int cancelled;
};
/* NULL without memory, answered. */
struct zx__bkp_wait *zx__bkp_wait(struct zx__backup *b, struct zx_call *call,
				  const struct zx__bkp_state *s);
/* Takes it out and gives it and its call back. */
void zx__bkp_wait_end(struct zx__bkp_wait *w);

/* backup_panel_live.c: counts what the server has now, into w->state.live. */
void zx__bkp_look(struct zx__bkp_wait *w);

/* backup_panel_diff.c: compares w->a with w->b_id, into w->diff or w->why. When
 * it cannot begin it is done before it returns. */
void zx__bkp_compare(struct zx__bkp_wait *w);
/* Somebody goes on from there: what is compared for the panel of that call is
 * no longer wanted. Nonzero when there was something. */
int zx__bkp_drop(struct zx__backup *b, const struct zx_call *call);
/* NULL: there were too many since. */
const struct zx__bkv_diff *zx__bkp_kept(struct zx__backup *b, uint64_t guild,
					uint64_t serial);

/* backup_panel_press.c: what a press does to the state. */
enum zx_press_result zx__bkp_press(struct zx_call *call, void *state,
				   const struct zx_press *p, void *ud);
/* Its tab and pages, as the dashboard sees them; zx__bkv_release(data). */
int zx__bkp_view(struct zx__backup *b, const struct zx_call *call,
		 const struct zx__bkp_state *s, struct zx__bkv_data *data,
		 struct zx__bkv_view *v);
/* Reads the server, then shows the dashboard again. */
void zx__bkp_refresh(struct zx__backup *b, struct zx_call *call,
		     const struct zx__bkp_state *s);
/* backup_panel_item.c: a backup in place of the dashboard's list. */
void zx__bkp_open_item(struct zx_call *call, const char *id);
/* "out of memory", or what the state file says; takes out's content away. */
void zx__bkp_trouble(struct zx__backup *b, int err, struct zx_message *out);

/* The backup that an option names; nonzero when an error was answered. */
int zx__bkp_find(struct zx__backup *b, struct zx_call *call, const char *option,
		 char id[ZX_GUILD_ID_TEXT]);

/* ◀ 1/4 ▶ */
void zx__bkp_pages(size_t page, size_t pages, struct zx_message *out);
/* -1 back, 1 next: the page that a press leads to. */
size_t zx__bkp_turn(size_t page, size_t pages, const char *action);

#endif
