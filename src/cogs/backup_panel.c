/* SPDX-License-Identifier: MIT
 *
 * backup_panel: /backup, the dashboard, and /backuplist, which opens it where
 * the backups are. The server is looked at when it opens and on Refresh; every
 * press reads the state file anew.
 */
#include "cogs/backup_panel.h"
#include "cogs/rules.h"

void zx__bkp_pages(size_t page, size_t pages, struct zx_message *out)
{
	char label[48];

	page = page < pages ? page : pages - 1;
	snprintf(label, sizeof(label), "%zu / %zu", page + 1, pages);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "back", "◀", NULL, !page);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "page", NULL, label, 1);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "next", "▶", NULL,
			page + 1 >= pages);
}

size_t zx__bkp_turn(size_t page, size_t pages, const char *action)
{
	page = page < pages ? page : pages - 1;
	if (!strcmp(action, "next") && page + 1 < pages)
		return page + 1;
	return !strcmp(action, "back") && page ? page - 1 : page;
}

void zx__bkp_trouble(struct zx__backup *b, int err, struct zx_message *out)
{
	zx_message_clear(out);
	zx_embed(out, ZX_COLOR_RED, "❌ Not Readable");
	zx_embed_text(out, "%s", zx__backup_why(b, err));
}

/* Why the schedule does not do what it says. */
static const char *loud(struct zx__backup *b, uint64_t guild,
			const struct zx__backup_plan *p,
			struct zx__bkv_data *data)
{
	if (!p->enabled)
		return "";
	if (!b->config.auto_h)
		return "Schedules are off: BACKUP_AUTO_INTERVAL is 0";
	if (zx__backup_trouble(b, guild, &data->loud))
		return "";
	return zx_buf_cstr(&data->loud);
}

static const char *gone(const struct zx__bkp_state *s)
{
	if (s->reading)
		return s->reading == 1 ? "⏳ Reading the server…"
				       : "⏳ Comparing…";
	return s->diff ? "That comparison is no longer kept: press Compare"
		       : "";
}

/* Of hashes nothing else is expected, or nothing is shown. */
static void icon(const struct zx__backup *b, struct zx__bkv_view *v)
{
	const char *hash = v->live->icon;
	int animated = !strncmp(hash, "a_", 2);

	if (!*hash || strspn(hash, "0123456789abcdef_") != strlen(hash))
		return;
	snprintf(v->icon, sizeof(v->icon), "%.150s/icons/%llu/%s.%s",
		 b->cdn ? b->cdn : "https://cdn.discordapp.com",
		 (unsigned long long)v->guild, hash, animated ? "gif" : "png");
}

int zx__bkp_view(struct zx__backup *b, const struct zx_call *call,
		 const struct zx__bkp_state *s, struct zx__bkv_data *data,
		 struct zx__bkv_view *v)
{
	const struct zx_call_info *info = zx_call_info(call);
	const struct zx_guild *g = zx_bot_guild(b->bot, info->guild_id);
	uint64_t wait = zx__backup_cooldown(b, info->guild_id);
	int err = zx__bkv_load(data, b, info->guild_id,
			       s->tab == ZX__BKV_AUDIT_LOG);

	*v = (struct zx__bkv_view){
		.guild = info->guild_id,
		.guild_name = g ? g->name : "this server",
		.data = data,
		.max = b->config.max,
		.free_at = wait ? info->wall + (zx_wall)wait : 0,
		.live = &s->live,
		.diff = zx__bkp_kept(b, info->guild_id, s->diff),
		.gone = gone(s),
		.a = zx__backup_find(&data->list, s->a),
		.b = zx__backup_find(&data->list, s->b),
		.page = s->page,
		.wall = info->wall,
	};
	if (!err)
		err = zx__backup_plan_get(b, info->guild_id, &v->plan);
	icon(b, v);
	v->loud = loud(b, info->guild_id, &v->plan, data);
	return err;
}

/* Rendering -------------------------------------------------------------------
 */

static void tab_buttons(enum zx__bkv_tab tab, struct zx_message *out)
{
	static const struct {
		const char *action, *emoji, *label;
	} tabs[] = {
		[ZX__BKV_OVERVIEW] = { "overview", "📊", "Overview" },
		[ZX__BKV_BACKUPS] = { "backups", "📦", "Backups" },
		[ZX__BKV_COMPARE] = { "compare", "🔍", "Compare" },
		[ZX__BKV_AUDIT_LOG] = { "audit", "📜", "Audit Log" },
		[ZX__BKV_ANALYTICS] = { "analytics", "📈", "Analytics" },
	};
	int i;

	for (i = ZX__BKV_OVERVIEW; i <= ZX__BKV_ANALYTICS; i++)
		zx_panel_button(
			out,
			(enum zx__bkv_tab)i == tab ? ZX_BUTTON_PRIMARY
						   : ZX_BUTTON_SECONDARY,
			tabs[i].action, tabs[i].emoji, tabs[i].label, 0);
	zx_row(out);
}

void zx__bkv_options(const struct zx__bkv_data *d, size_t window,
		     const char *chosen, struct zx_message *out)
{
	const struct zx__backup_item *c = zx__backup_find(&d->list, chosen);
	struct zx_buf name;
	size_t from,
		to = zx__bkv_span(d->list.count, ZX__BKV_WINDOW, window, &from);
	size_t i;

	zx_buf_init(&name, out->alloc, 0);
	if (c && ((size_t)(c - d->list.items) < from ||
		  (size_t)(c - d->list.items) >= to)) {
		zx__bkv_name(c, &name);
		zx_select_option(out, c->id, zx_buf_cstr(&name), NULL, NULL, 1);
	}
	for (i = from; i < to; i++) {
		const struct zx__backup_item *r = &d->list.items[i];

		zx_buf_clear(&name);
		zx__bkv_name(r, &name);
		zx_select_option(out, r->id, zx_buf_cstr(&name), NULL, NULL,
				 r == c);
	}
	if (name.err)
		out->err = name.err;
	zx_buf_release(&name);
}

size_t zx__bkv_windows(const struct zx__bkv_data *d)
{
	size_t n = d->list.count;

	return n ? (n + ZX__BKV_WINDOW - 1) / ZX__BKV_WINDOW : 1;
}

static void side_select(const struct zx__bkv_view *v,
			const struct zx__bkp_state *s, int second,
			struct zx_message *out)
{
	const char *chosen = second ? s->b : s->a;

	zx_panel_select(out, ZX_SELECT_STRING, second ? "side-b" : "side-a",
			second ? "… to" : "Compare from …", 1, 1);
	zx_select_option(out, "current", "The server as it is",
			 "Reads all of it: a moment", "🌐", !*chosen);
	zx__bkv_options(v->data, s->window, chosen, out);
}

static void compare_rows(const struct zx__bkv_view *v,
			 const struct zx__bkp_state *s, struct zx_message *out)
{
	size_t windows = zx__bkv_windows(v->data);

	if (!v->data->list.count)
		return;
	side_select(v, s, 0, out);
	side_select(v, s, 1, out);
	zx_panel_button(out, ZX_BUTTON_SUCCESS, "run", "🔍", "Compare",
			s->reading || !strcmp(s->a, s->b));
	if (s->reading)
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "stop", NULL,
				"Cancel", 0);
	if (windows < 2)
		return;
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "newer", NULL, "Newer ones",
			!s->window);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "older", NULL, "Older ones",
			s->window + 1 >= windows);
}

/* A backup to look at, from the list. */
static void backups_row(const struct zx__bkv_view *v,
			const struct zx__bkp_state *s, struct zx_message *out)
{
	struct zx_buf name;
	size_t i, to = zx__bkv_span(v->data->list.count, ZX__BKV_PAGE, s->page,
				    &i);

	if (i == to)
		return;
	zx_panel_select(out, ZX_SELECT_STRING, "open", "Open a backup…", 1, 1);
	zx_buf_init(&name, out->alloc, 0);
	for (; i < to; i++) {
		zx_buf_clear(&name);
		zx__bkv_name(&v->data->list.items[i], &name);
		zx_select_option(out, v->data->list.items[i].id,
				 zx_buf_cstr(&name), NULL, NULL, 0);
	}
	if (name.err)
		out->err = name.err;
	zx_buf_release(&name);
}

static void show(const struct zx__bkv_view *v, const struct zx__bkp_state *s,
		 struct zx_message *out)
{
	zx__bkv_render(v, s->tab, out);
	tab_buttons(s->tab, out);
	zx__bkp_pages(s->page, zx__bkv_pages(v, s->tab), out);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "refresh", "🔄", "Refresh", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "delete", "🗑️",
			"Delete Backup", !v->data->list.count);
	if (s->tab == ZX__BKV_BACKUPS)
		backups_row(v, s, out);
	if (s->tab == ZX__BKV_COMPARE)
		compare_rows(v, s, out);
}

static void choose(const struct zx__bkv_view *v, const struct zx__bkp_state *s,
		   struct zx_message *out)
{
	size_t windows = zx__bkv_windows(v->data);

	zx_embed(out, ZX_COLOR_ORANGE, "🗑️ Delete a Backup");
	zx_embed_text(out, "Choose one of %zu. Pinned ones 📌 are protected.",
		      v->data->list.count);
	zx__bkv_footer(v, "You will be asked once more", out);
	if (v->data->list.count) {
		zx_panel_select(out, ZX_SELECT_STRING, "choose",
				"Choose a backup…", 1, 1);
		zx__bkv_options(v->data, s->window, "", out);
	}
	if (windows > 1)
		zx__bkp_pages(s->window, windows, out);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "cancel", NULL, "Back", 0);
}

static void ask(const struct zx__bkv_view *v, const struct zx__bkp_state *s,
		struct zx_message *out)
{
	const struct zx__backup_item *r =
		zx__backup_find(&v->data->list, s->chosen);

	if (!r) {
		choose(v, s, out);
		return;
	}
	zx__bkv_delete(v, r, out);
	zx_panel_button(out, ZX_BUTTON_DANGER, "yes", "🗑️",
			"Confirm Delete", 0);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "cancel", NULL, "Cancel", 0);
}

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct zx__bkp_state *s = state;
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	struct zx__bkv_data data;
	struct zx__bkv_view v;
	int err;

	(void)over;
	(void)ud;
	if (!b || b->stopped) {
		zx_say(out, "The backup system has ended.");
		return;
	}
	if (*s->notice)
		zx_say(out, "%s", s->notice);
	err = zx__bkp_view(b, call, s, &data, &v);
	if (err)
		zx__bkp_trouble(b, err, out);
	else if (s->mode == ZX__BKP_ASK)
		ask(&v, s, out);
	else if (s->mode == ZX__BKP_CHOOSE)
		choose(&v, s, out);
	else
		show(&v, s, out);
	zx__bkv_release(&data);
}

const struct zx_panel zx__bkp_dashboard = {
	.name = "backup",
	.state_size = sizeof(struct zx__bkp_state),
	.timeout_ms = ZX__BKP_MS,
	.render = render,
	.press = zx__bkp_press,
};

/* Opening ---------------------------------------------------------------------
 */

static void looked(struct zx__bkp_wait *w, struct zx__backup *b)
{
	(void)b;
	zx_reply_panel(w->call, &zx__bkp_dashboard, &w->state);
}

void zx__bkp_refresh(struct zx__backup *b, struct zx_call *call,
		     const struct zx__bkp_state *s)
{
	struct zx__bkp_wait *w = zx__bkp_wait(b, call, s);

	if (!w)
		return;
	w->done = looked;
	zx__bkp_look(w);
}

static void open_at(struct zx_call *call, enum zx__bkv_tab tab)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx__bkp_state s;

	if (!b)
		return;
	memset(&s, 0, sizeof(s));
	s.tab = tab;
	zx__bkp_refresh(b, call, &s);
}

static void run_backup(struct zx_call *call, void *ud)
{
	(void)ud;
	open_at(call, ZX__BKV_OVERVIEW);
}

static void run_list(struct zx_call *call, void *ud)
{
	(void)ud;
	open_at(call, ZX__BKV_BACKUPS);
}

const struct zx_command zx__backup_command = {
	.name = "backup",
	.description = "Open the Backup & Restore dashboard (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.rule = ZX__RULE(backup),
	.flags = ZX_COMMAND_GUILD_ONLY | ZX_COMMAND_EPHEMERAL,
	.cooldown_ms = 10000,
	.run = run_backup,
};

const struct zx_command zx__backup_list_command = {
	.name = "backuplist",
	.description = "List all backups (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.rule = ZX__RULE(backuplist),
	.flags = ZX_COMMAND_GUILD_ONLY | ZX_COMMAND_EPHEMERAL,
	.run = run_list,
};
