/* SPDX-License-Identifier: MIT
 *
 * backup_delete: /backupdelete. The question says what would be lost; the
 * rights and the pin are looked at when it is asked and when it is answered.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

struct state {
	char id[ZX_GUILD_ID_TEXT];
};

static void confirmed(struct zx_call *call, const void *data, void *ud)
{
	const struct state *s = data;
	struct zx__backup *b = zx__backup_of(call);
	struct zx_message out;
	char why[256];
	int err;

	(void)ud;
	if (!b)
		return;
	err = zx__backup_delete(b, zx__backup_actor(b, call),
				zx_call_info(call)->guild_id, s->id, why);
	zx_message_init(&out, zx_call_alloc(call));
	if (!err) {
		zx_embed(&out, ZX_COLOR_RED, "🗑️ Backup Deleted");
		zx_embed_text(&out, "`%s` is gone for good.", s->id);
	} else {
		zx_embed(&out, ZX_COLOR_ORANGE, "%s",
			 err == ZX_E_NOTFOUND ? "❌ Not Found"
					      : "📌 Cannot Delete");
		zx_embed_text(&out, "`%s` was not deleted: %s", s->id, why);
	}
	zx_embed_footer(&out, "%s", zx_call_info(call)->user_name);
	(void)zx_reply(call, &out);
	zx_message_release(&out);
}

static const struct zx_confirm confirm = {
	.title = "🗑️ Delete This Backup?",
	.yes = "🗑️ Confirm Delete",
	.state_size = sizeof(struct state),
	.confirmed = confirmed,
};

static void ask(struct zx_call *call, const struct zx__backup_item *i)
{
	struct state s;
	struct zx_buf label, age;

	memcpy(s.id, i->id, sizeof(s.id));
	zx_buf_init(&label, zx_call_alloc(call), 0);
	zx_buf_init(&age, zx_call_alloc(call), 0);
	zx__backup_safe(&label, i->label, ZX__BACKUP_LABEL);
	zx_timestamp(&age, i->created, 'R');
	zx_ask(call, &confirm, &s,
	       "**ID:** `%s`\n**Label:** %s\n**Contents:** %llu roles, %llu "
	       "channels, %llu members\n**Created:** %s\n\nIt will be gone for "
	       "good.",
	       i->id, zx_buf_cstr(&label), (unsigned long long)i->counts.roles,
	       (unsigned long long)zx__backup_channels(&i->counts),
	       (unsigned long long)i->counts.members, zx_buf_cstr(&age));
	zx_buf_release(&label);
	zx_buf_release(&age);
}

static void consider(struct zx__backup *b, struct zx_call *call,
		     const struct zx__backup_item *i)
{
	struct zx__backup_actor who = zx__backup_actor(b, call);

	if (who.rights != ZX__BACKUP_ALL &&
	    (who.rights != ZX__BACKUP_OWN || i->author != who.user))
		zx__backup_refuse(call, ZX_COLOR_RED, "❌ Permission Denied",
				  "You can only delete your own backups unless "
				  "you have Administrator.");
	else if (i->pinned)
		zx__backup_refuse(call, ZX_COLOR_ORANGE, "📌 Pinned Backup",
				  "`%s` is pinned. Unpin it first: `/backuppin "
				  "%s`.",
				  i->id, i->id);
	else
		ask(call, i);
}

void zx__backup_ask_delete(struct zx__backup *b, struct zx_call *call,
			   const char *id)
{
	const struct zx__backup_item *i;
	struct zx__backup_list l;
	int err = zx__backup_list(b, zx_call_info(call)->guild_id, &l);

	i = err ? NULL : zx__backup_find(&l, id);
	if (err)
		zx_fail(call, "❌ Read Error", "%s", zx__backup_why(b, err));
	else if (!i)
		zx__backup_not_found(call, id);
	else
		consider(b, call, i);
	zx__backup_list_release(&l);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	const char *id;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (id)
		zx__backup_ask_delete(b, call, id);
}

static const struct zx_option options[] = {
	ZX__BACKUP_ID_OPTION("backup_id", "Backup ID"),
};

const struct zx_command zx__backup_delete_command = {
	.name = "backupdelete",
	.description = "Delete a backup (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 1,
	.rule = ZX__RULE(backupdelete),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.check = zx__backup_check,
	.complete = zx__backup_complete,
	.run = run,
};
