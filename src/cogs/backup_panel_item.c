/* SPDX-License-Identifier: MIT
 *
 * backup_panel_item: /backupview, one backup in full: a selector of its
 * sections, and pages.
 */
#include "cogs/backup_panel.h"
#include "cogs/rules.h"

struct state {
	char id[ZX_GUILD_ID_TEXT];
	int section;
	size_t page;
	int from_list; /* opened there: a button leads back */
};

/* A backup under the reader's eyes; shut() in any case. */
struct open {
	struct zx__backup_list list;
	struct zx__backup_open file;
	struct zx__bkv_item_view v;
};

static int look(struct zx__backup *b, const struct zx_call *call,
		const struct state *s, struct open *o)
{
	const struct zx_call_info *info = zx_call_info(call);
	int err;

	memset(o, 0, sizeof(*o));
	err = zx__backup_list(b, info->guild_id, &o->list);
	if (err)
		return err;
	o->v = (struct zx__bkv_item_view){
		.row = zx__backup_find(&o->list, s->id),
		.section = s->section,
		.page = s->page,
		.wall = info->wall,
	};
	if (!o->v.row)
		return ZX_E_NOTFOUND;
	err = zx__backup_open(b, info->guild_id, s->id, &o->file);
	if (!err)
		o->v.reader = &o->file.reader;
	/* A damaged manifest is shown as such. */
	return err == ZX_E_CORRUPT || err == ZX_E_VERSION ? ZX_OK : err;
}

static void shut(struct open *o)
{
	zx__backup_open_release(&o->file);
	zx__backup_list_release(&o->list);
}

static void buttons(const struct state *s, const struct open *o,
		    struct zx_message *out)
{
	size_t pages = zx__bkv_item_pages(&o->v);

	if (o->v.reader) {
		zx_panel_select(out, ZX_SELECT_STRING, "section",
				"What to show…", 1, 1);
		zx__bkv_item_options(&o->v, out);
	}
	if (pages > 1)
		zx__bkp_pages(s->page, pages, out);
	if (s->from_list)
		zx_panel_button(out, ZX_BUTTON_SECONDARY, "list", "📦",
				"All backups", 0);
}

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = state;
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	struct open o;
	int err;

	(void)over;
	(void)ud;
	if (!b || b->stopped) {
		zx_say(out, "The backup system has ended.");
		return;
	}
	err = look(b, call, s, &o);
	if (err == ZX_E_NOTFOUND) {
		zx_embed(out, ZX_COLOR_RED, "❌ Not Found");
		zx_embed_text(out, "Backup `%s` has been deleted meanwhile.",
			      s->id);
	} else if (err) {
		zx__bkp_trouble(b, err, out);
	} else {
		err = zx__bkv_item_render(&o.v, out);
		if (err)
			out->err = err;
	}
	if (!err || s->from_list)
		buttons(s, &o, out);
	shut(&o);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct state *s = state;
	struct zx__bkp_state list;
	struct open o;
	int64_t n;

	(void)ud;
	if (!b)
		return ZX_PRESS_DONE;
	if (!strcmp(p->action, "list")) {
		memset(&list, 0, sizeof(list));
		list.tab = ZX__BKV_BACKUPS;
		zx__bkp_refresh(b, call, &list);
		return ZX_PRESS_DONE;
	}
	if (!strcmp(p->action, "section") &&
	    !zx_str_i64(zx_str(p->value), &n) && n >= -1 &&
	    n < ZX_SECTION_COUNT) {
		s->section = (int)n;
		s->page = 0;
	} else if (!look(b, call, s, &o)) {
		s->page = zx__bkp_turn(s->page, zx__bkv_item_pages(&o.v),
				       p->action);
		shut(&o);
	} else {
		shut(&o);
	}
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "backupview",
	.state_size = sizeof(struct state),
	.timeout_ms = ZX__BKP_MS,
	.render = render,
	.press = press,
};

static void show(struct zx_call *call, const char *id, int from_list)
{
	struct state s;

	memset(&s, 0, sizeof(s));
	snprintf(s.id, sizeof(s.id), "%s", id);
	s.section = -1;
	s.from_list = from_list;
	zx_reply_panel(call, &panel, &s);
}

void zx__bkp_open_item(struct zx_call *call, const char *id)
{
	show(call, id, 1);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char id[ZX_GUILD_ID_TEXT];

	(void)ud;
	if (b && !zx__bkp_find(b, call, "backup_id", id))
		show(call, id, 0);
}

static const struct zx_option options[] = {
	ZX__BACKUP_ID_OPTION("backup_id", "Backup ID, or its first digits"),
};

const struct zx_command zx__backup_view_command = {
	.name = "backupview",
	.description = "Detailed backup info (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 1,
	.rule = ZX__RULE(backupview),
	.flags = ZX_COMMAND_GUILD_ONLY | ZX_COMMAND_EPHEMERAL,
	.run = run,
	.complete = zx__backup_complete,
};
