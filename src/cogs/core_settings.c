/* SPDX-License-Identifier: MIT
 *
 * core_settings: /setprefix, /mentionprefix and /serversettings. What they set
 * holds from the next message on.
 */
#include "cogs/core_int.h"

const char *zx__prefix_fault(struct zx_str prefix)
{
	size_t i, n = zx_utf8_count(prefix);

	if (!n)
		return "A prefix has at least one character";
	if (n > ZX__PREFIX_MAX ||
	    prefix.len >= sizeof(((struct zx_prefix *)0)->text))
		return "A prefix has at most 5 characters";
	for (i = 0; i < prefix.len; i++)
		if ((unsigned char)prefix.ptr[i] <= ' ' || prefix.ptr[i] == '`')
			return "A prefix has no spaces and no backticks";
	if (prefix.ptr[0] == '/' || prefix.ptr[0] == '<')
		return "A prefix does not begin with / or <, which Discord "
		       "uses itself";
	return NULL;
}

static void done(struct zx_call *call, const char *title, const char *text)
{
	struct zx_message m;

	zx_message_init(&m, zx_call_alloc(call));
	zx_embed(&m, ZX_COLOR_GREEN, "%s", title);
	zx_embed_text(&m, "%s", text);
	if (zx_call_info(call)->wall)
		zx_embed_time(&m, zx_call_info(call)->wall);
	zx_reply(call, &m);
	zx_message_release(&m);
}

/* The setting could not be remembered: it is as it was. */
static void refused(struct zx_call *call, int err)
{
	const struct zx_state *s = zx_bot_state(zx_call_bot(call));
	const char *why = s && err != ZX_E_NOMEM ? zx_state_error(s) : "";

	zx_fail(call, "❌ Command Error", "The setting was not saved: %s",
		*why ? why : zx_strerror(err));
}

void zx__core_setprefix(struct zx_call *call, void *ud)
{
	uint64_t guild = zx_call_info(call)->guild_id;
	struct zx_bot *bot = zx_call_bot(call);
	const char *text = zx_call_text(call, "prefix");
	int reset = zx_str_is_nocase(zx_str(text), "reset");
	const char *fault = reset ? NULL : zx__prefix_fault(zx_str(text));
	struct zx_prefix now;
	char line[96];
	int err;

	(void)ud;
	if (fault) {
		zx_fail(call, "❌ Invalid Argument", "%s", fault);
		return;
	}
	err = zx_bot_set_prefix(bot, guild, reset ? NULL : text);
	if (err) {
		refused(call, err);
		return;
	}
	zx_commands_prefix(zx_bot_commands(bot), guild, &now);
	snprintf(line, sizeof(line), "The prefix here is now `%s`", now.text);
	done(call, "✅ Prefix Set", line);
}

void zx__core_mentionprefix(struct zx_call *call, void *ud)
{
	uint64_t guild = zx_call_info(call)->guild_id;
	struct zx_bot *bot = zx_call_bot(call);
	const char *action = zx_call_text(call, "action");
	struct zx_prefix now;
	int err = ZX_OK;

	(void)ud;
	if (strcmp(action, "status") != 0)
		err = zx_bot_set_mention_prefix(bot, guild,
						!strcmp(action, "enable"));
	if (err) {
		refused(call, err);
		return;
	}
	zx_commands_prefix(zx_bot_commands(bot), guild, &now);
	done(call,
	     now.mention ? "✅ Mention Prefix Enabled"
			 : "🔕 Mention Prefix Disabled",
	     now.mention ? "Commands work with a mention of me in front."
			 : "A mention of me is no prefix here.");
}

void zx__settings_render(const struct zx__settings_view *v,
			 struct zx_message *out)
{
	const struct zx_guild *g = v->guild;
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	if (g && g->name)
		zx_escape_markdown(&text, zx_str(g->name));
	zx_embed(out, ZX_COLOR_BLURPLE, "⚙️ Server Settings");
	if (text.len)
		zx_embed_text(out, "**%s**", zx_buf_cstr(&text));
	zx_embed_field(out, 1, "Prefix", "`%s`", v->prefix.text);
	zx_embed_field(out, 1, "Mention prefix", "%s",
		       v->prefix.mention ? "✅ enabled" : "🔕 disabled");
	if (g) {
		zx_embed_field(out, 1, "Shard", "%u (%u in all)", g->shard,
			       v->shard_count);
		zx_buf_clear(&text);
		zx_commas(&text, g->member_count);
		zx_embed_field(out, 1, "Members", "%s", zx_buf_cstr(&text));
		if (g->owner_id)
			zx_embed_field(out, 1, "Owner", "<@%llu>",
				       (unsigned long long)g->owner_id);
	}
	if (v->wall)
		zx_embed_time(out, v->wall);
	zx_buf_release(&text);
}

void zx__core_serversettings(struct zx_call *call, void *ud)
{
	const struct zx_call_info *who = zx_call_info(call);
	struct zx_bot *bot = zx_call_bot(call);
	struct zx__settings_view v = { .wall = who->wall };
	struct zx_bot_info info;
	struct zx_message m;

	(void)ud;
	zx_bot_info(bot, &info);
	v.guild = zx_bot_guild(bot, who->guild_id);
	v.shard_count = info.shard_count;
	zx_commands_prefix(zx_bot_commands(bot), who->guild_id, &v.prefix);
	zx_message_init(&m, zx_call_alloc(call));
	zx__settings_render(&v, &m);
	zx_reply(call, &m);
	zx_message_release(&m);
}
