/* SPDX-License-Identifier: MIT
 *
 * backup_view_diff: differences on a page, and the dashboard's Compare: at
 * first only counts, which cost two requests; in full when asked for.
 */
#include "cogs/backup_view.h"

size_t zx__bkv_diff_pages(const struct zx__bkv_diff *d)
{
	return d->lines ? (d->lines + ZX__BKV_LINES - 1) / ZX__BKV_LINES : 1;
}

static void add_counts(const struct zx__bkv_diff *d, struct zx_buf *out)
{
	int i;

	for (i = 0; i < ZX_SECTION_COUNT; i++) {
		if (!d->sum.section[i].added && !d->sum.section[i].removed &&
		    !d->sum.section[i].changed)
			continue;
		zx_buf_addf(out, "%s:", zx__bkv_section((enum zx_section)i));
		if (d->sum.section[i].added)
			zx_buf_addf(
				out, " **+%llu**",
				(unsigned long long)d->sum.section[i].added);
		if (d->sum.section[i].removed)
			zx_buf_addf(
				out, " **−%llu**",
				(unsigned long long)d->sum.section[i].removed);
		if (d->sum.section[i].changed)
			zx_buf_addf(
				out, " **~%llu**",
				(unsigned long long)d->sum.section[i].changed);
		zx_buf_addch(out, '\n');
	}
}

/* The lines of a page, below the section and the item that began before. */
static void add_lines(const struct zx__bkv_diff *d, size_t page,
		      struct zx_buf *out)
{
	struct zx_str rest = zx_buf_str(&d->text), line;
	struct zx_str section = ZX_STR(""), item = ZX_STR("");
	size_t i, from, to = zx__bkv_span(d->lines, ZX__BKV_LINES, page, &from);
	int inside, heading;

	for (i = 0; i < to; i++) {
		line = zx_str_split(&rest, '\n');
		inside = zx_str_starts(line, "    ");
		heading = zx_str_starts(line, "===");
		if (i == from && section.len && !heading)
			zx_buf_addf(out, "%.*s\n", ZX_ARG(section));
		if (i == from && item.len && inside)
			zx_buf_addf(out, "%.*s\n", ZX_ARG(item));
		if (heading)
			section = line;
		else if (!inside)
			item = line;
		if (i >= from)
			zx_buf_addf(out, "%.*s\n", ZX_ARG(line));
	}
}

void zx__bkv_diff_render(const struct zx__bkv_diff *d, size_t page,
			 struct zx_message *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&text, "%s\n→ %s\n", d->a, d->b);
	if (!d->sum.total)
		zx_buf_addc(&text, "\n✅ **No differences**");
	if (d->lines) {
		zx_buf_addc(&text, "```diff\n");
		add_lines(d, page, &text);
		zx_buf_addc(&text, "```");
	}
	if (d->left_out)
		zx_buf_addf(&text, "%llu further lines are not shown.",
			    (unsigned long long)d->left_out);
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	if (text.err)
		out->err = text.err;
	zx_buf_clear(&text);
	if (d->sum.total) {
		add_counts(d, &text);
		zx_buf_addc(&text, "Total: **");
		zx__bkv_plural(&text, d->sum.total, "item");
		zx_buf_addc(&text, "**");
	}
	zx__bkv_field(out, 0, "🧮 Differences", &text);
	zx_buf_release(&text);
}

/* Compare ---------------------------------------------------------------------
 */

static void drift_line(struct zx_buf *out, const char *name, uint64_t now,
		       uint64_t was, uint64_t *drift)
{
	int64_t delta = (int64_t)now - (int64_t)was;

	*drift += (uint64_t)(delta < 0 ? -delta : delta);
	zx_buf_addf(out, "%-13s%6llu%8llu", name, (unsigned long long)now,
		    (unsigned long long)was);
	if (delta)
		zx_buf_addf(out, "%+7lld\n", (long long)delta);
	else
		zx_buf_addc(out, "      ·\n");
}

static uint64_t table(const struct zx_guild_counts *now,
		      const struct zx_guild_counts *was, struct zx_buf *out)
{
	uint64_t drift = 0;

	zx_buf_addf(out, "```\n%-13s%6s%8s%7s\n", "", "Now", "Backup", "Delta");
	drift_line(out, "Roles", now->roles, was->roles, &drift);
	drift_line(out, "Categories", now->categories, was->categories, &drift);
	drift_line(out, "Text", now->text, was->text, &drift);
	drift_line(out, "Announcement", now->announcement, was->announcement,
		   &drift);
	drift_line(out, "Voice", now->voice, was->voice, &drift);
	drift_line(out, "Forum", now->forum + now->media,
		   was->forum + was->media, &drift);
	drift_line(out, "Stage", now->stage, was->stage, &drift);
	drift_line(out, "Emojis", now->emojis, was->emojis, &drift);
	drift_line(out, "Stickers", now->stickers, was->stickers, &drift);
	zx_buf_addc(out, "```");
	return drift;
}

static void drift(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx__backup_item *r = &v->data->list.items[0];
	struct zx_buf text;
	uint64_t n;

	if (!v->live->known) {
		zx_embed_field(out, 0, "📋 Server Now", "Not read: %s",
			       *v->live->trouble ? v->live->trouble
						 : "press Refresh");
		return;
	}
	zx_buf_init(&text, out->alloc, 0);
	n = table(&v->live->counts, &r->counts, &text);
	zx__bkv_field(out, 0, "📊 Server and latest backup, counted", &text);
	zx_buf_addf(&text, "%s: **",
		    n < 3    ? "🟢 Minimal"
		    : n < 10 ? "🟡 Moderate"
			     : "🔴 Significant");
	zx__bkv_plural(&text, n, "item");
	zx_buf_addc(&text, "**");
	if (n >= 10)
		zx_buf_addc(&text, "\n💡 Time for a `/backupcreate`");
	zx__bkv_field(out, 1, "📐 Drift", &text);
	zx_buf_addf(&text, "`%s` ", r->id);
	zx_timestamp(&text, r->created, 'R');
	zx__bkv_field(out, 1, "🕑 Latest backup", &text);
	zx_buf_release(&text);
}

/* Also of the server as it is (NULL). */
void zx__bkv_side(const struct zx__backup_item *r, struct zx_buf *out)
{
	if (!r) {
		zx_buf_addc(out, "🌐 the server as it is");
		return;
	}
	zx_buf_addf(out, "`%s` — ", r->id);
	zx__bkv_text(out, r->label, 60);
	zx_buf_addch(out, ' ');
	zx_timestamp(out, r->created, 'R');
}

void zx__bkv_compare(const struct zx__bkv_view *v, struct zx_message *out)
{
	struct zx_buf text;

	zx_embed(out, ZX_COLOR_BLURPLE, "🔍 Compare — Drift Analysis");
	if (!v->data->list.count) {
		zx_embed_text(out, "There are no backups to compare with. Make "
				   "the first one with `/backupcreate`.");
		zx__bkv_footer(v, "Nothing to compare", out);
		return;
	}
	if (v->diff) {
		zx__bkv_diff_render(v->diff, v->page, out);
		zx__bkv_footer(v, "+ added • − removed • ~ changed", out);
		return;
	}
	zx_buf_init(&text, out->alloc, 0);
	zx__bkv_side(v->a, &text);
	zx_buf_addc(&text, "\n→ ");
	zx__bkv_side(v->b, &text);
	if (v->gone && *v->gone)
		zx_buf_addf(&text, "\n\n%s", v->gone);
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
	drift(v, out);
	zx__bkv_footer(v, "Choose two, then press Compare for every field",
		       out);
}
