/* SPDX-License-Identifier: MIT
 *
 * backup_view_item: one snapshot: its summary. Every item of it is in
 * backup_view_section.c.
 */
#include "cogs/backup_view.h"

/* Summary ---------------------------------------------------------------------
 */

static void metadata(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	const struct zx__backup_item *r = v->row;
	char hash[ZX_HASH_TEXT];
	struct zx_buf text;

	zx_hash_text(r->hash, hash);
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&text, "ID: `%s`\nSHA-256: `%s`\nSize: ", r->id, hash);
	zx__backup_size(&text, r->bytes);
	zx_buf_addc(&text, "\nCreated ");
	zx_timestamp(&text, r->created, 'f');
	zx_buf_addc(&text, " (");
	zx_timestamp(&text, r->created, 'R');
	zx_buf_addc(&text, ")\nBy ");
	zx__backup_person(&text, r->author);
	if (v->reader && zx_guild_count(v->reader, ZX_SECTION_RAW))
		zx_buf_addc(&text, "\n📥 Imported; its file is kept as it was");
	if (r->damaged)
		zx_buf_addc(&text, "\n❌ Damaged: see `/backupverify`");
	if (r->used)
		zx_buf_addc(&text, "\n🔒 A restore refers to it");
	if (r->shrunk)
		zx_buf_addc(&text, "\n⚠️ Holds over 30 % less than the one "
				   "before");
	zx__bkv_field(out, 0, "🏷️ Metadata", &text);
	zx_buf_release(&text);
}

static void count_line(struct zx_buf *out, const char *name, uint64_t n)
{
	zx_buf_addf(out, "%s **", name);
	zx_commas(out, n);
	zx_buf_addc(out, "**\n");
}

static void section_line(const struct zx__bkv_item_view *v, enum zx_section s,
			 struct zx_buf *out)
{
	count_line(out, zx__bkv_section(s), zx_guild_count(v->reader, s));
}

static void contents(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	const struct zx_guild_counts *n = &v->row->counts;
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	count_line(&text, "Roles", n->roles);
	count_line(&text, "Categories", n->categories);
	count_line(&text, "Emojis", n->emojis);
	count_line(&text, "Stickers", n->stickers);
	count_line(&text, "Members", n->members);
	count_line(&text, "… with roles", n->member_roles);
	zx__bkv_field(out, 1, "📊 Contents", &text);
	count_line(&text, "Text", n->text);
	count_line(&text, "Announcement", n->announcement);
	count_line(&text, "Voice", n->voice);
	count_line(&text, "Stage", n->stage);
	count_line(&text, "Forum", n->forum);
	count_line(&text, "Media", n->media);
	count_line(&text, "Total", zx__backup_channels(n));
	zx__bkv_field(out, 1, "💬 Channels", &text);
	section_line(v, ZX_SECTION_BANS, &text);
	section_line(v, ZX_SECTION_AUTOMOD, &text);
	section_line(v, ZX_SECTION_WEBHOOKS, &text);
	section_line(v, ZX_SECTION_EVENTS, &text);
	section_line(v, ZX_SECTION_SOUNDBOARD, &text);
	count_line(&text, "Images, sounds", n->images);
	zx__bkv_field(out, 1, "🎭 More", &text);
	zx_buf_release(&text);
}

static void add_word(struct zx_buf *out, const char *name,
		     const char *const *words, size_t count, uint64_t n)
{
	if (n < count)
		zx_buf_addf(out, "%s: **%s**\n", name, words[n]);
	else
		zx_buf_addf(out, "%s: **%llu**\n", name, (unsigned long long)n);
}

static void add_json(struct zx_buf *out, const char *name, struct zx_str raw,
		     const char *none)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	if (zx_json_kind(raw) == ZX_JSON_STRING)
		zx_json_text(raw, &text);
	zx_buf_addf(out, "%s: **", name);
	if (text.len)
		zx__bkv_text(out, zx_buf_str(&text), 60);
	else
		zx_buf_addc(out, none);
	zx_buf_addc(out, "**\n");
	zx_buf_release(&text);
}

/* The only item of a section; 1 when there is one. Release the cursor. */
static int only(const struct zx_guild_reader *r, enum zx_section s,
		struct zx_guild_cursor *c, struct zx_str *item)
{
	int err = zx_guild_cursor_init(c, r, s);

	return err ? err : zx_guild_next(c, item);
}

static void say_settings(struct zx_str g, struct zx_buf *out)
{
	static const char *const verify[] = { "None", "Low", "Medium", "High",
					      "Highest" };
	static const char *const notify[] = { "All messages", "Mentions" };
	static const char *const filter[] = { "Off", "Without roles",
					      "Everybody" };

	add_json(out, "Name", zx_json_get(g, "name"), "?");
	add_word(out, "Verification", verify, 5,
		 zx_json_get_u64(g, "verification_level"));
	add_word(out, "Notifications", notify, 2,
		 zx_json_get_u64(g, "default_message_notifications"));
	add_word(out, "Content filter", filter, 3,
		 zx_json_get_u64(g, "explicit_content_filter"));
	zx_buf_addf(out, "AFK: **%llu s**\nBoost bar: **%s**\n",
		    (unsigned long long)zx_json_get_u64(g, "afk_timeout"),
		    zx_json_get_bool(g, "premium_progress_bar_enabled")
			    ? "On"
			    : "Off");
	add_json(out, "Locale", zx_json_get(g, "preferred_locale"), "?");
}

static int settings(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	struct zx_guild_cursor c;
	struct zx_str item, mention;
	struct zx_buf text;
	int got;

	zx_buf_init(&text, out->alloc, 0);
	got = only(v->reader, ZX_SECTION_GUILD, &c, &item);
	if (got == 1)
		say_settings(item, &text);
	zx_guild_cursor_release(&c);
	zx__bkv_field(out, 1, "⚙️ Settings", &text);
	if (got >= 0) {
		got = only(v->reader, ZX_SECTION_BOT, &c, &item);
		if (got == 1) {
			add_json(&text, "Prefix",
				 zx_json_get(item, "custom_prefix"), "Default");
			mention = zx_json_get(item, "mention_prefix_enabled");
			zx_buf_addf(&text, "Mention: **%s**",
				    zx_str_is(mention, "true")	  ? "On"
				    : zx_str_is(mention, "false") ? "Off"
								  : "Global");
		}
		zx_guild_cursor_release(&c);
		zx__bkv_field(out, 1, "🤖 Bot settings", &text);
	}
	zx_buf_release(&text);
	return got < 0 ? got : ZX_OK;
}

static int incomplete(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	struct zx_buf text;
	int err;

	zx_buf_init(&text, out->alloc, 900);
	err = zx__backup_incomplete(v->reader, 5, &text);
	if (!err || err == ZX_E_TOOBIG)
		zx__bkv_field(out, 0, "⚠️ Could Not Be Read", &text);
	zx_buf_release(&text);
	return err == ZX_E_TOOBIG ? ZX_OK : err;
}

static void actions(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	const char *id = v->row->id;

	zx_embed_field(out, 0, "🔧 Actions",
		       "`/backuprestore %s`\n`/backuppin %s` — %s\n"
		       "`/backupverify %s`\n`/backupdiff %s current`\n"
		       "`/backupdelete %s`",
		       id, id, v->row->pinned ? "unpin" : "pin", id, id, id);
}

static int summary(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	struct zx_buf text;
	int err = ZX_OK;

	metadata(v, out);
	if (v->reader) {
		contents(v, out);
		err = settings(v, out);
		if (!err && v->row->counts.incomplete)
			err = incomplete(v, out);
	}
	zx_buf_init(&text, out->alloc, 0);
	zx__bkv_text(&text, v->row->notes, 450);
	zx__bkv_field(out, 0, "📝 Notes", &text);
	zx_buf_release(&text);
	actions(v, out);
	return err;
}

/* The page --------------------------------------------------------------------
 */

size_t zx__bkv_item_pages(const struct zx__bkv_item_view *v)
{
	size_t n;

	if (v->section < 0 || !v->reader)
		return 1;
	n = (size_t)zx_guild_count(v->reader, (enum zx_section)v->section);
	return n ? (n + ZX__BKV_LINES - 1) / ZX__BKV_LINES : 1;
}

static void title(const struct zx__bkv_item_view *v, struct zx_message *out)
{
	const struct zx__backup_item *r = v->row;
	struct zx_buf label;

	zx_embed(out, r->damaged ? ZX_COLOR_RED : ZX_COLOR_BLURPLE,
		 "📋 Backup %s%s%s", r->id, r->pinned ? " 📌 PINNED" : "",
		 r->automatic ? " 🔁 Auto" : "");
	zx_buf_init(&label, out->alloc, 0);
	zx__bkv_text(&label, r->label, 100);
	zx_embed_text(out, "**%s**\n", zx_buf_cstr(&label));
	if (label.err)
		out->err = label.err;
	zx_buf_release(&label);
}

int zx__bkv_item_render(const struct zx__bkv_item_view *v,
			struct zx_message *out)
{
	int err;

	title(v, out);
	if (v->section < 0 || !v->reader)
		err = summary(v, out);
	else
		err = zx__bkv_section_render(v, out);
	if (err && err != ZX_E_NOMEM)
		zx_embed_field(out, 0, "❌ Not Readable",
			       "%s: part of it is missing or damaged. "
			       "`/backupverify %s` tells more.",
			       zx_strerror(err), v->row->id);
	if (!v->reader)
		zx_embed_field(out, 0, "❌ Not Readable",
			       "Its manifest is damaged: what is in it cannot "
			       "be shown.");
	zx_embed_footer(out, "Guild: %llu", (unsigned long long)v->row->guild);
	if (v->wall)
		zx_embed_time(out, v->wall);
	return err == ZX_E_NOMEM ? err : out->err;
}

void zx__bkv_item_options(const struct zx__bkv_item_view *v,
			  struct zx_message *out)
{
	char value[16], label[64];
	uint64_t n;
	int i;

	zx_select_option(out, "-1", "Summary", NULL, "📋", v->section < 0);
	for (i = 0; v->reader && i < ZX_SECTION_COUNT; i++) {
		n = zx_guild_count(v->reader, (enum zx_section)i);
		if (!n || i == ZX_SECTION_RAW)
			continue;
		snprintf(value, sizeof(value), "%d", i);
		snprintf(label, sizeof(label), "%s (%llu)",
			 zx__bkv_section((enum zx_section)i),
			 (unsigned long long)n);
		zx_select_option(out, value, label, NULL, NULL,
				 v->section == i);
	}
}
