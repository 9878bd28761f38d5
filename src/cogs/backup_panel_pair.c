/* SPDX-License-Identifier: MIT
 *
 * backup_panel_pair: /backupdiff, two backups or one and the server, field by
 * field; what is long comes as a file besides.
 */
#include "cogs/backup_panel.h"
#include "cogs/backup_work.h"
#include "cogs/rules.h"

enum { FILE_PAGES = 3 }; /* beyond that a file is better */

struct state {
	uint64_t diff;
	size_t page;
};

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = state;
	const struct zx_call_info *info = zx_call_info(call);
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	const struct zx__bkv_diff *d;
	size_t pages;

	(void)over;
	(void)ud;
	d = b && !b->stopped ? zx__bkp_kept(b, info->guild_id, s->diff) : NULL;
	zx_embed(out, ZX_COLOR_BLURPLE, "🔀 Backup Diff");
	if (!d) {
		zx_embed_text(out, "This comparison is no longer kept. Run the "
				   "command again.");
		return;
	}
	zx__bkv_diff_render(d, s->page, out);
	zx_embed_footer(out, "+ added • − removed • ~ changed");
	if (info->wall)
		zx_embed_time(out, info->wall);
	pages = zx__bkv_diff_pages(d);
	if (pages > 1)
		zx__bkp_pages(s->page, pages, out);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct state *s = state;
	const struct zx__bkv_diff *d;

	(void)ud;
	if (!b)
		return ZX_PRESS_DONE;
	d = zx__bkp_kept(b, zx_call_info(call)->guild_id, s->diff);
	if (d)
		s->page =
			zx__bkp_turn(s->page, zx__bkv_diff_pages(d), p->action);
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "backupdiff",
	.state_size = sizeof(struct state),
	.timeout_ms = ZX__BKP_MS,
	.render = render,
	.press = press,
};

static const char *side(const char *id)
{
	return *id ? id : "current";
}

static void send_file(struct zx__bkp_wait *w, const struct zx__bkv_diff *d)
{
	struct zx_message m;
	struct zx_buf text;
	char name[96];

	zx_buf_init(&text, w->b->alloc, 0);
	zx__bkv_diff_file(d, &text);
	snprintf(name, sizeof(name), "backup_diff_%s_%s.diff", side(w->a),
		 side(w->b_id));
	zx_message_init(&m, zx_call_alloc(w->call));
	zx_say(&m, "All %llu lines as a file.",
	       (unsigned long long)(d->lines + d->left_out));
	zx_attach(&m, name, "text/plain; charset=utf-8", zx_buf_str(&text));
	zx_message_flags(&m, ZX_MESSAGE_EPHEMERAL);
	if (!text.err)
		zx_follow_up(w->call, &m);
	zx_message_release(&m);
	zx_buf_release(&text);
}

/* In place of that it goes on, where that was said. */
static void refuse(struct zx__bkp_wait *w)
{
	struct zx__backup_work work = { .call = w->call, .shown = w->shown };

	zx__backup_work_fail(&work, "❌ Not Compared", "%s", w->why);
}

static void compared(struct zx__bkp_wait *w, struct zx__backup *b)
{
	const struct zx__bkv_diff *d = zx__bkp_kept(b, w->guild, w->diff);
	struct state s = { .diff = w->diff };

	if (!d) {
		refuse(w);
		return;
	}
	zx_reply_panel(w->call, &panel, &s);
	if (zx__bkv_diff_pages(d) > FILE_PAGES)
		send_file(w, d);
}

/* The server itself, or a backup. */
static int find_side(struct zx__backup *b, struct zx_call *call,
		     const char *option, char id[ZX_GUILD_ID_TEXT])
{
	struct zx_str text = zx_str_trim(zx_str(zx_call_text(call, option)));

	id[0] = '\0';
	if (zx_str_is_nocase(text, "current") || zx_str_is_nocase(text, "live"))
		return ZX_OK;
	return zx__bkp_find(b, call, option, id);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char x[ZX_GUILD_ID_TEXT], y[ZX_GUILD_ID_TEXT];
	struct zx__bkp_wait *w;

	(void)ud;
	if (!b || find_side(b, call, "id_a", x) ||
	    find_side(b, call, "id_b", y))
		return;
	if (!strcmp(x, y)) {
		zx_fail(call, "❌ Nothing to Compare",
			"Both are %s: name two different ones",
			*x ? x : "the server as it is");
		return;
	}
	w = zx__bkp_wait(b, call, NULL);
	if (!w)
		return;
	memcpy(w->a, x, sizeof(x));
	memcpy(w->b_id, y, sizeof(y));
	w->done = compared;
	/* An interaction says "thinking" by itself. */
	if ((!*x || !*y) && zx_call_info(call)->form != ZX_FORM_SLASH)
		zx_answer(call, "⏳ Reading the server…");
	zx__bkp_compare(w);
}

static const struct zx_option options[] = {
	ZX__BACKUP_ID_OPTION("id_a", "First backup ID, or \"current\""),
	ZX__BACKUP_ID_OPTION("id_b", "Second backup ID, or \"current\""),
};

const struct zx_command zx__backup_diff_command = {
	.name = "backupdiff",
	.description = "Compare two backups, or one and the server "
		       "(Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 2,
	.rule = ZX__RULE(backupdiff),
	.flags = ZX_COMMAND_GUILD_ONLY | ZX_COMMAND_EPHEMERAL,
	.run = run,
	.complete = zx__backup_complete,
};

int zx__bkp_find(struct zx__backup *b, struct zx_call *call, const char *option,
		 char id[ZX_GUILD_ID_TEXT])
{
	struct zx__backup_list l;
	char why[256];
	int err = zx__backup_list(b, zx_call_info(call)->guild_id, &l);

	if (err)
		zx_fail(call, "❌ Command Error", "%s", zx__backup_why(b, err));
	else if ((err = zx__bkv_find(&l, zx_str(zx_call_text(call, option)), id,
				     why)) != ZX_OK)
		zx_fail(call,
			err == ZX_E_LIMIT ? "❌ Not Unique" : "❌ Not Found",
			"%s", why);
	zx__backup_list_release(&l);
	return err;
}
