/* SPDX-License-Identifier: MIT
 *
 * backup_mark: /backuppin and /backupnote.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

static void failed(struct zx_call *call, int err, const char *id,
		   const char *why)
{
	if (err == ZX_E_NOTFOUND)
		zx__backup_not_found(call, id);
	else if (err == ZX_E_TOOBIG)
		zx__backup_refuse(call, ZX_COLOR_RED, "❌ Too Long", "%s", why);
	else if (err == ZX_E_PERM)
		zx__backup_refuse(call, ZX_COLOR_RED, "❌ Permission Denied",
				  "%s", why);
	else
		zx_fail(call, "❌ Not Saved", "%s", why);
}

static void answer(struct zx_call *call, uint32_t color, const char *title,
		   const char *text)
{
	struct zx_message out;

	zx_message_init(&out, zx_call_alloc(call));
	zx_embed(&out, color, "%s", title);
	zx_embed_text(&out, "%s", text);
	zx_embed_footer(&out, "%s", zx_call_info(call)->user_name);
	(void)zx_reply(call, &out);
	zx_message_release(&out);
}

static void pin(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	const char *id;
	char why[256], text[256];
	int pinned = 0, err;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (!id)
		return;
	err = zx__backup_pin(b, zx__backup_actor(b, call),
			     zx_call_info(call)->guild_id, id, &pinned, why);
	if (err) {
		failed(call, err, id, why);
		return;
	}
	snprintf(text, sizeof(text),
		 pinned ? "`%s` is now kept from deletion and from cleanup."
			: "`%s` can now be deleted, by people and by cleanup.",
		 id);
	answer(call, pinned ? ZX_COLOR_GREEN : ZX_COLOR_ORANGE,
	       pinned ? "📌 Backup Pinned" : "📌 Backup Unpinned", text);
}

/* Says what the note was when there is none any more: it may be wanted back. */
static void noted(struct zx__backup *b, struct zx_call *call, const char *id,
		  struct zx_str now, struct zx_str was)
{
	struct zx_buf text;

	zx_buf_init(&text, b->alloc, 0);
	if (now.len || was.len) {
		zx_buf_addf(&text, now.len ? "`%s`\n> " : "`%s`, which was\n> ",
			    id);
		zx__backup_safe(&text, now.len ? now : was, ZX__BACKUP_NOTE);
	} else {
		zx_buf_addf(&text, "`%s` has none.", id);
	}
	answer(call, now.len ? ZX_COLOR_GREEN : ZX_COLOR_ORANGE,
	       now.len	 ? "📝 Note Saved"
	       : was.len ? "📝 Note Removed"
			 : "📝 No Note",
	       zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void note(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	const char *id;
	struct zx_str text = zx_str_trim(zx_str(zx_call_text(call, "note")));
	struct zx_buf was;
	char why[256];
	int err;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (!id)
		return;
	zx_buf_init(&was, b->alloc, 0);
	err = zx__backup_note(b, zx__backup_actor(b, call),
			      zx_call_info(call)->guild_id, id, text, &was,
			      why);
	if (err)
		failed(call, err, id, why);
	else
		noted(b, call, id, text, zx_buf_str(&was));
	zx_buf_release(&was);
}

static const struct zx_option options[] = {
	ZX__BACKUP_ID_OPTION("backup_id", "Backup ID"),
	{
		.name = "note",
		.description = "Note text (max 500); none removes the note",
		.type = ZX_OPTION_STRING,
		.rest = 1,
	},
};

const struct zx_command zx__backup_pin_command = {
	.name = "backuppin",
	.description = "Pin/unpin a backup (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 1,
	.rule = ZX__RULE(backuppin),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.complete = zx__backup_complete,
	.run = pin,
};

const struct zx_command zx__backup_note_command = {
	.name = "backupnote",
	.description = "Add note to a backup, or remove it (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 2,
	.rule = ZX__RULE(backupnote),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.complete = zx__backup_complete,
	.run = note,
};
