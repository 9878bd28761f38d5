/* SPDX-License-Identifier: MIT
 *
 * backup_schedule: /backupschedule.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

static void inactive(const struct zx__backup *b, struct zx_message *out)
{
	if (!b->config.auto_h)
		zx_embed_field(out, 0, "⚠️ Background Loop Inactive",
			       "No automatic backup is made before the bot's "
			       "owner sets `BACKUP_AUTO_INTERVAL` in `.env` to "
			       "1 or more and restarts the bot.");
}

static void stamp(struct zx_buf *out, zx_wall at, const char *never)
{
	if (at)
		zx_timestamp(out, at, 'R');
	else
		zx_buf_addc(out, never);
}

static void show_status(struct zx__backup *b, uint64_t guild,
			const struct zx__backup_plan *p, struct zx_message *out)
{
	const struct zx_guild *g = zx_bot_guild(b->bot, guild);
	struct zx_buf text;

	zx_buf_init(&text, b->alloc, 0);
	zx_embed(out, ZX_COLOR_BLURPLE, "⏰ Auto-Backup Schedule");
	if (g) {
		zx_buf_addc(&text, "**");
		zx__backup_safe(&text, zx_str(g->name), 100);
		zx_buf_addc(&text, "**\n");
	}
	zx_buf_addf(&text, "Status: %s\n",
		    p->enabled ? "✅ Enabled" : "❌ Disabled");
	if (p->hours)
		zx_buf_addf(&text, "Interval: Every %u hours\n", p->hours);
	zx_buf_addc(&text, "Last run: ");
	stamp(&text, p->last, "Never");
	if (p->enabled) {
		zx_buf_addc(&text, "\nNext run: ");
		stamp(&text, p->next, "not planned, see below");
	}
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	zx_buf_clear(&text);
	if (!zx__backup_trouble(b, guild, &text))
		zx_embed_field(out, 0, "⚠️ The Last Attempt Failed", "%s",
			       zx_buf_cstr(&text));
	zx_buf_release(&text);
	inactive(b, out);
}

static int enable(struct zx__backup *b, struct zx_call *call,
		  struct zx_message *out)
{
	const struct zx_call_info *i = zx_call_info(call);
	int64_t given = zx_call_int(call, "hours", 0);
	uint32_t hours = given > 0 && given <= 168 ? (uint32_t)given
			 : b->config.auto_h	   ? b->config.auto_h
						   : 24;
	int err = zx__backup_plan_set(b, i->guild_id, 1, hours);

	if (err)
		return err;
	zx__backup_audit(b, i->guild_id, i->user_id, "schedule", "",
			 "Enabled every %uh", hours);
	zx_embed(out, ZX_COLOR_GREEN, "✅ Auto-Backup Enabled");
	zx_embed_text(out,
		      "This server is backed up every **%u hours**. Automatic "
		      "backups are marked 🔁; when the store is full, the "
		      "oldest of them makes room.",
		      hours);
	inactive(b, out);
	return ZX_OK;
}

static int disable(struct zx__backup *b, struct zx_call *call,
		   struct zx_message *out)
{
	const struct zx_call_info *i = zx_call_info(call);
	int err = zx__backup_plan_set(b, i->guild_id, 0, 0);

	if (err)
		return err;
	zx__backup_audit(b, i->guild_id, i->user_id, "schedule", "",
			 "Disabled");
	zx_embed(out, ZX_COLOR_ORANGE, "❌ Auto-Backup Disabled");
	zx_embed_text(out, "No more automatic backups of this server are "
			   "made. Those there are stay.");
	return ZX_OK;
}

static int status(struct zx__backup *b, struct zx_call *call,
		  struct zx_message *out)
{
	uint64_t guild = zx_call_info(call)->guild_id;
	struct zx__backup_plan p;
	int err = zx__backup_plan_get(b, guild, &p);

	if (!err)
		show_status(b, guild, &p, out);
	return err;
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	const char *action = zx_call_text(call, "action");
	struct zx_message out;
	int err;

	(void)ud;
	if (!b)
		return;
	zx_message_init(&out, zx_call_alloc(call));
	err = !strcmp(action, "enable")	   ? enable(b, call, &out)
	      : !strcmp(action, "disable") ? disable(b, call, &out)
					   : status(b, call, &out);
	zx_embed_footer(&out, "%s", zx_call_info(call)->user_name);
	if (err)
		zx_fail(call, "❌ Not Saved", "%s", zx__backup_why(b, err));
	else
		(void)zx_reply(call, &out);
	zx_message_release(&out);
}

static const struct zx_choice actions[] = {
	{ "enable", "enable" },
	{ "disable", "disable" },
	{ "status", "status" },
};

static const struct zx_option options[] = {
	{
		.name = "action",
		.description = "enable/disable/status",
		.type = ZX_OPTION_STRING,
		.required = 1,
		.choices = actions,
		.choice_count = 3,
	},
	{
		.name = "hours",
		.description = "Hours between auto-backups (1-168)",
		.type = ZX_OPTION_INTEGER,
		.has_min = 1,
		.min = 1,
		.has_max = 1,
		.max = 168,
	},
};

const struct zx_command zx__backup_schedule_command = {
	.name = "backupschedule",
	.description = "Auto-backup schedule (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 2,
	.rule = ZX__RULE(backupschedule),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.run = run,
};
