/* SPDX-License-Identifier: MIT
 *
 * backup_view: the dashboard's Overview and Backups, and what its pages have in
 * common.
 */
#include "cogs/backup_view.h"

/* Parts -----------------------------------------------------------------------
 */

void zx__bkv_text(struct zx_buf *out, struct zx_str s, size_t max)
{
	struct zx_buf line;
	size_t i;

	zx_buf_init(&line, out->alloc, 0);
	for (i = 0; i < s.len; i++)
		zx_buf_addch(&line,
			     (unsigned char)s.ptr[i] < ' ' ? ' ' : s.ptr[i]);
	zx__backup_safe(out, zx_buf_str(&line), max);
	if (line.err)
		out->err = line.err;
	zx_buf_release(&line);
}

void zx__bkv_code(struct zx_buf *out, struct zx_str s, size_t max)
{
	struct zx_str head = zx_utf8_head(s, max);
	size_t i;

	for (i = 0; i < head.len; i++) {
		unsigned char c = (unsigned char)head.ptr[i];

		if (c == '`')
			zx_buf_addc(out, "ˋ");
		else
			zx_buf_addch(out, c < ' ' ? ' ' : (char)c);
	}
	if (head.len < s.len)
		zx_buf_addc(out, "…");
}

void zx__bkv_field(struct zx_message *out, int is_inline, const char *name,
		   struct zx_buf *text)
{
	size_t n = text->len;

	while (n && text->ptr[n - 1] == '\n')
		n--;
	if (n)
		zx_embed_field(out, is_inline, name, "%.*s", (int)n, text->ptr);
	if (text->err)
		out->err = text->err;
	zx_buf_clear(text);
}

void zx__bkv_footer(const struct zx__bkv_view *v, const char *text,
		    struct zx_message *out)
{
	zx_embed_footer(out, "%s", text);
	if (v->wall)
		zx_embed_time(out, v->wall);
}

void zx__bkv_plural(struct zx_buf *out, uint64_t n, const char *what)
{
	zx_commas(out, n);
	zx_buf_addf(out, " %s%s", what, n == 1 ? "" : "s");
}

/* "**The Aviary**" */
void zx__bkv_guild(const struct zx__bkv_view *v, struct zx_buf *out)
{
	zx_buf_addc(out, "**");
	zx__bkv_text(out, zx_str(v->guild_name), 100);
	zx_buf_addc(out, "**");
}

size_t zx__bkv_span(size_t count, size_t per, size_t page, size_t *from)
{
	size_t pages = count ? (count + per - 1) / per : 1;

	page = page < pages ? page : pages - 1;
	*from = page * per;
	return *from + per < count ? *from + per : count;
}

size_t zx__bkv_pages(const struct zx__bkv_view *v, enum zx__bkv_tab tab)
{
	size_t n, per;

	if (tab == ZX__BKV_COMPARE)
		return v->diff ? zx__bkv_diff_pages(v->diff) : 1;
	if (tab == ZX__BKV_BACKUPS) {
		n = v->data->list.count;
		per = ZX__BKV_PAGE;
	} else if (tab == ZX__BKV_AUDIT_LOG) {
		n = v->data->audit_count;
		per = ZX__BKV_AUDIT_PAGE;
	} else {
		return 1;
	}
	return n ? (n + per - 1) / per : 1;
}

void zx__bkv_render(const struct zx__bkv_view *v, enum zx__bkv_tab tab,
		    struct zx_message *out)
{
	static void (*const tabs[])(const struct zx__bkv_view *v,
				    struct zx_message *out) = {
		[ZX__BKV_OVERVIEW] = zx__bkv_overview,
		[ZX__BKV_BACKUPS] = zx__bkv_backups,
		[ZX__BKV_COMPARE] = zx__bkv_compare,
		[ZX__BKV_AUDIT_LOG] = zx__bkv_log,
		[ZX__BKV_ANALYTICS] = zx__bkv_analytics,
	};

	tabs[tab](v, out);
}

/* Overview --------------------------------------------------------------------
 */

static void storage(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx__backup_list *l = &v->data->list;
	size_t i, pinned = 0, full;
	struct zx_buf text;

	for (i = 0; i < l->count; i++)
		pinned += l->items[i].pinned != 0;
	full = v->max ? l->count * 20 / v->max : 20;
	full = full < 20 ? full : 20;
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addch(&text, '`');
	for (i = 0; i < 20; i++)
		zx_buf_addc(&text, i < full ? "█" : "░");
	zx_buf_addf(&text, "` **%zu/%u**\n", l->count, v->max);
	zx_buf_addf(&text, "Free: **%zu** • Pinned: **%zu** 📌\n",
		    v->max > l->count ? v->max - l->count : 0, pinned);
	zx_buf_addc(&text, "Contents: **");
	zx__backup_size(&text, l->bytes);
	zx_buf_addc(&text, "** • Kept in: **");
	zx__backup_size(&text, v->data->stored);
	zx_buf_addc(&text, "**\n");
	zx__bkv_field(out, 0, "📊 Storage", &text);
	zx_buf_release(&text);
}

static void latest(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx__backup_list *l = &v->data->list;
	const struct zx__backup_item *r = l->items;
	struct zx_buf text;

	if (!l->count) {
		zx_embed_field(out, 0, "🕑 No Snapshots Yet",
			       "Make the first one with `/backupcreate`.");
		return;
	}
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&text, "`%s` — ", r->id);
	zx__bkv_text(&text, r->label, 40);
	zx_buf_addc(&text, "\nCreated ");
	zx_timestamp(&text, r->created, 'R');
	zx_buf_addc(&text, " by ");
	zx__backup_person(&text, r->author);
	zx_buf_addc(&text, " • ");
	zx__backup_size(&text, r->bytes);
	if (r->counts.incomplete) {
		zx_buf_addc(&text, "\n⚠️ ");
		zx__bkv_plural(&text, r->counts.incomplete, "part");
		zx_buf_addc(&text, " could not be read");
	}
	if (r->shrunk)
		zx_buf_addc(&text, "\n⚠️ Holds over 30 % less than the one "
				   "before");
	if (r->damaged || !r->captured)
		zx_buf_addc(&text, "\n❌ Damaged: see `/backupverify`");
	zx__bkv_field(out, 0,
		      r->pinned	     ? "🕑 Latest Snapshot 📌"
		      : r->automatic ? "🕑 Latest Snapshot 🔁"
				     : "🕑 Latest Snapshot",
		      &text);
	zx_buf_release(&text);
}

static void now_line(struct zx_buf *out, const char *name, uint64_t n)
{
	zx_buf_addf(out, "%s **", name);
	zx_commas(out, n);
	zx_buf_addc(out, "**");
}

/* The server as it is, in three columns. */
static void server(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx_guild_counts *n = &v->live->counts;
	struct zx_buf text;

	if (!v->live->known) {
		zx_embed_field(out, 0, "📋 Server Now", "Not read: %s",
			       *v->live->trouble ? v->live->trouble
						 : "press Refresh");
		return;
	}
	zx_buf_init(&text, out->alloc, 0);
	now_line(&text, "Roles", n->roles);
	now_line(&text, "\nCategories", n->categories);
	now_line(&text, "\nMembers", v->live->members);
	zx__bkv_field(out, 1, "📋 Server Now", &text);
	now_line(&text, "Text", n->text + n->announcement);
	now_line(&text, "\nVoice", n->voice);
	now_line(&text, "\nForum", n->forum + n->media);
	zx__bkv_field(out, 1, "💬 Channels", &text);
	now_line(&text, "Stage", n->stage);
	now_line(&text, "\nEmojis", n->emojis);
	now_line(&text, "\nStickers", n->stickers);
	zx_buf_addf(&text, "\nBoost tier **%u** (%u)", v->live->tier,
		    v->live->boosts);
	zx__bkv_field(out, 1, "🎨 More", &text);
	zx_buf_release(&text);
}

static void schedule(const struct zx__bkv_view *v, struct zx_message *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	if (v->plan.enabled) {
		zx_buf_addf(&text, "✅ Every %u h", v->plan.hours);
		zx_buf_addc(&text, "\nLast: ");
		if (v->plan.last)
			zx_timestamp(&text, v->plan.last, 'R');
		else
			zx_buf_addc(&text, "never");
		if (v->plan.next) {
			zx_buf_addc(&text, "\nNext: ");
			zx_timestamp(&text, v->plan.next, 'R');
		}
	} else {
		zx_buf_addc(&text, "Off: `/backupschedule enable`");
	}
	if (v->loud && *v->loud) {
		zx_buf_addc(&text, "\n⚠️ ");
		zx__bkv_text(&text, zx_str(v->loud), 200);
	}
	zx__bkv_field(out, 1, "⏰ Schedule", &text);
	zx_buf_addc(&text, v->free_at ? "Over " : "✅ Ready");
	if (v->free_at)
		zx_timestamp(&text, v->free_at, 'R');
	zx__bkv_field(out, 1, "⏳ Cooldown", &text);
	zx_buf_release(&text);
}

void zx__bkv_overview(const struct zx__bkv_view *v, struct zx_message *out)
{
	struct zx_buf name;
	char footer[64];

	zx_embed(out, ZX_COLOR_BLURPLE, "💾 Backup & Restore — Dashboard");
	zx_buf_init(&name, out->alloc, 0);
	zx__bkv_guild(v, &name);
	zx_embed_text(out, "Snapshots of %s", zx_buf_cstr(&name));
	zx_buf_release(&name);
	if (*v->icon)
		zx_embed_thumbnail(out, v->icon);
	storage(v, out);
	latest(v, out);
	server(v, out);
	schedule(v, out);
	snprintf(footer, sizeof(footer), "Guild: %llu",
		 (unsigned long long)v->guild);
	zx__bkv_footer(v, footer, out);
}

/* Backups ---------------------------------------------------------------------
 */

static void add_row(const struct zx__backup_item *r, struct zx_message *out)
{
	struct zx_buf name, text;

	zx_buf_init(&name, out->alloc, 0);
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&name, "%s%s%s`%s` — ", r->pinned ? "📌 " : "",
		    r->automatic ? "🔁 " : "",
		    r->damaged || !r->captured ? "❌ "
		    : r->counts.incomplete     ? "⚠️ "
					       : "",
		    r->id);
	zx__bkv_text(&name, r->label, 42);
	zx_buf_addc(&text, "Created ");
	zx_timestamp(&text, r->created, 'R');
	zx_buf_addc(&text, " by ");
	zx__backup_person(&text, r->author);
	zx_buf_addf(&text, "\n`R:%llu C:%llu Ch:%llu E:%llu",
		    (unsigned long long)r->counts.roles,
		    (unsigned long long)r->counts.categories,
		    (unsigned long long)zx__backup_channels(&r->counts),
		    (unsigned long long)r->counts.emojis);
	if (r->counts.member_roles)
		zx_buf_addf(&text, " M:%llu",
			    (unsigned long long)r->counts.member_roles);
	zx_buf_addc(&text, "` • ");
	zx__backup_size(&text, r->bytes);
	if (r->notes.len) {
		zx_buf_addc(&text, "\n📝 ");
		zx__bkv_text(&text, r->notes, 60);
	}
	if (name.err)
		out->err = name.err;
	zx__bkv_field(out, 0, zx_buf_cstr(&name), &text);
	zx_buf_release(&name);
	zx_buf_release(&text);
}

/* "**The Aviary** — 7 snapshots • Page 1/2" */
void zx__bkv_head(const struct zx__bkv_view *v, uint64_t n, const char *what,
		  enum zx__bkv_tab tab, struct zx_message *out)
{
	size_t pages = zx__bkv_pages(v, tab);
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx__bkv_guild(v, &text);
	zx_buf_addc(&text, " — ");
	zx__bkv_plural(&text, n, what);
	if (pages > 1)
		zx_buf_addf(&text, " • Page %zu/%zu",
			    (v->page < pages ? v->page : pages - 1) + 1, pages);
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
}

void zx__bkv_backups(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx__backup_list *l = &v->data->list;
	size_t i, to;

	zx_embed(out, ZX_COLOR_BLURPLE, "📦 All Backups");
	zx__bkv_head(v, l->count, "snapshot", ZX__BKV_BACKUPS, out);
	to = zx__bkv_span(l->count, ZX__BKV_PAGE, v->page, &i);
	for (; i < to; i++)
		add_row(&l->items[i], out);
	if (!l->count)
		zx_embed_field(out, 0, "Nothing here yet",
			       "Make the first one with `/backupcreate`.");
	zx__bkv_footer(
		v,
		"📌 pinned • 🔁 automatic • ⚠️ incomplete • "
		"R roles, C categories, Ch channels, E emojis, M members "
		"with roles",
		out);
}

/* Deleting --------------------------------------------------------------------
 */

void zx__bkv_delete(const struct zx__bkv_view *v,
		    const struct zx__backup_item *r, struct zx_message *out)
{
	struct zx_buf text;

	zx_embed(out, ZX_COLOR_ORANGE, "🗑️ Confirm Deletion");
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&text, "`%s` — **", r->id);
	zx__bkv_text(&text, r->label, 100);
	zx_buf_addf(&text,
		    "**\n%llu roles, %llu channels, %llu members with "
		    "roles\nCreated ",
		    (unsigned long long)r->counts.roles,
		    (unsigned long long)zx__backup_channels(&r->counts),
		    (unsigned long long)r->counts.member_roles);
	zx_timestamp(&text, r->created, 'R');
	zx_buf_addc(&text, " by ");
	zx__backup_person(&text, r->author);
	zx_buf_addc(&text, "\n\n⚠️ It is gone for good then.");
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
	zx__bkv_footer(v, "The question stands for a minute", out);
}
