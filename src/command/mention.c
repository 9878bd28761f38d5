/* SPDX-License-Identifier: MIT
 *
 * mention: somebody says nothing but the bot's name: tell how to talk to it.
 */
#include "command/command_int.h"

static void help_text(const struct zx_commands *c, const struct zx_prefix *p,
		      struct zx_message *m)
{
	const struct zx_command *help = zx_commands_find(c, "help");
	uint64_t id;

	if (!help)
		return;
	id = zx_commands_slash_id(c, help);
	if (id)
		zx_embed_field(m, 1, "Help", "`%shelp` or </%s:%llu>", p->text,
			       help->name, (unsigned long long)id);
	else
		zx_embed_field(m, 1, "Help", "`%shelp` or `/help`", p->text);
}

int zx__mention_info(struct zx_call *call)
{
	struct zx_commands *c = call->c;
	struct zx_prefix prefix;
	struct zx_message m;
	int err;

	/* Once in a while will do, whoever repeats it. */
	if (zx__cooldown(c, NULL, call->info.channel_id,
			 ZX__MENTION_COOLDOWN_MS))
		return ZX_OK;
	zx_commands_prefix(c, call->info.guild_id, &prefix);
	zx_message_init(&m, c->opt.alloc);
	zx_embed(&m, ZX_COLOR_BLURPLE, "👋 Hello!");
	zx_embed_text(&m, "This is how to talk to me here:");
	zx_embed_field(&m, 1, "Prefix", "`%s`%s", prefix.text,
		       prefix.mention ? " or a mention" : "");
	zx_embed_field(&m, 1, "Slash Commands", "Type `/`");
	help_text(c, &prefix, &m);
	if (c->shards)
		zx_embed_field(&m, 1, "Shards", "%u", (unsigned)c->shards);
	if (zx__call_wall(c))
		zx_embed_time(&m, zx__call_wall(c));
	err = zx_reply(call, &m);
	zx_message_release(&m);
	return err;
}
