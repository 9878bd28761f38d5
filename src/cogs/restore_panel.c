/* SPDX-License-Identifier: MIT
 *
 * restore_panel: from a backup to a plan, and through the restore. Its message
 * is pressed by whoever called the command only; the right is checked again at
 * each press.
 */
#include "cogs/restore_show.h"

/* Rendering ---------------------------------------------------------------- */

static const char *name_of(struct zx__backup *b, uint64_t guild)
{
	const struct zx_guild *g = zx_bot_guild(b->bot, guild);

	return g ? g->name : "this server";
}

static void toggle(unsigned what, unsigned bit, const char *action,
		   const char *emoji, const char *label, struct zx_message *out)
{
	zx_panel_button(out,
			what & bit ? ZX_BUTTON_SUCCESS : ZX_BUTTON_SECONDARY,
			action, emoji, label, 0);
}

static void more_select(const struct zx__rsp_state *s, struct zx_message *out)
{
	static const struct {
		unsigned bit;
		const char *name, *title;
	} parts[] = {
#define ZX__X(bit, name, title) { ZX_RESTORE_##bit, name, title },
		ZX_RESTORE_PARTS(ZX__X)
#undef ZX__X
	};
	unsigned n = sizeof(parts) / sizeof(*parts);

	zx_panel_select(out, ZX_SELECT_STRING, "more", "And besides …", 0,
			n - 8 + 2);
	for (unsigned i = 8; i < n; i++)
		zx_select_option(out, parts[i].name, parts[i].title, NULL, NULL,
				 (s->ask.what & parts[i].bit) != 0);
	zx_select_option(out, "update", "Changed channels too",
			 "Bring back what they were", "✏️", s->ask.update);
	zx_select_option(out, "mentions", "Mentions in topics",
			 "Let them follow channels and roles", NULL,
			 s->ask.mentions);
}

static void choose_rows(const struct zx__rsp_state *s, struct zx_message *out)
{
	unsigned w = s->ask.what;

	toggle(w, ZX_RESTORE_ROLES, "roles", "🎭", "Roles", out);
	toggle(w, ZX_RESTORE_CATEGORIES, "categories", "📂", "Categories", out);
	toggle(w, ZX_RESTORE_CHANNELS, "channels", "💬", "Channels", out);
	toggle(w, ZX_RESTORE_MEMBERS, "members", "👥", "Members", out);
	zx_row(out);
	toggle(w, ZX_RESTORE_EMOJIS, "emojis", "😀", "Emojis", out);
	toggle(w, ZX_RESTORE_STICKERS, "stickers", "🎨", "Stickers", out);
	toggle(w, ZX_RESTORE_GUILD, "guild", "🏠", "Server Settings", out);
	toggle(w, ZX_RESTORE_BOT, "bot", "🤖", "Bot Settings", out);
	zx_row(out);
	zx_panel_button(
		out, s->ask.role_sync ? ZX_BUTTON_DANGER : ZX_BUTTON_SECONDARY,
		"sync", "🔀", "Role Sync", 0);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "all", "🔄", "Select All", 0);
	more_select(s, out);
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "plan", "📋", "Show Plan",
			s->mode == ZX__RSP_READING);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "cancel", "❌", "Cancel", 0);
}

static void render_choose(struct zx__backup *b, const struct zx__rsp_state *s,
			  struct zx_message *out)
{
	struct zx__backup_list l;
	uint64_t source = s->ask.source ? s->ask.source : s->ask.guild;
	int err = zx__backup_list(b, source, &l);
	struct zx__rsv_choose v = {
		.item = zx__backup_find(&l, s->ask.snapshot),
		.guild_name = name_of(b, s->ask.guild),
		.from = s->from[0] ? s->from : NULL,
		.what = s->ask.what,
		.role_sync = s->ask.role_sync,
		.update = s->ask.update,
		.notice = s->mode == ZX__RSP_READING
				  ? "⏳ Reading the server and planning…"
				  : s->notice,
	};

	if (err)
		zx__bkp_trouble(b, err, out);
	else
		zx__rsv_choose(&v, out);
	if (!err && v.item)
		choose_rows(s, out);
	zx__backup_list_release(&l);
}

static void render_plan(struct zx__backup *b, const struct zx_call *call,
			const struct zx__rsp_state *s, struct zx_message *out)
{
	const struct zx_plan *p = zx__rsp_kept(b, s->ask.guild, s->plan);
	struct zx__rsv_plan v = {
		.plan = p,
		.snapshot = s->ask.takes_back ? "" : s->ask.snapshot,
		.guild_name = name_of(b, s->ask.guild),
		.role_sync = s->ask.role_sync && !s->ask.takes_back,
		.update = s->ask.update,
		.page = s->page,
		.wall = zx_call_info(call)->wall,
		.notice = s->notice,
	};

	if (!p) {
		zx_embed(out, ZX_COLOR_ORANGE, "⌛ The Plan Has Gone");
		zx_embed_text(out, "Too many others were made since. Make it "
				   "again with `/backuprestore`.");
		return;
	}
	zx__rsv_plan(&v, out);
	zx__bkp_pages(s->page, zx__rsv_plan_pages(p), out);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "file", "📄", "As a File", 0);
	zx_row(out);
	zx_panel_button(out, ZX_BUTTON_DANGER, "confirm", "✅",
			s->ask.takes_back ? "Confirm Undo" : "Confirm Restore",
			zx_plan_blocked(p) || zx_plan_empty(p));
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "choose", "↩️", "Back",
			0);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "cancel", "❌", "Cancel", 0);
}

static void run_row(const struct zx__restore_view *v, struct zx_message *out)
{
	switch (v->phase) {
	case ZX__RESTORE_RUNNING:
		zx_panel_button(out, ZX_BUTTON_SECONDARY,
				v->progress.paused ? "resume" : "pause",
				v->progress.paused ? "▶️" : "⏸️",
				v->progress.paused ? "Resume" : "Pause", 0);
		zx_panel_button(out, ZX_BUTTON_DANGER, "stop", "⏹️", "Stop",
				0);
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "look", "🔄",
				"Refresh", 0);
		break;
	case ZX__RESTORE_STOPPED:
		zx_panel_button(out, ZX_BUTTON_SUCCESS, "go-on", "▶️",
				"Go On", !v->plan);
		zx_panel_button(out, ZX_BUTTON_DANGER, "undo", "↩️", "Undo",
				v->undo || !v->plan);
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "give-up", "🏁",
				"Leave as Is", 0);
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "report", "📄",
				"Report", !v->run);
		break;
	case ZX__RESTORE_OVER:
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "report", "📄",
				"Report", !v->run);
		zx_panel_button(out, ZX_BUTTON_DANGER, "undo", "↩️", "Undo",
				v->undo || v->undone || !v->plan);
		break;
	default:
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "look", "🔄",
				"Refresh", 0);
	}
}

static void render_watch(struct zx__backup *b, const struct zx_call *call,
			 const struct zx__rsp_state *s, struct zx_message *out)
{
	struct zx__restore_view v;
	int err = zx__rsp_view(b, s->ask.guild, s->n, &v);

	if (err == ZX_E_NOTFOUND) {
		zx_embed(out, ZX_COLOR_ORANGE, "❌ Not Found");
		zx_embed_text(out, "That restore is no longer remembered.");
		return;
	}
	if (err) {
		zx__bkp_trouble(b, err, out);
		return;
	}
	(void)call;
	zx__rsv_run(&v, name_of(b, s->ask.guild), zx_wall_clock(), out);
	if (s->notice[0])
		zx_embed_field(out, 0, "ℹ️", "%s", s->notice);
	run_row(&v, out);
}

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct zx__rsp_state *s = state;
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));

	(void)over;
	(void)ud;
	if (!b || b->stopped)
		zx_say(out, "The bot has stopped. A restore that was under way "
			    "goes on with `/backuprestore status`.");
	else if (s->mode == ZX__RSP_WATCH)
		render_watch(b, call, s, out);
	else if (s->mode == ZX__RSP_PLAN)
		render_plan(b, call, s, out);
	else
		render_choose(b, s, out);
}

/* Pressing ----------------------------------------------------------------- */

static void more(struct zx__rsp_state *s, struct zx_str values)
{
	struct zx_json_iter it = zx_json_each(values);

	s->ask.what &= ZX_RESTORE_IMAGES - 1; /* those with a button stay */
	s->ask.update = s->ask.mentions = 0;
	while (zx_json_next(&it)) {
		struct zx_str v = zx_json_plain(it.value);

#define ZX__X(bit, name, title)                                                \
	if (zx_str_is(v, name))                                                \
		s->ask.what |= ZX_RESTORE_##bit;
		ZX_RESTORE_PARTS(ZX__X)
#undef ZX__X
		if (zx_str_is(v, "update"))
			s->ask.update = 1;
		if (zx_str_is(v, "mentions"))
			s->ask.mentions = 1;
	}
}

static unsigned bit_of(const char *action)
{
#define ZX__X(bit, name, title)                                                \
	if (!strcmp(action, name))                                             \
		return ZX_RESTORE_##bit;
	ZX_RESTORE_PARTS(ZX__X)
#undef ZX__X
	return 0;
}

static enum zx_press_result press_choose(struct zx__backup *b,
					 struct zx_call *call,
					 struct zx__rsp_state *s,
					 const struct zx_press *p)
{
	s->notice[0] = '\0';
	if (bit_of(p->action))
		s->ask.what ^= bit_of(p->action);
	else if (!strcmp(p->action, "more"))
		more(s, p->values);
	else if (!strcmp(p->action, "sync"))
		s->ask.role_sync = !s->ask.role_sync;
	else if (!strcmp(p->action, "all"))
		s->ask.what = s->ask.what == ZX_RESTORE_ALL ? ZX_RESTORE_DEFAULT
							    : ZX_RESTORE_ALL;
	else if (!strcmp(p->action, "plan") && !s->ask.what)
		snprintf(s->notice, sizeof(s->notice),
			 "❌ Select at least one component.");
	else if (!strcmp(p->action, "plan"))
		zx__rsp_plan(b, call, s);
	return ZX_PRESS_UPDATE;
}

/* It may be confirmed while its file is on the way. */
static const struct zx_plan *plan_of(struct zx__backup *b,
				     const struct zx__rsf *what)
{
	const struct zx_plan *p = zx__rsp_kept(b, what->guild, what->n);
	struct zx__restore_view v;

	if (p)
		return p;
	if (zx__rsp_view(b, what->guild, 0, &v) || !v.plan ||
	    strcmp(what->name + strlen("plan-"), zx_plan_id(v.plan)) != 0)
		return NULL;
	return v.plan;
}

static int plan_text(struct zx__backup *b, const struct zx__rsf *what,
		     int (*write)(struct zx_str piece, void *ud), void *ud)
{
	const struct zx_plan *p = plan_of(b, what);

	return p ? zx__rsv_plan_text(p, b->alloc, write, ud) : ZX_E_NOTFOUND;
}

static void send_plan(struct zx__backup *b, struct zx_call *call,
		      const struct zx__rsp_state *s)
{
	const struct zx_plan *p = zx__rsp_kept(b, s->ask.guild, s->plan);
	struct zx__rsf what = {
		.make = plan_text,
		.guild = s->ask.guild,
		.n = s->plan,
		.title = "The plan",
		.again = "*As a File* below the plan sends all of it again.",
		.private = 1,
	};

	if (!p)
		return;
	snprintf(what.name, sizeof(what.name), "plan-%s", zx_plan_id(p));
	zx__rsf_send(b, call, &what);
}

static enum zx_press_result press_plan(struct zx__backup *b,
				       struct zx_call *call,
				       struct zx__rsp_state *s,
				       const struct zx_press *p)
{
	const struct zx_plan *plan = zx__rsp_kept(b, s->ask.guild, s->plan);

	s->notice[0] = '\0';
	if (!strcmp(p->action, "confirm"))
		zx__rsp_begin(b, call, s);
	else if (!strcmp(p->action, "file"))
		send_plan(b, call, s);
	else if (!strcmp(p->action, "choose") && s->ask.takes_back)
		s->mode = ZX__RSP_WATCH;
	else if (!strcmp(p->action, "choose"))
		s->mode = ZX__RSP_CHOOSE;
	else if (plan)
		s->page = zx__bkp_turn(s->page, zx__rsv_plan_pages(plan),
				       p->action);
	return ZX_PRESS_UPDATE;
}

static enum zx_press_result press_watch(struct zx__backup *b,
					struct zx_call *call,
					struct zx__rsp_state *s,
					const struct zx_press *p)
{
	uint64_t guild = s->ask.guild;
	char why[256] = "";
	int err = ZX_OK;

	s->notice[0] = '\0';
	if (!strcmp(p->action, "pause") || !strcmp(p->action, "resume"))
		err = zx__restore_pause(b, guild, p->action[0] == 'p');
	else if (!strcmp(p->action, "stop"))
		err = zx__restore_cancel(b, guild);
	else if (!strcmp(p->action, "go-on"))
		err = zx__restore_go_on(b, guild, why);
	else if (!strcmp(p->action, "give-up"))
		err = zx__restore_give_up(b, guild);
	else if (!strcmp(p->action, "undo"))
		zx__rsp_undo(b, call, s, s->n);
	else if (!strcmp(p->action, "report"))
		zx__rsp_report(b, call, s->n);
	if (err)
		snprintf(s->notice, sizeof(s->notice), "%s",
			 why[0] ? why : "That is not possible any more.");
	else if (s->mode == ZX__RSP_WATCH)
		zx__rsp_follow(b, call, s);
	return ZX_PRESS_UPDATE;
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx__rsp_state *s = state;
	struct zx_message m;

	(void)ud;
	if (!b)
		return ZX_PRESS_DONE;
	if (!strcmp(p->action, "cancel")) {
		zx_message_init(&m, b->alloc);
		zx_embed(&m, ZX_COLOR_BLURPLE, "🚫 Restore Cancelled");
		zx_embed_text(&m, "No changes were made to your server.");
		(void)zx_reply(call, &m);
		zx_message_release(&m);
		return ZX_PRESS_DONE;
	}
	if (s->mode == ZX__RSP_WATCH)
		return press_watch(b, call, s, p);
	if (s->mode == ZX__RSP_PLAN)
		return press_plan(b, call, s, p);
	return s->mode == ZX__RSP_READING ? ZX_PRESS_UPDATE
					  : press_choose(b, call, s, p);
}

const struct zx_panel zx__rsp_panel = {
	.name = "backuprestore",
	.state_size = sizeof(struct zx__rsp_state),
	.timeout_ms = ZX__RSP_MS,
	.render = render,
	.press = press,
};
