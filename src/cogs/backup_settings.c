/* SPDX-License-Identifier: MIT
 *
 * backup_settings: /backupsettings: the backup role of a guild, and where it
 * wants to be told. A channel is believed when a message has arrived in it.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

static void footer(struct zx_call *call, struct zx_message *out)
{
	zx_embed_footer(out, "%s", zx_call_info(call)->user_name);
}

static void show_role(uint64_t role, struct zx_message *out)
{
	if (role)
		zx_embed_field(out, 0, "👥 Backup Role",
			       "<@&%llu>: its holders may create backups, and "
			       "delete those they created.",
			       (unsigned long long)role);
	else
		zx_embed_field(
			out, 0, "👥 Backup Role",
			"None: only administrators may create and "
			"delete. `/backupsettings role:@role` sets one.");
}

static void show_channel(uint64_t channel, struct zx_message *out)
{
	if (channel)
		zx_embed_field(out, 0, "🔔 Notifications",
			       "<#%llu>: deleted and unpinned backups, damage, "
			       "and automatic backups that fail.",
			       (unsigned long long)channel);
	else
		zx_embed_field(out, 0, "🔔 Notifications",
			       "None: failures are only in the audit log. "
			       "`/backupsettings channel:#channel` sets one.");
}

static void show(struct zx_call *call, const struct zx__backup_choice *c,
		 const char *title, struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_BLURPLE, "%s", title);
	show_role(c->role, out);
	show_channel(c->channel, out);
	footer(call, out);
}

/* Without arguments -------------------------------------------------------- */

static void render(struct zx_call *call, const void *data, int over,
		   struct zx_message *out, void *ud)
{
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	struct zx__backup_choice c = { 0 };

	(void)data;
	(void)over;
	(void)ud;
	if (!b || zx__backup_choice_get(b, zx_call_info(call)->guild_id, &c)) {
		zx_say(out, "The settings cannot be read.");
		return;
	}
	show(call, &c, "⚙️ Backup Settings", out);
	if (c.role)
		zx_panel_button(out, ZX_BUTTON_DANGER, "role", "👥",
				"Remove role", 0);
	if (c.channel)
		zx_panel_button(out, ZX_BUTTON_DANGER, "channel", "🔕",
				"No notifications", 0);
}

static int change(struct zx__backup *b, struct zx_call *call,
		  const struct zx__backup_choice *c)
{
	const struct zx_call_info *i = zx_call_info(call);
	int err = zx__backup_choice_set(b, i->guild_id, c);

	if (!err)
		zx__backup_audit(b, i->guild_id, i->user_id, "settings", "",
				 "Role %llu, notifications to %llu",
				 (unsigned long long)c->role,
				 (unsigned long long)c->channel);
	return err;
}

static enum zx_press_result press(struct zx_call *call, void *data,
				  const struct zx_press *p, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx__backup_choice c;
	int err;

	(void)data;
	(void)ud;
	if (!b)
		return ZX_PRESS_DONE;
	err = zx__backup_choice_get(b, zx_call_info(call)->guild_id, &c);
	if (!strcmp(p->action, "role"))
		c.role = 0;
	else
		c.channel = 0;
	if (!err)
		err = change(b, call, &c);
	if (!err)
		return ZX_PRESS_UPDATE;
	zx_fail(call, "❌ Not Saved", "%s", zx__backup_why(b, err));
	return ZX_PRESS_DONE;
}

static const struct zx_panel panel = {
	.name = "backupsettings",
	.render = render,
	.press = press,
};

/* With arguments ----------------------------------------------------------- */

static void save(struct zx__backup *b, struct zx_call *call,
		 const struct zx__backup_choice *c)
{
	struct zx_message out;
	int err = change(b, call, c);

	if (err) {
		zx_fail(call, "❌ Not Saved", "%s", zx__backup_why(b, err));
		return;
	}
	zx_message_init(&out, zx_call_alloc(call));
	show(call, c, "✅ Backup Settings Saved", &out);
	(void)zx_reply(call, &out);
	zx_message_release(&out);
}

/* A channel on trial. */
struct trial {
	struct zx_bot *bot;
	struct zx_call *call;
	struct zx__backup_choice want;
};

static void refuse(struct trial *t, const struct zx_rest_result *r)
{
	zx__backup_refuse(t->call, ZX_COLOR_RED, "❌ Cannot Write There",
			  "A test message to <#%llu> did not go through: "
			  "%.*s\nNothing was changed. The bot needs View "
			  "Channel, Send Messages and Embed Links there.",
			  (unsigned long long)t->want.channel,
			  ZX_ARG(r->message.len ? r->message
						: zx_str(zx_strerror(r->err))));
}

static void on_tried(const struct zx_rest_result *r, void *ud)
{
	struct trial *t = ud;
	struct zx__backup *b = zx__backup_in(t->bot);

	if (r->err)
		refuse(t, r);
	else if (b)
		save(b, t->call, &t->want);
	zx_call_release(t->call);
	zx_delete(zx_bot_alloc(t->bot), t);
}

static int send_test(struct zx__backup *b, struct trial *t)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	struct zx_message m;
	struct zx_buf body;
	char path[64];
	int err;

	zx_message_init(&m, b->alloc);
	zx_buf_init(&body, b->alloc, 0);
	zx_embed(&m, ZX_COLOR_BLURPLE, "🔔 Backup Notifications");
	zx_embed_text(&m, "Backups that are deleted, unpinned, damaged or "
			  "that fail will be told here.");
	footer(t->call, &m);
	err = zx_message_write(&m, 0, &body);
	snprintf(path, sizeof(path), "/channels/%llu/messages",
		 (unsigned long long)t->want.channel);
	r.method = ZX_POST;
	r.path = zx_str(path);
	r.body = zx_buf_str(&body);
	r.retries = 1;
	r.max_wait_ms = 10 * 1000;
	r.ud = t;
	if (!err)
		err = zx_bot_rest(b->bot, &r, on_tried, NULL);
	zx_message_release(&m);
	zx_buf_release(&body);
	return err;
}

static void try_channel(struct zx__backup *b, struct zx_call *call,
			const struct zx__backup_choice *want)
{
	struct trial *t = zx_new(b->alloc, sizeof(*t));
	int err = ZX_E_NOMEM;

	if (t) {
		*t = (struct trial){ b->bot, call, *want };
		err = send_test(b, t);
	}
	if (err) {
		zx_delete(b->alloc, t);
		zx_fail(call, "❌ Command Error", "%s", zx_strerror(err));
		return;
	}
	zx_call_keep(call);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	uint64_t role = zx_call_id(call, "role");
	uint64_t channel = zx_call_id(call, "channel");
	struct zx__backup_choice c;
	int err;

	(void)ud;
	if (!b)
		return;
	err = zx__backup_choice_get(b, zx_call_info(call)->guild_id, &c);
	if (role)
		c.role = role;
	if (err)
		zx_fail(call, "❌ Read Error", "%s", zx__backup_why(b, err));
	else if (role && role == zx_call_info(call)->guild_id)
		zx__backup_refuse(call, ZX_COLOR_RED, "❌ Not That Role",
				  "Everybody has it. Choose a role that few "
				  "have.");
	else if (channel)
		try_channel(b, call,
			    &(struct zx__backup_choice){ c.role, channel });
	else if (role)
		save(b, call, &c);
	else
		zx_reply_panel(call, &panel, NULL);
}

static const struct zx_option options[] = {
	{
		.name = "role",
		.description = "Role whose holders may create backups and "
			       "delete their own",
		.type = ZX_OPTION_ROLE,
	},
	{
		.name = "channel",
		.description = "Channel that is told when something goes wrong",
		.type = ZX_OPTION_CHANNEL,
	},
};

const struct zx_command zx__backup_settings_command = {
	.name = "backupsettings",
	.description = "Backup role and notifications (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 2,
	.rule = ZX__RULE(backupsettings),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.run = run,
};
