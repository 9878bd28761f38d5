/* SPDX-License-Identifier: MIT
 *
 * backup_panel_press: what a press in the dashboard does.
 */
#include "cogs/backup_panel.h"

static int is(const struct zx_press *p, const char *action)
{
	return !strcmp(p->action, action);
}

static void say(struct zx__bkp_state *s, const char *icon, const char *text)
{
	snprintf(s->notice, sizeof(s->notice), "%s %s", icon, text);
}

/* Tabs and pages --------------------------------------------------------------
 */

static int tab_of(const struct zx_press *p, enum zx__bkv_tab *tab)
{
	static const char *const tabs[] = {
		[ZX__BKV_OVERVIEW] = "overview",
		[ZX__BKV_BACKUPS] = "backups",
		[ZX__BKV_COMPARE] = "compare",
		[ZX__BKV_AUDIT_LOG] = "audit",
		[ZX__BKV_ANALYTICS] = "analytics",
	};
	size_t i;

	for (i = 0; i < sizeof(tabs) / sizeof(tabs[0]); i++)
		if (is(p, tabs[i])) {
			*tab = (enum zx__bkv_tab)i;
			return 1;
		}
	return 0;
}

/* The latest backup and the server, unless something was chosen before. */
static void prepare(struct zx__bkp_state *s, const struct zx__bkv_view *v)
{
	if (!*s->a && !*s->b && v->data->list.count)
		snprintf(s->a, sizeof(s->a), "%s", v->data->list.items[0].id);
}

static void switch_tab(struct zx__bkp_state *s, const struct zx__bkv_view *v,
		       enum zx__bkv_tab tab)
{
	s->tab = tab;
	s->page = s->window = 0;
	s->mode = ZX__BKP_SHOW;
	if (tab == ZX__BKV_COMPARE)
		prepare(s, v);
}

static void turn(struct zx__bkp_state *s, const struct zx__bkv_view *v,
		 const struct zx_press *p)
{
	if (s->mode == ZX__BKP_CHOOSE)
		s->window = zx__bkp_turn(s->window, zx__bkv_windows(v->data),
					 p->action);
	else
		s->page = zx__bkp_turn(s->page, zx__bkv_pages(v, s->tab),
				       p->action);
}

/* Compare ---------------------------------------------------------------------
 */

static void choose_side(struct zx__bkp_state *s, const struct zx__bkv_view *v,
			const struct zx_press *p)
{
	char *side = is(p, "side-b") ? s->b : s->a;

	if (!strcmp(p->value, "current"))
		side[0] = '\0';
	else if (zx__backup_find(&v->data->list, p->value))
		snprintf(side, ZX_GUILD_ID_TEXT, "%s", p->value);
	else
		say(s, "❌", "That backup has been deleted meanwhile.");
	s->diff = 0;
	s->page = 0;
}

static void compared(struct zx__bkp_wait *w, struct zx__backup *b)
{
	(void)b;
	w->state.reading = 0;
	w->state.page = 0;
	w->state.diff = w->diff;
	if (*w->why)
		say(&w->state, "❌", w->why);
	zx_reply_panel(w->call, &zx__bkp_dashboard, &w->state);
}

/* Takes longer than one waits for without a word. */
static void show_on(struct zx__bkp_wait *w)
{
	w->state.reading = 2;
	w->state.diff = 0;
	zx_reply_panel(w->call, &zx__bkp_dashboard, &w->state);
}

static enum zx_press_result compare(struct zx__backup *b, struct zx_call *call,
				    struct zx__bkp_state *s)
{
	struct zx__bkp_wait *w = zx__bkp_wait(b, call, s);

	if (!w)
		return ZX_PRESS_DONE;
	w->done = compared;
	w->show = show_on;
	memcpy(w->a, s->a, sizeof(w->a));
	memcpy(w->b_id, s->b, sizeof(w->b_id));
	if (*s->a && *s->b) {
		zx__bkp_compare(w);
		return ZX_PRESS_DONE;
	}
	/* First that it is on its way; `compared` shows what came of it. */
	s->reading = 1;
	s->diff = 0;
	zx_reply_panel(call, &zx__bkp_dashboard, s);
	zx__bkp_compare(w);
	return ZX_PRESS_DONE;
}

/* Delete ----------------------------------------------------------------------
 */

static void choose(struct zx__bkp_state *s, const struct zx__bkv_view *v,
		   const char *id)
{
	const struct zx__backup_item *r = zx__backup_find(&v->data->list, id);

	if (!r) {
		say(s, "❌", "That backup has been deleted meanwhile.");
	} else if (r->pinned) {
		snprintf(s->notice, sizeof(s->notice),
			 "📌 `%s` is pinned: unpin it first with `/backuppin "
			 "%s`.",
			 r->id, r->id);
	} else {
		snprintf(s->chosen, sizeof(s->chosen), "%s", r->id);
		s->mode = ZX__BKP_ASK;
		s->asked = v->wall;
	}
}

static void delete_it(struct zx__backup *b, struct zx_call *call,
		      struct zx__bkp_state *s)
{
	const struct zx_call_info *info = zx_call_info(call);
	char why[256] = "";
	int err;

	s->mode = ZX__BKP_SHOW;
	if (info->wall - s->asked > ZX__BKP_ASK_MS || info->wall < s->asked) {
		say(s, "⌛",
		    "Not answered within a minute: nothing was deleted.");
		return;
	}
	err = zx__backup_delete(b, zx__backup_actor(b, call), info->guild_id,
				s->chosen, why);
	if (err)
		say(s, "❌", *why ? why : zx__backup_why(b, err));
	else
		snprintf(s->notice, sizeof(s->notice),
			 "🗑️ Backup `%s` is deleted.", s->chosen);
}

/* All -------------------------------------------------------------------------
 */

static void plain(struct zx__backup *b, struct zx_call *call,
		  struct zx__bkp_state *s, const struct zx__bkv_view *v,
		  const struct zx_press *p)
{
	size_t windows = zx__bkv_windows(v->data);
	enum zx__bkv_tab tab;

	if (tab_of(p, &tab))
		switch_tab(s, v, tab);
	else if (is(p, "next") || is(p, "back"))
		turn(s, v, p);
	else if (is(p, "older") && s->window + 1 < windows)
		s->window++;
	else if (is(p, "newer") && s->window)
		s->window--;
	else if (is(p, "side-a") || is(p, "side-b"))
		choose_side(s, v, p);
	else if (is(p, "delete")) {
		s->mode = ZX__BKP_CHOOSE;
		s->window = 0;
	} else if (is(p, "choose"))
		choose(s, v, p->value);
	else if (is(p, "cancel")) {
		s->mode = ZX__BKP_SHOW;
		if (*s->chosen)
			say(s, "👍", "Nothing was deleted.");
		s->chosen[0] = '\0';
	} else if (is(p, "yes") && s->mode == ZX__BKP_ASK)
		delete_it(b, call, s);
}

enum zx_press_result zx__bkp_press(struct zx_call *call, void *state,
				   const struct zx_press *p, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx__bkp_state *s = state;
	struct zx__bkv_data data;
	struct zx__bkv_view v;

	(void)ud;
	if (!b)
		return ZX_PRESS_DONE;
	s->notice[0] = '\0';
	s->reading = 0;
	if (zx__bkp_drop(b, call) && is(p, "stop"))
		say(s, "👍", "The comparison was cancelled.");
	if (is(p, "refresh")) {
		zx__bkp_refresh(b, call, s);
		return ZX_PRESS_DONE;
	}
	if (is(p, "run") && strcmp(s->a, s->b))
		return compare(b, call, s);
	if (is(p, "open")) {
		zx__bkp_open_item(call, p->value);
		return ZX_PRESS_DONE;
	}
	if (!zx__bkp_view(b, call, s, &data, &v))
		plain(b, call, s, &v, p);
	zx__bkv_release(&data);
	return ZX_PRESS_UPDATE;
}
