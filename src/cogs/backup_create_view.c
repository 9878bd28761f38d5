/* SPDX-License-Identifier: MIT
 *
 * backup_create_view: what /backupcreate answers: how far it is, what was kept,
 * or why nothing was.
 */
#include "cogs/backup_int.h"

/* Under way ---------------------------------------------------------------- */

static void bar(struct zx_buf *out, uint64_t done, uint64_t all)
{
	uint64_t cells = all ? done * 20 / all : 0;

	if (cells > 20)
		cells = 20;
	for (uint64_t i = 0; i < 20; i++)
		zx_buf_addc(out, i < cells ? "█" : "░");
}

void zx__backup_progress_render(const struct zx_backup_progress *p,
				struct zx_message *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_embed(out, ZX__BACKUP_AMBER, "💾 Creating Backup…");
	if (p->phase == ZX_BACKUP_QUEUED)
		zx_buf_addc(&text, "⏳ Waits for other backups to end.\n");
	if (p->phase == ZX_BACKUP_READING) {
		zx_buf_addch(&text, '`');
		bar(&text, p->requests + p->images,
		    p->requests_known + p->images_known);
		zx_buf_addf(&text, "`\n%s Server data: %u of %u requests\n",
			    p->requests && p->requests >= p->requests_known
				    ? "✅"
				    : "⏳",
			    p->requests, p->requests_known);
		if (p->images_known)
			zx_buf_addf(&text, "%s Images: %u of %u\n",
				    p->images >= p->images_known ? "✅" : "⏳",
				    p->images, p->images_known);
		if (p->members)
			zx_buf_addf(&text, "👥 Members: %llu of about %llu\n",
				    (unsigned long long)p->members,
				    (unsigned long long)p->members_expected);
		zx_buf_addf(&text, "🔎 Now: %s\n", p->doing);
	}
	if (p->phase == ZX_BACKUP_STORING)
		zx_buf_addc(&text, "💽 Saving the snapshot\n");
	if (p->incomplete)
		zx_buf_addf(&text, "⚠️ %u could not be read\n",
			    p->incomplete);
	if (p->held)
		zx_buf_addc(&text, "🐢 Discord lets the bot wait (rate "
				   "limits); it goes on by itself\n");
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

/* Done --------------------------------------------------------------------- */

static void hex(struct zx_buf *out, const unsigned char hash[ZX_HASH])
{
	char text[ZX_HASH_TEXT];

	zx_hash_text(hash, text);
	zx_buf_addc(out, text);
}

static void snapshot_field(const struct zx_backup_result *r, int no_members,
			   struct zx_message *out)
{
	const struct zx_guild_counts *n = &r->counts;
	struct zx_buf t;

	zx_buf_init(&t, out->alloc, 0);
	zx_buf_addf(&t, "ID:       %s\nSHA-256:  ", r->id);
	hex(&t, r->hash);
	zx_buf_addc(&t, "\nSize:     ");
	zx__backup_size(&t, r->bytes);
	zx_buf_addf(
		&t,
		"\n==============================\n"
		"Roles:      %llu\nCategories: %llu\nChannels:   %llu\n"
		"Emojis:     %llu\nStickers:   %llu\n",
		(unsigned long long)n->roles, (unsigned long long)n->categories,
		(unsigned long long)zx__backup_channels(n),
		(unsigned long long)n->emojis, (unsigned long long)n->stickers);
	if (no_members)
		zx_buf_addc(&t, "Members:    0 (enable the Server Members "
				"intent for this)\n");
	else
		zx_buf_addf(&t,
			    "Members:    %llu (%llu with roles)\n"
			    "Bans:       %llu\n",
			    (unsigned long long)n->members,
			    (unsigned long long)n->member_roles,
			    (unsigned long long)n->bans);
	zx_buf_addf(&t,
		    "Images:     %llu (%u were there already)\n"
		    "==============================\n"
		    "Captured in %.2f s",
		    (unsigned long long)n->images, r->images_reused,
		    (double)r->took_ms / 1000);
	zx_embed_field(out, 0, "📋 Snapshot", "```\n%s\n```", zx_buf_cstr(&t));
	zx_buf_release(&t);
}

static void incomplete_field(struct zx__backup *b,
			     const struct zx_backup_result *r,
			     struct zx_message *out)
{
	struct zx__backup_open o;
	struct zx_buf t;

	if (!r->counts.incomplete)
		return;
	zx_buf_init(&t, out->alloc, 0);
	if (!zx__backup_open(b, r->guild, r->id, &o) &&
	    !zx__backup_incomplete(&o.reader, 6, &t))
		zx_embed_field(out, 0, "⚠️ Could Not Be Read", "%s",
			       zx_buf_cstr(&t));
	zx__backup_open_release(&o);
	zx_buf_release(&t);
}

static void shrunk_field(struct zx__backup *b, const struct zx_backup_result *r,
			 struct zx_message *out)
{
	const struct zx__backup_item *i;
	struct zx__backup_list l;

	if (!zx__backup_list(b, r->guild, &l)) {
		i = zx__backup_find(&l, r->id);
		if (i && i->shrunk)
			zx_embed_field(
				out, 0, "📉 The Server Has Shrunk",
				"It has more than 30 %% fewer roles and "
				"channels than the last good backup. This one "
				"will push no older one out. If that is how it "
				"should be, say so with `/backuppin %s`.",
				r->id);
	}
	zx__backup_list_release(&l);
}

void zx__backup_created_render(struct zx__backup *b,
			       const struct zx_backup_result *r,
			       struct zx_message *out)
{
	struct zx_bot_info info;
	struct zx__backup_open o;
	struct zx_buf label;

	zx_bot_info(b->bot, &info);
	zx_buf_init(&label, out->alloc, 0);
	if (!zx__backup_open(b, r->guild, r->id, &o))
		zx__backup_safe(&label, o.snap.label, ZX__BACKUP_LABEL);
	zx__backup_open_release(&o);
	zx_embed(out, ZX_COLOR_GREEN, "✅ Backup Created Successfully");
	zx_embed_text(out, "**%s**\nThe server is kept as it is now.",
		      zx_buf_cstr(&label));
	zx_buf_release(&label);
	snapshot_field(r, !(info.intents & ZX_INTENT_GUILD_MEMBERS), out);
	incomplete_field(b, r, out);
	shrunk_field(b, r, out);
	zx_embed_field(out, 0, "🔧 What's next?",
		       "`/backupview %s`\n`/backuprestore %s`\n"
		       "`/backuppin %s`",
		       r->id, r->id, r->id);
}

/* Refused ------------------------------------------------------------------ */

void zx__backup_refuse_cooldown(struct zx_call *call, uint64_t left)
{
	struct zx_buf t;

	zx_buf_init(&t, zx_call_alloc(call), 0);
	zx_buf_addc(&t, "This server may have its next backup ");
	zx_timestamp(&t, zx_wall_clock() + (zx_wall)left, 'R');
	zx_buf_addch(&t, '.');
	zx__backup_refuse(call, ZX_COLOR_ORANGE, "⏳ Cooldown Active", "%s",
			  zx_buf_cstr(&t));
	zx_buf_release(&t);
}

static void refuse_full(struct zx__backup *b, struct zx_call *call,
			uint64_t guild)
{
	struct zx__backup_list l;
	size_t pinned = 0;

	if (!zx__backup_list(b, guild, &l))
		for (size_t i = 0; i < l.count; i++)
			pinned += l.items[i].pinned != 0;
	zx__backup_refuse(call, ZX_COLOR_RED, "📦 Storage Full",
			  "This server has %zu of %u backups, %zu of them "
			  "pinned, and no automatic one can go.\nUse "
			  "`/backupdelete <id>` to make room.",
			  l.count, b->config.max, pinned);
	zx__backup_list_release(&l);
}

void zx__backup_refuse_create(struct zx__backup *b, struct zx_call *call,
			      uint64_t guild, int err)
{
	switch (err) {
	case ZX_E_TOOBIG:
		zx__backup_refuse(call, ZX_COLOR_RED, "❌ Label Too Long",
				  "Keep it under 100 characters.");
		break;
	case ZX_E_LIMIT:
		refuse_full(b, call, guild);
		break;
	case ZX_E_BUSY:
		zx__backup_refuse(
			call, ZX_COLOR_ORANGE, "🔒 Already Running",
			"A backup of this server is being made. Wait until it "
			"is there.");
		break;
	case ZX_E_NOTFOUND:
		zx__backup_refuse(
			call, ZX_COLOR_RED, "❌ Not Available",
			"This part of the bot does not know this server (yet). "
			"Try again in a minute.");
		break;
	default:
		zx_fail(call, "❌ Backup Failed", "%s", zx__backup_why(b, err));
	}
}
