/* SPDX-License-Identifier: MIT
 *
 * restore_command: /backuprestore. Its option is a backup, or one of two words:
 * "status" (the restore that is open, or the last one; also without any) and
 * "undo". Or it is given a file.
 */
#include "cogs/restore_show.h"
#include "cogs/rules.h"

static void open_panel(struct zx_call *call, const struct zx__rsp_state *s)
{
	(void)zx_reply_panel(call, &zx__rsp_panel, s);
}

static struct zx__rsp_state first_state(const struct zx_call *call)
{
	struct zx__rsp_state s;

	memset(&s, 0, sizeof(s));
	s.ask.guild = zx_call_info(call)->guild_id;
	s.ask.user = zx_call_info(call)->user_id;
	s.ask.what = ZX_RESTORE_DEFAULT;
	return s;
}

/* What is open, or was last. */
static void show_status(struct zx__backup *b, struct zx_call *call, int undo)
{
	struct zx__rsp_state s = first_state(call);
	struct zx__restore_view v;
	int err = zx__rsp_view(b, s.ask.guild, 0, &v);

	if (err == ZX_E_NOTFOUND) {
		zx__backup_refuse(call, ZX_COLOR_ORANGE, "❌ Not Found",
				  "Nothing was restored here yet. "
				  "`/backuplist` shows the backups.");
		return;
	}
	if (err) {
		zx_fail(call, "❌ Read Error", "%s", zx__backup_why(b, err));
		return;
	}
	s.mode = ZX__RSP_WATCH;
	s.n = v.n;
	if (undo)
		zx__rsp_undo(b, call, &s, v.n);
	open_panel(call, &s);
	if (!undo)
		zx__rsp_follow(b, call, &s);
}

/* Choosing ----------------------------------------------------------------- */

static void choose(struct zx__backup *b, struct zx_call *call,
		   struct zx__rsp_state *s)
{
	struct zx_str typed =
		zx_str_trim(zx_str(zx_call_text(call, "backup_id")));
	uint64_t guild = s->ask.source ? s->ask.source : s->ask.guild;
	struct zx__backup_list l;
	char why[256] = "";
	int err = zx__backup_list(b, guild, &l);

	if (err)
		snprintf(why, sizeof(why), "%s", zx__backup_why(b, err));
	else
		err = zx__bkv_find(&l, typed, s->ask.snapshot, why);
	zx__backup_list_release(&l);
	if (err)
		zx_fail(call, "❌ Not Found", "%s", why);
	else
		open_panel(call, s);
}

static void may_use(struct zx_call *call, int may, const char *why,
		    const char *name, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx__rsp_state s = first_state(call);

	(void)ud;
	if (!b)
		return;
	if (!may) {
		zx_fail(call, "❌ Permission Denied",
			"The backups of that server are not yours: %s", why);
		return;
	}
	(void)zx_str_u64(zx_str_trim(zx_str(zx_call_text(call, "from"))),
			 &s.ask.source);
	snprintf(s.from, sizeof(s.from), "%s", name);
	choose(b, call, &s);
}

static void uploaded(struct zx_call *call, const struct zx__rsp_state *s,
		     const char *why)
{
	if (why)
		zx_fail(call, "❌ Not a Backup", "%s", why);
	else
		open_panel(call, s);
}

static void by_words(struct zx__backup *b, struct zx_call *call,
		     struct zx__rsp_state *s)
{
	uint64_t from = 0;

	if (!zx_call_has(call, "from"))
		choose(b, call, s);
	else if (zx_str_u64(zx_str_trim(zx_str(zx_call_text(call, "from"))),
			    &from) ||
		 !from)
		zx_fail(call, "❌ Invalid Argument",
			"from is the id of a server: a number like "
			"81384788765712384");
	else if (from == s->ask.guild)
		choose(b, call, s);
	else
		zx__rsp_ask_may(b, call, from, may_use, NULL);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx_str id = zx_str_trim(zx_str(zx_call_text(call, "backup_id")));
	struct zx__rsp_state s = first_state(call);
	struct zx__restore_view v;

	(void)ud;
	if (!b)
		return;
	if (zx_str_is_nocase(id, "status") || zx_str_is_nocase(id, "undo")) {
		show_status(b, call, zx_str_is_nocase(id, "undo"));
	} else if (!zx__restore_open(b, s.ask.guild, &v)) {
		s.mode = ZX__RSP_WATCH;
		s.n = v.n;
		snprintf(s.notice, sizeof(s.notice),
			 "🔒 One restore at a time: this one is open.");
		open_panel(call, &s);
		zx__rsp_follow(b, call, &s);
	} else if (zx_call_has(call, "file")) {
		zx__rsp_upload(b, call, &s, uploaded);
	} else if (!id.len) {
		show_status(b, call, 0);
	} else {
		by_words(b, call, &s);
	}
}

static void complete(struct zx_call *call, const char *option,
		     struct zx_str typed, struct zx_choices *out, void *ud)
{
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	uint64_t guild = zx_call_info(call)->guild_id;
	struct zx__restore_view v;

	if (b && guild && !zx__rsp_view(b, guild, 0, &v)) {
		zx_choice_add(out,
			      v.phase == ZX__RESTORE_OVER
				      ? "🔎 The last restore"
				      : "🔄 The restore that is open",
			      "status");
		if (!v.undo && !v.undone && v.phase == ZX__RESTORE_OVER)
			zx_choice_add(out, "↩️ Take the last restore back",
				      "undo");
	}
	zx__backup_complete(call, option, typed, out, ud);
}

static const struct zx_option options[] = {
	{
		.name = "backup_id",
		.description = "Backup ID, or: status, undo",
		.type = ZX_OPTION_STRING,
		.autocomplete = 1,
	},
	{
		.name = "from",
		.description = "Id of another server of yours that the backup "
			       "is of",
		.type = ZX_OPTION_STRING,
	},
	{
		.name = "file",
		.description = "An exported backup instead, as a file",
		.type = ZX_OPTION_ATTACHMENT,
	},
};

const struct zx_command zx__backup_restore_command = {
	.name = "backuprestore",
	.description = "Selectively restore a backup (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 3,
	.rule = ZX__RULE(backuprestore),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.complete = complete,
	.run = run,
};
